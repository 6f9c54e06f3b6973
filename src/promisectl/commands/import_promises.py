"""The import of promises from a file of any program: planned, then written at once."""

from __future__ import annotations

from collections import Counter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_answer, import_source
from promisectl.commands.import_answer import ImportResult
from promisectl.commands.import_plan import open_import_steps
from promisectl.commands.import_plan_file import PlanFile
from promisectl.commands.shared import output, recorder
from promisectl.domain.promise import Act, Side, Verb
from promisectl.storage import ledger_file, links, queries
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from promisectl.commands.import_source import ImportSource
    from promisectl.commands.import_step import ImportStep
    from promisectl.domain.people import Person
    from promisectl.env import Env

_MAX_PROMISES_WITHOUT_BACKUP = 100  # a larger import is preceded by a backup


def import_promises(env: Env, source: ImportSource, *, new: bool) -> None:
    """Import all records of a file, and print the result; `new` allows names that look known.

    The file is read before the ledger is locked. If somebody records anything in between, it is
    read once more under the lock. Raises BadImport.
    """
    with import_source.create_unnamed_file() as file:
        plan = plan_import(env, source, PlanFile(file), new=new)
        if not plan.promise_count:
            result = ImportResult((), plan.skipped, (), plan.differing, plan.omitted)
            import_answer.print_import_result(env, source, result)
            return

        def import_steps(db: sqlite3.Connection) -> ImportResult:
            if ledger_file.find_journal_head(db) == plan.newest:
                # The plan is still right; it counts known records, but has no steps for them.
                with plan.open_steps(env) as steps:
                    result = _write_import_steps(env, db, source, steps)
                return result._replace(
                    skipped=plan.skipped, differing=plan.differing, omitted=plan.omitted
                )
            with open_import_steps(env, db, source, new=new) as steps:
                return _write_import_steps(env, db, source, steps)

        before = "import" if plan.promise_count > _MAX_PROMISES_WITHOUT_BACKUP else ""
        with recorder.prepare_auto_backup(env) as keep:
            result = recorder.write_to_ledger(env, import_steps, keep, before)
            import_answer.print_import_result(env, source, result)


class ImportPlan(NamedTuple):
    """What to import, read and checked before the ledger is locked.

    The steps are in a `file`; `promise_count` of them make a promise. `newest` is the newest act
    of the ledger at that time, `differing` and `omitted` are as in ImportResult.
    """

    file: PlanFile
    newest: tuple[int, str] | None
    promise_count: int
    skipped: int
    differing: Sequence[tuple[int, Sequence[str]]]
    omitted: Mapping[str, int]

    def open_steps(self, env: Env) -> AbstractContextManager[Iterator[ImportStep]]:
        """Give the steps that make or link a promise, one after the other."""
        return import_source.open_written_items(env, self.file.iter_steps(), self.file.step_count)


class _RefusedRecords:
    """The records of a file that can't be imported, each with its line."""

    def __init__(self, source: ImportSource) -> None:
        self._source = source
        self.problems: list[tuple[int, errors.BadRecord]] = []

    def collect_refusal(self, step: ImportStep) -> None:
        """Keep the problem of a step, if it has one."""
        if step.problem:
            self.problems.append((step.line, step.problem))

    def raise_if_any(self) -> None:
        """Raise BadImport if there are any."""
        if self.problems:
            line, problem = self.problems[0]
            more = len(self.problems) - 1
            raise errors.BadImport(self._source.name, line, problem, more=more)


def plan_import(env: Env, source: ImportSource, file: PlanFile, *, new: bool) -> ImportPlan:
    """Plan the import of every record, and write what makes or links promises to `file`.

    Raises BadImport when a record is refused.
    """
    counts: Counter[str] = Counter()
    omitted: Counter[str] = Counter()
    differing: list[tuple[int, Sequence[str]]] = []
    refused = _RefusedRecords(source)
    with output.open_view(env) as db, open_import_steps(env, db, source, new=new) as steps:
        newest = ledger_file.find_journal_head(db)
        queries.release_ledger(db)
        for step in steps:
            counts[step.does] += 1
            refused.collect_refusal(step)
            if step.does == "omit":
                omitted[step.reason] += 1
            if step.differences:
                differing.append((step.number or 0, step.differences))
            if step.does in ("make", "link") and not refused.problems:
                file.add_step(step)
    refused.raise_if_any()
    file.finish()
    return ImportPlan(file, newest, counts["make"], counts["skip"], differing, omitted)


def _write_import_steps(
    env: Env, db: sqlite3.Connection, source: ImportSource, steps: Iterable[ImportStep]
) -> ImportResult:
    """Carry out every step that makes or links a promise.

    Raises BadImport when a record is refused, and PartsInRing or PartsTooDeep where its link does
    not fit those that are here.
    """
    journal: Journal | None = None
    numbers: list[int] = []
    linked: list[int] = []
    new_people: dict[str, Person] = {}
    differing: list[tuple[int, Sequence[str]]] = []
    omitted: Counter[str] = Counter()
    skipped, refused = 0, _RefusedRecords(source)
    for step in steps:
        refused.collect_refusal(step)
        if step.does == "omit":
            omitted[step.reason] += 1
        elif step.does == "skip":
            skipped += 1
            if step.differences:
                differing.append((step.number or 0, step.differences))
        elif not refused.problems:
            journal = journal or Journal(db, env.now, "import", gathers=True)
            if step.does == "link":
                write_imported_link(env, journal, step)
                linked.append(step.number or 0)
            else:
                numbers.append(write_imported_promise(journal, step, new_people))
    refused.raise_if_any()
    if journal:
        journal.write_gathered_rows()
    links.check_part_chains(db, linked)
    return ImportResult(numbers, skipped, list(new_people.values()), differing, omitted)


def write_imported_promise(
    journal: Journal, step: ImportStep, new_people: dict[str, Person]
) -> int:
    """Record one promise and return its ID; a new person is recorded first.

    `new_people` has the people of earlier steps by handle, and gets the new one.
    """
    if step.promise is None:
        raise TypeError
    if step.newcomer:
        number, newcomer = step.newcomer
        if newcomer.handle not in new_people:
            new_people[newcomer.handle] = journal.insert_person(newcomer, number)
    return journal.write_new_promise(step.promise, step.number, again=step.was_undone)


def write_imported_link(env: Env, journal: Journal, step: ImportStep) -> None:
    """Record that an imported promise is a part of another one."""
    journal.write_gathered_rows()
    part, bigger = (journal.load_promise(number or 0) for number in (step.number, step.bigger))
    act = Act(Verb.PART, Side.BOOKKEEPER, env.now, env.now)
    journal.append_act(part, act._replace(text=str(bigger.id), bigger=bigger.opening.uid))
