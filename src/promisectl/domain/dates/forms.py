"""The grammar of dates as one table: every form that can be read, in the order of trying.

The guide's page and the tests are made from the table.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.dates import readings
from promisectl.domain.dates.zones import read_iso_day, read_iso_minute

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from typing import Any

DAY, CLOCK, MOMENT = "day", "clock", "moment"
"""What the reader of a form returns: days, times of a day, or moments."""


class DateForm(NamedTuple):
    """A form of dates: its kind, what it means, examples, patterns of its words, and its reader.

    `ahead` and `past` are words that TAB completes, for days ahead and for past ones.
    A pattern is words in lower case: `a|b` is either word, and `a?` may be left out. A word in
    capitals is a class of words (see `grammar`), whose values the reader gets by name.
    """

    kind: str
    meaning: str
    examples: tuple[str, ...]
    patterns: tuple[str, ...]
    read: Callable[..., Sequence[Any]]
    ahead: tuple[str, ...] = ()
    past: tuple[str, ...] = ()


FORMS = (
    DateForm(
        DAY,
        "that day",
        ("today", "tomorrow", "tom", "tmrw", "yesterday", "the day after tomorrow"),
        ("NEAR", "the? day AFTER tomorrow|tom|tmrw"),
        readings.read_near_day,
        ahead=("today", "tomorrow"),
        past=("today", "yesterday"),
    ),
    DateForm(
        DAY,
        "the next such day after today",
        ("fri", "friday", "this friday", "coming friday", "on friday", "by friday"),
        ("this? coming? WEEKDAY", "the coming WEEKDAY"),
        readings.read_weekday,
        ahead=("WEEKDAY",),
        past=("WEEKDAY",),
    ),
    DateForm(
        DAY,
        "that far from today",
        (
            *("in 3 days", "in three days", "3 days", "3d", "+3d", "3 days from now"),
            *("in a week", "1w", "in 2 weeks", "2w", "in a fortnight", "a fortnight"),
            *("in 2 months", "+2m", "in a year", "+1y", "3 days ago", "-3d"),
        ),
        ("IN COUNT UNIT", "COUNT UNIT", "COUNT UNIT FROM now|today", "COUNT UNIT AGO", "SPAN"),
        readings.read_distance,
        ahead=("in 3 days", "+2w", "+4w"),
        past=("3 days ago", "2 weeks ago"),
    ),
    DateForm(
        MOMENT,
        "that far from now",
        ("in 2 hours", "2 hours", "+2h", "in 30 min", "+30min", "2 hours ago", "-2h"),
        (
            *("IN COUNT TIME_UNIT", "COUNT TIME_UNIT", "COUNT TIME_UNIT FROM now"),
            *("COUNT TIME_UNIT AGO", "TIME_SPAN"),
        ),
        readings.read_time_distance,
        ahead=("in 2 hours",),
        past=("2 hours ago",),
    ),
    DateForm(
        DAY,
        "that day of the week, which begins on Monday",
        ("friday next week", "next week friday", "mon in 2 weeks", "fri of this week"),
        ("WEEKDAY of? WHICH week", "WHICH week WEEKDAY", "WEEKDAY in COUNT week|weeks"),
        readings.read_weekday_of_week,
    ),
    DateForm(
        DAY,
        "the coming Friday, or that of next week; “last” likewise",
        ("next fri", "last fri"),
        ("STEP WEEKDAY",),
        readings.read_next_weekday,
    ),
    DateForm(
        MOMENT,
        "that hour, or the Friday with that number",
        ("today 19", "fri 17", "fri 27"),
        ("NEAR HOUR", "WEEKDAY NUMBER"),
        readings.read_day_and_number,
    ),
    DateForm(
        DAY,
        "the next such day of a month",
        ("the 5th", "5th", "5", "sat the 5th"),
        ("the? DAY", "WEEKDAY the DAY", "WEEKDAY ORDINAL"),
        readings.read_day_of_month,
    ),
    DateForm(
        DAY,
        "today, or the next time that day comes",
        (
            *("28 nov", "28. nov", "28th november", "28th of november", "nov 28", "nov. 28"),
            *("sat 28 nov", "1st of december", "dec. 5", "22 nov"),
        ),
        ("WEEKDAY? the? DAY of? MONTH", "WEEKDAY? MONTH the? DAY"),
        readings.read_month_date,
    ),
    DateForm(
        DAY,
        "that day",
        ("28 nov 2027", "nov 28, 2027", "Sun 28 Nov 2027"),
        ("WEEKDAY? the? DAY of? MONTH YEAR", "WEEKDAY? MONTH the? DAY YEAR"),
        readings.read_month_date,
    ),
    DateForm(
        DAY,
        "its last day",
        (
            *("eow", "end of the week", "eom", "end of month", "eoy", "end of the year"),
            *("end of next week", "end of next month"),
        ),
        ("PERIOD_END", "the? end of the? WHICH? PERIOD"),
        readings.read_period_end,
        ahead=("eow", "end of next week"),  # eom would import dateutil at each TAB, 1.02 starts
    ),
    DateForm(
        DAY,
        "its last day",
        ("end of november", "end of february 2028"),
        ("the? end of MONTH YEAR?",),
        readings.read_month_end,
    ),
    DateForm(
        DAY,
        "one of these days",
        ("next week", "next month", "next year"),
        ("STEP PERIOD",),
        readings.read_period,
    ),
    DateForm(
        DAY,
        "one of these days",
        ("weekend", "this weekend", "next weekend"),
        ("the? this? weekend", "STEP weekend"),
        readings.read_weekend,
    ),
    DateForm(
        DAY,
        "one of these days",
        ("christmas", "christmas eve", "christmas day"),
        ("CHRISTMAS", "christmas|xmas CHRISTMAS_DAY"),
        readings.read_christmas,
    ),
    DateForm(
        DAY,
        "the order of the numbers that gives a date",
        (
            *("28/11", "28.11.", "28.11.2026", "28-11-2026", "11/28/2026", "2026/11/28"),
            *("2026.11.28", "11/28/26", "11/12"),
        ),
        ("NUMBERS",),
        readings.read_numeric_date,
    ),
    DateForm(
        DAY,
        "a day in ISO 8601, and a day of its weeks",
        ("2026-11-27", "20261127", "2026-W49-5", "2026W495"),
        ("ISO_DAY", "ISO_WEEK_DAY"),
        read_iso_day,
    ),
    DateForm(
        MOMENT,
        "a time in ISO 8601, with Z or an offset the time here",
        (
            *("2026-11-27T17:00", "2026-11-27 17:00", "2026-11-27T9:30", "2026-11-27T17:00Z"),
            *("2026-11-27T19:00+02:00", "20261127T160000Z", "2026-11-27T16:00:00.000Z"),
            *("2026-11-27T16:00:00+0000", "2026-11-27T11:00-05"),
        ),
        ("ISO_MINUTE",),
        read_iso_minute,
    ),
    DateForm(
        MOMENT,
        "that part of today",
        ("tonight", "this evening", "this afternoon", "tonight at 8", "8pm tonight"),
        (
            *("tonight", "tonight at? CLOCK", "tonight at? HOUR", "at? CLOCK tonight"),
            *("HOUR tonight", "this PART", "this PART at? CLOCK", "this PART at? HOUR"),
        ),
        readings.read_today_part,
        ahead=("tonight",),
        past=("this morning",),
    ),
    DateForm(
        CLOCK,
        "that time, today unless there is a day",
        (
            *("17:00", "17:00:00", "5pm", "5 p.m.", "5:00:00 PM", "17h", "17h30", "at 17"),
            *("fri 17:00", "friday 5pm"),
            *("fri at 5 pm", "5pm on friday", "tomorrow 9:30"),
        ),
        ("at|by? CLOCK", "at HOUR"),
        readings.read_clock,
    ),
    DateForm(
        CLOCK,
        "twelve o’clock",
        ("noon", "midday", "28 nov noon"),
        ("at|by? noon|midday",),
        readings.read_noon,
    ),
    DateForm(
        CLOCK,
        "the end of that day",
        ("eod", "end of day", "midnight", "fri eod", "midnight tomorrow"),
        ("at|by? midnight|eod", "by? the? end of the? day"),
        readings.read_day_end,
        ahead=("eod",),
    ),
    DateForm(
        CLOCK,
        "the close of business",
        ("cob", "fri cob", "close of business"),
        ("by? cob|eob", "by? close of business"),
        readings.read_close,
    ),
    DateForm(
        CLOCK,
        "that part of the day",
        ("tomorrow morning", "fri afternoon", "tomorrow evening", "tomorrow evening at 8"),
        ("PART", "in the PART", "PART at? CLOCK", "PART at? HOUR"),
        readings.read_part,
        ahead=("tomorrow morning", "tomorrow evening"),
        past=("yesterday evening",),
    ),
)
"""Every form of dates, in the order in which they are tried."""


def iter_completed_words(weekday: int, *, past: bool) -> Iterator[str]:
    """Yield the words that TAB completes, ahead or past, in the order of the forms.

    The class of weekdays is all of them, the nearest one to `weekday`, which is today's, first.
    """
    for form in FORMS:
        for words in form.past if past else form.ahead:
            if words != "WEEKDAY":
                yield words
                continue
            for distance in range(1, 8):
                yield WEEKDAYS[(weekday + (-distance if past else distance)) % 7][:3]
