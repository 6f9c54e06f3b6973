"""What I wrote down and did not say yet: who can tell it, what ends it, and what it counts as."""

from datetime import timedelta
from typing import Any

import pytest

from promisectl import errors
from promisectl.domain import lifecycle
from promisectl.domain.promise import Act, Direction, ImportedState, Promise, Side, State, Verb
from promisectl.domain.transitions import UNSAID_VERBS
from promisectl.storage import codec
from tests.domain.test_lifecycle import (
    BOOK,
    DUE,
    EE,
    EXPECTED,
    HOUR,
    LATER,
    OR,
    OWE,
    OWED,
    SITUATIONS,
    START,
    act,
    applied,
    brought,
    expected,
    standing,
)

OPEN = [name for name in SITUATIONS if name.startswith(("proposed", "active", "delivered"))]
IN_BOTH = pytest.mark.parametrize("direction", [OWE, OWED])
EVERY_OPEN = pytest.mark.parametrize("name", OPEN)
DAY = timedelta(days=1)
AFTER = LATER + HOUR


def in_situation(direction: Direction, name: str) -> Promise:
    steps, last = SITUATIONS[name]
    return brought(direction, *steps, **last)


def with_unsaid_bump(direction: Direction, name: str) -> Promise:
    before = in_situation(direction, name)
    return applied(before, act(Verb.BUMP, direction.my_side, LATER, before, unsaid=True))


def told(promise: Promise, at: Any = AFTER) -> Promise:
    return applied(promise, act(Verb.TOLD, promise.direction.my_side, at, promise, told_at=at))


def as_of(acts: list[Act], moment: Any) -> Promise:
    *_, last = lifecycle.iter_steps(1, acts, moment)
    return last.promise


def recorded(*acts: Act) -> list[Act]:
    return [one._replace(number=n, entry=n) for n, one in enumerate(acts, 1)]


# Row 34


@IN_BOTH
@EVERY_OPEN
def test_what_is_unsaid_waits_for_me_until_it_is_told(direction: Direction, name: str) -> None:
    before = in_situation(direction, name)
    unsaid = with_unsaid_bump(direction, name)
    assert (unsaid.is_unsaid, unsaid.move, unsaid.contact_at) == (True, "me", before.contact_at)
    after = told(unsaid)
    assert (after.is_unsaid, after.move, after.contact_at) == (False, before.move, AFTER)
    assert standing(before) == standing(unsaid) == standing(after)


@IN_BOTH
@EVERY_OPEN
def test_all_other_moves_stay_as_they_are(direction: Direction, name: str) -> None:
    unsaid = with_unsaid_bump(direction, name)
    _, table = expected(EXPECTED[name])
    for verb in Verb:
        for side in Side:
            said = act(verb, side, AFTER, unsaid)
            if (verb, side) == (Verb.TOLD, direction.my_side):
                assert standing(applied(unsaid, said)) == standing(unsaid)
            elif (verb, side) in table:
                assert standing(applied(unsaid, said)) == table[verb, side]
            else:
                with pytest.raises(errors.NotOpen):
                    applied(unsaid, said)


@IN_BOTH
@EVERY_OPEN
def test_what_is_said_can_not_be_told_again(direction: Direction, name: str) -> None:
    with pytest.raises(errors.NotOpen):
        told(in_situation(direction, name))
    with pytest.raises(errors.NotOpen):
        told(told(with_unsaid_bump(direction, name)), AFTER + HOUR)


# What ends it


@IN_BOTH
@EVERY_OPEN
def test_any_act_of_a_side_ends_it_and_none_of_the_bookkeeper(
    direction: Direction, name: str
) -> None:
    unsaid = with_unsaid_bump(direction, name)
    _, table = expected(EXPECTED[name])
    for verb, side in table:
        after = applied(unsaid, act(verb, side, AFTER, unsaid))
        assert after.is_unsaid is (side is BOOK and verb is not Verb.VOID), verb
        assert not after.told_words


@IN_BOTH
def test_another_unsaid_act_does_not_end_it(direction: Direction) -> None:
    unsaid = with_unsaid_bump(direction, "active")
    again = applied(unsaid, act(Verb.NEGOTIATE, direction.my_side, AFTER, unsaid, unsaid=True))
    assert [one.verb for one in again.unsaid] == [Verb.BUMP, Verb.NEGOTIATE]
    after = told(again, AFTER + HOUR)
    assert not after.is_unsaid
    assert after.word_at == (AFTER + HOUR if direction is OWE else None)


@pytest.mark.parametrize(("hours", "is_unsaid"), [(-2, True), (0, False), (2, False)])
def test_their_act_ends_it_by_its_own_moment(hours: int, is_unsaid: bool) -> None:
    unsaid = with_unsaid_bump(OWE, "active")
    at = LATER + hours * HOUR
    assert applied(unsaid, act(Verb.BUMP, EE, at, unsaid)).is_unsaid is is_unsaid
    before = in_situation(OWE, "active")
    warned = applied(before, act(Verb.BUMP, EE, at, before))
    late = applied(warned, act(Verb.BUMP, OR, LATER, warned, unsaid=True))
    assert late.is_unsaid is (hours <= 0)  # of one moment, what was recorded later is later


# Warnings


def test_a_warning_that_nobody_heard_is_none() -> None:
    unsaid = with_unsaid_bump(OWE, "active")
    assert (unsaid.word_at, unsaid.bumped_at) == (None, None)
    asked = applied(unsaid, act(Verb.BUMP, EE, AFTER, unsaid))
    broken = applied(asked, act(Verb.RENEGE, OR, AFTER + HOUR, asked, told_at=None))
    assert (asked.word_at, broken.word_at) == (None, None)


def test_the_moment_of_the_telling_decides_what_was_warned_of() -> None:
    unsaid = with_unsaid_bump(OWE, "active")
    assert (told(unsaid).word_at, told(unsaid).bumped_at) == (AFTER, AFTER)
    early = told(unsaid, LATER)
    changed = applied(
        early,
        act(
            Verb.NEGOTIATE, EE, AFTER, early, terms=early.current_revision.terms._replace(due=None)
        ),
    )
    agreed = applied(changed, act(Verb.ACCEPT, OR, AFTER + HOUR, changed))
    assert (early.word_at, agreed.word_at, agreed.bumped_at) == (LATER, None, None)


def test_a_reminder_before_the_yes_is_no_warning_when_it_is_told() -> None:
    after = told(with_unsaid_bump(OWE, "proposed by the promisor"))
    assert after.word_at is None


@pytest.mark.parametrize(
    ("verb", "name"),
    [
        (Verb.BUMP, "proposed by the promisor"),
        (Verb.BUMP, "active"),
        (Verb.BUMP, "delivered"),
        (Verb.NEGOTIATE, "proposed by the promisor"),
        (Verb.NEGOTIATE, "proposed by the promisee"),
        (Verb.NEGOTIATE, "active"),
        (Verb.NEGOTIATE, "active, the promisee wants other terms"),
    ],
)
@IN_BOTH
def test_unsaid_and_then_told_is_the_plain_act_at_that_moment(
    verb: Verb, name: str, direction: Direction
) -> None:
    before, side = in_situation(direction, name), direction.my_side
    plain = applied(before, act(verb, side, AFTER, before))
    unsaid = applied(before, act(verb, side, LATER, before, unsaid=True))
    assert codec.encode_promise_row(told(unsaid)) == codec.encode_promise_row(plain)


@pytest.mark.parametrize(("verb", "direction"), [(Verb.OFFER, OWE), (Verb.REQUEST, OWED)])
def test_an_unsaid_opening_and_then_told_is_the_plain_one(verb: Verb, direction: Direction) -> None:
    first = act(verb, direction.my_side, START, None, direction)
    unsaid = applied(None, first._replace(unsaid=True), 7)
    assert (unsaid.move, unsaid.is_unsaid) == ("me", True)
    plain = codec.encode_promise_row(applied(None, first, 7))
    assert codec.encode_promise_row(told(unsaid, START)) == plain
    later = codec.encode_promise_row(told(unsaid))
    assert later == plain | {"contact_at": later["contact_at"]}


# Time


def test_as_of_a_moment_what_is_told_later_is_still_unsaid() -> None:
    first, yes = (
        act(Verb.OFFER, OR, START),
        Act(Verb.ACCEPT, EE, START, START),
    )
    bump = Act(Verb.BUMP, OR, START + DAY, START + 3 * DAY, text="slow", unsaid=True)
    telling = START + 2 * DAY
    said = Act(Verb.TOLD, OR, telling, START + 3 * DAY, told_at=telling)
    acts = recorded(first, yes, bump, said)
    seen = [as_of(acts, START + hours * HOUR) for hours in (23, 24, 47, 48)]
    assert [one.is_unsaid for one in seen] == [False, True, True, False]
    assert [one.word_at for one in seen] == [None, None, None, telling]


def test_nobody_was_told_before_it_was_written() -> None:
    unsaid = with_unsaid_bump(OWE, "active")
    with pytest.raises(errors.UnsaidToldTooEarly) as refused:
        told(unsaid, LATER - HOUR)
    assert refused.value.exit_code == 2
    assert told(unsaid, LATER).word_at == LATER


@IN_BOTH
def test_what_is_taken_back_unheard_is_no_contact(direction: Direction) -> None:
    before = in_situation(direction, "active")
    side = direction.my_side
    change = applied(before, act(Verb.NEGOTIATE, side, LATER, before, unsaid=True))
    assert change.are_terms_unsaid
    back = applied(change, act(Verb.WITHDRAW, side, AFTER, change))
    assert (back.contact_at, back.is_unsaid) == (before.contact_at, False)
    heard = told(change)
    back = applied(heard, act(Verb.WITHDRAW, side, AFTER + HOUR, heard))
    assert back.contact_at == AFTER + HOUR


@IN_BOTH
@pytest.mark.parametrize("name", ["proposed by the promisor", "proposed by the promisee", "active"])
def test_what_was_heard_and_is_taken_back_is_a_contact(direction: Direction, name: str) -> None:
    before, side = in_situation(direction, name), direction.my_side
    if before.state is State.ACTIVE:
        before = applied(before, act(Verb.NEGOTIATE, side, LATER, before))
    is_mine = direction.is_my_side(before.offered_revision.author)  # type: ignore[union-attr]
    for hours in (0, 1):
        terms = before.current_revision.terms._replace(why=f"reason {hours}")
        change = act(Verb.NEGOTIATE, side, LATER, before, terms=terms, unsaid=True)
        before = applied(before, change)
        assert (before.are_terms_unsaid, before.is_proposal_unheard) == (True, not is_mine)
    back = applied(before, act(Verb.WITHDRAW, side, AFTER, before))
    assert (back.contact_at == AFTER) is is_mine


# Imported


@pytest.mark.parametrize("state", [State.PROPOSED, State.ACTIVE, State.DELIVERED])
@IN_BOTH
def test_an_imported_promise_can_be_unsaid(state: State, direction: Direction) -> None:
    agreed = None if state is State.PROPOSED else START
    found = ImportedState(
        state,
        START,
        direction.my_side,
        accepted_at=agreed,
        delivered_at=START if state is State.DELIVERED else None,
        unsaid=True,
    )
    promise = applied(None, act(Verb.IMPORT, BOOK, START, None, direction, found=found), 7)
    assert (promise.is_unsaid, promise.move) == (True, "me")
    after = told(promise)
    assert not after.is_unsaid
    assert after.word_at == (AFTER if (state, direction) == (State.ACTIVE, OWE) else None)
    assert promise.current_revision.terms.due == DUE


def test_only_four_verbs_can_be_unsaid() -> None:
    assert set(UNSAID_VERBS) == {Verb.REQUEST, Verb.OFFER, Verb.NEGOTIATE, Verb.BUMP}
