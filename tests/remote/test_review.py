"""What a command on a server must not do: date acts by another clock, hide a Ctrl-C, fail without a sentence."""

import json
import os
import signal
import sqlite3
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from promisectl.storage.remote.server_ledger import ServerLedger
from tests.conftest import Program
from tests.tools.postgres import PostgresServer

SERVER_CLOCK = "2026-11-23T09:00:00Z"


LONG_SELECT = "WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 99000000) SELECT max(n) FROM c"


class Caller:
    """A command without a clock or a person."""

    offline_setting = ""

    def use_clock(self, moment: datetime) -> None:
        """Take no clock."""

    def describe_clock_difference(self, moment: datetime) -> str | None:
        """Compare no clocks."""
        del moment

    def warn_of_old_copy(self, moment: datetime, why: str) -> None:
        """Fail, as no view may need an old copy here."""
        raise AssertionError(why)


def list_moments(program: Program) -> set[str]:
    """The moments of all acts, and those at which they were recorded."""
    acts = [json.loads(line) for line in program.ok("export", "--journal").splitlines()]
    return {act[field] for act in acts for field in ("at", "recorded_at") if field in act}


def stop_server_clock(server: PostgresServer, database: str) -> None:
    """Let the clock of a database stand still, at a moment that no machine has."""
    server.run_sql(
        f"CREATE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT '{SERVER_CLOCK}'::timestamptz $$",
        f'ALTER DATABASE "{database}" SET search_path = public, pg_catalog',
        database=database,
    )


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
