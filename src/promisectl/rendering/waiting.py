"""The groups of what is waiting for me, in their order, and how each is named.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promisectl.rendering.formats import ViewRow


class WaitingGroup(NamedTuple):
    """A group of promises that are waiting for me for the same reason.

    `kind` is its value in the column `waiting` of the view `moves`. `title` heads its table,
    `summary` names it in a line after a count, `review` in the records of `review`.
    """

    kind: str
    title: str
    summary: str
    review: str


WAITING_GROUPS = (
    WaitingGroup("overdue", "Overdue: complete, negotiate or renege", "overdue", "overdue"),
    WaitingGroup("today", "Due today: complete, or warn with bump", "due today", "today"),
    WaitingGroup(
        "affected",
        "Affected: a part has a problem; warn early (bump or negotiate)",
        "affected",
        "affected",
    ),
    WaitingGroup("answer", "To answer: accept, negotiate or decline", "to answer", "answer"),
    WaitingGroup(
        "judge",
        "To confirm: accept, or decline with what is missing",
        "to confirm",
        "unconfirmed",
    ),
    WaitingGroup("warned", "They warned you: talk about it", "to talk about", "warned"),
    WaitingGroup("tell", "Broken, and they do not know yet: told", "to tell", "untold"),
    WaitingGroup("unsaid", "Not said yet: send it, then told", "not said yet", "unsaid"),
    WaitingGroup(
        "unanswered",
        "Not agreed yet, and no answer: ask again",
        "unanswered",
        "unanswered",
    ),
)
"""All groups, the most urgent first: the order of every view that shows what is waiting."""


def group_waiting_rows(rows: Iterable[ViewRow]) -> list[tuple[WaitingGroup, list[ViewRow]]]:
    """Return each group that has rows of the view `moves`, with its rows."""
    by_kind: dict[str, list[ViewRow]] = {}
    for row in rows:
        by_kind.setdefault(row["waiting"], []).append(row)
    return [(group, by_kind[group.kind]) for group in WAITING_GROUPS if group.kind in by_kind]
