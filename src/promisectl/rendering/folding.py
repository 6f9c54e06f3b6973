"""How a series is one line of a view: which of its promises fold, and the note on them.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from datetime import date
from types import MappingProxyType

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import OPEN_STATES, UNDELIVERED_STATES
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow

_SEPARATE_FLAGS = ("at-risk", "affected")
"""With one of these flags, a promise has a problem of its own, so it has a line of its own."""
_DAY_FLAGS = ("due-today", "due-soon")
"""These flags follow from the due date alone, so promises with and without them fold."""
_CHANGE_FLAG = "renegotiating"


class FoldedRows(NamedTuple):
    """Rows in which each series is folded.

    `rows` are those to show. By the ID of one, `series_notes` has what is said of its series,
    `own_notes` what was said of it before, and `others` the rows that it stands for beside itself.
    """

    rows: list[ViewRow]
    series_notes: Mapping[int, str]
    own_notes: Mapping[int, str]
    others: Mapping[int, list[ViewRow]]

    @property
    def notes(self) -> dict[int, str]:
        """The lines for below the outcome of a row, by its ID: of its series, then its own."""
        both = {
            row["id"]: (self.series_notes.get(row["id"]), self.own_notes.get(row["id"]))
            for row in self.rows
        }
        return {
            number: "\n".join(filter(None, lines)) for number, lines in both.items() if any(lines)
        }

    def count_promises(self, rows: Iterable[ViewRow]) -> int:
        """Return for how many promises some of the rows stand."""
        return sum(1 + len(self.others[row["id"]]) for row in rows)


def fold_series(
    rows: Iterable[ViewRow],
    here: LocalMoment,
    *,
    each: bool = False,
    changes_apart: bool = False,
    notes: Mapping[int, str] = MappingProxyType({}),
) -> FoldedRows:
    """Fold the open promises of each series into the first of them, and keep the order.

    Only promises that look alike fold: reported ones and those at risk stay, and so does each with
    another outcome or state. What is overdue folds into the oldest, and the note names those with a
    proposed change; with `changes_apart`, they have a line of their own. With `each`, nothing
    folds. A promise with one of the `notes`, by its ID, stays too, and keeps the note.
    """
    if each:
        rows = [*rows]
        return FoldedRows(rows, {}, notes, {row["id"]: [] for row in rows})
    folds: dict[object, list[ViewRow]] = {}
    ahead: dict[object, list[ViewRow]] = {}
    for row in rows:
        key = row["id"] if row["id"] in notes else _build_fold_key(row, apart=changes_apart)
        folds.setdefault(key, []).append(row)
        if row["series"] and _is_ahead(row):
            ahead.setdefault((row["series"], row["state"]), []).append(row)
    series_notes = {}
    for first, *others in folds.values():
        if first["series"] and first["state"] in OPEN_STATES:
            left: list[ViewRow] = []
            is_next = _is_ahead(first) and not _is_past(first, here)
            if is_next and not (first["id"] in notes or _is_separate(first)):
                left = ahead.pop((first["series"], first["state"]), [])
                ids = [row["id"] for row in left]
                left = left[ids.index(first["id"]) :] if left else []
            series_notes[first["id"]] = _format_note(first, others, left, here)
    return FoldedRows(
        [members[0] for members in folds.values()],
        series_notes,
        notes,
        {first["id"]: others for first, *others in folds.values()},
    )


def _build_fold_key(row: ViewRow, *, apart: bool) -> object:
    """Return what promises that fold have in common; the ID of one that never folds.

    With `apart`, those with a proposed change have something else in common than the rest.
    """
    if not row["series"] or _is_separate(row):
        return row["id"]
    left_out = _DAY_FLAGS if apart else (*_DAY_FLAGS, _CHANGE_FLAG)
    flags = [flag for flag in (row["flags"] or "").split() if flag not in left_out]
    author = row["author"] if apart or row["state"] == "proposed" else None
    names = ("series", "state", "person", "outcome", "reply_by", "offer_reply_by")
    return (*(row[name] for name in names), author, *flags)


def _is_separate(row: ViewRow) -> bool:
    """Whether a promise of a series has a line of its own."""
    flags = (row["flags"] or "").split()
    return row["state"] not in UNDELIVERED_STATES or any(flag in flags for flag in _SEPARATE_FLAGS)


def _is_ahead(row: ViewRow) -> bool:
    """Whether a promise is still to be delivered, and not overdue."""
    return row["state"] in UNDELIVERED_STATES and "overdue" not in (row["flags"] or "").split()


def _is_past(row: ViewRow, here: LocalMoment) -> bool:
    """Whether the due date of a promise has passed, also of one that is not agreed yet."""
    due = formats.read_due_date(row)
    return due is not None and due.at < here.now


def _format_note(
    first: ViewRow, others: Sequence[ViewRow], left: Sequence[ViewRow], here: LocalMoment
) -> str:
    """Return the note of a line: “the next of 12, to Fri 26 Feb”, and what has a change.

    It stands for `first` and `others`. Of the next promise, `left` are all that are left of the
    series, itself included; of every other one it is empty.
    """
    changed = [row["id"] for row in (first, *others) if _CHANGE_FLAG in (row["flags"] or "")]
    note = _format_place_note(first, others, left, here)
    if not others or not changed:
        return note
    change = f"change proposed for {formats.format_promise_ids(changed)}"
    return change if len(changed) > len(others) else f"{note}\n{change}"


def _format_place_note(
    first: ViewRow, others: Sequence[ViewRow], left: Sequence[ViewRow], here: LocalMoment
) -> str:
    if len(left) > 1:
        last = left[-1]["due"]
        until = f", to {formats.format_day(date.fromisoformat(last[:10]), here)}" if last else ""
        return f"the next of {len(left)}{until}"
    return format_folded_ids([row["id"] for row in others]) if others else format_place(first)


def format_folded_ids(numbers: Sequence[int], until: str = "") -> str:
    """Return which other promises of a series a line stands for: “and 1 more of them: #5”.

    `until` is the day of the last, where it is another one than that of the first.
    """
    to = f", to {until}" if until else ""
    return f"and {len(numbers)} more of them{to}: {formats.format_promise_ids(numbers)}"


def list_series_facts(
    row: ViewRow, series_rows: Sequence[ViewRow], here: LocalMoment
) -> list[tuple[str, str]]:
    """Return the facts about a promise in its series, each with its name.

    `series_rows` are the promises of the series by their places. The facts are how they stand, and
    which come before and after this one; void ones are left out.
    """
    rows = [one for one in series_rows if one["state"] != "void" or one["id"] == row["id"]]
    if not rows:
        return []
    standings = [_format_short_standing(one) for one in rows]
    counts = ", ".join(f"{standings.count(word)} {word}" for word in dict.fromkeys(standings))
    first, last = (formats.format_short_due(one, here) for one in (rows[0], rows[-1]))
    index = [one["id"] for one in rows].index(row["id"])
    facts = [("series", f"{format_place(row)}, {first} to {last}: {counts}")]
    for name, beside in (("before it", index - 1), ("after it", index + 1)):
        if 0 <= beside < len(rows):
            one = rows[beside]
            standing = _format_short_standing(one)
            facts.append((name, f"#{one['id']} {formats.format_short_due(one, here)}, {standing}"))
    return facts


def _format_short_standing(row: ViewRow) -> str:
    """Return the word for how a promise stands in its series: its state, or “overdue”."""
    is_overdue = "overdue" in (row["flags"] or "").split()
    return "overdue" if is_overdue else formats.format_state(row["state"])


def format_place(row: ViewRow) -> str:
    """Return the place of a promise in its series: “the 3rd of 12”, “the last of 12”."""
    place = "last" if row["place"] == row["of"] else formats.format_ordinal(row["place"])
    return f"the {place} of {row['of']}"
