"""A progress bar, drawn with rich."""

from __future__ import annotations

from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO, TypeVar

    T = TypeVar("T")

_PROGRESS_STEPS = 100  # the bar is drawn again for each percent


def iter_with_progress(
    stream: IO[str], things: Iterable[T], size: int, weigh: Callable[[T], int]
) -> Iterator[T]:
    """Yield the things one by one, with a progress bar on `stream` meanwhile.

    `weigh` returns the weight of a thing, and `size` is the weight of all of them.
    """
    with open_progress_bar(stream, size) as advance_bar:
        for thing in things:
            advance_bar(weigh(thing))
            yield thing


@contextmanager
def open_progress_bar(stream: IO[str], total: int) -> Iterator[Callable[..., None]]:
    """Show a bar on `stream`; the function it gives moves the bar on, by one step by default."""
    console = Console(file=stream, force_terminal=True, color_system=None)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    # Each step draws the bar, so no thread is needed.
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task, waiting = bar.add_task("", total=total), 0

        def advance_bar(steps: int = 1) -> None:
            nonlocal waiting
            waiting += steps
            if waiting * _PROGRESS_STEPS >= total:
                bar.advance(task, waiting)
                bar.refresh()
                waiting = 0

        yield advance_bar
