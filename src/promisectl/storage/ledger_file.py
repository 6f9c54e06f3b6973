"""A ledger in a file: read without writing to it, or written in one transaction per command."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage import connection, preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    T = TypeVar("T")


def run_file_transaction(
    path: str,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None] | None = None,
    reason: str = "",
    *,
    may_replace_rows: bool = False,
) -> T:
    """Do what `ledger.run_in_transaction` does, in the ledger at `path`."""
    from promisectl.storage import creation

    try:
        while True:
            if has_file(path):
                return _run_on_existing_ledger(
                    path, work, back_up, reason, may_replace_rows=may_replace_rows
                )
            with suppress(FileExistsError):
                return creation.create_ledger(path, work)
    except errors.TemporaryLedgerError as problem:
        problem.effect = "Nothing was recorded."
        raise


def settle_journal_mode(path: str) -> None:
    """End the WAL mode that another program has set, for a command that is going to write.

    Nobody may read in that mode. Does nothing where the file is as it should be. Raises
    LedgerError.
    """
    if not preflight.is_in_wal_mode(path):
        return
    with connection.translate_errors(path):
        connection.check_ledger_file(path, writing=True)
        connection.open_connection(path, "rw").close()


@contextmanager
def open_file_snapshot(
    path: str, *, patience: float = connection.LOCK_WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Open the ledger at `path` for reading; the connection sees one moment of it throughout.

    It waits `patience` seconds for a command that is writing. Raises LedgerError when the ledger
    can't be read.
    """
    with connection.translate_errors(path):
        db = _connect_for_reading(path, patience)
    try:
        with connection.translate_sqlite_errors(path, reading=True):
            yield db
    finally:
        db.close()


def has_file(path: str) -> bool:
    """Whether there is any file at a path. Raises LedgerError if nobody can know."""
    with connection.translate_errors(path), suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(path)
        return True
    return False


def find_journal_head(db: sqlite3.Connection) -> tuple[int, str] | None:
    """Return number and hash of the newest act, or None for an empty ledger."""
    last = connection.fetch_last_act(db)
    return (last.number, last.hash) if last.number else None


def has_act(db: sqlite3.Connection, number: int, hash_: str) -> bool:
    """Whether an act with that number and hash is in the ledger."""
    row = db.execute(sql.HASH_OF_ACT, {"number": number}).fetchone()
    return bool(row) and row["hash"] == hash_


def _connect_for_reading(
    path: str, patience: float = connection.LOCK_WAIT_SECONDS
) -> sqlite3.Connection:
    connection.check_ledger_file(path)
    try:
        reader = connection.open_connection(path, "ro", patience)
        return _begin_or_close(path, reader, patience)
    except sqlite3.OperationalError as error:
        if not connection.has_unfinished_transaction(error):
            raise
    # A command died in the middle of its transaction: only a writer may roll that back.
    with closing(connection.open_connection(path, "rw", patience)) as writer:
        connection.retry_while_busy(path, lambda: writer.execute("PRAGMA schema_version"), patience)
    reader = connection.open_connection(path, "ro", patience)
    return _begin_or_close(path, reader, patience)


def _begin_or_close(path: str, db: sqlite3.Connection, patience: float) -> sqlite3.Connection:
    with connection.close_on_failure(db):
        connection.begin_read_transaction(path, db, patience)
    return db


def _run_on_existing_ledger(
    path: str,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None] | None,
    reason: str,
    *,
    may_replace_rows: bool,
) -> T:
    with connection.translate_errors(path):
        connection.check_ledger_file(path, writing=True)
        db = connection.open_connection(path, "rw")
        try:
            if may_replace_rows:
                db.execute("PRAGMA foreign_keys = OFF")
            connection.retry_while_busy(path, lambda: db.execute("BEGIN IMMEDIATE"))
            connection.check_schema_step(path, db)
            is_old = connection.read_schema_step(db) < sql.SCHEMA_STEP
            reason = reason or ("upgrade" if is_old else "")
            if back_up and reason:
                back_up(reason)
            if is_old:
                from promisectl.storage import migrations

                migrations.migrate_ledger(db)
            head_before = find_journal_head(db)
            result = work(db)
            _commit_transaction(path, db, head_before)
        except BaseException:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise
        finally:
            db.close()
        return result


def _commit_transaction(
    path: str, db: sqlite3.Connection, head_before: tuple[int, str] | None
) -> None:
    """Commit; if SQLite fails in the middle, find out whether the newest act is recorded.

    Raises WriteUnconfirmed if it is recorded, and WriteUncertain if nobody can know.
    """
    head = find_journal_head(db)
    try:
        connection.retry_while_busy(path, lambda: _commit_without_interrupts(db))
    except sqlite3.Error as error:
        from promisectl.storage import sqlite_errors

        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        db.close()
        if head and head != head_before and _has_act(path, *head, error):
            reason = sqlite_errors.format_failure_reason(error)
            raise errors.WriteUnconfirmed(path, reason) from error
        raise


def _commit_without_interrupts(db: sqlite3.Connection) -> None:
    from promisectl.system import interrupts

    with interrupts.hold_interrupts():
        db.execute("COMMIT")


def _has_act(path: str, number: int, hash_: str, commit_error: sqlite3.Error) -> bool:
    """Whether an act with that number and hash is in the ledger after a failed commit.

    Raises WriteUncertain when the ledger can't be read either.
    """
    try:
        with closing(_connect_for_reading(path)) as db:
            return has_act(db, number, hash_)
    except (sqlite3.Error, OSError, errors.LedgerError) as error:
        from promisectl.storage import sqlite_errors

        reason = sqlite_errors.format_failure_reason(commit_error)
        raise errors.WriteUncertain(path, reason) from error
