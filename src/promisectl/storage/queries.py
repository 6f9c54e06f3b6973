"""The read side: asks the views over a read-only connection and hands out rows; only `as_of` needs the domain."""

from __future__ import annotations

from itertools import groupby

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.people import Person
    from promisectl.domain.promise import Act

    Row = Mapping[str, Any]


MAX_MEMORY_ROWS = 1_000
"""How many rows are held in memory."""


class QueryClock(NamedTuple):
    """The moment that a view is asked about, the end of its local day and of the third day after, as stored instants."""

    now: str
    day_end: str
    soon_end: str


class Query(NamedTuple):
    """Which promises to find, and in which order; what is None, False or () does not filter.

    `clock` is the moment at which they are judged, `person` a handle, `owe` what I owe, to me too.
    Due dates are compared with stored instants. Say `open` beside states that are open: closed
    promises are not even looked at then.
    """

    clock: QueryClock
    person: str | None = None
    states: Sequence[str] = ()
    owe: bool = False
    owed: bool = False
    open: bool = False
    untold: bool = False
    not_void: bool = False
    overdue: bool = False
    due_before: str | None = None
    due_by: str | None = None
    due_after: str | None = None
    tag: str | None = None
    search: str | None = None
    sort: str = "due"
    limit: int | None = None


def iter_promise_rows(
    db: sqlite3.Connection, query: Query, *, by_direction: bool = False
) -> Iterator[Row]:
    """Return the rows that a query finds, one at a time; `by_direction` puts what I owe first."""
    statement, bound = build_view_query(db, query)
    if by_direction:
        keep_rows(db, "answer", statement, bound)
        db.execute("COMMIT")
        return db.execute(sql.ANSWER_BY_DIRECTION)
    many = not (query.open or query.person) and fetch_newest_promise_id(db) > MAX_MEMORY_ROWS
    return fetch_and_release(db, statement, bound, many=many)


def fetch_promise_rows(db: sqlite3.Connection, query: Query) -> list[Row]:
    """Return the rows that a query finds, with the ledger still held."""
    return db.execute(*build_view_query(db, query)).fetchall()


def build_view_query(db: sqlite3.Connection, query: Query) -> tuple[str, dict[str, Any]]:
    """Return the statement that a query needs, and what is bound in it; NULL does not filter."""
    bound = {
        name: value if value not in (False, (), []) else None
        for name, value in zip(query._fields, query, strict=True)
    }
    if query.states:
        bound["states"] = f" {' '.join(query.states)} "
    bound["directions"] = " owe self " if query.owe else " owed " if query.owed else None
    if query.search:
        bound["search"] = _build_search_pattern(db, query.search)
    bound["limit"] = -1 if query.limit is None else query.limit
    del bound["clock"]
    return _choose_statement(query), {**bound, **query.clock._asdict()}


def _choose_statement(query: Query) -> str:
    """Return the one that looks at the fewest promises: fewer are open than are a person's."""
    if query.open:
        return sql.OPEN_PROMISES
    if query.untold:
        return sql.UNTOLD_PROMISES
    if query.person:
        return sql.PROMISES_OF_PERSON
    return sql.ALL_PROMISES_BY_ID if query.sort == "id" else sql.ALL_PROMISES_SORTED


def fetch_and_release(
    db: sqlite3.Connection, query: str, bound: Mapping[str, Any], *, many: bool = False
) -> Iterator[Row]:
    """The rows of a query, with the ledger let go of first: who reads them may be slow, and nobody has to wait for that.

    A few are kept in memory, more of them in a temporary table, which SQLite keeps in a nameless file when it grows. Where they are
    likely to be `many`, they are not looked for twice.
    """
    rows = [] if many else db.execute(query, bound).fetchmany(MAX_MEMORY_ROWS)
    many = many or len(rows) == MAX_MEMORY_ROWS
    if many:
        keep_rows(db, "answer", query, bound)
    db.execute("COMMIT")
    return db.execute("SELECT * FROM temp.answer") if many else iter(rows)


def keep_rows(db: sqlite3.Connection, table: str, query: str, bound: Mapping[str, Any]) -> None:
    """Put the rows of a query aside in a temporary table, in place of what was there."""
    db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    db.execute(f"CREATE TEMP TABLE {table} AS {query}", bound)


def release_ledger(db: sqlite3.Connection) -> None:
    """Let go of the ledger: nothing more is asked of it."""
    if db.in_transaction:
        db.execute("COMMIT")


def _build_search_pattern(db: sqlite3.Connection, text: str) -> str:
    """What LIKE looks for. It folds the case of ASCII alone, so for any other text it is replaced by one that folds all."""
    if not text.isascii():
        db.create_function(
            "like",
            3,
            lambda wanted, given, _: given is not None and wanted[1:-1] in given.casefold(),
            deterministic=True,
        )
        return f"%{text.casefold()}%"
    for sign in "\\%_":
        text = text.replace(sign, f"\\{sign}")
    return f"%{text}%"


def find_promise_by_id(db: sqlite3.Connection, clock: QueryClock, number: int) -> Row | None:
    """The record of one promise, or None."""
    found: Row | None = db.execute(sql.PROMISE_BY_ID, {**clock._asdict(), "id": number}).fetchone()
    return found


def iter_act_rows(
    db: sqlite3.Connection, number: int | None = None, *, limit: int | None = None
) -> Iterator[Row]:
    """The act records in the order they were written down, of one promise or of the whole ledger; the newest `limit` of them."""
    if number is not None:
        query = sql.ACT_ROWS_OF_PROMISE
    else:
        query = sql.ACT_ROWS if limit is None else sql.NEWEST_ACT_ROWS
    return fetch_and_release(db, query, _bind_acts(number, limit))


def _bind_acts(number: int | None, limit: int | None) -> dict[str, Any]:
    return {"promise": number, "limit": -1 if limit is None else limit}


def fetch_promise_act_rows(db: sqlite3.Connection, number: int) -> list[Row]:
    """The act records of one promise, with the ledger still held."""
    return db.execute(sql.ACT_ROWS_OF_PROMISE, _bind_acts(number, None)).fetchall()


def find_first_answer(db: sqlite3.Connection, key: str) -> Row | None:
    """What was asked with that key, what was answered, and by which command it was taken back since; None if the key is new."""
    row: Row | None = db.execute(sql.FIRST_ANSWER, {"key": key}).fetchone()
    return row


def count_overdue_owed(db: sqlite3.Connection, clock: QueryClock) -> int:
    """How many promises that I am owed are overdue."""
    count: int = db.execute(sql.COUNT_OVERDUE_OWED, {"now": clock.now}).fetchone()[0]
    return count


def fetch_waiting_rows(db: sqlite3.Connection, clock: QueryClock) -> list[Row]:
    """The rows of the view `moves` in the order of their due dates, with the ledger still held."""
    bound = clock._asdict()
    return [*db.execute(sql.WAITING_OPEN, bound), *db.execute(sql.WAITING_UNTOLD, bound)]


def count_waiting_by_kind(db: sqlite3.Connection, clock: QueryClock) -> dict[str, int]:
    """How many promises wait for me, by the kinds of the view `moves`."""
    counts: dict[str, int] = {}
    for query in (sql.COUNT_WAITING_OPEN, sql.COUNT_WAITING_UNTOLD):
        counts |= dict(db.execute(query, clock._asdict()).fetchall())
    return counts


def count_delivered(db: sqlite3.Connection, begin: str, end: str) -> int:
    """How many promises of mine were delivered from one stored instant on and before another."""
    count: int = db.execute(sql.COUNT_DELIVERED, {"begin": begin, "end": end}).fetchone()[0]
    return count


def fetch_counterparty_names(
    db: sqlite3.Connection, number: int | None = None, *, limit: int | None = None
) -> dict[int, str]:
    """The display name of the other side of every promise that the same `acts` are about."""
    query = sql.COUNTERPARTY_NAMES_OF_NEWEST_ACTS if number is None else sql.COUNTERPARTY_NAME
    return {row["id"]: row["person_name"] for row in db.execute(query, _bind_acts(number, limit))}


def fetch_touched_promise_ids(db: sqlite3.Connection, begin: str) -> list[int]:
    """The numbers of the promises of which something was written down from a stored instant on, and not undone."""
    return [row["promise"] for row in db.execute(sql.PROMISES_TOUCHED_SINCE, {"begin": begin})]


def load_promise_acts(db: sqlite3.Connection, number: int) -> list[Act]:
    """Everything that was said about a promise, for `lifecycle.replay`."""
    from promisectl.storage import codec

    return [codec.decode_act(row) for row in db.execute(sql.ACTS_OF_PROMISE, {"promise": number})]


def fetch_newest_promise_id(db: sqlite3.Connection) -> int:
    """The number of the newest promise."""
    number: int = db.execute("SELECT coalesce(max(id), 0) FROM promise").fetchone()[0]
    return number


def load_people(db: sqlite3.Connection) -> list[Person]:
    """Everybody the ledger has met, with their aliases."""
    from promisectl.domain.people import Person

    aliases: dict[int, list[str]] = {}
    for row in db.execute(sql.ALIASES):
        aliases.setdefault(row["person"], []).append(row["alias"])
    rows = list(db.execute(sql.PEOPLE))
    known = {row["merged_into"] or row["id"] for row in rows if row["known"]}
    return [
        Person(
            row["id"],
            row["handle"],
            row["name"],
            tuple(aliases.get(row["id"], ())),
            row["merged_into"],
            row["id"] in known,
        )
        for row in rows
    ]


def fetch_person_name(db: sqlite3.Connection, person: int | None) -> str:
    """The display name of a person, of whom they turned out to be when two were merged; empty for myself."""
    row = db.execute(sql.PERSON_NAME, {"person": person}).fetchone()
    return str(row["name"]) if row else ""


def build_ledger_as_of(
    db: sqlite3.Connection, moment: datetime, *, acts: bool = False
) -> sqlite3.Connection:
    """A ledger that holds every promise as it stood at `moment`: the commands that count today, as far as they were said by then.

    Only with `acts` it holds what was said, too.
    """
    from promisectl.domain import lifecycle
    from promisectl.storage import codec, ledger

    then = ledger.create_memory_ledger()
    then.execute("BEGIN")
    for person in load_people(db):
        columns = {
            "handle": person.handle,
            "name": person.name,
            "merged_into": person.merged_into,
            "person": person.id,
        }
        then.execute(sql.ADD_PERSON_WITH_ID, columns)
    if acts:
        then.executemany(sql.ADD_ENTRY_WITH_ID, map(dict, db.execute(sql.ENTRIES)))
    by_promise: Iterable[tuple[int, Iterable[Row]]] = groupby(
        db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])
    )
    for number, rows in by_promise:
        said = {row["number"]: row for row in rows}
        steps = list(
            lifecycle.iter_steps(number, [codec.decode_act(row) for row in said.values()], moment)
        )
        if steps:
            then.execute(
                sql.ADD_PROMISE_WITH_ID, {**codec.encode_promise_row(steps[-1][1]), "id": number}
            )
            then.executemany(sql.ADD_ACT, [dict(said[act.number]) for act, _ in steps if acts])
    return then
