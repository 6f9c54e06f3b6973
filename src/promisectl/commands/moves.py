"""The command moves, which is also what promisectl prints without a command."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands import lists
from promisectl.commands.shared import output
from promisectl.records import fields
from promisectl.rendering import waiting as waiting_groups
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.waiting import WaitingGroup

_MAX_GROUP_ROWS = 8


def build_waiting_record(row: Row) -> dict[str, Any]:
    """Return the record of a promise with the kind of its group, `waiting`."""
    return {**fields.build_promise_record(row), "waiting": row["waiting"]}


WAITING_RECORDS = output.RecordKind(
    (*fields.PROMISE_FIELDS, "waiting"),
    (*fields.PROMISE_LINE_FIELDS, "waiting", "direction"),
    build_waiting_record,
    ("offer",),
)


def moves(env: Env, *, waiting: str | None = None, exit_code: bool = False) -> int:
    """Print what is waiting for me, group by group; of the group `waiting` alone everything.

    Returns the exit code: with `exit_code`, 10 when something is waiting, else 0.
    """
    if waiting is not None:
        from promisectl.commands.shared import arguments

        kinds = [group.kind for group in waiting_groups.WAITING_GROUPS]
        arguments.check_choice("--waiting", waiting, kinds)
    with output.open_view(env) as db:
        clock = output.build_clock(env)
        late = 0
        if env.form == "table" and waiting is None:
            late = queries.count_overdue_owed(db, clock)
        groups = [
            (group, rows)
            for group, rows in waiting_groups.group_waiting_rows(
                queries.fetch_waiting_rows(db, clock)
            )
            if waiting in (None, group.kind)
        ]
        queries.release_ledger(db)
        most = _MAX_GROUP_ROWS if waiting is None else None
        output.print_view(
            env,
            [row for _, rows in groups for row in rows],
            WAITING_RECORDS,
            lambda _: print_waiting_page(env, groups, late, most),
        )
    return 10 if exit_code and groups else 0


def print_waiting_page(
    env: Env, groups: Sequence[tuple[WaitingGroup, Sequence[Row]]], late: int, most: int | None
) -> None:
    """Print a table of each group, with `most` rows at most, and how many of others are `late`."""
    if groups:
        parts = [(group.title, rows[:most]) for group, rows in groups]
        closings = {
            group.title: f"{len(rows) - most} more: promisectl moves --waiting {group.kind}"
            for group, rows in groups
            if most is not None and len(rows) > most
        }
        lists.print_promise_parts(env, parts, env.here, both_ways=True, closings=closings)
        if late:
            env.print_line("")
    elif most is None:
        env.print_line("Nothing is waiting for you for that reason. Everything: promisectl moves")
    elif late:
        env.print_line("Nothing is waiting for you.")
    else:
        env.print_line(
            "Nothing is waiting for you. What is still open: promisectl owe · promisectl owed"
        )
    if late:
        env.print_line(f"Overdue, owed to you: {late}. See: promisectl owed --overdue")
