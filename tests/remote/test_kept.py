"""A ledger that an earlier version wrote on a server, kept as SQL: it opens, and is the same."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from promisectl.compiled import sql
from tests.conftest import Program
from tests.tools.postgres import PostgresServer

KEPT = sorted(Path(__file__).with_name("kept").glob("step_*.sql"))
LATER = "2027-02-01T10:00"


def test_every_step_that_was_on_servers_is_kept() -> None:
    assert [file.stem for file in KEPT] == [
        f"step_{step}" for step in range(2, sql.SCHEMA_STEP + 1)
    ]


@pytest.mark.parametrize("kept", KEPT, ids=lambda file: file.stem)
def test_a_kept_ledger_opens(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str, kept: Path
) -> None:
    postgres_server.run_sql(kept.read_text(encoding="utf-8"), database=database)
    home, laptop = machine("home"), machine("laptop")
    journal = home.ok("export", "--journal", today=LATER).splitlines()
    assert json.loads(journal[0])["commands"] == len(journal) - 2
    assert all("\twrong\t" not in line for line in home.ok("doctor", today=LATER).splitlines())
    home.ok("make", "Another thing", "--to", "dana", "--by", "1 mar", today=LATER)
    assert "Another thing" in laptop.ok("owe", today=LATER)
    assert all("\twrong\t" not in line for line in laptop.ok("doctor", today=LATER).splitlines())
