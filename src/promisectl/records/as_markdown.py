"""Records as Markdown (CommonMark with the tables of GFM): a table for each direction, every text showing exactly as it was typed."""

from __future__ import annotations

from itertools import groupby

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.system.text import markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Row = Mapping[str, Any]

_TITLES = {"owe": "You owe", "owed": "Owed to you", "self": "To yourself"}
_HEADINGS = {"#": "--:", "Who": "---", "What": "---", "By": "---", "State": "---"}
_NOTHING = "There is no promise here.\n"
_TELLING = ("overdue", "due-today", "renegotiating", "at-risk", "lapsed", "late", "untold")


def page(rows: Iterable[Row], columns: Sequence[str], zone: str) -> Iterator[str]:
    """A heading and a table for each direction as they come; `columns` are names of fields, or none for what people look for first.

    The rows come direction by direction. A due date tells its zone where that is not `zone`.
    """
    before = ""
    for direction, among in groupby(rows, key=lambda row: str(row["direction"])):
        yield f"{before}## {_TITLES[direction]}\n\n"
        yield _line(map(escaped, columns) if columns else _HEADINGS)
        yield _line(["---"] * len(columns) if columns else _HEADINGS.values())
        for row in among:
            yield _line(map(_cell, [row[name] for name in columns] if columns else _usual(row, zone)))
        before = "\n"
    if not before:
        yield _NOTHING


def escaped(text: str) -> str:
    """A text in a cell as Markdown and HTML show it as it was typed, with its line breaks."""
    return markdown(text, newline="<br>")


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _cell(value: Any) -> str:
    return "" if value is None else escaped(str(value))


def _usual(row: Row, zone: str) -> tuple[Any, ...]:
    due = civil.show(row["due"], row["due_zone"], zone).replace(", end of day", "") if row["due"] else None
    flags = (row["flags"] or "").split()
    state = ", ".join([row["state"], *(flag for flag in _TELLING if flag in flags)])
    return row["id"], row["person_name"], row["outcome"], due, state
