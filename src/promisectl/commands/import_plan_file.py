"""The steps of a planned import, kept in a file: in memory, 100,000 of them take 150 MiB."""

from __future__ import annotations

import pickle

from promisectl._typing import TYPE_CHECKING
from promisectl.commands import import_source
from promisectl.commands.import_step import ImportStep
from promisectl.domain.people import Newcomer
from promisectl.storage.codec import NewPromiseRows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO, Any

_BATCH_STEPS = 100  # one pickle of so many names their columns once; saves 20 µs a step


class PlanFile:
    """The steps that make or link a promise, in a file without a name.

    They are kept as plain tuples, which pickle reads and writes many times as fast as our types.
    """

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._waiting: list[tuple[Any, ...]] = []
        self.step_count = 0

    def add_step(self, step: ImportStep) -> None:
        """Add a step, without its row. Raises NoTemporaryFile."""
        newcomer = (step.newcomer[0], *step.newcomer[1]) if step.newcomer else None
        promise = tuple(step.promise) if step.promise else None
        self._waiting.append(
            (step.line, step.does, step.number, promise, newcomer, step.was_undone, step.bigger)
        )
        self.step_count += 1
        if len(self._waiting) == _BATCH_STEPS:
            self._write_waiting_steps()

    def finish(self) -> None:
        """Write the last steps. Raises NoTemporaryFile."""
        self._write_waiting_steps()
        with import_source.guard_unnamed_writes():
            self._file.flush()

    def _write_waiting_steps(self) -> None:
        with import_source.guard_unnamed_writes():
            pickle.dump(self._waiting, self._file)
        self._waiting.clear()

    def iter_steps(self) -> Iterator[ImportStep]:
        """Return the steps, in their order."""
        self._file.seek(0)
        left = self.step_count
        while left:
            # Safe to load: this process has written the steps, into a file without a name.
            steps = pickle.load(self._file)  # noqa: S301
            left -= len(steps)
            for line, does, number, promise, newcomer, was_undone, bigger in steps:
                yield ImportStep(
                    line,
                    does,
                    number=number,
                    promise=NewPromiseRows(*promise) if promise else None,
                    newcomer=(newcomer[0], Newcomer(*newcomer[1:])) if newcomer else None,
                    was_undone=was_undone,
                    bigger=bigger,
                )
