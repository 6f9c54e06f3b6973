"""How long a process takes and how much memory it needs at most, beside `python -c pass`.

A process is started by a small Python that does nothing else: the kernel counts the memory of the one that starts a process as its
own first, so that with a large one in front every small program would look large. What needs less than that small Python can't be told.
"""

import os
import signal
import statistics
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

_START = """
import os, sys, time
report = int(sys.argv[1])
begun = time.perf_counter()
process = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ, file_actions=[(os.POSIX_SPAWN_CLOSE, report)])
_, status, used = os.wait4(process, 0)
os.write(report, f"{time.perf_counter() - begun} {used.ru_maxrss} {os.waitstatus_to_exitcode(status)}".encode())
"""
_KIBIBYTES = (
    1024 if sys.platform == "darwin" else 1
)  # how many of its units are one: elsewhere it counts in them
NOTHING = (sys.executable, "-c", "pass")
_SCRIPT = os.path.join(os.path.dirname(sys.executable), "promisectl")
PROGRAM = (_SCRIPT,) if os.path.exists(_SCRIPT) else (sys.executable, "-m", "promisectl")


class Asked(NamedTuple):
    """A command line with the path of its program, and what it reads."""

    words: Sequence[str]
    reads: bytes = b""


class Ran(NamedTuple):
    """A process that has ended."""

    seconds: float
    kibibytes: int
    code: int
    out: bytes
    err: bytes


class Pairs(NamedTuple):
    """The medians of some pairs of `python -c pass` and a command."""

    ratio: float
    seconds: float
    kibibytes: int
    runs: int


class Over(Exception):
    """A process took longer than it was given."""


class Failed(Exception):
    """A process ended with an error."""


def run(asked: Asked, environ: Mapping[str, str], place: Path, limit: float) -> Ran:
    """Run a command to its end, its output into a pipe. Raises Over and Failed."""
    here, there = os.pipe()
    with subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _START, str(there), *asked.words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environ,
        cwd=place,
        pass_fds=[there],
        start_new_session=True,
    ) as process:
        os.close(there)
        try:
            out, err = process.communicate(asked.reads, timeout=limit)
        except BaseException as stopped:  # Ctrl-C too leaves nothing behind
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()  # until nobody holds the other ends
            if isinstance(stopped, subprocess.TimeoutExpired):
                raise Over from None
            raise
        finally:
            with os.fdopen(here, "rb") as report:
                told = report.read().split()
    if not told or int(told[2]):
        lines = (
            err.decode(errors="replace").strip().splitlines()
            or out.decode(errors="replace").strip().splitlines()
        )
        raise Failed(f"{' '.join(asked.words)}: {lines[-1] if lines else 'it says nothing'}")
    return Ran(float(told[0]), int(told[1]) // _KIBIBYTES, int(told[2]), out, err)


def beside_nothing(
    cases: Iterable[Asked], environ: Mapping[str, str], place: Path, limit: float
) -> Pairs:
    """Each of the cases is run in turn with `python -c pass`: the medians. Raises Over, Failed, and StatisticsError without a case."""
    pairs = [
        (run(Asked(NOTHING), environ, place, limit), run(case, environ, place, limit))
        for case in cases
    ]
    return Pairs(
        statistics.median(taken.seconds / nothing.seconds for nothing, taken in pairs),
        statistics.median(taken.seconds for _, taken in pairs),
        max(taken.kibibytes for _, taken in pairs),
        len(pairs),
    )
