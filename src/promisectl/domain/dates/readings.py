"""The readers of the forms in `forms.FORMS`: each returns all that its words can mean.

A reader of days returns days, one of clocks the times of a day (None for its end), one of moments
returns moments. They raise UnreadableDate for what does not exist.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, time, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.civil import EARLIEST_DAY
from promisectl.domain.constants import MONTHS, WEEKDAYS
from promisectl.domain.dates.zones import (
    NO_SUCH_DAY,
    YEAR_OUT_OF_RANGE,
    build_instant,
    build_whole_day,
    choose_reading,
    find_nearest_weekday,
    list_minutes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.dates.zones import DateRequest

_ONE_DAY = timedelta(days=1)
_SATURDAY, _SUNDAY = 5, 6
_NOON, _LAST_SECOND = time(12), time(23, 59, 59)
_MAX_HOUR, _MAX_MINUTE, _CLOCK_FACE_HOURS = 23, 59, 12
_MONTHS_OF_YEAR = 12
_YEARS_BETWEEN_LEAP_DAYS = 8  # at most, as from 2096 to 2104
_FULL_YEAR_DIGITS, _CENTURY = 4, 2000
_UNIT_DAYS = {"day": 1, "week": 7, "fortnight": 14}
_UNIT_MONTHS = {"month": 1, "year": 12}


def build_moment(
    request: DateRequest, days: Sequence[date], clocks: Sequence[time | None]
) -> CivilMoment:
    """Return the one moment that is meant by days and times.

    Raises AmbiguousDate for several, UnreadableDate for none that exists.
    """
    return choose_reading(request, list_moments(request, days, clocks))


def list_moments(
    request: DateRequest, days: Sequence[date], clocks: Sequence[time | None]
) -> list[CivilMoment]:
    """Return the moments at which it is one of the times on one of the days.

    Raises UnreadableDate when there is none.
    """
    moments: list[CivilMoment] = []
    problem: errors.UnreadableDate | None = None
    for day in days:
        for clock in clocks:
            try:
                if clock is None:
                    moments.append(build_whole_day(request, day))
                else:
                    moments += list_minutes(request, day, clock)
            except errors.UnreadableDate as skipped:
                problem = skipped
    if not moments:
        raise problem or request.build_error(NO_SUCH_DAY)
    return moments


# Days


def read_near_day(request: DateRequest, *, near: int) -> list[date]:
    """Return the day that is `near` days from today."""
    return [request.today + timedelta(days=near)]


def read_weekday(request: DateRequest, *, weekday: int) -> list[date]:
    """Return the nearest such day after today, or before it for something past."""
    return [find_nearest_weekday(request.today, weekday, past=request.past)]


def read_next_weekday(request: DateRequest, *, weekday: int, which: int) -> list[date]:
    """Return that day of the next or last week, and the nearest one where that is another."""
    nearest = find_nearest_weekday(request.today, weekday, past=which < 0)
    return sorted({nearest, *read_weekday_of_week(request, weekday=weekday, which=which)})


def read_weekday_of_week(
    request: DateRequest, *, weekday: int, which: int = 0, count: int = 0
) -> list[date]:
    """Return that day of the ISO week that is so many weeks from this one."""
    monday = request.today - timedelta(days=request.today.weekday())
    return [monday + timedelta(weeks=which + count, days=weekday)]


def read_day_of_month(request: DateRequest, *, day: int, weekday: int | None = None) -> list[date]:
    """Return the nearest such day of any month, today included."""
    step, first = -1 if request.past else 1, request.today.replace(day=1)
    found = None
    for months in range(3):  # of three months in a row two have 31 days, or one has 30
        month = _add_months(request, step * months, first)
        real = build_real_date(month.year, month.month, day)
        if real and _is_on_right_side(request, real):
            found = real
            break
    if not found:
        raise request.build_error(NO_SUCH_DAY)
    return [_check_weekday(request, found, weekday)]


def read_month_date(
    request: DateRequest,
    *,
    day: int,
    month: int,
    year: int | None = None,
    weekday: int | None = None,
) -> list[date]:
    """Return that day of the year, or the nearest such day, today included.

    Raises UnreadableDate where it is not the weekday.
    """
    if year is None:
        if not build_real_date(_CENTURY, month, day):  # a leap year
            raise request.build_error(NO_SUCH_DAY)
        found = find_day_without_year(request, month, day)
    elif year < EARLIEST_DAY.year:
        found = None
    elif found := build_real_date(year, month, day):
        pass
    else:
        raise request.build_error(NO_SUCH_DAY)
    if not found:
        raise request.build_error(YEAR_OUT_OF_RANGE)
    return [_check_weekday(request, found, weekday)]


def _check_weekday(request: DateRequest, day: date, weekday: int | None) -> date:
    if weekday not in (None, day.weekday()):
        date_words = f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"
        raise request.build_error(f"{date_words} is a {WEEKDAYS[day.weekday()].title()}")
    return day


def find_day_without_year(request: DateRequest, month: int, day: int) -> date | None:
    """Return the nearest such day from today on, or back from today; None where there is none.

    Where any nearest day is meant, it is the one ahead of two that are equally far.
    """
    if request.near:
        ways = (request._replace(near=False, past=past) for past in (False, True))
        days = [found for way in ways if (found := find_day_without_year(way, month, day))]
        return min(days, key=lambda found: abs(found - request.today), default=None)
    step = -1 if request.past else 1
    for years in range(_YEARS_BETWEEN_LEAP_DAYS + 1):
        real = build_real_date(request.today.year + years * step, month, day)
        if real and _is_on_right_side(request, real):
            return real
    return None


def _is_on_right_side(request: DateRequest, day: date) -> bool:
    """Whether a day is today, or ahead, or behind for something past."""
    return day == request.today or (day < request.today) == request.past


def build_real_date(year: int, month: int, day: int) -> date | None:
    """Return a day, None where it does not exist or is before 1970."""
    try:
        real = date(year, month, day)
    except ValueError:
        return None
    return real if real >= EARLIEST_DAY else None


def read_numeric_date(request: DateRequest, *, numbers: Sequence[str]) -> list[date]:
    """Return the days that three or two numbers mean, in the order of the request if it has one."""
    first, second = int(numbers[0]), int(numbers[1])
    if len(numbers[0]) == _FULL_YEAR_DIGITS:
        readings = {"ymd": build_real_date(first, second, int(numbers[2]))}
    elif len(numbers) == len("dm"):
        readings = {
            "dmy": find_day_without_year(request, second, first),
            "mdy": find_day_without_year(request, first, second),
        }
    else:
        is_short = len(numbers[2]) < _FULL_YEAR_DIGITS
        year = int(numbers[2]) + is_short * _CENTURY
        readings = {
            "dmy": build_real_date(year, second, first),
            "mdy": build_real_date(year, first, second),
            "ymd": build_real_date(_CENTURY + first, second, int(numbers[2])) if is_short else None,
        }
    chosen = readings.get(request.order or "")
    return [chosen] if chosen else [day for day in readings.values() if day]


def read_distance(
    request: DateRequest, *, count: int, unit: str, sign: int | None = None
) -> list[date]:
    """Return the day that is so far ahead, or behind; without a sign behind for something past."""
    count *= sign or (-1 if request.past else 1)
    if unit in _UNIT_DAYS:
        return [request.today + timedelta(days=count * _UNIT_DAYS[unit])]
    return [_add_months(request, count * _UNIT_MONTHS[unit], request.today)]


def _add_months(request: DateRequest, months: int, begin: date, day: int | None = None) -> date:
    from dateutil.relativedelta import relativedelta

    try:
        return begin + relativedelta(months=months, day=day)
    except ValueError:
        raise request.build_error(YEAR_OUT_OF_RANGE) from None


def read_period_end(request: DateRequest, *, period: str, which: int = 0) -> list[date]:
    """Return the last day of this, the next or the last week, month or year."""
    if period == "week":
        days = (request.week_start - 1 - request.today.weekday()) % 7
        return [request.today + timedelta(days=days, weeks=which)]
    if period == "month":
        return [_add_months(request, which, request.today, 31)]
    months = _MONTHS_OF_YEAR - request.today.month + which * _MONTHS_OF_YEAR
    return [_add_months(request, months, request.today, 31)]


def read_period(request: DateRequest, *, period: str, which: int) -> list[date]:
    """Return the days that “next week” and the like can mean: the first, the last, and a Friday."""
    end = read_period_end(request, period=period, which=which)[0]
    if period == "week":
        monday = read_weekday_of_week(request, weekday=0, which=which)[0]
        return [monday, monday + timedelta(days=4), monday + timedelta(days=6)]
    return [end.replace(day=1) if period == "month" else end.replace(month=1, day=1), end]


def read_month_end(request: DateRequest, *, month: int, year: int | None = None) -> list[date]:
    """Return the last day of a month."""
    if request.near and not year:
        nearest = find_day_without_year(request, month, 28)
        year = nearest.year if nearest else None
    step = -1 if request.past else 1
    years = [year] if year else [request.today.year, request.today.year + step]
    firsts = (build_real_date(number, month, 1) for number in years)
    ends = [_add_months(request, 0, first, 31) for first in firsts if first]
    if not year:
        ends = [
            end for end in ends if end == request.today or (end < request.today) == request.past
        ]
    if not ends:
        raise request.build_error(YEAR_OUT_OF_RANGE)
    return ends[:1]


def read_weekend(request: DateRequest, *, which: int = 0) -> list[date]:
    """Return a Saturday and a Sunday, without `which` the nearest ones, today included.

    For the next or last weekend, return those of that ISO week, and the nearest ones.
    """
    past = which < 0 or (request.past and not which)
    today = request.today - _ONE_DAY if not past else request.today + _ONE_DAY
    nearest = find_nearest_weekday(today, _SATURDAY if past else _SUNDAY, past=past)
    saturday = nearest if past else nearest - _ONE_DAY
    days = {saturday, saturday + _ONE_DAY}
    if which:
        for weekday in (_SATURDAY, _SUNDAY):
            days.update(read_weekday_of_week(request, weekday=weekday, which=which))
    return sorted(days)


def read_christmas(request: DateRequest, *, days: tuple[int, ...]) -> list[date]:
    """Return these days of December, all in the nearest year."""
    nearest = find_day_without_year(request, 12, days[0] if request.past else days[-1])
    if not nearest:
        raise request.build_error(YEAR_OUT_OF_RANGE)
    return [nearest.replace(day=day) for day in days]


# Clocks


def read_clock(
    request: DateRequest,
    *,
    clock: tuple[int, int, int, str] | None = None,
    hour: int | None = None,
) -> list[time | None]:
    """Return the time of "17:00", "5pm" or "17h30", or those of a bare hour.

    “a” and “p” of a clock are the halves of a day. Its seconds count for something past alone, but
    its last second is the end of the day. A bare hour before noon can be after noon. Raises
    UnreadableDate for a time that does not exist.
    """
    if clock is None:
        bare = hour or 0
        is_open = 1 <= bare < _CLOCK_FACE_HOURS
        return [time(bare), time(bare + _CLOCK_FACE_HOURS)] if is_open else [time(bare)]
    number, minute, second, half = clock
    is_real = number <= _MAX_HOUR and minute <= _MAX_MINUTE
    if half:
        is_real = 1 <= number <= _CLOCK_FACE_HOURS and minute <= _MAX_MINUTE
        number = number % _CLOCK_FACE_HOURS + _CLOCK_FACE_HOURS * (half == "p")
    if not is_real:
        raise request.build_error("there is no such time")
    shown = time(number, minute, second)
    if request.past:
        return [shown]
    return [None if shown == _LAST_SECOND else shown.replace(second=0)]


def read_noon(_request: DateRequest) -> list[time]:
    """Return twelve o'clock."""
    return [_NOON]


def read_day_end(_request: DateRequest) -> list[None]:
    """Return the end of a day."""
    return [None]


def read_close(request: DateRequest) -> list[time]:
    """Return the hour at which business closes."""
    return [time.fromisoformat(request.hours.cob)]


def read_part(
    request: DateRequest,
    *,
    part: str,
    clock: tuple[int, int, int, str] | None = None,
    hour: int | None = None,
) -> list[time]:
    """Return the hour of "morning" and the like, or a time that is in that part of the day.

    Raises UnreadableDate for a time on the other side of noon.
    """
    if clock is None and hour is None:
        return [time.fromisoformat(getattr(request.hours, part))]
    clocks = [one for one in read_clock(request, clock=clock, hour=hour) if one is not None]
    inside = [one for one in clocks if (one < _NOON) == (part == "morning")]
    if not inside and clock and not clock[-1] and clock[0] < _CLOCK_FACE_HOURS:
        inside = [time(one.hour + _CLOCK_FACE_HOURS, one.minute) for one in clocks]
    if not inside:
        raise request.build_error(f"that is not in the {part}")
    return inside


# Moments


def read_day_and_number(
    request: DateRequest,
    *,
    near: int = 0,
    hour: int | None = None,
    weekday: int = 0,
    number: int | None = None,
) -> list[CivilMoment]:
    """Return the moments of "today 19" or "fri 17": that hour, or the Friday that is a 17th."""
    if number is None:
        days = read_near_day(request, near=near)
        return list_moments(request, days, read_clock(request, hour=hour))
    if number > _MAX_HOUR:
        days = read_day_of_month(request, day=number, weekday=weekday)
        return list_moments(request, days, [None])
    days = read_weekday(request, weekday=weekday)
    moments = list_moments(request, days, read_clock(request, hour=number))
    with suppress(errors.UnreadableDate):
        days = read_day_of_month(request, day=number, weekday=weekday)
        moments += list_moments(request, days, [None])
    return moments


def read_today_part(
    request: DateRequest,
    *,
    part: str = "evening",
    clock: tuple[int, int, int, str] | None = None,
    hour: int | None = None,
) -> list[CivilMoment]:
    """Return the moments of "tonight", "this morning" or "tonight at 8"."""
    clocks = read_part(request, part=part, clock=clock, hour=hour)
    return list_moments(request, [request.today], clocks)


def read_time_distance(
    request: DateRequest, *, count: int, unit: str, sign: int | None = None
) -> list[CivilMoment]:
    """Return the minute that is so many hours or minutes ahead, or behind."""
    count *= sign or (-1 if request.past else 1)
    begin = request.now if request.past else request.now.replace(second=0)
    distance = timedelta(hours=count) if unit == "hour" else timedelta(minutes=count)
    return [build_instant(request, begin.astimezone(UTC) + distance)]
