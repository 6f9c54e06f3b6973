"""The coming weeks as a page: a bar and the numbers of what is due, day by day, mine and theirs beside each other."""

from __future__ import annotations

from datetime import date

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats, rates, tables

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow

    IdsByDirection = tuple[Sequence[str], Sequence[str]]

_BAR_MARK = "█"
_MIN_OUTCOME_COLUMNS = 70  # columns, besides the bars, from which outcomes can be named


def render_week(
    weeks: Sequence[Sequence[ViewRow]],
    beside: Mapping[str, IdsByDirection],
    outcomes: Mapping[str, str],
    usual: float,
    here: LocalMoment,
    width: int,
) -> RenderableType:
    """A section for each week with a record for each of its days, from today on.

    `beside` names what stands outside the days; `outcomes` are by number, and named where there is room.
    """
    cells = [
        *((row["owe_ids"].split(), row["owed_ids"].split()) for rows in weeks for row in rows),
        *beside.values(),
    ]
    longest = max(len(numbers) for both in cells for numbers in both)
    named = outcomes if width >= _MIN_OUTCOME_COLUMNS + 2 * longest else {}
    parts: list[RenderableType] = []
    for rows in weeks:
        lines = [
            (_format_week_day(row, here), _exclude_overdue(row, beside["overdue"]))
            for row in rows
            if row["day"] >= str(here.today)
        ]
        early = (
            [("overdue", beside["overdue"])] if rows is weeks[0] and any(beside["overdue"]) else []
        )
        late = (
            [("no date", beside["no date"])] if rows is weeks[-1] and any(beside["no date"]) else []
        )
        parts += [
            Text(),
            _render_week_title(rows, usual),
            _render_week_table([*early, *lines, *late], named),
        ]
    return Group(*parts[1:])


def _exclude_overdue(row: ViewRow, overdue: IdsByDirection) -> IdsByDirection:
    """What is still ahead of a day, mine and theirs: an hour of today may have passed."""
    mine, theirs = overdue
    return [one for one in row["owe_ids"].split() if one not in mine], [
        one for one in row["owed_ids"].split() if one not in theirs
    ]


def _render_week_title(rows: Sequence[ViewRow], usual: float) -> Text:
    first, last = (date.fromisoformat(rows[place]["day"]) for place in (0, -1))
    number = (
        f" {first:%V}," if first.weekday() == 0 else ""
    )  # weeks have a number where they begin on Monday
    title = Text(
        f"Week{number or ' of'} {_format_day_and_month(first)} to {_format_day_and_month(last)}",
        style="bold",
    )
    if rows[0]["overfull"]:
        pace = f"; in a usual week you deliver {rates.format_number(usual)}" if usual else ""
        title.append(
            f"\nOver-full: you owe {sum(row['owe'] for row in rows)}{pace}.",
            style=f"not bold {tables.BAD_STYLE}",
        )
    return title


def _format_day_and_month(day: date) -> str:
    return formats.format_calendar_day(day).rpartition(" ")[0].partition(" ")[2]


def _format_week_day(row: ViewRow, here: LocalMoment) -> str:
    day = date.fromisoformat(row["day"])
    return f"{formats.format_calendar_day(day).rpartition(' ')[0]}{' today' if day == here.today else ''}"


def _render_week_table(
    lines: Sequence[tuple[str, IdsByDirection]], outcomes: Mapping[str, str]
) -> Table:
    table = tables.create_table()
    table.add_column("", width=len("Mon 23 Nov today"), no_wrap=True)
    for heading in ("You owe", "Owed to you"):
        table.add_column(heading, ratio=1, overflow="fold")
    for name, both in lines:
        tone = tables.BAD_STYLE if name == "overdue" else ""
        cells = (
            _render_week_cell(numbers, outcomes, tone or usual)
            for numbers, usual in zip(both, ("", tables.QUIET_STYLE), strict=True)
        )
        table.add_row(Text(name, style=tone), *cells)
    return table


def _render_week_cell(
    numbers: Sequence[str], outcomes: Mapping[str, str], tone: str
) -> RenderableType:
    """A mark for each, and beside the bar what it stands for: the outcomes where there is room, the numbers else."""
    bar = Text(_BAR_MARK * len(numbers), style=tone)
    if not numbers or not outcomes:
        return Text.assemble(bar, " " * bool(numbers), " ".join(f"#{number}" for number in numbers))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(
        bar, Group(*(tables.render_text(f"#{number} {outcomes[number]}") for number in numbers))
    )
    return grid
