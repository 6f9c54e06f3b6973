"""How far apart things are, in words: below a day in hours where a minute is due, else by midnights."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from promisectl.domain.civil import CivilMoment, format_near_civil, list_civil_readings
from promisectl.rendering import formats
from promisectl.rendering.formats import LocalMoment
from tests.conftest import Program

ZONE = "Europe/Berlin"


def local(text: str) -> datetime:
    """The instant of a minute in Berlin."""
    return list_civil_readings(text, ZONE)[0].at


def due(text: str) -> CivilMoment:
    return list_civil_readings(text, ZONE)[0]


@pytest.mark.parametrize(
    ("civil", "moment", "said"),
    [
        ("2026-11-10T23:30", "2026-11-10T23:30", "1 minute"),
        ("2026-11-10T23:30", "2026-11-10T23:59", "29 minutes"),
        ("2026-11-10T23:30", "2026-11-11T00:29", "59 minutes"),
        ("2026-11-10T23:30", "2026-11-11T01:00", "1 hour"),
        ("2026-11-10T23:30", "2026-11-11T23:29", "23 hours"),
        ("2026-11-10T23:30", "2026-11-11T23:30", "1 day"),
        ("2026-11-10T23:30", "2026-11-12T00:30", "2 days"),
        ("2026-11-10T00:30", "2026-11-09T23:30", "1 hour"),
        ("2026-11-10T08:00", "2026-11-09T17:00", "15 hours"),
        ("2026-11-10T17:00", "2026-11-09T09:00", "1 day"),
        ("2026-11-10", "2026-11-11T00:01", "1 day"),
        ("2026-11-10", "2026-11-11T23:00", "1 day"),
        ("2026-11-10", "2026-11-12T00:01", "2 days"),
        ("2026-11-10", "2026-11-09T23:59", "1 day"),
        ("2026-11-10", "2026-11-10T09:00", "14 hours"),
        ("2026-10-25T01:30", "2026-10-26T01:00", "1 day"),  # a day of 25 hours
    ],
)
def test_a_distance_in_words(civil: str, moment: str, said: str) -> None:
    assert formats.format_time_from_due(due(civil), local(moment), ZONE) == said


@pytest.mark.parametrize(
    ("civil", "delivered", "said"),
    [
        ("2026-11-10T23:30", "2026-11-10T23:30", "on time"),
        ("2026-11-10T23:30", "2026-11-11T01:00", "1 hour late"),
        ("2026-11-10", "2026-11-10T23:59", "on time"),
        ("2026-11-10", "2026-11-11T00:30", "1 day late"),
        ("2026-11-10", "2026-11-14T10:00", "4 days late"),
    ],
)
def test_a_lateness_in_words(civil: str, delivered: str, said: str) -> None:
    assert formats.format_lateness(due(civil), local(delivered), ZONE) == said


def test_without_a_date_nothing_is_late() -> None:
    assert formats.format_lateness(None, datetime(2026, 11, 10, tzinfo=UTC), ZONE) == ""
    assert formats.format_lateness(due("2026-11-10"), None, ZONE) == ""


def standing(civil: str, now: str, flags: str) -> str:
    when = due(civil)
    row: dict[str, Any] = {
        "state": "active",
        "flags": flags,
        "move": "me",
        "author": None,
        "unsaid": None,
        "offer_reply_by": None,
        "due": when.civil,
        "due_zone": when.zone,
        "due_at": f"{when.at:%Y-%m-%dT%H:%M:%SZ}",
    }
    return formats.describe_standing(row, LocalMoment(local(now), ZONE))[0][0]


@pytest.mark.parametrize(
    ("civil", "now", "flags", "said"),
    [
        ("2026-11-10T23:30", "2026-11-11T01:00", "overdue", "overdue 1 hour"),
        ("2026-11-10", "2026-11-11T01:00", "overdue", "overdue 1 day"),
        ("2026-11-10T00:30", "2026-11-09T23:30", "due-soon", "in 1 hour"),
        ("2026-11-10T17:00", "2026-11-09T09:00", "due-soon", "tomorrow"),
        ("2026-11-10", "2026-11-09T23:30", "due-soon", "tomorrow"),
        ("2026-11-10T17:00", "2026-11-10T09:00", "due-today due-soon", "due today"),
    ],
)
def test_a_standing_in_words(civil: str, now: str, flags: str, said: str) -> None:
    assert standing(civil, now, flags) == said


def test_all_views_and_answers_say_the_same(program: Program) -> None:
    for number in "123":
        words = ("--to", "dana", "--by", "2026-11-10T23:30", "--agreed")
        program.ok("make", f"Report {number}", *words, today="2026-11-01T09:00")
    late = "2026-11-11T01:00"
    for view in (("owe",), ("list",), ("moves",), ("show", "1"), ("review",)):
        assert "overdue 1 hour" in program.ok(*view, today=late, width=80), view
    assert "overdue 1 hour" in program.ok("digest", today=late)
    assert "1 hour after it was due" in program.ok("bump", "1", "soon", today=late)
    assert "on Wed 11 Nov, 1 hour after it was due" in program.ok(
        "renege", "2", "--reason", "ill", today=late
    )
    assert "1 hour late" in program.ok("complete", "1", today=late)
    assert "1 hour late" in program.ok("show", "1", today="2026-11-20", width=80)


@pytest.mark.parametrize(
    ("civil", "today", "said"),
    [
        ("2026-11-27", "2026-11-23", "Fri 27 Nov"),
        ("2026-01-01", "2026-12-31", "Thu 1 Jan"),
        ("2027-09-18", "2026-11-23", "Sat 18 Sep"),
        ("2027-09-19", "2026-11-23", "Sun 19 Sep 2027"),
        ("2025-12-31", "2026-10-26", "Wed 31 Dec"),
        ("2025-12-31", "2026-10-27", "Wed 31 Dec 2025"),
        ("2026-11-27T17:00", "2026-11-23", "Fri 27 Nov, 17:00"),
        ("2029-11-27T17:00", "2026-11-23", "Tue 27 Nov 2029, 17:00"),
    ],
)
def test_the_year_is_there_where_it_is_needed(civil: str, today: str, said: str) -> None:
    day = date.fromisoformat(today)
    assert format_near_civil(civil, day) == said
    assert format_near_civil(civil, day, "Asia/Tokyo", ZONE) == f"{said} Asia/Tokyo"
    assert format_near_civil(civil, day, ZONE, ZONE) == said


def test_a_date_without_its_year_can_be_typed_again(program: Program) -> None:
    for days in range(1, 400, 7):
        told = program.ok("make", "Write", "--to", "me", "--by", f"+{days}d")
        words = told.rstrip(".\n").partition(" by ")[2]
        again = program.ok("make", "Write", "--to", "me", "--by", words)
        assert again.rstrip(".\n").partition(" by ")[2] == words


@pytest.mark.parametrize(("today", "days"), [("2026-12-01", 8), ("2026-12-24T23:00", 31)])
def test_no_news_is_counted_in_days(program: Program, today: str, days: int) -> None:
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "2027-03-01")
    for view in (("owed",), ("list",), ("show", "1"), ("review",)):
        assert f"no news for {days} days" in program.ok(*view, today=today, width=100), view
    program.ok("bump", "1", "hello", today=today)
    assert "no news" not in program.ok("owed", today=today, width=100)
