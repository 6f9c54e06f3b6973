"""Errors about promises, people and topics that are unknown or ambiguous."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import Ambiguous, NotFound, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence


class NoPerson(NotFound):
    """Nobody in the ledger has that name."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        hint = f"Did you mean {' or '.join(near)}?" if near else "Who is in the ledger: people."
        super().__init__(f"There is nobody called “{name}” in the ledger. {hint}")


class AmbiguousPerson(Ambiguous):
    """The beginning of a name that several people share."""

    def __init__(self, name: str, candidates: Sequence[str]) -> None:
        super().__init__(f"“{name}” can be {' or '.join(candidates)}. Write more of the name.")


class NearMiss(Ambiguous):
    """A new name that looks like a known one."""

    def __init__(self, name: str, near: Sequence[str]) -> None:
        super().__init__(
            f"“{name}” is new, but looks like {' or '.join(near)}. "
            "Write that handle, or add --new if this is somebody else."
        )


class GroupName(Usage):
    """A new name that means several people, and not who they are."""

    def __init__(self, name: str, option: str) -> None:
        super().__init__(
            f"A promise is between two people, and “{name}” are more. "
            f"Name each of them: {option} dana {option} lee."
        )


class NameTaken(Usage):
    """A handle or alias that belongs to somebody already."""

    def __init__(self, name: str, owner: str) -> None:
        super().__init__(
            f"“{name}” already means {owner}. "
            "Choose another, or if the two are one person: person merge."
        )


class NobodyYet(NotFound):
    """A person is to be changed where there is no ledger yet."""

    def __init__(self) -> None:
        super().__init__(
            "There is nobody in the ledger yet. "
            "A person enters it with a first promise: make “…” --to dana."
        )


class SameName(Usage):
    """A new name, or an alias, that a person has already."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"{handle} has that name already.")


class NoAlias(NotFound):
    """A name was to be taken from a person who does not have it as an alias."""

    def __init__(self, name: str, handle: str, aliases: Sequence[str]) -> None:
        has = f"The aliases are {', '.join(aliases)}" if aliases else "There are no aliases"
        super().__init__(
            f"“{name}” is not an alias of {handle}. {has}. To change the handle: person rename."
        )


class NotAPerson(NotFound):
    """A person was named who is the owner of the ledger."""

    def __init__(self, name: str) -> None:
        config = "" if name.strip().casefold() == "me" else " (`me` in the config)"
        super().__init__(
            f"“{name}” is you{config}, not another person. "
            "See your promises to yourself with: list --with me."
        )


class SamePerson(Usage):
    """A merge of one person with themself."""

    def __init__(self, handle: str) -> None:
        super().__init__(f"Both names mean {handle} already.")


class NoTopic(NotFound):
    """The guide has no such page."""

    def __init__(self, topic: str, topics: Sequence[str]) -> None:
        from difflib import get_close_matches

        near = get_close_matches(topic.casefold(), topics, n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        super().__init__(f"The guide has no page “{topic}”.{meant} There are {', '.join(topics)}.")
