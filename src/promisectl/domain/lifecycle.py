"""How acts move a promise: `apply_act` allows only what is in the table of transitions."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import (
    Act,
    Agreement,
    Direction,
    EarlierTalk,
    Notice,
    Promise,
    Revision,
    Side,
    State,
    Status,
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
    from typing import Any


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
    role = DEFAULT_SPEAKERS.get((promise.state, verb)) or DEFAULT_SPEAKERS.get((None, verb))
    return _resolve_side(promise, role) if role else promise.direction.my_side


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
    rows = _TRANSITIONS_BY_MOVE.get((promise.state if promise else None, verb), ())
    return next((row for row in rows if _is_applicable(row, promise, side)), None)


def _is_applicable(row: Transition, promise: Promise | None, side: Side) -> bool:
    """Whether a row for the promise's state allows that side its move."""
    if not is_condition_met(row.given, promise):
        return False
    if promise and not _is_side_of(side, promise.direction):
        return False
    if row.who in _SIDES_BY_ROLE:
        return side in _SIDES_BY_ROLE[row.who]
    if promise is None or promise.offered_revision is None:
        return False
    return side is _resolve_side(promise, row.who)


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
        return promise.is_untold
    return (promise.offered_revision is not None) is (condition is Condition.AMENDMENT)


def find_base_revision(promise: Promise, verb: Verb) -> Revision:
    """Return the revision that `verb` changes or copies.

    A correction starts from the terms in force, new terms start from those on the table.
    """
    if verb is Verb.CORRECT:
        return promise.current_revision
    return promise.offered_revision or promise.current_revision


def list_open_verbs(promise: Promise) -> tuple[Verb, ...]:
    """Return the verbs that are open now as commands, in the order of the table.

    `partial` is an option of `complete`, not a command.
    """
    rows = (
        row
        for row in TRANSITIONS
        if row.state is promise.state
        and _is_applicable(row, promise, infer_speaker(promise, row.verb))
    )
    return tuple(dict.fromkeys(row.verb for row in rows if row.verb is not Verb.PARTIAL))


def apply_act(promise: Promise | None, act: Act, number: int = 0) -> Applied:
    """Return the act with its revision, and the promise after it.

    `number` is the ID of a new promise. Raises NotOpen when no row allows the act, and Usage when
    the act lacks what its row needs, changes nothing, or is before the newest act.
    """
    row = find_transition(promise, act.verb, act.side)
    if row is None:
        state, moves = (promise.state, list_open_verbs(promise)) if promise else ("not made", ())
        raise errors.NotOpen(promise.id if promise else number, state, act.verb, moves)
    _check_act_needs(row, act)
    promise = promise or _open_promise(act, number)
    _check_act_time(promise, row, act)
    _check_act_change(promise, row, act)
    return _carry_out_act(promise, row, act)


def _carry_out_act(promise: Promise, row: Transition, act: Act) -> Applied:
    after = _TERMS_BY_EFFECT[row.effect](promise, act)
    if row.effect is not Effect.IMPORT:
        after = _update_warning(_update_state(promise, after, row, act), act)
    return Applied(act._replace(revision=_find_revision_number(promise, after, row)), after)


def _find_revision_number(before: Promise, after: Promise, row: Transition) -> int | None:
    """Return the number of the revision that an act of that row is about.

    To accept or decline a delivery is not about terms: None.
    """
    if row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        return before.next_revision_number
    if before.offered_revision and row.effect in (Effect.ACCEPT, Effect.DECLINE, Effect.WITHDRAW):
        return before.offered_revision.number
    return None if row.verb in (Verb.ACCEPT, Verb.DECLINE) else after.current_revision.number


def _open_promise(act: Act, number: int) -> Promise:
    if act.opening is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    if not _is_side_of(act.side, act.opening.direction):
        raise errors.NotOpen(number, "not made", act.verb, ())
    return Promise(
        number,
        act.opening,
        made_at=act.at,
        moved_at=act.at,
        contact_at=act.at,
        tags=act.opening.tags,
    )


def _check_act_needs(row: Transition, act: Act) -> None:
    """Refuse an act without what its row needs.

    Raises MissingWord.
    """
    values = {"reason": act.text, "text": act.text, "told_at": act.told_at, "found": act.found}
    for need in row.needs:
        if not values[need]:
            raise errors.MissingWord(act.verb, need)


def _is_state_or_terms_change(row: Transition) -> bool:
    """Whether a move of that row changes the state or the terms, so that later ones follow it."""
    return row.end is not None or row.effect not in (Effect.NONE, *_BOOKKEEPING_EFFECTS)


def _check_act_time(promise: Promise, row: Transition, act: Act) -> None:
    """Refuse an act before the newest change, or a telling before the promise was made.

    Raises TooEarly.
    """
    earliest = promise.moved_at if _is_state_or_terms_change(row) else promise.made_at
    if act.at < earliest and act.verb is not Verb.NOTE:
        raise errors.TooEarly(promise.id, earliest, act.at)
    told_at = act.told_at if act.verb in (Verb.RENEGE, Verb.TOLD) else None
    if told_at is not None and told_at < promise.made_at:
        raise errors.TooEarly(promise.id, promise.made_at, told_at)


def _check_act_change(promise: Promise, row: Transition, act: Act) -> None:
    """Refuse new or corrected terms, or tags, that are the same as before.

    Raises NothingChanged or TagsUnchanged.
    """
    if row.effect is Effect.TAG and _resolve_tags(promise, act) == promise.tags:
        raise errors.TagsUnchanged(promise.id, (act.text or "").split(), added=act.verb is Verb.TAG)
    if row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        base = promise.offered_revision or promise.in_force
    elif row.effect is Effect.CORRECT:
        base = promise.current_revision
    else:
        return
    if act.terms is None or (base and act.terms == base.terms):
        raise errors.NothingChanged(promise.id, act.verb)


_BOOKKEEPING_EFFECTS = (Effect.CORRECT, Effect.TAG)  # the other side does not hear of these


def _update_state(before: Promise, after: Promise, row: Transition, act: Act) -> Promise:
    """Return `after` with all that an act changes except the terms: state, moments, warnings."""
    changes: dict[str, object] = {}
    if row.effect not in _BOOKKEEPING_EFFECTS:
        changes["contact_at"] = max(before.contact_at, act.at)
    if _is_state_or_terms_change(row):
        changes["moved_at"] = max(before.moved_at, act.at)
    if row.end is not None:
        changes |= {"state": row.end, **_build_state_moments(before, row.end, act)}
    is_break = act.verb in (Verb.RENEGE, Verb.TOLD)
    if is_break:
        changes["told_at"] = act.told_at
    if row.gives_notice and act.side is Side.PROMISOR:
        # A broken promise is a warning only from when the other side was told.
        warned_at = act.told_at if is_break else act.at
        if warned_at:
            changes["words"] = (*before.words, Notice(before.current_revision.number, warned_at))
        if act.verb is Verb.BUMP:
            changes["bumped_at"] = act.at
    return after._replace(**changes, **_select_details(act))  # type: ignore[arg-type]


def _update_warning(promise: Promise, act: Act) -> Promise:
    """Return the promise with the warning that I have not answered: any act of mine ends it.

    An act at the same moment as another came after it when it was recorded after it.
    """
    acted_at, warned_at = promise.acted_at, promise.warned_at
    if promise.direction.is_my_side(act.side):
        is_answer = warned_at is not None and act.at >= warned_at
        return promise._replace(
            acted_at=max(acted_at or act.at, act.at), warned_at=None if is_answer else warned_at
        )
    if act.verb is Verb.BUMP and (acted_at is None or act.at >= acted_at):
        return promise._replace(warned_at=max(warned_at or act.at, act.at))
    return promise


def _select_details(act: Act) -> dict[str, Any]:
    """Return the cause, the repair, the risk and the price that an act names."""
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


def _offer_terms(promise: Promise, act: Act) -> Promise:
    terms = act.terms or promise.current_revision.terms
    offered = Revision(promise.next_revision_number, act.side, Status.OFFERED, terms)
    earlier = _change_statuses(promise, {Status.OFFERED: Status.SUPERSEDED})
    return promise._replace(revisions=(*earlier, offered))


def _accept_terms(promise: Promise, act: Act) -> Promise:
    """Bring the terms on the table into force, which ends the risk to the former ones."""
    accepted = promise.offered_revision or promise.current_revision
    return promise._replace(
        revisions=_change_statuses(
            promise, {Status.IN_FORCE: Status.SUPERSEDED, Status.OFFERED: Status.IN_FORCE}
        ),
        agreements=(*promise.agreements, Agreement(accepted.number, act.at)),
        bumped_at=None,
    )


def _correct_terms(promise: Promise, act: Act) -> Promise:
    wrong = promise.current_revision
    right = wrong._replace(terms=act.terms or wrong.terms)
    revisions = (right if other.number == wrong.number else other for other in promise.revisions)
    return promise._replace(revisions=tuple(revisions))


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


def _import_state(promise: Promise, act: Act) -> Promise:
    """Return the promise with its imported state and all that is known of its earlier terms."""
    state = act.found
    if state is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    accepted_at, word_at = state.accepted_at, state.word_at
    status = Status.IN_FORCE
    if not accepted_at:
        status = _STATUS_BEFORE_ACCEPTANCE.get(state.state, Status.IN_FORCE)
    revisions = [Revision(state.revision, state.author, status, act.terms)]
    if state.offer:
        revisions.append(Revision(state.revisions, state.author, Status.OFFERED, state.offer))
    return promise._replace(
        **{name: getattr(state, name) for name in _IMPORTED_FIELDS},
        revisions=tuple(revisions),
        agreements=(Agreement(state.revision, accepted_at),) if accepted_at else (),
        words=(Notice(state.revision, word_at),) if word_at else (),
        earlier=EarlierTalk(state.revisions, state.renegotiated, state.first_due),
        contact_at=state.contact_at or act.at,
        warned_at=state.bumped_at,
        **_select_details(act),
    )


_IMPORTED_FIELDS = (
    "state",
    "made_at",
    "delivered_at",
    "closed_at",
    "bumped_at",
    "told_at",
    "silent",
    "reason",
)


def _change_statuses(promise: Promise, changes: dict[Status, Status]) -> tuple[Revision, ...]:
    return tuple(
        revision._replace(status=changes.get(revision.status, revision.status))
        for revision in promise.revisions
    )


def _build_offer_closing(status: Status) -> Callable[[Promise, Act], Promise]:
    """Return an effect that takes the terms on the table off it, with `status`."""
    return lambda promise, _act: promise._replace(
        revisions=_change_statuses(promise, {Status.OFFERED: status})
    )


_TERMS_BY_EFFECT: dict[Effect, Callable[[Promise, Act], Promise]] = {
    Effect.NONE: lambda promise, _act: promise,
    Effect.OPEN: _offer_terms,
    Effect.OFFER: _offer_terms,
    Effect.AT_ONCE: lambda promise, act: _accept_terms(_offer_terms(promise, act), act),
    Effect.ACCEPT: _accept_terms,
    Effect.DECLINE: _build_offer_closing(Status.DECLINED),
    Effect.WITHDRAW: _build_offer_closing(Status.WITHDRAWN),
    Effect.MOOT: _build_offer_closing(Status.MOOT),
    Effect.CORRECT: _correct_terms,
    Effect.TAG: lambda promise, act: promise._replace(tags=_resolve_tags(promise, act)),
    Effect.IMPORT: _import_state,
}


def find_undone_entries(acts: Iterable[Act]) -> dict[int, int]:
    """Return each undone entry with the entry that undid it, without those redone since."""
    undone: dict[int, int] = {}
    for act in acts:
        if act.verb is Verb.UNDO and act.target is not None:
            undone[act.target] = act.entry
        elif act.verb is Verb.REDO and act.target is not None:
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

    A promise is void when the command that made it is undone. Raises what `apply_act` raises.
    """
    all_acts = list(acts)
    promise: Promise | None = None
    for act in _list_live_acts(all_acts):
        promise = apply_act(promise, act, number).promise
    if promise is not None:
        return promise
    made = apply_act(None, all_acts[0], number).promise
    undo = next(act for act in reversed(all_acts) if act.verb is Verb.UNDO)
    return made._replace(
        revisions=_change_statuses(made, {Status.OFFERED: Status.MOOT}),
        state=State.VOID,
        closed_at=undo.at,
    )


def iter_steps(number: int, acts: Iterable[Act], moment: datetime) -> Iterator[Applied]:
    """Yield every act up to `moment` with the promise after it, without the undone commands."""
    live = _list_live_acts(acts)
    moves = [
        index
        for index, act in enumerate(live)
        if act.verb not in _VERBS_WITHOUT_MOVE and act.at <= moment
    ]
    last_move = max(moves, default=-1)
    promise: Promise | None = None
    for index, act in enumerate(live):
        # A correction recorded before a later move counts at once, whatever its date.
        counts = act.at <= moment or (act.verb is Verb.CORRECT and index < last_move)
        # No row allows a note that is dated before the Yes and was recorded after it: skip it.
        # Check nothing else again: `apply_act` did that when the act was recorded.
        row = find_transition(promise, act.verb, act.side) if counts else None
        if row:
            step = _carry_out_act(promise or _open_promise(act, number), row, act)
            promise = step.promise
            yield step


_VERBS_WITHOUT_MOVE = (
    Verb.BUMP,
    Verb.TOLD,
    Verb.PARTIAL,
    Verb.NOTE,
    Verb.CORRECT,
    Verb.TAG,
    Verb.UNTAG,
)  # they change neither the state nor the agreement
