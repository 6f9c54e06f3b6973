"""A restore between the question and the answer: nothing is recorded about another person or promise than was meant.

Whoever is numbered 1 in one ledger is numbered 2 in the other, and so are the promises; a command that carried a number from one
transaction into the next would meet the wrong one.
"""

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promisectl.storage.backup import restore
from promisectl.storage.backup.restore import RestoreResult
from promisectl.storage.backup.set_aside import RestorePlace
from promisectl.storage.backup.source import open_backup_source
from tests.cli.terminal import ended, in_another, terminal
from tests.conftest import Program, remembered, tool


@pytest.fixture
@remembered
def swapped(program: Program) -> Program:
    """The ledger here, with zoe and dana, and another one as a file, with dana and zoe."""
    other = ("--ledger", str(program.home / "other.db"))
    for words, names in (((), ("zoe", "dana")), (other, ("dana", "zoe"))):
        for name in names:
            program.ok(*words, "make", "Send the report", "--to", name, "--by", "fri", "--asked")
        program.ok(*words, "make", "Fix the brake", "--to", names[0], "--agreed")
    return program


def start(*words: str, fed: str = "") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "promisectl", *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    if process.stdin:
        process.stdin.write(fed)
        process.stdin.close()
        process.stdin = None
    return process


def wait_until_writing(process: subprocess.Popen[str], ledger: Path) -> None:
    """Wait until a command has read all that it reads before, and waits for the lock to write."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        for link in Path(f"/proc/{process.pid}/fd").glob("*"):
            try:
                flags = Path(f"/proc/{process.pid}/fdinfo/{link.name}").read_text(encoding="ascii")
                is_ledger = os.readlink(link) == str(ledger)
            except FileNotFoundError:
                continue
            if is_ledger and int(flags.split("flags:")[1].split()[0], 8) & os.O_RDWR:
                return
        time.sleep(0.005)
    raise AssertionError(process.communicate())


def run_beside_restore(program: Program, *words: str, fed: str = "") -> tuple[str, str, int]:
    """Start a command while the lock is held, and restore the other ledger before it gets it."""
    ledger = str(program.ledger)
    place = RestorePlace(ledger, str(program.home / "backups"), datetime(2026, 11, 23, tzinfo=UTC))
    with (
        open_backup_source(str(program.home / "other.db")) as source,
        closing(restore.open_locked_ledger(ledger)) as db,
    ):
        process = start(*words, fed=fed)
        wait_until_writing(process, program.ledger)
        restore.copy_over_ledger(source, place, db, RestoreResult())
    out, err = process.communicate(timeout=30)
    return out, err, process.returncode


def load_newest(program: Program) -> dict[str, Any]:
    records: list[dict[str, Any]] = json.loads(program.ok("list", "--all", "--json"))
    return max(records, key=lambda record: int(record["id"]))


MADE: dict[str, tuple[tuple[str, ...], str, str]] = {
    "by handle": (("make", "The secret", "--to", "dana"), "", "dana"),
    "by name": (("make", "The secret", "--to", "Dana"), "", "dana"),
    "owed": (("make", "The secret", "--from", "zoe"), "", "zoe"),
    "agreed": (("make", "The secret", "--to", "zoe", "--agreed"), "", "zoe"),
    "newcomer": (("make", "The secret", "--to", "max"), "", "max"),
    "on stdin": (
        ("make", "--json", "-"),
        json.dumps({"outcome": "The secret", "to": "dana"}),
        "dana",
    ),
    "once": (("make", "The secret", "--to", "dana", "--once", "k"), "", "dana"),
    "in place of": (
        ("make", "The secret", "--to", "dana", "--replaces", "1", "--beside"),
        "",
        "dana",
    ),
    "imported": (
        ("import", "-", "--format", "csv"),
        "outcome,person,direction\nThe secret,dana,owe\n",
        "dana",
    ),
}


@pytest.mark.parametrize("how", MADE)
def test_a_promise_is_made_to_whom_it_was_meant_for(swapped: Program, how: str) -> None:
    tool("true")
    words, fed, whom = MADE[how]
    _, err, code = run_beside_restore(swapped, *words, fed=fed)
    assert code == 0, err
    newest = load_newest(swapped)
    assert (newest["outcome"], newest["person"]) == ("The secret", whom)
    swapped.ok("doctor")


def test_somebody_who_is_not_there_any_more_is_met_again(swapped: Program) -> None:
    swapped.ok("make", "x y z", "--to", "nora")
    _, err, code = run_beside_restore(swapped, "make", "The secret", "--to", "nora")
    assert code == 0, err
    assert "New person: Nora (nora)." in err
    assert load_newest(swapped)["person"] == "nora"
    swapped.ok("doctor")


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("person", "rename", "dana", "dk"), ("dk", "Dk")),
        (("person", "alias", "dana", "dk"), ("dana", "Dana")),
    ],
)
def test_a_person_is_renamed_who_was_meant(
    swapped: Program, words: tuple[str, ...], named: tuple[str, str]
) -> None:
    _, err, code = run_beside_restore(swapped, *words)
    assert code == 0, err
    page = swapped.ok("person", "show", "dk", "--json")
    assert {record["person"] for record in json.loads(page)} == {named[0]}
    swapped.ok("doctor")


# What was shown to a person, and is another promise when they answer


def restore_other(program: Program) -> None:
    done = in_another("restore", str(program.home / "other.db"), "--yes")
    assert done.returncode == 0, done.stderr


def acts_of(program: Program) -> str:
    return program.ok("export", "--journal")


def answer_yes(child: Any) -> None:
    for answer in ("", "", "y"):
        child.sendline(answer)


ASKED: dict[str, tuple[tuple[str, ...], str, Callable[[Any], None]]] = {
    "accept": (("accept", "1"), "Why", answer_yes),
    "review": (("review",), "quit\\?", lambda child: child.sendline("complete")),
    "in place of": (
        ("make", "Another", "--to", "dana", "--replaces", "1"),
        "What should happen to",
        lambda child: child.sendline("decline"),
    ),
}


@pytest.mark.parametrize("how", ASKED)
def test_an_answer_about_another_promise_than_was_shown_is_refused(
    swapped: Program, how: str
) -> None:
    words, question, answer = ASKED[how]
    if how == "review":
        swapped.ok("decline", "1", "2")
    with terminal(*words) as child:
        child.expect(question)
        restore_other(swapped)
        before = acts_of(swapped)
        answer(child)
        child.expect("have changed meanwhile")
        if how == "review":
            child.sendline("quit")
        assert ended(child) == (0 if how == "review" else 4)
    assert acts_of(swapped) == before


@pytest.mark.parametrize("kind", ["--correct", "--negotiate"])
def test_what_was_edited_is_not_recorded_about_another_promise(
    swapped: Program, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    restoring = shlex.join(
        [sys.executable, "-m", "promisectl", "restore", str(swapped.home / "other.db"), "--yes"]
    )
    script = swapped.home / "editor.sh"
    script.write_text(f'#!/bin/sh\n{restoring} >/dev/null 2>&1\nsed -i s/report/figures/ "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))
    more = () if kind == "--correct" else ("--reason", "x", "--mine")
    result = swapped("edit", "1", kind, *more)
    assert (result.stdout, result.code) == ("", 4)
    assert "have changed meanwhile" in result.stderr
    assert "figures" not in swapped.ok("list", "--all", "--plain")
