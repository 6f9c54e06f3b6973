"""Spellings of a text: which are the same, which a search finds, and which look empty."""

from __future__ import annotations

from unicodedata import category, combining, normalize

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

JOINERS = "\u200c\u200d"
"""Two invisible characters that Persian, Sinhala or Malayalam need within a word."""
# The marks that voice a kana and those that end a syllable make another letter: they stay.
_KEPT_MARK_CLASSES = (8, 9)
_PLAIN_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe"}
    | dict.fromkeys(JOINERS)
)
# What is drawn as nothing: Default_Ignorable_Code_Point of Unicode, and the empty Braille pattern.
_INVISIBLE_RANGES = (
    (0xAD, 0x34F, 0x61C, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFEFF, 0xFFA0),
    range(0x180B, 0x1810),
    range(0x200B, 0x2010),
    range(0x202A, 0x202F),
    range(0x2060, 0x2070),
    range(0xFE00, 0xFE10),
    range(0xFFF0, 0xFFF9),
    range(0x1BCA0, 0x1BCA4),
    range(0x1D173, 0x1D17B),
    range(0xE0000, 0xE1000),
)


def fold_text(text: str) -> str:
    """Return the same text for every spelling of it, composed or not, in any case.

    Source: the Unicode Standard, section 3.13, canonical caseless matching.
    """
    if text.isascii():
        return text.casefold()
    folded = normalize("NFD", text).casefold()
    return normalize("NFC", normalize("NFD", folded).casefold())


def fold_for_search(text: str) -> str:
    """Return `fold_text` of a text without its marks, and with plain letters for styled ones."""
    if text.isascii():
        return text.casefold()
    folded = normalize("NFKD", normalize("NFKD", text).casefold()).translate(_PLAIN_LETTERS)
    plain = "".join(
        character
        for character in folded
        if combining(character) == 0 or combining(character) in _KEPT_MARK_CLASSES
    )
    return normalize("NFC", plain)


def strip_tag_sign(word: str) -> str:
    """Return a tag as it is kept: without the `#` or `+` with which others write it."""
    return word.removeprefix("#").removeprefix("+")


def unify_spellings(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the texts, of those that are the same in another spelling the first one."""
    by_spelling: dict[str, str] = {}
    for text in texts:
        by_spelling.setdefault(fold_text(text), text)
    return tuple(by_spelling.values())


def select_closest_spellings(
    word: str, candidates: Iterable[str], *, with_marks: bool = False
) -> list[str]:
    """Return the candidates that are `word`: as it is, in another spelling or without marks.

    Those of the first kind that any candidate is of are returned; with `with_marks`, marks count.
    """
    texts = list(candidates)
    for fold in (str, fold_text) if with_marks else (str, fold_text, fold_for_search):
        wanted = fold(word)
        if matches := [text for text in texts if fold(text) == wanted]:
            return matches
    return []


def is_invisible(character: str) -> bool:
    """Whether a character is drawn as nothing, not even as a space."""
    return any(ord(character) in codes for codes in _INVISIBLE_RANGES)


def is_blank(text: str) -> bool:
    """Whether a text has only spaces and invisible characters."""
    return text.isspace() or all(
        character.isspace() or is_invisible(character) for character in text
    )


def replace_spaces(text: str) -> str:
    """Return a text with a plain space for every other one, and no invisible characters."""
    if text.isascii():
        return text.replace("\t", " ")
    return "".join(
        " " if category(character) == "Zs" or character == "\t" else character
        for character in text
        if not is_invisible(character)
    )
