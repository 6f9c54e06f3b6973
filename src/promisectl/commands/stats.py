"""The record in figures: stats. Both directions in a window of time, everybody or one person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, counterparty, output
from promisectl.domain import civil
from promisectl.records import as_csv, as_json, as_lines
from promisectl.records import statistics as records
from promisectl.rendering import formats, rates
from promisectl.rendering.formats import Here
from promisectl.storage import ledger
from promisectl.storage.statistics import EVER, Record, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promisectl.domain.statistics import Figures
    from promisectl.env import Env

    Months = Mapping[str, Mapping[str, int]]

_DIRECTIONS = ("owe", "owed")
_MONTHS = 12


class _Window(NamedTuple):
    """From when to when, and at which moment it is looked at; `since` is None when there is no beginning."""

    since: datetime | None
    until: datetime
    as_of: datetime

    def scope(self, person: str | None) -> Scope:
        """The window as stored instants."""
        return Scope(person, output.stored(self.since) or EVER, output.stored(self.until) or "")


def stats(
    env: Env,
    *,
    with_: str | None = None,
    since: str | None = None,
    until: str | None = None,
    all_: bool = False,
    as_of: str | None = None,
    detail: bool = False,
) -> None:
    """The figures of what I owe and of what is owed to me, as records or as a page."""
    window = _window(env, since, until, as_of, all_=all_)
    person = None if with_ is None else counterparty.known(env, with_)
    if with_ is not None and person is None:
        raise errors.Contradiction("Promises to yourself stand outside the figures. Name somebody else, or leave out --with.")
    handle = person.handle if person else None
    with output.opened(env, window.as_of if as_of else None, acts=True) as found:
        if found is None and env.form == "table":
            output.nothing_yet(env, output.PROMISES)
            return
        db = found or ledger.in_memory()
        record = Record(db, output.clock(env, window.as_of), window.scope(handle))
        made = {direction: record.figures(direction) for direction in _DIRECTIONS}
        months = _months(env, record, window) if env.form == "table" else {}
    if env.form != "table":
        _write(env, made, window, handle)
        return
    from promisectl.rendering import stats as drawing

    here = Here(window.as_of, env.zone)
    name = person.name if person else None
    output.draw(env, drawing.page(made, months, drawing.Shown(name, window.since, window.until, bool(as_of), detail), here, env.width))


def _window(env: Env, since: str | None, until: str | None, as_of: str | None, *, all_: bool) -> _Window:
    arguments.at_most_one(all=all_, since=since)
    moment = arguments.as_of(env, as_of)
    end = min(arguments.past(env, "--until", until, end=True) or moment, moment)
    day = civil.local(end, env.zone).date() - timedelta(days=env.config.window)
    begin = None if all_ else arguments.past(env, "--since", since, end=False) or civil.first_second(day, env.zone)
    if begin and begin > end:
        raise errors.Contradiction("That window ends before it begins. Give --since a day before --until, and --until one after it.")
    return _Window(begin, end, moment)


def _months(env: Env, record: Record, window: _Window) -> dict[str, Months]:
    """What was settled in each of the last months of the window, both directions; what was before them stands in one row."""
    last = civil.local(window.until, env.zone).date().replace(day=1)
    begins = {formats.month(day): output.stored(civil.first_second(day, env.zone)) or "" for day in _firsts(last)}
    begins[rates.EARLIER] = EVER
    return {direction: record.by_month(direction, begins) for direction in _DIRECTIONS}


def _firsts(last: date) -> list[date]:
    """The first days of the twelve months up to that of `last`, in order."""
    months = [last.year * 12 + last.month - 1 - back for back in range(_MONTHS)]
    return [date(month // 12, month % 12 + 1, 1) for month in reversed(months)]


def _write(env: Env, made: Mapping[str, Figures], window: _Window, handle: str | None) -> None:
    scope = {"as_of": output.stored(window.as_of), "since": output.stored(window.since), "until": output.stored(window.until)}
    if env.as_json:
        env.write_records([as_json.one(records.one(made, **scope, person=handle)) + "\n"])
    elif env.form == "csv":
        env.write_records(as_csv.lines(records.lines(made), records.LINE))
    else:
        env.write_records(as_lines.lines(records.lines(made), records.LINE))
