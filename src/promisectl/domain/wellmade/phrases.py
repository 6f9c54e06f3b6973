"""How the words of the lexicon are found in a text.

A text is read once, as words and signs. Nothing here understands a sentence: a phrase counts wherever it stands, and a verb where what
follows can only follow a verb. What is between quotation marks is not said.
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

_WORD_OR_SIGN_PATTERN = r"\w+(?:[-'.:]\w+)*|\S"
_QUOTE_TRANSLATION = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


class Tokens(NamedTuple):
    """The words and signs of a text: as they were typed, and as they are compared."""

    typed: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(4096)
def tokenize_text(text: str) -> Tokens:
    """A text as words and signs, each letter with its accent and every apostrophe straight."""
    from unicodedata import normalize

    typed = tuple(re.findall(_WORD_OR_SIGN_PATTERN, normalize("NFC", text).replace("’", "'")))
    return Tokens(typed, tuple(word.casefold() for word in typed))


def tokenize_unquoted(text: str) -> Tokens:
    """The same with “…” in the place of each quotation. A quotation mark without its partner is none."""
    parts = text.translate(_QUOTE_TRANSLATION).split('"')
    if len(parts) % 2 == 0:
        parts[-2:] = [" ".join(parts[-2:])]
    return tokenize_text(" “…” ".join(parts[::2]))


def list_words(text: str) -> list[str]:
    """The words of a text as they are compared, without the signs."""
    return [word for word in tokenize_text(text).words if word[0].isalnum()]


def count_words(text: str) -> int:
    """How many words a text has. Letters without capitals, as those of Chinese, count one each: no blanks part their words."""
    return sum(
        1 if word.isascii() or word.upper() != word.lower() else len(word)
        for word in list_words(text)
    )


def is_similar_text(one: str, other: str) -> bool:
    """Whether four fifths of the different words of two texts are in both."""
    ours, theirs = _distinct_words(one), _distinct_words(other)
    return bool(ours) and 5 * len(ours & theirs) >= 4 * len(ours | theirs)


@lru_cache(4096)
def _distinct_words(text: str) -> frozenset[str]:
    return frozenset(list_words(text))


def has_number(said: Tokens) -> bool:
    """Whether a number is named, in digits or as a word."""
    return any(word in NUMBER_WORDS or any(sign.isdigit() for sign in word) for word in said.words)


def find_hedge(said: Tokens, extra: Iterable[str] = ()) -> str:
    """The first hedge, as it was typed; empty without one."""
    return _find_first_phrase(said, (*HEDGE_PHRASES, *_normalize_phrases(extra)))


def find_vague_measure(said: Tokens, extra: Iterable[str] = ()) -> str:
    """The first vague measure, as it was typed; empty without one."""
    return _find_first_phrase(said, (*VAGUE_PHRASES, *_normalize_phrases(extra)))


def find_effort(said: Tokens, extra: Iterable[str] = (), other: str = "") -> str:
    """The effort that an outcome begins with, as it was typed; empty where it begins otherwise. `other` is who may do it."""
    start = _skip_words(said, 0, LEAD_IN_WORDS.union(list_words(other)))
    rest = " ".join(said.words[start + 1 :])
    forms = [f"{base} {rest} " for base in _list_base_forms(_find_word(said, start))]
    phrases = (*EFFORT_PHRASES, *_normalize_phrases(extra))
    found = next(
        (phrase for phrase in phrases if any(form.startswith(f"{phrase} ") for form in forms)), ""
    )
    return (
        ""
        if found in EFFORT_NOUNS and _has_outcome_state(said)
        else _format_typed_phrase(said, start, found)
    )


def find_second_outcome(said: Tokens) -> str:
    """Where a second outcome begins, as it was typed (“and send”); empty without one. “Check and sign the form” is one outcome."""
    earliest = _skip_words(said, 0, LEAD_IN_WORDS) + 3
    places = range(earliest, len(said.words))
    found = next(
        (
            place
            for place in places
            if said.words[place - 1] in LINK_WORDS and _is_verb_at(said, place)
        ),
        0,
    )
    return " ".join(said.typed[found - 1 : found + 1]).lstrip(";. ") if found else ""


def find_actor(said: Tokens, people: Iterable[str], other: str = "") -> str:
    """Which of some people an outcome begins with as the one who acts, as typed; empty without one. `other` may act."""
    start = _skip_words(said, 0, LEAD_IN_WORDS)
    ours = _find_name_end(said, start, other)
    for name in people:
        end = _find_name_end(said, start, name)
        if end > ours and _is_verb_at(said, _skip_words(said, end, LEAD_IN_WORDS)):
            return " ".join(said.typed[start:end])
    return ""


def _find_word(said: Tokens, place: int) -> str:
    """The word or sign at a place; empty behind the last one."""
    return said.words[place] if place < len(said.words) else ""


def _skip_words(said: Tokens, start: int, skipped: frozenset[str]) -> int:
    """The first place from `start` on where something else stands."""
    return next(
        (place for place in range(start, len(said.words)) if said.words[place] not in skipped),
        len(said.words),
    )


def _normalize_phrases(phrases: Iterable[str]) -> list[str]:
    """Phrases of somebody's own, written as those of the lexicon are."""
    return [" ".join(tokenize_text(phrase).words) for phrase in phrases]


def _format_typed_phrase(said: Tokens, start: int, phrase: str) -> str:
    """A phrase as it was typed, from its first place on."""
    return " ".join(said.typed[start : start + len(phrase.split())])


def _find_first_phrase(said: Tokens, phrases: Iterable[str]) -> str:
    """Which of some phrases comes first in a text, as it was typed; empty without one."""
    text = f" {' '.join(said.words)} "
    places = [(text.find(f" {phrase} "), phrase) for phrase in phrases]
    place, phrase = min((found for found in places if found[0] >= 0), default=(0, ""))
    return _format_typed_phrase(said, text[:place].count(" "), phrase)


def _list_base_forms(word: str) -> list[str]:
    """The verbs of which a word may be a form, itself among them."""
    return [
        word,
        *(word.removesuffix(ending) + put for ending, put in VERB_ENDINGS if word.endswith(ending)),
    ]


def _is_verb_at(said: Tokens, place: int) -> bool:
    """Whether a verb stands there: one of the list, with a word behind it that follows verbs."""
    return (
        not PROMISE_VERBS.isdisjoint(_list_base_forms(_find_word(said, place)))
        and _find_word(said, place + 1) in AFTER_VERB_WORDS
    )


def _has_outcome_state(said: Tokens) -> bool:
    """Whether it is said anywhere what has become of a thing: “contract signed”, “page is online”."""
    return any(word in OUTCOME_STATE_WORDS or word.endswith("ed") for word in said.words)


def _find_name_end(said: Tokens, start: int, name: str) -> int:
    """Where a name ends that stands at a place, all of it or its first word; `start` if it doesn't stand there."""
    own = tokenize_text(name).words
    is_whole = said.words[start : start + len(own)] == own
    return start + (len(own) if is_whole else int(own[0] == _find_word(said, start)))
