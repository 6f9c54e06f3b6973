"""What a calendar wants to know besides the records: how often a promise was spoken of, when last, and which zones its hours are in."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage.queries import build_view_query, fetch_and_release, keep_rows

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from promisectl.storage.queries import Query, Row


def iter_calendar_promises(db: sqlite3.Connection, query: Query) -> Iterator[Row]:
    """Return the rows of the view `promises`, one at a time, with three columns more.

    `acts` counts the acts, `said_last` is when the last was recorded, `replaces_uid` is the promise
    that it replaces.
    """
    keep_rows(db, "asked", *build_view_query(db, query))
    return fetch_and_release(db, sql.CALENDAR_PROMISES, {})


def iter_calendar_uids(db: sqlite3.Connection, query: Query) -> Iterator[str]:
    """Return the UUIDs of the same promises, with the ledger still held."""
    return (row["uid"] for row in db.execute(*build_view_query(db, query)))


def fetch_due_zones(db: sqlite3.Connection, query: Query) -> list[Row]:
    """Return the zones in which some of them are due at an hour, with the `first` and `last` hour."""
    keep_rows(db, "asked", *build_view_query(db, query))
    return db.execute(sql.DUE_ZONES).fetchall()
