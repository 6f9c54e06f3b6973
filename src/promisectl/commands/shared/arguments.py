"""Checks at the door: words from the command line become numbers, texts and dates, or one clear sentence."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, constants
from promisectl.system.text import can_be_stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Terms
    from promisectl.env import Env

_MAX_NUMBER_DIGITS = 18
_MAX_QUOTED_CHARACTERS = 40
_MAX_ROWS = (1 << 63) - 1  # what SQLite can count


def parse_promise_numbers(words: Sequence[str]) -> list[int]:
    """The numbers of promises, each once, in the order given; `#7` is 7. Raises BadNumber."""
    return list(dict.fromkeys(parse_promise_number(word) for word in words))


def parse_promise_number(word: str) -> int:
    """One number of a promise. Raises BadNumber."""
    digits = word.removeprefix("#")
    if not (
        digits.isascii() and digits.isdigit() and len(digits) <= _MAX_NUMBER_DIGITS and int(digits)
    ):
        raise errors.BadNumber(
            word if len(word) <= _MAX_QUOTED_CHARACTERS else f"{word[:_MAX_QUOTED_CHARACTERS]}…"
        )
    return int(digits)


def check_text(
    name: str, value: str | None, *, limit: int = constants.MAX_TEXT_CHARACTERS
) -> str | None:
    """A text as it was typed, or None. Raises TextTooLong, EmptyText and NotUnicode."""
    if value is None:
        return None
    if len(value) > limit:
        raise errors.TextTooLong(name, len(value), limit)
    if not value.strip():
        raise errors.EmptyText(name)
    if not can_be_stored(value):
        raise errors.NotUnicode
    return value


def check_outcome(value: str) -> str:
    """An outcome as it was typed."""
    return check_text("outcome", value, limit=constants.MAX_OUTCOME_CHARACTERS) or ""


def parse_tags(words: Sequence[str]) -> tuple[str, ...]:
    """Tags, each once, without blanks, a leading `#` or `+`, or a comma behind. Raises Usage."""
    found = tuple(
        dict.fromkeys(
            (
                check_text(
                    "tag",
                    word.removeprefix("#").removeprefix("+").removesuffix(","),
                    limit=constants.MAX_WORD_CHARACTERS,
                )
                or ""
            )
            for word in words
        )
    )
    for tag in found:
        if len(tag.split()) != 1 or tag != tag.strip():
            raise errors.Contradiction(
                f"A tag is one word, and “{tag}” is not. Give each one by itself."
            )
    return found


def check_choice(option: str, word: str | None, choices: Sequence[str]) -> str | None:
    """A word that has to be among some. Raises BadChoice."""
    if word is not None and word not in choices:
        raise errors.BadChoice(option, word, choices)
    return word


def ensure_at_most_one(**options: Any) -> None:
    """Refuse two options that exclude each other."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if len(given) > 1:
        raise errors.Contradiction(f"{' and '.join(given)} exclude each other. Give one of them.")


def check_row_limit(count: int | None) -> int | None:
    """How many rows at the most, or None for all. Raises BadCount."""
    if count is not None and count < 0:
        raise errors.BadCount("--limit", count, 0)
    return None if count is None else min(count, _MAX_ROWS)


# Dates


def _parse_date_words(env: Env, words: str, said: datetime, *, past: bool = False) -> CivilMoment:
    from promisectl.domain import dates

    return dates.parse_date(
        words,
        said,
        env.zone,
        order=env.config.date_order,
        week_start=env.config.week_start,
        past=past,
    )


def parse_due_date(
    env: Env, option: str, words: str | None, *, said: datetime, backfill: bool = False
) -> CivilMoment | None:
    """A date to come, counted from when it was said; an empty text is none. Raises DatePassed unless `backfill`."""
    if words is None or not words.strip():
        return None
    when = _parse_date_words(env, words, said)
    if when.at < env.now and not backfill:
        raise errors.DatePassed(option, _format_parsed_date(env, when))
    return when


def parse_event_moment(
    env: Env, option: str, words: str | None, *, after: datetime | None = None
) -> datetime:
    """The moment something happened, now if nothing is said. Raises DateAhead.

    A bare day means its noon, or `after` when that is later on the same day; today means now.
    """
    if words is None:
        return env.now
    when = _parse_date_words(env, words, env.now, past=True)
    if when.start > env.now:
        raise errors.DateAhead(option, _format_parsed_date(env, when))
    if not when.is_day:
        return when.at
    moment = env.now if when.at >= env.now else when.noon
    return after if after and moment < after <= min(when.at, env.now) else moment


def _format_parsed_date(env: Env, when: CivilMoment) -> str:
    return civil.format_civil(when.civil, when.zone, env.zone).replace(", end of day", "")


def parse_date_bound(env: Env, words: str | None, *, end: bool) -> datetime | None:
    """A moment to compare with: the first instant of a day, or its last when `end`; None when nothing is said."""
    if words is None:
        return None
    when = _parse_date_words(env, words, env.now)
    return when.at if end else when.start


def parse_as_of(env: Env, words: str | None) -> datetime | None:
    """The moment to look at: the end of a day that has passed, or a minute; None for now."""
    moment = parse_past_bound(env, "--as-of", words, end=True)
    return moment and min(moment, env.now)


def parse_past_bound(env: Env, option: str, words: str | None, *, end: bool) -> datetime | None:
    """A moment that has begun, where a weekday is the latest such day: the first instant of a day, or its last when `end`.

    None when nothing is said. Raises DateAhead.
    """
    if words is None:
        return None
    when = _parse_date_words(env, words, env.now, past=True)
    if when.start > env.now:
        raise errors.DateAhead(option, _format_parsed_date(env, when))
    return when.at if end else when.start


# Terms


def check_words_before_lock(
    env: Env, words: Mapping[str, str | None] | None = None, on: str | None = None
) -> None:
    """Refuse what can't be read, and import what reading it takes, before anybody else is kept from the ledger."""
    said = parse_event_moment(env, "--on", on)
    for field, typed in (words or {}).items():
        if typed is not None:
            _parse_terms_field(env, field, typed, said, backfill=True)


def replace_terms_fields(
    env: Env, base: Terms, said: datetime, words: Mapping[str, str | None], *, backfill: bool
) -> Terms:
    """`base` with the fields that `words` speak of changed, dates counted from `said`; an empty text takes a date or a text away."""
    for field, typed in words.items():
        if typed is not None:
            value: Any = _parse_terms_field(env, field, typed, said, backfill=backfill)
            base = base._replace(**{field: value})
    return base


def _parse_terms_field(
    env: Env, field: str, typed: str, said: datetime, *, backfill: bool
) -> str | CivilMoment | None:
    """What is typed as a field of terms."""
    if field == "outcome":
        return check_outcome(typed)
    if field in _OPTION_BY_DATE_FIELD:
        return parse_due_date(
            env, _OPTION_BY_DATE_FIELD[field], typed, said=said, backfill=backfill
        )
    return check_text(field.replace("_", "-"), typed) if typed else None


_OPTION_BY_DATE_FIELD = {"due": "--by", "reply_by": "--reply-by"}
