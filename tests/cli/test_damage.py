"""A damaged ledger, as people meet it: a sentence with the way out, and a cure that helps. What is generated is in tests/guarantees."""

import json
import sqlite3
from contextlib import closing

import pytest

from promisectl.commands.dispatch import explain_failure
from tests.conftest import Program
from tests.guarantees.harness import damages
from tests.storage import life

UID = "caec9662-1b52-4400-b0ca-29da37627bd0"
DEEP = "[" * 100_000
DIGITS = '{"revision": ' + "7" * 5_000 + "}"
FIELDS = '{"terms": 5}', '{"text": []}', '{"found": {"state": 5}}', '{"target": "x"}', '{"new": 1}'


@pytest.fixture
def filled(program: Program) -> Program:
    program.ok("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Fix the bike brake", "--from", "lee", "--once", "k")
    program.ok("bump", "1", "it may slip")
    program.ok("person", "alias", "lee", "boss")
    program.ok("undo")
    return program


def damage(program: Program, script: str, *values: object) -> None:
    """What a disk or another program does, with the guards off."""
    with closing(sqlite3.connect(program.ledger, isolation_level=None)) as db:
        db.execute("PRAGMA ignore_check_constraints = ON")
        guards = db.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        for statement in script.split("; "):
            db.execute(statement, values)
        for _, made in guards:
            db.execute(made)


def refused(program: Program, *words: str, piped: str = "") -> None:
    """The command says that the ledger is damaged and what tells more, and leaves it as it is."""
    before = program.ledger.read_bytes()
    result = program(*words, piped=piped)
    assert (result.code, result.stdout.strip("[\n")) == (5, ""), (words, result)
    assert "damaged" in result.stderr, words
    assert "promisectl doctor" in result.stderr, words
    assert result.stderr.count("\n") == 1
    assert program.ledger.read_bytes() == before


def cured(program: Program, by: str = "--rebuild") -> str:
    """What the advised cure says; afterwards all is well."""
    found = program("doctor", "-q")
    assert found.code == 5
    assert found.stderr.rstrip().endswith(f"promisectl doctor {by}")
    done = program("doctor", by)
    assert done.code == 0, done
    assert "All is well" in done.stderr
    return done.stderr


# Who is who


MEETING = [
    (["make", "Bring the cake", "--to", "dana"], ""),
    (["make", "Bring the cake", "--from", "eve"], ""),
    (["make", "--json", "-"], '{"outcome": "Bring the cake", "to": "dana"}'),
    (["import", "-"], "outcome,direction,person\nBring the cake,owe,dana\n"),
    (["import", "-", "--dry-run"], "outcome,direction,person\nBring the cake,owe,dana\n"),
]
CHANGING = [
    ["person", "rename", "dana", "dk"],
    ["person", "alias", "dana", "dk"],
    ["person", "merge", "dana", "lee"],
]
LOST = [
    "DELETE FROM person",
    "DELETE FROM person WHERE handle = 'dana'",
    "DELETE FROM person; DELETE FROM alias; DELETE FROM sqlite_sequence",
    "UPDATE person SET handle = 'eve' WHERE handle = 'dana'",
    "UPDATE person SET name = 'Eve' WHERE handle = 'dana'",
    "UPDATE person SET merged_into = 3 - id",
    "UPDATE person SET merged_into = 99 WHERE handle = 'dana'",
    "INSERT INTO alias VALUES ('eve', 1)",
    "INSERT INTO person (handle, name) VALUES ('eve', 'Eve')",
]


@pytest.mark.parametrize(("words", "piped"), MEETING)
@pytest.mark.parametrize("lost", LOST)
def test_nobody_is_met_twice_or_taken_for_another(
    filled: Program, lost: str, words: list[str], piped: str
) -> None:
    damage(filled, lost)
    refused(filled, *words, piped=piped)
    cured(filled)
    filled.ok(*words, *(["--new"] if words[0] == "import" else []), piped=piped)


@pytest.mark.parametrize("words", CHANGING)
def test_names_are_not_changed_while_they_are_wrong(filled: Program, words: list[str]) -> None:
    for lost in LOST:
        damage(filled, lost)
        before = filled.ledger.read_bytes()
        assert filled(*words).code in (3, 5), lost  # 3 where nobody of that name is found
        assert filled.ledger.read_bytes() == before
        cured(filled)


def test_an_alias_that_is_gone_is_missed(filled: Program) -> None:
    filled.ok("person", "alias", "lee", "boss")
    damage(filled, "DELETE FROM alias")
    refused(filled, "person", "alias", "lee", "chief")
    refused(filled, "make", "Bring the cake", "--to", "boss")
    cured(filled)
    assert "you offer Lee" in filled.ok("make", "Bring the cake", "--to", "boss")


def test_who_is_missing_is_not_me(filled: Program) -> None:
    damage(filled, "DELETE FROM person")
    for words in (["owe"], ["owed"], ["list", "--json"], ["show", "1"], ["review"], ["people"]):
        refused(filled, *words)
    for words in (["digest"], ["export", "--format", "md"], ["check"], ["note", "1", "x"]):
        refused(filled, *words)
    with closing(sqlite3.connect(filled.ledger)) as db:
        assert (
            db.execute("SELECT person, person_name FROM promises").fetchall() == [(None, None)] * 2
        )


def test_two_who_were_met_by_one_name_are_told_apart_again(filled: Program) -> None:
    """What an earlier program left, where it made a promise after the row of somebody was lost."""
    filled.ok("make", "Bring the tea", "--to", "zoe")
    damage(filled, "UPDATE act SET body = replace(body, 'zoe', 'dana') WHERE verb = 'meet'")
    damages.inflict(filled.ledger, damages.Damage([], hashed=True))
    damage(
        filled, "DELETE FROM person WHERE id = 1; UPDATE person SET handle = 'dana' WHERE id = 3"
    )
    told = " ".join(cured(filled).split())
    assert (
        "Dana was added twice; the second is now dana-2. To merge them: promisectl person merge dana-2 dana"
        in told
    )
    for name in ("dana", "dana-2"):
        assert len(json.loads(filled.ok("list", "--with", name, "--json"))) == 1
    filled.ok("person", "merge", "dana-2", "dana")
    assert len(json.loads(filled.ok("list", "--with", "dana", "--json"))) == 2
    assert filled("doctor").code == 0
    filled.ok("undo")
    assert filled("doctor").code == 0


# What a move takes for granted


def test_no_number_is_given_twice(filled: Program) -> None:
    damage(filled, "DELETE FROM sqlite_sequence")
    assert "#3 proposed" in filled.ok("make", "Bring the cake", "--to", "dana")
    damage(filled, "UPDATE sqlite_sequence SET seq = 99")
    assert "#4 proposed" in filled.ok("make", "Bring the tea", "--to", "eve")
    cured(filled)
    damage(filled, "DELETE FROM promise WHERE id = 4; DELETE FROM sqlite_sequence")
    filled.ok("make", "Bring the milk", "--to", "dana")
    cured(filled)
    assert [row["outcome"] for row in json.loads(filled.ok("list", "--all", "--sort", "made", "--json"))] == [
        "Send the Q3 numbers", "Fix the bike brake", "Bring the cake", "Bring the tea", "Bring the milk",
    ]  # fmt: skip


def test_a_promise_whose_row_is_gone_is_not_imported_again(filled: Program) -> None:
    exported = filled.ok("export", "--format", "csv")
    damage(filled, "DELETE FROM promise WHERE id = 1")
    refused(filled, "import", "-", piped=exported)
    refused(filled, "complete", "1")
    cured(filled)
    assert "2 already imported" in filled.ok("import", "-", piped=exported)


def test_a_promise_without_acts_is_not_moved_or_replaced(filled: Program) -> None:
    filled.ok("backup")
    damage(filled, "DELETE FROM act WHERE promise = 2")
    for words in (
        ["show", "2"],
        ["note", "2", "x"],
        ["make", "X y z", "--to", "me", "--replaces", "2"],
    ):
        refused(filled, *words)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE entry SET undone_by = NULL",
        "UPDATE entry SET undone_by = id WHERE command = 'bump'",
        "UPDATE entry SET undone_by = 2 WHERE command = 'person alias'",
    ],
)
def test_what_is_undone_is_told_by_the_acts(filled: Program, script: str) -> None:
    damage(filled, script)
    refused(filled, "undo")
    cured(filled)
    assert "redone: person alias" in filled.ok("redo").lower()
    damage(filled, script.replace("NULL", "1"))
    cured(filled)


def test_an_answer_that_is_not_the_one_that_was_given_is_not_given_again(filled: Program) -> None:
    words = "make", "Fix the bike brake", "--from", "lee", "--once", "k"
    assert "#2" in filled.ok(*words)
    for answer in ("", "[]", "null", DEEP, '{"answer": [["x", 1, null]], "sum": ""}', "x"):
        damage(filled, "UPDATE once SET answer = ?", answer)
        refused(filled, *words)
    damage(filled, "UPDATE once SET request = 'make (0)'")
    refused(filled, *words)


# What is stored and can't be read


VIEWS = [
    ["show", "1"],
    ["check"],
    ["review"],
    ["digest"],
    ["list", "--as-of", "2026-11-23T10:00"],
    ["stats", "--as-of", "2026-11-23T10:00"],
    ["export", "--journal"],
    ["log"],
]
MOVES = [
    ["accept", "1"],
    ["note", "1", "x"],
    ["complete", "1"],
    ["undo", "--promise", "1"],
    ["tag", "1", "x"],
    ["edit", "1", "--correct"],
]


@pytest.mark.parametrize("body", ["", "{", "null", "[]", "5", DEEP, DIGITS, *FIELDS])
def test_the_body_of_an_act_that_is_none_is_damage(filled: Program, body: str) -> None:
    damage(filled, "UPDATE act SET body = ? WHERE verb = 'bump'", body)
    for words in MOVES:
        refused(filled, *words)
    for words in VIEWS:
        result = filled(*words)
        assert result.code in (0, 5), words
        assert not result.code or "doctor" in result.stderr
    assert filled("show", "1").code == filled("list", "--as-of", "2026-11-23T10:00").code == 5


@pytest.mark.parametrize(
    ("column", "value"),
    [("verb", "dance"), ("verb", "undo"), ("side", "nobody"), ("at", "never"), ("at", "2026-13-45T10:00:00Z"), ("recorded_at", "x")],
)  # fmt: skip
def test_the_columns_of_an_act_that_are_none_are_damage(
    filled: Program, column: str, value: str
) -> None:
    damage(filled, f"UPDATE act SET {column} = ? WHERE verb = 'bump'", value)
    refused(filled, "note", "1", "x")
    refused(filled, "show", "1")


@pytest.mark.parametrize(
    ("column", "value"),
    [("due", "31 nov"), ("due", "2026-11-31"), ("due_at", "never"), ("due_zone", "Mars/Base"), ("direction", "sideways"), ("state", "dance"), ("made_at", "x"),
     ("contact_at", "2026-13-45T10:00:00Z"), ("author", "x"), ("move", "x"), ("outcome", b"\xff"), ("first_due", "x"), ("offer", 2**63 - 1)],
)  # fmt: skip
def test_a_row_that_is_not_as_its_acts_left_it_breaks_nothing(
    filled: Program, column: str, value: object
) -> None:
    kind = "INTEGER" if isinstance(value, int) else "TEXT"
    damage(filled, f"UPDATE promise SET {column} = CAST(? AS {kind})", value)
    for words in (
        *VIEWS,
        ["owe"],
        ["owe", "--json"],
        ["list", "--all"],
        ["week"],
        ["moves"],
        ["export"],
    ):
        for width in (None, 80):
            result = filled(*words, width=width)
            assert result.code in (0, 5), words
            assert not result.code or "doctor" in result.stderr
    cured(filled)
    filled.ok("show", "1")


def test_a_number_at_the_limit_is_damage(filled: Program) -> None:
    filled.ok("backup")
    damage(filled, f"UPDATE act SET number = {2**63 - 1} WHERE number = (SELECT max(number) FROM act)")  # fmt: skip
    refused(filled, "note", "1", "x")
    assert filled("doctor", "-q").code == 5


def test_a_fault_in_a_ledger_that_is_whole_is_no_damage(filled: Program) -> None:
    explain_failure(life.world(filled.ledger), ValueError("a bug"))  # says nothing, so it stays one


@pytest.mark.parametrize(
    ("script", "words", "sentence"),
    [
        (
            "DELETE FROM person WHERE id = 1",
            ["list"],
            "a promise is with a person who is missing",
        ),
        ("DELETE FROM person", ["make", "X", "--to", "kim"], "people do not match their history"),
        ("DELETE FROM promise WHERE id = 1", ["import", "-"], "#1 does not match its history"),
        (
            (
                "CREATE TABLE copy AS SELECT * FROM promise WHERE id = 2; "
                "UPDATE copy SET id = 9, uid = '4e5bd5ea-8f32-4d4a-9f0b-5a1f6a4be111'; "
                "INSERT INTO promise SELECT * FROM copy; DROP TABLE copy"
            ),
            ["import", "-"],
            "#3 would get another ID",
        ),
        ("DELETE FROM act WHERE promise = 2", ["show", "2"], "#2 has no history"),
        (
            "UPDATE entry SET undone_by = NULL",
            ["redo"],
            "command 4 (person alias) does not match its acts",
        ),
        (
            """UPDATE act SET body = '{"target":9,"text":"x"}' WHERE verb = 'undo'""",
            ["redo"],
            "command 5 undoes nothing",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_what_is_wrong_is_said(
    filled: Program, script: str, words: list[str], sentence: str
) -> None:
    damage(filled, f"PRAGMA foreign_keys = OFF; {script}")
    piped = "outcome,person,direction\nCall,kim,owe\n"
    assert filled(*words, piped=piped).stderr == (
        f"promisectl: The ledger is damaged: {sentence}. See: promisectl doctor\n"
    )


@pytest.fixture
def with_part(program: Program) -> Program:
    program.ok("make", "Have the page live", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("make", "Send the copy", "--from", "lee", "--by", "thu")
    program.ok("part", "2", "--of", "1")
    return program


def test_a_part_of_a_promise_that_no_act_began_needs_a_backup(with_part: Program) -> None:
    forged = "UPDATE act SET body = json_set(body, '$.uid', ?) WHERE number = (SELECT min(number) FROM act WHERE promise = 1)"
    damages.inflict(with_part.ledger, damages.Damage([(forged, (UID,))], hashed=True))
    found = with_part("doctor", "-q")
    assert found.code == 5
    assert "the history of #2 names a person or a promise that is missing" in found.stdout
    assert "--rebuild" not in found.stderr
    assert with_part("doctor", "--rebuild").code == 5


def test_a_part_is_linked_again_where_only_the_row_of_the_bigger_one_was_changed(
    with_part: Program,
) -> None:
    damage(with_part, "UPDATE promise SET uid = ? WHERE id = 1", UID)
    cured(with_part)
    assert json.loads(with_part.ok("show", "2", "--json"))[0]["part_of"] == 1
