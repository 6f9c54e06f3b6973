"""Dates from words: what "fri", "28 nov" or "2026-11-27 17:00" means at a moment in a zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import (
    EARLIEST_DAY,
    ONE_SECOND,
    CivilMoment,
    find_instant_bounds,
    last_second,
)
from promisectl.domain.constants import MONTHS, WEEKDAYS

if TYPE_CHECKING:
    from typing import NoReturn

_WEEKDAY_NUMBERS = {name: n for n, day in enumerate(WEEKDAYS) for name in (day, day[:3])} | {
    "tues": 1,
    "thur": 3,
    "thurs": 3,
}
_MONTH_NAMES = {name for month in MONTHS for name in (month, month[:3])} | {"sept"}
_UNIT_DAYS_OR_MONTHS = {"d": 1, "w": 7, "m": 1, "y": 12}  # in days, or in months

# The patterns match text in lower case with single spaces. They are compiled when first needed.
_ISO_DAY_PATTERN = r"\d{4}-\d\d-\d\d|\d{8}"
_OFFSET_PATTERN = r"z| ?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?"
_ISO_CLOCK_PATTERN = r"(?:[01]\d|2[0-3]):?[0-5]\d|\d:[0-5]\d"
_CLOCK_PATTERN = r"noon|\d\d?:\d\d(?: ?[ap]m)?|\d\d? ?[ap]m"
# A zone follows a space; only a Z may touch the time.
_ZONE_PATTERN = r"(?:(?: |(?<=:\d\d)(?=z$))(utc|z|[a-z]\S*/\S*))?"
_ISO_MINUTE_PATTERN = (
    rf"({_ISO_DAY_PATTERN})[t ]({_ISO_CLOCK_PATTERN})(?::?([0-5]\d)(?:[.,]\d+)?)?"
    rf"({_OFFSET_PATTERN})?{_ZONE_PATTERN}"
)
_DATE_WORDS_PATTERN = rf"(.+?)(?:,?(?: at)? ({_CLOCK_PATTERN})|, end of day)?{_ZONE_PATTERN}"
_ORDINAL_PATTERN = r"(\d\d?)(?:st|nd|rd|th|\.)?"

_MAX_DATE_TEXT_CHARACTERS = 100
_MINUTE_FORMAT = "%Y-%m-%dT%H:%M"
_MAX_HOUR, _MAX_MINUTE = 23, 59
_LAST_CLOCK_OF_DAY = "23:59:59"
_CLOCK_FACE_HOURS = 12
_YEARS_BETWEEN_LEAP_DAYS = 8  # at most, as from 2096 to 2104
_YEAR_OUT_OF_RANGE = "the years go from 1970 to 9999"
_NO_SUCH_DAY = "there is no such day"


class DateRequest(NamedTuple):
    """A text that means a date, and all that its meaning depends on.

    `zone` is where days are counted: the zone that the text names, else `home`, the person's own.
    `today` is the current day in `zone`; `order`, `week_start` and `past` are as in `parse_date`.
    `examples` are the dates that an error suggests; without them it suggests some near `today`.
    """

    text: str
    zone: str
    home: str
    today: date = EARLIEST_DAY
    order: str | None = None
    week_start: int = 0
    past: bool = False
    examples: tuple[str, str, str] | None = None

    def build_error(self, why: str = "") -> errors.UnreadableDate:
        """Return the error that refuses the text, with examples of dates that can be read."""
        if self.examples:
            return errors.UnreadableDate(self.text, self.examples, why)
        if date(1970, 2, 1) < self.today < date(9999, 12, 1):
            friday = find_nearest_weekday(self.today, _WEEKDAY_NUMBERS["fri"], past=self.past)
            word, named = "fri", friday + timedelta(days=1)
            last = "yesterday 17:00" if self.past else "tomorrow 17:00"
        else:
            word, named, last = "today", self.today, str(self.today)
        examples = (word, f"{named.day} {MONTHS[named.month - 1][:3]}", last)
        return errors.UnreadableDate(self.text, examples, why, "promisectl guide dates")

    def normalize_text(self) -> str:
        """Return the text in lower case with single spaces.

        Raises UnreadableDate when it is too long, or has characters that no date has.
        """
        text = self.text.replace("\t", " ")
        if len(text) > _MAX_DATE_TEXT_CHARACTERS:
            raise self.build_error(f"it is longer than {_MAX_DATE_TEXT_CHARACTERS} characters")
        if not text.isascii():
            from promisectl.domain import spelling

            text = spelling.replace_spaces(text)
        if not (text.isascii() and text.isprintable()):
            raise self.build_error()
        return " ".join(text.lower().split())

    def move_to_zone(self, zone: str, now: datetime) -> DateRequest:
        """Return the request with its days counted in `zone`.

        Raises UnreadableDate when this machine does not know the zone.
        """
        try:
            return self._replace(zone=zone, today=now.astimezone(ZoneInfo(zone)).date())
        except (LookupError, OSError, ValueError):
            raise self.build_error(f"“{zone}” is not a known time zone") from None

    def resolve_zone_name(self, name: str) -> str:
        """Return the IANA name of a zone that the text names in lower case.

        Raises UnreadableDate when this machine does not know the zone.
        """
        if name in {"utc", "z"}:
            return "UTC"
        known = {zone.lower(): zone for zone in available_timezones()}
        if name not in known:
            raise self.build_error(f"“{self.text.split()[-1]}” is not a known time zone")
        return known[name]


def parse_date(
    text: str,
    now: datetime,
    zone: str,
    *,
    order: str | None = None,
    week_start: int = 0,
    past: bool = False,
) -> CivilMoment:
    """Return the day or minute that a person in `zone` means by `text` at `now` (aware UTC).

    `order` ("dmy", "mdy" or "ymd") tells how to read dates of bare numbers. Where a weekday or a
    date without a year fits many days, take the nearest one ahead, or with `past` the nearest one
    behind. Something past may have seconds. The end of the week is the day before its next
    `week_start` (Monday is 0).
    Raises UnreadableDate for a text outside the grammar and for a date that does not exist, with
    the forms that the person may have meant; AmbiguousDate for a text that has several readings.
    """
    request = DateRequest(text, zone, zone, now.date(), order, week_start, past)
    try:
        return _parse_date_request(request, now)
    except errors.UnreadableDate as problem:
        raise problem.suggest_forms(_list_readable_forms(request, now)) from None


def _list_readable_forms(request: DateRequest, now: datetime) -> list[str]:
    """Return up to two dates near an unreadable text that can be read."""
    from promisectl.domain import date_suggestions

    readable: list[str] = []
    with suppress(errors.UnreadableDate):
        local = request.move_to_zone(request.zone, now)
        for form in date_suggestions.list_date_forms(local.normalize_text(), local.today):
            with suppress(errors.UnreadableDate, errors.AmbiguousDate):
                _parse_date_request(request._replace(text=form), now)
                readable.append(form)
    return readable[:2]


def _parse_date_request(request: DateRequest, now: datetime) -> CivilMoment:
    try:
        request = request.move_to_zone(request.zone, now)
        words = request.normalize_text()
        for pattern, parse in (
            (_ISO_MINUTE_PATTERN, parse_iso_minute),
            (_DATE_WORDS_PATTERN, parse_spoken_date),
        ):
            if match := re.fullmatch(pattern, words):
                *parts, zone = match.groups()
                local = request
                if zone:
                    local = request.move_to_zone(request.resolve_zone_name(zone), now)
                return parse(local, *parts)
    except OverflowError:
        raise request.build_error(_YEAR_OUT_OF_RANGE) from None
    raise request.build_error()


def parse_now(text: str, zone: str) -> datetime:
    """Return, as aware UTC, the ISO minute or second in `zone`, or the noon of the ISO day.

    Raises UnreadableDate for any other text, AmbiguousDate for a minute that comes twice there.
    """
    examples = ("2026-11-23", "2026-11-23T10:00", "2026-11-23T10:00+01:00")
    request = DateRequest(text, zone, zone, examples=examples)
    try:
        request = request.move_to_zone(zone, datetime.fromtimestamp(0, UTC))
        words = request.normalize_text()
        match = re.fullmatch(_ISO_MINUTE_PATTERN, words)
        if match and not match[5]:
            *parts, _ = match.groups()
            return parse_iso_minute(request._replace(past=True), *parts).at
        if civil_day := parse_iso_day(request, words):
            return _build_whole_day(request, civil_day).noon
    except OverflowError:
        raise request.build_error(_YEAR_OUT_OF_RANGE) from None
    raise request.build_error()


# The forms of a day. Each returns the day, or None where the words have another form, and raises
# UnreadableDate or AmbiguousDate where they have this form and do not mean one day.


def parse_spoken_date(request: DateRequest, words: str, clock: str | None) -> CivilMoment:
    """Return the day that `words` mean, or the minute at which its clocks show `clock`.

    Raises UnreadableDate for words outside the grammar, AmbiguousDate for several readings.
    """
    for parse in (
        parse_named_day,
        parse_weekday,
        parse_iso_day,
        parse_distance,
        parse_weekday_and_date,
        parse_numeric_date,
        refuse_partial_date,
    ):
        if day := parse(request, words):
            if clock:
                return parse_clock_time(request, day, clock)
            return _build_whole_day(request, day)
    raise request.build_error()


def parse_named_day(request: DateRequest, words: str) -> date | None:
    """Return the day of "today", "tomorrow", "yesterday", "eow", "eom" or "eoy"."""
    days_ahead = {
        "today": 0,
        "tomorrow": 1,
        "yesterday": -1,
        "eow": (request.week_start - 1 - request.today.weekday()) % 7,
    }
    if words in days_ahead:
        return request.today + timedelta(days=days_ahead[words])
    end_months = {"eom": request.today.month, "eoy": 12}
    if words not in end_months:
        return None
    return _add_months(request, end_months[words] - request.today.month, day=31)


def parse_weekday(request: DateRequest, words: str) -> date | None:
    """Return the day of "fri", "next fri" (a week later) or "last fri"."""
    which, _, name = words.rpartition(" ")
    if name not in _WEEKDAY_NUMBERS or which not in {"", "next", "last"}:
        return None
    is_behind = which == "last" or (request.past and not which)
    nearest = find_nearest_weekday(request.today, _WEEKDAY_NUMBERS[name], past=is_behind)
    return nearest + timedelta(weeks=1 if which == "next" else 0)


def find_nearest_weekday(today: date, weekday: int, *, past: bool) -> date:
    """Return the nearest day with that weekday number after today, or before it with `past`."""
    if past:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def parse_iso_day(request: DateRequest, words: str) -> date | None:
    """Return the day of "2026-11-27" or "20261127"."""
    if not re.fullmatch(_ISO_DAY_PATTERN, words):
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise request.build_error(_NO_SUCH_DAY) from None


def parse_distance(request: DateRequest, words: str) -> date | None:
    """Return the day of "+3d", "in 2 weeks" or "a month ago"."""
    short = re.fullmatch(r"([+-]\d+)([dwmy])", words)
    ahead = re.fullmatch(r"in (a|\d+) (day|week|month|year)s?", words)
    behind = re.fullmatch(r"(a|\d+) (day|week|month|year)s? ago", words)
    if not (match := short or ahead or behind):
        return None
    unit = match[2][0]
    count = int(match[1].replace("a", "1")) * _UNIT_DAYS_OR_MONTHS[unit] * (-1 if behind else 1)
    return request.today + timedelta(days=count) if unit in "dw" else _add_months(request, count)


def _add_months(request: DateRequest, months: int, day: int | None = None) -> date:
    from dateutil.relativedelta import relativedelta

    try:
        return request.today + relativedelta(months=months, day=day)
    except ValueError:
        raise request.build_error(_YEAR_OUT_OF_RANGE) from None


def parse_weekday_and_date(request: DateRequest, words: str) -> date | None:
    """Return the day of "28 nov" or "sat, 28 nov", where the weekday must be the right one."""
    weekday, _, rest = words.partition(" ")
    number = _WEEKDAY_NUMBERS.get(weekday.rstrip(","))
    day = parse_month_date(request, words if number is None else rest)
    if day and number not in (None, day.weekday()):
        date_words = f"{day.day} {MONTHS[day.month - 1].title()} {day.year}"
        raise request.build_error(f"{date_words} is a {WEEKDAYS[day.weekday()].title()}")
    return day


def parse_month_date(request: DateRequest, words: str) -> date | None:
    """Return the day of "28 nov", "nov 28" or "28th november 2026"."""
    if match := re.fullmatch(rf"{_ORDINAL_PATTERN} ([a-z]+)(?:,? (\d{{4}}))?", words):
        day, month, year = match.groups()
    elif match := re.fullmatch(rf"([a-z]+) {_ORDINAL_PATTERN}(?:,? (\d{{4}}))?", words):
        month, day, year = match.groups()
    if not match or month not in _MONTH_NAMES:
        return None
    from dateutil.parser import parse

    if year and int(year) < EARLIEST_DAY.year:
        raise request.build_error(_YEAR_OUT_OF_RANGE)  # dateutil would take 0050 for 2050
    default = datetime(2000, 1, 1)  # noqa: DTZ001  (a civil day has no zone)
    try:
        civil_day = parse(f"{day} {month} {year or 2000}", default=default).date()
    except ValueError:
        raise request.build_error(_NO_SUCH_DAY) from None
    if year:
        return civil_day
    if nearest := _find_day_without_year(request, civil_day.month, civil_day.day):
        return nearest
    raise request.build_error(_YEAR_OUT_OF_RANGE)


def _find_day_without_year(request: DateRequest, month: int, day: int) -> date | None:
    """Return the nearest such day from today on, or back from today; None where there is none."""
    step = -1 if request.past else 1
    for years in range(_YEARS_BETWEEN_LEAP_DAYS + 1):
        real = _build_real_date(request.today.year + years * step, month, day)
        if real and (real == request.today or (real < request.today) == request.past):
            return real
    return None


def _build_real_date(year: int, month: int, day: int) -> date | None:
    try:
        real = date(year, month, day)
    except ValueError:
        return None
    return real if real >= EARLIEST_DAY else None


def parse_numeric_date(request: DateRequest, words: str) -> date | None:
    """Return the day of "2026/11/27", "27/11" or "27.11.2026", read in the order of the request.

    Raises AmbiguousDate where the order does not fit, or none is configured.
    """
    slashes, dots = r"(\d\d?)/(\d\d?)(?:/(\d{4}))?", r"(\d\d?)\.(\d\d?)(?:\.(\d{4})?)?"
    if match := re.fullmatch(r"(\d{4})([/.])(\d\d?)\2(\d\d?)", words):
        readings = {"ymd": _build_real_date(int(match[1]), int(match[3]), int(match[4]))}
    elif match := re.fullmatch(slashes, words) or re.fullmatch(dots, words):
        first, second, year = int(match[1]), int(match[2]), match[3]
        orders = {"dmy": (second, first), "mdy": (first, second)}
        readings = {
            name: _build_real_date(int(year), *month_and_day)
            if year
            else _find_day_without_year(request, *month_and_day)
            for name, month_and_day in orders.items()
        }
    else:
        return None
    chosen = readings.get(request.order or "")
    if chosen is None:
        _refuse_ambiguous_date(request, *readings.values())
    return chosen


def refuse_partial_date(request: DateRequest, words: str) -> None:
    """Refuse a bare number, month, year or time with the reason why it is not a date.

    Raises AmbiguousDate for a number that is a day of this month or the next one, else
    UnreadableDate.
    """
    if match := re.fullmatch(_ORDINAL_PATTERN, words):
        months = (request.today, _add_months(request, -1 if request.past else 1))
        readings = (_build_real_date(month.year, month.month, int(match[1])) for month in months)
        _refuse_ambiguous_date(request, *readings)
    if re.fullmatch(_CLOCK_PATTERN, words):
        raise request.build_error("a time needs a day")
    month_name, _, year = words.partition(" ")
    is_named_month = month_name in _MONTH_NAMES and re.fullmatch(r"(?:\d{4})?", year)
    if is_named_month or re.fullmatch(r"\d{4}(?:-\d\d)?", words):
        raise request.build_error("that is not a single day")


def _refuse_ambiguous_date(request: DateRequest, *readings: date | None) -> NoReturn:
    days = sorted({day for day in readings if day})
    if not days:
        raise request.build_error(_NO_SUCH_DAY)
    described = tuple(f"{day} ({WEEKDAYS[day.weekday()][:3].title()})" for day in days)
    raise errors.AmbiguousDate(request.text, described)


# The forms of a minute


def parse_iso_minute(
    request: DateRequest, day: str, clock: str, seconds: str | None, offset: str | None
) -> CivilMoment:
    """Return the minute of an ISO day and time in the zone of the request, or at `offset`.

    The last second of a day there is the whole day. Other seconds are dropped, except from the
    instant of something past. Raises UnreadableDate for a minute that does not exist there,
    AmbiguousDate for a minute that the clocks there show twice.
    """
    try:
        moment = datetime.fromisoformat(_spell_iso_minute(day, clock, seconds, offset))
    except ValueError:
        raise request.build_error(_NO_SUCH_DAY) from None
    local = moment.astimezone(ZoneInfo(request.zone)) if offset else moment
    whole_day = _build_whole_day(request, local.date())
    if f"{local:%H:%M:%S}" == _LAST_CLOCK_OF_DAY and not request.past:
        return whole_day
    start = local.replace(second=0)
    if offset is None:
        minute = _build_local_minute(request, start)
    else:
        minute = CivilMoment(f"{start:{_MINUTE_FORMAT}}", request.zone, start.astimezone(UTC))
    return minute._replace(at=minute.at + local.second * ONE_SECOND) if request.past else minute


def _spell_iso_minute(day: str, clock: str, seconds: str | None, offset: str | None) -> str:
    """Return a day, a time and an offset, each with or without its signs, as one ISO text."""
    minute, zone = clock.replace(":", "").zfill(4), (offset or "").strip().upper()
    return "".join((day.replace("-", ""), "T", minute, seconds or "00", zone)).replace(":", "")


def parse_clock_time(request: DateRequest, day: date, clock: str) -> CivilMoment:
    """Return the minute of "17:00", "5 pm" or "noon" on a day.

    Raises UnreadableDate for a time that does not exist or that the clocks skip on that day,
    AmbiguousDate for one that they show twice.
    """
    hours, _, minutes = ("12" if clock == "noon" else clock.rstrip(" apm")).partition(":")
    hour, minute, half = int(hours), int(minutes or 0), clock[-2:]
    is_real = hour <= _MAX_HOUR and minute <= _MAX_MINUTE
    if half in {"am", "pm"}:
        is_real = 1 <= hour <= _CLOCK_FACE_HOURS and minute <= _MAX_MINUTE
        hour = hour % _CLOCK_FACE_HOURS + _CLOCK_FACE_HOURS * (half == "pm")
    if not is_real:
        raise request.build_error("there is no such time")
    return _build_local_minute(request, datetime.combine(day, time(hour, minute)))


def _build_local_minute(request: DateRequest, local: datetime) -> CivilMoment:
    _build_whole_day(request, local.date())
    first, last = find_instant_bounds(local, request.zone)
    if first > last:
        raise request.build_error("the clocks skip that hour there")
    if first < last:
        zone, tz = request.zone, ZoneInfo(request.zone)
        zone_suffix = f" {zone}" if zone != request.home else ""
        readings = (at.astimezone(tz).isoformat(timespec="minutes") for at in (first, last))
        raise errors.AmbiguousDate(
            request.text, tuple(f"{reading}{zone_suffix}" for reading in readings)
        )
    return CivilMoment(f"{local:{_MINUTE_FORMAT}}", request.zone, first)


def _build_whole_day(request: DateRequest, day: date) -> CivilMoment:
    """Return the whole day.

    Raises UnreadableDate when it is before 1970, or when the calendar of the zone skips it, and
    OverflowError when it ends after the year 9999.
    """
    if day < EARLIEST_DAY:
        raise request.build_error(_YEAR_OUT_OF_RANGE)
    at = last_second(day, request.zone)
    if at.astimezone(ZoneInfo(request.zone)).date() != day:
        raise request.build_error("the calendar skips that day there")
    return CivilMoment(str(day), request.zone, at)
