"""Run the proofs by hand: `python -m tests.guarantees [--all] [NAME…]`, with a bar, and a table of figures at the end.

Without --all a sample of each is run. With --server ADDRESS those of a ledger on a server use an empty database there, each with schemas of
its own that it drops in the end; without it they start a server. With --write FILE the tables go into a Markdown file, under its headings “Figures” and “Figures with a server”.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.guarantees.harness import figures, servers
from tests.guarantees.harness.mutants import convicting
from tests.guarantees.harness.proof import PROOFS, SAMPLE, WHOLE, Found, Proof, Size, proofs


class Ran(NamedTuple):
    """One proof, or one mutant put to it: what was found, and how many seconds it took."""

    name: str
    proof: Proof
    mutant: str | None
    found: Found
    seconds: float

    @property
    def holds(self) -> bool:
        """Whether it came out as it has to: the program without a fault, a mutant with one of its own."""
        return bool(self.found.tried) and bool(self.found.faults) == bool(self.mutant)


def main(words: list[str]) -> int:
    """Run what is asked for, and return 1 when anything came out otherwise than it has to."""
    parser = argparse.ArgumentParser(prog="python -m tests.guarantees", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        choices=[*PROOFS, []],
        metavar="NAME",
        help=f"some of: {', '.join(PROOFS)}",
    )
    parser.add_argument("--all", action="store_true", help="everything, instead of a sample")
    parser.add_argument("--no-mutants", action="store_true", help="the program alone")
    parser.add_argument(
        "--write",
        metavar="FILE",
        type=Path,
        help="put the tables into a Markdown file, under “Figures” and “Figures with a server”",
    )
    parser.add_argument(
        "--server",
        metavar="ADDRESS",
        help="only the proofs of a ledger on a server, on this one: a database in which schemas can be created",
    )
    asked = parser.parse_args(words)
    names = _choose_names(asked.names or PROOFS, asked.server)
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # in the background they may be ignored, by all that is started here, too
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    size = WHOLE if asked.all else SAMPLE
    ran = list(_run(names, size, mutants=not asked.no_mutants))
    for on_server in (False, True):
        if some := [one for one in ran if one.proof.needs_server == on_server]:
            table = figures.table(some, whole=asked.all)
            print(table)
            if asked.write:
                figures.write(asked.write, table, on_server=on_server)
    return 0 if all(one.holds for one in ran) else 1


def _choose_names(names: Sequence[str], server: str | None) -> list[str]:
    """The proofs that can be run: those with a server need one, and on a given server no other is run, nor one that kills it."""
    if server:
        servers.GIVEN.append(server)
    known = proofs()
    if server:
        return [name for name in names if known[name].needs_server and not known[name].ends_server]
    if servers.is_available():
        return [*names]
    left_out = [name for name in names if known[name].needs_server]
    print(f"There is no server here for {', '.join(left_out)}.", file=sys.stderr)
    return [name for name in names if name not in left_out]


def _run(names: list[str], size: Size, *, mutants: bool) -> Iterator[Ran]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    known = proofs()
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for name in names:
            proof = known[name]
            sound = True
            for mutant in (None, *(proof.mutants if mutants else ())):
                task = progress.add_task(
                    f"{proof.guarantee:<4} {name}{f' with {mutant}' if mutant else ''}", total=None
                )

                def step(done: int, of: int, task=task) -> None:
                    progress.update(task, completed=done, total=of)

                began = time.monotonic()
                found = proof.tried(size, mutant, step)
                if mutant:  # what is wrong without it says nothing about it
                    found = found._replace(faults=convicting(mutant, found.faults) if sound else [])
                else:
                    sound = not found.faults
                one = Ran(name, proof, mutant, found, time.monotonic() - began)
                progress.update(task, completed=one.found.tried, total=one.found.tried)
                if not one.holds:
                    progress.console.print(
                        *(one.found.faults[:20] or ["No fault was found."]),
                        sep="\n",
                        markup=False,
                        style="red",
                    )
                else:
                    told = (
                        f": {one.found.faults[0]}"[:400] if mutant else f", {figures.counted(one)}"
                    )
                    progress.console.print(
                        f"{name} {mutant or ''} {one.seconds:.1f} s{told}",
                        markup=False,
                        style="dim",
                    )
                yield one


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
