"""The promises that a walk through a ledger or a file has met, kept on the disk."""

from __future__ import annotations

import json
import sqlite3

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any


class UidMap:
    """Values by number or uid, any number of them, in a nameless file that goes with `close`.

    Every method raises CannotWrite where that file can't be written.
    """

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        for statement in (
            "PRAGMA journal_mode = OFF",
            "CREATE TABLE known (key PRIMARY KEY, value TEXT) WITHOUT ROWID",
            "BEGIN",
        ):
            self._run_statement(statement)

    def add_value(self, key: int | str, value: Any) -> None:
        """Remember what JSON can say, instead of what was there before."""
        self._run_statement("REPLACE INTO known VALUES (?, ?)", (key, json.dumps(value)))

    def find_value(self, key: int | str) -> Any:
        """The value of a key; None where there is none."""
        for (value,) in self._run_statement("SELECT value FROM known WHERE key = ?", (key,)):
            return json.loads(value)
        return None

    def close(self) -> None:
        """Forget them all."""
        self._db.close()

    def _run_statement(self, statement: str, bound: tuple[Any, ...] = ()) -> list[Any]:
        """Run a statement; whatever is wrong with the temporary file says nothing of the ledger."""
        try:
            return self._db.execute(statement, bound).fetchall()
        except sqlite3.OperationalError as error:
            raise errors.CannotWrite("A temporary file", str(error)) from error
