"""What the body of an act may hold is what it is read for."""

from __future__ import annotations

from datetime import UTC, datetime

from promisectl.domain.civil import CivilMoment
from promisectl.domain.people import PersonAct, PersonVerb
from promisectl.domain.promise import (
    Act,
    Direction,
    ImportedState,
    Opening,
    Side,
    State,
    Terms,
    Verb,
)
from promisectl.storage import codec

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
DUE = CivilMoment("2026-11-27", "Europe/Berlin", datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC))
TERMS = Terms("Send the report", DUE, "Dana has read it", "the board meets", DUE)
FOUND = ImportedState(
    State.RENEGED, AT, Side.PROMISOR, 2, 3, 1, DUE, TERMS, AT, AT, AT, AT, AT, AT, AT,
    silent=True, reason="the vendor",
)  # fmt: skip
ACT = Act(
    Verb.IMPORT, Side.PROMISOR, AT, AT, 7, 3, 2, TERMS, "a word", AT, "overload", "tea", "slips",
    "the offsite", 2, Opening("8f0c", Direction.OWE, 1, 4, ("work",)), FOUND, throughout=True,
)  # fmt: skip
CORRECTION = ACT._replace(verb=Verb.CORRECT, opening=None, person=9)


def test_every_field_of_an_act_is_read_again() -> None:
    assert all((*ACT[:-1], *CORRECTION[-1:], *FOUND, *TERMS)), "one that is empty proves nothing"
    for act in (ACT, CORRECTION):
        row = {
            **{name: getattr(act, name) for name in ("number", "entry", "verb", "side")},
            **dict.fromkeys(("at", "recorded_at"), "2026-11-23T09:00:00Z"),
            "body": codec.encode_act_body(act),
        }
        assert codec.decode_act(row) == act


def test_every_field_of_an_act_about_a_person_is_read_again() -> None:
    act = PersonAct(PersonVerb.MERGE, 1, AT, AT, 7, 3, "dana", "Dana Kim", 2, 4)
    row = {
        **{name: getattr(act, name) for name in ("number", "entry", "verb", "person")},
        **dict.fromkeys(("at", "recorded_at"), "2026-11-23T09:00:00Z"),
        "body": codec.encode_person_act_body(act),
    }
    assert codec.decode_person_act(row) == act
