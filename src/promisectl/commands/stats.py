"""The command `stats`: statistics of both directions in a window of time.

They cover everybody, or one person.
"""

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
from promisectl.storage import ledger, queries
from promisectl.storage.statistics import EARLIEST_INSTANT, StatisticsReader, StatisticsScope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.env import Env

_SHOWN_MONTHS = 12


class StatsWindow(NamedTuple):
    """A window of time, and the moment as of which it is seen.

    `since` is None when the window has no beginning; `until` is part of the window.
    """

    since: datetime | None
    until: datetime
    as_of: datetime


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
    """Print the statistics of what I owe and of what I am owed, as records or as a page.

    Raises Contradiction for promises to oneself, which are not counted, and for an empty window.
    """
    window = parse_stats_window(env, since, until, as_of, all_=all_)
    person = None if with_ is None else counterparty.find_counterparty(env, with_)
    if with_ is not None and person is None:
        raise errors.Contradiction(
            "stats does not count promises to yourself.",
            "Name somebody else, or leave out --with.",
        )
    scope = StatisticsScope.build(person.handle if person else None, window.since, window.until)
    with output.open_view(env, window.as_of if as_of else None, acts=True) as db:
        with queries.allow_interrupts_of_many(db):
            reader = StatisticsReader(db, output.build_clock(env, window.as_of), scope)
            made = {way: reader.fetch_statistics(way) for way in STATISTICS_DIRECTIONS}
            months = count_months(env, reader, window) if env.form == "table" else {}
        yes_handle = next(iter(made["owed"].always_yes), None)
        yes_name = queries.fetch_name_of_handle(db, yes_handle) if yes_handle else None
    if env.form != "table":
        write_stats_records(env, made, window, scope.person)
        output.warn_of_missing_directory(env)
        return
    if not ledger.has_ledger(env.ledger):
        output.print_welcome(env)
        return
    from promisectl.rendering import stats as stats_page

    name = person.name if person else None
    shown = stats_page.StatsScope(name, window.since, window.until, bool(as_of), detail, yes_name)
    here = output.local_moment(env, window.as_of)
    output.print_renderables(env, stats_page.render_stats(made, months, shown, here, env.width))


def parse_stats_window(
    env: Env, since: str | None, until: str | None, as_of: str | None, *, all_: bool
) -> StatsWindow:
    """Return the window that the options name; without them the last days that the config sets.

    Raises Contradiction when the window ends before it begins.
    """
    arguments.ensure_at_most_one(all=all_, since=since)
    moment = arguments.parse_as_of(env, as_of) or env.now
    end = min(arguments.parse_past_bound(env, "--until", until, end=True) or moment, moment)
    begin = None if all_ else arguments.parse_past_bound(env, "--since", since, end=False)
    if begin is None and not all_:
        first_day = civil.local_time(end, env.zone).date() - timedelta(days=env.config.window)
        begin = civil.first_second(first_day, env.zone)
    arguments.ensure_window(begin, end)
    return StatsWindow(begin, end, moment)


def count_months(
    env: Env, reader: StatisticsReader, window: StatsWindow
) -> dict[str, Mapping[str, Mapping[str, int]]]:
    """Count by direction what was settled in each of the last 12 months of the window.

    Everything before those months is counted in one row.
    """
    last_day = civil.local_time(window.until, env.zone).date()
    last_month = last_day.year * 12 + last_day.month - 1
    month_starts = [
        date(month // 12, month % 12 + 1, 1)
        for month in range(last_month - _SHOWN_MONTHS + 1, last_month + 1)
    ]
    begins = {
        formats.format_month(day): output.encode_moment(civil.first_second(day, env.zone)) or ""
        for day in month_starts
    }
    begins[rates.EARLIER_MONTHS] = EARLIEST_INSTANT
    return {way: reader.count_by_month(way, begins) for way in STATISTICS_DIRECTIONS}


def write_stats_records(
    env: Env, made: Mapping[str, DirectionStatistics], window: StatsWindow, handle: str | None
) -> None:
    """Write the statistics by direction as one JSON object, as CSV or as tab-separated lines."""
    if env.is_json:
        output.print_record(
            env,
            records.build_statistics_record(
                made,
                as_of=output.encode_moment(window.as_of),
                since=output.encode_moment(window.since),
                until=output.encode_moment(window.until),
                person=handle,
            ),
        )
        return
    iter_lines = as_csv.iter_csv_lines if env.form == "csv" else as_lines.iter_tab_lines
    rows = records.iter_statistic_records(made)
    env.write_records(iter_lines(rows, records.STATISTIC_FIELDS))
