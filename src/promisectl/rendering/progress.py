"""A progress bar, drawn with rich."""

from __future__ import annotations

from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from promisectl._typing import TYPE_CHECKING
from promisectl.system import interrupts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO, TypeVar

    T = TypeVar("T")

_PROGRESS_STEPS = 100  # the bar is drawn again for each percent


@contextmanager
def watch_progress(
    stream: IO[str], things: Iterable[T], size: int, weigh: Callable[[T], int]
) -> Iterator[Iterator[T]]:
    """Give the things one by one, with a progress bar on `stream` until the end of the block.

    `weigh` returns the weight of a thing, and `size` is the weight of all of them.
    """

    def iter_weighed(advance_bar: Callable[..., None]) -> Iterator[T]:
        for thing in things:
            advance_bar(weigh(thing))
            yield thing

    with open_progress_bar(stream, size) as advance_bar:
        yield iter_weighed(advance_bar)


@contextmanager
def open_progress_bar(stream: IO[str], total: int) -> Iterator[Callable[..., None]]:
    """Show a bar on `stream`; the function it gives moves the bar on, by one step by default."""
    console = Console(file=stream, force_terminal=True, color_system=None)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    # Each step draws the bar, so no thread is needed. A Ctrl-C in the middle of a drawing would
    # leave rich's buffer open and the cursor hidden: it waits until the drawing is done.
    bar = Progress(*columns, console=console, transient=True, auto_refresh=False)
    try:
        with interrupts.delay_interrupts():
            bar.start()
            task = bar.add_task("", total=total)
        waiting = 0

        def advance_bar(steps: int = 1) -> None:
            nonlocal waiting
            waiting += steps
            if waiting * _PROGRESS_STEPS >= total:
                with interrupts.delay_interrupts():
                    bar.advance(task, waiting)
                    bar.refresh()
                waiting = 0

        yield advance_bar
    finally:
        with interrupts.delay_interrupts():
            bar.stop()
