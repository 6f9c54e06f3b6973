"""Names, tags, searches and headings in any spelling: composed or not, in any case, without marks."""

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promisectl.domain.people import Newcomer
from promisectl.storage import ledger
from promisectl.storage.journal import Journal
from tests.conftest import Program

WORDS = st.sampled_from(
    [
        "Zoë",
        "Müller",
        "Straße",
        "İstanbul",
        "Diyarbakır",
        "Émile",
        "Søren",
        "Łukasz",
        "Nguyễn",
        "Ångström",
        "Σίσυφος",
        "Йорк",
        "Dvořák",
    ]
)
MAX_MARK_CLASS = 200


def spell(text: str) -> list[str]:
    """The same text as keyboards and programs write it; the last ones are without its marks."""
    decomposed = unicodedata.normalize("NFD", text)
    bare = "".join(c for c in decomposed if unicodedata.combining(c) < MAX_MARK_CLASS)
    return [
        text,
        unicodedata.normalize("NFC", text),
        decomposed,
        text.upper(),
        decomposed.upper(),
        text.lower(),
        bare,
        bare.upper(),
    ]


def list_ids(program: Program, *words: str) -> list[int]:
    return [row["id"] for row in json.loads(program.ok("list", "--json", *words))]


@given(st.tuples(WORDS, WORDS).map(" ".join), st.data())
@settings(
    max_examples=25, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_spelling_finds_the_same(program: Program, text: str, data: st.DataObject) -> None:
    program.ledger.unlink(missing_ok=True)
    typed = data.draw(st.sampled_from(spell(text)[:6]))
    program.ok(
        "make", f"Go to {typed} today", "--to", typed, "--tag", typed.replace(" ", "-"), "-q"
    )
    program.ok("make", "Something else", "--to", "me", "-q")
    for other in spell(text):
        assert list_ids(program, "--with", other) == [1]
        assert list_ids(program, "--search", other) == [1]
        assert list_ids(program, "--tag", other.replace(" ", "-")) == [1]
        assert program("person", "show", other).code == 0
    for other in spell(text)[:6]:
        if "ı" not in text:
            program.ok("make", "One more", "--to", other, "-q")
    assert len(json.loads(program.ok("people", "--json"))) == 1
    stored = json.loads(program.ok("show", "1", "--json"))[0]
    assert (stored["outcome"], stored["tags"]) == (
        f"Go to {typed} today",
        [typed.replace(" ", "-")],
    )


@given(WORDS, st.data())
@settings(
    max_examples=40, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_spelling_of_a_heading_is_it(program: Program, word: str, data: st.DataObject) -> None:
    program.ledger.unlink(missing_ok=True)
    heading, named = (data.draw(st.sampled_from(spell(word))) for _ in range(2))
    (program.home / "file.csv").write_text(f"{heading};Who\nCall;dana\n")
    program.ok(
        "import", str(program.home / "file.csv"), "--map", f"{named}=OUTCOME", "--map", "who=person",
        "--set", "DIRECTION=owe",
    )  # fmt: skip
    assert json.loads(program.ok("list", "--json"))[0]["outcome"] == "Call"


def test_a_name_typed_without_its_marks_is_the_known_one(program: Program) -> None:
    program.ok("make", "One", "--to", "Zoë", "-q")
    made = program("make", "Two", "--to", "ZOE", width=80)
    assert "“ZOE” is Zoë (zoë)." in made.stderr
    assert list_ids(program, "--with", "zoë") == [1, 2]
    program.ok("make", "Three", "--to", "zoe", "--new", "-q")
    program.ok("make", "Four", "--to", "zoe", "-q")
    assert list_ids(program, "--with", "zoë") == [1, 2]
    assert list_ids(program, "--with", "zoe") == [3, 4]


def test_it_is_whole_even_if_longer_names_begin_with_it(program: Program) -> None:
    program.ok("make", "One", "--to", "Renée", "--to", "Renee-Ann", "--to", "Rene", "-q", "--new")
    program.ok("make", "Two", "--from", "renee", "-q")
    assert list_ids(program, "--with", "renée") == [1, 4]


@pytest.mark.parametrize(("known", "typed"), [("Zoe", "zoë"), ("Zoë", "zoé"), ("Renée", "rénee")])
def test_marks_that_are_typed_may_be_another_name(program: Program, known: str, typed: str) -> None:
    program.ok("make", "One", "--to", known, "-q")
    refused = program("make", "Two", "--to", typed)
    assert (refused.code, f"looks like {known.casefold()}" in refused.stderr) == (3, True)


def test_two_who_differ_in_marks_alone_are_asked_about(program: Program) -> None:
    program.ok("make", "One", "--to", "Zoë", "--to", "Zoé", "--new", "-q")
    refused = program("make", "Two", "--to", "zoe")
    assert (refused.code, "zoë" in refused.stderr, "zoé" in refused.stderr) == (3, True, True)


def test_a_ledger_that_has_a_decomposed_handle_already(program: Program) -> None:
    decomposed = unicodedata.normalize("NFD", "zoë")
    now = datetime(2026, 11, 23, 9, tzinfo=UTC)
    ledger.run_in_transaction(
        str(program.ledger),
        lambda db: Journal(db, now, "make").insert_person(Newcomer(decomposed, "Zoë")),
    )
    program.ok("make", "One", "--to", decomposed, "-q")
    for word in (decomposed, unicodedata.normalize("NFC", "ZOË"), "zoe", "zo"):
        assert list_ids(program, "--with", word) == [1]
    program.ok("make", "Two", "--to", "zoë", "-q")
    assert list_ids(program, "--with", "zoë") == [1, 2]


def test_tags_are_kept_as_typed_and_are_the_same_in_any_case(program: Program) -> None:
    program.ok("make", "One", "--to", "dana", "--tag", "Garden", "--tag", "GARDEN", "-q")
    assert program("tag", "1", "garden").code == 2
    program.ok("tag", "1", "Café,urgent", "-q")
    assert json.loads(program.ok("show", "1", "--json"))[0]["tags"] == ["Garden", "Café", "urgent"]
    program.ok("untag", "1", "CAFE", "gARDEN", "-q")
    assert json.loads(program.ok("show", "1", "--json"))[0]["tags"] == ["urgent"]


@pytest.mark.parametrize("name", ["امیر\u200cحسین", "ප්\u200dරියන්ත", "നന്ദന\u200dകുമാർ"])
def test_names_with_joiners_are_names(program: Program, name: str) -> None:
    program.ok("make", "One", "--to", name, "-q")
    assert json.loads(program.ok("list", "--json"))[0]["person_name"] == name
    assert list_ids(program, "--with", name.replace("\u200c", "").replace("\u200d", "")) == [1]
    program.ok("make", "Two", "--to", f"\u200c{name}\u200d", "-q")
    assert list_ids(program, "--with", name) == [1, 2]


@pytest.mark.parametrize(
    "words", [["--tag", ""], ["--tag", "#"], ["--search", ""], ["--search", "\u200b"]]
)
@pytest.mark.parametrize("command", ["list", "owe", "export"])
def test_an_empty_filter_is_refused(program: Program, command: str, words: list[str]) -> None:
    refused = program(command, *words)
    assert (refused.code, " is empty" in refused.stderr) == (2, True)


BLANK = ["\u200b", "\u00a0", "\u2060\ufeff", "\u3164", " \u00ad "]


@pytest.mark.parametrize("blank", BLANK, ids=ascii)
@pytest.mark.parametrize(
    "words",
    [
        ["make", "{}", "--to", "dana"],
        ["make", "Call", "--to", "{}"],
        ["make", "Call", "--to", "dana", "--why", "{}"],
        ["make", "Call", "--to", "dana", "--tag", "{}"],
        ["note", "1", "{}"],
        ["bump", "1", "{}"],
        ["void", "1", "--reason", "{}"],
        ["correct", "1", "--what", "{}"],
        ["person", "rename", "lee", "{}"],
        ["person", "rename", "lee", "lee", "--name", "{}"],
        ["person", "alias", "lee", "{}"],
    ],
    ids=" ".join,
)
def test_a_text_of_which_nothing_is_seen_is_none(
    program: Program, words: list[str], blank: str
) -> None:
    program.ok("make", "Lend the drill", "--to", "lee", "-q")
    before = program.ledger.read_bytes()
    assert program(*[word.format(blank) for word in words]).code == 2
    assert program.ledger.read_bytes() == before


@pytest.mark.parametrize("blank", BLANK, ids=ascii)
@pytest.mark.parametrize("field", ["outcome", "person", "why", "done_when"])
def test_neither_is_one_from_a_file_or_stdin(program: Program, field: str, blank: str) -> None:
    record = {"outcome": "Call", "person": "dana", "direction": "owe"} | {field: blank}
    assert program("make", "--json", "-", piped=json.dumps(record)).code == 6
    assert program("import", "-", piped=json.dumps(record)).code == 6
    assert not program.ledger.exists()


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("zoe", "Zoë"),
        ("STRASSE", "Straße"),
        ("istanbul", "İstanbul"),
        ("ｄａｎａ", "Dana"),
        ("امیرحسین", "امیر\u200cحسین"),
    ],
)
def test_a_person_is_found_at_every_door(program: Program, typed: str, name: str) -> None:
    program.ok("make", "One", "--to", name, "-q")
    program.ok("make", "Two", "--from", "lee", "-q")
    for word in (typed, typed[:3]):
        for command in ("list", "owe", "stats", "export", "completion bash -- owe --with"):
            words = [*command.split(), *(() if "completion" in command else ("--with",)), word]
            assert program.ok(*words)
        assert list_ids(program, "--with", word) == [1]
        assert "One" in program.ok("person", "show", word)
    program.ok("correct", "2", "--with", typed)
    assert list_ids(program, "--with", typed) == [1, 2]
    program.ok("person", "alias", typed, "boss")
    program.ok("person", "rename", typed, "sam")
    assert list_ids(program, "--with", "sam") == [1, 2]


def test_a_name_is_stored_composed(program: Program) -> None:
    program.ok("make", "One", "--to", unicodedata.normalize("NFD", "Zoë Škoda"), "-q")
    [row] = json.loads(program.ok("list", "--json"))
    assert (row["person"], row["person_name"]) == ("zoë-škoda", "Zoë Škoda")
