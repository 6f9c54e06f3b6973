"""Aliases: what stands for a command is put in its place, wherever it is typed, and no command is ever hidden by one."""

import json
import re

import pytest

from promisectl.cli import aliases
from promisectl.cli.registry import COMMON_OPTIONS
from tests.cli.test_config import configure
from tests.conftest import Program

CONFIG = """
[alias]
soon = "owe --due-before sat"
find = 'list --all --search "Q3 numbers"'
promise = "make --agreed --to"
who = "person show"
records = "owe --json"
again = "soon"
"""
FINE = CONFIG.replace('again = "soon"\n', "")


def _filled(program: Program) -> None:
    configure(program, FINE)
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Review the contract", "--to", "lee", "--by", "sun", "--agreed")


def test_an_alias_stands_for_its_command(program: Program) -> None:
    _filled(program)
    assert program.ok("soon") == program.ok("owe", "--due-before", "sat") != program.ok("owe")
    assert program.ok("find") == program.ok("list", "--all", "--search", "Q3 numbers")
    assert program.ok("soon", "--json") == program.ok("owe", "--due-before", "sat", "--json")
    assert "you owe Kim “Lend the drill”" in program.ok("promise", "kim", "Lend the drill")
    assert program.ok("who", "dana").startswith("1\tdana")


@pytest.mark.parametrize(
    "before",
    [
        ["--ledger", "other.db"],
        ["--ledger=other.db"],
        ["--today", "2026-11-24"],
        ["--no-input"],
        ["--color", "never", "--no-input"],
    ],
    ids=lambda words: words[0],
)
def test_options_may_stand_before_it(program: Program, before: list[str]) -> None:
    _filled(program)
    assert program(*before, "soon") == program(*before, "owe", "--due-before", "sat")


def test_the_options_with_a_value_are_known() -> None:
    flags = {"no_input", "no_color", "offline"}
    assert set(aliases.OPTIONS_WITH_VALUE) == {
        f"--{name.replace('_', '-')}" for name in set(COMMON_OPTIONS) - flags
    }


def test_its_help_is_that_of_its_command(program: Program) -> None:
    configure(program, FINE)
    assert program.ok("soon", "--help") == program.ok("owe", "--help")
    assert program.ok("--no-input", "soon", "--help") == program.ok("owe", "--help")


@pytest.mark.parametrize("width", [None, 40, 80])
def test_the_help_lists_the_aliases(program: Program, width: int | None) -> None:
    configure(
        program,
        '[alias]\nsoon = "owe --due-before sat"\nred = \'list --search "[red]:smile: \\u001b"\'\nesc = "list --search \\u001b[31m"',
    )
    out = program.ok("help", "all", width=width)
    for text in (
        "= owe --due-before sat",
        '= list --search "[red]:smile: \\u001b"',
        "= list --search \\x1b[31m",
    ):
        assert text.replace(" ", "") in "".join(re.sub(r"\x1b\[[\d;]*m|│", "", out).split())
    assert "Your aliases" in out
    assert "Your aliases soon, red, esc " in " ".join(program.ok("--help", width=width).split())
    assert program.ok("help", "soon") == program.ok("owe", "--help")
    assert "Your aliases" not in program.ok("owe", "--help", width=80)


def test_an_alias_is_suggested_like_a_command(program: Program) -> None:
    configure(program, FINE)
    result = program("recordz")
    assert (result.code, "records" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        (
            'owe = "owe --overdue"',
            "line 2: owe is already a command; choose another word",
        ),
        ('person = "person show"', "line 2: person is already a command"),
        (
            'late = "soon"',
            "line 2: late must begin with a command of promisectl, and “soon” is not one",
        ),
        (
            'late = "--json owe"',
            "line 2: late must begin with a command of promisectl, and “--json” is not one",
        ),
        (
            'late = ""',
            'line 2: late must begin with a command of promisectl, as in "owe --overdue"',
        ),
        (
            "late = 3",
            'line 2: late must begin with a command of promisectl, as in "owe --overdue"',
        ),
        (
            "late = 'list --search \"x'",
            "line 2: late can't be read as a command (No closing quotation)",
        ),
        (
            '"two words" = "owe"',
            "line 2: “two words” can't be an alias: that is one word that begins with a letter or a digit, and is not an ID",
        ),
        ('-x = "owe"', "line 2: “-x” can't be an alias"),
    ],
)
def test_an_alias_that_cannot_be_one_is_refused(program: Program, line: str, sentence: str) -> None:
    path = configure(program, f"[alias]\n{line}")
    for words in (["owe"], ["late"], ["moves", "--json"]):
        result = program(*words)
        assert (result.stdout, result.code) == ("", 6)
    assert program("owe").stderr.startswith(f"promisectl: {path}: {sentence}")


def test_an_error_is_told_as_the_whole_command_asks(program: Program) -> None:
    _filled(program)
    assert json.loads(program("records", "--state", "none").stderr)["error"]["code"] == "usage"


def test_a_word_that_is_neither_is_no_command(program: Program) -> None:
    assert program("soon").code == 2
    _filled(program)
    result = program("sooner")
    assert (result.stdout, result.code) == ("", 2)
    assert program("guide", "soon").code == 3


def test_bytes_that_are_no_text_are_told_so(program: Program) -> None:
    configure(program, FINE)
    assert "bytes that are not text" in program("\udcff").stderr
