"""The subject of the rules: a promise or a draft, and what they must know of the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil
from promisectl.domain.constants import DAY_SECONDS
from promisectl.domain.promise import Direction, State

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.wellmade import phrases


class ExtraPhrases(NamedTuple):
    """Words and phrases that a person adds to the lexicon in the config.

    `people` are names of one person that sound like several, `groups` words of groups.
    """

    effort: tuple[str, ...] = ()
    hedges: tuple[str, ...] = ()
    vague: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


class Subject(NamedTuple):
    """A promise of the ledger to check, or a draft of one.

    A draft has no `number`, and is proposed or, when it is agreed, active. A draft that names no
    side has no `direction`. `other` is the display name of the other side. `unread` is the
    sentence that explains why a date cannot be read. `rounds` counts the revisions after the
    first. `assumed` means agreed without a recorded answer of the other side. `said_at` is when
    the promise was made, as aware UTC. With `backfill`, the draft may be due in the past.
    `waits_for_me`: it is me who has to answer or to act. `series` is the UUID of its series.
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
    waits_for_me: bool = False
    series: str | None = None


class CheckContext(NamedTuple):
    """What the rules must know of the rest of the ledger; promises are pairs of ID and outcome.

    - `now` is aware UTC, `zone` the zone of the person.
    - `week` holds the other promises that I owe in the same ISO week, `day` those of them that are
      due on the same day. `usual` is the median of promises that I deliver in a week.
    - `alike` holds the other open promises with the same person.
    - `people` holds the names and handles of everybody else.
    - `with_other` is how many promises to this person I kept, and of how many; `with_lead` is the
      same for promises with such a lead time. `is_recent`: only recent promises are counted.
    - `their_week` holds the other promises to me of this person in the same ISO week, agreed or not
      yet, `their_open` is how many of them are not. `their_usual` is the median of promises that
      they deliver to me in a week.
    - `is_later`: an earlier promise of its series is not delivered yet, and speaks for it.
      `series_bad` is how many of the last promises of the series that ended were late or broken,
      and of how many.
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
    is_recent: bool = False
    their_week: Sequence[tuple[int, str]] = ()
    their_open: int = 0
    their_usual: float = 0.0
    is_later: bool = False
    series_bad: tuple[int, int] = (0, 0)


class LeadTime(NamedTuple):
    """A range of lead times in whole seconds, both ends included, with its label."""

    label: str
    least: int
    most: int | None


class RuleCase(NamedTuple):
    """What a rule tests: subject, context, extra phrases, and the outcome without quotations."""

    subject: Subject
    context: CheckContext
    extra_phrases: ExtraPhrases
    outcome_tokens: phrases.Tokens

    @property
    def is_open(self) -> bool:
        """Whether the promise is proposed or active."""
        return self.subject.state in {State.PROPOSED, State.ACTIVE}

    @property
    def is_ahead(self) -> bool:
        """Whether the promise is open, and its due date has not passed."""
        due = self.subject.due
        return self.is_open and (due is None or due.at >= self.context.now)

    @property
    def is_mine(self) -> bool:
        """Whether I still have to keep the promise in time."""
        return self.is_ahead and self.subject.direction in {Direction.OWE, Direction.SELF}

    @property
    def is_theirs(self) -> bool:
        """Whether somebody else owes the promise to me, or will, and its due date is ahead."""
        return self.is_ahead and self.subject.direction is Direction.OWED

    @property
    def is_with_another(self) -> bool:
        """Whether the promise is open and has another side."""
        return self.is_open and self.subject.direction is not Direction.SELF

    @property
    def is_accepted_by_me(self) -> bool:
        """Whether I agreed to owe the promise to another person, and its due date is ahead."""
        is_agreed = self.subject.state is State.ACTIVE
        return self.is_ahead and is_agreed and self.subject.direction is Direction.OWE

    @property
    def promisor(self) -> str:
        """“you”, or the name of the other side: who owes the promise."""
        is_owed = self.subject.direction is Direction.OWED
        return (self.subject.other or "the other side") if is_owed else "you"

    @property
    def is_due_within_a_day(self) -> bool:
        """Whether the promise is due today or tomorrow, or was due before."""
        due = self.subject.due
        return due is not None and is_within_a_day(due, self.context.now, self.context.zone)

    @property
    def is_week_overfull(self) -> bool:
        """Whether I owe more in the week of its due date than I usually deliver."""
        return is_overfull(1 + len(self.context.week), self.context.usual)

    @property
    def is_their_week_overfull(self) -> bool:
        """Whether they owe me more in the week of its due date than they usually deliver."""
        return is_too_much(1 + len(self.context.their_week), self.context.their_usual)

    @property
    def lead_time(self) -> LeadTime | None:
        """The lead time of the promise; None where it is unknown."""
        return find_lead_time(self.subject)


_LEAD_TIMES = (
    LeadTime("up to 2 days ahead", 0, 2 * DAY_SECONDS),
    LeadTime("2 to 7 days ahead", 2 * DAY_SECONDS + 1, 7 * DAY_SECONDS),
    LeadTime("7 to 30 days ahead", 7 * DAY_SECONDS + 1, 30 * DAY_SECONDS),
    LeadTime("more than 30 days ahead", 30 * DAY_SECONDS + 1, None),
)
_MIN_FULL_WEEK_PROMISES = 5


def format_promise_list(promises: Sequence[tuple[int, str]], most: int) -> str:
    """Return up to `most` promises with ID and outcome in words, and how many more there are."""
    named = ", ".join(f"#{number} “{outcome}”" for number, outcome in promises[:most])
    return f"{named} and {len(promises) - most} more" if len(promises) > most else named


def is_overfull(count: int, usual: float) -> bool:
    """Whether a week has five promises or more, and more than I usually deliver in one."""
    return count >= max(_MIN_FULL_WEEK_PROMISES, 1 + usual)


def is_too_much(count: int, usual: float) -> bool:
    """Whether one person owes me more than five promises in a week, and more than is usual.

    Unlike with my own week (`is_overfull`), I don't see what else they have to do.
    """
    return count > max(_MIN_FULL_WEEK_PROMISES, 1 + usual)


def is_within_a_day(due: CivilMoment, now: datetime, zone: str) -> bool:
    """Whether a due date is on the local day of `now` or the one after it, or before."""
    days = civil.local_time(due.at, zone).date() - civil.local_time(now, zone).date()
    return days <= timedelta(days=1)


def find_lead_time(subject: Subject) -> LeadTime | None:
    """Return the range of how long before its due date a promise was made; None if unknown."""
    if subject.due is None or subject.said_at is None:
        return None
    seconds = (subject.due.at - subject.said_at) // timedelta(seconds=1)
    return next(lead for lead in _LEAD_TIMES if lead.most is None or seconds <= lead.most)
