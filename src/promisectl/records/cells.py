"""The cells of one record from elsewhere, each read as what its field holds; whatever can't be read is named by its field."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil, constants, dates
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.domain.civil import CivilMoment

_MAX_NUMBER = 999_999_999
_MAX_CELL_QUOTE_CHARACTERS = 40
_FIRST_YEAR = 1970
_UUID_PATTERN = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # in its usual spelling
_MAX_ZONE_DIFFERENCE = timedelta(hours=26)  # what the clocks of two zones are apart at the most


class CellContext(NamedTuple):
    """When and where a record is read: the moment (aware UTC), the IANA name of the zone, the order of bare numbers in dates."""

    now: datetime
    zone: str
    order: str | None


class CellReader:
    """The cells of one record. Every method raises BadRecord; `zone` is the one in which the days of the record are counted."""

    def __init__(self, cells: Mapping[str, Any], place: CellContext) -> None:
        self.values = cells
        self.context = place
        self.zone = self._parse_zone()

    def _parse_zone(self) -> str:
        zone = self.parse_text("due_zone") or self.context.zone
        if not civil.is_zone(zone):
            raise errors.BadRecord(
                f"no zone “{shorten_quoted_value(zone)}” is known here", "due_zone"
            )
        return zone

    def parse_required(self, name: str, read: Callable[[str], str | None]) -> str:
        """A field that no record lacks."""
        value = read(name)
        if value is None:
            raise errors.BadRecord("it is missing", name)
        return value

    def parse_text(self, name: str, most: int = constants.MAX_TEXT_CHARACTERS) -> str | None:
        """A text as it is."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise errors.BadRecord("it is no text", name)
        if len(value) > most:
            raise errors.BadRecord(f"it has {len(value)} characters, and {most} are the most", name)
        if not value.strip():
            raise errors.BadRecord("there are only blanks in it", name)
        return _ensure_storable_text(value, name)

    def parse_words(self, name: str) -> tuple[str, ...]:
        """A list, or words with blanks between."""
        value = self.values.get(name)
        if not value:
            return ()
        found = value.split() if isinstance(value, str) else value
        if not isinstance(found, list | tuple) or not all(
            isinstance(one, str) and one.split() == [one] for one in found
        ):
            raise errors.BadRecord("it is no list of single words", name)
        if any(len(one) > constants.MAX_WORD_CHARACTERS for one in found):
            raise errors.BadRecord(
                f"a word in it has more than {constants.MAX_WORD_CHARACTERS} characters", name
            )
        return tuple(dict.fromkeys(_ensure_storable_text(one, name) for one in found))

    def parse_choice(self, name: str, choices: Sequence[str]) -> str | None:
        """One of some words."""
        value = self.parse_text(name)
        if value is not None and value not in choices:
            raise errors.BadRecord(
                f"“{shorten_quoted_value(value)}” is none of {', '.join(choices)}", name
            )
        return value

    def parse_number(self, name: str, least: int = 1) -> int | None:
        """A whole number."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not (digits.isascii() and digits.isdigit() and least <= int(digits[:20]) <= _MAX_NUMBER):
            raise errors.BadRecord(
                f"“{shorten_quoted_value(value)}” is no number from {least} to {_MAX_NUMBER}", name
            )
        return int(digits)

    def parse_uid(self) -> str | None:
        """A UUID in its usual spelling."""
        value = self.parse_text("uid")
        if value and _UUID_PATTERN.fullmatch(value):
            return value
        try:
            return str(uuid.UUID(value)) if value else None
        except ValueError:
            raise errors.BadRecord(f"“{shorten_quoted_value(value)}” is no UUID", "uid") from None

    # Days and moments

    def parse_due(self) -> CivilMoment | None:
        """The due date, a day or minute that there is in the zone of the record; where it comes twice, the one that `due_at` tells."""
        value = self.parse_text("due")
        if value is None:
            return None
        readings = _list_real_readings(value, self.zone)
        if len(readings) > 1:
            told = self.parse_moment("due_at")
            readings = tuple(when for when in readings if when.at == told)
        return readings[0] if readings else self._parse_date_words("due", value)

    def parse_day(self, name: str, at: datetime | None = None) -> CivilMoment | None:
        """A day or minute whose zone the record does not tell: read in its own zone, or here, or in whichever it was `at` then."""
        value = self.parse_text(name)
        if value is None:
            return None
        readings = [
            *civil.list_civil_readings(value, self.zone),
            *civil.list_civil_readings(value, self.context.zone),
        ]
        if not readings:
            return self._parse_date_words(name, value)
        first = readings[0]
        if (
            at is None or abs(at - first.at) > _MAX_ZONE_DIFFERENCE
        ):  # it was put right by hand, and the instant beside it was not
            return first
        return next((when for when in readings if when.at == at), first._replace(at=at))

    def _parse_date_words(self, name: str, value: str) -> CivilMoment:
        try:
            return dates.parse_date(value, self.context.now, self.zone, order=self.context.order)
        except (errors.Usage, OverflowError) as problem:
            raise errors.BadRecord(str(problem).removesuffix("."), name) from None

    def parse_moment(self, name: str) -> datetime | None:
        """An instant with its offset, or a day or minute here; a day means its noon, or now if it is today."""
        value = self.parse_text(name)
        if value is None:
            return None
        found = _parse_offset_moment(value) or self._parse_local_moment(name, value)
        if found.year < _FIRST_YEAR:
            raise errors.BadRecord(f"it is before {_FIRST_YEAR}", name)
        return found

    def _parse_local_moment(self, name: str, value: str) -> datetime:
        try:
            found = dates.parse_now(value, self.context.zone)
        except (errors.Usage, OverflowError) as problem:
            raise errors.BadRecord(str(problem).removesuffix("."), name) from None
        today = civil.local_time(self.context.now, self.context.zone).date()
        return min(found, self.context.now) if value == str(today) else found


@lru_cache(1_000)  # the same days come again in one file
def _list_real_readings(value: str, zone: str) -> tuple[CivilMoment, ...]:
    """The readings of a civil day or minute that the clocks in a zone show."""
    return tuple(when for when in civil.list_civil_readings(value, zone) if when.is_real)


def _parse_offset_moment(value: str) -> datetime | None:
    """The moment in ISO 8601 with its offset; None of any other text."""
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is UTC and not found.microsecond:
            return found
        return found.astimezone(UTC).replace(microsecond=0) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _ensure_storable_text(value: str, name: str) -> str:
    if not can_be_stored(value):
        raise errors.BadRecord("there are signs in it that are no text", name)
    return value


def shorten_quoted_value(value: object) -> str:
    """A value as an error quotes it: enough to be found."""
    text = str(value)
    return (
        text if len(text) <= _MAX_CELL_QUOTE_CHARACTERS else f"{text[:_MAX_CELL_QUOTE_CHARACTERS]}…"
    )
