"""What is recorded late may have been done earlier, and the answer says how to date it."""

import json

import pytest

from tests.conftest import Program

LATER = "2026-11-25T09:00"


@pytest.fixture
def overdue(program: Program) -> Program:
    program.ok("make", "Call the bank", "--to", "dana", "--by", "tomorrow 10:00", "--agreed")
    program.ok("make", "Pay the bill", "--from", "lee", "--by", "tomorrow", "--agreed")
    return program


@pytest.mark.parametrize(
    ("words", "again"),
    [
        (["1"], "complete 1 --on"),
        (["1", "-y"], "complete 1 --confirmed --on"),
        (["2"], "complete 2 --on"),
        (["2", "--reported"], "complete 2 --reported --on"),
    ],
)
def test_a_late_report_says_how_to_date_it(overdue: Program, words: list[str], again: str) -> None:
    hint = overdue("--today", LATER, "complete", *words).stderr.splitlines()[-1]
    state = json.loads(overdue.ok("show", words[0], "--json"))[0]["state"]
    assert hint == f"Done earlier? promisectl undo · promisectl {again} “…”"
    overdue.ok("--today", LATER, "undo")
    dated = hint.rpartition("promisectl ")[2].replace("“…”", "yesterday 9:00").split(maxsplit=2)
    option, when = dated[2].rsplit("--on ", 1)
    result = overdue("--today", LATER, *dated[:2], *option.split(), "--on", when)
    assert ("on time" in result.stdout, "earlier?" in result.stderr) == (True, False)
    assert json.loads(overdue.ok("show", words[0], "--json"))[0]["state"] == state


@pytest.mark.parametrize(
    "words",
    [
        ["complete", "1,2"],
        ["complete", "1", "--on", "today 8:30"],
        ["complete", "1", "--partial", "half"],
        ["-q", "complete", "1"],
        ["accept", "1"],
    ],
)
def test_nothing_is_said_where_it_is_dated_or_another_move(
    overdue: Program, words: list[str]
) -> None:
    if words[0] == "accept":
        overdue.ok("complete", "1")
    assert "earlier?" not in overdue("--today", LATER, *words).stderr


def test_what_is_on_time_needs_no_date(overdue: Program) -> None:
    assert "earlier?" not in overdue("complete", "1").stderr
