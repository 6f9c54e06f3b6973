"""Errors about moves that are not possible."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import STATE_WORDS, IllegalMove

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import ClassVar


class StaleRevision(IllegalMove):
    """An answer to other terms than those that need one.

    `asked` is their revision, `now` the one that needs an answer. `status` is what became of the
    terms; empty when there never were such terms.
    """

    def __init__(self, number: int, asked: int, status: str, now: int) -> None:
        what = {
            "": f"#{number} has no revision {asked}",
            "in-force": f"Revision {asked} of #{number} is agreed already",
            "superseded": f"Revision {asked} of #{number} was replaced by revision {asked + 1}",
        }.get(status, f"Revision {asked} of #{number} was {status}")
        answer = "" if f"revision {now}" in what else f"; revision {now} needs an answer"
        super().__init__(
            f"{what}{answer}.",
            f"See: promisectl show {number} · Then: promisectl accept {number} --rev {now}",
        )


class NoRevision(IllegalMove):
    """A correction of a revision that the promise does not have."""

    def __init__(self, number: int, asked: int, known: Sequence[int]) -> None:
        super().__init__(
            f"#{number} has no revision {asked}, only {', '.join(map(str, known))}.",
            f"See: promisectl show {number}",
        )


class NoSeries(IllegalMove):
    """A move for all that is left of a series, with a promise that is in none."""

    def __init__(self, number: int) -> None:
        super().__init__(f"#{number} is not in a series.", "Leave out --rest.")


class NotOpen(IllegalMove):
    """A move that is not possible in the state of the promise.

    `moves` are the verbs that are open, each with its whole command.
    """

    _REASONS: ClassVar = {
        ("proposed", "renege"): "is not agreed yet, so there is nothing to break",
        ("proposed", "complete"): "is not agreed yet, so there is nothing to complete",
        ("proposed", "release"): "is not agreed yet, so there is nobody to release",
        ("proposed", "reopen"): "is not agreed yet, so there is nothing to reopen",
        ("active", "accept"): "is agreed, and there is no change to accept",
        ("active", "decline"): "is agreed, and there is no change to decline",
        ("active", "withdraw"): "is agreed, and there is no change to withdraw",
        ("active", "reopen"): "is active, so there is nothing to reopen",
        ("delivered", "negotiate"): "is reported as done, so its terms can't change any more",
        ("delivered", "renege"): "is reported as done, so it can't be broken unless it is reopened",
        ("kept", "accept"): "is already kept",
        ("kept", "complete"): "is already kept",
        ("declined", "decline"): "is already declined",
        ("withdrawn", "withdraw"): "is already withdrawn",
        ("reneged", "renege"): "is already broken",
        ("reneged", "told"): "is broken, and there is nobody left to tell",
        ("released", "release"): "is already released",
        ("void", "void"): "is already void",
    }
    _REFUSALS: ClassVar = {
        "accept": "there is nothing to accept",
        "decline": "there is nothing to decline",
        "negotiate": "its terms can't change any more",
        "edit": "it can't be edited",
        "complete": "it can't be completed",
        "partial": "no part of it can be reported",
        "renege": "it can't be broken",
        "withdraw": "there is nothing to withdraw",
        "release": "there is nobody to release",
        "reopen": "it can't be reopened",
        "bump": "there is nothing to warn or to remind of",
        "told": "there is nothing to tell",
        "note": "it can't have another note",
        "correct": "it can't be corrected",
        "tag": "it can't have other tags",
        "untag": "it can't have other tags",
        "part": "it can't be a part of another promise",
    }
    # They need another side.
    _REFUSALS_TO_SELF: ClassVar = {
        "accept": "there is nothing to accept",
        "decline": "there is nothing to decline",
        "withdraw": "there is nothing to withdraw",
        "release": "there is nobody to release",
        "bump": "there is nobody to warn",
    }
    _MINOR_VERBS = ("bump", "note", "correct", "void", "tag", "untag", "part")
    _ENDED_STATES = ("kept", "declined", "withdrawn", "reneged", "released")

    def __init__(
        self,
        number: int,
        state: str,
        verb: str,
        moves: Mapping[str, str],
        *,
        to_self: bool = False,
    ) -> None:
        self.moves = tuple(moves)
        refusal = self._REFUSALS.get(verb, f"{verb} is not possible")
        reason = self._REASONS.get(
            (state, verb), f"is {STATE_WORDS.get(state, state)}, so {refusal}"
        )
        if to_self and verb in self._REFUSALS_TO_SELF:
            reason = f"is a promise to yourself, so {self._REFUSALS_TO_SELF[verb]}"
        ways = [line for move, line in moves.items() if move not in self._MINOR_VERBS]
        possible = f"Possible now: {' · '.join(ways)}" if ways else ""
        again = f"To promise it again: promisectl make “…” --replaces {number}"
        advice = " · ".join(filter(None, (possible, again if state in self._ENDED_STATES else "")))
        super().__init__(
            f"#{number} {reason}.",
            advice or "No move is possible any more.",
        )


class NothingOpen(IllegalMove):
    """A move without an ID, while it is open for no promise."""

    _CAUSES: ClassVar = {"told": "There is nothing to tell."}

    def __init__(self, command: str) -> None:
        cause = self._CAUSES.get(command, f"There is no promise to {command}.")
        super().__init__(cause, "See: promisectl list --all")


class AlreadyReported(IllegalMove):
    """A second report of the same delivery."""

    def __init__(self, number: int, day: str, moves: Sequence[str]) -> None:
        self.moves = tuple(moves)
        super().__init__(
            f"#{number} was already reported as done on {day}.",
            f"When it is confirmed: promisectl accept {number}",
        )


class NothingToAnswer(IllegalMove):
    """A date for an answer, while nothing that was proposed waits for one.

    `moves` are the verbs that are open, each with its whole command.
    """

    def __init__(self, number: int, state: str, moves: Mapping[str, str]) -> None:
        self.moves = tuple(moves)
        super().__init__(
            f"#{number} is {STATE_WORDS.get(state, state)}, and nothing in it waits for an answer.",
            "Leave out --answer-by.",
        )


class BiggerNotOpen(IllegalMove):
    """A part of a promise that is over."""

    def __init__(self, number: int, state: str) -> None:
        super().__init__(
            f"#{number} is {STATE_WORDS.get(state, state)}, so it gets no new parts.",
            "What is open: promisectl list",
        )


class NothingToUndo(IllegalMove):
    """There is no command left to undo."""

    def __init__(self, where: str = "") -> None:
        super().__init__(f"There is nothing to undo{where}.", "See: promisectl log")


class NothingToRedo(IllegalMove):
    """The last command is not an undo."""

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to redo: the last command is not an undo.", "See: promisectl log"
        )


class UndoBlocked(IllegalMove):
    """A command that can't be undone before a later one."""

    def __init__(self, number: int, command: str, later_number: int, later_command: str) -> None:
        super().__init__(
            f"The `{command}` of #{number} can't be undone before the `{later_command}` of "
            f"#{later_number}, which came later.",
            f"Undo that first: promisectl undo --promise {later_number}",
        )


class NobodyToWriteTo(IllegalMove):
    """A message about a promise to yourself, a void one, or one that they never heard of."""

    def __init__(self, number: int, state: str, *, never_said: bool = False) -> None:
        reason = "void, so nobody needs to hear of it"
        if never_said:
            reason = "over before they heard of it, so there is nothing to say"
        elif state != "void":
            reason = "a promise to yourself, so there is nobody to write to"
        super().__init__(f"#{number} is {reason}.", f"See: promisectl show {number}")
