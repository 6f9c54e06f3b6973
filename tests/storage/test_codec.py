"""What the body of an act may hold is what it is read for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from promisectl import errors
from promisectl.domain.civil import CivilMoment
from promisectl.domain.person_acts import PersonAct, PersonVerb
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
    silent=True, reason="the vendor", unsaid=True, heard=True,
)  # fmt: skip
ACT = Act(
    Verb.IMPORT, Side.PROMISOR, AT, AT, 7, 3, 2, TERMS, "a word", AT, "overload", "tea", "slips",
    "the offsite", 2, Opening("8f0c", Direction.OWE, 1, 4, ("work",), "77aa", "99bb", (3, 12)), FOUND,
    throughout=True, answer_by=DUE, unsaid=True, bigger="77aa",
)  # fmt: skip
CORRECTION = ACT._replace(verb=Verb.CORRECT, opening=None, person=9)


def test_every_field_of_an_act_is_read_again() -> None:
    assert ACT._replace(person=9) == CORRECTION._replace(verb=ACT.verb, opening=ACT.opening)
    fields = (*ACT._replace(person=9), *FOUND, *TERMS)
    assert all(fields), "one that is empty proves nothing"
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


def build_row(verb: str, body: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": 7,
        "entry": 3,
        "verb": verb,
        "side": "promisor",
        "person": 1,
        **dict.fromkeys(("at", "recorded_at"), "2026-11-23T09:00:00Z"),
        "body": json.dumps(body),
    }


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("meet", {"handle": "dana", "name": "Dana"}),
        ("alias", {"handle": "boss"}),
        ("unalias", {"handle": "boss"}),
        ("merge", {"into": 2}),
        ("undo", {"target": 2}),
        ("redo", {"target": 2}),
    ],
)
def test_an_act_about_a_person_without_what_it_needs_is_damaged(
    verb: str, body: dict[str, Any]
) -> None:
    assert codec.decode_person_act(build_row(verb, body)).verb == verb
    for name in body:
        damaged = {other: value for other, value in body.items() if other != name}
        with pytest.raises(errors.DamagedContent):
            codec.decode_person_act(build_row(verb, damaged))


@pytest.mark.parametrize("direction", Direction)
def test_an_opening_has_a_person_unless_it_is_to_myself(direction: Direction) -> None:
    bodies = [{"uid": "8f0c", "direction": direction, "person": 1}]
    bodies.append({"uid": "8f0c", "direction": direction})
    good, damaged = bodies[::-1] if direction is Direction.SELF else bodies
    assert codec.decode_act(build_row("offer", good)).opening
    with pytest.raises(errors.DamagedContent):
        codec.decode_act(build_row("offer", damaged))
