"""The place a ledger is in: who may read it, what lies beside it, and whether the disk is one that it can rely on."""

from __future__ import annotations

import os
import re
import shlex
import stat
import time
from contextlib import suppress

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.findings import DamageList, IntegrityFinding, IntegrityResult, Remedy
from promisectl.system import files

if TYPE_CHECKING:
    from collections.abc import Iterator

_OTHERS_MODE_BITS = 0o077
_OTHERS_WRITE_BITS = 0o022
_OWNER_MODES = {
    True: 0o600,
    False: 0o700,
}  # what the owner needs to record, of a file and of a directory
_EXPOSED_MEANING = "others could read or change what is yours"
_LOCKED_MEANING = "nothing can be recorded"
_STRAY_FILE_MEANING = "something lies beside the ledger"
_OWN_DIRECTORY_NAME = "promisectl"  # what the directories are called that are made for it alone
_FRESH_SECONDS = 60  # seconds in which a command may still be at work on a file
_LEFTOVER_NAME = re.compile(f".+{files.TEMPORARY_SUFFIX_PATTERN}(-journal)?")
_CONFLICT_NAME = re.compile(r"[ck]onfli[ck]?t|\(\d+\)", re.IGNORECASE)
_NETWORK_FILE_SYSTEMS = (
    "nfs",
    "cifs",
    "smb",
    "9p",
    "afs",
    "ceph",
    "gluster",
    "davfs",
    "ncpfs",
    "vboxsf",
    "fuse.sshfs",
    "fuse.rclone",
    "fuse.davfs",
)
_SYNC_SERVICE_NAME = re.compile(
    r"dropbox|onedrive|icloud|mobile documents|google ?drive|nextcloud|owncloud|pcloud|syncthing",
    re.IGNORECASE,
)
_SYNC_MARKER_FILES = (".stfolder", ".dropbox", ".sync")


class PlaceProblem(NamedTuple):
    """Something about a file or directory, in a sentence, and what helps, if that is plain: the mode it should have, or that it goes.

    `means` is what it comes to, together with others of its kind.
    """

    path: str
    says: str
    meaning: str
    mode: int | None = None
    is_leftover: bool = False


def check_ledger_place(path: str, backups: str) -> Iterator[IntegrityFinding]:
    """Whether the ledger at `path`, and what belongs to it, is private, alone, and on a disk of this machine."""
    modes, strangers = _iter_mode_problems(path, backups), _iter_stray_files(path, backups)
    yield _build_place_finding("private", "only you can read the ledger and its backups", modes)
    yield _build_place_finding("beside", "nothing else lies beside the ledger", strangers)
    where = _find_remote_location(os.path.realpath(path))
    says = f"{where}, where two machines that write at once can damage it: keep the ledger on a disk of this one, and backups there"
    yield (
        IntegrityFinding("disk", IntegrityResult.NOTE, says)
        if where
        else IntegrityFinding(
            "disk", IntegrityResult.OK, "on a disk of this machine, as far as can be told"
        )
    )


def repair_place(path: str, backups: str) -> Iterator[str]:
    """Give everything the mode it should have, take leftovers away, and say so. Raises OSError."""
    for trouble in [*_iter_mode_problems(path, backups), *_iter_stray_files(path, backups)]:
        if trouble.mode is not None:
            os.chmod(trouble.path, trouble.mode)
            yield f"{trouble.path} has the mode {trouble.mode:04o} now"
        elif trouble.is_leftover:
            os.unlink(trouble.path)
            yield f"{trouble.path} is gone"


def unlock_ledger(path: str) -> Iterator[str]:
    """Let the ledger be written to by who owns it, and say so. Raises OSError."""
    for trouble in _iter_lock_problems(path):
        if trouble.mode is not None:
            os.chmod(path, trouble.mode)
            yield f"{path} has the mode {trouble.mode:04o} now"


def _build_place_finding(check: str, fine: str, found: Iterator[PlaceProblem]) -> IntegrityFinding:
    troubles, mendable, means = DamageList(), False, {}
    for trouble in found:
        troubles.add_detail(f"{trouble.path} {trouble.says}")
        means[trouble.meaning] = True
        mendable = mendable or trouble.mode is not None or trouble.is_leftover
    if not troubles.count:
        return IntegrityFinding(check, IntegrityResult.OK, fine)
    return IntegrityFinding(
        check,
        IntegrityResult.NOTE,
        ", and ".join(means),
        troubles.details,
        Remedy.FIX if mendable else Remedy.NONE,
    )


def _iter_mode_problems(path: str, backups: str) -> Iterator[PlaceProblem]:
    if os.name == "nt":  # pragma: no cover
        return
    directory = os.path.dirname(os.path.realpath(path))
    kept = [
        one.path
        for one in _list_directory(backups)
        if one.name.endswith(".db") and one.is_file(follow_symlinks=False)
    ]
    for one in (path, *kept):
        if os.path.isfile(one):
            yield from _check_mode_bits(one, _OTHERS_MODE_BITS, 0o600)
    for one in (directory, backups):
        own = os.path.basename(one) == _OWN_DIRECTORY_NAME or one == backups
        yield from _check_mode_bits(
            one, _OTHERS_MODE_BITS if own else _OTHERS_WRITE_BITS, 0o700 if own else None
        )
    with suppress(OSError):
        if not _is_own_file(path):
            yield PlaceProblem(path, "belongs to another user", _EXPOSED_MEANING)
    for one in (path, directory) if os.path.isfile(path) else (directory,):
        yield from _iter_lock_problems(one)


def _iter_lock_problems(path: str) -> Iterator[PlaceProblem]:
    """What keeps this user from writing to the ledger, or to its directory."""
    is_file = os.path.isfile(path)
    if (
        os.name == "nt"
        or not os.path.exists(path)
        or os.access(path, os.W_OK if is_file else os.W_OK | os.X_OK)
    ):
        return
    mode = stat.S_IMODE(os.stat(path).st_mode)
    if mode & _OWNER_MODES[is_file] == _OWNER_MODES[is_file] or not _is_own_file(path):
        yield PlaceProblem(path, "may not be written to by you", _LOCKED_MEANING)
    else:
        says = f"has the mode {mode:04o}: chmod u+{'rw' if is_file else 'rwx'} {shlex.quote(path)}"
        yield PlaceProblem(path, says, _LOCKED_MEANING, _OWNER_MODES[is_file] if is_file else None)


def _is_own_file(path: str) -> bool:
    me = getattr(os, "geteuid", None)
    return not me or bool(os.stat(path).st_uid == me())


def _check_mode_bits(path: str, forbidden: int, wish: int | None) -> Iterator[PlaceProblem]:
    with suppress(OSError):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        if mode & forbidden and not (mode & stat.S_ISVTX and wish is None):
            yield PlaceProblem(
                path,
                f"has the mode {mode:04o}{f', not {wish:04o}' if wish else ': others can put files there'}",
                _EXPOSED_MEANING,
                wish,
            )


def _iter_stray_files(path: str, backups: str) -> Iterator[PlaceProblem]:
    name = os.path.basename(path)
    stem = os.path.splitext(name)[0]
    for one in (*_list_directory(os.path.dirname(path)), *_list_directory(backups)):
        with suppress(OSError):
            old = time.time() - one.stat(follow_symlinks=False).st_mtime > _FRESH_SECONDS
            if old and one.name.startswith(stem) and _LEFTOVER_NAME.fullmatch(one.name):
                same = os.path.exists(path) and one.is_file() and os.path.samefile(one.path, path)
                says = "is a second name of the ledger" if same else "is left over"
                yield PlaceProblem(
                    one.path,
                    f"{says} from a command that was cut off",
                    _STRAY_FILE_MEANING,
                    is_leftover=True,
                )
            elif old and one.name in {f"{name}-journal", f"{name}-shm"}:
                yield PlaceProblem(
                    one.path,
                    "was left by a program that was cut off; the next command that writes sees to it",
                    _STRAY_FILE_MEANING,
                )
            elif one.name.startswith(stem) and one.name != name and _CONFLICT_NAME.search(one.name):
                says = "looks like a copy that a service made when two machines wrote: look into it with --ledger"
                yield PlaceProblem(one.path, says, _STRAY_FILE_MEANING)
    if os.path.islink(path):
        yield PlaceProblem(path, f"is a link to {os.path.realpath(path)}", "the ledger is a link")
    with suppress(OSError):
        names = os.stat(path).st_nlink
        if names > 1 and os.path.isfile(path):
            yield PlaceProblem(
                path, f"has {names} names; a ledger should have one", "the ledger has several names"
            )


def _list_directory(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda one: one.name)
    except OSError:
        return []


def _find_remote_location(path: str) -> str:
    """Where a file is, if other machines have their hands on it; empty if it is not known to."""
    kind = _find_file_system(path)
    if kind.startswith(_NETWORK_FILE_SYSTEMS):
        return f"it lies on a network file system ({kind})"
    directory = os.path.dirname(path)
    while directory != os.path.dirname(directory):
        marked = any(os.path.exists(os.path.join(directory, mark)) for mark in _SYNC_MARKER_FILES)
        if marked or _SYNC_SERVICE_NAME.search(os.path.basename(directory)):
            return f"it lies in {directory}, which a service seems to synchronise"
        directory = os.path.dirname(directory)
    return ""


def _find_file_system(path: str) -> str:
    """The kind of file system a file is on, where Linux tells; empty elsewhere."""
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as file:
            mounts = [line.split(" ")[1:3] for line in file]
    except OSError:
        return ""
    below = [(place.replace("\\040", " "), kind) for place, kind in mounts]
    inside = [(place, kind) for place, kind in below if path.startswith(os.path.join(place, ""))]
    return max(inside, key=lambda one: len(one[0]), default=("", ""))[1]
