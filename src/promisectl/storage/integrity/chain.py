"""The acts gone through in their order: each by its hash over the one before, and what they tell of commands and moments on the way."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain.findings import Asked, Cure, Finding, Result, Troubles
from promisectl.domain.promise import Verb
from promisectl.storage import codec

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    Row = Mapping[str, Any]


_LATELY = 10_000  # promises
NONSENSE = (errors.Problem, KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError, RecursionError)
"""Whatever a text that somebody changed may do to those who read it."""


class Chain:
    """All acts, as they follow each other.

    When they have been gone through, `undone` are the commands that are taken back, each with the one that did it; `broken` the
    promises and people of whom an act is not as it was recorded, the latter as negative numbers; `order` what is wrong with the
    order, `moments` where a command has another moment than its acts, by its number.
    """

    def __init__(self, db: sqlite3.Connection, asked: Asked) -> None:
        self._db = db
        self._asked = asked
        self._hash = ""
        self._number = self._entry = self._first = self._highest = 0
        self._heads: list[int] = []  # the acts whose hash begins as it was asked for
        self._latest = ""
        self._ahead, self._back = _Dated(), _Dated()
        self._uids = Uids()
        self.undone: dict[int, int] = {}
        self.broken: set[int] = set()
        self.order = Troubles()
        self.moments: dict[int, str] = {}

    def findings(self) -> Iterator[Finding]:
        """Whether each act is what was recorded, and whether the head that is asked for is among them."""
        broken = Troubles()
        with closing(self._uids):
            for row in self._db.execute(sql.PLACED_ACTS):
                self._asked.heard()
                self._take(row, broken)
        fine = "1 act, as it was recorded" if self._number == 1 else f"{self._number:,} acts, each as it was recorded"
        yield broken.finding("chain", fine, "acts are not what was recorded")
        if self._asked.head:
            yield self._head()

    def _take(self, row: Row, broken: Troubles) -> None:
        number, place = row["number"], f"act {row['number']}{about(row)}"
        if number != self._number + 1:
            broken.add(f"act {self._number + 1} is missing")
        if not self._fits(row):
            broken.add(f"{place} is not what was recorded")
            self.broken.add(-row["person"] if row["promise"] is None else row["promise"])
        elif self._asked.head and row["hash"].startswith(self._asked.head):
            self._heads.append(number)
        if row["command"] is None or row["entry"] < self._entry:
            self.order.add(f"{place} belongs to no command, or to one before the last")
        elif row["recorded_at_of_entry"] != row["recorded_at"]:
            self.moments[row["entry"]] = row["recorded_at"]
        self._look_at_the_clock(row)
        self._number, self._entry, self._hash = number, row["entry"], row["hash"]

    def _fits(self, row: Row) -> bool:
        """Whether the hash of an act is the one over it and the act before it; what it says of other rows is taken down."""
        try:
            subject = row["person"] if row["promise"] is None else self._uid(row)
            if row["verb"] in (Verb.UNDO, Verb.REDO):
                self._take_back(row)
            fits: bool = codec.chained_row(self._hash, row["command"], subject, row) == row["hash"]
        except NONSENSE:
            return False
        return fits

    def _uid(self, row: Row) -> str:
        """The uid of the promise that an act is about, as its first act says it."""
        number: int = row["promise"]
        self._first = self._first or row["entry"]
        uid = self._uids.of(number)
        if uid is None:
            uid = json.loads(row["body"])["uid"]
            self._uids.add(number, uid)
            kept = row["verb"] == Verb.IMPORT and row["entry"] == self._first  # the first import keeps the numbers it finds
            if not kept and number != self._highest + 1:
                self.order.add(f"act {row['number']} makes #{number} where #{self._highest + 1} was the next")
            self._highest = max(self._highest, number)
        return uid

    def _take_back(self, row: Row) -> None:
        target = codec.target_of(row)
        if row["verb"] == Verb.UNDO:
            self.undone[target] = row["entry"]
        else:
            self.undone.pop(target, None)

    def _look_at_the_clock(self, row: Row) -> None:
        if row["recorded_at"] < self._latest:
            self._back.add(row["recorded_at"])
        elif self._asked.now and row["recorded_at"] > self._asked.now:
            self._ahead.add(row["recorded_at"])
        self._latest = max(self._latest, row["recorded_at"])

    def _head(self) -> Finding:
        wish = self._asked.head
        if not self._heads:
            says = f"no act has the head {wish}: what came last was cut off, this is an older copy, or all of it was written anew"
            return Finding("expect", Result.WRONG, says, cure=Cure.RESTORE)
        later = self._number - self._heads[-1]
        since = f"act {self._heads[-1]:,}, and {later:,} more came after it" if later else "the newest act"
        return Finding("expect", Result.OK, f"the head that is expected is {since}")

    def clock(self) -> Finding:
        """Moments that can't be right. Acts are in order by their numbers, so that is no damage."""
        details = (*self._ahead.told("after this moment"), *self._back.told("before an earlier act"))
        if not details:
            return Finding("clock", Result.OK, "time went forward from act to act")
        return Finding("clock", Result.NOTE, "the clock was ahead, or a day was set", details)


class Uids:
    """The uid of every promise: those that were spoken of lately at hand, all of them in a nameless file that goes with the examination.

    An index of the ledger could tell them, too; but that may be what is damaged.
    """

    def __init__(self) -> None:
        self._lately: dict[int, str] = {}
        self._all = sqlite3.connect("", isolation_level=None)
        for statement in ("PRAGMA journal_mode = OFF", "CREATE TABLE uid (number INTEGER PRIMARY KEY, uid BLOB)", "BEGIN"):
            self._ask(statement)

    def add(self, number: int, uid: str) -> None:
        """Remember that of a promise."""
        self._ask("INSERT INTO uid VALUES (?, ?)", (number, codec.canonical(uid).encode(errors="surrogatepass")))
        self._bring(number, uid)

    def of(self, number: int) -> str | None:
        """That of a promise; None where it is not known yet."""
        uid = self._lately.get(number)
        if uid is None:
            for (found,) in self._ask("SELECT uid FROM uid WHERE number = ?", (number,)):
                uid = json.loads(str(found, "utf-8", "surrogatepass"))
                self._bring(number, uid)
        return uid

    def close(self) -> None:
        """Forget them all."""
        self._all.close()

    def _ask(self, statement: str, bound: tuple[Any, ...] = ()) -> list[Any]:
        """What SQLite answers. Raises CannotWrite: that the temporary file can't be written says nothing of the ledger."""
        try:
            return self._all.execute(statement, bound).fetchall()
        except sqlite3.OperationalError as error:
            raise errors.CannotWrite("A temporary file", str(error)) from error

    def _bring(self, number: int, uid: str) -> None:
        self._lately[number] = uid
        if len(self._lately) > _LATELY:
            del self._lately[next(iter(self._lately))]


class _Dated:
    """Acts with a moment that can't be right: how many, and from when to when."""

    def __init__(self) -> None:
        self._count, self._first, self._last = 0, "", ""

    def add(self, moment: str) -> None:
        """One more."""
        self._first = min(self._first or moment, moment)
        self._last = max(self._last, moment)
        self._count += 1

    def told(self, how: str) -> Iterator[str]:
        """All of them in one line, where there are any."""
        when = self._first if self._first == self._last else f"from {self._first} to {self._last}"
        if self._count:
            yield f"{f'{self._count:,} acts are' if self._count > 1 else '1 act is'} dated {how}, {when}"


def about(row: Row) -> str:
    """What an act is about, in brackets, where it stands in a sentence."""
    whom = f"#{row['promise']}" if row["promise"] is not None else f"person {row['person']}"
    return f" ({row['verb']}, {whom})"
