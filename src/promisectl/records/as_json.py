"""Records as JSON (RFC 8259): one array, or one object a line."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

_encoded = json.JSONEncoder(ensure_ascii=False).encode  # made once, not for every record
# DEL and C1 controls, line separators and direction marks are legal in JSON, but a terminal would obey them.
_HIDDEN = {
    code: f"\\u{code:04x}"
    for code in (*range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x2070), 0xFEFF)
}
_HIDDEN |= {code: "".join(f"\\u{half:04x}" for half in (0xDB40, 0xDC00 + code - 0xE0000)) for code in range(0xE0000, 0xE0080)}


def one(value: Any) -> str:
    """A value as JSON on one line, every character readable but for controls, which are escaped."""
    return _encoded(value).translate(_HIDDEN)


def array(records: Iterable[Any]) -> Iterator[str]:
    """A JSON array, a record a line, as it comes."""
    first = True
    for record in records:
        yield ("[\n" if first else ",\n") + one(record)
        first = False
    yield "[]\n" if first else "\n]\n"


def lines(records: Iterable[Any]) -> Iterator[str]:
    """JSON Lines: one record a line."""
    for record in records:
        yield one(record) + "\n"
