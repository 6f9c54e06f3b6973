"""The record as a page: a line for each direction, then its figures, the causes, and what was settled month by month."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats, rates, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from promisectl.domain.statistics import DirectionStatistics, Rate
    from promisectl.rendering.formats import LocalMoment

    MonthCounts = Mapping[str, Mapping[str, int]]

_MIN_SIDE_BY_SIDE_COLUMNS = 78  # columns from which both directions stand beside each other
_MIN_INTERVAL_COLUMNS = 48  # columns from which there is room for the interval
_CHART_PARTS = (
    ("kept", ("kt", "kn"), "█", tables.GOOD_STYLE),
    ("late", ("kl",), "▄", tables.WARNING_STYLE),
    ("broken", ("bn", "bl"), "×", tables.BAD_STYLE),
    ("overdue", ("od",), "○", tables.BAD_STYLE),
)


class StatsScope(NamedTuple):
    """What is shown: the display name of one person or None, the window, whether it is looked back, and whether in detail."""

    name: str | None
    since: datetime | None
    until: datetime
    is_past: bool
    detail: bool


def render_stats(
    made: Mapping[str, DirectionStatistics],
    months: Mapping[str, MonthCounts],
    shown: StatsScope,
    here: LocalMoment,
    width: int,
) -> RenderableType:
    """The page of the record. `made` and `months` are by direction."""
    titles = {
        "owe": f"You, to {shown.name}" if shown.name else "You",
        "owed": f"{shown.name}, to you" if shown.name else "Others",
    }
    told = {
        titles[direction]: figures
        for direction, figures in made.items()
        if rates.has_statistics(figures)
    }
    parts: list[RenderableType] = [tables.render_text(_format_stats_window(shown, here))]
    if not told:
        elsewhere = " All there is: promisectl stats --all." if shown.since else ""
        return Group(
            *parts, Text(f"Nothing has been settled, so there is nothing to count.{elsewhere}")
        )
    for title, figures in told.items():
        said = filter(None, (rates.format_statistics_line(figures), rates.format_lesson(figures)))
        parts += [Text(), tables.render_heading(title), *map(tables.render_text, said)]
    parts += [Text(), *_render_directions(told, width)]
    for title, figures in told.items():
        finer = _list_detail_rows(figures) if shown.detail else []
        causes = [
            (cause, formats.format_count(number, "time"))
            for cause, number in figures.causes.items()
        ]
        parts += [
            part
            for name, rows in ((f"{title}: in detail", finer), (f"{title}: causes", causes))
            for part in _render_detail_pairs(name, rows)
        ]
    for direction, title in titles.items():
        parts += _render_month_chart(title, months[direction], width) if title in told else []
    return Group(*parts)


def _format_stats_window(shown: StatsScope, here: LocalMoment) -> str:
    until = (
        "" if shown.until == here.now else f" until {formats.format_local_day(shown.until, here)}"
    )
    back = f", as it stood on {formats.format_local_day(here.now, here)}" if shown.is_past else ""
    return f"Since {formats.format_local_day(shown.since, here) if shown.since else 'the first promise'}{until}{back}"


def _render_detail_pairs(title: str, rows: Sequence[tuple[str, str]]) -> list[RenderableType]:
    return [Text(), tables.render_titled_pairs(title, rows)] if rows else []


def _render_directions(told: Mapping[str, DirectionStatistics], width: int) -> list[RenderableType]:
    """One table with both directions where there is room, else one below the other."""
    if width >= _MIN_SIDE_BY_SIDE_COLUMNS or len(told) == 1:
        return [_render_rates_table(told, width)]
    first, second = ({title: figures} for title, figures in told.items())
    return [_render_rates_table(first, width), Text(), _render_rates_table(second, width)]


def _render_rates_table(told: Mapping[str, DirectionStatistics], width: int) -> Table:
    table = tables.create_table(expand=False)
    table.add_column("", no_wrap=True)
    parts = (rates.format_rate_counts, rates.format_rate_percent, rates.format_rate_interval)[
        : 3 if width >= _MIN_INTERVAL_COLUMNS else 2
    ]
    for title in told:
        table.add_column(tables.render_text(title), justify="right", overflow="fold")
        plausibly = (
            "plausibly" if any(map(rates.format_rate_interval, _list_rates(told[title]))) else ""
        )
        for heading in ("", plausibly)[: len(parts) - 1]:
            table.add_column(heading, justify="right", no_wrap=True)
    for name, *each in zip(
        _RATE_NAMES, *(_list_rates(figures) for figures in told.values()), strict=True
    ):
        table.add_row(name, *(part(rate) for rate in each for part in parts))
    return table


_RATE_NAMES = (
    "kept",
    "on time",
    "as first promised",
    "word before trouble",
    "changed terms",
    "confirmed",
    "said No",
)


def _list_rates(figures: DirectionStatistics) -> list[Rate]:
    """The rates in the order of their names."""
    made = figures
    return [
        made.kept,
        made.on_time,
        made.on_time_first,
        made.notice,
        made.renegotiated,
        made.confirmed,
        made.said_no,
    ]


def _list_detail_rows(figures: DirectionStatistics) -> list[tuple[str, str]]:
    """What the figures are made of, and those that are for a closer look."""
    made = figures.classes
    settled = {
        "kept in time": made["kt"],
        "kept late": made["kl"],
        "kept, no date": made["kn"],
        "broken with notice": made["bn"],
        "broken late or in silence": made["bl"],
        "overdue": made["od"],
    }
    rows = [(name, str(number)) for name, number in settled.items() if number]
    if figures.slip_days is not None:
        rows.append(
            ("new terms moved the date by", f"{rates.format_day_span(figures.slip_days)} (median)")
        )
    if figures.lead_days is not None:
        rows.append(("word came ahead by", f"{rates.format_day_span(figures.lead_days)} (median)"))
    if figures.foreseen.of:
        rows.append(("reason echoed the risk", rates.format_rate_counts(figures.foreseen)))
    if figures.late_credit is not None:
        rows.append(("late credit", f"{figures.late_credit:.3f} of 1"))
    return rows


# Month by month


def _render_month_chart(title: str, months: MonthCounts, width: int) -> list[RenderableType]:
    """Stacked bars with a sign of its own for each part, and the same in words beside them, or below where it is narrow."""
    rows = [
        (month, [sum(found.get(one, 0) for one in classes) for _, classes, _, _ in _CHART_PARTS])
        for month, found in months.items()
        if found
    ]
    if not rows:
        return []
    most, room = (
        max((sum(parts) for month, parts in rows if month != rates.EARLIER_MONTHS), default=1),
        width - max(len(month) for month, _ in rows) - 4,
    )  # what is set in, and between
    beside = room >= _MAX_BAR_COLUMNS + _MAX_COUNTS_COLUMNS
    scale = -(
        -most // ((_MAX_BAR_COLUMNS if beside else room) - len(_CHART_PARTS))
    )  # every part is rounded up to a sign of its own
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=tables.QUIET_STYLE, no_wrap=True)
    for month, parts in rows:
        told = ", ".join(
            f"{number} {sign[0]}"
            for sign, number in zip(_CHART_PARTS, parts, strict=True)
            if number
        )
        bar, said = (
            Text("…") if month == rates.EARLIER_MONTHS else _render_month_bar(parts, scale),
            Text(told),
        )
        grid.add_row(month, *((bar, said) if beside else (Group(bar, said),)))
    per = f", one sign for {scale} or fewer" if scale > 1 else ""
    return [
        Text(),
        tables.render_heading(f"{title}: month by month{per}"),
        Padding(grid, (0, 0, 0, 2)),
    ]


_MAX_BAR_COLUMNS = 24
_MAX_COUNTS_COLUMNS = 44  # what the words beside a bar need at the most, with hundreds of each


def _render_month_bar(parts: Sequence[int], scale: int) -> Text:
    return Text.assemble(
        *(
            (sign * -(-number // scale), tone)
            for (_, _, sign, tone), number in zip(_CHART_PARTS, parts, strict=True)
        )
    )
