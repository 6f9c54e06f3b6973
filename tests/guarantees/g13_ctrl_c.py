"""G13: Ctrl-C answers at once, whatever goes on, and nothing is changed by what it stopped."""

import fcntl
import os
import pty
import random
import re
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from promisectl import errors
from tests.guarantees.harness import ledgers, views
from tests.guarantees.harness.proof import Found, Proof, Size, Step
from tests.guarantees.harness.watching import environment, held
from tests.tools.fork_server import shared

LIMIT = 0.2
"""Seconds that a command may take to end, beyond what a bare process takes that gets the signal at the same moment."""
LIMIT_OF_A_SAMPLE = 1.5
"""The same where the machine is shared with other tests, so that a moment without a processor is no fault."""

_BARE = "import time\ntry:\n print(flush=True)\n time.sleep(99)\nexcept KeyboardInterrupt:\n raise SystemExit(130)"
_GIVE_UP = 15
_PIPE = 1 << 16
_STILL = 0.1  # seconds in which nothing comes
_CROWD = 20_000
_TOO_LATE = re.compile(
    r"(?m)^promisectl: The (move was recorded|backup was (made|restored)), but the result could not be printed \(it was stopped"
)


class Stopped(NamedTuple):
    """A command that got the signal: how long it took to end and how long a bare process took, its code, what it said, what changed."""

    took: float
    bare: float
    code: int
    stderr: str
    changed: Sequence[str]


class Moment(NamedTuple):
    """Something that goes on when the signal comes: the words, the ledger, when it is time, and what else is there.

    `when` waits for the moment; it is given the process, our end of stdout, the ledger, and a number between 0 and 1 that is another one
    each time. `really`: by an interpreter that starts from the beginning. `times`: how often in the whole.
    """

    name: str
    words: Sequence[str]
    when: Callable[[int, int, Path, float], None]
    ready: Callable[[Path], None] = ledgers.some
    meanwhile: Callable[[Path], Any] = nullcontext
    at_terminal: bool = False
    really: bool = False
    times: int = 20


# When it is time


def _in_the_ledger(
    process: int, _: int, ledger: Path, part: float, *, seconds: float = 0.1
) -> None:
    """A while after it has opened the ledger."""
    until = time.monotonic() + _GIVE_UP
    while time.monotonic() < until and not _opened(process, ledger):
        time.sleep(0.002)
    time.sleep(seconds * part)


def _waiting(process: int, out: int, ledger: Path, part: float) -> None:
    _in_the_ledger(process, out, ledger, 1 + part, seconds=0.2)


def _opened(process: int, ledger: Path) -> bool:
    with suppress(OSError):
        for name in os.listdir(f"/proc/{process}/fd"):
            with suppress(OSError):
                if os.readlink(f"/proc/{process}/fd/{name}") == str(ledger):
                    return True
        return False
    return True  # it has ended


def _asks(_: int, out: int, __: Path, part: float) -> None:
    """Once a question stands there."""
    until, said = time.monotonic() + _GIVE_UP, b""
    while (
        "›".encode() not in said
        and time.monotonic() < until
        and select.select([out], [], [], _GIVE_UP)[0]
    ):
        said += os.read(out, 4096)
    time.sleep(0.05 * part)


def _full(_: int, out: int, __: Path, part: float) -> None:
    """Once the pipe is full, as nobody reads from it: nothing more comes, for pages of it that are not filled up are taken, too."""
    until, last, since = time.monotonic() + _GIVE_UP, 0, time.monotonic()
    while time.monotonic() < until and (last < _PIPE // 2 or time.monotonic() < since + _STILL):
        time.sleep(0.005)
        (now,) = struct.unpack("i", fcntl.ioctl(out, termios.FIONREAD, b"\0" * 4))
        last, since = now, since if now == last else time.monotonic()
    assert last >= _PIPE // 2, f"only {last} bytes came"
    time.sleep(0.05 * part)


def _after(_: int, __: int, ___: Path, part: float, *, seconds: float) -> None:
    time.sleep(seconds * part)


def moments(size: Size) -> list[Moment]:
    """Every moment that is tried."""
    crowd = _CROWD if size.whole else ledgers.MANY // 3
    many = partial(_many, number=crowd)
    long = 1.5 * crowd / 3000
    found = [
        Moment(
            "waiting for the lock",
            ["complete", "1"],
            _waiting,
            meanwhile=ledgers.being_written,
            times=40,
        ),
        Moment(
            "an import that waits for the lock",
            ["import", "new.csv"],
            _waiting,
            meanwhile=ledgers.being_written,
        ),
        Moment("a question", ["review"], _asks, at_terminal=True, times=40),
        Moment("a view that nobody reads", ["list", "--all"], _full, many),
        Moment("an export that nobody reads", ["export", "--format", "json"], _full, many),
        Moment(
            "a view",
            ["list", "--all"],
            partial(_in_the_ledger, seconds=long / 2),
            many,
            at_terminal=True,
        ),
        Moment(
            "figures",
            ["stats", "--all", "--detail"],
            partial(_in_the_ledger, seconds=long / 3),
            many,
        ),
        Moment(
            "an import",
            ["import", "many.csv"],
            partial(_in_the_ledger, seconds=long),
            partial(_to_import, number=crowd),
            times=40,
        ),
        Moment(
            "a move",
            ["make", "Send the report", "--to", "dana"],
            partial(_after, seconds=0.08),
            times=200,
        ),
        Moment("the start", ["list"], partial(_after, seconds=0.4), really=True, times=60),
    ]
    there = {views.name_of(one) for one in views.declared()}
    more = [
        (["doctor"], long),
        (["backup", "another.db"], long / 3),
        (["restore", "copy.db", "--yes"], long),
    ]
    for words, seconds in more:
        if words[0] in there:
            found.append(
                Moment(
                    words[0],
                    words,
                    partial(_after, seconds=seconds),
                    partial(_with_a_copy, number=crowd),
                )
            )
    return found


def _many(home: Path, number: int) -> None:
    ledgers.many(home, number)


def _to_import(home: Path, number: int) -> None:
    ledgers.some(home)
    (home / "many.csv").write_text(ledgers.rows(number), encoding="utf-8")


def _with_a_copy(home: Path, number: int) -> None:
    ledgers.many(home, number)
    (home / "copy.db").write_bytes(ledgers.place(home).read_bytes())


# The trial


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Each moment some times; of a mutant no more than its first fault."""
    limit = LIMIT if size.whole else LIMIT_OF_A_SAMPLE
    known = moments(size)
    number = random.Random(size.seed)
    faults, stopped, late, done = list[str](), list[Stopped](), 0, 0
    of = sum(size.of(moment.times, 1) for moment in known)
    for moment in known:
        for _ in range(size.of(moment.times, 1)):
            one = _interrupted(moment, number.random(), mutant, limit)
            done += 1
            step(done, of)
            if one.code == 0 and one.took - one.bare <= limit:
                late += 1
                continue
            stopped.append(one)
            faults += [f"{moment.name}: {fault}" for fault in _faults(moment, one, limit)]
            if mutant and faults:
                return Found(done, faults)
    return Found(
        len(stopped), faults, f"{late} more had ended before{_how_long(stopped) if stopped else ''}"
    )


def _how_long(stopped: Sequence[Stopped]) -> str:
    took, bare = [one.took for one in stopped], [one.bare for one in stopped]
    return (
        f"; worst {max(took):.3f} s, median {statistics.median(took):.3f} s, "
        f"a bare process at the same moments {max(bare):.3f} s and {statistics.median(bare):.3f} s"
    )


def _faults(moment: Moment, one: Stopped, limit: float) -> Iterator[str]:
    if one.took - one.bare > limit:
        yield f"it took {one.took:.2f} s to end, and a bare process {one.bare:.2f} s"
    before_us = (
        moment.really and "KeyboardInterrupt" in one.stderr and "/promisectl/" not in one.stderr
    )  # Python had not come to us yet
    too_late = one.code == errors.AnswerLost.exit_code and bool(_TOO_LATE.search(one.stderr))
    if (
        one.code not in (errors.INTERRUPTED_EXIT_CODE, -signal.SIGINT)
        and one.took < _GIVE_UP
        and not (before_us or too_late)
    ):
        yield f"it ended with {one.code}: {one.stderr[-300:]}"
    if "Traceback" in one.stderr and not before_us:
        yield f"it printed a traceback: {one.stderr[-900:]}"
    if bool(one.changed) != too_late:
        yield f"it ended with {one.code}, and in its home there changed: {', '.join(one.changed) or 'nothing'}"


def _interrupted(moment: Moment, part: float, mutant: str | None, limit: float) -> Stopped:
    with (
        ledgers.home_with(moment.ready) as home,
        moment.meanwhile(home),
        tempfile.TemporaryFile() as err,
        open_bare_process() as bare,
    ):
        before = _files(home)
        run, out = _started(moment, home, err, mutant)
        moment.when(run.pid, out, ledgers.place(home), part)
        began = time.monotonic()
        run.send(signal.SIGINT)
        bare.send_signal(signal.SIGINT)
        bare.wait()
        taken_bare = time.monotonic() - began
        try:
            code = run.wait(limit + taken_bare + 1)
        except TimeoutError:
            code = -signal.SIGKILL
        taken = time.monotonic() - began
        if code == -signal.SIGKILL:
            run.kill()
            run.wait(_GIVE_UP)
        os.close(out)
        err.seek(0)
        after = _files(home)
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        return Stopped(taken, taken_bare, code, err.read().decode(errors="replace"), changed)


def _files(home: Path) -> dict[str, bytes]:
    """Every file and what is in it. A directory that was made and holds nothing changes nothing for anybody."""
    return {name: one[-1] for name, one in held(home).items() if (home / name).is_file()}


@contextmanager
def open_bare_process() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that does nothing until it gets the signal, then ends: what the machine takes for that."""
    with subprocess.Popen(
        [sys.executable, "-IS", "-c", _BARE], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as bare:
        try:
            assert bare.stdout
            assert bare.stdout.readline()
            yield bare
        finally:
            bare.kill()


class _Real:
    """A command by an interpreter that starts from the beginning, like a Run."""

    def __init__(self, words: Sequence[str], **how: Any) -> None:
        self._process = subprocess.Popen([sys.executable, "-m", "promisectl", *words], **how)
        self.pid = self._process.pid
        self.send, self.kill = self._process.send_signal, self._process.kill

    def wait(self, timeout: float) -> int:
        """The exit code. Raises TimeoutError."""
        try:
            return self._process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError from error


def _started(moment: Moment, home: Path, err: Any, mutant: str | None) -> tuple[Any, int]:
    """The command, and our end of its stdout."""
    if moment.at_terminal:
        ours, its = pty.openpty()
        streams = {
            "stdin": its,
            "stdout": its,
            "stderr": its if moment.when is _asks else err.fileno(),
        }
    else:
        ours, its = os.pipe()
        streams = {"stdin": subprocess.DEVNULL, "stdout": its, "stderr": err.fileno()}
    environ = environment(home)
    try:
        if moment.really:
            return _Real(moment.words, env=environ, cwd=home, **streams), ours
        with open(os.devnull, "rb") as nothing:
            streams["stdin"] = its if moment.at_terminal else nothing.fileno()
            return shared().start(
                moment.words, env=environ, cwd=home, mutant=mutant, **streams
            ), ours
    finally:
        os.close(its)


PROOF = Proof(
    "G13",
    "Ctrl-C answers at once, also while waiting, and nothing is changed by what it stopped",
    "commands stopped",
    f"< {LIMIT} s, nothing changed",
    tried,
    ("waiting inside SQLite",),
)
