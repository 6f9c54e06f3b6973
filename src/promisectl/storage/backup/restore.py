"""A ledger becomes what a backup holds: old or new at every moment, and what was there is kept."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import IntegrityFinding, Remedy
from promisectl.storage import connection, ledger, summary
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

_RESTORED_WORDS = (
    "The backup was restored to",
    "doctor",
)  # what is said where it is done and not confirmed


class RestoreResult(NamedTuple):
    """What a restore left: the backup of what was there, or else where its bytes were put aside; neither where nothing was."""

    backup: Backup | None = None
    aside_path: str = ""
    readable: bool = False
    """Whether a look into what was put aside shows something."""

    @property
    def saved_path(self) -> str:
        """The file that holds what was there; empty where nothing was."""
        return self.backup.path if self.backup else self.aside_path


class CurrentLedger(NamedTuple):
    """How much is in the ledger's place; nothing where it can't be read.

    `relation` is what the backup is beside it: the `same`, `earlier` or `later` in one history, or `apart` from it. `damage` is what is
    wrong with it, and nothing where it is whole; `readable` whether it shows something all the same.
    """

    summary: LedgerSummary | None = None
    relation: str = "apart"
    damage: str = ""
    readable: bool = False

    @property
    def is_intact(self) -> bool:
        """Whether a backup can be made of it that can be restored."""
        return bool(self.summary) and not self.damage


@contextmanager
def _note_nothing_restored() -> Iterator[None]:
    """Around all that comes before the ledger is another: trouble that may pass says that it still is what it was."""
    try:
        yield
    except errors.TemporaryLedgerError as problem:
        problem.effect = "Nothing was restored."
        raise


@_note_nothing_restored()
def load_current_ledger(path: str, source: BackupSource) -> CurrentLedger:
    """What is in the ledger's place. Raises LedgerTrouble where it is no ledger of ours."""
    if _has_unreadable_header(path):
        return CurrentLedger()
    try:
        with ledger.open_snapshot(path) as db:
            wrong = [one for one in checks.check_integrity(db) if one.is_wrong]
            holds = summary.load_summary(db)
            return CurrentLedger(
                holds,
                _compare_histories(db, holds, source),
                _format_worst_finding(wrong),
                not any(map(_is_unopenable, wrong)),
            )
    except errors.NotALedger:
        return CurrentLedger()


def _format_worst_finding(wrong: list[IntegrityFinding]) -> str:
    """The first thing that is wrong, what only a backup helps with before what can be put right; nothing where nothing is."""
    told = sorted(wrong, key=lambda one: one.cure is not Remedy.RESTORE)[:1]
    return "".join((one.details or (one.says,))[0] for one in told)


def _is_unopenable(finding: IntegrityFinding) -> bool:
    return finding.check in ("file", "schema") and finding.cure is Remedy.RESTORE


def _compare_histories(db: sqlite3.Connection, holds: LedgerSummary, source: BackupSource) -> str:
    if holds.head == source.summary.head:
        return "same"
    if summary.find_act_hash(db, source.summary.last_act) == source.summary.head:
        return "earlier"
    return "later" if summary.find_act_hash(source.db, holds.last_act) == holds.head else "apart"


@_note_nothing_restored()
def restore_backup(
    source: BackupSource, place: RestorePlace, seen: CurrentLedger | None = None
) -> RestoreResult:
    """The ledger becomes what `source` holds; where somebody has `seen` what it would replace, only if it is still that.

    What is there now is backed up under the same lock, so that nothing comes between; where it is damaged, its bytes are put aside.
    Raises LedgerTrouble; then the ledger is as it was.
    """
    while True:
        with suppress(_RaceLost), connection.translate_errors(place.path):
            if not ledger.has_ledger(place.path):
                return _restore_as_new_file(source, place)
            found = seen or load_current_ledger(place.path, source)
            if _has_unreadable_header(place.path):
                _ensure_unchanged(place.path, seen, None)
                return _restore_over_file(source, place)
            return _restore_in_place(source, place, found, asked=bool(seen))


class _RaceLost(Exception):
    """Another command has put a ledger there just now: look again."""


def _put_aside_or_race(place: RestorePlace, file: IO[bytes] | None = None) -> str:
    """What is there is put aside. Raises _Raced when another command is at the same."""
    try:
        return set_aside.put_aside_ledger(place, file)
    except FileExistsError as error:
        raise _RaceLost from error


def _ensure_unchanged(path: str, seen: CurrentLedger | None, now: LedgerSummary | None) -> None:
    """Raises ChangedMeanwhile where somebody has said Yes to something else."""
    if seen and seen.summary != now:
        raise errors.LedgerChanged(path)


def _has_unreadable_header(path: str) -> bool:
    """Whether the first bytes say that SQLite can do nothing with the file. Raises LedgerTrouble where they belong to no ledger of ours."""
    try:
        connection.check_ledger_file(path)
    except (errors.DamagedLedger, errors.NewerLedger):
        return True
    return False


# A ledger that SQLite can open


def _restore_in_place(
    source: BackupSource, place: RestorePlace, found: CurrentLedger, *, asked: bool
) -> RestoreResult:
    seen = found if asked else None
    try:
        db = _open_locked_ledger(place.path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _ensure_unchanged(place.path, seen, None)
        return _restore_over_file(source, place)
    # A file that is closed takes SQLite's locks with it, so what is opened here stays open for longer than the connection.
    with ExitStack() as longer, closing(db):
        _ensure_unchanged(place.path, seen, _find_summary(db))
        done = _back_up_intact_ledger(place, found)
        if done is None:
            file = longer.enter_context(open(place.path, "rb"))
            done = RestoreResult(
                aside_path=_put_aside_or_race(place, file), readable=found.readable
            )
        before = _count_file_copies(db)
        db.execute("ROLLBACK")  # a copy begins a transaction itself; the lock stays
        try:
            source.copy_into(place.path, db)
            source.ensure_copied(place.path, db, done.saved_path)
            with interrupts.hold_interrupts():
                return done
        except sqlite3.Error as error:
            copied = _is_copy_complete(source, db, before)
            if copied is None:
                raise errors.WriteUncertain(
                    place.path,
                    str(error),
                    "the backup was being restored",
                    "doctor",
                    done.saved_path,
                ) from error
            if copied:
                raise errors.WriteUnconfirmed(place.path, str(error), *_RESTORED_WORDS) from error
            raise errors.NotRestored(place.path, str(error), done.saved_path) from error
        except KeyboardInterrupt:
            copied = _is_copy_complete(source, db, before)
            if copied:
                interrupts.raise_answer_lost()
            if done.backup and copied is False:
                create.delete_backup(done.backup)
            raise


def _open_locked_ledger(path: str) -> sqlite3.Connection:
    """A connection that keeps the lock on writing until it is closed, through the end of its transactions."""
    db = connection.open_connection(path, "rw")
    with connection.close_on_failure(db):
        connection.retry_while_busy(path, lambda: db.execute("BEGIN IMMEDIATE"))
        db.execute(
            "PRAGMA locking_mode = EXCLUSIVE"
        )  # only now: what is refused in that mode keeps its lock on reading
        connection.check_schema_step(path, db)
    return db


def _find_summary(db: sqlite3.Connection) -> LedgerSummary | None:
    try:
        return summary.load_summary(db)
    except sqlite3.DatabaseError:
        return None


def _back_up_intact_ledger(place: RestorePlace, found: CurrentLedger) -> RestoreResult | None:
    """A backup of what is there, if it is whole."""
    with suppress(errors.NotALedger):
        return (
            RestoreResult(create.create_required_backup(*place, before="restore"))
            if found.is_intact
            else None
        )
    return None


def _count_file_copies(db: sqlite3.Connection) -> int:
    """The number that SQLite counts up with every copy into a file, in the same transaction."""
    return int(db.execute("PRAGMA schema_version").fetchone()[0])


def _is_copy_complete(source: BackupSource, db: sqlite3.Connection, before: int) -> bool | None:
    """Whether a copy that failed had come to its end all the same, and None if that can't be told.

    What was there before can look like it, but was not counted up.
    """
    try:
        return _count_file_copies(db) != before and source.is_copied_to(db)
    except sqlite3.Error:
        return None


# Nothing there, or nothing that can be opened


def _restore_as_new_file(source: BackupSource, place: RestorePlace) -> RestoreResult:
    files.create_directories(os.path.dirname(os.path.abspath(place.path)))
    with ExitStack() as at_last:
        with _write_temporary_copy(source, place.path) as temporary:
            done = RestoreResult(
                aside_path=_put_aside_or_race(place) if set_aside.list_journals(place.path) else ""
            )
            at_last.enter_context(interrupts.hold_interrupts())
            try:
                files.link_finished_file(temporary, place.path)
            except FileExistsError as error:
                raise _RaceLost from error
        return _confirm_restore(place, done)


def _restore_over_file(source: BackupSource, place: RestorePlace) -> RestoreResult:
    """What no command can open, no command can write to: it gives way to a new file when its bytes are safe."""
    real = os.path.realpath(place.path)  # a link goes on leading there
    with ExitStack() as at_last:
        with _write_temporary_copy(source, real) as temporary:
            with open(real, "rb") as file:
                done = RestoreResult(aside_path=_put_aside_or_race(place, file))
                before = os.fstat(file.fileno())
            if not os.path.samestat(before, os.stat(real)):
                raise _RaceLost
            at_last.enter_context(interrupts.hold_interrupts())
            os.replace(temporary, real)
        return _confirm_restore(place._replace(path=real), done)


@contextmanager
def _write_temporary_copy(source: BackupSource, path: str) -> Iterator[str]:
    """A whole copy beside its place, on the disk, still without a name; it is gone in the end."""
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


def _confirm_restore(place: RestorePlace, done: RestoreResult) -> RestoreResult:
    try:
        files.sync_path(os.path.dirname(os.path.abspath(place.path)))
    except OSError as error:
        raise errors.WriteUnconfirmed(
            place.path, error.strerror or str(error), *_RESTORED_WORDS
        ) from error
    return done
