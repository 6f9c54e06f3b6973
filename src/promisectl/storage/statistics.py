"""The figures of the record, counted in SQL over the public views; only what new terms did to a date is told from the acts."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle, statistics
from promisectl.domain.civil import decode_instant, encode_instant
from promisectl.domain.statistics import DirectionStatistics, Rate
from promisectl.storage import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from promisectl.storage.queries import QueryClock

_KEPT_CONDITION = "state IN ('delivered', 'kept')"
_BROKEN_CONDITION = "class IN ('bn', 'bl')"
_UNIX_SECONDS_SQL = "CAST(strftime('%s', {0}) AS INTEGER)"
_WINDOW_CONDITION = "BETWEEN :since AND :until"

# Every promise with somebody else, with its class (trust.CLASSES) and the moment at which that was settled.
_CLASSED_TABLE = f"""
classed AS (
  SELECT *,
    CASE
      WHEN {_KEPT_CONDITION} AND due_at IS NULL THEN 'kn'
      WHEN {_KEPT_CONDITION} THEN iif(delivered_at <= due_at, 'kt', 'kl')
      WHEN state = 'reneged' THEN iif(told_at < due_at, 'bn', 'bl')
      WHEN state = 'active' AND due_at < :now THEN 'od'
    END AS class,
    CASE WHEN {_KEPT_CONDITION} THEN delivered_at WHEN state = 'reneged' THEN closed_at ELSE due_at END AS settled_at
  FROM promises
  WHERE direction <> 'self' AND state <> 'void'
)"""
# What a window needs of them, put aside once, so that no question has to go through the whole ledger.
_WINDOW_QUERY = f"""
SELECT id, direction, state, due_at, delivered_at, accepted_at, closed_at, word_at, notice, reason, cause, risk, renegotiated, flags,
  iif(settled_at {_WINDOW_CONDITION}, class, NULL) AS class, settled_at
FROM classed
WHERE (:person IS NULL OR person = :person)
  AND (class IS NOT NULL AND settled_at {_WINDOW_CONDITION} OR accepted_at {_WINDOW_CONDITION} OR closed_at {_WINDOW_CONDITION}
    OR renegotiated > 0 AND contact_at >= :since)"""
_DIRECTION_TABLES = "record AS (SELECT * FROM temp.aside WHERE direction = :direction), settled AS (SELECT * FROM record WHERE class IS NOT NULL)"

_CLASSES_QUERY = """
SELECT class, count(*) AS number, sum(due_at IS NULL) AS undated, sum(state = 'kept') AS confirmed, sum(notice IS 'before-due') AS noticed,
  sum(renegotiated = 0) AS as_first, sum(instr(coalesce(flags, ''), 'untold') > 0) AS untold
FROM settled GROUP BY class"""
_CAUSES_QUERY = f"SELECT cause, count(*) AS number FROM settled WHERE {_BROKEN_CONDITION} AND cause IS NOT NULL GROUP BY cause ORDER BY number DESC, cause"
_FORESEEN_QUERY = f"""
SELECT coalesce(sum(share_a_word(risk, reason)), 0), count(*)
FROM settled WHERE {_BROKEN_CONDITION} AND risk IS NOT NULL AND reason IS NOT NULL"""
_LATE_CREDIT_QUERY = f"""
SELECT avg(iif({_BROKEN_CONDITION}, 0.0, late_credit({_UNIX_SECONDS_SQL.format("coalesce(delivered_at, :now)")} - {_UNIX_SECONDS_SQL.format("due_at")})))
FROM settled WHERE due_at IS NOT NULL"""
_INSERT_LEAD_DAYS = f"""
INSERT INTO temp.days SELECT 'lead', ({_UNIX_SECONDS_SQL.format("due_at")} - {_UNIX_SECONDS_SQL.format("word_at")}) / 86400.0
FROM settled WHERE class IN ('kl', 'bn', 'bl', 'od') AND notice = 'before-due'"""
# There may be as many of them as there are promises, so they are sorted where SQLite has room for them.
_MEDIAN_DAYS_QUERY = """
SELECT avg(number) FROM (
  SELECT number FROM temp.days WHERE kind = :kind ORDER BY number
  LIMIT 2 - (SELECT count(*) FROM temp.days WHERE kind = :kind) % 2 OFFSET (SELECT (count(*) - 1) / 2 FROM temp.days WHERE kind = :kind)
)"""
_RENEGOTIATION_RATE_QUERY = f"SELECT coalesce(sum(renegotiated > 0), 0), count(*) FROM record WHERE accepted_at {_WINDOW_CONDITION}"
_DECLINE_RATE_QUERY = f"""
SELECT coalesce(sum(state = 'declined'), 0), count(*) FROM record
WHERE iif(state = 'declined', closed_at, accepted_at) {_WINDOW_CONDITION}
  AND 'promisor' = (
    SELECT side FROM acts WHERE promise = record.id AND act IN ('accept', 'decline') AND undone_by IS NULL ORDER BY acts.id LIMIT 1
  )"""
_RENEGOTIATED_QUERY = f"SELECT id, class, due_at, delivered_at, accepted_at {_WINDOW_CONDITION} AS counts FROM record WHERE renegotiated > 0"
_CLASSES_BY_MONTH_QUERY = "SELECT month(settled_at) AS month, class, count(*) AS number FROM settled GROUP BY month, class"

_LEAD_SECONDS_SQL = (
    f"{_UNIX_SECONDS_SQL.format('due_at')} - {_UNIX_SECONDS_SQL.format('accepted_at')}"
)
_KEPT_COUNTS_SQL = "count(*) FILTER (WHERE class LIKE 'k_') AS kept, count(*) AS number FROM classed WHERE direction = 'owe' AND class IS NOT NULL"
_KEPT_BY_PERSON_QUERY = f"SELECT person, {_KEPT_COUNTS_SQL} GROUP BY person"
_KEPT_BY_LEAD_QUERY = f"SELECT {_KEPT_COUNTS_SQL} AND {_LEAD_SECONDS_SQL} >= :least AND (:most IS NULL OR {_LEAD_SECONDS_SQL} <= :most)"

_PEOPLE_QUERY = """
SELECT person, person_name,
  sum(direction = 'owe' AND state IN ('active', 'delivered')) AS owe,
  sum(direction = 'owed' AND state IN ('active', 'delivered')) AS owed,
  sum(state = 'active' AND due_at < :now) AS overdue,
  min(iif(state = 'active', due_at, NULL)) AS next_due,
  count(*) FILTER (WHERE direction = 'owe' AND class LIKE 'k_') AS kept_by_me,
  count(*) FILTER (WHERE direction = 'owe' AND class IS NOT NULL) AS kept_by_me_of,
  count(*) FILTER (WHERE direction = 'owed' AND class LIKE 'k_') AS kept_by_them,
  count(*) FILTER (WHERE direction = 'owed' AND class IS NOT NULL) AS kept_by_them_of
FROM classed GROUP BY person, person_name ORDER BY """
PEOPLE_SORT_SQL = {
    "name": "person",
    "due": "next_due IS NULL, next_due, person",
    "record": "(kept_by_them + 1.0) / (kept_by_them_of + 2) DESC, person",  # the mean of Beta(1, 1) after these: few say little
}


EARLIEST_INSTANT = "0000"
"""Sorts before every stored instant: a window without a beginning."""


class StatisticsScope(NamedTuple):
    """Whose record: one person's by their handle, or everybody's (None), in a window of stored instants, both ends within."""

    person: str | None
    since: str
    until: str


class _RescheduleCounts(NamedTuple):
    """What new terms did to the dates of promises: how many were in time as first promised, the troubles, and how many leads there were."""

    in_time_as_first: int
    amendments: int
    leads: int


class StatisticsReader:
    """What was settled in a scope, judged at the moment of `clock`, ready to be counted in either direction.

    `db` may be a ledger as it stood at a moment (`reading.as_of`).
    """

    def __init__(self, db: sqlite3.Connection, clock: QueryClock, scope: StatisticsScope) -> None:
        self._db = db
        self._bound = {**clock._asdict(), **scope._asdict()}
        db.create_function("share_a_word", 2, statistics.has_common_word, deterministic=True)
        db.create_function("late_credit", 1, statistics.compute_late_credit, deterministic=True)
        for table in ("aside", "days"):
            db.execute(f"DROP TABLE IF EXISTS temp.{table}")
        db.execute("CREATE TEMP TABLE days (kind TEXT, number REAL)")
        theirs = f"AND {queries.PERSON_PROMISES_CONDITION}" if scope.person else ""
        db.execute(
            f"CREATE TEMP TABLE aside AS {queries.build_with_clause()}, {_CLASSED_TABLE} {_WINDOW_QUERY} {theirs}",
            self._bound,
        )

    def fetch_statistics(self, direction: str) -> DirectionStatistics:
        """The record of one direction: `owe` is mine, `owed` is theirs."""
        self._db.execute("DELETE FROM temp.days")
        rows = {row["class"]: row for row in self._run_query(_CLASSES_QUERY, direction)}
        classes = {name: _sum_classes(rows, [name]) for name in statistics.OUTCOME_CLASSES}
        number, kept, troubled = sum(classes.values()), ("kt", "kl", "kn"), ("kl", "bn", "bl", "od")
        dated = number - _sum_classes(rows, statistics.OUTCOME_CLASSES, "undated")
        moved = self._count_rescheduled(direction)
        self._run_query(_INSERT_LEAD_DAYS, direction)
        return DirectionStatistics(
            classes,
            kept=Rate(_sum_classes(rows, kept), number),
            on_time=Rate(classes["kt"], dated),
            on_time_first=Rate(
                _sum_classes(rows, ["kt"], "as_first") + moved.in_time_as_first, dated
            ),
            renegotiated=self._fetch_rate(_RENEGOTIATION_RATE_QUERY, direction),
            notice=Rate(
                _sum_classes(rows, troubled, "noticed") + moved.leads,
                _sum_classes(rows, troubled) + moved.amendments,
            ),
            confirmed=Rate(_sum_classes(rows, kept, "confirmed"), _sum_classes(rows, kept)),
            said_no=self._fetch_rate(_DECLINE_RATE_QUERY, direction),
            slip_days=self._fetch_median_days("slip"),
            lead_days=self._fetch_median_days("lead"),
            late_credit=next(iter(self._run_query(_LATE_CREDIT_QUERY, direction)))[0],
            causes={
                row["cause"]: row["number"] for row in self._run_query(_CAUSES_QUERY, direction)
            },
            foreseen=self._fetch_rate(_FORESEEN_QUERY, direction),
            untold=_sum_classes(rows, ["bn", "bl"], "untold"),
        )

    def count_by_month(
        self, direction: str, months: Mapping[str, str]
    ) -> dict[str, dict[str, int]]:
        """How many of each class were settled in each month; `months` maps the name of every month to the instant it begins."""
        begins = sorted((begin, name) for name, begin in months.items())
        self._db.create_function(
            "month",
            1,
            lambda at: max(begun for begun in begins if begun[0] <= at)[1],
            deterministic=True,
        )
        found: dict[str, dict[str, int]] = {name: {} for _, name in begins}
        for row in self._run_query(_CLASSES_BY_MONTH_QUERY, direction):
            found[row["month"]][row["class"]] = row["number"]
        return found

    def _count_rescheduled(self, direction: str) -> _RescheduleCounts:
        """Promises with new terms are few, so their acts are read one by one. By how many days they moved, and the leads, are put aside."""
        in_time = troubles = leads = 0
        for row in self._run_query(_RENEGOTIATED_QUERY, direction):
            promise = lifecycle.replay_acts(
                row["id"], queries.load_promise_acts(self._db, row["id"])
            )
            first = promise.first_due
            if row["counts"] and first and row["due_at"]:
                self._insert_days(
                    "slip", statistics.count_days(decode_instant(row["due_at"]) - first.at)
                )
            if row["class"] in ("kt", "kl") and first:
                in_time += decode_instant(row["delivered_at"]) <= first.at
            within = [
                one
                for one in statistics.iter_amendments(promise)
                if self._bound["since"] <= encode_instant(one.at) <= self._bound["until"]
            ]
            troubles += len(within)
            for lead in [one.notice_lead for one in within if one.notice_lead]:
                self._insert_days("lead", statistics.count_days(lead))
                leads += 1
        return _RescheduleCounts(in_time, troubles, leads)

    def _insert_days(self, kind: str, days: float) -> None:
        self._db.execute("INSERT INTO temp.days VALUES (?, ?)", (kind, days))

    def _fetch_median_days(self, kind: str) -> float | None:
        """The median of the days of a kind that were put aside."""
        found: float | None = self._db.execute(_MEDIAN_DAYS_QUERY, {"kind": kind}).fetchone()[0]
        return found

    def _run_query(self, query: str, direction: str) -> Iterable[Any]:
        return self._db.execute(
            f"{queries.build_with_clause('acts')}, {_DIRECTION_TABLES} {query}",
            {**self._bound, "direction": direction},
        )

    def _fetch_rate(self, query: str, direction: str) -> Rate:
        return Rate(*next(iter(self._run_query(query, direction))))


def _sum_classes(rows: Mapping[str, Any], classes: Iterable[str], column: str = "number") -> int:
    return sum(rows[name][column] for name in classes if name in rows)


def iter_people_statistics(
    db: sqlite3.Connection, clock: QueryClock, sort: str = "name"
) -> Iterator[Any]:
    """Per person: what is promised in both directions, what of it is overdue, what comes due next, and how much was kept of how much."""
    query = (
        f"{queries.build_with_clause()}, {_CLASSED_TABLE} {_PEOPLE_QUERY} {PEOPLE_SORT_SQL[sort]}"
    )
    return queries.fetch_and_release(db, query, clock._asdict())


def count_kept_by_person(db: sqlite3.Connection, clock: QueryClock) -> dict[str, tuple[int, int]]:
    """How many promises I kept, and of how many, to every person by their handle."""
    return {
        row["person"]: (row["kept"], row["number"])
        for row in db.execute(
            f"{queries.build_with_clause()}, {_CLASSED_TABLE} {_KEPT_BY_PERSON_QUERY}",
            clock._asdict(),
        )
    }


def count_kept_by_lead(
    db: sqlite3.Connection, clock: QueryClock, least: int, most: int | None
) -> tuple[int, int]:
    """How many promises I kept, and of how many, that were due so many seconds after the Yes."""
    row = db.execute(
        f"{queries.build_with_clause()}, {_CLASSED_TABLE} {_KEPT_BY_LEAD_QUERY}",
        {**clock._asdict(), "least": least, "most": most},
    ).fetchone()
    return row["kept"], row["number"]
