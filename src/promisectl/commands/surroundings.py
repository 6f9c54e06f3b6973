"""A promise as the rules of well-made promises see it: its terms, and what stands around it in the ledger."""

import sqlite3
from collections.abc import Collection, Sequence
from typing import NamedTuple

from promisectl import config
from promisectl.commands import load, viewing
from promisectl.commands.viewing import Row
from promisectl.domain import civil, lifecycle, wellmade
from promisectl.domain.promise import Direction, Promise
from promisectl.domain.wellmade import Around, Finding, Level, Subject
from promisectl.env import Env
from promisectl.storage import figures, reading


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
        rounds=len(promise.revisions) - 1,
        assumed=assumed,
        stale="stale" in (row["flags"] or ""),
    )
    return Target(subject, None if myself else row["person"])


def stored(db: sqlite3.Connection, row: Row) -> Target:
    """The promise of a record, with what was heard of the other side."""
    acts = [act for act in reading.acts_of(db, row["id"]) if not act["undone_by"]]
    return of(lifecycle.replay(row["id"], reading.said(db, row["id"])), row, assumed=_is_assumed(acts))


def _is_assumed(acts: Sequence[Row]) -> bool:
    """Whether offer and acceptance came in one command, and nothing was heard or noted of the other side since."""
    at_once = [act for act in acts if act["entry"] == acts[0]["entry"]]
    heard = any(act["by"] == "them" or act["act"] == "note" for act in acts if act not in at_once)
    return any(act["act"] == "accept" for act in at_once) and not heard


def findings(env: Env, target: Target, around: Around, ignore: Collection[str] = ()) -> list[Finding]:
    """What the rules have to say, but for those to ignore here or by the config."""
    wish = config.read(env).check
    words = wellmade.Words(wish.effort, wish.hedges, wish.vague)
    return wellmade.check(target.subject, around, ignore=(*ignore, *wish.ignore), words=words)


def around(env: Env, db: sqlite3.Connection, target: Target) -> Around:
    """What stands around a promise now: the same week and day, the same person, everybody else; of the record nothing."""
    subject = target.subject
    week = _others(load.week_of(env, db, subject.due.at), subject) if subject.due else []
    day = [row for row in week if subject.due and load.day(env, row) == civil.local(subject.due.at, env.zone).date()]
    alike = _others(reading.found(db, viewing.clock(env), open=True, person=target.person), subject) if target.person else []
    people = [name for one in reading.people(db) if one.known and one.handle != target.person for name in (one.name, one.handle)]
    usual = load.usual(env, db) if week else 0.0
    return Around(env.now, env.zone, _named(week), usual, _named(day), _named(alike), people)


def _others(rows: Sequence[Row], subject: Subject) -> list[Row]:
    return [row for row in rows if row["id"] != subject.number]


def _named(rows: Sequence[Row]) -> list[tuple[int, str]]:
    return [(row["id"], row["outcome"]) for row in rows]


def with_record(env: Env, db: sqlite3.Connection, target: Target, around: Around) -> Around:
    """The same with what I kept so far, of promises to this person and of those with such a lead time."""
    clock, lead = viewing.clock(env), wellmade.lead(target.subject)
    return around._replace(
        with_other=figures.kept(db, clock, person=target.person) if target.person else (0, 0),
        with_lead=figures.kept(db, clock, lead=(lead.least, lead.most)) if lead else (0, 0),
    )


def hint(env: Env, db: sqlite3.Connection, promise: Promise, row: Row, *, asked: bool = False) -> str:
    """The first warning about a promise, for a person who looks; empty without one.

    `asked`: the risk has just been asked for, and the week shown.
    """
    target = of(promise, row)
    found = findings(env, target, around(env, db, target), ("L12", "L14") if asked else ())
    return next((f"Check: {one.says} ({one.rule})" for one in found if one.level is Level.WARN), "")
