"""Markdown: whatever was typed shows exactly so in a real renderer, and the tables keep their shape."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from promisectl.records import as_markdown, fields, for_people
from promisectl.system.text import escape_markdown_cell, escape_text
from tests.conftest import Program, library

library("linkify_it")
RENDERER = MarkdownIt("gfm-like", {"html": True})
TEMPTING = [
    *"\\`*_{}[]()<>#+-.!|~:&@$^=\"'/ \n\r\t",
    "www.", "a.de", "http://", "x@y.de", "&amp;", "&#35;", "<b>", "-->", "<!--", "](", "![", "**", "~~", "\r\n", "\x1b[31m", "\u2028", "---", ":-:",
]  # fmt: skip
texts = st.lists(
    st.sampled_from(TEMPTING) | st.characters(exclude_categories=["Cs"]), min_size=1
).map("".join)


def _shown(cell: Token) -> str:
    """What a reader sees of a cell; anything but text and line breaks would be an interpretation."""
    parts = [(child.type, child.content) for child in cell.children or []]
    assert {kind for kind, _ in parts} <= {"text", "html_inline"}
    assert {content for kind, content in parts if kind == "html_inline"} <= {"<br>"}
    return "".join("\n" if kind == "html_inline" else content for kind, content in parts)


def _tables(text: str) -> list[list[list[str]]]:
    """The tables of a page, row by row, cell by cell; the first row is the heading."""
    tables: list[list[list[str]]] = []
    tokens = RENDERER.parse(text)
    for place, token in enumerate(tokens):
        if token.type == "table_open":
            tables.append([])
        elif token.type == "tr_open":
            tables[-1].append([])
        elif token.type in ("th_open", "td_open"):
            tables[-1][-1].append(_shown(tokens[place + 1]))
    return tables


def _collapsed(text: str) -> list[str]:
    """The lines of a text without what HTML makes of its blanks."""
    return [
        " ".join(escape_text(line.replace("\t", " ")).split())
        for line in re.split("\r\n|\r|\n", text)
    ]


def _row(number: int, direction: str, outcome: str, name: str) -> dict[str, object]:
    return dict.fromkeys(fields.PROMISE_FIELDS) | {
        "id": number, "direction": direction, "state": "active", "outcome": outcome, "person_name": name, "tags": outcome, "flags": "", "accepted_at": None
    }  # fmt: skip


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4), st.booleans())
@example([("\\|", "a\\\\|b"), ("`|`", "www.a.de|b@c.de")], False)
def test_every_text_shows_as_it_was_typed(typed: list[tuple[str, str]], chosen: bool) -> None:
    rows = [_row(number, "owe", *pair) for number, pair in enumerate(typed)]
    columns = ("person_name", "outcome", "tags") if chosen else ()
    [[heading, *shown]] = _tables(
        "".join(as_markdown.iter_markdown_parts(rows, columns, "Europe/Berlin"))
    )
    assert heading == (list(columns) or ["#", "Who", "What", "By", "State"])
    assert len(shown) == len(rows)
    for (outcome, name), cells in zip(typed, shown, strict=True):
        assert len(cells) == len(heading)
        who, what = (cells[0], cells[1]) if chosen else (cells[1], cells[2])
        assert [" ".join(line.split()) for line in who.split("\n")] == _collapsed(name)
        assert [" ".join(line.split()) for line in what.split("\n")] == _collapsed(outcome)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Send the Q3 numbers.", "Send the Q3 numbers."),
        ("At 17:00, R & D! -> 3 % (maybe)", "At 17:00, R & D! -> 3 % (maybe)"),
        ("2026-11-06", "2026-11-06"),
        ("1.5 * 2 < 4; AT&T, ~5 {x}, $5", "1.5 * 2 < 4; AT&T, ~5 {x}, $5"),
        ("- [ ] 1. snake_case_, _so_", "- \\[ ] 1. snake_case\\_, \\_so\\_"),
        ("*now* `x` ~~y~~ $a$", "\\*now\\* \\`x\\` \\~\\~y\\~\\~ \\$a\\$"),
        ("a|b", "a\\|b"),
        ("two\nlines", "two<br>lines"),
        ("www.example.org", "www\\.example\\.org"),
        ("@dana, see #12 and http://x", "\\@dana, see \\#12 and http\\://x"),
        ("&lt; <b>", "\\&lt; \\<b>"),
        ("bell\a", "bell\\\\x07"),
    ],
)
def test_the_source_stays_readable(typed: str, written: str) -> None:
    assert escape_markdown_cell(typed) == written


def _filled(program: Program) -> None:
    program.ok("make", "Send *it* | now", "--to", "dana", "--by", "fri", "--agreed", "--tag", "q3")
    program.ok("make", "Fix the brake", "--from", "lee", "--by", "sat 17:00 America/New_York")
    program.ok("make", "Water the plants", "--to", "me")
    program.ok("make", "Read the draft", "--to", "lee", "--by", "tue", "--agreed")


def test_a_table_for_each_direction(program: Program) -> None:
    assert program.ok("export", "--format", "md") == "No promises.\n"
    _filled(program)
    text = program.ok("export", "--format", "md", today="2026-11-26T10:00")
    assert text == (
        "## You owe\n\n| # | Who | What | By | State |\n| --: | --- | --- | --- | --- |\n"
        "| 1 | Dana | Send \\*it\\* \\| now | Fri 27 Nov 2026 | active |\n"
        "| 4 | Lee | Read the draft | Tue 24 Nov 2026 | active, overdue |\n\n"
        "## Owed to you\n\n| # | Who | What | By | State |\n| --: | --- | --- | --- | --- |\n"
        "| 2 | Lee | Fix the brake | Sat 28 Nov 2026, 17:00 America/New_York | proposed |\n\n"
        "## To yourself\n\n| # | Who | What | By | State |\n| --: | --- | --- | --- | --- |\n"
        "| 3 | Myself | Water the plants |  | active |\n"
    )
    assert [len(table) for table in _tables(text)] == [3, 2, 2]


def test_the_state_is_in_words(program: Program) -> None:
    _filled(program)
    program.ok("complete", "1")
    program.ok("renege", "4", "--reason", "no", "--not-told")
    assert "| reported |" in program.ok("export", "--format", "md")
    assert "| broken, not told |" in program.ok("export", "--format", "md", "--all")
    assert "delivered" in program.ok("export", "--format", "md", "--columns", "state")


def test_columns_and_filters_of_the_table(program: Program) -> None:
    _filled(program)
    assert program.ok(
        "export", "--format", "md", "--columns", "person_name,tags", "--with", "dana"
    ) == ("## You owe\n\n| person_name | tags |\n| --- | --- |\n| Dana | q3 |\n")
    limited = program.ok("export", "--format", "md", "--columns", "id", "--limit", "2")
    assert [row for table in _tables(limited) for row in table] == [["id"], ["1"], ["id"], ["2"]]
    assert (
        program.ok("export", "--format", "md", "--with", "dana", "--state", "kept")
        == "No promises.\n"
    )


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=4))
@example([("2026-11-06", "- 1. x"), ("# a", "> b"), ("---", "~a~ $b$ $")])
def test_the_table_for_people_shows_every_text_as_it_was_typed(
    typed: list[tuple[str, str]],
) -> None:
    rows = [_row(number, "owe", *pair) | {"reason": pair[1]} for number, pair in enumerate(typed)]
    columns = for_people.READABLE_COLUMNS
    readable = [for_people.build_readable_row(row, "Europe/Berlin") for row in rows]
    [[heading, *shown]] = _tables("".join(as_markdown.iter_markdown_table(readable, columns)))
    assert heading == list(columns)
    for (outcome, name), cells in zip(typed, shown, strict=True):
        row = dict(zip(heading, cells, strict=True))
        for column, text in (("To whom", name), ("What", outcome), ("Reason", name)):
            assert [" ".join(line.split()) for line in row[column].split("\n")] == _collapsed(text)


def test_the_table_for_people_has_no_void_promise_unless_it_is_asked_for(program: Program) -> None:
    _filled(program)
    program.ok("void", "1", "--reason", "by mistake")
    page = program.ok("export", "--for", "people", "--format", "md")
    [[heading, *rows]] = _tables(page)
    assert heading == list(for_people.READABLE_COLUMNS)
    assert [row[:6] for row in rows] == [
        ["2", "Lee", "Me", "Fix the brake", "2026-11-28 23:00", "not agreed yet"],
        ["3", "Me", "Myself", "Water the plants", "", "active"],
        ["4", "Me", "Lee", "Read the draft", "2026-11-24", "active"],
    ]
    assert "2026-11-24" in page
    [[_, *rows]] = _tables(
        program.ok("export", "--for", "people", "--format", "md", "--state", "void")
    )
    assert [row[0] for row in rows] == ["1"]
