"""Open the ledger file with all settings, wait for other commands, and translate errors."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import contextmanager
from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.storage import preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

LOCK_WAIT_SECONDS = 10
_MIN_SQLITE_VERSION = (3, 37)
_INTERRUPT_CHECK_STEPS = 50_000
"""How many steps of SQLite's virtual machine run between two looks for Ctrl-C."""
MAX_MEMORY_BYTES = 32 << 20
"""The size of a ledger or a journal above which its working data goes to a file."""
_WRITING_PRAGMAS = (
    "PRAGMA journal_mode = DELETE",
    "PRAGMA synchronous = EXTRA",
    "PRAGMA fullfsync = ON",
)
_COMMON_PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA recursive_triggers = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA cell_size_check = ON",
    "PRAGMA mmap_size = 0",
)


def open_connection(
    path: str, mode: str, patience: float = LOCK_WAIT_SECONDS
) -> sqlite3.Connection:
    """Return a connection to the file with all settings in force; `mode` is `ro` or `rw`.

    No transaction begins by itself. Raises LedgerBusy when another command holds the file for
    longer than `patience`, in seconds, and OldSqlite.
    """
    check_sqlite_version()
    db = sqlite3.connect(
        build_sqlite_uri(path, mode, windows=os.name == "nt"),
        uri=True,
        isolation_level=None,
        timeout=0,
    )
    db.row_factory = sqlite3.Row
    pragmas = (*_WRITING_PRAGMAS, *_COMMON_PRAGMAS) if mode == "rw" else _COMMON_PRAGMAS
    with close_on_failure(db):
        # A connection that writes needs no temporary file, so that a full disk is the ledger's.
        if mode == "rw" or fits_memory(path):
            db.execute("PRAGMA temp_store = MEMORY")
        for pragma in pragmas:
            retry_while_busy(path, partial(db.execute, pragma), patience)
        if sys.version_info >= (3, 12):
            settings = {
                sqlite3.SQLITE_DBCONFIG_DEFENSIVE: True,
                sqlite3.SQLITE_DBCONFIG_DQS_DML: False,
                sqlite3.SQLITE_DBCONFIG_DQS_DDL: False,
            }
            for setting, on in settings.items():
                db.setconfig(setting, on)
    return db


def check_sqlite_version() -> None:
    """Refuse an SQLite that does not know the STRICT tables of a ledger. Raises OldSqlite."""
    if sqlite3.sqlite_version_info < _MIN_SQLITE_VERSION:
        needed = ".".join(map(str, _MIN_SQLITE_VERSION))
        raise errors.OldSqlite(sqlite3.sqlite_version, needed)


def fits_memory(path: str) -> bool:
    """Whether a ledger is so small that what a view sorts or keeps of it may be in memory.

    The working data of a larger one goes to a temporary file.
    """
    try:
        return os.path.getsize(path) <= MAX_MEMORY_BYTES
    except OSError:
        return True


def build_sqlite_uri(path: str, mode: str, *, windows: bool) -> str:
    """Return the URI by which SQLite opens a path in a mode; `%`, `?` and `#` are escaped.

    An absolute path gets an empty host. Without one, SQLite would take `//server` for a host, and
    `C:` for a part of the name.
    """
    name = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    if windows:
        name = name.replace("\\", "/")
        name = f"/{name}" if name[1:2] == ":" else name
    return f"file:{'//' if name.startswith('/') else ''}{name}?mode={mode}"


@contextmanager
def close_on_failure(db: sqlite3.Connection) -> Iterator[None]:
    """Close a connection when the code inside the `with` block raises anything."""
    try:
        yield
    except BaseException:
        db.close()
        raise


def check_ledger_file(path: str, *, writing: bool = False) -> None:
    """Refuse a file that is not a ledger before SQLite opens it, since pragmas write into it.

    A command that is `writing` may open a ledger in WAL mode, since SQLite then ends that mode. It
    also removes a name that a killed creation left behind. Raises LedgerError.
    """
    preflight.check_directory_owner(path)
    preflight.check_file_kind(path)
    preflight.check_side_files(path)
    header = preflight.read_sqlite_header(path)
    _check_identity_numbers(path, *preflight.decode_header_numbers(header))
    preflight.check_journal_mode(path, header, writing=writing)
    preflight.check_hard_links(path, writing=writing)


def check_schema_step(path: str, db: sqlite3.Connection) -> None:
    """Refuse a database that is not a ledger of a known schema step, inside a transaction.

    Raises NotALedger, DamagedLedger or NewerLedger.
    """
    (application,) = db.execute("PRAGMA application_id").fetchone()
    _check_identity_numbers(path, application, read_schema_step(db))


def read_schema_step(db: sqlite3.Connection) -> int:
    """Return the schema step of the ledger."""
    step: int = db.execute("PRAGMA user_version").fetchone()[0]
    return step


class LastAct(NamedTuple):
    """The newest act of a ledger; all fields are empty or 0 before the first."""

    number: int = 0
    hash: str = ""
    recorded_at: str = ""
    entry: int = 0


def fetch_last_act(db: sqlite3.Connection) -> LastAct:
    """Return what the newest act is, without its content."""
    row = db.execute(sql.LAST_ACT).fetchone()
    return LastAct(*row) if row else LastAct()


def begin_read_transaction(
    path: str, db: sqlite3.Connection, patience: float = LOCK_WAIT_SECONDS
) -> None:
    """Begin a transaction that sees one moment of a ledger.

    What a ledger of an earlier schema step lacks, the connection gets: each table as an empty
    temporary one, and the columns of promises by a temporary view of the same name, which comes
    before the table. So every statement works before the first move. Raises NotALedger,
    DamagedLedger, NewerLedger or LedgerBusy.
    """
    db.execute("BEGIN")
    retry_while_busy(path, lambda: check_schema_step(path, db), patience)
    later_steps = range(read_schema_step(db) + 1, sql.SCHEMA_STEP + 1)
    for step in later_steps:
        for statement in sql.MIGRATIONS[step]:
            if statement.startswith("CREATE TABLE"):
                db.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
    columns = [
        f"{value} AS {name}"
        for step in later_steps
        for name, value in sql.ADDED_PROMISE_COLUMNS.get(step, {}).items()
    ]
    if columns:
        select = f"SELECT *, {', '.join(columns)} FROM main.promise"  # noqa: S608 (our own words)
        db.execute(f"CREATE TEMP VIEW promise AS {select}")


def _check_identity_numbers(path: str, application: int, step: int) -> None:
    if application != sql.APPLICATION_ID:
        raise errors.NotALedger(path, "is another program's database")
    if step < 1:
        raise errors.DamagedLedger(path, "has no schema step, which every ledger has")
    if step > sql.SCHEMA_STEP:
        raise errors.NewerLedger(path, step, sql.SCHEMA_STEP)


def has_unfinished_transaction(error: sqlite3.Error) -> bool:
    """Whether SQLite refuses to read until a writer rolls back an unfinished transaction.

    A command leaves one when it dies in the middle of its transaction.
    """
    return error.sqlite_errorcode in (
        sqlite3.SQLITE_READONLY_ROLLBACK,
        sqlite3.SQLITE_READONLY_CANTLOCK,
    )


def write_row(db: sqlite3.Connection, statement: str, row: Mapping[str, Any]) -> sqlite3.Cursor:
    """Insert or update one row. Raises RowNotWritten when SQLite has written none, or several."""
    cursor = db.execute(statement, row)
    if cursor.rowcount != 1:
        from promisectl.storage.sqlite_errors import RowNotWritten

        raise RowNotWritten
    return cursor


def retry_while_busy(
    path: str, work: Callable[[], Any], patience: float = LOCK_WAIT_SECONDS
) -> None:
    """Call `work` until no other command holds the ledger, for at most `patience` seconds.

    It waits in short random steps, so that no command starves and Ctrl-C answers at once. Raises
    LedgerBusy when the time is up.
    """
    deadline = time.monotonic() + patience
    while True:
        try:
            work()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
                raise
            import random

            if time.monotonic() >= deadline:
                raise errors.LedgerBusy(path, patience) from error
            time.sleep(random.uniform(0.0005, 0.008))  # noqa: S311 (jitter, not a secret)
        else:
            return


@contextmanager
def allow_interrupts(db: sqlite3.Connection) -> Iterator[None]:
    """Let Ctrl-C stop the long statement inside the `with` block. Raises KeyboardInterrupt then.

    It may come while SQLite calls a function of Python, and SQLite would report only that this
    function failed.
    """
    from promisectl.system import interrupts  # saves every view the import of signal

    db.set_progress_handler(lambda: 0, _INTERRUPT_CHECK_STEPS)
    with interrupts.watch_interrupts() as noted:
        try:
            yield
        except sqlite3.OperationalError as error:
            if noted or error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise KeyboardInterrupt from error
            raise
        finally:
            db.set_progress_handler(None, 0)


@contextmanager
def translate_errors(path: str, *, reading: bool = False) -> Iterator[None]:
    """Turn the errors of SQLite and of the system into errors that a person can act on.

    With `reading`, every connection inside only reads. FileExistsError and an error that shows a
    bug of ours stay as they are. Raises LedgerError.
    """
    try:
        with translate_sqlite_errors(path, reading=reading):
            yield
    except FileExistsError:
        raise
    except OSError as error:
        from promisectl.storage import sqlite_errors

        raise sqlite_errors.explain_system_error(path, error) from error


@contextmanager
def translate_sqlite_errors(path: str, *, reading: bool = False) -> Iterator[None]:
    """Turn the errors of SQLite into errors that a person can act on.

    With `reading`, every connection inside only reads. An error that shows a bug of ours stays as
    it is. Raises LedgerError.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        from promisectl.storage import sqlite_errors

        if reading:
            sqlite_errors.refuse_temporary_file_failure(error)
        problem = sqlite_errors.explain_sqlite_error(path, error)
        if problem is None:
            raise
        raise problem from error
    except UnicodeDecodeError as error:
        # SQLite quotes the SQL that it can't parse, and damaged SQL may not be UTF-8 any more.
        if not error.object.startswith(b"malformed database schema"):
            raise
        raise errors.DamagedLedger(path, "is damaged, or is not a ledger") from error
