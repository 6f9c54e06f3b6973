"""How the file is opened: strange ones refused by their first bytes, all settings in force, others waited for, trouble put in sentences."""

from __future__ import annotations

import os
import sqlite3
import sys
import time
from contextlib import contextmanager
from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage import preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

LOCK_WAIT_SECONDS = 10
_INTERRUPT_CHECK_STEPS = 50_000  # of SQLite's own, between two looks at what was typed
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


def open_connection(path: str, mode: str, patience: int = LOCK_WAIT_SECONDS) -> sqlite3.Connection:
    """A connection to the file with all settings in force; `mode` is `ro` or `rw`. It begins no transaction by itself."""
    db = sqlite3.connect(
        build_sqlite_uri(path, mode, windows=os.name == "nt"),
        uri=True,
        isolation_level=None,
        timeout=0,
    )
    db.row_factory = sqlite3.Row
    with close_on_failure(db):
        _configure_connection(path, db, mode, patience)
    return db


def build_sqlite_uri(path: str, mode: str, *, windows: bool) -> str:
    """A path as SQLite takes it, with the mode: its blanks and signs as they are, but for those that mean something in a URI.

    A path that begins at a root gets an empty host before it: `//server` would be one otherwise, and `C:` part of a name.
    """
    name = path.replace("%", "%25").replace("?", "%3f").replace("#", "%23")
    if windows:
        name = name.replace("\\", "/")
        name = f"/{name}" if name[1:2] == ":" else name
    return f"file:{'//' if name.startswith('/') else ''}{name}?mode={mode}"


@contextmanager
def close_on_failure(db: sqlite3.Connection) -> Iterator[None]:
    """Around what prepares a connection: whatever goes wrong, it does not stay open."""
    try:
        yield
    except BaseException:
        db.close()
        raise


def _configure_connection(path: str, db: sqlite3.Connection, mode: str, patience: int) -> None:
    for setting in (*_WRITING_PRAGMAS, *_COMMON_PRAGMAS) if mode == "rw" else _COMMON_PRAGMAS:
        retry_while_busy(path, partial(db.execute, setting), patience)
    if sys.version_info >= (3, 12):
        settings = {
            sqlite3.SQLITE_DBCONFIG_DEFENSIVE: True,
            sqlite3.SQLITE_DBCONFIG_DQS_DML: False,
            sqlite3.SQLITE_DBCONFIG_DQS_DDL: False,
        }
        for setting, on in settings.items():
            db.setconfig(setting, on)


def check_ledger_file(path: str, *, writing: bool = False) -> None:
    """Refuse what is strange before SQLite touches it: a setting would be written into it otherwise.

    For who is `writing` it may be in WAL mode, which SQLite ends then; a name that a founding left behind goes.
    """
    preflight.check_directory_owner(path)
    preflight.check_file_kind(path)
    first = preflight.read_sqlite_header(path)
    _check_identity_numbers(path, *preflight.decode_header_numbers(first))
    preflight.check_journal_mode(path, first, writing=writing)
    preflight.check_hard_links(path, writing=writing)


def check_schema_step(path: str, db: sqlite3.Connection) -> None:
    """Refuse whatever is not a ledger of a schema step that is known here, now that nobody else can change it."""
    (application,) = db.execute("PRAGMA application_id").fetchone()
    _check_identity_numbers(path, application, read_schema_step(db))


def read_schema_step(db: sqlite3.Connection) -> int:
    """Return the schema step that the ledger names."""
    step: int = db.execute("PRAGMA user_version").fetchone()[0]
    return step


def _check_identity_numbers(path: str, application: int, step: int) -> None:
    if application != sql.APPLICATION_ID:
        raise errors.NotALedger(path, "is a database of some other program")
    if step < 1:
        raise errors.DamagedLedger(path, "names no schema step, which a ledger always does")
    if step > sql.SCHEMA_STEP:
        raise errors.NewerLedger(path, step, sql.SCHEMA_STEP)


def has_unfinished_transaction(error: sqlite3.Error) -> bool:
    """Whether nobody can read before a writer has taken back what a command left that died in the middle of its transaction."""
    return error.sqlite_errorcode in (
        sqlite3.SQLITE_READONLY_ROLLBACK,
        sqlite3.SQLITE_READONLY_CANTLOCK,
    )


def retry_while_busy(path: str, act: Callable[[], Any], patience: int = LOCK_WAIT_SECONDS) -> None:
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
                raise errors.LedgerBusy(path, patience) from error
            time.sleep(random.uniform(0.0005, 0.008))  # noqa: S311 (jitter, not a secret)
        else:
            return


@contextmanager
def allow_interrupts(db: sqlite3.Connection) -> Iterator[None]:
    """Around one long statement: Ctrl-C is heard inside it, and stays Ctrl-C."""
    db.set_progress_handler(lambda: 0, _INTERRUPT_CHECK_STEPS)
    try:
        yield
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
            raise KeyboardInterrupt from error
        raise
    finally:
        db.set_progress_handler(None, 0)


@contextmanager
def translate_errors(path: str) -> Iterator[None]:
    """Turn what SQLite and the system raise into a sentence that a person can act on; a bug of ours stays a traceback."""
    try:
        with translate_sqlite_errors(path):
            yield
    except FileExistsError:
        raise
    except OSError as error:
        from promisectl.storage import sqlite_errors

        raise sqlite_errors.explain_system_error(path, error) from error


@contextmanager
def translate_sqlite_errors(path: str) -> Iterator[None]:
    """Turn what SQLite raises into a sentence; a bug of ours stays a traceback."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        from promisectl.storage import sqlite_errors

        sentence = sqlite_errors.explain_sqlite_error(path, error)
        if sentence is None:
            raise
        raise sentence from error
    except (
        UnicodeDecodeError
    ) as error:  # SQLite quotes what it can't parse, and that may be no text any more
        if not error.object.startswith(b"malformed database schema"):
            raise
        raise errors.DamagedLedger(path, "is damaged, or no ledger at all") from error
