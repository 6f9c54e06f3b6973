"""Plays the console blocks of a Markdown file in a real pseudo-terminal, and shows or writes what they would print today.

A fenced block ```console is a transcript: a line that begins with `$ ` is a command (lines right below it that begin with `> ` go
on with it), what follows is what the terminal shows, and `[exit N]` when the command ends with another code than 0. One home serves
the whole file, and its clock stands at Monday 23 November 2026, 10:00, unless a word after `console` says otherwise: `new` begins
with an empty home, `40` is the width of the terminal, `2026-11-28T09:00` the moment, and a name such as `lee` whose home it is: each
name has a home of its own, which is empty at first. What differs from run to run has a name of its own: `~` is the home, `…uid…` any
UUID, `…head…` any hash of an act, `promisectl-…` a temporary directory, `name-…` what a name is told apart by. Blank lines before
the next command are layout. Where what is written shows questions, they are put, and what stands behind their `›` is typed; a
question too many gets Ctrl-D. Elsewhere the program is told to ask nothing.

`server` begins a home from which a PostgreSQL server can be reached: `psql` is its administrator, and the service `promises` is the
database of that name, as the user with the name of the home (else the administrator). With `away` too, the server does not answer. A
server is started for the text. What the program shows as the time of its copy is the moment of the last block when the server answered.

A ```python run block is run too, after those before it, in the home of the console blocks; what it prints stands in the ```text block that
follows it at once. Without one it may print nothing.

    python -m tests.tools.replay --write README.md src/promisectl/guide/*.md

The program is a real process for the README, and where this file is run by itself; elsewhere it is forked (see tests/tools/fork_server.py).
"""

import difflib
import fcntl
import os
import pty
import re
import select
import shlex
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import termios
import time
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import promisectl

if TYPE_CHECKING:
    from tests.tools.postgres import PostgresServer

MONDAY = "2026-11-23T10:00"
WIDTH = 80
ROWS = 50
PATIENCE = 60  # seconds for one command

_PROMPT = "›"
_PYTHON_FENCE, _OUTPUT_FENCE = "```python run", "```text"
_FENCE = re.compile(r"```console(?P<words>(?: [\w:-]+)*)")
_WORDS_OF_FENCES = ("new", "file", "server", "away")
_ZONE = "Europe/Berlin"
_LEDGER = "~/.local/share/promisectl/ledger.db"
_PLACES = {
    "~/.local/share/promisectl/copies/…copy….db": _LEDGER,
    "/backups/…copy…-…/…copy…-": "/backups/ledger-",
    "/backups/…copy…-…": "/backups",
}
"""What belongs to a ledger on a server, and what to the one in the file."""
_NAMED = {
    re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"): "…uid…",
    re.compile(r"\b[0-9a-f]{64}\b"): "…head…",
    re.compile(r"(?<=/promisectl-)\w{8}(?=/)"): "…",
    re.compile(r"(?<=-)[0-9a-f]{8}(?=/)"): "…",
    re.compile(r"(?<=/)[0-9a-f]{16}-[0-9a-f]{8}\b"): "…copy…-…",
    re.compile(r"(?<=/)[0-9a-f]{16}(?=\.db|-)"): "…copy…",
}
"""What differs from run to run, and its name."""


def named(told: str) -> str:
    """A text with names for what differs from run to run."""
    for what, name in _NAMED.items():
        told = what.sub(name, told)
    return told


class Home:
    """An empty home in a temporary directory, where commands are run one after the other."""

    def __init__(self, programs: str, said: dict[str, str]) -> None:
        self.path = Path(
            tempfile.mkdtemp(prefix="h", dir="/tmp")
        ).resolve()  # its length is always the same, so lines break alike
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)
        self._env = {
            "PATH": os.pathsep.join((programs, os.environ.get("PATH", os.defpath))),
            "HOME": str(self.path),
            "XDG_DATA_HOME": str(self.path / ".local" / "share"),
            "XDG_CONFIG_HOME": str(self.path / ".config"),
            "XDG_STATE_HOME": str(self.path / ".local" / "state"),
            "XDG_CACHE_HOME": str(self.path / ".cache"),
            "TERM": "dumb",
            "PAGER": "cat",
            "LC_ALL": "C.UTF-8",
            "TZ": _ZONE,
            **said,
        }

    def run(
        self, command: str, width: int = WIDTH, now: str = MONDAY, typed: Sequence[str] = ()
    ) -> str:
        """All that a terminal of that width shows of `command` at that moment, and its exit code unless that is 0.

        `typed` answers its questions; without it, none may be put.
        """
        with self._time_of_copies(now):
            return self._run(command, width, now, typed)

    @contextmanager
    def _time_of_copies(self, now: str) -> Iterator[None]:
        """Give a copy that is brought up to date the moment of the block as its time."""
        before = self._times()
        yield
        moment = datetime.fromisoformat(now if "T" in now else f"{now}T12:00")
        for copy, time_ in self._times().items():
            if before.get(copy) != time_:
                seconds = moment.replace(tzinfo=ZoneInfo(_ZONE)).timestamp()
                os.utime(copy, (seconds, seconds))

    def _times(self) -> dict[Path, int]:
        copies = self.path.glob(".local/share/promisectl/copies/*.db")
        return {copy: copy.stat().st_mtime_ns for copy in copies}

    def _run(self, command: str, width: int, now: str, typed: Sequence[str]) -> str:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, width, 0, 0))
        env = {
            **self._env,
            "PROMISECTL_TODAY": now,
            **({} if typed else {"PROMISECTL_NO_INPUT": "1"}),
        }
        bash = subprocess.Popen(
            ["bash", "-c", command],
            cwd=self.path,
            env=env,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
            umask=0o022,  # as most have it, whatever a test has left
        )
        os.close(theirs)
        try:
            shown = _talked(ours, typed)
            code = bash.wait(PATIENCE)
        finally:
            bash.kill()
            bash.wait()
            os.close(ours)
        told = shown.replace("\r\n", "\n").replace(str(self.path), "~")
        told = named(told)
        if address := self._env.get("PROMISECTL_LEDGER"):
            for place, of_file in (address, _LEDGER), *_PLACES.items():
                told = told.replace(place, of_file)
        lines = told.split("\n")
        text = "\n".join(line.rstrip() for line in lines).rstrip("\n")
        return "\n".join(part for part in (text, f"[exit {code}]" if code else "") if part)

    def run_python(self, before: Sequence[str], code: str) -> str:
        """All that a terminal shows of Python code that follows other code, and its exit code unless that is 0."""
        silenced = "\n".join(before)
        with tempfile.NamedTemporaryFile("w", suffix=".py", encoding="utf-8") as file:
            file.write(
                "import contextlib, io\n"
                f"with contextlib.redirect_stdout(io.StringIO()):\n    exec({silenced!r})\nexec({code!r})\n"
            )
            file.flush()
            source = shlex.quote(str(Path(promisectl.__file__).parent.parent))
            return self.run(f"PYTHONPATH={source} {shlex.quote(sys.executable)} {file.name}")


def _talked(terminal: int, typed: Sequence[str]) -> str:
    """What the terminal shows, while every question is answered as it comes."""
    answers = iter(typed)
    shown = b""
    for piece in _heard(terminal):
        shown += piece
        if shown.endswith(f" {_PROMPT} ".encode()):
            answer = next(answers, None)
            os.write(terminal, b"\x04" if answer is None else f"{answer}\n".encode())
    return shown.decode(errors="backslashreplace")


def _heard(terminal: int) -> Iterator[bytes]:
    """What is written to the terminal until nobody holds its other end any more. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE
    while select.select([terminal], [], [], max(0.0, deadline - time.monotonic()))[0]:
        try:
            piece = os.read(terminal, 65_536)
        except OSError:  # Linux says so when the last writer is gone
            return
        if not piece:
            return
        yield piece
    raise TimeoutError


def _programs(place: Path, *, forks: bool = False) -> str:
    """A directory with `promisectl`: a client of the fork server, or as this interpreter runs it, by its console script or a wrapper."""
    if forks:
        from tests.tools.fork_server import shared

        return str(shared().client(place).parent)
    scripts = Path(sys.executable).parent
    if (scripts / "promisectl").exists():
        return str(scripts)
    wrapper = place / "bin" / "promisectl"
    wrapper.parent.mkdir(exist_ok=True)
    source = Path(promisectl.__file__).parent.parent
    wrapper.write_text(
        f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(source))} exec {shlex.quote(sys.executable)} -m promisectl "$@"\n'
    )
    wrapper.chmod(0o755)
    return str(wrapper.parent)


def replayed(
    text: str, *, forks: bool = False, server: "PostgresServer | None" = None, **said: str
) -> str:
    """The Markdown `text` with every console block as it would read if it were typed today, with what is `said` in the environment.

    With a `server`, the ledger of every home is a database there, and what the program says of its place is replaced by what it says of
    a file: the address has as many letters as the path, so that lines break alike. Blocks with the word `file` stay as they are.
    """
    with ExitStack() as stack:
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="promisectl-replay-"))
        programs = _programs(Path(place), forks=forks)
        play = _Play(stack, programs, said, server)
        return "\n".join(play.lines(text.split("\n")))


class _Play:
    """A text that is played: its homes, and the server, if it needs one."""

    def __init__(
        self,
        stack: ExitStack,
        programs: str,
        said: dict[str, str],
        server: "PostgresServer | None",
    ) -> None:
        self._stack, self._programs, self._said = stack, programs, said
        self._server = server
        self._own_server: PostgresServer | None = None
        self._homes: dict[str, Home] = {}

    def lines(self, lines: list[str]) -> Iterator[str]:
        """The lines as they read today."""
        ahead = deque(lines)
        rest = iter(lambda: ahead.popleft() if ahead else None, None)
        code: list[str] = []
        for line in rest:
            yield line
            if line == _PYTHON_FENCE:
                yield from _python_block(ahead, self._home("", []), code)
            if fence := _FENCE.fullmatch(line):
                words = fence["words"].split()
                if self._server and "file" in words:
                    continue
                names = [word for word in words if word.isalpha() and word not in _WORDS_OF_FENCES]
                home = self._home("".join(names[:1]), words)
                width = next((int(word) for word in words if word.isdigit()), WIDTH)
                now = next((word for word in words if "-" in word), MONDAY)
                with self._reach_server(answers="away" not in words):
                    yield from _block(rest, home, width, now)

    def _home(self, owner: str, words: list[str]) -> Home:
        """The home of somebody; a new one where the words ask for it, or if there is none."""
        if "new" in words or owner not in self._homes:
            more = self._find_server(owner) if "server" in words else self._find_database()
            self._homes[owner] = Home(self._programs, self._said | more)
        return self._homes[owner]

    def _find_server(self, owner: str) -> dict[str, str]:
        """The variables of a home that reaches a server of this text."""
        from tests.tools import postgres

        if self._own_server is None:
            self._own_server = self._stack.enter_context(postgres.start_server(fsync="on"))
        directory = str(self._own_server.directory)
        path = os.pathsep.join((self._programs, os.environ["PATH"], str(postgres.find_programs())))
        service = self._write_service_file("promises", "promises", owner or "owner", directory)
        return {"PATH": path, "PGHOST": directory, "PGUSER": "owner", "PGSERVICEFILE": service}

    def _find_database(self) -> dict[str, str]:
        """The variables of a home whose ledger is a fresh database, if there is a server for all."""
        if self._server is None:
            return {}
        database = self._server.create_database()
        self._stack.callback(self._server.drop_database, database)
        beginning = "postgresql:///?service="
        length = len(_LEDGER.replace("~", "/tmp/h" + 8 * "x"))  # as mkdtemp names a home
        name = database.ljust(length - len(beginning), "_")
        service = self._write_service_file(name, database, "owner", str(self._server.directory))
        return {"PROMISECTL_LEDGER": beginning + name, "PGSERVICEFILE": service}

    def _write_service_file(self, service: str, database: str, user: str, host: str) -> str:
        with tempfile.NamedTemporaryFile("w", suffix=".conf", delete=False) as file:
            file.write(f"[{service}]\nhost={host}\ndbname={database}\nuser={user}\n")
        self._stack.callback(os.unlink, file.name)
        return file.name

    @contextmanager
    def _reach_server(self, *, answers: bool) -> Iterator[None]:
        """Let the server of this text answer or not."""
        if answers or self._own_server is None:
            yield
            return
        where = self._own_server.directory / ".s.PGSQL.5432"
        moved = where.rename(where.with_name("moved"))
        try:
            with socket.socket(socket.AF_UNIX) as nobody:
                nobody.bind(str(where))  # it is there, and nobody listens, as after a crash
            yield
        finally:
            moved.rename(where)


def may_fork(file: Path) -> bool:
    """Whether a file is played with forked processes: not the README, and not where there is nothing but this file."""
    return bool(__package__) and file.name != "README.md"


def _python_block(ahead: deque[str], home: Home, code: list[str]) -> Iterator[str]:
    """The lines of one block of Python, then a block with what it prints, if anything; its code is added to `code`."""
    block = _taken(ahead)
    yield from (*block, "```")
    shown = home.run_python(code, "\n".join(block))
    code.append("\n".join(block))
    if [*islice(ahead, 2)] == ["", _OUTPUT_FENCE]:
        ahead.popleft()
        ahead.popleft()
        _taken(ahead)
        shown = shown or "(it prints nothing)"
    if shown:
        yield from ("", _OUTPUT_FENCE, shown, "```")


def _taken(ahead: deque[str]) -> list[str]:
    """The lines up to the fence that closes a block; they are ahead no more."""
    return [*iter(ahead.popleft, "```")]


def _block(rest: Iterator[str], home: Home, width: int, now: str) -> Iterator[str]:
    """The lines of one block, its closing fence included, with every command followed by what it shows."""
    command: list[str] = []  # the lines of the command that is being read
    typed: list[str] = []
    typing = False
    blanks = 0
    for line in rest:
        if typing and line.startswith("> "):
            command.append(line[2:])
            yield line
            continue
        typing = line.startswith("$ ")
        if typing or line == "```":
            if command and (shown := home.run("\n".join(command), width, now, typed)):
                yield shown
            typed = []
            yield from [""] * blanks
            command = [line[2:]]
            yield line
        blanks = 0 if line else blanks + 1
        if _PROMPT in line:
            typed.append(line.partition(_PROMPT)[2].strip())
        if line == "```":
            return


def differences(written: str, played: str) -> str:
    """Where two texts differ, line by line; empty where they don't."""
    return "\n".join(
        difflib.unified_diff(
            written.split("\n"), played.split("\n"), "written", "played", lineterm="", n=2
        )
    )


def main(words: list[str]) -> int:
    """Replay files; with --write put what they print today in place, else show the differences and return 1."""
    write = "--write" in words
    code = 0
    for name in words:
        if name == "--write":
            continue
        file = Path(name)
        before = file.read_text(encoding="utf-8")
        after = replayed(before, forks=may_fork(file))
        if after == before:
            continue
        if write:
            file.write_text(after, encoding="utf-8")
            print(f"{name}: written anew")
        else:
            print(f"{name}:\n{differences(before, after)}")
            code = 1
    return code


if __name__ == "__main__":
    if not shutil.which("bash"):
        sys.exit("bash is needed to replay transcripts")
    sys.exit(main(sys.argv[1:]))
