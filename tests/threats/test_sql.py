"""Threats to SQL: what is typed is bound, looked for as it is, and never a name of a column."""

import json

import pytest

from tests.conftest import Program

HOSTILE = (
    "'); DROP TABLE act; --",
    '" OR "1"="1',
    "100%",
    "a_b",
    "back\\slash",
    "%",
    "_",
    "\\",
    "' || hex(1) || '",
    "?1",
    ":now",
    "$x",
)


def test_every_text_is_bound(program: Program) -> None:
    for text in HOSTILE:
        program.ok(
            "make",
            f"x {text}",
            "--to",
            "dana",
            "--why",
            text,
            "--done-when",
            text,
            "--tag",
            "t" + text.replace(" ", ""),
        )
        program.ok("note", "1", text, "--once", text)
    records = json.loads(program.ok("list", "--json"))
    assert {(record["outcome"], record["why"]) for record in records} == {
        (f"x {text}", text) for text in HOSTILE
    }
    assert program.ok("log", "--json").count("offer") == len(HOSTILE)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_search_finds_what_is_typed_and_nothing_else(program: Program, text: str) -> None:
    for one in HOSTILE:
        program.ok("make", f"x {one}", "--to", "dana")
    found = {
        record["outcome"] for record in json.loads(program.ok("list", "--json", "--search", text))
    }
    assert found == {f"x {one}" for one in HOSTILE if text.casefold() in one.casefold()}
    done = program("list", "--json", "--tag", text)
    assert (done.stdout, done.code) == (("[]\n", 0) if len(text.split()) == 1 else ("", 2))


@pytest.mark.parametrize(
    "words",
    [
        ["--sort", "due; DROP TABLE act"],
        ["--sort", "id"],
        ["--sort", "(SELECT 1)"],
        ["--state", "active' OR '1'='1"],
    ],
    ids=" ".join,
)
def test_orders_and_states_are_words_that_are_known(program: Program, words: list[str]) -> None:
    program.ok("make", "Send the numbers", "--to", "dana")
    done = program("list", *words)
    assert (done.stdout, done.code) == ("", 2)
    assert "Choose from" in done.stderr
    assert "Choose from" in program("people", "--sort", "name; --").stderr
    assert (
        "--columns: there is no field “id; --”" in program("export", "--columns", "id; --").stderr
    )
