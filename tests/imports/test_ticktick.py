"""TickTick: a backup as CSV, with lines above its heading.

TickTick documents no columns; these are the ones of Vikunja's importer, with those that came later:
https://github.com/go-vikunja/vikunja/blob/main/pkg/modules/migration/ticktick/ticktick.go
"""

from collections.abc import Callable

from tests.imports.conftest import Mover

FILE = "ticktick.csv"


def test_the_open_tasks_of_a_backup(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a TickTick export: 24 columns, 12 used." in result.stderr
    assert jo.list_fields("outcome", "due", "due_zone", "why", "tags") == [
        (
            'Einkaufen für "Oma" 🛒', "2026-11-27", "Europe/Berlin",
            "▫Brot\n▪Milch\n▫Käse; der alte", ["Einkauf", "zu-Fuß", "Zu-Hause"],
        ),
        (
            "Call the landlord", "2026-11-27T17:30", "Europe/Berlin",
            "About the\nheating", ["Zu-Hause"],
        ),
        ("Water the plants", "2026-11-28", "America/New_York", None, ["Zu-Hause"]),
        ("Buy a can", None, None, None, ["Zu-Hause"]),
    ]  # fmt: skip
    assert jo.list_fields("part_of") == [(None,), (None,), (None,), (3,)]


def test_all_tasks_of_a_backup(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    assert (
        jo.bring(FILE, "--all").stdout
        == "Imported 7 promises from ticktick.csv. Not imported: 1 left out.\n"
    )
    assert jo.list_fields("outcome", "due", "closed_at", state="kept") == [
        ("Pay the fine", "2026-11-12", "2026-11-12T21:10:00Z"),
        ("Bring back the books", None, "2026-11-13T21:10:00Z"),
    ]
    assert jo.list_fields("outcome", state="void") == [("Learn the lute",)]


def test_a_backup_that_has_changed(mover: Callable[[str], Mover]) -> None:
    """The IDs count the tasks of one file: a new task before them moves them all."""
    jo = mover(FILE)
    jo.bring(FILE)
    text = (jo.program.home / FILE).read_text(encoding="utf-8")
    [old] = [line for line in text.splitlines() if "Buy a can" in line]
    new = old.replace("Buy a can", "Buy a hose").replace("2026-11-10", "2026-11-22")
    for number in range(8, 0, -1):
        text = text.replace(f'"list","{number}"', f'"list","{number + 1}"')
    jo.write(FILE, text.replace('"Privat"', f'{new}\n"Privat"', 1))
    jo.change(
        FILE, {"Call the landlord": "Call the caretaker", "2026-11-27T16:30": "2026-11-28T16:30"}
    )
    again = jo.bring(FILE)
    assert again.code == 0, again
    assert again.stdout == (
        "Imported 1 promise from ticktick.csv. 4 already imported, skipped. "
        "1 differs here: #2 (outcome, due). "
        "Not imported: 2 done, 1 cancelled, 1 left out.\n"
    )
