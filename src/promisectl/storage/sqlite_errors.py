"""Turn errors of SQLite and of the operating system into errors that a person can act on."""

from __future__ import annotations

import errno
import os
import re
import sqlite3

from promisectl import errors

_DISK_FULL = ("the disk is full", "Free some space and try again.")
_DISK_FAILURE = (
    "the disk failed to read or write it (input/output error)",
    "Try again; if it fails again, copy the file elsewhere and see: promisectl doctor",
)
_NO_LOCKS = ("its file system has no locks", "Keep the ledger on a disk of this machine.")
_SENTENCES_BY_SQLITE_CODE = {
    sqlite3.SQLITE_FULL: _DISK_FULL,
    sqlite3.SQLITE_IOERR: _DISK_FAILURE,
    sqlite3.SQLITE_IOERR_LOCK: _NO_LOCKS,
    sqlite3.SQLITE_IOERR_RDLOCK: _NO_LOCKS,
    sqlite3.SQLITE_PROTOCOL: _NO_LOCKS,
}
_SENTENCES_BY_ERRNO = {
    errno.ENOSPC: _DISK_FULL,
    getattr(errno, "EDQUOT", errno.ENOSPC): _DISK_FULL,
    errno.EIO: _DISK_FAILURE,
}
_TEMPORARY_FILE_CODES = (
    sqlite3.SQLITE_IOERR_GETTEMPPATH,
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_TRUNCATE,
)
_MISSING_SCHEMA_MESSAGES = (
    "no such table",
    "no such column",
    "no such view",
    "has no column named",
)
_BAD_VALUE_MESSAGE = re.compile(
    "malformed JSON|Could not decode to UTF-8|integer overflow|user-defined function raised"
)
"""The messages of SQLite and its driver for a stored value that can't be read."""
_PERMISSION_SQLITE_CODES = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


class RowNotWritten(sqlite3.IntegrityError):
    """A row that is missing, or that another program's trigger prevents writing."""


def is_temporary_file_failure(error: sqlite3.Error) -> bool:
    """Whether an error of a connection that only reads is that of a temporary file.

    Such a connection writes nothing else: what it sorts or keeps of a large ledger. One that
    writes to the ledger does that in memory.
    """
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF == sqlite3.SQLITE_FULL or code in _TEMPORARY_FILE_CODES


def refuse_temporary_file_failure(error: sqlite3.Error) -> None:
    """Raise NoTemporaryFile where an error of a connection that only reads is that."""
    if is_temporary_file_failure(error):
        raise errors.NoTemporaryFile(str(error), "SQLITE_TMPDIR") from error


def explain_sqlite_error(path: str, error: sqlite3.Error) -> errors.LedgerError | None:
    """Return the error that explains an error of SQLite, or None if that shows a bug of ours."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return errors.DamagedLedger(path, "is damaged, or is not a ledger")
    if not isinstance(error, sqlite3.OperationalError) or _BAD_VALUE_MESSAGE.match(str(error)):
        return _explain_refused_row(path, error, code)
    is_part_missing = any(words in str(error) for words in _MISSING_SCHEMA_MESSAGES)
    if code == sqlite3.SQLITE_ERROR and is_part_missing:
        return errors.DamagedLedger(path, f"lacks a part that every ledger has ({error})")
    if code & 0xFF in _PERMISSION_SQLITE_CODES:
        return errors.LedgerUnusable(
            path,
            "you may not open or write it, or its directory",
            _format_permission_hint(path),
        )
    general = _SENTENCES_BY_SQLITE_CODE.get(code & 0xFF, (str(error),))
    return errors.LedgerUnusable(path, *_SENTENCES_BY_SQLITE_CODE.get(code, general))


def _explain_refused_row(
    path: str, error: sqlite3.Error, code: int
) -> errors.DamagedContent | None:
    """Return the error for a row that could not be written, or None if that shows a bug of ours."""
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return errors.DamagedContent(
            path, "acts are about a promise or a person whose row is missing"
        )
    if isinstance(error, RowNotWritten):
        return errors.DamagedContent(
            path, "a row is missing, or another program's trigger prevents writing it"
        )
    return None


def explain_system_error(path: str, error: OSError) -> errors.LedgerUnusable:
    """Return the error that explains an error of the operating system."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return errors.LedgerUnusable(
            path, f"you may not use it ({error.strerror})", _format_permission_hint(path)
        )
    own_words = (format_failure_reason(error),)
    return errors.LedgerUnusable(path, *_SENTENCES_BY_ERRNO.get(error.errno or 0, own_words))


def format_failure_reason(error: Exception) -> str:
    """Return what went wrong, for the brackets of a sentence."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def _format_permission_hint(path: str) -> str:
    """Return the command that shows who may use the nearest directory that is there."""
    directory = os.path.dirname(os.path.abspath(path))
    while not os.path.isdir(directory):
        directory = os.path.dirname(directory)
    return f"See who may: ls -la '{directory}'"
