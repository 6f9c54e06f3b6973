"""The six moves: make, negotiate, accept, decline, complete, renege."""

import os
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from promisectl import errors
from promisectl.commands import arguments, counterparty, saying, viewing
from promisectl.commands.saying import Answer, Besides
from promisectl.domain import civil, lifecycle, people
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Cause, Direction, Opening, Promise, Side, State, Terms, Verb
from promisectl.env import Env
from promisectl.rendering import messages
from promisectl.storage import ledger, reading
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    from promisectl.commands import yes

_CAUSES = tuple(cause.value for cause in Cause)


_NEW = Besides(new=True)


class _Draft(NamedTuple):
    """A promise about to be made with each of several people."""

    direction: Direction
    author: Side
    agreed: bool
    terms: Terms
    at: datetime
    risk: str | None
    no_to: str | None
    replaces: int | None
    tags: tuple[str, ...]


def make(
    env: Env,
    outcome: str,
    *,
    to: Sequence[str] = (),
    from_: Sequence[str] = (),
    by: str | None = None,
    done_when: str | None = None,
    why: str | None = None,
    reply_by: str | None = None,
    asked: bool = False,
    offered: bool = False,
    agreed: bool = False,
    risk: str | None = None,
    no_to: str | None = None,
    said: str | None = None,
    backfill: bool = False,
    replaces: str | None = None,
    tag: Sequence[str] = (),
    new: bool = False,
) -> None:
    """Make a promise, as an offer, a request, or agreed already: one with each person named, in one command."""
    names = _sides(to, from_, asked=asked, offered=offered, agreed=agreed, reply_by=bool(reply_by), named=bool(risk or no_to))
    at = arguments.since(env, "--said", said)
    terms = Terms(
        arguments.outcome(outcome),
        arguments.due(env, "--by", by, said=at, backfill=backfill),
        arguments.text("done-when", done_when),
        arguments.text("why", why),
        arguments.due(env, "--reply-by", reply_by, said=at, backfill=backfill),
    )
    draft = _Draft(
        Direction.OWE if to else Direction.OWED,
        Side.PROMISEE if asked or (from_ and not offered) else Side.PROMISOR,
        agreed,
        terms,
        at,
        arguments.text("risk", risk),
        arguments.text("no-to", no_to),
        None if replaces is None else arguments.number(replaces),
        arguments.tags(tag),
    )
    others = counterparty.all_named(env, names, new=new)
    if not (draft.agreed and draft.direction is Direction.OWE and env.may_ask):
        _record(env, draft, others)
        return
    from promisectl.commands import yes

    answer = yes.put(env, draft.terms, draft.risk, draft.no_to, may_refuse=len(others) == 1)
    if answer.instead:  # it was no Yes after all, so what was asked is recorded, and then what is said instead
        number = _record(env, draft._replace(agreed=False, author=Side.PROMISEE, risk=None, no_to=None), others, None)
        answer.instead(str(number))
    else:
        _record(env, draft._replace(risk=answer.risk, no_to=answer.no_to), others, Besides(new=True, asked=True))


def _record(env: Env, draft: _Draft, others: Sequence[Person | Newcomer | None], besides: Besides | None = _NEW) -> int:
    """Write the promise down with each of `others`, None is myself, and return the number of the first. Without `besides`, no hints."""
    if draft.replaces is not None and not ledger.exists(env.ledger):
        raise errors.NoPromise(draft.replaces)

    def work(db: sqlite3.Connection) -> list[Answer]:
        journal = Journal(db, env.now, "make")
        if draft.replaces is not None:
            journal.promise(draft.replaces)
        made = [_made(env, db, journal, draft, other, besides if besides and len(others) == 1 else Besides()) for other in others]
        return made if besides else [answer._replace(hints=()) for answer in made]

    answers = ledger.write(env.ledger, work)
    for notice in (notice for one in answers for notice in one.notices):
        env.hint(notice)
    saying.answer(env, answers)
    return answers[0].number


def _sides(to: Sequence[str], from_: Sequence[str], *, asked: bool, offered: bool, agreed: bool, reply_by: bool, named: bool) -> list[str]:
    """The people named, each once, if exactly one side is me."""
    counterparty.check_sides(to, from_)
    names = list(dict.fromkeys([*to, *from_]))
    if not names:
        raise errors.NoSide
    arguments.at_most_one(asked=asked, offered=offered)
    if asked and from_:
        raise errors.Contradiction("--asked goes with --to: somebody asked you. With --from it is you who asks, unless --offered.")
    if offered and to:
        raise errors.Contradiction(
            "--offered goes with --from: somebody offered it to you. With --to it is you who offers, unless --asked."
        )
    if (asked or offered or agreed or reply_by) and any(map(people.is_me, names)):
        raise errors.Contradiction("A promise to yourself needs no other side: leave out --asked, --offered, --agreed and --reply-by.")
    if agreed and reply_by:
        raise errors.Contradiction("--agreed says that the answer was Yes, so there is none to wait for: leave out --reply-by.")
    if named and not agreed and (asked or from_):
        raise errors.Contradiction("--risk and --no-to belong to the Yes of the promisor. Give them with: accept.")
    return names


def _made(env: Env, db: sqlite3.Connection, journal: Journal, draft: _Draft, other: Person | Newcomer | None, besides: Besides) -> Answer:
    person = journal.meet(other) if isinstance(other, Newcomer) else other
    met = [f"New in the ledger: {person.name} ({person.handle})."] if person and journal.just_met(person) else []
    direction, author = (draft.direction, draft.author) if person else (Direction.SELF, Side.SELF)
    opening = Opening(_uid(), direction, person.id if person else None, draft.replaces, draft.tags)
    verb = Verb.REQUEST if author is Side.PROMISEE else Verb.OFFER
    first = Act(verb, author, draft.at, env.now, terms=draft.terms, opening=opening)
    if draft.agreed:
        promise = journal.open(first)
        second = Act(Verb.ACCEPT, lifecycle.speaker(promise, Verb.ACCEPT), draft.at, env.now)
        promise = journal.say(promise, second._replace(risk=draft.risk, no_to=draft.no_to))
    else:
        promise = journal.open(first._replace(risk=draft.risk, no_to=draft.no_to))
    name = person.name if person else ""
    line = messages.made(promise, name, viewing.here(env))
    row = reading.promise(db, viewing.clock(env), promise.id)
    return Answer(promise.id, line, [messages.next_step(promise, name), saying.checked(env, db, promise, row, besides)], row, met)


def _uid() -> str:
    """A random UUID (version 4 of RFC 9562); the module of that name takes longer to import than the rest of a move takes."""
    digits = bytearray(os.urandom(16))
    digits[6] = digits[6] & 0x0F | 0x40
    digits[8] = digits[8] & 0x3F | 0x80
    text = digits.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def negotiate(
    env: Env,
    id_: str,
    *,
    by: str | None = None,
    what: str | None = None,
    done_when: str | None = None,
    why: str | None = None,
    reply_by: str | None = None,
    reason: str | None = None,
    mine: bool = False,
    theirs: bool = False,
    on: str | None = None,
    backfill: bool = False,
) -> None:
    """Put new terms on the table: a counter to an offer, or an amendment beside the terms in force."""
    arguments.at_most_one(mine=mine, theirs=theirs)
    said = arguments.text("reason", reason)

    def act(promise: Promise) -> Act:
        side = _speaking(promise, Verb.NEGOTIATE, mine=mine, theirs=theirs)
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        base = (promise.offered or promise.current).terms
        new = arguments.changed(env, base, at, what=what, by=by, done_when=done_when, why=why, reply_by=reply_by, backfill=backfill)
        return Act(Verb.NEGOTIATE, side, at, env.now, terms=new, text=said)

    saying.move(env, "negotiate", [id_], act, Besides(foreseen=True, new=True))


def _speaking(promise: Promise, verb: Verb, *, mine: bool, theirs: bool) -> Side:
    """Who speaks: the side named, else the one that is taken to."""
    if mine:
        return lifecycle.my_side(promise.direction)
    return lifecycle.their_side(promise.direction) if theirs else lifecycle.speaker(promise, verb)


def accept(
    env: Env,
    ids: Sequence[str],
    *,
    rev: int | None = None,
    risk: str | None = None,
    no_to: str | None = None,
    on: str | None = None,
    note: str | None = None,
) -> None:
    """Say Yes to the terms on the table, or confirm a delivery; who binds themselves at a terminal is asked about risk and price first."""
    named_risk, price, said = arguments.text("risk", risk), arguments.text("no-to", no_to), arguments.text("note", note)
    arguments.since(env, "--on", on)
    answers = _asked(env, ids, named_risk, price, rev)
    for number, answer in answers.items():
        if answer.instead:
            answer.instead(str(number))
            return

    def act(promise: Promise) -> Act:
        answer = answers.get(promise.id)
        side = lifecycle.speaker(promise, Verb.ACCEPT)
        asked = (promise.offered or promise.current).number
        if promise.state is State.DELIVERED and (named_risk or price):
            raise errors.Contradiction("--risk and --no-to belong to the Yes to terms, and this confirms a delivery. Leave them out.")
        meant = answer.revision if answer else rev
        if meant not in (None, asked) and lifecycle.find(promise, Verb.ACCEPT, side):
            raise errors.StaleRevision(promise.id, meant or 0, _became_of(promise, meant), asked)
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        foreseen = (answer.risk, answer.no_to) if answer else (named_risk, price)
        return Act(Verb.ACCEPT, side, at, env.now, text=said, risk=foreseen[0], no_to=foreseen[1])

    saying.move(env, "accept", ids, act, Besides(new=len(ids) == 1, asked=bool(answers)))


def _asked(env: Env, ids: Sequence[str], risk: str | None, no_to: str | None, rev: int | None) -> "dict[int, yes.Answer]":
    """What a person says at the Yes that binds them; nothing where nobody can be asked."""
    numbers = arguments.ids(ids)
    if not env.may_ask:
        return {}
    from promisectl.commands import yes

    return yes.to_terms(env, numbers, risk, no_to, rev=rev)


def _became_of(promise: Promise, number: int | None) -> str:
    return next((revision.status.value for revision in promise.revisions if revision.number == number), "")


def decline(env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """Say No to the terms on the table, or that a delivery is not what was promised."""
    plain(env, Verb.DECLINE, ids, reason=reason, on=on)


def plain(env: Env, verb: Verb, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """A move that needs no more than who, when and why."""
    said = arguments.text("reason", reason)

    def act(promise: Promise) -> Act:
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        return Act(verb, lifecycle.speaker(promise, verb), at, env.now, text=said)

    saying.move(env, verb.value, ids, act)


def complete(
    env: Env,
    ids: Sequence[str],
    *,
    confirmed: bool = False,
    reported: bool = False,
    partial: str | None = None,
    on: str | None = None,
    note: str | None = None,
) -> None:
    """Say that it is done: the promisor's claim, or the promisee's judgement."""
    arguments.at_most_one(confirmed=confirmed, reported=reported, partial=partial)
    arguments.at_most_one(partial=partial, note=note)
    part, said = arguments.text("partial", partial), arguments.text("note", note)

    def act(promise: Promise) -> Act:
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        if part:
            return Act(Verb.PARTIAL, lifecycle.speaker(promise, Verb.PARTIAL), at, env.now, text=part)
        side = lifecycle.speaker(promise, Verb.COMPLETE)
        if promise.direction is not Direction.SELF:
            side = Side.PROMISEE if confirmed else Side.PROMISOR if reported else side
        if promise.state is State.DELIVERED and side is Side.PROMISOR:
            raise errors.AlreadyReported(promise.id, _day(env, promise), lifecycle.open_verbs(promise))
        return Act(Verb.COMPLETE, side, at, env.now, text=said)

    saying.move(env, "complete", ids, act)


def _day(env: Env, promise: Promise) -> str:
    at = promise.delivered_at or promise.moved_at
    return civil.show(str(civil.local(at, env.zone).date())).partition(",")[0]


def renege(
    env: Env,
    ids: Sequence[str],
    *,
    reason: str | None = None,
    told: str | None = None,
    not_told: bool = False,
    silent: bool = False,
    cause: str | None = None,
    repair: str | None = None,
    on: str | None = None,
) -> None:
    """Break a promise, with notice or without."""
    arguments.at_most_one(told=told, not_told=not_told, silent=silent)
    why, mended = arguments.text("reason", reason), arguments.text("repair", repair)
    known = arguments.choice("--cause", cause, _CAUSES)

    def act(promise: Promise) -> Act:
        _check_telling(promise, told=bool(told), not_told=not_told, silent=silent)
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        side = Side.PROMISEE if silent else lifecycle.speaker(promise, Verb.RENEGE)
        untold = not_told or silent or side is Side.SELF
        told_at = None if untold else arguments.since(env, "--told", told, after=promise.made_at)
        return Act(Verb.RENEGE, side, at, env.now, text=why, told_at=told_at, cause=known, repair=mended)

    saying.move(env, "renege", ids, act, Besides(foreseen=True))


def _check_telling(promise: Promise, *, told: bool, not_told: bool, silent: bool) -> None:
    direction = promise.direction
    if direction is Direction.SELF and (told or not_told or silent):
        raise errors.Contradiction(
            f"#{promise.id} is a promise to yourself, so there is nobody to tell. Leave out --told, --not-told and --silent."
        )
    if direction is Direction.OWE and silent:
        raise errors.Contradiction(
            f"--silent is for what is owed to you, and #{promise.id} is yours. If you have not told them: --not-told."
        )
    if direction is Direction.OWED and not_told:
        raise errors.Contradiction(f"--not-told is for what you owe. If #{promise.id} was broken without a word to you: --silent.")
