"""Records as lines of a template that a person writes: “{id} {outcome}”."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import escape_line, escape_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    TemplatePieces = Sequence[tuple[str, str]]
    """Each text with the name of the field that follows it; the last one has none."""

_ESCAPED_CHARACTERS = {"t": "\t", "n": "\n", "\\": "\\"}


def parse_template(template: str, known: Sequence[str]) -> TemplatePieces:
    """Return the pieces of a template whose fields are among the `known` ones.

    Braces hold the name of a field, and doubled braces are braces; `\\t`, `\\n` and a doubled
    backslash are what they are in a shell's `printf`. Raises BadTemplate and UnknownColumn.
    """
    if not template:
        raise errors.BadTemplate("it is empty")
    pieces: list[tuple[str, str]] = []
    text, rest = "", template
    while rest:
        first, second = rest[0], rest[1:2]
        taken = 2
        if first == second and first in "{}":
            text += first
        elif first == "\\" and second in _ESCAPED_CHARACTERS:
            text += _ESCAPED_CHARACTERS[second]
        elif first == "{":
            name, brace, _ = rest[1:].partition("}")
            if not brace or not name:
                raise errors.BadTemplate(f"“{rest[: len(name) + 2]}” does not name a field")
            if name not in known:
                raise errors.UnknownColumn("--template", name, known)
            pieces.append((escape_lines(text), name))
            text, taken = "", len(name) + 2
        elif first == "}":
            raise errors.BadTemplate("“}” closes nothing")
        else:
            text, taken = text + first, 1
        rest = rest[taken:]
    return [*pieces, (escape_lines(text), "")]


def iter_template_lines(rows: Iterable[Mapping[str, Any]], pieces: TemplatePieces) -> Iterator[str]:
    """Return the text of the template for every row, with a line break at its end.

    Values are as in tab-separated lines: a line break within one becomes an escape.
    """
    fields, (end, _) = pieces[:-1], pieces[-1]
    for row in rows:
        values = [
            text + ("" if row[name] is None else escape_line(str(row[name])))
            for text, name in fields
        ]
        yield f"{''.join(values)}{end}\n"
