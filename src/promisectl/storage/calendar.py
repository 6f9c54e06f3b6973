"""What a calendar wants to know besides the records: how often a promise was spoken of, when last, and which zones its hours are in."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage.queries import (
    QueryClock,
    build_view_query,
    fetch_and_release,
    keep_rows,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any

    from promisectl.storage.queries import Row


def iter_calendar_promises(
    db: sqlite3.Connection, clock: QueryClock, *, sort: str, **narrow: Any
) -> Iterator[Row]:
    """The rows of the view `promises`, one at a time, each with its number of `acts`, when the last was recorded, and whom it replaces."""
    keep_rows(db, "asked", *build_view_query(db, clock, sort=sort, **narrow))
    return fetch_and_release(db, sql.CALENDAR_PROMISES, {})


def iter_calendar_uids(db: sqlite3.Connection, clock: QueryClock, **narrow: Any) -> Iterator[str]:
    """The UUIDs of the same promises, with the ledger still held."""
    query, bound = build_view_query(db, clock, **narrow)
    return (row["uid"] for row in db.execute(query, bound))


def fetch_due_zones(db: sqlite3.Connection, clock: QueryClock, **narrow: Any) -> list[Row]:
    """The zones in which some of the same promises are due at an hour, each with the `first` and the `last` of these hours."""
    keep_rows(db, "asked", *build_view_query(db, clock, **narrow))
    return db.execute(sql.DUE_ZONES).fetchall()
