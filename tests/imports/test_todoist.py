"""Todoist: a project as CSV.

The layout: https://todoist.com/help/articles/format-a-csv-file-to-import-into-todoist-UVUXTmm6
"""

from collections.abc import Callable

from tests.imports.conftest import Mover

FILE = "todoist.csv"


def test_a_project(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a Todoist export: 14 columns, 8 used." in result.stderr
    assert jo.list_fields("outcome", "direction", "person", "due", "tags") == [
        ('Send the "Q3" numbers 📊', "self", "me", "2026-11-27", ["work", "Board-2026"]),
        ("Buy brake pads", "self", "me", "2026-11-24", []),
        ("Fix the brake", "self", "me", "2026-11-28T17:00", ["At-home-🏠"]),
        ("Water the plants", "self", "me", None, ["home", "At-home-🏠"]),
        ("Blumen gießen", "self", "me", None, ["At-home-🏠"]),
        ("Übersetze den Brief", "owed", "lee-gross", "2026-12-05", ["At-home-🏠"]),
        ("Pay the rent", "self", "me", "2026-11-30", ["At-home-🏠"]),
        ("Mail jo@example.org about", "self", "me", None, ["Ana", "Someday"]),
        ("Call back", "self", "me", None, ["Someday"]),
        ("Call back", "self", "me", None, ["Someday"]),
    ]


def test_descriptions_comments_and_dates_that_are_words_are_in_the_why(
    mover: Callable[[str], Mover],
) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    whys = dict(jo.list_fields("outcome", "why"))
    assert {outcome: why for outcome, why in whys.items() if why} == {
        'Send the "Q3" numbers 📊': "For the board,\nas a sheet\nKim wants them as PDF\nAnd by mail;\nno paper",
        "Water the plants": "Due: every friday at 18:00",
        "Blumen gießen": "Die großen zuerst\nDue: jeden Montag",
    }


def test_a_time_is_of_its_zone_and_a_deadline_wins_over_a_date(
    mover: Callable[[str], Mover],
) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    brake = jo.find("Fix the brake")
    assert (brake["due_zone"], brake["due_at"]) == ("America/New_York", "2026-11-28T22:00:00Z")
    assert jo.find("Pay the rent")["due"] == "2026-11-30"


def test_a_sub_task_is_a_part(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    parts = [(part, bigger) for part, bigger in jo.list_fields("outcome", "part_of") if bigger]
    assert parts == [("Buy brake pads", 1)]


def test_a_changed_project_doubles_only_what_is_called_otherwise(
    mover: Callable[[str], Mover],
) -> None:
    """A file of Todoist has no IDs, so a task is known by its text; its labels may change."""
    jo = mover(FILE)
    jo.bring(FILE)
    again = jo.bring(FILE)
    assert "Imported 0 promises from todoist.csv. 10 already imported, skipped. " in again.stdout
    jo.change(
        FILE,
        {
            "Nov 27 2026": "Nov 30 2026",
            "Kim wants them as PDF": "Kim wants them on paper",
            "Water the plants @home": "Water the plants @garden",
            "Mail jo@example.org about @Ana": "Mail jo@example.org",
        },
    )
    changed = jo.bring(FILE)
    assert changed.stdout == (
        "Imported 1 promise from todoist.csv. 9 already imported, skipped. "
        "2 differ here: #1 (due, why), #4 (tags). "
        "Not imported: 2 left out, 3 empty.\n"
    )
    assert jo.find('Send the "Q3" numbers 📊')["due"] == "2026-11-27"
