"""Records as JSON (RFC 8259): one array, or one object a line.

This writer saves every view the import of the library's: half a start of Python. It is as quick.
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import STEERING_RANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


_PLANE_CHARACTERS = 0x10000  # characters, beyond which one is two halves
_SHORT_JSON_ESCAPES = dict(zip('"\\\n\r\t\b\f', '"\\nrtbf', strict=True))
_JSON_CONSTANTS = {None: "null", True: "true", False: "false"}
_MAX_KNOWN_NAMES = 1_000  # names of fields whose JSON is kept at hand


def encode_json(value: Any) -> str:
    """Encode a value as JSON on one line, every character readable but for controls.

    It is what `json.dumps` makes of it; but names are texts, and numbers are finite. Raises
    TypeError where they are not, and of anything else.
    """
    return _ENCODERS[value.__class__](value)


def _encode_json_string(value: str) -> str:
    if value.isprintable() and '"' not in value and "\\" not in value:  # as most are
        return '"' + value + '"'
    return '"' + value.translate(_STRING_ESCAPES) + '"'


def _encode_json_float(value: float) -> str:
    if not isfinite(value):
        message = "no JSON can be made of a float that is not finite"
        raise TypeError(message)
    return float.__repr__(value)


def _encode_json_object(value: dict[str, Any]) -> str:
    fields = [
        _encode_field_name(name) + _ENCODERS[inner.__class__](inner)
        for name, inner in value.items()
    ]
    return "{" + ", ".join(fields) + "}"


@lru_cache(_MAX_KNOWN_NAMES)
def _encode_field_name(name: str) -> str:
    return _encode_json_string(name) + ": "


def _encode_json_list(value: list[Any] | tuple[Any, ...]) -> str:
    return "[" + ", ".join([_ENCODERS[inner.__class__](inner) for inner in value]) + "]"


class _StringEscapes(dict[int, str]):
    """What `str.translate` writes for a character, found out when it is met for the first time."""

    def __missing__(self, code: int) -> str:
        self[code] = escape = _escape_json_character(chr(code))
        return escape


def _escape_json_character(character: str) -> str:
    """Escape a character if JSON needs that, or if a terminal would obey it."""
    code = ord(character)
    if character in _SHORT_JSON_ESCAPES:
        return "\\" + _SHORT_JSON_ESCAPES[character]
    if not any(code in some for some in STEERING_RANGES):
        return character
    if code < _PLANE_CHARACTERS:
        return f"\\u{code:04x}"
    return f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"


class _Encoders(dict[type, "Callable[[Any], str]"]):
    """What writes a value, by its class, or else by the nearest class above that one."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        base = next((base for base in kind.__mro__ if base in self), None)
        if base is None:
            message = f"no JSON can be made of a {kind.__name__}"
            raise TypeError(message)
        self[kind] = self[base]
        return self[base]


_STRING_ESCAPES = _StringEscapes()
_ENCODERS = _Encoders(
    {
        str: _encode_json_string,
        int: int.__repr__,
        float: _encode_json_float,
        bool: _JSON_CONSTANTS.__getitem__,
        type(None): _JSON_CONSTANTS.__getitem__,
        dict: _encode_json_object,
        list: _encode_json_list,
        tuple: _encode_json_list,
    }
)


def iter_json_array(records: Iterable[Any]) -> Iterator[str]:
    """A JSON array, a record a line, as it comes."""
    first = True
    for record in records:
        yield ("[\n" if first else ",\n") + encode_json(record)
        first = False
    yield "[]\n" if first else "\n]\n"


def iter_json_lines(records: Iterable[Any]) -> Iterator[str]:
    """JSON Lines: one record a line."""
    for record in records:
        yield encode_json(record) + "\n"
