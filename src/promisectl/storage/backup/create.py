"""Backups of the ledger: full copies, checked and on the disk before they get a name."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.storage import connection, ledger, preflight, summary
from promisectl.system import files

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from datetime import datetime

    from promisectl.storage.summary import LedgerSummary

MAX_OWN_BACKUPS = 10
"""The number of dated backups that the directory of backups keeps.

It keeps as many of those that were made before a restore, apart from the others: what they hold
may be in no other file, as the ledger went on from another state.
"""
_MAX_COPY_ATTEMPTS = 4
_COPY_STATEMENT = "VACUUM INTO CAST(? AS TEXT)"  # from bytes, as a name need not be UTF-8
_BEFORE_RESTORE_KIND = "before-restore"
_DAY_NANOSECONDS = 86_400 * 10**9


class Backup(NamedTuple):
    """A copy of a ledger: its path and its summary."""

    path: str
    summary: LedgerSummary


# In the directory of backups


def create_and_prune_backup(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """Back up the ledger at `path` into the directory of backups, and delete the oldest there.

    The name has the moment, and the command that it is made `before`, if any; MAX_OWN_BACKUPS
    stay. Raises LedgerError.
    """
    backup = create_dated_backup(path, directory, now, before)
    prune_backups(path, directory, (backup.path,))
    return backup


def create_dated_backup(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """Do the same as create_and_prune_backup, but delete no backup."""
    kind = f"before-{before}" if before else ""
    while True:
        with suppress(FileExistsError):
            return create_backup(path, find_free_name(path, directory, now, kind))


def create_required_backup(path: str, directory: str, now: datetime, before: str) -> Backup:
    """Do the same for a command that changes nothing without it. Raises AutoBackupFailed."""
    try:
        return create_dated_backup(path, directory, now, before)
    except errors.CannotWrite as problem:
        raise errors.AutoBackupFailed(problem) from problem


def find_free_name(path: str, directory: str, now: datetime, kind: str = "") -> str:
    """Return a path in the directory of backups that no file has yet.

    `kind` becomes the end of the name. Makes the directory if it is missing. Raises CannotWrite.
    """
    with _translate_write_errors(directory):
        files.create_directories(directory)
        names = os.listdir(directory)
    moment = f"{now:%Y%m%dT%H%M%SZ}"
    own = [name for name in parse_backup_names(path, names) if name.moment == moment]
    number = 1 + max((name.number for name in own), default=0)
    nth = f"-{number}" if number > 1 else ""
    suffix = f"-{kind}" if kind else ""
    return os.path.join(directory, f"{_ledger_stem(path)}-{moment}{nth}{suffix}.db")


def list_backups(path: str, directory: str) -> list[str]:
    """Return the backups of a ledger in the directory of backups, the newest first.

    A backup has the name of the ledger in front; a damaged ledger that was put aside does not
    count. The order is that of the files' times, as the date in a name can come from a clock that
    was ahead or from a day that was set. Raises OSError.
    """
    start, backups = f"{_ledger_stem(path)}-", []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        for entry in entries:
            is_named_so = (
                entry.name.startswith(start)
                and entry.name.endswith(".db")
                and not entry.name.endswith("-damaged.db")
            )
            with suppress(FileNotFoundError):
                if is_named_so and entry.is_file():
                    backups.append((entry.stat().st_mtime_ns, entry.path))
    return [backup for _, backup in sorted(backups, reverse=True)]


def prune_backups(path: str, directory: str, spare: Collection[str] = ()) -> None:
    """Delete all dated backups but the last MAX_OWN_BACKUPS and the paths in `spare`.

    The last MAX_OWN_BACKUPS that were made before a restore stay too. Deletes unfinished copies
    when they are a day older than the newest file. Ignores what it can't delete.
    """
    with suppress(OSError):
        own = parse_backup_names(path, os.listdir(directory))
        times = {
            copy.name: os.lstat(os.path.join(directory, copy.name)).st_mtime_ns for copy in own
        }
        finished = sorted(
            (copy for copy in own if copy.kind != "damaged" and not copy.temporary_suffix),
            key=lambda copy: (times[copy.name], copy),
        )
        replaced = [copy for copy in finished if copy.kind == _BEFORE_RESTORE_KIND]
        others = [copy for copy in finished if copy.kind != _BEFORE_RESTORE_KIND]
        old = (*others[:-MAX_OWN_BACKUPS], *replaced[:-MAX_OWN_BACKUPS])
        old_names = {copy.name for copy in old} - {os.path.basename(spared) for spared in spare}
        newest_time = max(times.values(), default=0)
        abandoned_names = {
            copy.name
            for copy in own
            if copy.temporary_suffix and times[copy.name] < newest_time - _DAY_NANOSECONDS
        }
        for name in old_names | abandoned_names:
            with suppress(OSError):
                os.unlink(os.path.join(directory, name))


def delete_backup(backup: Backup) -> None:
    """Delete a backup that turned out not to be needed."""
    with suppress(OSError):
        os.unlink(backup.path)


class BackupName(NamedTuple):
    """A name that find_free_name gave.

    It has the moment, the number among those of one second, what follows them (`damaged`,
    `before-import` and the like), the suffix of an unfinished copy, and the whole name.
    """

    moment: str
    number: int
    kind: str
    temporary_suffix: str
    name: str


def parse_backup_names(path: str, names: Iterable[str]) -> list[BackupName]:
    """Return those of `names` that find_free_name gave to backups of the ledger at `path`."""
    own = re.escape(_ledger_stem(path))
    pattern = r"-(\d{8}T\d{6}Z)(?:-(\d+))?(?:-(before-[a-z]+|damaged))?\.db(?:-[a-z]+)?"
    form = re.compile(f"{own}{pattern}({files.TEMPORARY_SUFFIX_PATTERN})?", re.ASCII)
    return [
        BackupName(match[1], int(match[2] or 1), match[3] or "", match[4] or "", match[0])
        for match in map(form.fullmatch, names)
        if match
    ]


def _ledger_stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


# One copy


def create_backup(path: str, target: str, *, force: bool = False) -> Backup:
    """Copy the ledger at `path` to the file `target`, which `force` replaces if it is there.

    Works while this process holds the ledger's lock. Raises LedgerError, and FileExistsError
    without `force`.
    """
    ensure_no_journals(target)
    temporary = files.choose_temporary_name(target)
    try:
        with _translate_write_errors(target):
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        backup = Backup(target, write_checked_copy(path, temporary, target))
        with _translate_write_errors(target):
            files.sync_path(temporary)
            os.replace(temporary, target) if force else files.link_finished_file(temporary, target)
            files.sync_path(os.path.dirname(os.path.abspath(target)))
    except KeyboardInterrupt:
        with suppress(OSError):
            if os.path.samefile(temporary, target):
                delete_backup(backup)
        raise
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    return backup


def is_replaceable_file(path: str) -> bool:
    """Whether a file is a ledger or empty, so that it may be replaced. Raises CannotWrite."""
    with _translate_write_errors(path), open(path, "rb") as file:
        first = file.read(100)
    return not first or preflight.is_ledger_header(first)


def ensure_no_journals(target: str) -> None:
    """Raise JournalBesideTarget if the journal of another database is beside `target`.

    SQLite would take it for the journal of the new file.
    """
    for suffix in preflight.SQLITE_SIDE_FILE_SUFFIXES:
        if os.path.lexists(target + suffix):
            raise errors.JournalBesideTarget(target + suffix)


def write_checked_copy(path: str, temporary: str, target: str) -> LedgerSummary:
    """Write the ledger at `path` to the empty file `temporary`; return the summary of the copy.

    A restore may put another ledger in its place meanwhile: then it is copied again, a few times.
    An error names `target`. Raises CannotWrite and LedgerError.
    """
    attempts = _MAX_COPY_ATTEMPTS
    while True:
        write_copy(path, temporary, target)
        extent = check_copy(path, temporary)
        if _has_newest_act(path, extent):
            return extent
        attempts -= 1
        if not attempts:
            raise errors.DamagedLedger(path, "is damaged, or was replaced a moment ago")
        with _translate_write_errors(target):
            os.truncate(temporary, 0)


def _has_newest_act(path: str, copy: LedgerSummary) -> bool:
    """Whether the newest act of a copy is in the ledger at `path`."""
    hashes: list[str] = []
    with (
        connection.translate_errors(path, reading=True),
        closing(connection.open_connection(path, "ro")) as db,
    ):
        connection.retry_while_busy(
            path, lambda: hashes.append(summary.find_act_hash(db, copy.last_act))
        )
    return hashes == [copy.head]


def write_copy(path: str, temporary: str, target: str) -> None:
    """Write the ledger at `path` to the empty file `temporary`; an error names `target`.

    Raises CannotWrite and LedgerError.
    """
    while True:
        with (
            connection.translate_errors(path),
            closing(connection.open_connection(path, "ro")) as db,
        ):
            try:
                with connection.allow_interrupts(db):
                    connection.retry_while_busy(
                        path, lambda: db.execute(_COPY_STATEMENT, (os.fsencode(temporary),))
                    )
            except sqlite3.OperationalError as error:
                if connection.has_unfinished_transaction(error):
                    # A command was killed just now: this rolls back its unfinished transaction.
                    with ledger.open_snapshot(path):
                        continue
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                    raise errors.CannotWrite(target, str(error)) from error
                raise
            except sqlite3.IntegrityError as error:
                raise errors.DamagedLedger(path, "is damaged") from error
        return


def check_copy(path: str, copy: str) -> LedgerSummary:
    """Check a copy of the ledger at `path`, and return the summary of the copy.

    SQLite has to find nothing wrong with it. Raises DamagedLedger.
    """
    with (
        connection.translate_errors(path, reading=True),
        closing(connection.open_connection(copy, "ro")) as db,
    ):
        connection.check_schema_step(path, db)
        with connection.allow_interrupts(db):
            is_sound = db.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
        if not is_sound:
            raise errors.DamagedLedger(path, "is damaged")
        return summary.load_summary(db)


@contextmanager
def _translate_write_errors(target: str) -> Iterator[None]:
    """Turn an OSError about a new file into CannotWrite, but let FileExistsError pass."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise errors.CannotWrite(target, error.strerror or str(error)) from error
