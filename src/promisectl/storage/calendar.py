"""What a calendar wants to know besides the records: how often a promise was spoken of, when last, and which zones its hours are in."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.storage.queries import PROMISE_SORT_SQL, build_view_query, fetch_and_release

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from promisectl.storage.queries import Query, Row

# Whoever has been renamed or merged has another name in the calendar: that is a change, too, though nobody spoke of the promise.
_CALENDAR_SELECT = """SELECT asked.*,
  (SELECT count(*) FROM act WHERE act.promise = asked.id) AS acts,
  (
    SELECT max(recorded_at) FROM act
    WHERE act.promise = asked.id OR act.verb <> 'meet' AND act.person IN (
      SELECT person FROM promise WHERE promise.id = asked.id
      UNION ALL SELECT merged_into FROM person
      WHERE person.id = (SELECT person FROM promise WHERE promise.id = asked.id)
    )
  ) AS said_last,
  (SELECT uid FROM promise WHERE promise.id = asked.replaces) AS replaces_uid
FROM"""
_DUE_ZONES_SELECT = "SELECT due_zone AS zone, min(due) AS first, max(due) AS last FROM"


def iter_calendar_promises(db: sqlite3.Connection, query: Query) -> Iterator[Row]:
    """The rows of the view `promises`, one at a time, with three columns more.

    `acts` counts the acts, `said_last` is when the last was recorded, `replaces_uid` is the promise
    that it replaces.
    """
    asked, bound = build_view_query(db, query)
    text = (_CALENDAR_SELECT, "(", asked, ") AS asked ORDER BY", PROMISE_SORT_SQL[query.sort])
    return fetch_and_release(db, " ".join(text), bound)


def iter_calendar_uids(db: sqlite3.Connection, query: Query) -> Iterator[str]:
    """The UUIDs of the same promises, with the ledger still held."""
    return (row["uid"] for row in db.execute(*build_view_query(db, query)))


def fetch_due_zones(db: sqlite3.Connection, query: Query) -> list[Row]:
    """The zones in which some of the same promises are due at an hour, each with the `first` and the `last` of these hours."""
    asked, bound = build_view_query(db, query)
    text = (_DUE_ZONES_SELECT, "(", asked, ") WHERE due LIKE '%T%' GROUP BY due_zone")
    return db.execute(" ".join(text), bound).fetchall()
