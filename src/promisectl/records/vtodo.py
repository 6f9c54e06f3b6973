"""The reader of tasks in a calendar file (VTODO of RFC 5545); it needs the extra `ics`."""

from __future__ import annotations

from datetime import datetime

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.records import as_ics
from promisectl.records.imported_rows import UnreadableLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date
    from typing import Any

_BEGIN = "BEGIN:VTODO"
_TEXT_PROPERTIES = ("summary", "description", "status", "uid", "percent_complete")
_TIME_PROPERTIES = ("due", "created", "completed", "last_modified", "dtstamp", "recurrence_id")


def iter_todos(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Return each task of the calendars in a file with its first line, as its properties.

    They have the names of RFC 5545 in lower case, with `_` for `-`; `due_zone` is the zone of a due
    time. Raises UnreadableLine and NeedsIcalendar.
    """
    as_ics.ensure_icalendar()
    from icalendar import Calendar

    text = "".join(lines)
    lines_of_begin = enumerate(map(str.strip, text.splitlines()), 1)
    starts = [number for number, line in lines_of_begin if line.upper() == _BEGIN]
    try:
        calendars = Calendar.from_ical(text, multiple=True)
    except (ValueError, IndexError) as error:
        raise UnreadableLine(1, f"it is not iCalendar ({error})") from error
    todos = [todo for calendar in calendars for todo in calendar.walk("VTODO")]
    if len(starts) != len(todos):  # a line can be broken anywhere, also there
        starts = [1] * len(todos)
    for number, todo in zip(starts, todos, strict=True):
        try:
            yield number, build_properties(todo)
        except (ValueError, TypeError, AttributeError) as error:
            raise UnreadableLine(number, f"it is not iCalendar ({error})") from error


def build_properties(todo: Any) -> dict[str, Any]:
    """Return the properties of a task by their names here; None for those that it lacks."""
    texts = {name: todo.get(name.replace("_", "-")) for name in _TEXT_PROPERTIES}
    properties: dict[str, Any] = {name: text and str(text) for name, text in texts.items()}
    properties["comment"] = "\n".join(map(str, _list_values(todo, "comment"))) or None
    properties["categories"] = [
        str(name) for value in _list_values(todo, "categories") for name in value.cats
    ]
    properties["related_to"] = next(
        (
            str(value)
            for value in _list_values(todo, "related-to")
            if value.params.get("RELTYPE", "PARENT").upper() == "PARENT"
        ),
        None,
    )
    for name in _TIME_PROPERTIES:
        property_name = name.replace("_", "-")
        moment = todo.decoded(property_name) if property_name in todo else None
        properties[name] = moment.isoformat() if moment else None
        if name == "due":
            properties["due_zone"] = find_zone_name(moment)
    return properties


def _list_values(todo: Any, name: str) -> list[Any]:
    """Return the values of a property that can be there several times."""
    values = todo.get(name, [])
    return values if isinstance(values, list) else [values]


def find_zone_name(moment: date | None) -> str | None:
    """Return the IANA name of the zone of a time; None for a day, for UTC and for other names."""
    if not isinstance(moment, datetime):
        return None
    zone = getattr(moment.tzinfo, "key", None) or getattr(moment.tzinfo, "zone", None)
    return zone if zone and zone != "UTC" and civil.is_zone(zone) else None
