"""Other dates for what is left of a series: each moved from its old one, held against plain arithmetic in twenty zones."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.domain.civil import CivilMoment, DayHours
from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.dates import parse_date
from promisectl.domain.series.dates import list_series_dates
from promisectl.domain.series.rule import parse_rule
from promisectl.domain.series.shift import DateShift, parse_shift, shift_date
from tests.domain.test_date_oracle import DAY, MANY_CLOCKS, SPECIAL, ZONES, bounds, instants

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin
TODAY = date(2026, 11, 23)
OLD = datetime(2000, 1, 1, tzinfo=UTC)


def shift(old: str, text: str, zone: str = BERLIN) -> str:
    """Return the civil date that an old one becomes."""
    moved = shift_date(parse_date(old, OLD, zone), parse_shift(text, NOW, zone), TODAY)
    assert moved.zone == zone
    return moved.civil


def test_the_fridays_of_the_first_example_become_mondays() -> None:
    fridays = list_series_dates(
        parse_date("fri", NOW, BERLIN),
        parse_rule("week"),
        TODAY,
        until=parse_date("26 feb", NOW, BERLIN),
        exceptions=[parse_date(text, NOW, BERLIN) for text in ("25 dec", "1 jan")],
    )
    to_monday = parse_shift("mon", NOW, BERLIN)
    mondays = [shift_date(old, to_monday, TODAY).civil for old in fridays[4:]]
    assert (len(mondays), mondays[0], mondays[-1]) == (8, "2027-01-11", "2027-03-01")


@pytest.mark.parametrize(
    ("old", "text", "new"),
    [
        ("2027-01-08", "mon", "2027-01-11"),
        ("2027-02-26", "mon", "2027-03-01"),
        ("2027-01-08", "thu", "2027-01-14"),  # six days
        ("2027-01-08", "fri", "2027-01-08"),  # it is one already
        ("2027-01-08", "sat", "2027-01-09"),
        *(("2027-01-08", words, "2027-01-11") for words in ("Monday", "this mon", "coming mon")),
        *(("2027-01-08", words, "2027-01-11") for words in ("on monday", "by mon", " MON ")),
        ("2027-01-08T17:00", "mon", "2027-01-11T17:00"),
        ("2027-01-08", "mon 9:00", "2027-01-11T09:00"),
        ("2027-01-08", "9:00 on mon", "2027-01-11T09:00"),
        ("2027-01-08T17:00", "mon 9am", "2027-01-11T09:00"),
        ("2027-01-08T17:00", "mon at 5 pm", "2027-01-11T17:00"),
        ("2027-01-08T17:00", "mon eod", "2027-01-11"),
        ("2027-01-08T17:00", "fri 9:00", "2027-01-08T09:00"),
        ("2027-01-08", "+2d", "2027-01-10"),
        ("2027-01-08", "+1w", "2027-01-15"),
        ("2027-01-08", "-1d", "2027-01-07"),
        ("2027-01-08", "+0d", "2027-01-08"),
        ("2027-01-31", "+1m", "2027-02-28"),
        ("2028-02-29", "+1y", "2029-02-28"),
        ("2027-01-08T17:00", "+2d", "2027-01-10T17:00"),
        ("2027-01-08", "+2d 12:00", "2027-01-10T12:00"),
        ("2027-01-08", "17:00", "2027-01-08T17:00"),
        ("2027-01-08T09:00", "5pm", "2027-01-08T17:00"),
        ("2027-01-08T09:00", "at 17", "2027-01-08T17:00"),
        ("2027-01-08", "noon", "2027-01-08T12:00"),
        ("2027-01-08", "cob", "2027-01-08T17:00"),
        ("2027-01-08", "evening", "2027-01-08T20:00"),
        ("2027-01-08T09:00", "eod", "2027-01-08"),
        ("2027-01-08T09:00", "midnight", "2027-01-08"),
        ("2027-03-27T02:30", "+2d", "2027-03-29T02:30"),
    ],
)
def test_a_date_is_moved(old: str, text: str, new: str) -> None:
    assert shift(old, text) == new


def test_what_is_kept_is_the_same_moment() -> None:
    winter = parse_date("2027-10-31T02:30+01:00", NOW, BERLIN)
    for text in ("sun", "2:30", "sun 2:30", "+0d"):
        assert shift_date(winter, parse_shift(text, NOW, BERLIN), TODAY) is winter


def test_the_words_for_times_are_those_of_the_config() -> None:
    hours = DayHours("08:15", "14:00", "21:00", "16:45")
    found = parse_shift("mon cob", NOW, BERLIN, hours=hours)
    assert found == DateShift("mon cob", weekday=0, clock="16:45")


# What is refused


@pytest.mark.parametrize(
    "text",
    [
        *("12 jan", "2027-01-12", "2027-01-12 17:00", "12/13", "11/12", "the 5th", "5th", "5"),
        *("today", "tomorrow", "tomorrow 9:00", "in 2 days", "2 days", "2d", "1w", "a week"),
        *("2 days ago", "next fri", "friday next week", "eow", "eom", "end of january"),
        *("weekend", "christmas", "tonight", "this evening", "+2h", "in 2 hours", "fri 17"),
        *("fri 27 nov", "17:00 UTC", "mon 17:00 Asia/Tokyo", "17:00Z", "next week", "2026-W49-5"),
    ],
)
def test_one_date_is_refused(text: str) -> None:
    with pytest.raises(errors.OneDateForAll) as caught:
        parse_shift(text, NOW, BERLIN)
    assert str(caught.value) == "That is one day. Use a weekday, +Nd or a time."


@pytest.mark.parametrize("text", ["", "  ", "soonish", "+2x", "fri and mon", "25:00", "mon 17:61"])
def test_what_is_not_a_date_is_refused_as_everywhere(text: str) -> None:
    with pytest.raises(errors.UnreadableDate) as caught:
        parse_shift(text, NOW, BERLIN)
    with pytest.raises(errors.UnreadableDate) as usual:
        parse_date(text, NOW, BERLIN)
    assert str(caught.value) == str(usual.value)


@pytest.mark.parametrize(
    ("text", "ways"),
    [
        ("at 5", ("05:00", "17:00")),
        ("mon at 5", ("mon 05:00", "mon 17:00")),
        ("+2d at 5", ("+2d 05:00", "+2d 17:00")),
        ("at 5 -1w", ("-1w 05:00", "-1w 17:00")),
    ],
)
def test_a_time_with_two_meanings_is_refused_with_both(text: str, ways: tuple[str, str]) -> None:
    with pytest.raises(errors.AmbiguousDate) as caught:
        parse_shift(text, NOW, BERLIN)
    assert caught.value.readings == ways
    assert [parse_shift(way, NOW, BERLIN).clock for way in ways] == ["05:00", "17:00"]


def test_what_the_clocks_or_the_calendar_skip_is_refused() -> None:
    with pytest.raises(errors.SkippedInSeries) as caught:
        shift("2027-03-26T02:30", "+2d")
    assert str(caught.value) == "The clocks skip 02:30 on Sun 28 Mar. Choose another time."
    with pytest.raises(errors.SkippedInSeries) as caught:
        shift("2011-12-28", "+2d", "Pacific/Apia")
    words = "The calendar of Pacific/Apia skips Fri 30 Dec 2011. Choose another day."
    assert str(caught.value) == words


@pytest.mark.parametrize(
    ("old", "text"),
    [
        ("9999-12-31", "+1d"),
        ("9999-12-31", "mon"),
        ("9999-12-31", "+1m"),
        ("2027-01-08", f"+{'9' * 20}d"),
        ("2027-01-08", f"+{'9' * 90}y"),
        ("2027-01-08", "+9999y"),
        ("2027-01-08", "-9999y"),
        ("1970-01-01", "-1d"),
    ],
)
def test_the_years_have_limits(old: str, text: str) -> None:
    with pytest.raises(errors.UnreadableDate) as caught:
        shift(old, text)
    cause = f"Can't read “{text}” as a date (the years go from 1970 to 9999)."
    assert caught.value.cause == cause


# Every kind of shift in every zone

MOMENTS = st.one_of(
    st.sampled_from([moment.date() + n * DAY for moment in SPECIAL for n in range(-3, 1)]),
    st.dates(date(1990, 1, 1), date(2037, 12, 1)),
)
CLOCKS = st.one_of(st.none(), st.sampled_from(MANY_CLOCKS))
UNITS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}


def find_moment(day: date, clock: time | None, zone: str) -> tuple[str, datetime] | None:
    """The earliest moment of a day there, or of a time on it; None for what is skipped."""
    if clock is None:
        around = bounds(zone, day)
        return (str(day), around[1]) if around else None
    shown = instants(zone, day, clock)
    return (f"{day}T{clock:%H:%M}", shown[0]) if shown else None


@pytest.mark.parametrize("zone", ZONES)
@given(
    day=MOMENTS,
    old_clock=CLOCKS,
    clock=CLOCKS,
    weekday=st.one_of(st.none(), st.integers(0, 6)),
    distance=st.integers(-20, 40),
    unit=st.sampled_from([*UNITS]),
)
@settings(max_examples=40, deadline=None, derandomize=True)
@example(day=date(2011, 12, 28), old_clock=None, clock=None, weekday=None, distance=2, unit="d")
@example(day=date(2026, 3, 27), old_clock=time(2, 30), clock=None, weekday=6, distance=0, unit="d")
@example(day=date(2026, 10, 23), old_clock=None, clock=time(2, 30), weekday=6, distance=0, unit="d")
def test_every_shift_in_every_zone(
    zone: str,
    day: date,
    old_clock: time | None,
    clock: time | None,
    weekday: int | None,
    distance: int,
    unit: str,
) -> None:
    found = find_moment(day, old_clock, zone)
    assume(found)
    assert found
    old = CivilMoment(found[0], zone, found[1])
    if weekday is None:
        words, new_day = f"{distance:+}{unit}", day + relativedelta(**{UNITS[unit]: distance})
    else:
        words = WEEKDAYS[weekday]
        new_day = next(one for n in range(7) if (one := day + n * DAY).weekday() == weekday)
    text = f"{words} {clock:%H:%M}" if clock else words
    shift = parse_shift(text, NOW, zone)
    expected = find_moment(new_day, clock or old_clock, zone)
    if expected:
        moved = shift_date(old, shift, TODAY)
        assert (moved.civil, moved.at, moved.zone) == (*expected, zone)
        assert moved.at.astimezone(ZoneInfo(zone)).date() == new_day
    else:
        with pytest.raises(errors.SkippedInSeries):
            shift_date(old, shift, TODAY)


@pytest.mark.parametrize("zone", ZONES)
@given(day=MOMENTS, old_clock=CLOCKS, clock=st.sampled_from(MANY_CLOCKS))
@settings(max_examples=20, deadline=None, derandomize=True)
def test_a_time_alone_keeps_the_day(
    zone: str, day: date, old_clock: time | None, clock: time
) -> None:
    found, expected = find_moment(day, old_clock, zone), find_moment(day, clock, zone)
    assume(found and expected)
    assert found
    old = CivilMoment(found[0], zone, found[1])
    moved = shift_date(old, parse_shift(f"{clock:%H:%M}", NOW, zone), TODAY)
    assert (moved.civil, moved.at) == expected
