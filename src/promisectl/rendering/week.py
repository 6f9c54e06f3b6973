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

    from promisectl.rendering.formats import Here, Row

    Both = tuple[Sequence[str], Sequence[str]]

_MARK = "█"
_ROOM = 70  # columns, besides the bars, from which outcomes can be named


def page(
    weeks: Sequence[Sequence[Row]], beside: Mapping[str, Both], outcomes: Mapping[str, str], usual: float, here: Here, width: int
) -> RenderableType:
    """A section for each week with a record for each of its days, from today on.

    `beside` names what stands outside the days; `outcomes` are by number, and named where there is room.
    """
    cells = [*((row["owe_ids"].split(), row["owed_ids"].split()) for rows in weeks for row in rows), *beside.values()]
    longest = max(len(numbers) for both in cells for numbers in both)
    named = outcomes if width >= _ROOM + 2 * longest else {}
    parts: list[RenderableType] = []
    for rows in weeks:
        lines = [(_day(row, here), _ahead(row, beside["overdue"])) for row in rows if row["day"] >= str(here.today)]
        early = [("overdue", beside["overdue"])] if rows is weeks[0] and any(beside["overdue"]) else []
        late = [("no date", beside["no date"])] if rows is weeks[-1] and any(beside["no date"]) else []
        parts += [Text(), _title(rows, usual), _table([*early, *lines, *late], named)]
    return Group(*parts[1:])


def _ahead(row: Row, overdue: Both) -> Both:
    """What is still ahead of a day, mine and theirs: an hour of today may have passed."""
    mine, theirs = overdue
    return [one for one in row["owe_ids"].split() if one not in mine], [one for one in row["owed_ids"].split() if one not in theirs]


def _title(rows: Sequence[Row], usual: float) -> Text:
    first, last = (date.fromisoformat(rows[place]["day"]) for place in (0, -1))
    number = f" {first:%V}," if first.weekday() == 0 else ""  # weeks have a number where they begin on Monday
    title = Text(f"Week{number or ' of'} {_short(first)} to {_short(last)}", style="bold")
    if rows[0]["overfull"]:
        pace = f"; in a usual week you deliver {rates.plain(usual)}" if usual else ""
        title.append(f"\nOver-full: you owe {sum(row['owe'] for row in rows)}{pace}.", style=f"not bold {tables.BAD}")
    return title


def _short(day: date) -> str:
    return formats.plain_day(day).rpartition(" ")[0].partition(" ")[2]


def _day(row: Row, here: Here) -> str:
    day = date.fromisoformat(row["day"])
    return f"{formats.plain_day(day).rpartition(' ')[0]}{' today' if day == here.today else ''}"


def _table(lines: Sequence[tuple[str, Both]], outcomes: Mapping[str, str]) -> Table:
    table = tables.bare()
    table.add_column("", width=len("Mon 23 Nov today"), no_wrap=True)
    for heading in ("You owe", "Owed to you"):
        table.add_column(heading, ratio=1, overflow="fold")
    for name, both in lines:
        tone = tables.BAD if name == "overdue" else ""
        cells = (_cell(numbers, outcomes, tone or usual) for numbers, usual in zip(both, ("", tables.QUIET), strict=True))
        table.add_row(Text(name, style=tone), *cells)
    return table


def _cell(numbers: Sequence[str], outcomes: Mapping[str, str], tone: str) -> RenderableType:
    """A mark for each, and beside the bar what it stands for: the outcomes where there is room, the numbers else."""
    bar = Text(_MARK * len(numbers), style=tone)
    if not numbers or not outcomes:
        return Text.assemble(bar, " " * bool(numbers), " ".join(f"#{number}" for number in numbers))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(bar, Group(*(tables.plain(f"#{number} {outcomes[number]}") for number in numbers)))
    return grid
