"""What is affected by its parts: told by the view, and by a plain reading of the acts."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.commands import acts, bookkeeping, make, part, undo
from promisectl.domain import lifecycle
from promisectl.domain.civil import encode_instant
from promisectl.domain.promise import Act, Direction, Promise, State, Verb
from promisectl.env import Env
from promisectl.storage import ledger, queries
from promisectl.storage.queries import QueryClock
from tests.conftest import LONG
from tests.storage.test_random_walks import START, world

_AHEAD = timedelta(hours=48)
_NOT_MINE = (Verb.TAG, Verb.UNTAG, Verb.CORRECT, Verb.PART, Verb.IMPORT)
_ENDED = (State.DECLINED, State.WITHDRAWN, State.RELEASED, State.VOID)


# The same, read plainly


class _Told:
    """A promise with the acts on it that were not undone."""

    def __init__(self, promise: Promise, all_acts: Sequence[Act]) -> None:
        undone = lifecycle.find_undone_entries(all_acts)
        self.promise, self.all_acts = promise, all_acts
        self.acts = [
            act
            for act in all_acts
            if act.entry not in undone and act.verb not in (Verb.UNDO, Verb.REDO)
        ]

    def find_my_last(self) -> tuple[datetime, int]:
        """When I last said or did something about it, at first the yes; and the number of that."""
        accepted_at = self.promise.accepted_at
        assert accepted_at
        mine = [
            act
            for act in self.acts
            if self.promise.direction.is_my_side(act.side) and act.verb not in _NOT_MINE
        ]
        at = max([accepted_at, *(act.at for act in mine)])
        yes = [act for act in self.acts if act.verb is Verb.ACCEPT and act.at == accepted_at]
        said = [*mine, *yes]
        return at, max((act.number for act in said if act.at == at), default=0)

    def find_problem(
        self, bigger: Promise, now: datetime, *, replaced: bool
    ) -> tuple[datetime, int]:
        """When the newest problem began, and by which act; the beginning of time if there is none."""
        one, acts_ = self.promise, self.all_acts
        due = one.current_revision.terms.due
        their_due = bigger.current_revision.terms.due
        said: list[datetime | None] = []
        found = [(datetime.min.replace(tzinfo=now.tzinfo), 0)]
        if one.state is State.ACTIVE:
            said.append(one.bumped_at)
            if due and due.at < now:
                found.append((due.at, 0))
            if due and their_due and due.at > their_due.at and one.agreed_at:
                agreed = (Verb.ACCEPT, Verb.OFFER, Verb.NEGOTIATE)
                numbers = [
                    act.number
                    for act in self.acts
                    if act.verb in agreed and act.at == one.agreed_at
                ]
                found.append((one.agreed_at, max(numbers)))
        if one.state is State.RENEGED or (one.state in _ENDED and not replaced):
            said.append(one.closed_at)
        if one.state is State.PROPOSED:
            dues = [moment.at - _AHEAD for moment in (due, their_due) if moment]
            found += [(min(dues), 0)] if dues and min(dues) <= now else []
        for at in filter(None, said):
            found.append((at, max((act.number for act in acts_ if act.at == at), default=0)))
        return max(found)


def read_affected(told: dict[int, _Told], now: datetime) -> set[int]:
    """Return which promises of mine are affected, without SQL."""
    numbers = {one.promise.opening.uid: number for number, one in told.items()}
    found = set()
    for number, bigger in told.items():
        if bigger.promise.state is not State.ACTIVE or bigger.promise.direction is Direction.OWED:
            continue
        parts = {
            other: one for other, one in told.items() if numbers.get(one.promise.part_of) == number
        }
        replaced = {one.promise.opening.replaces for one in parts.values()}
        last = bigger.find_my_last()
        if any(
            one.find_problem(bigger.promise, now, replaced=other in replaced) > last
            for other, one in parts.items()
        ):
            found.add(number)
    return found


def ask_view(path: str, now: datetime) -> tuple[set[int], dict[int, _Told]]:
    """Return which promises the view calls affected, and all promises with their acts."""
    day = timedelta(days=1)
    clock = QueryClock(*map(encode_instant, (now, now + day, now + 4 * day)))
    with ledger.open_snapshot(path) as db:
        count = queries.fetch_newest_promise_id(db)
        affected, told = set(), {}
        for number in range(1, count + 1):
            row = queries.find_promise_by_id(db, clock, number)
            assert row
            if "affected" in (row["flags"] or "").split():
                affected.add(number)
            all_acts = queries.load_promise_acts(db, number)
            told[number] = _Told(lifecycle.replay_acts(number, all_acts), all_acts)
        waiting = {
            row["id"] for row in queries.fetch_waiting_rows(db, clock) if row["flags"]
        } & affected
    assert waiting == affected, "whatever is affected waits for me"
    return affected, told


# Random ledgers

_DUE = ("in 1 day", "in 2 days", "in 3 days", "in 9 days", None)
_SIDES: tuple[dict[str, Any], ...] = (
    {"to": ["dana"]},
    {"to": ["dana"], "asked": True},
    {"from_": ["lee"]},
    {"from_": ["lee"], "offered": True},
    {"to": ["me"]},
)


def say_anything(env: Env, dice: Random) -> None:
    """Say something about one of the promises that may be there, possible or not."""
    number, other = str(dice.randint(1, 9)), str(dice.randint(1, 4))
    due = dice.choice(_DUE)
    said: tuple[Callable[[], None], ...] = (
        *(lambda: _make(env, dice, part_of=other),) * 4,
        lambda: _make(env, dice, part_of=None, replaces=number, beside=True),
        *(lambda: part.part(env, [number], of=other),) * 2,
        lambda: part.part(env, [number], alone=True),
        *(lambda: acts.bump(env, number, "slow", theirs=dice.random() < 0.7),) * 3,
        lambda: acts.renege(env, [number], reason="ill"),
        *(lambda: acts.accept(env, [number]),) * 3,
        lambda: acts.decline(env, [number], reason="no"),
        lambda: acts.withdraw(env, [number]),
        lambda: acts.release(env, [number]),
        lambda: acts.complete(env, [number], confirmed=dice.random() < 0.5),
        lambda: acts.reopen(env, number, reason="again"),
        *(lambda: acts.negotiate(env, number, by=due or "", reason="later", agreed=True),) * 2,
        lambda: acts.negotiate(env, number, by=due or "", reason="later", theirs=True),
        lambda: bookkeeping.note(env, number, "a word"),
        lambda: bookkeeping.tag(env, number, ["x"]),
        lambda: bookkeeping.correct(env, number, by=due or ""),
        lambda: bookkeeping.void(env, number, reason="twice"),
        *(lambda: undo.undo(env),) * 2,
        lambda: undo.redo(env),
        lambda: undo.undo(env, promise=number),
    )
    dice.choice(said)()


def _make(env: Env, dice: Random, **more: Any) -> None:
    sides = dice.choice(_SIDES)
    agreed = dice.random() < 0.6
    make.make(env, "Do it", by=dice.choice(_DUE), agreed=agreed, new=True, **sides, **more)


@settings(
    max_examples=300 if LONG else 15,
    deadline=None,
    database=None,
    derandomize=not LONG,
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 2**32))
def test_the_view_and_plain_reading_agree_on_what_is_affected(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    path = str(tmp_path_factory.mktemp("affected") / "ledger.db")
    dice, now = Random(seed), START
    for sides in ({"to": ["dana"]}, {"to": ["me"]}, {"from_": ["lee"]}):
        make.make(world(path, now), "Big", by="in 4 days", agreed=True, **sides)
    for _ in range(40):
        now += timedelta(hours=dice.choice((0, 0, 1, 9, 30)))
        with suppress(errors.Problem):
            say_anything(world(path, now), dice)
        for later in (timedelta(0), timedelta(days=3)):
            affected, told = ask_view(path, now + later)
            assert affected == read_affected(told, now + later)
    for number, one in told.items():
        check_links_change_nothing(number, one)


def check_links_change_nothing(number: int, one: _Told) -> None:
    """Without its links, a promise is what it is."""
    if not any(act.opening for act in one.acts):
        return  # the command that made it was undone
    without = [
        act._replace(opening=act.opening and act.opening._replace(part_of=None))
        for act in one.acts
        if act.verb is not Verb.PART
    ]
    plain = lifecycle.replay_acts(number, without)
    opening = one.promise.opening._replace(part_of=None)
    assert plain == one.promise._replace(part_of=None, opening=opening)


# Every state of a part, before and after my last act

_Say = Callable[[Env], None]
_WITH_ME: dict[str, dict[str, Any]] = {
    "owed": {"from_": ["lee"]},
    "owe": {"to": ["lee"]},
    "self": {"to": ["me"]},
}
_HOUR = timedelta(hours=1)


def _renege(env: Env) -> None:
    acts.renege(env, ["2"], reason="ill")


def _renegotiate(env: Env) -> None:
    acts.negotiate(env, "2", by="in 9 days", reason="slow", agreed=True)


def _renegotiate_alone(env: Env) -> None:
    acts.negotiate(env, "2", by="in 9 days", reason="slow")


def _replace(env: Env) -> None:
    make.make(env, "Again", agreed=True, replaces="2", part_of="1", by="in 3 days")


def _bump(env: Env, *, theirs: bool) -> None:
    acts.bump(env, "2", "slow", theirs=theirs)


_AGREED = {"agreed": True, "by": "in 3 days"}
_FAR = {"by": "in 9 days"}
# The directions of the part; how it is made; what happens to it, each an hour later; whether that is a problem.
_PARTS: dict[str, tuple[str, dict[str, Any], tuple[_Say, ...], bool]] = {
    "at risk, theirs": ("owed", _AGREED, (lambda env: _bump(env, theirs=True),), True),
    "at risk, mine": ("owe", _AGREED, (lambda env: _bump(env, theirs=False),), True),
    "reminded": ("owed", _AGREED, (lambda env: _bump(env, theirs=False),), False),
    "broken": ("owe owed self", _AGREED, (_renege,), True),
    "declined": ("owe owed", _FAR, (lambda env: acts.decline(env, ["2"]),), True),
    "withdrawn": ("owe owed", _FAR, (lambda env: acts.withdraw(env, ["2"]),), True),
    "released": ("owe owed", _AGREED, (lambda env: acts.release(env, ["2"]),), True),
    "void": (
        "owe owed self",
        _AGREED,
        (lambda env: bookkeeping.void(env, "2", reason="twice"),),
        True,
    ),
    "broken and replaced": ("owe owed self", _AGREED, (_renege, _replace), True),
    "declined and replaced": (
        "owe owed",
        _FAR,
        (lambda env: acts.decline(env, ["2"]), _replace),
        False,
    ),
    "withdrawn and replaced": (
        "owe owed",
        _FAR,
        (lambda env: acts.withdraw(env, ["2"]), _replace),
        False,
    ),
    "released and replaced": (
        "owe owed",
        _AGREED,
        (lambda env: acts.release(env, ["2"]), _replace),
        False,
    ),
    "void and replaced": (
        "owe owed self",
        _AGREED,
        (lambda env: bookkeeping.void(env, "2", reason="twice"), _replace),
        False,
    ),
    "undone": ("owe owed self", _AGREED, (lambda env: undo.undo(env, promise="2"),), False),
    "taken out": (
        "owe owed self",
        _AGREED,
        (_renege, lambda env: part.part(env, ["2"], alone=True)),
        False,
    ),
    "due later": ("owe owed", _AGREED, (_renegotiate,), True),
    "due later, to myself": ("self", _AGREED, (_renegotiate_alone,), True),
    "asked to be due later": ("owe owed", _AGREED, (_renegotiate_alone,), False),
    "not agreed, far": ("owe owed", _FAR, (), False),
    "kept": (
        "owe owed",
        _AGREED,
        (lambda env: acts.complete(env, ["2"], confirmed=True),),
        False,
    ),
    "reported": ("owe", _AGREED, (lambda env: acts.complete(env, ["2"]),), False),
    "active": ("owe owed self", _AGREED, (), False),
    "active, without a date": ("owe owed self", {"agreed": True}, (), False),
}
_CASES = [(name, way) for name, (ways, *_) in _PARTS.items() for way in ways.split()]


@pytest.mark.parametrize("bigger", ["owe", "self", "owed"])
@pytest.mark.parametrize(("name", "way"), _CASES)
def test_every_problem_before_and_after_my_last_act(
    tmp_path: Path, bigger: str, name: str, way: str
) -> None:
    _, words, steps, is_problem = _PARTS[name]
    path, now = str(tmp_path / "ledger.db"), START
    sides = {"to": ["ingrid"]} if bigger == "owe" else _WITH_ME[bigger]
    make.make(world(path, now), "Big", by="in 5 days", agreed=True, **sides)
    make.make(world(path, now), "Small", part_of="1", **words, **_WITH_ME[way])
    for step in steps:
        now += _HOUR
        step(world(path, now))
    expected = {1} if is_problem and bigger != "owed" else set()
    assert ask_view(path, now)[0] == expected
    now += _HOUR
    bookkeeping.tag(world(path, now), "1", ["x"])
    bookkeeping.correct(world(path, now), "1", what="Something big")
    assert ask_view(path, now)[0] == expected, "tags and corrections are no answer"
    bookkeeping.note(world(path, now), "1", "Kim will make it")
    assert ask_view(path, now)[0] == set(), "it is settled"
    undo.undo(world(path, now))
    assert ask_view(path, now)[0] == expected


@pytest.mark.parametrize("bigger", ["owe", "self"])
@pytest.mark.parametrize("way", ["owe", "owed", "self"])
def test_the_clock_alone_makes_a_problem(tmp_path: Path, bigger: str, way: str) -> None:
    path = str(tmp_path / "ledger.db")
    sides = {"to": ["ingrid"]} if bigger == "owe" else _WITH_ME[bigger]
    make.make(world(path, START), "Big", by="in 9 days", agreed=True, **sides)
    due = START + timedelta(days=4)
    by = f"{due:%Y-%m-%dT%H:%M} UTC"
    make.make(world(path, START), "Small", part_of="1", by=by, agreed=True, **_WITH_ME[way])
    assert ask_view(path, due)[0] == set()
    assert ask_view(path, due + timedelta(seconds=1))[0] == {1}
    bookkeeping.note(world(path, due + _HOUR), "1", "we will manage")
    assert ask_view(path, due + 2 * _HOUR)[0] == set()


@pytest.mark.parametrize("way", ["owe", "owed"])
@pytest.mark.parametrize(
    ("bigger_days", "part_days", "first"), [(9, 4, 4), (4, 9, 4), (4, None, 4), (None, 4, 4)]
)
def test_two_days_before_the_first_date_there_has_to_be_a_yes(
    tmp_path: Path, way: str, bigger_days: int | None, part_days: int | None, first: int
) -> None:
    path = str(tmp_path / "ledger.db")

    def write_due(days: int | None) -> str | None:
        return None if days is None else f"{START + timedelta(days=days):%Y-%m-%dT%H:%M} UTC"

    make.make(world(path, START), "Big", by=write_due(bigger_days), agreed=True, to=["ingrid"])
    small = {"by": write_due(part_days), "part_of": "1", **_WITH_ME[way]}
    make.make(world(path, START), "Small", **small)
    begins = START + timedelta(days=first) - _AHEAD
    assert ask_view(path, begins - timedelta(seconds=1))[0] == set()
    assert ask_view(path, begins)[0] == {1}
    acts.accept(world(path, begins), ["2"])
    due_later = part_days is not None and bigger_days is not None and part_days > bigger_days
    assert ask_view(path, begins)[0] == ({1} if due_later else set())


def test_what_is_not_agreed_on_or_over_is_not_affected(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    make.make(world(path, START), "Big", by="in 5 days", to=["ingrid"])
    make.make(world(path, START), "Small", part_of="1", **_AGREED, **_WITH_ME["owed"])
    _renege(world(path, START + _HOUR))
    assert ask_view(path, START + _HOUR)[0] == set()
    acts.accept(world(path, START + 2 * _HOUR), ["1"])
    assert ask_view(path, START + 2 * _HOUR)[0] == set(), "the yes knew of it"
    acts.complete(world(path, START + 3 * _HOUR), ["1"])
    assert ask_view(path, START + 3 * _HOUR)[0] == set()


def test_a_problem_climbs_one_step_only(tmp_path: Path) -> None:
    path = str(tmp_path / "ledger.db")
    for number in (None, "1", "2"):
        make.make(world(path, START), "It", part_of=number, **_AGREED, to=["dana"], new=True)
    _bump_3 = world(path, START + _HOUR)
    acts.bump(_bump_3, "3", "slow")
    assert ask_view(path, START + _HOUR)[0] == {2}
    acts.bump(world(path, START + 2 * _HOUR), "2", "slow")
    assert ask_view(path, START + 2 * _HOUR)[0] == {1}
