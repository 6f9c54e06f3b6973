"""The bytes of a damaged ledger, put aside in the directory of backups before a restore."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.storage import preflight
from promisectl.storage.backup import create
from promisectl.system import files

if TYPE_CHECKING:
    from datetime import datetime
    from typing import IO

_COPY_CHUNK_BYTES = 1 << 20


class RestorePlace(NamedTuple):
    """The path of the ledger, the directory of its backups, and the moment of the restore (UTC)."""

    path: str
    directory: str
    now: datetime


def put_aside_ledger(place: RestorePlace, file: IO[bytes] | None = None) -> str:
    """Copy a damaged ledger and its journals into the directory of backups.

    `file` is the ledger, open; None to put aside the journals alone. Deletes the journals beside
    the ledger. Returns the first copy. Raises NotALedger for a journal that is not a file, OSError,
    and FileExistsError when another command puts something aside at the same moment.
    """
    preflight.check_side_files(place.path)
    target = create.find_free_name(*place, kind="damaged")
    copies = []
    if file:
        _write_aside_file(file, target)
        copies.append(target)
    journals = list_journals(place.path)
    for journal in journals:
        copies.append(target + journal[journal.rindex("-") :])
        with open(journal, "rb") as journal_file:
            _write_aside_file(journal_file, copies[-1])
    files.sync_path(place.directory)
    for journal in journals:
        os.unlink(journal)
    return copies[0]


def list_journals(path: str) -> list[str]:
    """Return the files that SQLite has left beside a ledger."""
    real = os.path.realpath(path)
    names = [real + suffix for suffix in preflight.SQLITE_SIDE_FILE_SUFFIXES]
    return [name for name in names if os.path.lexists(name)]


def _write_aside_file(file: IO[bytes], target: str) -> None:
    temporary = files.choose_temporary_name(target)
    try:
        with open(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as copy:
            shutil.copyfileobj(file, copy, _COPY_CHUNK_BYTES)
            copy.flush()
            files.flush_descriptor(copy.fileno())
        files.link_finished_file(temporary, target)
    finally:
        with suppress(OSError):
            os.unlink(temporary)
