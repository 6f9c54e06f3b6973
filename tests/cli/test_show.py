"""One promise in full, as a page and as lines."""

import json
import re
import shlex

import pytest

from tests.cli.lists import strip_lines
from tests.conftest import Program


def test_show_in_a_pipe_is_name_and_value(week: Program) -> None:
    lines = week.ok("show", "6").splitlines()
    assert "state\treneged" in lines
    assert "flags\tuntold" in lines
    assert [line.split("\t")[:3] for line in lines if line.startswith("terms")] == [
        ["terms", "1", "in-force"]
    ]
    moves = ["told 6", "note 6", "correct 6", "void 6", "tag 6", "untag 6", "part 6"]
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
    assert strip_lines(week.ok("show", "8", width=80)) == (
        "#8 proposed · you offer Lee\n"
        "Call back for sure\n"
        "\n"
        "by        Fri 1 Jan\n"
        "reply by  Thu 26 Nov\n"
        "standing  their answer by Thu\n"
        "replaces  #6\n"
        "\n"
        "History\n"
        "  Sun 22 Nov 18:00  You offered “Call back for sure” by Fri 1 Jan\n"
        "\n"
        "Possible now\n"
        "  promisectl accept 8                       Lee says yes\n"
        "  promisectl negotiate 8 --mine --by “…”    you change the offer\n"
        "  promisectl negotiate 8 --theirs --by “…”  Lee makes a counter-offer\n"
        "  promisectl decline 8                      Lee says no\n"
        "  promisectl withdraw 8                     you take it back\n"
        "  promisectl bump 8 “…”                     you remind Lee\n"
        "  promisectl note 8 “…”\n"
        "  promisectl correct 8 --what “…”\n"
        "  promisectl void 8 --reason “…”\n"
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
        strip_lines(week.ok("log", "6", "--limit", "1", width=80))
        == "When              #   What\nMon 23 Nov 10:00  #6  You told Lee\n"
    )
    assert "\n  Mon 23 Nov 10:00  You told Lee\n" in strip_lines(week.ok("show", "6", width=80))


@pytest.mark.parametrize(
    ("side", "moves"),
    [
        (
            "--from",
            {
                "bump 1 --theirs “no parts”": "Dana warns you",
                "negotiate 1 --theirs --by “mon” --reason “no parts”": "Dana proposes a change",
                "complete 1 --reported": "Dana reports it done",
            },
        ),
        (
            "--to",
            {
                "bump 1 --theirs “how is it going?”": "Dana reminds you",
                "negotiate 1 --theirs --by “mon” --reason “no hurry”": "Dana proposes a change",
            },
        ),
    ],
)
def test_what_they_can_say_of_an_active_promise_is_among_the_moves(
    program: Program, side: str, moves: dict[str, str]
) -> None:
    program.ok("make", "Fix the brake", side, "dana", "--by", "fri", "--agreed")
    page = strip_lines(program.ok("show", "1", width=80))
    shown = dict(re.findall("^  (promisectl .*?)  +(.*)$", page, flags=re.MULTILINE))
    for command, meaning in moves.items():
        template = re.sub("“.*?”", "“…”", command)
        assert shown[f"promisectl {template}"] == meaning
        program.ok(*shlex.split(command.replace("“", "'").replace("”", "'")))
        assert json.loads(program.ok("show", "1", "--json"))[0]["acts"][-1]["by"] == "them"
        program.ok("undo")
