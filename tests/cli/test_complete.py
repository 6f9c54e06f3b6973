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


# Several at once, each on its own due date

AFTER_ABSENCE = "2026-12-28T09:00"


def _delivered(program: Program) -> dict[int, str]:
    records = json.loads(program.ok("list", "--all", "--json"))
    return {one["id"]: one["delivered_at"] for one in records if one["delivered_at"]}


@pytest.fixture
def weekly(program: Program) -> Program:
    words = ("--every", "week", "--times", "6", "--agreed", "-q")
    program.ok("make", "Water the plants", "--to", "ben", "--by", "fri", *words)
    return program


def test_each_is_done_on_its_own_due_date(weekly: Program) -> None:
    weekly.ok("negotiate", "2", "--by", "sat 17:00", "--reason", "a trip", "--agreed", "-q")
    weekly.ok("negotiate", "3", "--by", "thu", "--reason", "not agreed", "-q")
    lines = weekly.ok("--today", AFTER_ABSENCE, "complete", "1-4", "--on", "due").splitlines()
    assert [("on time" in line, line[:11]) for line in lines] == [
        (True, f"#{number} reported") for number in range(1, 5)
    ]
    assert _delivered(weekly) == {
        1: "2026-11-27T11:00:00Z",
        2: "2026-11-28T16:00:00Z",
        3: "2026-12-11T11:00:00Z",
        4: "2026-12-18T11:00:00Z",
    }


def test_what_is_due_today_is_done_now(weekly: Program) -> None:
    weekly.ok("--today", "2026-11-27T09:00", "complete", "1", "--on", "DUE")
    assert _delivered(weekly) == {1: "2026-11-27T08:00:00Z"}


def test_theirs_is_confirmed_on_its_due_date(program: Program) -> None:
    program.ok("make", "Pay the bill", "--from", "lee", "--by", "tomorrow", "--agreed", "-q")
    program.ok("--today", AFTER_ABSENCE, "complete", "1", "--on", "due")
    assert json.loads(program.ok("show", "1", "--json"))[0]["closed_at"] == "2026-11-24T11:00:00Z"


@pytest.mark.parametrize(
    ("words", "error", "id_"),
    [
        ("5 6", "#6 is due on Fri 1 Jan, which is in the future. Complete it without --on due.", "due-ahead"),
        ("7", "#7 has no due date. Give --on another date.", "no-due-date"),
        ("8", "#8 is not agreed yet, so there is nothing to complete. Possible now: promisectl accept 8 · promisectl negotiate 8 --by “…” · promisectl decline 8 · promisectl withdraw 8", "not-open"),
        ("9", "#9 is due on Mon 28 Dec, 17:00, which is in the future. Complete it without --on due.", "due-ahead"),
    ],
)  # fmt: skip
def test_what_has_no_past_due_date_is_refused(
    weekly: Program, words: str, error: str, id_: str
) -> None:
    weekly.ok("make", "Call the bank", "--to", "dana", "--agreed", "-q")
    weekly.ok("make", "Paint the door", "--to", "dana", "--by", "2027-03-01", "-q")
    weekly.ok("make", "Lock up", "--to", "dana", "--by", "28 dec 17:00", "--agreed", "-q")
    refused = weekly("--today", AFTER_ABSENCE, "complete", *words.split(), "--on", "due")
    assert (refused.stdout, refused.stderr) == ("", f"promisectl: {error}\n")
    as_json = weekly("--today", AFTER_ABSENCE, "complete", *words.split(), "--on", "due", "--json")
    assert json.loads(as_json.stderr)["error"]["id"] == id_
    assert _delivered(weekly) == {}


def test_only_complete_reads_due_as_a_date(weekly: Program) -> None:
    refused = weekly("--today", AFTER_ABSENCE, "bump", "1", "It is late", "--on", "due")
    assert "Can't read “due” as a date" in refused.stderr
