"""One text in many spellings: composed or not, in any case, with or without its marks."""

import sys
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promisectl.domain import spelling

LETTERS = [
    character for character in map(chr, range(0x250, sys.maxunicode)) if character.isalpha()
] + list("abcdefghijkxyzABCXYZäöüÄÖÜßéèñçåøłıİŞşğĞÉÀœæÆ")
TEXTS = st.text(
    st.sampled_from(LETTERS) | st.sampled_from("aeiouıİßéü -'"), min_size=1, max_size=12
)


def test_every_character_is_the_same_in_every_spelling() -> None:
    for code in range(sys.maxunicode + 1):
        if 0xD800 <= code < 0xE000:
            continue
        character = chr(code)
        composed, decomposed = (unicodedata.normalize(form, character) for form in ("NFC", "NFD"))
        for fold in (spelling.fold_text, spelling.fold_for_search):
            folded = fold(character)
            others = {folded, composed, decomposed}
            if character != "ı" or fold is spelling.fold_for_search:
                others |= {character.upper(), character.lower()}
            for other in others - {character}:
                assert fold(other) == folded


@given(TEXTS)
@settings(max_examples=300, derandomize=True)
def test_any_text_is_found_by_any_spelling(text: str) -> None:
    wanted = spelling.fold_for_search(text)
    for other in (
        unicodedata.normalize("NFC", text),
        unicodedata.normalize("NFD", text),
        text.upper(),
        text.lower(),
    ):
        assert spelling.fold_for_search(other) == wanted


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("zoe", "Zoë"),
        ("STRASSE", "Straße"),
        ("istanbul", "İstanbul"),
        ("DIYARBAKIR", "Diyarbakır"),
        ("soren", "Søren"),
        ("lukasz", "Łukasz"),
        ("nguyen van an", "Nguyễn Văn An"),
        ("ΣΙΣΥΦΟΣ", "Σίσυφος"),
        ("ｄａｎａ", "Dana"),
        ("امیرحسین", "امیر\u200cحسین"),
    ],
)
def test_what_finds_what(typed: str, stored: str) -> None:
    assert spelling.fold_for_search(typed) == spelling.fold_for_search(stored)
    assert spelling.select_closest_spellings(typed, ["other", stored]) == [stored]


@pytest.mark.parametrize(("one", "other"), [("か", "が"), ("दिन", "दीन"), ("하", "한")])
def test_letters_that_only_look_like_letters_with_marks(one: str, other: str) -> None:
    assert spelling.fold_for_search(one) != spelling.fold_for_search(other)


def test_the_closest_spelling_comes_first() -> None:
    words = ["resume", "Résumé", "RÉSUMÉ"]
    assert spelling.select_closest_spellings("Résumé", words) == ["Résumé"]
    assert spelling.select_closest_spellings("résumé", words) == ["Résumé", "RÉSUMÉ"]
    assert spelling.select_closest_spellings("resumé", words) == words
    assert spelling.select_closest_spellings("resumé", words, with_marks=True) == []


INVISIBLE = [
    "\u200b",
    "\u200c",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u3164",
    "\u2800",
    "\ufe0f",
    "\u180e",
]


@pytest.mark.parametrize("text", ["", " ", "\u00a0\u2003", *INVISIBLE, "".join(INVISIBLE) + " \n"])
def test_nothing_to_be_seen_is_blank(text: str) -> None:
    assert spelling.is_blank(text)
    assert not spelling.is_blank(f"{text}x{text}")
