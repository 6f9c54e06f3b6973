"""What a proof is: cases tried, faults found, and mutants of the program that must not get past it."""

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import NamedTuple, TypeVar

T = TypeVar("T")

PROOFS = tuple(sorted(file.stem for file in Path(__file__).parents[1].glob("[gs][0-9][0-9]_*.py")))
"""The modules with a proof: first those of a ledger in a file in the order of the guarantees, then those with a server."""

Step = Callable[[int, int], None]
"""Told how many cases are done, and of how many."""


class Size(NamedTuple):
    """How much is tried: a `share` of everything, between 0 and 1, and whether that is the `whole`; `seed` begins what is random."""

    share: float
    seed: int = 20261123

    @property
    def whole(self) -> bool:
        """Whether everything is to be tried."""
        return self.share >= 1

    def of(self, whole: int, least: int = 1) -> int:
        """How many cases to try where the whole has so many."""
        return whole if self.whole else max(least, round(whole * self.share))

    def some(self, cases: Sequence[T], least: int = 1) -> list[T]:
        """Cases evenly spread over all of them, first and last among them."""
        number = min(len(cases), self.of(len(cases), max(least, 2)))
        return [cases[place * (len(cases) - 1) // max(number - 1, 1)] for place in range(number)]


WHOLE = Size(1)
SAMPLE = Size(0.02)


class Found(NamedTuple):
    """What a try found: how many cases there were, a sentence for every one that went wrong, and figures worth knowing besides."""

    tried: int
    faults: Sequence[str]
    figures: str = ""


class Proof(NamedTuple):
    """A guarantee by its number and in words, what is counted, the figure to reach, how to try it, and the mutants it must find.

    `tried` is given the size, the name of a mutant or None, and a function to report progress with. A proof that `needs_server` is about a
    ledger on a server; one that `ends_server` starts its own, as it kills it.
    """

    guarantee: str
    says: str
    counts: str
    goal: str
    tried: Callable[[Size, str | None, Step], Found]
    mutants: Sequence[str]
    needs_server: bool = False
    ends_server: bool = False


def proofs() -> dict[str, Proof]:
    """Every proof by the name of its module."""
    return {name: import_module(f"tests.guarantees.{name}").PROOF for name in PROOFS}
