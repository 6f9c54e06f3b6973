"""What becomes of each record of an import, beside what the ledger holds already; nothing is written here."""

import sqlite3
from collections import Counter
from typing import NamedTuple

from promisectl import errors
from promisectl.domain import people
from promisectl.domain.people import Newcomer, Person
from promisectl.env import Env
from promisectl.records import found
from promisectl.records.found import Place, Told
from promisectl.records.incoming import Row
from promisectl.storage import copying, reading


class Step(NamedTuple):
    """What becomes of a record: it makes a promise, is skipped, or is refused for a reason.

    `number` is the one it keeps or is known by, None for the next; `replaces` is as numbered here.
    """

    line: int
    does: str
    told: Told | None = None
    number: int | None = None
    replaces: int | None = None
    person: Person | Newcomer | None = None
    why: errors.BadRecord | None = None


class Planner:
    """Decides what becomes of each record, beside what the ledger holds already."""

    def __init__(self, env: Env, db: sqlite3.Connection | None, *, new: bool) -> None:
        self._db = db
        self._place = Place(env.now, env.zone, env.config.date_order)
        self._people = reading.people(db) if db else []
        self._new = new
        self._keeps = db is None or copying.is_empty(db)
        self._highest, self._taken = 0, set[int]()
        self._lines: dict[str, int] = {}
        self._numbers: dict[int, int] = {}
        self._alike: Counter[str] = Counter()
        self._others: dict[tuple[str, str | None], Person | Newcomer | None] = {}

    def step(self, row: Row) -> Step:
        """What becomes of one record."""
        try:
            return self._step(row)
        except errors.BadRecord as problem:
            return Step(row.line, "refuse", why=problem)

    def _step(self, row: Row) -> Step:
        told = found.told(row.cells, self._place, self._twin(row))
        if told.uid in self._lines:
            raise errors.BadRecord(f"line {self._lines[told.uid]} has the same one", "uid")
        self._lines[told.uid] = row.line
        known = reading.number_of(self._db, told.uid) if self._db else None
        if known is not None:
            self._numbers[told.id or known] = known
            return Step(row.line, "skip", number=known)
        person = self._other(told)
        replaces = self._replaced(told)
        return Step(row.line, "make", told, self._number(told.id), replaces, person)

    def _number(self, wish: int | None) -> int | None:
        """The number it had, if there is nothing in the ledger yet and no record before this one took it; None is the next."""
        number = wish if self._keeps and wish not in self._taken else None
        self._highest = max(self._highest, number or self._highest + 1)
        self._taken.add(number or self._highest)
        return number

    def _twin(self, row: Row) -> int:
        """How many records before this one say the same, where none has a uid."""
        if row.cells.get("uid"):
            return 0
        same = repr(sorted(row.cells.items()))
        self._alike[same] += 1
        return self._alike[same] - 1

    def _other(self, told: Told) -> Person | Newcomer | None:
        key = (told.person, told.person_name)
        if key not in self._others:
            self._others[key] = None if people.is_me(told.person) else self._named(told)
        return self._others[key]

    def _named(self, told: Told) -> Person | Newcomer:
        try:
            person = people.exact(told.person, self._people)
            newcomer = people.newcomer(told.person)
            near = [] if person or self._new else people.near(told.person, self._people)
        except errors.Problem as problem:
            raise errors.BadRecord(str(problem).removesuffix("."), "person") from problem
        if near:
            handles = " or ".join(one.handle for one in near)
            raise errors.BadRecord(f"“{told.person}” looks like {handles}; write that, or say --new if it is somebody else", "person")
        return person or (newcomer._replace(name=told.person_name) if told.person_name else newcomer)

    def _replaced(self, told: Told) -> int | None:
        if told.replaces is None:
            return None
        if told.replaces not in self._numbers:
            raise errors.BadRecord(f"#{told.replaces} is not in this file before it; leave it empty, or import it along", "replaces")
        return self._numbers[told.replaces]
