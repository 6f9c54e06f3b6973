"""A command line that is being typed: which command, which options and arguments are there, and what the next word would be."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import completion as declared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class Slot(NamedTuple):
    """The place of a word: what kind of word (`ID`, `PERSON`, …) belongs there, or which `choices` there are.

    `option` is the name of the option that it belongs to, empty for an argument.
    """

    kind: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    option: str = ""


class Option(NamedTuple):
    """An option: its names, the kind of its value (empty for a flag), its help, whether it may be repeated, and its choices."""

    names: tuple[str, ...]
    kind: str
    about: str
    repeat: bool
    choices: tuple[tuple[str, str], ...]

    @property
    def slot(self) -> Slot:
        """The place of its value."""
        return Slot(self.kind, self.choices, self.names[0])


class Line:
    """What the words before the one being typed say. `aliases` is asked for commands of somebody's own where no other is meant."""

    def __init__(self, words: Sequence[str], aliases: Callable[[], Mapping[str, str]] = dict) -> None:
        self.command = ""
        self.arguments: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.awaiting: Option | None = None
        self.aliases = aliases
        self._verbatim = False
        for word in words:
            self._take(word)

    @property
    def names(self) -> Mapping[str, str]:
        """The commands that may come next, each with its help; none where the command is there, or is unknown."""
        return declared.NAMES.get(self.command, {})

    @property
    def options(self) -> list[Option]:
        """The options of the command, or those in front of it."""
        return [Option(*one) for one in declared.OPTIONS.get(self.command, ())]

    def option(self, name: str) -> Option | None:
        """The option of that name here."""
        return next((one for one in self.options if name in one.names), None)

    def may_be_option(self, word: str) -> bool:
        """Whether a word is, or begins like, an option here."""
        return word.startswith("-") and not (self._verbatim or self.awaiting)

    @property
    def next(self) -> Slot | None:
        """The place of the next argument; None where there is none left."""
        places = declared.ARGUMENTS.get(self.command, ())
        kind, choices, repeat = places[min(len(self.arguments), len(places) - 1)] if places else ("", (), False)
        return Slot(kind, choices) if repeat or len(self.arguments) < len(places) else None

    def _take(self, word: str) -> None:
        if self.awaiting:
            self._give(self.awaiting, word)
        elif self.may_be_option(word) and word == "--":
            self._verbatim = True
        elif self.may_be_option(word) and word != "-":
            self._take_option(word)
        elif self.names:
            self._enter(word)
        else:
            self.arguments.append(word)

    def _enter(self, word: str) -> None:
        self._verbatim = False
        if word in self.names:
            self.command = f"{self.command} {word}".strip()
            return
        said = {} if self.command else self.aliases()
        self.aliases = dict  # an alias may bear the name of what it stands for
        self.command = "" if word in said else "?"
        if word in said:
            import shlex

            for part in shlex.split(said[word]):
                self._take(part)

    def _take_option(self, word: str) -> None:
        long = word.startswith("--")
        name, value = (word.partition("=")[0], word.partition("=")[2]) if long else (word[:2], word[2:])
        option = self.option(name)
        if option is None:
            return
        if option.kind and not (value or "=" in word):
            self.awaiting = option
            return
        self._give(option, value)
        if not (long or option.kind) and value:  # -qo stands for -q -o
            self._take_option(f"-{value}")

    def _give(self, option: Option, value: str) -> None:
        self.values.setdefault(option.names[0], []).append(value)
        self.awaiting = None


def unquoted(word: str) -> str:
    """A word of bash without its quotes, the last of which may still be open; nothing in it is expanded."""
    said, quote, place = "", "", 0
    while place < len(word):
        sign = word[place]
        if sign == "\\" and quote != "'" and place + 1 < len(word):
            place += 1
            said += ("" if not quote or word[place] in '$`"\\' else "\\") + word[place]
        elif sign == quote:
            quote = ""
        elif sign in "'\"" and not quote:
            quote = sign
        else:
            said += sign
        place += 1
    return said
