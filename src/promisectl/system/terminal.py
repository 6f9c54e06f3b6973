"""The abilities of a stream: its width and height, and its colours."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

_DEFAULT_WIDTH_COLUMNS = 80
_MIN_WIDTH_COLUMNS = 40


def find_terminal_height(stream: IO[str], environ: Mapping[str, str]) -> int:
    """Return the number of lines of a terminal: LINES, else what it reports; 0 when unknown."""
    lines = environ.get("LINES", "")
    if lines.isascii() and lines.isdigit() and int(lines[:5]):
        return int(lines[:5])
    try:
        return os.get_terminal_size(stream.fileno()).lines
    except (OSError, ValueError):
        return 0


def find_terminal_width(stream: IO[str], environ: Mapping[str, str]) -> int:
    """Return the number of columns of a stream, at least 40.

    COLUMNS decides, else what the terminal reports, else 80.
    """
    columns = environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns[:5]):
        return max(_MIN_WIDTH_COLUMNS, int(columns[:5]))
    try:
        reported = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        return _DEFAULT_WIDTH_COLUMNS
    return max(_MIN_WIDTH_COLUMNS, reported or _DEFAULT_WIDTH_COLUMNS)


def resolve_color_wish(
    environ: Mapping[str, str], option: str | None, configured: str = "auto"
) -> tuple[str, str]:
    """Return auto, always or never, and the name of the setting that decides it.

    --color (`option`) decides, then NO_COLOR, then FORCE_COLOR or CLICOLOR_FORCE, then CLICOLOR=0,
    then the config.
    """
    if option in ("always", "never"):
        return option, "--color"
    if environ.get("NO_COLOR"):
        return "never", "NO_COLOR"
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environ.get(name, "") not in ("", "0"):
            return "always", name
    if environ.get("CLICOLOR") == "0":
        return "never", "CLICOLOR"
    return ("auto", "--color") if option else (configured, "config")


def is_colored(stream: IO[str], wish: str, environ: Mapping[str, str]) -> bool:
    """Whether a stream gets colours: always, or with auto on a terminal that can show them."""
    return wish == "always" or (
        wish == "auto" and stream.isatty() and environ.get("TERM") != "dumb"
    )
