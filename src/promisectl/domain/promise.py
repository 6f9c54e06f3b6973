"""Promises, their terms and their acts, as immutable values."""

from __future__ import annotations

from enum import StrEnum
from itertools import takewhile

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import CLOSED_STATES, DIRECTIONS, OPEN_STATES

if TYPE_CHECKING:
    from datetime import datetime

    from promisectl.domain.civil import CivilMoment


class State(StrEnum):
    """The state that the acts of a promise lead to."""

    PROPOSED, ACTIVE, DELIVERED = OPEN_STATES
    KEPT, DECLINED, WITHDRAWN, RENEGED, RELEASED, VOID = CLOSED_STATES


class Direction(StrEnum):
    """Which side of a promise I am: the promisor, the promisee, or both."""

    OWE, OWED, SELF = DIRECTIONS

    @property
    def my_side(self) -> Side:
        """My side in a promise of this direction."""
        return _MY_SIDES[self]

    @property
    def their_side(self) -> Side:
        """The side of the counterparty; mine when I promised it to myself."""
        return self.my_side.other_side

    def is_my_side(self, side: Side) -> bool:
        """Whether I speak for `side`."""
        return side in _SIDES_I_SPEAK_FOR[self]

    def name_speaker(self, side: Side) -> str:
        """Return `me` or `them`, whoever speaks for `side`."""
        return "me" if self.is_my_side(side) else "them"


class Side(StrEnum):
    """The part that a person has in an act."""

    PROMISOR = "promisor"
    PROMISEE = "promisee"
    SELF = "self"
    BOOKKEEPER = "bookkeeper"

    @property
    def other_side(self) -> Side:
        """The promisee for the promisor and the reverse; any other side is its own."""
        return _OTHER_SIDES.get(self, self)


_MY_SIDES = {Direction.OWE: Side.PROMISOR, Direction.OWED: Side.PROMISEE, Direction.SELF: Side.SELF}
_SIDES_I_SPEAK_FOR = {way: {Side.BOOKKEEPER, Side.SELF, side} for way, side in _MY_SIDES.items()}
_OTHER_SIDES = {Side.PROMISOR: Side.PROMISEE, Side.PROMISEE: Side.PROMISOR}


class Verb(StrEnum):
    """What an act does.

    The command of the same name records it; `make` records a request or an offer, and
    `complete --partial` records `partial`. `import` begins a promise that was recorded elsewhere.
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
    PART = "part"
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
    """Why a promise was broken, as one word that statistics can count."""

    OVERLOAD = "overload"
    DEPENDENCY = "dependency"
    UNDERESTIMATED = "underestimated"
    NEED_CHANGED = "need-changed"
    FORGOT = "forgot"
    EXTERNAL = "external"
    OTHER = "other"


class Terms(NamedTuple):
    """What a side agrees to with a yes, and until when it should answer (`reply_by`).

    `done_when` is how both sides will know that the promise is kept, `why` what it is for.
    `reply_by` belongs to one proposal: it ends with the answer, and the next one starts without.
    The side that proposes the terms sets it, and the side that has to answer can set another one.
    """

    outcome: str
    due: CivilMoment | None = None
    done_when: str | None = None
    why: str | None = None
    reply_by: CivilMoment | None = None

    @property
    def content(self) -> Terms:
        """What a yes agrees to: these terms without the date for the answer."""
        return self._replace(reply_by=None)


class Revision(NamedTuple):
    """One complete, numbered set of terms, its author, and what became of it."""

    number: int
    author: Side
    status: Status
    terms: Terms

    @property
    def reply_by(self) -> CivilMoment | None:
        """Until when an answer is needed; None when no answer is needed any more."""
        return self.terms.reply_by if self.status is Status.OFFERED else None


class Opening(NamedTuple):
    """What no move changes about a promise after its first act, and its first `tags`.

    `uid` is its ID outside the ledger, `person` the ID of the counterparty (None in a promise to
    myself), `replaces` the ID of the promise that it replaces. A correction can name another
    `person`. `part_of` is the uid of the bigger promise that it was made a part of. `series` is the
    UUID of the series that it belongs to, and `place` its place there and how many there are.
    """

    uid: str
    direction: Direction
    person: int | None
    replaces: int | None = None
    tags: tuple[str, ...] = ()
    part_of: str | None = None
    series: str | None = None
    place: tuple[int, int] | None = None


class ImportedState(NamedTuple):
    """The state of a promise that was recorded elsewhere, when it was imported.

    `author` is the side whose terms these are. `revision` is the number of the agreed terms,
    else of the proposed ones; `revisions` is the number of the newest. `renegotiated` counts how
    often both sides agreed on a change, and `first_due` is the due date first agreed on. `offer`
    holds a change proposed for agreed terms. `word_at` is when the promisor
    first warned, `silent` whether the promise was broken without a warning. `unsaid`: the other
    side does not know of my newest act yet; `heard`: they know of the proposed terms all the same.
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
    unsaid: bool = False
    heard: bool = False


class Act(NamedTuple):
    """Something that a side did or said, with its moment (`at`) and the moment of its recording.

    Both moments are aware UTC. `number` is the position of the act in the journal, `entry` the
    number of the command that recorded it, `target` the entry that an undo or redo is about.
    `found` is the state of an imported promise. A correction with `throughout` replaces the wrong
    values in every revision that has them, another one in its `revision` alone. `person` is the
    ID of the right counterparty, where a correction names one. `answer_by` is until when a side
    said that it will answer the proposed terms. An act of mine that is `unsaid` was written down
    and not said yet: the other side does not know of it before it is told. `bigger` is the uid of
    the promise that this one is a part of from now on, None for no promise.
    """

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
    throughout: bool = False
    person: int | None = None
    answer_by: CivilMoment | None = None
    unsaid: bool = False
    bigger: str | None = None


class EarlierTalk(NamedTuple):
    """What is known of the negotiation before an import.

    `revisions` is the number of the newest revision, `renegotiated` how often both sides agreed on
    a change, `first_due` the due date first agreed on.
    """

    revisions: int
    renegotiated: int
    first_due: CivilMoment | None


class Agreement(NamedTuple):
    """A yes to a revision, which made it the agreed one."""

    revision: int
    at: datetime


class Phase(NamedTuple):
    """A stretch of a promise that began at `at`, in one state and under one agreement.

    `agreements` is how many agreements there were by then.
    """

    at: datetime
    state: State
    agreements: int


class Notice(NamedTuple):
    """A moment at which the promisor warned.

    What was warned of is what was agreed at that moment (`Promise.find_warned_agreement`), whenever
    it was recorded. `phases` is how many phases were recorded before it: of two things at the same
    moment, the one recorded first is the earlier one.
    """

    at: datetime
    phases: int


class UnsaidAct(NamedTuple):
    """An act of mine that was written down and not said: its verb and its moment.

    When it is told, it is a warning if it `gives_notice`. `order` counts the unsaid acts and the
    sayings recorded before it, which decides between two things at the same moment.
    """

    verb: Verb
    at: datetime
    gives_notice: bool = False
    order: int = 0


class Saying(NamedTuple):
    """A moment at which the two sides were in contact, after which nothing is unsaid any more.

    If it `is_told`, I said all that was unsaid. After any other act of a side it is out of date.
    `order` is as in UnsaidAct, `phases` as in Notice.
    """

    at: datetime
    order: int
    phases: int
    is_told: bool = False


class Promise(NamedTuple):
    """A promise after its acts, as `lifecycle.apply_act` builds it.

    `moved_at` is when its state or terms last changed, `contact_at` when the two sides were last
    in contact. `phases` are its states in the order of time. `words` holds the moments at which
    the promisor warned, `bumps` those of them by `bump`, both in the order of recording. `acted`
    is my newest act, other than a link: its moment, and how many bumps were recorded before it.
    `unsaid_acts` and `sayings` decide together which acts the other side does not know of yet.
    `part_of` is the uid of the bigger promise that it is a part of, None if it is on its own.
    """

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
    phases: tuple[Phase, ...] = ()
    words: tuple[Notice, ...] = ()
    bumps: tuple[Notice, ...] = ()
    delivered_at: datetime | None = None
    closed_at: datetime | None = None
    told_at: datetime | None = None
    silent: bool = False
    reason: str | None = None
    cause: str | None = None
    repair: str | None = None
    risk: str | None = None
    no_to: str | None = None
    acted: tuple[datetime, int] | None = None
    unsaid_acts: tuple[UnsaidAct, ...] = ()
    sayings: tuple[Saying, ...] = ()
    part_of: str | None = None

    @property
    def direction(self) -> Direction:
        """Which side I am."""
        return self.opening.direction

    @property
    def in_force(self) -> Revision | None:
        """The last revision that both sides accepted."""
        return self._find_last_revision(Status.IN_FORCE)

    @property
    def offered_revision(self) -> Revision | None:
        """The proposed revision, which a side has not answered yet."""
        return self._find_last_revision(Status.OFFERED)

    @property
    def current_revision(self) -> Revision:
        """The agreed revision, else the proposed one, else the last one."""
        return self.in_force or self.offered_revision or self.revisions[-1]

    @property
    def move(self) -> str | None:
        """Whose move it is, `me` or `them`; None when the promise waits for nobody."""
        if self.is_unsaid:
            return "me"
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
        """Whether I broke the promise and the other side does not know yet.

        Of a promise to me this is never true: I know that it is broken.
        """
        return (
            self.state is State.RENEGED
            and self.told_at is None
            and not self.silent
            and self.direction is Direction.OWE
        )

    @property
    def unsaid(self) -> tuple[UnsaidAct, ...]:
        """My newest acts, of which the other side does not know yet."""
        if not self.unsaid_acts or self.state not in OPEN_STATES:
            return ()
        return tuple(act for act in self.unsaid_acts if self._find_next_saying(act) is None)

    @property
    def is_unsaid(self) -> bool:
        """Whether the other side does not know of my newest act yet."""
        return bool(self.unsaid)

    @property
    def are_terms_unsaid(self) -> bool:
        """Whether the other side does not know of the proposed terms yet."""
        return any(act.verb is not Verb.BUMP for act in self.unsaid)

    @property
    def is_proposal_unheard(self) -> bool:
        """Whether they know of none of my proposed terms, neither the last nor those before."""
        is_mine, waiting = self.direction.is_my_side, (Status.OFFERED, Status.SUPERSEDED)
        mine = takewhile(
            lambda revision: revision.status in waiting and is_mine(revision.author),
            reversed(self.revisions),
        )
        unsaid = [act for act in self.unsaid if act.verb is not Verb.BUMP]
        return bool(unsaid) and len(unsaid) >= len([*mine])

    @property
    def told_words(self) -> tuple[tuple[Verb, Notice], ...]:
        """My warnings that were unsaid at first, by their verbs, from when they were told."""
        if not self.unsaid_acts:
            return ()
        return tuple(
            (act.verb, Notice(saying.at, saying.phases))
            for act in self.unsaid_acts
            if act.gives_notice and (saying := self._find_next_saying(act)) and saying.is_told
        )

    @property
    def is_warned(self) -> bool:
        """Whether I was warned that what I am owed is at risk, and did nothing since.

        Of two acts at the same moment, the one recorded first is the earlier one.
        """
        bumped_at = self.bumped_at
        if not bumped_at or self.direction is not Direction.OWED or self.state is not State.ACTIVE:
            return False
        last = max(index for index, bump in enumerate(self.bumps) if bump.at == bumped_at)
        return self.acted is None or self.acted <= (bumped_at, last)

    @property
    def newest_revision_number(self) -> int:
        """The number of the newest revision, 0 before the first."""
        return max(self.earlier.revisions, self.revisions[-1].number if self.revisions else 0)

    @property
    def next_revision_number(self) -> int:
        """The number of the next revision."""
        return self.newest_revision_number + 1

    @property
    def accepted_at(self) -> datetime | None:
        """When both sides first agreed."""
        return self.agreements[0].at if self.agreements else None

    @property
    def agreed_at(self) -> datetime | None:
        """When both sides agreed on the current agreed terms."""
        return self.agreements[-1].at if self.agreements else None

    @property
    def renegotiation_count(self) -> int:
        """How often both sides agreed on a change."""
        return self.earlier.renegotiated + max(0, len(self.agreements) - 1)

    @property
    def first_due(self) -> CivilMoment | None:
        """The due date of the first agreed terms, with later corrections."""
        if self.earlier.renegotiated:
            return self.earlier.first_due
        return self.find_agreed_due(0) if self.agreements else None

    @property
    def word_at(self) -> datetime | None:
        """When the promisor first warned about the agreed due date."""
        return self.find_first_notice(len(self.agreements) - 1)

    @property
    def bumped_at(self) -> datetime | None:
        """When the promisor last warned by `bump`, if that was after the last agreement."""
        if not (self.bumps or self.unsaid_acts):
            return None
        last = len(self.agreements) - 1
        bumps = [*self.bumps, *(word for verb, word in self.told_words if verb is Verb.BUMP)]
        return max(
            (bump.at for bump in bumps if self.find_warned_agreement(bump) == last),
            default=None,
        )

    def find_warned_agreement(self, notice: Notice) -> int | None:
        """Return the index of the agreement that held at the moment of a warning.

        None when the promise was not active then: what was said is a reminder, not a warning.
        """
        order = (notice.at, notice.phases)
        begun = [phase for index, phase in enumerate(self.phases) if (phase.at, index) < order]
        is_active = bool(begun) and begun[-1].state is State.ACTIVE and begun[-1].agreements > 0
        return begun[-1].agreements - 1 if is_active else None

    def find_agreed_due(self, index: int) -> CivilMoment | None:
        """Return the due date that `agreements[index]` agreed on."""
        revision = self.find_revision(self.agreements[index].revision)
        return revision.terms.due if revision else None

    def find_revision(self, number: int) -> Revision | None:
        """Return the revision of that number; None where it is unknown, as before an import."""
        return next((revision for revision in self.revisions if revision.number == number), None)

    def find_first_notice(self, index: int) -> datetime | None:
        """Return when the promisor first warned about the due date of `agreements[index]`.

        Agreements just before it with the same due date count as well. The message that the promise
        is broken is also a warning, about the terms that were broken.
        """
        if not (self.words or self.unsaid_acts or self.told_at):
            return None
        words = [*self.words, *(word for _, word in self.told_words)]
        if not (self.agreements and (words or self.told_at)):
            return None
        due = self.find_agreed_due(index)
        same_due = set(takewhile(lambda i: self.find_agreed_due(i) == due, range(index, -1, -1)))
        warned = [word.at for word in words if self.find_warned_agreement(word) in same_due]
        if self.told_at and index == len(self.agreements) - 1:
            warned.append(self.told_at)
        return min(warned, default=None)

    def _find_next_saying(self, act: UnsaidAct) -> Saying | None:
        """Return what ended that an act was unsaid; of one moment, what was recorded later."""
        later = (one for one in self.sayings if (one.at, one.order) > (act.at, act.order))
        return min(later, key=lambda one: (one.at, one.order), default=None)

    def _find_last_revision(self, status: Status) -> Revision | None:
        for revision in reversed(self.revisions):
            if revision.status is status:
                return revision
        return None
