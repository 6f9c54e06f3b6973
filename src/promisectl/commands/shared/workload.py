"""What is due in a week, and how much I usually deliver in one."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.domain import civil, statistics
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence

    from promisectl.env import Env
    from promisectl.records.fields import Row

_MEDIAN_WEEKS = 8


def iso_week_monday(day: date) -> date:
    """Return the Monday of the ISO week of a day."""
    return week_start_day(day, 0)


def week_start_day(day: date, weekday: int) -> date:
    """Return the first day of the week of a day; weeks begin on `weekday`, Monday is 0."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def fetch_active_rows(env: Env, db: sqlite3.Connection) -> list[Row]:
    """Return the records of all active promises, mine and theirs, by due date."""
    return queries.fetch_promise_rows(
        db, Query(output.build_clock(env), open=True, states=("active",))
    )


def fetch_own_rows_of_week(env: Env, db: sqlite3.Connection, day: date) -> list[Row]:
    """Return the records of what I owe that is due in the ISO week of a local day."""
    begin = civil.first_second(iso_week_monday(day), env.zone) - timedelta(seconds=1)
    try:
        end = civil.first_second(iso_week_monday(day) + timedelta(weeks=1), env.zone)
    except OverflowError:  # the last week of the year 9999
        end = None
    query = Query(
        output.build_clock(env),
        owe=True,
        open=True,
        states=("active",),
        due_after=output.encode_moment(begin),
        due_before=output.encode_moment(end),
    )
    return queries.fetch_promise_rows(db, query)


def local_due_day(env: Env, row: Row) -> date:
    """Return the local day on which a promise with a due date is due."""
    return civil.local_time(datetime.fromisoformat(row["due_at"]), env.zone).date()


def list_rows_of_week(env: Env, rows: Sequence[Row], day: date) -> list[Row]:
    """Return the records of what I am owed, agreed or not, and due in the ISO week of a day."""
    monday = iso_week_monday(day)
    return [
        row
        for row in rows
        if row["direction"] == "owed"
        and row["state"] in UNDELIVERED_STATES
        and row["due_at"]
        and iso_week_monday(local_due_day(env, row)) == monday
    ]


def median_weekly_deliveries(env: Env, db: sqlite3.Connection, person: str | None = None) -> float:
    """Return the median of deliveries a week, over the last eight whole ISO weeks.

    They are mine, or those to me of the person with a handle.
    """
    this_week = iso_week_monday(civil.local_time(env.now, env.zone).date())
    mondays = [this_week - timedelta(weeks=weeks) for weeks in range(_MEDIAN_WEEKS, -1, -1)]
    bounds = [
        output.encode_moment(civil.first_second(monday, env.zone)) or "" for monday in mondays
    ]
    counts = (queries.count_delivered(db, begin, end, person) for begin, end in pairwise(bounds))
    return statistics.compute_median(counts) or 0.0
