"""Checks of the words after a command that a parser takes, though they are meant otherwise."""

from __future__ import annotations

import shlex
from itertools import dropwhile

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared.arguments import is_id_word

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from typing import Any


def ensure_whole_text(ctx: Any, words: Sequence[str], before: int) -> None:
    """Refuse a text of several words with options among them. Raises ScatteredText.

    The words of an option without its quotes, as in `--by fri 17:00`, would end up in the text.
    `words` are well formed, and the first `before` of them that are not options are not the text.
    """
    place = 0
    for option, others in _split_at_options(ctx, words):
        if option and others and place > before:
            raise errors.ScatteredText(others, _format_quoted_value(option, others))
        place += len(others)


def ensure_only_ids(ctx: Any, words: Sequence[str]) -> None:
    """Refuse words among IDs that an option was meant to take. Raises BadNumber.

    They belong to the option before them; after an ID they are a reason or a note. Other words are
    left to the command, which may know them as a name. `words` are well formed.
    """
    end, has_ids = 0, False
    for option, others in _split_at_options(ctx, words):
        strays = list(dropwhile(is_id_word, others))
        end += len(option) + len(others)
        has_ids = has_ids or len(strays) < len(others)
        advice = _format_quoted_value(option, others)
        if has_ids and not advice:
            advice = _format_text_option(ctx, words, slice(end - len(strays), end))
        if strays and advice:
            raise errors.BadNumber(strays[0], advice)


def advise_on_extra_words(ctx: Any, words: Sequence[str], extra: Sequence[str]) -> str:
    """Return which option may be meant to take the words that a command does not; maybe empty.

    `words` are all that were typed, `extra` those that are too many.
    """
    for option, others in _split_at_options(ctx, words):
        advice = _format_quoted_value(option, others)
        if others and advice:
            return advice
    names = {name for param in ctx.command.params for name in param.opts}
    typed = shlex.quote(" ".join(extra))
    if "--" in words or is_id_word(extra[0]):
        return ""
    if "--with" in names:
        return f"If that is a person: {ctx.command_path} --with {typed}"
    if "--by" in names:
        others = list(words)
        for word in extra:
            others.remove(word)
        line = shlex.join([*ctx.command_path.split(), *others])
        return f"If that is the date: {line} --by {typed}"
    return ""


def _format_quoted_value(option: Sequence[str], others: Sequence[str]) -> str:
    """Return how to quote the value of an option with the words after it; empty for a flag."""
    if len(option) <= 1:
        return ""
    name, value = option
    whole = shlex.quote(" ".join([value, *others]))
    return f"If it belongs to {name}, use quotes: {name} {whole}"


def _format_text_option(ctx: Any, words: Sequence[str], stray: slice) -> str:
    """Return the command with the stray words as its reason or note; empty if it takes none."""
    names = {name for param in ctx.command.params for name in param.opts}
    option = next((name for name in ("--reason", "--note") if name in names), "")
    if not option or "--" in words:
        return ""
    others = [*words[: stray.start], *words[stray.stop :]]
    text = " ".join(words[stray])
    line = shlex.join([*ctx.command_path.split(), *others, option, text])
    return f"If that is the {option[2:]}: {line}"


def ensure_two_dashes(ctx: Any, words: Sequence[str]) -> None:
    """Refuse a long option with one dash: `-to lee` would be `-t o`. Raises UnknownOption."""
    known = {name for param in ctx.command.params for name in param.opts}
    for option, _ in _split_at_options(ctx, words):
        if option and f"-{option[0]}" in known:
            raise errors.UnknownOption(option[0], [f"-{option[0]}"], ctx.command_path)


def _split_at_options(
    ctx: Any, words: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield each option with its value, if that is another word, and the words up to the next.

    What is before the first option comes with an empty one.
    """
    valued = {
        name
        for param in ctx.command.params
        if param.param_type_name == "option" and not param.is_flag
        for name in param.opts
    }
    option: list[str] = []
    others: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word == "--":
            others += rest
            break
        if not word.startswith("-") or word == "-":
            others.append(word)
            continue
        yield option, others
        option, others = [word], []
        if _takes_next_word(word, valued):
            option += rest[:1]
            del rest[:1]
    yield option, others


def _takes_next_word(word: str, valued: Collection[str]) -> bool:
    """Whether the value of an option, or of the last in a word such as `-yt`, is the next word."""
    if word.startswith("--"):
        return word in valued
    at = next((index for index in range(1, len(word)) if f"-{word[index]}" in valued), 0)
    return at == len(word) - 1
