"""How acts move a promise: `apply_act` allows only what is in the table of transitions."""

from __future__ import annotations

from functools import cache

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import (
    Act,
    Agreement,
    Direction,
    EarlierTalk,
    ImportedState,
    Notice,
    Phase,
    Promise,
    Revision,
    Saying,
    Side,
    State,
    Status,
    Terms,
    UnsaidAct,
    Verb,
)
from promisectl.domain.transitions import (
    BOOKKEEPING_VERBS,
    DEFAULT_SPEAKERS,
    TRANSITIONS,
    Condition,
    Effect,
    MoverRole,
    Transition,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from enum import StrEnum
    from typing import Any, Protocol

    from promisectl.domain.civil import CivilMoment

    class RecordedAct(Protocol):
        """An act about a promise or about a person: to undo is the same verb in both."""

        @property
        def verb(self) -> StrEnum:
            """What it does."""

        @property
        def entry(self) -> int:
            """The command that recorded it."""

        @property
        def target(self) -> int | None:
            """The command that an undo or redo is about."""


class Applied(NamedTuple):
    """An act with its revision, and the promise after it."""

    act: Act
    promise: Promise


_TRANSITIONS_BY_MOVE: dict[tuple[State | None, Verb], list[Transition]] = {}
for _row in TRANSITIONS:
    _TRANSITIONS_BY_MOVE.setdefault((_row.state, _row.verb), []).append(_row)


def infer_speaker(promise: Promise, verb: Verb) -> Side:
    """Return the side that makes the move `verb` now when the command does not name a side."""
    if verb in BOOKKEEPING_VERBS:
        return Side.BOOKKEEPER
    if promise.direction is Direction.SELF:
        return Side.SELF
    if verb is Verb.NEGOTIATE and promise.is_proposal_unheard:
        return promise.direction.my_side
    role = DEFAULT_SPEAKERS.get((promise.state, verb)) or DEFAULT_SPEAKERS.get((None, verb))
    return _resolve_side(promise, role) if role else promise.direction.my_side


def is_negotiator_unclear(promise: Promise) -> bool:
    """Whether either side could propose terms now: mine are proposed, and they have to answer.

    Nobody makes a counter-offer to what they do not know of.
    """
    offered = promise.offered_revision
    is_mine = offered is not None and promise.direction.is_my_side(offered.author)
    return is_mine and not promise.is_proposal_unheard


def _resolve_side(promise: Promise, role: MoverRole) -> Side:
    offered = promise.offered_revision
    author = offered.author if offered else promise.direction.my_side
    return {
        MoverRole.PROMISOR: Side.PROMISOR,
        MoverRole.PROMISEE: Side.PROMISEE,
        MoverRole.AUTHOR: author,
        MoverRole.OTHER: author.other_side,
    }[role]


def find_transition(promise: Promise | None, verb: Verb, side: Side) -> Transition | None:
    """Return the row that allows `side` the move `verb` now, or None."""
    if promise is None:
        rows = _list_rows_of_mover(None, verb, side, None, None)
        return rows[0] if rows else None
    offered = promise.offered_revision
    author = offered.author if offered else None
    for row in _list_rows_of_mover(promise.state, verb, side, promise.opening.direction, author):
        if is_condition_met(row.given, promise):
            return row
    return None


@cache  # saves a tenth of a replay
def _list_rows_of_mover(
    state: State | None, verb: Verb, side: Side, direction: Direction | None, author: Side | None
) -> list[Transition]:
    """Return the rows of a state and a verb that have `side` for their mover.

    `direction` is that of the promise, None before it is made; `author` is the side that proposed
    terms, None where nothing is proposed.
    """
    if direction and not _is_side_of(side, direction):
        return []
    rows = _TRANSITIONS_BY_MOVE.get((state, verb), ())
    return [row for row in rows if _is_mover(row.who, side, direction, author)]


def _is_mover(
    role: MoverRole, side: Side, direction: Direction | None, author: Side | None
) -> bool:
    """Whether a side has that role; the arguments are as in `_list_rows_of_mover`."""
    if role is MoverRole.MINE:
        return direction is not None and side is direction.my_side
    if role in _SIDES_BY_ROLE:
        return side in _SIDES_BY_ROLE[role]
    if author is None:
        return False
    return side is (author if role is MoverRole.AUTHOR else author.other_side)


_SIDES_BY_ROLE = {
    MoverRole.PROMISOR: (Side.PROMISOR,),
    MoverRole.PROMISEE: (Side.PROMISEE,),
    MoverRole.EITHER: (Side.PROMISOR, Side.PROMISEE),
    MoverRole.SELF: (Side.SELF,),
    MoverRole.ME: (Side.BOOKKEEPER,),
}


def _is_side_of(side: Side, direction: Direction) -> bool:
    """Whether a side can act in a promise of that direction: in one to myself, only I can."""
    return side is Side.BOOKKEEPER or (side is Side.SELF) is (direction is Direction.SELF)


def is_condition_met(condition: Condition, promise: Promise | None) -> bool:
    """Whether the condition of a row is true for a promise; always before it is made."""
    if promise is None or condition is Condition.ALWAYS:
        return True
    if condition is Condition.UNTOLD:
        return promise.told_at is None and not promise.silent
    if condition is Condition.UNSAID:
        return promise.is_unsaid
    return (promise.offered_revision is not None) is (condition is Condition.AMENDMENT)


def find_base_revision(promise: Promise, verb: Verb, number: int | None = None) -> Revision:
    """Return the revision that `verb` changes or copies; `number` names one to correct.

    Without it, a correction starts from the agreed terms, and a proposal from the proposed ones.
    Raises NoRevision.
    """
    if number is not None:
        revision = promise.find_revision(number)
        if revision is None:
            raise errors.NoRevision(promise.id, number, [one.number for one in promise.revisions])
        return revision
    if verb is Verb.CORRECT:
        return promise.current_revision
    return promise.offered_revision or promise.current_revision


def copy_base_terms(base: Revision, verb: Verb) -> Terms:
    """Return the terms that `verb` starts from; a proposal starts without a date for the answer."""
    return base.terms._replace(reply_by=base.reply_by if verb is Verb.CORRECT else None)


def find_former_terms(promise: Promise, act: Act) -> Terms:
    """Return the terms before the act, with which proposed or corrected terms are compared.

    The date for an answer is among them only while it is the author who changes it.
    """
    is_correction = act.verb is Verb.CORRECT
    base = find_base_revision(promise, act.verb, act.revision if is_correction else None)
    if is_correction or act.side is base.author:
        return base.terms._replace(reply_by=base.reply_by)
    return base.terms.content


def list_open_verbs(promise: Promise) -> tuple[Verb, ...]:
    """Return the verbs that are open now as commands, in the order of the table.

    `partial` is an option of `complete`, not a command.
    """
    rows = (
        row
        for row in TRANSITIONS
        if row.state is promise.state
        and find_transition(promise, row.verb, infer_speaker(promise, row.verb)) is row
        and not _is_told_to_me(promise, row.verb)
    )
    return tuple(dict.fromkeys(row.verb for row in rows if row.verb is not Verb.PARTIAL))


_WORDS_BY_NEED = {"text": "“…”", "reason": "--reason “…”"}
"""How what a row needs is typed; `told_at` is now where nothing is typed."""
_CHANGED_TERMS = {Verb.NEGOTIATE: "--by “…”", Verb.CORRECT: "--what “…”"}
"""A term to change, of which the moves for other terms need at least one."""


def format_move(verb: Verb, number: int, state: State, *, option: str = "") -> str:
    """Return a move as a command with all that it needs, as in `promisectl bump 3 “…”`.

    `option` comes after the ID.
    """
    rows = _TRANSITIONS_BY_MOVE.get((state, verb), ())
    needs = dict.fromkeys(need for row in rows for need in row.needs)
    typed = [_WORDS_BY_NEED.get(need, "") for need in needs]
    words = ("promisectl", verb, str(number), option, _CHANGED_TERMS.get(verb, ""), *typed)
    return " ".join(filter(None, words))


def list_open_commands(promise: Promise) -> dict[str, str]:
    """Return the verbs that are open now, each with the command that `format_move` returns."""
    verbs = list_open_verbs(promise)
    return {verb.value: format_move(verb, promise.id, promise.state) for verb in verbs}


def apply_act(
    promise: Promise | None, act: Act, number: int = 0, *, agreed: bool = False
) -> Applied:
    """Return the act with its revision, and the promise after it.

    `number` is the ID of a new promise. Other terms that are `agreed` need no reason. Raises
    NotOpen when no row allows the act, and Usage when the act lacks what its row needs, changes
    nothing, is before what it builds on, or names a risk that is not its side's.
    """
    if promise is not None and _is_told_to_me(promise, act.verb):
        raise errors.NotOpen(promise.id, promise.state, act.verb, list_open_commands(promise))
    applied = apply_recorded_act(promise, act, number, agreed=agreed)
    if promise is not None:
        if act.told_at and act.verb in (Verb.RENEGE, Verb.TOLD):
            check_told_time(promise, act.told_at, act.verb)
        _check_terms_change(promise, act)
        _check_correction(promise, act)
    _check_act_risk(applied.promise, act)
    return applied


def is_allowed(promise: Promise, act: Act, *, agreed: bool = False) -> bool:
    """Whether `apply_act` allows an act; other terms that are `agreed` need no reason."""
    try:
        apply_act(promise, act, agreed=agreed)
    except (errors.Usage, errors.IllegalMove):
        return False
    return True


def apply_recorded_act(
    promise: Promise | None, act: Act, number: int, *, agreed: bool = True
) -> Applied:
    """Apply an act by the rules that every version had, as what is recorded stays readable.

    Whether other terms were `agreed` on already, only the act after them tells.
    Raises what `apply_act` raises.
    """
    before, row = _check_recorded_act(promise, act, number, agreed=agreed)
    return _carry_out_act(before, row, act)


def _check_recorded_act(
    promise: Promise | None, act: Act, number: int, *, agreed: bool
) -> tuple[Promise, Transition]:
    """Return the promise before an act, a new one for a first act, and the row that allows it.

    Raises what `apply_recorded_act` raises.
    """
    row = find_transition(promise, act.verb, act.side)
    if row is None:
        state, moves = (promise.state, list_open_commands(promise)) if promise else ("not made", {})
        to_self = promise is not None and promise.direction is Direction.SELF
        raise errors.NotOpen(
            promise.id if promise else number, state, act.verb, moves, to_self=to_self
        )
    _check_act_needs(row, act, agreed=agreed)
    before = promise or _open_promise(act, number)
    _check_answer_date(before, act)
    _check_act_time(before, row, act)
    _check_act_change(before, row, act)
    return before, row


def _carry_out_act(promise: Promise, row: Transition, act: Act) -> Applied:
    after = _change_promise(promise, row, act)
    revision = _find_revision_number(promise, after, row, act)
    return Applied(act if act.revision == revision else act._replace(revision=revision), after)


def _change_promise(promise: Promise, row: Transition, act: Act) -> Promise:
    """Return a promise as an act of that row leaves it."""
    changes = _TERMS_BY_EFFECT[row.effect](promise, act)
    if act.answer_by is not None:
        revisions = changes.get("revisions", promise.revisions)
        changes["revisions"] = _date_answer(revisions, act.answer_by)
    if row.effect is not Effect.IMPORT:
        _add_state_changes(changes, promise, row, act)
    return promise._replace(**changes)


def _find_revision_number(before: Promise, after: Promise, row: Transition, act: Act) -> int | None:
    """Return the number of the revision that an act of that row is about.

    To accept or decline a delivery is not about terms: None.
    """
    if row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        return before.next_revision_number
    if before.offered_revision and row.effect in (Effect.ACCEPT, Effect.DECLINE, Effect.WITHDRAW):
        return before.offered_revision.number
    if before.offered_revision and act.answer_by is not None:
        return before.offered_revision.number
    if row.effect is Effect.CORRECT:
        return find_base_revision(before, Verb.CORRECT, act.revision).number
    return None if row.verb in (Verb.ACCEPT, Verb.DECLINE) else after.current_revision.number


def _open_promise(act: Act, number: int) -> Promise:
    if act.opening is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    if not _is_side_of(act.side, act.opening.direction):
        raise errors.NotOpen(number, "not made", act.verb, {})
    return Promise(
        number,
        act.opening,
        made_at=act.at,
        moved_at=act.at,
        contact_at=act.at,
        tags=act.opening.tags,
        part_of=act.opening.part_of,
    )


def _check_act_needs(row: Transition, act: Act, *, agreed: bool) -> None:
    """Refuse an act without what its row needs; other terms that are `agreed` need no reason.

    Raises MissingWord.
    """
    if agreed and act.verb is Verb.NEGOTIATE:
        return
    if not row.needs:
        return
    values = {"reason": act.text, "text": act.text, "told_at": act.told_at, "found": act.found}
    for need in row.needs:
        if not values[need]:
            raise errors.MissingWord(act.verb, need)


def _check_answer_date(promise: Promise, act: Act) -> None:
    """Refuse a date for an answer that is not the answer of the side that says it.

    Raises NothingToAnswer where nothing waits for an answer, and AnswerOfOtherSide for the side
    that proposed the terms.
    """
    if act.answer_by is None:
        return
    if promise.offered_revision is None:
        raise errors.NothingToAnswer(promise.id, promise.state, list_open_commands(promise))
    if act.side is promise.offered_revision.author:
        is_mine = promise.direction.is_my_side(act.side)
        raise errors.AnswerOfOtherSide(promise.id, is_mine=is_mine)


def _is_state_or_terms_change(row: Transition, act: Act) -> bool:
    """Whether an act changes the state, the terms or the date for an answer to them.

    Later changes can't come before it.
    """
    if row.end is not None or act.answer_by is not None:
        return True
    return row.effect not in _EFFECTS_WITHOUT_CHANGE


def _check_act_time(promise: Promise, row: Transition, act: Act) -> None:
    """Refuse an act before the newest change, or a telling before the promise was made.

    Raises TooEarly.
    """
    told_at = act.told_at if act.verb in (Verb.RENEGE, Verb.TOLD) else None
    if told_at is not None and told_at < promise.made_at:
        check_told_time(promise, told_at, act.verb)
    is_change = _is_state_or_terms_change(row, act)
    earliest = promise.moved_at if is_change else promise.made_at
    if act.at < earliest and act.verb is not Verb.NOTE:
        raise errors.TooEarly(promise.id, earliest, act.at)


def _is_told_to_me(promise: Promise, verb: Verb) -> bool:
    """Whether a move is to tell me of a break of theirs, which I know already.

    Earlier versions recorded it.
    """
    return verb is Verb.TOLD and not (promise.is_untold or promise.is_unsaid)


def find_earliest_telling(promise: Promise, verb: Verb = Verb.TOLD) -> datetime:
    """Return the moment before which nobody can have been told.

    Of a break nobody is told before the broken terms were agreed on, of what was written down
    before it was written.
    """
    if verb is Verb.TOLD and promise.is_unsaid:
        return max(act.at for act in promise.unsaid)
    return promise.agreed_at or promise.made_at


def check_told_time(promise: Promise, told_at: datetime, verb: Verb = Verb.TOLD) -> None:
    """Refuse that somebody was told too early, see `find_earliest_telling`.

    Raises ToldTooEarly and UnsaidToldTooEarly.
    """
    earliest = find_earliest_telling(promise, verb)
    if told_at < earliest:
        is_unsaid = verb is Verb.TOLD and promise.is_unsaid
        error = errors.UnsaidToldTooEarly if is_unsaid else errors.ToldTooEarly
        raise error(promise.id, earliest, told_at)


def _check_act_change(promise: Promise, row: Transition, act: Act) -> None:
    """Refuse new or corrected terms, tags or a bigger promise that are the same as before.

    Nor has a promise to myself a person to correct. Raises NothingChanged, TagsUnchanged,
    PartUnchanged or PersonOfSelf.
    """
    if row.effect is Effect.LINK and act.bigger == promise.part_of:
        raise errors.PartUnchanged(promise.id, act.text)
    if row.effect is Effect.TAG and _resolve_tags(promise, act) == promise.tags:
        raise errors.TagsUnchanged(promise.id, (act.text or "").split(), added=act.verb is Verb.TAG)
    if row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        base = promise.offered_revision or promise.in_force
    elif row.effect is Effect.CORRECT:
        if act.person is not None and promise.direction is Direction.SELF:
            raise errors.PersonOfSelf(promise.id)
        if act.terms is None and _has_new_details(promise, act):
            return
        base = find_base_revision(promise, Verb.CORRECT, act.revision)
    else:
        return
    if act.terms is None or (base and act.terms == base.terms):
        is_offered = act.verb is Verb.NEGOTIATE and promise.offered_revision is not None
        raise errors.NothingChanged(promise.id, act.verb, is_offered=is_offered)


def _has_new_details(promise: Promise, act: Act) -> bool:
    """Whether an act names another person or risk, or something else that it displaces."""
    return (
        act.person not in (None, promise.opening.person)
        or act.risk not in (None, promise.risk)
        or act.no_to not in (None, promise.no_to)
    )


def _check_terms_change(promise: Promise, act: Act) -> None:
    """Refuse a proposal that changes nothing, or that goes back to the agreed terms.

    The author of an offer may change the date for the answer alone. To go back to the agreed terms
    is to decline the change. Raises NothingChanged and AgreedAlready.
    """
    offered, in_force = promise.offered_revision, promise.in_force
    base = offered or in_force
    if act.verb is not Verb.NEGOTIATE or act.terms is None or base is None:
        return
    is_same = act.terms.content == base.terms.content
    is_prolonged = act.side is base.author and act.terms.reply_by not in (None, base.reply_by)
    if is_same and not (offered and is_prolonged):
        raise errors.NothingChanged(promise.id, act.verb, is_offered=offered is not None)
    if not is_same and offered and in_force and act.terms.content == in_force.terms.content:
        verb = Verb.WITHDRAW if offered.author is act.side else Verb.DECLINE
        raise errors.AgreedAlready(promise.id, offered.number, verb)


def _check_correction(promise: Promise, act: Act) -> None:
    """Refuse a correction of nothing, or one that leaves nothing of the proposed change.

    Raises NothingChanged, NoRevision and AmendmentEmptied.
    """
    if act.verb is not Verb.CORRECT or act.terms is None:
        return
    after = promise._replace(**_correct_terms(promise, act))
    if after == promise:
        raise errors.NothingChanged(promise.id, act.verb)
    if _is_amendment_empty(after) and not _is_amendment_empty(promise):
        offered = promise.offered_revision
        raise errors.AmendmentEmptied(promise.id, offered.number if offered else 0)


def _is_amendment_empty(promise: Promise) -> bool:
    """Whether the proposed change is the same as the agreed terms."""
    offered, in_force = promise.offered_revision, promise.in_force
    return bool(offered and in_force and offered.terms.content == in_force.terms.content)


def _check_act_risk(promise: Promise, act: Act) -> None:
    """Refuse a risk, or what it displaces, from a side that promises nothing.

    That is the promisee, and me where I correct what I am owed. Raises RiskOfPromisee.
    """
    corrects_theirs = act.verb is Verb.CORRECT and promise.direction is Direction.OWED
    if (act.risk or act.no_to) and (act.side is Side.PROMISEE or corrects_theirs):
        raise errors.RiskOfPromisee(promise.id)


_BOOKKEEPING_EFFECTS = (Effect.CORRECT, Effect.TAG, Effect.LINK)
"""The other side does not learn of these."""
_EFFECTS_WITHOUT_CHANGE = (Effect.NONE, *_BOOKKEEPING_EFFECTS)
"""These change neither the state nor what was agreed on or proposed."""


def _add_state_changes(changes: dict[str, Any], before: Promise, row: Transition, act: Act) -> None:
    """Add to `changes` all that an act changes beside the terms: state, moments, warnings."""
    if act.side is not Side.BOOKKEEPER:
        _add_saying(changes, before, row, act)
    _add_words(changes, before, row, act)
    was_unheard = act.unsaid or (act.verb is Verb.WITHDRAW and before.is_proposal_unheard)
    if row.effect not in _BOOKKEEPING_EFFECTS and not was_unheard:
        said_at = _find_said_moment(row, act)
        changes["contact_at"] = max(before.contact_at, said_at)
    if _is_state_or_terms_change(row, act):
        changes["moved_at"] = max(before.moved_at, act.at)
    if row.end is not None:
        changes["state"] = row.end
        changes |= _build_state_moments(before, row.end, act)
    if row.end is not None or "agreements" in changes:
        agreements = changes.get("agreements", before.agreements)
        phase = Phase(act.at, row.end or before.state, len(agreements))
        changes["phases"] = (*before.phases, phase)
    if before.direction.is_my_side(act.side) and row.effect is not Effect.LINK:
        acted = (act.at, len(before.bumps))
        changes["acted"] = max(before.acted or acted, acted)
    if act.cause or act.repair or act.risk or act.no_to:
        changes |= _select_details(act)


def _find_said_moment(row: Transition, act: Act) -> datetime:
    """Return when an act of that row was said; what was unsaid is said when it is told."""
    return act.told_at if row.given is Condition.UNSAID and act.told_at else act.at


def _add_words(changes: dict[str, Any], before: Promise, row: Transition, act: Act) -> None:
    """Add to `changes` what changes about warnings, as far as they were said at once.

    A broken promise is a warning only from when the other side was told.
    """
    if row.given is Condition.UNSAID or act.unsaid:
        return
    if act.verb in (Verb.RENEGE, Verb.TOLD):
        changes["told_at"] = act.told_at
    elif is_notice(row, act):
        notice = Notice(act.at, len(before.phases))
        changes["words"] = (*before.words, notice)
        if act.verb is Verb.BUMP:
            changes["bumps"] = (*before.bumps, notice)


def _add_saying(changes: dict[str, Any], before: Promise, row: Transition, act: Act) -> None:
    """Add to `changes` what an act of a side adds to the unsaid acts, or to the contacts."""
    order = len(before.unsaid_acts) + len(before.sayings)
    if act.unsaid:
        unsaid = UnsaidAct(act.verb, act.at, is_notice(row, act), order)
        changes["unsaid_acts"] = (*before.unsaid_acts, unsaid)
        return
    is_told = row.given is Condition.UNSAID
    saying = Saying(_find_said_moment(row, act), order, len(before.phases), is_told)
    changes["sayings"] = (*before.sayings, saying)


def is_notice(row: Transition, act: Act) -> bool:
    """Whether an act of that row is a warning, if the promise was active at its moment.

    Until when a change will be answered says nothing about the promise.
    """
    return row.gives_notice and act.side is Side.PROMISOR and act.answer_by is None


def _select_details(act: Act) -> dict[str, Any]:
    """Return the cause, the repair, the risk and the `no_to` that an act names."""
    values = {name: getattr(act, name) for name in ("cause", "repair", "risk", "no_to")}
    return {name: value for name, value in values.items() if value}


def _build_state_moments(before: Promise, end: State, act: Act) -> dict[str, object]:
    """Return the fields that belong to a state which a promise enters: its moments and reason."""
    if end is State.ACTIVE:
        return {"delivered_at": None, "closed_at": None, "reason": None}
    if end is State.DELIVERED:
        return {"delivered_at": act.at}
    if end is State.KEPT:
        return {"delivered_at": before.delivered_at or act.at, "closed_at": act.at}
    if end is State.PROPOSED:
        return {}
    return {
        "closed_at": act.at,
        "reason": act.text,
        "silent": act.verb is Verb.RENEGE and act.side is Side.PROMISEE,
    }


# The effects: each returns the fields of a promise that an act changes, with their new values.


def _offer_terms(promise: Promise, act: Act) -> dict[str, Any]:
    terms = act.terms or promise.current_revision.terms
    offered = Revision(promise.next_revision_number, act.side, Status.OFFERED, terms)
    earlier = _change_statuses(promise, {Status.OFFERED: Status.SUPERSEDED})
    return {"revisions": (*earlier, offered)}


def _date_answer(revisions: tuple[Revision, ...], answer_by: CivilMoment) -> tuple[Revision, ...]:
    """Return revisions with the moment until when the proposed terms will be answered."""
    return tuple(
        revision._replace(terms=revision.terms._replace(reply_by=answer_by))
        if revision.status is Status.OFFERED
        else revision
        for revision in revisions
    )


def _accept_terms(promise: Promise, act: Act) -> dict[str, Any]:
    """Make the proposed terms the agreed ones."""
    accepted = promise.offered_revision or promise.current_revision
    statuses = {Status.IN_FORCE: Status.SUPERSEDED, Status.OFFERED: Status.IN_FORCE}
    return {
        "revisions": _change_statuses(promise, statuses),
        "agreements": (*promise.agreements, Agreement(accepted.number, act.at)),
    }


def _offer_and_accept_terms(promise: Promise, act: Act) -> dict[str, Any]:
    return _accept_terms(promise._replace(**_offer_terms(promise, act)), act)


def _correct_terms(promise: Promise, act: Act) -> dict[str, Any]:
    """Replace each wrong value, in the revision of the act or throughout, and the wrong person.

    What was typed wrong was copied wrong: every revision that still has exactly that value gets
    the right one, and so does the due date of an agreement before an import. The date for an answer
    belongs to one revision, while that waits for an answer.
    """
    base = find_base_revision(promise, Verb.CORRECT, act.revision)
    right = act.terms or base.terms
    changes = {
        name: (old, new)
        for name, old, new in zip(Terms._fields, base.terms, right, strict=True)
        if old != new and name != "reply_by"
    }
    corrected = [
        _replace_values(revision, changes)
        if act.throughout or revision.number == base.number
        else revision
        for revision in promise.revisions
    ]
    if base.status is Status.OFFERED:
        index = promise.revisions.index(base)
        terms = corrected[index].terms._replace(reply_by=right.reply_by)
        corrected[index] = base._replace(terms=terms)
    earlier = promise.earlier
    if act.throughout and earlier.first_due and "due" in changes:
        earlier = earlier._replace(first_due=_replace_value(earlier.first_due, changes["due"]))
    opening = promise.opening
    if act.person is not None:
        opening = opening._replace(person=act.person)
    return {"opening": opening, "revisions": tuple(corrected), "earlier": earlier}


def _replace_values(revision: Revision, changes: dict[str, tuple[Any, Any]]) -> Revision:
    """Return a revision with the new value of every field that has exactly the old one."""
    terms = revision.terms
    values = {name: _replace_value(getattr(terms, name), pair) for name, pair in changes.items()}
    return revision._replace(terms=terms._replace(**values))


def _replace_value(value: Any, change: tuple[Any, Any]) -> Any:
    """Return the new value of a change if `value` is the old one, else `value`."""
    old, new = change
    return new if value == old else value


def list_corrected_revisions(before: Promise, after: Promise) -> list[Revision]:
    """Return the revisions, as they are after a correction, that it has changed."""
    pairs = zip(before.revisions, after.revisions, strict=True)
    return [new for old, new in pairs if old != new]


def _resolve_tags(promise: Promise, act: Act) -> tuple[str, ...]:
    """Return the tags after an act that adds or removes some."""
    named = (act.text or "").split()
    if act.verb is Verb.TAG:
        return tuple(dict.fromkeys((*promise.tags, *named)))
    return tuple(tag for tag in promise.tags if tag not in named)


_STATUS_BEFORE_ACCEPTANCE = {
    State.PROPOSED: Status.OFFERED,
    State.DECLINED: Status.DECLINED,
    State.WITHDRAWN: Status.WITHDRAWN,
    State.VOID: Status.MOOT,
}


def _import_state(promise: Promise, act: Act) -> dict[str, Any]:
    """Take over the imported state, and all that is known of the earlier terms."""
    state = act.found
    if state is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    accepted_at = state.accepted_at
    status = Status.IN_FORCE
    if not accepted_at:
        status = _STATUS_BEFORE_ACCEPTANCE.get(state.state, Status.IN_FORCE)
    revisions = [Revision(state.revision, state.author, status, act.terms)]
    if state.offer:
        revisions.append(Revision(state.revisions, state.author, Status.OFFERED, state.offer))
    return {
        **{name: getattr(state, name) for name in _IMPORTED_FIELDS},
        "revisions": tuple(revisions),
        "agreements": (Agreement(state.revision, accepted_at),) if accepted_at else (),
        "phases": _list_imported_phases(state),
        "words": _list_imported_notices(state.word_at),
        "bumps": _list_imported_notices(state.bumped_at),
        "earlier": EarlierTalk(state.revisions, state.renegotiated, state.first_due),
        "contact_at": state.contact_at or act.at,
        "unsaid_acts": _list_imported_unsaid(state, promise.direction),
        **_select_details(act),
    }


_IMPORTED_FIELDS = (
    "state",
    "made_at",
    "delivered_at",
    "closed_at",
    "told_at",
    "silent",
    "reason",
)
_PHASES_BEFORE_IMPORTED_NOTICE = 2  # to be made and to be agreed on


def _list_imported_phases(state: ImportedState) -> tuple[Phase, ...]:
    """Return the phases of an imported promise, as far as their beginnings are known."""
    agreements = 1 if state.accepted_at else 0
    phases = [Phase(state.made_at, State.PROPOSED, 0)]
    if state.accepted_at:
        phases.append(Phase(state.accepted_at, State.ACTIVE, agreements))
    if state.delivered_at:
        phases.append(Phase(state.delivered_at, State.DELIVERED, agreements))
    if state.closed_at:
        phases.append(Phase(state.closed_at, state.state, agreements))
    return tuple(phases)


def _list_imported_unsaid(state: ImportedState, direction: Direction) -> tuple[UnsaidAct, ...]:
    """Return what was unsaid when a promise was imported: my terms unless heard, else a bump."""
    if not state.unsaid:
        return ()
    is_offered = state.state is State.PROPOSED or state.offer is not None
    is_mine = is_offered and direction.is_my_side(state.author) and not state.heard
    gives_notice = direction is Direction.OWE and not (is_mine and state.state is State.PROPOSED)
    verb = Verb.NEGOTIATE if is_mine else Verb.BUMP
    return (UnsaidAct(verb, state.made_at, gives_notice),)


def _list_imported_notices(at: datetime | None) -> tuple[Notice, ...]:
    return (Notice(at, _PHASES_BEFORE_IMPORTED_NOTICE),) if at else ()


def _change_statuses(promise: Promise, changes: dict[Status, Status]) -> tuple[Revision, ...]:
    return tuple(
        revision._replace(status=changes[revision.status])
        if revision.status in changes
        else revision
        for revision in promise.revisions
    )


def _build_offer_closing(status: Status) -> Callable[[Promise, Act], dict[str, Any]]:
    """Return an effect that ends the proposed terms with `status`."""

    def close_offer(promise: Promise, _act: Act) -> dict[str, Any]:
        if promise.offered_revision is None:
            return {}
        return {"revisions": _change_statuses(promise, {Status.OFFERED: status})}

    return close_offer


_TERMS_BY_EFFECT: dict[Effect, Callable[[Promise, Act], dict[str, Any]]] = {
    Effect.NONE: lambda _promise, _act: {},
    Effect.OPEN: _offer_terms,
    Effect.OFFER: _offer_terms,
    Effect.AT_ONCE: _offer_and_accept_terms,
    Effect.ACCEPT: _accept_terms,
    Effect.DECLINE: _build_offer_closing(Status.DECLINED),
    Effect.WITHDRAW: _build_offer_closing(Status.WITHDRAWN),
    Effect.MOOT: _build_offer_closing(Status.MOOT),
    Effect.CORRECT: _correct_terms,
    Effect.TAG: lambda promise, act: {"tags": _resolve_tags(promise, act)},
    Effect.LINK: lambda _promise, act: {"part_of": act.bigger},
    Effect.IMPORT: _import_state,
}


def find_undone_entries(acts: Iterable[RecordedAct]) -> dict[int, int]:
    """Return each undone entry with the entry that undid it, without those redone since."""
    undone: dict[int, int] = {}
    for act in acts:
        if act.verb == Verb.UNDO and act.target is not None:
            undone[act.target] = act.entry
        elif act.verb == Verb.REDO and act.target is not None:
            undone.pop(act.target, None)
    return undone


def _list_live_acts(acts: Iterable[Act]) -> list[Act]:
    all_acts = list(acts)
    undone = find_undone_entries(all_acts)
    return [
        act
        for act in all_acts
        if act.verb not in (Verb.UNDO, Verb.REDO) and act.entry not in undone
    ]


def replay_acts(number: int, acts: Iterable[Act]) -> Promise:
    """Return the promise after `acts`, in their order, without the undone commands.

    A promise is void, and part of nothing, when the command that made it is undone. Raises what
    `apply_recorded_act` raises.
    """
    all_acts = list(acts)
    promise: Promise | None = None
    for act in _list_live_acts(all_acts):
        before, row = _check_recorded_act(promise, act, number, agreed=True)
        promise = _change_promise(before, row, act)
    if promise is not None:
        return promise
    made = apply_recorded_act(None, all_acts[0], number).promise
    undo = next(act for act in reversed(all_acts) if act.verb is Verb.UNDO)
    return made._replace(
        revisions=_change_statuses(made, {Status.OFFERED: Status.MOOT}),
        state=State.VOID,
        closed_at=undo.at,
        part_of=None,
    )


def list_term_changes(number: int, acts: Iterable[Act]) -> dict[int, tuple[Terms, Terms]]:
    """Return the terms before and after each act that proposes or corrects some.

    They are by the number of the act. An undone act is compared with what was there when it was
    recorded.
    """
    changes: dict[int, tuple[Terms, Terms]] = {}
    recorded: list[Act] = []
    for act in acts:
        if act.verb in (Verb.NEGOTIATE, Verb.CORRECT) and act.terms and recorded:
            before = replay_acts(number, recorded)
            changes[act.number] = find_former_terms(before, act), act.terms
        recorded.append(act)
    return changes


def _has_revision_to_correct(promise: Promise | None, act: Act) -> bool:
    """Whether a correction finds its revision; true of any other act."""
    if act.verb is not Verb.CORRECT or promise is None or act.revision is None:
        return True
    return promise.find_revision(act.revision) is not None


def iter_steps(number: int, acts: Iterable[Act], moment: datetime | None) -> Iterator[Applied]:
    """Yield every act up to `moment` with the promise after it, without the undone commands.

    As of a moment counts what took place by then, whenever it was recorded, and nothing that an
    act says of a later moment. None is the end of time.
    """
    promise: Promise | None = None
    for recorded in _list_live_acts(acts):
        act = _forget_later_moments(recorded, moment) if moment else recorded
        # What is not open without the acts that were to come, such as the part of a delivery that
        # is dated before the yes, is left out. Nothing else is checked again.
        row = find_transition(promise, act.verb, act.side) if act else None
        if act and row and _has_revision_to_correct(promise, act):
            step = _carry_out_act(promise or _open_promise(act, number), row, act)
            promise = step.promise
            yield step


def _forget_later_moments(act: Act, moment: datetime) -> Act | None:
    """Return an act as it is known at `moment`, None when it is still to come."""
    is_told_later = act.told_at is not None and act.told_at > moment
    if act.at > moment or (is_told_later and act.verb is Verb.TOLD):
        return None
    if is_told_later:
        act = act._replace(told_at=None)
    return act._replace(found=_forget_later_talk(act.found, moment)) if act.found else act


def _forget_later_talk(state: ImportedState, moment: datetime) -> ImportedState:
    """Return an imported state without the moments that came after those of its state."""
    told = {name: getattr(state, name) for name in _MOMENTS_OF_IMPORTED_TALK}
    later: dict[str, Any] = dict.fromkeys(name for name, at in told.items() if at and at > moment)
    return state._replace(**later)


_MOMENTS_OF_IMPORTED_TALK = ("contact_at", "word_at", "bumped_at", "told_at")
