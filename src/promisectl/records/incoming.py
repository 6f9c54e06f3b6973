"""Records from a file of somebody else's: the lines of a CSV, the objects of a JSON, each with the place where it stands."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from promisectl import errors
from promisectl.records import as_csv, fields

FIELDS = fields.IMPORTED
FORMS = ("csv", "json", "jsonl")
_DELIMITERS = (",", ";", "\t")


class Row(NamedTuple):
    """A record with the number of its first line; what is empty is None. In CSV every cell is a text."""

    line: int
    cells: Mapping[str, Any]


class Unreadable(Exception):
    """A line that can't be read at all."""

    def __init__(self, line: int, what: str) -> None:
        self.line = line
        self.problem = errors.BadRecord(what)
        super().__init__(what)


def form_of(first: str) -> str:
    """What a file is, by its first line: `json`, `jsonl` or `csv`."""
    begun = first.removeprefix("\ufeff").strip()
    return "json" if begun.startswith("[") or begun == "{" else "jsonl" if begun.startswith("{") else "csv"


def rows(lines: Iterable[str], form: str, names: Mapping[str, str], *, raw: bool = False) -> Iterator[Row]:
    """The records of a file. `names` says which of its columns is which field of ours, an empty one which to leave out.

    `raw`: the cells of a CSV have no `'` before what looks like a formula. Raises Unreadable.
    """
    if form == "csv":
        yield from _csv(lines, names, raw=raw)
        return
    for line, found in (_objects if form == "json" else _lines)(lines):
        if not isinstance(found, dict):
            raise Unreadable(line, "it is no JSON object")
        named = {_field(line, key, names): value for key, value in found.items()}
        yield Row(line, {key: None if value == "" else value for key, value in named.items() if key})


def _field(line: int, column: str, names: Mapping[str, str]) -> str:
    """Our field for a column of theirs, empty to leave it out."""
    field = names.get(column, column.strip() if column.strip() in fields.IMPORTED else None)
    if field is None:
        from difflib import get_close_matches

        near = next(iter(get_close_matches(column.casefold().replace(" ", "_"), fields.IMPORTED, 1, 0)))
        raise Unreadable(line, f"there is no field “{column}”; say which it is with --map “{column}={near}”, or leave it out: “{column}=”")
    return field


def _csv(lines: Iterable[str], names: Mapping[str, str], *, raw: bool) -> Iterator[Row]:
    rest = iter(lines)
    first = next(rest, "").removeprefix("\ufeff")
    reader = csv.reader(chain([first], rest), strict=True, delimiter=max(_DELIMITERS, key=first.count))
    columns: list[str] = []
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise Unreadable(line, f"it is no CSV ({error})") from error
        if not columns:
            columns = _columns(line, cells, names)
        elif cells:
            if len(cells) != len(columns):
                raise Unreadable(line, f"it has {len(cells)} cells under {len(columns)} columns")
            found = zip(columns, cells if raw else map(as_csv.disarmed, cells), strict=True)
            yield Row(line, {column: cell or None for column, cell in found if column})


def _columns(line: int, cells: list[str], names: Mapping[str, str]) -> list[str]:
    columns = [_field(line, cell, names) for cell in cells]
    twice = next((column for place, column in enumerate(columns) if column and column in columns[:place]), None)
    if twice:
        raise Unreadable(line, f"the column {twice} is there twice")
    return columns


def _lines(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(lines, 1):
        text = line.removeprefix("\ufeff") if number == 1 else line
        if text.strip():
            yield number, one(text, number)


def _objects(lines: Iterable[str]) -> Iterator[tuple[int, Any]]:
    """The objects of one JSON array, or one object alone: as it comes where a line holds one of them, else all of it at once."""
    text = "".join(lines).removeprefix("\ufeff")
    decoder, place, line, counted = json.JSONDecoder(parse_constant=_no_constant), 0, 1, 0

    def skip(signs: str) -> None:
        nonlocal place
        while place < len(text) and text[place] in signs:
            place += 1

    skip(" \t\r\n[")
    while place < len(text) and text[place] != "]":
        line, counted = line + text.count("\n", counted, place), place
        try:
            found, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise Unreadable(line, f"it is no JSON ({error})") from error
        yield line, found
        skip(" \t\r\n,")
    if text[place:].strip() != ("]" if text.lstrip().startswith("[") else ""):
        raise Unreadable(line + text.count("\n", counted, place), "the JSON ends too early or goes on too long")


def one(text: str, line: int) -> Any:
    """The JSON value that a line holds. Raises Unreadable."""
    try:
        return json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Unreadable(line, f"it is no JSON ({error})") from error


def _no_constant(name: str) -> None:
    message = f"{name} is no JSON"
    raise ValueError(message)
