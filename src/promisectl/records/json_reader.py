"""JSON that comes in, value by value with its line; what is no JSON is told with its place."""

from __future__ import annotations

import json

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

JSON_BLANKS = " \t\r\n"
_MAX_INTEGER_DIGITS = 1_000


class BadJson(Exception):
    """A text that can't be read as JSON.

    `kind` is `syntax`, `separator` where an array lacks a , or a ], `end` where the text ends too
    early, `depth`, `duplicate`, `constant` or `digits`; `detail` says more, in words of the library
    or with the name that is meant. The value begins on `first_line`, and what is wrong stands at
    `line` and `column`.
    """

    def __init__(self, kind: str, detail: str, first_line: int, line: int, column: int) -> None:
        self.kind = kind
        self.detail = detail
        self.first_line = first_line
        self.line = line
        self.column = column
        super().__init__(kind, detail)


class JsonReader:
    """The values of a text that comes in pieces; no more is held than the next value takes."""

    def __init__(self, pieces: Iterable[str], line: int = 1) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._position = 0
        self._column = 0  # signs that stood before `_text` on its first line
        self.line = line

    def iter_all_values(self) -> Iterator[tuple[int, Any]]:
        """Every value with its line, one text after the other. Raises BadJson."""
        while self.peek_sign():
            yield from self.iter_values()

    def iter_values(self) -> Iterator[tuple[int, Any]]:
        """Every value of an array with its line, or one value alone. Raises BadJson."""
        if self.peek_sign() != "[":
            yield self._read_next_value()
            return
        self._skip_sign()
        if self.peek_sign() != "]":
            yield self._read_next_value()
        while self.peek_sign() == ",":
            self._skip_sign()
            yield self._read_next_value()
        if self.peek_sign() != "]":
            kind = "separator" if self.peek_sign() else "end"
            raise self._build_error(kind, "Expecting , or ]", self._position)
        self._skip_sign()

    def read_only_value(self) -> Any:
        """The value that is all there is. Raises BadJson."""
        self.peek_sign()
        _, value = self._read_value()
        if self.peek_sign():
            raise self._build_error("syntax", "Extra data", self._position)
        return value

    def peek_sign(self) -> str:
        """The next sign that is no blank; empty at the end."""
        while True:
            while self._position < len(self._text):
                sign = self._text[self._position]
                if sign not in JSON_BLANKS:
                    return sign
                self._skip_sign()
            if not self._read_more(1):
                return ""

    def _skip_sign(self) -> None:
        self.line += self._text[self._position] == "\n"
        self._position += 1

    def _read_next_value(self) -> tuple[int, Any]:
        if not self.peek_sign():
            raise self._build_error("end", "Expecting value", self._position)
        return self._read_value()

    def _read_value(self) -> tuple[int, Any]:
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._position)
            except json.JSONDecodeError as error:
                if not self._read_more(len(self._text) - self._position):
                    raise self._build_error("syntax", error.msg, error.pos) from error
            except RecursionError as error:
                raise self._build_error("depth", "Nested too deeply", self._position) from error
            except _RefusedValueError as error:
                kind, detail = error.args
                raise self._build_error(kind, detail, self._position) from error
            else:
                line = self.line
                self.line += self._text.count("\n", self._position, end)
                self._position = end
                return line, value

    def _read_more(self, least: int) -> bool:
        """Read on by so many signs, or to the end, and drop what is done with; False at the end."""
        found, length = list[str](), 0
        for piece in self._pieces:
            found.append(piece)
            length += len(piece)
            if length >= least:
                break
        if found:
            self._column = self._find_column(self._position)
            self._text = "".join([self._text[self._position :], *found])
            self._position = 0
        return bool(found)

    def _find_column(self, position: int) -> int:
        """How many signs stand before that one on its line."""
        line_break = self._text.rfind("\n", 0, position)
        return self._column + position if line_break < 0 else position - line_break - 1

    def _build_error(self, kind: str, detail: str, position: int) -> BadJson:
        line = self.line + self._text.count("\n", self._position, position)
        return BadJson(kind, detail, self.line, line, self._find_column(position) + 1)


class _RefusedValueError(ValueError):
    """What is JSON for the library and not here: the kind, and the detail."""


def _refuse_constant(name: str) -> None:
    raise _RefusedValueError("constant", name)


def _parse_integer(digits: str) -> int:
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise _RefusedValueError("digits", digits)
    return int(digits)


def _build_unique_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise _RefusedValueError("duplicate", next(name for name in names if names.count(name) > 1))
    return found


_DECODER = json.JSONDecoder(
    parse_constant=_refuse_constant,
    parse_int=_parse_integer,
    object_pairs_hook=_build_unique_dict,
)
