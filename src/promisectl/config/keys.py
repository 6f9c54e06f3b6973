"""The keys of the config: their parsers, and their explanations in a new file."""

from __future__ import annotations

import os
import re
import shlex
import textwrap

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import completion
from promisectl.domain import civil, constants, people
from promisectl.domain.wellmade.check import RULES
from promisectl.rendering import columns, message
from promisectl.storage import ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from typing import Any, Literal

COMMAND_NAMES = frozenset(completion.NAMES[""])
WEEKDAY_CHOICES = tuple(day[:3] for day in constants.WEEKDAYS)
_MAX_WINDOW_DAYS = 36_500
_TEMPLATE_COLUMNS = 90


class WrongConfigValue(Exception):
    """A key or a value that can't be used; `key` has the name of its table before it."""

    def __init__(self, key: tuple[str, ...], message: str) -> None:
        super().__init__(message)
        self.key = key


class ConfigKey(NamedTuple):
    """One key: its parser, what it is for, and an example.

    `parse_value` returns the value that the config holds. It raises ValueError with a correction.
    """

    parse_value: Callable[[Any], Any]
    about: str
    example: str


def parse_me_value(value: Any) -> str:
    """Return the name of the owner. Raises ValueError."""
    try:
        return people.parse_newcomer(value if isinstance(value, str) else "").name
    except errors.BadName:
        raise ValueError('me must be your name, as in "Ana Lopez"') from None


def parse_zone_value(value: Any) -> str:
    """Return the IANA name of a zone that this machine knows.

    Raises ValueError, NoZoneDatabase where this machine knows no zone at all.
    """
    if isinstance(value, str) and civil.is_zone(value):
        return value
    civil.ensure_zone_database()
    quoted = f"“{value}”" if isinstance(value, str) else "this"
    raise ValueError(f'{quoted} is not a known time zone; zone is a name such as "Europe/Berlin"')


def _build_choice_parser(name: str, choices: Collection[str]) -> Callable[[Any], Any]:
    """Return the parser of a key that has one of several words as its value."""

    def parse_choice(value: Any) -> Any:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}")
        return value

    return parse_choice


def parse_week_start_value(value: Any) -> int:
    """Return the index of a weekday, Monday is 0. Raises ValueError."""
    return WEEKDAY_CHOICES.index(_build_choice_parser("week_start", WEEKDAY_CHOICES)(value))


def parse_window_value(value: Any) -> int:
    """Return a number of days from a number or from a text such as "90 days".

    Raises ValueError.
    """
    match = re.fullmatch(r"(\d{1,5}) days?", value) if isinstance(value, str) else None
    days = int(match[1]) if match else value
    if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _MAX_WINDOW_DAYS:
        raise ValueError(
            f'window must be a number of days, 1 to {_MAX_WINDOW_DAYS}, as in 90 or "90 days"'
        )
    return days


def parse_pager_value(value: Any) -> str | Literal[False]:
    """Return the command of a pager, or False for none. Raises ValueError."""
    if value is False or (isinstance(value, str) and value.strip()):
        return value
    raise ValueError('pager must be a command, as in "less -FIRX", or false for none')


def _build_text_list_parser(name: str) -> Callable[[Any], tuple[str, ...]]:
    """Return the parser of a key that has a list of texts as its value."""

    def parse_text_list(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(
            isinstance(text, str) and text.strip() for text in value
        ):
            raise ValueError(f"{name} must be a list of texts")
        return tuple(value)

    return parse_text_list


def _build_time_parser(name: str) -> Callable[[Any], str]:
    """Return the parser of a key that has a time of day as its value, kept as in "09:00"."""

    def parse_time(value: Any) -> str:
        if isinstance(value, str) and re.fullmatch(r"(?:[01]?\d|2[0-3]):[0-5]\d", value):
            return value.zfill(len("09:00"))
        raise ValueError(f'{name} is a time, as in "9:00" or "17:30"')

    return parse_time


def parse_ignore_value(value: Any) -> tuple[str, ...]:
    """Return IDs of rules of the check, as they are written. Raises ValueError."""
    rules = _build_text_list_parser("ignore")(value)
    for rule in rules:
        if rule.upper() not in RULES:
            raise ValueError(f"there is no rule “{rule}”, only {', '.join(RULES)}")
    return rules


def parse_columns_value(value: Any) -> tuple[str, ...]:
    """Return names of columns, at least one and each once. Raises ValueError."""
    names = _build_text_list_parser("columns")(value)
    for name in names:
        if name not in columns.COLUMNS:
            raise ValueError(f"there is no column “{name}”, only {', '.join(columns.COLUMNS)}")
        if names.count(name) > 1:
            raise ValueError(f"the column {name} is there twice")
    if not names:
        raise ValueError("columns is empty; leave it out for the usual ones")
    return names


def parse_ledger_value(value: Any) -> str:
    """Return the path or the address of a ledger, as it is written. Raises ValueError."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("ledger must be a path or an address, as in postgresql://host/promises")
    if ledger.is_on_server(value):
        try:
            ledger.check_ledger_address(value)
        except errors.Usage as problem:
            raise ValueError(problem.clause) from None
    elif not (os.path.isabs(value) or value.startswith("~")):
        raise ValueError("ledger must be a whole path, from / or ~, or an address")
    return value


def parse_alias(name: str, value: Any) -> str:
    """Return the expansion of an alias as it is written. Raises ValueError."""
    if name in COMMAND_NAMES:
        raise ValueError(f"{name} is already a command; choose another word")
    if not re.fullmatch(r"(?![\d-]+$)[^\W_][\w.-]*", name):
        raise ValueError(
            f"“{name}” can't be an alias: that is one word that begins with a letter or a digit, "
            "and is not an ID"
        )
    try:
        words = shlex.split(value) if isinstance(value, str) else []
    except ValueError as error:
        raise ValueError(f"{name} can't be read as a command ({error})") from None
    if not words or words[0] not in COMMAND_NAMES:
        begins = f", and “{words[0]}” is not one" if words else ', as in "owe --overdue"'
        raise ValueError(f"{name} must begin with a command of promisectl{begins}")
    return str(value)


MESSAGE_LISTS = {"weekdays": 7, "months": 12}
"""The lists of names in the table of messages, each with how many it must have."""
MESSAGE_KEYS = (*message.DEFAULT_WORDS, "date", *MESSAGE_LISTS)
_PLACEHOLDER_PATTERN = r"\{[^{}]*\}?|\}"


def parse_message_value(name: str, value: Any) -> str | tuple[str, ...]:
    """Return words of messages, or what their dates are made of. Raises ValueError.

    Words may hold the placeholder {name}, and few of them another one; the form of a date needs
    others.
    """
    if name in MESSAGE_LISTS:
        names = _build_text_list_parser(name)(value)
        if len(names) != MESSAGE_LISTS[name]:
            raise ValueError(f"{name} must have {MESSAGE_LISTS[name]} names, not {len(names)}")
        return names
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text")  # noqa: TRY004  # like all wrong values
    known = message.DATE_PLACEHOLDERS
    if name != "date":
        known = (*message.WORD_PLACEHOLDERS.get(name, ()), "{name}")
    for found in re.findall(_PLACEHOLDER_PATTERN, value):
        if found not in known:
            raise ValueError(f"“{found}” is not a placeholder; {name} can have {', '.join(known)}")
    if name == "date" and not all(part in value for part in message.DATE_PLACEHOLDERS[1:]):
        raise ValueError('date must have a day, a month and a year, as in "{day} {month} {year}"')
    return value


def parse_import_value(name: str, value: Any) -> dict[str, Any]:
    """Return the table of a profile of a file to import as it is. Raises WrongConfigValue.

    It is parsed again where it is needed, as few commands import.
    """
    from promisectl.records import profiles

    key = ("import", name)
    if not isinstance(value, dict):
        raise WrongConfigValue(key, f"{name} must be a table")
    if name == profiles.NO_PROFILE_NAME:
        raise WrongConfigValue(key, f"{name} is for files without a profile; choose another name")
    try:
        profiles.parse_profile(name, value)
    except profiles.WrongProfileValue as wrong:
        raise WrongConfigValue((*key, *wrong.key), str(wrong)) from None
    return value


CONFIG_KEYS = {
    "me": ConfigKey(
        parse_me_value,
        "Your name. --to and --from with this name, or with its handle ana-lopez, mean you.",
        'me = "Ana Lopez"',
    ),
    "ledger": ConfigKey(
        parse_ledger_value,
        "Your ledger: a path, or the address of a PostgreSQL database. PROMISECTL_LEDGER and "
        "--ledger override it.",
        'ledger = "postgresql:///?service=promises"',
    ),
    "zone": ConfigKey(
        parse_zone_value,
        "Your time zone. TZ in the environment overrides it. Without either, the system decides.",
        'zone = "Europe/Berlin"',
    ),
    "date_order": ConfigKey(
        _build_choice_parser("date_order", ("dmy", "mdy", "ymd")),
        "How to read 11/12: dmy, mdy or ymd.",
        'date_order = "dmy"',
    ),
    "week_start": ConfigKey(
        parse_week_start_value,
        "The first day of a week, for `week` on a terminal and for eow.",
        'week_start = "sun"',
    ),
    "window": ConfigKey(parse_window_value, "How far back `stats` looks.", 'window = "180 days"'),
    "color": ConfigKey(
        _build_choice_parser("color", constants.COLOR_CHOICES),
        "Colors: auto, always or never.",
        'color = "never"',
    ),
    "form": ConfigKey(
        _build_choice_parser("form", ("auto", "plain")),
        "On a terminal: plain for lines instead of tables, else auto.",
        'form = "plain"',
    ),
    "pager": ConfigKey(
        parse_pager_value,
        "The pager for long views; false for none. Without it, PAGER or less.",
        'pager = "less -FIRX"',
    ),
    "hints": ConfigKey(
        _build_choice_parser("hints", constants.HINT_CHOICES),
        "Whether the next steps are printed after a move: always, first-weeks (for the first "
        "30 promises) or never. With never, there is no advice after a move either.",
        'hints = "never"',
    ),
    "questions": ConfigKey(
        _build_choice_parser("questions", constants.QUESTION_CHOICES),
        "When you are asked questions before a yes: always, important (yours: due after tomorrow, "
        "a done-when, an over-full week, or a broken promise before; theirs: an over-full week, or "
        "few promises kept) or never. With never, nothing is shown of them either.",
        'questions = "always"',
    ),
    "date.morning": ConfigKey(
        _build_time_parser("morning"), "What “morning” means in a date.", 'morning = "9:00"'
    ),
    "date.afternoon": ConfigKey(
        _build_time_parser("afternoon"), "What “afternoon” means.", 'afternoon = "15:00"'
    ),
    "date.evening": ConfigKey(
        _build_time_parser("evening"), "What “evening” and “tonight” mean.", 'evening = "20:00"'
    ),
    "date.cob": ConfigKey(
        _build_time_parser("cob"), "What “cob”, close of business, means.", 'cob = "17:00"'
    ),
    "check.ignore": ConfigKey(
        parse_ignore_value, "Rules that `check` leaves out.", 'ignore = ["L13"]'
    ),
    "check.effort": ConfigKey(
        _build_text_list_parser("effort"),
        "More words for L05: an effort, not a result.",
        'effort = ["ponder"]',
    ),
    "check.hedges": ConfigKey(
        _build_text_list_parser("hedges"),
        "More words for L06: half a yes, like “maybe”.",
        'hedges = ["inshallah"]',
    ),
    "check.vague": ConfigKey(
        _build_text_list_parser("vague"),
        "More words for L07: vague, like “several”.",
        'vague = ["presentable"]',
    ),
    "check.people": ConfigKey(
        _build_text_list_parser("people"),
        "Names that are one person's, although they sound like several (L25).",
        'people = ["Smith, John"]',
    ),
    "check.groups": ConfigKey(
        _build_text_list_parser("groups"),
        "More words for L25: several people, like “team”.",
        'groups = ["neighbours"]',
    ),
    "table.columns": ConfigKey(
        parse_columns_value,
        f"The columns of owe, owed and list on a terminal. All: {', '.join(columns.COLUMNS)}.",
        'columns = ["id", "person", "outcome", "due", "standing", "tags"]',
    ),
    "table.sort": ConfigKey(
        _build_choice_parser("sort", constants.PROMISE_SORTS),
        "The order on a terminal: due, made, person or state.",
        'sort = "person"',
    ),
}


_TEMPLATE_HEAD = """\
# The config of promisectl. Lines that start with # are comments: to use a setting, remove
# its # (and the # before the [table] above it). See: promisectl guide config
"""
_TEMPLATE_LAST_TABLES = (
    "",
    "# The words of the messages that you send. See: promisectl guide talking",
    "# [message]",
    '# greeting = "Dear {name},"',
    "",
    "# What the columns of files mean that you import: --from-format mytool.",
    "# See: promisectl guide config",
    "# [import.mytool]",
    '# map = {Task = "outcome", Until = "due"}',
    '# set = {direction = "self"}',
    '# skip = ["Kind=note"]',
    "",
    "# Short names for commands. See: promisectl guide aliases",
    "# [alias]",
    '# today = "owe --due-before tomorrow"',
)


def build_config_template() -> str:
    """Return the text of a new config: each key explained, with its example as a comment."""
    lines, last_table = _TEMPLATE_HEAD.splitlines(), ""
    for name, key in CONFIG_KEYS.items():
        table = name.rpartition(".")[0]
        heading = [f"# [{table}]"] if table != last_table else []
        about = [f"# {line}" for line in textwrap.wrap(key.about, _TEMPLATE_COLUMNS)]
        lines += ["", *heading, *about, f"# {key.example}"]
        last_table = table
    return "\n".join((*lines, *_TEMPLATE_LAST_TABLES, ""))
