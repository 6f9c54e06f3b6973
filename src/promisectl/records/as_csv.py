"""Records as CSV (RFC 4180): a header, quoting where it is needed, and no cell that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv

from promisectl.light import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

_TRIGGERS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def lines(rows: Iterable[Mapping[str, Any]], columns: tuple[str, ...], *, newline: str = "\r\n", raw: bool = False) -> Iterator[str]:
    """The header and a line for every row, as they come. `raw` leaves cells that look like formulas as they are."""
    line = _Line()
    writer = csv.writer(line, lineterminator="\r\n")  # with another one it would leave a lone CR in a cell unquoted
    writer.writerow(columns)
    yield line.text.removesuffix("\r\n") + newline
    for row in rows:
        writer.writerow([cell if raw or not isinstance(cell, str) else armed(cell) for cell in (row[name] for name in columns)])
        yield line.text.removesuffix("\r\n") + newline


def armed(cell: str) -> str:
    """The cell with a `'` in front if a spreadsheet could take it for a formula, or if it looks like one that has it already."""
    return f"'{cell}" if _triggers(cell.lstrip("'")) else cell


def disarmed(cell: str) -> str:
    """The cell as it was before `armed`."""
    return cell[1:] if cell.startswith("'") and _triggers(cell.lstrip("'")) else cell


def _triggers(cell: str) -> bool:
    return cell.startswith(_TRIGGERS) or cell.lstrip().startswith(_TRIGGERS)


class _Line:
    """Takes what the csv writer writes, so that it can be handed on line by line."""

    text = ""

    def write(self, text: str) -> int:
        self.text = text
        return len(text)
