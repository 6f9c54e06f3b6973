"""What tests of ledgers on servers share: roles with fewer rights, and a ledger that one of them keeps."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Program
from tests.tools.postgres import PostgresServer

ROLES = ("keeper", "clerk", "bystander", "stranger")


SERVER_CLOCK = "2026-11-23T09:00:00Z"


def stop_server_clock(server: PostgresServer, database: str, moment: str = SERVER_CLOCK) -> None:
    """Let the clock of a database stand still, at a moment that no machine has."""
    server.run_sql(
        "CREATE OR REPLACE FUNCTION clock_timestamp() RETURNS timestamptz LANGUAGE sql "
        f"AS $$ SELECT '{moment}'::timestamptz $$",
        f'ALTER DATABASE "{database}" SET search_path = public, pg_catalog',
        database=database,
    )


def copy_of(program: Program) -> Path:
    """Where this machine's copy of the ledger is."""
    return Path(program.ok("path").splitlines()[0])


@pytest.fixture(scope="session")
def server_with_roles(postgres_server: PostgresServer) -> PostgresServer:
    """The server, with roles that are no superusers."""
    statements = [f"CREATE ROLE {role} LOGIN" for role in ROLES]
    postgres_server.run_sql(*statements, database="postgres")
    return postgres_server


@pytest.fixture
def kept_database(server_with_roles: PostgresServer) -> Iterator[str]:
    """An empty database of the role keeper."""
    name = server_with_roles.create_database(owner="keeper")
    yield name
    server_with_roles.drop_database(name)


@pytest.fixture
def kept_address(server_with_roles: PostgresServer, kept_database: str) -> str:
    """The address of that database, for its owner."""
    return server_with_roles.address(kept_database, user="keeper")


@pytest.fixture
def run_sql(server_with_roles: PostgresServer, kept_database: str) -> Callable[..., object]:
    """Runs statements in that database as a superuser, who may do anything."""
    return lambda *statements: server_with_roles.run_sql(*statements, database=kept_database)


@pytest.fixture
def filled(program: Program, kept_address: str, monkeypatch: pytest.MonkeyPatch) -> Program:
    """A ledger in that database, in which its owner works."""
    monkeypatch.setenv("PROMISECTL_LEDGER", kept_address)
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Fix the bike brake", "--from", "lee", "--once", "k")
    program.ok("bump", "1", "it may slip")
    program.ok("undo")
    program.ok("backup")
    return program
