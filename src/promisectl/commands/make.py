"""The first move: make."""

import os
import sqlite3
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from promisectl import errors
from promisectl.commands import arguments, counterparty, saying, viewing
from promisectl.commands.saying import Answer, Besides, Reply
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Direction, Opening, Side, Terms, Verb
from promisectl.env import Env
from promisectl.records import fields
from promisectl.rendering import messages
from promisectl.rendering.messages import Told
from promisectl.storage import ledger
from promisectl.storage.journal import Journal


class _Draft(NamedTuple):
    """An offer or a request that is about to be made with each of several people."""

    direction: Direction
    author: Side
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
    names = _sides(env, to, from_, asked=asked, offered=offered, agreed=agreed, reply_by=bool(reply_by), named=bool(risk or no_to))
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
        terms,
        at,
        arguments.text("risk", risk),
        arguments.text("no-to", no_to),
        None if replaces is None else arguments.number(replaces),
        arguments.tags(tag),
    )
    others = counterparty.all_named(env, names, new=new)
    _record(env, draft, others, _reply(env, draft, others) if agreed else None)


def _reply(env: Env, draft: _Draft, others: Sequence[Person | Newcomer | None]) -> Reply:
    """What is said to it at once: Yes, as it is agreed already, unless whoever binds themselves with it thinks better of it when asked."""
    if draft.direction is not Direction.OWE or not env.may_ask:
        return Reply(risk=draft.risk, no_to=draft.no_to)
    from promisectl.commands import yes

    names = " and ".join(other.name for other in others if other)
    heading = f"You promise {names}: {messages.terms(draft.terms, viewing.here(env))}."
    return yes.put(env, draft.terms, draft.risk, draft.no_to, may_refuse=len(others) == 1, heading=heading, many=len(others))


def _record(env: Env, draft: _Draft, others: Sequence[Person | Newcomer | None], reply: Reply | None) -> None:
    """Write the promise down with each of `others`, None is myself, and what is replied to it at once."""
    if draft.replaces is not None and not ledger.exists(env.ledger):
        raise errors.NoPromise(draft.replaces)
    if reply and reply.verb is not Verb.ACCEPT:  # then it was they who asked
        draft = draft._replace(author=Side.PROMISEE)

    def work(db: sqlite3.Connection, journal: Journal) -> list[Answer]:
        if draft.replaces is not None:
            journal.promise(draft.replaces)
        return [_made(env, db, journal, draft, other, reply, alone=len(others) == 1) for other in others]

    saying.record(env, "make", work)


def _sides(
    env: Env, to: Sequence[str], from_: Sequence[str], *, asked: bool, offered: bool, agreed: bool, reply_by: bool, named: bool
) -> list[str]:
    """The people named, each once, if exactly one side is me."""
    counterparty.check_sides(env, to, from_)
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
    if (asked or offered or agreed or reply_by) and counterparty.is_me(env, *names):
        raise errors.Contradiction("A promise to yourself needs no other side: leave out --asked, --offered, --agreed and --reply-by.")
    if agreed and reply_by:
        raise errors.Contradiction("--agreed says that the answer was Yes, so there is none to wait for: leave out --reply-by.")
    if named and not agreed and (asked or from_):
        raise errors.Contradiction("--risk and --no-to belong to the Yes of the promisor. Give them with: accept.")
    return names


def _made(
    env: Env,
    db: sqlite3.Connection,
    journal: Journal,
    draft: _Draft,
    other: Person | Newcomer | None,
    reply: Reply | None,
    *,
    alone: bool,
) -> Answer:
    person = journal.meet(other) if isinstance(other, Newcomer) else other
    name, here = person.name if person else "", viewing.here(env)
    promise = journal.open(_first(env, draft, person, named=reply is None))
    line = messages.made(promise, name, here)
    if reply:
        before, act = promise, saying.act(env, promise, reply, draft.at)
        promise = journal.say(promise, act)
        agreed = reply.verb is Verb.ACCEPT
        line = messages.made(promise, name, here) if agreed else messages.line(Told(before, promise, act, name, here))
    row = viewing.row(env, db, promise.id)
    hint = saying.checked(env, db, promise, row, Besides(new=alone, asked=bool(reply and reply.asked)))
    met = [f"New in the ledger: {person.name} ({person.handle})."] if person and journal.just_met(person) else []
    return Answer(line, promise.id, fields.promise(row), [messages.next_step(promise, name), hint], met)


def _first(env: Env, draft: _Draft, person: Person | None, *, named: bool) -> Act:
    """The offer or the request; with the risk and the price where they are not `named` with the reply."""
    direction, author = (draft.direction, draft.author) if person else (Direction.SELF, Side.SELF)
    opening = Opening(_uid(), direction, person.id if person else None, draft.replaces, draft.tags)
    verb = Verb.REQUEST if author is Side.PROMISEE else Verb.OFFER
    first = Act(verb, author, draft.at, env.now, terms=draft.terms, opening=opening)
    return first._replace(risk=draft.risk, no_to=draft.no_to) if named else first


def _uid() -> str:
    """A random UUID (version 4 of RFC 9562); the module of that name takes longer to import than the rest of a move takes."""
    digits = bytearray(os.urandom(16))
    digits[6] = digits[6] & 0x0F | 0x40
    digits[8] = digits[8] & 0x3F | 0x80
    text = digits.hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
