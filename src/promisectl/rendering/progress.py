"""A bar that shows how far a long file is, drawn with rich beside the data."""

from collections.abc import Iterable, Iterator
from typing import IO

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

_OFTEN = 1 << 16  # bytes


def shown(stream: IO[str], lines: Iterable[str], size: int) -> Iterator[str]:
    """The lines as they come, with a bar on `stream` while they do; `size` is that of all of them in bytes."""
    console = Console(file=stream, force_terminal=True, color_system=None)
    with Progress(BarColumn(), TaskProgressColumn(), TimeRemainingColumn(), console=console, transient=True) as bar:
        task, waiting = bar.add_task("", total=size), 0
        for line in lines:
            waiting += len(line.encode(errors="replace"))
            if waiting >= _OFTEN:
                bar.advance(task, waiting)
                waiting = 0
            yield line
