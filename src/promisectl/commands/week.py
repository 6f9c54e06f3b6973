"""The coming weeks as load: week."""

from __future__ import annotations

from datetime import date, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output, workload
from promisectl.domain import civil
from promisectl.domain.constants import MY_DIRECTIONS
from promisectl.domain.wellmade import subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row

_MAX_WEEKS = 53
_ISO_WEEK_START = 0  # the weeks of the records begin on Monday, whatever the config says


def week(env: Env, *, weeks: int = 2) -> None:
    """Every day of this week and the next, with what I owe and what I am owed; a week that is too full is marked."""
    if not 1 <= weeks <= _MAX_WEEKS:
        raise errors.BadCount("--weeks", weeks, 1, _MAX_WEEKS)
    with output.open_view(env) as db:
        promised, usual = (
            workload.fetch_active_rows(env, db),
            workload.median_weekly_deliveries(env, db),
        )
    today = civil.local_time(env.now, env.zone).date()
    first = workload.week_start_day(
        today, env.config.week_start if env.form == "table" else _ISO_WEEK_START
    )
    days = [
        first + timedelta(days=later)
        for later in range(min(7 * weeks, (date.max - first).days + 1))
    ]
    output.print_view(
        env,
        _build_week_records(env, promised, days, usual),
        output.DAY_RECORDS,
        lambda rows: _print_week_page(env, rows, promised, usual),
    )


def _build_week_records(
    env: Env, promised: Sequence[Row], days: Sequence[date], usual: float
) -> list[dict[str, Any]]:
    """A record for each day, with what is due on it and whether its week is too full; then what was due before, and what has no date."""
    by_day: dict[date | None, list[Row]] = {day: [] for day in days}
    earlier: list[Row] = []
    for row in promised:
        due = workload.local_due_day(env, row) if row["due_at"] else None
        (earlier if due and due < days[0] else by_day.setdefault(due, [])).append(row)
    found: list[dict[str, Any]] = []
    for week in _split_into_weeks(days):
        overfull = subject.is_overfull(
            sum(len(_list_promise_ids(by_day[day], MY_DIRECTIONS)) for day in week), usual
        )
        found += [
            _build_week_day("day", by_day[day], str(day), f"{day:%G-W%V}", overfull=overfull)
            for day in week
        ]
    return [
        *found,
        _build_week_day("earlier", earlier),
        _build_week_day("no date", by_day.get(None, [])),
    ]


def _split_into_weeks(days: Sequence[Any]) -> list[Sequence[Any]]:
    """Days, the first of which begins a week, seven by seven."""
    return [days[place : place + 7] for place in range(0, len(days), 7)]


def _build_week_day(
    kind: str,
    rows: Sequence[Row],
    day: str | None = None,
    week: str | None = None,
    *,
    overfull: bool = False,
) -> dict[str, Any]:
    mine, theirs = (
        _list_promise_ids(rows, MY_DIRECTIONS),
        _list_promise_ids(rows, ("owed",)),
    )
    return {
        "day": day,
        "week": week,
        "owe": len(mine),
        "owed": len(theirs),
        "overfull": int(overfull),
        "owe_ids": " ".join(mine),
        "owed_ids": " ".join(theirs),
        "kind": kind,
    }


def _list_promise_ids(rows: Sequence[Row], directions: Sequence[str]) -> list[str]:
    return [str(row["id"]) for row in rows if row["direction"] in directions]


def _print_week_page(env: Env, rows: Sequence[Row], promised: Sequence[Row], usual: float) -> None:
    from promisectl.rendering import week as drawing

    late = [row for row in promised if "overdue" in (row["flags"] or "")]
    undated = [row for row in promised if not row["due_at"]]
    beside = {
        name: (
            _list_promise_ids(found, MY_DIRECTIONS),
            _list_promise_ids(found, ("owed",)),
        )
        for name, found in (("overdue", late), ("no date", undated))
    }
    weeks = _split_into_weeks([row for row in rows if row["day"]])
    outcomes = {str(row["id"]): row["outcome"] for row in promised}
    output.print_renderables(
        env,
        drawing.render_week(weeks, beside, outcomes, usual, env.here, env.width),
    )
