"""The words about the promises of a series, and about all that are left of one."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil
from promisectl.domain.promise import Direction, State
from promisectl.rendering import formats, messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Promise
    from promisectl.rendering.formats import LocalMoment


class SeriesSpan(NamedTuple):
    """The last due date of several promises, and how often one is due: “every week”."""

    last: CivilMoment
    how_often: str


def format_series_terms(
    outcome: str,
    how_often: str,
    dues: Sequence[CivilMoment],
    left_out: Sequence[CivilMoment],
    here: LocalMoment,
) -> str:
    """Return the outcome of a series in quotes, how many promises there are, and their dates.

    The dates `left_out` are named without their weekday.
    """
    first, last = (formats.format_civil_moment(due, here) for due in (dues[0], dues[-1]))
    days = [
        civil.format_near_civil(moment.civil[:10], here.today).partition(" ")[2]
        for moment in left_out
    ]
    but = f", without {formats.join_words(days)}" if days else ""
    return f"“{outcome}”, {len(dues)} times, {how_often} from {first} to {last}{but}"


def format_new_series(promises: Sequence[Promise], name: str, terms: str, here: LocalMoment) -> str:
    """Return a new series as one line; `terms` is what `format_series_terms` returns."""
    first, last = promises[0], promises[-1]
    opening = messages.format_opening(first, name, here, terms=terms, subject=f"#{first.id}")
    date = messages.format_act_date(first.made_at, here)
    return f"#{first.id} to #{last.id} {opening}{date}"


def format_first_step(promises: Sequence[Promise], name: str, *, is_fresh: bool) -> str:
    """Return what can be typed next about a new series, in one line."""
    first = promises[0]
    if first.state is not State.ACTIVE or first.is_unsaid:
        left = formats.format_id_range([promise.id for promise in promises])
        return messages.format_next_step(first, name, is_fresh=is_fresh, left=left)
    done = "When the first is done:" if first.direction is Direction.OWED else "First one done?"
    return f"{done} promisectl complete {first.id} · For all that are left, add --rest"
