"""Errors about the dates of a series."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence

_OPTION_PATTERN = r"--(by|every|until|times|except)\b"
_NAMED_OPTION_PATTERN = rf"{_OPTION_PATTERN}(?= (?:is|can't|leaves|and|for)\b|[.,]|\Z)"
"""An option that a sentence is about; any other comes with its value."""


def spell_as_in_line(problem: Usage) -> None:
    """Put the words of a line of jot into an error about a series, in place of options."""
    import re

    def spell(sentence: str) -> str:
        named = re.sub(_NAMED_OPTION_PATTERN, r"“\1”", sentence)
        return re.sub(_OPTION_PATTERN, r"\1", named)

    problem.args = tuple(map(spell, problem.args))
    problem.advice = spell(problem.advice)


class UnreadableRule(Usage):
    """A rule of a series that can't be read. `near` is the word that may be meant, or empty."""

    def __init__(self, text: str, near: str) -> None:
        meant = f"Did you mean {near}? " if near else ""
        super().__init__(
            f"--every can't be “{text}”.",
            f'{meant}Type day, weekday, week, "2 weeks", month, quarter or year, '
            "or weekdays, as in fri or mon,thu.",
        )


class SeriesWithoutEnd(Usage):
    """A series without an end. `in_line`: it is on a line of jot, which has no options."""

    def __init__(self, *, in_line: bool = False) -> None:
        way = "until 26 feb, or 13 times" if in_line else '--until "26 feb" or --times 13'
        super().__init__(f"A series needs an end: add {way}.")


class FirstOutsideRule(Usage):
    """A first date that the rule of its series does not have.

    `fitting` is what it must be, as in “Friday”, `first` the next date that is one.
    """

    def __init__(self, shown: str, fitting: str, first: str) -> None:
        name = fitting if " " not in fitting else "such day"
        super().__init__(f"--by {shown} is not a {fitting}.", f"The first {name} is {first}.")


class UntilBeforeFirst(Usage):
    """A series that ends before its first date."""

    def __init__(self, until: str, first: str) -> None:
        super().__init__(
            f"--until {until} is before the first date, {first}.", "Give a later date."
        )


class NotInSeries(Usage):
    """A date to leave out that the series does not have. `nearest` is one that it has."""

    def __init__(self, shown: str, nearest: str) -> None:
        super().__init__(
            f"--except {shown} is not one of the dates.", f"The nearest one is {nearest}."
        )


class SeriesTooShort(Usage):
    """A series of one promise, or of none. `only` is the date of the one, or empty."""

    def __init__(self, only: str) -> None:
        if only:
            super().__init__(
                f"The series has only one date, {only}.",
                "Give a later end, or leave out --every for a single promise.",
            )
        else:
            super().__init__("--except leaves out all the dates.", "Keep at least 2 of them.")


class SeriesTooLong(Usage):
    """A series of too many promises. `last` is the date of the last that is allowed."""

    def __init__(self, until: str, most: int, last: str) -> None:
        super().__init__(
            f"--until {until} makes more than {most} promises.", f"End it on {last} or before."
        )


class SkippedInSeries(Usage):
    """A date of a series that does not exist, because the clocks or the calendar skip it.

    `clock` is empty for a whole day. `left_out` are the dates for --except, where it can help.
    """

    def __init__(self, day: str, clock: str, zone: str, left_out: Sequence[str] = ()) -> None:
        if clock and left_out:
            dates = " ".join(f"--except {date}" for date in left_out)
            which = "that date" if len(left_out) == 1 else "such dates"
            advice = f"Choose another time, or leave {which} out: {dates}"
        elif clock:
            advice = "Choose another time."
        elif left_out:
            advice = "End the series before that day, and make another one from after it."
        else:
            advice = "Choose another day."
        skips = f"The clocks skip {clock} on" if clock else f"The calendar of {zone} skips"
        super().__init__(f"{skips} {day}.", advice)


class OneDateForAll(Usage):
    """One date where all that are left of a series get other ones."""

    def __init__(self) -> None:
        super().__init__("That is one day.", "Use a weekday, +Nd or a time.")
