"""The command `export`: promises, acts or the journal for other programs, in every format."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output_files
from promisectl.commands.shared import output as output_views
from promisectl.commands.shared.filters import Filters
from promisectl.domain.constants import (
    EXPORT_FORMATS,
    EXPORT_NEWLINES,
    EXPORT_READERS,
    TABLE_DELIMITERS,
)
from promisectl.records import as_csv, as_ics, as_json, as_markdown, fields, for_people
from promisectl.storage import calendar, queries
from promisectl.storage.queries import ActQuery

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from promisectl.commands.shared.output import RecordKind
    from promisectl.commands.shared.output_files import OutputTarget
    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.records.row_texts import CsvText, RowKind, RowText
    from promisectl.storage.queries import Query

# The formats in which an option means something.
_FORMATS_BY_OPTION = {
    "--acts": ("csv", "tsv", "json", "jsonl"),
    "--journal": ("jsonl",),
    "--columns": ("csv", "tsv", "json", "jsonl", "md"),
    "--for": ("csv", "tsv", "md"),
    "--raw": ("csv", "tsv"),
    "--bom": ("csv", "tsv"),
    "--newline": ("csv", "tsv"),
    "--alarm": ("ics",),
}
_TEXT_FORMATS = ("csv", "json", "jsonl")  # those that SQLite can write
_FORMATS_BY_ENDING = {"tab": "tsv", "ndjson": "jsonl", "markdown": "md", "ical": "ics"}
_OTHER_ENDINGS = (
    *("xls", "xlsx", "xlsm", "ods", "fods", "numbers", "parquet", "feather"),
    *("html", "htm", "xml", "yaml", "yml", "toml", "pdf", "rtf", "doc", "docx", "odt", "tex"),
    *("org", "rst", "db", "sqlite", "sqlite3", "sql", "zip", "gz", "bz2", "xz", "zst", "7z"),
)
_NEWLINES = {"crlf": "\r\n", "lf": "\n"}
_ALARM_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_ALARM_PATTERN = re.compile(r"(\d{1,4})([dhm])", re.ASCII)


class ExportOptions(NamedTuple):
    """How records are written: their format, their fields (all when empty), and CSV's details.

    `readable` are those with columns for people. `alarms` are the times before the due date at
    which a calendar reminds.
    """

    form: str
    columns: tuple[str, ...]
    readable: bool
    raw: bool
    bom: bool
    newline: str
    alarms: tuple[timedelta, ...]


def export(
    env: Env,
    *,
    acts: bool = False,
    journal: bool = False,
    format_: str | None = None,
    output: str = "-",
    force: bool = False,
    columns: str | None = None,
    for_: str | None = None,
    raw: bool = False,
    bom: bool = False,
    newline: str | None = None,
    alarm: Sequence[str] = (),
    **typed: Any,
) -> None:
    """Export all promises or those that match, all acts, or the whole journal.

    `typed` are the filters. Raises NotWithFormat for an option that the format does not have.
    """
    target = output_files.resolve_output_target(env, "-o", output, force=force)
    form = arguments.check_choice("--format", format_, EXPORT_FORMATS)
    form = form or find_format_by_ending(output, journal=journal)
    readable = arguments.check_choice("--for", for_, EXPORT_READERS) == "people"
    arguments.check_choice("--newline", newline, EXPORT_NEWLINES)
    whole = {"journal": journal, "for": readable}
    arguments.ensure_at_most_one(**whole, acts=acts)
    arguments.ensure_at_most_one(**whole, columns=columns)
    details = {"raw": raw, "bom": bom, "newline": newline, "alarm": alarm}
    ensure_format_has_options(form, acts=acts, columns=columns, **whole, **details)
    kind = output_views.ACT_RECORDS if acts else output_views.PROMISE_RECORDS
    names = parse_export_columns(columns, kind, form)
    alarms = tuple(map(parse_alarm, alarm))
    options = ExportOptions(form, names, readable, raw, bom, _NEWLINES[newline or "crlf"], alarms)
    filters = Filters(**typed)
    if form == "ics":
        export_calendar(env, filters, options, target)
    elif target.is_directory:
        raise errors.ExportIntoDirectory(output, form)
    elif journal:
        export_journal(env, filters, target)
    else:
        with _open_export_pieces(env, filters, options, acts=acts) as pieces:
            target.write(env, pieces)


# Options


def find_format_by_ending(path: str, *, journal: bool) -> str:
    """Return the format that the ending of a file's name stands for; CSV for an unknown ending.

    A journal is always in JSON lines. Raises UnknownEnding for the ending of a format that there
    is not an export to.
    """
    ending = os.path.splitext(path)[1][1:].casefold()
    form = _FORMATS_BY_ENDING.get(ending, ending)
    if form in _OTHER_ENDINGS:
        raise errors.UnknownEnding(path, ending, EXPORT_FORMATS)
    return "jsonl" if journal else form if form in EXPORT_FORMATS else "csv"


def ensure_format_has_options(form: str, **options: object) -> None:
    """Raise NotWithFormat when one of the options that are given means nothing in a format."""
    for name, value in options.items():
        formats = _FORMATS_BY_OPTION[f"--{name}"]
        if value not in (None, False, [], ()) and form not in formats:
            raise errors.NotWithFormat(f"--{name}", form, formats)


def parse_export_columns(words: str | None, kind: RecordKind, form: str) -> tuple[str, ...]:
    """Return the fields named in `words`, between commas. Raises UnknownColumn and ColumnTwice."""
    if words is None:
        return ()
    known = (*kind.csv, *(kind.json_alone if form in ("json", "jsonl") else ()))
    names = tuple(word.strip() for word in words.split(","))
    for index, name in enumerate(names):
        if name not in known:
            raise errors.UnknownColumn("--columns", name, known)
        if name in names[:index]:
            raise errors.ColumnTwice(name)
    return names


def parse_alarm(word: str) -> timedelta:
    """Return how long before the due date a reminder comes, as `1d`, `2h` or `30m`.

    Raises BadAlarm.
    """
    match = _ALARM_PATTERN.fullmatch(word)
    if not match:
        raise errors.BadAlarm(word)
    return timedelta(**{_ALARM_UNITS[match[2]]: int(match[1])})


# Records


@contextmanager
def _open_export_pieces(
    env: Env, filters: Filters, options: ExportOptions, *, acts: bool
) -> Iterator[Iterable[str]]:
    """Open the ledger for the acts, or for the promises that match, ordered by ID, as text.

    In Markdown the promises come direction by direction. Void ones are not for people unless they
    are asked for. Raises NotWithActs.
    """
    is_whole = options.form in _TEXT_FORMATS and not (options.readable or options.columns)
    if acts:
        _refuse_other_filters(filters, "--acts", but=("--limit", "--all"))
        limit = arguments.check_row_limit(filters.limit)
        with output_views.open_view(env) as db:
            wanted = ActQuery(limit=limit)
            if is_whole and queries.should_read_act_texts(db, wanted):
                yield encode_act_texts(db, options)
                return
            rows = map(fields.check_uid, queries.iter_act_rows(db, wanted))
            yield encode_export_rows(env, rows, output_views.ACT_RECORDS, options)
    else:
        moment, query = filters.build_query(env, sort="id")
        query = query._replace(not_void=options.readable and not filters.state)
        grouped = options.form == "md" and not options.readable
        with output_views.open_view(
            env, moment, acts=options.form != "md" or bool(filters.asked_with)
        ) as db:
            if is_whole and queries.should_read_texts(db, query):
                yield encode_promise_texts(db, query, options)
                return
            rows = map(fields.check_uid, queries.iter_promise_rows(db, query, by_direction=grouped))
            yield encode_export_rows(env, rows, output_views.PROMISE_RECORDS, options)


def export_journal(env: Env, filters: Filters, target: OutputTarget) -> None:
    """Write the whole journal, for `import` into an empty ledger. Raises NotWithActs."""
    from promisectl.storage import transfer  # saves the other exports 0.5 starts

    _refuse_other_filters(filters, "--journal", but=("--all",))
    with output_views.open_view(env) as db:
        records = transfer.iter_journal_records(db)
        target.write(env, as_json.iter_json_lines(records))


def _refuse_other_filters(filters: Filters, option: str, *, but: Sequence[str]) -> None:
    others = [name for name in filters.given_options if name not in but]
    if others:
        raise errors.NotWithActs(option, others)


def encode_export_rows(
    env: Env, rows: Iterable[Row], kind: RecordKind, options: ExportOptions
) -> Iterator[str]:
    """Return the text of the rows, piece by piece, in the format of the options."""
    columns = options.columns or kind.csv
    if options.readable:
        columns = for_people.READABLE_COLUMNS
        rows = (for_people.build_readable_row(row, env.zone) for row in rows)
        if options.form == "md":
            return as_markdown.iter_markdown_table(rows, columns)
    if options.form == "md":
        return as_markdown.iter_markdown_parts(rows, options.columns, env.zone)
    if options.form in TABLE_DELIMITERS:
        lines = as_csv.iter_csv_lines(
            rows,
            columns,
            newline=options.newline,
            raw=options.raw,
            delimiter=TABLE_DELIMITERS[options.form],
        )
        return chain(["\ufeff"] if options.bom else [], lines)
    records: Iterable[Any] = map(kind.json, rows)
    if options.columns:
        records = ({name: record[name] for name in options.columns} for record in records)
    encode = as_json.iter_json_array if options.form == "json" else as_json.iter_json_lines
    return encode(records)


def encode_promise_texts(
    db: sqlite3.Connection, query: Query, options: ExportOptions
) -> Iterator[str]:
    """Return what `encode_export_rows` returns for whole promises, most of it written by SQLite."""
    from promisectl.records import row_texts

    kind = row_texts.PROMISES
    if options.form == "csv":
        lines = queries.iter_promise_lines(db, query, row_texts.build_line_check(kind))
        return encode_csv_texts(kind, lines, check_promise_row, options)
    texts = queries.iter_promise_texts(db, query)
    return encode_json_texts(kind, texts, check_promise_row, options)


def encode_act_texts(db: sqlite3.Connection, options: ExportOptions) -> Iterator[str]:
    """Return what `encode_export_rows` returns for all acts, most of it written by SQLite."""
    from promisectl.records import row_texts

    kind = row_texts.ACTS
    if options.form == "csv":
        lines = queries.iter_act_lines(db, row_texts.build_line_check(kind))
        return encode_csv_texts(kind, lines, fields.check_uid, options)
    return encode_json_texts(kind, queries.iter_act_texts(db), fields.check_uid, options)


def encode_csv_texts(
    kind: RowKind,
    lines: Iterable[CsvText],
    check_row: Callable[[Row], Row],
    options: ExportOptions,
) -> Iterator[str]:
    """Return the text of rows that SQLite has written as CSV where they are plain."""
    from promisectl.records import row_texts

    newline, raw = options.newline, options.raw
    pieces = row_texts.iter_csv_texts(kind, lines, check_row, newline=newline, raw=raw)
    return chain(["\ufeff"] if options.bom else [], pieces)


def encode_json_texts(
    kind: RowKind,
    texts: Iterable[RowText],
    check_row: Callable[[Row], Row],
    options: ExportOptions,
) -> Iterator[str]:
    """Return the text of rows that SQLite has written as JSON arrays."""
    from promisectl.records import row_texts

    encoded = row_texts.iter_json_texts(kind, texts, check_row)
    if options.form == "json":
        return as_json.iter_encoded_array(encoded)
    return as_json.iter_encoded_lines(encoded)


def check_promise_row(row: Row) -> Row:
    """Return the row of a promise that is not damaged. Raises DamagedContent."""
    return fields.check_uid(next(queries.refuse_strangers([row])))


# Calendars


def export_calendar(
    env: Env, filters: Filters, options: ExportOptions, target: OutputTarget
) -> None:
    """Write one calendar with all promises that match, or a directory with one for each."""
    as_ics.ensure_icalendar()
    moment, query = filters.build_query(env, sort="id")
    with output_views.open_view(env, moment, acts=True) as db:
        if target.is_directory:
            export_calendar_files(env, db, query, options, target)
        else:
            zones = calendar.fetch_due_zones(db, query)
            rows = map(fields.check_uid, calendar.iter_calendar_promises(db, query))
            target.write(env, as_ics.iter_calendar_parts(rows, zones, options.alarms))


def export_calendar_files(
    env: Env, db: sqlite3.Connection, query: Query, options: ExportOptions, target: OutputTarget
) -> None:
    """Write a calendar for each promise into a directory, named by its uid. Raises FileExists."""
    if not target.force:
        for row in map(fields.check_uid, calendar.iter_calendar_rows(db, query)):
            path = os.path.join(target.path, f"{row['uid']}.ics")
            if os.path.lexists(path):
                raise errors.FileExists(path)
    rows = map(fields.check_uid, calendar.iter_calendar_promises(db, query))
    files = (
        (f"{row['uid']}.ics", as_ics.encode_task_calendar(row, options.alarms)) for row in rows
    )
    output_files.write_output_files(env, target.path, files)
