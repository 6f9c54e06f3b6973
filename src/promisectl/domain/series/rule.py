"""The rule of a series: what people type after `--every`, and what it is in words."""

from __future__ import annotations

from datetime import MAXYEAR, date

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import MONTHS, WEEKDAYS
from promisectl.domain.dates import grammar
from promisectl.domain.dates.readings import build_real_date

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

MAX_WEEKS_BETWEEN_DATES = 52
_MAX_RULE_CHARACTERS = 100
_DAYS_OF_WEEK = len(WEEKDAYS)
_MONTHS_BY_UNIT = {"month": 1, "quarter": 3, "year": 12}
_MIN_RULE_SIMILARITY = 0.8  # of a word to one that can be read, as difflib counts it
_UNITS = ("day", "weekday", "week", "month", "quarter", "year")


class SeriesRule(NamedTuple):
    """How the dates of a series follow each other.

    `unit` is "day", "week", "month", "quarter", "year", or "weekday" for the days whose numbers
    are in `weekdays`, in order, Monday being 0. `interval` is the weeks from one date to the next.
    """

    unit: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()


WORKDAY_RULE = SeriesRule("weekday", weekdays=(0, 1, 2, 3, 4))
_RULES_BY_WORDS = {
    **{unit: SeriesRule(unit) for unit in _UNITS if unit != "weekday"},
    **dict.fromkeys(("weekday", "weekdays", "weekday (monday-friday)"), WORKDAY_RULE),
    **dict.fromkeys(("fortnight", "other week"), SeriesRule("week", 2)),
    "daily": SeriesRule("day"),
    "weekly": SeriesRule("week"),
    "monthly": SeriesRule("month"),
    "quarterly": SeriesRule("quarter"),
    "yearly": SeriesRule("year"),
    "annually": SeriesRule("year"),
}
_RULES_BY_COUNT = {
    **{(1, unit): SeriesRule(unit) for unit in ("day", "month", "year")},
    (3, "month"): SeriesRule("quarter"),
    (12, "month"): SeriesRule("year"),
}
_WEEKS_BY_UNIT = {"week": 1, "fortnight": 2}


def parse_rule(text: str) -> SeriesRule:
    """Return the rule that a person means by the words after `--every`.

    Raises UnreadableRule for other words, BadCount for a number of weeks that is out of range.
    """
    words = _split_rule(text) if len(text) <= _MAX_RULE_CHARACTERS else []
    rule = _RULES_BY_WORDS.get(" ".join(words)) or _read_count(words) or _read_weekdays(words)
    if not rule:
        from difflib import get_close_matches

        near = get_close_matches(" ".join(words), (*_UNITS, *WEEKDAYS), 1, _MIN_RULE_SIMILARITY)
        raise errors.UnreadableRule(text, "".join(near))
    return rule


def _split_rule(text: str) -> list[str]:
    """Return the words of a rule in lower case, a range as one word, without “every”."""
    if not text.isascii():
        from promisectl.domain import spelling

        text = spelling.replace_spaces(text)
    plain = text.lower().replace(",", " ").replace("&", " ")
    joined = " ".join(word for word in plain.split() if word != "and")
    words = joined.replace(" to ", "-").replace(" - ", "-").split()
    return words[1:] if words[:1] in (["every"], ["each"]) else words


def _read_count(words: Sequence[str]) -> SeriesRule | None:
    """Return the rule of “2 weeks” and the like. Raises BadCount."""
    for pattern in ("COUNT UNIT", "SPAN"):
        values = _match(pattern, *words)
        if values is None or values.get("sign", 1) < 0:
            continue
        count, unit = values["count"], values["unit"]
        if unit not in _WEEKS_BY_UNIT:
            return _RULES_BY_COUNT.get((count, unit))
        weeks = count * _WEEKS_BY_UNIT[unit]
        if not 1 <= weeks <= MAX_WEEKS_BETWEEN_DATES:
            raise errors.BadCount("The weeks of --every", weeks, 1, MAX_WEEKS_BETWEEN_DATES)
        return SeriesRule("week", weeks)
    return None


def _read_weekdays(words: Sequence[str]) -> SeriesRule | None:
    """Return the rule of “mon thu”, “fridays” or “mon-fri”; all seven are every day."""
    found = set[int]()
    for word in words:
        ends = list[int]()
        for name in word.split("-", 1):
            values = _match("WEEKDAY", name) or _match("WEEKDAY", name.removesuffix("s"))
            if not values:
                return None
            ends.append(values["weekday"])
        distance = (ends[-1] - ends[0]) % _DAYS_OF_WEEK
        found.update((ends[0] + number) % _DAYS_OF_WEEK for number in range(distance + 1))
    if len(found) == _DAYS_OF_WEEK:
        return SeriesRule("day")
    return SeriesRule("weekday", weekdays=tuple(sorted(found))) if found else None


def _match(pattern: str, *words: str) -> dict[str, Any] | None:
    """Return the values of the classes in a pattern of the grammar of dates; None without match."""
    return grammar.match_words(pattern.split(), [*words])


def format_rule(rule: SeriesRule) -> str:
    """Return a rule in words: “every 2 weeks”, “every Monday and Thursday”."""
    if rule == WORKDAY_RULE:
        return "every weekday (Monday to Friday)"
    if rule.unit == "weekday":
        *names, last = (WEEKDAYS[number].title() for number in rule.weekdays)
        return f"every {' and '.join(filter(None, (', '.join(names), last)))}"
    return f"every {rule.unit}" if rule.interval == 1 else f"every {rule.interval} {rule.unit}s"


def iter_rule_days(rule: SeriesRule, first: date) -> Iterator[date]:
    """Yield the days of a rule from `first` on, as far as the calendar goes.

    Months and weeks are counted from `first`. A month without its day has the last day instead.
    """
    if months := _MONTHS_BY_UNIT.get(rule.unit):
        begin = first.year * len(MONTHS) + first.month - 1
        for number in range(begin, (MAXYEAR + 1) * len(MONTHS), months):
            year, month = divmod(number, len(MONTHS))
            days = (build_real_date(year, month + 1, day) for day in range(first.day, 0, -1))
            yield next(filter(None, days))
        return
    step = rule.interval * _DAYS_OF_WEEK if rule.unit == "week" else 1
    for ordinal in range(first.toordinal(), date.max.toordinal() + 1, step):
        day = date.fromordinal(ordinal)
        if rule.unit != "weekday" or day.weekday() in rule.weekdays:
            yield day
