"""Errors about dates: not readable, too early or too late."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import MachineError, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime


class UnreadableDate(Usage):
    """A text that can't be read as a date.

    `more` is the command that shows all forms of dates.
    """

    def __init__(
        self, text: str, examples: tuple[str, str, str], why: str = "", more: str = ""
    ) -> None:
        first, second, third = map(_quote_form, examples)
        self._more = f" See: {more}" if more else ""
        super().__init__(
            f"Can't read “{text}” as a date{f' ({why})' if why else ''}.",
            f"Try {first}, {second} or {third}.{self._more}",
        )

    def suggest_forms(self, forms: Sequence[str]) -> UnreadableDate:
        """Return the error with the `forms`, if there are any, instead of the examples."""
        if forms:
            meant = " or ".join(map(_quote_form, forms))
            self.advice = f"Did you mean {meant}?{self._more}"
        return self


def _quote_form(form: str) -> str:
    """Return a date as it is typed: several words in quotes."""
    return f"“{form}”" if " " in form else form


class AmbiguousDate(Usage):
    """A date with several meanings; the error names all of them.

    `readings` are the words that have only one meaning, `shown` what people read.
    """

    def __init__(
        self, text: str, readings: tuple[str, ...], shown: tuple[str, ...], option: str = ""
    ) -> None:
        self.text, self.readings, self.shown = text, readings, shown
        quoted = (f'"{words}"' if " " in words else words for words in readings)
        ways = _join_choices([f"{option} {words}".lstrip() for words in quoted])
        super().__init__(f"“{text}” can mean {_join_choices(shown)}.", f"Type {ways}.")

    def name_option(self, option: str) -> AmbiguousDate:
        """Return the error with words to paste for an option, or for a line without options."""
        return AmbiguousDate(self.text, self.readings, self.shown, option)


def _join_choices(words: Sequence[str]) -> str:
    """Return words as a choice: “a, b or c”."""
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1])))


class DatePassed(Usage):
    """A due date that has already passed.

    `shown` is the date as people read it, `instead` the same time tomorrow, for a time of today.
    """

    def __init__(self, option: str, shown: str, instead: str = "") -> None:
        self.shown, self.instead = shown, instead
        way = f'Type {option} "{instead}"'.replace("  ", " ") if instead else "Give a later date"
        old = "" if option == "--answer-by" else ", or add --backfill to record an old promise"
        super().__init__(
            f"{option}: {shown} has passed." if option else f"The date has passed: {shown}.",
            f"{way}{old}.",
        )

    def name_option(self, option: str) -> DatePassed:
        """Return the error with another option in it, or with none where there are no options."""
        return DatePassed(option, self.shown, self.instead)


class ShiftedIntoPast(Usage):
    """A due date of a series, of which --by would make one that has passed."""

    def __init__(self, old: str, new: str) -> None:
        super().__init__(
            f"--by moves {old} to {new}, which has passed.",
            "Begin with a later promise of the series, or add --backfill.",
        )


class DateAhead(Usage):
    """A date in the future for something that has happened.

    `instead` is the same time yesterday, for a time of today.
    """

    def __init__(self, option: str, shown: str, instead: str = "") -> None:
        way = f'Type {option} "{instead}".' if instead else "Give an earlier date."
        super().__init__(f"{option}: {shown} is in the future.", way)


class DueAhead(Usage):
    """A promise that is to be done on its due date, which is still ahead."""

    def __init__(self, number: int, shown: str) -> None:
        super().__init__(
            f"#{number} is due on {shown}, which is in the future.",
            "Complete it without --on due.",
        )


class NoDueDate(Usage):
    """A promise that is to be done on its due date, and has none."""

    def __init__(self, number: int) -> None:
        super().__init__(f"#{number} has no due date.", "Give --on another date.")


class TooEarly(Usage):
    """A move that is dated before the last change of the promise."""

    def __init__(
        self,
        number: int,
        earliest: datetime,
        dated: datetime,
        shown: Callable[[datetime], str] = str,
    ) -> None:
        self.number, self.earliest, self.dated = number, earliest, dated
        super().__init__(*self._format_sentences(shown(earliest), shown(dated)))

    def _format_sentences(self, earliest: str, dated: str) -> tuple[str, str]:
        return (
            f"#{self.number} last changed on {earliest}; {dated} is earlier.",
            f"See: promisectl log {self.number}",
        )


class ToldTooEarly(TooEarly):
    """Somebody was told that a promise is broken before it was agreed."""

    def _format_sentences(self, earliest: str, dated: str) -> tuple[str, str]:
        return (
            f"#{self.number} was agreed on {earliest}; nobody can have been told on {dated}.",
            "Give the time when they were told.",
        )


class UnsaidToldTooEarly(TooEarly):
    """Somebody was told of what was written down only later."""

    def _format_sentences(self, earliest: str, dated: str) -> tuple[str, str]:
        told = f"nobody can have been told on {dated}."
        return (
            f"You wrote it for #{self.number} on {earliest}; {told}",
            "Give the time when they were told.",
        )


class ClockAhead(Usage):
    """The last change of a promise has a date in the future, because the clock was ahead.

    Without this error nothing could follow it for long.
    """

    def __init__(self, number: int, shown: str) -> None:
        super().__init__(
            f"The last change of #{number} is dated {shown}, which is in the future: "
            "the clock was ahead then, or is behind now.",
            f"If it was ahead, undo that change and repeat it: promisectl undo --promise {number}",
        )


class UnknownZone(Usage):
    """TZ is not a known time zone, so no date can be worked out."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"TZ is “{name}”, which is not a known time zone.",
            "Set it to one such as Europe/Berlin, or unset it.",
        )


class NoZoneDatabase(MachineError):
    """This machine has no database of time zones, so no date can be worked out."""

    def __init__(self) -> None:
        super().__init__(
            "This machine has no database of time zones, so no date can be worked out.",
            "Install your system's package tzdata, or the one for Python: pip install tzdata",
        )
