"""The ledger file: a chain of acts that can't be rewritten unseen, tables that refuse, and strange files that stay as they are."""

import csv
import hashlib
import io
import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from promisectl import errors
from promisectl.commands import (
    acts,
    bookkeeping,
    export,
    lists,
    log,
    make,
    moves,
    path,
    people,
    show,
    undo,
)
from promisectl.domain.promise import Verb
from promisectl.env import Env
from promisectl.storage import ledger as files
from tests.storage.life import ODD, live, world

NAME = int.from_bytes(b"PRMS", "big")
STEP = 2


def heard(env: Env) -> str:
    stream = env.stdout()
    assert isinstance(stream, io.StringIO)
    return stream.getvalue()


def program(path: Path, *words: str, umask: int = -1) -> subprocess.CompletedProcess[str]:
    """One run of the whole program, as somebody types it."""
    environ = {
        "TZ": "Europe/Berlin",
        "HOME": str(path.parent),
        "PROMISECTL_TODAY": "2026-11-23T10:00",
        "PROMISECTL_LEDGER": str(path),
    }
    command = [sys.executable, "-m", "promisectl", *words]
    return subprocess.run(
        command,
        env=environ,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        umask=umask,
    )


def asked(path: Path, query: str, *values: Any) -> list[sqlite3.Row]:
    with closing(sqlite3.connect(path)) as db:
        db.row_factory = sqlite3.Row
        return db.execute(query, values).fetchall()


def below(directory: Path) -> dict[str, bytes | None]:
    """Everything below a directory, each file with its bytes."""
    return {
        str(one.relative_to(directory)): one.read_bytes() if one.is_file() else None
        for one in sorted(directory.rglob("*"))
    }


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger in which every verb was said, with texts in all sorts of signs."""
    path = tmp_path_factory.mktemp("played") / "ledger.db"
    live(path)
    return path


@pytest.fixture
def full(played: Path, tmp_path: Path) -> Path:
    """A copy of that ledger, alone in its directory."""
    path = tmp_path / "full" / "ledger.db"
    path.parent.mkdir()
    path.write_bytes(played.read_bytes())
    return path


# The chain


def recomputed(rows: list[dict[str, Any]], uids: dict[int, str]) -> list[str]:
    """The chain over the acts, by its definition alone: SHA-256 of the hash before, then the act as a JSON array without blanks."""
    before, chain = "", []
    for row in rows:
        about = row["person"] if row["promise"] is None else uids[row["promise"]]
        said = [
            row["number"],
            row["entry"],
            row["command"],
            about,
            row["verb"],
            row["side"],
            row["by"],
            row["at"],
            row["recorded_at"],
            row["body"],
        ]
        written = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(f"{before}{written}".encode()).hexdigest()
        chain.append(before)
    return chain


def journal(path: Path) -> tuple[list[dict[str, Any]], dict[int, str]]:
    acts = [
        dict(row)
        for row in asked(
            path,
            "SELECT act.*, command FROM act JOIN entry ON entry.id = act.entry ORDER BY number",
        )
    ]
    return acts, {row["id"]: row["uid"] for row in asked(path, "SELECT id, uid FROM promise")}


def test_the_chain_is_what_its_definition_says(full: Path) -> None:
    acts, uids = journal(full)
    assert [act["number"] for act in acts] == list(range(1, len(acts) + 1))
    assert [act["hash"] for act in acts] == recomputed(acts, uids)


def test_every_verb_is_in_the_chain(full: Path) -> None:
    acts, _ = journal(full)
    of_promises = {act["verb"] for act in acts if act["promise"]}
    of_people = {act["verb"] for act in acts if act["person"]}
    assert of_promises == {verb.value for verb in Verb}
    assert len(of_promises) == 22
    assert of_people == {"meet", "rename", "alias", "merge", "undo"}


def test_whatever_is_changed_in_an_act_breaks_the_chain_from_there(full: Path) -> None:
    acts, uids = journal(full)
    stored = [act["hash"] for act in acts]
    columns = [name for name in acts[0] if name not in ("hash", "promise", "person")]
    for position, act in enumerate(acts):
        for column in columns:
            value = act[column] + 1 if isinstance(act[column], int) else act[column] + " "
            changed = recomputed(
                [*acts[:position], {**act, column: value}, *acts[position + 1 :]], uids
            )
            assert changed[:position] == stored[:position]
            assert all(
                now != then for now, then in zip(changed[position:], stored[position:], strict=True)
            ), column
    ids = sorted(uids)
    for position, act in enumerate(acts):
        if act["promise"]:
            other = ids[ids.index(act["promise"]) - 1]
            moved = recomputed(
                [*acts[:position], {**act, "promise": other}, *acts[position + 1 :]], uids
            )
            assert moved[position] != stored[position]


def test_what_an_act_holds_is_json_in_one_spelling(full: Path) -> None:
    acts, _ = journal(full)
    for act in acts:
        assert act["body"] == json.dumps(
            json.loads(act["body"]), ensure_ascii=False, sort_keys=True, separators=(",", ":")
        )
    texts = [
        json.loads(act["body"]).get("text") for act in acts if act["verb"] in ("note", "negotiate")
    ]
    assert texts.count(ODD) == 2
    asked_for = [json.loads(act["body"])["terms"] for act in acts if act["verb"] == "request"]
    assert [terms["outcome"] for terms in asked_for] == [ODD, ODD, "Fix the brake"]
    assert asked_for[0]["due"] == {
        "at": "2026-11-27T16:00:00Z",
        "civil": "2026-11-27T17:00",
        "zone": "Europe/Berlin",
    }


def test_moments_are_utc_text_of_one_width(full: Path) -> None:
    found = [
        value
        for row in asked(
            full, "SELECT at, recorded_at FROM act UNION ALL SELECT due_at, made_at FROM promise"
        )
        for value in row
        if value
    ]
    assert found
    assert all(len(value) == len("2026-11-27T22:59:59Z") and value.endswith("Z") for value in found)


# What the database itself refuses, to whatever program that opens it

_COPY = "number, entry, promise, person, verb, side, by, at, recorded_at, body, hash"
_AS_IS = f"SELECT {_COPY} FROM act WHERE number = 3"
_TO = "SELECT {} AS number, entry, promise, person, verb, side, by, at, recorded_at, body, hash FROM act WHERE number = 3"
REFUSED = {
    "update": "UPDATE act SET body = '{}' WHERE number = 3",
    "update of nothing": "UPDATE act SET body = body",
    "update or replace": "UPDATE OR REPLACE act SET number = 2 WHERE number = 3",
    "delete": "DELETE FROM act WHERE number = (SELECT max(number) FROM act)",
    "delete all": "DELETE FROM act",
    "insert again": f"INSERT INTO act ({_COPY}) {_AS_IS}",
    "insert or replace": f"INSERT OR REPLACE INTO act ({_COPY}) {_AS_IS}",
    "insert or ignore": f"INSERT OR IGNORE INTO act ({_COPY}) {_AS_IS}",
    "replace": f"REPLACE INTO act ({_COPY}) {_AS_IS}",
    "upsert": f"INSERT INTO act ({_COPY}) {_AS_IS} ON CONFLICT (number) DO UPDATE SET body = '{{}}'",
    "upsert of nothing": f"INSERT INTO act ({_COPY}) {_AS_IS} ON CONFLICT DO NOTHING",
    "a gap": f"INSERT INTO act ({_COPY}) {_TO.format('(SELECT max(number) + 2 FROM act)')}",
    "number 0": f"INSERT INTO act ({_COPY}) {_TO.format('0')}",
    "a number below": f"INSERT INTO act ({_COPY}) {_TO.format('-1')}",
    "delete a promise": "DELETE FROM promise WHERE id = 1",
}


@pytest.mark.parametrize(
    "statement", REFUSED.values(), ids=[name.replace(" ", "-") for name in REFUSED]
)
@pytest.mark.parametrize(
    "settings", ["", "PRAGMA recursive_triggers = ON", "PRAGMA foreign_keys = ON"]
)
def test_the_database_refuses_to_rewrite_what_was_said(
    full: Path, statement: str, settings: str
) -> None:
    before = journal(full)
    with closing(sqlite3.connect(full)) as db:
        db.execute(settings)
        with pytest.raises(
            sqlite3.IntegrityError,
            match=r"acts are (never changed|never deleted|only ever appended)|promises are never deleted",
        ):
            db.execute(statement)
        db.commit()
    assert journal(full) == before


def test_the_next_number_may_be_appended(full: Path) -> None:
    # Else the refusals above could come from anything.
    before, _ = journal(full)
    with closing(sqlite3.connect(full)) as db:
        db.execute(f"INSERT INTO act ({_COPY}) {_TO.format('(SELECT max(number) + 1 FROM act)')}")
        db.commit()
    assert len(journal(full)[0]) == len(before) + 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE promise SET revision = 'two'",
        "UPDATE promise SET state = 'forgotten'",
        "UPDATE promise SET outcome = ''",
        "UPDATE promise SET direction = 'self' WHERE person IS NOT NULL",
        "UPDATE promise SET person = NULL WHERE direction = 'owe'",
        "UPDATE entry SET recorded_at = 'yesterday'",
        "INSERT INTO entry (id, command, recorded_at) VALUES ('one', 'make', '2026-11-23T09:00:00Z')",
        "INSERT INTO person (handle, name) VALUES ('dana', 'Dana Two')",
        "INSERT INTO person (handle, name) VALUES ('', 'Nobody')",
        "INSERT INTO alias (alias, person) VALUES ('x', 'dana')",
    ],
)
def test_the_tables_refuse_what_does_not_belong_in_them(full: Path, statement: str) -> None:
    with closing(sqlite3.connect(full)) as db, pytest.raises(sqlite3.IntegrityError):
        db.execute(statement)


def test_the_tables_are_strict_and_the_file_is_named(full: Path) -> None:
    tables = asked(
        full,
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'",
    )
    assert {row["name"] for row in tables} == {
        *("act", "alias", "entry", "once", "part", "person", "promise", "series")
    }
    assert all(row["strict"] == 1 for row in tables)
    assert (
        asked(full, "PRAGMA application_id")[0][0],
        asked(full, "PRAGMA user_version")[0][0],
    ) == (NAME, STEP)
    assert asked(full, "PRAGMA journal_mode")[0][0] == "delete"
    assert asked(full, "PRAGMA integrity_check")[0][0] == "ok"
    assert asked(full, "PRAGMA foreign_key_check") == []


def test_no_flag_of_the_clock_is_stored(full: Path) -> None:
    columns = {row["name"] for row in asked(full, "SELECT name FROM pragma_table_info('promise')")}
    derived = {
        "flags",
        "overdue",
        "due_today",
        "due_soon",
        "renegotiating",
        "at_risk",
        "lapsed",
        "stale",
        "late",
        "unconfirmed",
        "untold",
    }
    assert not columns & derived
    before = below(full.parent)
    seen = set()
    for today in ("2026-11-30", "2027-11-30"):
        env = world(full, today, form="jsonl")
        lists.list_(env, all_=True)
        seen.add(heard(env))
    assert len(seen) == 2
    assert below(full.parent) == before


# Private


def test_a_new_ledger_is_for_me_alone_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "data" / "promisectl" / "ledger.db"
    former = os.umask(0)
    try:
        make.make(world(path), "Send the numbers", to=["dana"])
        acts.accept(world(path), ["1"])
    finally:
        os.umask(former)
    modes = {
        one.relative_to(tmp_path).as_posix(): stat.S_IMODE(one.stat().st_mode)
        for one in tmp_path.rglob("*")
    }
    assert modes == {"data": 0o700, "data/promisectl": 0o700, "data/promisectl/ledger.db": 0o600}


def test_the_program_makes_everything_private_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "data" / "ledger.db"
    path.parent.mkdir(mode=0o700)
    assert program(path, "make", "Send the numbers", "--to", "dana", umask=0).returncode == 0
    assert (
        program(path, "export", "-o", str(tmp_path / "data" / "out.csv"), umask=0).returncode == 0
    )
    modes = {
        one.name: stat.S_IMODE(one.stat().st_mode) for one in [path.parent, *path.parent.iterdir()]
    }
    assert modes == {"data": 0o700, "ledger.db": 0o600, "out.csv": 0o600}


# No ledger yet


FIRST_MOVES: dict[str, tuple[int, Callable[[Env], None]]] = {
    "a due that has passed": (2, lambda env: make.make(env, "X", to=["dana"], by="2026-11-01")),
    "no side": (2, lambda env: make.make(env, "X")),
    "neither side me": (2, lambda env: make.make(env, "X", to=["dana"], from_=["lee"])),
    "an empty outcome": (2, lambda env: make.make(env, " ", to=["dana"])),
    "no such date": (2, lambda env: make.make(env, "X", to=["dana"], by="someday")),
    "instead of nothing": (3, lambda env: make.make(env, "X", to=["dana"], replaces="1")),
    "a name that is none": (2, lambda env: make.make(env, "X", to=["dana", "?"])),
    "accept": (3, lambda env: acts.accept(env, ["1"])),
    "negotiate": (3, lambda env: acts.negotiate(env, "1", by="fri")),
    "decline": (3, lambda env: acts.decline(env, ["1"])),
    "complete": (3, lambda env: acts.complete(env, ["1", "2"])),
    "renege": (3, lambda env: acts.renege(env, ["1"], reason="x")),
    "withdraw": (3, lambda env: acts.withdraw(env, ["1"])),
    "release": (3, lambda env: acts.release(env, ["1"])),
    "reopen": (3, lambda env: acts.reopen(env, "1", reason="x")),
    "bump": (3, lambda env: acts.bump(env, "1", "x")),
    "told": (3, lambda env: acts.told(env, "1")),
    "note": (3, lambda env: bookkeeping.note(env, "1", "x")),
    "correct": (3, lambda env: bookkeeping.correct(env, "1", what="x")),
    "void": (3, lambda env: bookkeeping.void(env, "1", reason="x")),
    "undo": (4, undo.undo),
    "undo of a promise": (4, lambda env: undo.undo(env, promise="1")),
    "redo": (4, undo.redo),
    "rename": (3, lambda env: people.rename(env, "dana", "dan")),
    "alias": (3, lambda env: people.alias(env, "dana", "dan")),
    "merge": (3, lambda env: people.merge(env, "dana", "dan")),
}


@pytest.mark.parametrize("name", FIRST_MOVES)
def test_a_refused_first_move_leaves_nothing_behind(tmp_path: Path, name: str) -> None:
    code, move = FIRST_MOVES[name]
    with pytest.raises(errors.Problem) as refused:
        move(world(tmp_path / "data" / "promisectl" / "ledger.db"))
    assert refused.value.exit_code == code
    assert below(tmp_path) == {}


def test_a_first_work_that_fails_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    def work(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO person (handle, name) VALUES ('dana', 'Dana')")
        assert any(tmp_path.rglob("*.new"))
        raise errors.SameName("dana")

    with pytest.raises(errors.SameName):
        files.run_in_transaction(str(tmp_path / "data" / "promises" / "ledger.db"), work)
    assert below(tmp_path) == {}


def test_a_directory_that_was_there_before_stays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with pytest.raises(errors.SameName):
        files.run_in_transaction(str(tmp_path / "data" / "promises" / "ledger.db"), _refuse)
    assert below(tmp_path) == {"data": None}


def _refuse(_: sqlite3.Connection) -> None:
    raise errors.SameName("dana")


VIEWS: dict[str, Callable[[Env], Any]] = {
    "moves": moves.moves,
    "owe": lists.owe,
    "owed": lists.owed,
    "list": lambda env: lists.list_(env, all_=True),
    "list as of": lambda env: lists.list_(env, as_of="yesterday"),
    "log": log.log,
    "people": people.people,
    "export": export.export,
    "export acts": lambda env: export.export(env, acts=True),
    "path": path.path,
}


@pytest.mark.parametrize("form", [None, "json", "jsonl", "csv", "plain"])
@pytest.mark.parametrize("name", VIEWS)
def test_a_view_without_a_ledger_creates_nothing(
    tmp_path: Path, name: str, form: str | None
) -> None:
    env = world(tmp_path / "data" / "ledger.db", form=form)
    VIEWS[name](env)
    assert below(tmp_path) == {}
    if form == "json" and name not in ("export", "export acts", "path"):
        assert json.loads(heard(env)) == []
    if form == "csv" and name != "path":
        (header,) = csv.reader(io.StringIO(heard(env)))
        assert len(header) > 3


def test_what_is_not_there_is_not_found_and_nothing_is_made(tmp_path: Path) -> None:
    env = world(tmp_path / "data" / "ledger.db")
    looks: tuple[Callable[[], None], ...] = (
        lambda: show.show(env, ["1"]),
        lambda: log.log(env, "1"),
        lambda: people.show(env, "dana"),
    )
    for look_for in looks:
        with pytest.raises(errors.NotFound) as refused:
            look_for()
        assert refused.value.exit_code == 3
        assert below(tmp_path) == {}


@pytest.mark.parametrize("words", [["owe"], ["list", "--json"], ["show", "1"], []], ids="-".join)
def test_the_program_looks_without_creating(tmp_path: Path, words: list[str]) -> None:
    done = program(tmp_path / "data" / "ledger.db", *words)
    assert done.returncode == (3 if words == ["show", "1"] else 0), done.stderr
    assert below(tmp_path) == {}


# Something else in the ledger's place


def strange(path: Path, sort: str) -> None:
    """Put something into the ledger's place that is no ledger for this program."""
    if sort == "nothing in it":
        path.touch()
    elif sort == "a text":
        path.write_text("outcome,person\nSend the numbers,dana\n" * 300, encoding="utf-8")
    elif sort == "a short text":
        path.write_text("x", encoding="utf-8")
    elif sort == "a directory":
        path.mkdir()
    elif sort == "a link to nowhere":
        path.symlink_to(path.parent / "nowhere")
    elif sort in ("a foreign database", "a foreign database with our tables"):
        with closing(sqlite3.connect(path)) as db:
            db.execute(
                "CREATE TABLE promise (id INTEGER PRIMARY KEY)"
                if "our" in sort
                else "CREATE TABLE bookmarks (url TEXT)"
            )
            db.execute("PRAGMA user_version = 1")
            db.commit()
    else:
        make.make(world(path), "Send the numbers", to=["dana"])
        if sort == "a newer ledger":
            with closing(sqlite3.connect(path)) as db:
                db.execute(f"PRAGMA user_version = {STEP + 1}")
        elif sort == "a ledger cut short":
            path.write_bytes(path.read_bytes()[:1000])
        elif sort == "a ledger overwritten":
            content = bytearray(path.read_bytes())
            content[100:] = b"\xff" * (len(content) - 100)
            path.write_bytes(content)


STRANGE = {
    "nothing in it": "is empty; a ledger never is",
    "a text": "is damaged, or is not a ledger",
    "a short text": "",
    "a directory": "is a directory, not a file",
    "a link to nowhere": "is a broken link",
    "a foreign database": "is another program's database",
    "a foreign database with our tables": "is another program's database",
    "a newer ledger": "was written by a newer promisectl",
    "a ledger cut short": "",
    "a ledger overwritten": "",
}
USES: dict[str, Callable[[Env], Any]] = {
    **{name: use for name, use in VIEWS.items() if name != "path"},
    "show": lambda env: show.show(env, ["1"]),
    "log of one": lambda env: log.log(env, "1"),
    "person": lambda env: people.show(env, "dana"),
    "make": lambda env: make.make(env, "X", to=["dana"]),
    "make with myself": lambda env: make.make(env, "X", to=["me"]),
    "accept": lambda env: acts.accept(env, ["1"]),
    "note": lambda env: bookkeeping.note(env, "1", "x"),
    "undo": undo.undo,
    "redo": undo.redo,
    "rename": lambda env: people.rename(env, "dana", "dan"),
}


def seen(place: Path) -> tuple[dict[str, bytes | None], list[str]]:
    return below(place), [os.readlink(one) for one in place.iterdir() if one.is_symlink()]


@pytest.mark.parametrize("sort", STRANGE)
def test_what_is_no_ledger_is_refused_and_stays_as_it_is(tmp_path: Path, sort: str) -> None:
    path = tmp_path / "ledger.db"
    strange(path, sort)
    before = seen(tmp_path)
    for name, use in USES.items():
        with pytest.raises(errors.LedgerError) as refused:
            use(world(path))
        assert refused.value.exit_code == 5, name
        assert STRANGE[sort] in str(refused.value), name
        assert str(path) in str(refused.value), name
        assert seen(tmp_path) == before, name


@pytest.mark.parametrize(
    "sort", ["nothing in it", "a text", "a directory", "a foreign database", "a newer ledger"]
)
def test_the_program_says_so_in_one_sentence(tmp_path: Path, sort: str) -> None:
    path = tmp_path / "ledger.db"
    strange(path, sort)
    before = below(tmp_path)
    for words in (["make", "X", "--to", "dana"], ["list"]):
        done = program(path, *words)
        assert (done.returncode, done.stdout) == (5, "")
        assert done.stderr.startswith(f"promisectl: {path} {STRANGE[sort]}")
        assert done.stderr.count("\n") == 1
        assert below(tmp_path) == before


def test_a_ledger_that_opens_is_not_touched_by_a_refused_move(full: Path) -> None:
    before = below(full.parent)
    refused: tuple[Callable[[Env], None], ...] = (
        lambda env: acts.accept(env, ["1"]),
        lambda env: acts.accept(env, ["9"]),
        lambda env: acts.complete(env, ["3", "9"]),
    )
    for move in refused:
        with pytest.raises(errors.Problem):
            move(world(full, "2026-12-01"))
        assert below(full.parent) == before


def test_a_view_leaves_every_byte_as_it_is(full: Path) -> None:
    before = below(full.parent)
    for form in (None, "json", "csv"):
        for use in VIEWS.values():
            use(world(full, "2026-12-01", form=form))
    assert below(full.parent) == before


def chained(path: Path) -> Iterator[str]:
    yield from (row["hash"] for row in asked(path, "SELECT hash FROM act ORDER BY number"))


def test_a_copy_goes_on_from_the_same_head(full: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_bytes(full.read_bytes())
    for one in (full, copy):
        bookkeeping.note(world(one, "2026-12-01"), "1", "the same words")
    assert list(chained(full)) == list(chained(copy))
    bookkeeping.note(world(copy, "2026-12-01"), "1", "other words")
    assert list(chained(copy))[:-1] == list(chained(full))
