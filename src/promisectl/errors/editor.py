"""Errors about terms in an editor."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import IllegalMove, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence


class TermsChanged(IllegalMove):
    """An answer to terms that changed before it was given."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The terms of #{number} have changed meanwhile, so nothing was recorded.",
            f"See: promisectl show {number}",
        )


class EditKindMissing(Usage):
    """Terms are to be edited, but it is not known whether as a typo or as other terms."""

    def __init__(self, number: int) -> None:
        super().__init__(
            "Do you want to fix a typo, or to propose other terms?",
            f"promisectl edit {number} --correct · promisectl edit {number} --negotiate",
        )


class NoField(Usage):
    """A line among edited terms that does not begin with one of the fields."""

    _MAX_QUOTED_CHARACTERS = 40

    def __init__(self, line: str, fields: Sequence[str]) -> None:
        beginning = line[: self._MAX_QUOTED_CHARACTERS]
        quoted = line if line == beginning else f"{beginning}…"
        super().__init__(
            f"“{quoted}” is not a field of the terms.",
            f"The fields are {', '.join(fields[:-1])} and {fields[-1]}, each with a colon.",
        )


class FieldTwice(Usage):
    """A field that is among edited terms more than once."""

    def __init__(self, field: str) -> None:
        super().__init__(f"“{field}” is there twice.", "Keep one of the lines.")


class BadEscape(Usage):
    """A backslash in an edited text before a character that it can't escape."""

    def __init__(self, escape: str) -> None:
        super().__init__(f"“{escape}” has no meaning.", "Type a backslash as \\\\.")


class NoEditor(Usage):
    """No editor is set, and there is no terminal to show one."""

    def __init__(self) -> None:
        super().__init__(
            "No editor is set, and there is no terminal to show one.", "Set one: EDITOR=nano"
        )


class EditorFailed(Usage):
    """The editor could not be started, or ended with an error."""

    def __init__(self, editor: str, why: str) -> None:
        super().__init__(
            f"The editor ({editor}) {why}, so nothing was changed.",
            "Set another one with VISUAL, or else EDITOR.",
        )
