"""A standby: a server that follows another, answers questions, and takes no moves until it is promoted."""

import shlex
from collections.abc import Callable, Iterator

import pytest

from tests.conftest import Program
from tests.remote.conftest import copy_of
from tests.remote.rows import compare_with_server
from tests.remote.standby import start_standby
from tests.tools import postgres
from tests.tools.postgres import PostgresServer

VIEWS = ("owe", "list --all", "show 1", "log", "export --journal")
STANDBY = "that is a standby, which takes no moves"
MOVES = ("make Run --to me", "accept 1", "undo", "person rename dana dk", "doctor --fix")


@pytest.fixture(scope="module")
def primary() -> Iterator[PostgresServer]:
    """A server that a standby copies as a whole."""
    from tests.conftest import check_server_programs

    check_server_programs()
    with postgres.start_server() as server:
        yield server


def test_a_standby_shows_all_and_takes_no_moves(
    machine: Callable[[str], Program], primary: PostgresServer
) -> None:
    home, laptop = machine("home"), machine("laptop")
    name = primary.create_database()
    home.environ["PROMISECTL_LEDGER"] = primary.address(name)
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    with start_standby(primary) as standby:
        laptop.environ["PROMISECTL_LEDGER"] = standby.address(name)
        for view in VIEWS:
            assert laptop.ok(*shlex.split(view)) == home.ok(*shlex.split(view)), view
        for move in MOVES:
            result = laptop(*shlex.split(move))
            assert (result.stdout, result.code) == ("", 5), move
            assert " is only for reading (" in result.stderr, result.stderr
            assert "Nothing was changed." in result.stderr
            assert "target_session_attrs=read-write" in result.stderr
        assert laptop.ok("export", "--journal") == home.ok("export", "--journal")
        assert STANDBY in laptop.ok("doctor")
        standby.promote()
        assert STANDBY not in laptop.ok("doctor")
        laptop.ok("accept", "1")
        compare_with_server(standby, name, laptop.copy)


def test_a_standby_without_a_ledger_creates_none(
    machine: Callable[[str], Program], primary: PostgresServer
) -> None:
    home = machine("home")
    name = primary.create_database()
    with start_standby(primary) as standby:
        home.environ["PROMISECTL_LEDGER"] = standby.address(name)
        result = home("make", "Run", "--to", "me")
        assert (result.stdout, result.code) == ("", 5)
        assert "is only for reading (" in result.stderr


def test_of_several_servers_moves_find_the_one_that_takes_them(
    machine: Callable[[str], Program], primary: PostgresServer
) -> None:
    home = machine("home")
    name = primary.create_database()
    home.environ["PROMISECTL_LEDGER"] = primary.address(name)
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    with start_standby(primary) as standby:
        hosts = f"{standby.directory},{primary.directory}"
        both = f"postgresql://owner@/{name}?host={hosts}&target_session_attrs=read-write"
        home.environ["PROMISECTL_LEDGER"] = both
        home.ok("accept", "1")
        primary.stop()
        result = home("owe")
        assert result.code == 0
        assert "can't reach the server (session is read-only)" in result.stderr
        result = home("note", "1", "hm")
        assert (result.stdout, result.code) == ("", 5)
        assert "Nothing was recorded." in result.stderr
        primary.start()
        home.ok("note", "1", "hm")


def test_a_standby_that_lags_behind_has_not_gone_back(
    machine: Callable[[str], Program], primary: PostgresServer
) -> None:
    """It has less than this machine has seen; that the server lost it is known once it takes moves."""
    home = machine("home")
    name, empty = primary.create_database(), primary.create_database()
    for database in (name, empty):
        home.environ["PROMISECTL_LEDGER"] = primary.address(database)
        if database == name:
            home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    with start_standby(primary) as standby:
        for database, words, there, here in (
            (name, "accept 1", 2, 3),
            (empty, "make Run --to me", 0, 1),
        ):
            home.environ["PROMISECTL_LEDGER"] = primary.address(database)
            home.ok(*shlex.split(words))
            seen = {view: home.ok(*shlex.split(view)) for view in VIEWS}
            before = copy_of(home).read_bytes()
            home.environ["PROMISECTL_LEDGER"] = standby.address(database)
            copy_of(home).write_bytes(before)
            copy_of(home).chmod(0o600)
            for view in VIEWS:
                result = home(*shlex.split(view))
                assert (result.stdout, result.code) == (seen[view], 0), view
                assert (
                    f"(a standby answers that is at act {there}, and this machine is at act {here})"
                    in result.stderr
                )
            result = home("note", "1", "hm")
            assert (result.stdout, result.code) == ("", 5)
            assert "went back" not in result.stderr
            result = home("doctor")
            assert result.code == 5
            assert f"a standby answers that is at act {there}" in result.stdout
            assert copy_of(home).read_bytes() == before
        standby.promote()
        result = home("owe")
        assert result.code == 5
        assert "went back to an earlier state (it has 0 acts" in result.stderr
