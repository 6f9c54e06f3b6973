"""The terms of a promise in an editor: what is opened, what a change becomes, and that nothing that was typed is lost."""

import json
import os
import re
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.domain import dates
from promisectl.domain.promise import Terms
from promisectl.rendering import terms_form
from promisectl.system.text import escape_line, unescape_line
from tests.cli.terminal import ended, in_another, terminal
from tests.conftest import MONDAY, Program, Result, remembered

FORKS = "ignore:This process .* is multi-threaded:DeprecationWarning"
WHICH = "Correct a typo, or negotiate (you propose a change)? (Enter for neither) › "
AGAIN = "Edit again? yes or no (Enter for yes) › "
UNCHANGED = "Nothing was changed in #1.\n"
HELP = """#
# Edit the text after the colons, save, and close the editor. Dates can be typed
# in words: fri, 28 nov, fri 17:00. In a text, \\n is a line break, and \\\\ is a
# backslash. To remove a value, delete the text after its colon. A line that you
# delete keeps its value. An empty file changes nothing.

"""
EDITOR = """
import json, os, stat, sys
path, place = sys.argv[-1], os.path.dirname(__file__)
seen = open(path, encoding="utf-8").read()
with open(os.path.join(place, "seen"), "a") as file:
    modes = [oct(stat.S_IMODE(os.stat(one).st_mode)) for one in (path, os.path.dirname(path))]
    json.dump([seen, path, modes, sys.argv[1:-1]], file)
    file.write("\\n")
with open(os.path.join(place, "typed")) as file:
    first, *rest = json.load(file)
if rest:
    json.dump([*rest], open(os.path.join(place, "typed"), "w"))
if isinstance(first, str):
    open(path, "wb").write(first.encode("utf-8", "surrogateescape"))
else:
    lines = seen.split("\\n")
    for name, value in first.items():
        lines = [f"{name}: {value}" if line.startswith(f"{name}:") else line for line in lines]
    open(path, "w", encoding="utf-8").write("\\n".join(lines))
"""


class Desk:
    """An editor that types by itself, one thing each time it is opened, and remembers what it was shown."""

    def __init__(self, place: Path, patch: pytest.MonkeyPatch) -> None:
        self._place = place
        self._patch = patch
        place.mkdir()
        (place / "editor.py").write_text(EDITOR)

    def types(self, *typed: str | dict[str, str], options: str = "") -> None:
        """What it types: a whole file, or new values by their fields."""
        (self._place / "typed").write_text(json.dumps(typed))
        self._patch.setenv("EDITOR", f'"{sys.executable}" "{self._place / "editor.py"}" {options}')

    @property
    def seen(self) -> list[list[Any]]:
        """Text, path, modes and options, each time it was opened."""
        file = self._place / "seen"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    @property
    def shown(self) -> str:
        """What it was shown last."""
        return str(self.seen[-1][0])


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A desk with a temporary directory of its own, and no other editor around."""
    kept = tmp_path / "tmp"
    kept.mkdir(exist_ok=True)
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("TMPDIR", str(kept))
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    yield Desk(tmp_path / "desk", monkeypatch)
    monkeypatch.setattr("tempfile.tempdir", None)


@pytest.fixture
@remembered
def promised(program: Program) -> Program:
    program.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "fri", "--agreed")
    return program


def _kept(program: Program) -> list[str]:
    """What lies in the temporary directory, by its text."""
    return [file.read_text(errors="replace") for file in (program.home / "tmp").rglob("edit.txt")]


def _record(program: Program, number: int = 1) -> dict[str, Any]:
    [record] = json.loads(program.ok("show", str(number), "--json"))
    return dict(record)


def _refused(result: Result, code: int, says: str) -> None:
    assert (result.stdout, result.code) == ("", code)
    assert says in result.stderr


# What is opened


def test_the_sheet_of_a_correction(promised: Program, desk: Desk) -> None:
    desk.types({})
    assert promised("edit", "1", "--correct") == (UNCHANGED, "", 0)
    assert desk.shown == (
        "# #1 active, to Dana: rev 1, agreed.\n"
        "# You correct a typo: this stays rev 1 and does not count as a change.\n"
        f"{HELP}outcome: Send Q3 numbers\nby: 2026-11-27\ndone-when:\nwhy:\nreply-by:\n"
    )


def test_it_is_for_me_alone_and_gone_afterwards(promised: Program, desk: Desk) -> None:
    desk.types({"outcome": "Send Q4 numbers"})
    promised.ok("edit", "1", "--correct")
    [[_, path, modes, _]] = desk.seen
    assert modes == ["0o600", "0o700"]
    assert path.endswith(".txt")
    assert list((promised.home / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    ("make", "option", "head"),
    [
        (["--to", "dana", "--asked"], "--negotiate", ["to Dana: rev 1, Dana's, not agreed yet.", "You propose other terms: this becomes rev 2, and Dana has to answer."]),
        (["--to", "dana", "--asked"], "--theirs", ["to Dana: rev 1, Dana's, not agreed yet.", "Dana proposes other terms: this becomes rev 2, and you have to answer."]),
        (["--to", "dana"], "--theirs", ["to Dana: rev 1, yours, not agreed yet.", "Dana proposes other terms: this becomes rev 2, and you have to answer."]),
        (["--to", "dana"], "--mine", ["to Dana: rev 1, yours, not agreed yet.", "You propose other terms: this becomes rev 2, and Dana has to answer."]),
        (["--from", "dana", "--agreed"], "--reason=x", ["from Dana: rev 1, agreed.", "You propose other terms: this becomes rev 2, and Dana has to answer."]),
        (["--to", "me"], "--reason=x", ["to yourself: rev 1, agreed.", "You change the terms: this becomes rev 2 and holds at once."]),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value) if value[0].startswith("--") else "head",
)  # fmt: skip
def test_its_head_says_who_speaks(
    program: Program, desk: Desk, make: list[str], option: str, head: list[str]
) -> None:
    program.ok("make", "Send Q3 numbers", *make)
    desk.types({})
    program.ok("edit", "1", option)
    first, second = desk.shown.splitlines()[:2]
    assert [first.partition(", ")[2], second.removeprefix("# ")] == head


def test_the_revision_that_it_announces_is_the_one_that_it_becomes(
    program: Program, desk: Desk
) -> None:
    (program.home / "file.csv").write_text(
        "direction,person,outcome,revision,revisions\nowe,dana,Send Q3 numbers,3,3\n"
    )
    program.ok("import", str(program.home / "file.csv"))
    desk.types({"outcome": "Send Q4 numbers"})
    said = program.ok("edit", "1", "--reason", "the year is over")
    assert "rev 3, agreed." in desk.shown
    assert "this becomes rev 4, and Dana has to answer" in desk.shown
    assert said.startswith("#1 active: you proposed a change (rev 4): ")
    record = _record(program)
    assert (record["revision"], record["revisions"], record["offer"]["revision"]) == (3, 4, 4)


def test_with_new_terms_on_the_table_each_move_opens_its_own(promised: Program, desk: Desk) -> None:
    promised.ok("negotiate", "1", "--by", "fri next week", "--reason", "slipped", "--theirs")
    desk.types({})
    promised.ok("edit", "1", "--correct")
    assert "rev 1, agreed" in desk.shown
    assert "by: 2026-11-27\n" in desk.shown
    promised.ok("edit", "1", "--reason", "still slipping")
    assert "rev 2, Dana's, not agreed yet" in desk.shown
    assert "by: 2026-12-04\n" in desk.shown


def test_dates_stand_with_their_zone_where_it_is_another(
    program: Program, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.ok(
        "make",
        "Send Q3 numbers",
        "--to",
        "dana",
        "--by",
        "fri 17:00 America/New_York",
        "--reply-by",
        "wed",
    )
    desk.types({"why": "the board"})
    program.ok("edit", "1", "--correct")
    assert "by: 2026-11-27T17:00 America/New_York\n" in desk.shown
    assert "reply-by: 2026-11-25\n" in desk.shown
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    program.ok("edit", "1", "--correct")
    assert "reply-by: 2026-11-25 Europe/Berlin\n" in desk.shown
    program.ok("edit", "1", "--mine")
    assert "reply-by:\n" in desk.shown, "new terms begin without"


# What a change becomes


def test_a_typo_is_put_right(promised: Program, desk: Desk) -> None:
    desk.types({"outcome": "Send Q4 numbers", "done-when": "she has\\nthe file"})
    assert promised.ok("edit", "1", "--correct") == (
        "#1 active: you corrected the terms: “Send Q4 numbers” (was “Send Q3 numbers”), done when “she has\\nthe file”.\n"
    )
    record = _record(promised)
    assert (record["revisions"], record["done_when"], record["acts"][-1]["act"]) == (
        1,
        "she has\nthe file",
        "correct",
    )


def test_a_proposal_can_be_unsaid(promised: Program, desk: Desk) -> None:
    desk.types({"by": "mon in 2 weeks"})
    told = promised("edit", "1", "--reason", "slipped", "--unsaid")
    assert told.stdout.endswith(" Until Dana says yes, Fri 27 Nov holds. Not said yet.\n")
    assert "promisectl told 1\n" in told.stderr
    assert (_record(promised)["acts"][-1]["unsaid"], told.code) == (True, 0)
    assert "unsaid" in _record(promised)["flags"]


def test_unsaid_means_that_the_terms_are_mine(promised: Program, desk: Desk) -> None:
    promised.ok("make", "Lend the drill", "--to", "lee", "--by", "fri")
    desk.types({"by": "sat"})
    assert "you changed your offer (rev 2)" in promised.ok("edit", "2", "--unsaid")
    for option in ("--theirs", "--correct"):
        refused = promised("edit", "2", "--unsaid", option)
        assert (refused.code, "--unsaid" in refused.stderr) == (2, True)
    promised.ok("make", "Run", "--to", "me")
    refused = promised("edit", "3", "--unsaid")
    assert (refused.code, refused.stderr) == (
        2,
        "promisectl: A promise to yourself has no other side. Leave out --unsaid.\n",
    )


def test_other_terms_are_put_on_the_table(promised: Program, desk: Desk) -> None:
    desk.types({"by": "mon in 2 weeks"})
    assert promised("edit", "1", "--reason", "slipped") == (
        (
            "#1 active: you proposed a change (rev 2) of “Send Q3 numbers”: by Mon 7 Dec (was Fri 27 Nov). "
            "Until Dana says yes, Fri 27 Nov holds.\n"
        ),
        "Not said yet? promisectl message 1 · When Dana says yes: promisectl accept 1\n",
        0,
    )
    assert _record(promised)["acts"][-1]["text"] == "slipped"


def test_a_reply_by_can_be_corrected_and_everything_taken_away(
    program: Program, desk: Desk
) -> None:
    program.ok(
        "make",
        "Feed it",
        "--to",
        "dana",
        "--by",
        "fri",
        "--done-when",
        "fed",
        "--why",
        "cat",
        "--reply-by",
        "wed",
    )
    desk.types(dict.fromkeys(("by", "done-when", "why", "reply-by"), ""))
    program.ok("edit", "1", "--correct")
    record = _record(program)
    assert [record[name] for name in ("outcome", "due", "done_when", "why", "reply_by")] == [
        "Feed it",
        None,
        None,
        None,
        None,
    ]


def test_what_was_edited_is_one_command_to_undo(promised: Program, desk: Desk) -> None:
    desk.types({"outcome": "Send Q4 numbers", "by": ""})
    promised.ok("edit", "1", "--correct", "-q")
    assert promised.ok("undo") == "#1 active again: `correct` of “Send Q3 numbers” was undone.\n"
    assert _record(promised)["due"] == "2026-11-27"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "\n\n",
        "# nothing\n",
        "outcome: Send Q3 numbers\n",
        "\ufeffOutcome :  Send Q3 numbers \t\r\nby:2026-11-27\r\n",
    ],
)
@pytest.mark.parametrize("option", ["--correct", "--reason=x"])
def test_nothing_changed_is_nothing_recorded(
    promised: Program, desk: Desk, typed: str, option: str
) -> None:
    before = promised.ledger.read_bytes()
    desk.types(typed)
    assert promised("edit", "1", option) == (UNCHANGED, "", 0)
    assert promised("edit", "1", option, "--json") == ("[]\n", "", 0)
    assert promised("edit", "1", option, "-q") == ("", "", 0)
    assert promised.ledger.read_bytes() == before
    assert _kept(promised) == []


def test_the_same_in_other_words_is_nothing_changed(promised: Program, desk: Desk) -> None:
    desk.types({"by": "fri", "outcome": "\\x53end Q3 numbers"})
    assert promised("edit", "1", "--correct") == (UNCHANGED, "", 0)


def test_a_date_that_was_not_touched_stays_though_it_is_over_or_has_two_readings(
    program: Program, desk: Desk
) -> None:
    program.ok(
        "make",
        "Wind the clock",
        "--to",
        "me",
        "--by",
        "2026-10-25T02:30+01:00",
        "--said",
        "2026-10-20",
        "--backfill",
    )
    due = _record(program)["due_at"]
    desk.types({"outcome": "Wind the clocks"})
    program.ok("edit", "1", "--correct")
    assert "by: 2026-10-25T02:30\n" in desk.shown
    assert (_record(program)["due_at"], _record(program)["outcome"]) == (due, "Wind the clocks")


def test_a_date_may_have_passed_if_that_is_said(promised: Program, desk: Desk) -> None:
    desk.types({"by": "2026-11-20"})
    _refused(promised("edit", "1", "--correct"), 2, "Line 10: --by: Fri 20 Nov has passed.")
    promised.ok("edit", "1", "--correct", "--backfill")
    assert _record(promised)["due"] == "2026-11-20"


def test_a_promise_that_is_over_can_be_corrected_and_is_not_asked_about(
    promised: Program, desk: Desk
) -> None:
    promised.ok("complete", "1", "--confirmed")
    desk.types({"outcome": "Send Q4 numbers"})
    result = promised("edit", "1", answers="")
    assert (result.stdout, result.stderr, result.code) == (
        "#1 kept: you corrected the terms: “Send Q4 numbers” (was “Send Q3 numbers”).\n",
        "",
        0,
    )


# What is refused


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["7"], 3, "There is no promise #7; the newest is #3."),
        (["seven"], 2, "“seven” is not the ID of a promise."),
        (["1"], 2, "Do you want to fix a typo, or to propose other terms? promisectl edit 1 --correct · promisectl edit 1 --negotiate"),
        (["1", "--negotiate"], 2, "negotiate needs a reason: add --reason “…”."),
        (["1", "--theirs"], 2, "negotiate needs a reason: add --reason “…”."),
        (["1", "--correct", "--reason", "x"], 2, "--correct and --reason can't be combined."),
        (["1", "--correct", "--theirs"], 2, "--correct and --theirs can't be combined."),
        (["1", "--correct", "--negotiate"], 2, "--correct and --negotiate can't be combined."),
        (["1", "--mine", "--theirs"], 2, "--mine and --theirs can't be combined."),
        (["1", "--reason", " "], 2, "The reason is empty."),
        (["2", "--reason", "x"], 4, "#2 is reported as done, so its terms can't change any more."),
        (["3"], 4, "#3 is void, so it can't be edited. No move is possible any more."),
        (["3", "--correct"], 4, "#3 is void, so it can't be corrected."),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_before_anything_is_typed(
    promised: Program, desk: Desk, words: list[str], code: int, says: str
) -> None:
    promised.ok("make", "Done already", "--to", "dana", "--agreed")
    promised.ok("complete", "2")
    promised.ok("make", "By mistake", "--to", "dana")
    promised.ok("void", "3", "--reason", "twice")
    desk.types({"outcome": "Something else"})
    _refused(promised("edit", *words), code, says)
    assert desk.seen == []


def test_there_is_nothing_to_edit_without_a_ledger(program: Program, desk: Desk) -> None:
    desk.types({})
    _refused(program("edit", "1"), 3, "There is no promise #1.")
    assert not program.ledger.exists()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("outcome: a\nwhen: fri\n", "Line 2: “when: fri” is not a field of the terms. The fields are outcome, by, done-when, why and reply-by, each with a colon."),
        ("outcome: a line that was torn\n#in two\n", "Line 2: “#in two” is not a field of the terms."),
        (f"outcome: a\n{'x' * 50}\n", f"Line 2: “{'x' * 40}…” is not a field of the terms."),
        ("why: a\n\nWhy: b\n", "Line 3: “why” is there twice. Keep one of the lines."),
        ("outcome:\n", "Line 1: the outcome is empty. Type at least one word."),
        ("outcome: \\x20\n", "Line 1: the outcome is empty. Type at least one word."),
        ("by: 31 feb\n", "Line 1: can't read “31 feb” as a date (there is no such day)."),
        ("# head\nreply-by: 11/12\n", "Line 2: “11/12” can mean"),
        ("why: C:\\data\n", "Line 1: “\\d” has no meaning. Type a backslash as \\\\."),
        ("why: \\ud800\n", "Line 1: “\\ud800” has no meaning."),
        ("why: \\U00110000\n", "Line 1: “\\U00110000” has no meaning."),
        ("why: end\\\n", "Line 1: “\\” has no meaning."),
        (f"outcome: {'x' * 1001}\n", "Line 1: the outcome has 1,001 characters; 1,000 are allowed."),
        ("why: a\\x00b\n", "Line 1: "),
        ("why: gr\udcfcn\n", "left a file that is not UTF-8, so nothing was changed."),
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_named_and_what_was_typed_is_kept(
    promised: Program, desk: Desk, typed: str, says: str
) -> None:
    before = promised.ledger.read_bytes()
    desk.types(typed)
    result = promised("edit", "1", "--correct")
    _refused(result, 2, says)
    path = Path(re.findall(r"What you typed is kept: (\S+edit\.txt)", result.stderr)[0])
    assert path.read_bytes() == typed.encode("utf-8", "surrogateescape")
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert promised.ledger.read_bytes() == before


def test_an_error_is_one_object_where_records_are_asked_for(promised: Program, desk: Desk) -> None:
    desk.types({"by": "blah"})
    error = json.loads(promised("edit", "1", "--correct", "--json").stderr)["error"]
    assert (error["code"], error["exit"]) == ("usage", 2)
    assert error["message"].startswith("Line 10: can't read “blah” as a date.")
    assert len(_kept(promised)) == 1


def test_a_move_answers_as_moves_do(promised: Program, desk: Desk) -> None:
    desk.types({"outcome": "Send Q4 numbers"}, {"outcome": "Send Q5 numbers"})
    assert promised.ok("edit", "1", "--correct", "-q") == "1\n"
    assert (
        json.loads(promised.ok("edit", "1", "--correct", "--json"))["outcome"] == "Send Q5 numbers"
    )


# The editor


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("false", "ended with exit code 1"),
        ("no-such-editor", "can't be started (No such file or directory)"),
        ("vi 'unclosed", "can't be started (no closing quotation)"),
        ("rm", "left a file that can't be read (No such file or directory)"),
    ],
)
@pytest.mark.usefixtures("desk")
def test_an_editor_that_fails_changes_nothing(
    promised: Program, monkeypatch: pytest.MonkeyPatch, command: str, why: str
) -> None:
    before = promised.ledger.read_bytes()
    monkeypatch.setenv("EDITOR", command)
    name = command if "'" in command else command.split(maxsplit=1)[0]
    expected = f"promisectl: The editor ({name}) {why}, so nothing was changed. Set another one with VISUAL, or else EDITOR.\n"
    assert promised("edit", "1", "--correct") == ("", expected, 2)
    assert promised.ledger.read_bytes() == before
    assert list((promised.home / "tmp").iterdir()) == []


@pytest.mark.usefixtures("desk")
def test_what_was_typed_into_an_editor_that_fails_is_kept(
    promised: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", "sh -c 'echo why: long thought over > \"$1\"; exit 3' editor")
    result = promised("edit", "1", "--correct")
    _refused(result, 2, "The editor (sh) ended with exit code 3, so nothing was changed.")
    assert _kept(promised) == ["why: long thought over\n"]


def test_the_editor_is_visual_or_editor_with_its_options(
    promised: Program, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.types({}, options="--wait 'two words'")
    monkeypatch.setenv("VISUAL", " ")
    promised.ok("edit", "1", "--correct")
    assert desk.seen[-1][3] == ["--wait", "two words"]
    monkeypatch.setenv("VISUAL", os.environ["EDITOR"])
    monkeypatch.setenv("EDITOR", "false")
    promised.ok("edit", "1", "--correct")
    assert len(desk.seen) == 2


@pytest.mark.usefixtures("desk")
def test_no_editor_is_guessed_where_nobody_sits(promised: Program) -> None:
    says = (
        "promisectl: No editor is set, and there is no terminal to show one. Set one: EDITOR=nano\n"
    )
    assert promised("edit", "1", "--correct") == ("", says, 2)


@pytest.mark.parametrize("known", ["sensible-editor", "nano", "vi"])
@pytest.mark.usefixtures("desk")
def test_where_none_is_named_the_first_that_is_there_is_started(
    promised: Program, monkeypatch: pytest.MonkeyPatch, known: str
) -> None:
    place = promised.home / "bin"
    place.mkdir()
    (place / known).write_text('#!/bin/sh\n/bin/sed -i.before s/Q3/Q4/ "$1"\n')
    (place / known).chmod(0o755)
    monkeypatch.setenv("PATH", str(place))
    result = promised("edit", "1", "--correct", answers="")
    assert result.code == 0, result
    assert _record(promised)["outcome"] == "Send Q4 numbers"


@pytest.mark.usefixtures("desk", "promised")
def test_what_an_editor_prints_is_no_part_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "sh -c 'echo hello; echo outcome: Send it > \"$1\"' editor")
    done = in_another("edit", "1", "--correct", "-q")
    assert (done.stdout, done.stderr, done.returncode) == ("1\n", "hello\n", 0)


def test_a_place_that_takes_no_file_is_said(
    promised: Program, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.types({})
    monkeypatch.setattr("tempfile.tempdir", str(promised.home / "nowhere"))
    _refused(
        promised("edit", "1", "--correct"),
        5,
        "Can't write a temporary file: No such file or directory. The ledger is unchanged.",
    )


# Questions


def test_a_person_is_asked_which_of_the_two_it_is(promised: Program, desk: Desk) -> None:
    desk.types({"outcome": "Send Q4 numbers"})
    result = promised("edit", "1", answers="perhaps\nc\n", width=200)
    assert result.stderr.startswith(
        f"{WHICH}“perhaps” is not an answer. Type ? to see what you can answer.\n{WHICH}"
    )
    assert (
        result.stdout
        == "#1 active: you corrected the terms: “Send Q4 numbers” (was “Send Q3 numbers”).\n"
    )


def test_and_for_the_reason_once_something_has_changed(promised: Program, desk: Desk) -> None:
    desk.types({}, {"by": "mon"})
    assert promised("edit", "1", answers="n\n", width=200) == (UNCHANGED, WHICH, 0)
    result = promised("edit", "1", answers="negotiate\n\nslipped\n", width=200)
    assert result.stderr.startswith(
        f"{WHICH}Why? › Type an answer, or ? for help. Ctrl-C: leave; nothing is recorded.\nWhy? › "
    )
    assert "you proposed a change (rev 2)" in result.stdout
    assert _record(promised)["acts"][-1]["text"] == "slipped"


def test_enter_is_neither(promised: Program, desk: Desk) -> None:
    desk.types({"outcome": "Send Q4 numbers"})
    assert promised("edit", "1", answers="\n", width=200) == (UNCHANGED, WHICH, 0)
    assert desk.seen == []


def test_the_question_says_whose_words_they_would_be(program: Program, desk: Desk) -> None:
    program.ok("make", "Send Q3 numbers", "--to", "dana")
    desk.types({"by": "mon"})
    result = program("edit", "1", answers="n\ntheirs\n", width=200)
    assert (
        "Correct a typo, or negotiate (other terms, yours or Dana's)? (Enter for neither)"
        in result.stderr
    )
    assert result.stderr.count("Whose terms are these: mine or theirs?") == 1
    assert result.stdout.startswith("#1 proposed: Dana made you a counter-offer (rev 2)")
    assert "Why?" not in result.stderr


def test_a_line_that_cannot_be_read_may_be_typed_again(promised: Program, desk: Desk) -> None:
    desk.types({"by": "blah", "why": "a long thought"}, {"by": "mon"})
    result = promised("edit", "1", "--correct", answers="\n", width=200)
    assert result.stderr.startswith(
        "Line 10: can't read “blah” as a date. Try fri, “28 nov” or “tomorrow 17:00”. See: promisectl guide dates\n"
        + AGAIN
    )
    assert "why: a long thought" in desk.shown
    assert "by: blah" in desk.shown
    record = _record(promised)
    assert (record["due"], record["why"]) == ("2026-11-30", "a long thought")
    assert _kept(promised) == []


def test_no_means_that_it_is_kept(promised: Program, desk: Desk) -> None:
    desk.types({"by": "blah", "why": "a long thought"})
    result = promised("edit", "1", "--correct", answers="no\n")
    _refused(result, 2, "What you typed is kept:")
    assert "why: a long thought" in _kept(promised)[0]


@pytest.mark.parametrize(("typed", "questions"), [("n\n", 2), ("n\n\n", 3)])
def test_what_was_typed_is_kept_when_the_reason_is_not_given(
    promised: Program, desk: Desk, typed: str, questions: int
) -> None:
    before = promised.ledger.read_bytes()
    desk.types({"by": "mon"})
    result = promised("edit", "1", answers=typed, width=200)
    assert (result.stdout, result.code, result.stderr.count("›")) == ("", 130, questions)
    assert "\nWhat you typed is kept:" in result.stderr
    assert "by: mon" in _kept(promised)[0]
    assert promised.ledger.read_bytes() == before


# At a real terminal, and meanwhile


@pytest.mark.filterwarnings(FORKS)
def test_all_of_it_at_a_real_terminal(promised: Program, desk: Desk) -> None:
    desk.types({"by": "blah"}, {"by": "mon"})
    with terminal("edit", "1") as child:
        for answer in ("n", "y", "the vendor slipped"):
            child.expect(" › ")
            child.sendline(answer)
        assert ended(child) == 0
        assert "you proposed a change (rev 2)" in child.before
    assert _record(promised)["acts"][-1]["text"] == "the vendor slipped"
    assert list((promised.home / "tmp").iterdir()) == []


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("asked", [0, 1, 2])
@pytest.mark.parametrize("key", ["c", "d"])
def test_a_key_that_gives_up_changes_nothing(
    promised: Program, desk: Desk, key: str, asked: int
) -> None:
    before = promised.ledger.read_bytes()
    desk.types({"by": "blah"}, {"by": "mon"})
    with terminal("edit", "1") as child:
        for answer in ("n", "y", "slipped")[:asked]:
            child.expect(" › ")
            child.sendline(answer)
        child.expect(" › ")
        child.sendcontrol(key)
        assert ended(child) == 130
        assert "Traceback" not in child.before
        assert ("is kept" in child.before) is (asked > 0)
    assert promised.ledger.read_bytes() == before
    assert len(_kept(promised)) == (asked > 0)


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.usefixtures("desk")
def test_ctrl_c_in_the_editor_is_the_editors(
    promised: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    traps = "trap 'echo outcome: Send it > \"$1\"; exit 0' INT; echo ready; while :; do sleep 0.05; done"
    (promised.home / "trap.sh").write_text(traps)
    monkeypatch.setenv("EDITOR", f"sh {promised.home / 'trap.sh'}")
    with terminal("edit", "1", "--correct") as child:
        child.expect("ready")
        child.sendcontrol("c")
        assert ended(child) == 0
    assert _record(promised)["outcome"] == "Send it"


@pytest.mark.filterwarnings(FORKS)
@pytest.mark.parametrize("typed", ["", 'echo why: typed > "$1"; '])
@pytest.mark.usefixtures("desk")
def test_an_editor_that_ends_by_ctrl_c_ends_it_all(
    promised: Program, monkeypatch: pytest.MonkeyPatch, typed: str
) -> None:
    before = promised.ledger.read_bytes()
    (promised.home / "waits.sh").write_text(f"{typed}echo ready; exec sleep 30")
    monkeypatch.setenv("EDITOR", f"sh {promised.home / 'waits.sh'}")
    with terminal("edit", "1", "--correct") as child:
        child.expect("ready")
        child.sendcontrol("c")
        assert ended(child) == 130
        assert "Traceback" not in child.before
    assert promised.ledger.read_bytes() == before
    assert _kept(promised) == (["why: typed\n"] if typed else [])


MEANWHILE = [
    (["correct", "1", "--what", "Send Q9 numbers"], "--correct"),
    (["correct", "1", "--what", "Send Q9 numbers"], "--reason=x"),
    (["negotiate", "1", "--by", "mon", "--reason", "y"], "--reason=x"),
    (["negotiate", "2", "--by", "mon"], "--mine"),
    (["accept", "2"], "--mine"),
]


def _meanwhile(
    program: Program, monkeypatch: pytest.MonkeyPatch, words: list[str], sed: str = "s/Q3/Q4/"
) -> None:
    """An editor during which another command is carried out."""
    script = program.home / "meanwhile.sh"
    script.write_text(
        f'{sys.executable} -m promisectl {" ".join(map(repr, words))} -q > /dev/null || exit 9\nsed -i.before {sed} "$1"\n'
    )
    monkeypatch.setenv("EDITOR", f"sh {script}")


@pytest.mark.parametrize(
    ("words", "option"),
    MEANWHILE,
    ids=lambda value: value if isinstance(value, str) else " ".join(value[:2]),
)
@pytest.mark.usefixtures("desk")
def test_terms_that_changed_meanwhile_are_not_answered(
    promised: Program, monkeypatch: pytest.MonkeyPatch, words: list[str], option: str
) -> None:
    promised.ok("make", "Send Q3 numbers", "--to", "dana", "--by", "fri", "--asked")
    number = words[1]
    _meanwhile(promised, monkeypatch, words)
    result = promised("edit", number, option)
    _refused(
        result,
        4,
        f"The terms of #{number} have changed meanwhile, so nothing was recorded.",
    )
    assert "outcome: Send Q4 numbers" in _kept(promised)[0]
    assert [act["act"] for act in _record(promised, int(number))["acts"]][-1] == words[0]


@pytest.mark.usefixtures("desk")
def test_a_promise_that_was_closed_meanwhile_is_not_negotiated_but_may_be_corrected(
    promised: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meanwhile(promised, monkeypatch, ["complete", "1"])
    _refused(
        promised("edit", "1", "--reason", "x"),
        4,
        "#1 is reported as done, so its terms can't change any more.",
    )
    promised.ok("undo")
    assert promised.ok("edit", "1", "--correct").startswith("#1 reported: you corrected the terms")


@pytest.mark.usefixtures("desk")
def test_what_else_happened_meanwhile_is_no_matter(
    promised: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMISECTL_TODAY")
    promised.ok("make", "Send Q3 numbers", "--to", "dana", "--asked")
    _meanwhile(promised, monkeypatch, ["negotiate", "2", "--by", "+9d", "--theirs"])
    script = promised.home / "meanwhile.sh"
    script.write_text(
        script.read_text().replace("|| exit 9", "|| exit 9\nsleep 1.1")
        + f"{sys.executable} -m promisectl undo -q > /dev/null\n"
    )
    promised.ok("edit", "2", "--mine")
    acts = _record(promised, 2)["acts"]
    assert [act["act"] for act in acts] == ["request", "negotiate", "undo", "negotiate"]
    assert acts[-1]["at"] > acts[1]["at"], "the clock is read anew when the editor is closed"


# Round trips

HOSTILE = st.text(
    st.one_of(
        st.sampled_from(" \t\n\r\\#:x20u\x0b\x0c\x1b\x85\u2028\u202e\ufeff\u00a0é東"),
        st.characters(exclude_categories=["Cs"]),
    )
)


@given(HOSTILE)
def test_one_line_is_read_back_exactly(text: str) -> None:
    assert unescape_line(escape_line(text)) == text


@given(HOSTILE, HOSTILE, HOSTILE, st.booleans())
def test_what_is_not_touched_is_not_changed(
    outcome: str, done_when: str, why: str, stripped: bool
) -> None:
    when = dates.parse_date(
        "fri 17:00 America/New_York", dates.parse_now(MONDAY, "Europe/Berlin"), "Europe/Berlin"
    )
    terms = Terms(outcome, when, done_when or None, why or None)
    written = terms_form.format_terms_form(terms, "Europe/Berlin", [why])
    assert len(written.split("\n")) == 13
    lines = [line.rstrip() if stripped else f"{line} \t" for line in written.split("\n")]
    assert terms_form.parse_terms_form("\n".join(lines), terms, "Europe/Berlin") == []


@given(HOSTILE, HOSTILE)
def test_what_is_typed_is_read_exactly(before: str, after: str) -> None:
    """What the sheet of other terms holds is read as them."""
    lines = terms_form.format_terms_form(Terms("x", why=after), "UTC", []).split("\n")
    found = terms_form.parse_terms_form("\n".join(lines), Terms("x", why=before), "UTC")
    assert [(one.field, one.text) for one in found] == ([("why", after)] if after != before else [])
