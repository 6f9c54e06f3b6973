"""Every view and every filter, as a program reads it and as a person sees it."""

import json

import pytest

from promisectl import guide
from promisectl.records import fields
from tests.conftest import Program, remembered


@pytest.fixture
@remembered
def week(program: Program) -> Program:
    """A ledger with something of everything."""
    program.ok(
        "make",
        "Send Q3 numbers",
        "--to",
        "dana",
        "--by",
        "fri",
        "--agreed",
        "--tag",
        "work",
        "--why",
        "for the board",
    )
    program.ok(
        "make",
        "Review the contract",
        "--to",
        "dana",
        "--by",
        "wed 17:00",
        "--asked",
        "--tag",
        "work",
        "--tag",
        "law",
    )
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "sat", "--agreed")
    program.ok(
        "make", "Übersetze den Brief", "--from", "kim", "--offered", "--done-when", "Élise hat ihn"
    )
    program.ok("make", "Walk 100% of the way", "--to", "me", "--by", "eom")
    program.ok("make", "Call back", "--to", "lee", "--by", "tomorrow", "--agreed")
    program.ok("renege", "6", "--reason", "line is dead", "--not-told")
    program.ok("make", "Entered twice", "--to", "dana")
    program.ok("void", "7", "--reason", "twice")
    return program


def _ids(program: Program, *words: str) -> str:
    return " ".join(line.split("\t")[0] for line in program.ok(*words).splitlines())


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        (["owe"], "2 1 5"),
        (["owed"], "3 4"),
        (["list"], "2 1 3 5 4"),
        (["list", "--all"], "2 1 3 5 4 6"),
        (["owe", "--all"], "2 1 5 6"),
        (["list", "--state", "void"], "7"),
        (["list", "--state", "reneged", "--state", "void"], "6 7"),
        (["list", "--with", "dana"], "2 1"),
        (["list", "--with", "me"], "5"),
        (["list", "--with", "LEE", "--all"], "3 6"),
        (["owe", "--due-before", "thu"], "2"),
        (["owe", "--due-before", "fri"], "2"),
        (["owe", "--due-before", "sat"], "2 1"),
        (["list", "--due-after", "fri"], "3 5"),
        (["list", "--due-after", "wed 16:59", "--due-before", "wed 17:01"], "2"),
        (["list", "--tag", "work"], "2 1"),
        (["list", "--tag", "#law"], "2"),
        (["list", "--tag", "wor"], ""),
        (["list", "--search", "BOARD"], "1"),
        (["list", "--search", "100%"], "5"),
        (["list", "--search", "0_%"], ""),
        (["list", "--search", "über"], "4"),
        (["list", "--search", "ÉLISE"], "4"),
        (["list", "--limit", "2"], "2 1"),
        (["list", "--limit", "0"], ""),
        (["list", "--limit", "99999999999999999999"], "2 1 3 5 4"),
        (["list", "--sort", "made"], "1 2 3 4 5"),
        (["list", "--sort", "person"], "2 1 4 3 5"),
        (["list", "--sort", "state"], "2 4 1 3 5"),
        (["list", "--overdue", "--today", "2026-11-29"], "1 3"),
        (["moves"], "2 4 6"),
        (["moves", "--today", "2026-11-27T08:00"], "2 1 4 6"),
        ([], "2 4 6"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) or "bare",
)
def test_filters_choose_and_order(week: Program, words: list[str], ids: str) -> None:
    assert _ids(week, *words) == ids


def test_overdue_with_my_own_amendment_still_waits_for_me(week: Program) -> None:
    week.ok("negotiate", "1", "--by", "2026-12-04", "--reason", "slipped")
    assert _ids(week, "moves", "--today", "2026-11-28") == "1 2 4 6"
    assert week("moves", "--exit-code", "--today", "2026-11-28").code == 10


def test_json_holds_the_whole_record(week: Program) -> None:
    week.ok("negotiate", "1", "--by", "2026-12-04", "--reason", "slipped")
    [record] = json.loads(week.ok("show", "1", "--json"))
    assert record["tags"] == ["work"]
    assert record["offer"] == {
        "revision": 2, "author": "me", "outcome": "Send Q3 numbers", "due": "2026-12-04", "done_when": None, "why": "for the board", "reply_by": None,
    }  # fmt: skip
    assert [(one["revision"], one["status"], one["author"]) for one in record["terms"]] == [
        (1, "in-force", "me"),
        (2, "offered", "me"),
    ]
    assert [act["act"] for act in record["acts"]] == ["offer", "accept", "negotiate"]
    assert record["moves"][:3] == ["accept 1", "decline 1", "withdraw 1"]
    assert json.loads(week.ok("show", "1", "--jsonl")) == record
    assert week.ok("show", "1", "2", "--csv").count("\r\n") == 3
    listed = json.loads(week.ok("list", "--json"))
    assert [line["id"] for line in listed] == [2, 1, 3, 5, 4]
    assert [json.loads(line) for line in week.ok("list", "--jsonl").splitlines()] == listed


def test_show_in_a_pipe_is_name_and_value(week: Program) -> None:
    lines = week.ok("show", "6").splitlines()
    assert "state\treneged" in lines
    assert "flags\tuntold" in lines
    assert [line.split("\t")[:3] for line in lines if line.startswith("terms")] == [
        ["terms", "1", "in-force"]
    ]
    moves = ["told 6", "note 6", "correct 6", "void 6", "tag 6", "untag 6"]
    assert [line for line in lines if line.startswith("open\t")] == [
        f"open\t{move}" for move in moves
    ]


def test_the_page_of_a_broken_and_replaced_promise(week: Program) -> None:
    week.ok("told", "6")
    week.ok(
        "make",
        "Call back for sure",
        "--to",
        "lee",
        "--by",
        "1 jan 2027",
        "--replaces",
        "6",
        "--reply-by",
        "thu",
        "--said",
        "sun 18:00",
    )
    assert _seen(week.ok("show", "8", width=80)) == (
        "#8 proposed · you offer Lee\n"
        "Call back for sure\n"
        "\n"
        "by        Fri 1 Jan 2027, end of day\n"
        "reply by  Thu 26 Nov 2026, end of day\n"
        "now       their move\n"
        "replaces  #6\n"
        "\n"
        "Said\n"
        "  Sun 22 Nov 18:00  You offered “Call back for sure” by Fri 1 Jan 2027, end of\n"
        "                    day (rev 1)\n"
        "\n"
        "Open now\n"
        "  accept 8     Lee says Yes\n"
        "  negotiate 8  Lee counters\n"
        "  decline 8    Lee says No\n"
        "  withdraw 8   you take it back\n"
        "  bump 8       you give word, or remind\n"
        "  besides      note 8, correct 8, void 8\n"
    )
    assert "replaces\t6" in week.ok("show", "8").splitlines()


@pytest.mark.parametrize(
    ("sides", "move", "state", "head"),
    [
        (["--to", "dana", "--asked"], "decline", "declined", "Dana asked you"),
        (["--to", "dana"], "withdraw", "withdrawn", "you offered Dana"),
        (["--from", "lee"], "decline", "declined", "you asked Lee"),
        (["--from", "lee", "--offered"], "withdraw", "withdrawn", "Lee offered you"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_never_got_a_yes_is_no_debt(
    program: Program, sides: list[str], move: str, state: str, head: str
) -> None:
    program.ok("make", "Lend the drill", *sides, "--by", "fri")
    program.ok(move, "1")
    assert program.ok("show", "1", width=80).splitlines()[0].rstrip() == f"#1 {state} · {head}"


def test_what_had_a_yes_stays_a_debt(program: Program) -> None:
    program.ok("make", "Lend the drill", "--to", "dana", "--by", "fri", "--agreed")
    program.ok("release", "1")
    assert (
        program.ok("show", "1", width=80).splitlines()[0].rstrip() == "#1 released · you owe Dana"
    )


def test_who_was_told_is_named(week: Program) -> None:
    week.ok("told", "6")
    assert (
        _seen(week.ok("log", "6", "--limit", "1", width=80))
        == "Mon 23 Nov 10:00  #6  You told Lee\n"
    )
    assert "\n  Mon 23 Nov 10:00  You told Lee\n" in _seen(week.ok("show", "6", width=80))


# What waits


LATE = ["--said", "2026-11-02", "--backfill", "--agreed"]
OVERDUE_WITH_OTHERS = "Overdue with others: 1. See: promisectl owed --overdue\n"


@pytest.mark.parametrize("words", [[], ["moves"]], ids=["bare", "moves"])
def test_what_is_overdue_with_others_is_said_where_nothing_waits(
    program: Program, words: list[str]
) -> None:
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "2026-11-20", *LATE)
    assert program(*words, width=80) == (
        f"Nothing waits for you to answer or to do.\n{OVERDUE_WITH_OTHERS}",
        "",
        0,
    )
    assert program(*words) == ("", "", 0)


@pytest.mark.parametrize("words", [[], ["moves"]], ids=["bare", "moves"])
def test_what_is_overdue_with_others_is_said_below_what_waits(
    program: Program, words: list[str]
) -> None:
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "2026-11-20", *LATE)
    program.ok("make", "Review the contract", "--to", "dana", "--by", "wed", "--asked")
    assert _seen(program.ok(*words, width=80)) == (
        "To answer: accept, negotiate or decline\n"
        "#  Who      What                                           By\n"
        "2  to Dana  Review the contract                            Wed 25 Nov  your move\n"
        "\n"
        f"{OVERDUE_WITH_OTHERS}"
    )


def test_nothing_waits_and_nothing_is_overdue(program: Program) -> None:
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "fri", "--agreed")
    assert (
        program.ok(width=80)
        == "Nothing waits for you. What is open: promisectl owe, promisectl owed.\n"
    )


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_the_demo_ends_with_people(program: Program, capfd: pytest.CaptureFixture[str]) -> None:
    tour = program.ok("demo")
    assert [line for line in tour.splitlines() if line.startswith("$ ")][
        -1
    ] == "$ promisectl people"
    assert (
        "# And who kept how much of what was promised.\n$ promisectl people\n\nThat ledger is gone again."
        in tour
    )
    out, err = capfd.readouterr()
    assert [line.split("\t")[0] for line in out.splitlines()[-3:]] == ["dana", "kim", "lee"]
    assert "promisectl:" not in err
    assert not program.ledger.exists()


def _seen(out: str) -> str:
    return "".join(line.rstrip() + "\n" for line in out.splitlines())


def test_the_log_tells_of_people_too(week: Program) -> None:
    week.ok("person", "rename", "lee", "leo")
    week.ok("undo")
    assert _seen(week.ok("log", "--limit", "2", width=80)) == (
        "Mon 23 Nov 10:00    You renamed a person: leo (undone)\nMon 23 Nov 10:00    You undid: person rename\n"
    )
    assert week.ok("redo") == "Redone: person rename.\n"
    assert [act["act"] for act in json.loads(week.ok("log", "6", "--json"))] == [
        "offer",
        "accept",
        "renege",
    ]
    assert week("log", "9").code == 3


def test_people_as_records(week: Program) -> None:
    assert week.ok("people") == (
        "dana\tDana\t1\t0\t0\t2026-11-27T22:59:59Z\t0\t0\t0\t0\n"
        "kim\tKim\t0\t0\t0\t\t0\t0\t0\t0\n"
        "lee\tLee\t0\t1\t0\t2026-11-28T22:59:59Z\t0\t1\t0\t0\n"
    )
    assert json.loads(week.ok("people", "--json", "--today", "2026-11-28"))[0] == {
        "person": "dana", "person_name": "Dana", "owe": 1, "owed": 0, "overdue": 1, "next_due": "2026-11-27T22:59:59Z",
        "kept_by_me": 0, "kept_by_me_of": 1, "kept_by_them": 0, "kept_by_them_of": 0,
    }  # fmt: skip
    assert week.ok("people", "--csv").splitlines()[0] == ",".join(fields.PERSON_FIELDS)
    assert [record["id"] for record in json.loads(week.ok("person", "show", "lee", "--json"))] == [
        3,
        6,
    ]


@pytest.mark.parametrize("topic", guide.TOPICS)
def test_the_guide_is_markdown_in_a_pipe_and_drawn_at_a_terminal(
    program: Program, topic: str
) -> None:
    piped = program.ok("guide", topic)
    assert piped.startswith("# ")
    assert "<!--" not in piped
    for width in (40, 80):
        drawn = program.ok("guide", topic, width=width)
        assert "# " not in drawn.splitlines()[0]
        assert max(map(len, drawn.splitlines())) <= width


def test_the_guide_lists_its_pages(program: Program) -> None:
    assert all(f"promisectl guide {topic}" in program.ok("guide") for topic in guide.TOPICS)


def test_the_ledger_path_is_the_first_line(program: Program) -> None:
    result = program("path")
    home = program.home
    assert (
        result.stdout
        == f"{program.ledger}\nconfig: {home}/config/promisectl/config.toml\nbackups: {home}/state/promisectl/backups\n"
    )
    assert result.stderr.startswith("None of it has to exist")
    program.ok("make", "x y z", "--to", "dana")
    assert program("path").stderr == ""


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ('date_oder = "dmy"', "line 1: there is no “date_oder”; the nearest is date_order"),
        ('# hello\ndate_order = "dym"', "line 2: date_order is one of dmy, mdy, ymd"),
        ("date_order = ", "it is no TOML (Invalid value"),
        ("\udcff", "line 1 is no UTF-8"),
    ],
)
def test_a_config_that_cannot_be_used_is_refused(
    program: Program, config: str, sentence: str
) -> None:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_bytes(config.encode(errors="surrogateescape"))
    result = program("make", "x y z", "--to", "dana", "--by", "fri")
    assert result.code == 6
    assert result.stderr.startswith(f"promisectl: {path}: {sentence}")
    assert not program.ledger.exists()


def test_the_config_says_the_order_of_dates(program: Program) -> None:
    assert program("make", "x y z", "--to", "dana", "--by", "11/12/2026").code == 2
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True)
    for order, day in (("dmy", "Fri 11 Dec 2026"), ("mdy", "Thu 12 Nov 2026")):
        path.write_text(f'date_order = "{order}"\n')
        assert f"by {day}, end" in program.ok(
            "make", "x y z", "--to", "dana", "--by", "11/12/2026", "--backfill"
        )


def test_the_zone_is_the_one_that_is_set(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    program.ok("make", "x y z", "--to", "dana", "--by", "fri 17:00")
    monkeypatch.setenv("TZ", "America/New_York")
    [record] = json.loads(program.ok("list", "--json"))
    assert (record["due"], record["due_zone"], record["due_at"]) == (
        "2026-11-27T17:00",
        "Europe/Berlin",
        "2026-11-27T16:00:00Z",
    )
    assert "Fri 27 Nov 17:00" in program.ok("list", width=200)
    assert "Europe/Berlin" in program.ok("list", width=200)
    monkeypatch.setenv("TZ", "No/Where")
    assert program("list") == (
        "",
        "promisectl: TZ is “No/Where”, which is no time zone that is known here. Set it to one such as Europe/Berlin, or unset it.\n",
        2,
    )
    for zone in ("/usr/share/zoneinfo/Asia/Tokyo", ":Asia/Tokyo", "posix/Asia/Tokyo"):
        monkeypatch.setenv("TZ", zone)
        assert "Asia/Tokyo" in program.ok("make", "x y z", "--to", "dana", "--by", "fri", "--json")
    monkeypatch.delenv("TZ")
    assert program("list").code == 0
