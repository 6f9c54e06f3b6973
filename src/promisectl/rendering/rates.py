"""Figures in words: counts come first, and percentages only where there are enough cases.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.statistics import DirectionStatistics, Rate

EARLIER_MONTHS = "earlier"
"""The name of all months before those that are shown one by one; they have no bar."""
_OVERLOAD, _MIN_TOLD_OVERLOADS = "overload", 2  # the cause, as `renege --cause` has it
_MIN_RATE_CASES = 5  # with fewer cases a percentage would mislead


def format_times(number: int) -> str:
    """Return a number of times: “once”, “3 times”."""
    return "once" if number == 1 else formats.format_count(number, "time")


def format_rate_counts(rate: Rate) -> str:
    """Return a rate as counts: “2 of 3”; “none” without a case."""
    return f"{rate.number} of {rate.of}" if rate.of else "none"


def format_rate_percent(rate: Rate) -> str:
    """Return a rate as a percentage: “63 %”, halves up; empty with fewer than five cases."""
    return f"{_round_percent(rate.rate or 0)} %" if rate.of >= _MIN_RATE_CASES else ""


def format_rate_interval(rate: Rate) -> str:
    """Return the 95 % interval of a rate: “31–86 %”; empty with fewer than five cases."""
    if rate.of < _MIN_RATE_CASES:
        return ""
    low, high = rate.bounds
    return f"{_round_percent(low or 0)}–{_round_percent(high or 0)} %"


def format_rate(rate: Rate, before: Rate | None = None) -> str:
    """Return a rate as counts, and from five cases on also as a percentage with its interval.

    For example “2 of 3”, or “5 of 8 (63 %, 95 % interval 31–86 %)”. The rate `before` comes last:
    “2 of 3 (before: 1 of 2)”.
    """
    remarks = []
    if rate.of >= _MIN_RATE_CASES:
        percent, interval = format_rate_percent(rate), format_rate_interval(rate)
        remarks.append(f"{percent}, 95 % interval {interval}")
    if before and before.of:
        remarks.append(f"before: {format_rate_counts(before)}")
    counts = format_rate_counts(rate)
    return f"{counts} ({'; '.join(remarks)})" if remarks else counts


def _round_percent(part: float) -> int:
    """Return a part of 1 as a whole percentage, halves up."""
    return int(part * 100 + 0.5)


def has_statistics(figures: DirectionStatistics) -> bool:
    """Whether there is anything to count."""
    return any((figures.kept.of, figures.renegotiated.of, figures.notice.of, figures.said_no.of))


def format_statistics_line(figures: DirectionStatistics, remarks: Sequence[str] = ()) -> str:
    """Return the record in one line; rates without a case are left out.

    `remarks` are what there is to say beside “Kept”.
    """
    optional = (
        ("on time", figures.on_time),
        ("warned in time", figures.notice),
        ("terms changed", figures.renegotiated),
    )
    parts = [
        *([f"kept {format_rate(figures.kept, figures.kept_before)}"] if figures.kept.of else []),
        *remarks,
        *(f"{name} {format_rate_counts(rate)}" for name, rate in optional if rate.of),
    ]
    if figures.said_no.number:
        parts.append(f"said no {format_times(figures.said_no.number)}")
    line = " · ".join(parts)
    return line[:1].upper() + line[1:]


def format_lesson(figures: DirectionStatistics) -> str:
    """Return what can be learned from the record, in one line; empty when that is nothing.

    It names the most frequent causes, the risks that came true, by how much dates move, and how
    many broken promises the other side does not know of.
    """
    lessons = []
    if figures.causes and not ([*figures.causes] == [_OVERLOAD] and _is_overload_told(figures)):
        most, total = max(figures.causes.values()), sum(figures.causes.values())
        causes = " and ".join(cause for cause, number in figures.causes.items() if number == most)
        each = " each" if " and " in causes else ""
        lessons.append(
            f"broken by: {causes}"
            if most in (1, total)
            else f"broken most often by: {causes} ({most} of {total}{each})"
        )
    if figures.foreseen.of:
        counts = format_rate_counts(figures.foreseen)
        lessons.append(f"broken for the reason foreseen: {counts}")
    if figures.slip_days is not None:
        span = format_day_span(figures.slip_days)
        lessons.append(f"changes moved the date by {span} (median)")
    if figures.untold:
        lessons.append(f"not told yet: {figures.untold}")
    line = " · ".join(lessons)
    return line[:1].upper() + line[1:]


def format_overload(figures: DirectionStatistics, who: str) -> str:
    """Return how often overload broke a promise of one who never said no; empty if that is rare.

    `who` is “you”, or the name of the promisor.
    """
    if not _is_overload_told(figures):
        return ""
    times = format_times(figures.causes[_OVERLOAD])
    return f"Broken by overload {times}; {who} said no 0 times."


def _is_overload_told(figures: DirectionStatistics) -> bool:
    """Whether overload is told in a sentence of its own: it came twice, and never a no."""
    return figures.causes.get(_OVERLOAD, 0) >= _MIN_TOLD_OVERLOADS and not figures.said_no.number


def format_yeses(figures: DirectionStatistics, to: str = "") -> str:
    """Return how I said yes to requests, in one line; empty without a yes. `to` is a name."""
    requests, named = figures.requests, figures.risk_named
    if not named.of:
        return ""
    return (
        f"You said yes to {format_requests(named.of, f'from {to}' if to else '')}: "
        f"as asked {requests['as_asked']}, negotiated {requests['negotiated']}, "
        f"with a risk {named.number}"
    )


def format_answers(figures: DirectionStatistics, to: str = "") -> str:
    """Return how others answered my requests, in one line; empty without a request."""
    requests = figures.requests
    number = sum(requests.values())
    if not number:
        return ""
    return (
        f"You made {format_requests(number, f'to {to}' if to else '')}: "
        f"yes as asked {requests['as_asked']}, negotiated {requests['negotiated']}, "
        f"no {requests['declined']}, no answer {requests['no_answer']}"
    )


def format_requests(number: int, side: str) -> str:
    """Return a number of requests, and from whom or to whom: “5 requests to Lee”."""
    return " ".join(filter(None, (formats.format_count(number, "request"), side)))


def format_always_yes(name: str, number: int) -> str:
    """Return what stands out of a promisor who always says yes; `name` may be “You”."""
    return (
        f"{name} said yes to {number} of {number} as asked, without a counter or a risk. "
        "Is a no possible?"
    )


def format_day_span(days: float) -> str:
    """Return a number of days: “1 day”, “1.5 days”, “-2 days”."""
    number = format_number(days)
    return f"{number} {'day' if number == '1' else 'days'}"


def format_number(number: float) -> str:
    """Return a number with at most one digit after the point: “3”, “1.5”."""
    # Adding 0.0 turns -0.0 into 0.0.
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
