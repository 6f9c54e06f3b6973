"""A count in a record is a number, also where there is nothing to count."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from promisectl.commands import status
from promisectl.domain.statistics import OUTCOME_CLASSES
from promisectl.rendering.waiting import WAITING_GROUPS
from tests.conftest import Program

_COUNTS = {
    *("count", "of", "number", "revisions", "renegotiated", "untold", "waiting"),
    *("owe", "owed", "overdue", "not_agreed", "kept_by_me", "kept_by_me_of"),
    *("kept_by_them", "kept_by_them_of"),
    *status.STATUS_FIELDS,
    *OUTCOME_CLASSES,
    *(group.kind for group in WAITING_GROUPS),
}
_DANA = ("--to", "dana")
_LEDGERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "no ledger": (),
    "without a date": (("make", "Send it", *_DANA, "--agreed"),),
    "not agreed": (("make", "Send it", *_DANA), ("make", "Do it", "--from", "lee")),
    "to yourself": (("make", "Run", "--to", "me"),),
    "void": (("make", "Send it", *_DANA), ("void", "1", "--reason", "twice")),
    "undone": (("make", "Send it", *_DANA), ("undo",)),
    "declined": (("make", "Send it", *_DANA, "--asked"), ("decline", "1")),
    "kept": (("make", "Send it", *_DANA, "--agreed"), ("complete", "1", "--confirmed")),
    "broken": (
        ("make", "Send it", *_DANA, "--agreed"),
        ("renege", "1", "--reason", "ill", "--not-told"),
    ),
    "released": (("make", "Send it", "--from", "lee", "--agreed"), ("release", "1")),
    "merged": (
        ("make", "Send it", "--from", "lee", "--agreed"),
        ("make", "Do it", "--from", "leo", "--new"),
        ("person", "merge", "leo", "lee"),
    ),
}
_VIEWS = (
    *(("moves",), ("owe",), ("owed",), ("list", "--all"), ("list", "--state", "void"), ("log",)),
    *(("week",), ("digest",), ("stats",), ("stats", "--all"), ("check",), ("review",)),
    *(("people",), ("people", "--sort", "record"), ("status",), ("doctor",)),
    *(("list", "--all", "--as-of", "2026-11-22"), ("stats", "--as-of", "2026-11-22")),
)
_OF_DANA = (("person", "show", "dana"), ("stats", "--with", "dana"))
_OF_ONE = (("show", "1"), ("log", "1"))


def _list_views(program: Program) -> tuple[tuple[str, ...], ...]:
    has_dana = program.ledger.exists() and "dana\t" in program.ok("people", "--plain")
    has_promise = program.ledger.exists()
    return (*_VIEWS, *(_OF_DANA if has_dana else ()), *(_OF_ONE if has_promise else ()))


def _list_counts(record: Mapping[str, Any]) -> set[str]:
    """Return the names of the counts; a promise that belongs to no series has no `of`."""
    return _COUNTS - {"of"} if not record.get("series", "-") else _COUNTS


def _iter_missing(value: Any, path: str = "") -> Iterator[str]:
    """Yield where a count is null, anywhere in a value."""
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in _list_counts(value) and inner is None:
                yield f"{path}.{name}"
            yield from _iter_missing(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for inner in value:
            yield from _iter_missing(inner, path)


@pytest.mark.parametrize("name", _LEDGERS)
def test_no_count_is_null_or_empty_in_any_record(program: Program, name: str) -> None:
    for words in _LEDGERS[name]:
        program.ok(*words)
    for words in _list_views(program):
        answer = program.ok(*words, "--json")
        assert list(_iter_missing(json.loads(answer))) == [], (words, answer)
        if words[0] not in ("digest", "status", "doctor", "stats", "show"):
            rows = csv.DictReader(io.StringIO(program.ok(*words, "--csv"), newline=""))
            for row in rows:
                empty = [name for name in _list_counts(row) & row.keys() if row[name] == ""]
                assert empty == [], (words, row)
