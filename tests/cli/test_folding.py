"""A series is one line where people look, and every promise of it where programs read."""

import hashlib
import json
import re
from datetime import date
from pathlib import Path

import pexpect
import pytest
from rich.cells import cell_len

from tests.cli.lists import strip_lines
from tests.cli.series_files import import_series
from tests.cli.terminal import terminal
from tests.conftest import Program, Result, remembered

AFTER = "2027-01-11T10:00"


@pytest.fixture
@remembered
def weekly(program: Program) -> Program:
    """Twelve weekly reports to Ben, #1 to #12, and something else that is due in between."""
    import_series(program)
    program.ok("make", "Fix the bike brake", "--to", "lee", "--by", "sat", "--agreed", "-q")
    return program


def _seen(program: Program, *words: str, width: int = 80, today: str | None = None) -> str:
    return strip_lines(program.ok(*words, width=width, today=today))


def _count_lines(program: Program, *words: str, today: str | None = None) -> int:
    """How many promises a table has a line for."""
    return len(
        re.findall(r"^ *#?\d+  ", _seen(program, *words, width=100, today=today), re.MULTILINE)
    )


# The lists


def test_a_series_is_one_line(weekly: Program) -> None:
    assert _seen(weekly, "owe") == OWE_80
    assert _seen(weekly, "owe", width=40) == OWE_40
    assert _seen(weekly, "list", "--with", "ben") == LIST_80


OWE_80 = """\
Agreed
 #  Who  What                                              By          Standing
 1  Ben  Send the weekly report                            Fri 27 Nov  in 4 days
         the next of 12, to Fri 12 Feb
13  Lee  Fix the bike brake                                Sat 28 Nov  in 5 days
"""
OWE_40 = """\
Agreed
 #  Who  What                 By
 1  Ben  Send the weekly      Fri 27 Nov
         report               in 4 days
         the next of 12, to
         Fri 12 Feb
13  Lee  Fix the bike brake   Sat 28 Nov
                              in 5 days
"""
LIST_80 = """\
#  Who     What                                            By          Standing
1  to Ben  Send the weekly report                          Fri 27 Nov  in 4 days
           the next of 12, to Fri 12 Feb
"""


@pytest.mark.parametrize("view", ["owe", "list", "moves"])
def test_programs_read_every_promise(weekly: Program, view: str) -> None:
    records = json.loads(weekly.ok(view, "--json", today="2027-02-20"))
    assert {record["id"] for record in records} == {*range(1, 14)}
    for how in ((), ("--plain",), ("--jsonl",), ("--template", "{id}"), ("--each",)):
        assert len(weekly.ok(view, *how, today="2027-02-20").splitlines()) == 13
        assert weekly.ok(view, *how) == weekly.ok(view, *how, "--each")
    assert len(weekly.ok(view, "--csv", today="2027-02-20").splitlines()) == 14


@pytest.mark.parametrize(
    ("words", "lines"),
    [
        (["owe"], 2),
        (["owe", "--each"], 13),
        (["owe", "--sort", "due"], 2),
        (["owe", "--sort", "made"], 13),
        (["owe", "--sort", "person"], 13),
        (["list", "--sort", "state"], 13),
        (["list", "--all"], 2),
        (["list", "--state", "active"], 2),
        (["list", "--limit", "2"], 2),
        (["list", "--limit", "1"], 1),
        (["list", "--limit", "0"], 0),
        (["list", "--state", "active", "--limit", "2"], 2),
        (["list", "--each", "--limit", "5"], 5),
        (["list", "--all", "--limit", "5"], 5),
        (["list", "--as-of", "2026-11-22"], 1),
        (["owe", "--overdue", "--today", AFTER], 2),
        (["owed"], 0),
        (["moves", "--today", AFTER], 2),
        (["--today", AFTER], 2),
        (["moves", "--each", "--waiting", "overdue", "--today", "2026-12-20"], 5),
    ],
    ids=lambda value: "" if isinstance(value, int) else " ".join(value),
)
def test_which_lists_fold(weekly: Program, words: list[str], lines: int) -> None:
    assert _count_lines(weekly, *words) == lines


@pytest.mark.parametrize(
    ("config", "lines"),
    [
        ('sort = "person"', 13),
        ('columns = ["id", "outcome"]', 2),
        ('columns = ["id", "due", "standing"]', 13),
    ],
)
def test_what_the_config_shows_decides(weekly: Program, config: str, lines: int) -> None:
    """Nothing is left out where there is no room for the note, or another order."""
    path = weekly.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[table]\n{config}\n", encoding="utf-8")
    assert _count_lines(weekly, "owe") == lines


@pytest.mark.parametrize(
    ("words", "note"),
    [
        (["--due-before", "5 dec"], "the next of 2, to Fri 4 Dec"),
        (["--due-before", "28 nov"], "the 1st of 12"),
        (["--due-after", "30 nov", "--due-before", "5 dec"], "the 2nd of 12"),
        (["--due-after", "11 feb"], "the last of 12"),
        (["--due-after", "1 jan"], "the next of 6, to Fri 12 Feb"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_note_is_about_what_matches(weekly: Program, words: list[str], note: str) -> None:
    [line] = re.findall("^ +the .*$", _seen(weekly, "owe", *words), re.MULTILINE)
    assert line.strip() == note


def test_the_note_counts_what_is_left(program: Program) -> None:
    import_series(program, count=4, states={1: "kept"})
    assert "the next of 3, to Fri 18 Dec\n" in _seen(program, "owe")
    program.ok("complete", "2", "--confirmed", "-q")
    assert "the next of 2, to Fri 18 Dec\n" in _seen(program, "owe")
    program.ok("complete", "3", "--confirmed", "-q")
    assert "the last of 4\n" in _seen(program, "owe")


def test_a_series_that_ends_next_year_says_so(program: Program) -> None:
    import_series(program, count=3, days=365)
    assert "the next of 3, to Sun 26 Nov 2028\n" in _seen(program, "owe")


def test_what_differs_has_its_own_line(weekly: Program) -> None:
    weekly.ok("complete", "1", "-q")
    weekly.ok("bump", "3", "the numbers come late", "-q")
    weekly.ok("correct", "6", "--what", "Send the yearly report", "-q")
    for number in "9", "10", "11":
        weekly.ok("negotiate", number, "--by", "sun 11:00", "--reason", "a trip", "-q")
    assert _seen(weekly, "owe", "--with", "ben", width=100) == DIFFERENT_100


DIFFERENT_100 = """\
Agreed
#  Who  What                                                                  By          Standing
2  Ben  Send the weekly report                                                Fri 4 Dec   in 11 days
        the next of 11, to Fri 12 Feb
        change proposed for #9 to #11
3  Ben  Send the weekly report                                                Fri 11 Dec  in 18 days
        the 3rd of 12                                                                     at risk
6  Ben  Send the yearly report                                                Fri 1 Jan   in 39 days
        the 6th of 12

Reported, not confirmed
#  Who  What                                                                  By          Standing
1  Ben  Send the weekly report                                                Fri 27 Nov  reported
        the 1st of 12
"""


def test_a_change_of_theirs_names_its_promises_where_it_waits(weekly: Program) -> None:
    for number in "7", "8", "9":
        weekly.ok("negotiate", number, "--by", "sun 11:00", "--reason", "a trip", "--theirs", "-q")
    note = "    the next of 12, to Fri 12 Feb\n         change proposed for #7 to #9\n"
    assert note in _seen(weekly, "owe")
    assert "\n           change proposed for #7 to #9 " in _seen(weekly, "moves")
    page = _seen(weekly, "review")
    assert "    the next of 9, to Fri 12 Feb\n" in page
    assert "    change proposed for #7 to #9\n" in page


def test_two_series_do_not_fold_into_one(program: Program) -> None:
    import_series(program, count=3)
    import_series(program, count=3, person="dana")
    assert _seen(program, "owe").count("the next of 3, to Fri 11 Dec\n") == 2


def test_what_is_not_agreed_yet_folds_as_well(program: Program) -> None:
    import_series(program, count=3, state="proposed")
    assert "Not agreed yet\n" in _seen(program, "owe")
    assert "the next of 3, to Fri 11 Dec\n" in _seen(program, "owe")
    assert "and 2 more of them: #2, #3 " in _seen(program, "owe", today="2026-11-28T09:00")
    program.ok("accept", "2", "-q")
    assert _count_lines(program, "owe") == 2


def test_no_text_of_the_user_is_lost_or_steers(program: Program) -> None:
    text = "東京 [bold]x[/] \u202e and Donaudampfschifffahrtselektrizitätenhauptbetriebswerk"
    import_series(program, text, count=100)
    for view in ("owe", "list", "moves", "review", "people"):
        for width in (40, 80, 100):
            page = program.ok(view, width=width, today="2026-12-01")
            assert "\u202e" not in page
            assert all(cell_len(line) <= width for line in page.splitlines())
    assert "[bold]x[/]" in program.ok("owe", width=100)


# What waits


def test_what_is_overdue_folds_into_the_oldest(weekly: Program) -> None:
    weekly.ok("complete", "1-3,13", "--confirmed", "-q")
    assert _seen(weekly, today="2027-01-01T10:00") == MOVES_80
    assert "the next of 7, to Fri 12 Feb\n" in _seen(weekly, "owe", today="2026-12-27")
    weekly.ok("renege", "4-5", "--reason", "I was ill", "-q", today="2027-01-01T10:00")
    assert "the 6th of 12\n" in _seen(weekly, today="2027-01-01T10:00")


MOVES_80 = """\
Overdue: complete, negotiate or renege
#  Who     What                                      By          Standing
4  to Ben  Send the weekly report                    Fri 18 Dec  overdue 14 days
           and 1 more of them: #5

Due today: complete, or warn with bump
#  Who     What                                      By          Standing
6  to Ben  Send the weekly report                    Fri 1 Jan   due today
           the 6th of 12
"""


def test_a_group_has_eight_lines_and_counts_promises(program: Program) -> None:
    for number in range(10):
        import_series(program, f"Task {number}", count=3, first=date(2026, 11, 2), days=1)
    page = _seen(program, "moves")
    assert page.count("and 2 more of them: ") == 8
    assert page.endswith("6 more: promisectl moves --waiting overdue\n")
    assert _seen(program, "moves", "--waiting", "overdue").count("and 2 more of them: ") == 10
    assert program.ok("status") == "30 overdue\n"
    assert len(program.ok("moves").splitlines()) == 30


def test_a_view_after_a_year_writes_nothing_and_has_every_date(weekly: Program) -> None:
    def read_home() -> dict[str, str]:
        files = [path for path in Path(weekly.home).rglob("*") if path.is_file()]
        return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    before = read_home()
    for words in (["moves"], ["owe"], ["owe", "--each"], ["review"], ["people"], ["digest"]):
        _seen(weekly, *words, today="2027-12-01")
    late = json.loads(weekly.ok("moves", "--json", today="2027-12-01"))
    assert read_home() == before
    assert [record["due"] for record in late if record["series"]] == [
        "2026-11-27", "2026-12-04", "2026-12-11", "2026-12-18", "2026-12-25", "2027-01-01",
        "2027-01-08", "2027-01-15", "2027-01-22", "2027-01-29", "2027-02-05", "2027-02-12",
    ]  # fmt: skip
    assert "and 11 more of them: #2 to #12\n" in _seen(weekly, "moves", today="2027-12-01")


# One promise, and the people


def test_show_names_the_place_and_how_the_others_stand(program: Program) -> None:
    import_series(program, count=4, states={1: "kept", 3: "delivered"}, first=date(2026, 11, 13))
    pages = [_seen(program, "show", str(number), width=200) for number in range(1, 5)]
    facts = [
        re.findall(r"^(?:series|before it|after it) .*$", page, re.MULTILINE) for page in pages
    ]
    facts = [[re.sub(" {2,}", "  ", fact) for fact in one] for one in facts]
    counts = "Fri 13 Nov to Fri 4 Dec: 1 kept, 1 overdue, 1 reported, 1 active"
    assert facts == [
        [f"series  the 1st of 4, {counts}", "after it  #2 Fri 20 Nov, overdue"],
        [
            f"series  the 2nd of 4, {counts}",
            "before it  #1 Fri 13 Nov, kept",
            "after it  #3 Fri 27 Nov, reported",
        ],
        [
            f"series  the 3rd of 4, {counts}",
            "before it  #2 Fri 20 Nov, overdue",
            "after it  #4 Fri 4 Dec, active",
        ],
        [f"series  the last of 4, {counts}", "before it  #3 Fri 27 Nov, reported"],
    ]


def test_show_leaves_out_void_promises_and_has_nothing_for_others(weekly: Program) -> None:
    weekly.ok("void", "2", "--reason", "a holiday", "-q")
    page = _seen(weekly, "show", "3")
    assert "series     the 3rd of 12, Fri 27 Nov to Fri 12 Feb: 11 active\n" in page
    assert "before it  #1 Fri 27 Nov, active\n" in page
    assert "1 void" in _seen(weekly, "show", "2").replace("\n", " ")
    assert "series" not in _seen(weekly, "show", "13")


def test_people_count_a_series_once_while_nothing_is_overdue(weekly: Program) -> None:
    import_series(weekly, "Water the plants", person="ben", count=3, direction="owed")
    import_series(weekly, "Call in", person="kim", count=5, state="proposed")
    weekly.ok("make", "Lend the drill", "--to", "ben", "--by", "sat", "--agreed", "-q")
    assert _seen(weekly, "people") == PEOPLE_80
    assert "you owe 2 (13) · owes you 1 (3)\n" in _seen(weekly, "people", width=40)
    late = _seen(weekly, "people", today="2026-11-28")
    assert re.search(r"^Ben +13 +3 +2 ", late, re.MULTILINE)
    records = {one["person"]: one for one in json.loads(weekly.ok("people", "--json"))}
    assert (records["ben"]["owe"], records["ben"]["owed"]) == (13, 3)
    assert records["kim"]["not_agreed"] == 5


PEOPLE_80 = """\
                                    Not
Who  You owe  Owes you  Overdue  agreed  Next due    You kept  They kept
Ben   2 (13)     1 (3)                   Fri 27 Nov
Kim                               1 (5)
Lee        1                             Sat 28 Nov
"""


def test_a_person_has_one_line_for_a_series(weekly: Program) -> None:
    page = _seen(weekly, "person", "show", "ben")
    assert page.count("Send the weekly report") == 1
    assert "the next of 12, to Fri 12 Feb\n" in page
    assert len(weekly.ok("person", "show", "ben").splitlines()) == 12


def test_week_has_each_promise_on_its_day(program: Program) -> None:
    import_series(program, count=5, days=1)
    assert _seen(program, "week").count("Send the weekly report") == 5


# The digest


def test_a_digest_folds(program: Program) -> None:
    import_series(program, count=5, days=1)
    import_series(program, "Call in", person="kim", count=3, state="proposed", days=1)
    program.ok("accept", "6-8", "-q")
    page = program.ok("digest")
    assert page == DIGEST
    lines = program.ok("digest", "--format", "md").splitlines()
    assert "- **#1** to Ben: Send the weekly report\\" in lines
    assert r"  and 2 more of them: \#7, \#8\\"[:-1] in lines
    record = json.loads(program.ok("digest", "--json"))
    assert [one["id"] for one in record["due"]] == [1, 6, 2, 7, 3, 8, 4]
    assert len(record["happened"]) == 3


DIGEST = """\
Promises, Mon 23 Nov 2026

Due by Mon 30 Nov
 #1  to Ben: Send the weekly report
     the next of 4, to Mon 30 Nov
     Fri 27 Nov, in 4 days
 #6  to Kim: Call in
     the next of 3, to Sun 29 Nov
     Fri 27 Nov, in 4 days

Since Mon 16 Nov
 #6  Mon 23 Nov, to Kim
     and 2 more of them: #7, #8
     Active: Kim accepted your offer “Call in” by Fri 27 Nov.
"""


def test_a_digest_folds_deliveries_but_not_late_ones(program: Program) -> None:
    import_series(program, count=9, first=date(2026, 11, 21), days=1)
    today = "2026-11-28T09:00"
    for words in (
        ("complete", "2-3", "--on", "due"),
        ("complete", "5", "--on", "due", "--note", "by mail"),
        ("complete", "6", "--on", "thu 18:00"),
        ("complete", "1,4"),
        ("accept", "3-4"),
        ("complete", "8", "-y"),
        ("renege", "7", "--reason", "I was ill"),
        ("renege", "9", "--reason", "I was ill"),
    ):
        program.ok(*words, "-q", today=today)
    page = program.ok("digest", today=today)
    assert page.partition("Since Sat 21 Nov\n")[2].rpartition("\n\n")[0] == DELIVERIES
    assert len(json.loads(program.ok("digest", "--json", today=today))["happened"]) == 9


DELIVERIES = """\
 #2  Sun 22 Nov, to Ben
     and 2 more of them, to Thu 26 Nov: #5, #6
     Reported, on time: “Send the weekly report”. Ben still has to
     confirm.
 #1  Sat 28 Nov, to Ben
     Reported, 7 days late: “Send the weekly report”. Ben still has to
     confirm.
 #3  Sat 28 Nov, to Ben
     and 1 more of them: #8
     Kept, on time: Ben confirmed “Send the weekly report”.
 #4  Sat 28 Nov, to Ben
     Kept, 4 days late: Ben confirmed “Send the weekly report”.
 #7  Sat 28 Nov, to Ben
     Broken: “Send the weekly report”. Reason: “I was ill”. Ben was told
     on Sat 28 Nov, 1 day after it was due.
 #9  Sat 28 Nov, to Ben
     Broken: “Send the weekly report”. Reason: “I was ill”. Ben was told
     on Sat 28 Nov, 1 day ahead."""


# The review


def _review(program: Program, *typed: str, words: tuple[str, ...] = (), today: str) -> Result:
    answers = "".join(f"{answer}\n" for answer in typed)
    return program("review", *words, answers=answers, width=200, today=today)


def _list_asked(result: Result) -> list[str]:
    return re.findall(r"^#(\d+)", result.stdout, re.MULTILINE)


def test_a_review_has_a_series_once(weekly: Program) -> None:
    page = _seen(weekly, "review")
    assert "\n #1  to Ben: Send the weekly report\n     the next of 12, to Fri 12 Feb\n" in page
    assert _count_lines(weekly, "review") == 2
    assert _count_lines(weekly, "review", "--each") == 13
    assert len(weekly.ok("review").splitlines()) == 13
    assert len(json.loads(weekly.ok("review", "--json"))) == 13


def test_a_walk_asks_about_a_series_once(weekly: Program) -> None:
    result = _review(weekly, "leave", "skip", today="2026-11-23T10:00")
    assert _list_asked(result) == ["1", "13"]
    assert "The next of 12, to Fri 12 Feb.\n" in result.stdout
    assert "Reviewed 2 of 2: 1 left as is, 1 skipped.\n" in result.stdout
    each = _review(weekly, *["leave"] * 13, words=("--each",), today="2026-11-23T10:00")
    assert _list_asked(each) == ["1", "13", *map(str, range(2, 13))]


def test_after_a_move_the_next_one_that_waits_comes_up(weekly: Program) -> None:
    """Each of them needs an end of its own, but whoever skips one has skipped all."""
    result = _review(weekly, "complete", "complete", "skip", "skip", "skip", today="2026-12-20")
    shown = [line for line in result.stdout.splitlines() if re.match(r"#|And|The|\d+ of ", line)]
    assert [line.partition(",")[0] for line in shown] == [
        "1 of 3",
        "#1 active",
        "And 3 more of them: #2 to #4.",
        "#1 reported",
        "2 of 4",
        "#2 active",
        "And 2 more of them: #3",
        "#2 reported",
        "3 of 5",
        "#3 active",
        "And 1 more of them: #4.",
        "4 of 5",
        "#13 active",
        "5 of 5",
        "#5 active",
        "The next of 8",
    ]
    assert "Reviewed 5 of 5: 2 changed, 3 skipped.\n" in result.stdout


def test_back_in_a_walk_asks_nothing_twice(weekly: Program) -> None:
    typed = ("bump", "ill", "back", "bump", "still ill", *["skip"] * 4)
    result = _review(weekly, *typed, today="2026-12-20")
    assert [
        number for number, _ in re.findall(r"^#(\d+) (active, to)", result.stdout, re.MULTILINE)
    ] == [*("1", "2", "1", "2", "13", "5")]


@pytest.mark.parametrize("words", [(), ("--each",)])
def test_a_walk_shows_the_place_and_the_problem_of_a_part(
    program: Program, words: tuple[str, ...]
) -> None:
    import_series(program, count=5)
    program.ok("make", "Send the figures", "--from", "kim", "--by", "wed", "--part-of", "1", "-y")
    program.ok("bump", "6", "--theirs", "the translator is ill", "-q")
    place = "" if words else "The 1st of 5; "
    asked = _review(program, "skip", "quit", words=words, today="2026-11-23T10:00").stdout
    assert f"{place}#6 from Kim: at risk.\n".lower() in asked.lower()
    typed = ("note", "Kim will make it", "back", *["skip"] * 9)
    after = _review(program, *typed, words=words, today="2026-11-23T10:00").stdout
    assert after.count("#6 from Kim: at risk") == 1


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("weekly")
def test_a_walk_at_a_real_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROMISECTL_TODAY", "2026-12-20")
    with terminal("review") as child:
        child.expect(r"1 of 3, overdue\r\n#1 active.*And 3 more of them: #2 to #4\.\r\n")
        child.expect(" › ")
        child.sendline("quit")
        child.expect("Reviewed 0 of 3. The rest: promisectl review\r\n")
        child.expect(pexpect.EOF)
        assert child.wait() == 0


# A hundred


def test_a_hundred_are_one_line_everywhere(program: Program) -> None:
    import_series(program, count=100, days=1)
    for words in (["owe"], ["list"], ["review"], ["moves"]):
        today = "2027-12-01" if words == ["moves"] else None
        assert _count_lines(program, *words, today=today) == 1
    assert _count_lines(program, "owe", "--each") == 100
    assert _count_lines(program, "moves", "--each", "--waiting", "overdue", today="2027-12-01") == (
        100
    )
    assert _count_lines(program, "review", "--each") == 100
    assert program.ok("digest").count("Send the weekly report") == 1
    assert program.ok("digest", today="2027-12-01").count("Send the weekly report") == 1
