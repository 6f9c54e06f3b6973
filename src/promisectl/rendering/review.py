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

    from promisectl.rendering.formats import LocalMoment, ViewRow

_REASON_TITLES = {
    "overdue": "Overdue",
    "untold": "Broken, and nobody was told",
    "stale": "Stale: nothing was said for a while",
    "unconfirmed": "Delivered, not confirmed",
    "open": "Open besides",
}


def render_review(
    items: Sequence[tuple[str, ViewRow, Sequence[str]]], here: LocalMoment
) -> RenderableType:
    """A section for each reason to look at promises."""
    parts: list[RenderableType] = []
    for kind, group in groupby(items, key=lambda item: item[0]):
        grid = Table.grid(padding=(0, 2))
        grid.add_column(justify="right", style="bold", no_wrap=True)
        grid.add_column(overflow="fold")
        for _, row, commands in group:
            grid.add_row(f"#{row['id']}", Group(*_render_review_lines(row, commands, here)))
        parts += [tables.render_heading(_REASON_TITLES[kind]), grid, Text()]
    return Group(*parts[:-1])


def _render_review_lines(
    row: ViewRow, commands: Sequence[str], here: LocalMoment
) -> list[RenderableType]:
    said = ", ".join(text for text, _ in formats.describe_standing(row, here))
    who = formats.format_counterparty(row)
    return [
        tables.render_text(f"{who}: {row['outcome']}"),
        Text(", ".join(part for part in (formats.format_short_due(row, here), said) if part)),
        Text(", ".join(commands), style=tables.QUIET_STYLE),
    ]
