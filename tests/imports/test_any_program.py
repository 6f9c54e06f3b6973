"""What holds for the files of all programs: nothing that somebody wrote is lost, and nothing stands in the way of the rest."""

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.imports.conftest import Mover

LONG = "word " * 300
HEADING = "Card ID,Card Name,Card Description,Labels,Members,Due Date,List Name,Board Name,Archived,Due Complete,Last Activity Date"


def write_cards(jo: Mover, *cards: dict[str, str]) -> str:
    """Write a board of Trello with those cards, and return its name."""
    text = io.StringIO()
    writer = csv.DictWriter(text, HEADING.split(","), lineterminator="\n")
    writer.writeheader()
    for number, card in enumerate(cards):
        writer.writerow({"Card ID": f"card-{number}", "Archived": "false", **card})
    jo.write("board.csv", text.getvalue())
    return "board.csv"


def test_a_long_title_is_in_the_why(mover: Callable[[], Mover]) -> None:
    jo = mover()
    name = write_cards(jo, {"Card Name": LONG, "Card Description": "Details"})
    assert jo.bring(name).code == 0
    [(outcome, why)] = jo.list_fields("outcome", "why")
    assert (len(outcome), outcome[-1]) == (1000, "…")
    assert why == f"{LONG.strip()}\nDetails"
    assert "1 already imported, skipped.\n" in jo.bring(name).stdout


@pytest.mark.parametrize(
    ("card", "sentence"),
    [
        (
            {"Card Description": "x" * 20_000},
            "column why: it has 20,000 characters; 10,000 are allowed.",
        ),
        (
            {"List Name": "much " * 50},
            "column tags: one of its words has more than 100 characters.",
        ),
    ],
)
def test_a_text_that_is_too_long_is_refused_and_never_cut(
    mover: Callable[[], Mover], card: dict[str, str], sentence: str
) -> None:
    jo = mover()
    result = jo.bring(write_cards(jo, {"Card Name": "Read", **card}))
    assert result.code == 6
    assert f"board.csv, line 2, {sentence} Nothing was imported." in result.stderr


def test_a_task_without_a_title_has_the_first_line_of_its_text(mover: Callable[[], Mover]) -> None:
    jo = mover()
    name = write_cards(jo, {"Card Name": " ", "Card Description": "\nAn idea\n\nMore of it\n"}, {})
    assert jo.bring(name).stdout == "Imported 1 promise from board.csv. Not imported: 1 empty.\n"
    assert jo.list_fields("outcome", "why") == [("An idea", "More of it")]


@pytest.mark.parametrize(
    ("members", "person", "why"),
    [
        ("Jo Öz", "me", None),
        ("jo öz", "me", None),
        ("Kim Sørensen, Jo Öz", "me", None),
        ("Kim Sørensen", "kim-sørensen", None),
        ("Kim Sørensen; Lee Groß", "kim-sørensen", "With Kim Sørensen, Lee Groß"),
        ("kim@example.org", "kim@example.org", None),
        ("", "me", None),
    ],
)
def test_who_a_task_is_assigned_to(
    mover: Callable[[], Mover], members: str, person: str, why: str | None
) -> None:
    jo = mover()
    assert jo.bring(write_cards(jo, {"Card Name": "Read", "Members": members})).code == 0
    assert jo.list_fields("person", "why") == [(person, why)]


@pytest.mark.parametrize(
    ("assignee", "person"),
    [
        ("Groß, Lee", "Lee Groß"),
        ("Groß, Lee (IT)", "Lee Groß (IT)"),
        ("Lee Groß", "Lee Groß"),
        ("ÖZ, Jo", "Myself"),
    ],
)
def test_a_name_is_turned_as_it_is_spoken(
    mover: Callable[[], Mover], assignee: str, person: str
) -> None:
    jo = mover()
    heading = "Task ID,Created At,Completed At,Name,Assignee,Due Date"
    jo.write("tasks.csv", f'{heading}\n1,2026-11-20,,Read,"{assignee}",\n')
    assert jo.bring("tasks.csv").code == 0
    assert jo.list_fields("person_name") == [(person,)]


def test_the_clock_of_another_zone_is_no_obstacle(mover: Callable[[], Mover]) -> None:
    """A task that was made in the future is made now, and one that ended before it began too."""
    jo = mover()
    heading = "Task ID,Created At,Completed At,Name,Assignee,Due Date"
    jo.write(
        "tasks.csv",
        f"{heading}\n1,2026-11-24,,Read,,\n2,2026-11-20,2026-11-18,Write,,\n",
    )
    assert jo.bring("tasks.csv", "--all").code == 0
    assert jo.list_fields("outcome", "made_at", "closed_at") == [
        ("Read", "2026-11-23T09:00:00Z", None),
        ("Write", "2026-11-18T11:00:00Z", "2026-11-18T11:00:00Z"),
    ]


def build_google_task(ident: str, title: str, **more: Any) -> dict[str, Any]:
    return {"id": ident, "title": title, "kind": "tasks#task", "status": "needsAction", **more}


@pytest.mark.parametrize(
    ("parents", "parts"),
    [
        ({"b": "a", "c": "b"}, [None, 1, 2]),
        ({"b": "a", "a": "b"}, [None, None, None]),
        ({"a": "a"}, [None, None, None]),
        ({"a": "nobody"}, [None, None, None]),
        ({"a": "c"}, [3, None, None]),
    ],
)
def test_what_is_a_part_of_what(
    mover: Callable[[], Mover], parents: dict[str, str], parts: list[int | None]
) -> None:
    jo = mover()
    tasks = [
        build_google_task(
            name, f"Task {name}", **({"parent": parents[name]} if name in parents else {})
        )
        for name in "abc"
    ]
    lists = {"kind": "tasks#taskLists", "items": [{"title": "List", "items": tasks}]}
    jo.write("Tasks.json", json.dumps(lists))
    assert jo.bring("Tasks.json").code == 0
    assert [part for (part,) in jo.list_fields("part_of")] == parts


def test_a_chain_of_parts_ends_where_it_would_be_too_long(mover: Callable[[], Mover]) -> None:
    jo = mover()
    tasks = [build_google_task(str(n), f"Task {n}", parent=str(n - 1)) for n in range(12)]
    lists = {"kind": "tasks#taskLists", "items": [{"title": "List", "items": tasks}]}
    jo.write("Tasks.json", json.dumps(lists))
    assert jo.bring("Tasks.json").code == 0
    parts = [part for (part,) in jo.list_fields("part_of")]
    assert parts == [None, 1, 2, 3, 4, 5, 6, 7, None, None, None, None]
    assert jo.program("doctor").code == 0


def test_several_tasks_of_one_name_have_no_parts(mover: Callable[[], Mover]) -> None:
    """Asana names the task above only by its name."""
    jo = mover()
    heading = "Task ID,Created At,Completed At,Name,Assignee,Due Date,Parent task"
    jo.write("tasks.csv", f"{heading}\n1,,,Plan,,,\n2,,,Plan,,,\n3,,,Draw,,,Plan\n4,,,Ink,,,Draw\n")
    assert jo.bring("tasks.csv").code == 0
    assert jo.list_fields("part_of") == [(None,), (None,), (None,), (3,)]


def test_a_mapped_column_wins_over_the_profile(mover: Callable[[str], Mover]) -> None:
    jo = mover("jira.csv")
    jo.change("jira.csv", {"05/Dec/26 12:00 AM": "05/Dec/26 12:00 AM"})
    assert jo.bring("jira.csv", "--map", "Created=due", "--map", "Issue key=why").code == 0
    assert jo.list_fields("due", "why")[1] == ("2026-11-10T09:05", "KOCH-2")
