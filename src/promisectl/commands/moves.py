"""The command moves, which is also what promisectl prints without a command."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands import lists
from promisectl.commands.shared import output
from promisectl.records import fields
from promisectl.rendering import waiting as waiting_groups
from promisectl.storage import queries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.waiting import WaitingGroup

_MAX_GROUP_ROWS = 8
_MAX_NAMED_OWED = 3


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
        owed_lines = []
        notes = lists.load_part_notes(db, clock) if env.form == "table" else {}
        if env.form == "table" and waiting is None:
            owed_lines = format_owed_lines(queries.iter_rows_owed_by_day_end(db, clock))
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
            lambda _: print_waiting_page(env, groups, owed_lines, most, notes),
        )
    return 10 if exit_code and groups else 0


def format_owed_lines(rows: Iterable[Row]) -> list[str]:
    """Return a line about what others owe me and is overdue, and one about what is due today."""
    first: dict[bool, list[str]] = {True: [], False: []}
    counts = {True: 0, False: 0}
    for row in rows:
        is_overdue = bool(row["is_overdue"])
        counts[is_overdue] += 1
        if counts[is_overdue] <= _MAX_NAMED_OWED:
            first[is_overdue].append(f"#{row['id']} {row['person_name']}")
    lines = []
    for is_overdue, (title, command) in _OWED_LINES.items():
        named, more = first[is_overdue], counts[is_overdue] - len(first[is_overdue])
        if named:
            rest = f" and {more} more" if more else ""
            lines.append(f"{title}, owed to you: {', '.join(named)}{rest}. See: {command}")
    return lines


_OWED_LINES = {
    True: ("Overdue", "promisectl owed --overdue"),
    False: ("Due today", "promisectl owed --due-before tomorrow"),
}


def print_waiting_page(
    env: Env,
    groups: Sequence[tuple[WaitingGroup, Sequence[Row]]],
    owed_lines: Sequence[str],
    most: int | None,
    notes: Mapping[int, str],
) -> None:
    """Print a table of each group, with `most` rows at most, and lines about what I am owed.

    `notes` have a line for below the outcome of a promise, by its ID.
    """
    if groups:
        parts = [(group.title, rows[:most]) for group, rows in groups]
        closings = {
            group.title: f"{len(rows) - most} more: promisectl moves --waiting {group.kind}"
            for group, rows in groups
            if most is not None and len(rows) > most
        }
        lists.print_promise_parts(
            env, parts, env.here, both_ways=True, closings=closings, notes=notes
        )
        if owed_lines:
            env.print_line("")
    elif most is None:
        env.print_line("Nothing is waiting for you for that reason. Everything: promisectl moves")
    elif owed_lines:
        env.print_line("Nothing is waiting for you.")
    else:
        env.print_line(
            "Nothing is waiting for you. What is still open: promisectl owe · promisectl owed"
        )
    for line in owed_lines:
        env.print_line(line)
