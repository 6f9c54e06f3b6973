"""Names on the disk: directories made for me alone, files and their names flushed, a finished file given its name."""

from __future__ import annotations

import errno
import os
from contextlib import suppress

NO_HARD_LINK_ERRNOS = (
    errno.EPERM,
    errno.EACCES,
    errno.ENOTSUP,
    errno.EOPNOTSUPP,
    errno.ENOSYS,
    errno.EMLINK,
)
"""What the system says where it knows no hard links."""
SQLITE_SIDE_FILE_SUFFIXES = ("-journal", "-wal", "-shm")
"""What SQLite appends to a name for what it keeps beside a database."""


TEMPORARY_SUFFIX_PATTERN = r"\.[0-9a-f]{16}\.new"
"""What is appended to a name while its file is being written, as a pattern."""


def choose_temporary_name(path: str) -> str:
    """The name beside `path` under which its file is written until it is finished."""
    return f"{path}.{os.urandom(8).hex()}.new"


def create_directories(directory: str) -> list[str]:
    """Make what is missing of `directory`, for me alone (0700), and say what was made, outermost first, with its name on the disk."""
    whole, missing = directory, []
    while not os.path.isdir(directory) and directory != os.path.dirname(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    made = []
    for one in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(one, 0o700)
            made.append(one)
    try:
        _sync_parent_directories(whole, {os.path.dirname(one) for one in made})
    except OSError:
        for one in reversed(made):
            with suppress(OSError):
                os.rmdir(one)
        raise
    return made


def _sync_parent_directories(directory: str, changed: set[str]) -> None:
    """Have the name of a directory on the disk, and of every one above it: another command may have made them, and been killed since.

    What may not be read can't be synced, and what was not `changed` just now need not be.
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
    """Have a file, or the names in a directory, on the disk; where there is no such thing for directories, the system sees to it."""
    if os.name == "nt" and os.path.isdir(path):  # pragma: no cover
        return
    descriptor = os.open(path, os.O_RDONLY if os.path.isdir(path) else os.O_RDWR)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (
            errno.EINVAL,
            errno.ENOTSUP,
        ):  # some network file systems know no fsync of a directory
            raise
    finally:
        os.close(descriptor)


def link_finished_file(temporary: str, target: str) -> None:
    """Let a finished file be called `target` as well, if nothing is. Raises FileExistsError."""
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in NO_HARD_LINK_ERRNOS:
            raise
        os.close(
            os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        )  # a file system without links, such as that of most sticks
        try:
            os.replace(temporary, target)
        except BaseException:
            os.unlink(target)
            raise
