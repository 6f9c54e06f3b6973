"""What an examination found, as a page: a line for each check with its word, what is wrong below it, then the facts."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.findings import Finding, Result
from promisectl.rendering import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

_TONES = {Result.OK: tables.GOOD, Result.NOTE: tables.WARN, Result.WRONG: tables.BAD}


def page(findings: Sequence[Finding], facts: Sequence[tuple[str, str]]) -> RenderableType:
    """Findings, and below them names and values."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for one in findings:
        details = Group(tables.plain(f"{one.says}:" if one.details else one.says), *map(tables.plain, one.details))
        grid.add_row(Text(one.check), Text(one.result, style=_TONES[one.result]), details)
    return Group(grid, Text(), tables.pairs(facts), Text()) if facts else grid
