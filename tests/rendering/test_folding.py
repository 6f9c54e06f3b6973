"""Folding is a function of rows: nothing is lost, nothing is twice, and the order stays."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promisectl.domain.constants import STATES, UNDELIVERED_STATES
from promisectl.rendering import folding, formats
from promisectl.rendering.formats import LocalMoment

HERE = LocalMoment(datetime(2026, 11, 23, 9, tzinfo=UTC), "Europe/Berlin")
_FLAGS = ("overdue", "due-today", "due-soon", "renegotiating", "at-risk", "lapsed", "affected")


def _row(id_: int, series_: str | None, state: str, flags: str | None, outcome: str) -> Any:
    return {
        "id": id_,
        "series": series_,
        "state": state,
        "flags": flags,
        "outcome": outcome,
        "person": "ben",
        "author": None,
        "reply_by": None,
        "offer_reply_by": None,
        "due": f"2026-12-{id_ % 28 + 1:02}",
        "due_at": f"2026-12-{id_ % 28 + 1:02}T22:59:59Z",
        "due_zone": "Europe/Berlin",
        "place": id_ + 1,
        "of": 60,
    }


_ROWS = st.lists(
    st.tuples(
        st.sampled_from(("a", "b", None)),
        st.sampled_from(STATES),
        st.sets(st.sampled_from(_FLAGS)).map(" ".join),
        st.sampled_from("xy"),
    ),
    max_size=40,
).map(lambda cells: [_row(number, *words) for number, words in enumerate(cells)])


@given(_ROWS)
def test_every_promise_is_in_one_line(rows: list[Any]) -> None:
    folded = folding.fold_series(rows, HERE)
    members = [row["id"] for first in folded.rows for row in (first, *folded.others[first["id"]])]
    assert sorted(members) == [row["id"] for row in rows]
    assert folded.count_promises(folded.rows) == len(rows)
    shown = [row["id"] for row in folded.rows]
    assert shown == sorted(shown)
    assert folded.notes.keys() <= {*shown}


@given(_ROWS)
def test_only_what_is_alike_folds(rows: list[Any]) -> None:
    folded = folding.fold_series(rows, HERE)
    for first in folded.rows:
        for other in folded.others[first["id"]]:
            assert other["id"] > first["id"]
            assert first["series"]
            assert first["state"] in UNDELIVERED_STATES
            assert not {"at-risk", "affected"} & {*first["flags"].split(), *other["flags"].split()}
            for name in ("series", "state", "outcome"):
                assert other[name] == first[name]
            assert ("overdue" in other["flags"]) == ("overdue" in first["flags"])


@given(_ROWS)
def test_one_line_of_a_series_is_the_next(rows: list[Any]) -> None:
    folded = folding.fold_series(rows, HERE)
    for name in "ab":
        for state in UNDELIVERED_STATES:
            notes = [
                folded.notes[row["id"]]
                for row in folded.rows
                if (row["series"], row["state"]) == (name, state)
            ]
            assert sum(note.startswith("the next of") for note in notes) <= 1


@given(_ROWS)
def test_each_folds_nothing(rows: list[Any]) -> None:
    assert folding.fold_series(rows, HERE, each=True).rows == rows


def test_no_due_date_is_no_end() -> None:
    rows = [
        _row(number, "a", "active", None, "x") | {"due": None, "due_at": None}
        for number in range(3)
    ]
    assert folding.fold_series(rows, HERE).notes == {0: "the next of 3"}


@pytest.mark.parametrize(
    ("changed", "notes"),
    [
        ({2, 3}, {0: "the next of 4, to Fri 4 Dec\nchange proposed for #2, #3"}),
        ({0}, {0: "the next of 4, to Fri 4 Dec\nchange proposed for #0"}),
        ({0, 1, 2, 3}, {0: "change proposed for #0 to #3"}),
        (set(), {0: "the next of 4, to Fri 4 Dec"}),
    ],
)
def test_one_note_names_those_with_a_proposed_change(
    changed: set[int], notes: dict[int, str]
) -> None:
    rows = [
        _row(number, "a", "active", "renegotiating" if number in changed else None, "x")
        for number in range(4)
    ]
    assert folding.fold_series(rows, HERE).notes == notes


def test_changes_apart_have_a_line_and_name_themselves() -> None:
    flags = (None, None, "renegotiating", "renegotiating")
    rows = [_row(number, "a", "active", flag, "x") for number, flag in enumerate(flags)]
    assert folding.fold_series(rows, HERE, changes_apart=True).notes == {
        0: "the next of 4, to Fri 4 Dec",
        2: "change proposed for #2, #3",
    }


@pytest.mark.parametrize(
    ("now", "note"),
    [
        (datetime(2026, 12, 1, 22, tzinfo=UTC), "the next of 4, to Fri 4 Dec"),
        (datetime(2026, 12, 2, 9, tzinfo=UTC), "and 3 more of them: #1 to #3"),
    ],
)
def test_what_has_passed_is_not_the_next(now: datetime, note: str) -> None:
    rows = [_row(number, "a", "proposed", None, "x") for number in range(4)]
    assert folding.fold_series(rows, LocalMoment(now, "Europe/Berlin")).notes == {0: note}


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([5], "#5"),
        ([5, 6], "#5, #6"),
        ([7, 5, 6], "#5 to #7"),
        ([2, 5, 6, 7, 9, 10], "#2, #5 to #7, #9, #10"),
        ([*range(2, 101)], "#2 to #100"),
    ],
)
def test_ids(numbers: list[int], text: str) -> None:
    assert formats.format_promise_ids(numbers) == text


def test_places() -> None:
    words = [formats.format_ordinal(n) for n in (1, 2, 3, 4, 10, 11, 12, 13, 20, 21, 22, 23, 100)]
    assert " ".join(words) == "1st 2nd 3rd 4th 10th 11th 12th 13th 20th 21st 22nd 23rd 100th"
