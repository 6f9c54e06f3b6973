"""A bar that shows how far a long file is, drawn with rich beside the data."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO, TypeVar

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

_STEPS = 200

T = TypeVar("T")


def shown(stream: IO[str], things: Iterable[T], size: int, weigh: Callable[[T], int]) -> Iterator[T]:
    """The things as they come, with a bar on `stream` while they do; `size` is what all of them weigh together."""
    console = Console(file=stream, force_terminal=True, color_system=None)
    with Progress(BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        task, waiting = bar.add_task("", total=size), 0
        for thing in things:
            waiting += weigh(thing)
            if waiting * _STEPS >= size:
                bar.advance(task, waiting)
                waiting = 0
            yield thing
