"""The ledger file: opened with care, founded on the first move, read without writing, written in one transaction a command."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage import connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import TypeVar

    T = TypeVar("T")


def run_in_transaction(
    path: str,
    work: Callable[[sqlite3.Connection], T],
    keep: Callable[[str], None] | None = None,
    before: str = "",
) -> T:
    """What `work` returns, done inside one transaction on the ledger at `path`; the ledger is founded if there is none.

    `work` may be called a second time, when another command founded the ledger meanwhile. Before an upgrade, and before a command
    that is named as one to back up `before`, `keep` is called with that word, under the lock and before anything is written. Raises
    LedgerTrouble when the file can't be used; whatever is raised, nothing is written, but for Unconfirmed and Uncertain, which say so.
    """
    from promisectl.storage import creation

    try:
        while True:
            if has_ledger(path):
                return _run_on_existing_ledger(path, work, keep, before)
            with suppress(FileExistsError):
                return creation.create_ledger(path, work)
    except errors.TemporaryLedgerError as problem:
        problem.effect = "Nothing was recorded."
        raise


@contextmanager
def open_snapshot(
    path: str, *, patience: int = connection.LOCK_WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """A read-only connection that sees one moment of the ledger throughout. Raises LedgerTrouble when it can't be read.

    For so many seconds it waits for a command that is writing.
    """
    with connection.translate_errors(path):
        db = _connect_for_reading(path, patience)
    try:
        with connection.translate_sqlite_errors(path):
            yield db
    finally:
        db.close()


@contextmanager
def open_snapshot_or_empty(
    path: str, *, patience: int = connection.LOCK_WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """The same, or an empty ledger in memory where there is none yet: a look founds nothing."""
    if has_ledger(path):
        with open_snapshot(path, patience=patience) as db:
            yield db
    else:
        with closing(create_memory_ledger(("TABLE",))) as db:  # indexes would cost 0.04 starts
            db.execute("BEGIN")
            yield db


def has_ledger(path: str) -> bool:
    """Whether anything is in the ledger's place. Raises LedgerTrouble when that can't be told."""
    with connection.translate_errors(path), suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(path)
        return True
    return False


def find_journal_head(db: sqlite3.Connection) -> tuple[int, str] | None:
    """Number and hash of the newest act; nothing while there is none."""
    last = db.execute(sql.LAST_ACT).fetchone()
    return (last["number"], last["hash"]) if last else None


def is_ledger_file(path: str, ledger: str) -> bool:
    """Whether `path` is the ledger itself, by whatever name, or one of the files that SQLite keeps beside it. Raises LedgerTrouble."""
    from promisectl.system import files

    real, place = os.path.realpath(ledger), os.path.realpath(path)
    if place.casefold() in (
        f"{real}{besides}".casefold() for besides in ("", *files.SQLITE_SIDE_FILE_SUFFIXES)
    ):
        return True  # whether the file system tells capitals apart or not
    with connection.translate_errors(ledger):
        return has_ledger(ledger) and os.path.exists(path) and os.path.samefile(path, ledger)


def create_memory_ledger(parts: Sequence[str] = ("TABLE", "INDEX", "UNIQUE")) -> sqlite3.Connection:
    """Make an empty ledger that goes with its connection; what does not fit into memory spills.

    It has no guards, and no public views: they cost 0.09 starts, and every query brings them along.
    """
    db = sqlite3.connect("", isolation_level=None)
    for statement in sql.SCHEMA:
        if statement.split(" ", 2)[1] in parts:
            db.execute(statement)
    db.row_factory = sqlite3.Row
    return db


def _connect_for_reading(
    path: str, patience: int = connection.LOCK_WAIT_SECONDS
) -> sqlite3.Connection:
    connection.check_ledger_file(path)
    try:
        return _begin_read_transaction(
            path, connection.open_connection(path, "ro", patience), patience
        )
    except sqlite3.OperationalError as error:
        if not connection.has_unfinished_transaction(error):
            raise
    # A command died in the middle of its transaction: SQLite takes its half-done pages back when somebody may write.
    writer = connection.open_connection(path, "rw", patience)
    with closing(writer):
        connection.retry_while_busy(path, lambda: writer.execute("PRAGMA schema_version"), patience)
    return _begin_read_transaction(path, connection.open_connection(path, "ro", patience), patience)


def _begin_read_transaction(path: str, db: sqlite3.Connection, patience: int) -> sqlite3.Connection:
    with connection.close_on_failure(db):
        db.execute("BEGIN")
        connection.retry_while_busy(path, lambda: connection.check_schema_step(path, db), patience)
    return db


def _run_on_existing_ledger(
    path: str,
    work: Callable[[sqlite3.Connection], T],
    keep: Callable[[str], None] | None,
    before: str,
) -> T:
    from promisectl.storage import migrations

    with connection.translate_errors(path):
        connection.check_ledger_file(path, writing=True)
        db = connection.open_connection(path, "rw")
        try:
            connection.retry_while_busy(path, lambda: db.execute("BEGIN IMMEDIATE"))
            connection.check_schema_step(path, db)
            is_old = connection.read_schema_step(db) < sql.SCHEMA_STEP
            reason = before or ("upgrade" if is_old else "")
            if keep and reason:
                keep(reason)
            if is_old:
                migrations.migrate_ledger(db)
            known = find_journal_head(db)
            result = work(db)
            _commit_transaction(path, db, known)
        except BaseException:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise
        finally:
            db.close()
        return result


def _commit_transaction(path: str, db: sqlite3.Connection, before: tuple[int, str] | None) -> None:
    """Commit; when SQLite fails in the middle of it, look whether the newest act is there before saying that nothing was recorded."""
    last = find_journal_head(db)
    try:
        connection.retry_while_busy(path, lambda: _commit_uninterrupted(db))
    except sqlite3.Error as error:
        from promisectl.storage import sqlite_errors

        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        db.close()
        if last and last != before and _has_act(path, *last, error):
            raise errors.WriteUnconfirmed(
                path, sqlite_errors.format_failure_reason(error)
            ) from error
        raise


def _commit_uninterrupted(db: sqlite3.Connection) -> None:
    from promisectl.system import interrupts

    with interrupts.hold_interrupts():
        db.execute("COMMIT")


def _has_act(path: str, number: int, hash_: str, failed: sqlite3.Error) -> bool:
    """Whether an act, by its number and hash, is in the ledger after all. Raises Uncertain when nobody can tell."""
    try:
        with closing(_connect_for_reading(path)) as db:
            found = db.execute(sql.HASH_OF_ACT, {"number": number}).fetchone()
            return bool(found) and found["hash"] == hash_
    except (sqlite3.Error, OSError, errors.LedgerError) as error:
        from promisectl.storage import sqlite_errors

        raise errors.WriteUncertain(path, sqlite_errors.format_failure_reason(failed)) from error
