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
from promisectl.commands.shared.filters import Asked, Filters
from promisectl.records import as_csv, as_ics, as_json, as_markdown, fields
from promisectl.storage import calendar, queries, transfer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from promisectl.commands.shared.output import Kind, Row
    from promisectl.env import Env

_FORMATS = ("csv", "json", "jsonl", "md", "ics")
# The formats in which an option means something.
_MEANS = {
    "--acts": ("csv", "json", "jsonl"),
    "--journal": ("jsonl",),
    "--columns": ("csv", "json", "jsonl", "md"),
    "--raw": ("csv",),
    "--bom": ("csv",),
    "--newline": ("csv",),
    "--alarm": ("ics",),
}
_NEWLINES = {"crlf": "\r\n", "lf": "\n"}
CHOICES = {"format_": _FORMATS, "newline": tuple(_NEWLINES), "sort": queries.ORDERS, "columns": fields.PROMISE}
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}
_ALARM = re.compile(r"(\d{1,4})([dhm])", re.ASCII)


class _How(NamedTuple):
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
    form = arguments.choice("--format", format_, _FORMATS) or ("jsonl" if journal else _ending(output))
    arguments.at_most_one(journal=journal, acts=acts)
    arguments.at_most_one(journal=journal, columns=columns)
    given = {"--acts": acts, "--journal": journal, "--columns": columns, "--raw": raw, "--bom": bom, "--newline": newline, "--alarm": alarm}
    for option, value in given.items():
        if value not in (None, False, [], ()) and form not in _MEANS[option]:
            raise errors.NotWithFormat(option, form, _MEANS[option])
    arguments.choice("--newline", newline, CHOICES["newline"])
    kind = viewing.ACTS if acts else viewing.PROMISES
    how = _How(form, _columns(columns, kind, form), raw, bom, _NEWLINES[newline or "crlf"], tuple(map(_before, alarm)))
    if form == "ics":
        _calendar(env, Filters(**typed), how, output, force=force)
    elif output_files.is_directory(output):
        raise errors.IntoADirectory(output, form)
    elif journal:
        _whole(env, Filters(**typed), output, force=force)
    else:
        with (_acts if acts else _promises)(env, Filters(**typed), how) as rows:
            _put(env, _written(env, rows, kind, how), output, force=force)


def _put(env: Env, pieces: Iterable[str], output: str, *, force: bool) -> None:
    if output == "-":
        env.write_records(pieces)
    else:
        output_files.write(env, output, pieces, force=force)


# What is asked


def _ending(output: str) -> str:
    """The format that the name of a file ends in; CSV where that is none."""
    ending = os.path.splitext(output)[1][1:].casefold()
    return ending if ending in _FORMATS else "csv"


def _columns(words: str | None, kind: Kind, form: str) -> tuple[str, ...]:
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


def _before(word: str) -> timedelta:
    """How long before it is due a reminder is wanted. Raises BadAlarm."""
    read = _ALARM.fullmatch(word)
    if not read:
        raise errors.BadAlarm(word)
    return timedelta(**{_UNITS[read[2]]: int(read[1])})


# Records


@contextmanager
def _promises(env: Env, filters: Filters, how: _How) -> Iterator[Iterable[Row]]:
    """The promises that match, by number if nothing is said; for Markdown direction by direction."""
    asked = filters.read(env, sort="id")
    with asked.opened(env) as db:
        yield asked.rows(env, db, by_direction=how.form == "md") if db else ()


@contextmanager
def _acts(env: Env, filters: Filters, _how: _How) -> Iterator[Iterable[Row]]:
    """Every act, or the newest of them. Raises NotWithActs."""
    _refuse(filters, "--acts", but=("--limit", "--all"))
    most = arguments.limit(filters.limit)
    with viewing.opened(env) as db:
        yield queries.acts(db, limit=most) if db else ()


def _whole(env: Env, filters: Filters, output: str, *, force: bool) -> None:
    """All that was ever recorded, for `import` into an empty ledger. Raises NotWithActs."""
    _refuse(filters, "--journal", but=("--all",))
    with viewing.opened(env) as db:
        _put(env, as_json.lines(transfer.records(db) if db else [transfer.nothing()]), output, force=force)


def _refuse(filters: Filters, option: str, *, but: Sequence[str]) -> None:
    others = [given for given in filters.given if given not in but]
    if others:
        raise errors.NotWithActs(option, others)


def _written(env: Env, rows: Iterable[Row], kind: Kind, how: _How) -> Iterator[str]:
    if how.form == "md":
        return as_markdown.page(rows, how.columns, env.zone)
    if how.form == "csv":
        lines = as_csv.lines(rows, how.columns or kind.csv, newline=how.newline, raw=how.raw)
        return chain(["\ufeff"] if how.bom else [], lines)
    records: Iterable[Any] = map(kind.json, rows)
    if how.columns:
        records = ({name: record[name] for name in how.columns} for record in records)
    return (as_json.array if how.form == "json" else as_json.lines)(records)


# Calendars


def _calendar(env: Env, filters: Filters, how: _How, output: str, *, force: bool) -> None:
    """One calendar with all promises that match, or a directory with a calendar for each."""
    as_ics.ready()
    asked = filters.read(env, sort="id")
    with asked.opened(env, acts=True) as db:
        if output_files.is_directory(output):
            _into_directory(env, db, asked, how, output, force=force)
        else:
            hours = calendar.zones(db, asked.clock(env), **asked.narrow) if db else ()
            _put(env, as_ics.calendar(_tasks(env, db, asked), hours, how.alarms), output, force=force)


def _into_directory(env: Env, db: Any, asked: Asked, how: _How, output: str, *, force: bool) -> None:
    if db and not force:
        for uid in calendar.uids(db, asked.clock(env), **asked.narrow):
            path = os.path.join(output, f"{uid}.ics")
            if os.path.lexists(path):
                raise errors.FileExists(path)
    output_files.write_each(env, output, ((f"{row['uid']}.ics", as_ics.alone(row, how.alarms)) for row in _tasks(env, db, asked)))


def _tasks(env: Env, db: Any, asked: Asked) -> Iterable[Row]:
    return calendar.promises(db, asked.clock(env), **asked.narrow) if db else ()
