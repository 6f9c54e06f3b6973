"""The import of a whole journal into an empty ledger."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands import import_answer, import_source
from promisectl.commands.import_answer import ImportResult
from promisectl.commands.shared import output, recorder
from promisectl.records import reader
from promisectl.rendering import formats
from promisectl.storage import connection, ledger, queries, transfer

if TYPE_CHECKING:
    import sqlite3
    from typing import Any

    from promisectl.commands.import_source import ImportSource
    from promisectl.env import Env


def import_journal(env: Env, source: ImportSource, head: dict[str, Any], *, dry_run: bool) -> None:
    """Fill an empty ledger from a journal, and print the result.

    A dry run fills a ledger in memory instead. Raises LedgerNotEmpty and BadImport.
    """

    def ensure_empty(db: sqlite3.Connection) -> None:
        if not transfer.is_empty_ledger(db):
            raise errors.LedgerNotEmpty(str(env.ledger))

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
        import_answer.print_import_answer(env, result, sentence)
    if env.is_json and result.differing:
        env.print_warning(import_answer.format_differences(result).strip())


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
