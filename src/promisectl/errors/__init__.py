"""The errors that a person can meet, each with its sentences, a code and an exit code.

An error has what is wrong, then what to type. Any module raises errors; `cli.main` alone catches
and prints them. This module has the families of errors. Their members are in the modules of this
package, and `__getattr__` imports these when an error is needed: to create all the classes takes
longer than a query.
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
    from promisectl.errors.series import *
    from promisectl.errors.server import *
    from promisectl.errors.usage import *

INTERRUPTED_EXIT_CODE = 130  # as a shell counts Ctrl-C
STATE_WORDS = {"delivered": "reported", "reneged": "broken"}
"""The words for states whose values in records are others."""
_ERROR_MODULES = (
    "dates",
    "editor",
    "files",
    "imports",
    "jot",
    "ledger",
    "moves",
    "not_found",
    "series",
    "server",
    "usage",
)


class _ErrorId:
    """The id of a class of errors, also of each of its instances: its name with hyphens."""

    def __get__(self, problem: Problem | None, owner: type[Problem]) -> str:
        """Return the id, as `no-promise` of NoPromise."""
        name = owner.__name__
        return "".join(f"-{one.lower()}" if one.isupper() else one for one in name)[1:]


class Problem(Exception):
    """The base of all errors: what is wrong (`cause`), and what to type (`advice`).

    `code` names the family for programs and `id` the error itself; both never change. `exit_code`
    is what the shell gets, `moves` are the verbs that are open,
    `commands` whole command lines that can be pasted, `details` more sentences; each of these is
    printed on a line of its own.
    `str(problem)` joins all that is known: the `place` of the error, what is wrong there, what was
    not done (`effect`), the `advice`, and the notes that callers added on the way. Advice without a
    full stop ends with a command to paste, and comes last.
    """

    id = _ErrorId()
    code = "usage"
    exit_code = 2
    moves: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    place = ""
    effect = ""
    advice = ""

    def __init__(self, cause: str = "", advice: str = "") -> None:
        super().__init__(cause)
        self.advice = advice or self.advice

    @property
    def cause(self) -> str:
        """What is wrong, after its place if it has one, as in “line 3: …”."""
        what = super().__str__()
        return f"{self.place}: {_lower_first_letter(what)}" if self.place else what

    @property
    def clause(self) -> str:
        """What is wrong, as a part of another sentence: without capital, place and full stop."""
        return _lower_first_letter(super().__str__().removesuffix("."))

    def __str__(self) -> str:
        """Return all that is known, in the order in which a person reads it."""
        notes = getattr(self, "__notes__", ())
        if self.advice and not self.advice.endswith((".", "?")):
            rest = (*map(end_sentence, notes), self.advice)
        else:
            rest = (self.advice, *notes)
        return " ".join(filter(None, (self.cause, self.effect, *rest)))


def _lower_first_letter(sentence: str) -> str:
    """Return a sentence as it goes on after a colon; “TZ is …” keeps its capital."""
    is_word = sentence.partition(" ")[0][1:].islower() or sentence.startswith("A ")
    return sentence[:1].lower() + sentence[1:] if is_word else sentence


@contextmanager
def add_place_to_errors(place: str) -> Iterator[None]:
    """Add `place`, if it is not empty, to the place of any error raised inside."""
    try:
        yield
    except Problem as problem:
        problem.place = ": ".join(filter(None, (place, problem.place)))
        raise


class Usage(Problem):
    """The command can't be carried out as it was typed (exit 2)."""


class NotFound(Problem):
    """There is no such promise, person or page (exit 3)."""

    code = "not-found"
    exit_code = 3


class Ambiguous(Problem):
    """A name can mean several people, or looks like a known one (exit 3)."""

    code = "ambiguous"
    exit_code = 3


class IllegalMove(Problem):
    """The move is not possible in the state of the promise (exit 4)."""

    code = "illegal-move"
    exit_code = 4


class LedgerError(Problem):
    """The ledger can't be read or written (exit 5); `restorable` if a backup can help."""

    code = "ledger"
    exit_code = 5
    restorable = False

    def add_backup_hint(self, directory: str) -> None:
        """Add a note with the directory of the backups and the command that restores one."""
        self.add_note(f"Backups are in {directory} (promisectl restore “…”).")


class MachineError(Problem):
    """The machine lacks what a command needs; the ledger may be fine (exit 5)."""

    code = "ledger"
    exit_code = 5


class BadData(Problem):
    """A file, stdin or the config has something that can't be used (exit 6)."""

    code = "data"
    exit_code = 6


def end_sentence(text: str) -> str:
    """Return a text with a full stop, unless it already ends like a sentence."""
    return text if text.endswith((".", "?")) else f"{text}."


# Errors that must not import a module, because they come after Ctrl-C or a closed pipe, and those
# that every command refers to.


class AnswerLost(Problem):
    """The command did its work, but its result could not be printed."""

    code = "ledger"
    exit_code = 7

    def __init__(self, why: str, did: str = "The move was recorded", look: str = "log") -> None:
        self.why = why
        super().__init__(
            f"{did}, but the result could not be printed ({why}).", f"See: promisectl {look}"
        )


class ClosedPipe(Problem):
    """The reader of the pipe has closed it, so nothing is printed.

    A shell gives the exit code 141 for SIGPIPE.
    """

    exit_code = 141


class StdoutFailed(LedgerError):
    """The output of a view could not be written."""

    def __init__(self, why: str) -> None:
        super().__init__(f"Can't write the output: {why}.")


class TemporaryLedgerError(LedgerError):
    """A failure that comes from outside the ledger and may pass."""


class NoPromise(NotFound):
    """No promise has that ID. `newest` is the highest ID, 0 where it is unknown."""

    def __init__(self, number: int, newest: int = 0) -> None:
        self.number = number
        beyond = f"; the newest is #{newest}" if 0 < newest < number else ""
        super().__init__(
            f"There is no promise #{number}{beyond}.", "All IDs: promisectl list --all"
        )


class BadNumber(Usage):
    """Something that is not the ID of a promise.

    `instead` is a sentence about the IDs that may be meant.
    """

    def __init__(self, word: str, instead: str = "IDs are numbers; see: promisectl list") -> None:
        self.word = word
        super().__init__(f"“{word}” is not the ID of a promise.", instead)


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
