"""A story told day by day, and the same written down later and in another order: nothing that it comes to may differ."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, note, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.domain import lifecycle, statistics
from promisectl.domain.civil import CivilMoment
from promisectl.domain.promise import Act, Direction, Opening, Promise, Side, Terms, Verb
from promisectl.domain.transitions import TRANSITIONS, UNSAID_VERBS
from promisectl.storage import codec
from tests.conftest import LONG

BEGIN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECOND, HALF_DAY = timedelta(seconds=1), timedelta(hours=12)
LOOSE = (Verb.BUMP, Verb.PARTIAL, Verb.NOTE, Verb.CORRECT)
"""What may be written down before or after what it does not build on."""
ABOUT_TERMS = (Verb.NEGOTIATE, Verb.ACCEPT, Verb.DECLINE, Verb.WITHDRAW, Verb.CORRECT)
STEPS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 4), st.integers(0, 30), st.integers(0, 5)),
    min_size=4,
    max_size=14,
)
EXAMPLES = settings(
    max_examples=4_000 if LONG else 300, deadline=None, derandomize=not LONG, database=None
)


def due_after(half_days: int, *, day: bool) -> CivilMoment:
    """A due date in UTC so many half days after the beginning: a minute, or the whole day."""
    at = BEGIN + half_days * HALF_DAY
    if day:
        return CivilMoment(f"{at:%Y-%m-%d}", "UTC", at.replace(hour=23, minute=59, second=59))
    return CivilMoment(f"{at:%Y-%m-%dT%H:%M}", "UTC", at)


_BESIDE = (Verb.VOID, Verb.TAG, Verb.UNTAG, Verb.PART)


def open_moves(promise: Promise) -> list[tuple[Verb, Side]]:
    """Who may say what now, without what only the bookkeeper says of the whole promise."""
    named = [
        (row.verb, side)
        for row in TRANSITIONS
        for side in Side
        if row.state is promise.state and row.verb not in _BESIDE
        if row.verb is not Verb.TOLD or promise.is_untold or promise.is_unsaid  # else I know it
    ]
    return [move for move in dict.fromkeys(named) if lifecycle.find_transition(promise, *move)]


def new_terms(promise: Promise, verb: Verb, due: int, way: int) -> Terms:
    """Terms that differ from those they replace: another due date, another text, or no date."""
    base = lifecycle.find_base_revision(promise, verb).terms
    if way < 3:
        return base._replace(due=due_after(due, day=way == 1))
    if way == 3:
        return base._replace(due=None)
    return base._replace(why=f"{base.why or ''}.")


def tell(direction: Direction, steps: list[tuple[int, int, int, int]]) -> list[Act]:
    """A story in the order of time, every act of which was open on its day."""
    first = Verb.REQUEST if steps[0][0] % 2 else Verb.OFFER
    side = Side.PROMISEE if first is Verb.REQUEST else Side.PROMISOR
    opening = Opening("uid", direction, 1)
    terms = Terms("Send the numbers", due_after(12, day=True))
    unsaid = side is direction.my_side and steps[0][3] > 2
    acts = [Act(first, side, BEGIN, BEGIN, terms=terms, opening=opening, unsaid=unsaid)]
    promise = lifecycle.apply_act(None, acts[0], 1).promise
    at = BEGIN
    for number, (which, gap, due, way) in enumerate(steps):
        at += gap * HALF_DAY
        moves = open_moves(promise)
        verb, side = moves[which % len(moves)]
        unsaid = verb in UNSAID_VERBS and side is direction.my_side and way > 2
        act = Act(verb, side, at, at, text=f"text {number}", unsaid=unsaid)
        if verb in (Verb.NEGOTIATE, Verb.CORRECT):
            throughout = verb is Verb.CORRECT and way != 5
            act = act._replace(terms=new_terms(promise, verb, due, way), throughout=throughout)
        if verb is Verb.CORRECT:
            act = act._replace(throughout=bool(which % 2))
        if verb is Verb.BUMP and way > 2 and is_answerer(promise, side):
            act = act._replace(answer_by=due_after(due, day=way == 4))
        if verb is Verb.TOLD:
            act = act._replace(told_at=at)
        if verb is Verb.RENEGE and side is Side.PROMISOR and way:
            told_at = at + (way - 3) * HALF_DAY
            act = act._replace(told_at=max(told_at, promise.agreements[-1].at))
        try:
            promise = lifecycle.apply_act(promise, act).promise
        except errors.Usage:
            continue  # it changes nothing
        acts.append(act)
    return acts


def write_down(story: list[Act], picks: list[int]) -> tuple[list[Act], list[Act]]:
    """The story in another order of recording, and in the order of time.

    What is not open any more when its turn comes is left out of both.
    """
    left, written, promise = list(story), [], None
    dice = iter(picks * len(story))
    while left:
        allowed = [act for act in left if is_free(act, left)]
        act = allowed[next(dice) % len(allowed)]
        left.remove(act)
        try:
            promise = lifecycle.apply_act(promise, act, 1).promise
        except errors.Problem:
            assert is_loose(act) or act.verb is Verb.TOLD  # what was unsaid may come later
            continue
        written.append(act)
    return written, [act for act in story if act in written]


def is_answerer(promise: Promise, side: Side) -> bool:
    """Whether proposed terms wait for the answer of a side."""
    offered = promise.offered_revision
    return offered is not None and offered.author is not side


def is_loose(act: Act) -> bool:
    return act.verb in LOOSE and act.answer_by is None


def is_about_terms(act: Act) -> bool:
    return act.verb in ABOUT_TERMS or act.answer_by is not None


def is_free(act: Act, left: list[Act]) -> bool:
    """Whether nothing that has to be written down before an act is left."""
    before = left[: left.index(act)]
    if act.opening is None and any(other.opening for other in before):
        return False
    return not any(
        other.at == act.at
        or not (is_loose(act) or is_loose(other))
        or (is_about_terms(act) and is_about_terms(other))
        for other in before
    )


def numbered(acts: list[Act]) -> list[Act]:
    return [act._replace(number=n, entry=n) for n, act in enumerate(acts, 1)]


def comes_to(promise: Promise | None) -> Any:
    """All that is known of a promise, besides how its acts were written down."""
    if promise is None:
        return None
    amendments = list(statistics.iter_amendments(promise))
    notices = [promise.find_first_notice(index) for index in range(len(promise.agreements))]
    return codec.encode_promise_row(promise), amendments, notices, promise.revisions


def as_known(story: list[Act], moment: datetime) -> Promise | None:
    """The promise in a ledger that got only the acts up to a moment, on their days."""
    promise = None
    for act in story:
        if act.at <= moment:
            is_told_later = act.told_at and act.told_at > moment
            said = act._replace(told_at=None) if is_told_later else act
            promise = lifecycle.apply_act(promise, said, 1).promise
    return promise


def as_of(acts: list[Act], moment: datetime) -> Promise | None:
    steps = list(lifecycle.iter_steps(1, acts, moment))
    return steps[-1].promise if steps else None


def moments(story: list[Act]) -> Iterator[datetime]:
    for act in story:
        for at in filter(None, (act.at, act.told_at)):
            yield from (at - SECOND, at, at + SECOND)


@EXAMPLES
@given(
    direction=st.sampled_from((Direction.OWE, Direction.OWED)),
    steps=STEPS,
    picks=st.lists(st.integers(0, 60), min_size=1, max_size=20),
)
def test_the_order_of_recording_makes_no_difference(
    direction: Direction, steps: list[tuple[int, int, int, int]], picks: list[int]
) -> None:
    written, story = write_down(tell(direction, steps), picks)
    for act in written:
        note(f"{act.at:%d %H:%M} {act.verb} {act.side} {act.told_at or ''} {act.terms or ''}")
    acts = numbered(written)
    assert comes_to(lifecycle.replay_acts(1, acts)) == comes_to(
        lifecycle.replay_acts(1, numbered(story))
    )
    for moment in moments(story):
        assert comes_to(as_of(acts, moment)) == comes_to(as_known(story, moment)), moment


@EXAMPLES
@given(direction=st.sampled_from((Direction.OWE, Direction.OWED)), steps=STEPS)
def test_what_comes_later_leaves_a_moment_as_it_was(
    direction: Direction, steps: list[tuple[int, int, int, int]]
) -> None:
    story = numbered(tell(direction, steps))
    for moment in moments(story):
        assert comes_to(as_of(story, moment)) == comes_to(as_known(story, moment)), moment
