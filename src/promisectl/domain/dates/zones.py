"""What the meaning of a date depends on: the moment, the zone, and the clocks there."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import (
    EARLIEST_DAY,
    ONE_SECOND,
    CivilMoment,
    DayHours,
    find_instant_bounds,
    format_near_civil,
    last_second,
)
from promisectl.domain.constants import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

# The patterns match text in lower case with single spaces. They are compiled when first needed.
ISO_DAY_PATTERN = r"\d{4}-\d\d-\d\d|\d{8}"
_OFFSET_PATTERN = r"z| ?[+-](?:0\d|1[0-4])(?::?[0-5]\d)?"
_ISO_CLOCK_PATTERN = r"(?:[01]\d|2[0-3]):?[0-5]\d|\d:[0-5]\d"
ISO_MINUTE_PATTERN = (
    rf"({ISO_DAY_PATTERN})[t ]({_ISO_CLOCK_PATTERN})(?::?([0-5]\d)(?:[.,]\d+)?)?"
    rf"({_OFFSET_PATTERN})?"
)

_MAX_DATE_TEXT_CHARACTERS = 100
_MINUTE_FORMAT = "%Y-%m-%dT%H:%M"
_LAST_CLOCK_OF_DAY = "23:59:59"
_FRIDAY = 4
YEAR_OUT_OF_RANGE = "the years go from 1970 to 9999"
NO_SUCH_DAY = "there is no such day"


class DateRequest(NamedTuple):
    """A text that means a date, and all that its meaning depends on.

    `zone` is where days are counted: the zone that the text names, else `home`, the person's own.
    `today` is the current day in `zone`. The other fields are as in `parse_date`.
    `examples` are the dates that an error suggests; without them it suggests some near `today`.
    """

    text: str
    zone: str
    home: str
    now: datetime
    today: date = EARLIEST_DAY
    order: str | None = None
    week_start: int = 0
    hours: DayHours = DayHours()
    past: bool = False
    limit: datetime | None = None
    examples: tuple[str, str, str] | None = None
    near: bool = False

    def build_error(self, why: str = "") -> errors.UnreadableDate:
        """Return the error that refuses the text, with examples of dates that can be read."""
        if self.examples:
            return errors.UnreadableDate(self.text, self.examples, why)
        if date(1970, 2, 1) < self.today < date(9999, 12, 1):
            friday = find_nearest_weekday(self.today, _FRIDAY, past=self.past)
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

    def move_to_zone(self, zone: str) -> DateRequest:
        """Return the request with its days counted in `zone`.

        Raises UnreadableDate when this machine does not know the zone.
        """
        try:
            return self._replace(zone=zone, today=self.now.astimezone(ZoneInfo(zone)).date())
        except (LookupError, OSError, ValueError):
            raise self.build_error(f"“{zone}” is not a known time zone") from None

    def move_to_named_zone(self, name: str) -> DateRequest:
        """Return the request in a zone that the text names in lower case.

        Raises UnreadableDate when this machine does not know the zone.
        """
        if name in {"utc", "z"}:
            return self.move_to_zone("UTC")
        known = {zone.lower(): zone for zone in available_timezones()}
        if name not in known:
            raise self.build_error(f"“{self.text.split()[-1]}” is not a known time zone")
        return self.move_to_zone(known[name])


def find_nearest_weekday(today: date, weekday: int, *, past: bool) -> date:
    """Return the nearest day with that weekday number after today, or before it with `past`."""
    if past:
        return today - timedelta(days=(today.weekday() - weekday - 1) % 7 + 1)
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def parse_now(text: str, zone: str) -> datetime:
    """Return, as aware UTC, the ISO minute or second in `zone`, or the noon of the ISO day.

    Raises UnreadableDate for any other text, AmbiguousDate for a minute that comes twice there.
    """
    examples = ("2026-11-23", "2026-11-23T10:00", "2026-11-23T10:00+01:00")
    begin = datetime.fromtimestamp(0, UTC)
    request = DateRequest(text, zone, zone, begin, past=True, examples=examples)
    try:
        request = request.move_to_zone(zone)
        words = request.normalize_text()
        if match := match_iso_minute(words):
            readings = read_iso_minute(request, iso_minute=match.groups())
            return choose_reading(request, readings).at
        if re.fullmatch(ISO_DAY_PATTERN, words):
            return build_whole_day(request, read_iso_day(request, iso_day=words)[0]).noon
    except OverflowError:
        raise request.build_error(YEAR_OUT_OF_RANGE) from None
    raise request.build_error()


def choose_reading(request: DateRequest, readings: Iterable[CivilMoment]) -> CivilMoment:
    """Return the one moment that is meant. Raises AmbiguousDate, UnreadableDate for none.

    What is on the wrong side of the request's limit counts only where all readings are.
    """
    found = sorted(dict.fromkeys(readings), key=lambda reading: reading.at)
    if not found:
        raise request.build_error(NO_SUCH_DAY)
    if limit := request.limit:
        nearest = found[0 if request.past else -1]
        found = [one for one in found if (one.start <= limit if request.past else one.at >= limit)]
        found = found or [nearest]
    if len(found) > 1:
        raise errors.AmbiguousDate(
            request.text,
            tuple(_spell_reading(request, reading) for reading in found),
            tuple(_format_reading(request, reading) for reading in found),
        )
    return found[0]


def _spell_reading(request: DateRequest, reading: CivilMoment) -> str:
    """Return a reading in words that have no other one."""
    suffix = f" {reading.zone}" if reading.zone != request.home else ""
    return f"{reading.civil}{_format_offset(reading)}{suffix}"


def _format_reading(request: DateRequest, reading: CivilMoment) -> str:
    words = format_near_civil(reading.civil, request.today)
    suffix = f" {reading.zone}" if reading.zone != request.home else ""
    return f"{words}{_format_offset(reading)}{suffix}"


def _format_offset(reading: CivilMoment) -> str:
    """Return the offset of a minute that the clocks show twice; else an empty text."""
    if reading.is_day:
        return ""
    first, last = find_instant_bounds(datetime.fromisoformat(reading.civil), reading.zone)
    if first >= last:
        return ""
    return reading.at.astimezone(ZoneInfo(reading.zone)).isoformat()[len("2026-10-25T02:30:00") :]


# ISO 8601


def match_iso_minute(words: str) -> re.Match[str] | None:
    """Return the match of an ISO minute: its day, time, seconds and offset."""
    return re.fullmatch(ISO_MINUTE_PATTERN, words)


def read_iso_day(request: DateRequest, *, iso_day: str) -> list[date]:
    """Return the day of "2026-11-27", "20261127", "2026-W48-5" or "2026W485"."""
    try:
        return [date.fromisoformat(iso_day)]
    except ValueError:
        raise request.build_error(NO_SUCH_DAY) from None


def read_iso_minute(request: DateRequest, *, iso_minute: Sequence[str | Any]) -> list[CivilMoment]:
    """Return the readings of an ISO day and time in the zone of the request, or at its offset.

    The last second of a day there is the whole day. Other seconds are dropped, except from
    something past. Raises UnreadableDate for a minute that does not exist there.
    """
    day, clock, seconds, offset = iso_minute
    try:
        moment = datetime.fromisoformat(_spell_iso_minute(day, clock, seconds, offset))
    except ValueError:
        raise request.build_error(NO_SUCH_DAY) from None
    if offset:
        return [build_instant(request, moment)]
    if not request.past and f"{moment:%H:%M:%S}" == _LAST_CLOCK_OF_DAY:
        return [build_whole_day(request, moment.date())]
    minutes = list_minutes(request, moment.date(), moment.time().replace(second=0))
    seconds_after = moment.second * ONE_SECOND if request.past else timedelta()
    return [minute._replace(at=minute.at + seconds_after) for minute in minutes]


def _spell_iso_minute(day: str, clock: str, seconds: str | None, offset: str | None) -> str:
    """Return a day, a time and an offset, each with or without its signs, as one ISO text."""
    minute, zone = clock.replace(":", "").zfill(4), (offset or "").strip().upper()
    return "".join((day.replace("-", ""), "T", minute, seconds or "00", zone)).replace(":", "")


# Moments


def build_instant(request: DateRequest, instant: datetime) -> CivilMoment:
    """Return the minute that the clocks in the zone of the request show at an aware instant.

    Their last second of a day is the whole day. Something past keeps its seconds. Raises
    UnreadableDate when it is before 1970.
    """
    local = instant.astimezone(ZoneInfo(request.zone)).replace(microsecond=0)
    whole_day = build_whole_day(request, local.date())
    if f"{local:%H:%M:%S}" == _LAST_CLOCK_OF_DAY and not request.past:
        return whole_day
    start = local.replace(second=0)
    at = (local if request.past else start).astimezone(UTC)
    return CivilMoment(f"{start:{_MINUTE_FORMAT}}", request.zone, at)


def list_minutes(request: DateRequest, day: date, clock: time) -> list[CivilMoment]:
    """Return the one or two moments at which the clocks show `clock` on a day.

    Raises UnreadableDate when they skip it.
    """
    build_whole_day(request, day)
    local = datetime.combine(day, clock)
    first, last = find_instant_bounds(local, request.zone)
    if first > last:
        raise request.build_error("the clocks skip that hour there")
    civil = f"{local:{_MINUTE_FORMAT}}"
    return [CivilMoment(civil, request.zone, at) for at in dict.fromkeys((first, last))]


def build_whole_day(request: DateRequest, day: date) -> CivilMoment:
    """Return the whole day.

    Raises UnreadableDate when it is before 1970, or when the calendar of the zone skips it, and
    OverflowError when it ends after the year 9999.
    """
    if day < EARLIEST_DAY:
        raise request.build_error(YEAR_OUT_OF_RANGE)
    at = last_second(day, request.zone)
    if at.astimezone(ZoneInfo(request.zone)).date() != day:
        raise request.build_error("the calendar skips that day there")
    return CivilMoment(str(day), request.zone, at)
