"""Checks of the words after a command that a parser takes, though they are meant otherwise.

Both parsers make them. `spelled` are the options of the command as in `compiled.argv`.
"""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import dropwhile

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from promisectl.compiled.argv import Spelled

_DATE_PARAMETERS = frozenset(
    ("by", "reply_by", "answer_by", "said", "on", "told", "until", "except_")
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
            raise errors.ScatteredText(others, _format_quoted_value(option, others))
        if others and place == before:
            text = option, others
        place += len(others)
    option, others = text
    if "--" not in words and _is_end_of_date(spelled, option, others):
        raise errors.DateOrText(others, option[0], _format_quoted_value(option, others))


def ensure_ids(command: str, spelled: Spelled, words: Sequence[str]) -> None:
    """Refuse words among IDs that an option was meant to take. Raises WordsAmongIds.

    They belong to the option before them; after an ID they are a reason or a note. Other words are
    left to the command, which may know them as a name. `words` are well formed.
    """
    end, has_ids = 0, False
    for option, others in _split_at_options(spelled, words):
        strays = list(dropwhile(arguments.is_id_word, others))
        end += len(option) + len(others)
        has_ids = has_ids or len(strays) < len(others)
        if not strays:
            continue
        advice = ""
        if len(strays) == len(others) and _may_belong(spelled, option, strays):
            advice = _format_quoted_value(option, strays)
        if has_ids and not advice:
            name = next((name for name in ("--reason", "--note") if name in spelled), "")
            left = [*words[: end - len(strays)], *words[end:]]
            advice = _format_with_option(command, left, name, strays, f"the {name[2:]}")
        if advice:
            raise errors.WordsAmongIds(strays, advice)


def advise_on_extra_words(
    command: str, spelled: Spelled, words: Sequence[str], extra: Sequence[str]
) -> str:
    """Return where the words may belong that a command does not take; maybe empty.

    `words` are all that were typed, `extra` those that are too many.
    """
    if "--" in words:
        return ""
    for option, others in _split_at_options(spelled, words):
        is_extra = others and list(others) == list(extra)[: len(others)]
        if is_extra and _may_belong(spelled, option, others):
            return _format_quoted_value(option, others)
    if arguments.is_id_word(extra[0]):
        number = extra[0].removeprefix("#")
        is_one = "--promise" in spelled and len(extra) == 1
        return f"For one promise: {command} --promise {number}" if is_one else ""
    if "--with" in spelled:
        return _format_with_option(command, [], "--with", extra, "a person")
    left = list(words)
    for word in extra:
        left.remove(word)
    is_date = "--by" in spelled and _is_date(" ".join(extra))
    name, meaning = ("--by", "the date") if is_date else ("--what", "the new text")
    return _format_with_option(command, left, name if name in spelled else "", extra, meaning)


def _may_belong(spelled: Spelled, option: Sequence[str], others: Sequence[str]) -> bool:
    """Whether words after an option may be the rest of its value: any, but after a date a date."""
    if not option[1:]:
        return False
    is_date = spelled[option[0]][0] in _DATE_PARAMETERS
    return not is_date or _is_end_of_date(spelled, option, others)


def _is_end_of_date(spelled: Spelled, option: Sequence[str], others: Sequence[str]) -> bool:
    """Whether words after an option with a date make another date together with it."""
    if not option[1:] or spelled[option[0]][0] not in _DATE_PARAMETERS:
        return False
    return _is_date(" ".join((option[1], *others)))


def _is_date(text: str) -> bool:
    """Whether a text can be read as a date, in one way or in several."""
    from promisectl.domain import dates

    try:
        dates.parse_date(text, _SOME_MOMENT, "UTC")
    except errors.AmbiguousDate:
        return True
    except errors.UnreadableDate:
        return False
    return True


def _format_quoted_value(option: Sequence[str], others: Sequence[str]) -> str:
    """Return how to quote the value of an option with the words after it; empty for a flag."""
    if len(option) <= 1:
        return ""
    import shlex

    name, value = option
    whole = shlex.quote(" ".join([value, *others]))
    return f"If it belongs to {name}, use quotes: {name} {whole}"


def _format_with_option(
    command: str, words: Sequence[str], option: str, value: Sequence[str], meaning: str
) -> str:
    """Return the command with `words`, and with other words as the value of an option, if any."""
    if not option or "--" in words:
        return ""
    import shlex

    line = shlex.join([*command.split(), *words, option, " ".join(value)])
    return f"If that is {meaning}: {line}"


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
