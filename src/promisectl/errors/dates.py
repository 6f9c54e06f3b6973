"""Errors about dates: not readable, too early or too late."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


class UnreadableDate(Usage):
    """A text given where a date belongs is outside the grammar of dates.

    `more` is the command that shows the grammar.
    """

    def __init__(
        self, text: str, examples: tuple[str, str, str], why: str = "", more: str = ""
    ) -> None:
        first, second, third = examples
        self._more = f" See: {more}." if more else ""
        self.advice = f"Try {first}, {second} or {third}.{self._more}"
        super().__init__(f"“{text}” is not a date that can be read{f' ({why})' if why else ''}.")

    def suggest_forms(self, forms: Sequence[str]) -> UnreadableDate:
        """Return the error with the `forms`, if there are any, in place of the examples."""
        if forms:
            meant = " or ".join(f"“{form}”" for form in forms)
            self.advice = f"Did you mean {meant}?{self._more}"
        return self


class AmbiguousDate(Usage):
    """A date that has several readings; all of them are named.

    `readings` are the words that have only one reading, `shown` what people read.
    """

    def __init__(
        self, text: str, readings: tuple[str, ...], shown: tuple[str, ...], option: str = ""
    ) -> None:
        self.text, self.readings, self.shown = text, readings, shown
        quoted = (f'"{words}"' if " " in words else words for words in readings)
        ways = _join_choices([f"{option} {words}".lstrip() for words in quoted])
        super().__init__(f"“{text}” can mean {_join_choices(shown)}.")
        self.advice = f"Type {ways}."

    def name_option(self, option: str) -> AmbiguousDate:
        """Return the error with words to paste for an option."""
        return AmbiguousDate(self.text, self.readings, self.shown, option)


def _join_choices(words: Sequence[str]) -> str:
    """Return words as a choice: “a, b or c”."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class DatePassed(Usage):
    """A due date that was over before the promise was said.

    `instead` is the same time tomorrow, for a time of today.
    """

    def __init__(self, option: str, shown: str, instead: str = "") -> None:
        way = f'Type {option} "{instead}"' if instead else "Give a date to come"
        super().__init__(
            f"{option} {shown} has passed. {way}, or add --backfill to record an old promise."
        )


class DateAhead(Usage):
    """Something is said to have happened at a moment that is still to come.

    `instead` is the same time yesterday, for a time of today.
    """

    def __init__(self, option: str, shown: str, instead: str = "") -> None:
        super().__init__(f"{option} {shown} is still to come.")
        if instead:
            self.advice = f'Type {option} "{instead}".'


class TooEarly(Usage):
    """A move dated before the newest one it builds on."""

    def __init__(
        self,
        number: int,
        earliest: datetime,
        dated: datetime,
        shown: Callable[[datetime], str] = str,
    ) -> None:
        self.number, self.earliest, self.dated = number, earliest, dated
        super().__init__(self._format_sentence(shown(earliest), shown(dated)))

    def _format_sentence(self, earliest: str, dated: str) -> str:
        return (
            f"#{self.number} has stood as it is since {earliest}, "
            f"and {dated} is before that. See: log {self.number}."
        )


class ToldTooEarly(TooEarly):
    """Somebody was told of a break before what was broken was agreed on."""

    def _format_sentence(self, earliest: str, dated: str) -> str:
        return (
            f"#{self.number} was agreed on {earliest}, so nobody can have been told on {dated} "
            "that it is broken. Give the moment when they were told."
        )


class ClockAhead(Usage):
    """The newest move of a promise was recorded by a clock that was ahead,
    so that nothing could come after it for long.
    """  # noqa: D205

    def __init__(self, number: int, shown: str) -> None:
        super().__init__(
            f"The newest move of #{number} is dated {shown}, which is still to come: "
            "the clock was ahead then, or is behind now. "
            f"If it was ahead, take that move back and say it again: undo --promise {number}."
        )


class UnknownZone(Usage):
    """TZ names no zone, so that no date could be told."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"TZ is “{name}”, which is no time zone that is known here. "
            "Set it to one such as Europe/Berlin, or unset it."
        )
