"""The moment from which a command is recorded: Ctrl-C before it leaves everything as it was, and after it says that it came too late."""

from __future__ import annotations

import _signal as signal  # type: ignore[import-not-found]  # the module itself takes longer, for names that nobody reads here
from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def recorded() -> Iterator[None]:
    """Around the step that makes a command count. Ctrl-C waits until it is through; if it comes then, or later, it raises AnswerLost."""
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # Ctrl-C is no interrupt here, as in a test or a pager
        yield
        return
    before = _masked({signal.SIGINT})
    try:
        yield
        signal.signal(signal.SIGINT, _came_too_late)
    finally:
        _masked(before, how="SIG_SETMASK")


def not_yet() -> None:
    """What comes now is not recorded: Ctrl-C is an interrupt again."""
    if signal.getsignal(signal.SIGINT) is _came_too_late:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def complain() -> None:
    """Say that Ctrl-C came too late. Raises AnswerLost."""
    raise errors.AnswerLost("it was stopped with Ctrl-C")


def _came_too_late(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough
    complain()


def _masked(signals: set[int], how: str = "SIG_BLOCK") -> set[int]:
    """Hold signals back where the system can do that, and say which were held back before."""
    mask = getattr(signal, "pthread_sigmask", None)
    return set(mask(getattr(signal, how), signals)) if mask else set()
