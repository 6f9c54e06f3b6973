"""The uids that are known while a file is imported, of the ledger and of the file: on the disk beside, so that neither has to be small."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql

if TYPE_CHECKING:
    import sqlite3


class KnownUid(NamedTuple):
    """A promise of that uid: its number, the line of the file that has it, and whether it has `begun` in the ledger.

    It has not where the command that made it was taken back, so that it can be made again.
    """

    number: int
    line: int | None
    begun: bool


class ImportUids:
    """The uids of the ledger as it is now, and of the lines that are taken in after it."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db
        db.execute(
            "CREATE TEMP TABLE uids (uid TEXT PRIMARY KEY, number INTEGER, line INTEGER, begun INTEGER) WITHOUT ROWID"
        )
        db.execute(sql.INSERT_KNOWN_UIDS)
        self.highest: int = db.execute("SELECT coalesce(max(number), 0) FROM temp.uids").fetchone()[
            0
        ]

    def find_uid(self, uid: str) -> KnownUid | None:
        """Whoever has that uid."""
        row = self._db.execute(
            "SELECT number, line, begun FROM temp.uids WHERE uid = ?", (uid,)
        ).fetchone()
        return KnownUid(row[0], row[1], bool(row[2])) if row else None

    def add_uid(self, uid: str, number: int, line: int) -> None:
        """Remember a line of the file."""
        if not self._db.in_transaction:
            self._db.execute(
                "BEGIN"
            )  # of the temporary table alone: the ledger is let go of, and each line would be one otherwise
        self._db.execute("REPLACE INTO temp.uids VALUES (?, ?, ?, 1)", (uid, number, line))
