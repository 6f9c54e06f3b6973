"""Errors about moves that are not open."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import IllegalMove

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import ClassVar


class StaleRevision(IllegalMove):
    """An answer to terms that are not on the table.

    `asked` is their revision, `now` the one on the table. `status` is what became of the terms;
    empty when there never were such terms.
    """

    def __init__(self, number: int, asked: int, status: str, now: int) -> None:
        what = {
            "": f"#{number} has no revision {asked}",
            "in-force": f"Revision {asked} of #{number} is in force already",
            "superseded": (
                f"Revision {asked} of #{number} is dead, revision {asked + 1} took its place"
            ),
        }.get(status, f"Revision {asked} of #{number} was {status}")
        answer = "" if f"revision {now} " in what else f"; revision {now} is to be answered"
        super().__init__(f"{what}{answer}. See: show {number}, then accept {number} --rev {now}.")


class NoRevision(IllegalMove):
    """A correction of a revision that the ledger does not have."""

    def __init__(self, number: int, asked: int, known: Sequence[int]) -> None:
        has = f"It has {', '.join(f'rev {revision}' for revision in known)}."
        super().__init__(f"#{number} has no revision {asked}. {has} See: show {number}.")


class NotOpen(IllegalMove):
    """A move that the lifecycle does not allow now."""

    _REASONS: ClassVar = {
        ("proposed", "renege"): "is not accepted yet, so there is nothing to break",
        ("proposed", "complete"): "is not accepted yet, so there is nothing to complete",
        ("proposed", "release"): "is not accepted yet, so there is nothing to release anybody from",
        ("proposed", "reopen"): "is not accepted yet, so there is nothing to reopen",
        ("active", "accept"): "is agreed, and no new terms are on the table to accept",
        ("active", "decline"): "is agreed, and no new terms are on the table to decline",
        ("active", "withdraw"): "is agreed, and no new terms are on the table to withdraw",
        ("active", "reopen"): "is open as it is",
        ("delivered", "negotiate"): "is reported as done, so its terms can't be changed any more",
        ("delivered", "renege"): "is reported as done, so it can't be broken unless it is reopened",
        ("reneged", "told"): "is broken, and there is nobody left to tell",
    }
    _MINOR_VERBS = ("bump", "note", "correct", "void", "tag", "untag")
    _ENDED_STATES = ("kept", "declined", "withdrawn", "reneged", "released")

    def __init__(self, number: int, state: str, verb: str, moves: Sequence[str]) -> None:
        self.moves = tuple(moves)
        typed = "complete --partial" if verb == "partial" else verb
        why = self._REASONS.get((state, verb), f"is {state}, so {typed} is not open")
        named = [move for move in moves if move not in self._MINOR_VERBS] or moves
        open_now = "No move is open any more."
        if named:
            open_now = f"Open now: {', '.join(f'{move} {number}' for move in named)}."
        again = f" To promise it anew: make “…” --replaces {number}."
        has_ended = state in self._ENDED_STATES
        super().__init__(f"#{number} {why}. {open_now}{again if has_ended else ''}")


class AlreadyReported(IllegalMove):
    """The promisor reports a delivery twice."""

    def __init__(self, number: int, day: str, moves: Sequence[str]) -> None:
        self.moves = tuple(moves)
        super().__init__(
            f"#{number} was already reported as done on {day}. When they confirm: accept {number}."
        )


class NothingToUndo(IllegalMove):
    """There is no command left to take back."""

    def __init__(self, where: str = "") -> None:
        super().__init__(f"There is nothing to undo{where}. What was recorded: log.")


class NothingToRedo(IllegalMove):
    """No undo is the newest thing that was recorded."""

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to redo: the newest thing recorded is not an undo. "
            "What was recorded: log."
        )


class UndoBlocked(IllegalMove):
    """A command cannot be taken back because a later one builds on it."""

    def __init__(self, number: int, command: str, later: str) -> None:
        super().__init__(
            f"The newest command of #{number}, {command}, can't be undone alone: "
            f"{later} came after it. Undo that first."
        )
