"""The rules of `--every`: how people spell them, what they are in words, and which days they have."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.series.rule import SeriesRule, format_rule, parse_rule
from promisectl.errors import BadCount, UnreadableRule

FRIDAY = SeriesRule("weekday", weekdays=(4,))
MONDAY_AND_THURSDAY = SeriesRule("weekday", weekdays=(0, 3))
WORKDAYS = SeriesRule("weekday", weekdays=(0, 1, 2, 3, 4))
TWO_WEEKS = SeriesRule("week", 2)

# What people type, what is meant, and how that is shown
SPELLINGS = (
    (("day", "DAY", " day ", "every day", "each day", "daily", "1 day", "a day"), "every day"),
    (
        (
            *("weekday", "weekdays", "every weekday", "mon-fri", "mon - fri", "Monday to Friday"),
            *("mon,tue,wed,thu,fri", "fri, thu, wed, tue, mon"),
        ),
        "every weekday (Monday to Friday)",
    ),
    (("week", "Week", "weekly", "1 week", "1 weeks", "a week", "one week", "1w"), "every week"),
    (
        (
            *("2 weeks", "two weeks", "2  Weeks", "2w", "+2w", "2 week", "every 2 weeks"),
            *("fortnight", "a fortnight", "other week", "every other week", "2\u00a0weeks"),
        ),
        "every 2 weeks",
    ),
    (("4 weeks", "2 fortnights", "four weeks"), "every 4 weeks"),
    (("52 weeks",), "every 52 weeks"),
    (("month", "monthly", "1 month"), "every month"),
    (("quarter", "quarterly", "3 months", "three months", "3m"), "every quarter"),
    (("year", "yearly", "annually", "1 year", "12 months"), "every year"),
    (("fri", "Fri", "FRIDAY", "friday", "fridays", "every fri", "fri,fri", "fri,"), "every Friday"),
    (("tues", "tue", "Tuesdays"), "every Tuesday"),
    (
        (
            *("mon,thu", "mon, thu", "mon , thu", "thu,mon", "mon thu", "mon and thu", "mon & thu"),
            *("Mondays and Thursdays", "every Monday and Thursday"),
        ),
        "every Monday and Thursday",
    ),
    (("mon,wed,fri", "mon, wed and fri"), "every Monday, Wednesday and Friday"),
    (("sat,sun", "sat-sun"), "every Saturday and Sunday"),
    (("fri-mon",), "every Monday, Friday, Saturday and Sunday"),
    (("mon,wed-fri",), "every Monday, Wednesday, Thursday and Friday"),
    (("mon-sun", "sun-sat"), "every day"),
)


@pytest.mark.parametrize(
    ("text", "words"), [(text, words) for texts, words in SPELLINGS for text in texts]
)
def test_a_rule_is_read_and_shown(text: str, words: str) -> None:
    assert format_rule(parse_rule(text)) == words


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("fri", FRIDAY),
        ("mon,thu", MONDAY_AND_THURSDAY),
        ("weekday", WORKDAYS),
        ("2 weeks", TWO_WEEKS),
        ("quarter", SeriesRule("quarter")),
    ],
)
def test_a_rule_is_a_plain_value(text: str, rule: SeriesRule) -> None:
    assert parse_rule(text) == rule
    assert hash(parse_rule(text)) == hash(rule)


ALL_RULES = (
    *(SeriesRule(unit) for unit in ("day", "month", "quarter", "year")),
    *(SeriesRule("week", count) for count in range(1, 53)),
    *(
        SeriesRule("weekday", weekdays=days)
        for number in range(1, 7)
        for days in combinations(range(7), number)
    ),
)


@pytest.mark.parametrize("rule", ALL_RULES, ids=format_rule)
def test_the_words_of_a_rule_mean_it(rule: SeriesRule) -> None:
    assert parse_rule(format_rule(rule)) == rule


TYPE = (
    'Type day, weekday, week, "2 weeks", month, quarter or year, or weekdays, as in fri or mon,thu.'
)


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("", ""),
        (" ", ""),
        (",", ""),
        ("fortnite", ""),
        ("weeks", "Did you mean week? "),
        ("days", "Did you mean day? "),
        ("months", "Did you mean month? "),
        ("wendesday", "Did you mean wednesday? "),
        ("2 months", ""),
        ("2 days", ""),
        ("2 years", ""),
        ("-2w", ""),
        ("2 weeks ago", ""),
        ("in 2 weeks", ""),
        ("biweekly", ""),
        ("weekend", ""),
        ("other friday", ""),
        ("every other Friday but in August", ""),
        ("fri 17:00", ""),
        ("27", ""),
        ("fri-", ""),
        ("-fri", ""),
        ("-", ""),
        ("mon-thu-fri", ""),
        ("fri,week", ""),
        ("every", ""),
        ("and", ""),
        ("FREQ=WEEKLY;BYDAY=FR", ""),
        ("weekday (mon)", ""),
        ("9" * 5_000 + " weeks", ""),
        ("²  weeks", ""),
        ("fri\n", None),
    ],
)
def test_what_is_not_a_rule_is_refused_with_what_is_one(text: str, meant: str | None) -> None:
    if meant is None:
        assert format_rule(parse_rule(text)) == "every Friday"
        return
    with pytest.raises(UnreadableRule) as caught:
        parse_rule(text)
    assert caught.value.cause == f"--every can't be “{text}”."
    assert caught.value.advice == meant + TYPE


@pytest.mark.parametrize("count", [0, 53, 1_000])
def test_a_number_of_weeks_has_limits(count: int) -> None:
    with pytest.raises(BadCount) as caught:
        parse_rule(f"{count} weeks")
    assert str(caught.value) == f"The weeks of --every can't be {count}. Give 1 to 52."


@given(text=st.text(max_size=120))
def test_any_text_is_a_rule_or_an_error(text: str) -> None:
    try:
        rule = parse_rule(text)
    except (UnreadableRule, BadCount):
        return
    assert parse_rule(format_rule(rule)) == rule


@given(
    days=st.lists(st.integers(0, 6), min_size=1, max_size=7),  # no longer than a rule may be
    separator=st.sampled_from([",", ", ", " ", " and ", " & ", " , "]),
    letters=st.sampled_from([3, 10]),
)
def test_weekdays_are_taken_in_any_order_and_spelling(
    days: list[int], separator: str, letters: int
) -> None:
    rule = parse_rule(separator.join(WEEKDAYS[day].title()[:letters] for day in days))
    assert rule == (
        SeriesRule("weekday", weekdays=tuple(sorted({*days})))
        if len({*days}) < 7
        else SeriesRule("day")
    )
