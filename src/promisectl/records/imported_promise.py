"""A promise as a record from elsewhere tells it: what its cells say together, held against the lifecycle."""

from __future__ import annotations

import json
import uuid

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants
from promisectl.domain.promise import Cause, Direction, ImportedState, State, Terms
from promisectl.records.cells import CellContext, CellReader

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from typing import Any

_UID_NAMESPACE = uuid.UUID("6f9a2a55-6b3e-5c1a-9a39-7d0c7c0f2b11")
_SELF_STATES = (
    State.ACTIVE,
    State.KEPT,
    State.RENEGED,
    State.VOID,
)  # nobody else is there to answer or to judge
_SIDES = ("me", "them")
_CAUSES = [cause.value for cause in Cause]


class ImportedPromise(NamedTuple):
    """What a record tells: its numbers, who it is with, the terms, how it stands, and when the last known thing was said (`at`)."""

    id: int | None
    uid: str
    direction: Direction
    person: str
    person_name: str | None
    replaces: int | None
    tags: tuple[str, ...]
    terms: Terms
    imported_state: ImportedState
    at: datetime
    cause: str | None
    repair: str | None
    risk: str | None
    no_to: str | None


def parse_imported_promise(
    cells: Mapping[str, Any], place: CellContext, uid: Callable[[], str]
) -> ImportedPromise:
    """What the cells of a record tell; `uid` gives one to a record without. Raises BadRecord."""
    read = CellReader(cells, place)
    said = read.parse_choice("direction", constants.DIRECTIONS)
    if said is None:
        raise errors.BadRecord(
            "it is missing; where all are alike, add --set direction=owe, or owed", "direction"
        )
    direction = Direction(said)
    terms = Terms(
        read.parse_required(
            "outcome", lambda name: read.parse_text(name, constants.MAX_OUTCOME_CHARACTERS)
        ),
        read.parse_due(),
        read.parse_text("done_when"),
        read.parse_text("why"),
        read.parse_day("reply_by", read.parse_moment("reply_at")),
    )
    found, at = _parse_standing(read, direction, terms)
    return ImportedPromise(
        read.parse_number("id"),
        read.parse_uid() or uid(),
        direction,
        _parse_counterparty(read, direction),
        read.parse_text("person_name", constants.MAX_WORD_CHARACTERS),
        read.parse_number("replaces"),
        read.parse_words("tags"),
        terms,
        found,
        at,
        read.parse_choice("cause", _CAUSES),
        read.parse_text("repair"),
        read.parse_text("risk"),
        read.parse_text("no_to"),
    )


def derive_uid(cells: Mapping[str, Any], twin: int = 0) -> str:
    """A uid for a record without one, always the same for the same record, so that it is known again; `twin` counts those before it."""
    said = sorted((key, str(value)) for key, value in cells.items() if value)
    return str(uuid.uuid5(_UID_NAMESPACE, json.dumps([said, twin])))


def _parse_counterparty(read: CellReader, direction: Direction) -> str:
    """Who is on the other side, by handle or name; `me` in a promise to myself."""
    person = read.parse_text("person", constants.MAX_WORD_CHARACTERS) or (
        "me"
        if direction is Direction.SELF
        else read.parse_text("person_name", constants.MAX_WORD_CHARACTERS)
    )
    if not person:
        raise errors.BadRecord("it is missing, and says whom the promise is with", "person")
    if (person.strip().casefold() == "me") is not (direction is Direction.SELF):
        raise errors.BadRecord("“me” goes with the direction self, and nobody else does", "person")
    return person


def _parse_standing(
    read: CellReader, direction: Direction, terms: Terms
) -> tuple[ImportedState, datetime]:
    """How the promise stands, and when the last known thing was said about it."""
    state = State(read.parse_choice("state", constants.STATES) or State.ACTIVE)
    if direction is Direction.SELF and state not in _SELF_STATES:
        raise errors.BadRecord(f"a promise to yourself is never {state}", "state")
    moments = _parse_moments(read, state)
    last = max(moment for moment in moments.values() if moment)
    move, whose = read.parse_choice("move", _SIDES), read.parse_choice("author", _SIDES)
    offer = _parse_offered_terms(read, terms) if state is State.ACTIVE and whose else None
    revision = read.parse_number("revision") or 1
    newest = max(revision + 1 if offer else revision, read.parse_number("revisions") or revision)
    mine = whose != "them" if whose or state is not State.PROPOSED else move != "me"
    renegotiated = _parse_renegotiations(read, newest, agreed=moments["accepted_at"] is not None)
    told_of, apart = moments["told_at"], direction is Direction.SELF
    found = ImportedState(
        state,
        author=direction.my_side if mine else direction.their_side,
        revision=newest if state is State.PROPOSED else revision,
        revisions=newest,
        renegotiated=renegotiated,
        first_due=read.parse_day("first_due") if renegotiated else None,
        offer=offer,
        contact_at=_parse_later_moment(read, "contact_at", moments) or last,
        bumped_at=last
        if state is State.ACTIVE and "at-risk" in read.parse_words("flags")
        else None,
        word_at=_parse_later_moment(read, "word_at", moments) or told_of,
        silent=state is State.RENEGED and not (told_of or apart or move) and "move" in read.values,
        reason=read.parse_text("reason"),
        **{name: moment for name, moment in moments.items() if moment},
    )
    return found, last


def _parse_renegotiations(read: CellReader, newest: int, *, agreed: bool) -> int:
    """How often new terms were agreed on, which takes a revision each, and a first Yes."""
    count = read.parse_number("renegotiated", least=0) or 0
    if count and not agreed:
        raise errors.BadRecord(
            "new terms can't have been agreed on before the first Yes", "renegotiated"
        )
    if count >= newest:
        raise errors.BadRecord(
            f"new terms can't have been agreed on {count} times in {newest} revisions",
            "renegotiated",
        )
    return count


def _parse_moments(read: CellReader, state: State) -> dict[str, datetime | None]:
    """When it was made, accepted, delivered, closed and told of, with what goes without saying."""
    accepted, delivered, closed, told_at = (
        read.parse_moment(name) for name in ("accepted_at", "delivered_at", "closed_at", "told_at")
    )
    made = read.parse_moment("made_at") or min(
        (one for one in (accepted, delivered, closed, told_at) if one), default=read.context.now
    )
    if state in constants.AGREED_STATES:
        accepted = accepted or made
    if state is State.KEPT:
        delivered, closed = delivered or closed, closed or delivered
    moments = {
        "made_at": made,
        "accepted_at": accepted,
        "delivered_at": delivered,
        "closed_at": closed,
        "told_at": told_at,
    }
    _check_moment_states(state, moments)
    _check_moment_order(read, moments)
    return moments


_MOMENT_STATES = {  # to a promise in which state a moment belongs always, and to which it may at all
    "accepted_at": (constants.AGREED_STATES, (*constants.AGREED_STATES, State.VOID)),
    "delivered_at": (
        (State.DELIVERED, State.KEPT),
        (State.DELIVERED, State.KEPT, State.RELEASED, State.VOID),
    ),
    "closed_at": (constants.CLOSED_STATES, constants.CLOSED_STATES),
    "told_at": ((), (State.RENEGED, State.VOID)),
}


def _check_moment_states(state: State, moments: Mapping[str, datetime | None]) -> None:
    for name, (always, ever) in _MOMENT_STATES.items():
        if moments[name] is None and state in always:
            raise errors.BadRecord(f"a promise that is {state} needs it", name)
        if moments[name] is not None and state not in ever:
            raise errors.BadRecord(f"a promise that is {state} has none", name)


def _check_moment_order(read: CellReader, moments: Mapping[str, datetime | None]) -> None:
    """Nothing is before what came before it, and nothing is still to come."""
    latest = None
    for name, moment in moments.items():
        if moment is None:
            continue
        if moment > read.context.now:
            raise errors.BadRecord("it is still to come", name)
        if latest and moment < (moments["made_at"] or latest if name == "told_at" else latest):
            raise errors.BadRecord("it is before what came before it", name)
        latest = moment


def _parse_later_moment(
    read: CellReader, name: str, moments: Mapping[str, datetime | None]
) -> datetime | None:
    """When something was said, of which no more is known than that it was after the beginning."""
    moment, made = read.parse_moment(name), moments["made_at"]
    if moment and made and not made <= moment <= read.context.now:
        raise errors.BadRecord(
            "it is still to come"
            if moment > read.context.now
            else "it is before the promise was made",
            name,
        )
    return moment


def _parse_offered_terms(read: CellReader, terms: Terms) -> Terms:
    """New terms on the table. A CSV says that they are there, not what they are: then they are taken for those in force."""
    offer = read.values.get("offer")
    if offer is None:
        return terms
    if not isinstance(offer, dict):
        raise errors.BadRecord("it is no object", "offer")
    inner = CellReader({**offer, "due_zone": read.zone}, read.context)
    outcome = inner.parse_required(
        "outcome", lambda name: inner.parse_text(name, constants.MAX_OUTCOME_CHARACTERS)
    )
    return Terms(
        outcome,
        inner.parse_day("due"),
        inner.parse_text("done_when"),
        inner.parse_text("why"),
        inner.parse_day("reply_by"),
    )
