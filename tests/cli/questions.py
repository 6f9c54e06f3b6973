"""Every question of the program: how it is reached, and an answer to it.

A question is a call of a function below in `ASKING`, in a command; tests/cli/test_prompts.py
checks that each has its line in `QUESTIONS`, and puts each at a terminal.
"""

import ast
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from tests.conftest import Program

NEEDED = "Type an answer, or ? for help. Ctrl-C: leave; nothing is recorded.\n"
"""What Enter gets from a question that needs an answer."""

SOURCES = Path(__file__).parents[2] / "src" / "promisectl"
ASKING = {
    "ask_question",
    "ask_text",
    "ask_required_text",
    "ask_due_date",
    "ask_told_time",
    "ask_choice",
}


class Question(NamedTuple):
    """A command that puts a question, after `before` was answered; `after` answers the rest."""

    ready: list[str]
    command: str
    before: list[str]
    answer: str
    after: list[str]


MINE = ["make 'Send Q3 numbers' --to dana --by fri --agreed"]
ASKED = ["make 'Review the contract' --to dana --by wed --asked"]
OFFERED = ["make 'Fix the brake' --to lee --by fri"]
THEIRS = ["make 'Fix the bike' --from lee --by fri --agreed"]
CHANGED = [
    "make 'Send Q3 numbers' --to dana --by '4 dec' --agreed",
    "negotiate 1 --by '2 dec' --theirs --reason audit",
]
FULL_WEEK = [f"make 'Thing {number}' --from lee --by fri --agreed" for number in range(5)]
MYSELF = ["make 'Run' --to me --by fri"]

QUESTIONS = {
    "commands/import_sides.resolve_own_name": Question(
        MINE, "import {home}/assigned.csv", [], "Kim", ["self"]
    ),
    "commands/import_sides.ask_sides": Question(MINE, "import {home}/tasks.csv", [], "self", []),
    "commands/import_sides.ask_other_side": Question(
        MINE, "import {home}/tasks.csv", ["owe"], "Max Ott", []
    ),
    "commands/jot_page._ask_to_make": Question(
        MINE, "jot 'to dana: Send it' 'to lee: Water the plants'", [], "yes", []
    ),
    "commands/make._ask_outcome": Question(MINE, "make --to lee", [], "Lend the drill", []),
    "commands/shared/missing.ask_ids": Question(MINE, "complete", [], "1", []),
    "commands/shared/missing.ask_missing_text": Question(MINE, "bump 1", [], "I am late", []),
    "commands/shared/missing.ask_tags": Question(MINE, "tag 1", [], "home garden", []),
    "commands/shared/missing.ask_reason": Question(MINE, "renege 1", [], "no time", ["now"]),
    "commands/shared/missing.ask_reason 2": Question(ASKED, "review", ["decline"], "no time", []),
    "commands/shared/missing.ask_notice_options": Question(
        MINE, "renege 1 --reason ill", [], "not yet", []
    ),
    "commands/shared/arguments._ask_date_reading": Question(
        MINE, "make 'Lend it' --to dana --by 'next fri'", [], "1", ["", ""]
    ),
    "commands/shared/counterparty.ask_near_person": Question(
        MINE, "make 'Lend the drill' --to dnaa", [], "yes", []
    ),
    "commands/shared/counterparty.ask_near_person 2": Question(
        ["make Run --to dana", "make Walk --to dina --new"],
        "make 'Lend the drill' --to dxna",
        [],
        "dina",
        [],
    ),
    "commands/shared/counterparty._ask_if_several": Question(
        MINE, "make 'Lend the drill' --to 'kim and bob'", [], "yes", []
    ),
    "commands/shared/editor.edit_until_usable": Question(MINE, "edit 1 --correct", [], "yes", []),
    "commands/shared/consent.ask_yes_questions": Question(
        ASKED, "accept 1", [], "flu: 東京 and “quotes”", ["gym", "yes"]
    ),
    "commands/shared/consent.ask_yes_questions 2": Question(
        ASKED, "accept 1", ["flu"], "gym class", ["yes"]
    ),
    "commands/shared/consent.ask_verdict": Question(ASKED, "accept 1", ["", ""], "yes", []),
    "commands/shared/consent.ask_verdict 2": Question(
        ASKED, "accept 1", ["", "", "no"], "too busy", []
    ),
    "commands/shared/consent.ask_verdict 3": Question(
        CHANGED, "accept 1", ["", "", "counter", "3 dec", ""], "the fair is on", []
    ),
    "commands/shared/facts.ask_their_risk": Question(
        [*FULL_WEEK, "make 'Fix the brake' --from lee --by fri"],
        "accept 6",
        [],
        "no spare part",
        [],
    ),
    "commands/shared/prompts.ask_new_terms": Question(
        ASKED, "accept 1", ["", "", "counter"], "28 nov", ["Review one page"]
    ),
    "commands/shared/prompts.ask_new_terms 2": Question(
        ASKED, "accept 1", ["", "", "counter", ""], "Review one page", []
    ),
    "commands/backup.restore": Question(
        [*MINE, "backup {home}/copy.db", *OFFERED], "restore {home}/copy.db", [], "yes", []
    ),
    "commands/acts.ask_whose_terms": Question(OFFERED, "negotiate 1 --by mon", [], "theirs", []),
    "commands/edit.edit": Question(MINE, "edit 1 --negotiate", ["yes"], "the vendor slipped", []),
    "commands/edit.resolve_edit_verb": Question(
        MINE, "edit 1", [], "negotiate", ["yes", "slipped"]
    ),
    "commands/make_replaced.ask_what_becomes": Question(
        MINE, "make 'Send Q4' --to dana --replaces 1", [], "release", []
    ),
    "commands/make_replaced.ask_what_becomes 2": Question(
        MYSELF, "make 'Walk' --to me --replaces 1", ["renege"], "too tired", []
    ),
    "commands/review._ask_item_move": Question(MINE, "review", [], "complete", []),
    "commands/review.renege_item": Question(
        MINE, "review", ["renege", "no time"], "forgot", ["now"]
    ),
    "commands/review.record_item_notice": Question(
        [*MINE, "renege 1 --reason ill --not-told"], "review", ["told"], "today", []
    ),
}


def iter_calls() -> Iterator[str]:
    """The name of each call that asks, in the order of the sources, as in `QUESTIONS`."""
    for file in sorted((SOURCES / "commands").rglob("*.py")):
        module = file.relative_to(SOURCES).with_suffix("").as_posix()
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef) or function.name in ASKING:
                continue
            calls = sum(
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute | ast.Name)
                and (getattr(node.func, "attr", "") or getattr(node.func, "id", "")) in ASKING
                for node in ast.walk(function)
            )
            for number in range(1, calls + 1):
                yield f"{module}.{function.name}{f' {number}' if number > 1 else ''}"


EDITOR = """#!/bin/sh
grep -q blah "$1" && by=mon || by=blah
sed -i "s/^by:.*/by: $by/" "$1"
"""


FILES = {"tasks.csv": "outcome\nWrite\n", "assigned.csv": "outcome,assignee\nWrite,Kim\n"}


def reach(program: Program, question: Question) -> list[str]:
    """Make the ledger in which a command puts the question, and return the words of the command."""
    for name, text in FILES.items():
        (program.home / name).write_text(text)
    script = program.home / "editor.sh"
    script.write_text(EDITOR)
    script.chmod(0o755)
    for line in question.ready:
        program.ok(*shlex.split(line.format(home=program.home)))
    return shlex.split(question.command.format(home=program.home))
