"""Take the newest command back, or let it count again: undo, redo."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, recorder
from promisectl.commands.shared.recorder import Answer
from promisectl.rendering import messages
from promisectl.storage import ledger, queries
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from promisectl.domain.promise import Promise
    from promisectl.env import Env


def undo(env: Env, *, promise: str | None = None) -> None:
    """Take back the newest command, or the newest one of a promise."""
    number = None if promise is None else arguments.number(promise)

    def find(journal: Journal) -> tuple[int, str]:
        entry, command = journal.last_command(number)
        later = journal.later_command(entry) if number is not None else None
        if later:
            raise errors.BuiltUpon(number or 0, command, f"{later[1]} of #{later[0]}")
        return entry, command

    _take_back(env, "undo", find, Journal.undo, errors.NothingToUndo())


def redo(env: Env) -> None:
    """Let the command that was undone last count again, if nothing came after its undo."""
    _take_back(env, "redo", Journal.last_undo, Journal.redo, errors.NothingToRedo())


def _take_back(
    env: Env,
    verb: str,
    find: Callable[[Journal], tuple[int, str]],
    act: Callable[[Journal, int, str], Iterator[Promise]],
    nothing: errors.Problem,
) -> None:
    if not ledger.exists(env.ledger):
        raise nothing

    def work(db: sqlite3.Connection, journal: Journal) -> list[Answer]:
        entry, command = find(journal)
        lines = [_taken_back(promise, command, redone=verb == "redo") for promise in act(journal, entry, command)]
        answers = [_answer(env, db, journal, number, line, alone=len(lines) == 1) for number, line in lines]
        return answers or [Answer(f"{'Redone' if verb == 'redo' else 'Undone'}: {command}.")]

    recorder.record(env, verb, work)


def _taken_back(promise: Promise, command: str, *, redone: bool) -> tuple[int, str]:
    return promise.id, messages.taken_back(promise, command, redone=redone)


def _answer(env: Env, db: sqlite3.Connection, journal: Journal, number: int, line: str, *, alone: bool) -> Answer:
    """The answer about a promise once all is taken back, people included; what comes next where it is `alone`."""
    hints = []
    if alone:
        promise = journal.promise(number)
        hints.append(messages.next_step(promise, queries.name(db, promise.opening.person)))
    return Answer(line, number, recorder.record_of(env, db, number), hints)
