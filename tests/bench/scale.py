"""What a ledger's size costs: `python -m tests.bench.scale DIRECTORY [--sizes 1000,100000,1000000] [--only owe,export] [--runs 9] [--cpu]`.

The ledgers are made once, in DIRECTORY (tests/bench/ledgers.py). Every command is run in turn with `python -c pass`, A B A B …, and
the medians of the ratios are printed, with how many times that of the smallest ledger the largest is. What looks at what is open
should be flat; what goes through everything grows, and may not need more memory for it. With --write FILE the tables go into a
Markdown page, under its heading “Growing”.
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
from pathlib import Path
from typing import NamedTuple

from tests.bench import ledgers
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
_TITLES = {"flat": "What looks at what is open", "linear": "What goes through everything"}


class _Run(NamedTuple):
    """What a process took: seconds, and the most memory in MB."""

    seconds: float
    memory: float


class _Median(NamedTuple):
    """What a command takes at a size: how many times `python -c pass`, milliseconds, MB."""

    ratio: float
    milliseconds: float
    memory: float


def main() -> None:
    """Print a table for the flat commands and one for the others."""
    asked = _asked()
    only = asked.only.split(",") if asked.only else []
    clock = ", by the time of the processor" if asked.cpu else ""
    told = [
        f"Measured on {sections.today()}, {sections.versions()}, {sections.machine()}: times `python -c pass`, medians of {asked.runs} pairs{clock}."
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
    yield f"| | {' | '.join(f'{size:,}' for size in paths)} | largest of smallest | MB, smallest | MB, largest | |"
    yield f"|---|{'--:|' * (len(paths) + 3)}---|"
    for name in names:
        found = {
            size: _measured(name, commands[name], paths[size], asked.runs, cpu=asked.cpu)
            for size in paths
        }
        first, last = found[smallest], found[largest]
        ratios = " | ".join(f"{one.ratio:,.1f}" for one in found.values())
        line = f"| {name} | {ratios} | {last.ratio / first.ratio:,.2f} | {first.memory:.0f} | {last.memory:.0f} | {_verdict(name, last, first, goal)} |"
        print(line, file=sys.stderr, flush=True)
        yield line


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


def _measured(name: str, words: str, path: str, runs: int, *, cpu: bool) -> _Median:
    environ = {
        **os.environ,
        "HOME": os.path.dirname(path),
        "TZ": "Europe/Berlin",
        "PROMISECTL_LEDGER": path,
    }
    environ |= {"PROMISECTL_TODAY": "2026-11-23T10:00", "PYTHONDONTWRITEBYTECODE": ""}
    for variable in [one for one in environ if one.startswith("XDG_")]:
        del environ[variable]
    active = _active(environ)
    if words.startswith("complete") and len(active) <= runs:
        raise SystemExit(
            f"{path} has {len(active)} active promises, so --runs {len(active) - 1} are the most"
        )
    open_ones = iter(active if words.startswith("complete") else active * (runs + 1))
    commands = [_command(name, words, path, open_ones) for _ in range(runs + 1)]
    first = commands.pop()
    if name in _FLAT:  # what it reads is in memory then, and its modules are compiled
        _run(first, environ, cpu=cpu)
    pairs = []
    for command in commands:
        pairs.append((_run(NOTHING, environ, cpu=cpu), _run(command, environ, cpu=cpu)))
        if pairs[-1][1].seconds > _LONG:
            break
    ratio = statistics.median(taken.seconds / nothing.seconds for nothing, taken in pairs)
    return _Median(
        ratio,
        statistics.median(taken.seconds for _, taken in pairs) * 1000,
        max(taken.memory for _, taken in pairs),
    )


@contextmanager
def _copies(asked: argparse.Namespace) -> Iterator[dict[int, str]]:
    """A copy of each ledger, by its size: moves change it."""
    with tempfile.TemporaryDirectory(dir=asked.directory, prefix="scale-") as home:
        copies = {}
        for size in map(int, asked.sizes.split(",")):
            copies[size] = os.path.join(home, f"{size}.db")
            subprocess.run(
                [
                    "cp",
                    "--reflink=auto",
                    ledgers.made(size, os.path.join(asked.directory, f"{size}.db")),
                    copies[size],
                ],
                check=True,
            )
        yield copies


def _command(name: str, words: str, path: str, open_ones: Iterator[str]) -> list[str]:
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
    return [*PROGRAM, *said]


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
