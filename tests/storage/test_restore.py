"""Restoring while others write: what was acknowledged is in the ledger, or in the backup that was made of it."""

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from promisectl.storage import connection
from tests.conftest import Program
from tests.guarantees.harness.ledgers import crash

WRITERS = 3
RESTORES = 9  # of the backups before them, the last ten stay

WRITE = """
import io, os, sys
from promisectl.commands import make
from promisectl.env import Env
number = 0
while not os.path.exists(sys.argv[2]):
    streams = io.StringIO(), io.StringIO(), io.StringIO()
    number += 1
    make.make(Env(os.environ, streams), f"number {number} of {sys.argv[1]}", to=["me"])
    print(f"number {number} of {sys.argv[1]}", flush=True)
"""


def outcomes(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as db:
        return {row[0] for row in db.execute("SELECT outcome FROM promise")}


def test_what_was_acknowledged_while_backups_were_restored_is_somewhere(program: Program) -> None:
    program.ok("make", "the first", "--to", "me")
    backup = program.home / "backup.db"
    program.ok("backup", str(backup))
    done = program.home / "done"
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", WRITE, str(one), str(done)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        for one in range(WRITERS)
    ]
    for writer in writers:  # all of them are at it
        assert writer.stdout
        writer.stdout.readline()
    safe = []
    for _ in range(RESTORES):
        time.sleep(0.1)
        safe.append(Path(program.ok("restore", str(backup), "--yes", "-q").strip()))
    done.touch()
    told = [writer.communicate(timeout=60) for writer in writers]
    assert [error for _, error in told] == [""] * WRITERS
    acknowledged = {line for out, _ in told for line in out.splitlines()}
    assert len(acknowledged) > RESTORES
    found = outcomes(program.ledger).union(*map(outcomes, safe))
    assert acknowledged - found == set()
    assert all(outcomes(one) > {"the first"} for one in safe)
    program.ok("restore", str(safe[-1]), "--yes")


def test_who_reads_for_too_long_is_not_waited_for(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "the first", "--to", "me")
    backup = program.ok("backup", "-q").strip()
    program.ok("make", "the second", "--to", "me")
    monkeypatch.setattr(connection, "LOCK_WAIT_SECONDS", 0.3)
    with closing(sqlite3.connect(program.ledger, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM promise").fetchone()
        result = program("restore", backup, "--yes")
    assert (result.stdout, result.code) == ("", 5)
    assert (
        result.stderr
        == f"promisectl: Another command kept {program.ledger} locked for 0.3 seconds. Nothing was restored. Try again.\n"
    )
    assert outcomes(program.ledger) == {"the first", "the second"}
    program.ok("restore", backup, "--yes")
    assert outcomes(program.ledger) == {"the first"}


def test_what_a_killed_command_left_is_taken_back_before_anything_is_copied(
    program: Program,
) -> None:
    program.ok("make", "the first", "--to", "me")
    backup = program.ok("backup", "-q").strip()
    program.ok("make", "the second", "--to", "me")
    crash(program.ledger)
    assert outcomes(Path(program.ok("backup", "-q").strip())) == {"the first", "the second"}
    crash(program.ledger)
    safe = program.ok("restore", backup, "--yes", "-q").strip()
    assert outcomes(Path(safe)) == {"the first", "the second"}
    assert outcomes(program.ledger) == {"the first"}
