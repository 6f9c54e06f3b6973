"""Terms as a sheet of text to be edited: a line for each field below a few lines that explain it, and how it is read again."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.civil import CivilMoment
from promisectl.domain.promise import Direction, Promise, Side, Status, Terms, Verb
from promisectl.system.text import escape_character, escape_line, unescape_line

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORM_FIELDS = {
    "outcome": "outcome",
    "by": "due",
    "done-when": "done_when",
    "why": "why",
    "reply-by": "reply_by",
}
_DATE_FIELDS = ("by", "reply-by")
_FORM_INSTRUCTIONS = (
    "",
    "Change what stands behind the colons, save, and leave the editor. A date may",
    "be typed in words: fri, 28 nov, fri 17:00. In a text \\n is a line break, and",
    "\\\\ a backslash. Nothing behind a colon means none. A line left out, or an",
    "empty file, leaves everything as it is.",
)
_BLANK_CHARACTERS = " \t"  # what an editor may put or take away at the end of a line


class EditedField(NamedTuple):
    """A field that was changed: the number of its line, its name among the terms, and what it says now."""

    line: int
    field: str
    text: str


def describe_form(promise: Promise, name: str, verb: Verb, side: Side) -> list[str]:
    """What the sheet is about: which revision stands there, and what `side` would say by changing it. `name` is the other side's."""
    base, number = lifecycle.find_base_revision(promise, verb), promise.next_revision_number
    to = {
        Direction.OWE: f"to {name}",
        Direction.OWED: f"from {name}",
        Direction.SELF: "to yourself",
    }[promise.direction]
    whose = "yours" if promise.direction.is_my_side(base.author) else f"{name}'s"
    stands = (
        f"{whose}, on the table"
        if base.status is Status.OFFERED
        else base.status.value.replace("-", " ")
    )
    first = f"#{promise.id} {promise.state}, {to}: rev {base.number}, {stands}."
    if verb is Verb.CORRECT:
        return [
            first,
            f"You put a typo right: it stays rev {base.number}, and counts as no negotiation.",
        ]
    if side is Side.SELF:
        return [first, f"You change the terms: this becomes rev {number}, in force at once."]
    mine = promise.direction.is_my_side(side)
    who, other = ("You put", name) if mine else (f"{name} puts", "you")
    return [
        first,
        f"{who} new terms on the table: this becomes rev {number}, for {other} to answer.",
    ]


def format_terms_form(terms: Terms, zone: str, about: list[str]) -> str:
    """The sheet for somebody in `zone`. `about` says what it is about, a line each."""
    head = [f"# {escape_line(line)}".rstrip() if line else "#" for line in about]
    how = [f"# {line}".rstrip() for line in _FORM_INSTRUCTIONS]
    fields = [
        f"{name}: {value}".rstrip() for name, value in _format_form_values(terms, zone).items()
    ]
    return "\n".join([*head, *how, "", *fields, ""])


def parse_terms_form(sheet: str, terms: Terms, zone: str) -> list[EditedField]:
    """What somebody changed in the sheet of `terms`, untouched fields left out.

    Raises NoField, FieldTwice and BadEscape, each with the number of the line.
    """
    before, seen = _format_form_values(terms, zone), set[str]()
    typed = []
    for number, line in _iter_form_lines(sheet):
        with errors.add_place_to_errors(f"Line {number}"):
            name, value = _parse_form_line(line)
            if name in seen:
                raise errors.FieldTwice(name)
            seen.add(name)
            if value != before[name]:
                typed.append(
                    EditedField(
                        number,
                        _FORM_FIELDS[name],
                        value if name in _DATE_FIELDS else _parse_form_text(value),
                    )
                )
    return typed


def _parse_form_line(line: str) -> tuple[str, str]:
    """The name of a field, and what stands behind its colon."""
    name, colon, value = line.partition(":")
    name = name.strip().casefold()
    if not colon or name not in _FORM_FIELDS:
        raise errors.NoField(line.strip(), tuple(_FORM_FIELDS))
    return name, value.strip(_BLANK_CHARACTERS)


def _format_form_values(terms: Terms, zone: str) -> dict[str, str]:
    return {
        name: _format_form_value(getattr(terms, field), zone)
        for name, field in _FORM_FIELDS.items()
    }


def _format_form_value(value: str | CivilMoment | None, zone: str) -> str:
    """A field on one line; white space at an end is escaped, so that no editor takes it away."""
    if isinstance(value, CivilMoment):
        return value.civil if value.zone == zone else f"{value.civil} {value.zone}"
    text = escape_line(value or "")
    inner = text.strip()
    before, _, after = text.partition(inner) if inner else (text, "", "")
    return "".join((*map(escape_character, before), inner, *map(escape_character, after)))


def _parse_form_text(value: str) -> str:
    try:
        return unescape_line(value)
    except ValueError as error:
        raise errors.BadEscape(str(error)) from None


def _iter_form_lines(sheet: str) -> Iterator[tuple[int, str]]:
    """The lines that say something, without what explains them at the top: further down a `#` may begin a torn line of a text."""
    explaining = True
    for number, line in enumerate(sheet.split("\n"), 1):
        explaining = explaining and (line.startswith("#") or not line.strip())
        if line.strip() and not explaining:
            yield number, line
