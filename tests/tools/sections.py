"""Where measured figures go: a section of a Markdown page, with what they were measured with."""

import os
import platform
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from promisectl import __version__


def put(file: Path, heading: str, text: str) -> None:
    """Put a text under a heading of the second level, in place of what stands there; the next heading ends it. Raises ValueError."""
    lines = file.read_text(encoding="utf-8").split("\n")
    begin = lines.index(f"## {heading}") + 1
    end = next(
        (place for place in range(begin, len(lines)) if lines[place].startswith("## ")), len(lines)
    )
    replaced = [*lines[:begin], "", *text.strip("\n").split("\n"), "", *lines[end:]]
    file.write_text("\n".join(replaced), encoding="utf-8")


def today() -> str:
    """The day on which something was measured, as the pages write it."""
    return f"{datetime.now(UTC):%-d %B %Y}"


def versions() -> str:
    """What was run on what."""
    return f"promisectl {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {platform.system()}"


def machine() -> str:
    """The kind of machine, without its name."""
    return f"{platform.machine()}, {os.cpu_count()} CPUs"
