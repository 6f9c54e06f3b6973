"""Checks of the words after a command that a parser takes, though they are meant otherwise."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

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
            raise errors.ScatteredText(others, option)
        place += len(others)


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
