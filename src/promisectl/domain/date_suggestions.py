"""What people say for a date and what can't be read as one: the nearest forms that can be, to be named and never taken."""

from __future__ import annotations

import re
from datetime import date, timedelta

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import WEEKDAYS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

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
_COUNT_WORDS = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DAY_NAMES = ("today", "tomorrow", "yesterday", *WEEKDAYS)


def suggest_dates(words: str, today: date, can_be_read: Callable[[str], bool]) -> tuple[str, ...]:
    """What may have been meant by `words` (lower case, single blanks): forms that each `can_be_read`; none if nothing is near."""
    return tuple(
        form for form in dict.fromkeys(_iter_date_forms(words, today)) if can_be_read(form)
    )[:2]


def _iter_date_forms(words: str, today: date) -> Iterator[str]:
    yield from _EVERYDAY_FORMS.get(words, ())
    yield words.rstrip(".,!?")
    if words == "next week":
        monday = today + timedelta(days=7 - today.weekday())
        yield from (f"{day:%Y-%m-%d}" for day in (monday, monday + timedelta(days=4)))
    if found := re.fullmatch(r"(?:by|on|until|till|this|coming|the|before|due) (.+)", words):
        yield found[1]
        yield from _iter_date_forms(found[1], today)
    if found := re.fullmatch(
        r"(?:at )?(\d\d?:\d\d(?: ?[ap]m)?|\d\d? ?[ap]m|noon)(?: on)? (\D.*)", words
    ):
        yield f"{found[2]} {found[1]}"
    if found := re.fullmatch(r"(.+) (\w+)", words):
        yield from _iter_day_part_forms(*found.groups())
    if found := re.fullmatch(
        r"(?:in |within )?(\w+) (day|week|month|year)s?(?: from now|'s time)?", words
    ):
        count = (
            str(_COUNT_WORDS.index(found[1]) + 2)
            if found[1] in _COUNT_WORDS
            else "1"
            if found[1] in ("one", "an")
            else found[1]
        )
        yield f"in {count} {found[2]}{'' if count in ('a', '1') else 's'}"
    yield from _iter_respelled_forms(words)


def _iter_day_part_forms(day: str, part: str) -> Iterator[str]:
    """A day with a part of it, or with an hour that does not say which half of the day it is in."""
    if part in ("eod", "cob", "eob"):
        yield day
    if part in _DAY_PART_CLOCKS:
        yield day
        yield f"{day} {_DAY_PART_CLOCKS[part]}"
    if re.fullmatch(r"\d\d?", part):
        yield f"{day} {part}:00"
        yield f"{day} {part}pm"


def _iter_respelled_forms(words: str) -> Iterator[str]:
    """The words with the name of a day spelled right."""
    from difflib import get_close_matches

    for word in words.split():
        for name in get_close_matches(word, _DAY_NAMES, n=1, cutoff=0.75):
            yield re.sub(rf"\b{re.escape(word)}\b", name, words)
