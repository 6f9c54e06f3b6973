"""What a promise is: who owes whom, the terms, and all that was said about it. Every value here is immutable."""

from __future__ import annotations

from enum import StrEnum
from itertools import takewhile

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import CLOSED_STATES, DIRECTIONS, OPEN_STATES

if TYPE_CHECKING:
    from datetime import datetime

    from promisectl.domain.civil import CivilMoment


class State(StrEnum):
    """What the acts of a promise add up to."""

    PROPOSED, ACTIVE, DELIVERED = OPEN_STATES
    KEPT, DECLINED, WITHDRAWN, RENEGED, RELEASED, VOID = CLOSED_STATES


class Direction(StrEnum):
    """Which side of the promise is me: the promisor, the promisee, or both."""

    OWE, OWED, SELF = DIRECTIONS

    @property
    def my_side(self) -> Side:
        """The part that is mine in a promise of this direction."""
        return _MY_SIDES[self]

    @property
    def their_side(self) -> Side:
        """The part of the counterparty; my own when I promised it to myself."""
        return self.my_side.other_side

    def is_my_side(self, side: Side) -> bool:
        """Whether it is me who speaks for a side."""
        return side in (Side.BOOKKEEPER, Side.SELF, self.my_side)

    def name_speaker(self, side: Side) -> str:
        """Who speaks for a side, `me` or `them`."""
        return "me" if self.is_my_side(side) else "them"


class Side(StrEnum):
    """In which part somebody speaks."""

    PROMISOR = "promisor"
    PROMISEE = "promisee"
    SELF = "self"
    BOOKKEEPER = "bookkeeper"

    @property
    def other_side(self) -> Side:
        """The side across the talk; whoever speaks to themselves stays the same."""
        return _OTHER_SIDES.get(self, self)


_MY_SIDES = {Direction.OWE: Side.PROMISOR, Direction.OWED: Side.PROMISEE, Direction.SELF: Side.SELF}
_OTHER_SIDES = {Side.PROMISOR: Side.PROMISEE, Side.PROMISEE: Side.PROMISOR}


class Verb(StrEnum):
    """What can be said. A command of the same name says it; `make` says request or offer, `complete --partial` says partial.

    `import` is how a promise begins whose talk was not heard here.
    """

    REQUEST = "request"
    OFFER = "offer"
    NEGOTIATE = "negotiate"
    ACCEPT = "accept"
    DECLINE = "decline"
    COMPLETE = "complete"
    RENEGE = "renege"
    WITHDRAW = "withdraw"
    RELEASE = "release"
    REOPEN = "reopen"
    BUMP = "bump"
    TOLD = "told"
    PARTIAL = "partial"
    NOTE = "note"
    CORRECT = "correct"
    VOID = "void"
    TAG = "tag"
    UNTAG = "untag"
    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"


class Status(StrEnum):
    """What became of a revision."""

    OFFERED = "offered"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"


class Cause(StrEnum):
    """Why a promise was broken, in one word that can be counted."""

    OVERLOAD = "overload"
    DEPENDENCY = "dependency"
    UNDERESTIMATED = "underestimated"
    NEED_CHANGED = "need-changed"
    FORGOT = "forgot"
    EXTERNAL = "external"
    OTHER = "other"


class Terms(NamedTuple):
    """What a Yes would mean: the outcome, by when, how both will know, for the sake of what, and until when an answer is asked."""

    outcome: str
    due: CivilMoment | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: CivilMoment | None = None


class Revision(NamedTuple):
    """One complete, numbered set of terms, the side that put it forward, and what became of it."""

    number: int
    author: Side
    status: Status
    terms: Terms


class Opening(NamedTuple):
    """What is fixed when a promise begins: its outside name, whose it is, and what it stands in for."""

    uid: str
    direction: Direction
    person: int | None
    replaces: int | None = None
    tags: tuple[str, ...] = ()


class ImportedState(NamedTuple):
    """How a promise stood that was recorded elsewhere: what the acts that were not heard here had come to.

    `revision` is the number of the terms in force or else on the table, `revisions` that of the newest, `renegotiated` how often
    new terms were agreed on, `first_due` the date first promised, `author` whose terms they are, `offer` new terms on the table
    beside those in force. `word_at` is when word of trouble was first given, `silent` whether it was broken without a word.
    """

    state: State
    made_at: datetime
    author: Side
    revision: int = 1
    revisions: int = 1
    renegotiated: int = 0
    first_due: CivilMoment | None = None
    offer: Terms | None = None
    contact_at: datetime | None = None
    accepted_at: datetime | None = None
    delivered_at: datetime | None = None
    closed_at: datetime | None = None
    bumped_at: datetime | None = None
    word_at: datetime | None = None
    told_at: datetime | None = None
    silent: bool = False
    reason: str | None = None


class Act(NamedTuple):
    """Something a side said, when it was said (`at`) and when it was written down (`recorded_at`), both aware UTC."""

    verb: Verb
    side: Side
    at: datetime
    recorded_at: datetime
    number: int = 0
    entry: int = 0
    revision: int | None = None
    terms: Terms | None = None
    text: str | None = None
    told_at: datetime | None = None
    cause: str | None = None
    repair: str | None = None
    risk: str | None = None
    no_to: str | None = None
    target: int | None = None
    opening: Opening | None = None
    found: ImportedState | None = None


class EarlierTalk(NamedTuple):
    """What is known of the talk before an import: the newest revision, how often new terms were agreed on, the date first promised."""

    revisions: int
    renegotiated: int
    first_due: CivilMoment | None


class Agreement(NamedTuple):
    """A Yes to a revision, by which it came into force."""

    revision: int
    at: datetime


class Notice(NamedTuple):
    """Word of trouble that the promisor gave while a revision was in force."""

    revision: int
    at: datetime


class Promise(NamedTuple):
    """A promise as its acts left it."""

    id: int
    opening: Opening
    made_at: datetime
    moved_at: datetime
    contact_at: datetime
    state: State = State.PROPOSED
    tags: tuple[str, ...] = ()
    revisions: tuple[Revision, ...] = ()
    earlier: EarlierTalk = EarlierTalk(0, 0, None)
    agreements: tuple[Agreement, ...] = ()
    words: tuple[Notice, ...] = ()
    delivered_at: datetime | None = None
    closed_at: datetime | None = None
    bumped_at: datetime | None = None
    told_at: datetime | None = None
    silent: bool = False
    reason: str | None = None
    cause: str | None = None
    repair: str | None = None
    risk: str | None = None
    no_to: str | None = None

    @property
    def direction(self) -> Direction:
        """Which side is me."""
        return self.opening.direction

    @property
    def in_force(self) -> Revision | None:
        """The last revision both accepted."""
        return self._find_last_revision(Status.IN_FORCE)

    @property
    def offered_revision(self) -> Revision | None:
        """The revision on the table."""
        return self._find_last_revision(Status.OFFERED)

    @property
    def current_revision(self) -> Revision:
        """The revision in force, else the one on the table, else the last there was."""
        return self.in_force or self.offered_revision or self.revisions[-1]

    @property
    def move(self) -> str | None:
        """Whom the talk waits for, `me` or `them`; None when it waits for nobody."""
        if self.offered_revision:
            waiting = self.offered_revision.author.other_side
        elif self.state is State.ACTIVE or self.is_untold:
            waiting = Side.PROMISOR
        elif self.state is State.DELIVERED:
            waiting = Side.PROMISEE
        else:
            return None
        return "me" if self.direction is Direction.SELF else self.direction.name_speaker(waiting)

    @property
    def is_untold(self) -> bool:
        """Whether it was broken and the other side has yet to be told."""
        return (
            self.state is State.RENEGED
            and self.told_at is None
            and not self.silent
            and self.direction is not Direction.SELF
        )

    @property
    def newest_revision_number(self) -> int:
        """The number of the newest revision, 0 before the first."""
        return max(self.earlier.revisions, self.revisions[-1].number if self.revisions else 0)

    @property
    def next_revision_number(self) -> int:
        """The number of the revision that the next new terms become."""
        return self.newest_revision_number + 1

    @property
    def accepted_at(self) -> datetime | None:
        """When it became a promise."""
        return self.agreements[0].at if self.agreements else None

    @property
    def renegotiation_count(self) -> int:
        """How often new terms were agreed on."""
        return self.earlier.renegotiated + max(0, len(self.agreements) - 1)

    @property
    def first_due(self) -> CivilMoment | None:
        """The due date of the first terms both agreed on, as corrected since."""
        if self.earlier.renegotiated:
            return self.earlier.first_due
        return self.find_agreed_due(0) if self.agreements else None

    @property
    def word_at(self) -> datetime | None:
        """When the promisor first gave word of trouble with the due date in force."""
        return self.find_first_notice(len(self.agreements) - 1)

    def find_agreed_due(self, place: int) -> CivilMoment | None:
        """The due date that an agreement brought into force, by its place."""
        revision = self.find_revision(self.agreements[place].revision)
        return revision.terms.due if revision else None

    def find_revision(self, number: int) -> Revision | None:
        """The revision of that number; None where it is not known, as before an import."""
        return next((revision for revision in self.revisions if revision.number == number), None)

    def find_first_notice(self, place: int) -> datetime | None:
        """When word was first given of the due date that the agreement at `place` had in force; it may have come with an earlier one."""
        if not self.words:
            return None
        before = takewhile(
            lambda earlier: self.find_agreed_due(earlier) == self.find_agreed_due(place),
            range(place, -1, -1),
        )
        same = {self.agreements[earlier].revision for earlier in before}
        return min((word.at for word in self.words if word.revision in same), default=None)

    def _find_last_revision(self, status: Status) -> Revision | None:
        for revision in reversed(self.revisions):
            if revision.status is status:
                return revision
        return None
