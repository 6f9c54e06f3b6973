"""Promises to review, as a page: why each comes up, its standing, and its possible moves."""

from __future__ import annotations

from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow


def render_review(
    items: Sequence[tuple[str, ViewRow, Sequence[str], str]], here: LocalMoment
) -> RenderableType:
    """Return a section for each group of promises to review.

    `items` are sorted by group; each is the title of its group, the row of a promise, commands to
    type, and what is the matter with its parts.
    """
    parts: list[RenderableType] = []
    for title, group in groupby(items, key=lambda item: item[0]):
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right", style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for _, row, commands, note in group:
            grid.add_row(f"#{row['id']}", Group(*render_review_item(row, commands, here, note)))
        parts += [tables.render_heading(title), grid, Text()]
    return Group(*parts[:-1])


def render_review_item(
    row: ViewRow, commands: Sequence[str], here: LocalMoment, note: str = ""
) -> list[RenderableType]:
    """Return the lines of one promise: its outcome, its due date and standing, its commands.

    `note` is a line about its parts.
    """
    due = formats.format_short_due(row, here)
    standing = [text for text, _ in formats.describe_standing(row, here)]
    return [
        tables.render_text(f"{formats.format_counterparty(row)}: {row['outcome']}"),
        Text(", ".join([due, *standing])),
        *([tables.render_text(note)] if note else []),
        tables.render_parts(commands, tables.QUIET_STYLE),
    ]
