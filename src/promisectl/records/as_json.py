"""Records as JSON (RFC 8259): one array, or one object a line.

This writer saves every view the import of the library's json, which is half a start of Python. It
is as fast as that one.
"""

from __future__ import annotations

from functools import lru_cache
from math import isfinite

from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import STEERING_RANGES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any


_FIRST_PAIRED_CODE = 0x10000  # JSON escapes characters from this one on as two surrogates
_SHORT_JSON_ESCAPES = dict(zip('"\\\n\r\t\b\f', '"\\nrtbf', strict=True))
_JSON_CONSTANTS = {None: "null", True: "true", False: "false"}
_MAX_CACHED_NAMES = 1_000  # of fields, with their JSON


def encode_json(value: Any) -> str:
    """Return a value as JSON on one line, with every character readable but for controls.

    The result is that of `json.dumps`. Raises TypeError where a name is not a text, a number is
    not finite, or JSON has no such value.
    """
    return _ENCODERS[value.__class__](value)


def encode_json_string(value: str) -> str:
    """Return a text as JSON."""
    if value.isprintable() and '"' not in value and "\\" not in value:  # as most are
        return '"' + value + '"'
    return '"' + value.translate(_STRING_ESCAPES) + '"'


def encode_json_float(value: float) -> str:
    """Return a float as JSON. Raises TypeError unless it is finite."""
    if not isfinite(value):
        message = "no JSON can be made of a float that is not finite"
        raise TypeError(message)
    return float.__repr__(value)


def encode_json_object(value: dict[str, Any]) -> str:
    """Return a dictionary as JSON."""
    fields = [
        encode_json_name(name) + _ENCODERS[inner.__class__](inner) for name, inner in value.items()
    ]
    return "{" + ", ".join(fields) + "}"


@lru_cache(_MAX_CACHED_NAMES)
def encode_json_name(name: str) -> str:
    """Return the name of a field as JSON, with its colon."""
    return encode_json_string(name) + ": "


def encode_json_list(value: list[Any] | tuple[Any, ...]) -> str:
    """Return a list or a tuple as JSON."""
    return "[" + ", ".join([_ENCODERS[inner.__class__](inner) for inner in value]) + "]"


class _StringEscapes(dict[int, str]):
    """The escapes of characters by their codes, for `str.translate`.

    It finds an escape when the character first occurs: JSON needs some, and a terminal would obey
    others.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        if character in _SHORT_JSON_ESCAPES:
            escape = "\\" + _SHORT_JSON_ESCAPES[character]
        elif not any(code in codes for codes in STEERING_RANGES):
            escape = character
        elif code < _FIRST_PAIRED_CODE:
            escape = f"\\u{code:04x}"
        else:
            escape = f"\\u{0xD7C0 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
        self[code] = escape
        return escape


class _Encoders(dict[type, "Callable[[Any], str]"]):
    """The encoder of each class; a class without one has that of the nearest class above it."""

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
        str: encode_json_string,
        int: int.__repr__,
        float: encode_json_float,
        bool: _JSON_CONSTANTS.__getitem__,
        type(None): _JSON_CONSTANTS.__getitem__,
        dict: encode_json_object,
        list: encode_json_list,
        tuple: encode_json_list,
    }
)


def iter_json_array(records: Iterable[Any]) -> Iterator[str]:
    """Return the lines of a JSON array, a record on each."""
    return iter_encoded_array(map(encode_json, records))


def iter_encoded_array(texts: Iterable[str]) -> Iterator[str]:
    """Return the lines of a JSON array of records that are JSON already."""
    first = True
    for text in texts:
        yield ("[\n" if first else ",\n") + text
        first = False
    yield "[]\n" if first else "\n]\n"


def iter_json_lines(records: Iterable[Any]) -> Iterator[str]:
    """Return the lines of JSON Lines, a record on each."""
    return iter_encoded_lines(map(encode_json, records))


def iter_encoded_lines(texts: Iterable[str]) -> Iterator[str]:
    """Return the lines of JSON Lines of records that are JSON already."""
    for text in texts:
        yield text + "\n"
