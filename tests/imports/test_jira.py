"""Jira: a search as CSV with all fields, many of them several times.

Atlassian documents no columns, as they depend on a site; these are the ones in public exports.
"""

import csv
from collections.abc import Callable

import pytest

from tests.imports.conftest import FILES, Mover

FILE = "jira.csv"


def test_the_open_issues_of_a_search(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    result = jo.bring(FILE)
    assert result.code == 0, result
    assert "Looks like a Jira export: 84 columns, 15 used." in result.stderr
    assert jo.list_fields("outcome", "direction", "person", "due", "tags", "made_at") == [
        (
            'Rezepte für "Süßes" prüfen, bitte', "owed", "lee-gross", "2026-11-27",
            ["kitchen", "needs-review", "KOCH"], "2026-11-10T08:05:00Z",
        ),
        ("Print the cover", "self", "me", None, ["KOCH"], "2026-11-10T08:05:00Z"),
        ("Ask the publisher", "self", "me", "2026-12-05", ["KOCH"], "2026-11-10T08:05:00Z"),
    ]  # fmt: skip
    assert jo.list_fields("part_of") == [(None,), (1,), (None,)]
    assert jo.find('Rezepte für "Süßes" prüfen, bitte')["why"] == (
        'h2. Why\n* sugar\n* "salt", too\n\n{code}a;b{code}\nLooks good;\nbut see page 3\n👍'
    )


def test_all_issues_of_a_search(mover: Callable[[str], Mover]) -> None:
    """What will not be done is cancelled, although its status is a done one."""
    jo = mover(FILE)
    assert jo.bring(FILE, "--all").stdout == "Imported 5 promises from jira.csv.\n"
    assert jo.list_fields("outcome", "due", "closed_at", state="kept") == [
        ("Buy paper", "2026-11-18", "2026-11-18T16:45:00Z")
    ]
    assert jo.list_fields("outcome", "why", state="void") == [("A chapter on soup", "Next time.")]


def test_a_search_that_has_changed(mover: Callable[[str], Mover]) -> None:
    jo = mover(FILE)
    jo.bring(FILE)
    jo.change(
        FILE,
        {
            "Print the cover": "Print the cover and the back",
            "05/Dec/26 12:00 AM": "15/Dec/26 12:00 AM",
            "see page 3": "see page 4",
        },
    )
    again = jo.bring(FILE)
    assert again.stdout == (
        "Imported 0 promises from jira.csv. 3 already imported, skipped. "
        "3 differ here: #1 (why), #2 (outcome), #3 (due). "
        "Not imported: 1 done, 1 cancelled.\n"
    )
    assert len(jo.list_fields("id")) == 3


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (("--only", "Labels=needs-review"), 1),
        (("--skip", "Labels=needs-review"), 2),
        (("--only", "Watchers=Lee Groß", "--only", "Status=To Do"), 1),
        (("--only", "Comment=*"), 1),
    ],
)
def test_a_condition_is_about_all_columns_of_a_name(
    mover: Callable[[str], Mover], words: tuple[str, ...], count: int
) -> None:
    jo = mover(FILE)
    jo.bring(FILE, *words)
    assert len(jo.list_fields("id")) == count


@pytest.mark.parametrize(
    ("created", "due"),
    [
        ("2026-11-10 09:05", "2026-11-27 00:00"),
        ("10.11.2026 09:05", "27.11.2026 00:00"),
        ("10/Nov/26 09:05", "27/Nov/26"),
        ("10/Nov/2026 9:05 AM", "27/Nov/2026 12:00 AM"),
    ],
)
def test_dates_as_the_settings_of_a_site_have_them(
    mover: Callable[[], Mover], created: str, due: str
) -> None:
    jo = mover()
    heading = "Summary,Issue key,Issue id,Issue Type,Status,Resolution,Created,Due Date"
    jo.write("jira.csv", f"{heading}\nBuy paper,A-1,1,Task,Open,Unresolved,{created},{due}\n")
    assert jo.bring("jira.csv").code == 0
    assert jo.list_fields("due", "made_at", "state") == [
        ("2026-11-27", "2026-11-10T08:05:00Z", "active")
    ]


def test_the_file_is_as_wide_as_a_real_one() -> None:
    with (FILES / FILE).open(encoding="utf-8", newline="") as file:
        heading = next(csv.reader(file))
    assert len(heading) == 84
    assert len(set(heading)) < len(heading)
