"""Trello: a board as CSV, with a custom field.

Trello documents no columns; these are the ones in public exports, in their order.
"""

from collections.abc import Callable

from tests.imports.conftest import Mover

FILE = "trello.csv"


def test_the_open_cards_of_a_board(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a Trello export: 22 columns, 10 used." in result.stderr
    assert jo.list_fields("outcome", "direction", "person", "due", "tags") == [
        (
            "Tischler anrufen, wegen der Türen", "self", "me", "2026-11-27T17:00",
            ["Dringend", "Zu-Hause", "To-do"],
        ),
        ("Choose the tiles 🧱", "owed", "lee-gross", "2026-12-02T00:30", ["To-do"]),
        ("Order the oven", "self", "me", None, ["Phase-(two)", "Waiting-for"]),
    ]  # fmt: skip
    assert jo.list_fields("why") == [
        ('Herr Groß:\n- Maße\n- "Eiche" und Buche?',),
        ("With Lee Groß, Kim Sørensen",),
        (None,),
    ]


def test_all_cards_of_a_board(mover: Callable[[str], Mover]) -> None:
    """A card that is marked complete is kept, also in the archive; another one there is cancelled."""
    jo = mover(FILE)
    assert jo.bring(FILE, "--all").stdout == "Imported 7 promises from trello.csv.\n"
    assert jo.list_fields("outcome", "person", "closed_at", state="kept") == [
        ("Measure the wall", "me", "2026-11-14T09:15:27Z"),
        ("Empty the cupboard", "me", "2026-11-15T09:15:27Z"),
        ("Book the plumber", "kim-sørensen", "2026-11-17T09:15:27Z"),
    ]
    assert jo.list_fields("outcome", "why", state="void") == [("Pink walls", "No.")]


def test_a_board_that_has_changed(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "Choose the tiles 🧱": "Choose the tiles and the grout 🧱",
            "2026-12-01T23:30:00.000Z": "2026-12-03T16:00:00.000Z",
            "0,2026-11-13T09:15:27.318Z,6560a1b2c3d4e5f600000100,Waiting for": "0,2026-11-21T09:15:27.318Z,6560a1b2c3d4e5f600000100,Done",
        },
    )
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 0 promises from trello.csv. 3 already imported, skipped. "
        "2 differ here: #2 (outcome, due), #3 (state, tags, closed_at). "
        "Not imported: 3 done, 1 cancelled.\n"
    )
    assert len(jo.list_fields("id")) == 3
