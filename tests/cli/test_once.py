"""`--once KEY`: a command that is given again with its key says again what it said, and records nothing."""

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from tests.cli.terminal import ended, terminal
from tests.conftest import Program

# Every move, each on a promise that stands so that it is open; the words that come first make it so.
READY = {
    "proposed": ("make", "Send the numbers", "--to", "dana", "--tag", "old"),
    "two": ("make", "Send the numbers", "--to", "dana", "--to", "lee", "--agreed"),
    "active": ("make", "Send the numbers", "--to", "dana", "--agreed", "--tag", "old"),
}
MOVES: dict[str, tuple[str, tuple[str, ...]]] = {
    "make": ("active", ("make", "Another thing", "--to", "lee", "--by", "fri")),
    "make for two": ("active", ("make", "Another thing", "--to", "lee", "--to", "kim")),
    "negotiate": ("active", ("negotiate", "1", "--by", "in 3 days", "--reason", "late")),
    "accept": ("proposed", ("accept", "1", "--note", "gladly")),
    "decline": ("proposed", ("decline", "#1")),
    "complete": ("active", ("complete", "1")),
    "renege": ("active", ("renege", "1", "--reason", "ill")),
    "withdraw": ("proposed", ("withdraw", "1")),
    "release": ("active", ("release", "1")),
    "bump": ("active", ("bump", "1", "slow")),
    "note": ("active", ("note", "1", "rang")),
    "tag": ("active", ("tag", "1", "new")),
    "untag": ("active", ("untag", "1", "old")),
    "part": ("two", ("part", "1", "--of", "2")),
    "correct": ("active", ("correct", "1", "--what", "Send all numbers")),
    "void": ("active", ("void", "1", "--reason", "twice")),
    "undo": ("active", ("undo",)),
    "undo of a promise": ("active", ("undo", "--promise", "1")),
}


def count(program: Program) -> int:
    with closing(sqlite3.connect(program.ledger)) as db:
        return int(db.execute("SELECT count(*) FROM act").fetchone()[0])


@pytest.mark.parametrize("form", [(), ("-q",), ("--json",)], ids=["sentence", "quiet", "json"])
@pytest.mark.parametrize("name", MOVES)
def test_again_it_says_the_same_and_records_nothing(
    program: Program, name: str, form: tuple[str, ...]
) -> None:
    ready, words = MOVES[name]
    program.ok(*READY[ready])
    first = program.ok(*words, "--once", "a key", *form)
    assert first
    before = program.ledger.read_bytes()
    again = program(*words, "--once", "a key", *form, today="2026-11-25T10:00")
    assert (again.stdout, again.code) == (first, 0)
    assert again.stderr == (
        "" if form else "The key “a key” was used before, so nothing was recorded.\n"
    )
    assert program.ledger.read_bytes() == before


def test_the_answer_is_the_first_whatever_came_after_it(program: Program) -> None:
    first = program.ok(
        "make", "Send the numbers", "--to", "dana", "--agreed", "--once", "k", "--json"
    )
    program.ok("complete", "1", "--confirmed")
    assert (
        program.ok("make", "Send the numbers", "--to", "dana", "--agreed", "--once", "k", "--json")
        == first
    )
    assert json.loads(first)["state"] == "active"
    assert (
        program.ok("make", "Send the numbers", "--to", "dana", "--agreed", "--once", "k", "-q")
        == "1\n"
    )


def test_texts_of_any_kind_come_back_as_they_were(program: Program) -> None:
    odd = 'Zürich 🚲 “q” \\ "p" \t \n \x1b[31m \u202e \x7f'
    for form in ("--json", "-q", "--no-input"):
        words = ("make", odd, "--to", "dana", "--once", f"key {form} {odd}", form)
        assert program.ok(*words) == program.ok(*words)


def test_after_an_undo_it_stays_said(program: Program) -> None:
    words = ("make", "Send the numbers", "--to", "dana", "--once", "k")
    first = program.ok(*words)
    program.ok("undo")
    before = program.ledger.read_bytes()
    assert program.ok(*words) == first
    assert program.ledger.read_bytes() == before
    assert program.ok("list") == ""


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (("make", "Send the letters", "--to", "dana"), "“make” with other words"),
        (("make", "Send the numbers", "--to", "lee"), "“make” with other words"),
        (("note", "1", "rang"), "“make”"),
        (("undo",), "“make”"),
    ],
)
def test_another_command_has_no_use_of_the_key(
    program: Program, other: tuple[str, ...], named: str
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--once", "k")
    before = program.ledger.read_bytes()
    refused = program(*other, "--once", "k")
    assert (refused.code, refused.stdout) == (2, "")
    assert (
        refused.stderr
        == f"promisectl: The key “k” was used for another command: {named}. Give --once a new key.\n"
    )
    assert program.ledger.read_bytes() == before


def test_the_same_move_of_another_promise_is_another_command(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--to", "lee", "--agreed")
    program.ok("complete", "1", "--once", "k")
    assert "“complete 1”" in program("complete", "2", "--once", "k").stderr
    assert "“complete 1”" in program("complete", "1", "2", "--once", "k").stderr
    assert program("complete", "#1", "--once", "k").code == 0


SPELLED_ANEW: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
    (("complete", "1", "2"), ("complete", "#1", "02", "1")),
    (("complete", "1", "--note", "x"), ("complete", "--note", "x", "001")),
    (("undo", "--promise", "1"), ("undo", "--promise", "#01")),
    (
        ("make", "Again", "--to", "dana", "--replaces", "1"),
        ("make", "--replaces", "#01", "--to", "dana", "Again"),
    ),
    (("accept", "3", "--rev", "1"), ("accept", "03", "--rev", "01")),
]


@pytest.mark.parametrize(("words", "again"), SPELLED_ANEW, ids=" ".join)
def test_the_same_request_in_other_words_is_the_same(
    program: Program, words: tuple[str, ...], again: tuple[str, ...]
) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--to", "lee", "--agreed")
    program.ok("void", "1", "--reason", "twice") if "--replaces" in words else None
    program.ok("make", "Fix the brake", "--to", "dana")
    first = program.ok(*words, "--once", "k", "-q")
    before = program.ledger.read_bytes()
    assert program.ok(*again, "--once", "k", "-q") == first
    assert program.ledger.read_bytes() == before


FED = {"outcome": "Send the numbers", "to": "dana", "by": "fri", "replaces": 1}
LAID_OUT = [
    json.dumps(FED),
    json.dumps([FED], indent=2),
    "\n\n" + json.dumps({**dict(reversed(FED.items())), "why": None, "replaces": "#01"}),
]


@pytest.mark.parametrize("laid_out", LAID_OUT, ids=["same", "over lines", "other order"])
def test_what_is_fed_on_stdin_is_compared_as_it_is_read(program: Program, laid_out: str) -> None:
    program.ok("make", "x y z", "--to", "dana")
    program.ok("withdraw", "1")
    words = ("make", "--json", "-", "--once", "k")
    first = program.ok(*words, piped=LAID_OUT[0])
    before = program.ledger.read_bytes()
    late = "2026-12-24T10:00"  # when the date that is asked for has passed
    assert program.ok(*words, piped=laid_out, today=late) == first
    assert program.ledger.read_bytes() == before
    other = json.dumps(FED | {"to": "Dana"})
    assert program(*words, piped=other, today=late).code == 2


@pytest.mark.parametrize("key", ["", "  "])
def test_a_key_says_something(program: Program, key: str) -> None:
    refused = program("make", "Send the numbers", "--to", "dana", "--once", key)
    assert (refused.code, refused.stdout) == (2, "")
    assert not program.ledger.exists()


def test_what_is_refused_keeps_no_key(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    assert program("complete", "1", "--once", "k").code == 4
    program.ok("accept", "1")
    assert program("complete", "1", "--once", "k").code == 0


def test_the_undo_of_something_about_a_person_is_said_again(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    program.ok("person", "rename", "dana", "dk")
    assert program.ok("undo", "--once", "k") == "Undone: person rename.\n"
    assert program.ok("undo", "--once", "k") == "Undone: person rename.\n"
    assert program.ok("undo", "--once", "k", "-q") == ""
    assert program.ok("undo", "--once", "k", "--json") == "[]\n"
    assert (
        program.ok("redo", "--once", "r")
        == program.ok("redo", "--once", "r")
        == "Redone: person rename.\n"
    )


def test_nothing_is_asked_again(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri", "--asked")
    words = ("accept", "1", "--once", "k")
    first = program(*words, width=80, answers="rain\nSaturday\ny\n")
    assert first.code == 0
    assert "›" in first.stderr
    before = program.ledger.read_bytes()
    again = program(*words, width=80, answers="")
    assert (again.stdout, again.code) == (first.stdout, 0)
    assert "›" not in again.stderr
    assert program.ledger.read_bytes() == before


def test_at_a_real_terminal_too(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana", "--once", "k")
    with terminal("make", "Send the numbers", "--to", "dana", "--once", "k") as child:
        child.expect("#1 proposed")
        assert ended(child) == 0
    assert count(program) == 2


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "promisectl", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


@pytest.mark.parametrize("existing", [False, True], ids=["fresh", "existing"])
def test_at_the_same_time_it_happens_once(program: Program, existing: bool) -> None:
    if existing:
        program.ok("make", "the first", "--to", "lee")
    before = count(program) if existing else 0
    processes = [
        started("make", "Send the numbers", "--to", "dana", "--once", "k", "-q") for _ in range(6)
    ]
    answers = {(*process.communicate(), process.returncode) for process in processes}
    assert answers == {(f"{1 + existing}\n", "", 0)}
    assert count(program) == before + 2
