"""Dates from words: what "fri", "28 nov" or "2026-11-27 17:00" means at a moment in a zone.

The forms are the table in `forms`, their readers are in `readings`.
"""

from __future__ import annotations

from contextlib import suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.civil import DayHours
from promisectl.domain.dates.zones import DateRequest, parse_now

if TYPE_CHECKING:
    from datetime import datetime

    from promisectl.domain.civil import CivilMoment

__all__ = ["USUAL_HOURS", "parse_date", "parse_now"]

USUAL_HOURS = DayHours()
"""The hours of words such as “evening”, unless the config has others."""


def parse_date(
    text: str,
    now: datetime,
    zone: str,
    *,
    order: str | None = None,
    week_start: int = 0,
    hours: DayHours = USUAL_HOURS,
    past: bool = False,
    limit: datetime | None = None,
    near: bool = False,
) -> CivilMoment:
    """Return the day or minute that a person in `zone` means by `text` at `now` (aware UTC).

    `order` ("dmy", "mdy" or "ymd") is how to read dates of bare numbers. Where a weekday or a date
    without a year fits many days, take the nearest one ahead, or with `past` the nearest one
    behind. Something past may have seconds. The end of the week is the day before its next
    `week_start` (Monday is 0). `hours` are those of words such as "evening".
    With `limit`, what is before it, or with `past` after it, is returned only if nothing else can
    be meant. With `near`, a date without a year is the nearest one, ahead or behind.
    Raises UnreadableDate for a text outside the grammar and for a date that does not exist, with
    the forms that the person may have meant; AmbiguousDate for a text that has several readings.
    """
    from promisectl.domain.dates import grammar

    request = DateRequest(
        text, zone, zone, now, now.date(), order, week_start, hours, past, limit, near=near
    )
    try:
        return grammar.read_request(request)
    except errors.UnreadableDate as problem:
        raise problem.suggest_forms(_list_readable_forms(request)) from None


def _list_readable_forms(request: DateRequest) -> list[str]:
    """Return up to two dates near an unreadable text that can be read."""
    from promisectl.domain.dates import grammar, suggestions

    readable: list[str] = []
    with suppress(errors.UnreadableDate):
        local = request.move_to_zone(request.zone)
        for form in suggestions.iter_date_forms(local.normalize_text()):
            with suppress(errors.UnreadableDate, errors.AmbiguousDate):
                grammar.read_request(request._replace(text=form))
                readable.append(form)
    return list(dict.fromkeys(readable))[:2]
