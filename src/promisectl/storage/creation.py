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


def found(path: str, work: Callable[[sqlite3.Connection], T]) -> T:
    """Found a ledger beside its place, do the first work in it, and only then give it its name: it is there whole, or not at all."""
    with ExitStack() as at_last:
        return _found(path, work, at_last)


def _found(path: str, work: Callable[[sqlite3.Connection], T], at_last: ExitStack) -> T:
    with connection.translated(path):
        preflight.check_place(path)
        made = files.make_directories(os.path.dirname(os.path.abspath(path)))
        temporary = files.temporary_name(path)
        try:
            result = _fill(temporary, work)
            _refuse_orphans(path)
            at_last.enter_context(interrupts.recorded())
            _name(temporary, path)
            made = []
        finally:
            _clear(temporary, made)
        try:
            files.sync(os.path.dirname(os.path.abspath(path)))
        except OSError as error:
            raise errors.Unconfirmed(path, error.strerror or str(error)) from error
        return result


def _refuse_orphans(path: str) -> None:
    """Refuse a place where the journal of a ledger lies that is gone: SQLite would play it into the new one. Raises JournalLeft."""
    for left in (path + journal for journal in files.JOURNALS):
        if os.path.lexists(left) and not os.path.lexists(path):
            raise errors.JournalLeft(left)


def _name(temporary: str, path: str) -> None:
    """Give the finished ledger its name, unless another is there. Raises FileExistsError, and Unusable where there are no links."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno not in files.NO_LINKS:
            raise
        raise errors.Unusable(path, "the file system there has no hard links", "Keep the ledger on a disk of this machine.") from error


def _clear(temporary: str, made: list[str]) -> None:
    """Take away what nobody needs any more. What can't be taken away is no reason to say that nothing was recorded."""
    for leftover in (temporary, f"{temporary}-journal"):
        with suppress(OSError):
            os.unlink(leftover)
    for directory in reversed(made):
        with suppress(OSError):
            os.rmdir(directory)


def _fill(temporary: str, work: Callable[[sqlite3.Connection], T]) -> T:
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db = connection.connect(temporary, "rw")
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
