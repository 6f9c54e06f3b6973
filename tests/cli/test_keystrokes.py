"""What twelve everyday actions take to type: command lines that are run on one ledger, and counted.

A keystroke is a character or Enter; Enter at a question counts as well. `pr` is a shell alias of promisectl; `p` and `done` are the two
aliases of the config that the README proposes.
"""

import shlex
from typing import NamedTuple

from tests.conftest import Program

ALIASES = '[alias]\np = "make -y -t"\ndone = "complete -y"\n'
MOST_WITH_ALIASES = 243  # as many as Taskwarrior takes for the same twelve
MOST_WITHOUT = 354  # a quarter fewer than the 473 before there were short options


class Action(NamedTuple):
    """An action: how it is typed with aliases and without, what it says, and the most keystrokes."""

    short: str
    long: str
    says: str
    most: int = MOST_WITH_ALIASES


ACTIONS = {
    "I'll be home by 7, agreed with Alex": Action(
        "pr p alex Be home -b 7pm",
        "promisectl make -y -t alex Be home -b 7pm",
        "#1 active: you owe Alex “Be home” by Mon 23 Nov, 19:00.",
        33,
    ),
    "buy milk tomorrow, agreed with Alex": Action(
        "pr p alex Buy milk -b tom",
        "promisectl make -y -t alex Buy milk -b tom",
        "#2 active: you owe Alex “Buy milk” by Tue 24 Nov.",
        32,
    ),
    "Alex fixes the bike by Saturday": Action(
        "pr make Fix the bike -f alex -b sat",
        "promisectl make Fix the bike -f alex -b sat",
        "#3 proposed: you ask Alex for “Fix the bike” by Sat 28 Nov.",
        40,
    ),
    "what is on": Action("pr", "promisectl", "Be home"),
    "what do I owe": Action("pr owe", "promisectl owe", "Buy milk"),
    "I'll be late": Action(
        "pr bump 1 I will be late",
        "promisectl bump 1 I will be late",
        "#1 active, at risk: you warned Alex",
    ),
    "moved to tomorrow, agreed": Action(
        "pr negotiate 1 -b tom -y",
        "promisectl negotiate 1 -b tom -y",
        "#1 active: you and Alex agreed on “Be home” by Tue 24 Nov (was Mon 23 Nov, 19:00).",
        30,
    ),
    "fix a typo": Action(
        "pr correct 2 Buy oat milk",
        "promisectl correct 2 Buy oat milk",
        "“Buy oat milk” (was “Buy milk”)",
        30,
    ),
    "done and thanked": Action(
        "pr done 1", "promisectl complete 1 -y", "#1 kept, on time: Alex confirmed “Be home”.", 14
    ),
    "received": Action("pr done 3", "promisectl complete 3", "#3 kept, on time: you confirmed"),
    "undo": Action("pr undo", "promisectl undo", "#3 active again: `complete`"),
    "find": Action("pr list --search milk", "promisectl list --search milk", "Buy oat milk"),
}
"""In this order, on one ledger that holds nothing before."""
MEANWHILE = {"received": ("accept", "3")}
"""What happens before an action, and is none of the twelve: Alex says yes."""


def _play(program: Program, *, short: bool) -> dict[str, int]:
    """Type all twelve, and return the keystrokes of each."""
    config = program.home / "config" / "promisectl" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(ALIASES if short else "", encoding="utf-8")
    keystrokes = {}
    for name, action in ACTIONS.items():
        if name in MEANWHILE:
            program.ok(*MEANWHILE[name])
        line = action.short if short else action.long
        result = program(*shlex.split(line)[1:], width=100, answers="\n" * 9)
        assert result.code == 0, result
        assert action.says in " ".join(result.stdout.split()), result
        keystrokes[name] = len(line) + 1 + result.stderr.count(" › ")
    return keystrokes


def test_with_aliases_each_action_and_all_twelve_take_few_keystrokes(program: Program) -> None:
    keystrokes = _play(program, short=True)
    assert {name: n for name, n in keystrokes.items() if n > ACTIONS[name].most} == {}
    assert sum(keystrokes.values()) <= MOST_WITH_ALIASES


def test_without_any_alias_all_twelve_take_a_quarter_fewer_than_before(program: Program) -> None:
    assert sum(_play(program, short=False).values()) <= MOST_WITHOUT
