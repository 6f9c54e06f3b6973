"""What the fork server runs is what a real process would be: what it prints, how it ends, and that nothing is left for the next one."""

import fcntl
import locale
import os
import pty
import resource
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests import forked
from tests.forked import Done, Server
from tests.replay import _heard

REAL = [sys.executable, "-m", "promisectl"]
ROOT = Path(forked.__file__).parent.parent


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def env(tmp_path: Path, server: Server) -> dict[str, str]:
    world = {"HOME": str(tmp_path), "TZ": "Europe/Berlin", "PROMISECTL_TODAY": "2026-11-23T10:00", "LC_ALL": "C.UTF-8", "TERM": "xterm"}
    world |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    made = server.run(["make", "Send “Q3” to Zoë", "--to", "Zoë", "--by", "fri", "--agreed"], env=world)
    assert made.code == 0, made
    return world


def _really(words: Sequence[str | bytes], env: dict[str, str], given: bytes = b"") -> Done:
    done = subprocess.run([*REAL, *words], env=env, input=given, capture_output=True, check=False)
    return Done(done.stdout.decode(errors="surrogateescape"), done.stderr.decode(errors="surrogateescape"), done.returncode)


@pytest.mark.parametrize(
    "words",
    [
        ["owe"],
        ["list", "--json"],
        ["show", "1"],
        ["--help"],
        ["make", "--help"],
        ["accept", "9"],
        ["acept"],
        ["list", b"\xff"],
        ["--today", "2026-12-24", "moves", "--exit-code"],
        ["guide", "start"],
        ["week", "--weeks", "many"],
    ],
    ids=str,
)
def test_a_command_prints_what_a_real_one_prints_and_ends_like_it(server: Server, env: dict[str, str], words: list[str | bytes]) -> None:
    assert server.run(words, env=env) == _really(words, env)


@pytest.mark.parametrize(
    "world",
    [
        {"TZ": "Asia/Tokyo"},
        {"TZ": ""},
        {"PROMISECTL_TODAY": "2026-12-24"},
        {"PROMISECTL_TODAY": "no day"},
        {"LC_ALL": "C"},
        {"LC_ALL": "POSIX"},
        {"LC_ALL": "", "LANG": "C"},
        {"LC_ALL": "", "LC_CTYPE": "xx_XX.ISO-8859-1"},
        {"LC_ALL": "xx_XX"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1:replace"},
        {"PYTHONIOENCODING": ":ignore"},
        {"PYTHONIOENCODING": "latin-1", "LC_ALL": "C"},
        {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"},
        {"PYTHONUTF8": "1"},
        {"FORCE_COLOR": "1"},
        {"XDG_DATA_HOME": "/nowhere"},
    ],
    ids=str,
)
def test_the_environment_counts_as_for_a_real_one(server: Server, env: dict[str, str], world: dict[str, str]) -> None:
    for words in (["show", "1"],):
        assert server.run(words, env=env | world) == _really(words, env | world)


def tell() -> None:
    """A mutant that says what it finds of the world, and does nothing else."""
    from promisectl import edge

    def found(words: Sequence[str]) -> int:
        streams = [one and (one.encoding, one.errors, one.line_buffering, one.name, one.mode, one.isatty()) for one in (sys.stdin, sys.stdout, sys.stderr)]
        limits = {name: resource.getrlimit(getattr(resource, name)) for name in dir(resource) if name.startswith("RLIMIT_")}
        signals = {number.name: str(signal.getsignal(number)) for number in signal.Signals}
        descriptors = [number for number in range(64) if _open(number)]
        masks = [oct(os.umask(0)), *signal.pthread_sigmask(signal.SIG_BLOCK, [])]
        world = dict(sorted(os.environ.items())), os.getcwd(), sys.getfilesystemencoding(), locale.getpreferredencoding(False), locale.getencoding()
        os.write(1, "\n".join(map(repr, [streams, limits, signals, descriptors, masks, *world, list(words), ""])).encode())
        return 7

    edge.main = found


def _open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


TELLS = [sys.executable, "-c", "from tests.forked import be; be('tests.test_forked:tell')", "ü"]


@pytest.mark.parametrize("world", [{}, {"LC_ALL": "C"}, {"LC_ALL": "C.UTF-8"}, {"LC_CTYPE": "POSIX"}, {"PYTHONIOENCODING": "ascii"}], ids=str)
@pytest.mark.parametrize("columns", [None, 40])
def test_the_world_is_that_of_whoever_asks(server: Server, world: dict[str, str], columns: int | None, tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}", "TZ": "Asia/Tokyo", **world}

    def forks(stream: int) -> int:
        return server.start(["ü"], env=env, cwd=tmp_path, stdin=stream, stdout=stream, stderr=stream, mutant="tests.test_forked:tell").wait(30)

    def spawns(stream: int) -> int:
        return subprocess.run(TELLS, env=env, cwd=tmp_path, stdin=stream, stdout=stream, stderr=stream, check=False, umask=0o022).returncode

    told = _shown(forks, columns)
    assert told.count("\n") == 11
    assert told == _shown(spawns, columns)


def _shown(runs: Callable[[int], int], columns: int | None) -> str:
    """What is written to a terminal so wide, or a pipe, and the exit code."""
    ours, theirs = pty.openpty() if columns else os.pipe()
    if columns:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    try:
        code = runs(theirs)
    finally:
        os.close(theirs)
    said = b"".join(_heard(ours)).decode()
    os.close(ours)
    return f"{said}{code}"


@pytest.mark.parametrize("columns", [40, 80, 132])
@pytest.mark.parametrize("words", [["list"], ["show", "1"], ["stats"], ["make", "--help"], ["accept", "9"]], ids=str)
def test_a_terminal_is_a_terminal(server: Server, env: dict[str, str], words: list[str], columns: int) -> None:
    def forks(stream: int) -> int:
        return server.start(words, env=env, stdin=stream, stdout=stream, stderr=stream).wait(30)

    def spawns(stream: int) -> int:
        return subprocess.run([*REAL, *words], env=env, stdin=stream, stdout=stream, stderr=stream, check=False).returncode

    shown = _shown(forks, columns)
    assert shown == _shown(spawns, columns)
    assert max(map(len, shown.split("\r\n"))) <= columns + len("\x1b[1m\x1b[0m") * 9


# Streams that are closed, full or left


def test_closed_streams_and_a_full_one_are_met_as_by_a_real_one(server: Server, env: dict[str, str]) -> None:
    for line in (">&-", "2>&-", "<&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "| true"):
        for words in ("list", "make y --to dana --by fri", "accept 9"):
            lines = [f"{program} {words} {line}; echo $? ${{PIPESTATUS[@]}}" for program in ("promisectl", "real")]
            assert _line(server, lines[0], env) == _line(server, lines[1], env).replace("#3", "#2"), lines[0]


def _line(server: Server, line: str, env: dict[str, str], given: bytes = b"") -> str:
    """What a line of bash prints, where `promisectl` is the client of the server and `real` a real process."""
    home = Path(env["HOME"])
    if not (home / "promisectl").exists():
        server.client(home)
        (home / "real").write_text(f'#!/bin/sh\nexec {sys.executable} -m promisectl "$@"\n')
        (home / "real").chmod(0o755)
    world = env | {"PATH": f"{home}:{env['PATH']}"}
    done = subprocess.run(["bash", "-c", line], env=world, cwd=home, input=given, capture_output=True, check=False, timeout=60)
    return f"{done.stdout.decode()}|{done.stderr.decode()}|{done.returncode}"
