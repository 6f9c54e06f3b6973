"""A server that does not answer, or that lets nobody in: what views and moves say then."""

import os
import re
import shlex
import socket
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

from tests.conftest import Program, library
from tests.remote.conftest import stop_server_clock
from tests.tools import postgres
from tests.tools.postgres import PostgresServer

VIEWS = (
    "owe",
    "list --all",
    "show 1",
    "log",
    "stats",
    "export --journal",
    "moves",
    "week",
    "people",
)
MOVES = ("make Run --to me", "accept 1", "bump 1 late", "undo", "person rename dana dk", "tag 1 x")


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    """A server that a test may end."""
    if postgres.find_programs() is None:
        pytest.skip("there is no PostgreSQL server on this machine")
    library("psycopg2")
    with postgres.start_server() as server:
        yield server


def test_after_the_server_was_stopped(
    machine: Callable[[str], Program], own_server: PostgresServer
) -> None:
    home, laptop = machine("home"), machine("laptop")
    for program in (home, laptop):
        program.environ["PROMISECTL_LEDGER"] = own_server.address("postgres")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    home.ok("note", "1", "before the server stopped")
    shown = {view: home.ok(*shlex.split(view)) for view in VIEWS}
    own_server.stop()
    os.utime(home.copy, (1795871520, 1795871520))  # 28 November 2026, 14:12 in Berlin
    before = home.copy.read_bytes()
    for view in VIEWS:
        result = home(*shlex.split(view))
        assert (result.stdout, result.code) == (shown[view], 0), view
        assert result.stderr.startswith("As of Sat 28 Nov, 14:12: can't reach the server ("), (
            result.stderr
        )
    for move in MOVES:
        result = home(*shlex.split(move))
        assert (result.stdout, result.code) == ("", 5), move
        assert "Can't reach postgresql://owner@/postgres" in result.stderr
        assert "Nothing was recorded." in result.stderr
        assert "Run the command again when the server answers." in result.stderr
    assert home.copy.read_bytes() == before
    result = laptop("owe")
    assert (result.stdout, result.code) == ("", 5)
    assert "This machine has no copy of postgresql://owner@/postgres" in result.stderr
    own_server.start()
    home.ok("accept", "1")
    assert laptop("owe").stderr == ""
    assert home.ok("export", "--journal") == laptop.ok("export", "--journal")


def test_a_prompt_shows_what_the_copy_has(
    machine: Callable[[str], Program], own_server: PostgresServer
) -> None:
    home = machine("home")
    home.environ["PROMISECTL_LEDGER"] = own_server.address("postgres")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    shown = [home("status"), home("completion", "bash", "--", "accept", "")]
    assert shown[0].stdout
    own_server.stop()
    assert [home("status"), home("completion", "bash", "--", "accept", "")] == shown
    assert "1" in shown[1].stdout


def test_offline_a_view_has_its_date_and_a_move_is_refused(
    machine: Callable[[str], Program],
) -> None:
    home, laptop = machine("home"), machine("laptop")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    shown = {view: home.ok(*shlex.split(view)) for view in VIEWS}
    laptop.ok("accept", "1")
    for before, words, setting in (
        ({}, ["--offline"], "--offline"),
        ({"PROMISECTL_OFFLINE": "1"}, [], "PROMISECTL_OFFLINE"),
    ):
        home.environ |= before
        for view in VIEWS:
            result = home(*words, *shlex.split(view))
            assert (result.stdout, result.code) == (shown[view], 0)
            assert re.fullmatch(r"As of .+, \d\d:\d\d\.\n|", result.stderr)
            assert bool(result.stderr) == ("json" not in view), view
        for move in MOVES:
            result = home(*words, *shlex.split(move))
            assert (result.stdout, result.code) == ("", 5), move
            assert "Moves need the server." in result.stderr
            assert setting in result.stderr
            assert "Nothing was recorded." in result.stderr
    home.environ.pop("PROMISECTL_OFFLINE")
    assert home.ok("export", "--journal") == laptop.ok("export", "--journal")


def test_offline_without_a_copy(machine: Callable[[str], Program]) -> None:
    home, laptop = machine("home"), machine("laptop")
    home.ok("make", "Send the Q3 numbers", "--to", "dana")
    result = laptop("--offline", "owe")
    assert (result.stdout, result.code) == ("", 5)
    assert "This machine has no copy of " in result.stderr
    assert "--offline" in result.stderr
    assert not list(laptop.home.rglob("*.db"))


def test_a_server_that_says_nothing_is_not_waited_for(machine: Callable[[str], Program]) -> None:
    home = machine("home")
    with socket.socket(socket.AF_UNIX) as silent:
        silent.bind(str(home.home / ".s.PGSQL.5432"))
        silent.listen()
        home.environ["PROMISECTL_LEDGER"] = f"postgresql:///x?host={home.home}"
        result = home("owe")
        assert result.code == 5
        assert "no answer within 2 seconds" in result.stderr
        result = home("make", "Run", "--to", "me")
        assert result.code == 5
        assert "no answer within 5 seconds" in result.stderr
        assert "Nothing was recorded." in result.stderr


@pytest.mark.parametrize(
    ("host", "is_doubtful"), [("db..example.org", True), ("127.0.0.1:1", False)]
)
def test_a_host_that_is_not_found_may_be_misspelled(
    machine: Callable[[str], Program], host: str, *, is_doubtful: bool
) -> None:
    home = machine("home")
    home.environ["PROMISECTL_LEDGER"] = f"postgresql://{host}/promises?sslmode=disable"
    for words in (["make", "Run", "--to", "me"], ["owe"]):
        result = home(*words)
        assert result.code == 5
        advice = "run the command again when the server answers."
        hint = f"Check the name of the host; if it is right, {advice}\n"
        expected = hint if is_doubtful else f" {advice[0].upper()}{advice[1:]}\n"
        assert result.stderr.endswith(expected), result.stderr


@pytest.fixture
def stuck(machine: Callable[[str], Program], address: str) -> Iterator[Program]:
    """A machine whose server connects, and then does not say where the ledger is.

    The server would end the wait with an error of its own, long after a view has given up.
    """
    home = machine("home")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    home.environ["PROMISECTL_LEDGER"] = f"{address}&options=-clock_timeout%3D9s"
    with closing(library("psycopg2").connect(address)) as other:
        other.cursor().execute("LOCK head IN ACCESS EXCLUSIVE MODE")
        yield home


def test_a_view_does_not_wait_for_a_server_that_connects_and_hangs(stuck: Program) -> None:
    result = stuck("owe")
    assert ("Send the Q3 numbers" in result.stdout, result.code) == (True, 0)
    assert result.stderr.startswith("As of ")
    assert result.stderr.endswith(": can't reach the server (no answer in time).\n")


def test_doctor_does_not_wait_for_it_either(stuck: Program) -> None:
    result = stuck("doctor")
    assert result.code == 5
    assert "server\twrong\tThe connection to " in result.stdout
    assert " broke (no answer in time)" in result.stdout


def test_a_copy_is_as_old_as_the_answer_by_the_clock_of_the_server(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home, laptop = machine("home"), machine("laptop")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    stop_server_clock(postgres_server, database, "2026-11-22T09:00:00Z")
    laptop.ok("owe")
    home.ok("note", "1", "It goes well")
    for program in (home, laptop):
        assert program("--offline", "owe").stderr == "As of Sun 22 Nov, 10:00.\n"
    stop_server_clock(postgres_server, database, "2026-11-22T11:30:00Z")
    home.ok("owe")  # there is nothing new
    assert home("--offline", "owe").stderr == "As of Sun 22 Nov, 12:30.\n"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("postgresql://owner@/missing?host={place}", "has no database “missing”"),
        ("postgresql://owner@/a%22b%0Ac?host={place}", 'has no database “a"b'),
        ("postgresql://unknown@/postgres?host={place}", "does not let unknown in"),
        ("postgresql://owner@/postgres?host={place}&port=1", "No such file or directory"),
        ("postgresql://owner@/postgres?host={place}/none", "No such file or directory"),
        ("postgresql://owner@/postgres?host={place}&nonsense=1", "is not the address of a ledger"),
        ("postgresql://owner@/postgres?host={place}&sslmode=nonsense", "nonsense"),
        ("postgresql://owner@/postgres?host={place}&options=-cnonsense%3D1", "nonsense"),
    ],
)
def test_what_is_wrong_is_said(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    address: str,
    sentence: str,
) -> None:
    home = machine("home")
    name = address.format(place=postgres_server.directory)
    home.environ["PROMISECTL_LEDGER"] = name
    for words in (["owe"], ["make", "Run", "--to", "me"]):
        result = home(*words)
        assert result.code in (2, 5), result
        assert sentence in result.stderr
        assert "Traceback" not in result.stderr
        assert not any(ord(one) < 32 for one in result.stderr.replace("\n", ""))
    assert not list(home.home.rglob("*.db"))


# A server that answers, and refuses


def test_where_there_is_a_copy_a_refused_view_names_it(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home, laptop = machine("home"), machine("laptop")
    postgres_server.run_sql("CREATE ROLE visitor LOGIN", database=database)
    address = postgres_server.address(database, user="visitor")
    hint = "Views show this machine's copy with --offline."
    home.ok("make", "Send the Q3 numbers", "--to", "me")
    shown = home.ok("owe")
    home.environ["PROMISECTL_LEDGER"] = laptop.environ["PROMISECTL_LEDGER"] = address

    def check(program: Program, sentence: str, *, is_named: bool) -> None:
        for words, may_name in ((["owe"], True), (["note", "1", "late"], False)):
            result = program(*words)
            assert (result.stdout, result.code) == ("", 5)
            assert sentence in result.stderr
            assert (hint in " ".join(result.stderr.split())) == (is_named and may_name)

    check(home, "permission denied", is_named=True)
    check(laptop, "permission denied", is_named=False)
    postgres_server.run_sql("ALTER ROLE visitor NOLOGIN", database=database)
    check(home, "does not let visitor in", is_named=True)
    postgres_server.run_sql("DROP ROLE visitor", database=database)
    check(home, "does not let visitor in", is_named=True)
    postgres_server.drop_database(database)
    home.environ["PROMISECTL_LEDGER"] = address.replace("visitor", "owner")
    check(home, "has no database", is_named=True)
    check(laptop, "does not let visitor in", is_named=False)
    assert home("--offline", "owe").stdout == shown
