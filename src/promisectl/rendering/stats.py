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

    from promisectl.domain.statistics import Figures, Rate
    from promisectl.rendering.formats import Here

    Months = Mapping[str, Mapping[str, int]]

_BESIDE = 78  # columns from which both directions stand beside each other
_INTERVAL = 48  # columns from which there is room for the interval
_SIGNS = (
    ("kept", ("kt", "kn"), "█", tables.GOOD),
    ("late", ("kl",), "▄", tables.WARN),
    ("broken", ("bn", "bl"), "×", tables.BAD),
    ("overdue", ("od",), "○", tables.BAD),
)


class Shown(NamedTuple):
    """What is shown: the display name of one person or None, the window, whether it is looked back, and whether in detail."""

    name: str | None
    since: datetime | None
    until: datetime
    back: bool
    detail: bool


def page(made: Mapping[str, Figures], months: Mapping[str, Months], shown: Shown, here: Here, width: int) -> RenderableType:
    """The page of the record. `made` and `months` are by direction."""
    titles = {"owe": f"You, to {shown.name}" if shown.name else "You", "owed": f"{shown.name}, to you" if shown.name else "Others"}
    told = {titles[direction]: figures for direction, figures in made.items() if rates.says_something(figures)}
    parts: list[RenderableType] = [tables.plain(_window(shown, here))]
    if not told:
        elsewhere = " All there is: promisectl stats --all." if shown.since else ""
        return Group(*parts, Text(f"Nothing has been settled, so there is nothing to count.{elsewhere}"))
    for title, figures in told.items():
        said = filter(None, (rates.line(figures), rates.lesson(figures)))
        parts += [Text(), tables.heading(title), *map(tables.plain, said)]
    parts += [Text(), *_beside(told, width)]
    for title, figures in told.items():
        finer = _finer(figures) if shown.detail else []
        causes = [(cause, formats.count(number, "time")) for cause, number in figures.causes.items()]
        parts += [part for name, rows in ((f"{title}: in detail", finer), (f"{title}: causes", causes)) for part in _pairs(name, rows)]
    for direction, title in titles.items():
        parts += _chart(title, months[direction], width) if title in told else []
    return Group(*parts)


def _window(shown: Shown, here: Here) -> str:
    until = "" if shown.until == here.now else f" until {formats.day(shown.until, here)}"
    back = f", as it stood on {formats.day(here.now, here)}" if shown.back else ""
    return f"Since {formats.day(shown.since, here) if shown.since else 'the first promise'}{until}{back}"


def _pairs(title: str, rows: Sequence[tuple[str, str]]) -> list[RenderableType]:
    return [Text(), tables.titled(title, rows)] if rows else []


def _beside(told: Mapping[str, Figures], width: int) -> list[RenderableType]:
    """One table with both directions where there is room, else one below the other."""
    if width >= _BESIDE or len(told) == 1:
        return [_table(told, width)]
    first, second = ({title: figures} for title, figures in told.items())
    return [_table(first, width), Text(), _table(second, width)]


def _table(told: Mapping[str, Figures], width: int) -> Table:
    table = tables.bare(expand=False)
    table.add_column("", no_wrap=True)
    parts = (rates.counted, rates.share, rates.plausible)[: 3 if width >= _INTERVAL else 2]
    for title in told:
        table.add_column(tables.plain(title), justify="right", overflow="fold")
        plausibly = "plausibly" if any(map(rates.plausible, _rates(told[title]))) else ""
        for heading in ("", plausibly)[: len(parts) - 1]:
            table.add_column(heading, justify="right", no_wrap=True)
    for name, *each in zip(_FIGURES, *(_rates(figures) for figures in told.values()), strict=True):
        table.add_row(name, *(part(rate) for rate in each for part in parts))
    return table


_FIGURES = ("kept", "on time", "as first promised", "word before trouble", "changed terms", "confirmed", "said No")


def _rates(figures: Figures) -> list[Rate]:
    """The rates in the order of their names."""
    made = figures
    return [made.kept, made.on_time, made.on_time_first, made.notice, made.renegotiated, made.confirmed, made.said_no]


def _finer(figures: Figures) -> list[tuple[str, str]]:
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
        rows.append(("new terms moved the date by", f"{rates.span(figures.slip_days)} (median)"))
    if figures.lead_days is not None:
        rows.append(("word came ahead by", f"{rates.span(figures.lead_days)} (median)"))
    if figures.foreseen.of:
        rows.append(("reason echoed the risk", rates.counted(figures.foreseen)))
    if figures.late_credit is not None:
        rows.append(("late credit", f"{figures.late_credit:.3f} of 1"))
    return rows


# Month by month


def _chart(title: str, months: Months, width: int) -> list[RenderableType]:
    """Stacked bars with a sign of its own for each part, and the same in words beside them, or below where it is narrow."""
    rows = [(month, [sum(found.get(one, 0) for one in classes) for _, classes, _, _ in _SIGNS]) for month, found in months.items() if found]
    if not rows:
        return []
    most, room = (
        max((sum(parts) for month, parts in rows if month != rates.EARLIER), default=1),
        width - max(len(month) for month, _ in rows) - 4,
    )  # what is set in, and between
    beside = room >= _BAR + _LONGEST
    scale = -(-most // ((_BAR if beside else room) - len(_SIGNS)))  # every part is rounded up to a sign of its own
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style=tables.QUIET, no_wrap=True)
    for month, parts in rows:
        told = ", ".join(f"{number} {sign[0]}" for sign, number in zip(_SIGNS, parts, strict=True) if number)
        bar, said = Text("…") if month == rates.EARLIER else _bar(parts, scale), Text(told)
        grid.add_row(month, *((bar, said) if beside else (Group(bar, said),)))
    per = f", one sign for {scale} or fewer" if scale > 1 else ""
    return [Text(), tables.heading(f"{title}: month by month{per}"), Padding(grid, (0, 0, 0, 2))]


_BAR = 24
_LONGEST = 44  # what the words beside a bar need at the most, with hundreds of each


def _bar(parts: Sequence[int], scale: int) -> Text:
    return Text.assemble(*((sign * -(-number // scale), tone) for (_, _, sign, tone), number in zip(_SIGNS, parts, strict=True)))
