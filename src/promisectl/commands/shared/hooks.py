"""The hook after a move: a program of the user that hears of every act, and can forbid none."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.env import HOOK_NAME, HOOK_VARIABLE, RecordedActs
from promisectl.storage import ledger, ledger_file, queries
from promisectl.storage.queries import ActQuery
from promisectl.system import hook_process, trusted_programs

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    from promisectl.env import Env

    T = TypeVar("T")

_LOCK_WAIT_SECONDS = 1


def run_transaction_with_hook(
    env: Env,
    work: Callable[[sqlite3.Connection], T],
    back_up: Callable[[str], None],
    reason: str,
) -> T:
    """Do what `ledger.run_in_transaction` does, and note in the Env what was recorded.

    The hook runs at the end of the command (see `run_hook`), once for several transactions.
    """
    heads: list[tuple[int, str] | None] = []

    def work_between_heads(db: sqlite3.Connection) -> T:
        before = ledger_file.find_journal_head(db)
        result = work(db)
        heads[:] = [before, ledger_file.find_journal_head(db)]
        return result

    result = ledger.run_in_transaction(env.ledger, work_between_heads, back_up, reason)
    before, head = heads
    if head and head != before:
        acts = RecordedActs(before[0] if before else 0, *head)
        env.recorded_acts = (*env.recorded_acts, acts)
    return result


def run_hook(env: Env) -> None:
    """Run the hook with the acts that the command has recorded; what goes wrong is a warning.

    Raises AnswerLost after a Ctrl-C before the hook has begun.
    """
    path, newest = env.hook_file, env.recorded_acts[-1]
    if not path:
        return  # it was removed meanwhile
    try:
        trusted_programs.ensure_trusted_program(path)
        with ledger.open_snapshot(env.ledger, patience=_LOCK_WAIT_SECONDS) as db:
            if not ledger_file.has_act(db, newest.last, newest.hash):
                env.print_warning("The hook did not run, because the ledger has been replaced.")
                return
            trouble = hook_process.run_hook_process(
                path,
                {**env.build_environment(), HOOK_VARIABLE: HOOK_NAME},
                iter_recorded_lines(env, db),
                lambda line: env.print_warning(f"{HOOK_NAME}: {line}"),
                lambda: print_wait(env),
            )
    except (errors.Usage, errors.LedgerError, errors.MachineError) as problem:
        env.print_warning(f"The move is recorded, but the hook did not run. {problem}")
        return
    if trouble:
        env.print_warning(f"The move is recorded, but the hook {trouble}: {path}")


def print_wait(env: Env) -> None:
    """Tell a person at a terminal what takes so long."""
    if env.is_stderr_watched:
        seconds = hook_process.MAX_HOOK_SECONDS
        env.print_warning(
            f"Recorded. Waiting for the hook {HOOK_NAME}, {seconds} s at most (Ctrl-C stops it)."
        )


def iter_recorded_lines(env: Env, db: sqlite3.Connection) -> Iterator[str]:
    """Return the acts that a command has recorded, as JSON lines; the ledger is released first."""
    recorded = env.recorded_acts
    rows = (
        act
        for act in queries.iter_act_rows(db, ActQuery(after=recorded[0].before))
        if any(some.before < act["id"] <= some.last for some in recorded)
    )
    return output.encode_rows("jsonl", rows, output.ACT_RECORDS)
