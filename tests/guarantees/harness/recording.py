"""A command of the program under strace: every call that changes files below a directory, with its data, and when the first word was said.

A recording is checked against reality: what the recorded calls make of the disk before must be, byte for byte, what is really there after.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import promisectl
from tests.conftest import MONDAY, tool
from tests.guarantees.harness.mutants import program

_REPOSITORY = Path(__file__).parents[3]
_SOURCES = Path(promisectl.__file__).parents[1]
_CALLS = (
    "?open,?openat,?openat2,?creat,?write,?pwrite64,?writev,?pwritev,?pwritev2,?ftruncate,?truncate,?fallocate,?fsync,?fdatasync,?sync,?syncfs,"
    "?msync,?mmap,?rename,?renameat,?renameat2,?link,?linkat,?symlink,?symlinkat,?unlink,?unlinkat,?mkdir,?mkdirat,?rmdir,?dup,?dup2,?dup3,"
    "?close,?lseek,?sendfile,?copy_file_range,?splice"
)
_ROOT = 0
_DATA = ".local/share/"
LEDGER = f"{_DATA}promisectl/ledger.db"
"""Where the ledger is, if nobody says otherwise, seen from the home."""


class Write(NamedTuple):
    """Bytes put into a file."""

    inode: int
    offset: int
    data: bytes


class Resize(NamedTuple):
    """A file cut, or filled up with zeros."""

    inode: int
    size: int


class Flush(NamedTuple):
    """fsync or fdatasync of a file, or of the names in a directory."""

    inode: int


class Names(NamedTuple):
    """What one call did to the names in a directory: each means an inode now, or nothing any more."""

    inode: int
    now: tuple[tuple[str, int | None], ...]


Call = Write | Resize | Flush | Names


class Disk(NamedTuple):
    """Files by inode, and directories by inode: the names in them. The uppermost directory is 0; what has no name yet is there, and empty."""

    files: dict[int, bytes]
    directories: dict[int, dict[str, int]]

    def after(self, calls: Iterable[Call]) -> "Disk":
        """The disk when all these calls have come to it, in order."""
        files = {inode: bytearray(content) for inode, content in self.files.items()}
        directories = {inode: dict(names) for inode, names in self.directories.items()}
        for call in calls:
            match call:
                case Names(inode, now):
                    renamed(directories[inode], now)
                case Write() | Resize():
                    put(files[call.inode], call)
        return Disk({inode: bytes(content) for inode, content in files.items()}, directories)

    def tree(self, without: Container[int] = ()) -> dict[str, bytes | None]:
        """What can be reached by a name: the content of each file by its path, and None for a directory."""
        return {
            path: self.files.get(inode) for path, inode in self.places() if inode not in without
        }

    def places(self) -> Iterator[tuple[str, int]]:
        """Every path, and the inode it means."""
        return self._below(_ROOT, "")

    def _below(self, directory: int, path: str) -> Iterator[tuple[str, int]]:
        for name, inode in self.directories[directory].items():
            yield f"{path}{name}", inode
            if inode in self.directories:
                yield from self._below(inode, f"{path}{name}/")


def renamed(names: dict[str, int], now: Iterable[tuple[str, int | None]]) -> None:
    """What one call did to names, done to them."""
    for name, inode in now:
        if inode is None:
            names.pop(name)
        else:
            names[name] = inode


def put(content: bytearray, call: Write | Resize) -> None:
    """What one call did to a file, done to its content."""
    size = (
        call.size if isinstance(call, Resize) else max(len(content), call.offset + len(call.data))
    )
    content.extend(bytes(max(0, size - len(content))))
    if isinstance(call, Write):
        content[call.offset : call.offset + len(call.data)] = call.data
    else:
        del content[size:]


def read(root: Path) -> Disk:
    """The disk as it is, every file with one name."""
    files: dict[int, bytes] = {}
    directories: dict[int, dict[str, int]] = {}

    def inode_of(path: Path) -> int:
        inode = len(files) + len(directories)
        if path.is_dir():
            directories[inode] = {}
            directories[inode].update({one.name: inode_of(one) for one in sorted(path.iterdir())})
        else:
            files[inode] = path.read_bytes()
        return inode

    inode_of(root)
    return Disk(files, directories)


def lay(tree: Mapping[str, bytes | None], root: Path) -> None:
    """Make a directory hold this and nothing else."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    for path, content in tree.items():
        if content is None:
            (root / path).mkdir()
        else:
            (root / path).write_bytes(content)


class Recording(NamedTuple):
    """A command: the disk before it, its calls, how many of them were done when it said its first word, how it ended, and on which ledger.

    `mapped` are the files that it also changed in memory, which no trace shows: SQLite's index of a WAL, which it builds anew.
    `kills` says after how many calls a command before it was killed, whose calls come first then; `later` whether the program knows
    the next schema step.
    """

    words: str
    before: Disk
    calls: tuple[Call, ...]
    said: int
    code: int
    output: str
    ledger: str
    mapped: frozenset[int]
    kills: tuple[int, ...] = ()
    later: bool = False

    def olds(self) -> list[Disk]:
        """The disks that were there before the command, and before another that was killed first."""
        return [self.before, *(self.before.after(self.calls[:done]) for done in self.kills)]

    def killed(self, done: int, then: "Recording") -> "Recording":
        """The other command, recorded after this one was killed when `done` calls had been done and nothing flushed that it did not flush."""
        words = f"{self.words} (killed after call {done}), {then.words}"
        files = {**dict.fromkeys(then.before.files, b""), **self.before.files}
        directories = {
            **{inode: {} for inode in then.before.directories},
            **self.before.directories,
        }
        return then._replace(
            words=words,
            before=Disk(files, directories),
            calls=self.calls[:done] + then.calls,
            said=done + then.said,
            kills=(*self.kills, done),
        )


def record(
    words: Sequence[str],
    disk: Disk,
    root: Path,
    beside: Path,
    *,
    mutant: str | None = None,
    environ: Mapping[str, str] | None = None,
) -> Recording:
    """Run a command line with its home in `root`, which holds what `disk` says, and record it. `beside` is for the trace."""
    trace = beside / "trace"
    tracing = [
        tool("strace"),
        "-f",
        "-xx",
        "-s",
        str(2**24),
        "-o",
        str(trace),
        "-e",
        f"trace={_CALLS}",
    ]
    ended = subprocess.run(
        [*tracing, *program(words, mutant)],
        cwd=_REPOSITORY,
        env=world(root) | (environ or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if not trace.exists():
        raise ValueError(f"strace can't trace here: {ended.stderr}")
    heard = _Hearing(str(root), str(_REPOSITORY), disk)
    with trace.open(encoding="ascii") as lines:
        for pid, name, arguments, result in _whole(lines):
            heard.hear(pid, name, arguments, result)
    trace.unlink()
    said = len(heard.calls) if heard.said is None else heard.said
    line = " ".join(word if len(word) < 80 else f"{word[:20]}…" for word in words).replace(
        f"{root}/", ""
    )
    output = ended.stdout + ended.stderr
    named = words[1] if words[0] == "--ledger" else ""
    data = (environ or {}).get("XDG_DATA_HOME")
    kept = f"{data}/{LEDGER.removeprefix(_DATA)}" if data else root / LEDGER
    ledger = os.path.relpath(named or kept, root)
    recording = Recording(
        line,
        heard.before,
        tuple(heard.calls),
        said,
        ended.returncode,
        output,
        ledger,
        frozenset(heard.mapped),
    )
    _check(recording, root)
    return recording


def world(root: Path) -> dict[str, str]:
    """All variables that a command sees."""
    paths = {
        "HOME": str(root),
        "PATH": os.environ["PATH"],
        "PYTHONPATH": f"{_SOURCES}{os.pathsep}{_REPOSITORY}",
    }
    return {
        **paths,
        "TMPDIR": str(root.parent),
        "TZ": "Europe/Berlin",
        "LC_ALL": "C.UTF-8",
        "PROMISECTL_TODAY": MONDAY,
    }


def _check(recording: Recording, root: Path) -> None:
    """Raises ValueError unless the calls make of the disk before what is really there."""
    disk = recording.before.after(recording.calls)
    told, there = disk.tree(), read(root).tree()
    in_doubt = told.keys() - disk.tree(without=recording.mapped).keys()
    wrong = sorted(
        path
        for path in (told.keys() | there.keys()) - in_doubt
        if told.get(path, -1) != there.get(path, -1)
    )
    if wrong:
        raise ValueError(
            f"The trace of “{recording.words}” does not tell how {', '.join(wrong)} came about."
        )


# Reading the trace

_LINE = re.compile(r"(\d+) +(.*)")
_CALL = re.compile(r"(\w+)\((.*)\) += (-?\d+|0x[0-9a-f]+|\?).*")
_CUT = " <unfinished ...>"
_RESUMED = re.compile(r"<\.\.\. \w+ resumed>(.*)")
_PUT = re.compile(r'iov_base="((?:\\x[0-9a-f]{2})*)"')


def _whole(lines: Iterable[str]) -> Iterator[tuple[str, str, str, int]]:
    """The calls that succeeded: who made them, their names, what they were given, and what came back."""
    unfinished: dict[str, str] = {}
    for line in lines:
        said = _LINE.fullmatch(line.rstrip("\n"))
        if not said:
            raise ValueError(f"No line of a trace: {line[:200]}")
        pid, text = said.groups()
        if text.endswith(_CUT):
            unfinished[pid] = text.removesuffix(_CUT)
            continue
        if resumed := _RESUMED.fullmatch(text):
            text = unfinished.pop(pid) + resumed[1]
        call = _CALL.fullmatch(text)
        if call and call[3] != "?" and int(call[3], 0) >= 0:
            yield pid, call[1], call[2], int(call[3], 0)


def _bytes(word: str) -> bytes:
    if not (word.startswith('"') and word.endswith('"')):
        raise ValueError(f"No whole text in a trace: {word[:40]}")
    return bytes.fromhex(word[1:-1].replace("\\x", ""))


class _Opened:
    """What a descriptor means."""

    def __init__(self, path: str, inode: int | None, *, appends: bool = False) -> None:
        self.path = path
        self.inode = inode
        self.appends = appends
        self.position = 0


class _Hearing:
    """Follows the calls of a command and of what it starts: which descriptor is which file, and which name means which."""

    def __init__(self, root: str, here: str, disk: Disk) -> None:
        self._root = root
        self._here = here
        self.before = Disk(
            dict(disk.files), {inode: dict(names) for inode, names in disk.directories.items()}
        )
        self._sizes = {inode: len(content) for inode, content in disk.files.items()}
        self._names = {inode: dict(names) for inode, names in disk.directories.items()}
        self._opened: dict[str, dict[int, _Opened]] = {}
        self.calls: list[Call] = []
        self.said: int | None = None
        self.mapped: set[int] = set()
        self._first = ""

    def hear(self, pid: str, name: str, arguments: str, result: int) -> None:
        """Take in the next call. Raises ValueError for one that changes files in a way that is not known here."""
        if not self._first:
            self._first = pid
        if (
            pid not in self._opened
        ):  # it was started by the command, and inherits what that had open
            self._opened[pid] = dict(self._opened.get(self._first, {}))
        given = arguments.split(", ")
        if name in ("write", "pwrite64", "writev"):
            self._written(pid, name, given, arguments, result)
        elif name in ("fsync", "fdatasync"):
            self._flushed(self._inode(pid, given[0]))
        elif hasattr(self, f"_on_{name}"):
            getattr(self, f"_on_{name}")(pid, given, result)
        else:
            self._refuse(pid, name, given)

    def _refuse(self, pid: str, name: str, given: Sequence[str]) -> None:
        """A call of a kind that is not followed here: let it pass where no file of ours is in it."""
        descriptors = {self._inode(pid, word) for word in given if word.isdigit()}
        paths = {
            os.path.join(self._here, os.fsdecode(_bytes(word)))
            for word in given
            if word.startswith('"')
        }
        if (
            name in ("sync", "syncfs")
            or descriptors - {None}
            or any(path.startswith(self._root) for path in paths)
        ):
            raise ValueError(f"The program calls {name}, which this recorder does not follow.")

    # Names

    def _path(self, pid: str, directory: str, word: str) -> str:
        path = os.fsdecode(_bytes(word))
        opened = None if directory == "AT_FDCWD" else self._opened[pid].get(int(directory))
        return os.path.normpath(os.path.join(opened.path if opened else self._here, path))

    def _place(self, path: str) -> tuple[int, str] | None:
        """The directory of a path, and its last name; None where it is none of ours."""
        if not path.startswith(f"{self._root}/"):
            return None
        *above, name = path[len(self._root) + 1 :].split("/")
        directory = _ROOT
        for one in above:
            directory = self._names[directory][one]
        return directory, name

    def _meant(self, path: str) -> int | None:
        if path == self._root:
            return _ROOT
        place = self._place(path)
        return self._names[place[0]].get(place[1]) if place else None

    def _name(self, directory: int, *now: tuple[str, int | None]) -> None:
        renamed(self._names[directory], now)
        self.calls.append(Names(directory, now))

    def _new(self, *, directory: bool = False) -> int:
        inode = len(self.before.files) + len(self.before.directories)
        if directory:
            self.before.directories[inode] = {}
            self._names[inode] = {}
        else:
            self.before.files[inode] = b""
            self._sizes[inode] = 0
        return inode

    def _on_openat(self, pid: str, given: Sequence[str], result: int) -> None:
        path = self._path(pid, given[0], given[1])
        flags = given[2].split("|")
        if place := self._place(path):
            if {"O_SYNC", "O_DSYNC", "O_TMPFILE"} & {*flags}:
                raise ValueError(
                    f"The program opens {path} with {given[2]}, which this recorder does not follow."
                )
            if "O_CREAT" in flags and place[1] not in self._names[place[0]]:
                self._name(place[0], (place[1], self._new()))
            inode = self._names[place[0]][place[1]]
            if "O_TRUNC" in flags and self._sizes[inode]:
                self._resized(inode, 0)
        self._opened[pid][result] = _Opened(path, self._meant(path), appends="O_APPEND" in flags)

    def _on_open(self, pid: str, given: Sequence[str], result: int) -> None:
        self._on_openat(pid, ["AT_FDCWD", *given], result)

    def _on_creat(self, pid: str, given: Sequence[str], result: int) -> None:
        self._on_openat(pid, ["AT_FDCWD", given[0], "O_CREAT|O_TRUNC"], result)

    def _on_mkdirat(self, pid: str, given: Sequence[str], _: int) -> None:
        if place := self._place(self._path(pid, given[0], given[1])):
            self._name(place[0], (place[1], self._new(directory=True)))

    def _on_mkdir(self, pid: str, given: Sequence[str], result: int) -> None:
        self._on_mkdirat(pid, ["AT_FDCWD", *given], result)

    def _on_unlinkat(self, pid: str, given: Sequence[str], _: int) -> None:
        if place := self._place(self._path(pid, given[0], given[1])):
            self._name(place[0], (place[1], None))

    def _on_unlink(self, pid: str, given: Sequence[str], result: int) -> None:
        self._on_unlinkat(pid, ["AT_FDCWD", *given], result)

    _on_rmdir = _on_unlink

    def _on_linkat(self, pid: str, given: Sequence[str], _: int) -> None:
        old, new = self._path(pid, given[0], given[1]), self._path(pid, given[2], given[3])
        if place := self._place(new):
            self._name(place[0], (place[1], self._known(old)))

    def _on_link(self, pid: str, given: Sequence[str], result: int) -> None:
        self._on_linkat(pid, ["AT_FDCWD", given[0], "AT_FDCWD", given[1]], result)

    def _on_renameat(self, pid: str, given: Sequence[str], _: int) -> None:
        old, new = (
            self._place(self._path(pid, given[0], given[1])),
            self._place(self._path(pid, given[2], given[3])),
        )
        if not old and not new:
            return
        if not old or not new or old[0] != new[0]:
            raise ValueError(
                "The program moves a file into another directory, which this recorder does not follow."
            )
        self._name(old[0], (old[1], None), (new[1], self._names[old[0]][old[1]]))

    _on_renameat2 = _on_renameat

    def _on_rename(self, pid: str, given: Sequence[str], result: int) -> None:
        self._on_renameat(pid, ["AT_FDCWD", given[0], "AT_FDCWD", given[1]], result)

    def _known(self, path: str) -> int:
        inode = self._meant(path)
        if inode is None:
            raise ValueError(
                f"The program gives {path} a name here, which this recorder does not follow."
            )
        return inode

    # Descriptors

    def _inode(self, pid: str, descriptor: str) -> int | None:
        opened = self._opened[pid].get(int(descriptor))
        return opened.inode if opened else None

    def _on_dup(self, pid: str, given: Sequence[str], result: int) -> None:
        if opened := self._opened[pid].get(int(given[0])):
            self._opened[pid][result] = opened

    _on_dup2 = _on_dup3 = _on_dup

    def _on_close(self, pid: str, given: Sequence[str], _: int) -> None:
        self._opened[pid].pop(int(given[0]), None)

    def _on_lseek(self, pid: str, given: Sequence[str], result: int) -> None:
        if opened := self._opened[pid].get(int(given[0])):
            opened.position = result

    def _on_mmap(self, pid: str, given: Sequence[str], _: int) -> None:
        inode = self._inode(pid, given[4]) if given[4].isdigit() else None
        if inode is not None and "MAP_SHARED" in given[3] and "PROT_WRITE" in given[2]:
            self.mapped.add(inode)

    # Contents

    def _written(
        self, pid: str, name: str, given: Sequence[str], arguments: str, result: int
    ) -> None:
        if (
            given[0] in ("1", "2")
            and pid == self._first
            and self.said is None
            and int(given[0]) not in self._opened[pid]
        ):
            self.said = len(self.calls)
        opened = self._opened[pid].get(int(given[0]))
        if not opened or opened.inode is None:
            return
        data = (
            _bytes(given[1])
            if name != "writev"
            else b"".join(_bytes(f'"{part}"') for part in _PUT.findall(arguments))
        )
        at = (
            self._sizes[opened.inode]
            if opened.appends
            else int(given[3])
            if name == "pwrite64"
            else opened.position
        )
        self.calls.append(Write(opened.inode, at, data[:result]))
        self._sizes[opened.inode] = max(self._sizes[opened.inode], at + result)
        if name != "pwrite64":
            opened.position = at + result

    def _resized(self, inode: int, size: int) -> None:
        self.calls.append(Resize(inode, size))
        self._sizes[inode] = size

    def _on_ftruncate(self, pid: str, given: Sequence[str], _: int) -> None:
        inode = self._inode(pid, given[0])
        if inode is not None:
            self._resized(inode, int(given[1]))

    def _flushed(self, inode: int | None) -> None:
        if inode is not None:
            self.calls.append(Flush(inode))
