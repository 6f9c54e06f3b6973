"""Figures in words: counts before rates, and a rate only where there is enough to tell. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.domain.statistics import Figures, Rate

EARLIER = "earlier"
"""What stands for all the months before those that are shown: told in words, without a bar."""
_ENOUGH = 5  # of fewer, the counts say more than a percentage


def times(number: int) -> str:
    """“once”, “3 times”."""
    return "once" if number == 1 else formats.count(number, "time")


def counted(rate: Rate) -> str:
    """“2 of 3”, and a dash of nothing."""
    return f"{rate.number} of {rate.of}" if rate.of else "—"


def share(rate: Rate) -> str:
    """The share as “63 %”, halves up; empty of fewer than five."""
    return f"{_percent(rate.rate or 0)} %" if rate.of >= _ENOUGH else ""


def plausible(rate: Rate) -> str:
    """Where the true share plausibly lies, as “31–86 %”; empty of fewer than five."""
    low, high = rate.bounds
    return f"{_percent(low or 0)}–{_percent(high or 0)} %" if rate.of >= _ENOUGH else ""


def rated(rate: Rate) -> str:
    """“2 of 3”; from five on with the share and its interval: “5 of 8 (63 %, plausibly 31–86 %)”."""
    return f"{counted(rate)} ({share(rate)}, plausibly {plausible(rate)})" if rate.of >= _ENOUGH else counted(rate)


def _percent(part: float) -> int:
    return int(part * 100 + 0.5)


def says_something(figures: Figures) -> bool:
    """Whether there is anything to count."""
    return any((figures.kept.of, figures.renegotiated.of, figures.notice.of, figures.said_no.of))


def line(figures: Figures) -> str:
    """The record in one line; what there is no data for is left out, but for what was kept."""
    asked = (("on time", figures.on_time), ("word given before trouble", figures.notice), ("changed terms", figures.renegotiated))
    parts = [f"Kept {rated(figures.kept)}", *(f"{name} {counted(rate)}" for name, rate in asked if rate.of)]
    if figures.said_no.number:
        parts.append(f"said No {times(figures.said_no.number)}")
    return " · ".join(parts)


def lesson(figures: Figures) -> str:
    """What there is to learn from it, in one line: the cause most frequent, risks echoed, how far dates slip, what is untold."""
    said = " · ".join(_lessons(figures))
    return said[:1].upper() + said[1:]


def _lessons(figures: Figures) -> Iterator[str]:
    if figures.causes:
        most, named = max(figures.causes.values()), sum(figures.causes.values())
        causes = " and ".join(cause for cause, number in figures.causes.items() if number == most)
        each = " each" if " and " in causes else ""
        yield f"broken by: {causes}" if most in (1, named) else f"broken most often by: {causes} ({most} of {named}{each})"
    if figures.foreseen.of:
        yield f"the reason echoed the named risk in {counted(figures.foreseen)}"
    if figures.slip_days is not None:
        yield f"new terms moved the date by {span(figures.slip_days)} in the median"
    if figures.untold:
        yield f"not told yet: {figures.untold}"


def span(days: float) -> str:
    """A number of days for people: “1 day”, “1.5 days”, “-2 days”."""
    return f"{plain(days)} {'day' if plain(days) == '1' else 'days'}"


def plain(number: float) -> str:
    """A number for people, with one digit after the point where that says something: “3”, “1.5”."""
    return f"{round(number, 1) + 0.0:.1f}".removesuffix(".0")
