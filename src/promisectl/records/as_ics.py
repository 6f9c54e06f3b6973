"""Promises as tasks in a calendar: VTODO components of iCalendar (RFC 5545).

They are written with the package icalendar, which the extra `ics` installs.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.records import vtimezone
from promisectl.system.text import escape_controls, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from promisectl.records.fields import Row

_ICS_STATUSES = {
    "proposed": "NEEDS-ACTION",
    "active": "IN-PROCESS",
    "delivered": "IN-PROCESS",
    "kept": "COMPLETED",
}
_ENDED_ICS_STATUS = "CANCELLED"
_STATE_SENTENCES = {
    "proposed": "Not agreed yet.",
    "active": "Promised.",
    "delivered": "Reported as done, not confirmed yet.",
    "kept": "Kept.",
    "declined": "Declined.",
    "withdrawn": "Withdrawn.",
    "reneged": "Broken.",
    "released": "Released.",
    "void": "Void.",
}
_DIRECTION_SENTENCES = {
    "owe": ("You owe {}.", "You would owe {}."),
    "owed": ("{} owes you.", "{} would owe you."),
    "self": ("You owe yourself.",) * 2,
}
_DESCRIPTION_TITLES = {"done_when": "Done when", "why": "Why", "reason": "Reason"}
_LAST_ZONED_YEAR = 2100  # later times are in UTC, as nobody knows the rules of a zone by then


def ensure_icalendar() -> None:
    """Raise NeedsIcalendar unless the package icalendar is installed."""
    try:
        import icalendar  # noqa: F401
    except ImportError as error:
        raise errors.NeedsIcalendar from error


def iter_calendar_parts(
    rows: Iterable[Row], hours: Iterable[Row], alarms: Sequence[timedelta] = ()
) -> Iterator[str]:
    """Return one calendar with a task for every row, in pieces.

    A row is one of the view `promises`, with the number of its `acts`, the moment of the newest
    (`said_last`), `replaces_uid` and `bigger_uid` as well. `hours` has the zones of the due dates
    with a time, each with the `first` and the `last` of them.
    """
    head, foot = _build_calendar_frame()
    yield head
    for hour in hours:
        first_year = int(hour["first"][:4])
        last_year = min(int(hour["last"][:4]), _LAST_ZONED_YEAR)
        is_written = hour["zone"] != "UTC" and civil.is_zone(hour["zone"])
        if is_written and first_year <= last_year:
            yield vtimezone.encode_timezone(hour["zone"], first_year, last_year)
    for row in rows:
        yield encode_task(row, alarms)
    yield foot


def encode_their_calendar(rows: Iterable[Row], my_name: str) -> str:
    """Return one calendar with a task for every row as the other side sees it, to be sent.

    It holds the terms and the state, and nothing that is mine alone: no tags, no reason, no other
    promise. `my_name` is empty where it is unknown.
    """
    theirs = [
        {
            **{name: row[name] for name in row.keys()},  # noqa: SIM118  # a row of SQLite
            "direction": {"owe": "owed", "owed": "owe"}[row["direction"]],
            "person": "",
            "person_name": my_name,
            "tags": None,
            "reason": None,
            "replaces_uid": None,
            "bigger_uid": None,
        }
        for row in rows
    ]
    spans: dict[str, list[str]] = {}
    for row in theirs:
        if row["due"] and "T" in row["due"]:
            spans.setdefault(row["due_zone"], []).append(row["due"])
    hours = [{"zone": zone, "first": min(dues), "last": max(dues)} for zone, dues in spans.items()]
    return "".join(iter_calendar_parts(theirs, hours))


def encode_task_calendar(row: Row, alarms: Sequence[timedelta] = ()) -> str:
    """Return a calendar with the task of one row."""
    hours = []
    if row["due"] and "T" in row["due"]:
        hours.append({"zone": row["due_zone"], "first": row["due"], "last": row["due"]})
    return "".join(iter_calendar_parts([row], hours, alarms))


@cache
def _build_calendar_frame() -> tuple[str, str]:
    """Return what comes before the parts of a calendar, and what comes after them."""
    from icalendar import Calendar

    empty = Calendar()
    empty.add("prodid", "-//promisectl//promisectl//EN")
    empty.add("version", "2.0")
    empty.add("calscale", "GREGORIAN")
    foot = "END:VCALENDAR\r\n"
    return empty.to_ical().decode().removesuffix(foot), foot


def encode_task(row: Row, alarms: Sequence[timedelta]) -> str:
    """Return the VTODO of a row, with alarms that long before its due date while it is open."""
    from icalendar import Todo, vText

    newest = datetime.fromisoformat(row["said_last"])
    delivered = row["delivered_at"] if row["state"] == "kept" else None
    has_name = row["person_name"] and row["direction"] != "self"
    properties = {
        "uid": row["uid"],
        "dtstamp": newest,
        "created": datetime.fromisoformat(row["made_at"]),
        "last-modified": newest,
        "sequence": row["acts"] - 1,
        "summary": escape_ics_text(row["outcome"]),
        "description": escape_ics_text(describe_task(row)),
        "status": _ICS_STATUSES.get(row["state"], _ENDED_ICS_STATUS),
        "completed": delivered and datetime.fromisoformat(delivered),
        "percent-complete": 100 if delivered else None,
        "due": resolve_task_due(row),
        "contact": escape_ics_text(row["person_name"]) if has_name else None,
        "categories": [row["direction"], *map(escape_ics_text, (row["tags"] or "").split())],
        "x-promisectl-state": vText(row["state"]),
        "x-promisectl-person": vText(escape_ics_text(row["person"])) if row["person"] else None,
    }
    task = Todo()
    for name, value in properties.items():
        if value is not None:
            task.add(name, value)
    if row["bigger_uid"]:
        task.add("related-to", row["bigger_uid"], parameters={"RELTYPE": "PARENT"})
    if row["replaces_uid"]:
        # Without a type it would be the parent, and the new promise a part of the broken one.
        task.add("related-to", row["replaces_uid"], parameters={"RELTYPE": "SIBLING"})
    if row["due"] and row["state"] in UNDELIVERED_STATES:
        for before in alarms:
            task.add_component(_build_alarm(row, before))
    encoded: bytes = task.to_ical()
    return encoded.decode()


def _build_alarm(row: Row, before: timedelta) -> Any:
    from icalendar import Alarm

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", escape_ics_text(row["outcome"]))
    alarm.add("trigger", -before, parameters={"RELATED": "END"})
    return alarm


def resolve_task_due(row: Row) -> date | datetime | None:
    """Return the due date of a row: a day, or a moment in the zone where it was agreed.

    The moment is in UTC where the clocks of the zone don't show the time that was agreed, or show
    it twice and the calendar would take the other, and where this machine does not know the zone.
    """
    if not row["due"]:
        return None
    if "T" not in row["due"]:
        return date.fromisoformat(row["due"])
    local, instant = datetime.fromisoformat(row["due"]), datetime.fromisoformat(row["due_at"])
    if not civil.is_zone(row["due_zone"]):
        return instant
    zoned = local.replace(tzinfo=ZoneInfo(row["due_zone"]))
    return zoned if local.year <= _LAST_ZONED_YEAR and zoned.astimezone(UTC) == instant else instant


def describe_task(row: Row) -> str:
    """Return who owes whom and the state in one line, then the other terms, one a line."""
    agreed, not_agreed = _DIRECTION_SENTENCES[row["direction"]]
    sentence = (agreed if row["accepted_at"] else not_agreed).format(row["person_name"])
    state = _STATE_SENTENCES[row["state"]]
    lines = [f"{sentence} {state}" if row["person_name"] else state]
    for name, title in _DESCRIPTION_TITLES.items():
        if row[name]:
            lines.append(f"{title}: {row[name]}")
    return "\n".join(lines)


def escape_ics_text(value: str) -> str:
    """Return a text that iCalendar can hold.

    Every kind of line break becomes a newline, other control characters become escapes.
    """
    return escape_controls("\n".join(split_lines(value)))
