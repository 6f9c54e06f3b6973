"""A promise as a record from elsewhere tells it: its cells read field by field, and what they say together held against the lifecycle."""

import json
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from promisectl import errors
from promisectl.domain import civil, dates, lifecycle
from promisectl.domain.civil import When
from promisectl.domain.promise import Cause, Direction, Found, State, Terms

_OUTCOME, _OTHER = 1_000, 10_000  # characters
_OURS = uuid.UUID("6f9a2a55-6b3e-5c1a-9a39-7d0c7c0f2b11")
_STALE = {State.PROPOSED: 7, State.ACTIVE: 14}  # days without a word
_SECOND = timedelta(seconds=1)
_AGREED = (State.ACTIVE, State.DELIVERED, State.KEPT, State.RENEGED, State.RELEASED)
_OPEN = (State.PROPOSED, State.ACTIVE, State.DELIVERED)


class Place(NamedTuple):
    """When and where a record is read: the moment (aware UTC), the IANA name of the zone, the order of bare numbers in dates."""

    now: datetime
    zone: str
    order: str | None


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


def told(cells: Mapping[str, Any], place: Place, twin: int = 0) -> Told:
    """What the cells of a record tell. `twin` counts the records before it that say the same. Raises BadRecord."""
    read = _Reader(cells, place)
    direction = Direction(read.needed("direction", lambda name: read.choice(name, [one.value for one in Direction])))
    person = read.text("person") or ("me" if direction is Direction.SELF else read.text("person_name"))
    if not person:
        raise errors.BadRecord("it is empty, and says whom the promise is with", "person")
    if (person.casefold() == "me") is not (direction is Direction.SELF):
        raise errors.BadRecord("“me” goes with the direction self, and with no other", "person")
    terms = Terms(
        read.needed("outcome", lambda name: read.text(name, _OUTCOME)),
        read.day("due"),
        read.text("done_when"),
        read.text("why"),
        read.day("reply_by"),
    )
    found, at = _standing(read, direction, terms)
    return Told(
        read.number("id"),
        read.uid() or _derived(cells, twin),
        direction,
        person,
        read.text("person_name"),
        read.number("replaces"),
        read.words("tags"),
        terms,
        found,
        at,
        read.choice("cause", [one.value for one in Cause]),
        read.text("repair"),
        read.text("risk"),
        read.text("no_to"),
    )


def _derived(cells: Mapping[str, Any], twin: int) -> str:
    """A uid for a record without one, always the same for the same record, so that it is known again."""
    return str(uuid.uuid5(_OURS, json.dumps([sorted((key, str(value)) for key, value in cells.items() if value), twin])))


def _standing(read: "_Reader", direction: Direction, terms: Terms) -> tuple[Found, datetime]:
    """How the promise stands, and when the last known thing was said about it."""
    state = State(read.choice("state", [one.value for one in State]) or State.ACTIVE)
    moments = _moments(read, state)
    last = max(moment for moment in moments.values() if moment)
    flags, move, whose = read.words("flags"), read.choice("move", ("me", "them")), read.choice("author", ("me", "them"))
    offer = _offer(read, terms) if state is State.ACTIVE and whose else None
    revision = read.number("revision") or 1
    newest = max(revision + 1 if offer else revision, read.number("revisions") or revision)
    renegotiated = read.number("renegotiated", least=0) or 0
    if renegotiated >= newest:
        raise errors.BadRecord(f"new terms can't have been agreed on {renegotiated} times in {newest} revisions", "renegotiated")
    mine = whose != "them" if whose or state is not State.PROPOSED else move != "me"
    found = Found(
        state,
        author=lifecycle.my_side(direction) if mine else lifecycle.their_side(direction),
        revision=newest if state is State.PROPOSED else revision,
        revisions=newest,
        renegotiated=renegotiated,
        first_due=read.day("first_due") if renegotiated else None,
        offer=offer,
        contact_at=_contact(read, state, direction, flags, last),
        bumped_at=last if state is State.ACTIVE and "at-risk" in flags else None,
        word_at=_word(read, terms.due, moments),
        silent=state is State.RENEGED and not moments["told_at"] and "move" in read.columns and move is None,
        reason=read.text("reason"),
        **{name: moment for name, moment in moments.items() if moment},
    )
    return found, last


def _moments(read: "_Reader", state: State) -> dict[str, datetime | None]:
    """When it was made, accepted, delivered, closed and told of, with what goes without saying. Raises BadRecord."""
    accepted, delivered, closed, told_at = (read.moment(name) for name in ("accepted_at", "delivered_at", "closed_at", "told_at"))
    known = [moment for moment in (accepted, delivered, closed, told_at) if moment]
    made = read.moment("made_at") or min(known, default=read.place.now)
    if state in _AGREED:
        accepted = accepted or made
    if state is State.KEPT:
        delivered, closed = delivered or closed, closed or delivered
    _must(closed is not None, state not in _OPEN, "closed_at", state)
    _must(delivered is not None, state in (State.DELIVERED, State.KEPT), "delivered_at", state, may=state in (State.RELEASED, State.VOID))
    _must(accepted is not None, state in _AGREED, "accepted_at", state, may=state is State.VOID)
    _must(told_at is not None, needed=False, column="told_at", state=state, may=state in (State.RENEGED, State.VOID))
    moments = {"made_at": made, "accepted_at": accepted, "delivered_at": delivered, "closed_at": closed, "told_at": told_at}
    for (_, one), (name, other) in zip(_said(moments)[:-1], _said(moments)[1:], strict=True):
        if other < one:
            raise errors.BadRecord("it is before what came before it", name)
    for name, moment in moments.items():
        if moment and moment > read.place.now:
            raise errors.BadRecord("it is still to come", name)
    return moments


def _said(moments: Mapping[str, datetime | None]) -> list[tuple[str, datetime]]:
    return [(name, moment) for name, moment in moments.items() if moment and name != "told_at"]


def _must(there: bool, needed: bool, column: str, state: State, *, may: bool = False) -> None:  # noqa: FBT001
    if needed and not there:
        raise errors.BadRecord(f"a promise that is {state} needs it", column)
    if there and not (needed or may):
        raise errors.BadRecord(f"a promise that is {state} has none", column)


def _offer(read: "_Reader", terms: Terms) -> Terms:
    """New terms on the table. A CSV says that they are there, not what they are: then they are taken for those in force."""
    offer = read.columns.get("offer")
    if offer is None:
        return terms
    if not isinstance(offer, dict):
        raise errors.BadRecord("it is no object", "offer")
    inner = _Reader({**{key: value for key, value in offer.items() if value is not None}, "due_zone": read.zone}, read.place)
    outcome = inner.needed("outcome", lambda name: inner.text(name, _OUTCOME))
    return Terms(outcome, inner.day("due"), inner.text("done_when"), inner.text("why"), inner.day("reply_by"))


def _contact(read: "_Reader", state: State, direction: Direction, flags: Collection[str], last: datetime) -> datetime:
    """When something was last heard. Where the flags do not call it stale, it was so lately, whatever else is known."""
    limit = _STALE.get(state) if state is State.PROPOSED or direction is Direction.OWED else None
    if limit is None or "flags" not in read.columns or "stale" in flags:
        return last
    return max(last, read.place.now - timedelta(days=limit) + _SECOND)


def _word(read: "_Reader", due: When | None, moments: Mapping[str, datetime | None]) -> datetime | None:
    """When word of trouble was given, as far as `notice` tells: before the date or after it."""
    notice, told_at = read.choice("notice", ("before-due", "after-due", "none")), moments["told_at"]
    accepted = moments["accepted_at"]
    if notice in (None, "none") or due is None or accepted is None:
        return None
    if told_at and (told_at < due.at) is (notice == "before-due"):
        return told_at
    return min(accepted, due.at - _SECOND) if notice == "before-due" else max(accepted, due.at)


class _Reader:
    """Reads the cells of one record, each as what its field holds, and names the field of whatever can't be read."""

    def __init__(self, cells: Mapping[str, Any], place: Place) -> None:
        self.columns = cells
        self.place = place
        self.zone = self._zone()

    def _zone(self) -> str:
        zone = self.text("due_zone") or self.place.zone
        if not civil.is_zone(zone):
            raise errors.BadRecord(f"no zone “{zone}” is known here", "due_zone")
        return zone

    def needed(self, name: str, read: Callable[[str], str | None]) -> str:
        """A field that no record lacks."""
        value = read(name)
        if value is None:
            raise errors.BadRecord("it is missing", name)
        return value

    def text(self, name: str, most: int = _OTHER) -> str | None:
        """A text as it is."""
        value = self.columns.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise errors.BadRecord("it is no text", name)
        if len(value) > most:
            raise errors.BadRecord(f"it has {len(value)} characters, and {most} are the most", name)
        if not value.strip() or "\0" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
            raise errors.BadRecord("it is no text that can be kept", name)
        return value

    def words(self, name: str) -> tuple[str, ...]:
        """A list, or words with blanks between."""
        value = self.columns.get(name)
        if isinstance(value, list) and all(isinstance(one, str) and one.split() == [one] for one in value):
            return tuple(dict.fromkeys(value))
        if isinstance(value, list):
            raise errors.BadRecord("it is no list of single words", name)
        return tuple(dict.fromkeys((self.text(name) or "").split()))

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        """One of some words."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise errors.BadRecord(f"“{value}” is none of {', '.join(choices)}", name)
        return value

    def number(self, name: str, least: int = 1) -> int | None:
        """A whole number."""
        value = self.columns.get(name)
        if value is None or value == "":
            return None
        digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19 and int(digits) >= least):  # noqa: PLR2004 (what SQLite can count)
            raise errors.BadRecord(f"“{value}” is no number from {least} on", name)
        return int(digits)

    def uid(self) -> str | None:
        """A UUID in its usual spelling."""
        value = self.text("uid")
        try:
            return str(uuid.UUID(value)) if value else None
        except ValueError:
            raise errors.BadRecord(f"“{value}” is no UUID", "uid") from None

    def day(self, name: str) -> When | None:
        """A civil day or minute, in the zone of the record."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return self._plain_day(value) or dates.read(value, self.place.now, self.zone, order=self.place.order)
        except (errors.Usage, OverflowError) as problem:
            raise errors.BadRecord(str(problem).removesuffix("."), name) from None

    def _plain_day(self, value: str) -> When | None:
        """The spelling of our own records, which is read quickly."""
        try:
            day = date.fromisoformat(value)
        except ValueError:
            return None
        when = When(str(day), self.zone, civil.last_second(day, self.zone))
        return when if value == when.civil and civil.local(when.at, self.zone).date() == day else None

    def moment(self, name: str) -> datetime | None:
        """An instant with its offset, or a day or minute here; a day means its noon, or now if it is today."""
        value = self.text(name)
        if value is None:
            return None
        try:
            found = datetime.fromisoformat(value)
        except ValueError:
            found = None
        if found and found.tzinfo:
            return found.astimezone(UTC).replace(microsecond=0)
        try:
            found = dates.read_now(value, self.place.zone)
        except errors.Usage as problem:
            raise errors.BadRecord(str(problem).removesuffix("."), name) from None
        today = civil.local(self.place.now, self.place.zone).date()
        return min(found, self.place.now) if value == str(today) else found
