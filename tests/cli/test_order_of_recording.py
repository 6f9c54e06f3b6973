"""What is written down late: figures, flags and views of the past go by when things were said."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.conftest import Program

AGREED = (
    "2026-11-01T09:00",
    "make",
    "Send the report",
    "--to",
    "dana",
    "--by",
    "2026-11-10",
    "--agreed",
)
REQUEST = (
    "2026-11-01T09:00",
    "make",
    "Send the report",
    "--to",
    "dana",
    "--by",
    "2026-11-20",
    "--asked",
)
LATER = (
    "2026-11-03T09:00",
    "negotiate",
    "1",
    "--by",
    "2026-11-20",
    "--reason",
    "later",
    "--theirs",
)
YES = ("2026-11-04T09:00", "accept", "1")
LATE_YES = ("2026-11-06T09:00", "accept", "1")
WORD = ("2026-11-05T09:00", "bump", "1", "vendor slips")
DONE = ("2026-11-22T09:00", "complete", "1")

# What was said, in the order of time, with the places in which it was written down, and what it comes to: the notice and the flags on
# the 22nd at ten, and the count of notices and the lead in the record.
STORIES: dict[str, tuple[Sequence[Sequence[str]], Sequence[Sequence[int]], Any]] = {
    "a word about new terms, written down before the Yes to them": (
        [AGREED, LATER, YES, WORD, DONE],
        [(0, 1, 3, 2, 4)],
        ("before-due", ["late", "unconfirmed"], [1, 1], 15.62),
    ),
    "a word about the old terms, written down after the Yes to new ones": (
        [AGREED, LATER, WORD, LATE_YES, DONE],
        [(0, 1, 3, 2, 4), (0, 1, 3, 4, 2)],
        ("none", ["late", "unconfirmed"], [0, 1], None),
    ),
    "a word before the first Yes, written down after it": (
        [REQUEST, WORD, LATE_YES, DONE],
        [(0, 2, 1, 3), (0, 2, 3, 1)],
        ("none", ["late", "unconfirmed"], [0, 1], None),
    ),
    "a word after the first Yes, written down before it": (
        [REQUEST, YES, WORD, DONE],
        [(0, 2, 1, 3), (0, 1, 3, 2)],
        ("before-due", ["late", "unconfirmed"], [1, 1], 15.62),
    ),
    "a word after the first Yes, and nothing else": (
        [REQUEST, YES, WORD],
        [(0, 2, 1)],
        ("before-due", ["overdue", "at-risk"], [1, 1], 15.62),
    ),
    "a word before the first Yes, and nothing else": (
        [REQUEST, WORD, LATE_YES],
        [(0, 2, 1)],
        ("none", ["overdue"], [0, 1], None),
    ),
    "a word that new terms of another kind leave as it is": (
        [AGREED, ("2026-11-02T09:00", "bump", "1", "slow"), (*LATER[:3], "--what", "Send it", *LATER[5:]), YES, DONE],
        [(0, 2, 3, 1, 4), (0, 2, 3, 4, 1), (0, 2, 1, 3, 4)],
        ("before-due", ["late", "unconfirmed"], [1, 1], 8.62),
    ),
    "a word while it was reported, and the report was declined": (
        [
            AGREED,
            ("2026-11-06T09:00", "complete", "1"),
            ("2026-11-07T09:00", "bump", "1", "did it arrive?"),
            ("2026-11-08T09:00", "decline", "1", "--reason", "a page is missing"),
        ],
        [(0, 1, 3, 2)],
        ("none", ["overdue"], [0, 1], None),
    ),
    "a word before the report, written down after it": (
        [AGREED, WORD, ("2026-11-06T09:00", "complete", "1"), ("2026-11-08T09:00", "decline", "1", "--reason", "empty")],
        [(0, 2, 1, 3), (0, 2, 3, 1)],
        ("before-due", ["overdue", "at-risk"], [1, 1], 5.62),
    ),
}  # fmt: skip


def tell(program: Program, lines: Sequence[Sequence[str]], today: str | None = None) -> str:
    """Write lines down, each on its day, or all on one with the day of each; return the ledger."""
    ledger = str(program.home / f"{len(list(program.home.glob('*.db')))}.db")
    for moment, *words in lines:
        at = "--said" if words[0] == "make" else "--on"
        dated = [] if today is None else [at, moment]
        dated += ["--backfill"] if today and "--by" in words else []
        program.ok(*words, *dated, "--ledger", ledger, today=today or moment)
    return ledger


def look(program: Program, ledger: str) -> dict[str, Any]:
    """All that can be seen of the promise on the 22nd, and on the days before it."""

    def read(*words: str) -> Any:
        return json.loads(
            program.ok(*words, "--json", "--ledger", ledger, today="2026-11-22T10:00")
        )

    seen: dict[str, Any] = {"show": [{**row, "uid": ""} for row in read("show", "1")]}
    for row in seen["show"]:
        row["terms"], row["acts"] = len(row["terms"]), len(row["acts"])
    seen["stats"] = read("stats", "--all")
    for day in range(1, 22):
        moment = f"2026-11-{day:02}T12:00"
        rows = read("list", "--all", "--as-of", moment)
        seen[moment] = [{**row, "uid": ""} for row in rows], read("stats", "--as-of", moment)
    return seen


@pytest.mark.parametrize("name", STORIES)
def test_the_order_of_recording_makes_no_difference(program: Program, name: str) -> None:
    story, orders, (notice, flags, counts, lead) = STORIES[name]
    expected = look(program, tell(program, story))
    row, figures = expected["show"][0], expected["stats"]["owe"]
    assert (row["notice"], row["flags"]) == (notice, flags)
    assert [figures["notice"]["count"], figures["notice"]["of"]] == counts
    assert figures["lead_days"] == (lead and pytest.approx(lead, abs=0.01))
    for order in orders:
        again = tell(program, [story[place] for place in order], "2026-11-22T09:30")
        assert look(program, again) == expected


def test_the_answer_says_what_the_word_was_about(program: Program) -> None:
    for line in (AGREED, LATER, LATE_YES):
        program.ok(*line[1:], today=line[0])
    about_old = program.ok(
        "bump", "1", "slip", "--on", "2026-11-05T09:00", today="2026-11-07T09:00"
    )
    assert about_old.startswith("#1 active: you warned Dana 5 days ahead: “slip”.")
    about_new = program.ok("bump", "1", "slip", today="2026-11-07T09:00")
    assert about_new.startswith("#1 active, at risk: you warned Dana 13 days ahead: “slip”")
    program.ok(*REQUEST[1:], today=REQUEST[0])
    program.ok("accept", "2", today=LATE_YES[0])
    before = program.ok("bump", "2", "slip", "--on", "2026-11-05T09:00", today="2026-11-07T09:00")
    assert before.startswith("#2 active: you reminded Dana: “slip”.")


# As of a moment


def figures_as_of(program: Program, day: int, *names: str) -> list[Any]:
    """Some figures of what I owe, as they stood at noon of a day in November."""
    at = f"2026-11-{day:02}T12:00"
    said = json.loads(program.ok("stats", "--all", "--as-of", at, "--json", today="2026-11-28"))
    flat = {**said["owe"], **said["owe"]["classes"]}
    return [flat[name] for name in names]


@pytest.mark.parametrize("said_at_once", [True, False])
def test_who_was_told_later_was_not_told_before(program: Program, *, said_at_once: bool) -> None:
    day = ("--on", "2026-11-05T09:00")
    program.ok(*AGREED[1:], today=AGREED[0])
    if said_at_once:
        program.ok(
            "renege", "1", "--reason", "x", *day, "--told", "2026-11-08T09:00", today="2026-11-10"
        )
    else:
        program.ok("renege", "1", "--reason", "x", *day, "--not-told", today="2026-11-10")
        program.ok("told", "1", "--on", "2026-11-08T09:00", today="2026-11-10")
    for moment, expected in ((4, [0, 0, 0]), (5, [0, 1, 1]), (7, [0, 1, 1]), (8, [1, 0, 0])):
        assert figures_as_of(program, moment, "bn", "bl", "untold") == expected
    listed = program.ok("list", "--all", "--as-of", "2026-11-07", "--json", today="2026-11-10")
    (row,) = json.loads(listed)
    assert (row["told_at"], row["notice"], row["flags"], row["move"]) == (
        None,
        "none",
        ["untold"],
        "me",
    )
    exported = program.ok(
        "export", "--as-of", "2026-11-07", "--all", "--format", "json", today="2026-11-10"
    )
    assert json.loads(exported)[0]["told_at"] is None


def test_i_was_told_later_of_a_break_of_theirs(program: Program) -> None:
    program.ok(
        "make",
        "Fix the brake",
        "--from",
        "lee",
        "--by",
        "2026-11-20",
        "--agreed",
        today="2026-11-01",
    )
    program.ok(
        "renege",
        "1",
        "--reason",
        "x",
        "--on",
        "2026-11-05",
        "--told",
        "2026-11-08",
        today="2026-11-10",
    )
    said = program.ok("list", "--all", "--as-of", "2026-11-06", "--json", today="2026-11-10")
    (row,) = json.loads(said)
    assert (row["told_at"], row["move"], row["flags"]) == (None, None, [])


@pytest.mark.parametrize("correction_first", [True, False])
def test_a_correction_counts_from_when_it_was_made(
    program: Program, *, correction_first: bool
) -> None:
    program.ok(
        "make", "Send it", "--to", "dana", "--by", "2026-11-04", "--agreed", today="2026-11-01"
    )
    lines = [
        (("complete", "1", "--on", "2026-11-05T09:00"), "2026-11-05T09:00"),
        (("correct", "1", "--by", "2026-11-14", "--backfill"), "2026-11-10T09:00"),
    ]
    for words, today in reversed(lines) if correction_first else lines:
        program.ok(
            *words,
            today="2026-11-11T09:00" if correction_first and words[0] == "complete" else today,
        )
    assert [figures_as_of(program, day, "kt", "kl") for day in (4, 6, 9, 10)] == [
        [0, 0],
        [0, 1],
        [0, 1],
        [1, 0],
    ]


def test_what_was_undone_never_was(program: Program) -> None:
    program.ok(*AGREED[1:], today=AGREED[0])
    program.ok("complete", "1", today="2026-11-05")
    program.ok("undo", today="2026-11-08")
    assert figures_as_of(program, 6, "kt") == [0]


def test_an_imported_word_is_not_given_before_its_moment(program: Program) -> None:
    program.ok(
        "import", "-", today="2026-11-20",
        piped="outcome,person,direction,state,due,made_at,accepted_at,word_at\n"
        "Send it,dana,owe,active,2026-11-10,2026-11-01,2026-11-02,2026-11-06\n",
    )  # fmt: skip
    for day, notice in ((5, None), (7, "before-due")):
        listed = program.ok("list", "--as-of", f"2026-11-{day:02}", "--json", today="2026-11-20")
        assert json.loads(listed)[0]["notice"] == notice


# Before what was agreed on


def test_nobody_is_told_of_a_break_before_the_yes(program: Program) -> None:
    program.ok(*REQUEST[1:], today=REQUEST[0])
    program.ok("accept", "1", today="2026-11-03T15:00")
    for told in ("2026-11-02", "2026-11-03T14:59"):
        refused = program("renege", "1", "--reason", "x", "--told", told, today="2026-11-05")
        assert refused.code == 2
        assert "#1 was agreed on Tue 3 Nov 2026, 15:00; nobody can have been told" in refused.stderr
    program.ok("renege", "1", "--reason", "x", "--not-told", today="2026-11-05")
    assert program("told", "1", "--on", "2026-11-02", today="2026-11-06").code == 2
    program.ok("told", "1", "--on", "2026-11-03", today="2026-11-06")
    listed = json.loads(program.ok("list", "--all", "--json", today="2026-11-06"))
    assert listed[0]["told_at"] == "2026-11-03T14:00:00Z"


def test_nor_before_the_yes_to_new_terms(program: Program) -> None:
    for line in (AGREED, LATER, LATE_YES):
        program.ok(*line[1:], today=line[0])
    words = ("renege", "1", "--reason", "x", "--told", "2026-11-05")
    assert program(*words, today="2026-11-07").code == 2


def test_an_import_is_held_to_it_as_well(program: Program) -> None:
    refused = program(
        "import", "-", today="2026-11-05",
        piped="outcome,person,direction,state,due,made_at,accepted_at,told_at,closed_at\n"
        "Send it,dana,owe,reneged,2026-11-20,2026-11-01,2026-11-03,2026-11-02,2026-11-04\n",
    )  # fmt: skip
    assert (refused.code, "column told_at" in refused.stderr) == (6, True)


@pytest.mark.parametrize(("whose", "move"), [("--mine", "withdraw"), ("--theirs", "decline")])
def test_new_terms_that_are_the_agreed_ones_are_a_no_to_the_others(
    program: Program, whose: str, move: str
) -> None:
    program.ok(*AGREED[1:], today=AGREED[0])
    program.ok("negotiate", "1", "--by", "2026-11-25", "--reason", "ill", today="2026-11-02")
    back = ("negotiate", "1", "--by", "2026-11-10", "--reason", "well", whose)
    refused = program(*back, today="2026-11-03")
    assert refused.code == 2
    assert refused.stderr.endswith(f"(rev 2): promisectl {move} 1\n")
    program.ok(move, "1", today="2026-11-03")
    stats = json.loads(program.ok("stats", "--all", "--json", today="2026-11-04"))
    assert stats["owe"]["renegotiated"]["count"] == 0


# What was imported


def test_an_imported_answer_is_not_known(program: Program) -> None:
    def count_answers() -> list[int]:
        stats = json.loads(program.ok("stats", "--all", "--json", today="2026-11-08"))
        return [stats["owe"]["said_no"][name] for name in ("count", "of")]

    program.ok(
        "import", "-", today="2026-11-05",
        piped="outcome,person,direction,state,due,made_at,accepted_at,author\n"
        "Send it,dana,owe,active,2026-12-20,2026-11-01,2026-11-02,\n"
        "Bring it,dana,owe,active,2026-12-20,2026-11-05,2026-11-05,\n"
        "Fetch it,dana,owe,proposed,2026-12-20,2026-11-01,,them\n",
    )  # fmt: skip
    for number in ("1", "2"):
        words = ("--by", "2026-12-24", "--theirs", "--reason", "x")
        program.ok("negotiate", number, *words, today="2026-11-05")
        program.ok("accept", number, today="2026-11-05")
    assert count_answers() == [0, 0]
    program.ok("accept", "3", today="2026-11-05")
    assert count_answers() == [0, 1]
    program.ok("undo", today="2026-11-06")
    program.ok("decline", "3", today="2026-11-06")
    assert count_answers() == [1, 1]


@pytest.mark.parametrize("move", ["", "them"])
def test_a_break_of_theirs_is_never_untold(program: Program, move: str) -> None:
    program.ok(
        "import", "-", today="2026-11-05",
        piped="outcome,person,direction,state,due,made_at,accepted_at,closed_at,move\n"
        f"Send it,dana,owed,reneged,2026-11-20,2026-11-01,2026-11-03,2026-11-04,{move}\n"
        f"Bring it,dana,owe,reneged,2026-11-20,2026-11-01,2026-11-03,2026-11-04,me\n",
    )  # fmt: skip
    rows = json.loads(program.ok("list", "--all", "--json", today="2026-11-06"))
    assert {row["id"]: (row["move"], row["flags"]) for row in rows} == {
        1: (None, []),
        2: ("me", ["untold"]),
    }
    assert program("told", "1", today="2026-11-06").code == 4
    program.ok("told", "2", today="2026-11-06")
