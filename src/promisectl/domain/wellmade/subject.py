"""What is held against the rules of well-made promises: a promise or a draft, and what stands around it in the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import Direction, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.wellmade import phrases


class ExtraPhrases(NamedTuple):
    """Words and phrases that a person adds to the lists."""

    effort: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()


class Subject(NamedTuple):
    """What is checked: a promise of the ledger, or a draft of one.

    A draft has no `number`; it is proposed, or active when it is agreed, and one that names no side has no `direction`. `other` is the
    display name of the other side. `unread` is the sentence that says why a date could not be read. `rounds` counts how often terms
    were put anew. `assumed`: said to be agreed, while nothing is known of what the other side said. `said_at` is aware UTC.
    """

    outcome: str
    direction: Direction | None = None
    state: State = State.PROPOSED
    said_at: datetime | None = None
    number: int | None = None
    other: str | None = None
    due: CivilMoment | None = None
    unread: str | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: CivilMoment | None = None
    risk: str | None = None
    no_to: str | None = None
    rounds: int = 0
    assumed: bool = False
    stale: bool = False
    backfill: bool = False


class CheckContext(NamedTuple):
    """What stands around it in the ledger, without itself; promises are given as number and outcome.

    `week`: what else I owe, due in the same ISO week, and of that `day`: due on the same day. `usual` is my median of promises
    delivered in a week. `alike`: what else is open with the same person. `people`: names and handles of everybody else.
    `with_other` and `with_lead`: how many I kept, and of how many, that I promised this person, or with such a lead time.
    """

    now: datetime
    zone: str
    week: Sequence[tuple[int, str]] = ()
    usual: float = 0.0
    day: Sequence[tuple[int, str]] = ()
    alike: Sequence[tuple[int, str]] = ()
    people: Sequence[str] = ()
    with_other: tuple[int, int] = (0, 0)
    with_lead: tuple[int, int] = (0, 0)


class LeadTime(NamedTuple):
    """A range of lead times in whole seconds, both ends included: it `says` “up to 2 days ahead”."""

    label: str
    least: int
    most: int | None


class RuleCase(NamedTuple):
    """What a test is handed: all of the above, and the outcome without its quotations."""

    subject: Subject
    context: CheckContext
    extra_phrases: ExtraPhrases
    outcome_tokens: phrases.Tokens

    @property
    def is_open(self) -> bool:
        """Whether it can still be kept, or be agreed on."""
        return self.subject.state in {State.PROPOSED, State.ACTIVE}

    @property
    def is_ahead(self) -> bool:
        """Whether it is open, and its due date has not passed."""
        return self.is_open and (
            self.subject.due is None or self.subject.due.at >= self.context.now
        )

    @property
    def is_mine(self) -> bool:
        """Whether it lies ahead of me."""
        return self.is_ahead and self.subject.direction in {Direction.OWE, Direction.SELF}

    @property
    def is_with_another(self) -> bool:
        """Whether it is open and somebody else is part of it."""
        return self.is_open and self.subject.direction is not Direction.SELF

    @property
    def is_accepted_by_me(self) -> bool:
        """Whether I said Yes to somebody, and it lies ahead."""
        return (
            self.is_ahead
            and self.subject.state is State.ACTIVE
            and self.subject.direction is Direction.OWE
        )

    @property
    def is_week_overfull(self) -> bool:
        """Whether its week holds more than I usually deliver."""
        return is_overfull(1 + len(self.context.week), self.context.usual)

    @property
    def lead_time(self) -> LeadTime | None:
        """How long before its due date it was made."""
        return find_lead_time(self.subject)


_DAY_SECONDS = 86_400
_LEAD_TIMES = (
    LeadTime("up to 2 days ahead", 0, 2 * _DAY_SECONDS),
    LeadTime("2 to 7 days ahead", 2 * _DAY_SECONDS + 1, 7 * _DAY_SECONDS),
    LeadTime("7 to 30 days ahead", 7 * _DAY_SECONDS + 1, 30 * _DAY_SECONDS),
    LeadTime("more than 30 days ahead", 30 * _DAY_SECONDS + 1, None),
)
_MIN_FULL_WEEK_PROMISES = 5


def format_promise_list(promises: Sequence[tuple[int, str]], most: int) -> str:
    """Promises by number and outcome in a sentence, so many at the most, and how many more there are."""
    named = ", ".join(f"#{number} “{outcome}”" for number, outcome in promises[:most])
    return f"{named} and {len(promises) - most} more" if len(promises) > most else named


def is_overfull(count: int, usual: float) -> bool:
    """Whether so many promises in a week are more than usually get done in one; fewer than five never are."""
    return count >= max(_MIN_FULL_WEEK_PROMISES, 1 + usual)


def find_lead_time(subject: Subject) -> LeadTime | None:
    """How long before its due date a promise was made, as a range; None where either is unknown."""
    if subject.due is None or subject.said_at is None:
        return None
    seconds = (subject.due.at - subject.said_at) // timedelta(seconds=1)
    return next(one for one in _LEAD_TIMES if one.most is None or seconds <= one.most)
