"""export: which promises, which fields, which format, into which file; and what is refused, in one sentence."""

import csv
import io
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.records import as_csv, as_ics, as_json, as_markdown, csv_reader, fields
from tests.conftest import Program, remembered


@pytest.fixture
@remembered
def filled(program: Program) -> Program:
    program.ok(
        "make", "Send the numbers", "--to", "dana", "--by", "fri", "--agreed", "--tag", "work"
    )
    program.ok("make", "Fix the brake", "--from", "lee", "--by", "sat")
    program.ok("make", "Read the draft", "--to", "lee", "--by", "tue", "--agreed")
    program.ok("make", "A mistake", "--to", "dana", "--agreed")
    program.ok("void", "4", "--reason", "twice")
    program.ok("complete", "1", "--confirmed")
    return program


def _ids(program: Program, *words: str, today: str | None = None) -> list[int]:
    return [
        json.loads(line)["id"]
        for line in program.ok("export", "--format", "jsonl", *words, today=today).splitlines()
    ]


def test_everything_comes_in_the_order_of_the_numbers(filled: Program) -> None:
    assert _ids(filled) == _ids(filled, "--all") == [1, 2, 3, 4]
    assert _ids(filled, "--sort", "due") == [3, 2, 1, 4]
    assert _ids(filled, "--limit", "2") == [1, 2]


@pytest.mark.parametrize(
    "words",
    [
        ["--with", "lee"],
        ["--state", "void", "--state", "kept"],
        ["--due-before", "fri"],
        ["--due-after", "fri"],
        ["--overdue"],
        ["--tag", "#work"],
        ["--search", "BRAKE"],
        ["--as-of", "sun"],
        ["--with", "lee", "--limit", "1", "--sort", "made"],
    ],
    ids=" ".join,
)
def test_the_filters_are_those_of_list(filled: Program, words: list[str]) -> None:
    listed = [
        row["id"]
        for row in json.loads(
            filled.ok("list", "--all", "--json", *words, today="2026-11-26T10:00")
        )
    ]
    voided = [4] if "void" in words else []
    assert sorted(_ids(filled, *words, today="2026-11-26T10:00")) == sorted({*listed, *voided})
    assert _ids(filled, "--sort", "due", "--state", "active", "--state", "proposed") == [3, 2]


def test_void_ones_are_exported_too_when_a_filter_fits_them(filled: Program) -> None:
    assert _ids(filled, "--with", "dana") == [1, 4]


def test_json_is_that_of_list(filled: Program) -> None:
    assert json.loads(filled.ok("export", "--format", "json", "--state", "proposed")) == json.loads(
        filled.ok("list", "--json", "--state", "proposed")
    )
    assert filled.ok("export", "--format", "jsonl", "--state", "proposed") == filled.ok(
        "list", "--jsonl", "--state", "proposed"
    )
    assert filled.ok("export", "--format", "json", "--search", "nothing like it") == "[]\n"


def test_columns_are_chosen_and_ordered(filled: Program) -> None:
    text = filled.ok("export", "--columns", "outcome, id", "--limit", "2")
    assert list(csv.reader(io.StringIO(text, newline=""))) == [
        ["outcome", "id"],
        ["Send the numbers", "1"],
        ["Fix the brake", "2"],
    ]
    [record] = json.loads(
        filled.ok("export", "--format", "json", "--columns", "tags,offer,id", "--state", "proposed")
    )
    assert list(record) == ["tags", "offer", "id"]
    assert record["offer"]["outcome"] == "Fix the brake"
    first, *_ = filled.ok(
        "export", "--acts", "--format", "jsonl", "--columns", "act,by"
    ).splitlines()
    assert json.loads(first) == {"act": "offer", "by": "me"}


def test_acts_in_three_formats(filled: Program) -> None:
    assert json.loads(filled.ok("export", "--acts", "--format", "json")) == json.loads(
        filled.ok("log", "--json")
    )
    assert filled.ok("export", "--acts", "--format", "jsonl", "--limit", "2") == filled.ok(
        "log", "--jsonl", "--limit", "2"
    )
    assert filled.ok("export", "--acts", "--all") == filled.ok("log", "--csv")


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "md", "ics"])
def test_the_ending_of_the_file_tells_the_format(filled: Program, ending: str) -> None:
    target = filled.home / f"out.{ending.upper()}"
    filled.ok("export", "-o", str(target))
    assert target.read_bytes().decode() == filled.ok("export", "--format", ending)
    assert target.stat().st_mode & 0o777 == 0o600
    filled.ok("export", "-o", str(target), "--force", "--format", "jsonl")
    assert target.read_bytes().decode() == filled.ok("export", "--format", "jsonl")
    filled.ok("export", "-o", str(filled.home / "out.txt"))
    assert (filled.home / "out.txt").read_bytes().decode() == filled.ok("export")


@pytest.mark.parametrize(
    ("ending", "form"), [("ndjson", "jsonl"), ("markdown", "md"), ("tab", "tsv"), ("TSV", "tsv")]
)
def test_an_ending_of_another_name_for_a_format(filled: Program, ending: str, form: str) -> None:
    target = filled.home / f"out.{ending}"
    filled.ok("export", "-o", str(target))
    assert target.read_bytes().decode() == filled.ok("export", "--format", form)


@pytest.mark.parametrize(
    "name", ["x.xls", "x.xlsx", "x.XLSX", "x.ods", "x.html", "x.yaml", "x.csv.gz", "x.db", "x.pdf"]
)
def test_an_ending_that_says_something_else_is_refused(filled: Program, name: str) -> None:
    target = filled.home / name
    for words in ((), ("--acts",), ("--journal",)):
        done = filled("export", *words, "-o", str(target))
        ending = name.rpartition(".")[2].casefold()
        assert (done.stdout, done.code) == ("", 2)
        assert done.stderr == (
            f"promisectl: Can't export to {target}: there is no format .{ending}. Use one of csv, tsv, json, jsonl, md, ics "
            "as the ending, or with --format.\n"
        )
    assert not target.exists()
    filled.ok("export", "-o", str(target), "--format", "csv")
    assert target.read_bytes().decode() == filled.ok("export")


def test_a_tsv_is_a_csv_with_tabs(filled: Program) -> None:
    for words in (
        (),
        ("--acts",),
        ("--for", "people"),
        ("--raw",),
        ("--bom",),
        ("--newline", "lf"),
    ):
        rows = filled.ok("export", *words, "--format", "tsv")
        assert [*csv.reader(io.StringIO(rows, newline=""), delimiter="\t")] == [
            *csv.reader(io.StringIO(filled.ok("export", *words), newline=""))
        ]
        assert rows.splitlines()[0].count("\t") >= 10


CELLS = st.text(st.sampled_from("a\t\n\r\"',;=+@| \u00a0é"), max_size=6)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=4), st.booleans())
def test_any_text_comes_back_from_a_tsv(rows: list[list[str]], raw: bool) -> None:
    records = [{"outcome": outcome, "why": why} for outcome, why in rows]
    pieces = as_csv.iter_csv_lines(records, ("outcome", "why"), raw=raw, delimiter="\t")
    lines = io.StringIO("".join(pieces), newline="")
    heading = csv_reader.find_csv_heading(lines, lambda cells: "outcome" in cells, "\t")
    assert heading.cells == ["outcome", "why"]
    found = [cells for _, cells in csv_reader.iter_csv_cells(heading)]
    assert rows == [cells if raw else [*map(as_csv.unescape_formula, cells)] for cells in found]


def test_a_tsv_comes_back_in_as_it_was(filled: Program) -> None:
    filled.ok("make", "Tab\there, =1", "--to", "lee", "--why", '=a\n"b"\tc', "--tag", "x")
    filled.ok("export", "-o", str(filled.home / "out.tsv"))
    there = ("--ledger", str(filled.home / "there.db"))
    filled.ok(*there, "import", str(filled.home / "out.tsv"))
    assert filled.ok(*there, "export", "--format", "tsv") == filled.ok("export", "--format", "tsv")


CSV_ONLY = "works with csv, tsv, not with {}. Leave it out, or add --format csv."


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--bom", "--format", "ics"], f"--bom {CSV_ONLY.format('ics')}"),
        (["--raw", "--format", "md"], f"--raw {CSV_ONLY.format('md')}"),
        (["--newline", "lf", "--format", "json"], f"--newline {CSV_ONLY.format('json')}"),
        (["--newline", "cr"], "--newline can't be “cr”. Choose from crlf, lf."),
        (["--alarm", "1d"], "--alarm works with ics, not with csv. Leave it out, or add --format ics."),
        (["--columns", "id", "-o", "x.ics"], "--columns works with csv, tsv, json, jsonl, md, not with ics. Leave it out, or add --format csv."),
        (["--acts", "--format", "md"], "--acts works with csv, tsv, json, jsonl, not with md. Leave it out, or add --format csv."),
        (["--acts", "--with", "dana", "--overdue"], "--acts exports all acts, which only --limit can shorten. Leave out --with and --overdue."),
        (["--acts", "--sort", "due"], "--acts exports all acts, which only --limit can shorten. Leave out --sort."),
        (["--acts", "--limit", "-1"], "--limit can't be -1. Give 0 or more."),
        (["--columns", "id,outcom"], "--columns: there is no field “outcom”. Did you mean outcome? See: promisectl guide records"),
        (["--columns", "id,offer"], "--columns: there is no field “offer”. See: promisectl guide records"),
        (["--columns", ""], "--columns: there is no field “”. See: promisectl guide records"),
        (["--columns", "id,state,id"], "--columns has id twice. Keep one of them."),
        (["--alarm", "soon", "--format", "ics"], "Can't read --alarm “soon”. Give days, hours or minutes before the due date, such as 1d, 2h or 30m."),
        (["--alarm", "-1d", "--format", "ics"], "Can't read --alarm “-1d”. Give days, hours or minutes before the due date, such as 1d, 2h or 30m."),
        (["--format", "xlsx"], "--format can't be “xlsx”. Choose from csv, tsv, json, jsonl, md, ics."),
        (["--state", "gone"], None),
        (["--sort", "id"], "--sort can't be “id”. Choose from due, made, person, state."),
        (["-o", "nowhere/"], "nowhere/ is a directory, and csv is one file. Name a file, or add --format ics for one file per promise."),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_sentence(
    filled: Program, monkeypatch: pytest.MonkeyPatch, words: list[str], sentence: str | None
) -> None:
    monkeypatch.chdir(filled.home)
    before = sorted(filled.home.rglob("*"))
    result = filled("export", *words)
    assert (result.stdout, result.code, result.stderr.count("\n")) == ("", 2, 1)
    assert sentence is None or result.stderr == f"promisectl: {sentence}\n"
    assert sorted(filled.home.rglob("*")) == before


def test_a_directory_that_is_there_is_no_file(filled: Program) -> None:
    (filled.home / "out").mkdir()
    result = filled("export", "-o", str(filled.home / "out"))
    assert (
        result.stderr.endswith(
            "is one file. Name a file, or add --format ics for one file per promise.\n"
        ),
        result.code,
    ) == (True, 2)


@pytest.mark.parametrize(
    "words", [["-o", "out.csv"], ["--format", "ics", "-o", "out.ics"]], ids=" ".join
)
def test_a_link_is_not_followed(filled: Program, words: list[str]) -> None:
    target = filled.home / words[-1]
    target.symlink_to(filled.home / "elsewhere")
    result = filled("export", *words[:-1], str(target), "--force")
    sentence = f"promisectl: Can't write {target}: it is not a regular file. Choose another place, or try again.\n"
    assert (result.stderr, result.code) == (sentence, 5)
    assert not (filled.home / "elsewhere").exists()


def test_a_broken_config_is_said_before_its_dates_could_be_read_otherwise(filled: Program) -> None:
    config = filled.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("nonsense = 1\n", encoding="utf-8")
    assert filled("list").code == 6
    assert filled("export", "--due-before", "eow").code == 6


@pytest.mark.parametrize("form", ["csv", "json", "jsonl", "md", "ics"])
def test_without_a_ledger_every_format_is_empty_and_nothing_is_made(
    program: Program, form: str
) -> None:
    result = program("export", "--format", form)
    assert (result.stderr, result.code) == ("", 0)
    assert list(program.home.iterdir()) == []
    expected = {
        "csv": "id,uid,",
        "json": "[]\n",
        "jsonl": "",
        "md": "No promises.\n",
        "ics": "BEGIN:VCALENDAR\r\n",
    }
    assert result.stdout.startswith(expected[form])


def test_more_than_a_memory_full_comes_in_order(program: Program, tmp_path: Path) -> None:
    """Beyond a thousand rows the answer goes through a temporary table."""
    names = [word for number in range(1_001) for word in ("--to", f"person{number}")]
    program.ok("make", "The same for all", *names, "--new", "--by", "fri 17:00", "-q")
    numbers = [*range(1, 1_002)]
    assert _ids(program) == numbers
    rows = program.ok("export", "--format", "md", "--columns", "id").splitlines()[4:]
    assert rows == [f"| {number} |" for number in numbers]
    program.ok("export", "-o", str(tmp_path / "all.ics"))
    people = [
        line
        for line in (tmp_path / "all.ics").read_text(encoding="utf-8").splitlines()
        if line.startswith("X-PROMISECTL-PERSON")
    ]
    assert people == [f"X-PROMISECTL-PERSON:person{number}" for number in range(1_001)]


def _without_end() -> Iterator[dict[str, object]]:
    """Rows that never end, so that nobody can wait for the last of them."""
    for number in itertools.count(1):
        yield {
            **dict.fromkeys(fields.PROMISE_FIELDS), "id": number, "uid": str(number), "direction": "owe", "state": "active", "outcome": "x",
            "person_name": "Dana", "person": "dana", "made_at": "2026-11-23T09:00:00Z", "said_last": "2026-11-23T09:00:00Z", "acts": 1,
            "replaces_uid": None,
            "bigger_uid": None,
        }  # fmt: skip


@pytest.mark.parametrize(
    "written",
    [
        lambda rows: as_csv.iter_csv_lines(rows, fields.PROMISE_FIELDS),
        as_json.iter_json_array,
        as_json.iter_json_lines,
        lambda rows: as_markdown.iter_markdown_parts(rows, (), "Europe/Berlin"),
        lambda rows: as_ics.iter_calendar_parts(rows, ()),
    ],
    ids=["csv", "json", "jsonl", "md", "ics"],
)
def test_what_is_written_does_not_wait_for_the_last_row(
    written: Callable[[Iterator[dict[str, object]]], Iterator[str]],
) -> None:
    rows = _without_end()
    assert len(list(itertools.islice(written(rows), 50))) == 50
    assert int(str(next(rows)["id"])) <= 52


def test_nothing_is_exported_onto_the_place_of_a_ledger_that_is_to_come(program: Program) -> None:
    place = program.home / "new.db"
    result = program("--ledger", str(place), "export", "-o", str(place))
    assert (result.code, "is the ledger itself" in result.stderr, place.exists()) == (
        2,
        True,
        False,
    )
