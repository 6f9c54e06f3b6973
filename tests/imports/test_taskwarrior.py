"""Taskwarrior: what `task export` writes, and the program itself.

The layout: https://taskwarrior.org/docs/commands/export
"""

import json
import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.conftest import tool
from tests.imports.conftest import Mover

FILE = "taskwarrior.json"


def test_the_open_tasks_of_an_export(mover: Callable[[str], Mover]) -> None:
    """A midnight is a day, the end of a day too; a recurring task is there for each of its times."""
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a Taskwarrior export." in result.stderr
    assert jo.list_fields("outcome", "due", "why", "tags") == [
        (
            'Send the "Q3" numbers 📊', "2026-11-27",
            'Kim wants them as PDF\nÜbrigens: "beide" Seiten', ["Board.2026", "work", "zu_Fuß"],
        ),
        ("Call the landlord", "2026-11-27T17:30", None, []),
        ("Water the plants", "2026-11-28", None, []),
        ("Read the book", "2026-11-30", None, []),
        ("Answer https://example.org/a?b=1&c", None, None, []),
    ]  # fmt: skip
    assert jo.find("Read the book")["uid"] == "e7daae30-095d-479b-adff-1ac509f64d05"


@pytest.mark.parametrize("zone", ["America/Los_Angeles", "Asia/Kolkata"])
def test_a_midnight_elsewhere_is_a_time(
    mover: Callable[[str], Mover], monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    jo = mover(FILE)
    jo.bring(FILE)
    assert jo.find('Send the "Q3" numbers 📊')["due_at"] == "2026-11-26T23:00:00Z"


def test_all_tasks_of_an_export(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    assert (
        jo.bring(FILE, "--all").stdout
        == "Imported 7 promises from taskwarrior.json. Not imported: 1 left out.\n"
    )
    assert jo.list_fields("outcome", "due", "closed_at", state="kept") == [
        ("Pay the fine", "2026-11-12", "2026-11-12T21:10:00Z")
    ]
    assert jo.list_fields("outcome", state="void") == [("Learn the lute",)]


def test_one_task_on_each_line(mover: Callable[[str], Mover]) -> None:
    """With `json.array=off`, as old versions write it."""
    jo = mover(FILE)
    tasks = json.loads((jo.program.home / FILE).read_text(encoding="utf-8"))
    jo.write("tasks.jsonl", "".join(json.dumps(task) + "\n" for task in tasks))
    assert jo.bring("tasks.jsonl").stdout.startswith("Imported 5 promises from tasks.jsonl. ")
    assert "5 already imported" in jo.bring(FILE).stdout


def test_an_export_that_has_changed(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "Kim wants them as PDF": "Kim wants them on paper",
            "20261127T163000Z": "20261128T163000Z",
            '"due":"20261130T225959Z",': "",
            '"status":"waiting"': '"status":"completed","end":"20261122T100000Z"',
        },
    )
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 0 promises from taskwarrior.json. 5 already imported, skipped. "
        "4 differ here: #1 (why), #2 (due), #4 (due), #5 (state, closed_at). "
        "Not imported: 1 done, 1 cancelled, 1 left out.\n"
    )
    assert len(jo.list_fields("id")) == 5


def test_what_the_program_exports(mover: Callable[[], Mover]) -> None:
    jo = mover()
    program = tool("task")
    home = jo.program.home
    (home / ".taskrc").write_text(f"data.location={home}/tasks\nconfirmation=off\n")
    soon = datetime.now(ZoneInfo("Europe/Berlin")) + timedelta(minutes=2)
    jo.today = soon.replace(tzinfo=None).isoformat(timespec="minutes")

    def task(*words: str) -> str:
        return subprocess.run(
            [program, "rc.verbose=nothing", *words],
            env={**os.environ, "HOME": str(home), "TASKRC": str(home / ".taskrc")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    task("add", "Übersetze den Brief 📜", "project:Home", "+zu_Fuß", "due:2050-12-05", "priority:H")
    task("1", "annotate", 'Kim said: "soon"')
    task("add", "Call the landlord", "due:2050-12-05T17:30")
    task("add", "Water the plants", "due:2050-12-06", "recur:yearly")
    task("add", "Pay the fine")
    task("4", "done")
    jo.write("export.json", task("export"))
    result = jo.bring("export.json")
    assert result.stdout == (
        "Imported 3 promises from export.json. Not imported: 1 done, 1 left out.\n"
    )
    assert jo.list_fields("outcome", "due", "why", "tags") == [
        ("Übersetze den Brief 📜", "2050-12-05", 'Kim said: "soon"', ["Home", "zu_Fuß"]),
        ("Call the landlord", "2050-12-05T17:30", None, []),
        ("Water the plants", "2050-12-06", None, []),
    ]
    task("2", "modify", "Call the caretaker")
    task("1", "done")
    jo.write("export.json", task("export"))
    changed = jo.bring("export.json")
    assert "3 already imported, skipped. 2 differ here: #" in changed.stdout
    assert "#1 (state, closed_at)" in changed.stdout
    assert "#2 (outcome)" in changed.stdout
