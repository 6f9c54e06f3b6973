"""The command `import`: promises from a file of this or another program, or a whole journal.

Everything is imported in one transaction, or nothing is.
"""

from __future__ import annotations

import pickle
from collections import Counter
from types import MappingProxyType

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_profile, import_sides, import_source
from promisectl.commands.import_dry_run import print_dry_run
from promisectl.commands.import_plan import open_import_steps
from promisectl.commands.import_source import ImportSource
from promisectl.commands.shared import arguments, output, recorder
from promisectl.domain.promise import Act, Side, Verb
from promisectl.records import conditions, fields, headings, imported_rows, reader
from promisectl.records.imported_rows import CANCELLED, DONE, ImportRules
from promisectl.rendering import formats
from promisectl.storage import connection, ledger, links, queries, transfer
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from typing import IO, Any

    from promisectl.commands.import_plan import ImportStep
    from promisectl.domain.people import Person
    from promisectl.env import Env
    from promisectl.records.conditions import RowCondition

_MAX_NAMED_PEOPLE = 8
_MAX_NAMED_DIFFERENCES = 8
_MAX_PROMISES_WITHOUT_BACKUP = 100  # a larger import is preceded by a backup


class ImportResult(NamedTuple):
    """What an import did: the IDs of the new promises, how many records it skipped, new people.

    `differing` are the skipped records whose promise is not as they say, each as its ID and fields.
    `omitted` has how many rows are not records, by the reason.
    """

    promise_numbers: Sequence[int]
    skipped: int
    new_people: Sequence[Person]
    differing: Sequence[tuple[int, Sequence[str]]] = ()
    omitted: Mapping[str, int] = MappingProxyType({})


def import_(
    env: Env,
    file: str,
    *,
    format_: str | None = None,
    from_format: str | None = None,
    map_: Sequence[str] = (),
    set_: Sequence[str] = (),
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    id_: Sequence[str] = (),
    all_: bool = False,
    dry_run: bool = False,
    raw: bool = False,
    new: bool = False,
) -> int:
    """Import promises or a journal from a file or from stdin, and return the exit code.

    It is 6 when a dry run refuses a record, else 0. Raises BadImport for a file that can't be
    imported, and NoSides for one that does not say whose its promises are.
    """
    arguments.check_choice("--format", format_, reader.IMPORT_FORMATS)
    if not file:
        raise errors.NoFileNamed
    with import_source.open_import_file(env, file) as stream:
        name = "stdin" if file == "-" else file
        rules = ImportRules(
            parse_column_map(map_),
            parse_set_fields(set_),
            raw,
            parse_row_conditions("--only", only),
            parse_row_conditions("--skip", skip),
            id_,
            all_,
            me=env.config.me,
            zone=env.zone,
        )
        source = ImportSource(name, stream, format_, rules)
        head = import_source.read_source_head(source)
        if head is not None:
            import_journal(env, source, head, dry_run=dry_run)
            return 0
        source = import_profile.choose_profile(env, source, from_format)
        source, answers = import_sides.settle_sides(env, source, new=new)
        if dry_run:
            return print_dry_run(env, source, answers, new=new)
        import_promises(env, source, new=new)
    return 0


def parse_row_conditions(option: str, texts: Sequence[str]) -> tuple[RowCondition, ...]:
    """Return conditions on rows from texts such as `Status=done`. Raises Contradiction."""
    parsed = [*map(conditions.parse_condition, texts)]
    for text, condition in zip(texts, parsed, strict=True):
        if condition is None:
            raise errors.Contradiction(
                f"{option} “{text}” does not name a column and a value.",
                f"Type it like this: {option} Status=done",
            )
    return tuple(condition for condition in parsed if condition)


def parse_column_map(pairs: Sequence[str]) -> dict[str, str]:
    """Return our field for each of their columns, from words such as `Task=outcome`.

    The field is empty for a column to leave out. Raises Usage.
    """
    column_fields: dict[str, str] = {}
    for pair in pairs:
        column, separator, field = pair.rpartition("=")
        if not separator:
            raise errors.Contradiction(
                f"--map “{pair}” does not map a column to a field.",
                "Type it like this: --map Task=outcome",
            )
        if column in column_fields:
            raise errors.Contradiction(
                f"--map has the column “{column}” twice.", "Keep one of them."
            )
        if column == headings.OTHER_COLUMNS and field:
            raise errors.Contradiction(
                f"--map “{pair}”: * can only leave columns out.",
                "Type it like this: --map '*='",
            )
        column_fields[column] = (
            _check_import_field("--map", field, headings.IMPORT_FIELDS) if field else ""
        )
    return column_fields


def parse_set_fields(pairs: Sequence[str]) -> dict[str, str]:
    """Return the values that all records share by field, from words such as `direction=owe`.

    Raises Usage.
    """
    parts = [pair.partition("=") for pair in pairs]
    for field, _, value in parts:
        if not value:
            raise errors.Contradiction(
                f"--set “{field}” has no value.", "Type it like this: --set direction=owe"
            )
    known = fields.IMPORT_RECORD_FIELDS
    return {_check_import_field("--set", field, known): value for field, _, value in parts}


def _check_import_field(option: str, word: str, known: Sequence[str]) -> str:
    """Return the known field that a word names, in any spelling. Raises UnknownColumn."""
    field = headings.fold_heading(word)
    if field not in known:
        raise errors.UnknownColumn(option, word, known)
    return field


# Promises


def import_promises(env: Env, source: ImportSource, *, new: bool) -> None:
    """Import all records of a file, and print the result; `new` allows names that look known.

    The file is read before the ledger is locked. If somebody records anything in between, it is
    read once more under the lock. Raises BadImport.
    """
    with import_source.create_unnamed_file() as plan_file:
        plan = plan_import(env, source, plan_file, new=new)
        if not plan.promise_count:
            result = ImportResult((), plan.skipped, (), plan.differing, plan.omitted)
            _print_import_result(env, source, result)
            return

        def import_steps(db: sqlite3.Connection) -> ImportResult:
            if ledger.find_journal_head(db) == plan.newest:
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
            _print_import_result(env, source, result)


class ImportPlan(NamedTuple):
    """What to import, read and checked before the ledger is locked.

    The steps are in a `file`, because a list of 100,000 takes 150 MiB; there are `step_count`, of
    which `promise_count` make a promise. `newest` is the newest act of the ledger at that time,
    `differing` and `omitted` are as in ImportResult.
    """

    file: IO[bytes]
    newest: tuple[int, str] | None
    promise_count: int
    step_count: int
    skipped: int
    differing: Sequence[tuple[int, Sequence[str]]]
    omitted: Mapping[str, int]

    def open_steps(self, env: Env) -> AbstractContextManager[Iterator[ImportStep]]:
        """Give the steps that make or link a promise, one after the other."""
        self.file.seek(0)
        # Safe to load: this process has written the steps, into a file without a name.
        steps = (pickle.load(self.file) for _ in range(self.step_count))  # noqa: S301
        return import_source.open_written_items(env, steps, self.step_count)


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


def plan_import(env: Env, source: ImportSource, plan_file: IO[bytes], *, new: bool) -> ImportPlan:
    """Plan the import of every record, and write what makes or links promises to `plan_file`.

    Raises BadImport when a record is refused.
    """
    counts: Counter[str] = Counter()
    omitted: Counter[str] = Counter()
    differing: list[tuple[int, Sequence[str]]] = []
    refused = _RefusedRecords(source)
    with output.open_view(env) as db, open_import_steps(env, db, source, new=new) as steps:
        newest = ledger.find_journal_head(db)
        queries.release_ledger(db)
        for step in steps:
            counts[step.does] += 1
            refused.collect_refusal(step)
            if step.does == "omit":
                omitted[step.reason] += 1
            if step.differences:
                differing.append((step.number or 0, step.differences))
            if step.does in ("make", "link") and not refused.problems:
                with import_source.guard_unnamed_writes():
                    pickle.dump(step._replace(row=None), plan_file)
    refused.raise_if_any()
    with import_source.guard_unnamed_writes():
        plan_file.flush()
    steps_written = counts["make"] + counts["link"]
    return ImportPlan(
        plan_file, newest, counts["make"], steps_written, counts["skip"], differing, omitted
    )


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
            journal = journal or Journal(db, env.now, "import")
            if step.does == "link":
                write_imported_link(env, journal, step)
                linked.append(step.number or 0)
            else:
                numbers.append(write_imported_promise(journal, step, new_people))
    refused.raise_if_any()
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
    part, bigger = (journal.load_promise(number or 0) for number in (step.number, step.bigger))
    act = Act(Verb.PART, Side.BOOKKEEPER, env.now, env.now)
    journal.append_act(part, act._replace(text=str(bigger.id), bigger=bigger.opening.uid))


def _print_import_result(env: Env, source: ImportSource, result: ImportResult) -> None:
    count = formats.format_count(len(result.promise_numbers), "promise")
    sentence = f"Imported {count} from {source.name}."
    if result.skipped:
        sentence += f" {result.skipped} already imported, skipped.{format_differences(result)}"
    if result.omitted:
        sentence += f" Not imported: {imported_rows.format_omissions(result.omitted)}."
    _print_import_answer(env, result, sentence)
    if env.is_json and result.differing:
        env.print_warning(format_differences(result).strip())
    if result.new_people:
        people = [f"{person.name} ({person.handle})" for person in result.new_people]
        names = ", ".join(people[:_MAX_NAMED_PEOPLE])
        new = "New person" if len(people) == 1 else "New people"
        unnamed = len(people) - _MAX_NAMED_PEOPLE
        more = f" and {unnamed} more. See: promisectl people" if unnamed > 0 else "."
        env.print_hint(f"{new}: {names}{more}")
    if result.omitted.get(DONE) or result.omitted.get(CANCELLED):
        env.print_hint("For those that are done or cancelled as well, add --all.")
    if result.promise_numbers:
        env.print_hint("Not what you meant? promisectl undo")


def format_differences(result: ImportResult) -> str:
    """Return which of the skipped records differ here, and in what, as a sentence, or ""."""
    differing = result.differing
    if not differing:
        return ""
    named = [f"#{number} ({', '.join(fields)})" for number, fields in differing]
    unnamed = len(named) - _MAX_NAMED_DIFFERENCES
    more = f" and {unnamed} more" if unnamed > 0 else ""
    verb = "differs" if len(named) == 1 else "differ"
    return f" {len(named)} {verb} here: {', '.join(named[:_MAX_NAMED_DIFFERENCES])}{more}."


def _print_import_answer(env: Env, result: ImportResult, sentence: str) -> None:
    omitted = {name: result.omitted.get(name, 0) for name in imported_rows.OMISSIONS}
    record = {
        "imported": len(result.promise_numbers),
        "skipped": result.skipped,
        "people": [person.handle for person in result.new_people],
        "ids": result.promise_numbers,
        "differing": len(result.differing),
        **{reason.replace(" ", "_"): count for reason, count in omitted.items()},
    }
    output.print_result(env, records=[record], ids=result.promise_numbers, lines=[sentence])


# A whole journal


def import_journal(env: Env, source: ImportSource, head: dict[str, Any], *, dry_run: bool) -> None:
    """Fill an empty ledger from a journal, and print the result.

    A dry run fills a ledger in memory instead. Raises LedgerNotEmpty and BadImport.
    """

    def ensure_empty(db: sqlite3.Connection) -> None:
        if not transfer.is_empty_ledger(db):
            raise errors.LedgerNotEmpty(env.ledger)

    def fill_empty_ledger(db: sqlite3.Connection) -> ImportResult:
        ensure_empty(db)
        return _fill_from_journal(env, db, source, head)

    is_small = import_source.measure_source(source) <= connection.MAX_MEMORY_BYTES
    with recorder.prepare_auto_backup(env) as keep:
        if dry_run:
            with output.open_view(env) as db:
                ensure_empty(db)
            with ledger.open_temporary_ledger(in_memory=is_small) as db:
                result = fill_empty_ledger(db)
        else:
            result = recorder.write_to_ledger(env, fill_empty_ledger, keep)
        promises = formats.format_count(len(result.promise_numbers), "promise")
        count = f"{promises}, {formats.format_count(head['commands'], 'command')}"
        sentence = (
            f"Dry run: the journal is complete, with {count}. Nothing was recorded."
            if dry_run
            else f"Imported the journal: {count}."
        )
        _print_import_answer(env, result, sentence)
    if env.is_json and result.differing:
        env.print_warning(format_differences(result).strip())


def _fill_from_journal(
    env: Env, db: sqlite3.Connection, source: ImportSource, head: dict[str, Any]
) -> ImportResult:
    """Record every line of a journal after its `head`. Raises BadImport with the line."""
    line = 1
    try:
        importer = transfer.JournalImporter(db, head, env.now)
        with (
            import_source.add_source_place(source),
            import_source.open_source_lines(env, source) as lines,
        ):
            for line, text in enumerate(lines, 1):
                if line > 1:
                    importer.add_record(reader.parse_json_line(text, line))
        numbers = importer.finish_import()
    except errors.BadRecord as problem:
        raise errors.BadImport(source.name, problem.line or line, problem) from problem
    people = [person for person in queries.load_people(db) if person.merged_into is None]
    return ImportResult(numbers, 0, people)
