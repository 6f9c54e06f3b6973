"""The record as a page: a summary for each direction, rates, causes, and month by month."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.statistics import Rate
from promisectl.rendering import formats, rates, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.rendering.formats import LocalMoment

    MonthCounts = Mapping[str, Mapping[str, int]]
    """How many promises of each class were settled, by the name of the month."""

_MIN_SIDE_BY_SIDE_COLUMNS = 78  # from this width on, both directions share one table
_MIN_INTERVAL_COLUMNS = 48  # from this width on, intervals are shown
_MAX_BAR_COLUMNS = 24
_MAX_COUNTS_COLUMNS = 44  # the longest words beside a bar, with hundreds of each part
_MONTH_GAP_COLUMNS = 4  # the indent, and the gap between the month and its bar
_RATE_NAMES = (
    "kept",
    "on time",
    "as first promised",
    "warned in time",
    "terms changed",
    "confirmed",
    "said no",
)

_BEFORE_NAME = "kept before"  # in the window before, below “kept”


class ChartPart(NamedTuple):
    """One part of a bar: its name, the classes of promises that count, its character and style."""

    name: str
    classes: Sequence[str]
    character: str
    style: str


_CHART_PARTS = (
    ChartPart("kept", ("kt", "kn"), "█", tables.GOOD_STYLE),
    ChartPart("late", ("kl",), "▄", tables.WARNING_STYLE),
    ChartPart("broken", ("bn", "bl"), "×", tables.BAD_STYLE),
    ChartPart("overdue", ("od",), "○", tables.BAD_STYLE),
)


class StatsScope(NamedTuple):
    """What the page covers.

    `name` is the display name of the one person it is about, or None. `since` and `until` limit the
    window. `is_past` tells a record as it was on an earlier day; `detail` asks for more figures.
    `yes_name` is the display name of the one who said yes most often, and always as asked; None if
    nobody stands out.
    """

    name: str | None
    since: datetime | None
    until: datetime
    is_past: bool
    detail: bool
    yes_name: str | None = None

    def format_window(self, here: LocalMoment) -> str:
        """Return the window in words: “Since Mon 23 Nov 2026 until …”."""
        since = formats.format_local_day(self.since, here) if self.since else "the first promise"
        words = f"Since {since}"
        if self.until != here.now:
            words += f" until {formats.format_local_day(self.until, here)}"
        if self.is_past:
            words += f", as of {formats.format_local_day(here.now, here)}"
        return words


def render_stats(
    made: Mapping[str, DirectionStatistics],
    months: Mapping[str, MonthCounts],
    shown: StatsScope,
    here: LocalMoment,
    width: int,
) -> RenderableType:
    """Return the page of the record; `made` and `months` are by direction."""
    titles = {
        "owe": f"You, to {shown.name}" if shown.name else "You",
        "owed": f"{shown.name}, to you" if shown.name else "Others",
    }
    figures_by_title = {
        titles[direction]: figures
        for direction, figures in made.items()
        if rates.has_statistics(figures)
    }
    parts: list[RenderableType] = [tables.render_text(shown.format_window(here))]
    if not figures_by_title:
        nothing = "No promise was kept or broken."
        elsewhere = " Since the first: promisectl stats --all" if shown.since else ""
        return Group(*parts, Text(f"{nothing}{elsewhere}"), *render_agreements(made, shown))
    promisors = {titles["owe"]: "you", titles["owed"]: shown.name or "they"}
    for title, figures in figures_by_title.items():
        lines = (
            rates.format_statistics_line(figures),
            rates.format_lesson(figures),
            rates.format_overload(figures, promisors[title]),
        )
        parts += [Text(), tables.render_heading(title)]
        parts += map(tables.render_text, filter(None, lines))
    if width >= _MIN_SIDE_BY_SIDE_COLUMNS:
        parts += [Text(), render_rates_table(figures_by_title, width)]
    else:
        for title, figures in figures_by_title.items():
            parts += [Text(), render_rates_table({title: figures}, width)]
    parts += render_agreements(made, shown)
    for title, figures in figures_by_title.items():
        details = list_detail_rows(figures) if shown.detail else []
        causes = [(cause, formats.format_count(n, "time")) for cause, n in figures.causes.items()]
        for heading, rows in ((f"{title}: in detail", details), (f"{title}: causes", causes)):
            parts += [Text(), tables.render_titled_pairs(heading, rows)] if rows else []
    for direction, title in titles.items():
        if title in figures_by_title:
            parts += render_month_chart(title, months[direction], width)
    return Group(*parts)


def render_agreements(
    made: Mapping[str, DirectionStatistics], shown: StatsScope
) -> list[RenderableType]:
    """Return how promises were agreed, and who always says yes; empty without an answer."""
    owe, owed = made["owe"], made["owed"]
    name = shown.name or ""
    lines = [rates.format_yeses(owe, name), rates.format_answers(owed, name)]
    if owe.always_yes:
        lines.append(rates.format_always_yes("You", owe.always_yes["me"]))
    if owed.always_yes and shown.yes_name:
        number = next(iter(owed.always_yes.values()))
        lines.append(rates.format_always_yes(shown.yes_name, number))
    texts = [tables.render_text(line) for line in lines if line]
    return [Text(), tables.render_heading("How promises were agreed"), *texts] if texts else []


def render_rates_table(figures_by_title: Mapping[str, DirectionStatistics], width: int) -> Table:
    """Return a table with a line for each rate, and a group of columns for each title."""
    table = tables.create_table(expand=False)
    table.add_column("What", no_wrap=True)
    cells: list[list[str]] = []
    has_before = any(made.kept_before and made.kept_before.of for made in figures_by_title.values())
    names = _RATE_NAMES[:1] + (_BEFORE_NAME,) * has_before + _RATE_NAMES[1:]
    for title, figures in figures_by_title.items():
        listed = _list_rates(figures)
        if has_before:
            listed.insert(1, figures.kept_before or Rate(0, 0))
        columns = [(tables.render_text(title), rates.format_rate_counts)]
        if any(map(rates.format_rate_percent, listed)):
            columns.append((Text("Share"), rates.format_rate_percent))
            if width >= _MIN_INTERVAL_COLUMNS:
                columns.append((Text("95 % interval"), rates.format_rate_interval))
        for heading, format_part in columns:
            table.add_column(heading, justify="right", overflow="fold")
            cells.append([format_part(rate) for rate in listed])
    for name, *row in zip(names, *cells, strict=True):
        table.add_row(name, *row)
    return table


def _list_rates(figures: DirectionStatistics) -> list[Rate]:
    """Return the rates in the order of `_RATE_NAMES`."""
    return [
        figures.kept,
        figures.on_time,
        figures.on_time_first,
        figures.notice,
        figures.renegotiated,
        figures.confirmed,
        figures.said_no,
    ]


def list_detail_rows(figures: DirectionStatistics) -> list[tuple[str, str]]:
    """Return the counts behind the rates, then the rarer figures, each with its name."""
    counts = figures.classes
    settled = {
        "kept in time": counts["kt"],
        "kept late": counts["kl"],
        "kept, no date": counts["kn"],
        "broken with a warning": counts["bn"],
        "broken late or in silence": counts["bl"],
        "overdue": counts["od"],
    }
    rows = [(name, str(number)) for name, number in settled.items() if number]
    if figures.slip_days is not None:
        span = rates.format_day_span(figures.slip_days)
        rows.append(("changes moved the date by", f"{span} (median)"))
    if figures.lead_days is not None:
        span = rates.format_day_span(figures.lead_days)
        rows.append(("warned ahead by", f"{span} (median)"))
    if figures.foreseen.of:
        rows.append(("broken for the reason foreseen", rates.format_rate_counts(figures.foreseen)))
    if figures.late_credit is not None:
        rows.append(("late credit", f"{figures.late_credit:.3f} of 1"))
    return rows


def render_month_chart(title: str, months: MonthCounts, width: int) -> list[RenderableType]:
    """Return a stacked bar for each month, with the counts in words; empty without a count.

    Each part of a bar has a character of its own. Where the width is small, the words are below
    the bar. The months before those that are shown have counts and no bar.
    """
    rows = [
        (month, [sum(counts.get(name, 0) for name in part.classes) for part in _CHART_PARTS])
        for month, counts in months.items()
        if counts
    ]
    if not rows:
        return []
    most = max(
        (sum(numbers) for month, numbers in rows if month != rates.EARLIER_MONTHS), default=1
    )
    room = width - max(len(month) for month, _ in rows) - _MONTH_GAP_COLUMNS
    is_beside = room >= _MAX_BAR_COLUMNS + _MAX_COUNTS_COLUMNS
    # Every part is rounded up to one character, and must still fit.
    scale = -(-most // ((_MAX_BAR_COLUMNS if is_beside else room) - len(_CHART_PARTS)))
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=tables.QUIET_STYLE, no_wrap=True)
    for month, numbers in rows:
        parts = [pair for pair in zip(_CHART_PARTS, numbers, strict=True) if pair[1]]
        words = Text(", ".join(f"{number} {part.name}" for part, number in parts))
        pieces = [(part.character * -(-number // scale), part.style) for part, number in parts]
        bar = Text("…") if month == rates.EARLIER_MONTHS else Text.assemble(*pieces)
        grid.add_row(month, *((bar, words) if is_beside else (Group(bar, words),)))
    per = f", one character for {scale} or fewer" if scale > 1 else ""
    heading = tables.render_heading(f"{title}: month by month{per}")
    return [Text(), heading, Padding(grid, (0, 0, 0, 2))]
