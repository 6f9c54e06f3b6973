"""Every row held against what the acts give: promises, people, commands, kept answers, and the numbers that come next."""

from __future__ import annotations

import json
import sqlite3
from itertools import groupby

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle
from promisectl.domain.findings import Asked, Cure, Finding, Result, Troubles, unreadable
from promisectl.domain.people import Person, PersonAct, fold
from promisectl.storage import codec
from promisectl.storage.integrity.chain import NONSENSE, Chain, about
from promisectl.storage.timestamps import instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeVar

    from promisectl.domain.promise import Act, Promise
    from promisectl.storage.integrity.chain import Row

    _A = TypeVar("_A", Act, PersonAct)

_SHORT = 60  # letters of both sides of a difference that are shown
OF_PERSON = ("handle", "name", "merged_into")
"""The columns of a person that what was said of them gives."""
NUMBERED = ("entry", "person", "promise")
"""The tables of which SQLite remembers the highest number ever given."""


def compared(db: sqlite3.Connection, asked: Asked) -> Iterator[Finding]:
    """The checks of what the ledger says: the chain first, then what the acts say, then every row."""
    comparison = _Comparison(db, asked)
    for name in ("chain", "promises", "people", "acts", "commands", "keys", "numbers", "clock"):
        check: Callable[[], Iterator[Finding]] = getattr(comparison, name)
        try:
            yield from check()
        except sqlite3.Error as error:
            yield unreadable(name, error)
            if name == "chain":  # the others go by what it has told
                return


class _Comparison:
    """One walk through a ledger; the checks build on each other, so they are made in their order."""

    def __init__(self, db: sqlite3.Connection, asked: Asked) -> None:
        self._db = db
        self._heard = asked.heard
        self._chain = Chain(db, asked)
        self._acts = self._chain.order

    def chain(self) -> Iterator[Finding]:
        yield from self._chain.findings()

    # Promises

    def promises(self) -> Iterator[Finding]:
        """Both come by number: the rows, and the acts of each promise."""
        troubles, count = Troubles(), 0
        rows = iter(self._db.execute(sql.ALL_PROMISES))
        row = next(rows, None)
        for number, said in groupby(self._db.execute(sql.ACTS_OF_ALL), key=lambda act: int(act["promise"])):
            while row and row["id"] < number:
                troubles.add(f"#{row['id']} was never made")
                row = next(rows, None)
            there, row = (row, next(rows, None)) if row and row["id"] == number else (None, row)
            promise = self._replayed(number, said)
            count += 1
            if promise and number not in self._chain.broken:
                self._compare(number, there, promise, troubles)
        while row:
            troubles.add(f"#{row['id']} was never made")
            row = next(rows, None)
        fine = f"{count:,} promises, each as its acts left it" if count != 1 else "1 promise, as its acts left it"
        yield troubles.finding("promises", fine, "promises are not as their acts left them", Cure.REBUILD)

    def _replayed(self, number: int, said: Iterator[Row]) -> Promise | None:
        """The promise that its acts add up to; None where they don't."""
        acts, fine = [], True
        for row in said:
            act = self._read(row, codec.act_of, codec.body_of)
            fine = fine and act is not None
            if act:
                acts.append(act)
        if not fine:
            return None
        try:
            return lifecycle.replay(number, acts)
        except NONSENSE as error:
            if number not in self._chain.broken:
                self._acts.add(f"what was said of #{number} does not add up: {error}")
            return None

    def _read(self, row: Row, act_of: Callable[[Row], _A], body_of: Callable[[_A], str]) -> _A | None:
        """An act, if it says what a command can say, in the spelling of one."""
        self._heard()
        try:
            act = act_of(row)
            fine = (body_of(act), instant(act.at), instant(act.recorded_at)) == (row["body"], row["at"], row["recorded_at"])
        except NONSENSE:
            fine = False
        if fine:
            return act
        self._acts.add(f"act {row['number']}{about(row)} says what no command says")
        return None

    def _compare(self, number: int, row: sqlite3.Row | None, promise: Promise, troubles: Troubles) -> None:
        columns = {**codec.columns_of(promise), "id": number}
        if row is None:
            troubles.add(f"#{number} is missing")
        elif (there := codec.named(row)) != columns:
            differ = (_difference(name, value, columns[name]) for name, value in there.items() if value != columns[name])
            troubles.add(f"#{number}: {', '.join(differ)}")

    # People

    def people(self) -> Iterator[Finding]:
        said = [act for row in self._db.execute(sql.ACTS_OF_PEOPLE) if (act := self._read(row, codec.person_act, codec.person_body))]
        troubles = Troubles()
        try:
            folded = fold(said)
        except NONSENSE:
            self._acts.add("what was said of people does not add up")
        else:
            self._compare_people(folded, troubles)
        count = len({act.person for act in said})
        fine = f"{count:,} people, as they were named" if count != 1 else "1 person, as they were named"
        yield troubles.finding("people", fine, "people are not as they were named", Cure.REBUILD)

    def _compare_people(self, folded: Mapping[int, Person], troubles: Troubles) -> None:
        rows = {row["id"]: {name: row[name] for name in OF_PERSON} for row in self._db.execute(sql.ALL_PEOPLE)}
        given = {one.id: {name: getattr(one, name) for name in OF_PERSON} for one in folded.values()}
        for number in sorted(rows.keys() | given.keys()):
            if -number in self._chain.broken:
                continue
            if number not in rows or number not in given:
                troubles.add(f"person {number} {'is missing' if number in given else 'was never met'}")
            elif rows[number] != given[number]:
                there, wish = rows[number], given[number]
                differ = (_difference(name, there[name], value) for name, value in wish.items() if there[name] != value)
                troubles.add(f"{given[number]['handle']}: {', '.join(differ)}")
        aliases = {(row["alias"], row["person"]) for row in self._db.execute(sql.ALIASES)}
        of_acts = {(alias, one.id) for one in folded.values() for alias in one.aliases}
        for alias, number in sorted(aliases ^ of_acts, key=str):
            troubles.add(f"the alias “{alias}” of person {number} {'is missing' if (alias, number) in of_acts else 'was never given'}")

    def acts(self) -> Iterator[Finding]:
        yield self._acts.finding(
            "acts", "in order, and each says what a command can say", "acts are out of order, or say what no command says"
        )

    # Commands

    def commands(self) -> Iterator[Finding]:
        troubles, silent, count = Troubles(), Troubles(), 0
        for row in self._db.execute(sql.ALL_ENTRIES):
            count += 1
            by, at = self._chain.undone.get(row["id"]), self._chain.moments.get(row["id"])
            place = f"command {row['id']} ({row['command']})"
            if not row["said"]:
                silent.add(f"{place} said nothing: its acts are missing")
            elif row["undone_by"] != by:
                troubles.add(f"{place}: {_difference('undone_by', row['undone_by'], by)}")
            elif at:
                troubles.add(f"{place}: {_difference('recorded_at', row['recorded_at'], at)}")
        if silent.count:
            yield silent.finding("commands", "", "commands are without their acts")
        else:
            fine = f"{count:,} commands, each as its acts have it" if count != 1 else "1 command, as its acts have it"
            yield troubles.finding("commands", fine, "commands are not as their acts have them", Cure.REBUILD)

    # Keys

    def keys(self) -> Iterator[Finding]:
        """The answers that are kept for keys, by their sums; an earlier schema step has none, the first ones had no sum."""
        if not self._db.execute("SELECT 1 FROM sqlite_schema WHERE name = 'once'").fetchone():
            return
        troubles, count, plain, before = Troubles(), 0, 0, None
        for row in self._db.execute(sql.ALL_ANSWERS):
            count += 1
            how = _kept(row)
            plain += how is None
            if how is False or row["entry"] == before:
                troubles.add(f"the answer for the key “{row['key']}” is not the one that was given")
            before = row["entry"]
        if plain and not troubles.count:
            says = f"{plain} of {count} answers were kept by an earlier promisectl, without a sum over them"
            yield Finding("keys", Result.NOTE, says)
        else:
            fine = f"{count:,} answers kept for --once" if count != 1 else "1 answer kept for --once"
            yield troubles.finding("keys", fine, "answers kept for --once are not what was answered")

    # Numbers

    def numbers(self) -> Iterator[Finding]:
        """Numbers are never given twice: SQLite remembers the highest of each table."""
        troubles = Troubles()
        counted = self._db.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name, seq").fetchall()
        there = [(name, highest) for name in NUMBERED if (highest := self._db.execute(f"SELECT max(id) FROM {name}").fetchone()[0])]  # noqa: S608
        for name, number in sorted(set(map(tuple, counted)) ^ set(there), key=str):
            if (name, number) not in there:
                troubles.add(f"the next {name} would come after number {number}")
        if len(counted) != len(there) and not troubles.count:
            troubles.add("which numbers come next is not written down as it should be")
        yield troubles.finding("numbers", "those that come next were never used", "the numbers that come next are not those", Cure.REBUILD)

    def clock(self) -> Iterator[Finding]:
        yield self._chain.clock()


def _difference(name: str, there: object, given: object) -> str:
    """How a value differs from what the acts give, in full where it is short."""
    if any(len(str(value)) > _SHORT for value in (there, given)):
        return f"{name} is not what its acts say"
    return f"{name} is {_shown(there)}, by its acts {_shown(given)}"


def _shown(value: object) -> str:
    return "empty" if value is None else f"“{value}”" if isinstance(value, str) else str(value)


def _kept(row: Row) -> bool | None:
    """Whether a kept answer is the one that was given; None where it was kept without a sum."""
    try:
        if isinstance(json.loads(row["answer"]), list):
            return None
        again = codec.kept(codec.answer_of(row["answer"]), row["head"], row["key"], row["entry"], row["request"])
    except NONSENSE:
        return False
    return again == str(row["answer"])
