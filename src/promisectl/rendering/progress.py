"""A bar that shows how far something long is, drawn with rich beside the data."""

from __future__ import annotations

from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import IO, TypeVar

    T = TypeVar("T")

_PROGRESS_STEPS = 100  # in which the bar moves on: one for each per cent that it shows


def iter_with_progress(
    stream: IO[str], things: Iterable[T], size: int, weigh: Callable[[T], int]
) -> Iterator[T]:
    """The things as they come, with a bar on `stream` while they do; `size` is what all of them weigh together."""
    with open_progress_bar(stream, size) as on:
        for thing in things:
            on(weigh(thing))
            yield thing


@contextmanager
def open_progress_bar(stream: IO[str], total: int) -> Iterator[Callable[..., None]]:
    """A bar on `stream`, and what moves it on, by one if nothing is said."""
    console = Console(file=stream, force_terminal=True, color_system=None)
    columns = (BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, auto_refresh=False
    ) as bar:  # drawn at each step, so no thread is needed
        task, waiting = bar.add_task("", total=total), 0

        def advance_bar(steps: int = 1) -> None:
            nonlocal waiting
            waiting += steps
            if waiting * _PROGRESS_STEPS >= total:
                bar.advance(task, waiting)
                bar.refresh()
                waiting = 0

        yield advance_bar
