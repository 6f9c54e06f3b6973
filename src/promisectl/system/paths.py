"""The paths of this machine: the ledger, the config and the backups."""

from __future__ import annotations

import os
import sys

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SIGNS_OF_A_SHELL = "$`\\"  # in a path, it may be for a shell, or for that of Windows


def is_missing(path: str) -> bool:
    """Whether nothing has this path; False where that can't be found out.

    What is wrong with a path that can't be looked at, the call that uses it says.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except OSError:
        return False
    return False


def resolve_path(named: str) -> str:
    """Return the absolute path of a file that somebody named, with their home for `~`.

    Raises BadPlace for what a shell would have replaced, for spaces only, for a URL or a path of
    another system, and for a path from the current directory if that was deleted.
    """
    if not named.strip():
        raise errors.BadPlace(named, "it is empty")
    path = os.path.expanduser(named)
    if path.startswith("~"):
        if path[1:2] in ("", os.sep):
            raise errors.NoHome
        raise errors.BadPlace(named, "there is no such user")
    if "://" in path or path.startswith("file:"):
        raise errors.BadPlace(named, "it is a URL")
    try:
        path = os.path.abspath(path)
    except FileNotFoundError:
        why = "the current directory was deleted; go to another one with cd, or type the whole path"
        raise errors.BadPlace(named, why) from None
    if any(sign in path for sign in _SIGNS_OF_A_SHELL) and (why := _find_bad_sign(path, named)):
        raise errors.BadPlace(named, why)
    return path


def resolve_file_path(named: str) -> str:
    """Return what `resolve_path` does, for what can't be a directory. Raises BadPlace."""
    path = resolve_path(named)
    if named.endswith(os.sep) and not os.path.isdir(path):
        raise errors.BadPlace(named, "it ends like a directory; add a file name")
    return path


def _find_bad_sign(path: str, named: str) -> str:
    """Return what another shell or system should have done with a path; empty if it exists."""
    is_in_name = any(sign in os.path.basename(path) for sign in "$`")
    if not os.path.exists(path if is_in_name else os.path.dirname(path)):
        if any(
            piece[:1] in ("{", "(") or piece[:1].isidentifier() for piece in path.split("$")[1:]
        ):
            return "its variable was not replaced; a shell does that, but not inside '…'"
        if path.count("`") > 1:
            return "its command was not run; a shell does that, but not inside '…'"
    has_windows_start = named.startswith(("\\\\", "%")) or named[1:3] == ":\\"
    if os.sep == "/" and "\\" in named and has_windows_start and not os.path.exists(path):
        return "it is a Windows path, and this is not Windows"
    return ""


def default_ledger_path(environ: Mapping[str, str]) -> str:
    """Return the path of the ledger when nobody names another one. Raises NoHome."""
    return os.path.join(
        _find_user_directory(environ, "XDG_DATA_HOME", "~/.local/share", "user_data_dir"),
        "ledger.db",
    )


def default_copy_directory(environ: Mapping[str, str]) -> str:
    """Return the directory for the copies of ledgers on servers. Raises NoHome."""
    return os.path.join(os.path.dirname(default_ledger_path(environ)), "copies")


def is_copy(environ: Mapping[str, str], path: str) -> bool:
    """Whether a file is this machine's copy of a ledger on a server."""
    try:
        copies = default_copy_directory(environ)
    except errors.NoHome:
        return False
    return os.path.dirname(os.path.realpath(path)) == os.path.realpath(copies)


def find_config_path(environ: Mapping[str, str], named: str | None = None) -> str:
    """Return the path of the config: the one that was `named`, else that of PROMISECTL_CONFIG.

    Without either it is in the home directory; empty for a user without one. Raises BadPlace.
    """
    name = environ.get("PROMISECTL_CONFIG") or None if named is None else named
    return default_config_path(environ) if name is None else resolve_file_path(name)


def default_config_path(environ: Mapping[str, str]) -> str:
    """Return the path of the config where nobody names another one; empty without a home."""
    try:
        directory = _find_user_directory(environ, "XDG_CONFIG_HOME", "~/.config", "user_config_dir")
    except errors.NoHome:
        return ""
    return os.path.join(directory, "config.toml")


def default_backup_directory(environ: Mapping[str, str], ledger: str) -> str:
    """Return the directory for backups of a ledger.

    Every ledger but the default one has a directory of its own, because file names can be equal.
    For a user without a home, it is beside the ledger.
    """
    path = os.path.realpath(ledger)
    try:
        state = _find_user_directory(environ, "XDG_STATE_HOME", "~/.local/state", "user_state_dir")
    except errors.NoHome:
        state = os.path.dirname(path)
    directory = os.path.join(state, "backups")
    if is_default_ledger(environ, path):
        return directory
    import hashlib

    name = os.path.splitext(os.path.basename(path))[0]
    return os.path.join(directory, f"{name}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}")


def default_shown_rules_path(environ: Mapping[str, str]) -> str:
    """Return the path of the file that remembers which rules were shown today.

    It is empty for a user without a home, who has none.
    """
    try:
        state = _find_user_directory(environ, "XDG_STATE_HOME", "~/.local/state", "user_state_dir")
    except errors.NoHome:
        return ""
    return os.path.join(state, "shown-hints")


def is_default_ledger(environ: Mapping[str, str], path: str) -> bool:
    """Whether a ledger is the one that is used when nobody names another one."""
    try:
        return os.path.realpath(path) == os.path.realpath(default_ledger_path(environ))
    except errors.NoHome:
        return False


def has_files(directory: str) -> bool:
    """Whether a directory exists and contains anything."""
    try:
        return bool(os.listdir(directory))
    except OSError:
        return False


def _find_user_directory(
    environ: Mapping[str, str], variable: str, fallback: str, platform_function: str
) -> str:
    """Return our directory by the XDG variables, or as Windows and macOS have it.

    Raises NoHome where there is no home directory.
    """
    home = environ.get(variable, "")
    if not os.path.isabs(home) and sys.platform in ("win32", "darwin"):  # pragma: no cover
        import platformdirs

        return str(getattr(platformdirs, platform_function)("promisectl", appauthor=False))
    if not os.path.isabs(home):
        home = os.path.expanduser(fallback)
        if not os.path.isabs(home) or environ.get("HOME") == "":
            raise errors.NoHome
    return os.path.join(home, "promisectl")
