"""What could be typed next, asked as the scripts ask it."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promisectl import shells
from promisectl.commands import completion as command
from promisectl.commands import completion_candidates, completion_line
from promisectl.compiled import completion as declared
from promisectl.domain import lifecycle
from promisectl.domain.promise import Cause, State, Verb
from promisectl.env import Env
from promisectl.storage import ledger, queries
from tests.conftest import Program, remembered

MOVES = (
    "accept",
    "decline",
    "negotiate",
    "complete",
    "renege",
    "withdraw",
    "release",
    "reopen",
    "bump",
    "told",
    "note",
    "correct",
    "void",
)


def _asked(program: Program, *words: str, shell: str = "zsh") -> dict[str, str]:
    """What is offered in place of the last word, each with its meaning."""
    result = program("completion", shell, "--", *words)
    assert (result.code, result.stderr) == (0, "")
    lines = [line.split("\t") for line in result.stdout.splitlines()]
    assert all(len(line) == 2 for line in lines)
    assert len({line[0] for line in lines}) == len(lines)
    return {value: about for value, about in lines}  # noqa: C416 (a line is a list)


@pytest.fixture
@remembered
def full(program: Program) -> Program:
    """A ledger with a promise in every state there is, both ways."""
    for number, (outcome, *words) in enumerate(
        [
            ("Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed", "--tag", "work"),
            (
                "Review the contract",
                "--to",
                "dana",
                "--by",
                "wed",
                "--asked",
                "--tag",
                "work",
                "--tag",
                "legal",
            ),
            ("Fix the bike brake", "--from", "lee", "--by", "sat"),
            ("Offer the old desk", "--to", "kim"),
            ("Water the plants", "--to", "me", "--by", "tomorrow"),
            *((f"Do thing number {number}", "--to", "dana", "--agreed") for number in range(6, 14)),
            *(
                (f"Get thing number {number}", "--from", "lee", "--agreed")
                for number in range(14, 22)
            ),
            ("Carry the sofa", "--from", "dana", "--offered"),
        ],
        1,
    ):
        assert program.ok("make", outcome, *words, "-q") == f"{number}\n"
    for words in (
        ("complete", "6", "14"),
        ("complete", "7", "15", "--confirmed"),
        ("complete", "21", "--reported"),
        ("renege", "8", "--reason", "no", "--not-told"),
        ("renege", "9", "--reason", "no"),
        ("renege", "16", "--reason", "no", "--silent"),
        ("renege", "17", "--reason", "no"),
        ("negotiate", "10", "--by", "mon", "--reason", "late"),
        ("negotiate", "18", "--by", "mon", "--reason", "late"),
        ("negotiate", "19", "--by", "mon", "--reason", "late", "--theirs"),
        ("release", "11", "20"),
        ("void", "12", "--reason", "twice"),
    ):
        program.ok(*words)
    program.ok("make", "Lend the drill", "--to", "kim", "--asked", "-q")
    program.ok("decline", "23")
    program.ok("make", "Borrow a ladder", "--from", "kim", "-q")
    program.ok("withdraw", "24")
    states = {
        line.split("\t")[4] for line in program.ok("list", "--all", "--state", "void").splitlines()
    } | {line.split("\t")[4] for line in program.ok("list", "--all").splitlines()}
    assert states == {state.value for state in State}
    return program


# Commands and options


def test_commands_come_with_what_they_do(program: Program) -> None:
    found = _asked(program, "")
    assert list(found)[:7] == [
        "make",
        "jot",
        "negotiate",
        "accept",
        "decline",
        "complete",
        "renege",
    ]
    assert found["person"] == "One person: show, rename, alias, merge."
    assert _asked(program, "acc") == {"accept": "Say yes to proposed terms, or confirm a delivery."}
    assert list(_asked(program, "person", "")) == ["show", "rename", "alias", "unalias", "merge"]
    assert _asked(program, "person", "sh") == {
        "show": "Your promises with a person, and how they were kept."
    }
    assert (
        _asked(program, "nonsense", "")
        == _asked(program, "person", "nonsense", "")
        == _asked(program, "zzz")
        == {}
    )


def test_after_help_the_commands_are_completed(program: Program) -> None:
    commands = _asked(program, "")
    found = _asked(program, "help", "")
    assert found.pop("all") == "Every command and option."
    assert found == {name: about for name, about in commands.items() if name != "help"}
    assert _asked(program, "help", "person", "") == _asked(program, "person", "")
    assert _asked(program, "help", "make", "") == _asked(program, "help", "person", "x", "") == {}
    assert "--color" in _asked(program, "help", "--")


def test_the_options_of_a_command_are_those_not_given_yet(program: Program) -> None:
    assert list(_asked(program, "accept", "1", "--r")) == ["--rev", "--risk", "--rest"]
    assert list(_asked(program, "accept", "--risk", "rain", "1", "--r")) == ["--rev", "--rest"]
    assert list(_asked(program, "accept", "--risk=rain", "1", "--r")) == ["--rev", "--rest"]
    assert list(_asked(program, "make", "--to", "dana", "x", "--t")) == [
        "--to",
        "--tag",
        "--times",
        "--today",
    ]
    assert "--ledger" not in _asked(program, "--ledger", "x", "owe", "-")
    assert list(_asked(program, "owe", "-q", "--q")) == []
    assert "--quiet" not in _asked(program, "accept", "-q", "1", "--")
    assert list(_asked(program, "export", "-o")) == ["-o"]
    assert list(_asked(program, "--v")) == ["--version"]
    assert "--help" in _asked(program, "person", "show", "dana", "")
    assert list(_asked(program, "guide", "--no-such=", "")) == list(_asked(program, "guide", ""))


def test_names_and_tags_are_completed_in_any_spelling(program: Program) -> None:
    program.ok("make", "One", "--to", "Zoë", "--to", "Émile", "--to", "eva", "--tag", "Café")
    program.ok("make", "Two", "--to", "zuri", "--to", "İpek")
    assert list(_asked(program, "owe", "--with", "")) == [
        "émile",
        "eva",
        "i̇pek",
        "zoë",
        "zuri",
        "me",
    ]
    for typed, handle in {
        "zoe": "zoë",
        "ZO": "zoë",
        "em": "émile",
        "E\u0301m": "émile",
        "ip": "i̇pek",
    }.items():
        for words in (("owe", "--with"), ("make", "x", "--to"), ("person", "show")):
            assert list(_asked(program, *words, typed)) == [handle]
        assert list(_asked(program, "owe", f"--with={typed}")) == [f"--with={handle}"]
    assert list(_asked(program, "list", "--tag", "ca")) == ["Café"]
    assert list(_asked(program, "list", "--tag", "cafe")) == ["Café"]
    assert list(_asked(program, "correct", "1", "--with", "zu")) == ["zuri"]


def test_short_options_in_one_word_are_each_given(program: Program) -> None:
    left = _asked(program, "export", "-qofile.csv", "--")
    assert "--acts" in left
    assert {"--quiet", "--output"} & {*left} == set()


def test_an_option_without_more_to_name_is_offered_at_once(program: Program) -> None:
    assert "--exit-code" in _asked(program, "moves", "")
    assert "--to" in _asked(program, "make", "Call the bank", "")
    assert (
        _asked(program, "make", "")
        == _asked(program, "bump", "1", "")
        == _asked(program, "make", "x", "y")
        == {}
    )


def test_nothing_is_an_option_behind_two_dashes(full: Program) -> None:
    assert _asked(full, "accept", "--", "--r") == {}
    assert "2" in _asked(full, "accept", "--", "")
    assert _asked(full, "accept", "--", "2", "") == _asked(full, "accept", "2", "")


@pytest.mark.parametrize("name", declared.OPTIONS)
def test_the_kind_of_every_option_and_argument_is_known(name: str) -> None:
    """A metavar that nobody knows: put it into COMPLETERS or FREE_KINDS in commands/completion_candidates.py, or name its words as `choices` of its declaration."""
    known = {"", *completion_candidates.COMPLETERS, *completion_candidates.FREE_KINDS}
    unknown = [one[0] for one in declared.OPTIONS[name] if one[1] not in known and not one[4]]
    assert [
        *unknown,
        *(
            kind
            for kind, choices, _ in declared.ARGUMENTS.get(name, ())
            if kind not in known and not choices
        ),
    ] == []


# Values


def test_only_what_a_move_is_open_for_is_offered_and_all_of_it(full: Program) -> None:
    with ledger.open_snapshot(str(full.ledger)) as db:
        promises = [
            lifecycle.replay_acts(number, queries.load_promise_acts(db, number))
            for number in range(1, 25)
        ]
    for move in MOVES:
        may = {
            str(promise.id)
            for promise in promises
            if Verb(move) in lifecycle.list_open_verbs(promise)
        }
        assert may
        assert {*_asked(full, move, "")} == may, move


def test_a_promise_is_offered_with_its_text_and_person(full: Program) -> None:
    assert _asked(full, "accept", "14", "1") == {
        "10": "Do thing number 10 (Dana, no date)",
        "18": "Get thing number 18 (Lee, no date)",
        "19": "Get thing number 19 (Lee, no date)",
    }
    assert _asked(full, "accept", "2") == {
        "2": "Review the contract (Dana, Wed 25 Nov)",
        "21": "Get thing number 21 (Lee, no date)",
        "22": "Carry the sofa (Dana, no date)",
    }
    assert _asked(full, "complete", "5") == {"5": "Water the plants (Myself, Tue 24 Nov)"}
    assert _asked(full, "reopen", "7") == {"7": "Do thing number 7 (Dana, kept)"}


def test_open_promises_come_first_by_their_dates_and_then_the_newest_that_are_over(
    full: Program,
) -> None:
    found = list(_asked(full, "show", ""))
    assert found[:4] == ["5", "2", "1", "3"]
    assert found[-12:] == ["24", "23", "20", "17", "16", "15", "14", "12", "11", "9", "8", "7"]
    assert len(found) == 24
    for words in (
        ("log", ""),
        ("undo", "--promise", ""),
        ("make", "x", "--replaces", ""),
        ("check", ""),
    ):
        assert list(_asked(full, *words)) == found
    assert _asked(full, "log", "1", "") == _asked(full, "log", "1", "--", "")


def test_a_number_is_offered_once(full: Program) -> None:
    assert list(_asked(full, "withdraw", "3", "#4", "")) == [
        one for one in _asked(full, "withdraw", "") if one not in ("3", "4")
    ]
    assert _asked(full, "reopen", "6", "") == _asked(full, "reopen", "6", "1") | _asked(
        full, "reopen", "6", ""
    )


def test_a_long_ledger_offers_a_hundred(program: Program) -> None:
    for number in range(1, 112):
        program.ok("make", f"Send number {number}", "--to", "dana", "--asked", "-q")
    assert len(_asked(program, "accept", "")) == 100
    assert "111" in _asked(program, "accept", "11")


def test_people_are_offered_by_their_handles(full: Program) -> None:
    full.ok("person", "rename", "dana", "dana-kim", "--name", "Dana Kim")
    assert _asked(full, "make", "x", "--to", "") == {
        "dana-kim": "Dana Kim",
        "kim": "Kim",
        "lee": "Lee",
        "me": "Yourself",
    }
    assert list(_asked(full, "make", "x", "--to", "lee", "--to", "")) == ["dana-kim", "kim", "me"]
    assert _asked(full, "owe", "--with=da") == {"--with=dana-kim": "Dana Kim"}
    assert list(_asked(full, "person", "merge", "kim", "")) == ["dana-kim", "lee"]
    assert (
        _asked(full, "person", "alias", "kim", "")
        == _asked(full, "person", "rename", "kim", "")
        == {}
    )
    full.ok("person", "merge", "kim", "lee")
    assert list(_asked(full, "person", "show", "")) == ["dana-kim", "lee"]


def test_tags_come_with_how_often_they_are_used(full: Program) -> None:
    assert _asked(full, "list", "--tag", "") == {"work": "2 promises", "legal": "1 promise"}
    assert list(_asked(full, "make", "x", "--tag", "work", "--tag", "")) == ["legal"]


def test_where_tags_are_taken_off_those_of_the_promise_are_offered(full: Program) -> None:
    env = Env({"PROMISECTL_LEDGER": str(full.ledger)}, (sys.stdin, sys.stdout, sys.stderr))
    line = completion_line.TypedLine([])
    line.command, line.arguments = "untag", ["#1"]
    assert list(
        completion_candidates.COMPLETERS["TAG"](env, line, completion_line.WordSlot("TAG"))
    ) == [("work", "1 promise")]


def test_fixed_words_are_those_that_are_checked(program: Program) -> None:
    assert list(_asked(program, "list", "--state", "")) == [state.value for state in State]
    assert list(_asked(program, "list", "--state", "kept", "--state=re")) == [
        "--state=reneged",
        "--state=released",
    ]
    assert list(_asked(program, "renege", "1", "--cause", "")) == [cause.value for cause in Cause]
    assert (
        list(_asked(program, "--color", ""))
        == list(_asked(program, "owe", "--color", ""))
        == ["auto", "always", "never"]
    )
    assert list(_asked(program, "completion", "")) == list(shells.SHELLS)
    assert _asked(program, "guide", "da") == {"dates": "how to write a date, and what is refused"}
    assert _asked(program, "check", "--ignore", "L08") != {}
    for words in (
        ("list", "--sort"),
        ("people", "--sort"),
        ("export", "--format"),
        ("export", "--newline"),
        ("list", "--state"),
    ):
        for word in _asked(program, *words, ""):
            assert program(*words, word).code == 0


def test_dates_come_with_the_day_that_they_mean(program: Program) -> None:
    ahead, behind = (
        _asked(program, "make", "x", "--by", ""),
        _asked(program, "told", "1", "--on", ""),
    )
    assert (ahead["fri"], behind["fri"]) == ("Fri 27 Nov 2026", "Fri 20 Nov 2026")
    assert list(ahead) == [
        "today",
        "tomorrow",
        "tue",
        "wed",
        "thu",
        "fri",
        "sat",
        "sun",
        "mon",
        *("in 3 days", "+2w", "+4w", "in 2 hours", "eow", "end of next week", "tonight", "eod"),
        *("tomorrow morning", "tomorrow evening"),
    ]
    assert list(behind) == [
        *("today", "yesterday", "sun", "sat", "fri", "thu", "wed", "tue", "mon"),
        *("3 days ago", "2 weeks ago", "2 hours ago", "this morning", "yesterday evening"),
    ]
    assert _asked(program, "complete", "1", "--on", "") == {
        "due": "the due date of each promise",
        **behind,
    }
    assert (ahead["tonight"], ahead["eow"]) == ("Mon 23 Nov 2026, 20:00", "Sun 29 Nov 2026")
    late = _asked(program, "--today", "2026-11-23T21:00", "make", "x", "--by", "t")
    assert list(late) == ["today", "tomorrow", "tue", "thu", "tomorrow morning", "tomorrow evening"]
    early = _asked(program, "--today", "2026-11-23T08:00", "told", "1", "--on", "th")
    assert list(early) == ["thu"]
    assert _asked(program, "--today", "2026-12-24", "make", "x", "--by", "tod") == {
        "today": "Thu 24 Dec 2026"
    }
    for name, options in declared.OPTIONS.items():
        for (option, *_), kind, _, _, choices in options:
            if kind == "WHEN" and not choices:
                is_ahead = (name, option) == ("make", "--until")  # the end of a series
                back = "yesterday" in _asked(program, *name.split(), option, "")
                past = ("--on", "--said", "--told", "--as-of", "--since", "--until")
                assert back == (option in past and not is_ahead)


def test_files_are_left_to_the_shell(program: Program) -> None:
    asks_for_files = {"": "FILE"}
    assert (
        _asked(program, "export", "-o", "")
        == _asked(program, "export", "--output", "x")
        == asks_for_files
    )
    assert (
        _asked(program, "export", "--output=x") == _asked(program, "--ledger", "") == asks_for_files
    )


def test_texts_are_nobodys_to_guess(full: Program) -> None:
    for words in (
        ("decline", "2", "--reason"),
        ("list", "--limit"),
        ("--today",),
        ("accept", "--rev"),
    ):
        assert _asked(full, *words, "") == {}
    assert _asked(full, "owe", "--json=") == _asked(full, "owe", "--nothing=") == {}


# The world


def test_the_ledger_is_the_one_of_the_line(
    full: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "an other.db"
    full.ok("--ledger", str(other), "make", "Play the bass", "--to", "ann", "--asked")
    only = {"1": "Play the bass (Ann, no date)"}
    monkeypatch.setenv("PLACE", str(tmp_path))
    assert _asked(full, "--ledger", str(other), "accept", "") == only
    assert (
        _asked(full, "accept", "--ledger", str(other), "")
        == _asked(full, f"--ledger={other}", "accept", "")
        == only
    )
    assert (
        _asked(full, "--ledger", "$PLACE/an other.db", "accept", "")
        == _asked(full, "--ledger", "~/an other.db", "accept", "")
        == only
    )
    assert _asked(full, "--ledger", '~/"an other".db', "accept", "", shell="bash") == only
    assert _asked(full, "--ledger", "~/an\\ other.db", "accept", "", shell="bash") == only
    assert (
        full.ok("--ledger", str(other), "completion", "zsh", "--", "accept", "")
        == "1\tPlay the bass (Ann, no date)\n"
    )


def test_nothing_is_founded_and_nothing_written(full: Program, tmp_path: Path) -> None:
    before = hashlib.sha256(full.ledger.read_bytes()).hexdigest()
    _asked(full, "accept", "")
    assert hashlib.sha256(full.ledger.read_bytes()).hexdigest() == before
    assert _asked(full, "--ledger", str(tmp_path / "none.db"), "accept", "") == {}
    assert sorted(one.name for one in full.ledger.parent.iterdir()) == ["ledger.db"]
    assert not (tmp_path / "none.db").exists()


@pytest.mark.parametrize("content", [b"", b"no ledger", b"SQLite format 3\0" + b"x" * 5_000])
def test_a_damaged_ledger_offers_nothing_and_says_nothing(program: Program, content: bytes) -> None:
    program.ledger.parent.mkdir(parents=True)
    program.ledger.write_bytes(content)
    assert (
        _asked(program, "accept", "")
        == _asked(program, "make", "x", "--tag", "")
        == _asked(program, "person", "show", "")
        == {}
    )
    assert "accept" in _asked(program, "acc")


def test_a_ledger_with_a_hole_in_it_offers_what_can_be_read_or_nothing(full: Program) -> None:
    content = bytearray(full.ledger.read_bytes())
    content[8_192:] = b"\xff" * (len(content) - 8_192)
    full.ledger.write_bytes(content)
    for words in (("accept", ""), ("show", ""), ("make", "x", "--to", ""), ("list", "--tag", "")):
        _asked(full, *words)


def test_nobody_is_waited_for(full: Program) -> None:
    writer = sqlite3.connect(full.ledger, isolation_level=None)
    writer.execute("BEGIN EXCLUSIVE")
    begun = time.monotonic()
    assert _asked(full, "accept", "") == {}
    assert time.monotonic() - begun < 5
    writer.execute("ROLLBACK")
    writer.close()
    assert "2" in _asked(full, "accept", "")


@pytest.mark.parametrize("wrong", [("TZ", "Nowhere/Land"), ("PROMISECTL_TODAY", "someday")])
def test_whatever_else_is_wrong_is_not_said_at_a_tab(
    full: Program, monkeypatch: pytest.MonkeyPatch, wrong: tuple[str, str]
) -> None:
    monkeypatch.setenv(*wrong)
    assert _asked(full, "accept", "") == {}


def test_neither_a_broken_config_nor_a_wrong_option_is_said_at_a_tab(full: Program) -> None:
    config = full.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text("no [toml", encoding="utf-8")
    assert "2" in _asked(full, "accept", "")
    assert "accept" in _asked(full, "")
    assert _asked(full, "nonsense", "") == {}
    assert _asked(full, "--today", "someday", "accept", "") == {}
    assert "2" in _asked(full, "--color", "sometimes", "accept", "")


def test_a_word_that_is_no_text_is_completed_to_nothing(program: Program) -> None:
    assert _asked(program, "make", "\udcff") == _asked(program, "\udcff", "") == {}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.sampled_from(["accept", "person", "show", "make", "--to", "--by=", "--state=", "-q", "-", "--", "'", '"', "\\", "2", "dana", "--ledger", "x", "", "#", "\t"]), min_size=1, max_size=6), shell=st.sampled_from(["bash", "zsh", "fish"]))  # fmt: skip
def test_no_line_is_too_strange(full: Program, words: list[str], shell: str) -> None:
    _asked(full, *words, shell=shell)


# Safety


def test_no_text_can_make_a_line_of_its_own_or_steer_the_terminal(program: Program) -> None:
    program.ok(
        "make",
        "One\ttwo\nthree\x1b[2J\u202e four",
        "--to",
        "dana",
        "--asked",
        "--tag",
        "a\x1b[2Jb",
        "--tag",
        "good",
    )
    assert _asked(program, "accept", "") == {
        "1": "One\\ttwo\\nthree\\x1b[2J\\u202e four (Dana, no date)"
    }
    assert list(_asked(program, "list", "--tag", "")) == ["good"]


def test_a_long_text_is_shortened_before_the_person_and_the_day(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok("make", "書類を送る" * 20, "--to", "dana", "--by", "fri", "--asked")
    program.ok("make", "Send it " * 20, "--to", "dana", "--by", "fri", "--asked")
    monkeypatch.setenv("COLUMNS", "50")
    assert _asked(program, "accept", "") == {
        "1": "書類を送る書類を送る書… (Dana, Fri 27 Nov)",
        "2": "Send it Send it Send i… (Dana, Fri 27 Nov)",
    }


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("plain", "plain"),
        ("'a b'", "a b"),
        ('"a b', "a b"),
        ("a\\ b", "a b"),
        ("it\\'s", "it's"),
        ('"a\\"b\\n"', 'a"b\\n'),
        ("'a\\'", "a\\"),
        ('--by="next f', "--by=next f"),
        ("$(touch x)`y`", "$(touch x)`y`"),
        ("end\\", "end\\"),
    ],
)
def test_the_quotes_of_bash_are_read_and_nothing_is_expanded(word: str, meant: str) -> None:
    assert completion_line.unquote_bash_word(word) == meant


# Commands of somebody's own


def test_what_an_alias_stands_for_is_completed() -> None:
    own = {
        "late": "list --overdue --sort",
        "yes": "accept --note 'a word'",
        "list": "owed",
        "loop": "loop",
    }
    assert completion_line.TypedLine(["late"], lambda: own).awaiting is not None
    yes = completion_line.TypedLine(["yes", "2"], lambda: own)
    assert (yes.command, yes.arguments, yes.values) == ("accept", ["2"], {"--note": ["a word"]})
    assert completion_line.TypedLine(["list"], lambda: own).command == "list"
    assert not completion_line.TypedLine(["loop"], lambda: own).next_commands
    env = Env({"TZ": "UTC"}, (sys.stdin, sys.stdout, sys.stderr))
    found = dict(
        completion_candidates.iter_candidates(env, completion_line.TypedLine([], lambda: own), "l")
    )
    assert {"late": "list --overdue --sort", "loop": "loop"}.items() <= found.items()
    assert found["list"] == "Promises, open or all, filtered."


def test_no_alias_is_known_where_there_is_no_config(program: Program) -> None:
    assert (
        command.list_config_aliases(
            Env({"HOME": str(program.home)}, (sys.stdin, sys.stdout, sys.stderr))
        )
        == {}
    )


# The script


@pytest.mark.parametrize("shell", shells.SHELLS)
def test_the_script_is_printed_with_where_to_put_it(program: Program, shell: str) -> None:
    piped, seen = program("completion", shell), program("completion", shell, width=80)
    assert (piped.stdout, piped.stderr) == (shells.read_completion_script(shell), "")
    assert "promisectl completion" in piped.stdout.split("\n\n")[0]
    assert shells.SCRIPT_LOCATIONS[shell] in seen.stderr.replace("\n", " ")


def test_another_shell_is_refused(program: Program) -> None:
    assert program("completion", "tcsh").code == 2
    assert program("completion").code == 2


def test_it_is_quick_because_typer_is_not_asked(full: Program) -> None:
    code = (
        "import sys\nfrom promisectl.cli.main import run_command_line\nrun_command_line(['completion', 'bash', '--', 'accept', ''])\n"
        "print([name for name in ('typer', 'pydantic', 'rich', 'sqlmodel', 'dateutil', 'json') if name in sys.modules])\n"
    )
    bare = {
        name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")
    }  # it would import more
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=bare
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert full.ledger.exists()


def test_a_day_is_that_of_the_zone_in_the_config(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TZ")
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('zone = "Pacific/Kiritimati"\n', encoding="utf-8")
    now = ("--today", "2026-11-23T23:00+01:00")
    shown = program.ok("completion", "zsh", "--", *now, "owe", "--due-before", "today")
    assert "Tue 24 Nov 2026" in shown
