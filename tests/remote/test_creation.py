"""The first promise creates the ledger: once, completely, and not among tables of others."""

import shlex
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promisectl.compiled import postgresql as statements
from tests.conftest import Program
from tests.guarantees.harness.proxy import CLIENT, Cut, Piece, Proxy
from tests.remote.rows import compare_with_server, fetch_server_rows
from tests.tools.fork_server import shared
from tests.tools.postgres import PostgresServer

MACHINES = 8


def list_tables(server: PostgresServer, database: str) -> list[str]:
    """The names of all tables of the first schema."""
    query = "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY 1"
    return [str(name) for (name,) in server.run_sql(query, database=database)]


@pytest.mark.parametrize("times", range(3))
def test_machines_that_make_the_first_promise_at_once(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    times: int,
) -> None:
    programs = [machine(f"home-{number}") for number in range(MACHINES)]
    with ThreadPoolExecutor(MACHINES) as terminals:
        answers = list(
            terminals.map(
                lambda program: shared().run(
                    ["make", f"from {program.home.name}", "--to", "dana", "--new", "-q"],
                    env=get_environment(program),
                ),
                programs,
            )
        )
    assert [(answer.code, answer.stderr) for answer in answers] == [(0, "")] * MACHINES, times
    assert sorted(int(answer.stdout) for answer in answers) == list(range(1, MACHINES + 1))
    journals = {program.ok("export", "--journal") for program in programs}
    assert len(journals) == 1
    for program in programs[:2]:
        compare_with_server(postgres_server, database, program.copy)
    assert list_tables(postgres_server, database) == sorted([*statements.TABLES, "head"])


def test_only_the_command_that_created_the_ledger_says_that_it_is_new(
    machine: Callable[[str], Program], address: str
) -> None:
    home, other = machine("home"), machine("other")
    make = ["make", "Send the numbers", "--to", "dana"]

    def make_elsewhere(_: object) -> None:
        assert "New ledger: " in shared().run(make, env=get_environment(other)).stderr

    with Proxy(address) as proxy:
        environ = get_environment(home) | {"PROMISECTL_LEDGER": proxy.database}
        proxy.begin(Cut(Piece(1, CLIENT, 4, "Q", commits=False), "held"), make_elsewhere)
        done = shared().run(make, env=environ)
        assert proxy.was_cut.is_set()
    assert done.code == 0, done.stderr
    assert done.stdout.startswith("#2 ")
    assert "New ledger" not in done.stderr


def get_environment(program: Program) -> dict[str, str]:
    """The whole environment of a command on a machine."""
    import os

    return {**os.environ, **program.environ}


def test_views_create_nothing(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home = machine("home")
    for line in ("owe", "list --all", "log", "stats", "week", "people", "moves", "status"):
        assert home(*shlex.split(line)).code == 0
    for line in ("accept 1", "undo", "show 1", "export --journal"):
        assert home(*shlex.split(line)).code != 0 or line == "export --journal"
    assert list_tables(postgres_server, database) == []
    assert not list(home.home.rglob("*.db"))


def test_a_move_that_is_refused_creates_nothing(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home = machine("home")
    for line in ("make Run --to me --by nonsense", "make Run --to me --replaces 7", "import -"):
        assert home(*shlex.split(line)).code != 0
    assert list_tables(postgres_server, database) == []


@pytest.mark.parametrize(
    "table",
    ["CREATE TABLE orders (id int)", "CREATE TABLE act (id int)", "CREATE VIEW v AS SELECT 1"],
)
def test_tables_of_another_program_are_left_alone(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    table: str,
) -> None:
    postgres_server.run_sql(table, database=database)
    before = list_tables(postgres_server, database)
    home = machine("home")
    for line in ("owe", "make Run --to me", "export --journal", "undo"):
        result = home(*shlex.split(line))
        assert (result.stdout, result.code) == ("", 5), line
        assert "has tables of another program" in result.stderr
    assert list_tables(postgres_server, database) == before
    assert not list(home.home.rglob("*.db"))


def test_a_journal_is_not_imported_onto_a_ledger(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    tmp_path: Path,
) -> None:
    home, other = machine("home"), machine("other")
    other.environ["PROMISECTL_LEDGER"] = str(tmp_path / "other.db")
    other.ok("make", "Another ledger", "--to", "dana")
    other.ok("export", "--journal", "-o", str(tmp_path / "all.jsonl"))
    home.ok("make", "Run", "--to", "me")
    before = fetch_server_rows(postgres_server, database)
    result = home("import", str(tmp_path / "all.jsonl"))
    assert result.code != 0
    assert fetch_server_rows(postgres_server, database) == before


def test_a_ledger_moves_in_and_out(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    tmp_path: Path,
) -> None:
    alone, home, laptop = machine("alone"), machine("home"), machine("laptop")
    alone.environ["PROMISECTL_LEDGER"] = str(tmp_path / "alone.db")
    alone.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri")
    alone.ok(
        "make",
        "Weekly report",
        "--to",
        "dana",
        "--agreed",
        "--by",
        "fri",
        "--every",
        "week",
        "--times",
        "3",
    )
    alone.ok("make", "A part", "--to", "lee", "--part-of", "1")
    alone.ok("note", "1", "one")
    alone.ok("undo")
    alone.ok("person", "rename", "dana", "dk")
    alone.ok("export", "--journal", "-o", str(tmp_path / "all.jsonl"))
    home.ok("import", str(tmp_path / "all.jsonl"))
    assert laptop.ok("export", "--journal") == alone.ok("export", "--journal")
    for program in (home, laptop):
        compare_with_server(postgres_server, database, program.copy)
    laptop.ok("accept", "1")
    laptop.ok("backup", str(tmp_path / "out.db"))
    alone.environ["PROMISECTL_LEDGER"] = str(tmp_path / "out.db")
    assert alone.ok("export", "--journal") == home.ok("export", "--journal")
    assert home("restore", str(tmp_path / "out.db"), "--yes").code == 2
