"""A promise as the rules of well-made promises see it: its terms, and what stands around it in the ledger."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output, workload
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Direction, Promise
from promisectl.domain.wellmade import check
from promisectl.domain.wellmade.check import RuleFinding, RuleLevel
from promisectl.domain.wellmade.subject import CheckContext, ExtraPhrases, Subject, find_lead_time
from promisectl.storage import queries, statistics
from promisectl.storage.queries import Query

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from datetime import date
    from typing import Any, TypeVar

    from promisectl.commands.shared.output import Row
    from promisectl.domain.people import Person
    from promisectl.env import Env

    T = TypeVar("T")


class CheckTarget(NamedTuple):
    """What is checked, and the handle of the other side; None for myself, nobody, or somebody the ledger has not met."""

    subject: Subject
    person: str | None


def build_check_target(promise: Promise, row: Row, *, assumed: bool = False) -> CheckTarget:
    """A promise of the ledger: by the terms on the table if there are any, else by those in force. `row` is its record."""
    terms = (promise.offered_revision or promise.current_revision).terms
    myself = promise.direction is Direction.SELF
    subject = Subject(
        terms.outcome,
        promise.direction,
        promise.state,
        promise.accepted_at or promise.made_at,
        promise.id,
        None if myself else row["person_name"],
        terms.due,
        done_when=terms.done_when,
        why=terms.why,
        reply_by=terms.reply_by,
        risk=promise.risk,
        no_to=promise.no_to,
        rounds=promise.newest_revision_number - 1,
        assumed=assumed,
        stale="stale" in (row["flags"] or ""),
    )
    return CheckTarget(subject, None if myself else row["person"])


def load_check_target(db: sqlite3.Connection, row: Row) -> CheckTarget:
    """The promise of a record, with what was heard of the other side."""
    acts = [act for act in queries.fetch_promise_act_rows(db, row["id"]) if not act["undone_by"]]
    return build_check_target(
        lifecycle.replay_acts(row["id"], queries.load_promise_acts(db, row["id"])),
        row,
        assumed=_is_assumed(acts),
    )


def _is_assumed(acts: Sequence[Row]) -> bool:
    """Whether offer and acceptance came in one command, and nothing was heard or noted of the other side since."""
    at_once = [act for act in acts if act["entry"] == acts[0]["entry"]]
    heard = any(act["by"] == "them" or act["act"] == "note" for act in acts if act not in at_once)
    return any(act["act"] == "accept" for act in at_once) and not heard


class CheckContextLoader:
    """What stands around promises now. What is asked for a second time is remembered, so that many can be checked at once."""

    def __init__(self, env: Env, db: sqlite3.Connection) -> None:
        self._env = env
        self._db = db
        self._remembered: dict[object, Any] = {}
        wish = env.config.check
        self._ignored = wish.ignore
        self.words = ExtraPhrases(wish.effort, wish.hedges, wish.vague)

    def check_target(
        self, target: CheckTarget, around: CheckContext, ignore: Collection[str] = ()
    ) -> list[RuleFinding]:
        """What the rules have to say, but for those to ignore here or by the config."""
        return check.check_promise(
            target.subject, around, ignore=(*ignore, *self._ignored), words=self.words
        )

    def load_context(self, target: CheckTarget) -> CheckContext:
        """The same week and day, the same person, everybody else; of the record nothing."""
        env, subject = self._env, target.subject
        due = civil.local_time(subject.due.at, env.zone).date() if subject.due else None
        week = (
            _exclude_subject(self._load_week(workload.iso_week_monday(due)), subject) if due else []
        )
        return CheckContext(
            env.now,
            env.zone,
            _pair_with_outcome(week),
            self._load_once("usual", lambda: workload.median_weekly_deliveries(env, self._db))
            if week
            else 0.0,
            _pair_with_outcome([row for row in week if workload.local_due_day(env, row) == due]),
            _pair_with_outcome(_exclude_subject(self._load_open_with(target.person), subject))
            if target.person
            else (),
            [
                name
                for one in self._load_known_people()
                if one.handle != target.person
                for name in (one.name, one.handle)
            ],
        )

    def add_kept_counts(self, target: CheckTarget, around: CheckContext) -> CheckContext:
        """The same with what I kept so far, of promises to this person and of those with such a lead time."""
        clock, ahead = output.build_clock(self._env), find_lead_time(target.subject)
        kept_to = self._load_once("kept", lambda: statistics.count_kept_by_person(self._db, clock))
        with_lead = (
            self._load_once(
                ahead,
                lambda: statistics.count_kept_by_lead(self._db, clock, ahead.least, ahead.most),
            )
            if ahead
            else (0, 0)
        )
        return around._replace(
            with_other=kept_to.get(target.person or "", (0, 0)), with_lead=with_lead
        )

    def _load_once(self, key: object, ask: Callable[[], T]) -> T:
        if key not in self._remembered:
            self._remembered[key] = ask()
        found: T = self._remembered[key]
        return found

    def _load_week(self, monday: date) -> list[Row]:
        return self._load_once(
            monday, lambda: workload.fetch_own_rows_of_week(self._env, self._db, monday)
        )

    def _load_open_with(self, person: str) -> list[Row]:
        return self._load_once(
            ("with", person),
            lambda: queries.fetch_promise_rows(
                self._db, Query(output.build_clock(self._env), open=True, person=person)
            ),
        )

    def _load_known_people(self) -> list[Person]:
        return self._load_once(
            "people", lambda: [one for one in queries.load_people(self._db) if one.known]
        )


def _exclude_subject(rows: Sequence[Row], subject: Subject) -> list[Row]:
    return [row for row in rows if row["id"] != subject.number]


def _pair_with_outcome(rows: Sequence[Row]) -> list[tuple[int, str]]:
    return [(row["id"], row["outcome"]) for row in rows]


def format_first_warning(
    env: Env, db: sqlite3.Connection, promise: Promise, row: Row, *, asked: bool = False
) -> str:
    """The first warning about a promise, for a person who looks; empty without one.

    `asked`: the risk has just been asked for, and the week shown.
    """
    target, surround = build_check_target(promise, row), CheckContextLoader(env, db)
    found = surround.check_target(
        target, surround.load_context(target), ("L12", "L14") if asked else ()
    )
    return next(
        (f"Check: {one.says} ({one.rule})" for one in found if one.level is RuleLevel.WARN), ""
    )
