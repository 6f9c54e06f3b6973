"""What roles may do in the database: machines need few rights, views only that of reading."""

import shlex
from collections.abc import Callable

import pytest

from tests.conftest import Program
from tests.guarantees.harness.views import declared, name_of, writes
from tests.remote.every_move import MOVES, run_every_move
from tests.remote.rows import compare_with_server, fetch_server_rows
from tests.tools.postgres import PostgresServer

MACHINE_RIGHTS = (
    "GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO machine",
    "GRANT UPDATE ON person, alias, promise, entry, head TO machine",
    "GRANT DELETE ON alias, part, series TO machine",
)
READER_RIGHTS = ("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",)
NOT_MOVES = {"doctor", "restore", "backup", "demo", "config edit", "config set", "config unset"}


@pytest.fixture
def as_role(
    postgres_server: PostgresServer, database: str, machine: Callable[[str], Program]
) -> Callable[[str], Program]:
    """Make a machine whose role is that of its name, and has the rights that are recommended."""
    machine("owner").ok(*shlex.split(MOVES.splitlines()[0]))
    for role in ("machine", "reader"):
        known = postgres_server.run_sql(
            "SELECT 1 FROM pg_roles WHERE rolname = %s", database=database, bound=[role]
        )
        if not known:
            postgres_server.run_sql(f"CREATE ROLE {role} LOGIN", database=database)
    postgres_server.run_sql(*MACHINE_RIGHTS, *READER_RIGHTS, database=database)

    def make_machine(role: str) -> Program:
        program = machine(role)
        program.environ["PROMISECTL_LEDGER"] = postgres_server.address(database, user=role)
        return program

    return make_machine


def test_the_story_has_every_move() -> None:
    told = {line.partition(" ")[0] for line in MOVES.splitlines()}
    told |= {" ".join(shlex.split(line)[:2]) for line in MOVES.splitlines()}
    missing = {name_of(one) for one in declared() if writes(one)} - told - NOT_MOVES
    assert missing == set()


def test_a_machine_needs_no_more_than_the_recommended_rights(
    as_role: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    program = as_role("machine")
    run_every_move(program, after=1)
    compare_with_server(postgres_server, database, program.copy)


def test_a_reader_sees_everything_and_changes_nothing(
    as_role: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    program = as_role("reader")
    before = fetch_server_rows(postgres_server, database)
    assert "Send the Q3 numbers" in program.ok("owe")
    for line in ("list --all", "log", "show 1", "stats", "export --journal", "week", "people"):
        program.ok(*shlex.split(line))
    result = program("accept", "1")
    assert result.code == 5
    assert "Nothing was recorded." in result.stderr
    assert "permission denied for table head" in result.stderr
    assert fetch_server_rows(postgres_server, database) == before
    compare_with_server(postgres_server, database, program.copy)


def test_a_machine_can_neither_change_nor_remove_what_was_said(
    as_role: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    import psycopg2

    as_role("machine")
    for statement in (
        "UPDATE act SET verb = 'note'",
        "DELETE FROM act",
        "DELETE FROM promise",
        "DELETE FROM entry",
        "DELETE FROM person",
        "TRUNCATE act CASCADE",
        "ALTER TABLE act DISABLE TRIGGER ALL",
        "DROP TRIGGER act_is_never_changed ON act",
        "DROP TABLE head CASCADE",
    ):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            postgres_server.run_sql(statement, database=database, user="machine")


def test_who_may_not_read_is_told_so_and_not_that_nothing_was_recorded(
    as_role: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    program = as_role("reader")
    postgres_server.run_sql("REVOKE SELECT ON head FROM reader", database=database)
    for words, is_move in ((["owe"], False), (["accept", "1"], True), (["undo"], True)):
        result = program(*words)
        assert (result.stdout, result.code) == ("", 5)
        assert "You lack rights in postgresql://reader@/" in result.stderr
        assert "(permission denied for table head)." in result.stderr
        assert ("Nothing was recorded." in result.stderr) is is_move, words
    result = program("doctor", "--fix")
    assert "You lack rights in postgresql://reader@/" in result.stderr
    assert "Nothing was changed there." in result.stderr


def test_who_may_not_create_tables_creates_no_ledger(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    if not postgres_server.run_sql(
        "SELECT 1 FROM pg_roles WHERE rolname = 'nobody'", database=database
    ):
        postgres_server.run_sql("CREATE ROLE nobody LOGIN", database=database)
    program = machine("home")
    program.environ["PROMISECTL_LEDGER"] = postgres_server.address(database, user="nobody")
    assert program("owe").code == 0
    result = program("make", "Run", "--to", "me")
    assert result.code == 5
    assert "permission denied for schema public" in result.stderr
    assert "Nothing was recorded." in result.stderr
    assert (
        postgres_server.run_sql("SELECT 1 FROM pg_class WHERE relname = 'head'", database=database)
        == []
    )
    assert not list((program.home / "data").rglob("*.db"))
