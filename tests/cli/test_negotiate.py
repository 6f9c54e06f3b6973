"""New terms: whose they are, what they change, until when they want an answer, and whose risk goes with them."""

import json
from typing import Any

import pytest

from tests.cli.questions import NEEDED
from tests.conftest import Program

WHOSE = "Whose terms are these: mine or theirs? › "
MINE: dict[str, list[list[str]]] = {
    "offer": [["make", "Fix the brake", "--to", "lee", "--by", "fri"]],
    "request": [["make", "Fix the brake", "--from", "lee", "--by", "fri"]],
    "change of mine, I owe": [
        ["make", "Fix the brake", "--to", "lee", "--by", "fri", "--agreed"],
        ["negotiate", "1", "--by", "sat", "--reason", "x"],
    ],
    "change of mine, I am owed": [
        ["make", "Fix the brake", "--from", "lee", "--by", "fri", "--agreed"],
        ["negotiate", "1", "--by", "sat", "--reason", "x"],
    ],
}
INFERRED: dict[str, list[list[str]]] = {
    "asked of me": [["make", "Fix the brake", "--to", "lee", "--by", "fri", "--asked"]],
    "offered to me": [["make", "Fix the brake", "--from", "lee", "--by", "fri", "--offered"]],
    "agreed": [["make", "Fix the brake", "--to", "lee", "--by", "fri", "--agreed"]],
    "change of theirs": [
        ["make", "Fix the brake", "--to", "lee", "--by", "fri", "--agreed"],
        ["negotiate", "1", "--by", "sat", "--reason", "x", "--theirs"],
    ],
    "to yourself": [["make", "Fix the brake", "--to", "me", "--by", "fri"]],
}


def shown(program: Program, **more: Any) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", "1", "--json", **more))
    return dict(record)


def set_up(program: Program, commands: list[list[str]]) -> None:
    for words in commands:
        program.ok(*words)


# Whose they are


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize("form", [[], ["-q"], ["--json"], ["--no-input"]])
def test_off_a_terminal_it_has_to_be_said(program: Program, name: str, form: list[str]) -> None:
    set_up(program, MINE[name])
    before = program.ledger.read_bytes()
    words = [
        "negotiate",
        "1",
        "--by",
        "mon in 2 weeks",
        "--why",
        "it's late",
        "--reason",
        "rain",
        *form,
    ]
    answers = "mine\n" if form else None
    result = program(*words, answers=answers)
    typed = "promisectl negotiate 1 --by 'mon in 2 weeks' --why 'it'\"'\"'s late' --reason rain"
    typed = " ".join([typed, *form])
    said = json.loads(result.stderr)["error"]["message"] if "--json" in form else result.stderr
    said = " ".join(said.split())
    for option in ("--mine", "--theirs"):
        assert f"{typed} {option}" in said
    assert (result.code, result.stdout) == (2, "")
    assert program.ledger.read_bytes() == before
    for option, author in (("--mine", "me"), ("--theirs", "them")):
        program.ok(*words, option)
        assert shown(program)["author"] == author
        program.ok("undo")


@pytest.mark.parametrize("name", MINE)
@pytest.mark.parametrize(("typed", "author"), [("m", "me"), ("theirs", "them"), ("\n\nt", "them")])
def test_a_terminal_asks(program: Program, name: str, typed: str, author: str) -> None:
    set_up(program, MINE[name])
    words = ["negotiate", "1", "--by", "mon", "--reason", "rain"]
    result = program(*words, answers=f"{typed}\n", width=200)
    assert result.stderr.startswith(f"{WHOSE}{NEEDED}" * typed.count("\n") + WHOSE)
    assert (result.code, shown(program)["author"]) == (0, author)


@pytest.mark.parametrize("name", MINE)
def test_who_leaves_the_question_leaves_all_as_it_was(program: Program, name: str) -> None:
    set_up(program, MINE[name])
    before = program.ledger.read_bytes()
    result = program("negotiate", "1", "--by", "mon", "--reason", "rain", answers="")
    assert (result.code, result.stderr) == (130, f"{WHOSE}\nNothing was recorded.\n")
    assert program.ledger.read_bytes() == before


@pytest.mark.parametrize("name", INFERRED)
def test_elsewhere_they_are_mine(program: Program, name: str) -> None:
    set_up(program, INFERRED[name])
    words = ["negotiate", "1", "--by", "mon in 2 weeks", "--reason", "rain"]
    assert "›" not in program(*words, answers="").stderr
    assert shown(program)["acts"][-1]["by"] == "me"
    program.ok("undo")
    program.ok(*words, *([] if name == "to yourself" else ["--mine"]))
    assert shown(program)["acts"][-1]["by"] == "me"


@pytest.mark.parametrize("name", MINE)
def test_review_asks_as_well(program: Program, name: str) -> None:
    set_up(program, MINE[name])
    result = program("review", answers="negotiate\ntheirs\nmon\n\nrain\n", width=200)
    assert WHOSE in result.stderr
    assert shown(program)["author"] == "them"


@pytest.mark.parametrize("name", MINE)
def test_an_editor_is_opened_when_it_is_known(
    program: Program, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(program, MINE[name])
    monkeypatch.setenv("EDITOR", "sed -i s/^why:/&because/")
    result = program("edit", "1", "--negotiate", "--reason", "x")
    assert (result.code, "promisectl edit 1 --negotiate --reason x --mine" in result.stderr) == (
        2,
        True,
    )
    program.ok("edit", "1", "--negotiate", "--reason", "x", answers="theirs\n")
    assert shown(program)["author"] == "them"


def test_what_was_asked_about_is_what_is_changed(program: Program) -> None:
    """The page and the next step name both commands where both are open."""
    set_up(program, MINE["offer"])
    page = program.ok("show", "1", width=80)
    assert "promisectl negotiate 1 --mine --by “…”    you change the offer" in page
    assert "promisectl negotiate 1 --theirs --by “…”  Lee makes a counter-offer" in page
    set_up(program, [["make", "Feed it", "--to", "lee", "--asked"]])
    assert "promisectl negotiate 2 --by “…”  you make a counter-offer" in program.ok(
        "show", "2", width=80
    )


# Until when they want an answer


def test_the_answer_ends_the_date_for_it(program: Program) -> None:
    program.ok("make", "Fix it", "--from", "lee", "--by", "20 dec", "--reply-by", "3 dec")
    program.ok("negotiate", "1", "--by", "25 dec", "--theirs", today="2026-12-02T09:00")
    record = shown(program, today="2026-12-04T09:00")
    assert [record[name] for name in ("author", "move", "reply_by", "reply_at", "flags")] == [
        "them", "me", None, None, [],
    ]  # fmt: skip
    assert record["offer"]["reply_by"] is None
    assert [terms["reply_by"] for terms in record["terms"]] == ["2026-12-03", None]
    assert "L22" in program.ok("check", "1", "--json", today="2026-12-14T09:00")


@pytest.mark.parametrize("answer", ["accept", "decline", "withdraw"])
def test_no_answer_leaves_one_behind(program: Program, answer: str) -> None:
    program.ok("make", "Fix it", "--from", "lee", "--by", "20 dec", "--reply-by", "3 dec")
    assert shown(program)["reply_by"] == "2026-12-03"
    program.ok(answer, "1")
    record = shown(program, today="2026-12-04T09:00")
    assert [record[name] for name in ("reply_by", "reply_at", "offer")] == [None, None, None]
    assert "reply by" not in program.ok("show", "1", width=80)
    program.ok("undo")
    assert shown(program)["reply_by"] == "2026-12-03"
    program.ok("redo")
    if answer == "accept":
        program.ok("negotiate", "1", "--by", "25 dec", "--reason", "x")
        assert shown(program)["offer"]["reply_by"] is None
        program.ok(
            "negotiate", "1", "--by", "26 dec", "--reason", "x", "--reply-by", "fri", "--theirs"
        )
        record = shown(program)
        assert (record["reply_by"], record["offer"]["reply_by"]) == (None, "2026-11-27")
        assert record["due"] == "2026-12-20"
    assert program("doctor", "-q").code == 0


@pytest.mark.parametrize("reason", [[], ["--reason", "x"]])
def test_only_who_wants_the_answer_says_until_when(program: Program, reason: list[str]) -> None:
    program.ok("make", "Fix it", "--from", "lee", "--by", "20 dec", "--reply-by", "3 dec")
    before = program.ledger.read_bytes()
    for words in (["--theirs", "--reply-by", "10 dec"], ["--mine", "--reply-by", "3 dec"], ["--mine"], ["--mine", "--reply-by", ""]):  # fmt: skip
        result = program("negotiate", "1", *words, *reason)
        assert (result.code, "as they are" in result.stderr) == (2, True), words
    assert program.ledger.read_bytes() == before
    said = program.ok("negotiate", "1", "--mine", "--reply-by", "10 dec", *reason)
    assert "reply by Thu 10 Dec (was Thu 3 Dec)" in said
    record = shown(program)
    assert (record["reply_by"], record["revision"], record["due"]) == (
        "2026-12-10", 2, "2026-12-20",
    )  # fmt: skip


def test_nobody_answers_a_promise_to_myself(program: Program) -> None:
    program.ok("make", "Run", "--to", "me", "--by", "20 dec")
    result = program("negotiate", "1", "--by", "21 dec", "--reason", "x", "--reply-by", "fri")
    assert result.stderr == (
        "promisectl: Nobody has to reply to these terms of #1. Leave out the reply-by date.\n"
    )
    assert result.code == 2


def test_a_counter_at_the_questions_begins_without_one(program: Program) -> None:
    program.ok("make", "Fix it", "--to", "lee", "--by", "20 dec", "--reply-by", "3 dec", "--asked")
    program.ok("accept", "1", answers="\n\nc\n19 dec\n\n")
    assert (shown(program)["author"], shown(program)["reply_by"]) == ("me", None)
    program.ok("negotiate", "1", "--mine", "--reply-by", "5 dec")
    result = program("review", answers="negotiate\nmine\n18 dec\n\n\n", width=200)
    assert (shown(program)["due"], shown(program)["reply_by"]) == ("2026-12-18", None), result


# What they change


ROUNDS: list[tuple[list[str], str]] = [
    (["--done-when", "200 words, English"], "done when “200 words, English” (was “300 words, German”)"),
    (["--done-when", ""], "without a done-when (was “200 words, English”)"),
    (["--why", "the fair"], "why “the fair”"),
    (["--why", "the big fair", "--by", "sat 17:00"], "by Sat 28 Nov, 17:00 (was Fri 27 Nov), why “the big fair” (was “the fair”)"),
    (["--by", "", "--what", "Translate it"], "“Translate it” (was “Translate the flyer”), without a date (was Sat 28 Nov, 17:00)"),
    (["--what", "Translate all", "--reply-by", "wed"], "“Translate all” (was “Translate it”), reply by Wed 25 Nov"),
    (["--reply-by", "thu"], "reply by Thu 26 Nov (was Wed 25 Nov)"),
    (["--by", "mon"], "by Mon 30 Nov, without a reply date (was Thu 26 Nov)"),
]  # fmt: skip


@pytest.mark.parametrize("agreed", [False, True])
def test_every_round_shows_what_it_changes(program: Program, agreed: bool) -> None:
    made = ["make", "Translate the flyer", "--from", "omar", "--by", "fri", "--done-when", "300 words, German"]  # fmt: skip
    program.ok(*made, *(["--agreed"] if agreed else []))
    for words, change in ROUNDS:
        said = program.ok("negotiate", "1", *words, "--mine", "--reason", "so it is", width=400)
        assert f"{change}." in said
        assert f": {change}" in program.ok("show", "1", width=400)
    log = program.ok("log", "1", width=400).splitlines()
    whole = program.ok("log", width=400).splitlines()
    for lines, about in ((log, ""), (whole, " · from Omar")):
        rounds = [line.partition("You proposed (rev ")[2] for line in lines if "proposed" in line]
        assert all(about in line for line in rounds)
        proposed = [line.partition(" · from Omar")[0] for line in rounds]
        assert proposed == [
            f"{number}): {change} · reason: so it is"
            for number, (_, change) in enumerate(ROUNDS, 2)
        ]
    last = program.ok("log", "--limit", "1", width=400)
    assert ROUNDS[-1][1] in last


def test_an_undone_round_keeps_what_it_changed(program: Program) -> None:
    program.ok("make", "Fix it", "--from", "lee", "--by", "20 dec")
    program.ok("negotiate", "1", "--mine", "--by", "21 dec")
    program.ok("undo")
    program.ok("negotiate", "1", "--mine", "--by", "22 dec")
    lines = [line for line in program.ok("log", width=300).splitlines() if "proposed" in line]
    assert [line.partition("proposed ")[2] for line in lines] == [
        "(rev 2): by Mon 21 Dec (was Sun 20 Dec) (undone) · from Lee: “Fix it”",
        "(rev 2): by Tue 22 Dec (was Sun 20 Dec) · from Lee: “Fix it”",
    ]


def test_a_digest_shows_it_too(program: Program) -> None:
    program.ok("make", "Fix it", "--to", "lee", "--done-when", "it brakes", "--agreed")
    program.ok("negotiate", "1", "--done-when", "it stops", "--reason", "x")
    digest = " ".join(program.ok("digest").split())
    assert "done when “it stops” (was “it brakes”)" in digest


# Whose risk goes with them


@pytest.mark.parametrize(
    ("make", "option", "by"),
    [
        (["--to", "lee"], "--mine", "me"),
        (["--to", "lee", "--asked"], "--mine", "me"),
        (["--to", "lee", "--agreed"], "--mine", "me"),
        (["--to", "lee"], "--theirs", None),
        (["--from", "lee"], "--theirs", "them"),
        (["--from", "lee", "--agreed"], "--theirs", "them"),
        (["--from", "lee"], "--mine", None),
        (["--from", "lee", "--offered"], "--mine", None),
    ],
)
def test_a_risk_goes_with_terms_of_the_promisor(
    program: Program, make: list[str], option: str, by: str | None
) -> None:
    program.ok("make", "Fix the brake", *make, "--by", "fri")
    before = program.ledger.read_bytes()
    words = ["negotiate", "1", "--by", "sat", "--reason", "x", option]
    result = program(*words, "--risk", "no brake", "--no-to", "the lake")
    if by is None:
        assert result.code == 2
        assert "are for the promisor, and here the promisee acts" in result.stderr
        assert program.ledger.read_bytes() == before
        return
    act = shown(program)["acts"][-1]
    assert (act["side"], act["by"], act["risk"], act["no_to"]) == (
        "promisor", by, "no brake", "the lake",
    )  # fmt: skip
    who = "You" if by == "me" else "Lee"
    again = program(*words[:3], "sun", *words[4:], "--risk", "no wheel")
    assert again.stderr.splitlines()[-1] == f"{who} put off: “the lake”."
    program.ok("undo")
    said = program("bump", "1", "it rains", *(["--theirs"] if by == "them" else [])).stderr
    assert said.endswith(f"{who} foresaw: “no brake”. {who} put off: “the lake”.\n")


@pytest.mark.parametrize("theirs", [[], ["--theirs"]])
@pytest.mark.parametrize("side", [["--to", "lee"], ["--from", "lee"]])
def test_a_date_for_the_answer_alone_is_no_change_of_agreed_terms(
    program: Program, side: list[str], theirs: list[str]
) -> None:
    program.ok("make", "Fix it", *side, "--by", "20 dec", "--agreed")
    before = program.ledger.read_bytes()
    refused = program("negotiate", "1", "--reply-by", "fri", "--reason", "x", *theirs)
    assert (refused.code, program.ledger.read_bytes() == before) == (2, True)
    assert refused.stderr.startswith("promisectl: That leaves the terms of #1 as they are.")


@pytest.mark.parametrize(
    "commands",
    [
        [["make", "Fix it", "--to", "dana", "--asked"]],
        [["make", "Fix it", "--to", "dana"]],
        [
            ["make", "Fix it", "--to", "dana", "--agreed"],
            ["negotiate", "1", "--by", "fri", "--reason", "x"],
        ],
    ],
)
def test_terms_that_wait_for_a_yes_may_be_meant_as_they_are(
    program: Program, commands: list[list[str]]
) -> None:
    for words in commands:
        program.ok(*words)
    before = program.ledger.read_bytes()
    refused = program("negotiate", "1", "--agreed")
    assert (refused.code, program.ledger.read_bytes() == before) == (2, True)
    assert refused.stderr.startswith(
        "promisectl: That leaves the terms of #1 as they are. "
        "To say yes to them: promisectl accept 1 · To change --what,"
    )
    assert program.ok("accept", "1").startswith("#1 active")


def test_both_lines_can_be_pasted(program: Program) -> None:
    program.ok("make", "Send it", "--to", "dana", "-q")
    lines = [
        f"promisectl negotiate 1 --reason 'a b' --by fri {side}" for side in ("--mine", "--theirs")
    ]
    done = program("negotiate", "1", "--reason", "a b", "--by", "fri")
    assert (done.stdout, done.code, done.stderr.splitlines()[1:]) == ("", 2, lines)
    error = json.loads(program("negotiate", "1", "--by", "fri", "--json").stderr)["error"]
    assert error["commands"] == [
        f"promisectl negotiate 1 --by fri --json {side}" for side in ("--mine", "--theirs")
    ]
