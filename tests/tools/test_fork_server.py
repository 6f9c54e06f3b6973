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

from tests.tools import fork_server
from tests.tools.fork_server import Done, Server
from tests.tools.replay import _heard, named

REAL = [sys.executable, "-m", "promisectl"]
ROOT = Path(fork_server.__file__).parents[2]


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server() as server:
        yield server


@pytest.fixture
def env(tmp_path: Path, server: Server) -> dict[str, str]:
    world = {
        "HOME": str(tmp_path),
        "TZ": "Europe/Berlin",
        "PROMISECTL_TODAY": "2026-11-23T10:00",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }
    world |= {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    made = server.run(
        ["make", "Send “Q3” to Zoë", "--to", "Zoë", "--by", "fri", "--agreed"], env=world
    )
    assert made.code == 0, made
    return world


def _really(words: Sequence[str | bytes], env: dict[str, str], given: bytes = b"") -> Done:
    done = subprocess.run([*REAL, *words], env=env, input=given, capture_output=True, check=False)
    return Done(
        done.stdout.decode(errors="surrogateescape"),
        done.stderr.decode(errors="surrogateescape"),
        done.returncode,
    )


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
def test_a_command_prints_what_a_real_one_prints_and_ends_like_it(
    server: Server, env: dict[str, str], words: list[str | bytes]
) -> None:
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
def test_the_environment_counts_as_for_a_real_one(
    server: Server, env: dict[str, str], world: dict[str, str]
) -> None:
    for words in (["show", "1"],):
        assert server.run(words, env=env | world) == _really(words, env | world)


def tell() -> None:
    """A mutant that says what it finds of the world, and does nothing else."""
    from promisectl.cli import main

    def found(words: Sequence[str]) -> int:
        streams = [
            one and (one.encoding, one.errors, one.line_buffering, one.name, one.mode, one.isatty())
            for one in (sys.stdin, sys.stdout, sys.stderr)
        ]
        limits = {
            name: resource.getrlimit(getattr(resource, name))
            for name in dir(resource)
            if name.startswith("RLIMIT_")
        }
        signals = {number.name: str(signal.getsignal(number)) for number in signal.Signals}
        descriptors = [number for number in range(64) if _open(number)]
        masks = [oct(os.umask(0)), *signal.pthread_sigmask(signal.SIG_BLOCK, [])]
        world = (
            dict(sorted(os.environ.items())),
            os.getcwd(),
            sys.getfilesystemencoding(),
            locale.getpreferredencoding(False).lower(),
        )
        os.write(
            1,
            "\n".join(
                map(repr, [streams, limits, signals, descriptors, masks, *world, list(words), ""])
            ).encode(),
        )
        return 7

    main.run_command_line = found


def _open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


TELLS = [
    sys.executable,
    "-c",
    "from tests.tools.fork_server import be; be('tests.tools.test_fork_server:tell')",
    "ü",
]


@pytest.mark.parametrize(
    "world",
    [
        {},
        {"LC_ALL": "C"},
        {"LC_ALL": "C.UTF-8"},
        {"LC_CTYPE": "POSIX"},
        {"PYTHONIOENCODING": "ascii"},
    ],
    ids=str,
)
@pytest.mark.parametrize("columns", [None, 40])
def test_the_world_is_that_of_whoever_asks(
    server: Server, world: dict[str, str], columns: int | None, tmp_path: Path
) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "TZ": "Asia/Tokyo",
        **world,
    }

    def forks(stream: int) -> int:
        return server.start(
            ["ü"],
            env=env,
            cwd=tmp_path,
            stdin=stream,
            stdout=stream,
            stderr=stream,
            mutant="tests.tools.test_fork_server:tell",
        ).wait(30)

    def spawns(stream: int) -> int:
        return subprocess.run(
            TELLS,
            env=env,
            cwd=tmp_path,
            stdin=stream,
            stdout=stream,
            stderr=stream,
            check=False,
            umask=0o022,
        ).returncode

    told = _shown(forks, columns)
    assert told.count("\n") == 10
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


@pytest.mark.parametrize("columns", [40, 132])
@pytest.mark.parametrize(
    "words", [["list"], ["show", "1"], ["stats"], ["make", "--help"], ["accept", "9"]], ids=str
)
def test_a_terminal_is_a_terminal(
    server: Server, env: dict[str, str], words: list[str], columns: int
) -> None:
    def forks(stream: int) -> int:
        return server.start(words, env=env, stdin=stream, stdout=stream, stderr=stream).wait(30)

    def spawns(stream: int) -> int:
        return subprocess.run(
            [*REAL, *words], env=env, stdin=stream, stdout=stream, stderr=stream, check=False
        ).returncode

    shown = _shown(forks, columns)
    assert shown == _shown(spawns, columns)
    assert max(map(len, shown.split("\r\n"))) <= columns + len("\x1b[1m\x1b[0m") * 9


# The client, in lines of bash


def _line(server: Server, line: str, env: dict[str, str], given: bytes = b"") -> str:
    """What a line of bash prints, where `promisectl` is the client of the server and `real` a real process."""
    home = Path(env["HOME"])
    if not (home / "promisectl").exists():
        server.client(home)
        (home / "real").write_text(
            f"#!{sys.executable}\nfrom promisectl.__main__ import main\nmain()\n"
        )
        (home / "real").chmod(0o755)
    world = env | {"PATH": f"{home}:{env['PATH']}"}
    done = subprocess.run(
        ["bash", "-c", line],
        env=world,
        cwd=home,
        input=given,
        capture_output=True,
        check=False,
        timeout=60,
    )
    said = (done.stdout + b"|" + done.stderr).decode(errors="backslashreplace")
    return f"{said}|{done.returncode}"


CLOSED = "promisectl make y --to lee --by fri {0}; echo $? ${{PIPESTATUS[@]}}; promisectl list {0}; echo $?"


@pytest.mark.parametrize(
    "line",
    [
        *map(CLOSED.format, (">&-", "2>&-", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full", "| true")),
        "promisectl list | cut -f 1,3; promisectl nonesuch; echo $?",
        'promisectl import --format json <(echo \'[{"outcome": "Call the bank", "to": "lee"}]\') --check; echo $?',
        "TZ=Asia/Tokyo LC_ALL=C promisectl show 1",
        "mkdir gone; cd gone; rmdir ../gone; promisectl list; echo $?",
        "promisectl note 1 'a b  c*' && promisectl note 1 '' ; echo $? $'\\xff'; promisectl note 1 $'\\xff'; echo $?",
        "(ulimit -f 1; trap '' XFSZ; promisectl export > out; echo $?; wc -c < out)",
        "umask 000; promisectl export -o there.csv; stat -c %a there.csv",
        "exec 5>there; echo 1 >&5; promisectl path >&5; cat there",
        "promisectl make - < /dev/null; echo $?",
    ],
)
def test_a_line_of_bash_runs_as_with_a_real_program(
    server: Server, env: dict[str, str], line: str, tmp_path: Path
) -> None:
    said = []
    for name in ("promisectl", "real"):
        home = tmp_path / name[:4]
        (home / ".local/share").mkdir(parents=True)
        world = env | {"HOME": str(home)}
        server.run(
            ["make", "Send “Q3” to Zoë", "--to", "Zoë", "--by", "fri", "--agreed"], env=world
        )
        shown = (
            _line(server, line.replace("promisectl", name), world)
            .replace(str(home), "~")
            .replace("real", "promisectl")
        )
        said.append(named(shown))
    assert said[0] == said[1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_signal_to_the_client_reaches_the_command(
    server: Server, env: dict[str, str], number: int
) -> None:
    client = server.client(Path(env["HOME"]))
    with subprocess.Popen(
        [client, "import", "-"], env=env, stdin=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        _until(lambda: _children(server))
        time.sleep(0.3)  # it has begun to read
        process.send_signal(number)
        code = process.wait(10)
        _until(lambda: not _children(server))
        assert code == (130 if number == signal.SIGINT else -number)


# Many, killed, and none left


def test_a_command_that_is_killed_is_gone_and_says_so(server: Server, env: dict[str, str]) -> None:
    with open("/dev/null", "r+b") as null:
        ours, theirs = os.pipe()
        run = server.start(["import", "-"], env=env, stdin=ours, stdout=null, stderr=null)
        assert run.poll() is None
        with pytest.raises(TimeoutError):
            run.wait(0.05)
        os.kill(run.pid, signal.SIGKILL)
        assert run.wait(10) == -signal.SIGKILL
        assert run.poll() == -signal.SIGKILL
        run.kill()  # nobody is hit
        os.close(ours)
        os.close(theirs)


def test_many_run_at_the_same_time(server: Server, env: dict[str, str]) -> None:
    with open("/dev/null", "r+b") as null:
        runs = [
            server.start(
                ["make", f"n {n}", "--to", "dana", "-q"],
                env=env,
                stdin=null,
                stdout=null,
                stderr=null,
            )
            for n in range(20)
        ]
        assert len({run.pid for run in runs}) == 20
        assert [run.wait(60) for run in runs] == [0] * 20
    assert server.run(["list", "--all"], env=env).stdout.count("\n") == 21


def test_nothing_of_a_command_is_left_for_the_next(
    server: Server, env: dict[str, str], tmp_path: Path
) -> None:
    plain = server.run(["show", "1"], env=env)
    odd = {
        "TZ": "Pacific/Apia",
        "LC_ALL": "C",
        "PYTHONIOENCODING": "ascii",
        "FORCE_COLOR": "1",
        "COLUMNS": "43",
        "PROMISECTL_TODAY": "2027-01-01",
    }
    other = server.run(
        ["show", "1"],
        env=env | odd,
        cwd=tmp_path,
        umask=0,
        limits={resource.RLIMIT_NOFILE: (40, 40)},
    )
    assert other.stdout != plain.stdout
    assert server.run(["show", "1"], env=env) == plain


def test_limits_are_those_that_are_asked_for(server: Server, env: dict[str, str]) -> None:
    large = {resource.RLIMIT_FSIZE: (1024, 1024)}
    said = server.run(["make", "more", "--to", "dana"], env=env, limits=large)
    assert "copy the file elsewhere" in said.stderr
    assert "more" not in server.run(["list", "--all"], env=env).stdout


def test_a_large_request_is_read_whole(server: Server, env: dict[str, str]) -> None:
    text = "wörd " * 400_000
    assert server.run(["note", "1", text], env=env).code == 2
    assert server.run(["path"], env=env, given=text).code == 0


def test_a_mutant_is_the_program_with_one_thing_changed(
    server: Server, env: dict[str, str]
) -> None:
    assert server.run(["path"], env=env, mutant="tests.tools.test_fork_server:tell").code == 7
    assert server.run(["path"], env=env, mutant="synchronous=NORMAL") == server.run(
        ["path"], env=env
    )
    assert server.run(["path"], env=env, mutant="nonesuch").code == 1


def test_the_server_dies_with_its_owner(env: dict[str, str]) -> None:
    code = (
        "import os, sys; from tests.tools.fork_server import Server; server = Server()\n"
        "run = server.start(['import', '-'], stdin=os.pipe()[0]); print(server._process.pid, run.pid, server.address, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    world = env | {"PYTHONPATH": os.pathsep.join(filter(None, (str(ROOT), env.get("PYTHONPATH"))))}
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=world,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == -signal.SIGKILL
    server, run, address = done.stdout.split()
    _until(
        lambda: (
            not any(
                os.path.exists(path)
                for path in (f"/proc/{server}", f"/proc/{run}", os.path.dirname(address))
            )
        )
    )


def _children(server: Server) -> str:
    pid = server._process.pid
    return Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")


def _until(holds: Callable[[], object]) -> None:
    for _ in range(500):
        if holds():
            return
        time.sleep(0.02)
    pytest.fail("it never came to that")
