"""How a promise moves: who speaks, and `apply`, which lets nothing happen that is not in the table of transitions."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain.promise import Act, Agreement, Direction, Earlier, Promise, Revision, Side, State, Status, Verb, Word
from promisectl.domain.transitions import BOOKKEEPING, SPEAKS, TRANSITIONS, Effect, Given, Transition, Who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

_ROWS: dict[tuple[State | None, Verb], list[Transition]] = {}
for _row in TRANSITIONS:
    _ROWS.setdefault((_row.state, _row.verb), []).append(_row)


def my_side(direction: Direction) -> Side:
    """The part that is mine in a promise of that direction."""
    return _MINE[direction]


def their_side(direction: Direction) -> Side:
    """The part of the counterparty in a promise of that direction; of myself when I promised it to myself."""
    return _THEIRS[direction]


_MINE = {Direction.OWE: Side.PROMISOR, Direction.OWED: Side.PROMISEE, Direction.SELF: Side.SELF}
_THEIRS = {Direction.OWE: Side.PROMISEE, Direction.OWED: Side.PROMISOR, Direction.SELF: Side.SELF}


def is_mine(direction: Direction, side: Side) -> bool:
    """Whether it is me who speaks for that side."""
    return side in (Side.BOOKKEEPER, Side.SELF, my_side(direction))


def speaker(promise: Promise, verb: Verb) -> Side:
    """The side that is taken to say `verb` now, when nobody says otherwise."""
    if verb in BOOKKEEPING:
        return Side.BOOKKEEPER
    if promise.direction is Direction.SELF:
        return Side.SELF
    who = SPEAKS.get((promise.state, verb)) or SPEAKS.get((None, verb))
    return _part(promise, who) if who else my_side(promise.direction)


def _part(promise: Promise, who: Who) -> Side:
    author = promise.offered.author if promise.offered else my_side(promise.direction)
    other = Side.PROMISEE if author is Side.PROMISOR else Side.PROMISOR
    return {Who.PROMISOR: Side.PROMISOR, Who.PROMISEE: Side.PROMISEE, Who.AUTHOR: author, Who.OTHER: other}[who]


def whose_move(promise: Promise) -> str | None:
    """`me` or `them`, whom the talk waits for: the other side of terms on the table, else who delivers, judges or tells; or None."""
    if promise.offered:
        waiting = _part(promise, Who.OTHER)
    elif promise.state is State.ACTIVE or _untold(promise):
        waiting = Side.PROMISOR
    elif promise.state is State.DELIVERED:
        waiting = Side.PROMISEE
    else:
        return None
    return "me" if promise.direction is Direction.SELF or waiting is my_side(promise.direction) else "them"


def _untold(promise: Promise) -> bool:
    return promise.state is State.RENEGED and promise.told_at is None and not promise.silent and promise.direction is not Direction.SELF


def find(promise: Promise | None, verb: Verb, side: Side) -> Transition | None:
    """The row that lets `side` say `verb` now, or None."""
    rows = _ROWS.get((promise.state if promise else None, verb), ())
    return next((row for row in rows if _applies(row, promise, side)), None)


def _applies(row: Transition, promise: Promise | None, side: Side) -> bool:
    """Whether a row of the promise's state lets that side speak."""
    if not _holds(row.given, promise):
        return False
    if promise is not None and side is not Side.BOOKKEEPER and (side is Side.SELF) is not (promise.direction is Direction.SELF):
        return False
    if row.who in _SIDES:
        return side in _SIDES[row.who]
    return promise is not None and promise.offered is not None and side is _part(promise, row.who)


_SIDES = {
    Who.PROMISOR: (Side.PROMISOR,),
    Who.PROMISEE: (Side.PROMISEE,),
    Who.EITHER: (Side.PROMISOR, Side.PROMISEE),
    Who.SELF: (Side.SELF,),
    Who.ME: (Side.BOOKKEEPER,),
}


def _holds(given: Given, promise: Promise | None) -> bool:
    if promise is None or given is Given.ALWAYS:
        return True
    if given is Given.UNTOLD:
        return _untold(promise)
    return (promise.offered is not None) is (given is Given.AMENDMENT)


def base(promise: Promise, verb: Verb) -> Revision:
    """The revision that `verb` starts from when it says other terms: a correction what is in force, new terms what is on the table."""
    return promise.current if verb is Verb.CORRECT else promise.offered or promise.current


def open_verbs(promise: Promise) -> tuple[Verb, ...]:
    """Every verb that can be typed now as it is, in the order of the table; `partial` belongs to `complete` and is left out."""
    rows = (row for row in TRANSITIONS if row.state is promise.state and _applies(row, promise, speaker(promise, row.verb)))
    return tuple(dict.fromkeys(row.verb for row in rows if row.verb is not Verb.PARTIAL))


def about(promise: Promise, act: Act) -> int | None:
    """The number of the revision that an act is about, before it is carried out; a judgement is about the delivery, so None."""
    row = find(promise, act.verb, act.side)
    if row and row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        return promise.newest + 1
    if row and row.effect in (Effect.ACCEPT, Effect.DECLINE, Effect.WITHDRAW) and promise.offered:
        return promise.offered.number
    return None if act.verb in (Verb.ACCEPT, Verb.DECLINE) else promise.current.number


def apply(promise: Promise | None, act: Act, number: int = 0) -> Promise:
    """The promise after `act`. `number` is its ID when the act opens it.

    Raises NotOpen when no row allows the act, and Usage when the act lacks what its row needs, changes nothing,
    or would go back in time.
    """
    row = find(promise, act.verb, act.side)
    if row is None:
        state, moves = (promise.state, open_verbs(promise)) if promise else ("not made", ())
        raise errors.NotOpen(promise.id if promise else number, state, act.verb, moves)
    _check_needs(row, act)
    promise = promise or _begin(act, number)
    _check_time(promise, row, act)
    _check_change(promise, row, act)
    return _carried_out(promise, row, act)


def _carried_out(promise: Promise, row: Transition, act: Act) -> Promise:
    after = _TERMS[row.effect](promise, act)
    return after if row.effect is Effect.IMPORT else _settle(promise, after, row, act)


def _begin(act: Act, number: int) -> Promise:
    if act.opening is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    if act.side is not Side.BOOKKEEPER and (act.side is Side.SELF) is not (act.opening.direction is Direction.SELF):
        raise errors.NotOpen(number, "not made", act.verb, ())
    return Promise(number, act.opening, made_at=act.at, moved_at=act.at, contact_at=act.at, tags=act.opening.tags)


def _check_needs(row: Transition, act: Act) -> None:
    carried = {"reason": act.text, "text": act.text, "told_at": act.told_at, "found": act.found}
    for need in row.needs:
        if not carried[need]:
            raise errors.MissingWord(act.verb, need)


def _moves(row: Transition) -> bool:
    """Whether the row changes the state or the terms, so that it has a place in time."""
    return row.end is not None or row.effect not in (Effect.NONE, *_KEPT_BY_ME)


def _check_time(promise: Promise, row: Transition, act: Act) -> None:
    earliest = promise.moved_at if _moves(row) else promise.made_at
    if act.at < earliest and act.verb is not Verb.NOTE:
        raise errors.TooEarly(promise.id, earliest, act.at)
    if act.verb in (Verb.RENEGE, Verb.TOLD) and act.told_at is not None and act.told_at < promise.made_at:
        raise errors.TooEarly(promise.id, promise.made_at, act.told_at)


def _check_change(promise: Promise, row: Transition, act: Act) -> None:
    """New terms, terms put right, and tags differ from those that they take the place of."""
    if row.effect is Effect.TAG and _tags(promise, act) == promise.tags:
        raise errors.TagsUnchanged(promise.id, (act.text or "").split(), added=act.verb is Verb.TAG)
    if row.effect in (Effect.OPEN, Effect.OFFER, Effect.AT_ONCE):
        base = promise.offered or promise.in_force
    elif row.effect is Effect.CORRECT:
        base = promise.current
    else:
        return
    if act.terms is None or (base and act.terms == base.terms):
        raise errors.NothingChanged(promise.id, act.verb)


_KEPT_BY_ME = (Effect.CORRECT, Effect.TAG)  # nobody says a word of it to the other side


def _settle(before: Promise, after: Promise, row: Transition, act: Act) -> Promise:
    """What every move leaves behind besides the terms: the state and its moments, the word given, the risk named."""
    changes: dict[str, object] = {"contact_at": max(before.contact_at, act.at)} if row.effect not in _KEPT_BY_ME else {}
    if _moves(row):
        changes["moved_at"] = max(before.moved_at, act.at)
    if row.end is not None:
        changes |= {"state": row.end, **_moments(before, row.end, act)}
    if row.gives_word and act.side is Side.PROMISOR:
        changes["words"] = _words(before, act)
    if act.verb is Verb.BUMP and row.gives_word and act.side is Side.PROMISOR:
        changes["bumped_at"] = act.at
    if act.verb in (Verb.RENEGE, Verb.TOLD):
        changes["told_at"] = act.told_at
    changes |= {name: value for name in ("cause", "repair", "risk", "no_to") if (value := getattr(act, name))}
    return after._replace(**changes)  # type: ignore[arg-type]


def _moments(before: Promise, end: State, act: Act) -> dict[str, object]:
    if end is State.ACTIVE:
        return {"delivered_at": None, "closed_at": None, "reason": None}
    if end is State.DELIVERED:
        return {"delivered_at": act.at}
    if end is State.KEPT:
        return {"delivered_at": before.delivered_at or act.at, "closed_at": act.at}
    if end is State.PROPOSED:
        return {}
    return {"closed_at": act.at, "reason": act.text, "silent": act.verb is Verb.RENEGE and act.side is Side.PROMISEE}


def _words(promise: Promise, act: Act) -> tuple[Word, ...]:
    """The words given, with this one; breaking a promise gives it when they were told, and not before."""
    said = act.told_at if act.verb in (Verb.RENEGE, Verb.TOLD) else act.at
    return (*promise.words, Word(promise.current.number, said)) if said else promise.words


def _offer(promise: Promise, act: Act) -> Promise:
    revision = Revision(promise.newest + 1, act.side, Status.OFFERED, act.terms or promise.current.terms)
    return promise._replace(revisions=(*_turn(promise, {Status.OFFERED: Status.SUPERSEDED}), revision))


def _accept(promise: Promise, act: Act) -> Promise:
    """The terms on the table come into force. Trouble with the former ones is over."""
    revisions = _turn(promise, {Status.IN_FORCE: Status.SUPERSEDED, Status.OFFERED: Status.IN_FORCE})
    agreed = Agreement(promise.offered.number if promise.offered else promise.current.number, act.at)
    return promise._replace(revisions=revisions, agreements=(*promise.agreements, agreed), bumped_at=None)


def _at_once(promise: Promise, act: Act) -> Promise:
    return _accept(_offer(promise, act), act)


def _correct(promise: Promise, act: Act) -> Promise:
    wrong = promise.current
    right = wrong._replace(terms=act.terms or wrong.terms)
    return promise._replace(revisions=tuple(right if revision.number == wrong.number else revision for revision in promise.revisions))


def _tags(promise: Promise, act: Act) -> tuple[str, ...]:
    """The tags with those that the act names, or without them."""
    named = (act.text or "").split()
    if act.verb is Verb.TAG:
        return tuple(dict.fromkeys((*promise.tags, *named)))
    return tuple(tag for tag in promise.tags if tag not in named)


_BEFORE_YES = {State.PROPOSED: Status.OFFERED, State.DECLINED: Status.DECLINED, State.WITHDRAWN: Status.WITHDRAWN, State.VOID: Status.MOOT}


def _import(promise: Promise, act: Act) -> Promise:
    """The promise as it was found: the terms that count, and what is known of those before them."""
    found = act.found
    if found is None or act.terms is None:
        raise errors.MissingWord(act.verb, "outcome")
    status = Status.IN_FORCE if found.accepted_at else _BEFORE_YES.get(found.state, Status.IN_FORCE)
    revisions = [Revision(found.revision, found.author, status, act.terms)]
    if found.offer:
        revisions.append(Revision(found.revisions, found.author, Status.OFFERED, found.offer))
    return promise._replace(
        **{name: getattr(found, name) for name in _AS_FOUND},
        revisions=tuple(revisions),
        agreements=(Agreement(found.revision, found.accepted_at),) if found.accepted_at else (),
        words=(Word(found.revision, found.word_at),) if found.word_at else (),
        earlier=Earlier(found.revisions, found.renegotiated, found.first_due),
        contact_at=found.contact_at or act.at,
        **{name: value for name in ("cause", "repair", "risk", "no_to") if (value := getattr(act, name))},
    )


_AS_FOUND = ("state", "made_at", "delivered_at", "closed_at", "bumped_at", "told_at", "silent", "reason")


def _turn(promise: Promise, becomes: dict[Status, Status]) -> tuple[Revision, ...]:
    return tuple(revision._replace(status=becomes.get(revision.status, revision.status)) for revision in promise.revisions)


def _closing(status: Status) -> Callable[[Promise, Act], Promise]:
    return lambda promise, _act: promise._replace(revisions=_turn(promise, {Status.OFFERED: status}))


_TERMS: dict[Effect, Callable[[Promise, Act], Promise]] = {
    Effect.NONE: lambda promise, _act: promise,
    Effect.OPEN: _offer,
    Effect.OFFER: _offer,
    Effect.AT_ONCE: _at_once,
    Effect.ACCEPT: _accept,
    Effect.DECLINE: _closing(Status.DECLINED),
    Effect.WITHDRAW: _closing(Status.WITHDRAWN),
    Effect.MOOT: _closing(Status.MOOT),
    Effect.CORRECT: _correct,
    Effect.TAG: lambda promise, act: promise._replace(tags=_tags(promise, act)),
    Effect.IMPORT: _import,
}


def undone(acts: Iterable[Act]) -> dict[int, int]:
    """The commands that are taken back, each with the command that took it back; a redo has lifted its undo."""
    taken: dict[int, int] = {}
    for act in acts:
        if act.verb is Verb.UNDO and act.target is not None:
            taken[act.target] = act.entry
        elif act.verb is Verb.REDO and act.target is not None:
            taken.pop(act.target, None)
    return taken


def _live(acts: Iterable[Act]) -> list[Act]:
    said = list(acts)
    taken = undone(said)
    return [act for act in said if act.verb not in (Verb.UNDO, Verb.REDO) and act.entry not in taken]


def replay(number: int, acts: Iterable[Act]) -> Promise:
    """The promise that `acts` add up to, in their order, without the commands that were taken back.

    When the command that made it was taken back, the promise is void.
    """
    said = list(acts)
    promise: Promise | None = None
    for act in _live(said):
        promise = apply(promise, act, number)
    if promise is not None:
        return promise
    opened = apply(None, said[0], number)
    by = next(act for act in reversed(said) if act.verb is Verb.UNDO)
    return opened._replace(revisions=_turn(opened, {Status.OFFERED: Status.MOOT}), state=State.VOID, closed_at=by.at)


def steps_by(number: int, acts: Iterable[Act], moment: datetime) -> Iterator[tuple[Act, Promise]]:
    """Every act said by `moment`, each with the promise as it was after it, told by the commands that count today."""
    live = _live(acts)
    last = max((place for place, act in enumerate(live) if act.verb not in _STILL and act.at <= moment), default=-1)
    promise: Promise | None = None
    for place, act in enumerate(live):
        # A correction holds for what was built on it, however late it came. Notes and their like may be dated before the Yes
        # that they were recorded after: then they say nothing yet. Nothing is checked again: it was when it was said.
        counts = act.at <= moment or (act.verb is Verb.CORRECT and place < last)
        row = find(promise, act.verb, act.side) if counts else None
        if row:
            promise = _carried_out(promise or _begin(act, number), row, act)
            yield act, promise


_STILL = (Verb.BUMP, Verb.TOLD, Verb.PARTIAL, Verb.NOTE, Verb.CORRECT, Verb.TAG, Verb.UNTAG)  # they move neither the state nor the terms
