"""jot: promises one a line, from arguments, stdin or a page in the editor; all of them are made or none, and nothing typed is lost."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl import errors
from promisectl.commands import jot_lines
from tests.cli.terminal import ended, terminal
from tests.cli.test_edit import FORKS, Desk, desk  # noqa: F401
from tests.conftest import Program, Result

TWO = "to dana: Send the numbers | fri | agreed\nfrom lee: Fix the brake | sat\n"
AGAIN = "Edit again? yes or no (Enter for yes) › "
MANY = "Make these 2? yes / edit / no › "
TABLE = """\
Who       What                                               By
to Dana   Send the numbers                                   Fri 27 Nov  agreed
from Lee  Fix the brake                                      Sat 28 Nov  you ask
New people: Dana (dana), Lee (lee).
"""


def _records(program: Program) -> list[dict[str, Any]]:
    return [
        dict(one) for one in json.loads(program.ok("list", "--all", "--sort", "made", "--json"))
    ]


def _kept(result: Result) -> str:
    """What is in the file that is named as kept."""
    [path] = re.findall(r"What you typed is kept:\s(\S+)$", result.stderr, re.MULTILINE)
    return Path(path).read_text()


# The lines


WORDS = st.text(max_size=12).filter(lambda text: not set(text) & set("\n:|"))
OUTCOMES = st.one_of(
    st.text(min_size=1, max_size=40),
    st.lists(st.sampled_from(["|", " | ", "\\|", "\\", " |", "| ", "//", "#", "fri", "agreed", ":", "\u2028", "\x85", "\t", "ü"]), min_size=1, max_size=8).map("".join),
).map(lambda text: text.replace("\n", "").strip(" \t\r")).filter(bool)  # fmt: skip


def _escape(text: str) -> str:
    return text.replace("|", "\\|")


@given(outcome=OUTCOMES, why=OUTCOMES, mark=st.sampled_from(["", "- ", "* ", "- [ ] ", "1. ", "23) ", "  + ", "\t• "]), end=st.sampled_from(["", "\r"]))  # fmt: skip
def test_every_text_comes_back_byte_for_byte(outcome: str, why: str, mark: str, end: str) -> None:
    page = f"// nothing\n\n{mark}to dana: {_escape(outcome)} | why: {_escape(why)} | agreed{end}\n"
    [line] = jot_lines.list_jot_lines(page)
    assert line.number == 3
    assert jot_lines.parse_jot_line(line.text) == {
        "outcome": outcome,
        "to": ["dana"],
        "why": why,
        "agreed": True,
    }


@given(st.text(alphabet="to dana:from|\\/ \t#-*[]1.agreed", max_size=60))
def test_any_line_is_parsed_or_refused(text: str) -> None:
    for line in jot_lines.list_jot_lines(text):
        try:
            fields = jot_lines.parse_jot_line(line.text)
        except errors.Usage:
            continue
        else:
            assert ("to" in fields) != ("from_" in fields)


@given(st.permutations(["fri", "agreed", "done when: she has it", "why: the board", "#a", "#b #c"]))
def test_fields_come_in_any_order(parts: list[str]) -> None:
    fields = jot_lines.parse_jot_line(" | ".join(["to dana: Send it", *parts]))
    assert sorted(fields.pop("tag")) == ["#a", "#b", "#c"]
    assert fields == {
        "outcome": "Send it",
        "to": ["dana"],
        "by": "fri",
        "agreed": True,
        "done_when": "she has it",
        "why": "the board",
    }


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("To Dana Kim:  Send it ", {"to": ["Dana Kim"], "outcome": "Send it"}),
        ("FROM lee: Call at 17:00", {"from_": ["lee"], "outcome": "Call at 17:00"}),
        ("to dana: a|b", {"to": ["dana"], "outcome": "a|b"}),
        ("to dana: a\t|\tfri 17:00", {"to": ["dana"], "outcome": "a", "by": "fri 17:00"}),
        ("to dana: C:\\data\\|x", {"to": ["dana"], "outcome": "C:\\data|x"}),
        ("to dana: agreed fri #tag // x", {"to": ["dana"], "outcome": "agreed fri #tag // x"}),
        ("to dana: a | Answer-By: wed", {"to": ["dana"], "outcome": "a", "reply_by": "wed"}),
        ("to dana: a | done when he has it", {"to": ["dana"], "outcome": "a", "done_when": "he has it"}),
        ("to dana: a | Why  we can't: b", {"to": ["dana"], "outcome": "a", "why": "we can't: b"}),
        ("to dana: a | answer by wed", {"to": ["dana"], "outcome": "a", "reply_by": "wed"}),
        ("to dana: a | why: b: c", {"to": ["dana"], "outcome": "a", "why": "b: c"}),
        ("to\u00a0dana\t kim : a", {"to": ["dana\t kim"], "outcome": "a"}),
        ("to dana: | fri", {"to": ["dana"], "outcome": "", "by": "fri"}),
    ],
)  # fmt: skip
def test_a_line_is_read_like_this(line: str, fields: dict[str, Any]) -> None:
    assert jot_lines.parse_jot_line(line) == fields


def test_marks_blank_lines_and_comments_are_left_out() -> None:
    page = "\n  \n// a\n- // b\n-\n- [ ]\n* x\n3) y\n[ ] z\n- [x] done\n-x\n1.5 w"
    assert jot_lines.list_jot_lines(page) == [
        (7, "x"),
        (8, "y"),
        (9, "z"),
        (10, "[x] done"),
        (11, "-x"),
        (12, "1.5 w"),
    ]


SIDE = "“{}” does not begin with “to NAME:” or “from NAME:”. Write “to” if you owe it,"
BAD = [
    ("Send the numbers", SIDE.format("Send the numbers")),
    ("to dana send it at 17:00", SIDE.format("to dana send it at 17:00")),
    ("to : Send it", SIDE.format("to : Send it")),
    (f"{'x' * 60}: y", SIDE.format(f"{'x' * 40}…")),
    ("to dana: ", "The outcome is empty."),
    ("to dana: x |", "There is nothing after a “|”."),
    ("to dana: x | | fri", "There is nothing after a “|”."),
    ("to dana: x | frii", "Can't read “frii” as a date."),
    ("to dana: x | agree", "“agree” is not a field. Choose from a date, agreed, asked,"),
    ("to dana: x | risk: rain", "“risk:” is not a field."),
    ("to dana: x | fri | sat", "“fri” and “sat” can't both be the date. The other fields are"),
    ("to dana: x | why: a | why: b", "“why” is there twice. Keep one of them."),
    ("to dana: x | agreed | agreed", "“agreed” is there twice."),
    ("to dana: x | why:", "The why is empty."),
    ("from lee: x | asked", "“asked” means that they asked you, so it goes with “to”."),
    ("to lee: x | offered", "“offered” means that they offered it, so it goes with “from”."),
    ("to lee: x | agreed | answer by: fri", "“agreed” means that they have said yes."),
    ("to me: x | asked", "A promise to yourself has no other side. Leave out “asked”."),
    ("to me: x | offered | answer by: fri", "“offered” means that they offered it"),
    ("from me: x | offered | answer by: fri", "A promise to yourself has no other side. Leave out “offered” and “answer by”."),
    ("to dana: x | 4/12", "“4/12” can mean Fri 4 Dec or Mon 12 Apr. Type 2026-12-04 or 2027-04-12."),
    ("to dana: x | #a,b c", "Can't read “#a,b c” as a date"),
    (f"to dana: {'x' * 1001}", "The outcome has 1,001 characters"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "says"), BAD, ids=[line[:40] for line, _ in BAD])
def test_a_mistake_is_told_with_its_line_and_nothing_is_made(
    program: Program, line: str, says: str
) -> None:
    piped = program("jot", "-", piped=f"{TWO}\n{line}\n")
    assert (piped.stdout, piped.code) == ("", 6)
    effect = " Nothing was recorded."
    assert piped.stderr.count(effect) == 1
    told = piped.stderr.replace(effect, "").casefold()
    assert told.startswith(f"promisectl: line 4: {says}".casefold())
    typed = program("jot", line)
    assert (typed.stdout, typed.code) == ("", 2)
    assert typed.stderr.startswith(f"promisectl: {says}")
    assert not program.ledger.exists()


def test_a_date_that_has_passed_is_told_without_an_option(program: Program) -> None:
    result = program("jot", f"{TWO}to dana: x | 2026-11-01\nto lee: y | 9:00")
    assert (result.stdout, result.code) == ("", 2)
    assert "Line 3: the date has passed: Sun 1 Nov. Give a later date," in result.stderr
    assert '09:00. Type "tomorrow 09:00", or add --backfill' in result.stderr


def test_every_mistake_is_told_and_the_first_decides_the_code(program: Program) -> None:
    program.ok("make", "Call", "--to", "dana")
    page = f"{TWO}from dnaa: x\nSend it\nto lee: y | 2026-11-01\n"
    result = program("jot", "-", piped=page)
    assert (result.stdout, result.code) == ("", 3)
    first, *lines = result.stderr.splitlines()
    assert first == "promisectl: 3 lines can't be used. Nothing was recorded."
    assert [line.split(":")[0] for line in lines] == ["Line 3", "Line 4", "Line 5"]
    assert program("jot", "-", piped=page.replace("from dnaa: x\n", "")).code == 6
    passed = page.replace("from dnaa: x\nSend it\n", "")
    assert program("jot", "-", piped=passed).code == 2
    error = json.loads(program("jot", "-", "--json", piped=page).stderr)["error"]
    assert (error["code"], error["exit"]) == ("ambiguous", 3)
    assert all(f"Line {number}: " in error["message"] for number in (3, 4, 5))
    assert len(_records(program)) == 1
    assert program("jot", "-", "--new", "--backfill", piped=f"{TWO}from dnaa: x | 2026-11-01").code == 0  # fmt: skip


@pytest.mark.parametrize(
    ("piped", "says"),
    [
        ("", "There is no promise on stdin."),
        ("// nothing\n\n", "There is no promise on stdin."),
        ('{"outcome": "a"}', "This looks like JSON. Read it with: promisectl make --json -"),
        (b"to dana: a\nto lee: gr\xfcn", "line 2: this is not UTF-8."),
    ],
)
@pytest.mark.parametrize("command", ["jot", "make"])
def test_what_is_no_page_is_refused(
    program: Program, command: str, piped: str | bytes, says: str
) -> None:
    result = program(command, "-", piped=piped)
    assert (result.stdout, result.code) == ("", 6)
    assert result.stderr.replace(" Nothing was recorded.", "") == f"promisectl: {says}\n"


def test_arguments_without_a_promise_are_refused(program: Program) -> None:
    assert program("jot", "// x").stderr.startswith("promisectl: There is no promise here.")
    says = "promisectl: “-” reads the lines from stdin. Leave out the other lines.\n"
    assert program("jot", "-", "to dana: x") == ("", says, 2)
    says = "promisectl: With “-”, each promise has its own fields. Leave out --to.\n"
    assert program("make", "-", "--to", "dana", piped=TWO) == ("", says, 2)


# What is made


TEXTS = st.text(min_size=1, max_size=20).map(lambda text: text.strip(" \t").strip()).filter(lambda text: text and not set(text) & set("\n\r\0"))  # fmt: skip
FIELDS = st.fixed_dictionaries(
    {"outcome": TEXTS, "side": st.sampled_from(["to", "from"]), "name": st.sampled_from(["dana", "Max Ott", "me"])},
    optional={"by": st.sampled_from(["fri", "fri 17:00", "4 dec", "eom"]), "done when": TEXTS, "why": TEXTS, "answer by": st.sampled_from(["wed", "tomorrow"]),
              "word": st.sampled_from(["agreed", "asked", "offered"]), "tag": st.sampled_from(["work", "q3"])},
)  # fmt: skip


def _write_line(fields: dict[str, str]) -> str:
    parts = [f"{fields['side']} {fields['name']}: {_escape(fields['outcome'])}"]
    parts += [fields[name] for name in ("by", "word") if name in fields]
    parts += [f"{name}: {_escape(fields[name])}" for name in ("done when", "why", "answer by") if name in fields]  # fmt: skip
    parts += [f"#{fields['tag']}"] if "tag" in fields else []
    return " | ".join(parts)


def _write_command(fields: dict[str, str]) -> list[str]:
    options = {"by": "--by", "done when": "--done-when", "why": "--why", "answer by": "--reply-by", "tag": "--tag"}  # fmt: skip
    words = ["make", f"--{fields['side']}={fields['name']}"]
    words += [f"{option}={fields[name]}" for name, option in options.items() if name in fields]
    words += [f"--{fields['word']}"] if "word" in fields else []
    return [*words, "--", fields["outcome"]]


def test_lines_and_the_same_commands_give_the_same_records(
    program: Program, tmp_path: Path
) -> None:
    ledgers = iter(range(1_000_000))

    @given(st.lists(FIELDS, min_size=1, max_size=3))
    def agree(promises: list[dict[str, str]]) -> None:
        one, other = (str(tmp_path / f"{next(ledgers)}.db") for _ in range(2))
        made = [program("--ledger", one, *_write_command(fields)) for fields in promises]
        page = "\n".join(map(_write_line, promises))
        jotted = program("--ledger", other, "jot", "-", piped=page)
        bad = [result for result in made if result.code]
        if bad:
            assert jotted.code in {2, 6}
            return
        assert jotted.code == 0, (jotted, page)
        pair = []
        for ledger in (one, other):
            records = json.loads(program.ok("--ledger", ledger, "list", "--all", "--json"))
            pair.append([{name: value for name, value in record.items() if name != "uid"} for record in records])  # fmt: skip
        assert pair[0] == pair[1]

    agree()


def test_it_is_one_command_to_undo_and_answers_as_make_does(program: Program) -> None:
    assert program.ok("jot", "-", "-q", piped=TWO) == "1\n2\n"
    program.ok("undo")
    assert _records(program) == []
    made = [json.loads(line) for line in program.ok("make", "-", "--json", piped=json.dumps({"outcome": "a", "to": "dana"})).splitlines()]  # fmt: skip
    jotted = [json.loads(line) for line in program.ok("jot", "--json", "to dana: a").splitlines()]
    assert made[0].keys() == jotted[0].keys()
    lines = program("make", "-", piped=TWO)
    assert [line.split(".")[0].split(":")[0] for line in lines.stdout.splitlines()] == ["#5 active", "#6 proposed"]  # fmt: skip


def test_a_new_person_is_named_once(program: Program) -> None:
    result = program("jot", "-", piped="to dana: a\nfrom Dana: b\nto DANA: c\n")
    assert result.stderr.count("New person: Dana (dana).") == 1
    assert program.ok("people").count("\n") == 1


def test_it_happens_once(program: Program) -> None:
    key = ("--once", "meeting")
    first = program.ok("jot", "-", *key, piped=TWO)
    again = program("jot", "-", *key, piped=f"\n- {TWO}")
    assert (again.stdout, again.code) == (first, 0)
    assert "was used before, so nothing was recorded" in again.stderr
    assert program("jot", "-", *key, piped=f"{TWO}to dana: x").code == 2
    assert program.ok("jot", "to dana: x", "--once", "one", "-q") == "3\n"
    assert program.ok("jot", "to dana: x", "--once", "one", "-q") == "3\n"
    assert len(_records(program)) == 3


# At a terminal


@pytest.mark.usefixtures("desk")
def test_one_line_is_made_at_once_and_asks_only_about_a_name(program: Program) -> None:
    result = program("jot", "to dana: Send the numbers | in 5 days | agreed", answers="", width=80)
    assert result.stdout.startswith("#1 active")
    result = program("jot", "to dnaa: Send more", answers="yes\n", width=80)
    assert "“dnaa” is new. Did you mean dana?" in result.stderr
    assert [record["person"] for record in _records(program)] == ["dana", "dana"]


def test_a_page_is_shown_and_confirmed_once(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types(TWO)
    result = program("jot", answers="yes\n", width=80)
    assert (result.stdout, result.code) == ("Made 2 promises: #1 to #2.\n", 0)
    assert result.stderr.startswith(f"{TABLE}{MANY}New ledger:")
    assert result.stderr.endswith("\nNot what you meant? promisectl undo\n")
    text, path, modes, _ = desk.seen[0]
    first, second, *rest = text.split("\n")
    assert first.startswith("// to dana: Send the numbers | fri | agreed")
    assert second.startswith("// ")
    assert rest == ["", ""]
    assert max(map(len, text.split("\n"))) <= 78
    assert modes == ["0o600", "0o700"]
    assert not Path(path).exists()
    program.ok("undo")
    assert _records(program) == []


def test_one_promise_on_a_page_is_answered_as_make_answers(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types("to dana: Send the numbers | fri | agreed | done when: she has it | why: x | #a")
    result = program("jot", answers="y\n", width=80)
    assert result.stdout.startswith("#1 active")
    shown = result.stderr.split("New person")[0]
    assert "done when: she has it\n" in shown
    assert "#a" in shown
    assert "Make this one? yes / edit / no › " in result.stderr


def test_mistakes_are_written_above_their_lines(program: Program, desk: Desk) -> None:  # noqa: F811
    bad = "// mine\nto dana: Send it | frii\nSend it\nto lee: Go | sat\n"
    half = "// mine\nto dana: Send it | fri\nSend it\nto lee: Go | sat\n"
    desk.types(bad, half, TWO)
    result = program("jot", answers="\ny\nyes\n", width=200)
    assert result.code == 0
    assert result.stderr.count(AGAIN) == 2
    assert (
        "2 lines can't be used. Nothing was recorded.\nLine 2: can't read “frii”" in result.stderr
    )
    _, (second, *_), (third, *_) = desk.seen
    lines = second.split("\n")
    assert lines[0] == "// mine"
    assert lines[1].startswith("// Can't read “frii” as a date.")
    assert lines[2] == "to dana: Send it | frii"
    assert lines[3].startswith("// “Send it” does not begin with")
    assert lines[4:] == ["Send it", "to lee: Go | sat", ""]
    assert third.count("// ") == 2, "mine, and what is wrong now"
    assert re.sub("// “Send it” .*\n", "", third) == half


def test_comments_about_mistakes_go_when_they_are_put_right(program: Program, desk: Desk) -> None:  # noqa: F811
    page = "// mine\nto dana: Send it | frii\n"
    desk.types(page, {}, page.replace("frii", "fri"), {})
    result = program("jot", answers="\n\nedit\nyes\n", width=80)
    assert result.code == 0, result
    first, second, third, fourth = [text for text, *_ in desk.seen]
    assert first != second == third
    assert second.split("\n")[1].startswith("// Can't read “frii”")
    assert fourth == page.replace("frii", "fri")


@pytest.mark.parametrize(("answers", "code"), [("no\n", 130), ("", 130)])
def test_a_no_makes_nothing_and_keeps_what_was_typed(
    program: Program,
    desk: Desk,  # noqa: F811
    answers: str,
    code: int,
) -> None:
    desk.types(TWO)
    result = program("jot", answers=answers, width=200)
    assert (result.stdout, result.code) == ("", code)
    assert "Nothing was recorded.\n" in result.stderr
    assert _kept(result) == TWO
    assert not program.ledger.exists()


def test_a_no_to_editing_again_keeps_what_was_typed(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types(f"{TWO}Send it\n")
    result = program("jot", answers="no\n", width=200)
    assert (result.stdout, result.code) == ("", 2)
    assert _kept(result).startswith(f"{TWO}// “Send it” does not begin")
    desk.types("to lee: a | frii\nSend it\n")
    result = program("jot", answers="no\n", width=200)
    assert result.stderr.count("can't read “frii”") == 1
    assert "promisectl: 2 lines can't be used. Nothing was recorded. What you" in result.stderr
    desk.types(f"{TWO}Send it\n")
    result = program("jot", "--no-input", answers="", width=200)
    assert result.code == 2
    assert _kept(result).startswith(f"{TWO}// “Send it” does not begin")


def test_edit_opens_the_page_again(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types(TWO, TWO.replace("numbers", "figures"))
    result = program("jot", answers="edit\nyes\n", width=80)
    assert result.code == 0
    assert desk.seen[1][0] == TWO
    assert result.stderr.count(MANY) == 2
    assert _records(program)[0]["outcome"] == "Send the figures"


@pytest.mark.parametrize("typed", ["", "\n \n", None])
def test_an_emptied_page_makes_nothing(program: Program, desk: Desk, typed: str | None) -> None:  # noqa: F811
    desk.types({} if typed is None else typed)
    says = "Nothing was recorded: the page is empty.\n"
    assert program("jot", answers="", width=80) == (says, "", 0)
    assert program("jot", "--json") == ("[]\n", "", 0) or typed is not None
    assert not program.ledger.exists()


def test_a_page_of_comments_alone_may_be_edited_again(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types("// to dana: Send it\n", "")
    result = program("jot", answers="\n", width=80)
    assert result.code == 0
    assert "There is no promise here." in result.stderr
    desk.types("// to dana: Send it\n")
    result = program("jot", answers="no\n", width=200)
    assert (result.code, _kept(result)) == (2, "// to dana: Send it\n")


def test_a_person_is_asked_about_a_name_once(program: Program, desk: Desk) -> None:  # noqa: F811
    program.ok("make", "Call", "--to", "dana")
    page = "to dnaa: a | frii\nfrom dnaa: b\n"
    desk.types(page, page.replace("frii", "fri"))
    result = program("jot", answers="yes\n\nyes\n", width=80)
    assert result.code == 0, result
    assert result.stderr.count("“dnaa” is new. Did you mean dana?") == 1
    assert "New p" not in result.stderr
    assert [record["person"] for record in _records(program)] == ["dana"] * 3


def test_several_arguments_are_confirmed_and_nothing_is_kept_of_them(
    program: Program,
    desk: Desk,  # noqa: F811
) -> None:
    result = program("jot", *TWO.splitlines(), answers="no\n", width=80)
    assert (result.code, "kept" in result.stderr) == (130, False)
    assert desk.seen == []
    assert program.ok("jot", *TWO.splitlines(), answers="yes\n", width=80).startswith("Made 2")


def test_nothing_is_asked_without_a_person(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types(TWO, TWO)
    assert program("jot").stdout.startswith("#1 active")
    assert program.ok("jot", "-q", answers="", width=80) == "3\n4\n"


NARROW = """\
Who           What
to Dana       Send the numbers
              Fri 27 Nov, agreed
from Lee      Fix the brake
              Sat 28 Nov, you ask
from          Get two quotes for the
Maximilian    fence
Ottokar       Fri 11 Dec 17:00, you ask
              why: it leans
to yourself   Buy milk
              no date
"""


def test_the_table_fits_a_narrow_terminal(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types(
        f"{TWO}from Maximilian Ottokar: Get two quotes for the fence | 11 dec 17:00 | why: it leans\n"
        "to me: Buy milk\n"
    )
    result = program("jot", answers="y\n", width=40)
    assert result.stderr.split("New people")[0] == NARROW


@pytest.mark.parametrize("width", [40, 55, 60, 70, 80])
def test_words_stay_whole_in_the_table_at_every_width(
    program: Program,
    desk: Desk,  # noqa: F811
    width: int,
) -> None:
    desk.types(f"{TWO}from Maximilian Ottokar: Get two quotes | 11 dec 17:00 | offered\n")
    table = program("jot", answers="y\n", width=width).stderr.split("New people")[0]
    assert max(map(len, table.splitlines())) <= width
    words = set(table.replace(",", " ").split())
    assert words >= {"numbers", "Fix", "the", "brake", "quotes", "Dec", "17:00", "agreed"}


def test_each_of_several_people_counts(program: Program, desk: Desk) -> None:  # noqa: F811
    desk.types("to kim and lee: Bring a cake | agreed\n")
    result = program("jot", answers="yes\nyes\n", width=80)
    assert "Make these 2? yes / edit / no › " in result.stderr
    assert result.stdout == "Made 2 promises: #1 to #2.\n"


@pytest.mark.parametrize("words", [["to", "tom:", "Pair", "on", "it"], ["FROM", "lee:", "x"]])
@pytest.mark.parametrize("typed", [{}, {"answers": "", "width": 80}])
def test_a_line_without_quotes_is_told_once(
    program: Program, words: list[str], typed: dict[str, Any]
) -> None:
    result = program("jot", *words, **typed)
    assert (result.stdout, result.code) == ("", 2)
    assert " ".join(result.stderr.split()) == (
        "promisectl: Each line is one argument. Put it in quotes: "
        'promisectl jot "to dana: Send the numbers | fri | agreed"'
    )
    assert not program.ledger.exists()


# At a real terminal


def _write_editor(program: Program, patch: pytest.MonkeyPatch, *commands: str) -> None:
    editor = program.home / "editor"
    editor.write_text("#!/bin/sh\n" + "\n".join(commands) + "\n")
    editor.chmod(0o755)
    patch.setenv("EDITOR", str(editor))
    patch.setenv("TMPDIR", str(program.home))


@pytest.mark.filterwarnings(FORKS)
def test_the_whole_flow(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written, mistaken, put right in the editor, looked at, made, undone."""
    _write_editor(
        program,
        monkeypatch,
        'if grep -q frii "$1"; then sed -i /to/s/frii/fri/ "$1"; exit; fi',
        'printf "%s\\n" "- to dana: Send the numbers | frii | agreed" "- from lee: Call | sat" >> "$1"',
    )
    with terminal("jot", columns=80) as child:
        child.expect("Line 4: can't read “frii”")
        child.expect("Edit again")
        child.sendline("")
        child.expect(r"to Dana +Send the numbers +Fri 27 Nov +agreed")
        child.expect("New people: Dana")
        child.expect("Make these 2\\? yes / edit / no")
        child.sendline("yes")
        child.expect("Made 2 promises: #1 to #2")
        assert ended(child) == 0
    assert not list(program.home.glob("promisectl-*"))
    program.ok("undo")


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("command", ["jot", "make"])
def test_what_is_pasted_is_confirmed(
    program: Program, monkeypatch: pytest.MonkeyPatch, command: str
) -> None:
    _write_editor(program, monkeypatch, 'sed -i /^to/s/frii/fri/ "$1"')
    with terminal(command, "-", columns=300) as child:
        child.expect("Paste or type, then Ctrl-D:")
        child.send(TWO.replace("fri ", "frii "))
        child.sendcontrol("d")
        child.expect("Edit again")
        child.sendline("yes")
        child.expect("Make these 2")
        child.sendline("no")
        child.expect("Nothing was recorded")
        child.expect("What you typed is kept: (\\S+)")
        kept = child.match[1]
        assert ended(child) == 130
    assert Path(kept).read_text() == TWO


@pytest.mark.filterwarnings(FORKS)
def test_whatever_reads_a_terminal_says_so(program: Program) -> None:
    with terminal("import", "-", "--format", "csv", columns=80) as child:
        child.expect("Paste or type, then Ctrl-D:")
        child.sendline("direction,person,outcome")
        child.sendline("owe,dana,Call")
        child.sendcontrol("d")
        assert ended(child) == 0
    assert _records(program)[0]["outcome"] == "Call"


@pytest.mark.filterwarnings(FORKS)
def test_ctrl_c_at_the_question_keeps_the_page(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write_editor(program, monkeypatch, "true")
    with terminal("jot", "-", columns=300) as child:
        child.expect("Ctrl-D:")
        child.send(TWO)
        child.sendcontrol("d")
        child.expect("Make these 2")
        child.sendcontrol("c")
        child.expect("Nothing was recorded")
        child.expect("kept: (\\S+)")
        kept = child.match[1]
        assert ended(child) == 130
    assert Path(kept).read_text() == TWO
    assert not program.ledger.exists()


# A series on a line

_FIELD_ERRORS = [
    ("fri | every thu until 26 feb", "by Fri 27 Nov is not a Thursday. The first Thursday is Thu 3 Dec."),
    ("fri | every week", "A series needs an end: add until 26 feb, or 13 times."),
    ("every week until 26 feb", "A series needs its first date. Add “by” and the date: by fri"),
    ("fri | every blue until 26 feb", "“every” can't be “blue”. Type day, weekday, week, \"2 weeks\", month, quarter or year, or weekdays, as in fri or mon,thu."),
    ("fri | until 26 feb", "“until” is for a series. Add “every” and how often: every week"),
    ("fri | 5 times", "“times” is for a series. Add “every” and how often: every week"),
    ("fri | except 25 dec", "“except” is for a series. Add “every” and how often: every week"),
    ("fri | every week until 26 feb | 5 times", "“until” and “times” can't be combined. Give one of them."),
    ("fri | every week 200 times", "“times” can't be 200. Give 2 to 100."),
    ("fri | every 99 weeks 4 times", "The weeks of “every” can't be 99. Give 1 to 52."),
    ("fri | every week until thu", "until Thu 26 Nov is before the first date, Fri 27 Nov. Give a later date."),
    ("fri | every week until 2 dec", "The series has only one date, Fri 27 Nov. Give a later end, or leave out “every” for a single promise."),
    ("fri | every day until 2028-01-01", "until Sat 1 Jan 2028 makes more than 100 promises. End it on Sat 6 Mar or before."),
    ("fri | every week 3 times except 24 dec", "except Thu 24 Dec is not one of the dates. The nearest one is Fri 11 Dec."),
    ("fri | every week until 2 dec except 27 nov", "“except” leaves out all the dates. Keep at least 2 of them."),
    ("sun 2:30 | every sun until 2027-06-01", "The clocks skip 02:30 on Sun 28 Mar. Choose another time, or leave that date out: except 2027-03-28"),
    ("fri | every week until 11/12", "“11/12” can mean Fri 11 Dec or Fri 12 Nov 2027. Type 2026-12-11 or 2027-11-12."),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "error"), _FIELD_ERRORS)
def test_a_series_is_refused_in_the_words_of_the_line(
    program: Program, fields: str, error: str
) -> None:
    line = f"to dana: Send the numbers | {fields} | agreed"
    assert program("jot", line).stderr == f"promisectl: {error}\n"
    piped = program("make", "-", piped=f"{line}\n")
    assert "--" not in piped.stderr
    words = program("jot", "--json", line)
    assert json.loads(words.stderr)["error"]["id"] == "bad-lines"


def test_the_first_date_can_be_added_as_the_error_says(program: Program) -> None:
    program.ok("jot", "to dana: Send it | every week 3 times | by fri | agreed")
    program.ok("jot", "to dana: Send it | by fri every week until 26 feb | agreed")
