"""What becomes of each record of an import, beside what the ledger holds already; nothing is written here."""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager

from promisectl import errors
from promisectl.domain import people
from promisectl.domain.promise import State
from promisectl.light import TYPE_CHECKING, NamedTuple
from promisectl.records import found
from promisectl.records.cells import Place
from promisectl.storage import copying, reading
from promisectl.storage.uids import Uids

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from promisectl.domain.people import Newcomer, Person
    from promisectl.env import Env
    from promisectl.records.found import Told
    from promisectl.records.incoming import Row


class Step(NamedTuple):
    """What becomes of a record: `make` a promise, `skip` it, or `refuse` it for a reason. `row` is missing where it can't be read at all.

    `number` is the one that the promise has here or will have, `replaces` as it is numbered here. `again`: it was made before,
    and that was undone.
    """

    line: int
    does: str
    row: Row | None = None
    told: Told | None = None
    number: int | None = None
    replaces: int | None = None
    person: Person | Newcomer | None = None
    again: bool = False
    why: errors.BadRecord | None = None


class Planner:
    """Decides what becomes of each record, beside what the ledger `db` holds by now. Numbers are kept where it holds nothing yet."""

    def __init__(self, env: Env, db: sqlite3.Connection, *, new: bool) -> None:
        self._place = Place(env.now, env.zone, env.config.date_order)
        self._people = reading.people(db)
        self._new = new
        self._keeps = copying.is_empty(db)
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
        told = found.told(row.cells, self._place, lambda: self._derived(row))
        known = self._uids.known(told.uid)
        if known and known.line:
            raise errors.BadRecord(f"line {known.line} has the same one", "uid")
        if told.id in self._numbers:
            raise errors.BadRecord(f"a record before it is #{told.id} already", "id")
        if known and (known.begun or told.found.state is State.VOID):
            step = Step(row.line, "skip", row, told, known.number)
        else:
            person, replaces = self._other(told), self._replaced(told)
            number = known.number if known else self._number(told.id)
            step = Step(row.line, "make", row, told, number, replaces, person, again=bool(known))
        self._uids.take(told.uid, step.number or 0, row.line)
        if told.id:
            self._numbers[told.id] = step.number or 0
        return step

    def _number(self, wish: int | None) -> int:
        """The number it had, if there was nothing in the ledger and no record before this one took it; else the next."""
        number = wish if wish and self._keeps and wish not in self._taken else self._highest + 1
        self._highest = max(self._highest, number)
        self._taken.add(number)
        return number

    def _derived(self, row: Row) -> str:
        """A uid for a record that has none: of those that say the same, each has its own."""
        uid = found.uid_of(row.cells)
        known = self._uids.known(uid)
        if known and known.line:
            self._twins[uid] += 1
            return found.uid_of(row.cells, self._twins[uid])
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


@contextmanager
def _about(column: str) -> Iterator[None]:
    """Whatever is wrong inside is wrong with that column."""
    try:
        yield
    except errors.Problem as problem:
        raise errors.BadRecord(str(problem).removesuffix("."), column) from problem
