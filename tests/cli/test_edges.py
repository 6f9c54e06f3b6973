"""Edges where a wrong answer would be believed: notice, dates around a clock change, slow readers, strange files, odd arguments."""

import json
import os
import sqlite3
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import Program


def _record(program: Program, number: int = 1, today: str | None = None) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json", today=today))
    return dict(record)


def test_a_slow_reader_holds_nobody_up(program: Program) -> None:
    for number in range(40):
        program.ok("make", f"{number} " + "x" * 990, "--to", "dana", "--to", "lee", "--new", "-q")
    reader, writer = os.pipe()
    slow = subprocess.Popen(
        [sys.executable, "-m", "promisectl", "list", "--json"], stdout=writer, env=dict(os.environ)
    )
    os.close(writer)
    assert os.read(reader, 1) == b"["
    assert slow.poll() is None
    assert program.ok("note", "1", "meanwhile", "-q") == "1\n"
    with os.fdopen(reader, "rb") as rest:
        assert len(json.loads(b"[" + rest.read())) == 80
    assert slow.wait() == 0


def test_a_refused_ledger_in_another_mode_is_not_rewritten(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana")
    db = sqlite3.connect(program.ledger)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA user_version = 9")
    db.close()
    before = program.ledger.read_bytes()
    for words in (["note", "1", "x"], ["list"]):
        assert "was written by a newer promisectl" in program(*words).stderr
    assert program.ledger.read_bytes() == before
    assert [path.name for path in program.ledger.parent.iterdir()] == ["ledger.db"]


def test_word_of_a_date_that_was_moved_is_no_notice_of_the_new_one(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana", "--by", "tue", "--agreed")
    program.ok("bump", "1", "slow")
    assert _record(program)["notice"] == "before-due"
    program.ok("negotiate", "1", "--by", "fri", "--reason", "slow")
    program.ok("accept", "1")
    record = _record(program, today="2026-11-28T10:00")
    assert (record["notice"], record["flags"]) == ("none", ["overdue"])
    program.ok("complete", "1", today="2026-11-28T11:00")
    assert _record(program, today="2026-11-28T12:00")["notice"] == "none"


def test_a_correction_of_the_date_corrects_the_notice(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana", "--by", "2027-11-24", "--agreed")
    program.ok("bump", "1", "slow", today="2026-11-25T10:00")
    assert _record(program)["notice"] == "before-due"
    program.ok("correct", "1", "--by", "2026-11-24", "--backfill", today="2026-11-26T10:00")
    assert _record(program)["notice"] == "after-due"


def test_telling_is_now_even_when_the_break_was_earlier(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana", "--by", "wed", "--agreed")
    program.ok("renege", "1", "--reason", "no", "--on", "tue", today="2026-11-28T10:00")
    record = _record(program)
    assert (record["told_at"], record["notice"]) == ("2026-11-28T09:00:00Z", "after-due")


def test_a_bare_day_of_telling_is_never_before_the_promise_was_made(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana", "--said", "2026-11-22T14:00", "--agreed")
    program.ok("renege", "1", "--reason", "no", "--told", "yesterday", "--on", "yesterday")
    assert _record(program)["told_at"] == "2026-11-22T13:00:00Z"


def test_soon_counts_days_not_hours(program: Program) -> None:
    program.ok(
        "make", "x y z", "--to", "dana", "--by", "2026-10-26", "--agreed", today="2026-10-20"
    )
    assert _record(program, today="2026-10-23")["flags"] == ["due-soon"]
    assert _record(program, today="2026-10-22")["flags"] == []


def test_an_act_names_the_revision_it_is_about(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana", "--agreed")
    program.ok("negotiate", "1", "--by", "fri", "--reason", "later")
    program.ok("correct", "1", "--what", "x y")
    program.ok("bump", "1", "slow")
    program.ok("complete", "1")
    program.ok("accept", "1")
    acts = [(act["act"], act["revision"]) for act in _record(program)["acts"]]
    assert acts == [
        ("offer", 1),
        ("accept", 1),
        ("negotiate", 2),
        ("correct", 1),
        ("bump", 1),
        ("complete", 1),
        ("accept", None),
    ]


def test_one_new_person_named_twice_is_one_promise(program: Program) -> None:
    assert program.ok("make", "x y z", "--to", "dana", "--to", "DANA", "-q") == "1\n"
    assert program("make", "x y z", "--to", "zacharias", "--to", "zacharius").code == 3


@pytest.mark.parametrize(
    "words",
    [
        ["undo", "--promise", ""],
        ["log", ""],
        ["make", "x", "--to", "dana", "--replaces", ""],
        ["complete", "1", "--partial", "half", "--note", "x"],
        ["list", "--as-of", "tomorrow"],
        ["make", "x", "--to", "dana", "--from", "me"],
        ["make", "x", "--to", "dana", "--asked", "--risk", "x"],
        ["accept", "1", "--rev", "-3"],
        ["export", "-o", "."],
        ["list", "--with", "nobody", "--as-of", "yesterday"],
    ],
    ids=" ".join,
)
def test_a_refusal_changes_no_byte(program: Program, words: list[str]) -> None:
    program.ok("make", "x y z", "--to", "dana")
    before = program.ledger.read_bytes()
    result = program(*words)
    assert (result.stdout, result.stderr.count("\n")) == ("", 1)
    assert result.code in (2, 3, 4, 5)
    assert program.ledger.read_bytes() == before


def test_an_alias_is_found_as_it_was_typed(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana", today="2026-11-20")
    program.ok("person", "alias", "dana", "The Boss")
    assert program.ok("make", "more", "--to", "the boss", "-q") == "2\n"
    assert program.ok("list", "--with", "The Boss", "--as-of", "sun").startswith("1\t")


def test_a_hint_that_nobody_hears_is_no_failure(program: Program) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "promisectl", "make", "x y z", "--to", "dana"],
            stderr=full,
            check=False,
            env=dict(os.environ),
        )
    assert done.returncode == 0
    assert program.ok("list").count("\n") == 1


def test_a_text_does_not_steer_the_terminal_as_csv_either(program: Program) -> None:
    program.ok("make", "wipe \x1b[2J\u202e\r\nthe\tscreen", "--to", "dana")
    for words in (["show", "1", "--csv"], ["list", "--csv"], ["export"]):
        shown = program.ok(*words, width=80)
        assert "wipe \\x1b[2J\\u202e\nthe\tscreen" in shown
        assert not {"\x1b", "\u202e", "\r"} & {*shown}
        assert "wipe \x1b[2J\u202e\r\nthe\tscreen" in program.ok(*words)


def test_an_alias_can_not_bring_in_what_no_command_line_can_hold(program: Program) -> None:
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("[alias]\nout = \"export -o 'a\\u0000b'\"\n")
    result = program("out")
    assert (result.stdout, result.code) == ("", 2)
    assert result.stderr.startswith(
        "promisectl: The command line has bytes that are not text here."
    )
