"""Ctrl-C at the very call that decides: before it nothing is recorded, from it on it is, and either is said."""

import os
import subprocess
import sys

import pytest

from tests.cli.terminal import ended, terminal
from tests.conftest import Program, tool

TOO_LATE = "promisectl: The move was recorded, but its answer could not be written out (it was stopped with Ctrl-C). See it with: log.\n"


def stopped_at(call: str, *words: str) -> subprocess.CompletedProcess[str]:
    """A command that gets SIGINT at its first call of that name."""
    strace = [tool("strace"), "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:signal=INT:when=1"]
    return subprocess.run(
        [*strace, sys.executable, "-m", "promisectl", *words], env=dict(os.environ), capture_output=True, text=True, check=False, timeout=60
    )


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


def test_a_question_after_a_move_can_be_left_with_ctrl_c(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "wed", "--agreed", today="2026-11-20T10:00")
    program.ok("make", "Call the bank", "--to", "dana", "--by", "wed", "--agreed", today="2026-11-20T10:00")
    with terminal("review", "--today", "2026-11-27T10:00") as child:
        child.expect("› ")
        child.sendline("complete")
        child.expect("reported|delivered|done")
        child.expect("› ")
        child.sendintr()
        assert ended(child) == 130
    assert [line.split("\t")[4] for line in program.ok("list").splitlines()] == ["delivered", "active"]
