"""A pooler before the server (pgbouncer): the ways of pooling that work, and what it refuses."""

import os
import pwd
import shlex
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from tests.conftest import Program
from tests.remote.conftest import copy_of
from tests.remote.rows import compare_with_server
from tests.tools.postgres import PostgresServer

_PORT = 6432
_START_SECONDS = 30


def _find_user() -> dict[str, Any]:
    """As whom to run: pgbouncer does not run as root."""
    if os.geteuid() != 0:
        return {}
    group = pwd.getpwnam("nobody").pw_gid
    return {"user": "nobody", "group": group, "extra_groups": []}


@contextmanager
def start_pooler(server: PostgresServer, **settings: str) -> Iterator[None]:
    """A pooler that listens beside a server, at port 6432, and ends with the block."""
    program = which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        pytest.skip("pgbouncer is not on this machine")
    directory = server.directory
    lines = ["[databases]", f"* = host={directory} user=owner", "[pgbouncer]", "auth_type = any"]
    lines += [f"unix_socket_dir = {directory}", f"listen_port = {_PORT}"]
    lines += [f"{name} = {value}" for name, value in settings.items()]
    file = directory / "pgbouncer.ini"
    file.write_text("\n".join(lines), encoding="utf-8")
    file.chmod(0o644)
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        [program, "-q", str(file)], stdin=quiet, stdout=quiet, stderr=quiet, cwd="/", **_find_user()
    ) as process:
        try:
            _wait_for(directory / f".s.PGSQL.{_PORT}", process)
            yield
        finally:
            process.terminate()


def _wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    """Wait until a socket answers; one that an earlier pooler left behind does not."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        with socket.socket(socket.AF_UNIX) as client, suppress(OSError):
            client.connect(str(path))
            return
        assert process.poll() is None, "pgbouncer ended"
        assert time.monotonic() < deadline, "pgbouncer does not listen"
        time.sleep(0.02)


@pytest.fixture
def pool(postgres_server: PostgresServer) -> Iterator[Callable[..., None]]:
    """Starts a pooler before the server, with settings."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(start_pooler(postgres_server, **settings))


@pytest.mark.parametrize("mode", ["session", "transaction"])
def test_two_machines_take_turns_through_a_pooler(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    address: str,
    pool: Callable[..., None],
    mode: str,
) -> None:
    pool(pool_mode=mode, default_pool_size="1")
    home, laptop = machine("home"), machine("laptop")
    for program in (home, laptop):
        program.environ["PROMISECTL_LEDGER"] = f"{address}&port={_PORT}"
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    laptop.ok("negotiate", "1", "--mine", "--by", "sat")
    home.ok("accept", "1")
    laptop.ok("undo")
    home.ok("redo")
    assert home.ok("export", "--journal") == laptop.ok("export", "--journal")
    for program in (home, laptop):
        program.ok("doctor")
        compare_with_server(postgres_server, database, program.copy)


def test_a_pooler_that_ends_transactions_with_each_statement_is_refused(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    address: str,
    pool: Callable[..., None],
) -> None:
    """Also for a view: it would show an old copy for ever, as if the server did not answer."""
    home = machine("home")
    home.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    before = postgres_server.run_sql("SELECT number, hash FROM head", database=database)
    direct = home.copy
    pool(pool_mode="statement")
    home.environ["PROMISECTL_LEDGER"] = f"{address}&port={_PORT}"
    for has_copy in (False, True):
        if has_copy:
            copy_of(home).write_bytes(direct.read_bytes())
            copy_of(home).chmod(0o600)
        for words in ("owe", "show 1", "note 1 hm", "make Run --to me", "undo", "owe", "undo"):
            result = home(*shlex.split(words))
            assert (result.stdout, result.code) == ("", 5), words
            assert "is a pooler that ends every transaction" in result.stderr, result.stderr
            assert "pool_mode = transaction" in result.stderr
            assert "Nothing was changed." in result.stderr
            assert ("--offline" in result.stderr) == (has_copy and words in ("owe", "show 1"))
        result = home("doctor")
        assert result.code == 5
        assert "is a pooler that ends every transaction" in result.stdout, result.stdout
        assert "pool_mode = transaction" in result.stdout
    assert postgres_server.run_sql("SELECT number, hash FROM head", database=database) == before


def test_a_pooler_that_takes_no_options_is_told_apart_from_a_wrong_password(
    machine: Callable[[str], Program], address: str, pool: Callable[..., None]
) -> None:
    pool(pool_mode="transaction")
    home = machine("home")
    home.environ["PROMISECTL_LEDGER"] = f"{address}&port={_PORT}&options=-csearch_path%3Dband"
    for words in ("owe", "make Run --to me"):
        result = home(*shlex.split(words))
        assert (result.stdout, result.code) == ("", 5), words
        assert "unsupported startup parameter" in result.stderr
        assert "Leave options out, and let the role have the schema" in result.stderr


@pytest.mark.parametrize("path", ["band", "band,choir", "%22band%22"])
def test_a_pooler_that_drops_the_schema_of_the_address_opens_no_other_ledger(
    machine: Callable[[str], Program],
    postgres_server: PostgresServer,
    database: str,
    address: str,
    pool: Callable[..., None],
    path: str,
) -> None:
    postgres_server.run_sql("CREATE SCHEMA band", database=database)
    pool(pool_mode="transaction", ignore_startup_parameters="options")
    home, laptop = machine("home"), machine("laptop")
    laptop.environ["PROMISECTL_LEDGER"] = f"{address}&port={_PORT}&options=-csearch_path%3D{path}"
    for has_ledger in (False, True):
        if has_ledger:
            home.ok("make", "Send the Q3 numbers", "--to", "dana")
        for words in ("make Run --to me", "owe"):
            result = laptop(*shlex.split(words))
            assert (result.stdout, result.code) == ("", 2), words
            assert (
                "its search_path has no effect, and the ledger would be in public" in result.stderr
            )
    assert home.ok("list").count("\n") == 1
    home.environ["PROMISECTL_LEDGER"] = f"{address}&options=-csearch_path%3D{path}"
    home.ok("make", "Run", "--to", "me")  # without the pooler


@pytest.mark.parametrize(
    "path", ["%22$user%22,public", "band,public", "PUBLIC", r"band,\%20public", "public"]
)
def test_a_schema_of_the_address_that_has_an_effect(
    machine: Callable[[str], Program], address: str, path: str
) -> None:
    home = machine("home")
    home.environ["PROMISECTL_LEDGER"] = f"{address}&options=-csearch_path%3D{path}"
    home.ok("make", "Run", "--to", "me")
    assert home.ok("list").count("\n") == 1
