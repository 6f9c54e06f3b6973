"""What a move needs and did not get is asked for at a terminal, and is a usage error elsewhere."""

import json
import shlex

import pytest

from tests.cli.questions import NEEDED
from tests.conftest import Program, remembered

LIST = "1  Send the Q3 numbers (Dana, Fri 27 Nov)\n2  Review the contract (Dana, no date)\n"


@pytest.fixture
@remembered
def filled(program: Program) -> Program:
    program.ok("make", "Send the Q3 numbers", "-t", "dana", "-b", "fri", "-y")
    program.ok("make", "Review the contract", "-t", "dana", "-y")
    program.ok("make", "Fix the bike", "-f", "lee", "-b", "sat")
    return program


def test_a_move_without_an_id_lists_what_it_is_open_for(filled: Program) -> None:
    result = filled("complete", answers="1\n")
    assert result.stderr.startswith(f"{LIST}Which ones? Type the IDs › ")
    assert (
        result.stdout == "#1 reported, on time: “Send the Q3 numbers”. Dana still has to confirm.\n"
    )


def test_several_ids_can_be_answered(filled: Program) -> None:
    assert filled.ok("complete", answers="x\n1, 2\n").count("reported") == 2


def test_a_command_about_one_promise_asks_for_one(filled: Program) -> None:
    result = filled("negotiate", "-b", "sat", "-y", answers="\n1 2\n1\n")
    assert result.stderr.count("Which one? › ") == 3
    assert f"Which one? › {NEEDED}Which one? › " in result.stderr
    assert result.stdout.startswith("#1 active: you and Dana agreed on")


def test_at_most_nine_are_listed_the_first_due_first(filled: Program) -> None:
    for day in range(10, 20):
        filled.ok("make", "-y", "-t", "dana", "-b", f"2026-12-{day}", "Pay", str(day))
    lines = filled("complete", answers="").stderr.splitlines()
    assert [line.split()[0] for line in lines[:9]] == [str(number) for number in (1, *range(4, 12))]
    assert lines[9] == "and 3 more: promisectl list"


@pytest.mark.parametrize(
    ("command", "said"),
    [("reopen", "There is no promise to reopen."), ("told", "There is nothing to tell.")],
)
def test_where_nothing_is_open_that_is_said(filled: Program, command: str, said: str) -> None:
    result = filled(command, answers="")
    assert result == ("", f"promisectl: {said} See: promisectl list --all\n", 4)


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("complete", "an ID"),
        ("negotiate --by fri", "an ID"),
        ("bump", "an ID"),
        ("bump 1", "a text"),
        ("note 1", "a text"),
        ("tag 1", "a tag"),
    ],
)
def test_off_a_terminal_it_is_a_usage_error(filled: Program, line: str, missing: str) -> None:
    command = line.split(maxsplit=1)[0]
    problem = f"promisectl: {command} needs {missing}. See: promisectl {command} --help\n"
    assert filled(*line.split()) == ("", problem, 2)
    assert filled(*line.split(), "-q", answers="1\n").code == 2


@pytest.mark.parametrize(
    ("line", "question", "answer"),
    [
        ("void 1", "Why?", "twice"),
        ("negotiate 1 -b wed", "Why?", "the vendor slipped"),
        ("bump 1", "What do you tell them?", "I will be late"),
        ("note 1", "What do you want to note?", "asked again"),
        ("tag 1", "Which tags?", "home garden"),
    ],
)
def test_a_missing_text_is_asked_for(
    filled: Program, line: str, question: str, answer: str
) -> None:
    result = filled(*line.split(), answers=f"\n{answer}\n")
    assert result.code == 0, result
    assert result.stderr.startswith(f"{question} › {NEEDED}{question} › ")
    assert answer.split(maxsplit=1)[0] in filled.ok("show", "1", "--json")


@pytest.mark.parametrize(
    ("words", "question", "said"),
    [
        ("-t kim -b fri", "What do you promise?", "#4 proposed: you offer Kim “Buy milk”"),
        ("-f me", "What do you promise?", "#4 active: you promise yourself “Buy milk”"),
        ("-f kim -b fri -y", "What do they promise?", "#4 active: Kim owes you “Buy milk”"),
    ],
)
def test_make_asks_for_the_outcome(filled: Program, words: str, question: str, said: str) -> None:
    result = filled("make", *words.split(), answers="\nBuy milk\n\n\n")
    assert result.stderr.startswith(f"{question} › Type an answer")
    assert result.stderr.count(f"{question} › ") == 2
    assert result.stdout.startswith(said)


def test_make_asks_for_the_outcome_last(filled: Program) -> None:
    asked = "Did you mean dana? yes / no › What do you promise? › "
    assert filled("make", "-t", "dnaa", answers="yes\nBuy milk\n").stderr.count(asked) == 1
    for words in ("", "-t dana -b never", "-t dana --tag ''", "-t dana --replaces x"):
        assert "promise? ›" not in filled("make", *shlex.split(words), answers="Milk\n").stderr


def test_an_asked_outcome_is_kept_as_it_is_typed(filled: Program) -> None:
    for outcome in ("-", "to lee: “Run” | fri", "?!"):
        number = filled.ok("make", "-t", "dana", answers=f"{outcome}\n").split()[0]
        assert json.loads(filled.ok("show", number, "--json"))[0]["outcome"] == outcome


def test_off_a_terminal_make_needs_an_outcome(filled: Program) -> None:
    problem = (
        "promisectl: make needs an outcome. "
        "For example: promisectl make Send Q3 numbers --to dana --by fri --agreed\n"
    )
    for words in ((), ("-t", "dana", "-b", "fri"), ("-t", "dana", "-b", "never")):
        assert filled("make", *words) == ("", problem, 2)
    assert filled("make", "-t", "dana", "--json", answers="Milk\n").code == 2


def test_reopen_asks_why(filled: Program) -> None:
    filled.ok("complete", "1", "-y")
    assert "squeaks" in filled.ok("reopen", "1", answers="it squeaks\n")


def test_nothing_is_asked_for_a_move_that_is_not_open(filled: Program) -> None:
    result = filled("bump", "9", answers="late\n")
    assert result.code == 3
    filled.ok("void", "1", "twice")
    result = filled("note", "1", answers="late\n")
    assert (result.code, "note?" in result.stderr) == (4, False)


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("late\n\nnow\n", "Dana was told on Mon 23 Nov, 4 days ahead."),
        ("late\nNO\nNOW\n", "Dana was told on Mon 23 Nov, 4 days ahead."),
        ("late\nnot\n", "Dana has not been told."),
        ("late\ntomorrow\nnot yet\n", "Dana has not been told."),
    ],
)
def test_renege_never_assumes_that_they_were_told(filled: Program, answers: str, said: str) -> None:
    result = filled("renege", "1", answers=answers)
    assert result.stderr.startswith("Why? › When was Dana told: now, a date, or not yet? › ")
    assert said in result.stdout


def test_nobody_was_told_of_a_break_before_the_yes(filled: Program) -> None:
    filled.ok("make", "Lend the drill", "-t", "kim", "-y", "--said", "sat")
    result = filled("renege", "1", "4", "-r", "late", answers="sat\nsun\ntoday\n")
    question = "When were Dana and Kim told: now, a date, or not yet? › "
    refusal = "#1 was agreed on Mon 23 Nov, 10:00; nobody can have been told on"
    asked = result.stderr.replace("\n", " ").split(question)
    assert [text.partition(" Give")[0] for text in asked] == [
        "",
        f"{refusal} Sat 21 Nov, 12:00.",
        f"{refusal} Sun 22 Nov, 12:00.",
        "",
    ]
    assert result.stdout.count("told on Mon 23 Nov") == 2


def test_renege_asks_what_they_did_of_what_is_owed_to_you(filled: Program) -> None:
    filled.ok("accept", "3")
    result = filled("renege", "3", "-r", "no bike", answers="never\n")
    assert result.stderr.startswith("When did Lee tell you: now, a date, or never? › ")
    assert "Lee did not tell you." in result.stdout


def test_renege_takes_a_beginning_and_names_its_answers(filled: Program) -> None:
    result = filled("renege", "1", "-r", "ill", answers="n\ny\nNOT\n")
    assert "“n” can mean now or not yet.\n" in result.stderr
    assert "Can't read “y” as a date." in result.stderr
    assert "Other answers: now, not yet.\n" in result.stderr
    assert "Dana has not been told." in result.stdout


def test_the_first_letters_of_now_and_never_are_enough(filled: Program) -> None:
    filled.ok("accept", "3")
    question = "When did Lee tell you: now, a date, or never? › "
    result = filled("renege", "3", "-r", "no bike", answers="n\n\nne\n")
    assert result.stderr.startswith(
        f"{question}“n” can mean now or never.\n{question}{NEEDED}{question}"
    )
    assert "Lee did not tell you." in result.stdout


def test_renege_asks_nothing_that_an_option_answers(filled: Program) -> None:
    assert filled("renege", "1", "-r", "late", "--not-told", answers="").code == 0


def test_giving_up_records_nothing(filled: Program) -> None:
    for line in ("complete", "bump 1", "void 1", "renege 1"):
        result = filled(*line.split(), answers="")
        assert (result.code, result.stderr.endswith("Nothing was recorded.\n")) == (130, True)
    assert filled.ok("log").count("\n") == 5
