"""The reader of JSON: value by value, with the line of each value and of an error."""

from __future__ import annotations

import json

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

JSON_BLANKS = " \t\r\n"  # the characters that JSON allows between values
_MAX_INTEGER_DIGITS = 1_000


class BadJson(Exception):
    """A text that can't be read as JSON.

    `kind` is `syntax`, `separator` where an array lacks a , or a ], `end` where the text ends too
    early, `depth`, `duplicate`, `constant` or `digits`. `detail` is the message of the library, or
    the name or number that is refused. The value begins on `first_line`, and the error is at
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
    """The values of a text that comes in pieces.

    It keeps only as much of the text in memory as the next value needs. `line` is the number of the
    current line.
    """

    def __init__(self, pieces: Iterable[str], line: int = 1) -> None:
        self._pieces = iter(pieces)
        self._text = ""
        self._position = 0
        self._column = 0  # characters before `_text` on its first line
        self.line = line

    def iter_all_values(self) -> Iterator[tuple[int, Any]]:
        """Return every value of all texts, each with its line. Raises BadJson."""
        while self.peek_character():
            yield from self.iter_values()

    def iter_values(self) -> Iterator[tuple[int, Any]]:
        """Return every value of one array, or one value, each with its line. Raises BadJson."""
        if self.peek_character() != "[":
            yield self._read_next_value()
            return
        self._skip_character()
        if self.peek_character() != "]":
            yield self._read_next_value()
        while self.peek_character() == ",":
            self._skip_character()
            yield self._read_next_value()
        if self.peek_character() != "]":
            kind = "separator" if self.peek_character() else "end"
            raise self._build_error(kind, "Expecting , or ]", self._position)
        self._skip_character()

    def read_only_value(self) -> Any:
        """Return the value of a text that has only one. Raises BadJson."""
        self.peek_character()
        _, value = self._read_value()
        if self.peek_character():
            raise self._build_error("syntax", "Extra data", self._position)
        return value

    def peek_character(self) -> str:
        """Return the next character that is not a space, without skipping it; empty at the end."""
        while True:
            while self._position < len(self._text):
                character = self._text[self._position]
                if character not in JSON_BLANKS:
                    return character
                self._skip_character()
            if not self._read_more(1):
                return ""

    def _skip_character(self) -> None:
        self.line += self._text[self._position] == "\n"
        self._position += 1

    def _read_next_value(self) -> tuple[int, Any]:
        if not self.peek_character():
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
        """Read at least that many characters or up to the end; false if there are none.

        Drops the text that was read before.
        """
        pieces, length = list[str](), 0
        for piece in self._pieces:
            pieces.append(piece)
            length += len(piece)
            if length >= least:
                break
        if pieces:
            self._column = self._find_column(self._position)
            self._text = "".join([self._text[self._position :], *pieces])
            self._position = 0
        return bool(pieces)

    def _find_column(self, position: int) -> int:
        """Return the number of characters before a position on its line."""
        line_break = self._text.rfind("\n", 0, position)
        return self._column + position if line_break < 0 else position - line_break - 1

    def _build_error(self, kind: str, detail: str, position: int) -> BadJson:
        line = self.line + self._text.count("\n", self._position, position)
        return BadJson(kind, detail, self.line, line, self._find_column(position) + 1)


class _RefusedValueError(ValueError):
    """A value that the library reads but that is refused here: the kind and detail of BadJson."""


def refuse_constant(name: str) -> None:
    """Refuse NaN and the infinities, which the library reads but JSON does not have."""
    raise _RefusedValueError("constant", name)


def parse_integer(digits: str) -> int:
    """Return a whole number, and refuse one that would take long to convert."""
    if len(digits) > _MAX_INTEGER_DIGITS:
        raise _RefusedValueError("digits", digits)
    return int(digits)


def build_unique_dict(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the fields of an object, and refuse one that has a name twice."""
    fields = dict(pairs)
    if len(fields) != len(pairs):
        names = [name for name, _ in pairs]
        raise _RefusedValueError("duplicate", next(name for name in names if names.count(name) > 1))
    return fields


_DECODER = json.JSONDecoder(
    parse_constant=refuse_constant,
    parse_int=parse_integer,
    object_pairs_hook=build_unique_dict,
)
