"""Whose the promises of a file are, where it does not say so: asked once, or refused with what to type."""

import json

import pytest

from tests.cli.import_files import take, told
from tests.conftest import Program

TASKS = "outcome,due\nCall,2026-12-04\nWrite,\nRest,\n"
WHOSE = "Whose are these 3 promises: self, owe or owed? › "


@pytest.mark.parametrize(
    "words", [(), ("--dry-run",), ("--json",), ("-q",), ("--dry-run", "--json")]
)
@pytest.mark.parametrize("form", ["csv", "json"])
def test_where_nobody_can_be_asked_it_is_refused_once(
    program: Program, words: tuple[str, ...], form: str
) -> None:
    objects = json.dumps([{"outcome": "Call"}, {"outcome": "Write"}, {"outcome": "Rest"}])
    refused = take(program, TASKS if form == "csv" else objects, *words)
    assert (refused.code, refused.stdout) == (2, "")
    assert refused.stderr.count("file.csv does not say whose these 3 promises are.") == 1
    for option in ("--set direction=self", "--set direction=owe --set person=dana"):
        assert refused.stderr.count(option) == 1
    assert not program.ledger.exists()
    if "--json" in words:
        assert json.loads(refused.stderr)["error"]["id"] == "no-sides"


def test_options_for_what_is_there_are_not_named(program: Program) -> None:
    refused = take(program, "outcome,person\nCall,Kim\n")
    assert (refused.code, refused.stderr) == (
        2,
        (
            "promisectl: file.csv does not say whose promise it is. You promise yourself: --set "
            "direction=self · You owe: --set direction=owe · You are owed: --set direction=owed\n"
        ),
    )


def test_what_is_typed_then_works(program: Program) -> None:
    assert take(program, TASKS, "--set", "direction=owed", "--set", "person=dana").code == 0
    assert told(program, "direction", "person") == [("owed", "dana")] * 3


def test_a_column_that_is_there_is_told_by_its_line(program: Program) -> None:
    refused = take(program, "outcome,direction,person\nCall,,\nWrite,self,\n")
    assert (refused.code, refused.stdout) == (6, "")
    assert "file.csv, line 2, column direction: it is missing" in refused.stderr


def test_other_sides_are_not_given_to_a_promise_to_myself(program: Program) -> None:
    content = "outcome,direction\nCall,\nWrite,self\n"
    assert take(program, content, "--set", "direction=owe", "--set", "person=dana").code == 0
    assert told(program, "direction", "person") == [("owe", "dana"), ("self", "me")]


# At a terminal


@pytest.mark.parametrize(
    ("answers", "sides"),
    [
        ("self\n", ("self", "me")),
        ("s\n", ("self", "me")),
        ("owe\nMax Ott\n", ("owe", "max-ott")),
        ("owed\nKim\n", ("owed", "kim")),
        ("\nneither\now\nowe\n\nme\ndanna\nDana\n", ("owe", "dana")),
    ],
)
def test_a_person_is_asked_once_for_all(
    program: Program, answers: str, sides: tuple[str, str]
) -> None:
    program.ok("make", "Lend the drill", "--to", "dana")
    done = take(program, TASKS, answers=answers)
    assert done.code == 0, done
    assert told(program, "direction", "person")[1:] == [sides] * 3
    assert done.stderr.startswith(WHOSE)
    assert done.stderr.count("Who ") <= 1 + answers.count("\n")


def test_only_what_is_missing_is_asked(program: Program) -> None:
    done = take(program, "outcome,person\nCall,Kim\nWrite,Lee\n", answers="owed\n")
    assert (done.code, "Who owes" in done.stderr) == (0, False)
    assert told(program, "direction", "person") == [("owed", "kim"), ("owed", "lee")]
    done = take(program, TASKS, "--set", "direction=self", answers="")
    assert (done.code, done.stderr.count("?")) == (0, 1), "only that of undo"


def test_a_dry_run_asks_as_well_and_ends_with_what_was_answered(program: Program) -> None:
    seen = take(program, TASKS, "--dry-run", answers="owe\nMax Ott\n")
    assert seen.code == 0
    assert seen.stderr.splitlines()[-1] == (
        "promisectl import file.csv --set direction=owe --set 'person=Max Ott'"
    )
    assert not program.ledger.exists()


def test_a_broken_file_is_told_before_anything_is_asked(program: Program) -> None:
    refused = take(program, TASKS + "one,two,three\n", answers="")
    assert (refused.code, "Whose" in refused.stderr) == (6, False)
    assert "line 5: it has 3 values for 2 columns" in refused.stderr


def test_leaving_the_question_records_nothing(program: Program) -> None:
    left = take(program, TASKS, answers="owe\n")
    assert left.code == 130
    assert left.stderr.endswith("Nothing was recorded.\n")
    assert not program.ledger.exists()


# Assignees


MINE = "outcome,assignee\nCall,Ana Lopez\nWrite,Kim\nRest,\nPlan,ana lopez\n"


def test_a_person_is_asked_which_assignee_they_are(program: Program) -> None:
    done = take(program, MINE, answers="ana\nself\n")
    assert done.code == 0
    assert done.stderr.startswith("Which of them are you: Ana Lopez, Kim? (Enter for none) › ")
    assert "To be known next time: promisectl config set me 'Ana Lopez'\n" in done.stderr
    assert WHOSE in done.stderr
    assert told(program, "outcome", "direction", "person") == [
        ("Call", "self", "me"), ("Write", "owed", "kim"),
        ("Rest", "self", "me"), ("Plan", "self", "me"),
    ]  # fmt: skip


def test_none_of_the_assignees_is_an_answer(program: Program) -> None:
    done = take(program, MINE, answers="\nself\n")
    assert done.code == 0
    assert "Whose is this promise: self, owe or owed? › " in done.stderr
    assert told(program, "person") == [("ana-lopez",), ("kim",), ("me",), ("ana-lopez",)]


def test_who_is_known_is_not_asked(program: Program) -> None:
    program.ok("config", "set", "me", "Ana Lopez")
    done = take(program, MINE, answers="self\n")
    assert (done.code, "Which of them" in done.stderr) == (0, False)
    assert told(program, "person") == [("me",), ("kim",), ("me",), ("me",)]


def test_elsewhere_a_hint_says_how(program: Program) -> None:
    done = take(program, MINE, "--set", "direction=self")
    assert done.code == 0
    assert done.stderr.startswith(
        "If you are one of them (Ana Lopez, Kim): promisectl config set me “…”\n"
    )
    alone = take(program, "outcome,assignee\nRing,Kim Lee\n")
    assert alone.stderr.startswith("If you are Kim Lee: promisectl config set me 'Kim Lee'\n")
    many = "outcome,assignee\n" + "".join(f"x{number},P{number}x\n" for number in range(12))
    assert "P7x and 4 more): promisectl config set me “…”\n" in take(program, many).stderr
    quiet = take(program, MINE.replace("Call", "Ring"), "--set", "direction=self", "-q")
    assert quiet.stderr == ""


# Again


def test_a_task_that_is_done_since_is_compared_without_being_asked(program: Program) -> None:
    program.ok("config", "set", "import.mine.set.direction", "self")
    config = program.home / "config" / "promisectl" / "config.toml"
    config.write_text('[import.mine]\nmap = {Task = "outcome"}\ndone = ["Done=yes"]\nid = "Nr"\n')
    words = ("--from-format", "mine")
    sides = ("--set", "direction=owe", "--set", "person=dana")
    assert take(program, "Nr,Task,Done\n1,Call,no\n2,Rest,yes\n", *words, *sides).code == 0
    again = take(program, "Nr,Task,Done\n1,Call,yes\n2,Rest,yes\n", *words)
    assert again.stdout == (
        "Imported 0 promises from file.csv. 1 already imported, skipped. "
        "1 differs here: #1 (state). Not imported: 1 done.\n"
    )
