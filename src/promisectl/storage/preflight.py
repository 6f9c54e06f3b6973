"""Check the file at the ledger's path before SQLite opens it; a foreign file stays as it is."""

from __future__ import annotations

import os
import stat
import time
from contextlib import suppress

from promisectl import errors
from promisectl.compiled import sql

SQLITE_SIDE_FILE_SUFFIXES = ("-journal", "-wal", "-shm")
"""The endings of the files that SQLite keeps beside a database."""
_SQLITE_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_EMPTY_FILE_WAITS = (0.01, 0.05, 0.1)  # seconds
_WAL_MODE_BYTES = b"\2\2"
_FILE_KIND_NAMES = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFLNK: "a link",
}


def check_directory_owner(path: str) -> None:
    """Refuse to let root write into another user's directory, or a link lead into one.

    Raises RootInForeignDirectory or LinkIntoForeignDirectory.
    """
    get_user = getattr(os, "geteuid", None)
    if get_user is None:  # on Windows
        return
    me, real = get_user(), os.path.realpath(path)
    directory = os.path.dirname(real)
    while not os.path.isdir(directory):  # the first move will create it
        directory = os.path.dirname(directory)
    owner = os.stat(directory).st_uid
    if me == 0 and owner != 0:
        raise errors.RootInForeignDirectory(path, _format_user(owner))
    if owner not in (me, 0) and real != os.path.abspath(path):
        raise errors.LinkIntoForeignDirectory(path, real, _format_user(owner))


def _format_user(user: int) -> str:
    try:
        return str(__import__("pwd").getpwuid(user).pw_name)
    except (ImportError, KeyError):
        return f"#{user}"


def check_file_kind(path: str) -> None:
    """Refuse anything but a regular file, without opening it, as a pipe would wait for a writer.

    Raises NotALedger.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        if os.path.islink(path):
            raise errors.NotALedger(path, "is a broken link") from None
        raise
    _ensure_regular_file(path, mode)


def check_side_files(path: str) -> None:
    """Refuse what is not a file under a name that SQLite uses for its journals of a ledger.

    SQLite would wait for the writer of a pipe forever. Raises NotALedger.
    """
    real = os.path.realpath(path)
    for suffix in SQLITE_SIDE_FILE_SUFFIXES:
        with suppress(FileNotFoundError, NotADirectoryError):
            _ensure_regular_file(real + suffix, os.lstat(real + suffix).st_mode)


def _ensure_regular_file(path: str, mode: int) -> None:
    kind = stat.S_IFMT(mode)
    if kind != stat.S_IFREG:
        kind_name = _FILE_KIND_NAMES.get(kind, "something else")
        raise errors.NotALedger(path, f"is {kind_name}, not a file")


def check_hard_links(path: str, *, writing: bool) -> None:
    """Refuse a file with several names. Raises HardLinkedLedger.

    A temporary name does no harm: it is left when a command is killed before it removes the name
    under which it created the file. A command that is `writing` removes such names.
    """
    if os.stat(path).st_nlink == 1:
        return
    import re

    from promisectl.system import files

    directory, name = os.path.split(os.path.realpath(path))
    is_temporary = re.compile(re.escape(name) + files.TEMPORARY_SUFFIX_PATTERN).fullmatch
    candidates = [
        os.path.join(directory, other) for other in os.listdir(directory) if is_temporary(other)
    ]
    leftover_names = [candidate for candidate in candidates if os.path.samefile(candidate, path)]
    names = os.stat(path).st_nlink  # counted again, as the command may just be removing its name
    if names > 1 + len(leftover_names):
        raise errors.HardLinkedLedger(path, names)
    if writing:
        for leftover in leftover_names:
            with suppress(FileNotFoundError):
                os.unlink(leftover)


def read_sqlite_header(path: str) -> bytes:
    """Return the header of a database file, 100 bytes. Raises DamagedLedger if it has none.

    Where there are no hard links, a ledger that is created is empty for a moment.
    """
    for wait in (*_EMPTY_FILE_WAITS, 0):
        with open(path, "rb") as file:
            header = file.read(_HEADER_BYTES)
        if header or not wait:
            break
        time.sleep(wait)
    if not header:
        raise errors.DamagedLedger(path, "is empty; a ledger never is")
    if not header.startswith(_SQLITE_MAGIC):
        raise errors.DamagedLedger(path, "is damaged, or is not a ledger")
    return header


def is_ledger_header(header: bytes) -> bool:
    """Whether the first bytes of a file are those of a ledger, of any schema step."""
    if not header.startswith(_SQLITE_MAGIC):
        return False
    application, _ = decode_header_numbers(header)
    return application == sql.APPLICATION_ID


def decode_header_numbers(header: bytes) -> tuple[int, int]:
    """Return the application ID and the schema step that the header of a file holds."""
    return int.from_bytes(header[68:72], "big"), int.from_bytes(header[60:64], "big")


def is_in_wal_mode(path: str) -> bool:
    """Whether a file is a database in WAL mode; false for one that can't be read."""
    with suppress(OSError):
        if stat.S_ISREG(os.stat(path).st_mode):
            with open(path, "rb") as file:
                header = file.read(_HEADER_BYTES)
            return header.startswith(_SQLITE_MAGIC) and header[18:20] == _WAL_MODE_BYTES
    return False


def check_journal_mode(path: str, header: bytes, *, writing: bool) -> None:
    """Refuse a write-ahead log of another ledger, and for reading a ledger in WAL mode.

    In that mode, even reading would write files. Raises ForeignJournal or WalModeLedger.
    """
    in_wal_mode = header[18:20] == _WAL_MODE_BYTES
    if not in_wal_mode:
        with suppress(OSError):  # there is no log
            if os.stat(f"{os.path.realpath(path)}-wal").st_size:
                raise errors.ForeignJournal(path)
    elif not writing:
        raise errors.WalModeLedger(path)
