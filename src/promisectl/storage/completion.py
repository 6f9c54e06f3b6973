"""What the ledger offers while a command is typed: promises that a move is open for, people, tags. It waits for nobody."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle
from promisectl.domain.constants import OPEN_STATES
from promisectl.domain.promise import (
    Direction,
    Opening,
    Promise,
    Revision,
    State,
    Status,
    Terms,
    Verb,
)
from promisectl.domain.transitions import TRANSITIONS
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from typing import Any

    from promisectl.storage.queries import QueryClock

    Row = Mapping[str, Any]


_MAX_RECENT_PROMISES = (
    1_000  # how many of the newest numbers are looked through for promises that are over
)
_PLACEHOLDER_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def open_completion_snapshot(
    path: str, clock: QueryClock
) -> Iterator[tuple[sqlite3.Connection, QueryClock]]:
    """The ledger at `path` as it is at this moment. Raises LedgerTrouble, also where there is none or somebody is writing."""
    with ledger.open_snapshot(path, patience=0) as db:
        yield db, clock


def iter_completion_promises(
    db: sqlite3.Connection, clock: QueryClock, command: str
) -> Iterator[Row]:
    """The promises that can be named to a command: open ones by their dates, then the newest that are over.

    A move is offered only those for which it is open.
    """
    verb = Verb(command) if command in {*Verb} else None
    states = {row.state for row in TRANSITIONS if row.verb is verb} if verb else {*State}
    recent = {**clock._asdict(), "lately": _MAX_RECENT_PROMISES}
    open_promises = queries.build_view_query(db, queries.Query(clock, open=True))
    asked = [open_promises] if states & {*OPEN_STATES} else []
    asked += [(sql.RECENT_CLOSED_PROMISES, recent)] if states - {*OPEN_STATES} else []
    may: dict[tuple[Any, ...], bool] = {}
    for query, bound in asked:
        for row in db.execute(query, bound):
            kind = tuple(row[name] for name in _MOVE_DECIDING_COLUMNS)
            if kind not in may:
                may[kind] = verb is None or _is_move_open(_build_partial_promise(row), verb)
            if may[kind]:
                yield row


_MOVE_DECIDING_COLUMNS = ("direction", "state", "author", "move", "offer_revision", "told_at")


def _is_move_open(promise: Promise, verb: Verb) -> bool:
    return (
        lifecycle.find_transition(promise, verb, lifecycle.infer_speaker(promise, verb)) is not None
    )


def _build_partial_promise(row: Row) -> Promise:
    """As much of a promise as the table of transitions looks at, without reading what was said."""
    direction = Direction(row["direction"])
    author = direction.my_side if row["author"] == "me" else direction.their_side
    offer = row["offer_revision"] is not None
    return Promise(
        row["id"],
        Opening(row["uid"], direction, None),
        _PLACEHOLDER_MOMENT,
        _PLACEHOLDER_MOMENT,
        _PLACEHOLDER_MOMENT,
        state=State(row["state"]),
        revisions=(Revision(1, author, Status.OFFERED, Terms("")),) if offer else (),
        told_at=_PLACEHOLDER_MOMENT if row["told_at"] else None,
        silent=row["state"] == State.RENEGED and not (row["told_at"] or row["move"]),
    )


def list_completion_people(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Everybody who is known, handle and name, by handle."""
    return sorted(
        (one.handle, one.name)
        for one in queries.load_people(db)
        if one.known and not one.merged_into
    )


def count_completion_tags(
    db: sqlite3.Connection, clock: QueryClock, number: str | None = None
) -> list[tuple[str, int]]:
    """The tags of what is open and of the newest promises, or of one, each with how many promises have it; the most used first."""
    counted: dict[str, int] = {}
    for row in iter_completion_promises(db, clock, ""):
        if number in (None, str(row["id"])):
            for tag in (row["tags"] or "").split():
                counted[tag] = counted.get(tag, 0) + 1
    return sorted(counted.items(), key=lambda one: (-one[1], one[0]))
