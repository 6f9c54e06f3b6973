"""What a calendar wants to know besides the records: how often a promise was spoken of, when last, and which zones its hours are in."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.storage.queries import (
    PROMISE_SORT_SQL,
    QueryClock,
    build_view_query,
    fetch_and_release,
)

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any

    from promisectl.storage.queries import Row

# Whoever has been renamed or merged has another name in the calendar: that is a change, too, though nobody spoke of the promise.
_LAST_RECORDED_SQL = """(
  SELECT max(recorded_at) FROM act
  WHERE act.promise = asked.id OR act.verb <> 'meet' AND act.person IN (
    SELECT person FROM promise WHERE promise.id = asked.id
    UNION ALL SELECT merged_into FROM person WHERE person.id = (SELECT person FROM promise WHERE promise.id = asked.id)
  )
)"""
_CALENDAR_COLUMNS = {
    "acts": "(SELECT count(*) FROM act WHERE act.promise = asked.id)",
    "said_last": _LAST_RECORDED_SQL,
    "replaces_uid": "(SELECT uid FROM promise WHERE promise.id = asked.replaces)",
}


def iter_calendar_promises(
    db: sqlite3.Connection, clock: QueryClock, *, sort: str, **narrow: Any
) -> Iterator[Row]:
    """The rows of the view `promises`, one at a time, each with its number of `acts`, when the last was recorded, and whom it replaces."""
    query, bound = build_view_query(db, clock, sort=sort, **narrow)
    besides = ", ".join(f"{column} AS {name}" for name, column in _CALENDAR_COLUMNS.items())
    return fetch_and_release(
        db,
        f"SELECT asked.*, {besides} FROM ({query}) AS asked ORDER BY {PROMISE_SORT_SQL[sort]}",  # noqa: S608
        bound,
    )


def iter_calendar_uids(db: sqlite3.Connection, clock: QueryClock, **narrow: Any) -> Iterator[str]:
    """The UUIDs of the same promises, with the ledger still held."""
    query, bound = build_view_query(db, clock, **narrow)
    return (row["uid"] for row in db.execute(query, bound))


def fetch_due_zones(db: sqlite3.Connection, clock: QueryClock, **narrow: Any) -> list[Row]:
    """The zones in which some of the same promises are due at an hour, each with the `first` and the `last` of these hours."""
    query, bound = build_view_query(db, clock, **narrow)
    return db.execute(
        f"SELECT due_zone AS zone, min(due) AS first, max(due) AS last FROM ({query}) WHERE due LIKE '%T%' GROUP BY due_zone",  # noqa: S608
        bound,
    ).fetchall()
