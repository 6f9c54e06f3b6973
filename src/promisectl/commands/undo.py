"""The commands undo and redo."""

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
    from collections.abc import Callable, Iterator, Sequence

    from promisectl.domain.promise import Promise
    from promisectl.env import Env


def undo(env: Env, *, promise: str | None = None) -> None:
    """Undo the newest command, or the newest one of a promise.

    Raises NothingToUndo, and UndoBlocked if a later command builds on it.
    """
    number = None if promise is None else arguments.parse_promise_number(promise)

    def find_undoable_entry(journal: Journal) -> tuple[int, str]:
        entry, command = journal.find_last_command(number)
        later = journal.find_later_command(entry) if number is not None else None
        if later:
            raise errors.UndoBlocked(number or 0, command, *later)
        return entry, command

    _record_reversal(env, "undo", find_undoable_entry, Journal.undo_entry, errors.NothingToUndo())


def redo(env: Env) -> None:
    """Redo the command that was undone last. Raises NothingToRedo after any other command."""
    _record_reversal(
        env, "redo", Journal.find_last_undone_command, Journal.redo_entry, errors.NothingToRedo()
    )


def _record_reversal(
    env: Env,
    verb: str,
    find_entry: Callable[[Journal], tuple[int, str]],
    reverse: Callable[[Journal, int, str], Iterator[Promise]],
    nothing: errors.Problem,
) -> None:
    """Record an undo or a redo, and answer. Raises `nothing` if there is no ledger yet.

    `find_entry` returns the number and the command of the entry, `reverse` applies it.
    """
    if not ledger.has_ledger(env.ledger):
        raise nothing
    is_redo = verb == "redo"

    def reverse_entry(db: sqlite3.Connection, journal: Journal) -> list[MoveAnswer]:
        entry, command = find_entry(journal)
        lines = format_lines([*reverse(journal, entry, command)], command, redone=is_redo)
        answers = [
            MoveAnswer(line, number, recorder.load_answer_record(env, db, number))
            for number, line in lines.items()
        ]
        if not answers:
            return [MoveAnswer(f"{'Redone' if is_redo else 'Undone'}: {command}.")]
        if len(answers) == 1:
            promise = journal.load_promise(*lines)
            name = queries.fetch_person_name(db, promise.opening.person)
            answers = [
                answers[0]._replace(hints=[recorder.suggest_next_step(env, db, promise, name)])
            ]
        return answers

    recorder.record_command(env, verb, reverse_entry)


def format_lines(promises: Sequence[Promise], command: str, *, redone: bool) -> dict[int, str]:
    """Return what became of each promise, by its ID, after an undo or a redo.

    Of a series, the first one of each state has a line, which is for all of them.
    """
    groups: dict[object, list[Promise]] = {}
    for promise in promises:
        outcome, series = promise.current_revision.terms.outcome, promise.opening.series
        groups.setdefault((series or promise.id, promise.state, outcome), []).append(promise)
    lines = dict.fromkeys((promise.id for promise in promises), "")
    for first, *others in groups.values():
        rest = [promise.id for promise in others]
        lines[first.id] = messages.format_undo(first, command, redone=redone, rest=rest)
    return lines
