"""Names that mean several people: a new one is asked about, and the check warns of each.

A word for a department can also be a surname, so it counts only where no other word of the name can
be a person's. What is in brackets is a remark, as in “Dana (Finance)”.
"""

from __future__ import annotations

import re

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import people
from promisectl.domain.wellmade.lexicon import (
    ARTICLES,
    DEPARTMENT_WORDS,
    GROUP_WORDS,
    WORDS_BESIDE_DEPARTMENTS,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

# A comma, also before “and”, but not before “Jr.”; the word “and”; and between two words of two
# letters or more (so not in “s/o” or “D&D”) an ampersand or a slash. None of them in brackets.
_JOINER = re.compile(
    r"(?:\s*,(?!\s*(?:jr|sr|md|phd)\b)\s*(?:and\s+)?|\s+and\s+|(?<=\w\w)\s*[&/]\s*(?=\w\w))"
    r"(?![^(]*\))",
    re.IGNORECASE,
)
_REMARK = re.compile(r"\([^()]*\)")
_WORD = re.compile(r"[\w.&']+")


def is_group_name(name: str, persons: Sequence[str] = (), groups: Sequence[str] = ()) -> bool:
    """Whether a name may mean several people: it joins names, or has the words of a group.

    `persons` are names that mean one person all the same, `groups` more words of groups.
    """
    if people.build_handle(name) in map(people.build_handle, persons):
        return False
    words = _list_words(name)
    if (
        len(split_group_name(name)) > 1
        or not GROUP_WORDS.isdisjoint(words)
        or any(_has_phrase(words, _list_words(group)) for group in groups)
    ):
        return True
    if words[:1] == ["all"] and (words == ["all"] or words[-1].endswith("s")):
        return True  # “all parents”, but not “All Bran”
    is_plain = DEPARTMENT_WORDS.union(WORDS_BESIDE_DEPARTMENTS).issuperset(words)
    has_article = not ARTICLES.isdisjoint(words[:1])
    return not DEPARTMENT_WORDS.isdisjoint(words) and (is_plain or has_article)


def split_group_name(name: str) -> list[str]:
    """Return the names that a comma, an ampersand, a slash or the word “and” joins."""
    return [part for part in map(str.strip, _JOINER.split(name)) if part]


def _list_words(name: str) -> list[str]:
    """Return the words of a name for comparison, without remarks; a hyphen parts words."""
    return _WORD.findall(people.plain_name(_REMARK.sub(" ", name)))


def _has_phrase(words: Sequence[str], phrase: Sequence[str]) -> bool:
    """Whether the words of a phrase follow each other in a name."""
    return bool(phrase) and f" {' '.join(phrase)} " in f" {' '.join(words)} "
