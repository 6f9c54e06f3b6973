"""A backup that a ledger is to become: found whole, copied, and compared with what was copied."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import Cure
from promisectl.storage import connection, summary
from promisectl.storage.integrity import checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.storage.summary import Extent

_PAGES = 256
"""How many are copied before Ctrl-C is listened to again."""
_PAUSE = 0.005  # seconds between two attempts, while others read


class Source(NamedTuple):
    """A backup that was found whole: where it is, how much it holds, and an open connection that sees it as it was then."""

    path: str
    holds: Extent
    db: sqlite3.Connection

    def copy(self, path: str, db: sqlite3.Connection) -> None:
        """Copy it into the ledger at `path`, through `db`. Raises Busy when others read there for too long, and what SQLite raises."""
        self.db.backup(db, pages=_PAGES, progress=_Waiting(path), sleep=_PAUSE)

    def is_in(self, db: sqlite3.Connection) -> bool:
        """Whether a ledger holds what the backup does."""
        return summary.of(db) == self.holds

    def check(self, path: str, db: sqlite3.Connection, kept: str) -> None:
        """Raises NotRestored unless what is there now is what was copied; what was there before is `kept`. Raises what SQLite raises."""
        with connection.interruptible(db):
            if not self.is_in(db) or db.execute("PRAGMA integrity_check").fetchall()[0][0] != "ok":
                raise errors.NotRestored(path, "what is there now is not what was copied", kept)


class _Waiting:
    """Called at every step of a copy: gives up when others have read for too long. Raises Busy."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._deadline = 0.0

    def __call__(self, status: int, _remaining: int, _total: int) -> None:
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self._deadline = 0.0
            return
        self._deadline = self._deadline or time.monotonic() + connection.PATIENCE
        if time.monotonic() >= self._deadline:
            raise errors.Busy(self._path, connection.PATIENCE)


@contextmanager
def opened(path: str) -> Iterator[Source]:
    """A backup, checked whole: by SQLite, and act by act. Raises NotABackup and LedgerTrouble."""
    with _as_backup(path):
        connection.check_header(path)
        _refuse_unsettled(path)
        db = connection.connect(path, "ro")
    with closing(db):
        with _as_backup(path):
            db.execute("BEGIN")
            connection.patiently(path, lambda: connection.check(path, db))
            _examine(path, db)
            source = Source(path, summary.of(db), db)
        yield source


def _refuse_unsettled(path: str) -> None:
    """Refuse a file that is not all of it: a part is in a journal beside it. Raises HalfCopied."""
    with suppress(FileNotFoundError), open(f"{path}-journal", "rb") as journal:
        if journal.read(1) not in (b"", b"\0"):
            raise errors.HalfCopied(path)


@contextmanager
def _as_backup(path: str) -> Iterator[None]:
    """Whatever is wrong inside is wrong with the backup. Raises NotABackup."""
    try:
        with connection.translated(path):
            yield
    except errors.NewerLedger as problem:
        raise errors.NotABackup(path, problem.what, "update promisectl, or choose another backup") from problem
    except errors.NotALedger as problem:
        raise errors.NotABackup(path, problem.what) from problem


def _examine(path: str, db: sqlite3.Connection) -> None:
    """Raises Damaged where the doctor would find anything wrong that it can't fix."""
    for finding in checks.examine(db):
        if finding.wrong and finding.cure is not Cure.FIX:
            raise errors.Damaged(path, f"is damaged ({finding.told})")
