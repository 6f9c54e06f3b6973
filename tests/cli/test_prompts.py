"""Questions are put to a person only, each has an option that answers it, and giving up changes nothing."""

import pytest

from tests.cli.terminal import ended, terminal
from tests.conftest import Program, Result, remembered

QUESTION = "“dnaa” is new. Did you mean dana? yes / no › "
REFUSAL = "promisectl: “dnaa” is new, but looks like dana. Write that handle, or add --new if this is somebody else.\n"
ON_A_TERMINAL = REFUSAL.replace("--new if", "--new\nif")


@pytest.fixture
@remembered
def known(program: Program) -> Program:
    program.ok("make", "Send Q3 numbers", "--to", "dana")
    return program


def _lend(program: Program, *more: str, answers: str | None = None) -> Result:
    return program("make", "Lend the drill", "--to", "dnaa", *more, answers=answers)


@pytest.mark.parametrize(
    ("typed", "name"),
    [("y\n", "Dana"), ("\nyes\n", "Dana"), ("no\n", "Dnaa"), ("dana\nn\n", "Dnaa")],
)
def test_a_near_miss_is_asked_about(known: Program, typed: str, name: str) -> None:
    result = _lend(known, answers=typed)
    assert result.stdout == f"#2 proposed: you offer {name} “Lend the drill”.\n"
    assert result.stderr.startswith(QUESTION)
    assert result.code == 0


def test_nobody_is_asked_off_a_terminal_or_against_their_wish(
    known: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _lend(known) == ("", REFUSAL, 3)
    assert _lend(known, "--no-input", answers="\n") == ("", ON_A_TERMINAL, 3)
    assert _lend(known, "-q", answers="\n") == ("", ON_A_TERMINAL, 3)
    assert _lend(known, "--json", answers="\n").code == 3
    monkeypatch.setenv("PROMISECTL_NO_INPUT", "1")
    assert _lend(known, answers="\n") == ("", ON_A_TERMINAL, 3)
    assert known.ok("list").count("\n") == 1


def test_the_option_answers_in_advance(known: Program) -> None:
    assert (
        _lend(known, "--new", answers="").stdout
        == "#2 proposed: you offer Dnaa “Lend the drill”.\n"
    )


def test_giving_up_changes_nothing(known: Program) -> None:
    before = known.ledger.read_bytes()
    assert _lend(known, answers="") == ("", f"{QUESTION}\nNothing was recorded.\n", 130)
    assert _lend(known, answers="somebody\n").code == 130
    assert known.ledger.read_bytes() == before


def test_ctrl_c_at_a_question_says_that_nothing_was_recorded(known: Program) -> None:
    before = known.ledger.read_bytes()
    with terminal("make", "Lend the drill", "--to", "dnaa") as child:
        child.expect(" › ")
        child.sendintr()
        assert ended(child) == 130
        assert child.before.removeprefix("^C") == "\r\nNothing was recorded.\r\n"
    assert known.ledger.read_bytes() == before


def test_ctrl_c_after_something_was_recorded_does_not_deny_it(known: Program) -> None:
    with terminal("review") as child:
        child.expect(" › ")
        child.send("withdraw\n")
        child.expect("Why")
        child.send("\n")
        child.expect("withdrawn")
        assert ended(child) == 0
    known.ok("make", "Lend the drill", "--to", "dana", "--to", "lee", "--new")
    with terminal("review") as child:
        child.expect(" › ")
        child.send("withdraw\n")
        child.expect("Why")
        child.send("\n")
        child.expect("2 of 2")
        child.expect(" › ")
        child.sendintr()
        assert ended(child) == 130
        assert "1 moved" in child.before
        assert "Nothing was recorded" not in child.before
