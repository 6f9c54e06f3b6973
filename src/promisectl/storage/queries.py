"""The read side: asks the views over a read-only connection and hands out rows; only `as_of` needs the domain."""

from __future__ import annotations

from itertools import groupby

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain.constants import STATES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.people import Person
    from promisectl.domain.promise import Act

    Row = Mapping[str, Any]


PROMISE_SORT_SQL = {
    "due": f"NOT {sql.OPEN_CONDITION}, NOT coalesce(state = 'active' AND due_at < :now, 0), due_at IS NULL, due_at, id",
    "made": "made_at, id",
    "id": "id",
    "person": "person, due_at IS NULL, due_at, id",
    "state": f"instr('{' '.join(STATES)}', state), due_at IS NULL, due_at, id",
}
_FILTER_CONDITIONS = {
    "person": "person = :person",
    "overdue": "state = 'active' AND due_at < :now",
    "due_before": "due_at < :due_before",
    "due_by": "due_at <= :due_by",
    "due_after": "due_at > :due_after",
    "tag": "instr(' ' || tags || ' ', ' ' || :tag || ' ')",
    "search": "(outcome LIKE :search ESCAPE '\\' OR done_when LIKE :search ESCAPE '\\' OR why LIKE :search ESCAPE '\\')",
    "states": "instr(' ' || :states || ' ', ' ' || state || ' ')",
    "owe": "direction IN ('owe', 'self')",
    "owed": "direction = 'owed'",
    "open": f"direction IN ('owe', 'owed', 'self') AND {sql.OPEN_CONDITION}",  # the index of open promises begins with the direction
    "untold": "id > 0 AND state = 'reneged' AND move = 'me'",  # their index begins with the number
    "not_void": "state <> 'void'",
}
"""What each filter of a Query is in SQL."""

PERSON_PROMISES_CONDITION = """id IN (
  SELECT id FROM promise WHERE person IS NULL AND :person = 'me'
  UNION ALL SELECT id FROM promise WHERE person IN (
    SELECT id FROM person WHERE coalesce(merged_into, id) IN (SELECT id FROM person WHERE handle = :person AND merged_into IS NULL)
  )
)"""
"""Where the promises of a person are: said beside `person = :person`, nobody else's are looked at."""
_TABLE_SCAN_CONDITION = "id > 0"
"""Said where no index helps: otherwise SQLite takes some index for the order of what has to be sorted anyway, and jumps from row to row."""
_WAITING_FILTERS = (
    "open",
    "untold",
)  # among these the view `moves` finds all that it holds, and each has its index
_VIEW_SELECTS = {
    "promises": "SELECT * FROM promises WHERE",
    "moves": "SELECT * FROM moves WHERE",
}
_WAITING_COUNTS_SQL = "SELECT waiting, count(*) FROM moves WHERE"
_PROMISE_BY_ID_SQL = "SELECT * FROM promises WHERE id = :id"
_ACTS_SQL = "SELECT * FROM acts ORDER BY id"
_PROMISE_ACTS_SQL = "SELECT * FROM acts WHERE promise = :promise ORDER BY id"
_NEWEST_ACTS_SQL = "SELECT * FROM (SELECT * FROM acts ORDER BY id DESC LIMIT :limit) ORDER BY id"
_NEWEST_PROMISE_ACTS_SQL = """SELECT * FROM (
  SELECT * FROM acts WHERE promise = :promise ORDER BY id DESC LIMIT :limit
) ORDER BY id"""
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
    """The rows of the view `promises`, one at a time; `by_direction` puts what I owe first."""
    text, bound = build_view_query(db, query)
    if by_direction:
        text = " ".join(
            ("SELECT * FROM (", text, ") ORDER BY direction,", PROMISE_SORT_SQL[query.sort])
        )
    return fetch_and_release(
        db,
        text,
        bound,
        many=not (query.open or query.person) and fetch_newest_promise_id(db) > MAX_MEMORY_ROWS,
    )


def fetch_promise_rows(db: sqlite3.Connection, query: Query) -> list[Row]:
    """The rows of the view `promises`, with the ledger still held."""
    return db.execute(*build_view_query(db, query)).fetchall()


def build_view_query(
    db: sqlite3.Connection, query: Query, view: str = "promises"
) -> tuple[str, dict[str, Any]]:
    """The SQL that asks a view, and what is bound in it."""
    bound: dict[str, Any] = {
        name: value
        for name, value in zip(query._fields, query, strict=True)
        if value not in (None, False, [], ())
    }
    conditions = [condition for name, condition in _FILTER_CONDITIONS.items() if name in bound]
    if not bound.keys() & _WAITING_FILTERS:
        conditions.append(
            PERSON_PROMISES_CONDITION if "person" in bound else _TABLE_SCAN_CONDITION
        )  # what is open is less than what there ever was with a person
    if "search" in bound:
        bound["search"] = _build_search_pattern(db, bound["search"])
    bound |= query.clock._asdict()
    bound |= {
        "states": " ".join(query.states),
        "limit": -1 if query.limit is None else query.limit,
    }
    text = (
        build_with_clause(view),
        _VIEW_SELECTS[view],
        " AND ".join(conditions),
        "ORDER BY",
        PROMISE_SORT_SQL[query.sort],
        "LIMIT :limit",
    )
    return " ".join(text), bound


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
        db.execute(f"CREATE TEMP TABLE answer AS {query}", bound)
    db.execute("COMMIT")
    return db.execute("SELECT * FROM temp.answer") if many else iter(rows)


def release_ledger(db: sqlite3.Connection) -> None:
    """Let go of the ledger: nothing more is asked of it."""
    if db.in_transaction:
        db.execute("COMMIT")


def build_with_clause(*views: str) -> str:
    """The public views as common tables, with the moment to be bound instead of the clock; `promises` is always among them."""
    names = dict.fromkeys(["promises", *views])
    return "WITH " + ", ".join(f"{name} AS ({sql.VIEWS[name]})" for name in names)


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
    text = f"{build_with_clause()} {_PROMISE_BY_ID_SQL}"
    found: Row | None = db.execute(text, {**clock._asdict(), "id": number}).fetchone()
    return found


def iter_act_rows(
    db: sqlite3.Connection, number: int | None = None, *, limit: int | None = None
) -> Iterator[Row]:
    """The act records in the order they were written down, of one promise or of the whole ledger; the newest `limit` of them."""
    return fetch_and_release(
        db, _build_acts_query(number, limit), {"promise": number, "limit": limit}
    )


def _build_acts_query(number: int | None, limit: int | None) -> str:
    if limit is None:
        text = _ACTS_SQL if number is None else _PROMISE_ACTS_SQL
    else:
        text = _NEWEST_ACTS_SQL if number is None else _NEWEST_PROMISE_ACTS_SQL
    return " ".join(("WITH acts AS (", sql.VIEWS["acts"], ")", text))


def fetch_promise_act_rows(db: sqlite3.Connection, number: int) -> list[Row]:
    """The act records of one promise, with the ledger still held."""
    return db.execute(_build_acts_query(number, None), {"promise": number}).fetchall()


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
    found: list[Row] = []
    for query in (Query(clock, open=True), Query(clock, untold=True)):
        found += db.execute(*build_view_query(db, query, "moves"))
    return found


def count_waiting_by_kind(db: sqlite3.Connection, clock: QueryClock) -> dict[str, int]:
    """How many promises wait for me, by the kinds of the view `moves`."""
    counts: dict[str, int] = {}
    for among in _WAITING_FILTERS:
        text = (
            build_with_clause("moves"),
            _WAITING_COUNTS_SQL,
            _FILTER_CONDITIONS[among],
            "GROUP BY waiting",
        )
        counts |= dict(db.execute(" ".join(text), clock._asdict()).fetchall())
    return counts


def count_delivered(db: sqlite3.Connection, begin: str, end: str) -> int:
    """How many promises of mine were delivered from one stored instant on and before another."""
    count: int = db.execute(sql.COUNT_DELIVERED, {"begin": begin, "end": end}).fetchone()[0]
    return count


def fetch_counterparty_names(
    db: sqlite3.Connection, number: int | None = None, *, limit: int | None = None
) -> dict[int, str]:
    """The display name of the other side of every promise that the same `acts` are about."""
    text = (
        sql.COUNTERPARTY_NAMES,
        "WHERE promise.id IN (SELECT promise FROM (",
        _build_acts_query(number, limit),
        "))",
    )
    return {
        row["id"]: row["person_name"]
        for row in db.execute(" ".join(text), {"promise": number, "limit": limit})
    }


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
