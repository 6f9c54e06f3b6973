"""The promises of a series in a message: one item for all of which the same was said."""

from __future__ import annotations

from datetime import date
from itertools import groupby, takewhile

from promisectl._typing import TYPE_CHECKING
from promisectl.domain.constants import WEEKDAYS
from promisectl.domain.series import pattern
from promisectl.domain.series.rule import WORKDAY_RULE, SeriesRule, iter_rule_days
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Protocol

    from promisectl.domain.talk import Day, Utterance
    from promisectl.rendering.formats import ViewRow

    class DateWords(Protocol):
        """How dates are worded in a message."""

        @property
        def weekdays(self) -> Sequence[str]:
            """The names of the weekdays, from Monday on."""

        def get_words(self, key: str) -> str:
            """Return the words of a key."""

        def format_day(self, day: Day) -> str:
            """Return a civil day or minute."""


_MIN_DAYS_OF_RULE = 3  # two days always fit one, also one that nobody meant


def join_series(said: Sequence[tuple[ViewRow, Utterance]]) -> list[tuple[ViewRow, Utterance]]:
    """Return what was said, with one utterance where a series differs in its dates alone.

    It has all the dates, and the row of the first promise.
    """
    folded: list[tuple[ViewRow, Utterance]] = []
    promises = [list(items) for _, items in groupby(said, key=lambda item: item[0]["id"])]
    for common, group in groupby(promises, key=lambda items: [*map(find_common_part, items)]):
        alike = list(group)
        if not common[0][0] or len(alike) == 1:
            folded += [item for items in alike for item in items]
            continue
        for items in zip(*alike, strict=True):
            row, first = items[0]
            formers = tuple(one.former.due for _, one in items if one.former and one.former.due)
            dates = tuple(one.terms.due for _, one in items if one.terms.due)
            folded.append((row, first._replace(dates=dates, former_dates=formers)))
    return folded


def find_common_part(item: tuple[ViewRow, Utterance]) -> tuple[object, ...]:
    """Return the series of a promise with a date, and what was said but for the dates."""
    row, one = item
    former = one.former and one.former._replace(due=None)
    common = one._replace(terms=one.terms._replace(due=None), former=former)
    return one.terms.due and row["series"], common, row["risk"], row["no_to"]


def format_dates(days: Sequence[Day], wording: DateWords) -> str:
    """Return days in words: “every Friday from … until …”, or one after the other."""
    rule = pattern.find_rule(civil for civil, _ in days)
    if rule is None or len(days) < _MIN_DAYS_OF_RULE:
        return f"{wording.get_words('by')} {', '.join(map(wording.format_day, days))}"
    first, last = (wording.format_day(day) for day in (days[0], days[-1]))
    begin, end = (wording.get_words(key) for key in ("from", "until"))
    words = f"{format_how_often(rule, days, wording)} {begin} {first} {end} {last}"
    left_out = ", ".join(
        wording.format_day((civil, days[0][1])) for civil in list_left_out(rule, days)
    )
    return f"{words}, {wording.get_words('but_not')} {left_out}" if left_out else words


def list_left_out(rule: SeriesRule, days: Sequence[Day]) -> list[str]:
    """Return the civil days of a rule between the first and the last that are not there."""
    civils = [civil[:10] for civil, _ in days]
    until = date.fromisoformat(civils[-1])
    expected = takewhile(
        lambda day: day < until, iter_rule_days(rule, date.fromisoformat(civils[0]))
    )
    return [str(day) for day in expected if str(day) not in civils]


def format_how_often(rule: SeriesRule, days: Sequence[Day], wording: DateWords) -> str:
    """Return how often a date comes: “every Friday”, “every 2 weeks”."""
    if rule == SeriesRule("week"):
        rule = SeriesRule("weekday", weekdays=(date.fromisoformat(days[0][0][:10]).weekday(),))
    if rule == WORKDAY_RULE:
        return wording.get_words("every_workday")
    if rule.unit == "week":
        return wording.get_words("every_weeks").replace("{count}", str(rule.interval))
    if rule.unit != "weekday":
        return wording.get_words(f"every_{rule.unit}")
    english = [day.title() for day in WEEKDAYS]
    is_english = [day[:3] for day in english] == [*wording.weekdays]
    names = english if is_english else wording.weekdays
    listed = [names[number] for number in rule.weekdays]
    words = formats.join_words(listed) if is_english else ", ".join(listed)
    return wording.get_words("every_weekday").replace("{weekdays}", words)
