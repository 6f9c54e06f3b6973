"""Command lines read by the compiled tables, without Typer: those that are well formed at first sight. All others are left to Typer.

What is accepted here calls the function that Typer would call, with the same arguments; Typer takes several times as long to find out.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.dispatch import FORMS
from promisectl.compiled.argv import BEFORE, COMMANDS, GROUPS, Spelled
from promisectl.system.text import can_be_kept

if TYPE_CHECKING:
    from collections.abc import Sequence

Call = tuple[str, str, dict[str, object]]
"""A module and a function of `commands`, with its arguments."""

_MOST_DIGITS = 9


class _Unsure(Exception):
    """Typer has to look at it."""


def read(words: Sequence[str]) -> Call | None:
    """The call that a command line asks for; None where Typer has to look at it."""
    try:
        return _call(list(words))
    except _Unsure:
        return None


def _call(words: list[str]) -> Call:
    if not all(map(can_be_kept, words)):
        raise _Unsure
    rest = words[::-1]  # the next word is the last, which is cheap to take away
    before: dict[str, object] = {}
    while rest and rest[-1].startswith("-"):
        _take(rest, BEFORE, before)
    first = rest.pop() if rest else "moves"
    name = f"{first} {rest.pop()}" if first in GROUPS and rest else first
    if name not in COMMANDS or " " in first:
        raise _Unsure
    module, function, spelled, arguments, unsaid, shared = COMMANDS[name]
    said: dict[str, object] = {}
    loose = _loose(rest, spelled, said)
    _place(loose, arguments, said)
    if any(form in before and form not in shared for form in FORMS):
        raise _Unsure
    whole = {name: list(value) if isinstance(value, list) else value for name, value in unsaid.items()} | said
    whole.update((name, value) for name, value in before.items() if name in shared and whole[name] in (None, False))
    return module, function, whole


def _loose(rest: list[str], spelled: Spelled, said: dict[str, object]) -> list[str]:
    """The words that belong to no option; what the options say is noted in `said`."""
    loose: list[str] = []
    while rest:
        if rest[-1] == "--":
            rest.pop()
            return loose + rest[::-1]
        if rest[-1].startswith("-") and rest[-1] != "-":
            _take(rest, spelled, said)
        else:
            loose.append(rest.pop())
    return loose


def _take(rest: list[str], spelled: Spelled, said: dict[str, object]) -> None:
    """Take an option, with its value if it has one, from the words that are left. Raises _Unsure."""
    word, sign, value = rest.pop().partition("=")
    if word not in spelled or (sign and not word.startswith("--")):
        raise _Unsure
    name, kind = spelled[word]
    if kind == "flag":
        if sign:
            raise _Unsure
        said[name] = True
        return
    if not sign:
        if not rest:
            raise _Unsure
        value = rest.pop()
    if kind == "texts":
        texts = said.setdefault(name, [])
        texts.append(value)  # type: ignore[attr-defined]
    else:
        said[name] = _number(value) if kind == "number" else value


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise _Unsure
    return int(text)


def _place(loose: list[str], arguments: Sequence[tuple[str, bool, bool]], said: dict[str, object]) -> None:
    """Give each argument its word, and the last of them all that are left where it takes many. Raises _Unsure."""
    for name, required, many in arguments:
        if not loose:
            if required:
                raise _Unsure
            return
        said[name], loose = (loose, []) if many else (loose[0], loose[1:])
    if loose:
        raise _Unsure
