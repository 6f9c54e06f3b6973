"""Suggestions for texts that cannot be read as dates: forms that an error can name."""

from __future__ import annotations

import re
from difflib import get_close_matches

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERYDAY_FORMS = {
    "now": ("today",),
    "this week": ("eow",),
    "this month": ("eom",),
    "this year": ("eoy",),
    "tomorrow night": ("tomorrow evening",),
}
_DAY_NAMES = ("today", "tomorrow", "yesterday", *WEEKDAYS)
_MIN_SIMILARITY = 0.75  # of a word to the name of a day, as difflib counts it


def iter_date_forms(words: str) -> Iterator[str]:
    """Yield what a person may mean by `words`, the most likely first.

    `words` are in lower case with single spaces. Not all of the forms can be read as dates.
    """
    yield from _EVERYDAY_FORMS.get(words, ())
    yield words.rstrip(".,!?")
    if match := re.fullmatch(r"(?:until|till|before|due|this|coming|for) (.+)", words):
        yield match[1]
        yield from iter_date_forms(match[1])
    if match := re.fullmatch(r"(.+) night", words):
        yield f"{match[1]} evening"
    if match := re.fullmatch(r"(.*[a-z].*) (\d\d?)", words):
        yield f"{match[1]} {match[2]}:00"
        yield f"{match[1]} {match[2]}pm"
    for word in words.split():
        for day_name in get_close_matches(word, _DAY_NAMES, n=1, cutoff=_MIN_SIMILARITY):
            yield re.sub(rf"\b{re.escape(word)}\b", day_name, words)
