"""Copies of the whole ledger: made beside their place, checked, on the disk, and only then named."""

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
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from promisectl.storage.summary import LedgerSummary

MAX_OWN_BACKUPS = 10
"""How many of its own the directory of backups holds."""
_DAY_NANOSECONDS = 86_400 * 10**9  # nanoseconds


class Backup(NamedTuple):
    """A copy of a ledger: where it is, and how much it holds."""

    path: str
    summary: LedgerSummary


# In the directory of backups


def create_and_prune_backup(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """A copy of the ledger at `path` in the directory of backups, named by the moment and by the command it is made before, if any.

    Of those made here only the last `MOST` stay. Raises LedgerTrouble.
    """
    made = create_dated_backup(path, directory, now, before)
    prune_backups(path, directory, (made.path,))
    return made


def create_dated_backup(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """The same, and all that were made here stay."""
    while True:
        with suppress(FileExistsError):
            return create_backup(
                path, find_free_name(path, directory, now, f"before-{before}" if before else "")
            )


def create_required_backup(path: str, directory: str, now: datetime, before: str) -> Backup:
    """The same, before a change that is not made without it. Raises NoBackupFirst."""
    try:
        return create_dated_backup(path, directory, now, before)
    except errors.CannotWrite as problem:
        raise errors.AutoBackupFailed(problem) from problem


def find_free_name(path: str, directory: str, now: datetime, kind: str = "") -> str:
    """A name that no file has yet in the directory of backups, which is made if it is missing. Raises CannotWrite."""
    with _translate_write_errors(directory):
        files.create_directories(directory)
        names = os.listdir(directory)
    moment = f"{now:%Y%m%dT%H%M%SZ}"
    number = 1 + max(
        (
            own.number
            for own in map(_BackupNameParser(path).parse_name, names)
            if own and own.moment == moment
        ),
        default=0,
    )
    nth = f"-{number}" if number > 1 else ""
    return os.path.join(
        directory, f"{_ledger_stem(path)}-{moment}{nth}{f'-{kind}' if kind else ''}.db"
    )


def list_backups(path: str, directory: str) -> list[str]:
    """The backups of a ledger in the directory of backups, by whatever name, the newest first; what was put aside as damaged is none.

    Which is newest tells the file: its name may come from a clock that was ahead, or from a day that was set. Raises OSError.
    """
    start, found = f"{_ledger_stem(path)}-", []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        for one in entries:
            with suppress(FileNotFoundError):
                if (
                    one.name.startswith(start)
                    and one.name.endswith(".db")
                    and not one.name.endswith("-damaged.db")
                    and one.is_file()
                ):
                    found.append((one.stat().st_mtime_ns, one.path))
    return [name for _, name in sorted(found, reverse=True)]


def prune_backups(path: str, directory: str, spare: Collection[str] = ()) -> None:
    """Of the backups made here only the last `MOST` stay, and those to be spared; what a killed command left half made goes after a day."""
    with suppress(OSError):
        own = [*filter(None, map(_BackupNameParser(path).parse_name, os.listdir(directory)))]
        ages = {one.name: os.lstat(os.path.join(directory, one.name)).st_mtime_ns for one in own}
        made = sorted(
            (one for one in own if one.kind != "damaged" and not one.temporary_suffix),
            key=lambda one: (ages[one.name], one),
        )
        gone = {one.name for one in made[:-MAX_OWN_BACKUPS]} - {
            os.path.basename(one) for one in spare
        }
        youngest = max(ages.values(), default=0)
        gone |= {
            one.name
            for one in own
            if one.temporary_suffix and ages[one.name] < youngest - _DAY_NANOSECONDS
        }
        for name in gone:
            with suppress(OSError):
                os.unlink(os.path.join(directory, name))


def delete_backup(made: Backup) -> None:
    """Take away a backup that was made for nothing."""
    with suppress(OSError):
        os.unlink(made.path)


class _BackupName(NamedTuple):
    """A name that was given here: the moment in it, which of that second it is, what it was made for, and whether it is half made."""

    moment: str
    number: int
    kind: str
    temporary_suffix: str
    name: str


class _BackupNameParser:
    """The names that are given here to backups of one ledger."""

    def __init__(self, path: str) -> None:
        pattern = r"-(\d{8}T\d{6}Z)(?:-(\d+))?(?:-(before-[a-z]+|damaged))?\.db(?:-[a-z]+)?"
        self._pattern = re.compile(
            f"{re.escape(_ledger_stem(path))}{pattern}({files.TEMPORARY_SUFFIX_PATTERN})?", re.ASCII
        )

    def parse_name(self, name: str) -> _BackupName | None:
        """What a name says; None for a name that was not given here."""
        found = self._pattern.fullmatch(name)
        return (
            _BackupName(found[1], int(found[2] or 1), found[3] or "", found[4] or "", name)
            if found
            else None
        )


def _ledger_stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


# One copy


def create_backup(path: str, target: str, *, force: bool = False) -> Backup:
    """A copy of the ledger at `path` as the file `target`, which must not be there yet, unless it is to be replaced by `force`.

    It can be made while this process holds the ledger's lock. Raises LedgerTrouble, FileExistsError.
    """
    ensure_no_journals(target)
    temporary = files.choose_temporary_name(target)
    try:
        with _translate_write_errors(target):
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _copy_ledger(path, temporary, target)
        made = Backup(target, _check_copy(path, temporary))
        with _translate_write_errors(target):
            files.sync_path(temporary)
            os.replace(temporary, target) if force else files.link_finished_file(temporary, target)
            files.sync_path(os.path.dirname(os.path.abspath(target)))
    except KeyboardInterrupt:
        with suppress(OSError):
            if os.path.samefile(temporary, target):
                delete_backup(made)
        raise
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    return made


def is_replaceable_file(path: str) -> bool:
    """Whether nothing but a ledger is lost when the file gives way: it is one, or empty. Raises CannotWrite."""
    with _translate_write_errors(path), open(path, "rb") as file:
        first = file.read(100)
    return not first or preflight.is_ledger_header(first)


def ensure_no_journals(target: str) -> None:
    """Refuse a name beside which the journal of another database lies: SQLite would take it for the new one's. Raises JournalThere."""
    for journal in files.SQLITE_SIDE_FILE_SUFFIXES:
        if os.path.lexists(target + journal):
            raise errors.JournalBesideTarget(target + journal)


def _copy_ledger(path: str, temporary: str, target: str) -> None:
    while True:
        with (
            connection.translate_errors(path),
            closing(connection.open_connection(path, "ro")) as db,
        ):
            try:
                with connection.allow_interrupts(db):
                    connection.retry_while_busy(
                        path, lambda: db.execute("VACUUM INTO ?", (temporary,))
                    )
            except sqlite3.OperationalError as error:
                if connection.has_unfinished_transaction(error):
                    with ledger.open_snapshot(
                        path
                    ):  # a command was killed just now; this takes back what it left half done
                        continue
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                    raise errors.CannotWrite(target, str(error)) from error
                raise
            except sqlite3.IntegrityError as error:
                raise errors.DamagedLedger(path, "is damaged") from error
        return


def _check_copy(path: str, copy: str) -> LedgerSummary:
    """How much is in a copy, once SQLite finds nothing wrong with it, and its newest act is in the ledger. Raises Damaged."""
    with connection.translate_errors(path):
        with closing(connection.open_connection(copy, "ro")) as db:
            connection.check_schema_step(path, db)
            with connection.allow_interrupts(db):
                sound = db.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
            if not sound:
                raise errors.DamagedLedger(path, "is damaged")
            found = summary.load_summary(db)
        with closing(connection.open_connection(path, "ro")) as db:
            connection.retry_while_busy(path, lambda: _ensure_act_in_ledger(path, db, found))
    return found


def _ensure_act_in_ledger(path: str, db: sqlite3.Connection, copy: LedgerSummary) -> None:
    if copy.head != summary.find_act_hash(db, copy.last_act):
        raise errors.DamagedLedger(path, "is damaged, or another file than a moment ago")


@contextmanager
def _translate_write_errors(target: str) -> Iterator[None]:
    """Turn what the system says to a new file into a sentence; that one is there already stays as it is. Raises CannotWrite."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise errors.CannotWrite(target, error.strerror or str(error)) from error
