"""What a move prints when it is done: one line on who did what, and one next step.

All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Direction, Promise, Side, State, Terms, Verb
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from promisectl.domain.civil import CivilMoment
    from promisectl.rendering.formats import LocalMoment

_DECLINE_REMARK = "A No in good time protects what you have said Yes to."


class MoveReport(NamedTuple):
    """A move to report.

    `before` and `after` are the promise before and after it, `act` is the recorded act, `name` is
    the display name of the other side, and `here` is when and where the reader is. `before` is None
    for a new promise.
    """

    before: Promise | None
    after: Promise
    act: Act
    name: str
    here: LocalMoment

    @property
    def is_mine(self) -> bool:
        """Whether I did it."""
        return self.after.direction.is_my_side(self.act.side)

    @property
    def actor(self) -> str:
        """“You”, or the name of the other side: whoever did it."""
        return "You" if self.is_mine else self.name

    @property
    def recipient(self) -> str:
        """“you”, or the name of the other side: whoever it was done to."""
        return self.name if self.is_mine else "you"

    @property
    def recipient_possessive(self) -> str:
        """“your”, or the name of the other side with “'s”: whose terms were answered."""
        return f"{self.name}'s" if self.is_mine else "your"

    @property
    def outcome(self) -> str:
        """The outcome after the move, in quotes."""
        return f"“{self.after.current_revision.terms.outcome}”"

    @property
    def current_terms(self) -> str:
        """The number and the terms of the current revision, up to the full stop."""
        revision = self.after.current_revision
        return f"(rev {revision.number}): {format_terms(revision.terms, self.here)}."

    @property
    def reason(self) -> str:
        """The text of the act as a sentence after another; empty without a text."""
        return f" Reason: “{self.act.text}”." if self.act.text else ""

    @property
    def punctuality(self) -> str:
        """Whether the delivery was on time, after a comma; empty without a due date."""
        due, delivered_at = self.after.current_revision.terms.due, self.after.delivered_at
        lateness = formats.format_lateness(due, delivered_at, self.here.zone)
        return f", {lateness}" if lateness else ""

    @property
    def warned_agreement(self) -> int | None:
        """The index of the agreement that a bump warned about; None when it was a reminder."""
        is_bump = self.act.verb is Verb.BUMP and self.act.side is Side.PROMISOR
        return self.after.find_warned_agreement(self.after.bumps[-1]) if is_bump else None


def format_move_line(move: MoveReport) -> str:
    """Return what happened, as one line that begins with the number and the state."""
    promise, act = move.after, move.act
    is_about_last = move.warned_agreement == len(promise.agreements) - 1
    risk = ", at risk" if is_about_last and promise.state is State.ACTIVE else ""
    sentence = format_move_sentence(move)
    return f"#{promise.id} {promise.state}{risk}. {sentence}{_format_act_date(act.at, move.here)}"


def format_move_sentence(move: MoveReport) -> str:
    """Return what happened, and in another sentence which new terms it made moot, if any."""
    before = move.before
    if not before:
        return format_opening(move.after, move.name, move.here)
    sentence = _MOVE_FORMATTERS[move.act.verb](move)
    has_ended = before.state is State.ACTIVE and move.after.state is not State.ACTIVE
    if not has_ended or not before.offered_revision:
        return sentence
    return f"{sentence} The new terms (rev {before.offered_revision.number}) are moot."


def _format_act_date(at: datetime, here: LocalMoment) -> str:
    """Return when an act took place, as a sentence after another; empty if that is now."""
    return "" if at == here.now else f" Dated {formats.format_instant(at, here)}."


def format_terms(terms: Terms, here: LocalMoment) -> str:
    """Return the outcome in quotes, with the due date where there is one."""
    by = f" by {formats.format_civil_moment(terms.due, here)}" if terms.due else ""
    return f"“{terms.outcome}”{by}"


def format_new_promise(promise: Promise, name: str, here: LocalMoment) -> str:
    """Return a new promise as one line that begins with the number and the state."""
    opening = format_opening(promise, name, here)
    return f"#{promise.id} {promise.state}. {opening}{_format_act_date(promise.made_at, here)}"


def format_opening(promise: Promise, name: str, here: LocalMoment) -> str:
    """Return how a promise began: who owes, offers or asks for what, by when."""
    first = promise.current_revision
    if promise.direction is Direction.SELF:
        opening = "You promise yourself"
    elif promise.state is State.ACTIVE:
        opening = f"You owe {name}" if promise.direction is Direction.OWE else f"{name} owes you"
    else:
        mine = promise.direction.is_my_side(first.author)
        verb = "offer" if first.author is Side.PROMISOR else "ask"
        opening = f"You {verb} {name}" if mine else f"{name} {verb}s you"
    replaces = f" It replaces #{promise.opening.replaces}." if promise.opening.replaces else ""
    return f"{opening}: {format_terms(first.terms, here)} (rev {first.number}).{replaces}"


def format_term_changes(old: Terms, new: Terms, here: LocalMoment) -> str:
    """Return what differs in the new terms and what it was before, joined by commas."""
    changes = []
    for name, (label, absent) in _TERM_PHRASES.items():
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            former = _format_term(before, here).replace(", end of day", "")
            change = f"{label}{_format_term(after, here)}" if after else absent
            changes.append(f"{change} (was {former})" if before else change)
    return ", ".join(changes)


def _format_term(value: str | CivilMoment | None, here: LocalMoment) -> str:
    """Return a text in quotes, or a date; empty for None."""
    if value is None or isinstance(value, str):
        return f"“{value}”" if value else ""
    return formats.format_civil_moment(value, here)


# For each term, what is before its value, and what is said when it has none any more.
_TERM_PHRASES = {
    "outcome": ("", ""),
    "due": ("by ", "without a date"),
    "done_when": ("done when ", "without a done-when"),
    "why": ("why ", "without a why"),
    "reply_by": ("answer by ", "without a date for the answer"),
}


# One sentence for each kind of move


def format_accept(move: MoveReport) -> str:
    """Return that somebody confirmed a delivery, or accepted terms."""
    if move.before and move.before.state is State.DELIVERED:
        return f"{move.actor} confirmed it{move.punctuality}: {move.outcome}."
    kind = "new terms" if move.after.renegotiation_count else "terms"
    return f"{move.actor} accepted {move.recipient_possessive} {kind} {move.current_terms}"


def format_decline(move: MoveReport) -> str:
    """Return that somebody declined a delivery, new terms, or the first terms."""
    state = move.before.state if move.before else None
    if state is State.DELIVERED:
        return f"{move.actor} said it is not done: {move.outcome}. Missing: “{move.act.text}”."
    refusal = f"{move.actor} said No to {move.recipient_possessive}"
    current = f"{move.current_terms}{move.reason}"
    if state is State.ACTIVE:
        lost = f"new terms (rev {move.act.revision})"
        return f"{refusal} {lost}, and the terms in force stand {current}"
    return f"{refusal} terms {current}"


def format_negotiate(move: MoveReport) -> str:
    """Return that somebody changed, countered or proposed terms, and which terms hold meanwhile."""
    before, after = move.before or move.after, move.after
    offered = before.offered_revision
    changed = _format_changed_revision(move)
    if after.direction is Direction.SELF:
        return f"You changed the terms {changed}"
    if after.state is State.PROPOSED:
        is_counter = offered and offered.author is not move.act.side
        return f"{move.actor} {'countered' if is_counter else 'put new terms'} {changed}"
    revision = after.current_revision
    due = revision.terms.due
    by = f": by {formats.format_civil_moment(due, move.here)}" if due else ""
    answerer = f"{move.name} says" if move.is_mine else "you say"
    return (
        f"{move.actor} asked {move.recipient} for new terms {changed}"
        f" Until {answerer} Yes, rev {revision.number} stands{by}."
    )


def format_correct(move: MoveReport) -> str:
    """Return which revision was corrected, in what, and where else."""
    before, after = move.before or move.after, move.after
    details = _format_corrected_details(before, move.act)
    if move.act.terms is None:
        return f"Corrected {move.outcome}.{details}"
    corrected = lifecycle.list_corrected_revisions(before, after)
    others = [revision for revision in corrected if revision.number != move.act.revision]
    offered = after.offered_revision if after.in_force else None
    places = [f"rev {revision.number}" for revision in others if revision != offered]
    if offered in others:
        places.append("the new terms on the table")
    if after.earlier != before.earlier:
        places.append("the first due date")
    also = " and ".join(filter(None, (", ".join(places[:-1]), *places[-1:])))
    places_too = f" Also in {also}." if also else ""
    return f"Put right {_format_changed_revision(move)}{places_too}{details}"


def _format_corrected_details(before: Promise, act: Act) -> str:
    """Return the corrected risk and what it displaces as sentences after another; maybe empty."""
    pairs = (
        ("It could go wrong", before.risk, act.risk),
        ("It displaces", before.no_to, act.no_to),
    )
    return "".join(
        f" {label}: “{new}”{f' (was “{old}”)' if old else ''}."
        for label, old, new in pairs
        if new not in (None, old)
    )


def _format_changed_revision(move: MoveReport) -> str:
    """Return the number of the new revision, the old outcome, and what differs."""
    old = lifecycle.find_former_terms(move.before or move.after, move.act)
    changes = format_term_changes(old, move.act.terms or old, move.here)
    return f"(rev {move.act.revision}) of “{old.outcome}”: {changes}."


def format_complete(move: MoveReport) -> str:
    """Return that somebody reported or confirmed a delivery, and whether it was on time."""
    result = f"{move.punctuality}: {move.outcome}."
    if move.after.direction is Direction.SELF:
        return f"You kept your word to yourself{result}"
    if move.act.side is not Side.PROMISOR:
        return f"{move.actor} confirmed it{result}"
    pending = f"{move.name} has not confirmed." if move.is_mine else "It is yours to judge."
    return f"{move.actor} reported it done{result} {pending}"


def format_renege(move: MoveReport) -> str:
    """Return that a promise was broken, and when the promisee was told."""
    ending = f"{move.outcome}.{move.reason}"
    if move.act.side is Side.PROMISEE:
        return f"{move.name} broke it without a word: {ending}"
    broken = f"{move.actor} broke {'your' if move.is_mine else 'the'} word: {ending}"
    return broken if move.after.direction is Direction.SELF else f"{broken} {format_told(move)}"


def format_told(move: MoveReport) -> str:
    """Return when the promisee was told of a broken promise, and how far from its due date."""
    told_at, due = move.act.told_at, move.after.current_revision.terms.due
    if told_at is None:
        return f"{move.name} has not been told."
    recipient = f"{move.recipient[:1].upper()}{move.recipient[1:]}"
    verb = "were" if move.recipient == "you" else "was"
    sentence = f"{recipient} {verb} told on {formats.format_local_day(told_at, move.here)}"
    if due is None:
        return f"{sentence}."
    distance = formats.format_time_from_due(due, told_at, move.here.zone)
    return f"{sentence}, {distance} {'before' if told_at < due.at else 'after'} it was due."


def format_withdraw(move: MoveReport) -> str:
    """Return that somebody took back new terms, an offer or a request."""
    number = move.act.revision
    if move.after.state is State.ACTIVE:
        lost = f"{move.actor} took the new terms (rev {number}) back"
        return f"{lost}; the terms in force stand {move.current_terms}"
    kind = "offer" if move.act.side is Side.PROMISOR else "request"
    return f"{move.actor} took the {kind} back (rev {number}): {move.outcome}.{move.reason}"


def format_release(move: MoveReport) -> str:
    """Return that the promisee released the promisor."""
    return f"{move.actor} let {move.recipient} off: {move.outcome}.{move.reason}"


def format_reopen(move: MoveReport) -> str:
    """Return that somebody reopened a promise, with its terms."""
    return f"{move.actor} reopened it {move.current_terms}{move.reason}"


def format_bump(move: MoveReport) -> str:
    """Return that the promisor warned the promisee, and how far ahead, or that one reminded.

    How far ahead counts to the date that was due when the warning was given.
    """
    quoted, agreement = f"“{move.act.text}”", move.warned_agreement
    if agreement is None:
        return f"{move.actor} reminded {move.recipient}: {quoted}."
    warning = f"{move.actor} gave {move.recipient} word"
    due = move.after.find_agreed_due(agreement)
    if due is None:
        return f"{warning}: {quoted}."
    distance = formats.format_time_from_due(due, move.act.at, move.here.zone)
    is_or_was = "is" if move.here.now < due.at else "was"
    side = f"before it {is_or_was} due" if move.act.at < due.at else "after it was due"
    return f"{warning}, {distance} {side}: {quoted}."


def format_partial(move: MoveReport) -> str:
    """Return which part of the outcome somebody reported."""
    return f"{move.actor} reported a part: “{move.act.text}”."


def format_note(move: MoveReport) -> str:
    """Return the text of a note."""
    return f"Noted: “{move.act.text}”."


def format_tags(move: MoveReport) -> str:
    """Return all tags that a promise has now."""
    tags = " ".join(f"#{tag}" for tag in move.after.tags)
    return f"Tagged {tags}: {move.outcome}." if tags else f"No tag any more: {move.outcome}."


def format_void(move: MoveReport) -> str:
    """Return that a promise was entered by mistake."""
    return f"Entered by mistake, outside every count now: {move.outcome}.{move.reason}"


_MOVE_FORMATTERS: dict[Verb, Callable[[MoveReport], str]] = {
    Verb.ACCEPT: format_accept,
    Verb.DECLINE: format_decline,
    Verb.NEGOTIATE: format_negotiate,
    Verb.COMPLETE: format_complete,
    Verb.RENEGE: format_renege,
    Verb.WITHDRAW: format_withdraw,
    Verb.RELEASE: format_release,
    Verb.REOPEN: format_reopen,
    Verb.BUMP: format_bump,
    Verb.PARTIAL: format_partial,
    Verb.TOLD: format_told,
    Verb.NOTE: format_note,
    Verb.CORRECT: format_correct,
    Verb.TAG: format_tags,
    Verb.UNTAG: format_tags,
    Verb.VOID: format_void,
}


def format_undo(promise: Promise, command: str, *, redone: bool = False) -> str:
    """Return the state of a promise after an undo or a redo, and which command that was."""
    again = "" if promise.state is State.VOID else " again"
    change = f"{'redone' if redone else 'undone'}: {command}"
    outcome = promise.current_revision.terms.outcome
    return f"#{promise.id} is {promise.state}{again} ({change}): “{outcome}”."


def format_next_step(promise: Promise, name: str) -> str:
    """Return what can be typed next, in one line; empty when nothing waits."""
    number, mine = promise.id, promise.move == "me"
    if promise.offered_revision:
        counter = f"negotiate {number}{'' if mine else ' --theirs'}"
        answers = f"accept {number}, {counter} or decline {number}"
        return f"Your move: {answers}." if mine else f"When {name} answers: {answers}."
    owed = promise.direction is Direction.OWED
    bumped = promise.direction is Direction.SELF or promise.bumped_at is not None
    trouble = f"negotiate {number} --by … --reason “…”" if bumped else f"bump {number} “…”"
    done = f"When it is done: complete {number}. If it gets bumpy: {trouble}."
    judge = f"Satisfied? accept {number}. Not yet? decline {number} --reason “what is missing”."
    is_my_offer = promise.direction.is_my_side(promise.current_revision.author)
    receive = f"When you have it: complete {number}."
    if promise.is_warned:
        receive = f"Talk it over: negotiate {number}, release {number} or note {number} “…”."
    steps = {
        State.ACTIVE: receive if owed else done,
        State.DELIVERED: judge if owed else f"When {name} confirms: accept {number}.",
        State.RENEGED: f"When you have told {name}: told {number}." if mine else "",
        State.DECLINED: "" if owed or is_my_offer else _DECLINE_REMARK,
    }
    return steps.get(promise.state, "")


def describe_move(promise: Promise, verb: Verb, name: str, side: Side | None = None) -> str:
    """Return who would make a move now, and what it would mean: “Dana says Yes”.

    That is `side`, by default the side that is inferred.
    """
    if side is None and verb is Verb.NEGOTIATE and lifecycle.is_negotiator_unclear(promise):
        return f"new terms, yours or {name}'s"
    side = side or lifecycle.infer_speaker(promise, verb)
    mine = promise.direction.is_my_side(side)
    actor, other, s = ("you", name, "") if mine else (name, "you", "s")
    if promise.state is State.DELIVERED and verb in (Verb.ACCEPT, Verb.COMPLETE):
        return f"{actor} confirm{s} it"
    if promise.state is State.DELIVERED and verb is Verb.DECLINE:
        return f"{actor} say{s} what is missing"
    if promise.direction is Direction.SELF:
        return {
            Verb.COMPLETE: "you have kept it",
            Verb.NEGOTIATE: "you change the terms",
            Verb.RENEGE: "you break it",
        }[verb]
    offered = promise.offered_revision
    is_counter = promise.state is State.PROPOSED and offered and offered.author is not side
    new_terms = f"put{s} new terms" if promise.state is State.PROPOSED else f"ask{s} for new terms"
    is_receipt = promise.direction is Direction.OWED
    return {
        Verb.ACCEPT: f"{actor} say{s} Yes",
        Verb.NEGOTIATE: f"{actor} counter{s}" if is_counter else f"{actor} {new_terms}",
        Verb.DECLINE: f"{actor} say{s} No",
        Verb.WITHDRAW: f"{actor} take{s} it back",
        Verb.COMPLETE: f"{actor} have it" if is_receipt else f"{actor} report{s} it done",
        Verb.RENEGE: f"{actor} break{s} it",
        Verb.RELEASE: f"{actor} let{s} {other} off",
        Verb.REOPEN: f"{actor} reopen{s} it",
        Verb.BUMP: f"{actor} give{s} word, or remind{s}",
        Verb.TOLD: f"{actor} told {other}",
        Verb.NOTE: f"{actor} note{s} it",
    }[verb]


def format_named_risk(promise: Promise, name: str) -> str:
    """Return the risk and what it displaces, as the promisor named them; empty without both.

    `name` is the display name of the other side.
    """
    promisor = name if promise.direction is Direction.OWED else "You"
    risk = f"{promisor} foresaw: “{promise.risk}”." if promise.risk else ""
    price = f"{promisor} said No to: “{promise.no_to}”." if promise.no_to else ""
    return " ".join(part for part in (risk, price) if part)


def format_recalled_risk(promise: Promise, act: Act, name: str) -> str:
    """Return what was named before an act, except for what the act names anew."""
    still = promise._replace(
        risk=None if act.risk else promise.risk, no_to=None if act.no_to else promise.no_to
    )
    return format_named_risk(still, name)
