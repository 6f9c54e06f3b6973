"""The coming weeks as load: week."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from promisectl import errors
from promisectl.commands import load, viewing
from promisectl.commands.viewing import Row
from promisectl.domain import civil, wellmade
from promisectl.env import Env

_MOST = 53


def week(env: Env, *, weeks: int = 2) -> None:
    """Every day of this week and the next, with what I owe and what I am owed; a week that is too full is marked."""
    if not 1 <= weeks <= _MOST:
        raise errors.BadCount("--weeks", weeks, 1, _MOST)
    with viewing.opened(env) as db:
        if db is None:
            viewing.nothing_yet(env, viewing.DAYS)
            return
        promised, usual = load.due(env, db, directions=(*load.MINE, "owed")), load.usual(env, db)
    first = load.monday(civil.local(env.now, env.zone).date())
    days = _days(env, promised, [first + timedelta(days=later) for later in range(7 * weeks)], usual)
    viewing.answer(env, days, viewing.DAYS, lambda _: _draw(env, days, promised, usual))


def _days(env: Env, promised: Sequence[Row], days: Sequence[date], usual: float) -> list[dict[str, Any]]:
    """A record for each day: the promises due on it, and whether its week is too full."""
    by_day: dict[date, list[Row]] = {day: [] for day in days}
    for row in promised:
        if row["due_at"] and load.day(env, row) in by_day:
            by_day[load.day(env, row)].append(row)
    mine = {load.monday(day): 0 for day in days}
    for day, rows in by_day.items():
        mine[load.monday(day)] += len(_ids(rows, load.MINE))
    return [
        {
            "day": str(day),
            "week": f"{day:%G-W%V}",
            "owe": len(_ids(rows, load.MINE)),
            "owed": len(_ids(rows, ("owed",))),
            "overfull": int(wellmade.overfull(mine[load.monday(day)], usual)),
            "owe_ids": " ".join(_ids(rows, load.MINE)),
            "owed_ids": " ".join(_ids(rows, ("owed",))),
        }
        for day, rows in by_day.items()
    ]


def _ids(rows: Sequence[Row], directions: Sequence[str]) -> list[str]:
    return [str(row["id"]) for row in rows if row["direction"] in directions]


def _draw(env: Env, days: Sequence[Row], promised: Sequence[Row], usual: float) -> None:
    from promisectl.rendering import load as drawing

    late = [row for row in promised if "overdue" in (row["flags"] or "")]
    undated = [row for row in promised if not row["due_at"]]
    beside = {name: (_ids(rows, load.MINE), _ids(rows, ("owed",))) for name, rows in (("overdue", late), ("no date", undated))}
    outcomes = {str(row["id"]): row["outcome"] for row in promised}
    viewing.draw(env, drawing.page(days, beside, outcomes, usual, viewing.here(env), env.width))
