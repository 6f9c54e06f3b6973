"""The line for a prompt: what it says, when it says nothing, and that it never makes anybody wait."""

import json
import os
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tests.cli.terminal import ended, terminal
from tests.conftest import Program, remembered

NONE = {
    "waiting": 0,
    "overdue": 0,
    "today": 0,
    "tell": 0,
    "answer": 0,
    "judge": 0,
    "late_with_others": 0,
    "warned": 0,
    "unanswered": 0,
    "unsaid": 0,
    "affected": 0,
}


@pytest.fixture
@remembered
def full(program: Program) -> Program:
    """One of each kind that waits for me on Friday the 27th, two of those overdue, and one overdue with somebody else."""
    program.ok("make", "Late one", "--to", "dana", "--by", "tue", "--agreed")
    program.ok("make", "Late to yourself", "--to", "me", "--by", "wed")
    program.ok("make", "Due today", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Broken", "--to", "dana", "--agreed")
    program.ok("renege", "4", "--reason", "forgot", "--not-told")
    program.ok("make", "A question", "--to", "dana", "--asked")
    program.ok("make", "To judge", "--from", "lee", "--agreed")
    program.ok("complete", "6", "--reported")
    program.ok("make", "Late with Lee", "--from", "lee", "--by", "tue", "--agreed")
    program.ok("make", "Their move", "--to", "dana")
    program.ok("make", "Kept", "--to", "dana", "--agreed")
    program.ok("complete", "9", "--confirmed")
    program.ok("make", "At risk with Lee", "--from", "lee", "--by", "2026-12-20", "--agreed")
    program.ok("bump", "10", "the vendor slips", "--theirs")
    program.ok("make", "Asked of Kim", "--from", "kim", "--by", "2026-12-20", "--reply-by", "tue")
    return program


def test_the_most_urgent_comes_first(full: Program) -> None:
    at = "2026-11-27T08:00"
    line = "2 overdue · 1 due today · 1 to answer · 1 to confirm · 1 to talk about · 1 to tell · 1 unanswered\n"
    assert full("status", today=at) == (line, "", 0)
    assert full("status", today=at, width=40) == (line, "", 0)
    counts = {
        "waiting": 8,
        "overdue": 2,
        "today": 1,
        "tell": 1,
        "answer": 1,
        "judge": 1,
        "late_with_others": 1,
        "warned": 1,
        "unanswered": 1,
        "unsaid": 0,
        "affected": 0,
    }
    assert json.loads(full.ok("status", "--json", today=at)) == counts
    assert list(json.loads(full.ok("status", "--json", today=at))) == list(NONE)


def test_it_counts_what_the_view_moves_holds(full: Program) -> None:
    for at in ("2026-11-23T10:00", "2026-11-25T08:00", "2026-11-27T08:00", "2026-12-24T12:00"):
        listed = full.ok("moves", today=at).count("\n")
        assert json.loads(full.ok("status", "--json", today=at))["waiting"] == listed
        assert full("moves", "--exit-code", today=at).code == 10


def test_an_amendment_that_waits_counts_once(full: Program) -> None:
    full.ok("negotiate", "3", "--theirs", "--by", "2026-12-04", "--reason", "later will do")
    line = "2 overdue · 2 to answer · 1 to confirm · 1 to talk about · 1 to tell · 1 unanswered\n"
    assert full.ok("status", today="2026-11-27T08:00") == line


@pytest.mark.parametrize("width", [None, 80])
def test_nothing_waits_and_not_even_a_line_is_printed(program: Program, width: int | None) -> None:
    assert program("status", width=width) == ("", "", 0)
    assert json.loads(program.ok("status", "--json")) == NONE
    assert list(program.home.iterdir()) == []
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "sat", "--agreed")
    assert program("status", width=width) == ("", "", 0)
    assert program("status", today="2026-12-01", width=width) == ("", "", 0)
    assert json.loads(program.ok("status", "--json", today="2026-12-01")) == {
        **NONE,
        "late_with_others": 1,
    }


def _run(*words: str, **env: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "promisectl", *words],
        env={**os.environ, **env},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize(
    ("env", "between"),
    [
        ({"LC_ALL": "C"}, " · "),
        ({"PYTHONIOENCODING": "ascii"}, ", "),
        ({"PYTHONIOENCODING": "latin-1"}, " · "),
    ],
    ids=["c", "ascii", "latin-1"],
)
def test_whatever_the_encoding_the_line_is_whole(env: dict[str, str], between: str) -> None:
    done = _run("status", PROMISECTL_TODAY="2026-11-26", **env)
    line = between.join(
        ("2 overdue", "1 to answer", "1 to confirm", "1 to talk about", "1 to tell", "1 unanswered")
    )
    assert (
        done.stdout.decode(env.get("PYTHONIOENCODING", "utf-8")),
        done.stderr,
        done.returncode,
    ) == (f"{line}\n", b"", 0)


@pytest.mark.usefixtures("full")
def test_at_a_terminal_without_utf_8_there_is_a_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LC_ALL": "C",
        "PYTHONUTF8": "0",
        "PYTHONCOERCECLOCALE": "0",
        "PROMISECTL_TODAY": "2026-11-26",
    }.items():
        monkeypatch.setenv(name, value)
    with terminal("status") as child:
        child.expect_exact("2 overdue, 1 to answer, 1 to confirm, 1 to talk about, 1 to tell, ")
        assert ended(child) == 0


def test_it_waits_a_moment_for_a_writer_and_then_says_nothing(full: Program) -> None:
    writer = sqlite3.connect(full.ledger, isolation_level=None, check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")
    assert (
        full("status").code == 0
    )  # who writes does not keep anybody from reading until the very end
    writer.execute("ROLLBACK")
    writer.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    done = full("status")
    assert 0.2 <= time.monotonic() - begun < 2
    assert done == ("", "", 5)
    locked = f"Another command kept {full.ledger} locked for 0.2 seconds. Try again."
    assert json.loads(full("status", "--json").stderr)["error"] == {
        "code": "ledger",
        "id": "ledger-busy",
        "message": locked,
        "exit": 5,
    }

    def end() -> None:  # no Timer: under a faked clock, its wait never ends
        time.sleep(0.05)
        writer.rollback()

    ending = threading.Thread(target=end)
    ending.start()
    assert full.ok("status")
    ending.join()
    writer.close()


def _damaged(ledger: Path) -> None:
    ledger.write_bytes(b"x" * 5000)


def _cut(ledger: Path) -> None:
    ledger.write_bytes(ledger.read_bytes()[:5000])


def _newer(ledger: Path) -> None:
    db = sqlite3.connect(ledger)
    db.execute("PRAGMA user_version = 9")
    db.close()


@pytest.mark.parametrize(
    ("harm", "says"),
    [(_damaged, "is damaged"), (_cut, "damaged"), (_newer, "was written by a newer promisectl")],
)
def test_a_ledger_in_trouble_ends_with_5_and_a_silent_stdout(
    full: Program, harm: object, says: str
) -> None:
    harm(full.ledger)  # type: ignore[operator]
    done = full("status")
    assert (done.stdout, done.code) == ("", 5)
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_it_has_no_colour(full: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b" not in full.ok("status", width=80)
    assert "\x1b" not in full.ok("--color", "always", "status", width=80)


@pytest.mark.parametrize("form", [[], ["--json"], ["--jsonl"], ["--csv"], ["--plain"]])
def test_moves_has_its_exit_code_in_every_form(full: Program, form: list[str]) -> None:
    assert full("moves", "--exit-code", *form).code == 10
    assert full("moves", *form).code == 0
    assert full("moves", "--exit-code", *form, "--ledger", "/nowhere/at/all.db").code == 0


@pytest.mark.usefixtures("full")
def test_in_a_pipe_moves_keeps_its_exit_code() -> None:
    command = f'{sys.executable} -m promisectl moves --exit-code | cat > /dev/null; echo "${{PIPESTATUS[@]}}"'
    assert (
        subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True).stdout
        == "10 0\n"
    )


def test_quiet_is_for_moves_that_are_made(full: Program) -> None:
    done = full("moves", "--exit-code", "-q")
    assert (done.stdout, done.code) == ("", 2)
    assert "-q" in done.stderr
