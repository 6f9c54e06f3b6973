"""Opening the ledger: patient with others, clean after a crash, honest when something fails."""

import os
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

from promisectl.storage import ledger, opening
from tests.conftest import Program


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    return program


def test_a_view_does_not_wait_for_a_move(filled: Program) -> None:
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE promise SET outcome = 'half done'")
    assert filled.ok("list") == "1\tdana\tSend Q3 numbers\t\tactive\t\n"
    db.close()


def test_a_move_waits_for_another_and_gives_up_with_a_sentence(filled: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(opening, "PATIENCE", 0.2)
    result = filled("complete", "1")
    assert (result.stdout, result.code) == ("", 5)
    assert "was locked by another command" in result.stderr
    db.close()
    assert filled("complete", "1").code == 0


def test_ctrl_c_while_waiting_answers_at_once_and_changes_nothing(filled: Program) -> None:
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    process = subprocess.Popen([sys.executable, "-m", "promisectl", "complete", "1"], stderr=subprocess.PIPE, env=dict(os.environ))
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=5)
    assert (process.returncode, complaint) == (130, b"")
    db.close()
    assert filled.ok("list").split("\t")[4] == "active"


def test_what_a_killed_command_left_half_done_is_taken_back_by_a_view(filled: Program) -> None:
    code = (
        "import sqlite3, os, signal\n"
        f"db = sqlite3.connect({str(filled.ledger)!r}, isolation_level=None)\n"
        "db.execute('PRAGMA cache_size = 1')\n"
        "db.execute('BEGIN IMMEDIATE')\n"
        "db.execute(\"UPDATE promise SET outcome = 'half done'\")\n"
        "db.execute('CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT i FROM n')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=False)
    assert (filled.ledger.parent / "ledger.db-journal").exists()
    assert filled.ok("list") == "1\tdana\tSend Q3 numbers\t\tactive\t\n"
    assert filled.ok("complete", "1", "-q") == "1\n"


def test_a_commit_that_fails_is_not_called_done(filled: Program) -> None:
    def work(db: sqlite3.Connection) -> str:
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE promise SET replaces = 99")
        return "done"

    with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY constraint failed"):
        ledger.write(str(filled.ledger), work)
    assert filled.ok("list") == "1\tdana\tSend Q3 numbers\t\tactive\t\n"


def test_a_place_that_cannot_be_written_is_a_sentence(program: Program) -> None:
    program.home.joinpath("file").write_text("")
    result = program("make", "x y z", "--to", "dana", "--ledger", str(program.home / "file" / "ledger.db"))
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr.endswith("can't be used: Not a directory. Nothing was recorded; see where it is with: path.\n")


def test_every_setting_is_in_force_while_writing(filled: Program) -> None:
    wanted = {"journal_mode": "delete", "synchronous": 3, "fullfsync": 1, "foreign_keys": 1, "recursive_triggers": 1, "trusted_schema": 0, "cell_size_check": 1, "mmap_size": 0}  # fmt: skip
    found = ledger.write(str(filled.ledger), lambda db: {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted})
    assert found == wanted


def test_where_nobody_can_tell_whether_there_is_a_ledger_a_view_does_not_say_that_there_is_none(program: Program) -> None:
    result = program("--ledger", str(program.home / ("x" * 300)), "list")
    assert (result.stdout, result.code) == ("", 5)
    assert "File name too long" in result.stderr
