"""Every form of a date, held against plain arithmetic: in many zones, at the ends of months and years, ahead and back.

The oracle knows nothing of the program: it walks the calendar day by day, and asks only what the clocks of a zone show at an instant.
"""

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promisectl.domain.civil import DayHours, format_civil
from promisectl.domain.dates import forms, parse_date
from promisectl.errors import AmbiguousDate, UnreadableDate

DAY, HOUR, MINUTE, SECOND = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
)
ZONES = (
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/Sao_Paulo",
    "America/Santiago",
    "America/St_Johns",
    "Antarctica/Troll",  # two hours at once
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Pyongyang",
    "Asia/Tehran",
    "Australia/Lord_Howe",  # half an hour
    "Europe/Berlin",
    "Pacific/Apia",
    "Pacific/Chatham",
    "Pacific/Kiritimati",
    "Pacific/Marquesas",
    "UTC",
)
Reading = tuple[str, datetime]
Meaning = tuple[list[date], list[time | None]]
MANY_CLOCKS = (time(0), time(2, 30), time(9), time(12), time(17, 30), time(23, 59))
ONE_TO_TWELVE = "one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


# What the clocks of a zone show


@cache
def bounds(zone: str, day: date) -> tuple[datetime, datetime] | None:
    """The first and the last second of a day there, by asking the clocks; None for a day that was left out."""
    clock = ZoneInfo(zone)
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - 27 * HOUR
    quarters = [begin + n * 15 * MINUTE for n in range(80 * 4)]
    seen = [at for at in quarters if at.astimezone(clock).date() == day]
    if not seen:
        return None
    first, last = seen[0], seen[-1]
    for step in (MINUTE, SECOND):
        while (first - step).astimezone(clock).date() == day:
            first -= step
        while (last + step).astimezone(clock).date() == day:
            last += step
    return first, last


def instants(zone: str, day: date, clock: time) -> list[datetime]:
    """The instants at which the clocks there show a time on a day."""
    tz, shown = ZoneInfo(zone), datetime.combine(day, clock)
    middle = shown.replace(tzinfo=UTC)
    offsets = {(middle + n * HOUR).astimezone(tz).utcoffset() for n in range(-48, 49)}
    found = {middle - (offset or timedelta()) for offset in offsets}
    return sorted(at for at in found if at.astimezone(tz).replace(tzinfo=None, fold=0) == shown)


def mean(meaning: Meaning, zone: str) -> list[Reading]:
    """What days and times mean there, in the order of time."""
    found = set[Reading]()
    for day in meaning[0]:
        for clock in meaning[1]:
            if clock is not None:
                civil = datetime.combine(day, clock).isoformat(timespec="minutes")
                found |= {(civil, at) for at in instants(zone, day, clock)}
            elif around := bounds(zone, day):
                found.add((str(day), around[1]))
    return sorted(found, key=lambda reading: reading[1])


def limited(readings: list[Reading], zone: str, now: datetime, *, past: bool) -> list[Reading]:
    """The readings that count where what is on the other side of now is refused."""

    def begin(reading: Reading) -> datetime:
        around = bounds(zone, date.fromisoformat(reading[0])) if len(reading[0]) == 10 else None
        return around[0] if around else reading[1]

    right = [one for one in readings if (begin(one) <= now if past else one[1] >= now)]
    return right or readings[:1] if past else right or readings[-1:]


# The calendar, one day at a time


def walk(day: date, step: int, fits: Callable[[date], bool], *, today: bool = True) -> date:
    """The first day that fits, from a day on, or back from it; with `today` the day itself too."""
    if not today:
        day += step * DAY
    while not fits(day):
        day += step * DAY
    return day


def add_months(day: date, months: int) -> date:
    year, month = day.year, day.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        year, month = (year + (month == 13) - (month == 0), {13: 1, 0: 12}.get(month, month))
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def last_of_month(day: date) -> date:
    return walk(day, 1, lambda one: (one + DAY).day == 1)


def list_days(today: date, number: int, *, past: bool) -> Iterator[tuple[str, list[date]]]:
    """Texts for days, and the days that they mean."""
    step = -1 if past else 1
    weekday = number % 7
    name = calendar.day_name[weekday]
    monday = walk(today, -1, lambda one: one.weekday() == 0)
    sunday = monday + 6 * DAY

    def is_named(one: date) -> bool:
        return one.weekday() == weekday

    nearest = walk(today, step, is_named, today=False)
    for text in (name, name[:3].lower(), f"this {name}", f"coming {name}", f"by {name}"):
        yield text, [nearest]
    yield from (("today", [today]), ("tomorrow", [today + DAY]), ("yesterday", [today - DAY]))
    yield from ((text, [today + DAY]) for text in ("tom", "TMRW"))
    yield "day after tomorrow", [today + 2 * DAY]
    for word, direction in (("next", 1), ("last", -1)):
        day = monday + (7 * direction + weekday) * DAY
        yield f"{name} {word} week", [day]
        yield f"{word} week {name}", [day]
        yield f"{word} {name}", [walk(today, direction, is_named, today=False), day]
        week = monday + 7 * direction * DAY
        yield f"{word} week", [week, week + 4 * DAY, week + 6 * DAY]
        month = add_months(today, direction)
        yield f"{word} month", [month.replace(day=1), last_of_month(month)]
        year = today.year + direction
        yield f"{word} year", [date(year, 1, 1), date(year, 12, 31)]
        yield f"end of {word} week", [sunday + 7 * direction * DAY]
        yield f"end of {word} month", [last_of_month(month)]
        yield f"the end of {word} year", [date(year, 12, 31)]
    yield f"{name} in {number} weeks", [monday + (7 * number + weekday) * DAY]
    yield from ((text, [sunday]) for text in ("eow", "end of the week", "end of week"))
    yield from ((text, [last_of_month(today)]) for text in ("eom", "end of month"))
    yield from ((text, [date(today.year, 12, 31)]) for text in ("eoy", "end of this year"))
    saturday = walk(today, step, lambda one: one.weekday() == (5 if past else 6))
    saturday -= 0 * DAY if past else DAY
    yield from ((text, [saturday, saturday + DAY]) for text in ("weekend", "this weekend"))
    christmas = walk(today, step, lambda one: (one.month, one.day) == (12, 24 if past else 26))
    yield "christmas", [christmas.replace(day=day) for day in (24, 25, 26)]


def list_distances(today: date, number: int, *, past: bool) -> Iterator[tuple[str, list[date]]]:
    """Texts for days that are so far away, and these days."""
    bare = -1 if past else 1
    word = ONE_TO_TWELVE[(number - 1) % 12]
    count = (number - 1) % 12 + 1
    yield "in a fortnight", [today + 14 * DAY]
    yield "a fortnight", [today + bare * 14 * DAY]
    for unit, days in (("day", 1), ("week", 7)):
        yield f"in {number} {unit}s", [today + number * days * DAY]
        yield f"+{number}{unit[0]}", [today + number * days * DAY]
        yield f"in {word} {unit}s", [today + count * days * DAY]
        yield f"{number} {unit}s ago", [today - number * days * DAY]
        yield f"-{number}{unit[0]}", [today - number * days * DAY]
        yield f"{number}{unit[0]}", [today + bare * number * days * DAY]
        yield f"{word} {unit}s", [today + bare * count * days * DAY]
    for unit, months in (("month", 1), ("year", 12)):
        yield f"in {count} {unit}s", [add_months(today, count * months)]
        yield f"{word} {unit}s ago", [add_months(today, -count * months)]
        yield f"{count}{unit[0]}", [add_months(today, bare * count * months)]


def list_dates(today: date, other: date, *, past: bool) -> Iterator[tuple[str, list[date]]]:
    """Texts for days by number: those of the day and the month of `other`, and `other` itself."""
    step = -1 if past else 1
    day, month, year = other.day, other.month, other.year
    name, weekday = calendar.month_name[month], calendar.day_name[other.weekday()]
    suffix = "th" if 10 < day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")
    of_month = walk(today, step, lambda one: one.day == day)
    yield from ((text, [of_month]) for text in (f"{day}", f"{day}{suffix}", f"the {day}{suffix}"))

    def is_same(one: date) -> bool:
        return (one.day, one.month) == (day, month)

    nearest = walk(today, step, is_same)
    for text in (f"{day} {name}", f"{name[:3]} {day}", f"{day}. {name[:3]}", f"{name[:3]}. {day}"):
        yield text, [nearest]
    yield f"the {day}{suffix} of {name}", [nearest]
    yield f"{day:02}.{month:02}.", [nearest, *_swap(today, day, month, step)]
    yield f"{day}/{month}", [nearest, *_swap(today, day, month, step)]
    for text in (
        f"{day} {name} {year}",
        f"{name} {day}{suffix}, {year}",
        f"{weekday}, {day} {name} {year}",
    ):
        yield text, [other]
    for text in (f"{year}-{month:02}-{day:02}", f"{other:%Y%m%d}", f"{year}/{month}/{day}"):
        yield text, [other]
    iso = other.isocalendar()
    yield f"{iso.year}-W{iso.week:02}-{iso.weekday}", [other]
    yield f"{iso.year}w{iso.week:02}{iso.weekday}", [other]
    swapped = [date(year, day, month)] if day <= 12 and month <= 28 else []
    yield f"{day}.{month}.{year}", [other, *swapped]
    end = walk(today, step, lambda one: one.month == month and (one + DAY).month != month)
    yield f"end of {name}", [end]


def _swap(today: date, day: int, month: int, step: int) -> list[date]:
    """The nearest day with the numbers of a day and a month the other way round."""
    if day > 12:
        return []
    return [walk(today, step, lambda one: (one.month, one.day) == (day, month))]


def list_clocks(clock: time) -> Iterator[tuple[str, list[time | None]]]:
    """Texts for times, and the times that they mean."""
    half, hour = ("am", "pm")[clock.hour >= 12], (clock.hour - 1) % 12 + 1
    yield f"{clock:%H:%M}", [clock]
    yield f"at {hour}:{clock:%M} {half}", [clock]
    yield f"{hour}:{clock:%M}{half[0]}.m.", [clock]
    yield f"{clock.hour}h{clock:%M}", [clock]
    whole = [clock.replace(minute=0)]
    yield from ((f"{clock.hour}h", [*whole]), (f"{hour}{half}", [*whole]))
    both = {time(clock.hour), time((clock.hour + 12) % 24)} if 1 <= clock.hour < 12 else {*whole}
    yield f"at {clock.hour}", [*both]
    yield from (("noon", [time(12)]), ("midday", [time(12)]), ("cob", [time(16, 45)]))
    yield from ((text, [None]) for text in ("midnight", "eod", "end of day"))
    yield from (("morning", [time(8, 15)]), ("evening", [time(21)]), ("afternoon", [time(14)]))


HOURS = DayHours("08:15", "14:00", "21:00", "16:45")


def read(text: str, now: datetime, zone: str, *, past: bool, limit: bool) -> list[Reading]:
    """What the program reads: nothing, one thing, or all that it names."""

    def parse(words: str) -> Reading:
        at_most = now if limit else None
        when = parse_date(words, now, zone, past=past, limit=at_most, hours=HOURS)
        assert when.zone == zone
        return when.civil, when.at

    try:
        return [parse(text)]
    except AmbiguousDate as refused:
        return [parse(reading) for reading in refused.readings]
    except UnreadableDate as refused:
        assert " there)" in str(refused) or " is a " in str(refused)  # noqa: PT017
        return []


# Days and minutes near which the calendar or a clock is special
SPECIAL = [
    datetime.fromisoformat(f"{moment}Z")
    for moment in (
        *("2011-12-29T20:00", "2011-12-30T11:00", "2011-12-31T09:00"),  # Apia leaves a day out
        *("1994-12-31T09:30", "1995-01-01T12:00"),  # Kiritimati
        *("2026-03-29T00:30", "2026-03-29T01:00", "2026-10-25T00:30", "2026-10-25T01:30"),
        *("2026-03-08T06:59", "2026-11-01T05:30", "2018-11-04T02:30", "2018-02-18T01:30"),
        *("2010-11-07T02:30", "2018-05-04T14:45", "2026-04-04T14:45", "2026-10-03T15:15"),
        *("2027-12-31T23:59", "2028-02-28T12:00", "2028-02-29T12:00", "2028-03-01T00:00"),
        *("2026-12-31T12:00", "2027-01-01T00:00", "2027-01-31T12:00", "2026-11-29T10:00"),
    )
]
MOMENTS = st.one_of(
    st.sampled_from(SPECIAL),
    st.datetimes(datetime(1990, 1, 1), datetime(2037, 12, 31), timezones=st.just(UTC)).map(  # noqa: DTZ001
        lambda moment: moment.replace(microsecond=0)
    ),
)
COMMON = {
    "now": MOMENTS,
    "zone": st.sampled_from(ZONES),
    "number": st.integers(1, 40),
    "past": st.booleans(),
    "limit": st.booleans(),
}


def check(
    text: str, meaning: Meaning, now: datetime, zone: str, *, past: bool, limit: bool
) -> None:
    expected = mean(meaning, zone)
    if limit:
        expected = limited(expected, zone, now, past=past)
    assert read(text, now, zone, past=past, limit=limit) == expected, (text, now, zone)


@pytest.mark.parametrize("zone", ZONES)
@given(
    now=MOMENTS,
    number=st.integers(1, 40),
    other=st.dates(date(1990, 1, 1), date(2037, 12, 31)),
    past=st.booleans(),
    limit=st.booleans(),
)
@settings(max_examples=15, deadline=None, derandomize=True)
@example(now=SPECIAL[0], number=1, other=date(2011, 12, 30), past=False, limit=True)
@example(now=SPECIAL[2], number=1, other=date(2011, 12, 30), past=True, limit=True)
@example(now=SPECIAL[-4], number=31, other=date(2028, 2, 29), past=False, limit=False)
def test_every_form_of_a_day(
    zone: str, now: datetime, number: int, other: date, *, past: bool, limit: bool
) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    for text, days in (
        *list_days(today, number, past=past),
        *list_distances(today, number, past=past),
        *list_dates(today, other, past=past),
    ):
        check(text, (days, [None]), now, zone, past=past, limit=limit)


@pytest.mark.parametrize("zone", ZONES)
@given(
    now=MOMENTS,
    clock=st.one_of(
        st.sampled_from(MANY_CLOCKS),
        st.times().map(lambda one: one.replace(second=0, microsecond=0)),
    ),
    past=st.booleans(),
    limit=st.booleans(),
)
@settings(max_examples=15, deadline=None, derandomize=True)
@example(now=SPECIAL[5], clock=time(2, 30), past=False, limit=False)
@example(now=SPECIAL[7], clock=time(2, 30), past=False, limit=True)
def test_every_form_of_a_time(
    zone: str, now: datetime, clock: time, *, past: bool, limit: bool
) -> None:
    today = now.astimezone(ZoneInfo(zone)).date()
    friday = walk(today, -1 if past else 1, lambda one: one.weekday() == 4, today=False)
    for text, clocks in list_clocks(clock):
        for words, day in (
            (text, today),
            (f"tomorrow {text}", today + DAY),
            (f"fri {text}", friday),
            (f"{text} on friday", friday),
        ):
            check(words, ([day], clocks), now, zone, past=past, limit=limit)
    for text, hour in (("tonight", 21), ("this evening", 21), ("this afternoon", 14)):
        check(text, ([today], [time(hour)]), now, zone, past=past, limit=limit)


@pytest.mark.parametrize("zone", ZONES)
@given(now=MOMENTS, number=st.integers(1, 3000), past=st.booleans())
@settings(max_examples=20, deadline=None, derandomize=True)
def test_every_form_of_hours_from_now(zone: str, now: datetime, number: int, *, past: bool) -> None:
    count = (number - 1) % 12 + 1
    bare = -1 if past else 1
    for text, distance in (
        (f"in {number} hours", number * HOUR),
        (f"+{number}h", number * HOUR),
        (f"-{number}h", -number * HOUR),
        (f"{number} hours ago", -number * HOUR),
        (f"{number} min", bare * number * MINUTE),
        (f"in {ONE_TO_TWELVE[count - 1]} hours", count * HOUR),
        (f"+{number}min", number * MINUTE),
    ):
        at = now + distance
        when = parse_date(text, now, zone, past=past)
        shown = at.astimezone(ZoneInfo(zone))
        assert when.civil == f"{shown:%Y-%m-%dT%H:%M}"
        assert when.at == (at if past else at - shown.second * SECOND)


@given(
    now=MOMENTS,
    zone=st.sampled_from(ZONES),
    text=st.sampled_from([text for form in forms.FORMS for text in form.examples]),
    past=st.booleans(),
    limit=st.booleans(),
)
@settings(max_examples=600, deadline=None, derandomize=True)
def test_the_echo_of_whatever_is_read_has_its_weekday_and_means_the_same(
    now: datetime, zone: str, text: str, *, past: bool, limit: bool
) -> None:
    readings = read(text, now, zone, past=past, limit=limit)
    for civil, at in readings:
        echo = format_civil(civil)
        assert echo[:3] == calendar.day_abbr[date.fromisoformat(civil[:10]).weekday()]
        again = [
            (found, moment - moment.second * SECOND if len(found) > 10 else moment)
            for found, moment in read(echo, now, zone, past=past, limit=False)
        ]
        assert (civil, at - at.second * SECOND if len(civil) > 10 else at) in again
        assert (
            len(again) == 1
            or len(instants(zone, date.fromisoformat(civil[:10]), time.fromisoformat(civil[11:])))
            == 2
        )
