"""Rows as texts of SQLite: most become CSV or JSON without being taken apart.

Of a million promises, Python would spend a third of the time on fetching 43 values a row, and
another third on writing them. SQLite writes a row as one text: a line of CSV, or an array of JSON,
which a few searches and replacements in C turn into a record. That goes for rows that are plain:
every text in them is written the same way in both. Every other row is taken apart, and written like
a row of a view.
"""

from __future__ import annotations

import re
from functools import lru_cache, partial
from itertools import chain, islice

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.records import as_csv, as_json, fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from promisectl.records.fields import Row

    RowText = tuple[str] | tuple[str, str | None]
    """The fields of a row as a JSON array; of a promise also its offer, a JSON object or None."""
    CsvText = tuple[str]
    """A plain line of CSV without its newline, or the fields of a row as a JSON array."""

_COMMA = "\x01"
"""What stands for a comma inside a text while a row is written: SQLite's JSON escapes it."""
_BATCH_ROWS = 32
"""How many rows are written at once."""
# The fields of a plain line of CSV. No text in it begins like a formula. With \w for the letters
# of a word, a line would take 1.7 times as long.
_UUID_PATTERN = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_NUMBER_PATTERN = "-?+[0-9]*+"
_WORDS_PATTERN = "(?:[0-9A-Za-z][-0-9A-Za-z_:/+. ]*+)?+"
_TEXT_PATTERN = r'\w[^,"\r\n]*+|"\w[^"\r\n]*+"'
_PATTERNS_BY_FIELD = {
    **dict.fromkeys(fields.NUMBER_FIELDS, _NUMBER_PATTERN),
    **dict.fromkeys(fields.FREE_TEXT_FIELDS, f"(?:{_TEXT_PATTERN})?+"),
    "tags": r'(?:\w[^,"\r\n]*+)?+',
}


class RowKind(NamedTuple):
    """A kind of rows: their fields, and what their texts look like.

    `patterns` are those of fields that are not like others of their name, in a plain line of CSV.
    `start` is how the JSON array begins in which the row is not damaged. `encoders` write fields
    that are not the same in a row and in its record. `build_record` builds the record of a row.
    """

    columns: tuple[str, ...]
    patterns: Mapping[str, str]
    start: str
    encoders: Mapping[str, Callable[[str], str]]
    build_record: Callable[[Row], Any]
    has_offer: bool = False


def build_line_check(kind: RowKind) -> Callable[[str], str | None]:
    """Return a function that returns a line of CSV if it is plain, and None if it is not."""
    patterns = {**_PATTERNS_BY_FIELD, **kind.patterns}
    match = re.compile(
        ",".join([patterns.get(name, _WORDS_PATTERN) for name in kind.columns])
    ).fullmatch
    return lambda line: line if match(line) else None


def iter_csv_texts(
    kind: RowKind,
    texts: Iterable[CsvText],
    check_row: Callable[[Row], Row],
    *,
    newline: str,
    raw: bool,
) -> Iterator[str]:
    """Return the same text as `as_csv.iter_csv_lines` does for the rows of these texts.

    `check_row` refuses a row that is damaged.
    """

    def encode_line(line: str) -> str:
        if not line.startswith("["):
            return line + newline
        rows = [check_row(_build_row(kind, line))]
        _, line = as_csv.iter_csv_lines(rows, kind.columns, newline=newline, raw=raw)
        return line

    yield from as_csv.iter_csv_lines((), kind.columns, newline=newline)
    texts = iter(texts)
    while batch := [encode_line(line) for (line,) in islice(texts, _BATCH_ROWS)]:
        yield "".join(batch)


def iter_json_texts(
    kind: RowKind, texts: Iterable[RowText], check_row: Callable[[Row], Row]
) -> Iterator[str]:
    """Return each row as `as_json.encode_json` encodes its record.

    `check_row` refuses a row that is damaged.
    """
    names = (*kind.columns, "offer") if kind.has_offer else kind.columns
    template = "{" + ", ".join([f'"{name}": %s' for name in names]) + "}"
    encoders = [(kind.columns.index(name), encode) for name, encode in kind.encoders.items()]
    match_start = re.compile(kind.start, re.ASCII).match
    for cells, *offers in texts:
        is_plain = (cells.isascii() and "\x7f" not in cells) or cells.isprintable()
        if is_plain and "\\" not in cells and match_start(cells):
            values = _mark_commas(cells)[1:-1].split(",")
            if len(values) == len(kind.columns):
                for place, encode in encoders:
                    values[place] = encode(values[place])
                for offer in offers:
                    values.append("null" if offer is None else _encode_offer(offer))
                yield (template % tuple(values)).replace(_COMMA, ",")
                continue
        row = check_row(_build_row(kind, cells, *offers))
        yield as_json.encode_json(kind.build_record(row))


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


def _encode_list(split: Callable[[str], list[Any]], value: str) -> str:
    """Return the JSON of the list that a text is split into; empty for `null`."""
    if value == "null":
        return "[]"
    return as_json.encode_json_list(split(value[1:-1].replace(_COMMA, ",")))


def _encode_offer(offer: str) -> str:
    import json

    return as_json.encode_json(json.loads(offer))


@lru_cache(_BATCH_ROWS)
def _encode_flag(value: str) -> str:
    """Return the JSON of a flag, which SQLite has as a number."""
    import json

    return as_json.encode_json(bool(json.loads(value.replace(_COMMA, ","))))


def _build_row(kind: RowKind, cells: str, offer: str | None = None) -> Row:
    """Return the row of the view that its texts were made of."""
    import json

    terms = json.loads(offer) if offer else {}
    names = fields.OFFER_COLUMNS.items() if kind.has_offer else ()
    values = chain(
        ((column, terms.get(name)) for name, column in names),
        zip(kind.columns, json.loads(cells), strict=True),
    )
    return dict(values)


PROMISES = RowKind(
    fields.PROMISE_FIELDS,
    {"uid": _UUID_PATTERN, "person": f"(?:{_TEXT_PATTERN})"},
    # Its id, uid, direction and state; then the handle of a person who is there.
    rf'\[\d+,"{_UUID_PATTERN}","[a-z]+","[a-z]+","',
    {
        "tags": partial(_encode_list, str.split),
        "flags": partial(_encode_list, str.split),
        "parts": partial(_encode_list, fields.parse_id_list),
    },
    fields.build_promise_record,
    has_offer=True,
)
ACTS = RowKind(
    fields.ACT_FIELDS,
    {"uid": f"(?:{_UUID_PATTERN})?+"},
    # Its number, entry, promise and uid; an act about a person has neither of the last two.
    rf'\[\d+,\d+,(?:\d+|null),(?:"{_UUID_PATTERN}"|null),"',
    {"unsaid": _encode_flag},
    fields.build_act_record,
)
