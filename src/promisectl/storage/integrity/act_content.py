"""What a single act can hold: the checks of commands, for acts from elsewhere."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import cache

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import constants, people
from promisectl.domain.civil import (
    MAX_ZONE_DIFFERENCE,
    encode_instant,
    is_zone,
    list_civil_readings,
)
from promisectl.domain.person_acts import PersonVerb
from promisectl.domain.promise import Cause, Direction, Side, State, Verb
from promisectl.domain.transitions import UNSAID_VERBS
from promisectl.system.text import can_be_stored, is_canonical_uuid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.person_acts import PersonAct
    from promisectl.domain.promise import Act, ImportedState, Opening, Terms

_FIRST_INSTANT = datetime(1969, 12, 31, tzinfo=UTC)
"""Nothing is dated before 1970, in any zone."""
_MAX_STORED_NUMBER = 10**9
_ZONE_NAME = re.compile(r"[\w+-]+(/[\w+-]+)*", re.ASCII)
_KNOWN_CAUSES = frozenset(cause.value for cause in Cause)
_PROMISE_FIELDS = (
    *("revision", "terms", "text", "told_at", "cause", "repair", "risk", "no_to"),
    *("target", "opening", "found", "person", "answer_by", "bigger"),
)
_MAKING_FIELDS = {"revision", "terms", "opening", "risk", "no_to"}
_FIELDS_BY_VERB: dict[Verb, set[str]] = {
    Verb.REQUEST: _MAKING_FIELDS,
    Verb.OFFER: _MAKING_FIELDS,
    Verb.IMPORT: _MAKING_FIELDS | {"found", "cause", "repair"},
    Verb.NEGOTIATE: {"revision", "text", "terms", "risk", "no_to"},
    Verb.ACCEPT: {"revision", "text", "risk", "no_to"},
    Verb.DECLINE: {"revision", "text", "risk", "no_to"},
    Verb.RENEGE: {"revision", "text", "told_at", "cause", "repair"},
    Verb.TOLD: {"revision", "told_at"},
    Verb.CORRECT: {"revision", "text", "terms", "risk", "no_to", "person"},
    Verb.BUMP: {"revision", "text", "answer_by"},
    Verb.PART: {"revision", "text", "bigger"},
    Verb.UNDO: {"target", "text"},
    Verb.REDO: {"target", "text"},
}
"""What an act of each verb can hold; any other verb has a revision and a text."""
_PERSON_FIELDS = ("handle", "name", "into", "target")
_FIELDS_BY_PERSON_VERB: dict[PersonVerb, set[str]] = {
    PersonVerb.MEET: {"handle", "name"},
    PersonVerb.RENAME: {"handle", "name"},
    PersonVerb.ALIAS: {"handle"},
    PersonVerb.UNALIAS: {"handle"},
    PersonVerb.MERGE: {"handle", "into"},
    PersonVerb.UNDO: {"handle", "target"},
    PersonVerb.REDO: {"handle", "target"},
}
"""What an act about a person can hold."""
_VERBS_BY_COMMAND: dict[str, set[str]] = {
    "make": {"meet", *(set(Verb) - {Verb.IMPORT, Verb.UNDO, Verb.REDO})},
    "accept": {"accept", "decline", "negotiate", "note"},
    "decline": {"decline", "note"},
    "negotiate": {"negotiate", "accept", "note"},
    "complete": {"complete", "partial", "note"},
    "correct": {"correct", "meet"},
    "import": {"import", "meet", "part"},
}
"""What a command records, if that is not only acts of its own name and a note."""


class ImpossibleAct(Exception):
    """An act that no command can have recorded; its text is the reason, as a part of a sentence.

    `number` is that of the act, 0 where it is not known yet.
    """

    number = 0


def check_command(command: str, verb: str, *, about_person: bool) -> None:
    """Refuse an act of a verb that this command does not record. Raises ImpossibleAct."""
    if about_person and verb not in ("meet", "undo", "redo"):
        keeps_former_name = verb == "alias" and command in ("person rename", "person merge")
        is_known = command == f"person {verb}" or keeps_former_name
    elif command in _VERBS_BY_COMMAND:
        is_known = verb in _VERBS_BY_COMMAND[command]
    else:
        is_known = verb == command and verb not in ("request", "offer", "partial", "meet")
    if not is_known:
        raise ImpossibleAct(f"the command “{command[:40]}” never records “{verb}”")


# About promises


def check_act(act: Act, direction: Direction, *, strict: bool) -> None:
    """Refuse an act with content that no command takes. Raises ImpossibleAct.

    Where this is not `strict`, a due date may mean another instant than the zones of this machine
    give, as those may have changed since.
    """
    _check_absent_fields(act, _list_absent_fields(act.verb))
    _check_correction_content(act, direction)
    if act.unsaid and not (
        act.verb in UNSAID_VERBS
        and act.side is direction.my_side
        and direction is not Direction.SELF
    ):
        raise ImpossibleAct("it is unsaid, as only an offer or a warning of mine can be")
    _check_moments(act)
    limit = constants.MAX_TEXT_CHARACTERS
    for name in ("text", "repair", "risk", "no_to"):
        _check_text(name, getattr(act, name), limit)
    if act.cause is not None and act.cause not in _KNOWN_CAUSES:
        raise ImpossibleAct(f"its cause is not one of {', '.join(sorted(_KNOWN_CAUSES))}")
    if act.verb in (Verb.TAG, Verb.UNTAG):
        _check_tags((act.text or "").split(" "))
    if act.verb is Verb.RENEGE:
        _check_notice(act, direction)
    _check_uids(act.bigger)
    if act.opening:
        check_opening(act.opening)
    if act.terms:
        check_terms(act.terms, strict=strict)
    if act.found:
        check_imported_state(act, act.found, direction, strict=strict)
    if act.answer_by:
        _check_civil_moment("answer_by", act.answer_by, MAX_ZONE_DIFFERENCE)


def _check_correction_content(act: Act, direction: Direction) -> None:
    """Refuse what only a correction says in another act, and in one of the wrong direction."""
    if act.throughout and (act.verb is not Verb.CORRECT or act.terms is None):
        raise ImpossibleAct("it covers a whole promise, as only a correction of terms can")
    if act.verb is Verb.CORRECT and direction is Direction.OWED and (act.risk or act.no_to):
        raise ImpossibleAct("it is a correction with a risk that is not mine")
    if act.person is not None and (direction is Direction.SELF or not _is_number(act.person, 1)):
        raise ImpossibleAct("it names a person whom the promise can't be with")


@cache
def _list_absent_fields(verb: Verb) -> tuple[str, ...]:
    allowed = _FIELDS_BY_VERB.get(verb, {"revision", "text"})
    return tuple(name for name in _PROMISE_FIELDS if name not in allowed)


def _check_absent_fields(act: Act | PersonAct, names: Iterable[str]) -> None:
    for name in names:
        if getattr(act, name) is not None:
            raise ImpossibleAct(f"it has a field {name}, which “{act.verb}” never has")


def _check_moments(act: Act | PersonAct) -> None:
    """Refuse moments before 1970, and those that were still to come when they were recorded."""
    told_at = getattr(act, "told_at", None) or act.at
    if max(act.at, told_at) > act.recorded_at:
        raise ImpossibleAct("it is dated after it was recorded")
    if min(act.at, told_at) < _FIRST_INSTANT:
        raise ImpossibleAct("it is dated before 1970")


def _check_text(name: str, value: object, limit: int) -> None:
    """Refuse what is not a text, or what `arguments.check_text` refuses; accept None."""
    if value is None:
        return
    if not isinstance(value, str):
        raise ImpossibleAct(f"its {name} is not text")
    if len(value) > limit:
        raise ImpossibleAct(f"its {name} has {len(value):,} characters; {limit:,} are allowed")
    if not value.strip():
        raise ImpossibleAct(f"its {name} is empty")
    if not can_be_stored(value):
        raise ImpossibleAct(f"its {name} has invalid characters")


def _check_tags(tags: Collection[str]) -> None:
    for tag in tags:
        _check_text("tag", tag, constants.MAX_WORD_CHARACTERS)
        if tag.split() != [tag]:
            raise ImpossibleAct("it has a tag that is not one word")
    if len(set(tags)) < len(tags):
        raise ImpossibleAct("it names a tag twice")


def _check_notice(act: Act, direction: Direction) -> None:
    """Refuse a broken promise whose notice does not fit its side: only mine can wait for one."""
    is_told = act.told_at is not None
    fits = {
        Side.SELF: not is_told,
        Side.PROMISEE: direction is Direction.OWED and not is_told,
        Side.PROMISOR: direction is not Direction.OWED or is_told,
    }
    if not fits.get(act.side, False):
        raise ImpossibleAct("it is a broken promise with a notice that no command records")


def check_opening(opening: Opening) -> None:
    """Refuse a promise with an impossible uid, number or tag. Raises ImpossibleAct."""
    if not isinstance(opening.uid, str) or not is_canonical_uuid(opening.uid):
        raise ImpossibleAct("it begins a promise with a uid that is not a UUID")
    if (opening.direction is Direction.SELF) is not (opening.person is None):
        raise ImpossibleAct("its person does not fit its direction")
    for number in (opening.person, opening.replaces):
        if number is not None and not _is_number(number, 1):
            raise ImpossibleAct("its number of a person or a promise is not valid")
    _check_uids(opening.part_of, opening.series)
    place, of = opening.place or (1, 1)
    is_possible = 1 <= place <= of <= constants.MAX_SERIES_LENGTH
    if not is_possible or (opening.series is None) is not (opening.place is None):
        raise ImpossibleAct("its place in a series is not possible")
    _check_tags(opening.tags)


def _check_uids(*uids: str | None) -> None:
    """Refuse a link to another promise or a series by what is not a UUID; accept None."""
    if any(uid is not None and not is_canonical_uuid(uid) for uid in uids):
        raise ImpossibleAct("its bigger promise or its series is not a UUID")


def _is_number(value: object, least: int) -> bool:
    return type(value) is int and least <= value <= _MAX_STORED_NUMBER


def check_terms(terms: Terms, *, strict: bool) -> None:
    """Refuse terms that no command takes. Raises ImpossibleAct."""
    if terms.outcome is None:
        raise ImpossibleAct("it has no outcome")
    _check_text("outcome", terms.outcome, constants.MAX_OUTCOME_CHARACTERS)
    for name in ("done_when", "why"):
        _check_text(name, getattr(terms, name), constants.MAX_TEXT_CHARACTERS)
    if terms.due:
        _check_civil_moment("due", terms.due, timedelta(0) if strict else MAX_ZONE_DIFFERENCE)
    if terms.reply_by:
        # A CSV has its instant, but not its zone.
        _check_civil_moment("reply_by", terms.reply_by, MAX_ZONE_DIFFERENCE)


def _check_civil_moment(name: str, when: CivilMoment, tolerance: timedelta) -> None:
    """Refuse an impossible day, an unknown zone, and an instant that does not match them."""
    if not isinstance(when.zone, str) or not isinstance(when.civil, str):
        raise ImpossibleAct(f"its {name} is not a date")
    if not _ZONE_NAME.fullmatch(when.zone) or not is_zone(when.zone):
        raise ImpossibleAct(f"its {name} is in an unknown zone: “{when.zone[:40]}”")
    readings = list_civil_readings(when.civil, when.zone)
    if not readings:
        raise ImpossibleAct(f"its {name} is not a date: “{when.civil[:40]}”")
    if all(abs(reading.at - when.at) > tolerance for reading in readings):
        raise ImpossibleAct(
            f"its {name} {when.civil} in {when.zone} "
            f"is {encode_instant(readings[0].at)}, not {encode_instant(when.at)}"
        )


def check_imported_state(
    act: Act, state: ImportedState, direction: Direction, *, strict: bool
) -> None:
    """Refuse a state that `import` takes from no record. Raises ImpossibleAct."""
    _check_text("reason", state.reason, constants.MAX_TEXT_CHARACTERS)
    _check_imported_moments(act, state)
    counts = (state.revision, state.revisions, state.renegotiated)
    if not all(_is_number(count, least) for count, least in zip(counts, (1, 1, 0), strict=True)):
        raise ImpossibleAct("one of its revisions is not a valid number")
    is_self = direction is Direction.SELF
    fits = (
        state.author in (direction.my_side, direction.their_side),
        not is_self or state.state in constants.SELF_STATES,
        state.revision <= state.revisions and state.renegotiated < state.revisions,
        state.state is not State.PROPOSED or state.revision == state.revisions,
        not state.offer or (state.state is State.ACTIVE and state.revision < state.revisions),
        not state.renegotiated or state.accepted_at is not None,
        not state.first_due or state.renegotiated > 0,
        not state.bumped_at or state.state is State.ACTIVE,
        not state.unsaid or (state.state in constants.OPEN_STATES and not is_self),
        not state.heard or (state.unsaid and state.state is State.PROPOSED),
        not state.silent
        or (state.state is State.RENEGED and state.told_at is None and not is_self),
    )
    if not all(fits):
        raise ImpossibleAct("its state is not possible")
    if state.offer:
        check_terms(state.offer, strict=strict)
    if state.first_due:
        _check_civil_moment("first_due", state.first_due, MAX_ZONE_DIFFERENCE)


def _check_imported_moments(act: Act, state: ImportedState) -> None:
    """Refuse moments that a promise in that state does not have, or that are out of order."""
    for name, (required, allowed) in constants.IMPORTED_MOMENT_STATES.items():
        is_there = getattr(state, name) is not None
        if state.state in required and not is_there:
            raise ImpossibleAct(f"it imports a promise that is {state.state}, without {name}")
        if is_there and state.state not in allowed:
            raise ImpossibleAct(f"it imports a promise that is {state.state}, with {name}")
    order = (state.made_at, state.accepted_at, state.delivered_at, state.closed_at)
    known = [moment for moment in order if moment]
    others = (state.told_at, state.contact_at, state.bumped_at, state.word_at, act.at)
    later = [moment for moment in others if moment]
    if known != sorted(known) or min(later) < state.made_at or state.made_at < _FIRST_INSTANT:
        raise ImpossibleAct("its dates are out of order")
    if max(*known, *later) > act.recorded_at:
        raise ImpossibleAct("it has a date after it was recorded")


# About people


def check_person_content(act: PersonAct) -> None:
    """Refuse an act about a person with content that no command takes. Raises ImpossibleAct."""
    allowed = _FIELDS_BY_PERSON_VERB.get(act.verb, set(_PERSON_FIELDS))
    _check_absent_fields(act, (name for name in _PERSON_FIELDS if name not in allowed))
    if not all(number is None or _is_number(number, 1) for number in (act.into, act.target)):
        raise ImpossibleAct("its number of a person or a command is not valid")
    _check_moments(act)
    if act.verb in (PersonVerb.UNDO, PersonVerb.REDO):
        return
    check_name("handle", act.handle, handle=True)
    if "name" in allowed:
        check_name("name", act.name, handle=False)


def check_name(field: str, value: object, *, handle: bool) -> None:
    """Refuse a name that nobody can be given. Raises ImpossibleAct."""
    if value is None:
        raise ImpossibleAct(f"it has no {field}")
    _check_text(field, value, constants.MAX_WORD_CHARACTERS)
    from promisectl import errors

    text = str(value)
    try:
        newcomer = people.parse_newcomer(text)
    except errors.Problem:
        spellings: tuple[str, ...] = ()
    else:
        joined = "-".join(text.split()).casefold()
        full_name = " ".join(text.split())
        is_written_out = full_name != full_name.casefold()
        spellings = (newcomer.name, full_name if is_written_out else newcomer.name)
        if handle:
            spellings = (newcomer.handle, joined)
    if text not in spellings:
        raise ImpossibleAct(f"“{text[:40]}” can't be the {field} of a person")
