"""The cells of one imported record, each parsed by the rule of its field.

Every error names the field.
"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from functools import lru_cache

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil, constants, dates, spelling
from promisectl.system.text import can_be_stored, is_blank_text, is_canonical_uuid

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.domain.civil import CivilMoment

_MAX_NUMBER = 999_999_999
_MAX_CELL_QUOTE_CHARACTERS = 40
_FIRST_MOMENT_YEAR = 1970
_TAG_SEPARATORS = ",;"
_NOT_WORDS = "it is not a list of single words"
_DOTTED_DATE_PATTERN = re.compile(r"\s*\d\d?\.\d\d?\.\d{4}\b")
_YEAR_PATTERN = re.compile(r"\d{4}|^\s*\d\d?([/.])\d\d?\1\d\d\b")  # also of two digits
_ORDER_ADVICE = (
    "If the days of all dates come first: promisectl config set date_order dmy · "
    "If the months do: promisectl config set date_order mdy"
)


class CellContext(NamedTuple):
    """When, where and by whom records are read.

    `now` is aware UTC, `zone` an IANA name, `order` that of the numbers in a date, `me` the name
    that the config gives me. `highest_id` is the highest ID that the next record may have.
    """

    now: datetime
    zone: str
    order: str | None
    me: str | None = None
    highest_id: int = constants.MAX_IMPORTED_PROMISE_ID


class CellReader:
    """The parser of the cells of one record. Every method raises BadRecord.

    `values` are the cells as they are; `zone` is the one for the dates of the record.
    """

    def __init__(self, cells: Mapping[str, Any], context: CellContext) -> None:
        self.values = cells
        self.context = context
        self.zone = self.parse_text("due_zone") or context.zone
        if not civil.is_zone(self.zone):
            raise errors.BadRecord(
                f"“{shorten_quoted_value(self.zone)}” is not a known time zone", "due_zone"
            )

    def parse_required(self, name: str, parse: Callable[[str], str | None]) -> str:
        """Return what `parse` makes of a field that every record must have."""
        value = parse(name)
        if value is None:
            raise errors.BadRecord("it is missing", name)
        return value

    def parse_text(self, name: str, most: int = constants.MAX_TEXT_CHARACTERS) -> str | None:
        """Return a text of at most that many characters as it is; None where it is empty."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            raise errors.BadRecord("it is not text", name)
        if len(value) > most:
            raise errors.BadRecord(f"it has {len(value):,} characters; {most:,} are allowed", name)
        if is_blank_text(value):
            raise errors.BadRecord("it has only spaces", name)
        return _ensure_storable_text(value, name)

    def parse_words(self, name: str) -> tuple[str, ...]:
        """Return the words of a list or of a text, each once. A comma is between words in both."""
        value = self.values.get(name)
        if not value:
            return ()
        given = value.split() if isinstance(value, str) else value
        ensure_texts(given, name)
        return split_single_words(given, name)

    def parse_tags(self) -> tuple[str, ...]:
        """Return the tags, without a leading `#` or `+`, each once in any spelling."""
        value = self.values.get("tags")
        if not value:
            return ()
        given = split_tags(value) if isinstance(value, str) else value
        given = split_tag_list(given) if isinstance(value, list) else given
        ensure_texts(given, "tags")
        return unify_tags(tuple(given))

    def parse_choice(self, name: str, choices: Sequence[str]) -> str | None:
        """Return one of the `choices`; None where the cell is empty."""
        value = self.values.get(name)
        if value is None or value in choices:
            return value
        value = self.parse_text(name)
        if value is not None:
            raise errors.BadRecord(
                f"“{shorten_quoted_value(value)}” is not one of {', '.join(choices)}", name
            )
        return None

    def parse_number(self, name: str, least: int = 1, most: int = _MAX_NUMBER) -> int | None:
        """Return a whole number from `least` to `most`; None where the cell is empty."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        if not (digits.isascii() and digits.isdigit() and least <= int(digits[:20]) <= most):
            raise errors.BadRecord(
                f"“{shorten_quoted_value(value)}” is not a number from {least} to {most}", name
            )
        return int(digits)

    def parse_uid(self, name: str = "uid") -> str | None:
        """Return the UUID in its canonical spelling; None where the cell is empty."""
        if self.values.get(name) is None:
            return None
        value = self.parse_text(name)
        if value and is_canonical_uuid(value):
            return value
        try:
            return str(uuid.UUID(value)) if value else None
        except ValueError:
            raise errors.BadRecord(f"“{shorten_quoted_value(value)}” is not a UUID", name) from None

    # Days and moments

    def parse_due(self) -> CivilMoment | None:
        """Return the due date, in the zone of the record; None where the cell is empty.

        Where the clocks of the zone show the time twice, `due_at` decides between the two.
        """
        value = self.parse_text("due")
        if value is None:
            return None
        readings = list_real_readings(value, self.zone)
        if len(readings) > 1:
            due_at = self.parse_moment("due_at")
            readings = tuple(reading for reading in readings if reading.at == due_at)
        return readings[0] if readings else self._parse_date_words("due", value)

    def parse_day(self, name: str, at: datetime | None = None) -> CivilMoment | None:
        """Return a day or a time for which the record has no zone; None where the cell is empty.

        The zone is that of the record or the one here, whichever gives the instant `at`, or
        another zone where neither does.
        """
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
        # No two zones differ so much: somebody edited the cell, but not `at`.
        if at is None or abs(at - first.at) > civil.MAX_ZONE_DIFFERENCE:
            return first
        matches = [reading for reading in readings if reading.at == at]
        return matches[0] if matches else first._replace(at=at)

    def _parse_date_words(self, name: str, value: str) -> CivilMoment:
        try:
            return self._read_date_words(value, self.zone)
        except (errors.Usage, OverflowError) as problem:
            raise self._build_date_refusal(problem, name) from None

    def _read_date_words(self, value: str, zone: str, *, past: bool = False) -> CivilMoment:
        """Return what a date means. Raises UnreadableDate, AmbiguousDate and OverflowError."""
        instant = parse_offset_moment(value)
        text = instant.isoformat() if instant else value
        # Nobody writes a date with dots and the month first.
        order = self.context.order or ("dmy" if _DOTTED_DATE_PATTERN.match(text) else None)
        return dates.parse_date(text, self.context.now, zone, order=order, past=past)

    def _build_date_refusal(
        self, error: errors.Usage | OverflowError, name: str
    ) -> errors.BadRecord:
        if not isinstance(error, errors.Usage):
            return errors.BadRecord(str(error), name)
        advice = error.advice
        if isinstance(error, errors.AmbiguousDate):
            advice = "" if self.context.order else _ORDER_ADVICE
        return errors.BadRecord(error.clause, name, advice=advice)

    def parse_moment(self, name: str) -> datetime | None:
        """Return an instant (aware UTC); None where the cell is empty.

        The cell has an offset, or is a day or a time in the zone here, with its year. A day means
        its noon, today no later than now.
        """
        if self.values.get(name) is None:  # most moments; saves a third of the time
            return None
        value = self.parse_text(name)
        if value is None:
            return None
        moment = parse_offset_moment(value)
        if moment is None:
            moment = self._parse_written_moment(name, value)
        if moment.year < _FIRST_MOMENT_YEAR:
            raise errors.BadRecord(f"it is before {_FIRST_MOMENT_YEAR}", name)
        return moment

    def _parse_written_moment(self, name: str, value: str) -> datetime:
        try:
            moment = dates.parse_now(value, self.context.zone)
            is_day = sum(map(str.isdigit, value)) == len("20261127")
        except (errors.Usage, OverflowError) as problem:
            refusal = self._build_date_refusal(problem, name)
            if not _YEAR_PATTERN.search(value):
                raise refusal from None
            try:
                written = self._read_date_words(value, self.context.zone, past=True)
            except errors.AmbiguousDate as ambiguous:
                raise self._build_date_refusal(ambiguous, name) from None
            except (errors.Usage, OverflowError):
                raise refusal from None
            moment, is_day = written.noon, written.is_day
        today = civil.local_time(self.context.now, self.context.zone).date()
        is_today = civil.local_time(moment, self.context.zone).date() == today
        return min(moment, self.context.now) if is_day and is_today else moment


@lru_cache(1_000)  # a file has the same days again and again
def list_real_readings(value: str, zone: str) -> tuple[CivilMoment, ...]:
    """Return the readings of a day or a time that the clocks in a zone really show."""
    return tuple(reading for reading in civil.list_civil_readings(value, zone) if reading.is_real)


def parse_offset_moment(value: str) -> datetime | None:
    """Return a moment in ISO 8601 with an offset, as UTC in whole seconds; else None."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is UTC and not moment.microsecond:
            return moment
        return moment.astimezone(UTC).replace(microsecond=0) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None


def _ensure_storable_text(value: str, name: str) -> str:
    if not can_be_stored(value):
        raise errors.BadRecord("it has invalid characters", name)
    return value


def ensure_texts(values: Any, name: str) -> None:
    """Raise BadRecord where the value of a field is not a list of texts."""
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise errors.BadRecord(_NOT_WORDS, name)


def split_single_words(texts: Sequence[str], name: str) -> tuple[str, ...]:
    """Return the words of a field, each once. A comma is between words too. Raises BadRecord."""
    if any(text.split() != [text] for text in texts):
        raise errors.BadRecord(_NOT_WORDS, name)
    words = " ".join(texts).replace(",", " ").split()
    if any(map(is_blank_text, words)):
        raise errors.BadRecord("one of its words has only invisible characters", name)
    if any(len(word) > constants.MAX_WORD_CHARACTERS for word in words):
        raise errors.BadRecord(
            f"one of its words has more than {constants.MAX_WORD_CHARACTERS} characters", name
        )
    return tuple(dict.fromkeys(_ensure_storable_text(word, name) for word in words))


@lru_cache(1_000)  # a file has the same tags again and again; saves 5 µs a row
def unify_tags(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Return the tags without their signs, each once in any spelling. Raises BadRecord."""
    tags = map(spelling.strip_tag_sign, split_single_words(texts, "tags"))
    return spelling.unify_spellings(tag for tag in tags if not is_blank_text(tag))


def split_tags(text: str) -> list[str]:
    """Return the tags in a text: those between commas and semicolons, or else its words."""
    if not any(sign in text for sign in _TAG_SEPARATORS):
        return text.split()
    return split_listed_tags(text)


def split_listed_tags(text: str) -> list[str]:
    """Return the tags between the commas and semicolons of a text; each can have several words."""
    return [*map(join_tag_words, list_names(text))]


def split_tag_list(values: list[Any]) -> list[Any]:
    """Return the tags in a list, where each may be a name of several words."""
    return [
        join_tag_words(value) if isinstance(value, str) and len(value.split()) > 1 else value
        for value in values
    ]


def join_tag_words(text: str) -> str:
    """Return a name of several words as one tag: “waiting for” is `waiting-for`."""
    return "-".join(text.replace(",", " ").split())


def list_names(value: Any) -> list[str]:
    """Return the names in a list, or in a text between commas and semicolons."""
    texts = value if isinstance(value, list) else str(value or "").replace(";", ",").split(",")
    return [text.strip() for text in map(str, texts) if text.strip()]


def shorten_quoted_value(value: object) -> str:
    """Return a value as an error quotes it, so that a reader can find it."""
    text = str(value)
    is_short = len(text) <= _MAX_CELL_QUOTE_CHARACTERS
    return text if is_short else f"{text[:_MAX_CELL_QUOTE_CHARACTERS]}…"
