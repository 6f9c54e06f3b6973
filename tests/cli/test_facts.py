"""What is said at a terminal before somebody promises more: their week, what they kept, and what I kept to them."""

import json
from typing import Any

import pytest

from tests.cli.terminal import ended, in_another, terminal
from tests.cli.test_consent import CHANGED, FORKS
from tests.conftest import Program, Result, remembered

QUESTION = "Did Omar say what could go wrong? (Enter to skip) › "
SIX = "Omar owes you 6 that week already."


def _ask(program: Program, *more: str, by: str = "fri", answers: str | None = "") -> Result:
    words = ["make", "Fix the brake", "--from", "omar", "--by", by, *more]
    return program(*words, answers=answers, width=200)


def _said(program: Program, *more: str, **how: Any) -> str:
    """The line before the request, if there is one."""
    first = _ask(program, *more, **how).stderr.partition("\n")[0]
    return first if "Omar" in first and "promisectl" not in first else ""


def _owe(program: Program, many: int, *more: str, person: str = "omar") -> None:
    for number in range(many):
        program.ok("make", f"Thing {number}", "--from", person, "--by", "thu", *more)


def _end(program: Program, kept: int, broken: int, side: str = "--from") -> None:
    """Promises of last week that were kept, or broken."""
    for number in range(kept + broken):
        past = ["--by", "2026-11-19", "--said", "2026-11-17", "--backfill", "--agreed", "-q"]
        [made] = program.ok("make", f"Former thing {number}", side, "omar", *past).split()
        told = [] if side == "--from" else ["--told", "2026-11-20"]
        if number < kept:
            program.ok("complete", made, "--confirmed", "--on", "2026-11-18")
        else:
            program.ok("renege", made, "--reason", "ill", *told)


@pytest.fixture
@remembered
def six(program: Program) -> Program:
    """Omar owes me six things this week."""
    _owe(program, 6, "--agreed")
    return program


# Before my request


def test_the_seventh_for_one_week_is_told(six: Program) -> None:
    assert _said(six) == SIX


def test_it_is_told_from_the_sixth_on_agreed_or_not(program: Program) -> None:
    _owe(program, 3, "--agreed")
    _owe(program, 1)
    assert _said(program) == ""  # with this one, they are five
    assert _said(program) == "Omar owes you 3 that week already, and 2 more not agreed yet."
    for number in ("1", "2", "3"):
        program.ok("complete", number)
    assert _said(program) == ""
    assert _said(program) == ""
    assert _said(program) == "From Omar, 5 for that week are not agreed yet. Kept so far: 3 of 3."


def test_what_they_usually_do_in_a_week_is_not_told(six: Program) -> None:
    for week in (45, 46, 47, 44, 43):
        for number in range(6):
            day = f"2026-W{week}-4"
            past = ["--by", day, "--said", "2026-10-01", "--backfill", "--agreed", "-q"]
            [made] = six.ok("make", f"Week {week} {number}", "--from", "omar", *past).split()
            six.ok("complete", made, "--on", f"2026-W{week}-3")
    assert _said(six) == ""
    assert (
        _said(six)
        == "Omar owes you 6 that week already, and 1 more not agreed yet. Kept so far: 30 of 30."
    )


def test_another_week_or_person_or_side_is_none_of_it(six: Program) -> None:
    assert _said(six, by="30 nov") == ""
    assert six("make", "X", "--from", "lee", "--by", "fri", answers="").stderr.count("week") == 0
    _owe(six, 6, "--agreed", person="lee")
    assert six("make", "X", "--to", "omar", "--by", "fri", answers="").stderr.count("week") == 0
    assert six("make", "X", "--from", "omar", answers="").stderr.count("week") == 0


@pytest.mark.parametrize(
    ("kept", "broken", "line"),
    [
        (2, 3, "Omar kept 2 of 5 so far."),
        (0, 3, "Omar kept 0 of 3 so far."),
        (0, 2, ""),
        (2, 1, ""),
        (5, 2, ""),
    ],
)
def test_few_kept_of_three_or_more_are_told(
    program: Program, kept: int, broken: int, line: str
) -> None:
    _end(program, kept, broken)
    assert _said(program) == line
    _owe(program, 1, "--agreed")
    line = (
        line
        and f"Omar owes you 1 that week already, and 1 more not agreed yet. Kept so far: {kept} of {kept + broken}."
    )
    assert _said(program) == line


def test_facts_are_for_who_looks_and_wants_to_be_asked(six: Program) -> None:
    for result in (
        _ask(six, answers=None),
        _ask(six, "-q"),
        _ask(six, "--json"),
        _ask(six, "--no-input"),
    ):
        assert (SIX in result.stderr, result.code) == (False, 0)
    config = six.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('questions = "never"\n')
    assert "owes you" not in _ask(six).stderr


def test_the_advice_after_the_move_does_not_repeat_the_line(six: Program) -> None:
    asked = _ask(six)
    assert asked.stderr.startswith(f"{SIX}\n")
    assert "With this one" not in asked.stderr
    # A person reads the answer, and can't be asked: stdin is a pipe.
    six.ok("make", "Oil the whole chain", "--from", "omar", "--by", "sat")
    unasked = six("make", "Lend me the drill", "--from", "omar", "--by", "sat", width=200)
    assert "With this one, 9 of Omar's promises to you are due in week 48 (3 not" in unasked.stderr
    [record] = json.loads(six.ok("check", "7", "--json"))
    [finding] = [one for one in record["findings"] if one["rule"] == "L26"]
    assert finding["says"].startswith(
        "With this one, 9 of Omar's promises to you are due in week 48 (3 not agreed yet): "
    )


# At their yes


def test_their_yes_keeps_what_they_said(six: Program) -> None:
    _ask(six)
    result = six("accept", "7", answers="no spare part\n", width=200)
    assert result.stderr.startswith(f"{SIX}\n{QUESTION}")
    [record] = json.loads(six.ok("show", "7", "--json"))
    assert record["risk"] == "no spare part"
    assert [(act["act"], act["by"], act["risk"]) for act in record["acts"]] == [
        ("request", "me", None),
        ("accept", "them", "no spare part"),
    ]
    bumped = six("bump", "7", "Omar is ill", "--theirs", width=200)
    assert "Omar foresaw: “no spare part”." in bumped.stderr


def test_enter_skips_and_end_of_input_records_nothing(six: Program) -> None:
    _ask(six)
    before = six.ledger.read_bytes()
    assert six("accept", "7", answers="").code == 130
    assert six.ledger.read_bytes() == before
    result = six("accept", "7", answers="\n")
    assert (result.stderr.count(QUESTION), result.code) == (1, 0)
    assert json.loads(six.ok("show", "7", "--json"))[0]["risk"] is None


def test_a_yes_given_already_is_asked_about_in_the_same_command(six: Program) -> None:
    result = _ask(six, "--agreed", answers="the rain\n")
    assert result.stderr.startswith(f"{SIX}\n{QUESTION}")
    [record] = json.loads(six.ok("show", "7", "--json"))
    assert [(act["by"], act["risk"]) for act in record["acts"]] == [
        ("me", None),
        ("them", "the rain"),
    ]


@pytest.mark.parametrize(
    ("make", "accept"),
    [
        (["--by", "fri"], ["--risk", "the rain"]),
        (["--by", "30 nov"], []),
        ([], []),
        (["--by", "fri"], ["--no-input"]),
        (["--by", "fri"], ["--rev", "1"]),
        (["--by", "fri", "--offered"], []),
    ],
    ids=["given", "another week", "no date", "no input", "another revision", "their offer"],
)
def test_when_their_yes_is_not_asked_about(
    six: Program, make: list[str], accept: list[str]
) -> None:
    six.ok("make", "Fix the brake", "--from", "omar", *make)
    if "--rev" in accept:
        six.ok("negotiate", "7", "--by", "thu", "--mine")
    result = six("accept", "7", *accept, answers="")
    assert ("Did Omar" in result.stderr, result.code) == (False, 4 if "--rev" in accept else 0)


def test_the_question_follows_the_line_alone(program: Program) -> None:
    _end(program, 0, 2)
    far = ["--by", "4 dec", "--done-when", "it holds"]
    program.ok("make", "Fix the brake", "--from", "omar", *far)
    assert program("accept", "3", answers="").code == 0
    assert "Did Omar" not in _ask(program, "--agreed").stderr
    program.ok("renege", "3", "--reason", "ill", "--silent")
    program.ok("make", "Oil the chain", "--from", "omar", *far)
    result = program("accept", "5", answers="\n")
    assert result.stderr.startswith(f"Omar kept 0 of 3 so far.\n{QUESTION}")


@pytest.mark.parametrize(("wish", "times"), [("always", 1), ("important", 0), ("never", 0)])
def test_the_config_decides_about_their_yes(program: Program, wish: str, times: int) -> None:
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'questions = "{wish}"\n')
    _ask(program)
    result = program("accept", "1", answers="\n")
    assert (result.stderr.count(QUESTION), result.code) == (times, 0)
    assert _ask(program, "--agreed", answers="\n").stderr.count(QUESTION) == times


def test_several_yeses_are_asked_about_one_by_one(six: Program) -> None:
    for outcome in ("Fix the brake", "Oil the chain"):
        six.ok("make", outcome, "--from", "omar", "--by", "fri")
    result = six("accept", "7", "8", answers="the rain\n\n", width=200)
    line = "Omar owes you 6 that week already, and 1 more not agreed yet.\n"
    assert result.stderr.startswith(
        f"{line}#7: “Fix the brake” by Fri 27 Nov.\n{QUESTION}"
        f"{line}#8: “Oil the chain” by Fri 27 Nov.\n{QUESTION}"
    )
    records = json.loads(six.ok("show", "7", "8", "--json"))
    assert [record["risk"] for record in records] == ["the rain", None]


@pytest.mark.filterwarnings(FORKS)
def test_terms_that_changed_meanwhile_are_not_accepted(six: Program) -> None:
    """A risk belongs to the terms that were shown."""
    _ask(six)
    with terminal("accept", "7") as child:
        child.expect(" › ")
        assert in_another("correct", "7", "--what", "Fix both brakes", "-q").returncode == 0
        changed = six.ledger.read_bytes()
        child.sendline("no spare part")
        assert ended(child) == 4
        assert CHANGED.replace("1", "7") in child.before
    assert six.ledger.read_bytes() == changed


# Before my own yes


def test_a_poor_record_is_told_before_the_question_about_the_risk(program: Program) -> None:
    _end(program, 2, 5, side="--to")
    program.ok("make", "Review it", "--to", "omar", "--by", "fri", "--asked")
    result = program("accept", "8", answers="\n\nyes\n", width=200)
    lines = result.stderr.splitlines()
    assert lines[0].startswith("#8: Omar asks you for")
    assert lines[1] == "To Omar you kept 2 of 7."
    assert lines[2].startswith("Imagine it is ")
    assert "promises to Omar" not in result.stderr  # L21 would say it again


@pytest.mark.parametrize(("kept", "broken"), [(0, 2), (2, 1), (9, 3)])
def test_a_good_record_or_a_short_one_is_not(program: Program, kept: int, broken: int) -> None:
    _end(program, kept, broken, side="--to")
    result = program(
        "make", "X", "--to", "omar", "--by", "fri", "--agreed", answers="\n\n", width=200
    )
    assert (" you kept " in result.stderr, result.code) == (False, 0)


def test_of_several_each_poor_record_is_told(program: Program) -> None:
    _end(program, 0, 3, side="--to")
    result = program(
        *("make", "Bring cake", "--to", "omar", "--to", "lee", "--by", "fri", "--agreed"),
        answers="\n\n",
        width=200,
    )
    assert "\nTo Omar you kept 0 of 3.\nImagine" in result.stderr


# Names of several people


def test_a_known_name_of_several_is_warned_of_after_the_move(program: Program) -> None:
    who = "Who of them? A promise is one person's. promisectl correct 2 --with “…”\n"
    first = program("make", "Fix the login", "--from", "platform team", "--by", "fri", width=200)
    assert "Who of them" not in first.stderr
    second = program(
        "make", "Mend the search page", "--from", "platform team", "--by", "fri", width=200
    )
    assert second.stderr.endswith(who)
    new = program(
        "make", "Call all the clients", "--from", "sales", "--by", "fri", "--new", width=200
    )
    assert "Who of them" not in new.stderr


def test_the_config_settles_whether_a_name_means_several(program: Program) -> None:
    def asks(name: str) -> bool:
        return "several people?" in program("make", "X", "--to", name).stderr

    assert asks("Smith, John")
    assert not asks("the neighbours")
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[check]\npeople = ["Smith, Ann"]\ngroups = ["parents"]\n')
    assert not asks("Smith, Ann")
    assert asks("the parents of 4b")
    assert not asks("Bill Sales")
