"""G14: dates mean the same everywhere.

An oracle that asks only what a clock shows, minute by minute, is held against what the program reads: around every change of every
zone, on leap days and at the ends of months. Then the program itself is asked, in every zone, when a promise is overdue. And its
clock is set back and forth between commands.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from zoneinfo import TZPATH, ZoneInfo, available_timezones

from promisectl.domain import civil, dates
from tests.domain.test_dates import NOW, ZONES, outcome
from tests.guarantees.harness.inside import WORLD, Home, each, home, homes
from tests.guarantees.harness.mutants import program
from tests.guarantees.harness.proof import Found, Proof, Size, Step

DAY, HOUR, MINUTE, SECOND = (
    timedelta(days=1),
    timedelta(hours=1),
    timedelta(minutes=1),
    timedelta(seconds=1),
)
_AT_ONCE = 12
_YEARS = (1970, 2037)
_JUMPS = ("-400d", "-40d", "-3d", "-1d", "-1h", "-1s", "+1s", "+1h", "+1d", "+3d", "+40d", "+400d")
_VIEWS = (
    ("list", "--all"),
    ("moves",),
    ("log",),
    ("show", "1"),
    ("week",),
    ("stats", "--all"),
    ("digest",),
    ("status",),
    ("people",),
    ("check",),
)


class Case(NamedTuple):
    """What is tried: zones against the oracle, the program in zones, or clocks that jump."""

    kind: str
    zones: tuple[str, ...] = ()
    years: tuple[int, int] = _YEARS
    seed: int = 0


# The oracle


def changes(zone: str, years: tuple[int, int]) -> Iterator[tuple[datetime, timedelta]]:
    """The instants at which the clocks of a zone change, and by how much."""
    clock = ZoneInfo(zone)
    before = datetime(years[0], 1, 2, tzinfo=UTC)
    while before.year <= years[1]:
        after = before + DAY
        was, now = (one.astimezone(clock).utcoffset() or timedelta() for one in (before, after))
        if was != now:
            low, high = before, after
            while high - low > SECOND:
                middle = low + (high - low) // (2 * SECOND) * SECOND
                low, high = (
                    (middle, high) if middle.astimezone(clock).utcoffset() == was else (low, middle)
                )
            yield high, now - was
        before = after


def _minutes(zone: str, change: datetime, by: timedelta) -> Iterator[str]:
    """What differs from what a clock there shows around a change."""
    clock = ZoneInfo(zone)
    around = abs(by) + 4 * HOUR
    shown: dict[datetime, list[datetime]] = defaultdict(list)
    instant = change.replace(second=0) - around
    while instant < change + around:
        seen = instant.astimezone(clock).replace(tzinfo=None, fold=0)
        if seen.second:
            return  # in those years the clocks there did not show whole minutes, and nothing finer than a minute can be written
        shown[seen].append(instant)
        instant += MINUTE
    edges = [
        change.astimezone(clock).replace(tzinfo=None, fold=0),
        (change - SECOND).astimezone(clock).replace(tzinfo=None, fold=0, second=0),
    ]
    for edge in dict.fromkeys(edges):
        for step in (
            -75,
            -61,
            -60,
            -59,
            -31,
            -30,
            -29,
            -15,
            -1,
            0,
            1,
            15,
            29,
            30,
            31,
            59,
            60,
            61,
            75,
        ):
            text = (edge + step * MINUTE).isoformat(timespec="minutes")
            if outcome(text, zone) != shown[edge + step * MINUTE]:
                yield f"{text} in {zone} means {outcome(text, zone)}, and the clocks show it at {shown[edge + step * MINUTE]}"


def last_second(zone: str, day: date) -> datetime | None:
    """The last second at which the clocks of a zone show a day, found by asking them for every minute; None of a day left out."""
    clock, found = ZoneInfo(zone), None
    instant = datetime(day.year, day.month, day.day, tzinfo=UTC) - 15 * HOUR
    for _ in range(52 * 4):
        if instant.astimezone(clock).date() == day:
            found = instant
        instant += 15 * MINUTE
    while found and (found + SECOND).astimezone(clock).date() == day:
        found += MINUTE if (found + MINUTE).astimezone(clock).date() == day else SECOND
    return found


def _days(years: tuple[int, int]) -> Iterator[date]:
    """Leap days and the ends of months."""
    for year in {years[0], 1999, 2000, 2024, 2026, 2028, years[1]}:
        for month in range(1, 13):
            first = date(year, month, 1)
            yield first
            if month > 1:
                yield first - DAY


def _read(case: Case) -> Found:
    """Zones, held against the oracle."""
    tried, faults = 0, list[str]()
    for zone in case.zones:
        days = set(_days(case.years))
        for change, by in changes(zone, case.years):
            faults += _minutes(zone, change, by)
            tried += 38
            here = change.astimezone(ZoneInfo(zone)).date()
            days |= (
                {here - DAY, here, here + DAY}
                if change.year % 5 == 0 or abs(by) > 2 * HOUR
                else {here}
            )
        for day in sorted(days):
            tried += 1
            expected = last_second(zone, day)
            if expected is None:
                faults += (
                    [f"{day} in {zone} was left out, and is read"]
                    if outcome(str(day), zone)
                    else []
                )
            elif {dates.parse_date(str(day), NOW, zone).at, civil.last_second(day, zone)} != {
                expected
            }:
                faults.append(
                    f"{day} in {zone} ends at {dates.parse_date(str(day), NOW, zone).at}, and the clocks say {expected}"
                )
    return Found(tried, faults)


# The program in a zone


def _asked(case: Case) -> Found:
    """When a promise is due and overdue by the program, at home and looked at from elsewhere."""
    tried, faults = 0, list[str]()
    for zone in case.zones:
        coming = [
            change.astimezone(ZoneInfo(zone)).date() for change, _ in changes(zone, (2027, 2027))
        ]
        with home() as at:
            for number, day in enumerate((*coming[:1], date(2028, 2, 29), date(2026, 12, 31)), 1):
                expected = last_second(zone, day)
                if expected is not None:
                    tried += 1
                    faults += _due(at, zone, number, day, expected)
    return Found(tried, faults)


def _due(at: Home, zone: str, number: int, day: date, end: datetime) -> Iterator[str]:
    at(
        "make",
        "Send the numbers",
        "--to",
        "dana",
        "--agreed",
        "--by",
        str(day),
        environ={"TZ": zone},
    )
    elsewhere = ("UTC", "Pacific/Kiritimati", "Pacific/Niue")
    for place in (zone, elsewhere[number % 3]):
        for moment, late in ((end, False), (end + SECOND, True)):
            heard = at(
                "show",
                str(number),
                "--json",
                today=f"{moment:%Y-%m-%dT%H:%M:%SZ}",
                environ={"TZ": place},
            )
            record: dict[str, Any] = json.loads(heard.out)[0] if heard.code == 0 else {}
            said = (
                record.get("due"),
                record.get("due_zone"),
                record.get("due_at"),
                "overdue" in record.get("flags", ()),
            )
            expected = str(day), zone, f"{end:%Y-%m-%dT%H:%M:%SZ}", late
            if said != expected:
                yield f"{day} agreed in {zone}, seen from {place} at {moment}: {said} instead of {expected} {heard.err or heard.broke}"


# Clocks that jump


def _jumped(case: Case) -> Found:
    """Commands by a clock that goes back and forth: what is told, in which order, and that everything can still be asked."""
    dice = Random(case.seed)
    now = latest = datetime(2026, 11, 23, 10, tzinfo=UTC)
    faults, tried = list[str](), 0
    made: list[datetime] = []
    closed: set[int] = set()
    with home() as at:
        for _ in range(14):
            jump = dice.choice(_JUMPS)
            now += int(jump[:-1]) * {"d": DAY, "h": HOUR, "s": SECOND}[jump[-1]]
            latest = max(now, latest)
            words = _move(dice, len(made), closed)
            before = at.kept()
            heard = at(*words, today=_told(now))
            tried += 1
            number = len(made) + 1 if words[0] == "make" else int(words[1])
            back = words[0] == "complete" and now < made[number - 1]
            if (heard.code, at.kept() == before) != (
                (2, True) if back else (0, False)
            ) or heard.broke:
                faults.append(
                    f"seed {case.seed}: {heard.named} at {now} left with {heard.code}: {heard.broke or heard.err}"
                )
            if words[0] == "make":
                made.append(now)
            elif words[0] == "complete" and not back:
                closed.add(number)
            if heard.code == 0:
                faults += _log(case, at, now)
            faults += [
                f"seed {case.seed}: {one.named} at {now}: {one.err or one.broke}"
                for view in _VIEWS
                if (one := at(*view, today=_told(now), width=80)).code
            ]
        faults += _copied(case, at, latest)
    return Found(tried, faults)


def _told(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _move(dice: Random, made: int, closed: set[int]) -> tuple[str, ...]:
    """A promise, or something said of one that is open."""
    there = [number for number in range(1, made + 1) if number not in closed]
    if not there or dice.random() < 0.3:
        return "make", f"number {made + 1}", "--to", "me"
    number = str(dice.choice(there))
    return dice.choice((("note", number, "a word"), ("complete", number)))


def _log(case: Case, at: Home, now: datetime) -> Iterator[str]:
    acts = json.loads(at("log", "--json", today=_told(now)).out)
    numbers = [act["id"] for act in acts]
    if numbers != sorted(numbers):
        yield f"seed {case.seed}: the log is not in the order in which things were said: {numbers}"
    if acts[-1]["recorded_at"] != _told(now):
        yield f"seed {case.seed}: the clock said {_told(now)}, and the log says {acts[-1]['recorded_at']}"


def _copied(case: Case, at: Home, now: datetime) -> Iterator[str]:
    """What was said by such a clock makes the same ledger elsewhere, once none of it is still to come there."""
    journal = at("export", "--journal", "--format", "jsonl", today=_told(now)).out
    other = {"PROMISECTL_LEDGER": str(at.directory / "other.db")}
    at("import", "-", piped=journal, today=_told(now), environ=other)
    if (
        at("export", "--journal", "--format", "jsonl", today=_told(now), environ=other).out
        != journal
    ):
        yield f"seed {case.seed}: the journal is another where it was imported"


def _faked(_: Case) -> Found:
    """Real processes, and the clock of the machine itself set back between them."""
    faketime = shutil.which("faketime")
    if not faketime:
        return Found(0, [], "no faketime here")
    with tempfile.TemporaryDirectory(prefix="promisectl-guarantees-") as directory:
        environ = {
            **WORLD,
            **homes(directory),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        del environ["PROMISECTL_TODAY"]

        def at(moment: str, *words: str) -> subprocess.CompletedProcess[str]:
            return subprocess.run(
                [faketime, "-f", f"@{moment}", *program(words)],
                env=environ,
                capture_output=True,
                text=True,
                check=False,
            )

        said = [
            at("2026-11-23 10:00:00", "make", "Send the numbers", "--to", "dana", "--by", "fri"),
            at("2026-11-20 10:00:00", "note", "1", "three days before"),
            at("2026-11-20 10:00:01", "make", "Call back", "--to", "me"),
            at("2026-11-23 10:00:01", "accept", "1"),
            at("2025-01-01 00:00:00", "list", "--all"),
            at("2025-01-01 00:00:00", "log", "--json"),
        ]
        wrong = [
            f"{one.args[3:]} left with {one.returncode}: {one.stderr}"
            for one in said
            if one.returncode
        ]
        seen = [] if wrong else [act["recorded_at"] for act in json.loads(said[-1].stdout)]
        expected = [
            "2026-11-23T09:00:00Z",
            "2026-11-20T09:00:00Z",
            "2026-11-20T09:00:01Z",
            "2026-11-23T09:00:01Z",
        ]
        if not wrong and [moment[:16] for moment in seen] != [moment[:16] for moment in expected]:
            wrong.append(f"by clocks that were set back the log says {seen}")
    return Found(len(said), wrong)


def _try(case: Case) -> Found:
    return {"read": _read, "asked": _asked, "jumped": _jumped, "faked": _faked}[case.kind](case)


def _read_zone(name: str) -> bytes:
    """The file of a zone: the system's, or that of the package tzdata."""
    for directory in TZPATH:
        if (file := Path(directory, name)).is_file():
            return file.read_bytes()
    return files("tzdata").joinpath("zoneinfo", *name.split("/")).read_bytes()


@cache
def zones() -> tuple[str, ...]:
    """Every zone there is, without those that are another one by a second name."""
    found: dict[bytes, str] = {}
    for name in sorted(available_timezones() - {"localtime", "posixrules", "Factory"}):
        found.setdefault(sha256(_read_zone(name)).digest(), name)
    return tuple(found.values())


_FEW = ("Europe/Berlin", "Australia/Lord_Howe", "America/St_Johns")


def tried(size: Size, mutant: str | None, step: Step) -> Found:
    """Hold what is read against the oracle, ask the program in every zone, and let its clock jump."""
    if size.whole:
        every = tuple(dict.fromkeys((*ZONES, *zones())))
        cases = [
            Case(kind, every[place : place + _AT_ONCE])
            for kind in ("asked", "read")
            for place in range(0, len(every), _AT_ONCE)
        ]
        cases = [
            *cases,
            *(Case("jumped", seed=size.seed + turn) for turn in range(40)),
            Case("faked"),
        ]
    else:
        cases = [
            Case("asked", _FEW),
            Case("jumped", seed=size.seed),
            Case("read", _FEW, (2009, 2012)),
            Case("read", ("Pacific/Apia",), (2011, 2011)),
        ]
    return each(_try, cases, size, mutant, step)


PROOF = Proof(
    "G14",
    "dates mean the same everywhere",
    "days and minutes",
    "every zone and every change of its clocks against an oracle without a difference; clocks that jump lose nothing",
    tried,
    ("UTC for local", "a clock that clamps"),
)
