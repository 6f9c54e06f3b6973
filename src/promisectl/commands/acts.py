"""The acts of the two sides after make.

They are negotiate, accept, decline, complete, renege, withdraw, release, reopen, bump and told.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments, missing, output, recorder
from promisectl.commands.shared.recorder import AnswerExtras, Reply
from promisectl.domain import constants, lifecycle
from promisectl.domain.promise import (
    Act,
    Cause,
    Direction,
    Promise,
    Revision,
    Side,
    State,
    Status,
    Terms,
    Verb,
)
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from promisectl.domain.people import Newcomer, Person
    from promisectl.env import Env

    ChangeTerms = Callable[[Terms, datetime], Terms]
    """What returns other terms for the former ones and the moment of the act."""

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
    risk: str | None = None,
    no_to: str | None = None,
    mine: bool = False,
    theirs: bool = False,
    agreed: bool = False,
    on: str | None = None,
    backfill: bool = False,
    unsaid: bool = False,
    rest: bool = False,
) -> None:
    """Propose other terms: a counter-offer, or a change to agreed terms.

    A field that is None stays as it is. `risk` and `no_to` belong to terms of the promisor. With
    `agreed`, both sides have said yes to the other terms already; `unsaid` ones are mine. With
    `rest`, `by` moves the date of each promise that is left of the series in the same way.
    """
    arguments.ensure_at_most_one(mine=mine, theirs=theirs)
    arguments.ensure_at_most_one(agreed=agreed, reply_by=reply_by)
    check_unsaid_options(unsaid=unsaid, theirs=theirs, agreed=agreed)
    words = {"outcome": what, "due": by, "done_when": done_when, "why": why, "reply_by": reply_by}
    change_terms = build_terms_change(env, words, on, backfill=backfill, rest=rest)
    ids = load_rest_ids(env, Verb.NEGOTIATE, [id_]) if rest else [id_]
    if reason is None and not agreed and any(word is not None for word in words.values()):
        reason = missing.ask_reason(env, Verb.NEGOTIATE, ids)
    record_new_terms(
        env,
        Verb.NEGOTIATE,
        ids,
        change_terms,
        TermsSpeech(
            reason=arguments.check_text("reason", reason),
            risk=arguments.check_text("risk", risk),
            no_to=arguments.check_displaced_text(env, no_to, [id_]),
            whose=parse_speaker(mine=mine or unsaid, theirs=theirs),
            agreed=agreed,
            unsaid=unsaid,
            rest=rest,
        ),
        on=on,
    )


def build_terms_change(
    env: Env,
    words: Mapping[str, str | None],
    on: str | None,
    *,
    backfill: bool,
    rest: bool = False,
) -> ChangeTerms:
    """Return what changes terms by the words that were typed, by the field of the terms.

    With `rest`, the due date is moved from the former one. Raises what
    `arguments.check_words_before_lock` and `series_rest.build_date_change` raise.
    """
    by, move_due_date = words["due"], None
    if rest and by:
        from promisectl.commands.shared import series_rest

        words = {**words, "due": None}
        move_due_date = series_rest.build_date_change(env, by, backfill=backfill)
    arguments.check_words_before_lock(env, words, on, backfill=backfill)

    def change_terms(terms: Terms, at: datetime) -> Terms:
        terms = arguments.replace_terms_fields(env, terms, at, words, backfill=backfill)
        return move_due_date(terms) if move_due_date else terms

    return change_terms


def check_unsaid_options(*, unsaid: bool, theirs: bool, agreed: bool = False) -> None:
    """Refuse --unsaid for what is not mine, or for what they know. Raises Contradiction."""
    if unsaid and agreed:
        raise errors.Contradiction(
            "--agreed means that they have said yes, so they know of it.", "Leave out --unsaid."
        )
    if unsaid and theirs:
        raise errors.Contradiction(
            "--unsaid is for what you have not said yet, and --theirs is what they said.",
            "Leave out one of them.",
        )


class TermsSpeech(NamedTuple):
    """What goes with new or corrected terms, and whose they are.

    `whose` is `me` or `them`, None where it is inferred or asked. `revision` is the number of the
    one to correct, None for the agreed one and the same values elsewhere. `seen` is the revision
    that a person was shown. `agreed`: the other side has said yes to them already. `person` is the
    right other side, where a correction names one. `asked`: the questions about what binds me were
    just asked. `unsaid`: the other side does not know of them yet. `rest`: they are those of all
    that is left of a series.
    """

    reason: str | None = None
    risk: str | None = None
    no_to: str | None = None
    whose: str | None = None
    revision: int | None = None
    seen: Revision | None = None
    agreed: bool = False
    person: Person | Newcomer | None = None
    asked: bool = False
    unsaid: bool = False
    rest: bool = False


def record_new_terms(
    env: Env,
    verb: Verb,
    ids: Sequence[str],
    change_terms: ChangeTerms,
    speech: TermsSpeech,
    *,
    on: str | None = None,
) -> None:
    """Record new or corrected terms: what `change_terms` returns for the terms and the moment.

    `verb` is NEGOTIATE or CORRECT. Several `ids` are those that are left of a series. Raises
    WhoseTerms, NoRevision, ReplyByWithoutOffer, and TermsChanged if there is another revision of
    the first promise now than the one that was seen.
    """
    first = arguments.parse_promise_number(ids[0])
    if verb is Verb.NEGOTIATE and env.may_ask:
        change_terms, speech = _ask_about_proposal(env, ids, change_terms, speech, on)

    def build_act(promise: Promise) -> Act:
        base = lifecycle.find_base_revision(promise, verb, speech.revision)
        if promise.id == first and speech.seen not in (None, base):
            raise errors.TermsChanged(promise.id)
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        side = resolve_speaking_side(env, promise, verb, speech)
        former = lifecycle.copy_base_terms(base, verb)
        terms = change_terms(former, at)
        check_reply_by(promise, verb, base, terms)
        return build_terms_act(env, verb, side, at, (former, terms), speech)

    new = verb is Verb.NEGOTIATE
    extras = AnswerExtras(
        foreseen=new,
        new=new,
        asked=speech.asked,
        agreed=speech.agreed,
        person=speech.person,
        rest=speech.rest,
    )
    recorder.record_move(env, verb.value, [str(first), *ids[1:]], build_act, extras)


def build_terms_act(
    env: Env,
    verb: Verb,
    side: Side,
    at: datetime,
    terms: tuple[Terms, Terms],
    speech: TermsSpeech,
) -> Act:
    """Return the act of new or corrected terms; `terms` are the former and the other ones.

    A correction of the person, the risk or what the promise displaces alone has no terms.
    """
    former, other = terms
    has_details = bool(speech.person or speech.risk or speech.no_to)
    has_terms = verb is Verb.NEGOTIATE or other != former or not has_details
    return Act(
        verb,
        side,
        at,
        env.now,
        terms=other if has_terms else None,
        text=speech.reason,
        risk=speech.risk,
        no_to=speech.no_to,
        revision=speech.revision,
        throughout=verb is Verb.CORRECT and speech.revision is None and has_terms,
        unsaid=speech.unsaid,
    )


def _ask_about_proposal(
    env: Env, ids: Sequence[str], change_terms: ChangeTerms, speech: TermsSpeech, on: str | None
) -> tuple[ChangeTerms, TermsSpeech]:
    """Ask whose the proposed terms are, and about those that bind me; return what to record.

    Of a series, that is asked about the first promise, for all. Nothing is asked about terms that
    will be refused. Raises EOFError after a no.
    """
    promise, _ = output.load_promise_and_name(env, arguments.parse_promise_number(ids[0]))
    seen = speech.seen or lifecycle.find_base_revision(promise, Verb.NEGOTIATE)
    if not (speech.whose or speech.agreed):
        whose = ask_whose_terms(env, promise)
        speech = speech._replace(whose=whose, seen=seen if whose else speech.seen)
    is_agreed = speech.agreed
    side = resolve_speaking_side(env, promise, Verb.NEGOTIATE, speech)
    if side is not Side.PROMISOR or promise.direction is not Direction.OWE:
        return change_terms, speech
    from promisectl.commands.shared import consent

    at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
    former = lifecycle.copy_base_terms(seen, Verb.NEGOTIATE)
    terms = change_terms(former, at)
    act = Act(Verb.NEGOTIATE, side, at, env.now, terms=terms, text=speech.reason)
    if not lifecycle.is_allowed(promise, act, agreed=is_agreed):
        return change_terms, speech
    given = Reply(risk=speech.risk, no_to=speech.no_to)
    span = None
    if speech.rest:
        from promisectl.commands.shared import series_rest

        span = series_rest.find_changed_span(env, ids, lambda former: change_terms(former, at))
    reply = consent.ask_about_own_terms(env, promise, terms, given, is_agreed=is_agreed, span=span)
    if not reply.asked:
        return change_terms, speech
    speech = speech._replace(risk=reply.risk, no_to=reply.no_to, seen=seen, asked=True)
    if speech.rest:
        return change_terms, speech
    chosen = reply.terms or terms
    return (lambda _terms, _at: chosen), speech


def check_reply_by(promise: Promise, verb: Verb, base: Revision, terms: Terms) -> None:
    """Refuse a date for an answer to terms that ask for none. Raises ReplyByWithoutOffer."""
    is_settled = verb is Verb.CORRECT and base.status is not Status.OFFERED
    if terms.reply_by and (is_settled or promise.direction is Direction.SELF):
        raise errors.ReplyByWithoutOffer(promise.id)


def parse_speaker(*, mine: bool, theirs: bool) -> str | None:
    """Return `me` or `them` as the options say, None if they say nothing."""
    return "me" if mine else "them" if theirs else None


def ask_whose_terms(env: Env, promise: Promise) -> str | None:
    """Ask whose the proposed terms are, where that can't be inferred; else return None."""
    if not lifecycle.is_negotiator_unclear(promise):
        return None
    from promisectl.commands.shared import prompts

    question = "Whose terms are these: mine or theirs?"
    meanings = {"mine": "you propose them", "theirs": "the other side proposes them"}
    word = prompts.ask_choice(env, question, tuple(meanings), meanings=meanings)
    return parse_speaker(mine=word == "mine", theirs=word == "theirs")


def resolve_speaking_side(env: Env, promise: Promise, verb: Verb, speech: TermsSpeech) -> Side:
    """Return the side whose act it is: as `speech.whose` says, else the inferred one.

    Raises WhoseTerms for terms that can be of either side, and are not agreed yet, and
    NoOtherSide for agreed or unsaid terms of a promise to myself.
    """
    if (speech.agreed or speech.unsaid) and promise.direction is Direction.SELF:
        raise errors.NoOtherSide(["--agreed" if speech.agreed else "--unsaid"])
    mine, theirs = speech.whose == "me", speech.whose == "them"
    if mine or theirs:
        return resolve_acting_side(promise, verb, mine=mine, theirs=theirs)
    if verb is Verb.NEGOTIATE and lifecycle.is_negotiator_unclear(promise) and not speech.agreed:
        raise errors.WhoseTerms(promise.id, env.words)
    return lifecycle.infer_speaker(promise, verb)


def resolve_acting_side(promise: Promise, verb: Verb, *, mine: bool, theirs: bool) -> Side:
    """Return the side that acts: mine or theirs if the options say so, else the inferred one."""
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
    rest: bool = False,
) -> None:
    """Say yes to proposed terms, or confirm a delivery.

    At a terminal, the person whom the yes binds is asked the questions of `consent` first, and may
    decline or counter. `note` is the reason of the yes, or a note beside another reply. With
    `rest`, the questions are asked once, for all that are left of the series.
    """
    arguments.ensure_at_most_one(rest=rest, rev=rev)
    if rest:
        ids = load_rest_ids(env, Verb.ACCEPT, ids)
    reply = Reply(
        risk=arguments.check_text("risk", risk),
        no_to=arguments.check_displaced_text(env, no_to, ids),
        revision=rev,
    )
    note, numbers = arguments.check_text("note", note), arguments.parse_promise_numbers(ids)
    arguments.check_words_before_lock(env, on=on)
    accept_after_questions(env, numbers, reply, on=on, note=note, rest=rest)


def load_rest_ids(env: Env, verb: Verb, ids: Sequence[str]) -> list[str]:
    """Return the IDs that --rest means: see `series_rest.list_rest_ids`."""
    from promisectl.commands.shared import series_rest

    return series_rest.list_rest_ids(env, verb, ids)


def accept_after_questions(
    env: Env,
    numbers: Sequence[int],
    reply: Reply,
    *,
    on: str | None = None,
    note: str | None = None,
    always: bool = False,
    rest: bool = False,
) -> None:
    """Ask the questions of `consent`, and record the replies; `always` asks all of them.

    With `rest`, the promises are those that are left of a series.
    """
    replies = dict.fromkeys(numbers, reply)
    if env.may_ask and rest:
        from promisectl.commands.shared import series_rest

        replies |= series_rest.ask_replies_to_rest(env, numbers, reply)
    elif env.may_ask:
        from promisectl.commands.shared import consent, facts

        print_agreed_parts(env, numbers)
        replies |= consent.ask_replies_to_terms(env, numbers, reply, always=always)
        replies |= facts.ask_their_replies(env, numbers, reply, always=always)
    accepted = [number for number, reply in replies.items() if reply.verb is Verb.ACCEPT]
    extras = AnswerExtras(
        new=len(numbers) == 1,
        asked=any(reply.asked for reply in replies.values()),
        note=None if accepted else note,
        known=("L26",) if env.may_ask else (),  # the week was just shown
        rest=rest,
    )
    replies |= {number: replies[number]._replace(reason=note) for number in accepted}
    record_replies(env, replies, extras, on=on)


def print_agreed_parts(env: Env, numbers: Sequence[int]) -> None:
    """Print how many parts are promised of what I am about to promise."""
    from promisectl.commands.shared import output, parts

    for number in numbers:
        line = parts.describe_agreed_parts(env, output.load_promise_and_name(env, number)[0])
        if line:
            env.print_warning(line)


def record_replies(
    env: Env, replies: Mapping[int, Reply], extras: AnswerExtras, *, on: str | None = None
) -> None:
    """Record the reply to each promise, by its number, all or none."""

    def build_act(promise: Promise) -> Act:
        reply = replies[promise.id]
        if promise.state is State.DELIVERED and (reply.risk or reply.no_to):
            raise errors.Contradiction(
                "--risk and --no-to belong to a yes to terms, and this confirms a delivery.",
                "Leave them out.",
            )
        check_meant_revision(promise, reply.revision)
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        return recorder.build_reply_act(env, promise, reply, at)

    verbs = {reply.verb for reply in replies.values()}
    command = verbs.pop() if len(verbs) == 1 else Verb.ACCEPT
    recorder.record_move(env, command.value, list(map(str, replies)), build_act, extras)


def check_meant_revision(promise: Promise, meant: int | None) -> None:
    """Refuse a reply to a revision that a newer one has replaced. Raises StaleRevision.

    `meant` is the number of the revision, None for the newest.
    """
    newest = (promise.offered_revision or promise.current_revision).number
    if meant in (None, newest):
        return
    speaker = lifecycle.infer_speaker(promise, Verb.ACCEPT)
    if lifecycle.find_transition(promise, Verb.ACCEPT, speaker):
        statuses = {revision.number: revision.status.value for revision in promise.revisions}
        raise errors.StaleRevision(promise.id, meant or 0, statuses.get(meant or 0, ""), newest)


def decline(
    env: Env,
    ids: Sequence[str],
    *,
    reason: str | None = None,
    on: str | None = None,
    rest: bool = False,
) -> None:
    """Say no to proposed terms, or to a delivery."""
    record_plain_move(env, Verb.DECLINE, ids, reason=reason, on=on, rest=rest)


def record_plain_move(
    env: Env,
    verb: Verb,
    ids: Sequence[str],
    *,
    reason: str | None = None,
    on: str | None = None,
    rest: bool = False,
) -> None:
    """Record an act that needs a side, a moment and a reason, and nothing else.

    With `rest`, it is recorded for all that are left of the series.
    """
    arguments.check_words_before_lock(env, on=on)
    if rest:
        ids = load_rest_ids(env, verb, ids)
    if reason is None:
        reason = missing.ask_reason(env, verb, ids)
    text = arguments.check_text("reason", reason)

    def build_act(promise: Promise) -> Act:
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        return Act(verb, lifecycle.infer_speaker(promise, verb), at, env.now, text=text)

    recorder.record_move(env, verb.value, ids, build_act, AnswerExtras(rest=rest))


def complete(
    env: Env,
    ids: Sequence[str],
    *,
    confirmed: bool = False,
    reported: bool = False,
    partial: str | None = None,
    on: str | None = None,
    note: str | None = None,
    rest: bool = False,
) -> None:
    """Mark as done: the promisor reports it, or the promisee confirms it.

    `partial` records progress, and the state stays. `on` may also be “due”: each on its own due
    date. Raises Contradiction for the `rest` of a series.
    """
    if rest:
        raise errors.Contradiction(
            "complete has no --rest, because nobody can deliver the future.",
            f"Name each promise that is done: promisectl complete {' '.join(ids)}",
        )
    arguments.ensure_at_most_one(confirmed=confirmed, reported=reported, partial=partial)
    arguments.ensure_at_most_one(partial=partial, note=note)
    progress, text = arguments.check_text("partial", partial), arguments.check_text("note", note)
    is_on_due_date = on is not None and on.strip().casefold() == constants.DUE_DATE_WORD
    if not is_on_due_date:
        arguments.check_words_before_lock(env, on=on)

    def build_act(promise: Promise) -> Act:
        if is_on_due_date:
            at = find_due_moment(env, promise)
        else:
            at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        if progress:
            speaker = lifecycle.infer_speaker(promise, Verb.PARTIAL)
            return Act(Verb.PARTIAL, speaker, at, env.now, text=progress)
        side = resolve_completing_side(promise, confirmed=confirmed, reported=reported)
        if promise.state is State.DELIVERED and side is Side.PROMISOR:
            reported_at = promise.delivered_at or promise.moved_at
            day = formats.format_local_day(reported_at, env.here)
            raise errors.AlreadyReported(promise.id, day, lifecycle.list_open_verbs(promise))
        return Act(Verb.COMPLETE, side, at, env.now, text=text)

    recorder.record_move(env, "complete", ids, build_act)


def find_due_moment(env: Env, promise: Promise) -> datetime:
    """Return the moment at which a promise was done if that was on its agreed due date.

    For one that can't be done now, it is now, so that the move is refused as always. Raises
    NoDueDate, and DueAhead for a date in the future.
    """
    if promise.state not in (State.ACTIVE, State.DELIVERED):
        return env.now
    due = promise.current_revision.terms.due
    if due is None:
        raise errors.NoDueDate(promise.id)
    if due.start > env.now:
        raise errors.DueAhead(promise.id, formats.format_civil_moment(due, env.here))
    return arguments.find_event_moment(env, due, promise.moved_at)


def resolve_completing_side(promise: Promise, *, confirmed: bool, reported: bool) -> Side:
    """Return the side that says it is done, by the options or as inferred."""
    if confirmed and promise.direction is not Direction.SELF:
        return Side.PROMISEE
    if reported and promise.direction is not Direction.SELF:
        return Side.PROMISOR
    return lifecycle.infer_speaker(promise, Verb.COMPLETE)


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
    rest: bool = False,
) -> None:
    """Record that a promise is broken, and when the other side was told.

    `silent`: they broke theirs and did not tell me. With `rest`, all that are left of the series
    are broken.
    """
    arguments.ensure_at_most_one(told=told, not_told=not_told, silent=silent)
    reason = arguments.check_text("reason", reason)
    repair = arguments.check_text("repair", repair)
    cause = arguments.check_choice("--cause", cause, _CAUSE_WORDS)
    arguments.check_words_before_lock(env, on=on)
    arguments.parse_event_moment(env, "--told", told)
    if rest:
        ids = load_rest_ids(env, Verb.RENEGE, ids)
    if reason is None:
        reason = missing.ask_reason(env, Verb.RENEGE, ids)
    if env.may_ask and not (told or not_told or silent):
        notice = missing.ask_notice_options(env, ids)
        told, not_told = notice.get("told"), notice.get("not_told", False)
        silent = notice.get("silent", False)

    def build_act(promise: Promise) -> Act:
        check_notice_options(promise, told=bool(told), not_told=not_told, silent=silent)
        at = arguments.parse_event_moment(env, "--on", on, after=promise.moved_at)
        side = Side.PROMISEE if silent else lifecycle.infer_speaker(promise, Verb.RENEGE)
        act = Act(Verb.RENEGE, side, at, env.now, text=reason, cause=cause, repair=repair)
        if not_told or silent or side is Side.SELF:
            return act
        after = promise.agreed_at or promise.made_at
        told_at = arguments.parse_event_moment(env, "--told", told, after=after)
        return act._replace(told_at=told_at)

    recorder.record_move(env, "renege", ids, build_act, AnswerExtras(foreseen=True, rest=rest))


def check_notice_options(promise: Promise, *, told: bool, not_told: bool, silent: bool) -> None:
    """Refuse options of `renege` that don't fit the direction. Raises Contradiction."""
    direction = promise.direction
    if direction is Direction.SELF and (told or not_told or silent):
        raise errors.Contradiction(
            f"#{promise.id} is a promise to yourself, so there is nobody to tell.",
            "Leave out --told, --not-told and --silent.",
        )
    if direction is Direction.OWE and silent:
        raise errors.Contradiction(
            f"--silent is for what is owed to you, and you owe #{promise.id}.",
            "If you have not told them yet, add --not-told instead.",
        )
    if direction is Direction.OWED and not_told:
        raise errors.Contradiction(
            f"--not-told is for what you owe, and #{promise.id} is owed to you.",
            "If they did not tell you, add --silent instead.",
        )


def withdraw(
    env: Env,
    ids: Sequence[str],
    *,
    reason: str | None = None,
    on: str | None = None,
    rest: bool = False,
) -> None:
    """Take back an offer, a request or a proposed change."""
    record_plain_move(env, Verb.WITHDRAW, ids, reason=reason, on=on, rest=rest)


def release(
    env: Env,
    ids: Sequence[str],
    *,
    reason: str | None = None,
    on: str | None = None,
    rest: bool = False,
) -> None:
    """Release the promisor from the promise."""
    record_plain_move(env, Verb.RELEASE, ids, reason=reason, on=on, rest=rest)


def reopen(
    env: Env,
    id_: str,
    words: str | None = None,
    *,
    reason: str | None = None,
    on: str | None = None,
) -> None:
    """Reopen: take back a report or a confirmation. `words` are the reason without an option."""
    reason = arguments.choose_text("--reason", reason, words)
    record_plain_move(env, Verb.REOPEN, [id_], reason=reason, on=on)


def bump(
    env: Env,
    id_: str,
    text: str | None,
    *,
    answer_by: str | None = None,
    theirs: bool = False,
    on: str | None = None,
    unsaid: bool = False,
    rest: bool = False,
) -> None:
    """Record an early warning, or a reminder; the state stays.

    `answer_by` is until when the side that speaks will answer the proposed terms. With `unsaid`,
    the other side does not know of it yet. Raises EmptyText, NothingToAnswer and AnswerOfOtherSide.
    """
    if answer_by is not None and not answer_by.strip():
        raise errors.EmptyText("answer-by")
    check_unsaid_options(unsaid=unsaid, theirs=theirs)
    arguments.ensure_at_most_one(answer_by=answer_by, unsaid=unsaid)
    arguments.check_words_before_lock(env, {"answer_by": answer_by}, on)
    ids = load_rest_ids(env, Verb.BUMP, [id_]) if rest else [id_]
    text = missing.ask_missing_text(env, Verb.BUMP, ids, text, "What do you tell them?")
    arguments.check_text("text", text)

    def build_act(promise: Promise) -> Act:
        after = promise.made_at if answer_by is None else promise.moved_at
        at = arguments.parse_event_moment(env, "--on", on, after=after)
        side = resolve_acting_side(promise, Verb.BUMP, mine=False, theirs=theirs)
        answer = arguments.parse_due_date(env, "--answer-by", answer_by, said=at)
        return Act(Verb.BUMP, side, at, env.now, text=text, answer_by=answer, unsaid=unsaid)

    extras = AnswerExtras(foreseen=answer_by is None, rest=rest)
    recorder.record_move(env, "bump", ids, build_act, extras)


def told(env: Env, ids: Sequence[str], *, on: str | None = None) -> None:
    """Record that the other side now knows of a break, or of what was unsaid."""
    arguments.check_words_before_lock(env, on=on)

    def build_act(promise: Promise) -> Act:
        after = lifecycle.find_earliest_telling(promise)
        at = arguments.parse_event_moment(env, "--on", on, after=after)
        return Act(Verb.TOLD, lifecycle.infer_speaker(promise, Verb.TOLD), at, env.now, told_at=at)

    recorder.record_move(env, "told", ids, build_act)
