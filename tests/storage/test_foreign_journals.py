"""Journals that somebody else wrote, with hashes that fit: taken only where commands could have said all of it.

Whatever is taken is a sound ledger: doctor finds it well, every view shows it, and its journal is the one that came in.
"""

import copy
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from promisectl import errors
from promisectl.commands import acts, bookkeeping, import_, make, people, undo
from promisectl.domain.person_acts import PersonVerb
from promisectl.domain.promise import Cause, Direction, Side, State, Verb
from promisectl.env import OnceKey
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
    make.make(env, "The last one", to=["dana", "me"], replaces="1", beside=True)
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
    refusal = None
    try:
        assert import_.import_(world(str(program.ledger), moment), str(file)) == 0
    except errors.BadImport as problem:
        refusal = problem
    if refusal:
        assert refusal.exit_code == 6
        assert str(refusal).startswith(f"{file}, line ")
        assert "\n" not in str(refusal)
        assert not program.ledger.exists()
    return refusal


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
    assert seen["refused"] > 3 * seen["taken"] > 0, seen


def test_every_honest_journal_is_taken_unchanged(
    program: Program, stories: list[tuple[str, datetime]]
) -> None:
    for text, moment in stories:
        assert forge_journal(read_journal(text)) == forge_journal(read_journal(text))
        assert import_text(program, text, moment) is None
        ensure_sound(program, text, moment + timedelta(days=3))


# What a stranger could think of, each in a small journal in which everything else is as it should be

Change = Callable[[list[Record]], None]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> list[Record]:
    """A short journal: promises with dana and lee, and to oneself, one of them undone."""
    path = str(tmp_path_factory.mktemp("small") / "one.db")

    def at(hour: int) -> Any:
        return world(path, START + timedelta(hours=hour))

    make.make(at(0), "Send the numbers", to=["dana"], by="fri 17:00", agreed=True, tag=["q3"])
    make.make(at(1), "Fix the brake", from_=["lee"], by="sat", why="it squeaks")
    make.make(at(2), "Run", to=["me"], by="eom", replaces="1", beside=True)
    bookkeeping.note(at(3), "1", "she rang")
    acts.negotiate(at(4), "1", by="in 9 days", reason="later")
    acts.accept(at(5), ["1"], note="gladly")
    people.rename(at(6), "lee", "leo")
    people.alias(at(7), "dana", "dk")
    undo.undo(at(8))
    acts.complete(at(9), ["3"])
    acts.renege(at(10), ["1"], reason="ill", cause="external", repair="Lee does it")
    bookkeeping.correct(at(10), "2", with_="dana")
    env = at(11)
    env.once = OnceKey("k", "make (0)")
    make.make(env, "The last one", to=["max"])
    return read_journal(journal(path))


def find_act(records: list[Record], verb: str, nth: int = 0) -> Record:
    return [said for said in list_acts(records) if said["verb"] == verb][nth]


def put(verb: str, *names: Any, to: Any, nth: int = 0) -> Change:
    """Change one value of the act of that verb."""

    def change(records: list[Record]) -> None:
        inner = find_act(records, verb, nth)
        for name in names[:-1]:
            inner = inner[name]
        inner[names[-1]] = to

    return change


def put_command(nth: int, name: str, to: Any) -> Change:
    def change(records: list[Record]) -> None:
        records[nth][name] = to

    return change


def merge(person: int, into: int, handle: str) -> Change:
    """The alias becomes a merge, and its undo goes."""

    def change(records: list[Record]) -> None:
        said = find_act(records, "alias")
        record = next(one for one in records if said in list_acts([one]))
        record["command"] = "person merge"
        said["verb"], said["person"] = "merge", person
        said["body"] = {"into": into, "handle": handle}
        records.remove(next(one for one in records if one.get("command") == "undo"))
        number_anew(records)

    return change


def make_self_replacing(records: list[Record]) -> None:
    find_act(records, "offer", 1)["body"]["replaces"] = 3


def meet_twice(records: list[Record]) -> None:
    find_act(records, "meet", 1)["body"] = {"handle": "dana", "name": "Dana"}
    find_act(records, "rename")["body"] = {"handle": "leo", "name": "Leo"}


DUE = ("body", "terms", "due")
KINDS: dict[str, Change] = {
    "day that is none": put("offer", *DUE, "civil", to="2026-02-30"),
    "instant of another year": put("offer", *DUE, "at", to="2031-11-27T16:00:00Z"),
    "instant an hour away": put("offer", *DUE, "at", to="2026-11-27T17:00:00Z"),
    "zone that is none": put("offer", *DUE, "zone", to="Middle/Earth"),
    "zone that is a path": put("offer", *DUE, "zone", to="../../../etc/passwd"),
    "zone that is a file": put("offer", *DUE, "zone", to="/etc/localtime"),
    "zone spelled oddly": put("offer", *DUE, "zone", to="Europe//Berlin"),
    "date in words": put("offer", *DUE, "civil", to="friday"),
    "me as a handle": put("meet", "body", "handle", to="me"),
    "capitals in a handle": put("meet", "body", "handle", to="Dana"),
    "ESC in a handle": put("meet", "body", "handle", to="d\x1b[31m"),
    "an option as a handle": put("meet", "body", "handle", to="--all"),
    "a placeholder as a handle": put("meet", "body", "handle", to="?1"),
    "a blank in a handle": put("meet", "body", "handle", to="da na"),
    "an empty handle": put("meet", "body", "handle", to=""),
    "a long handle": put("meet", "body", "handle", to="x" * 101),
    "ESC in a name": put("meet", "body", "name", to="D\x1b[31m"),
    "an empty name": put("meet", "body", "name", to=" "),
    "alias of somebody else": put("alias", "body", "handle", to="leo"),
    "alias that is a former handle": put("alias", "body", "handle", to="lee"),
    "alias me": put("alias", "body", "handle", to="me"),
    "handle of somebody else": put("rename", "body", "handle", to="dana"),
    "met twice": meet_twice,
    "merge into oneself": merge(1, 1, "dana"),
    "merge into nobody": merge(1, 9, "max"),
    "merge under another name": merge(1, 2, "lee"),
    "replaces itself": make_self_replacing,
    "replaces what comes later": put("offer", "body", "replaces", to=4, nth=1),
    "replaces what never comes": put("offer", "body", "replaces", to=99, nth=1),
    "a person whom nobody met": put("offer", "body", "person", to=9),
    "a person who is met later": put("offer", "body", "person", to=3),
    "a correction to a person whom nobody met": put("correct", "body", "person", to=9),
    "a correction to a person who is met later": put("correct", "body", "person", to=3),
    "a correction to nobody": put("correct", "body", "person", to=0),
    "a correction to the same person": put("correct", "body", "person", to=2),
    "a correction to a person of no number": put("correct", "body", "person", to="dana"),
    "a person in a promise to oneself": put("correct", "promise", to=3),
    "a person in a note": put("note", "body", "person", to=1),
    "undo of what it does not touch": put("undo", "body", "target", to=4),
    "undo of what never was": put("undo", "body", "target", to=99),
    "undo of what comes later": put("undo", "body", "target", to=11),
    "undo of itself": put("undo", "body", "target", to=9),
    "undo under another name": put("undo", "body", "handle", to="make"),
    "said by the other": put("negotiate", "by", to="them"),
    "said by me in their place": put("accept", "by", to="me", nth=1),
    "another side": put("complete", "side", to="promisor"),
    "another revision": put("accept", "body", "revision", to=7, nth=1),
    "a revision as text": put("accept", "body", "revision", to="2", nth=1),
    "a revision that is true": put("accept", "body", "revision", to=True),
    "a cause that is none": put("renege", "body", "cause", to="laziness"),
    "told before 1970": put("renege", "body", "told_at", to="1969-01-01T00:00:00Z"),
    "NUL in a text": put("note", "body", "text", to="a\0b"),
    "a blank text": put("note", "body", "text", to="  "),
    "a long text": put("note", "body", "text", to="x" * 10_001),
    "a text that is a number": put("note", "body", "text", to=7),
    "a blank outcome": put("offer", "body", "terms", "outcome", to=" "),
    "a long outcome": put("offer", "body", "terms", "outcome", to="x" * 1_001),
    "NUL in the reason for it": put("request", "body", "terms", "why", to="\0"),
    "an empty criterion": put("request", "body", "terms", "done_when", to=""),
    "two words as a tag": put("offer", "body", "tags", to=["q3 q4"]),
    "a tag twice": put("offer", "body", "tags", to=["q3", "q3"]),
    "an empty tag": put("offer", "body", "tags", to=[""]),
    "another direction": put("offer", "body", "direction", to="owed"),
    "a uid that is a path": put("offer", "body", "uid", to="../victim/notes"),
    "a field of another act": put("note", "body", "told_at", to="2026-11-23T09:00:00Z"),
    "a note with terms": put("note", "body", "terms", to={"outcome": "x y z"}),
    "a command that is none": put_command(4, "command", "dance"),
    "a command with ESC": put_command(4, "command", "note\x1b[2J"),
    "a note that is called void": put_command(4, "command", "void"),
    "an answer of another shape": put_command(
        -2, "once", {"key": "k", "request": "make (0)", "answer": [["x", "1", 7]]}
    ),
    "an answer about another promise": put_command(
        -2, "once", {"key": "k", "request": "make (0)", "answer": [["x", 1, None]]}
    ),
    "a key that is blank": put_command(
        -2, "once", {"key": " ", "request": "make (0)", "answer": [["x", 4, None]]}
    ),
}


@pytest.mark.parametrize("kind", KINDS)
def test_what_no_command_could_have_said_is_refused_with_its_line(
    program: Program, small: list[Record], kind: str
) -> None:
    records = copy.deepcopy(small)
    KINDS[kind](records)
    text = forge_journal(records)
    assert text != forge_journal(copy.deepcopy(small))
    refusal = import_text(program, text, START + timedelta(days=9))
    assert refusal, kind
    assert "it is not a record of a journal" not in str(refusal)
    line = int(str(refusal).removeprefix(f"{program.home}/journal.jsonl, line ").partition(":")[0])
    if len(records) == len(small) and "answer" not in kind and "key" not in kind:
        assert line == find_first_difference(records, small)


def find_first_difference(records: list[Record], others: list[Record]) -> int:
    """The first line that differs in more than its hashes."""
    for line, pair in enumerate(zip(records, others, strict=True), 1):
        one, other = (
            json.dumps([{**said, "hash": ""} for said in list_acts([record])])
            + json.dumps({**record, "acts": None})
            for record in pair
        )
        if one != other and line > 1:
            return line
    raise AssertionError


def test_the_small_journal_itself_is_taken(program: Program, small: list[Record]) -> None:
    text = forge_journal(copy.deepcopy(small))
    moment = START + timedelta(days=9)
    assert import_text(program, text, moment) is None
    ensure_sound(program, text, moment)


_COLUMNS = ("number", "promise", "person", "verb", "side", "by", "at", "recorded_at")


def test_a_value_of_another_type_is_refused_or_a_sound_ledger(
    program: Program, small: list[Record]
) -> None:
    """SQLite stores a number in a column of text as text: the hash over it would not fit any more."""
    moment, refused = START + timedelta(days=9), 0
    for line, name, value in product(
        range(1, len(small) - 1), (*_COLUMNS, "command", "entry"), (7, 1.0, "1")
    ):
        records = copy.deepcopy(small)
        part = records[line] if name in records[line] else records[line]["acts"][0]
        if name == "recorded_at":  # of a command and of its acts alike
            records[line]["acts"][0][name] = value
        part[name] = value
        try:
            forged = forge_journal(records)
        except (KeyError, TypeError, AttributeError, ValueError):
            continue  # it is so odd that no hash can be told of it
        refusal = import_text(program, forged, moment)
        refused += refusal is not None
        if not refusal:
            ensure_sound(program, forged, moment)
    assert refused > len(small) * len(_COLUMNS)


def test_a_journal_of_an_earlier_version_is_taken_where_it_can_be_replayed(
    program: Program,
) -> None:
    """Told with 0.1.0, which refused less: new terms that are the old ones, a risk named by whom it is owed to, and the like."""
    text = (Path(__file__).parent / "kept" / "journal-0.1.0.jsonl").read_text(encoding="utf-8")
    moment = START + timedelta(days=9)
    assert import_text(program, text, moment) is None
    ensure_sound(program, text, moment)
    file = str(program.home / "journal.db")
    program.ok("backup", file)
    program.ok("restore", file, "--yes")
    assert journal(str(program.ledger)) == journal(file)
