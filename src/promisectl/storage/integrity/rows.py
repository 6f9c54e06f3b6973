"""Every row held against what the acts give: promises, people, commands, kept answers, and the numbers that come next."""

from __future__ import annotations

import sqlite3
from itertools import groupby

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle
from promisectl.domain.civil import encode_instant
from promisectl.domain.findings import (
    CheckRequest,
    DamageList,
    IntegrityFinding,
    Remedy,
    build_unreadable_finding,
)
from promisectl.domain.people import Person, PersonAct, replay_person_acts
from promisectl.storage import codec
from promisectl.storage.integrity.chain import DECODING_ERRORS, Chain, format_act_subject

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import TypeVar

    from promisectl.domain.promise import Act, Promise
    from promisectl.storage.integrity.chain import Row

    _A = TypeVar("_A", Act, PersonAct)

_MAX_SHOWN_CHARACTERS = 60  # letters of both sides of a difference that are shown
PERSON_COLUMNS = ("handle", "name", "merged_into")
"""The columns of a person that what was said of them gives."""


def check_ledger_contents(
    db: sqlite3.Connection, asked: CheckRequest
) -> Iterator[IntegrityFinding]:
    """The checks of what the ledger says: the chain first, then what the acts say, then every row."""
    comparison = _ContentChecks(db, asked)
    for name in ("chain", "promises", "people", "acts", "commands", "keys", "numbers", "clock"):
        check: Callable[[], Iterator[IntegrityFinding]] = getattr(comparison, f"check_{name}")
        try:
            yield from check()
        except sqlite3.Error as error:
            yield build_unreadable_finding(name, error)
            if name == "chain":  # the others go by what it has told
                return


class _ContentChecks:
    """One walk through a ledger; the checks build on each other, so they are made in their order."""

    def __init__(self, db: sqlite3.Connection, asked: CheckRequest) -> None:
        self._db = db
        self._on_progress = asked.on_progress
        self._chain = Chain(db, asked)
        self._act_damage = self._chain.order_damage

    def check_chain(self) -> Iterator[IntegrityFinding]:
        yield from self._chain.check_acts()

    # Promises

    def check_promises(self) -> Iterator[IntegrityFinding]:
        """Both come by number: the rows, and the acts of each promise."""
        troubles, count = DamageList(), 0
        rows = iter(self._db.execute(sql.ALL_PROMISES))
        row = next(rows, None)
        for number, said in groupby(
            self._db.execute(sql.ACTS_OF_ALL), key=lambda act: int(act["promise"])
        ):
            while row and row["id"] < number:
                troubles.add_detail(f"#{row['id']} was never made")
                row = next(rows, None)
            there, row = (row, next(rows, None)) if row and row["id"] == number else (None, row)
            promise = self._replay_promise(number, said)
            count += 1
            if promise and number not in self._chain.broken:
                self._compare_promise(number, there, promise, troubles)
        while row:
            troubles.add_detail(f"#{row['id']} was never made")
            row = next(rows, None)
        fine = (
            f"{count:,} promises, each as its acts left it"
            if count != 1
            else "1 promise, as its acts left it"
        )
        yield troubles.build_finding(
            "promises", fine, "promises are not as their acts left them", Remedy.REBUILD
        )

    def _replay_promise(self, number: int, said: Iterator[Row]) -> Promise | None:
        """The promise that its acts add up to; None where they don't."""
        acts, fine = [], True
        for row in said:
            act = self._decode_act(row, codec.decode_act, codec.encode_act_body)
            fine = fine and act is not None
            if act:
                acts.append(act)
        if not fine:
            return None
        try:
            return lifecycle.replay_acts(number, acts)
        except DECODING_ERRORS as error:
            if number not in self._chain.broken:
                self._act_damage.add_detail(f"what was said of #{number} does not add up: {error}")
            return None

    def _decode_act(
        self, row: Row, act_of: Callable[[Row], _A], body_of: Callable[[_A], str]
    ) -> _A | None:
        """An act, if it says what a command can say, in the spelling of one."""
        self._on_progress()
        try:
            act = act_of(row)
            fine = (body_of(act), encode_instant(act.at), encode_instant(act.recorded_at)) == (
                row["body"],
                row["at"],
                row["recorded_at"],
            )
        except DECODING_ERRORS:
            fine = False
        if fine:
            return act
        self._act_damage.add_detail(
            f"act {row['number']}{format_act_subject(row)} says what no command says"
        )
        return None

    def _compare_promise(
        self, number: int, row: sqlite3.Row | None, promise: Promise, troubles: DamageList
    ) -> None:
        columns = {**codec.encode_promise_row(promise), "id": number}
        if row is None:
            troubles.add_detail(f"#{number} is missing")
        elif (there := codec.sqlite_row_dict(row)) != columns:
            differ = (
                _format_difference(name, value, columns[name])
                for name, value in there.items()
                if value != columns[name]
            )
            troubles.add_detail(f"#{number}: {', '.join(differ)}")

    # People

    def check_people(self) -> Iterator[IntegrityFinding]:
        said = [
            act
            for row in self._db.execute(sql.ACTS_OF_PEOPLE)
            if (act := self._decode_act(row, codec.decode_person_act, codec.encode_person_act_body))
        ]
        troubles = DamageList()
        try:
            folded = replay_person_acts(said)
        except DECODING_ERRORS:
            self._act_damage.add_detail("what was said of people does not add up")
        else:
            self._compare_people(folded, troubles)
        count = len({act.person for act in said})
        fine = (
            f"{count:,} people, as they were named"
            if count != 1
            else "1 person, as they were named"
        )
        yield troubles.build_finding(
            "people", fine, "people are not as they were named", Remedy.REBUILD
        )

    def _compare_people(self, folded: Mapping[int, Person], troubles: DamageList) -> None:
        rows = {
            row["id"]: {name: row[name] for name in PERSON_COLUMNS}
            for row in self._db.execute(sql.ALL_PEOPLE)
        }
        given = {
            one.id: {name: getattr(one, name) for name in PERSON_COLUMNS} for one in folded.values()
        }
        for number in sorted(rows.keys() | given.keys()):
            if -number in self._chain.broken:
                continue
            if number not in rows or number not in given:
                troubles.add_detail(
                    f"person {number} {'is missing' if number in given else 'was never met'}"
                )
            elif rows[number] != given[number]:
                there, wish = rows[number], given[number]
                differ = (
                    _format_difference(name, there[name], value)
                    for name, value in wish.items()
                    if there[name] != value
                )
                troubles.add_detail(f"{given[number]['handle']}: {', '.join(differ)}")
        aliases = {(row["alias"], row["person"]) for row in self._db.execute(sql.ALIASES)}
        of_acts = {(alias, one.id) for one in folded.values() for alias in one.aliases}
        for alias, number in sorted(aliases ^ of_acts, key=str):
            troubles.add_detail(
                f"the alias “{alias}” of person {number} {'is missing' if (alias, number) in of_acts else 'was never given'}"
            )

    def check_acts(self) -> Iterator[IntegrityFinding]:
        yield self._act_damage.build_finding(
            "acts",
            "in order, and each says what a command can say",
            "acts are out of order, or say what no command says",
        )

    # Commands

    def check_commands(self) -> Iterator[IntegrityFinding]:
        troubles, silent, count = DamageList(), DamageList(), 0
        for row in self._db.execute(sql.ALL_ENTRIES):
            count += 1
            by, at = self._chain.undone.get(row["id"]), self._chain.entry_moments.get(row["id"])
            place = f"command {row['id']} ({row['command']})"
            if not row["said"]:
                silent.add_detail(f"{place} said nothing: its acts are missing")
            elif row["undone_by"] != by:
                troubles.add_detail(
                    f"{place}: {_format_difference('undone_by', row['undone_by'], by)}"
                )
            elif at:
                troubles.add_detail(
                    f"{place}: {_format_difference('recorded_at', row['recorded_at'], at)}"
                )
        if silent.count:
            yield silent.build_finding("commands", "", "commands are without their acts")
        else:
            fine = (
                f"{count:,} commands, each as its acts have it"
                if count != 1
                else "1 command, as its acts have it"
            )
            yield troubles.build_finding(
                "commands", fine, "commands are not as their acts have them", Remedy.REBUILD
            )

    # Keys

    def check_keys(self) -> Iterator[IntegrityFinding]:
        """The answers that are kept for keys, by their sums."""
        troubles, count, before = DamageList(), 0, None
        for row in self._db.execute(sql.ALL_ANSWERS):
            count += 1
            if not _is_original_answer(row) or row["entry"] == before:
                troubles.add_detail(
                    f"the answer for the key “{row['key']}” is not the one that was given"
                )
            before = row["entry"]
        fine = f"{count:,} answers kept for --once" if count != 1 else "1 answer kept for --once"
        yield troubles.build_finding(
            "keys", fine, "answers kept for --once are not what was answered"
        )

    # Numbers

    def check_numbers(self) -> Iterator[IntegrityFinding]:
        """Numbers are never given twice: SQLite remembers the highest of each table."""
        troubles = DamageList()
        counted = self._db.execute(
            "SELECT name, seq FROM sqlite_sequence ORDER BY name, seq"
        ).fetchall()
        there = [tuple(row) for row in self._db.execute(sql.HIGHEST_NUMBERS)]
        for name, number in sorted(set(map(tuple, counted)) ^ set(there), key=str):
            if (name, number) not in there:
                troubles.add_detail(f"the next {name} would come after number {number}")
        if len(counted) != len(there) and not troubles.count:
            troubles.add_detail("which numbers come next is not written down as it should be")
        yield troubles.build_finding(
            "numbers",
            "those that come next were never used",
            "the numbers that come next are not those",
            Remedy.REBUILD,
        )

    def check_clock(self) -> Iterator[IntegrityFinding]:
        yield self._chain.check_clock()


def _format_difference(name: str, there: object, given: object) -> str:
    """How a value differs from what the acts give, in full where it is short."""
    if any(len(str(value)) > _MAX_SHOWN_CHARACTERS for value in (there, given)):
        return f"{name} is not what its acts say"
    return f"{name} is {_format_compared_value(there)}, by its acts {_format_compared_value(given)}"


def _format_compared_value(value: object) -> str:
    return "empty" if value is None else f"“{value}”" if isinstance(value, str) else str(value)


def _is_original_answer(row: Row) -> bool:
    """Whether a kept answer is the one that was given."""
    try:
        again = codec.encode_answer(
            codec.decode_answer(row["answer"]),
            row["head"],
            row["key"],
            row["entry"],
            row["request"],
        )
    except DECODING_ERRORS:
        return False
    return again == str(row["answer"])
