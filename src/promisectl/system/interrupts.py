"""Ctrl-C while a command is recorded: it takes effect before, and comes too late after."""

from __future__ import annotations

import signal
from contextlib import contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType


@contextmanager
def hold_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back while a command is recorded.

    A Ctrl-C during the block, or after it, raises AnswerLost after the block. It does nothing where
    Ctrl-C raises no KeyboardInterrupt, as in a test or under a pager.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return
    with delay_interrupts():
        yield
        signal.signal(signal.SIGINT, _handle_late_interrupt)


@contextmanager
def delay_interrupts() -> Iterator[None]:
    """Let a Ctrl-C during the block take effect right after it; so nothing is left half done."""
    before = _mask_signals("SIG_BLOCK", {signal.SIGINT})
    try:
        yield
    finally:
        _mask_signals("SIG_SETMASK", before)


@contextmanager
def watch_interrupts() -> Iterator[list[int]]:
    """Give a list that gets an item for every Ctrl-C during the block, which raises as ever.

    So a library that calls our code and hides what it raises can't hide a Ctrl-C. The list stays
    empty where Ctrl-C raises no KeyboardInterrupt, and in a thread that gets no signals.
    """
    noted: list[int] = []

    def note_and_raise(number: int, _: FrameType | None) -> None:
        noted.append(number)
        raise KeyboardInterrupt

    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:
        with suppress(ValueError):  # in another thread than the main one
            signal.signal(signal.SIGINT, note_and_raise)
    try:
        yield noted
    finally:
        if signal.getsignal(signal.SIGINT) is note_and_raise:
            signal.signal(signal.SIGINT, before)


def take_pending_interrupt() -> bool:
    """Whether a Ctrl-C is held back; it is taken, and has no other effect."""
    find_pending = getattr(signal, "sigpending", None)
    if find_pending is None or signal.SIGINT not in find_pending():
        return False
    getattr(signal, "sigwait")({signal.SIGINT})  # noqa: B009 (Windows has none)
    return True


def restore_interrupts() -> None:
    """Let Ctrl-C raise KeyboardInterrupt again, before something that is not recorded."""
    if signal.getsignal(signal.SIGINT) is _handle_late_interrupt:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def raise_answer_lost() -> None:
    """Raise AnswerLost for a Ctrl-C that came too late."""
    raise errors.AnswerLost("it was stopped with Ctrl-C")


def _handle_late_interrupt(number: int, _: FrameType | None) -> None:
    signal.signal(number, lambda *_: None)  # once is enough; a program that is run ignores none
    raise_answer_lost()


def _mask_signals(how: str, signals: set[int]) -> set[int]:
    """Change which signals are held back, and return which were; do nothing on Windows."""
    mask = getattr(signal, "pthread_sigmask", None)
    return set(mask(getattr(signal, how), signals)) if mask else set()
