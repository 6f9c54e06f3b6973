"""What the tests share: a home of its own for each, and a way to run the program and see all that a person sees."""

import io
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

import pytest
from hypothesis import settings

from promisectl.cli.main import run_command_line
from tests.tools import postgres

MONDAY = "2026-11-23T10:00"
_NEED_ALL = bool(
    os.environ.get("PROMISECTL_TESTS_NEED_ALL")
)  # looked up now: tests run without the variables of the program

settings.register_profile("ci", derandomize=True, max_examples=50, deadline=None, print_blob=False)
settings.register_profile("long", max_examples=20_000, deadline=None)
signal.signal(
    signal.SIGINT, signal.default_int_handler
)  # who starts the tests in the background may have signals ignored by all below
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)
LONG = os.environ.get("PROMISECTL_LONG") == "1"
"""Whether as much as possible is to be tried, however long it takes."""
settings.load_profile("long" if LONG else "ci")


def _memory() -> str | None:
    """A directory in memory with room for all that the tests write: there a ledger waits for no disk. Not where somebody names another."""
    place = "/dev/shm"
    room = 2 << 30
    named = any(os.environ.get(name) for name in ("TMPDIR", "PYTEST_DEBUG_TEMPROOT"))
    there = (
        not named
        and os.path.isdir(place)
        and os.access(place, os.W_OK)
        and shutil.disk_usage(place).free > room
    )
    return place if there else None


if _memory():
    os.environ["PYTEST_DEBUG_TEMPROOT"] = str(_memory())


_FOREIGN = (
    "FORCE_COLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "LINES",
    "PYTHONIOENCODING",
    "CLICOLOR",
    "PAGER",
    "PROMISECTL_CONFIG",
    "PROMISECTL_PAGER",
    "PROMISECTL_PLAIN",
    "LESS",
    "LV",
)


class Result(NamedTuple):
    """All that a command leaves: what it printed, where, and its exit code."""

    stdout: str
    stderr: str
    code: int


class _Stream(io.TextIOWrapper):
    def __init__(self, *, tty: bool, text: str | bytes = "") -> None:
        super().__init__(
            io.BytesIO(text.encode() if isinstance(text, str) else text),
            encoding="utf-8",
            newline="",
        )
        self._tty = tty

    def isatty(self) -> bool:
        return self._tty

    def text(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()  # type: ignore[attr-defined,no-any-return]


class Program:
    """Runs command lines as the console script would, in this process, in a home of their own.

    `environ` holds the variables in which this home differs from that of the fixture `program`.
    """

    def __init__(
        self, home: Path, patch: pytest.MonkeyPatch, environ: Mapping[str, str] | None = None
    ) -> None:
        self.home = home
        self.environ = dict(environ or {})
        self._patch = patch

    @property
    def ledger(self) -> Path:
        """Where the ledger is kept."""
        return self.home / "data" / "promisectl" / "ledger.db"

    @property
    def copy(self) -> Path:
        """Where the copy of a ledger on a server is kept, of which there has to be one."""
        (path,) = (self.home / "data" / "promisectl" / "copies").glob("*.db")
        return path

    def __call__(
        self,
        *words: str,
        today: str | None = None,
        width: int | None = None,
        answers: str | None = None,
        piped: str | bytes = "",
    ) -> Result:
        """Run one command. `width` puts it at a terminal of so many columns; `answers` is typed at it; `today` is the moment.

        `piped` comes in on stdin where nobody types.
        """
        asked = answers is not None
        streams = (
            _Stream(tty=asked, text=answers or piped),
            _Stream(tty=width is not None),
            _Stream(tty=asked),
        )
        with self._patch.context() as patch:
            for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            for name, value in self.environ.items():
                patch.setenv(name, value)
            if today:
                patch.setenv("PROMISECTL_TODAY", today)
            if width:
                patch.setenv("COLUMNS", str(width))
            code = run_command_line(words)
            return Result(streams[1].text(), streams[2].text(), code)

    def ok(
        self,
        *words: str,
        today: str | None = None,
        width: int | None = None,
        answers: str | None = None,
        piped: str | bytes = "",
    ) -> str:
        """What a command that has to succeed prints on stdout."""
        result = self(*words, today=today, width=width, answers=answers, piped=piped)
        assert result.code == 0, result
        return result.stdout


def remembered(build: Callable[[Program], Program]) -> Callable[[Program], Program]:
    """For a fixture that fills a home: it is filled once, and copied from then on."""

    @wraps(build)
    def filled(program: Program) -> Program:
        kept = program.home.parent / f"{build.__module__}.{build.__name__}"
        if kept.exists():
            shutil.copytree(kept, program.home, dirs_exist_ok=True)
        else:
            build(program)
            shutil.copytree(program.home, kept)
        return program

    return filled


def skip_or_fail(why: str) -> NoReturn:
    """Skip a test, or let it fail if all that tests need has to be here."""
    (pytest.fail if _NEED_ALL else pytest.skip)(why)
    raise AssertionError(why)


def tool(name: str) -> str:
    """The path of a program that a test needs. Where it is missing the test is skipped, or fails if all of them have to be there."""
    path = shutil.which(name)
    if path:
        return path
    return skip_or_fail(f"{name} is not on this machine")


def library(name: str) -> Any:
    """A module of another project that a test needs. Where it is missing the test, or all of a file, is skipped as with `tool`."""
    try:
        return import_module(name)
    except ImportError:
        if _NEED_ALL:
            raise
        pytest.skip(f"{name} is not installed", allow_module_level=True)


def check_server_programs() -> None:
    """Skip a test that needs a PostgreSQL server where there is none, or fail if all programs have to be here."""
    if postgres.find_programs() is None:
        skip_or_fail("there is no PostgreSQL server on this machine")
    library("psycopg2")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.PostgresServer]:
    """A PostgreSQL server, started for the first test of this process that needs one."""
    check_server_programs()
    with postgres.start_server() as server:
        yield server


@pytest.fixture
def database(postgres_server: postgres.PostgresServer) -> Iterator[str]:
    """The name of an empty database on the server."""
    name = postgres_server.create_database()
    yield name
    postgres_server.drop_database(name)


@pytest.fixture
def address(postgres_server: postgres.PostgresServer, database: str) -> str:
    """The address of an empty database on the server."""
    return postgres_server.address(database)


@pytest.fixture
def machine(
    program: Program, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Program]:
    """Make a machine: the program in a home of its own, with the ledger of the fixture `address`."""

    def make_machine(name: str) -> Program:
        home = tmp_path / name
        home.mkdir()
        variables = {"HOME": "", "XDG_DATA_HOME": "data"}
        variables |= {"XDG_CONFIG_HOME": "config", "XDG_STATE_HOME": "state"}
        environ = {key: str(home / value) for key, value in variables.items()}
        return Program(home, monkeypatch, environ | {"PROMISECTL_LEDGER": address})

    del program  # its environment is that of every machine
    return make_machine


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    """The program in an empty home on Monday 23 November 2026, 10:00, in Berlin, without colour."""
    for name in list(os.environ):
        if name.startswith(("PROMISECTL_", "XDG_")) or name in _FOREIGN:
            monkeypatch.delenv(name)
    for name, value in {
        "HOME": "",
        "XDG_DATA_HOME": "data",
        "XDG_CONFIG_HOME": "config",
        "XDG_STATE_HOME": "state",
    }.items():
        monkeypatch.setenv(name, str(tmp_path / value))
    for name, value in {
        "TZ": "Europe/Berlin",
        "NO_COLOR": "1",
        "TERM": "xterm",
        "PROMISECTL_TODAY": MONDAY,
    }.items():
        monkeypatch.setenv(name, value)
    before = os.umask(0o077), signal.getsignal(signal.SIGINT)
    yield Program(tmp_path, monkeypatch)
    os.umask(before[0])
    signal.signal(signal.SIGINT, before[1])
