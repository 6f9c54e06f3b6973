"""What --help shows: at every width no name is cut, examples come first and stay whole, and a command fits a screen."""

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from typer.core import TyperOption
from typer.main import get_command

from promisectl import __version__
from promisectl.cli import DECLARED_IN
from promisectl.cli.app import build_app
from tests.conftest import Program

WIDTHS = (40, 60, 80, 160)
PANELS = ["Main commands", "More commands", "Views", "People", "Data", "Program"]
IN_BRIEF = ["Main commands", "Views"]


def _all(command: Any, *words: str) -> dict[tuple[str, ...], Any]:
    """Every command and group by the words that call it."""
    below = {name: one for name, one in getattr(command, "commands", {}).items() if not one.hidden}
    return {
        words: command,
        **{
            call: found
            for name, one in below.items()
            for call, found in _all(one, *words, name).items()
        },
    }


COMMANDS = _all(get_command(build_app(["--help"])))
EACH = pytest.mark.parametrize("words", COMMANDS, ids=lambda words: "-".join(words) or "promisectl")


def _options(words: tuple[str, ...]) -> list[str]:
    """Every option as it has to be shown: all its names and the word for its value."""
    options = [
        param
        for param in COMMANDS[words].params
        if isinstance(param, TyperOption) and not param.hidden
    ]
    shown = [
        ", ".join(sorted([*one.opts, *one.secondary_opts], key=len))
        + ("" if one.is_flag else f" {one.metavar or one.name.upper()}")
        for one in options
    ]
    return [*shown, "-h, --help"]


def _asked(words: tuple[str, ...]) -> list[str]:
    """The command line that shows all of a help."""
    return [*words, "--help"] if words else ["help", "all"]


def _summary(command: Any) -> str:
    """The first line of the help of a command."""
    return " ".join(command.help.split("\n\n")[0].split())


def _examples(words: tuple[str, ...]) -> list[str]:
    return [
        line.strip()
        for part in COMMANDS[words].help.split("\n\n")
        if part.startswith("\b")
        for line in part.splitlines()[1:]
    ]


@pytest.mark.parametrize("width", WIDTHS)
@EACH
def test_no_name_and_no_word_is_cut_at_any_width(
    program: Program, words: tuple[str, ...], width: int
) -> None:
    shown = program.ok(*_asked(words), width=width).splitlines()
    for option in _options(words):
        assert [line for line in shown if re.match(rf"  {re.escape(option)}(  |$)", line)], option
    assert [
        line for line in shown if len(line) > width and line.strip() not in _examples(words)
    ] == []
    together = " ".join(" ".join(shown).split())
    for param in [param for param in COMMANDS[words].params if not param.hidden]:
        assert " ".join(param.help.split()) in together


@EACH
def test_examples_come_first_each_on_a_line_of_its_own_in_whole(
    program: Program, words: tuple[str, ...]
) -> None:
    for width in WIDTHS:
        shown = program.ok(*words, "--help", width=width).splitlines()
        panels = next(
            place
            for place, line in enumerate(shown)
            if line
            in ("Arguments", "Options", "Output", "Global options", "Commands", "Main commands")
        )
        for example in _examples(words):
            assert shown.index(f"  {example}") < panels
            assert len(example) <= 78
    assert _examples(words) or hasattr(COMMANDS[words], "commands")


@pytest.mark.parametrize("words", [words for words in COMMANDS if words], ids="-".join)
def test_the_help_of_a_command_fits_a_screen(program: Program, words: tuple[str, ...]) -> None:
    assert program.ok(*words, "-h", width=80).count("\n") <= 50


def test_the_help_of_the_program_fits_a_screen_and_names_every_command(program: Program) -> None:
    shown = program.ok("--help", width=80)
    assert shown.count("\n") <= 50
    assert [line for line in shown.splitlines() if line in PANELS] == IN_BRIEF
    root = COMMANDS[()]
    for name, command in root.commands.items():
        if command.rich_help_panel in IN_BRIEF:
            assert re.search(rf"^  {name} +{re.escape(_summary(command))}$", shown, re.MULTILINE)
    for panel in (panel for panel in PANELS if panel not in IN_BRIEF):
        names = [
            name for name, command in root.commands.items() if command.rich_help_panel == panel
        ]
        assert f"{panel} {', '.join(names)} " in " ".join(shown.split())
    together = " ".join(program.ok("--help", width=40).split())
    assert (
        "Options --version Output --json, --jsonl, --csv, --plain, --table, --svg, --template, --no-pager "
        in together
    )
    assert (
        "Global options --ledger, --config, --today, --color, --no-color, --no-input, --offline, --help "
        in together
    )


def test_help_all_lists_every_command_with_its_whole_line_panel_by_panel(program: Program) -> None:
    for width in (40, 80):
        shown = program.ok("help", "all", width=width)
        assert [line for line in shown.splitlines() if line in PANELS] == PANELS
        together = " ".join(shown.split())
        for words, command in COMMANDS.items():
            if len(words) == 1:
                assert f" {words[0]} {_summary(command)} " in together


# The command help


@EACH
def test_the_command_help_shows_what_the_option_shows(
    program: Program, words: tuple[str, ...]
) -> None:
    for width in (None, 40, 80):
        assert program.ok("help", *words, width=width) == program.ok(*words, "--help", width=width)


def test_the_command_help_takes_the_options_of_any_place(program: Program) -> None:
    plain = program.ok("make", "--help", width=80)
    for words in (["--no-input", "help", "make"], ["help", "make", "--today", "fri"]):
        assert program.ok(*words, width=80) == plain
    colored = program.ok("--color", "always", "make", "--help", width=80)
    assert colored != plain
    assert program.ok("help", "--color", "always", "make", width=80) == colored
    assert program.ok("--color", "always", "help", "make", width=80) == colored
    assert "\x1b[" in program.ok("help", "all", "--color", "always", width=80)


def test_the_command_help_has_a_help_of_its_own(program: Program) -> None:
    assert program.ok("help", "--help").startswith("Usage: promisectl help [OPTION]… [COMMAND…]\n")


@pytest.mark.parametrize("words", [["acept"], ["done"], ["frobnicate"], ["person", "renme"]])
def test_help_on_what_is_not_a_command_names_what_may_be_meant(
    program: Program, words: list[str]
) -> None:
    refused = program("help", *words)
    assert refused == program(*words)
    assert (refused.stdout, refused.code) == ("", 2)


def test_the_command_help_does_not_touch_the_ledger(program: Program) -> None:
    program.ok("help")
    program.ok("help", "all")
    program.ok("help", "make")
    assert not program.ledger.exists()


def test_help_is_found_by_its_names_elsewhere(program: Program) -> None:
    assert "Did you mean help?" in program("man", "make").stderr.replace(
        "promisectl help?", "help?"
    )


def test_the_help_begins_with_how_it_is_called(program: Program) -> None:
    assert (
        program.ok("accept", "--help").splitlines()[0] == "Usage: promisectl accept [OPTION]… [ID…]"
    )
    assert program.ok("log", "--help").splitlines()[0] == "Usage: promisectl log [OPTION]… [ID]"
    assert (
        program.ok("check", "--help").splitlines()[0] == "Usage: promisectl check [OPTION]… [ID…]"
    )
    assert (
        program.ok("person", "merge", "--help").splitlines()[0]
        == "Usage: promisectl person merge [OPTION]… PERSON INTO"
    )
    assert program.ok("person", "--help").splitlines()[0] == "Usage: promisectl person COMMAND…"
    assert program.ok("--help").splitlines()[0] == "Usage: promisectl [OPTION]… [COMMAND]…"


def test_in_a_pipe_the_help_is_what_it_is_on_a_terminal_without_colour(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = program.ok("make", "--help")
    assert program.ok("make", "--help", width=80) == plain
    monkeypatch.delenv("NO_COLOR")
    colored = program.ok("make", "--help", width=80)
    assert "\x1b[1m--done-when TEXT\x1b[0m" in colored
    assert re.sub(r"\x1b\[[\d;]+m", "", colored) == plain
    assert program.ok("make", "--help") == plain
    assert program.ok("--color", "never", "make", "--help", width=80) == plain
    assert program.ok("--color", "always", "make", "--help") == colored
    monkeypatch.setenv("TERM", "dumb")
    assert program.ok("make", "--help", width=80) == plain


def test_what_is_taken_if_nothing_is_said_is_told(program: Program) -> None:
    assert (
        "--sort KEY     Order: name, due, or record (best first). [default: name]\n"
        in program.ok("people", "--help")
    )
    assert "[default" not in program.ok("make", "--help")


def test_a_python_without_docstrings_has_the_same_help() -> None:
    """`python -OO` drops them, and so do programs that bundle Python."""
    pages = ([], *([name] for name in DECLARED_IN), ["person", "merge"], ["config", "show"])
    code = (
        "import json, os, sys\nfrom promisectl.cli.main import run_command_line\n"
        "for words in json.loads(sys.argv[1]):\n    run_command_line([*words, '--help'])\n"
    )
    told = [
        subprocess.run(
            [sys.executable, *options, "-c", code, json.dumps(pages)],
            env={**os.environ, "COLUMNS": "80"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for options in ((), ("-OO",))
    ]
    assert told[0].count("Usage: ") == len(pages)
    assert told[1] == told[0]


@pytest.mark.parametrize("group", ["person", "config"])
def test_a_group_alone_shows_its_help(program: Program, group: str) -> None:
    assert program(group) == program(group, "--help")
    assert program.ok(group).startswith(f"Usage: promisectl {group} COMMAND…\n")


def test_the_version_is_a_command_and_an_option(program: Program) -> None:
    says = program.ok("--version")
    assert says == f"promisectl {__version__}\n"
    for words in (["-V"], ["version"], ["--no-color", "version"], ["-V", "owe"]):
        assert program.ok(*words) == says
