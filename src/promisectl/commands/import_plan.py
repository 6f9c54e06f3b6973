"""What becomes of each record of an import, beside what the ledger holds already; nothing is written here."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Opening, Side, State, Verb
from promisectl.records import imported_promise
from promisectl.records.cells import CellContext
from promisectl.storage import codec, people_rows, queries, transfer
from promisectl.storage.known_uids import UidMap

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from promisectl.env import Env
    from promisectl.records.imported_promise import ImportedPromise
    from promisectl.records.reader import ImportedRow
    from promisectl.storage.codec import NewPromiseRows


class ImportStep(NamedTuple):
    """What becomes of a record: `make` a promise, `skip` it, or `refuse` it for a reason. `row` is missing where it can't be read at all.

    `number` is the one that the promise has here or will have, `one` the promise as it will be written down, `newcomer` whom it is
    with, and the number that they will have, if the ledger has not met them. `again`: it was made before, and that was undone.
    """

    line: int
    does: str
    row: ImportedRow | None = None
    number: int | None = None
    promise: NewPromiseRows | None = None
    newcomer: tuple[int, Newcomer] | None = None
    was_undone: bool = False
    problem: errors.BadRecord | None = None


class _KnownPromise(NamedTuple):
    """A promise of the ledger, or of a `line` of the file.

    It has not `begun` where the command that made it was taken back; then it can be made again.
    """

    number: int
    line: int | None
    begun: bool


@contextmanager
def open_import_planner(env: Env, db: sqlite3.Connection, *, new: bool) -> Iterator[ImportPlanner]:
    """Make a planner, and close its file of uids in the end. Raises CannotWrite."""
    with closing(UidMap()) as uids:
        yield ImportPlanner(env, db, uids, new=new)


class ImportPlanner:
    """Decides what becomes of each record, beside what the ledger `db` holds by now. Numbers are kept where it holds nothing yet."""

    def __init__(self, env: Env, db: sqlite3.Connection, uids: UidMap, *, new: bool) -> None:
        self._place = CellContext(env.now, env.zone, env.config.date_order)
        self._people = queries.load_people(db)
        self._highest_person = people_rows.fetch_highest_person_id(db)
        self._newcomers: dict[str, tuple[int, Newcomer]] = {}
        self._new = new
        self._keeps = transfer.is_empty_ledger(db)
        self._uids = uids
        self._highest = 0
        for uid, number, begun in db.execute(sql.PROMISE_UIDS):
            uids.add_value(uid, (number, None, bool(begun)))
            self._highest = max(self._highest, number)
        self._taken = set[int]()
        self._numbers: dict[int, int] = {}
        self._twins: Counter[str] = Counter()
        self._others: dict[tuple[str, str | None], Person | Newcomer | None] = {}

    def plan_row(self, row: ImportedRow) -> ImportStep:
        """What becomes of one record."""
        try:
            return self._build_step(row)
        except errors.BadRecord as problem:
            return ImportStep(row.line, "refuse", row, problem=problem)

    def _build_step(self, row: ImportedRow) -> ImportStep:
        told = imported_promise.parse_imported_promise(
            row.cells, self._place, lambda: self._derive_uid(row)
        )
        known = self._find_known_promise(told.uid)
        if known and known.line:
            raise errors.BadRecord(f"line {known.line} has the same one", "uid")
        if told.id in self._numbers:
            raise errors.BadRecord(f"a record before it is #{told.id} already", "id")
        if known and (known.begun or told.imported_state.state is State.VOID):
            step = ImportStep(row.line, "skip", row, known.number)
        else:
            step = self._build_make_step(row, told, known)
        self._uids.add_value(told.uid, (step.number or 0, row.line, True))
        if told.id:
            self._numbers[told.id] = step.number or 0
        return step

    def _find_known_promise(self, uid: str) -> _KnownPromise | None:
        found = self._uids.find_value(uid)
        return _KnownPromise(*found) if found else None

    def _build_make_step(
        self, row: ImportedRow, told: ImportedPromise, known: _KnownPromise | None
    ) -> ImportStep:
        other, replaces = self._find_counterparty(told), self._find_replaced_number(told)
        number = known.number if known else self._choose_number(told.id)
        newcomer = self._number_newcomer(other) if isinstance(other, Newcomer) else None
        person = newcomer[0] if newcomer else other.id if isinstance(other, Person) else None
        act, promise = lifecycle.apply_act(
            None, _build_import_act(told, person, replaces, self._place.now)
        )
        one = codec.encode_new_promise(promise, act)
        return ImportStep(row.line, "make", row, number, one, newcomer, was_undone=bool(known))

    def _number_newcomer(self, other: Newcomer) -> tuple[int, Newcomer]:
        """Somebody whom the ledger has not met, with the number that they will have."""
        if other.handle not in self._newcomers:
            self._newcomers[other.handle] = self._highest_person + len(self._newcomers) + 1, other
        return self._newcomers[other.handle]

    def _choose_number(self, wish: int | None) -> int:
        """The number it had, if there was nothing in the ledger and no record before this one took it; else the next."""
        number = wish if wish and self._keeps and wish not in self._taken else self._highest + 1
        self._highest = max(self._highest, number)
        self._taken.add(number)
        return number

    def _derive_uid(self, row: ImportedRow) -> str:
        """A uid for a record that has none: of those that say the same, each has its own."""
        uid = imported_promise.derive_uid(row.cells)
        known = self._find_known_promise(uid)
        if known and known.line:
            self._twins[uid] += 1
            return imported_promise.derive_uid(row.cells, self._twins[uid])
        return uid

    def _find_counterparty(self, told: ImportedPromise) -> Person | Newcomer | None:
        key = (told.person, told.person_name)
        if key not in self._others:
            self._others[key] = None if people.is_me(told.person) else self._match_person(told)
        return self._others[key]

    def _match_person(self, told: ImportedPromise) -> Person | Newcomer:
        with _blame_column("person"):
            person = people.find_exact_person(told.person, self._people)
            newcomer = people.parse_newcomer(told.person)
        near = [] if person or self._new else people.list_near_people(told.person, self._people)
        if near:
            handles = " or ".join(one.handle for one in near)
            raise errors.BadRecord(
                f"“{told.person}” looks like {handles}; write that, or say --new if it is somebody else",
                "person",
            )
        with _blame_column("person_name"):
            shown = people.parse_newcomer(told.person_name or newcomer.name).name
        return person or newcomer._replace(name=shown)

    def _find_replaced_number(self, told: ImportedPromise) -> int | None:
        if told.replaces is None:
            return None
        if told.replaces not in self._numbers:
            raise errors.BadRecord(
                f"#{told.replaces} is not in this file before it; leave it empty, or import it along",
                "replaces",
            )
        return self._numbers[told.replaces]


def _build_import_act(
    told: ImportedPromise, person: int | None, replaces: int | None, now: datetime
) -> Act:
    """The act that a promise begins with which was told of elsewhere."""
    opening = Opening(told.uid, told.direction, person, replaces, told.tags)
    act = Act(
        Verb.IMPORT,
        Side.BOOKKEEPER,
        told.at,
        now,
        terms=told.terms,
        opening=opening,
        found=told.imported_state,
    )
    return act._replace(cause=told.cause, repair=told.repair, risk=told.risk, no_to=told.no_to)


@contextmanager
def _blame_column(column: str) -> Iterator[None]:
    """Whatever is wrong inside is wrong with that column."""
    try:
        yield
    except errors.Problem as problem:
        raise errors.BadRecord(str(problem).removesuffix("."), column) from problem
