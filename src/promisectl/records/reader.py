"""The reader of import files: their rows, each with its line, in every format that is read."""

from __future__ import annotations

from functools import lru_cache
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import csv_reader, headings
from promisectl.records.imported_rows import (
    ImportedRow,
    ImportRules,
    RowBuilder,
    UnreadableLine,
)
from promisectl.records.json_reader import JSON_BLANKS, BadJson, JsonReader
from promisectl.records.merged_rows import merge_rows
from promisectl.system.text import is_blank_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from promisectl.records.profiles import Profile

IMPORT_FORMATS = ("csv", "tsv", "json", "jsonl", "ics", "todo.txt")
_TABLE_DELIMITERS = {"csv": "", "tsv": "\t"}
"""The delimiter of each format of a table; empty where the heading shows it."""
_TSV_ENDINGS = (".tsv", ".tab")
_TODO_TXT_ENDINGS = ("todo.txt", "done.txt")
_CALENDAR_START = "BEGIN:VCALENDAR"
_MAX_BUILDERS = 64
_BYTE_ORDER_MARK = "\ufeff"
_JSON_FAULTS = {
    "separator": "a , or a ] is missing",
    "depth": "it is nested too deeply",
    "duplicate": "a name is there twice",
    "constant": "{} is not a number in JSON",
    "digits": "a number in it is too long",
}


class FileHead(NamedTuple):
    """What the beginning of a file shows: its columns, and the cells of its first row."""

    columns: Sequence[str]
    cells: Sequence[Any]


def detect_format(first: str, name: str = "") -> str:
    """Return what a file is, by its first line and its name: one of IMPORT_FORMATS."""
    start = first.removeprefix(_BYTE_ORDER_MARK).strip()
    if start.upper() == _CALENDAR_START:
        return "ics"
    if start.startswith("["):
        return "json"
    if start.startswith("{"):
        return "jsonl" if start.endswith("}") else "json"  # an object over several lines
    if name.casefold().endswith(_TSV_ENDINGS):
        return "tsv"
    return "todo.txt" if name.endswith(_TODO_TXT_ENDINGS) else "csv"


def find_profile(
    lines: Iterable[str], form: str, profiles: Sequence[Profile]
) -> tuple[Profile, FileHead] | None:
    """Return the profile that a file is of, and its head; None where it is of none.

    Raises UnreadableLine where the file can't be read that far.
    """
    readable = [profile for profile in profiles if profile.reads == _name_reader(form)]
    if form in ("ics", "todo.txt"):
        return (readable[0], FileHead((), ())) if readable else None
    head = read_head(lines, form, readable)
    found = next((profile for profile in readable if profile.is_of(*head)), None)
    return (found, head) if found else None


def read_head(lines: Iterable[str], form: str, profiles: Sequence[Profile] = ()) -> FileHead:
    """Return the head of a CSV or JSON file. Raises UnreadableLine.

    Above the heading of a CSV that is of one of the profiles, there may be other lines. Of JSON it
    is the outermost object, or the first one of an array.
    """
    if form in _TABLE_DELIMITERS:
        heading = csv_reader.find_csv_heading(
            skip_mark(lines),
            lambda cells: any(profile.is_of(cells) for profile in profiles),
            _TABLE_DELIMITERS[form],
        )
        _, cells = next(csv_reader.iter_csv_cells(heading), (0, []))
        return FileHead(heading.cells, cells)
    for _, value in iter_objects(skip_mark(lines), form, ()):
        return (
            FileHead([*value], [*value.values()]) if isinstance(value, dict) else FileHead((), ())
        )
    return FileHead((), ())


def _name_reader(form: str) -> str:
    """Return the format of a profile that reads a file of a format: JSON lines are JSON too."""
    return {"jsonl": "json", "tsv": "csv"}.get(form, form)


def skip_mark(lines: Iterable[str]) -> Iterator[str]:
    """Return the lines of a file without its byte order mark."""
    rest = iter(lines)
    return chain([next(rest, "").removeprefix(_BYTE_ORDER_MARK)], rest)


def iter_imported_rows(
    lines: Iterable[str], form: str, rules: ImportRules
) -> Iterator[ImportedRow]:
    """Return the rows of a file of one of IMPORT_FORMATS. Raises UnreadableLine."""
    rest = skip_mark(lines)
    first = next(rest)
    if not first:
        raise UnreadableLine(1, "it is empty")
    all_lines, profile = chain([first], rest), rules.profile
    rows = (
        iter_csv_rows(all_lines, rules, _TABLE_DELIMITERS[form])
        if form in _TABLE_DELIMITERS
        else iter_object_rows(iter_objects(all_lines, form, profile.rows), rules)
    )
    is_merged = profile.sections or profile.comments or profile.level_column
    return merge_rows(rows) if is_merged else rows


def iter_csv_rows(
    lines: Iterable[str], rules: ImportRules, delimiter: str = ""
) -> Iterator[ImportedRow]:
    """Return the rows of a CSV file. Raises UnreadableLine.

    A row may lack cells at its end, as Excel leaves out empty ones.
    """
    heading = csv_reader.find_csv_heading(lines, rules.is_heading, delimiter)
    try:
        builder = RowBuilder(heading.cells, rules, is_csv=True)
        builder.check_columns()
    except errors.BadRecord as problem:
        raise UnreadableLine(heading.line, problem) from problem
    width = len(heading.cells)
    for line, cells in csv_reader.iter_csv_cells(heading):
        if len(cells) != width:
            if not all(map(is_blank_text, cells[width:])):
                raise UnreadableLine(line, f"it has {len(cells)} values for {width} columns")
            cells = [*cells, *[""] * (width - len(cells))][:width]  # noqa: PLW2901
        try:
            yield builder.build_row(line, cells)
        except errors.BadRecord as problem:
            raise UnreadableLine(line, problem) from problem


def iter_object_rows(
    values: Iterable[tuple[int, Any]], rules: ImportRules
) -> Iterator[ImportedRow]:
    """Return the rows that are objects, each with its line. Raises UnreadableLine."""
    names_seen: set[str] = set()

    # The objects of one file have few different sets of names.
    @lru_cache(_MAX_BUILDERS)
    def find_builder(names: tuple[str, ...]) -> RowBuilder:
        names_seen.update(names)
        return RowBuilder(names, rules)

    inner_names = [name for name in rules.profile.column_fields if "." in name]
    line = 0
    for line, value in values:
        if not isinstance(value, dict):
            raise UnreadableLine(line, "it is not a JSON object")
        if inner_names:
            add_inner_values(value, inner_names)
        try:
            yield find_builder(tuple(value)).build_row(line, [*value.values()])
        except errors.BadRecord as problem:
            raise UnreadableLine(line, problem) from problem
    if names_seen:
        _check_chosen_names(names_seen, rules, line)


def _check_chosen_names(names: Iterable[str], rules: ImportRules, line: int) -> None:
    """Raise UnreadableLine where no object of a file has a value that rows are chosen by."""
    try:
        headings.check_named_headings(names, rules.key_columns, "--id")
        only = [condition.column for condition in rules.only if condition.value]
        headings.check_named_headings(names, only, "--only")
    except errors.BadRecord as problem:
        raise UnreadableLine(line, problem) from problem


# Objects


def add_inner_values(value: dict[str, Any], names: Iterable[str]) -> None:
    """Add to an object what the objects in its lists have, by names such as `notes.text`.

    There is one line of it for each of them.
    """
    for name in names:
        outer, _, inner = name.partition(".")
        objects = value.get(outer)
        if name not in value and isinstance(objects, list):
            texts = [one.get(inner) for one in objects if isinstance(one, dict)]
            value[name] = "\n".join(str(text) for text in texts if text)


def iter_objects(lines: Iterable[str], form: str, rows: Sequence[str]) -> Iterator[tuple[int, Any]]:
    """Return each value of a file that is not a table, with its line. Raises UnreadableLine.

    `rows` are the names under which JSON nests them.
    """
    if form == "ics":
        from promisectl.records import vtodo

        return vtodo.iter_todos(lines)
    if form == "todo.txt":
        from promisectl.records import todo_txt

        return todo_txt.iter_tasks(lines)
    values = iter_json_values(lines) if form == "json" else iter_json_line_values(lines)
    return _iter_nested_objects(values, rows) if rows else values


def _iter_nested_objects(
    values: Iterable[tuple[int, Any]], names: Sequence[str]
) -> Iterator[tuple[int, Any]]:
    """Return the objects in the lists of those names, from the outside in.

    Each has the values of the objects around it that are not lists, with the name of the list
    before theirs: the title of a list of tasks is `items.title`.
    """
    if not names:
        yield from values
        return
    name, *inner_names = names
    for line, outer in values:
        around = {
            f"{name}.{key}": value
            for key, value in (outer.items() if isinstance(outer, dict) else ())
            if not isinstance(value, list)
        }
        inner = outer.get(name) if isinstance(outer, dict) else None
        objects = [
            (line, {**value, **around} if isinstance(value, dict) else value)
            for value in inner or ()
        ]
        yield from _iter_nested_objects(objects, inner_names)


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
