"""The files of the zone database, and which of them a zone without a name is a copy of.

Imported only where /etc/localtime is a copy, not a link, as in many containers.
"""

from __future__ import annotations

import os
import zoneinfo
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

_TABLES = ("zone1970.tab", "zone.tab")
_ZONE_COLUMN = 2  # of a table
_ZONES_WITHOUT_PLACE = ("UTC", *(f"Etc/GMT{hours:+}" for hours in range(-14, 13) if hours))
_MIDDLE_OF_MONTH = 15
_FIRST_YEARS = range(2026, 2027)
"""The years that are compared first; they exclude most other zones."""
_DECISIVE_YEARS = range(2023, 2038)
"""The years for which two zones have to agree; for earlier ones, databases get corrected."""
_ALL_YEARS = range(1970, 2038)


def find_equal_zone(path: str, likely: str = "") -> str:
    """Return the first zone whose file has the content of the file `path`; empty for none.

    Files of another size are not read: all of it takes some milliseconds.
    """
    try:
        with open(path, "rb") as file:
            content = file.read()
    except OSError:
        return ""
    for name, zone_file in _iter_zone_files(likely):
        try:
            if os.path.getsize(zone_file) == len(content):
                with open(zone_file, "rb") as file:
                    if file.read() == content:
                        return name
        except OSError:
            continue
    return ""


def find_similar_zone(path: str, likely: str = "") -> str:
    """Return the zone with the same clocks as a file; empty for none.

    They agree for every month of the years to come, and of those that do, the one is taken that
    agrees for most of the past, abbreviations included.
    """
    try:
        with open(path, "rb") as file:
            zone = ZoneInfo.from_file(file)
        first, now = (_list_offsets(zone, years) for years in (_FIRST_YEARS, _DECISIVE_YEARS))
        past = _list_offsets(zone, _ALL_YEARS, named=True)
    except (OSError, ValueError):
        return ""
    best, most = "", -1
    for name, _ in _iter_zone_files(likely):
        candidate = _load_zone(name)
        if not candidate or _list_offsets(candidate, _FIRST_YEARS) != first:
            continue
        if _list_offsets(candidate, _DECISIVE_YEARS) == now:
            other = _list_offsets(candidate, _ALL_YEARS, named=True)
            equal = sum(a == b for a, b in zip(past, other, strict=True))
            if equal > most:
                best, most = name, equal
    return best


def _load_zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def _list_offsets(
    zone: ZoneInfo, years: range, *, named: bool = False
) -> list[tuple[timedelta | None, str | None]]:
    """Return the offset from UTC in the middle of each month, and its abbreviation if `named`."""
    moments = (
        datetime(year, month, _MIDDLE_OF_MONTH, tzinfo=UTC).astimezone(zone)
        for year in years
        for month in range(1, 13)
    )
    return [(moment.utcoffset(), moment.tzname() if named else None) for moment in moments]


def _iter_zone_files(likely: str) -> Iterator[tuple[str, str]]:
    """Iterate over names and files of zones: `likely`, those of the tables, those without place."""
    directory = _find_zone_directory()
    names = [likely]
    for table in _TABLES:
        try:
            with open(os.path.join(directory, table), encoding="utf-8") as file:
                rows = [line.split("\t") for line in file if not line.startswith("#")]
        except OSError:
            continue
        names += [row[_ZONE_COLUMN].strip() for row in rows if len(row) > _ZONE_COLUMN]
    for name in dict.fromkeys(filter(None, [*names, *_ZONES_WITHOUT_PLACE])):
        yield name, os.path.join(directory, name)


def _find_zone_directory() -> str:
    """Return the directory of the zone database: the system's, or that of the package tzdata."""
    for directory in zoneinfo.TZPATH:
        if os.path.isfile(os.path.join(directory, "UTC")):
            return directory
    try:
        package = __import__("tzdata")
    except ImportError:
        return ""
    return os.path.join(os.path.dirname(str(package.__file__)), "zoneinfo")
