"""What the days to come hold, and how much I deliver in a usual week."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.domain import civil, statistics
from promisectl.storage import queries
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3

    from promisectl.commands.shared.output import Row
    from promisectl.env import Env

_MEDIAN_WEEKS = 8  # weeks


def iso_week_monday(day: date) -> date:
    """The Monday of the ISO week of a day."""
    return week_start_day(day, 0)


def week_start_day(day: date, weekday: int) -> date:
    """The first day of the week of a day, where weeks begin on that weekday; Monday is 0."""
    return day - timedelta(days=(day.weekday() - weekday) % 7)


def fetch_active_rows(env: Env, db: sqlite3.Connection) -> list[Row]:
    """What is promised and not delivered, by whomever, in the order of its dates."""
    return queries.fetch_promise_rows(
        db, Query(output.build_clock(env), open=True, states=("active",))
    )


def fetch_own_rows_of_week(env: Env, db: sqlite3.Connection, day: date) -> list[Row]:
    """What I owe that is due in the ISO week of a local day."""
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
    """The local day on which a promise is due."""
    return civil.local_time(datetime.fromisoformat(row["due_at"]), env.zone).date()


def median_weekly_deliveries(env: Env, db: sqlite3.Connection) -> float:
    """My median of promises delivered a week, over the last eight whole ISO weeks."""
    this = iso_week_monday(civil.local_time(env.now, env.zone).date())
    edges = [
        output.encode_moment(civil.first_second(this - timedelta(weeks=back), env.zone)) or ""
        for back in range(_MEDIAN_WEEKS, -1, -1)
    ]
    return (
        statistics.compute_median(queries.count_delivered(db, *pair) for pair in pairwise(edges))
        or 0.0
    )
