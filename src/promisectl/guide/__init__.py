"""The help pages: Markdown files beside this one, and a diagram drawn from the table of transitions."""

import os

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promisectl.domain.transitions import Transition

TOPICS = {
    "start": "a first week, from the first promise to the record",
    "lifecycle": "the states of a promise and every move between them",
    "well-made": "what makes a promise good, rule by rule, and the questions at the Yes",
    "trust": "the figures of the record, one by one, and what they leave out",
    "dates": "how dates are said, and what is refused",
    "records": "lines, JSON and CSV for other programs",
    "spreadsheets": "CSV and tables: Excel, LibreOffice, pandas, sqlite3, Markdown",
    "calendars": "promises as tasks: alarms, calendar programs, todoman",
    "scripting": "scripts, the prompt of your shell, bars, and mails from cron",
    "config": "what can be said once and for all, key by key",
    "aliases": "words of your own for what you ask every day",
    "completion": "TAB in bash, zsh and fish: commands, options, numbers with their texts",
    "files": "where the ledger is kept, and how it is looked after",
    "backups": "a copy of the whole ledger, the way back, and what to do after a crash",
    "guarantees": "what you can rely on, how it was tried, and what is not promised",
    "doctor": "whether the ledger is whole, what each check means, and what to do",
    "speed": "how long commands take, why that stays so, and beside other tools",
    "exit-codes": "what the shell sees",
    "errors": "every error: when it comes, what it says, and the way out",
}


def format_guide_contents() -> str:
    """The list of pages, as Markdown."""
    listed = "\n".join(f"- `promisectl guide {topic}`: {about}" for topic, about in TOPICS.items())
    return (
        f"# The guide\n\n{listed}\n\nEvery command explains itself too: `promisectl make --help`.\n"
    )


def read_guide_page(topic: str) -> str:
    """A page as Markdown. Raises NoTopic."""
    if topic not in TOPICS:
        raise errors.NoTopic(topic, tuple(TOPICS))
    with open(os.path.join(os.path.dirname(__file__), f"{topic}.md"), encoding="utf-8") as file:
        text = file.read()
    if topic == "lifecycle":
        return text.replace("<!-- diagram -->", f"```text\n{format_lifecycle_diagram()}\n```")
    return "\n".join(map(_describe_picture, text.split("\n")))


def _describe_picture(line: str) -> str:
    """A picture, which a terminal can't show, as what it shows and where it is; any other line as it is."""
    if not line.startswith("!["):
        return line
    about, _, name = line.removeprefix("![").removesuffix(")").partition("](")
    return f"{about}: `{os.path.join(os.path.dirname(__file__), name)}`"


def format_lifecycle_diagram() -> str:
    """The lifecycle as a tree: every state, and below it each move with who makes it and where it leads."""
    from promisectl.domain.promise import State
    from promisectl.domain.transitions import TRANSITIONS, MoverRole

    begun = [_format_transition(row) for row in TRANSITIONS if row.state is None]
    lines = ["(nothing yet)", *_format_tree(begun)]
    for state in State:
        moves = [
            _format_transition(row)
            for row in TRANSITIONS
            if row.state is state and row.who is not MoverRole.ME
        ]
        lines += ["", state.value, *(_format_tree(list(dict.fromkeys(moves))) or ["   the end"])]
    return "\n".join(lines)


# How it is typed, where the command is not called as what is said.
_COMMAND_SPELLINGS = {
    ("request", "promisee"): "make",
    ("offer", "promisor"): "make",
    ("offer", "self"): "make --to me",
    ("renege", "promisee"): "renege --silent",
    ("partial", "promisor"): "complete --partial",
    ("partial", "self"): "complete --partial",
}


def _format_transition(row: "Transition") -> str:
    from promisectl.domain.transitions import Condition

    given = "" if row.given is Condition.ALWAYS else f", {row.given}"
    target = row.end.value if row.end else "(stays)"
    return f"{_COMMAND_SPELLINGS.get((row.verb, row.who), row.verb.value):<19} {row.who + given:<26} ──▶ {target}"


def _format_tree(branches: list[str]) -> list[str]:
    return [
        f"{'└─' if place == len(branches) else '├─'} {branch}"
        for place, branch in enumerate(branches, 1)
    ]
