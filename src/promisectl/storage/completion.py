"""The rows that complete a typed command: promises that it may name, people and tags."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, datetime

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.constants import OPEN_STATES
from promisectl.domain.promise import (
    Direction,
    Opening,
    Promise,
    Revision,
    State,
    Status,
    Terms,
    UnsaidAct,
    Verb,
)
from promisectl.domain.transitions import TRANSITIONS
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from typing import Any

    from promisectl.storage.queries import QueryClock, StoredRow


_MAX_RECENT_PROMISES = 1_000
"""How many of the newest numbers are searched for closed promises."""
_MOVE_DECIDING_COLUMNS = (
    *("direction", "state", "author", "move", "offer_revision", "told_at", "unsaid"),
)
"""The columns that `is_move_open` looks at."""
_PLACEHOLDER_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def open_completion_snapshot(
    path: str, clock: QueryClock
) -> Iterator[tuple[sqlite3.Connection, QueryClock]]:
    """Open the ledger at `path` for reading, without waiting, and return it with the clock.

    Raises LedgerError, also when there is no ledger or when another command is writing.
    """
    with ledger.open_snapshot(path, patience=0) as db:
        yield db, clock


def iter_completion_promises(
    db: sqlite3.Connection, clock: QueryClock, command: str
) -> Iterator[StoredRow]:
    """Return the promises that a command may name: open ones by due date, then new closed ones.

    If the command is a move, only promises for which it is open are returned.
    """
    verb = Verb(command) if command in {*Verb} else None
    states = {row.state for row in TRANSITIONS if row.verb is verb} if verb else {*State}
    statements = []
    if states & {*OPEN_STATES}:
        statements.append(queries.build_view_query(db, queries.Query(clock, open=True)))
    if states - {*OPEN_STATES}:
        recent = {**queries.bind_clock(db, clock), "lately": _MAX_RECENT_PROMISES}
        statements.append((sql.RECENT_CLOSED_PROMISES, recent))
    is_open: dict[tuple[Any, ...], bool] = {}
    for statement, bound in statements:
        for row in db.execute(statement, bound):
            kind = tuple(row[name] for name in _MOVE_DECIDING_COLUMNS)
            if kind not in is_open:
                is_open[kind] = verb is None or is_move_open(row, verb)
            if is_open[kind]:
                yield row


def is_move_open(row: StoredRow, verb: Verb) -> bool:
    """Whether a move is open for the promise in a row of the view `promises`.

    It is decided by as much of the promise as the transitions look at, without reading any act.
    """
    direction = Direction(row["direction"])
    author = direction.my_side if row["author"] == "me" else direction.their_side
    offer = row["offer_revision"] is not None
    promise = Promise(
        row["id"],
        Opening(row["uid"], direction, None),
        _PLACEHOLDER_MOMENT,
        _PLACEHOLDER_MOMENT,
        _PLACEHOLDER_MOMENT,
        state=State(row["state"]),
        revisions=(Revision(1, author, Status.OFFERED, Terms("")),) if offer else (),
        told_at=_PLACEHOLDER_MOMENT if row["told_at"] else None,
        silent=row["state"] == State.RENEGED and not (row["told_at"] or row["move"]),
        unsaid_acts=(UnsaidAct(Verb.BUMP, _PLACEHOLDER_MOMENT),) if row["unsaid"] else (),
    )
    speaker = lifecycle.infer_speaker(promise, verb)
    return lifecycle.find_transition(promise, verb, speaker) is not None


def list_completion_people(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Return handle and name of every known person, sorted by handle, é beside e."""
    known = people.list_known_people(queries.load_people(db))
    named = ((person.handle, person.name) for person in known)
    return sorted(named, key=lambda pair: (people.plain_name(pair[0]), pair))


def count_completion_tags(
    db: sqlite3.Connection, clock: QueryClock, number: str | None = None
) -> list[tuple[str, int]]:
    """Return tags, each with how many promises have it, the most used first.

    They are the tags of open and of recent promises, or of the one promise with that number.
    """
    counts: dict[str, int] = {}
    for row in iter_completion_promises(db, clock, ""):
        if number in (None, str(row["id"])):
            for tag in (row["tags"] or "").split():
                counts[tag] = counts.get(tag, 0) + 1
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))
