"""A summary for a mail: what waits, what comes, and what happened: digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.moves import WAITING
from promisectl.commands.shared import arguments, output
from promisectl.domain import civil, lifecycle
from promisectl.domain import events as happened
from promisectl.rendering import digest as drawing
from promisectl.rendering import messages
from promisectl.rendering.formats import Here
from promisectl.rendering.messages import Told
from promisectl.storage import ledger, queries
from promisectl.storage.statistics import Record, Scope

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    from promisectl.commands.lists import Parts
    from promisectl.commands.shared.output import Row
    from promisectl.domain.events import Event
    from promisectl.domain.statistics import Figures
    from promisectl.env import Env

_DAYS = 7
_WIDTH = 72  # columns of a mail
CHOICES = {"format_": ("plain", "md")}
_DIRECTIONS = ("owe", "owed")
_TWICE = ("made", "delivered")  # what just came and waits for my word is told among what waits


class _Facts(NamedTuple):
    """All that a digest tells. A promise is named once among what is open: what waits for me, else what is late or due."""

    since: datetime
    until: datetime
    waiting: Sequence[Row]
    late: Sequence[Row]
    due: Sequence[Row]
    happened: Sequence[tuple[Event, Row]]
    figures: Mapping[str, Figures]

    @property
    def tell_something(self) -> bool:
        """Whether there is anything to tell; figures alone are nothing new."""
        return any((self.waiting, self.late, self.due, self.happened))


def digest(env: Env, *, since: str | None = None, format_: str | None = None) -> None:
    """What waits for me now, what is due in the coming days, and what was written down since; nothing at all where there is nothing."""
    wish = arguments.choice("--format", format_, CHOICES["format_"])
    arguments.at_most_one(json=env.as_json, format=wish)
    begin = arguments.past(env, "--since", since, end=False) or _days_ago(env)
    with output.opened(env) as db:
        facts = _facts(env, db or ledger.in_memory(), begin)
    if env.as_json:
        from promisectl.records import as_json

        env.write_records([as_json.one(_record(env, facts)) + "\n"])
    elif facts.tell_something:
        title, sections = drawing.title(output.here(env)), _sections(env, facts)
        env.write(drawing.markdown(title, sections) if wish == "md" else drawing.plain(title, sections, min(_WIDTH, env.width)))


def _days_ago(env: Env) -> datetime:
    return civil.first_second(civil.local(env.now, env.zone).date() - timedelta(days=_DAYS), env.zone)


def _facts(env: Env, db: sqlite3.Connection, begin: datetime) -> _Facts:
    clock, until = output.clock(env), env.end(env.now, _DAYS)
    waiting = queries.waiting(db, clock)
    named = {row["id"] for row in waiting}
    ahead = queries.found(db, clock, open=True, states=("active",), due_by=output.stored(until))
    rest = [row for row in ahead if row["id"] not in named]
    return _Facts(
        begin,
        until,
        waiting,
        late=[row for row in rest if row["due_at"] < clock.now],
        due=[row for row in rest if row["due_at"] >= clock.now],
        happened=_happened(env, db, begin, named),
        figures=_figures(db, clock, begin),
    )


def _happened(env: Env, db: sqlite3.Connection, begin: datetime, named: set[int]) -> list[tuple[Event, Row]]:
    found = []
    for number in queries.touched(db, output.stored(begin) or ""):
        events = happened.since(number, queries.said(db, number), begin, env.now)
        new = [event for event in events if not (number in named and event.kind in _TWICE)]
        if new:
            row = output.row(env, db, number)
            found += [(event, row) for event in new]
    return sorted(found, key=lambda one: (one[0].act.at, one[0].act.number))


def _figures(db: sqlite3.Connection, clock: queries.Clock, begin: datetime) -> dict[str, Figures]:
    record = Record(db, clock, Scope(None, output.stored(begin) or "", clock.now))
    return {direction: record.figures(direction) for direction in _DIRECTIONS}


# As records


def _record(env: Env, facts: _Facts) -> dict[str, Any]:
    from promisectl.records import fields, statistics

    return {
        "as_of": output.stored(env.now),
        "since": output.stored(facts.since),
        "until": output.stored(facts.until),
        "waiting": [{**fields.promise(row), "waiting": row["waiting"]} for row in facts.waiting],
        "late_with_others": [fields.promise(row) for row in facts.late],
        "due": [fields.promise(row) for row in facts.due],
        "happened": [_told(event, row) for event, row in facts.happened],
        "figures": statistics.one(facts.figures),
    }


def _told(event: Event, row: Row) -> dict[str, Any]:
    from promisectl.records import fields

    return {
        "kind": event.kind,
        "at": output.stored(event.act.at),
        "recorded_at": output.stored(event.act.recorded_at),
        "by": "me" if lifecycle.is_mine(event.after.direction, event.act.side) else "them",
        "text": event.act.text,
        "promise": fields.promise(row),
    }


# As a page


def _sections(env: Env, facts: _Facts) -> list[drawing.Section]:
    here = output.here(env)
    parts: Parts = [(title, [row for row in facts.waiting if row["waiting"] == kind]) for kind, title in WAITING]
    parts += [("Overdue with others", facts.late), (f"Due by {drawing.day(facts.until, here)}", facts.due)]
    sections = [drawing.Section(title, [drawing.standing(row, here) for row in rows]) for title, rows in parts]
    told = [drawing.event(row, event.act.at, _sentence(env, event, row), here) for event, row in facts.happened]
    since = drawing.Section(f"Since {drawing.day(facts.since, here)}", told, drawing.figures(facts.figures))
    return [section for section in (*sections, since) if section.items or section.closing]


def _sentence(env: Env, event: Event, row: Row) -> str:
    """What was said, told as of then."""
    return messages.sentence(Told(event.before, event.after, event.act, row["person_name"], Here(event.act.at, env.zone)))
