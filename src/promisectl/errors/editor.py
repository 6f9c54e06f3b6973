"""Errors about terms in an editor."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import IllegalMove, Usage

if TYPE_CHECKING:
    from collections.abc import Sequence


class TermsChanged(IllegalMove):
    """An answer to terms that were others by the time it was given."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"The terms of #{number} have changed while you looked at them, "
            f"so nothing was recorded. See: show {number}."
        )


class EditKindMissing(Usage):
    """Terms were to be edited, and nobody could be asked whether as a typo or as new terms."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"A typo, or new terms? Say it with: edit {number} --correct, "
            f"or edit {number} --negotiate."
        )


class NoField(Usage):
    """A line among edited terms that is none of their fields."""

    _MAX_QUOTED_CHARACTERS = 40

    def __init__(self, line: str, fields: Sequence[str]) -> None:
        beginning = line[: self._MAX_QUOTED_CHARACTERS]
        quoted = line if line == beginning else f"{beginning}…"
        super().__init__(
            f"“{quoted}” is no field of the terms. "
            f"They are {', '.join(fields[:-1])} and {fields[-1]}, each with a colon."
        )


class FieldTwice(Usage):
    """A field that stands among edited terms more than once."""

    def __init__(self, field: str) -> None:
        super().__init__(f"There are two lines of “{field}”. Keep one of them.")


class BadEscape(Usage):
    """A backslash in an edited text, with something behind it that it can't stand before."""

    def __init__(self, escape: str) -> None:
        super().__init__(f"“{escape}” stands for nothing. A backslash itself is written \\\\.")


class NoEditor(Usage):
    """No editor is named, and nobody is at a terminal to whom one could be shown."""

    def __init__(self) -> None:
        super().__init__(
            "No editor is named, and nobody is at a terminal to be shown one. "
            "Set EDITOR to one, as in EDITOR=nano."
        )


class EditorFailed(Usage):
    """The editor could not be started, or ended with an error. Nothing was changed."""

    def __init__(self, editor: str, why: str) -> None:
        super().__init__(
            f"The editor ({editor}) {why}, so nothing was changed. "
            "Which one is started: $VISUAL, else $EDITOR."
        )
