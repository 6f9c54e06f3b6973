"""How much is in a ledger, and which act is its newest."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql

if TYPE_CHECKING:
    import sqlite3


class LedgerSummary(NamedTuple):
    """How many promises and acts there are, of the newest act the hash, which stands for all, moment and number, and the schema step."""

    promises: int
    acts: int
    head: str
    newest_at: str
    last_act: int
    schema_step: int


def load_summary(db: sqlite3.Connection) -> LedgerSummary:
    """That of a ledger."""
    counts, last = db.execute(sql.LEDGER_COUNTS).fetchone(), db.execute(sql.LAST_ACT).fetchone()
    head, newest, number = (
        (last["hash"], last["recorded_at"], last["number"]) if last else ("", "", 0)
    )
    return LedgerSummary(
        counts["promises"],
        counts["acts"],
        head,
        newest,
        number,
        db.execute("PRAGMA user_version").fetchone()[0],
    )


def find_act_hash(db: sqlite3.Connection, number: int) -> str:
    """The hash of an act; empty where there is none of that number."""
    found = db.execute(sql.HASH_OF_ACT, {"number": number}).fetchone()
    return found["hash"] if found else ""
