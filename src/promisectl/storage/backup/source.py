"""A backup that a ledger is to become: found whole, copied, and compared with what was copied."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import Remedy
from promisectl.storage import connection, summary
from promisectl.storage.integrity import checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.storage.summary import LedgerSummary

_COPY_PAGES = 256
"""How many are copied before Ctrl-C is listened to again."""
_PAUSE_SECONDS = 0.005  # seconds between two attempts, while others read


class BackupSource(NamedTuple):
    """A backup that was found whole: where it is, how much it holds, and an open connection that sees it as it was then."""

    path: str
    summary: LedgerSummary
    db: sqlite3.Connection

    def copy_into(self, path: str, db: sqlite3.Connection) -> None:
        """Copy it into the ledger at `path`, through `db`. Raises Busy when others read there for too long, and what SQLite raises."""
        self.db.backup(db, pages=_COPY_PAGES, progress=_CopyPatience(path), sleep=_PAUSE_SECONDS)

    def is_copied_to(self, db: sqlite3.Connection) -> bool:
        """Whether a ledger holds what the backup does."""
        return summary.load_summary(db) == self.summary

    def ensure_copied(self, path: str, db: sqlite3.Connection, kept: str) -> None:
        """Raises NotRestored unless what is there now is what was copied; what was there before is `kept`. Raises what SQLite raises."""
        with connection.allow_interrupts(db):
            if (
                not self.is_copied_to(db)
                or db.execute("PRAGMA integrity_check").fetchall()[0][0] != "ok"
            ):
                raise errors.NotRestored(path, "what is there now is not what was copied", kept)


class _CopyPatience:
    """Called at every step of a copy: gives up when others have read for too long. Raises Busy."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._deadline = 0.0

    def __call__(self, status: int, _remaining: int, _total: int) -> None:
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self._deadline = 0.0
            return
        self._deadline = self._deadline or time.monotonic() + connection.LOCK_WAIT_SECONDS
        if time.monotonic() >= self._deadline:
            raise errors.LedgerBusy(self._path, connection.LOCK_WAIT_SECONDS)


@contextmanager
def open_backup_source(path: str) -> Iterator[BackupSource]:
    """A backup, checked whole: by SQLite, and act by act. Raises NotABackup and LedgerTrouble."""
    with _translate_ledger_errors(path):
        connection.check_ledger_file(path)
        _ensure_no_hot_journal(path)
        db = connection.open_connection(path, "ro")
    with closing(db):
        with _translate_ledger_errors(path):
            db.execute("BEGIN")
            connection.retry_while_busy(path, lambda: connection.check_schema_step(path, db))
            _ensure_restorable(path, db)
            source = BackupSource(path, summary.load_summary(db), db)
        yield source


def _ensure_no_hot_journal(path: str) -> None:
    """Refuse a file that is not all of it: a part is in a journal beside it. Raises HalfCopied."""
    with suppress(FileNotFoundError), open(f"{path}-journal", "rb") as journal:
        if journal.read(1) not in (b"", b"\0"):
            raise errors.JournalBesideBackup(path)


@contextmanager
def _translate_ledger_errors(path: str) -> Iterator[None]:
    """Whatever is wrong inside is wrong with the backup. Raises NotABackup."""
    try:
        with connection.translate_errors(path):
            yield
    except errors.NewerLedger as problem:
        raise errors.NotABackup(
            path, problem.what, "update promisectl, or choose another backup"
        ) from problem
    except errors.NotALedger as problem:
        raise errors.NotABackup(path, problem.what) from problem


def _ensure_restorable(path: str, db: sqlite3.Connection) -> None:
    """Raises Damaged where the doctor would find anything wrong that it can't fix."""
    for finding in checks.check_integrity(db):
        if finding.is_wrong and finding.cure is not Remedy.FIX:
            raise errors.DamagedLedger(path, f"is damaged ({finding.summary})")
