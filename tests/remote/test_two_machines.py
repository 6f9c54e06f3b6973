"""Two machines and one ledger: random moves on either, beside the same moves on a ledger in a file.

After every step both machines export the same journal, and the file has the same story. At the end, and now and then, every row of the
server is in both copies, and the checks of `doctor` find no fault in these.
"""

import io
import shutil
import sqlite3
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, Phase, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from promisectl import errors
from promisectl.commands import export, import_, make, people, undo
from promisectl.commands.shared import recorder
from promisectl.env import Env, OnceKey
from promisectl.storage import ledger
from tests.conftest import LONG
from tests.remote.rows import compare_with_server
from tests.storage.test_random_walks import (
    COMMANDS,
    KNOWN,
    NAMES,
    PRELUDE,
    SAID,
    SEVERAL,
    START,
    TEXTS,
    Dice,
    stand,
)
from tests.tools.postgres import PostgresServer

STEPS = (
    ["say"] * 20
    + ["make"] * 5
    + ["series"] * 2
    + ["wait"] * 3
    + ["about"] * 5
    + ["undo"] * 4
    + ["redo"] * 3
    + ["once"] * 3
    + ["import"] * 2
)
ROWS_PER_STEPS = 10
REFUSALS = (errors.Usage, errors.NotFound, errors.Ambiguous, errors.IllegalMove, errors.BadData)
Step = Callable[[Env], object]


class Home:
    """What one machine is: a home, and the name by which it calls the ledger."""

    def __init__(self, place: Path, name: str) -> None:
        self.place, self.name = place, name
        place.mkdir()

    @property
    def file(self) -> Path:
        """The file of the ledger, or this machine's copy."""
        if "://" not in self.name:
            return Path(self.name)
        (path,) = (self.place / "promisectl" / "copies").glob("*.db")
        return path

    def open_world(self, moment: Any, once: OnceKey | None = None) -> Env:
        environ = {"TZ": "Europe/Berlin", "HOME": str(self.place)}
        environ |= dict.fromkeys(
            ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME"), str(self.place)
        )
        streams = (io.StringIO(), io.StringIO(), io.StringIO())
        today = f"{moment:%Y-%m-%dT%H:%MZ}"
        return Env(environ, streams, ledger=self.name, today=today, once=once)

    def run(self, step: Step, moment: Any, once: OnceKey | None = None) -> tuple[str, str]:
        """Give one command. Returns what it printed, and the error with which it was refused."""
        env = self.open_world(moment, once)
        refusal = ""
        try:
            ledger.prepare_writing(env.ledger)
            if not (once and recorder.repeat_first_answer(env)):
                step(env)
        except REFUSALS as problem:
            refusal = f"{type(problem).__name__}: {problem}"
        return get_printed_text(env), refusal

    def export_journal(self, moment: Any) -> str:
        env = self.open_world(moment)
        export.export(env, journal=True)
        return get_printed_text(env)


def get_printed_text(env: Env) -> str:
    stream = env.stdout()
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def tell_story(path: Path) -> Any:
    """All that a ledger holds, without what is made up anew for each: uids, and sums of what has them."""
    now = asdict(stand(str(path)))
    uids = {}
    for number, row in now["rows"].items():
        uids[row["uid"]] = f"uid of {number}"
        if row["series"]:
            uids.setdefault(row["series"], f"series of {number}")

    def with_ids(text: str) -> str:
        for uid, instead in uids.items():
            text = text.replace(uid, instead)
        return text

    for row in now["rows"].values():
        row.update(uid="", part_of=uids.get(row["part_of"]), series=uids.get(row["series"]))
    for act in now["acts"]:
        act.update(hash="", body=with_ids(act["body"]))
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        named = [
            db.execute(f"SELECT * FROM {table} ORDER BY 1").fetchall()
            for table in ("person", "alias")
        ]
        keys = [
            (key, entry, request, with_ids(answer.partition(', "sum"')[0]))
            for key, entry, request, answer in db.execute("SELECT * FROM once ORDER BY 1")
        ]
    return now, named, keys


class TwoMachines(RuleBasedStateMachine):
    """Two homes, one database, a ledger in a file, and a clock that only grows."""

    server: ClassVar[PostgresServer]
    shard: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.place = Path(tempfile.mkdtemp(prefix="promisectl-machines-"))
        self.database = self.server.create_database()
        address = self.server.address(self.database)
        self.machines = [Home(self.place / name, address) for name in ("home", "laptop")]
        self.alone = Home(self.place / "alone", str(self.place / "alone.db"))
        self.now = START
        self.seeds: Counter[int] = Counter()
        self.steps = 0

    def teardown(self) -> None:
        try:
            if self.steps:
                self.compare_rows()
        finally:
            self.server.drop_database(self.database)
            shutil.rmtree(self.place)

    def compare_rows(self) -> None:
        for machine in self.machines:
            compare_with_server(self.server, self.database, machine.file)

    @initialize()
    def begin(self) -> None:
        for number, words in enumerate(PRELUDE):
            self.give(self.machines[number % 2], make_step(words))

    @rule(seed=st.integers(0, 2**64))
    def go_on(self, seed: int) -> None:
        """One rule for all, so that the mixture is ours."""
        self.seeds[seed] += 1
        dice = Dice(f"{self.shard} {seed} {self.seeds[seed]}")
        step = dice.choice(STEPS)
        if step == "wait":
            self.now += timedelta(minutes=dice.choice((1, 45, 24 * 60, 4 * 24 * 60)))
            return
        machine = dice.choice(self.machines)
        if step == "once":
            self.give_once(dice)
        else:
            self.give(machine, getattr(self, f"find_{step}")(dice))

    # What may be said

    def find_make(self, dice: Dice) -> Step:
        return make_step(dice.promise())

    def find_series(self, dice: Dice) -> Step:
        words = {
            "outcome": dice.choice(TEXTS),
            "to": ["dana"],
            "agreed": True,
            "by": "fri",
            "every": dice.choice(("week", "2 weeks", "month")),
            "times": dice.choice((2, 3)),
        }
        return make_step(words)

    def find_say(self, dice: Dice) -> Step:
        newest = max(stand(str(self.alone.file)).rows)
        ids = [dice.randint(1, newest + 1)]
        name = dice.choice(SAID)
        if name in SEVERAL and dice.random() < 0.3:
            ids = dice.sample(range(1, newest + 1), min(newest, 2))
        numbers: Any = [str(one) for one in ids] if name in SEVERAL else str(ids[0])
        words = dice.words(name)
        note(f"{name} {ids} {words}")
        return lambda env: COMMANDS[name](env, numbers, **words)

    def find_about(self, dice: Dice) -> Step:
        name, second = dice.choice(
            (("person rename", "new"), ("person alias", "other"), ("person merge", "into"))
        )
        words = {
            "name": dice.choice((*KNOWN * 3, *NAMES)),
            second: dice.choice(KNOWN if second == "into" else NAMES),
        }
        if dice.random() < 0.2:
            other = dice.choice(NAMES)
            note(f"unalias {words['name']} {other}")
            return lambda env: people.unalias(env, words["name"], other)
        note(f"{name} {words}")
        return lambda env: COMMANDS[name](env, **words)

    def find_undo(self, dice: Dice) -> Step:
        promise = str(dice.randint(1, 6)) if dice.random() < 0.3 else None
        note(f"undo {promise}")
        return lambda env: undo.undo(env, promise=promise)

    def find_redo(self, _: Dice) -> Step:
        note("redo")
        return undo.redo

    def find_import(self, dice: Dice) -> Step:
        path = self.place / "found.csv"
        lines = [
            f"owe,{dice.choice(KNOWN)},Imported {dice.randint(1, 9)},active,,uid-{dice.randint(1, 9)}",
            f"owed,{dice.choice(NAMES).lower()},Lent,reneged,2026-11-20,uid-{dice.randint(10, 19)}",
        ]
        path.write_text("\n".join(["direction,person,outcome,state,closed_at,uid", *lines, ""]))
        note(f"import {lines}")
        return lambda env: import_.import_(env, str(path))

    def give_once(self, dice: Dice) -> None:
        """The same command with one key on both machines: it happens once, and both print its answer."""
        key = OnceKey(f"mail-{dice.randint(1, 6)}", "make (0)")
        step = make_step({"outcome": "Water the plants", "to": ["me"], "by": "fri"})
        first, second = dice.sample(self.machines, 2)
        self.give(first, step, key)
        before = stand(str(self.alone.file)).acts
        self.give(second, step, key)
        assert stand(str(self.alone.file)).acts == before

    # What must then be true

    def give(self, machine: Home, step: Step, once: OnceKey | None = None) -> None:
        """Give a command to a machine and to the file: both do the same, and both machines know of it."""
        self.steps += 1
        note(f"on {machine.place.name}, {self.now:%Y-%m-%dT%H:%MZ}")
        answer, refusal = machine.run(step, self.now, once)
        expected = self.alone.run(step, self.now, once)
        assert (answer, refusal) == expected
        journals = [one.export_journal(self.now) for one in self.machines]
        assert journals[0] == journals[1]
        story = tell_story(self.alone.file)
        for one in self.machines:
            assert tell_story(one.file) == story
        if self.steps % ROWS_PER_STEPS == 0:
            self.compare_rows()


def make_step(words: dict[str, Any]) -> Step:
    note(f"make {words}")
    return lambda env: make.make(env, **words)


@pytest.mark.parametrize("shard", range(2))
def test_two_machines(postgres_server: PostgresServer, shard: int) -> None:
    run_state_machine_as_test(
        type("TwoMachines", (TwoMachines,), {"server": postgres_server, "shard": shard}),
        settings=settings(
            max_examples=200 if LONG else 4,
            stateful_step_count=60 if LONG else 30,
            derandomize=not LONG,
            database=None,
            deadline=None,
            phases=(Phase.generate,),  # each step takes long, so shrinking takes minutes
            suppress_health_check=list(HealthCheck),
        ),
    )
