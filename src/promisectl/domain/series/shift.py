"""Other dates for what is left of a series: each is moved from its old one in the same way."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import dates
from promisectl.domain.civil import list_civil_readings
from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.dates import grammar, readings
from promisectl.domain.dates.forms import CLOCK
from promisectl.domain.dates.zones import YEAR_OUT_OF_RANGE, DateRequest
from promisectl.domain.series.dates import check_clocks

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.civil import CivilMoment, DayHours


class DateShift(NamedTuple):
    """How each date of a series is moved from its old one.

    With `weekday`, it is the nearest such day from the old one on, else `distance` times `unit`
    later ("day", "week", "month" or "year"). `clock` is its time, as in "17:00", empty for a
    whole day; None keeps the old time. `text` is what the person typed.
    """

    text: str
    weekday: int | None = None
    distance: int = 0
    unit: str = "day"
    clock: str | None = None


def parse_shift(
    text: str,
    now: datetime,
    zone: str,
    *,
    order: str | None = None,
    week_start: int = 0,
    hours: DayHours = dates.USUAL_HOURS,
) -> DateShift:
    """Return how a person moves dates by `text`; the arguments are those of `parse_date`.

    These words count: a weekday (“mon”, “friday”, “this fri”), a distance with a sign (“+2d”,
    “+1w”, “-1d”, “+1m”), a time of day (“17:00”, “5pm”, “noon”, “cob”, “evening”, and “eod” for
    the whole day), and a weekday or a distance with a time (“mon 9:00”).
    Raises OneDateForAll for any other date, also for one that has several meanings;
    UnreadableDate for what is not a date; AmbiguousDate for a time that can be before or after
    noon (“at 5”).
    """
    request = DateRequest(text, zone, zone, now, order=order, week_start=week_start, hours=hours)
    with suppress(errors.UnreadableDate):  # `parse_date` raises it with what may be meant
        words, zone_name = grammar.split_zone(request.normalize_text())
        if words and not zone_name and (shift := _read_shift(request, words)):
            return shift
    with suppress(errors.AmbiguousDate):
        dates.parse_date(text, now, zone, order=order, week_start=week_start, hours=hours)
    raise errors.OneDateForAll


def _read_shift(request: DateRequest, words: list[str]) -> DateShift | None:
    """Return the shift that words mean; None for words that mean one date, or nothing."""
    whole = grammar.find_whole_form(words)
    found = [whole] if whole else grammar.find_day_and_clock(words)
    shift = DateShift(request.text)
    for form, values in found or ():
        if form.read is readings.read_weekday:
            shift = shift._replace(weekday=values["weekday"])
        elif form.read is readings.read_distance and any(word[0] in "+-" for word in words):
            distance = values["count"] * values["sign"]
            shift = shift._replace(distance=distance, unit=values["unit"])
        elif form.kind == CLOCK:
            shift = shift._replace(
                clock=_choose_clock(request, shift, form.read(request, **values))
            )
        else:
            return None
    return shift if found else None


def _choose_clock(request: DateRequest, shift: DateShift, clocks: Sequence[Any]) -> str:
    """Return a time as `DateShift` has it. Raises AmbiguousDate for two of them."""
    if len(clocks) == 1:
        return f"{clocks[0]:%H:%M}" if clocks[0] else ""
    if shift.weekday is not None:
        day = f"{WEEKDAYS[shift.weekday][:3]} "
    else:
        day = f"{shift.distance:+}{shift.unit[0]} " if shift.distance else ""
    ways = tuple(f"{day}{clock:%H:%M}" for clock in clocks)
    raise errors.AmbiguousDate(request.text, ways, ways)


def shift_date(old: CivilMoment, shift: DateShift, today: date) -> CivilMoment:
    """Return a date of a series as it is moved, in the same zone.

    An old date that has the weekday already keeps its day. Where the clocks show the time twice,
    it is the earlier one. `today` is for the words of errors.
    Raises SkippedInSeries where the clocks skip it, UnreadableDate before 1970 and after 9999.
    """
    day = date.fromisoformat(old.civil[:10])
    request = DateRequest(shift.text, old.zone, old.zone, old.at, day)
    try:
        if shift.weekday is not None:
            day += timedelta(days=(shift.weekday - day.weekday()) % len(WEEKDAYS))
        else:
            day = readings.read_distance(request, count=shift.distance, unit=shift.unit, sign=1)[0]
    except OverflowError:
        raise request.build_error(YEAR_OUT_OF_RANGE) from None
    clock = old.civil[11:] if shift.clock is None else shift.clock
    civil = f"{day}T{clock}" if clock else str(day)
    if civil == old.civil:
        return old
    found = list_civil_readings(civil, old.zone)
    if not found:
        raise request.build_error(YEAR_OUT_OF_RANGE)
    check_clocks(found[:1], today, may_leave_out=False)
    return found[0]
