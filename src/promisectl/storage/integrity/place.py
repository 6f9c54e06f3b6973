"""The place a ledger is in: who may read it, what lies beside it, and whether the disk is one that it can rely on."""

from __future__ import annotations

import os
import re
import shlex
import stat
import time
from contextlib import suppress

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import Cure, Finding, Result, Troubles
from promisectl.system import files

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHERS = 0o077
_OTHERS_WRITE = 0o022
_MINE = {True: 0o600, False: 0o700}  # what the owner needs to record, of a file and of a directory
_OPEN = "others could read or change what is yours"
_LOCKED = "nothing can be recorded"
_BESIDE = "something lies beside the ledger"
_OWN = "promisectl"  # what the directories are called that are made for it alone
_FRESH = 60  # seconds in which a command may still be at work on a file
_LEFT_OVER = re.compile(f".+{files.TEMPORARY}(-journal)?")
_CONFLICT = re.compile(r"[ck]onfli[ck]?t|\(\d+\)", re.IGNORECASE)
_NETWORK = ("nfs", "cifs", "smb", "9p", "afs", "ceph", "gluster", "davfs", "ncpfs", "vboxsf", "fuse.sshfs", "fuse.rclone", "fuse.davfs")
_SYNCED = re.compile(r"dropbox|onedrive|icloud|mobile documents|google ?drive|nextcloud|owncloud|pcloud|syncthing", re.IGNORECASE)
_SYNC_MARKS = (".stfolder", ".dropbox", ".sync")


class Trouble(NamedTuple):
    """Something about a file or directory, in a sentence, and what helps, if that is plain: the mode it should have, or that it goes.

    `means` is what it comes to, together with others of its kind.
    """

    path: str
    says: str
    means: str
    mode: int | None = None
    goes: bool = False


def findings(path: str, backups: str) -> Iterator[Finding]:
    """Whether the ledger at `path`, and what belongs to it, is private, alone, and on a disk of this machine."""
    modes, strangers = _modes(path, backups), _strangers(path, backups)
    yield _finding("private", "only you can read the ledger and its backups", modes)
    yield _finding("beside", "nothing else lies beside the ledger", strangers)
    where = _far_away(os.path.realpath(path))
    says = f"{where}, where two machines that write at once can damage it: keep the ledger on a disk of this one, and backups there"
    yield Finding("disk", Result.NOTE, says) if where else Finding("disk", Result.OK, "on a disk of this machine, as far as can be told")


def tidy(path: str, backups: str) -> Iterator[str]:
    """Give everything the mode it should have, take leftovers away, and say so. Raises OSError."""
    for trouble in [*_modes(path, backups), *_strangers(path, backups)]:
        if trouble.mode is not None:
            os.chmod(trouble.path, trouble.mode)
            yield f"{trouble.path} has the mode {trouble.mode:04o} now"
        elif trouble.goes:
            os.unlink(trouble.path)
            yield f"{trouble.path} is gone"


def unlock(path: str) -> Iterator[str]:
    """Let the ledger be written to by who owns it, and say so. Raises OSError."""
    for trouble in _locked(path):
        if trouble.mode is not None:
            os.chmod(path, trouble.mode)
            yield f"{path} has the mode {trouble.mode:04o} now"


def _finding(check: str, fine: str, found: Iterator[Trouble]) -> Finding:
    troubles, mendable, means = Troubles(), False, {}
    for trouble in found:
        troubles.add(f"{trouble.path} {trouble.says}")
        means[trouble.means] = True
        mendable = mendable or trouble.mode is not None or trouble.goes
    if not troubles.count:
        return Finding(check, Result.OK, fine)
    return Finding(check, Result.NOTE, ", and ".join(means), troubles.details, Cure.FIX if mendable else Cure.NONE)


def _modes(path: str, backups: str) -> Iterator[Trouble]:
    if os.name == "nt":  # pragma: no cover
        return
    directory = os.path.dirname(os.path.realpath(path))
    kept = [one.path for one in _in(backups) if one.name.endswith(".db") and one.is_file(follow_symlinks=False)]
    for one in (path, *kept):
        if os.path.isfile(one):
            yield from _mode(one, _OTHERS, 0o600)
    for one in (directory, backups):
        own = os.path.basename(one) == _OWN or one == backups
        yield from _mode(one, _OTHERS if own else _OTHERS_WRITE, 0o700 if own else None)
    with suppress(OSError):
        if not _own(path):
            yield Trouble(path, "belongs to another user", _OPEN)
    for one in (path, directory) if os.path.isfile(path) else (directory,):
        yield from _locked(one)


def _locked(path: str) -> Iterator[Trouble]:
    """What keeps this user from writing to the ledger, or to its directory."""
    is_file = os.path.isfile(path)
    if os.name == "nt" or not os.path.exists(path) or os.access(path, os.W_OK if is_file else os.W_OK | os.X_OK):
        return
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode & _MINE[is_file] == _MINE[is_file] or not _own(path):
        yield Trouble(path, "may not be written to by you", _LOCKED)
    else:
        says = f"has the mode {mode:04o}: chmod u+{'rw' if is_file else 'rwx'} {shlex.quote(path)}"
        yield Trouble(path, says, _LOCKED, _MINE[is_file] if is_file else None)


def _own(path: str) -> bool:
    me = getattr(os, "geteuid", None)
    return not me or bool(os.stat(path).st_uid == me())


def _mode(path: str, forbidden: int, wish: int | None) -> Iterator[Trouble]:
    with suppress(OSError):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        if mode & forbidden and not (mode & stat.S_ISVTX and wish is None):
            yield Trouble(path, f"has the mode {mode:04o}{f', not {wish:04o}' if wish else ': others can put files there'}", _OPEN, wish)


def _strangers(path: str, backups: str) -> Iterator[Trouble]:
    name = os.path.basename(path)
    stem = os.path.splitext(name)[0]
    for one in (*_in(os.path.dirname(path)), *_in(backups)):
        with suppress(OSError):
            old = time.time() - one.stat(follow_symlinks=False).st_mtime > _FRESH
            if old and one.name.startswith(stem) and _LEFT_OVER.fullmatch(one.name):
                same = os.path.exists(path) and one.is_file() and os.path.samefile(one.path, path)
                says = "is a second name of the ledger" if same else "is left over"
                yield Trouble(one.path, f"{says} from a command that was cut off", _BESIDE, goes=True)
            elif old and one.name in {f"{name}-journal", f"{name}-shm"}:
                yield Trouble(one.path, "was left by a program that was cut off; the next command that writes sees to it", _BESIDE)
            elif one.name.startswith(stem) and one.name != name and _CONFLICT.search(one.name):
                says = "looks like a copy that a service made when two machines wrote: look into it with --ledger"
                yield Trouble(one.path, says, _BESIDE)
    if os.path.islink(path):
        yield Trouble(path, f"is a link to {os.path.realpath(path)}", "the ledger is a link")
    with suppress(OSError):
        names = os.stat(path).st_nlink
        if names > 1 and os.path.isfile(path):
            yield Trouble(path, f"has {names} names; a ledger should have one", "the ledger has several names")


def _in(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda one: one.name)
    except OSError:
        return []


def _far_away(path: str) -> str:
    """Where a file is, if other machines have their hands on it; empty if it is not known to."""
    kind = _file_system(path)
    if kind.startswith(_NETWORK):
        return f"it lies on a network file system ({kind})"
    directory = os.path.dirname(path)
    while directory != os.path.dirname(directory):
        marked = any(os.path.exists(os.path.join(directory, mark)) for mark in _SYNC_MARKS)
        if marked or _SYNCED.search(os.path.basename(directory)):
            return f"it lies in {directory}, which a service seems to synchronise"
        directory = os.path.dirname(directory)
    return ""


def _file_system(path: str) -> str:
    """The kind of file system a file is on, where Linux tells; empty elsewhere."""
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as file:
            mounts = [line.split(" ")[1:3] for line in file]
    except OSError:
        return ""
    below = [(place.replace("\\040", " "), kind) for place, kind in mounts]
    inside = [(place, kind) for place, kind in below if path.startswith(os.path.join(place, ""))]
    return max(inside, key=lambda one: len(one[0]), default=("", ""))[1]
