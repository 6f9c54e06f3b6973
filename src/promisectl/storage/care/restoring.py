"""A ledger becomes what a backup holds: old or new at every moment, and what was there is kept."""

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import datetime
from typing import IO, NamedTuple

from promisectl import errors
from promisectl.domain.findings import Cure, Finding, Result
from promisectl.storage import disk, ledger, opening, too_late
from promisectl.storage.care import backups, examining
from promisectl.storage.care.backups import Backup

_PAGES = 256
"""How many are copied before Ctrl-C is listened to again."""
_PAUSE = 0.005  # seconds between two attempts, while others read
_DONE = ("The backup was restored to", "doctor")  # what is said where it is done and not confirmed
_PIECE = 1 << 20  # bytes


class Source(NamedTuple):
    """A backup that was found whole, and an open connection that sees it as it was then."""

    db: sqlite3.Connection
    content: Backup


class Restored(NamedTuple):
    """What a restore left: the backup of what was there, or else where its bytes were put aside; neither where nothing was."""

    before: Backup | None = None
    aside: str = ""
    readable: bool = False
    """Whether a look into what was put aside shows something."""

    @property
    def where(self) -> str:
        """The file that holds what was there; empty where nothing was."""
        return self.before.path if self.before else self.aside


# The backup


@contextmanager
def opened(path: str) -> Iterator[Source]:
    """A backup, checked whole: by SQLite, and act by act. Raises NotABackup and LedgerTrouble."""
    with _as_backup(path):
        opening.check_header(path)
        _refuse_unsettled(path)
        db = opening.connect(path, "ro")
    with closing(db):
        with _as_backup(path):
            db.execute("BEGIN")
            opening.patiently(path, lambda: opening.check(path, db))
            _examine(path, db)
            found = backups.content(path, db)
        yield Source(db, found)


def _refuse_unsettled(path: str) -> None:
    """Refuse a file that is not all of it: a part is in a journal beside it. Raises HalfCopied."""
    with suppress(FileNotFoundError), open(f"{path}-journal", "rb") as journal:
        if journal.read(1) not in (b"", b"\0"):
            raise errors.HalfCopied(path)


@contextmanager
def _as_backup(path: str) -> Iterator[None]:
    """Whatever is wrong inside is wrong with the backup. Raises NotABackup."""
    try:
        with opening.translated(path):
            yield
    except errors.NewerLedger as problem:
        raise errors.NotABackup(path, problem.what, "update promisectl, or choose another backup") from problem
    except errors.NotALedger as problem:
        raise errors.NotABackup(path, problem.what) from problem


def _examine(path: str, db: sqlite3.Connection) -> None:
    """Raises NotALedger where the doctor would find anything wrong that it can't fix."""
    for finding in examining.examine(db):
        if finding.result is Result.WRONG and finding.cure is not Cure.FIX:
            raise errors.NotALedger(path, f"is damaged ({': '.join((finding.says, *finding.details[:1]))})")


# The ledger


class Place(NamedTuple):
    """Where the ledger is, where what was there is to be kept, and when that is."""

    path: str
    directory: str
    now: datetime


class There(NamedTuple):
    """What is in the ledger's place; no content where it can't be read.

    `relation` is what the backup is beside it: the `same`, `earlier` or `later` in one history, or `apart` from it. `damage` is what is
    wrong with it, and nothing where it is whole; `readable` whether it shows something all the same.
    """

    content: Backup | None = None
    relation: str = "apart"
    damage: str = ""
    readable: bool = False

    @property
    def whole(self) -> bool:
        """Whether a backup can be made of it that can be restored."""
        return bool(self.content) and not self.damage


@contextmanager
def _nothing_restored() -> Iterator[None]:
    """Around all that comes before the ledger is another: trouble that may pass says that it still is what it was."""
    try:
        yield
    except errors.InTheWay as problem:
        problem.nothing_was("restored")
        raise


@_nothing_restored()
def there(path: str, source: Source) -> There:
    """What is in the ledger's place. Raises LedgerTrouble where it is no ledger of ours."""
    if _unreadable(path):
        return There()
    try:
        with ledger.reading(path) as db:
            wrong = [one for one in examining.examine(db) if one.result is Result.WRONG]
            content = backups.content(path, db)
            return There(content, _relation(db, content, source), _worst(wrong), not any(map(_unopenable, wrong)))
    except errors.NotALedger:
        return There()


def _worst(wrong: list[Finding]) -> str:
    """The first thing that is wrong, what only a backup helps with before what can be put right; nothing where nothing is."""
    told = sorted(wrong, key=lambda one: one.cure is not Cure.RESTORE)[:1]
    return "".join((one.details or (one.says,))[0] for one in told)


def _unopenable(finding: Finding) -> bool:
    return finding.check in ("file", "schema") and finding.cure is Cure.RESTORE


def _relation(db: sqlite3.Connection, content: Backup, source: Source) -> str:
    if content.head == source.content.head:
        return "same"
    if backups.hash_of(db, source.content.last) == source.content.head:
        return "earlier"
    return "later" if backups.hash_of(source.db, content.last) == content.head else "apart"


@_nothing_restored()
def restore(source: Source, place: Place, seen: There | None = None) -> Restored:
    """The ledger becomes what `source` holds; where somebody has `seen` what it would replace, only if it is still that.

    What is there now is backed up under the same lock, so that nothing comes between; where it is damaged, its bytes are put aside.
    Raises LedgerTrouble; then the ledger is as it was.
    """
    while True:
        with suppress(_Raced), opening.translated(place.path):
            if not os.path.lexists(place.path):
                return _found(source, place)
            found = seen or there(place.path, source)
            if _unreadable(place.path):
                _refuse_change(place.path, seen, None)
                return _replace(source, place)
            return _fill(source, place, found, asked=bool(seen))


class _Raced(Exception):
    """Another command has put a ledger there just now: look again."""


def _refuse_change(path: str, seen: There | None, now: Backup | None) -> None:
    """Raises ChangedMeanwhile where somebody has said Yes to something else."""
    if seen and seen.content != now:
        raise errors.ChangedMeanwhile(path)


def _unreadable(path: str) -> bool:
    """Whether the first bytes say that SQLite can do nothing with the file. Raises LedgerTrouble where they belong to no ledger of ours."""
    try:
        opening.check_header(path)
    except (errors.Damaged, errors.NewerLedger):
        return True
    return False


# A ledger that SQLite can open


def _fill(source: Source, place: Place, found: There, *, asked: bool) -> Restored:
    seen = found if asked else None
    try:
        db = _locked(place.path)
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError:
        _refuse_change(place.path, seen, None)
        return _replace(source, place)
    # A file that is closed takes SQLite's locks with it, so what is opened here stays open for longer than the connection.
    with ExitStack() as longer, closing(db):
        _refuse_change(place.path, seen, _content(place.path, db))
        done = _kept(place, found)
        if done is None:
            file = longer.enter_context(open(place.path, "rb"))
            done = Restored(aside=_put_aside(place, file), readable=found.readable)
        before = _changes(db)
        db.execute("ROLLBACK")  # a copy begins a transaction itself; the lock stays
        try:
            source.db.backup(db, pages=_PAGES, progress=_Waiting(place.path), sleep=_PAUSE)
            _check(source, place.path, db, done)
        except sqlite3.Error as error:
            if _copied(source, place.path, db, before):
                raise errors.Unconfirmed(place.path, str(error), *_DONE) from error
            raise errors.NotRestored(place.path, str(error), done.where) from error
        except KeyboardInterrupt:
            if _copied(source, place.path, db, before):
                too_late.complain()
            raise
    return done


def _locked(path: str) -> sqlite3.Connection:
    """A connection that keeps the lock on writing until it is closed, through the end of its transactions."""
    db = opening.connect(path, "rw")
    with opening.closed_on_failure(db):
        opening.patiently(path, lambda: db.execute("BEGIN IMMEDIATE"))
        db.execute("PRAGMA locking_mode = EXCLUSIVE")  # only now: what is refused in that mode keeps its lock on reading
        opening.check(path, db)
    return db


class _Waiting:
    """Called at every step of a copy: gives up when others have read for too long. Raises Busy."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._deadline = 0.0

    def __call__(self, status: int, _remaining: int, _total: int) -> None:
        if status not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            self._deadline = 0.0
            return
        self._deadline = self._deadline or time.monotonic() + opening.PATIENCE
        if time.monotonic() >= self._deadline:
            raise errors.Busy(self._path, opening.PATIENCE)


def _content(path: str, db: sqlite3.Connection) -> Backup | None:
    try:
        return backups.content(path, db)
    except sqlite3.DatabaseError:
        return None


def _kept(place: Place, found: There) -> Restored | None:
    """A backup of what is there, if it is whole."""
    with suppress(errors.NotALedger):
        return Restored(backups.first(*place, before="restore")) if found.whole else None
    return None


def _changes(db: sqlite3.Connection) -> int:
    """The number that SQLite counts up with every copy into a file, in the same transaction."""
    return int(db.execute("PRAGMA schema_version").fetchone()[0])


def _copied(source: Source, path: str, db: sqlite3.Connection, before: int) -> bool:
    """Whether a copy that failed had come to its end all the same: what was there before can look like it, but was not counted up."""
    try:
        return _changes(db) != before and _same(source, path, db)
    except sqlite3.Error:
        return False


def _check(source: Source, path: str, db: sqlite3.Connection, done: Restored) -> None:
    """Raises NotRestored unless what is there now is what was copied."""
    why = "what is there now is not what was copied"
    try:
        with opening.interruptible(db):
            if _same(source, path, db) and db.execute("PRAGMA integrity_check").fetchall()[0][0] == "ok":
                return
    except sqlite3.Error as error:
        why = str(error)
    raise errors.NotRestored(path, why, done.where)


def _same(source: Source, path: str, db: sqlite3.Connection) -> bool:
    return backups.content(path, db)[1:] == source.content[1:]


# Nothing there, or nothing that can be opened


def _found(source: Source, place: Place) -> Restored:
    disk.make_directories(os.path.dirname(os.path.abspath(place.path)))
    with ExitStack() as at_last:
        with _made(source, place.path) as temporary:
            done = Restored(aside=_put_aside(place) if _journals(place.path) else "")
            at_last.enter_context(too_late.recorded())
            try:
                disk.give_name(temporary, place.path)
            except FileExistsError as error:
                raise _Raced from error
        return _confirmed(place, done)


def _replace(source: Source, place: Place) -> Restored:
    """What no command can open, no command can write to: it gives way to a new file when its bytes are safe."""
    real = os.path.realpath(place.path)  # a link goes on leading there
    with ExitStack() as at_last:
        with _made(source, real) as temporary:
            with open(real, "rb") as file:
                done = Restored(aside=_put_aside(place, file))
                before = os.fstat(file.fileno())
            if not os.path.samestat(before, os.stat(real)):
                raise _Raced
            at_last.enter_context(too_late.recorded())
            os.replace(temporary, real)
        return _confirmed(place._replace(path=real), done)


@contextmanager
def _made(source: Source, path: str) -> Iterator[str]:
    """A whole copy beside its place, on the disk, still without a name; it is gone in the end."""
    temporary = f"{path}.{os.urandom(8).hex()}.new"
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(opening.connect(temporary, "rw")) as db:
            source.db.backup(db, pages=_PAGES, progress=_Waiting(path), sleep=_PAUSE)
            _check(source, path, db, Restored())
        disk.sync(temporary)
        yield temporary
    finally:
        for leftover in (temporary, f"{temporary}-journal"):
            with suppress(OSError):
                os.unlink(leftover)


def _confirmed(place: Place, done: Restored) -> Restored:
    try:
        disk.sync(os.path.dirname(os.path.abspath(place.path)))
    except OSError as error:
        raise errors.Unconfirmed(place.path, error.strerror or str(error), *_DONE) from error
    return done


def _journals(path: str) -> list[str]:
    """What SQLite has left beside a ledger."""
    return [left for left in (os.path.realpath(path) + journal for journal in disk.JOURNALS) if os.path.lexists(left)]


def _put_aside(place: Place, file: IO[bytes] | None = None) -> str:
    """The bytes of a ledger, and of the journal beside it, in the directory of backups; of the journal only there."""
    target = backups.free_name(*place, kind="damaged")
    if file:
        _keep_bytes(file, target)
    journals = _journals(place.path)
    kept = [target] if file else []
    for journal in journals:
        kept.append(target + journal[journal.rindex("-") :])
        with open(journal, "rb") as beside:
            _keep_bytes(beside, kept[-1])
    disk.sync(place.directory)
    for journal in journals:
        os.unlink(journal)
    return kept[0]


def _keep_bytes(file: IO[bytes], target: str) -> None:
    temporary = f"{target}.{os.urandom(8).hex()}.new"
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as kept:
            shutil.copyfileobj(file, kept, _PIECE)
            kept.flush()
            os.fsync(kept.fileno())
        disk.give_name(temporary, target)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
