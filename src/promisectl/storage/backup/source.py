"""The backup that is restored: its checks, its copy, and the check of the copy."""

from __future__ import annotations

import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import Remedy
from promisectl.storage import connection, schema, summary
from promisectl.storage.integrity import checks, history
from promisectl.storage.integrity.act_content import ImpossibleAct

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promisectl.storage.summary import LedgerSummary

_COPY_PAGES = 256  # at a time; Ctrl-C is handled in between
_FOREIGN_KINDS = ("index", "view", "table")
_PAUSE_SECONDS = 0.005  # between two attempts, while others read


class BackupSource(NamedTuple):
    """A backup that passed its checks: its path, its summary, and an open connection to it.

    The connection sees the backup as it was when it was checked. Where indexes, triggers or views
    were damaged, it sees a copy in which they are repaired, and `repairs` lists what was done.
    """

    path: str
    summary: LedgerSummary
    db: sqlite3.Connection
    repairs: Sequence[str] = ()

    def copy_into(self, path: str, db: sqlite3.Connection) -> None:
        """Copy the backup into the ledger at `path`, through the connection `db`.

        Raises LedgerBusy when others read the ledger for too long, and what SQLite raises.
        """
        self.db.backup(db, pages=_COPY_PAGES, progress=_CopyPatience(path), sleep=_PAUSE_SECONDS)

    def is_copied_to(self, db: sqlite3.Connection) -> bool:
        """Whether a ledger has the summary of the backup."""
        return summary.load_summary(db) == self.summary

    def ensure_copied(self, path: str, db: sqlite3.Connection, saved_path: str) -> None:
        """Check that the ledger at `path`, through `db`, is a sound copy of the backup.

        `saved_path` is the file with what was there before, for the error. Raises NotRestored,
        and what SQLite raises.
        """
        with connection.allow_interrupts(db):
            is_sound = (
                self.is_copied_to(db)
                and db.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
            )
        if not is_sound:
            why = "its content is not what was copied"
            raise errors.NotRestored(path, why, saved_path)


class _CopyPatience:
    """The progress handler of a copy.

    It raises LedgerBusy when other programs have read the ledger for too long.
    """

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
    """Open a backup, and check it by SQLite, act by act, and the content of the acts.

    What `doctor --fix` would repair is repaired in a copy, and what others have made is left
    out of it. Raises NotABackup and LedgerError.
    """
    with _translate_ledger_errors(path):
        connection.check_ledger_file(path)
        ensure_no_hot_journal(path)
        db = connection.open_connection(path, "ro")
    with ExitStack() as stack:
        stack.enter_context(closing(db))
        with _translate_ledger_errors(path):
            connection.begin_read_transaction(path, db)
            repairs: list[str] = []
            if _check_backup(path, db):
                db = stack.enter_context(closing(_copy_into_memory(db)))
                repairs = _repair_backup(path, db)
                if _check_backup(path, db):
                    raise errors.DamagedLedger(path, "is damaged")
            _check_backup_history(path, db)
            source = BackupSource(path, summary.load_summary(db), db, repairs)
        yield source


def _check_backup(path: str, db: sqlite3.Connection) -> bool:
    """Make all checks of `doctor`, and return whether the schema has to be repaired.

    Raises DamagedLedger for anything else that is wrong.
    """
    needs_repair = False
    for finding in checks.check_integrity(db):
        if finding.is_wrong and finding.cure is not Remedy.FIX:
            raise errors.DamagedLedger(path, f"is damaged ({finding.summary})")
        needs_repair = needs_repair or finding.is_wrong
    return needs_repair or bool(checks.compare_schema(db)[1])


def _repair_backup(path: str, db: sqlite3.Connection) -> list[str]:
    """Repair the schema, without the parts of others, and return what was done.

    Raises DamagedLedger.
    """
    try:
        return schema.repair_schema_parts(db, _FOREIGN_KINDS)
    except sqlite3.IntegrityError as error:
        raise errors.DamagedLedger(path, "is damaged") from error


def _check_backup_history(path: str, db: sqlite3.Connection) -> None:
    """Refuse acts that no command can have recorded. Raises DamagedLedger."""
    try:
        history.check_history(db)
    except ImpossibleAct as refusal:
        raise errors.DamagedLedger(
            path, f"has an act that no command records ({refusal})"
        ) from refusal


def _copy_into_memory(db: sqlite3.Connection) -> sqlite3.Connection:
    """Return a copy that lives as long as its connection, in memory or beyond it."""
    copy = sqlite3.connect("", isolation_level=None)
    with connection.close_on_failure(copy):
        db.backup(copy, pages=_COPY_PAGES)
        copy.row_factory = sqlite3.Row
    return copy


def ensure_no_hot_journal(path: str) -> None:
    """Refuse a file that is not complete: a journal beside it holds a part of it.

    A journal whose first byte is zero, or that is empty, is finished. Raises JournalBesideBackup.
    """
    with suppress(FileNotFoundError), open(f"{path}-journal", "rb") as journal:
        if journal.read(1) not in (b"", b"\0"):
            raise errors.JournalBesideBackup(path)


@contextmanager
def _translate_ledger_errors(path: str) -> Iterator[None]:
    """Turn an error about a ledger into one about a backup. Raises NotABackup."""
    try:
        with connection.translate_errors(path, reading=True):
            yield
    except errors.NewerLedger as problem:
        advice = "Update promisectl, or choose another backup."
        raise errors.NotABackup(path, problem.what, advice) from problem
    except errors.WalModeLedger as problem:
        import shlex

        # Reading it in that mode would write files beside it.
        advice = f"First end that mode: promisectl --ledger {shlex.quote(path)} doctor --fix"
        what = "was set to WAL mode by another program"
        raise errors.NotABackup(path, what, advice) from problem
    except errors.NotALedger as problem:
        raise errors.NotABackup(problem.path, problem.what) from problem
