"""What the other commands do when the ledger is on a server: where it is, backups, exports, status, and Python programs."""

import json
import os
import shlex
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from promisectl import errors, models
from tests.cli.terminal import ended, in_another, terminal
from tests.conftest import Program, library
from tests.guarantees.harness.proxy import Cut, Proxy
from tests.records.test_schema import check_answer
from tests.remote.conftest import copy_of
from tests.tools.postgres import PostgresServer

COUNTING_EDITOR = """
import os, sys, psycopg2
cursor = psycopg2.connect(os.environ["COUNTED"]).cursor()
cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
counted = cursor.fetchone()
assert counted == (0,), counted
text = open(sys.argv[-1], encoding="utf-8").read()
open(sys.argv[-1], "w", encoding="utf-8").write(text.replace("Q3", "Q4"))
"""


def behind(program: Program) -> None:
    """Another machine has recorded a note, which the copy of this one lacks."""
    copy = copy_of(program)
    former = copy.read_bytes()
    program.ok("note", "1", "from elsewhere")
    copy.write_bytes(former)


def acts_in(path: Path) -> int:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM act").fetchone()[0])


# Where it is


def test_the_path_is_that_of_the_copy_and_the_address_follows(
    filled: Program, kept_address: str
) -> None:
    first, second, third, fourth = filled.ok("path").splitlines()
    assert acts_in(Path(first)) == 7
    assert second == f"server: {kept_address}"
    assert (third[:8], fourth[:9]) == ("config: ", "backups: ")
    answer = filled.ok("path", "--json")
    assert check_answer("path", "json", answer)
    found = json.loads(answer)
    assert [*found] == ["ledger", "config", "backups", "server"]
    assert (found["ledger"], found["server"]) == (first, kept_address)


def test_a_new_ledger_is_named_by_its_address(
    program: Program, kept_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMISECTL_LEDGER", kept_address)
    made = program("make", "Fix the bike brake", "--from", "lee")
    assert f"New ledger: {kept_address}\n" in made.stderr


@pytest.mark.parametrize("command", ["backup"])
def test_where_there_is_none_the_address_is_named(
    program: Program, kept_address: str, command: str
) -> None:
    result = program("--ledger", kept_address, command)
    assert (result.code, f"There is no ledger at {kept_address}" in result.stderr) == (5, True)
    assert program("--ledger", kept_address, "moves").stdout.startswith("")
    with pytest.raises(errors.MissingLedger, match="There is no ledger at postgresql://"):
        models.open_ledger(kept_address).__enter__()


def test_the_way_out_names_the_ledger_that_was_asked_about(
    filled: Program,
    kept_address: str,
    run_sql: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    run_sql("DROP INDEX person_handle")
    assert filled("doctor").stderr.endswith("\npromisectl doctor --fix\n")
    monkeypatch.delenv("PROMISECTL_LEDGER")
    command = filled("--ledger", kept_address, "doctor").stderr.splitlines()[-1]
    assert shlex.split(command) == ["promisectl", "--ledger", kept_address, "doctor", "--fix"]
    config = filled.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'ledger = "{kept_address}"\n')
    assert filled("doctor").stderr.endswith("\npromisectl doctor --fix\n")


# Backups


def test_a_backup_is_made_of_the_copy_once_it_is_up_to_date(filled: Program) -> None:
    behind(filled)
    other = filled.home / "home.db"
    filled.ok("backup", str(other))
    assert acts_in(other) == acts_in(copy_of(filled)) == 8
    assert "from elsewhere" in filled.ok("--ledger", str(other), "log")
    assert filled("--ledger", str(other), "doctor").code == 0


def test_without_the_server_the_copy_is_backed_up_as_it_is(
    filled: Program, server_with_roles: PostgresServer
) -> None:
    other = filled.home / "home.db"
    server_with_roles.stop()
    try:
        result = filled("backup", str(other))
    finally:
        server_with_roles.start()
    assert (result.code, acts_in(other)) == (0, 7)
    assert "As of " in result.stderr
    assert "can't reach the server" in result.stderr


def test_restore_onto_a_server_is_refused(filled: Program) -> None:
    other = filled.home / "home.db"
    filled.ok("backup", str(other))
    before = copy_of(filled).read_bytes()
    for words in ([], ["--yes"]):
        refused = filled("restore", str(other), *words)
        assert (refused.stdout, refused.code) == ("", 2)
        assert "Can't restore onto a server" in refused.stderr
    assert copy_of(filled).read_bytes() == before


def test_a_merge_and_an_import_are_backed_up_first(filled: Program) -> None:
    behind(filled)
    filled.ok("make", "Sing", "--to", "leeroy", "--new")
    behind(filled)
    before = filled.ok("export", "--journal")
    merged = filled("person", "merge", "leeroy", "lee")
    backup = merged.stderr.partition("Backup from before: ")[2].splitlines()[0]
    assert filled.ok("--ledger", backup, "export", "--journal") == before
    before = filled.ok("export", "--journal")
    rows = "".join(f"Dig hole {number},lee,owe\n" for number in range(101))
    imported = filled("import", "-", piped=f"outcome,person,direction\n{rows}")
    assert imported.code == 0, imported
    backup = imported.stderr.partition("Backup from before: ")[2].splitlines()[0]
    assert filled.ok("--ledger", backup, "export", "--journal") == before
    assert Path(backup).parent.name.startswith(copy_of(filled).stem)


def test_a_journal_is_not_imported_where_there_are_promises(
    filled: Program, kept_address: str
) -> None:
    journal = filled.ok("export", "--journal")
    refused = filled("import", "-", piped=journal)
    assert refused.code == 2
    assert f"{kept_address} already has promises" in refused.stderr


def test_an_export_onto_the_copy_is_refused(filled: Program) -> None:
    copy = copy_of(filled)
    before = copy.read_bytes()
    for words in (["export", "-o", str(copy), "--force"], ["backup", str(copy), "--force"]):
        assert filled(*words).code == 2, words
    assert copy.read_bytes() == before


# What never connects


@pytest.fixture
def silent_server() -> Iterator[socket.socket]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        yield listening


@pytest.mark.parametrize(
    "words",
    [
        ["status"],
        ["status", "--json"],
        ["path"],
        ["completion", "bash", "--", "complete", ""],
        ["completion", "bash", "--", "make", "x", "--to", ""],
        ["completion", "bash", "--", "untag", "1", ""],
        ["completion", "bash", "--", "owe", "--with", ""],
    ],
    ids=" ".join,
)
def test_status_and_tab_never_connect(
    filled: Program, silent_server: socket.socket, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = filled.ok(*words)
    copy = copy_of(filled)
    address = f"postgresql://keeper@127.0.0.1:{silent_server.getsockname()[1]}/promises"
    monkeypatch.setenv("PROMISECTL_LEDGER", address)
    here = Path(filled.ok("path").splitlines()[0])
    here.write_bytes(copy.read_bytes())
    here.chmod(0o600)
    program = (
        "import sys; from promisectl.cli.main import run_command_line;"
        "code = run_command_line(sys.argv[1:]);"
        "loaded = [name for name in ('psycopg2', 'promisectl.storage.remote.server') if name in sys.modules];"
        "sys.exit(f'{code} {loaded}')"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.stderr == "0 []\n"
    if words[0] != "path":
        assert done.stdout == shown
    with pytest.raises(BlockingIOError):
        silent_server.accept()


def test_a_view_does_connect(
    filled: Program, silent_server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the test before this one can fail."""
    address = f"postgresql://keeper@127.0.0.1:{silent_server.getsockname()[1]}/promises"
    monkeypatch.setenv("PROMISECTL_LEDGER", address)
    assert filled("owe").code == 5
    silent_server.accept()[0].close()


def test_before_the_first_view_status_is_silent(
    program: Program, kept_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMISECTL_LEDGER", kept_address)
    assert program("status") == ("", "", 0)


# Python programs


def test_a_python_program_reads_what_the_server_has(filled: Program, kept_address: str) -> None:
    behind(filled)
    for named in (None, kept_address):
        with models.open_ledger(named) as session:
            assert session.info["ledger"] == str(copy_of(filled))
            assert session.exec(select(models.Act)).all()[-1].text == "from elsewhere"


def test_a_python_program_waits_for_its_own_server_as_before(filled: Program) -> None:
    """The driver has one callback for all connections of a process."""
    extensions = library("psycopg2.extensions")

    def wait(connection: Any) -> None:
        raise AssertionError(connection)

    before = extensions.get_wait_callback()
    extensions.set_wait_callback(wait)
    try:
        filled.ok("note", "1", "It goes well")
        with models.open_ledger():
            assert extensions.get_wait_callback() is wait
        assert filled("--ledger", "postgresql://x@/y?host=/none", "list").code == 5
        assert extensions.get_wait_callback() is wait
    finally:
        extensions.set_wait_callback(before)


# A person who takes their time


def test_no_connection_waits_while_somebody_types(
    filled: Program,
    server_with_roles: PostgresServer,
    kept_database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    editor = filled.home / "editor.py"
    editor.write_text(COUNTING_EDITOR)
    monkeypatch.setenv("COUNTED", server_with_roles.address(kept_database))
    monkeypatch.setenv("EDITOR", f"{shlex.quote(sys.executable)} {shlex.quote(str(editor))}")
    done = filled("edit", "1", "--correct")
    assert done.code == 0, done
    assert "Send the Q4 numbers" in filled.ok("owe")


def test_review_shows_what_others_have_recorded_meanwhile(
    filled: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert filled.ok("accept", "2")
    with terminal("review") as review:
        review.expect("1 of 2")
        review.expect_exact(" › ")
        with monkeypatch.context() as elsewhere:
            elsewhere.setenv("XDG_DATA_HOME", str(filled.home / "elsewhere"))
            done = in_another("correct", "2", "Fix the front brake")
        assert done.returncode == 0, done
        review.sendline("skip")
        review.expect("2 of 2")
        review.expect("Fix the front brake")
        review.sendline("quit")
        assert ended(review) == 0


def test_review_ends_where_nobody_knows_whether_a_move_is_recorded(
    filled: Program, kept_address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bump() -> None:
        review.expect("1 of 2")
        review.expect_exact(" › ")
        review.sendline("bump")
        review.expect_exact(" › ")
        review.sendline("the vendor slipped")

    with Proxy(kept_address) as proxy:
        monkeypatch.setenv("PROMISECTL_LEDGER", proxy.database)
        filled.ok("accept", "2")
        proxy.begin()
        with terminal("review") as review:
            bump()
            review.expect("2 of 2")
            review.sendline("quit")
            assert ended(review) == 0
        (commit,) = (piece for piece in proxy.pieces if piece.commits)
        proxy.begin(Cut(commit, "before", returns=False))
        with terminal("review") as review:
            bump()
            assert proxy.was_cut.wait(20)
            review.sendintr()
            assert ended(review) == 7
            assert "may or may not be recorded" in " ".join(str(review.before).split())


@pytest.mark.parametrize("line", ["tag 2", "correct 1 --by 3/4"])
def test_ctrl_c_at_a_question_after_others_have_recorded_something(
    filled: Program, line: str
) -> None:
    behind(filled)
    with terminal(*shlex.split(line)) as child:
        child.expect_exact(" › ")
        child.sendintr()
        assert ended(child) in (130, -2)
        assert "was recorded" not in str(child.before).replace("Nothing was recorded", "")


def test_a_hook_works_with_the_same_ledger(filled: Program, kept_address: str) -> None:
    hook = filled.home / "config" / "promisectl" / "hooks" / "after-move"
    hook.parent.mkdir(parents=True)
    python = shlex.quote(sys.executable)
    told = shlex.quote(str(filled.home / "told"))
    hook.write_text(
        f"#!/bin/sh\nwc -l > {told}\n{python} -m promisectl path >> {told}\n{python} -m promisectl log | wc -l >> {told}\n"
    )
    hook.chmod(0o700)
    before = len(filled.ok("log").splitlines())
    assert filled("note", "1", "one more").stderr.count("hook") == 0
    lines = (filled.home / "told").read_text().split("\n")
    assert lines[0].strip() == "1"
    assert lines[1:3] == [str(copy_of(filled)), f"server: {kept_address}"]
    assert lines[5].strip() == str(before + 1)
    assert os.environ["PROMISECTL_LEDGER"] == kept_address
