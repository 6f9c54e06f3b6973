"""The history, of promises and of people."""

import json

from tests.cli.lists import strip_lines
from tests.conftest import Program


def test_the_log_tells_of_people_too(week: Program) -> None:
    week.ok("person", "rename", "lee", "leo")
    week.ok("undo")
    assert strip_lines(week.ok("log", "--limit", "2", width=80)) == (
        "When              #  What\n"
        "Mon 23 Nov 10:00     You renamed a person: leo (undone)\n"
        "Mon 23 Nov 10:00     You undid: person rename\n"
    )
    assert week.ok("redo") == "Redone: person rename.\n"
    assert [act["act"] for act in json.loads(week.ok("log", "6", "--json"))] == [
        "offer",
        "accept",
        "renege",
    ]
    assert week("log", "9").code == 3
