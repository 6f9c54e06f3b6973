"""The columns that a table of promises can have: the heading of each, and what stands in it. Plain text, light."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promisectl.rendering.formats import Here, Row

    Lines = Sequence[tuple[str, str]]
    """What stands in a cell, line by line, each with its tone: `bad`, `warn`, `good`, `quiet`, `strong`, or empty."""

_NAME = 16


class Column(NamedTuple):
    """One column: its heading, its cells, and what is said before a value that stands below another one, without the heading.

    `wide` ones hold sentences and share what room is left; the others take what they need, `most` at the most.
    """

    heading: str
    lines: Callable[[Row, Here], Lines]
    label: str = ""
    wide: bool = False
    most: int | None = None


def _field(name: str) -> Callable[[Row, Here], Lines]:
    return lambda row, _: [(str(row[name]), "")] if row[name] else []


def _day(name: str) -> Callable[[Row, Here], Lines]:
    return lambda row, here: [(formats.day(row[name], here).removesuffix(f" {here.today.year}"), "")] if row[name] else []


def _due(row: Row, here: Here) -> Lines:
    return [(formats.short_due(row, here), "" if row["due"] else "quiet")]


def _revision(row: Row, _: Here) -> Lines:
    return [(f"{row['revision']} of {row['revisions']}", "")] if row["revisions"] > 1 else []


COLUMNS = {
    "id": Column("#", lambda row, _: [(str(row["id"]), "strong")]),
    "person": Column("Who", _field("person_name"), most=_NAME),
    "outcome": Column("What", _field("outcome"), wide=True),
    "due": Column("By", _due),
    "standing": Column("", formats.standing),
    "state": Column("State", _field("state")),
    "tags": Column("Tags", _field("tags"), "tags: ", most=_NAME),
    "done_when": Column("Done when", _field("done_when"), "done when: ", wide=True),
    "why": Column("Why", _field("why"), "why: ", wide=True),
    "risk": Column("Risk", _field("risk"), "risk: ", wide=True),
    "no_to": Column("No to", _field("no_to"), "no to: ", wide=True),
    "reason": Column("Reason", _field("reason"), "reason: ", wide=True),
    "revision": Column("Rev", _revision, "rev "),
    "made_at": Column("Made", _day("made_at"), "made "),
    "accepted_at": Column("Agreed", _day("accepted_at"), "agreed "),
    "closed_at": Column("Closed", _day("closed_at"), "closed "),
}
USUAL = ("id", "person", "outcome", "due", "standing")
_BOTH_WAYS = COLUMNS["person"]._replace(lines=lambda row, _: [(formats.to_or_from(row), "")])


def chosen(names: Sequence[str], *, both_ways: bool) -> list[Column]:
    """The columns of those names, the usual ones if there are none; with `both_ways` it is said to whom or from whom."""
    return [_BOTH_WAYS if name == "person" and both_ways else COLUMNS[name] for name in names or USUAL]
