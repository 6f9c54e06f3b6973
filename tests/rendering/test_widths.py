"""Texts take the columns that terminals show, in lines and in tables, and what is seen as one character is never cut."""

import ctypes
import os
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest
import wcwidth
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len, chop_cells

from promisectl.rendering import tables
from promisectl.system.text import count_cells, escape_text, split_graphemes
from tests.conftest import Program, tool

# Measured by the place of the cursor in tmux 3.3a, xterm, rxvt-unicode and VTE, which agree.
SHOWN = {
    "abc": 3,
    "naïve": 5,
    "e\u0301te\u0301": 3,
    "\u0301a": 1,
    "a\u20dd": 1,
    "Z\u0351\u036b\u0313\u036aA": 2,
    "東京": 4,
    "ＡＢ": 4,
    "ｱｲ": 2,
    "葛\U000e0100": 2,
    "a\u3000b": 4,
    "a\xa0b": 3,
    "a\xadb": 3,
    "\u200b": 0,
    "a\u200db": 2,
    "한글": 4,
    "\u1112\u1161\u11ab": 2,
    "\u1100\u1161": 2,
    "สวัสดีที่": 5,
    "น้ำ": 2,
    "ສະບາຍດີ": 6,
    "नमस्ते": 4,
    "क्षि": 3,
    "நி": 2,
    "বাংলা": 5,
    "ಕನ್ನಡ": 4,
    "മലയാളം": 6,
    "မြန်မာ": 5,
    "ខ្មែរ": 4,
    "བོད་": 3,
    "مرحبا": 5,
    "مَرْحَبًا": 5,
    "می\u200cخواهم": 7,
    "שָׁלוֹם": 4,
    "“x”…": 4,
    "█▄○×·": 5,
    "👍": 2,
    "☕⌚": 4,
    "☀❤": 2,
    "🇩🇪": 2,
    "🇩🇪🇫🇷": 4,
}
# What is joined to an emoji takes no column in newer terminals, and the emoji is wide; older ones
# show the parts. Here wcwidth is the authority.
JOINED = {
    "👍🏽": 2,
    "👩\u200d👩\u200d👧": 2,
    "👩\u200d❤\ufe0f\u200d👨": 2,
    "👩🏽\u200d💻": 2,
    "🏃🏾\u200d♀\ufe0f": 2,
    "🏳\ufe0f\u200d🌈": 2,
    "🏴\u200d☠\ufe0f": 2,
    "👨\u200d🦰": 2,
    "🙂\u200d↔\ufe0f": 2,
    "❤\ufe0f": 2,
    "1\ufe0f\u20e3": 2,
    "#\ufe0f\u20e3": 2,
    "©\ufe0f": 2,
    "☃\ufe0f": 2,
    "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f": 2,
    "Ａe\u0301👍🏽x": 6,
}


@pytest.mark.parametrize(("text", "cells"), [*SHOWN.items(), *JOINED.items()])
def test_a_text_takes_the_columns_that_it_shows(text: str, cells: int) -> None:
    assert count_cells(text) == cells
    assert tables.cell_len(text) == cells


@pytest.mark.parametrize(("text", "cells"), JOINED.items())
def test_wcwidth_measures_emojis_alike(text: str, cells: int) -> None:
    assert wcwidth.wcswidth(text) == cells


EMOJIS = [*JOINED, "👍", "☕", "☀", "🇩🇪", "🇫🇷", "🏽", " ", "a"]
THAI, ARABIC, HEBREW = "กขสวดมน ัีื่้็์ำาะเ", "ابتسلام َُِّْ", "אבגדשלום ָּׁ"
JAMO = ["\u1100\u1161", "\u1112\u1161\u11ab", "한", "글", " ", "a"]
CJK = "東京で、ＡＢｱｲ "


@given(
    st.one_of(
        st.lists(st.sampled_from(EMOJIS)).map("".join),
        *(st.text(letters) for letters in (THAI, ARABIC, HEBREW, CJK)),
        st.lists(st.sampled_from(JAMO)).map("".join),
    )
)
def test_any_text_is_as_wide_as_wcwidth_measures_it(text: str) -> None:
    assert count_cells(text) == wcwidth.wcswidth(text)


INDIAN = "कखरनमतो ािीेंः्বাংল্তিநிவாകളാനമೊ"


@pytest.mark.skipif(sys.platform != "linux", reason="the widths are those of GNU's C library")
@given(st.text(INDIAN))
def test_a_vowel_beside_its_letter_takes_a_column(text: str) -> None:
    """As in the C library, by which most terminals measure."""
    library = ctypes.CDLL(None)
    library.setlocale(0, b"C.UTF-8")
    assert count_cells(text) == sum(library.wcwidth(ord(letter)) for letter in text)


WILD = st.one_of(
    st.text(),
    st.lists(st.sampled_from([*SHOWN, *JOINED, *INDIAN, *THAI, "\u200d", "\ufe0f"])).map("".join),
)


@given(WILD)
def test_every_letter_is_in_one_grapheme(text: str) -> None:
    spans = split_graphemes(text)
    assert [0, *(end for _, end, _ in spans)] == [*(start for start, _, _ in spans), len(text)]
    assert sum(cells for _, _, cells in spans) == count_cells(text)
    assert all(0 <= cells <= 6 for _, _, cells in spans)


WHOLE = ["e\u0301", "น้ำ", "ที่", "क्षि", "नि", "বাং", "မြ", "ខ្មែ", "🇩🇪", *JOINED][:-1]


@given(st.lists(st.sampled_from(WHOLE), max_size=40), st.integers(6, 30))
def test_no_fold_cuts_what_is_seen_as_one(parts: list[str], width: int) -> None:
    lines = chop_cells("".join(parts), width)
    assert "".join(lines) == "".join(parts)
    assert all(count_cells(line) <= width for line in lines)
    ends = {sum(map(len, parts[:number])) for number in range(len(parts) + 1)}
    cuts = [sum(map(len, lines[:number])) for number in range(1, len(lines))]
    assert [cut for cut in cuts if cut not in ends] == []


@given(WILD, st.integers(6, 30))
def test_a_fold_loses_nothing_and_fits(text: str, width: int) -> None:
    shown = escape_text(text)
    lines = chop_cells(shown, width)
    assert "".join(lines) == shown or not count_cells(shown.removeprefix("".join(lines)))
    assert all(cell_len(line) <= width for line in lines)


OUTCOMES = [
    "plain words of a promise that is long enough to be folded in a table",
    "रिपोर्ट भेजना और दाना को बताना कि बैठक कब है और कौन आएगा, फिर उत्तर की प्रतीक्षा करना",
    "ส่งรายงานประจำไตรมาสที่สามให้ดาน่าภายในวันศุกร์นี้และนัดประชุมกับทีมงานทุกคนด้วยน้ำดื่ม",
    "வாடிக்கையாளருக்கு அறிக்கையை அனுப்பவும் பின்னர் பதிலுக்காக காத்திருக்கவும்",
    "প্রতিবেদন পাঠান এবং বাংলায় উত্তর দিন আগামী শুক্রবারের মধ্যে",
    "أرسل التقرير إلى دانا قبل يوم الجمعة وحدد موعد الاجتماع مع الفريق",
    "שלח את הדוח לדנה עד יום שישי וקבע פגישה עם הצוות",
    "보고서를 금요일까지 보내고 팀과 회의를 잡기 그리고 답을 기다리기",
    "東京で会議の資料を用意して部長に渡す、そして次の会議の日程を決めて全員に知らせる",
    "🇩🇪🇫🇷🇮🇹🇪🇸🇬🇧🇺🇸" * 6,
]


@pytest.mark.skipif(sys.platform != "linux", reason="the widths are those of GNU's C library")
@pytest.mark.parametrize("width", [100, 80, 40])
def test_the_columns_of_a_table_are_in_line_in_a_terminal(program: Program, width: int) -> None:
    """In tmux, whose screen has a cell for each column."""
    for text in OUTCOMES:
        program.ok("make", text, "--to", "dana", "--by", "fri", "--agreed")
    lines = show_in_tmux(program.home, width, "owe")
    library = ctypes.CDLL(None)
    library.setlocale(0, b"C.UTF-8")
    starts = [
        sum(library.wcwidth(ord(letter)) for letter in line.partition("Fri 27 Nov")[0])
        for line in lines
        if "Fri 27 Nov" in line
    ]
    assert len(starts) == len(OUTCOMES)
    assert len(set(starts)) == 1
    shown = "".join("".join(lines).split())
    assert all(word in shown for word in ("प्रतीक्षा", "வாடிக்கையாளருக்கு", "ด้วยน้ำดื่"))


def show_in_tmux(home: Path, width: int, *words: str) -> list[str]:
    """The lines of the screen of a terminal in which the program has run."""
    tmux = [tool("tmux"), "-u", "-f", "/dev/null", "-S", str(home / "tmux")]
    command = shlex.join([sys.executable, "-m", "promisectl", *words])
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "PAGER": "cat", "TERM": "screen"}
    size = ["-x", str(width), "-y", "60"]
    start = [*tmux, "new-session", "-d", *size, f"{command}; echo the end; sleep 60"]
    subprocess.run(start, env=environ, check=True, timeout=30)
    try:
        for _ in range(200):
            screen = subprocess.run(
                [*tmux, "capture-pane", "-p"],
                capture_output=True,
                text=True,
                check=True,
                timeout=30,
            ).stdout
            if "the end" in screen:
                return screen.partition("the end")[0].splitlines()
            time.sleep(0.05)
        raise TimeoutError(screen)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False, timeout=30)


def test_a_table_measures_as_the_lines_do() -> None:
    """By itself, rich gives these vowels no column."""
    assert (cell_len("नि"), cell_len("বাংলা")) == (2, 5)
