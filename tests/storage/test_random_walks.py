"""Random walks over a real ledger: whatever is said, undone, redone or refused, the invariants of the domain hold at every step."""

import io
import json
import os
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from promisectl import errors
from promisectl.commands import acts, bookkeeping, lists, log, make, moves, part, undo
from promisectl.commands import people as persons
from promisectl.domain import lifecycle
from promisectl.domain.promise import Promise
from promisectl.env import Env
from promisectl.storage import codec
from tests.conftest import LONG

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOVING = {
    "request",
    "offer",
    "negotiate",
    "accept",
    "decline",
    "complete",
    "renege",
    "withdraw",
    "release",
    "reopen",
    "void",
}

COMMANDS: dict[str, Callable[..., None]] = {
    "accept": acts.accept,
    "decline": acts.decline,
    "complete": acts.complete,
    "renege": acts.renege,
    "withdraw": acts.withdraw,
    "release": acts.release,
    "negotiate": acts.negotiate,
    "reopen": acts.reopen,
    "bump": acts.bump,
    "told": acts.told,
    "note": bookkeeping.note,
    "tag": bookkeeping.tag,
    "untag": bookkeeping.untag,
    "part": part.part,
    "correct": bookkeeping.correct,
    "void": bookkeeping.void,
    "person rename": persons.rename,
    "person alias": persons.alias,
    "person merge": persons.merge,
}
SEVERAL = ("accept", "decline", "complete", "renege", "withdraw", "release", "told", "part")
BESIDE = ("bump", "note", "tag", "untag", "part", "correct", "void")
SAID = [name for name in COMMANDS if not name.startswith("person")]

# Three promises that stay, so that there is always somebody to rename and something to talk about.
PRELUDE: tuple[dict[str, Any], ...] = (
    {"outcome": "Send the numbers", "to": ["dana"], "by": "in 9 days", "asked": True},
    {"outcome": "Fix the brake", "from_": ["lee"], "by": "in 5 days", "agreed": True},
    {"outcome": "Lend the drill", "to": ["kim"]},
)


@dataclass
class Done:
    """A command that was recorded: when, what, on which promises; `live` until it is undone."""

    entry: int
    moment: datetime
    name: str
    ids: list[int]
    words: dict[str, Any]
    made: bool = False
    live: bool = True


@dataclass
class Stand:
    """What a ledger file holds at one moment, as far as a walk can compare it."""

    rows: dict[int, dict[str, Any]] = field(default_factory=dict)
    acts: list[dict[str, Any]] = field(default_factory=list)
    entries: list[tuple[int, str, int | None]] = field(default_factory=list)


def world(path: str, moment: datetime, form: str | None = None) -> Env:
    environ = {
        "TZ": "Europe/Berlin",
        "XDG_CONFIG_HOME": f"{path}-config",
        "XDG_STATE_HOME": f"{path}-state",
    }
    streams = (io.StringIO(), io.StringIO(), io.StringIO())
    return Env(environ, streams, ledger=path, today=f"{moment:%Y-%m-%dT%H:%MZ}", form=form)


def perform(path: str, moment: datetime, name: str, ids: list[int], words: dict[str, Any]) -> None:
    """Give one command to a ledger."""
    env = world(path, moment)
    if name == "make":
        make.make(env, **words)
    elif name.startswith("person"):
        COMMANDS[name](env, **words)
    else:
        COMMANDS[name](env, [str(one) for one in ids] if name in SEVERAL else str(ids[0]), **words)


_ROWS_WITH_LINKS = """
SELECT p.*, s.series, s.place, s.of, b.uid AS part_of FROM promise p
LEFT JOIN series s ON s.promise = p.id
LEFT JOIN part l ON l.promise = p.id
LEFT JOIN promise b ON b.id = l.bigger
ORDER BY p.id
"""


def stand(path: str) -> Stand:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        rows = {row["id"]: dict(row) for row in db.execute(_ROWS_WITH_LINKS)}
        acts = [dict(row) for row in db.execute("SELECT * FROM act ORDER BY number")]
        entries = [
            tuple(row) for row in db.execute("SELECT id, command, undone_by FROM entry ORDER BY id")
        ]
    return Stand(rows, acts, entries)


def asked(path: str, moment: datetime, view: Callable[[Env], Any]) -> list[dict[str, Any]]:
    env = world(path, moment, "json")
    view(env)
    stream = env.stdout()
    assert isinstance(stream, io.StringIO)
    found: list[dict[str, Any]] = json.loads(stream.getvalue())
    return found


def replayed(now: Stand, number: int) -> Promise:
    return lifecycle.replay_acts(
        number, [codec.decode_act(row) for row in now.acts if row["promise"] == number]
    )


# What acts add up to, told a second time and without the table of transitions


@dataclass
class Sum:
    """A promise as a second, plain reading of its acts has it."""

    state: str = "void"
    revisions: list[list[Any]] = field(default_factory=list)  # author, status, terms
    amended: int = 0

    def turn(self, former: str, then: str) -> None:
        for revision in self.revisions:
            if revision[1] == former:
                revision[1] = then

    def having(self, status: str) -> list[list[Any]]:
        return [revision for revision in self.revisions if revision[1] == status]

    @property
    def current(self) -> list[Any]:
        return (self.having("in-force") or self.having("offered") or self.revisions)[-1]


def added_up(acts: list[dict[str, Any]]) -> Sum:
    found = Sum()
    for act in acts:
        body = json.loads(act["body"])
        if act["verb"] == "correct":
            _correct(found, body)
        elif "answer_by" in body:
            ((author, _, terms),) = found.having("offered")
            assert {author, act["side"]} == {"promisor", "promisee"}, "nobody answers themselves"
            terms["reply_by"] = body["answer_by"]
        else:
            _add(found, act["verb"], act["side"], body.get("terms"))
    return found


def _correct(now: Sum, body: dict[str, Any]) -> None:
    """Every wrong value that was copied is right from then on, or that of one revision alone."""
    if "terms" not in body:
        return
    base = now.revisions[body["revision"] - 1]
    wrong, right = dict(base[2]), body["terms"]
    for revision in now.revisions:
        if revision is base or body.get("throughout"):
            terms = dict(revision[2])
            for name in ("outcome", "due", "done_when", "why"):
                if wrong.get(name) != right.get(name) and terms.get(name) == wrong.get(name):
                    terms[name] = right.get(name)
            revision[2] = {name: value for name, value in terms.items() if value is not None}


def _add(now: Sum, verb: str, side: str, terms: Any) -> None:
    if verb in ("request", "offer"):
        now.revisions, now.state = [[side, "offered", terms]], "proposed"
        if side == "self":
            now.turn("offered", "in-force")
            now.state = "active"
    elif verb == "negotiate":
        assert now.state in ("proposed", "active")
        now.turn("offered", "superseded")
        if side == "self":
            now.turn("in-force", "superseded")
            now.amended += 1
        now.revisions.append([side, "in-force" if side == "self" else "offered", terms])
    elif verb == "accept" and now.state != "delivered":
        ((author, _, _),) = now.having("offered")
        assert {author, side} == {"promisor", "promisee"}, "nobody accepts their own terms"
        now.amended += now.state == "active"
        now.turn("in-force", "superseded")
        now.turn("offered", "in-force")
        now.state = "active"
    elif verb in ("decline", "withdraw") and now.state != "delivered":
        ((author, _, _),) = now.having("offered")
        assert (author == side) is (verb == "withdraw")
        ended = "declined" if verb == "decline" else "withdrawn"
        now.turn("offered", ended)
        now.state = ended if now.state == "proposed" else now.state
    elif verb not in ("note", "bump", "told", "partial", "tag", "untag", "part"):
        now.turn("offered", "moot")
        now.state = _after(now.state, verb, side)


def _after(state: str, verb: str, side: str) -> str:
    """The next state where it hangs on nothing but state, verb and side; anything else is no move at all."""
    if verb == "void" and state != "void" and side == "bookkeeper":
        return "void"
    return {
        ("active", "complete", "promisor"): "delivered",
        ("active", "complete", "promisee"): "kept",
        ("active", "complete", "self"): "kept",
        ("active", "renege", "promisor"): "reneged",
        ("active", "renege", "promisee"): "reneged",
        ("active", "renege", "self"): "reneged",
        ("active", "release", "promisee"): "released",
        ("delivered", "accept", "promisee"): "kept",
        ("delivered", "complete", "promisee"): "kept",
        ("delivered", "decline", "promisee"): "active",
        ("delivered", "reopen", "promisor"): "active",
        ("delivered", "release", "promisee"): "released",
        ("kept", "reopen", "promisee"): "active",
    }[state, verb, side]


# What is typed

STEPS = (
    ["say"] * 30
    + ["make"] * 3
    + ["wait"] * 4
    + ["about"] * 3
    + ["undo"] * 3
    + ["undo of a promise"] * 2
    + ["redo"] * 4
)
TEXTS = (
    "because",
    '“Zürich” \\ "x"\n\t🚲',
    "=1+1",
    "  blanks  ",
    "later",
    "too much",
    "'=1, 'twice",
    "a;b,c\rd\r\n\te",
    "''＝x",
    "\ufeffשלום \u202e👩‍👩‍👧",
    '"',
)
TAGS = ("q3", "money", "=x", "ü")
DAYS = ("in 2 days", "in 9 days", "in 20 days", "fri 17:00", "eom", "")
PEOPLE = ("dana", "lee", "kim", "me", "max", "rosa", "Rosa L", "otto")
KNOWN = ("dana", "lee", "kim")
NAMES = (*KNOWN, "zoe", "ann", "uma", "ida", "Dana Two", "Kim Z")
SIDES: tuple[tuple[str, dict[str, bool]], ...] = (
    ("to", {}),
    ("to", {"asked": True}),
    ("from_", {}),
    ("from_", {"offered": True}),
)


class Dice(Random):
    """What somebody may type, right or wrong."""

    def maybe(self, values: Sequence[Any], often: float = 0.3) -> Any:
        return self.choice(values) if self.random() < often else None

    def one_of(self, *options: dict[str, Any]) -> dict[str, Any]:
        """One of these sets of options; most times the first."""
        return dict(options[0] if self.random() < 0.6 else self.choice(options))

    def words(self, name: str) -> dict[str, Any]:
        """The options of a command about a promise."""
        reason, text = self.maybe(TEXTS, 0.9), self.choice(TEXTS)
        if name == "negotiate":
            terms = {
                "by": self.maybe(DAYS, 0.8),
                "what": self.maybe(TEXTS),
                "why": self.maybe(TEXTS),
                "reply_by": self.maybe(DAYS),
            }
            whose = self.one_of({}, {"mine": True}, {"theirs": True}, {"unsaid": True})
            return {**terms, "reason": reason, **whose}
        if name == "renege":
            how = self.one_of({}, {"not_told": True}, {"silent": True}, {"told": "yesterday"})
            return {
                "reason": reason,
                "cause": self.maybe(("forgot", "external")),
                "repair": self.maybe(TEXTS),
                **how,
            }
        plain: dict[str, dict[str, Any]] = {
            "told": {},
            "note": {"text": text},
            "tag": {"tags": self.sample(TAGS, 2)},
            "untag": {"tags": self.sample(TAGS, 1)},
            "part": self.one_of({"of": self.choice("12345")}, {"alone": True}),
            "bump": {
                "text": text,
                **self.one_of(
                    {},
                    {"theirs": True, "answer_by": self.maybe(DAYS[:-1])},
                    {"answer_by": self.maybe(DAYS[:-1])},
                    {"unsaid": True},
                ),
            },
            "correct": {
                "what": self.maybe(TEXTS),
                "by": self.maybe(DAYS),
                "why": self.maybe(TEXTS),
                "risk": self.maybe(TEXTS, 0.3),
                "no_to": self.maybe(TEXTS, 0.3),
                "with_": self.maybe(NAMES, 0.3),
            },
            "accept": {
                "risk": self.maybe(TEXTS),
                "no_to": self.maybe(TEXTS),
                "note": self.maybe(TEXTS),
                "rev": self.maybe((1, 2, 3), 0.2),
            },
            "complete": {
                "note": self.maybe(TEXTS),
                **self.one_of({}, {"confirmed": True}, {"reported": True}, {"partial": text}),
            },
        }
        return plain.get(name, {"reason": reason})

    def promise(self) -> dict[str, Any]:
        """The options of make."""
        side, whose = self.choice(SIDES)
        return {
            "outcome": self.choice(TEXTS),
            side: self.sample(PEOPLE, self.choice((1, 1, 1, 2))),
            **whose,
            "agreed": self.random() < 0.4,
            "by": self.maybe(DAYS, 0.7),
            "reply_by": self.maybe(DAYS),
            "why": self.maybe(TEXTS),
            "risk": self.maybe(TEXTS),
            "no_to": self.maybe(TEXTS),
            "said": self.maybe(("yesterday", "today")),
            **self.one_of({}, {"replaces": "1", "beside": True}, {"replaces": "3", "beside": True}),
            "part_of": self.maybe("12345", 0.2),
            "tag": self.choice(((), ("q3",), ("q3", "money"))),
            "unsaid": self.random() < 0.2,
            "new": self.random() < 0.5,
        }


def _read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


class Walk(RuleBasedStateMachine):
    """One ledger, one clock that only grows, and a memory of every command that was recorded."""

    shard = 0  # so that several walks at once go different ways

    def __init__(self) -> None:
        super().__init__()
        self.place = tempfile.mkdtemp(prefix="promisectl-walk-")
        self.path = os.path.join(self.place, "ledger.db")
        self.now = START
        self.seeds: Counter[int] = Counter()
        self.history: list[Done] = []
        self.undone: list[Done] = []
        self.stand = Stand()
        self.stood: dict[int, Promise] = {}
        self.fresh: dict[tuple[int, ...], tuple[bytes, dict[int, int]]] = {(): (b"", {})}

    def teardown(self) -> None:
        try:
            if self.history:
                self.compare_with_a_fresh_ledger()
                self.look_without_a_trace()
                self.look_back()
        finally:
            shutil.rmtree(self.place)

    # What may happen

    @initialize()
    def begin(self) -> None:
        for promise in PRELUDE:
            assert self.attempt("make", [], promise)

    @rule(seed=st.integers(0, 2**64))
    def go_on(self, seed: int) -> None:
        """One rule for all, so that the mixture is ours: mostly talk, and now and then something else."""
        self.seeds[seed] += 1
        dice = Dice(f"{self.shard} {seed} {self.seeds[seed]}")
        steps: dict[str, Callable[[Dice], None]] = {
            "say": self.say,
            "make": self.make,
            "wait": self.wait,
            "about": self.about,
            "undo": self.undo,
            "undo of a promise": self.undo_of_a_promise,
            "redo": self.redo,
        }
        steps[dice.choice(STEPS)](dice)

    def make(self, dice: Dice) -> None:
        self.attempt("make", [], dice.promise())

    def wait(self, dice: Dice) -> None:
        self.now += timedelta(minutes=dice.choice((1, 45, 24 * 60, 4 * 24 * 60)))

    def say(self, dice: Dice) -> None:
        """Something about a promise: mostly what is open there, now and then anything, at times about several or about none that exists."""
        numbers = [*self.stand.rows, max(self.stand.rows) + 1]
        open_ = [number for number in numbers[:-1] if self.stand.rows[number]["move"]]
        first = dice.choice([*(open_ * 4), *numbers[:-1]])
        open_now = [
            verb.value
            for verb in lifecycle.list_open_verbs(self.stood[first])
            if verb.value not in BESIDE
        ]
        name = dice.choice([*(open_now * 10), *SAID])
        ids = (
            [first, *dice.sample(numbers, dice.choice((0, 0, 0, 0, 1, 2)))]
            if name in SEVERAL
            else [first]
        )
        options = dice.words(name)
        if name not in ("correct", "void", "tag", "untag", "part"):
            minutes = [
                f"{self.now - timedelta(minutes=ago):%Y-%m-%dT%H:%MZ}" for ago in (0, 30, 24 * 60)
            ]
            options["on"] = dice.maybe([*minutes, "yesterday", "today"], 0.25)
        self.attempt(name, ids, options)

    def about(self, dice: Dice) -> None:
        name, second = dice.choice(
            (("person rename", "new"), ("person alias", "other"), ("person merge", "into"))
        )
        self.attempt(
            name,
            [],
            {
                "name": dice.choice((*KNOWN * 3, *NAMES)),
                second: dice.choice(KNOWN if second == "into" else NAMES),
            },
        )

    def undo(self, _: Dice) -> None:
        target = max((done for done in self.history if done.live), key=lambda done: done.entry)
        if self.history.index(target) >= len(PRELUDE):
            self.take_back(target, {})

    def undo_of_a_promise(self, dice: Dice) -> None:
        number = dice.choice(list(self.stand.rows))
        about = [done for done in self.history if done.live and number in done.ids]
        if not about:
            self.refused(errors.NothingToUndo, lambda env: undo.undo(env, promise=str(number)))
        elif self.history.index(about[-1]) >= len(PRELUDE):
            self.take_back(about[-1], {"promise": str(number)})

    def redo(self, _: Dice) -> None:
        if not self.undone:
            self.refused(errors.NothingToRedo, undo.redo)
            return
        target = self.undone.pop()
        note(f"redo {target.name}")
        undo.redo(world(self.path, self.now))
        target.live = True
        self.settle("redo", target.ids)
        self.compare_with_a_fresh_ledger()

    # What must then be true

    def take_back(self, target: Done, words_: dict[str, str]) -> None:
        later = [
            done
            for done in self.history
            if done.live and done.entry > target.entry and set(done.ids) & set(target.ids)
        ]
        if later:
            self.refused(errors.UndoBlocked, lambda env: undo.undo(env, **words_))
            return
        note(f"undo {words_} {target.name}")
        undo.undo(world(self.path, self.now), **words_)
        target.live = False
        self.undone.append(target)
        self.settle("undo", target.ids)
        assert self.stand.entries[target.entry - 1] == (
            target.entry,
            target.name,
            self.stand.entries[-1][0],
        )
        self.compare_with_a_fresh_ledger()

    def refused(self, problem: type[errors.Problem], act: Callable[[Env], None]) -> None:
        """The move is refused, and no byte of the directory changes."""
        before = self.bytes()
        try:
            act(world(self.path, self.now))
        except problem:
            assert self.bytes() == before
        else:
            raise AssertionError(problem)

    def attempt(self, name: str, ids: list[int], words_: dict[str, Any]) -> bool:
        """Give a command; when it is refused, no byte may have changed."""
        note(f"{self.now:%Y-%m-%dT%H:%MZ} {name} {ids or ''} {words_}")
        before = self.bytes()
        try:
            perform(self.path, self.now, name, ids, words_)
        except (errors.Usage, errors.NotFound, errors.Ambiguous, errors.IllegalMove):
            assert self.bytes() == before
            return False
        touched = list(dict.fromkeys(ids))
        new = self.settle(name, touched if name != "make" else None)
        self.history.append(
            Done(self.stand.entries[-1][0], self.now, name, new or touched, words_, made=bool(new))
        )
        self.undone.clear()
        self.check_promises()
        return True

    def bytes(self) -> dict[str, bytes]:
        found = {}
        for directory, _, names in os.walk(self.place):
            found |= {name: _read(os.path.join(directory, name)) for name in sorted(names)}
        return found

    def settle(self, name: str, touched: list[int] | None) -> list[int]:
        """Read the ledger anew and hold it against what it was before: one entry more, its acts at the end, nothing else. The new numbers."""
        before, self.stand = self.stand, stand(self.path)
        entry = self.stand.entries[-1]
        assert [one[:2] for one in self.stand.entries[:-1]] == [one[:2] for one in before.entries]
        assert entry == ((before.entries[-1][0] if before.entries else 0) + 1, name, None)
        assert self.stand.acts[: len(before.acts)] == before.acts, "acts are never changed"
        fresh = self.stand.acts[len(before.acts) :]
        assert fresh
        assert all(act["entry"] == entry[0] for act in fresh)
        assert all(act["recorded_at"] == f"{self.now:%Y-%m-%dT%H:%M:%SZ}" for act in fresh)
        new = [number for number in self.stand.rows if number not in before.rows]
        assert not new or (name == "make" and min(new) > max(before.rows, default=0)), (
            "numbers are never used again"
        )
        assert set(before.rows) <= set(self.stand.rows)
        about = {act["promise"] for act in fresh if act["promise"]}
        assert about == set(new if touched is None else touched)
        changed = {
            number for number, row in self.stand.rows.items() if before.rows.get(number) != row
        }
        assert changed <= about, "no state changes without an act"
        assert len({row["uid"] for row in self.stand.rows.values()}) == len(self.stand.rows)
        if name in ("undo", "redo"):
            self.check_promises()
        return new

    def check_promises(self) -> None:
        live = {done.entry for done in self.history if done.live}
        for number, row in self.stand.rows.items():
            acts = [act for act in self.stand.acts if act["promise"] == number]
            self.stood[number] = promise = replayed(self.stand, number)
            assert row == {**codec.encode_promise_row(promise), "id": number}, (
                "the row is what the acts add up to"
            )
            assert (row["direction"] == "self") == (row["person"] is None), (
                "exactly one side is me, or both"
            )
            mine = {"owe": "promisor", "owed": "promisee", "self": "self"}[row["direction"]]
            sides = (
                {"self", "bookkeeper"} if mine == "self" else {"promisor", "promisee", "bookkeeper"}
            )
            assert all(
                act["side"] in sides
                and (act["by"] == "me") is (act["side"] in (mine, "bookkeeper"))
                for act in acts
            )
            counted = [
                act for act in acts if act["entry"] in live and act["verb"] not in ("undo", "redo")
            ]
            self.check_sum(row, promise, added_up(counted))
            moments = [act["at"] for act in counted if act["verb"] in MOVING]
            assert moments == sorted(moments), "time never goes back"

    def look_back(self) -> None:
        """As of a moment, a promise is what was said by then: of all that counts today, each act no later than the moment."""
        live = {done.entry for done in self.history if done.live}
        for number in self.stand.rows:
            acts = [act for act in self.stand.acts if act["promise"] == number]
            moving = [act for act in acts if act["entry"] in live and act["verb"] in MOVING]
            said = [codec.decode_act(act) for act in acts]
            moments = {act.at + timedelta(seconds=apart) for act in said for apart in (-1, 0, 1)}
            for moment in sorted(moments):
                plain = added_up(
                    [act for act in moving if act["at"] <= codec.encode_instant(moment)]
                )
                then = next(
                    (
                        after
                        for _, after in reversed(list(lifecycle.iter_steps(number, said, moment)))
                    ),
                    None,
                )
                assert then is not None if plain.revisions else then is None
                if then:
                    assert then.state == plain.state
                    assert [[one.author, one.status] for one in then.revisions] == [
                        one[:2] for one in plain.revisions
                    ]

    def check_sum(self, row: dict[str, Any], promise: Promise, plain: Sum) -> None:
        assert row["state"] == plain.state
        if not plain.revisions:
            assert (row["offer"], row["move"], row["author"]) == (None, None, None)
            return
        assert [
            [one.author, one.status, codec.encode_terms(one.terms)] for one in promise.revisions
        ] == plain.revisions
        on_table, in_force = plain.having("offered"), plain.having("in-force")
        assert len(on_table) <= 1
        if row["state"] == "proposed":
            assert (len(in_force), len(on_table)) == (0, 1)
        elif row["state"] in ("active", "delivered", "kept", "reneged", "released"):
            assert len(in_force) == 1
        if row["state"] not in ("proposed", "active"):
            assert not on_table
        terms = plain.current[2]
        assert (row["outcome"], row["why"]) == (terms["outcome"], terms.get("why"))
        assert (row["due"], row["due_at"]) == (
            terms.get("due", {}).get("civil"),
            terms.get("due", {}).get("at"),
        )
        assert (row["revisions"], row["revision"]) == (
            len(plain.revisions),
            1 + [one is plain.current for one in plain.revisions].index(True),
        )
        assert row["renegotiated"] == plain.amended
        mine = {"owe": "promisor", "owed": "promisee", "self": "self"}[row["direction"]]
        offer = on_table[0] if on_table else None
        assert row["author"] == (None if offer is None else "me" if offer[0] == mine else "them")
        assert row["offer_outcome"] == (offer[2]["outcome"] if offer else None)

    def compare_with_a_fresh_ledger(self) -> None:
        """What stands here is what stands in a new ledger to which only the commands were given that were not undone."""
        live = [done for done in self.history if done.live]
        built = next(
            count
            for count in range(len(live), -1, -1)
            if tuple(done.entry for done in live[:count]) in self.fresh
        )
        content, mapped = self.fresh[tuple(done.entry for done in live[:built])]
        place = tempfile.mkdtemp(prefix="promisectl-fresh-")
        path = os.path.join(place, "ledger.db")
        try:
            if content:
                _write(path, content)
            for count, done in enumerate(live[built:], built + 1):
                mapped = self.give_again(path, done, mapped)
                self.fresh[tuple(done.entry for done in live[:count])] = _read(path), mapped
            assert essence(path, {new: new for new in mapped.values()}, self.now) == essence(
                self.path, mapped, self.now
            )
        finally:
            shutil.rmtree(place)

    @staticmethod
    def give_again(path: str, done: Done, mapped: dict[int, int]) -> dict[int, int]:
        """The same command to another ledger, about the promises that have these numbers there; the numbers after it."""
        again = {**done.words, "new": True} if done.name == "make" else done.words
        perform(path, done.moment, done.name, [mapped.get(one, 0) for one in done.ids], again)
        return (
            mapped | {one: len(mapped) + position for position, one in enumerate(done.ids, 1)}
            if done.made
            else mapped
        )

    def look_without_a_trace(self) -> None:
        """No flag is stored: what the clock alone changes, changes no byte."""
        before = self.bytes()
        for days in (3, 400):
            for view in (moves.moves, lists.owe, lists.owed, persons.people, log.log):
                asked(self.path, self.now + timedelta(days=days), view)
        assert self.bytes() == before


def essence(path: str, numbers: dict[int, int], moment: datetime) -> Any:
    """All that a ledger says of some promises, under other numbers, with the people and the figures; without what has to differ."""
    now = stand(path)
    with closing(sqlite3.connect(path)) as db:
        named = "SELECT p.id, w.handle FROM person p JOIN person w ON w.id = coalesce(p.merged_into, p.id)"
        handles = dict(db.execute(named).fetchall())
        known = db.execute(
            "SELECT id, handle, name FROM person WHERE merged_into IS NULL ORDER BY handle"
        ).fetchall()
        aliases = [
            (alias, handles[person])
            for alias, person in db.execute("SELECT alias, person FROM alias ORDER BY alias")
        ]
    assert all(row["state"] == "void" for number, row in now.rows.items() if number not in numbers)
    rows, promises = {}, {}
    by_uid = {row["uid"]: numbers.get(number) for number, row in now.rows.items()}
    for number, as_ in numbers.items():
        row = now.rows[number]
        rows[as_] = {
            **row,
            "id": as_,
            "uid": "",
            "person": handles.get(row["person"]),
            "replaces": numbers.get(row["replaces"]),
            "part_of": str(by_uid.get(row["part_of"])),
        }
        promise = replayed(now, number)
        opening = promise.opening._replace(uid="", person=None, replaces=None, part_of=None)
        part_of = str(by_uid.get(promise.part_of))
        promises[as_] = promise._replace(id=as_, opening=opening, part_of=part_of)
    met = {row["person"] for row in rows.values()}
    figures = asked(path, moment, persons.people)
    listed = [
        {
            **row,
            "id": numbers[row["id"]],
            "uid": "",
            "replaces": numbers.get(row["replaces"]),
            "part_of": numbers.get(row["part_of"]),
            "parts": sorted(filter(None, map(numbers.get, row["parts"]))),
        }
        for row in asked(path, moment, lambda env: lists.list_(env, all_=True, sort="made"))
    ]
    return (
        rows,
        promises,
        [(handle, name) for _, handle, name in known if handle in met],
        aliases,
        figures,
        listed,
    )


@pytest.mark.parametrize("shard", range(3))
def test_walks(shard: int) -> None:
    run_state_machine_as_test(
        type("Walk", (Walk,), {"shard": shard}),
        settings=settings(
            max_examples=200 if LONG else 12,
            stateful_step_count=60 if LONG else 40,
            derandomize=not LONG,
            database=None,
            deadline=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )


# The same things said, written down in another order

TALKS: tuple[tuple[tuple[str, dict[str, Any]], ...], ...] = (
    (
        (
            "make",
            {
                "outcome": "Send the numbers",
                "to": ["dana"],
                "by": "2026-11-25",
                "said": "2026-11-20T09:00Z",
                "agreed": True,
                "backfill": True,
            },
        ),
        ("bump", {"text": "it may slip", "on": "2026-11-22T09:00Z"}),
        ("complete", {"on": "2026-11-27T09:00Z"}),
        ("accept", {"on": "2026-11-28T09:00Z"}),
    ),
    (
        (
            "make",
            {
                "outcome": "Fix the brake",
                "from_": ["dana"],
                "by": "2026-11-25",
                "said": "2026-11-20T10:00Z",
                "agreed": True,
                "backfill": True,
            },
        ),
        ("negotiate", {"by": "2026-12-24", "reason": "no time", "on": "2026-11-21T10:00Z"}),
        ("accept", {"on": "2026-11-24T10:00Z"}),
    ),
    (
        (
            "make",
            {
                "outcome": "Lend the drill",
                "to": ["lee"],
                "by": "2026-11-24",
                "said": "2026-11-20T11:00Z",
                "asked": True,
                "backfill": True,
            },
        ),
        ("accept", {"on": "2026-11-20T12:00Z"}),
        ("renege", {"reason": "lost it", "on": "2026-11-25T12:00Z", "told": "2026-11-23T12:00Z"}),
    ),
)


def test_figures_do_not_depend_on_the_order_of_recording(tmp_path: Path) -> None:
    now = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    seen: list[Any] = []
    for shuffle in range(15):
        order = Random(shuffle).sample([0, 0, 0, 0, 1, 1, 1, 2, 2, 2], 10)
        path = str(tmp_path / f"{shuffle}.db")
        said, numbers = [0, 0, 0], [0, 0, 0]
        for talk in order:
            name, words = TALKS[talk][said[talk]]
            if not said[talk]:
                numbers[talk] = max(numbers) + 1
            perform(path, now, name, [numbers[talk]], words)
            said[talk] += 1
        figures = {row["person"]: row for row in asked(path, now, persons.people)}
        listed = asked(path, now, lambda env: lists.list_(env, all_=True))
        seen.append((figures, [{**row, "id": 0, "uid": ""} for row in listed]))
    assert len(seen[0][1]) == 3
    assert all(one == seen[0] for one in seen)
