"""Aliases from the config, which are replaced before a command line is parsed."""

from __future__ import annotations

from types import MappingProxyType

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.cli import DECLARED_IN
from promisectl.system.paths import find_config_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPTIONS_WITH_VALUE = ("--ledger", "--config", "--today", "--color")
"""The options before a command that take the next word as their value."""


def expand_alias(words: Sequence[str], environ: Mapping[str, str]) -> Sequence[str]:
    """Return the words with an alias in the command's place replaced, once.

    Raises BadConfig when that word is not a command and the config can't be read.
    """
    index = find_command_index(words)
    if index is None or is_command(words[index]):
        return words
    expansion = load_aliases(words[:index], environ).get(words[index])
    if expansion is None:
        return words
    import shlex

    return [*words[:index], *shlex.split(expansion), *words[index + 1 :]]


def load_aliases(words: Sequence[str], environ: Mapping[str, str]) -> Mapping[str, str]:
    """Return the aliases of the config that the words name, else of the usual one.

    Raises BadConfig and BadPlace.
    """
    named = None
    for last, word in zip(["", *words], words, strict=False):
        if last == "--config":
            named = word
        elif word.startswith("--config="):
            named = word.removeprefix("--config=")
    return config.load_config(find_config_path(environ, named)).alias


def is_command(word: str) -> bool:
    """Whether a word is the name of a command or of a group of commands."""
    return word in DECLARED_IN


class AliasList(NamedTuple):
    """The aliases for the help: their expansions by name, or why they can't be read."""

    expansions: Mapping[str, str] = MappingProxyType({})
    problem: str = ""


NO_ALIASES = AliasList()


def read_config_aliases(words: Sequence[str], environ: Mapping[str, str]) -> AliasList:
    """Return the aliases for the help of the whole program, or for words without a command.

    For the words of a command it returns none and does not read the config.
    """
    index = find_command_index(words)
    if is_command(words[index]) if index is not None else not {"--help", "-h"} & {*words}:
        return NO_ALIASES
    try:
        return AliasList(load_aliases(words, environ))
    except (errors.BadConfig, errors.BadPlace) as problem:
        return AliasList(problem=f"Aliases are left out. {problem.cause}")


def find_command_index(words: Sequence[str]) -> int | None:
    """Return the index of the first word that is neither an option nor its value, or None."""
    rest = iter(enumerate(words))
    for index, word in rest:
        if word in OPTIONS_WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return index
    return None
