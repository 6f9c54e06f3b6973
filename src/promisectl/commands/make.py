"""The first move: make."""

from __future__ import annotations

import os

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, counterparty, output, recorder
from promisectl.commands.shared.recorder import Answer, Besides, Reply
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Direction, Opening, Side, Terms, Verb
from promisectl.rendering import messages
from promisectl.rendering.messages import Told

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from datetime import datetime

    from promisectl.env import Env
    from promisectl.storage.journal import Journal

_STDIN = "-"


class Wanted(NamedTuple):
    """A promise to be made, in the words that it was asked for in; `place` says where they stood, if there are several."""

    outcome: str
    to: Sequence[str] = ()
    from_: Sequence[str] = ()
    by: str | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: str | None = None
    asked: bool = False
    offered: bool = False
    agreed: bool = False
    risk: str | None = None
    no_to: str | None = None
    said: str | None = None
    backfill: bool = False
    replaces: str | None = None
    tag: Sequence[str] = ()
    new: bool = False
    place: str = ""


class _Draft(NamedTuple):
    """An offer or a request that is about to be made with each of `others`, None is myself, and what is replied to it at once."""

    direction: Direction
    author: Side
    terms: Terms
    at: datetime
    risk: str | None
    no_to: str | None
    replaces: int | None
    tags: tuple[str, ...]
    others: Sequence[Person | Newcomer | None]
    reply: Reply | None = None
    place: str = ""


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
    """Make a promise, as an offer, a request, or agreed already: one with each person named, in one command.

    With the outcome `-`, make those that come in on stdin as JSON, all of them or none.
    """
    wanted = Wanted(
        outcome=outcome,
        to=to,
        from_=from_,
        by=by,
        done_when=done_when,
        why=why,
        reply_by=reply_by,
        asked=asked,
        offered=offered,
        agreed=agreed,
        risk=risk,
        no_to=no_to,
        said=said,
        backfill=backfill,
        replaces=replaces,
        tag=tag,
        new=new,
    )
    if outcome == _STDIN:
        from promisectl.commands import make_json

        _check_alone(env, wanted)
        all_wanted = make_json.read(env)
        env.once = env.once and env.once.about(repr(all_wanted))
        _make(env, all_wanted)
    else:
        _make(env, [wanted])


def _check_alone(env: Env, wanted: Wanted) -> None:
    """With `-` every promise brings its own words along, as JSON."""
    given = [f"--{name.strip('_').replace('_', '-')}" for name, value in wanted._asdict().items() if value and name != "outcome"]
    if not env.as_json:
        raise errors.Contradiction("“-” is for promises that come in on stdin as JSON: add --json. In words: make “…” --to dana.")
    if given:
        raise errors.Contradiction(f"With “-” each promise says for itself what it needs: leave out {' and '.join(given)}.")


def _make(env: Env, wanted: Sequence[Wanted]) -> None:
    """Make every promise that is wanted, in one command."""
    met, drafts = counterparty.everybody(env), list[_Draft]()
    for one in wanted:
        with errors.at(one.place):
            drafts.append(_drafted(env, one, met))
    _record(env, drafts)


def _drafted(env: Env, wanted: Wanted, met: list[Person]) -> _Draft:
    """What is wanted, its words read; whoever is new in it is known afterwards."""
    names = _sides(env, wanted)
    at = arguments.since(env, "--said", wanted.said)
    terms = Terms(
        arguments.outcome(wanted.outcome),
        arguments.due(env, "--by", wanted.by, said=at, backfill=wanted.backfill),
        arguments.text("done-when", wanted.done_when),
        arguments.text("why", wanted.why),
        arguments.due(env, "--reply-by", wanted.reply_by, said=at, backfill=wanted.backfill),
    )
    draft = _Draft(
        Direction.OWE if wanted.to else Direction.OWED,
        Side.PROMISEE if wanted.asked or (wanted.from_ and not wanted.offered) else Side.PROMISOR,
        terms,
        at,
        arguments.text("risk", wanted.risk),
        arguments.text("no-to", wanted.no_to),
        None if wanted.replaces is None else arguments.number(wanted.replaces),
        arguments.tags(wanted.tag),
        counterparty.all_named(env, names, met, new=wanted.new),
        place=wanted.place,
    )
    return _answered(env, draft) if wanted.agreed else draft


def _answered(env: Env, draft: _Draft) -> _Draft:
    """The draft with what is replied to it at once."""
    reply = _reply(env, draft)
    author = draft.author if reply.verb is Verb.ACCEPT else Side.PROMISEE  # else it was they who asked
    return draft._replace(reply=reply, author=author)


def _reply(env: Env, draft: _Draft) -> Reply:
    """What is said to it at once: Yes, as it is agreed already, unless whoever binds themselves with it thinks better of it when asked."""
    if draft.direction is not Direction.OWE or not env.may_ask:
        return Reply(risk=draft.risk, no_to=draft.no_to)
    from promisectl.commands.shared import consent

    names = " and ".join(other.name for other in draft.others if other)
    heading = f"You promise {names}: {messages.terms(draft.terms, output.here(env))}."
    return consent.put(
        env, draft.terms, draft.risk, draft.no_to, may_refuse=len(draft.others) == 1, heading=heading, many=len(draft.others)
    )


def _record(env: Env, drafts: Sequence[_Draft]) -> None:
    """Write the promises down, all of them or none."""
    alone = sum(len(draft.others) for draft in drafts) == 1

    def work(db: sqlite3.Connection, journal: Journal) -> list[Answer]:
        return [answer for draft in drafts for answer in _each(env, db, journal, draft, alone=alone)]

    recorder.record(env, "make", work, checks=True)


def _each(env: Env, db: sqlite3.Connection, journal: Journal, draft: _Draft, *, alone: bool) -> list[Answer]:
    with errors.at(draft.place):
        if draft.replaces is not None:
            journal.promise(draft.replaces)
        return [_made(env, db, journal, draft, other, alone=alone) for other in draft.others]


def _sides(env: Env, wanted: Wanted) -> list[str]:
    """The people named, each once, if exactly one side is me."""
    to, from_, asked, offered, agreed = wanted.to, wanted.from_, wanted.asked, wanted.offered, wanted.agreed
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
    if (asked or offered or agreed or wanted.reply_by) and counterparty.is_me(env, *names):
        raise errors.Contradiction("A promise to yourself needs no other side: leave out --asked, --offered, --agreed and --reply-by.")
    if agreed and wanted.reply_by:
        raise errors.Contradiction("--agreed says that the answer was Yes, so there is none to wait for: leave out --reply-by.")
    if (wanted.risk or wanted.no_to) and not agreed and (asked or from_):
        raise errors.Contradiction("--risk and --no-to belong to the Yes of the promisor. Give them with: accept.")
    return names


def _made(
    env: Env,
    db: sqlite3.Connection,
    journal: Journal,
    draft: _Draft,
    other: Person | Newcomer | None,
    *,
    alone: bool,
) -> Answer:
    reply = draft.reply
    person = journal.meet(other) if isinstance(other, Newcomer) else other
    name, here = person.name if person else "", output.here(env)
    promise = journal.open(_first(env, draft, person, named=reply is None))
    line = messages.made(promise, name, here)
    if reply:
        before, act = promise, recorder.act(env, promise, reply, draft.at)
        promise = journal.say(promise, act)
        agreed = reply.verb is Verb.ACCEPT
        line = messages.made(promise, name, here) if agreed else messages.line(Told(before, promise, act, name, here))
    besides = Besides(new=alone, asked=bool(reply and reply.asked))
    hints = [messages.next_step(promise, name), recorder.checked(env, db, promise, besides)] if alone else ()
    met = [f"New in the ledger: {person.name} ({person.handle})."] if person and journal.just_met(person) else []
    return Answer(line, promise.id, recorder.record_of(env, db, promise.id), hints, met)


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
