"""Records as JSON (RFC 8259): one array, or one object a line."""

from __future__ import annotations

from math import isfinite

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import STEERING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


_PLANE = 0x10000  # characters, beyond which one is two halves


def _unit(code: int) -> str:
    """A character as JSON escapes it, one beyond the first plane as two halves."""
    halves = (code,) if code < _PLANE else (0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF))
    return "".join(f"\\u{half:04x}" for half in halves)


# Many of them are legal in JSON, but a terminal would obey them.
_STEERING = {code: _unit(code) for some in STEERING for code in some}
_ESCAPED = _STEERING | {ord(letter): f"\\{sign}" for letter, sign in zip('"\\\n\r\t\b\f', '"\\nrtbf', strict=True)}
_NAMED = {None: "null", True: "true", False: "false"}
MANY = 500
"""How many records are written without the library; beyond, it is worth its import."""


def one(value: Any) -> str:
    """A value as JSON on one line, every character readable but for controls, which are escaped.

    It is what `json.dumps` makes of it, whose import takes longer than a view; but names are texts, and numbers are finite.
    """
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return _NAMED[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    if isinstance(value, dict):
        return "{" + ", ".join([f"{_text(name)}: {one(below)}" for name, below in value.items()]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(one, value)) + "]"
    message = f"no JSON can be made of a {type(value).__name__}"
    raise TypeError(message)


def _text(value: str) -> str:
    if value.isprintable() and '"' not in value and "\\" not in value:  # most are, and that is told soon
        return f'"{value}"'
    return f'"{value.translate(_ESCAPED)}"'


def each(records: Iterable[Any]) -> Iterator[str]:
    """Every record as `one` makes it, as they come."""
    made: Callable[[Any], str] = one
    for place, record in enumerate(records):
        if place == MANY:
            made = _by_library()
        yield made(record)


def _by_library() -> Callable[[Any], str]:
    """`one`, faster by far once the library is there."""
    from json import JSONEncoder

    encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode

    def made(record: Any) -> str:
        line = encode(record)
        return line if line.isprintable() else line.translate(_STEERING)

    return made


def array(records: Iterable[Any]) -> Iterator[str]:
    """A JSON array, a record a line, as it comes."""
    first = True
    for record in each(records):
        yield ("[\n" if first else ",\n") + record
        first = False
    yield "[]\n" if first else "\n]\n"


def lines(records: Iterable[Any]) -> Iterator[str]:
    """JSON Lines: one record a line."""
    for record in each(records):
        yield record + "\n"
