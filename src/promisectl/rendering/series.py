"""The words about the promises of a series, and about all that are left of one."""

from __future__ import annotations

from datetime import date, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil
from promisectl.domain.promise import Direction, State
from promisectl.rendering import formats, messages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Promise, Verb
    from promisectl.rendering.formats import LocalMoment

_LONGEST_MONTH = 31


class SeriesSpan(NamedTuple):
    """The last due date of several promises, and how often one is due: “every week”."""

    last: CivilMoment
    how_often: str


def format_series_dates(
    how_often: str,
    dues: Sequence[CivilMoment],
    left_out: Sequence[CivilMoment],
    here: LocalMoment,
) -> str:
    """Return how many promises a series has, and on which dates they are due.

    The dates `left_out` are named without their weekday.
    """
    first, last = (formats.format_civil_moment(due, here) for due in (dues[0], dues[-1]))
    days = [
        civil.format_near_civil(moment.civil[:10], here.today).partition(" ")[2]
        for moment in left_out
    ]
    but = f", without {formats.join_words(days)}" if days else ""
    return f"{len(dues)} times, {how_often} from {first} to {last}{but}"


def format_new_series(promises: Sequence[Promise], name: str, terms: str, here: LocalMoment) -> str:
    """Return a new series as one line; `terms` are the outcome and the dates."""
    first, last = promises[0], promises[-1]
    opening = messages.format_opening(first, name, here, terms=terms, subject=f"#{first.id}")
    dated = messages.format_act_date(first.made_at, here)
    to = "to" if promises[2:] else "and"
    return f"#{first.id} {to} #{last.id} {opening}{dated}"


def format_first_step(promises: Sequence[Promise], name: str, *, is_fresh: bool) -> str:
    """Return what can be typed next about a new series, in one line."""
    first = promises[0]
    if first.state is not State.ACTIVE or first.is_unsaid:
        left = formats.format_id_range([promise.id for promise in promises])
        return messages.format_next_step(first, name, is_fresh=is_fresh, left=left)
    done = "When the first is done:" if first.direction is Direction.OWED else "First one done?"
    return f"{done} promisectl complete {first.id} · Other moves take --rest for all that are left"


def format_month_end(unit: str, dues: Sequence[CivilMoment]) -> str:
    """Return how to promise the last day of each month; empty for dates that are not like that.

    A series that begins on the last day of a shorter month has that day in the longer ones, too.
    """
    days = [date.fromisoformat(due.civil[:10]) for due in dues]
    first, are_ends = days[0], [(day + timedelta(1)).day == 1 for day in days]
    if unit not in ("month", "quarter") or not are_ends[0] or all(are_ends):
        return ""
    begin = first
    while begin.day != _LONGEST_MONTH:
        begin += timedelta(1)
    return (
        f"All are due on day {first.day} of the month. For its last day, begin with a month of "
        f"{_LONGEST_MONTH} days: --by {begin.isoformat()}"
    )


class SeriesCounts(NamedTuple):
    """How many promises of a series were kept in time, were kept late, and were broken."""

    kept: int
    late: int
    broken: int


def format_series_end(promise: Promise, counts: SeriesCounts, more: int) -> str:
    """Return a sentence after another: that a series ended, and what became of its promises.

    `promise` is the one that ended it, together with `more` later ones. Empty where none of them
    was to be kept.
    """
    words = [f"{name} {count}" for name, count in counts._asdict().items() if count]
    if not words:
        return ""
    has_count = promise.state in (State.KEPT, State.RENEGED) and not more and sum(counts) > 1
    beginning = f"It was the last of {sum(counts)}" if has_count else "That ends the series"
    return f" {beginning}: {', '.join(words)}."


def format_again(promise: Promise, name: str, person: str, every: str) -> list[str]:
    """Return a question and a command to make a series again; `every` is its rule as typed."""
    questions = {
        Direction.OWE: f"Promise it again? Ask {name} first:",
        Direction.OWED: f"Do you need it again? Ask {name}:",
        Direction.SELF: "Promise it again?",
    }
    side = "--from" if promise.direction is Direction.OWED else "--to"
    outcome = quote_word(promise.current_revision.terms.outcome)
    command = f"promisectl make {outcome} {side} {person} --every {every}"
    return [questions[promise.direction], f"{command} --by “…” --until “…”"]


def quote_word(text: str) -> str:
    """Return a text as one word of a command line, in double quotes where these are enough."""
    import shlex

    quoted = shlex.quote(text)
    is_plain = not set(text) & set('"$`\\!') and text.isprintable()
    return f'"{text}"' if quoted != text and is_plain and "…" not in text else quoted


def format_unanswered(numbers: Sequence[int], verb: Verb) -> tuple[str, str]:
    """Return which later promises still wait for an answer, after a sentence, and the command."""
    first, last = numbers[0], numbers[-1]
    which = f"#{formats.format_id_range(numbers)}"
    if len(numbers) > 1 and last - first == len(numbers) - 1:
        which = f"#{first} {'to' if numbers[2:] else 'and'} #{last}"
    stay = "stay" if numbers[1:] else "stays"
    return f" {which} {stay} open.", f"For all of them: promisectl {verb} {first} --rest"
