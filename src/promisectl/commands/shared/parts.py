"""Bigger promises and their parts: what is checked before a link, and what is said about it."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.domain.constants import MY_DIRECTIONS, OPEN_STATES, UNDELIVERED_STATES
from promisectl.domain.promise import State
from promisectl.rendering import parts as part_words
from promisectl.rendering.parts import Relatives
from promisectl.storage import links, queries

if TYPE_CHECKING:
    import sqlite3

    from promisectl.domain.promise import Promise
    from promisectl.env import Env
    from promisectl.records.fields import Row
    from promisectl.rendering.messages import MoveReport

_NO_PROMISE = 0


def ensure_open(bigger: Promise) -> None:
    """Refuse a promise that gets no new parts, because it is over. Raises BiggerNotOpen."""
    if bigger.state not in OPEN_STATES:
        raise errors.BiggerNotOpen(bigger.id, bigger.state)


def check_link(db: sqlite3.Connection, bigger: Promise, part: int = _NO_PROMISE) -> None:
    """Refuse a link that is not possible, inside the transaction that makes it.

    `part` is the ID of the part, if it is made already. Raises BiggerNotOpen, PartsInRing and
    PartsTooDeep.
    """
    links.ensure_link_fits(db, part, bigger.id)
    ensure_open(bigger)


def find_inherited_bigger(env: Env, replaced: int) -> int | None:
    """Return the ID of the open promise that a promise to replace is a part of, if there is one."""
    with output.open_view(env) as db:
        row = queries.find_promise_by_id(db, output.build_clock(env), replaced)
        number = row["part_of"] if row else None
        bigger = queries.load_promise(db, number) if number else None
    return bigger.id if bigger and bigger.state in OPEN_STATES else None


def describe_new_link(env: Env, db: sqlite3.Connection, promise: Promise) -> str:
    """Return what a promise is a part of, as a sentence; empty if it is on its own."""
    row = output.find_promise_row(env, db, promise.id) if promise.part_of else None
    if row is None or row["part_of"] is None:
        return ""
    return part_words.format_new_link(output.find_promise_row(env, db, row["part_of"]))


def describe_effects(env: Env, db: sqlite3.Connection, move: MoveReport) -> list[str]:
    """Return what to say after a move about the bigger promise of it, and about its open parts."""
    lines = []
    if move.after.part_of:
        lines += describe_affected(env, db, move)
    if move.before and move.before.state in OPEN_STATES:
        is_over = move.after.state not in UNDELIVERED_STATES
        if is_over and move.after.state is not move.before.state:
            lines += describe_open_parts(env, db, move.after)
    return lines


def describe_affected(env: Env, db: sqlite3.Connection, move: MoveReport) -> list[str]:
    """Return that the bigger promise is affected, if the problem began with this move."""
    clock = output.build_clock(env)
    row = queries.find_promise_by_id(db, clock, move.after.id)
    bigger = queries.find_promise_by_id(db, clock, row["part_of"]) if row else None
    if bigger is None or "affected" not in (bigger["flags"] or "").split():
        return []
    begun = output.encode_moment(move.act.at) or ""
    problems = queries.fetch_new_problems(db, clock, bigger["id"])
    if not any(one["id"] == move.after.id and one["since"] >= begun for one in problems):
        return []
    return part_words.format_affected(bigger, env.here)


def describe_open_parts(env: Env, db: sqlite3.Connection, bigger: Promise) -> list[str]:
    """Return which parts of a promise that is over or reported are still open."""
    if not links.list_parts(db, bigger.id):
        return []
    rows = [
        row
        for row in queries.fetch_part_rows(db, output.build_clock(env), bigger.id)
        if row["state"] in OPEN_STATES
    ]
    is_done = bigger.state in (State.DELIVERED, State.KEPT)
    return part_words.format_open_parts(bigger.id, rows, is_done=is_done) if rows else []


def describe_agreed_parts(env: Env, promise: Promise) -> str:
    """Return how many parts of a proposed promise of mine are promised; empty without parts."""
    if promise.state is not State.PROPOSED or promise.direction not in MY_DIRECTIONS:
        return ""
    with output.open_view(env) as db:
        rows = queries.fetch_part_rows(db, output.build_clock(env), promise.id)
    return part_words.format_agreed_parts(promise.id, rows) if rows else ""


def load_relatives(db: sqlite3.Connection, clock: queries.QueryClock, row: Row) -> Relatives:
    """Return the rows to show beside a promise."""
    number = row["id"]
    bigger = queries.find_promise_by_id(db, clock, row["part_of"]) if row["part_of"] else None
    parts = queries.fetch_part_rows(db, clock, number) if row["parts"] else []
    problems = queries.fetch_new_problems(db, clock, number) if parts else []
    is_owed = row["direction"] == "owed"
    together = queries.fetch_rows_together(db, clock, number)
    return Relatives(
        bigger,
        parts,
        part_words.format_problems(problems) if problems and is_owed else "",
        [one for one in together if one["id"] != number and one["state"] != "void"],
    )
