"""The program, run with a kill or an error put by strace at exactly one of its file calls, or at all from there on.

It runs in forks of a worker that has imported all of it before, so that a case costs some hundredths of a second.
"""

import contextlib
import ctypes
import io
import os
import pkgutil
import re
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from tests.conftest import MONDAY, tool
from tests.guarantees.harness.mutants import MUTANTS
from tests.storage import next_step

_WARM = (
    ["make", "Q3", "--to", "dana", "--by", "fri", "--agreed", "--once", "a"],
    ["list", "--json"],
    ["export"],
    ["note", "7", "?"],
)
OLDER = "older"
"""The template with a ledger of the schema step before."""
_HANGS = 60  # seconds after which a run counts as one that never ends
_RANDOM = re.compile(
    r"\b[0-9a-f]{16}-[0-9a-f]{8}\b|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\b[0-9a-f]{64}\b|\b(?:[0-9a-f]{4}){3,4}\b|(?<=promisectl-)\w{8}|(?<=~/tmp/)(?:[a-z0-9_]{8}\b|#\d+)|(?<=etilqs_)[0-9a-f]+"
)
_ANYBODY_MAY_TRACE = 0x59616D61, ctypes.c_long(-1)


class Call(NamedTuple):
    """A file call of a run: its name, the how many-th of that name it was, and how strace tells it, without what is random."""

    name: str
    nth: int
    said: str

    def __str__(self) -> str:
        return f"{self.said} ({self.name} {self.nth})"

    def same(self, other: "Call") -> bool:
        """Whether it is the same call in another run, where it may have been cut off in the middle."""
        return (self.name, self.nth) == (other.name, other.nth) and self.said.startswith(other.said)


class Ran(NamedTuple):
    """What a run left: its exit code, negative when a signal ended it, what it said, and the file calls that were traced."""

    code: int
    stdout: str
    stderr: str
    calls: Sequence[Call]


class World:
    """A home in which the program runs; `home` is where its files are, and only calls about what is below are traced."""

    def __init__(self, root: Path, strace: str) -> None:
        self.home = root / "home"
        self.root = root
        self._strace = strace
        root.mkdir(parents=True)

    @property
    def ledger(self) -> Path:
        """Where the ledger is kept."""
        return self.home / "data" / "promisectl" / "ledger.db"

    def lay(self, template: Path | None = None) -> None:
        """Begin anew, with the files of a template; an older one is met by a program that knows the next schema step."""
        next_step.set_known(known=bool(template) and template.name == OLDER)
        shutil.rmtree(self.home, ignore_errors=True)
        self.home.mkdir()
        if template:
            shutil.copytree(template, self.home, dirs_exist_ok=True, symlinks=True)
        for name in ("data", "state", "tmp"):
            (self.home / name).mkdir(exist_ok=True)

    def run(
        self,
        words: Sequence[str],
        *,
        trace: Sequence[str] = (),
        before: Callable[[], object] | None = None,
    ) -> Ran:
        """Run a command line. `trace` are words for strace; `before` is called in the process of the program first."""
        words = [word.replace("~", str(self.home)) for word in words]
        (wait, go), (told, tell), out, err = (os.pipe() for _ in range(4))
        child = os.fork()
        if not child:
            self._be(
                words, (tell, wait), (out[1], err[1]), before, unwanted=(go, told, out[0], err[0])
            )
        for end in (wait, tell, out[1], err[1]):
            os.close(end)
        os.read(told, 1)  # nothing before this is to be traced
        os.close(told)
        log = self.root / "log"
        tracer = self._attached(child, log, trace) if trace else None
        os.close(go)
        stdout, stderr = _heard(out[0], err[0])
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if tracer:
            tracer.communicate()
        return Ran(code, self._here(stdout), self._here(stderr), self._calls(log) if tracer else ())

    def _here(self, text: str) -> str:
        """A text that names files as every world does."""
        return text.replace(str(self.home), "~")

    def _attached(self, child: int, log: Path, trace: Sequence[str]) -> "subprocess.Popen[bytes]":
        words = [
            self._strace,
            "-p",
            str(child),
            "-o",
            str(log),
            "-y",
            "-s",
            "0",
            "-e",
            "signal=none",
            *trace,
        ]
        tracer = subprocess.Popen(words, stderr=subprocess.PIPE)
        said = tracer.stderr.readline()
        if b" attached" not in said:
            os.kill(child, signal.SIGKILL)
            raise RuntimeError(f"strace can't trace here: {said.decode()}")
        return tracer

    def _be(
        self,
        words: Sequence[str],
        ready: tuple[int, int],
        streams: Sequence[int],
        before: Callable[[], object] | None,
        unwanted: Sequence[int],
    ) -> None:
        """Be the program, from the console script on; never returns."""
        code = 1
        try:
            for end in unwanted:
                os.close(end)
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            for number, end in enumerate(streams, 1):
                os.dup2(end, number)
                os.close(end)
            sys.stdin, sys.stdout, sys.stderr = (
                os.fdopen(number, mode, encoding="utf-8") for number, mode in enumerate("rww")
            )
            ctypes.CDLL(None).prctl(*_ANYBODY_MAY_TRACE)
            if before:
                before()
            signal.alarm(_HANGS)
            from promisectl.cli.main import run_command_line

            waiting = selectors.PollSelector()
            waiting.register(ready[1], selectors.EVENT_READ)
            os.close(ready[0])
            waiting.select()
            code = run_command_line(words)
            sys.stdout.flush()
        except BaseException:  # noqa: BLE001 (whatever it is, it is what a person would see)
            traceback.print_exc()
            with contextlib.suppress(OSError):
                sys.stderr.flush()
        os._exit(code)

    def enter(self) -> None:
        """Have this process in the world, and all imported that commands import on their way."""
        kept = {
            name: str(self.home / place)
            for name, place in (("HOME", ""), ("TMPDIR", "tmp"), ("SQLITE_TMPDIR", "tmp"))
        }
        kept |= {
            f"XDG_{name}_HOME": str(self.home / name.lower())
            for name in ("DATA", "STATE", "CONFIG")
        }
        said = {"TZ": "Europe/Berlin", "PROMISECTL_TODAY": MONDAY, "PATH": os.defpath}
        os.chdir("/")
        os.environ.clear()
        os.environ.update({**kept, **said, "EDITOR": "sed -i s/Q3/Q4/"})
        time.tzset()
        self.lay()
        for words in _WARM:
            self.look(words)

    def look(self, words: Sequence[str]) -> Ran:
        """Run a command line in this process, for half the price: where nothing is to happen to it."""
        from promisectl.cli.main import run_command_line

        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = run_command_line(words)
        said = []
        for stream in (out, err):
            stream.flush()
            said.append(self._here(stream.buffer.getvalue().decode()))
        return Ran(code, *said, ())

    def _calls(self, log: Path) -> list[Call]:
        """The calls in a log that are about files below the home, each with its place among all of that name."""
        below = re.compile(re.escape(str(self.home)) + "/(data|state|tmp|files)")
        calls: list[Call] = []
        counts: dict[str, int] = {}
        for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
            name = line.partition("(")[0]
            if not name.isidentifier():
                continue
            counts[name] = counts.get(name, 0) + 1
            if below.search(line):
                calls.append(Call(name, counts[name], self._plain(line)))
        return calls

    def _plain(self, line: str) -> str:
        said = (
            line.partition(" <unfinished")[0]
            if " <unfinished" in line
            else line.rpartition(" = ")[0]
        )
        said = self._here(said.rstrip(", "))
        said = re.sub(
            r', \{st_\w+=.*?\}|, 0x[0-9a-f]+(?: /\*.*?\*/)?(?=[,)]|$)|, ""(\.\.\.)?',
            "",
            re.sub(r"(\d+)<(.*?)>", r"\2", said),
        )
        if said.startswith(
            ("lseek", "read", "write")
        ):  # how much of a text goes at once depends on how long the home's path is
            said = said.partition(",")[0]
        return _RANDOM.sub("…", said)


def _heard(*ends: int) -> tuple[str, ...]:
    """All that comes out of pipes, until they are closed."""
    heard = dict.fromkeys(ends, b"")
    with selectors.DefaultSelector() as waiting:
        for end in ends:
            waiting.register(end, selectors.EVENT_READ)
        while waiting.get_map():
            for key, _ in waiting.select():
                piece = os.read(key.fd, 1 << 16)
                heard[key.fd] += piece
                if not piece:
                    waiting.unregister(key.fd)
                    os.close(key.fd)
    return tuple(said.decode("utf-8", "replace") for said in heard.values())


def plain(text: str) -> str:
    """A text without what is random in it: uids, hashes, names of temporary files."""
    names: dict[str, str] = {}
    return _RANDOM.sub(lambda found: names.setdefault(found[0], f"<{len(names)}>"), text)


# Workers

ALL = ("-e", "trace=%file,%desc")
"""What to tell strace to list every file call."""
_world: list[World] = []


def world() -> World:
    """The world of this worker."""
    return _world[0]


@contextlib.contextmanager
def workers(
    mutant: str | None, number: int = 1, also: Callable[[World], object] | None = None
) -> Iterator[tuple[Executor, Path]]:
    """Processes with a world each, in which the program, or a mutant of it, can be run; and a directory that they share.

    What is to be done `also` to a world is done before anything is in it.
    """
    strace = tool("strace")
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as root:
        begin = (root, strace, mutant, also)
        with ProcessPoolExecutor(
            number, mp_context=get_context("spawn"), initializer=_begin, initargs=begin
        ) as pool:
            yield pool, Path(root)


def _begin(
    root: str, strace: str, mutant: str | None, also: Callable[[World], object] | None
) -> None:
    import promisectl

    os.umask(0o077)
    for module in pkgutil.walk_packages(promisectl.__path__, "promisectl."):
        if not module.name.endswith(
            (
                "__main__",
                "compiled.manual",
                "compiled.declared",
                "storage.tables",
                "storage.statements",
            )
        ):
            import_module(module.name)
    _world.append(World(Path(root) / f"world-{os.getpid()}", strace))
    if also:
        also(world())
    world().enter()
    if mutant:
        MUTANTS[mutant]()
