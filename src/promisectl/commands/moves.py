"""The command moves, which is also what promisectl prints without a command."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands import lists
from promisectl.commands.shared import output
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.commands.lists import PromiseParts
    from promisectl.env import Env
    from promisectl.records.fields import Row

WAITING_TITLES = (
    ("answer", "To answer: accept, negotiate or decline"),
    ("judge", "To judge: accept, or decline with what is missing"),
    ("overdue", "Overdue: complete, negotiate or renege"),
    ("today", "Due today: complete, or bump early"),
    ("tell", "Broken and not told: told"),
)


def moves(env: Env, *, exit_code: bool = False) -> int:
    """Print what is waiting for me: answers, confirmations, what is due, and breaks not told.

    Returns the exit code: with `exit_code`, 10 when something is waiting, else 0.
    """
    with output.open_view(env) as db:
        clock = output.build_clock(env)
        late = queries.count_overdue_owed(db, clock) if env.form == "table" else 0
        rows = queries.fetch_waiting_rows(db, clock)
        queries.release_ledger(db)
        output.print_view(
            env, rows, output.PROMISE_RECORDS, lambda rows: print_waiting_page(env, rows, late)
        )
    return 10 if exit_code and rows else 0


def print_waiting_page(env: Env, rows: Sequence[Row], late: int) -> None:
    """Print a table of what is waiting, by kind, and how many promises of others are `late`."""
    if rows:
        parts: PromiseParts = [
            (title, [row for row in rows if row["waiting"] == kind])
            for kind, title in WAITING_TITLES
        ]
        lists.print_promise_parts(env, parts, env.here, both_ways=True)
        if late:
            env.print_line("")
    elif late:
        env.print_line("Nothing waits for you to answer or to do.")
    else:
        env.print_line("Nothing waits for you. What is open: promisectl owe, promisectl owed.")
    if late:
        env.print_line(f"Overdue with others: {late}. See: promisectl owed --overdue")
