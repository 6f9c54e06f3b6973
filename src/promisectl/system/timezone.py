"""The time zone of this machine: by TZ, by the config, or by the system's own settings."""

from __future__ import annotations

import os
import sys

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil

if TYPE_CHECKING:
    from collections.abc import Mapping


def find_local_zone(environ: Mapping[str, str], configured: str | None = None) -> str:
    """Return the IANA name of the local zone.

    TZ decides, then the config, then /etc/localtime, /etc/timezone or Windows; the last is UTC.
    Raises UnknownZone when TZ names no zone.
    """
    wish = environ.get("TZ", "").removeprefix(":")
    if wish:
        zone = _parse_zone_name(os.path.realpath(wish) if os.path.isabs(wish) else wish)
        if not zone:
            raise errors.UnknownZone(wish)
        return zone
    return (
        configured
        or _parse_zone_name(os.path.realpath("/etc/localtime"))
        or find_written_zone("/etc/timezone")
        or find_windows_zone()
        or "UTC"
    )


def _parse_zone_name(text: str) -> str:
    """Return the IANA name in a name or in a path of the zone database; empty for neither."""
    name = text.rpartition("zoneinfo/")[2].removeprefix("posix/").removeprefix("right/")
    return name if not os.path.isabs(name) and civil.is_zone(name) else ""


def find_written_zone(path: str) -> str:
    """Return the IANA name of the zone that a file contains, as Debian has it; empty for none."""
    try:
        with open(path, encoding="utf-8") as file:
            return _parse_zone_name(file.read().strip())
    except OSError:
        return ""


def find_windows_zone() -> str:
    """Return the IANA name of the zone that Windows is set to; empty on other systems."""
    if sys.platform == "win32":  # pragma: no cover
        try:
            from tzlocal import get_localzone_name
        except ImportError:
            return ""
        return _parse_zone_name(get_localzone_name() or "")
    return ""
