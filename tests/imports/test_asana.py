"""Asana: a project as CSV, with a custom field.

Asana documents no columns; these are the ones in public exports, in their order.
"""

from collections.abc import Callable

from tests.imports.conftest import Mover

FILE = "asana.csv"


def test_the_open_tasks_of_a_project(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like an Asana export: 17 columns, 11 used." in result.stderr
    assert jo.list_fields("outcome", "direction", "person", "due", "tags") == [
        (
            'Draft the "About us" page', "owed", "lee-gross", "2026-11-27",
            ["copy", "Q4-launch", "Website", "Launch"],
        ),
        ("Choose the pictures 🖼️", "self", "me", "2026-12-03", ["In-progress", "Website"]),
        ("Ask Élise for the logo", "self", "me", None, []),
        ("An idea without a name:", "self", "me", None, ["Website"]),
    ]  # fmt: skip
    assert jo.list_fields("why") == [
        ("Two paragraphs;\nKim reads them first.\n\nhttps://example.org/draft",),
        (None,),
        (None,),
        ("a newsletter",),
    ]
    assert jo.list_fields("part_of") == [(None,), (None,), (2,), (None,)]


def test_all_tasks_of_a_project(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    assert (
        jo.bring(FILE, "--all").stdout
        == "Imported 5 promises from asana.csv. Not imported: 1 empty.\n"
    )
    assert jo.list_fields("outcome", "person", "made_at", "closed_at", state="kept") == [
        ("Buy the domain", "kim-sørensen", "2026-11-10T11:00:00Z", "2026-11-12T11:00:00Z")
    ]


def test_a_project_that_has_changed(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "2026-12-03": "2026-12-10",
            '1208800000000111,2026-11-10,,2026-11-20,"Draft the ""About us"" page"': '1208800000000111,2026-11-10,2026-11-22,2026-11-22,"Write the ""About us"" page"',
        },
    )
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 0 promises from asana.csv. 4 already imported, skipped. "
        "2 differ here: #1 (state, outcome), #2 (due). "
        "Not imported: 1 done, 1 empty.\n"
    )
    assert len(jo.list_fields("id")) == 4
