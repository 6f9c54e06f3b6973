"""Files and directories on the disk: private directories, synced names, finished files."""

from __future__ import annotations

import errno
import os
import sys
from contextlib import suppress

_NO_HARD_LINK_ERRNOS = (
    errno.EPERM,
    errno.EACCES,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
)
_NO_SYNC_ERRNOS = (errno.EINVAL, errno.ENOTSUP)  # some network file systems can't sync a directory
_MAX_SMALL_FILE_CHARACTERS = 1000
TEMPORARY_SUFFIX_PATTERN = r"\.[0-9a-f]{16}\.new"
"""The pattern of the suffix that a file has while it is being written."""


def choose_temporary_name(path: str) -> str:
    """Return a new name beside `path` for its file while it is being written."""
    return f"{path}.{os.urandom(8).hex()}.new"


def create_directories(directory: str) -> list[str]:
    """Create a directory and the missing ones above it, private (0700), and sync them.

    Return the directories that it created, outermost first. When their names can't be synced,
    remove them and raise the OSError.
    """
    created = _create_missing_directories(directory)
    try:
        sync_parent_directories(directory, {os.path.dirname(path) for path in created})
    except OSError:
        for path in reversed(created):
            with suppress(OSError):
                os.rmdir(path)
        raise
    return created


def _create_missing_directories(directory: str) -> list[str]:
    """Create a directory and the missing ones above it, private; return those it created."""
    missing, current = [], directory
    while not os.path.isdir(current) and current != os.path.dirname(current):
        missing.append(current)
        current = os.path.dirname(current)
    created = []
    for path in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(path, 0o700)
            created.append(path)
    return created


def read_small_file(path: str) -> str:
    """Return the first thousand characters of a file. Raises OSError and UnicodeDecodeError.

    It waits for nothing: a pipe in the place of the file is empty.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with open(descriptor, encoding="utf-8") as file:
        return file.read(_MAX_SMALL_FILE_CHARACTERS)


def replace_small_file(path: str, text: str) -> None:
    """Replace a private file at once, for what may be lost: nothing is synced. Raises OSError."""
    _create_missing_directories(os.path.dirname(path))
    temporary = choose_temporary_name(path)
    descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(temporary, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)
        raise


def sync_parent_directories(directory: str, changed: set[str]) -> None:
    """Sync every directory above `directory`, so that all names in its path are on the disk.

    All of them, because another command may have created one and been killed before it synced.
    Errors count only for directories in `changed`; one that may not be read is skipped.
    """
    above = os.path.dirname(directory)
    while above != directory:
        try:
            sync_path(above)
        except OSError as error:
            if above in changed and not isinstance(error, PermissionError):
                raise
        directory, above = above, os.path.dirname(above)


def sync_path(path: str) -> None:
    """Flush a file, or the names in a directory, to the disk.

    Windows and some network file systems can't sync a directory: there it does nothing.
    """
    if os.name == "nt" and os.path.isdir(path):  # pragma: no cover
        return
    descriptor = os.open(path, os.O_RDONLY if os.path.isdir(path) else os.O_RDWR)
    try:
        flush_descriptor(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC_ERRNOS:
            raise
    finally:
        os.close(descriptor)


def flush_descriptor(descriptor: int) -> None:
    """Flush a file or a directory to the disk; on macOS also out of the memory of the drive.

    fsync leaves it there on macOS, and F_FULLFSYNC is refused by some file systems.
    """
    if sys.platform == "darwin":
        from importlib import import_module

        fcntl = import_module("fcntl")
        with suppress(OSError):
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
            return
    os.fsync(descriptor)


def link_finished_file(temporary: str, target: str) -> None:
    """Give a finished file the name `target`, unless that exists. Raises FileExistsError.

    Without hard links, as on most USB sticks and on Android, it creates `target` first and then
    replaces it.
    """
    try:
        if hasattr(os, "link"):
            os.link(temporary, target)
            return
    except OSError as error:
        if error.errno not in _NO_HARD_LINK_ERRNOS:
            raise
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.replace(temporary, target)
    except BaseException:
        os.unlink(target)
        raise
