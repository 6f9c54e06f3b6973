"""The read side: queries over the views and tables, and the rows that they find."""

from __future__ import annotations

from contextlib import nullcontext
from itertools import groupby

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.storage import connection
from promisectl.storage.connection import fetch_last_act

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import Any

    from promisectl.domain.people import Person
    from promisectl.domain.promise import Act, Promise, Terms

    StoredRow = Mapping[str, Any]


MAX_MEMORY_ROWS = 1_000
"""How many rows of an answer are held in memory at most."""


class QueryClock(NamedTuple):
    """The moment that a query is about, as stored instants.

    `day_end` is the end of its local day, `soon_end` the end of the third day after it.
    """

    now: str
    day_end: str
    soon_end: str


class Query(NamedTuple):
    """Which promises to find, and in which order; a field of None, False or () does not filter.

    `clock` is the moment at which they are looked at, `person` a handle, `owe` what I owe, also to
    myself. `part_of` and `asked_with` are IDs. Due dates are compared with stored instants. Set
    `open` together with `states` that are all open: then SQLite does not read closed promises at
    all.
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
    part_of: int | None = None
    asked_with: int | None = None
    sort: str = "due"
    limit: int | None = None

    @property
    def statement(self) -> str:
        """The statement that reads the fewest promises; fewer are open than are one person's."""
        if self.asked_with:
            return sql.PROMISES_TOGETHER_SORTED
        if self.part_of:
            return sql.PARTS_OF_PROMISE_SORTED
        if self.open:
            return sql.OPEN_PROMISES
        if self.untold:
            return sql.UNTOLD_PROMISES
        if self.person:
            return sql.PROMISES_OF_PERSON
        return sql.ALL_PROMISES_BY_ID if self.sort == "id" else sql.ALL_PROMISES_SORTED


class ActQuery(NamedTuple):
    """Which acts to find, the newest `limit` of them; a field of None does not filter.

    `promise` is an ID, `person` a handle. The acts happened between the stored instants `since` and
    `until`, both included, and their numbers are higher than `after`.
    """

    promise: int | None = None
    person: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int | None = None
    after: int = 0

    @property
    def statement(self) -> str:
        """The statement that reads the fewest acts."""
        if self.person or self.since or self.until:
            return sql.FILTERED_ACT_ROWS
        if self.promise is not None:
            return sql.ACT_ROWS_OF_PROMISE
        if self.limit is None:
            return sql.ACT_ROWS_AFTER if self.after else sql.ACT_ROWS
        return sql.NEWEST_ACT_ROWS

    @property
    def parameters(self) -> dict[str, Any]:
        """The parameters of the statement."""
        return {**self._asdict(), "limit": -1 if self.limit is None else self.limit}


def iter_promise_rows(
    db: sqlite3.Connection, query: Query, *, by_direction: bool = False
) -> Iterator[StoredRow]:
    """Return the rows that a query finds, one at a time, after the ledger is released.

    `by_direction` puts what I owe first.
    """
    statement, bound = build_view_query(db, query)
    if by_direction:
        keep_rows(db, "answer", statement, bound)
        db.execute("COMMIT")
        return refuse_strangers(db.execute(sql.ANSWER_BY_DIRECTION))
    many = may_find_many(db, query)
    return refuse_strangers(fetch_and_release(db, statement, bound, many=many))


def may_find_many(db: sqlite3.Connection, query: Query) -> bool:
    """Whether a query may find more rows than are held in memory."""
    is_narrow = query.open or query.person or query.part_of or query.asked_with
    return not is_narrow and fetch_newest_promise_id(db) > MAX_MEMORY_ROWS


def should_read_texts(db: sqlite3.Connection, query: Query) -> bool:
    """Whether it saves time to read the rows that a query finds as texts.

    It does not for few rows, and texts are only read in the order of the numbers.
    """
    return query.statement is sql.ALL_PROMISES_BY_ID and may_find_many(db, query)


def iter_promise_texts(db: sqlite3.Connection, query: Query) -> Iterator[tuple[str, str | None]]:
    """Return the rows that a query finds as `row_texts.RowText`, after the ledger is released.

    Who takes a text apart calls `refuse_strangers`.
    """
    _, bound = build_view_query(db, query)
    return _iter_texts(db, sql.ALL_PROMISE_TEXTS_BY_ID, bound)


def iter_promise_lines(
    db: sqlite3.Connection, query: Query, keep_plain_line: Callable[[str], str | None]
) -> Iterator[tuple[str]]:
    """Return the rows that a query finds as `row_texts.CsvText`, like `iter_promise_texts`.

    `keep_plain_line` is the function that `row_texts.build_line_check` returns.
    """
    _, bound = build_view_query(db, query)
    return _iter_lines(db, sql.ALL_PROMISE_LINES_BY_ID, bound, keep_plain_line)


def _iter_lines(
    db: sqlite3.Connection,
    statement: str,
    bound: Mapping[str, Any],
    keep_plain_line: Callable[[str], str | None],
) -> Iterator[Any]:
    """Return the rows of a statement, in which SQLite calls `keep_plain_line`."""
    db.create_function("plain_line", 1, keep_plain_line, deterministic=True)
    return _iter_texts(db, statement, bound)


def _iter_texts(db: sqlite3.Connection, statement: str, bound: Mapping[str, Any]) -> Iterator[Any]:
    answer = _keep_answer(db, statement, bound)
    answer.row_factory = None
    return answer


def refuse_strangers(rows: Iterable[StoredRow]) -> Iterator[StoredRow]:
    """Return rows that name a `person`. Raises DamagedContent if the person is missing."""
    for row in rows:
        if row["person"] is None:
            from promisectl import errors

            raise errors.DamagedContent("The ledger", "a promise is with a person who is missing")
        yield row


def fetch_promise_rows(db: sqlite3.Connection, query: Query) -> list[StoredRow]:
    """Return the rows that a query finds, while the ledger is still held."""
    return [*refuse_strangers(db.execute(*build_view_query(db, query)))]


def build_view_query(db: sqlite3.Connection, query: Query) -> tuple[str, dict[str, Any]]:
    """Return the statement that a query needs, and its parameters; NULL does not filter."""
    define_name_order(db)
    bound = {
        name: value if value not in (False, (), []) else None
        for name, value in zip(query._fields, query, strict=True)
    }
    if query.states:
        bound["states"] = f" {' '.join(query.states)} "
    bound["directions"] = " owe self " if query.owe else " owed " if query.owed else None
    if query.search or query.tag:
        _bind_searched_texts(db, bound)
    bound["limit"] = -1 if query.limit is None else query.limit
    del bound["clock"]
    return query.statement, {**bound, **bind_clock(db, query.clock)}


def bind_clock(db: sqlite3.Connection, clock: QueryClock) -> dict[str, str]:
    """Return the parameters of a clock: its moments, and the IDs of what is `affected` then.

    The view `promises` of the ledger finds that out itself. A statement has the list instead: with
    the view `problems` in it, SQLite would take five times as long to prepare it.
    """
    affected = ""
    if has_any_part(db):
        affected = db.execute(sql.AFFECTED_IDS, clock._asdict()).fetchone()[0]
    return {**clock._asdict(), "affected": affected}


def define_name_order(db: sqlite3.Connection) -> None:
    """Define the function `name_key`, by which SQL sorts names: without marks, é beside e."""
    db.create_function("name_key", 1, _build_name_key, deterministic=True)


def _build_name_key(name: str | None) -> str:
    if name is None:  # of a person who is missing, which the rows then show
        return ""
    if name.isascii():
        return name.casefold()
    from promisectl.domain import spelling

    return spelling.fold_for_search(name)


def fetch_and_release(
    db: sqlite3.Connection, query: str, bound: Mapping[str, Any], *, many: bool = False
) -> Iterator[StoredRow]:
    """Return the rows of a query, and release the ledger first, as their reader may be slow.

    A few rows are held in memory, more in a temporary table, which SQLite moves to a file when it
    grows. With `many`, the rows go to the table at once, so that the query runs only once.
    """
    rows = [] if many else db.execute(query, bound).fetchmany(MAX_MEMORY_ROWS)
    if many or len(rows) == MAX_MEMORY_ROWS:
        return _keep_answer(db, query, bound)
    db.execute("COMMIT")
    return iter(rows)


def _keep_answer(db: sqlite3.Connection, query: str, bound: Mapping[str, Any]) -> sqlite3.Cursor:
    """Return the rows of a query from a temporary table, after the ledger is released.

    On the largest pages, 2 MiB of them in memory: that saves an export 7 % of its time.
    """
    db.execute("PRAGMA temp.page_size = 65536")
    db.execute("PRAGMA temp.cache_size = 32")
    with connection.allow_interrupts(db):
        keep_rows(db, "answer", query, bound)
    db.execute("COMMIT")
    return db.execute("SELECT * FROM temp.answer")


def allow_interrupts_of_many(db: sqlite3.Connection) -> AbstractContextManager[None]:
    """Let Ctrl-C stop a statement about all promises inside the `with` block, if they are many."""
    if fetch_newest_promise_id(db) <= MAX_MEMORY_ROWS:
        return nullcontext()
    return connection.allow_interrupts(db)


def keep_rows(db: sqlite3.Connection, table: str, query: str, bound: Mapping[str, Any]) -> None:
    """Store the rows of a query in a temporary table, in place of an earlier one of that name."""
    db.execute(f"DROP TABLE IF EXISTS temp.{table}")
    db.execute(f"CREATE TEMP TABLE {table} AS {query}", bound)


def release_ledger(db: sqlite3.Connection) -> None:
    """End the transaction that holds the ledger, if there is one."""
    if db.in_transaction:
        db.execute("COMMIT")


def _bind_searched_texts(db: sqlite3.Connection, bound: dict[str, Any]) -> None:
    """Turn a search and a tag into patterns of LIKE that find any spelling, also without marks.

    SQLite's own LIKE folds the case of ASCII only, so it is replaced by a plain search for what
    is between the wildcards of a pattern.
    """
    from promisectl.domain import spelling

    fold = spelling.fold_for_search
    db.create_function(
        "like",
        3,
        lambda pattern, value, _: value is not None and pattern[1:-1] in fold(value),
        deterministic=True,
    )
    if bound["search"]:
        bound["search"] = f"%{fold(bound['search'])}%"
    if bound["tag"]:
        bound["tag"] = f"% {fold(bound['tag'])} %"


def find_promise_by_id(db: sqlite3.Connection, clock: QueryClock, number: int) -> StoredRow | None:
    """Return the row of one promise, or None."""
    bound = {**bind_clock(db, clock), "id": number}
    return next(refuse_strangers(db.execute(sql.PROMISE_BY_ID, bound)), None)


def fetch_series_rows(db: sqlite3.Connection, clock: QueryClock, series: str) -> list[StoredRow]:
    """Return the rows of the promises of a series by their places."""
    bound = {**bind_clock(db, clock), "series": series}
    return [*refuse_strangers(db.execute(sql.PROMISES_OF_SERIES, bound))]


def iter_act_rows(db: sqlite3.Connection, query: ActQuery) -> Iterator[StoredRow]:
    """Return the rows of acts, in the order in which they were recorded.

    The ledger is released first.
    """
    return fetch_and_release(db, query.statement, query.parameters)


def should_read_act_texts(db: sqlite3.Connection, query: ActQuery) -> bool:
    """Whether it saves time to read the rows of acts as texts; it does not for few of them."""
    return query.statement is sql.ACT_ROWS and fetch_last_act(db).number > MAX_MEMORY_ROWS


def iter_act_texts(db: sqlite3.Connection) -> Iterator[tuple[str]]:
    """Return the rows of all acts as `row_texts.RowText`, after the ledger is released."""
    return _iter_texts(db, sql.ACT_TEXTS, {})


def iter_act_lines(
    db: sqlite3.Connection, keep_plain_line: Callable[[str], str | None]
) -> Iterator[tuple[str]]:
    """Return the rows of all acts as `row_texts.CsvText`, as `iter_promise_lines` does."""
    return _iter_lines(db, sql.ACT_LINES, {}, keep_plain_line)


def fetch_act_rows(db: sqlite3.Connection, query: ActQuery) -> list[StoredRow]:
    """Return the rows of acts as `iter_act_rows` does, while the ledger is still held."""
    return db.execute(query.statement, query.parameters).fetchall()


def find_first_answer(db: sqlite3.Connection, key: str) -> StoredRow | None:
    """Return the row of a key: its request, its answer, and `undone_by`; None for a new key."""
    row: StoredRow | None = db.execute(sql.FIRST_ANSWER, {"key": key}).fetchone()
    return row


def count_overdue_owed(db: sqlite3.Connection, clock: QueryClock) -> int:
    """Return how many promises that I am owed are overdue."""
    count: int = db.execute(sql.COUNT_OVERDUE_OWED, {"now": clock.now}).fetchone()[0]
    return count


def iter_rows_owed_by_day_end(db: sqlite3.Connection, clock: QueryClock) -> Iterator[StoredRow]:
    """Iterate over what I am owed until tonight: the ID, the name, and whether it is overdue."""
    return iter(db.execute(sql.OWED_BY_DAY_END, bind_clock(db, clock)))


def fetch_waiting_rows(db: sqlite3.Connection, clock: QueryClock) -> list[StoredRow]:
    """Return the rows of the view `moves` by due date, while the ledger is still held."""
    bound = bind_clock(db, clock)
    statements = (sql.WAITING_OPEN, sql.WAITING_UNTOLD)
    return [row for query in statements for row in refuse_strangers(db.execute(query, bound))]


def fetch_new_problems(
    db: sqlite3.Connection, clock: QueryClock, bigger: int | None = None
) -> list[StoredRow]:
    """Return the parts that have a problem since my newest act on what they are a part of.

    Each row has the ID and the standing of the part, the ID of the `bigger` promise, and the moment
    `since` when the problem began. `bigger` is the only bigger promise to look at; None for all.
    """
    statement = sql.NEW_PROBLEMS if bigger is None else sql.NEW_PROBLEMS_OF_PROMISE
    return [*refuse_strangers(db.execute(statement, {**bind_clock(db, clock), "bigger": bigger}))]


def has_any_part(db: sqlite3.Connection) -> bool:
    """Whether anything is a part of anything."""
    return db.execute(sql.NEWEST_PART).fetchone()["promise"] is not None


def has_parts(db: sqlite3.Connection, number: int) -> bool:
    """Whether a promise is a part of another one, or has parts."""
    return db.execute(sql.ANY_LINK_OF_PROMISE, {"promise": number}).fetchone() is not None


def fetch_part_rows(db: sqlite3.Connection, clock: QueryClock, bigger: int) -> list[StoredRow]:
    """Return the rows of the parts of a promise, by ID."""
    bound = {**bind_clock(db, clock), "bigger": bigger}
    return [*refuse_strangers(db.execute(sql.PARTS_OF_PROMISE, bound))]


def fetch_rows_together(db: sqlite3.Connection, clock: QueryClock, number: int) -> list[StoredRow]:
    """Return the rows of what was asked together with a promise, itself included, by ID."""
    bound = {**bind_clock(db, clock), "asked_with": number}
    return [*refuse_strangers(db.execute(sql.PROMISES_TOGETHER, bound))]


def find_waiting_kind(db: sqlite3.Connection, clock: QueryClock, number: int) -> str | None:
    """Return the kind of the view `moves` for which a promise waits for me; None if it does not."""
    row = db.execute(sql.WAITING_KIND, {**bind_clock(db, clock), "id": number}).fetchone()
    return row["waiting"] if row else None


def count_waiting_by_kind(db: sqlite3.Connection, clock: QueryClock) -> dict[str, int]:
    """Return how many promises wait for me, by the kinds of the view `moves`."""
    counts: dict[str, int] = {}
    bound = bind_clock(db, clock)
    for query in (sql.COUNT_WAITING_OPEN, sql.COUNT_WAITING_UNTOLD):
        counts |= dict(db.execute(query, bound).fetchall())
    return counts


def count_delivered(db: sqlite3.Connection, begin: str, end: str, person: str | None = None) -> int:
    """Return how many promises I delivered from the stored instant `begin` on, before `end`.

    With the handle of a person, how many they delivered to me.
    """
    statement = sql.COUNT_DELIVERED_BY_PERSON if person else sql.COUNT_DELIVERED
    bound = {"begin": begin, "end": end, "person": person}
    count: int = db.execute(statement, bound).fetchone()[0]
    return count


def fetch_name_of_handle(db: sqlite3.Connection, handle: str) -> str:
    """Return the display name of the person with a handle."""
    name: str = db.execute(sql.PERSON_BY_HANDLE, {"handle": handle}).fetchone()["name"]
    return name


def fetch_promise_subjects(db: sqlite3.Connection, numbers: Iterable[int]) -> dict[int, StoredRow]:
    """Return with whom each promise is, in which direction, and its outcome."""
    return {
        row["id"]: row
        for number in numbers
        for row in db.execute(sql.PROMISE_SUBJECT, {"promise": number})
    }


def load_term_changes(
    db: sqlite3.Connection, numbers: Iterable[int]
) -> dict[int, tuple[Terms, Terms]]:
    """Return the terms before and after, by the act that changed them."""
    from promisectl.domain import lifecycle

    changes: dict[int, tuple[Terms, Terms]] = {}
    for number in numbers:
        changes |= lifecycle.list_term_changes(number, load_promise_acts(db, number))
    return changes


def fetch_touched_promise_ids(
    db: sqlite3.Connection, begin: str, person: str | None = None
) -> list[int]:
    """Return the numbers of promises with live acts recorded from the instant `begin` on.

    `person` is the handle of the only one whose promises count; None for everybody.
    """
    query = sql.THEIR_PROMISES_TOUCHED_SINCE if person else sql.PROMISES_TOUCHED_SINCE
    return [row["promise"] for row in db.execute(query, {"begin": begin, "person": person})]


def check_promise_uids(db: sqlite3.Connection) -> None:
    """Compare the uids of all promises with their acts, before an import looks for known ones.

    Raises DamagedContent: a promise whose row is missing would be imported a second time.
    """
    from promisectl import errors

    for row in db.execute(sql.PROMISES_WITHOUT_ROW):
        raise errors.DamagedContent("The ledger", f"#{row['id']} does not match its history")


def fetch_talk_rows(db: sqlite3.Connection, number: int) -> list[StoredRow]:
    """Return the live acts of a promise in the order of recording, for `talk.read_talk`."""
    return db.execute(sql.TALK_OF_PROMISE, {"promise": number}).fetchall()


def load_promise_acts(db: sqlite3.Connection, number: int) -> list[Act]:
    """Return the acts of a promise, for `replay_promise`. Raises NoPromise and DamagedContent."""
    from promisectl import errors
    from promisectl.storage import codec

    acts = [codec.decode_act(row) for row in db.execute(sql.ACTS_OF_PROMISE, {"promise": number})]
    if acts:
        return acts
    if db.execute(sql.ROW_OF_PROMISE, {"id": number}).fetchone():
        raise errors.DamagedContent("The ledger", f"#{number} has no history")
    raise errors.NoPromise(number)


def replay_promise(number: int, acts: Iterable[Act]) -> Promise:
    """Return a promise as its stored acts leave it. Raises DamagedContent."""
    from promisectl.domain import lifecycle
    from promisectl.storage import codec

    with codec.refuse_damage(f"the history of #{number}"):
        return lifecycle.replay_acts(number, acts)


def load_promise(db: sqlite3.Connection, number: int) -> Promise:
    """Return a promise as its acts leave it. Raises NoPromise and DamagedContent."""
    return replay_promise(number, load_promise_acts(db, number))


def load_series_rest(db: sqlite3.Connection, number: int) -> list[Promise]:
    """Return a promise, and after it the later ones of its series, in their order.

    Raises NoPromise and DamagedContent.
    """
    rows = db.execute(sql.REST_OF_SERIES, {"promise": number})
    later = [row["promise"] for row in rows if row["promise"] != number]
    return [load_promise(db, one) for one in (number, *later)]


def fetch_series_states(db: sqlite3.Connection, series: str) -> list[StoredRow]:
    """Return the state, the dates and the offer of each promise of a series, in their order."""
    rows: list[StoredRow] = db.execute(sql.SERIES_STATES, {"series": series}).fetchall()
    return rows


def is_late(row: StoredRow) -> bool:
    """Whether a promise was delivered after it was due."""
    return bool(row["due_at"] and row["delivered_at"] and row["delivered_at"] > row["due_at"])


def fetch_newest_promise_id(db: sqlite3.Connection) -> int:
    """Return the number of the newest promise, or 0."""
    number: int = db.execute("SELECT coalesce(max(id), 0) FROM promise").fetchone()[0]
    return number


def has_more_promises(db: sqlite3.Connection, number: int) -> bool:
    """Whether more than a number of promises were made; a series counts once."""
    return db.execute(sql.PROMISE_AFTER_SO_MANY, {"number": number}).fetchone() is not None


def load_people(db: sqlite3.Connection) -> list[Person]:
    """Return all people in the ledger, with their aliases."""
    from promisectl.domain.people import Person

    aliases: dict[int, list[str]] = {}
    for row in db.execute(sql.ALIASES):
        aliases.setdefault(row["person"], []).append(row["alias"])
    rows = db.execute(sql.PEOPLE).fetchall()
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
    """Return the name of a person, or of the person they were merged into; empty for myself.

    Raises DamagedContent.
    """
    if person is None:
        return ""
    row = db.execute(sql.PERSON_NAME, {"person": person}).fetchone()
    if row is None:
        from promisectl import errors

        raise errors.DamagedContent("The ledger", f"person {person} is missing")
    return str(row["name"])


def fill_ledger_as_of(
    past: sqlite3.Connection, db: sqlite3.Connection, moment: datetime, *, acts: bool = False
) -> None:
    """Fill the empty ledger `past` with every promise of `db` as it was at `moment`.

    It is built from the acts that are dated by then and not undone today. With `acts`, `past` holds
    these acts, too, as far as they were known; it always holds those of bigger promises and parts,
    from which it follows which are affected.
    """
    from promisectl.domain import lifecycle
    from promisectl.storage import codec, links

    past.execute("BEGIN")
    filler = links.LinkFiller(past)
    for person in load_people(db):
        columns = {"handle": person.handle, "name": person.name, "merged_into": person.merged_into}
        past.execute(sql.ADD_PERSON_WITH_ID, {**columns, "person": person.id})
    linked = {number for row in db.execute(sql.LINKED_PROMISES) for number in row}
    if acts or linked:
        past.executemany(sql.ADD_ENTRY_WITH_ID, map(dict, db.execute(sql.ENTRIES)))
    by_promise: Iterable[tuple[int, Iterable[StoredRow]]] = groupby(
        db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])
    )
    for number, rows in by_promise:
        act_rows = {row["number"]: row for row in rows}
        all_acts = [codec.decode_act(row) for row in act_rows.values()]
        with codec.refuse_damage(f"the history of #{number}"):
            steps = list(lifecycle.iter_steps(number, all_acts, moment))
        if steps:
            promise_row = codec.encode_promise_row(steps[-1].promise)
            past.execute(sql.ADD_PROMISE_WITH_ID, {**promise_row, "id": number})
            filler.add_promise(number, promise_row)
        if acts or number in linked:
            past.executemany(
                sql.ADD_ACT,
                [{**act_rows[act.number], "body": codec.encode_act_body(act)} for act, _ in steps],
            )
    filler.add_parts()
