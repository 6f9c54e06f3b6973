"""Opening the ledger: patient with others, clean after a crash, honest when something fails."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from itertools import pairwise
from statistics import median
from typing import Any

import pexpect
import pytest

from promisectl import errors
from promisectl.storage import connection, ledger
from tests.cli.terminal import ended
from tests.conftest import Program, tool
from tests.guarantees.harness.ledgers import crash


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    return program


def test_a_view_does_not_wait_for_a_move(filled: Program) -> None:
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    db.execute("UPDATE promise SET outcome = 'half done'")
    assert filled.ok("list") == "1\tdana\tSend Q3 numbers\t\tactive\t\towe\n"
    db.close()


def test_a_move_waits_for_another_and_gives_up_with_a_sentence(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(connection, "LOCK_WAIT_SECONDS", 0.2)
    result = filled("complete", "1")
    assert (result.stdout, result.code) == ("", 5)
    assert "Another command kept" in result.stderr
    db.close()
    assert filled("complete", "1").code == 0


def test_ctrl_c_while_waiting_answers_at_once_and_changes_nothing(filled: Program) -> None:
    db = sqlite3.connect(filled.ledger, isolation_level=None)
    db.execute("BEGIN IMMEDIATE")
    process = subprocess.Popen(
        [sys.executable, "-m", "promisectl", "complete", "1"],
        stderr=subprocess.PIPE,
        env=dict(os.environ),
    )
    time.sleep(2)
    process.send_signal(signal.SIGINT)
    _, complaint = process.communicate(timeout=5)
    assert (process.returncode, complaint) == (130, b"")
    db.close()
    assert filled.ok("list").split("\t")[4] == "active"


def test_what_a_killed_command_left_half_done_is_taken_back_by_a_view(filled: Program) -> None:
    crash(filled.ledger)
    assert filled.ok("list") == "1\tdana\tSend Q3 numbers\t\tactive\t\towe\n"
    assert filled.ok("complete", "1", "-q") == "1\n"


def test_a_commit_that_fails_is_not_called_done(filled: Program) -> None:
    def work(db: sqlite3.Connection) -> str:
        db.execute("PRAGMA defer_foreign_keys = ON")
        db.execute("UPDATE promise SET replaces = 99")
        return "done"

    with pytest.raises(errors.DamagedContent, match="row is missing"):
        ledger.run_in_transaction(str(filled.ledger), work)
    assert filled.ok("list") == "1\tdana\tSend Q3 numbers\t\tactive\t\towe\n"


def test_a_place_that_cannot_be_written_is_a_sentence(program: Program) -> None:
    program.home.joinpath("file").write_text("")
    result = program(
        "make", "x y z", "--to", "dana", "--ledger", str(program.home / "file" / "ledger.db")
    )
    assert (result.stdout, result.code) == ("", 5)
    assert result.stderr.endswith(
        "ledger.db: Not a directory. Nothing was recorded. See: promisectl path\n"
    )


SETTINGS = {
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
}
TO_WRITE = {"journal_mode": "delete", "synchronous": 3, "fullfsync": 1}


def _settings(db: sqlite3.Connection, wanted: dict[str, Any]) -> dict[str, Any]:
    return {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in wanted}


def test_every_setting_is_in_force_while_writing(filled: Program) -> None:
    wanted = SETTINGS | TO_WRITE
    assert ledger.run_in_transaction(str(filled.ledger), lambda db: _settings(db, wanted)) == wanted


def test_every_setting_is_in_force_while_reading_and_nothing_can_be_written(
    filled: Program,
) -> None:
    with ledger.open_snapshot(str(filled.ledger)) as db:
        assert _settings(db, SETTINGS) == SETTINGS
        with pytest.raises(sqlite3.OperationalError, match="attempt to write a readonly database"):
            db.execute("UPDATE promise SET outcome = 'x'")


@pytest.mark.skipif(
    sys.version_info < (3, 12), reason="Python has no way to ask for it before 3.12"
)
def test_sqlite_is_defensive_where_python_can_ask_for_it(filled: Program) -> None:
    def asked(db: Any) -> list[bool]:
        names = ("SQLITE_DBCONFIG_DEFENSIVE", "SQLITE_DBCONFIG_DQS_DML", "SQLITE_DBCONFIG_DQS_DDL")
        return [db.getconfig(getattr(sqlite3, name)) for name in names]

    assert ledger.run_in_transaction(str(filled.ledger), asked) == [True, False, False]
    with ledger.open_snapshot(str(filled.ledger)) as db:
        assert asked(db) == [True, False, False]


def test_nobody_else_can_begin_to_write_while_a_move_is_at_work(filled: Program) -> None:
    def work(db: sqlite3.Connection) -> None:
        assert db.in_transaction
        with closing(sqlite3.connect(filled.ledger, isolation_level=None, timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="database is locked"):
                other.execute("BEGIN IMMEDIATE")
            assert other.execute("SELECT count(*) FROM promise").fetchone() == (1,)

    ledger.run_in_transaction(str(filled.ledger), work)


def test_waiting_goes_in_small_uneven_steps_for_ten_seconds_in_all(filled: Program) -> None:
    assert connection.LOCK_WAIT_SECONDS == 10
    path, moments = str(filled.ledger), list[float]()
    with (
        closing(connection.open_connection(path, "rw")) as holder,
        closing(connection.open_connection(path, "rw")) as waiting,
    ):
        holder.execute("BEGIN IMMEDIATE")

        def begin() -> None:
            moments.append(time.monotonic())
            waiting.execute("BEGIN IMMEDIATE")

        begun = time.monotonic()
        with pytest.raises(errors.LedgerBusy):
            connection.retry_while_busy(path, begin, 1)
        waited = time.monotonic() - begun
    steps = [later - earlier for earlier, later in pairwise(moments)]
    assert 1 <= waited < 10  # one step more, and what a busy machine takes besides
    assert min(steps) >= 0.0005
    assert median(steps) < 1  # 8 ms at the most, and as much
    assert len({round(step, 4) for step in steps}) > 3


def test_nothing_is_imported_while_others_are_kept_waiting(filled: Program) -> None:
    """Between the lock that `BEGIN IMMEDIATE` takes and its end no file of Python is opened, at a terminal either."""
    moves = (
        ["make", "Another one", "--to", "dana", "--by", "3 December 2026 17:00", "--agreed"],
        ["negotiate", "2", "--by", "Friday 11 December", "--reason", "late"],
        ["correct", "1", "--by", "4 Dec"],
        ["note", "1", "x", "--once", "k"],
        ["complete", "1", "--on", "23 Nov 2026"],
        ["renege", "2", "--reason", "ill", "--told", "23 nov"],
    )
    trace = filled.home / "trace"
    for words in moves:
        command = [
            tool("strace"),
            "-f",
            "-o",
            str(trace),
            "-e",
            "trace=openat,fcntl",
            sys.executable,
            "-m",
            "promisectl",
            *words,
        ]
        child = pexpect.spawn(
            command[0], command[1:], env={**os.environ, "PROMISECTL_NO_INPUT": "1"}, timeout=60
        )
        assert ended(child) == 0
        locked, opened = False, []
        for line in trace.read_text().splitlines():
            locked |= "F_WRLCK" in line and "l_start=1073741825," in line
            if locked and "openat" in line and re.search(r'\.(py|pyc|so)"', line):
                opened.append(line)
            if locked and "F_UNLCK" in line and "l_start=0, l_len=0" in line:
                break
        assert locked
        assert opened == [], words


def test_a_view_makes_no_call_that_writes(filled: Program) -> None:
    trace = filled.home / "trace"
    for words in (
        ["list"],
        ["show", "1"],
        ["log"],
        ["stats"],
        ["list", "--as-of", "today"],
        ["export"],
    ):
        calls = "trace=openat,open,creat,unlink,unlinkat,rename,renameat,renameat2,link,linkat,mkdir,mkdirat,ftruncate,fsync,fdatasync,pwrite64"
        command = [
            tool("strace"),
            "-f",
            "-y",
            "-o",
            str(trace),
            "-e",
            calls,
            sys.executable,
            "-m",
            "promisectl",
            *words,
        ]
        assert (
            subprocess.run(
                command, env=dict(os.environ), capture_output=True, check=False
            ).returncode
            == 0
        )
        here = [line for line in trace.read_text().splitlines() if str(filled.home) in line]
        assert here
        assert [line for line in here if "O_RDONLY" not in line and "ENOENT" not in line] == [], (
            words
        )


def test_a_schema_that_is_no_text_any_more_is_told_as_damage(filled: Program) -> None:
    data = filled.ledger.read_bytes()
    filled.ledger.write_bytes(
        data.replace(b"CREATE INDEX act_of_entry", b"CREATE I\xefDEX act_of_entry")
    )
    for words in (["list"], ["complete", "1"], ["doctor"]):
        result = filled(*words)
        assert result.code == 5
        assert "is damaged, or is not a ledger" in result.stdout + result.stderr


def test_where_nobody_can_tell_whether_there_is_a_ledger_a_view_does_not_say_that_there_is_none(
    program: Program,
) -> None:
    result = program("--ledger", str(program.home / ("x" * 300)), "list")
    assert (result.stdout, result.code) == ("", 5)
    assert "File name too long" in result.stderr


OLD_SQLITE = """
import sqlite3, sys
sqlite3.sqlite_version, sqlite3.sqlite_version_info = "3.34.1", (3, 34, 1)
from promisectl.__main__ import main
main()
"""


@pytest.mark.parametrize("existing", [False, True])
@pytest.mark.parametrize(
    "line",
    ["make Thing --to dana", "owe", "list --json", "doctor", "doctor --fix", "backup", "status"],
)
def test_an_sqlite_that_is_too_old_is_told_as_that(
    program: Program, line: str, existing: bool
) -> None:
    """The process takes its SQLite for one without STRICT tables."""
    if existing:
        program.ok("make", "Send it", "--to", "dana")
    before = {path: path.read_bytes() for path in program.home.rglob("*") if path.is_file()}
    done = subprocess.run(
        [sys.executable, "-c", OLD_SQLITE, *line.split()],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    after = {path: path.read_bytes() for path in program.home.rglob("*") if path.is_file()}
    assert after == before
    if line == "backup" and not existing:
        assert "There is no ledger" in done.stderr
        return
    assert (done.stdout, done.returncode) == ("", 5)
    sentence = "This Python has SQLite 3.34.1, and a ledger needs 3.37 or newer. The ledger was not touched."
    assert sentence in done.stderr
    assert "damage" not in done.stderr
