"""The figures of the record, counted in SQL over the public views; only what new terms did to a date is told from the acts."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain import lifecycle, statistics
from promisectl.domain.civil import decode_instant, encode_instant
from promisectl.domain.statistics import DirectionStatistics, Rate
from promisectl.storage import queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from promisectl.storage.queries import QueryClock

PEOPLE_SORT_NAMES = ("name", "due", "record")
"""The orders in which people can be listed."""
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
        db.execute("DROP TABLE IF EXISTS temp.days")
        db.execute("CREATE TEMP TABLE days (kind TEXT, number REAL)")
        window = sql.WINDOW_OF_PERSON if scope.person else sql.WINDOW
        queries.keep_rows(db, "aside", window, self._bound)

    def fetch_statistics(self, direction: str) -> DirectionStatistics:
        """The record of one direction: `owe` is mine, `owed` is theirs."""
        self._db.execute("DELETE FROM temp.days")
        rows = {row["class"]: row for row in self._run_query(sql.CLASS_COUNTS, direction)}
        classes = {name: _sum_classes(rows, [name]) for name in statistics.OUTCOME_CLASSES}
        number, kept, troubled = sum(classes.values()), ("kt", "kl", "kn"), ("kl", "bn", "bl", "od")
        dated = number - _sum_classes(rows, statistics.OUTCOME_CLASSES, "undated")
        moved = self._count_rescheduled(direction)
        self._run_query(sql.INSERT_LEAD_DAYS, direction)
        return DirectionStatistics(
            classes,
            kept=Rate(_sum_classes(rows, kept), number),
            on_time=Rate(classes["kt"], dated),
            on_time_first=Rate(
                _sum_classes(rows, ["kt"], "as_first") + moved.in_time_as_first, dated
            ),
            renegotiated=self._fetch_rate(sql.RENEGOTIATION_RATE, direction),
            notice=Rate(
                _sum_classes(rows, troubled, "noticed") + moved.leads,
                _sum_classes(rows, troubled) + moved.amendments,
            ),
            confirmed=Rate(_sum_classes(rows, kept, "confirmed"), _sum_classes(rows, kept)),
            said_no=self._fetch_rate(sql.DECLINE_RATE, direction),
            slip_days=self._fetch_median_days("slip"),
            lead_days=self._fetch_median_days("lead"),
            late_credit=next(iter(self._run_query(sql.LATE_CREDIT, direction)))[0],
            causes={
                row["cause"]: row["number"] for row in self._run_query(sql.CAUSE_COUNTS, direction)
            },
            foreseen=self._fetch_rate(sql.FORESEEN_RATE, direction),
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
        for row in self._run_query(sql.CLASS_COUNTS_BY_MONTH, direction):
            found[row["month"]][row["class"]] = row["number"]
        return found

    def _count_rescheduled(self, direction: str) -> _RescheduleCounts:
        """Promises with new terms are few, so their acts are read one by one. By how many days they moved, and the leads, are put aside."""
        in_time = troubles = leads = 0
        for row in self._run_query(sql.RENEGOTIATED_PROMISES, direction):
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
        found: float | None = self._db.execute(sql.MEDIAN_DAYS, {"kind": kind}).fetchone()[0]
        return found

    def _run_query(self, query: str, direction: str) -> Iterable[Any]:
        return self._db.execute(query, {**self._bound, "direction": direction})

    def _fetch_rate(self, query: str, direction: str) -> Rate:
        return Rate(*next(iter(self._run_query(query, direction))))


def _sum_classes(rows: Mapping[str, Any], classes: Iterable[str], column: str = "number") -> int:
    return sum(rows[name][column] for name in classes if name in rows)


def iter_people_statistics(
    db: sqlite3.Connection, clock: QueryClock, sort: str = "name"
) -> Iterator[Any]:
    """Per person: what is promised in both directions, what of it is overdue, what comes due next, and how much was kept of how much."""
    bound = {**clock._asdict(), "sort": sort}
    return queries.fetch_and_release(db, sql.PEOPLE_STATISTICS, bound)


def count_kept_by_person(db: sqlite3.Connection, clock: QueryClock) -> dict[str, tuple[int, int]]:
    """How many promises I kept, and of how many, to every person by their handle."""
    return {
        row["person"]: (row["kept"], row["number"])
        for row in db.execute(sql.KEPT_BY_PERSON, clock._asdict())
    }


def count_kept_by_lead(
    db: sqlite3.Connection, clock: QueryClock, least: int, most: int | None
) -> tuple[int, int]:
    """How many promises I kept, and of how many, that were due so many seconds after the Yes."""
    row = db.execute(sql.KEPT_BY_LEAD, {**clock._asdict(), "least": least, "most": most}).fetchone()
    return row["kept"], row["number"]
