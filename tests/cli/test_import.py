"""Import: promises from a file of any of its forms, all of it or nothing, and what is said when that can't be."""

import json
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pexpect
import pytest

from tests.cli.import_files import one, records, take, told
from tests.cli.terminal import ended, terminal
from tests.conftest import Program, Result, remembered
from tests.storage.forging import forge_journal

TWO = "direction,person,outcome,due\nowe,dana,Send the numbers,2026-11-27\nowed,Lee Öz,Fix the brake,\n"
UID = "00000000-0000-4000-8000-00000000000{}"


# The forms of a file

SAME = [
    ("1", "owe", "active", "dana", "Send the numbers", "2026-11-27"),
    ("2", "owed", "active", "lee-öz", "Fix the brake", ""),
]
OBJECTS: list[dict[str, Any]] = [
    {"direction": "owe", "person": "dana", "outcome": "Send the numbers", "due": "2026-11-27"},
    {"direction": "owed", "person": "Lee Öz", "outcome": "Fix the brake", "due": None},
]
FORMS: dict[str, str | bytes] = {
    "comma": TWO,
    "semicolon": TWO.replace(",", ";"),
    "tab": TWO.replace(",", "\t"),
    "bar": TWO.replace(",", "|"),
    "the delimiter in a line before": "sep=;\r\n" + TWO.replace(",", ";"),
    "a tab in a line before": "\ufeffsep=\t\n" + TWO.replace(",", "\t"),
    "byte order mark": "\ufeff" + TWO,
    "UTF-16 as Windows writes it": TWO.encode("utf-16"),
    "byte order mark and quotes": "\ufeff" + TWO.replace("direction", '"direction"'),
    "CR LF": TWO.replace("\n", "\r\n"),
    "CR": TWO.replace("\n", "\r"),
    "no last line end": TWO.rstrip("\n"),
    "blank lines": "\n" + TWO.replace("\n", "\n\n"),
    "every cell quoted": "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in TWO.splitlines()
    ),
    "headings as people write them": TWO.replace(
        "direction,person,outcome,due", "Direction,PERSON, Outcome ,Due"
    ),
    "array": json.dumps(OBJECTS),
    "array over lines": json.dumps(OBJECTS, indent=2, ensure_ascii=False),
    "array as it is printed here": "[\n" + ",\n".join(map(json.dumps, OBJECTS)) + "\n]\n",
    "array after a byte order mark": "\ufeff" + json.dumps(OBJECTS, ensure_ascii=False),
    "lines": "".join(json.dumps(record) + "\n" for record in OBJECTS),
    "lines with gaps": "\n\n".join(map(json.dumps, OBJECTS)),
}
FORMS["lines with gaps"] = str(FORMS["lines with gaps"]) + "\n \n"


@pytest.mark.parametrize("form", FORMS)
def test_the_same_promises_in_every_form(program: Program, form: str) -> None:
    done = take(program, FORMS[form])
    assert (done.stdout, done.code) == ("Imported 2 promises from file.csv.\n", 0)
    assert (
        done.stderr
        == f"New ledger: {program.ledger}\nNew people: Dana (dana), Lee Öz (lee-öz).\nNot what you meant? promisectl undo\n"
    )
    assert told(program, "id", "direction", "state", "person", "outcome", "due") == SAME


@pytest.mark.parametrize(
    "text", [json.dumps(OBJECTS[0]), json.dumps(OBJECTS[0], indent=1)], ids=["a line", "lines"]
)
def test_one_object_alone(program: Program, text: str) -> None:
    assert take(program, text).stdout == "Imported 1 promise from file.csv.\n"
    assert told(program, "id", "direction", "state", "person", "outcome", "due") == SAME[:1]


def test_from_stdin(program: Program) -> None:
    program("import", "-")  # nothing there
    assert not program.ledger.exists()
    assert program.ok("import", "-", answers=TWO) == "Imported 2 promises from stdin.\n"
    assert len(records(program)) == 2


def test_from_a_pipe_with_a_name(program: Program) -> None:
    pipe = program.home / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_text, args=(TWO, "utf-8"))
    writer.start()
    assert program.ok("import", str(pipe)) == f"Imported 2 promises from {pipe}.\n"
    writer.join()


def test_the_form_can_be_said(program: Program) -> None:
    assert take(program, TWO, "--format", "csv").code == 0
    assert take(program, TWO, "--format", "json").code == 6
    assert (
        "Choose from csv, tsv, json, jsonl, ics, todo.txt."
        in take(program, TWO, "--format", "xml").stderr
    )


def test_a_cell_that_looked_like_a_formula_is_itself_again(program: Program) -> None:
    rows = "direction,person,outcome\nowe,dana,'=1+1\nowe,dana,''@x\nowe,dana,'twas\n"
    take(program, rows)
    assert [row["outcome"] for row in json.loads(program.ok("list", "--json"))] == [
        "=1+1",
        "'@x",
        "'twas",
    ]
    take(program, rows.replace("dana", "lee"), "--raw")
    assert [
        row["outcome"] for row in json.loads(program.ok("list", "--json", "--with", "lee"))
    ] == ["'=1+1", "''@x", "'twas"]


# Columns of theirs

THEIRS = "Task;Who;When;Done;direction\nSend the numbers;dana;2026-11-27;no;owe\n"
MAP = ("--map", "Task=outcome", "--map", "Who=person", "--map", "When=due")


def test_their_columns_under_our_names(program: Program) -> None:
    assert take(program, THEIRS, *MAP, "--map", "Done=").code == 0
    assert told(program, "outcome", "person", "due") == [("Send the numbers", "dana", "2026-11-27")]


def test_a_mapped_json(program: Program) -> None:
    text = json.dumps(
        [{"Task": "Send the numbers", "a=b": "dana", "direction": "owe", "x": {"y": 1}}]
    )
    assert (
        take(program, text, "--map", "Task=outcome", "--map", "a=b=person", "--map", "x=").code == 0
    )
    assert told(program, "outcome", "person") == [("Send the numbers", "dana")]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            (),
            "the columns “Task”, “Who”, “When”, “Done” are not fields; map each to a field (--map Task=outcome; see promisectl guide records), or leave it out (--map Task=).",
        ),
        (
            MAP,
            "the column “Done” is not a field; map each to a field (--map Done=outcome; see promisectl guide records), or leave it out (--map Done=).",
        ),
        ((*MAP, "--map", "Done=due"), "the column due is there twice."),
        (
            (*MAP, "--map", "Done=", "--map", "Dane="),
            "there is no column “Dane”, which --map names.",
        ),
    ],
)
def test_columns_that_do_not_fit(program: Program, words: tuple[str, ...], sentence: str) -> None:
    refused = take(program, THEIRS, *words)
    assert (refused.code, refused.stdout) == (6, "")
    assert refused.stderr.startswith(f"promisectl: file.csv, line 1: {sentence}")
    assert not program.ledger.exists()


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("Task", "“Task” does not map"),
        ("Task=outcom", "outcom”. Did you mean outcome?"),
    ],
)
def test_a_map_says_two_names(program: Program, word: str, sentence: str) -> None:
    refused = take(program, THEIRS, "--map", word)
    assert (refused.code, sentence in refused.stderr) == (2, True)


# What can't be used is told with its place

LONG = "x" * 10_001
CELLS: list[tuple[dict[str, str], str]] = [
    ({"outcome": ""}, "outcome: it is missing"),
    ({"outcome": "   "}, "outcome: it has only spaces"),
    ({"outcome": "x" * 1_001}, "outcome: it has 1,001 characters; 1,000 are allowed"),
    ({"outcome": "a\0b"}, "outcome: it has invalid characters"),
    ({"direction": "both"}, "direction: “both” is not one of owe, owed, self"),
    ({"person": ""}, "person: it is missing; name the other side"),
    ({"person": "me"}, "person: “me” and the direction self go together"),
    ({"direction": "self"}, "person: “me” and the direction self go together"),
    ({"person": "?"}, "person: “?” can't be the name of a person"),
    ({"person_name": "\x1b[31m"}, "person_name: “\\x1b[31m” can't be the name of a person"),
    ({"person": "x" * 101}, "person: it has 101 characters; 100 are allowed"),
    ({"state": "done"}, "state: “done” is not one of proposed, active"),
    ({"due": "soon"}, "due: can't read “soon”"),
    ({"due": "11/12"}, "due: “11/12”"),
    ({"due": "2026-02-30"}, "due: can't read “2026-02-30”"),
    ({"due": "2026-03-29T02:30"}, "due: can't read “2026-03-29T02:30”"),
    ({"due": "2026-10-25T02:30"}, "due: “2026-10-25T02:30”"),
    ({"due": "2011-12-30", "due_zone": "Pacific/Apia"}, "due: can't read “2011-12-30”"),
    ({"due_zone": "Europe/Nowhere"}, "due_zone: “Europe/Nowhere” is not a known time zone"),
    ({"reply_by": "whenever"}, "reply_by: can't read “whenever”"),
    ({"done_when": LONG}, "done_when: it has 10,001 characters; 10,000 are allowed"),
    ({"why": LONG}, "why: it has"),
    ({"risk": LONG}, "risk: it has"),
    ({"no_to": LONG}, "no_to: it has"),
    ({"repair": LONG}, "repair: it has"),
    ({"reason": LONG}, "reason: it has"),
    ({"cause": "weather"}, "cause: “weather” is not one of overload, "),
    ({"tags": "home \u200d"}, "tags: one of its words has only invisible characters"),
    ({"tags": "x" * 101}, "tags: one of its words has more than 100 characters"),
    ({"id": "0"}, "id: “0” is not a number from 1 to 999999999"),
    ({"id": "T-1"}, "id: “T-1” is not a number"),
    ({"id": "9" * 5_000}, "id: “9999999999999999999999999999999999999999…” is not a number"),
    ({"uid": "x"}, "uid: “x” is not a UUID"),
    ({"revision": "-1"}, "revision: “-1” is not a number"),
    ({"revisions": "1.5"}, "revisions: “1.5” is not a number"),
    (
        {"renegotiated": "1"},
        "renegotiated: it needs at least 2 revisions",
    ),
    (
        {"renegotiated": "1", "revisions": "2", "state": "proposed"},
        "renegotiated: a change can't be agreed before the first yes",
    ),
    ({"replaces": "7"}, "replaces: #7 does not come earlier in this file"),
    ({"made_at": "yesterday"}, "made_at: can't read “yesterday”"),
    ({"made_at": "2027-01-01"}, "made_at: it is in the future"),
    ({"made_at": "1969-12-31T00:00:00Z"}, "made_at: it is before 1970"),
    ({"made_at": "0001-01-01T00:00:00+05:00"}, "made_at: can't read “0001-01-01T00:00:00+05:00”"),
    (
        {"made_at": "2026-11-20", "accepted_at": "2026-11-19"},
        "accepted_at: it is earlier than the step before it",
    ),
    ({"state": "kept"}, "delivered_at: a promise that is kept needs it"),
    ({"state": "delivered"}, "delivered_at: a promise that is delivered needs it"),
    ({"state": "reneged"}, "closed_at: a promise that is reneged needs it"),
    ({"state": "declined"}, "closed_at: a promise that is declined needs it"),
    ({"closed_at": "2026-11-20"}, "closed_at: a promise that is active can't have it"),
    ({"delivered_at": "2026-11-20"}, "delivered_at: a promise that is active can't have it"),
    (
        {"state": "proposed", "accepted_at": "2026-11-20"},
        "accepted_at: a promise that is proposed can't have it",
    ),
    ({"told_at": "2026-11-20"}, "told_at: a promise that is active can't have it"),
    (
        {
            "state": "reneged",
            "made_at": "2026-11-19",
            "closed_at": "2026-11-20",
            "told_at": "2026-11-18",
        },
        "told_at: it is earlier than the step before it",
    ),
    (
        {"made_at": "2026-11-20", "contact_at": "2026-11-19"},
        "contact_at: it is earlier than the making of the promise",
    ),
    ({"word_at": "2026-12-01"}, "word_at: it is in the future"),
    ({"move": "nobody"}, "move: “nobody” is not one of me, them"),
    ({"author": "dana"}, "author: “dana” is not one of me, them"),
]


@pytest.mark.parametrize(
    ("cells", "problem"), CELLS, ids=lambda part: part[:40] if isinstance(part, str) else None
)
def test_every_field_says_what_it_can_not_be(
    program: Program, cells: dict[str, str], problem: str
) -> None:
    column, _, what = problem.partition(": ")
    refused = take(program, one(**cells))
    assert (refused.code, refused.stdout) == (6, "")
    assert refused.stderr.startswith(f"promisectl: file.csv, line 2, column {column}: {what}")
    assert "Nothing was imported." in refused.stderr
    assert not program.ledger.exists()


VALUES: list[tuple[str, Any, str]] = [
    ("outcome", 7, "it is not text"),
    ("outcome", ["x"], "it is not text"),
    ("outcome", "\ud800", "it has invalid characters"),
    ("person", {"name": "x"}, "it is not text"),
    ("tags", ["a\0b"], "it has invalid characters"),
    ("tags", ["\udfff"], "it has invalid characters"),
    ("tags", [1], "it is not a list of single words"),
    ("tags", {"a": 1}, "it is not a list of single words"),
    ("id", True, "“True” is not a number from 1 to 999999999"),
    ("id", 1.0, "“1.0” is not a number from 1 to 999999999"),
    ("id", 10**15, "“1000000000000000” is not a number from 1 to 999999999"),
    ("uid", 5, "it is not text"),
    ("due", 20261127, "it is not text"),
]


@pytest.mark.parametrize(("name", "value", "what"), VALUES)
def test_values_of_another_kind(program: Program, name: str, value: Any, what: str) -> None:
    text = json.dumps({"direction": "owe", "person": "dana", "outcome": "x"} | {name: value})
    refused = take(program, text)
    assert (refused.code, refused.stdout) == (6, "")
    assert (
        refused.stderr
        == f"promisectl: file.csv, line 1, column {name}: {what}. Nothing was imported.\n"
    )


DEEP = "[" * 100_000
FILES: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "line 1: it is empty"),
    "a byte order mark alone": ("\ufeff", "line 1: it is empty"),
    "no UTF-8": (
        TWO.encode("latin-1"),
        "line 3: it is not UTF-8 text; save the file as UTF-8 (in Excel: “CSV UTF-8”)",
    ),
    "no UTF-8, later": (
        (TWO + "owe,dana,x,\n" * 7).encode() + b"owe,dana,\xff,\n",
        "line 11: it is not UTF-8 text",
    ),
    "UTF-16 without its mark": (TWO.encode("utf-16-le"), "line 1: it is not UTF-8 text"),
    "a photograph": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "line 1: it is not UTF-8 text"),
    "too few cells": (TWO + "owe,lee\n", "line 4, column outcome: it is missing"),
    "too many cells": (TWO + "owe,lee,x,,y\n", "line 4: it has 5 values for 4 columns"),
    "a quote that stays open": (
        TWO + 'owe,lee,"x\n',
        "line 4: it is not CSV (unexpected end of data)",
    ),
    "a quote in the middle": (TWO + 'owe,lee,"x"y,\n', "line 4: it is not CSV"),
    "an endless cell": (
        TWO + f'owe,lee,"{"x" * 200_000}",\n',
        "line 4: it is not CSV (field larger than field limit",
    ),
    "an endless line": (
        "x" * (17 << 20),
        "line 1: it is longer than 16 MiB; put each record on a line of its own",
    ),
    "a list of numbers": ("[1]", "line 1: it is not a JSON object"),
    "a cut array": (
        '[\n{"outcome": "x", "direction": "self"},\n',
        "line 3: the JSON ends too early",
    ),
    "a cut object": ('[\n{"outcome": "x", "dir', "line 2: it is not JSON (Unterminated string"),
    "a missing comma": (
        '[{"outcome": "x", "direction": "self"}\n{}]',
        "line 2: it is not JSON (a , or a ] is missing)",
    ),
    "a sign is counted from the beginning of its line": (
        '[{"outcome": "x" "direction": "self"},\n{}]',
        "line 1: it is not JSON (Expecting ',' delimiter, at character 18)",
    ),
    "a comma too many": (
        '[{"outcome": "x", "direction": "self"},]',
        "line 1: it is not JSON (Expecting value",
    ),
    "an array in an array": (
        '[[{"outcome": "x", "direction": "self"}]]',
        "line 1: it is not a JSON object",
    ),
    "more after the end": (
        '[{"outcome": "x", "direction": "self"}]\nx',
        "line 2: the JSON goes on after its end",
    ),
    "an open brace": ("{", "line 1: it is not JSON"),
    "an open bracket": ("[", "line 1: the JSON ends too early"),
    "no number": ('{"id": NaN}', "line 1: it is not JSON (NaN is not a number in JSON)"),
    "infinity": (
        '[{"id": -Infinity}]',
        "line 1: it is not JSON (-Infinity is not a number in JSON)",
    ),
    "a huge number": (
        f'[{{"id": {"9" * 5_000}}}]',
        "line 1: it is not JSON (a number in it is too long)",
    ),
    "a name twice": (
        '{"outcome": "x", "outcome": "y"}',
        "line 1: it is not JSON (a name is there twice)",
    ),
    "deep": (DEEP, "line 1: it is not JSON"),
    "deep in a line": ('{"why": ' + DEEP + "}", "line 1: it is not JSON (it is nested too deeply)"),
    "a bad line among good ones": (
        str(FORMS["lines"]) + "{x}\n",
        "line 3: it is not JSON (Expecting property name",
    ),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("existing", [False, True], ids=["fresh", "existing"])
def test_a_file_that_can_not_be_read_changes_nothing(
    program: Program, name: str, existing: bool
) -> None:
    content, problem = FILES[name]
    if existing:
        program.ok("make", "Lend the drill", "--to", "kim")
    before = program.ledger.read_bytes() if existing else None
    for words in ((), ("--dry-run", "--plain")):
        refused = take(program, content, *words)
        assert refused.code == 6
        said = refused.stderr if not words else refused.stdout
        assert problem.partition(": ")[2] in said
        assert words or said.startswith(f"promisectl: file.csv, {problem}")
        assert (program.ledger.read_bytes() if existing else None) == before
        assert program.ledger.exists() == existing


def test_a_header_alone_is_no_promise(program: Program) -> None:
    done = take(program, TWO.splitlines()[0])
    assert (done.stdout, done.stderr, done.code) == ("Imported 0 promises from file.csv.\n", "", 0)
    assert take(program, "[]").stdout == "Imported 0 promises from file.csv.\n"
    assert not program.ledger.exists()
    assert (
        take(program, "[ ]", "--dry-run").stderr
        == "Dry run: 0 to make, 0 to skip, 0 refused. Nothing was recorded.\n"
    )


def test_what_is_no_file_is_told(program: Program) -> None:
    assert program("import", "nowhere.csv") == Result(
        "", "promisectl: Can't read nowhere.csv: No such file or directory.\n", 2
    )
    assert program("import", str(program.home)).stderr.endswith(": Is a directory.\n")
    assert program("import", "a\0b").code == 2


# All or nothing


def test_one_bad_record_and_nothing_happens(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "kim")
    before = program.ledger.read_bytes()
    text = TWO + "owe,lee,x,someday\nowe,lee,y,\nowe,,z,\n"
    refused = take(program, text)
    assert (refused.code, refused.stdout) == (6, "")
    assert refused.stderr.startswith(
        "promisectl: file.csv, line 4, column due: can't read “someday”"
    )
    assert refused.stderr.endswith(
        "Nothing was imported. 1 more record has errors; to see all, add --dry-run. "
        "Try fri, “28 nov” or “tomorrow 17:00”. See: promisectl guide dates\n"
    )
    assert program.ledger.read_bytes() == before
    assert json.loads(take(program, text, "--json").stderr)["error"]["code"] == "data"


def test_the_line_is_that_of_the_file(program: Program) -> None:
    text = 'direction,person,outcome\nowe,dana,"one\ntwo\r\nthree"\n\nowe,,x\n'
    assert take(program, text).stderr.startswith("promisectl: file.csv, line 6, column person")


# Again and again


@pytest.mark.parametrize("content", [TWO, json.dumps(OBJECTS), TWO.replace("outcome", "uid,outcome").replace("a,Send", f"a,{UID.format(1)},Send").replace("z,Fix", f"z,{UID.format(2)},Fix")], ids=["csv", "json", "with uid"])  # fmt: skip
def test_what_is_known_is_skipped(program: Program, content: str) -> None:
    take(program, content)
    before = program.ledger.read_bytes()
    again = take(program, content)
    assert (again.stdout, again.stderr) == (
        "Imported 0 promises from file.csv. 2 already imported, skipped.\n",
        "",
    )
    assert program.ledger.read_bytes() == before
    assert take(program, content, "-q").stdout == ""
    assert json.loads(take(program, content, "--json").stdout) == {
        "imported": 0,
        "skipped": 2,
        "people": [],
        "ids": [],
        **dict.fromkeys(("differing", "done", "cancelled", "left_out", "empty"), 0),
    }


def test_what_is_new_in_a_file_is_made(program: Program) -> None:
    take(program, TWO)
    assert take(program, TWO + "owe,dana,Lend the drill,\n").stdout == (
        "Imported 1 promise from file.csv. 2 already imported, skipped.\n"
    )
    assert told(program, "id", "outcome")[2] == ("3", "Lend the drill")


def test_two_that_say_the_same_are_two(program: Program) -> None:
    text = "direction,person,outcome\n" + "owe,dana,Water the plants\n" * 3
    assert take(program, text).stdout == "Imported 3 promises from file.csv.\n"
    assert "3 already imported" in take(program, text).stdout
    assert take(program, text + "owe,dana,Water the plants\n", "-q").stdout == "4\n"


def test_one_uid_twice_in_a_file_is_a_mistake(program: Program) -> None:
    text = one(uid=UID.format(1)) + one(uid=UID.format(1)).splitlines()[1]
    assert take(program, text).stderr.startswith(
        "promisectl: file.csv, line 3, column uid: line 2 has the same uid."
    )
    text = one(id="5") + one(id="5", outcome="another").splitlines()[1]
    assert take(program, text).stderr.startswith(
        "promisectl: file.csv, line 3, column id: an earlier record already has the ID 5."
    )


def test_an_import_that_was_undone_can_be_made_again_and_put_right(program: Program) -> None:
    text = (
        one(uid=UID.format(1), outcome="Sned the numbers")
        + one(uid=UID.format(2), outcome="Lend the drill").splitlines()[1]
        + "\n"
    )
    take(program, text)
    program.ok("undo")
    right = text.replace("Sned", "Send").replace("owe,dana,Lend", "owed,lee,Lend")
    preview = json.loads(take(program, right, "--dry-run", "--json").stdout)
    assert [(step["does"], step["id"]) for step in preview] == [("make", 1), ("make", 2)]
    assert take(program, right, "-q").stdout == "1\n2\n"
    expected = [
        ("1", "Send the numbers", "dana", "active", "owe"),
        ("2", "Lend the drill", "lee", "active", "owed"),
    ]
    assert told(program, "id", "outcome", "person", "state", "direction") == expected
    program.ok("undo")
    assert {state for (state,) in told(program, "state")} == {"void"}
    program.ok("redo")
    assert told(program, "id", "outcome", "person", "state", "direction") == expected
    assert "2 already imported" in take(program, right).stdout


def test_what_is_made_again_may_replace_what_is_new(program: Program) -> None:
    text = (
        "uid,id,direction,person,outcome,replaces\n"
        f"{UID.format(1)},1,owe,dana,Send the numbers,\n"
        f"{UID.format(2)},2,owe,dana,Send the figures,1\n"
    )
    take(program, text)
    program.ok("undo")
    changed = text.replace(UID.format(1), UID.format(3))
    assert take(program, changed, "-q").stdout == "3\n2\n"
    assert told(program, "id", "replaces") == [("1", ""), ("2", "3"), ("3", "")]
    program.ok("doctor")


def test_what_was_voided_by_hand_stays_so(program: Program) -> None:
    take(program, TWO)
    program.ok("void", "1", "--reason", "twice")
    assert "2 already imported" in take(program, TWO).stdout


def test_one_undo_takes_all_of_it_back_and_redo_brings_it_again(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "kim")
    before = records(program)
    take(program, TWO)
    after = records(program)
    assert program.ok("undo").splitlines() == [
        "#2 void: `import` of “Send the numbers” was undone.",
        "#3 void: `import` of “Fix the brake” was undone.",
    ]
    assert records(program)[:1] == before
    assert program.ok("list", "--with", "dana") == ""
    program.ok("redo")
    assert records(program) == after


# Numbers


def test_numbers_are_kept_where_nothing_was_and_given_where_something_is(program: Program) -> None:
    text = one(id="7", uid=UID.format(1)) + f"owe,dana,the second,,{UID.format(2)}\n".replace(
        ",,", ",3,"
    )
    take(program, text)
    assert sorted(told(program, "id", "outcome")) == [
        ("3", "the second"),
        ("7", "Send the numbers"),
    ]
    program.ok("make", "Lend the drill", "--to", "kim", "-q")
    assert program.ok("list", "--with", "kim").split("\t")[0] == "8"
    other = (
        text.replace(UID.format(1), UID.format(3))
        .replace(UID.format(2), UID.format(4))
        .replace("dana", "lee")
    )
    assert take(program, other, "-q").stdout == "9\n10\n"


def test_where_a_number_is_taken_the_next_one_is_given(program: Program) -> None:
    text = "id,direction,person,outcome\n,owe,dana,a\n1,owe,dana,b\n5,owe,dana,c\n,owe,dana,d\n"
    assert take(program, text, "-q").stdout == "1\n2\n5\n6\n"


def test_what_replaces_what_is_told_by_the_numbers_here(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "kim")
    text = (
        one(id="7", state="declined", closed_at="2026-11-20", replaces="")
        + "owe,dana,Send it later,8,active,,7\n"
    )
    text = text.replace(
        "outcome,id,state,closed_at,replaces", "outcome,id,state,closed_at,replaces"
    )
    done = take(program, text, "-q")
    assert done.stdout == "2\n3\n", done
    assert told(program, "id", "replaces")[1:] == [("2", ""), ("3", "2")]
    more = one(id="9", replaces="8", outcome="the third")
    assert "#8 does not come earlier in this file" in take(program, more).stderr
    both = text + "owe,dana,the third,9,active,,8\n"
    assert take(program, both, "-q").stdout == "4\n"
    assert told(program, "id", "replaces")[3] == ("4", "3")


# People


def test_a_name_that_looks_like_a_known_one(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "dana")
    before = program.ledger.read_bytes()
    refused = take(program, one(person="danna"))
    assert (
        "line 2, column person: “danna” looks like dana; type that, or add --new if it is somebody else."
        in refused.stderr
    )
    assert program.ledger.read_bytes() == before
    assert take(program, one(person="danna"), "--new").code == 0
    assert take(program, one(person="DANA", outcome="x")).code == 0
    assert [person for (person,) in told(program, "person")] == ["dana", "danna", "dana"]


def test_an_alias_and_a_merged_person_are_who_they_are(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "dana")
    program.ok("make", "Lend the saw", "--to", "robert")
    program.ok("person", "alias", "dana", "boss")
    program.ok("person", "merge", "robert", "dana")
    take(program, "direction,person,outcome\nowe,boss,x\nowe,robert,y\n")
    assert {person for (person,) in told(program, "person")} == {"dana"}


def test_names_in_a_file(program: Program) -> None:
    text = "direction,person,person_name,outcome\nowe,dk,Dana Kim,a\nowe,,Lee Öz,b\nowe,dk,Dana Kim,c\nself,,,d\nself,me,Myself,e\n"
    take(program, text)
    assert told(program, "person", "person_name") == [
        ("dk", "Dana Kim"),
        ("lee-öz", "Lee Öz"),
        ("dk", "Dana Kim"),
        ("me", "Myself"),
        ("me", "Myself"),
    ]


def test_many_newcomers_are_told_in_one_line(program: Program) -> None:
    text = "direction,person,outcome\n" + "".join(
        f"owe,{name}{name}{name},x\n" for name in "abcdefghij"
    )
    assert (
        take(program, text)
        .stderr.splitlines()[1]
        .endswith("Hhh (hhh) and 2 more. See: promisectl people")
    )


# A look ahead


MIXED = TWO + "owe,danna,x,someday\n"


def test_a_dry_run_says_what_would_be(program: Program) -> None:
    seen = take(program, TWO, "--dry-run", "--plain")
    assert (
        seen.stdout == "2\tmake\t1\tdana\tSend the numbers\t\n3\tmake\t2\tLee Öz\tFix the brake\t\n"
    )
    assert (seen.stderr, seen.code) == (
        (
            "Dry run: 2 to make, 0 to skip, 0 refused. Nothing was recorded.\n"
            "To import it:\npromisectl import file.csv\n"
        ),
        0,
    )
    assert not program.ledger.exists()
    take(program, TWO)
    before = program.ledger.read_bytes()
    seen = take(program, MIXED, "--dry-run", "--json")
    assert (seen.stderr, seen.code) == ("", 6)
    assert [(step["line"], step["does"], step["id"]) for step in json.loads(seen.stdout)] == [
        (2, "skip", 1),
        (3, "skip", 2),
        (4, "refuse", None),
    ]
    assert json.loads(seen.stdout)[0] == {
        "line": 2, "does": "skip", "id": 1, "person": "dana", "outcome": "Send the numbers", "why": "already #1",
    }  # fmt: skip
    assert program.ledger.read_bytes() == before


def test_a_dry_run_tells_every_record_that_is_refused(program: Program) -> None:
    text = (
        "direction,person,outcome\n"
        + "owe,,x\n" * 3
        + "owe,dana,y\n"
        + "owe,dana,x,y\n"
        + "owe,dana,never reached\n"
    )
    seen = take(program, text, "--dry-run", "--plain")
    assert [line.split("\t")[:2] for line in seen.stdout.splitlines()] == [
        *([str(line), "refuse"] for line in (2, 3, 4)),
        ["5", "make"],
        ["6", "refuse"],
    ]
    assert seen.stderr == "Dry run: 1 to make, 0 to skip, 4 refused. Nothing was recorded.\n"


@pytest.mark.parametrize("width", [80, 40])
def test_a_dry_run_at_a_terminal_fits(program: Program, width: int) -> None:
    seen = take(program, MIXED, "--dry-run", width=width)
    assert seen.code == 6
    assert max(map(len, seen.stdout.splitlines())) <= width
    assert {"make", "refuse", "dana", "Öz"} <= set(seen.stdout.split())
    assert "someday" in seen.stdout


def test_the_answer_as_programs_read_it(program: Program) -> None:
    assert json.loads(take(program, TWO, "--json").stdout) == {
        "imported": 2,
        "skipped": 0,
        "people": ["dana", "lee-öz"],
        "ids": [1, 2],
        **dict.fromkeys(("differing", "done", "cancelled", "left_out", "empty"), 0),
    }
    assert take(program, one(outcome="x"), "-q") == Result("3\n", "", 0)


# The talk goes on from there

STANDS: dict[str, tuple[dict[str, str], list[tuple[tuple[str, ...], str]]]] = {
    "proposed by them": ({"state": "proposed", "author": "them"}, [(("accept", "1"), "active"), (("complete", "1"), "delivered")]),
    "proposed by me": ({"state": "proposed", "author": "me", "revisions": "3"}, [(("negotiate", "1", "--by", "fri", "--mine"), "proposed"), (("accept", "1"), "active")]),
    "declined by them": ({"state": "proposed"}, [(("decline", "1"), "declined")]),
    "active": ({}, [(("bump", "1", "slow"), "active"), (("negotiate", "1", "--by", "fri", "--reason", "ill"), "active"), (("accept", "1"), "active"), (("renege", "1", "--reason", "ill"), "reneged")]),
    "renegotiating": ({"author": "them", "revision": "2", "revisions": "4", "renegotiated": "1"}, [(("accept", "1"), "active"), (("complete", "1", "--confirmed"), "kept"), (("reopen", "1", "--reason", "bad"), "active")]),
    "an amendment declined": ({"author": "me"}, [(("decline", "1"), "active"), (("release", "1"), "released")]),
    "an amendment withdrawn": ({"author": "me"}, [(("withdraw", "1"), "active")]),
    "delivered": ({"state": "delivered", "delivered_at": "2026-11-20"}, [(("decline", "1", "--reason", "half"), "active"), (("complete", "1"), "delivered"), (("accept", "1"), "kept")]),
    "kept": ({"state": "kept", "delivered_at": "2026-11-20"}, [(("reopen", "1", "--reason", "bad"), "active")]),
    "reneged, untold": ({"state": "reneged", "closed_at": "2026-11-20", "reason": "ill"}, [(("told", "1"), "reneged")]),
    "void": ({"state": "void", "closed_at": "2026-11-20"}, []),
    "owed": ({"direction": "owed"}, [(("complete", "1"), "kept")]),
    "self": ({"direction": "self", "person": "me"}, [(("negotiate", "1", "--by", "fri", "--reason", "ill"), "active"), (("complete", "1"), "kept")]),
}  # fmt: skip


@pytest.mark.parametrize("name", STANDS)
def test_the_talk_goes_on(program: Program, name: str) -> None:
    cells, moves = STANDS[name]
    text = one(**{"made_at": "2026-11-10", **cells})
    assert take(program, text).code == 0, take(program, text, "--dry-run")
    start = json.loads(program.ok("show", "1", "--json"))[0]
    for words, state in moves:
        program.ok(*words)
        assert told(program, "state") == [(state,)]
    after = json.loads(program.ok("show", "1", "--json"))[0]
    numbers = [terms["revision"] for terms in after["terms"]]
    assert numbers == sorted(set(numbers))
    assert after["revisions"] == start["revisions"] + sum(
        words[0] == "negotiate" for words, _ in moves
    )
    for view in (
        ("stats",),
        ("people",),
        ("week",),
        ("check",),
        ("moves",),
        ("review",),
        ("person", "show", "dana"),
    ):
        assert program(*view, width=80).code in (0, 3)
    for day in ("2026-11-09", "2026-11-10", "2026-11-15", "2026-11-21", "today"):
        program.ok("list", "--all", "--as-of", day)
        program.ok("stats", "--as-of", day)
    for _ in moves:
        program.ok("undo")
    assert json.loads(program.ok("show", "1", "--json"))[0] | {"acts": 0} == start | {"acts": 0}


def test_revisions_go_on_from_the_newest(program: Program) -> None:
    take(
        program,
        one(
            revision="2", revisions="5", renegotiated="1", first_due="2026-11-20", due="2026-11-27"
        ),
    )
    assert "(rev 6)" in program.ok("negotiate", "1", "--by", "in 2 weeks", "--reason", "ill")
    assert "no revision 5" in program("accept", "1", "--rev", "5").stderr
    program.ok("accept", "1", "--rev", "6")
    assert told(program, "revision", "revisions", "renegotiated", "first_due") == [
        ("6", "6", "2", "2026-11-20")
    ]


def test_the_record_counts_what_was_imported(program: Program) -> None:
    kept = {"state": "kept", "made_at": "2026-11-01", "due": "2026-11-10"}
    rows = [
        one(uid=UID.format(1), **kept, delivered_at="2026-11-09", closed_at="2026-11-12"),
        one(uid=UID.format(2), **kept, delivered_at="2026-11-11", closed_at="2026-11-12"),
    ]
    take(program, rows[0] + rows[1].splitlines()[1] + "\n")
    broken = {
        "state": "reneged",
        "made_at": "2026-11-01",
        "due": "2026-11-10",
        "closed_at": "2026-11-12",
        "reason": "ill",
        "cause": "forgot",
    }
    take(program, one(**broken, told_at="2026-11-09"))
    take(program, one(outcome="x", **broken, told_at="2026-11-11"))
    take(program, one(outcome="y", made_at="2026-11-01", due="2026-11-10"))
    owe = json.loads(program.ok("stats", "--json"))["owe"]
    assert owe["classes"] == {"kt": 1, "kl": 1, "kn": 0, "bn": 1, "bl": 1, "od": 1}
    assert (owe["notice"]["count"], owe["notice"]["of"]) == (1, 4)
    assert owe["causes"] == {"forgot": 2}
    assert [row["notice"] for row in records(program)] == [
        "",
        "none",
        "before-due",
        "after-due",
        "none",
    ]


def test_as_of_a_moment_before_the_last_that_is_known_it_is_not_there(program: Program) -> None:
    take(
        program,
        one(
            state="kept",
            made_at="2026-11-01",
            delivered_at="2026-11-10",
            closed_at="2026-11-12T10:00:00+01:00",
        ),
    )
    assert program.ok("list", "--all", "--as-of", "2026-11-11") == ""
    assert program.ok("list", "--all", "--as-of", "2026-11-12").startswith("1\tdana")


# Days and moments


@pytest.mark.parametrize(
    ("cells", "due_at"),
    [
        ({"due": "2026-11-27"}, "2026-11-27T22:59:59Z"),
        ({"due": "fri"}, "2026-11-27T22:59:59Z"),
        ({"due": "28 nov 2026"}, "2026-11-28T22:59:59Z"),
        ({"due": "2026-11-27T17:00"}, "2026-11-27T16:00:00Z"),
        ({"due": "2026-11-27 17:00 America/New_York"}, "2026-11-27T22:00:00Z"),
        ({"due": "2026-11-27", "due_zone": "Pacific/Kiritimati"}, "2026-11-27T09:59:59Z"),
        ({"due": "2026-03-29"}, "2026-03-29T21:59:59Z"),
        ({"due": "2026-10-25T02:30", "due_at": "2026-10-25T00:30:00Z"}, "2026-10-25T00:30:00Z"),
        ({"due": "2026-10-25T02:30", "due_at": "2026-10-25T01:30:00Z"}, "2026-10-25T01:30:00Z"),
        ({"due": "9999-12-31"}, "9999-12-31T22:59:59Z"),
        ({"due": "1970-01-01"}, "1970-01-01T22:59:59Z"),
        ({"due": "2026-11-27", "due_at": "2020-01-01T00:00:00Z"}, "2026-11-27T22:59:59Z"),
    ],
)
def test_a_due_date(program: Program, cells: dict[str, str], due_at: str) -> None:
    assert take(program, one(**cells)).code == 0
    assert told(program, "due_at") == [(due_at,)]


@pytest.mark.parametrize("instant", ["2026-11-20T16Z", "2026-W47-5T16:00Z", "20261120T17+01"])
def test_an_instant_that_a_moment_may_have_is_a_due_date_too(
    program: Program, instant: str
) -> None:
    assert take(program, one(made_at=instant, due=instant)).code == 0
    assert told(program, "made_at", "due_at") == [("2026-11-20T16:00:00Z",) * 2]


@pytest.mark.parametrize(
    ("made_at", "stored"),
    [
        ("2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"),
        ("2026-11-20T10:00:00.9+05:30", "2026-11-20T04:30:00Z"),
        ("2026-11-20", "2026-11-20T11:00:00Z"),
        ("2026-11-20T10:00", "2026-11-20T09:00:00Z"),
        ("2026-11-23", "2026-11-23T09:00:00Z"),
        ("20261123", "2026-11-23T09:00:00Z"),
        (" 2026-11-23", "2026-11-23T09:00:00Z"),
        ("2026-11-20 4:00 PM", "2026-11-20T15:00:00Z"),
        ("2026-11-20 16:00 UTC", "2026-11-20T16:00:00Z"),
        ("Nov 20, 2026", "2026-11-20T11:00:00Z"),
        ("20 Nov 2026 16:00", "2026-11-20T15:00:00Z"),
        ("2026-11-20T9:30", "2026-11-20T08:30:00Z"),
        ("", "2026-11-23T09:00:00Z"),
    ],
)
def test_a_moment(program: Program, made_at: str, stored: str) -> None:
    assert take(program, one(made_at=made_at)).code == 0
    assert told(program, "made_at", "accepted_at") == [(stored, stored)]


def test_a_reply_by_in_another_zone_stays_the_instant_that_it_was(program: Program) -> None:
    program.ok(
        "make",
        "Call",
        "--to",
        "dana",
        "--by",
        "2026-11-27 17:00 America/New_York",
        "--reply-by",
        "2026-11-24 09:00 Asia/Tokyo",
    )
    text = program.ok("export")
    assert records(program)[0]["reply_at"] == "2026-11-24T00:00:00Z"
    other = program.home / "other.db"
    program.ok("--ledger", str(other), "import", "-", answers=text)
    assert program.ok("--ledger", str(other), "export") == text


# A long file, at a terminal


@pytest.fixture
def long(program: Program) -> Path:
    path = program.home / "long.csv"
    lines = (
        f"owe,person-{number % 9},Promise number {number},{'because ' * 100}\n"
        for number in range(3_000)
    )
    path.write_text("direction,person,outcome,why\n" + "".join(lines), encoding="utf-8")
    assert path.stat().st_size > 2 << 20
    return path


def test_a_bar_shows_how_far_a_long_file_is(program: Program, long: Path) -> None:
    with terminal("import", str(long)) as child:
        child.expect("%")
        child.expect("Imported 3,000 promises", timeout=120)
        assert ended(child) == 0
    assert program.ok("list", "--limit", "1", "--sort", "made").startswith("1\t")


def test_no_bar_where_nobody_looks(program: Program, long: Path) -> None:
    done = program("import", str(long), "--dry-run", "-q")
    assert (done.code, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("existing", [False, True], ids=["fresh", "existing"])
def test_ctrl_c_in_the_middle_leaves_everything_as_it_was(
    program: Program, long: Path, existing: bool
) -> None:
    if existing:
        program.ok("make", "Lend the drill", "--to", "kim")
    before = program.ledger.read_bytes() if existing else None
    with terminal("import", str(long)) as child:
        child.expect("[1-9][0-9]%", timeout=120)
        child.sendintr()
        assert ended(child) == 130
        assert "Traceback" not in child.before
        assert "\x1b[?25h" in child.before, "the cursor is there again"
    assert (program.ledger.read_bytes() if existing else None) == before
    assert [path.name for path in program.home.glob("data/promisectl/*")] == (
        ["ledger.db"] if existing else []
    )


def test_killed_in_the_middle_it_leaves_everything_as_it_was(program: Program, long: Path) -> None:
    program.ok("make", "Lend the drill", "--to", "kim")
    before = program.ok("list", "--json")
    child = pexpect.spawn(
        sys.executable,
        ["-m", "promisectl", "import", str(long)],
        env=dict(os.environ),
        encoding="utf-8",
        timeout=120,
    )
    child.expect("[1-9][0-9]%")
    child.kill(signal.SIGKILL)
    child.wait()
    child.close()
    assert program.ok("list", "--json") == before
    with closing(sqlite3.connect(program.ledger)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_while_somebody_types_nobody_waits(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "kim")
    with terminal("import", "-") as child:
        child.send("direction,person,outcome\n")
        time.sleep(0.5)
        program.ok("note", "1", "rang")
        child.send("owe,dana,x\n")
        child.sendeof()
        child.expect("Imported 1 promise from stdin")
        assert ended(child) == 0


# What the file lacks, and what nobody could have said


def test_a_list_without_a_direction_says_it_for_all(program: Program) -> None:
    bare = "person,outcome,state,closed_at\ndana,Send the numbers,,\nlee,Fix the brake,kept,2026-11-20\n"
    refused = take(program, bare)
    assert (refused.code, "--set direction=owe" in refused.stderr) == (2, True)
    take(program, bare, "--set", "direction=owed", "--set", "state=active")
    assert told(program, "direction", "person", "state") == [
        ("owed", "dana", "active"),
        ("owed", "lee", "kept"),
    ]
    assert take(program, bare, "--set", "direction=").code == 2
    misspelt = take(program, bare, "--set", "directoin=owe")
    assert (misspelt.code, misspelt.stderr) == (
        2,
        "promisectl: --set: there is no field “directoin”. Did you mean direction? See: promisectl guide records\n",
    )


@pytest.mark.parametrize("state", ["proposed", "delivered", "declined", "withdrawn", "released"])
def test_a_promise_to_yourself_stands_as_one_can(program: Program, state: str) -> None:
    result = take(
        program,
        one(
            direction="self",
            person="me",
            state=state,
            delivered_at="2026-11-20",
            closed_at="2026-11-20",
        ),
    )
    assert (result.code, f"a promise to yourself can't be {state}" in result.stderr) == (6, True)


def test_what_was_taken_back_is_not_made_again_by_the_export_that_says_so(program: Program) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    program.ok("undo")
    out = program.ok("export")
    assert (
        take(program, out).stdout
        == "Imported 0 promises from file.csv. 1 already imported, skipped.\n"
    )
    assert program.ok("redo", "-q") == "1\n"


_NO_SUCH = "it begins a promise with an impossible ID"


def _journal(program: Program) -> list[dict[str, Any]]:
    program.ok("make", "Send the numbers", "--to", "dana", "--by", "fri")
    return [json.loads(line) for line in program.ok("export", "--journal").splitlines()]


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"uid": "../pwned"}, "begins a promise with a uid that is not a UUID"),
        ({"extra": "x"}, "no command records this"),
        ({"uid": "00000000-0000-4000-8000-00000000000G"}, "a uid that is not a UUID"),
        ({"promise": -5}, _NO_SUCH),
        ({"promise": 10**15}, _NO_SUCH),
        ({"promise": True}, "an act in it has the wrong fields"),
    ],
    ids=str,
)
def test_a_journal_says_only_what_commands_say(
    program: Program, wrong: dict[str, Any], why: str
) -> None:
    records = _journal(program)
    offer = next(
        said for record in records[1:-1] for said in record["acts"] if said["verb"] == "offer"
    )
    place = offer if "promise" in wrong else offer["body"]
    place.update(wrong)
    text = forge_journal(records)
    other = str(program.home / "other.db")
    (program.home / "j.jsonl").write_text(text, encoding="utf-8")
    result = program("--ledger", other, "import", str(program.home / "j.jsonl"))
    assert (result.stdout, result.code, os.path.exists(other)) == ("", 6, False)
    assert why in result.stderr


def test_a_journal_put_together_by_somebody_else_is_one_too(program: Program) -> None:
    records = _journal(program)
    assert forge_journal(records) == "".join(json.dumps(record) + "\n" for record in records)


@pytest.fixture
@remembered
def talkative(program: Program) -> Program:
    """A ledger with a command of many acts, and with a long answer that was kept for its key."""
    many = "".join(
        json.dumps({"outcome": f"Promise number {n}", "to": "dana", "why": "because " * 100}) + "\n"
        for n in range(1_500)
    )
    program.ok("make", "-", "--json", "--once", "all of them", piped=many)
    program.ok("accept", *map(str, range(1, 1_501)), "-q")
    return program


def test_a_long_command_goes_on_on_lines_of_its_own(talkative: Program) -> None:
    journal = talkative.ok("export", "--journal")
    records = list(map(json.loads, journal.splitlines()))
    assert max(map(len, journal.splitlines())) < 3 << 20
    assert [record["entry"] for record in records[1:-1]] == [1, 1, 1, 1, 1, 2]
    assert [set(record) for record in records[2:4]] == [
        {"entry", "acts", "once"},
        {"entry", "once"},
    ]
    (talkative.home / "j.jsonl").write_text(journal, encoding="utf-8")
    other = "--ledger", str(talkative.home / "other.db")
    assert (
        talkative.ok(*other, "import", str(talkative.home / "j.jsonl"))
        == "Imported the journal: 1,500 promises, 2 commands.\n"
    )
    for view in (
        ("export", "--journal"),
        ("list", "--all", "--json"),
        ("log", "--json", "--limit", "5000"),
    ):
        assert talkative.ok(*other, *view) == talkative.ok(*view)
    talkative.ok(*other, "doctor")


@pytest.mark.parametrize(
    "forged",
    [
        lambda lines: [*lines[:2], *lines[3:]],
        lambda lines: [*lines[:3], *lines[4:]],
        lambda lines: [*lines[:4], lines[3], *lines[4:]],
        lambda lines: [*lines[:2], lines[3], lines[2], *lines[4:]],
        lambda lines: [*lines[:2], lines[6], *lines[2:6], *lines[7:]],
        lambda lines: [lines[0], *lines[2:]],
    ],
    ids=["acts lost", "answers lost", "doubled", "swapped", "interrupted", "without a beginning"],
)
def test_a_long_command_that_is_not_as_it_was_is_refused(
    talkative: Program, forged: Callable[[list[str]], list[str]]
) -> None:
    lines = talkative.ok("export", "--journal").splitlines(keepends=True)
    (talkative.home / "j.jsonl").write_text("".join(forged(lines)), encoding="utf-8")
    result = talkative(
        "--ledger", str(talkative.home / "other.db"), "import", str(talkative.home / "j.jsonl")
    )
    assert (result.code, result.stderr.count("\n"), "Nothing was imported" in result.stderr) == (
        6,
        1,
        True,
    )
    assert not (talkative.home / "other.db").exists()


def test_a_dry_run_of_a_journal_is_refused_as_the_import_is(program: Program) -> None:
    _journal(program)
    (program.home / "j.jsonl").write_text(program.ok("export", "--journal"), encoding="utf-8")
    file = str(program.home / "j.jsonl")
    refused = program("import", file)
    assert refused.code == 2
    assert program("import", file, "--dry-run") == refused
    other = "--ledger", str(program.home / "other.db")
    assert program.ok(*other, "import", file, "--dry-run") == (
        "Dry run: the journal is complete, with 1 promise, 1 command. Nothing was recorded.\n"
    )
    assert not (program.home / "other.db").exists()


def test_a_journal_with_a_byte_order_mark_is_one(program: Program) -> None:
    _journal(program)
    (program.home / "j.jsonl").write_bytes(
        b"\xef\xbb\xbf" + program.ok("export", "--journal").encode()
    )
    result = program(
        "--ledger", str(program.home / "other.db"), "import", str(program.home / "j.jsonl")
    )
    assert result.stdout == "Imported the journal: 1 promise, 1 command.\n"


def test_a_small_file_needs_no_temporary_file(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(program.home / "nowhere"))
    assert program.ok("import", "-", piped=TWO, width=80).startswith("Imported 2 promises")


def test_where_no_temporary_file_can_be_made_that_is_said(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(program.home / "nowhere"))
    heading, first = TWO.splitlines(keepends=True)[:2]
    many = heading + first * (5_000_000 // len(first))
    for file in (str(program.home / "file.csv"), "-"):
        (program.home / "file.csv").write_text(many, encoding="utf-8")
        result = program("import", file, piped=many)
        assert (result.stdout, result.code) == ("", 5)
        assert result.stderr == (
            "promisectl: Can't write a temporary file: No such file or directory. The ledger is unchanged. "
            "Free some space, or set TMPDIR to another directory.\n"
        )
    assert not program.ledger.exists()


def test_what_an_earlier_version_recorded_stays_readable(program: Program) -> None:
    """It took new terms that were the agreed ones, told me of a break of theirs, and them of mine before the Yes."""
    program.ok("make", "Send it", "--to", "dana", "--by", "2026-12-20", "--agreed")
    for due in ("2026-12-24", "2026-12-27"):
        program.ok("negotiate", "1", "--by", due, "--reason", "ill", "--mine")
    program.ok("make", "Bring it", "--to", "dana", today="2026-11-01")
    program.ok("accept", "2", today="2026-11-03")
    program.ok("renege", "2", "--reason", "ill", today="2026-11-05")
    found = "outcome,person,direction,state,closed_at\nFix it,lee,owed,reneged,2026-11-20\n"
    program.ok("import", "-", piped=found)
    program.ok("bump", "1", "slow")
    records = [json.loads(line) for line in program.ok("export", "--journal").splitlines()]
    acts = [act for record in records[1:-1] for act in record["acts"]]
    terms = [act["body"]["terms"] for act in acts if "terms" in act["body"]]
    terms[2]["due"] = terms[0]["due"]
    (early,) = (act for act in acts if act["verb"] == "renege")
    early["body"]["told_at"] = "2026-11-02T11:00:00Z"
    broken, told = acts[-2:]
    assert broken["body"]["found"].pop("silent")
    told |= {"promise": 3, "verb": "told", "side": "promisor", "by": "them"}
    told["body"] = {"revision": 1, "told_at": told["at"]}
    records[-2]["command"] = "told"
    (program.home / "j.jsonl").write_text(forge_journal(records), encoding="utf-8")
    other = ("--ledger", str(program.home / "other.db"))
    program.ok(*other, "import", str(program.home / "j.jsonl"))
    program.ok(*other, "doctor")
    assert program("show", "1", "2", "3", *other).code == 0
    rows = json.loads(program.ok("list", "--all", "--json", *other))
    assert {(row["id"], row["state"], row["told_at"]) for row in rows} == {
        (1, "active", None),
        (2, "reneged", "2026-11-02T11:00:00Z"),
        (3, "reneged", told["at"]),
    }


# Files as other programs write them


@pytest.mark.parametrize(
    "content",
    [
        "outcome,person,direction,due\n,,,\nCall,dana,owe,\n,,,\n\n  \n , ,\t,\n",
        ";;;\n\n;;;;\noutcome;person;direction;due\nCall;dana;owe;\n;\n",
        "outcome,person,direction\n\u200b,,\n\u00a0,\ufeff,\nCall,dana,owe\n\u2060,\u3164,\n",
        '"","",""\n"outcome","person","direction"\n"Call","dana","owe"\n"","",""\n',
    ],
)
def test_rows_of_which_all_cells_are_blank_are_none(program: Program, content: str) -> None:
    assert take(program, content).code == 0
    assert told(program, "outcome", "person") == [("Call", "dana")]


@pytest.mark.parametrize(
    "content",
    [
        ",outcome,person,direction\n0,Call,dana,owe\n1,Write,dana,owe\n",
        "outcome;person;direction;;\nCall;dana;owe;;\nWrite;dana;owe;;\n",
        "Unnamed,outcome,person,direction,\u00a0\n,Call,dana,owe,7\n,Write,dana,owe,8\n",
    ],
)
def test_a_column_without_a_heading_is_left_out(program: Program, content: str) -> None:
    more = ("--map", "Unnamed=") if "Unnamed" in content else ()
    assert take(program, content, *more).code == 0
    assert told(program, "outcome") == [("Call",), ("Write",)]


def test_a_text_without_a_heading_is_told_with_what_helps(program: Program) -> None:
    content = "outcome,person,direction,\nCall,dana,owe,for the rent\n"
    refused = take(program, content)
    assert refused.code == 6
    assert refused.stderr == (
        "promisectl: file.csv, line 2: “for the rent” is in a column without a name; "
        "map it to a field (--map =why), or leave it out (--map =). Nothing was imported.\n"
    )
    assert take(program, content, "--map", "=", "--dry-run").code == 0
    assert take(program, content, "--map", "=why").code == 0
    assert told(program, "why") == [("for the rent",)]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "heading",
    [
        "Who, exactly; is it for",
        "Who,,,,,, is; it\tfor",
        "Who;\n;;;;\nis it, for",
        'Who ""really"", is it;;;; for',
    ],
)
def test_the_delimiter_is_the_one_outside_quotes(
    program: Program, heading: str, delimiter: str
) -> None:
    content = f'"Task"{delimiter}"{heading}"{delimiter}"Until"\n' + delimiter.join(
        ["Call", "dana", "2026-12-05\n"]
    )
    named = " ".join(heading.replace('""', '"').split())
    done = take(
        program, content, "--set", "direction=owe", "--map", "Task=outcome",
        "--map", f"{named}=person", "--map", "Until=due",
    )  # fmt: skip
    assert done.code == 0, done
    assert told(program, "outcome", "person", "due") == [("Call", "dana", "2026-12-05")]


@pytest.mark.parametrize(
    "tags", ['"garden, urgent"', '"garden,urgent"', "garden urgent", '" garden ,, urgent,"']
)
def test_tags_are_split_at_commas_too(program: Program, tags: str) -> None:
    assert take(program, f"outcome,person,direction,tags\nCall,dana,owe,{tags}\n").code == 0
    assert told(program, "tags") == [("garden urgent",)]


@pytest.mark.parametrize(
    "tags", ["#garden +urgent", "#garden,#urgent,#", "garden GARDEN urgent #Garden"]
)
def test_tags_are_read_as_the_command_tag_reads_them(program: Program, tags: str) -> None:
    assert take(program, f'outcome,person,direction,tags\nCall,dana,owe,"{tags}"\n').code == 0
    assert told(program, "tags") == [("garden urgent",)]
    assert program.ok("list", "--tag", "#garden").startswith("1\t")
    program.ok("untag", "1", "garden", "urgent")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_file_that_is_no_utf8_is_told_as_that(program: Program, encoding: str) -> None:
    for content in (TWO, json.dumps(OBJECTS)):
        done = take(program, content.encode(encoding))
        assert (done.stdout, done.code) == ("", 6)
        assert (
            "line 1: it is not UTF-8 text; save the file as UTF-8 (in Excel: “CSV UTF-8”)."
            in done.stderr
        )


@pytest.mark.parametrize("tags", ["garden,urgent", ["garden,urgent"], ["garden,", ",", "urgent"]])
def test_tags_of_json_are_split_at_commas_as_well(program: Program, tags: object) -> None:
    record = {"outcome": "Call", "person": "dana", "direction": "owe", "tags": tags}
    assert take(program, json.dumps([record]), "--format", "json").code == 0
    assert told(program, "tags") == [("garden urgent",)]


def test_columns_of_one_field_are_joined(program: Program) -> None:
    content = "Task,Who,Labels,Labels,Labels,Note,More\nCall,dana,garden,,urgent,rent,and heat\nRest,dana,,,,,\n"
    mapped = ("Task=outcome", "Who=person", "Labels=tags", "Note=why", "More=why")
    words = [word for pair in mapped for word in ("--map", pair)]
    assert take(program, content, "--set", "direction=owe", *words).code == 0
    assert told(program, "tags", "why") == [("garden urgent", "rent\nand heat"), ("", "")]


def test_fields_of_json_are_joined_as_well(program: Program) -> None:
    record = {
        "outcome": "Call",
        "person": "dana",
        "direction": "owe",
        "tags": ["a"],
        "Labels": "b c",
        "x": ["d"],
    }
    words = ("--map", "Labels=tags", "--map", "x=tags")
    assert take(program, json.dumps(record), *words).code == 0
    assert told(program, "tags") == [("a b c d",)]


def test_a_column_has_one_field(program: Program) -> None:
    refused = take(program, THEIRS, "--map", "Task=outcome", "--map", "Task=why")
    assert (refused.code, refused.stderr) == (
        2,
        "promisectl: --map has the column “Task” twice. Keep one of them.\n",
    )
    refused = take(program, THEIRS, *MAP, "--map", "Done=", "--map", "TASK=why")
    assert (refused.code, "--map has the column “Task” twice" in refused.stderr) == (6, True)


def test_what_lacks_a_date_can_be_given_one(program: Program) -> None:
    content = "outcome,person,direction,state\nCall,dana,owe,kept\nRest,dana,owe,active\nWrite,dana,owe,reneged\n"
    refused = take(program, content)
    assert "to fill it in everywhere, add --set delivered_at=…" in refused.stderr
    dates = ("--set", "delivered_at=2026-11-20", "--set", "closed_at=2026-11-21")
    assert take(program, content, *dates).code == 0
    assert told(program, "state", "delivered_at", "closed_at") == [
        ("kept", "2026-11-20T11:00:00Z", "2026-11-21T11:00:00Z"),
        ("active", "", ""),
        ("reneged", "", "2026-11-21T11:00:00Z"),
    ]


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"state": "delivered", "delivered_at": "2027-01-01"}, "delivered_at"),
        ({"state": "kept", "closed_at": "2027-01-01"}, "closed_at"),
        ({"state": "kept", "delivered_at": "2027-01-01"}, "delivered_at"),
        ({"state": "reneged", "closed_at": "2027-01-01"}, "closed_at"),
        ({"accepted_at": "2027-01-01"}, "accepted_at"),
        ({"state": "kept", "made_at": "2026-11-20", "closed_at": "2026-11-19"}, "closed_at"),
    ],
    ids=str,
)
def test_a_moment_that_can_not_be_is_blamed_on_a_column_of_the_file(
    program: Program, cells: dict[str, str], column: str
) -> None:
    refused = take(program, one(**cells))
    assert refused.code == 6
    assert refused.stderr.startswith(f"promisectl: file.csv, line 2, column {column}: it is ")


def test_an_empty_name_of_a_file_is_told(program: Program) -> None:
    for words, named in ((["import", ""], "FILE"), (["export", "-o", ""], "-o")):
        refused = program(*words)
        assert (refused.code, refused.stderr) == (
            2,
            f"promisectl: {named} is empty. Name a file; in a script, check the variable it comes from.\n",
        )


# IDs near their limit


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "journal"])
def test_what_comes_after_the_highest_id_comes_back_in(program: Program, form: str) -> None:
    assert take(program, one(id="999999999")).code == 0
    program.ok("make", "Rest", "--to", "me", "--replaces", "999999999", "--beside")
    program.ok("make", "Write", "--to", "dana")
    words = ["--journal"] if form == "journal" else ["--format", form]
    content = program.ok("export", *words)
    copy = str(program.home / "copy.db")
    program.ok("--ledger", copy, "import", "-", piped=content)
    assert program.ok("--ledger", copy, "export", *words) == content
    assert program.ok("list", "--all", "--plain").count("\n") == 3


@pytest.mark.parametrize("number", ["1000000000", "999999999999999999", "9" * 19])
def test_a_higher_id_is_refused(program: Program, number: str) -> None:
    refused = take(program, one(id=number))
    assert (refused.code, "is not a number from 1 to 999999999" in refused.stderr) == (6, True)


# What is known and differs


def test_a_known_record_that_is_not_so_here_is_told(program: Program) -> None:
    program.ok(
        "make", "Call", "--to", "dana", "--by", "fri", "--agreed", "--tag", "b", "--tag", "a"
    )
    program.ok("make", "Write", "--from", "lee", "--by", "sat")
    program.ok("make", "Rest", "--to", "me")
    exports = {form: program.ok("export", "--format", form) for form in ("csv", "json", "jsonl")}
    for content in exports.values():
        told_now = program.ok("import", "-", piped=content)
        assert told_now == "Imported 0 promises from stdin. 3 already imported, skipped.\n"
    program.ok("complete", "1")
    program.ok("correct", "2", "--by", "sun", "--why", "for fun")
    program.ok("person", "rename", "lee", "lee-ann")
    for content in exports.values():
        assert program.ok("import", "-", piped=content).endswith(
            "skipped. 2 differ here: #1 (state), #2 (due, why).\n"
        )
        dry = json.loads(program.ok("import", "-", "--dry-run", "--json", piped=content))
        assert [record["why"] for record in dry] == [
            "already #1, differs here: state",
            "already #2, differs here: due, why",
            "already #3",
        ]


@pytest.mark.parametrize(
    ("move", "csv", "offer"),
    [
        (("negotiate", "1", "--by", "sun", "--theirs", "--reason", "x"), "revisions, author", True),
        (("bump", "1", "The vendor is late"), "word_at", False),
        (("told", "2"), "told_at, word_at", False),
        (("decline", "3"), "author", True),
    ],
)
def test_new_terms_a_warning_and_a_telling_differ_too(
    program: Program, move: tuple[str, ...], csv: str, offer: bool
) -> None:
    for outcome in ("Call", "Write", "Sing"):
        program.ok("make", outcome, "--to", "dana", "--by", "fri", "--agreed")
    program.ok("renege", "2", "--reason", "x", "--not-told")
    program.ok("negotiate", "3", "--why", "for fun", "--reason", "x")
    exports = {form: program.ok("export", "--format", form) for form in ("csv", "json")}
    for content in exports.values():
        assert "differ" not in program.ok("import", "-", piped=content)
    program.ok(*move)
    for form, content in exports.items():
        fields = csv.replace("author", "author, offer") if offer and form == "json" else csv
        number = move[1]
        told = program.ok("import", "-", piped=content)
        assert told.endswith(f"1 differs here: #{number} ({fields}).\n"), form
        beside = program("import", "-", "--json", piped=content).stderr
        assert beside == f"1 differs here: #{number} ({fields}).\n"


def test_one_that_differs_among_new_ones(program: Program) -> None:
    first = {"uid": UID.format(1), "outcome": "Call", "direction": "owe", "person": "dana"}
    take(program, json.dumps(first))
    program.ok("make", "Rest", "--to", "lee")
    changed = [{**first, "person": "lee", "outcome": "Write"}, {**first, "uid": UID.format(2)}]
    assert take(program, json.dumps(changed)).stdout == (
        "Imported 1 promise from file.csv. 1 already imported, skipped. "
        "1 differs here: #1 (outcome, person).\n"
    )
