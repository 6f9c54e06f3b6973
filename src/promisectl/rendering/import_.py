"""What an import would do, as a table: each record, and why it is skipped or refused."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.rendering.formats import ViewRow

_MAX_PERSON_COLUMNS = 16
_ACTION_STYLES = {"make": "", "skip": tables.QUIET_STYLE, "refuse": tables.BAD_STYLE}


def render_import_plan(rows: Sequence[ViewRow]) -> RenderableType:
    """Return a table with a line for each record: its line in the file, what happens, and why."""
    table = tables.create_table()
    table.add_column("Line", justify="right", no_wrap=True)
    table.add_column("Does", no_wrap=True)
    table.add_column("Who", max_width=_MAX_PERSON_COLUMNS, overflow="fold")
    table.add_column("What", ratio=1, overflow="fold")
    for row in rows:
        texts = [tables.render_text(text) for text in (row["outcome"], row["why"]) if text]
        table.add_row(
            Text(str(row["line"])),
            Text(row["does"], style=_ACTION_STYLES[row["does"]]),
            tables.render_text(row["person"] or ""),
            Group(*texts),
        )
    return table
