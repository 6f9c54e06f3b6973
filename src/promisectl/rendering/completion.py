"""Candidates of a completion as a shell lists them: one line each, shortened to the width.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import OPEN_STATES
from promisectl.rendering import formats
from promisectl.system.text import count_cells, escape_text

if TYPE_CHECKING:
    from promisectl.rendering.formats import LocalMoment, ViewRow

# For the ID or the word itself, and the space that a shell puts after it.
_ID_COLUMNS = 8
_WORD_COLUMNS = 16
_MIN_OUTCOME_CELLS = 10


def format_promise_completion(row: ViewRow, here: LocalMoment, width: int) -> str:
    """Return a promise for beside its ID: “Review the contract (Dana, Wed 25 Nov)”.

    A closed promise shows its state instead of its due date. Only the outcome is shortened.
    """
    is_open = row["state"] in OPEN_STATES
    standing = formats.format_short_due(row, here) if is_open else row["state"]
    ending = f" ({escape_text(row['person_name'])}, {standing})"
    cells = max(_MIN_OUTCOME_CELLS, width - _ID_COLUMNS - count_cells(ending))
    return f"{_shorten_text(escape_text(row['outcome']), cells)}{ending}"


def format_word_completion(about: str, width: int) -> str:
    """Return the meaning of any other candidate, shortened to the width."""
    return _shorten_text(escape_text(about), width - _WORD_COLUMNS)


def _shorten_text(text: str, cells: int) -> str:
    """Return a text that takes at most so many cells of a terminal, with “…” where it was cut."""
    if count_cells(text) <= cells:
        return text
    while count_cells(text) >= cells:
        text = text[:-1]
    return f"{text.rstrip()}…"
