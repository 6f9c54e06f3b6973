"""`bump --answer-by`: by when an answer comes, while the terms stay and the move stays whose it was."""

import json
from typing import Any

import pytest

from tests.conftest import Program

ASKED = ["make", "Review the contract", "--to", "dana", "--by", "fri next week", "--asked"]
OFFERED = ["make", "Lend the drill", "--from", "dana", "--by", "fri next week", "--offered"]
OFFER = ["make", "Paint the fence", "--to", "dana", "--by", "fri next week"]
REQUEST = ["make", "Fix the bike", "--from", "dana", "--by", "fri next week"]
AGREED = ["make", "Send Q3 numbers", "--to", "dana", "--by", "fri next week", "--agreed"]
CHANGE = ["negotiate", "1", "--by", "3 dec", "--reason", "audit"]
CASES: dict[str, tuple[list[list[str]], list[str]]] = {
    "asked of me": ([ASKED], []),
    "offered to me": ([OFFERED], []),
    "my offer": ([OFFER], ["--theirs"]),
    "my request": ([REQUEST], ["--theirs"]),
    "their change": ([AGREED, [*CHANGE, "--theirs"]], []),
    "my change": ([AGREED, CHANGE], ["--theirs"]),
}


def record(program: Program, **more: Any) -> dict[str, Any]:
    [found] = json.loads(program.ok("show", "1", "--json", **more))
    return dict(found)


def set_up(program: Program, name: str) -> list[str]:
    """Bring #1 into a case, and return the option that says whose answer it is."""
    commands, option = CASES[name]
    for words in commands:
        program.ok(*words)
    return option


@pytest.mark.parametrize("name", CASES)
def test_the_terms_and_the_move_stay(program: Program, name: str) -> None:
    option = set_up(program, name)
    before = record(program)
    said = program.ok("bump", "1", "I", "ask", "first", "--answer-by", "thu", *option)
    after = record(program)
    assert after["offer"] == before["offer"] | {"reply_by": "2026-11-26"}
    for field in ("state", "move", "author", "revision", "revisions", "outcome", "due"):
        assert after[field] == before[field]
    assert "at-risk" not in after["flags"]
    assert (after["acts"][-1]["act"], after["acts"][-1]["answer_by"]) == ("bump", "2026-11-26")
    change = " to the change (rev 2)" if before["state"] == "active" else ""
    whose, who = ("Dana's", "Dana told you") if option else ("your", "You told Dana")
    assert f": {whose} answer{change} by Thu 26 Nov. {who}: “I ask first”.\n" in said


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("columns", [40, 80, 100])
def test_tables_show_by_when_and_then_that_it_is_overdue(
    program: Program, name: str, columns: int
) -> None:
    option = set_up(program, name)
    program.ok("bump", "1", "I ask first", "--answer-by", "thu", *option)
    whose = "their" if option else "your"

    def standing(today: str) -> str:
        page = program.ok("list", today=today, width=columns)
        assert max(map(len, page.splitlines())) <= columns
        return " ".join(page.split())

    assert f"{whose} answer by Thu" in standing("2026-11-23T10:00")
    assert f"{whose} answer today" in standing("2026-11-26T10:00")
    late = standing("2026-11-27T10:00")
    assert f"{whose} answer by" not in late
    assert "reply overdue" in late


@pytest.mark.parametrize(
    ("when", "now", "shown"),
    [
        ("sun", "2026-11-23T10:00", "your answer by Sun"),
        ("30 nov", "2026-11-23T10:00", "your answer by Mon 30 Nov"),
        ("thu 17:00", "2026-11-23T10:00", "your answer by Thu 17:00"),
        ("thu 17:00", "2026-11-26T16:59", "your answer today 17:00"),
        ("thu 17:00", "2026-11-26T17:01", "your answer reply overdue"),
    ],
)
def test_how_the_day_is_shown(program: Program, when: str, now: str, shown: str) -> None:
    program.ok(*ASKED)
    program.ok("bump", "1", "I ask first", "--answer-by", when)
    assert shown in " ".join(program.ok("owe", today=now, width=100).split())


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize(
    ("when", "now", "shown"),
    [
        ("thu", "2026-11-27T05:00", "answer today 05:59"),
        ("thu", "2026-11-26T20:00", "answer by Fri 05:59"),
        ("thu", "2026-11-27T06:00", "reply overdue"),
        ("thu 17:00", "2026-11-26T22:59", "answer today 23:00"),
        ("thu 17:00", "2026-11-26T23:01", "reply overdue"),
    ],
)
def test_an_answer_of_another_zone_is_awaited_until_its_moment(
    program: Program, monkeypatch: pytest.MonkeyPatch, name: str, when: str, now: str, shown: str
) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "America/New_York")
        option = set_up(program, name)
        program.ok("bump", "1", "I ask first", "--answer-by", when, *option)
    page = " ".join(program.ok("list", today=now, width=100).split())
    assert shown in page
    assert ("reply overdue" in page) is (shown == "reply overdue")


def test_a_reply_date_is_replaced_and_said_so(program: Program) -> None:
    program.ok(*ASKED, "--reply-by", "wed")
    said = program.ok("bump", "1", "I ask first", "--answer-by", "thu")
    assert said == (
        "#1 proposed: your answer by Thu 26 Nov (was Wed 25 Nov). You told Dana: “I ask first”.\n"
    )
    assert "lapsed" not in record(program, today="2026-11-26T10:00")["flags"]
    assert "lapsed" in record(program, today="2026-11-27T10:00")["flags"]


def test_what_i_ask_for_waits_until_then(program: Program) -> None:
    program.ok(*REQUEST, "--reply-by", "tue")

    def waiting(today: str) -> list[str]:
        return [row["waiting"] for row in json.loads(program.ok("moves", "--json", today=today))]

    assert waiting("2026-11-25T10:00") == ["unanswered"]
    program.ok("bump", "1", "asks her boss", "--answer-by", "fri", "--theirs")
    assert waiting("2026-11-25T10:00") == []
    assert waiting("2026-11-28T10:00") == ["unanswered"]


def test_the_history_says_it(program: Program) -> None:
    program.ok(*ASKED)
    program.ok("bump", "1", "I ask first", "--answer-by", "thu")
    program.ok(*REQUEST)
    program.ok("bump", "2", "she asks first", "--answer-by", "fri", "--theirs")
    log = program.ok("log", width=200)
    assert "You told Dana that the answer comes by Thu 26 Nov: I ask first" in log
    assert "Dana told you that the answer comes by Fri 27 Nov: she asks first" in log
    page = program.ok("show", "1", width=100)
    assert "promisectl bump 1 --answer-by “…” “…”  you say by when you will answer" in page
    assert "--answer-by" not in program.ok("show", "2", width=100)


@pytest.mark.parametrize("name", CASES)
def test_undo_and_the_past_know_nothing_of_it(program: Program, name: str) -> None:
    option = set_up(program, name)
    before = record(program)["offer"]
    program.ok("bump", "1", "I ask first", "--answer-by", "thu", *option, today="2026-11-24T10:00")
    dated = program.ok("list", "--json", "--as-of", "2026-11-24T11:00", today="2026-11-25T10:00")
    earlier = program.ok("list", "--json", "--as-of", "2026-11-23T11:00", today="2026-11-25T10:00")
    assert json.loads(dated)[0]["offer"]["reply_by"] == "2026-11-26"
    assert json.loads(earlier)[0]["offer"] == before
    program.ok("undo", today="2026-11-25T10:00")
    assert record(program)["offer"] == before
    program.ok("redo", today="2026-11-25T10:00")
    assert record(program)["offer"]["reply_by"] == "2026-11-26"


@pytest.mark.parametrize("name", CASES)
def test_it_goes_through_a_journal_and_doctor(program: Program, name: str) -> None:
    option = set_up(program, name)
    program.ok("bump", "1", "I ask first", "--answer-by", "thu 17:00", *option)
    journal = program.home / "journal.jsonl"
    program.ok("export", "--journal", "--format", "jsonl", "-o", str(journal))
    copy = ("--ledger", str(program.home / "copy.db"))
    program.ok("import", str(journal), *copy)
    assert program.ok("log", "--json", *copy) == program.ok("log", "--json")
    assert program.ok("list", "--json", *copy) == program.ok("list", "--json")
    assert program("doctor", *copy).code == 0


def test_a_counter_or_a_correction_goes_on_as_before(program: Program) -> None:
    program.ok(*ASKED)
    program.ok("bump", "1", "I ask first", "--answer-by", "thu")
    program.ok("correct", "1", "--what", "Review the whole contract")
    assert record(program)["reply_by"] == "2026-11-26"
    program.ok("negotiate", "1", "--by", "sat next week")
    assert record(program)["reply_by"] is None


@pytest.mark.parametrize(
    ("setting", "words", "code", "said"),
    [
        (
            [OFFER],
            ["--answer-by", "thu"],
            2,
            (
                "Your terms of #1 wait for their answer, not for yours. If they told you the date, add --theirs. "
                "To ask for an answer by then: promisectl negotiate 1 --mine --reply-by “…”"
            ),
        ),
        (
            [ASKED],
            ["--answer-by", "thu", "--theirs"],
            2,
            (
                "Their terms of #1 wait for your answer, not for theirs. If it is your date, leave out --theirs. "
                "If they set it: promisectl negotiate 1 --theirs --reply-by “…”"
            ),
        ),
        (
            [AGREED],
            ["--answer-by", "thu"],
            4,
            "#1 is active, and nothing in it waits for an answer. Leave out --answer-by.",
        ),
        (
            [AGREED, ["complete", "1"]],
            ["--answer-by", "thu"],
            4,
            "#1 is reported, and nothing in it waits for an answer. Leave out --answer-by.",
        ),
        (
            [ASKED],
            ["--answer-by", "20 nov 2026"],
            2,
            "--answer-by: Fri 20 Nov has passed. Give a later date.",
        ),
        ([ASKED], ["--answer-by", " "], 2, "The answer-by is empty. Type at least one word."),
        (
            [ASKED],
            ["--answer-by", "soon"],
            2,
            "Can't read “soon” as a date. Try fri, “28 nov” or “tomorrow 17:00”. See: promisectl guide dates",
        ),
    ],
)
def test_what_is_no_answer_of_that_side_is_refused(
    program: Program, setting: list[list[str]], words: list[str], code: int, said: str
) -> None:
    for each in setting:
        program.ok(*each)
    before = program.ledger.read_bytes()
    result = program("bump", "1", "I ask first", *words)
    assert result == ("", f"promisectl: {said}\n", code)
    assert program.ledger.read_bytes() == before


@pytest.mark.parametrize("ending", [["decline", "1"], ["withdraw", "1"]])
def test_what_is_over_has_no_answer_to_come(program: Program, ending: list[str]) -> None:
    program.ok(*ASKED)
    program.ok(*ending)
    assert program("bump", "1", "I ask first", "--answer-by", "thu").code == 4


@pytest.mark.parametrize("option", ["--mine", "--theirs"])
def test_the_way_out_of_the_refusal_works(program: Program, option: str) -> None:
    program.ok(*(OFFER if option == "--mine" else ASKED))
    program.ok("negotiate", "1", option, "--reply-by", "thu")
    assert record(program)["reply_by"] == "2026-11-26"


def test_their_word_about_an_answer_does_not_hide_their_warning(program: Program) -> None:
    """Three acts at one moment: they warn, I answer with a note, they say when they answer."""
    program.ok("make", "Fix the bike", "--from", "dana", "--by", "fri next week", "--agreed")
    program.ok("negotiate", "1", "--by", "3 dec", "--reason", "the trip")
    program.ok("bump", "1", "no parts yet", "--theirs")
    assert [row["waiting"] for row in json.loads(program.ok("moves", "--json"))] == ["warned"]
    program.ok("note", "1", "she calls the shop")
    program.ok("bump", "1", "asks her boss", "--answer-by", "thu", "--theirs")
    assert json.loads(program.ok("moves", "--json")) == []
