"""Parses well-formed command lines by the compiled tables, and leaves all others to Typer.

It returns the call that Typer would make, with the same arguments, in a fraction of the time:
Typer costs 5.44 starts of Python.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.dispatch import OUTPUT_FORMS
from promisectl.compiled.argv import BEFORE, COMMANDS, GROUPS, Spelled
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

CommandCall = tuple[str, str, dict[str, object], "dict[str, Any]"]
"""A module and a function of `commands`, its arguments, and its traits for `run_command`."""

_MAX_OPTION_DIGITS = 9


class _NeedsTyper(Exception):
    """Only Typer can read the command line, or explain what is wrong with it."""


def parse_command_line(words: Sequence[str]) -> CommandCall | None:
    """Return the call that a command line asks for, or None where Typer has to parse it."""
    try:
        return _parse_words(list(words))
    except _NeedsTyper:
        return None


def _parse_words(words: list[str]) -> CommandCall:
    if not all(map(can_be_stored, words)):
        raise _NeedsTyper
    rest = words[::-1]  # reversed, because taking the last word is cheap
    before: dict[str, object] = {}
    while rest and rest[-1].startswith("-"):
        _parse_option(rest, BEFORE, before)
    first = rest.pop() if rest else "moves"
    name = f"{first} {rest.pop()}" if first in GROUPS and rest else first
    if name not in COMMANDS and _is_id_word(name):
        rest.append(name)
        first = name = "show"
    if name not in COMMANDS or " " in first:
        raise _NeedsTyper
    module, function, spelled, arguments, defaults, shared, traits = COMMANDS[name]
    values: dict[str, object] = {}
    typed = rest[::-1]
    texts, places = _parse_options(rest, spelled, values)
    _assign_arguments(texts, places, arguments, values)
    _check_words(typed, places, COMMANDS[name], values)
    if any(form in before and form not in shared for form in OUTPUT_FORMS):
        raise _NeedsTyper
    call = {
        name: list(value) if isinstance(value, list) else value for name, value in defaults.items()
    } | values
    call.update(
        (name, value)
        for name, value in before.items()
        if name in shared and call[name] in (None, False)
    )
    return module, function, call, traits


def _is_id_word(word: str) -> bool:
    from promisectl.commands.shared import arguments

    return arguments.is_id_word(word)


def _parse_options(
    rest: list[str], spelled: Spelled, values: dict[str, object]
) -> tuple[list[str], list[int]]:
    """Parse the options among the reversed words into `values`.

    Returns the other words in order, and how many of them are before each option.
    """
    texts: list[str] = []
    places: list[int] = []
    while rest:
        if rest[-1] == "--":
            rest.pop()
            return texts + rest[::-1], places
        if rest[-1].startswith("-") and rest[-1] != "-":
            _parse_option(rest, spelled, values)
            places.append(len(texts))
        else:
            texts.append(rest.pop())
    return texts, places


def _parse_option(rest: list[str], spelled: Spelled, values: dict[str, object]) -> None:
    """Take an option and its value from the reversed words into `values`. Raises _NeedsTyper."""
    word, equals, value = _split_short_options(rest, spelled).partition("=")
    if word not in spelled or (equals and not word.startswith("--")):
        raise _NeedsTyper
    name, kind = spelled[word]
    if kind == "flag":
        if equals:
            raise _NeedsTyper
        values[name] = True
        return
    if not equals:
        if not rest:
            raise _NeedsTyper
        value = rest.pop()
    if kind == "number":
        if not (value.isascii() and value.isdigit() and len(value) <= _MAX_OPTION_DIGITS):
            raise _NeedsTyper
        values[name] = int(value)
    elif kind == "texts":
        values.setdefault(name, []).append(value)  # type: ignore[attr-defined]
    else:
        values[name] = value


def _split_short_options(rest: list[str], spelled: Spelled) -> str:
    """Take the next option from the reversed words: of `-yt` the first, so that `-t` is left."""
    word = rest.pop()
    option, more = word[:2], word[2:]
    if option == "--" or not more or option not in spelled:
        return word
    if f"-{word}" in spelled:  # a long option with one dash
        raise _NeedsTyper
    if spelled[option][1] != "flag":
        rest.append(more)
    elif more.startswith("-"):
        raise _NeedsTyper
    else:
        rest.append(f"-{more}")
    return option


def _assign_arguments(
    texts: list[str],
    places: list[int],
    arguments: Sequence[tuple[str, bool, str]],
    values: dict[str, object],
) -> None:
    """Give each argument its word, or all that are left as a list or as one text.

    No option may be at one of the `places` inside a text. Raises _NeedsTyper.
    """
    for index, (name, required, takes) in enumerate(arguments):
        if not texts:
            if required:
                raise _NeedsTyper
            return
        if takes == "word":
            values[name], *texts = texts
            continue
        if takes == "text" and any(index < place < index + len(texts) for place in places):
            raise _NeedsTyper
        values[name], texts = " ".join(texts) if takes == "text" else texts, []
    if texts:
        raise _NeedsTyper


def _check_words(
    typed: Sequence[str],
    places: list[int],
    command: Any,
    values: dict[str, object],
) -> None:
    """Leave words to Typer that it refuses as meant otherwise. Raises _NeedsTyper."""
    _, _, spelled, arguments, _, _, traits = command
    ids = values.get(traits.get("ids", ""))
    has_other_words = isinstance(ids, list) and not all(map(_is_id_word, ids))
    text_at = next((at for at, (_, _, takes) in enumerate(arguments) if takes == "text"), -1)
    if not has_other_words and text_at not in places:
        return
    from promisectl.cli import word_checks

    try:
        if has_other_words:
            word_checks.ensure_ids("", spelled, typed)
        if text_at in places:
            word_checks.ensure_whole_text(spelled, typed, text_at)
    except errors.Usage:
        raise _NeedsTyper from None
