"""The widths by which rich draws: those of `system.text`, which terminals show.

By itself, rich gives no column to a mark beside its letter, such as a vowel of Hindi or Tamil, so
that the columns after it are out of line in most terminals; and it folds between the two letters
of a flag.
"""

from __future__ import annotations

import rich.cells

from promisectl.system.text import count_cells, split_graphemes

# rich also gives them the version of Unicode, which they don't need.
# ruff: noqa: ARG001


def _measure_rich_cells(text: str, unicode_version: str = "auto") -> int:
    return count_cells(text)


def _split_rich_cells(
    text: str, unicode_version: str = "auto"
) -> tuple[list[tuple[int, int, int]], int]:
    spans = split_graphemes(text)
    return spans, sum(cells for _, _, cells in spans)


def set_rich_widths() -> None:
    """Let rich measure and fold with our functions; a rich without these names keeps its own."""
    rich.cells._cell_len = _measure_rich_cells  # noqa: SLF001 (all measuring of rich ends there)
    rich.cells.split_graphemes = _split_rich_cells
