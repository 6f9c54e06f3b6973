"""A ledger's beginning: made beside its place, with its first move in it, and only then named: it is there whole, or not at all."""

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
    """Found a ledger beside its place, do the first work in it, and only then give it its name: it is there whole, or not at all."""
    with ExitStack() as at_last:
        return _create_under_temporary_name(path, work, at_last)


def _create_under_temporary_name(
    path: str, work: Callable[[sqlite3.Connection], T], at_last: ExitStack
) -> T:
    with connection.translate_errors(path):
        preflight.check_directory_owner(path)
        made = files.create_directories(os.path.dirname(os.path.abspath(path)))
        temporary = files.choose_temporary_name(path)
        try:
            result = _fill_new_ledger(temporary, work)
            _ensure_no_stray_journal(path)
            at_last.enter_context(interrupts.hold_interrupts())
            _link_finished_ledger(temporary, path)
            made = []
        finally:
            _remove_leftovers(temporary, made)
        try:
            files.sync_path(os.path.dirname(os.path.abspath(path)))
        except OSError as error:
            raise errors.WriteUnconfirmed(path, error.strerror or str(error)) from error
        return result


def _ensure_no_stray_journal(path: str) -> None:
    """Refuse a place where the journal of a ledger lies that is gone: SQLite would play it into the new one. Raises JournalLeft."""
    for left in (path + journal for journal in files.SQLITE_SIDE_FILE_SUFFIXES):
        if os.path.lexists(left) and not os.path.lexists(path):
            raise errors.OrphanJournal(left)


def _link_finished_ledger(temporary: str, path: str) -> None:
    """Give the finished ledger its name, unless another is there. Raises FileExistsError, and Unusable where there are no links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in files.NO_HARD_LINK_ERRNOS:
            raise
        raise errors.LedgerUnusable(
            path,
            "the file system there has no hard links",
            "Keep the ledger on a disk of this machine.",
        ) from error


def _remove_leftovers(temporary: str, made: list[str]) -> None:
    """Take away what nobody needs any more. What can't be taken away is no reason to say that nothing was recorded."""
    for leftover in (temporary, f"{temporary}-journal"):
        with suppress(OSError):
            os.unlink(leftover)
    for directory in reversed(made):
        with suppress(OSError):
            os.rmdir(directory)


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
