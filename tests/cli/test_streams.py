"""What goes where: answers on stdout, hints and errors on stderr, exit codes, forms, widths, colours."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from promisectl import guide
from tests.conftest import Program

WELCOME = """\
No promises yet. Three ways to begin:
  promisectl make "Send the Q3 numbers" --to dana --by fri
  promisectl make "Fix the bike brake" --from lee --by sat
  promisectl guide start
"""


@pytest.mark.parametrize(
    "view", [["moves"], [], ["owe"], ["owed"], ["list", "--all"], ["people"], ["log"]]
)
def test_a_view_without_a_ledger_welcomes_and_creates_nothing(
    program: Program, view: list[str]
) -> None:
    assert program(*view) == ("", WELCOME, 0)
    assert program(*view, width=80) == (WELCOME, "", 0)
    assert list(program.home.iterdir()) == []


@pytest.mark.parametrize(("form", "nothing"), [("--json", "[]\n"), ("--jsonl", "")])
def test_programs_get_no_welcome(program: Program, form: str, nothing: str) -> None:
    for view in ("owe", "owed", "list", "moves", "people", "log"):
        assert program(view, form) == (nothing, "", 0)


def test_an_empty_export_is_the_header_alone(program: Program) -> None:
    result = program("export")
    assert result.stdout.startswith("id,uid,direction,state,person,")
    assert result.stdout.count("\r\n") == 1
    assert (result.stderr, result.code) == ("", 0)
    assert list(program.home.iterdir()) == []


def test_a_move_answers_on_stdout_and_hints_on_stderr(program: Program) -> None:
    assert program("make", "Send Q3 numbers", "--to", "dana", "--by", "fri", "--agreed") == (
        "#1 active: you owe Dana “Send Q3 numbers” by Fri 27 Nov.\n",
        f"New ledger: {program.ledger}\nNew person: Dana (dana).\nDone? promisectl complete 1 · At risk? promisectl bump 1 “…”\n",
        0,
    )


def test_quiet_prints_numbers_alone(program: Program) -> None:
    assert program("make", "Water the plants", "--to", "dana", "--to", "lee", "-q") == (
        "1\n2\n",
        "",
        0,
    )
    assert program("accept", "2", "1", "--quiet") == ("2\n1\n", "", 0)


def test_a_move_answers_in_json_one_object_a_line(program: Program) -> None:
    result = program("make", "Water the plants", "--to", "dana", "--to", "lee", "--json")
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["id"], first["state"], first["person"], first["offer"]["revision"]) == (
        1,
        "proposed",
        "dana",
        1,
    )
    assert (second["id"], second["person"], result.stderr, result.code) == (2, "lee", "", 0)


def test_an_error_under_json_is_an_object(program: Program) -> None:
    program("make", "Review the contract", "--to", "dana", "--asked")
    result = program("renege", "1", "--reason", "no", "--json")
    assert (result.stdout, result.code) == ("", 4)
    assert json.loads(result.stderr) == {
        "error": {
            "code": "illegal-move",
            "id": "not-open",
            "message": "#1 is not agreed yet, so there is nothing to break. Possible now: promisectl accept 1 · promisectl negotiate 1 --by “…” · promisectl decline 1 · promisectl withdraw 1",
            "exit": 4,
            "moves": [
                "accept",
                "negotiate",
                "decline",
                "withdraw",
                "bump",
                "note",
                "correct",
                "void",
                "tag",
                "untag",
                "part",
            ],
        }
    }
    assert (
        json.loads(program("list", "--state", "gone", "--json").stderr)["error"]["code"] == "usage"
    )
    assert json.loads(program("show", "9", "--json").stderr)["error"]["code"] == "not-found"
    assert (
        json.loads(program("list", "--with", "x", "--nonsense", "--json").stderr)["error"]["exit"]
        == 2
    )


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (["make", "x"], "To whom, or from whom? If you owe it, to Dana for example: promisectl make “…” --to dana · If Lee owes it to you: promisectl make “…” --from lee", 2),
        (["make", " ", "--to", "dana"], "The outcome is empty. Type at least one word.", 2),
        (["make", "x" * 1001, "--to", "dana"], "The outcome has 1,001 characters; 1,000 are allowed. Shorten it and try again.", 2),
        (["make", "x", "--to", "dana", "--why", "y" * 10_001], "The why has 10,001 characters; 10,000 are allowed. Shorten it and try again.", 2),
        (["make", "x", "--to", "dana", "--from", "lee"], "One side of a promise is always you, so lee can't promise dana something here. If you owe it: promisectl make “…” --to dana · If it is owed to you: promisectl make “…” --from lee", 2),
        (["make", "x", "--to", "dana", "--by", "yesterday"], "--by: Sun 22 Nov has passed. Give a later date, or add --backfill to record an old promise.", 2),
        (["make", "x", "--to", "dana", "--by", "2025-01-03"], "--by: Fri 3 Jan 2025 has passed. Give a later date, or add --backfill to record an old promise.", 2),
        (["make", "x", "--to", "dana", "--said", "2026-12-01"], "--said: Tue 1 Dec is in the future. Give an earlier date.", 2),
        (["make", "x", "--from", "dana", "--asked"], "--asked means that they asked you, so it goes with --to. Leave it out: --from alone means that you ask.", 2),
        (["make", "x", "--to", "dana", "--tag", "two words"], "A tag is one word, and “two words” is not. Give each tag separately.", 2),
        (["make", "x", "--to", "me", "--asked"], "A promise to yourself has no other side. Leave out --asked.", 2),
        (["make", "x", "--to", "dana", "--replaces", "7"], "There is no promise #7. All IDs: promisectl list --all", 3),
        (["accept", "7"], "There is no promise #7. All IDs: promisectl list --all", 3),
        (["accept", "seven"], "“seven” is not the ID of a promise. IDs are numbers; see: promisectl list", 2),
        (["accept", "9" * 5000], f"“{'9' * 40}…” is not the ID of a promise. IDs are numbers; see: promisectl list", 2),
        (["show", "0"], "“0” is not the ID of a promise. IDs are numbers; see: promisectl list", 2),
        (["owe", "--with", "nobody"], "Nobody in the ledger is called “nobody”. See: promisectl people", 3),
        (["owe", "--sort", "mood"], "--sort can't be “mood”. Choose from due, made, person, state.", 2),
        (["owe", "--csv", "--plain"], "--csv and --plain can't be combined. Give one of them.", 2),
        (["owe", "--limit", "-1"], "--limit can't be -1. Give 0 or more.", 2),
        (["guide", "nowhere"], "The guide has no page “nowhere”. See: promisectl guide", 3),
        (["undo"], "There is nothing to undo. See: promisectl log", 4),
        (["redo"], "There is nothing to redo: the last command is not an undo. See: promisectl log", 4),
        (["--color", "mauve", "owe"], "--color can't be “mauve”. Choose from auto, always, never.", 2),
        (["owe", "\udcff"], "The command line has bytes that are not text here. Type them as UTF-8, or set a UTF-8 locale.", 2),
    ],
)  # fmt: skip
def test_bad_input_gets_one_sentence_and_writes_nothing(
    program: Program, words: list[str], sentence: str, code: int
) -> None:
    assert program(*words) == ("", f"promisectl: {sentence}\n", code)
    assert list(program.home.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (["frobnicate"], "frobnicate"),
        (["owe", "--wit"], "--with"),
        (["accept"], "ID"),
        (["make", "x", "--to"], "--to"),
        (["owe", "--limit", "x"], "--limit"),
    ],
)
def test_a_command_line_that_is_not_well_formed_names_the_word(
    program: Program, words: list[str], named: str
) -> None:
    result = program(*words)
    assert result.stdout == ""
    assert result.stderr.startswith("promisectl: ")
    assert named in result.stderr
    assert (result.stderr.count("\n"), result.code) == (1, 2)


def test_global_options_stand_before_and_after_the_command(program: Program) -> None:
    elsewhere = str(program.home / "other.db")
    program.ok("--ledger", elsewhere, "make", "x y z", "--to", "dana")
    assert program.ok("list", "--ledger", elsewhere) == "1\tdana\tx y z\t\tproposed\t\towe\n"
    assert program.ok("path", "--ledger", elsewhere).splitlines()[0] == elsewhere
    assert not program.ledger.exists()
    assert (
        program.ok("--today", "2026-12-05", "list", "--ledger", elsewhere)
        == "1\tdana\tx y z\t\tproposed\tstale\towe\n"
    )


def test_colour_follows_the_precedence(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program("make", "x y z", "--to", "dana", "--agreed", "--by", "fri")
    escape = "\x1b["
    assert escape not in program.ok("owe", width=80)
    assert escape in program.ok("owe", "--color", "always", width=80)
    monkeypatch.delenv("NO_COLOR")
    assert escape in program.ok("owe", width=80)
    assert escape not in program.ok("owe", "--color", "never", width=80)
    monkeypatch.setenv("TERM", "dumb")
    assert escape not in program.ok("owe", width=80)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert escape in program.ok("owe", width=80)
    monkeypatch.setenv("NO_COLOR", "1")
    assert escape not in program.ok("owe", width=80)


HELPED = (["--help"], ["owe", "--help"], ["person", "--help"], ["person", "show", "-h"])


@pytest.mark.parametrize("words", HELPED, ids=" ".join)
def test_help_is_coloured_as_the_views_are(
    program: Program, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    def coloured(*more: str, width: int | None = 80) -> bool:
        seen = program.ok(*more, *words, width=width)
        assert "Usage:" in seen
        assert words[0] == "person" or program.ok(*words, *more, width=width) == seen
        return "\x1b[" in seen

    assert not coloured()
    assert coloured("--color", "always")
    assert coloured("--color=always")
    assert coloured("--color", "always", width=None)
    monkeypatch.delenv("NO_COLOR")
    assert coloured()
    assert not coloured(width=None)
    assert not coloured("--color", "never")
    assert coloured("--color", "never", "--color", "always")
    assert coloured("--color", "mauve")
    monkeypatch.setenv("TERM", "dumb")
    assert not coloured()
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.setenv(name, "1")
        assert coloured()
        assert coloured(width=None)
        assert not coloured("--color", "never")
        monkeypatch.setenv("NO_COLOR", "1")
        assert not coloured()
        assert coloured("--color", "always")
        monkeypatch.delenv("NO_COLOR")
        monkeypatch.delenv(name)


LOST = {
    "30": "black",
    "31": "red",
    "32": "green",
    "33": "yellow",
    "34": "blue",
    "36": "cyan",
    "90": "bright black",
    "94": "bright blue",
}


def test_no_view_is_drawn_in_a_colour_that_is_lost_on_a_light_or_a_dark_terminal(
    program: Program,
) -> None:
    program.ok("make", "Review the contract", "--to", "dana", "--asked")
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed", "--by", "tue")
    program.ok("make", "Call back", "--to", "dana", "--agreed", "--by", "wed")
    program.ok("make", "Fix the bike", "--from", "lee")
    program.ok("complete", "3")
    program.ok("accept", "3")
    views = [
        ["list", "--all"],
        ["show", "2"],
        ["log"],
        ["people"],
        ["person", "show", "dana"],
        ["week"],
        ["stats"],
        ["check"],
        ["review"],
    ]
    pages = [["guide", page] for page in guide.TOPICS]
    said = [
        program.ok("--color", "always", *words, width=80, today="2026-11-27T10:00")
        for words in (*views, *pages, *HELPED)
    ]
    codes = {
        code
        for text in said
        for found in re.findall(r"\x1b\[([\d;]*)m", text)
        for code in found.split(";")
    }
    assert {"1", "2", "91"} <= codes
    assert codes & {*LOST} == set()


def test_help_and_version_do_not_touch_the_ledger(program: Program) -> None:
    program.ledger.parent.mkdir(parents=True)
    program.ledger.write_text("not a ledger")
    assert program.ok("--version").startswith("promisectl ")
    assert "Main commands" in program.ok("--help", width=80)
    assert "Usage: promisectl make" in program.ok("make", "--help")
    assert program("owe").code == 5


def _whole(
    words: list[str], environ: dict[str, str], **more: object
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "promisectl", *words], env=environ, text=True, check=False, **more
    )  # type: ignore[call-overload,no-any-return]


def test_a_closed_pipe_ends_silently(program: Program) -> None:
    for number in range(3):
        program("make", f"{number} " + "x" * 900, "--to", "dana")
    environ = dict(os.environ)
    reader, writer = os.pipe()
    os.close(reader)
    done = _whole(["list", "--all"], environ, stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.stderr, done.returncode) == ("", 141)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_says_that_the_move_was_recorded(program: Program) -> None:
    with Path("/dev/full").open("w") as full:
        done = _whole(
            ["make", "x y z", "--to", "dana"], dict(os.environ), stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == 7
    assert done.stderr == (
        f"New ledger: {program.ledger}\nNew person: Dana (dana).\n"
        "promisectl: The move was recorded, but the result could not be printed (No space left on device). See: promisectl log\n"
    )
    assert program.ok("list") == "1\tdana\tx y z\t\tproposed\t\towe\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize(
    "words",
    [["--help"], ["make", "--help"], ["person", "-h"], ["--version"], ["list"]],
    ids=" ".join,
)
def test_what_nobody_can_hear_is_no_crash(program: Program, words: list[str]) -> None:
    program.ok("make", "x y z", "--to", "dana")
    with Path("/dev/full").open("w") as full:
        done = _whole(words, dict(os.environ), stdout=full, stderr=subprocess.PIPE)
    assert (done.stderr, done.returncode) == (
        "promisectl: Can't write the output: No space left on device.\n",
        5,
    )
    reader, writer = os.pipe()
    os.close(reader)
    done = _whole(words, dict(os.environ), stdout=writer, stderr=subprocess.PIPE)
    os.close(writer)
    assert (done.stderr, done.returncode) == ("", 141)


@pytest.mark.usefixtures("program")
@pytest.mark.parametrize(
    ("raised", "said", "code"),
    [
        ("errors.BadNumber('x')", "promisectl: “x” is not the ID of a promise. ", 2),
        ("EOFError", "", 130),
    ],
)
def test_what_was_said_before_it_broke_off_is_heard(raised: str, said: str, code: int) -> None:
    broken = (
        "import sys\nfrom promisectl import errors\nfrom promisectl.commands import path\n"
        f"def broken(env):\n    env.print_line('so far')\n    raise {raised}\n"
        "path.path = broken\nsys.argv[1:] = ['path']\n"
        "from promisectl.__main__ import main\nmain()\n"
    )
    words = [sys.executable, "-c", broken]
    environ = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("so far\n", code)
    assert done.stderr.startswith(said)
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        words, env=environ, stdout=writer, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writer)
    assert done.returncode == code
    assert done.stderr.startswith(said)
    assert done.stderr.count("\n") == bool(said)


def test_closed_streams_are_no_crash(program: Program) -> None:
    command = f"{sys.executable} -m promisectl make 'x y z' --to dana >&- 2>&- <&-"
    assert subprocess.run(command, shell=True, check=False).returncode == 0
    assert program.ok("list") == "1\tdana\tx y z\t\tproposed\t\towe\n"


def test_a_latin_locale_escapes_what_it_lacks(program: Program) -> None:
    program("make", "Tee für 東京", "--to", "dana")
    done = _whole(
        ["list"],
        {**os.environ, "PYTHONIOENCODING": "latin-1"},
        stdout=subprocess.PIPE,
        encoding="latin-1",
    )
    assert done.stdout == "1\tdana\tTee für \\u6771\\u4eac\t\tproposed\t\towe\n"
