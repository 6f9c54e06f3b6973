"""What a stream can show: how wide and high it is, whether in colour, and how a line reaches it."""

from __future__ import annotations

import os

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import IO

"""When to colour; what is named first holds if nothing is said."""
_DEFAULT_WIDTH_COLUMNS = 80  # columns, where nobody says how many there are


def find_terminal_height(stream: IO[str], environ: Mapping[str, str]) -> int:
    """How many lines a terminal has: LINES, else what it says itself; 0 where nobody knows."""
    lines = environ.get("LINES", "")
    if lines.isascii() and lines.isdigit() and int(lines[:5]):
        return int(lines[:5])
    try:
        return os.get_terminal_size(stream.fileno()).lines
    except (OSError, ValueError):
        return 0


def find_terminal_width(stream: IO[str], environ: Mapping[str, str]) -> int:
    """How many columns a stream has: COLUMNS, else what its terminal says, else 80; never fewer than 40."""
    columns = environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and int(columns[:5]):
        return max(40, int(columns[:5]))
    try:
        return max(40, os.get_terminal_size(stream.fileno()).columns or _DEFAULT_WIDTH_COLUMNS)
    except (OSError, ValueError):
        return _DEFAULT_WIDTH_COLUMNS


def resolve_color_wish(
    environ: Mapping[str, str], option: str | None, said: str = "auto"
) -> tuple[str, str]:
    """auto, always or never, and who says so: --color, then NO_COLOR, then FORCE_COLOR or CLICOLOR_FORCE, then what the config `said`."""
    if option in ("always", "never"):
        return option, "--color"
    if environ.get("NO_COLOR"):
        return "never", "NO_COLOR"
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        if environ.get(name, "") not in ("", "0"):
            return "always", name
    return ("auto", "--color") if option else (said, "config")


def is_colored(stream: IO[str], wish: str, environ: Mapping[str, str]) -> bool:
    """Whether to colour on a stream: what was wished, else whether a terminal that can is looking."""
    return wish == "always" or (
        wish == "auto" and stream.isatty() and environ.get("TERM") != "dumb"
    )


def format_terminal_line(
    line: str, stream: IO[str], environ: Mapping[str, str], *, spare: int = 0
) -> str:
    """A line as a stream gets it: escaped, so that no text in it can steer a terminal, and on a terminal broken between words."""
    line = escape_text(line)
    if not stream.isatty():
        return line
    from promisectl.system.text import fold_line

    return fold_line(line, find_terminal_width(stream, environ), spare=spare)
