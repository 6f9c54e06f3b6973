"""Civil days and minutes, the instants that they mean, and how both are written."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from promisectl import errors
from promisectl._typing import NamedTuple
from promisectl.domain.constants import MONTHS, WEEKDAYS

ONE_SECOND = timedelta(seconds=1)
MAX_ZONE_DIFFERENCE = timedelta(hours=26)
"""The largest difference between the clocks of two zones."""
EARLIEST_DAY = date(1970, 1, 1)
NAMES_WITHOUT_PLACE = ("localtime", "Factory", "posixrules")
"""Names that mean another zone on every machine."""
NEAR_DAYS = 300
"""A date less than this many days away can only be meant of one year."""
_UNZONED_INSTANT_CHARACTERS = len("2026-11-27T22:59:59")


class CivilMoment(NamedTuple):
    """A civil day or a civil minute in a zone, and the instant that it means.

    `civil` is "2026-11-27" or "2026-11-27T17:00", `zone` an IANA name, `at` aware UTC in whole
    seconds: the minute itself, or the last second of the day there.
    """

    civil: str
    zone: str
    at: datetime

    @property
    def is_day(self) -> bool:
        """Whether this is a whole day, not a minute."""
        return len(self.civil) == len("2026-11-27")

    @property
    def is_real(self) -> bool:
        """Whether the clocks of the zone ever show it; they skip it where they jump forward."""
        local = local_time(self.at, self.zone)
        return self.civil in (f"{local:%Y-%m-%d}", f"{local:%Y-%m-%dT%H:%M}")

    @property
    def start(self) -> datetime:
        """The first instant of the day, or the minute itself, as aware UTC."""
        return first_second(date.fromisoformat(self.civil), self.zone) if self.is_day else self.at

    @property
    def noon(self) -> datetime:
        """Twelve o'clock of the day, or the minute itself, as aware UTC."""
        if not self.is_day:
            return self.at
        return find_instant_bounds(datetime.fromisoformat(f"{self.civil}T12:00"), self.zone)[0]


class DayHours(NamedTuple):
    """The times, as "09:00", that the words for parts of a day mean; "cob" is close of business."""

    morning: str = "09:00"
    afternoon: str = "15:00"
    evening: str = "20:00"
    cob: str = "17:00"


def format_civil(civil: str, zone: str = "", here: str = "") -> str:
    """Return a civil day or minute in words, with the name of its zone unless that is `here`."""
    day = date.fromisoformat(civil[:10])
    weekday, month = WEEKDAYS[day.weekday()][:3].title(), MONTHS[day.month - 1][:3].title()
    words = f"{weekday} {day.day} {month} {day.year}"
    where = f" {zone}" if zone and zone != here else ""
    return f"{words}, {civil[11:] or 'end of day'}{where}"


def format_near_civil(civil: str, today: date, zone: str = "", here: str = "") -> str:
    """Return a civil day or minute in words, as short as it is clear to a reader on `today`.

    A whole day is only its date. The year is left out when it is that of `today`, and when the
    date is less than 300 days before or after.
    """
    words = format_civil(civil, zone, here).replace(", end of day", "")
    day = date.fromisoformat(civil[:10])
    is_near = day.year == today.year or abs((day - today).days) < NEAR_DAYS
    return words.replace(f" {day.year}", "", 1) if is_near else words


def first_second(day: date, zone: str) -> datetime:
    """Return the first second of a civil day in a zone as aware UTC.

    For a day that the zone skips, return the second after the jump.
    """
    return find_instant_bounds(datetime.combine(day, time()), zone)[0]


def last_second(day: date, zone: str) -> datetime:
    """Return the last second of a civil day in a zone as aware UTC.

    For a day that the zone skips, return the second before the jump.
    Raises OverflowError when the result is after the year 9999.
    """
    return find_instant_bounds(datetime.combine(day, time(23, 59, 59)), zone)[1]


def list_civil_readings(civil: str, zone: str) -> tuple[CivilMoment, ...]:
    """Return every reading of a civil day or minute that is spelled as in `CivilMoment`.

    A minute that the clocks show twice has two readings, any other text has none. A minute that
    the clocks skip gets the instant after the jump, a skipped day the second before it, as in
    `find_instant_bounds`. A moment that ends after the year 9999 ends with that year.
    """
    try:
        moment = datetime.fromisoformat(civil)
    except ValueError:
        return ()
    is_day = civil == str(moment.date())
    is_minute = civil == f"{moment:%Y-%m-%dT%H:%M}"
    if not (is_day or is_minute) or moment.date() < EARLIEST_DAY:
        return ()
    last_of_moment = moment.replace(hour=23, minute=59, second=59) if is_day else moment
    try:
        first, last = find_instant_bounds(last_of_moment, zone)
    except OverflowError:
        return (CivilMoment(civil, zone, datetime.max.replace(microsecond=0, tzinfo=UTC)),)
    if is_day:
        return (CivilMoment(civil, zone, last),)
    instants = (first, last) if first < last else (first,)
    return tuple(CivilMoment(civil, zone, at) for at in instants)


def read_plain_minute(text: str, zone: str) -> datetime | None:
    """Return the instant of a text like `2026-11-23T10:00`, as aware UTC.

    None for every other form, and for a minute that the clocks in the zone skip or show twice.
    """
    readings = list_civil_readings(text, zone)
    if len(readings) != 1:
        return None
    at = readings[0].at
    is_shown = local_time(at, zone).replace(tzinfo=None).isoformat() == f"{text}:00"
    return at if is_shown else None


@lru_cache(
    1_000
)  # one instant is in many columns of a promise, and `now` in every act of a command
def encode_instant(moment: datetime) -> str:
    """Return an instant as sortable text of a fixed width in UTC: `2026-11-27T22:59:59Z`."""
    return f"{moment.astimezone(UTC).isoformat()[:_UNZONED_INSTANT_CHARACTERS]}Z"


@lru_cache(1_000)
def decode_instant(text: str) -> datetime:
    """Return the instant that `encode_instant` wrote, as aware UTC."""
    return datetime.fromisoformat(text)


def local_time(instant: datetime, zone: str) -> datetime:
    """Return an instant as the clocks in `zone` show it.

    Where that is after the year 9999, return the last second of that year.
    """
    try:
        return instant.astimezone(ZoneInfo(zone))
    except OverflowError:
        return datetime.max.replace(microsecond=0, tzinfo=ZoneInfo(zone))


def is_zone(name: str) -> bool:
    """Whether `name` is the IANA name of a zone that this machine knows.

    Names that mean another zone on every machine, or that IANA does not have, do not count.
    """
    if name in NAMES_WITHOUT_PLACE or name.startswith(("posix/", "right/")):
        return False
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def ensure_zone_database() -> None:
    """Raise NoZoneDatabase where Python finds no zone at all, not even UTC."""
    if not is_zone("UTC"):
        raise errors.NoZoneDatabase


@lru_cache(1_000)  # one command asks for the same days again and again
def find_instant_bounds(local: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the first and the last instant at which clocks in `zone` show `local`.

    Where the clocks skip `local`, the first is the instant after the jump and the last is the
    second before it: then, and only then, the first is later than the last.
    """
    tz = ZoneInfo(zone)
    first, last = (local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    offset_before = last.astimezone(tz).utcoffset()
    while first - last > ONE_SECOND:  # the jump is between them: halve the span until it is found
        middle = last + (first - last) // (2 * ONE_SECOND) * ONE_SECOND
        if middle.astimezone(tz).utcoffset() == offset_before:
            last = middle
        else:
            first = middle
    return first, last
