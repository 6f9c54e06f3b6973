"""People as records."""

import json

import pytest

from promisectl.records import fields
from tests.conftest import Program


def test_people_as_records(week: Program) -> None:
    assert week.ok("people") == (
        "dana\tDana\t1\t0\t0\t2026-11-27T22:59:59Z\t0\t0\t0\t0\t1\n"
        "kim\tKim\t0\t0\t0\t\t0\t0\t0\t0\t1\n"
        "lee\tLee\t0\t1\t0\t2026-11-28T22:59:59Z\t0\t1\t0\t0\t0\n"
    )
    assert json.loads(week.ok("people", "--json", "--today", "2026-11-28"))[0] == {
        "person": "dana", "person_name": "Dana", "owe": 1, "owed": 0, "overdue": 1, "next_due": "2026-11-27T22:59:59Z",
        "kept_by_me": 0, "kept_by_me_of": 1, "kept_by_them": 0, "kept_by_them_of": 0, "not_agreed": 1,
    }  # fmt: skip
    assert week.ok("people", "--csv").splitlines()[0] == ",".join(fields.PERSON_FIELDS)
    assert [record["id"] for record in json.loads(week.ok("person", "show", "lee", "--json"))] == [
        3,
        6,
    ]


# Names with marks are where they belong

_NAMES = ["Ada", "Ádám", "Élodie", "Emil", "Łukasz", "Lynn", "Ömer", "Øst", "Otto", "Zoe"]


@pytest.mark.parametrize("names", [_NAMES, _NAMES[::-1]], ids=["in order", "backwards"])
def test_marks_do_not_move_a_name_to_the_end(program: Program, names: list[str]) -> None:
    for name in names:
        program.ok("make", f"Call {name}", "--to", name, "--new", "-q")
    handles = [name.casefold() for name in _NAMES]
    people = json.loads(program.ok("people", "--json"))
    assert [record["person"] for record in people] == handles
    listed = json.loads(program.ok("list", "--sort", "person", "--json"))
    assert [record["person"] for record in listed] == handles
    page = program.ok("people", width=80)
    assert [line.split()[0] for line in page.splitlines()[2:]] == _NAMES


def test_two_people_who_differ_in_marks_alone_stay_apart(program: Program) -> None:
    for nth, name in enumerate(("zoé", "zoe", "zoé", "zoe")):
        program.ok("make", f"Call {nth}", "--to", name, "--new", "--by", f"2026-12-0{9 - nth}")
    listed = json.loads(program.ok("list", "--sort", "person", "--json"))
    assert [(record["person"], record["id"]) for record in listed] == [
        *(("zoe", 4), ("zoe", 2)),
        *(("zoé", 3), ("zoé", 1)),
    ]
