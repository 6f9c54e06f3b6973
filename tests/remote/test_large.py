"""Many rows: they are sent and fetched in pieces, in one transaction, and the server is not kept in silence."""

import csv
import io
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from promisectl.env import Env
from promisectl.storage import ledger
from tests.conftest import Program
from tests.remote.rows import compare_with_server
from tests.tools.postgres import PostgresServer

PROMISES = 5_000


def write_promises(path: Path, count: int) -> None:
    """A file of promises to 50 people, with texts that are long now and then."""
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(["direction", "person", "outcome", "state", "why"])
        for number in range(count):
            why = "Because it's “long” 100 %. " * (40 if number % 97 == 0 else 1)
            person = f"person-{number % 50}"
            table.writerow(["owe", person, f"Do the {number}th thing", "active", why])


def test_thousands_of_promises(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    tmp_path: Path,
) -> None:
    home, laptop = machine("home"), machine("laptop")
    write_promises(tmp_path / "many.csv", PROMISES)
    home.ok("import", str(tmp_path / "many.csv"))
    assert laptop.ok("list").count("\n") == PROMISES
    compare_with_server(postgres_server, database, laptop.copy)
    laptop.ok("undo")
    assert home.ok("list") == ""
    compare_with_server(postgres_server, database, home.copy)


COUNT = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000) SELECT max(i) FROM n"


def test_a_long_command_tells_the_server_that_it_is_at_work(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The server ends the transaction of a machine that is silent for 10 seconds: it may have gone to sleep."""
    home = machine("home")
    home.ok("make", "Run", "--to", "me")
    for setting in ("log_statement = 'all'", "log_min_messages = 'log'"):
        postgres_server.run_sql(f'ALTER DATABASE "{database}" SET {setting}', database="postgres")
    log = postgres_server.directory / "log"
    before = log.stat().st_size
    for name, value in home.environ.items():
        monkeypatch.setenv(name, value)
    env = Env(os.environ, (io.StringIO(), io.StringIO(), io.StringIO()))

    def work(db: sqlite3.Connection) -> int:
        for number in range(2_000):  # far more than it takes
            db.execute(COUNT).fetchall()
            if b"statement: SELECT 1\n" in log.read_bytes()[before:]:
                return number
        raise AssertionError("nothing was sent")

    assert ledger.run_in_transaction(env.ledger, work) > 0
