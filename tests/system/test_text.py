"""Lines for a terminal: broken between words only, never wider than it is, and nothing lost."""

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len

from promisectl.system.text import count_cells, escape_text, fold_line

LETTERS = "ab,.“”…›東京部長ｱＡ한e\u0301o\u0302\u0323é👍☕🇩🇪\u200d\ufe0fกำ"
WORDS = st.text(st.sampled_from(LETTERS), min_size=0, max_size=12)
LINES = st.one_of(
    st.lists(WORDS, max_size=30).map(" ".join),
    st.text(max_size=200).map(escape_text),
    st.text("ab ", max_size=80),
)
WIDTHS = st.integers(1, 60)


@given(LINES, WIDTHS, st.integers(0, 10))
@example("", 40, 3)
@example("   ", 2, 0)
@example("a  b ", 3, 1)
def test_unfolding_gives_the_line_back(line: str, width: int, spare: int) -> None:
    assert fold_line(line, width, spare=spare).replace("\n", " ") == line


@given(LINES, WIDTHS, st.integers(0, 10))
def test_no_line_is_wider_than_the_terminal_but_for_one_long_word(
    line: str, width: int, spare: int
) -> None:
    *lines, last = fold_line(line, width, spare=spare).split("\n")
    for one in lines:
        assert cell_len(one) <= width or " " not in one
    assert cell_len(last) + spare <= width or " " not in last


@given(
    st.lists(st.text("abc", min_size=1, max_size=9), min_size=1, max_size=30), st.integers(10, 60)
)
def test_a_line_is_as_full_as_it_can_be(words: list[str], width: int) -> None:
    lines = fold_line(" ".join(words), width).split("\n")
    for one, after in pairwise(lines):
        assert len(one) + 1 + len(after.split(" ", maxsplit=1)[0]) > width


@given(
    st.lists(st.text("abc", min_size=1, max_size=6), min_size=1, max_size=20),
    st.integers(12, 60),
    st.integers(0, 5),
)
def test_room_stays_free_at_the_end(words: list[str], width: int, spare: int) -> None:
    assert len(fold_line(" ".join(words), width, spare=spare).split("\n")[-1]) + spare <= width


@pytest.mark.parametrize(
    ("line", "width", "spare", "lines"),
    [
        ("one two three", 13, 0, ["one two three"]),
        ("one two three", 12, 0, ["one two", "three"]),
        ("one two three", 13, 1, ["one two", "three"]),
        ("one two three", 3, 0, ["one", "two", "three"]),
        ("a-very-long-word-indeed and more", 10, 0, ["a-very-long-word-indeed", "and more"]),
        ("more a-very-long-word-indeed", 10, 0, ["more", "a-very-long-word-indeed"]),
        ("one  two", 8, 0, ["one  two"]),
        ("one  two", 6, 0, ["one ", "two"]),
        (" one", 4, 0, [" one"]),
        ("", 10, 3, [""]),
        ("東京 部長", 9, 0, ["東京 部長"]),
        ("東京 部長", 8, 0, ["東京", "部長"]),
        ("e\u0301e\u0301 e\u0301e\u0301", 5, 0, ["e\u0301e\u0301 e\u0301e\u0301"]),
        ("“one” “two”", 11, 0, ["“one” “two”"]),
        ("“one” “two”", 10, 0, ["“one”", "“two”"]),
    ],
)
def test_where_lines_are_broken(line: str, width: int, spare: int, lines: list[str]) -> None:
    assert fold_line(line, width, spare=spare).split("\n") == lines


@given(
    st.text(
        st.characters(exclude_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=20
    )
)
def test_no_word_is_taken_for_narrower_than_it_is(word: str) -> None:
    shown = escape_text(word)
    wide = cell_len(shown)
    if wide < 2 or unicodedata.category(shown[0]).startswith("M"):
        return
    assert fold_line(f"{shown} {shown}", 2 * wide) == f"{shown}\n{shown}"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("abc", 3),
        ("東京", 4),
        ("e\u0301te\u0301", 3),
        ("สวัสดีที่", 5),
        ("नमस्ते", 4),
        ("👍🏽", 2),
        ("👩\u200d👩\u200d👧", 2),
        ("👩\u200d❤\u200d👨", 2),
        ("می\u200cخواهم", 7),
        ("\u200b", 0),
    ],
)
def test_a_text_is_as_wide_as_it_shows(text: str, cells: int) -> None:
    assert count_cells(text) == cells
