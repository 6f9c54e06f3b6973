"""The check of all rows against the acts: promises, people, commands, answers, numbers."""

from __future__ import annotations

import sqlite3
from itertools import groupby
from operator import itemgetter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle
from promisectl.domain.findings import (
    CheckRequest,
    DamageList,
    IntegrityFinding,
    Remedy,
    build_unreadable_finding,
)
from promisectl.domain.person_acts import PersonAct, replay_person_acts
from promisectl.storage import codec, connection, links, sqlite_errors
from promisectl.storage.integrity.chain import Chain, format_act_subject
from promisectl.storage.integrity.second_process import SecondProcessFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any, TypeVar

    from promisectl.domain.people import Person
    from promisectl.domain.promise import Act, Opening, Promise
    from promisectl.storage.integrity.second_process import SecondProcess

    _A = TypeVar("_A", Act, PersonAct)

_LOWEST_ID, _HIGHEST_ID = -(2**63), 2**63 - 1  # of any row
_MAX_SHOWN_CHARACTERS = 60  # of each value in a difference
PERSON_COLUMNS = ("handle", "name", "merged_into")
"""The columns of a person that follow from the acts about that person."""


def check_ledger_contents(
    db: sqlite3.Connection, request: CheckRequest, second: SecondProcess | None = None
) -> Iterator[IntegrityFinding]:
    """Return the findings about the acts and the rows of the ledger, one by one.

    Stops when SQLite can't read the chain, as all other checks need it. A `second` process checks
    the promises from some number on; raises SecondProcessFailedError where it can't.
    """
    checks = ContentChecks(db, request, second)
    for name in ("chain", "promises", "people", "acts", "commands", "keys", "numbers", "clock"):
        check: Callable[[], Iterator[IntegrityFinding]] = getattr(checks, f"check_{name}")
        try:
            yield from check()
        except sqlite3.Error as error:
            sqlite_errors.refuse_temporary_file_failure(error)
            yield build_unreadable_finding(name, error)
            if name == "chain":
                return


def check_imported_contents(db: sqlite3.Connection, chain: Chain) -> Iterator[IntegrityFinding]:
    """Return the findings about what an import has written beside acts and promises.

    Of the acts, `chain` holds what the import has noted; it has compared their hashes, and
    HistoryCheck their contents. The rows of promises were written from these just now.
    """
    checks = ContentChecks(db, CheckRequest(), chain=chain)
    yield from checks.check_people()
    yield from checks.check_acts()
    yield from checks.check_commands()
    yield from checks.check_keys()
    yield from checks.check_numbers()


class ContentChecks:
    """The checks of what one ledger holds; a `chain` is one that has read the acts already.

    Each uses the results of those before it, so they are made in the order of
    `check_ledger_contents`, and the iterator of each is read to its end.
    """

    def __init__(
        self,
        db: sqlite3.Connection,
        request: CheckRequest,
        second: SecondProcess | None = None,
        chain: Chain | None = None,
    ) -> None:
        self._db = db
        self._second = second
        self._on_progress = request.on_progress
        self._chain = chain or Chain(db, request)
        self._act_damage = self._chain.order_damage
        self._met_people: set[int] = set()
        step = connection.read_schema_step(db)
        self._rederived = {
            name for later, names in sql.REDERIVED_COLUMNS.items() if later > step for name in names
        }

    def check_chain(self) -> Iterator[IntegrityFinding]:
        """Return the findings of the chain of acts."""
        yield from self._chain.check_acts()

    # Promises

    def check_promises(self) -> Iterator[IntegrityFinding]:
        """Compare the row of each promise with the promise that its acts give."""
        damage = DamageList()
        if self._second and self._second.first_promise is not None:
            count = self._compare_promises(_LOWEST_ID, self._second.first_promise - 1, damage)
            count += self._second.wait_for_count(self._on_progress)
        else:
            count = self._compare_promises(_LOWEST_ID, _HIGHEST_ID, damage)
        fine = (
            "1 promise matches its history"
            if count == 1
            else f"{count:,} promises match their history"
        )
        wrong = "promises do not match their history"
        yield damage.build_finding("promises", fine, wrong, Remedy.REBUILD)

    def count_matching_promises(self, first: int) -> int:
        """Return how many promises have the number `first` or a higher one.

        Raises SecondProcessFailedError unless all of them match their history.
        """
        damage = DamageList()
        count = self._compare_promises(first, _HIGHEST_ID, damage)
        if damage.count or self._act_damage.count:
            raise SecondProcessFailedError
        return count

    def _compare_promises(self, first: int, last: int, damage: DamageList) -> int:
        """Compare the promises between two numbers, both included, and return how many there are.

        Adds to `damage` what is wrong with their rows.
        """
        count, between = 0, {"first": first, "last": last}
        parts = links.KeptParts(self._db)
        self._met_people = {row["person"] for row in self._db.execute(sql.MET_PEOPLE)}
        rows = iter(self._db.execute(sql.PROMISES_BETWEEN, between))  # by number, as the acts are
        row = next(rows, None)
        all_acts = self._db.execute(sql.ACTS_OF_PROMISES_BETWEEN, between)
        for number, acts in groupby(all_acts, itemgetter("promise")):
            while row and row["id"] < number:
                damage.add_detail(f"#{row['id']} was never made")
                row = next(rows, None)
            own_row = None
            if row and row["id"] == number:
                own_row, row = row, next(rows, None)
            promise = self.replay_promise(number, acts)
            count += 1
            if promise and number not in self._chain.broken:
                self.compare_promise(number, own_row, promise, damage)
                self.check_opening(number, promise.opening)
                parts.keep_part(number, promise.part_of)
        while row:
            damage.add_detail(f"#{row['id']} was never made")
            row = next(rows, None)
        for number in parts.list_parts_of_missing():
            self._add_missing_link(number)
        parts.drop_all()
        return count

    def replay_promise(self, number: int, rows: Iterator[Mapping[str, Any]]) -> Promise | None:
        """Return the promise that its acts give, or None if an act can't be read or replayed.

        Notes what is wrong with the acts.
        """
        acts = [self._decode_act(row, codec.decode_written_act) for row in rows]
        readable = [act for act in acts if act is not None]
        if len(readable) < len(acts):
            return None
        try:
            return lifecycle.replay_acts(number, readable)
        except codec.DECODING_ERRORS as error:
            if number not in self._chain.broken:
                self._act_damage.add_detail(f"the history of #{number} is not possible: {error}")
            return None

    def _decode_act(self, row: Mapping[str, Any], decode: Callable[[Any], _A | None]) -> _A | None:
        """Return the act of a row if a command could have written the row; else note it."""
        self._on_progress()
        try:
            act = decode(row)
        except errors.DamagedContent:
            act = None
        if act is not None:
            return act
        self._act_damage.add_detail(
            f"act {row['number']}{format_act_subject(row)} has content that no command records"
        )
        return None

    def compare_promise(
        self, number: int, row: sqlite3.Row | None, promise: Promise, damage: DamageList
    ) -> None:
        """Add to `damage` in which columns the row of a promise differs from its acts.

        The columns that a later schema step derives again are not compared before it.
        """
        columns = {**codec.encode_promise_row(promise), "id": number}
        if row is None:
            damage.add_detail(f"#{number} is missing")
            return
        stored = codec.sqlite_row_dict(row)
        for name in self._rederived:
            stored[name] = columns[name]
        if stored != columns:
            damage.add_detail(f"#{number}: {_format_differences(stored, columns)}")

    def check_opening(self, number: int, opening: Opening) -> None:
        """Note a promise with a person, or in the place of a promise, that no act is about."""
        is_known = opening.person is None or opening.person in self._met_people
        if opening.replaces is not None:
            replaced = self._db.execute(sql.ACTS_OF_PROMISE, {"promise": opening.replaces})
            is_known = is_known and replaced.fetchone() is not None
        if not is_known:
            self._add_missing_link(number)

    def _add_missing_link(self, number: int) -> None:
        self._act_damage.add_detail(
            f"the history of #{number} names a person or a promise that is missing"
        )

    # People

    def check_people(self) -> Iterator[IntegrityFinding]:
        """Compare the rows of people and of their aliases with the acts about people."""
        acts = [
            act
            for row in self._db.execute(sql.ACTS_OF_PEOPLE)
            if (act := self._decode_act(row, codec.decode_written_person_act))
        ]
        damage = DamageList()
        try:
            people = replay_person_acts(acts)
        except codec.DECODING_ERRORS:
            self._act_damage.add_detail("the history of people is not possible")
        else:
            self.compare_people(people, damage)
            self.compare_aliases(people, damage)
        count = len({act.person for act in acts})
        fine = (
            "1 person matches their history"
            if count == 1
            else f"{count:,} people match their history"
        )
        wrong = "people do not match their history"
        yield damage.build_finding("people", fine, wrong, Remedy.REBUILD)

    def compare_people(self, people: Mapping[int, Person], damage: DamageList) -> None:
        """Add to `damage` which rows of people differ from `people`, whom the acts give."""
        stored = {
            row["id"]: {name: row[name] for name in PERSON_COLUMNS}
            for row in self._db.execute(sql.ALL_PEOPLE)
        }
        expected = {
            person.id: {name: getattr(person, name) for name in PERSON_COLUMNS}
            for person in people.values()
        }
        for number in sorted(stored.keys() | expected.keys()):
            if -number in self._chain.broken:
                continue
            if number not in stored:
                damage.add_detail(f"person {number} is missing")
            elif number not in expected:
                damage.add_detail(f"person {number} was never added")
            elif stored[number] != expected[number]:
                differences = _format_differences(stored[number], expected[number])
                damage.add_detail(f"{expected[number]['handle']}: {differences}")

    def compare_aliases(self, people: Mapping[int, Person], damage: DamageList) -> None:
        """Add to `damage` which rows of aliases differ from the aliases of `people`."""
        stored = {(row["alias"], row["person"]) for row in self._db.execute(sql.ALIASES)}
        expected = {(alias, person.id) for person in people.values() for alias in person.aliases}
        for alias, number in sorted(stored ^ expected, key=str):
            what = "is missing" if (alias, number) in expected else "was never given"
            damage.add_detail(f"the alias “{alias}” of person {number} {what}")

    # Acts, which `check_chain`, `check_promises` and `check_people` have read

    def check_acts(self) -> Iterator[IntegrityFinding]:
        """Return what the checks before found wrong with the order and the content of acts."""
        yield self._act_damage.build_finding(
            "acts",
            "in order, and each is one that a command records",
            "acts are out of order, or are not what commands record",
        )

    # Commands

    def check_commands(self) -> Iterator[IntegrityFinding]:
        """Compare the row of each command with the acts of the command."""
        damage, without_acts, count = DamageList(), DamageList(), 0
        for row in self._db.execute(sql.ALL_ENTRIES):
            count += 1
            undone_by = self._chain.undone.get(row["id"])
            recorded_at = self._chain.entry_moments.get(row["id"])
            name = f"command {row['id']} ({row['command']})"
            if not row["said"]:
                without_acts.add_detail(f"{name} has no acts")
            elif row["undone_by"] != undone_by:
                difference = _format_difference("undone_by", row["undone_by"], undone_by)
                damage.add_detail(f"{name}: {difference}")
            elif recorded_at:
                difference = _format_difference("recorded_at", row["recorded_at"], recorded_at)
                damage.add_detail(f"{name}: {difference}")
        if without_acts.count:
            yield without_acts.build_finding("commands", "", "commands have no acts")
            return
        fine = (
            "1 command matches its acts" if count == 1 else f"{count:,} commands match their acts"
        )
        wrong = "commands do not match their acts"
        yield damage.build_finding("commands", fine, wrong, Remedy.REBUILD)

    # Keys

    def check_keys(self) -> Iterator[IntegrityFinding]:
        """Check the answers that are stored for `--once`, each by its checksum."""
        damage, count, previous_entry = DamageList(), 0, None
        for row in self._db.execute(sql.ALL_ANSWERS):
            count += 1
            if not _is_original_answer(row) or row["entry"] == previous_entry:
                damage.add_detail(
                    f"the answer for the key “{row['key']}” is not the one that was given"
                )
            previous_entry = row["entry"]
        fine = f"{count:,} --once keys are stored" if count else "no --once keys are stored"
        fine = "1 --once key is stored" if count == 1 else fine
        wrong = "stored --once keys were changed"
        yield damage.build_finding("keys", fine, wrong)

    # Numbers

    def check_numbers(self) -> Iterator[IntegrityFinding]:
        """Compare the highest number that SQLite keeps for each table with the rows.

        SQLite takes the next number from there, so it never gives a number twice.
        """
        damage = DamageList()
        query = "SELECT name, seq FROM sqlite_sequence ORDER BY name, seq"
        remembered = [tuple(row) for row in self._db.execute(query)]
        highest = [tuple(row) for row in self._db.execute(sql.HIGHEST_NUMBERS)]
        for name, number in sorted(set(remembered) ^ set(highest), key=str):
            if (name, number) not in highest:
                damage.add_detail(f"the next {name} would follow number {number}")
        if len(remembered) != len(highest) and not damage.count:
            damage.add_detail("the numbers in use are not recorded as they should be")
        yield damage.build_finding(
            "numbers",
            "the next IDs are free",
            "the next IDs are wrong",
            Remedy.REBUILD,
        )

    def check_clock(self) -> Iterator[IntegrityFinding]:
        """Return the finding about the moments of the acts."""
        yield self._chain.check_clock()


def _format_differences(stored: Mapping[str, object], expected: Mapping[str, object]) -> str:
    """Return each column that differs, in the order of `stored`."""
    return ", ".join(
        _format_difference(name, value, expected[name])
        for name, value in stored.items()
        if value != expected[name]
    )


def _format_difference(name: str, stored: object, expected: object) -> str:
    """Return how a column differs from its acts, with both values where they are short."""
    if any(len(str(value)) > _MAX_SHOWN_CHARACTERS for value in (stored, expected)):
        return f"{name} differs from its history"
    return f"{name} is {_format_column_value(stored)} instead of {_format_column_value(expected)}"


def _format_column_value(value: object) -> str:
    if value is None:
        return "empty"
    return f"“{value}”" if isinstance(value, str) else str(value)


def _is_original_answer(row: Mapping[str, Any]) -> bool:
    try:
        codec.decode_original_answer(row)
    except errors.DamagedContent:
        return False
    return True
