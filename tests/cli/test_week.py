"""The coming weeks as load: which day a promise falls on wherever one is, what stands outside the days, and when a week is too full."""

import csv
import io
import json
from typing import Any

import pytest
from rich.cells import cell_len

from tests.conftest import Program, remembered

WELCOME = "No promises yet."
COLUMNS = ["day", "week", "owe", "owed", "overfull", "owe_ids", "owed_ids", "kind"]


@pytest.fixture
@remembered
def load(program: Program) -> Program:
    """Something of mine and of theirs in both weeks, something overdue, something without a date, and what does not count."""
    for words in (
        ["Send Q3 numbers", "--to", "dana", "--by", "fri", "--agreed"],
        ["Walk ten times", "--to", "me", "--by", "fri 08:00"],
        ["Fix the bike brake", "--from", "lee", "--by", "fri", "--agreed"],
        [
            "Call the bank",
            "--to",
            "lee",
            "--by",
            "fri",
            "--said",
            "2026-11-16",
            "--backfill",
            "--agreed",
        ],
        [
            "Bring the ladder",
            "--from",
            "kim",
            "--by",
            "sat",
            "--said",
            "2026-11-16",
            "--backfill",
            "--agreed",
        ],
        ["Learn the piano piece", "--to", "kim", "--agreed"],
        ["Lend me the drill", "--from", "lee", "--agreed"],
        ["Water the plants", "--to", "lee", "--by", "2026-12-06", "--agreed"],
        ["Not agreed on", "--to", "lee", "--by", "fri"],
        ["After the end", "--to", "lee", "--by", "2026-12-07", "--agreed"],
        ["Done already", "--to", "lee", "--by", "fri", "--agreed"],
    ):
        program.ok("make", *words, "-q")
    program.ok("complete", "11")
    return program


def _seen(out: str) -> str:
    return "".join(line.rstrip() + "\n" for line in out.splitlines())


def _days(program: Program, *words: str, today: str | None = None) -> dict[str, dict[str, Any]]:
    return {
        record["day"] or record["kind"]: record
        for record in json.loads(program.ok("week", *words, "--json", today=today))
    }


PAGE_80 = """\
Week 48, 23 Nov to 29 Nov
Day               You owe                          Owed to you
overdue           █ #4 Lee: Call the bank          █ #5 Kim: Bring the ladder
Mon 23 Nov today
Tue 24 Nov
Wed 25 Nov
Thu 26 Nov
Fri 27 Nov        █ #2 Walk ten times              █ #3 Lee: Fix the bike brake
                  █ #1 Dana: Send Q3 numbers
Sat 28 Nov
Sun 29 Nov

Week 49, 30 Nov to 6 Dec
Day               You owe                          Owed to you
Mon 30 Nov
Tue 1 Dec
Wed 2 Dec
Thu 3 Dec
Fri 4 Dec
Sat 5 Dec
Sun 6 Dec         █ #8 Lee: Water the plants
no date           █ #6 Kim: Learn the piano piece  █ #7 Lee: Lend me the drill
"""
PAGE_60 = """\
Week 48, 23 Nov to 29 Nov
overdue
  █ #4 to Lee: Call the bank
  █ #5 from Kim: Bring the ladder
Mon 23 Nov today
Tue 24 Nov
Wed 25 Nov
Thu 26 Nov
Fri 27 Nov
  █ #2 to yourself: Walk ten times
  █ #1 to Dana: Send Q3 numbers
  █ #3 from Lee: Fix the bike brake
Sat 28 Nov
Sun 29 Nov

Week 49, 30 Nov to 6 Dec
Mon 30 Nov
Tue 1 Dec
Wed 2 Dec
Thu 3 Dec
Fri 4 Dec
Sat 5 Dec
Sun 6 Dec
  █ #8 to Lee: Water the plants
no date
  █ #6 to Kim: Learn the piano piece
  █ #7 from Lee: Lend me the drill
"""
PAGE_40 = """\
Week 48, 23 Nov to 29 Nov
Sat 28 Nov today
Sun 29 Nov
"""


def test_the_page_at_eighty_columns(load: Program) -> None:
    assert _seen(load.ok("week", width=80)) == PAGE_80


def test_the_page_at_sixty_columns(load: Program) -> None:
    assert _seen(load.ok("week", width=60)) == PAGE_60


def test_people_and_outcomes_are_named_at_every_width(load: Program) -> None:
    pages = {width: load.ok("week", width=width) for width in (40, 60, 69, 80, 120, 200)}
    assert all("Lee: Fix the bike" in page and "Learn the" in page for page in pages.values())
    for width, page in pages.items():
        assert max(map(cell_len, page.splitlines())) <= width
        assert all(page.count(f"#{number}") == 1 for number in range(1, 9))


@pytest.mark.parametrize("width", [80, 120])
def test_outcomes_fit_and_steer_nothing(program: Program, width: int) -> None:
    for outcome in (
        "Try \x1b[31mred\x1b[0m and \u202eback",
        "東京で会議の資料を用意して部長に渡す " * 3,
        "x" * 200,
        "[bold]help[/]",
    ):
        program.ok("make", outcome, "--to", "dana", "--by", "fri", "--agreed")
        program.ok("make", outcome, "--from", "dana", "--agreed")
    page = program.ok("week", width=width)
    assert not any(sign in page for sign in "\x1b\u202e")
    assert "[bold]help[/]" in page
    assert max(map(cell_len, page.splitlines())) <= width


def test_days_that_are_over_are_not_shown(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "2026-12-20", "--agreed")
    assert _seen(program.ok("week", "--weeks", "1", width=40, today="2026-11-28T10:00")) == PAGE_40


def test_what_is_due_today_is_beside_today(load: Program) -> None:
    page = _seen(load.ok("week", width=80, today="2026-11-27T07:00"))
    assert (
        "\nFri 27 Nov today  █ #2 Walk ten times              █ #3 Lee: Fix the bike brake\n"
        "                  █ #1 Dana: Send Q3 numbers\nSat 28"
    ) in page
    page = _seen(load.ok("week", width=60, today="2026-11-27T07:00"))
    assert "\nFri 27 Nov today\n  █ #2 to yourself: Walk ten times\n  █ #1 to Dana" in page


def test_each_promise_stands_once(load: Program) -> None:
    page = load.ok(
        "week", width=80, today="2026-11-27T10:00"
    )  # an hour of the day has passed for one, and not for the other
    for number in range(1, 9):
        assert page.count(f"#{number}") == 1, number


def test_what_was_due_early_in_the_week_is_overdue(load: Program) -> None:
    page = _seen(load.ok("week", width=80, today="2026-11-29T10:00"))
    assert (
        "\noverdue           █ #4 Lee: Call the bank          █ #5 Kim: Bring the ladder\n"
        "                  █ #2 Walk ten times              █ #3 Lee: Fix the bike brake\n"
        "                  █ #1 Dana: Send Q3 numbers\n"
        "Sun 29 Nov today\n"
    ) in page
    page = _seen(load.ok("week", width=60, today="2026-11-29T10:00"))
    assert "\noverdue\n  █ #4 to Lee: Call the bank\n  █ #2 to yourself" in page
    assert "  █ #3 from Lee: Fix the bike brake\nSun 29 Nov today\n" in page


def test_the_records_are_whole_weeks(load: Program) -> None:
    days = _days(load, today="2026-11-28T10:00")
    assert list(days) == [f"2026-11-{day}" for day in range(23, 31)] + [
        f"2026-12-0{day}" for day in range(1, 7)
    ] + ["earlier", "no date"]
    assert days["2026-11-27"] == {
        "day": "2026-11-27", "week": "2026-W48", "owe": 2, "owed": 1, "overfull": 0, "owe_ids": [2, 1], "owed_ids": [3], "kind": "day",
    }  # fmt: skip
    assert days["earlier"] == {
        "day": None, "week": None, "owe": 1, "owed": 1, "overfull": 0, "owe_ids": [4], "owed_ids": [5], "kind": "earlier",
    }  # fmt: skip
    assert days["no date"] == {
        "day": None, "week": None, "owe": 1, "owed": 1, "overfull": 0, "owe_ids": [6], "owed_ids": [7], "kind": "no date",
    }  # fmt: skip
    assert {day for day, record in days.items() if record["owe"] or record["owed"]} == {
        "2026-11-27",
        "2026-12-06",
        "earlier",
        "no date",
    }


def test_the_forms_agree(load: Program) -> None:
    records = list(_days(load).values())
    assert [json.loads(line) for line in load.ok("week", "--jsonl").splitlines()] == records
    flat = [
        [
            ""
            if cell is None
            else " ".join(map(str, cell))
            if isinstance(cell, list)
            else str(cell)
            for cell in map(record.get, COLUMNS)
        ]
        for record in records
    ]
    assert list(csv.reader(io.StringIO(load.ok("week", "--csv"), newline=""))) == [COLUMNS, *flat]
    assert [line.split("\t") for line in load.ok("week").splitlines()] == flat
    assert load.ok("week", "--plain", width=80) == load.ok("week")


@pytest.mark.parametrize("weeks", [1, 2, 53])
def test_so_many_weeks(load: Program, weeks: int) -> None:
    days = list(_days(load, "--weeks", str(weeks)))
    assert (len(days), days[0], days[-2:]) == (7 * weeks + 2, "2026-11-23", ["earlier", "no date"])
    page = load.ok("week", "--weeks", str(weeks), width=80)
    assert page.count("Week ") == weeks
    assert (page.count("overdue"), page.count("no date")) == (1, 1)
    assert _seen(page).splitlines()[-1].startswith("no date")


@pytest.mark.parametrize("weeks", ["0", "-1", "54", "99999999999999999999"])
def test_so_many_weeks_can_not_be_shown(load: Program, weeks: str) -> None:
    assert load("week", "--weeks", weeks) == (
        "",
        f"promisectl: --weeks can't be {weeks}. Give 1 to 53.\n",
        2,
    )
    assert load("week", "--weeks", "two").code == 2


def test_without_a_ledger(program: Program) -> None:
    assert program.ok("week", width=80).startswith(WELCOME)
    assert program("week").stdout == ""
    assert program("week").stderr.startswith(WELCOME)
    assert program("week", "--json") == ("[]\n", "", 0)
    assert program("week", "--csv").stdout == f"{','.join(COLUMNS)}\r\n"
    assert program("week", "--weeks", "0").code == 2
    assert list(program.home.iterdir()) == []


def test_with_nothing_due(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "fri")
    program.ok("void", "1", "--reason", "twice")
    assert all(
        (record["owe"], record["owed"], record["overfull"]) == (0, 0, 0)
        for record in _days(program).values()
    )
    page = program.ok("week", width=80)
    assert not any(sign in page for sign in ("█", "#", "overdue", "no date", "Over-full"))


# Where and when


def test_over_the_end_of_a_year(program: Program) -> None:
    program.ok("make", "Send the yearly numbers", "--to", "dana", "--by", "2027-01-01", "--agreed")
    today = "2026-12-30T10:00"
    days = _days(program, today=today)
    assert [days[day]["week"] for day in ("2026-12-28", "2027-01-03", "2027-01-04")] == [
        "2026-W53",
        "2026-W53",
        "2027-W01",
    ]
    assert days["2027-01-01"]["owe_ids"] == [1]
    page = _seen(program.ok("week", width=80, today=today))
    assert "Week 53, 28 Dec to 3 Jan\n" in page
    assert "Wed 30 Dec today\n" in page
    assert "Fri 1 Jan         █ #1 Dana: Send the yearly numbers\n" in page
    assert "Week 01, 4 Jan to 10 Jan\n" in page


@pytest.mark.parametrize(
    ("zone", "today", "due", "day"),
    [
        ("Europe/Berlin", "2026-10-24T10:00", "2026-10-25", "2026-10-25"),
        ("Europe/Berlin", "2026-10-24T10:00", "2026-10-25T02:30+01:00", "2026-10-25"),
        ("Europe/Berlin", "2026-03-28T10:00", "2026-03-29", "2026-03-29"),
        ("America/New_York", "2026-10-31T10:00", "2026-11-01T01:30-05:00", "2026-11-01"),
        ("America/New_York", "2026-03-07T10:00", "2026-03-08", "2026-03-08"),
        ("Africa/Cairo", "2026-04-23T10:00", "2026-04-24", "2026-04-24"),
        ("America/Santiago", "2026-09-05T10:00", "2026-09-06", "2026-09-06"),
        ("Pacific/Apia", "2026-11-23T10:00", "2026-11-29", "2026-11-29"),
        ("Pacific/Kiritimati", "2026-11-23T10:00", "2026-11-29", "2026-11-29"),
        ("Asia/Kathmandu", "2026-11-23T10:00", "2026-11-29T23:59", "2026-11-29"),
    ],
)
def test_the_day_agreed_on_is_the_day_shown(
    program: Program, monkeypatch: pytest.MonkeyPatch, zone: str, today: str, due: str, day: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", due, "--agreed", today=today)
    assert [name for name, record in _days(program, today=today).items() if record["owe"]] == [day]
    number = str(int(day[8:]))
    [line] = [
        line for line in program.ok("week", width=80, today=today).splitlines() if "█" in line
    ]
    assert f" {number} " in line


def test_a_week_without_one_of_its_days(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Pacific/Apia")  # there was no 30 December 2011
    today = "2011-12-28T10:00"
    program.ok(
        "make", "Send Q3 numbers", "--to", "dana", "--by", "2011-12-31", "--agreed", today=today
    )
    program.ok(
        "make", "Fix the fence", "--to", "dana", "--by", "2011-12-29", "--agreed", today=today
    )
    assert {name: record["owe_ids"] for name, record in _days(program, today=today).items() if record["owe"]} == {
        "2011-12-29": [2], "2011-12-31": [1],
    }  # fmt: skip


def test_late_elsewhere_is_the_next_day_here(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "fri 23:30", "--agreed")
    program.ok("make", "Fix the fence", "--to", "dana", "--by", "sun", "--agreed")
    for zone, days in (
        ("Europe/Berlin", ["2026-11-27", "2026-11-29"]),
        ("Asia/Tokyo", ["2026-11-28", "2026-11-30"]),
        ("America/New_York", ["2026-11-27", "2026-11-29"]),
        ("Pacific/Apia", ["2026-11-28", "2026-11-30"]),
    ):
        monkeypatch.setenv("TZ", zone)
        found = {
            name: record["week"]
            for name, record in _days(program, today="2026-11-24T10:00").items()
            if record["owe"]
        }
        assert list(found) == days, zone


def test_today_is_the_local_day(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "2026-12-20", "--agreed")
    for zone, today in (
        ("Pacific/Apia", "Tue 24 Nov today"),
        ("America/New_York", "Mon 23 Nov today"),
    ):
        monkeypatch.setenv("TZ", zone)
        assert today in program.ok("week", width=80, today="2026-11-23T12:00Z")


# Too full


def _owe(program: Program, many: int, by: str = "fri") -> None:
    for number in range(many):
        program.ok("make", f"Thing {by} {number}", "--to", "lee", "--by", by, "--agreed", "-q")


def test_a_week_is_too_full_at_five(program: Program) -> None:
    _owe(program, 4)
    program.ok("make", "Bring the ladder", "--from", "kim", "--by", "fri", "--agreed")
    _owe(program, 4, "2026-12-02")
    program.ok("make", "Walk ten times", "--to", "me", "--by", "2026-11-30")
    page = _seen(program.ok("week", width=80))
    assert "\nWeek 49, 30 Nov to 6 Dec\nOver-full: you owe 5.\n" in page
    assert page.count("Over-full") == 1
    assert {record["week"] for record in _days(program).values() if record["overfull"]} == {
        "2026-W49"
    }
    assert sum(record["overfull"] for record in _days(program).values()) == 7


def test_what_was_due_in_a_week_and_is_not_done_still_fills_it(program: Program) -> None:
    _owe(program, 5, "tue")
    assert "Over-full: you owe 5." in program.ok("week", width=80, today="2026-11-27T10:00")
    program.ok("complete", "1")
    assert "Over-full" not in program.ok("week", width=80, today="2026-11-27T10:00")


def _deliver(program: Program, a_week: list[int]) -> None:
    """So many promises delivered in each of the weeks before this one, the last one first."""
    days = [
        "2026-11-18",
        "2026-11-11",
        "2026-11-04",
        "2026-10-28",
        "2026-10-21",
        "2026-10-14",
        "2026-10-07",
        "2026-09-30",
    ]
    number = 0
    for day, many in zip(days, a_week, strict=True):
        for _ in range(many):
            number += 1
            program.ok("make", f"Done {number}", "--to", "kim", "--said", day, "--agreed", "-q")
            program.ok("complete", str(number), "--on", day, "-q")


def test_who_delivers_more_in_a_usual_week_may_owe_more(program: Program) -> None:
    _deliver(program, [6, 6, 5, 5, 5, 5, 4, 4])
    _owe(program, 5)
    assert "Over-full" not in program.ok("week", width=80)
    program.ok("make", "Walk ten times", "--to", "me", "--by", "sat")
    assert "Over-full: you owe 6; in a usual week you deliver 5.\n" in _seen(
        program.ok("week", width=80)
    )


def test_a_usual_week_may_be_a_half(program: Program) -> None:
    _deliver(program, [2, 2, 2, 2, 1, 1, 1, 1])
    _owe(program, 5)
    assert "Over-full: you owe 5; in a usual week you deliver 1.5.\n" in _seen(
        program.ok("week", width=80)
    )


def test_this_week_and_nine_weeks_ago_are_no_usual_weeks(program: Program) -> None:
    _deliver(program, [0] * 8)
    for number, day in enumerate(["2026-09-27"] * 5 + ["2026-11-23T09:00"] * 5, 1):
        program.ok("make", f"Done {number}", "--to", "kim", "--said", day, "--agreed", "-q")
        program.ok("complete", str(number), "--on", day, "-q")
    _owe(program, 5)
    assert "Over-full: you owe 5.\n" in _seen(program.ok("week", width=80))


# Narrow and wide


@pytest.mark.parametrize("width", [40, 41, 60, 80, 200])
def test_many_numbers_fit(program: Program, width: int) -> None:
    program.ok(
        "make",
        "Bring a chair",
        *(word for number in range(120) for word in ("--to", f"person-{number:03}x")),
        "--by",
        "fri",
        "--agreed",
        "--new",
        "-q",
    )
    program.ok(
        "make",
        "Bring a table",
        *(word for number in range(60) for word in ("--from", f"other-{number:03}x")),
        "--agreed",
        "--new",
        "-q",
    )
    page = program.ok("week", width=width)
    assert max(map(cell_len, page.splitlines())) <= width
    assert page.count("█") == 180
    assert page.count("#") == 180
    assert "#120" in page


def test_too_full_and_overdue_are_said_in_words_without_colour(load: Program) -> None:
    assert "\x1b" not in load.ok("week", width=80)
    assert "\x1b[" in load.ok("week", "--color", "always", width=80)
