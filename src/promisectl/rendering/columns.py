"""The columns that a table of promises can have: the heading and the cells of each.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow

    CellLines = Sequence[tuple[str, str]]
    """The lines of a cell with their tones: `bad`, `warn`, `good`, `quiet`, `strong`, or empty."""

_MAX_NAME_COLUMNS = 16


class Column(NamedTuple):
    """One column of a table.

    `lines` builds the lines of a cell. `label` comes before a value that is placed below another
    one, where no heading names it. `wide` columns hold sentences and share the width that is left;
    the others take what they need, at most `max_width` terminal columns.
    """

    heading: str
    lines: Callable[[ViewRow, LocalMoment], CellLines]
    label: str = ""
    wide: bool = False
    max_width: int | None = None


def _build_field_lines(name: str) -> Callable[[ViewRow, LocalMoment], CellLines]:
    """Return a function that shows a field as it is."""
    return lambda row, _: [(str(row[name]), "")] if row[name] else []


def _build_day_lines(name: str) -> Callable[[ViewRow, LocalMoment], CellLines]:
    """Return a function that shows the local day of an instant."""
    return lambda row, here: [(formats.format_local_day(row[name], here), "")] if row[name] else []


def format_person_lines(row: ViewRow, _: LocalMoment) -> CellLines:
    """Return the cell of the other side."""
    return [("Yourself" if row["direction"] == "self" else str(row["person_name"]), "")]


def format_due_lines(row: ViewRow, here: LocalMoment) -> CellLines:
    """Return the cell of a due date; “no date” is quiet."""
    return [(formats.format_short_due(row, here), "" if row["due"] else "quiet")]


def format_revision_lines(row: ViewRow, _: LocalMoment) -> CellLines:
    """Return the cell of a revision: “2 of 3”; empty where there is only one."""
    return [(f"{row['revision']} of {row['revisions']}", "")] if row["revisions"] > 1 else []


COLUMNS = {
    "id": Column("#", lambda row, _: [(str(row["id"]), "strong")]),
    "person": Column("Who", format_person_lines, max_width=_MAX_NAME_COLUMNS),
    "outcome": Column("What", _build_field_lines("outcome"), wide=True),
    "due": Column("By", format_due_lines),
    "standing": Column("Standing", formats.describe_standing),
    "state": Column("State", lambda row, _: [(formats.format_state(row["state"]), "")]),
    "tags": Column("Tags", _build_field_lines("tags"), "tags: ", max_width=_MAX_NAME_COLUMNS),
    "done_when": Column("Done when", _build_field_lines("done_when"), "done when: ", wide=True),
    "why": Column("Why", _build_field_lines("why"), "why: ", wide=True),
    "risk": Column("Could go wrong", _build_field_lines("risk"), "could go wrong: ", wide=True),
    "no_to": Column("Displaces", _build_field_lines("no_to"), "displaces: ", wide=True),
    "reason": Column("Reason", _build_field_lines("reason"), "reason: ", wide=True),
    "revision": Column("Revision", format_revision_lines, "revision "),
    "made_at": Column("Made", _build_day_lines("made_at"), "made "),
    "accepted_at": Column("Agreed", _build_day_lines("accepted_at"), "agreed "),
    "closed_at": Column("Closed", _build_day_lines("closed_at"), "closed "),
}
DEFAULT_COLUMNS = ("id", "person", "outcome", "due", "standing")
_COUNTERPARTY_COLUMN = COLUMNS["person"]._replace(
    lines=lambda row, _: [(formats.format_counterparty(row), "")]
)


def select_columns(names: Sequence[str], *, both_ways: bool) -> list[Column]:
    """Return the columns of those names, or the default columns if there are no names.

    With `both_ways`, the column of the person shows the direction too: “to Dana”.
    """
    return [
        _COUNTERPARTY_COLUMN if name == "person" and both_ways else COLUMNS[name]
        for name in names or DEFAULT_COLUMNS
    ]
