"""A summary for a mail: what waits, what comes, and what happened: digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.moves import WAITING_TITLES
from promisectl.commands.shared import arguments, output
from promisectl.domain import civil
from promisectl.domain import events as happened
from promisectl.domain.constants import STATISTICS_DIRECTIONS
from promisectl.rendering import digest as drawing
from promisectl.rendering import messages
from promisectl.rendering.messages import MoveReport
from promisectl.storage import queries
from promisectl.storage.queries import Query
from promisectl.storage.statistics import StatisticsReader, StatisticsScope

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence
    from typing import Any

    from promisectl.commands.lists import PromiseParts
    from promisectl.domain.events import Event
    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.env import Env
    from promisectl.records.fields import Row

_DIGEST_DAYS = 7
_MAIL_COLUMNS = 72  # columns of a mail
CHOICES = {"format_": ("plain", "md")}
_EVENT_KINDS_TOLD_AS_WAITING = (
    "made",
    "delivered",
)  # what just came and waits for my word is told among what waits


class _DigestContent(NamedTuple):
    """All that a digest tells. A promise is named once among what is open: what waits for me, else what is late or due."""

    since: datetime
    until: datetime
    waiting: Sequence[Row]
    late: Sequence[Row]
    due: Sequence[Row]
    events: Sequence[tuple[Event, Row]]
    statistics: Mapping[str, DirectionStatistics]

    @property
    def has_news(self) -> bool:
        """Whether there is anything to tell; figures alone are nothing new."""
        return any((self.waiting, self.late, self.due, self.events))


def digest(env: Env, *, since: str | None = None, format_: str | None = None) -> None:
    """What waits for me now, what is due in the coming days, and what was written down since; nothing at all where there is nothing."""
    wish = arguments.check_choice("--format", format_, CHOICES["format_"])
    arguments.ensure_at_most_one(json=env.is_json, format=wish)
    begin = arguments.parse_past_bound(env, "--since", since, end=False) or _default_digest_start(
        env
    )
    with output.open_view(env) as db:
        facts = _load_digest_content(env, db, begin)
    if env.is_json:
        output.print_record(env, _build_digest_record(env, facts))
    elif facts.has_news:
        title, sections = (
            drawing.format_digest_title(env.here),
            _build_digest_sections(env, facts),
        )
        env.write_stdout(
            drawing.iter_digest_markdown(title, sections)
            if wish == "md"
            else drawing.iter_digest_text(title, sections, min(_MAIL_COLUMNS, env.width))
        )


def _default_digest_start(env: Env) -> datetime:
    return civil.first_second(
        civil.local_time(env.now, env.zone).date() - timedelta(days=_DIGEST_DAYS), env.zone
    )


def _load_digest_content(env: Env, db: sqlite3.Connection, begin: datetime) -> _DigestContent:
    clock, until = output.build_clock(env), env.find_day_end(env.now, _DIGEST_DAYS)
    waiting = queries.fetch_waiting_rows(db, clock)
    named = {row["id"] for row in waiting}
    ahead = queries.fetch_promise_rows(
        db, Query(clock, open=True, states=("active",), due_by=output.encode_moment(until))
    )
    rest = [row for row in ahead if row["id"] not in named]
    return _DigestContent(
        begin,
        until,
        waiting,
        late=[row for row in rest if row["due_at"] < clock.now],
        due=[row for row in rest if row["due_at"] >= clock.now],
        events=_load_digest_events(env, db, begin, named),
        statistics=_count_digest_statistics(db, clock, begin),
    )


def _load_digest_events(
    env: Env, db: sqlite3.Connection, begin: datetime, named: set[int]
) -> list[tuple[Event, Row]]:
    found = []
    for number in queries.fetch_touched_promise_ids(db, output.encode_moment(begin) or ""):
        events = happened.list_events(number, queries.load_promise_acts(db, number), begin, env.now)
        new = [
            event
            for event in events
            if not (number in named and event.kind in _EVENT_KINDS_TOLD_AS_WAITING)
        ]
        if new:
            row = output.find_promise_row(env, db, number)
            found += [(event, row) for event in new]
    return sorted(found, key=lambda one: (one[0].act.at, one[0].act.number))


def _count_digest_statistics(
    db: sqlite3.Connection, clock: queries.QueryClock, begin: datetime
) -> dict[str, DirectionStatistics]:
    record = StatisticsReader(
        db, clock, StatisticsScope(None, output.encode_moment(begin) or "", clock.now)
    )
    return {direction: record.fetch_statistics(direction) for direction in STATISTICS_DIRECTIONS}


# As records


def _build_digest_record(env: Env, facts: _DigestContent) -> dict[str, Any]:
    from promisectl.records import fields, statistics

    return {
        "as_of": output.encode_moment(env.now),
        "since": output.encode_moment(facts.since),
        "until": output.encode_moment(facts.until),
        "waiting": [
            {**fields.build_promise_record(row), "waiting": row["waiting"]} for row in facts.waiting
        ],
        "late_with_others": [fields.build_promise_record(row) for row in facts.late],
        "due": [fields.build_promise_record(row) for row in facts.due],
        "happened": [_build_digest_event_record(event, row) for event, row in facts.events],
        "figures": statistics.build_statistics_record(facts.statistics),
    }


def _build_digest_event_record(event: Event, row: Row) -> dict[str, Any]:
    from promisectl.records import fields

    return {
        "kind": event.kind,
        "at": output.encode_moment(event.act.at),
        "recorded_at": output.encode_moment(event.act.recorded_at),
        "by": event.after.direction.name_speaker(event.act.side),
        "text": event.act.text,
        "promise": fields.build_promise_record(row),
    }


# As a page


def _build_digest_sections(env: Env, facts: _DigestContent) -> list[drawing.DigestSection]:
    here = env.here
    parts: PromiseParts = [
        (title, [row for row in facts.waiting if row["waiting"] == kind])
        for kind, title in WAITING_TITLES
    ]
    parts += [
        ("Overdue with others", facts.late),
        (f"Due by {drawing.format_digest_day(facts.until, here)}", facts.due),
    ]
    sections = [
        drawing.DigestSection(title, [drawing.build_standing_item(row, here) for row in rows])
        for title, rows in parts
    ]
    told = [
        drawing.build_event_item(row, event.act.at, _format_event_sentence(env, event, row), here)
        for event, row in facts.events
    ]
    since = drawing.DigestSection(
        f"Since {drawing.format_digest_day(facts.since, here)}",
        told,
        drawing.format_digest_statistics(facts.statistics),
    )
    return [section for section in (*sections, since) if section.items or section.closing]


def _format_event_sentence(env: Env, event: Event, row: Row) -> str:
    """What was said, told as of then."""
    return messages.format_move_sentence(
        MoveReport(
            event.before,
            event.after,
            event.act,
            row["person_name"],
            output.local_moment(env, event.act.at),
        )
    )
