"""What a person reads out of a pipe or a file: --table, --svg and --template."""

import re
import stat
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest
from rich.cells import cell_len

from promisectl.records import as_template
from tests.conftest import Program

VIEWS: Sequence[Sequence[str]] = (
    ["moves"],
    ["owe"],
    ["owed"],
    ["list", "--all"],
    ["show", "1"],
    ["log"],
    ["week"],
    ["stats"],
    ["stats", "--detail"],
    ["check"],
    ["people"],
    ["person", "show", "dana"],
    ["config", "show"],
)
EACH_VIEW = pytest.mark.parametrize("words", VIEWS, ids=" ".join)
SVG = "{http://www.w3.org/2000/svg}"


# Tables


@EACH_VIEW
@pytest.mark.parametrize("columns", [40, 80, 100])
def test_a_table_in_a_pipe_is_that_of_a_terminal(
    week: Program, monkeypatch: pytest.MonkeyPatch, words: Sequence[str], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    shown = week.ok(*words, "--table")
    assert shown == week.ok(*words, width=columns)
    for line in shown.splitlines():
        assert line == line.rstrip()
        assert cell_len(line) <= columns or " " not in line.strip()


@EACH_VIEW
def test_without_columns_a_table_has_80(week: Program, words: Sequence[str]) -> None:
    assert week.ok(*words, "--table") == week.ok(*words, width=80)


def test_review_in_a_table_asks_nothing(week: Program) -> None:
    assert week.ok("review", "--table", width=80) == week.ok("review", "--no-input", width=80)


def test_a_table_has_colors_by_the_usual_rules(
    week: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b[" not in week.ok("owe", "--table")
    assert "\x1b[1m" in week.ok("owe", "--table", "--color", "always")
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[" not in week.ok("owe", "--table", "--color", "auto")


def test_a_table_in_a_pipe_has_no_pager(week: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LINES", "3")
    monkeypatch.setenv("PAGER", "false")
    assert week.ok("list", "--all", "--table").startswith("#")


def test_the_table_of_what_waits_needs_no_command(week: Program) -> None:
    assert week.ok("--table") == week.ok("moves", "--table")
    assert week("--table", "make", "x y z", "--to", "dana").code == 2
    assert week("owe", "--table", "--svg", "x.svg").code == 2


# Pictures


def _shown_in(svg: str) -> str:
    """The words of a picture, without the title of its window."""
    texts = [
        "".join(text.itertext())
        for text in ET.fromstring(svg).iter(f"{SVG}text")
        if "title" not in text.get("class", "")
    ]
    return " ".join(" ".join(texts).replace("\N{NO-BREAK SPACE}", " ").split())


@EACH_VIEW
def test_a_picture_shows_the_words_of_the_view_and_loads_nothing(
    week: Program, words: Sequence[str]
) -> None:
    svg = week.ok(*words, "--svg", "-")
    assert _shown_in(svg) == " ".join(week.ok(*words, "--table").split())
    assert re.findall(r"https?:[^\"]*", svg) == ["http://www.w3.org/2000/svg"]
    assert re.findall(r"url\((?!#)|@font-face|@import|href|<image|<script", svg) == []


def test_no_text_gets_out_of_its_place_in_a_picture(program: Program) -> None:
    evil = '</text><script>alert("&amp;{x}%s")</script>\x1b[31m'
    program.ok("make", evil, "--to", "dana", "--agreed")
    svg = program.ok("owe", "--svg", "-")
    ET.fromstring(svg)
    assert "<script" not in svg
    assert "\x1b" not in svg
    assert '<script>alert("&amp;{x}%s")' in _shown_in(svg)


def test_a_picture_is_a_file_of_mine_that_replaces_nothing(week: Program) -> None:
    picture = week.home / "it's my week.svg"
    result = week("week", "--svg", str(picture))
    assert (result.stdout, result.stderr) == ("", f"Written: {picture}\n")
    assert stat.S_IMODE(picture.stat().st_mode) == 0o600
    svg = picture.read_text(encoding="utf-8")
    assert svg == week.ok("week", "--svg", "-")
    again = week("week", f"--svg={picture}", "--weeks", "3")
    assert again.code == 2
    assert again.stderr.splitlines()[-1].startswith("promisectl week --svg=- --weeks 3 > '")
    assert picture.read_text(encoding="utf-8") == svg
    for place in (week.ledger, week.home, Path("/nonexistent/x.svg"), Path("/dev/full")):
        assert week("week", "--svg", str(place)).code in (2, 5)
    assert week("week", "--svg", "").code == 2
    assert not [file for file in week.home.iterdir() if "tmp" in file.name]


def test_a_picture_has_colors_unless_they_are_never_wanted(
    week: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR")
    title = 1
    assert week.ok("owe", "--svg", "-").count("font-weight: bold") > title
    assert week.ok("owe", "--svg", "-", "--color", "never").count("font-weight: bold") == title


def test_a_view_that_fails_leaves_no_picture(week: Program) -> None:
    picture = week.home / "x.svg"
    assert week("show", "99", "--svg", str(picture)).code == 3
    assert not picture.exists()
    assert week("moves", "--exit-code", "--svg", str(picture)).code == 10
    assert picture.exists()


# Templates


def test_a_template_is_a_line_for_each_promise(week: Program) -> None:
    lines = week.ok("list", "--all", "--template", "{id}\t{person}")
    assert lines == "".join(
        "\t".join(line.split("\t")[:2]) + "\n" for line in week.ok("list", "--all").splitlines()
    )
    assert week.ok("moves", "--template", "{waiting}").splitlines() == [
        line.split("\t")[6] for line in week.ok("moves").splitlines()
    ]
    assert week.ok("--template", "{id}") == week.ok("moves", "--template", "{id}")
    assert week.ok("owe", "--template={id}", width=80) == week.ok("owe", "--template={id}")


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{id}", "1"),
        ("#{id}: {outcome}!", "#1: a\\tb\\\\c\\x1b[31m!"),
        ("{{{id}}} {{}}", "{1} {}"),
        (r"{id}\t{state}\n\\n\d", "1\tactive\n\\n\\d"),
        ("{done_when}|{due}|{tags}|{flags}", "||home work|"),
        ("nothing", "nothing"),
        ("\x1b[31m{id}\n", "\\x1b[31m1\n"),
    ],
)
@pytest.mark.parametrize("width", [None, 80])
def test_what_a_template_prints(
    program: Program, template: str, shown: str, width: int | None
) -> None:
    outcome = "a\tb\\c\x1b[31m"
    program.ok("make", outcome, "--to", "me", "--tag", "home", "--tag", "work")
    assert program.ok("owe", "--template", template, width=width) == f"{shown}\n"


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("", "it is empty"),
        ("{id", "“{id” does not name a field"),
        ("{}", "“{}” does not name a field"),
        ("{id} }", "“}” closes nothing"),
        ("{outcom}", "there is no field “outcom”. Did you mean outcome?"),
        ("{id.real}", "there is no field “id.real”."),
        ("{id!r}", "there is no field “id!r”. Did you mean id?"),
        ("{outcome:>40}", "there is no field “outcome:>40”. Did you mean outcome?"),
        ("{offer}", "“offer”"),
    ],
)
def test_what_is_no_template(week: Program, template: str, said: str) -> None:
    result = week("owe", "--template", template)
    assert (result.stdout, result.code) == ("", 2)
    assert said in " ".join(result.stderr.split())


def test_without_a_ledger_a_template_prints_nothing(program: Program) -> None:
    result = program("list", "--template", "{id}")
    assert (result.stdout, result.code) == ("", 0)
    assert "No promises yet" in result.stderr


def test_a_template_is_read_once() -> None:
    pieces = as_template.parse_template("{{a}}{id}b", ("id",))
    assert list(pieces) == [("{a}", "id"), ("b", "")]
