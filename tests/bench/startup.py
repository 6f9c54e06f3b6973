"""How long a command takes beside `python -c pass`: `python -m tests.bench.startup [--runs N] [--imports] [--write FILE]`.

Every command is run in turn with `python -c pass`, A B A B …, and the median of the ratios is printed, so that a machine whose
speed drifts does not matter. Only ratios of one run can be compared. With --imports each is followed by its ten dearest imports; with
--write FILE the table goes into a Markdown page, under its heading “Start”.
"""

import argparse
import os
import pty
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.bench.timed import NOTHING, PROGRAM
from tests.tools import sections

HEADING = "Start"
_ROWS = 12  # of the table
_DEAREST = 10
_LOOKS = 7  # at the imports of a command: the least time of each is what it costs


class Case(NamedTuple):
    """A command, the words of its nth call, the ratio it has to stay below, and whether it is asked for at a terminal."""

    name: str
    words: Callable[[int], Sequence[str]]
    most: float
    drawn: bool = False


_BY = ("--to", "dana", "--by", "fri")
CASES = (
    Case("`--version`", lambda _: ["--version"], 3),
    Case("`status`", lambda _: ["status"], 3),
    Case("`promisectl`, piped", lambda _: [], 3),
    Case("`owe`, piped", lambda _: ["owe"], 3),
    Case("`owe --json`", lambda _: ["owe", "--json"], 3),
    Case(f"`owe`, a table of {_ROWS}", lambda _: ["owe", "--limit", str(_ROWS)], 10, drawn=True),
    Case("`make`", lambda nth: ["make", f"Another thing {nth}", *_BY, "--agreed"], 6),
    Case("`accept`", lambda nth: ["accept", str(nth)], 6),
    Case("`complete`", lambda nth: ["complete", str(nth)], 6),
    Case("TAB after `accept`", lambda _: ["completion", "zsh", "--", "accept", ""], 4),
    Case("`--help`", lambda _: ["--help"], 16),
)


def main(words: Sequence[str]) -> None:
    """Print a table of ratios, with the figures to reach."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.startup", description=__doc__)
    parser.add_argument("--runs", type=int, default=21, help="pairs of each")
    parser.add_argument("--imports", action="store_true", help="the ten dearest imports of each")
    parser.add_argument(
        "--write",
        metavar="FILE",
        type=Path,
        help=f"put the table into a Markdown file, under “{HEADING}”",
    )
    asked = parser.parse_args(words)
    home = tempfile.mkdtemp(prefix="promisectl-bench-")
    try:
        environ = _filled(home, asked.runs)
        told = "\n".join(_table(environ, asked.runs))
        print(told)
        if asked.write:
            sections.put(asked.write, HEADING, told)
        for case in CASES if asked.imports else ():
            print(f"\n{case.name}: {', '.join(_dearest(case, environ))}")
    finally:
        shutil.rmtree(home)


def _filled(home: str, runs: int) -> dict[str, str]:
    """The environment of a home whose ledger has promises to accept and to complete."""
    environ = {
        **os.environ,
        "HOME": home,
        "XDG_DATA_HOME": home,
        "COLUMNS": "80",
        "TERM": "xterm-256color",
        "PAGER": "cat",
    }
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    for nth in range(2 * (runs + _LOOKS) + _ROWS):
        _piped(
            [
                "make",
                f"Something number {nth}",
                "--to",
                "dana",
                "--by",
                f"in {nth % 12 + 1} days",
                "--asked",
            ],
            environ,
        )
    return environ


def _table(environ: Mapping[str, str], runs: int) -> Iterator[str]:
    yield f"Measured on {sections.today()}, {sections.versions()}, {sections.machine()}: medians of {runs} pairs."
    yield ""
    yield "| | times `python -c pass` | to stay below | ms |"
    yield "|---|--:|--:|--:|"
    for case in CASES:
        ratio, milliseconds = _measured(case, environ, runs)
        yield f"| {case.name} | {ratio:.1f} | {case.most} | {milliseconds:.0f} |"


_CALLS = {case.name: count(1) for case in CASES}


def _measured(case: Case, environ: Mapping[str, str], runs: int) -> tuple[float, float]:
    """The median ratio of some pairs, and the median of its milliseconds."""
    run = _at_a_terminal if case.drawn else _piped
    run(_words(case), environ)
    ratios, times = [], []
    for _ in range(runs):
        words = _words(case)
        nothing = _timed(lambda: subprocess.run(NOTHING, env=environ, check=True))
        taken = _timed(lambda words=words: run(words, environ))
        ratios.append(taken / nothing)
        times.append(taken * 1000)
    return statistics.median(ratios), statistics.median(times)


def _words(case: Case) -> Sequence[str]:
    return case.words(next(_CALLS[case.name]))


def _timed(run: Callable[[], object]) -> float:
    begun = time.perf_counter()
    run()
    return time.perf_counter() - begun


def _piped(words: Sequence[str], environ: Mapping[str, str]) -> None:
    subprocess.run([*PROGRAM, *words], env=environ, check=True, capture_output=True)


def _at_a_terminal(words: Sequence[str], environ: Mapping[str, str]) -> None:
    controller, terminal = pty.openpty()
    with subprocess.Popen(
        [*PROGRAM, *words], env=environ, stdin=terminal, stdout=terminal, stderr=terminal
    ) as process:
        os.close(terminal)
        while _read(controller):
            pass
    os.close(controller)
    if process.returncode:
        raise SystemExit(f"{words} failed")


def _read(controller: int) -> bytes:
    try:
        return os.read(controller, 65_536)
    except OSError:
        return b""


def _dearest(case: Case, environ: Mapping[str, str]) -> list[str]:
    """The modules that take the longest to import, each without what it imports, in microseconds."""
    before, least = set(_imported(NOTHING, environ)), dict[str, int]()
    program = [sys.executable, "-m", "promisectl"]
    for _ in range(_LOOKS):
        for name, taken in _imported([*program, *_words(case)], environ).items():
            least[name] = min(taken, least.get(name, taken))
    dear = sorted((taken, name) for name, taken in least.items() if name not in before)
    return [f"{name} {taken}" for taken, name in dear[: -_DEAREST - 1 : -1]]


def _imported(words: Sequence[str], environ: Mapping[str, str]) -> dict[str, int]:
    """What a process imports, with the microseconds that each takes."""
    done = subprocess.run(
        words,
        env={**environ, "PYTHONPROFILEIMPORTTIME": "1"},
        check=True,
        capture_output=True,
        text=True,
    )
    lines = [
        line.removeprefix("import time:").split("|")
        for line in done.stderr.splitlines()
        if line.startswith("import time:")
    ]
    return {name.strip(): int(taken) for taken, _, name in lines if taken.strip().isdigit()}


if __name__ == "__main__":
    main(sys.argv[1:])
