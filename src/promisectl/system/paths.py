"""Where this machine keeps things: the ledger, the config, the backups."""

from __future__ import annotations

import os
import sys

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def default_ledger_path(environ: Mapping[str, str]) -> str:
    """Where the ledger is kept, if nobody says otherwise."""
    return os.path.join(
        _find_user_directory(environ, "XDG_DATA_HOME", "~/.local/share", "user_data_dir"),
        "ledger.db",
    )


def default_config_path(environ: Mapping[str, str]) -> str:
    """Where the config is."""
    return os.path.join(
        _find_user_directory(environ, "XDG_CONFIG_HOME", "~/.config", "user_config_dir"),
        "config.toml",
    )


def default_backup_directory(environ: Mapping[str, str], ledger: str) -> str:
    """Where backups of a ledger are kept, if nobody says otherwise: each has a directory of its own, as they may have one name."""
    directory = os.path.join(
        _find_user_directory(environ, "XDG_STATE_HOME", "~/.local/state", "user_state_dir"),
        "backups",
    )
    place = os.path.realpath(ledger)
    if place == os.path.realpath(default_ledger_path(environ)):
        return directory
    import hashlib

    name = os.path.splitext(os.path.basename(place))[0]
    return os.path.join(directory, f"{name}-{hashlib.sha256(os.fsencode(place)).hexdigest()[:8]}")


def has_files(directory: str) -> bool:
    """Whether there is a directory, with anything in it."""
    try:
        return bool(os.listdir(directory))
    except OSError:
        return False


def _find_user_directory(
    environ: Mapping[str, str], variable: str, fallback: str, custom: str
) -> str:
    """Our directory by the XDG base directories, or by the platform's own custom on Windows and macOS."""
    home = environ.get(variable, "")
    if not os.path.isabs(home) and sys.platform in ("win32", "darwin"):  # pragma: no cover
        import platformdirs

        return str(getattr(platformdirs, custom)("promisectl", appauthor=False))
    return os.path.join(home if os.path.isabs(home) else os.path.expanduser(fallback), "promisectl")
