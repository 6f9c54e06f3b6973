"""The rows that a calendar export reads: promises with their last change, and time zones."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage.queries import (
    build_view_query,
    fetch_and_release,
    keep_rows,
    refuse_strangers,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from promisectl.storage.queries import Query, StoredRow


def iter_calendar_promises(db: sqlite3.Connection, query: Query) -> Iterator[StoredRow]:
    """Return the rows of the view `promises`, one at a time, with three more columns.

    `acts` is the number of acts, `said_last` the moment at which the last of them was recorded,
    `replaces_uid` the UUID of the promise that it replaces, `bigger_uid` that of the one that it is
    a part of, unless that was broken or ended in another way without being kept.
    """
    keep_rows(db, "asked", *build_view_query(db, query))
    return refuse_strangers(fetch_and_release(db, sql.CALENDAR_PROMISES, {}))


def iter_calendar_rows(db: sqlite3.Connection, query: Query) -> Iterator[StoredRow]:
    """Return the rows that a query finds, one at a time, while the ledger is still held."""
    return db.execute(*build_view_query(db, query))


def fetch_due_zones(db: sqlite3.Connection, query: Query) -> list[StoredRow]:
    """Return the zones of due dates with an hour, each with its `first` and `last` hour."""
    keep_rows(db, "asked", *build_view_query(db, query))
    return db.execute(sql.DUE_ZONES).fetchall()
