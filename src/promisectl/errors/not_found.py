"""Errors about promises, people and pages that are unknown or ambiguous."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import Ambiguous, NotFound, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence


class NoAct(NotFound):
    """Acts are wanted after one that comes after the newest. `newest` is 0 for an empty ledger."""

    def __init__(self, number: int, newest: int) -> None:
        are = f"the newest is act {newest}" if newest else "nothing is recorded"
        super().__init__(
            f"There is no act {number}; {are}. Was a backup restored, or is it another ledger?",
            "Read it from the beginning: promisectl log --after 0",
        )


class NoPerson(NotFound):
    """Nobody in the ledger has that name."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        meant = f"Did you mean {' or '.join(near)}?" if near else "See: promisectl people"
        super().__init__(f"Nobody in the ledger is called “{name}”.", meant)


class AmbiguousPerson(Ambiguous):
    """A beginning of a name that fits several people."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(f"“{name}” can be {' or '.join(candidates)}.", "Type more of the name.")


class NearMiss(Ambiguous):
    """A new name that looks like a known one."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        super().__init__(
            f"“{name}” is new, but looks like {' or '.join(near)}.",
            "Type the known name, or add --new if this is somebody else.",
        )


class GroupName(Usage):
    """A new name that means several people, where one is needed or it is not clear who they are."""

    def __init__(self, name: str, advice: str) -> None:
        super().__init__(f"A promise is between two people, and “{name}” are more.", advice)


class NameTaken(Usage):
    """A handle or alias that somebody else has.

    `person` is who was to get it, `owner` who has it.
    """

    def __init__(self, name: str, person: str, owner: str) -> None:
        super().__init__(
            f"“{name}” already means {owner}.",
            "Choose another name, or if they are one person: "
            f"promisectl person merge {person} {owner}",
        )


class NobodyYet(NotFound):
    """A person is to be changed, but there is no ledger yet."""

    def __init__(self) -> None:
        super().__init__(
            "There is nobody in the ledger yet.",
            "Make a promise with somebody: promisectl make “…” --to dana",
        )


class SameName(Usage):
    """A name or an alias that the person already has."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"{handle} already has that name.")


class NoAlias(NotFound):
    """An alias to be removed that the person does not have."""

    def __init__(self, name: str, handle: str, aliases: Sequence[str]) -> None:
        only = f", only {', '.join(aliases)}" if aliases else ""
        super().__init__(
            f"{handle} has no alias “{name}”{only}.",
            f"To change the handle: promisectl person rename {handle} “…”",
        )


class NotAPerson(NotFound):
    """The owner of the ledger, where another person is needed."""

    def __init__(self, name: str) -> None:
        config = "" if name.strip().casefold() == "me" else " (`me` in the config)"
        super().__init__(
            f"“{name}” is you{config}, not another person.",
            "Your promises to yourself: promisectl list --with me",
        )


class SamePerson(Usage):
    """A merge of a person with the same person."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"Both names already mean {handle}.")


class NoTopic(NotFound):
    """The guide has no such page."""

    def __init__(self, topic: str, topics: Sequence[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(topic.casefold(), topics, n=1)
        meant = f"Did you mean promisectl guide {near[0]}?" if near else "See: promisectl guide"
        super().__init__(f"The guide has no page “{topic}”.", meant)
