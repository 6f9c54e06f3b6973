"""A command line that is read by the tables asks for what it asks Typer for."""

import subprocess
import sys
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer import Abort
from typer.exceptions import TyperException
from typer.main import get_command

from promisectl import errors
from promisectl.cli import fast_parser
from promisectl.cli.app import build_app
from promisectl.cli.fast_parser import CommandCall
from promisectl.commands.shared import arguments
from promisectl.compiled.argv import BEFORE, COMMANDS, Spelled
from promisectl.system.text import can_be_stored
from tests.conftest import LONG, Program

LINES = settings(max_examples=20_000 if LONG else 150, deadline=None, database=None)
ODD = (
    "",
    "-",
    "--",
    "-5 degrees",
    "--json",
    "-q",
    "a=b",
    "=",
    "[x]",
    "ü",
    "two\nlines",
    "1",
    "#2",
    "007",
    "٣",
    "@",
    "--to=lee",
    "*",
    "$HOME",
    "\udcff",
)
TEXT = (
    st.sampled_from(ODD)
    | st.text(max_size=4)
    | st.sampled_from(("dana", "fri", "Send the numbers"))
)


def typers(words: Sequence[str]) -> list[CommandCall] | None:
    """What Typer calls for a command line; None where it refuses it, or answers by itself."""
    calls: list[CommandCall] = []
    program = get_command(build_app(words))
    try:
        program.main(
            list(words),
            prog_name="promisectl",
            standalone_mode=False,
            obj=lambda *call, **traits: calls.append((*call, traits)),
        )
    except (TyperException, errors.Problem, Abort):
        return None
    return calls or None


# Lines


@st.composite
def options(draw: st.DrawFn, spelled: Spelled) -> list[str]:
    """Some options, as they may be typed."""
    words: list[str] = []
    for name in draw(st.lists(st.sampled_from(sorted(spelled)), max_size=4)):
        kind = spelled[name][1]
        value = draw(st.integers(0, 99).map(str) if kind == "number" else TEXT)
        joined = name.startswith("--") and draw(st.booleans())
        words += [name] if kind == "flag" else [f"{name}={value}"] if joined else [name, value]
        is_short = len(words) > 1 and not words[-2].startswith("--") and len(words[-2]) == 2
        if is_short and kind != "flag" and value and draw(st.booleans()):
            words[-2:] = [f"{name}{value}"]
    return words


@st.composite
def fine(draw: st.DrawFn) -> list[str]:
    """A command line with everything in its place."""
    name = draw(st.sampled_from(sorted(COMMANDS)))
    _, _, spelled, arguments, *_ = COMMANDS[name]
    loose: list[str] = []
    for _, required, takes in arguments:
        most = 1 if takes == "word" else 3
        loose += draw(st.lists(TEXT, min_size=int(required), max_size=most))
    asked = draw(options(spelled))
    # Options may be anywhere but inside a text.
    before = sum(takes == "word" for _, _, takes in arguments)
    has_text = any(takes == "text" for _, _, takes in arguments)
    at = draw(
        st.sampled_from([*range(min(before, len(loose)) + 1), len(loose)])
        if has_text
        else st.integers(0, len(loose))
    )
    after = (
        ["--", *loose[at:]]
        if draw(st.booleans()) or any(word.startswith("-") for word in loose[at:])
        else loose[at:]
    )
    return [*draw(options(BEFORE)), *name.split(), *loose[:at], *asked, *after]


@st.composite
def near(draw: st.DrawFn) -> list[str]:
    """A command line with a word that was lost, doubled, moved, shortened or put in."""
    words = draw(fine())
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(words)))
        other = draw(
            TEXT
            | st.sampled_from(
                (
                    "--help",
                    "-h",
                    "--version",
                    "-qq",
                    "-qo",
                    "-ofile",
                    "-o=file",
                    "-q=1",
                    "--js",
                    "--json=1",
                    "--no-json",
                    "--to",
                    "-yt",
                    "-ytdana",
                    "-qy",
                    "-q-",
                    "-b",
                    "-bfri",
                    "3-5",
                    "#3,4",
                )
            )
        )
        match draw(st.sampled_from(("lose", "double", "swap", "shorten", "put", "replace"))):
            case "lose":
                words = words[:at] + words[at + 1 :]
            case "double":
                words = words[:at] + words[at : at + 1] * 2 + words[at + 1 :]
            case "swap":
                words = words[at:] + words[:at]
            case "shorten":
                words = [*words[:at], *(word[:-1] for word in words[at : at + 1]), *words[at + 1 :]]
            case "put":
                words = [*words[:at], other, *words[at:]]
            case "replace":
                words = [*words[:at], other, *words[at + 1 :]]
    return words


def test_whatever_is_read_calls_what_typer_calls() -> None:
    read, left = [], []

    @LINES
    @given(
        words=fine() | near() | st.lists(TEXT | st.sampled_from((*COMMANDS, *BEFORE)), max_size=5)
    )
    def any_line(words: list[str]) -> None:
        call = fast_parser.parse_command_line(words)
        (read if call else left).append(words)
        if call:
            assert typers(words) == [call]

    any_line()
    assert min(len(read), len(left)) > 30


@LINES
@given(words=fine())
def test_whatever_typer_calls_is_read_where_everything_is_in_its_place(words: list[str]) -> None:
    calls = typers(words) if all(map(can_be_stored, words)) else None
    is_read = calls and not has_other_words_among_ids(calls[0])
    assert fast_parser.parse_command_line(words) == (calls[0] if calls and is_read else None)


def has_other_words_among_ids(call: CommandCall) -> bool:
    """Whether Typer has to look for an option that may be meant to take them."""
    numbers = call[2].get(str(call[3].get("ids")))
    return isinstance(numbers, list) and not all(map(arguments.is_id_word, numbers))


@pytest.mark.parametrize("name", [name for name in COMMANDS if " " in name])
def test_two_words_are_two(name: str) -> None:
    assert fast_parser.parse_command_line([name, "dana"]) is None


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_left_to_typer(name: str) -> None:
    assert fast_parser.parse_command_line([*name.split(), "--help"]) is None


def test_typer_can_be_asked_for_everything(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri", "--agreed")
    owed = program.ok("owe")
    loaded = "import sys; from promisectl.cli.main import run_command_line as run; run(['owe']); print('typer' in sys.modules)"
    told = {}
    for wish in ("1", "0"):
        monkeypatch.setenv("PROMISECTL_COMPILED", wish)
        told[wish] = subprocess.run(
            [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
        ).stdout
    assert told == {"1": f"{owed}False\n", "0": f"{owed}True\n"}
