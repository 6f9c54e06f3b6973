"""The statistics of promises: rates with their counts and intervals, medians and credits.

A rate of what was completed is 100 % for a person who abandons everything else, so these rates
are of all that should have been kept by now, broken and overdue promises included. There is no
total score: each figure answers one question.
"""

from __future__ import annotations

from math import exp, log, sqrt

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import DAY_SECONDS
from promisectl.domain.promise import Promise, Revision, Side, State, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime, timedelta

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.lifecycle import Applied

OUTCOME_CLASSES = ("kt", "kl", "kn", "bn", "bl", "od")
"""Kept in time, late or without a date; broken with notice, or without it in time; overdue."""

REQUEST_OUTCOMES = ("as_asked", "negotiated", "declined", "no_answer")
"""A yes as asked or after a counter-offer, a no, and no answer in time."""
MIN_TOLD_YESES = 5
"""So many plain yeses stand out, if there was no other answer."""
MIN_TOLD_RATE_PROMISES = 3
"""From so many promises on, a poor record is told before another one."""
_MIN_GOOD_RATE = 0.8
_NORMAL_QUANTILE = 1.959964  # the 97.5 % point of the normal distribution, for a 95 % interval
# A delay in seconds, and the credit for it.
_LATE_CREDIT_POINTS = (
    (0, 1.0),
    (DAY_SECONDS // 24, 0.999),
    (DAY_SECONDS, 0.99),
    (7 * DAY_SECONDS, 0.9),
    (30 * DAY_SECONDS, 0.5),
    (365 * DAY_SECONDS, 0.1),
    (3_650 * DAY_SECONDS, 0.01),
)
_MIN_ECHO_WORD_LETTERS = 4


def compute_wilson_interval(count: int, of: int) -> tuple[float, float]:
    """Return the 95 % interval of the true rate after `count` of `of`, which is at least 1.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927).
    """
    rate, square = count / of, _NORMAL_QUANTILE * _NORMAL_QUANTILE
    centre = (rate + square / (2 * of)) / (1 + square / of)
    spread = sqrt(rate * (1 - rate) / of + square / (4 * of * of))
    half = _NORMAL_QUANTILE * spread / (1 + square / of)
    return centre - half if count else 0.0, centre + half if count < of else 1.0


def is_poor_rate(count: int, of: int, least: int) -> bool:
    """Whether a rate of at least `least` cases is poor: its 95 % interval ends below 80 %."""
    return of >= least and compute_wilson_interval(count, of)[1] < _MIN_GOOD_RATE


def compute_late_credit(seconds: float) -> float:
    """Return the credit for a delivery `seconds` after its due date: 1 in time, .5 a month late.

    Between two points of the table the logarithm of the credit is linear; after the last point
    it continues with the same slope.
    """
    if seconds <= 0:
        return 1.0
    last = len(_LATE_CREDIT_POINTS) - 1
    index = next((i for i in range(1, last) if seconds <= _LATE_CREDIT_POINTS[i][0]), last)
    (begin, high), (end, low) = _LATE_CREDIT_POINTS[index - 1 : index + 1]
    return high * exp(log(low / high) * (seconds - begin) / (end - begin))


def compute_median(values: Iterable[float]) -> float | None:
    """Return the middle value, or the mean of the two middle ones; None without any."""
    ordered = sorted(values)
    middle = len(ordered) // 2
    if not ordered:
        return None
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def count_days(span: timedelta) -> float:
    """Return a span in days of 24 hours."""
    return span.total_seconds() / DAY_SECONDS


def has_common_word(one: str, other: str) -> bool:
    """Whether two texts share a word of four or more letters, in upper or lower case."""
    return not _split_echo_words(one).isdisjoint(_split_echo_words(other))


def find_foreseen_risk(steps: Sequence[Applied]) -> str | None:
    """Return the risk that a promise had when it was broken, or None.

    `steps` are its acts, each with the promise after it. Who corrects the risk after the break has
    not foreseen it.
    """
    broken = next(step.act for step in steps if step.promise.state is State.RENEGED)
    end = (broken.at, broken.number)
    named = [act.risk for act, _ in steps if act.risk and (act.at, act.number) <= end]
    return named[-1] if named else None


def _split_echo_words(text: str) -> set[str]:
    split = "".join(letter if letter.isalnum() else " " for letter in text.casefold()).split()
    return {word for word in split if len(word) >= _MIN_ECHO_WORD_LETTERS}


class Rate(NamedTuple):
    """A count of a total, as in 5 of 8."""

    number: int
    of: int

    @property
    def rate(self) -> float | None:
        """The share from 0 to 1; None where the total is 0."""
        return self.number / self.of if self.of else None

    @property
    def bounds(self) -> tuple[float, float] | tuple[None, None]:
        """The Wilson interval of the share; None, None where the total is 0."""
        return compute_wilson_interval(self.number, self.of) if self.of else (None, None)


class DirectionStatistics(NamedTuple):
    """The statistics of one direction in a window of time.

    - `classes` counts the promises by outcome class (OUTCOME_CLASSES).
    - `kept` is of all promises that should have been kept by now. `on_time` and `on_time_first`
      leave out promises without a due date; the first goes by the last agreed due date, the
      second by the first one.
    - `renegotiated` is of all accepted promises.
    - `notice` is of all promises kept late, broken, overdue or postponed: those where the
      promisor warned before the due date agreed at that time.
    - `confirmed` is of all delivered promises, `said_no` of all that the promisor answered.
    - `foreseen` is of the broken promises that had a risk before the break: those whose reason
      echoes the risk.
    - `slip_days` and `lead_days` are medians in days of 24 hours, `late_credit` is a mean from
      0 to 1; None without data.
    - `causes` counts the broken promises by cause, the most frequent first; `untold` counts those
      that the other side does not know of.
    - `kept_before` is `kept` in the window of the same length before; None if there is none.
    - `requests` counts what the promisor was asked for by the answer (REQUEST_OUTCOMES), and
      `risk_named` is of the yeses among them: those at which the promisor named a risk.
    - `always_yes` has the people, by handle, who answered five requests or more, and each with a
      yes as asked, without a counter-offer or a risk: how many, the most first. I am `me`.
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
    kept_before: Rate | None
    requests: Mapping[str, int]
    risk_named: Rate
    always_yes: Mapping[str, int]


class Amendment(NamedTuple):
    """A later due date that the promisor asked for and the promisee accepted.

    `at` is when it was accepted, `due` the due date before it, `word_at` when the promisor warned.
    """

    at: datetime
    due: CivilMoment
    word_at: datetime | None

    @property
    def notice_lead(self) -> timedelta | None:
        """How long before `due` the promisor warned; None without a warning in time."""
        return self.due.at - self.word_at if self.word_at and self.word_at < self.due.at else None


def iter_amendments(promise: Promise) -> Iterator[Amendment]:
    """Yield each agreed change that gave the promisor a later due date or none, as corrected."""
    for index, agreement in enumerate(promise.agreements[1:]):
        old, new = promise.find_agreed_due(index), promise.find_agreed_due(index + 1)
        if find_round_start(promise, agreement.revision).author is not Side.PROMISOR:
            continue
        if old and (new is None or new.at > old.at):
            yield Amendment(agreement.at, old, promise.find_first_notice(index))


def find_round_start(promise: Promise, number: int) -> Revision:
    """Return the revision that began the negotiation which ended with revision `number`.

    Going back from there, it is the last one before an agreement or a revision that was not
    superseded.
    """
    agreed = {agreement.revision for agreement in promise.agreements}
    first = next(revision for revision in promise.revisions if revision.number == number)
    while (
        first.number - 1 not in agreed
        and (before := promise.find_revision(first.number - 1))
        and before.status is Status.SUPERSEDED
    ):
        first = before
    return first
