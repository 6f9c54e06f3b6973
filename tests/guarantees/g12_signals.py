"""G12: no traceback, and a documented exit code, for any signal.

Signals reach real processes at moments spread over their whole run: while they start, look, record and import. The ledger is the
old one or the new one. Before the first line of the program only Python itself can answer, and does so in its own way.
"""

import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from random import Random
from typing import NamedTuple

from promisectl import errors
from tests.guarantees.harness.inside import WORLD, homes
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step

_ROWS = 600
_COMMANDS: dict[str, tuple[tuple[str, ...], int]] = {
    "help": (("--help",), 0),
    "view": (("list", "--all"), 0),
    "move": (("make", "Send the numbers", "--to", "dana", "--by", "fri"), 1),
    "import": (("import", "new.csv"), _ROWS),
}
"""By what it is: the words, and how many promises it makes."""
_ALLOWED = {
    "SIGINT": {0, 7, 130, -2},
    "SIGTERM": {0, -15},
    "SIGHUP": {0, -1},
    "SIGPIPE": {0, -13},
}  # -13: before Python takes no notice of it

_RECORDED = {0, 7}  # 7: it was recorded, and stopped while it answered


class Case(NamedTuple):
    """A command, a signal, and after which part of its usual time."""

    command: str
    signal: str
    part: float


class _Run(NamedTuple):
    """How a process ended, and how long it took."""

    code: int
    said: str
    seconds: float


def _world(directory: str) -> dict[str, str]:
    return {**WORLD, **homes(directory), "PYTHONPATH": ":".join(filter(None, sys.path))}


def _run(
    directory: str, words: tuple[str, ...], mutant: str | None, number: int = 0, after: float = 0
) -> _Run:
    began = time.monotonic()
    process = subprocess.Popen(
        program(words, mutant),
        env=_world(directory),
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        if number:
            time.sleep(after)
            process.send_signal(number)
        said, _ = process.communicate(timeout=60)
    return _Run(process.returncode, said, time.monotonic() - began)


@cache
def _ledger() -> bytes:
    """A ledger with one promise."""
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        _run(directory, ("make", "Fix the brake", "--from", "lee"), None)
        return Path(directory, "data/promisectl/ledger.db").read_bytes()


def _settle(directory: str) -> Path:
    ledger = Path(directory, "data/promisectl/ledger.db")
    ledger.parent.mkdir(parents=True)
    ledger.write_bytes(_ledger())
    rows = "".join(f"number {number},owe,dana\n" for number in range(_ROWS))
    Path(directory, "new.csv").write_text(f"outcome,direction,person\n{rows}", encoding="utf-8")
    return ledger


@cache
def _usual(command: str, mutant: str | None) -> float:
    """How many seconds a command takes."""
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        _settle(directory)
        return _run(directory, _COMMANDS[command][0], mutant).seconds


def _try(case: Case, mutant: str | None) -> tuple[list[str], bool]:
    """What went wrong, and whether Python itself was interrupted before it came to the program."""
    words, made = _COMMANDS[case.command]
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        ledger = _settle(directory)
        run = _run(
            directory,
            words,
            mutant,
            getattr(signal, case.signal),
            case.part * _usual(case.command, mutant),
        )
        count, sound = _promises(ledger)
        same = ledger.read_bytes() == _ledger()
    named = f"{case.signal} to {case.command} after {case.part:.3f} of its time"
    early = "KeyboardInterrupt" in run.said and not _begun(run.said)
    faults = (
        [f"{named}: left with {run.code}: {run.said[-300:]!r}"]
        if run.code not in _ALLOWED[case.signal] and not early
        else []
    )
    if not early and any(
        sign in run.said for sign in ("Traceback", "Exception ignored", "Fatal Python error")
    ):
        faults.append(f"{named}: a traceback: {run.said[-400:]!r}")
    if not sound or count not in (1, 1 + made):
        faults.append(f"{named}: the ledger is neither old nor new: {count} promises")
    if run.code in _RECORDED and count != 1 + made:
        faults.append(f"{named}: it left with {run.code}, and nothing was recorded")
    if run.code == errors.INTERRUPTED_EXIT_CODE and not same:
        faults.append(f"{named}: it left with {run.code}, and the ledger is another")
    return faults, early


def _begun(said: str) -> bool:
    """Whether the program had come to its first line: a traceback goes through a line of its main, not just through the call of it."""
    in_main = "promisectl/__main__.py" in said and ", in main\n" in said
    return in_main and ", in main\n    def main" not in said


def _promises(ledger: Path) -> tuple[int, bool]:
    with closing(sqlite3.connect(ledger)) as db:
        (count,) = db.execute("SELECT count(*) FROM promise").fetchone()
        (sound,) = db.execute("PRAGMA integrity_check").fetchone()
    return count, sound == "ok"


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Send signals to processes, at moments spread over their time."""
    dice = Random(size.seed)
    interrupted, others = (50, 15) if size.whole and not mutant else (0, 0)
    cases = [
        Case(name, "SIGINT", (turn + dice.random()) * 1.05 / interrupted)
        for name in _COMMANDS
        for turn in range(interrupted)
    ]
    cases += [
        Case(name, sign, (turn + dice.random()) / others)
        for name in _COMMANDS
        for sign in ("SIGTERM", "SIGHUP", "SIGPIPE")
        for turn in range(others)
    ]
    parts = (
        [turn * 37 % 70 + 28 for turn in range(40)] if mutant else [50, 30, 70, 60]
    )  # a mutant's until one comes while it gets ready
    cases = cases or [
        Case(name, "SIGINT", part / 100) for part in parts for name in ("view", "move")
    ]
    faults, early = list[str](), 0
    _ledger()
    with ThreadPoolExecutor(os.cpu_count() if size.whole else 1) as threads:
        for done, (found, too_early) in enumerate(
            threads.map(lambda case: _try(case, mutant), cases), 1
        ):
            step(done, len(cases))
            faults += found
            early += too_early
            if mutant and faults:
                threads.shutdown(cancel_futures=True)
                break
    return Found(len(cases), faults, f"{early} before its first line" if early else "")


PROOF = Proof(
    "G12",
    "no traceback, and a documented exit code, for any signal",
    "signals",
    "200 Ctrl-C and 180 others without a traceback, the ledger always old or new",
    tried,
    ("Ctrl-C not minded",),
)
