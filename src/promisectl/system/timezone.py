"""In which time zone this machine is: by TZ, by the config, or by what the system has written down."""

from __future__ import annotations

import os
import sys

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_local_zone(environ: Mapping[str, str], said: str | None = None) -> str:
    """The IANA name of the local zone: TZ, else what is `said`, else where the system's own link points or what it wrote down, else UTC.

    Raises UnknownZone when TZ names none.
    """
    wish = environ.get("TZ", "").removeprefix(":")
    if wish:
        named = _parse_zone_name(os.path.realpath(wish) if os.path.isabs(wish) else wish)
        if not named:
            raise errors.UnknownZone(wish)
        return named
    return (
        said
        or _parse_zone_name(os.path.realpath("/etc/localtime"))
        or _parse_zone_name(_read_zone_file("/etc/timezone"))
        or _find_windows_zone()
        or "UTC"
    )


def _parse_zone_name(text: str) -> str:
    """The IANA name in a name or a path of the zone database; empty if there is none."""
    name = text.rpartition("zoneinfo/")[2].removeprefix("posix/").removeprefix("right/")
    return name if not os.path.isabs(name) and civil.is_zone(name) else ""


def _read_zone_file(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read().strip()
    except OSError:
        return ""


def _find_windows_zone() -> str:
    """What Windows calls the local zone, by its IANA name; empty on other systems, and where nobody can tell."""
    if sys.platform == "win32":  # pragma: no cover
        try:
            from tzlocal import get_localzone_name
        except ImportError:
            return ""
        return _parse_zone_name(get_localzone_name() or "")
    return ""
