"""The rows that link promises: their places in a series, and the bigger promise of a part.

They follow from the acts, as the rows of promises do.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import constants
from promisectl.storage import connection

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping
    from typing import Any

_CREATE_KEPT_PARTS = "CREATE TEMP TABLE IF NOT EXISTS kept_part (promise INTEGER, part_of TEXT)"


def add_links(db: sqlite3.Connection, number: int, columns: Mapping[str, Any]) -> None:
    """Add the links of a promise that has none yet; the bigger promise must be there.

    Raises RowNotWritten.
    """
    if columns["series"] is not None:
        _add_series(db, number, columns)
    if columns["part_of"] is not None:
        part = {"promise": number, "part_of": columns["part_of"]}
        connection.write_row(db, sql.ADD_PART, part)


def rewrite_links(db: sqlite3.Connection, number: int, columns: Mapping[str, Any]) -> None:
    """Replace the links of a promise. Raises RowNotWritten."""
    db.execute(sql.DELETE_SERIES, {"promise": number})
    db.execute(sql.DELETE_PART, {"promise": number})
    add_links(db, number, columns)


def _add_series(db: sqlite3.Connection, number: int, columns: Mapping[str, Any]) -> None:
    row = {"promise": number, **{name: columns[name] for name in ("series", "place", "of")}}
    connection.write_row(db, sql.ADD_SERIES, row)


def check_part_chain(db: sqlite3.Connection, number: int, bigger: int) -> None:
    """Refuse that a promise is a part of `bigger`, if that makes a ring or too long a chain.

    A promise that is not made yet may have any `number` that no other has. Raises PartsInRing and
    PartsTooDeep.
    """
    chain = [number, bigger]
    while chain[-1] != number and len(chain) <= constants.MAX_PART_CHAIN:
        row = db.execute(sql.BIGGER_OF_PART, {"promise": chain[-1]}).fetchone()
        if row is None:
            break
        chain.append(row["bigger"])
    if chain[-1] == number:
        raise errors.PartsInRing(chain)
    if len(chain) - 1 + count_part_levels(db, number) > constants.MAX_PART_CHAIN:
        raise errors.PartsTooDeep(bigger, constants.MAX_PART_CHAIN)


def count_part_levels(db: sqlite3.Connection, number: int) -> int:
    """Return how many promises the longest chain of parts below a promise has, itself included."""
    levels, lowest = 0, [number]
    while lowest and levels <= constants.MAX_PART_CHAIN:
        levels += 1
        lowest = [part for bigger in lowest for part in list_parts(db, bigger)]
    return levels


def list_parts(db: sqlite3.Connection, number: int) -> list[int]:
    """Return the IDs of the parts of a promise."""
    return [row["promise"] for row in db.execute(sql.PARTS_OF_BIGGER, {"bigger": number})]


def check_part_chains(db: sqlite3.Connection, numbers: Iterable[int]) -> None:
    """Refuse rings and too long chains through promises that are linked. See `check_part_chain`."""
    for number in numbers:
        row = db.execute(sql.BIGGER_OF_PART, {"promise": number}).fetchone()
        if row is not None:
            check_part_chain(db, number, row["bigger"])


class LinkFiller:
    """Adds the links of many promises, those to bigger promises after all promises are there."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self._parts = KeptParts(db)

    def add_promise(self, number: int, columns: Mapping[str, Any]) -> None:
        """Add the links of a promise, or keep them for the end."""
        if columns["series"] is not None:
            _add_series(self._db, number, columns)
        self._parts.keep_part(number, columns["part_of"])

    def add_parts(self) -> None:
        """Add the links to bigger promises, as far as these are there."""
        if self._parts.has_any:
            self._db.execute(sql.ADD_KEPT_PARTS)
            self._parts.drop_all()


class KeptParts:
    """The links to bigger promises that a walk through all promises finds, in a temporary table."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        self.has_any = False

    def keep_part(self, number: int, part_of: str | None) -> None:
        """Keep the uid of the promise that a promise is a part of, if it is one."""
        if part_of is None:
            return
        if not self.has_any:
            self._db.execute(_CREATE_KEPT_PARTS)
            self._db.execute("DELETE FROM temp.kept_part")  # of a walk that was stopped
            self.has_any = True
        self._db.execute("INSERT INTO temp.kept_part VALUES (?, ?)", (number, part_of))

    def list_parts_of_missing(self) -> list[int]:
        """Return the parts of promises that no act began."""
        if not self.has_any:
            return []
        return [row["promise"] for row in self._db.execute(sql.PARTS_OF_MISSING_PROMISES)]

    def drop_all(self) -> None:
        """Drop the table."""
        if self.has_any:
            self._db.execute("DROP TABLE temp.kept_part")
            self.has_any = False
