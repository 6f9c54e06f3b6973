"""Time zones as iCalendar describes them (VTIMEZONE, RFC 5545 3.6.5): which clock holds from which moment on."""

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
    """What a clock shows: how far it is from UTC before and after it was set, whether it saves daylight, and what its time is called."""

    before: timedelta
    after: timedelta
    is_daylight: bool
    name: str


@lru_cache(256)
def encode_timezone(zone: str, first: int, last: int) -> str:
    """The VTIMEZONE that holds from the beginning of the year `first` to the end of the year `last`."""
    from icalendar import Timezone

    component = Timezone()
    component.add("tzid", zone)
    for clock, onsets in _collect_onsets(ZoneInfo(zone), first, last).items():
        component.add_component(_build_observance(clock, onsets))
    made: bytes = component.to_ical()
    return made.decode()


def _build_observance(clock: _ZoneClock, onsets: list[datetime]) -> Any:
    """A part of the description: one clock, and the moments it was set, each as the clock before it showed it."""
    from icalendar import TimezoneDaylight, TimezoneStandard

    part = TimezoneDaylight() if clock.is_daylight else TimezoneStandard()
    part.add("dtstart", onsets[0])
    for onset in onsets[1:]:
        part.add("rdate", onset)
    part.add("tzoffsetfrom", clock.before)
    part.add("tzoffsetto", clock.after)
    part.add("tzname", clock.name)
    return part


def _collect_onsets(zone: ZoneInfo, first: int, last: int) -> dict[_ZoneClock, list[datetime]]:
    """The clocks of these years, each with the moments at which it was set."""
    begin = (
        datetime(first, 1, 1, tzinfo=UTC) - _DAY
    )  # somewhere on Earth the year has begun by then
    found = {_build_zone_clock(zone, begin, begin): [_local_clock_time(begin, zone)]}
    for change in _iter_offset_changes(zone, begin, datetime(last, 12, 31, tzinfo=UTC) + 2 * _DAY):
        found.setdefault(_build_zone_clock(zone, change - _SECOND, change), []).append(
            _local_clock_time(change - _SECOND, zone) + _SECOND
        )
    return found


def _build_zone_clock(zone: ZoneInfo, before: datetime, after: datetime) -> _ZoneClock:
    then, now = before.astimezone(zone), after.astimezone(zone)
    return _ZoneClock(
        _utc_offset(then), _utc_offset(now), bool(now.dst()), now.tzname() or zone.key
    )


def _local_clock_time(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _iter_offset_changes(zone: ZoneInfo, begin: datetime, end: datetime) -> Iterator[datetime]:
    """The moments from which on the clocks show another offset. No zone has changed twice on one day."""
    while begin < end:
        if _utc_offset(begin.astimezone(zone)) != _utc_offset((begin + _DAY).astimezone(zone)):
            yield _find_offset_change(zone, begin, begin + _DAY)
        begin += _DAY


def _find_offset_change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    while after - before > _SECOND:
        middle = before + (after - before) // (2 * _SECOND) * _SECOND
        if _utc_offset(middle.astimezone(zone)) == _utc_offset(before.astimezone(zone)):
            before = middle
        else:
            after = middle
    return after


def _utc_offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()
