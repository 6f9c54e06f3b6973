"""Aliases of the config: what stands for a command line is put in its place before anything is parsed."""

from __future__ import annotations

from types import MappingProxyType

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.cli import DECLARED_IN
from promisectl.system.paths import default_config_path

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OPTIONS_WITH_VALUE = ("--ledger", "--today", "--color")
"""The options before a command that take the next word as their value."""


def expand_alias(words: Sequence[str], environ: Mapping[str, str]) -> Sequence[str]:
    """The words with the alias among them replaced, once. Raises BadConfig, where no command is named and the config can't be read."""
    place = _find_command_index(words)
    if place is None or is_command(words[place]):
        return words
    stands_for = config.load_config(default_config_path(environ)).alias.get(words[place])
    if stands_for is None:
        return words
    import shlex

    return [*words[:place], *shlex.split(stands_for), *words[place + 1 :]]


def is_command(word: str) -> bool:
    """Whether that is the name of a command, or of a group of them."""
    return word in DECLARED_IN


class AliasList(NamedTuple):
    """The aliases as the help lists them: what each stands for, and what is wrong where they can't be read."""

    expansions: Mapping[str, str] = MappingProxyType({})
    problem: str = ""


NO_ALIASES = AliasList()


def read_config_aliases(words: Sequence[str], environ: Mapping[str, str]) -> AliasList:
    """The aliases, where the help of the whole program is asked for or no command is named; none elsewhere."""
    place = _find_command_index(words)
    if is_command(words[place]) if place is not None else not {"--help", "-h"} & {*words}:
        return NO_ALIASES
    try:
        return AliasList(config.load_config(default_config_path(environ)).alias)
    except errors.BadConfig as problem:
        return AliasList(problem=f"Aliases are left out. {problem.cause}")


def _find_command_index(words: Sequence[str]) -> int | None:
    """Where the first word stands that is neither an option nor its value; None if there is none."""
    rest = iter(enumerate(words))
    for place, word in rest:
        if word in OPTIONS_WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return place
    return None
