"""The examination of a ledger: whatever real commands make is well, whatever else is changed is told, and it never writes."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given

from promisectl import errors
from promisectl.commands import acts, bookkeeping, export, make, part, undo
from promisectl.commands import import_ as imports
from promisectl.compiled import sql
from promisectl.domain.findings import (
    MAX_DETAILS,
    CheckRequest,
    IntegrityFinding,
    IntegrityResult,
    Remedy,
)
from promisectl.env import OnceKey
from promisectl.storage import known_uids, repair
from promisectl.storage.integrity import checks
from tests.storage.test_random_walks import START
from tests.storage.test_round_trips import (
    SEEDS,
    Dice,
    as_json,
    heard,
    journal,
    place,
    taken,
    times,
    walked,
    world,
)

__all__ = ["place"]  # a fixture


def changed(path: str, script: str) -> None:
    """What somebody does with the guards off."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        db.executescript(script)
        for _, made in guards:
            db.execute(made)


def wrong(path: str) -> dict[str, Remedy]:
    """The checks that find something wrong, with what helps."""
    return {one.check: one.cure for one in repair.list_damage(path)}


def checked(path: str, check: str) -> list[IntegrityFinding]:
    """What one check comes to."""
    with checks.open_for_checks(path) as db:
        return [one for one in checks.check_integrity(db) if one.check == check]


@pytest.fixture
def path(tmp_path: Path) -> str:
    """A small ledger in which a bit of everything was said."""
    path = str(tmp_path / "ledger.db")
    make.make(world(path, START), "Send the numbers", to=["dana"], by="fri", agreed=True)
    env = world(path, START)
    env.once = OnceKey("a key", "make (0)")
    make.make(env, "Fix the brake", from_=["lee"])
    bookkeeping.note(world(path, START), "1", "asked for the figures")
    acts.complete(world(path, START), ["1"])
    undo.undo(world(path, START))
    return path


# What real commands make


@times(8)
@given(seed=SEEDS)
def test_whatever_commands_make_is_well(place: Callable[[], str], seed: int) -> None:
    there = place()
    path = f"{there}/one.db"
    moment = walked(path, Dice(seed))
    env = world(path, moment)
    env.once = OnceKey("k\u202e", "make (0)")
    make.make(env, '\u200f“x”\x1b\n\\ "', to=["dana"])
    whole = checks.ensure_intact(path)
    taken(f"{there}/journal.db", moment + timedelta(days=400), journal(path))
    assert checks.ensure_intact(f"{there}/journal.db") == whole
    taken(f"{there}/records.db", moment, json.dumps(as_json(path, moment)))
    undo.undo(world(f"{there}/records.db", moment))
    taken(f"{there}/records.db", moment, json.dumps(as_json(path, moment)))
    assert checks.ensure_intact(f"{there}/records.db").promises == whole.promises
    taken(f"{there}/later.db", moment, "direction,person,outcome,id\nowe,dana,X,7\nowe,dana,Y,3\n")
    taken(f"{there}/later.db", moment, heard(path, moment, export.export), new=True)
    checks.ensure_intact(f"{there}/later.db")


def test_nothing_is_written_by_looking(path: str) -> None:
    before = Path(path).read_bytes()
    checks.ensure_intact(path)
    changed(path, "UPDATE promise SET outcome = 'Send the figures' WHERE id = 1")
    between = Path(path).read_bytes()
    with pytest.raises(errors.DamagedContent):
        checks.ensure_intact(path)
    assert before != between == Path(path).read_bytes()
    assert [one.name for one in Path(path).parent.iterdir()] == ["ledger.db"]


# What is found, by which check, and what helps


@pytest.mark.parametrize(
    ("script", "found"),
    [
        ("UPDATE act SET body = replace(body, 'figures', 'numbers')", {"chain": Remedy.RESTORE}),
        ("UPDATE act SET hash = upper(hash) WHERE number = 6", {"chain": Remedy.RESTORE}),
        (
            "UPDATE act SET at = '2026-11-23T08:00:00Z' WHERE verb = 'note'",
            {"chain": Remedy.RESTORE},
        ),
        (
            "UPDATE act SET verb = 'meat' WHERE number = 1",
            {"chain": Remedy.RESTORE, "acts": Remedy.RESTORE},
        ),
        ("UPDATE act SET body = '{}' WHERE verb = 'note'", {"chain": Remedy.RESTORE}),
        (
            "UPDATE act SET body = '[]' WHERE verb = 'note'",
            {"chain": Remedy.RESTORE, "acts": Remedy.RESTORE},
        ),
        ("UPDATE entry SET command = 'make' WHERE command = 'note'", {"chain": Remedy.RESTORE}),
        ("UPDATE promise SET state = 'kept' WHERE id = 1", {"promises": Remedy.REBUILD}),
        ("UPDATE promise SET uid = 'x' WHERE id = 1", {"promises": Remedy.REBUILD}),
        ("UPDATE person SET name = 'Danny' WHERE id = 1", {"people": Remedy.REBUILD}),
        ("INSERT INTO alias VALUES ('boss', 1)", {"people": Remedy.REBUILD}),
        ("UPDATE entry SET undone_by = NULL", {"commands": Remedy.REBUILD}),
        (
            "UPDATE entry SET recorded_at = '2026-11-23T08:00:00Z' WHERE id = 1",
            {"commands": Remedy.REBUILD},
        ),
        ("UPDATE sqlite_sequence SET seq = 9 WHERE name = 'promise'", {"numbers": Remedy.REBUILD}),
        ("UPDATE once SET answer = replace(answer, 'brake', 'break')", {"keys": Remedy.RESTORE}),
        (
            "UPDATE once SET answer = json_extract(answer, '$.answer')",
            {"keys": Remedy.RESTORE},
        ),
        ("DROP INDEX promise_open", {"schema": Remedy.FIX}),
        ("DROP VIEW moves; CREATE VIEW moves AS SELECT * FROM promises", {"schema": Remedy.FIX}),
    ],
)
def test_each_change_is_found_by_its_check(
    path: str, script: str, found: dict[str, Remedy]
) -> None:
    assert wrong(path) == {}
    changed(path, script)
    assert wrong(path) == found


def test_guards_that_are_gone_or_strange_are_found(path: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("DROP TRIGGER act_is_never_changed")
        db.execute("CREATE TRIGGER own AFTER INSERT ON act BEGIN DELETE FROM alias; END")
    (schema,) = repair.list_damage(path)
    assert schema.details == (
        "the trigger act_is_never_changed is missing or was changed",
        "the trigger own is not part of promisectl, and could change what is written",
    )


def test_what_others_made_beside_is_worth_a_note(path: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE mine (x)")
    (schema,) = checked(path, "schema")
    assert (schema.result, schema.says) == (
        IntegrityResult.NOTE,
        "complete; another program added the table mine",
    )


def test_a_trigger_hides_behind_no_name(path: str) -> None:
    """Neither behind that of a view, nor behind one that SQLite keeps for itself."""
    view = next(one for one in sql.SCHEMA if one.startswith("CREATE VIEW moves "))
    at_act = "AFTER INSERT ON act BEGIN UPDATE promise SET why = 'x'; END"
    for statements in (
        ["DROP VIEW moves", f"CREATE TRIGGER moves {at_act}", view],
        [
            f"CREATE TRIGGER own {at_act}",
            "PRAGMA writable_schema = ON",
            "UPDATE sqlite_schema SET name = 'sqlite_x', sql = replace(sql, 'own', 'sqlite_x') WHERE name = 'own'",
        ],
    ):
        copy = f"{path}-copy"
        shutil.copy(path, copy)
        with closing(sqlite3.connect(copy, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)
        with pytest.raises(errors.DamagedContent, match="is not part of promisectl"):
            checks.ensure_intact(copy)


def test_a_letter_that_is_none_any_more_is_found_in_its_act(path: str) -> None:
    data = Path(path).read_bytes()
    Path(path).write_bytes(data.replace(b"asked for the figures", b"asked for the figur\xff\xfe"))
    (chain, *_) = repair.list_damage(path)
    assert chain.details == ("act 6 (note, #1) was changed",)


def test_much_that_is_wrong_alike_is_counted(path: str) -> None:
    make.make(
        world(path, START), "Sing", to=["dana", "lee", "kim", "ada", "ida", "max", "eva"], new=True
    )
    changed(path, "UPDATE promise SET outcome = outcome || '!'")
    (promises,) = repair.list_damage(path)
    assert promises.details[0] == "#1: outcome is “Send the numbers!” instead of “Send the numbers”"
    assert len(promises.details) == MAX_DETAILS + 1
    assert promises.details[-1] == "and 4 more"


def test_a_clock_that_jumps_is_no_damage(path: str) -> None:
    bookkeeping.note(world(path, START - timedelta(days=2)), "1", "by an odd clock")
    with checks.open_for_checks(path) as db:
        (clock,) = [
            one
            for one in checks.check_integrity(db, CheckRequest(now="2026-12-21T09:00:00Z"))
            if one.check == "clock"
        ]
    assert (clock.result, clock.says) == (
        IntegrityResult.NOTE,
        "the clock was ahead, or --today was used",
    )
    assert clock.details == ("1 act is dated before an earlier act, 2026-11-21T09:00:00Z",)
    bookkeeping.note(world(path, START + timedelta(days=1)), "1", "a day later")
    with checks.open_for_checks(path) as db:
        (clock,) = [
            one
            for one in checks.check_integrity(db, CheckRequest(now="2026-11-22T09:00:00Z"))
            if one.check == "clock"
        ]
    assert clock.details == (
        "9 acts are dated in the future, from 2026-11-23T09:00:00Z to 2026-11-24T09:00:00Z",
        "1 act is dated before an earlier act, 2026-11-21T09:00:00Z",
    )


def test_a_journal_that_the_doctor_would_not_pass_is_refused(path: str, tmp_path: Path) -> None:
    text = journal(path).replace(
        '"recorded_at": "2026-11-23T09:00:00Z", "acts"',
        '"recorded_at": "2026-11-23T08:00:00Z", "acts"',
    )
    assert text != journal(path)
    file = tmp_path / "forged.jsonl"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(errors.BadImport):
        imports.import_(world(str(tmp_path / "other.db"), START), str(file))
    assert not (tmp_path / "other.db").exists()


# However much there is


def test_little_is_held_at_once(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    file = tmp_path / "many.csv"
    file.write_text(
        "direction,outcome,done_when\n"
        + "".join(f"self,Run {number},{'x' * 2_000}\n" for number in range(3_000)),
        encoding="utf-8",
    )
    imports.import_(world(path, START), str(file))
    with checks.open_for_checks(path) as db:
        tracemalloc.start()
        findings = list(checks.check_integrity(db))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert [one for one in findings if one.result is IntegrityResult.WRONG] == []
    assert most < 2 << 20 < Path(path).stat().st_size


def test_a_move_puts_right_what_somebody_has_changed_in_the_row_of_its_promise(path: str) -> None:
    changed(path, "UPDATE promise SET outcome = 'Another thing', reason = 'none' WHERE id = 1")
    assert wrong(path) == {"promises": Remedy.REBUILD}
    bookkeeping.note(world(path, START), "1", "a word more")
    assert wrong(path) == {}


def test_a_full_temporary_disk_is_no_damage() -> None:
    code = (
        "import resource, sys\nfrom promisectl.storage.integrity import checks\nresource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))\n"
        "from promisectl.storage.known_uids import UidMap\nuids = UidMap()\nuids._db.execute('PRAGMA cache_size = 1')\n"
        "for number in range(20_000):\n    uids.add_value(number, 'x' * 36)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        env=dict(os.environ),
    )
    assert done.stderr.splitlines()[-1].startswith(
        "promisectl.errors.files.NoTemporaryFile: Can't write a temporary file: "
    )


def test_bytes_that_are_not_utf8_are_told_by_the_act_that_has_them(path: str) -> None:
    bookkeeping.note(world(path, START), "2", "the last one")
    body = "CAST(X'7B2274657874223A22FF227D' AS TEXT)"  # {"text":"…"} with a byte that no text has
    changed(path, f"UPDATE act SET body = {body} WHERE number = (SELECT max(number) FROM act)")
    found = [one for check in ("chain", "promises", "acts") for one in checked(path, check)]
    assert [(one.check, one.says, one.details) for one in found] == [
        ("chain", "acts were changed or removed", ("act 9 (note, #2) was changed",)),
        ("promises", "2 promises match their history", ()),
        ("acts", "in order, and each is one that a command records", ()),
    ]


def test_bytes_that_are_not_utf8_are_told_by_the_promise_that_has_them(path: str) -> None:
    """Also after a part of another promise, of which the first walk through all of them knew."""
    part.part(world(path, START), ["1"], of="2")
    make.make(world(path, START), "Call the bank", to=["dana"])
    changed(path, "UPDATE promise SET outcome = CAST(X'FF' AS TEXT) WHERE id = 3")
    (found,) = checked(path, "promises")
    assert found.details == ("#3: outcome is “\udcff” instead of “Call the bank”",)


def test_a_disk_that_fills_up_in_the_middle_is_no_damage(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise errors.NoTemporaryFile("database or disk is full")

    monkeypatch.setattr(known_uids.UidMap, "add_value", refuse)
    with pytest.raises(errors.NoTemporaryFile, match="Can't write a temporary file"):
        checked(path, "chain")
