"""How the driver waits for the server: with a deadline, and so that Ctrl-C answers at once."""

from __future__ import annotations

import select
import time
from contextlib import contextmanager

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_ABANDON_LOOK_SECONDS = 0.05


class TooLong(Exception):
    """The server did not answer in time."""


class Abandoned(Exception):
    """A person does not want to wait for the answer any more."""


class Waiter:
    """The function that the driver calls to wait for the server, until `deadline`.

    The deadline is a moment of `time.monotonic`. While `is_abandoned` is set, it is called again
    and again; once it returns True, the wait ends with Abandoned.
    """

    def __init__(self) -> None:
        self.deadline = 0.0
        self.is_abandoned: Callable[[], bool] | None = None
        self.former: Any = None
        """The callback of the program, which it gets back."""

    @contextmanager
    def limit_wait(self, seconds: float, is_abandoned: Callable[[], bool] | None) -> Iterator[None]:
        """Let the driver wait by this for the next answer, which has to come within `seconds`.

        The driver has one callback for all connections of a process; a Python program may have
        others of its own, and may wait in several threads, of which any can be the last one.
        """
        from psycopg2 import extensions

        self.deadline = time.monotonic() + seconds
        self.is_abandoned = is_abandoned
        former = extensions.get_wait_callback()
        self.former = former.former if isinstance(former, Waiter) else former
        extensions.set_wait_callback(self)
        try:
            yield
        finally:
            extensions.set_wait_callback(self.former)

    def __call__(self, connection: Any) -> None:
        """Wait until the driver has what it waits for. Raises TooLong and Abandoned."""
        from psycopg2 import extensions

        while (state := connection.poll()) != extensions.POLL_OK:
            descriptor = connection.fileno()
            reads = [descriptor] if state == extensions.POLL_READ else []
            writes = [descriptor] if state == extensions.POLL_WRITE else []
            while not any(select.select(reads, writes, [], self._find_pause())):
                if time.monotonic() >= self.deadline:
                    raise TooLong
                if self.is_abandoned and self.is_abandoned():
                    raise Abandoned

    def _find_pause(self) -> float:
        """Return how many seconds to wait before the next look."""
        left = max(0.0, self.deadline - time.monotonic())
        return min(left, _ABANDON_LOOK_SECONDS) if self.is_abandoned else left
