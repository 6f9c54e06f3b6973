"""What an examination found, as a page: a line for each check with its word, what is wrong below it, then the facts."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.findings import IntegrityFinding, IntegrityResult
from promisectl.rendering import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

_RESULT_STYLES = {
    IntegrityResult.OK: tables.GOOD_STYLE,
    IntegrityResult.NOTE: tables.WARNING_STYLE,
    IntegrityResult.WRONG: tables.BAD_STYLE,
}


def render_doctor(
    findings: Sequence[IntegrityFinding], facts: Sequence[tuple[str, str]]
) -> RenderableType:
    """Findings, and below them names and values."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for one in findings:
        details = Group(
            tables.render_text(f"{one.says}:" if one.details else one.says),
            *map(tables.render_text, one.details),
        )
        grid.add_row(Text(one.check), Text(one.result, style=_RESULT_STYLES[one.result]), details)
    return Group(grid, Text(), tables.render_pairs(facts), Text()) if facts else grid
