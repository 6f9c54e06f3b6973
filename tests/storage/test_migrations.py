"""Ledgers of the step before: read as they are, brought up by the next move, whole whatever happens meanwhile."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from promisectl.compiled import sql
from promisectl.domain.findings import Remedy
from promisectl.storage import connection, ledger, repair
from promisectl.storage.integrity import checks
from tests.conftest import Program
from tests.storage import life, next_step

BEFORE, NOW = sql.SCHEMA_STEP, next_step.STEP
KEPT = sorted(Path(__file__).with_name("kept").glob("step_*.sql"))
LATER = "2027-02-01T10:00"
LOOKS = (
    ["list", "--json", "--all"],
    ["list", "--json", "--state", "void"],
    ["log", "--jsonl"],
    ["people", "--json"],
    ["stats", "--json"],
    ["week", "--json"],
    ["check", "--json"],
    ["owe"],
    ["show", "1"],
    ["export", "--acts"],
    ["export", "--journal"],
)


@pytest.fixture
def older(program: Program) -> Iterator[Program]:
    """A ledger of the step before, in the hands of a program that knows one step more."""
    program.ledger.parent.mkdir(parents=True)
    life.live(program.ledger, life.PLAIN)
    life.answer_once(program.ledger)
    with next_step.known():
        yield program


@pytest.fixture(params=KEPT, ids=lambda path: path.stem)
def kept(program: Program, request: pytest.FixtureRequest) -> Program:
    """A ledger that a released version of an earlier step wrote, kept as SQL."""
    program.ledger.parent.mkdir(parents=True)
    change(str(program.ledger), request.param.read_text(encoding="ascii"))
    return program


def step(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def shape(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return set(db.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"))


def change(path: str, script: str) -> None:
    with closing(sqlite3.connect(path)) as db:
        db.executescript(script)


def cures(path: str) -> dict[str, Remedy | None]:
    return {one.check: one.cure for one in repair.list_damage(path)}


def records(program: Program) -> list[Any]:
    return [
        json.loads(program.ok("list", "--json", "--all", *more))
        for more in ([], ["--state", "void"])
    ]


def acts(path: Path) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as db:
        return [
            row
            for table in ("entry", "act", "person", "alias", "once")
            for row in db.execute(f"SELECT * FROM {table} ORDER BY 1, 2")
        ]


def test_ledgers_of_every_released_step_are_kept() -> None:
    released = {int(path.stem.split("_")[1]) for path in KEPT}
    assert released == set(range(1, sql.SCHEMA_STEP))


def test_every_look_at_a_kept_ledger_works_and_changes_nothing(kept: Program) -> None:
    before, files = kept.ledger.read_bytes(), sorted(os.listdir(kept.ledger.parent))
    for words in (*LOOKS, ["status"], ["moves"], ["digest"], ["review"], ["doctor"], ["backup"]):
        assert kept(*words, today=LATER).code == 0, words
    assert kept.ok("list", "--all", "--as-of", "2026-11-24", today=LATER)
    assert (kept.ledger.read_bytes(), sorted(os.listdir(kept.ledger.parent))) == (before, files)


def test_the_next_move_brings_a_kept_ledger_up(kept: Program, tmp_path: Path) -> None:
    before = acts(kept.ledger)
    kept.ok("make", "One more thing", "--to", "somebody new", "--new", today=LATER)
    assert step(kept.ledger) == sql.SCHEMA_STEP
    fresh = tmp_path / "fresh.db"
    kept.ok("--ledger", str(fresh), "make", "x y z", "--to", "dana")
    assert shape(kept.ledger) == shape(fresh)
    assert set(before) <= set(acts(kept.ledger))
    assert repair.list_damage(str(kept.ledger)) == []
    with closing(sqlite3.connect(kept.ledger)) as db:
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    for words in LOOKS:
        assert kept(*words, today=LATER).code == 0, words


def test_a_kept_ledger_is_saved_before_and_can_be_restored(kept: Program) -> None:
    before = acts(kept.ledger)
    kept.ok("note", "1", "rang", today=LATER)
    (saved,) = (kept.home / "state" / "promisectl" / "backups").glob("*-before-upgrade.db")
    assert (step(saved), acts(saved)) == (1, before)
    kept.ok("restore", str(saved), "--yes", today=LATER)
    assert (step(kept.ledger), acts(kept.ledger)) == (1, before)
    kept.ok("note", "1", "rang again", today=LATER)
    assert step(kept.ledger) == sql.SCHEMA_STEP


def test_a_kept_ledger_comes_up_over_several_steps_at_once(kept: Program) -> None:
    with next_step.known():
        assert kept.ok("list", "--all", today=LATER)
        kept.ok("note", "1", "rang", today=LATER)
        assert step(kept.ledger) == NOW
        assert repair.list_damage(str(kept.ledger)) == []


def test_the_journal_of_a_kept_ledger_makes_the_migrated_one(kept: Program, tmp_path: Path) -> None:
    journal, other = tmp_path / "all.jsonl", str(tmp_path / "other.db")
    kept.ok("export", "--journal", "-o", str(journal), today=LATER)
    imported = kept("--ledger", other, "import", str(journal), today=LATER)
    if "nobody can have been told" in imported.stderr:
        return  # a ledger may hold what no command says any more, a journal may not
    assert imported.code == 0
    for program in (["--ledger", other], []):
        kept.ok(*program, "note", "1", "rang", today=LATER)
    for words in LOOKS:
        there = kept.ok("--ledger", other, *words, today=LATER)
        assert there == kept.ok(*words, today=LATER), words


def test_rows_are_derived_anew_where_the_rules_have_changed(kept: Program) -> None:
    """What a rule gave before is put right, whatever it was, and not reported as damage."""
    change(
        str(kept.ledger),
        "UPDATE promise SET word_at = '2026-11-01T00:00:00Z', reply_by = '2026-11-02', risk = 'x'",
    )
    assert repair.list_damage(str(kept.ledger)) == []
    kept.ok("note", "1", "rang", today=LATER)
    assert repair.list_damage(str(kept.ledger)) == []


def test_damage_of_a_kept_ledger_is_found_before_it_comes_up(kept: Program) -> None:
    change(str(kept.ledger), "UPDATE promise SET state = 'kept' WHERE id = 3")
    assert cures(str(kept.ledger)) == {"promises": Remedy.REBUILD}


def test_a_promise_with_damaged_acts_keeps_its_row(kept: Program) -> None:
    change(
        str(kept.ledger),
        "DROP TRIGGER act_is_never_changed; UPDATE act SET body = '[]' WHERE number IN"
        " (SELECT min(number) FROM act WHERE promise = 2)",
    )
    found = cures(str(kept.ledger))
    kept.ok("note", "1", "rang", today=LATER)
    assert step(kept.ledger) == sql.SCHEMA_STEP
    assert cures(str(kept.ledger)) == found


def test_who_reads_an_older_ledger_finds_the_new_tables_empty(older: Program) -> None:
    before = older.ledger.read_bytes()
    with ledger.open_snapshot(str(older.ledger)) as db:
        assert db.execute("SELECT count(*) FROM shelf").fetchone()[0] == 0
    with checks.open_for_checks(str(older.ledger)) as db:
        assert db.execute("SELECT count(*) FROM shelf").fetchone()[0] == 0
        assert connection.read_schema_step(db) == BEFORE
    assert older.ledger.read_bytes() == before


def test_who_reads_an_older_ledger_finds_the_new_columns(older: Program) -> None:
    with ledger.open_snapshot(str(older.ledger)) as db:
        lengths = [tuple(row) for row in db.execute("SELECT outcome, length FROM promise")]
    assert lengths
    assert lengths == [(outcome, len(outcome)) for outcome, _ in lengths]


def test_a_kept_ledger_shows_the_first_due_date_of_what_was_never_renegotiated(
    kept: Program,
) -> None:
    def read_first_due() -> dict[int, str | None]:
        return {row["id"]: row["first_due_at"] for row in records(kept)[0]}

    renegotiated = {row["id"] for row in records(kept)[0] if row["renegotiated"]}
    before = read_first_due()
    kept.ok("note", "1", "rang", today=LATER)
    after = read_first_due()
    assert any(after.values())
    assert before == {
        number: None if number in renegotiated else at for number, at in after.items()
    }


def test_a_new_ledger_has_what_the_step_brings(program: Program) -> None:
    program.ok("make", "x y z", "--to", "dana")
    before = shape(program.ledger)
    assert step(program.ledger) == BEFORE
    program.ledger.unlink()
    with next_step.known():
        program.ok("make", "x y z", "--to", "dana")
        assert {name for name, _ in shape(program.ledger) - before} == {
            "shelf",
            "promise",
            "promise_made",
            "owed",
        }
        assert step(program.ledger) == NOW


def test_every_look_works_and_changes_nothing(older: Program) -> None:
    before, files = older.ledger.read_bytes(), sorted(os.listdir(older.ledger.parent))
    for words in LOOKS:
        assert older.ok(*words)
    assert older.ok("list", "--all", "--as-of", "2026-11-24", today="2027-02-01T10:00")
    assert (older.ledger.read_bytes(), sorted(os.listdir(older.ledger.parent))) == (before, files)


def test_the_next_move_brings_it_up_with_every_record_as_it_was(
    older: Program, tmp_path: Path
) -> None:
    later = {"today": "2027-02-01T10:00"}
    looked = {words[0]: older.ok(*words, **later) for words in LOOKS[2:6]}
    before, acts = records(older), older.ok("log", "--jsonl", **later).splitlines()
    older.ok("make", "One more thing", "--to", "somebody new", "--new", **later)
    assert step(older.ledger) == NOW
    fresh = tmp_path / "fresh.db"
    older.ok("--ledger", str(fresh), "make", "x y z", "--to", "dana")
    assert shape(older.ledger) == shape(fresh)
    assert older.ok("log", "--jsonl", **later).splitlines()[: len(acts)] == acts
    assert len(records(older)[0]) == len(before[0]) + 1
    older.ok("undo", **later)
    assert records(older)[0] == before[0]
    assert older.ok("stats", "--json", **later) == looked["stats"]
    with closing(sqlite3.connect(older.ledger)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_its_journal_makes_the_same_records_elsewhere(older: Program, tmp_path: Path) -> None:
    later = {"today": "2027-02-01T10:00"}
    journal, other = tmp_path / "all.jsonl", str(tmp_path / "other.db")
    older.ok("export", "--journal", "-o", str(journal), **later)
    older.ok("--ledger", other, "import", str(journal), **later)
    for words in LOOKS:
        assert older.ok("--ledger", other, *words, **later) == older.ok(*words, **later)


def test_a_key_works_in_an_older_ledger_at_once(older: Program) -> None:
    first = older.ok("note", "1", "rang", "--once", "k")
    assert step(older.ledger) == NOW
    assert older.ok("note", "1", "rang", "--once", "k") == first


@pytest.mark.parametrize(
    "words",
    [
        ("accept", "9"),
        ("told", "1"),
        ("make", "X", "--to", "dana", "--by", "2026-01-01"),
        ("redo",),
    ],
)
def test_a_refused_move_leaves_an_older_ledger_as_it_is(
    older: Program, words: tuple[str, ...]
) -> None:
    before = older.ledger.read_bytes()
    assert older(*words).code in (2, 3, 4)
    assert older.ledger.read_bytes() == before


def test_several_at_once_bring_it_up_once(older: Program) -> None:
    """The step is read again by whoever has waited for the others."""
    words = [sys.executable, "-m", "tests.storage.next_step", "note", "1", "rang", "-q"]
    started = [
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
        )
        for _ in range(4)
    ]
    assert [(*process.communicate(), process.returncode) for process in started] == [
        (b"1\n", b"", 0)
    ] * 4
    assert step(older.ledger) == NOW
    assert older.ok("log", "1").count("rang") == 4


def test_what_lacks_a_column_is_refused_in_a_sentence(older: Program) -> None:
    with closing(sqlite3.connect(older.ledger)) as db:
        for (view,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
            db.execute(f"DROP VIEW {view}")
        db.execute("ALTER TABLE promise DROP COLUMN word_at")
        db.commit()
    before = older.ledger.read_bytes()
    for words in (["list", "--json"], ["note", "1", "x"], ["stats"], ["make", "X", "--to", "dana"]):
        done = older(*words)
        assert (done.stdout, done.code) == ("", 5)
        assert "lacks a part that every ledger has (" in done.stderr
        assert "word_at). It was left as it is" in done.stderr
        assert done.stderr.count("\n") == 1
        assert older.ledger.read_bytes() == before


def test_a_move_that_is_killed_in_the_middle_leaves_an_older_ledger_whole(older: Program) -> None:
    """The process stops itself after the upgrade and is killed there; whoever comes next finds the step before."""
    before = records(older)
    code = (
        "import os, signal, sys\n"
        "from promisectl.storage import ledger\n"
        "from tests.storage import next_step\n"
        "def work(db):\n"
        "    db.execute(\"UPDATE promise SET outcome = 'gone'\")\n"
        "    db.execute('PRAGMA cache_spill = 1'); db.execute('PRAGMA cache_size = 1')\n"
        "    db.execute('CREATE TABLE much (x)')\n"
        "    db.execute('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
        " INSERT INTO much SELECT zeroblob(900) FROM n')\n"
        "    print(db.execute('PRAGMA user_version').fetchone()[0], flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
        "next_step.learn()\n"
        "ledger.run_in_transaction(sys.argv[1], work)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(older.ledger)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"{NOW}\n"
    while os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert records(older) == before
    assert step(older.ledger) == BEFORE
    older.ok("note", "1", "rang", "--once", "k")
    assert step(older.ledger) == NOW


def test_an_older_ledger_is_well(older: Program) -> None:
    path = str(older.ledger)
    assert checks.ensure_intact(path).schema_step == BEFORE
    change(path, "UPDATE promise SET outcome = 'Send the Q4 numbers' WHERE id = 1")
    assert cures(path) == {"promises": Remedy.REBUILD}
    change(
        path,
        "DROP INDEX promise_open; CREATE INDEX promise_open ON promise (direction, due_at) WHERE state = 'active'",
    )
    assert cures(path) == {"promises": Remedy.REBUILD, "schema": Remedy.FIX}


def test_an_older_ledger_has_nothing_of_the_step(older: Program) -> None:
    older.ok("note", "1", "rang")
    change(str(older.ledger), f"PRAGMA user_version = {BEFORE}")
    assert cures(str(older.ledger)) == {"schema": Remedy.RESTORE}


def test_whoever_does_not_know_the_step_leaves_the_newer_ledger_alone(older: Program) -> None:
    older.ok("note", "1", "rang")
    before = older.ledger.read_bytes()
    next_step.set_known(known=False)
    for words in (*LOOKS, ("note", "1", "x"), ("backup",)):
        done = older(*words)
        assert (done.stdout, done.code) == ("", 5)
        assert f"newer promisectl (schema step {NOW}; this one knows {BEFORE})" in done.stderr
    assert older.ledger.read_bytes() == before


def test_without_its_backup_there_is_no_upgrade(older: Program) -> None:
    before = older.ledger.read_bytes()
    (older.home / "state" / "promisectl").mkdir(parents=True)
    (older.home / "state" / "promisectl" / "backups").write_text("no directory", encoding="utf-8")
    assert older("note", "1", "rang").code == 5
    assert older.ledger.read_bytes() == before


def test_what_comes_in_on_stdin_is_a_part_of_what_is_asked(program: Program) -> None:
    one, other = (
        '{"outcome": "Send it", "to": "dana"}\n',
        '{"outcome": "Send it all", "to": "dana"}\n',
    )
    first = program("make", "-", "--json", "--once", "k", piped=one)
    again = program("make", "-", "--json", "--once", "k", piped=one)
    refused = program("make", "-", "--json", "--once", "k", piped=other)
    assert (first.code, again.stdout, again.code) == (0, first.stdout, 0)
    assert (refused.code, len(program.ok("list").splitlines())) == (2, 1)


def test_what_was_undone_since_is_said_to_be(program: Program) -> None:
    words = ("make", "Send it", "--to", "dana", "--once", "k")
    program.ok(*words)
    program.ok("undo")
    assert (
        program(*words).stderr
        == "The key “k” was used before, so nothing was recorded. It has been undone since.\n"
    )
