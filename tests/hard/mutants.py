"""The program with one thing wrong in it: `python -m tests.hard.mutants NAME WORDS…` runs a command line of such a program.

A proof that does not find its mutant proves nothing.
"""

import sys
from collections.abc import Callable, Sequence

from promisectl.storage import opening


def _weaker_sync() -> None:
    opening._TO_WRITE = tuple(one.replace("EXTRA", "NORMAL") for one in opening._TO_WRITE)


def _without_escaping() -> None:
    from promisectl import escaping

    escaping._steers = lambda code: False  # noqa: ARG005


MUTANTS: dict[str, Callable[[], None]] = {
    "synchronous=NORMAL": _weaker_sync,
    "without escaping": _without_escaping,
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
