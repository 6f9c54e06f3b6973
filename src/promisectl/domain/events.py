"""What happened to a promise in a while: the acts that made a difference, each with what it came to."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Promise, Side, State
from promisectl.domain.transitions import Effect, Transition

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

EVENT_KINDS = (
    "made",
    "agreed",
    "renegotiated",
    "word",
    "delivered",
    "kept",
    "reopened",
    "broken",
    "declined",
    "ended",
)
"""Asked or offered; the Yes; new terms agreed on; word given of trouble; reported done; kept; not done after all; broken; a No; let off or
taken back."""

# By the state that an act led to, unless it was a Yes.
_KIND_BY_END_STATE = {
    State.PROPOSED: "made",
    State.ACTIVE: "reopened",
    State.DELIVERED: "delivered",
    State.KEPT: "kept",
    State.RENEGED: "broken",
    State.DECLINED: "declined",
    State.WITHDRAWN: "ended",
    State.RELEASED: "ended",
    State.VOID: "",
}
# A promise that has gone on since needs no word of these: they hold only where it still stands so.
_STATE_BY_KIND = {
    "made": State.PROPOSED,
    "delivered": State.DELIVERED,
    "kept": State.KEPT,
    "reopened": State.ACTIVE,
}


class Event(NamedTuple):
    """Something that happened: its kind, the act, and the promise before and after it."""

    kind: str
    act: Act
    before: Promise | None
    after: Promise


def list_events(number: int, acts: Iterable[Act], begin: datetime, end: datetime) -> list[Event]:
    """What happened to a promise by the acts that were written down from `begin` on and said by `end`: of each kind the last.

    Nothing is told of a promise that was entered by mistake, and of what was undone or has gone on since.
    """
    found: dict[str, Event] = {}
    last: Promise | None = None
    for event in _iter_events(number, acts, end):
        last = event.after
        if event.kind and event.act.recorded_at >= begin:
            found[event.kind] = event
    if last is None or last.state is State.VOID:
        return []
    return [
        event for kind, event in found.items() if _STATE_BY_KIND.get(kind, last.state) is last.state
    ]


def _iter_events(number: int, acts: Iterable[Act], end: datetime) -> Iterator[Event]:
    before: Promise | None = None
    for act, after in lifecycle.iter_steps(number, acts, end):
        row = lifecycle.find_transition(before, act.verb, act.side)
        yield Event(_classify_act(row, act) if row else "", act, before, after)
        before = after


def _classify_act(row: Transition, act: Act) -> str:
    """What an act comes to by its row of the lifecycle; empty where it is only talk."""
    if row.effect in (Effect.ACCEPT, Effect.AT_ONCE):
        return "agreed" if row.end else "renegotiated"
    if row.end or row.effect is Effect.DECLINE:
        return _KIND_BY_END_STATE[row.end or State.DECLINED]
    return "word" if row.gives_notice and act.side is Side.PROMISOR else ""
