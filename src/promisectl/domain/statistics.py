"""The figures of a record: counts before rates, what is broken or overdue among what they are of, and an interval instead of one number.

A rate over what was completed reads 100 % for whoever abandons everything, so the figures here are over all that should have been
kept by now. Nothing is added up to a score: each figure answers one question.
"""

from __future__ import annotations

from math import exp, log, sqrt

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import Promise, Revision, Side, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime, timedelta

    from promisectl.domain.civil import CivilMoment

OUTCOME_CLASSES = ("kt", "kl", "kn", "bn", "bl", "od")
"""Kept in time, late, without a date; broken with notice, broken late or in silence; overdue."""

_NORMAL_QUANTILE = 1.959964  # the 97.5 % point of the normal distribution, for an interval of 95 %
_HOUR_SECONDS, _DAY_SECONDS = 3_600, 86_400
_LATE_CREDIT_POINTS = (
    (0, 1.0),
    (_HOUR_SECONDS, 0.999),
    (_DAY_SECONDS, 0.99),
    (7 * _DAY_SECONDS, 0.9),
    (30 * _DAY_SECONDS, 0.5),
    (365 * _DAY_SECONDS, 0.1),
    (3_650 * _DAY_SECONDS, 0.01),
)
_MIN_ECHO_WORD_LETTERS = 4  # letters that a word needs to be recognised again


def compute_wilson_interval(count: int, of: int) -> tuple[float, float]:
    """The interval in which a true rate plausibly lies (95 %) after `count` of `of`; `of` is at least 1.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927).
    """
    rate, square = count / of, _NORMAL_QUANTILE * _NORMAL_QUANTILE
    centre = (rate + square / (2 * of)) / (1 + square / of)
    half = (
        _NORMAL_QUANTILE * sqrt(rate * (1 - rate) / of + square / (4 * of * of)) / (1 + square / of)
    )
    return centre - half if count else 0.0, centre + half if count < of else 1.0


def compute_late_credit(seconds: float) -> float:
    """What a delivery is worth that came so many seconds after its due date: 1 in time, .99 a day late, .5 a month late.

    Between the points of the table the logarithm runs straight, and after the last one as before it.
    """
    if seconds <= 0:
        return 1.0
    last = len(_LATE_CREDIT_POINTS) - 1
    place = next(
        (place for place in range(1, last) if seconds <= _LATE_CREDIT_POINTS[place][0]), last
    )
    (begin, high), (end, low) = _LATE_CREDIT_POINTS[place - 1 : place + 1]
    return high * exp(log(low / high) * (seconds - begin) / (end - begin))


def compute_median(values: Iterable[float]) -> float | None:
    """The middle value, the mean of the two in the middle; None without any."""
    found = sorted(values)
    middle = len(found) // 2
    if not found:
        return None
    return found[middle] if len(found) % 2 else (found[middle - 1] + found[middle]) / 2


def count_days(span: timedelta) -> float:
    """A span in days of 24 hours."""
    return span.total_seconds() / _DAY_SECONDS


def has_common_word(one: str, other: str) -> bool:
    """Whether two texts have a word of four or more letters in common, whatever its case: enough for the one to echo the other."""
    return not _split_echo_words(one).isdisjoint(_split_echo_words(other))


def _split_echo_words(text: str) -> set[str]:
    split = "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
    return {word for word in split if len(word) >= _MIN_ECHO_WORD_LETTERS}


class Rate(NamedTuple):
    """So many of so many."""

    number: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share, from 0 to 1; None of nothing."""
        return self.number / self.of if self.of else None

    @property
    def bounds(self) -> tuple[float, float] | tuple[None, None]:
        """The Wilson interval of the share; None of nothing."""
        return compute_wilson_interval(self.number, self.of) if self.of else (None, None)


class DirectionStatistics(NamedTuple):
    """The record of one direction in a window of time.

    `classes` counts what the rest is made of (CLASSES). `kept` is of all that should have been kept by now; `on_time` and
    `on_time_first` leave out what had no date, and judge by the date agreed in the end and by the one promised first;
    `renegotiated` is of all that was accepted; `notice` is of every trouble: those where word came before the date then in force;
    `confirmed` is of what was delivered; `said_no` of what was asked; `foreseen` of the breaks with a risk named:
    those whose reason echoes it.
    `slip_days` and `lead_days` are medians in days of 24 hours, `late_credit` a mean from 0 to 1; None without data.
    `causes` counts the breaks by cause, the most frequent first; `untold` those that nobody has been told of.
    """

    classes: Mapping[str, int]
    kept: Rate
    on_time: Rate
    on_time_first: Rate
    renegotiated: Rate
    notice: Rate
    confirmed: Rate
    said_no: Rate
    slip_days: float | None
    lead_days: float | None
    late_credit: float | None
    causes: Mapping[str, int]
    foreseen: Rate
    untold: int


class Amendment(NamedTuple):
    """New terms that the promisor asked for and that moved the date later: when they were accepted, and when word had been given."""

    at: datetime
    due: CivilMoment
    word_at: datetime | None

    @property
    def notice_lead(self) -> timedelta | None:
        """How long before the date then in force word was given; None when it was not."""
        return self.due.at - self.word_at if self.word_at and self.word_at < self.due.at else None


def iter_amendments(promise: Promise) -> Iterator[Amendment]:
    """Every time the promisor's trouble moved the date: new terms of theirs that were accepted, with a later date or none, as corrected."""
    for place, agreement in enumerate(promise.agreements[1:]):
        old, new = promise.find_agreed_due(place), promise.find_agreed_due(place + 1)
        asked = _find_round_start(promise, agreement.revision).author is Side.PROMISOR
        if asked and old and (new is None or new.at > old.at):
            yield Amendment(agreement.at, old, promise.find_first_notice(place))


def _find_round_start(promise: Promise, number: int) -> Revision:
    """The revision with which the talk began that ended with this one: what it took the place of while nothing was agreed on."""
    agreed = {agreement.revision for agreement in promise.agreements}
    first = next(revision for revision in promise.revisions if revision.number == number)
    while (
        first.number - 1 not in agreed
        and (before := promise.find_revision(first.number - 1))
        and before.status is Status.SUPERSEDED
    ):
        first = before
    return first
