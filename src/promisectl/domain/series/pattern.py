"""How often the promises of a series are due, found from their dates: no rule is kept."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, takewhile
from math import gcd

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.series.rule import (
    MAX_WEEKS_BETWEEN_DATES,
    WORKDAY_RULE,
    SeriesRule,
    iter_rule_days,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_MIN_SHARE = 0.7  # of the days of a rule that must be there


def find_rule(civils: Iterable[str]) -> SeriesRule | None:
    """Return the rule that civil days or minutes follow, with few days left out; else None."""
    days = sorted({date.fromisoformat(civil[:10]) for civil in civils})
    if not days[1:]:
        return None
    return next((rule for rule in list_possible_rules(days) if is_rule_followed(rule, days)), None)


def list_possible_rules(days: Sequence[date]) -> list[SeriesRule]:
    """Return the rules that days may follow, those with the longest steps first."""
    distance = gcd(*((later - day).days for day, later in pairwise(days)))
    weeks = distance // len(WEEKDAYS)
    weekdays = tuple(sorted({day.weekday() for day in days}))
    rules = [SeriesRule(unit) for unit in ("year", "quarter", "month")]
    if distance % len(WEEKDAYS) == 0 and weeks <= MAX_WEEKS_BETWEEN_DATES:
        rules.append(SeriesRule("week", weeks))
    if len(weekdays) < len(WEEKDAYS):
        rules.append(SeriesRule("weekday", weekdays=weekdays))
    return [*rules, SeriesRule("day")]


def is_rule_followed(rule: SeriesRule, days: Sequence[date]) -> bool:
    """Whether days are all of a rule, and most of its days are there."""
    all_days = {*takewhile(lambda day: day <= days[-1], iter_rule_days(rule, days[0]))}
    return all_days.issuperset(days) and len(days) >= _MIN_SHARE * len(all_days)


def spell_rule(rule: SeriesRule) -> str:
    """Return a rule as `parse_rule` reads it: “2 weeks”, “mon,thu”."""
    if rule.unit != "weekday":
        return rule.unit if rule.interval == 1 else f"{rule.interval} {rule.unit}s"
    if rule == WORKDAY_RULE:
        return "weekday"
    return ",".join(WEEKDAYS[number][:3] for number in rule.weekdays)
