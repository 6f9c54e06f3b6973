"""Questions are put to a person only, each has an option that answers it, and giving up changes nothing."""

import json
import os
import random
import re
import shlex
import shutil
import signal
import sys
import termios
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pexpect
import pytest

from tests.cli.questions import QUESTIONS, Question, iter_calls, reach
from tests.cli.terminal import ended, terminal
from tests.conftest import LONG, Program, Result, remembered, tool

FORKS = "ignore:This process .* is multi-threaded:DeprecationWarning"
pytestmark = pytest.mark.filterwarnings(FORKS)

QUESTION = "“dnaa” is new. Did you mean dana? yes / no › "
REFUSAL = "promisectl: “dnaa” is new, but looks like dana. Type the known name, or add --new if this is somebody else.\n"
ON_A_TERMINAL = REFUSAL.replace("or add --new", "or add\n--new")


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
        assert child.before.endswith("\r\nNothing was recorded.\r\n")
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
        assert "1 changed" in child.before
        assert "Nothing was recorded" not in child.before


# Every question of the program, at a real terminal

EDITING = "\x1b[?2004h"
PASTE = "\x1b[200~{}\x1b[201~"
UP, RIGHT, LEFT = "\x1b[A", "\x1b[C", "\x1b[D"
ACCEPT = QUESTIONS["commands/shared/consent.ask_yes_questions"]


def edited(answer: str) -> str:
    """Keys that end in an answer: it is pasted without its first letter, and mistakes are taken back."""
    return "".join(
        (
            f"nonsense{chr(0x15)}",  # C-u
            PASTE.format(answer[1:]),
            f"\x01{answer[0]}",  # C-a
            "\x05 mistake\x17",  # C-e, C-w
            f"x{LEFT}{RIGHT}\x7f",
            UP,
            f"\x01{RIGHT * len(answer)}yz\x02\x02\x0b",  # C-b, C-k
        )
    )


@contextmanager
def at_terminal(*words: str, columns: int = 200) -> Iterator[Any]:
    """The program at a terminal whose modes are the same in the end."""
    with terminal(*words, columns=columns) as child:
        child.delaybeforesend = None
        modes = termios.tcgetattr(child.child_fd)
        yield child
        assert termios.tcgetattr(child.child_fd) == modes


def answer(child: Any, *typed: str) -> None:
    """Answer questions as they come, and wait until each answer is read."""
    for keys in typed:
        child.expect(" › ")
        child.send(f"{keys}\r")
        child.expect_exact("\x1b[?2004l")


def recorded(program: Program) -> str:
    """All promises and acts, but for what differs from run to run."""
    told = program.ok("list", "--all", "--json") + program.ok("log", "--json")
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "uid", told)


@pytest.fixture(params=QUESTIONS, ids=lambda name: name.rpartition("/")[2])
def question(
    request: pytest.FixtureRequest, program: Program, monkeypatch: pytest.MonkeyPatch
) -> tuple[list[str], Question]:
    monkeypatch.setenv("EDITOR", str(program.home / "editor.sh"))
    one = QUESTIONS[request.param]
    return reach(program, one), one


def test_every_question_is_here() -> None:
    assert sorted(iter_calls()) == sorted(QUESTIONS)


def test_an_answer_can_be_edited_and_pasted(
    program: Program, question: tuple[list[str], Question]
) -> None:
    words, one = question
    kept = program.home.parent / f"{program.home.name} kept"
    shutil.copytree(program.home, kept)
    with at_terminal(*words) as child:
        answer(child, *one.before, edited(one.answer), *one.after)
        assert ended(child) == 0
    with_keys = recorded(program)
    shutil.rmtree(program.home)
    shutil.move(kept, program.home)
    typed = "".join(f"{line}\n" for line in (*one.before, one.answer, *one.after))
    assert program(*words, answers=typed, width=200).code == 0
    assert recorded(program) == with_keys


def test_ctrl_c_at_any_question_records_nothing(
    program: Program, question: tuple[list[str], Question]
) -> None:
    words, one = question
    before = program.ledger.read_bytes()
    with at_terminal(*words) as child:
        answer(child, *one.before)
        child.expect(" › ")
        child.send("half")
        child.expect("half")
        child.sendintr()
        assert ended(child) == 130
        assert "\r\nNothing was recorded.\r\n" in child.before
        assert "Traceback" not in child.before
    assert program.ledger.read_bytes() == before


def test_any_question_explains_its_answers(
    program: Program, question: tuple[list[str], Question]
) -> None:
    words, one = question
    typed = "".join(f"{line}\n" for line in (*one.before, "?"))
    result = program(*words, answers=typed, width=200)
    explained = result.stderr.split(" › ")[-2].splitlines()
    assert "Ctrl-C: leave; nothing is recorded." in explained[:-1]
    assert len(explained) > 2
    assert result.code == 130


# What a key may not do


@pytest.fixture
def asked(program: Program) -> Program:
    reach(program, ACCEPT)
    return program


def risk_of(program: Program) -> str | None:
    [record] = json.loads(program.ok("show", "1", "--json"))
    assert record["state"] == "active", record
    return record["risk"]


@pytest.mark.parametrize("number", ["SIGTERM", "SIGHUP", "SIGQUIT"])
def test_a_signal_that_ends_it_leaves_the_terminal_as_it_was(asked: Program, number: str) -> None:
    before = asked.ledger.read_bytes()
    with at_terminal("accept", "1") as child:
        child.expect(" › ")
        time.sleep(0.5)  # a busy machine shows the question before it waits for the answer
        os.kill(child.pid, signal.Signals[number])
        assert ended(child) == -signal.Signals[number]
        assert child.before.endswith("\x1b[?2004l\r")
    assert asked.ledger.read_bytes() == before


def test_what_is_typed_is_still_there_after_a_pause(asked: Program) -> None:
    """The shell here does not repair the modes of the terminal, as others do."""
    shell = pexpect.spawn(
        tool("dash"), ["-i"], env={**os.environ, "PS1": "% "}, encoding="utf-8", timeout=30
    )
    command = shlex.join([sys.executable, "-m", "promisectl", "accept", "1"])
    for line, shown in ((f"cd {asked.home}", "% "), ("stty -g >before", "% "), (command, " › ")):
        shell.sendline(line)
        shell.expect_exact(shown)
    while shown != " › ":
        shell.expect_exact(shown)
    shell.send("half an")
    shell.expect("half an")
    shell.sendcontrol("z")
    shell.expect("Stopped")
    shell.sendline("stty -g >meanwhile; fg")
    shell.expect("half an")
    shell.send(" answer\r")
    shell.expect(" › ")
    shell.send("\r")
    shell.expect(" › ")
    shell.send("yes\r")
    shell.expect("#1 active")
    shell.sendline("stty -g >after; exit")
    shell.expect(pexpect.EOF)
    shell.close()
    modes = {(asked.home / name).read_text() for name in ("before", "meanwhile", "after")}
    assert len(modes) == 1
    assert risk_of(asked) == "half an answer"


@pytest.mark.parametrize("columns", [40, 80])
def test_a_long_answer_can_be_edited_where_it_wraps(asked: Program, columns: int) -> None:
    text = "東京 and a long way home on a road that is closed, " * 3
    with at_terminal("accept", "1", columns=columns) as child:
        child.expect(" › ")
        child.send(f"{text}end")
        child.expect("end")
        child.setwinsize(50, columns + 7)
        child.send("\x01>\x05<\r")
        answer(child, "", "yes")
        assert ended(child) == 0
    assert risk_of(asked) == f">{text}end<"


@pytest.mark.usefixtures("asked")
def test_no_line_of_a_question_is_wider_than_the_terminal() -> None:
    with at_terminal("accept", "1", columns=40) as child:
        child.expect(" › ")
        lines = re.sub(r"\x1b\[\?2004h", "", child.before + child.after).split("\r\n")
        assert max(map(len, lines)) <= 40
        child.sendintr()
        assert ended(child) == 130


def test_a_pasted_text_of_several_lines_is_one_answer(asked: Program) -> None:
    with at_terminal("accept", "1") as child:
        answer(child, PASTE.format("kids\tare\r\n  ill\r\rand home\r"), "", "yes")
        assert ended(child) == 0
    assert risk_of(asked) == "kids are ill and home"


@pytest.mark.parametrize("control", ["\x1b[31m", "\x07", "\x9b2J", "\x00"])
def test_a_control_character_that_is_pasted_is_refused(asked: Program, control: str) -> None:
    with at_terminal("accept", "1") as child:
        answer(child, PASTE.format(f"flu{control}"))
        if control != "\x00":
            child.expect("has a control character .*Type it again")
        answer(child, "flu", "", "yes")
        assert ended(child) == 0
    assert risk_of(asked) == "flu"


def test_no_history_brings_back_another_answer(asked: Program) -> None:
    with at_terminal("accept", "1") as child:
        answer(child, "flu", f"{UP}{UP}\x10gym", "yes")
        assert ended(child) == 0
    [record] = json.loads(asked.ok("show", "1", "--json"))
    assert (record["risk"], record["no_to"]) == ("flu", "gym")


PIECES = [
    *(chr(code) for code in range(0x20) if code not in b"\x03\x04\x13\x1a\x1c\n\r"),
    *("\x7f", "\x80", "\x9b", "\u2028", "é", "東", "a", " b", "?", "x" * 50),
    *(UP, LEFT, RIGHT, "\x1b[3~", "\x1b[200~", "\x1b[201~", "\x1bOP", "\x1b]0;t\x07", "\x1b[31m"),
    *(
        "\x16\x1b",
        "\x16\x01",
        "\x16\t",
        "\x11\x00",
        PASTE.format("a\x1b[2Jb"),
        PASTE.format("a\nb"),
    ),
    *("\x1b5", "\x1b\t", "\x18\x18", "\x12a", "\x1bx", "\x1b\x0a"),
]


@pytest.mark.parametrize("seed", range(300 if LONG else 12))
def test_no_key_puts_a_control_character_into_the_ledger(asked: Program, seed: int) -> None:
    keys = random.Random(seed)
    with at_terminal("accept", "1") as child:
        for _ in range(3):
            if child.expect([" › ", pexpect.EOF]):
                break
            child.send("".join(keys.choices(PIECES, k=keys.randint(1, 12))))
            child.send("\x1b[201~\x07\r")
        if not child.expect([" › ", pexpect.EOF]):
            child.send("yes\r")
        while child.expect([pexpect.EOF, pexpect.TIMEOUT], timeout=1):
            child.send("\x1b[201~")  # while a text is pasted, readline looks for no signal
            child.sendintr()
        child.wait()
        assert child.exitstatus in (0, 130), (child.signalstatus, child.before)
        assert "Traceback" not in child.before
    texts = str(json.loads(asked.ok("log", "--json")) + json.loads(asked.ok("list", "--json")))
    assert not re.search(r"\\x[0-9a-f]{2}|\\[ntr]|[\x00-\x1f\x7f-\x9f]|\\u2028", texts), texts


# TAB


@pytest.mark.parametrize(
    ("command", "before", "typed", "shown"),
    [
        ("accept 1", ["", ""], "c\t", "counter"),
        ("accept 1", ["", "", "c"], "w\t", "wed"),
        ("accept 1", ["", "", "c"], "tom\t", "tomorrow"),
        ("accept 1", ["", "", "c"], "ton\t", "tonight"),
        ("accept 1", ["", "", "c"], "end of n\t", "next week"),
        ("make 'Lend it' --to dnaa", [], "y\t", "yes"),
        ("make 'Lend it' --to dnaa", [], "\t", "no   yes"),
        ("review", [], "neg\t", "negotiate"),
        ("accept 1", [], "a\tb", "a\x07?b"),
    ],
)
@pytest.mark.usefixtures("asked")
def test_tab_completes_what_is_asked_for(
    command: str, before: list[str], typed: str, shown: str
) -> None:
    with at_terminal(*shlex.split(command)) as child:
        answer(child, *before)
        child.expect(" › ")
        child.send(typed)
        child.expect(shown)
        child.sendintr()
        assert ended(child) == 130


# Other terminals, and pipes


def test_a_dumb_terminal_gets_plain_questions(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")
    with at_terminal("accept", "1") as child:
        for typed in (f"fl{LEFT}u", "flu", "", "yes"):
            child.expect(" › ")
            child.send(f"{typed}\n")
        assert ended(child) == 0
        assert "\x1b" not in child.before
    assert risk_of(asked) == "flu"


def test_without_readline_questions_are_plain(asked: Program) -> None:
    code = (
        "import sys; sys.modules['readline'] = None; sys.argv[1:] = ['accept', '1']\n"
        "from promisectl.__main__ import main; main()"
    )
    child = pexpect.spawn(sys.executable, ["-c", code], env=dict(os.environ), encoding="utf-8")
    for typed in ("flu", "", "yes"):
        child.expect(" › ")
        child.send(f"{typed}\n")
    child.expect(pexpect.EOF)
    assert EDITING not in child.before
    assert risk_of(asked) == "flu"


def test_a_question_goes_to_the_terminal_though_a_pipe_takes_the_answer(asked: Program) -> None:
    out = asked.home / "out"
    command = f"{shlex.join([sys.executable, '-m', 'promisectl'])} accept 1 >{out}"
    child = pexpect.spawn("/bin/sh", ["-c", command], env=dict(os.environ), encoding="utf-8")
    answer(child, f"lu{chr(1)}f", "", "yes")
    child.expect(pexpect.EOF)
    assert risk_of(asked) == "flu"
    assert out.read_text().startswith("#1 active: you accepted")
    assert "\x1b" not in out.read_text()


def test_an_editor_does_not_get_the_size_of_the_terminal_from_a_question(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = asked.home / "sizes.sh"
    script.write_text(f'#!/bin/sh\necho "${{COLUMNS-}}${{LINES-}}" >{asked.home}/sizes\n')
    script.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(script))
    with at_terminal("edit", "1") as child:
        answer(child, "negotiate")
        child.expect(pexpect.EOF)
    assert (asked.home / "sizes").read_text() == "\n"


@pytest.mark.usefixtures("asked")
def test_readline_is_imported_when_a_question_is_put() -> None:
    code = (
        "import sys; from promisectl.cli.main import run_command_line\n"
        "run_command_line(['make', 'Send it', '--to', 'dana'])\n"
        "assert 'readline' not in sys.modules"
    )
    child = pexpect.spawn(sys.executable, ["-c", code], env=dict(os.environ), encoding="utf-8")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0, child.before
