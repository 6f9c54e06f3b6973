"""How fast many moves are in one command, and imports of many promises: `python -m tests.bench.many [--promises N] [--write FILE]`.

A rate is what comes in the time that a command takes longer than the same command with one, so that its start does not count.
Beside it stand how long each keeps the processor busy, which tells more where others work on the machine, too; the whole time,
`python -c pass` = 1 (the median of several, taken in turn with the commands); and the peak memory. With --write FILE the table goes
into a Markdown page, under its heading “Many”.
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
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench.timed import NOTHING, PROGRAM
from tests.tools import sections

HEADING = "Many"
_COUNTS = (1, 1_000, 5_000)
_MOVES, _IMPORTED = 3_000, 30_000  # the rates to reach, a second
_PEOPLE = 40


class Taken(NamedTuple):
    """What a command took: seconds by the clock and of the processor, and MiB at its peak."""

    seconds: float
    busy: float
    peak: float


def main() -> None:
    """Print a table of rates, with the figures to reach."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.many", description=__doc__)
    parser.add_argument("--promises", type=int, default=30_000, help="how many are imported")
    parser.add_argument(
        "--write",
        metavar="FILE",
        type=Path,
        help=f"put the table into a Markdown file, under “{HEADING}”",
    )
    asked = parser.parse_args()
    home = tempfile.mkdtemp(prefix="promisectl-bench-")
    try:
        bench = _Bench(home)
        rows = [*bench.moves(), *bench.imports(asked.promises)]
        told = [
            f"Measured on {sections.today()}, {sections.versions()}, {sections.machine()}: one run, with",
            f"`python -c pass` at {bench.nothing.seconds * 1000:.0f} ms and {bench.nothing.peak:.0f} MB.",
            "",
            "| | promises | a second | hoped for | µs of the processor, each | times `python -c pass` | MB |",
            f"|---|{'--:|' * 6}",
            *rows,
        ]
    finally:
        shutil.rmtree(home)
    print("\n".join(told))
    if asked.write:
        sections.put(asked.write, HEADING, "\n".join(told))


class _Bench:
    """A home with ledgers in it, and what commands take there."""

    def __init__(self, home: str) -> None:
        self._home = home
        self._environ = {
            **os.environ,
            "HOME": home,
            "XDG_DATA_HOME": home,
            "XDG_STATE_HOME": home,
            "PYTHONDONTWRITEBYTECODE": "",
        }
        self._nothings: list[Taken] = []

    @property
    def nothing(self) -> Taken:
        """What a Python takes that does nothing."""
        return Taken(*(statistics.median(column) for column in zip(*self._nothings, strict=True)))

    def moves(self) -> Iterator[str]:
        """Many promises completed by their numbers, and many made from JSON lines."""
        full = self._imported(max(_COUNTS))
        yield from self._rates(
            "`complete 1 2 3 …`",
            _COUNTS,
            _MOVES,
            lambda count: self._run(["complete", *map(str, range(1, count + 1))], full),
        )
        yield from self._rates(
            "`make - --json`",
            _COUNTS,
            _MOVES,
            lambda count: self._run(
                ["make", "-", "--json"], full, self._file("wanted", _wanted(count))
            ),
        )

    def imports(self, promises: int) -> Iterator[str]:
        """Many promises from a CSV, from JSON lines and from the journal of a ledger, each into an empty one."""
        for name, form in (
            ("CSV", ("csv",)),
            ("JSON lines", ("jsonl",)),
            ("journal", ("jsonl", "--journal")),
        ):
            files = {count: self._exported(count, form) for count in (1, promises)}
            yield from self._rates(
                f"`import`, {name}",
                (1, promises),
                _IMPORTED,
                lambda count, files=files: self._run(["import", files[count]]),
            )

    def _rates(
        self, name: str, counts: Sequence[int], goal: int, run: Callable[[int], Taken]
    ) -> Iterator[str]:
        run(counts[0])
        alone = run(counts[0])
        for count in counts:
            self._nothings.append(self._taken(NOTHING))
            taken = run(count)
            rate = (
                (count - 1) / (taken.seconds - alone.seconds)
                if count > 1 and taken.seconds > alone.seconds
                else None
            )
            shown = (
                f"{rate:,.0f} | {goal:,} | {(taken.busy - alone.busy) / (count - 1) * 1e6:,.0f}"
                if rate
                else " | | "
            )
            line = f"| {name} | {count:,} | {shown} | {taken.seconds / self.nothing.seconds:.1f} | {taken.peak:.0f} |"
            print(line, file=sys.stderr, flush=True)
            yield line

    def _imported(self, count: int) -> str:
        """A ledger that so many promises were imported into."""
        path = os.path.join(self._home, f"ledger-{count}.db")
        if not os.path.exists(path):
            self._taken(
                [
                    *PROGRAM,
                    "--ledger",
                    path,
                    "import",
                    self._file("promises.csv", _csv(count)),
                    "-q",
                ]
            )
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

    def _run(
        self, words: Sequence[str], ledger: str | None = None, given: str = os.devnull
    ) -> Taken:
        """A command in a copy of that ledger, or in none."""
        copy = os.path.join(self._home, "ledger.db")
        if os.path.exists(copy):
            os.unlink(copy)
        if ledger:
            shutil.copyfile(ledger, copy)
        return self._taken([*PROGRAM, "--ledger", copy, *words], given)

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


def _csv(count: int) -> str:
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
