"""Command lines read by the compiled tables, without Typer: those that are well formed at first sight. All others are left to Typer.

What is accepted here calls the function that Typer would call, with the same arguments; Typer takes several times as long to find out.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.dispatch import OUTPUT_FORMS
from promisectl.compiled.argv import BEFORE, COMMANDS, GROUPS, Spelled
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

CommandCall = tuple[str, str, dict[str, object], "dict[str, Any]"]
"""A module and a function of `commands`, its arguments, and what `run_command` has to know of it."""

_MAX_NUMBER_DIGITS = 9


class _NeedsTyper(Exception):
    """Typer has to look at it."""


def parse_command_line(words: Sequence[str]) -> CommandCall | None:
    """The call that a command line asks for; None where Typer has to look at it."""
    try:
        return _parse_simple_words(list(words))
    except _NeedsTyper:
        return None


def _parse_simple_words(words: list[str]) -> CommandCall:
    if not all(map(can_be_stored, words)):
        raise _NeedsTyper
    rest = words[::-1]  # the next word is the last, which is cheap to take away
    before: dict[str, object] = {}
    while rest and rest[-1].startswith("-"):
        _parse_option(rest, BEFORE, before)
    first = rest.pop() if rest else "moves"
    name = f"{first} {rest.pop()}" if first in GROUPS and rest else first
    if name not in COMMANDS or " " in first:
        raise _NeedsTyper
    module, function, spelled, arguments, unsaid, shared, traits = COMMANDS[name]
    said: dict[str, object] = {}
    loose = _parse_options(rest, spelled, said)
    _assign_arguments(loose, arguments, said)
    if any(form in before and form not in shared for form in OUTPUT_FORMS):
        raise _NeedsTyper
    whole = {
        name: list(value) if isinstance(value, list) else value for name, value in unsaid.items()
    } | said
    whole.update(
        (name, value)
        for name, value in before.items()
        if name in shared and whole[name] in (None, False)
    )
    return module, function, whole, traits


def _parse_options(rest: list[str], spelled: Spelled, said: dict[str, object]) -> list[str]:
    """The words that belong to no option; what the options say is noted in `said`."""
    loose: list[str] = []
    while rest:
        if rest[-1] == "--":
            rest.pop()
            return loose + rest[::-1]
        if rest[-1].startswith("-") and rest[-1] != "-":
            _parse_option(rest, spelled, said)
        else:
            loose.append(rest.pop())
    return loose


def _parse_option(rest: list[str], spelled: Spelled, said: dict[str, object]) -> None:
    """Take an option, with its value if it has one, from the words that are left. Raises _NeedsTyper."""
    word, sign, value = rest.pop().partition("=")
    if word not in spelled or (sign and not word.startswith("--")):
        raise _NeedsTyper
    name, kind = spelled[word]
    if kind == "flag":
        if sign:
            raise _NeedsTyper
        said[name] = True
        return
    if not sign:
        if not rest:
            raise _NeedsTyper
        value = rest.pop()
    if kind == "texts":
        texts = said.setdefault(name, [])
        texts.append(value)  # type: ignore[attr-defined]
    else:
        said[name] = _parse_small_number(value) if kind == "number" else value


def _parse_small_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MAX_NUMBER_DIGITS):
        raise _NeedsTyper
    return int(text)


def _assign_arguments(
    loose: list[str], arguments: Sequence[tuple[str, bool, bool]], said: dict[str, object]
) -> None:
    """Give each argument its word, and the last of them all that are left where it takes many. Raises _NeedsTyper."""
    for name, required, many in arguments:
        if not loose:
            if required:
                raise _NeedsTyper
            return
        said[name], loose = (loose, []) if many else (loose[0], loose[1:])
    if loose:
        raise _NeedsTyper
