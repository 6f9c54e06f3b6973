"""What a move says when it is done: one line of who did what on which terms, and one next step. Plain text."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Act, Direction, Promise, Side, State, Terms, Verb
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from promisectl.rendering.formats import LocalMoment


class MoveReport(NamedTuple):
    """A move to be told: the promise before and after it, the act, the display name of the other side, and where we are."""

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
        """“You” or the name of whoever did it."""
        return "You" if self.is_mine else self.name

    @property
    def recipient_possessive(self) -> str:
        """Whose terms the answer was to: the other side's of whoever did it."""
        return f"{self.name}'s" if self.is_mine else "your"

    @property
    def recipient(self) -> str:
        """Whoever it was done to."""
        return self.name if self.is_mine else "you"


def format_move_line(told: MoveReport) -> str:
    """What happened, as one line that begins with the number and the state."""
    number, state = told.after.id, told.after.state
    risk = (
        ", at risk"
        if told.act.verb is Verb.BUMP
        and told.act.side is Side.PROMISOR
        and told.after.state is State.ACTIVE
        else ""
    )
    return f"#{number} {state}{risk}. {format_move_sentence(told)}{_format_act_date(told.act.at, told.here)}"


def format_move_sentence(told: MoveReport) -> str:
    """What happened, in a sentence; what came of it besides, in another."""
    return (
        f"{_MOVE_FORMATTERS[told.act.verb](told)}{_format_moot_terms(told)}"
        if told.before
        else format_opening(told.after, told.name, told.here)
    )


def _format_moot_terms(told: MoveReport) -> str:
    """That new terms on the table have come to nothing, where a move ended the promise over them."""
    lost = (
        told.before.offered_revision
        if told.before
        and told.before.state is State.ACTIVE
        and told.after.state is not State.ACTIVE
        else None
    )
    return f" The new terms (rev {lost.number}) are moot." if lost else ""


def _format_act_date(at: datetime, here: LocalMoment) -> str:
    """When it was said, where that is not now."""
    return "" if at == here.now else f" Dated {formats.format_instant(at, here)}."


def format_terms(terms: Terms, here: LocalMoment) -> str:
    """Terms in a sentence: the outcome, and the due date where there is one."""
    by = (
        f" by {civil.format_civil(terms.due.civil, terms.due.zone, here.zone)}" if terms.due else ""
    )
    return f"“{terms.outcome}”{by}"


def _format_current_terms(told: MoveReport) -> str:
    revision = told.after.current_revision
    return f"(rev {revision.number}): {format_terms(revision.terms, told.here)}."


def _quote_outcome(told: MoveReport) -> str:
    return f"“{told.after.current_revision.terms.outcome}”"


def _format_reason(told: MoveReport) -> str:
    return f" Reason: “{told.act.text}”." if told.act.text else ""


def format_new_promise(promise: Promise, name: str, here: LocalMoment) -> str:
    """A promise that was just made, as one line that begins with the number and the state."""
    return f"#{promise.id} {promise.state}. {format_opening(promise, name, here)}{_format_act_date(promise.made_at, here)}"


def format_opening(promise: Promise, name: str, here: LocalMoment) -> str:
    """How a promise began: who owes or is asked what, by when."""
    first = promise.current_revision
    said = format_terms(first.terms, here)
    if promise.direction is Direction.SELF:
        opening = "You promise yourself"
    elif promise.state is State.ACTIVE:
        opening = f"You owe {name}" if promise.direction is Direction.OWE else f"{name} owes you"
    else:
        mine = promise.direction.is_my_side(first.author)
        verb = "offer" if first.author is Side.PROMISOR else "ask"
        opening = f"You {verb} {name}" if mine else f"{name} {verb}s you"
    replaces = f" It replaces #{promise.opening.replaces}." if promise.opening.replaces else ""
    return f"{opening}: {said} (rev {first.number}).{replaces}"


def _format_accept(told: MoveReport) -> str:
    if told.before and told.before.state is State.DELIVERED:
        return (
            f"{told.actor} confirmed it{_format_punctuality(told.after)}: {_quote_outcome(told)}."
        )
    kind = "new terms" if told.after.renegotiation_count else "terms"
    return f"{told.actor} accepted {told.recipient_possessive} {kind} {_format_current_terms(told)}"


def _format_punctuality(promise: Promise) -> str:
    due = promise.current_revision.terms.due
    late = (
        formats.format_lateness(int((promise.delivered_at - due.at).total_seconds()))
        if due and promise.delivered_at
        else ""
    )
    return f", {late}" if late else ""


def _format_decline(told: MoveReport) -> str:
    state = told.before.state if told.before else None
    if state is State.DELIVERED:
        return (
            f"{told.actor} said it is not done: {_quote_outcome(told)}. Missing: “{told.act.text}”."
        )
    if state is State.ACTIVE:
        stands = f"the terms in force stand {_format_current_terms(told)}"
        return f"{told.actor} said No to {told.recipient_possessive} new terms (rev {told.act.revision}), and {stands}{_format_reason(told)}"
    return f"{told.actor} said No to {told.recipient_possessive} terms {_format_current_terms(told)}{_format_reason(told)}"


def format_term_changes(old: Terms, new: Terms, here: LocalMoment) -> str:
    """What is different in the new terms, in a sentence."""
    said = [f"“{new.outcome}”"] if new.outcome != old.outcome else []
    if new.due != old.due:
        said.append(
            f"by {civil.format_civil(new.due.civil, new.due.zone, here.zone)}"
            if new.due
            else "without a date"
        )
    for name, before, after in (
        ("done when", old.done_when, new.done_when),
        ("why", old.why, new.why),
    ):
        if before != after:
            said.append(f"{name} “{after}”" if after else f"without a {name.replace(' ', '-')}")
    if new.reply_by != old.reply_by:
        said.append(
            f"answer by {civil.format_civil(new.reply_by.civil, new.reply_by.zone, here.zone)}"
            if new.reply_by
            else "without a date for the answer"
        )
    return ", ".join(said)


def _format_changed_revision(told: MoveReport, old: Terms) -> str:
    """The revision that is different now, of which promise, and in what."""
    new = told.act.terms or old
    return (
        f"(rev {told.act.revision}) of “{old.outcome}”: {format_term_changes(old, new, told.here)}."
    )


def _format_negotiate(told: MoveReport) -> str:
    before, after = told.before or told.after, told.after
    old = (before.offered_revision or before.current_revision).terms
    if after.direction is Direction.SELF:
        return f"You changed the terms {_format_changed_revision(told, old)}"
    if after.state is State.PROPOSED:
        countered = before.offered_revision and before.offered_revision.author is not told.act.side
        return f"{told.actor} {'countered' if countered else 'put new terms'} {_format_changed_revision(told, old)}"
    stands = after.current_revision
    by = (
        f": by {civil.format_civil(stands.terms.due.civil, stands.terms.due.zone, told.here.zone)}"
        if stands.terms.due
        else ""
    )
    answerer = f"{told.name} says" if told.is_mine else "you say"
    return f"{told.actor} asked {told.recipient} for new terms {_format_changed_revision(told, old)} Until {answerer} Yes, rev {stands.number} stands{by}."


def _format_complete(told: MoveReport) -> str:
    if told.after.direction is Direction.SELF:
        return f"You kept your word to yourself{_format_punctuality(told.after)}: {_quote_outcome(told)}."
    if told.act.side is Side.PROMISOR:
        return f"{told.actor} reported it done{_format_punctuality(told.after)}: {_quote_outcome(told)}. {_format_pending_judgement(told)}"
    return f"{told.actor} confirmed it{_format_punctuality(told.after)}: {_quote_outcome(told)}."


def _format_pending_judgement(told: MoveReport) -> str:
    return f"{told.name} has not confirmed." if told.is_mine else "It is yours to judge."


def _format_renege(told: MoveReport) -> str:
    if told.act.side is Side.PROMISEE:
        return f"{told.name} broke it without a word: {_quote_outcome(told)}.{_format_reason(told)}"
    broke = f"{told.actor} broke {'your' if told.is_mine else 'the'} word: {_quote_outcome(told)}.{_format_reason(told)}"
    if told.after.direction is Direction.SELF:
        return broke
    return f"{broke} {_format_notice(told, told.act.told_at)}"


def _format_notice(told: MoveReport, told_at: datetime | None) -> str:
    if told_at is None:
        return f"{told.name} has not been told."
    due = told.after.current_revision.terms.due
    when = f"{told.recipient[:1].upper()}{told.recipient[1:]} {'were' if told.recipient == 'you' else 'was'} told on {formats.format_local_day(told_at, told.here)}"
    if due is None:
        return f"{when}."
    side = "before" if told_at < due.at else "after"
    return (
        f"{when}, {formats.format_time_between(told_at, due.at, told.here.zone)} {side} it was due."
    )


def _format_withdraw(told: MoveReport) -> str:
    rev = told.act.revision
    if told.after.state is State.ACTIVE:
        return f"{told.actor} took the new terms (rev {rev}) back; the terms in force stand {_format_current_terms(told)}"
    what = "offer" if told.act.side is Side.PROMISOR else "request"
    return f"{told.actor} took the {what} back (rev {rev}): {_quote_outcome(told)}.{_format_reason(told)}"


def _format_release(told: MoveReport) -> str:
    return f"{told.actor} let {told.recipient} off: {_quote_outcome(told)}.{_format_reason(told)}"


def _format_reopen(told: MoveReport) -> str:
    return f"{told.actor} reopened it {_format_current_terms(told)}{_format_reason(told)}"


def _format_bump(told: MoveReport) -> str:
    due = told.after.current_revision.terms.due
    if told.act.side is not Side.PROMISOR or told.after.state is not State.ACTIVE:
        return f"{told.actor} reminded {told.recipient}: “{told.act.text}”."
    if due is None:
        return f"{told.actor} gave {told.recipient} word: “{told.act.text}”."
    side = "before it is due" if told.act.at < due.at else "after it was due"
    return f"{told.actor} gave {told.recipient} word, {formats.format_time_between(told.act.at, due.at, told.here.zone)} {side}: “{told.act.text}”."


def _format_partial(told: MoveReport) -> str:
    return f"{told.actor} reported a part: “{told.act.text}”."


def _format_tags(told: MoveReport) -> str:
    tags = " ".join(f"#{tag}" for tag in told.after.tags)
    return (
        f"Tagged {tags}: {_quote_outcome(told)}."
        if tags
        else f"No tag any more: {_quote_outcome(told)}."
    )


_MOVE_FORMATTERS: dict[Verb, Callable[[MoveReport], str]] = {
    Verb.ACCEPT: _format_accept,
    Verb.DECLINE: _format_decline,
    Verb.NEGOTIATE: _format_negotiate,
    Verb.COMPLETE: _format_complete,
    Verb.RENEGE: _format_renege,
    Verb.WITHDRAW: _format_withdraw,
    Verb.RELEASE: _format_release,
    Verb.REOPEN: _format_reopen,
    Verb.BUMP: _format_bump,
    Verb.PARTIAL: _format_partial,
    Verb.TOLD: lambda told: _format_notice(told, told.act.told_at),
    Verb.NOTE: lambda told: f"Noted: “{told.act.text}”.",
    Verb.CORRECT: lambda told: (
        f"Put right {_format_changed_revision(told, (told.before or told.after).current_revision.terms)}"
    ),
    Verb.TAG: _format_tags,
    Verb.UNTAG: _format_tags,
    Verb.VOID: lambda told: (
        f"Entered by mistake, outside every count now: {_quote_outcome(told)}.{_format_reason(told)}"
    ),
}


def format_undo(promise: Promise, command: str, *, redone: bool = False) -> str:
    """What a promise is after an undo or a redo, and which command it was."""
    again = "" if promise.state is State.VOID else " again"
    return f"#{promise.id} is {promise.state}{again} ({'redone' if redone else 'undone'}: {command}): “{promise.current_revision.terms.outcome}”."


def format_next_step(promise: Promise, name: str) -> str:
    """What can be typed next, in one line; empty when nothing waits."""
    number = promise.id
    mine = promise.move == "me"
    if promise.offered_revision:
        counter = (
            f"negotiate {number}"
            if mine or promise.state is State.PROPOSED
            else f"negotiate {number} --theirs"
        )
        answers = f"accept {number}, {counter} or decline {number}"
        return f"Your move: {answers}." if mine else f"When {name} answers: {answers}."
    owed = promise.direction is Direction.OWED
    bumped = promise.direction is Direction.SELF or promise.bumped_at is not None
    trouble = f"negotiate {number} --by … --reason “…”" if bumped else f"bump {number} “…”"
    judge = f"Satisfied? accept {number}. Not yet? decline {number} --reason “what is missing”."
    steps = {
        State.ACTIVE: f"When you have it: complete {number}."
        if owed
        else f"When it is done: complete {number}. If it gets bumpy: {trouble}.",
        State.DELIVERED: judge if owed else f"When {name} confirms: accept {number}.",
        State.RENEGED: f"When you have told {name}: told {number}." if mine else "",
        State.DECLINED: ""
        if owed or promise.direction.is_my_side(promise.current_revision.author)
        else _DECLINE_REMARK,
    }
    return steps.get(promise.state, "")


def describe_move(promise: Promise, verb: Verb, name: str) -> str:
    """What a move would say now, and who would say it."""
    side = lifecycle.infer_speaker(promise, verb)
    mine = promise.direction.is_my_side(side)
    who, other, s = ("you", name, "") if mine else (name, "you", "s")
    if promise.state is State.DELIVERED:
        judged = {
            Verb.ACCEPT: f"{who} confirm{s} it",
            Verb.DECLINE: f"{who} say{s} what is missing",
            Verb.COMPLETE: f"{who} confirm{s} it",
        }
        if verb in judged:
            return judged[verb]
    if promise.direction is Direction.SELF:
        return {
            Verb.COMPLETE: "you have kept it",
            Verb.NEGOTIATE: "you change the terms",
            Verb.RENEGE: "you break it",
        }[verb]
    return {
        Verb.ACCEPT: f"{who} say{s} Yes",
        Verb.NEGOTIATE: f"{who} counter{s}"
        if promise.state is State.PROPOSED
        else f"{who} ask{s} for new terms",
        Verb.DECLINE: f"{who} say{s} No",
        Verb.WITHDRAW: f"{who} take{s} it back",
        Verb.COMPLETE: f"{who} have it"
        if promise.direction is Direction.OWED
        else f"{who} report{s} it done",
        Verb.RENEGE: f"{who} break{s} it",
        Verb.RELEASE: f"{who} let{s} {other} off",
        Verb.REOPEN: f"{who} reopen{s} it",
        Verb.BUMP: f"{who} give{s} word, or remind{s}",
        Verb.TOLD: f"{who} told {other}",
    }[verb]


_DECLINE_REMARK = "A No in good time protects what you have said Yes to."


def format_accepted_risk(promise: Promise) -> str:
    """What was named when the Yes was given, for the moment when it matters; empty when nothing was."""
    risk = f"You foresaw: “{promise.risk}”." if promise.risk else ""
    price = f"You said No to: “{promise.no_to}”." if promise.no_to else ""
    return " ".join(part for part in (risk, price) if part)
