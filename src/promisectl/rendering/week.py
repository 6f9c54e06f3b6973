"""The coming weeks as a page: what is due each day, mine and theirs side by side."""

from __future__ import annotations

from datetime import date

from rich.cells import cell_len
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats, rates, tables
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow

    IdsByDirection = tuple[Sequence[str], Sequence[str]]
    """The IDs of what I owe, and of what I am owed."""

_PROMISE_MARK = "█ "
_MIN_WEEK_TABLE_COLUMNS = 64  # with less, promises are below their day
_DAY_COLUMNS = len("Mon 23 Nov today")
_HEADINGS = ("You owe", "Owed to you")


def render_week(
    weeks: Sequence[Sequence[ViewRow]],
    beside: Mapping[str, IdsByDirection],
    promises: Mapping[str, ViewRow],
    usual: float,
    here: LocalMoment,
    width: int,
) -> RenderableType:
    """Return a section for each week, with a line for each of its days from today on.

    `weeks` holds a row for each day. `beside` holds the IDs of what is “overdue” and of what has
    “no date”. `promises` are the rows by ID. `usual` is how many promises I deliver in a usual
    week.
    """
    sections = []
    for index, rows in enumerate(weeks):
        lines = _list_day_lines(rows, beside["overdue"], here)
        if index == 0 and any(beside["overdue"]):
            lines.insert(0, ("overdue", beside["overdue"]))
        if index == len(weeks) - 1 and any(beside["no date"]):
            lines.append(("no date", beside["no date"]))
        sections.append((render_week_title(rows, usual), lines))
    widths = _choose_widths([line for _, lines in sections for line in lines], promises, width)
    parts: list[RenderableType] = []
    for title, lines in sections:
        table = (
            render_week_table(lines, promises, widths)
            if width >= _MIN_WEEK_TABLE_COLUMNS
            else render_week_list(lines, promises)
        )
        parts += [Text(), title, table]
    return Group(*parts[1:])


def _choose_widths(
    lines: Sequence[tuple[str, IdsByDirection]], promises: Mapping[str, ViewRow], width: int
) -> tuple[int, int]:
    """Return the widths of both columns: what they need, or half of what there is."""
    room = width - _DAY_COLUMNS - 4
    needs = [
        max(
            len(_HEADINGS[side]),
            *(
                cell_len(_PROMISE_MARK + format_week_promise(promises[number]))
                for _, ids in lines
                for number in ids[side]
            ),
            0,
        )
        for side in (0, 1)
    ]
    if sum(needs) <= room:
        return needs[0], needs[1]
    mine = min(needs[0], max(room // 2, room - needs[1]))
    return mine, room - mine


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
            name = _format_week_day(day)
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
        title.append(f"\nOver-full: you owe {owed}{pace}.", style=tables.BAD_STYLE)
    return title


def _format_day_and_month(day: date) -> str:
    """Return “23 Nov”."""
    return _format_week_day(day).partition(" ")[2]


def _format_week_day(day: date) -> str:
    """Return “Mon 23 Nov”: a week has its year by its place."""
    return formats.format_calendar_day(day).rpartition(" ")[0]


def format_week_promise(row: ViewRow) -> str:
    """Return a promise below the heading of its direction: “#2 Dana: Review the contract”."""
    name = "" if row["direction"] == "self" else f"{row['person_name']}: "
    return escape_text(f"#{row['id']} {name}{row['outcome']}")


def render_week_table(
    lines: Sequence[tuple[str, IdsByDirection]],
    promises: Mapping[str, ViewRow],
    widths: tuple[int, int],
) -> Table:
    """Return the table of a week: a line for each name, with what I owe and what I am owed."""
    table = tables.create_table(expand=False)
    table.add_column("Day", width=_DAY_COLUMNS, no_wrap=True)
    for heading, width in zip(_HEADINGS, widths, strict=True):
        table.add_column(heading, width=width, overflow="fold")
    for name, ids in lines:
        style = tables.BAD_STYLE if name == "overdue" else ""
        cells = (
            _render_promise_lines([format_week_promise(promises[number]) for number in side], tone)
            for side, tone in zip(ids, (style, style or tables.QUIET_STYLE), strict=True)
        )
        table.add_row(Text(name, style=style), *cells)
    return table


def render_week_list(
    lines: Sequence[tuple[str, IdsByDirection]], promises: Mapping[str, ViewRow]
) -> RenderableType:
    """Return a week for a narrow terminal: each name, and the promises below it."""
    parts: list[RenderableType] = []
    for name, ids in lines:
        style = tables.BAD_STYLE if name == "overdue" else ""
        parts.append(Text(name, style=style))
        for side, tone in zip(ids, (style, style or tables.QUIET_STYLE), strict=True):
            rows = [promises[number] for number in side]
            texts = [
                escape_text(f"#{row['id']} {formats.format_counterparty(row)}: {row['outcome']}")
                for row in rows
            ]
            if texts:
                parts.append(Padding(_render_promise_lines(texts, tone), (0, 0, 0, 2)))
    return Group(*parts)


def _render_promise_lines(texts: Sequence[str], style: str) -> RenderableType:
    """Return a mark and a text for each promise; a long text continues below itself."""
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for text in texts:
        grid.add_row(Text(_PROMISE_MARK, style=style), Text(text, overflow="fold"))
    return grid
