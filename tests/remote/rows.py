"""Every row of a ledger, on the server and in a copy."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from promisectl.compiled import postgresql as statements
from promisectl.storage.integrity import checks
from tests.tools.postgres import PostgresServer

Rows = dict[str, list[tuple[Any, ...]]]


def fetch_copy_rows(copy: Path) -> Rows:
    """The rows of every table of a copy, in order."""
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as db:
        return {
            table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr)
            for table in statements.TABLES
        }


def fetch_server_rows(server: PostgresServer, database: str) -> Rows:
    """The rows of every table of a ledger on the server, in order."""
    return {
        table: sorted(server.run_sql(f"SELECT * FROM {table}", database=database), key=repr)
        for table in statements.TABLES
    }


def compare_with_server(server: PostgresServer, database: str, copy: Path) -> None:
    """Every row is the same in a copy and on the server, and the checks of `doctor` find no fault."""
    there, here = fetch_server_rows(server, database), fetch_copy_rows(copy)
    for table in statements.TABLES:
        assert here[table] == there[table], table
    last = max(here["act"]) if here["act"] else None
    ((number, hash_),) = server.run_sql("SELECT number, hash FROM head", database=database)
    assert (number, hash_) == ((last[0], last[-1]) if last else (0, ""))
    checks.ensure_intact(str(copy))
