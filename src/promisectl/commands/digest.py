"""The command `digest`: a summary for e-mail of what is waiting, what is due, what happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import lists
from promisectl.commands.moves import build_waiting_record
from promisectl.commands.shared import arguments, output
from promisectl.domain import civil
from promisectl.domain import events as domain_events
from promisectl.domain.constants import DIGEST_FORMATS, STATISTICS_DIRECTIONS
from promisectl.rendering import digest as digest_page
from promisectl.rendering import folding, messages, waiting
from promisectl.rendering.messages import MoveReport
from promisectl.storage import codec, queries
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

_DIGEST_DAYS = 7  # days that the digest looks back and ahead
_MAIL_COLUMNS = 72  # columns of a line in an e-mail
_DELIVERY_KINDS = ("delivered", "kept")
# The section of waiting promises already names a promise that just came in.
_EVENT_KINDS_OF_WAITING = ("made", "delivered")


class DigestContent(NamedTuple):
    """What a digest reports, between `since` and `until`.

    The promises in `waiting` wait for me; those in `late` and `due` are active, and each promise
    is in one of the three only. `events` are what happened since, each with the row of its promise.
    `notes` say what is the matter with the parts of a promise, by its ID.
    """

    since: datetime
    until: datetime
    waiting: Sequence[Row]
    late: Sequence[Row]
    due: Sequence[Row]
    events: Sequence[tuple[Event, Row]]
    statistics: Mapping[str, DirectionStatistics]
    notes: Mapping[int, str]

    @property
    def has_news(self) -> bool:
        """Whether there is anything to report; statistics alone are not news."""
        return any((self.waiting, self.late, self.due, self.events))

    def count_overdue(self) -> dict[str, int]:
        """Return how many promises are overdue now, by the directions that statistics count."""
        directions = [
            row["direction"]
            for row in (*self.waiting, *self.late)
            if "overdue" in (row["flags"] or "").split()
        ]
        return {direction: directions.count(direction) for direction in STATISTICS_DIRECTIONS}


def digest(
    env: Env, *, with_: str | None = None, since: str | None = None, format_: str | None = None
) -> None:
    """Print what is waiting for me, what is due soon, and what was recorded since a moment.

    Prints nothing when there is nothing to report. `with_` is the only person to report about,
    `since` defaults to 7 days ago.
    """
    text_format = arguments.check_choice("--format", format_, DIGEST_FORMATS)
    arguments.ensure_at_most_one(json=env.is_json, format=text_format)
    begin = arguments.parse_past_bound(env, "--since", since, end=False)
    if begin is None:
        first_day = civil.local_time(env.now, env.zone).date() - timedelta(days=_DIGEST_DAYS)
        begin = civil.first_second(first_day, env.zone)
    handle, subject = (None, "") if with_ is None else find_digest_subject(env, with_)
    with output.open_view(env) as db:
        content = load_digest_content(env, db, begin, handle)
    output.warn_of_missing_directory(env)
    if env.is_json:
        output.print_record(env, build_digest_record(env, content))
    elif content.has_news:
        title = digest_page.format_digest_title(env.here, subject)
        sections = build_digest_sections(env, content)
        env.write_stdout(
            digest_page.iter_digest_markdown(title, sections)
            if text_format == "md"
            else digest_page.iter_digest_text(title, sections, min(_MAIL_COLUMNS, env.width))
        )


def find_digest_subject(env: Env, name: str) -> tuple[str, str]:
    """Return the handle of the person to report about, and how the title names the promises.

    Raises NoPerson and AmbiguousPerson.
    """
    from promisectl.commands.shared import counterparty
    from promisectl.domain import people

    person = counterparty.find_counterparty(env, name)
    return (person.handle, f" with {person.name}") if person else (people.ME_HANDLE, " to yourself")


def load_digest_content(
    env: Env, db: sqlite3.Connection, begin: datetime, person: str | None = None
) -> DigestContent:
    """Load all that a digest reports since `begin` and for the coming 7 days.

    `person` is the handle of the only person to report about; None for everybody.
    """
    clock = output.build_clock(env)
    until = env.find_day_end(env.now, _DIGEST_DAYS)
    groups = waiting.group_waiting_rows(queries.fetch_waiting_rows(db, clock))
    waiting_rows = [row for _, rows in groups for row in rows if person in (None, row["person"])]
    waiting_ids = {row["id"] for row in waiting_rows}
    due_query = Query(
        clock, person, open=True, states=("active",), due_by=output.encode_moment(until)
    )
    due_rows = queries.fetch_promise_rows(db, due_query)
    not_waiting = [row for row in due_rows if row["id"] not in waiting_ids]
    reader = StatisticsReader(db, clock, StatisticsScope.build(person, begin, env.now))
    return DigestContent(
        begin,
        until,
        waiting_rows,
        late=[row for row in not_waiting if row["due_at"] < clock.now],
        due=[row for row in not_waiting if row["due_at"] >= clock.now],
        events=load_digest_events(env, db, begin, waiting_ids, person),
        statistics={way: reader.fetch_statistics(way) for way in STATISTICS_DIRECTIONS},
        notes=lists.load_part_notes(db, clock),
    )


def load_digest_events(
    env: Env,
    db: sqlite3.Connection,
    begin: datetime,
    waiting_ids: set[int],
    person: str | None = None,
) -> list[tuple[Event, Row]]:
    """Return the events recorded since `begin` in order, each with the row of its promise.

    Leaves out what the list of waiting promises already shows. `person` is as in
    `load_digest_content`.
    """
    pairs: list[tuple[Event, Row]] = []
    since = output.encode_moment(begin) or ""
    for number in queries.fetch_touched_promise_ids(db, since, person):
        acts = queries.load_promise_acts(db, number)
        with codec.refuse_damage(f"the history of #{number}"):
            events = [
                event
                for event in domain_events.list_events(number, acts, begin, env.now)
                if not (number in waiting_ids and event.kind in _EVENT_KINDS_OF_WAITING)
            ]
        if events:
            row = output.find_promise_row(env, db, number)
            pairs += [(event, row) for event in events]
    return sorted(pairs, key=lambda pair: (pair[0].act.at, pair[0].act.number))


# As a record


def build_digest_record(env: Env, content: DigestContent) -> dict[str, Any]:
    """Return the digest as one JSON object."""
    from promisectl.records import fields, statistics

    return {
        "as_of": output.encode_moment(env.now),
        "since": output.encode_moment(content.since),
        "until": output.encode_moment(content.until),
        "waiting": [build_waiting_record(row) for row in content.waiting],
        "late_with_others": [fields.build_promise_record(row) for row in content.late],
        "due": [fields.build_promise_record(row) for row in content.due],
        "happened": [build_digest_event_record(event, row) for event, row in content.events],
        "figures": statistics.build_statistics_record(content.statistics),
    }


def build_digest_event_record(event: Event, row: Row) -> dict[str, Any]:
    """Return an event and its promise as one JSON object; `by` is the side that acted."""
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


def build_digest_sections(env: Env, content: DigestContent) -> list[digest_page.DigestSection]:
    """Return the sections of the page that have anything in them, in order.

    Of what happened to a promise, the page has the last event. A series is one item of a section.
    """
    here = env.here
    parts: PromiseParts = [
        (group.title, rows) for group, rows in waiting.group_waiting_rows(content.waiting)
    ]
    parts.append(("Overdue, owed to you", content.late))
    parts.append((f"Due by {digest_page.format_digest_day(content.until, here)}", content.due))
    sections = []
    for title, rows in parts:
        folded = folding.fold_series(rows, here, notes=content.notes)
        items = [
            digest_page.build_standing_item(row, here, folded.notes.get(row["id"], ""))
            for row in folded.rows
        ]
        sections.append(digest_page.DigestSection(title, items))
    since = digest_page.DigestSection(
        f"Since {digest_page.format_digest_day(content.since, here)}",
        build_event_items(env, content.events),
        digest_page.format_digest_statistics(content.statistics, content.count_overdue()),
    )
    return [section for section in (*sections, since) if section.items or section.closing]


def build_event_items(
    env: Env, events: Sequence[tuple[Event, Row]]
) -> list[digest_page.DigestItem]:
    """Return the last event of each promise.

    What one command did to several of a series is one item, and so are deliveries that were not
    late. A late one has its own.
    """
    last = {event.after.id: event for event, _ in events}
    folds: dict[object, list[tuple[MoveReport, Row]]] = {}
    for event, row in events:
        if last[event.after.id] is event:
            report = build_event_report(env, event, row)
            key = build_event_key(event, report, row)
            folds.setdefault(key, []).append((report, row))
    return [build_folded_item(env, members) for members in folds.values()]


def build_event_report(env: Env, event: Event, row: Row) -> MoveReport:
    """Return an event as a move, worded as of the moment of the act."""
    shown = event.newest or event
    here = output.local_moment(env, shown.act.at)
    return MoveReport(shown.before, shown.after, shown.act, row["person_name"], here)


def build_event_key(event: Event, report: MoveReport, row: Row) -> object:
    """Return what the events of a series that fold have in common; the ID for one that does not."""
    if not row["series"] or report.punctuality.endswith(" late"):
        return event.after.id
    if event.kind in _DELIVERY_KINDS:
        return (row["series"], event.kind, messages.format_move_event(report))
    return (row["series"], event.kind, event.act.entry)


def build_folded_item(
    env: Env, members: Sequence[tuple[MoveReport, Row]]
) -> digest_page.DigestItem:
    """Return the same event of several promises as an item of the page."""
    (report, row), *others = members
    days = [digest_page.format_digest_day(move.act.at, env.here) for move, _ in members]
    until = days[-1] if days[-1] != days[0] else ""
    note = folding.format_folded_ids([one["id"] for _, one in others], until) if others else ""
    sentence = messages.format_move_event(report)
    return digest_page.build_event_item(row, report.act.at, sentence, env.here, note)
