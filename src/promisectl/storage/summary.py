"""The summary of a ledger: how much it holds, and which act is its newest."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.storage import connection

if TYPE_CHECKING:
    import sqlite3


class LedgerSummary(NamedTuple):
    """How many promises and acts a ledger holds, its newest act, and its schema step.

    Of the newest act, `head` is the hash, the end of the chain, `newest_at` the moment
    at which it was recorded, and `last_act` the number; of an empty ledger they are "", "" and 0.
    """

    promises: int
    acts: int
    head: str
    newest_at: str
    last_act: int
    schema_step: int


def load_summary(db: sqlite3.Connection) -> LedgerSummary:
    """Return the summary of a ledger."""
    counts = db.execute(sql.LEDGER_COUNTS).fetchone()
    last = connection.fetch_last_act(db)
    return LedgerSummary(
        counts["promises"],
        counts["acts"],
        head=last.hash,
        newest_at=last.recorded_at,
        last_act=last.number,
        schema_step=connection.read_schema_step(db),
    )


def find_act_hash(db: sqlite3.Connection, number: int) -> str:
    """Return the hash of the act with a number, or "" if there is none."""
    row = db.execute(sql.HASH_OF_ACT, {"number": number}).fetchone()
    return row["hash"] if row else ""
