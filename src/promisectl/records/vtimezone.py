"""Time zones as iCalendar describes them (VTIMEZONE, RFC 5545 section 3.6.5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)


class _ZoneClock(NamedTuple):
    """What the clocks of a zone show.

    `before` and `after` are the offsets from UTC before and after the clocks were set.
    `is_daylight` is true for summer time. `name` is the abbreviation, such as CET.
    """

    before: timedelta
    after: timedelta
    is_daylight: bool
    name: str


@lru_cache(256)
def encode_timezone(zone: str, first: int, last: int) -> str:
    """Return the VTIMEZONE of a zone for the years from `first` to `last`."""
    from icalendar import Timezone

    component = Timezone()
    component.add("tzid", zone)
    for clock, onsets in collect_onsets(ZoneInfo(zone), first, last).items():
        component.add_component(_build_observance(clock, onsets))
    encoded: bytes = component.to_ical()
    return encoded.decode()


def _build_observance(clock: _ZoneClock, onsets: list[datetime]) -> Any:
    """Return the part of a VTIMEZONE for one clock, with the local times at which it was set."""
    from icalendar import TimezoneDaylight, TimezoneStandard

    part = TimezoneDaylight() if clock.is_daylight else TimezoneStandard()
    part.add("dtstart", onsets[0])
    for onset in onsets[1:]:
        part.add("rdate", onset)
    part.add("tzoffsetfrom", clock.before)
    part.add("tzoffsetto", clock.after)
    part.add("tzname", clock.name)
    return part


def collect_onsets(zone: ZoneInfo, first: int, last: int) -> dict[_ZoneClock, list[datetime]]:
    """Return the clocks of the years from `first` to `last`, each with its onsets.

    An onset is the moment at which the clock was set, as the clock before it showed it.
    """
    # Somewhere on Earth a year begins a day before it does in UTC, or ends a day after.
    begin = datetime(first, 1, 1, tzinfo=UTC) - _DAY
    end = datetime(last, 12, 31, tzinfo=UTC) + 2 * _DAY
    clocks = {_build_zone_clock(zone, begin, begin): [_local_clock_time(begin, zone)]}
    for change in iter_offset_changes(zone, begin, end):
        before = change - _SECOND
        onset = _local_clock_time(before, zone) + _SECOND
        clocks.setdefault(_build_zone_clock(zone, before, change), []).append(onset)
    return clocks


def _build_zone_clock(zone: ZoneInfo, before: datetime, after: datetime) -> _ZoneClock:
    then, now = before.astimezone(zone), after.astimezone(zone)
    return _ZoneClock(
        _utc_offset(then), _utc_offset(now), bool(now.dst()), now.tzname() or zone.key
    )


def _local_clock_time(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def iter_offset_changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """Return the moments from which on a zone has another offset, to the second.

    No zone has ever changed twice on one day.
    """
    while begin < end:
        before, after = begin, begin + _DAY
        offset = _utc_offset(before.astimezone(zone))
        if _utc_offset(after.astimezone(zone)) != offset:
            while after - before > _SECOND:
                middle = before + (after - before) // (2 * _SECOND) * _SECOND
                if _utc_offset(middle.astimezone(zone)) == offset:
                    before = middle
                else:
                    after = middle
            yield after
        begin += _DAY


def _utc_offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
