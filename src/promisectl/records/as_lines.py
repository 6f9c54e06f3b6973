"""Records as tab-separated lines without a header, for cut, awk and friends: one line each, nothing cut, nothing wrapped."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any


def iter_tab_lines(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> Iterator[str]:
    """A line for every row: the named columns with a tab between; tab, newline, backslash and controls in a text are escaped."""
    for row in rows:
        yield (
            "\t".join("" if row[name] is None else escape_line(str(row[name])) for name in columns)
            + "\n"
        )
