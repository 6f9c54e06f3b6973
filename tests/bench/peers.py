"""How long promisectl takes beside other tools, with the same number of items in each: `python -m tests.bench.peers`.

Each tool lists what is open, adds one item, finishes one and exports all of them, its output into a pipe, in a home of its own. Every
command is run in turn with `python -c pass`, A B A B …, and the median of the ratios is what is printed; only ratios of one run can be
compared. That a list names all that is open, an export everything, and that the list is another when an item is added or finished (among
the fewest items, as every look takes time), is looked at: a tool that does less is said to fail.

What is not on this machine is installed: Debian's packages by apt-get, PyPI's into an environment in --cache. With --write FILE the
table goes into a Markdown page, under its heading “Beside others”, and --json FILE keeps the figures for `python -m tests.bench.chart`.
"""

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
import venv
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.bench import timed, tools
from tests.tools import sections

HEADING = "Beside others"
SIZES = (1_000, 10_000, 100_000)
ACTS = {
    "list": "List what is open",
    "add": "Add one",
    "finish": "Finish one",
    "export": "Export everything",
}
LIMIT = 60
_READY = 900  # seconds to fill a tool and to be asked for the first time, when many build a cache
_AT_MOST = 20  # seconds for the pairs of one case, where one pair does not take longer
_WIDTH = 88  # of a line of the page
_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "promisectl-bench"
KEPT = _CACHE / "peers.json"


class Case(NamedTuple):
    """What one act of one tool costs among so many items; `said` stands in place of figures where there are none."""

    tool: str
    act: str
    size: int
    said: str = ""
    ratio: float | None = None
    seconds: float | None = None
    kibibytes: int | None = None
    runs: int = 0


class Measured(NamedTuple):
    """Everything of one run."""

    on: str
    versions: dict[str, str]
    missing: dict[str, str]
    notes: list[str]
    least: int
    cases: list[Case]


def main(words: list[str]) -> int:
    """Measure what is asked for, print the tables, and keep them where that is asked for."""
    asked = _asked(words)
    asked.json.parent.mkdir(parents=True, exist_ok=True)
    for measured in measure(
        [tool for tool in tools.TOOLS if tool.name in asked.peers],
        asked.sizes,
        asked.runs,
        asked.cache,
    ):
        asked.json.write_text(
            json.dumps(measured._asdict() | {"cases": [case._asdict() for case in measured.cases]}),
            encoding="utf-8",
        )
    told = tables(measured)
    print(told)
    if asked.write:
        sections.put(asked.write, HEADING, told)
    return 0


def _asked(words: list[str]) -> argparse.Namespace:
    names = [tool.name for tool in tools.TOOLS]
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--sizes",
        type=int,
        nargs="+",
        default=SIZES,
        metavar="N",
        help="how many items (default: 1000 10000 100000)",
    )
    parser.add_argument(
        "--peers",
        nargs="+",
        default=names,
        choices=names,
        metavar="NAME",
        help=f"some of: {', '.join(names)}",
    )
    parser.add_argument(
        "--runs",
        type=int,
        default=7,
        choices=range(1, 31),
        metavar="N",
        help="pairs a case, fewer where one takes seconds (default: 7)",
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=_CACHE,
        metavar="DIR",
        help=f"where PyPI's tools are installed (default: {_CACHE})",
    )
    parser.add_argument(
        "--json", type=Path, default=KEPT, metavar="FILE", help="where the figures are kept"
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help=f"put the tables into a Markdown page, under “{HEADING}”",
    )
    return parser.parse_args(words)


# Installing


def _installed(tool: type[tools.Tool], environment: Path) -> str:
    """The path of a tool's program, which is installed where it is not there yet. Raises Failed."""
    programs = environment / "bin"
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))
    if tool.pypi and not (programs / tool.command).exists():
        if not programs.exists():
            venv.create(environment, with_pip=True)
        _quietly(programs / "python", "-m", "pip", "install", "--quiet", tool.pypi)
    elif tool.debian and not shutil.which(tool.command):
        if not (shutil.which("apt-get") and os.geteuid() == 0):
            raise timed.Failed(
                f"it is not on this machine, and root's apt-get, which would install {tool.debian}, is not at hand"
            )
        _quietly("apt-get", "-qq", "update")
        _quietly("apt-get", "-qq", "install", "-y", "--no-install-recommends", tool.debian)
    found = str(programs / tool.command) if tool.pypi else shutil.which(tool.command, path=path)
    if not found or not os.path.exists(found):
        raise timed.Failed(f"{tool.command} is not there")
    return found


def _quietly(*words: object) -> None:
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(
        [*map(str, words)],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise timed.Failed(
            f"{Path(str(words[0])).name} says: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]}"
        )


def _version(program: str, tool: type[tools.Tool], environ: dict[str, str]) -> str:
    told = subprocess.run(
        [program, *tool.version],
        env=environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    found = re.search(r"\d+(\.\d+)+", told)
    return found[0] if found else "?"


# Measuring


def measure(
    chosen: Iterable[type[tools.Tool]], sizes: Sequence[int], runs: int, cache: Path
) -> Iterator[Measured]:
    """All acts of all tools that can be had, size by size: what is known at first, and then after each tool."""
    environment = cache / "venv"
    programs, versions, missing = {}, {}, {}
    with tempfile.TemporaryDirectory(prefix="promisectl-peers-") as place:
        nowhere = tools.environ(Path(place), environment / "bin")
        for tool in chosen:
            try:
                programs[tool] = _installed(tool, environment)
                versions[tool.name] = _version(programs[tool], tool, nowhere)
            except timed.Failed as problem:
                missing[tool.name] = str(problem)
                _progress(f"{tool.name} is missing: {problem}")
        least = timed.run(
            timed.Asked((shutil.which("true") or "true",)), nowhere, Path(place), LIMIT
        ).kibibytes
    on = f"{sections.today()}, {sections.versions()}, {sections.machine()}"
    notes = [
        f"{', '.join(tool.name for tool in programs if note in tool.notes)}: {note}."
        for note in _noted(programs)
    ]
    measured = Measured(on, versions, missing, notes, least, [])
    yield measured
    for size in sizes:
        for tool, program in programs.items():
            measured.cases.extend(_cases(tool, program, size, runs, environment))
            yield measured


def _noted(chosen: Iterable[type[tools.Tool]]) -> list[str]:
    return list(dict.fromkeys(note for tool in chosen for note in tool.notes))


def _cases(
    tool: type[tools.Tool], program: str, size: int, runs: int, environment: Path
) -> Iterator[Case]:
    """The acts of one tool among so many items, in a home that is thrown away afterwards."""
    with tempfile.TemporaryDirectory(prefix="promisectl-peers-") as directory:
        home = Path(directory)
        environ = tools.environ(home, environment / "bin")
        one = tool(program, home, lambda asked: timed.run(asked, environ, home, _READY))
        begun = time.monotonic()
        try:
            one.fill(tools.items(size))
            timed.run(one.ask(*one.list()), environ, home, _READY)
        except (timed.Failed, timed.Over) as problem:
            _progress(f"{tool.name}, {size:,}: it can't be filled. {problem}")
            yield from (Case(tool.name, act, size, "fails") for act in ACTS)
            return
        _progress(f"{tool.name}, {size:,}: filled in {time.monotonic() - begun:.1f} s")
        for act in ("list", "export", "add", "finish"):  # what changes nothing comes first
            case = _case(one, act, size, runs, environ)
            _progress(
                f"  {act:<8}{_cell(case):>10}   {case.seconds or 0:8.3f} s   {case.runs} pairs"
            )
            yield case


def _case(one: tools.Tool, act: str, size: int, runs: int, environ: dict[str, str]) -> Case:
    """One act, first once by itself, then so many times in turn with nothing."""
    asks = one.acts[act]
    case = Case(one.name, act, size)
    if not asks:
        return case._replace(said="–")
    numbers = iter(range(size + 1, size + 100) if act == "add" else range(100))
    try:
        before = _listed(one, environ) if size <= SIZES[0] else None
        first = timed.run(asks(next(numbers)), environ, one.home, LIMIT)
        _whole(one, act, size, first)
        if before is not None:
            _changed(one, act, _listed(one, environ) - before)
        pairs = max(1, min(runs, int(_AT_MOST / first.seconds)))
        found = timed.beside_nothing(
            (asks(number) for number, _ in zip(numbers, range(pairs), strict=False)),
            environ,
            one.home,
            LIMIT,
        )
    except timed.Over:
        return case._replace(said=f"over {LIMIT} s")
    except timed.Failed as problem:
        _progress(f"  {act}: {problem}")
        return case._replace(said="fails")
    return Case(one.name, act, size, "", *found)


def _whole(one: tools.Tool, act: str, size: int, ran: timed.Ran) -> None:
    """Look at what came out: all that is open, or everything. Raises Failed."""
    still = tools.opened(size)
    due = {"list": still, "export": size if one.exports_open else size - still}.get(act)
    if due is not None and _named(ran) != due:
        raise timed.Failed(f"{_named(ran)} items came out, and not {due}")


def _changed(one: tools.Tool, act: str, more: int) -> None:
    """Look at how many more items are open. Raises Failed."""
    if more != one.changes[act]:
        raise timed.Failed(f"{more:+} items are open, and not {one.changes[act]:+}")


def _listed(one: tools.Tool, environ: dict[str, str]) -> int:
    return _named(timed.run(one.ask(*one.list()), environ, one.home, _READY))


def _named(ran: timed.Ran) -> int:
    """How many items are named in what came out."""
    return len(set(re.findall(rb"N\d{7}", ran.out)))


def _progress(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


# Telling


def tables(measured: Measured) -> str:
    """A table for every act, the quickest at the largest size first, and what has to be known beside it."""
    sizes = sorted({case.size for case in measured.cases})
    told = [_filled(_head(measured))]
    for act, title in ACTS.items():
        rows = sorted(_rows(measured, act, sizes), key=_order)
        if rows:
            told += [
                f"**{title}**",
                "\n".join((*_heading(sizes), *(_row(row, measured.least) for row in rows))),
            ]
    return "\n\n".join((*told, *_notes(measured)))


def _head(measured: Measured) -> str:
    return (
        f"Measured on {measured.on}. How many times as long as `python -c pass`, among so many items, of which {tools.OPEN} are open; "
        "the last column is the memory at the largest size."
    )


def _filled(paragraph: str, indent: str = "") -> str:
    return textwrap.fill(
        paragraph, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _heading(sizes: Sequence[int]) -> tuple[str, str]:
    titles = (*(f"{size:,}" for size in sizes), "MB")
    return f"| | {' | '.join(titles)} |", f"|---|{'--:|' * len(titles)}"


def _rows(measured: Measured, act: str, sizes: Sequence[int]) -> Iterator[list[Case]]:
    """The cases of each tool that knows the act, size by size."""
    for name in dict.fromkeys(case.tool for case in measured.cases):
        found = {case.size: case for case in measured.cases if (case.tool, case.act) == (name, act)}
        if any(case.said != "–" for case in found.values()):
            yield [found[size] for size in sizes]


def _order(row: Sequence[Case]) -> list[float]:
    return [case.ratio if case.ratio is not None else float("inf") for case in reversed(row)]


def _row(row: Sequence[Case], least: int) -> str:
    name = f"**{row[0].tool}**" if row[0].tool == tools.Promisectl.name else row[0].tool
    return f"| {' | '.join((name, *map(_cell, row), _memory(row[-1], least)))} |"


def _cell(case: Case) -> str:
    if case.ratio is None:
        return case.said
    return f"{case.ratio:.1f}" if case.ratio < 100 else f"{case.ratio:,.0f}"


def _memory(case: Case, least: int) -> str:
    if case.kibibytes is None:
        return "–"
    megabytes = case.kibibytes * 1024 / 1e6
    return f"< {least * 1024 / 1e6:.0f}" if case.kibibytes <= least * 1.05 else f"{megabytes:,.0f}"


def _notes(measured: Measured) -> Iterator[str]:
    """The versions, what the acts mean for each tool, and who is missing."""
    yield _filled(
        f"The versions: {', '.join(f'{name} {version}' for name, version in measured.versions.items())}."
    )
    yield "\n".join(_filled(f"- {note}", "  ") for note in measured.notes)
    absent = "".join(f"{name} is missing here: {why}. " for name, why in measured.missing.items())
    yield _filled(f"{absent}{tools.ELSEWHERE}.")


if __name__ == "__main__":
    signal.signal(
        signal.SIGTERM, lambda *_: sys.exit("stopped")
    )  # so that what runs is ended, and its home thrown away
    sys.exit(main(sys.argv[1:]))
