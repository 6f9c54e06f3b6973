"""The form for editing terms in an editor: a line for each field, below a few lines of help.

The module writes the form and reads it back.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.civil import CivilMoment
from promisectl.domain.promise import Direction, Promise, Side, Status, Terms, Verb
from promisectl.rendering import formats
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
    "Edit the text after the colons, save, and close the editor. Dates can be typed",
    "in words: fri, 28 nov, fri 17:00. In a text, \\n is a line break, and \\\\ is a",
    "backslash. To remove a value, delete the text after its colon. A line that you",
    "delete keeps its value. An empty file changes nothing.",
)
_BLANK_CHARACTERS = " \t"  # an editor may add or remove them at the end of a line


_STATUS_PHRASES = {
    Status.OFFERED: "not agreed yet",
    Status.IN_FORCE: "agreed",
    Status.SUPERSEDED: "replaced",
    Status.DECLINED: "declined",
    Status.WITHDRAWN: "withdrawn",
    Status.MOOT: "ended with the promise",
}


class EditedField(NamedTuple):
    """A field that was changed: the number of its line, its name in the terms, its new text."""

    line: int
    field: str
    text: str


def describe_form(promise: Promise, name: str, verb: Verb, side: Side) -> list[str]:
    """Return the first lines of the form: which revision it shows, and what editing it will do.

    `name` is the display name of the other side; `side` is the side that will change the terms.
    """
    base, number = lifecycle.find_base_revision(promise, verb), promise.next_revision_number
    counterparty = {
        Direction.OWE: f"to {name}",
        Direction.OWED: f"from {name}",
        Direction.SELF: "to yourself",
    }[promise.direction]
    whose = "yours" if promise.direction.is_my_side(base.author) else f"{name}'s"
    is_offered = base.status is Status.OFFERED
    status = f"{whose}, not agreed yet" if is_offered else _STATUS_PHRASES[base.status]
    state = formats.format_state(promise.state)
    first = f"#{promise.id} {state}, {counterparty}: rev {base.number}, {status}."
    if verb is Verb.CORRECT:
        effect = f"You correct a typo: this stays rev {base.number} and does not count as a change."
    elif side is Side.SELF:
        effect = f"You change the terms: this becomes rev {number} and holds at once."
    else:
        mine = promise.direction.is_my_side(side)
        actor, answer = "You propose", f"{name} has to answer"
        if not mine:
            actor, answer = f"{name} proposes", "you have to answer"
        effect = f"{actor} other terms: this becomes rev {number}, and {answer}."
    return [first, effect]


def format_terms_form(terms: Terms, zone: str, about: list[str]) -> str:
    """Return the form for somebody in `zone`, below the lines of `about` and the instructions."""
    head = [f"# {escape_line(line)}".rstrip() if line else "#" for line in about]
    instructions = [f"# {line}".rstrip() for line in _FORM_INSTRUCTIONS]
    fields = [
        f"{name}: {value}".rstrip() for name, value in _format_form_values(terms, zone).items()
    ]
    return "\n".join([*head, *instructions, "", *fields, ""])


def parse_terms_form(form: str, terms: Terms, zone: str) -> list[EditedField]:
    """Return the fields that were changed in the form of `terms`.

    Raises NoField, FieldTwice and BadEscape, each with the number of the line.
    """
    before, seen = _format_form_values(terms, zone), set[str]()
    edited = []
    for number, line in _iter_form_lines(form):
        with errors.add_place_to_errors(f"Line {number}"):
            name, value = _parse_form_line(line)
            if name in seen:
                raise errors.FieldTwice(name)
            seen.add(name)
            if value != before[name]:
                text = value if name in _DATE_FIELDS else parse_form_text(value)
                edited.append(EditedField(number, _FORM_FIELDS[name], text))
    return edited


def _iter_form_lines(form: str) -> Iterator[tuple[int, str]]:
    """Yield the lines with content and their numbers, without the help at the top.

    Only there a `#` begins a comment; further down it may begin a part of a text that an editor
    has wrapped.
    """
    in_help = True
    for number, line in enumerate(form.split("\n"), 1):
        in_help = in_help and (line.startswith("#") or not line.strip())
        if line.strip() and not in_help:
            yield number, line


def _parse_form_line(line: str) -> tuple[str, str]:
    """Return the name of the field in a line, and the value after its colon.

    Raises NoField when the line has no colon, or another name before it.
    """
    name, colon, value = line.partition(":")
    name = name.strip().casefold()
    if not colon or name not in _FORM_FIELDS:
        raise errors.NoField(line.strip(), tuple(_FORM_FIELDS))
    return name, value.strip(_BLANK_CHARACTERS)


def parse_form_text(value: str) -> str:
    """Return the text that a value of the form means. Raises BadEscape."""
    try:
        return unescape_line(value)
    except ValueError as error:
        raise errors.BadEscape(str(error)) from None


def _format_form_values(terms: Terms, zone: str) -> dict[str, str]:
    """Return the value of each field as the form shows it, by the name in the form."""
    return {
        name: format_form_value(getattr(terms, field), zone) for name, field in _FORM_FIELDS.items()
    }


def format_form_value(value: str | CivilMoment | None, zone: str) -> str:
    """Return a field on one line: a date as people in `zone` type it, a text with escapes.

    White space at the start and the end is escaped, so that no editor removes it.
    """
    if isinstance(value, CivilMoment):
        return value.civil if value.zone == zone else f"{value.civil} {value.zone}"
    text = escape_line(value or "")
    inner = text.strip()
    before, _, after = text.partition(inner) if inner else (text, "", "")
    return "".join((*map(escape_character, before), inner, *map(escape_character, after)))
