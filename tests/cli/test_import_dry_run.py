"""A dry run of an import: a table of the first records, counts of the rest, and what does it."""

import csv
import io
import json

import pytest

from tests.cli.import_files import take
from tests.conftest import Program

PROFILE = '[import.mine]\nmap = {Task = "outcome", Due = "due"}\nset = {direction = "self"}\ndone = "Status=done"\ncancelled = "Status=gone"\nskip = "Status=note"\nid = "Nr"\n'
WORDS = ("--from-format", "mine")


@pytest.fixture
def mine(program: Program) -> Program:
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(PROFILE)
    return program


def tasks(*rows: str) -> str:
    return "Nr,Task,Due,Status\n" + "".join(
        f"{number},{row}\n" for number, row in enumerate(rows, 1)
    )


MANY = tasks(
    *(f"Call {number},," for number in range(13)),
    "Write,,done",
    "Rest,,gone",
    "Plan,,note",
) + ",,,\n"  # fmt: skip


@pytest.mark.parametrize("width", [None, 80])
def test_a_table_of_the_first_ten_and_counts_of_the_rest(mine: Program, width: int | None) -> None:
    seen = take(mine, MANY, *WORDS, "--dry-run", width=width)
    lines = seen.stdout.splitlines()
    assert lines[0].split() == ["Line", "Does", "Who", "What"]
    assert [line.split()[:2] for line in lines[1:11]] == [[str(n), "make"] for n in range(2, 12)]
    assert lines[11:] == ["and 3 more to make; to see all, add --plain"]
    assert seen.stderr.splitlines() == [
        "Dry run: 13 to make, 0 to skip, 0 refused; not imported: 1 done, 1 cancelled, 1 left out, 1 empty. Nothing was recorded.",
        "To import it:",
        "promisectl import file.csv --from-format mine",
    ]


def test_what_is_here_already_and_different_is_counted(mine: Program) -> None:
    assert take(mine, tasks("Call,,", "Write,,"), *WORDS).code == 0
    seen = take(mine, tasks("Call,,", "Write it,,", "Rest,,done"), *WORDS, "--dry-run")
    assert seen.stderr == (
        "Dry run: 0 to make, 2 to skip (1 differs here), 0 refused; not imported: 1 done. "
        "Nothing was recorded.\n"
    ), "there is nothing to import"
    assert "already #2, differs here: outcome" in seen.stdout


def test_what_is_refused_is_always_there(mine: Program) -> None:
    rows = [
        *(f"Call {number},," for number in range(30)),
        *(f"Write,someday {number}," for number in range(12)),
    ]
    seen = take(mine, tasks(*rows), *WORDS, "--dry-run")
    assert seen.code == 6
    assert (seen.stdout.count("make  "), seen.stdout.count("refuse  ")) == (10, 10)
    assert seen.stdout.endswith("and 20 more to make, 2 more refused; to see all, add --plain\n")
    assert "To import it" not in seen.stderr


@pytest.mark.parametrize("form", ["--json", "--jsonl", "--csv", "--plain"])
def test_records_tell_of_every_row(mine: Program, form: str) -> None:
    seen = take(mine, MANY, *WORDS, "--dry-run", form)
    if form == "--json":
        found = json.loads(seen.stdout)
    elif form == "--jsonl":
        found = [json.loads(line) for line in seen.stdout.splitlines()]
    elif form == "--csv":
        found = [*csv.DictReader(io.StringIO(seen.stdout))]
    else:
        names = ("line", "does", "id", "person", "outcome", "why")
        found = [
            dict(zip(names, line.split("\t"), strict=True)) for line in seen.stdout.splitlines()
        ]
    assert len(found) == 17
    assert [(record["does"], record["outcome"] or None, record["why"]) for record in found[13:]] == [
        ("omit", "Write", "done"), ("omit", "Rest", "cancelled"),
        ("omit", None, "left out"), ("omit", None, "empty"),
    ]  # fmt: skip


def test_who_wants_plain_lines_gets_them(mine: Program) -> None:
    (mine.home / "config" / "promisectl" / "config.toml").write_text('form = "plain"\n' + PROFILE)
    assert len(take(mine, MANY, *WORDS, "--dry-run").stdout.splitlines()) == 17


def test_the_command_is_as_typed(mine: Program) -> None:
    words = (
        "--map",
        "Note it=why",
        "--map",
        "*=",
        "--map",
        "Task=outcome",
        "--set",
        "direction=self",
    )
    seen = take(mine, "Task,Note it\nCall,x\n", *words, "--dry-run", "--csv")
    assert seen.stderr.splitlines()[-1] == (
        "promisectl import file.csv --map 'Note it=why' --map '*=' "
        "--map Task=outcome --set direction=self"
    )


def test_the_answer_counts_what_was_not_imported(mine: Program) -> None:
    done = take(mine, MANY, *WORDS)
    assert done.stdout == (
        "Imported 13 promises from file.csv. "
        "Not imported: 1 done, 1 cancelled, 1 left out, 1 empty.\n"
    )
    assert "For those that are done or cancelled as well, add --all.\n" in done.stderr
    again = json.loads(take(mine, MANY, *WORDS, "--json").stdout)
    assert again == {
        "imported": 0, "skipped": 13, "people": [], "ids": [],
        "differing": 0, "done": 1, "cancelled": 1, "left_out": 1, "empty": 1,
    }  # fmt: skip


def test_with_all_what_is_done_is_kept_and_what_is_cancelled_void(mine: Program) -> None:
    words = (*WORDS, "--all", "--set", "closed_at=2026-11-20", "--set", "delivered_at=2026-11-20")
    done = take(mine, MANY, *words)
    assert done.code == 0, done
    assert "Not imported: 1 left out, 1 empty." in done.stdout
    states = [row["state"] for row in json.loads(mine.ok("export", "--format", "json"))]
    assert states == ["active"] * 13 + ["kept", "void"]
