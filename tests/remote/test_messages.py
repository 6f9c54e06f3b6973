"""How many messages a command sends to the server, counted in the log of the server itself."""

from collections.abc import Callable

import pytest

from tests.conftest import Program
from tests.tools.postgres import PostgresServer

Count = Callable[..., int]


@pytest.fixture
def count(postgres_server: PostgresServer, database: str) -> Count:
    """Run a command that succeeds, and count its messages; those with which it connects do not count."""
    for setting in ("log_statement = 'all'", "log_min_messages = 'log'"):
        postgres_server.run_sql(f'ALTER DATABASE "{database}" SET {setting}', database="postgres")
    log = postgres_server.directory / "log"

    def run_and_count(program: Program, *words: str) -> int:
        before = log.stat().st_size
        program.ok(*words)
        with log.open("rb") as file:
            file.seek(before)
            return file.read().count(b"LOG:  statement: ")

    return run_and_count


def test_round_trips(machine: Callable[[str], Program], count: Count) -> None:
    here, there = machine("here"), machine("there")
    assert count(here, "make", "Send the Q3 numbers", "--to", "dana") == 9  # creates it
    assert count(there, "owe") == 2  # the first: it fetches everything
    assert count(there, "owe") == 1
    assert count(there, "accept", "1") == 2
    assert count(there, "list", "--all") == 1
    assert count(here, "list", "--all") == 2  # behind
    assert count(here, "list", "--all") == 1
    assert count(here, "complete", "1") == 2
    assert count(there, "accept", "1") == 3  # behind
    assert count(here, "owe") == 2
    assert count(here, "make", "Fix the brake", "--from", "lee") == 3
    assert count(here, "make", "Run", "--to", "me") == 3
    assert count(here, "make", "Water the plants", "--to", "dana") <= 3
    assert count(there, "make", "Wash the car", "--to", "dana") == 4  # behind
    for view in ("show 1", "log", "stats", "moves", "week", "people", "export --journal"):
        count(here, *view.split())
        assert count(here, *view.split()) == 1, view
    assert count(here, "undo") == 2
    assert count(here, "redo") == 2
    assert count(here, "person", "rename", "dana", "dk") == 2
    assert count(here, "person", "alias", "dk", "boss") == 2


def test_a_prompt_and_completion_never_connect(
    machine: Callable[[str], Program], count: Count
) -> None:
    home, laptop = machine("home"), machine("laptop")
    for program in (laptop, home):
        assert count(program, "status") == 0
        assert count(program, "completion", "bash", "--", "accept", "") == 0
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri")
    assert count(home, "status") == 0
    assert count(home, "completion", "bash", "--", "accept", "") == 0
    assert count(laptop, "status") == 0
    assert not list(laptop.home.rglob("*.db"))


def test_offline_never_connects(machine: Callable[[str], Program], count: Count) -> None:
    home = machine("home")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri")
    assert count(home, "owe", "--offline") == 0
    home.environ["PROMISECTL_OFFLINE"] = "1"
    assert count(home, "owe") == 0
    assert count(home, "show", "1") == 0
    home.environ["PROMISECTL_OFFLINE"] = "0"
    assert count(home, "owe") == 1
