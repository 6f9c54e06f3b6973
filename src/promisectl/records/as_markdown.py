"""Records as Markdown (CommonMark with the tables of GFM): a table for each direction, every text showing exactly as it was typed."""

from __future__ import annotations

from itertools import groupby

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.system.text import escape_markdown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Row = Mapping[str, Any]

_DIRECTION_HEADINGS = {"owe": "You owe", "owed": "Owed to you", "self": "To yourself"}
_DEFAULT_HEADINGS = {"#": "--:", "Who": "---", "What": "---", "By": "---", "State": "---"}
_EMPTY_PAGE = "There is no promise here.\n"
_SHOWN_FLAGS = ("overdue", "due-today", "renegotiating", "at-risk", "lapsed", "late", "untold")


def iter_markdown_parts(rows: Iterable[Row], columns: Sequence[str], zone: str) -> Iterator[str]:
    """A heading and a table for each direction as they come; `columns` are names of fields, or none for what people look for first.

    The rows come direction by direction. A due date tells its zone where that is not `zone`.
    """
    before = ""
    for direction, among in groupby(rows, key=lambda row: str(row["direction"])):
        yield f"{before}## {_DIRECTION_HEADINGS[direction]}\n\n"
        yield _format_markdown_row(
            map(escape_markdown_cell, columns) if columns else _DEFAULT_HEADINGS
        )
        yield _format_markdown_row(
            ["---"] * len(columns) if columns else _DEFAULT_HEADINGS.values()
        )
        for row in among:
            yield _format_markdown_row(
                map(
                    _format_markdown_cell,
                    [row[name] for name in columns] if columns else _build_default_cells(row, zone),
                )
            )
        before = "\n"
    if not before:
        yield _EMPTY_PAGE


def escape_markdown_cell(text: str) -> str:
    """A text in a cell as Markdown and HTML show it as it was typed, with its line breaks."""
    return escape_markdown(text, newline="<br>")


def _format_markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _format_markdown_cell(value: Any) -> str:
    return "" if value is None else escape_markdown_cell(str(value))


def _build_default_cells(row: Row, zone: str) -> tuple[Any, ...]:
    due = (
        civil.format_civil(row["due"], row["due_zone"], zone).replace(", end of day", "")
        if row["due"]
        else None
    )
    flags = (row["flags"] or "").split()
    state = ", ".join([row["state"], *(flag for flag in _SHOWN_FLAGS if flag in flags)])
    return row["id"], row["person_name"], row["outcome"], due, state
