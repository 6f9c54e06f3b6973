"""The pages of the guide: Markdown files in this directory, and a diagram of the lifecycle."""

import os

from promisectl import errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promisectl.domain.transitions import Transition

_DIRECTORY = os.path.dirname(__file__)
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


# The commands whose names are not the names of the acts they record.
_COMMAND_SPELLINGS = {
    ("request", "promisee"): "make",
    ("offer", "promisor"): "make",
    ("offer", "self"): "make --to me",
    ("renege", "promisee"): "renege --silent",
    ("partial", "promisor"): "complete --partial",
    ("partial", "self"): "complete --partial",
}


def format_guide_contents() -> str:
    """Return the list of pages, as Markdown."""
    pages = "\n".join(f"- `promisectl guide {topic}`: {about}" for topic, about in TOPICS.items())
    help_line = "Every command explains itself too: `promisectl make --help`."
    return f"# The guide\n\n{pages}\n\n{help_line}\n"


def read_guide_page(topic: str) -> str:
    """Return a page as Markdown, with its pictures described. Raises NoTopic."""
    if topic not in TOPICS:
        raise errors.NoTopic(topic, tuple(TOPICS))
    with open(os.path.join(_DIRECTORY, f"{topic}.md"), encoding="utf-8") as file:
        text = file.read()
    if topic == "lifecycle":
        return text.replace("<!-- diagram -->", f"```text\n{format_lifecycle_diagram()}\n```")
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if line.startswith("!["):  # a terminal can't show a picture, so its file is named
            about, _, name = line.removeprefix("![").removesuffix(")").partition("](")
            lines[index] = f"{about}: `{os.path.join(_DIRECTORY, name)}`"
    return "\n".join(lines)


def format_lifecycle_diagram() -> str:
    """Return the lifecycle as a tree: for each state its moves, who makes them, where they lead."""
    from promisectl.domain.promise import State
    from promisectl.domain.transitions import TRANSITIONS, MoverRole

    openings = [_format_transition(row) for row in TRANSITIONS if row.state is None]
    lines = ["(nothing yet)", *_format_tree(openings)]
    for state in State:
        moves = [
            _format_transition(row)
            for row in TRANSITIONS
            if row.state is state and row.who is not MoverRole.ME
        ]
        lines += ["", state.value, *(_format_tree(list(dict.fromkeys(moves))) or ["   the end"])]
    return "\n".join(lines)


def _format_transition(row: "Transition") -> str:
    """Return one transition: the command, who may use it and when, and the state it leads to."""
    from promisectl.domain.transitions import Condition

    command = _COMMAND_SPELLINGS.get((row.verb, row.who), row.verb.value)
    condition = "" if row.given is Condition.ALWAYS else f", {row.given}"
    target = row.end.value if row.end else "(stays)"
    return f"{command:<19} {row.who + condition:<26} ──▶ {target}"


def _format_tree(branches: list[str]) -> list[str]:
    """Return lines as branches of a tree."""
    return [
        f"{'└─' if index == len(branches) else '├─'} {branch}"
        for index, branch in enumerate(branches, 1)
    ]
