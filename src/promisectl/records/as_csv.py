"""Records as CSV (RFC 4180) with a header, where no cell is a formula for a spreadsheet."""

from __future__ import annotations

import csv
from operator import itemgetter

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

_CRLF = "\r\n"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def iter_csv_lines(
    rows: Iterable[Mapping[str, Any]],
    columns: tuple[str, ...],
    *,
    newline: str = _CRLF,
    raw: bool = False,
    delimiter: str = ",",
) -> Iterator[str]:
    """Return the header and one line for every row, each with `newline` at its end.

    `raw` leaves cells that look like formulas as they are. `delimiter` is between the cells.
    """
    # With another line terminator the writer would leave a lone CR unquoted.
    encode_line: Callable[[Iterable[Any]], str] = csv.writer(
        _LineEcho(), lineterminator=_CRLF, delimiter=delimiter
    ).writerow
    yield encode_line(columns).removesuffix(_CRLF) + newline
    get_cells = None
    for row in rows:
        get_cells = get_cells or _build_cell_getter(row, columns)
        cells = get_cells(row)
        # Nearly all rows have only texts that begin with a letter or a digit.
        is_plain = "".join([cell[:1] for cell in cells if cell.__class__ is str]).isalnum()
        if not (raw or is_plain):
            cells = [escape_formula(cell) if isinstance(cell, str) else cell for cell in cells]
        line = encode_line(cells)
        yield line if newline is _CRLF else line.removesuffix(_CRLF) + newline


def _build_cell_getter(
    row: Mapping[str, Any], columns: tuple[str, ...]
) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """Return a function that finds the cells of a row like this one.

    It takes them by index where it can: SQLite's rows look through all names for each name.
    """
    names: Any = list(row.keys())
    keys = columns if isinstance(row, dict) else [names.index(name) for name in columns]
    get_items = itemgetter(*keys)
    return get_items if len(columns) > 1 else lambda row: (get_items(row),)


def escape_formula(cell: str) -> str:
    """Return the cell with a `'` in front if a spreadsheet could take it for a formula.

    A cell that looks like the result of this gets another `'`, so that unescape_formula can undo
    it.
    """
    return f"'{cell}" if _is_formula(cell.lstrip("'")) else cell


def unescape_formula(cell: str) -> str:
    """Return the cell as it was before escape_formula."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


def unescape_formulas(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells of a row as they were before escape_formula; most rows have none."""
    if any(cell[:1] == "'" for cell in cells):
        return [*map(unescape_formula, cells)]
    return cells


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA_STARTS) or cell.lstrip().startswith(_FORMULA_STARTS)


class _LineEcho:
    """A file for the csv writer whose `write` returns the line, so that `writerow` does too."""

    write = str
