"""A server whose history is not the one that a machine has seen: every command says so, and changes nothing."""

import shlex
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from tests.conftest import Program
from tests.remote.rows import compare_with_server, fetch_server_rows
from tests.tools.postgres import PostgresServer

COMMANDS = ("owe", "list --all --json", "export --journal", "accept 2", "make Run --to me", "undo")
WITHOUT_GUARDS = "SET session_replication_role = replica"
CUT = (
    WITHOUT_GUARDS,
    "DELETE FROM act WHERE number > 3",
    "UPDATE head SET number = 3, hash = (SELECT hash FROM act WHERE number = 3)",
)


@pytest.fixture
def home(machine: Callable[[str], Program]) -> Program:
    """A machine that has seen four acts."""
    program = machine("home")
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri")
    program.ok("make", "Fix the brake", "--from", "lee")
    return program


@pytest.fixture
def change(postgres_server: PostgresServer, database: str) -> Callable[..., None]:
    """Changes what the server holds, as its owner can."""

    def run(*statements: str) -> None:
        postgres_server.run_sql(*statements, database=database)

    return run


def refuse_everywhere(program: Program, *sentences: str) -> None:
    """Every command that connects ends with exit 5 and the sentences; the copy stays as it is."""
    before = program.copy.read_bytes()
    for line in COMMANDS:
        result = program(*shlex.split(line))
        assert (result.stdout, result.code) == ("", 5), (line, result)
        for sentence in (*sentences, "Nothing was changed."):
            assert sentence in result.stderr, result.stderr
    assert program.copy.read_bytes() == before
    program.ok("--offline", "owe")


def test_a_server_that_went_back(home: Program, change: Callable[..., None]) -> None:
    change(*CUT)
    refuse_everywhere(
        home,
        "went back to an earlier state (it has 3 acts, this machine has seen 4)",
        f"with promisectl --ledger {home.copy} export --journal -o FILE, and see",
    )
    assert (
        home(
            "--ledger", str(home.copy), "export", "--journal", "-o", str(home.home / "seen.jsonl")
        ).code
        == 0
    )


def test_a_server_that_went_back_to_an_empty_ledger(
    home: Program, change: Callable[..., None]
) -> None:
    change(
        WITHOUT_GUARDS,
        *(f"DELETE FROM {table}" for table in ("act", "promise", "alias", "person", "entry")),
        "UPDATE head SET number = 0, hash = ''",
    )
    refuse_everywhere(home, "(it has 0 acts, this machine has seen 4)")


def test_a_server_whose_tables_are_gone(home: Program, change: Callable[..., None]) -> None:
    change("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    refuse_everywhere(home, "(it has 0 acts, this machine has seen 4)")


def test_a_server_that_went_back_and_on(
    home: Program, machine: Callable[[str], Program], change: Callable[..., None]
) -> None:
    """Another machine, which has not seen what is missing, went on from there."""
    change(
        WITHOUT_GUARDS,
        "DELETE FROM promise WHERE id = 2",
        "DELETE FROM entry WHERE id = 2",
        *CUT[1:],
    )
    change(
        WITHOUT_GUARDS,
        "DELETE FROM act WHERE number = 3",
        "UPDATE head SET number = 2, hash = (SELECT hash FROM act WHERE number = 2)",
        "DELETE FROM person WHERE id = 2",
    )
    other = machine("other")
    other.ok("make", "Something else", "--to", "kim")
    refuse_everywhere(home, "has a history that was rewritten")
    other.ok("note", "1", "and on")
    refuse_everywhere(home, "has a history that was rewritten")


def test_another_ledger(
    home: Program, machine: Callable[[str], Program], change: Callable[..., None]
) -> None:
    change("DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    machine("other").ok("make", "Water the plants", "--to", "me")
    refuse_everywhere(home, "holds another ledger")
    for number in range(6):
        machine(f"other-{number}").ok("note", "1", "more")
    refuse_everywhere(home, "holds another ledger")


def test_an_act_that_was_rewritten(home: Program, change: Callable[..., None]) -> None:
    """With another hash, which the machine has not seen."""
    change(
        WITHOUT_GUARDS,
        "UPDATE act SET hash = repeat('0', 64) WHERE number = 4",
        "UPDATE head SET hash = repeat('0', 64)",
    )
    refuse_everywhere(home, "has a history that was rewritten")


def test_a_head_that_was_changed_alone(home: Program, change: Callable[..., None]) -> None:
    change("UPDATE head SET hash = repeat('0', 64)")
    refuse_everywhere(home, "has a head that does not match its acts")


def test_a_head_that_was_put_back_alone(home: Program, change: Callable[..., None]) -> None:
    change("UPDATE head SET number = 3, hash = (SELECT hash FROM act WHERE number = 3)")
    refuse_everywhere(home, "(it has 3 acts, this machine has seen 4)")


def test_a_head_that_was_put_forward_alone(home: Program, change: Callable[..., None]) -> None:
    change("UPDATE head SET number = 9")
    refuse_everywhere(home, "has a head that does not match its acts")


def test_new_acts_whose_hashes_do_not_match(
    home: Program, machine: Callable[[str], Program], change: Callable[..., None]
) -> None:
    other = machine("other")
    other.ok("note", "1", "one")
    other.ok("note", "1", "two")
    change(
        WITHOUT_GUARDS,
        """UPDATE act SET body = replace(body, 'one', 'ONE') WHERE number = 5""",
    )
    refuse_everywhere(home, "has an act 5 that does not match its hash")


@pytest.mark.parametrize(
    "lost",
    [
        "act WHERE number = 5",
        "entry WHERE id = 3",
        "promise WHERE id = 3",
        "person WHERE id = 3",
        "entry",
        "promise",
        "person",
    ],
)
@pytest.mark.parametrize("is_new", [False, True])
def test_rows_that_are_missing(
    home: Program,
    machine: Callable[[str], Program],
    change: Callable[..., None],
    lost: str,
    is_new: bool,
) -> None:
    other = machine("other")
    other.ok("note", "1", "one")
    other.ok("make", "Water the plants", "--to", "kim")
    change(WITHOUT_GUARDS, f"DELETE FROM {lost}")
    program = machine("new") if is_new else home
    for line in ("owe", "export --journal", "make Run --to me", "undo"):
        result = program(*shlex.split(line))
        assert (result.stdout, result.code) == ("", 5), (line, result)
        assert "is damaged" in result.stderr or "does not match its hash" in result.stderr
    if not is_new:
        assert "Water the plants" not in home.ok("--offline", "list", "--all")
    else:
        assert not list(program.home.rglob("*.db"))


def test_a_head_that_is_missing(home: Program, change: Callable[..., None]) -> None:
    change("DELETE FROM head")
    for line in COMMANDS:
        result = home(*shlex.split(line))
        assert result.code == 5
        assert "is damaged: it has no head, which every ledger has" in result.stderr
    change("DROP TABLE head")
    for line in COMMANDS:
        result = home(*shlex.split(line))
        assert result.code == 5
        assert "has tables of another program" in result.stderr


def test_a_newer_step(
    home: Program,
    machine: Callable[[str], Program],
    change: Callable[..., None],
    postgres_server: PostgresServer,
    database: str,
) -> None:
    change("UPDATE head SET step = 99")
    before = fetch_server_rows(postgres_server, database)
    for program in (home, machine("other")):
        for line in COMMANDS:
            result = program(*shlex.split(line))
            assert (result.stdout, result.code) == ("", 5)
            assert "99" in result.stderr
            assert "newer" in result.stderr
    assert fetch_server_rows(postgres_server, database) == before


# Copies


def test_a_copy_that_was_deleted_is_fetched_again(
    home: Program, postgres_server: PostgresServer, database: str
) -> None:
    shown = home.ok("export", "--journal")
    home.copy.unlink()
    assert home.ok("export", "--journal") == shown
    home.copy.unlink()
    home.ok("accept", "1", "--note", "without a copy")
    compare_with_server(postgres_server, database, home.copy)


def test_a_copy_that_is_behind_by_much_is_brought_up_to_date(
    home: Program,
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
) -> None:
    old = home.home / "old.db"
    shutil.copyfile(home.copy, old)
    other = machine("other")
    other.ok("accept", "1")
    other.ok("person", "rename", "dana", "dk")
    other.ok("make", "Part", "--to", "dk", "--part-of", "1")
    other.ok("part", "3", "--alone")
    other.ok("undo")
    other.ok("undo")
    other.ok("redo")
    home.ok("owe")
    compare_with_server(postgres_server, database, home.copy)
    shutil.copyfile(old, home.copy)
    home.ok("note", "1", "more")
    compare_with_server(postgres_server, database, home.copy)


def test_a_copy_in_which_a_row_was_changed_is_found(home: Program) -> None:
    assert home("doctor").code == 0
    with closing(sqlite3.connect(home.copy)) as db:
        db.execute("UPDATE promise SET outcome = 'Send nothing' WHERE id = 1")
        db.commit()
    result = home("doctor")
    assert result.code == 5
    assert "row" in result.stdout
    assert "mv ~/" in result.stderr


def test_a_row_that_was_changed_on_the_server_is_found(
    home: Program, change: Callable[..., None]
) -> None:
    change("UPDATE promise SET outcome = 'Send nothing' WHERE id = 1")
    assert "Send nothing" not in home.ok("list", "--all")
    result = home("doctor")
    assert result.code == 5
    assert "same\twrong\t" in result.stdout
