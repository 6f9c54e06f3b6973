"""The page of the record and its forms: the window and its errors, narrow and wide, with hundreds of promises, and with nothing to count."""

import csv
import io
import json
from typing import Any

import pytest
from rich.cells import cell_len

from tests.conftest import Program, remembered

WIDE = "東京の部長さん 長い名前の人です"
LINE = ["direction", "figure", "count", "of", "rate", "low", "high", "value"]
RATES = ["kept", "on_time", "on_time_first", "renegotiated", "notice", "confirmed", "said_no"]
EMPTY = "Since Tue 25 Aug\nNo promise was kept or broken. Since the first: promisectl stats --all\n"
EVER = "Since the first promise\nNo promise was kept or broken.\n"
SAID = ["--said", "2026-11-02", "--backfill", "--agreed", "--new", "-q"]


def _make(
    program: Program, *sides: str, by: str = "2026-11-10", outcome: str = "Bring a chair"
) -> list[str]:
    return program.ok("make", outcome, *sides, "--by", by, *SAID).split()


@pytest.fixture
@remembered
def settled(program: Program) -> Program:
    """With Dana and with somebody of a wide name, both ways: one kept, one broken, one overdue; and a No of mine."""
    for option in ("--to", "--from"):
        for name in ("dana", WIDE):
            kept, broken, _ = (
                _make(program, option, name, outcome=f"Thing {number}")[0] for number in range(3)
            )
            program.ok("complete", kept, "--on", "2026-11-09" if option == "--to" else "2026-11-12")
            told = (
                ["--told", "2026-11-05", "--cause", "overload"]
                if option == "--to"
                else ["--silent", "--cause", "external"]
            )
            program.ok("renege", broken, "--reason", "ill", *told)
    program.ok("make", "Sing on stage", "--to", "dana", "--asked")
    program.ok("decline", "13")
    return program


def _figures(program: Program, *words: str, today: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(program.ok("stats", *words, "--json", today=today))
    return found


def _count(program: Program, *words: str, today: str | None = None) -> tuple[int, int]:
    kept = _figures(program, *words, today=today)["owe"]["kept"]
    return kept["count"], kept["of"]


def _seen(out: str) -> str:
    return "".join(line.rstrip() + "\n" for line in out.splitlines())


# The page


def test_the_page_at_eighty_columns(settled: Program) -> None:
    assert _seen(settled.ok("stats", "--with", "dana", width=80)) == PAGE_80


def test_the_page_at_forty_columns(settled: Program) -> None:
    assert _seen(settled.ok("stats", "--with", "dana", width=40)) == PAGE_40


PAGE_80 = """\
Since Tue 25 Aug

You, to Dana
Kept 1 of 3 · on time 1 of 3 · warned in time 1 of 2 · terms changed 0 of 3 ·
said no once
Broken by: overload

Dana, to you
Kept 1 of 3 · on time 0 of 3 · warned in time 0 of 3 · terms changed 0 of 3
Broken by: external

What               You, to Dana  Dana, to you
kept                     1 of 3        1 of 3
on time                  1 of 3        0 of 3
as first promised        1 of 3        0 of 3
warned in time           1 of 2        0 of 3
terms changed            0 of 3        0 of 3
confirmed                0 of 1        1 of 1
said no                  1 of 1        0 of 3

You, to Dana: causes
  overload  1 time

Dana, to you: causes
  external  1 time

You, to Dana: month by month
  Nov 2026  █×○  1 kept, 1 broken, 1 overdue

Dana, to you: month by month
  Nov 2026  ▄×○  1 late, 1 broken, 1 overdue
"""
PAGE_40 = """\
Since Tue 25 Aug

You, to Dana
Kept 1 of 3 · on time 1 of 3 · warned in
time 1 of 2 · terms changed 0 of 3 ·
said no once
Broken by: overload

Dana, to you
Kept 1 of 3 · on time 0 of 3 · warned in
time 0 of 3 · terms changed 0 of 3
Broken by: external

What               You, to Dana
kept                     1 of 3
on time                  1 of 3
as first promised        1 of 3
warned in time           1 of 2
terms changed            0 of 3
confirmed                0 of 1
said no                  1 of 1

What               Dana, to you
kept                     1 of 3
on time                  0 of 3
as first promised        0 of 3
warned in time           0 of 3
terms changed            0 of 3
confirmed                1 of 1
said no                  0 of 3

You, to Dana: causes
  overload  1 time

Dana, to you: causes
  external  1 time

You, to Dana: month by month
  Nov 2026  █×○
            1 kept, 1 broken, 1 overdue

Dana, to you: month by month
  Nov 2026  ▄×○
            1 late, 1 broken, 1 overdue
"""


@pytest.mark.parametrize("width", [40, 47, 48, 64, 77, 78, 80, 200])
@pytest.mark.parametrize(
    "words",
    [
        ["stats"],
        ["stats", "--detail"],
        ["stats", "--detail", "--with", WIDE],
        ["people"],
        ["person", "show", WIDE],
    ],
    ids=" ".join,
)
def test_no_line_is_wider_than_the_terminal(settled: Program, words: list[str], width: int) -> None:
    page = settled.ok(*words, width=width)
    assert max(map(cell_len, page.splitlines())) <= width


def test_detail_says_what_the_figures_are_made_of(settled: Program) -> None:
    assert "in detail" not in settled.ok("stats", width=80)
    page = _seen(settled.ok("stats", "--detail", "--with", "dana", width=80))
    assert (
        "You, to Dana: in detail\n"
        "  kept in time           1\n"
        "  broken with a warning  1\n"
        "  overdue                1\n"
        "  warned ahead by        5.5 days (median)\n"
        "  late credit            0." in page
    )
    assert settled.ok("stats", "--detail", "--json") == settled.ok("stats", "--json")


def test_a_reason_that_echoes_the_named_risk_is_told(program: Program) -> None:
    program.ok(
        "make",
        "Bring a chair",
        "--to",
        "dana",
        "--by",
        "2026-11-10",
        "--risk",
        "The vendor is late",
        *SAID,
    )
    program.ok("renege", "1", "--reason", "My vendor slipped")
    assert "\nBroken for the reason foreseen: 1 of 1\n" in _seen(program.ok("stats", width=80))
    assert "  broken for the reason foreseen  1 of 1\n" in _seen(
        program.ok("stats", "--detail", width=80)
    )


def test_a_direction_with_nothing_to_count_is_left_out(program: Program) -> None:
    _make(program, "--from", "lee")
    page = program.ok("stats", width=80)
    assert "\nOthers\n" in page
    assert "You" not in page


def test_colour_only_where_it_is_wanted(settled: Program) -> None:
    assert "\x1b[" not in settled.ok("stats", width=80)
    assert "\x1b[" in settled.ok("stats", "--color", "always", width=80)


# Hundreds


@pytest.fixture
@remembered
def hundreds(program: Program) -> Program:
    """Three hundred that are due in one month, in equal parts kept, late, broken and overdue, and one of the year before."""
    for option, name in (("--to", "to"), ("--from", "from")):
        sides = [word for number in range(300) for word in (option, f"{name}-{number:03}-x")]
        made = _make(program, *sides)
        program.ok("complete", *made[:75], "--on", "2026-11-09", "-q")
        program.ok("complete", *made[75:150], "--on", "2026-11-12", "-q")
        program.ok("renege", *made[150:225], "--reason", "ill", "-q")
    program.ok(
        "make",
        "Bring a table",
        "--to",
        "dana",
        "--by",
        "2025-03-10",
        "--said",
        "2025-03-02",
        "--backfill",
        "--agreed",
        "-q",
    )
    return program


@pytest.mark.parametrize("width", [40, 60, 80, 120])
def test_bars_are_scaled_to_what_there_is_room_for(hundreds: Program, width: int) -> None:
    page = hundreds.ok("stats", "--all", width=width)
    assert max(map(cell_len, page.splitlines())) <= width
    bars = [line for line in page.splitlines() if "█" in line]
    assert len(bars) == 2
    for line in bars:
        counts = {line.count(sign) for sign in "█▄×○"}
        assert len(counts) == 1, line
    assert "one character for" in page
    told = " ".join(page.split())
    assert told.count("75 kept, 75 late, 75 broken, 75 overdue") == 2
    assert "1 overdue" in told


def test_a_few_are_not_scaled(settled: Program) -> None:
    assert "one sign" not in settled.ok("stats", width=40)


# The window


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ([], (2, 6)),
        (["--all"], (2, 6)),
        (["--since", "2026-11-09"], (2, 6)),
        (["--since", "2026-11-10"], (0, 4)),
        (["--since", "2026-11-10", "--until", "2026-11-10"], (0, 2)),
        (["--until", "2026-11-08"], (0, 0)),
        (["--until", "2026-11-09"], (2, 2)),
        (["--since", "mon"], (0, 2)),
        (["--since", "2026-11-24", "--until", "2026-11-24", "--today", "2026-11-24"], (0, 0)),
        (["--with", "dana"], (1, 3)),
        (["--with", "DANA", "--until", "2026-11-10"], (1, 2)),
        (["--as-of", "2026-11-08"], (0, 0)),
        (["--today", "2027-01-31"], (2, 6)),
        (["--today", "2027-03-31"], (0, 0)),
        (["--today", "2027-03-31", "--all"], (2, 6)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_the_window_chooses(settled: Program, words: list[str], kept: tuple[int, int]) -> None:
    assert _count(settled, *words) == kept


def test_the_window_is_said(settled: Program) -> None:
    for words, said in (
        ([], "Since Tue 25 Aug"),
        (["--all"], "Since the first promise"),
        (["--since", "2026-11-01"], "Since Sun 1 Nov"),
        (
            ["--since", "2026-11-01", "--until", "2026-11-15"],
            "Since Sun 1 Nov until Sun 15 Nov",
        ),
        (["--all", "--until", "2026-11-15"], "Since the first promise until Sun 15 Nov"),
    ):
        assert settled.ok("stats", *words, width=80).splitlines()[0] == said


def test_the_window_in_records(settled: Program) -> None:
    found = _figures(settled, "--since", "2026-11-01", "--until", "2026-11-15", "--with", "dana")
    assert {name: found[name] for name in ("as_of", "since", "until", "person")} == {
        "as_of": "2026-11-23T09:00:00Z", "since": "2026-10-31T23:00:00Z", "until": "2026-11-15T22:59:59Z", "person": "dana",
    }  # fmt: skip
    assert _figures(settled)["since"] == "2026-08-24T22:00:00Z"
    assert _figures(settled, "--all")["since"] is None
    assert _figures(settled)["person"] is None
    assert _figures(settled, "--until", "today")["until"] == "2026-11-23T09:00:00Z"


@pytest.mark.parametrize(
    ("words", "sentence", "code"),
    [
        (
            ["--since", "2026-11-20", "--until", "2026-11-10"],
            "The period ends before it begins.",
            2,
        ),
        (
            ["--since", "2026-11-20", "--as-of", "2026-11-10"],
            "The period ends before it begins.",
            2,
        ),
        (["--since", "tomorrow"], "--since: Tue 24 Nov is in the future.", 2),
        (["--until", "2026-12-01"], "--until: Tue 1 Dec is in the future.", 2),
        (["--as-of", "2026-12-01"], "--as-of: Tue 1 Dec is in the future.", 2),
        (["--since", "now 10:01"], "as a date", 2),
        (["--since", "someday"], "Can't read “someday” as a date", 2),
        (["--until", ""], "Can't read “” as a date", 2),
        (
            ["--all", "--since", "2026-11-01"],
            "--all and --since can't be combined. Give one of them.",
            2,
        ),
        (
            ["--with", "me"],
            "stats does not count promises to yourself. Name somebody else, or leave out --with.",
            2,
        ),
        (["--with", "nobody"], "Nobody in the ledger is called “nobody”.", 3),
        (["--with", ""], "Nobody in the ledger is called “”.", 3),
        (["--with", "dnaa"], "Nobody in the ledger is called “dnaa”. Did you mean dana?", 3),
        (["--csv", "--plain"], "--csv and --plain can't be combined.", 2),
        (["dana"], "dana", 2),
    ],
)
def test_a_window_that_can_not_be_is_refused(
    settled: Program, words: list[str], sentence: str, code: int
) -> None:
    result = settled("stats", *words)
    assert sentence in result.stderr
    assert (result.stdout, result.code) == ("", code)


def test_an_error_under_json_is_an_object(settled: Program) -> None:
    for words, code in (
        (["--with", "me"], "usage"),
        (["--with", "nobody"], "not-found"),
        (["--since", "tomorrow"], "usage"),
    ):
        assert json.loads(settled("stats", *words, "--json").stderr)["error"]["code"] == code


def test_the_beginning_of_a_name_is_enough(settled: Program) -> None:
    assert _figures(settled, "--with", "da")["person"] == "dana"
    settled.ok("person", "rename", "dana", "dana-kim", "--name", "Dana Kim")
    assert _figures(settled, "--with", "dana")["person"] == "dana-kim"
    assert "\nYou, to Dana Kim\n" in settled.ok("stats", "--with", "dana", width=80)


# Forms


def test_the_forms_agree(settled: Program) -> None:
    for words in ([], ["--with", "dana"], ["--until", "2026-11-08"]):
        whole = _figures(settled, *words)
        assert json.loads(settled.ok("stats", *words, "--jsonl")) == whole
        header, *rows = csv.reader(io.StringIO(settled.ok("stats", *words, "--csv"), newline=""))
        assert header == LINE
        assert [line.split("\t") for line in settled.ok("stats", *words).splitlines()] == rows
        assert settled.ok("stats", *words, "--plain", width=80) == settled.ok("stats", *words)
        flat = {(direction, figure): cells for direction, figure, *cells in rows}
        for direction in ("owe", "owed"):
            said = whole[direction]
            for name in RATES:
                cells = [said[name][part] for part in ("count", "of", "rate", "low", "high")]
                assert flat[direction, name][:5] == [
                    "" if cell is None else str(cell) for cell in cells
                ]
            for name, number in said["classes"].items():
                assert flat[direction, name][0] == str(number)
            for name, number in said["causes"].items():
                assert flat[direction, f"cause-{name}"][0] == str(number)
            for name, number in said["requests"].items():
                assert flat[direction, f"request-{name}"][0] == str(number)
            for name in ("slip_days", "lead_days", "late_credit"):
                assert flat[direction, name][-1] == ("" if said[name] is None else str(said[name]))


NEWEST = ["kept_before", "requests", "risk_named", "always_yes"]


@pytest.fixture
@remembered
def answered(program: Program) -> Program:
    """Omar said yes to six of my requests, each as asked; I was broken by overload twice, and never said no."""
    for number in range(6):
        program.ok("make", f"Thing {number}", "--from", "omar", "--by", "2026-12-24")
        program.ok("accept", str(number + 1))
    for number in range(7, 10):
        _make(program, "--to", "lee", outcome=f"Other thing {number}")
    for number in ("7", "8"):
        told = ["--cause", "overload", "--told", "2026-11-10", "--on", "2026-11-10"]
        program.ok("renege", number, "--reason", "too much", *told)
    program.ok("complete", "9", "--on", "2026-11-20")
    program.ok("make", "Read it", "--to", "lee", "--asked", "--by", "2026-12-24")
    program.ok("accept", "10", "--risk", "ill")
    return program


def test_how_promises_were_agreed_is_on_the_page(answered: Program) -> None:
    page = answered.ok("stats", "--since", "2026-11-15", width=80)
    assert "Kept 1 of 1 (before: 0 of 2)" in page
    assert "kept before" in page
    assert _seen(page[page.index("How promises were") :]).startswith(
        "How promises were agreed\n"
        "You said yes to 1 request: as asked 1, negotiated 0, with a risk 1\n"
        "You made 6 requests: yes as asked 6, negotiated 0, no 0, no answer 0\n"
        "Omar said yes to 6 of 6 as asked, without a counter or a risk. Is a no possible?\n"
    )
    assert "Broken by overload" not in page
    assert "Broken by overload 2 times; you said no 0 times." in answered.ok("stats", width=80)
    lee = answered.ok("stats", "--with", "lee", width=80)
    assert "You said yes to 1 request from Lee: as asked 1" in lee
    assert "Omar" not in lee
    omar = answered.ok("stats", "--with", "omar", width=80)
    assert "You made 6 requests to Omar: yes as asked 6" in omar
    answered.ok("make", "Sing on stage", "--to", "lee", "--asked")
    answered.ok("decline", "11")
    assert "you said no 0 times" not in answered.ok("stats", width=80)


def test_who_was_renamed_or_answered_otherwise_once(answered: Program) -> None:
    answered.ok("person", "rename", "omar", "om", "--name", "Omar Khan")
    assert "Omar Khan said yes to 6 of 6" in answered.ok("stats", width=80)
    assert _figures(answered)["owed"]["always_yes"] == {"om": 6}
    answered.ok("make", "One more", "--from", "om")
    answered.ok("decline", "11")
    assert "said yes to 6" not in answered.ok("stats", width=80)
    assert _figures(answered)["owed"]["always_yes"] == {}


def test_the_newest_figures_come_last(answered: Program) -> None:
    whole = _figures(answered)
    assert [*whole["owe"]][-4:] == [*whole["owed"]][-4:] == NEWEST
    lines = [line.split("\t") for line in answered.ok("stats").splitlines()]
    owed = [cells[1:4] for cells in lines if cells[0] == "owed"]
    assert owed[-7:] == [
        ["kept_before", "0", "0"],
        ["request-as_asked", "6", ""],
        ["request-negotiated", "0", ""],
        ["request-declined", "0", ""],
        ["request-no_answer", "0", ""],
        ["risk_named", "0", "6"],
        ["always-yes-omar", "6", ""],
    ]
    [_, *ever] = [line.split("\t")[1:] for line in answered.ok("stats", "--all").splitlines()]
    assert ["kept_before", *[""] * 6] in ever


def test_answers_are_on_the_page_though_nothing_is_settled(program: Program) -> None:
    program.ok("make", "Fix it", "--from", "lee", "--by", "tue")
    page = program.ok("stats", width=80, today="2026-11-26T10:00")
    assert "No promise was kept or broken." in page
    assert "You made 1 request: yes as asked 0, negotiated 0, no 0, no answer 1\n" in _seen(page)


def test_nothing_is_written(settled: Program) -> None:
    before = settled.ledger.read_bytes()
    for words in ([], ["--detail"], ["--as-of", "2026-11-08"], ["--json"], ["--since", "tomorrow"]):
        settled("stats", *words, width=80)
        settled("stats", *words)
    assert settled.ledger.read_bytes() == before


# Nothing, and next to nothing


def test_without_a_ledger(program: Program) -> None:
    assert (
        program.ok("stats", width=120)
        == program.ok("stats", "--all", width=120)
        == program.ok("owe", width=120)
    )
    assert _figures(program)["owe"]["kept"] == {
        "count": 0,
        "of": 0,
        "rate": None,
        "low": None,
        "high": None,
    }
    assert program("stats", "--with", "dana").code == 3
    assert program("person", "show", "dana").code == 3
    assert list(program.home.iterdir()) == []


def test_with_nothing_settled(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "fri")
    assert program.ok("stats", width=120) == EMPTY
    assert program.ok("stats", "--with", "dana", width=120) == EMPTY
    program.ok("void", "1", "--reason", "twice")
    assert program.ok("stats", width=120) == EMPTY
    assert program.ok("stats", "--all", width=120) == EVER


def test_everything_void_leaves_nobody(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("complete", "1")
    program.ok("void", "1", "--reason", "twice")
    assert program.ok("stats", width=120) == EMPTY
    assert program.ok("people", width=80) == "Nobody else is in the ledger yet.\n"
    assert program.ok("people", "--json") == "[]\n"
    assert [_figures(program)[way]["kept"]["of"] for way in ("owe", "owed")] == [0, 0]


def test_one_only(program: Program) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--agreed")
    program.ok("complete", "1")
    page = _seen(program.ok("stats", width=80))
    assert "\nYou\nKept 1 of 1 · terms changed 0 of 1\n" in page
    assert "\nkept               1 of 1\non time              none\n" in page
    assert page.endswith("\nYou: month by month\n  Nov 2026  █  1 kept\n")
    assert "%" not in page


def test_a_person_with_whom_there_is_nothing(settled: Program) -> None:
    settled.ok("make", "Send Q3 numbers", "--to", "kim", "--by", "fri")
    assert "No promise was kept or broken" in settled.ok("stats", "--with", "kim", width=80)
    assert _figures(settled, "--with", "kim")["owe"]["kept"]["of"] == 0
    page = _seen(settled.ok("person", "show", "kim", width=80))
    assert page.startswith("Kim (kim)\nlast contact  Mon 23 Nov\n\nNot agreed yet\n")


def test_promises_to_myself_do_not_count(program: Program) -> None:
    program.ok("make", "Walk ten times", "--to", "me", "--by", "fri")
    program.ok("complete", "1")
    assert program.ok("stats", width=120) == EMPTY
    assert program.ok("people", width=80) == "Nobody else is in the ledger yet.\n"


# People


def test_what_was_kept_stands_beside_everybody(settled: Program) -> None:
    lines = settled.ok("people", width=120).splitlines()
    assert lines[0].split() == [
        "Who",
        "You",
        "owe",
        "Owes",
        "you",
        "Overdue",
        "Next",
        "due",
        "You",
        "kept",
        "They",
        "kept",
    ]
    [line] = [line for line in lines if line.startswith("Dana ")]
    assert line.split()[-6:] == ["1", "of", "3", "1", "of", "3"]
    narrow = settled.ok("people", width=40).splitlines()
    assert narrow[2:4] == ["  next due Tue 10 Nov · you kept 1 of 3", "  they kept 1 of 3"]


def test_people_as_records_hold_the_record(settled: Program) -> None:
    [dana] = [
        record
        for record in json.loads(settled.ok("people", "--json"))
        if record["person"] == "dana"
    ]
    assert [
        dana[name] for name in ("kept_by_me", "kept_by_me_of", "kept_by_them", "kept_by_them_of")
    ] == [1, 3, 1, 3]
    header = settled.ok("people", "--csv").splitlines()[0]
    assert (
        header
        == "person,person_name,owe,owed,overdue,next_due,kept_by_me,kept_by_me_of,kept_by_them,kept_by_them_of,not_agreed"
    )
    assert settled.ok("people").splitlines()[0].split("\t")[-5:] == ["1", "3", "1", "3", "0"]


def test_people_in_three_orders(program: Program) -> None:
    for name, kept, of in (
        ("ada", 1, 1),
        ("ben", 4, 5),
        ("cleo", 0, 0),
        ("dora", 0, 2),
        ("emil", 9, 9),
    ):
        made = [
            program.ok("make", f"Thing {number}", "--from", name, "--agreed", "-q").strip()
            for number in range(of or 1)
        ]
        for number in made[:kept]:
            program.ok("complete", number, "-q")
        for number in made[kept:of]:
            program.ok("renege", number, "--reason", "ill", "-q")
    for name, day in (("emil", "sat"), ("ben", "fri"), ("dora", "fri")):
        program.ok("make", "Bring a chair", "--to", name, "--by", day, "--agreed", "-q")
    orders = {
        "name": "ada ben cleo dora emil",
        "due": "ben dora emil ada cleo",
        "record": "emil ben ada cleo dora",
    }
    for key, names in orders.items():
        for form in ([], ["--csv"]):
            lines = program.ok("people", "--sort", key, *form).splitlines()
            assert (
                " ".join(
                    line.replace(",", "\t").split("\t")[0]
                    for line in lines
                    if not line.startswith("person,")
                )
                == names
            )
    assert program.ok("people") == program.ok("people", "--sort", "name")
    result = program("people", "--sort", "mood")
    assert (result.stderr, result.code) == (
        "promisectl: --sort can't be “mood”. Choose from name, due, record.\n",
        2,
    )


def test_the_record_on_the_page_of_a_person(settled: Program) -> None:
    page = _seen(settled.ok("person", "show", "dana", width=120))
    assert page.startswith(
        "Dana (dana)\n"
        "last contact  Mon 23 Nov\n"
        "you           Kept 1 of 3 · on time 1 of 3 · warned in time 1 of 2 · terms changed 0 of 3 · said no once\n"
        "they          Kept 1 of 3 · on time 0 of 3 · warned in time 0 of 3 · terms changed 0 of 3\n"
    )
    assert len(json.loads(settled.ok("person", "show", "dana", "--json"))) == 7


@pytest.mark.parametrize(
    "name",
    ["x" * 100, "名" * 50, "A Name With Quite Some Words In It And Then Some More Of Them"],
    ids=["narrow", "wide", "words"],
)
@pytest.mark.parametrize("width", [40, 80])
def test_a_long_name_pushes_nothing_off_the_page(program: Program, name: str, width: int) -> None:
    made = _make(program, "--to", name)
    program.ok("complete", *made, "--on", "2026-11-09")
    page = program.ok("person", "show", name, width=width)
    assert "…" not in page
    together = " ".join(page.split())
    assert "Kept 1 of 1" in together
    assert "Mon 9 Nov" in together.partition("You owe")[0]
