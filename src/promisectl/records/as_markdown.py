"""Records as Markdown (CommonMark with the tables of GFM): one table for each direction.

Every text shows exactly as it was typed.
"""

from __future__ import annotations

from itertools import groupby

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.errors import STATE_WORDS
from promisectl.records.for_people import list_remarks
from promisectl.system.text import escape_markdown_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from promisectl.records.fields import Row

_DIRECTION_HEADINGS = {"owe": "You owe", "owed": "Owed to you", "self": "To yourself"}
_DEFAULT_HEADINGS = {"#": "--:", "Who": "---", "What": "---", "By": "---", "State": "---"}
_EMPTY_PAGE = "No promises.\n"


def iter_markdown_parts(rows: Iterable[Row], columns: Sequence[str], zone: str) -> Iterator[str]:
    """Return a heading and a table for each direction, in pieces.

    The rows come direction by direction. `columns` are names of fields; empty for those that
    people look for first. Then a due date has its zone where that is not `zone`.
    """
    separator = ""
    for direction, group in groupby(rows, key=lambda row: str(row["direction"])):
        yield f"{separator}## {_DIRECTION_HEADINGS[direction]}\n\n"
        if columns:
            yield from _format_markdown_head(columns)
        else:
            yield _format_markdown_row(_DEFAULT_HEADINGS)
            yield _format_markdown_row(_DEFAULT_HEADINGS.values())
        for row in group:
            values = [row[name] for name in columns] if columns else list_default_values(row, zone)
            yield _format_markdown_values(values)
        separator = "\n"
    if not separator:
        yield _EMPTY_PAGE


def iter_markdown_table(rows: Iterable[Row], columns: Sequence[str]) -> Iterator[str]:
    """Return one table with a line for every row."""
    yield from _format_markdown_head(columns)
    for row in rows:
        yield _format_markdown_values(row[name] for name in columns)


def _format_markdown_head(columns: Sequence[str]) -> Iterator[str]:
    yield _format_markdown_row(map(escape_markdown_cell, columns))
    yield _format_markdown_row(["---"] * len(columns))


def _format_markdown_values(values: Iterable[Any]) -> str:
    return _format_markdown_row(
        "" if value is None else escape_markdown_cell(str(value)) for value in values
    )


def _format_markdown_row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def list_default_values(row: Row, zone: str) -> tuple[Any, ...]:
    """Return the values of a row under the default headings."""
    due = None
    if row["due"]:
        due = civil.format_civil(row["due"], row["due_zone"], zone).replace(", end of day", "")
    state = str(row["state"])
    words = [STATE_WORDS.get(state, state), *list_remarks(row)]
    return row["id"], row["person_name"], row["outcome"], due, ", ".join(words)
