"""Records as CSV (RFC 4180): a header, quoting where it is needed, and no cell that a spreadsheet would take for a formula."""

from __future__ import annotations

import csv
from operator import itemgetter

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

_CRLF = "\r\n"
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def iter_csv_lines(
    rows: Iterable[Mapping[str, Any]],
    columns: tuple[str, ...],
    *,
    newline: str = _CRLF,
    raw: bool = False,
) -> Iterator[str]:
    """The header and a line for every row, as they come. `raw` leaves cells that look like formulas as they are."""
    line: Callable[[Iterable[Any]], str] = csv.writer(
        _LineEcho(), lineterminator=_CRLF
    ).writerow  # with another end it would leave a lone CR unquoted
    yield line(columns).removesuffix(_CRLF) + newline
    cells = None
    for row in rows:
        cells = cells or _build_cell_getter(row, columns)
        found = cells(row)
        if not (raw or _are_plain_cells(found)):
            found = [escape_formula(cell) if isinstance(cell, str) else cell for cell in found]
        yield line(found) if newline is _CRLF else line(found).removesuffix(_CRLF) + newline


def _build_cell_getter(
    row: Mapping[str, Any], columns: tuple[str, ...]
) -> Callable[[Mapping[str, Any]], Sequence[Any]]:
    """What finds the cells of rows like this one: where it can by their places, as looking for forty names in each takes long."""
    names: Any = list(row.keys())
    places = columns if isinstance(row, dict) else [names.index(name) for name in columns]
    first = itemgetter(*places)
    return first if len(columns) > 1 else lambda row: (first(row),)


def _are_plain_cells(cells: Iterable[Any]) -> bool:
    """Whether all texts begin with a letter or a digit, as nearly all do: then there is none to look at."""
    return "".join([cell[:1] for cell in cells if cell.__class__ is str]).isalnum()


def escape_formula(cell: str) -> str:
    """The cell with a `'` in front if a spreadsheet could take it for a formula, or if it looks like one that has it already."""
    return f"'{cell}" if _is_formula(cell.lstrip("'")) else cell


def unescape_formula(cell: str) -> str:
    """The cell as it was before `armed`."""
    return cell[1:] if cell.startswith("'") and _is_formula(cell.lstrip("'")) else cell


def _is_formula(cell: str) -> bool:
    return cell.startswith(_FORMULA_SIGNS) or cell.lstrip().startswith(_FORMULA_SIGNS)


class _LineEcho:
    """Hands the line that the csv writer writes back to whoever had it written."""

    write = str
