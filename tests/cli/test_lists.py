"""The lists of promises and their filters, as a program reads them."""

import json
import sqlite3
from contextlib import closing

import pytest

from promisectl.commands.shared import output
from tests.cli.lists import read_ids
from tests.conftest import Program
from tests.storage.life import world


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["owe"], "2 1 5"),
        (["owed"], "3 4"),
        (["list"], "2 1 3 5 4"),
        (["list", "--all"], "2 1 3 5 4 6"),
        (["owe", "--all"], "2 1 5 6"),
        (["list", "--state", "void"], "7"),
        (["list", "--state", "reneged", "--state", "void"], "6 7"),
        (["list", "--with", "dana"], "2 1"),
        (["list", "--with", "me"], "5"),
        (["list", "--with", "LEE", "--all"], "3 6"),
        (["owe", "--due-before", "thu"], "2"),
        (["owe", "--due-before", "fri"], "2"),
        (["owe", "--due-before", "sat"], "2 1"),
        (["list", "--due-after", "fri"], "3 5"),
        (["list", "--due-after", "1 nov", "--due-before", "27 nov"], "2"),
        (["list", "--due-before", "1 nov"], ""),
        (["list", "--due-after", "wed 16:59", "--due-before", "wed 17:01"], "2"),
        (["list", "--tag", "work"], "2 1"),
        (["list", "--tag", "#law"], "2"),
        (["list", "--tag", "wor"], ""),
        (["list", "--search", "BOARD"], "1"),
        (["list", "--search", "100%"], "5"),
        (["list", "--search", "0_%"], ""),
        (["list", "--search", "über"], "4"),
        (["list", "--search", "ÉLISE"], "4"),
        (["list", "--limit", "2"], "2 1"),
        (["list", "--limit", "0"], ""),
        (["list", "--limit", "99999999999999999999"], "2 1 3 5 4"),
        (["list", "--sort", "made"], "1 2 3 4 5"),
        (["list", "--sort", "person"], "2 1 4 3 5"),
        (["list", "--sort", "state"], "2 4 1 3 5"),
        (["list", "--overdue", "--today", "2026-11-29"], "1 3"),
        (["moves"], "2 4 6"),
        (["moves", "--today", "2026-11-27T08:00"], "1 2 4 6"),
        ([], "2 4 6"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "bare",
)
def test_filters_choose_and_order(week: Program, words: list[str], ids: str) -> None:
    assert read_ids(week, *words) == ids


def test_json_holds_the_whole_record(week: Program) -> None:
    week.ok("negotiate", "1", "--by", "2026-12-04", "--reason", "slipped")
    [record] = json.loads(week.ok("show", "1", "--json"))
    assert record["tags"] == ["work"]
    assert record["offer"] == {
        "revision": 2, "author": "me", "outcome": "Send Q3 numbers", "due": "2026-12-04", "done_when": None, "why": "for the board", "reply_by": None,
    }  # fmt: skip
    assert [(one["revision"], one["status"], one["author"]) for one in record["terms"]] == [
        (1, "in-force", "me"),
        (2, "offered", "me"),
    ]
    assert [act["act"] for act in record["acts"]] == ["offer", "accept", "negotiate"]
    assert record["moves"][:3] == ["accept 1", "decline 1", "withdraw 1"]
    assert json.loads(week.ok("show", "1", "--jsonl")) == record
    assert week.ok("show", "1", "2", "--csv").count("\r\n") == 3
    listed = json.loads(week.ok("list", "--json"))
    assert [line["id"] for line in listed] == [2, 1, 3, 5, 4]
    assert [json.loads(line) for line in week.ok("list", "--jsonl").splitlines()] == listed


def test_a_view_of_the_past_holds_no_lock_while_its_rows_are_read(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    env = world(program.ledger)
    with (
        output.open_view(env, env.now) as db,
        closing(sqlite3.connect(program.ledger, timeout=0, isolation_level=None)) as writer,
    ):
        writer.execute("BEGIN EXCLUSIVE")
        assert [row["outcome"] for row in db.execute("SELECT outcome FROM promise")] == [
            "Send Q3 numbers"
        ]
