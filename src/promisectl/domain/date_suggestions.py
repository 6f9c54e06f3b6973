"""Suggestions for texts that cannot be read as dates: forms that an error can name."""

from __future__ import annotations

import re
from datetime import date, timedelta
from difflib import get_close_matches

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

_EVERYDAY_FORMS = {
    "tonight": ("today", "today 20:00"),
    "this evening": ("today", "today 20:00"),
    "this afternoon": ("today", "today 15:00"),
    "this morning": ("today", "today 10:00"),
    "now": ("today",),
    "eod": ("today", "today 18:00"),
    "end of day": ("today", "today 18:00"),
    "end of the day": ("today", "today 18:00"),
    "cob": ("today", "today 18:00"),
    "eob": ("today", "today 18:00"),
    "end of week": ("eow",),
    "end of the week": ("eow",),
    "this week": ("eow",),
    "end of month": ("eom",),
    "end of the month": ("eom",),
    "this month": ("eom",),
    "end of year": ("eoy",),
    "end of the year": ("eoy",),
    "this year": ("eoy",),
    "weekend": ("sat", "sun"),
    "the weekend": ("sat", "sun"),
    "this weekend": ("sat", "sun"),
    "next month": ("in a month", "in 4 weeks"),
    "next year": ("in a year",),
    "day after tomorrow": ("in 2 days",),
    "the day after tomorrow": ("in 2 days",),
    "fortnight": ("in 2 weeks",),
    "in a fortnight": ("in 2 weeks",),
}
_DAY_PART_CLOCKS = {
    "morning": "10:00",
    "noon": "12:00",
    "afternoon": "15:00",
    "evening": "18:00",
    "night": "20:00",
}
_COUNTS_BY_WORD = {
    "an": "1",
    "one": "1",
    "two": "2",
    "three": "3",
    "four": "4",
    "five": "5",
    "six": "6",
    "seven": "7",
    "eight": "8",
    "nine": "9",
    "ten": "10",
}
_CLOCK_FORMS = r"\d\d?:\d\d(?: ?[ap]m)?|\d\d? ?[ap]m|noon"
_DISTANCE_FORMS = r"(?:in |within )?(\w+) (day|week|month|year)s?(?: from now|'s time)?"
_DAY_NAMES = ("today", "tomorrow", "yesterday", *WEEKDAYS)
_MIN_SIMILARITY = 0.75  # of a word to the name of a day, as difflib counts it


def list_date_forms(words: str, today: date) -> tuple[str, ...]:
    """Return what a person may mean by `words`, the most likely first.

    `words` are in lower case with single spaces. Not all of the forms can be read as dates.
    """
    return tuple(dict.fromkeys(_iter_date_forms(words, today)))


def _iter_date_forms(words: str, today: date) -> Iterator[str]:
    yield from _EVERYDAY_FORMS.get(words, ())
    yield words.rstrip(".,!?")
    if words == "next week":
        monday = today + timedelta(days=7 - today.weekday())
        yield from (str(monday), str(monday + timedelta(days=4)))
    if match := re.fullmatch(r"(?:by|on|until|till|this|coming|the|before|due) (.+)", words):
        yield match[1]
        yield from _iter_date_forms(match[1], today)
    if match := re.fullmatch(rf"(?:at )?({_CLOCK_FORMS})(?: on)? (\D.*)", words):
        yield f"{match[2]} {match[1]}"
    if match := re.fullmatch(r"(.+) (\w+)", words):
        yield from iter_day_part_forms(*match.groups())
    if match := re.fullmatch(_DISTANCE_FORMS, words):
        word, unit = match.groups()
        count = _COUNTS_BY_WORD.get(word, word)
        yield f"in {count} {unit}{'' if count in ('a', '1') else 's'}"
    for word in words.split():
        for day_name in get_close_matches(word, _DAY_NAMES, n=1, cutoff=_MIN_SIMILARITY):
            yield re.sub(rf"\b{re.escape(word)}\b", day_name, words)


def iter_day_part_forms(day: str, part: str) -> Iterator[str]:
    """Yield forms for a day and a part of it, or an hour that may be before or after noon."""
    if part in ("eod", "cob", "eob"):
        yield day
    if part in _DAY_PART_CLOCKS:
        yield day
        yield f"{day} {_DAY_PART_CLOCKS[part]}"
    if re.fullmatch(r"\d\d?", part):
        yield f"{day} {part}:00"
        yield f"{day} {part}pm"
