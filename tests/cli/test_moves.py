"""What waits for me, and what others owe me until tonight."""

import json
import re

import pytest

from promisectl.rendering.waiting import WAITING_GROUPS
from tests.cli.lists import read_ids, strip_lines
from tests.conftest import Program

LATE = ["--said", "2026-11-02", "--backfill", "--agreed"]
OVERDUE_WITH_OTHERS = "Overdue, owed to you: #1 Lee. See: promisectl owed --overdue\n"


def test_overdue_with_my_own_amendment_still_waits_for_me(week: Program) -> None:
    week.ok("negotiate", "1", "--by", "2026-12-04", "--reason", "slipped")
    assert read_ids(week, "moves", "--today", "2026-11-28") == "1 2 4 6"
    assert week("moves", "--exit-code", "--today", "2026-11-28").code == 10


@pytest.mark.parametrize("words", [[], ["moves"]], ids=["bare", "moves"])
def test_what_is_overdue_with_others_is_said_where_nothing_waits(
    program: Program, words: list[str]
) -> None:
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "2026-11-20", *LATE)
    assert program(*words, width=80) == (
        f"Nothing is waiting for you.\n{OVERDUE_WITH_OTHERS}",
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
    assert strip_lines(program.ok(*words, width=80)) == (
        "To answer: accept, negotiate or decline\n"
        "#  Who      What                                         By          Standing\n"
        "2  to Dana  Review the contract                          Wed 25 Nov  your answer\n"
        "\n"
        f"{OVERDUE_WITH_OTHERS}"
    )


def test_what_is_due_today_and_overdue_from_others_is_named_up_to_three(program: Program) -> None:
    for name in ("lee", "kim", "omar", "priya"):
        program.ok("make", "Fix the bike", "--from", name, "--by", "2026-11-20", *LATE)
    program.ok("make", "Return the drill", "--from", "rohan", "--by", "2026-11-23", "--agreed")
    program.ok("make", "Only asked", "--from", "rohan", "--by", "2026-11-27")
    program.ok("make", "Not today", "--from", "rohan", "--by", "2026-11-24", "--agreed")
    assert program.ok(width=80) == (
        "Nothing is waiting for you.\n"
        "Overdue, owed to you: #1 Lee, #2 Kim, #3 Omar and 1 more. See:\n"
        "promisectl owed --overdue\n"
        "Due today, owed to you: #5 Rohan. See: promisectl owed --due-before tomorrow\n"
    )


def test_nothing_waits_and_nothing_is_overdue(program: Program) -> None:
    program.ok("make", "Fix the bike brake", "--from", "lee", "--by", "fri", "--agreed")
    assert (
        program.ok(width=80)
        == "Nothing is waiting for you. What is still open: promisectl owe · promisectl owed\n"
    )


# The groups


@pytest.fixture
def every_kind(program: Program) -> Program:
    """One of each kind that waits for me on the 23rd, in another order than that of the groups."""
    early = {"today": "2026-11-18T10:00"}
    program.ok("make", "Nobody said yes", "--from", "kim", "--by", "2026-11-24", **early)
    program.ok("make", "Broken", "--to", "dana", "--by", "2026-12-24", "--agreed", **early)
    program.ok("renege", "2", "--reason", "ill", "--not-told", **early)
    program.ok("make", "At risk", "--from", "lee", "--by", "2026-12-24", "--agreed", **early)
    program.ok("bump", "3", "slow", "--theirs", **early)
    program.ok("make", "Reported", "--from", "lee", "--by", "2026-12-24", "--agreed", **early)
    program.ok("complete", "4", "--reported", **early)
    program.ok("make", "Asked of me", "--to", "dana", "--by", "2026-12-24", "--asked", **early)
    program.ok("make", "Due today", "--to", "dana", "--by", "2026-11-23", "--agreed", **early)
    program.ok("make", "Overdue", "--to", "me", "--by", "2026-11-22", **early)
    program.ok("make", "Not said", "--from", "kim", "--by", "2026-12-24", "--unsaid", **early)
    program.ok("make", "Has a part", "--to", "dana", "--by", "2026-12-24", "--agreed", **early)
    program.ok("make", "A part", "--from", "lee", "--agreed", "--part-of", "9", **early)
    program.ok("renege", "10", "--reason", "ill", **early)
    return program


def _kinds(program: Program, *words: str) -> list[tuple[str, int]]:
    records = json.loads(program.ok("moves", "--json", *words))
    return [(record["waiting"], record["id"]) for record in records]


def test_the_groups_are_in_one_order_in_every_view(every_kind: Program) -> None:
    kinds = [("overdue", 7), ("today", 6), ("affected", 9), ("answer", 5), ("judge", 4), ("warned", 3), ("tell", 2), ("unsaid", 8), ("unanswered", 1)]  # fmt: skip
    assert _kinds(every_kind) == kinds
    titles = [group.title for group in WAITING_GROUPS]
    for words in (["moves"], ["review", "--no-input"], ["digest"]):
        page = every_kind.ok(*words, width=120).splitlines()
        assert [line for line in page if line in titles] == titles, words
    assert every_kind.ok("status") == (
        " · ".join(f"1 {group.summary}" for group in WAITING_GROUPS) + "\n"
    )
    digest = json.loads(every_kind.ok("digest", "--json"))["waiting"]
    assert [(record["waiting"], record["id"]) for record in digest] == kinds
    review = json.loads(every_kind.ok("review", "--json"))
    assert [(record["review"], record["id"]) for record in review] == [
        (group.review, number) for group, (_, number) in zip(WAITING_GROUPS, kinds, strict=True)
    ]


@pytest.mark.parametrize("kind", [group.kind for group in WAITING_GROUPS])
def test_one_group_alone(every_kind: Program, kind: str) -> None:
    [(_, number)] = [pair for pair in _kinds(every_kind) if pair[0] == kind]
    assert _kinds(every_kind, "--waiting", kind) == [(kind, number)]
    assert every_kind("moves", "--exit-code", "--waiting", kind).code == 10
    for form in ("--csv", "--plain", "--jsonl"):
        assert kind in every_kind.ok("moves", "--waiting", kind, form).splitlines()[-1]
    every_kind.ok("void", str(number), "--reason", "twice")
    assert every_kind("moves", "--exit-code", "--waiting", kind, width=80) == (
        "Nothing is waiting for you for that reason. Everything: promisectl moves\n",
        "",
        0,
    )


@pytest.mark.parametrize(("number", "more"), [(8, ""), (9, "1 more: "), (20, "12 more: ")])
def test_a_table_shows_eight_of_a_group_and_names_the_command_for_all(
    program: Program, number: int, more: str
) -> None:
    for nth in range(number):
        program.ok("make", f"Call {nth}", "--to", "dana", "--asked", "-q")
    page = program.ok(width=80)
    assert len(re.findall(r"^ *\d+  to Dana", page, re.MULTILINE)) == 8
    closing = f"{more}promisectl moves --waiting answer" if more else ""
    assert (closing in page) is True
    assert page.endswith(f"{closing}\n" if closing else "your answer\n")
    assert program.ok("moves", "--waiting", "answer", width=80).count("to Dana") == number
    assert program.ok("moves").count("\n") == number


# They warned me


def _warn(program: Program) -> None:
    program.ok("make", "The poster", "--from", "omar", "--by", "2026-12-24", "--agreed")
    program.ok("bump", "1", "the printer is booked out", "--theirs")


@pytest.mark.parametrize(
    "words",
    [
        ("bump", "1", "which one?"),
        ("negotiate", "1", "--by", "2026-12-28", "--reason", "all right"),
        ("note", "1", "we talked"),
        ("release", "1"),
        ("complete", "1"),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("today", ["2026-11-23T10:00", "2026-11-24T10:00"])
def test_any_act_of_mine_ends_a_warning(
    program: Program, words: tuple[str, ...], today: str
) -> None:
    _warn(program)
    assert _kinds(program) == [("warned", 1)]
    program.ok(*words, today=today)
    assert _kinds(program, "--today", today) == []
    program.ok("undo", today=today)
    assert _kinds(program, "--today", today) == [("warned", 1)]
    program.ok("redo", today=today)
    assert _kinds(program, "--today", today) == []


def test_an_act_of_theirs_ends_no_warning(program: Program) -> None:
    _warn(program)
    program.ok("complete", "1", "--partial", "a sketch")
    assert _kinds(program) == [("warned", 1)]
    program.ok("note", "1", "we talked")
    program.ok("bump", "1", "and the paper is wet", "--theirs")
    assert _kinds(program) == [("warned", 1)]


def test_what_was_said_before_the_warning_does_not_answer_it(program: Program) -> None:
    program.ok("make", "The poster", "--from", "omar", "--agreed", today="2026-11-20T10:00")
    program.ok("bump", "1", "slow", "--theirs", "--on", "2026-11-22T10:00")
    program.ok("note", "1", "said on the 21st", "--on", "2026-11-21T10:00")
    assert _kinds(program) == [("warned", 1)]
    program.ok("note", "1", "said on the 22nd", "--on", "2026-11-22T11:00")
    assert _kinds(program) == []


def test_a_warning_ends_with_what_it_was_about(program: Program) -> None:
    _warn(program)
    program.ok("negotiate", "1", "--by", "2026-12-30", "--reason", "wait", "--theirs")
    assert _kinds(program) == [("answer", 1)]
    program.ok("accept", "1")
    assert _kinds(program) == []


def test_a_warning_of_mine_waits_for_nobody_here(program: Program) -> None:
    program.ok("make", "The poster", "--to", "omar", "--by", "2026-12-24", "--agreed")
    program.ok("bump", "1", "the printer is booked out")
    assert _kinds(program) == []


def test_an_imported_promise_at_risk_is_a_warning_until_an_act_of_mine(program: Program) -> None:
    _warn(program)
    exported = program.ok("export", "--format", "json")
    program.ledger.unlink()
    program.ok("import", "-", "--new", piped=exported)
    assert _kinds(program) == [("warned", 1)]
    program.ok("note", "1", "we talked")
    assert _kinds(program) == []


def test_the_next_step_after_a_warning_is_to_talk(program: Program) -> None:
    program.ok("make", "The poster", "--from", "omar", "--by", "2026-12-24", "--agreed")
    talk = "Answer: promisectl negotiate 1 --by “…” --reason “…” · promisectl release 1 · promisectl note 1 “…”\n"
    receive = "When it is done: promisectl complete 1\n"
    assert program("bump", "1", "slow", "--theirs").stderr == talk
    assert program("note", "1", "we talked").stderr == receive
    assert program("undo").stderr == talk


# Nobody has promised it


@pytest.mark.parametrize(
    ("words", "today", "waits"),
    [
        (["--by", "2026-11-27T12:00"], "2026-11-25T11:59:59", False),
        (["--by", "2026-11-27T12:00"], "2026-11-25T12:00", True),
        (["--by", "2026-11-27T12:00"], "2026-12-24T12:00", True),
        (["--by", "2026-11-27"], "2026-11-25T23:59:58", False),
        (["--by", "2026-11-27"], "2026-11-25T23:59:59", True),
        (["--by", "2026-12-27", "--reply-by", "2026-11-24"], "2026-11-24T23:59:59", False),
        (["--by", "2026-12-27", "--reply-by", "2026-11-24"], "2026-11-25T00:00", True),
        (["--reply-by", "2026-11-24"], "2026-11-25T00:00", True),
        ([], "2026-12-24T12:00", False),
    ],
)
def test_a_request_waits_for_me_when_it_is_late(
    program: Program, words: list[str], today: str, waits: bool
) -> None:
    program.ok("make", "Send the slides", "--from", "kim", *words)
    assert _kinds(program, "--today", today) == ([("unanswered", 1)] if waits else [])


@pytest.mark.parametrize(
    ("made", "then"),
    [
        (["--to", "kim"], []),
        (["--from", "kim", "--agreed"], []),
        (["--from", "kim"], ["accept", "1"]),
        (["--from", "kim"], ["decline", "1"]),
        (["--from", "kim"], ["withdraw", "1"]),
        (["--from", "kim"], ["void", "1", "--reason", "twice"]),
    ],
    ids=" ".join,
)
def test_what_is_promised_or_is_my_own_offer_is_not_unanswered(
    program: Program, made: list[str], then: list[str]
) -> None:
    program.ok("make", "Send the slides", *made, "--by", "2026-11-25")
    if then:
        program.ok(*then)
    assert _kinds(program, "--today", "2026-11-24T10:00") == []


def test_their_offer_and_their_counter_are_to_answer(program: Program) -> None:
    program.ok("make", "Send the slides", "--from", "kim", "--by", "2026-11-25", "--offered")
    program.ok("make", "Send the notes", "--from", "kim", "--by", "2026-11-25")
    program.ok("negotiate", "2", "--by", "2026-11-26", "--theirs")
    assert _kinds(program, "--today", "2026-11-24T10:00") == [("answer", 1), ("answer", 2)]


def test_what_was_due_without_a_yes_is_red(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    program.ok("make", "Send the slides", "--from", "kim", "--by", "2026-11-25")
    red = "\x1b[1;91mdue 1 day ago\x1b[0m"
    at = {"width": 100, "today": "2026-11-26T10:00"}
    assert red in program.ok("--color", "always", "moves", **at)
    assert red in program.ok("--color", "always", "owed", **at)
    before = program.ok("--color", "always", "moves", width=100, today="2026-11-25T10:00")
    assert "91m" not in before
    assert "Not agreed yet, and no answer: ask again" in before


def test_what_is_not_agreed_stands_apart_from_what_is_owed(program: Program) -> None:
    program.ok("make", "Send the slides", "--from", "kim", "--by", "2026-11-25")
    program.ok("make", "Lend the tent", "--to", "kim")
    program.ok("make", "Bake a cake", "--from", "kim", "--agreed")
    [kim] = json.loads(program.ok("people", "--json"))
    assert (kim["owe"], kim["owed"], kim["not_agreed"]) == (0, 1, 2)
    page = program.ok("person", "show", "kim", width=80)
    owed, not_agreed = page.partition("\nNot agreed yet\n")[::2]
    assert ("Bake a cake" in owed, "slides" in owed, "tent" in owed) == (True, False, False)
    assert ("slides" in not_agreed, "tent" in not_agreed) == (True, True)
    assert "agreed" in program.ok("people", width=80).splitlines()[1].split()
