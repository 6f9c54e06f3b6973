"""What goes with a new promise: the risk of whoever promises, a Yes that is none after all, and what it replaces."""

import json
from itertools import product
from typing import Any

import pytest

from tests.conftest import Program

SIDES: list[tuple[str, ...]] = [
    ("--to", "lee"),
    ("--to", "lee", "--asked"),
    ("--from", "lee"),
    ("--from", "lee", "--offered"),
    ("--to", "me"),
]
RISK = ("--risk", "no brake", "--no-to", "the lake")
TEXTS = ["no brake", "the lake"]


def shown(program: Program, number: int = 1) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json"))
    return dict(record)


def listed(program: Program) -> list[tuple[int, str]]:
    records = json.loads(program.ok("list", "--all", "--sort", "made", "--json"))
    return sorted((record["id"], record["state"]) for record in records)


# The risk is a word of the promisor


MOVES: list[tuple[str, ...]] = [
    (),
    ("accept", "1", *RISK),
    ("negotiate", "1", "--by", "sat", "--reason", "x", "--mine", *RISK),
    ("negotiate", "1", "--by", "sat", "--reason", "x", "--theirs", *RISK),
]

TALKS = [((), ()), (MOVES[1], ()), *product(MOVES[2:], MOVES[:2])]


@pytest.mark.parametrize("side", SIDES, ids=" ".join)
@pytest.mark.parametrize("door", ["typed", "json", "asked"])
def test_a_risk_is_in_acts_of_the_promisor_alone(
    program: Program, side: tuple[str, ...], door: str
) -> None:
    """Whatever is made and moved, by whichever door: a risk is his, or it is refused."""
    for more, risk, (first, second) in product(([], ["--agreed"]), ([], RISK), TALKS):
        ledger = ["--ledger", str(program.home / "l.db")]
        (program.home / "l.db").unlink(missing_ok=True)
        words = ["make", "Fix the brake", *side, "--by", "fri", *more, *risk]
        if door == "json":
            who = {
                "to" if "--to" in side else "from": side[1],
                "outcome": "Fix the brake",
                "by": "fri",
            }
            flags = {
                word[2:]: True
                for word in (*side, *more)
                if word in ("--asked", "--offered", "--agreed")
            }
            texts = {"risk": RISK[1], "no_to": RISK[3]} if risk else {}
            made = program(
                "make", "-", "--json", *ledger, piped=json.dumps({**who, **flags, **texts})
            )
        else:
            answers = "sick\ngym\ny\n" * 3 if door == "asked" else None
            made = program(*words, *ledger, answers=answers, width=200)
        for move in (first, second):
            if move and not made.code:
                program(*move, *ledger, answers="sick\ngym\ny\n" if door == "asked" else None)
        if made.code:
            assert made.code in (2, 6)  # as data, where it came in as JSON
            continue
        [record] = json.loads(program.ok("show", "1", "--json", *ledger))
        named = [act for act in record["acts"] if act["risk"] or act["no_to"]]
        assert all(act["side"] in ("promisor", "self") for act in named), named
        last = named[-1] if named else {"risk": None, "no_to": None}
        assert (record["risk"], record["no_to"]) == (last["risk"], last["no_to"])
        assert program("doctor", "-q", *ledger).code == 0


@pytest.mark.parametrize("agreed", [[], ["--agreed"]])
@pytest.mark.parametrize(
    ("side", "who", "is_refused"),
    [
        (["--to", "lee"], "You", False),
        (["--to", "lee", "--asked"], "You", True),
        (["--from", "lee"], "Lee", True),
        (["--from", "lee", "--offered"], "Lee", False),
    ],
)
def test_the_log_names_whose_risk_it_is(
    program: Program, side: list[str], who: str, agreed: list[str], is_refused: bool
) -> None:
    result = program("make", "Fix the brake", *side, "--by", "fri", *RISK, *agreed)
    if is_refused and not agreed:
        assert (result.code, program.ledger.exists()) == (2, False)
        return
    log = program.ok("log", "1", width=200).splitlines()
    assert [
        who in line.split("#1")[1]
        for line in log
        if "could go wrong: no brake · displaces: the lake" in line
    ] == [True]
    page = program.ok("show", "1", width=200, today="2026-12-10T09:00")
    if agreed:
        assert f"{who} foresaw: “no brake”. {who} put off: “the lake”." in page


def test_their_yes_names_their_risk(program: Program) -> None:
    program.ok("make", "Translate the flyer", "--from", "omar", "--by", "fri")
    program.ok("accept", "1", "--risk", "exams")
    said = program("renege", "1", "--reason", "exams").stderr
    assert "Omar foresaw: “exams”." in said
    assert "You" not in said


def test_their_yes_to_my_offer_has_no_risk_of_theirs(program: Program) -> None:
    program.ok("make", "Fix the brake", "--to", "lee")
    program.ok("make", "Lend the pump", "--from", "lee")
    before = program.ledger.read_bytes()
    result = program("accept", "2", "1", "--risk", "rain")
    assert (result.code, "and here the promisee acts" in result.stderr) == (2, True)
    assert program.ledger.read_bytes() == before


# A Yes that is none after all


@pytest.mark.parametrize("more", [[], ["--asked"]])
def test_after_a_no_nothing_was_said(program: Program, more: list[str]) -> None:
    program.ok("make", "Lend the pump", "--to", "lee", "--agreed")
    before = program.ledger.read_bytes()
    words = ("make", "Carry it", "--to", "priya", "--by", "fri", "--agreed")
    result = program(*words, *more, answers="\nthe gym\nno\n")
    assert (result.stdout, result.code) == ("", 130)
    assert result.stderr.endswith("Nothing was recorded.\n")
    assert program.ledger.read_bytes() == before
    assert json.loads(program.ok("stats", "--all", "--json"))["owe"]["said_no"]["of"] == 0


# What it replaces


OPEN: dict[str, tuple[list[list[str]], str, str]] = {
    "my offer": ([["make", "A", "--to", "lee"]], "withdraw", "withdrawn"),
    "my request": ([["make", "A", "--from", "lee"]], "withdraw", "withdrawn"),
    "asked of me": ([["make", "A", "--to", "lee", "--asked"]], "decline", "declined"),
    "offered to me": ([["make", "A", "--from", "lee", "--offered"]], "decline", "declined"),
    "I owe": ([["make", "A", "--to", "lee", "--agreed"]], "release", "released"),
    "I am owed": ([["make", "A", "--from", "lee", "--agreed"]], "release", "released"),
    "being changed": (
        [["make", "A", "--to", "lee", "--agreed"], ["negotiate", "1", "--by", "sat", "--reason", "x"]],
        "release",
        "released",
    ),
    "reported": (
        [["make", "A", "--to", "lee", "--agreed"], ["complete", "1"]],
        "release",
        "released",
    ),
    "to yourself": ([["make", "A", "--to", "me"]], "renege", "reneged"),
}  # fmt: skip
CLOSED: dict[str, list[list[str]]] = {
    "declined": [["make", "A", "--to", "lee"], ["decline", "1"]],
    "kept": [["make", "A", "--from", "lee", "--agreed"], ["complete", "1"]],
    "reneged": [["make", "A", "--to", "lee", "--agreed"], ["renege", "1", "--reason", "x"]],
    "void": [["make", "A", "--to", "lee"], ["undo"]],
}


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("door", ["typed", "json", "quiet"])
def test_off_a_terminal_an_open_one_has_to_end_first_or_stays_beside(
    program: Program, name: str, door: str
) -> None:
    commands, verb, _ = OPEN[name]
    for words in commands:
        program.ok(*words)
    before = program.ledger.read_bytes()

    def make(*, beside: bool) -> tuple[str, str, int]:
        if door == "json":
            one = {"outcome": "B", "to": "lee", "replaces": 1, "beside": beside}
            return program("make", "-", "--json", piped=json.dumps(one))
        words = ["--beside"] if beside else []
        quiet = ["-q"] if door == "quiet" else []
        return program("make", "B", "--to", "lee", "--replaces", "1", *words, *quiet)

    _, error, code = make(beside=False)
    assert code == 2
    assert f"Keep both with --beside, or end it first: promisectl {verb} 1" in error
    assert program.ledger.read_bytes() == before
    assert make(beside=True)[2] == 0
    assert (shown(program, 2)["replaces"], len(listed(program))) == (1, 2)


@pytest.mark.parametrize("name", OPEN)
@pytest.mark.parametrize("beside", [False, True])
def test_a_terminal_asks_what_becomes_of_an_open_one(
    program: Program, name: str, beside: bool
) -> None:
    commands, verb, state = OPEN[name]
    for words in commands:
        program.ok(*words)
    before = shown(program)
    typed = ["beside"] if beside else [verb, *(["my knee"] if verb == "renege" else [])]
    result = program(
        "make", "B", "--to", "me", "--replaces", "1", answers="".join(f"{word}\n" for word in typed), width=200
    )  # fmt: skip
    assert f"What should happen to #1: {verb} (" in result.stderr
    assert result.code == 0, result
    assert shown(program)["state"] == (before["state"] if beside else state)
    assert (shown(program, 2)["replaces"], shown(program, 2)["state"]) == (1, "active")
    program.ok("undo")
    after = shown(program)
    assert {**after, "acts": before["acts"], "contact_at": None} == {**before, "contact_at": None}
    assert shown(program, 2)["state"] == "void"
    assert program("doctor", "-q").code == 0


def test_enter_is_no_answer_and_leaving_changes_nothing(program: Program) -> None:
    program.ok("make", "A", "--to", "lee", "--agreed")
    before = program.ledger.read_bytes()
    result = program("make", "B", "--to", "lee", "--replaces", "1", answers="\n\n", width=200)
    assert (result.code, result.stderr.count("What should happen to #1:")) == (130, 3)
    assert program.ledger.read_bytes() == before


@pytest.mark.parametrize("name", CLOSED)
@pytest.mark.parametrize("answers", [None, "\n\n"])
def test_what_has_ended_is_replaced_without_a_question(
    program: Program, name: str, answers: str | None
) -> None:
    """After a broken promise, the next offer brings the questions before a yes, see test_consent."""
    for words in CLOSED[name]:
        program.ok(*words)
    state = shown(program)["state"]
    result = program("make", "B", "--to", "lee", "--replaces", "1", answers=answers)
    assert (result.code, "What should happen" in result.stderr) == (0, False)
    assert (shown(program)["state"], shown(program, 2)["replaces"]) == (state, 1)


@pytest.mark.parametrize(
    ("words", "sides"),
    [
        (["--to", "lee", "--agreed"], ("owe", "lee")),
        (["--from", "lee", "--agreed"], ("owed", "lee")),
        (["--to", "me"], ("self", "me")),
    ],
)
def test_it_is_with_the_same_person_unless_it_says_with_whom(
    program: Program, words: list[str], sides: tuple[str, str]
) -> None:
    program.ok("make", "A", *words)
    program.ok("renege", "1", "--reason", "x")
    advice = program("complete", "1").stderr
    assert advice.endswith("To promise it again: promisectl make “…” --replaces 1\n")
    program.ok("make", "A again", "--replaces", "1")
    one = {"outcome": "A once more", "replaces": 1}
    program.ok("make", "-", "--json", piped=json.dumps(one))
    for number in (2, 3):
        made = shown(program, number)
        assert (made["direction"], made["person"], made["replaces"]) == (*sides, 1)
    assert program.ok("make", "B", "--from", "kim", "--replaces", "1").startswith("#4 proposed")
    assert (shown(program, 4)["direction"], shown(program, 4)["person"]) == ("owed", "kim")


def test_it_has_to_be_there_to_say_with_whom(program: Program) -> None:
    program.ok("make", "A", "--to", "lee")
    result = program("make", "B", "--replaces", "7")
    assert (result.code, "There is no promise #7" in result.stderr) == (3, True)


@pytest.mark.parametrize("words", [["--to", "lee"], ["--from", "lee"], ["--to", "lee", "--asked"]])
def test_the_date_for_the_answer_is_repeated(program: Program, words: list[str]) -> None:
    said = program.ok("make", "A", *words, "--by", "5 dec", "--reply-by", "thu")
    assert said.endswith("“A” by Sat 5 Dec, reply by Thu 26 Nov.\n")


def test_one_for_each_person_ends_it_once(program: Program) -> None:
    program.ok("make", "A", "--from", "lee", "--agreed")
    program.ok(
        "make", "B", "--from", "lee", "--from", "kim", "--replaces", "1", answers="r\n", width=200
    )
    assert listed(program) == [(1, "released"), (2, "proposed"), (3, "proposed")]
    program.ok("undo")
    assert shown(program)["state"] == "active"


def test_beside_needs_something_to_stand_beside(program: Program) -> None:
    result = program("make", "B", "--to", "lee", "--beside")
    assert (result.code, "Add --replaces and its ID." in result.stderr) == (2, True)
    assert not program.ledger.exists()


def test_what_is_dated_back_ends_the_other_no_earlier_than_it_was_said(program: Program) -> None:
    program.ok("make", "A", "--from", "lee", "--agreed")
    program.ok(
        "make", "B", "--from", "lee", "--replaces", "1", "--said", "2026-11-20", answers="r\n", width=200
    )  # fmt: skip
    assert shown(program)["closed_at"] == shown(program)["accepted_at"]


@pytest.mark.parametrize("answers", [None, "\n\n"])
def test_what_you_promise_yourself_is_agreed_anyway(program: Program, answers: str | None) -> None:
    words = ("make", "-y", "-t", "me", "Cancel", "the", "gym", "-b", "fri")
    result = program(*words, answers=answers, width=80)
    assert result.stdout == "#1 active: you promise yourself “Cancel the gym” by Fri 27 Nov.\n"
    assert "›" not in result.stderr
    assert program.ok("complete", "1", "-y") == "#1 kept, on time: “Cancel the gym”.\n"


def test_an_agreed_promise_to_yourself_and_another_is_two(program: Program) -> None:
    program.ok("make", "-y", "-t", "me", "-t", "lee", "Go running", "--risk", "rain", "-q")
    assert program.ok("list", "--template", "{person} {state} {risk}") == (
        "me active rain\nlee active rain\n"
    )
    assert program("doctor").code == 0


def test_jot_takes_agreed_for_yourself(program: Program) -> None:
    assert "you promise yourself" in program.ok("jot", "to me: Cancel the gym | fri | agreed")
