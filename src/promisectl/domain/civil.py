"""Civil days and minutes: what the clocks in a zone show, and the instant it stands for.

An instant as text is of one width, so that it sorts as it reads.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from promisectl._typing import NamedTuple

_SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_SHORT_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ONE_SECOND = timedelta(seconds=1)
_FIRST_YEAR = 1970
_UNZONED_INSTANT_CHARACTERS = len("2026-11-27T22:59:59")


class CivilMoment(NamedTuple):
    """A civil day or a civil minute in a zone, and the instant it stands for.

    `civil` is "2026-11-27" or "2026-11-27T17:00", `zone` an IANA name, `at` aware UTC in whole seconds:
    the minute itself, or the last second of the day there.
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
        """Whether the clocks there ever show it, which they don't where they jump over it."""
        shown = local_time(self.at, self.zone)
        return self.civil in (f"{shown:%Y-%m-%d}", f"{shown:%Y-%m-%dT%H:%M}")

    @property
    def start(self) -> datetime:
        """The first instant of the day, or the minute itself, as aware UTC."""
        return first_second(date.fromisoformat(self.civil), self.zone) if self.is_day else self.at

    @property
    def noon(self) -> datetime:
        """Twelve o'clock of the day, or the minute itself, as aware UTC."""
        return (
            find_instant_bounds(datetime.fromisoformat(f"{self.civil}T12:00"), self.zone)[0]
            if self.is_day
            else self.at
        )


def format_civil(civil: str, zone: str = "", here: str = "") -> str:
    """Return a civil day or minute in words, with its zone's name where that is not `here`."""
    day = date.fromisoformat(civil[:10])
    words = f"{_SHORT_WEEKDAYS[day.weekday()]} {day.day} {_SHORT_MONTHS[day.month - 1]} {day.year}"
    where = f" {zone}" if zone and zone != here else ""
    return f"{words}, {civil[11:] or 'end of day'}{where}"


def first_second(day: date, zone: str) -> datetime:
    """Return the first second of a civil day in a zone as aware UTC; of a day skipped there, the second after the jump."""
    return find_instant_bounds(datetime.combine(day, time()), zone)[0]


def last_second(day: date, zone: str) -> datetime:
    """Return the last second of a civil day in a zone as aware UTC; of a day skipped there, the second before the jump.

    Raises OverflowError where that is after the year 9999.
    """
    return find_instant_bounds(datetime.combine(day, time(23, 59, 59)), zone)[1]


def list_civil_readings(civil: str, zone: str) -> tuple[CivilMoment, ...]:
    """Return every reading of a civil day or minute, spelled as `When` has it: two of a minute that comes twice; none of other texts.

    What the clocks there jump over is read as in `edges`; what is over after the year 9999 ends with it.
    """
    try:
        day = datetime.fromisoformat(civil)
    except ValueError:
        return ()
    if civil not in (str(day.date()), f"{day:%Y-%m-%dT%H:%M}") or day.year < _FIRST_YEAR:
        return ()
    whole = civil == str(day.date())
    try:
        first, last = find_instant_bounds(
            day.replace(hour=23, minute=59, second=59) if whole else day, zone
        )
    except OverflowError:
        return (CivilMoment(civil, zone, datetime.max.replace(microsecond=0, tzinfo=UTC)),)
    return (
        CivilMoment(civil, zone, last if whole else first),
        *([CivilMoment(civil, zone, last)] if first < last and not whole else []),
    )


def local_time(instant: datetime, zone: str) -> datetime:
    """Return an instant as the clocks in `zone` show it; the last second of the year 9999 where that is over there already."""
    try:
        return instant.astimezone(ZoneInfo(zone))
    except OverflowError:
        return datetime.max.replace(microsecond=0, tzinfo=ZoneInfo(zone))


def is_zone(name: str) -> bool:
    """Return whether `name` is the IANA name of a zone that is known here."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


@lru_cache(1_000)  # the same days come again in one command
def find_instant_bounds(local: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the first and the last instant at which clocks in `zone` show `local`.

    Where they jump over it, the first is the instant after the jump and the last is the second before it:
    then, and only then, the first is later than the last.
    """
    tz = ZoneInfo(zone)
    first, last = (local.replace(tzinfo=tz, fold=fold).astimezone(UTC) for fold in (0, 1))
    before = last.astimezone(tz).utcoffset()
    while first - last > _ONE_SECOND:  # the jump is somewhere between them: halve until it is found
        middle = last + (first - last) // (2 * _ONE_SECOND) * _ONE_SECOND
        if middle.astimezone(tz).utcoffset() == before:
            last = middle
        else:
            first = middle
    return first, last


@lru_cache(1_000)  # one moment is many columns of a promise, and now is in every act of a command
def encode_instant(moment: datetime) -> str:
    """A moment as text of one width in UTC: `2026-11-27T22:59:59Z`."""
    return f"{moment.astimezone(UTC).isoformat()[:_UNZONED_INSTANT_CHARACTERS]}Z"


@lru_cache(1_000)
def decode_instant(text: str) -> datetime:
    """The moment that `encode_instant` wrote, aware UTC."""
    return datetime.fromisoformat(text)
