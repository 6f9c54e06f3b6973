"""An imported promise: what the cells of a record mean together.

They are checked against the lifecycle.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants, people
from promisectl.domain.civil import encode_instant
from promisectl.domain.promise import Cause, Direction, ImportedState, State, Terms
from promisectl.records.cells import (
    CellContext,
    CellReader,
    parse_offset_moment,
    shorten_quoted_value,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime
    from typing import Any

_UID_NAMESPACE = uuid.UUID("6f9a2a55-6b3e-5c1a-9a39-7d0c7c0f2b11")
_SIDES = ("me", "them")
_CAUSES = [cause.value for cause in Cause]


class ImportedPromise(NamedTuple):
    """The content of a record.

    `at` is the moment of the newest act that the record has a moment for; every None is a field
    that the record lacks.
    """

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
    series: str | None
    place: tuple[int, int] | None
    part_of: int | None


def parse_imported_promise(
    cells: Mapping[str, Any], context: CellContext, create_uid: Callable[[], str]
) -> ImportedPromise:
    """Return the content of a record.

    `create_uid` returns a uid for a record without one. Raises BadRecord.
    """
    reader = CellReader(cells, context)
    direction_name = reader.parse_choice("direction", constants.DIRECTIONS)
    if direction_name is None:
        raise errors.BadRecord(
            "it is missing; if it is the same for all, add --set direction=owe (or owed)",
            "direction",
        )
    direction = Direction(direction_name)
    terms = Terms(
        _parse_outcome(reader),
        reader.parse_due(),
        reader.parse_text("done_when"),
        reader.parse_text("why"),
        reader.parse_day("reply_by", reader.parse_moment("reply_at")),
    )
    imported_state, at = parse_imported_state(reader, direction, terms)
    return ImportedPromise(
        reader.parse_number("id", most=context.highest_id),
        reader.parse_uid() or create_uid(),
        direction,
        parse_counterparty(reader, direction),
        reader.parse_text("person_name", constants.MAX_WORD_CHARACTERS),
        reader.parse_number("replaces", most=context.highest_id),
        reader.parse_tags(),
        terms,
        imported_state,
        at,
        reader.parse_choice("cause", _CAUSES),
        reader.parse_text("repair"),
        reader.parse_text("risk"),
        reader.parse_text("no_to"),
        reader.parse_uid("series"),
        parse_series_place(reader),
        reader.parse_number("part_of"),
    )


def parse_series_place(reader: CellReader) -> tuple[int, int] | None:
    """Return the place of a promise in its series, and how many were made in it.

    None for a promise without a series. Raises BadRecord where one of the three is missing.
    """
    place = reader.parse_number("place", most=constants.MAX_SERIES_LENGTH)
    of = reader.parse_number("of", least=place or 1, most=constants.MAX_SERIES_LENGTH)
    values = {"series": reader.parse_uid("series"), "place": place, "of": of}
    missing = [name for name, value in values.items() if value is None]
    if missing and len(missing) < len(values):
        raise errors.BadRecord("series, place and of belong together, so it is needed", missing[0])
    return (place, of) if place and of else None


def list_differences(
    cells: Mapping[str, Any], imported: ImportedPromise, row: Mapping[str, Any]
) -> list[str]:
    """Return the fields of a record in which a row of the view `promises` is different.

    Only fields that the record has are compared, and of the moments only exact ones. What follows
    from other fields, as the number of revisions does, is named only where nothing else differs.
    The person is left to the caller.
    """
    terms, state = imported.terms, imported.imported_state
    values: dict[str, object] = {
        "direction": imported.direction.value,
        "state": state.state.value if cells.get("state") else row["state"],
        "outcome": terms.outcome,
        "due": terms.due and terms.due.civil,
        "due_at": terms.due and encode_instant(terms.due.at),
        "done_when": terms.done_when,
        "why": terms.why,
        "reply_by": terms.reply_by and terms.reply_by.civil,
        "tags": " ".join(sorted(imported.tags)) or None,
        "reason": state.reason,
        "cause": imported.cause,
        "repair": imported.repair,
        "risk": imported.risk,
        "no_to": imported.no_to,
        "series": imported.series,
        "place": imported.place and imported.place[0],
        "of": imported.place and imported.place[1],
        **_collect_exact_moments(cells, state, constants.IMPORTED_MOMENT_STATES),
    }
    stored = {name: row[name] for name in values}
    stored["tags"] = " ".join(sorted((row["tags"] or "").split())) or None
    if values["due"] != stored["due"]:
        del values["due_at"]
    named = [name for name in values if name in cells and values[name] != stored[name]]
    return named or _list_differences_of_talk(cells, imported, row)


def _list_differences_of_talk(
    cells: Mapping[str, Any], imported: ImportedPromise, row: Mapping[str, Any]
) -> list[str]:
    """Return the fields in which the negotiation and the warnings of a promise are different.

    These are the change proposed for agreed terms, and the warnings since.
    """
    state = imported.imported_state
    offer = {name: row[f"offer_{name}"] for name in Terms._fields} if row["offer_revision"] else {}
    values: dict[str, object] = {
        name: getattr(state, name) for name in ("revisions", "renegotiated") if cells.get(name)
    }
    stored = {name: row[name] for name in values}
    if state.state is State.ACTIVE and cells.get("state"):
        is_open = state.offer is not None
        values["author"] = imported.direction.name_speaker(state.author) if is_open else None
        values["offer"] = _encode_terms(state.offer) if state.offer else {}
        stored |= {"author": row["author"], "offer": offer}
    for name in ("told_at", "word_at"):
        if getattr(state, name) is None:
            values[name] = None
    values |= _collect_exact_moments(cells, state, ("word_at",))
    stored |= {name: row[name] for name in ("told_at", "word_at")}
    if cells.get("state"):
        values["flags"] = state.unsaid
        stored["flags"] = bool(row["unsaid"])
    return [name for name in values if name in cells and values[name] != stored[name]]


def _encode_terms(terms: Terms) -> dict[str, str | None]:
    """Return the fields of terms, with dates as in a record."""
    values = terms._asdict()
    for name in ("due", "reply_by"):
        values[name] = values[name] and values[name].civil
    return values


def _collect_exact_moments(
    cells: Mapping[str, Any], state: ImportedState, names: Iterable[str]
) -> dict[str, object]:
    """Return the moments of those names that the record gives to the second, as instants."""
    moments = {name: getattr(state, name) for name in names}
    return {
        name: encode_instant(moment)
        for name, moment in moments.items()
        if moment and parse_offset_moment(str(cells.get(name)))
    }


def derive_uid(content: Mapping[str, Any] | Sequence[str], twin: int = 0) -> str:
    """Return a uid for a record without one, always the same for the same content.

    The content is all its cells, or what identifies it in its file. A second import recognises the
    record by it. `twin` is the number of records before it in the file that are the same.
    """
    values: list[Any] = [*content]
    if isinstance(content, Mapping):
        values = sorted((key, str(value)) for key, value in content.items() if value)
    return str(uuid.uuid5(_UID_NAMESPACE, json.dumps([values, twin])))


def _parse_outcome(reader: CellReader) -> str:
    return reader.parse_required(
        "outcome", lambda name: reader.parse_text(name, constants.MAX_OUTCOME_CHARACTERS)
    )


def parse_counterparty(reader: CellReader, direction: Direction) -> str:
    """Return the handle or name of the other side; `me` in a promise to oneself.

    My name in the config means me as well.
    """
    is_self = direction is Direction.SELF
    person = reader.parse_text("person", constants.MAX_WORD_CHARACTERS)
    if not person and is_self:
        person = "me"
    elif not person:
        person = reader.parse_text("person_name", constants.MAX_WORD_CHARACTERS)
    if not person:
        raise errors.BadRecord("it is missing; name the other side", "person")
    is_me = people.is_me(person, reader.context.me)
    if is_me and not is_self and not people.is_me(person):
        raise errors.BadRecord(
            f"“{shorten_quoted_value(person)}” is you (`me` in the config); "
            "name the other side, or set the direction to self",
            "person",
        )
    if is_me is not is_self:
        raise errors.BadRecord("“me” and the direction self go together", "person")
    return people.ME_HANDLE if is_me else person


def parse_imported_state(
    reader: CellReader, direction: Direction, terms: Terms
) -> tuple[ImportedState, datetime]:
    """Return the state of the promise, and the moment of its newest act with a moment.

    `terms` are those of the record, for an offer that the record does not describe.
    """
    state = State(reader.parse_choice("state", constants.STATES) or State.ACTIVE)
    is_self = direction is Direction.SELF
    if is_self and state not in constants.SELF_STATES:
        raise errors.BadRecord(f"a promise to yourself can't be {state}", "state")
    moments = parse_moments(reader, state)
    newest_moment = max(moment for moment in moments.values() if moment)
    move, author = reader.parse_choice("move", _SIDES), reader.parse_choice("author", _SIDES)
    offer = parse_offered_terms(reader, terms) if state is State.ACTIVE and author else None
    revision = reader.parse_number("revision") or 1
    revisions = reader.parse_number("revisions") or revision
    newest = max(revision + 1 if offer else revision, revisions)
    # Without an author, the proposal is of the side that does not have to answer.
    is_mine = move != "me" if state is State.PROPOSED and not author else author != "them"
    is_agreed = moments["accepted_at"] is not None
    renegotiated = parse_renegotiation_count(reader, newest, is_agreed=is_agreed)
    told_at = moments["told_at"]
    has_no_move = "move" in reader.values and not move
    flags = reader.parse_words("flags")
    is_unsaid = state in constants.OPEN_STATES and not is_self and "unsaid" in flags
    imported = ImportedState(
        state,
        author=direction.my_side if is_mine else direction.their_side,
        revision=newest if state is State.PROPOSED else revision,
        revisions=newest,
        renegotiated=renegotiated,
        first_due=reader.parse_day("first_due", reader.parse_moment("first_due_at"))
        if renegotiated
        else None,
        offer=offer,
        contact_at=_parse_later_moment(reader, "contact_at", moments) or newest_moment,
        bumped_at=newest_moment if state is State.ACTIVE and "at-risk" in flags else None,
        word_at=_parse_later_moment(reader, "word_at", moments) or told_at,
        # A broken promise that nobody has to report: the promisee noticed it.
        silent=state is State.RENEGED
        and (has_no_move or direction is Direction.OWED)
        and not (told_at or is_self),
        reason=reader.parse_text("reason"),
        unsaid=is_unsaid,
        # Nobody is late with an answer to what they do not know of.
        heard=is_unsaid and state is State.PROPOSED and "lapsed" in flags,
        **{name: moment for name, moment in moments.items() if moment},
    )
    return imported, newest_moment


def parse_renegotiation_count(reader: CellReader, newest: int, *, is_agreed: bool) -> int:
    """Return how often both sides agreed on a change.

    That takes a first agreement, and a revision each time; `newest` is the number of revisions.
    """
    count = reader.parse_number("renegotiated", least=0) or 0
    if count and not is_agreed:
        raise errors.BadRecord("a change can't be agreed before the first yes", "renegotiated")
    if count >= newest:
        raise errors.BadRecord(
            f"it needs at least {count + 1} revisions",
            "renegotiated",
        )
    return count


def parse_moments(reader: CellReader, state: State) -> dict[str, datetime | None]:
    """Return the moments of the lifecycle, completed where the state implies them.

    Raises BadRecord where they don't fit the state, or are not in order.
    """
    names = ("made_at", "accepted_at", "delivered_at", "closed_at", "told_at")
    given = {name: reader.parse_moment(name) for name in names}
    made, accepted, delivered, closed, told_at = given.values()
    made = made or min(filter(None, given.values()), default=reader.context.now)
    if state in constants.AGREED_STATES:
        accepted = accepted or made
    if state is State.KEPT:
        delivered, closed = delivered or closed, closed or delivered
    moments = dict(zip(names, (made, accepted, delivered, closed, told_at), strict=True))
    check_moment_states(state, moments)
    check_moment_order(moments, given, reader.context.now)
    return moments


def may_have_moment(state: str, name: str) -> bool:
    """Whether a promise in a state may have that moment; true for every other field."""
    states = constants.IMPORTED_MOMENT_STATES.get(name)
    return states is None or state in states[1]


def check_moment_states(state: State, moments: Mapping[str, datetime | None]) -> None:
    """Raise BadRecord if a moment is missing in this state, or can't be there."""
    for name, (required, allowed) in constants.IMPORTED_MOMENT_STATES.items():
        if moments[name] is None and state in required:
            raise errors.BadRecord(
                f"a promise that is {state} needs it; to fill it in everywhere, add --set {name}=…",
                name,
            )
        if moments[name] is not None and state not in allowed:
            raise errors.BadRecord(f"a promise that is {state} can't have it", name)


def check_moment_order(
    moments: Mapping[str, datetime | None], given: Mapping[str, datetime | None], now: datetime
) -> None:
    """Raise BadRecord if a moment is after `now`, or before the moments that precede it.

    It blames the column that gave the moment, from which others may have been derived. `told_at`
    has to follow only the yes; without one, the making.
    """
    latest = None
    for name, moment in moments.items():
        if moment is None:
            continue
        sources = [name] if given[name] else [other for other in given if given[other] == moment]
        column = sources[0] if sources else name
        if moment > now:
            raise errors.BadRecord("it is in the future", column)
        agreed = moments["accepted_at"] or moments["made_at"] or latest
        earliest = agreed if name == "told_at" else latest
        if earliest and moment < earliest:
            raise errors.BadRecord("it is earlier than the step before it", column)
        latest = moment


def _parse_later_moment(
    reader: CellReader, name: str, moments: Mapping[str, datetime | None]
) -> datetime | None:
    """Return a moment that has to be between the making of the promise and now."""
    moment, made_at = reader.parse_moment(name), moments["made_at"]
    if moment and made_at and moment > reader.context.now:
        raise errors.BadRecord("it is in the future", name)
    if moment and made_at and moment < made_at:
        raise errors.BadRecord("it is earlier than the making of the promise", name)
    return moment


def parse_offered_terms(reader: CellReader, terms: Terms) -> Terms:
    """Return the terms of a change that is not agreed yet.

    A CSV has no cells for them: then they are taken to be the agreed `terms`.
    """
    offer = reader.values.get("offer")
    if offer is None:
        return terms.content
    if not isinstance(offer, dict):
        raise errors.BadRecord("it is not an object", "offer")
    inner = CellReader({**offer, "due_zone": reader.zone}, reader.context)
    return Terms(
        _parse_outcome(inner),
        inner.parse_day("due"),
        inner.parse_text("done_when"),
        inner.parse_text("why"),
        inner.parse_day("reply_by"),
    )
