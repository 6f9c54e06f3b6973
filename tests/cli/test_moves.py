"""What waits for me, and what is overdue with others."""

import pytest

from tests.cli.lists import read_ids, strip_lines
from tests.conftest import Program

LATE = ["--said", "2026-11-02", "--backfill", "--agreed"]
OVERDUE_WITH_OTHERS = "Overdue with others: 1. See: promisectl owed --overdue\n"


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
    assert strip_lines(program.ok(*words, width=80)) == (
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
