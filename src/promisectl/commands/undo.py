"""Take the newest command back, or let it count again: undo, redo."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, recorder
from promisectl.commands.shared.recorder import MoveAnswer
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
    number = None if promise is None else arguments.parse_promise_number(promise)

    def find_undoable_entry(journal: Journal) -> tuple[int, str]:
        entry, command = journal.find_last_command(number)
        later = journal.find_later_command(entry) if number is not None else None
        if later:
            raise errors.UndoBlocked(number or 0, command, f"{later[1]} of #{later[0]}")
        return entry, command

    _record_reversal(env, "undo", find_undoable_entry, Journal.undo_entry, errors.NothingToUndo())


def redo(env: Env) -> None:
    """Let the command that was undone last count again, if nothing came after its undo."""
    _record_reversal(
        env, "redo", Journal.find_last_undone_command, Journal.redo_entry, errors.NothingToRedo()
    )


def _record_reversal(
    env: Env,
    verb: str,
    find: Callable[[Journal], tuple[int, str]],
    act: Callable[[Journal, int, str], Iterator[Promise]],
    nothing: errors.Problem,
) -> None:
    if not ledger.has_ledger(env.ledger):
        raise nothing

    def reverse_entry(db: sqlite3.Connection, journal: Journal) -> list[MoveAnswer]:
        entry, command = find(journal)
        lines = [
            _build_reversal_line(promise, command, redone=verb == "redo")
            for promise in act(journal, entry, command)
        ]
        answers = [
            _build_reversal_answer(env, db, journal, number, line, alone=len(lines) == 1)
            for number, line in lines
        ]
        return answers or [MoveAnswer(f"{'Redone' if verb == 'redo' else 'Undone'}: {command}.")]

    recorder.record_command(env, verb, reverse_entry)


def _build_reversal_line(promise: Promise, command: str, *, redone: bool) -> tuple[int, str]:
    return promise.id, messages.format_undo(promise, command, redone=redone)


def _build_reversal_answer(
    env: Env, db: sqlite3.Connection, journal: Journal, number: int, line: str, *, alone: bool
) -> MoveAnswer:
    """The answer about a promise once all is taken back, people included; what comes next where it is `alone`."""
    hints = []
    if alone:
        promise = journal.load_promise(number)
        hints.append(
            messages.format_next_step(
                promise, queries.fetch_person_name(db, promise.opening.person)
            )
        )
    return MoveAnswer(line, number, recorder.load_answer_record(env, db, number), hints)
