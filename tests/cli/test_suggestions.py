"""What is mistyped is answered with what may have been meant, in one sentence; nothing of it is carried out."""

import json
import shlex

import pytest

from promisectl.cli import DECLARED_IN
from promisectl.cli.registry import DECLARATIONS
from promisectl.cli.suggestions import (
    COMMAND_SYNONYMS,
    OPTION_SYNONYMS,
    PERSON_COMMAND_SYNONYMS,
)
from tests.conftest import Program, remembered

SEVERAL = "promisectl void (drop a mistaken entry), promisectl withdraw (take an offer back) or promisectl release (release the promisor)"


@pytest.fixture
@remembered
def ledger(program: Program) -> Program:
    program.ok("make", "Review the contract", "--to", "dana", "--asked")
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed", "--by", "fri")
    program.ok("make", "Fix the bike", "--from", "lee")
    return program


def _refused(program: Program, *words: str, code: int = 2) -> str:
    before = program.ledger.read_bytes() if program.ledger.exists() else b""
    result = program(*words)
    assert (result.stdout, result.stderr.count("\n"), result.code) == ("", 1, code), result
    assert before == (program.ledger.read_bytes() if program.ledger.exists() else b"")
    return result.stderr.removeprefix("promisectl: ").rstrip("\n")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["acept", "3"], "“acept” is not a command. Did you mean promisectl accept?"),
        (["Owe"], "“Owe” is not a command. Did you mean promisectl owe or promisectl owed?"),
        (["frobnicate"], "“frobnicate” is not a command. See: promisectl --help"),
        (["done", "1"], "“done” is not a command. Did you mean promisectl complete?"),
        (["add", "x"], "“add” is not a command. Did you mean promisectl make?"),
        (["rm", "1"], f"“rm” is not a command. Did you mean {SEVERAL}?"),
        (["ls"], "“ls” is not a command. Did you mean promisectl list?"),
        (["rename", "dana", "dk"], "“rename” is not a command. Did you mean promisectl person rename?"),
        (["person", "renme", "dana", "dk"], "“renme” is not a command. Did you mean promisectl person rename?"),
        (["person", "ls"], "“ls” is not a command. Did you mean promisectl people?"),
        (["person", "frob"], "“frob” is not a command. All about a person: promisectl person show “…”"),
        (["owe", "--wit", "dana"], "There is no option --wit. Did you mean --with? See: promisectl owe --help"),
        (["make", "x", "--too", "dana"], "There is no option --too. Did you mean --to? See: promisectl make --help"),
        (["owe", "--to", "dana"], "There is no option --to. Did you mean --with? See: promisectl owe --help"),
        (["export", "--csv"], "There is no option --csv. Did you mean --format csv? See: promisectl export --help"),
        (["accept", "dana"], "“dana” is not the ID of a promise. With Dana: #1 “Review the contract”."),
        (["complete", "Dan"], "“Dan” is not the ID of a promise. With Dana: #2 “Send the numbers”."),
        (["reopen", "dana"], "“dana” is not the ID of a promise. reopen is not possible for any promise with Dana. See: promisectl list --all --with dana"),
        (["show", "dana"], "“dana” is not the ID of a promise. With Dana: #2 “Send the numbers”, #1 “Review the contract”."),
        (["undo", "--promise", "lee"], "“lee” is not the ID of a promise. With Lee: #3 “Fix the bike”."),
        (["accept", "kim"], "“kim” is not the ID of a promise. IDs are numbers; see: promisectl list"),
        (["accept", "1", "two"], "“two” is not the ID of a promise. If that is the note: promisectl accept 1 --note two"),
        (["--jsonl", "guide"], None),
    ],
)  # fmt: skip
def test_one_sentence_names_what_may_be_meant(
    ledger: Program, words: list[str], sentence: str | None
) -> None:
    said = _refused(ledger, *words)
    if sentence is None:
        assert (
            json.loads(said)["error"]["message"]
            == "guide has no --jsonl output. See: promisectl guide --help"
        )
    else:
        assert said == sentence


@pytest.mark.parametrize(
    "words",
    [
        ["show", "33"],
        ["accept", "33"],
        ["accept", "1", "33"],
        ["log", "33"],
        ["check", "33"],
        ["make", "x", "--to", "dana", "--replaces", "33"],
    ],
)
def test_a_number_beyond_the_newest_names_that_one(ledger: Program, words: list[str]) -> None:
    sentence = "There is no promise #33; the newest is #3. All IDs: promisectl list --all"
    assert _refused(ledger, *words, code=3) == sentence


def test_many_promises_with_somebody_are_counted(ledger: Program) -> None:
    for number in range(9):
        ledger.ok("make", f"Thing {number}", "--to", "dana")
    sentence = _refused(ledger, "accept", "dana")
    assert sentence.endswith(
        "#1 “Review the contract”, #4 “Thing 0”, #5 “Thing 1”, #6 “Thing 2” and 6 more. See: promisectl list --all --with dana"
    )


def test_a_page_of_the_guide_that_is_mistyped_names_the_nearest(program: Program) -> None:
    assert _refused(program, "guide", "lifecyle", code=3) == (
        "The guide has no page “lifecyle”. Did you mean promisectl guide lifecycle?"
    )
    assert _refused(program, "guide", "xyz", code=3) == (
        "The guide has no page “xyz”. See: promisectl guide"
    )


def test_a_date_of_every_day_names_what_can_be_read(program: Program) -> None:
    sentence = (
        "Can't read “fri night” as a date. Did you mean “fri evening”? See: promisectl guide dates"
    )
    assert _refused(program, "make", "x y z", "--to", "dana", "--by", "fri night") == sentence


def test_every_word_from_elsewhere_names_commands_that_are_there_and_is_none_itself() -> None:
    commands = {*DECLARED_IN}
    known = commands | {f"{one.group} {one.name}" for one in DECLARATIONS if one.group}
    assert {*COMMAND_SYNONYMS, *PERSON_COMMAND_SYNONYMS} - known == set()
    assert {
        word for words in COMMAND_SYNONYMS.values() for word in words.split()
    } & commands == set()
    assert {
        f"person {word}" for words in PERSON_COMMAND_SYNONYMS.values() for word in words.split()
    } & known == set()


@pytest.mark.parametrize(("option", "words"), OPTION_SYNONYMS.items())
def test_an_option_of_another_name_is_one_that_is_here(
    program: Program, option: str, words: str
) -> None:
    command = (
        "export" if option.startswith("--format") else "list" if option != "--quiet" else "accept"
    )
    for word in words.split():
        assert f"There is no option {word}. Did you mean {option}?" in _refused(
            program, command, word
        )
    assert option.partition(" ")[0] in program.ok(command, "--help")


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", "--plain"])
def test_a_form_stands_before_the_command_and_without_one(ledger: Program, form: str) -> None:
    assert ledger.ok(form) == ledger.ok("moves", form) == ledger.ok(form, "moves")
    assert ledger.ok(form, "list", "--with", "lee") == ledger.ok("list", form, "--with", "lee")
    assert ledger.ok(form, "person", "show", "dana") == ledger.ok("person", "show", "dana", form)
    assert ledger(form).code == 0
    assert (
        "can't be combined"
        in ledger(form, "list", "--csv" if form != "--csv" else "--plain").stderr
    )


def test_a_move_takes_its_form_from_before_the_command(ledger: Program) -> None:
    assert json.loads(ledger.ok("--json", "accept", "1"))["state"] == "active"
    assert (
        _refused(ledger, "--csv", "accept", "1")
        == "accept has no --csv output. See: promisectl accept --help"
    )


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (("make", "-5 pages of the draft", "--to", "dana"), "-5 pages of the draft"),
        (("make", "--to", "dana", "--and so on"), "--and so on"),
        (("make", "- milk", "--to", "dana"), "- milk"),
        (("make", "-5", "--to", "dana"), "-5"),
        (("note", "1", "-3 °C outside"), "-3 °C outside"),
        (("bump", "1", "-ish, the train is late"), "-ish, the train is late"),
        (("tag", "1", "-2"), "-2"),
    ],
)
def test_a_text_that_begins_with_a_dash_is_told_how(
    ledger: Program, words: tuple[str, ...], text: str
) -> None:
    assert _refused(ledger, *words) == (
        f"“{text}” begins with a dash, so it was read as options. "
        f"Put it last, after two dashes: promisectl {words[0]} … -- {shlex.quote(text)}"
    )
    rest = [word for word in words if word != text]
    assert ledger(*rest, "--", text).code == 0


@pytest.mark.parametrize("option", ["--frm", "-x", "--Agreed", "-to"])
def test_a_mistyped_option_is_no_text(ledger: Program, option: str) -> None:
    assert _refused(ledger, "make", "Send it", option, "dana").startswith("There is no option ")


def test_a_text_of_an_option_may_begin_with_a_dash(ledger: Program) -> None:
    ledger.ok("make", "Send it", "--to", "dana", "--why", "-5 pages are missing")
    assert "-5 pages are missing" in ledger.ok("show", "4")


@pytest.mark.parametrize("text", ["…", "“…”", '"..."', "““…”” "])
def test_a_placeholder_is_not_a_text(ledger: Program, text: str) -> None:
    said = _refused(ledger, "note", "1", text)
    assert said.startswith("The text is only “")
    assert said.endswith("Put your own words there.")


def test_a_state_is_taken_in_both_words(ledger: Program) -> None:
    for seen, recorded in (("reported", "delivered"), ("broken", "reneged")):
        assert ledger.ok("list", "--state", seen) == ledger.ok("list", "--state", recorded)
