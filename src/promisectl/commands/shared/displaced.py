"""Promises of mine that another one displaces: named by their ID in `--no-to`."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import output
from promisectl.domain import lifecycle
from promisectl.domain.constants import MY_DIRECTIONS, UNDELIVERED_STATES
from promisectl.domain.promise import State, Verb
from promisectl.storage import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Container

    from promisectl.env import Env
    from promisectl.records.fields import Row

_MAX_ID_DIGITS = 9


def name_displaced(env: Env, text: str, *, but: Container[int | None] = ()) -> str:
    """Return what a promise displaces, as it is kept.

    The ID of an open promise of mine is kept with its outcome, as “#13 Prepare the agenda”. Any
    other text stays as it is, and so does an ID in `but`: no promise displaces itself.
    """
    number = parse_lone_id(text)
    if number is None or number in but:
        return text
    with output.open_view(env) as db:
        row = find_own_open_row(env, db, number)
    return name_promise(row) if row else text


def parse_lone_id(text: str) -> int | None:
    """Return the number of a text that is an ID and nothing else, such as “#13”; else None."""
    digits = text.strip().removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_ID_DIGITS
    return int(digits) if is_number else None


def find_own_open_row(env: Env, db: sqlite3.Connection, number: int) -> Row | None:
    """Return the record of a promise that I still have to keep; None if it is not one."""
    row = queries.find_promise_by_id(db, output.build_clock(env), number)
    if row is None or row["direction"] not in MY_DIRECTIONS:
        return None
    return row if row["state"] in UNDELIVERED_STATES else None


def name_promise(row: Row) -> str:
    """Return a promise as it is kept among what another one displaces."""
    return f"#{row['id']} {row['outcome']}"


def describe_displaced(env: Env, db: sqlite3.Connection, no_to: str | None) -> list[str]:
    """Return what to type about the promise that `no_to` names; nothing if it names none."""
    number = parse_lone_id((no_to or "").partition(" ")[0])
    row = find_own_open_row(env, db, number) if number else None
    if row is None or name_promise(row) != no_to:
        return []
    is_mine_to_change = row["offer_revision"] and row["author"] == "me"
    command = lifecycle.format_move(
        Verb.NEGOTIATE,
        row["id"],
        State(row["state"]),
        option="--mine" if is_mine_to_change else "",
    )
    return [f"#{row['id']} is in danger now: {command}"]
