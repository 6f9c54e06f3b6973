"""Promises that are to be made, as a table to look at before they are."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group, RenderableType

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import Direction
from promisectl.rendering import formats, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Terms
    from promisectl.rendering.formats import LocalMoment

_MAX_COUNTERPARTY_COLUMNS = 24
_MAX_STACKED_COUNTERPARTY_COLUMNS = 12  # beside an outcome with its date below it
_MIN_OUTCOME_COLUMNS = 24  # with less, the date and how a promise begins are below the outcome


class DraftRow(NamedTuple):
    """A promise to be made: with whom, and who has said what. `name` is empty for myself.

    `dates` are those of a series in words.
    """

    direction: Direction
    name: str
    terms: Terms
    tags: Sequence[str]
    is_mine: bool
    is_agreed: bool
    dates: str = ""


def render_drafts(rows: Sequence[DraftRow], here: LocalMoment, width: int) -> RenderableType:
    """Return a table with a row for each promise: who, what, by when, and how it begins.

    Where the outcomes would get too narrow, the last two are below them.
    """
    people = [
        formats.format_counterparty({"direction": row.direction, "person_name": row.name})
        for row in rows
    ]
    dates = [_format_date(row.terms.due, here) for row in rows]
    beginnings = [_describe_beginning(row) for row in rows]
    beside = [min(max(map(cell_len, people)), _MAX_COUNTERPARTY_COLUMNS)]
    beside += [max(map(cell_len, texts)) for texts in (dates, beginnings)]
    is_stacked = width - sum(beside) - 2 * len(beside) < _MIN_OUTCOME_COLUMNS
    table = _create_drafts_table(is_stacked=is_stacked)
    for row, person, date, beginning in zip(rows, people, dates, beginnings, strict=True):
        below = [", ".join(filter(None, (date, beginning)))] if is_stacked else []
        texts = [row.terms.outcome, *below, *_list_details(row, here)]
        what = Group(*map(tables.render_text, texts))
        last = () if is_stacked else (date, beginning)
        table.add_row(tables.render_text(person), what, *last)
    return table


def _create_drafts_table(*, is_stacked: bool) -> Table:
    table = tables.create_table()
    most = _MAX_STACKED_COUNTERPARTY_COLUMNS if is_stacked else _MAX_COUNTERPARTY_COLUMNS
    table.add_column("Who", max_width=most, overflow="fold")
    table.add_column("What", ratio=1, overflow="fold")
    if not is_stacked:
        table.add_column("By", overflow="fold")
        table.add_column("", no_wrap=True)
    return table


def _list_details(row: DraftRow, here: LocalMoment) -> list[str]:
    """Return what else a promise has, a line for each."""
    terms = row.terms
    return [
        *([row.dates] if row.dates else []),
        *([f"done when: {terms.done_when}"] if terms.done_when else []),
        *([f"why: {terms.why}"] if terms.why else []),
        *([f"answer by: {_format_date(terms.reply_by, here)}"] if terms.reply_by else []),
        *([" ".join(f"#{tag}" for tag in row.tags)] if row.tags else []),
    ]


def _format_date(moment: CivilMoment | None, here: LocalMoment) -> str:
    due = {"due": moment.civil if moment else None, "due_zone": moment.zone if moment else None}
    return formats.format_short_due(due, here)


def _describe_beginning(row: DraftRow) -> str:
    """Return how a promise begins: “agreed”, or who offers or asks; empty for one to myself."""
    if row.direction is Direction.SELF:
        return ""
    if row.is_agreed:
        return "agreed"
    is_offer = row.is_mine == (row.direction is Direction.OWE)
    return f"{'you' if row.is_mine else 'they'} {'offer' if is_offer else 'ask'}"
