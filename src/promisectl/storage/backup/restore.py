"""A ledger becomes what a backup holds: old or new at every moment, and what was there is kept."""

from __future__ import annotations

import os
import sqlite3
from contextlib import ExitStack, closing, contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import Cure, Finding
from promisectl.storage import connection, ledger, summary
from promisectl.storage.backup import create, set_aside
from promisectl.storage.integrity import checks
from promisectl.system import files, interrupts

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from promisectl.storage.backup.create import Backup
    from promisectl.storage.backup.set_aside import Place
    from promisectl.storage.backup.source import Source
    from promisectl.storage.summary import Extent

_DONE = ("The backup was restored to", "doctor")  # what is said where it is done and not confirmed


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


class There(NamedTuple):
    """How much is in the ledger's place; nothing where it can't be read.

    `relation` is what the backup is beside it: the `same`, `earlier` or `later` in one history, or `apart` from it. `damage` is what is
    wrong with it, and nothing where it is whole; `readable` whether it shows something all the same.
    """

    holds: Extent | None = None
    relation: str = "apart"
    damage: str = ""
    readable: bool = False

    @property
    def whole(self) -> bool:
        """Whether a backup can be made of it that can be restored."""
        return bool(self.holds) and not self.damage


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
            wrong = [one for one in checks.examine(db) if one.wrong]
            holds = summary.of(db)
            return There(holds, _relation(db, holds, source), _worst(wrong), not any(map(_unopenable, wrong)))
    except errors.NotALedger:
        return There()


def _worst(wrong: list[Finding]) -> str:
    """The first thing that is wrong, what only a backup helps with before what can be put right; nothing where nothing is."""
    told = sorted(wrong, key=lambda one: one.cure is not Cure.RESTORE)[:1]
    return "".join((one.details or (one.says,))[0] for one in told)


def _unopenable(finding: Finding) -> bool:
    return finding.check in ("file", "schema") and finding.cure is Cure.RESTORE


def _relation(db: sqlite3.Connection, holds: Extent, source: Source) -> str:
    if holds.head == source.holds.head:
        return "same"
    if summary.hash_of(db, source.holds.last) == source.holds.head:
        return "earlier"
    return "later" if summary.hash_of(source.db, holds.last) == holds.head else "apart"


@_nothing_restored()
def restore(source: Source, place: Place, seen: There | None = None) -> Restored:
    """The ledger becomes what `source` holds; where somebody has `seen` what it would replace, only if it is still that.

    What is there now is backed up under the same lock, so that nothing comes between; where it is damaged, its bytes are put aside.
    Raises LedgerTrouble; then the ledger is as it was.
    """
    while True:
        with suppress(_Raced), connection.translated(place.path):
            if not ledger.exists(place.path):
                return _found(source, place)
            found = seen or there(place.path, source)
            if _unreadable(place.path):
                _refuse_change(place.path, seen, None)
                return _replace(source, place)
            return _fill(source, place, found, asked=bool(seen))


class _Raced(Exception):
    """Another command has put a ledger there just now: look again."""


def _put_aside(place: Place, file: IO[bytes] | None = None) -> str:
    """What is there is put aside. Raises _Raced when another command is at the same."""
    try:
        return set_aside.put(place, file)
    except FileExistsError as error:
        raise _Raced from error


def _refuse_change(path: str, seen: There | None, now: Extent | None) -> None:
    """Raises ChangedMeanwhile where somebody has said Yes to something else."""
    if seen and seen.holds != now:
        raise errors.ChangedMeanwhile(path)


def _unreadable(path: str) -> bool:
    """Whether the first bytes say that SQLite can do nothing with the file. Raises LedgerTrouble where they belong to no ledger of ours."""
    try:
        connection.check_header(path)
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
        _refuse_change(place.path, seen, _holds(db))
        done = _kept(place, found)
        if done is None:
            file = longer.enter_context(open(place.path, "rb"))
            done = Restored(aside=_put_aside(place, file), readable=found.readable)
        before = _changes(db)
        db.execute("ROLLBACK")  # a copy begins a transaction itself; the lock stays
        try:
            source.copy(place.path, db)
            source.check(place.path, db, done.where)
            with interrupts.recorded():
                return done
        except sqlite3.Error as error:
            copied = _copied(source, db, before)
            if copied is None:
                raise errors.Uncertain(place.path, str(error), "the backup was being restored", "doctor", done.where) from error
            if copied:
                raise errors.Unconfirmed(place.path, str(error), *_DONE) from error
            raise errors.NotRestored(place.path, str(error), done.where) from error
        except KeyboardInterrupt:
            copied = _copied(source, db, before)
            if copied:
                interrupts.complain()
            if done.before and copied is False:
                create.forget(done.before)
            raise


def _locked(path: str) -> sqlite3.Connection:
    """A connection that keeps the lock on writing until it is closed, through the end of its transactions."""
    db = connection.connect(path, "rw")
    with connection.closed_on_failure(db):
        connection.patiently(path, lambda: db.execute("BEGIN IMMEDIATE"))
        db.execute("PRAGMA locking_mode = EXCLUSIVE")  # only now: what is refused in that mode keeps its lock on reading
        connection.check(path, db)
    return db


def _holds(db: sqlite3.Connection) -> Extent | None:
    try:
        return summary.of(db)
    except sqlite3.DatabaseError:
        return None


def _kept(place: Place, found: There) -> Restored | None:
    """A backup of what is there, if it is whole."""
    with suppress(errors.NotALedger):
        return Restored(create.first(*place, before="restore")) if found.whole else None
    return None


def _changes(db: sqlite3.Connection) -> int:
    """The number that SQLite counts up with every copy into a file, in the same transaction."""
    return int(db.execute("PRAGMA schema_version").fetchone()[0])


def _copied(source: Source, db: sqlite3.Connection, before: int) -> bool | None:
    """Whether a copy that failed had come to its end all the same, and None if that can't be told.

    What was there before can look like it, but was not counted up.
    """
    try:
        return _changes(db) != before and source.is_in(db)
    except sqlite3.Error:
        return None


# Nothing there, or nothing that can be opened


def _found(source: Source, place: Place) -> Restored:
    files.make_directories(os.path.dirname(os.path.abspath(place.path)))
    with ExitStack() as at_last:
        with _made(source, place.path) as temporary:
            done = Restored(aside=_put_aside(place) if set_aside.journals(place.path) else "")
            at_last.enter_context(interrupts.recorded())
            try:
                files.give_name(temporary, place.path)
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
            at_last.enter_context(interrupts.recorded())
            os.replace(temporary, real)
        return _confirmed(place._replace(path=real), done)


@contextmanager
def _made(source: Source, path: str) -> Iterator[str]:
    """A whole copy beside its place, on the disk, still without a name; it is gone in the end."""
    temporary = files.temporary_name(path)
    try:
        os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with closing(connection.connect(temporary, "rw")) as db:
            source.copy(path, db)
            source.check(path, db, "")
        files.sync(temporary)
        yield temporary
    finally:
        for leftover in (temporary, f"{temporary}-journal"):
            with suppress(OSError):
                os.unlink(leftover)


def _confirmed(place: Place, done: Restored) -> Restored:
    try:
        files.sync(os.path.dirname(os.path.abspath(place.path)))
    except OSError as error:
        raise errors.Unconfirmed(place.path, error.strerror or str(error), *_DONE) from error
    return done
