"""Promises as texts of SQLite: most become CSV or JSON without being taken apart.

Of a million promises, Python would spend a third of the time on fetching 43 values a row, and
another third on writing them. SQLite writes a row as one text: a line of CSV, or an array of JSON,
which a few searches and replacements in C turn into a record. That goes for rows that are plain:
every text in them is written the same way in both. Every other row is taken apart, and written like
a row of a view.
"""

from __future__ import annotations

import re
from itertools import chain, islice

from promisectl._typing import TYPE_CHECKING
from promisectl.records import as_csv, as_json, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.records.fields import Row

    RowText = tuple[str, str | None]
    """The fields of a promise as a JSON array, and its offer as a JSON object, if it has one."""
    CsvText = tuple[str]
    """A plain line of CSV without its newline, or the fields of a promise as a JSON array."""

_COMMA = "\x01"
"""What stands for a comma inside a text while a row is written: SQLite's JSON escapes it."""
_SOUND_START = re.compile(
    r"\[\d+,"
    r'"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",'
    r'"[a-z]+","[a-z]+","',
    re.ASCII,
)
"""How a row begins: id, uid, direction and state; then the handle of a person who is there."""
_BATCH_ROWS = 128
"""How many rows are written at once."""
# The fields of a plain line of CSV. No text in it begins like a formula. With \w for the letters of
# a word, a line would take 1.7 times as long.
_UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NUMBER_PATTERN = "-?+[0-9]*+"
_WORDS_PATTERN = "(?:[0-9A-Za-z][-0-9A-Za-z_:/+. ]*+)?+"
_TEXT_PATTERN = r'\w[^,"\r\n]*+|"\w[^"\r\n]*+"'
_PATTERNS_BY_FIELD = {
    "uid": _UUID_PATTERN,
    **dict.fromkeys(fields.NUMBER_FIELDS, _NUMBER_PATTERN),
    **dict.fromkeys(fields.FREE_TEXT_FIELDS, f"(?:{_TEXT_PATTERN})?+"),
    "person": f"(?:{_TEXT_PATTERN})",
    "tags": r'(?:\w[^,"\r\n]*+)?+',
}
_match_plain_line = re.compile(
    ",".join([_PATTERNS_BY_FIELD.get(name, _WORDS_PATTERN) for name in fields.PROMISE_FIELDS])
).fullmatch
_TAGS_PLACE, _FLAGS_PLACE, _PARTS_PLACE = (
    fields.PROMISE_FIELDS.index(name) for name in ("tags", "flags", "parts")
)
_RECORD_TEMPLATE = "".join(
    ("{", *(f'"{name}": %s, ' for name in fields.PROMISE_FIELDS), '"offer": %s}')
)


def keep_plain_line(line: str) -> str | None:
    """Return a line of CSV that SQLite wrote if it is plain, and None if it is not."""
    return line if _match_plain_line(line) else None


def iter_csv_texts(
    texts: Iterable[CsvText], check_row: Callable[[Row], Row], *, newline: str, raw: bool
) -> Iterator[str]:
    """Return the same text as `as_csv.iter_csv_lines` does for the rows of these texts.

    `check_row` refuses a row that is damaged.
    """

    def encode_line(line: str) -> str:
        if not line.startswith("["):
            return line + newline
        rows = [check_row(_build_row(line, None))]
        _, line = as_csv.iter_csv_lines(rows, columns, newline=newline, raw=raw)
        return line

    columns = fields.PROMISE_FIELDS
    yield from as_csv.iter_csv_lines((), columns, newline=newline)
    texts = iter(texts)
    while batch := [encode_line(line) for (line,) in islice(texts, _BATCH_ROWS)]:
        yield "".join(batch)


def iter_json_texts(texts: Iterable[RowText], check_row: Callable[[Row], Row]) -> Iterator[str]:
    """Return each row as `as_json.encode_json` encodes its record.

    `check_row` refuses a row that is damaged.
    """
    for cells, offer in texts:
        is_plain = (cells.isascii() and "\x7f" not in cells) or cells.isprintable()
        if is_plain and "\\" not in cells and _SOUND_START.match(cells):
            values = _mark_commas(cells)[1:-1].split(",")
            if len(values) == len(fields.PROMISE_FIELDS):
                for place in (_TAGS_PLACE, _FLAGS_PLACE):
                    values[place] = _encode_list(values[place], str.split)
                values[_PARTS_PLACE] = _encode_list(values[_PARTS_PLACE], fields.parse_id_list)
                values.append("null" if offer is None else _encode_offer(offer))
                yield (_RECORD_TEMPLATE % tuple(values)).replace(_COMMA, ",")
                continue
        row = check_row(_build_row(cells, offer))
        yield as_json.encode_json(fields.build_promise_record(row))


def _mark_commas(cells: str) -> str:
    """Return the array of a row with `_COMMA` for the commas in texts.

    It looks for a comma before a space: there is none between values. In the rare text with no
    space after a comma, the comma stays, so that the row has too many.
    """
    end = 0
    while (comma := cells.find(", ", end)) > 0:
        begin, end = cells.rfind('"', 0, comma) + 1, cells.find('"', comma)
        text = cells[begin:end].replace(",", _COMMA)
        cells = f"{cells[:begin]}{text}{cells[end:]}"
    return cells


def _encode_list(value: str, split: Callable[[str], list[Any]]) -> str:
    """Return the JSON of the list that a text is split into; empty for `null`."""
    if value == "null":
        return "[]"
    return as_json.encode_json_list(split(value[1:-1].replace(_COMMA, ",")))


def _encode_offer(offer: str) -> str:
    import json

    return as_json.encode_json(json.loads(offer))


def _build_row(cells: str, offer: str | None) -> Row:
    """Return the row of the view `promises` that its texts were made of."""
    import json

    terms = json.loads(offer) if offer else {}
    values = chain(
        ((column, terms.get(name)) for name, column in fields.OFFER_COLUMNS.items()),
        zip(fields.PROMISE_FIELDS, json.loads(cells), strict=True),
    )
    return dict(values)
