"""Events: what happened to a promise in a span of time."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Promise, State, Verb
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
"""What happened to a promise.

`made` is a request or an offer, `agreed` the first yes, `renegotiated` a yes to a change, `word` a
warning, `reopened` a report taken back or declined, `ended` a promise released or withdrawn.
"""

# The kind of an event by the state that the act led to, unless the act was a yes.
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
# An event of these kinds counts only while the promise is still in that state.
_STATE_BY_KIND = {
    "made": State.PROPOSED,
    "delivered": State.DELIVERED,
    "kept": State.KEPT,
    "reopened": State.ACTIVE,
}


class Event(NamedTuple):
    """Something that happened to a promise: its kind, its act, and the promise before and after.

    `newest` is the last act that proposed other terms since a promise was made, in an event of the
    kind `made`.
    """

    kind: str
    act: Act
    before: Promise | None
    after: Promise
    newest: Event | None = None


def list_events(number: int, acts: Iterable[Act], begin: datetime, end: datetime) -> list[Event]:
    """Return the last event of each kind, recorded since `begin` and dated up to `end`.

    A void promise and undone commands have no events, and neither has a state that the promise
    has left since.
    """
    last_by_kind: dict[str, Event] = {}
    last: Promise | None = None
    newest: Event | None = None
    for event in _iter_events(number, acts, end):
        last = event.after
        if event.act.verb is Verb.NEGOTIATE and event.after.state is State.PROPOSED:
            newest = event
        if event.kind and event.act.recorded_at >= begin:
            last_by_kind[event.kind] = event
    if last is None or last.state is State.VOID:
        return []
    return [
        event._replace(newest=newest) if kind == "made" else event
        for kind, event in last_by_kind.items()
        if _STATE_BY_KIND.get(kind, last.state) is last.state
    ]


def _iter_events(number: int, acts: Iterable[Act], end: datetime) -> Iterator[Event]:
    before: Promise | None = None
    for act, after in lifecycle.iter_steps(number, acts, end):
        row = lifecycle.find_transition(before, act.verb, act.side)
        yield Event(classify_act(row, before, after) if row else "", act, before, after)
        before = after


def classify_act(row: Transition, before: Promise | None, after: Promise) -> str:
    """Return the kind of event that an act of that row is; empty where it changes nothing."""
    if row.effect in (Effect.ACCEPT, Effect.AT_ONCE):
        return "agreed" if row.end else "renegotiated"
    if row.end or row.effect is Effect.DECLINE:
        return _KIND_BY_END_STATE[row.end or State.DECLINED]
    if row.state is State.RENEGED and row.gives_notice:
        return "word"
    if before is None:
        return ""
    told = after.told_words[len(before.told_words) :]
    words = (*after.words[len(before.words) :], *(word for _, word in told))
    is_warning = any(after.find_warned_agreement(word) is not None for word in words)
    return "word" if is_warning else ""
