"""The read side: asks the views over a read-only connection and hands out rows; only `as_of` needs the domain."""

from __future__ import annotations

from itertools import groupby

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain.constants import STATES

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
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
    "open": f"direction IN ('owe', 'owed', 'self') AND {sql.OPEN_CONDITION}",  # the index of open promises begins with the direction
    "untold": "id > 0 AND state = 'reneged' AND move = 'me'",  # their index begins with the number
    "not_void": "state <> 'void'",
}

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
MAX_MEMORY_ROWS = 1_000
"""How many rows are held in memory."""


class QueryClock(NamedTuple):
    """The moment that a view is asked about, the end of its local day and of the third day after, as stored instants."""

    now: str
    day_end: str
    soon_end: str


def iter_promise_rows(
    db: sqlite3.Connection,
    clock: QueryClock,
    view: str = "promises",
    *,
    sort: str = "due",
    by_direction: bool = False,
    **narrow: Any,
) -> Iterator[Row]:
    """The rows of a view, one at a time, narrowed as in `asked`; `by_direction` puts what I owe first, then what I am owed."""
    query, bound = build_view_query(db, clock, view, sort=sort, **narrow)
    if by_direction:
        query = f"SELECT * FROM ({query}) ORDER BY direction, {PROMISE_SORT_SQL[sort]}"  # noqa: S608
    return fetch_and_release(
        db,
        query,
        bound,
        many=not (narrow.get("open") or narrow.get("person"))
        and fetch_newest_promise_id(db) > MAX_MEMORY_ROWS,
    )


def fetch_promise_rows(db: sqlite3.Connection, clock: QueryClock, **filters: Any) -> list[Row]:
    """The rows of the view `promises` that `filters` leave, in the order of their due dates, with the ledger still held.

    Say `open` beside states that are: closed promises are not even looked at then.
    """
    return db.execute(*build_view_query(db, clock, **filters)).fetchall()


def build_view_query(
    db: sqlite3.Connection,
    clock: QueryClock,
    view: str = "promises",
    *,
    sort: str = "due",
    limit: int | None = None,
    **filters: Any,
) -> tuple[str, dict[str, Any]]:
    """The query for the rows of a view, and what is bound in it.

    `filters` names conditions (`person`, `overdue`, `due_before`, `due_by`, `due_after`, `tag`, `search`, `open`, `not_void`, `states`,
    `directions`); those that are None or False do not filter.
    """
    wanted = {name: value for name, value in filters.items() if value not in (None, False, [], ())}
    conditions = [_FILTER_CONDITIONS[name] for name in wanted if name in _FILTER_CONDITIONS]
    if not wanted.keys() & _WAITING_FILTERS:
        conditions.append(
            PERSON_PROMISES_CONDITION if "person" in wanted else _TABLE_SCAN_CONDITION
        )  # what is open is less than what there ever was with a person
    for column in ("state", "direction"):
        among = wanted.pop(f"{column}s", ())
        if among:
            conditions.append(
                f"{column} IN ({', '.join(f':{column}{i}' for i in range(len(among)))})"
            )
            wanted |= {f"{column}{i}": value for i, value in enumerate(among)}
    if "search" in wanted:
        wanted["search"] = _build_search_pattern(db, wanted["search"])
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    query = f"{build_with_clause(view)} SELECT * FROM {view}{where} ORDER BY {PROMISE_SORT_SQL[sort]} LIMIT :limit"  # noqa: S608 (names from this file only)
    return query, {**wanted, **clock._asdict(), "limit": -1 if limit is None else limit}


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


def release_ledger(db: sqlite3.Connection | None) -> None:
    """Let go of the ledger: nothing more is asked of it."""
    if db and db.in_transaction:
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
    query = f"{build_with_clause()} SELECT * FROM promises WHERE id = :id"  # noqa: S608
    found: Row | None = db.execute(query, {**clock._asdict(), "id": number}).fetchone()
    return found


def iter_act_rows(
    db: sqlite3.Connection, number: int | None = None, *, limit: int | None = None
) -> Iterator[Row]:
    """The act records in the order they were written down, of one promise or of the whole ledger; the newest `limit` of them."""
    return fetch_and_release(
        db, _build_acts_query(number, limit), {"promise": number, "limit": limit}
    )


def _build_acts_query(number: int | None, limit: int | None) -> str:
    where = "" if number is None else " WHERE promise = :promise"
    query = f"SELECT * FROM ({sql.VIEWS['acts']}){where} ORDER BY id"  # noqa: S608
    return query if limit is None else f"SELECT * FROM ({query} DESC LIMIT :limit) ORDER BY id"  # noqa: S608


def fetch_promise_act_rows(db: sqlite3.Connection, number: int) -> list[Row]:
    """The act records of one promise, with the ledger still held."""
    return db.execute(
        f"SELECT * FROM ({sql.VIEWS['acts']}) WHERE promise = :promise ORDER BY id",  # noqa: S608
        {"promise": number},
    ).fetchall()


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
    for among in _WAITING_FILTERS:
        narrow: dict[str, Any] = {among: True}
        found += db.execute(*build_view_query(db, clock, "moves", **narrow))
    return found


def count_waiting_by_kind(db: sqlite3.Connection, clock: QueryClock) -> dict[str, int]:
    """How many promises wait for me, by the kinds of the view `moves`."""
    counts: dict[str, int] = {}
    for among in _WAITING_FILTERS:
        query = f"{build_with_clause('moves')} SELECT waiting, count(*) FROM moves WHERE {_FILTER_CONDITIONS[among]} GROUP BY waiting"  # noqa: S608
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
    query = f"{sql.COUNTERPARTY_NAMES} WHERE promise.id IN (SELECT promise FROM ({_build_acts_query(number, limit)}))"  # noqa: S608 (texts of our own)
    return {
        row["id"]: row["person_name"]
        for row in db.execute(query, {"promise": number, "limit": limit})
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
