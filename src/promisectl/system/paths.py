"""The paths of this machine: the ledger, the config and the backups."""

from __future__ import annotations

import os
import sys

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def default_ledger_path(environ: Mapping[str, str]) -> str:
    """Return the path of the ledger when nobody names another one."""
    return os.path.join(
        _find_user_directory(environ, "XDG_DATA_HOME", "~/.local/share", "user_data_dir"),
        "ledger.db",
    )


def default_config_path(environ: Mapping[str, str]) -> str:
    """Return the path of the config."""
    return os.path.join(
        _find_user_directory(environ, "XDG_CONFIG_HOME", "~/.config", "user_config_dir"),
        "config.toml",
    )


def default_backup_directory(environ: Mapping[str, str], ledger: str) -> str:
    """Return the directory for backups of a ledger.

    Every ledger but the default one has a directory of its own, because file names can be equal.
    """
    directory = os.path.join(
        _find_user_directory(environ, "XDG_STATE_HOME", "~/.local/state", "user_state_dir"),
        "backups",
    )
    path = os.path.realpath(ledger)
    if path == os.path.realpath(default_ledger_path(environ)):
        return directory
    import hashlib

    name = os.path.splitext(os.path.basename(path))[0]
    return os.path.join(directory, f"{name}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}")


def has_files(directory: str) -> bool:
    """Whether a directory exists and contains anything."""
    try:
        return bool(os.listdir(directory))
    except OSError:
        return False


def _find_user_directory(
    environ: Mapping[str, str], variable: str, fallback: str, platform_function: str
) -> str:
    """Return our directory by the XDG variables, or as Windows and macOS have it."""
    home = environ.get(variable, "")
    if not os.path.isabs(home) and sys.platform in ("win32", "darwin"):  # pragma: no cover
        import platformdirs

        return str(getattr(platformdirs, platform_function)("promisectl", appauthor=False))
    return os.path.join(home if os.path.isabs(home) else os.path.expanduser(fallback), "promisectl")
