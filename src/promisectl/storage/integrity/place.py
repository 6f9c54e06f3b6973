"""The checks of the place of a ledger: access, files beside it, and the disk."""

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
_OWNER_FILE_MODE = 0o600
_OWNER_DIRECTORY_MODE = 0o700
_EXPOSED_MEANING = "others could read or change your files"
_LOCKED_MEANING = "nothing can be recorded"
_STRAY_FILE_MEANING = "other files are beside the ledger"
_OWN_DIRECTORY_NAME = "promisectl"  # of a directory that the program made for its files alone
_FRESH_SECONDS = 60  # in which a command may still be writing a file
_LEFTOVER_NAME = re.compile(f".+{files.TEMPORARY_SUFFIX_PATTERN}(-journal)?")
# What a service adds to the name: Dropbox, Nextcloud and Syncthing a word, Google Drive a number in
# brackets, iCloud a number after a space, OneDrive the name of the machine.
_CONFLICT_PART = re.compile(
    r"(?i:[ck]onfli[ck]?t)|\(\d+\)|^ \d+\.|^-(?!\d{8}T\d{6}Z)(?=[^.]*[A-Z])[\w-]+\."
)
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
    """What is wrong with a file or directory of the ledger, and how `doctor --fix` helps.

    `complaint` follows the path in a sentence. `meaning` is what the problem comes to; problems
    of one kind share it. `mode` is the mode that the path should get, None to leave it as it is;
    `is_leftover` is true where the file is to be deleted.
    """

    path: str
    complaint: str
    meaning: str
    mode: int | None = None
    is_leftover: bool = False


def check_ledger_place(path: str, backups: str) -> Iterator[IntegrityFinding]:
    """Return the findings about access, about the files beside the ledger, and about the disk.

    `path` is the ledger, `backups` the directory of its backups.
    """
    modes, strays = _iter_mode_problems(path, backups), _iter_stray_files(path, backups)
    yield _build_place_finding("private", "only you can read the ledger and its backups", modes)
    yield _build_place_finding("beside", "no other files are beside the ledger", strays)
    remote = find_remote_location(os.path.realpath(path))
    if remote:
        sentence = (
            f"{remote}, where two machines that write at once can damage it; "
            "keep the ledger on a local disk, and backups there"
        )
        yield IntegrityFinding("disk", IntegrityResult.NOTE, sentence)
    else:
        sentence = "on a local disk, as far as is known"
        yield IntegrityFinding("disk", IntegrityResult.OK, sentence)


def repair_place(path: str, backups: str) -> Iterator[str]:
    """Set the modes and delete the leftovers, and return a sentence about each. Raises OSError."""
    for problem in [*_iter_mode_problems(path, backups), *_iter_stray_files(path, backups)]:
        if problem.mode is not None:
            os.chmod(problem.path, problem.mode)
            yield f"{problem.path} now has the mode {problem.mode:04o}"
        elif problem.is_leftover:
            os.unlink(problem.path)
            yield f"{problem.path} was deleted"


def unlock_ledger(path: str) -> Iterator[str]:
    """Let the owner write to the ledger, and return a sentence about it. Raises OSError."""
    for problem in _iter_lock_problems(path):
        if problem.mode is not None:
            os.chmod(path, problem.mode)
            yield f"{path} now has the mode {problem.mode:04o}"


def _build_place_finding(
    check: str, fine: str, problems: Iterator[PlaceProblem]
) -> IntegrityFinding:
    details, meanings, is_fixable = DamageList(), dict[str, bool](), False
    for problem in problems:
        details.add_detail(f"{problem.path} {problem.complaint}")
        meanings[problem.meaning] = True
        is_fixable = is_fixable or problem.mode is not None or problem.is_leftover
    if not details.count:
        return IntegrityFinding(check, IntegrityResult.OK, fine)
    return IntegrityFinding(
        check,
        IntegrityResult.NOTE,
        ", and ".join(meanings),
        details.details,
        Remedy.FIX if is_fixable else Remedy.NONE,
    )


def _iter_mode_problems(path: str, backups: str) -> Iterator[PlaceProblem]:
    if os.name == "nt":  # pragma: no cover
        return
    directory = os.path.dirname(os.path.realpath(path))
    copies = [
        entry.path
        for entry in _list_directory(backups)
        if entry.name.endswith(".db") and entry.is_file(follow_symlinks=False)
    ]
    for file in (path, *copies):
        if os.path.isfile(file):
            yield from _check_mode_bits(file, _OTHERS_MODE_BITS, _OWNER_FILE_MODE)
    for folder in (directory, backups):
        if os.path.basename(folder) == _OWN_DIRECTORY_NAME or folder == backups:
            yield from _check_mode_bits(folder, _OTHERS_MODE_BITS, _OWNER_DIRECTORY_MODE)
        else:
            yield from _check_mode_bits(folder, _OTHERS_WRITE_BITS, None)
    with suppress(OSError):
        if not _is_own_file(path):
            yield PlaceProblem(path, "belongs to another user", _EXPOSED_MEANING)
    if os.path.isfile(path):
        yield from _iter_lock_problems(path)
    yield from _iter_lock_problems(directory)


def _iter_lock_problems(path: str) -> Iterator[PlaceProblem]:
    """Return the problem that keeps this user from writing to the ledger or to its directory."""
    is_file = os.path.isfile(path)
    access = os.W_OK if is_file else os.W_OK | os.X_OK
    if os.name == "nt" or not os.path.exists(path) or os.access(path, access):
        return
    mode = stat.S_IMODE(os.stat(path).st_mode)
    needed = _OWNER_FILE_MODE if is_file else _OWNER_DIRECTORY_MODE
    if mode & needed == needed or not _is_own_file(path):
        yield PlaceProblem(path, "can't be written to by you", _LOCKED_MEANING)
    else:
        change = f"chmod u+{'rw' if is_file else 'rwx'} {shlex.quote(path)}"
        complaint = f"has the mode {mode:04o}: {change}"
        yield PlaceProblem(path, complaint, _LOCKED_MEANING, needed if is_file else None)


def _is_own_file(path: str) -> bool:
    get_user = getattr(os, "geteuid", None)
    return not get_user or bool(os.stat(path).st_uid == get_user())


def _check_mode_bits(path: str, forbidden: int, wish: int | None) -> Iterator[PlaceProblem]:
    with suppress(OSError):
        mode = stat.S_IMODE(os.stat(path).st_mode)
        is_sticky = bool(mode & stat.S_ISVTX) and wish is None  # as /tmp is, which is safe
        if mode & forbidden and not is_sticky:
            more = f", not {wish:04o}" if wish else ": others can put files there"
            yield PlaceProblem(path, f"has the mode {mode:04o}{more}", _EXPOSED_MEANING, wish)


def _iter_stray_files(path: str, backups: str) -> Iterator[PlaceProblem]:
    for entry in (*_list_directory(os.path.dirname(path)), *_list_directory(backups)):
        with suppress(OSError):
            problem = classify_neighbour(entry, path)
            if problem:
                yield problem
    if os.path.islink(path):
        yield PlaceProblem(path, f"is a link to {os.path.realpath(path)}", "the ledger is a link")
    with suppress(OSError):
        names = os.stat(path).st_nlink
        if names > 1 and os.path.isfile(path):
            complaint = f"has {names} names; a ledger should have one"
            yield PlaceProblem(path, complaint, "the ledger has several names")


def classify_neighbour(entry: os.DirEntry[str], path: str) -> PlaceProblem | None:
    """Return what is wrong with a file beside the ledger at `path`, or None. Raises OSError.

    A file that changed in the last minute may belong to a command that is still running.
    """
    ledger_name = os.path.basename(path)
    stem = os.path.splitext(ledger_name)[0]
    is_named_alike = entry.name.startswith(stem)
    is_old = time.time() - entry.stat(follow_symlinks=False).st_mtime > _FRESH_SECONDS
    if is_old and is_named_alike and _LEFTOVER_NAME.fullmatch(entry.name):
        is_ledger = os.path.exists(path) and entry.is_file() and os.path.samefile(entry.path, path)
        what = "is a second name of the ledger" if is_ledger else "is a leftover"
        complaint = f"{what} of an interrupted command"
        return PlaceProblem(entry.path, complaint, _STRAY_FILE_MEANING, is_leftover=True)
    if is_old and entry.name in {f"{ledger_name}-journal", f"{ledger_name}-shm"}:
        complaint = "was left by an interrupted program; the next command that writes handles it"
        return PlaceProblem(entry.path, complaint, _STRAY_FILE_MEANING)
    added = entry.name.removeprefix(stem)
    if is_named_alike and entry.name != ledger_name and _CONFLICT_PART.search(added):
        complaint = "looks like a conflict copy of a sync service: open it with --ledger"
        return PlaceProblem(entry.path, complaint, _STRAY_FILE_MEANING)
    return None


def _list_directory(directory: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return []


def find_remote_location(path: str) -> str:
    """Return where a file is if other machines may write to it; empty if that is not known."""
    kind = find_file_system_kind(path)
    if kind.startswith(_NETWORK_FILE_SYSTEMS):
        return f"it is on a network file system ({kind})"
    directory = os.path.dirname(path)
    while directory != os.path.dirname(directory):
        has_marker = any(
            os.path.exists(os.path.join(directory, marker)) for marker in _SYNC_MARKER_FILES
        )
        if has_marker or _SYNC_SERVICE_NAME.search(os.path.basename(directory)):
            return f"it is in {directory}, which a service seems to synchronise"
        directory = os.path.dirname(directory)
    return ""


def find_file_system_kind(path: str) -> str:
    """Return the kind of file system a file is on, as Linux names it; empty on other systems."""
    try:
        with open("/proc/mounts", encoding="utf-8", errors="replace") as file:
            mounts = [line.split(" ")[1:3] for line in file]
    except OSError:
        return ""
    kinds = [(point.replace("\\040", " "), kind) for point, kind in mounts]
    above = [(point, kind) for point, kind in kinds if path.startswith(os.path.join(point, ""))]
    return max(above, key=lambda mount: len(mount[0]), default=("", ""))[1]
