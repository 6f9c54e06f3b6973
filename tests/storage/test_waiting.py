"""What waits for me, told by the view `moves`, by the domain and by plain reading of the acts: all three agree."""

import re
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from promisectl import errors
from promisectl.commands import acts, bookkeeping, make, undo
from promisectl.domain import lifecycle
from promisectl.env import Env
from promisectl.rendering.waiting import WAITING_GROUPS
from promisectl.storage import ledger, queries
from promisectl.storage.queries import QueryClock
from tests.storage import life

_START = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
_CLOCK = QueryClock("2026-11-23T10:00:00Z", "2026-11-23T22:59:59Z", "2026-11-26T22:59:59Z")
_MOVES: dict[str, Callable[[Env, str | None], object]] = {
    "they warn": lambda env, on: acts.bump(env, "1", "slow", theirs=True, on=on),
    "I remind": lambda env, on: acts.bump(env, "1", "how is it?", on=on),
    "I write a reminder": lambda env, on: acts.bump(env, "1", "and?", on=on, unsaid=True),
    "I write other terms": lambda env, on: acts.negotiate(
        env, "1", by=_day(env), reason="later", on=on, unsaid=True
    ),
    "I tell": lambda env, on: acts.told(env, ["1"], on=on),
    "I note": lambda env, on: bookkeeping.note(env, "1", "rang", on=on),
    "I tag": lambda env, _: bookkeeping.tag(env, "1", [f"t{env.now.timestamp():.0f}"]),
    "I ask for other terms": lambda env, on: acts.negotiate(
        env, "1", by=_day(env), reason="later", on=on
    ),
    "they ask for other terms": lambda env, on: acts.negotiate(
        env, "1", by=_day(env), reason="later", theirs=True, on=on
    ),
    "yes": lambda env, on: acts.accept(env, ["1"], on=on),
    "no": lambda env, on: acts.decline(env, ["1"], reason="not yet", on=on),
    "they report a part": lambda env, on: acts.complete(env, ["1"], partial="half", on=on),
    "they report it": lambda env, on: acts.complete(env, ["1"], reported=True, on=on),
    "they reopen it": lambda env, on: acts.reopen(env, "1", reason="not whole", on=on),
    "undo": lambda env, _: undo.undo(env),
    "redo": lambda env, _: undo.redo(env),
}


def _day(env: Env) -> str:
    return f"{env.now + timedelta(days=30, seconds=env.now.second):%Y-%m-%d}"


def _read_waiting(db: sqlite3.Connection) -> dict[int, str]:
    return {row["id"]: row["waiting"] for row in queries.fetch_waiting_rows(db, _CLOCK)}


def _is_warned_by_acts(db: sqlite3.Connection) -> bool:
    """Whether the newest warning about the agreed terms comes after every act of mine, by plain reading."""
    (state,) = db.execute("SELECT state FROM promise WHERE id = 1").fetchone()
    live: list[Any] = db.execute(
        "SELECT verb, by, at, number, side FROM act JOIN entry ON entry.id = act.entry"
        " WHERE promise = 1 AND undone_by IS NULL AND verb NOT IN ('undo', 'redo')"
    ).fetchall()
    (bumped_at,) = db.execute("SELECT bumped_at FROM promise WHERE id = 1").fetchone()
    if state != "active" or not bumped_at:
        return False
    warned = max(
        (at, number)
        for verb, by, at, number, _ in live
        if (verb, by, at) == ("bump", "them", bumped_at)
    )
    return all((at, number) < warned for _, by, at, number, _ in live if by == "me")


def _is_unsaid_by_acts(db: sqlite3.Connection) -> bool:
    """Whether the newest act of a side is one of mine that is not said, by plain reading."""
    (state,) = db.execute("SELECT state FROM promise WHERE id = 1").fetchone()
    newest = db.execute(
        "SELECT json_extract(body, '$.unsaid') FROM act JOIN entry ON entry.id = act.entry"
        " WHERE promise = 1 AND undone_by IS NULL AND side <> 'bookkeeper'"
        " ORDER BY at DESC, number DESC LIMIT 1"
    ).fetchone()
    return state in ("proposed", "active", "delivered") and bool(newest[0])


@pytest.mark.parametrize("shard", range(4))
def test_view_domain_and_acts_agree_on_who_warned_me(tmp_path: Path, shard: int) -> None:
    told = set[tuple[bool, bool]]()
    for seed in range(shard, 32, 4):
        told |= _tell_story(Random(seed), tmp_path / f"{seed}.db")
    assert told == {(True, False), (False, True), (False, False)}


def _tell_story(rng: Random, path: Path) -> set[tuple[bool, bool]]:
    """Tell a random story, some of it dated back, and return what was true on the way: warned or not, unsaid or not."""
    told, now = set[tuple[bool, bool]](), _START
    env = life.world(path, f"{now:%FT%T}")
    make.make(env, "Poster", from_=["omar"], by="2026-12-31", agreed=True)
    for _ in range(14):
        now += timedelta(hours=rng.choice((0, 0, 1, 5)))
        on = f"{now - timedelta(hours=rng.randrange(9)):%FT%T}" if rng.random() < 0.3 else None
        move = rng.choice([*_MOVES, "they warn", "they warn"])
        with suppress(errors.Problem):
            _MOVES[move](life.world(path, f"{now:%FT%T}"), on)
        with ledger.open_snapshot(str(path)) as db:
            promise = lifecycle.replay_acts(1, queries.load_promise_acts(db, 1))
            warned = _is_warned_by_acts(db)
            unsaid = _is_unsaid_by_acts(db)
            assert (promise.is_warned, promise.is_unsaid) == (warned, unsaid)
            expected = {1: "unsaid"} if unsaid else {1: "warned"} if warned else {}
            offered = promise.offered_revision
            if offered and not promise.direction.is_my_side(offered.author):
                expected = {1: "answer"}
            elif promise.state == "delivered":
                expected = {1: "judge"}
            assert _read_waiting(db) == expected
        told.add((warned, unsaid))
    return told


def test_every_kind_of_the_view_has_its_group() -> None:
    view = Path(queries.__file__).with_name("views.sql").read_text(encoding="utf-8")
    case = view.partition("CREATE VIEW moves AS")[2].partition("END AS waiting")[0]
    kinds = re.findall(r"(?:THEN|ELSE) '(\w+)'", case)
    assert sorted(kinds) == sorted(group.kind for group in WAITING_GROUPS)
