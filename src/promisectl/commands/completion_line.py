"""A command line that is being typed: which command, which options and arguments are there, and what the next word would be."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import completion as declared

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class WordSlot(NamedTuple):
    """The place of a word: what kind of word (`ID`, `PERSON`, …) belongs there, or which `choices` there are.

    `option` is the name of the option that it belongs to, empty for an argument.
    """

    kind: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    option: str = ""


class TypedOption(NamedTuple):
    """An option: its names, the kind of its value (empty for a flag), its help, whether it may be repeated, and its choices."""

    names: tuple[str, ...]
    kind: str
    about: str
    repeat: bool
    choices: tuple[tuple[str, str], ...]

    @property
    def slot(self) -> WordSlot:
        """The place of its value."""
        return WordSlot(self.kind, self.choices, self.names[0])


class TypedLine:
    """What the words before the one being typed say. `aliases` is asked for commands of somebody's own where no other is meant."""

    def __init__(
        self, words: Sequence[str], aliases: Callable[[], Mapping[str, str]] = dict
    ) -> None:
        self.command = ""
        self.arguments: list[str] = []
        self.values: dict[str, list[str]] = {}
        self.awaiting: TypedOption | None = None
        self.aliases = aliases
        self._verbatim = False
        for word in words:
            self._take_word(word)

    @property
    def next_commands(self) -> Mapping[str, str]:
        """The commands that may come next, each with its help; none where the command is there, or is unknown."""
        return declared.NAMES.get(self.command, {})

    @property
    def options(self) -> list[TypedOption]:
        """The options of the command, or those in front of it."""
        return [TypedOption(*one) for one in declared.OPTIONS.get(self.command, ())]

    def find_option(self, name: str) -> TypedOption | None:
        """The option of that name here."""
        return next((one for one in self.options if name in one.names), None)

    def may_be_option(self, word: str) -> bool:
        """Whether a word is, or begins like, an option here."""
        return word.startswith("-") and not (self._verbatim or self.awaiting)

    @property
    def next_slot(self) -> WordSlot | None:
        """The place of the next argument; None where there is none left."""
        places = declared.ARGUMENTS.get(self.command, ())
        kind, choices, repeat = (
            places[min(len(self.arguments), len(places) - 1)] if places else ("", (), False)
        )
        return WordSlot(kind, choices) if repeat or len(self.arguments) < len(places) else None

    def _take_word(self, word: str) -> None:
        if self.awaiting:
            self._add_value(self.awaiting, word)
        elif self.may_be_option(word) and word == "--":
            self._verbatim = True
        elif self.may_be_option(word) and word != "-":
            self._take_option(word)
        elif self.next_commands:
            self._enter_command(word)
        else:
            self.arguments.append(word)

    def _enter_command(self, word: str) -> None:
        self._verbatim = False
        if word in self.next_commands:
            self.command = f"{self.command} {word}".strip()
            return
        said = {} if self.command else self.aliases()
        self.aliases = dict  # an alias may bear the name of what it stands for
        self.command = "" if word in said else "?"
        if word in said:
            import shlex

            for part in shlex.split(said[word]):
                self._take_word(part)

    def _take_option(self, word: str) -> None:
        long = word.startswith("--")
        name, value = (
            (word.partition("=")[0], word.partition("=")[2]) if long else (word[:2], word[2:])
        )
        option = self.find_option(name)
        if option is None:
            return
        if option.kind and not (value or "=" in word):
            self.awaiting = option
            return
        self._add_value(option, value)
        if not (long or option.kind) and value:  # -qo stands for -q -o
            self._take_option(f"-{value}")

    def _add_value(self, option: TypedOption, value: str) -> None:
        self.values.setdefault(option.names[0], []).append(value)
        self.awaiting = None


def unquote_bash_word(word: str) -> str:
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
