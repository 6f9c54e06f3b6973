"""Programs of the user that promisectl runs: it examines who else could have changed them."""

from __future__ import annotations

import errno
import os
import stat

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import NoReturn

_MAX_LINKS = 40
_ROOT = 0
_NOBODY = 65534  # as a container shows who owns directories outside; there it can change nothing
_GROUP_OR_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_START_FAILURES = {
    errno.ENOENT: "the program that its first line names is missing",
    errno.ENOEXEC: "its first line has to name a program, as #!/bin/sh does",
}


def ensure_trusted_program(path: str, *, is_on_path: bool = False) -> None:
    """Refuse to run a file that anybody but the user and root can change. Raises CannotRun.

    The file, each link that leads to it and each directory above them belong to the user or to
    root, and nobody else can write to them. So nobody else can put another file there between this
    check and the start. Where a directory has the sticky bit, others can't replace what is not
    theirs.

    A program that `is_on_path` is in a directory from which the shell runs what it finds. Such a
    directory may belong to somebody else, and a group may write to it, as Homebrew has it.
    """
    try:
        file = _follow_links(path, is_on_path=is_on_path)
        state = os.lstat(file)
    except OSError as error:
        is_missing = error.errno in (errno.ENOENT, errno.ENOTDIR)
        why = "what it links to is missing" if is_missing else error.strerror or str(error)
        raise errors.CannotRun(path, why) from error
    if not stat.S_ISREG(state.st_mode):
        raise errors.CannotRun(path, "it is not a file")
    _check_owner(path, file, state)
    if state.st_mode & _GROUP_OR_OTHERS:
        _refuse_writable(path, file)
    if not os.access(file, os.X_OK):
        raise errors.CannotRun(path, "it is not executable", ("chmod", "+x", file))


def describe_start_failure(error: OSError) -> str:
    """Return why a program could not be started, as a part of a sentence."""
    return _START_FAILURES.get(error.errno or 0, error.strerror or str(error))


def _follow_links(path: str, *, is_on_path: bool) -> str:
    """Return the path without links, and check each link and directory on the way.

    Raises OSError and CannotRun.
    """
    rest, place, links = _split_backwards(os.path.abspath(path)), os.sep, 0
    while rest:
        part = rest.pop()
        if part == os.pardir:
            place = os.path.dirname(place)
            continue
        following = os.path.join(place, part)
        state = os.lstat(following)
        if stat.S_ISLNK(state.st_mode):
            _check_owner(path, following, state)
            links += 1
            if links > _MAX_LINKS:
                raise errors.CannotRun(path, "its links go in a circle")
            target = os.readlink(following)
            place = os.sep if target.startswith(os.sep) else place
            rest += _split_backwards(target)
            continue
        if stat.S_ISDIR(state.st_mode):
            _check_directory(path, following, state, is_on_path=is_on_path)
        place = following
    return place


def _split_backwards(path: str) -> list[str]:
    return [part for part in reversed(path.split(os.sep)) if part not in ("", os.curdir)]


def _check_directory(path: str, directory: str, state: os.stat_result, *, is_on_path: bool) -> None:
    """Refuse a directory in which others can replace what the user has in it."""
    if not is_on_path and state.st_uid != _NOBODY:
        _check_owner(path, directory, state)
    writers = stat.S_IWOTH if is_on_path else _GROUP_OR_OTHERS
    if state.st_mode & writers and not state.st_mode & stat.S_ISVTX:
        _refuse_writable(path, directory)


def _check_owner(path: str, place: str, state: os.stat_result) -> None:
    get_user = getattr(os, "geteuid", None)  # Windows has none, and no hooks
    if get_user and state.st_uid not in (_ROOT, get_user()):
        what = "it" if place == path else place
        raise errors.CannotRun(path, f"{what} belongs to another user")


def _refuse_writable(path: str, place: str) -> NoReturn:
    what = "it" if place == path else place
    raise errors.CannotRun(path, f"others can write to {what}", ("chmod", "go-w", place))
