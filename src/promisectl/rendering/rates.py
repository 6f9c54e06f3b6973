"""Figures in words: counts before rates, and a rate only where there is enough to tell. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.domain.statistics import DirectionStatistics, Rate

EARLIER_MONTHS = "earlier"
"""What stands for all the months before those that are shown: told in words, without a bar."""
_MIN_RATE_CASES = 5  # of fewer, the counts say more than a percentage


def format_times(number: int) -> str:
    """“once”, “3 times”."""
    return "once" if number == 1 else formats.format_count(number, "time")


def format_rate_counts(rate: Rate) -> str:
    """“2 of 3”, and a dash of nothing."""
    return f"{rate.number} of {rate.of}" if rate.of else "—"


def format_rate_percent(rate: Rate) -> str:
    """The share as “63 %”, halves up; empty of fewer than five."""
    return f"{_round_percent(rate.rate or 0)} %" if rate.of >= _MIN_RATE_CASES else ""


def format_rate_interval(rate: Rate) -> str:
    """Where the true share plausibly lies, as “31–86 %”; empty of fewer than five."""
    low, high = rate.bounds
    return (
        f"{_round_percent(low or 0)}–{_round_percent(high or 0)} %"
        if rate.of >= _MIN_RATE_CASES
        else ""
    )


def format_rate(rate: Rate) -> str:
    """“2 of 3”; from five on with the share and its interval: “5 of 8 (63 %, plausibly 31–86 %)”."""
    return (
        f"{format_rate_counts(rate)} ({format_rate_percent(rate)}, plausibly {format_rate_interval(rate)})"
        if rate.of >= _MIN_RATE_CASES
        else format_rate_counts(rate)
    )


def _round_percent(part: float) -> int:
    return int(part * 100 + 0.5)


def has_statistics(figures: DirectionStatistics) -> bool:
    """Whether there is anything to count."""
    return any((figures.kept.of, figures.renegotiated.of, figures.notice.of, figures.said_no.of))


def format_statistics_line(figures: DirectionStatistics) -> str:
    """The record in one line; what there is no data for is left out, but for what was kept."""
    asked = (
        ("on time", figures.on_time),
        ("word given before trouble", figures.notice),
        ("changed terms", figures.renegotiated),
    )
    parts = [
        f"Kept {format_rate(figures.kept)}",
        *(f"{name} {format_rate_counts(rate)}" for name, rate in asked if rate.of),
    ]
    if figures.said_no.number:
        parts.append(f"said No {format_times(figures.said_no.number)}")
    return " · ".join(parts)


def format_lesson(figures: DirectionStatistics) -> str:
    """What there is to learn from it, in one line: the cause most frequent, risks echoed, how far dates slip, what is untold."""
    said = " · ".join(_iter_lessons(figures))
    return said[:1].upper() + said[1:]


def _iter_lessons(figures: DirectionStatistics) -> Iterator[str]:
    if figures.causes:
        most, named = max(figures.causes.values()), sum(figures.causes.values())
        causes = " and ".join(cause for cause, number in figures.causes.items() if number == most)
        each = " each" if " and " in causes else ""
        yield (
            f"broken by: {causes}"
            if most in (1, named)
            else f"broken most often by: {causes} ({most} of {named}{each})"
        )
    if figures.foreseen.of:
        yield f"the reason echoed the named risk in {format_rate_counts(figures.foreseen)}"
    if figures.slip_days is not None:
        yield f"new terms moved the date by {format_day_span(figures.slip_days)} in the median"
    if figures.untold:
        yield f"not told yet: {figures.untold}"


def format_day_span(days: float) -> str:
    """A number of days for people: “1 day”, “1.5 days”, “-2 days”."""
    return f"{format_number(days)} {'day' if format_number(days) == '1' else 'days'}"


def format_number(number: float) -> str:
    """A number for people, with one digit after the point where that says something: “3”, “1.5”."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
