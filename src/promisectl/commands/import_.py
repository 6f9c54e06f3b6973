"""Import: promises from a CSV or JSON, or a whole journal, in one transaction: all of it, or nothing."""

from __future__ import annotations

import pickle
from collections import Counter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_source
from promisectl.commands.import_plan import ImportPlanner, ImportStep, open_import_planner
from promisectl.commands.import_source import ImportSource
from promisectl.commands.shared import arguments, output, recorder
from promisectl.domain.people import Person
from promisectl.records import reader
from promisectl.records.reader import UnreadableLine
from promisectl.rendering import formats
from promisectl.storage import ledger, queries, transfer
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import IO, Any

    from promisectl.env import Env

_STEP_COLUMNS = ("line", "does", "id", "person", "outcome", "why")
_MAX_NAMED_PEOPLE = 8  # people
_MAX_PROMISES_WITHOUT_BACKUP = 100  # promises, from which on an import is worth a backup
_STEP_KIND = output.RecordKind(
    _STEP_COLUMNS, _STEP_COLUMNS, lambda row: {name: row[name] for name in _STEP_COLUMNS}
)


class _ImportResult(NamedTuple):
    """What an import did: the promises made, how many records were skipped, who is new."""

    promise_numbers: Sequence[int]
    skipped: int
    new_people: Sequence[Person]


def import_(
    env: Env,
    file: str,
    *,
    format_: str | None = None,
    map_: Sequence[str] = (),
    set_: Sequence[str] = (),
    dry_run: bool = False,
    raw: bool = False,
    new: bool = False,
) -> int:
    """Promises from a file, or from stdin. Returns the exit code: 6 when a dry run refuses something, else 0."""
    arguments.check_choice("--format", format_, reader.IMPORT_FORMATS)
    with import_source.open_import_file(env, file) as stream:
        known = ImportSource(
            "stdin" if file == "-" else file,
            stream,
            format_,
            _parse_column_map(map_),
            raw,
            _parse_set_fields(set_),
        )
        head = import_source.read_source_head(known)
        if head is not None:
            _import_journal(env, known, head, dry_run=dry_run)
            return 0
        if dry_run:
            return _print_dry_run(env, known, new=new)
        _import_promises(env, known, new=new)
    return 0


def _parse_column_map(pairs: Sequence[str]) -> dict[str, str]:
    """Which of their columns is which field of ours. Raises Usage."""
    names: dict[str, str] = {}
    for pair in pairs:
        theirs, sign, ours = pair.rpartition("=")
        if not sign or not theirs:
            raise errors.Contradiction(
                f"“{pair}” does not say which column is which field. Write it as: --map Task=outcome."
            )
        names[theirs] = _check_import_field("--map", ours) if ours else ""
    return names


def _parse_set_fields(pairs: Sequence[str]) -> dict[str, str]:
    """What every record has in a field that the file lacks. Raises Usage."""
    said = [pair.partition("=") for pair in pairs]
    for field, sign, value in said:
        if not (sign and value):
            raise errors.Contradiction(
                f"“{field}” does not say what the field is for every record. Write it as: --set direction=owe."
            )
    return {_check_import_field("--set", field): value for field, _, value in said}


def _check_import_field(option: str, word: str) -> str:
    """One of our fields. Raises UnknownColumn."""
    if word not in reader.IMPORT_COLUMNS:
        raise errors.UnknownColumn(option, word, reader.IMPORT_COLUMNS)
    return word


# Promises


def _import_promises(env: Env, file: ImportSource, *, new: bool) -> None:
    with import_source.create_unnamed_file() as planned:
        plan = _plan_import(env, file, planned, new=new)
        if not plan.promise_count:
            _print_import_result(env, file, _ImportResult((), plan.skipped, ()))
            return

        def import_steps(db: sqlite3.Connection) -> _ImportResult:
            if (
                ledger.find_journal_head(db) == plan.newest
            ):  # then what is known already is not among the steps
                return _write_import_steps(env, db, file, plan.iter_steps(env))._replace(
                    skipped=plan.skipped
                )
            with open_import_planner(env, db, new=new) as planner:
                steps = _iter_import_steps(env, file, planner)
                return _write_import_steps(env, db, file, steps)

        with recorder.prepare_auto_backup(env) as keep:
            done = ledger.run_in_transaction(
                env.ledger,
                import_steps,
                keep,
                "import" if plan.promise_count > _MAX_PROMISES_WITHOUT_BACKUP else "",
            )
            _print_import_result(env, file, done)


def _print_import_result(env: Env, file: ImportSource, done: _ImportResult) -> None:
    known = (
        f" {formats.format_count(done.skipped, 'record')} known already, and skipped."
        if done.skipped
        else ""
    )
    _print_import_answer(
        env,
        done,
        f"Imported {formats.format_count(len(done.promise_numbers), 'promise')} from {file.name}.{known}",
    )
    if done.new_people:
        more = (
            f" and {len(done.new_people) - _MAX_NAMED_PEOPLE} more. See: people"
            if done.new_people[_MAX_NAMED_PEOPLE:]
            else ""
        )
        env.print_hint(
            f"New in the ledger: {', '.join(f'{person.name} ({person.handle})' for person in done.new_people[:_MAX_NAMED_PEOPLE])}{more}."
        )
    if done.promise_numbers:
        env.print_hint("Not what you meant? promisectl undo")


class _ImportPlan(NamedTuple):
    """What is to be made, read and found good while nobody had to wait.

    The steps are in a `file`, as a list of 100,000 takes 150 MiB; `newest` is the newest act that the ledger had then.
    """

    file: IO[bytes]
    newest: tuple[int, str] | None
    promise_count: int
    skipped: int

    def iter_steps(self, env: Env) -> Iterator[ImportStep]:
        """The promises to be made, one after the other."""
        self.file.seek(0)
        # This process has written them, into a file without a name.
        steps = (pickle.load(self.file) for _ in range(self.promise_count))  # noqa: S301
        return import_source.iter_items_with_progress(env, steps, self.promise_count)


def _plan_import(env: Env, file: ImportSource, planned: IO[bytes], *, new: bool) -> _ImportPlan:
    """What becomes of every record; what is to be made goes into `planned`. Raises BadImport when any is refused."""
    counted: Counter[str] = Counter()
    refused = _RefusedRecords(file)
    with output.open_view(env) as db, open_import_planner(env, db, new=new) as planner:
        newest = ledger.find_journal_head(db)
        queries.release_ledger(db)
        for step in _iter_import_steps(env, file, planner):
            counted[step.does] += 1
            refused.collect_refusal(step)
            if step.does == "make" and not refused.any:
                with import_source.guard_unnamed_writes():
                    pickle.dump(step._replace(row=None), planned)
    refused.raise_if_any()
    with import_source.guard_unnamed_writes():
        planned.flush()
    return _ImportPlan(planned, newest, counted["make"], counted["skip"])


class _RefusedRecords:
    """The records that can't be used."""

    def __init__(self, file: ImportSource) -> None:
        self._file = file
        self.any: list[tuple[int, errors.BadRecord]] = []

    def collect_refusal(self, step: ImportStep) -> None:
        if step.problem:
            self.any.append((step.line, step.problem))

    def raise_if_any(self) -> None:
        """Raises BadImport if there are any."""
        if self.any:
            raise errors.BadImport(self._file.name, *self.any[0], more=len(self.any) - 1)


def _print_import_answer(env: Env, done: _ImportResult, sentence: str) -> None:
    output.print_result(
        env,
        records=[
            {
                "imported": len(done.promise_numbers),
                "skipped": done.skipped,
                "people": [person.handle for person in done.new_people],
                "ids": done.promise_numbers,
            }
        ],
        ids=done.promise_numbers,
        lines=[sentence],
    )


def _write_import_steps(
    env: Env, db: sqlite3.Connection, file: ImportSource, steps: Iterable[ImportStep]
) -> _ImportResult:
    """Every step that makes a promise, made. Raises BadImport when a record is refused after all."""
    journal: Journal | None = None
    made, met, skipped, refused = list[int](), dict[str, Person](), 0, _RefusedRecords(file)
    for step in steps:
        refused.collect_refusal(step)
        if step.does == "skip":
            skipped += 1
        elif not refused.any:
            journal = journal or Journal(db, env.now, "import")
            made.append(_write_imported_promise(journal, step, met))
    refused.raise_if_any()
    return _ImportResult(made, skipped, list(met.values()))


def _write_imported_promise(journal: Journal, step: ImportStep, met: dict[str, Person]) -> int:
    if step.promise is None:
        raise TypeError
    if step.newcomer:
        number, newcomer = step.newcomer
        if newcomer.handle not in met:
            met[newcomer.handle] = journal.insert_person(newcomer, number)
    return journal.write_new_promise(step.promise, step.number, again=step.was_undone)


def _iter_import_steps(
    env: Env, file: ImportSource, planner: ImportPlanner
) -> Iterator[ImportStep]:
    """What becomes of every record, in order; after a line that can't be read at all nothing more is."""
    try:
        for row in import_source.iter_source_rows(env, file):
            yield planner.plan_row(row)
    except UnreadableLine as error:
        yield ImportStep(error.line, "refuse", problem=error.problem)


# A look ahead


def _print_dry_run(env: Env, file: ImportSource, *, new: bool) -> int:
    """What would become of every record, without writing. Returns 6 when something is refused, else 0."""
    counted: Counter[str] = Counter()

    def iter_step_records(steps: Iterable[ImportStep]) -> Iterator[Mapping[str, Any]]:
        for step in steps:
            counted[step.does] += 1
            yield _build_step_record(step)

    with output.open_view(env) as db, open_import_planner(env, db, new=new) as planner:
        queries.release_ledger(db)
        output.print_rows(
            env,
            iter_step_records(_iter_import_steps(env, file, planner)),
            _STEP_KIND,
            lambda rows: _print_dry_run_table(env, rows),
        )
    env.print_hint(
        f"Would be made: {counted['make']}, skipped: {counted['skip']}, refused: {counted['refuse']}. Nothing was recorded."
    )
    return errors.BadData.exit_code if counted["refuse"] else 0


def _build_step_record(step: ImportStep) -> dict[str, Any]:
    said = step.row.cells if step.row else {}
    why = f"known as #{step.number}" if step.does == "skip" else None
    if step.problem:
        why = (
            f"{step.problem.column}: {step.problem.what}"
            if step.problem.column
            else step.problem.what
        )
    texts = {
        "person": said.get("person") or said.get("person_name"),
        "outcome": said.get("outcome"),
    }
    shown = {name: text if isinstance(text, str) else None for name, text in texts.items()}
    return {"line": step.line, "does": step.does, "id": step.number, **shown, "why": why}


def _print_dry_run_table(env: Env, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        from promisectl.rendering import import_ as imported

        output.print_renderables(env, imported.render_import_plan(rows))


# A whole journal


def _import_journal(env: Env, file: ImportSource, head: dict[str, Any], *, dry_run: bool) -> None:
    """An empty ledger becomes what the journal says."""

    def fill_empty_ledger(db: sqlite3.Connection) -> _ImportResult:
        if not transfer.is_empty_ledger(db):
            raise errors.LedgerNotEmpty(env.ledger)
        return _fill_from_journal(env, db, file, head)

    with recorder.prepare_auto_backup(env) as keep:
        done = (
            fill_empty_ledger(ledger.create_memory_ledger())
            if dry_run
            else ledger.run_in_transaction(env.ledger, fill_empty_ledger, keep)
        )
        count = f"{formats.format_count(len(done.promise_numbers), 'promise')}, {formats.format_count(head['commands'], 'command')}"
        _print_import_answer(
            env,
            done,
            f"It is whole, and would make {count}."
            if dry_run
            else f"Imported the whole journal: {count}.",
        )


def _fill_from_journal(
    env: Env, db: sqlite3.Connection, file: ImportSource, head: dict[str, Any]
) -> _ImportResult:
    line = 1
    try:
        filling = transfer.JournalImporter(db, head, env.now)
        with import_source.add_source_place(file):
            for line, text in enumerate(import_source.iter_lines_with_progress(env, file), 1):
                if line > 1:
                    filling.add_record(reader.parse_json_line(text, line))
        made = filling.finish_import()
    except errors.BadRecord as problem:
        raise errors.BadImport(file.name, line, problem) from problem
    return _ImportResult(
        made, 0, [person for person in queries.load_people(db) if person.merged_into is None]
    )
