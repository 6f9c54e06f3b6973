"""A date with several meanings is asked about at a terminal, wherever one is typed, and refused elsewhere."""

import json
from typing import Any

import pytest

from tests.cli.terminal import ended, in_another, terminal
from tests.conftest import Program, remembered

FRIDAY = "Which “next fri”? 1: Fri 27 Nov, 2: Fri 4 Dec › "
PASTE = "--by 2026-11-27 or --by 2026-12-04"


@pytest.fixture
@remembered
def promised(program: Program) -> Program:
    program.ok(
        "make",
        "Send the numbers",
        "--to",
        "dana",
        "--by",
        "2026-11-24",
        "--agreed",
        "--said",
        "2026-11-13",
    )
    return program


def _record(program: Program, number: int = 1) -> dict[str, Any]:
    record: dict[str, Any] = json.loads(program.ok("show", str(number), "--json"))[0]
    return record


@pytest.mark.parametrize(
    ("typed", "due"),
    [("1\n", "2026-11-27"), ("2\n", "2026-12-04"), ("\nfri\n3\n2\n", "2026-12-04")],
)
def test_a_number_is_the_answer_and_anything_else_is_asked_again(
    program: Program, typed: str, due: str
) -> None:
    result = program("make", "Call the bank", "--to", "me", "--by", "next fri", answers=typed)
    assert result.code == 0
    assert result.stderr.count(FRIDAY) == typed.count("\n")
    assert result.stderr.count("Type a number from 1 to 2.") == typed.count("\n") - 1
    assert _record(program)["due"] == due


@pytest.mark.parametrize(
    ("words", "answers"),
    [
        ((), None),
        (("--no-input",), "1\n"),
        (("-q",), "1\n"),
        (("--json",), "1\n"),
    ],
)
def test_nobody_is_asked_off_a_terminal(
    program: Program, words: tuple[str, ...], answers: str | None
) -> None:
    result = program(
        "make", "Call the bank", "--to", "me", "--by", "next fri", *words, answers=answers
    )
    assert result.code == 2
    assert f"“next fri” can mean Fri 27 Nov or Fri 4 Dec. Type {PASTE}." in result.stderr.replace(
        "\n", " "
    )
    assert not program.ledger.exists()


DOORS = (
    (("make", "Call", "--to", "dana", "--by", "next fri"), FRIDAY),
    (("make", "Call", "--to", "dana", "--reply-by", "next fri"), FRIDAY),
    (("negotiate", "1", "--mine", "--reason", "rain", "--by", "next fri"), FRIDAY),
    (("correct", "1", "--by", "next fri"), FRIDAY),
    (("check", "--draft", "Call", "--to", "dana", "--by", "next fri"), FRIDAY),
    (("list", "--due-before", "next fri"), FRIDAY),
    (("list", "--due-after", "next fri"), FRIDAY),
    (
        ("make", "Call", "--to", "dana", "--said", "last weekend"),
        "Which “last weekend”? 1: Sat 21 Nov, 2: Sun 22 Nov › ",
    ),
    (("complete", "1", "--on", "last weekend"), "1: Sat 21 Nov, 2: Sun 22 Nov › "),
    (
        ("renege", "1", "--reason", "rain", "--told", "last weekend"),
        "1: Sat 21 Nov, 2: Sun 22 Nov › ",
    ),
    (("note", "1", "rain", "--on", "last weekend"), "1: Sat 21 Nov, 2: Sun 22 Nov › "),
    (("list", "--as-of", "last weekend"), "1: Sat 21 Nov, 2: Sun 22 Nov › "),
    (("stats", "--since", "last weekend"), "1: Sat 21 Nov, 2: Sun 22 Nov › "),
    (("stats", "--until", "last weekend"), "1: Sat 21 Nov, 2: Sun 22 Nov › "),
    (("digest", "--since", "last weekend"), "1: Sat 21 Nov, 2: Sun 22 Nov › "),
)


@pytest.mark.parametrize(("words", "question"), DOORS, ids=[" ".join(words) for words, _ in DOORS])
def test_every_option_with_a_date_asks_once(
    promised: Program, words: tuple[str, ...], question: str
) -> None:
    result = promised(*words, answers="2\n" + "\n" * 9)
    assert result.code == 0, result
    assert result.stderr.count(question) == 1
    refused = promised(*words)
    assert refused.code == 2 or words[0] == "check"
    assert f"{words[-2]} 2026-11-2" in refused.stderr + refused.stdout


def test_a_prompt_for_a_date_asks_as_well(promised: Program) -> None:
    result = promised("review", answers="negotiate\nnext fri\n2\n\nrain\nquit\n", width=100)
    assert FRIDAY in result.stderr
    assert _record(promised)["offer"]["due"] == "2026-12-04"


def test_two_dates_with_other_meanings_are_two_questions(program: Program) -> None:
    program.ok(
        "make",
        "Call",
        "--to",
        "dana",
        "--by",
        "next fri",
        "--reply-by",
        "next tue",
        answers="2\n2\n\n\n",
    )
    assert (_record(program)["due"], _record(program)["reply_by"]) == ("2026-12-04", "2026-12-01")


def test_no_other_command_waits_for_the_answer(promised: Program) -> None:
    with terminal("negotiate", "1", "--by", "next fri", "--reason", "rain", "--mine") as child:
        child.expect(" › ")
        assert in_another("note", "1", "meanwhile").returncode == 0
        child.send("2\n")
        child.expect("Fri 4 Dec")
        assert ended(child) == 0
    assert _record(promised)["offer"]["due"] == "2026-12-04"


def test_giving_up_records_nothing(promised: Program) -> None:
    before = promised.ledger.read_bytes()
    result = promised("correct", "1", "--by", "next fri", answers="")
    assert (result.code, result.stderr) == (130, f"{FRIDAY}\nNothing was recorded.\n")
    assert promised.ledger.read_bytes() == before


def test_what_would_be_refused_anyway_is_not_asked_about(promised: Program) -> None:
    promised.ok("correct", "1", "--by", "5.12.2026")
    assert _record(promised)["due"] == "2026-12-05"
    assert (
        promised("correct", "1", "--by", "5.12.2026", "--backfill").code == 2
    )  # then 12 May counts


@pytest.mark.parametrize(
    ("words", "way"),
    [
        (("make", "Call", "--to", "me", "--by", "9:00"), '--by "tomorrow 09:00"'),
        (("make", "Call", "--to", "me", "--by", "today 9:00"), '--by "tomorrow 09:00"'),
        (("make", "Call", "--to", "me", "--by", "9:00 UTC"), None),
        (("make", "Call", "--to", "me", "--by", "8:00 UTC"), '--by "tomorrow 08:00 UTC"'),
        (("complete", "1", "--on", "5pm"), '--on "yesterday 17:00"'),
    ],
)
def test_a_time_that_is_on_the_other_side_names_the_day_beside_it(
    promised: Program, words: tuple[str, ...], way: str | None
) -> None:
    result = promised(*words)
    if way is None:
        assert result.code == 0
        return
    assert result.code == 2
    assert f"Type {way}" in result.stderr
    option, typed = way.split(" ", 1)
    if option == "--by":
        assert promised(*words[:-2], option, typed.strip('"')).code == 0


def test_the_hours_of_a_day_are_in_the_config(program: Program) -> None:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(
        '[date]\nmorning = "7:30"\nafternoon = "13:00"\nevening = "18:45"\ncob = "16:00"\n'
    )
    for words, due in (
        ("tomorrow morning", "2026-11-24T07:30"),
        ("this afternoon", "2026-11-23T13:00"),
        ("tonight", "2026-11-23T18:45"),
        ("fri cob", "2026-11-27T16:00"),
    ):
        number = program.ok("make", f"Call {due}", "--to", "me", "--by", words, "-q").strip()
        assert _record(program, int(number))["due"] == due


@pytest.mark.parametrize("value", ['"24:00"', '"9"', "9", '"9:60"', '"noon"'])
def test_a_wrong_hour_in_the_config_is_refused(program: Program, value: str) -> None:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"[date]\ncob = {value}\n")
    result = program("owe")
    assert result.code == 6
    assert 'cob is a time, as in "9:00" or "17:30"' in result.stderr
