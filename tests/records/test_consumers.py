"""The programs that people really open the records with read them, and read in them what was typed."""

import csv
import io
import json
import os
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promisectl import guide
from promisectl.records import as_csv, as_json, fields
from tests.conftest import Program, library, remembered, tool

HOSTILE = [
    'Send "it", now\nand the\r\nrest; all\tof it',
    "=HYPERLINK(1)",
    "'=1+1",
    "-1 day",
    "NA",
    "null",
    "007",
    "ümläut € 😀 \u202e",
    "back\\slash 'quoted' `ticks` $HOME",
]
texts = st.text(
    st.sampled_from("\"',;\r\n\t=+-@|\\ ＝")
    | st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
    min_size=1,
)


def _run(*words: str, given: str = "", home: Path | None = None) -> str:
    """What a program prints; it has to succeed and to complain of nothing. `home` is where it finds its files."""
    env = {**os.environ, "PYTHONWARNINGS": "ignore", **({"HOME": str(home)} if home else {})}
    done = subprocess.run(words, input=given.encode(), capture_output=True, env=env, check=False)
    assert (done.returncode, done.stderr.decode()) == (0, "")
    return done.stdout.decode()


def _recipe(page: str, language: str) -> str:
    """The first block in that language on a page of the guide."""
    text = Path(guide.__file__).with_name(f"{page}.md").read_text(encoding="utf-8")
    return text.split(f"```{language}\n")[1].split("```")[0]


@pytest.fixture
@remembered
def hostile(program: Program) -> Program:
    for text in HOSTILE:
        program.ok("make", "--to", "dana", "--by", "fri", "--agreed", "--", text)
    program.ok("complete", "2", "--confirmed")
    return program


# CSV


@given(
    st.lists(st.tuples(texts, texts), max_size=5), st.booleans(), st.sampled_from(["\r\n", "\n"])
)
def test_python_reads_the_csv(rows: list[tuple[str, str]], raw: bool, newline: str) -> None:
    text = "".join(
        as_csv.iter_csv_lines(
            [{"a": one, "b": other} for one, other in rows], ("a", "b"), raw=raw, newline=newline
        )
    )
    read = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    as_typed: Callable[[str], str] = str if raw else as_csv.unescape_formula
    assert [(as_typed(row["a"]), as_typed(row["b"])) for row in read] == rows


@pytest.mark.parametrize("newline", ["crlf", "lf"])
def test_the_shell_of_sqlite_imports_the_csv(hostile: Program, newline: str) -> None:
    target = hostile.home / "promises.csv"
    hostile.ok("export", "--raw", "--newline", newline, "-o", str(target))
    shell = tool("sqlite3")
    read = _run(
        shell,
        "-json",
        ":memory:",
        f".import --csv '{target}' promises",
        "select id, outcome, due, state from promises",
    )
    assert [row["outcome"] for row in json.loads(read)] == HOSTILE
    assert json.loads(read)[1] == {
        "id": "2",
        "outcome": "=HYPERLINK(1)",
        "due": "2026-11-27",
        "state": "kept",
    }


@given(st.lists(texts, min_size=1, max_size=20))
@settings(max_examples=25)
def test_the_shell_of_sqlite_imports_any_text(
    tmp_path_factory: pytest.TempPathFactory, typed: list[str]
) -> None:
    target = tmp_path_factory.mktemp("csv") / "texts.csv"
    with target.open("w", encoding="utf-8", newline="") as file:
        file.writelines(
            as_csv.iter_csv_lines(
                [{"n": number, "t": text} for number, text in enumerate(typed)],
                ("n", "t"),
                raw=True,
            )
        )
    database = str(target.with_suffix(".db"))
    _run(tool("sqlite3"), database, f".import --csv '{target}' texts")
    db = sqlite3.connect(database)
    read = [text for (text,) in db.execute("select t from texts order by rowid")]
    db.close()
    assert read == typed


def test_pandas_reads_the_csv_and_keeps_a_text_that_says_na(hostile: Program) -> None:
    pd = library("pandas")
    text = hostile.ok("export")
    frame = pd.read_csv(
        io.StringIO(text, newline=""), keep_default_na=False, na_values={"lateness_seconds": [""]}
    )
    assert list(frame.columns) == [*fields.PROMISE_FIELDS]
    assert [as_csv.unescape_formula(one) for one in frame["outcome"]] == HOSTILE
    assert (frame["id"].dtype, frame["revision"].dtype, frame["lateness_seconds"].dtype) == (
        "int64",
        "int64",
        "float64",
    )
    assert frame["lateness_seconds"].notna().tolist() == [False, True, *[False] * 7]
    due = pd.to_datetime(frame["due_at"])
    assert (str(due.dt.tz), due[0].isoformat()) == ("UTC", "2026-11-27T22:59:59+00:00")
    carelessly = pd.read_csv(io.StringIO(text, newline=""))
    assert (
        carelessly["outcome"].isna().tolist() == [False] * 4 + [True, True] + [False] * 3
    )  # which is why the guide says how


def test_the_recipes_of_the_guide_work(hostile: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    library("pandas")
    monkeypatch.chdir(hostile.home)
    hostile.ok("export", "-o", "promises.csv")
    assert _run(sys.executable, "-c", _recipe("spreadsheets", "python")).splitlines()[:2] == [
        "person",
        "dana    9",
    ]
    lines = (
        Path(guide.__file__).with_name("spreadsheets.md").read_text(encoding="utf-8").splitlines()
    )
    [command] = [line for line in lines if line.startswith("sqlite3 promises.db")]
    assert (
        _run("sh", "-c", command.replace("sqlite3", shlex.quote(tool("sqlite3")), 1)) == "dana|9\n"
    )


def test_pandas_reads_it_with_the_mark_for_excel(hostile: Program) -> None:
    pd = library("pandas")
    target = hostile.home / "excel.csv"
    hostile.ok("export", "--bom", "-o", str(target))
    assert pd.read_csv(target, keep_default_na=False)["id"].tolist() == [*range(1, 10)]


# JSON


def test_jq_reads_json_and_json_lines(hostile: Program) -> None:
    jq = tool("jq")
    array, lines = (
        hostile.ok("export", "--format", "json"),
        hostile.ok("export", "--format", "jsonl"),
    )
    assert json.loads(_run(jq, "[.[].outcome]", given=array)) == HOSTILE
    assert json.loads(_run(jq, "-s", "[.[].outcome]", given=lines)) == HOSTILE
    assert _run(jq, "-r", '.[] | select(.state == "kept") | .id', given=array) == "2\n"
    acts = hostile.ok("export", "--acts", "--format", "json")
    assert json.loads(_run(jq, "[.[] | select(.promise == 2) | .act]", given=acts)) == [
        "offer",
        "accept",
        "complete",
    ]


@given(st.lists(texts, max_size=20))
@settings(max_examples=20)
def test_jq_reads_any_text(typed: list[str]) -> None:
    array = "".join(as_json.iter_json_array({"t": text} for text in typed))
    assert json.loads(_run(tool("jq"), "-c", "[.[].t]", given=array)) == typed


def test_pandas_reads_json_lines(hostile: Program) -> None:
    pd = library("pandas")
    frame = pd.read_json(io.StringIO(hostile.ok("export", "--format", "jsonl")), lines=True)
    assert frame["outcome"].tolist() == HOSTILE


# Calendars


@pytest.fixture
def tasks(program: Program) -> Callable[..., str]:
    """Todoman over a directory of exported promises, as it is set up in the guide."""
    library("todoman")
    program.ok(
        "make",
        "Send the numbers, all of them",
        "--to",
        "dana",
        "--by",
        "fri",
        "--agreed",
        "--tag",
        "work",
    )
    program.ok("make", "Fix the brake", "--from", "lee", "--by", "sat 17:00")
    program.ok("make", "Read the draft", "--to", "lee", "--agreed", "--by", "tue")
    program.ok("complete", "3", "--confirmed")
    program.ok(
        "export", "--format", "ics", "--alarm", "1d", "-o", f"{program.home}/tasks/promises/"
    )
    config = program.home / "config" / "todoman" / "config.py"
    config.parent.mkdir(parents=True)
    config.write_text(_recipe("calendars", "text"), encoding="utf-8")

    def todo(*words: str) -> str:
        os.environ["XDG_CACHE_HOME"] = str(program.home / "cache")
        return _run(sys.executable, "-m", "todoman", "--color", "never", *words, home=program.home)

    return todo


def test_todoman_lists_what_is_open(tasks: Callable[..., str]) -> None:
    lines = tasks("list", "--sort", "-due").splitlines()
    assert [line.split("  ", 1)[1] for line in lines] == [
        "2026-11-27 Send the numbers, all of them  [owe, work]",
        "2026-11-28 17:00 Fix the brake  [owed]",
    ]


def test_todoman_knows_what_is_completed(tasks: Callable[..., str]) -> None:
    found = {
        task["summary"]: task
        for task in json.loads(tasks("--porcelain", "list", "--status", "ANY"))
    }
    assert sorted(found) == ["Fix the brake", "Read the draft", "Send the numbers, all of them"]
    assert {summary: (task["completed"], task["percent"]) for summary, task in found.items()} == {
        "Send the numbers, all of them": (False, 0),
        "Fix the brake": (False, 0),
        "Read the draft": (True, 100),
    }
    assert found["Send the numbers, all of them"]["categories"] == ["owe", "work"]
    assert found["Send the numbers, all of them"]["description"] == "You owe Dana. Promised."


# The ledger itself


@pytest.mark.parametrize("view", ["promises", "owe", "owed", "acts"])
def test_sqlite_utils_reads_the_views(hostile: Program, view: str) -> None:
    library("sqlite_utils")
    before = hostile.ledger.read_bytes()
    rows = json.loads(_run(sys.executable, "-m", "sqlite_utils", "rows", str(hostile.ledger), view))
    assert len(rows) == {"promises": 9, "owe": 8, "owed": 0, "acts": 19}[view]
    if view == "promises":
        assert [row["outcome"] for row in rows] == HOSTILE
    assert hostile.ledger.read_bytes() == before


def test_sqlite_utils_reads_what_waits_on_any_day(program: Program) -> None:
    """Another program asks the view `moves` by the real clock, so what waits here waits whatever day that shows."""
    library("sqlite_utils")
    program.ok(
        "make",
        "Due long ago",
        "--to",
        "dana",
        "--agreed",
        "--by",
        "2001-01-01",
        "--backfill",
        "--said",
        "2000-12-01",
    )
    program.ok(
        "make", "Due at the end of all days", "--to", "dana", "--agreed", "--by", "9999-12-31"
    )
    program.ok("make", "To be answered", "--to", "dana", "--asked")
    rows = json.loads(
        _run(sys.executable, "-m", "sqlite_utils", "rows", str(program.ledger), "moves")
    )
    assert sorted(row["outcome"] for row in rows) == ["Due long ago", "To be answered"]


def test_datasette_reads_the_views(hostile: Program) -> None:
    library("datasette")
    before = hostile.ledger.read_bytes()
    served = _run(
        sys.executable,
        "-m",
        "datasette",
        str(hostile.ledger),
        "--get",
        "/ledger/owe.json?_shape=array",
    )
    assert sorted(row["outcome"] for row in json.loads(served)) == sorted(
        [*HOSTILE[:1], *HOSTILE[2:]]
    )
    assert hostile.ledger.read_bytes() == before
