"""The figures of `stats`, held against a second, plain telling of them: on worked ledgers, on random ones, at any moment, in any order."""

import io
import json
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import isclose
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.commands import lists, make, show, undo
from promisectl.commands import people as persons
from tests.conftest import LONG, Program
from tests.domain import plain_statistics as plain
from tests.storage.test_random_walks import COMMANDS, SEVERAL, asked, world

ZONE = "Europe/Berlin"
HALF_DAY = timedelta(hours=12)
NOTHING = {"count": 0, "of": 0, "rate": None, "low": None, "high": None}
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]
PHASES = (
    (Phase.generate, Phase.shrink) if LONG else (Phase.generate,)
)  # what fails is told in full; to make it small takes minutes


class Book:
    """A ledger of its own, a clock that only grows, and what was said so far."""

    def __init__(
        self, program: Program, start: datetime = datetime(2026, 10, 20, 8, tzinfo=UTC)
    ) -> None:
        self.program = program
        self.path = str(Path(tempfile.mkdtemp(dir=program.home)) / "ledger.db")
        self.now = start
        self.rows: dict[int, dict[str, Any]] = {}
        self.moved: dict[int, datetime] = {}
        self.closed_before: datetime | None = None  # from here on nothing is dated up to then
        self.redated = False  # a date was put right
        self.redated_later = False  # and that after the moment from which nothing is dated earlier

    def say(self, name: str, number: int = 0, **options: Any) -> bool:
        """Give one command as it would be typed now; whether it was let through."""
        env = world(self.path, self.now, "json")
        ids: list[Any] = (
            []
            if name in ("make", "undo", "redo")
            else [[str(number)]]
            if name in SEVERAL
            else [str(number)]
        )
        command = {**COMMANDS, "make": make.make, "undo": undo.undo, "redo": undo.redo}[name]
        try:
            command(env, *ids, **options)
        except errors.Problem:
            return False
        note(f"{self.now:%Y-%m-%dT%H:%MZ} {name} {number or ''} {options}")
        stream = env.stdout()
        assert isinstance(stream, io.StringIO)
        for line in stream.getvalue().splitlines():
            row = json.loads(line)
            self.rows[row["id"]] = row
        return True

    def records(self) -> list[dict[str, Any]]:
        """Every promise there is, with its terms and its acts, void ones too."""
        listed = asked(self.path, self.now, lambda env: lists.list_(env, all_=True))
        listed += asked(self.path, self.now, lambda env: lists.list_(env, state=("void",)))
        numbers = [str(row["id"]) for row in listed]
        return asked(self.path, self.now, lambda env: show.show(env, numbers)) if numbers else []

    def stats(self, *words: str) -> dict[str, Any]:
        """What the program says."""
        found: dict[str, Any] = json.loads(
            self.program.ok(
                "stats",
                *words,
                "--json",
                "--ledger",
                self.path,
                today=f"{self.now:%Y-%m-%dT%H:%MZ}",
            )
        )
        return found

    def told_plainly(self, as_of: datetime | None = None, **window: Any) -> dict[str, Any]:
        """What the plain telling says; without a window, of all there is."""
        as_of = as_of or self.now
        return plain.figures(self.records(), as_of, **{"since": None, "until": as_of, **window})


def flat(figures: dict[str, Any], name: str = "") -> dict[str, Any]:
    """Every figure under the whole of its name."""
    found: dict[str, Any] = {}
    for key, value in figures.items():
        found |= (
            flat(value, f"{name}{key}.") if isinstance(value, dict) else {f"{name}{key}": value}
        )
    return found


def times(count: int) -> settings:
    """So many examples, or many more."""
    return settings(
        max_examples=20 * count if LONG else count,
        phases=PHASES,
        deadline=None,
        database=None,
        suppress_health_check=SLOW,
    )


def same(said: dict[str, Any], expected: dict[str, Any]) -> None:
    """Every figure is there and none besides, equal but for the last digits of a fraction."""
    one, other = flat(said), flat(expected)
    assert {
        name: (one.get(name, "-"), other.get(name, "-"))
        for name in {*one, *other}
        if not alike(one, other, name)
    } == {}


def alike(one: dict[str, Any], other: dict[str, Any], name: str) -> bool:
    if name not in one or name not in other:
        return False
    if isinstance(one[name], float) and isinstance(other[name], float):
        return isclose(one[name], other[name], rel_tol=1e-9, abs_tol=1e-9)
    return bool(one[name] == other[name])


def by_default(as_of: datetime) -> dict[str, datetime]:
    """The window whose beginning nobody names: from the local day ninety days before its end."""
    local = plain.local_day(as_of, ZONE)
    return {"since": plain.first_second(local - timedelta(days=90), ZONE), "until": as_of}


# The plain telling itself


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 1, 0, 0.7935),
        (1, 1, 0.2065, 1),
        (2, 3, 0.2077, 0.9385),
        (3, 4, 0.3006, 0.9544),
        (5, 5, 0.5655, 1),
        (8, 10, 0.4902, 0.9433),
        (45, 50, 0.7864, 0.9565),
        (0, 5, 0, 0.4345),
    ],
)
def test_intervals(count: int, of: int, low: float, high: float) -> None:
    assert plain.wilson(count, of) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("hours", "worth"),
    [
        (-5, 1),
        (0, 1),
        (1, 0.999),
        (2, 0.998607),
        (12, 0.994685),
        (24, 0.99),
        (2 * 24, 0.974398),
        (7 * 24, 0.9),
        (14 * 24, 0.752577),
        (30 * 24, 0.5),
        (60 * 24, 0.432888),
        (365 * 24, 0.1),
        (3650 * 24, 0.01),
        ((3650 + 3285) * 24, 0.001),
    ],
)
def test_late_credit(hours: int, worth: float) -> None:
    assert plain.credit(hours * 3600) == pytest.approx(worth, abs=5e-7)


# Worked ledgers

WORKED: tuple[tuple[str, ...], ...] = (
    ("2026-11-02", "make", "P1", "--to", "dana", "--by", "2026-11-10", "--agreed"),
    ("2026-11-02", "make", "P2", "--to", "dana", "--by", "2026-11-11", "--agreed"),
    ("2026-11-02", "make", "P3", "--to", "dana", "--by", "2026-11-10T12:00", "--agreed"),
    ("2026-11-02", "make", "P4", "--to", "lee", "--by", "2026-11-12", "--agreed"),
    ("2026-11-02", "make", "P5", "--to", "lee", "--by", "2026-11-20", "--agreed"),
    ("2026-11-02", "make", "P6", "--to", "lee", "--by", "2026-11-21T12:00", "--agreed"),
    ("2026-11-02", "make", "P7", "--to", "kim", "--by", "2026-11-22", "--agreed"),
    ("2026-11-02", "make", "P8", "--to", "kim", "--by", "2026-11-23T12:00", "--agreed"),
    ("2026-11-02", "make", "P9", "--to", "kim", "--by", "2026-11-12", "--agreed"),
    ("2026-11-02", "make", "P10", "--to", "kim", "--by", "2026-12-07", "--agreed"),
    ("2026-11-09", "complete", "1"),
    ("2026-11-09", "release", "9"),
    ("2026-11-10", "negotiate", "4", "--by", "2026-11-17", "--reason", "the printer is away"),
    ("2026-11-10", "accept", "1"),
    ("2026-11-11", "accept", "4"),
    ("2026-11-11", "complete", "2", "--confirmed"),
    ("2026-11-12", "complete", "3", "--confirmed"),
    ("2026-11-17", "complete", "4"),
    ("2026-11-17", "accept", "4"),
    ("2026-11-18T12:00", "renege", "6", "--reason", "no time", "--cause", "overload"),
    ("2026-11-19", "complete", "5"),
    ("2026-11-23", "renege", "7", "--reason", "forgot it", "--cause", "forgot", "--not-told"),
)


def test_the_worked_ledger(program: Program) -> None:
    book = told(program, WORKED, "2026-11-30T11:00")
    figures = book.told_plainly()
    owe = figures["owe"]
    assert owe["classes"] == {"kt": 4, "kl": 1, "kn": 0, "bn": 1, "bl": 1, "od": 1}
    assert owe["kept"] == pytest.approx(
        {"count": 5, "of": 8, "rate": 0.625, "low": 0.306, "high": 0.863}, abs=5e-4
    )
    assert [
        (owe[name]["count"], owe[name]["of"]) for name in ("on_time", "on_time_first", "notice")
    ] == [(4, 8), (3, 8), (2, 5)]
    assert owe["late_credit"] == pytest.approx(0.7343, abs=5e-7)
    assert owe["lead_days"] == pytest.approx((3 + 2.4999884) / 2, abs=1e-6)
    assert (owe["renegotiated"]["count"], owe["renegotiated"]["of"], owe["slip_days"]) == (1, 10, 5)
    assert (owe["confirmed"]["count"], owe["confirmed"]["of"], owe["untold"]) == (4, 5, 1)
    assert owe["causes"] == {"overload": 1, "forgot": 1}
    assert figures["owed"] == nothing()


def test_the_program_says_the_same_of_the_worked_ledger(program: Program) -> None:
    book = told(program, WORKED, "2026-11-30T11:00")
    whole = book.told_plainly()
    same(book.stats("--all"), whole)
    same(book.stats(), book.told_plainly(**by_default(book.now)))
    lately = book.told_plainly(**by_default(book.now))
    assert flat(whole) == flat(
        lately | {way: lately[way] | {"kept_before": None} for way in ("owe", "owed")}
    ) | {"since": None}
    same(book.stats("--all", "--with", "lee"), book.told_plainly(person="lee"))
    for first, last in (
        ("2026-11-10", "2026-11-17"),
        ("2026-11-12", "2026-11-12"),
        ("2026-11-23", "2026-11-30"),
    ):
        window = {"since": start(first), "until": min(end(last), book.now)}
        same(book.stats("--since", first, "--until", last), book.told_plainly(**window))
    for day in range(1, 31):
        moment = min(end(f"2026-11-{day:02}"), book.now)
        same(book.stats("--all", "--as-of", f"2026-11-{day:02}"), book.told_plainly(moment))


ANSWERED: tuple[tuple[str, ...], ...] = (
    # Asked of me by Dana: two as asked, one of them with a risk, one negotiated, one No, one without an answer.
    *[("2026-11-02", "make", "x", "--to", "dana", "--by", "2026-11-20", "--asked")] * 5,
    ("2026-11-03", "accept", "1", "--risk", "ill"),
    ("2026-11-03", "accept", "2"),
    ("2026-11-03", "negotiate", "3", "--by", "2026-11-25"),
    ("2026-11-04", "accept", "3"),
    ("2026-11-04", "decline", "4"),
    # Asked by me of Omar, seven times: each as asked. Of Lee, five times: one with a risk.
    *[("2026-11-05", "make", "y", "--from", "omar", "--by", "2026-12-24")] * 7,
    ("2026-11-06", "accept", "6-12"),
    *[("2026-11-05", "make", "z", "--from", "lee", "--by", "2026-12-24")] * 5,
    ("2026-11-06", "accept", "13-16"),
    ("2026-11-07", "accept", "17", "--risk", "ill"),
)


def test_how_promises_were_agreed(program: Program) -> None:
    book = told(program, ANSWERED, "2026-11-30T11:00")
    figures = book.told_plainly()
    owe, owed = figures["owe"], figures["owed"]
    assert owe["requests"] == {"as_asked": 2, "negotiated": 1, "declined": 1, "no_answer": 1}
    assert (owe["risk_named"]["count"], owe["risk_named"]["of"], owe["always_yes"]) == (1, 3, {})
    assert owed["requests"] == {"as_asked": 12, "negotiated": 0, "declined": 0, "no_answer": 0}
    assert (owed["risk_named"]["count"], owed["always_yes"]) == (1, {"omar": 7})
    same(book.stats("--all"), figures)
    same(book.stats("--all", "--with", "omar"), book.told_plainly(person="omar"))
    for day in range(1, 31):
        moment = min(end(f"2026-11-{day:02}"), book.now)
        same(book.stats("--all", "--as-of", f"2026-11-{day:02}"), book.told_plainly(moment))
    first, last = "2026-11-06", "2026-11-06"
    window = {"since": start(first), "until": end(last)}
    same(book.stats("--since", first, "--until", last), book.told_plainly(**window))


def test_the_window_before_is_as_long_and_ends_where_this_one_begins(program: Program) -> None:
    settled = (
        ("2026-11-05T00:00", "complete"),  # the first second of the window before
        ("2026-11-09T23:59:59", "complete"),  # and its last
        ("2026-11-10T00:00", "complete"),  # the first second of this one
        ("2026-11-04T23:59:58", "complete"),  # before both
    )
    made = [("2026-11-02", "make", "x", "--to", "dana", "--agreed")] * 5
    moves = [(at, verb, str(number)) for number, (at, verb) in enumerate(settled, 1)]
    broken = ("2026-11-08", "renege", "5", "--reason", "ill")
    book = told(program, [*made, *moves, broken], "2026-11-30T11:00")
    window = {"since": start("2026-11-10"), "until": end("2026-11-14")}
    figures = book.told_plainly(**window)["owe"]
    assert (figures["kept"]["count"], figures["kept"]["of"]) == (1, 1)
    assert (figures["kept_before"]["count"], figures["kept_before"]["of"]) == (2, 3)
    same(book.stats("--since", "2026-11-10", "--until", "2026-11-14"), book.told_plainly(**window))
    assert book.stats("--all")["owe"]["kept_before"] is None


def test_a_window_longer_than_the_time_before_it_has_none_before(program: Program) -> None:
    book = told(program, WORKED[:1], "2026-11-30T11:00")
    for year, is_none in (("3930", False), ("4000", True)):
        book.now = book.now.replace(year=int(year))
        found = book.stats("--since", "1970-01-02")["owe"]["kept_before"]
        assert found == (None if is_none else NOTHING)


def test_a_window_holds_both_its_ends(program: Program) -> None:
    moments = ("2026-11-09T23:59:59", "2026-11-10T00:00", "2026-11-11T23:59:59", "2026-11-12T00:00")
    made = [("2026-11-02", "make", "x", "--to", "dana", "--agreed")] * len(moments)
    book = told(
        program,
        [*made, *((moment, "complete", str(number)) for number, moment in enumerate(moments, 1))],
        "2027-02-08T11:00",
    )
    figures = book.told_plainly(since=start("2026-11-10"), until=end("2026-11-11"))
    assert figures["owe"]["classes"]["kn"] == 2
    same(book.stats("--since", "2026-11-10", "--until", "2026-11-11"), figures)
    lately = book.told_plainly(**by_default(book.now))
    assert lately["owe"]["classes"]["kn"] == 3
    same(book.stats(), lately)


def told(program: Program, commands: Sequence[Sequence[str]], now: str) -> Book:
    """A book in which these command lines were given, each on its day."""
    book = Book(program, datetime.fromisoformat(now).replace(tzinfo=UTC))
    for today, *words in commands:
        program.ok(*words, "--ledger", book.path, today=today)
    return book


def nothing() -> dict[str, Any]:
    """What a direction shows where there is nothing to count."""
    shares = dict.fromkeys(
        (
            "kept",
            "on_time",
            "on_time_first",
            "renegotiated",
            "notice",
            "confirmed",
            "said_no",
            "foreseen",
        ),
        NOTHING,
    )
    spans = dict.fromkeys(("slip_days", "lead_days", "late_credit"))
    answers = dict.fromkeys(("as_asked", "negotiated", "declined", "no_answer"), 0)
    return {
        "classes": dict.fromkeys(plain.CLASSES, 0),
        **shares,
        **spans,
        "causes": {},
        "untold": 0,
        "kept_before": None,
        "requests": answers,
        "risk_named": NOTHING,
        "always_yes": {},
    }


def start(day: str) -> datetime:
    return plain.first_second(datetime.fromisoformat(day).date(), ZONE)


def end(day: str) -> datetime:
    return plain.last_second(datetime.fromisoformat(day).date(), ZONE)


# One rule at a time: what is said of a promise to or from Dana, and the figures that it comes to. The day is Monday 30 November 2026, noon.

TO_DANA = ("2026-11-02", "make", "x", "--to", "dana", "--by", "2026-11-20T12:00", "--agreed")
FROM_DANA = ("2026-11-02", "make", "x", "--from", "dana", "--by", "2026-11-20T12:00", "--agreed")
OPEN = ("2026-11-02", "make", "x", "--to", "dana", "--agreed")
LATER = ("2026-11-05", "negotiate", "1", "--by", "2026-11-25", "--reason", "ill")
YES = ("2026-11-06", "accept", "1")
BUMP = ("2026-11-04", "bump", "1", "it may slip")

UNSAID_BUMP = ("2026-11-05", "bump", "1", "it may slip", "--unsaid")
BUMP_AT_NOON = ("2026-11-04T12:00", "bump", "1", "it may slip")
LATE = ("2026-11-27", "complete", "1")
ASKED = ("2026-11-02", "make", "x", "--to", "dana", "--by", "2026-11-20", "--asked")
MY_REQUEST = ("2026-11-02", "make", "x", "--from", "dana")


def answers(direction: str = "", **found: int) -> dict[str, Any]:
    """The answers to requests of a direction, 0 where nothing is said."""
    names = ("as_asked", "negotiated", "declined", "no_answer")
    return {f"{direction}requests.{name}": found.get(name, 0) for name in names}


RULES: dict[str, tuple[Sequence[Sequence[str]], dict[str, Any]]] = {
    "to the second is in time": (
        [TO_DANA, ("2026-11-20T12:00", "complete", "1")],
        {"classes.kt": 1},
    ),
    "a second later is late": (
        [TO_DANA, ("2026-11-20T12:00:01", "complete", "1")],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 0},
    ),
    "told when it was due is told late": (
        [TO_DANA, ("2026-11-20T12:00", "renege", "1", "--reason", "x")],
        {"classes.bl": 1, "notice.count": 0},
    ),
    "told a second before is told in time": (
        [TO_DANA, ("2026-11-20T11:59:59", "renege", "1", "--reason", "x")],
        {"classes.bn": 1, "notice.count": 1, "lead_days": 1 / 86_400},
    ),
    "overdue": (
        [TO_DANA],
        {"classes.od": 1, "kept.of": 1, "on_time.of": 1, "late_credit": plain.credit(10 * 86_400)},
    ),
    "due now is not overdue": (
        [(*TO_DANA[:6], "2026-11-30T12:00", "--agreed")],
        {"classes.od": 0, "kept.of": 0, "renegotiated.of": 1},
    ),
    "told at last, long after": (
        [
            TO_DANA,
            ("2026-11-21", "renege", "1", "--reason", "x", "--not-told"),
            ("2026-11-22", "told", "1"),
        ],
        {"classes.bl": 1, "untold": 0, "notice.count": 0},
    ),
    "told at last, of a break before it was due": (
        [
            TO_DANA,
            ("2026-11-10", "renege", "1", "--reason", "x", "--not-told"),
            ("2026-11-18T12:00", "told", "1"),
        ],
        {"classes.bn": 1, "untold": 0, "notice.count": 1, "lead_days": 2},
    ),
    "never told": (
        [TO_DANA, ("2026-11-10", "renege", "1", "--reason", "x", "--not-told")],
        {"classes.bl": 1, "untold": 1},
    ),
    "broken in silence": (
        [FROM_DANA, ("2026-11-25", "renege", "1", "--reason", "x", "--silent")],
        {"owed.classes.bl": 1, "owed.untold": 0},
    ),
    "a warning that was written down and never told": (
        [TO_DANA, UNSAID_BUMP, LATE],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 0, "lead_days": None},
    ),
    "a warning that was told later, from then on": (
        [TO_DANA, UNSAID_BUMP, ("2026-11-18T12:00", "told", "1"), LATE],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 1, "lead_days": 2},
    ),
    "a warning that was told before that was recorded": (
        [TO_DANA, UNSAID_BUMP, ("2026-11-22", "told", "1", "--on", "2026-11-15T12:00"), LATE],
        {"classes.kl": 1, "notice.count": 1, "lead_days": 5},
    ),
    "a warning that was told when it was due": (
        [TO_DANA, UNSAID_BUMP, ("2026-11-20T12:00", "told", "1"), LATE],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 0, "lead_days": None},
    ),
    "a warning that was told after the first was heard": (
        [TO_DANA, BUMP_AT_NOON, UNSAID_BUMP, ("2026-11-18T12:00", "told", "1"), LATE],
        {"classes.kl": 1, "notice.count": 1, "lead_days": 16},
    ),
    "a warning that was never told, as they spoke first": (
        [TO_DANA, UNSAID_BUMP, ("2026-11-06", "bump", "1", "how is it?", "--theirs"), LATE],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 0, "lead_days": None},
    ),
    "a break that was never told, after a warning that was not either": (
        [
            TO_DANA,
            UNSAID_BUMP,
            ("2026-11-10", "renege", "1", "--reason", "x", "--not-told"),
        ],
        {"classes.bl": 1, "untold": 1, "notice.of": 1, "notice.count": 0},
    ),
    "a change that was never proposed aloud": (
        [TO_DANA, (*LATER, "--unsaid"), ("2026-11-10", "withdraw", "1"), LATE],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 0, "lead_days": None},
    ),
    "a change that was told later is a warning from then on": (
        [
            TO_DANA,
            (*LATER, "--unsaid"),
            ("2026-11-12T12:00", "told", "1"),
            ("2026-11-13", "decline", "1"),
            LATE,
        ],
        {"classes.kl": 1, "notice.of": 1, "notice.count": 1, "lead_days": 8},
    ),
    "without a due": (
        [OPEN, BUMP, ("2026-11-10", "renege", "1", "--reason", "x")],
        {
            "classes.bl": 1,
            "kept.of": 1,
            "on_time.of": 0,
            "late_credit": None,
            "notice.of": 1,
            "notice.count": 0,
            "lead_days": None,
        },
    ),
    "kept without a due": (
        [OPEN, ("2026-11-10", "complete", "1")],
        {"classes.kn": 1, "kept.count": 1, "on_time.of": 0, "late_credit": None},
    ),
    "word is used up by the amendment that moves the date": (
        [TO_DANA, BUMP, LATER, YES, ("2026-11-27", "complete", "1")],
        {
            "notice.of": 2,
            "notice.count": 1,
            "lead_days": 16,
            "classes.kl": 1,
            "slip_days": pytest.approx(5.499988, abs=1e-6),
        },
    ),
    "word outlives an amendment that leaves the date": (
        [
            TO_DANA,
            BUMP,
            ("2026-11-05", "negotiate", "1", "--what", "y", "--reason", "z"),
            YES,
            ("2026-11-27", "complete", "1"),
        ],
        {
            "notice.of": 1,
            "notice.count": 1,
            "lead_days": 16,
            "renegotiated.count": 1,
            "slip_days": 0,
        },
    ),
    "word that was given before, and written down after, is word of the date of then": (
        [
            TO_DANA,
            LATER,
            YES,
            ("2026-11-10", "bump", "1", "it may slip", "--on", "2026-11-04T12:00"),
            ("2026-11-27", "complete", "1"),
        ],
        {
            "notice.of": 2,
            "notice.count": 1,
            "lead_days": 16,
        },
    ),
    "an amendment asked for too late is no notice": (
        [
            TO_DANA,
            ("2026-11-21", "negotiate", "1", "--by", "2026-11-25", "--reason", "ill"),
            ("2026-11-22", "accept", "1"),
        ],
        {"notice.of": 2, "notice.count": 0, "classes.od": 1},
    ),
    "an amendment before the date, accepted after it": (
        [
            TO_DANA,
            ("2026-11-19T12:00", "negotiate", "1", "--by", "2026-12-24", "--reason", "ill"),
            ("2026-11-22", "accept", "1"),
        ],
        {"notice.of": 1, "notice.count": 1, "lead_days": 1, "kept.of": 0},
    ),
    "an amendment that they asked for is no trouble": (
        [TO_DANA, (*LATER[:4], "2026-12-24", *LATER[5:], "--theirs"), YES],
        {"notice.of": 0, "renegotiated.count": 1},
    ),
    "but one is that they made of mine: it was I who asked": (
        [
            TO_DANA,
            LATER,
            ("2026-11-06", "negotiate", "1", "--by", "2026-12-24", "--reason", "y", "--theirs"),
            ("2026-11-07", "accept", "1"),
        ],
        {"notice.of": 1, "notice.count": 1, "renegotiated.count": 1},
    ),
    "and one that I made of theirs is none: it was they who asked": (
        [
            TO_DANA,
            ("2026-11-05", "negotiate", "1", "--by", "2026-12-20", "--reason", "y", "--theirs"),
            ("2026-11-06", "negotiate", "1", "--by", "2026-12-24", "--reason", "y"),
            ("2026-11-07", "accept", "1"),
        ],
        {"notice.of": 0, "renegotiated.count": 1},
    ),
    "nor one that they declined": (
        [
            (*TO_DANA[:6], "2026-12-24", "--agreed"),
            ("2026-11-05", "negotiate", "1", "--by", "2026-12-27", "--reason", "ill"),
            ("2026-11-06", "decline", "1"),
        ],
        {"notice.of": 0, "renegotiated.count": 0, "renegotiated.of": 1},
    ),
    "an earlier date is no trouble": (
        [TO_DANA, (*LATER[:4], "2026-11-10", *LATER[5:]), YES, ("2026-11-09", "complete", "1")],
        {"notice.of": 0},
    ),
    "a date taken away is one moved later": (
        [TO_DANA, (*LATER[:4], "", *LATER[5:]), YES],
        {
            "notice.of": 1,
            "notice.count": 1,
            "lead_days": 15,
            "renegotiated.count": 1,
            "slip_days": None,
        },
    ),
    "the first date of a promise is none moved later": (
        [OPEN, (*LATER[:4], "2026-12-24", *LATER[5:]), YES],
        {"notice.of": 0, "slip_days": None},
    ),
    "trouble counts though they let me off": (
        [TO_DANA, LATER, YES, ("2026-11-07", "release", "1")],
        {"kept.of": 0, "notice.of": 1, "notice.count": 1},
    ),
    "a reminder is no word": ([FROM_DANA, BUMP], {"owed.notice.of": 1, "owed.notice.count": 0}),
    "their warning is word": (
        [FROM_DANA, (*BUMP, "--theirs")],
        {"owed.notice.count": 1, "owed.lead_days": 16},
    ),
    "a delivery declined is none": (
        [
            TO_DANA,
            ("2026-11-19", "complete", "1"),
            ("2026-11-22", "decline", "1", "--reason", "empty"),
            ("2026-11-23", "complete", "1"),
        ],
        {"classes.kt": 0, "classes.kl": 1, "confirmed.count": 0, "confirmed.of": 1},
    ),
    "reopened, and not done since": (
        [
            TO_DANA,
            ("2026-11-19", "complete", "1", "--confirmed"),
            ("2026-11-22", "reopen", "1", "--reason", "it squeaks"),
        ],
        {"classes.od": 1, "kept.count": 0},
    ),
    "kept again": (
        [
            FROM_DANA,
            ("2026-11-19", "complete", "1"),
            ("2026-11-22", "reopen", "1", "--reason", "it squeaks"),
            ("2026-11-24", "complete", "1", "--reported"),
            ("2026-11-25", "complete", "1"),
        ],
        {
            "owed.classes.kl": 1,
            "owed.confirmed.count": 1,
            "owed.late_credit": plain.credit(4 * 86_400),
        },
    ),
    "as first promised": (
        [TO_DANA, LATER, YES, ("2026-11-19", "complete", "1")],
        {"on_time.count": 1, "on_time_first.count": 1, "on_time_first.of": 1},
    ),
    "not as first promised": (
        [TO_DANA, LATER, YES, ("2026-11-24", "complete", "1")],
        {"on_time.count": 1, "on_time_first.count": 0},
    ),
    "nothing was promised first": (
        [OPEN, LATER, YES, ("2026-11-24", "complete", "1")],
        {"on_time.count": 1, "on_time_first.count": 0, "on_time_first.of": 1},
    ),
    "a date put right is the first one": (
        [
            TO_DANA,
            ("2026-11-03", "correct", "1", "--by", "2026-11-22"),
            LATER,
            YES,
            ("2026-11-21", "complete", "1"),
        ],
        {"on_time_first.count": 1, "slip_days": 3},
    ),
    "put right, it was the date from the beginning, and the word stands": (
        [
            TO_DANA,
            BUMP,
            ("2026-11-05", "negotiate", "1", "--what", "y", "--reason", "z"),
            YES,
            ("2026-11-07", "correct", "1", "--by", "2026-11-22"),
        ],
        {"notice.of": 1, "notice.count": 1, "lead_days": 18.499988, "classes.od": 1},
    ),
    "put right, it had that date from the beginning": (
        [
            OPEN,
            ("2026-11-05", "negotiate", "1", "--what", "y", "--reason", "z"),
            YES,
            ("2026-11-07", "correct", "1", "--by", "2026-11-22"),
        ],
        {"notice.of": 1, "notice.count": 1, "classes.od": 1, "slip_days": 0},
    ),
    "put right, the amendment moved the date, and used up the word": (
        [
            TO_DANA,
            BUMP,
            ("2026-11-05", "negotiate", "1", "--what", "y", "--reason", "z"),
            YES,
            ("2026-11-07", "correct", "1", "--rev", "2", "--by", "2026-11-22"),
        ],
        {"notice.of": 2, "notice.count": 1, "lead_days": 16, "classes.od": 1},
    ),
    "put right, the amendment gave it its first date": (
        [
            OPEN,
            ("2026-11-05", "negotiate", "1", "--what", "y", "--reason", "z"),
            YES,
            ("2026-11-07", "correct", "1", "--rev", "2", "--by", "2026-11-22"),
        ],
        {"notice.of": 1, "notice.count": 0, "classes.od": 1},
    ),
    "put right, the amendment left the date, and the word stands": (
        [TO_DANA, BUMP, LATER, YES, ("2026-11-07", "correct", "1", "--by", "2026-11-20T12:00")],
        {"notice.of": 1, "notice.count": 1, "lead_days": 16, "slip_days": 0},
    ),
    "No said by me": (
        [("2026-11-02", "make", "x", "--to", "dana", "--asked"), ("2026-11-03", "decline", "1")],
        {"said_no.count": 1, "said_no.of": 1},
    ),
    "No said by them": (
        [("2026-11-02", "make", "x", "--to", "dana"), ("2026-11-03", "decline", "1")],
        {"said_no.count": 0, "said_no.of": 0},
    ),
    "No said by them who were asked": (
        [("2026-11-02", "make", "x", "--from", "dana"), ("2026-11-03", "decline", "1")],
        {"said_no.of": 0, "owed.said_no.count": 1},
    ),
    "Yes said by me": (
        [("2026-11-02", "make", "x", "--to", "dana", "--asked", "--agreed")],
        {"said_no.count": 0, "said_no.of": 1},
    ),
    "Yes said by them": ([TO_DANA], {"said_no.of": 0}),
    "Yes said by me to their terms, then by them to mine": (
        [
            ("2026-11-02", "make", "x", "--to", "dana", "--asked"),
            ("2026-11-03", "accept", "1"),
            LATER,
            YES,
        ],
        {"said_no.of": 1},
    ),
    "Yes said by them to my counter": (
        [
            ("2026-11-02", "make", "x", "--to", "dana", "--asked"),
            ("2026-11-03", "negotiate", "1", "--what", "y"),
            ("2026-11-04", "accept", "1"),
        ],
        {"said_no.of": 0, "renegotiated.of": 1, "renegotiated.count": 0},
    ),
    "asked of me and given as asked": (
        [ASKED, ("2026-11-03", "accept", "1")],
        {**answers(as_asked=1), "risk_named.count": 0, "risk_named.of": 1},
    ),
    "asked of me and given with a risk": (
        [ASKED, ("2026-11-03", "accept", "1", "--risk", "ill")],
        {**answers(as_asked=1), "risk_named.count": 1},
    ),
    "a risk that was added later was not named at the yes": (
        [ASKED, ("2026-11-03", "accept", "1"), ("2026-11-03", "correct", "1", "--risk", "ill")],
        {"risk_named.count": 0, "risk_named.of": 1},
    ),
    "a risk of my counter is named at the yes": (
        [
            ASKED,
            ("2026-11-03", "negotiate", "1", "--what", "y", "--risk", "ill"),
            ("2026-11-04", "accept", "1"),
        ],
        {**answers(negotiated=1), "risk_named.count": 1, "risk_named.of": 1},
    ),
    "asked in other words by them who asked is as asked": (
        [
            ASKED,
            ("2026-11-03", "negotiate", "1", "--what", "y", "--theirs"),
            ("2026-11-04", "accept", "1"),
        ],
        answers(as_asked=1),
    ),
    "their answer to my counter is a negotiation": (
        [
            ASKED,
            ("2026-11-03", "negotiate", "1", "--what", "y"),
            ("2026-11-04", "negotiate", "1", "--what", "z", "--theirs"),
            ("2026-11-05", "accept", "1"),
        ],
        answers(negotiated=1),
    ),
    "a change of what was agreed is none": (
        [ASKED, ("2026-11-03", "accept", "1"), LATER, YES],
        answers(as_asked=1),
    ),
    "a counter that was undone is none": (
        [
            ASKED,
            ("2026-11-03", "negotiate", "1", "--what", "y"),
            ("2026-11-03", "undo"),
            ("2026-11-04", "accept", "1"),
        ],
        answers(as_asked=1),
    ),
    "an offer was not asked for": ([TO_DANA], {**answers(), "risk_named.of": 0}),
    "nor was one of theirs": (
        [("2026-11-02", "make", "x", "--from", "dana", "--offered"), ("2026-11-03", "accept", "1")],
        answers("owed."),
    ),
    "nobody knows how it was agreed": (
        [(*MY_REQUEST, "--agreed"), (*ASKED, "--agreed", "--risk", "ill")],
        {**answers(), **answers("owed."), "risk_named.of": 0},
    ),
    "declined by me": ([ASKED, ("2026-11-03", "decline", "1")], answers(declined=1)),
    "my counter, declined by them, is neither": (
        [ASKED, ("2026-11-03", "negotiate", "1", "--what", "y"), ("2026-11-04", "decline", "1")],
        answers(),
    ),
    "taken back is neither": ([ASKED, ("2026-11-28", "withdraw", "1")], answers()),
    "no answer when it was due": ([ASKED], answers(no_answer=1)),
    "no answer when I asked for one": (
        [(*MY_REQUEST, "--by", "2026-12-24", "--reply-by", "2026-11-30T11:59")],
        answers("owed.", no_answer=1),
    ),
    "the time to answer is not over": (
        [(*MY_REQUEST, "--by", "2026-11-20", "--reply-by", "2026-11-30T12:00")],
        answers("owed."),
    ),
    "no date says when": ([MY_REQUEST], answers("owed.")),
    "a reminder is no answer": (
        [(*MY_REQUEST, "--by", "2026-11-20"), ("2026-11-10", "bump", "1", "soon", "--theirs")],
        answers("owed.", no_answer=1),
    ),
    "a counter is an answer, whatever comes of it": (
        [
            (*MY_REQUEST, "--by", "2026-11-20"),
            ("2026-11-10", "negotiate", "1", "--what", "y", "--theirs"),
            ("2026-11-11", "negotiate", "1", "--what", "z"),
        ],
        answers("owed."),
    ),
    "an answer after the time to answer is an answer": (
        [(*MY_REQUEST, "--by", "2026-11-10"), ("2026-11-28", "accept", "1", "--risk", "ill")],
        {**answers("owed.", as_asked=1), "owed.risk_named.count": 1, "classes.od": 0},
    ),
    "five as asked, and nothing else": (
        [*([MY_REQUEST] * 5), ("2026-11-03", "accept", "1-5")],
        {**answers("owed.", as_asked=5), "owed.always_yes.dana": 5},
    ),
    "foreseen": (
        [
            (*TO_DANA, "--risk", "the VENDOR slips"),
            (
                "2026-11-19",
                "renege",
                "1",
                "--reason",
                "our vendor is bankrupt",
                "--cause",
                "external",
            ),
        ],
        {"foreseen.count": 1, "foreseen.of": 1, "causes.external": 1},
    ),
    "not foreseen": (
        [
            (*TO_DANA, "--risk", "the kids are ill, the car too"),
            ("2026-11-19", "renege", "1", "--reason", "the ill car"),
        ],
        {"foreseen.count": 0, "foreseen.of": 1},
    ),
    "four letters are a word": (
        [
            (*TO_DANA, "--risk", "2026"),
            ("2026-11-19", "renege", "1", "--reason", "the 2026/27 budget"),
        ],
        {"foreseen.count": 1, "foreseen.of": 1},
    ),
    "no risk named": (
        [TO_DANA, ("2026-11-19", "renege", "1", "--reason", "vendor")],
        {"foreseen.of": 0},
    ),
    "a risk that was added before the break was foreseen": (
        [
            TO_DANA,
            ("2026-11-18", "correct", "1", "--risk", "the vendor slips"),
            ("2026-11-19", "renege", "1", "--reason", "our vendor is bankrupt"),
        ],
        {"foreseen.count": 1, "foreseen.of": 1},
    ),
    "a risk that was added after the break was not foreseen": (
        [
            TO_DANA,
            ("2026-11-19", "renege", "1", "--reason", "our vendor is bankrupt"),
            ("2026-11-19", "correct", "1", "--risk", "the vendor slips"),
        ],
        {"foreseen.count": 0, "foreseen.of": 0},
    ),
    "a risk that was replaced after the break is the one before": (
        [
            (*TO_DANA, "--risk", "the kids are ill"),
            ("2026-11-19", "renege", "1", "--reason", "our vendor is bankrupt"),
            ("2026-11-20", "correct", "1", "--risk", "the vendor slips"),
        ],
        {"foreseen.count": 0, "foreseen.of": 1},
    ),
    "a risk that was added after the day of the break was not foreseen": (
        [
            TO_DANA,
            ("2026-11-19", "correct", "1", "--risk", "the vendor slips"),
            ("2026-11-20", "renege", "1", "--reason", "no vendor", "--on", "2026-11-18"),
        ],
        {"foreseen.of": 0},
    ),
    "a risk added after the break, and undone": (
        [
            (*TO_DANA, "--risk", "the vendor slips"),
            ("2026-11-19", "renege", "1", "--reason", "our vendor is bankrupt"),
            ("2026-11-20", "correct", "1", "--risk", "the kids are ill"),
            ("2026-11-20", "undo"),
        ],
        {"foreseen.count": 1, "foreseen.of": 1},
    ),
    "promised to yourself": (
        [
            ("2026-11-02", "make", "x", "--to", "me", "--by", "2026-11-20"),
            ("2026-11-19", "complete", "1"),
        ],
        {"kept.of": 0, "renegotiated.of": 0},
    ),
    "entered by mistake": (
        [
            TO_DANA,
            LATER,
            YES,
            ("2026-11-19", "complete", "1"),
            ("2026-11-20", "void", "1", "--reason", "twice"),
        ],
        {"kept.of": 0, "renegotiated.of": 0, "notice.of": 0, "said_no.of": 0},
    ),
    "declined, then void": (
        [
            ("2026-11-02", "make", "x", "--to", "dana", "--asked"),
            ("2026-11-03", "decline", "1"),
            ("2026-11-20", "void", "1", "--reason", "twice"),
        ],
        {"said_no.of": 0},
    ),
    "undone": (
        [TO_DANA, ("2026-11-19", "complete", "1"), ("2026-11-19", "undo")],
        {"classes.od": 1, "kept.count": 0},
    ),
    "never made": ([TO_DANA, ("2026-11-19", "undo")], {"kept.of": 0, "renegotiated.of": 0}),
    "redone": (
        [TO_DANA, ("2026-11-19", "complete", "1"), ("2026-11-19", "undo"), ("2026-11-20", "redo")],
        {"classes.kt": 1},
    ),
}


@pytest.mark.parametrize("rule", RULES)
def test_one_rule_at_a_time(program: Program, rule: str) -> None:
    commands, expected = RULES[rule]
    book = told(program, commands, "2026-11-30T11:00")
    figures = book.told_plainly()
    found = {
        name: flat(figures)[name if name.startswith("owed.") else f"owe.{name}"]
        for name in expected
    }
    assert found == pytest.approx(expected)
    same(book.stats("--all"), figures)
    same(
        book.stats("--as-of", "2026-11-21"),
        book.told_plainly(end("2026-11-21"), **by_default(end("2026-11-21"))),
    )


# Random ledgers

TEXTS = (
    "the vendor may slip",
    "our VENDOR is ill",
    "ill",
    "Straße gesperrt",
    "STRASSE zu",
    "2026-27 budget, late",
)
PEOPLE = ("dana", "dana", "lee", "kim", "me")
SIDES: tuple[tuple[str, dict[str, bool]], ...] = (
    ("to", {}),
    ("to", {"asked": True}),
    ("from_", {}),
    ("from_", {"offered": True}),
)
KINDS = ("say",) * 15 + ("make",) * 3 + ("undo", "undo of a promise", "redo", "merge")
VERBS: dict[str, tuple[str, ...]] = {
    "proposed": ("accept",) * 6 + ("decline",) * 3 + ("negotiate", "negotiate", "withdraw", "bump"),
    "active": ("complete",) * 7
    + ("negotiate",) * 6
    + ("renege",) * 4
    + ("bump",) * 4
    + ("release", "correct", "void"),
    "amended": ("accept",) * 8
    + ("decline", "withdraw", "negotiate", "negotiate", "complete", "renege", "bump", "bump"),
    "delivered": ("accept",) * 4 + ("decline", "decline", "reopen", "complete", "release", "bump"),
    "kept": ("reopen", "note", "correct"),
    "reneged": ("told", "told", "told", "note", "correct"),
}
UNSAID = ("told",) * 5
"""What is added to them while something was not said yet."""
STEP: dict[str, Sequence[Any]] = {
    "kind": KINDS,
    "wait": (0, 0, 1, 1, 2, 3, 8),  # half days
    "which": range(12),
    "verb": range(60),
    "way": range(4),
    "ago": (0, 0, 0, 1, 2, 7),
    "due": (None, None, 0, 2, 4, 8, 12, 16, 24, 40, -3),
    "form": ("minute", "minute", "day", "far"),
    "told": (None, None, 0, 1, 3, -1, -1),
    "text": TEXTS,
    "risk": (None, *TEXTS),
    "cause": (None, "forgot", "external", "need-changed"),
    "reply": (None, None, 1, 4, 9),  # half days
}
ASK: dict[str, Sequence[Any]] = {
    "as_of": (None, None, 0, 1, 2, 4, 9, 20),  # half days ago
    "form": ("minute", "day"),
    "window": ("all", "default", "days", "since", "until"),
    "first": range(40),  # days
    "last": range(40),
    "with": (None, None, "dana", "lee"),
}


def rolled(options: dict[str, Sequence[Any]], seeds: Sequence[int]) -> list[dict[str, Any]]:
    """For each seed one roll of all the options; where a seed comes again, another one."""
    dice = [Random(f"{seed} {seeds[:place].count(seed)}") for place, seed in enumerate(seeds)]
    return [{name: one.choice(values) for name, values in options.items()} for one in dice]


def rolls(
    options: dict[str, Sequence[Any]], least: int, most: int
) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.integers(0, 2**64), min_size=least, max_size=most).map(
        lambda seeds: rolled(options, seeds)
    )


WALK, ASKS = rolls(STEP, 15, 45), rolls(ASK, 3, 3)


def go(book: Book, step: dict[str, Any]) -> None:
    """Let time pass, then say something that is more or less open now."""
    book.now += step["wait"] * HALF_DAY
    open_ = [number for number, row in book.rows.items() if row["state"] in VERBS]
    if step["kind"] == "make" or not open_:
        begin(book, step)
    elif step["kind"] == "say":
        say(book, open_[step["which"] % len(open_)], step)
    elif book.closed_before is None:
        take_back_or_merge(book, open_[step["which"] % len(open_)], step["kind"])


def begin(book: Book, step: dict[str, Any]) -> None:
    side, whose = SIDES[step["way"]]
    person, agreed, said = (
        PEOPLE[step["which"] % len(PEOPLE)],
        step["verb"] % 2 == 0,
        moment_of(book, step, None),
    )
    talk: dict[str, Any] = {} if person == "me" else {**whose, "agreed": agreed}
    if person != "me" and not whose and not agreed and step["form"] == "far":
        talk["unsaid"] = True
    named = step["risk"] if person == "me" or agreed or (side == "to" and not whose) else None
    options = {
        "outcome": "x",
        side: [person],
        **talk,
        "risk": named,
        "new": True,
        "backfill": True,
        "said": f"{said:%Y-%m-%dT%H:%MZ}",
    }
    if step["reply"] and person != "me" and not agreed:
        local = (book.now + step["reply"] * HALF_DAY).astimezone(ZoneInfo(ZONE))
        options["reply_by"] = f"{local:%Y-%m-%dT%H:%M}"
    if book.say("make", by=due_of(book, step), **options):
        book.moved[max(book.rows)] = said


def say(book: Book, number: int, step: dict[str, Any]) -> None:
    row = book.rows[number]
    verbs = VERBS["amended" if row["state"] == "active" and row["offer"] else row["state"]]
    verbs = (*verbs, *UNSAID) if "unsaid" in row["flags"] else verbs
    verb = verbs[step["verb"] % len(verbs)]
    options = worded(book, verb, row["direction"], step)
    if verb in ("correct", "void"):
        redated = verb == "correct" and "by" in options
        if book.say(verb, number, **options) and redated:
            book.redated = True
            book.redated_later |= book.closed_before is not None
        return
    stays = verb in ("bump", "told", "note")
    at = moment_of(book, step, plain.instant(row["made_at"]) if stays else book.moved[number])
    if book.say(verb, number, **options, on=f"{at:%Y-%m-%dT%H:%MZ}") and not stays:
        book.moved[number] = at


def worded(book: Book, verb: str, direction: str, step: dict[str, Any]) -> dict[str, Any]:
    """The options of a verb."""
    way, text = step["way"], step["text"]
    unsaid = {"unsaid": True} if step["form"] == "day" and way and direction != "self" else {}
    whose = {} if way % 2 or direction == "self" else {"theirs": True} if way else {"mine": True}
    terms: dict[str, Any] = (
        {"what": text} if step["verb"] % 5 == 0 else {"by": due_of(book, step) or ""}
    )
    return {
        "accept": {"risk": step["risk"] if way == 0 else None},
        "negotiate": {**terms, "reason": text, "backfill": True, **(unsaid or whose)},
        "correct": {"risk": step["risk"]}
        if way == 0 and direction == "owe" and step["risk"]
        else {**terms, "backfill": True},
        "complete": {}
        if way > 1
        else {"confirmed": True}
        if direction == "owe"
        else {"reported": True},
        "renege": {"reason": text, "cause": step["cause"], **telling(book, direction, step)},
        "bump": {"text": text, "theirs": way == 0, **unsaid},
        "note": {"text": text},
        "told": {},
    }.get(verb, {"reason": text})


def telling(book: Book, direction: str, step: dict[str, Any]) -> dict[str, Any]:
    """How it is said that they were told of a break, or not."""
    if step["told"] is None or direction == "self":
        return {}
    if step["told"] < 0:
        return {"not_told": True} if direction == "owe" else {"silent": True}
    return {"told": f"{book.now - step['told'] * HALF_DAY:%Y-%m-%dT%H:%MZ}"}


def moment_of(book: Book, step: dict[str, Any], earliest: datetime | None) -> datetime:
    """When it was said: at times a while ago, but not before what it follows."""
    closed = book.closed_before + timedelta(minutes=1) if book.closed_before else None
    return max(filter(None, (book.now - step["ago"] * HALF_DAY, earliest, closed)))


def due_of(book: Book, step: dict[str, Any]) -> str | None:
    """A date as it would be typed: a minute, a day, or a day in another zone."""
    if step["due"] is None:
        return None
    due = book.now + step["due"] * HALF_DAY
    return {
        "minute": f"{due:%Y-%m-%dT%H:%MZ}",
        "day": f"{due:%Y-%m-%d}",
        "far": f"{due:%Y-%m-%d} America/New_York",
    }[step["form"]]


def take_back_or_merge(book: Book, number: int, kind: str) -> None:
    if kind != "merge":
        book.say(
            kind.partition(" ")[0],
            **({"promise": str(number)} if kind == "undo of a promise" else {}),
        )
    elif {"lee", "kim"} <= {row["person"] for row in book.records()}:
        persons.merge(world(book.path, book.now), name="kim", into="lee")


def question(book: Book, ask: dict[str, Any]) -> tuple[list[str], dict[str, Any]]:
    """A question as it would be typed, and as the plain telling is asked it.

    Of a moment that has passed nothing is asked where a date was put right: how far back that holds is a question of its own.
    """
    words, as_of = [], book.now
    if ask["as_of"] is not None and not book.redated:
        back = book.now - ask["as_of"] * HALF_DAY
        day = str(plain.local_day(back, ZONE))
        words = ["--as-of", day if ask["form"] == "day" else f"{back:%Y-%m-%dT%H:%MZ}"]
        as_of = min(end(day), book.now) if ask["form"] == "day" else back
    first = plain.local_day(as_of, ZONE) - timedelta(days=ask["first"])
    last = min(first + timedelta(days=ask["last"]), plain.local_day(book.now, ZONE))
    window: dict[str, Any] = (
        {"since": None, "until": as_of} if ask["window"] == "all" else by_default(as_of)
    )
    if ask["window"] == "all":
        words.append("--all")
    if ask["window"] in ("days", "since"):
        words += ["--since", str(first)]
        window["since"] = start(str(first))
    if ask["window"] in ("days", "until"):
        words += ["--until", str(last)]
        window["until"] = min(end(str(last)), as_of)
    if ask["window"] == "until":
        window["since"] = by_default(window["until"])["since"]
    if ask["with"] in {row["person"] for row in book.rows.values()}:
        words += ["--with", ask["with"]]
        window["person"] = ask["with"]
    return words, {"as_of": as_of, **window}


@times(30)
@given(walk=WALK, asks=ASKS)
def test_the_program_says_the_same_of_any_ledger(
    program: Program, walk: list[dict[str, Any]], asks: list[dict[str, Any]]
) -> None:
    book = Book(program)
    for step in walk:
        go(book, step)
    for record in book.records():
        if record["direction"] != "self":
            compare(record, plain.Fate(record, book.now))
    same(book.stats("--all"), book.told_plainly())
    same(book.stats(), book.told_plainly(**by_default(book.now)))
    for ask in asks:
        words, window = question(book, ask)
        note(f"stats {' '.join(words)}")
        same(book.stats(*words), book.told_plainly(**window))


def compare(record: dict[str, Any], fate: plain.Fate) -> None:
    """What the plain telling makes of the acts is what the record says."""
    assert record["state"] == ("void" if fate.state == "not made" else fate.state)
    if record["state"] != "void":
        moments = {
            name: value and plain.stamp(value)
            for name, value in vars(fate).items()
            if name.endswith("_at")
        }
        assert {
            name: record[name] for name in ("accepted_at", "delivered_at", "told_at")
        }.items() <= moments.items()
        assert (
            record["renegotiated"],
            record["closed_at"] if fate.state == "reneged" else None,
        ) == (fate.amended, moments["broken_at"])
    if record["state"] != "void" and fate.in_force:
        assert (record["due_at"], record["risk"] or "") == (
            fate.due and plain.stamp(fate.due),
            fate.risk,
        )


@times(15)
@given(walk=WALK, later=WALK, asks=ASKS)
def test_what_is_said_later_leaves_the_figures_of_a_moment_as_they_were(
    program: Program,
    walk: list[dict[str, Any]],
    later: list[dict[str, Any]],
    asks: list[dict[str, Any]],
) -> None:
    book = Book(program)
    for step in walk:
        go(book, step)
    words, window = question(book, {**asks[0], "as_of": None, "with": None})
    words += ["--as-of", f"{book.now:%Y-%m-%dT%H:%MZ}"]
    before = book.stats(*words)
    same(before, book.told_plainly(**window))
    book.closed_before = book.now
    book.now += HALF_DAY
    for step in later:
        go(book, step)
    assert book.stats(*words) == before
    if not book.redated_later:  # the plain telling knows no dates but those of today
        same(before, book.told_plainly(**window))


# The same things said, written down in another order

TALKS: tuple[tuple[tuple[str, dict[str, Any]], ...], ...] = (
    (
        (
            "make",
            {
                "outcome": "x",
                "to": ["dana"],
                "by": "2026-11-20",
                "agreed": True,
                "risk": "vendor",
                "said": "2026-11-02T09:00Z",
            },
        ),
        ("bump", {"text": "it may slip", "on": "2026-11-04T09:00Z"}),
        ("negotiate", {"by": "2026-11-24", "reason": "ill", "on": "2026-11-05T09:00Z"}),
        ("accept", {"on": "2026-11-06T09:00Z"}),
        (
            "renege",
            {
                "reason": "the vendor",
                "cause": "external",
                "told": "2026-11-20T09:00Z",
                "on": "2026-11-19T09:00Z",
            },
        ),
    ),
    (
        (
            "make",
            {
                "outcome": "y",
                "to": ["lee"],
                "by": "2026-11-18",
                "asked": True,
                "said": "2026-11-03T09:00Z",
            },
        ),
        ("accept", {"on": "2026-11-04T09:00Z"}),
        ("complete", {"on": "2026-11-19T09:00Z"}),
        ("decline", {"reason": "empty", "on": "2026-11-19T10:00Z"}),
        ("complete", {"on": "2026-11-20T10:00Z"}),
        ("accept", {"on": "2026-11-21T10:00Z"}),
    ),
    (
        (
            "make",
            {"outcome": "z", "from_": ["dana"], "by": "2026-11-21", "said": "2026-11-03T10:00Z"},
        ),
        ("accept", {"on": "2026-11-04T10:00Z"}),
        (
            "renege",
            {"reason": "forgot", "cause": "forgot", "silent": True, "on": "2026-11-22T10:00Z"},
        ),
    ),
    (
        (
            "make",
            {
                "outcome": "w",
                "from_": ["kim"],
                "offered": True,
                "by": "2026-11-25",
                "agreed": True,
                "said": "2026-11-03T11:00Z",
            },
        ),
    ),
    (
        ("make", {"outcome": "v", "to": ["kim"], "asked": True, "said": "2026-11-10T09:00Z"}),
        ("decline", {"reason": "full", "on": "2026-11-11T09:00Z"}),
    ),
)
TURNS = tuple(number for number, talk in enumerate(TALKS) for _ in talk)


@times(8)
@given(turns=st.permutations(TURNS))
def test_figures_do_not_depend_on_the_order_of_recording(
    program: Program, turns: list[int]
) -> None:
    found, expected = written_down(program, turns), written_down(program, TURNS)
    for words in (["--all"], [], ["--all", "--with", "dana"], ["--all", "--as-of", "2026-11-19"]):
        assert found.stats(*words) == expected.stats(*words)
    assert found.told_plainly() == expected.told_plainly()
    same(found.stats("--all"), found.told_plainly())


def written_down(program: Program, turns: Sequence[int]) -> Book:
    """A book in which the talks were written down in turns, all on the same day, each act with its own date."""
    book = Book(program, datetime(2026, 11, 30, 11, tzinfo=UTC))
    left, numbers = [list(talk) for talk in TALKS], [0] * len(TALKS)
    for turn in turns:
        name, options = left[turn].pop(0)
        if name == "make":
            numbers[turn] = max(numbers) + 1
        backfill = {"backfill": True} if "by" in options else {}
        assert book.say(name, numbers[turn], **options, **backfill)
    return book


# Where there is nothing to count


def empty(book: Book, **window: Any) -> dict[str, Any]:
    """The figures of nothing."""
    moment = plain.stamp(book.now)
    return {
        "as_of": moment,
        "since": None,
        "until": moment,
        "person": None,
        "owe": nothing(),
        "owed": nothing(),
        **window,
    }


def test_no_ledger(program: Program) -> None:
    book = Book(program)
    same(book.stats("--all"), empty(book))
    lately = empty(book, since=plain.stamp(by_default(book.now)["since"]))
    ways = {way: lately[way] | {"kept_before": NOTHING} for way in ("owe", "owed")}
    same(book.stats(), lately | ways)
    assert not Path(book.path).exists()


@pytest.mark.parametrize(
    "commands",
    [
        [(*TO_DANA,), ("2026-11-02", "undo")],
        [
            (*TO_DANA,),
            (*FROM_DANA,),
            ("2026-11-03", "void", "1", "--reason", "twice"),
            ("2026-11-03", "void", "2", "--reason", "twice"),
        ],
        [("2026-11-02", "make", "x", "--to", "me", "--by", "2026-11-20")],
        [
            ("2026-11-02", "make", "x", "--to", "dana", "--by", "2026-11-20"),
            ("2026-11-03", "make", "y", "--from", "dana"),
        ],
        [("2026-11-02", "make", "x", "--to", "dana"), ("2026-11-03", "withdraw", "1")],
    ],
    ids=("undone", "void", "myself", "open circuits", "withdrawn"),
)
def test_nothing_counts(program: Program, commands: Sequence[Sequence[str]]) -> None:
    book = told(program, commands, "2026-11-30T11:00")
    same(book.stats("--all"), empty(book))
    assert book.told_plainly() == empty(book)


def test_before_anything_was_said(program: Program) -> None:
    book = told(program, WORKED, "2026-11-30T11:00")
    moment = plain.stamp(end("2026-11-01"))
    same(book.stats("--all", "--as-of", "2026-11-01"), empty(book, as_of=moment, until=moment))


def test_somebody_without_promises(program: Program) -> None:
    book = told(
        program,
        [TO_DANA, ("2026-11-02", "make", "y", "--to", "lee", "--agreed"), ("2026-11-02", "undo")],
        "2026-11-30T11:00",
    )
    same(book.stats("--all", "--with", "lee"), empty(book, person="lee"))
    same(book.stats("--all", "--with", "dana"), book.told_plainly(person="dana"))
