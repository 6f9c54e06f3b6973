"""Whatever a command records, with --json it answers with JSON: an object for each promise, or an empty array."""

import json
from typing import Any

import pytest

from tests.conftest import Program
from tests.guarantees.g12_damaged_ledgers import WORDS, build_whole_ledger
from tests.guarantees.harness.views import declared, name_of, writes

LATER = "2026-12-02T10:00"
CSV = "outcome,direction,person\nPay the caterer,owe,dana\n"
ANSWERED = [name_of(one) for one in declared() if writes(one) and "json" in one.answer_options]
WITHOUT_PROMISE = [
    ["person", "rename", "dana", "dk"],
    ["person", "alias", "dana", "dk"],
    ["person", "merge", "dana", "kim"],
]


def live_through(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Fill a home: everything was said there that can be said."""
    program.ledger.parent.mkdir(parents=True)
    program.ledger.write_bytes(build_whole_ledger())
    program.ledger.chmod(0o600)
    (program.home / "kept.db").write_bytes(build_whole_ledger())
    (program.home / "more.csv").write_text(CSV, "utf-8")
    monkeypatch.chdir(program.home)
    monkeypatch.setenv("EDITOR", "true")  # it changes nothing
    monkeypatch.setenv("PROMISECTL_TODAY", LATER)
    return program


@pytest.fixture
def lived(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    return live_through(program, monkeypatch)


def answered(program: Program, *words: str) -> list[Any]:
    """The values that a command answers with; one at least."""
    return parse_values(program.ok(*words, "--json"))


def parse_values(text: str) -> list[Any]:
    """The values of an answer: each on its line, or an array over several lines."""
    try:
        return [json.loads(text)]
    except json.JSONDecodeError:
        return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("name", ANSWERED)
def test_every_answer_is_json(lived: Program, name: str) -> None:
    for words in WORDS[name]:
        given = [word for word in words if word != "--json"]
        if "--once" in given:
            continue  # the answer of another form is kept with its request
        assert answered(lived, *given), words


@pytest.mark.parametrize("words", WITHOUT_PROMISE)
def test_what_is_about_people_alone_is_undone_with_json(lived: Program, words: list[str]) -> None:
    lived.ok(*words)
    assert answered(lived, "undo") == [[]]
    assert answered(lived, "redo") == [[]]
    assert answered(lived, "undo", "--once", "k") == [[]]
    assert answered(lived, "undo", "--once", "k") == [[]]


def test_what_changes_nothing_says_so_in_json(lived: Program) -> None:
    assert answered(lived, "edit", "8", "--correct") == [[]]
    lived.ok("import", "more.csv")
    [record] = answered(lived, "import", "more.csv")
    assert record["ids"] == []
    [record] = answered(lived, "import", "more.csv", "--dry-run")
    assert isinstance(record, dict | list)
