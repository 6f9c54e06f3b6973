"""The lifecycle as one table: every move, who makes it, and the state it leads to."""

from __future__ import annotations

from enum import StrEnum

from promisectl._typing import NamedTuple
from promisectl.domain.promise import State, Verb


class MoverRole(StrEnum):
    """Who may make a move, by their part in the promise or in the negotiation."""

    PROMISOR = "promisor"
    PROMISEE = "promisee"
    OTHER = "the other side"
    AUTHOR = "the author"
    EITHER = "either side"
    SELF = "self"
    MINE = "my side"
    ME = "me, keeping the book"


class Condition(StrEnum):
    """What else must be true for a row to apply."""

    ALWAYS = "-"
    AMENDMENT = "amendment"
    NO_AMENDMENT = "no amendment"
    UNTOLD = "untold"
    UNSAID = "unsaid"


class Effect(StrEnum):
    """What a move does to the terms."""

    NONE = "none"
    OPEN = "rev 1 offered"
    OFFER = "new rev offered"
    AT_ONCE = "rev in force at once"
    ACCEPT = "offered → in force"
    DECLINE = "offered → declined"
    WITHDRAW = "offered → withdrawn"
    MOOT = "offered → moot"
    CORRECT = "rev corrected"
    TAG = "tags changed"
    LINK = "bigger promise changed"
    IMPORT = "revs as they were found"


class Transition(NamedTuple):
    """One row: in `state`, `who` may make the move `verb`, which leads to the state `end`.

    Without `state`, the promise is not made yet; without `end`, the state stays the same. `number`
    is the row of the lifecycle that this row belongs to. `needs` names what the act must have.
    With `gives_notice`, the move is a warning when the promisor makes it and the promise was active
    at the moment of the act. `talk` is the arc in
    Winograd and Flores' basic conversation for action (Understanding Computers and Cognition,
    1986, figure 5.1), empty where this lifecycle goes beyond it.
    """

    number: int
    state: State | None
    given: Condition
    verb: Verb
    who: MoverRole
    end: State | None
    effect: Effect
    needs: tuple[str, ...] = ()
    gives_notice: bool = False
    talk: str = ""


_P, _A, _D, _K = State.PROPOSED, State.ACTIVE, State.DELIVERED, State.KEPT
_ANY, _AM, _NO = Condition.ALWAYS, Condition.AMENDMENT, Condition.NO_AMENDMENT

TRANSITIONS: tuple[Transition, ...] = (
    Transition(1, None, _ANY, Verb.REQUEST, MoverRole.PROMISEE, _P, Effect.OPEN, talk="1→2"),
    Transition(2, None, _ANY, Verb.OFFER, MoverRole.PROMISOR, _P, Effect.OPEN),
    # Row 3, `make --agreed`, is row 1 or 2 followed by row 5 in one transaction.
    Transition(4, None, _ANY, Verb.OFFER, MoverRole.SELF, _A, Effect.AT_ONCE),
    Transition(5, _P, _ANY, Verb.ACCEPT, MoverRole.OTHER, _A, Effect.ACCEPT, talk="2→3, 6→3"),
    Transition(6, _P, _ANY, Verb.NEGOTIATE, MoverRole.OTHER, None, Effect.OFFER, talk="2→6, 6→2"),
    Transition(7, _P, _ANY, Verb.NEGOTIATE, MoverRole.AUTHOR, None, Effect.OFFER),
    Transition(
        8, _P, _ANY, Verb.DECLINE, MoverRole.OTHER, State.DECLINED, Effect.DECLINE, talk="2→8, 6→8"
    ),
    Transition(
        9,
        _P,
        _ANY,
        Verb.WITHDRAW,
        MoverRole.AUTHOR,
        State.WITHDRAWN,
        Effect.WITHDRAW,
        talk="2→8, 6→8",
    ),
    Transition(
        10,
        _A,
        _NO,
        Verb.NEGOTIATE,
        MoverRole.EITHER,
        None,
        Effect.OFFER,
        ("reason",),
        gives_notice=True,
    ),
    Transition(11, _A, _AM, Verb.ACCEPT, MoverRole.OTHER, None, Effect.ACCEPT),
    Transition(12, _A, _AM, Verb.DECLINE, MoverRole.OTHER, None, Effect.DECLINE),
    Transition(13, _A, _AM, Verb.WITHDRAW, MoverRole.AUTHOR, None, Effect.WITHDRAW),
    Transition(
        14,
        _A,
        _AM,
        Verb.NEGOTIATE,
        MoverRole.EITHER,
        None,
        Effect.OFFER,
        ("reason",),
        gives_notice=True,
    ),
    Transition(
        15, _P, _ANY, Verb.BUMP, MoverRole.EITHER, None, Effect.NONE, ("text",), gives_notice=True
    ),
    Transition(
        15, _A, _ANY, Verb.BUMP, MoverRole.EITHER, None, Effect.NONE, ("text",), gives_notice=True
    ),
    Transition(
        15, _D, _ANY, Verb.BUMP, MoverRole.EITHER, None, Effect.NONE, ("text",), gives_notice=True
    ),
    Transition(16, _A, _ANY, Verb.COMPLETE, MoverRole.PROMISOR, _D, Effect.MOOT, talk="3→4"),
    Transition(17, _A, _ANY, Verb.COMPLETE, MoverRole.PROMISEE, _K, Effect.MOOT, talk="3→4→5"),
    Transition(
        18,
        _A,
        _ANY,
        Verb.RENEGE,
        MoverRole.PROMISOR,
        State.RENEGED,
        Effect.MOOT,
        ("reason",),
        gives_notice=True,
        talk="3→7",
    ),
    Transition(
        19, _A, _ANY, Verb.RENEGE, MoverRole.PROMISEE, State.RENEGED, Effect.MOOT, ("reason",)
    ),
    Transition(
        20, _A, _ANY, Verb.RELEASE, MoverRole.PROMISEE, State.RELEASED, Effect.MOOT, talk="3→9"
    ),
    Transition(21, _D, _ANY, Verb.ACCEPT, MoverRole.PROMISEE, _K, Effect.NONE, talk="4→5"),
    Transition(21, _D, _ANY, Verb.COMPLETE, MoverRole.PROMISEE, _K, Effect.NONE, talk="4→5"),
    Transition(
        22, _D, _ANY, Verb.DECLINE, MoverRole.PROMISEE, _A, Effect.NONE, ("reason",), talk="4→3"
    ),
    Transition(23, _D, _ANY, Verb.REOPEN, MoverRole.PROMISOR, _A, Effect.NONE, ("reason",)),
    Transition(
        24, _D, _ANY, Verb.RELEASE, MoverRole.PROMISEE, State.RELEASED, Effect.NONE, talk="4→9"
    ),
    Transition(25, _K, _ANY, Verb.REOPEN, MoverRole.PROMISEE, _A, Effect.NONE, ("reason",)),
    Transition(26, _A, _ANY, Verb.COMPLETE, MoverRole.SELF, _K, Effect.NONE),
    Transition(26, _A, _ANY, Verb.NEGOTIATE, MoverRole.SELF, None, Effect.AT_ONCE, ("reason",)),
    Transition(26, _A, _ANY, Verb.RENEGE, MoverRole.SELF, State.RENEGED, Effect.NONE, ("reason",)),
    Transition(
        27,
        State.RENEGED,
        Condition.UNTOLD,
        Verb.TOLD,
        MoverRole.PROMISOR,
        None,
        Effect.NONE,
        ("told_at",),
        gives_notice=True,
    ),
    Transition(28, _A, _ANY, Verb.PARTIAL, MoverRole.PROMISOR, None, Effect.NONE, ("text",)),
    Transition(28, _A, _ANY, Verb.PARTIAL, MoverRole.SELF, None, Effect.NONE, ("text",)),
    # The other side learns of what I wrote down before; it is a warning if that was one.
    *(
        Transition(
            34,
            state,
            Condition.UNSAID,
            Verb.TOLD,
            MoverRole.MINE,
            None,
            Effect.NONE,
            ("told_at",),
            gives_notice=True,
        )
        for state in (_P, _A, _D)
    ),
    # Row 31, undo and redo, is `replay_acts` without the undone commands.
    Transition(33, None, _ANY, Verb.IMPORT, MoverRole.ME, None, Effect.IMPORT, ("found",)),
)
# What I may record as the bookkeeper in every state except void.
for _state in State:
    if _state is not State.VOID:
        TRANSITIONS += (
            Transition(28, _state, _ANY, Verb.NOTE, MoverRole.ME, None, Effect.NONE, ("text",)),
            Transition(29, _state, _ANY, Verb.CORRECT, MoverRole.ME, None, Effect.CORRECT),
            Transition(
                30, _state, _ANY, Verb.VOID, MoverRole.ME, State.VOID, Effect.MOOT, ("reason",)
            ),
            Transition(32, _state, _ANY, Verb.TAG, MoverRole.ME, None, Effect.TAG, ("text",)),
            Transition(32, _state, _ANY, Verb.UNTAG, MoverRole.ME, None, Effect.TAG, ("text",)),
            Transition(39, _state, _ANY, Verb.PART, MoverRole.ME, None, Effect.LINK),
        )

# Who makes a move when the command does not name a side; I do where a move is not listed.
# None as the state means every state that is not listed.
DEFAULT_SPEAKERS: dict[tuple[State | None, Verb], MoverRole] = {
    (_P, Verb.ACCEPT): MoverRole.OTHER,
    (_P, Verb.DECLINE): MoverRole.OTHER,
    (_P, Verb.NEGOTIATE): MoverRole.OTHER,
    (_P, Verb.WITHDRAW): MoverRole.AUTHOR,
    (_A, Verb.ACCEPT): MoverRole.OTHER,
    (_A, Verb.DECLINE): MoverRole.OTHER,
    (_A, Verb.WITHDRAW): MoverRole.AUTHOR,
    (_D, Verb.ACCEPT): MoverRole.PROMISEE,
    (_D, Verb.DECLINE): MoverRole.PROMISEE,
    (_K, Verb.REOPEN): MoverRole.PROMISEE,
    (None, Verb.REOPEN): MoverRole.PROMISOR,
    (None, Verb.RENEGE): MoverRole.PROMISOR,
    (None, Verb.PARTIAL): MoverRole.PROMISOR,
    (None, Verb.RELEASE): MoverRole.PROMISEE,
    (State.RENEGED, Verb.TOLD): MoverRole.PROMISOR,
}
UNSAID_VERBS = (Verb.REQUEST, Verb.OFFER, Verb.NEGOTIATE, Verb.BUMP)
"""What I can write down before I say it."""
BOOKKEEPING_VERBS = (
    Verb.NOTE,
    Verb.CORRECT,
    Verb.VOID,
    Verb.TAG,
    Verb.UNTAG,
    Verb.PART,
    Verb.IMPORT,
    Verb.UNDO,
    Verb.REDO,
)
