"""How every view opens the ledger, at which moment, and how it answers: as records for programs, or drawn for a person."""

from __future__ import annotations

from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import as_lines, fields
from promisectl.rendering.formats import Here
from promisectl.storage import ledger, queries
from promisectl.storage.queries import Clock
from promisectl.storage.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from promisectl.domain.promise import Promise
    from promisectl.env import Env

    Row = Mapping[str, Any]


_WELCOME = (
    "No promise is written down here yet. Three ways to begin:",
    '  promisectl make "Send the Q3 numbers" --to dana --by fri',
    '  promisectl make "Fix the bike brake" --from lee --by sat',
    "  promisectl guide start",
)


def here(env: Env) -> Here:
    """When and where the person is."""
    return Here(env.now, env.zone)


def clock(env: Env, moment: datetime | None = None) -> Clock:
    """The moment asked about, this one if none is given, for the views."""
    return Clock(*map(instant, env.clock(moment)))


def stored(moment: datetime | None) -> str | None:
    """A moment as the ledger stores it."""
    return instant(moment) if moment else None


class Kind(NamedTuple):
    """A kind of record: its columns as CSV, as lines, how a row becomes a JSON object, and what only that has."""

    csv: tuple[str, ...]
    lines: tuple[str, ...]
    json: Callable[[Row], Any]
    json_alone: tuple[str, ...] = ()


PROMISES = Kind(fields.PROMISE, as_lines.PROMISE, fields.promise, ("offer",))
ACTS = Kind(fields.ACT, as_lines.ACT, fields.act)
DAYS = Kind(fields.DAY, fields.DAY, fields.day)
PEOPLE = Kind(fields.PERSON, fields.PERSON, fields.person)


@contextmanager
def opened(env: Env, moment: datetime | None = None, *, acts: bool = False) -> Iterator[Any]:
    """A connection to the ledger, as it stood at `moment`, with the `acts` if they are needed; None where there is no ledger yet."""
    if not ledger.exists(env.ledger):
        yield None
        return
    with ledger.reading(env.ledger) as db:
        yield queries.as_of(db, moment, acts=acts) if moment else db


def row(env: Env, db: Any, number: int) -> Row:
    """The record of one promise. Raises NoPromise, also where there is no ledger yet."""
    found = queries.promise(db, clock(env), number) if db else None
    if found is None:
        raise errors.NoPromise(number)
    return found


def promise(env: Env, number: int) -> tuple[Promise, str]:
    """A promise as its acts left it, and the name of the other side. Raises NoPromise, also where there is no ledger yet."""
    from promisectl.domain import lifecycle

    with opened(env) as db:
        said = queries.said(db, number) if db else []
        if not said:
            raise errors.NoPromise(number)
        found = lifecycle.replay(number, said)
        return found, queries.name(db, found.opening.person)


def answer(env: Env, rows: Iterable[Row], kind: Kind, draw: Callable[[list[Row]], None]) -> None:
    """The rows in the form asked for: streamed as records, or drawn."""
    if env.form == "table":
        draw(list(rows))
    else:
        env.write_records(records(env.form, rows, kind))


def records(form: str, rows: Iterable[Row], kind: Kind) -> Iterator[str]:
    """Rows as `csv`, `plain` lines, `json` or `jsonl`, as they come."""
    if form == "csv":
        from promisectl.records import as_csv

        return as_csv.lines(rows, kind.csv)
    if form == "plain":
        return as_lines.lines(rows, kind.lines)
    from promisectl.records import as_json

    return (as_json.array if form == "json" else as_json.lines)(kind.json(row) for row in rows)


def nothing_yet(env: Env, kind: Kind) -> None:
    """The answer where there is no ledger: no records for a program, and a welcome for whoever looks."""
    if env.form == "table":
        for line in _WELCOME:
            env.say(line)
    else:
        env.write(records(env.form, [], kind))
        for line in _WELCOME:
            env.hint(line)


def draw(env: Env, *drawings: Any) -> None:
    """Print what a renderer made."""
    from promisectl.rendering import tables

    console = tables.console(env.stdout(), env.width, color=env.color)
    for drawing in drawings:
        with env.heard():
            console.print(drawing)
