"""A map of promises that is kept on the disk, for a walk through a ledger or a file."""

from __future__ import annotations

import json
import sqlite3

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class UidMap:
    """A map from numbers or UUIDs to JSON values, in memory while it is small.

    What exceeds that goes to a temporary file, which `close` removes. Every method raises
    NoTemporaryFile when the file can't be written.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "PRAGMA cache_size = -8192",  # KiB; what exceeds that goes to the file
            "CREATE TABLE known (key PRIMARY KEY, value TEXT) WITHOUT ROWID",
            "BEGIN",
        ):
            self._run_statement(statement)

    def add_value(self, key: int | str, value: Any) -> None:
        """Store a JSON value under a key, in place of an earlier one."""
        self._run_statement("REPLACE INTO known VALUES (?, ?)", (key, json.dumps(value)))

    def find_value(self, key: int | str) -> Any:
        """Return the value of a key, or None."""
        for (value,) in self._run_statement("SELECT value FROM known WHERE key = ?", (key,)):
            return json.loads(value)
        return None

    def close(self) -> None:
        """Close the map and remove its file."""
        self._db.close()

    def _run_statement(self, statement: str, bound: tuple[Any, ...] = ()) -> list[Any]:
        """Run a statement; an error of the temporary file is not an error of the ledger."""
        try:
            return self._db.execute(statement, bound).fetchall()
        except sqlite3.DatabaseError as error:  # SQLite calls it malformed where it could not write
            raise errors.NoTemporaryFile(str(error), "SQLITE_TMPDIR") from error
