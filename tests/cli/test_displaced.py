"""What a yes displaces can be another promise: it is named by its ID, and the answer says what to type about it."""

import json
from typing import Any

import pytest

from tests.conftest import Program

AGENDA = "#1 Prepare the offsite agenda"
DANGER = "#1 is in danger now: promisectl negotiate 1 --by “…” --reason “…”\n"


@pytest.fixture
def busy(program: Program) -> Program:
    """I owe the agenda (#1), Lee owes me something (#2), and #3 is kept."""
    program.ok("make", "Prepare the offsite agenda", "--to", "lee", "--by", "fri", "--agreed")
    program.ok("make", "Fix the bike", "--from", "lee", "--by", "sat", "--agreed")
    program.ok("make", "Run ten times", "--to", "me", "--by", "sat")
    program.ok("complete", "3")
    return program


def record(program: Program, number: int) -> dict[str, Any]:
    [found] = json.loads(program.ok("show", str(number), "--json"))
    return dict(found)


NEW = ["make", "Review the contract", "--to", "dana", "--by", "wed"]
WAYS: dict[str, list[list[str]]] = {
    "offer": [NEW],
    "agreed": [[*NEW, "--agreed"]],
    "to myself": [["make", "Review it", "--to", "me", "--by", "wed"]],
    "accept": [[*NEW, "--asked"], ["accept", "4"]],
    "counter-offer": [[*NEW, "--asked"], ["negotiate", "4", "--by", "thu"]],
    "correction": [[*NEW, "--agreed"], ["correct", "4"]],
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("typed", ["1", "#1"])
def test_an_id_is_kept_with_the_outcome(busy: Program, way: str, typed: str) -> None:
    *first, last = WAYS[way]
    for words in first:
        busy.ok(*words)
    result = busy(*last, "--no-to", typed)
    assert result.code == 0
    assert result.stderr.count(DANGER) == 1
    assert record(busy, 4)["no_to"] == AGENDA
    assert record(busy, 4)["acts"][-1]["no_to"] in (AGENDA, None)
    assert record(busy, 1)["state"] == "active"


def test_json_input_takes_an_id_too(busy: Program) -> None:
    line = json.dumps({"outcome": "Send it", "to": "dana", "no_to": "#1"})
    busy.ok("make", "--json", "-", piped=line)
    assert record(busy, 4)["no_to"] == AGENDA


@pytest.mark.parametrize(
    "typed", ["2", "#2", "3", "9", "0", "1.", "1 and 2", "#", "-1", "١", "1" * 30]
)
def test_a_number_that_is_no_open_promise_of_mine_is_a_text(busy: Program, typed: str) -> None:
    result = busy(*NEW, f"--no-to={typed}")
    assert (result.code, "in danger" in result.stderr) == (0, False)
    assert record(busy, 4)["no_to"] == typed


def test_no_promise_displaces_itself(busy: Program) -> None:
    busy.ok(*NEW, "--asked")
    result = busy("accept", "4", "--no-to", "4")
    assert (result.code, "in danger" in result.stderr) == (0, False)
    assert record(busy, 4)["no_to"] == "4"


@pytest.mark.parametrize("text", [AGENDA, "#1 Prepare the agenda", "#2 Fix the bike"])
def test_the_same_text_typed_in_full_is_the_same(busy: Program, text: str) -> None:
    result = busy(*NEW, "--no-to", text)
    assert (DANGER in result.stderr) is (text == AGENDA)
    assert record(busy, 4)["no_to"] == text


def test_the_command_fits_what_is_in_danger(busy: Program) -> None:
    busy.ok("make", "Water the plants", "--to", "kim", "--by", "sat")
    result = busy(*NEW, "--no-to", "4")
    assert "#4 is in danger now: promisectl negotiate 4 --mine --by “…”\n" in result.stderr
    busy.ok("negotiate", "4", "--mine", "--by", "mon")
    busy.ok("make", "Feed the cat", "--to", "kim", "--by", "sat", "--asked")
    result = busy("correct", "5", "--no-to", "6")
    assert "#6 is in danger now: promisectl negotiate 6 --by “…”\n" in result.stderr


def test_several_say_it_once(busy: Program) -> None:
    busy.ok(*NEW, "--asked")
    busy.ok("make", "Print it", "--to", "kim", "--by", "wed", "--asked")
    result = busy("accept", "4", "5", "--no-to", "1")
    assert result.stderr == DANGER
    assert (record(busy, 4)["no_to"], record(busy, 5)["no_to"]) == (AGENDA, AGENDA)


@pytest.mark.parametrize("option", ["-q", "--json"])
def test_programs_are_told_nothing_beside_the_answer(busy: Program, option: str) -> None:
    assert busy(*NEW, "--no-to", "1", option).stderr == ""
    assert record(busy, 4)["no_to"] == AGENDA


def test_the_answer_to_the_question_may_be_an_id(busy: Program) -> None:
    busy.ok(*NEW, "--asked")
    result = busy("accept", "4", answers="\n1\nyes\n", width=200)
    assert DANGER in result.stderr
    assert record(busy, 4)["no_to"] == AGENDA


@pytest.mark.parametrize("where", ["list", "owe", "export"])
@pytest.mark.parametrize(
    ("text", "found"),
    [("offsite", [1, 4]), ("VENDOR", [4]), ("zoe", [5]), ("agenda", [1, 4]), ("nowhere", [])],
)
def test_search_finds_the_risk_what_is_displaced_and_the_reason(
    busy: Program, where: str, text: str, found: list[int]
) -> None:
    busy.ok(*NEW, "--no-to", "1", "--risk", "the vendor is late")
    busy.ok("make", "Lend the drill", "--to", "lee", "--by", "wed", "--agreed")
    busy.ok("renege", "5", "--reason", "Zoë has it", "--not-told")
    more = ["--format", "json"] if where == "export" else ["--all", "--json"]
    rows = json.loads(busy.ok(where, "--search", text, *more))
    assert sorted(row["id"] for row in rows) == found
