"""How import reads a table: which lines are above its heading, what separates cells, which rows count."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.records import csv_reader, headings
from tests.cli.import_files import take, told
from tests.conftest import Program

SELF = ("--set", "direction=self")
ROWS = "outcome;due\nCall the bank;2026-12-04\nWrite;\n"


# Lines above the heading


@pytest.mark.parametrize(
    "above",
    [
        "My tasks, exported\n",
        "My tasks;\n;\n",
        "sep=;\nMy tasks\n\n",
        '"Date: 2026-11-20"\n"Version: 7.1"\n"Status:\n0 open; 1 done"\n',
        "Exported on 2026-11-20\n\n\n",
        "SEP=;\r\n",
        '"sep=;"\n',
    ],
)
def test_lines_above_the_heading_are_not_read(program: Program, above: str) -> None:
    assert take(program, above + ROWS, *SELF).code == 0
    assert told(program, "outcome", "due") == [("Call the bank", "2026-12-04"), ("Write", "")]


def test_a_heading_below_others_is_found_by_what_is_mapped(program: Program) -> None:
    content = "Task list;of Ana;\n;;\nTask;Until;Note\nCall;2026-12-04;\nWrite;;Task\n"
    mapped = ("--map", "task=outcome", "--map", "Until=due", "--map", "Note=why", *SELF)
    assert take(program, content, *mapped).code == 0
    assert told(program, "outcome", "due", "why") == [
        ("Call", "2026-12-04", ""),
        ("Write", "", "Task"),
    ]


@pytest.mark.parametrize(
    ("content", "line", "column"),
    [
        ("What,Who\noutcome,dana\nCall,lee\n", 1, "What"),
        ("Buy milk\nCall, lee\n", 1, "Buy milk"),
        ("Tasks of Ana\n\nWhat,Who\nCall,lee\n", 3, "What"),
        ("What,Who,When\nCall,lee\nWrite,dana\n", 1, "What"),
        ("What,Who\n", 1, "What"),
    ],
)
def test_where_no_line_is_a_heading_the_likeliest_is_named(
    program: Program, content: str, line: int, column: str
) -> None:
    refused = take(program, content, *SELF)
    assert (refused.code, refused.stdout) == (6, "")
    assert refused.stderr.startswith(f"promisectl: file.csv, line {line}: the column")
    assert f"“{column}”" in refused.stderr.partition(";")[0]


CELLS = st.text(st.sampled_from("ab ö,;=-1"), max_size=5)


@given(
    titles=st.lists(CELLS, max_size=4),
    rows=st.lists(
        st.lists(st.one_of(CELLS, st.just("outcome")), min_size=3, max_size=3), max_size=6
    ),
    padded=st.booleans(),
)
def test_no_title_and_no_row_is_taken_for_the_heading(
    titles: list[str], rows: list[list[str]], padded: bool
) -> None:
    def join(cells: list[str]) -> str:
        return ";".join(f'"{cell}"' for cell in cells) + "\n"

    heading = ["Due", "outcome", "Person"]
    lines = [join([title, "", ""] if padded else [title]) for title in titles]
    lines += map(join, [heading, *rows])
    found = csv_reader.find_csv_heading(
        lines, lambda cells: headings.is_heading(cells, [], ["outcome"])
    )
    assert (found.cells, found.line) == (heading, len(titles) + 1)
    assert [cells for _, cells in csv_reader.iter_csv_cells(found)] == rows


# What is between the cells


@pytest.mark.parametrize("name", ["tasks.tsv", "tasks.TAB"])
def test_a_tsv_has_tabs(program: Program, name: str) -> None:
    content = "outcome\tWhy, what for, and when\tdue\nCall, and write\t\t2026-12-04\n"
    words = ("--map", "Why, what for, and when=why", *SELF)
    assert take(program, content, *words, name=name).code == 0
    assert told(program, "outcome", "due") == [("Call, and write", "2026-12-04")]
    assert take(program, ROWS, *SELF, name=name).code == 0, "no tab in it"


def test_a_tsv_can_come_from_a_pipe(program: Program) -> None:
    content = "outcome\tA, b, c\nCall\tx\n"
    words = ("--format", "tsv", "--map", "A, b, c=why", *SELF)
    assert program("import", "-", *words, piped=content).code == 0
    assert told(program, "outcome", "why") == [("Call", "x")]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_utf_16_with_its_mark_is_read(program: Program, encoding: str, ending: str) -> None:
    content = "outcome\tdue\nCall Zoë \U0001f600 \u0a0a\u0d0d\t2026-12-04\n\nWrite\t\n".replace(
        "\n", ending
    )
    marked = content if encoding == "utf-16" else "\ufeff" + content
    assert take(program, marked.encode(encoding), *SELF).code == 0
    assert told(program, "outcome") == [("Call Zoë \U0001f600 \u0a0a\u0d0d",), ("Write",)]
    objects = json.dumps([{"outcome": "Call Zoë", "direction": "self"}], ensure_ascii=False)
    assert take(program, ("\ufeff" + objects).encode("utf-16-le"), name="x.json").code == 0


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (("outcome\nCall\n").encode("utf-16-le"), 1),
        ("\ufeffoutcome\nCall\n".encode("utf-16-le") + b"\x00\xd8", 3),
        ("\ufeffoutcome\nCall\n".encode("utf-16-le") + b"\x00", 3),
        ("outcome\nCall\n".encode("utf-32"), 1),
    ],
)
def test_what_is_not_text_is_told(program: Program, content: bytes, line: int) -> None:
    refused = take(program, content, *SELF)
    assert (refused.code, refused.stdout) == (6, "")
    assert (
        f"line {line}: it is not UTF-8 text; save the file as UTF-8 (in Excel: “CSV UTF-8”)."
        in refused.stderr
    )


# Rows


def test_blank_rows_are_skipped_and_counted(program: Program) -> None:
    content = "outcome,due\n,\nCall,\n , \n\n\u200b\nWrite,\n,,,\n"
    done = take(program, content, *SELF)
    assert (done.code, done.stdout) == (
        0,
        "Imported 2 promises from file.csv. Not imported: 4 empty.\n",
    )
    assert told(program, "outcome") == [("Call",), ("Write",)]


def test_a_row_may_lack_blank_cells_at_its_end_or_have_some_too_many(program: Program) -> None:
    content = "outcome;due;why;tags\nCall\nWrite;2026-12-04\nRest;;;;;\n"
    assert take(program, content, *SELF).code == 0
    assert told(program, "outcome", "due") == [
        ("Call", ""),
        ("Write", "2026-12-04"),
        ("Rest", ""),
    ]


def test_a_row_with_too_many_values_is_refused(program: Program) -> None:
    refused = take(program, "outcome;due\nCall;2026-12-04;x\n", *SELF)
    assert (refused.code, refused.stdout) == (6, "")
    assert "line 2: it has 3 values for 2 columns." in refused.stderr
