"""Copies of the whole ledger: made beside their place, checked, on the disk, and only then named."""

import os
from contextlib import closing, suppress
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from promisectl import errors
from promisectl.compiled import sql
from promisectl.storage import founding, opening

if TYPE_CHECKING:
    import sqlite3

MOST = 10
"""How many of its own the directory of backups holds."""


class Backup(NamedTuple):
    """A copy: where it is, how many promises and acts are in it, and the hash of the newest act, which stands for all of them."""

    path: str
    promises: int
    acts: int
    head: str


def keep(path: str, directory: str, now: datetime, before: str = "") -> Backup:
    """A copy of the ledger at `path` in the directory of backups, named by the moment and by the command it is made before, if any.

    Of those made here only the last `MOST` stay. Raises LedgerTrouble.
    """
    stem = os.path.splitext(os.path.basename(path))[0]
    name = f"{stem}-{now:%Y%m%dT%H%M%SZ}{f'-before-{before}' if before else ''}.db"
    founding.make_directories(directory)
    return make(path, os.path.join(directory, name))


def make(path: str, target: str) -> Backup:
    """A copy of the ledger at `path` as the file `target`, which must not be there yet. Raises LedgerTrouble, FileExistsError."""
    temporary = f"{target}.{os.urandom(8).hex()}.new"
    with opening.translated(path):
        try:
            os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            with closing(opening.connect(path, "ro")) as db:
                opening.patiently(path, lambda: db.execute("VACUUM INTO ?", (temporary,)))
            made = _checked(temporary)._replace(path=target)
            founding.sync(temporary)
            os.link(temporary, target)
        finally:
            with suppress(FileNotFoundError):
                os.unlink(temporary)
        founding.sync(os.path.dirname(os.path.abspath(target)))
    return made


def _checked(path: str) -> Backup:
    """What is in a copy, once SQLite finds nothing wrong with it. Raises NotALedger."""
    with closing(opening.connect(path, "ro")) as db:
        opening.check(path, db)
        if db.execute("PRAGMA integrity_check").fetchall()[0][0] != "ok":
            raise errors.NotALedger(path, "is damaged")
        (promises,) = db.execute("SELECT count(*) FROM promise").fetchone()
        last: sqlite3.Row | None = db.execute(sql.LAST_ACT).fetchone()
        return Backup(path, promises, last["number"] if last else 0, last["hash"] if last else "")
