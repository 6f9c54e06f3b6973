"""The reader of import files: the records of a CSV or a JSON file, each with its line."""

from __future__ import annotations

import csv
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import spelling
from promisectl.records import as_csv, fields, imported_promise
from promisectl.records.cells import shorten_quoted_value
from promisectl.records.json_reader import JSON_BLANKS, BadJson, JsonReader
from promisectl.system.text import is_blank_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

IMPORT_COLUMNS = fields.IMPORT_RECORD_FIELDS
IMPORT_FORMATS = ("csv", "json", "jsonl")
_REQUIRED_FIELDS = {"outcome": "what is promised", "direction": "owe, owed or self"}
_DELIMITERS = (",", ";", "\t", "|")
_DELIMITER_LINE = "sep="  # the start of the line before the heading in which Excel names it
_MAX_HEADING_LINES = 100
_BYTE_ORDER_MARK = "\ufeff"
_JSON_FAULTS = {
    "separator": "a , or a ] is missing",
    "depth": "it is nested too deeply",
    "duplicate": "a name is there twice",
    "constant": "{} is not a number in JSON",
    "digits": "a number in it is too long",
}
_NAMELESS_FIELD = "?"  # of a column without a heading, as a table has for its row numbers
_JOINED_TEXT_FIELDS = ("done_when", "why", "reason", "repair", "risk", "no_to")
_MAX_NAMED_COLUMNS = 8  # in one error
_MIN_COLUMN_SIMILARITY = 0.8  # a ratio of difflib; below it a column means something else


class ImportedRow(NamedTuple):
    """A record with the number of its first line.

    An empty cell is None. In CSV every other cell is a text.
    """

    line: int
    cells: Mapping[str, Any]


class UnreadableLine(Exception):
    """A line that can't be read as a record: its number, and the `problem` as an error."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        self.problem = errors.BadRecord(what)
        super().__init__(what)


def detect_format(first: str) -> str:
    """Return what a file is, by its first line: `json`, `jsonl` or `csv`."""
    start = first.removeprefix(_BYTE_ORDER_MARK).strip()
    if not start.startswith("{"):
        return "json" if start.startswith("[") else "csv"
    return "jsonl" if start.endswith("}") else "json"  # an object over several lines


def iter_imported_rows(
    lines: Iterable[str],
    form: str,
    names: Mapping[str, str],
    defaults: Mapping[str, str],
    *,
    raw: bool = False,
) -> Iterator[ImportedRow]:
    """Return the records of a file.

    `form` is one of IMPORT_FORMATS. `names` maps columns of the file to fields, and those to leave
    out to an empty text. `defaults` has the values of fields that a record lacks. `raw` leaves
    the `'` before what looks like a formula in a CSV. Raises UnreadableLine.
    """
    rest = iter(lines)
    first = next(rest, "").removeprefix(_BYTE_ORDER_MARK)
    if not first:
        raise UnreadableLine(1, "it is empty")
    all_lines = chain([first], rest)
    if form == "csv":
        heading = _read_heading_lines(all_lines)
        named = first.removeprefix(_DELIMITER_LINE).rstrip("\r\n")
        is_named = first.startswith(_DELIMITER_LINE) and named in _DELIMITERS
        delimiter = named if is_named else find_delimiter(heading)
        heading = ["\n"] if is_named else heading
        rows = iter_csv_rows(chain(heading, all_lines), delimiter, names, defaults, raw=raw)
    else:
        iter_values = iter_json_values if form == "json" else iter_json_line_values
        rows = iter_json_rows(iter_values(all_lines), names)
    return (row._replace(cells=_fill_in_defaults(row.cells, defaults)) for row in rows)


def _fill_in_defaults(cells: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells with a default where one is empty and the state may have it."""
    filled = {**cells, **{name: cells.get(name) or value for name, value in defaults.items()}}
    state = filled.get("state") or "active"
    for name in defaults:
        if not cells.get(name) and not imported_promise.may_have_moment(state, name):
            filled[name] = None
    return filled


# Columns


def _resolve_columns(line: int, columns: Sequence[str], names: Mapping[str, str]) -> list[str]:
    """Return the field of every column of the file, empty for those to leave out."""
    titles = [_tidy_column(column) for column in columns]
    mapped = _match_mapped_names(line, titles, names)
    resolved = [mapped.get(title, fold_column(title)) for title in titles]
    unknown = [
        title
        for title, field in zip(titles, resolved, strict=True)
        if title not in mapped and field not in (*IMPORT_COLUMNS, _NAMELESS_FIELD)
    ]
    if unknown:
        raise UnreadableLine(line, _format_unknown_columns(unknown))
    joined = ("", _NAMELESS_FIELD, "tags", *_JOINED_TEXT_FIELDS)
    for index, field in enumerate(resolved):
        if field not in joined and field in resolved[:index]:
            raise UnreadableLine(line, f"the column {field} is there twice")
    return resolved


def _tidy_column(column: str) -> str:
    """Return a heading with single spaces, and without invisible characters."""
    return " ".join(spelling.replace_spaces(column).split())


def _match_mapped_names(
    line: int, titles: Sequence[str], names: Mapping[str, str]
) -> dict[str, str]:
    """Return the field for every heading that `names` has, in whichever spelling."""
    mapped: dict[str, str] = {}
    for name, field in names.items():
        for title in set(spelling.select_closest_spellings(_tidy_column(name), titles)):
            if title in mapped:
                raise UnreadableLine(
                    line, f"--map has the column “{shorten_quoted_value(title)}” twice"
                )
            mapped[title] = field
    return mapped


def fold_column(title: str) -> str:
    """Return a heading in the spelling of the fields: lower case, with `_` for spaces."""
    return spelling.fold_for_search(title).replace(" ", "_") or _NAMELESS_FIELD


def _join_cells(line: int, fields: Sequence[str], cells: Sequence[Any]) -> dict[str, Any]:
    """Return the cells of a record by their fields; an empty cell is None.

    Several cells of one field are joined. Raises UnreadableLine for a text without a heading; a
    number there is that of the row.
    """
    joined: dict[str, Any] = {}
    for field, cell in zip(fields, cells, strict=True):
        value = None if cell == "" else cell
        if field == _NAMELESS_FIELD:
            if value is not None and not str(value).strip().isdigit():
                raise UnreadableLine(
                    line,
                    f"“{shorten_quoted_value(value)}” is in a column without a name; "
                    "map it to a field (--map =why), or leave it out (--map =)",
                )
        elif field and joined.get(field) is None:
            joined[field] = value
        elif field and value is not None:
            joined[field] = _join_two_cells(field, joined[field], value)
    return joined


def _join_two_cells(field: str, one: Any, other: Any) -> Any:
    """Return two values of tags, or of a text, as one; a value of another kind stays alone."""
    if isinstance(one, str) and isinstance(other, str):
        return f"{one} {other}" if field == "tags" else f"{one}\n{other}"
    lists = [value.split() if isinstance(value, str) else value for value in (one, other)]
    return [*lists[0], *lists[1]] if all(isinstance(value, list) for value in lists) else one


def _format_unknown_columns(unknown: Sequence[str]) -> str:
    from difflib import get_close_matches
    from shlex import quote

    column = shorten_quoted_value(unknown[0])
    matches = get_close_matches(fold_column(column), IMPORT_COLUMNS, 1, _MIN_COLUMN_SIMILARITY)
    field = matches[0] if matches else "outcome"
    named = ", ".join(f"“{shorten_quoted_value(name)}”" for name in unknown[:_MAX_NAMED_COLUMNS])
    if len(unknown) > _MAX_NAMED_COLUMNS:
        named += f" and {len(unknown) - _MAX_NAMED_COLUMNS} more"
    subject = (
        f"the columns {named} are not fields"
        if len(unknown) > 1
        else f"the column {named} is not a field"
    )
    mapping, omission = quote(f"{column}={field}"), quote(f"{column}=")
    return (
        f"{subject}; map each to a field (--map {mapping}; see promisectl guide records), "
        f"or leave it out (--map {omission})"
    )


# CSV


def _read_heading_lines(lines: Iterator[str]) -> list[str]:
    """Return the lines up to the end of the first record that is not empty."""
    heading: list[str] = []
    for line in lines:
        heading.append(line)
        text = "".join(heading)
        is_finished = text.count('"') % 2 == 0 and text.strip('"\r\n ' + "".join(_DELIMITERS))
        if is_finished or len(heading) == _MAX_HEADING_LINES:
            break
    return heading


def find_delimiter(heading: Iterable[str]) -> str:
    """Return the delimiter of a CSV file: the most frequent one outside quotes in its heading."""
    outside_quotes = "".join("".join(heading).split('"')[::2])
    return max(_DELIMITERS, key=outside_quotes.count)


def iter_csv_rows(
    lines: Iterable[str],
    delimiter: str,
    names: Mapping[str, str],
    defaults: Collection[str],
    *,
    raw: bool,
) -> Iterator[ImportedRow]:
    """Return the records of a CSV file; the arguments are those of `iter_imported_rows`."""
    reader = csv.reader(lines, strict=True, delimiter=delimiter)
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableLine(line, f"it is not CSV ({error})") from error
        if all(map(is_blank_text, cells)):
            continue
        if not columns:
            columns = parse_csv_header(line, cells, names, defaults)
            continue
        if len(cells) != len(columns):
            raise UnreadableLine(line, f"it has {len(cells)} values for {len(columns)} columns")
        values = cells if raw else [*map(as_csv.unescape_formula, cells)]
        yield ImportedRow(line, _join_cells(line, columns, values))


def parse_csv_header(
    line: int, cells: Sequence[str], names: Mapping[str, str], defaults: Collection[str]
) -> list[str]:
    """Return the field of every column in the header, empty for those to leave out.

    Raises UnreadableLine where a column of `names` or a field that is required is missing.
    """
    titles = [_tidy_column(cell) for cell in cells]
    missing = next(
        (
            name
            for name in names
            if not spelling.select_closest_spellings(_tidy_column(name), titles)
        ),
        None,
    )
    if missing is not None:
        raise UnreadableLine(
            line, f"there is no column “{shorten_quoted_value(missing)}”, which --map names"
        )
    columns = _resolve_columns(line, cells, names)
    for field, content in _REQUIRED_FIELDS.items():
        if field not in columns and field not in defaults:
            ways = (
                f"add one ({content}), map another to it (--map …={field}), "
                f"or set it for all (--set {field}=…)"
            )
            raise UnreadableLine(line, f"there is no column {field}; {ways}")
    return columns


# JSON


def iter_json_rows(
    values: Iterable[tuple[int, Any]], names: Mapping[str, str]
) -> Iterator[ImportedRow]:
    """Return the records among JSON values with their lines. Raises UnreadableLine."""
    keys, columns = list[str](), list[str]()
    for line, value in values:
        if not isinstance(value, dict):
            raise UnreadableLine(line, "it is not a JSON object")
        if keys != list(value):
            keys = list(value)
            columns = _resolve_columns(line, keys, names)
        yield ImportedRow(line, _join_cells(line, columns, [*value.values()]))


def iter_json_values(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """Return the values of one array, or one value, each with its line. Raises UnreadableLine."""
    reader = JsonReader(lines)
    try:
        yield from reader.iter_values()
        if reader.peek_character():
            raise UnreadableLine(reader.line, "the JSON goes on after its end")
    except BadJson as error:
        raise _build_unreadable_line(error) from error


def iter_json_line_values(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """Return the value of every line that is not empty, with its number."""
    for number, line in enumerate(lines, 1):
        if line.strip(JSON_BLANKS):
            yield number, parse_json_line(line, number)


def parse_json_line(text: str, line: int) -> Any:
    """Return the JSON value of a line, whose number is `line`. Raises UnreadableLine."""
    try:
        return JsonReader([text], line).read_only_value()
    except BadJson as error:
        raise _build_unreadable_line(error) from error


def _build_unreadable_line(error: BadJson) -> UnreadableLine:
    if error.kind == "end":
        return UnreadableLine(error.line, "the JSON ends too early")
    what = _JSON_FAULTS.get(error.kind, "{}").format(error.detail)
    if error.kind == "syntax" and error.line == error.first_line:
        what += f", at character {error.column}"
    return UnreadableLine(error.first_line, f"it is not JSON ({what})")
