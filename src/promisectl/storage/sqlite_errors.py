"""What SQLite and the operating system complain of, in sentences that a person can act on."""

from __future__ import annotations

import errno
import os
import sqlite3

from promisectl import errors

_FULL = ("the disk is full", "Free some space and try again.")
_FAILS = ("the disk can't read or write it (input/output error)", "Try again; if it stays so, save a copy elsewhere and see: doctor.")
_UNLOCKABLE = ("the file system there has no locks", "Keep the ledger on a disk of this machine.")
_BY_CODE = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FAILS,
    sqlite3.SQLITE_IOERR_LOCK: _UNLOCKABLE,
    sqlite3.SQLITE_IOERR_RDLOCK: _UNLOCKABLE,
    sqlite3.SQLITE_PROTOCOL: _UNLOCKABLE,
}
_BY_NUMBER = {errno.ENOSPC: _FULL, getattr(errno, "EDQUOT", errno.ENOSPC): _FULL, errno.EIO: _FAILS}
_LACKING = ("no such table", "no such column", "no such view", "has no column named")
_NOT_ALLOWED = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM)


def of_sqlite(path: str, error: sqlite3.Error) -> errors.LedgerTrouble | None:
    """The sentence for what SQLite raised; None for what is a bug of ours."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
        return errors.Damaged(path, "is damaged, or no ledger at all")
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return errors.NotWhole(path, "acts are about a promise or a person whose row is gone")
    if not isinstance(error, sqlite3.OperationalError):
        return None
    if code == sqlite3.SQLITE_ERROR and any(words in str(error) for words in _LACKING):
        return errors.Damaged(path, f"lacks what every ledger has ({error}): no released promisectl wrote it so")
    if code & 0xFF in _NOT_ALLOWED:
        return errors.Unusable(path, "it, or the directory it is in, may not be written to or opened", _see(path))
    return errors.Unusable(path, *_BY_CODE.get(code, _BY_CODE.get(code & 0xFF, (str(error),))))


def of_system(path: str, error: OSError) -> errors.Unusable:
    """The sentence for what the operating system raised."""
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return errors.Unusable(path, f"this user may not ({error.strerror})", _see(path))
    return errors.Unusable(path, *_BY_NUMBER.get(error.errno or 0, (error.strerror or str(error),)))


def why(error: Exception) -> str:
    """What went wrong, for the brackets of a sentence."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)


def _see(path: str) -> str:
    return f"See who may: ls -la '{os.path.dirname(path)}'"
