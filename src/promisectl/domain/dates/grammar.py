"""The reading of dates: which form of the grammar words have, and the moment that they mean."""

from __future__ import annotations

import re

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import MONTHS, WEEKDAYS
from promisectl.domain.dates import readings
from promisectl.domain.dates.forms import CLOCK, DAY, FORMS, MOMENT
from promisectl.domain.dates.zones import (
    ISO_DAY_PATTERN,
    ISO_MINUTE_PATTERN,
    YEAR_OUT_OF_RANGE,
    choose_reading,
    match_iso_minute,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.dates.forms import DateForm
    from promisectl.domain.dates.zones import DateRequest

    FoundForm = tuple[DateForm, dict[str, Any]]
    """A form, and the values of its classes."""

_NOT_ONE_DAY = ("MONTH YEAR?", "YEAR", "ISO_PERIOD")


def _name_values(name: str, values: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the words of a class, each with its value by the name that the reader knows."""
    return {word: {name: value} for word, value in values.items()}


_WORD_CLASSES = {
    "NEAR": _name_values("near", {"today": 0, "tomorrow": 1, "tom": 1, "tmrw": 1, "yesterday": -1}),
    "AFTER": _name_values("near", {"after": 2}),
    "WEEKDAY": _name_values(
        "weekday",
        {name: number for number, day in enumerate(WEEKDAYS) for name in (day, day[:3])}
        | {"tues": 1, "thur": 3, "thurs": 3},
    ),
    "MONTH": _name_values(
        "month",
        {
            name: number
            for number, month in enumerate(MONTHS, 1)
            for name in (month, month[:3], f"{month[:3]}.")
        }
        | {"sept": 9, "sept.": 9},
    ),
    "COUNT": _name_values(
        "count",
        {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
        | {"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
    ),
    "IN": _name_values("sign", {"in": 1, "within": 1}),
    "FROM": _name_values("sign", {"from": 1}),
    "AGO": _name_values("sign", {"ago": -1}),
    "UNIT": _name_values(
        "unit",
        {
            name: unit
            for unit in ("day", "week", "fortnight", "month", "year")
            for name in (unit, f"{unit}s")
        },
    ),
    "TIME_UNIT": _name_values(
        "unit",
        {"hour": "hour", "hours": "hour", "hr": "hour", "hrs": "hour"}
        | {"minute": "minute", "minutes": "minute", "min": "minute", "mins": "minute"},
    ),
    "STEP": _name_values("which", {"next": 1, "last": -1}),
    "WHICH": _name_values("which", {"this": 0, "next": 1, "last": -1}),
    "PERIOD": _name_values("period", {"week": "week", "month": "month", "year": "year"}),
    "PERIOD_END": _name_values("period", {"eow": "week", "eom": "month", "eoy": "year"}),
    "PART": _name_values(
        "part", {"morning": "morning", "afternoon": "afternoon", "evening": "evening"}
    ),
    "CHRISTMAS": _name_values("days", {"christmas": (24, 25, 26), "xmas": (24, 25, 26)}),
    "CHRISTMAS_DAY": _name_values("days", {"eve": (24,), "day": (25,)}),
}
_SPAN_UNITS = {"d": "day", "w": "week", "m": "month", "y": "year", "h": "hour", "min": "minute"}
_HOURS_OF_DAY = 24
_NUMBERS_PATTERN = (
    r"(\d{4})([/.])(\d\d?)\2(\d\d?)|(\d\d?)([/.])(\d\d?)\6(\d{4}|\d\d)"
    r"|(\d\d?)-(\d\d?)-(\d{4})|(\d\d?)/(\d\d?)|(\d\d?)\.(\d\d?)\.?"
)


def _read_span(match: re.Match[str]) -> dict[str, Any]:
    sign = {"sign": -1 if match[1] == "-" else 1} if match[1] else {}
    return {"count": int(match[2]), "unit": _SPAN_UNITS[match[3]], **sign}


def _read_clock(match: re.Match[str]) -> dict[str, Any]:
    hour, minute, second = (
        int(next(filter(None, match.group(*groups)), "0")) for groups in _CLOCK_GROUPS
    )
    return {"clock": (hour, minute, second, match[4] or "")}


def _read_hour(match: re.Match[str]) -> dict[str, Any] | None:
    return {"hour": int(match[0])} if int(match[0]) < _HOURS_OF_DAY else None


_CLOCK_GROUPS = ((1, 5, 8), (2, 6, 9), (3, 7))  # of hours, minutes and seconds
_CLOCK_PATTERN = (
    r"(\d\d?)(?:[:.](\d\d)(?::([0-5]\d))?)?([ap])\.?m\.?"
    r"|(\d\d?):(\d\d)(?::([0-5]\d))?|(\d\d?)h(\d\d)?"
)
_CLASSES: dict[str, tuple[str, Callable[[re.Match[str]], dict[str, Any] | None]]] = {
    "COUNT": (r"\d+", lambda match: {"count": int(match[0])}),
    "SPAN": (r"([+-])?(\d+)([dwmy])", _read_span),
    "TIME_SPAN": (r"([+-])(\d+)(h|min)", _read_span),
    "DAY": (r"(\d\d?)(?:st|nd|rd|th|\.)?", lambda match: {"day": int(match[1])}),
    "YEAR": (r"\d{4}", lambda match: {"year": int(match[0])}),
    "ORDINAL": (r"(\d\d?)(?:st|nd|rd|th|\.)", lambda match: {"day": int(match[1])}),
    "NUMBER": (r"\d\d?", lambda match: {"number": int(match[0])}),
    "HOUR": (r"\d\d?", _read_hour),
    "CLOCK": (_CLOCK_PATTERN, _read_clock),
    "NUMBERS": (
        _NUMBERS_PATTERN,
        lambda match: {"numbers": re.findall(r"\d+", match[0])},
    ),
    "ISO_DAY": (ISO_DAY_PATTERN, lambda match: {"iso_day": match[0]}),
    "ISO_WEEK_DAY": (
        r"\d{4}-w\d\d-[1-7]|\d{4}w\d\d[1-7]",
        lambda match: {"iso_day": match[0].upper()},
    ),
    "ISO_MINUTE": (ISO_MINUTE_PATTERN, lambda match: {"iso_minute": match.groups()}),
    "ISO_PERIOD": (r"\d{4}-\d\d|\d{4}-?w\d\d", lambda _: {}),
}
"""The classes that begin with a digit or a sign: their pattern, and the values of a match."""
CLASS_NAMES = frozenset((*_WORD_CLASSES, *_CLASSES))


# Reading


def read_request(request: DateRequest) -> CivilMoment:
    """Return the one moment that is meant.

    Raises UnreadableDate for a text outside the grammar, AmbiguousDate for several readings.
    """
    try:
        request = request.move_to_zone(request.zone)
        words, zone = split_zone(request.normalize_text())
        if not words:
            raise request.build_error()
        local = request.move_to_named_zone(zone) if zone else request
        if reading := _read_whole(local, words) or _read_day_and_clock(local, words):
            return reading
        if any(match_words(pattern.split(), words) is not None for pattern in _NOT_ONE_DAY):
            raise request.build_error("that is not a single day")
    except OverflowError:
        raise request.build_error(YEAR_OUT_OF_RANGE) from None
    raise request.build_error()


def split_zone(text: str) -> tuple[list[str], str]:
    """Return the words of a text without a zone at its end, and the zone, empty for none.

    Commas after words are dropped, and “am” or “p.m.” is joined with its hour.
    """
    words = list[str]()
    for word in text.split():
        half = word.replace(".", "")
        if half in {"am", "pm"} and words and words[-1][-1:].isdigit():
            words[-1] += half
        else:
            words.append(word)
    words = [word.removesuffix(",") or word for word in words[:-1]] + words[-1:]
    last, zone = words[-1] if words else "", ""
    if len(words) > 1 and (last in {"utc", "z"} or ("/" in last and last[0].isalpha())):
        zone = words.pop()
    elif last[-1:] == "z" and last[-4:-3] == ":" and not match_iso_minute(" ".join(words)):
        words[-1], zone = last[:-1], "z"
    return words, zone


def _read_whole(request: DateRequest, words: list[str]) -> CivilMoment | None:
    """Return what the words mean as one form; a time without a day is today."""
    found = find_whole_form(words)
    if not found:
        return None
    form, values = found
    readings_found = form.read(request, **values)
    if form.kind == MOMENT:
        return choose_reading(request, readings_found)
    if form.kind == CLOCK:
        return readings.build_moment(request, [request.today], readings_found)
    return readings.build_moment(request, readings_found, [None])


def _read_day_and_clock(request: DateRequest, words: list[str]) -> CivilMoment | None:
    """Return what a day and a time mean, in either order."""
    found = find_day_and_clock(words)
    if not found:
        return None
    (day, day_values), (clock, clock_values) = found
    return readings.build_moment(
        request, day.read(request, **day_values), clock.read(request, **clock_values)
    )


def find_whole_form(words: list[str]) -> FoundForm | None:
    """Return the form that all the words have together; None where there is none."""
    if words[0] in {"on", "by"} and len(words) > 1:
        words = words[1:]
    return _find_form(words, (DAY, CLOCK, MOMENT)) or _find_form([" ".join(words)], (MOMENT,))


def find_day_and_clock(words: list[str]) -> tuple[FoundForm, FoundForm] | None:
    """Return the forms of a day and of a time, in either order; None where there are not both."""
    for place in range(1, len(words)):
        first, second = words[:place], words[place:]
        for days, clocks in (
            (first[1:] if first[0] in {"on", "by"} else first, second),
            (second[1:] if second[0] == "on" else second, first),
        ):
            clock = _find_form(clocks, (CLOCK,))
            day = _find_form(days, (DAY,)) if clock else None
            if clock and day:
                return day, clock
    return None


def _find_form(words: list[str], kinds: tuple[str, ...]) -> FoundForm | None:
    """Return the first form of a kind that the words have, and the values of its classes."""
    for form in FORMS:
        if form.kind in kinds:
            for pattern in form.patterns:
                values = match_words(pattern.split(), words)
                if values is not None:
                    return form, values
    return None


def match_words(pattern: list[str], words: list[str]) -> dict[str, Any] | None:
    """Return the values of the classes in a pattern; None for words that do not match it."""
    if not pattern:
        return None if words else {}
    part, rest = pattern[0], pattern[1:]
    if words and (values := _read_word(part.removesuffix("?"), words[0])) is not None:
        others = match_words(rest, words[1:])
        if others is not None:
            return values | others
    return match_words(rest, words) if part.endswith("?") else None


def _read_word(part: str, word: str) -> dict[str, Any] | None:
    """Return the values of a word that is a part of a pattern; None for another word."""
    if not part.isupper():
        return {} if word in part.split("|") else None
    if part in _WORD_CLASSES and word in _WORD_CLASSES[part]:
        return _WORD_CLASSES[part][word]
    if part not in _CLASSES or word[0].isalpha():
        return None
    pattern, read_match = _CLASSES[part]
    match = re.fullmatch(pattern, word)
    return read_match(match) if match else None
