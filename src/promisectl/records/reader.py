"""Records from a file of somebody else's: the lines of a CSV, the objects of a JSON, each with the place where it stands."""

from __future__ import annotations

import csv
import json
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import as_csv, fields
from promisectl.records.cells import shorten_quoted_value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

IMPORT_COLUMNS = fields.IMPORT_RECORD_FIELDS
IMPORT_FORMATS = ("csv", "json", "jsonl")
_REQUIRED_FIELDS = {"outcome": "what is promised", "direction": "owe, owed or self"}
_DELIMITERS = (",", ";", "\t")
_BYTE_ORDER_MARK = "\ufeff"
_JSON_BLANKS = " \t\r\n"
_MAX_INTEGER_DIGITS = 18
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
            _JsonObjectReader(all_).iter_objects()
            if form == "json"
            else _iter_json_line_values(all_),
            names,
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


def _iter_json_line_values(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        if line.strip(_JSON_BLANKS):
            yield number, parse_json_line(line, number)


class _JsonObjectReader:
    """The objects of one JSON array, or one object alone, each as soon as it is whole: no more is kept than it takes for that."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._text = ""
        self._position = 0
        self._line = 1

    def iter_objects(self) -> Iterator[tuple[int, Any]]:
        """Every object with the line on which it begins."""
        if self._peek_sign() != "[":
            yield self._read_value()
        else:
            self._skip_sign()
            if self._peek_sign() != "]":
                yield self._read_value()
            while self._peek_sign() == ",":
                self._skip_sign()
                yield self._read_value()
            if self._peek_sign() != "]":
                raise UnreadableLine(
                    self._line,
                    "it is no JSON (a , or a ] is missing)"
                    if self._peek_sign()
                    else "the JSON ends too early",
                )
            self._skip_sign()
        if self._peek_sign():
            raise UnreadableLine(self._line, "the JSON goes on after its end")

    def _peek_sign(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            while self._position < len(self._text):
                sign = self._text[self._position]
                if sign not in _JSON_BLANKS:
                    return sign
                self._skip_sign()
            if not self._read_more(1):
                return ""

    def _skip_sign(self) -> None:
        self._line += self._text[self._position] == "\n"
        self._position += 1

    def _read_value(self) -> tuple[int, Any]:
        if not self._peek_sign():
            raise UnreadableLine(self._line, "the JSON ends too early")
        line = self._line
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._position)
            except (ValueError, RecursionError) as error:
                if not isinstance(error, json.JSONDecodeError) or not self._read_more(
                    len(self._text) - self._position
                ):
                    raise UnreadableLine(line, _format_json_error(error)) from error
            else:
                self._line += self._text.count("\n", self._position, end)
                self._position = end
                return line, found

    def _read_more(self, least: int) -> bool:
        """Read on by so many characters, or to the end; False where it was there already. What is done with is let go of."""
        parts, length = [self._text[self._position :]], 0
        for line in self._lines:
            parts.append(line)
            length += len(line)
            if length >= least:
                break
        self._text, self._position = "".join(parts), 0
        return length > 0


def parse_json_line(text: str, line: int) -> Any:
    """The JSON value that a line holds. Raises Unreadable."""
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableLine(line, _format_json_error(error)) from error


def _format_json_error(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return (
            f"it is no JSON ({error.msg}, at sign {error.colno})"
            if error.lineno == 1
            else f"it is no JSON ({error.msg})"
        )
    return f"it is no JSON ({'it is nested too deeply' if isinstance(error, RecursionError) else error})"


def _refuse_constant(name: str) -> None:
    message = f"{name} is no number there"
    raise ValueError(message)


def _parse_json_integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        message = "a number in it is too long"
        raise ValueError(message)
    return int(digits)


def _build_unique_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        message = "a name is there twice"
        raise ValueError(message)
    return found


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_int=_parse_json_integer,
    object_pairs_hook=_build_unique_dict,
)
