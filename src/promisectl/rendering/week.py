"""The coming weeks as a page: what is due each day, mine and theirs side by side, with bars."""

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
    """The IDs of what I owe, and of what I am owed."""

_BAR_MARK = "█"
_MIN_OUTCOME_COLUMNS = 70  # without the bars; from this width on, outcomes are shown


def render_week(
    weeks: Sequence[Sequence[ViewRow]],
    beside: Mapping[str, IdsByDirection],
    outcomes: Mapping[str, str],
    usual: float,
    here: LocalMoment,
    width: int,
) -> RenderableType:
    """Return a section for each week, with a line for each of its days from today on.

    `weeks` holds a row for each day. `beside` holds the IDs of what is “overdue” and of what has
    “no date”. `outcomes` are by ID, and shown where the width allows. `usual` is how many promises
    I deliver in a usual week.
    """
    cells = [(row["owe_ids"].split(), row["owed_ids"].split()) for rows in weeks for row in rows]
    longest = max(len(ids) for both in (*cells, *beside.values()) for ids in both)
    shown_outcomes = outcomes if width >= _MIN_OUTCOME_COLUMNS + 2 * longest else {}
    parts: list[RenderableType] = []
    for index, rows in enumerate(weeks):
        lines = _list_day_lines(rows, beside["overdue"], here)
        if index == 0 and any(beside["overdue"]):
            lines.insert(0, ("overdue", beside["overdue"]))
        if index == len(weeks) - 1 and any(beside["no date"]):
            lines.append(("no date", beside["no date"]))
        table = render_week_table(lines, shown_outcomes)
        parts += [Text(), render_week_title(rows, usual), table]
    return Group(*parts[1:])


def _list_day_lines(
    rows: Sequence[ViewRow], overdue: IdsByDirection, here: LocalMoment
) -> list[tuple[str, IdsByDirection]]:
    """Return the days of a week from today on, each with its name and what is still ahead.

    Something due earlier today is overdue already, so it is left out.
    """
    lines: list[tuple[str, IdsByDirection]] = []
    for row in rows:
        day = date.fromisoformat(row["day"])
        if day >= here.today:
            name = formats.format_calendar_day(day).rpartition(" ")[0]
            mine = [number for number in row["owe_ids"].split() if number not in overdue[0]]
            theirs = [number for number in row["owed_ids"].split() if number not in overdue[1]]
            lines.append((f"{name} today" if day == here.today else name, (mine, theirs)))
    return lines


def render_week_title(rows: Sequence[ViewRow], usual: float) -> Text:
    """Return the title of a week: its number, first and last day, and whether it is too full.

    Only a week that begins on Monday has a number.
    """
    first, last = (date.fromisoformat(rows[index]["day"]) for index in (0, -1))
    number = f" {first:%V}," if first.weekday() == 0 else " of"
    days = f"{_format_day_and_month(first)} to {_format_day_and_month(last)}"
    title = Text(f"Week{number} {days}", style="bold")
    if rows[0]["overfull"]:
        owed = sum(row["owe"] for row in rows)
        pace = f"; in a usual week you deliver {rates.format_number(usual)}" if usual else ""
        style = f"not bold {tables.BAD_STYLE}"
        title.append(f"\nOver-full: you owe {owed}{pace}.", style=style)
    return title


def _format_day_and_month(day: date) -> str:
    """Return “23 Nov”."""
    return formats.format_calendar_day(day).rpartition(" ")[0].partition(" ")[2]


def render_week_table(
    lines: Sequence[tuple[str, IdsByDirection]], outcomes: Mapping[str, str]
) -> Table:
    """Return the table of a week: a line for each name, with what I owe and what I am owed."""
    table = tables.create_table()
    table.add_column("", width=len("Mon 23 Nov today"), no_wrap=True)
    for heading in ("You owe", "Owed to you"):
        table.add_column(heading, ratio=1, overflow="fold")
    for name, (mine, theirs) in lines:
        style = tables.BAD_STYLE if name == "overdue" else ""
        table.add_row(
            Text(name, style=style),
            _render_week_cell(mine, outcomes, style),
            _render_week_cell(theirs, outcomes, style or tables.QUIET_STYLE),
        )
    return table


def _render_week_cell(
    ids: Sequence[str], outcomes: Mapping[str, str], style: str
) -> RenderableType:
    """Return a bar with a mark for each promise, and beside it the IDs, with outcomes if any."""
    bar = Text(_BAR_MARK * len(ids), style=style)
    if not ids or not outcomes:
        return Text.assemble(bar, " " * bool(ids), " ".join(f"#{number}" for number in ids))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    lines = (tables.render_text(f"#{number} {outcomes[number]}") for number in ids)
    grid.add_row(bar, Group(*lines))
    return grid
