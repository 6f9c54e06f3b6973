"""How what can be typed next reads in the list of a shell: one line, cut to the width in its middle at the most. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import OPEN_STATES
from promisectl.rendering import formats
from promisectl.system.text import count_cells, escape_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from promisectl.rendering.formats import LocalMoment

_NUMBER_COLUMNS, _WORD_COLUMNS = (
    8,
    16,
)  # columns for the number or the word itself, and what a shell puts between


def format_promise_completion(row: Mapping[str, Any], here: LocalMoment, width: int) -> str:
    """A promise beside its number: “Review the contract (Dana, Wed 25 Nov)”, or how it ended instead of the day."""
    stands = formats.format_short_due(row, here) if row["state"] in OPEN_STATES else row["state"]
    beside = f" ({escape_text(row['person_name'])}, {stands})"
    return f"{_shorten_text(escape_text(row['outcome']), max(10, width - _NUMBER_COLUMNS - count_cells(beside)))}{beside}"


def format_word_completion(about: str, width: int) -> str:
    """Any other meaning of a word, as long as there is room for it."""
    return _shorten_text(escape_text(about), width - _WORD_COLUMNS)


def _shorten_text(text: str, room: int) -> str:
    if count_cells(text) <= room:
        return text
    while count_cells(text) >= room:
        text = text[:-1]
    return f"{text.rstrip()}…"
