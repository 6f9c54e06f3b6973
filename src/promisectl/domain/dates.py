"""Dates from words: what "fri", "28 nov" or "2026-11-27 17:00" means to somebody, at a moment, in a time zone."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import When, edges, last_second

if TYPE_CHECKING:
    from typing import NoReturn

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december")
_WEEKDAYS = {name: n for n, day in enumerate(_DAYS) for name in (day, day[:3])} | {"tues": 1, "thur": 3, "thurs": 3}
_MONTH_NAMES = {name for month in _MONTHS for name in (month, month[:3])} | {"sept"}
_UNITS = {"d": 1, "w": 7, "m": 1, "y": 12}  # in days, or in months

# What is typed reaches these patterns in lower case, with single blanks. They are compiled when first needed.
_DAY = r"\d{4}-\d\d-\d\d"
_OFFSET = r"z|[+-](?:0\d|1[0-4]):[0-5]\d"
_CLOCK = r"noon|\d\d?:\d\d(?: ?[ap]m)?|\d\d? ?[ap]m"
_ZONE = r"(?:(?: |(?<=:\d\d)(?=z$))(utc|z|[a-z]\S*/\S*))?"  # after a blank; only a Z may touch the time
_ISO_MINUTE = rf"({_DAY})[t ]((?:[01]\d|2[0-3]):[0-5]\d)(?::([0-5]\d))?({_OFFSET})?{_ZONE}"
_WORDS = rf"(.+?)(?:,?(?: at)? ({_CLOCK})|, end of day)?{_ZONE}"
_NTH = r"(\d\d?)(?:st|nd|rd|th|\.)?"

_LONGEST = 100
_MINUTE = "%Y-%m-%dT%H:%M"
_EARLIEST = date(1970, 1, 1)
_SECOND = timedelta(seconds=1)
_FINEST = "minutes are the finest"
_BEYOND = "the years go from 1970 to 9999"
_NO_DAY = "there is no such day"


class _Said(NamedTuple):
    """A text, and all that its meaning depends on."""

    text: str
    zone: str  # where days are counted: the zone that the text names, else the person's own
    home: str  # the person's own zone
    today: date = _EARLIEST
    order: str | None = None
    week_start: int = 0
    past: bool = False
    examples: tuple[str, str, str] | None = None

    def no(self, why: str = "") -> errors.UnreadableDate:
        more = "" if self.examples else "guide dates"
        return errors.UnreadableDate(self.text, self.examples or _examples(self.today, past=self.past), why, more)


def read(text: str, now: datetime, zone: str, *, order: str | None = None, week_start: int = 0, past: bool = False) -> When:
    """Return the day or the minute that `text`, said at `now` (aware UTC) by somebody in `zone`, means.

    `order` ("dmy", "mdy" or "ymd") says how dates of bare numbers are read. Where a weekday or a date without
    its year fits many days, the nearest one ahead is meant, or with `past` the nearest one behind. The end of
    the week is the day before its next `week_start` (Monday is 0).
    Raises UnreadableDate for what is outside the grammar or does not exist, with what may have been meant; AmbiguousDate for what
    has several readings.
    """
    said = _Said(text, zone, zone, now.date(), order, week_start, past)
    try:
        return _read(said, now)
    except errors.UnreadableDate as problem:
        raise problem.meaning(_meant(said, now)) from None


def _meant(said: _Said, now: datetime) -> tuple[str, ...]:
    """Readable forms that may have been meant by what can't be read."""
    from promisectl.domain import date_suggestions

    with suppress(errors.UnreadableDate):
        there = _counted_in(said, said.zone, now)
        return date_suggestions.nearest(_plain(there), there.today, lambda form: _readable(said._replace(text=form), now))
    return ()


def _readable(said: _Said, now: datetime) -> bool:
    with suppress(errors.UnreadableDate, errors.AmbiguousDate):
        return bool(_read(said, now))
    return False


def _read(said: _Said, now: datetime) -> When:
    try:
        said = _counted_in(said, said.zone, now)
        words = _plain(said)
        for pattern, meaning in ((_ISO_MINUTE, _iso_minute), (_WORDS, _words)):
            if shape := re.fullmatch(pattern, words):
                *parts, named = shape.groups()
                there = _counted_in(said, _canonical(said, named), now) if named else said
                return meaning(there, *parts)
    except OverflowError:
        raise said.no(_BEYOND) from None
    raise said.no()


def read_now(text: str, zone: str) -> datetime:
    """Return, as aware UTC, the moment that an ISO minute or second in `zone` means, or the noon of an ISO day.

    Raises UnreadableDate for anything else, AmbiguousDate for a minute that happens twice there.
    """
    said = _Said(text, zone, zone, examples=("2026-11-23", "2026-11-23T10:00", "2026-11-23T10:00+01:00"))
    try:
        said = _counted_in(said, zone, datetime.fromtimestamp(0, UTC))
        words = _plain(said)
        shape = re.fullmatch(_ISO_MINUTE, words)
        if shape and not shape[5]:
            day, clock, seconds, offset, _ = shape.groups()
            return _iso_minute(said, day, clock, None, offset).at + int(seconds or 0) * _SECOND
        if day := _iso_day(said, words):
            return _whole_day(said, day).noon
    except OverflowError:
        raise said.no(_BEYOND) from None
    raise said.no()


def _plain(said: _Said) -> str:
    text = said.text.replace("\t", " ")
    if len(text) > _LONGEST:
        raise said.no(f"it is longer than {_LONGEST} characters")
    if not (text.isascii() and text.isprintable()):
        raise said.no()
    return " ".join(text.lower().split())


def _counted_in(said: _Said, zone: str, now: datetime) -> _Said:
    try:
        return said._replace(zone=zone, today=now.astimezone(ZoneInfo(zone)).date())
    except (LookupError, OSError, ValueError):
        raise said.no(f"no zone “{zone}” is known here") from None


def _canonical(said: _Said, name: str) -> str:
    if name in {"utc", "z"}:
        return "UTC"
    known = {zone.lower(): zone for zone in available_timezones()}
    if name not in known:
        raise said.no(f"no zone “{said.text.split()[-1]}” is known here")
    return known[name]


def _examples(today: date, *, past: bool) -> tuple[str, str, str]:
    if not date(1970, 2, 1) < today < date(9999, 12, 1):
        return "today", f"{today.day} {_MONTHS[today.month - 1][:3]}", str(today)
    friday = _nearest(today, _WEEKDAYS["fri"], past=past)
    saturday = friday + timedelta(days=1)
    return "fri", f"{saturday.day} {_MONTHS[saturday.month - 1][:3]}", str(friday)


def _words(said: _Said, words: str, clock: str | None) -> When:
    for form in (_simple, _weekday, _iso_day, _distance, _with_month, _numbers, _not_one_day):
        if day := form(said, words):
            return _minute(said, day, clock) if clock else _whole_day(said, day)
    raise said.no()


def _simple(said: _Said, words: str) -> date | None:
    days = {"today": 0, "tomorrow": 1, "yesterday": -1, "eow": (said.week_start - 1 - said.today.weekday()) % 7}
    if words in days:
        return said.today + timedelta(days=days[words])
    ends = {"eom": said.today.month, "eoy": 12}
    return _months_on(said, ends[words] - said.today.month, day=31) if words in ends else None


def _weekday(said: _Said, words: str) -> date | None:
    which, _, name = words.rpartition(" ")
    if name not in _WEEKDAYS or which not in {"", "next", "last"}:
        return None
    behind = which == "last" or (said.past and not which)
    return _nearest(said.today, _WEEKDAYS[name], past=behind) + timedelta(weeks=1 if which == "next" else 0)


def _nearest(today: date, weekday: int, *, past: bool) -> date:
    if past:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _iso_day(said: _Said, words: str) -> date | None:
    if not re.fullmatch(_DAY, words):
        return None
    try:
        return date.fromisoformat(words)
    except ValueError:
        raise said.no(_NO_DAY) from None


def _distance(said: _Said, words: str) -> date | None:
    short = re.fullmatch(r"([+-]\d+)([dwmy])", words)
    ahead = re.fullmatch(r"in (a|\d+) (day|week|month|year)s?", words)
    behind = re.fullmatch(r"(a|\d+) (day|week|month|year)s? ago", words)
    if not (found := short or ahead or behind):
        return None
    unit = found[2][0]
    count = int(found[1].replace("a", "1")) * _UNITS[unit] * (-1 if behind else 1)
    return said.today + timedelta(days=count) if unit in "dw" else _months_on(said, count)


def _months_on(said: _Said, months: int, day: int | None = None) -> date:
    from dateutil.relativedelta import relativedelta

    try:
        return said.today + relativedelta(months=months, day=day)
    except ValueError:
        raise said.no(_BEYOND) from None


def _with_month(said: _Said, words: str) -> date | None:
    """A day with its month's name, and with its weekday's in front if it is the right one."""
    weekday, _, rest = words.partition(" ")
    named = _WEEKDAYS.get(weekday.rstrip(","))
    found = _month_and_day(said, words if named is None else rest)
    if found and named not in (None, found.weekday()):
        raise said.no(f"{found:%d} {_MONTHS[found.month - 1].title()} {found.year} is a {_DAYS[found.weekday()].title()}".removeprefix("0"))
    return found


def _month_and_day(said: _Said, words: str) -> date | None:
    if found := re.fullmatch(rf"{_NTH} ([a-z]+)(?:,? (\d{{4}}))?", words):
        day, month, year = found.groups()
    elif found := re.fullmatch(rf"([a-z]+) {_NTH}(?:,? (\d{{4}}))?", words):
        month, day, year = found.groups()
    if not found or month not in _MONTH_NAMES:
        return None
    from dateutil.parser import parse

    if year and int(year) < _EARLIEST.year:
        raise said.no(_BEYOND)  # dateutil would take 0050 for 2050
    try:
        civil = parse(f"{day} {month} {year or 2000}", default=datetime(2000, 1, 1)).date()  # noqa: DTZ001  (a civil day has no zone)
    except ValueError:
        raise said.no(_NO_DAY) from None
    if named := civil if year else _without_year(said, civil.month, civil.day):
        return named
    raise said.no(_BEYOND)


def _without_year(said: _Said, month: int, day: int) -> date | None:
    step = -1 if said.past else 1
    for year in range(said.today.year, said.today.year + 9 * step, step):  # leap days can be eight years apart
        found = _real(year, month, day)
        if found and (found == said.today or (found < said.today) == said.past):
            return found
    return None


def _real(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if found >= _EARLIEST else None


def _numbers(said: _Said, words: str) -> date | None:
    slashes, dots = r"(\d\d?)/(\d\d?)(?:/(\d{4}))?", r"(\d\d?)\.(\d\d?)(?:\.(\d{4})?)?"
    if found := re.fullmatch(r"(\d{4})([/.])(\d\d?)\2(\d\d?)", words):
        readings = {"ymd": _real(int(found[1]), int(found[3]), int(found[4]))}
    elif found := re.fullmatch(slashes, words) or re.fullmatch(dots, words):
        one, two, year = int(found[1]), int(found[2]), found[3]
        orders = {"dmy": (two, one), "mdy": (one, two)}
        readings = {name: _real(int(year), *pair) if year else _without_year(said, *pair) for name, pair in orders.items()}
    else:
        return None
    chosen = readings.get(said.order or "")
    if chosen is None:
        _refuse_choice(said, *readings.values())
    return chosen


def _not_one_day(said: _Said, words: str) -> date | None:
    """Refuse a bare number, month, year or time, saying what it lacks."""
    if found := re.fullmatch(_NTH, words):
        months = (said.today, _months_on(said, -1 if said.past else 1))
        _refuse_choice(said, *(_real(month.year, month.month, int(found[1])) for month in months))
    if re.fullmatch(_CLOCK, words):
        raise said.no("a time needs its day")
    month, _, year = words.partition(" ")
    if re.fullmatch(r"\d{4}(?:-\d\d)?", words) or (month in _MONTH_NAMES and re.fullmatch(r"(?:\d{4})?", year)):
        raise said.no("that is not one day")
    return None


def _refuse_choice(said: _Said, *readings: date | None) -> NoReturn:
    real = sorted({day for day in readings if day})
    if not real:
        raise said.no(_NO_DAY)
    raise errors.AmbiguousDate(said.text, tuple(f"{day} ({_DAYS[day.weekday()][:3].title()})" for day in real))


def _iso_minute(said: _Said, day: str, clock: str, seconds: str | None, offset: str | None) -> When:
    if seconds not in {None, "00"}:
        raise said.no(_FINEST)
    try:
        local = datetime.fromisoformat(f"{day}T{clock}{(offset or '').upper()}")
    except ValueError:
        raise said.no(_NO_DAY) from None
    if offset is None:
        return _local_minute(said, local)
    there = local.astimezone(ZoneInfo(said.zone))
    _whole_day(said, there.date())
    if there.second:  # an offset of old that was no whole number of minutes
        raise said.no(_FINEST)
    return When(f"{there:{_MINUTE}}", said.zone, there.astimezone(UTC))


def _minute(said: _Said, day: date, clock: str) -> When:
    hours, _, minutes = ("12" if clock == "noon" else clock.rstrip(" apm")).partition(":")
    hour, half = int(hours), clock[-2:]
    if half in {"am", "pm"}:
        hour = hour % 12 + 12 * (half == "pm") if 1 <= hour <= 12 else 24  # noqa: PLR2004  (a clock face has twelve hours)
    if hour > 23 or (minute := int(minutes or 0)) > 59:  # noqa: PLR2004
        raise said.no("there is no such time")
    return _local_minute(said, datetime.combine(day, time(hour, minute)))


def _local_minute(said: _Said, local: datetime) -> When:
    _whole_day(said, local.date())
    first, last = edges(local, said.zone)
    if first > last:
        raise said.no("that hour is skipped there")
    if first < last:
        named = f" {said.zone}" if said.zone != said.home else ""
        both = (at.astimezone(ZoneInfo(said.zone)).isoformat(timespec="minutes") for at in (first, last))
        raise errors.AmbiguousDate(said.text, tuple(f"{reading}{named}" for reading in both))
    return When(f"{local:{_MINUTE}}", said.zone, first)


def _whole_day(said: _Said, day: date) -> When:
    """Return the day as said; refuse it where the years are out of range or the calendar of the zone left it out."""
    if day < _EARLIEST:
        raise said.no(_BEYOND)
    at = last_second(day, said.zone)
    if at.astimezone(ZoneInfo(said.zone)).date() != day:
        raise said.no("that day is skipped there")
    return When(str(day), said.zone, at)
