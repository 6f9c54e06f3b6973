"""todo.txt: lines with labels.

The format: https://github.com/todotxt/todo.txt
"""

from collections.abc import Callable

import pytest

from promisectl.records import todo_txt
from tests.imports.conftest import Mover

FILE = "todo.txt"


def test_the_open_lines(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a todo.txt file." in result.stderr
    assert jo.list_fields("outcome", "due", "why", "tags") == [
        ('Send the "Q3" numbers 📊', "2026-11-27", None, ["work", "Büro"]),
        ("Call Élise about the kitchen tiles", None, None, ["kitchen", "phone"]),
        ("Water the plants", "2026-11-28", None, []),
        ("Übersetze den Brief, 3 Seiten re:contract", None, None, []),
        ("shopping town", None, None, ["shopping", "town"]),
        ("Ring +49 170 1234567 at 17:00, see https://example.org/a:b", None, None, []),
        ("Read the book", None, "Due: someday", []),
    ]
    assert jo.list_fields("made_at")[0] == ("2026-11-10T11:00:00Z",)


def test_all_lines(mover: Callable[[str], Mover]) -> None:
    """A line that is done on no day needs one."""
    jo = mover(FILE)
    refused = jo.bring(FILE, "--all")
    assert (refused.code, "line 11, column delivered_at" in refused.stderr) == (6, True)
    filled = jo.bring(FILE, "--all", "--set", "closed_at=2026-11-20")
    assert filled.stdout == "Imported 10 promises from todo.txt. Not imported: 1 left out.\n"
    assert jo.list_fields("outcome", "made_at", "closed_at", state="kept") == [
        ("Buy paper", "2026-11-10T11:00:00Z", "2026-11-18T11:00:00Z"),
        ("Sharpen the pencils", "2026-11-19T11:00:00Z", "2026-11-19T11:00:00Z"),
        ("Sweep the yard", "2026-11-20T11:00:00Z", "2026-11-20T11:00:00Z"),
    ]


def test_lines_that_have_changed(mover: Callable[[str], Mover]) -> None:
    """A line is known by its text: its labels, dates and priority may change, and it may be done."""
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "(A) 2026-11-10 Send": "(C) 2026-11-10 Send",
            "@Büro due:2026-11-27": "@home due:2026-11-30",
            "Call Élise": "x Call Élise",
            "2026-11-12 Water the": "x 2026-11-22 2026-11-12 Water the",
            "Read the book": "Read the other book",
        },
    )
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 1 promise from todo.txt. 6 already imported, skipped. "
        "3 differ here: #1 (due, tags), #2 (state), #3 (state). "
        "Not imported: 3 done, 1 left out.\n"
    )


def test_a_twin_that_is_done_is_not_taken_for_the_other(mover: Callable[[], Mover]) -> None:
    jo = mover()
    jo.write(FILE, "x 2026-11-20 Call back\nCall back\n")
    assert jo.bring(FILE).stdout == "Imported 1 promise from todo.txt. Not imported: 1 done.\n"
    all_of_it = jo.bring(FILE, "--all")
    assert all_of_it.stdout == ("Imported 1 promise from todo.txt. 1 already imported, skipped.\n")
    assert sorted(jo.list_fields("state")) == [("active",), ("kept",)]


@pytest.mark.parametrize(
    ("line", "text", "labels"),
    [
        ("Call @ana about +board now", "Call ana about board now", ["board", "ana"]),
        ("Pay due:2026-11-27 the rent", "Pay the rent", []),
        ("Reply +1", "Reply +1", []),
        ("Meet kim@example.org", "Meet kim@example.org", []),
        ("Say hi:there", "Say hi:there", []),
        ("x marks the spot", "marks the spot", []),
        ("X marks the spot", "X marks the spot", []),
        ("xylophone lesson @home", "xylophone lesson", ["home"]),
        ("(a) small letter", "(a) small letter", []),
        ("(B)no space", "(B)no space", []),
        ("@shop +food", "shop food", ["food", "shop"]),
        ("due:2026-11-27", "due:2026-11-27", []),
        ("2026-11-10", "2026-11-10", []),
    ],
)
def test_the_parts_of_a_line(line: str, text: str, labels: list[str]) -> None:
    task = todo_txt.parse_task(line)
    assert (task["text"], [*task["projects"], *task["contexts"]]) == (text, labels)
