"""The questions at the moment of Yes: when they are put, what becomes of the answers, and that giving up changes nothing."""

import csv
import io
import json
import os
from typing import Any

import pytest
from rich.cells import cell_len

from tests.cli.terminal import ended, in_another, terminal
from tests.conftest import Program, Result, remembered

ASKS = "#1: Dana asks you for “Review the contract” by Wed 25 Nov.\n"
PROMISES = "You promise Dana “Review the contract” by Wed 25 Nov.\n"
RISK = "Imagine it is Thu 26 Nov and this did not happen. Why? (Enter to skip) › "
NEVER = "Imagine this never happened. Why? (Enter to skip) › "
PRICE = "What will you have to put off for this? (Enter to skip) › "
YES = "Your answer: yes, counter or no? › "
WHY = "Why? (Enter to skip) › "
SEND = "Not said yet? promisectl message 1 · When Dana says yes: promisectl accept 1\n"
WHEN = "By when can you? (Enter keeps Wed 25 Nov) › "
WHAT = "What can you promise? (Enter keeps “Review the contract”) › "
THREE = RISK + PRICE + YES
ACCEPTED = "#1 active: you accepted Dana's request “Review the contract” by Wed 25 Nov.\n"
DECLINED = "#1 declined: you said no to Dana's request “Review the contract” by Wed 25 Nov."
NEXT = "Done? promisectl complete 1 · At risk? promisectl bump 1 “…”\n"
FORKS = "ignore:This process .* is multi-threaded:DeprecationWarning"


@pytest.fixture
@remembered
def asked(program: Program) -> Program:
    """Dana has asked me for something."""
    program.ok("make", "Review the contract", "--to", "dana", "--by", "wed", "--asked")
    return program


def _record(program: Program, number: int = 1) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json"))
    return dict(record)


def _foreseen(program: Program, number: int = 1) -> tuple[str | None, str | None]:
    record = _record(program, number)
    return record["risk"], record["no_to"]


def _accept(program: Program, *more: str, answers: str) -> Result:
    return program("accept", "1", *more, answers=answers, width=200)


def _agree(
    program: Program, *more: str, answers: str | None, outcome: str = "Review the contract"
) -> Result:
    return program("make", outcome, "--to", "dana", "--agreed", *more, answers=answers, width=200)


# The way through


def test_enter_skips_the_questions_but_a_yes_is_typed(asked: Program) -> None:
    assert _accept(asked, answers="\n\n\n").code == 130
    assert _accept(asked, answers="\n\ny\n") == (ACCEPTED, ASKS + THREE + NEXT, 0)
    assert _foreseen(asked) == (None, None)


@pytest.mark.parametrize("word", ["y", "Y", "ye", "yes", "YES", " yes "])
def test_yes_may_be_typed_in_any_way(asked: Program, word: str) -> None:
    assert _accept(asked, answers=f"\n\n{word}\n").stdout == ACCEPTED


def test_a_word_that_is_no_answer_is_asked_again(asked: Program) -> None:
    result = _accept(asked, answers="\n\nperhaps\nx\x1b[2J\nyes\n")
    assert result.stderr == (
        f"{ASKS}{RISK}{PRICE}{YES}“perhaps” is not an answer. Type ? to see what you can answer.\n{YES}That has a control character (\\x1b). Type it again.\n{YES}{NEXT}"
    )
    assert result.code == 0


def test_both_answers_stand_wherever_the_promise_is_read(asked: Program) -> None:
    assert _accept(asked, answers="kids are ill\ngym on Tuesday\ny\n").code == 0
    page = asked.ok("show", "1", width=80)
    assert "could go wrong  kids are ill" in page
    assert "displaces       gym on Tuesday" in page
    assert _foreseen(asked) == ("kids are ill", "gym on Tuesday")
    assert "You accepted · could go wrong: kids are ill · displaces: gym on Tuesday" in asked.ok(
        "log", width=200
    )
    [_, act] = json.loads(asked.ok("log", "--json"))
    assert (act["act"], act["risk"], act["no_to"]) == ("accept", "kids are ill", "gym on Tuesday")
    for words in (["export"], ["list", "--csv"], ["export", "--acts"]):
        last = list(csv.DictReader(io.StringIO(asked.ok(*words))))[-1]
        assert (last["risk"], last["no_to"]) == ("kids are ill", "gym on Tuesday")


@pytest.mark.parametrize(
    ("option", "question", "typed", "kept"),
    [
        (("--risk", "sick"), PRICE, "gym", ("sick", "gym")),
        (("--no-to", "gym"), RISK, "sick", ("sick", "gym")),
        (("--risk", "sick"), PRICE, "", ("sick", None)),
        (("--no-to", "gym"), RISK, "", (None, "gym")),
    ],
)
def test_what_an_option_says_is_not_asked(
    asked: Program,
    option: tuple[str, str],
    question: str,
    typed: str,
    kept: tuple[str | None, str | None],
) -> None:
    result = _accept(asked, *option, answers=f"{typed}\ny\n")
    assert result == (ACCEPTED, ASKS + question + YES + NEXT, 0)
    assert _foreseen(asked) == kept


def test_both_options_leave_nothing_to_ask(asked: Program) -> None:
    assert _accept(asked, "--risk", "sick", "--no-to", "gym", answers="") == (ACCEPTED, NEXT, 0)


@pytest.mark.parametrize("option", ["-q", "--json", "--no-input"])
def test_nobody_is_asked_against_their_wish(asked: Program, option: str) -> None:
    assert _accept(asked, option, answers="").code == 0
    assert _agree(asked, option, answers="").code == 0
    assert [record["state"] for record in json.loads(asked.ok("list", "--json"))] == [
        "active",
        "active",
    ]


def test_nobody_is_asked_when_the_environment_says_so(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMISECTL_NO_INPUT", "1")
    assert "›" not in _accept(asked, answers="").stderr
    assert "›" not in _agree(asked, answers="").stderr


def test_nobody_is_asked_off_aterminal(asked: Program) -> None:
    assert asked("accept", "1") == (ACCEPTED, NEXT, 0)
    assert asked("accept", "1", width=80).code == 4
    assert (
        "›"
        not in asked("make", "Water the plants", "--to", "dana", "--by", "fri", "--agreed").stderr
    )


def test_a_pipe_for_the_answer_is_no_reason_not_to_ask(asked: Program) -> None:
    result = asked("accept", "1", answers="sick\n\ny\n")
    assert (result.stdout, result.code) == (ACCEPTED, 0)
    assert _foreseen(asked) == ("sick", None)


@pytest.mark.parametrize("agreed", ["--agreed", "-y"])
def test_agreed_already_and_nothing_comes_to_mind_is_the_yes_that_was_typed(
    program: Program, agreed: str
) -> None:
    words = ("make", "Review the contract", "--to", "dana", "--by", "wed", agreed)
    result = program(*words, answers="\n\n", width=200)
    assert result.stdout == "#1 active: you owe Dana “Review the contract” by Wed 25 Nov.\n"
    assert result.stderr.startswith(f"{PROMISES}{RISK}{PRICE}New ledger: ")
    assert _foreseen(program) == (None, None)


@pytest.mark.parametrize(
    ("options", "answers"),
    [
        ((), "sick\n\n"),
        ((), "\ngym\n"),
        (("--no-to", "gym"), "sick\n"),
        (("--risk", "sick"), "gym\n"),
    ],
)
def test_agreed_already_and_a_second_thought_can_still_change_it(
    program: Program, options: tuple[str, ...], answers: str
) -> None:
    result = _agree(program, "--by", "wed", *options, answers=f"{answers}c\nthu\n\n")
    assert YES in result.stderr
    assert _record(program)["state"] == "proposed"


def test_what_an_option_named_is_no_second_thought(program: Program) -> None:
    result = _agree(program, "--by", "wed", "--risk", "sick", answers="\n")
    assert (result.code, YES in result.stderr) == (0, False)
    assert _foreseen(program) == ("sick", None)


def test_agreed_already_is_asked_before_it_is_written(program: Program) -> None:
    result = _agree(program, "--by", "wed", answers="sick\ngym\ny\n")
    assert result.stdout == "#1 active: you owe Dana “Review the contract” by Wed 25 Nov.\n"
    assert result.stderr == (
        f"{PROMISES}{THREE}New ledger: {program.ledger}\nNew person: Dana (dana).\n{NEXT}"
    )
    assert _foreseen(program) == ("sick", "gym")
    assert program.ok("log", "--csv").count("\r\n") == 3


# What there is to know before


def test_what_is_due_that_week_comes_first(program: Program) -> None:
    for number, day in enumerate(("mon", "tue", "sun", "mon", "fri"), 1):
        program.ok(
            "make",
            f"Thing number {number}",
            "--to",
            "lee",
            "--by",
            day,
            "--agreed",
            "-q",
            today="2026-11-22T10:00",
        )
    program.ok("make", "Walk ten times", "--to", "me", "--by", "thu", "-q")
    program.ok("make", "Bring the ladder", "--from", "lee", "--by", "thu", "--agreed", "-q")
    program.ok("make", "Not agreed on", "--to", "lee", "--by", "thu", "-q")
    result = _agree(program, "--by", "wed", answers="\n\ny\n")
    assert result.stderr.startswith(
        f"{PROMISES}Also due that week: #1 “Thing number 1”, #4 “Thing number 4”, #2 “Thing number 2” and 3 more. "
        "With this, it is over-full.\nImagine it is Thu 26"
    )
    assert _agree(program, "--by", "2026-12-16", answers="\n\ny\n").stderr.startswith(
        "You promise Dana “Review the contract” by Wed 16 Dec.\nImagine it is Thu 17 Dec and"
    )


@pytest.mark.parametrize(
    ("many", "said"), [(3, ""), (4, " and 1 more. With this, it is over-full")]
)
def test_the_fifth_makes_a_week_over_full(program: Program, many: int, said: str) -> None:
    for number in range(1, many + 1):
        program.ok("make", f"Thing number {number}", "--to", "lee", "--by", "tue", "--agreed", "-q")
    busy = f"Also due that week: #1 “Thing number 1”, #2 “Thing number 2”, #3 “Thing number 3”{said}.\n"
    assert _agree(program, "--by", "wed", answers="\n\ny\n").stderr.startswith(
        f"{PROMISES}{busy}{RISK}"
    )
    program.ok("undo")
    program.ok("make", "Review the contract", "--to", "dana", "--by", "wed", "--asked")
    heading = ASKS.replace("#1", f"#{many + 2}")
    assert program("accept", str(many + 2), answers="\n\ny\n", width=200).stderr.startswith(
        f"{heading}{busy}{RISK}"
    )


def test_a_time_of_day_is_followed_by_the_day_after(program: Program) -> None:
    promises = PROMISES.replace("25 Nov", "25 Nov, 17:00")
    assert _agree(program, "--by", "wed 17:00", answers="\n\ny\n").stderr.startswith(
        f"{promises}{RISK}"
    )


def test_the_day_after_is_told_in_the_local_zone(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "Review the contract", "--to", "dana", "--by", "wed", "--asked")
    monkeypatch.setenv("TZ", "Asia/Tokyo")  # where that moment falls on Thursday
    assert "Imagine it is Fri 27 Nov and" in _accept(program, answers="\n\ny\n").stderr


def test_the_last_day_there_is_can_be_promised(program: Program) -> None:
    assert _agree(program, "--by", "9999-12-31", answers="\n\ny\n").code == 0
    assert _agree(program, "--by", "9999-12-31", answers=None, outcome="Keep it for ever").code == 0


def test_without_a_date_it_never_happened(program: Program) -> None:
    piano = ("make", "Learn the piano piece", "--to", "dana", "--done-when", "I play it for her")
    program.ok(*piano, "--asked")
    result = _accept(program, answers="\n\ny\n")
    assert result.stderr.startswith(
        f"#1: Dana asks you for “Learn the piano piece”.\n{NEVER}{PRICE}{YES}"
    )
    result = _accept(program, answers="")
    assert (result.code, result.stderr.count("›")) == (4, 0)
    result = _agree(program, "--done-when", "she has it", answers="sick\n\ny\n")
    assert result.stderr.startswith(f"You promise Dana “Review the contract”.\n{NEVER}{PRICE}{YES}")


def test_nothing_is_asked_about_a_day_that_has_passed(program: Program) -> None:
    result = _agree(program, "--by", "fri", "--said", "2026-11-16", "--backfill", answers="")
    assert (result.code, result.stderr.count("›")) == (0, 0)
    program.ok(
        "make",
        "Send Q3 numbers",
        "--to",
        "dana",
        "--by",
        "fri",
        "--asked",
        "--said",
        "2026-11-16",
        "--backfill",
    )
    result = program("accept", "2", answers="", width=200)
    assert (result.code, result.stderr.count("›")) == (0, 0)


def test_a_line_that_leads_to_no_question_is_not_said(program: Program) -> None:
    program.ok(
        "make",
        "Send Q3 numbers",
        "--to",
        "dana",
        "--by",
        "fri",
        "--asked",
        "--said",
        "2026-11-16",
        "--backfill",
    )
    assert "asks you" not in _accept(program, answers="").stderr
    program.ok(
        "make",
        "Print the programme",
        "--to",
        "kim",
        "--by",
        "sat",
        "--risk",
        "no toner",
        "--no-to",
        "a nap",
    )
    assert "You offer" not in program("accept", "2", answers="", width=200).stderr
    for more in (
        ["--by", "fri", "--risk", "sick", "--no-to", "gym"],
        ["--by", "fri", "--said", "2026-11-16", "--backfill"],
        ["-q"],
    ):
        result = _agree(program, *more, answers="")
        assert (result.code, "You promise" in result.stderr) == (0, False)


# My own offer, which binds me by their yes

OFFER = "You offer Dana “Review the contract” by Wed 25 Nov.\n"
OFFER_THIS = "Offer this: yes, change or no? › "


def _offer(program: Program, *more: str, answers: str | None, by: str = "wed") -> Result:
    words = ("make", "Review the contract", "--to", "dana", "--by", by, *more)
    return program(*words, answers=answers, width=200)


def test_an_offer_is_asked_about_before_it_is_written(program: Program) -> None:
    result = _offer(program, answers="sick\ngym\ny\n")
    assert result.stdout == "#1 proposed: you offer Dana “Review the contract” by Wed 25 Nov.\n"
    assert result.stderr.startswith(f"{OFFER}{RISK}{PRICE}{OFFER_THIS}New ledger: ")
    assert _foreseen(program) == ("sick", "gym")
    [act] = _record(program)["acts"]
    assert (act["act"], act["risk"], act["no_to"]) == ("offer", "sick", "gym")


def test_an_offer_that_brings_nothing_to_mind_is_made(program: Program) -> None:
    result = _offer(program, answers="\n\n")
    assert (result.code, result.stderr.count("›")) == (0, 2)
    assert (_record(program)["state"], _foreseen(program)) == ("proposed", (None, None))


@pytest.mark.parametrize(
    "answers", ["", "\n", "sick\n", "sick\ngym\n", "sick\n\nno\n", "\ngym\nn\n"]
)
def test_leaving_my_own_offer_records_nothing(program: Program, answers: str) -> None:
    result = _offer(program, answers=answers)
    assert (result.code, result.stdout) == (130, "")
    assert result.stderr.endswith("Nothing was recorded.\n")
    assert not program.ledger.exists()


def test_an_offer_can_be_changed_at_the_last_question(program: Program) -> None:
    result = _offer(program, "--reply-by", "tue", answers="sick\n\nchange\nthu\nReview one page\n")
    assert result.stdout == (
        "#1 proposed: you offer Dana “Review one page” by Thu 26 Nov, reply by Tue 24 Nov.\n"
    )
    record = _record(program)
    assert (record["revisions"], record["author"], record["risk"]) == (1, "me", "sick")


@pytest.mark.parametrize(
    ("more", "asks"),
    [
        ((), False),
        (("--by", "today 18:00"), False),
        (("--by", "tomorrow"), False),
        (("--by", "wed"), True),
        (("--by", "tomorrow", "--done-when", "she has read it"), True),
        (("--by", "wed", "--asked"), False),
        (("--by", "wed", "--risk", "sick", "--no-to", "gym"), False),
        (("--by", "wed", "-q"), False),
        (("--by", "wed", "--json"), False),
        (("--by", "wed", "--no-input"), False),
    ],
)
def test_only_an_important_offer_is_asked_about(
    program: Program, more: tuple[str, ...], asks: bool
) -> None:
    answers = "\n\n" if asks else ""
    words = ("make", "Feed the cat", "--to", "dana", *more)
    assert _asks(program(*words, answers=answers, width=200)) is asks


@pytest.mark.parametrize(
    "side", [["--to", "me"], ["--from", "lee"], ["--from", "lee", "--offered"]]
)
def test_what_binds_nobody_or_only_me_is_not_asked_about(program: Program, side: list[str]) -> None:
    assert not _asks(program("make", "Feed the cat", *side, "--by", "wed", answers="", width=200))


def test_an_offer_to_several_is_asked_about_once(program: Program) -> None:
    words = ("make", "Bring a chair", "--to", "dana", "--to", "lee", "--by", "wed")
    result = program(*words, answers="sick\n\n", width=200)
    assert result.stderr.startswith(
        f"You offer Dana and Lee “Bring a chair” by Wed 25 Nov.\n{RISK}{PRICE}New ledger"
    )
    assert (_foreseen(program, 1), _foreseen(program, 2)) == (("sick", None), ("sick", None))


def test_the_config_asks_at_every_offer_or_at_none(program: Program) -> None:
    _configure(program, 'questions = "never"\n')
    assert not _asks(_offer(program, "--done-when", "she has it", answers=""))
    _configure(program, 'questions = "always"\n')
    assert _asks(_offer(program, answers="\n\n", by="today"))


# My counter-offer

COUNTER = "#1: you offer Dana “Review the contract” by Thu 26 Nov.\n"
FRIDAY_RISK = RISK.replace("Thu 26", "Fri 27")


def test_a_counter_is_asked_about_like_an_offer(asked: Program) -> None:
    result = asked("negotiate", "1", "--by", "thu", answers="sick\ngym\nyes\n", width=200)
    assert result.stderr.startswith(f"{COUNTER}{FRIDAY_RISK}{PRICE}{OFFER_THIS}{SEND}")
    act = _record(asked)["acts"][-1]
    assert (act["act"], act["risk"], act["no_to"]) == ("negotiate", "sick", "gym")


def test_a_counter_can_be_changed_at_the_last_question(asked: Program) -> None:
    words = ("negotiate", "1", "--by", "thu", "--reply-by", "tue")
    result = asked(*words, answers="sick\n\nc\nfri\n\n", width=200)
    assert result.code == 0
    record = _record(asked)
    assert (record["due"], record["reply_by"], record["revisions"]) == (
        "2026-11-27",
        "2026-11-24",
        2,
    )


@pytest.mark.parametrize("answers", ["", "\n", "sick\n\n", "sick\n\nno\n"])
def test_leaving_my_counter_records_nothing(asked: Program, answers: str) -> None:
    before = asked.ledger.read_bytes()
    result = asked("negotiate", "1", "--by", "thu", answers=answers, width=200)
    assert (result.code, result.stdout) == (130, "")
    assert asked.ledger.read_bytes() == before


def test_a_counter_that_will_be_refused_is_not_asked_about(asked: Program) -> None:
    result = asked("negotiate", "1", "--by", "wed", answers="", width=200)
    assert (result.code, result.stderr.count("›")) == (2, 0)


@pytest.mark.parametrize(
    ("by", "said"),
    [("thu", "This asks more of you: 1 day earlier.\n"), ("sat", None), ("fri", None)],
)
def test_my_own_offer_is_asked_about_again_where_it_asks_more(
    program: Program, by: str, said: str | None
) -> None:
    program.ok("make", "Review the contract", "--to", "dana", "--by", "fri", "--risk", "flu")
    words = ("negotiate", "1", "--mine", "--by", by, "--why", "she needs it")
    result = program(*words, answers="\n\n" if said else "", width=200)
    assert result.code == 0
    assert ("›" in result.stderr) is bool(said)
    if said:
        assert result.stderr.startswith(
            f"#1: you offer Dana “Review the contract” by Thu 26 Nov.\n{said}"
        )
        assert "Why? (Enter keeps “flu”) › " in result.stderr
    assert _foreseen(program) == ("flu", None)


def test_an_editor_brings_the_same_questions(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sed -i 's/^by:.*/by: thu/'")
    result = asked("edit", "1", "--negotiate", answers="sick\n\nno\n", width=200)
    assert (result.code, OFFER_THIS in result.stderr) == (130, True)
    assert _record(asked)["revisions"] == 1


@pytest.mark.parametrize("words", [["--by", "thu", "--theirs"], ["--reply-by", "tue", "--theirs"]])
def test_their_terms_are_not_asked_about(asked: Program, words: list[str]) -> None:
    assert not _asks(asked("negotiate", "1", *words, answers="", width=200))


# A change that asks more of me


@pytest.fixture
@remembered
def agreed(program: Program) -> Program:
    """I owe something by Fri 4 Dec, for which I named a risk."""
    program.ok(
        *("make", "Review the contract", "--to", "dana", "--by", "fri next week", "--agreed"),
        *("--risk", "flu", "--no-to", "gym"),
    )
    return program


@pytest.mark.parametrize(
    ("change", "more"),
    [
        (["--by", "2 dec"], "2 days earlier"),
        (["--by", "4 dec 17:00"], "6 hours earlier"),
        (["--what", "Review both contracts"], "other words"),
        (["--by", "2 dec", "--what", "Review both"], "2 days earlier, other words"),
        (["--done-when", "signed"], "a done-when"),
        (["--by", "7 dec", "--done-when", "signed"], "a done-when"),
        (["--by", "7 dec"], None),
        (["--by", ""], None),
        (["--why", "the audit"], None),
    ],
)
def test_a_change_that_asks_more_is_asked_about(
    agreed: Program, change: list[str], more: str | None
) -> None:
    agreed.ok("negotiate", "1", *change, "--theirs", "--reason", "audit")
    result = _accept(agreed, answers="\n\nyes\n" if more else "")
    assert result.code == 0
    assert ("›" in result.stderr) is bool(more)
    if more:
        first, second, *_ = result.stderr.splitlines()
        assert first.startswith("#1: Dana proposes “Review ")
        assert second == f"This asks more of you: {more}."
        assert "(Enter keeps “flu”) › " in result.stderr
        assert "(Enter keeps “gym”) › " in result.stderr
    record = _record(agreed)
    assert (record["offer"], record["risk"], record["no_to"]) == (None, "flu", "gym")


def test_the_first_date_and_another_done_when_ask_more(program: Program) -> None:
    words = ("make", "Review the contract", "--to", "dana", "--agreed", "--done-when", "read")
    program.ok(*words)
    change = ("--by", "2 dec", "--done-when", "signed")
    program.ok("negotiate", "1", *change, "--theirs", "--reason", "audit")
    result = _accept(program, answers="\n\nyes\n")
    assert "This asks more of you: a date, another done-when.\n" in result.stderr


def _propose(agreed: Program) -> None:
    agreed.ok("negotiate", "1", "--by", "2 dec", "--theirs", "--reason", "audit")


def test_a_change_may_bring_another_risk(agreed: Program) -> None:
    _propose(agreed)
    result = _accept(agreed, answers="no toner\n\nyes\n")
    assert result.stdout.startswith("#1 active: you accepted the change: “Review the contract”")
    assert _foreseen(agreed) == ("no toner", "gym")


def test_a_change_is_shown_without_the_date_for_my_answer(agreed: Program) -> None:
    _propose(agreed)
    agreed.ok("bump", "1", "I ask first", "--answer-by", "tomorrow")
    first, *_ = _accept(agreed, answers="").stderr.splitlines()
    assert first == "#1: Dana proposes “Review the contract” by Wed 2 Dec (was Fri 4 Dec)."


def test_the_promise_itself_is_not_also_due_that_week(agreed: Program) -> None:
    _propose(agreed)
    assert "Also due that week" not in _accept(agreed, answers="").stderr


def test_a_change_can_be_declined_at_the_last_question(agreed: Program) -> None:
    _propose(agreed)
    result = _accept(agreed, answers="\n\nno\ntoo early\n")
    assert result.stdout == (
        "#1 active: you said no to the change (rev 2). Still agreed: “Review the contract” by Fri 4 Dec. "
        "Reason: “too early”.\n"
    )


def test_a_counter_to_a_change_needs_a_reason(agreed: Program) -> None:
    _propose(agreed)
    result = _accept(agreed, answers="\n\ncounter\n3 dec\n\n\nthe fair is on\n")
    assert result.stdout.startswith("#1 active: you proposed a change (rev 3) of")
    [*_, act] = _record(agreed)["acts"]
    assert (act["act"], act["by"], act["text"]) == ("negotiate", "me", "the fair is on")


def test_a_counter_back_to_the_agreed_terms_is_a_no(agreed: Program) -> None:
    _propose(agreed)
    result = _accept(agreed, answers="\n\nc\n4 dec\n\nno\n\n")
    assert f"Those are the agreed terms. To keep them, answer no.\n{YES}" in result.stderr
    assert (result.code, _record(agreed)["revision"]) == (0, 1)


def test_several_changes_are_asked_about_without_a_way_out(agreed: Program) -> None:
    _propose(agreed)
    agreed.ok("make", "Print it", "--to", "kim", "--by", "wed", "--asked")
    result = agreed("accept", "1", "2", answers="\n\n\n\n", width=200)
    assert (result.code, result.stderr.count("›")) == (0, 4)


def test_review_asks_about_a_change_that_asks_more(agreed: Program) -> None:
    _propose(agreed)
    result = agreed("review", answers="accept\n\n\nyes\n", width=200)
    assert "This asks more of you: 2 days earlier.\n" in result.stderr
    assert _record(agreed)["due"] == "2026-12-02"
    agreed.ok("negotiate", "1", "--by", "9 dec", "--theirs", "--reason", "audit")
    result = agreed("review", answers="accept\n", width=200)
    assert "asks more" not in result.stderr
    assert _record(agreed)["due"] == "2026-12-09"


@pytest.mark.parametrize("words", [["--by", "2 dec"], ["--what", "Review both"]])
def test_a_change_that_i_propose_is_not_asked_about(agreed: Program, words: list[str]) -> None:
    result = agreed("negotiate", "1", *words, "--reason", "audit", answers="", width=200)
    assert not _asks(result)
    assert not _asks(_accept(agreed, answers=""))


@pytest.mark.parametrize(("by", "asks"), [("2 dec", True), ("7 dec", False)])
def test_a_change_that_is_agreed_already_is_asked_about_where_it_asks_more(
    agreed: Program, by: str, asks: bool
) -> None:
    result = agreed("negotiate", "1", "-b", by, "-y", answers="\n\n" if asks else "", width=200)
    assert _asks(result) is asks
    assert (_record(agreed)["revision"], _foreseen(agreed)) == (2, ("flu", "gym"))


def test_terms_that_are_agreed_already_are_my_first_yes(asked: Program) -> None:
    words = ("negotiate", "1", "-b", "thu", "-y")
    result = asked(*words, answers="sick\n\nno\n", width=200)
    assert (result.code, _record(asked)["revisions"]) == (130, 1)
    assert "Your answer: yes, change or no? › " in result.stderr
    result = asked(*words, answers="sick\n\nchange\nfri\n\n", width=200)
    assert result.code == 0
    record = _record(asked)
    assert (record["state"], record["due"], record["risk"]) == ("active", "2026-11-27", "sick")


# Enter is no answer to the last question

LAST_QUESTIONS: dict[str, tuple[list[list[str]], list[str], str, str]] = {
    "request": ([], ["accept", "1"], "\n\n", YES),
    "review": ([], ["review"], "accept\n\n\n", YES),
    "agreed": ([], ["make", "B", "--to", "kim", "--by", "wed", "-y"], "sick\n\n", YES),
    "offer": ([], ["make", "B", "--to", "kim", "--by", "wed"], "sick\n\n", OFFER_THIS),
    "counter": ([], ["negotiate", "1", "--by", "thu"], "sick\n\n", OFFER_THIS),
    "change": (
        [["accept", "1"], ["negotiate", "1", "--what", "Both", "--theirs", "--reason", "audit"]],
        ["accept", "1"],
        "\n\n",
        YES,
    ),
    "jot": ([], ["jot", "to dana: B", "to lee: C"], "", "Make these 2? yes / edit / no › "),
}


@pytest.mark.parametrize("name", LAST_QUESTIONS)
def test_enter_asks_the_last_question_again(asked: Program, name: str) -> None:
    before, words, first, question = LAST_QUESTIONS[name]
    for each in before:
        asked.ok(*each)
    ledger = asked.ledger.read_bytes()
    result = asked(*words, answers=f"{first}\n\n", width=200)
    assert (result.code, result.stderr.count(question)) == (130, 3)
    assert asked.ledger.read_bytes() == ledger
    assert asked(*words, answers=f"{first}\nyes\nquit\n", width=200).code == 0
    assert asked.ledger.read_bytes() != ledger


# Counter


def test_a_counter_by_date(asked: Program) -> None:
    assert _accept(asked, answers="sick\ngym\nc\nthu\n\n") == (
        "#1 proposed: you made Dana a counter-offer (rev 2): “Review the contract” by Thu 26 Nov (was Wed 25 Nov).\n",
        ASKS + THREE + WHEN + WHAT + SEND,
        0,
    )
    assert _foreseen(asked) == ("sick", "gym")


def test_a_counter_by_outcome(asked: Program) -> None:
    result = _accept(asked, answers="\n\nCounter\n\nReview one page of it\n")
    assert (
        result.stdout
        == "#1 proposed: you made Dana a counter-offer (rev 2): “Review one page of it” (was “Review the contract”) by Wed 25 Nov.\n"
    )
    assert _record(asked)["offer"]["due"] == "2026-11-25"


def test_a_counter_by_both(asked: Program) -> None:
    result = _accept(asked, answers="\n\nco\nfri\nReview one page of it\n")
    assert result.stdout == (
        "#1 proposed: you made Dana a counter-offer (rev 2): “Review one page of it” (was “Review the contract”) by Fri 27 Nov (was Wed 25 Nov).\n"
    )


def test_a_counter_that_changes_nothing_is_none(asked: Program) -> None:
    result = _accept(asked, answers="\n\nc\n\n\ny\n")
    assert result.stderr == f"{ASKS}{THREE}{WHEN}{WHAT}Those are the same terms.\n{YES}{NEXT}"
    assert result.stdout == ACCEPTED


@pytest.mark.parametrize(
    "typed", ["wed\n\n", "\nReview the contract\n", "25 nov\nReview the contract\n"]
)
def test_a_counter_with_the_same_terms_changes_nothing(asked: Program, typed: str) -> None:
    result = _accept(asked, answers=f"\n\nc\n{typed}y\n")
    assert f"{WHAT}Those are the same terms.\n{YES}" in result.stderr
    assert result.stdout == ACCEPTED


def test_agreed_already_and_the_same_terms_are_no_counter_either(program: Program) -> None:
    result = _agree(program, "--by", "wed", answers="\ngym\nc\nwed\n\ny\n")
    assert result.code == 0
    assert f"{WHAT}Those are the same terms.\n{YES}" in result.stderr
    assert _record(program)["state"] == "active"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        (
            "soon",
            "Can't read “soon” as a date. Try fri, “28 nov” or “tomorrow 17:00”. See: promisectl guide dates",
        ),
        ("9:00", '--by: Mon 23 Nov, 09:00 has passed. Type --by "tomorrow 09:00"'),
        ("yesterday", "--by: Sun 22 Nov has passed."),
        ("0", "Can't read “0” as a date"),
    ],
)
def test_a_date_that_cannot_be_used_is_asked_again(
    asked: Program, typed: str, sentence: str
) -> None:
    result = _accept(asked, answers=f"\n\nc\n{typed}\nthu\n\n")
    assert f"{WHEN}{sentence}" in result.stderr
    assert result.stderr.count(WHEN) == 2
    assert (
        result.stdout
        == "#1 proposed: you made Dana a counter-offer (rev 2): “Review the contract” by Thu 26 Nov (was Wed 25 Nov).\n"
    )


def test_a_counter_where_there_was_no_date(program: Program) -> None:
    piano = ("make", "Learn the piano piece", "--to", "dana", "--done-when", "I play it for her")
    program.ok(*piano, "--asked")
    result = _accept(program, answers="\n\nc\nsat\n\n")
    assert "By when can you? (Enter keeps no date) › " in result.stderr
    assert (
        result.stdout
        == "#1 proposed: you made Dana a counter-offer (rev 2): “Learn the piano piece” by Sat 28 Nov.\n"
    )


def test_agreed_already_may_turn_out_a_counter(program: Program) -> None:
    result = _agree(program, "--by", "wed", answers="\ngym\nc\nthu\n\n")
    assert (
        result.stdout
        == "#1 proposed: you made Dana a counter-offer (rev 2): “Review the contract” by Thu 26 Nov (was Wed 25 Nov).\n"
    )
    assert result.stderr.startswith(
        f"{PROMISES}{THREE}{WHEN}{WHAT}New ledger: {program.ledger}\nNew person: Dana (dana).\n"
    )
    record = _record(program)
    assert [(term["status"], term["author"]) for term in record["terms"]] == [
        ("superseded", "them"),
        ("offered", "me"),
    ]


# No


@pytest.mark.parametrize("word", ["n", "No", "no"])
def test_no_without_a_reason(asked: Program, word: str) -> None:
    assert _accept(asked, answers=f"sick\ngym\n{word}\n\n") == (
        f"{DECLINED}\n",
        f"{ASKS}{THREE}{WHY}",
        0,
    )
    assert _foreseen(asked) == ("sick", "gym")
    assert _record(asked)["reason"] is None


def test_no_with_a_reason(asked: Program) -> None:
    assert (
        _accept(asked, answers="\n\nno\nfull until December\n").stdout
        == f"{DECLINED} Reason: “full until December”.\n"
    )
    assert _record(asked)["reason"] == "full until December"


def test_agreed_already_and_then_no_is_nothing_at_all(program: Program) -> None:
    result = _agree(program, "--by", "wed", "--risk", "sick", answers="gym\nno\n")
    assert (result.stdout, result.code) == ("", 130)
    assert result.stderr.endswith(f"{PRICE}{YES}Nothing was recorded.\n")
    assert list(program.home.iterdir()) == []


@pytest.mark.parametrize(
    ("typed", "act"),
    [("y\n", "accept"), ("c\nthu\n\n", "negotiate"), ("n\n\n", "decline")],
    ids=["yes", "counter", "no"],
)
def test_an_answer_of_another_day_is_dated_so_whatever_it_is(
    program: Program, typed: str, act: str
) -> None:
    program.ok(
        "make",
        "Review the contract",
        "--to",
        "dana",
        "--by",
        "wed",
        "--asked",
        "--said",
        "2026-11-20",
    )
    assert _accept(program, "--on", "2026-11-21", answers=f"\n\n{typed}").code == 0
    last = _record(program)["acts"][-1]
    assert (last["act"], last["at"]) == (act, "2026-11-21T11:00:00Z")


# Several, and whose Yes it is


def test_several_are_asked_one_by_one_and_without_a_way_out(asked: Program) -> None:
    asked.ok("make", "Feed the cat", "--to", "lee", "--by", "wed", "--asked")
    result = asked("accept", "2", "1", answers="rain\n\n\ngym\n", width=200)
    assert (
        result.stderr
        == f"#2: Lee asks you for “Feed the cat” by Wed 25 Nov.\n{RISK}{PRICE}{ASKS}{RISK}{PRICE}"
    )
    assert [line[:10] for line in result.stdout.splitlines()] == ["#2 active:", "#1 active:"]
    assert (_foreseen(asked, 2), _foreseen(asked, 1)) == (("rain", None), (None, "gym"))


def test_one_named_twice_is_one(asked: Program) -> None:
    assert asked("accept", "1", "#1", answers="\n\ny\n", width=200).stdout == ACCEPTED


def test_a_promise_to_several_is_asked_about_once(program: Program) -> None:
    result = program(
        "make",
        "Bring a chair",
        "--to",
        "dana",
        "--to",
        "lee",
        "--by",
        "wed",
        "--agreed",
        answers="sick\ngym\n",
        width=200,
    )
    assert result.stderr.startswith(
        f"You promise Dana and Lee “Bring a chair” by Wed 25 Nov.\n{RISK}{PRICE}New ledger"
    )
    assert (result.stderr.count("›"), result.code) == (2, 0)
    assert (_foreseen(program, 1), _foreseen(program, 2)) == (("sick", "gym"), ("sick", "gym"))


def test_who_takes_my_offer_is_asked_nothing(program: Program) -> None:
    program.ok("make", "Print the programme", "--to", "kim", "--by", "wed", "--risk", "no toner")
    result = _accept(program, answers="")
    assert (result.stderr.count("›"), result.code) == (0, 0)
    assert result.stdout.startswith("#1 active: Kim accepted your offer")
    assert _foreseen(program) == ("no toner", None)


def test_what_i_named_when_i_countered_is_not_asked_again(asked: Program) -> None:
    asked.ok("negotiate", "1", "--by", "thu", "--risk", "no toner")
    asked.ok("negotiate", "1", "--by", "wed", "--theirs")
    result = _accept(asked, answers="a nap\ny\n")
    assert (result.stderr.count("›"), result.code) == (2, 0)
    assert _foreseen(asked) == ("no toner", "a nap")


@pytest.mark.parametrize(
    ("before", "words"),
    [
        ([["make", "Walk ten times", "--to", "me", "--by", "wed"]], None),
        ([["make", "Lend me the drill", "--from", "lee", "--by", "wed", "--offered"]], ["accept", "1"]),
        ([["make", "Send Q3 numbers", "--to", "dana", "--by", "wed", "--agreed"], ["negotiate", "1", "--by", "fri", "--reason", "late"]], ["accept", "1"]),
        ([["make", "Send Q3 numbers", "--to", "dana", "--by", "wed", "--agreed"], ["negotiate", "1", "--by", "tue", "--theirs", "--reason", "early"]], ["accept", "1"]),
        ([["make", "Send Q3 numbers", "--to", "dana", "--by", "wed", "--agreed"], ["complete", "1"]], ["accept", "1"]),
        ([["make", "Fix the bike brake", "--from", "lee", "--agreed"], ["complete", "1", "--reported"]], ["accept", "1"]),
    ],
    ids=["self", "offered to me", "my amendment", "their amendment", "my delivery", "their delivery"],
)  # fmt: skip
def test_only_a_yes_that_binds_somebody_anew_is_asked_about(
    program: Program, before: list[list[str]], words: list[str] | None
) -> None:
    *first, last = [*before, words] if words else before
    for each in first:
        program.ok(*each)
    result = program(*last, answers="", width=200)
    assert (result.code, result.stderr.count("›")) == (0, 0)


def test_a_dead_revision_is_refused_unasked(asked: Program) -> None:
    asked.ok("negotiate", "1", "--by", "thu", "--theirs")
    result = _accept(asked, "--rev", "1", answers="")
    assert result == (
        "",
        "promisectl: Revision 1 of #1 was replaced by revision 2. See: promisectl show 1 · Then: promisectl accept 1 --rev 2\n",
        4,
    )
    assert _accept(asked, "--rev", "2", answers="\n\ny\n").code == 0


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["7"], 3),
        (["seven"], 2),
        (["1", "--risk", " "], 2),
        (["1", "--on", "tomorrow"], 2),
        (["1", "--no-to", "x" * 10_001], 2),
    ],
)
def test_what_cannot_be_done_is_refused_unasked(
    asked: Program, words: list[str], code: int
) -> None:
    before = asked.ledger.read_bytes()
    result = asked("accept", *words, answers="", width=200)
    assert (result.code, result.stdout, result.stderr.count("›")) == (code, "", 0)
    assert asked.ledger.read_bytes() == before


def test_a_promise_that_is_not_there_is_said_before_others_are_asked_about(asked: Program) -> None:
    result = asked("accept", "1", "7", answers="", width=200)
    assert result == (
        "",
        "promisectl: There is no promise #7; the newest is #1. All IDs: promisectl list --all\n",
        3,
    )


def test_a_new_name_is_settled_first(asked: Program) -> None:
    result = asked(
        "make",
        "Lend the drill",
        "--to",
        "dnaa",
        "--by",
        "wed",
        "--agreed",
        answers="y\n\n\ny\n",
        width=200,
    )
    assert result.stderr.startswith(
        "“dnaa” is new. Did you mean dana? yes / no › "
        f"You promise Dana “Lend the drill” by Wed 25 Nov.\n{RISK}"
    )
    assert result.stdout.startswith("#2 active: you owe Dana ")


# What is typed


def test_too_long_an_answer_is_asked_again(asked: Program) -> None:
    result = _accept(asked, answers=f"{'x' * 10_001}\nsick\n{'y' * 10_000}\ny\n")
    assert f"{RISK}The risk has 10,001 characters; 10,000 are allowed." in result.stderr
    assert result.stderr.count(RISK) == 2
    assert _foreseen(asked) == ("sick", "y" * 10_000)


def test_too_long_an_outcome_and_a_nul_are_asked_again(asked: Program) -> None:
    result = _accept(asked, answers=f"a\0b\n\n\nc\n\n{'x' * 1_001}\nReview one page of it\n")
    assert result.stderr.count(RISK) == 2
    assert result.stderr.count(WHAT) == 2
    assert result.stdout.endswith(
        "“Review one page of it” (was “Review the contract”) by Wed 25 Nov.\n"
    )


def test_blanks_alone_are_no_answer(asked: Program) -> None:
    assert _accept(asked, answers="  \t \n\ny\n").code == 0
    assert _foreseen(asked) == (None, None)


HOSTILE = "\u202eright to left\u202c and [bold]b[/] and \\n"
SHOWN = "\\u202eright to left\\u202c and [bold]b[/] and \\n"


def test_hostile_answers_are_kept_and_shown_escaped(asked: Program) -> None:
    result = _accept(asked, answers=f"{HOSTILE}\n{HOSTILE}\ny\n")
    seen = [result.stderr, asked.ok("show", "1", width=200), asked.ok("log", width=200)]
    seen.append(asked("bump", "1", "slow", width=200).stderr)
    assert _foreseen(asked) == (HOSTILE, HOSTILE)
    assert next(csv.DictReader(io.StringIO(asked.ok("export"))))["risk"] == HOSTILE
    for text in seen:
        assert not any(sign in text for sign in "\x1b\x07\u202e\u202c")
    assert all(SHOWN in text for text in seen[1:])


def test_wide_answers_fit_a_narrowterminal(program: Program) -> None:
    wide = "東京で会議の資料を用意して 部長に渡す e\u0301 👨‍👩‍👧‍👦"
    program.ok("make", wide, "--to", "dana", "--by", "wed", "--asked")
    result = program("accept", "1", answers=f"{wide}\n{wide}\ny\n", width=40)
    assert _foreseen(program) == (wide, wide)
    for line in (result.stdout + result.stderr).splitlines():
        said = line.split(" › ")
        assert all(cell_len(part) <= 40 for part in said if " " in part), line


# When they come back


@pytest.mark.parametrize(
    "words",
    [
        ["bump", "1", "slow"],
        ["negotiate", "1", "--by", "fri", "--reason", "late"],
        ["renege", "1", "--reason", "late"],
    ],
    ids=lambda words: words[0],
)
def test_what_was_foreseen_comes_back_in_trouble(asked: Program, words: list[str]) -> None:
    _accept(asked, answers="kids are ill\ngym on Tuesday\ny\n")
    result = asked(*words)
    assert (
        result.stderr.splitlines()[-1]
        == "You foresaw: “kids are ill”. You put off: “gym on Tuesday”."
    )
    asked.ok("undo")
    assert "You foresaw" not in asked(*words, "-q").stderr + asked(*words, "--json").stderr


def test_one_answer_comes_back_alone(asked: Program) -> None:
    _accept(asked, answers="\ngym on Tuesday\ny\n")
    assert asked("bump", "1", "slow").stderr.splitlines()[-1] == "You put off: “gym on Tuesday”."


def test_nothing_comes_back_where_nothing_was_said(asked: Program) -> None:
    _accept(asked, answers="\n\ny\n")
    assert "You f" not in asked("bump", "1", "slow").stderr
    assert "You foresaw" not in asked.ok("show", "1", width=80, today="2026-11-27T10:00")


def test_it_stands_on_the_page_of_what_is_overdue(asked: Program) -> None:
    _accept(asked, answers="kids are ill\n\ny\n")
    assert "You foresaw" not in asked.ok("show", "1", width=80)
    lines = asked.ok("show", "1", width=80, today="2026-11-27T10:00").splitlines()
    assert any("You foresaw: “kids are ill”." in line for line in lines[:6])


# Giving up


GIVING_UP = [
    (["accept", "1"], []),
    (["accept", "1"], [""]),
    (["accept", "1"], ["sick", "gym"]),
    (["accept", "1"], ["", "", "c"]),
    (["accept", "1"], ["", "", "c", "thu"]),
    (["accept", "1"], ["", "", "n"]),
    (["accept", "1", "2"], ["", "", ""]),
    (["make", "Water the plants", "--to", "dana", "--by", "wed", "--agreed"], []),
    (["make", "Water the plants", "--to", "dana", "--by", "wed", "--agreed"], ["sick", ""]),
    (
        ["make", "Water the plants", "--to", "dana", "--by", "wed", "--agreed"],
        ["", "gym", "c", "thu"],
    ),
]
GIVEN_UP = [
    f"{words[0]} {len(words)} after {' '.join(typed) or 'nothing'} {len(typed)}"
    for words, typed in GIVING_UP
]


@pytest.mark.parametrize(("words", "typed"), GIVING_UP, ids=GIVEN_UP)
def test_the_end_of_input_changes_nothing(
    asked: Program, words: list[str], typed: list[str]
) -> None:
    asked.ok("make", "Feed the cat", "--to", "lee", "--by", "wed", "--asked")
    before = asked.ledger.read_bytes()
    result = asked(*words, answers="".join(f"{answer}\n" for answer in typed), width=200)
    assert (result.stdout, result.code) == ("", 130)
    assert asked.ledger.read_bytes() == before


def test_the_end_of_input_makes_no_ledger(program: Program) -> None:
    assert _agree(program, "--by", "wed", answers="sick\n\n").code == 130
    assert list(program.home.iterdir()) == []


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize(("words", "typed"), GIVING_UP, ids=GIVEN_UP)
@pytest.mark.parametrize("key", ["c", "d"])
def test_a_key_that_gives_up_changes_nothing(
    asked: Program, words: list[str], typed: list[str], key: str
) -> None:
    asked.ok("make", "Feed the cat", "--to", "lee", "--by", "wed", "--asked")
    before = asked.ledger.read_bytes()
    with terminal(*words) as child:
        for answer in typed:
            child.expect(" › ")
            child.sendline(answer)
        child.expect(" › ")
        child.sendcontrol(key)
        assert ended(child) == 130
        assert "Traceback" not in child.before
    assert asked.ledger.read_bytes() == before


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("key", ["c", "d"])
def test_a_key_that_gives_up_makes_no_ledger(program: Program, key: str) -> None:
    with terminal("make", "Water the plants", "--to", "dana", "--by", "wed", "--agreed") as child:
        child.expect(" › ")
        child.sendcontrol(key)
        assert ended(child) == 130
    assert list(program.home.iterdir()) == []


@pytest.mark.filterwarnings(FORKS)
def test_all_of_it_at_a_realterminal(asked: Program) -> None:
    with terminal("accept", "1") as child:
        for typed in ("kids are ill: 東京", "gym", "y"):
            child.expect(" › ")
            child.sendline(typed)
        assert ended(child) == 0
        assert "#1 active: you accepted Dana's request" in child.before
    assert _foreseen(asked) == ("kids are ill: 東京", "gym")


@pytest.mark.filterwarnings(FORKS)
def test_bytes_that_are_no_text_are_asked_again(
    asked: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "dumb")  # readline leaves them out, as one sees
    monkeypatch.setenv("PYTHONIOENCODING", "utf-8:strict")  # as in most locales
    with terminal("accept", "1") as child:
        child.expect("Why.* › ")
        os.write(child.child_fd, b"gr\xfcn\n")
        child.expect("Why.* › ")
        child.sendcontrol("c")
        assert ended(child) == 130
    assert _record(asked)["state"] == "proposed"


# What happens meanwhile


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize(
    "words",
    [["accept", "1"], ["make", "Send Q3 numbers", "--to", "dana", "--by", "wed", "--agreed"]],
    ids=lambda words: words[0],
)
def test_the_ledger_is_not_held_while_a_question_waits(asked: Program, words: list[str]) -> None:
    with terminal(*words) as child:
        for answer in ("sick", "", "y"):
            child.expect(" › ")
            done = in_another("make", "Water the plants", "--to", "lee", "-q")
            assert (done.returncode, done.stderr) == (0, "")
            child.sendline(answer)
        assert ended(child) == 0
    assert len(json.loads(asked.ok("list", "--json"))) == 4 + (words[0] == "make")


STALE = "Revision 1 of #1 was replaced by revision 2. See: promisectl show 1 · Then: promisectl accept 1 --rev 2"
CHANGED = "The terms of #1 have changed meanwhile, so nothing was recorded. See: promisectl show 1"
WITHDRAWN = "#1 is withdrawn"


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize(
    "typed", [["y"], ["c", "fri", ""], ["n", ""]], ids=["yes", "counter", "no"]
)
@pytest.mark.parametrize(
    ("meanwhile", "told"),
    [
        (["negotiate", "1", "--by", "thu", "--theirs"], STALE),
        (["negotiate", "1", "--by", "thu", "--mine"], STALE),
        (["correct", "1", "--what", "Review forty contracts"], CHANGED),
        (["withdraw", "1"], WITHDRAWN),
    ],
    ids=["theirs", "mine", "correct", "withdraw"],
)
def test_terms_that_changed_meanwhile_are_not_answered(
    asked: Program, meanwhile: list[str], told: str, typed: list[str]
) -> None:
    with terminal("accept", "1") as child:
        child.expect(" › ")
        assert in_another(*meanwhile, "-q").returncode == 0
        changed = asked.ledger.read_bytes()
        child.sendline("")
        for answer in ("", *typed):
            child.expect(" › ")
            child.sendline(answer)
        assert ended(child) == 4
        assert told in child.before
    assert asked.ledger.read_bytes() == changed


@pytest.mark.parametrize("typed", ["n\ntoo busy\n", "c\nthu\n\n"], ids=["no", "counter"])
def test_nothing_that_was_said_along_with_it_is_lost(asked: Program, typed: str) -> None:
    assert (
        _accept(asked, "--risk", "flu", "--note", "She called", answers=f"gym\n{typed}").code == 0
    )
    log = asked.ok("log", "1", width=200)
    assert all(
        word in log for word in ("could go wrong: flu", "displaces: gym", "You noted: She called")
    )
    assert ("too busy" in log) is ("too busy" in typed)
    asked.ok("undo")
    assert _record(asked)["state"] == "proposed"


# When it is worth asking


def _configure(program: Program, text: str) -> None:
    path = program.home / "config" / "promisectl" / "config.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _asks(result: Result) -> bool:
    assert result.code == 0
    return "›" in result.stderr


@pytest.mark.parametrize(
    ("more", "asks"),
    [
        ((), False),
        (("--by", "today"), False),
        (("--by", "today 18:00"), False),
        (("--by", "tomorrow"), False),
        (("--by", "wed"), True),
        (("--by", "wed 9:00"), True),
        (("--by", "today", "--done-when", "she has read it"), True),
        (("--done-when", "she has read it"), True),
    ],
)
def test_only_an_important_yes_is_asked_about(
    program: Program, more: tuple[str, ...], asks: bool
) -> None:
    answers = "\n\nyes\n" if asks else ""
    assert _asks(_agree(program, *more, answers=answers)) is asks
    program.ok("make", "Feed the cat", "--to", "dana", "--asked", *more)
    result = program("accept", "2", answers=answers, width=200)
    assert _asks(result) is asks
    assert ("asks you" in result.stderr) is asks
    assert _record(program, 2)["state"] == "active"


def test_an_over_full_week_makes_a_yes_important(program: Program) -> None:
    for number in range(4):
        assert not _asks(
            _agree(program, "--by", "tue", answers="", outcome=f"Thing {number} again")
        )
    result = _agree(program, "--by", "tue", answers="\n\nyes\n", outcome="The fifth of them")
    assert _asks(result)
    assert "With this, it is over-full." in result.stderr


def test_two_at_once_count_as_two(program: Program) -> None:
    for number in range(3):
        program.ok("make", f"Thing {number} again", "--to", "lee", "--by", "tue", "--agreed")
    words = ("make", "Bring a chair", "--to", "dana", "--to", "lee", "--by", "tue", "--agreed")
    assert _asks(program(*words, answers="\n\n", width=200))


@pytest.mark.parametrize(
    ("side", "ending"), [("--to", "--not-told"), ("--to", "--told=today"), ("--from", "--silent")]
)
def test_a_broken_promise_makes_the_next_yes_important(
    program: Program, side: str, ending: str
) -> None:
    program.ok("make", "Lend the drill", side, "dana", "--agreed")
    program.ok("renege", "1", "--reason", "lost", ending)
    program.ok("person", "rename", "dana", "dana-kim")
    words = ("make", "Feed the cat", "--agreed", "--to")
    assert not _asks(program(*words, "lee", answers="", width=200))
    assert _asks(program(*words, "dana-kim", answers="\n\nyes\n", width=200))
    assert _asks(program(*words, "dana-kim", "--to", "kim", answers="\n\n", width=200))
    program.ok("make", "Water the plants", "--to", "dana-kim", "--asked")
    assert _asks(program("accept", "6", answers="\n\nyes\n", width=200))
    program.ok("void", "1", "--reason", "a slip")
    assert not _asks(program(*words, "dana-kim", answers="", width=200))


def test_the_config_asks_at_every_yes_or_at_none(program: Program) -> None:
    _configure(program, 'questions = "always"\n')
    assert _asks(_agree(program, answers="\n\nyes\n"))
    _configure(program, 'questions = "never"\n')
    important = ("--by", "fri", "--done-when", "she has it")
    assert not _asks(_agree(program, *important, answers="", outcome="Feed the cat"))
    program.ok("make", "Water the plants", "--to", "dana", "--asked", *important)
    assert not _asks(program("accept", "3", answers="", width=200))
    assert _record(program, 3)["state"] == "active"


def test_review_asks_at_every_yes(program: Program) -> None:
    _configure(program, 'questions = "never"\n')
    program.ok("make", "Feed the cat", "--to", "dana", "--asked")
    result = program("review", answers="accept\nrain\ngym\nyes\n", width=200)
    assert (result.code, _foreseen(program)) == (0, ("rain", "gym"))


# The next steps


def _next_steps(result: Result) -> bool:
    assert result.code == 0
    return any(word in result.stderr for word in ("complete 1", "complete 3"))


def test_next_steps_are_shown_for_the_first_thirty_promises(program: Program) -> None:
    for number in range(1, 30):
        program.ok("make", f"Thing number {number}", "--to", "me", "-q")
    thirtieth = program("make", "Thing number 30", "--to", "me")
    assert "complete 30" in thirtieth.stderr
    assert program("make", "Thing number 31", "--to", "me").stderr == ""
    assert program("note", "1", "not any more").stderr == ""
    program.ok("undo")
    assert program("undo").stderr == ""
    _configure(program, 'hints = "always"\n')
    assert _next_steps(program("note", "1", "again"))


def test_the_config_silences_the_next_steps(program: Program) -> None:
    _configure(program, 'hints = "never"\n')
    assert program("make", "Feed the cat", "--to", "me", width=200).stderr.count("\n") == 1
    assert program("note", "1", "rain", width=200).stderr == ""
    assert program("make", "Try stuff", "--to", "me", width=200).stderr == ""  # no advice either


# The advice beside them


ADVICE = (
    "By when?",
    "Describe the result",
    "“Try” names",
    "What could go wrong?",
    "What can you promise",
    "With this one",
    "Looks like",
    "You kept",
    "How will you both",
)


def _hints(result: Result) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith(ADVICE)]


def test_at_most_one_hint_where_a_person_looks(program: Program) -> None:
    result = program("make", "Try stuff", "--to", "dana", width=200)
    assert _hints(result) == ["By when? promisectl correct 1 --by “…”"]
    assert "By when" not in result.stdout
    assert _hints(
        program("negotiate", "1", "--by", "fri", "--mine", "--risk", "sick", width=200)
    ) == ["Describe the result in a few more words. promisectl correct 1 --what “…”"]
    assert _hints(program("accept", "1", width=200)) == [
        "Describe the result in a few more words. promisectl correct 1 --what “…”"
    ]


def test_a_risk_that_is_not_named_is_hinted_at(program: Program) -> None:
    [hint] = _hints(
        program("make", "Send Q3 numbers", "--to", "dana", "--by", "fri", "--agreed", width=200)
    )
    assert hint == "What could go wrong? promisectl correct 1 --risk “…”"
    assert (
        _hints(
            program(
                "make",
                "Water all plants",
                "--to",
                "dana",
                "--by",
                "fri",
                "--agreed",
                "--risk",
                "sick",
                width=200,
            )
        )
        == []
    )


def test_a_risk_that_was_just_asked_for_is_not_hinted_at(asked: Program) -> None:
    assert _hints(_accept(asked, answers="\n\ny\n")) == []
    assert _hints(_agree(asked, "--by", "wed", answers="\n\ny\n", outcome="Water all plants")) == []


def test_the_full_week_that_was_just_shown_is_not_hinted_at(program: Program) -> None:
    for number in range(4):
        program.ok("make", f"Thing number {number}", "--to", "lee", "--by", "fri", "--agreed", "-q")
    assert (
        _hints(_agree(program, "--by", "fri", answers="\n\ny\n", outcome="Water all plants")) == []
    )
    [hint] = _hints(
        _agree(program, "--by", "fri", "--risk", "sick", answers=None, outcome="Feed the cat")
    )
    assert hint == (
        "With this one, 6 of your promises are due in week 48. See the week: promisectl week"
    )


@pytest.mark.parametrize("option", ["-q", "--json"])
def test_no_hint_beside_numbers_and_records(program: Program, option: str) -> None:
    assert program("make", "Try stuff", "--to", "dana", option, width=200).stderr == ""


def test_no_hint_off_a_terminal_or_for_several(program: Program) -> None:
    assert _hints(program("make", "Try stuff", "--to", "dana")) == []
    assert _hints(program("make", "Try stuff", "--to", "lee", "--to", "kim", width=200)) == []
    assert _hints(program("accept", "2", "3", width=200)) == []


@pytest.mark.parametrize(
    "words",
    [
        ["decline", "1"],
        ["withdraw", "1"],
        ["note", "1", "x"],
        ["bump", "1", "x"],
        ["correct", "1", "--what", "Try things"],
    ],
    ids=lambda words: words[0],
)
def test_no_hint_after_other_moves(program: Program, words: list[str]) -> None:
    program.ok("make", "Try stuff", "--to", "dana")
    assert _hints(program(*words, width=200)) == []


def test_no_hint_when_a_delivery_is_confirmed(program: Program) -> None:
    program.ok("make", "Try stuff", "--to", "dana", "--agreed")
    program.ok("complete", "1")
    assert _hints(program("accept", "1", width=200)) == []


def test_the_config_silences_a_rule(program: Program) -> None:
    _configure(program, '[check]\nignore = ["L02", "L04"]\n')
    assert _hints(program("make", "Try stuff", "--to", "dana", width=200)) == [
        "“Try” names an effort, not a result. What will exist when it is done? promisectl correct 1 --what “…”"
    ]
    _configure(program, '[check]\nignore = ["L02", "L04", "L05", "L06"]\n')
    assert _hints(program("make", "Try stuff", "--to", "lee", width=200)) == []


def test_a_hint_is_folded_and_escaped(program: Program) -> None:
    program.ok("make", "Send \x1b[31mred numbers", "--to", "dana")
    result = program("make", "Send \x1b[31mred numbers", "--to", "dana", "--by", "fri", width=40)
    assert "Looks like #1. Is it the same?" in result.stderr
    assert "\x1b" not in result.stderr + result.stdout


# Which of them, and how often


def test_the_most_useful_one_comes_first(program: Program) -> None:
    def hint(outcome: str, *more: str) -> str:
        [line] = _hints(program("make", outcome, "--to", "lee", *more, width=200))
        program.ok("undo")
        return line

    for number in range(4):
        program.ok("make", f"Thing {number} again", "--to", "lee", "--by", "fri", "--agreed")
    assert hint("Thing 3 again", "--by", "fri").startswith("Looks like #4.")
    assert hint("Try", "--by", "fri").startswith(
        "With this one, 5 of your promises are due in week"
    )
    program.ok("void", "4", "--reason", "a slip")
    assert hint("Try", "--by", "fri").startswith(
        "With this one, 4 of your promises are due on Fri 27"
    )
    assert hint("Try").startswith("By when?")
    assert hint("Try", "--by", "thu").startswith("Describe the result")
    for number in range(1, 4):
        program.ok("renege", str(number), "--reason", "ill")
    for number in range(5):
        program.ok("make", f"Something {number} else", "--to", "lee", "--agreed", "-q")
        program.ok("renege", str(number + 10), "--reason", "ill")
    assert hint("Try").startswith("You kept 0 of 8 promises to Lee.")


def test_a_hint_among_the_infos_is_not_shown(program: Program) -> None:
    words = ("make", "Send the Q3 numbers", "--to", "dana", "--by", "sat", "--agreed")
    assert _hints(program(*words, "--risk", "sick", width=200)) == []


@pytest.mark.parametrize("outcome", ["Buy milk", "Buy some milk and bread"])
def test_what_is_due_within_a_day_may_be_rough(program: Program, outcome: str) -> None:
    for day in ("today", "tomorrow"):
        words = ("make", outcome, "--to", "lee", "--by", day, "--agreed")
        assert _hints(program(*words, width=200)) == []
        program.ok("undo")
    [record] = json.loads(program.ok("check", "--draft", "Buy milk", "--by", "today", "--json"))
    assert {"L04", "L08"} <= {finding["rule"] for finding in record["findings"]}


def test_each_rule_is_shown_once_a_day(program: Program) -> None:
    def hints(outcome: str, today: str) -> list[str]:
        words = ("make", outcome, "--to", "dana")
        return _hints(program(*words, answers="", width=200, today=today))

    shown = program.home / "state" / "promisectl" / "shown-hints"
    assert hints("Try", "2026-11-23T10:00") == ["By when? promisectl correct 1 --by “…”"]
    assert shown.read_text() == "2026-11-23 L02\n"
    assert shown.stat().st_mode & 0o777 == 0o600
    assert shown.parent.stat().st_mode & 0o777 == 0o700
    assert hints("Help", "2026-11-23T23:59")[0].startswith("Describe the result")
    assert hints("Look", "2026-11-23T23:59") == []
    assert shown.read_text() == "2026-11-23 L02 L04\n"
    assert hints("Look into it", "2026-11-24T00:00")[0].startswith("By when?")
    assert shown.read_text() == "2026-11-24 L02\n"
    assert [path.name for path in shown.parent.iterdir()] == ["shown-hints"]


def test_the_same_promise_twice_is_told_for_each(program: Program) -> None:
    def hints(*words: str) -> list[str]:
        return _hints(program(*words, answers="", width=200))

    lend, fetch = ("make", "Lend the bike", "--from"), ("make", "Fetch the parcel", "--to")
    for words in ((*lend, "leon"), (*fetch, "kai")):
        program.ok(*words, "--by", "today", "-q")
    assert hints(*lend, "leon", "--by", "today")[0].startswith("Looks like #1.")
    assert hints(*fetch, "kai", "--by", "today")[0].startswith("Looks like #2.")
    assert not any("Looks like" in line for line in hints("accept", "4"))
    program.ok("void", "3", "--reason", "twice")
    assert hints(*lend, "leon", "--by", "today")[0].startswith("Looks like #1.")


@pytest.mark.parametrize("kind", ["directory", "pipe", "noise", "none", "home"])
def test_advice_does_without_its_memory(
    program: Program, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = program.home / "state" / "promisectl" / "shown-hints"
    shown.parent.mkdir(parents=True)
    if kind == "directory":
        shown.mkdir()
    elif kind == "pipe":
        os.mkfifo(shown)
    elif kind == "noise":
        shown.write_bytes(b"\xff" * 5000)
    elif kind == "none":
        shown.parent.rmdir()
        shown.parent.write_text("")
    else:
        monkeypatch.delenv("XDG_STATE_HOME")
        monkeypatch.setenv("HOME", "")
    for outcome in ("Try", "Help"):
        result = program("make", outcome, "--to", "dana", answers="", width=200)
        assert result.code == 0
        assert len(_hints(result)) == 1


@pytest.mark.parametrize("form", ["pipe", "quiet", "json", "view"])
def test_nothing_is_remembered_that_nobody_was_shown(program: Program, form: str) -> None:
    program.ok("make", "Try", "--to", "dana")
    if form == "pipe":
        program("make", "Try", "--to", "lee")
        program("make", "Try", "--to", "kim", width=200)  # at a terminal, with stderr elsewhere
    elif form == "view":
        program("check", answers="", width=200)
        program("show", "1", answers="", width=200)
    else:
        program("make", "Try", "--to", "lee", f"--{form}", answers="", width=200)
    assert not (program.home / "state").exists()


def test_what_was_shown_is_still_found_by_check(program: Program) -> None:
    program("make", "Try", "--to", "dana", answers="", width=200)
    page = program("check", "1", answers="", width=200).stdout
    assert "By when? promisectl correct 1 --by “…”" in page
