"""Create the ledger file, which appears complete with its first move in it, or not at all."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage import connection, preflight
from promisectl.system import files, interrupts

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable
    from typing import TypeVar

    T = TypeVar("T")


def create_ledger(path: str, work: Callable[[sqlite3.Connection], T]) -> T:
    """Create a ledger at `path`, and return what `work` returns, called inside its transaction.

    The file is written under a temporary name beside `path` and gets its own name when it is
    complete. Raises FileExistsError when another command created the ledger meanwhile, LedgerError
    when the file can't be used, and WriteUnconfirmed when the disk did not confirm its name.
    """
    directory = os.path.dirname(os.path.abspath(path))
    with ExitStack() as until_return, connection.translate_errors(path):
        preflight.check_directory_owner(path)
        created_directories = files.create_directories(directory)
        temporary = files.choose_temporary_name(path)
        try:
            result = _fill_new_ledger(temporary, work)
            for journal in (path + suffix for suffix in preflight.SQLITE_SIDE_FILE_SUFFIXES):
                if os.path.lexists(journal) and not os.path.lexists(path):
                    raise errors.OrphanJournal(journal)  # SQLite would play it into the new ledger
            until_return.enter_context(interrupts.hold_interrupts())
            files.link_finished_file(temporary, path)
            created_directories = []
        finally:
            _remove_leftovers(temporary, created_directories)
        try:
            files.sync_path(directory)
        except OSError as error:
            raise errors.WriteUnconfirmed(path, error.strerror or str(error)) from error
        return result


def _fill_new_ledger(temporary: str, work: Callable[[sqlite3.Connection], T]) -> T:
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db = connection.open_connection(temporary, "rw")
    try:
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA application_id = {sql.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
        for statement in sql.SCHEMA:
            db.execute(statement)
        result = work(db)
        db.execute("COMMIT")
    finally:
        db.close()
    return result


def _remove_leftovers(temporary: str, directories: list[str]) -> None:
    """Remove the temporary file, its journal, and the directories that were created for it.

    A failure is ignored: the ledger may be complete, and then the move is recorded.
    """
    for leftover in (temporary, f"{temporary}-journal"):
        with suppress(OSError):
            os.unlink(leftover)
    for directory in reversed(directories):
        with suppress(OSError):
            os.rmdir(directory)
