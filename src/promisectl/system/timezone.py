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

    TZ decides, then the config, then the machine. Empty when a machine has a zone, and nobody knows
    its name. Raises UnknownZone when TZ names no zone, NoZoneDatabase where no zone is known.
    """
    wish = read_zone_wish(environ)
    if wish:
        zone = (
            _parse_zone_name(os.path.realpath(wish)) or find_zone_of_file(wish)
            if os.path.isabs(wish)
            else _parse_zone_name(wish)
        )
        if not zone:
            civil.ensure_zone_database()
            raise errors.UnknownZone(wish)
        return zone
    if configured:
        return configured
    zone = find_machine_zone("/etc/localtime", "/etc/timezone")
    if zone in ("", "UTC"):
        civil.ensure_zone_database()
    return zone


def read_zone_wish(environ: Mapping[str, str]) -> str:
    """Return what TZ names; empty where it names what the machine is set to, or nothing."""
    wish = environ.get("TZ", "").removeprefix(":")
    return "" if wish in civil.NAMES_WITHOUT_PLACE else wish


def find_machine_zone(file: str, written: str) -> str:
    """Return the IANA name of the zone that the machine is set to; UTC where it is set to none.

    `file` is /etc/localtime: a link to a zone, or a copy of one, whose name has to be found out.
    `written` is /etc/timezone. Empty for a copy of a zone that is not known.
    """
    name = _parse_zone_name(os.path.realpath(file))
    if not name and os.path.isfile(file):
        return find_zone_of_file(file, find_written_zone(written))
    return name or find_written_zone(written) or find_windows_zone() or "UTC"


def find_zone_of_file(path: str, likely: str = "") -> str:
    """Return the IANA name of the zone that a file is a copy of; empty for none that is known.

    That is the zone of the same content, first `likely`. The database here may be of another year:
    else it is the zone whose clocks show the same.
    """
    from promisectl.system import zone_files

    return zone_files.find_equal_zone(path, likely) or zone_files.find_similar_zone(path, likely)


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
