"""Ledgers of every schema step there ever was: read as they are, brought up by the next move, whole whatever happens meanwhile."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from promisectl.compiled import sql
from tests.conftest import Program
from tests.storage import life

STEPS = range(1, sql.SCHEMA_STEP + 1)
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


def ledger_of(step: int, program: Program) -> Program:
    program.ledger.parent.mkdir(parents=True)
    life.load(life.kept(step).read_text(encoding="utf-8"), program.ledger)
    return program


@pytest.fixture(params=STEPS, ids="step {}".format)
def kept(request: pytest.FixtureRequest, program: Program) -> Program:
    """A ledger as a program of that schema step wrote it."""
    return ledger_of(request.param, program)


@pytest.fixture
def older(program: Program) -> Program:
    """The oldest of them."""
    return ledger_of(1, program)


def step(path: Path) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("PRAGMA user_version").fetchone()[0])


def shape(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as db:
        return set(db.execute("SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"))


def records(program: Program) -> list[Any]:
    return [
        json.loads(program.ok("list", "--json", "--all", *more))
        for more in ([], ["--state", "void"])
    ]


def test_a_ledger_of_every_step_is_kept() -> None:
    assert [life.kept(step).exists() for step in STEPS] == [True] * sql.SCHEMA_STEP


def test_what_is_kept_of_the_newest_step_is_what_is_written_now(tmp_path: Path) -> None:
    now, then = tmp_path / "now.db", tmp_path / "then.db"
    life.live(now, life.PLAIN)
    life.load(life.kept(sql.SCHEMA_STEP).read_text(encoding="utf-8"), then)
    assert shape(now) == shape(then)
    with closing(sqlite3.connect(then)) as db:
        said = {verb for (verb,) in db.execute("SELECT DISTINCT verb FROM act")}
        assert db.execute("SELECT count(*) FROM once").fetchone() == (1,)
    with closing(sqlite3.connect(now)) as db:
        assert said == {verb for (verb,) in db.execute("SELECT DISTINCT verb FROM act")}


def test_every_look_works_and_changes_nothing(kept: Program) -> None:
    before, files = kept.ledger.read_bytes(), sorted(os.listdir(kept.ledger.parent))
    for words in LOOKS:
        assert kept.ok(*words)
    assert kept.ok("list", "--all", "--as-of", "2026-11-21") or step(kept.ledger) > 1
    assert (kept.ledger.read_bytes(), sorted(os.listdir(kept.ledger.parent))) == (before, files)


def test_the_next_move_brings_it_up_with_every_record_as_it_was(
    kept: Program, tmp_path: Path
) -> None:
    later = {"today": "2027-02-01T10:00"}
    looked = {words[0]: kept.ok(*words, **later) for words in LOOKS[2:6]}
    before, acts = records(kept), kept.ok("log", "--jsonl", **later).splitlines()
    kept.ok("make", "One more thing", "--to", "somebody new", "--new", **later)
    assert step(kept.ledger) == sql.SCHEMA_STEP
    fresh = tmp_path / "fresh.db"
    kept.ok("--ledger", str(fresh), "make", "x y z", "--to", "dana")
    assert shape(kept.ledger) == shape(fresh)
    assert kept.ok("log", "--jsonl", **later).splitlines()[: len(acts)] == acts
    assert len(records(kept)[0]) == len(before[0]) + 1
    kept.ok("undo", **later)
    assert records(kept)[0] == before[0]
    assert kept.ok("stats", "--json", **later) == looked["stats"]
    with closing(sqlite3.connect(kept.ledger)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []


def test_its_journal_makes_the_same_records_elsewhere(kept: Program, tmp_path: Path) -> None:
    later = {"today": "2027-02-01T10:00"}
    journal, other = tmp_path / "all.jsonl", str(tmp_path / "other.db")
    kept.ok("export", "--journal", "-o", str(journal), **later)
    kept.ok("--ledger", other, "import", str(journal), **later)
    for words in LOOKS:
        assert kept.ok("--ledger", other, *words, **later) == kept.ok(*words, **later)


def test_a_key_works_in_an_older_ledger_at_once(older: Program) -> None:
    first = older.ok("complete", "1", "--once", "k")
    assert step(older.ledger) == sql.SCHEMA_STEP
    assert older.ok("complete", "1", "--once", "k") == first


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
    words = [sys.executable, "-m", "promisectl", "note", "1", "rang", "-q"]
    started = [
        subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ)
        )
        for _ in range(4)
    ]
    assert [(*process.communicate(), process.returncode) for process in started] == [
        (b"1\n", b"", 0)
    ] * 4
    assert step(older.ledger) == sql.SCHEMA_STEP
    assert older.ok("log", "1").count("rang") == 4


def test_a_first_step_that_was_never_released_is_named(older: Program) -> None:
    """A column came to the first step before anybody had it; such a file is refused in a sentence."""
    with closing(sqlite3.connect(older.ledger)) as db:
        for (view,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'view'").fetchall():
            db.execute(f"DROP VIEW {view}")
        db.execute("ALTER TABLE promise DROP COLUMN word_at")
        db.commit()
    before = older.ledger.read_bytes()
    for words in (["list", "--json"], ["note", "1", "x"], ["stats"], ["make", "X", "--to", "dana"]):
        done = older(*words)
        assert (done.stdout, done.code) == ("", 5)
        assert "lacks what every ledger has (" in done.stderr
        assert "word_at): no released promisectl wrote it so. It was left as it is" in done.stderr
        assert done.stderr.count("\n") == 1
        assert older.ledger.read_bytes() == before


def test_a_move_that_is_killed_in_the_middle_leaves_an_older_ledger_whole(older: Program) -> None:
    """The process stops itself after the upgrade and is killed there; whoever comes next finds the first step."""
    before = records(older)
    code = (
        "import os, signal, sys\n"
        "from promisectl.storage import ledger\n"
        "def work(db):\n"
        "    db.execute(\"UPDATE promise SET outcome = 'gone'\")\n"
        "    db.execute('PRAGMA cache_spill = 1'); db.execute('PRAGMA cache_size = 1')\n"
        "    db.execute('CREATE TABLE much (x)')\n"
        "    db.execute('WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
        " INSERT INTO much SELECT zeroblob(900) FROM n')\n"
        "    print(db.execute('PRAGMA user_version').fetchone()[0], flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGSTOP)\n"
        "ledger.run_in_transaction(sys.argv[1], work)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(older.ledger)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == f"{sql.SCHEMA_STEP}\n"
    while os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    assert records(older) == before
    assert step(older.ledger) == 1
    older.ok("note", "1", "rang", "--once", "k")
    assert step(older.ledger) == sql.SCHEMA_STEP


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
        == "Said before with the key “k”: nothing new was recorded. It was undone since.\n"
    )
