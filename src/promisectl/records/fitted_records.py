"""What a record of another program becomes, so that it is one of promisectl."""

from __future__ import annotations

import re
from datetime import datetime

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, constants, people
from promisectl.records import headings, imported_promise
from promisectl.records.cells import join_tag_words, list_names, parse_offset_moment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from promisectl.records.profiles import Profile

_MOMENT_FIELDS = ("made_at", *constants.IMPORTED_MOMENT_STATES)
DATE_FIELDS = ("due", "reply_by", *_MOMENT_FIELDS)
"""The fields of a record that have a day or a moment."""
_TURNED_NAME_PATTERN = re.compile(r"^([^,;]+),\s*([^,;(]*[^,;(\s])(\s*\([^()]*\))?$")


def rewrite_date(text: str, forms: Sequence[str]) -> str:
    """Return a date or a time as ISO 8601 if it has one of the forms of `strptime`, else as is."""
    for form in forms:
        try:
            moment = datetime.strptime(text.strip(), form)  # noqa: DTZ007  # in the zone of the row
        except ValueError:
            continue
        has_time = any(sign in form for sign in ("%H", "%I"))
        return moment.isoformat(timespec="minutes") if has_time else moment.date().isoformat()
    return text


def keep_tags(value: Any) -> Any:
    """Return the tags of a record that promisectl wrote: words, which may hold any other sign."""
    if isinstance(value, str):
        value = value.split()
    return tuple(value) if isinstance(value, list) else value


def add_tags(record: dict[str, Any], tags: Sequence[str]) -> None:
    """Add tags to those of a record."""
    if tags:
        record["tags"] = headings.join_values("tags", record.get("tags"), [*tags])


def take_assignees(record: dict[str, Any]) -> list[str] | None:
    """Return the names of who is to do a task, and take them out of its record.

    None where the file does not have them.
    """
    if headings.ASSIGNEE_FIELD not in record and headings.ASSIGNEES_FIELD not in record:
        return None
    one = str(record.pop(headings.ASSIGNEE_FIELD, None) or "").split(";")
    several = list_names(record.pop(headings.ASSIGNEES_FIELD, None))
    return [*filter(None, (turn_name(name.strip()) for name in one)), *several]


def set_assignees(record: dict[str, Any], names: Sequence[str], me: str | None) -> None:
    """Make a record one that its assignee owes me; not where that is me, or nobody.

    A promise is one person's: of several the first one owes it, and the why names all.
    """
    if not names or record.get("direction"):
        return
    my_name = turn_name(me or "")
    if any(people.is_me(name, my_name) for name in names):
        return
    record["direction"] = "owed"
    record["person"] = record.get("person") or names[0]
    if len(names) > 1:
        record["why"] = "\n".join(filter(None, (record.get("why"), f"With {', '.join(names)}")))


def turn_name(name: str) -> str:
    """Return a name as it is spoken: “Groß, Lee (IT)” is “Lee Groß (IT)”."""
    return _TURNED_NAME_PATTERN.sub(r"\2 \1\3", name)


def fill_in_defaults(cells: Mapping[str, Any], defaults: Mapping[str, str]) -> dict[str, Any]:
    """Return the cells with a default where one is empty and the state may have it.

    A promise that a cell makes one to myself gets no other side.
    """
    if not defaults:
        return {**cells}
    filled = {**cells, **{name: cells.get(name) or value for name, value in defaults.items()}}
    if cells.get("direction") == "self" and not cells.get("person"):
        filled["person"] = None
    state = filled.get("state") or "active"
    for name in defaults:
        if not cells.get(name) and not imported_promise.may_have_moment(state, name):
            filled[name] = None
    return filled


def fit_foreign_record(record: dict[str, Any], profile: Profile, zone: str) -> None:
    """Change what a record of another program can't have here.

    A title that is missing or too long is taken from the text, or goes there. Moments that its
    state does not have go, and a making after its end; a promise to oneself that is cancelled
    becomes void, as nobody can release me from it; an instant that stands for a day becomes that
    day, in the zone of the record or in `zone`; and tags of several words become words.
    """
    fit_texts(record)
    if record.get("direction") == "self" and record.get("state") == "released":
        record["state"] = "void"
    state = record.get("state") or "active"
    for name in _MOMENT_FIELDS:
        if record.get(name) and not imported_promise.may_have_moment(state, name):
            record[name] = None
    made_at, closed_at = (str(record.get(name) or "") for name in ("made_at", "closed_at"))
    if closed_at and made_at > closed_at and len(made_at) == len(closed_at):
        record["made_at"] = None
    due = record.get("due")
    if profile.days and isinstance(due, str):
        record["due"] = find_meant_day(due, profile.days, record.get("due_zone") or zone)
    if isinstance(record.get("tags"), list):
        record["tags"] = [*filter(None, map(join_tag_words, map(str, record["tags"])))]


def fit_texts(record: dict[str, Any]) -> None:
    """Make the outcome of a record as long as it may be; nothing of it is lost.

    The outcome is the first line of the why where it is missing. One that is too long is shortened,
    and stands in full at the beginning of the why.
    """
    outcome, why = (strip_lines(record.get(name)) for name in ("outcome", "why"))
    if not outcome and why:
        outcome, _, why = why.partition("\n")
    if len(outcome) > constants.MAX_OUTCOME_CHARACTERS:
        why = "\n".join(filter(None, (outcome, why)))
        outcome = outcome[: constants.MAX_OUTCOME_CHARACTERS - 1] + "…"
    record["outcome"] = outcome or None
    if why or "why" in record:
        record["why"] = why.strip() or None


def strip_lines(value: Any) -> str:
    """Return a text with plain line ends, and without spaces around it; empty for none."""
    text = "" if value is None else str(value)
    return "\n".join(line.rstrip() for line in text.splitlines()).strip()


def find_meant_day(due: str, rule: str, zone: str) -> str:
    """Return the day that an instant stands for by a rule of DAY_RULES; else the text as it is.

    By the rule of midnight, that is also the day which it ends a second or a minute later.
    """
    try:
        written = datetime.fromisoformat(due)
    except ValueError:
        return due
    if rule == "written":
        return written.date().isoformat()
    if written.tzinfo and not civil.is_zone(zone):
        return due
    moment = parse_offset_moment(due)
    local = civil.local_time(moment, zone) if moment else written
    is_day = (local.hour, local.minute) in ((0, 0), (23, 59))
    return local.date().isoformat() if is_day else due
