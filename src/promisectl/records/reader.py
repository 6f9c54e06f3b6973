"""Records from a file of somebody else's: the lines of a CSV, the objects of a JSON, each with the place where it stands."""

from __future__ import annotations

import csv
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import as_csv, fields
from promisectl.records.cells import shorten_quoted_value
from promisectl.records.json_reader import JSON_BLANKS, BadJson, JsonReader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

IMPORT_COLUMNS = fields.IMPORT_RECORD_FIELDS
IMPORT_FORMATS = ("csv", "json", "jsonl")
_REQUIRED_FIELDS = {"outcome": "what is promised", "direction": "owe, owed or self"}
_DELIMITERS = (",", ";", "\t")
_BYTE_ORDER_MARK = "\ufeff"
_JSON_FAULTS = {
    "separator": "a , or a ] is missing",
    "depth": "it is nested too deeply",
    "duplicate": "a name is there twice",
    "constant": "{} is no number there",
    "digits": "a number in it is too long",
}
_MAX_NAMED_COLUMNS = 8  # columns that an error names
_MIN_COLUMN_SIMILARITY = 0.8  # of what difflib takes for the same: a column of theirs that is only spelled like a field is another


class ImportedRow(NamedTuple):
    """A record with the number of its first line; what is empty is None. In CSV every cell is a text."""

    line: int
    cells: Mapping[str, Any]


class UnreadableLine(Exception):
    """A line that can't be read at all."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        self.problem = errors.BadRecord(what)
        super().__init__(what)


def detect_format(first: str) -> str:
    """What a file is, by its first line: `json`, `jsonl` or `csv`."""
    begun = first.removeprefix(_BYTE_ORDER_MARK).strip()
    if not begun.startswith("{"):
        return "json" if begun.startswith("[") else "csv"
    return "jsonl" if begun.endswith("}") else "json"  # an object over several lines


def iter_imported_rows(
    lines: Iterable[str],
    form: str,
    names: Mapping[str, str],
    alike: Mapping[str, str],
    *,
    raw: bool = False,
) -> Iterator[ImportedRow]:
    """The records of a file. `names` says which of its columns is which field of ours, an empty one which to leave out.

    `alike` is what every record has in a field that the file lacks. `raw`: the cells of a CSV have no `'` before what looks like
    a formula. Raises Unreadable.
    """
    rest = iter(lines)
    first = next(rest, "").removeprefix(_BYTE_ORDER_MARK)
    if not first:
        raise UnreadableLine(1, "there is nothing in it")
    all_ = chain([first], rest)
    if form == "csv":
        found = _iter_csv_rows(all_, max(_DELIMITERS, key=first.count), names, alike, raw=raw)
    else:
        found = _iter_json_rows(
            (_iter_json_values if form == "json" else _iter_json_line_values)(all_), names
        )
    return (
        row._replace(
            cells={
                **row.cells,
                **{name: row.cells.get(name) or value for name, value in alike.items()},
            }
        )
        for row in found
    )


def _resolve_columns(line: int, theirs: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Our field for every column of theirs, empty for those to leave out."""
    columns = [names.get(column, _find_field(column)) for column in theirs]
    unknown = [column for column, field in zip(theirs, columns, strict=True) if field is None]
    if unknown:
        raise UnreadableLine(line, _format_unknown_columns(unknown))
    found = [column or "" for column in columns]
    twice = next(
        (column for place, column in enumerate(found) if column and column in found[:place]), None
    )
    if twice:
        raise UnreadableLine(line, f"the column {twice} is there twice")
    return found


def _find_field(column: str) -> str | None:
    """The field that a column is named after, in whatever case and with blanks for its `_`."""
    name = "_".join(column.casefold().split())
    return name if name in IMPORT_COLUMNS else None


def _format_unknown_columns(unknown: Sequence[str]) -> str:
    from difflib import get_close_matches
    from shlex import quote

    column = shorten_quoted_value(unknown[0])
    near = next(
        iter(
            get_close_matches(
                "_".join(column.casefold().split()), IMPORT_COLUMNS, 1, _MIN_COLUMN_SIMILARITY
            )
        ),
        "outcome",
    )
    named = ", ".join(f"“{shorten_quoted_value(one)}”" for one in unknown[:_MAX_NAMED_COLUMNS]) + (
        f" and {len(unknown) - _MAX_NAMED_COLUMNS} more" if unknown[_MAX_NAMED_COLUMNS:] else ""
    )
    are = (
        f"the columns {named} are no fields"
        if len(unknown) > 1
        else f"the column {named} is no field"
    )
    ways = f"say which field one is (--map {quote(f'{column}={near}')}; all of them: guide records)"
    return f"{are} here; {ways} or leave it out (--map {quote(f'{column}=')})"


# CSV


def _iter_csv_rows(
    lines: Iterable[str],
    delimiter: str,
    names: Mapping[str, str],
    alike: Collection[str],
    *,
    raw: bool,
) -> Iterator[ImportedRow]:
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableLine(line, f"it is no CSV ({error})") from error
        if not cells:
            continue
        if not columns:
            columns = _parse_csv_header(line, cells, names, alike)
            continue
        if len(cells) != len(columns):
            raise UnreadableLine(line, f"it has {len(cells)} cells under {len(columns)} columns")
        found = zip(columns, cells if raw else map(as_csv.unescape_formula, cells), strict=True)
        yield ImportedRow(line, {column: cell or None for column, cell in found if column})


def _parse_csv_header(
    line: int, cells: Sequence[str], names: Mapping[str, str], alike: Collection[str]
) -> list[str]:
    unmet = next((name for name in names if name not in cells), None)
    if unmet is not None:
        raise UnreadableLine(
            line, f"there is no column “{shorten_quoted_value(unmet)}” as --map has it"
        )
    columns = _resolve_columns(line, cells, names)
    for needed, says in _REQUIRED_FIELDS.items():
        if needed not in columns and needed not in alike:
            ways = f"add one ({says}), name the one that says it (--map THEIRS={needed}), or say it for all (--set {needed}=…)"
            raise UnreadableLine(line, f"there is no column {needed}; {ways}")
    return columns


# JSON


def _iter_json_rows(
    found: Iterable[tuple[int, Any]], names: Mapping[str, str]
) -> Iterator[ImportedRow]:
    theirs, columns = list[str](), list[str]()
    for line, value in found:
        if not isinstance(value, dict):
            raise UnreadableLine(line, "it is no JSON object")
        if theirs != list(value):
            theirs = list(value)
            columns = _resolve_columns(line, theirs, names)
        cells = zip(columns, value.values(), strict=True)
        yield ImportedRow(
            line, {column: None if cell == "" else cell for column, cell in cells if column}
        )


def _iter_json_values(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """The values of one array, or one value alone, each with its line."""
    reader = JsonReader(lines)
    try:
        yield from reader.iter_values()
        if reader.peek_sign():
            raise UnreadableLine(reader.line, "the JSON goes on after its end")
    except BadJson as error:
        raise _build_unreadable_line(error) from error


def _iter_json_line_values(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip(JSON_BLANKS):
            yield number, parse_json_line(line, number)


def parse_json_line(text: str, line: int) -> Any:
    """The JSON value that a line holds. Raises UnreadableLine."""
    try:
        return JsonReader([text], line).read_only_value()
    except BadJson as error:
        raise _build_unreadable_line(error) from error


def _build_unreadable_line(error: BadJson) -> UnreadableLine:
    if error.kind == "end":
        return UnreadableLine(error.line, "the JSON ends too early")
    what = _JSON_FAULTS.get(error.kind, "{}").format(error.detail)
    if error.kind == "syntax" and error.line == error.first_line:
        what += f", at sign {error.column}"
    return UnreadableLine(error.first_line, f"it is no JSON ({what})")
