"""All that can go wrong for a person, each with the sentence it is told in, a name for programs and an exit code.

A sentence says what is wrong and what to do next. Raised anywhere, caught once, in `cli.main`. Here are the families; the members of each
are in the rooms below, which are entered when something goes wrong, as to make them all takes longer than a query.
"""

from __future__ import annotations

from contextlib import contextmanager

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.errors.dates import *
    from promisectl.errors.editor import *
    from promisectl.errors.files import *
    from promisectl.errors.imports import *
    from promisectl.errors.ledger import *
    from promisectl.errors.moves import *
    from promisectl.errors.not_found import *
    from promisectl.errors.usage import *

INTERRUPTED_EXIT_CODE = 130  # as a shell counts Ctrl-C
_ERROR_MODULES = ("dates", "editor", "files", "imports", "ledger", "moves", "not_found", "usage")


class Problem(Exception):
    """The family: `code` is a name for programs, `exit_code` what the shell sees, `moves` the open verbs.

    `str(problem)` is put together when it is told, of whatever is known by then: the `place` that it is about, what is wrong there,
    what was left undone (`effect`), what helps (`advice`), and the notes that were added on its way.
    """

    code = "usage"
    exit_code = 2
    moves: tuple[str, ...] = ()
    place = ""
    effect = ""
    advice = ""

    @property
    def cause(self) -> str:
        """What is wrong, led by its place, as in “line 3: …”."""
        what = super().__str__()
        return f"{self.place}: {what}" if self.place else what

    def __str__(self) -> str:
        """All of it, in the order in which it is told."""
        notes = getattr(self, "__notes__", ())
        return " ".join(filter(None, (self.cause, self.effect, self.advice, *notes)))


@contextmanager
def add_place_to_errors(place: str) -> Iterator[None]:
    """Around what reads one of many: a problem is told with its place, if that is not empty."""
    try:
        yield
    except Problem as problem:
        problem.place = ": ".join(filter(None, (place, problem.place)))
        raise


class Usage(Problem):
    """The words of the command cannot be carried out as typed (exit 2)."""


class NotFound(Problem):
    """There is no such promise, person or topic (exit 3)."""

    code = "not-found"
    exit_code = 3


class Ambiguous(Problem):
    """A name could mean more than one, or looks too much like a known one (exit 3)."""

    code = "ambiguous"
    exit_code = 3


class IllegalMove(Problem):
    """The move is not open now (exit 4)."""

    code = "illegal-move"
    exit_code = 4


class LedgerError(Problem):
    """The ledger cannot be read or written (exit 5). `restorable`: a backup could help."""

    code = "ledger"
    exit_code = 5
    restorable = False

    def add_backup_hint(self, directory: str) -> None:
        """Say besides where the backups are."""
        self.add_note(f"Backups are in {directory}; one is brought back with: restore FILE.")


class BadData(Problem):
    """The config, or what is read from a file or from stdin, holds something that cannot be used (exit 6)."""

    code = "data"
    exit_code = 6


# Met on the way of every command: where Ctrl-C or a closed pipe passes, nothing is to be imported


class AnswerLost(Problem):
    """What was asked for is done and recorded, but its answer could not be written out."""

    code = "ledger"
    exit_code = 7

    def __init__(self, why: str, did: str = "The move was recorded", look: str = "log") -> None:
        self.why = why
        super().__init__(
            f"{did}, but its answer could not be written out ({why}). See it with: {look}."
        )


class ClosedPipe(Problem):
    """Whoever read the answer has closed the pipe, so nothing needs to be said. 141 is how a shell counts SIGPIPE."""

    exit_code = 141


class StdoutFailed(LedgerError):
    """Stdout took no more of a view's answer."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The answer can't be written out: {why}.")


class TemporaryLedgerError(LedgerError):
    """Trouble that comes from without, and may pass: what it is, and what helps."""

    def __init__(self, what: str, advice: str) -> None:
        self.advice = advice
        super().__init__(what)


class NoPromise(NotFound):
    """No promise has that number. `newest` is the highest there is, where it is known."""

    def __init__(self, number: int, newest: int = 0) -> None:
        self.number = number
        beyond = f"; the newest is #{newest}" if 0 < newest < number else ""
        super().__init__(
            f"There is no promise #{number}{beyond}. The numbers are in the first column of: list --all."
        )


class BadNumber(Usage):
    """Something that is not the number of a promise. `instead` says which numbers it may stand for."""

    def __init__(
        self, word: str, instead: str = "The numbers are in the first column of: list."
    ) -> None:
        self.word = word
        super().__init__(f"“{word}” is not the number of a promise. {instead}")


if not TYPE_CHECKING:

    def __getattr__(name: str) -> type[Problem]:
        """An error by its name, from the room it is in."""
        for room in _ERROR_MODULES:
            found = getattr(__import__(f"promisectl.errors.{room}", fromlist=[name]), name, None)
            if isinstance(found, type) and issubclass(found, Problem):
                return found
        message = f"there is no error called {name}"
        raise AttributeError(message)
