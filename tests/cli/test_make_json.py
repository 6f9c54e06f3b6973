"""make --json -: promises come in on stdin as JSON, all of them are made or none, and what is wrong is named with its line."""

import fcntl
import inspect
import json
import os
import struct
import termios
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.cli.main_commands import make
from promisectl.commands import make_json
from promisectl.records.json_reader import JsonReader
from tests.cli.terminal import ended, terminal
from tests.conftest import Program, Result

FORKS = "ignore:This process .* is multi-threaded:DeprecationWarning"
ONE = {"outcome": "Send Q3 numbers", "to": "dana", "by": "fri"}
TWO = {"outcome": "Fix the brake", "from": "lee", "agreed": True}


def _feed(program: Program, piped: str | bytes | list[Any], *more: str) -> Result:
    text = "\n".join(map(json.dumps, piped)) if isinstance(piped, list) else piped
    return program("make", "--json", "-", *more, piped=text)


def _made(program: Program, *objects: Any) -> list[dict[str, Any]]:
    result = _feed(program, list(objects))
    assert (result.stderr, result.code) == ("", 0)
    return [json.loads(line) for line in result.stdout.splitlines()]


def _error(result: Result) -> tuple[str, int]:
    assert result.stdout == ""
    error = json.loads(result.stderr)["error"]
    assert error["exit"] == result.code
    return error["message"], result.code


# What comes in


@pytest.mark.parametrize(
    "piped",
    [
        f"{json.dumps(ONE)}\n{json.dumps(TWO)}\n",
        f"{json.dumps(ONE)}\r\n\r\n{json.dumps(TWO)}",
        json.dumps([ONE, TWO]),
        json.dumps([ONE, TWO], indent=2),
        f"{json.dumps(ONE, indent=2)}\n{json.dumps(TWO, indent=2)}\n",
        f"\ufeff[{json.dumps(ONE)}]\n[]{json.dumps(TWO)}",
    ],
    ids=["lines", "crlf", "array", "drawn array", "drawn objects", "mixed"],
)
def test_objects_arrays_and_lines_are_read(program: Program, piped: str) -> None:
    result = _feed(program, piped)
    one, two = map(json.loads, result.stdout.splitlines())
    assert (one["id"], one["person"], one["direction"], one["state"], one["due"]) == (
        1,
        "dana",
        "owe",
        "proposed",
        "2026-11-27",
    )
    assert (two["id"], two["person"], two["direction"], two["state"], two["due"]) == (
        2,
        "lee",
        "owed",
        "active",
        None,
    )
    assert (result.stderr, result.code) == ("", 0)
    assert [record["id"] for record in json.loads(program.ok("list", "--json"))] == [1, 2]


def test_the_keys_are_the_options_of_make_and_fields_of_the_record() -> None:
    options = {name.strip("_") for name in inspect.signature(make).parameters}
    assert options <= set(make_json.JSON_PROMISE_KEYS)
    record = set(make_json.JSON_PROMISE_KEYS) - options
    assert record == {"person", "direction", "due", "due_zone", "tags"}


def test_everything_that_make_takes_is_taken(program: Program) -> None:
    program.ok("make", "An older one", "--to", "dana")
    [record] = _made(
        program,
        {"outcome": "Send it", "to": ["dana"], "by": "fri", "done_when": "she has it", "why": "the board", "agreed": True, "risk": "flu", "no_to": "gym",
         "said": "yesterday", "replaces": 1, "beside": True, "tag": ["work", "#q3"], "new": False, "offered": None},
    )  # fmt: skip
    expected = {"id": 2, "state": "active", "due": "2026-11-27", "done_when": "she has it", "why": "the board", "risk": "flu", "no_to": "gym",
                "made_at": "2026-11-22T11:00:00Z", "replaces": 1, "tags": ["work", "q3"]}  # fmt: skip
    assert {name: record[name] for name in expected} == expected
    [asked] = _made(
        program,
        {
            "outcome": "Review it",
            "to": "dana",
            "asked": True,
            "reply_by": "wed",
            "replaces": "#1",
            "beside": True,
            "tag": "work",
        },
    )
    assert (
        asked["move"],
        asked["author"],
        asked["reply_by"],
        asked["replaces"],
        asked["tags"],
    ) == (
        "me",
        "them",
        "2026-11-25",
        1,
        ["work"],
    )
    [late] = _made(
        program,
        {
            "outcome": "Long ago",
            "from": "dana",
            "by": "2026-11-01",
            "backfill": True,
            "offered": True,
        },
    )
    assert (late["due"], late["author"]) == ("2026-11-01", "them")
    [mine] = _made(program, {"outcome": "Run", "to": "me"})
    assert mine["direction"] == "self"


@pytest.mark.parametrize(
    "words",
    [
        [
            "--to",
            "dana",
            "--by",
            "fri 17:00 America/New_York",
            "--done-when",
            "a\nb\\",
            "--tag",
            "work",
            "--tag",
            "q3",
        ],
        ["--from", "lee", "--reply-by", "wed"],
        ["--to", "me", "--by", "wed", "--why", "\u202ehealth\x1b"],
    ],
    ids=["owe", "owed", "self"],
)
def test_an_object_of_the_record_can_be_fed_back(program: Program, words: list[str]) -> None:
    names = (
        "person",
        "direction",
        "outcome",
        "due",
        "due_zone",
        "done_when",
        "why",
        "reply_by",
        "risk",
        "no_to",
        "replaces",
        "tags",
    )
    program.ok("make", "Send Q3 numbers", *words)
    [before] = json.loads(program.ok("show", "1", "--json"))
    [after] = _made(program, {name: before[name] for name in names})
    assert {name: after[name] for name in (*names, "due_at", "state")} == {
        name: before[name] for name in (*names, "due_at", "state")
    }


@given(
    outcome=st.text(min_size=1, max_size=30).filter(str.strip),
    why=st.none() | st.text(max_size=30).filter(str.strip),
)
def test_every_text_comes_in_as_it_is(outcome: str, why: str | None) -> None:
    given = {"outcome": outcome, "to": "dana", "why": why}
    reader = JsonReader([json.dumps(given) + "\n", json.dumps([given], ensure_ascii=False)])
    assert [*reader.iter_all_values()] == [(1, given), (2, given)]


# One transaction


def test_all_of_it_is_one_command_to_undo(program: Program) -> None:
    _made(program, ONE, {**TWO, "from": ["lee", "kim"]}, ONE)
    assert len(json.loads(program.ok("list", "--json"))) == 4
    program.ok("undo")
    assert json.loads(program.ok("list", "--json")) == []


def test_two_lines_may_name_the_same_new_person(program: Program) -> None:
    made = _made(
        program,
        {**ONE, "to": "Dana Kim"},
        {**TWO, "from": "dana-kim"},
        {**TWO, "from": ["DANA KIM", "lee"]},
    )
    assert [record["person_name"] for record in made] == ["Dana Kim"] * 3 + ["Lee"]
    assert program.ok("people").count("\n") == 2


def test_the_numbers_of_the_same_input_may_be_replaced(program: Program) -> None:
    assert _made(program, ONE, {**ONE, "replaces": 1, "beside": True})[1]["replaces"] == 1


def test_a_near_miss_is_refused_unless_it_is_new(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana")
    near = {**ONE, "to": "dnaa"}
    message = "line 2: “dnaa” is new, but looks like dana. Type the known name, or add --new if this is somebody else."
    assert _error(_feed(program, [TWO, near])) == (message, 3)
    assert _error(_feed(program, [{**ONE, "to": "Zoey"}, {**ONE, "to": "Zoe"}]))[0].startswith(
        "line 2: “Zoe” is new, but looks like zoey."
    )
    assert [record["person"] for record in _made(program, {**near, "new": True}, near)] == [
        "dnaa",
        "dnaa",
    ]


def test_nothing_is_asked(program: Program) -> None:
    """At a terminal the data is typed, and nothing that could be asked about is."""
    result = program("make", "--json", "-", answers=json.dumps({**ONE, "agreed": True}), width=80)
    assert (json.loads(result.stdout)["state"], result.code) == ("active", 0)
    assert result.stderr == "Paste or type, then Ctrl-D:\n"


# What is refused


BAD = [
    ("", "There is no promise on stdin"),
    (" \n\n", "There is no promise on stdin"),
    ("[]", "There is no promise on stdin"),
    ("{", "line 1, column 2: this is not JSON (expecting property name enclosed in double quotes)"),
    (
        '\n{"outcome": "a" "to": "b"}',
        "line 2, column 17: this is not JSON (expecting ',' delimiter)",
    ),
    ('{"outcome": "a', "line 1, column 13: this is not JSON (unterminated string starting)"),
    ("outcome,to\n", "line 1, column 1: this is not JSON (expecting value)"),
    (
        '[{"outcome": "a", "to": "b"}\n{"outcome": "a", "to": "b"}]',
        "line 2, column 1: this is not JSON (expecting , or ])",
    ),
    ('[{"outcome": "a", "to": "b"},\n]', "line 2, column 1: this is not JSON (expecting value)"),
    ('[{"outcome": "a", "to": "b"}', "line 1, column 29: this is not JSON (expecting , or ])"),
    ('[{"outcome": "a", "to": "b"},', "line 1, column 30: this is not JSON (expecting value)"),
    ("[", "line 1, column 2: this is not JSON (expecting value)"),
    ('{"outcome": "a", "to": "b"}]', "line 1, column 28: this is not JSON (expecting value)"),
    ("[" * 100_000, "line 1, column 2: this is not JSON (nested too deeply)"),
    ('{"replaces": NaN}', "line 1: NaN is not JSON"),
    (f'{{"replaces": {"9" * 5_000}}}', "line 1: a number in it is too long"),
    ('\n{"to": "a", "to": "b"}', "line 2: “to” is there twice"),
    ("\n\n3", 'line 3: a promise is an object, such as {"outcome": "…", "to": "dana"}'),
    ('[\n["a"]]', 'line 2: a promise is an object, such as {"outcome": "…", "to": "dana"}'),
    ('{"to": "b"}', "line 1: there is no “outcome”"),
    ('{"outcome": null, "to": "b"}', "line 1: there is no “outcome”"),
    (
        '{"outcome": "a", "done-when": "b"}',
        "line 1: there is no “done-when”; the nearest is “done_when”",
    ),
    ('{"outcome": "a", "id": 3}', "line 1: there is no “id”; the nearest is “"),
    ('{"outcome": 3}', "line 1: “outcome” must be text"),
    ('{"outcome": ["a"]}', "line 1: “outcome” must be text"),
    ('{"outcome": "a", "to": 3}', "line 1: “to” must be text, or an array of texts"),
    ('{"outcome": "a", "tags": [3]}', "line 1: “tags” must be text, or an array of texts"),
    ('{"outcome": "a", "agreed": "yes"}', "line 1: “agreed” must be true or false"),
    ('{"outcome": "a", "replaces": true}', "line 1: “replaces” must be the ID of a promise"),
    ('{"outcome": "a", "replaces": 1.5}', "line 1: “replaces” must be the ID of a promise"),
    ('{"outcome": "a\\u0000"}', "line 1: “outcome” must be text"),
    ('{"outcome": "a\\ud800"}', "line 1: “outcome” must be text"),
    ('{"outcome": "a", "due": "fri", "by": "sat"}', "line 1: two keys mean “by”; give one of them"),
    ('{"outcome": "a", "person": "b"}', "line 1: “direction” must be one of owe, owed, self"),
    (
        '{"outcome": "a", "person": "b", "direction": "to"}',
        "line 1: “direction” must be one of owe, owed, self",
    ),
    ('{"outcome": "a", "direction": "owe"}', "line 1: “direction” needs a “person” too"),
    (
        '{"outcome": "a", "direction": "self", "person": "b"}',
        "line 1: “direction” is self, so “person” must be me",
    ),
    (
        '{"outcome": "a", "direction": "owe", "person": "b", "to": "c"}',
        "line 1: “person” and “direction” mean the same as “to” or “from”",
    ),
    (b'{"outcome": "a",\n "to": "gr\xfcn"}', "line 2: this is not UTF-8"),
]


@pytest.mark.parametrize(("piped", "says"), BAD, ids=range(len(BAD)))
def test_bad_data_is_named_with_its_place_and_nothing_is_written(
    program: Program, piped: str | bytes, says: str
) -> None:
    message, code = _error(_feed(program, piped))
    assert message.startswith(says)
    assert message.endswith(". Nothing was recorded.")
    assert code == 6
    assert not program.ledger.exists()


@pytest.mark.parametrize(
    ("wrong", "says", "code"),
    [
        ({**ONE, "by": "blah"}, "Can't read “blah” as a date.", 6),
        ({**ONE, "by": "2026-11-20"}, "--by: Fri 20 Nov has passed.", 2),
        ({**ONE, "outcome": " "}, "The outcome is empty.", 6),
        ({**ONE, "why": ""}, "The why is empty.", 6),
        ({**ONE, "outcome": "x" * 1001}, "The outcome has 1,001 characters", 6),
        ({**ONE, "from": "lee"}, "One side of a promise is always you", 6),
        ({**ONE, "asked": True, "offered": True}, "--asked and --offered can't be combined.", 6),
        ({**ONE, "replaces": 0}, "“0” is not the ID of a promise.", 6),
        ({**ONE, "replaces": 99}, "There is no promise #99", 3),
        (
            {**ONE, "replaces": 10**30},
            "“1000000000000000000000000000000” is not the ID of a promise.",
            6,
        ),
        ({**ONE, "tags": ["two words"]}, "A tag is one word", 6),
        ({**ONE, "said": "2026-11-24"}, "--said: Tue 24 Nov is in the future.", 2),
        ({**ONE, "by": "11/12"}, "“11/12” can mean", 6),
        ({**ONE, "to": "dnaa"}, "“dnaa” is new, but looks like dana.", 3),
        ({"outcome": "a"}, "To whom, or from whom?", 6),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_with_a_promise_is_data_and_what_cannot_be_done_keeps_its_code(
    program: Program, wrong: Any, says: str, code: int
) -> None:
    for founded in (False, True):
        if founded:
            program.ok("make", "Something", "--to", "dana")
        before = program.ledger.read_bytes() if founded else None
        message, exit_code = _error(_feed(program, [ONE, TWO, wrong]))
        assert message.startswith(f"line 3: {says[0].lower()}{says[1:]}")
        assert exit_code == code
        assert (program.ledger.read_bytes() if program.ledger.exists() else None) == before


@pytest.mark.parametrize(
    ("more", "named"),
    [
        (["--to", "dana"], "--to"),
        (["--from", "lee", "--agreed"], "--from and --agreed"),
        (["--by", "fri", "--no-to", "x"], "--by and --no-to"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_options_beside_it_are_refused(program: Program, more: list[str], named: str) -> None:
    message = f"With “-”, each promise has its own fields. Leave out {named}."
    assert _error(_feed(program, [ONE], *more)) == (message, 2)


def test_a_dash_in_json_is_an_outcome(program: Program) -> None:
    assert _made(program, {**ONE, "outcome": "-"})[0]["outcome"] == "-"


def test_the_moment_can_be_set(program: Program) -> None:
    result = program("--today", "2026-12-01", "make", "--json", "-", piped=json.dumps(ONE))
    assert json.loads(result.stdout)["due"] == "2026-12-04"


# At a real terminal


def _wait_until_read(child: Any) -> None:
    """Wait until the program has taken what was typed: before that, a key would meet Python on its way up."""
    terminal_of = os.open(f"/proc/{child.pid}/fd/0", os.O_RDONLY | os.O_NOCTTY)
    try:
        for _ in range(600):
            [waiting] = struct.unpack("i", fcntl.ioctl(terminal_of, termios.FIONREAD, b"\0\0\0\0"))
            if not waiting:
                return
            time.sleep(0.05)
    finally:
        os.close(terminal_of)
    raise TimeoutError


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize(("key", "code"), [("d", 0), ("c", 130)])
def test_a_terminal_is_read_until_ctrl_d(program: Program, key: str, code: int) -> None:
    with terminal("make", "--json", "-") as child:
        child.sendline(json.dumps(ONE))
        child.expect('"fri"}\r\n')
        _wait_until_read(child)
        child.sendcontrol(key)
        assert ended(child) == code
        assert "Traceback" not in child.before
    assert program.ledger.exists() is (code == 0)
