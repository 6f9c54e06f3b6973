"""How fast many moves are in one command, and imports of many promises: `python -m tests.bench.many [--promises N] [--runs 5] [--write FILE]`.

A rate is what comes in the time that a command takes longer than the same command with one, so that its start does not count.
Beside it stand how long each keeps the processor busy, which tells more where others work on the machine, too; the whole time,
`python -c pass` = 1; and the peak memory. All commands run in turn, one after the other, in several rounds: the figures are the medians
of the rounds. With --against PYTHON, each command is also run by the Python of another checkout, in turn with ours, and one more column
says how many times as long its processor is busy. With --write FILE the table goes into a Markdown page, under its heading “Many”.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.timed import NOTHING, PROGRAM
from tests.tools import sections

HEADING = "Many"
_COUNTS = (1_000, 5_000)
_MOVES, _LINES, _IMPORTED, _JOURNAL = 3_000, 4_000, 12_000, 10_000  # the rates to reach, a second
_PEOPLE = 40


class Taken(NamedTuple):
    """What a command took: seconds by the clock and of the processor, and MiB at its peak."""

    seconds: float
    busy: float
    peak: float


class Case(NamedTuple):
    """A command with so many promises: its words, the ledger that it works on, what it reads, and the rate to reach."""

    name: str
    count: int
    goal: int
    words: Sequence[str]
    ledger: str | None = None
    given: str = os.devnull


def main() -> None:
    """Print a table of rates, with the figures to reach."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.many",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--promises", type=int, default=30_000, help="how many are imported")
    parser.add_argument("--runs", type=int, default=5, help="rounds (default: 5)")
    parser.add_argument(
        "--against", metavar="PYTHON", help="the Python of another checkout, to compare with"
    )
    parser.add_argument(
        "--write",
        metavar="FILE",
        type=Path,
        help=f"put the table into a Markdown file, under “{HEADING}”",
    )
    asked = parser.parse_args()
    programs = [PROGRAM] + ([(asked.against, "-P", "-m", "promisectl")] if asked.against else [])
    with tempfile.TemporaryDirectory(prefix="promisectl-bench-") as home:
        bench = _Bench(home, programs)
        cases = [*bench.moves(), *bench.imports(asked.promises)]
        rows = list(bench.rows(cases, asked.runs))
        nothing = bench.nothing
    titles = ["promises", "a second", "hoped for", "µs of the processor, each"]
    titles += ["times `python -c pass`", "MB", *(["before : now"] if asked.against else [])]
    told = [
        f"Measured on {sections.today()}, {sections.versions()}, {sections.machine()}: medians of {asked.runs} rounds, with",
        f"`python -c pass` at {nothing.seconds * 1000:.0f} ms and {nothing.peak:.0f} MB.",
        "",
        f"| | {' | '.join(titles)} |",
        f"|---|{'--:|' * len(titles)}",
        *rows,
    ]
    print("\n".join(told))
    if asked.write:
        sections.put(asked.write, HEADING, "\n".join(told))


class _Bench:
    """A home with ledgers in it, and what commands take there."""

    def __init__(self, home: str, programs: Sequence[Sequence[str]]) -> None:
        self._home = home
        self._programs = programs
        self._environ = {
            **os.environ,
            "HOME": home,
            "XDG_DATA_HOME": home,
            "XDG_STATE_HOME": home,
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONUNBUFFERED": "",
        }
        self._nothings: list[Taken] = []

    @property
    def nothing(self) -> Taken:
        """What a Python takes that does nothing."""
        return _median(self._nothings)

    def moves(self) -> Iterator[Case]:
        """Many promises completed by their numbers, and many made from lines, plain ones and JSON."""
        full = self._imported(max(_COUNTS))
        for count in (1, *_COUNTS):
            numbers = map(str, range(1, count + 1))
            yield Case("`complete 1 2 3 …`", count, _MOVES, ["complete", *numbers], full)
        for name, words, lines in (
            ("`make -`", ["make", "-"], _lines),
            ("`make - --json`", ["make", "-", "--json"], _wanted),
        ):
            for count in (1, *_COUNTS):
                file = self._file(f"{lines.__name__}-{count}", lines(count))
                yield Case(name, count, _LINES, words, full, file)

    def imports(self, promises: int) -> Iterator[Case]:
        """Many promises from a CSV, from JSON lines and from the journal of a ledger, each into an empty one."""
        for name, form, goal in (
            ("CSV", ("csv",), _IMPORTED),
            ("JSON lines", ("jsonl",), _IMPORTED),
            ("journal", ("jsonl", "--journal"), _JOURNAL),
        ):
            for count in (1, promises):
                file = self._exported(count, form)
                yield Case(f"`import`, {name}", count, goal, ["import", file])

    def rows(self, cases: Sequence[Case], rounds: int) -> Iterator[str]:
        """The rows of the table, after all commands have run in turn, so many times."""
        taken: dict[tuple[int, int], list[Taken]] = {}
        for one in range(rounds + 1):
            self._nothings.append(self._taken(NOTHING))
            for place, case in enumerate(cases):
                for which, program in enumerate(self._programs):
                    run = self._run(program, case)
                    if one:  # the first compiles modules
                        taken.setdefault((place, which), []).append(run)
            print(f"round {one} of {rounds}", file=sys.stderr, flush=True)
        alone = {}
        for place, case in enumerate(cases):
            found = [_median(taken[place, which]) for which, _ in enumerate(self._programs)]
            if case.count == 1:
                alone[case.name] = found
            yield self._row(case, found, alone[case.name])

    def _row(self, case: Case, found: Sequence[Taken], alone: Sequence[Taken]) -> str:
        now = found[0]
        shown = [f"{case.count:,}", "", "", ""]
        longer = [
            (many.seconds - one.seconds, many.busy - one.busy)
            for many, one in zip(found, alone, strict=True)
        ]
        if case.count > 1 and longer[0][0] > 0:
            more = case.count - 1
            shown[1:] = (
                f"{more / longer[0][0]:,.0f}",
                f"{case.goal:,}",
                f"{longer[0][1] / more * 1e6:,.0f}",
            )
        shown += [f"{now.seconds / self.nothing.seconds:.1f}", f"{now.peak:.0f}"]
        if len(found) > 1:
            shown.append(f"{longer[1][1] / longer[0][1]:.2f}" if case.count > 1 else "")
        return f"| {case.name} | {' | '.join(shown)} |"

    def _imported(self, count: int) -> str:
        """A ledger that so many promises were imported into."""
        path = os.path.join(self._home, f"ledger-{count}.db")
        if not os.path.exists(path):
            file = self._file("promises.csv", build_csv(count))
            self._taken([*PROGRAM, "--ledger", path, "import", file, "-q"])
        return path

    def _exported(self, count: int, form: Sequence[str]) -> str:
        path = os.path.join(self._home, f"{'-'.join(form)}-{count}")
        self._taken(
            [*PROGRAM, "--ledger", self._imported(count), "export", "--format", *form, "-o", path]
        )
        return path

    def _file(self, name: str, text: str) -> str:
        path = os.path.join(self._home, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def _run(self, program: Sequence[str], case: Case) -> Taken:
        """A command in a copy of its ledger, or in none."""
        copy = os.path.join(self._home, "ledger.db")
        if os.path.exists(copy):
            os.unlink(copy)
        if case.ledger:
            shutil.copyfile(case.ledger, copy)
        return self._taken([*program, "--ledger", copy, *case.words], case.given)

    def _taken(self, words: Sequence[str], given: str = os.devnull) -> Taken:
        with open(given, "rb") as stdin, open(os.devnull, "wb") as nowhere:
            begun = time.perf_counter()
            process = subprocess.Popen(words, env=self._environ, stdin=stdin, stdout=nowhere)
            _, code, used = os.wait4(process.pid, 0)
            process.returncode = code
            if code:
                raise SystemExit(f"{words[:6]} failed")
            return Taken(
                time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
            )


def _median(several: Sequence[Taken]) -> Taken:
    return Taken(*(statistics.median(column) for column in zip(*several, strict=True)))


def _lines(count: int) -> str:
    return "".join(
        f"to person {one % _PEOPLE}: Number {one} | in {one % 12 + 1} days\n"
        for one in range(1, count + 1)
    )


def build_csv(count: int) -> str:
    """The text of a table with so many promises."""
    rows = (
        f'2{number:07}-0000-4000-8000-000000000000,{("owe", "owed")[number % 2]},person {number % _PEOPLE},"Outcome {number}, with words",'
        f"2027-{number % 12 + 1:02}-{number % 28 + 1:02},2026-0{number % 9 + 1}-{number % 28 + 1:02}T10:{number % 60:02}:00Z,red blue\n"
        for number in range(1, count + 1)
    )
    return "uid,direction,person,outcome,due,made_at,tags\n" + "".join(rows)


def _wanted(count: int) -> str:
    numbers = range(1, count + 1)
    wanted = (
        {
            "outcome": f"Number {one}",
            "to": f"person {one % _PEOPLE}",
            "by": f"in {one % 12 + 1} days",
        }
        for one in numbers
    )
    return "".join(f"{json.dumps(one)}\n" for one in wanted)


if __name__ == "__main__":
    main()
