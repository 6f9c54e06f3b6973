"""Every key of the config: how its value is read, what is right for it, and the lines that explain it in a new file."""

from __future__ import annotations

import re
import shlex
import textwrap

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import argv
from promisectl.domain import civil, people
from promisectl.domain.wellmade.check import RULES
from promisectl.rendering import columns
from promisectl.storage.queries import ORDERS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, Literal

COMMANDS = frozenset(name.partition(" ")[0] for name in argv.COMMANDS)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_DAYS = 36_500


class Wrong(Exception):
    """Something in the config that can't be used: its key, that of its table before it, and what would be right."""

    def __init__(self, key: tuple[str, ...], what: str) -> None:
        super().__init__(what)
        self.key = key


class Key(NamedTuple):
    """One key. `read` turns its value into what the config holds, or raises ValueError with what is right."""

    read: Callable[[Any], Any]
    about: str
    example: str


def _me(value: Any) -> str:
    try:
        return people.newcomer(value if isinstance(value, str) else "").name
    except errors.BadName:
        raise ValueError('me is your name, as in "Ana Lopez"') from None


def _zone(value: Any) -> str:
    if isinstance(value, str) and civil.is_zone(value):
        return value
    raise ValueError(f'zone is the name of a time zone, as in "Europe/Berlin", and {_quoted(value)} is none that is known here')


def _one_of(name: str, choices: Collection[str]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}")
        return value

    return read


def _week_start(value: Any) -> int:
    return WEEKDAYS.index(_one_of("week_start", WEEKDAYS)(value))


def _window(value: Any) -> int:
    said = re.fullmatch(r"(\d{1,5}) days?", value) if isinstance(value, str) else None
    days = int(said[1]) if said else value
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _MOST_DAYS:
        raise ValueError(f'window is a number of days, 1 to {_MOST_DAYS}, as in 90 or "90 days"')
    return days


def _pager(value: Any) -> str | Literal[False]:
    if value is False or (isinstance(value, str) and value.strip()):
        return value
    raise ValueError('pager is a command, as in "less -FIRX", or false for none')


def _texts(name: str) -> Callable[[Any], tuple[str, ...]]:
    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(one, str) and one.strip() for one in value):
            raise ValueError(f"{name} is a list of texts")
        return tuple(value)

    return read


def _ignore(value: Any) -> tuple[str, ...]:
    rules = _texts("ignore")(value)
    for rule in rules:
        if rule.upper() not in RULES:
            raise ValueError(f"there is no rule “{rule}”; they are {min(RULES)} to {max(RULES)}")
    return rules


def _columns(value: Any) -> tuple[str, ...]:
    wanted = _texts("columns")(value)
    for name in wanted:
        if name not in columns.COLUMNS:
            raise ValueError(f"there is no column “{name}”; there are {', '.join(columns.COLUMNS)}")
        if wanted.count(name) > 1:
            raise ValueError(f"the column {name} is there twice")
    if not wanted:
        raise ValueError("columns is empty; leave it out for the usual ones")
    return wanted


def alias(name: str, value: Any) -> str:
    """What an alias stands for, as it is written. Raises ValueError."""
    if name in COMMANDS:
        raise ValueError(f"{name} is a command already, so it can't be an alias; choose another word")
    if not re.fullmatch(r"[^\W_][\w.-]*", name):
        raise ValueError(f"“{name}” can't be an alias: it is one word that begins with a letter or a digit")
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError as error:
        raise ValueError(f"{name} can't be read as a command ({error})") from None
    if not words or words[0] not in COMMANDS:
        begins = f"and “{words[0]}” is none" if words else 'as in "owe --overdue"'
        raise ValueError(f"{name} has to begin with a command of promisectl, {begins}")
    return str(value)


def _quoted(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else "this"


KEYS = {
    "me": Key(_me, "Who you are: --to and --from with this name, or with its handle ana-lopez, mean you.", 'me = "Ana Lopez"'),
    "zone": Key(_zone, "Where you live. TZ in the environment wins; without either, what the system says.", 'zone = "Europe/Berlin"'),
    "date_order": Key(_one_of("date_order", ("dmy", "mdy", "ymd")), "How 11/12 is read: dmy, mdy or ymd.", 'date_order = "dmy"'),
    "week_start": Key(_week_start, "The day that begins a week, for `week` on a terminal and for eow.", 'week_start = "sun"'),
    "window": Key(_window, "How far `stats` looks back.", 'window = "180 days"'),
    "color": Key(_one_of("color", ("auto", "always", "never")), "auto, always or never.", 'color = "never"'),
    "pager": Key(_pager, "What shows long views a screen at a time; false for nothing.", 'pager = "less -FIRX"'),
    "check.ignore": Key(_ignore, "Rules that say nothing.", 'ignore = ["L13"]'),
    "check.effort": Key(_texts("effort"), "More words for L05, effort without an end.", 'effort = ["ponder"]'),
    "check.hedges": Key(_texts("hedges"), "More words for L06, half a Yes.", 'hedges = ["inshallah"]'),
    "check.vague": Key(_texts("vague"), "More words for L07, measures without a measure.", 'vague = ["presentable"]'),
    "table.columns": Key(
        _columns,
        f"What owe, owed and list show on a terminal, out of: {', '.join(columns.COLUMNS)}.",
        'columns = ["id", "person", "outcome", "due", "standing", "tags"]',
    ),
    "table.sort": Key(_one_of("sort", ORDERS), "In which order, on a terminal: due, made, person or state.", 'sort = "person"'),
}


_HEAD = (
    "# The config of promisectl. Nothing has to be said here, and a line that begins with # says nothing:",
    "# take that sign away where you want what stands behind it, and before the [table] that it is in.",
    "# More about it: promisectl guide config.",
)
_ALIASES = ("", "# Words of your own for commands: promisectl guide aliases.", "# [alias]", '# today = "owe --due-before tomorrow"')


def template() -> str:
    """What a new config begins with: every key with what it is for, none of them in force."""
    lines, table = [*_HEAD], ""
    for name, key in KEYS.items():
        within = name.rpartition(".")[0]
        about = [f"# {line}" for line in textwrap.wrap(key.about, 90)]
        lines += ["", *([f"# [{within}]"] if within != table else []), *about, f"# {key.example}"]
        table = within
    return "\n".join((*lines, *_ALIASES, ""))
