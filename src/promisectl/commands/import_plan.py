"""The plan of an import: which records are made, skipped or refused; it records nothing."""

from __future__ import annotations

from collections import Counter
from contextlib import closing, contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_source
from promisectl.commands.import_numbers import PromiseNumbers
from promisectl.commands.import_parts import ForeignParts, ImportedLink, check_imported_link
from promisectl.commands.import_people import Counterparties
from promisectl.commands.import_step import ImportStep
from promisectl.commands.shared import output
from promisectl.compiled import sql
from promisectl.domain import lifecycle
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Opening, Side, State, Verb
from promisectl.records import imported_promise
from promisectl.records.cells import CellContext
from promisectl.records.imported_rows import UnreadableLine
from promisectl.storage import codec, connection, journal, queries, transfer
from promisectl.storage.known_uids import UidMap

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from promisectl.commands.import_source import ImportSource
    from promisectl.env import Env
    from promisectl.records.imported_promise import ImportedPromise
    from promisectl.records.imported_rows import ImportedRow, ImportRules
    from promisectl.records.profiles import Profile
    from promisectl.storage.queries import StoredRow


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
        self._people = Counterparties(env.config.me, everybody, highest_person, new=new)
        self._uids = uids
        self._twins: Counter[str] = Counter()
        self._links: list[ImportedLink] = []
        self._foreign_parts = ForeignParts()
        highest_number = 0
        for uid, number, begun in db.execute(sql.PROMISE_UIDS):
            uids.add_value(uid, (number, None, bool(begun)))
            highest_number = max(highest_number, number)
        self._numbers = PromiseNumbers(highest_number, keep=transfer.is_empty_ledger(db))

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
            link = ImportedLink(row.line, step.number or 0, imported.id, imported.part_of)
            self._links.append(link)
        return step

    def iter_link_steps(self) -> Iterator[ImportStep]:
        """Yield a step for each new promise that is a part of another one, after all records."""
        bigger_ids = {link.file_id: link.bigger_id for link in self._links if link.file_id}
        for link in self._links:
            try:
                check_imported_link(link, bigger_ids)
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
            self._env.ledger_file,
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
