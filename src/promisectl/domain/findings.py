"""What an examination finds, and what it is asked for."""

from __future__ import annotations

from enum import StrEnum

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DETAILS = 5
"""How many of what is wrong alike are told one by one."""


class IntegrityResult(StrEnum):
    """What a check came to: `note` is worth knowing, and no damage."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Remedy(StrEnum):
    """What helps: nothing is needed, `doctor --fix`, `doctor --rebuild`, or a backup."""

    NONE = ""
    FIX = "fix"
    REBUILD = "rebuild"
    RESTORE = "restore"


class IntegrityFinding(NamedTuple):
    """What one check came to, in a sentence, with what is wrong one by one, and what helps."""

    check: str
    result: IntegrityResult
    says: str
    details: tuple[str, ...] = ()
    cure: Remedy = Remedy.NONE

    @property
    def is_wrong(self) -> bool:
        """Whether it is damage."""
        return self.result is IntegrityResult.WRONG

    @property
    def summary(self) -> str:
        """What it comes to, with the first thing that is wrong, for a sentence."""
        return ": ".join((self.says, *self.details[:1]))


class CheckRequest(NamedTuple):
    """What an examination is told: the moment it is made at, as it is stored, the beginning of a head to look for, and who counts along.

    Each is left out where it is empty.
    """

    now: str = ""
    head: str = ""
    on_progress: Callable[[], None] = lambda: None


class DamageList:
    """What is wrong alike: told one by one up to a few, then only counted."""

    def __init__(self) -> None:
        self.count = 0
        self._details: list[str] = []

    def add_detail(self, sentence: str) -> None:
        """One more."""
        self.count += 1
        if len(self._details) < MAX_DETAILS:
            self._details.append(sentence)

    @property
    def details(self) -> tuple[str, ...]:
        """Those that are told, and how many more there are."""
        more = self.count - len(self._details)
        return (*self._details, f"and {more:,} more") if more else tuple(self._details)

    def build_finding(
        self, check: str, fine: str, wrong: str, cure: Remedy = Remedy.RESTORE
    ) -> IntegrityFinding:
        """What they come to: `fine` where there are none, else `wrong`, with them below."""
        return (
            IntegrityFinding(check, IntegrityResult.WRONG, wrong, self.details, cure)
            if self.count
            else IntegrityFinding(check, IntegrityResult.OK, fine)
        )


def build_unreadable_finding(check: str, error: Exception) -> IntegrityFinding:
    """What a check comes to that can't be made."""
    return IntegrityFinding(
        check, IntegrityResult.WRONG, "can't be read", (str(error),), Remedy.RESTORE
    )
