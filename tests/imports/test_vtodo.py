"""Tasks in a calendar file, as Nextcloud Tasks, Thunderbird and todoman write them.

The format: RFC 5545, section 3.6.2.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.conftest import library
from tests.imports.conftest import Mover

FILE = "tasks.ics"


def test_the_open_tasks_of_two_calendars(mover: Callable[[str], Mover]) -> None:
    """A time that differs from the other times of a recurring task is left out."""
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a calendar file." in result.stderr
    assert jo.list_fields("outcome", "due", "due_zone", "tags", "part_of") == [
        (
            'Send the "Q3" numbers 📊, all of them', "2026-11-27", "Europe/Berlin",
            ["work", "zu-Fuß", "Büro"], None,
        ),
        ("Ask Élise for the figures", "2026-11-27T17:00", "America/New_York", [], 1),
        ("Water the plants", "2026-11-28T18:00", "Europe/Berlin", [], None),
    ]  # fmt: skip
    assert jo.find('Send the "Q3" numbers 📊, all of them')["why"] == (
        "For the board;\nas a *sheet* with a long line which is folded because no line of a calendar "
        "is longer than 75 octets: größer\nKim wants them as PDF\nAnd by mail"
    )
    assert jo.list_fields("uid")[:2] == [
        ("4f0c7a4e-9d3b-4b0a-8a34-5d2f1f0a9c01",),
        ("4f0c7a4e-9d3b-4b0a-8a34-5d2f1f0a9c02",),
    ]


def test_all_tasks_of_two_calendars(mover: Callable[[str], Mover]) -> None:
    """A calendar does not say when a task was cancelled: it was changed last then."""
    jo = mover(FILE)
    assert (
        jo.bring(FILE, "--all").stdout
        == "Imported 5 promises from tasks.ics. Not imported: 1 left out.\n"
    )
    assert jo.list_fields("outcome", "due", "closed_at", state="kept") == [
        ("Pay the fine", "2026-11-12", "2026-11-12T21:10:00Z")
    ]
    assert jo.list_fields("outcome", "closed_at", state="void") == [
        ("Learn the lute", "2026-11-20T10:00:00Z")
    ]


def test_calendars_that_have_changed(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "VALUE=DATE:20261127": "VALUE=DATE:20261130",
            "Ask Élise": "Ask everybody",
            "RRULE:FREQ=WEEKLY\r\nDTSTART": "STATUS:COMPLETED\r\nCOMPLETED:20261122T100000Z\r\nDTSTART",
        },
    )
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 0 promises from tasks.ics. 3 already imported, skipped. "
        "3 differ here: #1 (due), #2 (outcome), #3 (state, closed_at). "
        "Not imported: 1 done, 1 cancelled, 1 left out.\n"
    )
    assert len(jo.list_fields("id")) == 3


@pytest.mark.parametrize(
    "text",
    [
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:Half of it\r\n",
        "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nSUMMARY:A\r\nDUE:someday\r\nEND:VTODO\r\nEND:VCALENDAR\r\n",
    ],
)
def test_a_file_that_is_no_calendar_is_refused(mover: Callable[[], Mover], text: str) -> None:
    jo = mover()
    jo.write("broken.ics", text)
    refused = jo.bring("broken.ics")
    assert refused.code in (0, 6)
    assert "Traceback" not in refused.stderr
    assert not jo.program.ledger.exists() or jo.list_fields("due") == [(None,)]


def test_what_todoman_writes(mover: Callable[[], Mover]) -> None:
    library("todoman")
    jo = mover()
    home = jo.program.home
    (home / "tasks" / "home").mkdir(parents=True)
    config = home / "config" / "todoman" / "config.py"
    config.parent.mkdir(parents=True)
    config.write_text(f'path = "{home}/tasks/*"\ndate_format = "%Y-%m-%d"\ntime_format = "%H:%M"\n')

    def todo(*words: str) -> str:
        return subprocess.run(
            [sys.executable, "-m", "todoman", "--color", "never", *words],
            env={**os.environ, "XDG_CACHE_HOME": str(home / "cache"), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def list_files() -> str:
        files = sorted((home / "tasks" / "home").glob("*.ics"))
        return "".join(file.read_text(encoding="utf-8") for file in files)

    todo(
        "new", "-l", "home", "--due", "2050-12-05", "--category", "zu Fuß", "Übersetze den Brief 📜"
    )
    todo("new", "-l", "home", "--due", "2050-12-05 17:30", "Call the landlord")
    todo("new", "-l", "home", "Pay the fine")
    ids = {one["summary"]: str(one["id"]) for one in json.loads(todo("--porcelain", "list"))}
    todo("done", ids["Pay the fine"])
    jo.write("all.ics", list_files())
    jo.today = "2050-01-01T10:00"
    result = jo.bring("all.ics")
    assert result.stdout == "Imported 2 promises from all.ics. Not imported: 1 done.\n", result
    assert sorted(jo.list_fields("outcome", "due", "tags")) == [
        ("Call the landlord", "2050-12-05T17:30", []),
        ("Übersetze den Brief 📜", "2050-12-05", ["zu-Fuß"]),
    ]
    todo("edit", ids["Call the landlord"], "--due", "2050-12-06 17:30")
    jo.write("all.ics", list_files())
    changed = jo.bring("all.ics")
    assert "2 already imported, skipped. 1 differs here: #" in changed.stdout
    assert "(due)" in changed.stdout


@pytest.mark.parametrize("begin", ["begin:vtodo", "BEGIN:VTO\r\n DO"])
def test_no_task_is_lost_by_how_its_first_line_is_written(
    mover: Callable[[], Mover], begin: str
) -> None:
    jo = mover()
    text = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{begin}\r\nUID:a\r\nSUMMARY:Call\r\nEND:VTODO\r\nEND:VCALENDAR\r\n"
    jo.write("one.ics", text)
    assert jo.bring("one.ics").stdout == "Imported 1 promise from one.ics.\n"
