"""Everything for other programs: export, in every format, to stdout or into files."""

from __future__ import annotations

import os
import re
from contextlib import contextmanager
from datetime import timedelta
from itertools import chain

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, output_files
from promisectl.commands.shared import output as viewing
from promisectl.commands.shared.filters import Filters
from promisectl.domain import constants
from promisectl.records import as_csv, as_ics, as_json, as_markdown, fields
from promisectl.storage import calendar, queries, transfer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from promisectl.commands.shared.output import RecordKind
    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.storage.queries import Query

_EXPORT_FORMATS = ("csv", "json", "jsonl", "md", "ics")
# The formats in which an option means something.
_FORMATS_BY_OPTION = {
    "--acts": ("csv", "json", "jsonl"),
    "--journal": ("jsonl",),
    "--columns": ("csv", "json", "jsonl", "md"),
    "--raw": ("csv",),
    "--bom": ("csv",),
    "--newline": ("csv",),
    "--alarm": ("ics",),
}
_NEWLINES = {"crlf": "\r\n", "lf": "\n"}
CHOICES = {
    "format_": _EXPORT_FORMATS,
    "newline": tuple(_NEWLINES),
    "sort": constants.PROMISE_SORTS,
    "columns": fields.PROMISE_FIELDS,
}
_ALARM_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_ALARM_PATTERN = re.compile(r"(\d{1,4})([dhm])", re.ASCII)


class _ExportOptions(NamedTuple):
    """How the records are to be written."""

    form: str
    columns: tuple[str, ...]
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
    raw: bool = False,
    bom: bool = False,
    newline: str | None = None,
    alarm: Sequence[str] = (),
    **typed: Any,
) -> None:
    """The promises that match, else all of them, or every act, or the whole journal: to stdout, or into files that appear whole."""
    form = arguments.check_choice("--format", format_, _EXPORT_FORMATS) or (
        "jsonl" if journal else _find_format_by_ending(output)
    )
    arguments.ensure_at_most_one(journal=journal, acts=acts)
    arguments.ensure_at_most_one(journal=journal, columns=columns)
    given = {
        "--acts": acts,
        "--journal": journal,
        "--columns": columns,
        "--raw": raw,
        "--bom": bom,
        "--newline": newline,
        "--alarm": alarm,
    }
    for option, value in given.items():
        if value not in (None, False, [], ()) and form not in _FORMATS_BY_OPTION[option]:
            raise errors.NotWithFormat(option, form, _FORMATS_BY_OPTION[option])
    arguments.check_choice("--newline", newline, CHOICES["newline"])
    kind = viewing.ACT_RECORDS if acts else viewing.PROMISE_RECORDS
    how = _ExportOptions(
        form,
        _parse_export_columns(columns, kind, form),
        raw,
        bom,
        _NEWLINES[newline or "crlf"],
        tuple(map(_parse_alarm, alarm)),
    )
    if form == "ics":
        _export_calendar(env, Filters(**typed), how, output, force=force)
    elif output_files.is_directory_path(output):
        raise errors.ExportIntoDirectory(output, form)
    elif journal:
        _export_journal(env, Filters(**typed), output, force=force)
    else:
        with (_open_act_rows if acts else _open_promise_rows)(env, Filters(**typed), how) as rows:
            _write_export(env, _encode_export_rows(env, rows, kind, how), output, force=force)


def _write_export(env: Env, pieces: Iterable[str], output: str, *, force: bool) -> None:
    if output == "-":
        env.write_records(pieces)
    else:
        output_files.write_output_file(env, output, pieces, force=force)


# What is asked


def _find_format_by_ending(output: str) -> str:
    """The format that the name of a file ends in; CSV where that is none."""
    ending = os.path.splitext(output)[1][1:].casefold()
    return ending if ending in _EXPORT_FORMATS else "csv"


def _parse_export_columns(words: str | None, kind: RecordKind, form: str) -> tuple[str, ...]:
    """The fields that are named, each once. Raises UnknownColumn and ColumnTwice."""
    if words is None:
        return ()
    known = (*kind.csv, *(kind.json_alone if form in ("json", "jsonl") else ()))
    names = tuple(word.strip() for word in words.split(","))
    for place, name in enumerate(names):
        if name not in known:
            raise errors.UnknownColumn("--columns", name, known)
        if name in names[:place]:
            raise errors.ColumnTwice(name)
    return names


def _parse_alarm(word: str) -> timedelta:
    """How long before it is due a reminder is wanted. Raises BadAlarm."""
    read = _ALARM_PATTERN.fullmatch(word)
    if not read:
        raise errors.BadAlarm(word)
    return timedelta(**{_ALARM_UNITS[read[2]]: int(read[1])})


# Records


@contextmanager
def _open_promise_rows(env: Env, filters: Filters, how: _ExportOptions) -> Iterator[Iterable[Row]]:
    """The promises that match, by number if nothing is said; for Markdown direction by direction."""
    moment, query = filters.build_query(env, sort="id")
    with viewing.open_view(env, moment) as db:
        yield queries.iter_promise_rows(db, query, by_direction=how.form == "md")


@contextmanager
def _open_act_rows(env: Env, filters: Filters, _how: _ExportOptions) -> Iterator[Iterable[Row]]:
    """Every act, or the newest of them. Raises NotWithActs."""
    _refuse_other_filters(filters, "--acts", but=("--limit", "--all"))
    most = arguments.check_row_limit(filters.limit)
    with viewing.open_view(env) as db:
        yield queries.iter_act_rows(db, limit=most)


def _export_journal(env: Env, filters: Filters, output: str, *, force: bool) -> None:
    """All that was ever recorded, for `import` into an empty ledger. Raises NotWithActs."""
    _refuse_other_filters(filters, "--journal", but=("--all",))
    with viewing.open_view(env) as db:
        records = transfer.iter_journal_records(db)
        _write_export(env, as_json.iter_json_lines(records), output, force=force)


def _refuse_other_filters(filters: Filters, option: str, *, but: Sequence[str]) -> None:
    others = [given for given in filters.given_options if given not in but]
    if others:
        raise errors.NotWithActs(option, others)


def _encode_export_rows(
    env: Env, rows: Iterable[Row], kind: RecordKind, how: _ExportOptions
) -> Iterator[str]:
    if how.form == "md":
        return as_markdown.iter_markdown_parts(rows, how.columns, env.zone)
    if how.form == "csv":
        lines = as_csv.iter_csv_lines(
            rows, how.columns or kind.csv, newline=how.newline, raw=how.raw
        )
        return chain(["\ufeff"] if how.bom else [], lines)
    records: Iterable[Any] = map(kind.json, rows)
    if how.columns:
        records = ({name: record[name] for name in how.columns} for record in records)
    return (as_json.iter_json_array if how.form == "json" else as_json.iter_json_lines)(records)


# Calendars


def _export_calendar(
    env: Env, filters: Filters, how: _ExportOptions, output: str, *, force: bool
) -> None:
    """One calendar with all promises that match, or a directory with a calendar for each."""
    as_ics.ensure_icalendar()
    moment, query = filters.build_query(env, sort="id")
    with viewing.open_view(env, moment, acts=True) as db:
        if output_files.is_directory_path(output):
            _export_calendar_files(env, db, query, how, output, force=force)
        else:
            hours = calendar.fetch_due_zones(db, query)
            rows = calendar.iter_calendar_promises(db, query)
            pieces = as_ics.iter_calendar_parts(rows, hours, how.alarms)
            _write_export(env, pieces, output, force=force)


def _export_calendar_files(
    env: Env,
    db: sqlite3.Connection,
    query: Query,
    how: _ExportOptions,
    output: str,
    *,
    force: bool,
) -> None:
    if not force:
        for uid in calendar.iter_calendar_uids(db, query):
            path = os.path.join(output, f"{uid}.ics")
            if os.path.lexists(path):
                raise errors.FileExists(path)
    output_files.write_output_files(
        env,
        output,
        (
            (f"{row['uid']}.ics", as_ics.encode_task_calendar(row, how.alarms))
            for row in calendar.iter_calendar_promises(db, query)
        ),
    )
