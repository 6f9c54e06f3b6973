"""The acts gone through in their order: each by its hash over the one before, and what they tell of commands and moments on the way."""

from __future__ import annotations

import json
from contextlib import closing

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain.findings import (
    CheckRequest,
    DamageList,
    IntegrityFinding,
    IntegrityResult,
    Remedy,
)
from promisectl.domain.promise import Verb
from promisectl.storage import codec
from promisectl.storage.known_uids import UidMap

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping
    from typing import Any

    Row = Mapping[str, Any]


DECODING_ERRORS = (
    errors.Problem,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)
"""Whatever a text that somebody changed may do to those who read it."""


class Chain:
    """All acts, as they follow each other.

    When they have been gone through, `undone` are the commands that are taken back, each with the one that did it; `broken` the
    promises and people of whom an act is not as it was recorded, the latter as negative numbers; `order` what is wrong with the
    order, `moments` where a command has another moment than its acts, by its number.
    """

    def __init__(self, db: sqlite3.Connection, asked: CheckRequest) -> None:
        self._db = db
        self._asked = asked
        self._hash = ""
        self._number = self._entry = self._first_entry = self._highest_promise = 0
        self._matching_acts: list[int] = []  # the acts whose hash begins as it was asked for
        self._latest_moment = ""
        self._moments_ahead, self._moments_behind = _MomentRange(), _MomentRange()
        self.undone: dict[int, int] = {}
        self.broken: set[int] = set()
        self.order_damage = DamageList()
        self.entry_moments: dict[int, str] = {}

    def check_acts(self) -> Iterator[IntegrityFinding]:
        """Whether each act is what was recorded, and whether the head that is asked for is among them."""
        broken = DamageList()
        with closing(UidMap()) as self._uids:
            for row in self._db.execute(sql.ACTS_WITH_ENTRIES):
                self._asked.on_progress()
                self._check_act(row, broken)
        fine = (
            "1 act, as it was recorded"
            if self._number == 1
            else f"{self._number:,} acts, each as it was recorded"
        )
        yield broken.build_finding("chain", fine, "acts are not what was recorded")
        if self._asked.head:
            yield self._check_head()

    def _check_act(self, row: Row, broken: DamageList) -> None:
        number, place = row["number"], f"act {row['number']}{format_act_subject(row)}"
        if number != self._number + 1:
            broken.add_detail(f"act {self._number + 1} is missing")
        if not self._has_right_hash(row):
            broken.add_detail(f"{place} is not what was recorded")
            self.broken.add(-row["person"] if row["promise"] is None else row["promise"])
        elif self._asked.head and row["hash"].startswith(self._asked.head):
            self._matching_acts.append(number)
        if row["command"] is None or row["entry"] < self._entry:
            self.order_damage.add_detail(
                f"{place} belongs to no command, or to one before the last"
            )
        elif row["recorded_at_of_entry"] != row["recorded_at"]:
            self.entry_moments[row["entry"]] = row["recorded_at"]
        self._check_moment(row)
        self._number, self._entry, self._hash = number, row["entry"], row["hash"]

    def _has_right_hash(self, row: Row) -> bool:
        """Whether the hash of an act is the one over it and the act before it; what it says of other rows is taken down."""
        try:
            subject = row["person"] if row["promise"] is None else self._resolve_uid(row)
            if row["verb"] in (Verb.UNDO, Verb.REDO):
                self._mark_undone(row)
            fits: bool = (
                codec.compute_act_hash(self._hash, row["command"], subject, row) == row["hash"]
            )
        except errors.CannotWrite:  # the disk of the temporary file is full, which is no damage
            raise
        except DECODING_ERRORS:
            return False
        return fits

    def _resolve_uid(self, row: Row) -> str:
        """The uid of the promise that an act is about, as its first act says it."""
        number: int = row["promise"]
        self._first_entry = self._first_entry or row["entry"]
        uid: str | None = self._uids.find_value(number)
        if uid is None:
            uid = json.loads(row["body"])["uid"]
            self._uids.add_value(number, uid)
            kept = (
                row["verb"] == Verb.IMPORT and row["entry"] == self._first_entry
            )  # the first import keeps the numbers it finds
            if not kept and number != self._highest_promise + 1:
                self.order_damage.add_detail(
                    f"act {row['number']} makes #{number} where #{self._highest_promise + 1} was the next"
                )
            self._highest_promise = max(self._highest_promise, number)
        return uid

    def _mark_undone(self, row: Row) -> None:
        target = codec.decode_undo_target(row)
        if row["verb"] == Verb.UNDO:
            self.undone[target] = row["entry"]
        else:
            self.undone.pop(target, None)

    def _check_moment(self, row: Row) -> None:
        if row["recorded_at"] < self._latest_moment:
            self._moments_behind.add_moment(row["recorded_at"])
        elif self._asked.now and row["recorded_at"] > self._asked.now:
            self._moments_ahead.add_moment(row["recorded_at"])
        self._latest_moment = max(self._latest_moment, row["recorded_at"])

    def _check_head(self) -> IntegrityFinding:
        wish = self._asked.head
        if not self._matching_acts:
            says = f"no act has the head {wish}: what came last was cut off, this is an older copy, or all of it was written anew"
            return IntegrityFinding("expect", IntegrityResult.WRONG, says, cure=Remedy.RESTORE)
        later = self._number - self._matching_acts[-1]
        since = (
            f"act {self._matching_acts[-1]:,}, and {later:,} more came after it"
            if later
            else "the newest act"
        )
        return IntegrityFinding(
            "expect", IntegrityResult.OK, f"the head that is expected is {since}"
        )

    def check_clock(self) -> IntegrityFinding:
        """Moments that can't be right. Acts are in order by their numbers, so that is no damage."""
        details = (
            *self._moments_ahead.format_lines("after this moment"),
            *self._moments_behind.format_lines("before an earlier act"),
        )
        if not details:
            return IntegrityFinding(
                "clock", IntegrityResult.OK, "time went forward from act to act"
            )
        return IntegrityFinding(
            "clock", IntegrityResult.NOTE, "the clock was ahead, or a day was set", details
        )


class _MomentRange:
    """Acts with a moment that can't be right: how many, and from when to when."""

    def __init__(self) -> None:
        self._count, self._first, self._last = 0, "", ""

    def add_moment(self, moment: str) -> None:
        """One more."""
        self._first = min(self._first or moment, moment)
        self._last = max(self._last, moment)
        self._count += 1

    def format_lines(self, how: str) -> Iterator[str]:
        """All of them in one line, where there are any."""
        when = self._first if self._first == self._last else f"from {self._first} to {self._last}"
        if self._count:
            yield f"{f'{self._count:,} acts are' if self._count > 1 else '1 act is'} dated {how}, {when}"


def format_act_subject(row: Row) -> str:
    """What an act is about, in brackets, where it stands in a sentence."""
    whom = f"#{row['promise']}" if row["promise"] is not None else f"person {row['person']}"
    return f" ({row['verb']}, {whom})"
