"""How commands read the ledger, and print records for programs or tables for people."""

from __future__ import annotations

import os
from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import encode_instant
from promisectl.records import fields
from promisectl.storage import connection, ledger, queries
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from promisectl.domain.promise import Promise
    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.formats import LocalMoment

_WELCOME_LINES = (
    "No promises yet. Three ways to begin:",
    '  promisectl make "Send the Q3 numbers" --to dana --by fri',
    '  promisectl make "Fix the bike brake" --from lee --by sat',
    "  promisectl guide start",
)


def local_moment(env: Env, moment: datetime | None) -> LocalMoment:
    """Return a moment, now for None, in the local zone of the person."""
    return env.here._replace(now=moment) if moment else env.here


def build_clock(env: Env, moment: datetime | None = None) -> QueryClock:
    """Return the clock of a query about a moment, now for None."""
    return QueryClock(*map(encode_instant, env.read_clock(moment)))


def encode_moment(moment: datetime | None) -> str | None:
    """Return a moment as the ledger stores it; None stays None."""
    return encode_instant(moment) if moment else None


class RecordKind(NamedTuple):
    """A kind of record.

    `csv` and `lines` name its fields in these forms. `json` turns a row into a JSON object;
    `json_alone` names the fields that only this object has.
    """

    csv: tuple[str, ...]
    lines: tuple[str, ...]
    json: Callable[[Row], Any]
    json_alone: tuple[str, ...] = ()


PROMISE_RECORDS = RecordKind(
    fields.PROMISE_FIELDS,
    (*fields.PROMISE_LINE_FIELDS, "direction"),
    fields.build_promise_record,
    ("offer",),
)
ACT_RECORDS = RecordKind(fields.ACT_FIELDS, fields.ACT_LINE_FIELDS, fields.build_act_record)
DAY_RECORDS = RecordKind(fields.DAY_FIELDS, fields.DAY_FIELDS, fields.build_week_day_record)
PERSON_RECORDS = RecordKind(fields.PERSON_FIELDS, fields.PERSON_FIELDS, fields.build_person_record)


@contextmanager
def open_view(
    env: Env, moment: datetime | None = None, *, acts: bool = False
) -> Iterator[sqlite3.Connection]:
    """Yield a connection that reads the ledger, or an empty ledger if there is none yet.

    With `moment`, it holds the ledger as of that moment, and the acts only with `acts` or where
    whole records are printed.
    """
    acts = acts or env.form in ("csv", "json", "jsonl", "template")
    with ledger.open_snapshot_or_empty(env.ledger) as db:
        if moment is None:
            yield db
            return
        with ledger.open_temporary_ledger(
            in_memory=connection.fits_memory(env.ledger_file)
        ) as past:
            queries.fill_ledger_as_of(past, db, moment, acts=acts)
            queries.release_ledger(db)  # its reader may be slow, and nobody waits for it
            yield past


def find_promise_row(env: Env, db: sqlite3.Connection, number: int) -> Row:
    """Return the record of a promise. Raises NoPromise."""
    row = queries.find_promise_by_id(db, build_clock(env), number)
    if row is None:
        raise errors.NoPromise(number)
    return row


def load_promise_and_name(env: Env, number: int) -> tuple[Promise, str]:
    """Return a promise to be asked about, and the name of the other side. Raises NoPromise.

    What was shown first is what an answer is about, however often the promise is read again.
    """
    with open_view(env) as db:
        promise = queries.load_promise(db, number)
        env.seen_uids.setdefault(number, promise.opening.uid)
        return promise, queries.fetch_person_name(db, promise.opening.person)


def print_view(
    env: Env, rows: Iterable[Row], kind: RecordKind, draw: Callable[[list[Row]], None]
) -> None:
    """Print rows in the form of the command; a welcome if there is no ledger yet.

    `draw` prints them for a person.
    """
    if ledger.has_ledger(env.ledger):
        print_rows(env, rows, kind, draw)
    else:
        print_rows(env, [], kind, lambda _: None)
        print_welcome(env)


def print_rows(
    env: Env, rows: Iterable[Row], kind: RecordKind, draw: Callable[[list[Row]], None]
) -> None:
    """Print rows in the form of the command: drawn by `draw`, or streamed as records.

    Raises BadTemplate and UnknownColumn.
    """
    if env.form == "table":
        draw(list(rows))
    elif env.form == "template":
        from promisectl.records import as_template

        pieces = as_template.parse_template(env.template, kind.csv)
        rows = map(fields.check_uid, rows)
        env.write_records(as_template.iter_template_lines(rows, pieces))
    else:
        env.write_records(encode_rows(env.form, rows, kind))


def print_welcome(env: Env) -> None:
    """Print how to begin; as hints where a program reads the records.

    Where the directory of the ledger is missing, that is said instead.
    """
    if warn_of_missing_directory(env):
        return
    print_line = env.print_line if env.form == "table" else env.print_hint
    for line in _WELCOME_LINES:
        print_line(line)


def print_result(
    env: Env,
    *,
    records: Iterable[Mapping[str, Any]] = (),
    ids: Iterable[object] = (),
    lines: Iterable[str] = (),
    facts: Iterable[str] = (),
    hints: Iterable[str] = (),
) -> None:
    """Print what a command has recorded: records with --json, ids with --quiet, else lines.

    With --json, what has no records is an empty array, so that there is always JSON. `facts` are
    lines that are not wrapped, such as a path. `hints` say what to do next. Raises AnswerLost.
    """
    if env.is_json:
        from promisectl.records import as_json

        encoded = [as_json.encode_json(record) for record in records]
        env.print_answer(encoded or ["[]"], whole=True)
    elif env.quiet:
        env.print_answer(map(str, ids), whole=True)
    else:
        env.print_answer(lines)
        env.print_answer(facts, whole=True)
        for hint in hints:
            env.print_hint(hint)


def print_record(env: Env, record: Mapping[str, Any]) -> None:
    """Print a record as one line of JSON."""
    from promisectl.records import as_json

    env.write_records(as_json.iter_json_lines([record]))


def encode_rows(form: str, rows: Iterable[Row], kind: RecordKind) -> Iterator[str]:
    """Return pieces of text: rows in the form `csv`, `plain`, `json` or `jsonl`."""
    if form == "csv":
        from promisectl.records import as_csv

        if "uid" in kind.csv:
            rows = map(fields.check_uid, rows)
        return as_csv.iter_csv_lines(rows, kind.csv)
    if form == "plain":
        from promisectl.records import as_lines

        return as_lines.iter_tab_lines(rows, kind.lines)
    return encode_json_records(form, map(kind.json, rows))


def encode_json_records(form: str, records: Iterable[object]) -> Iterator[str]:
    """Return pieces of text: an array in the form `json`, else a line for each record."""
    from promisectl.records import as_json

    if form == "json":
        return as_json.iter_json_array(records)
    return as_json.iter_json_lines(records)


def print_renderables(env: Env, *renderables: Any) -> None:
    """Print what a renderer returned, in the width and the colors of the terminal."""
    from promisectl.rendering import tables

    console = tables.create_console(env.stdout(), env.width, color=env.color)
    for renderable in renderables:
        with env.catch_stdout_errors():
            console.print(tables.trim_lines(renderable))


def warn_of_missing_directory(env: Env) -> bool:
    """Warn that the ledger was named and its directory is missing, and return whether it is."""
    if env.lacks_ledger_directory:
        directory = os.path.dirname(env.ledger_file)
        env.print_warning(
            f"There is no directory {directory}, so there is no ledger. "
            "If it is on another disk, mount that first."
        )
    return env.lacks_ledger_directory
