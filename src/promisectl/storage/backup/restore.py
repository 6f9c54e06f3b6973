"""The restore of a backup.

The ledger is the old or the new one at every moment, and the old one is saved.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import Remedy
from promisectl.storage import connection, ledger, ledger_file, summary
from promisectl.storage.backup import create, set_aside
from promisectl.storage.integrity import checks
from promisectl.system import files, interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from promisectl.storage.backup.create import Backup
    from promisectl.storage.backup.set_aside import RestorePlace
    from promisectl.storage.backup.source import BackupSource
    from promisectl.storage.summary import LedgerSummary

_RESTORED_WORDS = ("The backup was restored to", "doctor")  # for WriteUnconfirmed


class RestoreResult(NamedTuple):
    """Where a restore saved what was there before.

    That is a `backup`, or else the bytes of a damaged ledger in the file `aside_path`; neither
    where nothing was there.
    """

    backup: Backup | None = None
    aside_path: str = ""
    readable: bool = False
    """Whether a view of the file at `aside_path` shows something."""

    @property
    def saved_path(self) -> str:
        """The file that holds what was there before; empty where nothing was."""
        return self.backup.path if self.backup else self.aside_path


class CurrentLedger(NamedTuple):
    """What is in the ledger's place before a restore.

    `summary` is None where it can't be read. `relation` is how the backup relates to it: the
    `same`, `earlier` or `later` in one history, or `apart` from it. `damage` is the worst thing
    that is wrong with it, empty where nothing is. `readable` is true where a view of it shows
    something.
    """

    summary: LedgerSummary | None = None
    relation: str = "apart"
    damage: str = ""
    readable: bool = False

    @property
    def is_intact(self) -> bool:
        """Whether a backup of it can be made and restored."""
        return bool(self.summary) and not self.damage


class RaceLost(Exception):
    """Another command has just put a ledger there: the restore has to look again."""


@contextmanager
def _note_nothing_restored() -> Iterator[None]:
    """Note in a TemporaryLedgerError that nothing was restored; for all that comes before that."""
    try:
        yield
    except errors.TemporaryLedgerError as problem:
        problem.effect = "Nothing was restored."
        raise


@_note_nothing_restored()
def load_current_ledger(path: str, source: BackupSource) -> CurrentLedger:
    """Return what is in the ledger's place. Raises LedgerError where it belongs to others."""
    if _has_unreadable_header(path):
        return CurrentLedger()
    try:
        with ledger.open_snapshot(path) as db:
            findings = [finding for finding in checks.check_integrity(db) if finding.is_wrong]
            current = summary.load_summary(db)
            relation = compare_histories(db, current, source)
    except (errors.NotALedger, sqlite3.DatabaseError):
        return CurrentLedger()
    # What only a backup helps with comes first.
    findings.sort(key=lambda finding: finding.cure is not Remedy.RESTORE)
    damage = "".join((finding.details or (finding.says,))[0] for finding in findings[:1])
    is_readable = not any(
        finding.check in ("file", "schema") and finding.cure is Remedy.RESTORE
        for finding in findings
    )
    return CurrentLedger(current, relation, damage, is_readable)


def compare_histories(db: sqlite3.Connection, current: LedgerSummary, source: BackupSource) -> str:
    """Return how a backup relates to the ledger: `same`, `earlier`, `later` or `apart`.

    One is an earlier state of the other if the newest act of the one is in the other.
    """
    if current.head == source.summary.head:
        return "same"
    if summary.find_act_hash(db, source.summary.last_act) == source.summary.head:
        return "earlier"
    is_later = summary.find_act_hash(source.db, current.last_act) == current.head
    return "later" if is_later else "apart"


@_note_nothing_restored()
def restore_backup(
    source: BackupSource, place: RestorePlace, seen: CurrentLedger | None = None
) -> RestoreResult:
    """Replace the ledger with what `source` holds.

    Backs up what is there under the same lock, or puts its bytes aside where it is damaged.
    `seen` is what somebody agreed to replace: raises LedgerChanged if the ledger is no longer
    that. Raises LedgerError; then the ledger is as it was.
    """
    while True:
        with suppress(RaceLost), connection.translate_errors(place.path):
            if not ledger.has_ledger(place.path):
                return restore_as_new_file(source, place)
            current = seen or load_current_ledger(place.path, source)
            if _has_unreadable_header(place.path):
                _ensure_unchanged(place.path, seen, None)
                return restore_over_file(source, place)
            return restore_in_place(source, place, current, asked=bool(seen))


def _put_aside_or_race(place: RestorePlace, file: IO[bytes] | None = None) -> str:
    """Put aside what is there, and return the path of the copy.

    Raises RaceLost when another command does the same at the moment.
    """
    try:
        return set_aside.put_aside_ledger(place, file)
    except FileExistsError as error:
        raise RaceLost from error


def _ensure_unchanged(path: str, seen: CurrentLedger | None, now: LedgerSummary | None) -> None:
    """Raise LedgerChanged where somebody agreed to replace something else."""
    if seen and seen.summary != now:
        raise errors.LedgerChanged(path)


def _has_unreadable_header(path: str) -> bool:
    """Whether SQLite or this version of promisectl can't read the file, by its first bytes.

    Raises LedgerError where the file belongs to another program.
    """
    try:
        connection.check_ledger_file(path)
    except (errors.DamagedLedger, errors.NewerLedger, errors.WalModeLedger):
        return True
    return False


def settle_former_ledger(path: str) -> None:
    """End the WAL mode of the ledger that is to be replaced, unless it can't be opened any more.

    Raises LedgerBusy, and LedgerError where it belongs to others.
    """
    with suppress(errors.DamagedLedger, errors.NewerLedger):
        ledger_file.settle_journal_mode(path)


# A ledger that SQLite can open


def restore_in_place(
    source: BackupSource, place: RestorePlace, current: CurrentLedger, *, asked: bool
) -> RestoreResult:
    """Copy `source` into the ledger in one transaction, after saving what is there.

    With `asked`, somebody agreed to replace `current`. Raises RaceLost, LedgerChanged and
    LedgerError.
    """
    seen = current if asked else None
    try:
        db = open_locked_ledger(place.path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _ensure_unchanged(place.path, seen, None)
        return restore_over_file(source, place)
    # To close any descriptor of a file drops SQLite's locks on it, so the file that is opened
    # here stays open for longer than the connection.
    with ExitStack() as stack, closing(db):
        now = None
        with suppress(sqlite3.DatabaseError):
            now = summary.load_summary(db)
        _ensure_unchanged(place.path, seen, now)
        result = None
        if current.is_intact:
            with suppress(errors.NotALedger):
                result = RestoreResult(create.create_required_backup(*place, before="restore"))
        if result is None:
            file = stack.enter_context(open(place.path, "rb"))
            aside_path = _put_aside_or_race(place, file)
            result = RestoreResult(aside_path=aside_path, readable=current.readable)
        copy_over_ledger(source, place, db, result)
        return result


def open_locked_ledger(path: str) -> sqlite3.Connection:
    """Open a connection that keeps the lock on writing until it is closed.

    The lock outlives the transactions of the connection. Raises what SQLite raises, LedgerBusy
    and LedgerError.
    """
    db = connection.open_connection(path, "rw")
    with connection.close_on_failure(db):
        connection.retry_while_busy(path, lambda: db.execute("BEGIN IMMEDIATE"))
        # Only now: a connection in this mode that fails to get the lock keeps its lock on reading.
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.check_schema_step(path, db)
    return db


def copy_over_ledger(
    source: BackupSource, place: RestorePlace, db: sqlite3.Connection, result: RestoreResult
) -> None:
    """Copy `source` through `db`, which has the lock; `result` is where the old ledger is saved.

    After an error or Ctrl-C, looks whether the copy is there. Raises NotRestored, WriteUnconfirmed
    where it is there all the same, WriteUncertain where that can't be found out.
    """
    path, saved_path = place.path, result.saved_path
    before = _count_file_copies(db)
    db.execute("ROLLBACK")  # a copy begins a transaction of its own; the lock stays
    try:
        source.copy_into(path, db)
        source.ensure_copied(path, db, saved_path)
        with interrupts.hold_interrupts():
            return
    except sqlite3.Error as error:
        is_copied = _is_copy_complete(source, db, before)
        if is_copied is None:
            doing = "the backup was being restored"
            raise errors.WriteUncertain(path, str(error), doing, "doctor", saved_path) from error
        if is_copied:
            raise errors.WriteUnconfirmed(path, str(error), *_RESTORED_WORDS) from error
        raise errors.NotRestored(path, str(error), saved_path) from error
    except KeyboardInterrupt:
        is_copied = _is_copy_complete(source, db, before)
        if is_copied:
            interrupts.raise_answer_lost()
        if result.backup and is_copied is False:
            create.delete_backup(result.backup)
        raise


def _count_file_copies(db: sqlite3.Connection) -> int:
    """Return a number that SQLite increases with every copy into a file, in one transaction."""
    return int(db.execute("PRAGMA schema_version").fetchone()[0])


def _is_copy_complete(source: BackupSource, db: sqlite3.Connection, before: int) -> bool | None:
    """Whether a copy that failed is there all the same; None if that can't be found out.

    `before` is the count of copies before it: the old ledger may have the summary of the backup.
    """
    try:
        return _count_file_copies(db) != before and source.is_copied_to(db)
    except sqlite3.Error:
        return None


# No ledger, or one that SQLite can't open


def restore_as_new_file(source: BackupSource, place: RestorePlace) -> RestoreResult:
    """Write a new ledger where none is, after putting aside the journals of a former one.

    Raises RaceLost and LedgerError.
    """
    files.create_directories(os.path.dirname(os.path.abspath(place.path)))
    with ExitStack() as stack:
        with _write_temporary_copy(source, place.path) as temporary:
            has_journals = bool(set_aside.list_journals(place.path))
            result = RestoreResult(aside_path=_put_aside_or_race(place) if has_journals else "")
            stack.enter_context(interrupts.hold_interrupts())
            try:
                files.link_finished_file(temporary, place.path)
            except FileExistsError as error:
                raise RaceLost from error
        _confirm_restore(place.path)
        return result


def restore_over_file(source: BackupSource, place: RestorePlace) -> RestoreResult:
    """Replace a file that SQLite can't open with a new one, after putting its bytes aside.

    No command can write to such a file meanwhile. Raises RaceLost and LedgerError.
    """
    path = os.path.realpath(place.path)  # so that a link to the ledger stays a link
    with ExitStack() as stack:
        with _write_temporary_copy(source, path) as temporary:
            with open(path, "rb") as file:
                result = RestoreResult(aside_path=_put_aside_or_race(place, file))
                before = os.fstat(file.fileno())
            if not os.path.samestat(before, os.stat(path)):
                raise RaceLost
            stack.enter_context(interrupts.hold_interrupts())
            os.replace(temporary, path)
        _confirm_restore(path)
        return result


@contextmanager
def _write_temporary_copy(source: BackupSource, path: str) -> Iterator[str]:
    """Write a copy of `source` to a temporary file beside `path`, which is deleted in the end.

    The copy is complete and on the disk.
    """
    temporary = files.choose_temporary_name(path)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(connection.open_connection(temporary, "rw")) as db:
            source.copy_into(path, db)
            source.ensure_copied(path, db, "")
        files.sync_path(temporary)
        yield temporary
    finally:
        for leftover in (temporary, f"{temporary}-journal"):
            with suppress(OSError):
                os.unlink(leftover)


def _confirm_restore(path: str) -> None:
    """Sync the name of the new ledger to the disk. Raises WriteUnconfirmed."""
    try:
        files.sync_path(os.path.dirname(os.path.abspath(path)))
    except OSError as error:
        why = error.strerror or str(error)
        raise errors.WriteUnconfirmed(path, why, *_RESTORED_WORDS) from error
