"""Threats from signs: mark-up, links, escape sequences and signs that turn a line around, in everything that goes to a terminal."""

import re

import pytest

from tests.conftest import Program

HOSTILE = (
    "a [/] b",
    "[link=https://example.org]click[/link]",
    ":smile: [bold red]x[/]",
    "esc \x1b[31mred\x1b]8;;https://example.org\x1b\\link",
    "c1 \x9b31m del \x7f bell \x07",
    "bidi \u202eback\u202c \u2066x\u2069 \u200f",
    "tags \U000e0041\U000e0042",
    "\\x1b[31m typed",
)
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff\U000e0000-\U000e007f]"
)
LOOKS = (
    [],
    ["list"],
    ["list", "--plain"],
    ["list", "--json"],
    ["list", "--csv"],
    ["owe"],
    ["show", "1"],
    ["log"],
    ["log", "--json"],
    ["week"],
    ["check"],
    ["people"],
    ["person", "show", "dana"],
    ["stats"],
    ["review", "--no-input"],
    ["export"],
    ["export", "--format", "md"],
    ["digest"],
    ["status"],
)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_is_shown_as_it_was_typed_and_steers_nothing(program: Program, text: str) -> None:
    said = program(
        "make",
        text,
        "--to",
        "dana",
        "--why",
        text,
        "--done-when",
        text,
        "--by",
        "fri",
        "--agreed",
        width=80,
    )
    said = said._replace(
        stdout=said.stdout
        + program("note", "1", text, width=80).stdout
        + program("bump", "1", text, width=80).stdout
    )
    assert not STEERING.search(said.stdout + said.stderr)
    for width in (40, 80):
        for words in LOOKS:
            done = program(*words, width=width)
            assert done.code == 0, done
            assert not STEERING.search(done.stdout + done.stderr), words
    shown = re.sub(r"\s", "", program("show", "1", width=80).stdout)
    for piece in re.findall(r"\[[^\x1b\x9b]*\]|:smile:", text):
        assert re.sub(r"\s", "", piece) in shown


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize(
    "words",
    [
        ["show"],
        ["person", "show"],
        ["guide"],
        ["list", "--sort"],
        ["make", "x", "--by"],
        ["import"],
        ["make", "x", "--to"],
        [],
    ],
    ids=" ".join,
)
def test_an_error_steers_nothing(program: Program, words: list[str], text: str) -> None:
    done = program(*words, text, answers="")
    assert done.code in (2, 3, 0, 130), done  # 130: it was asked about
    assert not STEERING.search(done.stdout + done.stderr)


def test_a_file_name_steers_nothing(program: Program) -> None:
    odd = program.home / "odd \x1b[31m \u202e [link=x].db"
    odd.touch()
    done = program("--ledger", str(odd), "list", answers="")
    assert done.code == 5
    assert not STEERING.search(done.stderr)
    assert "odd \\x1b[31m \\u202e [link=x].db is empty" in done.stderr.replace("\n", " ")
    for words in (
        ["path"],
        ["export", "-o", str(odd)],
        ["export", "-o", f"{odd}.csv"],
        ["import", f"{odd}.none"],
    ):
        done = program(*words, width=80, answers="")
        assert not STEERING.search(done.stdout + done.stderr), words
