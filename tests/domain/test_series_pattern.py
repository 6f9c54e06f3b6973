"""The rule that the dates of a series follow, found from them."""

from datetime import date
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.domain.series import pattern
from promisectl.domain.series.rule import SeriesRule, format_rule, iter_rule_days, parse_rule

RULES = ["day", "weekday", "week", "2 weeks", "52 weeks", "month", "quarter", "year", "mon,thu"]


@given(st.sampled_from(RULES), st.dates(date(2026, 1, 1), date(2030, 1, 1)), st.integers(16, 40))
def test_the_dates_of_a_rule_give_that_rule(text: str, begin: date, count: int) -> None:
    rule = parse_rule(text)
    first = next(iter(iter_rule_days(rule, begin)))
    days = [str(day) for day in islice(iter_rule_days(rule, first), count)]
    assert pattern.find_rule(days) == rule
    assert pattern.find_rule(f"{day}T17:00" for day in days) == rule
    assert pattern.find_rule([*days[:3], *days[4:]]) == rule  # one is left out
    assert parse_rule(pattern.spell_rule(rule)) == rule


@pytest.mark.parametrize(
    ("days", "rule"),
    [
        (["2026-11-27"], None),
        ([], None),
        (["2026-11-27", "2026-12-04"], "week"),
        (["2026-11-27", "2026-12-11"], "2 weeks"),
        (["2027-01-31", "2027-02-28", "2027-03-31"], "month"),
        (["2026-11-27", "2026-12-05", "2026-12-11", "2026-12-18"], None),  # one was moved
        (["2026-11-23", "2026-11-26", "2026-11-30"], "mon,thu"),
        (["2024-02-29", "2025-02-28"], "year"),
        (["2026-11-27", "2030-01-18"], None),
    ],
)
def test_few_dates_give_the_plainest_rule(days: list[str], rule: str | None) -> None:
    assert pattern.find_rule(days) == (rule and parse_rule(rule))


def test_a_rule_is_spelled_as_it_is_typed() -> None:
    for text in RULES:
        assert pattern.spell_rule(parse_rule(text)) == text
    assert format_rule(SeriesRule("weekday", weekdays=(4,))) == "every Friday"
