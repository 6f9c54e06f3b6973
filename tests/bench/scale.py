"""What a ledger's size costs: `python -m tests.bench.scale DIRECTORY [--sizes 1000,100000,1000000] [--only owe,doctor] [--runs 9] [--cpu]`.

The ledgers are made once, in DIRECTORY (tests/bench/ledgers.py). All commands are run in turn, each after a `python -c pass`, in several
rounds, and the medians of the ratios are printed, with how many times that of the smallest ledger the largest is. What looks at what is
open should be flat; what goes through everything grows, and may not need more memory for it. With --against PYTHON, each command is also
run by the Python of another checkout, in turn with ours, and one more column says how many times as long it takes, in the largest ledger.
With --write FILE the tables go into a Markdown page, under its heading “Growing”.
"""

import argparse
import csv
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from typing import NamedTuple

from tests.bench.timed import NOTHING, PROGRAM
from tests.tools import sections

HEADING = "Growing"

_FLAT_TIME, _FLAT_MEMORY, _SEARCH = 1.2, 1.3, 30.0
_LONG = 5  # seconds, from which on one pair has to do

# The words of each command; OWED stands for an active promise that I owe, another one in every run.
_FLAT = {
    "moves": "",
    "owe": "owe",
    "owed": "owed",
    "status": "status",
    "show": "show OWED",
    "log of one": "log OWED",
    "make": "make Something --to lee-1 --by fri -q",
    "complete": "complete OWED -q",
    "TAB after show": "completion zsh -- show ",
    "TAB after complete": "completion zsh -- complete ",
    "TAB after --to": "completion zsh -- make x --to ",
}
_LINEAR = {
    "list --all": "list --all",
    "--search, few found": "list --all --search 80168",
    "--search, a ninth of all": "list --all --search heating",
    "export csv": "export --format csv",
    "export jsonl": "export --format jsonl",
    "export journal": "export --journal",
    "stats --all": "stats --all",
    "doctor": "doctor",
}
_SQLITE = "sqlite3 -csv"
_CSV = "export csv"
_SHARE = f"{_SQLITE} : {_CSV}"
_HOPED_FOR = {
    "export jsonl": "1,200",
    "stats --all": "1,200",
    "doctor": "12,000",
    _SHARE: "at least 0.6",
}
_HOPED_SIZE = 1_000_000  # to which the figures belong, but for the share
_TITLES = {"flat": "What looks at what is open", "linear": "What goes through everything"}


class _Run(NamedTuple):
    """What a process took: seconds, and the most memory in MB."""

    seconds: float
    memory: float


class _Round(NamedTuple):
    """What `python -c pass` and a command took one after the other, and the command of another checkout, if there is one."""

    nothing: _Run
    now: _Run
    before: _Run | None = None


class _Median(NamedTuple):
    """What a command takes at a size: how many times `python -c pass`, MB, and how many times as long it took before."""

    ratio: float
    memory: float
    before: float | None


def main() -> None:
    """Print a table for the flat commands and one for the others."""
    asked = _asked()
    only = asked.only.split(",") if asked.only else []
    clock = ", by the time of the processor" if asked.cpu else ""
    told = [
        f"Measured on {sections.today()}, {sections.versions()}, {sections.machine()}: times `python -c pass`, medians of {asked.runs} rounds{clock}."
    ]
    with _copies(asked) as paths:
        for title, commands, goal in (
            ("linear", {**_LINEAR, _SQLITE: ""}, "memory"),
            ("flat", _FLAT, "time"),
        ):
            chosen = [name for name in commands if not only or name in only or title in only]
            if chosen:
                told += [
                    "",
                    f"**{_TITLES[title]}**",
                    "",
                    *_table(chosen, commands, paths, asked, goal),
                ]
    print("\n".join(told))
    if asked.write:
        sections.put(asked.write, HEADING, "\n".join(told))


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("directory", help="where the ledgers are kept, made if they are not there")
    parser.add_argument("--sizes", default="1000,100000,1000000")
    parser.add_argument(
        "--only",
        default="",
        help="names of commands as in the table, or flat, or linear, with commas between",
    )
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument(
        "--against", metavar="PYTHON", help="the Python of another checkout, to compare with"
    )
    parser.add_argument(
        "--write",
        metavar="FILE",
        type=Path,
        help=f"put the tables into a Markdown file, under “{HEADING}”",
    )
    parser.add_argument(
        "--cpu",
        action="store_true",
        help="count the time of the processor, not that of the clock: for a machine that is busy",
    )
    return parser.parse_args()


def _table(
    names: Sequence[str],
    commands: dict[str, str],
    paths: dict[int, str],
    asked: argparse.Namespace,
    goal: str,
) -> Iterator[str]:
    smallest, largest = min(paths), max(paths)
    is_linear = goal == "memory"
    titles = [
        *(f"{size:,}" for size in paths),
        "largest of smallest",
        "MB, smallest",
        "MB, largest",
    ]
    titles += (["hoped for"] if is_linear else []) + (["before : now"] if asked.against else [])
    yield f"| | {' | '.join(titles)} | |"
    yield f"|---|{'--:|' * len(titles)}---|"
    rounds = {size: _take_turns(names, commands, paths[size], asked) for size in paths}
    for name in names:
        found = {size: _median(rounds[size][name]) for size in paths}
        first, last = found[smallest], found[largest]
        cells = [f"{one.ratio:,.1f}" for one in found.values()]
        cells += [f"{last.ratio / first.ratio:,.2f}", f"{first.memory:.0f}", f"{last.memory:.0f}"]
        if is_linear:
            cells.append(_HOPED_FOR.get(name, "") if largest == _HOPED_SIZE else "")
        if asked.against:
            cells.append(f"{last.before:.2f}" if last.before else "")
        yield f"| {name} | {' | '.join(cells)} | {_verdict(name, last, first, goal)} |"
    if {_SQLITE, _CSV} <= {*names}:
        shares = [f"{_share(rounds[size]):.2f}" for size in paths]
        cells = [*shares, "", "", "", _HOPED_FOR[_SHARE], *([""] if asked.against else [])]
        yield f"| {_SHARE} | {' | '.join(cells)} | |"


def _share(rounds: dict[str, list[_Round]]) -> float:
    """How long SQLite's own shell writes the same rows as CSV, beside the export of the same round."""
    pairs = zip(rounds[_SQLITE], rounds[_CSV], strict=False)
    return statistics.median(shell.now.seconds / ours.now.seconds for shell, ours in pairs)


def _verdict(name: str, last: _Median, first: _Median, goal: str) -> str:
    if name == _SQLITE:
        return ""
    fine = (
        last.ratio <= _FLAT_TIME * first.ratio
        if goal == "time"
        else last.memory <= _FLAT_MEMORY * first.memory
    )
    if name == "--search, few found":
        fine = fine and last.ratio <= _SEARCH
    return "" if fine else f"more {goal} than it should"


def _take_turns(
    names: Sequence[str], commands: dict[str, str], path: str, asked: argparse.Namespace
) -> dict[str, list[_Round]]:
    """The rounds of each command; one that takes long runs only once."""
    environ = {
        **os.environ,
        "HOME": os.path.dirname(path),
        "TZ": "Europe/Berlin",
        "PROMISECTL_LEDGER": path,
    }
    environ |= {"PROMISECTL_TODAY": "2026-11-23T10:00", "PYTHONDONTWRITEBYTECODE": ""}
    environ |= {"PYTHONUNBUFFERED": ""}
    for variable in [one for one in environ if one.startswith("XDG_")]:
        del environ[variable]
    programs = [PROGRAM] + ([(asked.against, "-P", "-m", "promisectl")] if asked.against else [])
    active = _active(environ)
    completed = len(programs) * (asked.runs + 1)
    if len(active) < completed and any(commands[name].startswith("complete") for name in names):
        raise SystemExit(
            f"{path} has {len(active)} active promises: too few for {completed} runs of complete"
        )
    open_ones = {name: cycle(active) for name in names}
    rounds: dict[str, list[_Round]] = {name: [] for name in names}
    for one in range(asked.runs + 1):
        for name in names:
            if one == 0 and name not in _FLAT:
                continue
            if rounds[name] and rounds[name][-1].now.seconds > _LONG:
                continue
            taken = [_run(NOTHING, environ, cpu=asked.cpu)]
            for program in programs if name != _SQLITE else programs[:1]:
                words = _command(program, name, commands[name], path, open_ones[name])
                taken.append(_run(words, environ, cpu=asked.cpu))
            if one:  # what the first reads is in memory then, and its modules are compiled
                rounds[name].append(_Round(*taken))
        print(f"{os.path.basename(path)}: round {one} of {asked.runs}", file=sys.stderr, flush=True)
    return rounds


def _median(rounds: Sequence[_Round]) -> _Median:
    return _Median(
        statistics.median(one.now.seconds / one.nothing.seconds for one in rounds),
        max(one.now.memory for one in rounds),
        statistics.median(one.before.seconds / one.now.seconds for one in rounds if one.before)
        if rounds[0].before
        else None,
    )


@contextmanager
def _copies(asked: argparse.Namespace) -> Iterator[dict[int, str]]:
    """A copy of each ledger, by its size: moves change it."""
    with tempfile.TemporaryDirectory(dir=asked.directory, prefix="scale-") as home:
        copies = {}
        for size in map(int, asked.sizes.split(",")):
            # In a process of its own: the kernel counts the memory of this one for each command.
            made = os.path.join(asked.directory, f"{size}.db")
            if not os.path.exists(made):
                words = ["-m", "tests.bench.ledgers", str(size), made]
                subprocess.run([sys.executable, *words], check=True)
            copies[size] = os.path.join(home, f"{size}.db")
            subprocess.run(["cp", "--reflink=auto", made, copies[size]], check=True)
        yield copies


def _command(
    program: Sequence[str], name: str, words: str, path: str, open_ones: Iterator[str]
) -> list[str]:
    if name == _SQLITE:
        return [
            shutil.which("sqlite3") or "sqlite3",
            "-csv",
            "-header",
            "-readonly",
            path,
            "SELECT * FROM promises",
        ]
    said = (
        [next(open_ones) if word == "OWED" else word for word in words.split(" ")] if words else []
    )
    return [*program, *said]


def _active(environ: dict[str, str]) -> list[str]:
    rows = subprocess.run(
        [*PROGRAM, "owe", "--csv"], env=environ, check=True, capture_output=True, text=True
    ).stdout
    return [
        row["id"]
        for row in csv.DictReader(rows.splitlines())
        if row["state"] == "active" and row["direction"] == "owe"
    ]


def _run(command: Sequence[str], environ: dict[str, str], *, cpu: bool) -> _Run:
    begun = time.perf_counter()
    with subprocess.Popen(
        command,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as process:
        said = process.stderr.read() if process.stderr else b""
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command}: {said.decode()}")
    return _Run(
        used.ru_utime + used.ru_stime if cpu else time.perf_counter() - begun, used.ru_maxrss / 1024
    )


if __name__ == "__main__":
    main()
