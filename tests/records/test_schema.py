"""The JSON Schema is right about whatever the commands answer, and refuses what they never do."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from promisectl import guide
from promisectl.generate import schema as generator
from promisectl.records import fields
from tests.cli.test_json_answers import CSV, WITHOUT_PROMISE, live_through, parse_values
from tests.conftest import Program
from tests.guarantees.g12_damaged_ledgers import WORDS
from tests.guarantees.harness.views import declared, name_of
from tests.storage import test_random_walks as walks
from tests.test_models import write_random_ledger

SCHEMA: dict[str, Any] = json.loads(guide.read_records_schema())
DEFINED = SCHEMA["$defs"]
FORMS = ("json", "jsonl")
ANSWERED = [
    (name_of(one), form) for one in declared() for form in FORMS if form in one.answer_options
]
EXPORTS = (
    ["export"],
    ["export", "--acts"],
    ["export", "--columns", "id,flags,offer"],
    ["export", "--with", "dana", "--as-of", "2026-11-27"],
)
MORE = {
    "stats": [["stats", "--with", "dana", "--since", "2026-11-01"]],
    "digest": [["digest", "--since", "2026-11-01"]],
    "check": [["check", "--draft", "Help with the move", "--to", "lee"]],
    "list": [["list", "--all"], ["list", "--state", "void"]],
    "show": [["show", *map(str, range(1, 13))]],
    "import": [["import", "bad.csv", "--dry-run"]],
}
VIEWS = {
    "moves": ["moves"],
    "list": ["list", "--all"],
    "show": ["show", "1", "2", "3"],
    "log": ["log"],
    "status": ["status"],
    "week": ["week"],
    "digest": ["digest", "--since", "2026-11-01"],
    "stats": ["stats", "--all"],
    "check": ["check"],
    "review": ["review"],
    "people": ["people"],
    "person show": ["person", "show", "dana"],
}


def forbid_other_fields(part: Any) -> Any:
    """A schema that allows no field that it does not know."""
    if isinstance(part, list):
        return [forbid_other_fields(one) for one in part]
    if not isinstance(part, dict):
        return part
    strict = {name: forbid_other_fields(value) for name, value in part.items()}
    return strict | (
        {"additionalProperties": False}
        if part.get("type") == "object" and "properties" in part
        else {}
    )


STRICT = forbid_other_fields(SCHEMA)


@cache
def get_validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(STRICT | {"anyOf": [{"$ref": f"#/$defs/{name}"}]})


def find_faults(name: str, value: Any) -> list[str]:
    """What is wrong with a value by a definition."""
    found = get_validator(name).iter_errors(value)
    return [f"{one.json_path}: {one.message[:300]} {one.context}" for one in found]


def check_answer(command: str, form: str, text: str) -> int:
    """Compare an answer with its definition, and return of how many values it is."""
    name = f"{command.replace(' ', '-')}.{form}"
    values = (
        [json.loads(line) for line in text.splitlines()] if form == "jsonl" else parse_values(text)
    )
    for value in values:
        assert find_faults(name, value) == []
    return len(values)


@pytest.fixture
def lived(program: Program, monkeypatch: pytest.MonkeyPatch) -> Program:
    (program.home / "bad.csv").write_text(f"{CSV}Sing,owe,\n", "utf-8")
    return live_through(program, monkeypatch)


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    named = {one.removeprefix("#/$defs/") for one in list_references(SCHEMA)}
    assert named <= DEFINED.keys()


def list_references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from ([part["$ref"]] if isinstance(part.get("$ref"), str) else [])
        part = [*part.values()]
    if isinstance(part, list):
        for one in part:
            yield from list_references(one)


def test_every_answer_has_a_definition() -> None:
    names = {f"{name.replace(' ', '-')}.{form}" for name, form in ANSWERED}
    assert {name for name in DEFINED if name.endswith((".json", ".jsonl"))} == {
        *names,
        "export.json",
        "export.jsonl",
    }
    references = [one["$ref"] for one in SCHEMA["anyOf"]]
    assert references[0] == "#/$defs/error"
    assert len(references) == 1 + len(names) + 2


def test_the_fields_are_those_of_the_records() -> None:
    listed = {name: (*DEFINED[name]["properties"],) for name in ("promise", "act", "person", "day")}
    assert listed == {
        "promise": (*fields.PROMISE_FIELDS, "offer"),
        "act": fields.ACT_FIELDS,
        "person": fields.PERSON_FIELDS,
        "day": fields.DAY_FIELDS,
    }
    for name, one in listed.items():
        assert DEFINED[name]["required"] == [*one]
        about = [bool(field.get("description")) for field in DEFINED[name]["properties"].values()]
        assert about.count(False) == (name == "promise"), "offer alone is in no table"


@pytest.mark.parametrize(("command", "form"), ANSWERED)
def test_every_command_answers_as_it_is_defined(lived: Program, command: str, form: str) -> None:
    lines = [line for line in WORDS[command] if "--once" not in line] + MORE.get(command, [])
    number = 0
    for line in lines or [command.split()]:
        words = [word for word in line if word not in ("--json", "--csv", "--plain")]
        result = lived(*words, f"--{form}")
        assert result.code in ((0, 6) if "bad.csv" in words else (0,)), result
        number += check_answer(command, form, result.stdout)
    assert number


@pytest.mark.parametrize("words", EXPORTS, ids=" ".join)
@pytest.mark.parametrize("form", FORMS)
def test_an_export_is_as_it_is_defined(lived: Program, words: list[str], form: str) -> None:
    assert check_answer("export", form, lived.ok(*words, "--format", form))


@pytest.mark.parametrize("words", WITHOUT_PROMISE, ids=" ".join)
def test_what_is_about_people_alone_is_undone_as_it_is_defined(
    lived: Program, words: list[str]
) -> None:
    lived.ok(*words)
    for command in ("undo", "redo"):
        assert check_answer(command, "json", lived.ok(command, "--json"))


@pytest.mark.parametrize(("command", "form"), ANSWERED)
def test_an_empty_ledger_answers_as_it_is_defined(
    program: Program, command: str, form: str
) -> None:
    for words in [VIEWS.get(command, command.split())]:
        result = program(*words, f"--{form}")
        if result.code == 0:
            check_answer(command, form, result.stdout)
        else:
            assert find_faults("error", json.loads(result.stderr)) == []
    assert not program.ledger.exists()


def test_the_doctor_answers_as_it_is_defined_on_a_damaged_ledger(lived: Program) -> None:
    with closing(sqlite3.connect(lived.ledger, isolation_level=None)) as db:
        db.execute("UPDATE promise SET outcome = 'another' WHERE id = 8")
    for words in (["doctor"], ["doctor", "--rebuild"], ["doctor"]):
        assert check_answer("doctor", "json", lived(*words, "--json").stdout)
    lived.ledger.write_text("hello")
    result = lived("doctor", "--json")
    assert result.code == 5
    assert check_answer("doctor", "json", result.stdout)


@settings(max_examples=5)
@given(seed=st.integers(0, 2**32), hours=st.integers(0, 24 * 40))
def test_whatever_was_recorded_is_answered_as_it_is_defined(seed: int, hours: int) -> None:
    with pytest.MonkeyPatch.context() as patch, TemporaryDirectory() as place:
        path = str(Path(place, "ledger.db"))
        now = write_random_ledger(path, walks.Dice(seed)) + timedelta(hours=hours)
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "HOME"):
            patch.setenv(name, place)
        patch.setenv("TZ", "Europe/Berlin")
        patch.setenv("PROMISECTL_LEDGER", path)
        patch.setenv("PROMISECTL_TODAY", f"{now:%Y-%m-%dT%H:%MZ}")
        program = Program(Path(place), patch)
        for command, words in VIEWS.items():
            assert check_answer(command, "json", program.ok(*words, "--json"))


# Errors


def test_every_error_that_is_shown_anywhere_is_as_it_is_defined() -> None:
    places = (Path(guide.__file__).parent, Path(__file__).parents[1] / "transcripts")
    texts = [file.read_text("utf-8") for place in places for file in place.glob("*.md")]
    shown = [line for text in texts for line in re.findall(r'^{"error": .*}$', text, re.MULTILINE)]
    assert len(shown) > 10
    for line in shown:
        assert find_faults("error", json.loads(line)) == []


@pytest.mark.parametrize("command", [name for name, form in ANSWERED if form == "json"])
def test_every_command_refuses_as_it_is_defined(lived: Program, command: str) -> None:
    for more in (["--frobnicate"], ["--ledger", "/dev/null", "--limit"], ["999", "999", "999"]):
        result = lived(*command.split(), *more, "--json")
        if result.code:
            assert find_faults("error", json.loads(result.stderr)) == []
    result = lived(*command.split(), "--frobnicate", "--json")
    assert json.loads(result.stderr)["error"]["id"] == "unknown-option"


# What is never answered


def test_what_lacks_a_field_or_holds_something_else_is_refused(lived: Program) -> None:
    (promise,) = json.loads(lived.ok("show", "7", "--json"))
    assert find_faults("whole-promise", promise) == []
    for name in promise:
        lacking = {field: value for field, value in promise.items() if field != name}
        assert find_faults("whole-promise", lacking), name
        assert find_faults("whole-promise", promise | {name: 3.5}), name
    assert find_faults("whole-promise", promise | {"due": "soon"})
    assert find_faults("whole-promise", promise | {"made_at": "2026-11-27T10:00:00+01:00"})
    assert find_faults("whole-promise", promise | {"flags": ["tired"]})
    assert find_faults("list.json", promise)
    assert find_faults("promise", promise)
    error = {"code": "usage", "id": "no-such-id", "message": "No.", "exit": 2}
    assert find_faults("error", {"error": error})


def test_a_field_of_a_later_version_is_allowed() -> None:
    assert DEFINED["promise"] != STRICT["$defs"]["promise"]
    assert "additionalProperties" not in DEFINED["promise"]


# The command


def test_the_schema_is_printed_as_it_is_everywhere(program: Program) -> None:
    for width in (None, 40):
        printed = program.ok("guide", "records", "--schema", width=width)
        assert json.loads(printed) == SCHEMA
    assert printed == generator.generate_records_schema()


@pytest.mark.parametrize("words", [["guide", "--schema"], ["guide", "start", "--schema"]])
def test_another_page_has_no_schema(program: Program, words: list[str]) -> None:
    result = program(*words)
    assert (result.stdout, result.stderr, result.code) == (
        "",
        "promisectl: Only the page records has a schema. See: promisectl guide records --schema\n",
        2,
    )


def test_the_example_of_the_guide_runs(lived: Program) -> None:
    page = Path(guide.__file__).with_name("records.md").read_text("utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    for file, words in {
        "records.schema.json": ["guide", "records", "--schema"],
        "promises.json": ["list", "--all", "--json"],
    }.items():
        (lived.home / file).write_text(lived.ok(*words), "utf-8")
    exec(code, {})
