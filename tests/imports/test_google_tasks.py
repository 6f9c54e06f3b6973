"""Google Tasks: the file `Tasks.json` of Takeout.

Its fields are those of the API: https://developers.google.com/workspace/tasks/reference/rest/v1/tasks
"""

from collections.abc import Callable

import pytest

from tests.imports.conftest import Mover

FILE = "google-tasks.json"


def test_the_open_tasks_of_all_lists(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a Google Tasks export." in result.stderr
    assert jo.list_fields("outcome", "due", "why", "tags", "made_at") == [
        (
            "Steuer abgeben 🧾", "2026-11-30", 'Belege:\n"Miete", Strom',
            ["Meine-Aufgaben"], "2026-11-10T08:30:12Z",
        ),
        ("Ask Élise for the receipts", None, None, ["Meine-Aufgaben"], "2026-11-10T08:30:12Z"),
        ("Send the Q3 numbers", "2026-11-27", None, ["Work"], "2026-11-10T08:30:12Z"),
    ]  # fmt: skip
    assert jo.list_fields("part_of") == [(None,), (1,), (None,)]


def test_a_day_is_the_one_that_is_written_west_of_greenwich_too(
    mover: Callable[[str], Mover], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    jo = mover(FILE)
    jo.bring(FILE)
    assert jo.find("Send the Q3 numbers")["due"] == "2026-11-27"


def test_all_tasks_of_all_lists(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    assert (
        jo.bring(FILE, "--all").stdout
        == "Imported 4 promises from google-tasks.json. Not imported: 1 empty.\n"
    )
    assert jo.list_fields("outcome", "due", "closed_at", state="kept") == [
        ("Pay the fine", "2026-11-12", "2026-11-12T21:10:00Z")
    ]


def test_lists_that_have_changed(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "Ask Élise for the receipts": "Ask Élise for all receipts",
            "2026-11-30T00:00:00Z": "2026-12-01T00:00:00Z",
            '"due": "2026-11-27T00:00:00.000Z",': '"completed": "2026-11-22T08:00:00.000Z",',
        },
    )
    text = (jo.program.home / FILE).read_text(encoding="utf-8")
    start = text.index("Send the Q3 numbers")
    jo.write(FILE, text[:start] + text[start:].replace("needsAction", "completed", 1))
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 0 promises from google-tasks.json. 3 already imported, skipped. "
        "3 differ here: #1 (due), #2 (outcome), #3 (state, due, closed_at). "
        "Not imported: 1 done, 1 empty.\n"
    )
    assert len(jo.list_fields("id")) == 3
