"""The coming weeks as load: week."""

from __future__ import annotations

from datetime import date, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output, workload
from promisectl.domain import civil
from promisectl.domain.wellmade import subject

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.commands.shared.output import Row
    from promisectl.env import Env

_MOST = 53
_ISO = 0  # the weeks of the records begin on Monday, whatever the config says


def week(env: Env, *, weeks: int = 2) -> None:
    """Every day of this week and the next, with what I owe and what I am owed; a week that is too full is marked."""
    if not 1 <= weeks <= _MOST:
        raise errors.BadCount("--weeks", weeks, 1, _MOST)
    with output.opened(env) as db:
        if db is None:
            output.nothing_yet(env, output.DAYS)
            return
        promised, usual = workload.promised(env, db), workload.usual(env, db)
    today = civil.local(env.now, env.zone).date()
    first = workload.week_begin(today, env.config.week_start if env.form == "table" else _ISO)
    days = [first + timedelta(days=later) for later in range(min(7 * weeks, (date.max - first).days + 1))]
    output.answer(env, _records(env, promised, days, usual), output.DAYS, lambda rows: _draw(env, rows, promised, usual))


def _records(env: Env, promised: Sequence[Row], days: Sequence[date], usual: float) -> list[dict[str, Any]]:
    """A record for each day, with what is due on it and whether its week is too full; then what was due before, and what has no date."""
    by_day: dict[date | None, list[Row]] = {day: [] for day in days}
    earlier: list[Row] = []
    for row in promised:
        due = workload.day(env, row) if row["due_at"] else None
        (earlier if due and due < days[0] else by_day.setdefault(due, [])).append(row)
    found: list[dict[str, Any]] = []
    for week in _by_week(days):
        overfull = subject.overfull(sum(len(_ids(by_day[day], workload.MINE)) for day in week), usual)
        found += [_record("day", by_day[day], str(day), f"{day:%G-W%V}", overfull=overfull) for day in week]
    return [*found, _record("earlier", earlier), _record("no date", by_day.get(None, []))]


def _by_week(days: Sequence[Any]) -> list[Sequence[Any]]:
    """Days, the first of which begins a week, seven by seven."""
    return [days[place : place + 7] for place in range(0, len(days), 7)]


def _record(kind: str, rows: Sequence[Row], day: str | None = None, week: str | None = None, *, overfull: bool = False) -> dict[str, Any]:
    mine, theirs = _ids(rows, workload.MINE), _ids(rows, ("owed",))
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


def _ids(rows: Sequence[Row], directions: Sequence[str]) -> list[str]:
    return [str(row["id"]) for row in rows if row["direction"] in directions]


def _draw(env: Env, rows: Sequence[Row], promised: Sequence[Row], usual: float) -> None:
    from promisectl.rendering import week as drawing

    late = [row for row in promised if "overdue" in (row["flags"] or "")]
    undated = [row for row in promised if not row["due_at"]]
    beside = {name: (_ids(found, workload.MINE), _ids(found, ("owed",))) for name, found in (("overdue", late), ("no date", undated))}
    weeks = _by_week([row for row in rows if row["day"]])
    outcomes = {str(row["id"]): row["outcome"] for row in promised}
    output.draw(env, drawing.page(weeks, beside, outcomes, usual, output.here(env), env.width))
