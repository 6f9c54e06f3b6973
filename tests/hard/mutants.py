"""The program with one thing wrong in it: `python -m tests.hard.mutants NAME WORDS…` runs a command line of such a program.

A proof that does not find its mutant proves nothing.
"""

import os
import sys
from collections.abc import Callable, Sequence
from types import SimpleNamespace

from promisectl.commands import files
from promisectl.storage import founding, opening


def _opened_with(**weaker: str) -> Callable[[], None]:
    def change() -> None:
        for old, new in weaker.items():
            assert any(old in one for one in opening._TO_WRITE)
            opening._TO_WRITE = tuple(one.replace(old, new) for one in opening._TO_WRITE)

    return change


def _founded_without_flushing_names() -> None:
    founding.sync = lambda _path: None


def _written_without_flushing() -> None:
    files.os = SimpleNamespace(**{**vars(os), "fsync": lambda _descriptor: None})


MUTANTS: dict[str, Callable[[], None]] = {
    "synchronous=NORMAL": _opened_with(EXTRA="NORMAL"),
    "synchronous=FULL": _opened_with(EXTRA="FULL"),
    "journal_mode=MEMORY": _opened_with(DELETE="MEMORY"),
    "journal_mode=WAL, synchronous=NORMAL": _opened_with(DELETE="WAL", EXTRA="NORMAL"),
    "founding without flushing names": _founded_without_flushing_names,
    "export without flushing": _written_without_flushing,
}


def program(words: Sequence[str], mutant: str | None = None) -> list[str]:
    """The words that start the program, or a mutant of it, with a command line."""
    return [sys.executable, "-m", *(("tests.hard.mutants", mutant) if mutant else ("promisectl",)), *words]


def main() -> None:
    """Run the mutant that the first word names."""
    from promisectl.__main__ import main

    MUTANTS[sys.argv.pop(1)]()
    main()


if __name__ == "__main__":
    main()
