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

    from promisectl.storage.summary import Extent

MOST = 10
"""How many of its own the directory of backups holds."""
_DAY = 86_400 * 10**9  # nanoseconds


class Backup(NamedTuple):
    """A copy of a ledger: where it is, and how much it holds."""

    path: str
    holds: Extent


# In the directory of backups


def keep(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """A copy of the ledger at `path` in the directory of backups, named by the moment and by the command it is made before, if any.

    Of those made here only the last `MOST` stay. Raises LedgerTrouble.
    """
    made = add(path, directory, now, before)
    prune(path, directory, (made.path,))
    return made


def add(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """The same, and all that were made here stay."""
    while True:
        with suppress(FileExistsError):
            return make(path, free_name(path, directory, now, f"before-{before}" if before else ""))


def first(path: str, directory: str, now: datetime, before: str) -> Backup:
    """The same, before a change that is not made without it. Raises NoBackupFirst."""
    try:
        return add(path, directory, now, before)
    except errors.CannotWrite as problem:
        raise errors.NoBackupFirst(problem) from problem


def free_name(path: str, directory: str, now: datetime, kind: str = "") -> str:
    """A name that no file has yet in the directory of backups, which is made if it is missing. Raises CannotWrite."""
    with _written(directory):
        files.make_directories(directory)
        names = os.listdir(directory)
    moment = f"{now:%Y%m%dT%H%M%SZ}"
    number = 1 + max((own.number for own in map(_Own(path).read, names) if own and own.moment == moment), default=0)
    nth = f"-{number}" if number > 1 else ""
    return os.path.join(directory, f"{_stem(path)}-{moment}{nth}{f'-{kind}' if kind else ''}.db")


def there(path: str, directory: str) -> list[str]:
    """The backups of a ledger in the directory of backups, by whatever name, the newest first; what was put aside as damaged is none.

    Which is newest tells the file: its name may come from a clock that was ahead, or from a day that was set. Raises OSError.
    """
    start, found = f"{_stem(path)}-", []
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        for one in entries:
            with suppress(FileNotFoundError):
                if one.name.startswith(start) and one.name.endswith(".db") and not one.name.endswith("-damaged.db") and one.is_file():
                    found.append((one.stat().st_mtime_ns, one.path))
    return [name for _, name in sorted(found, reverse=True)]


def prune(path: str, directory: str, spare: Collection[str] = ()) -> None:
    """Of the backups made here only the last `MOST` stay, and those to be spared; what a killed command left half made goes after a day."""
    with suppress(OSError):
        own = [*filter(None, map(_Own(path).read, os.listdir(directory)))]
        ages = {one.name: os.lstat(os.path.join(directory, one.name)).st_mtime_ns for one in own}
        made = sorted((one for one in own if one.kind != "damaged" and not one.half), key=lambda one: (ages[one.name], one))
        gone = {one.name for one in made[:-MOST]} - {os.path.basename(one) for one in spare}
        youngest = max(ages.values(), default=0)
        gone |= {one.name for one in own if one.half and ages[one.name] < youngest - _DAY}
        for name in gone:
            with suppress(OSError):
                os.unlink(os.path.join(directory, name))


def forget(made: Backup) -> None:
    """Take away a backup that was made for nothing."""
    with suppress(OSError):
        os.unlink(made.path)


class _Name(NamedTuple):
    """A name that was given here: the moment in it, which of that second it is, what it was made for, and whether it is half made."""

    moment: str
    number: int
    kind: str
    half: str
    name: str


class _Own:
    """The names that are given here to backups of one ledger."""

    def __init__(self, path: str) -> None:
        pattern = r"-(\d{8}T\d{6}Z)(?:-(\d+))?(?:-(before-[a-z]+|damaged))?\.db(?:-[a-z]+)?"
        self._pattern = re.compile(f"{re.escape(_stem(path))}{pattern}({files.TEMPORARY})?", re.ASCII)

    def read(self, name: str) -> _Name | None:
        """What a name says; None for a name that was not given here."""
        found = self._pattern.fullmatch(name)
        return _Name(found[1], int(found[2] or 1), found[3] or "", found[4] or "", name) if found else None


def _stem(path: str) -> str:
    return os.path.splitext(os.path.basename(path))[0]


# One copy


def make(path: str, target: str, *, force: bool = False) -> Backup:
    """A copy of the ledger at `path` as the file `target`, which must not be there yet, unless it is to be replaced by `force`.

    It can be made while this process holds the ledger's lock. Raises LedgerTrouble, FileExistsError.
    """
    refuse_journals(target)
    temporary = files.temporary_name(target)
    try:
        with _written(target):
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        _copy(path, temporary, target)
        made = Backup(target, _looked_at(path, temporary))
        with _written(target):
            files.sync(temporary)
            os.replace(temporary, target) if force else files.give_name(temporary, target)
            files.sync(os.path.dirname(os.path.abspath(target)))
    except KeyboardInterrupt:
        with suppress(OSError):
            if os.path.samefile(temporary, target):
                forget(made)
        raise
    finally:
        with suppress(OSError):
            os.unlink(temporary)
    return made


def replaceable(path: str) -> bool:
    """Whether nothing but a ledger is lost when the file gives way: it is one, or empty. Raises CannotWrite."""
    with _written(path), open(path, "rb") as file:
        first = file.read(100)
    return not first or preflight.is_ours(first)


def refuse_journals(target: str) -> None:
    """Refuse a name beside which the journal of another database lies: SQLite would take it for the new one's. Raises JournalThere."""
    for journal in files.JOURNALS:
        if os.path.lexists(target + journal):
            raise errors.JournalThere(target + journal)


def _copy(path: str, temporary: str, target: str) -> None:
    while True:
        with connection.translated(path), closing(connection.connect(path, "ro")) as db:
            try:
                with connection.interruptible(db):
                    connection.patiently(path, lambda: db.execute("VACUUM INTO ?", (temporary,)))
            except sqlite3.OperationalError as error:
                if connection.cut_off(error):
                    with ledger.reading(path):  # a command was killed just now; this takes back what it left half done
                        continue
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_CORRUPT:
                    raise errors.CannotWrite(target, str(error)) from error
                raise
            except sqlite3.IntegrityError as error:
                raise errors.Damaged(path, "is damaged") from error
        return


def _looked_at(path: str, copy: str) -> Extent:
    """How much is in a copy, once SQLite finds nothing wrong with it, and its newest act is in the ledger. Raises Damaged."""
    with connection.translated(path):
        with closing(connection.connect(copy, "ro")) as db:
            connection.check(path, db)
            with connection.interruptible(db):
                sound = db.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok"
            if not sound:
                raise errors.Damaged(path, "is damaged")
            found = summary.of(db)
        with closing(connection.connect(path, "ro")) as db:
            connection.patiently(path, lambda: _compare(path, db, found))
    return found


def _compare(path: str, db: sqlite3.Connection, copy: Extent) -> None:
    if copy.head != summary.hash_of(db, copy.last):
        raise errors.Damaged(path, "is damaged, or another file than a moment ago")


@contextmanager
def _written(target: str) -> Iterator[None]:
    """Turn what the system says to a new file into a sentence; that one is there already stays as it is. Raises CannotWrite."""
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        raise errors.CannotWrite(target, error.strerror or str(error)) from error
