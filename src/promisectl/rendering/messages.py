"""What a move says when it is done: one line of who did what on which terms, and one next step. Plain text."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Direction, Promise, Side, State, Terms, Verb
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from promisectl.rendering.formats import Here


class Told(NamedTuple):
    """A move to be told: the promise before and after it, the act, the display name of the other side, and where we are."""

    before: Promise | None
    after: Promise
    act: Act
    name: str
    here: Here

    @property
    def mine(self) -> bool:
        """Whether I did it."""
        return lifecycle.is_mine(self.after.direction, self.act.side)

    @property
    def who(self) -> str:
        """“You” or the name of whoever did it."""
        return "You" if self.mine else self.name

    @property
    def whose(self) -> str:
        """Whose terms the answer was to: the other side's of whoever did it."""
        return f"{self.name}'s" if self.mine else "your"

    @property
    def whom(self) -> str:
        """Whoever it was done to."""
        return self.name if self.mine else "you"


def line(told: Told) -> str:
    """What happened, as one line that begins with the number and the state."""
    number, state = told.after.id, told.after.state
    risk = ", at risk" if told.act.verb is Verb.BUMP and told.act.side is Side.PROMISOR and told.after.state is State.ACTIVE else ""
    return f"#{number} {state}{risk}. {sentence(told)}{_dated(told.act.at, told.here)}"


def sentence(told: Told) -> str:
    """What happened, in a sentence; what came of it besides, in another."""
    return f"{_SAYS[told.act.verb](told)}{_moot(told)}" if told.before else opened(told.after, told.name, told.here)


def _moot(told: Told) -> str:
    """That new terms on the table have come to nothing, where a move ended the promise over them."""
    lost = told.before.offered if told.before and told.before.state is State.ACTIVE and told.after.state is not State.ACTIVE else None
    return f" The new terms (rev {lost.number}) are moot." if lost else ""


def _dated(at: datetime, here: Here) -> str:
    """When it was said, where that is not now."""
    return "" if at == here.now else f" Dated {formats.moment(at, here)}."


def terms(terms: Terms, here: Here) -> str:
    """Terms in a sentence: the outcome, and the due date where there is one."""
    by = f" by {formats.due(terms.due.civil, terms.due.zone, here)}" if terms.due else ""
    return f"“{terms.outcome}”{by}"


def _revision(told: Told, number: int | None = None) -> str:
    revision = (told.after.revision(number) if number else told.after.offered) or told.after.current
    return f"(rev {revision.number}): {terms(revision.terms, told.here)}."


def _outcome(told: Told) -> str:
    return f"“{told.after.current.terms.outcome}”"


def _because(told: Told) -> str:
    return f" Reason: “{told.act.text}”." if told.act.text else ""


def made(promise: Promise, name: str, here: Here) -> str:
    """A promise that was just made, as one line that begins with the number and the state."""
    return f"#{promise.id} {promise.state}. {opened(promise, name, here)}{_dated(promise.made_at, here)}"


def opened(promise: Promise, name: str, here: Here) -> str:
    """How a promise began: who owes or is asked what, by when."""
    first = promise.current
    said = terms(first.terms, here)
    if promise.direction is Direction.SELF:
        opening = "You promise yourself"
    elif promise.state is State.ACTIVE:
        opening = f"You owe {name}" if promise.direction is Direction.OWE else f"{name} owes you"
    else:
        mine = lifecycle.is_mine(promise.direction, first.author)
        verb = "offer" if first.author is Side.PROMISOR else "ask"
        opening = f"You {verb} {name}" if mine else f"{name} {verb}s you"
    replaces = f" It replaces #{promise.opening.replaces}." if promise.opening.replaces else ""
    return f"{opening}: {said} (rev {first.number}).{replaces}"


def _accept(told: Told) -> str:
    if told.before and told.before.state is State.DELIVERED:
        return f"{told.who} confirmed it{_punctual(told.after)}: {_outcome(told)}."
    kind = "new terms" if told.after.renegotiated else "terms"
    return f"{told.who} accepted {told.whose} {kind} {_revision(told)}"


def _punctual(promise: Promise) -> str:
    due = promise.current.terms.due
    late = formats.lateness(int((promise.delivered_at - due.at).total_seconds())) if due and promise.delivered_at else ""
    return f", {late}" if late else ""


def _decline(told: Told) -> str:
    before = told.before
    if before and before.state is State.DELIVERED:
        return f"{told.who} said it is not done: {_outcome(told)}. Missing: “{told.act.text}”."
    if before and before.offered and before.state is State.ACTIVE:
        stands = f"the terms in force stand {_revision(told, told.after.current.number)}"
        return f"{told.who} said No to {told.whose} new terms (rev {before.offered.number}), and {stands}{_because(told)}"
    return f"{told.who} said No to {told.whose} terms {_revision(told)}{_because(told)}"


def changes(old: Terms, new: Terms, here: Here) -> str:
    """What is different in the new terms, in a sentence."""
    said = [f"“{new.outcome}”"] if new.outcome != old.outcome else []
    if new.due != old.due:
        said.append(f"by {formats.due(new.due.civil, new.due.zone, here)}" if new.due else "without a date")
    for name, before, after in (("done when", old.done_when, new.done_when), ("why", old.why, new.why)):
        if before != after:
            said.append(f"{name} “{after}”" if after else f"without a {name.replace(' ', '-')}")
    if new.reply_by != old.reply_by:
        said.append(
            f"answer by {formats.due(new.reply_by.civil, new.reply_by.zone, here)}" if new.reply_by else "without a date for the answer"
        )
    return ", ".join(said)


def _changed(told: Told, old: Terms, number: int) -> str:
    """The revision that is different now, of which promise, and in what."""
    revision = told.after.revision(number) or told.after.current
    return f"(rev {number}) of “{old.outcome}”: {changes(old, revision.terms, told.here)}."


def _negotiate(told: Told) -> str:
    before, after = told.before or told.after, told.after
    old, number = (before.offered or before.current).terms, after.newest
    if after.direction is Direction.SELF:
        return f"You changed the terms {_changed(told, old, number)}"
    if after.state is State.PROPOSED:
        countered = before.offered and before.offered.author is not told.act.side
        return f"{told.who} {'countered' if countered else 'put new terms'} {_changed(told, old, number)}"
    stands = after.current
    by = f": by {formats.due(stands.terms.due.civil, stands.terms.due.zone, told.here)}" if stands.terms.due else ""
    answerer = f"{told.name} says" if told.mine else "you say"
    return f"{told.who} asked {told.whom} for new terms {_changed(told, old, number)} Until {answerer} Yes, rev {stands.number} stands{by}."


def _complete(told: Told) -> str:
    if told.after.direction is Direction.SELF:
        return f"You kept your word to yourself{_punctual(told.after)}: {_outcome(told)}."
    if told.act.side is Side.PROMISOR:
        return f"{told.who} reported it done{_punctual(told.after)}: {_outcome(told)}. {_judge(told)}"
    return f"{told.who} confirmed it{_punctual(told.after)}: {_outcome(told)}."


def _judge(told: Told) -> str:
    return f"{told.name} has not confirmed." if told.mine else "It is yours to judge."


def _renege(told: Told) -> str:
    if told.act.side is Side.PROMISEE:
        return f"{told.name} broke it without a word: {_outcome(told)}.{_because(told)}"
    broke = f"{told.who} broke {'your' if told.mine else 'the'} word: {_outcome(told)}.{_because(told)}"
    if told.after.direction is Direction.SELF:
        return broke
    return f"{broke} {_notice(told, told.act.told_at)}"


def _notice(told: Told, told_at: datetime | None) -> str:
    if told_at is None:
        return f"{told.name} has not been told."
    due = told.after.current.terms.due
    when = f"{told.whom[:1].upper()}{told.whom[1:]} {'were' if told.whom == 'you' else 'was'} told on {formats.day(told_at, told.here)}"
    if due is None:
        return f"{when}."
    side = "before" if told_at < due.at else "after"
    return f"{when}, {formats.apart(told_at, due.at, told.here.zone)} {side} it was due."


def _withdraw(told: Told) -> str:
    before = told.before
    rev = before.offered.number if before and before.offered else told.after.current.number
    if told.after.state is State.ACTIVE:
        return f"{told.who} took the new terms (rev {rev}) back; the terms in force stand {_revision(told, told.after.current.number)}"
    what = "offer" if told.act.side is Side.PROMISOR else "request"
    return f"{told.who} took the {what} back (rev {rev}): {_outcome(told)}.{_because(told)}"


def _release(told: Told) -> str:
    return f"{told.who} let {told.whom} off: {_outcome(told)}.{_because(told)}"


def _reopen(told: Told) -> str:
    return f"{told.who} reopened it {_revision(told)}{_because(told)}"


def _bump(told: Told) -> str:
    due = told.after.current.terms.due
    if told.act.side is not Side.PROMISOR or told.after.state is not State.ACTIVE:
        return f"{told.who} reminded {told.whom}: “{told.act.text}”."
    if due is None:
        return f"{told.who} gave {told.whom} word: “{told.act.text}”."
    side = "before it is due" if told.act.at < due.at else "after it was due"
    return f"{told.who} gave {told.whom} word, {formats.apart(told.act.at, due.at, told.here.zone)} {side}: “{told.act.text}”."


def _partial(told: Told) -> str:
    return f"{told.who} reported a part: “{told.act.text}”."


def _tagged(told: Told) -> str:
    tags = " ".join(f"#{tag}" for tag in told.after.tags)
    return f"Tagged {tags}: {_outcome(told)}." if tags else f"No tag any more: {_outcome(told)}."


_SAYS: dict[Verb, Callable[[Told], str]] = {
    Verb.ACCEPT: _accept,
    Verb.DECLINE: _decline,
    Verb.NEGOTIATE: _negotiate,
    Verb.COMPLETE: _complete,
    Verb.RENEGE: _renege,
    Verb.WITHDRAW: _withdraw,
    Verb.RELEASE: _release,
    Verb.REOPEN: _reopen,
    Verb.BUMP: _bump,
    Verb.PARTIAL: _partial,
    Verb.TOLD: lambda told: _notice(told, told.act.told_at),
    Verb.NOTE: lambda told: f"Noted: “{told.act.text}”.",
    Verb.CORRECT: lambda told: f"Put right {_changed(told, (told.before or told.after).current.terms, told.after.current.number)}",
    Verb.TAG: _tagged,
    Verb.UNTAG: _tagged,
    Verb.VOID: lambda told: f"Entered by mistake, outside every count now: {_outcome(told)}.{_because(told)}",
}


def taken_back(promise: Promise, command: str, *, redone: bool = False) -> str:
    """What a promise is after an undo or a redo, and which command it was."""
    again = "" if promise.state is State.VOID else " again"
    return f"#{promise.id} is {promise.state}{again} ({'redone' if redone else 'undone'}: {command}): “{promise.current.terms.outcome}”."


def next_step(promise: Promise, name: str) -> str:
    """What can be typed next, in one line; empty when nothing waits."""
    number = promise.id
    mine = lifecycle.whose_move(promise) == "me"
    if promise.offered:
        counter = f"negotiate {number}" if mine or promise.state is State.PROPOSED else f"negotiate {number} --theirs"
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
        State.DECLINED: "" if owed or lifecycle.is_mine(promise.direction, promise.current.author) else _SAID_NO,
    }
    return steps.get(promise.state, "")


def gloss(promise: Promise, verb: Verb, name: str) -> str:
    """What a move would say now, and who would say it."""
    side = lifecycle.speaker(promise, verb)
    mine = lifecycle.is_mine(promise.direction, side)
    who, other, s = ("you", name, "") if mine else (name, "you", "s")
    if promise.state is State.DELIVERED:
        judged = {Verb.ACCEPT: f"{who} confirm{s} it", Verb.DECLINE: f"{who} say{s} what is missing", Verb.COMPLETE: f"{who} confirm{s} it"}
        if verb in judged:
            return judged[verb]
    if promise.direction is Direction.SELF:
        return {Verb.COMPLETE: "you have kept it", Verb.NEGOTIATE: "you change the terms", Verb.RENEGE: "you break it"}[verb]
    return {
        Verb.ACCEPT: f"{who} say{s} Yes",
        Verb.NEGOTIATE: f"{who} counter{s}" if promise.state is State.PROPOSED else f"{who} ask{s} for new terms",
        Verb.DECLINE: f"{who} say{s} No",
        Verb.WITHDRAW: f"{who} take{s} it back",
        Verb.COMPLETE: f"{who} have it" if promise.direction is Direction.OWED else f"{who} report{s} it done",
        Verb.RENEGE: f"{who} break{s} it",
        Verb.RELEASE: f"{who} let{s} {other} off",
        Verb.REOPEN: f"{who} reopen{s} it",
        Verb.BUMP: f"{who} give{s} word, or remind{s}",
        Verb.TOLD: f"{who} told {other}",
    }[verb]


_SAID_NO = "A No in good time protects what you have said Yes to."


def foreseen(promise: Promise) -> str:
    """What was named when the Yes was given, for the moment when it matters; empty when nothing was."""
    risk = f"You foresaw: “{promise.risk}”." if promise.risk else ""
    price = f"You said No to: “{promise.no_to}”." if promise.no_to else ""
    return " ".join(part for part in (risk, price) if part)
