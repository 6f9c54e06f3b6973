"""The program run many times inside one process, or a mutant of it: what was said where, and whether it broke.

A case has a process that does nothing else, so that a mutant stays there; the whole uses two of them.
"""

import os
import tempfile
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple, TypeVar

from tests.guarantees.harness.proof import Found, Size, Step

T = TypeVar("T")

DOCUMENTED = frozenset({0, 2, 3, 4, 5, 6, 7, 10, 130, 141})
"""Exit codes that the guide knows, without that of a bug."""
MONDAY = "2026-11-23T10:00"
WORLD = {
    "TZ": "Europe/Berlin",
    "TERM": "xterm",
    "NO_COLOR": "1",
    "PROMISECTL_TODAY": MONDAY,
    "PATH": os.defpath,
    "EDITOR": "true",
    "PAGER": "cat",
}
_CORES = 2
MEMORY = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
"""A directory where nothing waits for a disk, if there is one."""


def homes(directory: str) -> dict[str, str]:
    """Where a program that lives in a directory finds its files."""
    return {
        "HOME": directory,
        "XDG_DATA_HOME": f"{directory}/data",
        "XDG_CONFIG_HOME": f"{directory}/config",
        "XDG_STATE_HOME": f"{directory}/state",
    }


class Heard(NamedTuple):
    """What a command line said and returned; `broke` is what it raised, which it never may."""

    words: tuple[str, ...]
    out: str
    err: str
    code: int
    broke: str = ""

    @property
    def named(self) -> str:
        """The command line, so that it can be given again."""
        return ascii(
            [
                word if len(word) <= 200 else f"{word[:80]}… ({len(word)} characters)"
                for word in self.words
            ]
        )

    def faults(self) -> list[str]:
        """What no command line may do: break, or leave with another code than those of the guide."""
        if self.broke:
            return [f"{self.named} broke: {self.broke}"]
        if "Traceback" in self.err:
            return [f"{self.named} left a traceback"]
        return [] if self.code in DOCUMENTED else [f"{self.named} left with {self.code}"]


class Home:
    """A home of its own, and the program in it."""

    def __init__(self, directory: str) -> None:
        import pytest

        from tests.conftest import Program

        self.directory = Path(directory)
        self._patch = pytest.MonkeyPatch()
        self._program = Program(self.directory, self._patch)

    @property
    def ledger(self) -> Path:
        """Where the ledger is kept."""
        return self._program.ledger

    def kept(self) -> bytes | None:
        """All that is in the ledger; None where there is none."""
        return self.ledger.read_bytes() if self.ledger.exists() else None

    def __call__(
        self,
        *words: str,
        width: int | None = None,
        answers: str | None = None,
        piped: str | bytes = "",
        today: str | None = None,
        environ: dict[str, str] | None = None,
    ) -> Heard:
        """Give one command line; `width` puts it at a terminal of so many columns, `answers` are typed there."""
        with self._patch.context() as patch:
            for name, value in (environ or {}).items():
                patch.setenv(name, value)
            try:
                return Heard(
                    words,
                    *self._program(*words, width=width, answers=answers, piped=piped, today=today),
                )
            except BaseException as error:  # noqa: BLE001 (that is what is looked for)
                where = traceback.extract_tb(error.__traceback__)[-1]
                return Heard(
                    words,
                    "",
                    "",
                    1,
                    f"{type(error).__name__}: {error!s:.200} in {where.name}, line {where.lineno}",
                )


@contextmanager
def home() -> Iterator[Home]:
    """A home that is gone afterwards, and an environment in which nothing else is said."""
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-", dir=MEMORY) as directory:
        os.environ.update(homes(directory))
        yield Home(directory)


def each(
    work: Callable[[T], Found], cases: Sequence[T], size: Size, mutant: str | None, step: Step
) -> Found:
    """What `work`, a function of a module, finds in every case. Of a mutant one fault is enough."""
    found, figures = Found(0, []), list[str]()
    workers = _CORES if size.whole and not mutant else 1
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_settle, initargs=(mutant,)
    ) as pool:
        for done, one in enumerate(pool.map(work, cases), 1):
            step(done, len(cases))
            found = Found(found.tried + one.tried, [*found.faults, *one.faults])
            figures += filter(None, [one.figures])
            if mutant and found.faults:
                pool.shutdown(cancel_futures=True)
                break
    return found._replace(figures=", ".join(dict.fromkeys(figures)))


def _settle(mutant: str | None) -> None:
    """Make this process one in which the program, or a mutant of it, finds a world that says nothing else."""
    import promisectl.cli.main  # noqa: F401 (so that a mutant changes what is there)
    from tests.guarantees.harness.mutants import MUTANTS

    os.environ.clear()
    os.environ.update(WORLD)
    if mutant:
        MUTANTS[mutant]()
