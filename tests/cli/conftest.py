"""A ledger that several of these files look at."""

import pytest

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
