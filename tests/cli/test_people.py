"""People as records."""

import json

import pytest

from promisectl.records import fields
from promisectl.storage import queries
from tests.conftest import Program


def test_people_as_records(week: Program) -> None:
    assert week.ok("people") == (
        "dana\tDana\t1\t0\t0\t2026-11-27T22:59:59Z\t0\t0\t0\t0\t1\n"
        "kim\tKim\t0\t0\t0\t\t0\t0\t0\t0\t1\n"
        "lee\tLee\t0\t1\t0\t2026-11-28T22:59:59Z\t0\t1\t0\t0\t0\n"
    )
    assert json.loads(week.ok("people", "--json", "--today", "2026-11-28"))[0] == {
        "person": "dana", "person_name": "Dana", "owe": 1, "owed": 0, "overdue": 1, "next_due": "2026-11-27T22:59:59Z",
        "kept_by_me": 0, "kept_by_me_of": 1, "kept_by_them": 0, "kept_by_them_of": 0, "not_agreed": 1,
    }  # fmt: skip
    assert week.ok("people", "--csv").splitlines()[0] == ",".join(fields.PERSON_FIELDS)
    assert [record["id"] for record in json.loads(week.ok("person", "show", "lee", "--json"))] == [
        3,
        6,
    ]


# Names with marks are where they belong

_NAMES = ["Ada", "Ádám", "Élodie", "Emil", "Łukasz", "Lynn", "Ömer", "Øst", "Otto", "Zoe"]


@pytest.mark.parametrize("names", [_NAMES, _NAMES[::-1]], ids=["in order", "backwards"])
def test_marks_do_not_move_a_name_to_the_end(program: Program, names: list[str]) -> None:
    for name in names:
        program.ok("make", f"Call {name}", "--to", name, "--new", "-q")
    handles = [name.casefold() for name in _NAMES]
    people = json.loads(program.ok("people", "--json"))
    assert [record["person"] for record in people] == handles
    listed = json.loads(program.ok("list", "--sort", "person", "--json"))
    assert [record["person"] for record in listed] == handles
    page = program.ok("people", width=80)
    assert [line.split()[0] for line in page.splitlines()[2:]] == _NAMES


def test_two_people_who_differ_in_marks_alone_stay_apart(program: Program) -> None:
    for nth, name in enumerate(("zoé", "zoe", "zoé", "zoe")):
        program.ok("make", f"Call {nth}", "--to", name, "--new", "--by", f"2026-12-0{9 - nth}")
    listed = json.loads(program.ok("list", "--sort", "person", "--json"))
    assert [(record["person"], record["id"]) for record in listed] == [
        *(("zoe", 4), ("zoe", 2)),
        *(("zoé", 3), ("zoé", 1)),
    ]


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("Élodie", "elodie"),
        ("E\u0301lodie", "elodie"),
        ("Łukasz", "lukasz"),
        ("Øst", "ost"),
        ("Straße", "strasse"),
        ("Иванов", "иванов"),
        ("Ώρα", "ωρα"),
        ("李雷", "李雷"),
        ("\u01bbx", "\u01bbx"),
        ("", ""),
    ],
)
def test_the_key_of_a_name_has_its_letters_without_marks(name: str, key: str) -> None:
    assert queries._build_name_key(name) == key


# Names that were somebody's


def find_ids(program: Program, name: str) -> list[int]:
    return [row["id"] for row in json.loads(program.ok("list", "--all", "--json", "--with", name))]


def test_a_former_name_still_finds_whoever_had_it(program: Program) -> None:
    program.ok("make", "One", "--to", "dk", "-q")
    program.ok("person", "rename", "dk", "dk", "--name", "Dana Kim", "-q")
    program.ok("make", "Two", "--to", "dweber", "-q")
    program.ok("make", "Three", "--to", "Dana Kim", "-q")
    merged = program.ok("person", "merge", "dk", "dweber")
    assert merged == "Merged Dana Kim (dk) into Dweber (dweber). dk and dana-kim are now aliases.\n"
    program.ok("make", "Four", "--to", "Dana Kim", "-q")
    assert len(json.loads(program.ok("people", "--json"))) == 1
    assert find_ids(program, "DANA KIM") == [1, 2, 3, 4]
    program.ok("undo")
    program.ok("undo")
    assert find_ids(program, "Dana Kim") == find_ids(program, "dk") == [1, 3]
    assert find_ids(program, "dweber") == [2]
    assert program("doctor", "-q").code == 0


def test_another_shown_name_leaves_the_former_one_as_an_alias(program: Program) -> None:
    program.ok("make", "One", "--to", "Dana Kim", "-q")
    program.ok("person", "rename", "dana", "dw", "--name", "Dana Weber")
    program.ok("person", "rename", "dw", "dw", "--name", "D. W.")
    assert find_ids(program, "Dana Kim") == find_ids(program, "dana weber") == [1]
    program.ok("undo")
    assert program("list", "--with", "d. w.").code == 3
    assert find_ids(program, "dana weber") == [1]


def test_a_former_name_that_is_somebody_elses_stays_theirs(program: Program) -> None:
    program.ok("make", "One", "--to", "dk", "-q")
    program.ok("make", "Two", "--to", "sam", "-q")
    for handle in ("dk", "sam"):
        program.ok("person", "rename", handle, handle, "--name", "Dana Kim", "-q")
    program.ok("person", "rename", "dk", "dk", "--name", "Other", "-q")
    assert find_ids(program, "Dana Kim") == [2]
    assert find_ids(program, "dk") == [1]


def test_another_shown_name_alone_is_said_as_that(program: Program) -> None:
    program.ok("make", "One", "--to", "dk", "-q")
    assert (
        program.ok("person", "rename", "dk", "dk", "--name", "X Y") == "dk is now shown as “X Y”.\n"
    )
    assert program.ok("person", "rename", "dk", "xy") == (
        "dk is now xy, shown as “X Y”; dk still works as an alias.\n"
    )


def test_an_alias_can_be_taken_away(program: Program) -> None:
    program.ok("make", "One", "--to", "dana", "-q")
    program.ok("person", "alias", "dana", "Lée", "-q")
    assert program.ok("person", "unalias", "dana", "lee") == "lée no longer means Dana (dana).\n"
    assert program("list", "--with", "lee").code == 3
    program.ok("undo")
    assert find_ids(program, "lee") == [1]
    program.ok("redo")
    program.ok("make", "Two", "--to", "lee", "-q")
    assert find_ids(program, "lee") == [2]
    refused = program("person", "unalias", "dana", "dana")
    assert (refused.code, refused.stderr) == (
        3,
        (
            "promisectl: dana has no alias “dana”. "
            "To change the handle: promisectl person rename dana “…”\n"
        ),
    )
    assert program("doctor", "-q").code == 0
    journal = program.ok("export", "--journal")
    assert (
        program("--ledger", str(program.home / "copy.db"), "import", "-", piped=journal).code == 0
    )


# Me


@pytest.fixture
def ana(program: Program) -> Program:
    """A ledger whose owner has said in the config that her name is Ana Lopez."""
    (program.home / "config" / "promisectl").mkdir(parents=True)
    (program.home / "config" / "promisectl" / "config.toml").write_text('me = "Ana Lopez"\n')
    program.ok("make", "One", "--to", "dana", "-q")
    return program


MINE = ["Ana Lopez", "ana-lopez", "ANA LOPEZ", "me"]


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["person", "show", "{}"], 3),
        (["person", "rename", "{}", "x"], 3),
        (["person", "alias", "{}", "x"], 3),
        (["person", "unalias", "{}", "x"], 3),
        (["person", "merge", "{}", "dana"], 3),
        (["person", "merge", "dana", "{}"], 3),
        (["person", "rename", "dana", "{}"], 2),
        (["person", "rename", "dana", "dana", "--name", "{}"], 2),
        (["person", "alias", "dana", "{}"], 2),
        (["make", "X", "--from", "{}", "--to", "dana"], 2),
        (["make", "X", "--to", "{}", "--asked"], 2),
    ],
    ids=str,
)
def test_nobody_else_is_me(ana: Program, words: list[str], code: int, name: str) -> None:
    before = ana.ledger.read_bytes()
    refused = ana(*[word.format(name) for word in words])
    assert refused.code == code
    assert name == "me" or code == 2 or "is you (`me` in the config)" in refused.stderr
    assert ana.ledger.read_bytes() == before


@pytest.mark.parametrize("name", MINE)
def test_a_promise_to_me_is_to_myself_at_every_door(ana: Program, name: str) -> None:
    record = {"outcome": "Rest", "person": name, "direction": "self"}
    ana.ok("make", "Rest", "--to", name, "-q")
    ana.ok("make", "--json", "-", piped=json.dumps(record))
    ana.ok("make", "--json", "-", piped=json.dumps({"outcome": "Rest", "to": name}))
    ana.ok("import", "-", piped=json.dumps(record))
    made = json.loads(ana.ok("list", "--json", "--with", name))
    assert [(row["person"], row["direction"]) for row in made] == [("me", "self")] * 4


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("direction", ["owe", "owed"])
@pytest.mark.parametrize("words", [["make", "--json", "-"], ["import", "-"]], ids=" ".join)
def test_i_owe_myself_nothing(ana: Program, words: list[str], direction: str, name: str) -> None:
    record = {"outcome": "Rest", "person": name, "direction": direction}
    before = ana.ledger.read_bytes()
    refused = ana(*words, piped=json.dumps(record))
    assert refused.code == 6
    assert name == "me" or "is you (`me` in the config)" in refused.stderr
    assert ana.ledger.read_bytes() == before


def test_nobody_is_shown_under_my_name(ana: Program) -> None:
    record = {"outcome": "Rest", "person": "al", "person_name": "Ana Lopez", "direction": "owe"}
    refused = ana("import", "-", piped=json.dumps(record))
    assert (refused.code, "`me` in the config" in refused.stderr) == (6, True)


# What make says about names


def test_new_that_made_nobody_is_said(program: Program) -> None:
    program.ok("make", "One", "--to", "dana", "-q")
    program.ok("person", "alias", "dana", "boss", "-q")
    assert (
        "“boss” is already Dana (dana), so nobody was added."
        in program("make", "X", "--to", "boss", "--new").stderr
    )
    assert "made nobody" not in program("make", "X", "--to", "dana", "--new").stderr


def test_a_comma_in_a_new_name_is_asked_about(program: Program) -> None:
    assert "--to kim --to bob" in program("make", "X", "--to", "kim,bob").stderr
    assert "--to kim --to bob" not in program("make", "X", "--to", "kim,bob").stderr
    assert "--to smith --to john\n" in program("make", "X", "--to", "Smith, John").stderr
    assert "--from ann --from lu-b\n" in program("make", "X", "--from", "Ann & Lu B").stderr
    assert "several people? Name each of them.\n" in program("make", "X", "--to", "Ops").stderr
    assert "several" not in program("make", "X", "--to", "ops").stderr
    assert "several" not in program("make", "X", "--to", "Sales", "--new").stderr
