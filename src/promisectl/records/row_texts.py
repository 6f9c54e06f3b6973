"""Promises as SQLite's own JSON: most rows become CSV or JSON without being taken apart.

Of a million promises, Python would spend a third of the time on fetching 43 values a row, and
another third on writing them. An array of SQLite's is one value, and says all that a row says. It
becomes a record by a few searches and replacements in C, if it is plain: if every text in it is
written the same way in both. Every other row is taken apart, and written like a row of a view.
"""

from __future__ import annotations

import re
from itertools import chain

from promisectl._typing import TYPE_CHECKING
from promisectl.records import as_csv, as_json, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from promisectl.records.fields import Row

    RowText = tuple[str, str | None]
    """The fields of a promise as a JSON array, and its offer as a JSON object, if it has one."""

# Neither occurs in SQLite's JSON: it escapes them.
_COMMA, _QUOTE = "\x01", "\x02"
"""What stands for a comma inside a text, and for a quote of CSV, while a row is written."""
_STRUCTURAL_COMMAS = len(fields.PROMISE_FIELDS) - 1
_SOUND_START = re.compile(
    r"\[\d+,"
    r'"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",'
    r'"[a-z]+","[a-z]+","',
    re.ASCII,
)
"""How a row begins: id, uid, direction and state; then the handle of a person who is there."""
_find_odd_start = re.compile(r'"[^\w,\]"]').search
"""Finds a text that begins with anything but a letter, a digit or `_`, and so every formula.

What follows the quote at the end of a text is a comma or a bracket.
"""
_TAGS_PLACE, _FLAGS_PLACE, _PARTS_PLACE = (
    fields.PROMISE_FIELDS.index(name) for name in ("tags", "flags", "parts")
)
_RECORD_TEMPLATE = "".join(
    ("{", *(f'"{name}": %s, ' for name in fields.PROMISE_FIELDS), '"offer": %s}')
)


def iter_csv_texts(
    texts: Iterable[RowText], check_row: Callable[[Row], Row], *, newline: str, raw: bool
) -> Iterator[str]:
    """Return the same lines as `as_csv.iter_csv_lines` does for the rows of these texts.

    `check_row` refuses a row that is damaged.
    """
    columns = fields.PROMISE_FIELDS
    yield from as_csv.iter_csv_lines((), columns, newline=newline)
    for cells, offer in texts:
        if "\\" not in cells and _SOUND_START.match(cells) and (raw or not _find_odd_start(cells)):
            marked = _mark_commas(cells, _QUOTE)
            if marked.count(",") == _STRUCTURAL_COMMAS:
                line = marked[1:-1].replace(",null", ",").replace('"', "")
                yield line.replace(_COMMA, ",").replace(_QUOTE, '"') + newline
                continue
        rows = [check_row(_build_row(cells, offer))]
        _, line = as_csv.iter_csv_lines(rows, columns, newline=newline, raw=raw)
        yield line


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


def _mark_commas(cells: str, quote: str = "") -> str:
    """Return the array of a row with `_COMMA` for the commas in texts, and `quote` around those.

    It looks for a comma before a space: there is none between values. In the rare text with no
    space after a comma, the comma stays, so that the row has too many.
    """
    end = 0
    while (comma := cells.find(", ", end)) > 0:
        begin, end = cells.rfind('"', 0, comma) + 1, cells.find('"', comma)
        text = cells[begin:end].replace(",", _COMMA)
        cells = f"{cells[:begin]}{quote}{text}{quote}{cells[end:]}"
        end += 2 * len(quote)
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
