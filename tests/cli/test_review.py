"""The walk through what is open: its order, that every choice is the ordinary move, and the list of it off a terminal."""

import csv
import io
import json
import shutil
from collections.abc import Sequence
from typing import Any

import pexpect
import pytest
from rich.cells import cell_len

from tests.cli.terminal import in_another, terminal
from tests.conftest import Program, Result, remembered

WELCOME = "No promises yet."
OPEN = "leave, complete, negotiate, bump, renege, release, skip or quit? (Enter to skip) › "
SELF = "leave, complete, negotiate, renege, skip or quit? (Enter to skip) › "
ASKED = "leave, negotiate, bump, accept, decline, withdraw, skip or quit? (Enter to skip) › "
JUDGED = "leave, complete, bump, release, accept, decline, reopen, skip or quit? (Enter to skip) › "
REPORTED = "leave, bump, release, accept, decline, reopen, skip or quit? (Enter to skip) › "
THEY_RELEASE = "release: record that Dana released you\n"
THEY_RENEGE = "renege: record that Lee broke it\n"
THEY_WITHDRAW = "withdraw: record that Dana took it back\n"
THEY_REOPEN = "reopen: record that Kim reopened it\n"
THEY_ANSWER = "negotiate: record other terms, yours or Lee's; accept: record that Lee said yes; decline: record that Lee said no\n"
THEY_JUDGE = "release: record that Dana released you; accept: record that Dana confirmed it; decline: record that Dana said what is missing\n"
UNTOLD = "leave, message, told, skip or quit? (Enter to skip) › "
BACK = ("skip or quit", "skip, back or quit")
"""What the question offers after the first promise."""
FORKS = "ignore:This process .* is multi-threaded:DeprecationWarning"
EARLIER = ["--said", "2026-11-02", "--backfill", "--agreed", "-q"]


@pytest.fixture
@remembered
def all_kinds(program: Program) -> Program:
    """Ten that are open, each for another reason, made in another order than they are reviewed in; and what is closed."""
    for words in (
        ["make", "Open one", "--to", "dana", "--by", "2026-12-20", "--agreed"],
        ["make", "Delivered one", "--to", "dana", "--by", "2026-12-20", "--agreed"],
        ["complete", "2"],
        ["make", "Stale one", "--from", "lee", "--by", "2026-12-20", "--said", "2026-11-02"],
        ["make", "Untold one", "--to", "lee", "--by", "2026-12-20", "--agreed"],
        ["renege", "4", "--reason", "ill", "--not-told"],
        [
            "make",
            "Overdue one",
            "--to",
            "dana",
            "--by",
            "2026-11-20",
            "--risk",
            "I am sick",
            *EARLIER,
        ],
        ["make", "Owed and late", "--from", "lee", "--by", "2026-11-19", *EARLIER],
        ["make", "For myself", "--to", "me", "--by", "2026-12-21"],
        [
            "make",
            "For myself, late",
            "--to",
            "me",
            "--by",
            "2026-11-20",
            "--said",
            "2026-11-02",
            "--backfill",
        ],
        ["make", "Asked of me", "--to", "dana", "--by", "2026-12-22", "--asked"],
        ["make", "Delivered to me", "--from", "kim", "--by", "2026-12-21", "--agreed"],
        ["complete", "10", "--reported"],
        ["make", "Kept already", "--from", "kim", "--agreed"],
        ["complete", "11"],
        ["make", "Broken and told", "--to", "kim", "--agreed"],
        ["renege", "12", "--reason", "ill"],
        ["make", "By mistake", "--to", "kim"],
        ["void", "13", "--reason", "twice"],
        ["make", "Said No to", "--to", "kim", "--asked"],
        ["decline", "14"],
    ):
        program.ok(*words)
    return program


ORDER = [5, 8, 9, 10, 4, 6, 3, 2, 1, 7]
KINDS = [
    *("overdue", "overdue", "answer", "unconfirmed", "untold"),
    *("overdue", "stale", "unconfirmed", "open", "open"),
]
HEADS = [
    *("overdue", "overdue", "to answer", "to confirm", "to tell"),
    *("overdue, owed to you", "no news for a while", "not confirmed", "open", "open"),
]


def _review(program: Program, *typed: str, width: int = 200, today: str | None = None) -> Result:
    return program(
        "review", answers="".join(f"{answer}\n" for answer in typed), width=width, today=today
    )


def _one(program: Program, *words: str) -> None:
    program.ok("make", "Send Q3 numbers", *words)


def _record(program: Program, number: int = 1) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json"))
    return dict(record)


def _acts(program: Program, number: int = 1) -> list[str]:
    return [act["act"] for act in _record(program, number)["acts"]]


# Off a terminal


def test_the_pressing_ones_come_first(all_kinds: Program) -> None:
    records = json.loads(all_kinds.ok("review", "--json"))
    assert [record["id"] for record in records] == ORDER
    assert [record["review"] for record in records] == KINDS
    assert records[4]["moves"] == ["told 4"]
    assert records[7]["moves"] == ["bump 2", "release 2", "accept 2", "decline 2", "reopen 2"]


def test_the_forms_agree(all_kinds: Program) -> None:
    records = json.loads(all_kinds.ok("review", "--json"))
    assert [json.loads(line) for line in all_kinds.ok("review", "--jsonl").splitlines()] == records
    rows = list(csv.DictReader(io.StringIO(all_kinds.ok("review", "--csv"), newline="")))
    lines = [line.split("\t") for line in all_kinds.ok("review").splitlines()]
    assert all_kinds.ok("review", "--plain", width=80) == all_kinds.ok("review")
    for record, row, line in zip(records, rows, lines, strict=True):
        assert (row["id"], row["review"], row["moves"]) == (
            str(record["id"]),
            record["review"],
            ", ".join(record["moves"]),
        )
        assert line == [
            row[name]
            for name in (
                "id",
                "person",
                "outcome",
                "due",
                "state",
                "flags",
                "review",
                "moves",
                "direction",
            )
        ]
    whole = {record["id"]: record for record in json.loads(all_kinds.ok("list", "--all", "--json"))}
    for record in records:
        assert {
            name: value for name, value in record.items() if name not in ("review", "moves")
        } == whole[record["id"]]


def _typed(command: str, *, author: str | None) -> list[str]:
    verb, number = command.split()
    whose = ["--theirs"] if author == "me" else []
    more = {
        "negotiate": ["--by", "2027-01-15", "--reason", "late", *whose],
        "renege": ["--reason", "late"],
        "decline": ["--reason", "not done"],
        "reopen": ["--reason", "not done"],
        "bump": ["slow"],
    }
    return [verb, number, *more.get(verb, [])]


def test_every_move_that_is_listed_works(all_kinds: Program) -> None:
    kept = all_kinds.home / "kept.db"
    shutil.copy(all_kinds.ledger, kept)
    records = json.loads(all_kinds.ok("review", "--json"))
    for record, command in [(one, move) for one in records for move in one["moves"]]:
        shutil.copy(kept, all_kinds.ledger)
        result = all_kinds(*_typed(command, author=record["author"]))
        assert result.code == 0, (command, result)
        assert result.stdout.startswith(f"#{command.split()[1]} ")


def test_the_page_lists_the_same(all_kinds: Program) -> None:
    page = _seen(all_kinds.ok("review", width=80))
    assert page.startswith(
        "Overdue: complete, negotiate or renege\n"
        "#5  to Dana: Overdue one\n"
        "    Fri 20 Nov, overdue 3 days\n"
        "    promisectl complete 5 · promisectl negotiate 5 --by “…” --reason “…”\n"
        "    promisectl bump 5 “…” · promisectl renege 5 --reason “…”\n"
        "    promisectl release 5\n"
        "#8  to yourself: For myself, late\n"
    )
    titles = [
        line
        for line in page.splitlines()
        if not line.lstrip().startswith("#") and not line.startswith(" ") and line
    ]
    assert titles == [
        "Overdue: complete, negotiate or renege", "To answer: accept, negotiate or decline",
        "To confirm: accept, or decline with what is missing", "Broken, and they do not know yet: told",
        "Overdue, owed to you", "No news for a while", "Reported, not confirmed", "Other open promises",
    ]  # fmt: skip
    assert (
        "#8  to yourself: For myself, late\n    Fri 20 Nov, overdue 3 days\n    promisectl complete 8 · promisectl negotiate 8 --by “…” --reason “…”\n    promisectl renege 8 --reason “…”\n"
        in page
    )


@pytest.mark.parametrize("how", [["--no-input"], ["--json"], []])
def test_nobody_is_asked_against_their_wish(
    all_kinds: Program, monkeypatch: pytest.MonkeyPatch, how: list[str]
) -> None:
    if not how:
        monkeypatch.setenv("PROMISECTL_NO_INPUT", "1")
    before = all_kinds.ledger.read_bytes()
    result = all_kinds("review", *how, answers="complete\n", width=80)
    assert (result.stderr, result.code) == ("", 0)
    assert "#6" in result.stdout or '"id": 6' in result.stdout
    assert all_kinds.ledger.read_bytes() == before


def test_in_a_pipe_it_is_a_list_whoever_types(all_kinds: Program) -> None:
    result = all_kinds("review", answers="complete\n")
    assert (result.stderr, result.code) == ("", 0)
    assert result.stdout == all_kinds.ok("review")


@pytest.mark.parametrize("width", [40, 80])
def test_the_page_fits_and_steers_nothing(program: Program, width: int) -> None:
    for outcome in (
        "Try \x1b[31mred\x1b[0m and \u202eback",
        "東京で会議の資料を用意して部長に渡す " * 3,
        "x" * 200,
        "[bold]help[/]",
    ):
        program.ok(
            "make", outcome, "--to", "dana", "--to", "東京の部長さん長い名前の人です", "--new"
        )
    for page in (
        program.ok("review", width=width),
        _review(program, *["l"] * 8, width=width).stdout,
    ):
        assert not any(sign in page for sign in "\x1b\u202e")
        assert all(cell_len(line) <= width for line in page.splitlines() if " " in line.strip())


# Nothing to review


def test_without_a_ledger(program: Program) -> None:
    assert program("review", width=80).stdout.startswith(WELCOME)
    assert program("review", width=80, answers="").stdout.startswith(WELCOME)
    assert program("review").stderr.startswith(WELCOME)
    assert program("review", "--json") == ("[]\n", "", 0)
    assert list(program.home.iterdir()) == []


@pytest.mark.parametrize("answers", [None, ""])
def test_with_nothing_open(program: Program, answers: str | None) -> None:
    _one(program, "--to", "dana")
    program.ok("void", "1", "--reason", "twice")
    result = program("review", width=80, answers=answers)
    assert result == ("Nothing is open, so there is nothing to review.\n", "", 0)
    assert program("review") == ("", "", 0)
    assert program("review", "--json") == ("[]\n", "", 0)


# The walk


def test_all_of_them_one_after_the_other(all_kinds: Program) -> None:
    before = all_kinds.ledger.read_bytes()
    result = _review(all_kinds, *["l"] * 10)
    heads = [line for line in result.stdout.splitlines() if " of 10, " in line]
    assert heads == [f"{place} of 10, {kind}" for place, kind in enumerate(HEADS, 1)]
    assert [line.split()[0] for line in result.stdout.splitlines() if line.startswith("#")] == [
        f"#{number}" for number in ORDER
    ]
    assert result.stderr == (
        f"{THEY_RELEASE}{OPEN}"
        + f"{SELF}{THEY_WITHDRAW}{ASKED}{THEY_REOPEN}{JUDGED}{UNTOLD}".replace(*BACK)
        + f"{THEY_RENEGE}{OPEN}{THEY_ANSWER}{ASKED}{THEY_JUDGE}{REPORTED}".replace(*BACK)
        + f"{THEY_RELEASE}{OPEN}{SELF}".replace(*BACK)
    )
    assert result.stdout.endswith("Reviewed 10 of 10: 10 left as is.\n")
    assert all_kinds.ledger.read_bytes() == before


def test_how_each_stands(all_kinds: Program) -> None:
    lines = _review(all_kinds, *["l"] * 10).stdout.splitlines()
    assert (
        "#6 active, from Lee: “Owed and late” by Thu 19 Nov, overdue 4 days, no news for 21 days."
        in lines
    )
    assert "#5 active, to Dana: “Overdue one” by Fri 20 Nov, overdue 3 days." in lines
    assert "You foresaw: “I am sick”." in lines
    assert "#8 active, to yourself: “For myself, late” by Fri 20 Nov, overdue 3 days." in lines
    assert "#4 broken, to Lee: “Untold one” by Sun 20 Dec, not told." in lines
    assert (
        "#3 proposed, from Lee: “Stale one” by Sun 20 Dec, their answer, no news for 21 days."
        in lines
    )
    assert "#2 reported, to Dana: “Delivered one” by Sun 20 Dec." in lines
    assert "#9 proposed, to Dana: “Asked of me” by Tue 22 Dec, your answer." in lines


def test_new_terms_to_be_answered_are_told(program: Program) -> None:
    _one(program, "--to", "dana", "--by", "fri", "--agreed")
    program.ok(
        "negotiate",
        "1",
        "--by",
        "thu",
        "--what",
        "Send all numbers",
        "--theirs",
        "--reason",
        "urgent",
    )
    shown = _review(program, "q").stdout
    assert "Send all numbers" in shown
    assert "Thu 26 Nov" in shown


def test_the_counter_on_the_table_is_what_is_shown(program: Program) -> None:
    _one(program, "--to", "dana", "--by", "fri")
    program.ok("negotiate", "1", "--by", "thu", "--theirs")
    assert (
        "#1 proposed, to Dana: “Send Q3 numbers” by Thu 26 Nov, your answer.\n"
        in _review(program, "q").stdout
    )


def test_quitting_leaves_the_rest(all_kinds: Program) -> None:
    result = _review(all_kinds, "skip", "", "leave", "skip", "told", "", "quit")
    assert result.stdout.endswith(
        "#4 broken: Lee was told on Mon 23 Nov, 27 days ahead.\n\n"
        "6 of 10, overdue, owed to you\n#6 active, from Lee: “Owed and late” by Thu 19 Nov, overdue 4 days, no news for 21 days.\n"
        "Reviewed 5 of 10: 1 changed, 1 left as is, 3 skipped. The rest: promisectl review\n"
    )
    assert _record(all_kinds, 4)["told_at"] == "2026-11-23T09:00:00Z"


def test_quitting_at_once(all_kinds: Program) -> None:
    result = _review(all_kinds, "q")
    assert result.stdout.endswith("Reviewed 0 of 10. The rest: promisectl review\n")
    assert result.code == 0


def test_what_was_settled_is_gone_the_next_time(program: Program) -> None:
    _one(program, "--to", "dana", "--by", "fri", "--agreed")
    assert _review(program, "c").stdout.endswith("Reviewed 1 of 1: 1 changed.\n")
    assert "1 of 1, not confirmed" in _review(program, "q").stdout


# What is typed


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("re", "“re” can mean renege or release."),
        ("xyz", "“xyz” is not an answer. Type ? to see what you can answer."),
        ("told", "“told” is not an answer. Type ? to see what you can answer."),
        ("accept", "“accept” is not an answer. Type ? to see what you can answer."),
        ("\x1b[2J", "That has a control character (\\x1b). Type it again."),
    ],
)
def test_what_is_not_clear_is_asked_again(program: Program, typed: str, said: str) -> None:
    _one(program, "--to", "dana", "--by", "fri", "--agreed")
    result = _review(program, typed, "")
    assert result.stderr == f"{THEY_RELEASE}{OPEN}{said}\n{OPEN}"
    assert result.stdout.endswith("Reviewed 1 of 1: 1 skipped.\n")


@pytest.mark.parametrize("typed", ["c", "C", "comp", "COMPLETE", " complete "])
def test_the_beginning_of_a_word_is_enough(program: Program, typed: str) -> None:
    _one(program, "--to", "dana", "--by", "fri", "--agreed")
    assert "#1 reported, on time" in _review(program, typed).stdout


# Each choice is the ordinary move


MINE = ["--to", "dana", "--by", "fri", "--agreed"]
THEIRS = ["--from", "lee", "--by", "fri", "--agreed"]
MYSELF = ["--to", "me", "--by", "fri"]
CHOICES: list[tuple[list[str], list[list[str]], list[str], str, str]] = [
    (MINE, [], ["complete"], "delivered", "complete"),
    (MINE, [], ["negotiate", "thu", "", "vendor slipped"], "active", "negotiate"),
    (MINE, [], ["negotiate", "", "Send one number", "vendor slipped"], "active", "negotiate"),
    (MINE, [], ["bump", "", " ", "slow"], "active", "bump"),
    (MINE, [], ["renege", "", "no time", "overload", "now"], "reneged", "renege"),
    (MINE, [], ["renege", "no time", "", "not yet"], "reneged", "renege"),
    (MINE, [], ["renege", "no time", "need", "today"], "reneged", "renege"),
    (MINE, [], ["release", ""], "released", "release"),
    (MINE, [], ["release", "no need any more"], "released", "release"),
    (MINE, [["complete", "1"]], ["bump", "did you see it?"], "delivered", "bump"),
    (MINE, [["complete", "1"]], ["release", ""], "released", "release"),
    (MINE, [["complete", "1"]], ["accept"], "kept", "accept"),
    (MINE, [["complete", "1"]], ["decline", "a page is missing"], "active", "decline"),
    (MINE, [["complete", "1"]], ["reopen", "I was wrong"], "active", "reopen"),
    (MINE, [["renege", "1", "--reason", "ill", "--not-told"]], ["told", ""], "reneged", "told"),
    (MINE, [["renege", "1", "--reason", "ill", "--not-told"]], ["told", "tomorrow", "today"], "reneged", "told"),
    (MINE, [["renege", "1", "--reason", "ill", "--not-told"]], ["told", "sunday", "today"], "reneged", "told"),
    (MINE, [["negotiate", "1", "--by", "thu", "--reason", "x"]], ["accept"], "active", "accept"),
    (MINE, [["negotiate", "1", "--by", "thu", "--reason", "x"]], ["decline", ""], "active", "decline"),
    (MINE, [["negotiate", "1", "--by", "thu", "--reason", "x"]], ["withdraw", ""], "active", "withdraw"),
    (THEIRS, [], ["complete"], "kept", "complete"),
    (THEIRS, [], ["negotiate", "thu", "", "in a hurry"], "active", "negotiate"),
    (THEIRS, [], ["bump", "how is it going?"], "active", "bump"),
    (THEIRS, [], ["renege", "he said so", "forgot", "now"], "reneged", "renege"),
    (THEIRS, [], ["renege", "nothing came", "", "never"], "reneged", "renege"),
    (THEIRS, [], ["release", "found another way"], "released", "release"),
    (THEIRS, [["complete", "1", "--reported"]], ["complete"], "kept", "complete"),
    (THEIRS, [["complete", "1", "--reported"]], ["accept"], "kept", "accept"),
    (THEIRS, [["complete", "1", "--reported"]], ["decline", "still squeaks"], "active", "decline"),
    (MYSELF, [], ["complete"], "kept", "complete"),
    (MYSELF, [], ["negotiate", "thu", "", "in a hurry"], "active", "negotiate"),
    (MYSELF, [], ["renege", "too tired", "other"], "reneged", "renege"),
    (["--to", "dana", "--by", "fri", "--asked"], [], ["accept", "sick", "gym", "y"], "active", "accept"),
    (["--to", "dana", "--by", "fri", "--asked"], [], ["accept", "", "", "counter", "thu", ""], "proposed", "negotiate"),
    (["--to", "dana", "--by", "fri", "--asked"], [], ["accept", "", "", "no", "full"], "declined", "decline"),
    (["--to", "dana", "--by", "fri", "--asked"], [], ["decline", "full until December"], "declined", "decline"),
    (["--to", "dana", "--by", "fri", "--asked"], [], ["negotiate", "thu", "", "", "", ""], "proposed", "negotiate"),
    (["--to", "dana", "--by", "fri", "--asked"], [], ["withdraw", ""], "withdrawn", "withdraw"),
    (["--to", "dana", "--by", "fri"], [], ["accept", "", ""], "active", "accept"),
    (["--from", "lee", "--by", "fri"], [], ["accept", "the spare part"], "active", "accept"),
    (["--from", "lee", "--by", "fri"], [], ["bump", "did you see it?"], "proposed", "bump"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("made", "moves", "typed", "state", "act"),
    CHOICES,
    ids=[f"{place} {' '.join(typed)}" for place, (_, _, typed, _, _) in enumerate(CHOICES)],
)
def test_a_choice_leads_to_its_move(
    program: Program,
    made: Sequence[str],
    moves: Sequence[Sequence[str]],
    typed: Sequence[str],
    state: str,
    act: str,
) -> None:
    _one(program, *made)
    for words in moves:
        program.ok(*words)
    result = _review(program, *typed)
    assert result.code == 0
    assert (_record(program)["state"], _acts(program)[-1]) == (state, act)
    assert "Reviewed 1 of 1: 1 changed.\n" in result.stdout


def test_the_answers_are_recorded(program: Program) -> None:
    _one(program, *MINE)
    result = _review(program, "renege", "", "no time", "o", "over", "not yet")
    assert result.stderr == (
        f"{THEY_RELEASE}{OPEN}Why? › Type an answer, or ? for help. Ctrl-C: leave; nothing is recorded.\nWhy? › Which cause: overload, dependency, underestimated, need-changed, forgot, external, other? (Enter to skip) › "
        "“o” can mean overload or other.\n"
        "Which cause: overload, dependency, underestimated, need-changed, forgot, external, other? (Enter to skip) › "
        "When was Dana told: now, a date, or not yet? › Tell Dana: promisectl message 1 · Then: promisectl told 1\n"
    )
    record = _record(program)
    assert (record["reason"], record["cause"], record["told_at"], record["flags"]) == (
        "no time",
        "overload",
        None,
        ["untold"],
    )


@pytest.mark.parametrize(
    ("lines", "question", "opening"),
    [
        (
            [["renege", "1", "--reason", "no time", "--not-told"]],
            UNTOLD,
            "Hi Dana, I am sorry: I can't keep this promise.\n",
        ),
        (
            [["bump", "1", "the vendor slipped", "--unsaid"]],
            "leave, message, told, negotiate, bump, skip or quit? (Enter to skip) › ",
            "Hi Dana, an early warning: this is at risk.\n",
        ),
    ],
    ids=["untold", "unsaid"],
)
def test_the_words_to_send_are_printed_and_it_asks_again(
    program: Program, lines: list[list[str]], question: str, opening: str
) -> None:
    _one(program, *MINE)
    for words in lines:
        program.ok(*words)
    before = program.ledger.read_bytes()
    result = _review(program, "message", "m", "")
    assert result.stderr == question * 3
    assert (result.stdout.count(opening), result.code) == (2, 0)
    assert "Reviewed 1 of 1: 1 skipped.\n" in result.stdout
    assert program.ledger.read_bytes() == before
    assert program.ok("message", "1") in result.stdout
    assert "Reviewed 1 of 1: 1 changed.\n" in _review(program, "message", "told", "").stdout
    assert not {"unsaid", "untold"} & set(_record(program)["flags"])
    assert "message, " not in _review(program, "").stderr


def test_when_i_was_told_is_recorded(program: Program) -> None:
    program.ok(
        "make",
        "Fix the bike brake",
        "--from",
        "lee",
        "--by",
        "sun",
        "--said",
        "2026-11-09",
        "--backfill",
        "--agreed",
    )
    result = _review(program, "renege", "he is ill", "external", "tomorrow", "soon", "2026-11-12")
    assert "--told: Tue 24 Nov is in the future." in result.stderr
    assert result.stderr.count("When did Lee tell you: now, a date, or never? › ") == 3
    record = _record(program)
    assert (record["told_at"], record["notice"], record["cause"]) == (
        "2026-11-12T11:00:00Z",
        "before-due",
        "external",
    )


@pytest.mark.parametrize("typed", ["not yet", "Not yet"])
def test_not_yet_may_be_typed_in_any_case(program: Program, typed: str) -> None:
    _one(program, *MINE)
    _review(program, "renege", "no time", "", typed)
    assert _record(program)["flags"] == ["untold"]


def test_who_breaks_in_silence(program: Program) -> None:
    _one(program, *THEIRS)
    assert "Lee did not tell you" in _review(program, "renege", "nothing came", "", "never").stdout


def test_a_promise_to_myself_has_nobody_to_tell(program: Program) -> None:
    _one(program, *MYSELF)
    assert "told" not in _review(program, "renege", "too tired", "").stderr


def test_the_questions_at_the_yes_are_put(program: Program) -> None:
    _one(program, "--to", "dana", "--by", "wed", "--asked")
    result = _review(program, "a", "sick", "gym", "y")
    assert result.stderr.startswith(
        f"{THEY_WITHDRAW}{ASKED}#1: Dana asks you for “Send Q3 numbers” by Wed 25 Nov.\n"
        "Imagine it is Thu 26 Nov and this did not happen. Why? (Enter to skip) › What will you have to put off for this? (Enter to skip) › "
        "Your answer: yes, counter or no? › "
    )
    assert (_record(program)["risk"], _record(program)["no_to"]) == ("sick", "gym")


def test_what_was_foreseen_comes_back(program: Program) -> None:
    _one(program, *MINE, "--risk", "sick")
    assert "You foresaw: “sick”.\n" in _review(program, "bump", "slow").stderr


# What is refused


def test_new_terms_that_change_nothing_are_put_again(program: Program) -> None:
    for words in (["--to", "dana", "--by", "fri", "--asked"], MINE, MYSELF):
        _one(program, *words)
    result = _review(program, *["negotiate", "", "", "l"] * 3)
    for number in (1, 2, 3):
        assert f"That leaves the terms of #{number} as they are." in result.stderr
    assert result.stdout.endswith("Reviewed 3 of 3: 3 left as is.\n")


def test_a_date_that_cannot_be_used_is_asked_again(program: Program) -> None:
    _one(program, *MINE)
    result = _review(program, "negotiate", "soon", "yesterday", "thu", "", "vendor slipped")
    assert result.stderr.count("By when? (Enter keeps Fri 27 Nov) › ") == 3
    assert result.stdout.endswith("Reviewed 1 of 1: 1 changed.\n")


@pytest.mark.parametrize(
    ("moves", "typed"),
    [
        ([], ["negotiate", "thu", ""]),
        ([["complete", "1"]], ["decline"]),
        ([["complete", "1"]], ["reopen"]),
    ],
    ids=["negotiate", "decline", "reopen"],
)
def test_a_reason_that_is_needed_is_asked_for_until_it_is_said(
    program: Program, moves: list[list[str]], typed: list[str]
) -> None:
    _one(program, *MINE)
    for words in moves:
        program.ok(*words)
    result = _review(program, *typed, "", "now I say why")
    assert "no reason" not in result.stderr
    assert "--reason" not in result.stderr
    assert result.stdout.endswith("Reviewed 1 of 1: 1 changed.\n")


@pytest.mark.filterwarnings(FORKS)
def test_what_changed_meanwhile_is_refused_and_put_again(program: Program) -> None:
    _one(program, *MINE)
    with terminal("review") as child:
        child.expect(" › ")
        assert in_another("complete", "1", "--confirmed", "-q").returncode == 0
        child.sendline("complete")
        child.expect("#1 is already kept.")
        child.expect(" › ")
        child.sendline("")
        child.expect("Reviewed 1 of 1: 1 skipped.\r\n")
        child.expect(pexpect.EOF)
        assert child.wait() == 0
    assert _acts(program)[-1] == "complete"


@pytest.mark.filterwarnings(FORKS)
def test_what_was_settled_meanwhile_does_not_come_up(program: Program) -> None:
    _one(program, *MINE)
    _one(program, "--to", "lee", "--by", "sat", "--agreed")
    with terminal("review") as child:
        child.expect(" › ")
        assert in_another("complete", "2", "--confirmed", "-q").returncode == 0
        child.sendline("leave")
        child.expect(pexpect.EOF)
        assert child.wait() == 0
        assert "#2" not in child.before
        assert "Reviewed 1 of " in child.before
        assert "The rest waits" not in child.before


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize(
    "answers",
    [["accept"], ["decline", ""], ["negotiate", "", "Send half of them", "late"]],
    ids=lambda words: words[0],
)
def test_an_answer_is_to_the_terms_that_were_shown(program: Program, answers: list[str]) -> None:
    _one(program, *MINE)
    program.ok("negotiate", "1", "--by", "sat", "--theirs", "--reason", "x")
    with terminal("review") as child:
        child.expect(" › ")
        assert (
            in_another(
                "negotiate",
                "1",
                "--by",
                "today",
                "--what",
                "Send ten more things",
                "--theirs",
                "--reason",
                "y",
                "-q",
            ).returncode
            == 0
        )
        for answer in answers:
            child.sendline(answer)
            child.expect(" › ")
        assert (
            "Revision 2 of #1 was replaced" in child.before
            or "The terms of #1 have changed" in child.before
        )
        child.sendline("quit")
        child.expect(pexpect.EOF)
    assert _acts(program)[-1] == "negotiate"
    assert _record(program)["offer"]["outcome"] == "Send ten more things"


# Going back


def test_back_shows_the_promise_before_again(all_kinds: Program) -> None:
    result = _review(all_kinds, "l", "l", "back", "Back", "l", "s", *["l"] * 8)
    heads = [line.split()[0] for line in result.stdout.splitlines() if " of 10, " in line]
    assert heads == ["1", "2", "3", "2", "1", *[str(place) for place in range(2, 11)]][:14]
    assert "Type ?" not in result.stderr


def test_a_choice_that_is_made_again_counts_once(program: Program) -> None:
    _one(program, *MINE)
    _one(program, *THEIRS)
    result = _review(program, "leave", "back", "skip", "skip")
    assert result.stdout.endswith("Reviewed 2 of 2: 2 skipped.\n")
    result = _review(program, "bump", "slow", "back", "skip", "skip")
    assert result.stdout.endswith("Reviewed 2 of 2: 1 changed, 1 skipped.\n")


def test_what_is_settled_is_passed_over_going_back(program: Program) -> None:
    _one(program, *MYSELF)
    _one(program, *MYSELF)
    _one(program, *MYSELF)
    result = _review(program, "leave", "complete", "back", "complete", "q")
    heads = [line.split()[0] for line in result.stdout.splitlines() if " of 3, " in line]
    assert heads == ["1", "2", "3", "1", "3"]
    assert "skip or quit" in result.stderr.splitlines()[-1].rpartition("›")[0].rpartition("›")[2]


@pytest.mark.parametrize(
    "typed",
    [["renege"], ["renege", "ill"], ["renege", "ill", ""], ["negotiate", "thu"], ["bump"]],
    ids=" ".join,
)
def test_back_leaves_the_questions_of_a_move(program: Program, typed: list[str]) -> None:
    _one(program, *MINE)
    before = program.ledger.read_bytes()
    result = _review(program, *typed, "back", "leave")
    assert result.stdout.endswith("Reviewed 1 of 1: 1 left as is.\n")
    assert program.ledger.read_bytes() == before


def test_back_at_the_first_promise_is_not_an_answer(program: Program) -> None:
    _one(program, *MINE)
    result = _review(program, "back", "")
    assert "“back” is not an answer." in result.stderr


# Giving up


@pytest.mark.parametrize(
    "typed",
    [
        [],
        ["renege"],
        ["renege", "no time"],
        ["renege", "no time", ""],
        ["negotiate", "thu"],
        ["bump", ""],
    ],
)
def test_the_end_of_input_keeps_what_was_done(program: Program, typed: list[str]) -> None:
    _one(program, "--to", "dana", "--by", "thu", "--agreed")
    _one(program, *MINE)
    result = _review(program, "complete", *typed)
    assert result.code == 130
    assert result.stdout.endswith("Reviewed 1 of 2: 1 changed. The rest: promisectl review\n")
    assert _record(program, 1)["state"] == "delivered"
    assert _acts(program, 2) == ["offer", "accept"]


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("key", ["c", "d"])
@pytest.mark.parametrize("typed", [[], ["renege", "no time"]], ids=["choice", "cause"])
def test_a_key_that_gives_up_keeps_what_was_done(
    program: Program, key: str, typed: list[str]
) -> None:
    _one(program, "--to", "dana", "--by", "thu", "--agreed")
    _one(program, *MINE)
    with terminal("review") as child:
        for answer in ("complete", *typed):
            child.expect(" › ")
            child.sendline(answer)
        child.expect(" › ")
        child.sendcontrol(key)
        child.expect(pexpect.EOF)
        assert "\r\nReviewed 1 of 2: 1 changed. The rest: promisectl review\r\n" in child.before
        assert child.wait() == 130
        assert "Traceback" not in child.before
    assert _record(program, 1)["state"] == "delivered"
    assert _acts(program, 2) == ["offer", "accept"]


def _seen(out: str) -> str:
    return "".join(line.rstrip() + "\n" for line in out.splitlines())
