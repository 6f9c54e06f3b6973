"""How every view opens the ledger, at which moment, and how it answers: as records for programs, or drawn for a person."""

from __future__ import annotations

from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import encode_instant
from promisectl.records import fields
from promisectl.storage import ledger, queries
from promisectl.storage.queries import QueryClock

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from promisectl.domain.promise import Promise
    from promisectl.env import Env
    from promisectl.rendering.formats import LocalMoment

    Row = Mapping[str, Any]


_WELCOME_LINES = (
    "No promise is written down here yet. Three ways to begin:",
    '  promisectl make "Send the Q3 numbers" --to dana --by fri',
    '  promisectl make "Fix the bike brake" --from lee --by sat',
    "  promisectl guide start",
)


def local_moment(env: Env, moment: datetime | None) -> LocalMoment:
    """A moment, this one if none is given, where the person is."""
    return env.here._replace(now=moment) if moment else env.here


def build_clock(env: Env, moment: datetime | None = None) -> QueryClock:
    """The moment asked about, this one if none is given, for the views."""
    return QueryClock(*map(encode_instant, env.read_clock(moment)))


def encode_moment(moment: datetime | None) -> str | None:
    """A moment as the ledger stores it."""
    return encode_instant(moment) if moment else None


class RecordKind(NamedTuple):
    """A kind of record: its columns as CSV, as lines, how a row becomes a JSON object, and what only that has."""

    csv: tuple[str, ...]
    lines: tuple[str, ...]
    json: Callable[[Row], Any]
    json_alone: tuple[str, ...] = ()


PROMISE_RECORDS = RecordKind(
    fields.PROMISE_FIELDS, fields.PROMISE_LINE_FIELDS, fields.build_promise_record, ("offer",)
)
ACT_RECORDS = RecordKind(fields.ACT_FIELDS, fields.ACT_LINE_FIELDS, fields.build_act_record)
DAY_RECORDS = RecordKind(fields.DAY_FIELDS, fields.DAY_FIELDS, fields.build_week_day_record)
PERSON_RECORDS = RecordKind(fields.PERSON_FIELDS, fields.PERSON_FIELDS, fields.build_person_record)


@contextmanager
def open_view(
    env: Env, moment: datetime | None = None, *, acts: bool = False
) -> Iterator[sqlite3.Connection]:
    """Open the ledger to look at it; an empty one where there is none yet.

    It stands as at `moment`, if one is given; it holds the acts then only if `acts` asks for them.
    """
    with ledger.open_snapshot_or_empty(env.ledger) as db:
        yield queries.build_ledger_as_of(db, moment, acts=acts) if moment else db


def find_promise_row(env: Env, db: sqlite3.Connection, number: int) -> Row:
    """The record of one promise. Raises NoPromise."""
    found = queries.find_promise_by_id(db, build_clock(env), number)
    if found is None:
        raise errors.NoPromise(number)
    return found


def load_promise_and_name(env: Env, number: int) -> tuple[Promise, str]:
    """A promise as its acts left it, and the name of the other side. Raises NoPromise."""
    from promisectl.domain import lifecycle

    with open_view(env) as db:
        said = queries.load_promise_acts(db, number)
        if not said:
            raise errors.NoPromise(number)
        found = lifecycle.replay_acts(number, said)
        return found, queries.fetch_person_name(db, found.opening.person)


def print_view(
    env: Env, rows: Iterable[Row], kind: RecordKind, draw: Callable[[list[Row]], None]
) -> None:
    """Print rows of the ledger in the form asked for; a welcome where there is none yet."""
    if ledger.has_ledger(env.ledger):
        print_rows(env, rows, kind, draw)
    else:
        print_rows(env, [], kind, lambda _: None)
        print_welcome(env)


def print_rows(
    env: Env, rows: Iterable[Row], kind: RecordKind, draw: Callable[[list[Row]], None]
) -> None:
    """Print rows in the form asked for: streamed as records, or drawn."""
    if env.form == "table":
        draw(list(rows))
    else:
        env.write_records(encode_rows(env.form, rows, kind))


def print_welcome(env: Env) -> None:
    """Say how to begin, beside the records where a program reads them."""
    say = env.print_line if env.form == "table" else env.print_hint
    for line in _WELCOME_LINES:
        say(line)


def print_result(
    env: Env,
    *,
    records: Iterable[Mapping[str, Any]] = (),
    ids: Iterable[object] = (),
    lines: Iterable[str] = (),
    facts: Iterable[str] = (),
    hints: Iterable[str] = (),
) -> None:
    """Answer for what was recorded or written: with records, with ids alone, or in words.

    `facts` are lines that stay whole, such as a path. Raises AnswerLost.
    """
    if env.is_json:
        from promisectl.records import as_json

        env.print_answer(map(as_json.encode_json, records), whole=True)
    elif env.quiet:
        env.print_answer(map(str, ids), whole=True)
    else:
        env.print_answer(lines)
        env.print_answer(facts, whole=True)
        for hint in hints:
            env.print_hint(hint)


def print_record(env: Env, record: Mapping[str, Any]) -> None:
    """Print what a view has to say as one JSON object."""
    from promisectl.records import as_json

    env.write_records(as_json.iter_json_lines([record]))


def encode_rows(form: str, rows: Iterable[Row], kind: RecordKind) -> Iterator[str]:
    """Rows as `csv`, `plain` lines, `json` or `jsonl`, as they come."""
    if form == "csv":
        from promisectl.records import as_csv

        return as_csv.iter_csv_lines(rows, kind.csv)
    if form == "plain":
        from promisectl.records import as_lines

        return as_lines.iter_tab_lines(rows, kind.lines)
    from promisectl.records import as_json

    return (as_json.iter_json_array if form == "json" else as_json.iter_json_lines)(
        kind.json(row) for row in rows
    )


def print_renderables(env: Env, *drawings: Any) -> None:
    """Print what a renderer made."""
    from promisectl.rendering import tables

    console = tables.create_console(env.stdout(), env.width, color=env.color)
    for drawing in drawings:
        with env.catch_stdout_errors():
            console.print(drawing)
