"""Dates from words, held against tables, against whole sentences, and against walks through the calendar."""

import calendar
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promisectl.domain.civil import CivilMoment, format_civil, last_second, read_plain_minute
from promisectl.domain.dates import forms, grammar, parse_date, parse_now, suggestions
from promisectl.errors import AmbiguousDate, UnreadableDate, Usage

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin
DAY, MINUTE, SECOND = timedelta(days=1), timedelta(minutes=1), timedelta(seconds=1)
MORE = "See: promisectl guide dates"
TRY = f"Try fri, “28 nov” or “tomorrow 17:00”. {MORE}"

ZONES = (
    "Africa/Cairo",
    "America/New_York",
    "America/Sao_Paulo",
    "America/St_Johns",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Asia/Pyongyang",
    "Australia/Lord_Howe",
    BERLIN,
    "Pacific/Apia",
    "Pacific/Kiritimati",
    "UTC",
)

# (zone, first civil day of the walk, days): around each change of clocks that is worth a walk minute by minute
WALKS = (
    (BERLIN, date(2026, 3, 28), 2),
    (BERLIN, date(2026, 10, 24), 2),
    ("America/New_York", date(2026, 3, 7), 2),
    ("America/New_York", date(2026, 10, 31), 2),
    ("America/Sao_Paulo", date(2018, 2, 17), 2),  # midnight back to 23:00
    ("America/Sao_Paulo", date(2018, 11, 3), 2),  # midnight is skipped
    ("America/St_Johns", date(2010, 11, 6), 2),  # 00:01 back to 23:01 of the day before
    ("America/St_Johns", date(2011, 3, 12), 2),
    ("Asia/Beirut", date(2026, 3, 28), 2),
    ("Asia/Beirut", date(2026, 10, 24), 2),
    ("Africa/Cairo", date(2026, 4, 23), 2),
    ("Africa/Cairo", date(2026, 10, 29), 2),
    ("Australia/Lord_Howe", date(2026, 4, 4), 2),  # half an hour twice
    ("Australia/Lord_Howe", date(2026, 10, 3), 2),
    ("Pacific/Apia", date(2011, 12, 28), 5),  # the 30th was left out
    ("Pacific/Kiritimati", date(1994, 12, 30), 3),  # the 31st was left out
    ("Asia/Kathmandu", date(1985, 12, 31), 2),  # a quarter of an hour forward
    ("Asia/Pyongyang", date(2018, 5, 3), 3),  # 23:30 forward to midnight
    ("UTC", date(2028, 2, 28), 2),
)


def said(
    text: str,
    *,
    now: datetime = NOW,
    zone: str = BERLIN,
    order: str | None = None,
    past: bool = False,
    limit: datetime | None = None,
    near: bool = False,
) -> str:
    """Return what is read in one line: the civil date, and the zone where it is not Berlin."""
    when = parse_date(text, now, zone, order=order, past=past, limit=limit, near=near)
    return when.civil if when.zone == BERLIN else f"{when.civil} {when.zone}"


def refusal(
    text: str,
    *,
    now: datetime = NOW,
    zone: str = BERLIN,
    order: str | None = None,
    past: bool = False,
    limit: datetime | None = None,
) -> str:
    with pytest.raises((UnreadableDate, AmbiguousDate)) as caught:
        parse_date(text, now, zone, order=order, past=past, limit=limit)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "civil"),
    [
        ("today", "2026-11-23"),
        ("tomorrow", "2026-11-24"),
        ("yesterday", "2026-11-22"),
        ("2026-11-27T9:30", "2026-11-27T09:30"),
        ("mon", "2026-11-30"),
        ("tue", "2026-11-24"),
        ("tues", "2026-11-24"),
        ("wed", "2026-11-25"),
        ("thu", "2026-11-26"),
        ("thur", "2026-11-26"),
        ("thurs", "2026-11-26"),
        ("fri", "2026-11-27"),
        ("sat", "2026-11-28"),
        ("sun", "2026-11-29"),
        ("monday", "2026-11-30"),
        ("FRIDAY", "2026-11-27"),
        ("  last \t fri ", "2026-11-20"),
        ("next mon", "2026-11-30"),
        ("last fri", "2026-11-20"),
        ("last monday", "2026-11-16"),
        ("in 3 days", "2026-11-26"),
        ("in 1 day", "2026-11-24"),
        ("in 0 days", "2026-11-23"),
        ("in a week", "2026-11-30"),
        ("in 2 weeks", "2026-12-07"),
        ("in 2 months", "2027-01-23"),
        ("in 1 year", "2027-11-23"),
        ("3 days ago", "2026-11-20"),
        ("2 weeks ago", "2026-11-09"),
        ("a month ago", "2026-10-23"),
        ("a year ago", "2025-11-23"),
        ("+3d", "2026-11-26"),
        ("+2w", "2026-12-07"),
        ("+1m", "2026-12-23"),
        ("+1y", "2027-11-23"),
        ("-3d", "2026-11-20"),
        ("-1m", "2026-10-23"),
        ("eow", "2026-11-29"),
        ("eom", "2026-11-30"),
        ("eoy", "2026-12-31"),
        ("28 nov", "2026-11-28"),
        ("23 nov", "2026-11-23"),
        ("22 nov", "2027-11-22"),
        ("nov 28", "2026-11-28"),
        ("28 november", "2026-11-28"),
        ("28 nov 2027", "2027-11-28"),
        ("nov 28, 2027", "2027-11-28"),
        ("28. nov", "2026-11-28"),
        ("28th nov", "2026-11-28"),
        ("1st Sept", "2027-09-01"),
        ("29 feb", "2028-02-29"),
        ("2026-11-27", "2026-11-27"),
        ("2026-11-27T17:00", "2026-11-27T17:00"),
        ("2026-11-27 17:00", "2026-11-27T17:00"),
        ("2026-11-27T17:00:00", "2026-11-27T17:00"),
        ("2026-11-27T17:00Z", "2026-11-27T18:00"),
        ("2026-11-27t23:30:00z", "2026-11-28T00:30"),
        ("2026-11-27T17:00+02:00", "2026-11-27T16:00"),
        ("2026-11-27 17:00-08:00", "2026-11-28T02:00"),
        ("2026-11-27T17:00+02:00 America/New_York", "2026-11-27T10:00 America/New_York"),
        ("fri 17:00", "2026-11-27T17:00"),
        ("fri at 9am", "2026-11-27T09:00"),
        ("fri 9 am", "2026-11-27T09:00"),
        ("fri 9:30PM", "2026-11-27T21:30"),
        ("fri noon", "2026-11-27T12:00"),
        ("fri 12am", "2026-11-27T00:00"),
        ("fri 12pm", "2026-11-27T12:00"),
        ("fri next week at 9:05", "2026-12-04T09:05"),
        ("at 9:05 on fri next week", "2026-12-04T09:05"),
        ("friday by 5pm", "2026-11-27T17:00"),
        ("fri by noon", "2026-11-27T12:00"),
        ("by the end of the day", "2026-11-23"),
        ("tomorrow by cob", "2026-11-24T17:00"),
        ("in 3 days 9 pm", "2026-11-26T21:00"),
        ("nov 28 10:00", "2026-11-28T10:00"),
        ("nov 28 9 am", "2026-11-28T09:00"),
        ("28 nov 2027 at noon", "2027-11-28T12:00"),
        ("2026-11-27 5pm", "2026-11-27T17:00"),
        ("fri America/New_York", "2026-11-27 America/New_York"),
        ("fri 17:00 asia/tokyo", "2026-11-27T17:00 Asia/Tokyo"),
        ("fri 17:00 europe/berlin", "2026-11-27T17:00"),
        ("fri 17:00 UTC", "2026-11-27T17:00 UTC"),
        ("fri 17:00 Z", "2026-11-27T17:00 UTC"),
        ("fri 17:00Z", "2026-11-27T17:00 UTC"),
        ("2026-11-27 17:00 UTC", "2026-11-27T17:00 UTC"),
        ("today America/Argentina/Buenos_Aires", "2026-11-23 America/Argentina/Buenos_Aires"),
    ],
)
def test_every_form(text: str, civil: str) -> None:
    assert said(text) == civil


@pytest.mark.parametrize(
    ("text", "civil"),
    [
        ("mon", "2026-11-16"),
        ("fri", "2026-11-20"),
        ("sunday", "2026-11-22"),
        ("last fri", "2026-11-20"),
        ("3d", "2026-11-20"),
        ("2 weeks", "2026-11-09"),
        ("2 hours", "2026-11-23T08:00"),
        ("24", "2026-10-24"),
        ("the 22nd", "2026-11-22"),
        ("end of october", "2026-10-31"),
        ("end of november", "2025-11-30"),
        ("end of last month", "2026-10-31"),
        ("fri last week", "2026-11-20"),
        ("christmas eve", "2025-12-24"),
        ("23 nov", "2026-11-23"),
        ("24 nov", "2025-11-24"),
        ("29 feb", "2024-02-29"),
        ("28 nov 2027", "2027-11-28"),
        ("tomorrow", "2026-11-24"),
        ("in 3 days", "2026-11-26"),
        ("sat 18:00", "2026-11-21T18:00"),
    ],
)
def test_looking_back(text: str, civil: str) -> None:
    assert said(text, past=True) == civil


@pytest.mark.parametrize(
    ("order", "text", "civil"),
    [
        ("dmy", "11/12", "2026-12-11"),
        ("mdy", "11/12", "2027-11-12"),
        ("dmy", "27.11.2026", "2026-11-27"),
        ("dmy", "27/11/2026 17:00", "2026-11-27T17:00"),
        ("dmy", "27.11.", "2026-11-27"),
        ("dmy", "27.11", "2026-11-27"),
        ("mdy", "11/27/2026", "2026-11-27"),
        ("dmy", "29/2", "2028-02-29"),
        ("ymd", "2026/11/27", "2026-11-27"),
        ("ymd", "2026.1.2", "2026-01-02"),
        ("dmy", "31.12.26", "2026-12-31"),
        ("mdy", "12/31/26", "2026-12-31"),
        ("ymd", "26.12.31", "2026-12-31"),
        ("dmy", "11.12.26", "2026-12-11"),
        ("dmy", "2026/11/12", "2026-11-12"),
        (None, "27/11/2026", "2026-11-27"),
        ("mdy", "27.11.", "2026-11-27"),
        ("dmy", "11/27", "2026-11-27"),
        (None, "12/31/26", "2026-12-31"),
        (None, "25/12", "2026-12-25"),
        (None, "27-11-2026", "2026-11-27"),
    ],
)
def test_numbers_with_an_order(order: str, text: str, civil: str) -> None:
    assert said(text, order=order) == civil


@pytest.mark.parametrize(
    ("order", "text", "readings"),
    [
        (None, "11/12", ("2026-12-11", "2027-11-12")),
        (None, "11/12 9am", ("2026-12-11T09:00", "2027-11-12T09:00")),
        (None, "11.12.2026", ("2026-11-12", "2026-12-11")),
        (None, "11-12-2026", ("2026-11-12", "2026-12-11")),
        ("ymd", "11/12/2026", ("2026-11-12", "2026-12-11")),
        (None, "31.12.26", ("2026-12-31", "2031-12-26")),
        (None, "next fri", ("2026-11-27", "2026-12-04")),
        (None, "next friday 17:00", ("2026-11-27T17:00", "2026-12-04T17:00")),
        (None, "weekend", ("2026-11-28", "2026-11-29")),
        (None, "the weekend", ("2026-11-28", "2026-11-29")),
        (None, "next weekend", ("2026-11-28", "2026-11-29", "2026-12-05", "2026-12-06")),
        (None, "last weekend", ("2026-11-21", "2026-11-22")),
        (None, "next week", ("2026-11-30", "2026-12-04", "2026-12-06")),
        (None, "last week", ("2026-11-16", "2026-11-20", "2026-11-22")),
        (None, "next month", ("2026-12-01", "2026-12-31")),
        (None, "next year", ("2027-01-01", "2027-12-31")),
        (None, "christmas", ("2026-12-24", "2026-12-25", "2026-12-26")),
        (None, "fri 5", ("2026-11-27T05:00", "2026-11-27T17:00")),
        (None, "fri 4", ("2026-11-27T04:00", "2026-11-27T16:00", "2026-12-04")),
        (None, "today 11", ("2026-11-23T11:00", "2026-11-23T23:00")),
        (None, "at 11", ("2026-11-23T11:00", "2026-11-23T23:00")),
    ],
)
def test_what_has_several_readings_names_them_all(
    order: str | None, text: str, readings: tuple[str, ...]
) -> None:
    with pytest.raises(AmbiguousDate) as caught:
        parse_date(text, NOW, BERLIN, order=order)
    assert caught.value.readings == readings
    assert [said(reading) for reading in readings] == list(readings)


def test_several_readings_are_refused_with_what_to_paste() -> None:
    assert refusal("next fri") == (
        "“next fri” can mean Fri 27 Nov or Fri 4 Dec. Type 2026-11-27 or 2026-12-04."
    )
    with pytest.raises(AmbiguousDate) as caught:
        parse_date("next fri 9:00 UTC", NOW, BERLIN)
    assert str(caught.value.name_option("--by")) == (
        "“next fri 9:00 UTC” can mean Fri 27 Nov, 09:00 UTC or Fri 4 Dec, 09:00 UTC. "
        'Type --by "2026-11-27T09:00 UTC" or --by "2026-12-04T09:00 UTC".'
    )


@pytest.mark.parametrize(
    ("today", "text", "readings"),
    [
        ("2026-11-23", "next fri", "2026-11-27 2026-12-04"),
        ("2026-11-27", "next fri", "2026-12-04"),
        ("2026-11-28", "next fri", "2026-12-04"),
        ("2026-11-29", "next mon", "2026-11-30"),
        ("2026-11-23", "next sun", "2026-11-29 2026-12-06"),
        ("2026-11-28", "last fri", "2026-11-20 2026-11-27"),
        ("2026-11-23", "last fri", "2026-11-20"),
        ("2026-11-27", "last fri", "2026-11-20"),
    ],
)
def test_next_and_last_are_taken_where_only_one_day_is_meant(
    today: str, text: str, readings: str
) -> None:
    assert list_readings(text, datetime.fromisoformat(f"{today}T12:00Z")) == readings.split()


def list_readings(text: str, now: datetime = NOW, **how: Any) -> list[str]:
    """What a text can mean: the one thing that is read, or all that are named."""
    try:
        return [parse_date(text, now, BERLIN, **how).civil]
    except AmbiguousDate as refused:
        return list(refused.readings)


@pytest.mark.parametrize(
    ("today", "text", "past", "readings"),
    [
        ("2026-11-25", "7", False, "2026-12-07"),
        ("2026-11-25", "5.12.2026", False, "2026-12-05"),
        ("2026-11-25", "12/5/2026", False, "2026-12-05"),
        ("2026-11-25", "5.12.2026", True, "2026-05-12"),
        ("2026-04-25", "5.12.2026", False, "2026-05-12 2026-12-05"),
        ("2027-01-25", "5.12.2026", False, "2026-12-05"),  # both have passed
        ("2026-11-28", "weekend", False, "2026-11-28 2026-11-29"),
        ("2026-11-29", "weekend", False, "2026-11-29"),
        ("2026-11-28", "weekend", True, "2026-11-28"),
        ("2026-11-25", "weekend", True, "2026-11-21 2026-11-22"),
        ("2026-12-25", "christmas", False, "2026-12-25 2026-12-26"),
        ("2026-12-27", "christmas", False, "2027-12-24 2027-12-25 2027-12-26"),
        ("2026-12-25", "christmas", True, "2026-12-24 2026-12-25"),
        ("2026-11-25", "today 7", False, "2026-11-25T19:00"),  # it is noon
        ("2026-11-25", "at 7", True, "2026-11-25T07:00"),
        ("2026-11-25", "9:00", False, "2026-11-25T09:00"),
    ],
)
def test_what_is_on_the_wrong_side_counts_only_alone(
    today: str, text: str, readings: str, *, past: bool
) -> None:
    now = datetime.fromisoformat(f"{today}T11:00Z")
    assert list_readings(text, now, past=past, limit=now) == readings.split()


def test_of_the_two_times_of_a_minute_the_one_ahead_counts() -> None:
    now = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)  # 02:45, before the clocks go back
    assert list_readings("02:30", now) == ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"]
    assert parse_date("02:30", now, BERLIN, limit=now).at == now + 45 * MINUTE
    assert parse_date("02:30", now, BERLIN, past=True, limit=now).at == now - 15 * MINUTE


# The table


EXAMPLES = [(form, text) for form in forms.FORMS for text in form.examples]


@pytest.mark.parametrize(("form", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_every_example_of_the_grammar_is_read_and_echoed(form: forms.DateForm, text: str) -> None:
    assert form.meaning
    readings = list_readings(text)
    assert readings
    for reading in readings:
        echo = format_civil(parse_date(reading, NOW, BERLIN).civil)
        assert calendar.day_abbr[date.fromisoformat(reading[:10]).weekday()] == echo[:3]
        assert said(echo) == reading


@pytest.mark.parametrize(("form", "text"), EXAMPLES, ids=[text for _, text in EXAMPLES])
def test_no_text_has_two_forms(form: forms.DateForm, text: str) -> None:
    """So the order of the table is only a matter of speed."""
    words = text.lower().replace("5 p.m.", "5pm").replace(",", "").split()
    words = words[1:] if words[0] in {"on", "by"} else words
    found = [
        other
        for other in forms.FORMS
        for pattern in other.patterns
        if grammar.match_words(pattern.split(), words) is not None
    ]
    assert found in ([], [form])
    assert found or form.kind == forms.CLOCK or "ISO_MINUTE" in form.patterns


@pytest.mark.parametrize("past", [False, True], ids=["ahead", "past"])
def test_the_words_that_tab_completes_have_one_reading_on_any_day(*, past: bool) -> None:
    for days in range(7):
        now = NOW + days * DAY
        words = list(forms.iter_completed_words(now.weekday(), past=past))
        assert len(set(words)) == len(words)
        for text in words:
            when = parse_date(text, now, BERLIN, past=past)
            assert when.start <= now if past else when.at >= now


def test_every_class_of_a_pattern_has_words() -> None:
    patterns = " ".join(pattern for form in forms.FORMS for pattern in form.patterns)
    parts = {part.strip("?") for part in patterns.split()}
    assert {part for part in parts if part.isupper()} <= grammar.CLASS_NAMES


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", ""),
        ("   ", ""),
        ("soon", ""),
        ("tomorrow fri", ""),
        ("fri 17:00 EST", ""),
        ("fri CET", ""),
        ("fri 17:00+02:00", ""),
        ("in 3 days ago", ""),
        ("+3", ""),
        ("+3q", ""),
        ("28 nov 27", ""),
        ("dec soon", ""),
        ("28 novem", ""),
        ("27/11.2026", ""),
        ("2026-11-27T17", ""),
        ("2026-11-27T24:00", ""),
        ("2026-11-27T17:00+25:00", ""),
        ("\uff12\uff18 nov", ""),
        ("fri\x00", ""),
        ("fri\n", ""),
        ("fri\x1f17:00", ""),
        ("\ud800", ""),
        ("dec", "that is not a single day"),
        ("nov 2026", "that is not a single day"),
        ("2026", "that is not a single day"),
        ("2026-11", "that is not a single day"),
        ("30 feb", "there is no such day"),
        ("29 feb 2027", "there is no such day"),
        ("0 nov", "there is no such day"),
        ("00 nov 2026", "there is no such day"),
        ("99 nov", "there is no such day"),
        ("2026-02-30", "there is no such day"),
        ("2026-02-30T10:00", "there is no such day"),
        ("2026-13-01 10:00Z", "there is no such day"),
        ("thu 27", "27 November 2026 is a Friday"),
        ("30/30", "there is no such day"),
        ("2026-W54-1", "there is no such day"),
        ("27 11", ""),
        ("the fri", ""),
        ("of fri", ""),
        ("next week 5", ""),
        ("5 dez", ""),
        ("19h Europe/Berlin 5", ""),
        ("2026-W48", "that is not a single day"),
        ("thirteen days", ""),
        ("tonight 3am", "that is not in the evening"),
        ("tomorrow morning at 12", "that is not in the morning"),
        ("25:00", "there is no such time"),
        ("24h", "there is no such time"),
        ("fri 13 p.m.", "there is no such time"),
        ("2026/13/13", "there is no such day"),
        ("0", "there is no such day"),
        ("32", "there is no such day"),
        ("fri 24:00", "there is no such time"),
        ("fri 9:60", "there is no such time"),
        ("fri 13pm", "there is no such time"),
        ("fri 0am", "there is no such time"),
        ("2027-03-28 02:30", "the clocks skip that hour there"),
        ("2027-03-14 02:30 America/New_York", "the clocks skip that hour there"),
        ("2011-12-30 Pacific/Apia", "the calendar skips that day there"),
        ("2011-12-30T10:00 Pacific/Apia", "the calendar skips that day there"),
        ("fri Europe/Atlantis", "“Europe/Atlantis” is not a known time zone"),
        ("fri America/Indiana", "“America/Indiana” is not a known time zone"),
        ("fri right/Europe/Berlin", "“right/Europe/Berlin” is not a known time zone"),
        ("fri a/../../etc/passwd", "“a/../../etc/passwd” is not a known time zone"),
        ("1969-12-31", "the years go from 1970 to 9999"),
        ("28 nov 1969", "the years go from 1970 to 9999"),
        ("28 nov 0050", "the years go from 1970 to 9999"),
        ("1970-01-01T00:30+01:00 America/New_York", "the years go from 1970 to 9999"),
        ("0001-01-01T00:00+05:00", "the years go from 1970 to 9999"),
        ("9999-12-31T23:00-05:00", "the years go from 1970 to 9999"),
        ("9999-12-31 America/New_York", "the years go from 1970 to 9999"),
        ("100 years ago", "the years go from 1970 to 9999"),
        ("3000 years ago", "the years go from 1970 to 9999"),
        ("in 8000 years", "the years go from 1970 to 9999"),
        ("+99999999999999999999d", "the years go from 1970 to 9999"),
        ("-" + "9" * 98 + "m", "the years go from 1970 to 9999"),
        ("x" * 101, "it is longer than 100 characters"),
    ],
)
def test_refused_with_the_reason_and_three_examples(text: str, why: str) -> None:
    reason = f" ({why})" if why else ""
    assert refusal(text) == f"Can't read “{text}” as a date{reason}. {TRY}"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("now", "today"),
        ("this week", "eow"),
        ("this month", "eom"),
        ("until fri", "fri"),
        ("before 28 nov", "“28 nov”"),
        ("28 nov!", "“28 nov”"),
        ("nov 28 17", "“nov 28 17:00”"),
        ("28 nov 5", "“28 nov 5:00” or “28 nov 5pm”"),
        ("fri night", "“fri evening”"),
        ("frida", "friday"),
        ("tomorow", "tomorrow"),
        ("wendesday 17:00", "“wednesday 17:00”"),
    ],
)
def test_what_may_be_meant_is_named_and_not_taken(text: str, meant: str) -> None:
    assert refusal(text) == f"Can't read “{text}” as a date. Did you mean {meant}? {MORE}"


@given(text=st.text(alphabet=" 0123456789:.,adefghimnorstuvwy", max_size=30), past=st.booleans())
def test_every_form_that_is_named_can_be_read(text: str, past: bool) -> None:
    try:
        parse_date(text, NOW, BERLIN, past=past)
    except UnreadableDate as refused:
        if "Did you mean" in str(refused):
            meant = str(refused).split("Did you mean ")[1].split("? See")[0].split(" or ")
            forms = [form.strip("“”") for form in meant]
            assert [parse_date(form, NOW, BERLIN, past=past).zone for form in forms] == [
                BERLIN
            ] * len(forms)
    except AmbiguousDate:
        pass


@pytest.mark.parametrize("text", sorted(suggestions._EVERYDAY_FORMS))
def test_every_everyday_word_has_a_form_that_can_be_read(text: str) -> None:
    assert "Did you mean" in refusal(text)


def test_the_examples_look_back_too() -> None:
    assert (
        refusal("soon", past=True)
        == "Can't read “soon” as a date. Try fri, “21 nov” or “yesterday 17:00”. See: promisectl guide dates"
    )


@pytest.mark.parametrize(
    "zone", ["Europe/Atlantis", "Europe", "../etc", "/etc/passwd", "", "Europe/Berlin\x00"]
)
def test_an_unknown_zone_of_ones_own_is_refused(zone: str) -> None:
    assert (
        refusal("fri", zone=zone)
        == f"Can't read “fri” as a date (“{zone}” is not a known time zone). {TRY}"
    )


@pytest.mark.parametrize("past", [False, True])
@pytest.mark.parametrize(
    "day",
    [date(2024, 2, 20) + n * DAY for n in range(15)]
    + [date(1970, 1, 1), date(1971, 1, 1), date(9999, 12, 30)],
)
def test_the_examples_can_be_read_and_lie_on_the_right_side(day: date, *, past: bool) -> None:
    now = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    sentence = refusal("soon", now=now, past=past)
    examples = sentence.split("Try ")[1].split(". See")[0].replace(" or ", ", ").split(", ")
    assert len(examples) == 3
    for shown in examples:
        found = parse_date(shown.strip("“”"), now, "UTC", past=past).start.date()
        assert found <= day if past else found >= day


def test_today_is_counted_in_the_zone_that_the_text_names() -> None:
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)  # 23:30 on Monday in Berlin, Tuesday in Tokyo
    assert said("today", now=late) == "2026-11-23"
    assert said("today Asia/Tokyo", now=late) == "2026-11-24 Asia/Tokyo"
    assert said("tue 09:00 Asia/Tokyo", now=late) == "2026-12-01T09:00 Asia/Tokyo"


@pytest.mark.parametrize(
    ("today", "text", "civil"),
    [
        ("2027-01-31", "+1m", "2027-02-28"),
        ("2028-01-31", "in a month", "2028-02-29"),
        ("2028-02-29", "+1y", "2029-02-28"),
        ("2028-02-29", "+4y", "2032-02-29"),
        ("2026-03-31", "-1m", "2026-02-28"),
        ("2026-11-29", "eow", "2026-11-29"),
        ("2028-02-01", "eom", "2028-02-29"),
        ("2026-12-31", "eom", "2026-12-31"),
        ("2026-12-31", "eoy", "2026-12-31"),
        ("2026-12-31", "tomorrow", "2027-01-01"),
        ("2026-11-27", "fri", "2026-12-04"),
        ("2026-11-27", "fri next week", "2026-12-04"),
        ("2026-01-31", "end of next month", "2026-02-28"),
        ("2026-12-31", "end of next month", "2027-01-31"),
        ("2026-12-31", "end of next year", "2027-12-31"),
        ("2027-12-31", "end of february", "2028-02-29"),
        ("2026-12-28", "sun in 2 weeks", "2027-01-17"),
        ("2027-01-31", "30", "2027-03-30"),
        ("2027-02-01", "the 31st", "2027-03-31"),
        ("2026-12-31", "the 1st", "2027-01-01"),
        ("2028-02-29", "29 feb", "2028-02-29"),
        ("2096-03-01", "29 feb", "2104-02-29"),
    ],
)
def test_ends_of_months_and_leap_days(today: str, text: str, civil: str) -> None:
    assert said(text, now=datetime.fromisoformat(f"{today}T12:00Z")) == civil


def test_the_last_days_of_all_have_no_next_year() -> None:
    last = datetime(9999, 12, 30, 12, tzinfo=UTC)
    assert refusal("1 jan", now=last) == (
        "Can't read “1 jan” as a date (the years go from 1970 to 9999). Try today, “30 dec” or 9999-12-30. See: promisectl guide dates"
    )


def test_a_minute_that_happens_twice_names_both_and_each_can_be_read() -> None:
    assert refusal("2026-10-25 02:30") == (
        "“2026-10-25 02:30” can mean Sun 25 Oct, 02:30+02:00 or Sun 25 Oct, 02:30+01:00. "
        "Type 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00."
    )
    first, second = (
        parse_date("2026-10-25T02:30+02:00", NOW, BERLIN),
        parse_date("2026-10-25T02:30+01:00", NOW, BERLIN),
    )
    assert first == CivilMoment(
        "2026-10-25T02:30", BERLIN, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    )
    assert second == CivilMoment(
        "2026-10-25T02:30", BERLIN, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    )


def test_a_minute_that_happens_twice_elsewhere_keeps_its_zone() -> None:
    reading = "2026-11-01T01:30-05:00 America/New_York"
    with pytest.raises(AmbiguousDate) as caught:
        parse_date("2026-11-01 1:30am America/New_York", NOW, BERLIN)
    assert caught.value.readings == (reading.replace("-05", "-04"), reading)
    assert parse_date(reading, NOW, BERLIN) == CivilMoment(
        "2026-11-01T01:30", "America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    )


def test_an_offset_of_half_minutes_gives_the_minute_that_the_clocks_there_show() -> None:
    assert parse_date("1971-06-01T12:00Z", NOW, "Africa/Monrovia") == CivilMoment(
        "1971-06-01T11:15", "Africa/Monrovia", datetime(1971, 6, 1, 11, 59, 30, tzinfo=UTC)
    )


# Instants as other programs write them


INSTANTS = [
    f"{day}{between}{clock}{fraction}{offset}"
    for day, clocks in (
        ("2026-12-05", ("16:00", "16:00:00")),
        ("20261205", ("1600", "160000")),
    )
    for between in "Tt "
    for clock in clocks
    for fraction in ("", ".0", ".000", ".123456789", ",5")
    if not fraction or clock == clocks[1]
    for offset in ("Z", "z", "+0000", "+00:00", "+00", "-00:00", " +0000")
] + [
    "2026-12-05T17:00:00+01",
    "2026-12-05T17:00:00.000+0100",
    "20261205T170000+0100",
    "20261205T110000-05",
    "2026-12-05 21:30:00.7+05:30",
    "2026-12-05T16:00:17Z",
]


@pytest.mark.parametrize("text", INSTANTS)
def test_an_instant_of_another_program_is_its_minute_here(text: str) -> None:
    assert said(text) == "2026-12-05T17:00"
    assert parse_date(text, NOW, BERLIN).at == datetime(2026, 12, 5, 16, tzinfo=UTC)


@pytest.mark.parametrize("text", INSTANTS)
def test_what_has_happened_has_its_second(text: str) -> None:
    second = 17 if "16:00:17" in text else 0
    at = datetime(2026, 12, 5, 16, 0, second, tzinfo=UTC)
    assert parse_now(text, BERLIN) == parse_date(text, at, BERLIN, past=True).at == at


@pytest.mark.parametrize(
    "text", ["2026-12-05T22:59:59Z", "20261205T225959Z", "2026-12-05T23:59:59.999", "20261205"]
)
def test_the_last_second_of_a_day_is_the_day(text: str) -> None:
    assert parse_date(text, NOW, BERLIN) == CivilMoment(
        "2026-12-05", BERLIN, datetime(2026, 12, 5, 22, 59, 59, tzinfo=UTC)
    )


@pytest.mark.parametrize(
    "text",
    [
        "20261305",
        "20260230",
        "05122026",
        "2026120",
        "202612055",
        "20261205T16",
        "20261205T2500Z",
        "2026-12-05T16:00+15",
        "2026-12-05T16:00+0160",
        "2026-12-05T16:00.5",
        "2026-1205",
        "202612-05",
    ],
)
def test_what_only_looks_like_an_instant_is_refused(text: str) -> None:
    assert "as a date" in refusal(text)


@pytest.mark.parametrize(
    "space", ["\u00a0", "\u202f", "\u2009", "\u3000", "\u200b ", "\u200e \u200f", "\t"]
)
def test_any_space_is_a_space(space: str) -> None:
    assert said(f"fri{space}5:00{space}PM") == "2026-11-27T17:00"
    assert said(f"28{space}nov{space}") == "2026-11-28"


def test_a_day_knows_its_start_noon_and_end() -> None:
    day = parse_date("2018-11-04", NOW, "America/Sao_Paulo")  # its first hour was skipped
    assert day.is_day
    assert day.start == datetime(2018, 11, 4, 3, 0, tzinfo=UTC)
    assert day.noon == datetime(2018, 11, 4, 14, 0, tzinfo=UTC)
    assert day.at == datetime(2018, 11, 5, 1, 59, 59, tzinfo=UTC)


def test_a_minute_starts_when_it_is() -> None:
    minute = parse_date("fri 17:00", NOW, BERLIN)
    assert not minute.is_day
    assert minute.start == minute.noon == minute.at == datetime(2026, 11, 27, 16, 0, tzinfo=UTC)


def test_last_second_of_a_day_that_was_left_out_is_the_one_before_the_jump() -> None:
    assert last_second(date(2011, 12, 30), "Pacific/Apia") == last_second(
        date(2011, 12, 29), "Pacific/Apia"
    )


@pytest.mark.parametrize(
    ("civil", "zone", "here", "words"),
    [
        ("2026-11-27", "", "", "Fri 27 Nov 2026, end of day"),
        ("2026-12-04T17:00", "", "", "Fri 4 Dec 2026, 17:00"),
        ("2026-11-27T17:00", BERLIN, BERLIN, "Fri 27 Nov 2026, 17:00"),
        ("2026-11-27T17:00", BERLIN, "UTC", "Fri 27 Nov 2026, 17:00 Europe/Berlin"),
        ("2026-11-27", BERLIN, "", "Fri 27 Nov 2026, end of day Europe/Berlin"),
        ("2026-11-27", "", BERLIN, "Fri 27 Nov 2026, end of day"),
    ],
)
def test_show(civil: str, zone: str, here: str, words: str) -> None:
    assert format_civil(civil, zone, here) == words


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-23T10:00", "2026-11-23T09:00:00Z"),
        (" 2026-11-23 10:00:30 ", "2026-11-23T09:00:30Z"),
        ("2026-11-23T10:00Z", "2026-11-23T10:00:00Z"),
        ("2026-11-23T10:00:59-05:00", "2026-11-23T15:00:59Z"),
        ("2026-11-23", "2026-11-23T11:00:00Z"),
        ("2026-07-01", "2026-07-01T10:00:00Z"),
    ],
)
def test_the_present_moment_is_given_as_iso(text: str, instant: str) -> None:
    assert parse_now(text, BERLIN) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("today", ""),
        ("fri", ""),
        ("", ""),
        ("2026-11-23 9am", ""),
        ("2026-11-23T10:00 Europe/Berlin", ""),
        ("2026-11-23T10:00:61", ""),
        ("2026-02-30", " (there is no such day)"),
        ("2026-02-30T10:00", " (there is no such day)"),
        ("2027-03-28T02:30", " (the clocks skip that hour there)"),
        ("1969-12-31", " (the years go from 1970 to 9999)"),
        ("0001-01-01T00:00+10:00", " (the years go from 1970 to 9999)"),
    ],
)
def test_any_other_present_moment_is_refused(text: str, why: str) -> None:
    with pytest.raises(UnreadableDate) as caught:
        parse_now(text, BERLIN)
    examples = "Try 2026-11-23, 2026-11-23T10:00 or 2026-11-23T10:00+01:00."
    assert str(caught.value) == f"Can't read “{text}” as a date{why}. {examples}"


def test_a_present_moment_that_happens_twice_or_nowhere_is_refused() -> None:
    with pytest.raises(AmbiguousDate, match=r"2026-10-25T02:30\+02:00 or 2026-10-25T02:30\+01:00"):
        parse_now("2026-10-25T02:30", BERLIN)
    with pytest.raises(UnreadableDate, match="“Mars/Base” is not a known time zone"):
        parse_now("2026-10-25", "Mars/Base")


# The oracle: walks that ask only what a clock in the zone shows at each instant, and the calendar module.


def walk(zone: str, first: date, days: int) -> Iterator[tuple[datetime, datetime]]:
    """Each minute from a good day before `first` to a good day after: the instant, and what the clock shows."""
    clock = ZoneInfo(zone)
    instant = datetime(first.year, first.month, first.day, tzinfo=UTC) - 2 * DAY
    for _ in range((days + 4) * 24 * 60):
        yield instant, instant.astimezone(clock).replace(tzinfo=None, fold=0)
        instant += MINUTE


def outcome(text: str, zone: str) -> list[datetime]:
    """Return the instants that a text can mean: none, one, or the two that an ambiguity names."""
    try:
        return [parse_date(text, NOW, zone).at]
    except UnreadableDate as refused:
        assert " there)" in str(refused)  # noqa: PT017
        return []
    except AmbiguousDate as refused:
        return [parse_date(reading, NOW, zone).at for reading in refused.readings]


@pytest.mark.parametrize(("zone", "first", "days"), WALKS)
def test_oracle_of_minutes(zone: str, first: date, days: int) -> None:
    shown = defaultdict(list)
    for instant, civil in walk(zone, first, days):
        shown[civil].append(instant)
    start = datetime(first.year, first.month, first.day)  # noqa: DTZ001
    wrong = {}
    for n in range(days * 24 * 60):
        civil = start + n * MINUTE
        text = civil.isoformat(timespec="minutes")
        if outcome(text, zone) != shown[civil]:
            wrong[text] = (outcome(text, zone), shown[civil])
    assert not wrong


@pytest.mark.parametrize(("zone", "first", "days"), WALKS)
def test_oracle_of_days(zone: str, first: date, days: int) -> None:
    seen = defaultdict(list)
    for instant, civil in walk(zone, first, days):
        seen[civil.date()].append(instant)
    for n in range(days):
        day = first + n * DAY
        if not seen[day]:
            assert outcome(str(day), zone) == []
            continue
        when = parse_date(str(day), NOW, zone)
        assert when == CivilMoment(str(day), zone, seen[day][-1] + 59 * SECOND)
        assert when.start == seen[day][0]
        assert when.noon.astimezone(ZoneInfo(zone)).isoformat()[:16] == f"{day}T12:00"
        assert last_second(day, zone) == when.at


@pytest.mark.parametrize("zone", ZONES)
def test_oracle_of_todays(zone: str) -> None:
    """Every quarter of an hour of a year: today is what a clock there shows."""
    clock = ZoneInfo(zone)
    instant = datetime(2026, 1, 1, tzinfo=UTC) - SECOND
    while instant.year < 2027:
        shown = instant.astimezone(clock).date()
        assert parse_date("today", instant, zone).civil == str(shown)
        assert parse_date("tomorrow", instant, zone).civil == str(shown + DAY)
        instant += timedelta(hours=5, minutes=45)


def first_that(day: date, step: int, names: str) -> str:
    """Walk from a day, one day at a time, to the first whose English name holds `names`."""
    while (
        names
        not in f"{calendar.day_name[day.weekday()]} {day.day} {calendar.month_name[day.month]};".lower()
    ):
        day += step * DAY
    return str(day)


def test_oracle_of_calendar_words() -> None:
    for n in range(0, 8 * 366, 31):
        today = date(2023, 12, 28) + n * DAY
        now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        for name in ("monday", "wednesday", "friday", "sunday"):
            ahead, behind = first_that(today + DAY, 1, name), first_that(today - DAY, -1, name)
            assert said(name[:3], now=now) == ahead
            assert said(name, now=now, past=True) == behind
        for name in (" 29 february;", " 1 january;", " 31 october;"):
            assert said(name.strip(" ;"), now=now) == first_that(today, 1, name)
            assert said(name.strip(" ;"), now=now, past=True) == first_that(today, -1, name)
        assert said("eow", now=now) == first_that(today, 1, "sunday")
        month_end = calendar.monthrange(today.year, today.month)[1]
        assert said("eom", now=now) == f"{today:%Y-%m}-{month_end}"


def test_oracle_of_months_on() -> None:
    for n in range(0, 800, 3):
        today = date(2027, 1, 1) + n * DAY
        now = datetime(today.year, today.month, today.day, 12, tzinfo=UTC)
        for months in (-25, -12, -1, 1, 2, 11, 13, 48):
            year, month = today.year, today.month
            for _ in range(abs(months)):
                month += 1 if months > 0 else -1
                year, month = (
                    (year + 1, 1)
                    if month == 13
                    else (year - 1, 12)
                    if month == 0
                    else (year, month)
                )
            day = min(today.day, calendar.monthrange(year, month)[1])
            assert said(f"{months:+}m", now=now) == str(date(year, month, day))


def test_oracle_of_month_names() -> None:
    for month in range(1, 13):
        for day in (*range(34), 50, 99):
            for year in ("", "2027", "2028"):
                exists = 1 <= day <= calendar.monthrange(int(year or 2028), month)[1]
                for name in (calendar.month_name[month], calendar.month_abbr[month].upper()):
                    for text in (f"{day} {name} {year}", f"{name} {day:02}, {year}".rstrip(", ")):
                        if exists:
                            assert said(text)[-5:] == f"{month:02}-{day:02}"
                            assert said(text)[:4] == year or not year
                        else:
                            assert "there is no such day" in refusal(text)


TOKENS = (  # noqa: SIM905
    "tom on by this coming the of end week month next tonight morning at 5pm 19h cob midnight fortnight in 2 hours +2h christmas weekend 5th today tomorrow fri sunday next last in a 3 10 28 28th nov december feb 29 2026 2027 2028-02-29 2026-11-27 2026-10-25T02:30 "
    "T17:00 17:00 02:30 :30 9am noon at pm Z UTC Europe/Berlin pacific/apia EST / . - + +02:00 +3d -1m 9999-12-31 1970-01-01 0000 "
    "days week months years ago eow eom eoy 11/12 27.11. 2026/11/27 99999999999 , \t \x00 é \u0661"
).split(" ")
MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001
    datetime(9999, 12, 31, 23, 59, 59),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SENTENCES = st.lists(st.sampled_from(TOKENS), max_size=6).flatmap(
    lambda words: st.sampled_from([" ".join(words), "".join(words)])
)


@given(
    text=st.text(max_size=120) | SENTENCES | st.text("0123456789-:+tTzZ/. amp", max_size=30),
    now=MOMENTS,
    zone=st.sampled_from(ZONES),
    order=st.sampled_from([None, "dmy", "mdy", "ymd", "x"]),
    past=st.booleans(),
)
@settings(max_examples=800, deadline=None, derandomize=True)
def test_any_text_is_read_or_refused(
    text: str, now: datetime, zone: str, order: str | None, *, past: bool
) -> None:
    try:
        when = parse_date(text, now, zone, order=order, past=past)
    except Usage:
        return
    assert when.at.tzinfo is UTC
    assert when.at.microsecond == 0
    assert when.start <= when.at
    assert len(when.civil) in {10, 16}
    assert 1970 <= int(when.civil[:4]) <= 9999
    clock = when.at.astimezone(ZoneInfo(when.zone))
    assert clock.isoformat()[: len(when.civil)] == when.civil
    assert format_civil(when.civil, when.zone, when.zone).split()[-1]


@given(
    day=st.dates(date(1960, 1, 1), date(9999, 12, 31)).map(str),
    clock=st.sampled_from(
        ["T00:00", "T02:30", "T12:05", "T23:59", " 12:05", "T12:05+01:00", "", "T12"]
    ),
    zone=st.sampled_from(ZONES),
)
@example(day="2026-03-29", clock="T02:30", zone=BERLIN)
@example(day="2026-10-25", clock="T02:30", zone=BERLIN)
@example(day="9999-12-31", clock="T23:59", zone="America/New_York")
@settings(max_examples=300, deadline=None, derandomize=True)
def test_a_plain_minute_is_what_the_parser_reads(day: str, clock: str, zone: str) -> None:
    try:
        present = parse_now(day + clock, zone)
    except Usage:
        present = None
    is_plain = len(clock) == len("T12:05") and clock.startswith("T")
    assert read_plain_minute(day + clock, zone) == (present if is_plain else None)


@given(
    text=st.text(max_size=120) | SENTENCES | st.text("0123456789-:+tTzZ", max_size=30),
    zone=st.sampled_from([*ZONES, "Mars/Base"]),
)
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_present_moment_is_read_or_refused(text: str, zone: str) -> None:
    try:
        assert parse_now(text, zone).tzinfo is UTC
    except Usage:
        return


@given(
    now=MOMENTS.filter(lambda moment: moment.year < 9990),
    zone=st.sampled_from(ZONES),
    text=st.sampled_from(["eom", "+5d", "+5d 13:37", "1 jul noon"]),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_what_was_read_reads_the_same_as_iso_and_shows_the_same(
    now: datetime, zone: str, text: str
) -> None:
    when = parse_date(text, now, zone)
    again = parse_date(f"{when.civil} {when.zone}", NOW, "UTC")
    assert again == when
    assert format_civil(again.civil, again.zone) == format_civil(when.civil, when.zone)
    day, clock = format_civil(when.civil).split(", ")
    assert parse_date(day.split(" ", 1)[1], NOW, zone).civil == when.civil[:10]
    assert clock == (when.civil[11:] or "end of day")


def test_simple_words_do_not_wait_for_dateutil() -> None:
    program = """
import sys
from datetime import UTC, datetime
from promisectl.domain.civil import format_civil
from promisectl.domain.dates import parse_date, parse_now
now = datetime(2026, 11, 23, 9, tzinfo=UTC)
for text in ("today", "tomorrow", "yesterday", "fri", "fri next week", "last fri", "+3d", "28 nov", "tonight",
             "5pm", "+2w", "in 3 days", "a week ago", "eow",
             "2026-11-27", "2026-11-27T17:00Z", "fri at 9am", "fri 17:00 Europe/Berlin"):
    format_civil(parse_date(text, now, "Europe/Berlin").civil)
parse_now("2026-11-23T10:00", "Europe/Berlin")
print(sorted(name for name in sys.modules if name.startswith("dateutil")))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


@pytest.mark.parametrize(
    ("text", "civil"),
    [
        ("Fri 27 Nov 2026", "2026-11-27"),
        ("Fri 27 Nov 2026, end of day", "2026-11-27"),
        ("Fri 27 Nov 2026, 17:00", "2026-11-27T17:00"),
        ("fri, 27 nov", "2026-11-27"),
        ("friday 27 nov 17:00", "2026-11-27T17:00"),
        ("27 nov 2026, end of day", "2026-11-27"),
    ],
)
def test_what_the_program_prints_it_can_read(text: str, civil: str) -> None:
    assert parse_date(text, NOW, BERLIN).civil == civil


def test_a_wrong_weekday_is_refused() -> None:
    assert refusal("thu 27 nov") == (
        f"Can't read “thu 27 nov” as a date (27 November 2026 is a Friday). {TRY}"
    )


@pytest.mark.parametrize(
    ("text", "civil"),
    [
        ("13 nov", "2026-11-13"),
        ("24 nov", "2026-11-24"),
        ("24 may", "2027-05-24"),
        ("25 may", "2026-05-25"),
        ("13/11", "2026-11-13"),
        ("end of october", "2026-10-31"),
        ("end of november", "2026-11-30"),
        ("29 feb", "2028-02-29"),
        ("13 nov 2027", "2027-11-13"),
        ("fri", "2026-11-27"),
        ("the 13th", "2026-12-13"),
        ("6m", "2027-05-23"),
    ],
)
def test_a_date_without_a_year_can_be_the_nearest(text: str, civil: str) -> None:
    assert said(text, near=True) == civil
