"""Promises as the rules of well-made promises see them: the terms, and their context."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output, shown_rules, workload
from promisectl.domain import civil
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.domain.promise import Direction, Promise
from promisectl.domain.wellmade import check
from promisectl.domain.wellmade.rules import SERIES_CHECKED_PROMISES
from promisectl.domain.wellmade.subject import (
    CheckContext,
    ExtraPhrases,
    Subject,
    find_lead_time,
    is_too_much,
)
from promisectl.storage import queries, statistics
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from typing import Any, TypeVar

    from promisectl.domain.wellmade.check import RuleFinding
    from promisectl.env import Env
    from promisectl.records.fields import Row

    T = TypeVar("T")

_RECENT_PROMISES = 200
_RULES_ASKED_AT_YES = ("L12", "L14", "L15", "L21")  # the risk, the week and my record


class CheckTarget(NamedTuple):
    """A promise to check.

    `person` is the handle of the other side; None for myself, for nobody, and for somebody who is
    not in the ledger yet.
    """

    subject: Subject
    person: str | None


def build_check_target(promise: Promise, row: Row, *, assumed: bool = False) -> CheckTarget:
    """Return a promise of the ledger as a target of the check; `row` is its record.

    The terms that wait for an answer count, else the agreed ones. `assumed`: see
    `is_acceptance_assumed`.
    """
    revision = promise.offered_revision or promise.current_revision
    terms = revision.terms
    is_self = promise.direction is Direction.SELF
    subject = Subject(
        terms.outcome,
        promise.direction,
        promise.state,
        promise.accepted_at or promise.made_at,
        promise.id,
        None if is_self else row["person_name"],
        terms.due,
        done_when=terms.done_when,
        why=terms.why,
        reply_by=revision.reply_by,
        risk=promise.risk,
        no_to=promise.no_to,
        rounds=promise.newest_revision_number - 1,
        assumed=assumed,
        stale="stale" in (row["flags"] or ""),
        waits_for_me=promise.move == "me",
        series=promise.opening.series,
    )
    return CheckTarget(subject, None if is_self else row["person"])


def load_check_target(db: sqlite3.Connection, row: Row) -> CheckTarget:
    """Return the promise of a record as a target of the check."""
    number = row["id"]
    acts = [
        act for act in queries.fetch_act_rows(db, queries.ActQuery(number)) if not act["undone_by"]
    ]
    promise = queries.load_promise(db, number)
    return build_check_target(promise, row, assumed=is_acceptance_assumed(acts))


def is_acceptance_assumed(acts: Sequence[Row]) -> bool:
    """Whether a promise was entered as agreed, and the other side has not been heard since.

    `acts` are the rows of its live acts, the oldest first. A note also counts as hearing them.
    """
    first = [act for act in acts if act["entry"] == acts[0]["entry"]]
    later = [act for act in acts if act["entry"] != acts[0]["entry"]]
    is_heard = any(act["by"] == "them" or act["act"] == "note" for act in later)
    return any(act["act"] == "accept" for act in first) and not is_heard


class CheckContextLoader:
    """Loads the context of promises as of now, and checks them.

    It remembers what it has loaded, so that many promises can be checked at once. `words` are the
    phrases that the config adds to the rules.
    """

    def __init__(self, env: Env, db: sqlite3.Connection) -> None:
        self._env = env
        self._db = db
        self._loaded: dict[object, Any] = {}
        settings = env.config.check
        self._ignored = settings.ignore
        self.words = ExtraPhrases(
            settings.effort, settings.hedges, settings.vague, settings.people, settings.groups
        )

    def check_target(
        self, target: CheckTarget, context: CheckContext, ignore: Collection[str] = ()
    ) -> list[RuleFinding]:
        """Return what the rules find, except those to ignore here or by the config."""
        return check.check_promise(
            target.subject, context, ignore=(*ignore, *self._ignored), words=self.words
        )

    def load_context(self, target: CheckTarget) -> CheckContext:
        """Return the context of a promise, without what I kept so far."""
        env, db, subject, person = self._env, self._db, target.subject, target.person
        due = civil.local_time(subject.due.at, env.zone).date() if subject.due else None
        week: list[Row] = []
        if due:
            monday = workload.iso_week_monday(due)
            week = self._load_once(monday, lambda: workload.fetch_own_rows_of_week(env, db, monday))
        day = [row for row in week if workload.local_due_day(env, row) == due]
        alike: list[Row] = []
        if person:
            query = Query(output.build_clock(env), open=True, person=person)
            alike = self._load_once(("with", person), lambda: queries.fetch_promise_rows(db, query))
        their_week = workload.list_rows_of_week(env, alike, due) if due else []
        their_week = [row for row in their_week if row["id"] != subject.number]
        people = self._load_once("people", lambda: queries.load_people(db))
        others = [one for one in people if one.known and one.handle != person]
        series: list[Row] = []
        if subject.series:
            uid = subject.series
            series = self._load_once(uid, lambda: queries.fetch_series_states(db, uid))
        context = CheckContext(
            env.now,
            env.zone,
            _list_other_promises(week, subject),
            day=_list_other_promises(day, subject),
            alike=_list_other_promises(leave_out_later(alike, subject.series), subject),
            people=[name for other in others for name in (other.name, other.handle)],
            their_week=_list_other_promises(their_week, subject),
            their_open=sum(row["state"] == "proposed" for row in their_week),
            is_later=is_later_in_series(series, subject.number),
            series_bad=count_bad_promises(series),
        )
        if context.week:
            usual = self._load_once("usual", lambda: workload.median_weekly_deliveries(env, db))
            context = context._replace(usual=usual)
        if person and is_too_much(1 + len(their_week), 0):
            key = ("usual of", person)
            usual = self._load_once(key, lambda: workload.median_weekly_deliveries(env, db, person))
            context = context._replace(their_usual=usual)
        return context

    def add_kept_counts(self, target: CheckTarget, context: CheckContext) -> CheckContext:
        """Return the context with what I kept, to this person and with this lead time."""
        clock, lead = output.build_clock(self._env), find_lead_time(target.subject)
        by_person = self._load_once(
            "kept", lambda: statistics.count_kept_by_person(self._db, clock)
        )
        with_lead = (0, 0)
        if lead:
            with_lead = self._load_once(
                lead, lambda: statistics.count_kept_by_lead(self._db, clock, lead.least, lead.most)
            )
        with_other = by_person.get(target.person or "", (0, 0))
        return context._replace(with_other=with_other, with_lead=with_lead)

    def _load_once(self, key: object, load: Callable[[], T]) -> T:
        if key not in self._loaded:
            self._loaded[key] = load()
        value: T = self._loaded[key]
        return value


def _list_other_promises(rows: Sequence[Row], subject: Subject) -> list[tuple[int, str]]:
    return [(row["id"], row["outcome"]) for row in rows if row["id"] != subject.number]


def leave_out_later(rows: Sequence[Row], series: str | None) -> list[Row]:
    """Return the rows without those of a series, and of any other series only the first one."""
    firsts: dict[str, int] = {}
    for row in rows:
        if row["series"]:
            firsts.setdefault(row["series"], row["id"])
    firsts.pop(series or "", None)
    return [row for row in rows if not row["series"] or firsts.get(row["series"]) == row["id"]]


def is_later_in_series(series: Sequence[Row], number: int | None) -> bool:
    """Whether another promise of the series comes before this one, and is not delivered yet."""
    left = [row["id"] for row in series if row["state"] in UNDELIVERED_STATES]
    return number in left[1:]


def count_bad_promises(series: Sequence[Row]) -> tuple[int, int]:
    """Return how many of the last promises of a series that ended were late or broken."""
    ended = [row for row in series if row["state"] in ("kept", "reneged")]
    last = ended[-SERIES_CHECKED_PROMISES:]
    bad = [row for row in last if row["state"] == "reneged" or queries.is_late(row)]
    return len(bad), len(last)


def find_first_finding(
    env: Env,
    db: sqlite3.Connection,
    promise: Promise,
    row: Row,
    *,
    asked: bool = False,
    known: Collection[str] = (),
) -> RuleFinding | None:
    """Return the most useful finding about a promise that moved, None without one.

    What was shown today is left out, and so are the rules that are `known`. `asked`: the person was
    just asked about the risk, and saw the week and their record, so that is not repeated. Of my
    record, only recent promises to this person count: to read
    all of it takes too long while the ledger is locked.
    """
    target, loader = build_check_target(promise, row), CheckContextLoader(env, db)
    shown = shown_rules.list_rules_to_leave_out(env, promise.id)
    ignore = (*shown, *known, *(_RULES_ASKED_AT_YES if asked else ()))
    context = loader.load_context(target)
    if target.person and "L21" not in ignore and promise.direction is Direction.OWE:
        clock, oldest = output.build_clock(env), max(0, promise.id - _RECENT_PROMISES)
        kept = statistics.count_kept_lately(db, clock, target.person, oldest)
        context = context._replace(with_other=kept, is_recent=oldest > 0)
    findings = loader.check_target(target, context, ignore)
    return next(iter(check.sort_findings_after_move(target.subject, context, findings)), None)
