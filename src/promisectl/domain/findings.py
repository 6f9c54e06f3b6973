"""The findings of an examination of the ledger, and what it is asked to examine."""

from __future__ import annotations

from enum import StrEnum

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DETAILS = 5
"""How many faults of one kind a finding lists."""


class IntegrityResult(StrEnum):
    """The result of a check; `note` is worth knowing and is not damage."""

    OK = "ok"
    NOTE = "note"
    WRONG = "wrong"


class Remedy(StrEnum):
    """What helps: nothing, `doctor --fix`, `doctor --rebuild` or a backup."""

    NONE = ""
    FIX = "fix"
    REBUILD = "rebuild"
    RESTORE = "restore"


class IntegrityFinding(NamedTuple):
    """The result of one check.

    `says` is the result as part of a sentence, `details` lists what is wrong, `cure` is what helps.
    """

    check: str
    result: IntegrityResult
    says: str
    details: tuple[str, ...] = ()
    cure: Remedy = Remedy.NONE

    @property
    def is_wrong(self) -> bool:
        """Whether the check found damage, or could not be made."""
        return self.result is IntegrityResult.WRONG

    @property
    def summary(self) -> str:
        """The result with the first fault, as part of a sentence."""
        return ": ".join((self.says, *self.details[:1]))


class CheckRequest(NamedTuple):
    """What to examine: an empty field leaves its check out.

    `now` is the moment of the examination as `civil.encode_instant` writes it, `head` the beginning
    of a head to look for. `on_progress` is called again and again on the way.
    """

    now: str = ""
    head: str = ""
    on_progress: Callable[[], None] = lambda: None


class DamageList:
    """Faults of one kind: the first ones listed, all of them counted."""

    def __init__(self) -> None:
        self.count = 0
        self._details: list[str] = []

    def add_detail(self, sentence: str) -> None:
        """Add one fault, in a sentence."""
        self.count += 1
        if len(self._details) < MAX_DETAILS:
            self._details.append(sentence)

    @property
    def details(self) -> tuple[str, ...]:
        """The listed sentences, and how many more there are."""
        more = self.count - len(self._details)
        return (*self._details, f"and {more:,} more") if more else tuple(self._details)

    def build_finding(
        self, check: str, fine: str, wrong: str, cure: Remedy = Remedy.RESTORE
    ) -> IntegrityFinding:
        """Return the finding of a check: `wrong` with the details, or `fine` without any."""
        if self.count:
            return IntegrityFinding(check, IntegrityResult.WRONG, wrong, self.details, cure)
        return IntegrityFinding(check, IntegrityResult.OK, fine)


def build_unreadable_finding(check: str, error: Exception) -> IntegrityFinding:
    """Return the finding of a check that could not read what it examines."""
    details = (str(error),)
    return IntegrityFinding(check, IntegrityResult.WRONG, "can't be read", details, Remedy.RESTORE)
