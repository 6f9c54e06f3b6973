"""The profiles of other programs: what the columns of their files mean, as tables of data.

Each shipped profile is a TOML file in this directory; a user writes the same keys below
[import.NAME] in the config.
"""

from __future__ import annotations

import os
import re

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import spelling
from promisectl.records import conditions, fields, headings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any

    from promisectl.records.conditions import RowCondition

_PROFILE_DIRECTORY = os.path.dirname(__file__)
_ENDING = ".toml"
PROFILE_FORMATS = ("csv", "json", "ics", "todo.txt")
"""What a file with a profile is read as; JSON also as one object a line."""
DAY_RULES = ("written", "midnight")
"""How an instant can mean a day: it is the day that is written, or midnight here begins it."""
CLOSED_KINDS = ("done", "cancelled")
"""How a row can be no longer open."""


class Profile(NamedTuple):
    """What the file of another program means.

    `name` is what `--from-format` takes, `title` what people call the program. The file is read as
    `reads`, one of PROFILE_FORMATS, and is known by having each of `marks`: a column, or a column
    with a value in the first row. `rows` are the names under which its rows are, from the outside
    in, where JSON nests them. `column_fields` and `fixed_fields` are as in ImportRules, and all
    other columns are left out. Several columns of one field are in the order of `column_fields`:
    the first one with a value counts, or their texts are joined. `removed` has patterns of what is
    taken out of a column's texts, and `tag_patterns` those of words in them that are tags.

    A row that meets one of `sections` is a heading: its outcome is a tag of the rows below it. One
    that meets one of `comments` belongs to the row above, whose why gets its outcome. `closed` has
    the conditions of rows that are no longer open by CLOSED_KINDS; the first kind that fits counts.
    `part_of` has the column that names the bigger one of a row, and the column with what it names;
    or `level_column` has a higher number in the parts of a row above them.

    `key_columns` identify a row. `date_forms` are the forms of dates, as `strptime` has them, where
    they are not ISO 8601. `days` is one of DAY_RULES, or empty where an instant is meant.
    `keeps_due_words`: a due date that can't be read is kept in the why.
    """

    name: str = ""
    title: str = ""
    reads: str = "csv"
    marks: Sequence[RowCondition] = ()
    rows: Sequence[str] = ()
    column_fields: Mapping[str, str] = {}
    fixed_fields: Mapping[str, str] = {}
    removed: Mapping[str, re.Pattern[str]] = {}
    tag_patterns: Mapping[str, re.Pattern[str]] = {}
    only: Sequence[RowCondition] = ()
    skip: Sequence[RowCondition] = ()
    sections: Sequence[RowCondition] = ()
    comments: Sequence[RowCondition] = ()
    closed: Mapping[str, Sequence[RowCondition]] = {}
    part_of: RowCondition | None = None
    level_column: str = ""
    key_columns: Sequence[str] = ()
    date_forms: Sequence[str] = ()
    days: str = ""
    keeps_due_words: bool = False

    def __bool__(self) -> bool:
        """Whether there is one: a file that has our fields has none."""
        return bool(self.name)

    def count_used_columns(self, columns: Sequence[str]) -> int:
        """Return how many of the columns of a file mean something by the profile."""
        named = [
            *(name for name, field in self.column_fields.items() if field),
            *self.key_columns,
            *filter(None, (self.level_column, *(self.part_of or ()))),
            *(condition.column for condition in (*self.only, *self.skip)),
            *(condition.column for kind in self.closed.values() for condition in kind),
        ]
        tidy = [*map(headings.tidy_heading, columns)]
        return len({headings.find_heading(name, tidy) for name in named} - {None})

    def is_of(self, columns: Sequence[str], cells: Sequence[Any] = ()) -> bool:
        """Whether a file with these columns, and these cells in its first row, is of the kind."""
        tidy = [*map(headings.tidy_heading, columns)]
        for mark in self.marks:
            heading = headings.find_heading(mark.column, tidy)
            if heading is None:
                return False
            position = tidy.index(heading)
            if mark.value and not (position < len(cells) and mark.is_met(cells[position])):
                return False
        return bool(self.marks)


NO_PROFILE = Profile()
NO_PROFILE_NAME = "none"
"""The name of no profile: that of a file with our fields, or mapped by hand."""


def list_profile_names() -> list[str]:
    """Return the names of the shipped profiles."""
    return sorted(
        name.removesuffix(_ENDING)
        for name in os.listdir(_PROFILE_DIRECTORY)
        if name.endswith(_ENDING)
    )


def load_profile(name: str) -> Profile:
    """Return a shipped profile by its name."""
    import tomllib

    with open(os.path.join(_PROFILE_DIRECTORY, name + _ENDING), "rb") as file:
        return parse_profile(name, tomllib.load(file))


def load_profiles() -> list[Profile]:
    """Return all shipped profiles."""
    return [*map(load_profile, list_profile_names())]


# The keys of a profile


class WrongProfileValue(ValueError):
    """A key of a profile that can't be used: `key`, with that of a table in it after it."""

    def __init__(self, key: tuple[str, ...], message: str) -> None:
        self.key = key
        super().__init__(message)


def parse_profile(name: str, table: Mapping[str, Any]) -> Profile:
    """Return the profile that a table of TOML describes. Raises WrongProfileValue."""
    values: dict[str, Any] = {"name": name, "title": name}
    for key, value in table.items():
        if key not in _KEY_PARSERS:
            nearest = _find_nearest(key, _KEY_PARSERS)
            raise WrongProfileValue((key,), f"there is no “{key}”; the nearest is {nearest}")
        field, parse_value = _KEY_PARSERS[key]
        try:
            parsed = parse_value(key, value)
        except WrongProfileValue:
            raise
        except ValueError as error:
            raise WrongProfileValue((key,), str(error)) from None
        values[field] = {**values.get(field, {}), key: parsed} if key in CLOSED_KINDS else parsed
    return Profile(**values)


def _find_nearest(word: str, known: Sequence[str] | Mapping[str, object]) -> str:
    from difflib import get_close_matches

    return str(get_close_matches(word, [*known], 1, 0)[0])


def _parse_text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{key} must be a text")
    return value


def _parse_texts(key: str, value: Any) -> tuple[str, ...]:
    """Return a list of texts; one text is a list of one."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise ValueError(f"{key} must be a list of texts")
    return tuple(texts)


def _parse_conditions(key: str, value: Any) -> tuple[RowCondition, ...]:
    parsed = [*map(conditions.parse_condition, texts := _parse_texts(key, value))]
    for text, condition in zip(texts, parsed, strict=True):
        if condition is None:
            raise ValueError(f'“{text}” in {key} is not like "Status=done"')
    return tuple(condition for condition in parsed if condition)


def _parse_marks(key: str, value: Any) -> tuple[RowCondition, ...]:
    return tuple(
        conditions.parse_condition(text) or conditions.RowCondition(text, "")
        for text in _parse_texts(key, value)
    )


def _parse_part_columns(key: str, value: Any) -> RowCondition:
    columns = conditions.parse_condition(_parse_text(key, value))
    if columns is None:
        raise ValueError(f'“{value}” in {key} is not like "Parent=ID"')
    return columns


def _build_word_parser(choices: Sequence[str]) -> Callable[[str, Any], str]:
    def parse_choice(key: str, value: Any) -> str:
        if not isinstance(value, str) or value not in choices:
            raise ValueError(f"{key} must be one of {', '.join(choices)}")
        return value

    return parse_choice


def _parse_text_table(key: str, value: Any) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise ValueError(f"{key} must be a table of texts")
    return value


def _parse_column_table(key: str, value: Any) -> dict[str, str]:
    """Return the field for each column in a table, empty for one to leave out."""
    columns = {}
    for column, word in _parse_text_table(key, value).items():
        columns[column] = _check_field(key, column, word, headings.IMPORT_FIELDS) if word else ""
    return {**columns, headings.OTHER_COLUMNS: ""}


def _parse_field_table(key: str, value: Any) -> dict[str, str]:
    """Return the text for each field in a table."""
    known = fields.IMPORT_RECORD_FIELDS
    table = _parse_text_table(key, value)
    return {_check_field(key, word, word, known): text for word, text in table.items()}


def _check_field(key: str, name: str, word: str, known: Sequence[str]) -> str:
    """Return the field that a word in a table means, in any spelling; `name` is its key there."""
    field = headings.fold_heading(word)
    if field not in known:
        nearest = _find_nearest(field, known)
        message = f"“{word}” in {key} is not a field; the nearest is {nearest}"
        raise WrongProfileValue((key, name), message)
    return field


def _parse_patterns(key: str, value: Any) -> dict[str, re.Pattern[str]]:
    patterns = {}
    for name, text in _parse_text_table(key, value).items():
        try:
            patterns[spelling.fold_for_search(name)] = re.compile(text)
        except re.error as error:
            message = f"“{text}” in {key} is not a regular expression ({error})"
            raise WrongProfileValue((key, name), message) from None
    return patterns


def _parse_tag_patterns(key: str, value: Any) -> dict[str, re.Pattern[str]]:
    patterns = _parse_patterns(key, value)
    if any(pattern.groups > 1 for pattern in patterns.values()):
        raise ValueError(f"an expression in {key} has more than one group; the tag is one")
    return patterns


def _parse_due_words(key: str, value: Any) -> bool:
    return _build_word_parser(("why",))(key, value) == "why"


_KEY_PARSERS: Mapping[str, tuple[str, Callable[[str, Any], Any]]] = {
    "title": ("title", _parse_text),
    "reads": ("reads", _build_word_parser(PROFILE_FORMATS)),
    "heading": ("marks", _parse_marks),
    "rows": ("rows", _parse_texts),
    "map": ("column_fields", _parse_column_table),
    "set": ("fixed_fields", _parse_field_table),
    "remove": ("removed", _parse_patterns),
    "tags": ("tag_patterns", _parse_tag_patterns),
    "only": ("only", _parse_conditions),
    "skip": ("skip", _parse_conditions),
    "sections": ("sections", _parse_conditions),
    "comments": ("comments", _parse_conditions),
    **dict.fromkeys(CLOSED_KINDS, ("closed", _parse_conditions)),
    "part_of": ("part_of", _parse_part_columns),
    "level": ("level_column", _parse_text),
    "id": ("key_columns", _parse_texts),
    "dates": ("date_forms", _parse_texts),
    "days": ("days", _build_word_parser(DAY_RULES)),
    "unread_due": ("keeps_due_words", _parse_due_words),
}
PROFILE_KEYS = tuple(_KEY_PARSERS)
"""The keys of a profile, in TOML."""
_TABLE_PARSERS = (_parse_column_table, _parse_field_table, _parse_patterns, _parse_tag_patterns)
PROFILE_TABLES = tuple(key for key, (_, parse) in _KEY_PARSERS.items() if parse in _TABLE_PARSERS)
"""The keys that have a table of texts."""
