"""The lines of jot: each is a promise with its fields behind bars.

A line is `to NAME: OUTCOME` or `from NAME: OUTCOME`, then fields in any order, each after a bar
between spaces: `agreed`, `asked`, `offered`, `unsaid`, `done when: …`, `why: …`, `answer by: …`,
`part of: …` (the colon may be missing), `#tag`, or a date. For a series, there is also `every week
until 26 feb`, or `every week 13 times`, and `except 25 dec and 1 jan`, together or in fields of
their own. A bar in a text is written `\\|`; nothing else in a text means anything. This module only
parses.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from typing import Any

COMMENT_SIGN = "//"
_SPACES = " \t"
_SEPARATOR_PATTERN = r"[ \t]+\|(?=[ \t]|\Z)"
_LIST_MARK_PATTERN = r"(?:(?:[-*+•–]|[0-9]+[.)])(?:[ \t]+|\Z))?(?:\[ ?\](?:[ \t]+|\Z))?"
SIDE_WORDS = {"to": "to", "from": "from_"}
_FLAGS = ("agreed", "asked", "offered", "unsaid")
_FLAG_BEGINNINGS = tuple(flag[:2] for flag in _FLAGS)  # no word of a date has them
_TEXT_FIELDS = {
    "done when": "done_when",
    "why": "why",
    "answer by": "reply_by",
    "part of": "part_of",
}
_FIELD_WITHOUT_COLON_PATTERN = (
    r"(done[ \t-]when|why|answer[ \t-]by|part[ \t-]of)[ \t]+(.+)"  # no date
)
_SERIES_PATTERN = (
    r"(?:(?P<by>.*?)\bevery[ \t]+(?P<every>.+?))?"
    r"(?:(?:^|[ \t]+)until[ \t]+(?P<until>.+?))?"
    r"(?:(?:^|[ \t]+)(?P<times>[0-9]{1,9})[ \t]+times)?"
    r"(?:(?:^|[ \t]+)(?:except|without)[ \t]+(?P<except_>.+))?"
)
_SERIES_WORDS = {"every", "until", "times", "except", "without"}  # no date has them
OTHER_FIELDS = (
    *_FLAGS,
    *(f"{name}: …" for name in _TEXT_FIELDS),
    "every … until …",
    "#tag",
)
"""The fields of a line other than the date, as people write them."""


class JotLine(NamedTuple):
    """A line with a promise: its number on the page, and what is on it without a list mark."""

    number: int
    text: str


def list_jot_lines(page: str) -> list[JotLine]:
    """Return the lines of a page without its empty lines and comments."""
    import re

    stripped = (line.removesuffix("\r").strip(_SPACES) for line in page.split("\n"))
    lines = (
        JotLine(number, re.sub(f"^{_LIST_MARK_PATTERN}", "", line, count=1))
        for number, line in enumerate(stripped, 1)
    )
    return [line for line in lines if line.text.strip() and not line.text.startswith(COMMENT_SIGN)]


def insert_comments(page: str, comments: Mapping[int, str], former: Collection[str]) -> str:
    """Return a page with a comment above each line that has one, by its number.

    Comments in `former` are left out; so none is there twice.
    """
    lines: list[str] = []
    for number, line in enumerate(page.split("\n"), 1):
        if number in comments:
            lines.append(comments[number])
        if line not in former:
            lines.append(line)
    return "\n".join(lines)


def spell_field(field: str) -> str:
    """Return a field of `make` as a line has it, in quotes."""
    names = {name: words for words, name in _TEXT_FIELDS.items()}
    return f"“{names.get(field, field.strip('_'))}”"


def parse_jot_line(text: str) -> dict[str, Any]:
    """Return the arguments of `make` that a line has, by their names.

    Raises NoSideInLine, EmptyFieldInLine, UnknownFieldInLine, FieldTwiceInLine and TwoDatesInLine.
    """
    import re

    head, *parts = (
        part.strip(_SPACES).replace("\\|", "|") for part in re.split(_SEPARATOR_PATTERN, text)
    )
    side, name, outcome = _parse_head(head)
    values: dict[str, Any] = {"outcome": outcome, side: [name]}
    for part in parts:
        for field, value in _parse_field(part):
            if field == "tag":
                values[field] = [*values.get(field, ()), value]
            elif field == "by" and field in values:
                raise errors.TwoDatesInLine((values[field], value), OTHER_FIELDS)
            elif field in values:
                raise errors.FieldTwiceInLine(part.partition(":")[0])
            else:
                values[field] = value
    return values


def _parse_head(head: str) -> tuple[str, str, str]:
    """Return the side as an option of make has it, the name and the outcome.

    A space has to follow the colon, so that a time or an address is not taken for the end of a
    name. Raises NoSideInLine.
    """
    person, colon, outcome = head.partition(":")
    word, *names = person.split(maxsplit=1)[:2] or [""]
    side = SIDE_WORDS.get(word.casefold())
    if not (side and names and colon) or outcome[:1] not in ("", *_SPACES):
        raise errors.NoSideInLine(head)
    return side, names[0].strip(), outcome.strip(_SPACES)


def _parse_field(part: str) -> list[tuple[str, Any]]:
    """Return the values of a field by the name that make has for it.

    Raises EmptyFieldInLine and UnknownFieldInLine.
    """
    import re

    if not part:
        raise errors.EmptyFieldInLine
    words = part.split()
    if all(word.startswith("#") for word in words):
        return [("tag", word) for word in words]
    flag = part.casefold()
    if flag in _FLAGS:
        return [(flag, True)]
    name, colon, value = part.partition(":")
    spelled = " ".join(name.casefold().replace("-", " ").split())
    if colon and spelled in _TEXT_FIELDS:
        return [(_TEXT_FIELDS[spelled], value.strip(_SPACES))]
    if worded := re.fullmatch(_FIELD_WITHOUT_COLON_PATTERN, part, re.IGNORECASE | re.DOTALL):
        name = re.sub(r"[ \t-]", " ", worded[1].casefold())
        return [(_TEXT_FIELDS[name], worded[2])]
    if series := parse_series_field(part):
        return series
    is_name = colon and spelled.replace(" ", "").isalpha() and value[:1] in ("", *_SPACES)
    if is_name or (part.isalpha() and flag.startswith(_FLAG_BEGINNINGS)):
        raise errors.UnknownFieldInLine(f"{name}{colon}", OTHER_FIELDS)
    return [("by", part)]


def parse_series_field(part: str) -> list[tuple[str, Any]]:
    """Return what a field says about a series, and its first date; empty for another field."""
    import re

    if not _SERIES_WORDS & {*part.casefold().split()}:
        return []
    found = re.fullmatch(_SERIES_PATTERN, part, re.IGNORECASE)
    values: dict[str, Any] = found.groupdict() if found else {}
    if values.get("times"):
        values["times"] = int(values["times"])
    if values.get("except_"):
        values["except_"] = re.split(r"[ \t]+and[ \t]+|,[ \t]*", values["except_"])
    if values.get("by"):
        values["by"] = values["by"].strip(_SPACES)
    return [(name, value) for name, value in values.items() if value]
