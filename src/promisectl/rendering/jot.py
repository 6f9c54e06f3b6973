"""Promises that are to be made, as a table to look at before they are."""

from __future__ import annotations

from rich.console import Group, RenderableType

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.promise import Direction
from promisectl.rendering import formats, tables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.civil import CivilMoment
    from promisectl.domain.promise import Terms
    from promisectl.rendering.formats import LocalMoment

_MAX_COUNTERPARTY_COLUMNS = 24


class DraftRow(NamedTuple):
    """A promise to be made: with whom, and who has said what. `name` is empty for myself."""

    direction: Direction
    name: str
    terms: Terms
    tags: Sequence[str]
    is_mine: bool
    is_agreed: bool


def render_drafts(rows: Sequence[DraftRow], here: LocalMoment) -> RenderableType:
    """Return a table with a row for each promise: who, what, by when, and how it begins."""
    table = tables.create_table()
    table.add_column("Who", max_width=_MAX_COUNTERPARTY_COLUMNS, overflow="fold")
    table.add_column("What", ratio=1, overflow="fold")
    table.add_column("By", overflow="fold")
    table.add_column("", no_wrap=True)
    for row in rows:
        person = {"direction": row.direction, "person_name": row.name}
        texts = [row.terms.outcome, *_list_details(row, here)]
        table.add_row(
            tables.render_text(formats.format_counterparty(person)),
            Group(*map(tables.render_text, texts)),
            _format_date(row.terms.due, here),
            _describe_beginning(row),
        )
    return table


def _list_details(row: DraftRow, here: LocalMoment) -> list[str]:
    """Return what else a promise has, a line for each."""
    terms = row.terms
    return [
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
