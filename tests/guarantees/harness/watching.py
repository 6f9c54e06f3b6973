"""Commands of a fork server under strace: what each answers, and what it does to files."""

import os
import pty
import re
import select
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.conftest import tool
from tests.tools.fork_server import Server, shared

CALLS = [
    "open",
    "openat",
    "openat2",
    "creat",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "symlink",
    "symlinkat",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "truncate",
    "ftruncate",
    "fallocate",
    "utime",
    "utimes",
    "utimensat",
    "futimesat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "write",
    "pwrite64",
    "writev",
    "pwritev",
    "pwritev2",
    "sendfile",
    "copy_file_range",
    "splice",
    "mmap",
    "umask",
    "clone",
    "clone3",
    "fork",
    "vfork",
    "io_uring_setup",
]
"""Every call that can change a file, a name, or what a new file may be read by."""

_LINE = re.compile(r"(\d+) +(\w+)\((.*)\) += (-?\w+)(.*)")
_UNFINISHED = re.compile(r"(\d+) +(.*) <unfinished \.\.\.>")
_RESUMED = re.compile(r"(\d+) +<\.\.\. \w+ resumed>(.*)")
BIRTHS = {"clone", "clone3", "fork", "vfork"}
_LONG = 600  # seconds, for what takes two where nothing else runs


class Asked(NamedTuple):
    """A command line: its words, whether all its streams are a terminal, what comes in, and what its environment has besides.

    At a terminal whatever is printed is stdout.
    """

    words: Sequence[str]
    at_terminal: bool = False
    given: str = ""
    more: Mapping[str, str] = {}

    def __str__(self) -> str:
        return f"promisectl {' '.join(self.words)}{' at a terminal' if self.at_terminal else ''}"


class Call(NamedTuple):
    """A system call: which process made it, its name, its arguments as strace shows them, and what came back."""

    process: int
    name: str
    arguments: str
    result: str

    def __str__(self) -> str:
        return f"{self.name}({self.arguments}) = {self.result}"

    @property
    def failed(self) -> bool:
        """Whether it came to nothing."""
        return self.result.startswith("-1")

    @property
    def paths(self) -> list[str]:
        """The files it names, else the one that it has open."""
        opened = re.search(r"(?:^|, )\d+<([^>]*)>", self.arguments)
        return (
            [opened[1]]
            if opened and not self.name.endswith("at")
            else re.findall(r'"((?:[^"\\]|\\.)*)"', self.arguments)
        )


class Answered(NamedTuple):
    """A command line that has run: exit code, what it printed, the names in its home that changed, and the calls, process by process."""

    asked: Asked
    code: int
    stdout: str
    stderr: str
    changed: Sequence[str]
    calls: Sequence[Call]


def environment(home: Path, **more: str) -> dict[str, str]:
    """All that a command knows of the world: a home, a zone, a moment, a language."""
    world = {
        "HOME": str(home),
        "TZ": "Europe/Berlin",
        "PROMISECTL_TODAY": "2026-11-23T10:00",
        "LC_ALL": "C.UTF-8",
        "TERM": "xterm",
    }
    python = {
        "PYTHONPATH": str(Path(__file__).parents[3] / "src"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # for what a command starts itself
    return {**world, **python, "PATH": os.environ["PATH"], "NO_COLOR": "1", **more}


def told(home: Path, lines: Iterable[Asked]) -> None:
    """Have command lines done that are no part of the trial."""
    for line in lines:
        answer = shared().run(
            line.words, given=line.given, env=environment(home, **line.more), cwd=home, timeout=600
        )
        assert answer.code == 0, (str(line), answer)


class Watch:
    """A fork server under strace, started by the words `before`."""

    def __init__(self, before: Sequence[str] = ()) -> None:
        descriptor, self._trace = tempfile.mkstemp(prefix="storm-")
        os.close(descriptor)
        wanted = ",".join(f"?{name}" for name in CALLS)
        strace = (
            tool("strace"),
            "-f",
            "-qq",
            "-y",
            "-s",
            "9",
            "--seccomp-bpf",
            "-o",
            self._trace,
            "-e",
            f"trace={wanted}",
            "-e",
            "signal=none",
        )
        self._server = Server((*before, *strace))
        self._lines = open(self._trace, encoding="utf-8", errors="backslashreplace")  # noqa: SIM115 (closed with the server)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.close()
        self._lines.close()
        os.unlink(self._trace)

    def run(self, home: Path, line: Asked, mutant: str | None = None, umask: int = 0) -> Answered:
        """What a command line answers in a home, whose name is left out of that."""
        before = held(home)
        ends = _Ends(line.at_terminal)
        environ = environment(home, **line.more)
        stdin, stdout, stderr = ends.its
        run = self._server.start(
            line.words,
            env=environ,
            cwd=home,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            umask=umask,
            mutant=mutant,
        )
        texts = [text.replace(str(home), "HOME") for text in ends.heard(line)]
        after = held(home)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return Answered(line, run.wait(_LONG), *texts, changed, self._of(run.pid))

    def _of(self, process: int) -> list[Call]:
        """What a process that has ended, and whatever it started, did to files."""
        calls: dict[int, list[Call]] = {}
        births: dict[int, list[int]] = {}
        for call in _calls(self._lines):
            calls.setdefault(call.process, []).append(call)
            if call.name in BIRTHS and not call.failed:
                births.setdefault(call.process, []).append(int(call.result.split("<")[0]))
        family = [process]
        for one in family:
            family += births.get(one, ())
        return [call for one in family for call in calls.get(one, ())]


class _Ends:
    """The streams of a command: its own, and our ends of them."""

    def __init__(self, at_terminal: bool) -> None:
        if at_terminal:
            ours, its = pty.openpty()
            self.its: tuple[int, int, int] = (its, its, its)
            self._given, self._out, self._err = os.dup(ours), ours, os.open(os.devnull, os.O_RDONLY)
        else:
            (stdin, self._given), (self._out, stdout), (self._err, stderr) = (
                os.pipe(),
                os.pipe(),
                os.pipe(),
            )
            self.its = (stdin, stdout, stderr)
        self._end = b"\x04" if at_terminal else b""

    def heard(self, line: Asked) -> tuple[str, str]:
        """What a command line prints on stdout and on stderr until it ends. Raises TimeoutError."""
        for end in set(self.its):
            os.close(end)
        with suppress(OSError):
            os.write(self._given, line.given.encode() + self._end)
        if not self._end:
            os.close(self._given)
        texts = {self._out: b"", self._err: b""}
        waiting, since = set(texts), time.monotonic()
        while waiting and time.monotonic() - since < _LONG:
            ready = select.select(list(waiting), [], [], 1)[0]
            if self._end and not ready:  # readline does not take what came before it
                with suppress(OSError):
                    os.write(self._given, self._end)
            for end in ready:
                piece = b""
                with suppress(OSError):  # the other side of a terminal is closed
                    piece = os.read(end, 1 << 16)
                texts[end] += piece
                if not piece:
                    waiting.discard(end)
        if (
            waiting
        ):  # to close a terminal now would end the command with an error that it has not made
            so_far = [text[-200:] for text in texts.values()]
            message = f"{line} had not ended after {_LONG} seconds: {so_far}"
            raise TimeoutError(message)
        for end in {self._out, self._err, *((self._given,) if self._end else ())}:
            os.close(end)
        return texts[self._out].decode(errors="replace"), texts[self._err].decode(errors="replace")


def _calls(lines: Iterable[str]) -> Iterator[Call]:
    """The calls in the order in which they came back."""
    begun: dict[str, str] = {}
    for line in lines:
        if cut := _UNFINISHED.match(line):
            begun[cut[1]] = cut[2]
            continue
        rest = _RESUMED.match(line)
        whole = _LINE.match(
            f"{rest[1]} {begun.pop(rest[1])}{rest[2]}" if rest and rest[1] in begun else line
        )
        if whole:
            yield Call(int(whole[1]), whole[2], whole[3], whole[4] + whole[5])


def held(home: Path) -> dict[str, list[Any]]:
    """All that is in a home: kind and mode, size, the moments of the last change of content and of anything, and the content.

    Of a journal the last moment is left out: as root, SQLite gives one that it only reads to its owner once more.
    """
    found: dict[str, list[Any]] = {}
    for path in sorted((home, *home.rglob("*"))):
        with suppress(FileNotFoundError):  # a file of somebody who is just writing
            now = path.lstat()
            changed = 0 if path.name.endswith("-journal") else now.st_ctime_ns
            content = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(home))] = [
                oct(now.st_mode),
                now.st_size,
                now.st_mtime_ns,
                changed,
                now.st_ino,
                content,
            ]
    return found
