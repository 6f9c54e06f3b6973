"""What an examination finds, and what it is asked for."""

from __future__ import annotations

from enum import StrEnum

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MOST = 5
"""How many of what is wrong alike are told one by one."""


class Result(StrEnum):
    """What a check came to: `note` is worth knowing, and no damage."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Cure(StrEnum):
    """What helps: nothing is needed, `doctor --fix`, `doctor --rebuild`, or a backup."""

    NONE = ""
    FIX = "fix"
    REBUILD = "rebuild"
    RESTORE = "restore"


class Finding(NamedTuple):
    """What one check came to, in a sentence, with what is wrong one by one, and what helps."""

    check: str
    result: Result
    says: str
    details: tuple[str, ...] = ()
    cure: Cure = Cure.NONE

    @property
    def wrong(self) -> bool:
        """Whether it is damage."""
        return self.result is Result.WRONG

    @property
    def told(self) -> str:
        """What it comes to, with the first thing that is wrong, for a sentence."""
        return ": ".join((self.says, *self.details[:1]))


class Asked(NamedTuple):
    """What an examination is told: the moment it is made at, as it is stored, the beginning of a head to look for, and who counts along.

    Each is left out where it is empty.
    """

    now: str = ""
    head: str = ""
    heard: Callable[[], None] = lambda: None


class Troubles:
    """What is wrong alike: told one by one up to a few, then only counted."""

    def __init__(self) -> None:
        self.count = 0
        self._told: list[str] = []

    def add(self, sentence: str) -> None:
        """One more."""
        self.count += 1
        if len(self._told) < MOST:
            self._told.append(sentence)

    @property
    def details(self) -> tuple[str, ...]:
        """Those that are told, and how many more there are."""
        more = self.count - len(self._told)
        return (*self._told, f"and {more:,} more") if more else tuple(self._told)

    def finding(self, check: str, fine: str, wrong: str, cure: Cure = Cure.RESTORE) -> Finding:
        """What they come to: `fine` where there are none, else `wrong`, with them below."""
        return Finding(check, Result.WRONG, wrong, self.details, cure) if self.count else Finding(check, Result.OK, fine)


def unreadable(check: str, error: Exception) -> Finding:
    """What a check comes to that can't be made."""
    return Finding(check, Result.WRONG, "can't be read", (str(error),), Cure.RESTORE)
