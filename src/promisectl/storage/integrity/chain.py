"""The check of all acts in their order: each has a hash that covers the act before it."""

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


_MAX_RECENT_UIDS = 10_000
"""How many uids are in memory: most acts are about a promise that others were lately about.

To look up each of them in the map takes two thirds of the time of computing the hashes.
"""


class Chain:
    """All acts in the order of their numbers, with what follows from them for other rows.

    These fields are complete after `check_acts`. `undone` maps each command that is undone to the
    command that undid it. `broken` holds the promises that have an act which is not as it was
    recorded, and the people, as negative numbers. `order_damage` lists what is wrong with the
    order of the acts. `entry_moments` maps a command whose moment differs from that of its acts
    to the moment of the acts.
    """

    def __init__(self, db: sqlite3.Connection, request: CheckRequest) -> None:
        self._db = db
        self._request = request
        self._clock = ClockCheck(request.now)
        self._hash = ""
        self._number = self._entry = self._first_entry = self._highest_promise = 0
        self._recent_uids: dict[int, str] = {}
        self._matching_acts: list[int] = []  # the acts whose hash begins with the head
        self.undone: dict[int, int] = {}
        self.broken: set[int] = set()
        self.order_damage = DamageList()
        self.entry_moments: dict[int, str] = {}

    def check_acts(self) -> Iterator[IntegrityFinding]:
        """Return a finding about the hashes of the acts, and one about the head if one is given."""
        broken = DamageList()
        with closing(UidMap()) as self._uids:
            for row in self._db.execute(sql.ACTS_WITH_ENTRIES):
                self._request.on_progress()
                self._check_act(row, broken)
        fine = (
            "1 act, as recorded" if self._number == 1 else f"{self._number:,} acts, all as recorded"
        )
        yield broken.build_finding("chain", fine, "acts were changed or removed")
        if self._request.head:
            yield self.check_head()

    def _check_act(self, row: Mapping[str, Any], broken: DamageList) -> None:
        number, entry, recorded_at = row["number"], row["entry"], row["recorded_at"]
        if number != self._number + 1:
            broken.add_detail(f"act {self._number + 1} is missing")
        if not self._has_right_hash(row):
            broken.add_detail(f"{_format_act_name(row)} was changed")
            self.broken.add(-(row["person"] or 0) if row["promise"] is None else row["promise"])
        elif self._request.head and row["hash"].startswith(self._request.head):
            self._matching_acts.append(number)
        if row["command"] is None or entry < self._entry:
            name = _format_act_name(row)
            self.order_damage.add_detail(f"{name} belongs to no command, or to an earlier one")
        elif row["recorded_at_of_entry"] != recorded_at:
            self.entry_moments[entry] = recorded_at
        self._clock.add_moment(recorded_at)
        self._number, self._entry, self._hash = number, entry, row["hash"]

    def _has_right_hash(self, row: Mapping[str, Any]) -> bool:
        """Whether the hash of an act fits the act and the one before it.

        Notes the uid that an act gives its promise, and the command that an act undoes.
        """
        try:
            subject = row["person"] if row["promise"] is None else self._resolve_uid(row)
            self.note_undo(row)
            fits: bool = (
                codec.compute_act_hash(self._hash, row["command"], subject, row) == row["hash"]
            )
        except errors.NoTemporaryFile:  # that is not damage
            raise
        except codec.DECODING_ERRORS:
            return False
        return fits

    def note_undo(self, row: Mapping[str, Any]) -> None:
        """Note the command that an act undoes or redoes, if it does. Raises DamagedContent."""
        verb = row["verb"]
        if verb == Verb.UNDO:
            self.undone[codec.decode_undo_target(row)] = row["entry"]
        elif verb == Verb.REDO:
            self.undone.pop(codec.decode_undo_target(row), None)

    def note_new_promise(self, row: Mapping[str, Any]) -> None:
        """Compare the number of a promise with the next one; the row is that of its first act."""
        number: int = row["promise"]
        self._first_entry = self._first_entry or row["entry"]
        # The first import keeps the numbers of its file.
        keeps_number = row["verb"] == Verb.IMPORT and row["entry"] == self._first_entry
        next_number = self._highest_promise + 1
        if not keeps_number and number != next_number:
            self.order_damage.add_detail(
                f"act {row['number']} makes #{number}, but #{next_number} was next"
            )
        self._highest_promise = max(self._highest_promise, number)

    def _resolve_uid(self, row: Mapping[str, Any]) -> str:
        """Return the uid of the promise of an act, which the first act of the promise holds."""
        number: int = row["promise"]
        uid: str | None = self._recent_uids.get(number)
        if uid is not None:
            return uid
        uid = self._uids.find_value(number)
        if uid is None:
            begun: str = json.loads(row["body"])["uid"]
            uid = begun
            self._uids.add_value(number, uid)
            self.note_new_promise(row)
        if len(self._recent_uids) == _MAX_RECENT_UIDS:
            self._recent_uids.clear()
        self._recent_uids[number] = uid
        return uid

    def check_head(self) -> IntegrityFinding:
        """Return a finding about the head that the request names; `check_acts` comes before."""
        if not self._matching_acts:
            sentence = (
                f"no act has the head {self._request.head}: the last acts were cut off, "
                "this is an older copy, or all acts were rewritten"
            )
            return IntegrityFinding("expect", IntegrityResult.WRONG, sentence, cure=Remedy.RESTORE)
        act = self._matching_acts[-1]
        later = self._number - act
        where = f"act {act:,}, with {later:,} after it" if later else "the newest act"
        return IntegrityFinding("expect", IntegrityResult.OK, f"the expected head is {where}")

    def check_clock(self) -> IntegrityFinding:
        """Return a finding about the moments of the acts; `check_acts` comes before."""
        return self._clock.build_finding()


class ClockCheck:
    """Looks for moments that can't be right, among those of acts in the order of their numbers.

    `now` is the moment of the check as it is stored; empty to accept any later moment. A wrong
    moment is not damage, as the number of an act decides its order.
    """

    def __init__(self, now: str) -> None:
        self._now = now
        self._latest = ""
        self._ahead, self._behind = _MomentRange(), _MomentRange()

    def add_moment(self, moment: str) -> None:
        """Compare the moment of the next act with now and with the moments before it."""
        if moment < self._latest:
            self._behind.add_moment(moment)
        elif self._now and moment > self._now:
            self._ahead.add_moment(moment)
        self._latest = max(self._latest, moment)

    def build_finding(self) -> IntegrityFinding:
        """Return the finding `clock`: a note where a moment can't be right."""
        details = (
            *self._ahead.format_lines("in the future"),
            *self._behind.format_lines("before an earlier act"),
        )
        if not details:
            return IntegrityFinding(
                "clock",
                IntegrityResult.OK,
                "no act is dated before an earlier one, or in the future",
            )
        return IntegrityFinding(
            "clock", IntegrityResult.NOTE, "the clock was ahead, or --today was used", details
        )


class _MomentRange:
    """The number of some moments, with the first and the last of them."""

    def __init__(self) -> None:
        self._count, self._first, self._last = 0, "", ""

    def add_moment(self, moment: str) -> None:
        """Count a moment."""
        self._first = min(self._first or moment, moment)
        self._last = max(self._last, moment)
        self._count += 1

    def format_lines(self, how: str) -> Iterator[str]:
        """Return one line about all moments, or none if there are none."""
        when = self._first if self._first == self._last else f"from {self._first} to {self._last}"
        acts = f"{self._count:,} acts are" if self._count > 1 else "1 act is"
        if self._count:
            yield f"{acts} dated {how}, {when}"


def _format_act_name(row: Mapping[str, Any]) -> str:
    return f"act {row['number']}{format_act_subject(row)}"


def format_act_subject(row: Mapping[str, Any]) -> str:
    """Return the verb of an act and its promise or person, in brackets after a space."""
    whom = f"#{row['promise']}" if row["promise"] is not None else f"person {row['person']}"
    return f" ({row['verb']}, {whom})"
