"""The moment from which a command is recorded: Ctrl-C before it leaves everything as it was, and after it says that it came too late."""

from __future__ import annotations

import signal
from contextlib import contextmanager

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Around the step that makes a command count. Ctrl-C waits until it is through; if it comes then, or later, it raises AnswerLost."""
    if (
        signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):  # Ctrl-C is no interrupt here, as in a test or a pager
        yield
        return
    before = _mask_signals("SIG_BLOCK", {signal.SIGINT})
    try:
        yield
        signal.signal(signal.SIGINT, _handle_late_interrupt)
    finally:
        _mask_signals("SIG_SETMASK", before)


def restore_interrupts() -> None:
    """What comes now is not recorded: Ctrl-C is an interrupt again."""
    if signal.getsignal(signal.SIGINT) is _handle_late_interrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_answer_lost() -> None:
    """Say that Ctrl-C came too late. Raises AnswerLost."""
    raise errors.AnswerLost("it was stopped with Ctrl-C")


def _handle_late_interrupt(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_IGN)  # once is enough
    raise_answer_lost()


def _mask_signals(how: str, signals: set[int]) -> set[int]:
    """Hold signals back where the system can do that, and say which were held back before."""
    mask = getattr(signal, "pthread_sigmask", None)
    return set(mask(getattr(signal, how), signals)) if mask else set()
