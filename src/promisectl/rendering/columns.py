"""The columns that a table of promises can have: the heading of each, and what stands in it. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promisectl.rendering.formats import LocalMoment, Row

    CellLines = Sequence[tuple[str, str]]
    """What stands in a cell, line by line, each with its tone: `bad`, `warn`, `good`, `quiet`, `strong`, or empty."""

_MAX_NAME_COLUMNS = 16


class Column(NamedTuple):
    """One column: its heading, its cells, and what is said before a value that stands below another one, without the heading.

    `wide` ones hold sentences and share what room is left; the others take what they need, `most` at the most.
    """

    heading: str
    lines: Callable[[Row, LocalMoment], CellLines]
    label: str = ""
    wide: bool = False
    max_width: int | None = None


def _build_field_lines(name: str) -> Callable[[Row, LocalMoment], CellLines]:
    return lambda row, _: [(str(row[name]), "")] if row[name] else []


def _build_day_lines(name: str) -> Callable[[Row, LocalMoment], CellLines]:
    return lambda row, here: (
        [(formats.format_local_day(row[name], here).removesuffix(f" {here.today.year}"), "")]
        if row[name]
        else []
    )


def _format_due_lines(row: Row, here: LocalMoment) -> CellLines:
    return [(formats.format_short_due(row, here), "" if row["due"] else "quiet")]


def _format_revision_lines(row: Row, _: LocalMoment) -> CellLines:
    return [(f"{row['revision']} of {row['revisions']}", "")] if row["revisions"] > 1 else []


COLUMNS = {
    "id": Column("#", lambda row, _: [(str(row["id"]), "strong")]),
    "person": Column("Who", _build_field_lines("person_name"), max_width=_MAX_NAME_COLUMNS),
    "outcome": Column("What", _build_field_lines("outcome"), wide=True),
    "due": Column("By", _format_due_lines),
    "standing": Column("", formats.describe_standing),
    "state": Column("State", _build_field_lines("state")),
    "tags": Column("Tags", _build_field_lines("tags"), "tags: ", max_width=_MAX_NAME_COLUMNS),
    "done_when": Column("Done when", _build_field_lines("done_when"), "done when: ", wide=True),
    "why": Column("Why", _build_field_lines("why"), "why: ", wide=True),
    "risk": Column("Risk", _build_field_lines("risk"), "risk: ", wide=True),
    "no_to": Column("No to", _build_field_lines("no_to"), "no to: ", wide=True),
    "reason": Column("Reason", _build_field_lines("reason"), "reason: ", wide=True),
    "revision": Column("Rev", _format_revision_lines, "rev "),
    "made_at": Column("Made", _build_day_lines("made_at"), "made "),
    "accepted_at": Column("Agreed", _build_day_lines("accepted_at"), "agreed "),
    "closed_at": Column("Closed", _build_day_lines("closed_at"), "closed "),
}
DEFAULT_COLUMNS = ("id", "person", "outcome", "due", "standing")
_COUNTERPARTY_COLUMN = COLUMNS["person"]._replace(
    lines=lambda row, _: [(formats.format_counterparty(row), "")]
)


def select_columns(names: Sequence[str], *, both_ways: bool) -> list[Column]:
    """The columns of those names, the usual ones if there are none; with `both_ways` it is said to whom or from whom."""
    return [
        _COUNTERPARTY_COLUMN if name == "person" and both_ways else COLUMNS[name]
        for name in names or DEFAULT_COLUMNS
    ]
