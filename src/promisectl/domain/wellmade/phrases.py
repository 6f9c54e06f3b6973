"""How the words of the lexicon are found in a text.

A text is read once, as words and signs. Nothing here understands a sentence: a phrase counts wherever it stands, and a verb where what
follows can only follow a verb. What is between quotation marks is not said.
"""

from __future__ import annotations

import re
from functools import lru_cache

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.wellmade.lexicon import AFTER_VERBS, EFFORT, ENDINGS, HEDGES, LEAD_INS, LINKS, NUMBERS, STATES, THINGS, VAGUE, VERBS

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD_OR_SIGN = r"\w+(?:[-'.:]\w+)*|\S"
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))


class Said(NamedTuple):
    """The words and signs of a text: as they were typed, and as they are compared."""

    typed: tuple[str, ...]
    words: tuple[str, ...]


@lru_cache(4096)
def read(text: str) -> Said:
    """A text as words and signs, each letter with its accent and every apostrophe straight."""
    from unicodedata import normalize

    typed = tuple(re.findall(_WORD_OR_SIGN, normalize("NFC", text).replace("’", "'")))
    return Said(typed, tuple(word.casefold() for word in typed))


def unquoted(text: str) -> Said:
    """The same with “…” in the place of each quotation. A quotation mark without its partner is none."""
    parts = text.translate(_QUOTES).split('"')
    if len(parts) % 2 == 0:
        parts[-2:] = [" ".join(parts[-2:])]
    return read(" “…” ".join(parts[::2]))


def words(text: str) -> list[str]:
    """The words of a text as they are compared, without the signs."""
    return [word for word in read(text).words if word[0].isalnum()]


def length(text: str) -> int:
    """How many words a text has. Letters without capitals, as those of Chinese, count one each: no blanks part their words."""
    return sum(1 if word.isascii() or word.upper() != word.lower() else len(word) for word in words(text))


def are_alike(one: str, other: str) -> bool:
    """Whether four fifths of the different words of two texts are in both."""
    ours, theirs = _different(one), _different(other)
    return bool(ours) and 5 * len(ours & theirs) >= 4 * len(ours | theirs)


@lru_cache(4096)
def _different(text: str) -> frozenset[str]:
    return frozenset(words(text))


def has_number(said: Said) -> bool:
    """Whether a number is named, in digits or as a word."""
    return any(word in NUMBERS or any(sign.isdigit() for sign in word) for word in said.words)


def hedge(said: Said, extra: Iterable[str] = ()) -> str:
    """The first hedge, as it was typed; empty without one."""
    return _first(said, (*HEDGES, *_compared(extra)))


def vague(said: Said, extra: Iterable[str] = ()) -> str:
    """The first vague measure, as it was typed; empty without one."""
    return _first(said, (*VAGUE, *_compared(extra)))


def effort(said: Said, extra: Iterable[str] = (), other: str = "") -> str:
    """The effort that an outcome begins with, as it was typed; empty where it begins otherwise. `other` is who may do it."""
    start = _skip(said, 0, LEAD_INS.union(words(other)))
    rest = " ".join(said.words[start + 1 :])
    forms = [f"{base} {rest} " for base in _bases(_word(said, start))]
    phrases = (*EFFORT, *_compared(extra))
    found = next((phrase for phrase in phrases if any(form.startswith(f"{phrase} ") for form in forms)), "")
    return "" if found in THINGS and _tells_a_state(said) else _typed(said, start, found)


def second(said: Said) -> str:
    """Where a second outcome begins, as it was typed (“and send”); empty without one. “Check and sign the form” is one outcome."""
    earliest = _skip(said, 0, LEAD_INS) + 3
    places = range(earliest, len(said.words))
    found = next((place for place in places if said.words[place - 1] in LINKS and _acts(said, place)), 0)
    return " ".join(said.typed[found - 1 : found + 1]).lstrip(";. ") if found else ""


def actor(said: Said, people: Iterable[str], other: str = "") -> str:
    """Which of some people an outcome begins with as the one who acts, as typed; empty without one. `other` may act."""
    start = _skip(said, 0, LEAD_INS)
    ours = _named(said, start, other)
    for name in people:
        end = _named(said, start, name)
        if end > ours and _acts(said, _skip(said, end, LEAD_INS)):
            return " ".join(said.typed[start:end])
    return ""


def _word(said: Said, place: int) -> str:
    """The word or sign at a place; empty behind the last one."""
    return said.words[place] if place < len(said.words) else ""


def _skip(said: Said, start: int, skipped: frozenset[str]) -> int:
    """The first place from `start` on where something else stands."""
    return next((place for place in range(start, len(said.words)) if said.words[place] not in skipped), len(said.words))


def _compared(phrases: Iterable[str]) -> list[str]:
    """Phrases of somebody's own, written as those of the lexicon are."""
    return [" ".join(read(phrase).words) for phrase in phrases]


def _typed(said: Said, start: int, phrase: str) -> str:
    """A phrase as it was typed, from its first place on."""
    return " ".join(said.typed[start : start + len(phrase.split())])


def _first(said: Said, phrases: Iterable[str]) -> str:
    """Which of some phrases comes first in a text, as it was typed; empty without one."""
    text = f" {' '.join(said.words)} "
    places = [(text.find(f" {phrase} "), phrase) for phrase in phrases]
    place, phrase = min((found for found in places if found[0] >= 0), default=(0, ""))
    return _typed(said, text[:place].count(" "), phrase)


def _bases(word: str) -> list[str]:
    """The verbs of which a word may be a form, itself among them."""
    return [word, *(word.removesuffix(ending) + put for ending, put in ENDINGS if word.endswith(ending))]


def _acts(said: Said, place: int) -> bool:
    """Whether a verb stands there: one of the list, with a word behind it that follows verbs."""
    return not VERBS.isdisjoint(_bases(_word(said, place))) and _word(said, place + 1) in AFTER_VERBS


def _tells_a_state(said: Said) -> bool:
    """Whether it is said anywhere what has become of a thing: “contract signed”, “page is online”."""
    return any(word in STATES or word.endswith("ed") for word in said.words)


def _named(said: Said, start: int, name: str) -> int:
    """Where a name ends that stands at a place, all of it or its first word; `start` if it doesn't stand there."""
    own = read(name).words
    is_whole = said.words[start : start + len(own)] == own
    return start + (len(own) if is_whole else int(own[0] == _word(said, start)))
