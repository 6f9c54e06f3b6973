"""The command `week`: the promises due in the coming weeks, day by day."""

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
_ISO_WEEK_START = 0  # weeks in records begin on Monday, whatever the config sets


def week(env: Env, *, weeks: int = 2) -> None:
    """Print each day of the coming weeks with what is due; a week that is too full is marked.

    The first week is the current one. Raises BadCount when `weeks` is not between 1 and 53.
    """
    if not 1 <= weeks <= _MAX_WEEKS:
        raise errors.BadCount("--weeks", weeks, 1, _MAX_WEEKS)
    with output.open_view(env) as db:
        promised = workload.fetch_active_rows(env, db)
        usual = workload.median_weekly_deliveries(env, db)
    today = civil.local_time(env.now, env.zone).date()
    week_start = env.config.week_start if env.form == "table" else _ISO_WEEK_START
    first = workload.week_start_day(today, week_start)
    day_count = min(7 * weeks, (date.max - first).days + 1)
    days = [first + timedelta(days=offset) for offset in range(day_count)]
    output.print_view(
        env,
        build_week_records(env, promised, days, usual),
        output.DAY_RECORDS,
        lambda rows: print_week_page(env, rows, promised, usual),
    )


def build_week_records(
    env: Env, promised: Sequence[Row], days: Sequence[date], usual: float
) -> list[dict[str, Any]]:
    """Return one record for each of `days`, then one for earlier days and one for no date.

    `promised` are the rows of active promises. The first of `days` begins a week, and the others
    follow it without a gap. `usual` is the usual number of deliveries in a week.
    """
    by_day: dict[date | None, list[Row]] = {day: [] for day in days}
    earlier: list[Row] = []
    for row in promised:
        due = workload.local_due_day(env, row) if row["due_at"] else None
        if due and due < days[0]:
            earlier.append(row)
        else:
            by_day.setdefault(due, []).append(row)
    records: list[dict[str, Any]] = []
    for week_days in _split_into_weeks(days):
        my_count = sum(len(_list_promise_ids(by_day[day], MY_DIRECTIONS)) for day in week_days)
        overfull = subject.is_overfull(my_count, usual)
        records += [
            _build_week_day("day", by_day[day], str(day), f"{day:%G-W%V}", overfull=overfull)
            for day in week_days
        ]
    records.append(_build_week_day("earlier", earlier))
    records.append(_build_week_day("no date", by_day.get(None, [])))
    return records


def _split_into_weeks(days: Sequence[Any]) -> list[Sequence[Any]]:
    """Return the days in groups of seven; the first day has to begin a week."""
    return [days[index : index + 7] for index in range(0, len(days), 7)]


def _build_week_day(
    kind: str,
    rows: Sequence[Row],
    day: str | None = None,
    week: str | None = None,
    *,
    overfull: bool = False,
) -> dict[str, Any]:
    mine = _list_promise_ids(rows, MY_DIRECTIONS)
    theirs = _list_promise_ids(rows, ("owed",))
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


def print_week_page(env: Env, rows: Sequence[Row], promised: Sequence[Row], usual: float) -> None:
    """Draw the records of the days, and list what is overdue and what has no date."""
    from promisectl.rendering import week as week_page

    extras = {
        "overdue": [row for row in promised if "overdue" in (row["flags"] or "")],
        "no date": [row for row in promised if not row["due_at"]],
    }
    extra_ids = {
        name: (
            _list_promise_ids(extra_rows, MY_DIRECTIONS),
            _list_promise_ids(extra_rows, ("owed",)),
        )
        for name, extra_rows in extras.items()
    }
    weeks = _split_into_weeks([row for row in rows if row["day"]])
    by_id = {str(row["id"]): row for row in promised}
    output.print_renderables(
        env, week_page.render_week(weeks, extra_ids, by_id, usual, env.here, env.width)
    )
