"""What a move prints when it is done: one line on who did what, and one next step.

All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.promise import (
    Act,
    Direction,
    Promise,
    Revision,
    Side,
    State,
    Terms,
    Verb,
)
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from promisectl.domain.civil import CivilMoment
    from promisectl.rendering.formats import LocalMoment


_PROPOSING_VERBS = (Verb.REQUEST, Verb.OFFER, Verb.NEGOTIATE)


class MoveReport(NamedTuple):
    """A move to report.

    `before` and `after` are the promise before and after it, `act` is the recorded act, `name` is
    the display name of the other side, and `here` is when and where the reader is. `before` is None
    for a new promise. `former_name` is the name of the other side before the move. `rest` are the
    later promises of its series after they moved with it.
    """

    before: Promise | None
    after: Promise
    act: Act
    name: str
    here: LocalMoment
    former_name: str = ""
    rest: Sequence[Promise] = ()

    @property
    def is_mine(self) -> bool:
        """Whether I did it."""
        return self.after.direction.is_my_side(self.act.side)

    @property
    def is_fresh_proposal(self) -> bool:
        """Whether I propose terms now, as opposed to an act of an earlier moment."""
        return self.is_mine and self.act.verb in _PROPOSING_VERBS and self.act.at == self.here.now

    @property
    def actor(self) -> str:
        """“you”, or the name of the other side: whoever did it."""
        return "you" if self.is_mine else self.name

    @property
    def recipient(self) -> str:
        """“you”, or the name of the other side: whoever it was done to."""
        return self.name if self.is_mine else "you"

    @property
    def actor_possessive(self) -> str:
        """“your” for what I proposed, else “the”."""
        return "your" if self.is_mine else "the"

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
        """The terms of the current revision, and the last date of what moved with it."""
        terms = format_terms(self.after.current_revision.terms, self.here)
        last = self.rest[-1].current_revision.terms.due if self.rest else None
        return f"{terms}{self.format_last_date(last)}"

    def format_last_date(self, last: CivilMoment | None) -> str:
        """Return the date of the last promise that moved, after that of the first; maybe empty."""
        return f", and so on to {formats.format_civil_moment(last, self.here)}" if last else ""

    @property
    def others(self) -> str:
        """How many promises moved with it, and which, after a comma; empty for none."""
        return format_others(self.after.id, [promise.id for promise in self.rest])

    @property
    def reason(self) -> str:
        """The text of the act as a sentence after another; empty without a text."""
        return f" Reason: “{self.act.text}”." if self.act.text else ""

    @property
    def punctuality(self) -> str:
        """Whether the delivery was on time, after a comma; empty unless it was just reported."""
        state = self.before.state if self.before else None
        if self.after.state not in (State.DELIVERED, State.KEPT) or state is self.after.state:
            return ""
        due, delivered_at = self.after.current_revision.terms.due, self.after.delivered_at
        lateness = formats.format_lateness(due, delivered_at, self.here.zone)
        return f", {lateness}" if lateness else ""

    @property
    def warned_agreement(self) -> int | None:
        """The index of the agreement that a bump warned about; None when it was a reminder."""
        is_bump = self.act.verb is Verb.BUMP and self.act.side is Side.PROMISOR
        is_bump = is_bump and self.act.answer_by is None
        bumps = self.after.bumps if is_bump and not self.act.unsaid else ()
        if self.act.verb is Verb.TOLD and self.before and self.before.is_unsaid:
            told = self.after.told_words[len(self.before.told_words) :]
            bumps = tuple(word for verb, word in told if verb is Verb.BUMP)
        return self.after.find_warned_agreement(bumps[-1]) if bumps else None


def format_others(number: int, ids: Sequence[int]) -> str:
    """Return of which other promises the same is said, after a comma; maybe empty."""
    if len(ids) <= 1:
        return "".join(f", and #{one} too" for one in ids)
    is_range = ids == [*range(number + 1, number + 1 + len(ids))]
    which = f" to #{ids[-1]}" if is_range else f" (#{formats.format_id_range(ids)})"
    return f", and {len(ids)} more{which}"


def format_move_line(move: MoveReport) -> str:
    """Return what happened, as one line that begins with the ID and the state."""
    date = format_act_date(move.act.at, move.here)
    return f"#{move.after.id} {format_move_event(move)}{date}"


def format_move_event(move: MoveReport) -> str:
    """Return the state that a move led to, what happened, and which change that also ended."""
    before, after = move.before, move.after
    if not before:
        return format_opening(after, move.name, move.here)
    is_about_last = move.warned_agreement == len(after.agreements) - 1
    risk = ", at risk" if is_about_last and after.state is State.ACTIVE else ""
    state = f"{formats.format_state(after.state)}{risk}{move.punctuality}{move.others}"
    unsaid = " Not said yet." if move.act.unsaid else ""
    event = f"{state}: {_MOVE_FORMATTERS[move.act.verb](move)}{unsaid}"
    has_ended = before.state is State.ACTIVE and after.state is not State.ACTIVE
    if not has_ended or not before.offered_revision:
        return event
    return f"{event} That also ends the proposed change (rev {before.offered_revision.number})."


def format_act_date(at: datetime, here: LocalMoment) -> str:
    """Return when an act took place, as a sentence after another; empty if that is now."""
    return "" if at == here.now else f" Dated {formats.format_instant(at, here)}."


def format_terms(terms: Terms, here: LocalMoment) -> str:
    """Return the outcome in quotes, with the due date where there is one."""
    by = f" by {formats.format_civil_moment(terms.due, here)}" if terms.due else ""
    return f"“{terms.outcome}”{by}"


def format_new_promise(promise: Promise, name: str, here: LocalMoment) -> str:
    """Return a new promise as one line that begins with the ID and the state."""
    date = format_act_date(promise.made_at, here)
    return f"#{promise.id} {format_opening(promise, name, here)}{date}"


def format_opening(
    promise: Promise, name: str, here: LocalMoment, *, terms: str = "", subject: str = "It"
) -> str:
    """Return the state of a new promise, and who owes, offers or asks for what, by when.

    `terms` are other words for what and by when, `subject` those for what replaces a former one.
    """
    first = promise.current_revision
    if promise.direction is Direction.SELF:
        opening = "you promise yourself"
    elif promise.state is State.ACTIVE:
        opening = f"you owe {name}" if promise.direction is Direction.OWE else f"{name} owes you"
    else:
        mine = promise.direction.is_my_side(first.author)
        actor, other, s = ("you", name, "") if mine else (name, "you", "s")
        is_offer = first.author is Side.PROMISOR
        opening = f"{actor} offer{s} {other}" if is_offer else f"{actor} ask{s} {other} for"
    former, terms = promise.opening.replaces, terms or format_terms(first.terms, here)
    replaces = f" {subject} replaces #{former}." if former else ""
    state = formats.format_state(promise.state)
    reply_by = promise.offered_revision and first.terms.reply_by
    answer = f", reply by {formats.format_civil_moment(reply_by, here)}" if reply_by else ""
    unsaid = " Not said yet." if promise.is_unsaid else ""
    return f"{state}: {opening} {terms}{answer}.{replaces}{unsaid}"


def format_term_changes(
    old: Terms, new: Terms, here: LocalMoment, *, always: Sequence[str] = ()
) -> str:
    """Return what differs in the later terms, and what it was before.

    The terms in `always` are also named when they stay as they are.
    """
    changes = ""
    for name, (label, absent) in _TERM_PHRASES.items():
        before, after = getattr(old, name), getattr(new, name)
        if before == after and not (after and name in always):
            continue
        change = f"{label}{_format_term(after, here)}" if after else absent
        former = f" (was {_format_term(before, here)})" if before and before != after else ""
        comma = " " if name == "due" and after else ", "
        changes += f"{comma if changes else ''}{change}{former}"
    return changes


def list_extra_demands(old: Terms, new: Terms, here: LocalMoment) -> list[str]:
    """Return in what the later terms ask more of the promisor: “2 days earlier”, “other words”.

    Nothing more is asked by a later date, or without a date, a done-when or the same why.
    """
    demands = []
    if new.due and not old.due:
        demands.append("a date")
    elif new.due and old.due and new.due.at < old.due.at:
        distance = formats.format_time_from_due(old.due, new.due.at, here.zone)
        demands.append(f"{distance} earlier")
    if new.outcome != old.outcome:
        demands.append("other words")
    if new.done_when and new.done_when != old.done_when:
        demands.append("another done-when" if old.done_when else "a done-when")
    return demands


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
    "reply_by": ("reply by ", "without a reply date"),
}


# One sentence for each kind of move


def describe_offered_kind(promise: Promise, revision: Revision) -> str:
    """Return what proposed terms are: an offer, a request, a counter-offer or a change."""
    if promise.in_force:
        return "change"
    others = {other.author for other in promise.revisions if other.number < revision.number}
    if others - {revision.author}:
        return "counter-offer"
    return "offer" if revision.author is Side.PROMISOR else "request"


def format_accept(move: MoveReport) -> str:
    """Return that somebody confirmed a delivery, or accepted terms."""
    before = move.before or move.after
    if before.state is State.DELIVERED:
        return f"{move.actor} confirmed {move.outcome}."
    kind = describe_offered_kind(before, move.after.current_revision)
    whose = "the" if kind == "change" else move.recipient_possessive
    separator = ":" if kind == "change" else ""
    return f"{move.actor} accepted {whose} {kind}{separator} {move.current_terms}."


def format_decline(move: MoveReport) -> str:
    """Return that somebody declined a delivery, a change, or the first terms."""
    before = move.before or move.after
    if before.state is State.DELIVERED:
        return f"{move.actor} did not confirm {move.outcome}. Missing: “{move.act.text}”."
    if before.state is State.ACTIVE:
        refused = f"{move.actor} said no to the change (rev {move.act.revision})"
        return f"{refused}. {_format_lasting_terms(move)}{move.reason}"
    kind = describe_offered_kind(before, move.after.current_revision)
    refused = f"{move.actor} said no to {move.recipient_possessive} {kind}"
    return f"{refused} {move.current_terms}.{move.reason}"


def _format_lasting_terms(move: MoveReport) -> str:
    """Return a sentence with the agreed terms, which a refused change leaves as they are."""
    return f"Still agreed: {move.current_terms}."


def format_negotiate(move: MoveReport) -> str:
    """Return that somebody changed, countered or proposed terms, and which terms hold meanwhile."""
    before, after = move.before or move.after, move.after
    number = f"(rev {move.act.revision})"
    if after.direction is Direction.SELF:
        return f"you changed the terms {number}{_format_changed_terms(move)}"
    if after.state is State.PROPOSED:
        offered, terms = before.offered_revision, _format_all_terms(move)
        if offered and offered.author is not move.act.side:
            return f"{move.actor} made {move.recipient} a counter-offer {number}: {terms}."
        kind = describe_offered_kind(before, after.current_revision)
        return f"{move.actor} changed {move.actor_possessive} {kind} {number}: {terms}."
    if after.in_force and after.in_force.number == move.act.revision:
        terms = _format_all_terms(move)
        return f"you and {move.name} agreed on {terms}."
    answerer = f"{move.name} says" if move.is_mine else "you say"
    return (
        f"{move.actor} proposed a change {number}{_format_changed_terms(move)}"
        f" Until {answerer} yes, {format_holding_terms(move)}."
    )


def format_holding_terms(move: MoveReport) -> str:
    """Return what holds until a proposed change is accepted: the date, if that would change."""
    due = move.after.current_revision.terms.due
    if not due or not move.act.terms or move.act.terms.due == due:
        return "the agreed terms hold"
    if not move.rest:
        return f"{formats.format_civil_moment(due, move.here)} holds"
    dues = [promise.current_revision.terms.due for promise in (move.after, *move.rest)]
    days = {formats.format_weekday(one.civil) for one in dues if one}
    return f"the {days.pop()}s hold" if len(days) == 1 else "the agreed dates hold"


def _format_all_terms(move: MoveReport) -> str:
    """Return the outcome, the due date, and what else the other terms change."""
    old = lifecycle.find_former_terms(move.before or move.after, move.act)
    always = ("outcome", "due")
    changes = format_term_changes(old, move.act.terms or old, move.here, always=always)
    return f"{changes}{format_last_change(move)}"


def format_last_change(move: MoveReport) -> str:
    """Return the changed date of the last promise that moved; empty if no date changed."""
    old = lifecycle.find_former_terms(move.before or move.after, move.act)
    if not move.rest or not move.act.terms or move.act.terms.due == old.due:
        return ""
    last = move.rest[-1].offered_revision or move.rest[-1].current_revision
    return move.format_last_date(last.terms.due)


def format_correct(move: MoveReport) -> str:
    """Return which revision was corrected, in what, and where else."""
    before, after = move.before or move.after, move.after
    details = _format_corrected_details(before, move.act)
    if move.act.person is not None:
        details = f" It is with {move.name} (was {move.former_name}).{details}"
    if move.act.terms is None:
        return f"you corrected {move.outcome}.{details}"
    corrected = lifecycle.list_corrected_revisions(before, after)
    others = [revision for revision in corrected if revision.number != move.act.revision]
    offered = after.offered_revision if after.in_force else None
    places = [f"rev {revision.number}" for revision in others if revision != offered]
    if offered in others:
        places.append("the proposed change")
    if after.earlier != before.earlier:
        places.append("the first due date")
    also = formats.join_words(places)
    number = f" (rev {move.act.revision})" if after.newest_revision_number > 1 else ""
    where = f" Also in {also}." if also else ""
    return f"you corrected the terms{number}{_format_changed_terms(move)}{where}{details}"


def _format_corrected_details(before: Promise, act: Act) -> str:
    """Return the corrected risk and what it displaces as sentences after another; maybe empty."""
    pairs = (
        ("What could go wrong", before.risk, act.risk),
        ("What it displaces", before.no_to, act.no_to),
    )
    return "".join(
        f" {label}: “{new}”{f' (was “{old}”)' if old else ''}."
        for label, old, new in pairs
        if new not in (None, old)
    )


def _format_changed_terms(move: MoveReport) -> str:
    """Return the outcome, old or changed, and what else differs, up to the full stop."""
    old = lifecycle.find_former_terms(move.before or move.after, move.act)
    new = move.act.terms or old
    of = f" of “{old.outcome}”" if new.outcome == old.outcome else ""
    return f"{of}: {format_term_changes(old, new, move.here)}{format_last_change(move)}."


def format_complete(move: MoveReport) -> str:
    """Return that somebody reported or confirmed a delivery."""
    if move.after.direction is Direction.SELF:
        return f"{move.outcome}."
    if move.act.side is not Side.PROMISOR:
        return f"{move.actor} confirmed {move.outcome}."
    if move.is_mine:
        return f"{move.outcome}. {move.name} still has to confirm."
    return f"{move.name} says {move.outcome} is done. You still have to confirm."


def format_renege(move: MoveReport) -> str:
    """Return that a promise was broken, and when the promisee was told."""
    ending = f"{move.outcome}.{move.reason}"
    if move.act.side is Side.PROMISEE:
        return f"{ending} {move.name} did not tell you."
    return ending if move.after.direction is Direction.SELF else f"{ending} {format_told(move)}"


def format_told(move: MoveReport) -> str:
    """Return when the promisee was told of a broken promise, and how far from its due date.

    Of what was unsaid, return what they were told.
    """
    if move.before and move.before.is_unsaid and move.act.verb is Verb.TOLD:
        return _format_told_words(move, move.before)
    told_at, due = move.act.told_at, move.after.current_revision.terms.due
    if told_at is None:
        return f"{move.name} has not been told."
    told = f"{move.name} was told" if move.is_mine else f"{move.name} told you"
    sentence = f"{told} on {formats.format_local_day(told_at, move.here)}"
    if due is None or move.rest:
        return f"{sentence}."
    return f"{sentence}, {_format_distance(due, told_at, move.here)}."


def _format_told_words(move: MoveReport, before: Promise) -> str:
    """Return which acts the other side was told, and how far ahead that warns them."""
    agreement = move.warned_agreement
    names = dict.fromkeys(_name_unsaid_act(before, act.verb, agreement) for act in before.unsaid)
    told = f"you told {move.name} of your {' and your '.join(names)}"
    if agreement is None:
        return f"{told}: {move.outcome}."
    due = move.after.find_agreed_due(agreement)
    distance = f", {_format_distance(due, move.act.at, move.here)}" if due else ""
    return f"{told}{distance}: {move.outcome}."


def _name_unsaid_act(before: Promise, verb: Verb, agreement: int | None) -> str:
    """Return what kind of act was unsaid; `agreement` is the one that it warns about, if any."""
    if verb is Verb.BUMP:
        return "reminder" if agreement is None else "warning"
    offered = before.offered_revision
    return describe_offered_kind(before, offered) if offered else "change"


def _format_distance(due: CivilMoment, moment: datetime, here: LocalMoment) -> str:
    """Return how far a moment is from a due date: “4 days ahead”, “2 days after it was due”."""
    distance = formats.format_time_from_due(due, moment, here.zone)
    return f"{distance} {'ahead' if moment < due.at else 'after it was due'}"


def format_withdraw(move: MoveReport) -> str:
    """Return that somebody took back a change, an offer or a request."""
    before = move.before or move.after
    unheard = " They had not heard it." if before.is_proposal_unheard else ""
    if move.after.state is State.ACTIVE:
        lost = f"{move.actor} took back the change (rev {move.act.revision})"
        return f"{lost}.{unheard} {_format_lasting_terms(move)}"
    kind = describe_offered_kind(before, move.after.current_revision)
    lost = f"{move.actor} took back {move.actor_possessive} {kind}"
    return f"{lost} {move.outcome}.{unheard}{move.reason}"


def format_release(move: MoveReport) -> str:
    """Return that the promisee released the promisor."""
    return f"{move.actor} released {move.recipient} from {move.outcome}.{move.reason}"


def format_reopen(move: MoveReport) -> str:
    """Return that somebody reopened a promise, with its terms."""
    return f"{move.actor} reopened {move.current_terms}.{move.reason}"


def format_bump(move: MoveReport) -> str:
    """Return that the promisor warned the promisee, and how far ahead, or that one reminded.

    How far ahead counts to the date that was due when the warning was given.
    """
    if move.act.answer_by:
        return _format_answer_date(move, move.act.answer_by)
    quoted, agreement = f"“{move.act.text}”", move.warned_agreement
    if move.act.unsaid:
        is_warning = move.after.state is State.ACTIVE and move.act.side is Side.PROMISOR
        kind = "warning" if is_warning else "reminder"
        return f"you wrote a {kind} for {move.name}: {quoted}."
    if agreement is None:
        return f"{move.actor} reminded {move.recipient}: {quoted}."
    due = move.after.find_agreed_due(agreement)
    distance = f" {_format_distance(due, move.act.at, move.here)}" if due else ""
    return f"{move.actor} warned {move.recipient}{distance}: {quoted}."


def _format_answer_date(move: MoveReport, answer_by: CivilMoment) -> str:
    """Return by when whoever has to answer will do so, and what that was before."""
    offered = (move.before or move.after).offered_revision
    former = offered.reply_by if offered else None
    date = formats.format_civil_moment(answer_by, move.here)
    was = ""
    if former and former != answer_by:
        was = f" (was {formats.format_civil_moment(former, move.here)})"
    whose = "your answer" if move.is_mine else f"{move.name}'s answer"
    to = f" to the change (rev {move.act.revision})" if move.after.in_force else ""
    actor = "You" if move.is_mine else move.name
    return f"{whose}{to} by {date}{was}. {actor} told {move.recipient}: “{move.act.text}”."


def format_partial(move: MoveReport) -> str:
    """Return which part of the outcome somebody reported."""
    return f"{move.actor} reported a part: “{move.act.text}”."


def format_note(move: MoveReport) -> str:
    """Return the text of a note."""
    return f"noted “{move.act.text}”."


def format_tags(move: MoveReport) -> str:
    """Return all tags that a promise has now."""
    tags = " ".join(f"#{tag}" for tag in move.after.tags)
    return f"{move.outcome} is tagged {tags}." if tags else f"{move.outcome} has no tags now."


def format_part(move: MoveReport) -> str:
    """Return what a promise is a part of now."""
    if move.act.text is None:
        return f"{move.outcome} is not a part of anything now."
    return f"{move.outcome} is a part of #{move.act.text} now."


def format_void(move: MoveReport) -> str:
    """Return that an entry was void."""
    return f"{move.outcome} no longer counts.{move.reason}"


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
    Verb.PART: format_part,
    Verb.VOID: format_void,
}


def format_undo(
    promise: Promise, command: str, *, redone: bool = False, rest: Sequence[int] = ()
) -> str:
    """Return the state of a promise after an undo or a redo, and which command that was.

    `rest` are the IDs of others of its series, of which the same is true.
    """
    again = "" if promise.state is State.VOID else " again"
    change = f"was {'redone' if redone else 'undone'}"
    event = f"`{command}` of “{promise.current_revision.terms.outcome}” {change}"
    state = f"{formats.format_state(promise.state)}{again}{format_others(promise.id, rest)}"
    return f"#{promise.id} {state}: {event}."


def format_next_step(promise: Promise, name: str, *, is_fresh: bool = False, left: str = "") -> str:
    """Return what can be typed next, in one line; empty when nothing waits.

    `name` is the display name of the other side. If the promise `is_fresh`, I proposed its terms
    just now, so its words may have to be sent. `left` are the IDs of all that are left of its
    series, where all of them were moved.
    """
    number, mine = promise.id, promise.move == "me"
    every, rest = left or number, "--rest" if left else ""
    if promise.is_unsaid:
        return f"Send it: promisectl message {every} · Then: promisectl told {every}"
    if promise.offered_revision:
        verbs = (Verb.ACCEPT, Verb.NEGOTIATE, Verb.DECLINE)
        answers = _format_commands("Answer", verbs, promise, rest)
        send = f"Not said yet? promisectl message {every} · " if is_fresh else ""
        accept = lifecycle.format_move(Verb.ACCEPT, number, promise.state, option=rest)
        return answers if mine else f"{send}When {name} says yes: {accept}"
    is_owed = promise.direction is Direction.OWED
    if promise.is_warned:
        return _format_commands("Answer", (Verb.NEGOTIATE, Verb.RELEASE, Verb.NOTE), promise)
    is_known = promise.direction is Direction.SELF or promise.bumped_at is not None
    risk = f"At risk? promisectl bump {number} “…”"
    if is_known:
        risk = f"Need more time? promisectl negotiate {number} --by “…” --reason “…”"
    tell = f"Tell {name}: promisectl message {every} · Then: promisectl told {every}"
    receive = f"When it is done: promisectl complete {number}"
    confirmed = f"When {name} confirms: promisectl accept {number}"
    unfinished = f"Not done? promisectl decline {number} --reason “…”"
    confirm = f"Confirm: promisectl accept {number} · {unfinished}"
    steps = {
        State.ACTIVE: receive if is_owed else f"Done? promisectl complete {number} · {risk}",
        State.DELIVERED: confirm if is_owed else confirmed,
        State.RENEGED: tell if mine else "",
    }
    return steps.get(promise.state, "")


def format_earlier_report(move: MoveReport) -> str:
    """Return how to date a report that is late only because it was recorded late; maybe empty."""
    is_dated = move.act.at != move.here.now
    if move.act.verb is not Verb.COMPLETE or is_dated or not move.punctuality.endswith(" late"):
        return ""
    option = {
        (Direction.OWE, Side.PROMISEE): " --confirmed",
        (Direction.OWED, Side.PROMISOR): " --reported",
    }.get((move.after.direction, move.act.side), "")
    again = f"complete {move.after.id}{option} --on “…”"
    return f"Done earlier? promisectl undo · promisectl {again}"


def _format_commands(label: str, verbs: Iterable[Verb], promise: Promise, option: str = "") -> str:
    """Return a line of commands about one promise, all as they are typed, with an option."""
    commands = (
        lifecycle.format_move(verb, promise.id, promise.state, option=option) for verb in verbs
    )
    return f"{label}: {' · '.join(commands)}"


def describe_move(promise: Promise, verb: Verb, name: str, side: Side | None = None) -> str:
    """Return who would make a move now, and what it would mean: “Dana says yes”.

    That is `side`, by default the side that is inferred.
    """
    if side is None and verb is Verb.NEGOTIATE and lifecycle.is_negotiator_unclear(promise):
        return f"other terms, yours or {name}'s"
    side = side or lifecycle.infer_speaker(promise, verb)
    mine = promise.direction.is_my_side(side)
    actor, other, s = ("you", name, "") if mine else (name, "you", "s")
    is_delivered, is_receipt = promise.state is State.DELIVERED, side is Side.PROMISEE
    if (is_delivered and verb is Verb.ACCEPT) or (
        verb is Verb.COMPLETE and (is_delivered or is_receipt)
    ):
        return f"{actor} confirm{s} it"
    if is_delivered and verb is Verb.DECLINE:
        return f"{actor} say{s} what is missing"
    if promise.direction is Direction.SELF:
        return {
            Verb.COMPLETE: "you kept it",
            Verb.NEGOTIATE: "you change the terms",
            Verb.RENEGE: "you break it",
        }[verb]
    is_warning = side is Side.PROMISOR and promise.state is State.ACTIVE
    return {
        Verb.ACCEPT: f"{actor} say{s} yes",
        Verb.NEGOTIATE: f"{actor} {_describe_negotiation(promise, side, s)}",
        Verb.DECLINE: f"{actor} say{s} no",
        Verb.WITHDRAW: f"{actor} take{s} it back",
        Verb.COMPLETE: f"{actor} report{s} it done",
        Verb.RENEGE: f"{actor} break{s} it",
        Verb.RELEASE: f"{actor} release{s} {other}",
        Verb.REOPEN: f"{actor} reopen{s} it",
        Verb.BUMP: f"{actor} {'warn' if is_warning else 'remind'}{s} {other}",
        Verb.TOLD: f"{actor} told {other}",
        Verb.NOTE: f"{actor} note{s} it",
    }[verb]


def describe_past_move(promise: Promise, verb: Verb, name: str) -> str:
    """Return what a move of the other side would record: “record that Dana said yes”."""
    present = describe_move(promise, verb, name)
    word, space, rest = present.removeprefix(f"{name} ").partition(" ")
    if not present.startswith(f"{name} ") or not word.endswith("s"):
        return f"record {present}"
    regular = f"{word[:-1]}d" if word.endswith("es") else f"{word[:-1]}ed"
    return f"record that {name} {_PAST_FORMS.get(word, regular)}{space}{rest}"


_PAST_FORMS = {"says": "said", "takes": "took", "breaks": "broke", "makes": "made"}


def _describe_negotiation(promise: Promise, side: Side, s: str) -> str:
    """Return what other terms by `side` would be; `s` is the ending of the verb."""
    offered = promise.offered_revision
    if promise.state is not State.PROPOSED or not offered:
        return f"propose{s} a change"
    if offered.author is not side:
        return f"make{s} a counter-offer"
    return f"change{s} the {describe_offered_kind(promise, offered)}"


def format_named_risk(promise: Promise, name: str) -> str:
    """Return what could go wrong and what it displaces, as the promisor named them, or "".

    `name` is the display name of the other side.
    """
    promisor = name if promise.direction is Direction.OWED else "You"
    risk = f"{promisor} foresaw: “{promise.risk}”." if promise.risk else ""
    displaced = f"{promisor} put off: “{promise.no_to}”." if promise.no_to else ""
    return " ".join(part for part in (risk, displaced) if part)


def format_recalled_risk(promise: Promise, act: Act, name: str) -> str:
    """Return what was named before an act, except for what the act names itself."""
    still = promise._replace(
        risk=None if act.risk else promise.risk, no_to=None if act.no_to else promise.no_to
    )
    return format_named_risk(still, name)
