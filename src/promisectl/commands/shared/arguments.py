"""Checks of what was typed: promise numbers, texts, tags, choices, dates and terms."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import lru_cache

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, constants
from promisectl.system.text import can_be_stored, is_blank_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime
    from typing import Any

    from promisectl.domain.civil import CivilMoment, DayHours
    from promisectl.domain.promise import Terms
    from promisectl.env import Env

_MAX_PROMISE_DIGITS = 18
_MAX_RANGE_PROMISES = 1_000
_ID_CHARACTERS = frozenset("0123456789#,-")
_MAX_QUOTED_CHARACTERS = 40
_PLACEHOLDERS = ("…", "...")
_MAX_REMEMBERED_DATES = 1_000
_QUOTES_AND_SPACES = " \t“”„‟\"'‘’‚«»`"
_MAX_ROWS = (1 << 63) - 1  # what SQLite can count
_OPTION_BY_DATE_FIELD = {
    "due": "--by",
    "reply_by": "--reply-by",
    "answer_by": "--answer-by",
}


def is_id_word(word: str) -> bool:
    """Whether a word can only be meant as IDs: `3`, `#3`, `3,4` or `3-5`."""
    return word.lstrip("#")[:1].isdigit() and _ID_CHARACTERS.issuperset(word)


def parse_promise_numbers(words: Sequence[str]) -> list[int]:
    """Return the numbers of promises, each once, in the order typed.

    `#7` is 7, `3,4` two of them, and `3-5` three. Raises BadNumber and BadRange.
    """
    numbers: dict[int, None] = {}
    for word in words:
        for part in word.removesuffix(",").split(","):
            numbers |= dict.fromkeys(_parse_number_range(part, word))
    return list(numbers)


def parse_promise_number(word: str) -> int:
    """Return the number of one promise. Raises BadNumber, BadRange, and Contradiction for more."""
    numbers = parse_promise_numbers([word])
    if len(numbers) > 1:
        raise errors.Contradiction(f"“{word}” means {len(numbers)} promises.", "Give one ID.")
    return numbers[0]


def _parse_number_range(part: str, word: str) -> range:
    """Return the numbers that a part of a word means: `3` or `3-5`."""
    start, dash, end = part.partition("-")
    first = _parse_digits(start, word)
    last = _parse_digits(end, word) if dash else first
    if last < first or last - first >= _MAX_RANGE_PROMISES:
        raise errors.BadRange(first, last, _MAX_RANGE_PROMISES)
    return range(first, last + 1)


def _parse_digits(text: str, word: str) -> int:
    digits = text.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit() and len(digits) <= _MAX_PROMISE_DIGITS
    if is_number and int(digits):
        return int(digits)
    is_long = len(word) > _MAX_QUOTED_CHARACTERS
    raise errors.BadNumber(f"{word[:_MAX_QUOTED_CHARACTERS]}…" if is_long else word)


def spell_numbers(words: Sequence[str]) -> list[str]:
    """Return the numbers of promises in their one spelling, and other words as they are."""
    try:
        return list(map(str, parse_promise_numbers(words)))
    except errors.Problem:
        return list(dict.fromkeys(map(spell_number, words)))


def spell_number(word: str) -> str:
    """Return the number of a promise in its one spelling; any other word as it is."""
    digits = word.removeprefix("#")
    is_number = digits.isascii() and digits.isdigit()
    return (digits.lstrip("0") or "0") if is_number else word


def check_text(
    name: str, value: str | None, *, limit: int = constants.MAX_TEXT_CHARACTERS
) -> str | None:
    """Return a text unchanged; None stays None.

    Raises TextTooLong, EmptyText, NotUnicode and PlaceholderText.
    """
    if value is None:
        return None
    if len(value) > limit:
        raise errors.TextTooLong(name, len(value), limit)
    if is_blank_text(value):
        raise errors.EmptyText(name)
    if not can_be_stored(value):
        raise errors.NotUnicode
    if name != "search" and (bare := value.strip(_QUOTES_AND_SPACES)) in _PLACEHOLDERS:
        raise errors.PlaceholderText(name, bare)
    return value


def check_outcome(value: str) -> str:
    """Return an outcome unchanged. Raises what `check_text` raises."""
    check_text("outcome", value, limit=constants.MAX_OUTCOME_CHARACTERS)
    return value


def check_displaced_text(env: Env, text: str | None, ids: Sequence[str] = ()) -> str | None:
    """Return what the promises of `ids` displace, as it is kept: see `displaced.name_displaced`.

    Raises what `check_text` raises, and BadNumber and BadRange.
    """
    if check_text("no-to", text) is None:
        return None
    from promisectl.commands.shared import displaced

    return displaced.name_displaced(env, str(text), but=parse_promise_numbers(ids))


def choose_text(option: str, value: str | None, words: str | None) -> str | None:
    """Return the value of an option, or the words without it that mean the same.

    Raises Contradiction for both.
    """
    if value is not None and words is not None:
        raise errors.Contradiction(
            f"“{words}” and {option} are the same text.",
            f"Give one of them; several words after {option} need quotes.",
        )
    return words if value is None else value


def parse_tags(words: Sequence[str]) -> tuple[str, ...]:
    """Return tags, each once in any spelling, without a leading `#` or `+`.

    Commas are between tags. Raises Usage for a tag that is not one word, and what `check_text`
    raises.
    """
    if not words:
        return ()
    from promisectl.domain import spelling

    tags = (tag for word in words for tag in word.removesuffix(",").split(","))
    return spelling.unify_spellings(map(parse_tag, tags))


def parse_tag(word: str) -> str:
    """Return one tag without a leading `#` or `+`. Raises what `parse_tags` raises."""
    from promisectl.domain import spelling

    tag = spelling.strip_tag_sign(word.strip())
    check_text("tag", tag, limit=constants.MAX_WORD_CHARACTERS)
    if len(tag.split()) != 1:
        raise errors.Contradiction(
            f"A tag is one word, and “{tag}” is not.", "Give each tag separately."
        )
    return tag


def check_choice(option: str, word: str | None, choices: Sequence[str]) -> str | None:
    """Return a word unchanged; None stays None. Raises BadChoice for one not in `choices`."""
    if word is not None and word not in choices:
        raise errors.BadChoice(option, word, choices)
    return word


def parse_state(word: str) -> str:
    """Return a state as records have it, for that word or the one that people see.

    Raises BadChoice.
    """
    states_by_word = {errors.STATE_WORDS.get(state, state): state for state in constants.STATES}
    if word not in constants.STATES:
        check_choice("--state", word, tuple(states_by_word))
    return states_by_word.get(word, word)


def ensure_at_most_one(**options: Any) -> None:
    """Refuse options that exclude each other. Raises Contradiction."""
    names = [spell_option(name) for name, value in options.items() if value]
    if len(names) > 1:
        raise errors.Contradiction(f"{' and '.join(names)} can't be combined.", "Give one of them.")


def spell_option(name: str) -> str:
    """Return an option as it is typed, for the name of its parameter: `--reply-by`."""
    return f"--{name.strip('_').replace('_', '-')}"


def check_row_limit(count: int | None) -> int | None:
    """Return the largest number of rows to show, None for all. Raises BadCount."""
    if count is not None and count < 0:
        raise errors.BadCount("--limit", count, 0)
    return None if count is None else min(count, _MAX_ROWS)


def check_act_number(number: int | None) -> int:
    """Return the number of the act after which acts are wanted, 0 for None. Raises BadCount."""
    if number is not None and number < 0:
        raise errors.BadCount("--after", number, 0)
    return min(number or 0, _MAX_ROWS)


# Dates


def parse_due_date(
    env: Env, option: str, words: str | None, *, said: datetime, backfill: bool = False
) -> CivilMoment | None:
    """Return a date in the future; None for None or an empty text.

    Relative words count from `said`. Raises DatePassed for a date in the past, unless `backfill`.
    """
    when = resolve_due_date(env, option, words, said=said, backfill=backfill)
    if when and when.at < env.now and not backfill:
        instead = _format_time_on(env, when, "tomorrow", said)
        raise errors.DatePassed(option, _format_parsed_date(env, when), instead)
    return when


def resolve_due_date(
    env: Env, option: str, words: str | None, *, said: datetime, backfill: bool = False
) -> CivilMoment | None:
    """Return what `parse_due_date` returns, but also a date in the past."""
    if words is None or not words.strip():
        return None
    return _parse_date_words(env, option, words, said, limit=None if backfill else env.now)


def parse_event_moment(
    env: Env, option: str, words: str | None, *, after: datetime | None = None
) -> datetime:
    """Return the moment at which something happened, now for None and “now”. Raises DateAhead.

    A bare day means its noon, or `after` when that is later on the same day. Today means now.
    """
    if words is None or words.strip().casefold() == "now":
        return env.now
    return find_event_moment(env, _parse_past_date(env, option, words), after)


def find_event_moment(env: Env, when: CivilMoment, after: datetime | None) -> datetime:
    """Return the moment that a past day or minute means, as `parse_event_moment` does."""
    if not when.is_day:
        return when.at
    moment = env.now if when.at >= env.now else when.noon
    return after if after and moment < after <= min(when.at, env.now) else moment


@contextmanager
def show_local_times(env: Env) -> Iterator[None]:
    """Raise errors about a moment that is too early with the times as they are here.

    Raises ClockAhead if what it has to follow is itself in the future.
    """
    from promisectl.rendering import formats

    def show_here(moment: datetime) -> str:
        return formats.format_instant(moment, env.here)

    try:
        yield
    except errors.TooEarly as error:
        if error.earliest > env.now:
            raise errors.ClockAhead(error.number, show_here(error.earliest)) from None
        raise type(error)(error.number, error.earliest, error.dated, show_here) from None


def parse_date_bound(env: Env, option: str, words: str | None, *, end: bool) -> datetime | None:
    """Return the first instant of a date, its last with `end`; None for None.

    A date without a year is the nearest one, because a list has promises of both sides of today.
    """
    if words is None:
        return None
    when = _parse_date_words(env, option, words, env.now, near=True)
    return when.at if end else when.start


def parse_as_of(env: Env, words: str | None) -> datetime | None:
    """Return the past moment of `--as-of`, for a day its end; None for None, which means now."""
    moment = parse_past_bound(env, "--as-of", words, end=True)
    return moment and min(moment, env.now)


def parse_past_bound(env: Env, option: str, words: str | None, *, end: bool) -> datetime | None:
    """Return the first instant of a date that has begun, its last with `end`; None for None.

    A weekday means the latest such day. Raises DateAhead.
    """
    if words is None:
        return None
    when = _parse_past_date(env, option, words)
    return when.at if end else when.start


def list_date_words(env: Env, *, past: bool = False) -> dict[str, CivilMoment]:
    """Return words for dates, as TAB completes them: the days ahead, or past days.

    Each comes with what it means now; what is not ahead any more, or not past yet, is left out.
    """
    from promisectl.domain.dates import forms

    weekday = civil.local_time(env.now, env.zone).weekday()
    meanings: dict[str, CivilMoment] = {}
    for words in forms.iter_completed_words(weekday, past=past):
        with suppress(errors.UnreadableDate, errors.AmbiguousDate):
            when = _read_date(env, words, env.now, past=past)
            if when.start <= env.now if past else when.at >= env.now:
                meanings[words] = when
    return meanings


def parse_past_window(
    env: Env, since: str | None, until: str | None
) -> tuple[datetime | None, datetime | None]:
    """Return the instants of `--since` and `--until`, the end of a day for the latter.

    Raises DateAhead, and Contradiction when the window ends before it begins.
    """
    begin = parse_past_bound(env, "--since", since, end=False)
    end = parse_past_bound(env, "--until", until, end=True)
    ensure_window(begin, end)
    return begin, end


def ensure_window(begin: datetime | None, end: datetime | None) -> None:
    """Raise Contradiction when a window of time ends before it begins."""
    if begin and end and begin > end:
        raise errors.Contradiction(
            "The period ends before it begins.", "Give an earlier --since or a later --until."
        )


def _parse_past_date(env: Env, option: str, words: str) -> CivilMoment:
    when = _parse_date_words(env, option, words, env.now, past=True, limit=env.now)
    if when.start > env.now:
        instead = _format_time_on(env, when, "yesterday", env.now)
        raise errors.DateAhead(option, _format_parsed_date(env, when), instead)
    return when


def _parse_date_words(
    env: Env,
    option: str,
    words: str,
    said: datetime,
    *,
    past: bool = False,
    limit: datetime | None = None,
    near: bool = False,
) -> CivilMoment:
    """Return the date that words mean; a person at a terminal is asked which, of several.

    Raises UnreadableDate, and AmbiguousDate where nobody can be asked.
    """
    try:
        return _read_date(env, words, said, past=past, limit=limit, near=near)
    except errors.AmbiguousDate as problem:
        if not env.may_ask:
            raise problem.name_option(option) from None
        words = _ask_date_reading(env, problem)
        return _read_date(env, words, said, past=past, limit=limit, near=near)


def _read_date(
    env: Env,
    words: str,
    said: datetime,
    *,
    past: bool,
    limit: datetime | None = None,
    near: bool = False,
) -> CivilMoment:
    """Return the date that words mean by the config. Raises UnreadableDate and AmbiguousDate."""
    config = env.config
    options = (config.date_order, config.week_start, config.date)
    return _parse_date_once(words, said, env.zone, *options, past=past, limit=limit, near=near)


@lru_cache(_MAX_REMEMBERED_DATES)
def _parse_date_once(
    words: str,
    said: datetime,
    zone: str,
    order: str | None,
    week_start: int,
    hours: DayHours,
    *,
    past: bool,
    limit: datetime | None,
    near: bool,
) -> CivilMoment:
    """Return what `dates.parse_date` returns: of a thousand promises, many are due on one day.

    It saves a seventh of the time to make them.
    """
    from promisectl.domain import dates

    return dates.parse_date(
        words,
        said,
        zone,
        order=order,
        week_start=week_start,
        hours=hours,
        past=past,
        limit=limit,
        near=near,
    )


def _ask_date_reading(env: Env, problem: errors.AmbiguousDate) -> str:
    """Ask which date is meant, once in a command for the same words; return it in words."""
    numbers = [str(number) for number, _ in enumerate(problem.shown, 1)]
    choices = ", ".join(map(": ".join, zip(numbers, problem.shown, strict=True)))
    while problem.readings not in env.chosen_dates:
        typed = env.ask_question(
            f"Which “{problem.text}”? {choices}",
            about=["The number of the date that you mean."],
            list_words=lambda: tuple(numbers),
        )
        if typed in numbers:
            env.chosen_dates[problem.readings] = problem.readings[int(typed) - 1]
        else:
            env.print_warning(f"Type a number from 1 to {numbers[-1]}.")
    return env.chosen_dates[problem.readings]


def _format_parsed_date(env: Env, when: CivilMoment) -> str:
    today = civil.local_time(env.now, env.zone).date()
    return civil.format_near_civil(when.civil, today, when.zone, env.zone)


def _format_time_on(env: Env, when: CivilMoment, day: str, said: datetime) -> str:
    """Return a time of today as words for another day; empty for a day, and on other days."""
    today = civil.local_time(env.now, when.zone).date()
    is_today = (
        when.civil.startswith(str(today)) and civil.local_time(said, when.zone).date() == today
    )
    zone = f" {when.zone}" if when.zone != env.zone else ""
    return f"{day} {when.civil[11:]}{zone}" if is_today and not when.is_day else ""


# Terms


def check_words_before_lock(
    env: Env,
    words: Mapping[str, str | None] | None = None,
    on: str | None = None,
    *,
    backfill: bool = False,
) -> None:
    """Refuse terms and dates that can't be read, before the ledger is locked.

    `words` holds what was typed, by the field of the terms. The check also asks what a date means
    and imports what parsing takes, so that no other command has to wait for it.
    """
    moment = parse_event_moment(env, "--on", on)
    for field, typed in (words or {}).items():
        if field in _OPTION_BY_DATE_FIELD:
            option = _OPTION_BY_DATE_FIELD[field]
            resolve_due_date(env, option, typed, said=moment, backfill=backfill)
        elif typed is not None:
            _parse_terms_field(env, field, typed, moment, backfill=backfill)


def replace_terms_fields(
    env: Env, base: Terms, said: datetime, words: Mapping[str, str | None], *, backfill: bool
) -> Terms:
    """Return `base` with the fields in `words` replaced; None leaves a field as it is.

    Dates count from `said`. An empty text removes a date or a text.
    """
    for field, typed in words.items():
        if typed is not None:
            value: Any = _parse_terms_field(env, field, typed, said, backfill=backfill)
            base = base._replace(**{field: value})
    return base


def _parse_terms_field(
    env: Env, field: str, typed: str, said: datetime, *, backfill: bool
) -> str | CivilMoment | None:
    if field == "outcome":
        return check_outcome(typed)
    if field in _OPTION_BY_DATE_FIELD:
        option = _OPTION_BY_DATE_FIELD[field]
        return parse_due_date(env, option, typed, said=said, backfill=backfill)
    return check_text(field.replace("_", "-"), typed) if typed else None
