"""A profile of the user's own in the config: what the columns of a program that nobody else knows mean."""

import json
from pathlib import Path

import pytest

from promisectl.records import profiles
from tests.cli.import_files import take, told
from tests.conftest import Program

MINE = """\
window = 180

[import.mytool]
title = "My tool"
heading = ["Nr", "Task"]
map = {Task = "outcome", Until = "due", "Note it" = "why"}
set = {direction = "self", tags = "mine"}
skip = ["Kind=note", "Kind=heading"]
done = "Kind=done"
id = "Nr"

[import.other.map]
What = "outcome"
"""
TASKS = (
    "Nr,Task,Until,Note it,Kind,More\n1,Call,2026-12-04,rent,,x\n2,Write,,,note,\n3,Rest,,,done,\n"
)


@pytest.fixture
def config(program: Program) -> Path:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(MINE)
    return path


@pytest.mark.usefixtures("config")
def test_a_file_is_imported_by_it(program: Program) -> None:
    done = take(program, TASKS, "--from-format", "mytool")
    assert done.stdout == ("Imported 1 promise from file.csv. Not imported: 1 done, 1 left out.\n")
    assert told(program, "outcome", "due", "why", "tags") == [
        ("Call", "2026-12-04", "rent", "mine")
    ]
    done = take(program, TASKS.replace("Call", "Ring"))
    assert "Looks like a My tool export: 6 columns, 5 used." in done.stderr
    assert "1 differs here: #1 (outcome)" in done.stdout
    done = take(program, "What\nSleep\n", "--from-format", "other", "--set", "direction=self")
    assert (done.code, told(program, "outcome")[1:]) == (0, [("Sleep",)])


@pytest.mark.usefixtures("config")
def test_an_option_adds_to_it(program: Program) -> None:
    words = ("--from-format", "mytool", "--map", "More=tags", "--skip", "Nr=3", "--set", "tags=b")
    assert take(program, TASKS, *words, "--all").code == 0
    assert told(program, "outcome", "tags") == [("Call", "x")]


@pytest.mark.usefixtures("config")
def test_an_unknown_name_is_told_with_all_that_are_known(program: Program) -> None:
    refused = take(program, TASKS, "--from-format", "mytol")
    assert (refused.code, refused.stdout) == (2, "")
    assert refused.stderr.startswith("promisectl: --from-format can't be “mytol”. Choose from ")
    assert "mytool" in refused.stderr
    assert "trello" in refused.stderr


def test_one_of_the_same_name_wins(program: Program, config: Path) -> None:
    config.write_text('[import.trello]\nmap = {What = "outcome"}\nset = {direction = "self"}\n')
    assert take(program, "What\nSleep\n", "--from-format", "trello").code == 0


# The config


@pytest.mark.usefixtures("config")
def test_config_show_lists_its_values_and_their_lines(program: Program) -> None:
    rows = {row["key"]: row for row in json.loads(program.ok("config", "show", "--json"))}
    shown = {key: (row["value"], row["from"]) for key, row in rows.items() if "import" in key}
    assert shown == {
        "import.mytool.title": ("My tool", "line 4"),
        "import.mytool.heading": (["Nr", "Task"], "line 5"),
        "import.mytool.map.Task": ("outcome", "line 6"),
        "import.mytool.map.Until": ("due", "line 6"),
        "import.mytool.map.Note it": ("why", "line 6"),
        "import.mytool.set.direction": ("self", "line 7"),
        "import.mytool.set.tags": ("mine", "line 7"),
        "import.mytool.skip": (["Kind=note", "Kind=heading"], "line 8"),
        "import.mytool.done": ("Kind=done", "line 9"),
        "import.mytool.id": ("Nr", "line 10"),
        "import.other.map.What": ("outcome", "line 13"),
    }
    plain = program.ok("config", "show", "--plain")
    assert "import.mytool.skip\tKind=note, Kind=heading\tline 8\n" in plain


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('maps = {Task = "outcome"}', "there is no “maps”; the nearest is map"),
        ('map = {Task = "outcom"}', "“outcom” in map is not a field; the nearest is outcome"),
        ("map = {Task = 5}", "map must be a table of texts"),
        ('map = "outcome"', "map must be a table of texts"),
        ('set = {persons = "Kim"}', "“persons” in set is not a field; the nearest is"),
        ('set = {tag = "Kim"}', "“tag” in set is not a field; the nearest is tags"),
        ('skip = ["note"]', '“note” in skip is not like "Status=done"'),
        ("skip = 5", "skip must be a list of texts"),
        ('reads = "xml"', "reads must be one of csv, json, ics, todo.txt"),
        ('days = "noon"', "days must be one of written, midnight"),
        ('remove = {Labels = "("}', "“(” in remove is not a regular expression ("),
        ('title = ""', "title must be a text"),
    ],
)
def test_a_wrong_value_is_told_with_its_line(
    program: Program, config: Path, line: str, problem: str
) -> None:
    config.write_text(
        f'window = 90\n\n[import.mytool]\nid = "Nr"\n{line}\n\n[table]\nsort = "due"\n'
    )
    for words in (("owe",), ("import", "-")):
        refused = program(*words)
        assert (refused.code, refused.stdout) == (6, "")
        assert f"config.toml: line 5: {problem}" in refused.stderr


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            '[import.mytool.map]\nTask = "outcome"\nUntil = "duee"\n',
            "line 3: “duee” in map is not a field",
        ),
        ("[import]\nmytool = 5\n", "line 2: mytool must be a table"),
        ("import = 5\n", "line 1: import is a table: type [import.mytool]"),
        (
            '[import.none]\nid = "Nr"\n',
            "line 1: none is for files without a profile; choose another name",
        ),
    ],
)
def test_the_line_is_that_of_the_key(
    program: Program, config: Path, text: str, problem: str
) -> None:
    config.write_text(text)
    assert f"config.toml: {problem}" in program("owe").stderr


def test_config_set_and_unset_write_each_key(program: Program, config: Path) -> None:
    config.write_text("# mine\nwindow = 180\n")
    for words, printed in (
        (("import.mytool.map.Task", "outcome"), 'import.mytool.map.Task = "outcome"\n'),
        (("import.mytool.map.Note it", "why"), 'import.mytool.map.Note it = "why"\n'),
        (("import.mytool.map.items.title", "tag"), 'import.mytool.map.items.title = "tag"\n'),
        (("import.mytool.map.Owner", ""), 'import.mytool.map.Owner = ""\n'),
        (("import.mytool.set.direction", "self"), 'import.mytool.set.direction = "self"\n'),
        (
            ("import.mytool.skip", "Kind=note", "Kind=b"),
            'import.mytool.skip = ["Kind=note", "Kind=b"]\n',
        ),
        (("import.mytool.id", "Nr"), 'import.mytool.id = "Nr"\n'),
    ):
        done = program("config", "set", *words)
        assert (done.stdout, done.stderr, done.code) == (printed, "", 0)
    assert config.read_text().startswith("# mine\nwindow = 180\n")
    content = "Task,Note it,items.title,Owner,Nr,Kind\nCall,rent,To do,Kim,1,\nx,,,,2,note\n"
    assert take(program, content, "--from-format", "mytool").code == 0
    assert told(program, "outcome", "why", "tags") == [("Call", "rent", "To-do")]
    unset = program.ok("config", "unset", "import.mytool.map.Note it")
    assert unset == "import.mytool.map.Note it is no longer in the config.\n"
    assert "Note it" not in config.read_text()
    program.ok("config", "unset", "import.mytool")
    assert "import." not in program.ok("config", "show")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("import.mytool.maps.Task", "outcome"), "There is no setting “import.mytool.maps.Task”. Did you mean import.mytool.map.Task?"),
        (("import.mytool.map", "outcome"), "There is no setting “import.mytool.map”. Did you mean import.mytool.map.Task?"),
        (("import.mytool", "x"), "There is no setting “import.mytool”. Did you mean import.mytool.map.Task?"),
        (("import.mytool.id.x", "y"), "There is no setting “import.mytool.id.x”. Did you mean import.mytool.id?"),
        (("import.mytool.map.Task", "outcom"), "“outcom” in map is not a field; the nearest is outcome. Nothing was changed."),
        (("import.mytool.days", "noon"), "days must be one of written, midnight. Nothing was changed."),
        (("import.none.id", "Nr"), "none is for files without a profile; choose another name. Nothing was changed."),
    ],
)  # fmt: skip
def test_what_can_not_be_set_is_refused(
    program: Program, config: Path, words: tuple[str, ...], problem: str
) -> None:
    refused = program("config", "set", *words)
    assert (refused.code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"promisectl: {problem}")
    assert config.read_text() == MINE


# Completion


@pytest.mark.usefixtures("config")
def test_tab_completes_the_names_of_profiles(program: Program) -> None:
    found = program.ok("completion", "fish", "--", "import", "x", "--from-format", "")
    names = [line.partition("\t")[0] for line in found.splitlines()]
    assert names == ["mytool", "other", *profiles.list_profile_names(), "none"]
    assert "mytool\tMy tool" in found
    assert "trello\tTrello" in found
