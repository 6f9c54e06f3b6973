"""A command line that is being typed, and which word can come next in it."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands.shared import arguments
from promisectl.compiled import completion as completion_tables

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


class WordSlot(NamedTuple):
    """The place of a word: its kind (`ID`, `PERSON`, …) or its choices, each with its meaning.

    `option` is the name of the option that the word belongs to, empty for an argument.
    """

    kind: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    option: str = ""


class TypedOption(NamedTuple):
    """An option: its names, the kind of its value (empty for a flag), and its help.

    `repeat` is whether it may be repeated; `choices` are the words that its value can be.
    """

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
    """The words before the one that is being typed, as a command, arguments and options.

    `aliases` returns the aliases of the config; it is called only when no command matches.
    `awaiting` is the option whose value comes next, if any.
    """

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
        """The commands that can come next, with their help; none after a whole command."""
        return completion_tables.NAMES.get(self.command, {})

    @property
    def options(self) -> list[TypedOption]:
        """The options of the command, or those that can come before a command."""
        return [TypedOption(*fields) for fields in completion_tables.OPTIONS.get(self.command, ())]

    def find_option(self, name: str) -> TypedOption | None:
        """Return the option with this name, if the command has it."""
        return next((option for option in self.options if name in option.names), None)

    def may_be_option(self, word: str) -> bool:
        """Whether a word is an option here, or the beginning of one."""
        return word.startswith("-") and not (self._verbatim or self.awaiting)

    @property
    def next_slot(self) -> WordSlot | None:
        """The place of the next argument; None when the command takes no more."""
        slots = completion_tables.ARGUMENTS.get(self.command, ())
        if not slots:
            return None
        kind, choices, repeat = slots[min(len(self.arguments), len(slots) - 1)]
        return WordSlot(kind, choices) if repeat or len(self.arguments) < len(slots) else None

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
        """Take a word as a command, or replace an alias by its words; IDs alone mean show.

        Any other word makes the command unknown (`?`), so that nothing is completed.
        """
        self._verbatim = False
        if word in self.next_commands:
            self.command = f"{self.command} {word}".strip()
            return
        if not self.command and arguments.is_id_word(word):
            self.command, self.arguments = "show", [word]
            return
        aliases = {} if self.command else self.aliases()
        self.aliases = dict  # an alias may have the name of the command in its expansion
        self.command = "" if word in aliases else "?"
        if word in aliases:
            import shlex

            for part in shlex.split(aliases[word]):
                self._take_word(part)

    def _take_option(self, word: str) -> None:
        is_long = word.startswith("--")
        name, _, value = word.partition("=") if is_long else (word[:2], "", word[2:])
        option = self.find_option(name)
        if option is None:
            return
        if option.kind and not (value or "=" in word):
            self.awaiting = option
            return
        self._add_value(option, value)
        if not (is_long or option.kind) and value:  # -qo means -q -o
            self._take_option(f"-{value}")

    def _add_value(self, option: TypedOption, value: str) -> None:
        self.values.setdefault(option.names[0], []).append(value)
        self.awaiting = None


def unquote_bash_word(word: str) -> str:
    """Return a word of bash without its quotes; the last quote may still be open.

    Nothing in the word is expanded.
    """
    text, quote, index = "", "", 0
    while index < len(word):
        character = word[index]
        if character == "\\" and quote != "'" and index + 1 < len(word):
            index += 1
            text += ("" if not quote or word[index] in '$`"\\' else "\\") + word[index]
        elif character == quote:
            quote = ""
        elif character in "'\"" and not quote:
            quote = character
        else:
            text += character
        index += 1
    return text
