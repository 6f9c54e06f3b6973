"""Aliases of the config: what stands for a command line is put in its place before anything is parsed."""

from __future__ import annotations

from types import MappingProxyType

from promisectl import config, errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.cli import DECLARED_IN
from promisectl.system.paths import config_file

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WITH_VALUE = ("--ledger", "--today", "--color")
"""The options before a command that take the next word as their value."""


def expanded(words: Sequence[str], environ: Mapping[str, str]) -> Sequence[str]:
    """The words with the alias among them replaced, once. Raises BadConfig, where no command is named and the config can't be read."""
    place = _first(words)
    if place is None or is_command(words[place]):
        return words
    stands_for = config.read(config_file(environ)).alias.get(words[place])
    if stands_for is None:
        return words
    import shlex

    return [*words[:place], *shlex.split(stands_for), *words[place + 1 :]]


def is_command(word: str) -> bool:
    """Whether that is the name of a command, or of a group of them."""
    return word in DECLARED_IN


class Listed(NamedTuple):
    """The aliases as the help lists them: what each stands for, and what is wrong where they can't be read."""

    stands_for: Mapping[str, str] = MappingProxyType({})
    trouble: str = ""


NONE = Listed()


def listed(words: Sequence[str], environ: Mapping[str, str]) -> Listed:
    """The aliases, where the help of the whole program is asked for or no command is named; none elsewhere."""
    place = _first(words)
    if is_command(words[place]) if place is not None else not {"--help", "-h"} & {*words}:
        return NONE
    try:
        return Listed(config.read(config_file(environ)).alias)
    except errors.BadConfig as problem:
        return Listed(trouble=f"Aliases are left out. {problem.place}")


def _first(words: Sequence[str]) -> int | None:
    """Where the first word stands that is neither an option nor its value; None if there is none."""
    rest = iter(enumerate(words))
    for place, word in rest:
        if word in WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            return place
    return None
