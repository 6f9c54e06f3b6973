"""Errors about lines of jot: what is wrong with one line, and with several."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import Problem, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class NoSideInLine(Usage):
    """A line of jot that does not begin with “to NAME:” or “from NAME:”."""

    _MAX_QUOTED_CHARACTERS = 40

    def __init__(self, line: str) -> None:
        beginning = line[: self._MAX_QUOTED_CHARACTERS]
        quoted = line if line == beginning else f"{beginning}…"
        super().__init__(
            f"“{quoted}” does not begin with “to NAME:” or “from NAME:”.",
            "Write “to” if you owe it, “from” if they do, or “//” to leave the line out.",
        )


class EmptyFieldInLine(Usage):
    """Nothing after a bar in a line of jot."""

    def __init__(self) -> None:
        super().__init__("There is nothing after a “|”.", "Leave it out, or write “\\|” for a bar.")


class UnknownFieldInLine(Usage):
    """A field of a line of jot that it can't have."""

    def __init__(self, name: str, fields: Sequence[str]) -> None:
        super().__init__(f"“{name}” is not a field.", f"Choose from a date, {', '.join(fields)}.")


class FieldTwiceInLine(Usage):
    """A field that a line of jot has twice."""

    def __init__(self, field: str) -> None:
        super().__init__(f"“{field}” is there twice.", "Keep one of them.")


class TwoDatesInLine(Usage):
    """Two fields of a line of jot that have to be dates."""

    def __init__(self, dates: Sequence[str], fields: Sequence[str]) -> None:
        named = " and ".join(f"“{date}”" for date in dates)
        super().__init__(
            f"{named} can't both be the date.", f"The other fields are {', '.join(fields)}."
        )


class NoLines(Usage):
    """A page or arguments for jot without a promise on them."""

    def __init__(self) -> None:
        super().__init__(
            "There is no promise here.",
            "Write one on a line, such as “to dana: Send the numbers | fri | agreed”.",
        )


class BadLines(Usage):
    """Several lines of jot that can't be used.

    `problems` has what is wrong by the number of the line. The exit code is that of the first.
    """

    effect = "Nothing was recorded."

    def __init__(self, problems: Mapping[int, Problem]) -> None:
        first, *others = problems.values()
        self.problems = problems
        self.code, self.exit_code = first.code, first.exit_code
        if others:
            self.details = tuple(
                " ".join(filter(None, (problem.cause, problem.advice)))
                for problem in problems.values()
            )
            super().__init__(f"{len(problems)} lines can't be used.")
        else:
            self.effect = first.effect
            super().__init__(first.cause, first.advice)
