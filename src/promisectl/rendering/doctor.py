"""What `doctor` found, as a page: the result of each check, what is wrong, then the facts."""

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
    """Return a line for each finding, with its details below it, and then the facts."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True)
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for finding in findings:
        sentence = f"{finding.says}:" if finding.details else finding.says
        grid.add_row(
            Text(finding.check),
            Text(finding.result, style=_RESULT_STYLES[finding.result]),
            Group(*map(tables.render_text, (sentence, *finding.details))),
        )
    return Group(grid, Text(), tables.render_pairs(facts), Text()) if facts else grid
