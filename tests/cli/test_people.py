"""People as records."""

import json

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
