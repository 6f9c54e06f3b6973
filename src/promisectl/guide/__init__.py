"""The pages of the guide: Markdown files in this directory, and a diagram of the lifecycle."""

import os

from promisectl import compiled, errors
from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from promisectl.domain.transitions import Transition

_DIRECTORY = os.path.dirname(__file__)
RECORDS_TOPIC = "records"
"""The page about records, which also has a JSON Schema."""
_TOPIC_GROUPS = {
    "Start": {
        "start": "a first week, from the first promise to the record",
        "recipes": "weekly promises, reminders, fzf, two machines",
        "coming-from": "from Todoist, Trello, Jira, Taskwarrior and others",
    },
    "Tasks": {
        "dates": "how to write a date, and what is refused",
        "series": "promise something every week, and change what is left",
        "people": "names, aliases, renaming and merging",
        "parts": "a bigger promise and its parts; asking several people",
        "spreadsheets": "Excel, LibreOffice, pandas, sqlite3, Markdown",
        "talking": "how two people use it together, in any language",
        "calendars": "promises as tasks with alarms in your calendar",
        "scripting": "scripts, your shell's prompt, status bars, mail",
        "hooks": "run a program after each move; commands of your own",
        "python": "promises as objects, SQLModel, pandas",
        "aliases": "short words for what you type every day",
        "completion": "TAB in bash, zsh and fish",
        "config": "every setting, key by key",
        "accessibility": "screen readers, plain lines, contrast, wide letters",
        "backups": "back up, restore, recover, move to another machine",
        "machines": "one ledger on several machines: ssh, or a server",
        "upgrading": "upgrade, go back, uninstall, and what stays",
    },
    "Background": {
        "lifecycle": "the states of a promise, and who makes which move",
        "well-made": "what makes a promise good, rule by rule",
        "trust": "the figures of your record, one by one",
    },
    "Reference": {
        RECORDS_TOPIC: "lines, JSON and CSV for other programs",
        "files": "where files are, SQL views, the environment",
        "exit-codes": "what a script sees",
        "errors": "every error, and what to do",
        "doctor": "how to check the ledger and repair it",
        "guarantees": "what you can rely on, and how it was tested",
        "speed": "how long commands take, beside other tools",
    },
}
TOPICS = {topic: about for group in _TOPIC_GROUPS.values() for topic, about in group.items()}


# The commands whose names are not the names of the acts they record.
_COMMAND_SPELLINGS = {
    ("request", "promisee"): "make",
    ("offer", "promisor"): "make",
    ("offer", "self"): "make --to me",
    ("renege", "promisee"): "renege --silent",
    ("partial", "promisor"): "complete --partial",
    ("partial", "self"): "complete --partial",
}

# What people read, where records have another word.
_CONDITION_WORDS = {
    "amendment": "change proposed",
    "no amendment": "no change proposed",
    "untold": "not told yet",
    "unsaid": "not said yet",
}


def format_guide_contents() -> str:
    """Return the list of pages by groups, as Markdown."""
    parts = ["# The guide"]
    for group, topics in _TOPIC_GROUPS.items():
        pages = [f"- `promisectl guide {topic}`: {about}" for topic, about in topics.items()]
        parts += [f"## {group}", "\n".join(pages)]
    parts.append("Every command also explains itself: `promisectl make --help`.")
    return "\n\n".join(parts) + "\n"


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
        if line.startswith("!["):  # a terminal can't show a picture: name its file instead
            about, _, name = line.removeprefix("![").removesuffix(")").partition("](")
            lines[index] = f"{about}: `{os.path.join(_DIRECTORY, name)}`"
    return "\n".join(lines)


def read_records_schema() -> str:
    """Return the JSON Schema of all records."""
    file_name = os.path.join(os.path.dirname(compiled.__file__), "records.schema.json")
    with open(file_name, encoding="utf-8") as file:
        return file.read()


def format_lifecycle_diagram() -> str:
    """Return the lifecycle as a tree: for each state its moves, who makes them, where they lead."""
    from promisectl.domain.promise import State
    from promisectl.domain.transitions import TRANSITIONS, MoverRole

    openings = [
        _format_transition(row)
        for row in TRANSITIONS
        if row.state is None and row.who is not MoverRole.ME
    ]
    lines = ["(nothing yet)", *_format_tree(openings)]
    for state in State:
        moves = [
            _format_transition(row)
            for row in TRANSITIONS
            if row.state is state and row.who is not MoverRole.ME
        ]
        words = errors.STATE_WORDS.get(state.value, state.value)
        lines += ["", words, *(_format_tree(list(dict.fromkeys(moves))) or ["   the end"])]
    return "\n".join(lines)


def _format_transition(row: "Transition") -> str:
    """Return one transition: the command, who may use it and when, and the state it leads to."""
    from promisectl.domain.transitions import Condition

    command = _COMMAND_SPELLINGS.get((row.verb, row.who), row.verb.value)
    condition = "" if row.given is Condition.ALWAYS else f", {_CONDITION_WORDS[row.given]}"
    target = errors.STATE_WORDS.get(row.end.value, row.end.value) if row.end else "(stays)"
    return f"{command:<19} {row.who + condition:<34} ──▶ {target}"


def _format_tree(branches: list[str]) -> list[str]:
    """Return lines as branches of a tree."""
    return [
        f"{'└─' if index == len(branches) else '├─'} {branch}"
        for index, branch in enumerate(branches, 1)
    ]
