"""The due dates of a series, held against tables and against the recurrence rules of dateutil, in twenty zones.

The oracle knows nothing of the program: dateutil has the days, and the clocks of a zone are asked what they show.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from dateutil import rrule
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.domain.civil import CivilMoment
from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.dates import parse_date
from promisectl.domain.series.dates import list_series_dates
from promisectl.domain.series.rule import parse_rule
from tests.domain.test_date_oracle import DAY, MANY_CLOCKS, ZONES, bounds, instants

BERLIN = "Europe/Berlin"
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # Monday, 10:00 in Berlin
TODAY = date(2026, 11, 23)
OLD = datetime(2000, 1, 1, tzinfo=UTC)


def read(text: str, zone: str = BERLIN) -> CivilMoment:
    return parse_date(text, NOW, zone)


def make(
    first: str,
    rule: str,
    *,
    until: str = "",
    times: int | None = None,
    without: tuple[str, ...] = (),
    zone: str = BERLIN,
) -> list[str]:
    """Return the civil dates of a series, as a person types it."""
    moments = list_series_dates(
        read(first, zone),
        parse_rule(rule),
        TODAY,
        until=read(until, zone) if until else None,
        times=times,
        exceptions=[read(text, zone) for text in without],
    )
    assert {moment.zone for moment in moments} == {zone}
    return [moment.civil for moment in moments]


def refuse(kind: type[errors.Problem], first: str, rule: str, **words: Any) -> str:
    with pytest.raises(kind) as caught:
        make(first, rule, **words)
    return str(caught.value)


def test_the_series_of_the_first_example() -> None:
    dates = make("fri", "week", until="26 feb", without=("25 dec", "1 jan"))
    assert (len(dates), dates[0], dates[-1]) == (12, "2026-11-27", "2027-02-26")
    assert not {"2026-12-25", "2027-01-01"} & {*dates}


@pytest.mark.parametrize(
    ("first", "rule", "dates"),
    [
        ("31 jan", "month", "2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31"),
        ("2028-01-30", "month", "2028-01-30 2028-02-29 2028-03-30 2028-04-30"),
        ("30 nov", "quarter", "2026-11-30 2027-02-28 2027-05-30 2027-08-30"),
        ("31 dec", "quarter", "2026-12-31 2027-03-31 2027-06-30 2027-09-30 2027-12-31"),
        ("2028-02-29", "year", "2028-02-29 2029-02-28 2030-02-28 2031-02-28 2032-02-29"),
        ("2028-02-28", "year", "2028-02-28 2029-02-28"),
        ("2028-02-29", "month", "2028-02-29 2028-03-29"),
        ("2096-02-29", "year", "2096-02-29 2097-02-28 2098-02-28 2099-02-28 2100-02-28"),
        ("fri", "weekday", "2026-11-27 2026-11-30 2026-12-01 2026-12-02 2026-12-03 2026-12-04"),
        ("thu", "mon,thu", "2026-11-26 2026-11-30 2026-12-03 2026-12-07"),
        ("fri", "2 weeks", "2026-11-27 2026-12-11 2026-12-25 2027-01-08"),
        ("fri", "52 weeks", "2026-11-27 2027-11-26"),
        ("today", "day", "2026-11-23 2026-11-24 2026-11-25"),
        ("fri 17:00", "week", "2026-11-27T17:00 2026-12-04T17:00 2026-12-11T17:00"),
    ],
)
def test_a_table_of_series(first: str, rule: str, dates: str) -> None:
    expected = dates.split()
    assert make(first, rule, times=len(expected)) == expected
    assert make(first, rule, until=expected[-1]) == expected


@pytest.mark.parametrize(
    ("first", "until", "last"),
    [
        ("fri", "11 dec", "2026-12-11"),
        ("fri", "10 dec", "2026-12-04"),
        ("fri", "11 dec 9:00", "2026-12-11"),  # the day has begun
        ("fri 17:00", "11 dec", "2026-12-11T17:00"),
        ("fri 17:00", "2026-12-11 17:00", "2026-12-11T17:00"),
        ("fri 17:00", "2026-12-11 16:59", "2026-12-04T17:00"),
        ("fri 1:00", "10 dec America/New_York", "2026-12-04T01:00"),  # counted where it is due
        ("fri", "10 dec America/New_York", "2026-12-04"),
        ("fri", "11 dec Asia/Tokyo", "2026-12-11"),
    ],
)
def test_the_end_is_a_part_of_the_series(first: str, until: str, last: str) -> None:
    assert make(first, "week", until=until)[-1] == last


def test_times_count_the_promises_that_are_made() -> None:
    assert make("fri", "week", times=3, without=("4 dec",)) == [
        "2026-11-27",
        "2026-12-11",
        "2026-12-18",
    ]


@pytest.mark.parametrize(
    ("first", "without", "dates"),
    [
        ("fri", ("fri",), "2026-12-04 2026-12-11 2026-12-18"),
        ("fri", ("18 dec",), "2026-11-27 2026-12-04 2026-12-11"),
        ("fri", ("fri", "18 dec", "fri"), "2026-12-04 2026-12-11"),
        ("fri 17:00", ("4 dec",), "2026-11-27T17:00 2026-12-11T17:00 2026-12-18T17:00"),
        ("fri 17:00", ("4 dec 17:00",), "2026-11-27T17:00 2026-12-11T17:00 2026-12-18T17:00"),
        ("fri", ("4 dec Asia/Tokyo",), "2026-11-27 2026-12-11 2026-12-18"),
    ],
)
def test_exceptions_leave_dates_out(first: str, without: tuple[str, ...], dates: str) -> None:
    assert make(first, "week", until="18 dec", without=without) == dates.split()


def test_a_hundred_promises_are_enough() -> None:
    assert len(make("fri", "week", times=100)) == 100
    assert len(make("today", "day", until="2027-03-02")) == 100
    assert len(make("today", "day", until="2027-03-03", without=("24 dec",))) == 100


def test_the_time_that_comes_twice_is_the_earlier_one_but_for_the_first_date() -> None:
    winter = read("2027-10-31T02:30+01:00")
    dates = list_series_dates(winter, parse_rule("day"), TODAY, times=2)
    assert dates[0] is winter
    before = read("2027-10-30 02:30")
    dates = list_series_dates(before, parse_rule("day"), TODAY, times=2)
    assert dates[1] == CivilMoment("2027-10-31T02:30", BERLIN, datetime(2027, 10, 31, 0, 30, tzinfo=UTC))  # fmt: skip


# What is refused


def test_a_series_without_end_is_refused() -> None:
    words = 'A series needs an end: add --until "26 feb" or --times 13.'
    assert refuse(errors.SeriesWithoutEnd, "fri", "week") == words


@pytest.mark.parametrize("times", [-1, 0, 1, 101, 1_000])
def test_a_number_of_promises_has_limits(times: int) -> None:
    words = f"--times can't be {times}. Give 2 to 100."
    assert refuse(errors.BadCount, "fri", "week", times=times) == words


@pytest.mark.parametrize(
    ("first", "rule", "words"),
    [
        ("thu", "fri", "--by Thu 26 Nov is not a Friday. The first Friday is Fri 27 Nov."),
        (
            "thu 17:00",
            "fri",
            "--by Thu 26 Nov is not a Friday. The first Friday is Fri 27 Nov.",
        ),
        (
            "wed",
            "mon,thu",
            "--by Wed 25 Nov is not a Monday or Thursday. The first such day is Thu 26 Nov.",
        ),
        (
            "sat",
            "weekday",
            "--by Sat 28 Nov is not a weekday (Monday to Friday). The first such day is Mon 30 Nov.",
        ),
        (
            "2028-12-31",
            "fri",
            "--by Sun 31 Dec 2028 is not a Friday. The first Friday is Fri 5 Jan 2029.",
        ),
    ],
)
def test_the_first_date_has_to_fit_the_rule(first: str, rule: str, words: str) -> None:
    assert refuse(errors.FirstOutsideRule, first, rule, times=3) == words


@pytest.mark.parametrize(
    ("first", "until", "words"),
    [
        ("fri", "thu", "--until Thu 26 Nov is before the first date, Fri 27 Nov."),
        (
            "fri 17:00",
            "fri 9:00",
            "--until Fri 27 Nov, 09:00 is before the first date, Fri 27 Nov, 17:00.",
        ),
        (
            "fri",
            "thu America/New_York",
            "--until Thu 26 Nov America/New_York is before the first date, Fri 27 Nov.",
        ),
    ],
)
def test_an_end_before_the_first_date_is_refused(first: str, until: str, words: str) -> None:
    refused = refuse(errors.UntilBeforeFirst, first, "week", until=until)
    assert refused == f"{words} Give a later date."


def test_more_than_a_hundred_promises_are_refused() -> None:
    words = "--until Thu 25 Nov 2027 makes more than 100 promises. End it on Tue 2 Mar or before."
    assert refuse(errors.SeriesTooLong, "today", "day", until="2027-11-25") == words
    assert refuse(errors.SeriesTooLong, "today", "day", until="9999-12-31").endswith("before.")


def test_one_date_or_none_is_not_a_series() -> None:
    words = (
        "The series has only one date, Fri 27 Nov. "
        "Give a later end, or leave out --every for a single promise."
    )
    assert refuse(errors.SeriesTooShort, "fri", "week", until="fri") == words
    assert refuse(errors.SeriesTooShort, "fri", "week", until="4 dec", without=("4 dec",)) == words
    words = "--except leaves out all the dates. Keep at least 2 of them."
    without = ("fri", "4 dec")
    assert refuse(errors.SeriesTooShort, "fri", "week", until="4 dec", without=without) == words


@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("sat", "--except Sat 28 Nov is not one of the dates. The nearest one is Fri 27 Nov."),
        ("24 dec", "--except Thu 24 Dec is not one of the dates. The nearest one is Fri 18 Dec."),
        ("today", "--except Mon 23 Nov is not one of the dates. The nearest one is Fri 27 Nov."),
        (
            "fri 9:00",
            "--except Fri 27 Nov, 09:00 is not one of the dates. The nearest one is Fri 27 Nov.",
        ),
        (
            "2030-12-25",
            "--except Wed 25 Dec 2030 is not one of the dates. The nearest one is Fri 18 Dec.",
        ),
    ],
)
def test_an_exception_has_to_be_one_of_the_dates(without: str, words: str) -> None:
    exceptions = ("4 dec", without)
    assert refuse(errors.NotInSeries, "fri", "week", until="18 dec", without=exceptions) == words
    assert refuse(errors.NotInSeries, "fri", "week", times=3, without=exceptions) == words


def test_a_time_that_the_clocks_skip_is_refused_and_can_be_left_out() -> None:
    words = (
        "The clocks skip 02:30 on Sun 28 Mar. "
        "Choose another time, or leave that date out: --except 2027-03-28"
    )
    assert refuse(errors.SkippedInSeries, "sun 2:30", "week", until="30 apr") == words
    dates = make("sun 2:30", "week", until="30 apr", without=("2027-03-28",))
    assert (len(dates), "2027-03-28T02:30" in dates) == (21, False)
    words = (
        "The clocks skip 02:30 on Sun 28 Mar. Choose another time, "
        "or leave such dates out: --except 2027-03-28 --except 2028-03-26"
    )
    assert refuse(errors.SkippedInSeries, "sun 2:30", "week", until="2028-04-30") == words


def test_a_day_that_the_calendar_skips_is_refused() -> None:
    zone = "Pacific/Apia"
    first = parse_date("2011-12-28", OLD, zone)
    with pytest.raises(errors.SkippedInSeries) as caught:
        list_series_dates(first, parse_rule("day"), TODAY, times=5)
    assert str(caught.value) == (
        "The calendar of Pacific/Apia skips Fri 30 Dec 2011. "
        "End the series before that day, and make another one from after it."
    )


def test_the_calendar_ends_with_the_year_9999() -> None:
    words = "--times can't be 9. Give 2 to 5."
    assert refuse(errors.BadCount, "9999-12-27", "day", times=9) == words
    assert make("9998-02-01", "year", until="9999-12-31") == ["9998-02-01", "9999-02-01"]
    assert len(make("9999-12-01", "week", until="9999-12-31")) == 5


# Every rule against dateutil

DATEUTIL_RULES: Mapping[str, Mapping[str, Any]] = {
    "day": {"freq": rrule.DAILY},
    "weekday": {"freq": rrule.DAILY, "byweekday": range(5)},
    "week": {"freq": rrule.WEEKLY},
    **{f"{number} weeks": {"freq": rrule.WEEKLY, "interval": number} for number in range(2, 53)},
    "month": {"freq": rrule.MONTHLY},
    "quarter": {"freq": rrule.MONTHLY, "interval": 3},
    "year": {"freq": rrule.YEARLY},
    **{name: {"freq": rrule.DAILY, "byweekday": [number]} for number, name in enumerate(WEEKDAYS)},
    "mon,thu": {"freq": rrule.WEEKLY, "byweekday": [0, 3]},
    "tue,wed,sun": {"freq": rrule.WEEKLY, "byweekday": [1, 2, 6]},
    "sat,sun": {"freq": rrule.WEEKLY, "byweekday": [5, 6]},
}
COMMON_RULES = [name for name in DATEUTIL_RULES if not name.endswith("weeks")] + ["2 weeks"]


def list_days(rule: str, first: date, number: int) -> list[date]:
    """The days of a rule, as dateutil has them; a month without the day has its last one."""
    words = dict(DATEUTIL_RULES[rule])
    if rule in ("month", "quarter", "year") and first.day > 28:
        words |= {"bymonthday": range(28, first.day + 1), "bysetpos": -1}
        words |= {"bymonth": first.month} if rule == "year" else {}
    begin = datetime.combine(first, time())
    return [one.date() for one in rrule.rrule(dtstart=begin, count=number, **words)]


def list_readings(days: list[date], clock: time | None, zone: str) -> list[tuple[str, datetime]]:
    """The earliest instant of each day, or of a time on it; what is skipped is left out."""
    found = []
    for day in days:
        if clock is None:
            if around := bounds(zone, day):
                found.append((str(day), around[1]))
        elif shown := instants(zone, day, clock):
            found.append((datetime.combine(day, clock).isoformat(timespec="minutes"), shown[0]))
    return found


def check(rule: str, begin: date, clock: time | None, zone: str, number: int) -> None:
    """Compare a series with what dateutil and the clocks of the zone have."""
    first_day = list_days(rule, begin, 1)[0]
    days = list_days(rule, first_day, number)
    expected = list_readings(days, clock, zone)
    shown = {date.fromisoformat(civil[:10]) for civil, _ in expected}
    assume(first_day in shown)
    first = CivilMoment(expected[0][0], zone, expected[0][1])
    end = CivilMoment(str(days[-1]), zone, datetime.combine(days[-1], time(), UTC))
    skipped = [day for day in days if day not in shown]
    without = [CivilMoment(str(day), zone, end.at) for day in skipped]
    for words in ({"until": end}, {"times": number}):
        if skipped:
            with pytest.raises(errors.SkippedInSeries) as caught:
                list_series_dates(first, parse_rule(rule), TODAY, **words)
            ways = "".join(f" --except {day}" for day in skipped if clock)
            assert str(caught.value).endswith(ways)
            continue
        found = list_series_dates(first, parse_rule(rule), TODAY, **words)
        assert [(one.civil, one.at) for one in found] == expected
        assert {one.zone for one in found} == {zone}
    if len(expected) > 1:
        found = list_series_dates(first, parse_rule(rule), TODAY, until=end, exceptions=without)
        assert [(one.civil, one.at) for one in found] == expected


# Days before which something happens soon: clocks that change, days that are left out, leap days, ends of months
SPECIAL_DAYS = [
    *(date(2011, 12, 28), date(1994, 12, 30), date(2018, 2, 17), date(2018, 11, 3)),
    *(date(2010, 11, 5), date(2011, 3, 11), date(2026, 3, 27), date(2026, 10, 23)),
    *(date(2026, 3, 7), date(2026, 10, 31), date(2026, 4, 3), date(2026, 10, 2)),
    *(date(2018, 5, 3), date(2026, 4, 22), date(2026, 10, 28), date(2027, 9, 3)),
    *(date(2028, 2, 28), date(2028, 2, 29), date(2027, 1, 31), date(2027, 1, 30)),
    *(date(2027, 1, 29), date(2026, 8, 31), date(2026, 12, 31), date(2027, 11, 30)),
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("rule", COMMON_RULES)
@given(
    begin=st.one_of(st.sampled_from(SPECIAL_DAYS), st.dates(date(1990, 1, 1), date(2030, 12, 31))),
    clock=st.one_of(
        st.none(),
        st.sampled_from(MANY_CLOCKS),
        st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    ),
    number=st.integers(2, 16),
)
@settings(max_examples=8, deadline=None, derandomize=True)
@example(begin=date(2026, 3, 27), clock=time(2, 30), number=4)
@example(begin=date(2026, 10, 23), clock=time(2, 30), number=4)
@example(begin=date(2011, 12, 28), clock=None, number=4)
@example(begin=date(2018, 11, 3), clock=time(0), number=4)
@example(begin=date(2028, 2, 29), clock=None, number=9)
def test_every_rule_in_every_zone(
    zone: str, rule: str, begin: date, clock: time | None, number: int
) -> None:
    check(rule, begin, clock, zone, number)


@pytest.mark.parametrize("rule", DATEUTIL_RULES)
@given(begin=st.dates(date(1990, 1, 1), date(2100, 12, 31)), number=st.integers(2, 100))
@settings(max_examples=12, deadline=None, derandomize=True)
def test_every_rule_has_the_days_of_dateutil(rule: str, begin: date, number: int) -> None:
    first_day = list_days(rule, begin, 1)[0]
    first = parse_date(str(first_day), OLD, "UTC")
    expected = [str(day) for day in list_days(rule, first_day, number)]
    found = list_series_dates(first, parse_rule(rule), TODAY, times=number)
    assert [one.civil for one in found] == expected
    end = parse_date(expected[-1], OLD, "UTC")
    assert list_series_dates(first, parse_rule(rule), TODAY, until=end) == found


@pytest.mark.parametrize("rule", ["month", "quarter", "year"])
def test_every_day_of_four_years_as_a_first_date(rule: str) -> None:
    for number in range(4 * 365 + 1):
        day = date(2027, 1, 1) + number * DAY
        first = CivilMoment(str(day), "UTC", datetime.combine(day, time(23, 59, 59), UTC))
        found = list_series_dates(first, parse_rule(rule), TODAY, times=7)
        assert [one.civil for one in found] == [str(one) for one in list_days(rule, day, 7)]


@given(
    rule=st.sampled_from(COMMON_RULES),
    begin=st.dates(date(2026, 11, 23), date(2030, 1, 1)),
    number=st.integers(3, 30),
    places=st.sets(st.integers(0, 29), min_size=1, max_size=10),
)
@settings(deadline=None, derandomize=True)
def test_exceptions_take_out_exactly_their_dates(
    rule: str, begin: date, number: int, places: set[int]
) -> None:
    days = list_days(rule, list_days(rule, begin, 1)[0], number)
    out = [day for place, day in enumerate(days) if place in places]
    left = [str(day) for day in days if day not in out]
    assume(len(left) > 1)
    found = list_series_dates(
        parse_date(str(days[0]), OLD, BERLIN),
        parse_rule(rule),
        TODAY,
        until=parse_date(str(days[-1]), OLD, BERLIN),
        exceptions=[parse_date(str(day), OLD, BERLIN) for day in out],
    )
    assert [one.civil for one in found] == left


def test_the_earlier_of_two_equally_near_dates_is_named() -> None:
    words = refuse(errors.NotInSeries, "mon", "4 weeks", times=2, without=("14 dec",))
    assert words.endswith("The nearest one is Mon 30 Nov.")
