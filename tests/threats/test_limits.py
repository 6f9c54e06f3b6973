"""Threats of size and of the clock: endless texts and numbers, journals put together by others, a clock that jumps."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest

from promisectl.storage import codec
from tests.conftest import Program

LONG = "x" * 60_000
DIGITS = "9" * 5_000
TOO_LONG = {
    "outcome": (["make", LONG, "--to", "dana"], 2),
    "outcome by one": (["make", "x" * 1_001, "--to", "dana"], 2),
    "text by one": (["note", "1", "x" * 10_001], 2),
    "tag": (["tag", "1", LONG], 2),
    "person": (["make", "X", "--to", LONG], 2),
    "key": (["note", "1", "x", "--once", LONG], 2),
    "search": (["list", "--search", LONG], 2),
    "date": (["make", "X", "--to", "dana", "--by", LONG], 2),
    "number": (["accept", DIGITS], 2),
    "number of a promise to show": (["show", f"#{DIGITS}"], 2),
    "revision": (["accept", "1", "--rev", DIGITS], 2),
    "limit": (["list", "--limit", DIGITS], 2),
    "weeks": (["week", "--weeks", DIGITS], 2),
    "handle": (["person", "show", LONG], 3),
}


@pytest.mark.parametrize("name", TOO_LONG)
def test_what_is_too_long_is_refused_at_the_door_and_never_cut(program: Program, name: str) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    before = program.ledger.read_bytes()
    words, code = TOO_LONG[name]
    done = program(*words)
    assert (done.stdout, done.code, done.stderr.count("\n")) == ("", code, 1)
    assert program.ledger.read_bytes() == before


def test_as_much_as_is_allowed_is_kept_whole(program: Program) -> None:
    for number, text in enumerate(("x" * 10_000, "🚲" * 10_000, "%" * 10_000), 1):
        program.ok("make", "y" * 1_000, "--to", "dana", "--why", text, "-q")
        (found,) = json.loads(program.ok("list", "--json", "--search", text))
        assert (found["id"], found["why"], len(found["outcome"])) == (number, text, 1_000)


def test_a_megabyte_on_stdin_is_refused(program: Program) -> None:
    done = program(
        "make", "--json", "-", piped=json.dumps({"outcome": "x" * 1_000_000, "to": "dana"})
    )
    assert (done.stdout, done.code) == ("", 6)
    assert "1,000,000 characters; 1,000 are allowed" in json.loads(done.stderr)["error"]["message"]
    assert not program.ledger.exists()


# Journals: whoever can compute the hashes can write one, but only what commands could have said


def forged(journal: str, change: Callable[[dict[str, Any]], None]) -> str:
    """A journal with one record after the other changed, and every hash over it computed anew."""
    head, *said, _ = map(json.loads, journal.splitlines())
    before, uids, sum_ = "", dict[int, str](), hashlib.sha256()
    for record in said:
        change(record)
        for act in record["acts"]:
            number = act["promise"]
            if number is not None:
                uids.setdefault(number, act["body"].get("uid"))
            row = {
                **act,
                "entry": record["entry"],
                "body": codec.encode_canonical_json(act["body"]),
            }
            about = act["person"] if number is None else uids[number]
            before = act["hash"] = codec.compute_act_hash(before, record["command"], about, row)
    head["hash"] = before
    for record in (head, *said):
        sum_.update(f"{codec.encode_canonical_json(record)}\n".encode())
    return (
        "\n".join(map(json.dumps, (head, *said, {"promisectl": "end", "sha256": sum_.hexdigest()})))
        + "\n"
    )


def long_outcome(record: dict[str, Any]) -> None:
    for act in record["acts"]:
        if "terms" in act["body"]:
            act["body"]["terms"]["outcome"] = "x" * 1_001


def long_text(record: dict[str, Any]) -> None:
    for act in record["acts"]:
        if act["verb"] == "note":
            act["body"]["text"] = "x" * 10_001


def long_tag(record: dict[str, Any]) -> None:
    for act in record["acts"]:
        if "tags" in act["body"]:
            act["body"]["tags"] = ["x" * 101]


def to_come(record: dict[str, Any]) -> None:
    record["recorded_at"] = "2030-01-01T00:00:00Z"
    for act in record["acts"]:
        act["recorded_at"] = "2030-01-01T00:00:00Z"


def before_it_happened(record: dict[str, Any]) -> None:
    for act in record["acts"]:
        act["at"] = "2026-11-24T00:00:00Z"


def recorded_apart(record: dict[str, Any]) -> None:
    record["acts"][0]["recorded_at"] = "2026-11-22T00:00:00Z"


def told_too_late(record: dict[str, Any]) -> None:
    for act in record["acts"]:
        if "told_at" in act["body"]:
            act["body"]["told_at"] = "2026-12-24T00:00:00Z"


FORGED: dict[Callable[[dict[str, Any]], None], str] = {
    long_outcome: "its outcome has 1,001 characters; 1,000 are allowed",
    long_text: "its text has 10,001 characters; 10,000 are allowed",
    long_tag: "its tag has 101 characters; 100 are allowed",
    to_come: "it was recorded at 2030-01-01T00:00:00Z, which is in the future; if that is right, add a later --today",
    before_it_happened: "it is dated after it was recorded",
    recorded_apart: "it was not recorded at the same time as its command",
    told_too_late: "it is dated after it was recorded",
}


@pytest.fixture
def journal(program: Program) -> str:
    program.ok("make", "Send the numbers", "--to", "dana", "--tag", "q3", "--agreed")
    program.ok("note", "1", "she rang")
    program.ok("renege", "1", "--reason", "ill")
    return program.ok("export", "--journal")


@pytest.mark.parametrize("change", FORGED, ids=lambda change: change.__name__)
def test_a_journal_that_says_what_no_command_says_is_refused(
    program: Program, journal: str, change: Callable[[dict[str, Any]], None]
) -> None:
    other = program.home / "other.db"
    done = program("--ledger", str(other), "import", "-", piped=forged(journal, change))
    assert (done.stdout, done.code) == ("", 6)
    assert FORGED[change] in done.stderr
    assert not other.exists()


def test_a_journal_computed_anew_without_a_change_is_taken(program: Program, journal: str) -> None:
    """So that the others are refused for what was changed, not for how they were put together."""
    other = str(program.home / "other.db")
    program.ok("--ledger", other, "import", "-", piped=forged(journal, lambda _: None))
    assert program.ok("--ledger", other, "export", "--journal") == journal


# The clock


def test_moves_go_on_after_a_clock_that_was_ahead(program: Program) -> None:
    ahead = "2036-01-01T10:00"
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed")
    program.ok("make", "By a clock that is ahead", "--to", "dana", "--agreed", today=ahead)
    program.ok("note", "1", "too", today=ahead)
    recorded = [
        json.loads(line)["recorded_at"] for line in program.ok("log", "--jsonl").splitlines()
    ]
    assert program.ok("make", "Right again", "--to", "dana", "-q") == "3\n"
    assert program.ok("complete", "1", "-q") == "1\n"
    assert program.ok("bump", "3", "slow", "-q") == "3\n"
    now = [json.loads(line) for line in program.ok("log", "--jsonl").splitlines()]
    assert [
        act["recorded_at"] for act in now[: len(recorded)]
    ] == recorded  # nothing is put right behind anybody's back
    assert [act["id"] for act in now] == sorted(act["id"] for act in now)
    assert {act["recorded_at"] for act in now[len(recorded) :]} == {"2026-11-23T09:00:00Z"}


def test_what_was_moved_by_a_clock_that_was_ahead_says_so_and_can_be_put_right(
    program: Program,
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--agreed")
    program.ok("complete", "1", today="2036-01-01T10:00")
    done = program("reopen", "1", "--reason", "a page is missing")
    assert (done.stdout, done.code) == ("", 2)
    assert done.stderr == (
        "promisectl: The last change of #1 is dated Tue 1 Jan 2036, 10:00, which is in the future: the clock was ahead then, or is behind "
        "now. If it was ahead, undo that change and repeat it: promisectl undo --promise 1\n"
    )
    program.ok("undo", "--promise", "1")
    assert program.ok("complete", "1", "-q") == "1\n"
    (record,) = json.loads(program.ok("list", "--json"))
    assert (record["state"], record["delivered_at"]) == ("delivered", "2026-11-23T09:00:00Z")
