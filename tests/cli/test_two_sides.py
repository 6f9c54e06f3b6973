"""Two people with a ledger each, and nothing between them but messages: what one prints, the other records, and both agree."""

import json
import re
import shlex
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest

from promisectl import guide
from promisectl.domain.talk import Talk, read_talk
from promisectl.rendering.message import ACT_WORDS, DEFAULT_WORDS
from promisectl.storage import queries
from tests.conftest import Program

PAGE = Path(guide.__file__).with_name("talking.md").read_text(encoding="utf-8")
FIELDS_ON_BOTH_SIDES = (
    *("state", "outcome", "due", "due_zone", "done_when", "why", "revision", "revisions"),
    *("renegotiated", "first_due", "risk", "no_to", "reason", "repair"),
)


class Side:
    """One of the two: a ledger of their own."""

    def __init__(self, program: Program, name: str, other: str) -> None:
        self.name, self.other = name, other
        self.ledger = program.home / f"{name}.db"
        self._program = program

    def ok(self, *words: str, today: str | None = None, answers: str | None = None) -> str:
        """What a command prints, given to this ledger."""
        return self._program.ok("--ledger", str(self.ledger), *words, today=today, answers=answers)

    def try_(self, *words: str) -> bool:
        """Give a command that may not be possible now, and return whether it was."""
        code = self._program("--ledger", str(self.ledger), *words).code
        assert code in (0, 2, 4), words
        return code == 0

    def load_record(self) -> dict[str, Any]:
        """The promise in full."""
        record: dict[str, Any] = json.loads(self.ok("show", "1", "--json"))[0]
        return record

    def read_talk(self) -> Talk:
        """What both said of the promise, as this ledger has it."""
        with closing(sqlite3.connect(self.ledger)) as db:
            db.row_factory = sqlite3.Row
            return read_talk(queries.fetch_talk_rows(db, 1), self.load_record()["direction"])


@pytest.fixture
def kim(program: Program) -> Side:
    return Side(program, "kim", "lee")


@pytest.fixture
def lee(program: Program) -> Side:
    return Side(program, "lee", "kim")


def _ensure_agreement(one: Side, other: Side, today: str | None = None) -> None:
    """Both ledgers hold the same promise from two sides, and both statements say the same."""
    mine, theirs = one.load_record(), other.load_record()
    assert {mine["direction"], theirs["direction"]} == {"owe", "owed"}
    for field in FIELDS_ON_BOTH_SIDES:
        assert mine[field] == theirs[field], field
    for field in ("move", "author"):
        assert {mine[field], theirs[field]} in ({None}, {"me", "them"}), field
    assert [terms["status"] for terms in mine["terms"]] == [
        terms["status"] for terms in theirs["terms"]
    ]
    told = one.ok("message", "--with", one.other, "--whole", "--with-risk", today=today)
    heard = other.ok("message", "--with", other.other, "--whole", "--with-risk", today=today)
    assert _turn(told, one.name) == heard


def _turn(statement: str, name: str) -> str:
    """A statement as the other side would write it to `name`."""
    words = {
        "i_owe": "you_owe",
        "my_word": "your_word",
        **{f"my_{kind}": f"your_{kind}" for kind in ("offer", "request", "change")},
    }
    pairs = {DEFAULT_WORDS[mine]: DEFAULT_WORDS[yours] for mine, yours in words.items()}
    pairs |= {yours: mine for mine, yours in pairs.items()}
    either = "|".join(sorted(map(re.escape, pairs), key=len, reverse=True))
    turned = re.sub(rf"(?m)({either})$", lambda found: pairs[found[0]], statement)
    return re.sub("^Hi [^,]*,", f"Hi {name.title()},", turned)


# The story in the guide


class Step(NamedTuple):
    """A command of the story: whose it is, when, its words, and the answers that are typed."""

    name: str
    moment: str
    words: list[str]
    answers: str | None


def _read_story() -> Iterator[Step]:
    for head, block in re.findall(
        r"^```console ([^\n]*)\n(.*?)^```", PAGE, flags=re.DOTALL | re.MULTILINE
    ):
        name = next((word for word in head.split() if word.isalpha() and word != "new"), "")
        moment = next((word for word in head.split() if "-" in word), "2026-11-23T10:00")
        for piece in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:] if name else ():
            command, _, shown = re.sub(r"\\\n> ", "", piece).partition("\n")
            typed = "".join(f"{line}\n" for line in re.findall("› (.*)", shown))
            yield Step(name, moment, shlex.split(command)[1:], typed or None)


def _list_facts(message: str) -> set[str]:
    """The values in a message: all after a label, the dates as in records; what was before is left out."""
    facts = set()
    for line in re.findall("^  (.*?)(?: \\(.*\\))?$", message, flags=re.MULTILINE):
        if line.startswith("by "):
            facts.add(datetime.strptime(f"{line}Z", "by %a %d %b %Y%z").date().isoformat())
        else:
            facts.add(line.rpartition(": ")[2])
    return facts


def _list_leaves(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _list_leaves(one)
    else:
        yield value


def test_each_records_all_that_the_other_wrote_and_both_agree(kim: Side, lee: Side) -> None:
    sides = {"kim": kim, "lee": lee}
    inbox: dict[str, tuple[str, Talk]] = {}
    went_over = 0
    for name, moment, words, answers in _read_story():
        side, other = sides[name], sides["lee" if name == "kim" else "kim"]
        shown = side.ok(*words, today=moment, answers=answers)
        if words[:2] == ["message", "1"]:
            inbox[other.name] = (shown, side.read_talk())
        elif name in inbox:
            message, told = inbox.pop(name)
            heard = side.read_talk().heard
            assert heard
            assert (heard.kind, heard.terms) == (told.mine[-1].kind, told.mine[-1].terms)
            record = side.load_record()
            now = [record["offer"] or record["terms"][-1], record["acts"][-1]]
            leaves = {*_list_leaves([*now, record["risk"], record["no_to"], record["outcome"]])}
            if heard.kind in ("warning", "reported"):  # they are about the agreed terms
                leaves |= {*_list_leaves(record)}
            assert _list_facts(message) - leaves == set(), words
            _ensure_agreement(side, other, moment)
            went_over += 1
    assert went_over == 8
    assert inbox == {}
    assert kim.load_record()["state"] == "kept"
    _ensure_agreement(kim, lee)
    figures = [json.loads(side.ok("stats", "--json", today=moment)) for side in (kim, lee)]
    assert figures[0]["owed"] == figures[1]["owe"]


# Everything that can be said

ASKED = ("make Sweep --from lee --by fri", "make Sweep --to kim --by fri --asked")
OFFERED = ("make Sweep --to lee --by fri", "make Sweep --from kim --by fri --offered")
HEARD_REQUEST = ("make Sweep --to lee --by fri --asked", "make Sweep --from kim --by fri")
HEARD_OFFER = ("make Sweep --from lee --by fri --offered", "make Sweep --to kim --by fri")
OWED = (f"{ASKED[0]} --agreed", f"{ASKED[1]} --agreed")
OWE = (f"{OFFERED[0]} --agreed", f"{OFFERED[1]} --agreed")
CHANGED = ("negotiate 1 --by mon --reason rain", "negotiate 1 --by mon --reason rain --theirs")
PROPOSED = (CHANGED[1], CHANGED[0])
REPORTED = ("complete 1", "complete 1 --reported")
DONE = (REPORTED[1], REPORTED[0])

SAID: dict[str, tuple[list[tuple[str, str]], str]] = {
    "request": ([], f"{ASKED[0]} --done-when clean --why winter --reply-by wed"),
    "offer": ([], f"{OFFERED[0]} --done-when clean --why winter --risk snow --no-to choir"),
    "changed_owe": ([OFFERED], "negotiate 1 --mine --by sat --reason rain --risk snow"),
    "changed_owed": ([ASKED], "negotiate 1 --mine --what 'Sweep the yard' --reply-by wed"),
    "counter_owe": ([HEARD_REQUEST], "negotiate 1 --by sat --risk snow --no-to choir"),
    "counter_owed": ([HEARD_OFFER], "negotiate 1 --by sat --done-when clean"),
    "change_owe": ([OWE], "negotiate 1 --by sat --reason rain"),
    "change_owed": ([OWED], "negotiate 1 --by '' --what Rake --reason rain"),
    "yes_owe": ([HEARD_REQUEST], "accept 1"),
    "yes_owed": ([HEARD_OFFER], "accept 1"),
    "yes_change": ([OWE, PROPOSED], "accept 1"),
    "no_owe": ([HEARD_REQUEST], "decline 1 --reason rain"),
    "no_owed": ([HEARD_OFFER], "decline 1"),
    "no_change": ([OWE, PROPOSED], "decline 1 --reason rain"),
    "withdraw_owe": ([OFFERED], "withdraw 1 --reason rain"),
    "withdraw_owed": ([ASKED], "withdraw 1"),
    "withdraw_change": ([OWE, CHANGED], "withdraw 1"),
    "release": ([OWED], "release 1 --reason rain"),
    "warning": ([OWE], "bump 1 rain"),
    "reminder": ([OWED], "bump 1 'any news?'"),
    "ask_again": ([ASKED], "bump 1 'any news?'"),
    "report_again": ([OWE, REPORTED], "bump 1 'any news?'"),
    "about": ([OWED, DONE], "bump 1 'tomorrow'"),
    "answer_later": ([HEARD_REQUEST], "bump 1 'I have to ask' --answer-by thu"),
    "partial": ([OWE], "complete 1 --partial half"),
    "reported": ([OWE], "complete 1"),
    "confirmed": ([OWED, DONE], "accept 1"),
    "confirmed again": ([OWED], "complete 1"),
    "not_done": ([OWED, DONE], "decline 1 --reason 'the corner'"),
    "not_done again": ([OWED, DONE, ("accept 1", "accept 1")], "reopen 1 --reason 'the corner'"),
    "reopened": ([OWE, REPORTED], "reopen 1 --reason 'the corner'"),
    "broken": ([OWE], "renege 1 --reason rain --repair 'the stairs'"),
}
"""What Kim says, by its kind: what both recorded before, Kim first, and what Kim types."""


def _find_answers(words: str) -> list[str]:
    """The commands in the guide for these first words of a message, by the longest that are there."""
    table = PAGE.partition("\n| they write | you type |\n|---|---|\n")[2].partition("\n\n")[0]
    found = {}
    for row in table.split("\n"):
        written, typed = row.strip("| ").split(" | ")
        for phrase in written.split("; "):
            pattern = re.escape(phrase).replace("…", ".*")
            if re.search(rf"\b{pattern}(?!\w)", words, flags=re.IGNORECASE):
                found[len(phrase)] = re.findall("`promisectl (.*?)`", typed)
    return found[max(found)]


def _hear(side: Side, message: str) -> None:
    """Record a message by the first command in the guide that is possible."""
    for command in _find_answers(message.partition("\n")[0]):
        if side.try_(*_fill(command, message)):
            return
    pytest.fail(f"nothing in the guide records it:\n{message}")


def test_the_guide_says_what_to_type_for_all_that_can_be_said() -> None:
    kinds = {kind.removesuffix(" again") for kind in SAID}
    assert kinds == {*ACT_WORDS} - {"understood", "not_kept"}  # they ask whether it is so
    for label, option in LABELLED_OPTIONS.items():
        assert label == "missing" or f"`{option}` ({label})" in " ".join(PAGE.split())


@pytest.mark.parametrize("kind", SAID)
def test_what_one_says_the_other_can_record(kind: str, kim: Side, lee: Side) -> None:
    before, words = SAID[kind]
    for mine, theirs in before:
        kim.ok(*shlex.split(mine))
        lee.ok(*shlex.split(theirs))
    kim.ok(*shlex.split(words))
    message = kim.ok("message", "1", "--with-risk")
    told = kim.read_talk().mine[-1]
    assert told.kind in (kind.removesuffix(" again"), kind.rpartition("_")[0])
    _hear(lee, message)
    heard = lee.read_talk().heard
    assert heard
    assert not heard.is_mine
    assert (heard.kind, heard.terms, heard.text, heard.repair) == (
        told.kind,
        told.terms,
        told.text,
        told.repair,
    )
    _ensure_agreement(kim, lee)


def test_a_warning_and_a_change_in_one_message_are_two_records(kim: Side, lee: Side) -> None:
    kim.ok(*shlex.split(OWE[0]))
    lee.ok(*shlex.split(OWE[1]))
    kim.ok("bump", "1", "rain")
    kim.ok("negotiate", "1", "--by", "mon", "--reason", "more rain")
    warning, change = re.split("(?=Could we)", kim.ok("message", "1"))
    _hear(lee, warning)
    _hear(lee, change)
    assert lee.load_record()["acts"][-2]["text"] == "rain"
    _ensure_agreement(kim, lee)


def test_a_time_can_be_copied_with_the_zone_of_the_writer(
    kim: Side, lee: Side, monkeypatch: pytest.MonkeyPatch
) -> None:
    kim.ok("make", "Call me", "--from", "lee", "--by", "fri 17:00")
    [by] = re.findall("  by (.*)", kim.ok("message", "1"))
    monkeypatch.setenv("TZ", "America/New_York")
    lee.ok("make", "Call me", "--to", "kim", "--by", f"{by} Europe/Berlin", "--asked")
    assert lee.load_record()["due_at"] == kim.load_record()["due_at"]


LABELLED_OPTIONS = {
    "done when": "--done-when",
    "what for": "--why",
    "reason": "--reason",
    "missing": "--reason",
    "what could go wrong": "--risk",
    "put off for it": "--no-to",
    "what I offer instead": "--repair",
}


def _read_message(message: str) -> dict[str, str]:
    """What a reader finds in a message: the outcome, and all else by the option that takes it, or as a text."""
    outcome, *lines = re.findall("^  (.*)$", message, flags=re.MULTILINE)
    values = {"--what" if "(" in outcome else "outcome": outcome.partition(" (")[0]}
    for line in lines:
        label, _, value = line.partition(" (")[0].partition(": ")
        if line.startswith("by "):
            values["--by"] = label.removeprefix("by ")
        elif line.startswith("without a date"):
            values["--by"] = ""
        else:
            values[LABELLED_OPTIONS.get(label, "text")] = value or label
    if reply := re.search(r"(let me know|my answer) by (.*)\.$", message, flags=re.MULTILINE):
        values["--answer-by" if "answer" in reply[1] else "--reply-by"] = reply[2]
    return values


def _fill(command: str, message: str) -> list[str]:
    """The command with what is in the message, its date and texts as they are there."""
    words = shlex.split(command.replace("“…”", "…"))
    values = _read_message(message)
    for index, word in enumerate(words):
        if word == "…":
            option = "outcome" if words[0] == "make" and index == 1 else words[index - 1]
            words[index] = values.pop(option if option in values else "text")
    takes_terms = words[0] in ("make", "negotiate")
    more = [
        name
        for name in values
        if name in ("--reason", "--repair") or (takes_terms and "--" in name)
    ]
    return [*words, *(word for name in more for word in (name, values[name]))]


ACTS = (
    *("accept 1", "accept 1", "decline 1 --reason {}", "withdraw 1", "release 1 --reason {}"),
    *("negotiate 1 --by 'in {n} days' --reason {}", "negotiate 1 --what {} --reason {}x"),
    *("negotiate 1 --done-when {} --why {}x --reason {}y", "bump 1 {}"),
    *("bump 1 {} --answer-by 'in {n} days'", "complete 1", "complete 1", "complete 1 --partial {}"),
    *("reopen 1 --reason {}", "renege 1 --reason {} --repair {}x"),
)


@pytest.mark.parametrize("seed", [*range(6), 123, 158])  # two confirm what is being changed
def test_whatever_they_say_in_turn_both_ledgers_hold_the_same(
    seed: int, kim: Side, lee: Side
) -> None:
    random = Random(seed)
    opening = random.choice(["--from lee", "--to lee --risk snow --no-to choir"])
    kim.ok(*shlex.split(f"make Sweep {opening} --by fri --done-when clean --why winter"))
    _hear(lee, kim.ok("message", "1", "--with-risk"))
    speaker, hearer = lee, kim
    said = 0
    for number in range(60):
        act = random.choice(ACTS).replace("{n}", str(5 + number))
        text = f"text{number}"
        if not speaker.try_(*shlex.split(act.replace("{}", text))):
            continue
        told = speaker.read_talk().mine
        if not told:  # it is the other side's act
            speaker.ok("undo")
            continue
        _hear(hearer, speaker.ok("message", "1"))
        heard = hearer.read_talk().heard
        assert heard
        assert (heard.kind, heard.terms, heard.text) == (told[0].kind, told[0].terms, told[0].text)
        _ensure_agreement(speaker, hearer)
        speaker, hearer = hearer, speaker
        said += 1
    assert said > 0
