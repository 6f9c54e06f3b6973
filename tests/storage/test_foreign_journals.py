"""Journals that somebody else wrote, with hashes that fit: taken only where commands could have said all of it.

Whatever is taken is a sound ledger: doctor finds it well, every view shows it, and its journal is the one that came in.
"""

import copy
import json
import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from promisectl import errors
from promisectl.commands import acts, bookkeeping, import_, make, people, undo
from promisectl.domain.people import PersonVerb
from promisectl.domain.promise import Cause, Direction, Side, State, Verb
from promisectl.env import OnceKey
from promisectl.storage import ledger
from promisectl.storage.integrity import checks
from tests.conftest import LONG, Program
from tests.storage.forging import Record, forge_journal, list_acts, number_anew, read_journal
from tests.storage.test_random_walks import START, Dice, world
from tests.storage.test_round_trips import journal, walked

HOSTILE = 8_000 if LONG else 500
SEEDS = range(3)

TEXTS: tuple[Any, ...] = ("", "  ", "\0", "a\0b", "x" * 10_001, "x" * 1_001, "x" * 101, "fine")
NAMES: tuple[Any, ...] = ("me", "ME", "Dana", "dana", "lee", "kim", "d\x1b[31m", "-x", "--all")
MORE_NAMES: tuple[Any, ...] = ("?1", "a b", "d\u202e", "", "ok", "x" * 101, "a\u2028b", "...")
NUMBERS: tuple[Any, ...] = (0, -1, 1, 2, 3, 7, 99, 2**31, 2**63, 10**30, "1", 1.0, True)
INSTANTS: tuple[Any, ...] = (
    "2031-01-01T00:00:00Z",
    "1900-01-01T00:00:00Z",
    "2026-11-23T09:00:00Z",
    "2026-11-24T09:00:00Z",
    "2026-11-23T09:00:00+00:00",
    "2026-11-23T09:00:00.5Z",
    "2026-13-45T00:00:00Z",
    "never",
)
OTHER_TYPES: tuple[Any, ...] = (None, [], {}, True, 7, "x", ["x"], {"x": 1})
VALUES: dict[str, tuple[Any, ...]] = {
    "civil": ("2026-02-30", "2026-11-27", "2026-11-27T25:00", "20261127", "fri", "0001-01-01"),
    "zone": ("Nowhere/City", "../../etc/passwd", "/etc/localtime", "", "Europe//Berlin", "UTC"),
    "handle": NAMES + MORE_NAMES,
    "name": (*NAMES, *MORE_NAMES, "Dana Kim"),
    "verb": (*map(str, Verb), *map(str, PersonVerb), "dance", ""),
    "side": (*map(str, Side), "me"),
    "by": ("me", "them", "nobody"),
    "command": (*map(str, Verb), "make", "person rename", "person merge", "x\x1b", ""),
    "cause": (*map(str, Cause), "laziness", ""),
    "state": (*map(str, State), "lost"),
    "direction": (*map(str, Direction), "both"),
    "author": (*map(str, Side), "me"),
    "uid": ("../victim/notes", "x", "00000000-0000-4000-8000-00000000000A", ""),
    **dict.fromkeys(("at", "recorded_at", "told_at", "made_at", "accepted_at"), INSTANTS),
    **dict.fromkeys(("delivered_at", "closed_at", "contact_at", "word_at", "bumped_at"), INSTANTS),
    **dict.fromkeys(("promise", "person", "target", "into", "revision", "revisions"), NUMBERS),
    **dict.fromkeys(("replaces", "renegotiated", "entry", "number"), NUMBERS),
    **dict.fromkeys(("outcome", "done_when", "why", "text", "risk", "no_to", "repair"), TEXTS),
    **dict.fromkeys(("reason", "key", "request"), TEXTS),
}


def list_leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values are in a record, objects and lists among them."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for name, inner in pairs:
        if name != "hash":
            yield (*at, name)
            if isinstance(inner, dict | list):
                yield from list_leaves(inner, (*at, name))


def change_one_thing(records: list[Record], random: Random) -> str:
    """Change one thing of one command; return what."""
    commands = records[1:-1]
    record = random.choice(commands)
    kind = random.random()
    if kind < 0.72:
        part = random.choice(
            [*record.get("acts", ()), *([record] if random.random() < 0.2 else ())]
        )
        return change_value(part, random)
    if kind < 0.8:
        return add_field(random.choice(record["acts"]), list_acts(commands), random)
    if kind < 0.86:
        said = random.choice(record["acts"])
        record["acts"].insert(random.randrange(len(record["acts"]) + 1), copy.deepcopy(said))
        number_anew(records)
        return "act doubled"
    if kind < 0.93:
        other = random.choice(commands)
        record["acts"], other["acts"] = other["acts"], record["acts"]
        number_anew(records)
        return "acts swapped"
    if len(record["acts"]) > 1:
        del record["acts"][random.randrange(len(record["acts"]))]
    else:
        records.remove(record)
    number_anew(records)
    return "act gone"


def change_value(part: Record, random: Random) -> str:
    at = random.choice(list(list_leaves(part)))
    inner: Any = part
    for name in at[:-1]:
        inner = inner[name]
    name = next((one for one in reversed(at) if isinstance(one, str)), "")
    if random.random() < 0.1 and isinstance(inner, dict):
        del inner[at[-1]]
        return f"{name} gone"
    choices = VALUES.get(name, TEXTS + NAMES)
    inner[at[-1]] = random.choice(OTHER_TYPES if random.random() < 0.15 else choices)
    return f"{name}: {str(inner[at[-1]])[:30]!r}"


def add_field(said: Record, others: list[Record], random: Random) -> str:
    body = random.choice(others)["body"]
    name = random.choice(list(body))
    said["body"] = {**said["body"], name: copy.deepcopy(body[name])}
    return f"{name} of another act"


def talked(path: str, seed: int) -> datetime:
    """Say something of everything in a ledger, and return the moment of its end."""
    moment = walked(path, Dice(seed))
    env = world(path, moment)
    env.once = OnceKey("k", "make (0)")
    make.make(env, "The last one", to=["dana", "me"], replaces="1")
    found = Path(f"{path}.csv")
    found.write_text(IMPORTED, encoding="utf-8")
    import_.import_(world(path, moment), str(found), new=True)
    undo.undo(world(path, moment))
    import_.import_(world(path, moment), str(found), new=True)
    return moment


IMPORTED = """\
direction,person,outcome,state,due,made_at,accepted_at,delivered_at,closed_at,told_at,tags,revision,renegotiated,first_due
owe,nora,Paint the door,active,2026-12-20,2026-11-01,2026-11-02,,,,a b,3,1,2026-12-10
owed,nora,Mend the roof,kept,2026-11-20,2026-11-01,2026-11-02,2026-11-18,2026-11-19,,,,,
owe,otto,Sing,reneged,2026-11-20,2026-11-01,2026-11-02,,2026-11-20,2026-11-19,,,,
owe,otto,Dance,proposed,2026-12-20,2026-11-01,,,,,,,,
self,me,Run,active,2026-12-20,2026-11-01,2026-11-01,,,,,,,
"""


@pytest.fixture(scope="module")
def stories(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, datetime]]:
    """Some journals in which a bit of everything was said, and when each ended."""
    told = []
    for seed in SEEDS:
        path = str(tmp_path_factory.mktemp("story") / "one.db")
        moment = talked(path, seed)
        told.append((journal(path), moment))
    return told


VIEWS = (
    ("list", "--all", "--json"),
    ("list", "--state", "void"),
    ("moves", "--json"),
    ("week", "--plain"),
    ("digest", "--since", "1 nov"),
    ("check",),
    ("stats", "--all", "--detail"),
    ("stats", "--all", "--as-of", "2026-11-25", "--json"),
    ("people", "--csv"),
    ("review",),
    ("log", "--plain"),
    ("status",),
    ("export", "--format", "md"),
    ("export", "--acts"),
)


def ensure_sound(program: Program, text: str, moment: datetime) -> None:
    """A ledger that was filled from a journal is as one that commands have filled."""
    path = str(program.ledger)
    with checks.open_for_checks(path) as db:
        findings = list(checks.check_integrity(db))
    assert [finding.summary for finding in findings if finding.is_wrong] == []
    numbers = sorted({said["promise"] for said in list_acts(read_journal(text)) if said["promise"]})
    today = f"{moment:%Y-%m-%dT%H:%MZ}"
    for view in (("show", *map(str, numbers)), *VIEWS):
        result = program(*view, today=today)
        assert (view[0], result.code) in ((view[0], 0), ("check", 1), ("review", 0)), result
    assert read_journal(journal(path)) == read_journal(text)


def import_text(program: Program, text: str, moment: datetime) -> errors.BadImport | None:
    """Fill a new ledger from a journal; return the refusal, if any, which left nothing."""
    program.ledger.parent.mkdir(parents=True, exist_ok=True)
    program.ledger.unlink(missing_ok=True)
    file = program.home / "journal.jsonl"
    file.write_text(text, encoding="utf-8")
    try:
        assert import_.import_(world(str(program.ledger), moment), str(file)) == 0
    except errors.BadImport as refusal:
        assert refusal.exit_code == 6
        assert str(refusal).startswith(f"{file}, line ")
        assert "\n" not in str(refusal)
        assert not program.ledger.exists()
        return refusal
    return None


def test_whatever_is_changed_it_is_refused_or_a_sound_ledger(
    program: Program, stories: list[tuple[str, datetime]]
) -> None:
    seen: Counter[str] = Counter()
    for seed in range(HOSTILE):
        random = Random(seed)
        text, moment = random.choice(stories)
        records = read_journal(text)
        what = change_one_thing(records, random)
        try:
            forged = forge_journal(records)
        except (KeyError, TypeError, AttributeError, ValueError):
            continue  # it is so odd that no hash can be told of it
        if forged == text:
            continue
        try:
            refusal = import_text(program, forged, moment)
            if not refusal:
                ensure_sound(program, forged, moment)
        except BaseException as error:
            error.add_note(f"seed {seed}: {what}")
            raise
        seen["refused" if refusal else "taken"] += 1
    assert seen["refused"] > 5 * seen["taken"] > 0, seen


def test_every_honest_journal_is_taken_unchanged(
    program: Program, stories: list[tuple[str, datetime]]
) -> None:
    for text, moment in stories:
        assert forge_journal(read_journal(text)) == forge_journal(read_journal(text))
        assert import_text(program, text, moment) is None
        ensure_sound(program, text, moment + timedelta(days=3))
