"""The plan of an import: which records are made, skipped or refused; it records nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_source
from promisectl.commands.shared import output
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.constants import MAX_IMPORTED_PROMISE_ID, MAX_PART_CHAIN
from promisectl.domain.near_names import NearNameIndex
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Opening, Side, State, Verb
from promisectl.records import imported_promise
from promisectl.records.cells import CellContext
from promisectl.records.imported_rows import UnreadableLine
from promisectl.storage import codec, connection, journal, queries, transfer
from promisectl.storage.known_uids import UidMap

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from promisectl.commands.import_source import ImportSource
    from promisectl.env import Env
    from promisectl.records.imported_promise import ImportedPromise
    from promisectl.records.imported_rows import ImportedRow, ImportRules
    from promisectl.records.profiles import Profile
    from promisectl.storage.codec import NewPromiseRows
    from promisectl.storage.queries import StoredRow


class ImportStep(NamedTuple):
    """What happens to a record: `does` is `make`, `skip`, `omit` or `refuse`, for its `problem`.

    A record whose promise is here already is skipped, and a row that is not a record is omitted.
    After them come the steps that `link` a new promise to the one that it is a part of, whose ID is
    `bigger`, or refuse that.

    `row` is None when the record can't be read at all. `number` is the ID that the promise has or
    will have, `promise` the promise as it will be stored. `newcomer` is the other side with the ID
    it will have, when the ledger does not know it yet. `was_undone`: the promise was made before,
    and that was undone. `differences` are the fields in which a known promise is not as the record
    says.
    """

    line: int
    does: str
    row: ImportedRow | None = None
    number: int | None = None
    promise: NewPromiseRows | None = None
    newcomer: tuple[int, Newcomer] | None = None
    was_undone: bool = False
    problem: errors.BadRecord | None = None
    differences: Sequence[str] = ()
    bigger: int | None = None

    @property
    def reason(self) -> str:
        """Why a row is omitted: one of OMISSIONS, else empty."""
        return self.row.omitted if self.row else ""


class _KnownPromise(NamedTuple):
    """A promise of the ledger (`line` is None), or of a line of the file.

    It is not `begun` when the command that made it was undone; then it can be made again.
    """

    number: int
    line: int | None
    begun: bool


@contextmanager
def open_import_planner(
    env: Env, db: sqlite3.Connection, rules: ImportRules, *, new: bool
) -> Iterator[ImportPlanner]:
    """Open a planner, and close its file of uids in the end. Raises NoTemporaryFile."""
    with closing(UidMap()) as uids:
        yield ImportPlanner(env, db, uids, rules.profile, new=new)


@contextmanager
def open_import_steps(
    env: Env, db: sqlite3.Connection, source: ImportSource, *, new: bool
) -> Iterator[Iterator[ImportStep]]:
    """Give the step for each record, in order; a line that can't be read is the last one."""

    def iter_steps(planner: ImportPlanner, rows: Iterator[ImportedRow]) -> Iterator[ImportStep]:
        try:
            for row in rows:
                yield planner.plan_row(row)
            yield from planner.iter_link_steps()
        except UnreadableLine as error:
            yield ImportStep(error.line, "refuse", problem=error.problem)

    with (
        open_import_planner(env, db, source.rules, new=new) as planner,
        import_source.open_source_rows(env, source) as rows,
    ):
        yield iter_steps(planner, rows)


class ImportPlanner:
    """Plans each record of a file, in order, for what the ledger `db` holds at that time.

    `new`: a person whose name looks like a known one is new nevertheless.
    """

    def __init__(
        self,
        env: Env,
        db: sqlite3.Connection,
        uids: UidMap,
        profile: Profile,
        *,
        new: bool,
    ) -> None:
        self._env, self._db, self._profile = env, db, profile
        self._clock = output.build_clock(env)
        self._context = CellContext(env.now, env.zone, env.config.date_order, env.config.me)
        queries.check_promise_uids(db)
        highest_person = journal.fetch_highest_person_id(db)
        everybody = journal.load_checked_people(db)
        self._people = _Counterparties(env.config.me, everybody, highest_person, new=new)
        self._uids = uids
        self._twins: Counter[str] = Counter()
        self._links: list[_ImportedLink] = []
        self._foreign_parts = _ForeignParts()
        highest_number = 0
        for uid, number, begun in db.execute(sql.PROMISE_UIDS):
            uids.add_value(uid, (number, None, bool(begun)))
            highest_number = max(highest_number, number)
        self._numbers = _PromiseNumbers(highest_number, keep=transfer.is_empty_ledger(db))

    def plan_row(self, row: ImportedRow) -> ImportStep:
        """Return what happens to one record."""
        try:
            uid = row.cells.get("uid") or (self._derive_uid(row) if row.cells else "")
            if row.omitted:
                return self._plan_omitted_row(row, str(uid))
            return self._plan_record(row, uid)
        except errors.BadRecord as problem:
            return ImportStep(row.line, "refuse", row, problem=problem)

    def _plan_omitted_row(self, row: ImportedRow, uid: str) -> ImportStep:
        """Return what happens to a row that is not a record: its promise may be here."""
        known = self._find_known_promise(uid)
        is_here = known and known.begun and not known.line
        stored = self._load_stored_row(known.number) if known and is_here else None
        if stored is None:
            if row.cells:  # the next one that is the same is not this one
                self._uids.add_value(uid, (0, row.line, False))
            return ImportStep(row.line, "omit", row)
        if not row.cells.get("direction"):
            sides = {"direction": stored["direction"], "person": stored["person"]}
            row = row._replace(cells={**row.cells, **sides})
        try:
            return self._plan_record(row, uid)
        except errors.BadRecord:  # such as one that does not have the moment when it was done
            without = {"state": None, "delivered_at": None, "closed_at": None}
            step = self._plan_record(row._replace(cells={**row.cells, **without}), uid)
            differences = ["state"] if row.cells.get("state") != stored["state"] else []
            return step._replace(differences=[*differences, *step.differences])

    def _plan_record(self, row: ImportedRow, uid: str) -> ImportStep:
        """Return what happens to a record, if need be without a date of another program.

        Raises BadRecord when it is refused.
        """
        try:
            return self._plan_usable_row(row, uid)
        except errors.BadRecord as problem:
            if problem.column == "due" and self._profile.keeps_due_words:
                return self._plan_record(_keep_due_words(row), uid)
            if problem.column == "made_at" and self._profile:
                cells = {**row.cells, "made_at": None}  # the clock of another zone is ahead
                return self._plan_record(row._replace(cells=cells), uid)
            raise

    def _plan_usable_row(self, row: ImportedRow, uid: str) -> ImportStep:
        """Return what happens to one record, whose uid is `uid` if it has no other.

        Raises BadRecord when it is refused.
        """
        imported = imported_promise.parse_imported_promise(
            row.cells,
            self._context._replace(highest_id=self._numbers.highest_next_id),
            lambda: uid,
        )
        known = self._find_known_promise(imported.uid)
        if known and known.line:
            raise errors.BadRecord(f"line {known.line} has the same uid", "uid")
        self._numbers.ensure_unused_id(imported.id)
        if known and (known.begun or imported.imported_state.state is State.VOID):
            differences = self._list_differences(row, imported, known.number)
            step = ImportStep(row.line, "skip", row, known.number, differences=differences)
        else:
            step = self._build_make_step(row, imported, known)
        self._uids.add_value(imported.uid, (step.number or 0, row.line, True))
        self._numbers.add_id(imported.id, step.number or 0)
        if imported.imported_state.state is State.VOID:  # it can't become a part of anything
            return step
        self._foreign_parts.add_promise(row, step)
        if imported.part_of and step.does == "make":
            link = _ImportedLink(row.line, step.number or 0, imported.id, imported.part_of)
            self._links.append(link)
        return step

    def iter_link_steps(self) -> Iterator[ImportStep]:
        """Yield a step for each new promise that is a part of another one, after all records."""
        bigger_ids = {link.file_id: link.bigger_id for link in self._links if link.file_id}
        for link in self._links:
            try:
                _check_imported_link(link, bigger_ids)
                bigger = self._numbers.find_bigger_number(link.bigger_id)
                yield ImportStep(link.line, "link", number=link.number, bigger=bigger)
            except errors.BadRecord as problem:
                yield ImportStep(link.line, "refuse", number=link.number, problem=problem)
        yield from self._foreign_parts.iter_link_steps()

    def _list_differences(
        self, row: ImportedRow, imported: ImportedPromise, number: int
    ) -> Sequence[str]:
        """Return the fields in which a promise of the ledger is not as its record says."""
        stored = self._load_stored_row(number)
        if stored is None:
            return ()
        fields = imported_promise.list_differences(row.cells, imported, stored)
        if not self._people.is_counterparty(imported, stored["person"]):
            fields.append("person")
        return fields

    def _load_stored_row(self, number: int) -> StoredRow | None:
        found: list[StoredRow | None] = []
        connection.retry_while_busy(
            self._env.ledger,
            lambda: found.append(queries.find_promise_by_id(self._db, self._clock, number)),
        )
        return found[0]

    def _derive_uid(self, row: ImportedRow) -> str:
        """Return a uid for a record without one; each of several equal records has its own."""
        content = row.key or row.cells
        uid = imported_promise.derive_uid(content)
        known = self._find_known_promise(uid)
        if known and known.line:
            self._twins[uid] += 1
            return imported_promise.derive_uid(content, self._twins[uid])
        return uid

    def _find_known_promise(self, uid: str) -> _KnownPromise | None:
        fields = self._uids.find_value(uid)
        return _KnownPromise(*fields) if fields else None

    def _build_make_step(
        self, row: ImportedRow, imported: ImportedPromise, known: _KnownPromise | None
    ) -> ImportStep:
        """Return the step that makes a promise, under its old ID if it was undone."""
        other = self._people.find_counterparty(imported)
        replaces = self._numbers.find_replaced_number(imported.replaces)
        number = known.number if known else self._numbers.choose_number(imported.id)
        newcomer = self._people.number_newcomer(other) if isinstance(other, Newcomer) else None
        person = newcomer[0] if newcomer else other.id if isinstance(other, Person) else None
        imported_act = build_import_act(imported, person, replaces, self._context.now)
        act, promise = lifecycle.apply_act(None, imported_act)
        rows = codec.encode_new_promise(promise, act)
        return ImportStep(row.line, "make", row, number, rows, newcomer, was_undone=bool(known))


def _keep_due_words(row: ImportedRow) -> ImportedRow:
    """Return a record with its due date as a line of its why."""
    due, why = row.cells["due"], row.cells.get("why")
    cells = {**row.cells, "due": None, "why": "\n".join(filter(None, (why, f"Due: {due}")))}
    return row._replace(cells=cells)


class _ImportedLink(NamedTuple):
    """A new promise that a record makes a part of another one.

    `number` is its ID here, `file_id` that in the file, `bigger_id` that of the bigger promise
    there.
    """

    line: int
    number: int
    file_id: int | None
    bigger_id: int


def _check_imported_link(link: _ImportedLink, bigger_ids: Mapping[int, int]) -> None:
    """Refuse a ring of parts in a file, and a chain that is too long. Raises BadRecord."""
    above = [link.bigger_id]
    while above[-1] in bigger_ids and link.file_id != above[-1] and len(above) < MAX_PART_CHAIN:
        above.append(bigger_ids[above[-1]])
    if link.file_id in above:
        ring = " → ".join(f"#{number}" for number in (link.file_id, *above))
        raise errors.BadRecord(f"that would be a ring of parts: {ring}", "part_of")
    if len(above) >= MAX_PART_CHAIN:
        raise errors.BadRecord(
            f"more than {MAX_PART_CHAIN} promises would be a chain of parts", "part_of"
        )


class _ForeignParts:
    """The promises of another program's file that are parts of others there.

    A bigger one that is not imported, or whose reference several have, gets no parts.
    """

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._parts: list[tuple[int, int, str]] = []

    def add_promise(self, row: ImportedRow, step: ImportStep) -> None:
        """Remember the references of a row, whose promise is made or here already."""
        number = step.number or 0
        if row.reference:
            self._numbers[row.reference] = 0 if row.reference in self._numbers else number
        if row.bigger and row.bigger != row.reference and step.does == "make":
            self._parts.append((row.line, number, row.bigger))

    def iter_link_steps(self) -> Iterator[ImportStep]:
        """Yield a step for each part, except in a ring and below a chain that is too long."""
        bigger_numbers = {
            number: bigger
            for _, number, reference in self._parts
            if (bigger := self._numbers.get(reference))
        }
        for line, number, _ in self._parts:
            chain = [number]
            while len(chain) <= MAX_PART_CHAIN and chain[-1] in bigger_numbers:
                chain.append(bigger_numbers[chain[-1]])
            if 1 < len(chain) <= MAX_PART_CHAIN:
                yield ImportStep(line, "link", number=number, bigger=chain[1])


class _PromiseNumbers:
    """The IDs of the imported promises, here and in the file.

    `keep`: the ledger is empty, so promises keep the IDs of the file.
    """

    def __init__(self, highest: int, *, keep: bool) -> None:
        self._highest = highest
        self._keep = keep
        self._taken: set[int] = set()
        self._numbers_by_id: dict[int, int] = {}

    @property
    def highest_next_id(self) -> int:
        """The highest ID that the next record of the file may have."""
        return MAX_IMPORTED_PROMISE_ID + len(self._numbers_by_id)

    def choose_number(self, wanted: int | None) -> int:
        """Return the wanted ID if IDs are kept and no record before has it, else the next one."""
        if not (wanted and self._keep and wanted not in self._taken):
            wanted = self._highest + 1
        self._highest = max(self._highest, wanted)
        self._taken.add(wanted)
        return wanted

    def ensure_unused_id(self, file_id: int | None) -> None:
        """Raise BadRecord when an earlier record of the file has the same ID."""
        if file_id in self._numbers_by_id:
            raise errors.BadRecord(f"an earlier record already has the ID {file_id}", "id")

    def add_id(self, file_id: int | None, number: int) -> None:
        """Remember which ID a record of the file has here; does nothing without an ID."""
        if file_id:
            self._numbers_by_id[file_id] = number

    def find_replaced_number(self, file_id: int | None) -> int | None:
        """Return the ID here of the promise that is replaced. Raises BadRecord."""
        if file_id is None:
            return None
        if file_id not in self._numbers_by_id:
            raise errors.BadRecord(
                f"#{file_id} does not come earlier in this file; add it there, or leave this empty",
                "replaces",
            )
        return self._numbers_by_id[file_id]

    def find_bigger_number(self, file_id: int) -> int:
        """Return the ID here of the bigger promise. Raises BadRecord."""
        if file_id not in self._numbers_by_id:
            raise errors.BadRecord(
                f"#{file_id} is not in this file; add it, or leave this empty", "part_of"
            )
        return self._numbers_by_id[file_id]


class _Counterparties:
    """The other sides of the imported promises: people of the ledger, and new ones.

    `me` is my name in the config, `highest_id` the highest ID of a person in the ledger; `new`: a
    name that looks like a known one is new nevertheless.
    """

    def __init__(
        self, me: str | None, people_here: list[Person], highest_id: int, *, new: bool
    ) -> None:
        self._me = me
        self._people = people.NameIndex(people_here)
        self._people_here = people_here
        self._new = new
        self._near_names: NearNameIndex | None = None
        self._highest_id = highest_id
        self._newcomers: dict[str, tuple[int, Newcomer]] = {}
        self._found: dict[tuple[str, str | None], Person | Newcomer | None] = {}

    def find_counterparty(self, imported: ImportedPromise) -> Person | Newcomer | None:
        """Return the other side; None for a promise to oneself. Raises BadRecord."""
        key = (imported.person, imported.person_name)
        if key not in self._found:
            is_me = people.is_me(imported.person)
            self._found[key] = None if is_me else self._match_person(*key)
        return self._found[key]

    def is_counterparty(self, imported: ImportedPromise, handle: str) -> bool:
        """Whether the other side of a record has that handle here, or may have it."""
        if people.is_me(imported.person):
            return handle == people.ME_HANDLE
        with suppress(errors.AmbiguousPerson):
            person = self._people.find_exact_person(imported.person)
            return person is not None and person.handle == handle
        return True

    def _match_person(self, name: str, display: str | None) -> Person | Newcomer:
        """Return a person by their exact name, or a new one. Raises BadRecord for a near miss."""
        with _blame_column("person"):
            person = self._people.find_exact_person(name)
            newcomer = people.parse_newcomer(name)
        if not person and not self._new:
            self._near_names = self._near_names or NearNameIndex(self._people_here)
            self._refuse_near_miss(name, self._near_names.list_near_people(name))
        with _blame_column("person_name"):
            shown = people.parse_newcomer(display or newcomer.name, self._me).name
        return person or newcomer._replace(name=shown)

    def _refuse_near_miss(self, name: str, near: Sequence[Person]) -> None:
        if near:
            handles = " or ".join(other.handle for other in near)
            raise errors.BadRecord(
                f"“{name}” looks like {handles}; type that, or add --new if it is somebody else",
                "person",
            )

    def number_newcomer(self, newcomer: Newcomer) -> tuple[int, Newcomer]:
        """Return a new person with the ID they will have, the same one for the same handle."""
        if newcomer.handle not in self._newcomers:
            number = self._highest_id + len(self._newcomers) + 1
            self._newcomers[newcomer.handle] = number, newcomer
        return self._newcomers[newcomer.handle]


def build_import_act(
    imported: ImportedPromise, person: int | None, replaces: int | None, now: datetime
) -> Act:
    """Return the first act of an imported promise; `person` and `replaces` are IDs here."""
    opening = Opening(
        imported.uid,
        imported.direction,
        person,
        replaces,
        imported.tags,
        series=imported.series,
        place=imported.place,
    )
    return Act(
        Verb.IMPORT,
        Side.BOOKKEEPER,
        imported.at,
        now,
        terms=imported.terms,
        opening=opening,
        found=imported.imported_state,
        cause=imported.cause,
        repair=imported.repair,
        risk=imported.risk,
        no_to=imported.no_to,
    )


@contextmanager
def _blame_column(column: str) -> Iterator[None]:
    """Turn a Problem raised inside into a BadRecord of this column."""
    try:
        yield
    except errors.Problem as problem:
        raise errors.BadRecord(problem.clause, column, advice=problem.advice) from problem
