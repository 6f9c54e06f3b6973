"""A series: made with one yes, changed with --rest, each promise for itself."""

import json
import shlex
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import Program

SERIES = "make 'Send the weekly report' --to ben --by fri --every week --times 5"
AGREED = f"{SERIES} --agreed"
OWED = "make 'Fix the bike' --from lee --by fri --every week --times 4 --agreed"
SELF = "make Run --to me --by fri --every fri --times 3"
LINKS = ("uid", "series", "place", "of")


def play(program: Program, *lines: str) -> None:
    for line in lines:
        program.ok(*shlex.split(line), "-q")


def fetch(program: Program, *words: str) -> list[dict[str, Any]]:
    records: list[dict[str, Any]] = json.loads(program.ok("list", "--all", "--json", *words))
    return sorted(records, key=lambda record: int(record["id"]))


def states(program: Program) -> str:
    """The first letters of the states, by ID; a capital one has proposed terms."""
    letters = {"reneged": "b", "released": "l", "declined": "n"}
    return "".join(
        letter.upper() if one["offer"] else letter
        for one in fetch(program)
        for letter in [letters.get(one["state"], one["state"][0])]
    )


def dues(program: Program) -> list[str]:
    """The due dates that were proposed last, without the year."""
    return [(one["offer"] or one)["due"][5:] for one in fetch(program)]


# One yes


def test_each_promise_has_its_place_and_one_undo_takes_all_back(program: Program) -> None:
    assert program.ok(*shlex.split(AGREED), "-q") == "1\n2\n3\n4\n5\n"
    records = fetch(program)
    assert len({one["series"] for one in records}) == 1
    assert [(one["place"], one["of"]) for one in records] == [(n, 5) for n in range(1, 6)]
    assert len({one["uid"] for one in records}) == 5
    assert program.ok("undo") == (
        "#1 void, and 4 more to #5: `make` of “Send the weekly report” was undone.\n"
    )
    assert program.ok("redo", "-q") == "1\n2\n3\n4\n5\n"


def test_the_answer_is_one_line_for_a_series(program: Program) -> None:
    made = program(*shlex.split(f"{AGREED} --except '4 dec' --to kim"))
    dates = (
        "“Send the weekly report”, 5 times, every week from Fri 27 Nov to Fri 1 Jan, without 4 Dec."
    )
    assert made.stdout == (
        f"#1 to #5 active: you owe Ben {dates}\n#6 to #10 active: you owe Kim {dates}\n"
    )
    assert len({one["series"] for one in fetch(program)}) == 2


@pytest.mark.parametrize(
    ("options", "opening", "hint"),
    [
        ("--to ben", "you offer Ben", "Not said yet? promisectl message 1-2 · When Ben says yes: promisectl accept 1 --rest"),
        ("--to ben --asked", "Ben asks you for", "Answer: promisectl accept 1 --rest · promisectl negotiate 1 --rest --by “…” · promisectl decline 1 --rest"),
        ("--from ben", "you ask Ben for", "Not said yet? promisectl message 1-2 · When Ben says yes: promisectl accept 1 --rest"),
        ("--from ben --unsaid", "you ask Ben for", "Send it: promisectl message 1-2 · Then: promisectl told 1-2"),
        ("--from ben --agreed", "Ben owes you", "When the first is done: promisectl complete 1 · Other moves take --rest for all that are left"),
        ("--to me", "you promise yourself", "First one done? promisectl complete 1 · Other moves take --rest for all that are left"),
    ],
)  # fmt: skip
def test_who_says_what_and_what_comes_next(
    program: Program, options: str, opening: str, hint: str
) -> None:
    made = program(
        *shlex.split(f"make 'Read the minutes' --by mon --every '2 weeks' --times 2 {options}")
    )
    state = "active" if "owe" in opening.lower() or "promise" in opening else "proposed"
    unsaid = " Not said yet." if "unsaid" in options else ""
    assert made.stdout == (
        f"#1 and #2 {state}: {opening} “Read the minutes”, 2 times, "
        f"every 2 weeks from Mon 30 Nov to Mon 14 Dec.{unsaid}\n"
    )
    assert hint in made.stderr.splitlines()


def test_all_terms_are_those_of_each_and_only_the_first_one_replaces(program: Program) -> None:
    play(
        program,
        "make 'Send a report' --to ben --by fri",
        f"{SERIES} --replaces 1 --beside --why w --done-when d --tag a --risk r --no-to n",
    )
    records = fetch(program)[1:]
    for name, value in {
        "why": "w",
        "done_when": "d",
        "tags": ["a"],
        "risk": "r",
        "no_to": "n",
    }.items():
        assert [one[name] for one in records] == [value] * 5
    assert [one["replaces"] for one in records] == [1, None, None, None, None]
    assert "#7 replaces #1." in program.ok(
        *shlex.split(f"{SERIES} --replaces 1 --beside --reply-by wed")
    )
    assert {one["reply_by"] for one in fetch(program)[6:]} == {"2026-11-25"}


def test_a_series_of_the_past_is_made_whole(program: Program) -> None:
    words = "make Call --to ben --by 'fri' --every week --times 4 --agreed --said '1 nov'"
    assert program(*shlex.split(words)).code == 2
    play(program, f"{words} --backfill")
    assert dues(program) == ["11-06", "11-13", "11-20", "11-27"]


BAD = [
    ("--by fri --every week", 'A series needs an end: add --until "26 feb" or --times 13.'),
    ("--every week --times 3", "A series needs its first date. Add --by and the date: --by fri"),
    ("--by '' --every week --times 3", "A series needs its first date. Add --by and the date: --by fri"),
    ("--by fri --times 3", "--times is for a series. Add --every and how often: --every week"),
    ("--by fri --until fri --except fri", "--until and --except are for a series. Add --every"),
    ("--by fri --every week --until '4 dec' --times 3", "--until and --times can't be combined."),
    ("--by fri --every week --times 101", "--times can't be 101. Give 2 to 100."),
    ("--by fri --every week --times 1", "--times can't be 1. Give 2 to 100."),
    ("--by fri --every day --until 2027-11-27", "--until Sat 27 Nov 2027 makes more than 100 promises."),
    ("--by thu --every fri --times 3", "--by Thu 26 Nov is not a Friday. The first Friday is Fri 27 Nov."),
    ("--by fri --every week --times 3 --except sat", "--except Sat 28 Nov is not one of the dates."),
    ("--by fri --every wek --times 3", "--every can't be “wek”. Did you mean week?"),
    ("--by fri --every week --until mon", "The series has only one date"),
    ("--by fri --every week --until '20 nov 2026'", "--until: Fri 20 Nov has passed."),
    ("--by '27 mar 2:30' --every day --times 3", "The clocks skip 02:30 on Sun 28 Mar."),
]  # fmt: skip


@pytest.mark.parametrize(("options", "says"), BAD, ids=[options for options, _ in BAD])
def test_what_is_wrong_with_a_series_is_one_sentence(
    program: Program, options: str, says: str
) -> None:
    refused = program(*shlex.split(f"make 'Send it' --to ben {options}"))
    assert (refused.stdout, refused.code) == ("", 2)
    assert refused.stderr.startswith(f"promisectl: {says}")
    assert not program.ledger.exists()


def test_json_and_lines_take_a_series(program: Program) -> None:
    given_json = {
        "outcome": "Water the plants",
        "to": ["ben", "lee"],
        "by": "mon",
        "every": "mon,thu",
        "times": 4,
        "except": ["2026-12-03"],
        "agreed": True,
    }
    made = program.ok("make", "--json", "-", "--once", "a", piped=json.dumps(given_json))
    assert len(json.loads(made)) == 8 if made.startswith("[") else len(made.splitlines()) == 8
    again = program.ok("make", "--json", "-", "--once", "a", piped=json.dumps(given_json))
    assert again == made
    lines = "to ben: Report | fri every week until 11 dec | agreed\nto me: Run | fri | every fri | 2 times | except 4 dec"
    program.ok("jot", "-", piped=lines)
    assert dues(program)[8:] == ["11-27", "12-04", "12-11", "11-27", "12-11"]
    for key, value in {"times": "3", "every": 3, "except": 4}.items():
        refused = program("make", "--json", "-", piped=json.dumps({**given_json, key: value}))
        assert refused.code == 6
        assert f"“{key}” must be" in refused.stderr


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("fri every week", "A series needs an end: add until 26 feb, or 13 times."),
        ("fri | until 4 dec", "“until” is for a series."),
        ("every week 3 times", "A series needs its first date."),
        ("fri every week 3 times | every fri", "“every fri” is there twice."),
    ],
)
def test_a_line_with_half_a_series_is_refused(program: Program, fields: str, says: str) -> None:
    refused = program("jot", f"to ben: Report | {fields}")
    assert refused.code == 2
    assert refused.stderr.startswith(f"promisectl: {says}")


def test_the_questions_are_asked_once_for_all(program: Program) -> None:
    made = program(*shlex.split(AGREED), answers="month ends\nthe gym\n")
    assert made.code == 0
    assert "Imagine it is Sat 26 Dec and several of these did not happen. Why?" in made.stderr
    assert "What will you have to put off for these, every week?" in made.stderr
    assert made.stderr.count("›") == 2
    assert {(one["risk"], one["no_to"]) for one in fetch(program)} == {("month ends", "the gym")}


# All that are left


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("release 3", "aalll"),
        ("renege 2 --reason ill", "abbbb"),
        ("void 4 twice", "aaa"),
        ("negotiate 2 --by mon --reason full", "aAAAA"),
        ("bump 2 'I may be late'", "aaaaa"),
        ("note 2 hm", "aaaaa"),
    ],
)
def test_rest_is_about_this_one_and_the_later_ones(
    program: Program, line: str, expected: str
) -> None:
    play(program, AGREED, f"{line} --rest")
    assert states(program) == expected
    acts = json.loads(program.ok("log", "--json"))
    moved = [act for act in acts if act["entry"] == acts[-1]["entry"]]
    assert len(moved) == 6 - int(line.split()[1])
    play(program, "undo")
    assert states(program) == "aaaaa"


def test_only_promises_for_which_it_is_possible_take_part(program: Program) -> None:
    play(program, AGREED, "release 3", "complete 4 -y", "release 2 --rest")
    assert states(program) == "allkl"
    refused = program("release", "2", "--rest")
    assert (refused.code, states(program)) == (4, "allkl")
    assert "#2 is already released." in refused.stderr


def test_the_answer_names_which_ones_moved(program: Program) -> None:
    play(program, AGREED, "release 3")
    assert program.ok("note", "4", "--rest", "hm") == "#4 active, and #5 too: noted “hm”.\n"
    assert program.ok("release", "1", "--rest").startswith(
        "#1 released, and 3 more (#2,4-5): Ben released you from"
    )


def test_yes_and_no_to_a_series(program: Program) -> None:
    play(program, f"{SERIES} --asked")
    answer = program("accept", "1")
    assert answer.stdout.endswith(" #2 to #5 stay open.\n")
    assert "For all of them: promisectl accept 2 --rest" in answer.stderr
    play(program, "accept 2 --rest", "negotiate 3 --rest --by mon --reason full")
    assert states(program) == "aaAAA"
    assert program.ok("decline", "4", "--rest") == (
        "#4 active, and #5 too: Ben said no to the change (rev 2). Still agreed: "
        "“Send the weekly report” by Fri 18 Dec, and so on to Fri 25 Dec.\n"
    )
    assert states(program) == "aaAaa"


def test_an_answer_is_to_terms_or_to_deliveries(program: Program) -> None:
    play(
        program, OWED, "complete 1 2 --reported", "negotiate 3 --rest --by mon --reason x --theirs"
    )
    assert states(program) == "ddAA"
    play(program, "accept 1 --rest")
    assert states(program) == "kkAA"
    play(program, "undo", "accept 3 --rest")
    assert states(program) == "ddaa"


def test_a_yes_to_all_is_asked_about_once(program: Program) -> None:
    play(program, f"{SERIES} --asked")
    answer = program("accept", "2", "--rest", answers="ill\ngym\n")
    assert answer.code == 0
    asked = " ".join(answer.stderr.split())
    assert (
        "#2: Ben asks you for “Send the weekly report” by Fri 4 Dec, and so on to Fri 25 Dec."
        in asked
    )
    assert "Imagine it is Sat 26 Dec and several of these did not happen. Why?" in asked
    assert "put off for these, every week?" in asked
    assert [one["risk"] for one in fetch(program)] == [None, *["ill"] * 4]


SHIFTS = [
    ("mon", ["11-27", "12-07", "12-14", "12-21", "12-28"]),
    ("fri", ["11-27", "12-04", "12-11", "12-18", "12-25"]),
    ("+2d", ["11-27", "12-06", "12-13", "12-20", "12-27"]),
    ("-1d", ["11-27", "12-03", "12-10", "12-17", "12-24"]),
    ("17:00", ["11-27", *(f"12-{day:02}T17:00" for day in (4, 11, 18, 25))]),
    ("mon 9:00", ["11-27", *(f"12-{day:02}T09:00" for day in (7, 14, 21, 28))]),
]


@pytest.mark.parametrize(("by", "expected"), SHIFTS)
def test_dates_move_by_one_rule(program: Program, by: str, expected: list[str]) -> None:
    play(program, AGREED)
    moved = program("negotiate", "2", "--rest", "--by", by, "--reason", "full", "-y")
    assert moved.code == (2 if by == "fri" else 0)  # nothing would change
    assert dues(program) == expected


def test_what_a_change_leaves_as_it_is_is_left_out(program: Program) -> None:
    play(program, AGREED, "negotiate 3 -b '14 dec' -y")
    assert program.ok("negotiate", "2", "--rest", "-b", "mon", "-r", "full", "-q") == "2\n4\n5\n"
    assert program.ok("tag", "2", "--rest", "work", "-q") == "2\n3\n4\n5\n"
    play(program, "untag 4 work")
    assert program.ok("tag", "2", "--rest", "work", "-q") == "4\n"
    assert program("tag", "2", "--rest", "work").code == 2


REFUSED = [
    ("complete 2 --rest", 2, "complete has no --rest, because nobody can deliver the future. Name each promise that is done: promisectl complete 2"),
    ("release 6 --rest", 4, "#6 is not in a series. Leave out --rest."),
    ("release 1 2 --rest", 2, "--rest takes one ID: that of the first promise."),
    ("release 99 --rest", 3, "There is no promise #99"),
    ("negotiate 2 --rest --by '4 jan' -r x", 2, "That is one day. Use a weekday, +Nd or a time."),
    ("negotiate 2 --rest --by blah -r x", 2, "Can't read “blah” as a date."),
    ("negotiate 2 --rest --by mon", 2, "negotiate needs a reason"),
    ("negotiate 2 --rest --by -30d -r x", 2, "--by moves Fri 4 Dec to Wed 4 Nov, which has passed."),
    ("correct 2 --rest --by fri", 2, "With --rest, correct takes only --what, --done-when and --why."),
    ("correct 2 --rest --risk x --with kim", 2, "With --rest, correct takes only --what"),
    ("accept 2 --rest --rev 1", 2, "--rest and --rev can't be combined."),
    ("accept 2 --rest", 4, "#2 is agreed, and there is no change to accept"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "code", "says"), REFUSED, ids=[line for line, *_ in REFUSED])
def test_a_refused_rest_changes_nothing(program: Program, line: str, code: int, says: str) -> None:
    play(program, AGREED, "make Call --to lee --by fri")
    before = program.ledger.read_bytes()
    refused = program(*shlex.split(line))
    assert (refused.stdout, refused.code) == ("", code)
    assert says in refused.stderr
    assert program.ledger.read_bytes() == before


def test_one_that_fails_in_the_middle_leaves_all_as_they_were(program: Program) -> None:
    play(program, AGREED)
    play_later = ("bump", "4", "later", "--on", "2026-11-24", "-q")
    program.ok(*play_later, today="2026-11-24T18:00")
    program.ok("negotiate", "4", "-b", "mon", "-y", "-q", today="2026-11-24T18:00")
    before = program.ledger.read_bytes()
    refused = program("release", "2", "--rest", "--on", "2026-11-23", today="2026-11-24T19:00")
    assert (refused.stdout, refused.code) == ("", 2)
    assert "#4" in refused.stderr
    assert program.ledger.read_bytes() == before


def test_corrections_are_for_all_that_are_left(program: Program) -> None:
    play(program, AGREED, "correct 2 --rest --what 'Send the report' --why 'the board'")
    assert [one["outcome"] for one in fetch(program)] == [
        "Send the weekly report",
        *["Send the report"] * 4,
    ]
    play(program, "correct 3 'Send the long report'")
    assert fetch(program)[2]["outcome"] == "Send the long report"


# The end


@pytest.mark.parametrize(
    ("series", "lines", "last", "sentence", "again"),
    [
        (AGREED, ["complete 1-3 -y", "renege 4 --reason ill"], "complete 5 -y", "It was the last of 5: kept 4, broken 1.", 'Ask Ben first:\npromisectl make "Send the weekly report" --to ben --every week'),
        (AGREED, ["complete 1 -y"], "release 2 --rest", "That ends the series: kept 1.", "Ask Ben first:"),
        (OWED, ["complete 1-3"], "renege 4 --reason x", "It was the last of 4: kept 3, broken 1.", 'Do you need it again? Ask Lee:\npromisectl make "Fix the bike" --from lee --every week'),
        (SELF, ["complete 1-2"], "complete 3", "It was the last of 3: kept 3.", "Promise it again?\npromisectl make Run --to me --every week"),
    ],
)  # fmt: skip
def test_the_last_one_says_what_became_of_the_series(
    program: Program, series: str, lines: list[str], last: str, sentence: str, again: str
) -> None:
    play(program, series, *lines)
    ended = program(*shlex.split(last))
    assert ended.stdout.endswith(f" {sentence}\n")
    assert again in ended.stderr
    play(program, "undo")
    assert sentence not in program.ok("note", "1", "hm")
    program.ok("config", "set", "hints", "never")
    ended = program(*shlex.split(last))
    assert ended.stdout.endswith(f" {sentence}\n")
    assert "again?" not in ended.stderr


def test_late_ones_are_counted_apart(program: Program) -> None:
    play(program, AGREED)
    program.ok("complete", "1-4", "-y", "-q", today="2026-12-05T10:00")
    ended = program("complete", "5", "-y", today="2026-12-05T10:00")
    assert ended.stdout.endswith(" It was the last of 5: kept 3, late 2.\n")


def test_nothing_ends_where_nothing_was_agreed(program: Program) -> None:
    play(program, SERIES)
    ended = program("decline", "1", "--rest")
    assert ended.stdout.count("\n") == 1
    assert "series" not in ended.stdout
    assert "again" not in ended.stderr


@pytest.mark.parametrize(
    ("verb", "states"), [("accept", "aapp"), ("decline", "ddpp"), ("withdraw", "wwpp")]
)
def test_the_rest_is_what_the_same_side_can_move(program: Program, verb: str, states: str) -> None:
    """Their yes to my terms is not my yes to theirs."""
    play(program, f"{OWED.removesuffix(' --agreed')}", "negotiate 3 --rest --by sat --theirs")
    program.ok(verb, "1", "--rest", "-q")
    assert "".join(one["state"][0] for one in fetch(program)) == states


@pytest.mark.parametrize(
    "words",
    ["void 1 --rest --reason x", "note 1 --rest x", "tag 1 x --rest", "correct 1 --rest --why x"],
)
def test_the_rest_is_what_is_left_of_a_series(program: Program, words: str) -> None:
    play(
        program,
        AGREED,
        "complete 3",
        "accept 3",
        "renege 4 --reason ill --told now --cause external",
    )
    touched = program.ok(*shlex.split(words), "-q").split()
    assert touched == ["1", "2", "5"]
    found = {one["id"]: one["state"] for one in fetch(program)}
    assert (found[3], found[4]) == ("kept", "reneged")


def test_the_rest_has_a_line_for_each_way_in_which_it_moves(program: Program) -> None:
    play(program, SERIES, "accept 2", "negotiate 2 --by '6 dec' --reason x")
    assert program.ok("decline", "1", "--rest", width=200).splitlines() == [
        (
            "#1 declined, and 3 more (#3-5): Ben said no to your offer “Send the weekly report”"
            " by Fri 27 Nov, and so on to Fri 25 Dec."
        ),
        (
            "#2 active: Ben said no to the change (rev 2). Still agreed: “Send the weekly report”"
            " by Fri 4 Dec."
        ),
    ]


def test_two_that_stay_open_are_both_named(program: Program) -> None:
    play(program, "make Water --to ben --by fri --every week --times 3 --asked")
    assert program.ok("decline", "1").endswith(" #2 and #3 stay open.\n")


# The words to send, and the check


def test_a_message_words_a_series_as_one(program: Program) -> None:
    play(program, f"{SERIES} --reply-by wed --except '4 dec'")
    assert program.ok("message", "1-5") == (
        "Hi Ben, here is what I can promise you:\n\n  Send the weekly report\n"
        "  every Friday from Fri 27 Nov 2026 until Fri 1 Jan 2027, but not on Fri 4 Dec 2026\n\n"
        "Yes, no, or other terms: each is a good answer.\n"
        "Please let me know by Wed 25 Nov 2026.\n"
    )
    assert "by Fri 11 Dec 2026" in program.ok("message", "2")
    play(program, "accept 1 --rest", "negotiate 4 --rest --by mon --reason full")
    told = program.ok("message", "--with", "ben")
    assert told.count("Send the weekly report") == 2
    assert "by Mon 28 Dec 2026, Mon 4 Jan 2027 (we agreed on: by Fri 25 Dec 2026, Fri 1 Jan" in told
    play(program, "accept 4 --rest", "bump 2 ill", "negotiate 3 -b '20 dec' -y")
    told = program.ok("message", "--with", "ben")
    assert "- Send the weekly report, by Fri 11 Dec 2026 (at risk: ill)\n" in told


def test_a_message_names_weekdays_as_people_do(program: Program) -> None:
    play(program, "make Water --to ben --by mon --every mon,tue,thu --times 6")
    told = program.ok("message", "1-6")
    assert "  every Monday, Tuesday and Thursday from Mon 30 Nov 2026 until Thu 10 Dec" in told


def test_a_message_words_two_warnings_about_a_series_as_one(program: Program) -> None:
    play(program, AGREED, "bump 1 --rest 'I may be late'", "bump 2 --rest 'I am ill'")
    assert program.ok("message", "1-5") == (
        "Hi Ben, an early warning: this is at risk.\n\n"
        "  Send the weekly report\n  by Fri 27 Nov 2026\n  at risk: I may be late\n\n"
        "  Send the weekly report\n"
        "  every Friday from Fri 4 Dec 2026 until Fri 25 Dec 2026\n"
        "  at risk: I may be late\n  at risk: I am ill\n\n"
        "Can we talk about what to do?\n"
    )


def test_two_dates_of_a_series_are_named_and_no_rule_is_read_into_them(program: Program) -> None:
    play(program, f"{SERIES} --agreed", "complete 1 4 5 -y")
    play(program, "negotiate 3 --by '4 jan 2027' -y", "bump 2 ill", "bump 3 ill")
    told = program.ok("message", "--with", "ben")
    assert "- Send the weekly report, by Fri 4 Dec 2026, Mon 4 Jan 2027 (at risk: ill)\n" in told
    assert "month" not in told


def test_check_has_one_block_for_a_series(program: Program) -> None:
    play(
        program,
        "make 'Send the long report' --to ben --by mon --every mon,tue,wed,thu --times 100 --agreed",
    )
    page = program.ok("check", width=80)
    assert page.startswith("#1 active, and 99 more to #100 · to Ben\n")
    assert page.count("· to Ben") == 1
    assert len(page.splitlines()) < 15
    assert "correct 1 --rest --done-when" in page
    records = json.loads(program.ok("check", "--json"))
    assert len(records) == 100
    rules = [[one["rule"] for one in record["findings"]] for record in records]
    assert {"L12", "L13", "L11", "L18"} <= {*rules[0]}
    assert not {"L12", "L13", "L11", "L18", "L08", "L19"} & {
        rule for later in rules[1:] for rule in later
    }


def test_check_warns_of_a_series_that_goes_wrong(program: Program) -> None:
    play(program, AGREED.replace("times 5", "times 9"), "renege 1 2 3 --reason ill")
    assert "L23" not in program.ok("check", "--plain")
    play(program, "complete 4 -y")
    [line] = [line for line in program.ok("check", "--plain").splitlines() if "\tL23\t" in line]
    assert line.startswith("5\tL23\twarn\tvoluntary\t3 of the last 4 were late or broken.")
    assert "Talk it over: promisectl negotiate 5 --rest --by “…” --reason “…”" in program.ok(
        "check", "5", width=100
    )


def test_another_promise_is_like_the_first_of_a_series_only(program: Program) -> None:
    play(program, AGREED, "make 'Send the weekly report' --to ben --by sat --agreed")
    lines = [line for line in program.ok("check", "--plain").splitlines() if "\tL19\t" in line]
    assert [line.split("\t")[0] for line in lines] == ["1", "6", "2", "3", "4", "5"]
    assert "Looks like #1. Is it the same?" in lines[1]


# In and out of files


@pytest.mark.parametrize("form", ["csv", "json", "jsonl"])
def test_a_series_comes_out_of_a_file_as_it_was(program: Program, form: str) -> None:
    play(program, f"{AGREED} --except '4 dec'", "complete 1 -y", "make Call --to lee --by fri")
    file = program.home / f"out.{form}"
    program.ok("export", "--format", form, "-o", str(file), "-q")
    before = [[one[name] for name in LINKS] for one in fetch(program)]
    program.ledger.unlink()
    program.ok("import", str(file), "--new", "-q")
    assert [[one[name] for name in LINKS] for one in fetch(program)] == before
    program.ok("release", "2", "--rest", "-q")
    assert states(program) == "kllllP"


def test_a_journal_brings_a_series_with_all_its_acts(program: Program) -> None:
    play(program, AGREED, "renege 2 --rest --reason ill")
    file = program.home / "out.jsonl"
    program.ok("export", "--journal", "--format", "jsonl", "-o", str(file), "-q")
    before = fetch(program)
    program.ledger.unlink()
    program.ok("import", str(file), "-q")
    assert fetch(program) == before
    assert program("doctor").code == 0


def test_half_a_series_in_a_file_is_refused(program: Program) -> None:
    file = program.home / "in.csv"
    file.write_text(f"direction,person,outcome,series,of\nowe,ben,Call,{'a' * 32},3\n")
    refused = program("import", str(file), "--new")
    assert (refused.stdout, refused.code) == ("", 6)
    assert "series, place and of belong together, so it is needed" in refused.stderr


# As the same promises made one by one


MOVES = (
    "complete {0} -y",
    "complete {0}",
    "renege {0} --reason ill",
    "release {0}",
    "bump {0} late",
    "negotiate {0} --by '20 dec' --reason full",
    "accept {0}",
    "decline {0} --reason no",
    "tag {0} work",
    "correct {0} --what 'Send a report'",
    "void {0} twice",
    "undo",
)
FIGURES = (
    ["list", "--all", "--json"],
    ["people", "--json"],
    ["week", "--json"],
    ["stats", "--json"],
    ["moves", "--json"],
    ["export", "--acts", "--format", "json"],
)


def _read(program: Program, later: str) -> list[Any]:
    """All records and figures, without what only a series has."""

    def strip(value: Any) -> Any:
        if isinstance(value, list):
            return [strip(one) for one in value]
        if isinstance(value, dict):
            return {key: strip(one) for key, one in value.items() if key not in LINKS}
        return value

    return [
        strip(json.loads(program.ok(*words, today=today)))
        for words in FIGURES
        for today in (None, later)
    ]


@given(
    count=st.integers(2, 6),
    step=st.integers(1, 3),
    agreed=st.booleans(),
    side=st.sampled_from(("to", "from")),
    moves=st.lists(st.tuples(st.sampled_from(MOVES), st.integers(1, 6)), max_size=6),
)
@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
def test_a_series_gives_what_the_same_promises_one_by_one_give(
    program: Program,
    count: int,
    step: int,
    moves: list[tuple[str, int]],
    *,
    agreed: bool,
    side: str,
) -> None:
    days = [date(2026, 11, 27) + timedelta(weeks=step * number) for number in range(count)]
    promise: dict[str, Any] = {"outcome": "Send the report", side: "ben", "agreed": agreed}
    one_by_one = [{**promise, "by": str(day)} for day in days]
    series = {**promise, "by": str(days[0]), "every": f"{step} weeks", "times": count}
    read = []
    for given_promises in (one_by_one, [series]):
        program.ledger.unlink(missing_ok=True)
        program.ok("make", "--json", "-", piped=json.dumps(given_promises))
        codes = [program(*shlex.split(move.format(number))).code for move, number in moves]
        read.append([codes, *_read(program, "2026-12-30T12:00")])
    assert read[0] == read[1]


@pytest.mark.parametrize(
    ("first", "every", "told"),
    [
        ("30 nov", "month", "day 30 of the month. For its last day, begin with a month of 31 days: --by 2026-12-31"),
        ("28 feb", "quarter", "day 28 of the month. For its last day, begin with a month of 31 days: --by 2027-03-31"),
        ("31 dec", "month", ""),
        ("29 nov", "month", ""),
        ("30 nov", "week", ""),
        ("28 feb", "year", ""),
    ],
)  # fmt: skip
def test_the_end_of_a_short_month_is_not_the_end_of_each_month(
    program: Program, first: str, every: str, told: str
) -> None:
    words = f"make 'Send the invoice' --to ben --by '{first}' --every {every} --times 4 --agreed"
    hints = program(*shlex.split(words)).stderr.splitlines()
    ends = [line for line in hints if "day of the month" in line or "of the month." in line]
    assert ends == ([f"All are due on {told}"] if told else [])


def test_a_series_is_one_of_the_promises_that_are_guided(program: Program) -> None:
    program.ok(*shlex.split(SERIES.replace("--times 5", "--times 40 --agreed")))
    program.ok("make", "Send the slides", "--to", "dana", "--asked")
    assert "Done? promisectl complete 41" in program("accept", "41").stderr


def test_a_series_is_not_weighed_against_itself(program: Program) -> None:
    play(program, "make 'Water my plants' --from ingrid --by mon --every day --times 6")
    answer = program("accept", "1", "--rest", answers="\n")
    assert answer.code == 0
    assert "not agreed yet" not in answer.stderr


def test_a_walk_goes_on_to_the_next_one_of_a_series_that_is_owed_to_me(program: Program) -> None:
    play(program, "make 'Water my plants' --from kim --by mon --every day --times 3 --agreed")
    answer = program("review", answers="complete\n" * 3, width=80, today="2026-12-20")
    assert "Reviewed 3 of 3: 3 changed." in answer.stdout
    assert [one["state"] for one in fetch(program)] == ["kept"] * 3


def test_a_part_of_one_of_a_series_is_told_on_a_line_of_its_own(program: Program) -> None:
    play(program, AGREED, "make Copy --from kim --by tue --part-of 1 --agreed")
    program.ok("bump", "6", "late", "--theirs", today="2026-11-24")
    for view in ("moves", "review", "digest", "owe"):
        page = program(view, width=100, today="2026-11-24T12:00").stdout
        lines = [line.strip().split("   ")[0] for line in page.splitlines()]
        place = lines.index("the 1st of 5")
        assert lines[place + 1] == "#6 from Kim: at risk", view
    asked = program("review", answers="quit\n", width=100, today="2026-11-24T12:00").stdout
    assert "\nThe 1st of 5; #6 from Kim: at risk.\n" in asked
