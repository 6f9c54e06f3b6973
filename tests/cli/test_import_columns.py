"""What the columns of a file mean: tags, assignees, those left out, and which rows are read."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.records.cells import split_tags
from tests.cli.import_files import take, told
from tests.conftest import Program

SELF = ("--set", "direction=self")


def mapped(*pairs: str) -> list[str]:
    return [word for pair in pairs for word in ("--map", pair)]


# Tags


@pytest.mark.parametrize(
    ("tags", "kept"),
    [
        ("garden, waiting for", "garden waiting-for"),
        ("garden; waiting for", "garden waiting-for"),
        ("waiting for;", "waiting-for"),
        ("garden urgent", "garden urgent"),
        ("#garden;+urgent , Garden", "garden urgent"),
        (["waiting for", "garden, urgent", "a;b"], "garden-urgent waiting-for a;b"),
        (["To do"], "To-do"),
    ],
)
def test_tags_are_between_commas_and_semicolons_or_else_spaces(
    program: Program, tags: Any, kept: str
) -> None:
    content = json.dumps([{"outcome": "Call", "direction": "self", "tags": tags}])
    assert take(program, content, name="x.json").code == 0
    assert sorted(told(program, "tags")[0][0].split()) == sorted(kept.split())


@given(st.lists(st.text("ab c#ö-", max_size=6), max_size=5), st.sampled_from(",;"))
def test_any_names_between_commas_are_tags_of_one_word(names: list[str], sign: str) -> None:
    wanted = ["-".join(name.split()) for name in names if name.strip()]
    assert split_tags(sign.join([*names, ""])) == (wanted if names else [])


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        ({"List": "To do", "Labels": "red"}, "To-do red"),
        ({"List": "Design, UX", "Labels": "red, dark blue"}, "Design-UX dark-blue red"),
        ({"List": "", "Labels": ""}, ""),
        ({"List": ["To do", "Later"], "Labels": ["red"]}, "Later To-do red"),
        ({"List": 7, "Labels": None}, "7"),
    ],
)
def test_a_column_can_be_one_tag(program: Program, cells: dict[str, Any], kept: str) -> None:
    content = json.dumps({"Task": "Call", **cells})
    words = mapped("Task=outcome", "List=tag", "Labels=tags")
    assert take(program, content, *words, *SELF, name="x.json").code == 0
    assert sorted(told(program, "tags")[0][0].split()) == sorted(kept.split())


# Assignees


def test_an_assignee_owes_it_and_the_rest_is_as_set(program: Program) -> None:
    content = 'Task,Who\nCall,\nWrite,Kim Lee\nRest,me\nPlan,"Bo, Kim Lee"\n'
    words = mapped("Task=outcome", "Who=assignees")
    assert take(program, content, *words, *SELF).code == 0
    assert told(program, "outcome", "direction", "person", "why") == [
        ("Call", "self", "me", ""),
        ("Write", "owed", "kim-lee", ""),
        ("Rest", "self", "me", ""),
        ("Plan", "owed", "bo", "With Bo, Kim Lee"),
    ]


def test_my_name_in_the_config_is_me(program: Program) -> None:
    program.ok("config", "set", "me", "Ana Lopez")
    content = "outcome,assignee\nCall,ana lopez\nWrite,Kim\nBoth,Kim; Ana Lopez\n"
    assert take(program, content, *SELF).code == 0
    assert told(program, "direction", "person") == [
        ("self", "me"), ("owed", "kim"), ("self", "me"),
    ]  # fmt: skip


def test_what_is_set_for_all_is_a_field_of_a_promise(program: Program) -> None:
    for word, near in (("tag=home", "tags"), ("assignee=Kim", "")):
        refused = take(program, "outcome\nCall\n", *SELF, "--set", word)
        assert (refused.code, refused.stdout) == (2, "")
        assert f"there is no field “{word.partition('=')[0]}”" in refused.stderr
        assert near in refused.stderr


# Columns that join, and columns that are left out


def test_several_columns_of_one_text_are_joined(program: Program) -> None:
    content = "outcome,A,B,C,D,E\nCall,one,two,three,four,x y\nRest,,two,,,\n"
    words = mapped("A=done-when", "B=done_when", "C=why", "D=why", "E=tags")
    assert take(program, content, *words, *SELF).code == 0
    assert told(program, "done_when", "why", "tags") == [
        ("one\ntwo", "three\nfour", "x y"),
        ("two", "", ""),
    ]


def test_two_columns_of_one_date_are_refused(program: Program) -> None:
    refused = take(program, "outcome,A,B\nCall,,\n", *mapped("A=due", "B=due"), *SELF)
    assert (refused.code, "the column due is there twice" in refused.stderr) == (6, True)


def test_a_star_leaves_out_all_that_is_not_named(program: Program) -> None:
    content = "Task,ID,State,tags,\nCall,A-1,Doing,work,text\n"
    assert take(program, content, *mapped("Task=outcome", "*="), *SELF).code == 0
    assert told(program, "outcome", "tags") == [("Call", "")]
    content = json.dumps({"Task": "Write", "state": {"id": 4}, "tags": ["work"]})
    words = mapped("Task=outcome", "*=", "tags=tags")
    assert take(program, content, *words, *SELF, name="x.json").code == 0
    assert told(program, "outcome", "tags")[1:] == [("Write", "work")]


def test_a_star_that_leaves_out_the_outcome_is_told(program: Program) -> None:
    refused = take(program, "outcome,x\nCall,1\n", "--map", "*=", *SELF)
    assert (refused.code, refused.stdout) == (6, "")
    assert "--map '*=' leaves out the column outcome; add --map outcome=outcome." in refused.stderr
    assert take(program, "outcome,x\nCall,1\n", *mapped("*=", "outcome=outcome"), *SELF).code == 0


def test_a_star_has_no_field(program: Program) -> None:
    refused = take(program, "outcome,x\nCall,1\n", "--map", "*=why")
    assert (refused.code, refused.stderr) == (
        2,
        "promisectl: --map “*=why”: * can only leave columns out. Type it like this: --map '*='\n",
    )


def test_an_unnamed_column_is_mapped_or_left_out(program: Program) -> None:
    content = "outcome,,Note,\nCall,for the rent,x,y\n"
    assert take(program, content, *mapped("=", "Note="), *SELF).code == 0
    assert take(program, content, *mapped("=why", "Note=why"), *SELF, "--set", "tags=b").code == 0
    assert told(program, "why") == [("",), ("for the rent\nx\ny",)]


def test_columns_that_are_no_fields_name_the_way_out(program: Program) -> None:
    refused = take(program, "Task,Who\nCall,dana\n")
    assert refused.stderr == (
        "promisectl: file.csv, line 1: the columns “Task”, “Who” are not fields; map each to a "
        "field (--map Task=outcome; see promisectl guide records), or leave it out (--map Task=; "
        "all others: --map '*='). Nothing was imported.\n"
    )
    refused = take(program, "outcome,Who\nCall,dana\n")
    assert "or leave it out (--map Who=). Nothing" in refused.stderr, "a star would leave out more"


# Rows


ROWS = "outcome,Status,Kind,Nr\nCall,Pending,task,1\nWrite,done,task,2\nPlan,,section,3\nRest,waiting,task,4\n"


@pytest.mark.parametrize(
    ("words", "outcomes"),
    [
        (["--only", "Status=pending"], "Call"),
        (["--only", "status=pending", "--only", "Status=waiting"], "Call Rest"),
        (["--only", "status=pending", "--only", "kind=section"], ""),
        (["--only", "Status=*"], "Call Write Rest"),
        (["--only", "Status="], "Plan"),
        (["--skip", "Kind=section"], "Call Write Rest"),
        (["--skip", "Kind=section", "--skip", "Status=DONE"], "Call Rest"),
        (["--only", "Kind=task", "--skip", "Status=*"], ""),
        (["--skip", "Status="], "Call Write Rest"),
    ],
)
def test_rows_are_chosen_by_their_columns(
    program: Program, words: list[str], outcomes: str
) -> None:
    left_out = mapped("Status=", "Kind=", "Nr=")
    done = take(program, ROWS, *left_out, *words, *SELF)
    count = len(outcomes.split())
    plural = "promise" if count == 1 else "promises"
    assert done.stdout == (
        f"Imported {count} {plural} from file.csv. Not imported: {4 - count} left out.\n"
    )
    assert [outcome for (outcome,) in told(program, "outcome")] == outcomes.split()


def test_a_column_that_only_chooses_rows_needs_no_map(program: Program) -> None:
    words = ("--only", "status=pending", "--skip", "kind=section", "--id", "nr")
    assert take(program, ROWS, *words, *SELF).code == 0
    assert told(program, "outcome") == [("Call",)]


@pytest.mark.parametrize("option", ["--only", "--skip", "--id"])
def test_a_column_that_is_not_there_is_told(program: Program, option: str) -> None:
    word = "Stat" if option == "--id" else "Stat=x"
    refused = take(program, ROWS, *mapped("*=", "outcome=outcome"), option, word, *SELF)
    assert (refused.code, refused.stdout) == (6, "")
    assert f"line 1: there is no column “Stat”, which {option} names." in refused.stderr
    objects = '[{"outcome": "Call"},\n{"outcome": "Rest"}]'
    refused = take(program, objects, option, word, *SELF, name="x.json")
    if option != "--skip":  # not every object needs what it is left out for
        assert (refused.code, refused.stdout) == (6, "")
        assert f"line 2: there is no column “Stat”, which {option} names." in refused.stderr
    objects = '[{"outcome": "Call"},\n{"outcome": "Rest", "stat": "x"}]'
    assert take(program, objects, option, word, *SELF, name="x.json").code == 0


@pytest.mark.parametrize("option", ["--only", "--skip"])
def test_a_condition_needs_a_value(program: Program, option: str) -> None:
    refused = take(program, ROWS, option, "Status", *SELF)
    assert (refused.code, refused.stderr) == (
        2,
        (
            f"promisectl: {option} “Status” does not name a column and a value. "
            f"Type it like this: {option} Status=done\n"
        ),
    )


# What identifies a row


def test_a_row_is_known_again_by_its_id(program: Program) -> None:
    words = ("--id", "Nr", *SELF)
    assert take(program, "outcome,Nr\nCall,1\nWrite,2\n", *words).code == 0
    again = take(program, "Nr,outcome\n2,Write it\n3,Rest\n1,Call\n", *words)
    assert again.stdout == (
        "Imported 1 promise from file.csv. 2 already imported, skipped. "
        "1 differs here: #2 (outcome).\n"
    )
    assert told(program, "outcome") == [("Call",), ("Write",), ("Rest",)]


def test_several_columns_can_identify_a_row(program: Program) -> None:
    words = ("--id", "List", "--id", "Nr", *SELF)
    content = "outcome,List,Nr\nCall,a,1\nWrite,a,2\nRest,b,1\n"
    assert take(program, content, *words).stdout.startswith("Imported 3 promises")
    assert take(program, content, *words).stdout.startswith("Imported 0 promises")


def test_rows_with_the_same_id_are_counted(program: Program) -> None:
    content = "outcome,Nr\nCall,1\nCall,1\nRest,\nWrite,\n"
    words = ("--id", "Nr", *SELF)
    assert take(program, content, *words).stdout.startswith("Imported 4 promises")
    assert take(program, content, *words).stdout.startswith("Imported 0 promises")


def test_a_uuid_is_the_uid(program: Program) -> None:
    uid = "00000000-0000-4000-8000-00000000000A"
    assert take(program, f"outcome,Nr\nCall,{uid}\n", "--id", "Nr", *SELF).code == 0
    assert told(program, "uid") == [(uid.lower(),)]


@pytest.mark.parametrize("form", ["csv", "tsv", "json", "jsonl"])
def test_a_tag_with_any_sign_comes_back_from_an_export(program: Program, form: str) -> None:
    program.ok("make", "Send it", "--to", "dana", "--tag", "a;b", "--tag", "c", "--agreed")
    written = program.ok("export", "--format", form)
    copy = ("--ledger", str(program.home / "copy.db"))
    program.ok(*copy, "import", "-", "--format", form, piped=written)
    assert json.loads(program.ok(*copy, "list", "--json"))[0]["tags"] == ["a;b", "c"]
    assert "1 already imported, skipped.\n" in program.ok(
        "import", "-", "--format", form, piped=written
    )


def test_tags_of_another_program_are_apart_also_where_a_column_is_our_uid(program: Program) -> None:
    content = "Key,Task,direction,tags\n4f0c7a4e-9d3b-4b0a-8a34-5d2f1f0a9c01,Call,self,garden; waiting for\n"
    assert take(program, content, "--map", "Key=uid", "--map", "Task=outcome").code == 0
    assert told(program, "tags")[0][0].split() == ["garden", "waiting-for"]
