"""The errors that a person can meet, each with its sentence, a code and an exit code.

A sentence names what is wrong and what to do next. Any module raises errors; `cli.main` alone
catches and prints them. This module holds the families of errors. Their members are in the modules
of this package, and `__getattr__` imports these when an error is needed: it takes longer than a
query to create all the classes.
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
    from promisectl.errors.jot import *
    from promisectl.errors.ledger import *
    from promisectl.errors.moves import *
    from promisectl.errors.not_found import *
    from promisectl.errors.usage import *

INTERRUPTED_EXIT_CODE = 130  # as a shell counts Ctrl-C
_ERROR_MODULES = (
    "dates",
    "editor",
    "files",
    "imports",
    "jot",
    "ledger",
    "moves",
    "not_found",
    "usage",
)


class Problem(Exception):
    """The base of all errors.

    `code` is a name for programs, `exit_code` what the shell gets, `moves` the verbs that are open,
    `commands` whole command lines that can be pasted, `details` more sentences; each of these is
    printed on a line of its own.
    `str(problem)` joins all that is known: the `place` of the error, what is wrong there, what was
    left undone (`effect`), what helps (`advice`), and the notes that callers added on the way.
    """

    code = "usage"
    exit_code = 2
    moves: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    place = ""
    effect = ""
    advice = ""

    @property
    def cause(self) -> str:
        """What is wrong, after its place if it has one, as in “line 3: …”."""
        what = super().__str__()
        return f"{self.place}: {what}" if self.place else what

    def __str__(self) -> str:
        """Return all that is known, in the order in which a person reads it."""
        notes = getattr(self, "__notes__", ())
        return " ".join(filter(None, (self.cause, self.effect, self.advice, *notes)))


@contextmanager
def add_place_to_errors(place: str) -> Iterator[None]:
    """Add `place`, if it is not empty, to the place of any error raised inside."""
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
    """The ledger cannot be read or written (exit 5); `restorable` if a backup can help."""

    code = "ledger"
    exit_code = 5
    restorable = False

    def add_backup_hint(self, directory: str) -> None:
        """Add a note with the directory of the backups and how to restore one."""
        self.add_note(f"Backups are in {directory}; one is brought back with: restore FILE.")


class MachineError(Problem):
    """The machine lacks what a command needs, which says nothing about the ledger (exit 5)."""

    code = "ledger"
    exit_code = 5


class BadData(Problem):
    """A file, stdin or the config has something that cannot be used (exit 6)."""

    code = "data"
    exit_code = 6


# Errors that must not import a module, as they come after Ctrl-C or a closed pipe, and those that
# every command refers to.


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
    """Whoever read the answer has closed the pipe, so nothing needs to be said.

    A shell gives the exit code 141 for SIGPIPE.
    """

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
    """No promise has that number. `newest` is the highest number, 0 where it is unknown."""

    def __init__(self, number: int, newest: int = 0) -> None:
        self.number = number
        beyond = f"; the newest is #{newest}" if 0 < newest < number else ""
        super().__init__(
            f"There is no promise #{number}{beyond}. "
            "The numbers are in the first column of: list --all."
        )


class BadNumber(Usage):
    """Something that is not the number of a promise.

    `instead` is a sentence about the numbers that it may stand for.
    """

    def __init__(
        self, word: str, instead: str = "The numbers are in the first column of: list."
    ) -> None:
        self.word = word
        super().__init__(f"“{word}” is not the number of a promise. {instead}")


if not TYPE_CHECKING:

    def __getattr__(name: str) -> type[Problem]:
        """Return an error class by its name, from the module that has it."""
        for module_name in _ERROR_MODULES:
            module = __import__(f"promisectl.errors.{module_name}", fromlist=[name])
            error = getattr(module, name, None)
            if isinstance(error, type) and issubclass(error, Problem):
                return error
        message = f"there is no error called {name}"
        raise AttributeError(message)
