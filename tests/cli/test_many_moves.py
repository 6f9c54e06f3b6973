"""Many moves in one command: what they cost the ledger is what one costs, and what they say is what each would say alone."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.conftest import Program, tool

_MOST = 5  # waits for the disk
_COUNT = 40


def _calls(program: Program, *words: str, piped: str = "") -> dict[str, int]:
    """How often a command opens the ledger at all and to write in it, begins a transaction there, and waits for the disk."""
    log = program.home / "calls"
    traced = [
        tool("strace"),
        "-f",
        "-o",
        str(log),
        "-e",
        "trace=openat,open,fsync,fdatasync",
        sys.executable,
        "-m",
        "promisectl",
        *words,
    ]
    subprocess.run(
        traced, input=piped.encode(), env=dict(os.environ), capture_output=True, check=True
    )
    calls = log.read_text()
    opened = [line for line in calls.splitlines() if f'"{program.ledger}"' in line]
    return {
        "opened": len(opened),
        "to write": sum("O_RDWR" in line for line in opened),
        "begun": len(re.findall(f'{re.escape(str(program.ledger))}-journal", [^)]*O_CREAT', calls)),
        "waits": len(re.findall(r"\b(?:fsync|fdatasync)\(", calls)),
    }


def _filled(program: Program, path: Path) -> None:
    path.write_text(
        "outcome,person,direction\n"
        + "".join(f"Thing {number},person {number % 7},owe\n" for number in range(_COUNT))
    )
    program.ok("import", str(path))


def test_a_move_is_one_connection_one_transaction_and_five_waits_for_the_disk(
    program: Program, tmp_path: Path
) -> None:
    _filled(program, tmp_path / "things.csv")
    alone = _calls(program, "complete", "1")
    assert alone == {
        "opened": 3,
        "to write": 1,
        "begun": 1,
        "waits": alone["waits"],
    }  # twice to look at its first bytes: for its mode before anything is read, and for its kind
    assert 0 < alone["waits"] <= _MOST


def test_many_moves_are_one_connection_one_transaction_and_as_many_waits(
    program: Program, tmp_path: Path
) -> None:
    _filled(program, tmp_path / "things.csv")
    alone = _calls(program, "complete", "1")
    assert _calls(program, "complete", *map(str, range(2, _COUNT + 1))) == alone
    assert all(row["state"] == "delivered" for row in json.loads(program.ok("list", "--json")))


def test_many_promises_from_json_lines_are_one_transaction(
    program: Program, tmp_path: Path
) -> None:
    _filled(program, tmp_path / "things.csv")
    wanted = "".join(
        json.dumps({"outcome": f"More {number}", "to": f"person {number % 7}"}) + "\n"
        for number in range(_COUNT)
    )
    calls = _calls(program, "make", "-", "--json", piped=wanted)
    assert (calls["to write"], calls["begun"]) == (1, 1)
    assert 0 < calls["waits"] <= _MOST


def test_many_say_what_each_says_alone(program: Program, tmp_path: Path) -> None:
    _filled(program, tmp_path / "things.csv")
    together = program.ok("complete", "1", "2", "3")
    program.ok("undo")
    assert together == "".join(program.ok("complete", str(number)) for number in (1, 2, 3))


def test_an_undo_of_many_is_told_and_recorded_for_each(program: Program, tmp_path: Path) -> None:
    _filled(program, tmp_path / "things.csv")
    undone = program("undo")
    assert [line.split(" ", 1)[0] for line in undone.stdout.splitlines()] == [
        f"#{number}" for number in range(1, _COUNT + 1)
    ]
    assert undone.stderr == ""
    redone = [json.loads(line) for line in program.ok("redo", "--json").splitlines()]
    assert [(one["id"], one["state"], one["person"]) for one in redone[:2]] == [
        (1, "active", "person-0"),
        (2, "active", "person-1"),
    ]
    assert program("doctor").code == 0
