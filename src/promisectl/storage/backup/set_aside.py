"""Bytes that give way to others are put aside first, in the directory of backups."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.storage.backup import create
from promisectl.system import files

if TYPE_CHECKING:
    from datetime import datetime
    from typing import IO

_PIECE = 1 << 20  # bytes


class Place(NamedTuple):
    """Where the ledger is, where what was there is to be kept, and when that is."""

    path: str
    directory: str
    now: datetime


def put(place: Place, file: IO[bytes] | None = None) -> str:
    """Put aside the bytes of a ledger, and of the journal beside it, which goes; of the journal only, where no file is given.

    Returns where they are. Raises OSError; FileExistsError when another command has put something there just now.
    """
    target = create.free_name(*place, kind="damaged")
    if file:
        _keep(file, target)
    left = journals(place.path)
    kept = [target] if file else []
    for journal in left:
        kept.append(target + journal[journal.rindex("-") :])
        with open(journal, "rb") as beside:
            _keep(beside, kept[-1])
    files.sync(place.directory)
    for journal in left:
        os.unlink(journal)
    return kept[0]


def journals(path: str) -> list[str]:
    """What SQLite has left beside a ledger."""
    return [left for left in (os.path.realpath(path) + journal for journal in files.JOURNALS) if os.path.lexists(left)]


def _keep(file: IO[bytes], target: str) -> None:
    temporary = files.temporary_name(target)
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as kept:
            shutil.copyfileobj(file, kept, _PIECE)
            kept.flush()
            os.fsync(kept.fileno())
        files.give_name(temporary, target)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
