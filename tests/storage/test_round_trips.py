"""Out and in again: whatever was said in a ledger, its records and its journal make the same ledger elsewhere, byte for byte."""

import io
import itertools
import json
import os
import random
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, note, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.commands import bookkeeping, export, import_, lists, make, undo
from promisectl.domain import dates, lifecycle
from promisectl.domain.civil import encode_instant
from promisectl.env import Env, OnceKey
from promisectl.storage import ledger, queries, transfer
from tests.conftest import LONG, Program
from tests.storage.test_random_walks import (
    COMMANDS,
    KNOWN,
    NAMES,
    PRELUDE,
    START,
    Dice,
    perform,
    replayed,
    stand,
    world,
)


def times(count: int) -> settings:
    """So many walks, or many more."""
    return settings(
        max_examples=40 * count if LONG else count,
        phases=(Phase.explicit, Phase.generate, Phase.shrink)
        if LONG
        else (Phase.explicit, Phase.generate),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


SEEDS = st.integers(0, 2**64)


# A ledger in which much was said


def walked(path: str, dice: Dice) -> datetime:
    """Say all sorts of things in a new ledger, and return the moment at which it ended."""
    now = START
    for promise in PRELUDE:
        perform(path, now, "make", [], promise)
    for promise in ELSEWHERE:
        perform(path, now, "make", [], promise)
    for _ in range(40):
        now += timedelta(minutes=dice.choice((0, 1, 45, 24 * 60, 4 * 24 * 60)))
        try:
            step(path, now, dice)
        except errors.Problem:
            continue
    return now + timedelta(minutes=dice.choice((0, 1, 24 * 60, 12 * 24 * 60)))


# What is agreed in other zones, in an hour that comes twice there, and at the end of the years.
ELSEWHERE: tuple[dict[str, Any], ...] = (
    {
        "outcome": "Call",
        "to": ["ida"],
        "by": "2026-12-01 17:00 America/New_York",
        "reply_by": "2026-11-24 09:00 Asia/Tokyo",
    },
    {
        "outcome": "Call",
        "from_": ["ida"],
        "by": "2027-10-31T03:30+02:00 Europe/Helsinki",
        "agreed": True,
        "tag": ["a", "=b"],
    },
    {
        "outcome": "Call",
        "from_": ["ida"],
        "by": "2027-10-31T03:30+03:00 Europe/Helsinki",
        "reply_by": "9999-12-31",
    },
    {"outcome": "Call", "to": ["me"], "by": "9999-12-31"},
)


def step(path: str, now: datetime, dice: Dice) -> None:
    said = dice.random()
    if said < 0.15:
        perform(path, now, "make", [], dice.promise())
    elif said < 0.2:
        undo.undo(world(path, now))
    elif said < 0.24:
        undo.redo(world(path, now))
    elif said < 0.32:
        name, second = dice.choice(
            (("person rename", "new"), ("person alias", "other"), ("person merge", "into"))
        )
        words = {
            "name": dice.choice((*KNOWN * 3, *NAMES)),
            second: dice.choice(KNOWN if second == "into" else NAMES),
        }
        perform(path, now, name, [], words)
    else:
        say(path, now, dice)


def say(path: str, now: datetime, dice: Dice) -> None:
    """Something that is open, with a key now and then, and seldom the end of all."""
    there = stand(path)
    number = dice.choice(list(there.rows))
    open_now = [
        verb.value
        for verb in lifecycle.list_open_verbs(replayed(there, number))
        if verb.value in COMMANDS and (verb.value != "void" or dice.random() < 0.1)
    ]
    if open_now:
        name = dice.choice(open_now)
        words = dice.words(name)
        if name not in ("correct", "void", "tag", "untag", "part"):
            words["on"] = dice.maybe(
                ["yesterday", "today", f"{now - timedelta(minutes=30):%Y-%m-%dT%H:%MZ}"], 0.25
            )
        perform(path, now, name, [number], words)


@pytest.fixture
def place(tmp_path: Path) -> Callable[[], str]:
    """A directory of its own for every example."""
    return lambda: tempfile.mkdtemp(dir=tmp_path)


def heard(path: str, moment: datetime, look_: Callable[[Env], Any], form: str | None = None) -> str:
    env = world(path, moment, form)
    look_(env)
    stream = env.stdout()
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def taken(path: str, moment: datetime, text: str, **words: Any) -> None:
    """Import a file of that text."""
    file = f"{path}.file"
    Path(file).write_text(text, encoding="utf-8", newline="")
    assert import_.import_(world(path, moment), file, **words) == 0


# Records


def differences(one: list[dict[str, Any]], other: list[dict[str, Any]]) -> list[Any]:
    """What is not the same, so that a failure can be read."""
    assert len(one) == len(other)
    return [
        (a["id"], a["state"], name, a[name], b[name])
        for a, b in zip(one, other, strict=True)
        for name in a
        if a[name] != b[name]
    ]


def as_json(path: str, moment: datetime) -> list[dict[str, Any]]:
    """Every record, in the order of their numbers."""
    found = json.loads(heard(path, moment, lambda env: lists.list_(env, all_=True), "json"))
    found += json.loads(heard(path, moment, lambda env: lists.list_(env, state=("void",)), "json"))
    return sorted(found, key=lambda record: int(record["id"]))


def without_history(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records without what a record alone can't tell elsewhere.

    A void promise is a part of nothing there, and which of my acts was the last is in the acts.
    """
    void = {row["id"] for row in rows if row["state"] == "void"}
    return [
        row
        | {
            "part_of": None if row["id"] in void else row["part_of"],
            "parts": [number for number in row["parts"] if number not in void],
            "flags": [flag for flag in row["flags"] if flag != "affected"],
        }
        for row in rows
    ]


@times(12)
@given(seed=SEEDS)
def test_records_make_the_same_records_elsewhere(place: Callable[[], str], seed: int) -> None:
    there = place()
    path = f"{there}/one.db"
    moment = walked(path, Dice(seed))
    rows = as_json(path, moment)
    told = without_history(rows)
    note(f"{len(rows)} promises at {moment}")

    for number, (raw, form) in enumerate(((False, "csv"), (True, "csv"))):
        text = heard(path, moment, lambda env, raw=raw: export.export(env, raw=raw))  # type: ignore[misc]
        other = f"{there}/csv-{number}.db"
        taken(other, moment, text, raw=raw, format_=form)
        imported = as_json(other, moment)
        assert (
            differences(
                [row | {"offer": None} for row in told],
                [row | {"offer": None} for row in without_history(imported)],
            )
            == []
        )
        if rows == told == imported:  # what I said last is not in a record: some are affected again
            assert heard(other, moment, lambda env, raw=raw: export.export(env, raw=raw)) == text  # type: ignore[misc]

    spelled = {
        "array": json.dumps(rows),
        "over lines": json.dumps(rows, indent=1, ensure_ascii=False),
        "lines": "".join(json.dumps(row) + "\n" for row in rows),
    }
    for name, text in spelled.items():
        other = f"{there}/{name}.db"
        taken(other, moment, text)
        assert differences(told, without_history(as_json(other, moment))) == []
        before = Path(other).read_bytes()
        taken(other, moment, text)
        assert Path(other).read_bytes() == before, "and once more it is known"


@times(6)
@given(seed=SEEDS)
def test_records_make_no_record_twice_where_they_come_from(
    place: Callable[[], str], seed: int
) -> None:
    path = f"{place()}/one.db"
    moment = walked(path, Dice(seed))
    before = as_json(path, moment)
    undone = {row["id"] for row in before if row["state"] == "void" and row["reason"] is None}
    taken(path, moment, json.dumps([row for row in before if row["id"] not in undone]))
    assert as_json(path, moment) == before


# The journal


def journal(path: str) -> str:
    with ledger.open_snapshot(path) as db:
        return "".join(
            json.dumps(record, ensure_ascii=False) + "\n"
            for record in transfer.iter_journal_records(db)
        )


def newest_number(path: str) -> int:
    with closing(sqlite3.connect(path)) as db:
        return int(db.execute("SELECT max(id) FROM promise").fetchone()[0])


def dump(path: str) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


@times(12)
@given(seed=SEEDS)
def test_a_journal_makes_the_same_ledger_elsewhere(place: Callable[[], str], seed: int) -> None:
    there = place()
    path = f"{there}/one.db"
    moment = walked(path, Dice(seed))
    env = world(path, moment)
    env.once = OnceKey("k\u202e", "make (0)")
    make.make(env, '\u200f“x”\x1b\n\\ "', to=["dana"])
    text = journal(path)
    other = f"{there}/other.db"
    taken(other, moment + timedelta(days=400), text)
    assert journal(other) == text
    assert dump(other) == dump(path)
    newest = str(newest_number(path))
    for one in (path, other):
        bookkeeping.note(world(one, moment), newest, "it goes on")
        undo.undo(world(one, moment))
    assert dump(other) == dump(path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, datetime]:
    """The journal of a small ledger in which a bit of everything was said."""
    path = str(tmp_path_factory.mktemp("small") / "one.db")
    moment = walked(path, Dice(7))
    env = world(path, moment)
    env.once = OnceKey("k", "make (0)")
    make.make(env, "The last one, of which nothing more is said", to=["me"])
    return journal(path), moment


def import_changed(there: str, moment: datetime, content: bytes, original: str) -> None:
    """A journal that is not as it was is refused, and nothing is there then; or what was changed says nothing."""
    path, file = f"{there}/one.db", f"{there}/file"
    Path(file).write_bytes(content)
    try:
        import_.import_(world(path, moment), file)
    except errors.BadImport:
        assert not os.path.exists(path)
    else:
        assert journal(path) == original


@times(150)
@given(data=st.data())
def test_a_journal_with_one_byte_changed_is_refused_or_says_the_same(
    small: tuple[str, datetime], place: Callable[[], str], data: st.DataObject
) -> None:
    text, moment = small
    content = bytearray(text.encode())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] = data.draw(
        st.one_of(st.sampled_from(b'0123456789 "\\,:{}[]nz\n'), st.integers(0, 255))
    )
    import_changed(place(), moment, bytes(content), text)


@times(40)
@given(data=st.data())
def test_a_journal_with_lines_lost_doubled_or_moved_is_refused(
    small: tuple[str, datetime], place: Callable[[], str], data: st.DataObject
) -> None:
    text, moment = small
    lines = text.splitlines(keepends=True)
    at, to = data.draw(st.integers(0, len(lines) - 1)), data.draw(st.integers(0, len(lines) - 1))
    how = data.draw(st.sampled_from(("lost", "doubled", "moved", "cut", "cut in a line")))
    taken_out = lines[:at] + lines[at + 1 :]
    changed = {
        "lost": taken_out,
        "doubled": [*lines[:at], lines[at], *lines[at:]],
        "moved": [*taken_out[:to], lines[at], *taken_out[to:]],
        "cut": lines[:at],
        "cut in a line": [*lines[:at], lines[at][: len(lines[at]) // 2]],
    }[how]
    import_changed(place(), moment, "".join(changed).encode(), text)


def numbers(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the values are, in all that is in a record."""
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for name, inner in pairs:
        yield from numbers(inner, (*at, name))
    if not pairs:
        yield at


def test_whichever_value_of_a_journal_is_another_it_is_refused(
    small: tuple[str, datetime], place: Callable[[], str]
) -> None:
    text, moment = small
    lines = text.splitlines()
    kinds = cycle((1, "x", [], {}, True))
    for number, line in list(enumerate(lines))[-6:] + list(enumerate(lines))[:6]:
        for at in numbers(json.loads(line)):
            for value in (None, 1, "x", [], {}, True) if LONG else (None, next(kinds)):
                record = json.loads(line)
                inner = record
                for name in at[:-1]:
                    inner = inner[name]
                if inner[at[-1]] == value:
                    continue
                inner[at[-1]] = value
                changed = [
                    *lines[:number],
                    json.dumps(record, ensure_ascii=False),
                    *lines[number + 1 :],
                ]
                there = place()
                Path(f"{there}/file").write_text("\n".join(changed) + "\n", encoding="utf-8")
                with pytest.raises(errors.BadImport) as refused:
                    import_.import_(world(f"{there}/one.db", moment), f"{there}/file")
                assert refused.value.exit_code == 6
                assert not os.path.exists(f"{there}/one.db")


def test_a_journal_that_says_nothing_founds_nothing_new(tmp_path: Path) -> None:
    path = str(tmp_path / "one.db")
    taken(path, START, json.dumps(transfer.build_empty_head()) + "\n")
    assert json.loads(heard(path, START, lambda env: lists.list_(env, all_=True), "json")) == []


def test_a_journal_needs_an_empty_ledger(small: tuple[str, datetime], tmp_path: Path) -> None:
    text, moment = small
    path = str(tmp_path / "one.db")
    perform(path, moment, "make", [], {"outcome": "x y z", "to": ["dana"]})
    before = Path(path).read_bytes()
    Path(f"{path}.file").write_text(text, encoding="utf-8")
    with pytest.raises(errors.LedgerNotEmpty) as refused:
        import_.import_(world(path, moment), f"{path}.file")
    assert refused.value.exit_code == 2
    assert Path(path).read_bytes() == before
    assert (
        import_.import_(world(str(tmp_path / "new.db"), moment), f"{path}.file", dry_run=True) == 0
    )
    assert not (tmp_path / "new.db").exists()


def test_a_journal_of_another_format_is_named(small: tuple[str, datetime], tmp_path: Path) -> None:
    text, moment = small
    (tmp_path / "file").write_text(text.replace('"format": 1', '"format": 2', 1), encoding="utf-8")
    with pytest.raises(errors.BadImport, match="another format; only format 1"):
        import_.import_(world(str(tmp_path / "one.db"), moment), str(tmp_path / "file"))


def test_a_long_journal_is_whole_too(tmp_path: Path) -> None:
    """More acts than are kept in memory while they are written out."""
    path, other = str(tmp_path / "one.db"), str(tmp_path / "other.db")
    rows = [
        {"direction": "owe", "person": f"person-{number % 7}", "outcome": f"number {number}"}
        for number in range(1_500)
    ]
    taken(path, START, json.dumps(rows))
    text = journal(path)
    assert text.count("\n") == 3
    taken(other, START, text)
    assert dump(other) == dump(path)


@example(text="'=")
@example(text="\rx")
@example(text="\ufeffx")
@settings(
    max_examples=2_000 if LONG else 60, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(
    text=st.text(min_size=1, max_size=60).filter(
        lambda text: text.strip() and "\0" not in text and text != "-"
    )
)
def test_any_text_comes_back(place: Callable[[], str], text: str) -> None:
    there = place()
    path, other = f"{there}/one.db", f"{there}/other.db"
    perform(
        path,
        START,
        "make",
        [],
        {"outcome": text, "to": ["dana"], "why": text, "risk": text, "done_when": text},
    )
    out = heard(path, START, export.export)
    taken(other, START, out)
    assert heard(other, START, export.export) == out


# The instant of the first due date


ZONES = ("Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC")


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
@pytest.mark.parametrize("first", ["2026-11-27 17:00", "2026-11-27"])
@pytest.mark.parametrize("zones", [*itertools.permutations(ZONES, 2)], ids="-".join)
def test_slip_is_the_same_elsewhere(
    program: Program, zones: tuple[str, str], first: str, form: str
) -> None:
    """The same civil time in another zone is another date, before the first Yes and after it."""
    one, other = zones
    program.ok("make", "Send it", "--to", "dana", "--by", f"{first} {other}", "-q")
    program.ok("negotiate", "1", "--by", f"{first} {one}", "--mine", "-q")
    program.ok("accept", "1", "-q")
    program.ok("negotiate", "1", "--by", f"2026-11-28 20:00 {other}", "--reason", "late", "-q")
    program.ok("accept", "1", "-q")
    program.ok("negotiate", "1", "--by", f"2026-11-29 {one}", "--reason", "later", "-q")
    program.ok("accept", "1", "-q")
    later = ["--today", "2026-11-28T23:00"]
    program.ok(*later, "complete", "1", "--confirmed", "-q")
    record = json.loads(program.ok("show", "1", "--json"))[0]
    expected = dates.parse_date(f"{first} {one}", datetime(2026, 11, 23, 9, tzinfo=UTC), "UTC")
    assert record["first_due_at"] == encode_instant(expected.at)
    content = program.ok(*later, "export", "--format", form)
    copy = ["--ledger", str(program.home / "copy.db"), *later]
    program.ok(*copy, "import", "-", piped=content)
    assert program.ok(*copy, "export", "--format", form) == content
    figures = [
        json.loads(program.ok(*words, "stats", "--all", "--json"))["owe"] for words in (later, copy)
    ]
    for name in ("slip_days", "on_time_first"):
        assert figures[0][name] == figures[1][name]


def test_the_first_due_date_as_it_stood_and_as_it_was_corrected(program: Program) -> None:
    program.ok(
        "make", "Send it", "--to", "dana", "--by", "fri", "--agreed", "-q", today="2026-11-23"
    )
    for day, by in (("2026-11-24", "sat 17:00 America/New_York"), ("2026-11-25", "sun")):
        program.ok("negotiate", "1", "--by", by, "--reason", "late", "-q", today=day)
        program.ok("accept", "1", "-q", today=day)
    program.ok("make", "Rest", "--to", "lee", "-q")
    first = "2026-11-27T22:59:59Z"
    later = "2026-11-26"

    def read_first_due(*words: str) -> list[tuple[str | None, str | None]]:
        rows = json.loads(program.ok("list", "--json", *words, today=later))
        return [(row["first_due"], row["first_due_at"]) for row in rows]

    assert read_first_due() == [("2026-11-27", first), (None, None)]
    assert read_first_due("--as-of", "2026-11-24") == [("2026-11-27", first), (None, None)]
    assert program.ok("export", "--as-of", "2026-11-24", today=later).count(first) == 1
    assert read_first_due("--as-of", "2026-11-23")[0] == ("2026-11-27", first)


@pytest.mark.parametrize("seed", range(36))
def test_the_first_due_date_is_that_of_the_acts(program: Program, seed: int) -> None:
    """Terms, corrections in other zones, and what was undone since."""
    chance = random.Random(seed)

    def choose_date() -> str:
        return f"2026-11-{chance.choice((27, 28))} 17:00 {chance.choice(ZONES)}"

    if seed % 3:
        program.ok("make", "Send it", "--to", "dana", "--by", choose_date(), "-q")
        program("negotiate", "1", "--mine", "--by", choose_date(), "-q")
        program.ok("accept", "1", "-q")
    else:
        told: dict[str, Any] = {
            "outcome": "Send it", "direction": "owe", "person": "dana", "due": choose_date(),
        }  # fmt: skip
        if chance.random() < 0.7:
            told |= {"first_due": choose_date(), "renegotiated": "1", "revisions": "2"}
        if chance.random() < 0.5:
            offer = {"outcome": "Send it", "due": choose_date()}
            told |= {"state": "active", "author": "them", "revisions": "3", "offer": offer}
        program.ok("import", "-", piped=json.dumps(told))
    for _ in range(8):
        move = chance.choice(("negotiate", "accept", "correct", "first", "undo", "redo"))
        if move == "negotiate":
            program("negotiate", "1", "--by", choose_date(), "--reason", "late", "-q")
        elif move == "accept":
            program("accept", "1", "-q")
        elif move in ("correct", "first"):
            revision = ("--rev", "1") if move == "first" else ()
            program("correct", "1", "--by", choose_date(), *revision, "-q")
        else:
            program(move, "-q")
    if not json.loads(program.ok("list", "--json")):
        program.ok("redo", "-q")
    with ledger.open_snapshot(str(program.ledger)) as db:
        first_due = queries.load_promise(db, 1).first_due
    record = json.loads(program.ok("show", "1", "--json"))[0]
    expected = (first_due.civil, encode_instant(first_due.at)) if first_due else (None, None)
    assert (record["first_due"], record["first_due_at"]) == expected


def test_the_first_due_date_is_shown_in_its_own_zone(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "--by", f"2026-11-27 17:00 {ZONES[1]}", "-q")
    program.ok("accept", "1", "-q")
    program.ok("negotiate", "1", "--by", "2026-11-27 20:00", "--reason", "late", "-q")
    program.ok("accept", "1", "-q")
    page = program.ok("show", "1", width=80)
    assert f"first due  Fri 27 Nov, 17:00 {ZONES[1]}" in page


def test_a_record_from_before_there_was_that_field(program: Program) -> None:
    old = {
        "outcome": "Send it", "direction": "owe", "person": "dana", "due": "2026-11-30", "revisions": 2,
        "renegotiated": 1, "first_due": "2026-11-27T17:00", "made_at": "2026-11-20", "accepted_at": "2026-11-20",
    }  # fmt: skip
    program.ok("import", "-", piped=json.dumps(old))
    assert (
        json.loads(program.ok("show", "1", "--json"))[0]["first_due_at"] == "2026-11-27T16:00:00Z"
    )
