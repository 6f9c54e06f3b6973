"""What `restore` lets in: whatever another program did to the schema is put right and said, and what no command said is refused."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from promisectl.compiled import sql
from promisectl.storage import codec
from tests.conftest import Program, remembered

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
FOREIGN: dict[str, str] = {
    "a trigger that keeps rows as they are": (
        "create trigger evil before update on promise begin select raise(ignore); end"
    ),
    "a trigger that drops acts": (
        "create trigger evil before insert on act when new.verb = 'complete' "
        "begin select raise(ignore); end"
    ),
    "a trigger that copies": (
        "create table loot(x); create trigger spy after insert on act "
        "begin insert into loot values (new.body); end"
    ),
    "a trigger that changes what was written": (
        "create trigger evil after update of state on promise "
        "begin update promise set outcome = 'else' where id = new.id; end"
    ),
    "a trigger on a foreign view": (
        "create view mine as select 1 as x; "
        "create trigger evil instead of insert on mine begin select raise(ignore); end"
    ),
    "an index that takes no second row": "create unique index evil on act(verb) where entry > 2",
    "guards that are gone": "drop trigger act_is_never_changed; drop trigger act_is_the_next",
    "a guard that guards nothing": (
        "drop trigger act_is_never_deleted; create trigger act_is_never_deleted "
        "before delete on act begin select 1; end"
    ),
    "a foreign table, with an index": (
        'create table "drop table act"(p references promise(id)); '
        'create index "my own" on "drop table act"(p)'
    ),
    "an index that is gone": "drop index person_handle",
    "an index over something else": "drop index act_of_entry; create index act_of_entry on act(at)",
    "a view that shows nothing": "drop view moves; create view moves as select 1 as id",
    "a view that is gone": "drop view moves",
    "a view without an end": f"drop view promises; create view promises as {ENDLESS}",
}


@pytest.fixture
@remembered
def gift(program: Program) -> Program:
    """A ledger of somebody else as a file, with an answer kept for a key; and one of my own."""
    other = ("--ledger", str(program.home / "gift.db"))
    program.ok(*other, "make", "Aaa bbb ccc", "--to", "dana", "--by", "fri", "--agreed")
    program.ok(*other, "make", "Bbb ccc ddd", "--from", "lee", "--new", "--once", "k")
    program.ok("make", "My own", "--to", "zoe")
    return program


def alter(file: Path, script: str) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.executescript(script)


@pytest.mark.parametrize("how", FOREIGN)
@pytest.mark.parametrize("place", ["over a ledger", "where none is", "over a damaged one"])
def test_the_schema_is_as_it_should_be_afterwards(gift: Program, how: str, place: str) -> None:
    alter(gift.home / "gift.db", FOREIGN[how])
    content = (gift.home / "gift.db").read_bytes()
    if place == "where none is":
        gift.ledger.unlink()
    elif place == "over a damaged one":
        gift.ledger.write_bytes(b"nothing of a ledger")
    restored = gift("restore", str(gift.home / "gift.db"), "--yes")
    assert restored.code == 0
    assert restored.stderr.count("Repaired: ") >= 1
    assert (gift.home / "gift.db").read_bytes() == content
    ensure_well(gift)
    gift.ok("complete", "1")
    assert [one["state"] for one in json.loads(gift.ok("show", "1", "--json"))] == ["delivered"]
    assert "#1" not in gift.ok("owe", "--plain")
    assert gift("renege", "1", "--reason", "x").code == 4
    ensure_well(gift)


def ensure_well(program: Program) -> None:
    """Nothing is to be said of the ledger, and it is built as a new one is."""
    found = program.ok("doctor", "-q").splitlines()
    assert [line for line in found if not line.startswith("backups")] == []
    with closing(sqlite3.connect(program.ledger)) as db:
        parts = db.execute("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    own = {part for (part,) in parts if "sqlite_sequence" not in part}
    assert own == set(sql.SCHEMA)


def test_a_program_hears_what_was_put_right(gift: Program) -> None:
    alter(gift.home / "gift.db", FOREIGN["a trigger that copies"])
    answer = json.loads(gift.ok("restore", str(gift.home / "gift.db"), "--yes", "--json"))
    assert answer["repairs"] == ["the trigger spy was removed", "the table loot was removed"]


def test_a_backup_in_wal_mode_says_what_helps_and_that_is_true(gift: Program) -> None:
    file = str(gift.home / "gift.db")
    alter(gift.home / "gift.db", "pragma journal_mode = wal")
    before = (gift.home / "gift.db").read_bytes()
    refused = gift("restore", file, "--yes")
    assert refused.code == 5
    advice = f"First end that mode: promisectl --ledger {file} doctor --fix"
    assert (
        f"was set to WAL mode by another program. Nothing was restored. {advice}" in refused.stderr
    )
    assert (gift.home / "gift.db").read_bytes() == before
    gift.ok("--ledger", file, "doctor", "--fix")
    gift.ok("restore", file, "--yes")


def test_a_backup_in_order_is_not_said_to_be_repaired(gift: Program) -> None:
    assert "Repaired: " not in gift("restore", str(gift.home / "gift.db"), "--yes").stderr


REFUSED: dict[str, str] = {
    "a table of another make": (
        "pragma writable_schema = on; "
        "update sqlite_schema set sql = replace(sql, 'STRICT', '') where name = 'once'"
    ),
    "another answer for a key": "update once set answer = replace(answer, 'Bbb', 'Zzz')",
    "an answer with a key of another": "update once set key = 'j'",
    "a row that no act made": "update promise set state = 'kept'",
    "an undone command": "update entry set undone_by = 1",
    "a handle that nobody gave": "update person set handle = 'zoe' where id = 1",
}


@pytest.mark.parametrize("how", REFUSED)
def test_what_can_not_be_put_right_is_refused(gift: Program, how: str) -> None:
    alter(gift.home / "gift.db", REFUSED[how])
    before = gift.ledger.read_bytes()
    refused = gift("restore", str(gift.home / "gift.db"), "--yes")
    assert (refused.stdout, refused.code) == ("", 5)
    assert "Nothing was restored" in refused.stderr
    assert gift.ledger.read_bytes() == before


# What acts say


def tell_anew(file: Path, change: Callable[[dict[str, Any]], None]) -> None:
    """Change the first act, and chain all acts anew; rows are told again by `doctor --rebuild`."""
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        db.execute("DROP TRIGGER act_is_never_changed")
        db.execute("PRAGMA ignore_check_constraints = ON")
        query = "SELECT act.*, command FROM act JOIN entry ON entry.id = act.entry ORDER BY number"
        before, uids = "", dict[int, str]()
        for stored in db.execute(query).fetchall():
            row = dict(stored)
            body = json.loads(row["body"])
            change(row | {"content": body})
            row["body"] = codec.encode_canonical_json(body)
            if "uid" in body:
                uids[row["promise"]] = body["uid"]
            about = row["person"] if row["promise"] is None else uids[row["promise"]]
            before = codec.compute_act_hash(before, row["command"], about, row)
            words = {"body": row["body"], "hash": before, "number": row["number"]}
            db.execute("UPDATE act SET body = :body, hash = :hash WHERE number = :number", words)
        db.execute("DELETE FROM once")


def change_due(row: dict[str, Any]) -> None:
    if "terms" in row["content"]:
        row["content"]["terms"]["due"] = {
            "civil": "2026-02-30",
            "zone": "Europe/Berlin",
            "at": "2026-11-27T22:59:59Z",
        }


def change_handle(handle: str) -> Callable[[dict[str, Any]], None]:
    def change(row: dict[str, Any]) -> None:
        if row["verb"] == "meet" and row["person"] == 1:
            row["content"]["handle"] = handle

    return change


def change_outcome(row: dict[str, Any]) -> None:
    if "terms" in row["content"]:
        row["content"]["terms"]["outcome"] = " "


SAID = {
    "a day that is none": change_due,
    "me as somebody else": change_handle("me"),
    "signs in a handle": change_handle("d\x1b[31m"),
    "an option as a handle": change_handle("--all"),
    "a blank outcome": change_outcome,
}


@pytest.mark.parametrize("how", SAID)
def test_acts_that_no_command_records_are_refused_though_they_are_chained(
    gift: Program, how: str
) -> None:
    file = gift.home / "gift.db"
    tell_anew(file, SAID[how])
    gift("--ledger", str(file), "doctor", "--rebuild")
    before = gift.ledger.read_bytes()
    refused = gift("restore", str(file), "--yes")
    assert (refused.stdout, refused.code) == ("", 5)
    assert refused.stderr.count("\n") == 1
    sentence = (
        "no command records"
        if how == "a day that is none"
        else "has an act that no command records ("
    )
    assert sentence in refused.stderr
    assert "Nothing was restored" in refused.stderr
    assert gift.ledger.read_bytes() == before


def test_a_chain_told_anew_with_the_same_words_is_taken(gift: Program) -> None:
    file = gift.home / "gift.db"
    tell_anew(file, lambda _: None)
    gift.ok("restore", str(file), "--yes")
    gift.ok("doctor")


# Moves on a ledger that somebody has altered since


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (FOREIGN["a trigger that keeps rows as they are"], ("complete", "1")),
        (FOREIGN["a trigger that keeps rows as they are"], ("undo",)),
        (FOREIGN["a trigger that drops acts"], ("complete", "1")),
        (
            "create trigger evil before insert on promise begin select raise(ignore); end",
            ("make", "Ccc ddd eee", "--to", "dana"),
        ),
        (
            "create trigger evil before insert on person begin select raise(ignore); end",
            ("make", "Ccc ddd eee", "--to", "somebody"),
        ),
        (
            "create trigger evil before update on person begin select raise(ignore); end",
            ("person", "rename", "dana", "dk"),
        ),
        (
            "create trigger evil before insert on alias begin select raise(ignore); end",
            ("person", "alias", "dana", "dk"),
        ),
        (
            "create trigger evil before update on entry begin select raise(ignore); end",
            ("undo",),
        ),
        (
            "create trigger evil before insert on once begin select raise(ignore); end",
            ("note", "1", "rang", "--once", "j"),
        ),
        (
            "create trigger evil before insert on entry begin select raise(ignore); end",
            ("note", "1", "rang"),
        ),
    ],
    ids=str,
)
def test_a_move_that_is_not_written_is_not_said_to_be(
    gift: Program, script: str, words: tuple[str, ...]
) -> None:
    file = gift.home / "gift.db"
    alter(file, script)
    before = file.read_bytes()
    refused = gift("--ledger", str(file), *words)
    assert (refused.stdout, refused.code) == ("", 5)
    why = "a row is missing, or another program's trigger prevents writing it"
    assert why in refused.stderr
    assert file.read_bytes() == before
    gift.ok("--ledger", str(file), "doctor", "--fix")
    gift.ok("--ledger", str(file), *words)
