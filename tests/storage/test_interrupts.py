"""Ctrl-C at the very call that decides: before it nothing is recorded, from it on it is, and either is said."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.terminal import ended, terminal
from tests.conftest import Program, tool

TOO_LATE = "promisectl: The move was recorded, but the result could not be printed (it was stopped with Ctrl-C). See: promisectl log\n"
RESTORED = TOO_LATE.replace("The move was recorded", "The backup was restored").replace(
    "log.", "list."
)


def stopped_at(call: str, *words: str, of: Path | None = None) -> subprocess.CompletedProcess[str]:
    """A command that gets SIGINT at its first call of that name, or at its first one that is about a file."""
    about = ["-P", str(of)] if of else []
    strace = [
        tool("strace"),
        "-qq",
        "-o",
        "/dev/null",
        *about,
        "-e",
        f"trace={call}",
        "-e",
        f"inject={call}:signal=INT:when=1",
    ]
    return subprocess.run(
        [*strace, sys.executable, "-m", "promisectl", *words],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def journal(program: Program) -> Path:
    """What SQLite writes first when it changes the ledger."""
    return program.ledger.with_name("ledger.db-journal")


def files(program: Program) -> set[str]:
    """Everything in the home."""
    return {
        str(path.relative_to(program.home)) for path in program.home.rglob("*") if path.is_file()
    }


@pytest.mark.parametrize("call", ["unlink", "fdatasync"])
def test_a_move_that_is_stopped_says_whether_it_is_recorded(program: Program, call: str) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    stopped = stopped_at(call, "complete", "1", "-q")
    # SQLite syncs and takes the journal away while it commits: Ctrl-C waits for that.
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (7, "", TOO_LATE)
    assert program.ok("list").split("\t")[4] == "delivered"


def test_a_move_that_is_stopped_before_is_not_recorded(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    before = program.ledger.read_bytes()
    stopped = stopped_at("pwrite64", "complete", "1", "-q")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (130, "", "")
    assert program.ledger.read_bytes() == before


def test_a_new_ledger_that_is_stopped_says_whether_it_is_there(program: Program) -> None:
    stopped = stopped_at("link", "make", "Send Q3 numbers", "--to", "dana", "-q")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (7, "", TOO_LATE)
    assert program.ok("list").split("\t")[2] == "Send Q3 numbers"
    assert [path.name for path in program.ledger.parent.iterdir()] == ["ledger.db"]


def test_a_backup_that_is_stopped_is_not_there(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    before = files(program)
    stopped = stopped_at("link", "backup")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (130, "", "")
    assert files(program) == before


def test_an_import_that_is_stopped_leaves_no_backup(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    path = program.home / "new.csv"
    path.write_text(
        "direction,person,outcome\n"
        + "".join(f"owe,dana,Promise number {number}\n" for number in range(101)),
        encoding="utf-8",
    )
    before, bytes_ = files(program), program.ledger.read_bytes()
    stopped = stopped_at("pwrite64", "import", str(path), of=journal(program))
    assert (stopped.returncode, stopped.stdout) == (130, "")
    assert (files(program), program.ledger.read_bytes()) == (before, bytes_)
    program.ok("import", str(path))
    assert any("before-import" in name for name in files(program) - before)


@pytest.mark.parametrize("call", ["fdatasync", "unlink"])
def test_a_restore_that_is_stopped_says_whether_it_is_done(program: Program, call: str) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    backup = program.home / "copy.db"
    program.ok("backup", str(backup))
    program.ok("complete", "1")
    before = files(program)
    stopped = stopped_at(call, "restore", str(backup), "--yes", of=journal(program))
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (7, "", RESTORED)
    assert program.ok("list").split("\t")[4] == "active"
    assert any("before-restore" in name for name in files(program) - before)


def test_a_restore_that_is_stopped_before_leaves_no_backup(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    backup = program.home / "copy.db"
    program.ok("backup", str(backup))
    program.ok("complete", "1")
    before, bytes_ = files(program), program.ledger.read_bytes()
    stopped = stopped_at("link", "restore", str(backup), "--yes")
    assert (stopped.returncode, stopped.stdout, stopped.stderr) == (130, "", "")
    assert (files(program), program.ledger.read_bytes()) == (before, bytes_)


def test_a_question_after_a_move_can_be_left_with_ctrl_c(program: Program) -> None:
    program.ok(
        "make",
        "Send Q3 numbers",
        "--to",
        "dana",
        "--by",
        "wed",
        "--agreed",
        today="2026-11-20T10:00",
    )
    program.ok(
        "make", "Call the bank", "--to", "dana", "--by", "wed", "--agreed", today="2026-11-20T10:00"
    )
    with terminal("review", "--today", "2026-11-27T10:00") as child:
        child.expect("› ")
        child.sendline("complete")
        child.expect("reported|delivered|done")
        child.expect("› ")
        child.sendintr()
        assert ended(child) == 130
    assert [line.split("\t")[4] for line in program.ok("list").splitlines()] == [
        "delivered",
        "active",
    ]
