"""What the two sides say to each other: negotiate, accept, decline, complete, renege, withdraw, release, reopen, bump, told."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, recorder
from promisectl.commands.shared.recorder import AnswerExtras, Reply
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import (
    Act,
    Cause,
    Direction,
    Promise,
    Revision,
    Side,
    State,
    Terms,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from promisectl.env import Env

_CAUSE_WORDS = tuple(cause.value for cause in Cause)


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
    arguments.ensure_at_most_one(mine=mine, theirs=theirs)
    words = {"outcome": what, "due": by, "done_when": done_when, "why": why, "reply_by": reply_by}
    arguments.check_words_before_lock(env, words, on)

    def change_terms(terms: Terms, at: datetime) -> Terms:
        return arguments.replace_terms_fields(env, terms, at, words, backfill=backfill)

    record_new_terms(
        env,
        Verb.NEGOTIATE,
        id_,
        change_terms,
        reason=arguments.check_text("reason", reason),
        mine=mine,
        theirs=theirs,
        on=on,
    )


def record_new_terms(
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

    def build_act(promise: Promise) -> Act:
        base = lifecycle.find_base_revision(promise, verb)
        if seen not in (None, base):
            raise errors.TermsChanged(promise.id)
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        side = resolve_acting_side(promise, verb, mine=mine, theirs=theirs)
        return Act(verb, side, at, env.now, terms=reworded(base.terms, at), text=reason)

    new = verb is Verb.NEGOTIATE
    recorder.record_move(env, verb.value, [id_], build_act, AnswerExtras(foreseen=new, new=new))


def resolve_acting_side(promise: Promise, verb: Verb, *, mine: bool, theirs: bool) -> Side:
    """Who speaks: the side named, else the one that is taken to."""
    if mine:
        return promise.direction.my_side
    return promise.direction.their_side if theirs else lifecycle.infer_speaker(promise, verb)


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
    reply = Reply(
        risk=arguments.check_text("risk", risk),
        no_to=arguments.check_text("no-to", no_to),
        revision=rev,
    )
    note, numbers = arguments.check_text("note", note), arguments.parse_promise_numbers(ids)
    arguments.check_words_before_lock(env, on=on)
    asked = _ask_binding_replies(env, numbers, reply)
    replies = {number: asked.get(number, reply) for number in numbers}
    consent = {
        number: one._replace(reason=note)
        for number, one in replies.items()
        if one.verb is Verb.ACCEPT
    }
    besides = AnswerExtras(
        new=len(numbers) == 1,
        asked=any(one.asked for one in asked.values()),
        note=None if consent else note,
    )
    record_replies(env, {**replies, **consent}, besides, on=on)


def record_replies(
    env: Env, replies: Mapping[int, Reply], besides: AnswerExtras, *, on: str | None = None
) -> None:
    """Say a reply to the terms of each promise, by its number, all of them or none."""

    def build_act(promise: Promise) -> Act:
        reply = replies[promise.id]
        if promise.state is State.DELIVERED and (reply.risk or reply.no_to):
            raise errors.Contradiction(
                "--risk and --no-to belong to the Yes to terms, and this confirms a delivery. Leave them out."
            )
        _check_meant_revision(promise, reply.revision)
        return recorder.build_reply_act(
            env,
            promise,
            reply,
            arguments.parse_event_moment(env, "--on", on, after=promise.moved_at),
        )

    verbs = {reply.verb for reply in replies.values()}
    command = verbs.pop() if len(verbs) == 1 else Verb.ACCEPT
    recorder.record_move(env, command.value, list(map(str, replies)), build_act, besides)


def _ask_binding_replies(env: Env, numbers: Sequence[int], reply: Reply) -> dict[int, Reply]:
    """What a person says at the Yes that binds them, beyond what the options say; nothing where nobody can be asked."""
    if not env.may_ask:
        return {}
    from promisectl.commands.shared import consent

    return consent.ask_replies_to_terms(env, numbers, reply)


def _check_meant_revision(promise: Promise, meant: int | None) -> None:
    """Refuse an answer to terms that are not on the table any more."""
    asked = (promise.offered_revision or promise.current_revision).number
    if meant not in (None, asked) and lifecycle.find_transition(
        promise, Verb.ACCEPT, lifecycle.infer_speaker(promise, Verb.ACCEPT)
    ):
        raise errors.StaleRevision(
            promise.id, meant or 0, _find_revision_status(promise, meant), asked
        )


def _find_revision_status(promise: Promise, number: int | None) -> str:
    return next(
        (revision.status.value for revision in promise.revisions if revision.number == number), ""
    )


def decline(
    env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None
) -> None:
    """Say No to the terms on the table, or that a delivery is not what was promised."""
    record_plain_move(env, Verb.DECLINE, ids, reason=reason, on=on)


def record_plain_move(
    env: Env, verb: Verb, ids: Sequence[str], *, reason: str | None = None, on: str | None = None
) -> None:
    """A move that needs no more than who, when and why."""
    said = arguments.check_text("reason", reason)
    arguments.check_words_before_lock(env, on=on)

    def build_act(promise: Promise) -> Act:
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        return Act(verb, lifecycle.infer_speaker(promise, verb), at, env.now, text=said)

    recorder.record_move(env, verb.value, ids, build_act)


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
    arguments.ensure_at_most_one(confirmed=confirmed, reported=reported, partial=partial)
    arguments.ensure_at_most_one(partial=partial, note=note)
    part, said = arguments.check_text("partial", partial), arguments.check_text("note", note)
    arguments.check_words_before_lock(env, on=on)

    def build_act(promise: Promise) -> Act:
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        if part:
            return Act(
                Verb.PARTIAL, lifecycle.infer_speaker(promise, Verb.PARTIAL), at, env.now, text=part
            )
        side = lifecycle.infer_speaker(promise, Verb.COMPLETE)
        if promise.direction is not Direction.SELF:
            side = Side.PROMISEE if confirmed else Side.PROMISOR if reported else side
        if promise.state is State.DELIVERED and side is Side.PROMISOR:
            raise errors.AlreadyReported(
                promise.id, _format_delivery_day(env, promise), lifecycle.list_open_verbs(promise)
            )
        return Act(Verb.COMPLETE, side, at, env.now, text=said)

    recorder.record_move(env, "complete", ids, build_act)


def _format_delivery_day(env: Env, promise: Promise) -> str:
    at = promise.delivered_at or promise.moved_at
    return civil.format_civil(str(civil.local_time(at, env.zone).date())).partition(",")[0]


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
    arguments.ensure_at_most_one(told=told, not_told=not_told, silent=silent)
    why, mended = arguments.check_text("reason", reason), arguments.check_text("repair", repair)
    known = arguments.check_choice("--cause", cause, _CAUSE_WORDS)
    arguments.check_words_before_lock(env, on=on)
    arguments.parse_event_moment(env, "--told", told)

    def build_act(promise: Promise) -> Act:
        _check_notice_options(promise, told=bool(told), not_told=not_told, silent=silent)
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        side = Side.PROMISEE if silent else lifecycle.infer_speaker(promise, Verb.RENEGE)
        untold = not_told or silent or side is Side.SELF
        told_at = (
            None
            if untold
            else arguments.parse_event_moment(env, "--told", told, after=promise.made_at)
        )
        return Act(
            Verb.RENEGE, side, at, env.now, text=why, told_at=told_at, cause=known, repair=mended
        )

    recorder.record_move(env, "renege", ids, build_act, AnswerExtras(foreseen=True))


def _check_notice_options(promise: Promise, *, told: bool, not_told: bool, silent: bool) -> None:
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
        raise errors.Contradiction(
            f"--not-told is for what you owe. If #{promise.id} was broken without a word to you: --silent."
        )


def withdraw(
    env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None
) -> None:
    """Take an offer, a request or new terms back."""
    record_plain_move(env, Verb.WITHDRAW, ids, reason=reason, on=on)


def release(
    env: Env, ids: Sequence[str], *, reason: str | None = None, on: str | None = None
) -> None:
    """The promisee lets the promisor off."""
    record_plain_move(env, Verb.RELEASE, ids, reason=reason, on=on)


def reopen(env: Env, id_: str, *, reason: str | None = None, on: str | None = None) -> None:
    """A delivery is taken back, or what was judged kept turns out not to be done."""
    record_plain_move(env, Verb.REOPEN, [id_], reason=reason, on=on)


def bump(env: Env, id_: str, text: str, *, theirs: bool = False, on: str | None = None) -> None:
    """Give word of trouble early, or send a reminder; the state stays."""
    said = arguments.check_text("text", text)
    arguments.check_words_before_lock(env, on=on)

    def build_act(promise: Promise) -> Act:
        side = (
            promise.direction.their_side if theirs else lifecycle.infer_speaker(promise, Verb.BUMP)
        )
        return Act(
            Verb.BUMP,
            side,
            arguments.parse_event_moment(env, "--on", on, after=promise.made_at),
            env.now,
            text=said,
        )

    recorder.record_move(env, "bump", [id_], build_act, AnswerExtras(foreseen=True))


def told(env: Env, id_: str, *, on: str | None = None) -> None:
    """The other side has been told that the promise is broken."""
    arguments.check_words_before_lock(env, on=on)

    def build_act(promise: Promise) -> Act:
        at = arguments.parse_event_moment(env, "--on", on, after=promise.made_at)
        return Act(Verb.TOLD, lifecycle.infer_speaker(promise, Verb.TOLD), at, env.now, told_at=at)

    recorder.record_move(env, "told", [id_], build_act)
