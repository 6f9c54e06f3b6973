"""A second process that checks most promises of a large ledger beside the first.

It can only say that all of them match their history. Whatever else it finds, or fails at, the first
process finds out itself, so no fault depends on it.
"""

from __future__ import annotations

import os
import signal
from contextlib import contextmanager, suppress
from functools import partial

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.storage import connection

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

_MIN_LEDGER_BYTES = 8 << 20
"""The size of a ledger from which on a second process saves more than it costs: 20,000 acts."""
_SECOND_SHARE = 2 / 3
"""The part of all promises that makes both processes end at the same time.

The first one has to check the file, the chain and the commands as well.
"""
_PROGRESS_ACTS = 1_000
"""How many acts the second process checks before it tells that it has."""
_PROGRESS = b"."
_MAX_ORDER_BYTES = 32


class SecondProcessAnswer(NamedTuple):
    """How many promises match their history, and the head of the ledger that was read."""

    promises: int
    head: str


class SecondProcessFailedError(Exception):
    """The second process can't say that its promises match their history."""


class SecondProcess:
    """The second process, as the first one sees it.

    It checks the promises from `first_promise` on, which is None while it has nothing to do.
    """

    def __init__(self, process: int, orders: int, answers: int) -> None:
        self._process, self._orders, self._answers = process, orders, answers
        self._head = ""
        self._is_running = True
        self.first_promise: int | None = None

    def begin(self, db: sqlite3.Connection) -> None:
        """Let it begin; `db` holds the ledger until it is done.

        While one connection reads, nobody can write, so that both read the same ledger. It gets
        nothing to do where the number of a promise is damaged. Raises sqlite3.Error, and OSError
        if it has ended already.
        """
        self._head = connection.fetch_last_act(db).hash
        highest: object = db.execute(sql.HIGHEST_PROMISE_OF_ACTS).fetchone()[0]
        if not isinstance(highest, int):
            return
        first = highest - int(highest * _SECOND_SHARE) + 1
        os.write(self._orders, str(first).encode())
        self.first_promise = first

    def wait_for_count(self, on_progress: Callable[[], None]) -> int:
        """Return how many promises match, when it has checked all of its own.

        `on_progress` is called for each act. Raises SecondProcessFailedError.
        """
        answer = b""
        while piece := os.read(self._answers, 1 << 16):
            for _ in range(piece.count(_PROGRESS) * _PROGRESS_ACTS):
                on_progress()
            answer += piece.replace(_PROGRESS, b"")
        self._is_running = False
        count, _, head = answer.decode().partition(" ")
        if not head or head != self._head:
            raise SecondProcessFailedError
        return int(count)

    def end(self) -> None:
        """End it, whatever it is doing."""
        # It may be gone without a trace, where the system was told not to keep it for us.
        with suppress(ProcessLookupError, ChildProcessError):
            if self._is_running:
                os.kill(self._process, getattr(signal, "SIGKILL", signal.SIGTERM))
            os.waitpid(self._process, 0)
        os.close(self._orders)
        os.close(self._answers)


@contextmanager
def open_second_process(
    path: str, count_promises: Callable[[str, int, Callable[[], None]], SecondProcessAnswer]
) -> Iterator[SecondProcess | None]:
    """Start a second process for the ledger at `path`, and end it after the block.

    It calls `count_promises` (`checks.count_matching_promises`) with the path, its first promise,
    and what is to be called for each act.

    None where it does not pay, or can't be. No connection may be open: SQLite's locks and memory
    are those of one process.
    """
    second = None
    fork = getattr(os, "fork", None)  # Windows has none
    if fork and _is_second_process_useful(path):
        with suppress(OSError):  # a limit on processes or files
            second = _start_second_process(fork, partial(count_promises, path))
    try:
        yield second
    finally:
        if second:
            second.end()


def _start_second_process(
    fork: Callable[[], int],
    count_promises: Callable[[int, Callable[[], None]], SecondProcessAnswer],
) -> SecondProcess:
    orders_end, orders = os.pipe()
    answers, answers_end = os.pipe()
    try:
        process = fork()
    except OSError:
        os.close(orders)
        os.close(answers)
        raise
    else:
        if not process:
            os.close(orders)
            os.close(answers)
            _run_second_process(count_promises, orders_end, answers_end)
        return SecondProcess(process, orders, answers)
    finally:
        os.close(orders_end)
        os.close(answers_end)


def _is_second_process_useful(path: str) -> bool:
    list_processors = getattr(os, "sched_getaffinity", None)  # macOS has none
    if not list_processors:
        return False
    try:
        return os.path.getsize(path) >= _MIN_LEDGER_BYTES and len(list_processors(0)) > 1
    except OSError:
        return False


def _run_second_process(
    count_promises: Callable[[int, Callable[[], None]], SecondProcessAnswer],
    orders_end: int,
    answers_end: int,
) -> None:
    """Be the second process: wait for the order, check, answer and end. This never returns."""
    acts = 0

    def tell_progress() -> None:
        nonlocal acts
        acts += 1
        if acts % _PROGRESS_ACTS == 0:
            os.write(answers_end, _PROGRESS)  # raises once the first process has ended

    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # a Ctrl-C ends it without a word
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        if order := os.read(orders_end, _MAX_ORDER_BYTES):
            answer = count_promises(int(order), tell_progress)
            os.write(answers_end, f"{answer.promises} {answer.head}".encode())
    finally:
        os._exit(0)  # what it has not answered, the first process finds out
