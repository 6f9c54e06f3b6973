"""Promises to review, as a page: why each comes up, its standing, and its possible moves."""

from __future__ import annotations

from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats, tables
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow


def render_review(
    items: Sequence[tuple[str, ViewRow, str, Sequence[str]]], here: LocalMoment
) -> RenderableType:
    """Return a section for each group of promises to review.

    `items` are sorted by group; each is the title of its group, the row of a promise, a note on its
    series and its parts, and commands to type.
    """
    parts: list[RenderableType] = []
    for title, group in groupby(items, key=lambda item: item[0]):
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right", style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for _, row, note, commands in group:
            grid.add_row(f"#{row['id']}", Group(*render_review_item(row, note, commands, here)))
        parts += [tables.render_heading(title), grid, Text()]
    return Group(*parts[:-1])


def render_review_item(
    row: ViewRow, note: str, commands: Sequence[str], here: LocalMoment
) -> list[RenderableType]:
    """Return the lines of one promise: its outcome, its due date and standing, its commands.

    A `note` comes below the outcome.
    """
    due = formats.format_short_due(row, here)
    standing = [text for text, _ in formats.describe_standing(row, here)]
    return [
        tables.render_text(f"{formats.format_counterparty(row)}: {row['outcome']}"),
        *(
            Text(escape_text(line), style=tables.QUIET_STYLE)
            for line in filter(None, note.split("\n"))
        ),
        Text(", ".join([due, *standing])),
        tables.render_parts(commands, tables.QUIET_STYLE),
    ]
