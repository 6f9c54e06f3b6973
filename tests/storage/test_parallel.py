"""Many terminals at once: what was acknowledged is there, each once."""

import os
import subprocess
import sys

import pytest

from tests.conftest import Program

COMMANDS = 30


@pytest.mark.parametrize("existing", [False, True], ids=["fresh", "existing"])
def test_thirty_makes_at_once_are_thirty_kept(program: Program, existing: bool) -> None:
    if existing:
        program.ok("make", "the first", "--to", "dana")
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "promisectl", "make", f"number {number} of many", "--to", "dana", "--new", "-q"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        for number in range(COMMANDS)
    ]
    answers = [process.communicate() for process in started]
    assert [(process.returncode, errors) for process, (_, errors) in zip(started, answers, strict=True)] == [(0, "")] * COMMANDS
    numbers = sorted(int(out) for out, _ in answers)
    assert numbers == list(range(1 + existing, COMMANDS + 1 + existing))
    listed = {line.split("\t")[2] for line in program.ok("list").splitlines()}
    assert listed >= {f"number {number} of many" for number in range(COMMANDS)}
    assert sorted(path.name for path in program.ledger.parent.iterdir()) == ["ledger.db"]
