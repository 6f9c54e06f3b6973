"""Promises as tasks in a calendar: VTODO components of iCalendar (RFC 5545), written with the package icalendar (the extra `ics`)."""

from __future__ import annotations

import unicodedata
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.records import vtimezone
from promisectl.system.text import escape_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    Row = Mapping[str, Any]

_ICS_STATUSES = {
    "proposed": "NEEDS-ACTION",
    "active": "IN-PROCESS",
    "delivered": "IN-PROCESS",
    "kept": "COMPLETED",
}
_ENDED_ICS_STATUS = "CANCELLED"
_STATE_SENTENCES = {
    "proposed": "No Yes yet, so nothing is promised.",
    "active": "Promised.",
    "delivered": "Reported as done, not confirmed yet.",
    "kept": "Kept.",
    "declined": "Declined.",
    "withdrawn": "Withdrawn.",
    "reneged": "Broken.",
    "released": "Released.",
    "void": "Entered by mistake.",
}
_DIRECTION_SENTENCES = {
    "owe": ("You owe {}.", "You would owe {}."),
    "owed": ("{} owes you.", "{} would owe you."),
    "self": ("You owe yourself.",) * 2,
}
_DESCRIPTION_TITLES = {"done_when": "Done when", "why": "Why", "reason": "Reason"}
_LINE_BREAKS = ("\r\n", "\r", "\x85", "\u2028", "\u2029")
_LAST_ZONED_YEAR = (
    2100  # nobody knows the clocks of a zone for ever: an hour later than that is told in UTC
)


def ensure_icalendar() -> None:
    """Raises NeedsICalendar unless the package is installed."""
    try:
        import icalendar  # noqa: F401
    except ImportError as error:
        raise errors.NeedsICalendar from error


def iter_calendar_parts(
    rows: Iterable[Row], hours: Iterable[Row], alarms: Sequence[timedelta] = ()
) -> Iterator[str]:
    """One calendar with a task for every row, as they come.

    A row is that of the view `promises` and has, besides, its number of `acts`, when something was `said_last`, and `replaces_uid`.
    `hours` has the zones of the dues that are hours, each with the first and the last of them.
    """
    head, foot = _build_calendar_frame()
    yield head
    for zone in hours:
        yield from _iter_timezone_parts(zone["zone"], zone["first"], zone["last"])
    for row in rows:
        yield _encode_task(row, alarms)
    yield foot


def encode_task_calendar(row: Row, alarms: Sequence[timedelta] = ()) -> str:
    """A calendar with the task of one row."""
    hours = (
        [{"zone": row["due_zone"], "first": row["due"], "last": row["due"]}]
        if row["due"] and "T" in row["due"]
        else []
    )
    return "".join(iter_calendar_parts([row], hours, alarms))


@cache
def _build_calendar_frame() -> tuple[str, str]:
    """What stands before the parts of a calendar, and after them."""
    from icalendar import Calendar

    empty = Calendar()
    empty.add("prodid", "-//promisectl//promisectl//EN")
    empty.add("version", "2.0")
    empty.add("calscale", "GREGORIAN")
    foot = "END:VCALENDAR\r\n"
    return empty.to_ical().decode().removesuffix(foot), foot


def _iter_timezone_parts(name: str, first: str, last: str) -> Iterator[str]:
    """The description of a zone, if its clocks are told at all."""
    begin, end = int(first[:4]), min(int(last[:4]), _LAST_ZONED_YEAR)
    if name != "UTC" and begin <= end:
        yield vtimezone.encode_timezone(name, begin, end)


def _encode_task(row: Row, alarms: Sequence[timedelta]) -> str:
    from icalendar import Todo, vText

    said_last = datetime.fromisoformat(row["said_last"])
    delivered = row["delivered_at"] if row["state"] == "kept" else None
    told = {
        "uid": row["uid"],
        "dtstamp": said_last,
        "created": datetime.fromisoformat(row["made_at"]),
        "last-modified": said_last,
        "sequence": row["acts"] - 1,
        "summary": escape_ics_text(row["outcome"]),
        "description": escape_ics_text(_format_task_description(row)),
        "status": _ICS_STATUSES.get(row["state"], _ENDED_ICS_STATUS),
        "completed": delivered and datetime.fromisoformat(delivered),
        "percent-complete": 100 if delivered else None,
        "due": _resolve_ics_due(row),
        "contact": None if row["direction"] == "self" else escape_ics_text(row["person_name"]),
        "categories": [row["direction"], *map(escape_ics_text, (row["tags"] or "").split())],
        "related-to": row["replaces_uid"],
        "x-promisectl-state": vText(row["state"]),
        "x-promisectl-person": vText(escape_ics_text(row["person"])),
    }
    task = Todo()
    for name, value in told.items():
        if value is not None:
            task.add(name, value)
    if row["due"] and row["state"] in UNDELIVERED_STATES:
        for before in alarms:
            task.add_component(_build_alarm(row, before))
    made: bytes = task.to_ical()
    return made.decode()


def _build_alarm(row: Row, before: timedelta) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", escape_ics_text(row["outcome"]))
    alarm.add("trigger", -before, parameters={"RELATED": "END"})
    return alarm


def _resolve_ics_due(row: Row) -> date | datetime | None:
    """The day, or the hour as the clocks of its zone show it; in UTC where they show it twice or never and mean another than agreed."""
    if not row["due"]:
        return None
    if "T" not in row["due"]:
        return date.fromisoformat(row["due"])
    local, instant = datetime.fromisoformat(row["due"]), datetime.fromisoformat(row["due_at"])
    zoned = local.replace(tzinfo=ZoneInfo(row["due_zone"]))
    return zoned if local.year <= _LAST_ZONED_YEAR and zoned.astimezone(UTC) == instant else instant


def _format_task_description(row: Row) -> str:
    """Who owes whom, how it stands, and the terms beside the outcome."""
    who = _DIRECTION_SENTENCES[row["direction"]][0 if row["accepted_at"] else 1].format(
        row["person_name"]
    )
    return "\n".join(
        [
            f"{who} {_STATE_SENTENCES[row['state']]}",
            *(f"{title}: {row[name]}" for name, title in _DESCRIPTION_TITLES.items() if row[name]),
        ]
    )


def escape_ics_text(value: str) -> str:
    """A text as iCalendar can hold it: every kind of line break is one, other control characters are shown as escapes."""
    for sign in _LINE_BREAKS:
        value = value.replace(sign, "\n")
    return "".join(
        escape_text(letter)
        if unicodedata.category(letter) == "Cc" and letter not in "\t\n"
        else letter
        for letter in value
    )
