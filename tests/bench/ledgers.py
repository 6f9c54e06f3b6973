"""Ledgers of any size, to measure with: `python -m tests.bench.ledgers SIZE FILE` makes one of so many promises, five acts each.

The same size gives the same ledger, and `doctor` finds nothing wrong with it: every act goes through the lifecycle, every row
through the codec, and the chain is the one that the program writes. Only the guards and the indexes come last, as all is written
at once.

What grows with the years is what is closed. How much a person has open does not: whoever kept a million promises owes no more
tomorrow than whoever kept a thousand. So the last sixty days are alike in all ledgers: two hundred promises, every fourth of them
open (50), some of these overdue, some asked and not answered, some delivered and not confirmed. All the others lie evenly over the
years before, and the people whom they were made with grow with the cube root of their number: 40 for a thousand, 400 for a million.

Beyond some thousands the years are lived by many at once: the same is said at the same moments of several promises, each with its
own number, uid, commands, and mostly another person. That makes a million promises in minutes.
"""

import heapq
import os
import sqlite3
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, date, datetime, timedelta
from functools import cache
from random import Random
from typing import Any

from promisectl.compiled import sql
from promisectl.domain import civil, lifecycle
from promisectl.domain.civil import CivilMoment, encode_instant
from promisectl.domain.people import parse_newcomer
from promisectl.domain.person_acts import PersonVerb
from promisectl.domain.promise import (
    Act,
    Direction,
    Opening,
    Promise,
    Side,
    State,
    Terms,
    Verb,
)
from promisectl.storage import codec, queries
from promisectl.storage.journal import Journal

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""The moment at which the ledgers are looked at."""
_ZONE = "Europe/Berlin"
_YEARS = timedelta(days=20 * 365)
_LATELY, _RECENT, _OPEN_EVERY = timedelta(days=60), 200, 4
_LIVES = 20_000  # that differ in what is said, and when
_PEOPLE = 40
_TAGGED = 0.4
_LONGEST = timedelta(days=45)
_CHUNK = 20_000

# A life is what is said of a promise, who says it (promis_o_r, promis_e_e, _s_elf, _b_ookkeeper), and how many of a hundred live it.
_CLOSED = {
    "request e, negotiate r, accept e, complete r, accept e": 25,
    "offer r, accept e, bump r, complete r, accept e": 18,
    "request e, accept r, note b, complete r, accept e": 20,
    "request e, accept r, negotiate r, accept e, complete e": 10,
    "offer s, note b, tag b, negotiate s, complete s": 10,
    "request e, accept r, bump r, renege r, told r": 5,
    "offer r, accept e, note b, note b, renege r": 2,
    "request e, negotiate r, negotiate e, note b, decline r": 4,
    "offer r, note b, negotiate r, tag b, withdraw r": 2,
    "request e, accept r, negotiate r, accept e, release e": 3,
    "request e, accept r, note b, tag b, void b": 1,
}
_OPEN = {
    "request e, negotiate r, accept e, note b, partial r": 30,
    "offer r, accept e, note b, tag b, bump r": 20,
    "request e, negotiate r, note b, negotiate r, note b": 20,
    "request e, accept r, note b, negotiate r, bump e": 10,
    "request e, accept r, negotiate r, accept e, complete r": 10,
    "offer s, note b, tag b, negotiate s, note b": 10,
}
_SIDES = {"r": Side.PROMISOR, "e": Side.PROMISEE, "s": Side.SELF, "b": Side.BOOKKEEPER}
_DO = (
    "Send",
    "Review",
    "Call about",
    "Fix",
    "Write up",
    "Bring back",
    "Pay for",
    "Book",
    "Translate",
    "Check",
    "Pick up",
    "Print",
)
_WHAT = (
    "the numbers",
    "the contract",
    "the bike",
    "the minutes",
    "the drill",
    "the room",
    "the tickets",
    "the draft",
    "the heating",
)
_WHERE = (
    "for the quarter",
    "of the house",
    "for the board",
    "before the holidays",
    "from last week",
    "for the children",
    "in Łódź",
    "again",
)
_WHY = (
    "so that the audit can begin",
    "because the guests come early",
    "it was asked for twice",
    "nobody else can",
    None,
    None,
    None,
)
_DONE = (
    "it is in the shared folder",
    "she has it in her hands",
    "the invoice is paid",
    "both have read it",
    None,
    None,
)
_TALK = (
    "the printer is out of order again",
    "heard nothing since Monday",
    "half of it is there",
    "it is raining, so tomorrow",
    "asked twice",
)
_TAGS = ("work", "home", "money", "garden", "urgent", "school")
_FIRST = (
    "Dana",
    "Lee",
    "Kim",
    "Noor",
    "Ravi",
    "Ana",
    "Olu",
    "Mia",
    "Ben",
    "Ida",
    "Jun",
    "Sol",
    "Eva",
    "Max",
    "Zoë",
    "Per",
)


class _Life:
    """Promises on their way that are alike but for their `uids` and people: what will still be said of each, and when."""

    def __init__(
        self,
        number: int,
        openings: list[Opening],
        talk: list[tuple[Verb, Side, datetime]],
        dues: list[CivilMoment],
        rng: Random,
    ) -> None:
        self.number, self.openings, self.talk, self.dues, self.rng = (
            number,
            openings,
            talk,
            dues,
            rng,
        )
        self.promise: Promise | None = None

    def next(self, place: int) -> Act:
        """The act at that place, said now; the promise is as it left it."""
        verb, side, at = self.talk[place]
        before, rng = self.promise, self.rng
        is_theirs = self.openings[0].direction is Direction.OWED
        if verb is Verb.TOLD and is_theirs:  # I know what was not done for me
            verb, side = Verb.NOTE, Side.BOOKKEEPER
        act = Act(verb, side, at, at)
        if before is None:
            act = act._replace(opening=self.openings[0], terms=_terms(rng, self.dues[0]))
            act, self.promise = lifecycle.apply_act(None, act, self.number)
            return act
        if verb is Verb.NEGOTIATE:
            act = act._replace(
                terms=(before.offered_revision or before.current_revision).terms._replace(
                    due=self.dues[place]
                ),
                text=rng.choice(_TALK),
            )
        elif verb is Verb.TAG:
            act = act._replace(text="later")
        elif verb in (Verb.NOTE, Verb.BUMP, Verb.PARTIAL, Verb.RENEGE, Verb.VOID):
            act = act._replace(text=f"{rng.choice(_TALK)}, {rng.randrange(1000)}")
        is_known = is_theirs or place + 1 == len(self.talk)
        if verb is Verb.TOLD or (verb is Verb.RENEGE and is_known):
            act = act._replace(told_at=at)
        act, self.promise = lifecycle.apply_act(before, act)
        return act


def _terms(rng: Random, due: CivilMoment) -> Terms:
    outcome = f"{rng.choice(_DO)} {rng.choice(_WHAT)} {rng.choice(_WHERE)}, number {rng.randrange(100_000)}"
    return Terms(outcome, due, rng.choice(_DONE), rng.choice(_WHY))


@cache
def _end_of(day: date) -> CivilMoment:
    return CivilMoment(str(day), _ZONE, civil.last_second(day, _ZONE))


def _lives(size: int, rng: Random) -> Iterator[_Life]:
    """Promises in the order in which they are made."""
    groups = round((size / 1000) ** (1 / 3)) or 1
    recent = min(size, _RECENT)
    old = size - recent
    alike = -(-old // _LIVES)
    lives = -(-old // alike) if alike else 0
    number, begin = 1, NOW - _YEARS
    for place in range(lives + recent):
        step = (_YEARS - _LATELY) / lives if place < lives else _LATELY / recent
        many = min(alike, old + 1 - number) if place < lives else 1
        open_ = place >= lives and place % _OPEN_EVERY == 0
        yield _life(
            number,
            begin + step * (rng.random() * 0.9),
            [_PEOPLE * (copy % groups) for copy in range(many)],
            rng,
            open_=open_,
        )
        number, begin = number + many, begin + step


_PARSED = {
    life: [(Verb(verb), _SIDES[who]) for verb, who in (said.split() for said in life.split(", "))]
    for life in (*_CLOSED, *_OPEN)
}


def _life(number: int, begin: datetime, circles: list[int], rng: Random, *, open_: bool) -> _Life:
    """Promises that are alike, one with somebody in each of `circles`."""
    kinds = _OPEN if open_ else _CLOSED
    (kind,) = rng.choices(list(kinds), list(kinds.values()))
    begin = begin.replace(microsecond=0)
    span = min(_LONGEST * rng.random() + timedelta(hours=1), (NOW - begin) * 0.95)
    moments = [begin, *(begin + span * part for part in sorted(rng.random() for _ in range(4)))]
    talk = [
        (verb, side, at.replace(microsecond=0))
        for (verb, side), at in zip(_PARSED[kind], moments, strict=True)
    ]
    latest = NOW if open_ else moments[-1]
    first = (latest + timedelta(days=rng.randrange(-14, 25))).date()
    dues = [_end_of(first + timedelta(days=2 * place)) for place in range(5)]
    direction = (
        Direction.SELF if talk[0][1] is Side.SELF else rng.choice((Direction.OWE, Direction.OWED))
    )
    nearest = 1 + int(_PEOPLE * rng.random() ** 2)
    tags = (rng.choice(_TAGS),) if rng.random() < _TAGGED else ()
    openings = [
        Opening(
            str(uuid.UUID(int=rng.getrandbits(128), version=4)),
            direction,
            None if direction is Direction.SELF else nearest + circle,
            tags=tags,
        )
        for circle in circles
    ]
    return _Life(number, openings, talk, dues, rng)


def _said(size: int, rng: Random) -> Iterator[tuple[_Life, int]]:
    """Every act of all lives in the order of their moments: the life, and the place of the act in it."""
    ahead: list[tuple[datetime, int, int, _Life]] = []
    for life in _lives(size, rng):
        heapq.heappush(ahead, (life.talk[0][2], life.number, 0, life))
        while ahead and ahead[0][0] <= life.talk[0][2]:
            yield from _one(ahead)
    while ahead:
        yield from _one(ahead)


def _one(ahead: list[tuple[datetime, int, int, _Life]]) -> Iterator[tuple[_Life, int]]:
    _, number, place, life = ahead[0]
    yield life, place
    if place + 1 < len(life.talk):
        heapq.heapreplace(ahead, (life.talk[place + 1][2], number, place + 1, life))
    else:
        heapq.heappop(ahead)


class _Book:
    """Writes down what is said, many rows at once."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._rows: dict[str, list[dict[str, Any]]] = {
            name: []
            for name in (
                "ADD_ENTRY_WITH_ID",
                "ADD_ACT",
                "ADD_PROMISE_WITH_ID",
                "ADD_PERSON_WITH_ID",
            )
        }
        self._met: set[int] = set()
        self._entry = self._number = 0
        self._hash = ""

    def say(self, life: _Life, place: int) -> None:
        """What is said next of promises that are alike."""
        act = life.next(place)
        by = life.openings[0].direction.name_speaker(act.side)
        command = (
            "make" if place == 0 else "complete" if act.verb is Verb.PARTIAL else act.verb.value
        )
        at, body = encode_instant(act.at), codec.encode_act_body(act)
        columns = (
            codec.encode_promise_row(life.promise)
            if place + 1 == len(life.talk) and life.promise
            else None
        )
        for number, opening in enumerate(life.openings, life.number):
            self._entry += 1
            self._add(
                "ADD_ENTRY_WITH_ID", {"id": self._entry, "command": command, "recorded_at": at}
            )
            if place == 0:
                self._meet(opening.person, command, at)
                body = (
                    codec.encode_act_body(act._replace(opening=opening))
                    if number > life.number
                    else body
                )
            self._write(
                command, (act.verb.value, act.side.value, by), at, body, opening.uid, promise=number
            )
            if columns:
                self._add(
                    "ADD_PROMISE_WITH_ID",
                    {**columns, "id": number, "uid": opening.uid, "person": opening.person},
                )

    def _meet(self, person: int | None, command: str, at: str) -> None:
        if person is None or person in self._met:
            return
        self._met.add(person)
        who = parse_newcomer(f"{_FIRST[person % len(_FIRST)]} {person}")
        body = codec.encode_canonical_json(who._asdict())
        self._add(
            "ADD_PERSON_WITH_ID",
            {"person": person, "handle": who.handle, "name": who.name, "merged_into": None},
        )
        self._write(
            command,
            (PersonVerb.MEET.value, Side.BOOKKEEPER.value, "me"),
            at,
            body,
            person,
            person=person,
        )

    def _write(
        self,
        command: str,
        said: tuple[str, str, str],
        at: str,
        body: str,
        about: object,
        **where: int,
    ) -> None:
        self._number += 1
        verb, side, by = said
        row = {
            "promise": None,
            "person": None,
            **where,
            "number": self._number,
            "entry": self._entry,
        }
        row |= {"verb": verb, "side": side, "by": by, "at": at, "recorded_at": at, "body": body}
        self._hash = codec.compute_act_hash(self._hash, command, about, row)
        row["hash"] = self._hash
        self._add("ADD_ACT", row)

    def _add(self, name: str, row: dict[str, Any]) -> None:
        self._rows[name].append(row)
        if len(self._rows[name]) == _CHUNK:
            self._write_down(name)

    def _write_down(self, name: str) -> None:
        self._db.executemany(getattr(sql, name), self._rows[name])
        self._rows[name].clear()

    def close(self) -> None:
        for name in self._rows:
            self._write_down(name)


def fill(db: sqlite3.Connection, size: int) -> None:
    """Write the ledger of that size into an empty database."""
    tables = [one for one in sql.SCHEMA if one.startswith("CREATE TABLE")]
    db.execute(f"PRAGMA application_id = {sql.APPLICATION_ID}")
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
    for statement in tables:
        db.execute(statement)
    book = _Book(db)
    for life, place in _said(size, Random(size)):
        book.say(life, place)
    book.close()
    for statement in sql.SCHEMA:
        if statement not in tables:
            db.execute(statement)


def made(size: int, path: str) -> str:
    """The path of the ledger of that size, made if it is not there yet."""
    if os.path.exists(path):
        return path
    half = f"{path}.half"
    with suppress(FileNotFoundError):
        os.unlink(half)
    os.close(os.open(half, os.O_CREAT | os.O_EXCL, 0o600))
    with closing(sqlite3.connect(half, isolation_level=None)) as db:
        db.execute("PRAGMA journal_mode = OFF")
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA cache_size = -800000")
        db.execute("BEGIN")
        fill(db, size)
        db.execute("COMMIT")
    os.rename(half, path)
    return path


def linked(size: int, path: str, *, every: int = 10) -> str:
    """The path of the ledger of that size in which every tenth promise is a part of an earlier one."""
    if os.path.exists(path):
        return path
    half = made(size, f"{path}.unlinked")
    with closing(sqlite3.connect(half, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA synchronous = OFF")
        db.execute("PRAGMA journal_mode = MEMORY")
        db.execute("BEGIN")
        _link(db, size, every)
        db.execute("COMMIT")
    os.rename(half, path)
    return path


def _link(db: sqlite3.Connection, size: int, every: int) -> None:
    (last,) = db.execute("SELECT max(recorded_at) FROM entry").fetchone()
    now = datetime.fromisoformat(last)
    journal = Journal(db, now, "part")
    for number in range(every, size + 1, every):
        promise, bigger = (queries.load_promise(db, one) for one in (number, number - 3))
        if promise.state is not State.VOID:
            act = Act(Verb.PART, Side.BOOKKEEPER, now, now, text=str(bigger.id))
            journal.append_act(promise, act._replace(bigger=bigger.opening.uid))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    made(int(sys.argv[1]), sys.argv[2])
