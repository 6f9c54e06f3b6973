"""The lifecycle, held against a table of its own: what may be said in every situation, by whom, and what becomes of the terms."""

import io
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from promisectl import errors
from promisectl.commands import acts, bookkeeping, lists, make
from promisectl.domain import lifecycle
from promisectl.domain.civil import CivilMoment
from promisectl.domain.promise import (
    Act,
    Direction,
    ImportedState,
    Opening,
    Promise,
    Side,
    State,
    Status,
    Terms,
    Verb,
)
from promisectl.domain.transitions import TRANSITIONS
from promisectl.env import Env

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
DUE = CivilMoment("2026-11-27", "Europe/Berlin", datetime(2026, 11, 27, 22, 59, 59, tzinfo=UTC))
OR, EE, SELF, BOOK = Side.PROMISOR, Side.PROMISEE, Side.SELF, Side.BOOKKEEPER
OWE, OWED = Direction.OWE, Direction.OWED
SAID = [verb for verb in Verb if verb not in (Verb.UNDO, Verb.REDO)]

Step = tuple[Verb, Side]
Outcome = tuple[str, tuple[str, ...]]  # the next state, and what becomes of each revision


# A promise brought into a situation, one act an hour


def act(
    verb: Verb,
    side: Side,
    at: datetime,
    before: Promise | None = None,
    direction: Direction = OWE,
    **more_: Any,
) -> Act:
    """An act that carries whatever any move asks for: a text, the moment they were told, and terms that are new."""
    carried: dict[str, Any] = {"text": "money" if verb is Verb.UNTAG else "because", "told_at": at}
    if before is None:
        person = None if direction is Direction.SELF else 1
        carried |= {
            "terms": Terms("Send the numbers", DUE),
            "opening": Opening("uid", direction, person, tags=("money",)),
        }
        carried["found"] = (
            ImportedState(State.ACTIVE, at, OR, accepted_at=at) if verb is Verb.IMPORT else None
        )
    elif verb in (Verb.NEGOTIATE, Verb.CORRECT):
        carried["terms"] = Terms(
            f"Send the numbers, {len(before.revisions)} times put anew, {verb}", DUE
        )
    elif verb is Verb.PART:
        carried |= {"text": "5", "bigger": "another uid"}
    return Act(verb, side, at, at, **(carried | more_))


def applied(promise: Promise | None, said: Act, number: int = 0) -> Promise:
    return lifecycle.apply_act(promise, said, number).promise


def brought(direction: Direction, *steps: Step, **last: Any) -> Promise:
    """The promise after `steps`; `last` changes what the last of them carries."""
    promise: Promise | None = None
    for count, (verb, side) in enumerate(steps):
        extra = last if count == len(steps) - 1 else {}
        promise = applied(
            promise, act(verb, side, START + count * HOUR, promise, direction, **extra), 7
        )
    assert promise is not None
    return promise


AGREED: tuple[Step, ...] = ((Verb.OFFER, OR), (Verb.ACCEPT, EE))
REPORTED: tuple[Step, ...] = (*AGREED, (Verb.COMPLETE, OR))

# Every situation between two, and how to get there. The author of terms is named by their part, so that each situation
# is played once as mine and once as theirs.
SITUATIONS: dict[str, tuple[tuple[Step, ...], dict[str, Any]]] = {
    "proposed by the promisor": (((Verb.OFFER, OR),), {}),
    "proposed by the promisee": (((Verb.REQUEST, EE),), {}),
    "active": (AGREED, {}),
    "active, the promisor wants other terms": ((*AGREED, (Verb.NEGOTIATE, OR)), {}),
    "active, the promisee wants other terms": ((*AGREED, (Verb.NEGOTIATE, EE)), {}),
    "delivered": (REPORTED, {}),
    "kept": ((*REPORTED, (Verb.ACCEPT, EE)), {}),
    "declined": (((Verb.REQUEST, EE), (Verb.DECLINE, OR)), {}),
    "withdrawn": (((Verb.REQUEST, EE), (Verb.WITHDRAW, EE)), {}),
    "reneged, told": ((*AGREED, (Verb.RENEGE, OR)), {}),
    "reneged, untold": ((*AGREED, (Verb.RENEGE, OR)), {"told_at": None}),
    "reneged in silence": ((*AGREED, (Verb.RENEGE, EE)), {"told_at": None}),
    "released": ((*AGREED, (Verb.RELEASE, EE)), {}),
    "void": (((Verb.OFFER, OR), (Verb.VOID, BOOK)), {}),
}
SELF_SITUATIONS: dict[str, tuple[tuple[Step, ...], dict[str, Any]]] = {
    "active": (((Verb.OFFER, SELF),), {}),
    "kept": (((Verb.OFFER, SELF), (Verb.COMPLETE, SELF)), {}),
    "reneged": (((Verb.OFFER, SELF), (Verb.RENEGE, SELF)), {"told_at": None}),
    "void": (((Verb.OFFER, SELF), (Verb.VOID, BOOK)), {}),
}

# What is expected: verb, who says it, next state, what became of the revisions. The first line is the situation itself.
EXPECTED = {
    "proposed by the promisor": """
        -         -        proposed   offered
        accept    promisee active     in-force
        negotiate promisee proposed   superseded offered
        negotiate promisor proposed   superseded offered
        decline   promisee declined   declined
        withdraw  promisor withdrawn  withdrawn
        bump      promisor proposed   offered
        bump      promisee proposed   offered
        note      bookkeeper proposed offered
        tag       bookkeeper proposed offered
        untag     bookkeeper proposed offered
        part      bookkeeper proposed offered
        correct   bookkeeper proposed offered
        void      bookkeeper void     moot
    """,
    "proposed by the promisee": """
        -         -        proposed   offered
        accept    promisor active     in-force
        negotiate promisor proposed   superseded offered
        negotiate promisee proposed   superseded offered
        decline   promisor declined   declined
        withdraw  promisee withdrawn  withdrawn
        bump      promisor proposed   offered
        bump      promisee proposed   offered
        note      bookkeeper proposed offered
        tag       bookkeeper proposed offered
        untag     bookkeeper proposed offered
        part      bookkeeper proposed offered
        correct   bookkeeper proposed offered
        void      bookkeeper void     moot
    """,
    "active": """
        -         -        active     in-force
        negotiate promisor active     in-force offered
        negotiate promisee active     in-force offered
        bump      promisor active     in-force
        bump      promisee active     in-force
        complete  promisor delivered  in-force
        complete  promisee kept       in-force
        renege    promisor reneged    in-force
        renege    promisee reneged    in-force
        release   promisee released   in-force
        partial   promisor active     in-force
        note      bookkeeper active   in-force
        tag       bookkeeper active   in-force
        untag     bookkeeper active   in-force
        part      bookkeeper active   in-force
        correct   bookkeeper active   in-force
        void      bookkeeper void     in-force
    """,
    "active, the promisor wants other terms": """
        -         -        active     in-force offered
        accept    promisee active     superseded in-force
        decline   promisee active     in-force declined
        withdraw  promisor active     in-force withdrawn
        negotiate promisor active     in-force superseded offered
        negotiate promisee active     in-force superseded offered
        bump      promisor active     in-force offered
        bump      promisee active     in-force offered
        complete  promisor delivered  in-force moot
        complete  promisee kept       in-force moot
        renege    promisor reneged    in-force moot
        renege    promisee reneged    in-force moot
        release   promisee released   in-force moot
        partial   promisor active     in-force offered
        note      bookkeeper active   in-force offered
        tag       bookkeeper active   in-force offered
        untag     bookkeeper active   in-force offered
        part      bookkeeper active   in-force offered
        correct   bookkeeper active   in-force offered
        void      bookkeeper void     in-force moot
    """,
    "active, the promisee wants other terms": """
        -         -        active     in-force offered
        accept    promisor active     superseded in-force
        decline   promisor active     in-force declined
        withdraw  promisee active     in-force withdrawn
        negotiate promisor active     in-force superseded offered
        negotiate promisee active     in-force superseded offered
        bump      promisor active     in-force offered
        bump      promisee active     in-force offered
        complete  promisor delivered  in-force moot
        complete  promisee kept       in-force moot
        renege    promisor reneged    in-force moot
        renege    promisee reneged    in-force moot
        release   promisee released   in-force moot
        partial   promisor active     in-force offered
        note      bookkeeper active   in-force offered
        tag       bookkeeper active   in-force offered
        untag     bookkeeper active   in-force offered
        part      bookkeeper active   in-force offered
        correct   bookkeeper active   in-force offered
        void      bookkeeper void     in-force moot
    """,
    "delivered": """
        -         -        delivered  in-force
        accept    promisee kept       in-force
        complete  promisee kept       in-force
        decline   promisee active     in-force
        reopen    promisor active     in-force
        release   promisee released   in-force
        bump      promisor delivered  in-force
        bump      promisee delivered  in-force
        note      bookkeeper delivered in-force
        tag       bookkeeper delivered in-force
        untag     bookkeeper delivered in-force
        part      bookkeeper delivered in-force
        correct   bookkeeper delivered in-force
        void      bookkeeper void     in-force
    """,
    "kept": """
        -         -        kept       in-force
        reopen    promisee active     in-force
        note      bookkeeper kept     in-force
        tag       bookkeeper kept     in-force
        untag     bookkeeper kept     in-force
        part      bookkeeper kept     in-force
        correct   bookkeeper kept     in-force
        void      bookkeeper void     in-force
    """,
    "declined": """
        -         -        declined   declined
        note      bookkeeper declined declined
        tag       bookkeeper declined declined
        untag     bookkeeper declined declined
        part      bookkeeper declined declined
        correct   bookkeeper declined declined
        void      bookkeeper void     declined
    """,
    "withdrawn": """
        -         -        withdrawn  withdrawn
        note      bookkeeper withdrawn withdrawn
        tag       bookkeeper withdrawn withdrawn
        untag     bookkeeper withdrawn withdrawn
        part      bookkeeper withdrawn withdrawn
        correct   bookkeeper withdrawn withdrawn
        void      bookkeeper void     withdrawn
    """,
    "reneged, told": """
        -         -        reneged    in-force
        note      bookkeeper reneged  in-force
        tag       bookkeeper reneged  in-force
        untag     bookkeeper reneged  in-force
        part      bookkeeper reneged  in-force
        correct   bookkeeper reneged  in-force
        void      bookkeeper void     in-force
    """,
    "reneged, untold": """
        -         -        reneged    in-force
        told      promisor reneged    in-force
        note      bookkeeper reneged  in-force
        tag       bookkeeper reneged  in-force
        untag     bookkeeper reneged  in-force
        part      bookkeeper reneged  in-force
        correct   bookkeeper reneged  in-force
        void      bookkeeper void     in-force
    """,
    "reneged in silence": """
        -         -        reneged    in-force
        note      bookkeeper reneged  in-force
        tag       bookkeeper reneged  in-force
        untag     bookkeeper reneged  in-force
        part      bookkeeper reneged  in-force
        correct   bookkeeper reneged  in-force
        void      bookkeeper void     in-force
    """,
    "released": """
        -         -        released   in-force
        note      bookkeeper released in-force
        tag       bookkeeper released in-force
        untag     bookkeeper released in-force
        part      bookkeeper released in-force
        correct   bookkeeper released in-force
        void      bookkeeper void     in-force
    """,
    "void": """
        -         -        void       moot
    """,
}
SELF_EXPECTED = {
    "active": """
        -         -        active     in-force
        complete  self     kept       in-force
        negotiate self     active     superseded in-force
        renege    self     reneged    in-force
        partial   self     active     in-force
        note      bookkeeper active   in-force
        tag       bookkeeper active   in-force
        untag     bookkeeper active   in-force
        part      bookkeeper active   in-force
        correct   bookkeeper active   in-force
        void      bookkeeper void     in-force
    """,
    "kept": """
        -         -        kept       in-force
        note      bookkeeper kept     in-force
        tag       bookkeeper kept     in-force
        untag     bookkeeper kept     in-force
        part      bookkeeper kept     in-force
        correct   bookkeeper kept     in-force
        void      bookkeeper void     in-force
    """,
    "reneged": """
        -         -        reneged    in-force
        note      bookkeeper reneged  in-force
        tag       bookkeeper reneged  in-force
        untag     bookkeeper reneged  in-force
        part      bookkeeper reneged  in-force
        correct   bookkeeper reneged  in-force
        void      bookkeeper void     in-force
    """,
    "void": """
        -         -        void       in-force
    """,
}


def expected(text: str) -> tuple[Outcome, dict[Step, Outcome]]:
    """The situation itself, and what may be said in it."""
    lines = [line.split() for line in text.strip().splitlines()]
    read = {(verb, side): (state, tuple(revisions)) for verb, side, state, *revisions in lines}
    here = read.pop(("-", "-"))
    return here, {(Verb(verb), Side(side)): outcome for (verb, side), outcome in read.items()}


def standing(promise: Promise) -> Outcome:
    """What a promise looks like, in the words of the tables above."""
    return promise.state.value, tuple(revision.status.value for revision in promise.revisions)


def situations() -> Iterator[tuple[str, Direction, str]]:
    """Every situation, as mine to keep, as theirs to keep, and between me and myself."""
    for name in EXPECTED:
        yield from (("two", direction, name) for direction in (OWE, OWED))
    yield from (("one", Direction.SELF, name) for name in SELF_EXPECTED)


def situation(
    sort: str, direction: Direction, name: str
) -> tuple[Promise, Outcome, dict[Step, Outcome]]:
    steps, last = (SITUATIONS if sort == "two" else SELF_SITUATIONS)[name]
    if (direction, name) == (OWED, "reneged, untold"):
        name = "reneged in silence"  # I know what was not done for me: nobody has to tell me
    return brought(direction, *steps, **last), *expected(
        (EXPECTED if sort == "two" else SELF_EXPECTED)[name]
    )


EVERYWHERE = pytest.mark.parametrize(
    ("sort", "direction", "name"), list(situations()), ids=lambda part: str(part).replace(" ", "-")
)
LATER = START + 12 * HOUR


@EVERYWHERE
def test_the_situation_is_what_its_name_says(sort: str, direction: Direction, name: str) -> None:
    promise, here, _ = situation(sort, direction, name)
    assert standing(promise) == here
    assert promise.direction is direction


def typed(table: dict[tuple[Verb, Side], Any], direction: Direction, name: str) -> set[Verb]:
    """The verbs that can be typed as they are: the promisor of what is delivered has nothing to complete any more."""
    verbs = {said for said, _ in table} - {Verb.PARTIAL}
    return verbs - {Verb.COMPLETE} if (direction, name) == (OWE, "delivered") else verbs


@EVERYWHERE
@pytest.mark.parametrize("verb", SAID)
def test_every_verb_in_every_situation(
    sort: str, direction: Direction, name: str, verb: Verb
) -> None:
    promise, here, table = situation(sort, direction, name)
    open_now = typed(table, direction, name)
    for side in Side:
        said = act(verb, side, LATER, promise)
        if (verb, side) in table:
            assert standing(applied(promise, said)) == table[verb, side]
        else:
            with pytest.raises(errors.NotOpen) as refused:
                applied(promise, said)
            assert refused.value.exit_code == 4
            assert sorted(refused.value.moves) == sorted(open_now)
        assert standing(promise) == here


@EVERYWHERE
def test_what_is_open_is_told_each_verb_once(sort: str, direction: Direction, name: str) -> None:
    promise, _, table = situation(sort, direction, name)
    told = lifecycle.list_open_verbs(promise)
    assert len(told) == len(set(told))
    assert set(told) == typed(table, direction, name)


@pytest.mark.parametrize("verb", SAID)
@pytest.mark.parametrize("side", Side)
def test_only_a_request_an_offer_or_an_import_begins_a_promise(verb: Verb, side: Side) -> None:
    direction = Direction.SELF if side is SELF else OWE
    said = act(verb, side, START, None, direction)
    begins = {
        (Verb.REQUEST, EE): ("proposed", ("offered",)),
        (Verb.OFFER, OR): ("proposed", ("offered",)),
        (Verb.OFFER, SELF): ("active", ("in-force",)),
        (Verb.IMPORT, BOOK): ("active", ("in-force",)),
    }
    if (verb, side) in begins:
        assert standing(applied(None, said)) == begins[verb, side]
    else:
        with pytest.raises(errors.NotOpen) as refused:
            applied(None, said)
        assert refused.value.moves == ()


@pytest.mark.parametrize("lacking", ["terms", "opening"])
def test_nothing_begins_without_an_outcome(lacking: str) -> None:
    with pytest.raises(errors.MissingWord, match="needs an outcome"):
        applied(None, act(Verb.OFFER, OR, START, None, OWE, **{lacking: None}))


def test_every_row_is_in_the_table() -> None:
    # Row 3, both agreed already, is row 1 or 2 and then row 5 in one command; row 31, undo and redo, is a replay. Both are tested below.
    assert {row.number for row in TRANSITIONS} == {*range(1, 35), 39} - {3, 31}


# Who is waited for


@pytest.mark.parametrize(
    ("name", "waited_for"),
    [
        ("proposed by the promisor", EE),
        ("proposed by the promisee", OR),
        ("active", OR),
        ("active, the promisor wants other terms", EE),
        ("active, the promisee wants other terms", OR),
        ("delivered", EE),
        ("reneged, untold", OR),
        *(
            (name, None)
            for name in (
                "kept",
                "declined",
                "withdrawn",
                "reneged, told",
                "reneged in silence",
                "released",
                "void",
            )
        ),
    ],
)
@pytest.mark.parametrize("direction", [OWE, OWED])
def test_whose_move_it_is(name: str, waited_for: Side | None, direction: Direction) -> None:
    promise, _, _ = situation("two", direction, name)
    mine = OR if direction is OWE else EE
    if (direction, name) == (OWED, "reneged, untold"):
        waited_for = None
    assert promise.move == (None if waited_for is None else "me" if waited_for is mine else "them")


@pytest.mark.parametrize("name", SELF_EXPECTED)
def test_a_promise_to_myself_waits_for_me_while_it_is_open(name: str) -> None:
    promise, _, _ = situation("one", Direction.SELF, name)
    assert promise.move == ("me" if name == "active" else None)


# The basic conversation for action, figure 5.1 of Understanding Computers and Cognition: A asks, B performs

ARCS = {
    (1, 2, "A", "request"),
    (2, 3, "B", "promise"),
    (2, 6, "B", "counter"),
    (6, 2, "A", "counter"),
    (6, 3, "A", "accept"),
    (2, 8, "B", "reject"),
    (2, 8, "A", "withdraw"),
    (6, 8, "A", "reject"),
    (6, 8, "B", "withdraw"),
    (3, 4, "B", "assert"),
    (4, 5, "A", "declare"),
    (4, 3, "A", "declare"),
    (3, 7, "B", "renege"),
    (3, 9, "A", "withdraw"),
    (4, 9, "A", "withdraw"),
}
SPOKEN = {
    "request": Verb.REQUEST,
    "promise": Verb.ACCEPT,
    "counter": Verb.NEGOTIATE,
    "accept": Verb.ACCEPT,
    "reject": Verb.DECLINE,
    "withdraw": Verb.WITHDRAW,
    "assert": Verb.COMPLETE,
    "renege": Verb.RENEGE,
}
CONVERSATIONS = (
    "1 A:request 2 B:promise 3 B:assert 4 A:declare 5",
    "1 A:request 2 B:reject 8",
    "1 A:request 2 A:withdraw 8",
    "1 A:request 2 B:counter 6 A:accept 3 B:assert 4 A:declare 3 B:assert 4 A:declare 5",
    "1 A:request 2 B:counter 6 A:counter 2 B:counter 6 A:counter 2 B:promise 3 B:assert 4 A:declare 5",
    "1 A:request 2 B:counter 6 A:reject 8",
    "1 A:request 2 B:counter 6 B:withdraw 8",
    "1 A:request 2 B:promise 3 B:renege 7",
    "1 A:request 2 B:promise 3 A:withdraw 9",
    "1 A:request 2 B:promise 3 B:assert 4 A:withdraw 9",
)


def arcs(conversation: str) -> list[tuple[int, int, str, str]]:
    words = conversation.split()
    spoken = [word.split(":") for word in words[1::2]]
    places = [int(word) for word in words[::2]]
    return [(*ends, *who) for ends, who in zip(pairwise(places), spoken, strict=True)]  # type: ignore[misc]


def place(promise: Promise) -> int:
    """Where in the figure a promise is."""
    ends = {
        State.ACTIVE: 3,
        State.DELIVERED: 4,
        State.KEPT: 5,
        State.RENEGED: 7,
        State.DECLINED: 8,
        State.WITHDRAWN: 8,
        State.RELEASED: 9,
    }
    if promise.state is State.PROPOSED:
        assert promise.offered_revision
        return 2 if promise.offered_revision.author is EE else 6
    return ends[promise.state]


@pytest.mark.parametrize("direction", [OWE, OWED])
@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_the_conversation_for_action_is_played_to_its_end(
    conversation: str, direction: Direction
) -> None:
    promise: Promise | None = None
    for count, (start, end, who, said) in enumerate(arcs(conversation)):
        assert promise is None or place(promise) == start
        if said == "declare":
            verb = Verb.ACCEPT if end == 5 else Verb.DECLINE
        elif said == "withdraw" and start in (3, 4):
            verb = Verb.RELEASE
        else:
            verb = SPOKEN[said]
        promise = applied(
            promise,
            act(verb, EE if who == "A" else OR, START + count * HOUR, promise, direction),
            1,
        )
        assert place(promise) == end
    assert promise is not None
    assert promise.offered_revision is None
    assert promise.move is None


def test_the_conversations_use_all_fifteen_acts() -> None:
    assert len(ARCS) == 15
    assert {arc for conversation in CONVERSATIONS for arc in arcs(conversation)} == ARCS


def test_the_table_names_every_arc_of_the_figure() -> None:
    named = {
        step
        for row in TRANSITIONS
        for path in row.talk.split(", ")
        for step in pairwise(path.split("→"))
    }
    assert named == {(str(start), str(end)) for start, end, _, _ in ARCS}


# Terms


def test_a_counter_kills_the_offer() -> None:
    promise = brought(OWE, (Verb.REQUEST, EE), (Verb.NEGOTIATE, OR))
    assert [(one.number, one.author, one.status) for one in promise.revisions] == [
        (1, EE, Status.SUPERSEDED),
        (2, OR, Status.OFFERED),
    ]
    agreed = applied(promise, act(Verb.ACCEPT, EE, LATER, promise))
    assert agreed.in_force == promise.revisions[1]._replace(status=Status.IN_FORCE)
    assert agreed.revisions[0].status is Status.SUPERSEDED


@pytest.mark.parametrize(("author", "verb"), [(OR, Verb.OFFER), (EE, Verb.REQUEST)])
@pytest.mark.parametrize("rounds", range(4))
def test_nobody_answers_their_own_terms(author: Side, verb: Verb, rounds: int) -> None:
    promise = brought(OWE, (verb, author))
    for count in range(rounds):
        author = EE if author is OR else OR
        promise = applied(promise, act(Verb.NEGOTIATE, author, START + (count + 1) * HOUR, promise))
    for answer in (Verb.ACCEPT, Verb.DECLINE):
        with pytest.raises(errors.NotOpen):
            applied(promise, act(answer, author, LATER, promise))
    with pytest.raises(errors.NotOpen):
        applied(promise, act(Verb.WITHDRAW, EE if author is OR else OR, LATER, promise))


@pytest.mark.parametrize(
    ("verb", "status"), [(Verb.DECLINE, Status.DECLINED), (Verb.WITHDRAW, Status.WITHDRAWN)]
)
@pytest.mark.parametrize("author", [OR, EE])
def test_an_amendment_that_comes_to_nothing_leaves_the_old_terms(
    verb: Verb, status: Status, author: Side
) -> None:
    before = brought(OWE, *AGREED)
    asked = applied(before, act(Verb.NEGOTIATE, author, LATER, before))
    assert asked.in_force == before.in_force
    other = EE if author is OR else OR
    after = applied(
        asked, act(verb, other if verb is Verb.DECLINE else author, LATER + HOUR, asked)
    )
    assert after.state is State.ACTIVE
    assert after.in_force == before.in_force
    assert after.revisions[1].status is status
    assert (after.renegotiation_count, after.accepted_at) == (0, before.accepted_at)


def test_an_amendment_that_is_accepted_counts_as_one_and_the_first_due_stays() -> None:
    before = brought(OWE, *AGREED)
    terms = Terms("Send the numbers", DUE._replace(civil="2026-11-30", at=DUE.at + 3 * 24 * HOUR))
    asked = applied(before, act(Verb.NEGOTIATE, OR, LATER, before, terms=terms))
    assert asked.renegotiation_count == 0
    after = applied(asked, act(Verb.ACCEPT, EE, LATER + HOUR, asked))
    assert after.in_force
    assert (after.in_force.terms, after.in_force.number, after.renegotiation_count) == (terms, 2, 1)
    assert (after.first_due, after.accepted_at, after.bumped_at, after.word_at) == (
        DUE,
        before.accepted_at,
        None,
        None,
    )


def test_with_myself_new_terms_are_in_force_at_once() -> None:
    before = brought(Direction.SELF, (Verb.OFFER, SELF))
    after = applied(before, act(Verb.NEGOTIATE, SELF, LATER, before))
    assert after.offered_revision is None
    assert after.in_force
    assert (after.in_force.number, after.renegotiation_count, before.renegotiation_count) == (
        2,
        1,
        0,
    )


def test_a_correction_is_no_negotiation() -> None:
    before = brought(OWE, *AGREED)
    due = DUE._replace(civil="2026-11-28", at=DUE.at + 24 * HOUR)
    after = applied(
        before, act(Verb.CORRECT, BOOK, LATER, before, terms=Terms("Send the numbers", due))
    )
    assert after.in_force
    assert (after.in_force.terms.due, after.in_force.number, after.in_force.author) == (due, 1, OR)
    assert (len(after.revisions), after.renegotiation_count, after.first_due) == (1, 0, due)
    assert (after.moved_at, after.contact_at) == (before.moved_at, before.contact_at)


def test_a_correction_puts_the_terms_in_force_right_and_leaves_the_amendment() -> None:
    before = brought(OWE, *AGREED, (Verb.NEGOTIATE, OR))
    after = applied(
        before, act(Verb.CORRECT, BOOK, LATER, before, terms=Terms("Send all numbers", DUE))
    )
    assert after.in_force
    assert after.in_force.terms.outcome == "Send all numbers"
    assert after.offered_revision == before.offered_revision


# What must be said


NEEDED = {
    (Verb.NEGOTIATE, "active"): "text",
    (Verb.NEGOTIATE, "active, the promisor wants other terms"): "text",
    (Verb.NEGOTIATE, "active, the promisee wants other terms"): "text",
    (Verb.RENEGE, "active"): "text",
    (Verb.DECLINE, "delivered"): "text",
    (Verb.REOPEN, "delivered"): "text",
    (Verb.REOPEN, "kept"): "text",
    (Verb.TOLD, "reneged, untold"): "told_at",
}


def needs(verb: Verb, sort: str, name: str) -> str | None:
    """What a move must carry, told apart from the table under test: the word's name on the act."""
    if verb in (Verb.BUMP, Verb.NOTE, Verb.PARTIAL, Verb.VOID, Verb.TAG, Verb.UNTAG):
        return "text"
    if verb is Verb.RENEGE or (sort == "one" and verb is Verb.NEGOTIATE):
        return "text"
    return NEEDED.get((verb, name))


SENTENCES = {
    "text": ("needs a text.", "needs a reason: add --reason “…”."),
    "told_at": ("needs the time when they were told.",),
}


@EVERYWHERE
def test_a_move_without_its_word_is_refused(sort: str, direction: Direction, name: str) -> None:
    promise, _, table = situation(sort, direction, name)
    for verb, side in table:
        needed = needs(verb, sort, name)
        for word in ("text", "told_at"):
            for nothing in (None, "") if word == "text" else (None,):
                lacking: dict[str, Any] = {word: nothing}
                said = act(verb, side, LATER, promise, **lacking)
                if word == needed:
                    with pytest.raises(errors.MissingWord) as refused:
                        applied(promise, said)
                    assert refused.value.exit_code == 2
                    assert str(refused.value).removeprefix(f"{verb} ") in SENTENCES[needed]
                else:
                    assert standing(applied(promise, said)) == table[verb, side]


@EVERYWHERE
def test_tags_that_stay_as_they_are_are_refused(sort: str, direction: Direction, name: str) -> None:
    promise, _, table = situation(sort, direction, name)
    for verb, word in ((Verb.TAG, "money"), (Verb.UNTAG, "q3")):
        for side in [side for said, side in table if said is verb]:
            with pytest.raises(errors.TagsUnchanged) as refused:
                applied(promise, act(verb, side, LATER, promise, text=word))
            assert refused.value.exit_code == 2
            after = applied(promise, act(verb, side, LATER, promise, text="money q3"))
            assert after.tags == (("money", "q3") if verb is Verb.TAG else ())
            assert (after.moved_at, after.contact_at) == (promise.moved_at, promise.contact_at)


@EVERYWHERE
@pytest.mark.parametrize("verb", [Verb.NEGOTIATE, Verb.CORRECT])
def test_terms_that_stay_as_they_are_are_refused(
    sort: str, direction: Direction, name: str, verb: Verb
) -> None:
    promise, _, table = situation(sort, direction, name)
    for side in [side for said, side in table if said is verb]:
        on_table = promise.offered_revision if verb is Verb.NEGOTIATE else None
        same = (on_table or promise.current_revision).terms
        for terms in (same, None):
            with pytest.raises(errors.NothingChanged) as refused:
                applied(promise, act(verb, side, LATER, promise, terms=terms))
            assert refused.value.exit_code == 2
        assert (
            standing(
                applied(
                    promise, act(verb, side, LATER, promise, terms=same._replace(why="it matters"))
                )
            )
            == table[verb, side]
        )


# Time


MOVING = (
    Verb.ACCEPT,
    Verb.NEGOTIATE,
    Verb.DECLINE,
    Verb.WITHDRAW,
    Verb.COMPLETE,
    Verb.RENEGE,
    Verb.RELEASE,
    Verb.REOPEN,
)


@EVERYWHERE
def test_time_never_goes_back(sort: str, direction: Direction, name: str) -> None:
    promise, _, table = situation(sort, direction, name)
    steps, _ = (SITUATIONS if sort == "two" else SELF_SITUATIONS)[name]
    newest = START + (len(steps) - 1) * HOUR
    for verb, side in table:
        if verb is Verb.NOTE:
            assert (
                standing(applied(promise, act(verb, side, START - 24 * HOUR, promise)))
                == table[verb, side]
            )
            continue
        yes = START + HOUR  # nobody is told of a break before what was broken was agreed on
        earliest = newest if verb in MOVING else yes if verb is Verb.TOLD else START
        with pytest.raises(errors.TooEarly) as refused:
            applied(
                promise,
                act(
                    verb,
                    side,
                    earliest - SECOND,
                    promise,
                ),
            )
        assert (refused.value.number, refused.value.exit_code) == (7, 2)
        at = newest if verb is Verb.VOID else earliest
        assert standing(applied(promise, act(verb, side, at, promise))) == table[verb, side]


def test_a_move_that_changes_nothing_does_not_hold_time_back() -> None:
    promise = brought(OWE, (Verb.OFFER, OR))
    for verb, side in ((Verb.BUMP, OR), (Verb.NOTE, BOOK), (Verb.CORRECT, BOOK)):
        promise = applied(promise, act(verb, side, LATER, promise))
    agreed = applied(promise, act(Verb.ACCEPT, EE, START + HOUR, promise))
    assert (agreed.state, agreed.accepted_at, agreed.moved_at) == (
        State.ACTIVE,
        START + HOUR,
        START + HOUR,
    )
    assert agreed.contact_at == LATER


# Moments, word and notice


def test_delivery_is_judged_by_when_it_was_reported() -> None:
    reported = brought(OWE, *REPORTED)
    kept = applied(reported, act(Verb.ACCEPT, EE, LATER, reported))
    assert (kept.delivered_at, kept.closed_at) == (START + 2 * HOUR, LATER)


@pytest.mark.parametrize(("verb", "side"), [(Verb.DECLINE, EE), (Verb.REOPEN, OR)])
def test_a_delivery_that_did_not_stand_does_not_count(verb: Verb, side: Side) -> None:
    reported = brought(OWE, *REPORTED)
    again = applied(reported, act(verb, side, LATER, reported))
    assert (again.delivered_at, again.closed_at, again.accepted_at) == (None, None, START + HOUR)
    anew = applied(again, act(Verb.COMPLETE, OR, LATER + HOUR, again))
    assert anew.delivered_at == LATER + HOUR


def test_what_was_kept_and_reopened_is_open_again() -> None:
    kept = brought(OWED, *REPORTED, (Verb.ACCEPT, EE))
    again = applied(kept, act(Verb.REOPEN, EE, LATER, kept))
    assert (again.state, again.delivered_at, again.closed_at, again.reason) == (
        State.ACTIVE,
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    ("verb", "side", "told_at", "said_at", "word"),
    [
        (Verb.BUMP, OR, None, DUE.at - SECOND, "before-due"),
        (Verb.BUMP, OR, None, DUE.at + SECOND, "after-due"),
        (Verb.BUMP, EE, None, DUE.at - SECOND, None),
        (Verb.NEGOTIATE, OR, None, DUE.at - SECOND, "before-due"),
        (Verb.NEGOTIATE, EE, None, DUE.at - SECOND, None),
        (Verb.RENEGE, OR, DUE.at - HOUR, DUE.at + HOUR, "before-due"),
        (Verb.RENEGE, OR, DUE.at + HOUR, DUE.at - HOUR, "after-due"),
        (Verb.RENEGE, OR, None, DUE.at - HOUR, None),
        (Verb.RENEGE, EE, None, DUE.at - HOUR, None),
    ],
)
def test_notice_is_word_from_the_promisor_by_the_time_it_reached_them(
    verb: Verb, side: Side, told_at: datetime | None, said_at: datetime, word: str | None
) -> None:
    promise = brought(OWE, *AGREED)
    assert applied(promise, act(verb, side, said_at, promise, told_at=told_at)).word_at == (
        word and (told_at or said_at)
    )


def test_word_given_in_time_is_not_lost_by_breaking_later() -> None:
    promise = brought(OWE, *AGREED)
    warned = applied(promise, act(Verb.BUMP, OR, LATER, promise))
    broken = applied(warned, act(Verb.RENEGE, OR, DUE.at + HOUR, warned))
    assert (broken.word_at, broken.reason, broken.told_at, broken.silent) == (
        LATER,
        "because",
        DUE.at + HOUR,
        False,
    )


def test_a_warning_before_the_yes_is_no_notice() -> None:
    promise = brought(OWE, (Verb.OFFER, OR), (Verb.BUMP, OR))
    assert (promise.word_at, promise.bumped_at) == (None, None)


def test_of_two_things_at_one_moment_the_one_recorded_first_is_the_earlier() -> None:
    terms = Terms("Send the numbers", DUE._replace(civil="2026-11-30", at=DUE.at + 72 * HOUR))
    active = brought(OWE, *AGREED)
    asked = applied(active, act(Verb.NEGOTIATE, OR, LATER, active, terms=terms))
    agreed = applied(asked, act(Verb.ACCEPT, EE, LATER, asked))
    assert (agreed.word_at, agreed.find_first_notice(0)) == (None, LATER)
    warned = applied(agreed, act(Verb.BUMP, OR, LATER, agreed))
    assert (warned.word_at, warned.bumped_at) == (LATER, LATER)
    reported = applied(warned, act(Verb.COMPLETE, OR, LATER, warned))
    reminded = applied(reported, act(Verb.BUMP, OR, LATER, reported))
    assert reminded.find_warned_agreement(reminded.bumps[-1]) is None


def test_a_reminder_while_it_was_reported_is_no_warning() -> None:
    reported = brought(OWE, *REPORTED)
    again = applied(reported, act(Verb.DECLINE, EE, LATER, reported))
    reminded = applied(again, act(Verb.BUMP, OR, LATER - HOUR, again))
    assert (reminded.word_at, reminded.bumped_at) == (None, None)
    before = applied(again, act(Verb.BUMP, OR, START + HOUR, again))
    assert (before.word_at, before.bumped_at) == (START + HOUR, START + HOUR)


@pytest.mark.parametrize(
    ("author", "speaker", "verb"),
    [
        (OR, OR, Verb.WITHDRAW),
        (OR, EE, Verb.DECLINE),
        (EE, EE, Verb.WITHDRAW),
        (EE, OR, Verb.DECLINE),
    ],
)
@pytest.mark.parametrize("reply_by", [None, DUE])
def test_new_terms_that_are_the_agreed_ones_are_refused(
    author: Side, speaker: Side, verb: Verb, reply_by: CivilMoment | None
) -> None:
    active = brought(OWE, *AGREED)
    asked = applied(active, act(Verb.NEGOTIATE, author, LATER, active))
    same = active.current_revision.terms._replace(reply_by=reply_by)
    with pytest.raises(errors.AgreedAlready, match=rf"{verb} 7$") as refused:
        applied(asked, act(Verb.NEGOTIATE, speaker, LATER, asked, terms=same))
    assert refused.value.exit_code == 2


def test_terms_that_were_offered_before_may_be_offered_again() -> None:
    offered = brought(OWE, (Verb.OFFER, OR), (Verb.NEGOTIATE, EE))
    first = offered.revisions[0].terms
    again = applied(offered, act(Verb.NEGOTIATE, OR, LATER, offered, terms=first))
    assert again.current_revision.terms == first


def test_telling_late_is_remembered_with_its_moment() -> None:
    broken, _, _ = situation("two", OWE, "reneged, untold")
    told = applied(broken, act(Verb.TOLD, OR, LATER, broken))
    assert (told.told_at, told.word_at) == (LATER, LATER)
    with pytest.raises(errors.NotOpen):
        applied(told, act(Verb.TOLD, OR, LATER, told))


# Through the commands: who is taken to speak


class Ledger:
    """A ledger in a new place, and a clock that is told."""

    def __init__(self, place_: Path) -> None:
        self._place = place_
        self.path = place_ / "ledger.db"

    def env(self, today: str = "2026-11-23T10:00") -> Env:
        streams = (io.StringIO(), io.StringIO(), io.StringIO())
        return Env(
            {
                "TZ": "Europe/Berlin",
                "XDG_CONFIG_HOME": str(self._place),
                "XDG_STATE_HOME": str(self._place),
            },
            streams,
            ledger=str(self.path),
            today=today,
        )

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as db:
            return db.execute(query).fetchall()

    def newest(self) -> tuple[str, str, str]:
        """Verb, side and speaker of the newest act."""
        ((verb, side, by),) = self.rows(
            "SELECT verb, side, by FROM act ORDER BY number DESC LIMIT 1"
        )
        return verb, side, by

    def state(self, number: int = 1) -> str:
        ((state,),) = self.rows(f"SELECT state FROM promise WHERE id = {number}")
        return str(state)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path)


COMMANDS: dict[str, Callable[..., None]] = {
    "accept": acts.accept,
    "decline": acts.decline,
    "negotiate": acts.negotiate,
    "complete": acts.complete,
    "renege": acts.renege,
    "withdraw": acts.withdraw,
    "release": acts.release,
    "reopen": acts.reopen,
    "bump": acts.bump,
    "told": acts.told,
    "note": bookkeeping.note,
    "tag": bookkeeping.tag,
    "untag": bookkeeping.untag,
    "correct": bookkeeping.correct,
    "void": bookkeeping.void,
}
SINGLE = ("negotiate", "reopen", "bump", "note", "tag", "untag", "correct", "void")
WORDS: dict[str, dict[str, Any]] = {
    "negotiate": {"by": "fri", "reason": "it slipped"},
    "renege": {"reason": "it slipped"},
    "reopen": {"reason": "it slipped"},
    "decline": {"reason": "it slipped"},
    "void": {"reason": "it slipped"},
    "bump": {"text": "it may slip"},
    "note": {"text": "rang about it"},
    "tag": {"tags": ["q3"]},
    "correct": {"what": "Send all the numbers"},
}


def say(ledger: Ledger, verb: str, **options: Any) -> None:
    """Say `verb` of promise 1, with the words it needs and a day that is new in each negotiation."""
    words = WORDS.get(verb, {}) | options
    if verb == "negotiate" and "by" not in options:
        words["by"] = f"in {2 + len(ledger.rows('SELECT 1 FROM act'))} days"
    COMMANDS[verb](ledger.env(), "1" if verb in SINGLE else ["1"], **words)


# How each situation comes about, by what I owe and by what I am owed.
Line = tuple[str, dict[str, Any]]
SETTINGS: dict[str, dict[str, list[Line]]] = {
    "proposed, my terms": {
        "owe": [("make", {"to": ["dana"]})],
        "owed": [("make", {"from_": ["dana"]})],
    },
    "proposed, their terms": {
        "owe": [("make", {"to": ["dana"], "asked": True})],
        "owed": [("make", {"from_": ["dana"], "offered": True})],
    },
    "active": {
        "owe": [("make", {"to": ["dana"], "agreed": True})],
        "owed": [("make", {"from_": ["dana"], "agreed": True})],
    },
}
LEADING_ON: dict[str, dict[str, list[Line]]] = {
    "active + my amendment": {"owe": [("negotiate", {})], "owed": [("negotiate", {})]},
    "active + their amendment": {
        "owe": [("negotiate", {"theirs": True})],
        "owed": [("negotiate", {"theirs": True})],
    },
    "delivered": {"owe": [("complete", {})], "owed": [("complete", {"reported": True})]},
    "kept": {
        "owe": [("complete", {}), ("accept", {})],
        "owed": [("complete", {"reported": True}), ("accept", {})],
    },
    "reneged, untold": {"owe": [("renege", {"not_told": True})]},
}
SETTINGS |= {
    name: {way: SETTINGS["active"][way] + rest for way, rest in both.items()}
    for name, both in LEADING_ON.items()
}

# state | verb and options | when I owe: who spoke, next state | when I am owed: who spoke, next state; "-" is refused
SPEAKERS = """
    proposed, my terms       | accept               | them active     | them active
    proposed, my terms       | decline              | them declined   | them declined
    proposed, my terms       | negotiate            | -               | -
    proposed, my terms       | negotiate mine       | me proposed     | me proposed
    proposed, my terms       | negotiate theirs     | them proposed   | them proposed
    proposed, my terms       | withdraw             | me withdrawn    | me withdrawn
    proposed, their terms    | accept               | me active       | me active
    proposed, their terms    | decline              | me declined     | me declined
    proposed, their terms    | negotiate            | me proposed     | me proposed
    proposed, their terms    | negotiate theirs     | them proposed   | them proposed
    proposed, their terms    | negotiate mine       | me proposed     | me proposed
    proposed, their terms    | withdraw             | them withdrawn  | them withdrawn
    active                   | negotiate            | me active       | me active
    active                   | negotiate theirs     | them active     | them active
    active                   | bump                 | me active       | me active
    active                   | bump theirs          | them active     | them active
    active + my amendment    | accept               | them active     | them active
    active + my amendment    | decline              | them active     | them active
    active + my amendment    | withdraw             | me active       | me active
    active + my amendment    | negotiate            | -               | -
    active + my amendment    | negotiate mine       | me active       | me active
    active + my amendment    | negotiate theirs     | them active     | them active
    active + their amendment | negotiate            | me active       | me active
    active + their amendment | negotiate theirs     | them active     | them active
    active + their amendment | accept               | me active       | me active
    active + their amendment | decline              | me active       | me active
    active + their amendment | withdraw             | them active     | them active
    active                   | complete             | me delivered    | me kept
    active                   | complete confirmed   | them kept       | me kept
    active                   | complete reported    | me delivered    | them delivered
    active                   | renege               | me reneged      | them reneged
    active                   | renege silent        | -               | me reneged
    active                   | renege not_told      | me reneged      | -
    active                   | release              | them released   | me released
    delivered                | accept               | them kept       | me kept
    delivered                | decline              | them active     | me active
    delivered                | complete             | -               | me kept
    delivered                | release              | them released   | me released
    delivered                | reopen               | me active       | them active
    kept                     | reopen               | them active     | me active
    reneged, untold          | told                 | me reneged      | -
    active                   | note                 | me active       | me active
    active                   | correct              | me active       | me active
    active                   | tag                  | me active       | me active
    active                   | void                 | me void         | me void
"""


def speakers() -> Iterator[tuple[str, str, str, str]]:
    for line in SPEAKERS.strip().splitlines():
        name, said, owe, owed = (part.strip() for part in line.split("|"))
        for direction, outcome in (("owe", owe), ("owed", owed)):
            if direction in SETTINGS[name]:
                yield name, said, direction, outcome


@pytest.mark.parametrize(("name", "said", "direction", "outcome"), list(speakers()))
def test_who_is_taken_to_speak(
    ledger: Ledger, name: str, said: str, direction: str, outcome: str
) -> None:
    for verb, options in SETTINGS[name][direction]:
        if verb == "make":
            make.make(ledger.env(), "Send the numbers", by="in 1 day", **options)
        else:
            say(ledger, verb, **options)
    before = ledger.path.read_bytes()
    verb, *flags = said.split()
    options = dict.fromkeys(flags, True)
    if outcome == "-":
        with pytest.raises(errors.Problem) as refused:
            say(ledger, verb, **options)
        assert refused.value.exit_code in (2, 4)
        assert ledger.path.read_bytes() == before
        return
    say(ledger, verb, **options)
    who, state = outcome.split()
    mine = "promisor" if direction == "owe" else "promisee"
    theirs = "promisee" if direction == "owe" else "promisor"
    side = (
        "bookkeeper"
        if verb in ("note", "correct", "tag", "void")
        else mine
        if who == "me"
        else theirs
    )
    assert ledger.newest() == (verb, side, who)
    assert ledger.state() == state


@pytest.mark.parametrize(
    ("options", "first", "second", "state"),
    [
        ({"to": ["dana"]}, ("offer", "promisor", "me"), None, "proposed"),
        ({"to": ["dana"], "asked": True}, ("request", "promisee", "them"), None, "proposed"),
        ({"from_": ["dana"]}, ("request", "promisee", "me"), None, "proposed"),
        ({"from_": ["dana"], "offered": True}, ("offer", "promisor", "them"), None, "proposed"),
        (
            {"to": ["dana"], "agreed": True},
            ("offer", "promisor", "me"),
            ("accept", "promisee", "them"),
            "active",
        ),
        (
            {"to": ["dana"], "agreed": True, "asked": True},
            ("request", "promisee", "them"),
            ("accept", "promisor", "me"),
            "active",
        ),
        (
            {"from_": ["dana"], "agreed": True},
            ("request", "promisee", "me"),
            ("accept", "promisor", "them"),
            "active",
        ),
        (
            {"from_": ["dana"], "agreed": True, "offered": True},
            ("offer", "promisor", "them"),
            ("accept", "promisee", "me"),
            "active",
        ),
        ({"to": ["me"]}, ("offer", "self", "me"), None, "active"),
    ],
)
def test_how_a_promise_begins(
    ledger: Ledger,
    options: dict[str, Any],
    first: tuple[str, str, str],
    second: tuple[str, str, str] | None,
    state: str,
) -> None:
    make.make(ledger.env(), "Send the numbers", **options)
    acts = ledger.rows("SELECT verb, side, by FROM act WHERE promise IS NOT NULL ORDER BY number")
    assert acts == [first, *([second] if second else [])]
    assert ledger.state() == state
    # One command is one entry, so that an agreement is undone whole.
    assert len(ledger.rows("SELECT DISTINCT entry FROM act")) == 1


@pytest.mark.parametrize(
    ("verb", "state"),
    [("complete", "kept"), ("negotiate", "active"), ("renege", "reneged")],
)
def test_with_myself_it_is_always_me_who_speaks(ledger: Ledger, verb: str, state: str) -> None:
    make.make(ledger.env(), "Run", to=["me"], by="in 1 day")
    say(ledger, verb)
    assert (ledger.newest(), ledger.state()) == ((verb, "self", "me"), state)
    assert ledger.rows("SELECT offer FROM promise") == [(None,)]


@pytest.mark.parametrize(
    "verb", ["bump", "release", "reopen", "accept", "decline", "withdraw", "told"]
)
def test_with_myself_there_is_nobody_to_answer(ledger: Ledger, verb: str) -> None:
    make.make(ledger.env(), "Run", to=["me"])
    before = ledger.path.read_bytes()
    with pytest.raises(errors.NotOpen):
        say(ledger, verb)
    assert ledger.path.read_bytes() == before


def test_a_report_on_what_is_reported_says_when_it_was_and_what_comes_next(ledger: Ledger) -> None:
    make.make(ledger.env("2026-11-22T10:00"), "Send the numbers", to=["dana"], agreed=True)
    acts.complete(ledger.env("2026-11-22T10:00"), ["1"])
    with pytest.raises(
        errors.IllegalMove, match=r"already reported as done on Sun 22 Nov.*accept 1"
    ) as refused:
        acts.complete(ledger.env(), ["1"])
    assert refused.value.exit_code == 4
    assert "accept" in refused.value.moves


def test_breaking_before_the_yes_is_nothing_to_break(ledger: Ledger) -> None:
    make.make(ledger.env(), "Send the numbers", to=["dana"], asked=True)
    with pytest.raises(errors.NotOpen, match=r"nothing to break.*decline 1") as refused:
        acts.renege(ledger.env(), ["1"], reason="no time")
    assert {"accept", "negotiate", "decline"} <= set(refused.value.moves)


def test_accepting_a_revision_that_was_replaced_names_the_new_one(ledger: Ledger) -> None:
    make.make(ledger.env(), "Send the numbers", to=["dana"], by="in 1 day", asked=True)
    say(ledger, "negotiate")
    before = ledger.path.read_bytes()
    with pytest.raises(
        errors.StaleRevision, match=r"Revision 1 of #1 was replaced by revision 2"
    ) as refused:
        acts.accept(ledger.env(), ["1"], rev=1)
    assert refused.value.exit_code == 4
    with pytest.raises(errors.StaleRevision, match="no revision 3"):
        acts.accept(ledger.env(), ["1"], rev=3)
    assert ledger.path.read_bytes() == before
    acts.accept(ledger.env(), ["1"], rev=2)
    assert ledger.rows("SELECT state, revision FROM promise") == [("active", 2)]


def test_telling_is_now_unless_it_is_said(ledger: Ledger) -> None:
    for _ in range(3):
        make.make(ledger.env("2026-11-20T10:00"), "Send the numbers", to=["dana"], agreed=True)
    acts.renege(ledger.env(), ["1"], reason="no time")
    acts.renege(ledger.env(), ["2"], reason="no time", told="2026-11-21T12:00")
    acts.renege(ledger.env(), ["3"], reason="no time", not_told=True)
    assert ledger.rows("SELECT told_at, move FROM promise ORDER BY id") == [
        ("2026-11-23T09:00:00Z", None),
        ("2026-11-21T11:00:00Z", None),
        (None, "me"),
    ]
    acts.told(ledger.env("2026-11-24T10:00"), "3")
    assert ledger.rows("SELECT told_at, move FROM promise WHERE id = 3") == [
        ("2026-11-24T09:00:00Z", None)
    ]


def test_what_was_broken_in_silence_is_never_told(ledger: Ledger) -> None:
    make.make(ledger.env(), "Fix the brake", from_=["lee"], agreed=True)
    acts.renege(ledger.env(), ["1"], reason="not a word", silent=True)
    with pytest.raises(errors.NotOpen):
        acts.told(ledger.env(), "1")
    assert ledger.rows("SELECT state, told_at, move FROM promise") == [("reneged", None, None)]


def test_a_part_that_is_done_changes_no_state(ledger: Ledger) -> None:
    make.make(ledger.env(), "Send the numbers", to=["dana"], agreed=True)
    acts.complete(ledger.env(), ["1"], partial="the first half")
    assert ledger.newest() == ("partial", "promisor", "me")
    assert ledger.rows("SELECT state, delivered_at, move FROM promise") == [("active", None, "me")]


# Undo is a replay, and so is a look back


def test_without_the_command_that_made_it_a_promise_is_void() -> None:
    first = act(Verb.OFFER, OR, START)._replace(number=1, entry=1)
    yes = Act(Verb.ACCEPT, EE, START, START, number=2, entry=2)
    undo = [
        Act(Verb.UNDO, BOOK, LATER, LATER, number=3 + n, entry=3 + n, target=2 - n)
        for n in range(2)
    ]
    assert lifecycle.replay_acts(7, [first, yes]).state is State.ACTIVE
    assert standing(lifecycle.replay_acts(7, [first, yes, undo[0]])) == ("proposed", ("offered",))
    void = lifecycle.replay_acts(7, [first, yes, *undo])
    assert standing(void) == ("void", ("moot",))
    assert (lifecycle.list_open_verbs(void), void.move) == ((), None)
    redo = Act(Verb.REDO, BOOK, LATER, LATER, number=5, entry=5, target=1)
    assert standing(lifecycle.replay_acts(7, [first, yes, *undo, redo])) == (
        "proposed",
        ("offered",),
    )


def test_as_of_a_moment_only_what_was_said_by_then_counts() -> None:
    promise: Promise | None = None
    said: list[Act] = []
    for count, (verb, side) in enumerate((*REPORTED, (Verb.ACCEPT, EE))):
        said.append(
            act(verb, side, START + count * HOUR, promise)._replace(
                number=count + 1, entry=count + 1
            )
        )
        promise = applied(promise, said[-1], 7)
    assert list(lifecycle.iter_steps(7, said, START - SECOND)) == []
    for count, state in enumerate(("proposed", "active", "delivered", "kept")):
        for moment in (START + count * HOUR, START + (count + 1) * HOUR - SECOND):
            *_, (_, then) = lifecycle.iter_steps(7, said, moment)
            assert then.state == state


def test_a_correction_does_not_keep_the_past_from_being_shown(ledger: Ledger) -> None:
    make.make(ledger.env(), "Send the nmbers", to=["dana"])
    bookkeeping.correct(ledger.env("2026-11-28T10:00"), "1", what="Send the numbers")
    acts.negotiate(
        ledger.env("2026-11-28T10:00"),
        "1",
        what="Send the nmbers",
        on="2026-11-25T10:00",
        mine=True,
    )
    env = ledger.env("2026-11-28T10:00")
    lists.list_(env, all_=True, as_of="2026-11-26")
    assert "Send the nmbers" in env.stdout().getvalue()  # type: ignore[attr-defined]


def test_two_corrections_by_a_clock_that_went_back_do_not_either(ledger: Ledger) -> None:
    make.make(ledger.env(), "Send the numbers", to=["dana"])
    bookkeeping.correct(ledger.env("2026-12-09T10:00"), "1", what="Send the figures")
    bookkeeping.correct(ledger.env("2026-12-05T10:00"), "1", what="Send the numbers")
    env = ledger.env("2026-12-10T10:00")
    lists.list_(env, all_=True, as_of="2026-12-06")
    assert "Send the numbers" in env.stdout().getvalue()  # type: ignore[attr-defined]


# By when an answer comes

ANSWER = CivilMoment("2026-11-26", "Europe/Berlin", datetime(2026, 11, 26, 22, 59, 59, tzinfo=UTC))
WAITING = [name for name in SITUATIONS if name.startswith(("proposed", "active, "))]


@pytest.mark.parametrize("name", WAITING)
@pytest.mark.parametrize("direction", [OWE, OWED])
def test_who_has_to_answer_says_by_when(name: str, direction: Direction) -> None:
    promise = brought(direction, *SITUATIONS[name][0])
    offered = promise.offered_revision
    assert offered
    said = act(Verb.BUMP, offered.author.other_side, LATER, promise, answer_by=ANSWER)
    step = lifecycle.apply_act(promise, said)
    after = step.promise
    assert after.offered_revision
    assert after.offered_revision.reply_by == ANSWER
    assert after.offered_revision.terms.content == offered.terms.content
    assert (after.state, after.move, after.in_force) == (
        promise.state,
        promise.move,
        promise.in_force,
    )
    assert (step.act.revision, after.contact_at, after.moved_at) == (offered.number, LATER, LATER)


@pytest.mark.parametrize("name", WAITING)
def test_by_when_an_answer_comes_is_no_warning(name: str) -> None:
    promise = brought(OWE, *SITUATIONS[name][0])
    assert promise.offered_revision
    side = promise.offered_revision.author.other_side
    after = applied(promise, act(Verb.BUMP, side, LATER, promise, answer_by=ANSWER))
    assert (after.words, after.bumps) == (promise.words, promise.bumps)
    assert (after.word_at, after.bumped_at) == (promise.word_at, promise.bumped_at)


@pytest.mark.parametrize("name", WAITING)
def test_nobody_says_when_their_own_terms_are_answered(name: str) -> None:
    promise = brought(OWE, *SITUATIONS[name][0])
    assert promise.offered_revision
    side = promise.offered_revision.author
    with pytest.raises(errors.AnswerOfOtherSide):
        applied(promise, act(Verb.BUMP, side, LATER, promise, answer_by=ANSWER))


@pytest.mark.parametrize("name", ["active", "delivered"])
@pytest.mark.parametrize("side", [OR, EE])
def test_without_proposed_terms_there_is_nothing_to_answer(name: str, side: Side) -> None:
    promise = brought(OWE, *SITUATIONS[name][0])
    with pytest.raises(errors.NothingToAnswer):
        applied(promise, act(Verb.BUMP, side, LATER, promise, answer_by=ANSWER))


def test_a_date_for_an_answer_is_about_the_terms_that_were_there() -> None:
    """It can't come before them, nor later terms before it; the next ones are without it."""
    promise = brought(OWE, (Verb.REQUEST, EE), (Verb.NEGOTIATE, EE))
    with pytest.raises(errors.TooEarly):
        applied(promise, act(Verb.BUMP, OR, START, promise, answer_by=ANSWER))
    dated = applied(promise, act(Verb.BUMP, OR, LATER, promise, answer_by=ANSWER))
    with pytest.raises(errors.TooEarly):
        applied(dated, act(Verb.ACCEPT, OR, LATER - HOUR, dated))
    countered = applied(dated, act(Verb.NEGOTIATE, OR, LATER, dated))
    assert countered.offered_revision
    assert countered.offered_revision.reply_by is None
