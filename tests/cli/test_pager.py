"""A long view at a terminal goes through the pager, whatever it is; a short one, and whatever is no terminal, is printed."""

import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.cli.terminal import ended, in_another, terminal
from tests.cli.test_config import configure
from tests.conftest import Program, remembered, tool

ROWS, COLUMNS = 12, 80


@pytest.fixture
@remembered
def many(program: Program) -> Program:
    """A ledger whose list is longer than the terminal."""
    program.ok(
        "make",
        *(f"--to={name}" for name in ("ann", "bob", "cleo")),
        "Water the plants",
        "--new",
        "-q",
    )
    for number in range(8):
        program.ok(
            "make",
            f"Task number {number}",
            "--to",
            "dan",
            "--to",
            "eve",
            "--to",
            "fay",
            "--new",
            "-q",
        )
    return program


@pytest.fixture
def long(many: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """The same, where the terminal is named by nobody but itself."""
    for name in ("PAGER", "LESS", "LINES", "LV"):
        monkeypatch.delenv(name, raising=False)
    return many


@pytest.fixture
def marked(long: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A pager that says that it was there, with which words, and prints what it gets."""
    assert long.ledger.exists()
    script = tmp_path / "a pager"
    script.write_text(
        f"#!{sys.executable}\nimport os, sys\n"
        "print('PAGED', sys.argv[1:], os.environ.get('LESS'), os.environ.get('LV'))\nprint(sys.stdin.read(), end='')\nprint('END')\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PAGER", f"'{script}' --some 'two words'")


def _shown(*words: str) -> str:
    with terminal(*words, rows=ROWS, columns=COLUMNS) as child:
        assert ended(child) == 0
        return str(child.before)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "words",
    [
        ["list"],
        ["owe"],
        ["owe", "--no-input"],
        ["log"],
        ["show", "1", "2"],
        ["check"],
        ["guide", "dates"],
        ["guide"],
        ["week"],
        ["person", "show", "dan"],
    ],
    ids=" ".join,
)
def test_a_long_view_goes_through_the_pager_and_through_nothing_else(words: list[str]) -> None:
    shown = _shown(*words)
    assert shown.startswith("PAGED ['--some', 'two words'] FIRX -c\r\n")
    assert shown.endswith("END\r\n")
    assert shown.count("PAGED") == 1
    printed = _shown(*words, "--no-pager")
    assert "PAGED" not in printed
    assert shown.split("\r\n", 1)[1].removesuffix("END\r\n") == printed


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "words",
    [
        ["moves"],
        [],
        ["owed"],
        ["people"],
        ["stats"],
        ["list", "--limit", "3"],
        ["guide", "--no-pager"],
    ],
    ids=" ".join,
)
def test_what_fits_is_printed(words: list[str]) -> None:
    assert "PAGED" not in _shown(*words)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    "words",
    [
        ["--plain", "list"],
        ["list", "--json"],
        ["list", "--csv"],
        ["export"],
        ["demo"],
        ["--no-pager", "list"],
    ],
    ids=" ".join,
)
def test_records_and_the_tour_are_never_paged(words: list[str]) -> None:
    assert "PAGED" not in _shown(*words)


def _make_much_wait(program: Program) -> None:
    """Make several groups of promises that wait for me; each is shown up to eight lines."""
    for number in range(12):
        program.ok("make", f"Answer {number}", "--to", "dan", "--asked", "-q")
        program.ok("make", f"Today {number}", "--to", "dan", "--by", "today", "--agreed", "-q")


@pytest.mark.usefixtures("marked")
def test_bare_promisectl_pages_too(long: Program) -> None:
    _make_much_wait(long)
    assert _shown() == _shown("moves")
    assert _shown().startswith("PAGED")


@pytest.mark.usefixtures("marked")
def test_off_a_terminal_nothing_is_paged() -> None:
    done = in_another("list")
    assert (done.stdout.count("\n"), done.stderr, done.returncode) == (27, "", 0)


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    "pager",
    ["", "cat", "  ", "no-such-program", "'unended", "/etc/hostname", "/", "sh -c 'exit 127'"],
)
def test_without_a_pager_that_starts_the_view_is_printed(
    monkeypatch: pytest.MonkeyPatch, pager: str
) -> None:
    monkeypatch.setenv("PAGER", pager)
    shown = _shown("list")
    assert shown.count("\r\n") == 28
    assert shown == _shown("list", "--no-pager")


@pytest.mark.usefixtures("marked")
def test_a_dumb_terminal_has_no_pager_and_lines_says_how_high_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("LINES", "200")
    assert "PAGED" not in _shown("list")
    monkeypatch.setenv("LINES", "28")
    assert "PAGED" in _shown("list")
    monkeypatch.setenv("TERM", "dumb")
    assert "PAGED" not in _shown("list")


@pytest.mark.usefixtures("marked")
def test_the_exit_code_stays(long: Program) -> None:
    _make_much_wait(long)
    with terminal("moves", "--exit-code", rows=ROWS, columns=COLUMNS) as child:
        assert ended(child) == 10
        assert "PAGED" in str(child.before)


# A real less


def _in_less(child: Any) -> None:
    child.expect(r"\x1b\[\?1h\x1b=|:")
    time.sleep(0.2)


@pytest.mark.usefixtures("long")
@pytest.mark.parametrize(
    ("pager", "options"), [(None, None), ("less", None), ("less", "-i"), ("less -X", "FS")]
)
def test_colours_survive_and_leaving_early_is_silent(
    monkeypatch: pytest.MonkeyPatch, pager: str | None, options: str | None
) -> None:
    tool("less")
    monkeypatch.delenv("NO_COLOR")
    for name, value in (("PAGER", pager), ("LESS", options)):
        if value:
            monkeypatch.setenv(name, value)
    with terminal("list", rows=ROWS, columns=COLUMNS) as child:
        _in_less(child)
        child.send("q")
        assert ended(child) == 0
        assert "ESC[" not in str(child.before)
        assert "Traceback" not in str(child.before)


@pytest.mark.usefixtures("long")
def test_ctrl_c_belongs_to_the_pager() -> None:
    tool("less")
    with terminal("guide", "dates", rows=ROWS, columns=COLUMNS) as child:
        _in_less(child)
        for _ in range(3):
            child.sendintr()
            time.sleep(0.1)
        assert child.isalive()
        child.send("G")
        child.expect(r"\(END\)|will owe on that day")
        child.send("q")
        assert ended(child) == 0
        assert "Traceback" not in str(child.before)


@pytest.mark.usefixtures("long")
def test_a_pager_that_dies_of_ctrl_c_leaves_no_trace(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "waits"
    script.write_text(
        f"#!{sys.executable}\nimport signal, sys, time\nsignal.signal(signal.SIGINT, signal.SIG_DFL)\nprint('HERE', flush=True)\ntime.sleep(60)\n"
    )
    script.chmod(0o755)
    monkeypatch.setenv("PAGER", str(script))
    with terminal("list", rows=ROWS, columns=COLUMNS) as child:
        child.expect("HERE")
        os.kill(child.pid, signal.SIGINT)  # ours alone first: it goes on waiting
        time.sleep(0.3)
        assert child.isalive()
        child.sendintr()
        assert ended(child) == 0
        assert "Traceback" not in str(child.before)


@pytest.mark.usefixtures("marked")
@pytest.mark.parametrize(
    ("own", "configured", "paged"),
    [
        (None, "", "PAGED"),
        (None, "pager = false\n", ""),
        (None, 'pager = "nl"\n', "     1\tNot agreed"),
        ("", 'pager = "nl"\n', ""),
        ("cat", "", ""),
        ("sed s/^Not/SHELL/ | cat", "", "SHELL"),
        ("WORD=shell; sed s/^Not/$WORD/", "pager = false\n", "shell"),
    ],
)
def test_the_nearest_setting_names_the_pager_and_a_shell_reads_a_command_line(
    long: Program, monkeypatch: pytest.MonkeyPatch, own: str | None, configured: str, paged: str
) -> None:
    configure(long, configured)
    if own is not None:
        monkeypatch.setenv("PROMISECTL_PAGER", own)
    shown = _shown("owe")
    assert shown.startswith(paged or "Not agreed"), shown[:200]
