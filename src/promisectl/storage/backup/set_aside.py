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

_COPY_CHUNK_BYTES = 1 << 20  # bytes


class RestorePlace(NamedTuple):
    """Where the ledger is, where what was there is to be kept, and when that is."""

    path: str
    directory: str
    now: datetime


def put_aside_ledger(place: RestorePlace, file: IO[bytes] | None = None) -> str:
    """Put aside the bytes of a ledger, and of the journal beside it, which goes; of the journal only, where no file is given.

    Returns where they are. Raises OSError; FileExistsError when another command has put something there just now.
    """
    target = create.find_free_name(*place, kind="damaged")
    if file:
        _write_aside_file(file, target)
    left = list_journals(place.path)
    kept = [target] if file else []
    for journal in left:
        kept.append(target + journal[journal.rindex("-") :])
        with open(journal, "rb") as beside:
            _write_aside_file(beside, kept[-1])
    files.sync_path(place.directory)
    for journal in left:
        os.unlink(journal)
    return kept[0]


def list_journals(path: str) -> list[str]:
    """What SQLite has left beside a ledger."""
    return [
        left
        for left in (
            os.path.realpath(path) + journal for journal in files.SQLITE_SIDE_FILE_SUFFIXES
        )
        if os.path.lexists(left)
    ]


def _write_aside_file(file: IO[bytes], target: str) -> None:
    temporary = files.choose_temporary_name(target)
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as kept:
            shutil.copyfileobj(file, kept, _COPY_CHUNK_BYTES)
            kept.flush()
            os.fsync(kept.fileno())
        files.link_finished_file(temporary, target)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
