"""What becomes of each record of an import, beside what the ledger holds already; nothing is written here."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle, people
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Opening, Side, State, Verb
from promisectl.records import imported_promise
from promisectl.records.cells import Place
from promisectl.storage import codec, people_rows, queries, transfer
from promisectl.storage.known_uids import Known, Uids

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from promisectl.env import Env
    from promisectl.records.imported_promise import Told
    from promisectl.records.reader import Row
    from promisectl.storage.codec import Beginning


class Step(NamedTuple):
    """What becomes of a record: `make` a promise, `skip` it, or `refuse` it for a reason. `row` is missing where it can't be read at all.

    `number` is the one that the promise has here or will have, `one` the promise as it will be written down, `newcomer` whom it is
    with, and the number that they will have, if the ledger has not met them. `again`: it was made before, and that was undone.
    """

    line: int
    does: str
    row: Row | None = None
    number: int | None = None
    one: Beginning | None = None
    newcomer: tuple[int, Newcomer] | None = None
    again: bool = False
    why: errors.BadRecord | None = None


class Planner:
    """Decides what becomes of each record, beside what the ledger `db` holds by now. Numbers are kept where it holds nothing yet."""

    def __init__(self, env: Env, db: sqlite3.Connection, *, new: bool) -> None:
        self._place = Place(env.now, env.zone, env.config.date_order)
        self._people = queries.people(db)
        self._highest_person = people_rows.highest(db)
        self._newcomers: dict[str, tuple[int, Newcomer]] = {}
        self._new = new
        self._keeps = transfer.is_empty(db)
        self._uids = Uids(db)
        self._highest = self._uids.highest
        self._taken = set[int]()
        self._numbers: dict[int, int] = {}
        self._twins: Counter[str] = Counter()
        self._others: dict[tuple[str, str | None], Person | Newcomer | None] = {}

    def step(self, row: Row) -> Step:
        """What becomes of one record."""
        try:
            return self._step(row)
        except errors.BadRecord as problem:
            return Step(row.line, "refuse", row, why=problem)

    def _step(self, row: Row) -> Step:
        told = imported_promise.told(row.cells, self._place, lambda: self._derived(row))
        known = self._uids.known(told.uid)
        if known and known.line:
            raise errors.BadRecord(f"line {known.line} has the same one", "uid")
        if told.id in self._numbers:
            raise errors.BadRecord(f"a record before it is #{told.id} already", "id")
        if known and (known.begun or told.found.state is State.VOID):
            step = Step(row.line, "skip", row, known.number)
        else:
            step = self._made(row, told, known)
        self._uids.take(told.uid, step.number or 0, row.line)
        if told.id:
            self._numbers[told.id] = step.number or 0
        return step

    def _made(self, row: Row, told: Told, known: Known | None) -> Step:
        other, replaces = self._other(told), self._replaced(told)
        number = known.number if known else self._number(told.id)
        newcomer = self._newcomer(other) if isinstance(other, Newcomer) else None
        person = newcomer[0] if newcomer else other.id if isinstance(other, Person) else None
        act = _first(told, person, replaces, self._place.now)
        one = codec.beginning(lifecycle.apply(None, act), act)
        return Step(row.line, "make", row, number, one, newcomer, again=bool(known))

    def _newcomer(self, other: Newcomer) -> tuple[int, Newcomer]:
        """Somebody whom the ledger has not met, with the number that they will have."""
        if other.handle not in self._newcomers:
            self._newcomers[other.handle] = self._highest_person + len(self._newcomers) + 1, other
        return self._newcomers[other.handle]

    def _number(self, wish: int | None) -> int:
        """The number it had, if there was nothing in the ledger and no record before this one took it; else the next."""
        number = wish if wish and self._keeps and wish not in self._taken else self._highest + 1
        self._highest = max(self._highest, number)
        self._taken.add(number)
        return number

    def _derived(self, row: Row) -> str:
        """A uid for a record that has none: of those that say the same, each has its own."""
        uid = imported_promise.uid_of(row.cells)
        known = self._uids.known(uid)
        if known and known.line:
            self._twins[uid] += 1
            return imported_promise.uid_of(row.cells, self._twins[uid])
        return uid

    def _other(self, told: Told) -> Person | Newcomer | None:
        key = (told.person, told.person_name)
        if key not in self._others:
            self._others[key] = None if people.is_me(told.person) else self._named(told)
        return self._others[key]

    def _named(self, told: Told) -> Person | Newcomer:
        with _about("person"):
            person = people.exact(told.person, self._people)
            newcomer = people.newcomer(told.person)
        near = [] if person or self._new else people.near(told.person, self._people)
        if near:
            handles = " or ".join(one.handle for one in near)
            raise errors.BadRecord(f"“{told.person}” looks like {handles}; write that, or say --new if it is somebody else", "person")
        with _about("person_name"):
            shown = people.newcomer(told.person_name or newcomer.name).name
        return person or newcomer._replace(name=shown)

    def _replaced(self, told: Told) -> int | None:
        if told.replaces is None:
            return None
        if told.replaces not in self._numbers:
            raise errors.BadRecord(f"#{told.replaces} is not in this file before it; leave it empty, or import it along", "replaces")
        return self._numbers[told.replaces]


def _first(told: Told, person: int | None, replaces: int | None, now: datetime) -> Act:
    """The act that a promise begins with which was told of elsewhere."""
    opening = Opening(told.uid, told.direction, person, replaces, told.tags)
    act = Act(Verb.IMPORT, Side.BOOKKEEPER, told.at, now, terms=told.terms, opening=opening, found=told.found)
    return act._replace(cause=told.cause, repair=told.repair, risk=told.risk, no_to=told.no_to)


@contextmanager
def _about(column: str) -> Iterator[None]:
    """Whatever is wrong inside is wrong with that column."""
    try:
        yield
    except errors.Problem as problem:
        raise errors.BadRecord(str(problem).removesuffix("."), column) from problem
