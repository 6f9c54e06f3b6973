"""The ledger file: opened with care, founded on the first move, read without writing, written in one transaction a command."""

import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from typing import Any, TypeVar

from promisectl import errors
from promisectl.compiled import sql

T = TypeVar("T")

_PATIENCE = 10
_TO_WRITE = (
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA fullfsync = ON",
)
_ALWAYS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
)


def write(path: str, work: Callable[[sqlite3.Connection], T]) -> T:
    """What `work` returns, done inside one transaction on the ledger at `path`; the ledger is founded if there is none.

    `work` may be called a second time, when another command founded the ledger meanwhile. Raises LedgerTrouble when the file
    can't be used; whatever is raised, nothing is written.
    """
    while True:
        if os.path.lexists(path):
            return _transaction(path, work)
        with suppress(FileExistsError):
            return _found(path, work)


@contextmanager
def reading(path: str, *, patience: int = _PATIENCE) -> Iterator[sqlite3.Connection]:
    """A read-only connection that sees one moment of the ledger throughout. Raises LedgerTrouble when it can't be read.

    For so many seconds it waits for a command that is writing.
    """
    with _translated(path):
        db = _open_for_reading(path, patience)
    try:
        with _translated_from_sqlite(path):
            yield db
    finally:
        db.close()


def exists(path: str) -> bool:
    """Whether anything is in the ledger's place."""
    return os.path.lexists(path)


def same(path: str, ledger: str) -> bool:
    """Whether `path` is the ledger itself, by whatever name."""
    there = os.path.realpath(path) == os.path.realpath(ledger)
    return there or (exists(ledger) and os.path.exists(path) and os.path.samefile(path, ledger))


def in_memory() -> sqlite3.Connection:
    """An empty ledger that goes with the connection, spilling to a nameless temporary file when it grows; a copy needs no guards."""
    db = sqlite3.connect("", isolation_level=None)
    for statement in sql.SCHEMA:
        if not statement.startswith("CREATE TRIGGER"):
            db.execute(statement)
    db.row_factory = sqlite3.Row
    return db


def _open_for_reading(path: str, patience: int = _PATIENCE) -> sqlite3.Connection:
    _check_header(path)
    try:
        return _begin_reading(path, _connect(path, "ro", patience), patience)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode not in (sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_CANTLOCK):
            raise
    # A command died in the middle of its transaction: SQLite takes its half-done pages back when somebody may write.
    writer = _connect(path, "rw", patience)
    with closing(writer):
        _patiently(path, lambda: writer.execute("PRAGMA schema_version"), patience)
    return _begin_reading(path, _connect(path, "ro", patience), patience)


def _begin_reading(path: str, db: sqlite3.Connection, patience: int) -> sqlite3.Connection:
    with _closed_on_failure(db):
        db.execute("BEGIN")
        _patiently(path, lambda: _check(path, db), patience)
        _lend(db)
    return db


def _transaction(path: str, work: Callable[[sqlite3.Connection], T]) -> T:
    with _translated(path):
        _check_header(path)
        db = _connect(path, "rw")
        try:
            _patiently(path, lambda: db.execute("BEGIN IMMEDIATE"))
            _check(path, db)
            _upgrade(db)
            before = _newest(db)
            result = work(db)
            _commit(path, db, before)
        except BaseException:
            with suppress(sqlite3.Error):
                db.execute("ROLLBACK")
            raise
        finally:
            db.close()
        return result


def _commit(path: str, db: sqlite3.Connection, before: tuple[object, ...]) -> None:
    """Commit; when SQLite fails in the middle of it, look whether the newest act is there before saying that nothing was recorded."""
    newest = _newest(db)
    try:
        _patiently(path, lambda: db.execute("COMMIT"))
    except sqlite3.Error:
        with suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        db.close()
        again = _open_for_reading(path)
        kept = before != newest == _newest(again)
        again.close()
        if not kept:
            raise


def _newest(db: sqlite3.Connection) -> tuple[object, ...]:
    """Number and hash of the newest act; nothing while there is none."""
    return tuple(db.execute(sql.LAST_ACT).fetchone() or ())


def _found(path: str, work: Callable[[sqlite3.Connection], T]) -> T:
    """Found a ledger beside its place, do the first work in it, and only then give it its name: it is there whole, or not at all."""
    with _translated(path):
        made = _make_directories(os.path.dirname(os.path.abspath(path)))
        parents = [os.path.dirname(one) for one in reversed(made)]
        temporary = f"{path}.{os.urandom(8).hex()}.new"
        try:
            result = _fill(temporary, work)
            os.link(temporary, path)
            made = []
        finally:
            for leftover in (temporary, f"{temporary}-journal"):
                with suppress(FileNotFoundError):
                    os.unlink(leftover)
            for directory in reversed(made):
                with suppress(OSError):
                    os.rmdir(directory)
        try:
            for one in (os.path.dirname(os.path.abspath(path)), *parents):
                _sync_directory(one)
        except OSError as error:
            raise errors.Unconfirmed(path, error.strerror or str(error)) from error
        return result


def _fill(temporary: str, work: Callable[[sqlite3.Connection], T]) -> T:
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db = _connect(temporary, "rw")
    try:
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA application_id = {sql.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
        for statement in sql.SCHEMA:
            db.execute(statement)
        result = work(db)
        db.execute("COMMIT")
    finally:
        db.close()
    return result


def _make_directories(directory: str) -> list[str]:
    """Make what is missing of `directory`, for me alone (0700), and say what was made, outermost first."""
    missing = []
    while not os.path.isdir(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    made = []
    for one in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(one, 0o700)
            made.append(one)
    return made


def _sync_directory(directory: str) -> None:
    """Have the new name itself on the disk; where directories can't be opened (Windows), the system sees to it."""
    if os.name == "nt":  # pragma: no cover
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _connect(path: str, mode: str, patience: int = _PATIENCE) -> sqlite3.Connection:
    db = sqlite3.connect(uri(path, mode, windows=os.name == "nt"), uri=True, isolation_level=None, timeout=0)
    db.row_factory = sqlite3.Row
    with _closed_on_failure(db):
        _configure(path, db, mode, patience)
    return db


def uri(path: str, mode: str, *, windows: bool) -> str:
    """A path as SQLite takes it, with the mode: its blanks and signs as they are, but for those that mean something in a URI.

    A path that begins at a root gets an empty host before it: `//server` would be one otherwise, and `C:` part of a name.
    """
    name = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    if windows:
        name = name.replace("\\", "/")
        name = f"/{name}" if name[1:2] == ":" else name
    return f"file:{'//' if name.startswith('/') else ''}{name}?mode={mode}"


@contextmanager
def _closed_on_failure(db: sqlite3.Connection) -> Iterator[None]:
    try:
        yield
    except BaseException:
        db.close()
        raise


def _configure(path: str, db: sqlite3.Connection, mode: str, patience: int) -> None:
    for setting in (*_TO_WRITE, *_ALWAYS) if mode == "rw" else _ALWAYS:
        _patiently(path, partial(db.execute, setting), patience)
    if sys.version_info >= (3, 12):
        settings = {sqlite3.SQLITE_DBCONFIG_DEFENSIVE: True, sqlite3.SQLITE_DBCONFIG_DQS_DML: False, sqlite3.SQLITE_DBCONFIG_DQS_DDL: False}
        for setting, on in settings.items():
            db.setconfig(setting, on)


def _check_header(path: str) -> None:
    """Refuse a strange file by its first bytes, before SQLite touches it: a setting would be written into it otherwise."""
    if not os.path.isfile(path):
        raise errors.NotALedger(path, "is not a file")
    with open(path, "rb") as file:
        header = file.read(100)
    if not header:
        raise errors.NotALedger(path, "is empty, which a ledger never is")
    if not header.startswith(b"SQLite format 3\0"):
        raise errors.NotALedger(path, "is damaged, or no ledger at all")
    _check_numbers(path, int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big"))


def _check(path: str, db: sqlite3.Connection) -> None:
    """Refuse whatever is not a ledger of a schema step that is known here, now that nobody else can change it."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (step,) = db.execute("PRAGMA user_version").fetchone()
    _check_numbers(path, application, step)


def _check_numbers(path: str, application: int, step: int) -> None:
    if application != sql.APPLICATION_ID:
        raise errors.NotALedger(path, "is a database of some other program")
    if step < 1:
        raise errors.NotALedger(path, "names no schema step, which a ledger always does")
    if step > sql.SCHEMA_STEP:
        raise errors.NewerLedger(path, step, sql.SCHEMA_STEP)


def _upgrade(db: sqlite3.Connection) -> None:
    """Bring a ledger of an earlier schema step up to this one, inside the transaction of the command that writes."""
    (step,) = db.execute("PRAGMA user_version").fetchone()
    if step == sql.SCHEMA_STEP:
        return
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.UPGRADES[later]:
            db.execute(statement)
    for view in reversed(sql.VIEWS):
        db.execute(f"DROP VIEW IF EXISTS {view}")
    for statement in sql.SCHEMA:
        if statement.startswith("CREATE VIEW"):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")


def _lend(db: sqlite3.Connection) -> None:
    """Lend a ledger of an earlier schema step the tables it lacks, empty and only for this look at it, so that it reads like a new one."""
    (step,) = db.execute("PRAGMA user_version").fetchone()
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.UPGRADES[later]:
            if statement.startswith("CREATE TABLE"):
                db.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))


def _patiently(path: str, act: Callable[[], Any], patience: int = _PATIENCE) -> None:
    """Do `act`, waiting for other commands in small uneven steps, so that nobody starves and Ctrl-C answers at once."""
    deadline = time.monotonic() + patience
    while True:
        try:
            act()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            import random

            if time.monotonic() >= deadline:
                raise errors.Busy(path, patience) from error
            time.sleep(random.uniform(0.0005, 0.008))  # noqa: S311 (jitter, not a secret)
        else:
            return


@contextmanager
def _translated(path: str) -> Iterator[None]:
    """Turn what SQLite and the system raise into a sentence that a person can act on; a bug of ours stays a traceback."""
    try:
        with _translated_from_sqlite(path):
            yield
    except FileExistsError:
        raise
    except OSError as error:
        raise errors.Unusable(path, error.strerror or str(error)) from error


@contextmanager
def _translated_from_sqlite(path: str) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        if code in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise errors.NotALedger(path, "is damaged, or no ledger at all") from error
        if not isinstance(error, sqlite3.OperationalError):
            raise
        raise errors.Unusable(path, str(error)) from error
