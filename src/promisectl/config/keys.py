"""Every key of the config: how its value is read, what is right for it, and the lines that explain it in a new file."""

from __future__ import annotations

import re
import shlex
import textwrap

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import argv
from promisectl.domain import civil, constants, people
from promisectl.domain.wellmade.check import RULES
from promisectl.rendering import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, Literal

COMMAND_NAMES = frozenset(name.partition(" ")[0] for name in argv.COMMANDS)
WEEKDAY_CHOICES = tuple(day[:3] for day in constants.WEEKDAYS)
_MAX_WINDOW_DAYS = 36_500


class WrongConfigValue(Exception):
    """Something in the config that can't be used: its key, that of its table before it, and what would be right."""

    def __init__(self, key: tuple[str, ...], what: str) -> None:
        super().__init__(what)
        self.key = key


class ConfigKey(NamedTuple):
    """One key. `read` turns its value into what the config holds, or raises ValueError with what is right."""

    parse_value: Callable[[Any], Any]
    about: str
    example: str


def _parse_me(value: Any) -> str:
    try:
        return people.parse_newcomer(value if isinstance(value, str) else "").name
    except errors.BadName:
        raise ValueError('me is your name, as in "Ana Lopez"') from None


def _parse_zone(value: Any) -> str:
    if isinstance(value, str) and civil.is_zone(value):
        return value
    raise ValueError(
        f'zone is the name of a time zone, as in "Europe/Berlin", and {_quote_value(value)} is none that is known here'
    )


def _build_choice_parser(name: str, choices: Collection[str]) -> Callable[[Any], Any]:
    def parse_choice(value: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{name} is one of {', '.join(choices)}")
        return value

    return parse_choice


def _parse_week_start(value: Any) -> int:
    return WEEKDAY_CHOICES.index(_build_choice_parser("week_start", WEEKDAY_CHOICES)(value))


def _parse_window(value: Any) -> int:
    said = re.fullmatch(r"(\d{1,5}) days?", value) if isinstance(value, str) else None
    days = int(said[1]) if said else value
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _MAX_WINDOW_DAYS:
        raise ValueError(
            f'window is a number of days, 1 to {_MAX_WINDOW_DAYS}, as in 90 or "90 days"'
        )
    return days


def _parse_pager(value: Any) -> str | Literal[False]:
    if value is False or (isinstance(value, str) and value.strip()):
        return value
    raise ValueError('pager is a command, as in "less -FIRX", or false for none')


def _build_text_list_parser(name: str) -> Callable[[Any], tuple[str, ...]]:
    def parse_text_list(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(
            isinstance(one, str) and one.strip() for one in value
        ):
            raise ValueError(f"{name} is a list of texts")
        return tuple(value)

    return parse_text_list


def _parse_ignore(value: Any) -> tuple[str, ...]:
    rules = _build_text_list_parser("ignore")(value)
    for rule in rules:
        if rule.upper() not in RULES:
            raise ValueError(f"there is no rule “{rule}”; they are {min(RULES)} to {max(RULES)}")
    return rules


def _parse_columns(value: Any) -> tuple[str, ...]:
    wanted = _build_text_list_parser("columns")(value)
    for name in wanted:
        if name not in columns.COLUMNS:
            raise ValueError(f"there is no column “{name}”; there are {', '.join(columns.COLUMNS)}")
        if wanted.count(name) > 1:
            raise ValueError(f"the column {name} is there twice")
    if not wanted:
        raise ValueError("columns is empty; leave it out for the usual ones")
    return wanted


def parse_alias(name: str, value: Any) -> str:
    """What an alias stands for, as it is written. Raises ValueError."""
    if name in COMMAND_NAMES:
        raise ValueError(
            f"{name} is a command already, so it can't be an alias; choose another word"
        )
    if not re.fullmatch(r"[^\W_][\w.-]*", name):
        raise ValueError(
            f"“{name}” can't be an alias: it is one word that begins with a letter or a digit"
        )
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError as error:
        raise ValueError(f"{name} can't be read as a command ({error})") from None
    if not words or words[0] not in COMMAND_NAMES:
        begins = f"and “{words[0]}” is none" if words else 'as in "owe --overdue"'
        raise ValueError(f"{name} has to begin with a command of promisectl, {begins}")
    return str(value)


def _quote_value(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else "this"


CONFIG_KEYS = {
    "me": ConfigKey(
        _parse_me,
        "Who you are: --to and --from with this name, or with its handle ana-lopez, mean you.",
        'me = "Ana Lopez"',
    ),
    "zone": ConfigKey(
        _parse_zone,
        "Where you live. TZ in the environment wins; without either, what the system says.",
        'zone = "Europe/Berlin"',
    ),
    "date_order": ConfigKey(
        _build_choice_parser("date_order", ("dmy", "mdy", "ymd")),
        "How 11/12 is read: dmy, mdy or ymd.",
        'date_order = "dmy"',
    ),
    "week_start": ConfigKey(
        _parse_week_start,
        "The day that begins a week, for `week` on a terminal and for eow.",
        'week_start = "sun"',
    ),
    "window": ConfigKey(_parse_window, "How far `stats` looks back.", 'window = "180 days"'),
    "color": ConfigKey(
        _build_choice_parser("color", constants.COLOR_CHOICES),
        "auto, always or never.",
        'color = "never"',
    ),
    "pager": ConfigKey(
        _parse_pager,
        "What shows long views a screen at a time; false for nothing.",
        'pager = "less -FIRX"',
    ),
    "check.ignore": ConfigKey(_parse_ignore, "Rules that say nothing.", 'ignore = ["L13"]'),
    "check.effort": ConfigKey(
        _build_text_list_parser("effort"),
        "More words for L05, effort without an end.",
        'effort = ["ponder"]',
    ),
    "check.hedges": ConfigKey(
        _build_text_list_parser("hedges"),
        "More words for L06, half a Yes.",
        'hedges = ["inshallah"]',
    ),
    "check.vague": ConfigKey(
        _build_text_list_parser("vague"),
        "More words for L07, measures without a measure.",
        'vague = ["presentable"]',
    ),
    "table.columns": ConfigKey(
        _parse_columns,
        f"What owe, owed and list show on a terminal, out of: {', '.join(columns.COLUMNS)}.",
        'columns = ["id", "person", "outcome", "due", "standing", "tags"]',
    ),
    "table.sort": ConfigKey(
        _build_choice_parser("sort", constants.PROMISE_SORTS),
        "In which order, on a terminal: due, made, person or state.",
        'sort = "person"',
    ),
}


_TEMPLATE_HEAD = (
    "# The config of promisectl. Nothing has to be said here, and a line that begins with # says nothing:",
    "# take that sign away where you want what stands behind it, and before the [table] that it is in.",
    "# More about it: promisectl guide config.",
)
_TEMPLATE_ALIASES = (
    "",
    "# Words of your own for commands: promisectl guide aliases.",
    "# [alias]",
    '# today = "owe --due-before tomorrow"',
)


def build_config_template() -> str:
    """What a new config begins with: every key with what it is for, none of them in force."""
    lines, table = [*_TEMPLATE_HEAD], ""
    for name, key in CONFIG_KEYS.items():
        within = name.rpartition(".")[0]
        about = [f"# {line}" for line in textwrap.wrap(key.about, 90)]
        lines += ["", *([f"# [{within}]"] if within != table else []), *about, f"# {key.example}"]
        table = within
    return "\n".join((*lines, *_TEMPLATE_ALIASES, ""))
