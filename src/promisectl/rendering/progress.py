"""A bar that shows how far something long is, drawn with rich beside the data."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

_OFTEN = 1 << 16  # bytes
_STEPS = 200  # in which the bar moves on


def shown(stream: IO[str], lines: Iterable[str], size: int) -> Iterator[str]:
    """The lines as they come, with a bar on `stream` while they do; `size` is that of all of them in bytes."""
    with _bar(stream) as bar:
        task, waiting = bar.add_task("", total=size), 0
        for line in lines:
            waiting += len(line.encode(errors="replace"))
            if waiting >= _OFTEN:
                bar.advance(task, waiting)
                waiting = 0
            yield line


@contextmanager
def counted(stream: IO[str], total: int) -> Iterator[Callable[[], None]]:
    """A bar on `stream`, and what moves it on by one."""
    with _bar(stream) as bar:
        task, waiting, some = bar.add_task("", total=total), 0, max(1, total // _STEPS)

        def one() -> None:
            nonlocal waiting
            waiting += 1
            if waiting >= some:
                bar.advance(task, waiting)
                waiting = 0

        yield one


def _bar(stream: IO[str]) -> Progress:
    console = Console(file=stream, force_terminal=True, color_system=None)
    return Progress(BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console, transient=True)
