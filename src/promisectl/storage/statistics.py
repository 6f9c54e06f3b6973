"""The statistics of promises, counted in SQL; the effect of changes is read from acts."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain import lifecycle, statistics
from promisectl.domain.civil import decode_instant, encode_instant
from promisectl.domain.statistics import DirectionStatistics, Rate
from promisectl.storage import codec, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from promisectl.domain.lifecycle import Applied
    from promisectl.storage.queries import QueryClock

PEOPLE_SORT_NAMES = ("name", "due", "record")
"""The orders in which people can be sorted."""
EARLIEST_INSTANT = "0000"
"""A text that sorts before every stored instant: the beginning of a window without one."""
_KEPT = ("kt", "kl", "kn")
_TROUBLED = ("kl", "bn", "bl", "od")


class StatisticsScope(NamedTuple):
    """The promises to count: of one person, by handle, or of all (None), in a window of time.

    `since` and `until` are stored instants; both are inside the window. `before` is where the
    window before it begins, None without one.
    """

    person: str | None
    since: str
    until: str
    before: str | None = None

    @classmethod
    def build(cls, person: str | None, since: datetime | None, until: datetime) -> StatisticsScope:
        """Return the scope of a window, which has no beginning if `since` is None."""
        before = None
        if since:
            with suppress(OverflowError):  # before the year 1
                before = encode_instant(since - (until - since) - timedelta(seconds=1))
        begin = encode_instant(since) if since else EARLIEST_INSTANT
        return cls(person, begin, encode_instant(until), before)


class _RescheduleCounts(NamedTuple):
    """What changes did to the due dates of promises.

    `in_time_as_first` counts promises delivered by the first date agreed on, `amendments` the
    changes of date that count as late, `leads` those of them with a warning in time.
    """

    in_time_as_first: int
    amendments: int
    leads: int


class _RequestAnswers(NamedTuple):
    """What was answered to requests, as in `DirectionStatistics`."""

    requests: dict[str, int]
    risk_named: Rate
    always_yes: dict[str, int]


class StatisticsReader:
    """The promises settled in a scope at the moment of `clock`, ready to be counted.

    `db` may be a ledger as it was at a moment (`queries.fill_ledger_as_of`).
    """

    def __init__(self, db: sqlite3.Connection, clock: QueryClock, scope: StatisticsScope) -> None:
        self._db = db
        self._bound = {**queries.bind_clock(db, clock), **scope._asdict()}
        db.create_function("late_credit", 1, statistics.compute_late_credit, deterministic=True)
        db.execute("DROP TABLE IF EXISTS temp.days")
        db.execute("CREATE TEMP TABLE days (kind TEXT, number REAL)")
        window = sql.WINDOW_OF_PERSON if scope.person else sql.WINDOW
        queries.keep_rows(db, "aside", window, self._bound)

    def fetch_statistics(self, direction: str) -> DirectionStatistics:
        """Return the statistics of one direction: `owe` for my promises, `owed` for theirs."""
        self._db.execute("DELETE FROM temp.days")
        rows = {row["class"]: row for row in self._run_query(sql.CLASS_COUNTS, direction)}
        classes = {name: _sum_classes(rows, [name]) for name in statistics.OUTCOME_CLASSES}
        number = sum(classes.values())
        dated = number - _sum_classes(rows, statistics.OUTCOME_CLASSES, "undated")
        in_time = _sum_classes(rows, ["kt"], "as_first")
        confirmed, kept = (_sum_classes(rows, _KEPT, name) for name in ("confirmed", "number"))
        noticed, troubled = (_sum_classes(rows, _TROUBLED, name) for name in ("noticed", "number"))
        causes = self._run_query(sql.CAUSE_COUNTS, direction)
        rescheduled = self._count_rescheduled(direction)
        answers = self._count_answers(direction)
        self._run_query(sql.INSERT_LEAD_DAYS, direction)
        return DirectionStatistics(
            classes,
            kept=Rate(kept, number),
            on_time=Rate(classes["kt"], dated),
            on_time_first=Rate(in_time + rescheduled.in_time_as_first, dated),
            renegotiated=self._fetch_rate(sql.RENEGOTIATION_RATE, direction),
            notice=Rate(noticed + rescheduled.leads, troubled + rescheduled.amendments),
            confirmed=Rate(confirmed, kept),
            said_no=self._fetch_rate(sql.DECLINE_RATE, direction),
            slip_days=self._fetch_median_days("slip"),
            lead_days=self._fetch_median_days("lead"),
            late_credit=next(iter(self._run_query(sql.LATE_CREDIT, direction)))[0],
            causes={row["cause"]: row["number"] for row in causes},
            foreseen=self._count_foreseen(direction),
            untold=_sum_classes(rows, ["bn", "bl"], "untold"),
            kept_before=self._fetch_rate(sql.KEPT_BEFORE, direction)
            if self._bound["before"]
            else None,
            **answers._asdict(),
        )

    def count_by_month(
        self, direction: str, months: Mapping[str, str]
    ) -> dict[str, dict[str, int]]:
        """Return how many promises of each class were settled in each month.

        `months` maps the name of every month to the stored instant at which it begins.
        """
        begins = sorted((begin, name) for name, begin in months.items())
        self._db.create_function(
            "month",
            1,
            lambda at: max(month for month in begins if month[0] <= at)[1],
            deterministic=True,
        )
        counts: dict[str, dict[str, int]] = {name: {} for _, name in begins}
        for row in self._run_query(sql.CLASS_COUNTS_BY_MONTH, direction):
            counts[row["month"]][row["class"]] = row["number"]
        return counts

    def _count_answers(self, direction: str) -> _RequestAnswers:
        """Count what the promisors of a direction answered to requests, person by person."""
        requests = dict.fromkeys(statistics.REQUEST_OUTCOMES, 0)
        with_risk, always_yes = 0, {}
        plain = 0
        for row in self._run_query(sql.ANSWERS_BY_PERSON, direction):
            for answer in requests:
                requests[answer] += row[answer]
            with_risk += row["with_risk"]
            plain += row["plain"]
            if direction != "owe":
                number = sum(row[answer] for answer in requests)
                if row["plain"] == number >= statistics.MIN_TOLD_YESES:
                    always_yes[row["person"]] = number
        if direction == "owe" and plain == sum(requests.values()) >= statistics.MIN_TOLD_YESES:
            always_yes["me"] = plain
        risk_named = Rate(with_risk, requests["as_asked"] + requests["negotiated"])
        by_number = sorted(always_yes.items(), key=lambda item: (-item[1], item[0]))
        return _RequestAnswers(requests, risk_named, dict(by_number))

    def _count_rescheduled(self, direction: str) -> _RescheduleCounts:
        """Count what changes did to due dates, and store the days for the medians.

        Promises with changed terms are few, so their acts are replayed one promise after the other.
        """
        in_time = amendments = leads = 0
        for row in self._run_query(sql.RENEGOTIATED_PROMISES, direction):
            promise = self._load_steps(row["id"])[-1].promise
            first_due = promise.first_due
            if row["counts"] and first_due and row["due_at"]:
                slip = decode_instant(row["due_at"]) - first_due.at
                self._insert_days("slip", statistics.count_days(slip))
            if row["class"] in ("kt", "kl") and first_due:
                in_time += decode_instant(row["delivered_at"]) <= first_due.at
            for amendment in statistics.iter_amendments(promise):
                at, lead = encode_instant(amendment.at), amendment.notice_lead
                if self._bound["since"] <= at <= self._bound["until"]:
                    amendments += 1
                    if lead:
                        self._insert_days("lead", statistics.count_days(lead))
                        leads += 1
        return _RescheduleCounts(in_time, amendments, leads)

    def _count_foreseen(self, direction: str) -> Rate:
        """Count the broken promises with a risk, and those whose reason echoes it.

        Few are corrected after the break, so only the acts of these are replayed.
        """
        foreseen = number = 0
        for row in self._run_query(sql.BROKEN_WITH_RISK, direction):
            risk = row["risk"]
            if row["corrected_since"]:
                risk = statistics.find_foreseen_risk(self._load_steps(row["id"]))
            if risk:
                number += 1
                foreseen += statistics.has_common_word(risk, row["reason"])
        return Rate(foreseen, number)

    def _load_steps(self, number: int) -> list[Applied]:
        """Return every act of a promise that is not undone, with the promise after it."""
        acts = queries.load_promise_acts(self._db, number)
        # In a ledger of the past, what an act corrects may be still to come: check nothing.
        with codec.refuse_damage(f"the history of #{number}"):
            return list(lifecycle.iter_steps(number, acts, None))

    def _insert_days(self, kind: str, days: float) -> None:
        self._db.execute("INSERT INTO temp.days VALUES (?, ?)", (kind, days))

    def _fetch_median_days(self, kind: str) -> float | None:
        """Return the median of the stored days of a kind, or None."""
        median: float | None = self._db.execute(sql.MEDIAN_DAYS, {"kind": kind}).fetchone()[0]
        return median

    def _run_query(self, query: str, direction: str) -> Iterable[Any]:
        return self._db.execute(query, {**self._bound, "direction": direction})

    def _fetch_rate(self, query: str, direction: str) -> Rate:
        return Rate(*next(iter(self._run_query(query, direction))))


def _sum_classes(rows: Mapping[str, Any], classes: Iterable[str], column: str = "number") -> int:
    return sum(rows[name][column] for name in classes if name in rows)


def iter_people_statistics(
    db: sqlite3.Connection, clock: QueryClock, sort: str = "name"
) -> Iterator[Any]:
    """Return a row per person: open and overdue promises, the next due date, and rates."""
    queries.define_name_order(db)
    bound = {**queries.bind_clock(db, clock), "sort": sort}
    rows = queries.fetch_and_release(db, sql.PEOPLE_STATISTICS, bound)
    return queries.refuse_strangers(rows)


def count_folded_by_person(db: sqlite3.Connection, clock: QueryClock) -> dict[tuple[str, str], int]:
    """Return by how many promises a count of a person is higher if each of a series counts.

    Without them a series counts once, while nothing in it is overdue. The keys are the handle and
    the field of the person's row.
    """
    return {
        (row["person"], row["counted"]): row["folded"]
        for row in db.execute(sql.FOLDED_BY_PERSON, queries.bind_clock(db, clock))
    }


def count_kept_by_person(db: sqlite3.Connection, clock: QueryClock) -> dict[str, tuple[int, int]]:
    """Return how many promises I kept to each person, and of how many, by handle."""
    return {
        row["person"]: (row["kept"], row["number"])
        for row in db.execute(sql.KEPT_BY_PERSON, queries.bind_clock(db, clock))
    }


def count_kept_with(
    db: sqlite3.Connection, clock: QueryClock, person: str
) -> dict[str, tuple[int, int]]:
    """Return how many promises were kept, and of how many, by direction, with a person's handle."""
    bound = {**queries.bind_clock(db, clock), "person": person}
    return {
        row["direction"]: (row["kept"], row["number"])
        for row in db.execute(sql.KEPT_WITH_PERSON, bound)
    }


def count_kept_lately(
    db: sqlite3.Connection, clock: QueryClock, person: str, oldest: int
) -> tuple[int, int]:
    """Return how many promises after `oldest` I kept to a person, by handle, and of how many."""
    bound = {**queries.bind_clock(db, clock), "person": person, "oldest": oldest}
    row = db.execute(sql.KEPT_LATELY, bound).fetchone()
    return row["kept"], row["number"]


def count_kept_by_lead(
    db: sqlite3.Connection, clock: QueryClock, least: int, most: int | None
) -> tuple[int, int]:
    """Return how many promises I kept, and of how many, by the time they gave me.

    Those count that were due at least `least` and at most `most` seconds after the Yes.
    """
    bound = {**queries.bind_clock(db, clock), "least": least, "most": most}
    row = db.execute(sql.KEPT_BY_LEAD, bound).fetchone()
    return row["kept"], row["number"]
