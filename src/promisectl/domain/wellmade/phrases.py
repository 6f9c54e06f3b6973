"""The search for words and phrases of the lexicon in a text.

A text is a sequence of tokens: words and single characters. Nothing here understands a sentence.
A phrase counts anywhere, and a verb counts before a word that hardly follows anything but a verb.
Text in quotation marks does not count.
"""

from __future__ import annotations

import re
from functools import lru_cache

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.wellmade.lexicon import (
    AFTER_VERB_WORDS,
    EFFORT_NOUNS,
    EFFORT_PHRASES,
    HEDGE_PHRASES,
    LEAD_IN_WORDS,
    LINK_WORDS,
    NUMBER_WORDS,
    OUTCOME_STATE_WORDS,
    PROMISE_VERBS,
    VAGUE_PHRASES,
    VERB_ENDINGS,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD_OR_CHARACTER_PATTERN = r"\w+(?:[-'.:]\w+)*|\S"
_QUOTE_TRANSLATION = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


class Tokens(NamedTuple):
    """The words and single characters of a text: as `typed`, and as compared (`words`)."""

    typed: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(4096)
def tokenize_text(text: str) -> Tokens:
    """Return the tokens of a text, with composed accents (NFC) and straight apostrophes."""
    from unicodedata import normalize

    typed = tuple(re.findall(_WORD_OR_CHARACTER_PATTERN, normalize("NFC", text).replace("’", "'")))
    return Tokens(typed, tuple(word.casefold() for word in typed))


def tokenize_unquoted(text: str) -> Tokens:
    """Return the tokens of a text with “…” for each quotation.

    A quotation mark without a partner counts as a space.
    """
    parts = text.translate(_QUOTE_TRANSLATION).split('"')
    if len(parts) % 2 == 0:
        parts[-2:] = [" ".join(parts[-2:])]
    return tokenize_text(" “…” ".join(parts[::2]))


def list_words(text: str) -> list[str]:
    """Return the words of a text as they are compared, without punctuation."""
    return [word for word in tokenize_text(text).words if word[0].isalnum()]


def count_words(text: str) -> int:
    """Return how many words a text has.

    Letters without capitals, as in Chinese, count one each: their words have no spaces between.
    """
    return sum(
        1 if word.isascii() or word.upper() != word.lower() else len(word)
        for word in list_words(text)
    )


def is_similar_text(one: str, other: str) -> bool:
    """Whether both texts have at least four fifths of all their different words."""
    ours, theirs = _distinct_words(one), _distinct_words(other)
    return bool(ours) and 5 * len(ours & theirs) >= 4 * len(ours | theirs)


@lru_cache(4096)
def _distinct_words(text: str) -> frozenset[str]:
    return frozenset(list_words(text))


def has_number(tokens: Tokens) -> bool:
    """Whether the tokens name a number, in digits or as a word."""
    return any(
        word in NUMBER_WORDS or any(character.isdigit() for character in word)
        for word in tokens.words
    )


def find_hedge(tokens: Tokens, extra: Iterable[str] = ()) -> str:
    """Return the first hedge as typed; empty without one."""
    return _find_first_phrase(tokens, (*HEDGE_PHRASES, *_normalize_phrases(extra)))


def find_vague_measure(tokens: Tokens, extra: Iterable[str] = ()) -> str:
    """Return the first vague measure as typed; empty without one."""
    return _find_first_phrase(tokens, (*VAGUE_PHRASES, *_normalize_phrases(extra)))


def find_effort(tokens: Tokens, extra: Iterable[str] = (), other: str = "") -> str:
    """Return the effort that an outcome begins with, as typed; empty without one.

    The name `other` may come before it.
    """
    start = _skip_words(tokens, 0, LEAD_IN_WORDS.union(list_words(other)))
    rest = " ".join(tokens.words[start + 1 :])
    forms = [f"{base} {rest} " for base in _list_base_forms(_find_word(tokens, start))]
    phrases = (*EFFORT_PHRASES, *_normalize_phrases(extra))
    effort = next(
        (phrase for phrase in phrases if any(form.startswith(f"{phrase} ") for form in forms)), ""
    )
    if effort in EFFORT_NOUNS and any(
        word in OUTCOME_STATE_WORDS or word.endswith("ed") for word in tokens.words
    ):
        return ""  # “support contract signed” names what became of a thing
    return _format_typed_phrase(tokens, start, effort)


def find_second_outcome(tokens: Tokens) -> str:
    """Return the beginning of a second outcome as typed (“and send”); empty without one.

    “Check and sign the form” is one outcome.
    """
    earliest = _skip_words(tokens, 0, LEAD_IN_WORDS) + 3
    for index in range(earliest, len(tokens.words)):
        if tokens.words[index - 1] in LINK_WORDS and _is_verb_at(tokens, index):
            return " ".join(tokens.typed[index - 1 : index + 1]).lstrip(";. ")
    return ""


def find_actor(tokens: Tokens, people: Iterable[str], other: str = "") -> str:
    """Return the one of `people` who acts in an outcome, as typed; empty without one.

    `other` may act: a name that is only as long as theirs does not count.
    """
    start = _skip_words(tokens, 0, LEAD_IN_WORDS)
    other_end = _find_name_end(tokens, start, other)
    for name in people:
        end = _find_name_end(tokens, start, name)
        if end > other_end and _is_verb_at(tokens, _skip_words(tokens, end, LEAD_IN_WORDS)):
            return " ".join(tokens.typed[start:end])
    return ""


def _find_word(tokens: Tokens, index: int) -> str:
    """Return the word or character at an index; empty after the last one."""
    return tokens.words[index] if index < len(tokens.words) else ""


def _skip_words(tokens: Tokens, start: int, skipped: frozenset[str]) -> int:
    """Return the index of the first word from `start` on that is not one of `skipped`."""
    for index in range(start, len(tokens.words)):
        if tokens.words[index] not in skipped:
            return index
    return len(tokens.words)


def _normalize_phrases(phrases: Iterable[str]) -> list[str]:
    """Return a person's own phrases in the form of the lexicon."""
    return [" ".join(tokenize_text(phrase).words) for phrase in phrases]


def _format_typed_phrase(tokens: Tokens, start: int, phrase: str) -> str:
    """Return the phrase that begins at `start`, as typed."""
    return " ".join(tokens.typed[start : start + len(phrase.split())])


def _find_first_phrase(tokens: Tokens, phrases: Iterable[str]) -> str:
    """Return the phrase that comes first in a text, as typed; empty without one."""
    text = f" {' '.join(tokens.words)} "
    matches = [(text.find(f" {phrase} "), phrase) for phrase in phrases]
    offset, phrase = min((match for match in matches if match[0] >= 0), default=(0, ""))
    return _format_typed_phrase(tokens, text[:offset].count(" "), phrase)


def _list_base_forms(word: str) -> list[str]:
    """Return the verbs of which a word may be a form, first the word itself."""
    return [
        word,
        *(
            word.removesuffix(ending) + base_ending
            for ending, base_ending in VERB_ENDINGS
            if word.endswith(ending)
        ),
    ]


def _is_verb_at(tokens: Tokens, index: int) -> bool:
    """Whether the word at an index is a verb of the list, before a word that follows verbs."""
    forms = _list_base_forms(_find_word(tokens, index))
    if PROMISE_VERBS.isdisjoint(forms):
        return False
    return _find_word(tokens, index + 1) in AFTER_VERB_WORDS


def _find_name_end(tokens: Tokens, start: int, name: str) -> int:
    """Return the index after a name, or after its first word, that begins at `start`.

    Where it does not begin there, return `start`.
    """
    name_words = tokenize_text(name).words
    if tokens.words[start : start + len(name_words)] == name_words:
        return start + len(name_words)
    return start + (name_words[0] == _find_word(tokens, start))
