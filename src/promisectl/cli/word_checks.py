"""Checks of the words after a command that a parser takes, though they are meant otherwise.

Both parsers make them. `spelled` are the options of the command as in `compiled.argv`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import takewhile

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from promisectl.compiled.argv import Spelled

_DATE_PARAMETERS = frozenset(("by", "reply_by", "said", "on", "told"))
_MAX_DATE_END_WORDS = 4
# How the rest of a date begins, after its first word.
_DATE_END_BEGINNINGS = (
    *("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"),
    *("mon", "tue", "wed", "thu", "fri", "sat", "sun", "next", "last", "this", "day", "week"),
    *("year", "hour", "min", "ago", "from", "in", "of", "the", "on", "at", "am", "pm", "a.m"),
    *("p.m", "noon", "midday", "midnight", "morning", "afternoon", "evening", "night", "eve"),
    *("eod", "cob", "end", "close", "utc", "z"),
)
_SOME_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def list_spelled_options(ctx: Any) -> Spelled:
    """Return the options of the command of Typer's context, as the compiled tables have them."""
    return {
        name: (param.name, "flag" if param.is_flag else "text")
        for param in ctx.command.params
        if param.param_type_name == "option"
        for name in param.opts
    }


def ensure_whole_text(spelled: Spelled, words: Sequence[str], before: int) -> None:
    """Refuse a text of several words with options among them, and one that ends a date.

    The words of an option without its quotes, as in `--by fri 17:00`, would end up in the text.
    `words` are well formed, and the first `before` of them that are not options are not the text.
    Raises ScatteredText and DateOrText.
    """
    place = 0
    text: tuple[Sequence[str], Sequence[str]] = [], []
    for option, others in _split_at_options(spelled, words):
        if option and others and place > before:
            raise errors.ScatteredText(others, option)
        if others and place == before:
            text = option, others
        place += len(others)
    option, others = text
    if "--" not in words and is_end_of_date(spelled, option, others):
        raise errors.DateOrText(others, option)


def is_end_of_date(spelled: Spelled, option: Sequence[str], others: Sequence[str]) -> bool:
    """Whether words after an option with a date make another date together with it."""
    if not option[1:] or spelled[option[0]][0] not in _DATE_PARAMETERS:
        return False
    first = others[0].casefold()
    if len(others) > _MAX_DATE_END_WORDS or not (
        first[:1].isdigit() or first.startswith(_DATE_END_BEGINNINGS)
    ):
        return False
    from promisectl.domain import dates

    try:
        dates.parse_date(" ".join((option[1], *others)), _SOME_MOMENT, "UTC")
    except errors.AmbiguousDate:
        return True
    except errors.UnreadableDate:
        return False
    return True


def ensure_ids(command: str, spelled: Spelled, words: Sequence[str]) -> None:
    """Refuse words among IDs that belong to an option, or are a reason. Raises WordsAmongIds."""
    ids: list[str] = []
    for option, others in _split_at_options(spelled, words):
        known = list(takewhile(arguments.is_id_word, others))
        strays = others[len(known) :]
        ids += known
        if strays and not known and _may_belong(spelled, option, strays):
            raise errors.WordsAmongIds(strays, option)
        if strays and ids and "--reason" in spelled:
            raise errors.WordsAmongIds(strays, [], f"{command} {' '.join(ids)}")


def find_option_before(
    spelled: Spelled, words: Sequence[str], strays: Sequence[str]
) -> Sequence[str]:
    """Return the option, with its value, that stray words may belong to; nothing for none."""
    for option, others in _split_at_options(spelled, words):
        is_stray = others and list(others) == list(strays)[: len(others)]
        if is_stray and _may_belong(spelled, option, others):
            return option
    return ()


def _may_belong(spelled: Spelled, option: Sequence[str], others: Sequence[str]) -> bool:
    """Whether words after an option may be the rest of its value: any, but after a date a date."""
    if not option[1:]:
        return False
    is_date = spelled[option[0]][0] in _DATE_PARAMETERS
    return is_end_of_date(spelled, option, others) or not is_date


def ensure_two_dashes(ctx: Any, words: Sequence[str]) -> None:
    """Refuse a long option with one dash: `-to lee` would be `-t o`. Raises UnknownOption."""
    spelled = list_spelled_options(ctx)
    for option, _ in _split_at_options(spelled, words):
        if option and f"-{option[0]}" in spelled:
            raise errors.UnknownOption(option[0], [f"-{option[0]}"], ctx.command_path)


def _split_at_options(
    spelled: Spelled, words: Sequence[str]
) -> Iterator[tuple[Sequence[str], Sequence[str]]]:
    """Yield each option with its value, if that is another word, and the words up to the next.

    What is before the first option comes with an empty one.
    """
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
        name = _find_valued_option(spelled, word)
        option, others = [name or word], []
        if name:
            option += rest[:1]
            del rest[:1]
    yield option, others


def _find_valued_option(spelled: Spelled, word: str) -> str:
    """Return the option whose value is the next word: `word`, or the last in a word like `-yt`.

    Empty if there is none.
    """

    def takes_value(name: str) -> bool:
        return name in spelled and spelled[name][1] != "flag"

    if word.startswith("--"):
        return word if takes_value(word) else ""
    names = [f"-{letter}" for letter in word[1:]]
    at = next((index for index, name in enumerate(names) if takes_value(name)), -1)
    return names[at] if 0 <= at == len(names) - 1 else ""
