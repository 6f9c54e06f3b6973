"""What a command on a server must not do: date acts by another clock, hide a Ctrl-C, fail without a sentence."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from promisectl import errors
from promisectl.domain.people import Newcomer
from promisectl.storage.connection import LastAct
from promisectl.storage.journal import Journal
from promisectl.storage.remote.server import Server, ServerHead
from promisectl.storage.remote.server_ledger import ServerLedger
from promisectl.storage.remote.wait_callback import Waiter
from tests.conftest import Program, library
from tests.remote.conftest import SERVER_CLOCK, stop_server_clock
from tests.tools.postgres import PostgresServer

NEWCOMER = Newcomer("lee", "Lee")
LONG_SELECT = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 99000000) SELECT max(n) FROM c"


class Caller:
    """A command without a clock or a person."""

    offline_setting = ""

    def use_clock(self, moment: datetime) -> None:
        """Take no clock."""

    def describe_clock_difference(self, moment: datetime) -> str:
        """Fail, as only doctor asks that."""
        raise AssertionError(moment)

    def warn_of_old_copy(self, moment: datetime, why: str) -> None:
        """Fail, as no view may need an old copy here."""
        raise AssertionError(moment, why)


def list_moments(program: Program) -> set[str]:
    """The moments of all acts, and those at which they were recorded."""
    acts = [json.loads(line) for line in program.ok("export", "--journal").splitlines()]
    return {act[field] for act in acts for field in ("at", "recorded_at") if field in act}


def has_lock(server: PostgresServer, database: str) -> bool:
    """Whether a command has the lock of the ledger."""
    question = "SELECT 1 FROM pg_locks WHERE relation = 'head'::regclass AND mode = 'RowShareLock'"
    return bool(server.run_sql(question, database=database))


def end_connections(server: PostgresServer, database: str) -> None:
    """Let the server end the connections of all commands."""
    statement = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'promisectl'"
    server.run_sql(statement, database=database)


def meet_somebody(db: sqlite3.Connection) -> None:
    """Record one act, which is the same each time."""
    Journal(db, datetime(2026, 11, 23, 9, tzinfo=UTC), "make").insert_person(NEWCOMER)


def wait_for_waiting_command(server: PostgresServer, database: str) -> None:
    """Return when a command waits for a lock."""
    waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    for _ in range(500):
        if server.run_sql(waits, database=database):
            return
        time.sleep(0.02)
    raise AssertionError("no command waits for a lock")


def test_every_act_is_dated_by_the_clock_of_the_server(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    stop_server_clock(postgres_server, database)
    home = machine("home")
    home.environ["PROMISECTL_TODAY"] = ""
    assert "Dated" not in home.ok("make", "Send the numbers", "--to", "dana", "--by", "2026-11-27")
    home.ok("make", "Send a draft", "--to", "dana", "--by", "2026-11-26", "--agreed")
    home.ok("make", "-", "--json", piped='{"outcome": "Count the beans", "to": "lee"}')
    home.ok("jot", "-", piped="to dana: Water the plants, by 2026-11-27\n")
    home.ok("note", "1", "She prefers CSV")
    home.ok("part", "2", "--of", "1")
    home.ok("accept", "1")
    home.ok(
        "import", "-", piped="outcome,direction,person,due\nPaint the door,owe,dana,2026-11-27\n"
    )
    assert list_moments(home) == {SERVER_CLOCK}


def test_a_first_import_is_dated_by_the_clock_of_the_server(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    stop_server_clock(postgres_server, database)
    home = machine("home")
    home.environ["PROMISECTL_TODAY"] = ""
    home.ok(
        "import", "-", piped="outcome,direction,person,due\nPaint the door,owe,dana,2026-11-27\n"
    )
    assert list_moments(home) == {SERVER_CLOCK}


def test_ctrl_c_stops_a_long_statement_of_a_move(address: str, tmp_path: Path) -> None:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    remote = ServerLedger(address, {}, str(tmp_path / "copies"), Caller())

    def count_for_long(db: sqlite3.Connection) -> None:
        threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
        db.execute(LONG_SELECT).fetchall()

    try:
        with pytest.raises(KeyboardInterrupt):
            remote.run_in_transaction(count_for_long, None, "", may_replace_rows=False)
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_command_that_asks_what_became_of_it_lets_the_next_one_have_the_copy(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    address: str,
    database: str,
) -> None:
    home = machine("home")
    home.ok("make", "Send the numbers", "--to", "dana")
    remote = ServerLedger(address, {}, str(home.copy.parent), Caller())
    others = list[subprocess.Popen[bytes]]()

    def break_connection(db: sqlite3.Connection) -> None:
        meet_somebody(db)
        end_connections(postgres_server, database)
        command = [sys.executable, "-m", "promisectl", "make", "Call", "--to", "dana"]
        others.append(subprocess.Popen(command, env={**os.environ, **home.environ}))
        while not has_lock(postgres_server, database):
            time.sleep(0.02)

    with pytest.raises(errors.ConnectionLost):
        remote.run_in_transaction(break_connection, None, "", may_replace_rows=False)
    assert others[0].wait(8) == 0
    assert "Call" in home.ok("list", "--all")


def test_a_schema_may_have_any_name(
    machine: Callable[[str], Program], postgres_server: PostgresServer, address: str, database: str
) -> None:
    postgres_server.run_sql('CREATE SCHEMA "Ana-Lopez"', database=database)
    home = machine("home")
    home.environ["PROMISECTL_LEDGER"] = f'{address}&options=-csearch_path%3D"Ana-Lopez"'
    home.ok("make", "Send the numbers", "--to", "dana")
    found = home.ok("doctor")
    assert "guards\tok" in found
    assert "same\tok" in found
    question = "SELECT 1 FROM pg_tables WHERE schemaname = 'Ana-Lopez' AND tablename = 'head'"
    assert postgres_server.run_sql(question, database=database) == [(1,)]


@pytest.mark.parametrize(
    ("statement", "code", "sentence"),
    [
        (
            "SELECT 1",
            2,
            "the first schema on its search path is ana, and the ledger is in public",
        ),
        ("TRUNCATE head", 5, "it has no head, which every ledger has"),
    ],
)
@pytest.mark.parametrize(
    "command", [("list",), ("make", "Call", "--to", "lee"), ("doctor", "--fix")]
)
def test_a_ledger_in_a_later_schema_of_the_search_path_is_left_alone(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    address: str,
    database: str,
    statement: str,
    code: int,
    sentence: str,
    command: tuple[str, ...],
) -> None:
    """Also one that has lost its head: there is a ledger nevertheless."""
    machine("home").ok("make", "Send the numbers", "--to", "dana")
    postgres_server.run_sql("CREATE SCHEMA ana", statement, database=database)
    before = postgres_server.run_sql("SELECT number FROM head", database=database)
    guest = machine("guest")
    guest.environ["PROMISECTL_LEDGER"] = f"{address}&options=-csearch_path%3Dana,public"
    result = guest(*command)
    assert (result.stdout, result.code) == ("", code)
    assert sentence in result.stderr
    assert postgres_server.run_sql("SELECT number FROM head", database=database) == before
    in_first = "SELECT 1 FROM pg_class WHERE relnamespace = 'ana'::regnamespace"
    assert postgres_server.run_sql(in_first, database=database) == []


def test_a_ledger_begins_again_where_its_tables_were_dropped(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    machine("home").ok("make", "Send the numbers", "--to", "dana")
    tables = "head, entry, person, alias, once, promise, act, part, series"
    postgres_server.run_sql(f"DROP TABLE {tables} CASCADE", database=database)  # but no function
    laptop = machine("laptop")
    laptop.ok("make", "Send the numbers", "--to", "dana")
    assert "guards\tok" in laptop.ok("doctor")


def test_what_is_in_the_way_of_a_new_ledger_is_named(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    postgres_server.run_sql("CREATE TYPE person AS ENUM ('x')", database=database)
    result = machine("home")("make", "Send the numbers", "--to", "dana")
    assert result.code == 5
    assert 'type "person" already exists' in result.stderr


def test_a_move_that_leaves_the_head_where_it_was_is_not_recorded(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home = machine("home")
    home.ok("make", "Send the numbers", "--to", "dana")
    postgres_server.run_sql(
        "CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
        "CREATE TRIGGER keep_row BEFORE UPDATE ON head FOR EACH ROW EXECUTE FUNCTION keep_row()",
        database=database,
    )
    result = home("accept", "1")
    assert result.code == 5
    assert "keeps the head where it is). Nothing was recorded." in result.stderr
    assert postgres_server.run_sql("SELECT max(number) FROM act", database=database) == [(2,)]
    assert "proposed" in home.ok("list", "--all")


def test_two_connections_wait_each_for_its_own_answer(address: str) -> None:
    first, second = Server(address, {}, 5), Server(address, {}, 5)
    second.run("SELECT 1", seconds=0.05)
    time.sleep(0.1)
    assert first.run("SELECT 2 FROM pg_sleep(0.1)") == [(2,)]
    first.close()
    second.close()


def test_two_threads_that_wait_at_once_give_the_driver_its_own_wait_back() -> None:
    extensions = library("psycopg2.extensions")

    def wait(connection: object) -> None:
        raise AssertionError(connection)

    before = extensions.get_wait_callback()
    extensions.set_wait_callback(wait)
    try:
        first, second = (Waiter().limit_wait(1, None) for _ in range(2))
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        second.__exit__(None, None, None)
        assert extensions.get_wait_callback() is wait
    finally:
        extensions.set_wait_callback(before)


def test_a_command_that_lost_the_lock_to_another_of_its_machine_begins_again(
    machine: Callable[[str], Program], postgres_server: PostgresServer, address: str, database: str
) -> None:
    home = machine("home")
    home.ok("make", "Send the numbers", "--to", "dana")
    others = iter([["bump", "1", "it may slip"], ["note", "1", "all is well again"]])

    class Interrupted(ServerLedger):
        """A ledger whose connection breaks twice between the lock and the work, while others go on."""

        def lock(self) -> tuple[Server, ServerHead]:
            """Lock the ledger; the server forgets that, and another command on this machine moves."""
            locked = super().lock()
            if words := next(others, None):
                end_connections(postgres_server, database)
                home.ok(*words)
            return locked

    remote = Interrupted(address, {}, str(home.copy.parent), Caller())
    remote.run_in_transaction(meet_somebody, None, "", may_replace_rows=False)
    assert next(others, None) is None
    commands = [json.loads(line) for line in home.ok("export", "--journal").splitlines()[-4:-1]]
    verbs = [act["verb"] for command in commands for act in command["acts"]]
    assert verbs == ["bump", "note", "meet"]


def test_a_command_that_lost_the_lock_while_it_caught_up_begins_again(
    machine: Callable[[str], Program], postgres_server: PostgresServer, address: str, database: str
) -> None:
    home = machine("home")
    home.ok("make", "Send the numbers", "--to", "dana")
    others = iter([["bump", "1", "it may slip"]])

    class Interrupted(ServerLedger):
        """A ledger whose connection breaks after the answer with the lock, while another command goes on."""

        def catch_up(self, server: Server, head: ServerHead | None, mine: LastAct) -> None:
            """Catch up; before that, the server forgets the lock, and another command on this machine moves."""
            if words := next(others, None):
                end_connections(postgres_server, database)
                home.ok(*words)
            super().catch_up(server, head, mine)

    remote = Interrupted(address, {}, str(home.copy.parent), Caller())
    remote.run_in_transaction(meet_somebody, None, "", may_replace_rows=False)
    assert next(others, None) is None
    commands = [json.loads(line) for line in home.ok("export", "--journal").splitlines()[-3:-1]]
    verbs = [act["verb"] for command in commands for act in command["acts"]]
    assert verbs == ["bump", "meet"]


def test_doctor_waits_for_a_command_of_its_machine_and_then_knows_what_that_recorded(
    machine: Callable[[str], Program], postgres_server: PostgresServer, address: str, database: str
) -> None:
    home = machine("home")
    home.ok("make", "Send the numbers", "--to", "dana")
    remote = ServerLedger(address, {}, str(home.copy.parent), Caller())
    doctors = list[subprocess.Popen[str]]()

    def meet_somebody_beside_doctor(db: sqlite3.Connection) -> None:
        meet_somebody(db)
        command = [sys.executable, "-m", "promisectl", "doctor", "--fix"]
        environ = {**os.environ, **home.environ}
        doctors.append(subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True))
        wait_for_waiting_command(postgres_server, database)

    remote.run_in_transaction(meet_somebody_beside_doctor, None, "", may_replace_rows=False)
    _, said = doctors[0].communicate(timeout=15)
    assert doctors[0].returncode == 0, said


@pytest.mark.parametrize("words", [["list"], ["note", "1", "It goes well"]])
def test_a_head_that_is_written_just_now_is_looked_for_again(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    address: str,
    database: str,
    words: list[str],
) -> None:
    """A statement sees the rows of the moment at which it is sent, in the tables of the moment at which it gets them."""
    home = machine("home")
    home.ok("make", "Send the numbers", "--to", "dana")
    command = [sys.executable, "-m", "promisectl", *words]
    with closing(library("psycopg2").connect(address)) as other:
        other.cursor().execute("CREATE TEMP TABLE kept AS TABLE head; TRUNCATE head")
        process = subprocess.Popen(
            command, env={**os.environ, **home.environ}, stderr=subprocess.PIPE, text=True
        )
        wait_for_waiting_command(postgres_server, database)
        other.cursor().execute("INSERT INTO head TABLE kept")
        other.commit()
    _, said = process.communicate(timeout=15)
    assert process.returncode == 0, said


def test_the_same_act_of_another_machine_is_not_taken_for_the_own_one(
    machine: Callable[[str], Program], postgres_server: PostgresServer, address: str, database: str
) -> None:
    home, laptop = machine("home"), machine("laptop")
    home.ok("make", "Send the numbers", "--to", "dana")
    laptop.ok("list")
    here, there = (
        ServerLedger(address, {}, str(program.copy.parent), Caller()) for program in (home, laptop)
    )

    def lose_connection_to_other(db: sqlite3.Connection) -> None:
        meet_somebody(db)
        end_connections(postgres_server, database)
        there.run_in_transaction(meet_somebody, None, "", may_replace_rows=False)

    with pytest.raises(errors.ConnectionLost):
        here.run_in_transaction(lose_connection_to_other, None, "", may_replace_rows=False)
    last = [
        json.loads(program.ok("export", "--journal").splitlines()[-2]) for program in (home, laptop)
    ]
    assert last[0] == last[1]
    assert [act["verb"] for act in last[0]["acts"]] == ["meet"]
