"""A promise as a record from elsewhere tells it: what its cells say together, held against the lifecycle."""

from __future__ import annotations

import json
import uuid

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants, lifecycle
from promisectl.domain.promise import Cause, Direction, Found, State, Terms
from promisectl.records.cells import Cells, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

_OURS = uuid.UUID("6f9a2a55-6b3e-5c1a-9a39-7d0c7c0f2b11")
_AGREED = (State.ACTIVE, State.DELIVERED, State.KEPT, State.RENEGED, State.RELEASED)
_ALONE = (State.ACTIVE, State.KEPT, State.RENEGED, State.VOID)  # nobody else is there to answer or to judge
_OPEN = (State.PROPOSED, State.ACTIVE, State.DELIVERED)
_SIDES = ("me", "them")
_DIRECTIONS, _STATES, _CAUSES = ([one.value for one in words] for words in (Direction, State, Cause))


class Told(NamedTuple):
    """What a record tells: its numbers, who it is with, the terms, how it stands, and when the last known thing was said (`at`)."""

    id: int | None
    uid: str
    direction: Direction
    person: str
    person_name: str | None
    replaces: int | None
    tags: tuple[str, ...]
    terms: Terms
    found: Found
    at: datetime
    cause: str | None
    repair: str | None
    risk: str | None
    no_to: str | None


def told(cells: Mapping[str, Any], place: Place, uid: Callable[[], str]) -> Told:
    """What the cells of a record tell; `uid` gives one to a record without. Raises BadRecord."""
    read = Cells(cells, place)
    said = read.choice("direction", _DIRECTIONS)
    if said is None:
        raise errors.BadRecord("it is missing; where all are alike, add --set direction=owe, or owed", "direction")
    direction = Direction(said)
    terms = Terms(
        read.needed("outcome", lambda name: read.text(name, constants.OUTCOME)),
        read.due(),
        read.text("done_when"),
        read.text("why"),
        read.day("reply_by", read.moment("reply_at")),
    )
    found, at = _standing(read, direction, terms)
    return Told(
        read.number("id"),
        read.uid() or uid(),
        direction,
        _other(read, direction),
        read.text("person_name", constants.WORD),
        read.number("replaces"),
        read.words("tags"),
        terms,
        found,
        at,
        read.choice("cause", _CAUSES),
        read.text("repair"),
        read.text("risk"),
        read.text("no_to"),
    )


def uid_of(cells: Mapping[str, Any], twin: int = 0) -> str:
    """A uid for a record without one, always the same for the same record, so that it is known again; `twin` counts those before it."""
    said = sorted((key, str(value)) for key, value in cells.items() if value)
    return str(uuid.uuid5(_OURS, json.dumps([said, twin])))


def _other(read: Cells, direction: Direction) -> str:
    """Who is on the other side, by handle or name; `me` in a promise to myself."""
    person = read.text("person", constants.WORD) or ("me" if direction is Direction.SELF else read.text("person_name", constants.WORD))
    if not person:
        raise errors.BadRecord("it is missing, and says whom the promise is with", "person")
    if (person.strip().casefold() == "me") is not (direction is Direction.SELF):
        raise errors.BadRecord("“me” goes with the direction self, and nobody else does", "person")
    return person


def _standing(read: Cells, direction: Direction, terms: Terms) -> tuple[Found, datetime]:
    """How the promise stands, and when the last known thing was said about it."""
    state = State(read.choice("state", _STATES) or State.ACTIVE)
    if direction is Direction.SELF and state not in _ALONE:
        raise errors.BadRecord(f"a promise to yourself is never {state}", "state")
    moments = _moments(read, state)
    last = max(moment for moment in moments.values() if moment)
    move, whose = read.choice("move", _SIDES), read.choice("author", _SIDES)
    offer = _offer(read, terms) if state is State.ACTIVE and whose else None
    revision = read.number("revision") or 1
    newest = max(revision + 1 if offer else revision, read.number("revisions") or revision)
    mine = whose != "them" if whose or state is not State.PROPOSED else move != "me"
    renegotiated = _renegotiated(read, newest, agreed=moments["accepted_at"] is not None)
    told_of, apart = moments["told_at"], direction is Direction.SELF
    found = Found(
        state,
        author=lifecycle.my_side(direction) if mine else lifecycle.their_side(direction),
        revision=newest if state is State.PROPOSED else revision,
        revisions=newest,
        renegotiated=renegotiated,
        first_due=read.day("first_due") if renegotiated else None,
        offer=offer,
        contact_at=_said(read, "contact_at", moments) or last,
        bumped_at=last if state is State.ACTIVE and "at-risk" in read.words("flags") else None,
        word_at=_said(read, "word_at", moments) or told_of,
        silent=state is State.RENEGED and not (told_of or apart or move) and "move" in read.named,
        reason=read.text("reason"),
        **{name: moment for name, moment in moments.items() if moment},
    )
    return found, last


def _renegotiated(read: Cells, newest: int, *, agreed: bool) -> int:
    """How often new terms were agreed on, which takes a revision each, and a first Yes."""
    count = read.number("renegotiated", least=0) or 0
    if count and not agreed:
        raise errors.BadRecord("new terms can't have been agreed on before the first Yes", "renegotiated")
    if count >= newest:
        raise errors.BadRecord(f"new terms can't have been agreed on {count} times in {newest} revisions", "renegotiated")
    return count


def _moments(read: Cells, state: State) -> dict[str, datetime | None]:
    """When it was made, accepted, delivered, closed and told of, with what goes without saying."""
    accepted, delivered, closed, told_at = (read.moment(name) for name in ("accepted_at", "delivered_at", "closed_at", "told_at"))
    made = read.moment("made_at") or min((one for one in (accepted, delivered, closed, told_at) if one), default=read.place.now)
    if state in _AGREED:
        accepted = accepted or made
    if state is State.KEPT:
        delivered, closed = delivered or closed, closed or delivered
    moments = {"made_at": made, "accepted_at": accepted, "delivered_at": delivered, "closed_at": closed, "told_at": told_at}
    _check_belonging(state, moments)
    _check_order(read, moments)
    return moments


_CLOSED = tuple(state for state in State if state not in _OPEN)
_BELONGS = {  # to a promise in which state a moment belongs always, and to which it may at all
    "accepted_at": (_AGREED, (*_AGREED, State.VOID)),
    "delivered_at": ((State.DELIVERED, State.KEPT), (State.DELIVERED, State.KEPT, State.RELEASED, State.VOID)),
    "closed_at": (_CLOSED, _CLOSED),
    "told_at": ((), (State.RENEGED, State.VOID)),
}


def _check_belonging(state: State, moments: Mapping[str, datetime | None]) -> None:
    for name, (always, ever) in _BELONGS.items():
        if moments[name] is None and state in always:
            raise errors.BadRecord(f"a promise that is {state} needs it", name)
        if moments[name] is not None and state not in ever:
            raise errors.BadRecord(f"a promise that is {state} has none", name)


def _check_order(read: Cells, moments: Mapping[str, datetime | None]) -> None:
    """Nothing is before what came before it, and nothing is still to come."""
    latest = None
    for name, moment in moments.items():
        if moment is None:
            continue
        if moment > read.place.now:
            raise errors.BadRecord("it is still to come", name)
        if latest and moment < (moments["made_at"] or latest if name == "told_at" else latest):
            raise errors.BadRecord("it is before what came before it", name)
        latest = moment


def _said(read: Cells, name: str, moments: Mapping[str, datetime | None]) -> datetime | None:
    """When something was said, of which no more is known than that it was after the beginning."""
    moment, made = read.moment(name), moments["made_at"]
    if moment and made and not made <= moment <= read.place.now:
        raise errors.BadRecord("it is still to come" if moment > read.place.now else "it is before the promise was made", name)
    return moment


def _offer(read: Cells, terms: Terms) -> Terms:
    """New terms on the table. A CSV says that they are there, not what they are: then they are taken for those in force."""
    offer = read.named.get("offer")
    if offer is None:
        return terms
    if not isinstance(offer, dict):
        raise errors.BadRecord("it is no object", "offer")
    inner = Cells({**offer, "due_zone": read.zone}, read.place)
    outcome = inner.needed("outcome", lambda name: inner.text(name, constants.OUTCOME))
    return Terms(outcome, inner.day("due"), inner.text("done_when"), inner.text("why"), inner.day("reply_by"))
