"""iCalendar: every property as a real parser reads it, valid whatever was typed, and the same as long as nothing was said."""

import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil import tz
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Component

from promisectl import errors
from promisectl.records import as_ics, vtimezone
from tests.conftest import Program

texts = st.text(
    st.sampled_from("\\;,:\"'^\r\n\t\x85\u2028 ä€😀=") | st.characters(exclude_categories=["Cs"]),
    min_size=1,
)


def _tasks(text: str) -> list[Component]:
    found: list[Component] = Calendar.from_ical(text).walk("VTODO")
    return found


def _said(task: Component) -> dict[str, str]:
    """The lines of a task as they are written."""
    lines = task.to_ical().decode().replace("\r\n ", "").splitlines()
    return dict(line.split(":", 1) for line in lines[1:-1])


def test_every_property_of_a_kept_promise(program: Program) -> None:
    program.ok(
        "make",
        "Send the numbers; all, of them",
        "--to",
        "dana",
        "--by",
        "fri",
        "--agreed",
        today="2026-11-20T10:00",
    )
    program.ok("release", "1", "--reason", "not needed", today="2026-11-20T11:00")
    program.ok(
        "make", "Send the\nreport", "--to", "dana", "--by", "fri 17:00", "--agreed", "--replaces", "1", "--tag", "work", "--tag", "q3",
        "--done-when", "she has it", "--why", "the board meets",
    )  # fmt: skip
    program.ok("complete", "2", today="2026-11-25T10:00")
    program.ok("accept", "2", today="2026-11-26T10:00")
    first, second = _tasks(program.ok("export", "--format", "ics"))
    assert _said(second) == {
        "UID": str(second["uid"]),
        "SUMMARY": "Send the\\nreport",
        "DUE;TZID=Europe/Berlin": "20261127T170000",
        "STATUS": "COMPLETED",
        "COMPLETED": "20261125T090000Z",
        "PERCENT-COMPLETE": "100",
        "CREATED": "20261123T090000Z",
        "LAST-MODIFIED": "20261126T090000Z",
        "DTSTAMP": "20261126T090000Z",
        "SEQUENCE": "3",
        "DESCRIPTION": "You owe Dana. Kept.\\nDone when: she has it\\nWhy: the board meets",
        "CONTACT": "Dana",
        "CATEGORIES": "owe,work,q3",
        "RELATED-TO;RELTYPE=SIBLING": str(first["uid"]),
        "X-PROMISECTL-STATE": "kept",
        "X-PROMISECTL-PERSON": "dana",
    }
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", second["uid"])
    assert (first["summary"], first["due"].dt, first["status"]) == (
        "Send the numbers; all, of them",
        date(2026, 11, 27),
        "CANCELLED",
    )
    assert first["description"] == "You owe Dana. Released.\nReason: not needed"
    assert "percent-complete" not in first


def test_what_a_calendar_begins_with(program: Program) -> None:
    lines = program.ok("export", "--format", "ics").split("\r\n")
    expected = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//promisectl//promisectl//EN",
        "CALSCALE:GREGORIAN",
        "END:VCALENDAR",
        "",
    ]
    assert lines == expected


STATES = {
    "proposed": ([], "NEEDS-ACTION", "Lee would owe you. Not agreed yet."),
    "active": ([["accept", "1"]], "IN-PROCESS", "Lee owes you. Promised."),
    "delivered": (
        [["accept", "1"], ["complete", "1", "--reported"]],
        "IN-PROCESS",
        "Lee owes you. Reported as done, not confirmed yet.",
    ),
    "kept": ([["accept", "1"], ["complete", "1"]], "COMPLETED", "Lee owes you. Kept."),
    "declined": ([["decline", "1"]], "CANCELLED", "Lee would owe you. Declined."),
    "withdrawn": ([["withdraw", "1"]], "CANCELLED", "Lee would owe you. Withdrawn."),
    "reneged": (
        [["accept", "1"], ["renege", "1", "--reason", "ill"]],
        "CANCELLED",
        "Lee owes you. Broken.\nReason: ill",
    ),
    "released": ([["accept", "1"], ["release", "1"]], "CANCELLED", "Lee owes you. Released."),
    "void": (
        [["void", "1", "--reason", "twice"]],
        "CANCELLED",
        "Lee would owe you. Void.\nReason: twice",
    ),
}


@pytest.mark.parametrize("state", STATES)
def test_the_status_of_every_state(program: Program, state: str) -> None:
    moves, status, described = STATES[state]
    program.ok("make", "Fix the brake", "--from", "lee", "--by", "sat")
    for move in moves:
        program.ok(*move)
    [task] = _tasks(program.ok("export", "--format", "ics", "--alarm", "1d"))
    assert (task["status"], task["x-promisectl-state"], task["description"]) == (
        status,
        state,
        described,
    )
    assert ("completed" in task, "percent-complete" in task) == (state == "kept",) * 2
    assert len(task.walk("VALARM")) == (state in ("proposed", "active"))


def test_a_promise_to_myself_names_nobody(program: Program) -> None:
    program.ok("make", "Water the plants", "--to", "me")
    [task] = _tasks(program.ok("export", "--format", "ics", "--alarm", "1d"))
    assert ("contact" in task, "due" in task, task.walk("VALARM")) == (False, False, [])
    assert (task["description"], task["x-promisectl-person"]) == (
        "You owe yourself. Promised.",
        "me",
    )


# The same, as long as nothing is said


def _counted(program: Program, *words: str) -> tuple[int, datetime]:
    [task] = _tasks(program.ok("export", "--format", "ics", *words))
    assert task["dtstamp"].dt == task["last-modified"].dt
    return task["sequence"], task["dtstamp"].dt


def test_two_exports_of_one_ledger_are_the_same_byte_for_byte(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri", "--agreed")
    text = program.ok("export", "--format", "ics")
    assert program.ok("export", "--format", "ics", today="2027-03-01T12:00") == text


def test_the_sequence_grows_with_what_is_said(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri")
    assert _counted(program) == (0, datetime(2026, 11, 23, 9, tzinfo=UTC))
    program.ok("accept", "1", "--on", "2026-11-23T10:00", today="2026-11-24T10:00")
    assert _counted(program) == (1, datetime(2026, 11, 24, 9, tzinfo=UTC))
    program.ok("undo", today="2026-11-25T10:00")
    assert _counted(program) == (2, datetime(2026, 11, 25, 9, tzinfo=UTC))
    assert _counted(program, "--as-of", "2026-11-23") == (0, datetime(2026, 11, 23, 9, tzinfo=UTC))


def test_another_name_is_a_later_version_though_nobody_spoke_of_the_promise(
    program: Program,
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri")
    program.ok("make", "Read the draft", "--to", "lee", "--by", "fri")
    program.ok("person", "rename", "dana", "dk", "--name", "Dana K", today="2026-11-24T10:00")
    assert _counted(program, "--with", "dk") == (0, datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert _counted(program, "--with", "lee") == (0, datetime(2026, 11, 23, 9, tzinfo=UTC))
    program.ok("person", "merge", "lee", "dk", today="2026-11-25T10:00")
    tasks = _tasks(program.ok("export", "--format", "ics"))
    assert [(task["contact"], f"{task['dtstamp'].dt:%d}") for task in tasks] == [
        ("Dana K", "24"),
        ("Dana K", "25"),
    ]


# Texts


@given(texts, texts)
def test_any_text_makes_a_valid_file_and_comes_back(outcome: str, name: str) -> None:
    row = _ROW | {"outcome": outcome, "person_name": name, "why": outcome}
    text = as_ics.encode_task_calendar(row)
    for line in text.split("\r\n"):
        assert len(line.encode()) <= 75
        assert not re.search("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029]", line)
    [task] = _tasks(text)
    assert (task["summary"], task["contact"]) == (
        as_ics.escape_ics_text(outcome),
        as_ics.escape_ics_text(name),
    )
    assert task["description"] == as_ics.escape_ics_text(
        f"You owe {name}. Promised.\nWhy: {outcome}"
    )


_ROW: dict[str, object] = dict.fromkeys(
    ("due", "due_zone", "due_at", "done_when", "reason", "tags", "replaces_uid", "bigger_uid", "delivered_at")
) | {
    "uid": "1", "acts": 1, "said_last": "2026-11-23T09:00:00Z", "made_at": "2026-11-23T09:00:00Z", "accepted_at": "2026-11-23T09:00:00Z",
    "state": "active", "direction": "owe", "person": "x",
}  # fmt: skip


@given(
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from("\n\t"))
)
def test_only_control_characters_are_changed(text: str) -> None:
    assert as_ics.escape_ics_text(text) == text


def test_control_characters_are_shown() -> None:
    assert (
        as_ics.escape_ics_text("a\r\nb\rc\u2028d\x1be\x00f\x7fg\x9b")
        == "a\nb\nc\nd\\x1be\\x00f\\x7fg\\x9b"
    )


# Hours and zones

ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Kiritimati",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "Etc/UTC",
]


def _hours(zone: ZoneInfo, first: int, last: int) -> Iterator[datetime]:
    moment = datetime(first, 1, 1, tzinfo=zone).astimezone(UTC)
    while moment.astimezone(zone).year <= last:
        yield moment
        moment += timedelta(minutes=30)


@pytest.mark.parametrize("name", ZONES)
def test_a_zone_is_described_as_it_is(name: str, tmp_path: Path) -> None:
    """An independent reader of VTIMEZONE tells the same clocks, every half hour of two years."""
    file = tmp_path / "zone.ics"
    file.write_text(
        f"BEGIN:VCALENDAR\r\n{vtimezone.encode_timezone(name, 2026, 2027)}END:VCALENDAR\r\n",
        encoding="utf-8",
        newline="",
    )
    read, true = tz.tzical(str(file)).get(name), ZoneInfo(name)
    for moment in _hours(true, 2026, 2027):
        local = moment.astimezone(true).replace(fold=0)
        assert local.replace(tzinfo=read).utcoffset() == local.utcoffset(), moment


def test_hours_are_told_in_their_zone_and_odd_ones_in_utc(program: Program) -> None:
    for by in (
        "2027-03-28T03:30",
        "2027-10-31T01:30Z",
        "2150-01-01T10:00",
        "2027-01-05T10:00 America/New_York",
        "2027-01-05",
    ):
        program.ok("make", "x y z", "--to", "me", "--by", by)
    text = program.ok("export", "--format", "ics")
    assert [line for line in text.splitlines() if line.startswith("DUE")] == [
        "DUE;TZID=Europe/Berlin:20270328T033000",
        "DUE:20271031T013000Z",  # 02:30 comes twice that night, and the second is meant
        "DUE:21500101T090000Z",  # nobody knows the clocks of then
        "DUE;TZID=America/New_York:20270105T100000",
        "DUE;VALUE=DATE:20270105",
    ]
    assert re.findall("TZID:(.*)", text.replace("\r", "")) == ["America/New_York", "Europe/Berlin"]
    instants = [task["due"].dt.astimezone(UTC) for task in _tasks(text)[:4]]
    assert [f"{moment:%Y-%m-%dT%H:%M}" for moment in instants] == [
        "2027-03-28T01:30",
        "2027-10-31T01:30",
        "2150-01-01T09:00",
        "2027-01-05T15:00",
    ]


# Alarms


def test_alarms_count_from_what_it_is_due(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri", "--agreed")
    [task] = _tasks(
        program.ok("export", "--format", "ics", "--alarm", "1d", "--alarm", "2h", "--alarm", "30m")
    )
    alarms = task.walk("VALARM")
    assert [
        (alarm["action"], alarm["description"], alarm["trigger"].params["RELATED"])
        for alarm in alarms
    ] == [("DISPLAY", "Send the numbers", "END")] * 3
    assert [alarm["trigger"].dt for alarm in alarms] == [
        -timedelta(days=1),
        -timedelta(hours=2),
        -timedelta(minutes=30),
    ]


# A directory


def test_a_directory_has_a_file_a_promise_and_only_what_changed_is_written_anew(
    program: Program,
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri 17:00", "--agreed")
    program.ok("make", "Fix the brake", "--from", "lee", "--by", "sat")
    place = program.home / "tasks"
    result = program("export", "--format", "ics", "-o", f"{place}/")
    assert result == ("", f"Written: {place}/ (2 new)\n", 0)
    assert place.stat().st_mode & 0o777 == 0o700
    files = sorted(
        place.iterdir(), key=lambda file: file.read_text(encoding="utf-8").index("SUMMARY")
    )
    tasks = {file: _tasks(file.read_bytes().decode()) for file in files}
    assert all(
        [file.stem] == [task["uid"] for task in found] and file.suffix == ".ics"
        for file, found in tasks.items()
    )
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    assert sorted("VTIMEZONE" in file.read_text(encoding="utf-8") for file in files) == [
        False,
        True,
    ]

    (place / "mine.ics").write_text("my own", encoding="utf-8")
    refused = program("export", "--format", "ics", "-o", str(place))
    assert (refused.stdout, refused.code) == ("", 2)
    assert refused.stderr.endswith(
        ".ics already exists. Add --force to replace it, or choose another name.\n"
    )

    program.ok("bump", "1", "slow")
    stamps = {file: file.stat().st_mtime_ns for file in place.iterdir()}
    assert (
        program("export", "--format", "ics", "-o", str(place), "--force").stderr
        == f"Written: {place} (1 changed, 1 as before)\n"
    )
    assert sum(file.stat().st_mtime_ns != stamp for file, stamp in stamps.items()) == 1
    assert (place / "mine.ics").read_text(encoding="utf-8") == "my own"
    assert len(list(place.iterdir())) == 3

    program.ok("make", "One more", "--to", "me")
    assert (
        program(
            "export", "--format", "ics", "-o", str(place), "--force", "--state", "active", "-q"
        ).stderr
        == ""
    )
    assert len(list(place.iterdir())) == 4


def test_nothing_is_written_where_one_file_is_in_the_way(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    program.ok("make", "Fix the brake", "--from", "lee")
    place = program.home / "tasks"
    program.ok("export", "--format", "ics", "-o", f"{place}/", "--with", "lee")
    before = list(place.iterdir())
    assert program("export", "--format", "ics", "-o", f"{place}/").code == 2
    assert list(place.iterdir()) == before


def test_a_directory_that_cannot_be_is_an_error(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    (program.home / "file").write_text("", encoding="utf-8")
    result = program("export", "--format", "ics", "-o", f"{program.home}/file/tasks/")
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr.count("\n") == 1


def test_an_empty_ledger_makes_an_empty_directory(program: Program) -> None:
    place = program.home / "tasks"
    assert (
        program("export", "--format", "ics", "-o", f"{place}/").stderr
        == f"Written: {place}/ (no file)\n"
    )
    assert list(place.iterdir()) == []


def test_without_the_package_one_sentence_says_how_to_get_it(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    monkeypatch.setitem(sys.modules, "icalendar", None)
    result = program("export", "-o", str(program.home / "out.ics"))
    assert result == (
        "",
        f"promisectl: {errors.NeedsIcalendar()}\n",
        2,
    )
    assert 'pip install "promisectl[ics]"' in result.stderr
    assert not (program.home / "out.ics").exists()
