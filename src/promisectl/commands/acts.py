"""What the two sides say to each other: negotiate, accept, decline, complete, renege, withdraw, release, reopen, bump, told."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, recorder
from promisectl.commands.shared.recorder import Besides, Reply
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Act, Cause, Direction, Promise, Revision, Side, State, Terms, Verb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from promisectl.env import Env

_CAUSES = tuple(cause.value for cause in Cause)


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
    words = {"outcome": what, "due": by, "done_when": done_when, "why": why, "reply_by": reply_by}
    arguments.check_ahead(env, words, on)

    def reworded(terms: Terms, at: datetime) -> Terms:
        return arguments.changed(env, terms, at, words, backfill=backfill)

    reword(env, Verb.NEGOTIATE, id_, reworded, reason=arguments.text("reason", reason), mine=mine, theirs=theirs, on=on)


def reword(
    env: Env,
    verb: Verb,
    id_: str,
    reworded: Callable[[Terms, datetime], Terms],
    *,
    reason: str | None = None,
    mine: bool = False,
    theirs: bool = False,
    on: str | None = None,
    seen: Revision | None = None,
) -> None:
    """Negotiate, or correct: say what `reworded` makes of the terms at that moment.

    `seen` is the revision that was shown to a person before. Raises TermsChanged when another stands there by then.
    """

    def act(promise: Promise) -> Act:
        base = lifecycle.base(promise, verb)
        if seen not in (None, base):
            raise errors.TermsChanged(promise.id)
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        side = speaking(promise, verb, mine=mine, theirs=theirs)
        return Act(verb, side, at, env.now, terms=reworded(base.terms, at), text=reason)

    new = verb is Verb.NEGOTIATE
    recorder.move(env, verb.value, [id_], act, Besides(foreseen=new, new=new))


def speaking(promise: Promise, verb: Verb, *, mine: bool, theirs: bool) -> Side:
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
    reply = Reply(risk=arguments.text("risk", risk), no_to=arguments.text("no-to", no_to), revision=rev)
    note, numbers = arguments.text("note", note), arguments.ids(ids)
    arguments.check_ahead(env, on=on)
    asked = _asked(env, numbers, reply)
    replies = {number: asked.get(number, reply) for number in numbers}
    consent = {number: one._replace(reason=note) for number, one in replies.items() if one.verb is Verb.ACCEPT}
    besides = Besides(new=len(numbers) == 1, asked=any(one.asked for one in asked.values()), note=None if consent else note)
    answer(env, {**replies, **consent}, besides, on=on)


def answer(env: Env, replies: Mapping[int, Reply], besides: Besides, *, on: str | None = None) -> None:
    """Say a reply to the terms of each promise, by its number, all of them or none."""

    def act(promise: Promise) -> Act:
        reply = replies[promise.id]
        if promise.state is State.DELIVERED and (reply.risk or reply.no_to):
            raise errors.Contradiction("--risk and --no-to belong to the Yes to terms, and this confirms a delivery. Leave them out.")
        _check_revision(promise, reply.revision)
        return recorder.act(env, promise, reply, arguments.since(env, "--on", on, after=promise.moved_at))

    verbs = {reply.verb for reply in replies.values()}
    command = verbs.pop() if len(verbs) == 1 else Verb.ACCEPT
    recorder.move(env, command.value, list(map(str, replies)), act, besides)


def _asked(env: Env, numbers: Sequence[int], reply: Reply) -> dict[int, Reply]:
    """What a person says at the Yes that binds them, beyond what the options say; nothing where nobody can be asked."""
    if not env.may_ask:
        return {}
    from promisectl.commands.shared import consent

    return consent.to_terms(env, numbers, reply)


def _check_revision(promise: Promise, meant: int | None) -> None:
    """Refuse an answer to terms that are not on the table any more."""
    asked = (promise.offered or promise.current).number
    if meant not in (None, asked) and lifecycle.find(promise, Verb.ACCEPT, lifecycle.speaker(promise, Verb.ACCEPT)):
        raise errors.StaleRevision(promise.id, meant or 0, _became_of(promise, meant), asked)


def _became_of(promise: Promise, number: int | None) -> str:
    return next((revision.status.value for revision in promise.revisions if revision.number == number), "")


def decline(env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """Say No to the terms on the table, or that a delivery is not what was promised."""
    plain(env, Verb.DECLINE, ids, reason=reason, on=on)


def plain(env: Env, verb: Verb, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """A move that needs no more than who, when and why."""
    said = arguments.text("reason", reason)
    arguments.check_ahead(env, on=on)

    def act(promise: Promise) -> Act:
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        return Act(verb, lifecycle.speaker(promise, verb), at, env.now, text=said)

    recorder.move(env, verb.value, ids, act)


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
    arguments.check_ahead(env, on=on)

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

    recorder.move(env, "complete", ids, act)


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
    arguments.check_ahead(env, on=on)
    arguments.since(env, "--told", told)

    def act(promise: Promise) -> Act:
        _check_telling(promise, told=bool(told), not_told=not_told, silent=silent)
        at = arguments.since(env, "--on", on, after=promise.moved_at)
        side = Side.PROMISEE if silent else lifecycle.speaker(promise, Verb.RENEGE)
        untold = not_told or silent or side is Side.SELF
        told_at = None if untold else arguments.since(env, "--told", told, after=promise.made_at)
        return Act(Verb.RENEGE, side, at, env.now, text=why, told_at=told_at, cause=known, repair=mended)

    recorder.move(env, "renege", ids, act, Besides(foreseen=True))


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


def withdraw(env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """Take an offer, a request or new terms back."""
    plain(env, Verb.WITHDRAW, ids, reason=reason, on=on)


def release(env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None) -> None:
    """The promisee lets the promisor off."""
    plain(env, Verb.RELEASE, ids, reason=reason, on=on)


def reopen(env: Env, id_: str, *, reason: str | None = None, on: str | None = None) -> None:
    """A delivery is taken back, or what was judged kept turns out not to be done."""
    plain(env, Verb.REOPEN, [id_], reason=reason, on=on)


def bump(env: Env, id_: str, text: str, *, theirs: bool = False, on: str | None = None) -> None:
    """Give word of trouble early, or send a reminder; the state stays."""
    said = arguments.text("text", text)
    arguments.check_ahead(env, on=on)

    def act(promise: Promise) -> Act:
        side = lifecycle.their_side(promise.direction) if theirs else lifecycle.speaker(promise, Verb.BUMP)
        return Act(Verb.BUMP, side, arguments.since(env, "--on", on, after=promise.made_at), env.now, text=said)

    recorder.move(env, "bump", [id_], act, Besides(foreseen=True))


def told(env: Env, id_: str, *, on: str | None = None) -> None:
    """The other side has been told that the promise is broken."""
    arguments.check_ahead(env, on=on)

    def act(promise: Promise) -> Act:
        at = arguments.since(env, "--on", on, after=promise.made_at)
        return Act(Verb.TOLD, lifecycle.speaker(promise, Verb.TOLD), at, env.now, told_at=at)

    recorder.move(env, "told", [id_], act)
