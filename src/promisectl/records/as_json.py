"""Records as JSON (RFC 8259): one array, or one object a line."""

from __future__ import annotations

from math import isfinite

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import STEERING_RANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


_PLANE_CHARACTERS = 0x10000  # characters, beyond which one is two halves


def _escape_code_point(code: int) -> str:
    """A character as JSON escapes it, one beyond the first plane as two halves."""
    halves = (
        (code,) if code < _PLANE_CHARACTERS else (0xD7C0 + (code >> 10), 0xDC00 + (code & 0x3FF))
    )
    return "".join(f"\\u{half:04x}" for half in halves)


# Many of them are legal in JSON, but a terminal would obey them.
_CONTROL_ESCAPES = {code: _escape_code_point(code) for some in STEERING_RANGES for code in some}
_STRING_ESCAPES = _CONTROL_ESCAPES | {
    ord(letter): f"\\{sign}" for letter, sign in zip('"\\\n\r\t\b\f', '"\\nrtbf', strict=True)
}
_JSON_CONSTANTS = {None: "null", True: "true", False: "false"}
MAX_RECORDS_WITHOUT_LIBRARY = 500
"""How many records are written without the library; beyond, it is worth its import."""


def encode_json(value: Any) -> str:
    """A value as JSON on one line, every character readable but for controls, which are escaped.

    It is what `json.dumps` makes of it, whose import takes longer than a view; but names are texts, and numbers are finite.
    """
    if isinstance(value, str):
        return _encode_json_string(value)
    if value is None or isinstance(value, bool):
        return _JSON_CONSTANTS[value]
    if isinstance(value, int):
        return int.__repr__(value)
    if isinstance(value, float) and isfinite(value):
        return float.__repr__(value)
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(
                [
                    f"{_encode_json_string(name)}: {encode_json(below)}"
                    for name, below in value.items()
                ]
            )
            + "}"
        )
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(encode_json, value)) + "]"
    message = f"no JSON can be made of a {type(value).__name__}"
    raise TypeError(message)


def _encode_json_string(value: str) -> str:
    if (
        value.isprintable() and '"' not in value and "\\" not in value
    ):  # most are, and that is told soon
        return f'"{value}"'
    return f'"{value.translate(_STRING_ESCAPES)}"'


def iter_json_records(records: Iterable[Any]) -> Iterator[str]:
    """Every record as `one` makes it, as they come."""
    made: Callable[[Any], str] = encode_json
    for place, record in enumerate(records):
        if place == MAX_RECORDS_WITHOUT_LIBRARY:
            made = _build_library_encoder()
        yield made(record)


def _build_library_encoder() -> Callable[[Any], str]:
    """`one`, faster by far once the library is there."""
    from json import JSONEncoder

    encode = JSONEncoder(ensure_ascii=False, allow_nan=False).encode

    def encode_record(record: Any) -> str:
        line = encode(record)
        return line if line.isprintable() else line.translate(_CONTROL_ESCAPES)

    return encode_record


def iter_json_array(records: Iterable[Any]) -> Iterator[str]:
    """A JSON array, a record a line, as it comes."""
    first = True
    for record in iter_json_records(records):
        yield ("[\n" if first else ",\n") + record
        first = False
    yield "[]\n" if first else "\n]\n"


def iter_json_lines(records: Iterable[Any]) -> Iterator[str]:
    """JSON Lines: one record a line."""
    for record in iter_json_records(records):
        yield record + "\n"
