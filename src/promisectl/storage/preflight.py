"""What stands in the ledger's place is looked at before SQLite touches it: what is strange is refused, and stays as it is."""

from __future__ import annotations

import os
import stat
from contextlib import suppress

from promisectl import errors
from promisectl.compiled import sql

_SQLITE_MAGIC = b"SQLite format 3\0"
_WAL_MODE_BYTES = b"\2\2"
_FILE_KIND_NAMES = {
    stat.S_IFDIR: "a directory",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_directory_owner(path: str) -> None:
    """Refuse a directory that is not for this user: root in that of another, or one of another that a link leads into.

    Raises AsRoot, LeadsAway.
    """
    user = getattr(os, "geteuid", None)  # Windows has none
    if user is None:
        return
    me, real = user(), os.path.realpath(path)
    directory = os.path.dirname(real)
    while not os.path.isdir(directory):  # it is yet to be made
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
    """Refuse what is no file, without opening it: a pipe would wait for a writer. Raises NotALedger."""
    try:
        kind = stat.S_IFMT(os.stat(path).st_mode)
    except FileNotFoundError:
        if os.path.islink(path):
            raise errors.NotALedger(path, "is not a file, but a link to nothing") from None
        raise
    if kind != stat.S_IFREG:
        raise errors.NotALedger(
            path, f"is not a file, but {_FILE_KIND_NAMES.get(kind, 'something')}"
        )


def check_hard_links(path: str, *, writing: bool) -> None:
    """Refuse a file with several names. Raises TwoNames.

    One that a founding left behind, killed before it could take its first name away, is no harm: a move takes it away.
    """
    if os.stat(path).st_nlink == 1:
        return
    left = _find_leftover_names(os.path.realpath(path))
    names = os.stat(path).st_nlink  # looked up once more: the founding may be at it just now
    if names > 1 + len(left):
        raise errors.HardLinkedLedger(path, names)
    for name in left if writing else ():
        with suppress(FileNotFoundError):
            os.unlink(name)


def _find_leftover_names(path: str) -> list[str]:
    """The names under which the file was founded, which `founding` and `backups` choose."""
    import re

    from promisectl.system import files

    directory, name = os.path.split(path)
    ours = re.compile(re.escape(name) + files.TEMPORARY_SUFFIX_PATTERN)
    found = [os.path.join(directory, one) for one in os.listdir(directory) if ours.fullmatch(one)]
    return [one for one in found if os.path.samefile(one, path)]


def read_sqlite_header(path: str) -> bytes:
    """What the file begins with. Raises Damaged where it is no database."""
    with open(path, "rb") as file:
        first = file.read(100)
    if not first:
        raise errors.DamagedLedger(path, "is empty, which a ledger never is")
    if not first.startswith(_SQLITE_MAGIC):
        raise errors.DamagedLedger(path, "is damaged, or no ledger at all")
    return first


def is_ledger_header(first: bytes) -> bool:
    """Whether what a file begins with is the beginning of a ledger, of whatever schema step."""
    return first.startswith(_SQLITE_MAGIC) and decode_header_numbers(first)[0] == sql.APPLICATION_ID


def decode_header_numbers(first: bytes) -> tuple[int, int]:
    """Whose it is, and its schema step, as the file says at its beginning."""
    return int.from_bytes(first[68:72], "big"), int.from_bytes(first[60:64], "big")


def check_journal_mode(path: str, first: bytes, *, writing: bool) -> None:
    """Refuse a log of changes that is not its own, and for a look a mode in which that would write. Raises ForeignJournal, LogsAhead."""
    ahead = first[18:20] == _WAL_MODE_BYTES
    if not ahead and _is_nonempty_file(f"{os.path.realpath(path)}-wal"):
        raise errors.ForeignJournal(path)
    if ahead and not writing:
        raise errors.WalModeLedger(path)


def _is_nonempty_file(path: str) -> bool:
    try:
        return os.stat(path).st_size > 0
    except OSError:
        return False
