"""Tables as a person sees them, at 80 and at 40 columns, whatever the texts hold."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from promisectl.rendering.columns import COLUMNS
from promisectl.system.text import escape_line, escape_text
from tests.conftest import Program

HOSTILE = [
    "[bold]not bold[/] and [/] and [link=https://x]y[/link]",
    ":smile: stays a word",
    "東京で会議の資料を用意して部長に渡す",
    "family 👨‍👩‍👧‍👦 and flag 🇩🇪 and ☕",
    "combining e\u0301 a\u0308 o\u0302\u0323",
    "tab\tand\nnewline and \x1b[31mred\x1b[0m and \x07 bell and \x9b31m",
    "turned \u202eright to left\u202c back",
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft",
    "a \\ backslash and \\n no newline",
]


def _filled(program: Program) -> None:
    for number, text in enumerate(HOSTILE):
        program.ok("make", text, "--to", "dana", "--by", f"+{number + 1}d", "--agreed")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_hostile_texts_fit_and_steer_nothing(program: Program, width: int) -> None:
    _filled(program)
    for view in (
        ["owe"],
        ["list", "--all"],
        ["moves"],
        ["show", *map(str, range(1, 10))],
        ["log"],
        ["people"],
        ["person", "show", "dana"],
    ):
        out = program.ok(*view, width=width, today="2026-11-25T10:00")
        for line in out.splitlines():
            assert cell_len(line) <= width, line
        assert not any(unicodedata.category(letter) == "Cc" and letter != "\n" for letter in out)
        assert "\u202e" not in out
    table = program.ok("owe", width=200)
    for text in HOSTILE:
        assert escape_text(text) in table


def _seen(out: str) -> str:
    """What is on the screen: blanks at the end of a line can't be seen."""
    return "".join(line.rstrip() + "\n" for line in out.splitlines())


def test_a_table_at_eighty_columns(program: Program) -> None:
    _filled(program)
    assert _seen(program.ok("owe", width=80)) == TABLE_80


def test_a_table_at_forty_columns(program: Program) -> None:
    _filled(program)
    assert _seen(program.ok("owe", width=40)) == TABLE_40


TABLE_80 = """\
Agreed
#  Who   What                                              By          Standing
1  Dana  [bold]not bold[/] and [/] and                     Tue 24 Nov  tomorrow
         [link=https://x]y[/link]
2  Dana  :smile: stays a word                              Wed 25 Nov  in 2 days
3  Dana  東京で会議の資料を用意して部長に渡す              Thu 26 Nov  in 3 days
4  Dana  family 👨‍👩‍👧‍👦 and flag 🇩🇪 and ☕                      Fri 27 Nov  in 4 days
5  Dana  combining é ä ộ                                   Sat 28 Nov  in 5 days
6  Dana  tab\\tand\\nnewline and \\x1b[31mred\\x1b[0m and      Sun 29 Nov  in 6 days
         \\x07 bell and \\x9b31m
7  Dana  turned \\u202eright to left\\u202c back             Mon 30 Nov  in 7 days
8  Dana  Donaudampfschifffahrtselektrizitätenhauptbetrieb  Tue 1 Dec   in 8 days
         swerkbauunterbeamtengesellschaft
9  Dana  a \\ backslash and \\n no newline                   Wed 2 Dec   in 9 days
"""
TABLE_40 = """\
Agreed
#  Who   What                 By
1  Dana  [bold]not bold[/]    Tue 24 Nov
         and [/] and          tomorrow
         [link=https://x]y[/
         link]
2  Dana  :smile: stays a      Wed 25 Nov
         word                 in 2 days
3  Dana  東京で会議の資料を   Thu 26 Nov
         用意して部長に渡す   in 3 days
4  Dana  family 👨‍👩‍👧‍👦 and flag   Fri 27 Nov
         🇩🇪 and ☕            in 4 days
5  Dana  combining é ä ộ      Sat 28 Nov
                              in 5 days
6  Dana  tab\\tand\\nnewline    Sun 29 Nov
         and                  in 6 days
         \\x1b[31mred\\x1b[0m
         and \\x07 bell and
         \\x9b31m
7  Dana  turned \\u202eright   Mon 30 Nov
         to left\\u202c back   in 7 days
8  Dana  Donaudampfschifffah  Tue 1 Dec
         rtselektrizitätenha  in 8 days
         uptbetriebswerkbauu
         nterbeamtengesellsc
         haft
9  Dana  a \\ backslash and    Wed 2 Dec
         \\n no newline        in 9 days
"""


@given(st.text())
def test_safe_keeps_all_else(text: str) -> None:
    shown = escape_text(text)
    assert all(unicodedata.category(letter) not in ("Cc", "Cs") for letter in shown)
    if text.isprintable():
        assert shown == text or any(0xE0000 <= ord(letter) <= 0xE007F for letter in text)
    assert len(escape_line(text).splitlines() or [""]) == 1


@pytest.mark.parametrize("words", [("config", "show"), ("import", "plan.csv", "--dry-run")])
def test_nothing_is_bright_black_which_some_backgrounds_are(
    program: Program, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(program.home)
    monkeypatch.delenv("NO_COLOR")
    rows = ("Send it,dana,owe,u-1", "Send it,dana,owe,u-1", "Mow,,owe,")
    (program.home / "plan.csv").write_text(
        "\n".join(["outcome,person,direction,uid", *rows]), "utf-8"
    )
    shown = program("--color", "always", *words, width=100).stdout
    assert "\x1b[2m" in shown or "\x1b[1;91m" in shown
    assert "\x1b[90m" not in shown
    assert "\x1b[31m" not in shown


VIEWS = [
    [],
    ["owe"],
    ["owed"],
    ["list", "--all"],
    ["moves"],
    ["show", "1", "2", "3"],
    ["log"],
    ["week"],
    ["people"],
    ["person", "show", "dana"],
    ["stats", "--detail"],
    ["review"],
    ["check", "1", "2"],
    ["digest"],
    ["config", "show"],
    ["doctor"],
    ["import", "plan.csv", "--dry-run"],
    ["guide", "start"],
    ["guide", "records"],
]


@pytest.mark.parametrize("color", ["never", "always"])
@pytest.mark.parametrize("width", [20, 40, 60, 80, 100, 200, None])
def test_no_line_ends_with_a_space(
    program: Program, monkeypatch: pytest.MonkeyPatch, width: int | None, color: str
) -> None:
    monkeypatch.chdir(program.home)
    monkeypatch.delenv("NO_COLOR")
    (program.home / "plan.csv").write_text(
        "outcome,person,direction\nSend it,dana,owe\nMow the lawn,,owe\n", "utf-8"
    )
    _filled(program)
    program.ok("make", "Fix the bike brake", "--from", "Ann-Marie Lee", "--by", "tue", "--agreed")
    program.ok("make", "Lend the drill", "--to", "lee")
    program.ok("negotiate", "1", "--by", "+30d", "--reason", "more to do")
    for number in ("2", "3"):
        program.ok("complete", number, "--confirmed")
    for view in VIEWS:
        shown = program("--color", color, *view, width=width, today="2026-12-08T10:00").stdout
        for line in re.sub(r"\x1b\[[0-9;]*m", "", shown).splitlines():
            assert not line.endswith(" "), (view, line)


@pytest.mark.parametrize("width", [40, 48, 60, 80, 200])
@pytest.mark.parametrize("view", ["week", "people"])
def test_no_fact_is_lost_on_a_narrow_terminal(program: Program, view: str, width: int) -> None:
    for number in range(1, 8):
        program.ok(
            "make", f"Thing {number}", "--to", "Ann-Marie Featherstone", "--by", "fri", "--agreed"
        )
    program.ok("make", "Fix it", "--from", "lee", "--by", "tue", "--agreed")
    program.ok("make", "Lend it", "--to", "lee")
    program.ok("complete", "1", "--confirmed")
    words = " ".join(program.ok(view, width=width, today="2026-11-25T10:00").split())
    if view == "week":
        facts = [f"#{number} " for number in range(2, 9)] + ["Featherstone: Thing 7", "Lee: Fix"]
    else:
        facts = ["Featherstone", "Lee", "6", "Fri 27 Nov", "1 of 1", "Tue 24 Nov"]
    assert [fact for fact in facts if fact not in words] == []


def test_a_name_is_broken_between_its_words(program: Program) -> None:
    name = "Maximiliane Featherstonehaugh"
    program.ok("make", "Review it", "--to", name, "--by", "fri", "--agreed")
    for width in (40, 60, 80, 120):
        for view in (["owe"], ["people"], ["week"], ["list"]):
            assert set(name.split()) <= set(re.findall(r"\w+", program.ok(*view, width=width))), (
                view,
                width,
            )


def test_every_column_has_a_heading() -> None:
    assert all(column.heading for column in COLUMNS.values())
