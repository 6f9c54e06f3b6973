"""Records as tab-separated lines without a header, for cut, awk and the like."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any


def iter_tab_lines(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...]) -> Iterator[str]:
    """Return a line for every row: the named columns with a tab between them.

    Tab, newline, backslash and control characters in a text become escapes.
    """
    for row in rows:
        cells = ("" if row[name] is None else escape_line(str(row[name])) for name in columns)
        yield "\t".join(cells) + "\n"
