"""What a Python program reads: a copy of the ledger at one moment, with its public views."""

from __future__ import annotations

import sqlite3

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import read_model
from promisectl.storage import connection, ledger

if TYPE_CHECKING:
    from promisectl.storage.queries import QueryClock

_PROBES = (
    "SELECT * FROM promise_records LIMIT 0",
    "SELECT * FROM acts LIMIT 0",
    "SELECT * FROM people LIMIT 0",
)


def copy_for_reading(path: str, clock: QueryClock) -> sqlite3.Connection:
    """Return a connection to a copy of the ledger, or of an empty one if there is none.

    The copy is in memory, or in a temporary file where it is large, so that its reader may take
    any time without keeping others from the ledger. SQLite refuses to change it. It has the public
    views, `promise_records` and `people` as temporary views of the moment of `clock`; they come
    before its own views of the same names, which look at SQLite's clock. Raises LedgerError.
    """
    with ledger.open_snapshot_or_empty(path) as db:
        copy = sqlite3.connect(
            ":memory:" if connection.fits_memory(path) else "",
            isolation_level=None,
            check_same_thread=False,
        )
        with connection.close_on_failure(copy):
            db.backup(copy)
            copy.execute("PRAGMA trusted_schema = OFF")
            copy.execute("PRAGMA cell_size_check = ON")
            if ledger.has_ledger(path):
                connection.begin_read_transaction(path, copy)
                copy.execute("COMMIT")
            _define_views(copy, clock)
            copy.execute("PRAGMA query_only = ON")
    return copy


def _define_views(db: sqlite3.Connection, clock: QueryClock) -> None:
    """Create the views of a moment, and look into each, so that a missing part is found now."""
    for statement in read_model.STATEMENTS:
        db.execute(statement)
    db.execute("INSERT INTO temp.clock VALUES (:now, :day_end, :soon_end)", clock._asdict())
    for probe in _PROBES:
        db.execute(probe)
