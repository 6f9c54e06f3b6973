"""Read the ledger without writing to it, and write to it in one transaction per command.

A ledger is a file, named by its path, or is on a server, named by an address. This module alone
decides which it is; for one on a server, every function does the same in this machine's copy.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing, contextmanager

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage import connection, ledger_file, preflight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import TypeAlias, TypeVar

    from promisectl.domain.findings import IntegrityFinding
    from promisectl.storage.remote.server_ledger import Caller, ServerLedger

    T = TypeVar("T")
    LedgerPlace: TypeAlias = str | ServerLedger
    """The path of a file, or a ledger on a server."""


def is_on_server(name: str) -> bool:
    """Whether the name of a ledger is meant as an address, right or wrong, not as a path.

    That is a URL, whatever is missing in it, or a setting of libpq, as in `host=a dbname=b`.
    """
    if "://" in name or name.strip().lower().startswith(("postgresql:", "postgres:")):
        return True
    key, sign, _ = name.partition("=")
    if not sign:
        return False
    from promisectl.storage.remote import address as addresses

    return addresses.is_keyword(key)


def check_ledger_address(address: str) -> None:
    """Refuse what is not the address of a ledger on a server.

    Raises NotAnAddress and PasswordInAddress.
    """
    from promisectl.storage.remote import address as addresses

    addresses.check_address(address)


def name_server_ledger(
    address: str, environ: Mapping[str, str], directory: str, caller: Caller
) -> ServerLedger:
    """Return the ledger of an address, whose copies are in a directory.

    Raises NotAnAddress and PasswordInAddress.
    """
    from promisectl.storage.remote.server_ledger import ServerLedger

    return ServerLedger(address, environ, directory, caller)


def run_in_transaction(
    ledger: LedgerPlace,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None] | None = None,
    reason: str = "",
    *,
    may_replace_rows: bool = False,
) -> T:
    """Call `work` in one transaction on a ledger, and return what it returns.

    The ledger is created if there is none; `work` is called a second time when another command
    created it meanwhile. Before a migration, and when there is a `reason` for a backup, `back_up`
    is called with the reason, under the lock and before anything is written.

    With `may_replace_rows`, SQLite does not check the references of each row that is deleted or
    inserted, which takes as many steps as there are rows; `work` checks them itself.

    Raises LedgerError when the ledger can't be used. After an error nothing is written, except
    after WriteUnconfirmed (everything is written) and WriteUncertain (nobody knows).
    """
    if isinstance(ledger, str):
        return ledger_file.run_file_transaction(
            ledger, work, back_up, reason, may_replace_rows=may_replace_rows
        )
    return ledger.run_in_transaction(work, back_up, reason, may_replace_rows=may_replace_rows)


def prepare_writing(ledger: LedgerPlace) -> None:
    """Prepare a ledger for a command that is going to write, before it reads.

    In a file, this ends a mode of another program. On a server, it lets no view of the command be
    older than what the server has. Raises LedgerError.
    """
    if isinstance(ledger, str):
        ledger_file.settle_journal_mode(ledger)
    else:
        ledger.prepare_move()


@contextmanager
def open_snapshot(
    ledger: LedgerPlace, *, patience: float = connection.LOCK_WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Open the ledger for reading; the connection sees one moment of it throughout.

    It waits `patience` seconds for a command that is writing. Raises LedgerError when the ledger
    can't be read.
    """
    if not isinstance(ledger, str):
        ledger.refresh()
        ledger = ledger.file
    with ledger_file.open_file_snapshot(ledger, patience=patience) as db:
        yield db


@contextmanager
def open_snapshot_or_empty(
    ledger: LedgerPlace, *, patience: float = connection.LOCK_WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Open the ledger for reading, or an empty one in memory if there is none.

    A view never creates a ledger. Raises LedgerError when the ledger can't be read.
    """
    if has_ledger(ledger):
        with open_snapshot(ledger, patience=patience) as db:
            yield db
    else:
        # Indexes would cost 0.04 starts of Python.
        with open_temporary_ledger(("TABLE",)) as db:
            db.execute("BEGIN")
            yield db


def refresh_copy(ledger: LedgerPlace) -> None:
    """Bring this machine's copy of a ledger on a server up to date; nothing else needs that.

    Where the server does not answer, a view warns. Raises LedgerError.
    """
    if not isinstance(ledger, str):
        ledger.refresh()


def examine_server(ledger: LedgerPlace) -> list[IntegrityFinding]:
    """Bring the copy of a ledger on a server up to date, and return what `doctor` finds there.

    There is nothing to find for a file. Raises NewerLedger and LedgerBusy.
    """
    if isinstance(ledger, str):
        return []
    from promisectl.storage.remote import examination

    return examination.examine_server_ledger(ledger)


def repair_on_server(ledger: LedgerPlace, back_up: Callable[[str], None]) -> list[str]:
    """Do on a server what `doctor --fix` does in a file, and return what was done.

    `back_up` is called before an upgrade of the schema. Raises LedgerError.
    """
    if isinstance(ledger, str):
        return []
    from promisectl.storage.remote import server_repair

    return server_repair.repair_server_ledger(ledger, back_up)


def has_ledger(ledger: LedgerPlace) -> bool:
    """Whether there is a ledger: any file at its path. Raises LedgerError if nobody can know."""
    return ledger_file.has_file(ledger) if isinstance(ledger, str) else ledger.has_ledger()


def is_ledger_file(path: str, ledger: str) -> bool:
    """Whether `path` is the ledger under any name, or a file that SQLite keeps beside it.

    Raises LedgerError when the ledger's path can't be examined.
    """
    # Names are compared without case, even where the file system distinguishes capitals.
    name, real = os.path.realpath(path).casefold(), os.path.realpath(ledger)
    if name in [
        f"{real}{suffix}".casefold() for suffix in ("", *preflight.SQLITE_SIDE_FILE_SUFFIXES)
    ]:
        return True
    with connection.translate_errors(ledger):
        return (
            ledger_file.has_file(ledger) and os.path.exists(path) and os.path.samefile(path, ledger)
        )


@contextmanager
def open_temporary_ledger(
    parts: Sequence[str] = ("TABLE", "INDEX", "UNIQUE"), *, in_memory: bool = True
) -> Iterator[sqlite3.Connection]:
    """Open an empty ledger that is deleted at the end of the `with` block.

    It has neither guard triggers nor public views: they would cost 0.09 starts of Python, and every
    query brings its own views. `parts` names the statements of the schema to run. Unless
    `in_memory`, it is a temporary file; raises NoTemporaryFile where that can't be written.
    """
    connection.check_sqlite_version()
    with closing(sqlite3.connect(":memory:" if in_memory else "", isolation_level=None)) as db:
        if in_memory:
            db.execute("PRAGMA temp_store = MEMORY")
        db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
        for statement in sql.SCHEMA:
            if statement.split(" ", 2)[1] in parts:
                db.execute(statement)
        db.row_factory = sqlite3.Row
        try:
            yield db
        except sqlite3.OperationalError as error:
            from promisectl.storage import sqlite_errors

            sqlite_errors.refuse_temporary_file_failure(error)
            raise
