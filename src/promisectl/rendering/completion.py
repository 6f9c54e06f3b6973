"""How what can be typed next reads in the list of a shell: one line, cut to the width in its middle at the most. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats
from promisectl.system.text import cells, safe

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from promisectl.rendering.formats import Here

_NUMBER, _WORD = 8, 16  # columns for the number or the word itself, and what a shell puts between
_OPEN = ("proposed", "active", "delivered")


def promise(row: Mapping[str, Any], here: Here, width: int) -> str:
    """A promise beside its number: “Review the contract (Dana, Wed 25 Nov)”, or how it ended instead of the day."""
    stands = formats.short_due(row, here) if row["state"] in _OPEN else row["state"]
    beside = f" ({safe(row['person_name'])}, {stands})"
    return f"{_cut(safe(row['outcome']), max(10, width - _NUMBER - cells(beside)))}{beside}"


def text(about: str, width: int) -> str:
    """Any other meaning of a word, as long as there is room for it."""
    return _cut(safe(about), width - _WORD)


def _cut(text: str, room: int) -> str:
    if cells(text) <= room:
        return text
    while cells(text) >= room:
        text = text[:-1]
    return f"{text.rstrip()}…"
