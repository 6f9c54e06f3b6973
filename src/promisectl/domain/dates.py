"""Dates from words: what "fri", "28 nov" or "2026-11-27 17:00" means to somebody, at a moment, in a time zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import CivilMoment, find_instant_bounds, last_second
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

# What is typed reaches these patterns in lower case, with single blanks. They are compiled when first needed.
_ISO_DAY_PATTERN = r"\d{4}-\d\d-\d\d"
_OFFSET_PATTERN = r"z|[+-](?:0\d|1[0-4]):[0-5]\d"
_CLOCK_PATTERN = r"noon|\d\d?:\d\d(?: ?[ap]m)?|\d\d? ?[ap]m"
_ZONE_PATTERN = (
    r"(?:(?: |(?<=:\d\d)(?=z$))(utc|z|[a-z]\S*/\S*))?"  # after a blank; only a Z may touch the time
)
_ISO_MINUTE_PATTERN = rf"({_ISO_DAY_PATTERN})[t ]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d))?({_OFFSET_PATTERN})?{_ZONE_PATTERN}"
_DATE_WORDS_PATTERN = rf"(.+?)(?:,?(?: at)? ({_CLOCK_PATTERN})|, end of day)?{_ZONE_PATTERN}"
_ORDINAL_PATTERN = r"(\d\d?)(?:st|nd|rd|th|\.)?"

_MAX_DATE_TEXT_CHARACTERS = 100
_MINUTE_FORMAT = "%Y-%m-%dT%H:%M"
_EARLIEST_DAY = date(1970, 1, 1)
_ONE_SECOND = timedelta(seconds=1)
_FINER_THAN_MINUTE = "minutes are the finest"
_YEAR_OUT_OF_RANGE = "the years go from 1970 to 9999"
_NO_SUCH_DAY = "there is no such day"


class _DateRequest(NamedTuple):
    """A text, and all that its meaning depends on."""

    text: str
    zone: str  # where days are counted: the zone that the text names, else the person's own
    home: str  # the person's own zone
    today: date = _EARLIEST_DAY
    order: str | None = None
    week_start: int = 0
    past: bool = False
    examples: tuple[str, str, str] | None = None

    def build_error(self, why: str = "") -> errors.UnreadableDate:
        more = "" if self.examples else "guide dates"
        return errors.UnreadableDate(
            self.text, self.examples or _build_date_examples(self.today, past=self.past), why, more
        )


def parse_date(
    text: str,
    now: datetime,
    zone: str,
    *,
    order: str | None = None,
    week_start: int = 0,
    past: bool = False,
) -> CivilMoment:
    """Return the day or the minute that `text`, said at `now` (aware UTC) by somebody in `zone`, means.

    `order` ("dmy", "mdy" or "ymd") says how dates of bare numbers are read. Where a weekday or a date without
    its year fits many days, the nearest one ahead is meant, or with `past` the nearest one behind. The end of
    the week is the day before its next `week_start` (Monday is 0).
    Raises UnreadableDate for what is outside the grammar or does not exist, with what may have been meant; AmbiguousDate for what
    has several readings.
    """
    said = _DateRequest(text, zone, zone, now.date(), order, week_start, past)
    try:
        return _parse_date_request(said, now)
    except errors.UnreadableDate as problem:
        raise problem.suggest_forms(_suggest_forms(said, now)) from None


def _suggest_forms(said: _DateRequest, now: datetime) -> tuple[str, ...]:
    """Readable forms that may have been meant by what can't be read."""
    from promisectl.domain import date_suggestions

    with suppress(errors.UnreadableDate):
        there = _move_to_zone(said, said.zone, now)
        return date_suggestions.suggest_dates(
            _normalize_date_text(there),
            there.today,
            lambda form: _is_readable_date(said._replace(text=form), now),
        )
    return ()


def _is_readable_date(said: _DateRequest, now: datetime) -> bool:
    with suppress(errors.UnreadableDate, errors.AmbiguousDate):
        return bool(_parse_date_request(said, now))
    return False


def _parse_date_request(said: _DateRequest, now: datetime) -> CivilMoment:
    try:
        said = _move_to_zone(said, said.zone, now)
        words = _normalize_date_text(said)
        for pattern, meaning in (
            (_ISO_MINUTE_PATTERN, _parse_iso_minute),
            (_DATE_WORDS_PATTERN, _parse_spoken_date),
        ):
            if shape := re.fullmatch(pattern, words):
                *parts, named = shape.groups()
                there = _move_to_zone(said, _resolve_zone_name(said, named), now) if named else said
                return meaning(there, *parts)
    except OverflowError:
        raise said.build_error(_YEAR_OUT_OF_RANGE) from None
    raise said.build_error()


def parse_now(text: str, zone: str) -> datetime:
    """Return, as aware UTC, the moment that an ISO minute or second in `zone` means, or the noon of an ISO day.

    Raises UnreadableDate for anything else, AmbiguousDate for a minute that happens twice there.
    """
    said = _DateRequest(
        text, zone, zone, examples=("2026-11-23", "2026-11-23T10:00", "2026-11-23T10:00+01:00")
    )
    try:
        said = _move_to_zone(said, zone, datetime.fromtimestamp(0, UTC))
        words = _normalize_date_text(said)
        shape = re.fullmatch(_ISO_MINUTE_PATTERN, words)
        if shape and not shape[5]:
            day, clock, seconds, offset, _ = shape.groups()
            return (
                _parse_iso_minute(said, day, clock, None, offset).at
                + int(seconds or 0) * _ONE_SECOND
            )
        if day := _parse_iso_day(said, words):
            return _build_whole_day(said, day).noon
    except OverflowError:
        raise said.build_error(_YEAR_OUT_OF_RANGE) from None
    raise said.build_error()


def _normalize_date_text(said: _DateRequest) -> str:
    text = said.text.replace("\t", " ")
    if len(text) > _MAX_DATE_TEXT_CHARACTERS:
        raise said.build_error(f"it is longer than {_MAX_DATE_TEXT_CHARACTERS} characters")
    if not (text.isascii() and text.isprintable()):
        raise said.build_error()
    return " ".join(text.lower().split())


def _move_to_zone(said: _DateRequest, zone: str, now: datetime) -> _DateRequest:
    try:
        return said._replace(zone=zone, today=now.astimezone(ZoneInfo(zone)).date())
    except (LookupError, OSError, ValueError):
        raise said.build_error(f"no zone “{zone}” is known here") from None


def _resolve_zone_name(said: _DateRequest, name: str) -> str:
    if name in {"utc", "z"}:
        return "UTC"
    known = {zone.lower(): zone for zone in available_timezones()}
    if name not in known:
        raise said.build_error(f"no zone “{said.text.split()[-1]}” is known here")
    return known[name]


def _build_date_examples(today: date, *, past: bool) -> tuple[str, str, str]:
    if not date(1970, 2, 1) < today < date(9999, 12, 1):
        return "today", f"{today.day} {MONTHS[today.month - 1][:3]}", str(today)
    friday = _find_nearest_weekday(today, _WEEKDAY_NUMBERS["fri"], past=past)
    saturday = friday + timedelta(days=1)
    return "fri", f"{saturday.day} {MONTHS[saturday.month - 1][:3]}", str(friday)


def _parse_spoken_date(said: _DateRequest, words: str, clock: str | None) -> CivilMoment:
    for form in (
        _parse_named_day,
        _parse_weekday,
        _parse_iso_day,
        _parse_distance,
        _parse_month_date,
        _parse_numeric_date,
        _refuse_partial_date,
    ):
        if day := form(said, words):
            return _parse_clock_time(said, day, clock) if clock else _build_whole_day(said, day)
    raise said.build_error()


def _parse_named_day(said: _DateRequest, words: str) -> date | None:
    days = {
        "today": 0,
        "tomorrow": 1,
        "yesterday": -1,
        "eow": (said.week_start - 1 - said.today.weekday()) % 7,
    }
    if words in days:
        return said.today + timedelta(days=days[words])
    ends = {"eom": said.today.month, "eoy": 12}
    return _add_months(said, ends[words] - said.today.month, day=31) if words in ends else None


def _parse_weekday(said: _DateRequest, words: str) -> date | None:
    which, _, name = words.rpartition(" ")
    if name not in _WEEKDAY_NUMBERS or which not in {"", "next", "last"}:
        return None
    behind = which == "last" or (said.past and not which)
    return _find_nearest_weekday(said.today, _WEEKDAY_NUMBERS[name], past=behind) + timedelta(
        weeks=1 if which == "next" else 0
    )


def _find_nearest_weekday(today: date, weekday: int, *, past: bool) -> date:
    if past:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _parse_iso_day(said: _DateRequest, words: str) -> date | None:
    if not re.fullmatch(_ISO_DAY_PATTERN, words):
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise said.build_error(_NO_SUCH_DAY) from None


def _parse_distance(said: _DateRequest, words: str) -> date | None:
    short = re.fullmatch(r"([+-]\d+)([dwmy])", words)
    ahead = re.fullmatch(r"in (a|\d+) (day|week|month|year)s?", words)
    behind = re.fullmatch(r"(a|\d+) (day|week|month|year)s? ago", words)
    if not (found := short or ahead or behind):
        return None
    unit = found[2][0]
    count = int(found[1].replace("a", "1")) * _UNIT_DAYS_OR_MONTHS[unit] * (-1 if behind else 1)
    return said.today + timedelta(days=count) if unit in "dw" else _add_months(said, count)


def _add_months(said: _DateRequest, months: int, day: int | None = None) -> date:
    from dateutil.relativedelta import relativedelta

    try:
        return said.today + relativedelta(months=months, day=day)
    except ValueError:
        raise said.build_error(_YEAR_OUT_OF_RANGE) from None


def _parse_month_date(said: _DateRequest, words: str) -> date | None:
    """A day with its month's name, and with its weekday's in front if it is the right one."""
    weekday, _, rest = words.partition(" ")
    named = _WEEKDAY_NUMBERS.get(weekday.rstrip(","))
    found = _parse_month_and_day(said, words if named is None else rest)
    if found and named not in (None, found.weekday()):
        raise said.build_error(
            f"{found:%d} {MONTHS[found.month - 1].title()} {found.year} is a {WEEKDAYS[found.weekday()].title()}".removeprefix(
                "0"
            )
        )
    return found


def _parse_month_and_day(said: _DateRequest, words: str) -> date | None:
    if found := re.fullmatch(rf"{_ORDINAL_PATTERN} ([a-z]+)(?:,? (\d{{4}}))?", words):
        day, month, year = found.groups()
    elif found := re.fullmatch(rf"([a-z]+) {_ORDINAL_PATTERN}(?:,? (\d{{4}}))?", words):
        month, day, year = found.groups()
    if not found or month not in _MONTH_NAMES:
        return None
    from dateutil.parser import parse

    if year and int(year) < _EARLIEST_DAY.year:
        raise said.build_error(_YEAR_OUT_OF_RANGE)  # dateutil would take 0050 for 2050
    try:
        civil = parse(f"{day} {month} {year or 2000}", default=datetime(2000, 1, 1)).date()  # noqa: DTZ001  (a civil day has no zone)
    except ValueError:
        raise said.build_error(_NO_SUCH_DAY) from None
    if named := civil if year else _find_day_without_year(said, civil.month, civil.day):
        return named
    raise said.build_error(_YEAR_OUT_OF_RANGE)


def _find_day_without_year(said: _DateRequest, month: int, day: int) -> date | None:
    step = -1 if said.past else 1
    for year in range(
        said.today.year, said.today.year + 9 * step, step
    ):  # leap days can be eight years apart
        found = _build_real_date(year, month, day)
        if found and (found == said.today or (found < said.today) == said.past):
            return found
    return None


def _build_real_date(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found >= _EARLIEST_DAY else None


def _parse_numeric_date(said: _DateRequest, words: str) -> date | None:
    slashes, dots = r"(\d\d?)/(\d\d?)(?:/(\d{4}))?", r"(\d\d?)\.(\d\d?)(?:\.(\d{4})?)?"
    if found := re.fullmatch(r"(\d{4})([/.])(\d\d?)\2(\d\d?)", words):
        readings = {"ymd": _build_real_date(int(found[1]), int(found[3]), int(found[4]))}
    elif found := re.fullmatch(slashes, words) or re.fullmatch(dots, words):
        one, two, year = int(found[1]), int(found[2]), found[3]
        orders = {"dmy": (two, one), "mdy": (one, two)}
        readings = {
            name: _build_real_date(int(year), *pair)
            if year
            else _find_day_without_year(said, *pair)
            for name, pair in orders.items()
        }
    else:
        return None
    chosen = readings.get(said.order or "")
    if chosen is None:
        _refuse_ambiguous_date(said, *readings.values())
    return chosen


def _refuse_partial_date(said: _DateRequest, words: str) -> date | None:
    """Refuse a bare number, month, year or time, saying what it lacks."""
    if found := re.fullmatch(_ORDINAL_PATTERN, words):
        months = (said.today, _add_months(said, -1 if said.past else 1))
        _refuse_ambiguous_date(
            said, *(_build_real_date(month.year, month.month, int(found[1])) for month in months)
        )
    if re.fullmatch(_CLOCK_PATTERN, words):
        raise said.build_error("a time needs its day")
    month, _, year = words.partition(" ")
    if re.fullmatch(r"\d{4}(?:-\d\d)?", words) or (
        month in _MONTH_NAMES and re.fullmatch(r"(?:\d{4})?", year)
    ):
        raise said.build_error("that is not one day")
    return None


def _refuse_ambiguous_date(said: _DateRequest, *readings: date | None) -> NoReturn:
    real = sorted({day for day in readings if day})
    if not real:
        raise said.build_error(_NO_SUCH_DAY)
    raise errors.AmbiguousDate(
        said.text, tuple(f"{day} ({WEEKDAYS[day.weekday()][:3].title()})" for day in real)
    )


def _parse_iso_minute(
    said: _DateRequest, day: str, clock: str, seconds: str | None, offset: str | None
) -> CivilMoment:
    if seconds not in {None, "00"}:
        raise said.build_error(_FINER_THAN_MINUTE)
    try:
        local = datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}")
    except ValueError:
        raise said.build_error(_NO_SUCH_DAY) from None
    if offset is None:
        return _build_local_minute(said, local)
    there = local.astimezone(ZoneInfo(said.zone))
    _build_whole_day(said, there.date())
    if there.second:  # an offset of old that was no whole number of minutes
        raise said.build_error(_FINER_THAN_MINUTE)
    return CivilMoment(f"{there:{_MINUTE_FORMAT}}", said.zone, there.astimezone(UTC))


def _parse_clock_time(said: _DateRequest, day: date, clock: str) -> CivilMoment:
    hours, _, minutes = ("12" if clock == "noon" else clock.rstrip(" apm")).partition(":")
    hour, half = int(hours), clock[-2:]
    if half in {"am", "pm"}:
        hour = hour % 12 + 12 * (half == "pm") if 1 <= hour <= 12 else 24  # noqa: PLR2004  (a clock face has twelve hours)
    if hour > 23 or (minute := int(minutes or 0)) > 59:  # noqa: PLR2004
        raise said.build_error("there is no such time")
    return _build_local_minute(said, datetime.combine(day, time(hour, minute)))


def _build_local_minute(said: _DateRequest, local: datetime) -> CivilMoment:
    _build_whole_day(said, local.date())
    first, last = find_instant_bounds(local, said.zone)
    if first > last:
        raise said.build_error("that hour is skipped there")
    if first < last:
        named = f" {said.zone}" if said.zone != said.home else ""
        both = (
            at.astimezone(ZoneInfo(said.zone)).isoformat(timespec="minutes") for at in (first, last)
        )
        raise errors.AmbiguousDate(said.text, tuple(f"{reading}{named}" for reading in both))
    return CivilMoment(f"{local:{_MINUTE_FORMAT}}", said.zone, first)


def _build_whole_day(said: _DateRequest, day: date) -> CivilMoment:
    """Return the day as said; refuse it where the years are out of range or the calendar of the zone left it out."""
    if day < _EARLIEST_DAY:
        raise said.build_error(_YEAR_OUT_OF_RANGE)
    at = last_second(day, said.zone)
    if at.astimezone(ZoneInfo(said.zone)).date() != day:
        raise said.build_error("that day is skipped there")
    return CivilMoment(str(day), said.zone, at)
