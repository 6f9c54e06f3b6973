"""Promises to review, as a page: why each comes up, how it stands, and the moves that are open, ready to type."""

from __future__ import annotations

from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.rendering.formats import Here, Row

_TITLES = {
    "overdue": "Overdue",
    "untold": "Broken, and nobody was told",
    "stale": "Stale: nothing was said for a while",
    "unconfirmed": "Delivered, not confirmed",
    "open": "Open besides",
}


def page(items: Sequence[tuple[str, Row, Sequence[str]]], here: Here) -> RenderableType:
    """A section for each reason to look at promises."""
    parts: list[RenderableType] = []
    for kind, group in groupby(items, key=lambda item: item[0]):
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right", style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for _, row, commands in group:
            grid.add_row(f"#{row['id']}", Group(*_lines(row, commands, here)))
        parts += [tables.heading(_TITLES[kind]), grid, Text()]
    return Group(*parts[:-1])


def _lines(row: Row, commands: Sequence[str], here: Here) -> list[RenderableType]:
    said = ", ".join(text for text, _ in formats.standing(row, here))
    who = formats.to_or_from(row)
    return [
        tables.plain(f"{who}: {row['outcome']}"),
        Text(", ".join(part for part in (formats.short_due(row, here), said) if part)),
        Text(", ".join(commands), style=tables.QUIET),
    ]
