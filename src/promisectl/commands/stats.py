"""The record in figures: stats. Both directions in a window of time, everybody or one person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, counterparty, output
from promisectl.domain import civil
from promisectl.domain.constants import STATISTICS_DIRECTIONS
from promisectl.records import as_csv, as_lines
from promisectl.records import statistics as records
from promisectl.rendering import formats, rates
from promisectl.storage import ledger
from promisectl.storage.statistics import EARLIEST_INSTANT, StatisticsReader, StatisticsScope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.env import Env

    StatsMonths = Mapping[str, Mapping[str, int]]

_SHOWN_MONTHS = 12


class _StatsWindow(NamedTuple):
    """From when to when, and at which moment it is looked at; `since` is None when there is no beginning."""

    since: datetime | None
    until: datetime
    as_of: datetime

    def build_scope(self, person: str | None) -> StatisticsScope:
        """The window as stored instants."""
        return StatisticsScope(
            person,
            output.encode_moment(self.since) or EARLIEST_INSTANT,
            output.encode_moment(self.until) or "",
        )


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
    window = _parse_stats_window(env, since, until, as_of, all_=all_)
    person = None if with_ is None else counterparty.find_counterparty(env, with_)
    if with_ is not None and person is None:
        raise errors.Contradiction(
            "Promises to yourself stand outside the figures. Name somebody else, or leave out --with."
        )
    handle = person.handle if person else None
    with output.open_view(env, window.as_of if as_of else None, acts=True) as db:
        record = StatisticsReader(
            db, output.build_clock(env, window.as_of), window.build_scope(handle)
        )
        made = {
            direction: record.fetch_statistics(direction) for direction in STATISTICS_DIRECTIONS
        }
        months = _load_month_counts(env, record, window) if env.form == "table" else {}
    if env.form != "table":
        _write_stats_records(env, made, window, handle)
        return
    if not ledger.has_ledger(env.ledger):
        output.print_welcome(env)
        return
    from promisectl.rendering import stats as drawing

    here = output.local_moment(env, window.as_of)
    name = person.name if person else None
    output.print_renderables(
        env,
        drawing.render_stats(
            made,
            months,
            drawing.StatsScope(name, window.since, window.until, bool(as_of), detail),
            here,
            env.width,
        ),
    )


def _parse_stats_window(
    env: Env, since: str | None, until: str | None, as_of: str | None, *, all_: bool
) -> _StatsWindow:
    arguments.ensure_at_most_one(all=all_, since=since)
    moment = arguments.parse_as_of(env, as_of) or env.now
    end = min(arguments.parse_past_bound(env, "--until", until, end=True) or moment, moment)
    day = civil.local_time(end, env.zone).date() - timedelta(days=env.config.window)
    begin = (
        None
        if all_
        else arguments.parse_past_bound(env, "--since", since, end=False)
        or civil.first_second(day, env.zone)
    )
    if begin and begin > end:
        raise errors.Contradiction(
            "That window ends before it begins. Give --since a day before --until, and --until one after it."
        )
    return _StatsWindow(begin, end, moment)


def _load_month_counts(
    env: Env, record: StatisticsReader, window: _StatsWindow
) -> dict[str, StatsMonths]:
    """What was settled in each of the last months of the window, both directions; what was before them stands in one row."""
    last = civil.local_time(window.until, env.zone).date().replace(day=1)
    begins = {
        formats.format_month(day): output.encode_moment(civil.first_second(day, env.zone)) or ""
        for day in _list_month_starts(last)
    }
    begins[rates.EARLIER_MONTHS] = EARLIEST_INSTANT
    return {
        direction: record.count_by_month(direction, begins) for direction in STATISTICS_DIRECTIONS
    }


def _list_month_starts(last: date) -> list[date]:
    """The first days of the twelve months up to that of `last`, in order."""
    months = [last.year * 12 + last.month - 1 - back for back in range(_SHOWN_MONTHS)]
    return [date(month // 12, month % 12 + 1, 1) for month in reversed(months)]


def _write_stats_records(
    env: Env, made: Mapping[str, DirectionStatistics], window: _StatsWindow, handle: str | None
) -> None:
    scope = {
        "as_of": output.encode_moment(window.as_of),
        "since": output.encode_moment(window.since),
        "until": output.encode_moment(window.until),
    }
    if env.is_json:
        output.print_record(env, records.build_statistics_record(made, **scope, person=handle))
    elif env.form == "csv":
        env.write_records(
            as_csv.iter_csv_lines(records.iter_statistic_records(made), records.STATISTIC_FIELDS)
        )
    else:
        env.write_records(
            as_lines.iter_tab_lines(records.iter_statistic_records(made), records.STATISTIC_FIELDS)
        )
