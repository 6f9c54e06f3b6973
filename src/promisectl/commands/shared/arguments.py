"""Checks at the door: words from the command line become numbers, texts and dates, or one clear sentence."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, constants
from promisectl.system.text import can_be_kept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.civil import When
    from promisectl.domain.promise import Terms
    from promisectl.env import Env

_DIGITS = 18
_QUOTED = 40
_MOST_ROWS = (1 << 63) - 1  # what SQLite can count


def ids(words: Sequence[str]) -> list[int]:
    """The numbers of promises, each once, in the order given; `#7` is 7. Raises BadNumber."""
    return list(dict.fromkeys(number(word) for word in words))


def number(word: str) -> int:
    """One number of a promise. Raises BadNumber."""
    digits = word.removeprefix("#")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _DIGITS and int(digits)):
        raise errors.BadNumber(word if len(word) <= _QUOTED else f"{word[:_QUOTED]}…")
    return int(digits)


def text(name: str, value: str | None, *, limit: int = constants.TEXT) -> str | None:
    """A text as it was typed, or None. Raises TextTooLong, EmptyText and NotUnicode."""
    if value is None:
        return None
    if len(value) > limit:
        raise errors.TextTooLong(name, len(value), limit)
    if not value.strip():
        raise errors.EmptyText(name)
    if not can_be_kept(value):
        raise errors.NotUnicode
    return value


def outcome(value: str) -> str:
    """An outcome as it was typed."""
    return text("outcome", value, limit=constants.OUTCOME) or ""


def tags(words: Sequence[str]) -> tuple[str, ...]:
    """Tags, each once, without blanks, a leading `#` or `+`, or a comma behind. Raises Usage."""
    found = tuple(
        dict.fromkeys(
            (text("tag", word.removeprefix("#").removeprefix("+").removesuffix(","), limit=constants.WORD) or "") for word in words
        )
    )
    for tag in found:
        if len(tag.split()) != 1 or tag != tag.strip():
            raise errors.Contradiction(f"A tag is one word, and “{tag}” is not. Give each one by itself.")
    return found


def choice(option: str, word: str | None, choices: Sequence[str]) -> str | None:
    """A word that has to be among some. Raises BadChoice."""
    if word is not None and word not in choices:
        raise errors.BadChoice(option, word, choices)
    return word


def at_most_one(**options: Any) -> None:
    """Refuse two options that exclude each other."""
    given = [f"--{name.replace('_', '-')}" for name, value in options.items() if value]
    if len(given) > 1:
        raise errors.Contradiction(f"{' and '.join(given)} exclude each other. Give one of them.")


def limit(count: int | None) -> int | None:
    """How many rows at the most, or None for all. Raises BadCount."""
    if count is not None and count < 0:
        raise errors.BadCount("--limit", count, 0)
    return None if count is None else min(count, _MOST_ROWS)


# Dates


def _read(env: Env, words: str, said: datetime, *, past: bool = False) -> When:
    from promisectl.domain import dates

    return dates.read(words, said, env.zone, order=env.config.date_order, week_start=env.config.week_start, past=past)


def due(env: Env, option: str, words: str | None, *, said: datetime, backfill: bool = False) -> When | None:
    """A date to come, counted from when it was said; an empty text is none. Raises DatePassed unless `backfill`."""
    if words is None or not words.strip():
        return None
    when = _read(env, words, said)
    if when.at < env.now and not backfill:
        raise errors.DatePassed(option, _shown(env, when))
    return when


def since(env: Env, option: str, words: str | None, *, after: datetime | None = None) -> datetime:
    """The moment something happened, now if nothing is said. Raises DateAhead.

    A bare day means its noon, or `after` when that is later on the same day; today means now.
    """
    if words is None:
        return env.now
    when = _read(env, words, env.now, past=True)
    if when.start > env.now:
        raise errors.DateAhead(option, _shown(env, when))
    if not when.is_day:
        return when.at
    moment = env.now if when.at >= env.now else when.noon
    return after if after and moment < after <= min(when.at, env.now) else moment


def _shown(env: Env, when: When) -> str:
    return civil.show(when.civil, when.zone, env.zone).replace(", end of day", "")


def bound(env: Env, words: str | None, *, end: bool) -> datetime | None:
    """A moment to compare with: the first instant of a day, or its last when `end`; None when nothing is said."""
    if words is None:
        return None
    when = _read(env, words, env.now)
    return when.at if end else when.start


def as_of(env: Env, words: str | None) -> datetime:
    """The moment at which the ledger is looked at: now, the end of a day that has passed, or a minute."""
    return min(past(env, "--as-of", words, end=True) or env.now, env.now)


def past(env: Env, option: str, words: str | None, *, end: bool) -> datetime | None:
    """A moment that has begun, where a weekday is the latest such day: the first instant of a day, or its last when `end`.

    None when nothing is said. Raises DateAhead.
    """
    if words is None:
        return None
    when = _read(env, words, env.now, past=True)
    if when.start > env.now:
        raise errors.DateAhead(option, _shown(env, when))
    return when.at if end else when.start


# Terms


def check_ahead(env: Env, words: Mapping[str, str | None] | None = None, on: str | None = None) -> None:
    """Refuse what can't be read, and import what reading it takes, before anybody else is kept from the ledger."""
    said = since(env, "--on", on)
    for field, typed in (words or {}).items():
        if typed is not None:
            _field(env, field, typed, said, backfill=True)


def changed(env: Env, base: Terms, said: datetime, words: Mapping[str, str | None], *, backfill: bool) -> Terms:
    """`base` with the fields that `words` speak of changed, dates counted from `said`; an empty text takes a date or a text away."""
    for field, typed in words.items():
        if typed is not None:
            base = base._replace(**{field: _field(env, field, typed, said, backfill=backfill)})  # type: ignore[arg-type]
    return base


def _field(env: Env, field: str, typed: str, said: datetime, *, backfill: bool) -> str | When | None:
    """What is typed as a field of terms."""
    if field == "outcome":
        return outcome(typed)
    if field in _DATES:
        return due(env, _DATES[field], typed, said=said, backfill=backfill)
    return text(field.replace("_", "-"), typed) if typed else None


_DATES = {"due": "--by", "reply_by": "--reply-by"}
