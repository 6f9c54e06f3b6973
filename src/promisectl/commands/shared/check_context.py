"""A promise as the rules of well-made promises see it: its terms, and what stands around it in the ledger."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import output, workload
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Direction, Promise
from promisectl.domain.wellmade import check
from promisectl.domain.wellmade.check import Finding, Level
from promisectl.domain.wellmade.subject import Around, Subject, Words, lead
from promisectl.storage import queries, statistics

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Collection, Sequence
    from datetime import date
    from typing import Any, TypeVar

    from promisectl.commands.shared.output import Row
    from promisectl.domain.people import Person
    from promisectl.env import Env

    T = TypeVar("T")


class Target(NamedTuple):
    """What is checked, and the handle of the other side; None for myself, nobody, or somebody the ledger has not met."""

    subject: Subject
    person: str | None


def of(promise: Promise, row: Row, *, assumed: bool = False) -> Target:
    """A promise of the ledger: by the terms on the table if there are any, else by those in force. `row` is its record."""
    terms = (promise.offered or promise.current).terms
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
        rounds=promise.newest - 1,
        assumed=assumed,
        stale="stale" in (row["flags"] or ""),
    )
    return Target(subject, None if myself else row["person"])


def stored(db: sqlite3.Connection, row: Row) -> Target:
    """The promise of a record, with what was heard of the other side."""
    acts = [act for act in queries.acts_of(db, row["id"]) if not act["undone_by"]]
    return of(lifecycle.replay(row["id"], queries.said(db, row["id"])), row, assumed=_is_assumed(acts))


def _is_assumed(acts: Sequence[Row]) -> bool:
    """Whether offer and acceptance came in one command, and nothing was heard or noted of the other side since."""
    at_once = [act for act in acts if act["entry"] == acts[0]["entry"]]
    heard = any(act["by"] == "them" or act["act"] == "note" for act in acts if act not in at_once)
    return any(act["act"] == "accept" for act in at_once) and not heard


class Surroundings:
    """What stands around promises now. What is asked for a second time is remembered, so that many can be checked at once."""

    def __init__(self, env: Env, db: sqlite3.Connection) -> None:
        self._env = env
        self._db = db
        self._remembered: dict[object, Any] = {}
        wish = env.config.check
        self._ignored = wish.ignore
        self.words = Words(wish.effort, wish.hedges, wish.vague)

    def findings(self, target: Target, around: Around, ignore: Collection[str] = ()) -> list[Finding]:
        """What the rules have to say, but for those to ignore here or by the config."""
        return check.check(target.subject, around, ignore=(*ignore, *self._ignored), words=self.words)

    def around(self, target: Target) -> Around:
        """The same week and day, the same person, everybody else; of the record nothing."""
        env, subject = self._env, target.subject
        due = civil.local(subject.due.at, env.zone).date() if subject.due else None
        week = _others(self._week(workload.monday(due)), subject) if due else []
        return Around(
            env.now,
            env.zone,
            _named(week),
            self._once("usual", lambda: workload.usual(env, self._db)) if week else 0.0,
            _named([row for row in week if workload.day(env, row) == due]),
            _named(_others(self._with(target.person), subject)) if target.person else (),
            [name for one in self._people() if one.handle != target.person for name in (one.name, one.handle)],
        )

    def with_record(self, target: Target, around: Around) -> Around:
        """The same with what I kept so far, of promises to this person and of those with such a lead time."""
        clock, ahead = output.clock(self._env), lead(target.subject)
        kept_to = self._once("kept", lambda: statistics.kept_to(self._db, clock))
        with_lead = self._once(ahead, lambda: statistics.kept_within(self._db, clock, ahead.least, ahead.most)) if ahead else (0, 0)
        return around._replace(with_other=kept_to.get(target.person or "", (0, 0)), with_lead=with_lead)

    def _once(self, key: object, ask: Callable[[], T]) -> T:
        if key not in self._remembered:
            self._remembered[key] = ask()
        found: T = self._remembered[key]
        return found

    def _week(self, monday: date) -> list[Row]:
        return self._once(monday, lambda: workload.week_of(self._env, self._db, monday))

    def _with(self, person: str) -> list[Row]:
        return self._once(("with", person), lambda: queries.found(self._db, output.clock(self._env), open=True, person=person))

    def _people(self) -> list[Person]:
        return self._once("people", lambda: [one for one in queries.people(self._db) if one.known])


def _others(rows: Sequence[Row], subject: Subject) -> list[Row]:
    return [row for row in rows if row["id"] != subject.number]


def _named(rows: Sequence[Row]) -> list[tuple[int, str]]:
    return [(row["id"], row["outcome"]) for row in rows]


def hint(env: Env, db: sqlite3.Connection, promise: Promise, row: Row, *, asked: bool = False) -> str:
    """The first warning about a promise, for a person who looks; empty without one.

    `asked`: the risk has just been asked for, and the week shown.
    """
    target, surround = of(promise, row), Surroundings(env, db)
    found = surround.findings(target, surround.around(target), ("L12", "L14") if asked else ())
    return next((f"Check: {one.says} ({one.rule})" for one in found if one.level is Level.WARN), "")
