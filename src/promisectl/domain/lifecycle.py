"""How a promise moves: who speaks, and `apply`, which lets nothing happen that is not in the table of transitions."""

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


class Applied(NamedTuple):
    """An act with the revision that it is about, and the promise after it."""

    act: Act
    promise: Promise


_TRANSITIONS_BY_MOVE: dict[tuple[State | None, Verb], list[Transition]] = {}
for _row in TRANSITIONS:
    _TRANSITIONS_BY_MOVE.setdefault((_row.state, _row.verb), []).append(_row)


def infer_speaker(promise: Promise, verb: Verb) -> Side:
    """The side that is taken to say `verb` now, when nobody says otherwise."""
    if verb in BOOKKEEPING_VERBS:
        return Side.BOOKKEEPER
    if promise.direction is Direction.SELF:
        return Side.SELF
    who = DEFAULT_SPEAKERS.get((promise.state, verb)) or DEFAULT_SPEAKERS.get((None, verb))
    return _resolve_side(promise, who) if who else promise.direction.my_side


def _resolve_side(promise: Promise, who: MoverRole) -> Side:
    offered = promise.offered_revision
    author = offered.author if offered else promise.direction.my_side
    return {
        MoverRole.PROMISOR: Side.PROMISOR,
        MoverRole.PROMISEE: Side.PROMISEE,
        MoverRole.AUTHOR: author,
        MoverRole.OTHER: author.other_side,
    }[who]


def find_transition(promise: Promise | None, verb: Verb, side: Side) -> Transition | None:
    """The row that lets `side` say `verb` now, or None."""
    rows = _TRANSITIONS_BY_MOVE.get((promise.state if promise else None, verb), ())
    return next((row for row in rows if _is_applicable(row, promise, side)), None)


def _is_applicable(row: Transition, promise: Promise | None, side: Side) -> bool:
    """Whether a row of the promise's state lets that side speak."""
    if not _is_condition_met(row.given, promise):
        return False
    if (
        promise is not None
        and side is not Side.BOOKKEEPER
        and (side is Side.SELF) is not (promise.direction is Direction.SELF)
    ):
        return False
    if row.who in _SIDES_BY_WHO:
        return side in _SIDES_BY_WHO[row.who]
    return (
        promise is not None
        and promise.offered_revision is not None
        and side is _resolve_side(promise, row.who)
    )


_SIDES_BY_WHO = {
    MoverRole.PROMISOR: (Side.PROMISOR,),
    MoverRole.PROMISEE: (Side.PROMISEE,),
    MoverRole.EITHER: (Side.PROMISOR, Side.PROMISEE),
    MoverRole.SELF: (Side.SELF,),
    MoverRole.ME: (Side.BOOKKEEPER,),
}


def _is_condition_met(given: Condition, promise: Promise | None) -> bool:
    if promise is None or given is Condition.ALWAYS:
        return True
    if given is Condition.UNTOLD:
        return promise.is_untold
    return (promise.offered_revision is not None) is (given is Condition.AMENDMENT)


def find_base_revision(promise: Promise, verb: Verb) -> Revision:
    """The revision that `verb` starts from when it says other terms: a correction what is in force, new terms what is on the table."""
    return (
        promise.current_revision
        if verb is Verb.CORRECT
        else promise.offered_revision or promise.current_revision
    )


def list_open_verbs(promise: Promise) -> tuple[Verb, ...]:
    """Every verb that can be typed now as it is, in the order of the table; `partial` belongs to `complete` and is left out."""
    rows = (
        row
        for row in TRANSITIONS
        if row.state is promise.state
        and _is_applicable(row, promise, infer_speaker(promise, row.verb))
    )
    return tuple(dict.fromkeys(row.verb for row in rows if row.verb is not Verb.PARTIAL))


def apply_act(promise: Promise | None, act: Act, number: int = 0) -> Applied:
    """Return the act with its revision and the promise after it; `number` is the ID of a new promise.

    Raises NotOpen when no row allows the act, and Usage when the act lacks what its row needs, changes nothing,
    or would go back in time.
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
        after = _update_state(promise, after, row, act)
    return Applied(act._replace(revision=_find_revision_number(promise, after, row)), after)


def _find_revision_number(before: Promise, after: Promise, row: Transition) -> int | None:
    """Return the number of the revision that a row is about; a judgement is about the delivery, so None."""
    if row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        return before.next_revision_number
    if before.offered_revision and row.effect in (Effect.ACCEPT, Effect.DECLINE, Effect.WITHDRAW):
        return before.offered_revision.number
    return None if row.verb in (Verb.ACCEPT, Verb.DECLINE) else after.current_revision.number


def _open_promise(act: Act, number: int) -> Promise:
    if act.opening is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    if act.side is not Side.BOOKKEEPER and (act.side is Side.SELF) is not (
        act.opening.direction is Direction.SELF
    ):
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
    carried = {"reason": act.text, "text": act.text, "told_at": act.told_at, "found": act.found}
    for need in row.needs:
        if not carried[need]:
            raise errors.MissingWord(act.verb, need)


def _is_state_or_terms_change(row: Transition) -> bool:
    """Whether the row changes the state or the terms, so that it has a place in time."""
    return row.end is not None or row.effect not in (Effect.NONE, *_BOOKKEEPING_EFFECTS)


def _check_act_time(promise: Promise, row: Transition, act: Act) -> None:
    earliest = promise.moved_at if _is_state_or_terms_change(row) else promise.made_at
    if act.at < earliest and act.verb is not Verb.NOTE:
        raise errors.TooEarly(promise.id, earliest, act.at)
    if (
        act.verb in (Verb.RENEGE, Verb.TOLD)
        and act.told_at is not None
        and act.told_at < promise.made_at
    ):
        raise errors.TooEarly(promise.id, promise.made_at, act.told_at)


def _check_act_change(promise: Promise, row: Transition, act: Act) -> None:
    """New terms, terms put right, and tags differ from those that they take the place of."""
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


_BOOKKEEPING_EFFECTS = (Effect.CORRECT, Effect.TAG)  # nobody says a word of it to the other side


def _update_state(before: Promise, after: Promise, row: Transition, act: Act) -> Promise:
    """What every move leaves behind besides the terms: the state and its moments, the word given, the risk named."""
    changes: dict[str, object] = (
        {"contact_at": max(before.contact_at, act.at)}
        if row.effect not in _BOOKKEEPING_EFFECTS
        else {}
    )
    if _is_state_or_terms_change(row):
        changes["moved_at"] = max(before.moved_at, act.at)
    if row.end is not None:
        changes |= {"state": row.end, **_build_state_moments(before, row.end, act)}
    if row.gives_notice and act.side is Side.PROMISOR:
        changes["words"] = _add_notice(before, act)
    if act.verb is Verb.BUMP and row.gives_notice and act.side is Side.PROMISOR:
        changes["bumped_at"] = act.at
    if act.verb in (Verb.RENEGE, Verb.TOLD):
        changes["told_at"] = act.told_at
    changes |= {
        name: value
        for name in ("cause", "repair", "risk", "no_to")
        if (value := getattr(act, name))
    }
    return after._replace(**changes)  # type: ignore[arg-type]


def _build_state_moments(before: Promise, end: State, act: Act) -> dict[str, object]:
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


def _add_notice(promise: Promise, act: Act) -> tuple[Notice, ...]:
    """The words given, with this one; breaking a promise gives it when they were told, and not before."""
    said = act.told_at if act.verb in (Verb.RENEGE, Verb.TOLD) else act.at
    return (
        (*promise.words, Notice(promise.current_revision.number, said)) if said else promise.words
    )


def _offer_terms(promise: Promise, act: Act) -> Promise:
    revision = Revision(
        promise.next_revision_number,
        act.side,
        Status.OFFERED,
        act.terms or promise.current_revision.terms,
    )
    return promise._replace(
        revisions=(*_change_statuses(promise, {Status.OFFERED: Status.SUPERSEDED}), revision)
    )


def _accept_terms(promise: Promise, act: Act) -> Promise:
    """The terms on the table come into force. Trouble with the former ones is over."""
    revisions = _change_statuses(
        promise, {Status.IN_FORCE: Status.SUPERSEDED, Status.OFFERED: Status.IN_FORCE}
    )
    agreed = Agreement(
        promise.offered_revision.number
        if promise.offered_revision
        else promise.current_revision.number,
        act.at,
    )
    return promise._replace(
        revisions=revisions, agreements=(*promise.agreements, agreed), bumped_at=None
    )


def _offer_and_accept_terms(promise: Promise, act: Act) -> Promise:
    return _accept_terms(_offer_terms(promise, act), act)


def _correct_terms(promise: Promise, act: Act) -> Promise:
    wrong = promise.current_revision
    right = wrong._replace(terms=act.terms or wrong.terms)
    return promise._replace(
        revisions=tuple(
            right if revision.number == wrong.number else revision for revision in promise.revisions
        )
    )


def _resolve_tags(promise: Promise, act: Act) -> tuple[str, ...]:
    """The tags with those that the act names, or without them."""
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
    """The promise as it was found: the terms that count, and what is known of those before them."""
    found = act.found
    if found is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    status = (
        Status.IN_FORCE
        if found.accepted_at
        else _STATUS_BEFORE_ACCEPTANCE.get(found.state, Status.IN_FORCE)
    )
    revisions = [Revision(found.revision, found.author, status, act.terms)]
    if found.offer:
        revisions.append(Revision(found.revisions, found.author, Status.OFFERED, found.offer))
    return promise._replace(
        **{name: getattr(found, name) for name in _IMPORTED_FIELDS},
        revisions=tuple(revisions),
        agreements=(Agreement(found.revision, found.accepted_at),) if found.accepted_at else (),
        words=(Notice(found.revision, found.word_at),) if found.word_at else (),
        earlier=EarlierTalk(found.revisions, found.renegotiated, found.first_due),
        contact_at=found.contact_at or act.at,
        **{
            name: value
            for name in ("cause", "repair", "risk", "no_to")
            if (value := getattr(act, name))
        },
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


def _change_statuses(promise: Promise, becomes: dict[Status, Status]) -> tuple[Revision, ...]:
    return tuple(
        revision._replace(status=becomes.get(revision.status, revision.status))
        for revision in promise.revisions
    )


def _build_offer_closing(status: Status) -> Callable[[Promise, Act], Promise]:
    return lambda promise, _act: promise._replace(
        revisions=_change_statuses(promise, {Status.OFFERED: status})
    )


_TERMS_BY_EFFECT: dict[Effect, Callable[[Promise, Act], Promise]] = {
    Effect.NONE: lambda promise, _act: promise,
    Effect.OPEN: _offer_terms,
    Effect.OFFER: _offer_terms,
    Effect.AT_ONCE: _offer_and_accept_terms,
    Effect.ACCEPT: _accept_terms,
    Effect.DECLINE: _build_offer_closing(Status.DECLINED),
    Effect.WITHDRAW: _build_offer_closing(Status.WITHDRAWN),
    Effect.MOOT: _build_offer_closing(Status.MOOT),
    Effect.CORRECT: _correct_terms,
    Effect.TAG: lambda promise, act: promise._replace(tags=_resolve_tags(promise, act)),
    Effect.IMPORT: _import_state,
}


def find_undone_entries(acts: Iterable[Act]) -> dict[int, int]:
    """The commands that are taken back, each with the command that took it back; a redo has lifted its undo."""
    taken: dict[int, int] = {}
    for act in acts:
        if act.verb is Verb.UNDO and act.target is not None:
            taken[act.target] = act.entry
        elif act.verb is Verb.REDO and act.target is not None:
            taken.pop(act.target, None)
    return taken


def _list_live_acts(acts: Iterable[Act]) -> list[Act]:
    said = list(acts)
    taken = find_undone_entries(said)
    return [
        act for act in said if act.verb not in (Verb.UNDO, Verb.REDO) and act.entry not in taken
    ]


def replay_acts(number: int, acts: Iterable[Act]) -> Promise:
    """The promise that `acts` add up to, in their order, without the commands that were taken back.

    When the command that made it was taken back, the promise is void.
    """
    said = list(acts)
    promise: Promise | None = None
    for act in _list_live_acts(said):
        promise = apply_act(promise, act, number).promise
    if promise is not None:
        return promise
    opened = apply_act(None, said[0], number).promise
    by = next(act for act in reversed(said) if act.verb is Verb.UNDO)
    return opened._replace(
        revisions=_change_statuses(opened, {Status.OFFERED: Status.MOOT}),
        state=State.VOID,
        closed_at=by.at,
    )


def iter_steps(number: int, acts: Iterable[Act], moment: datetime) -> Iterator[Applied]:
    """Every act said by `moment`, each with the promise as it was after it, told by the commands that count today."""
    live = _list_live_acts(acts)
    last = max(
        (
            place
            for place, act in enumerate(live)
            if act.verb not in _VERBS_WITHOUT_MOVE and act.at <= moment
        ),
        default=-1,
    )
    promise: Promise | None = None
    for place, act in enumerate(live):
        # A correction holds for what was built on it, however late it came. Notes and their like may be dated before the Yes
        # that they were recorded after: then they say nothing yet. Nothing is checked again: it was when it was said.
        counts = act.at <= moment or (act.verb is Verb.CORRECT and place < last)
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
)  # they move neither the state nor the terms
