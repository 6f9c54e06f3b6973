"""Bigger promises and their parts in words.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.constants import UNDELIVERED_STATES
from promisectl.rendering import formats

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow

_MAX_NAMED_PARTS = 3
_PROBLEMS_LABEL = "parts"
_OWE_PHRASES = {"owe": "you owe {}", "owed": "{} owes you", "self": "you promised yourself"}


class Relatives(NamedTuple):
    """The promises to show beside one: the bigger one, its parts, and what was asked with it.

    `problems` say what is the matter with the parts of a promise that is owed to me.
    """

    bigger: ViewRow | None
    parts: Sequence[ViewRow]
    problems: str
    together: Sequence[ViewRow]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What to say among the facts about the promise, each with its name."""
        facts = [format_bigger(self.bigger)] if self.bigger else []
        return [*facts, (_PROBLEMS_LABEL, self.problems)] if self.problems else facts


def format_new_link(bigger: ViewRow) -> str:
    """Return what a promise has just become a part of: “Part of #5, which you owe Ingrid.”."""
    name = bigger["person_name"]
    if bigger["state"] == "proposed":
        words = f"not agreed yet, {formats.format_counterparty(bigger)}"
        return f"Part of #{bigger['id']} ({words})."
    return f"Part of #{bigger['id']}, which {_OWE_PHRASES[bigger['direction']].format(name)}."


def format_affected(bigger: ViewRow, here: LocalMoment) -> list[str]:
    """Return that a promise of mine is affected, and in another line what to type."""
    number = bigger["id"]
    to = "" if bigger["direction"] == "self" else f" to {bigger['person_name']}"
    by = f" by {formats.format_short_due(bigger, here)}" if bigger["due"] else ""
    warn = "" if bigger["direction"] == "self" else f"promisectl bump {number} “…” · "
    return [
        f"#{number} “{bigger['outcome']}” is affected; you owe it{to or ' to yourself'}{by}:",
        f"{warn}promisectl negotiate {number} --by “…” --reason “…”",
    ]


def format_open_parts(number: int, rows: Sequence[ViewRow], *, is_done: bool) -> list[str]:
    """Return which parts of a promise are open, and, unless it is done, how to end them.

    `rows` are those of the open parts.
    """
    verb = "is" if len(rows) == 1 else "are"
    named = [f"#{row['id']} {formats.format_counterparty(row)}" for row in rows]
    count = formats.format_count(len(rows), "part")
    lines = [f"{count} {verb} open: {_join_some(named, ', ', number)}."]
    ways = [way for row in rows if (way := _format_ending(row))]
    if ways and not is_done:
        lines.append(f"No longer needed? {' · '.join(ways[:_MAX_NAMED_PARTS])}")
    return lines


def _format_ending(row: ViewRow) -> str:
    """Return the command by which I can end a part; empty where the other side has to."""
    if row["state"] == "proposed":
        return f"promisectl {'withdraw' if row['author'] == 'me' else 'decline'} {row['id']}"
    is_mine_to_release = row["direction"] == "owed" and row["state"] in UNDELIVERED_STATES
    return f"promisectl release {row['id']}" if is_mine_to_release else ""


def format_problems(rows: Sequence[ViewRow]) -> str:
    """Return what is the matter with the parts of one promise: “#6 from Kim: at risk”.

    Of a promise that is owed to me: “Kim's #6 at risk”.
    """
    number = rows[0]["bigger"]
    if rows[0]["bigger_direction"] == "owed":
        named = [f"{_format_owner(row)} #{row['id']} {format_problem(row)}" for row in rows]
        return _join_some(named, "; ", number)
    named = [
        f"#{row['id']} {formats.format_counterparty(row)}: {format_problem(row)}" for row in rows
    ]
    return _join_some(named, "; ", number)


def format_problem_notes(rows: Iterable[ViewRow]) -> dict[int, str]:
    """Return what is the matter with the parts of each bigger promise, by its ID.

    It is for below the outcome of the promise.
    """
    found: dict[int, list[ViewRow]] = {}
    for row in rows:
        found.setdefault(row["bigger"], []).append(row)
    labels = {"owed": f"{_PROBLEMS_LABEL}: "}
    return {
        number: labels.get(problems[0]["bigger_direction"], "") + format_problems(problems)
        for number, problems in found.items()
    }


def _format_owner(row: ViewRow) -> str:
    return f"{row['person_name']}'s" if row["direction"] == "owed" else "your"


def format_problem(row: ViewRow) -> str:
    """Return what is the matter with a part, in a few words."""
    if row["state"] == "proposed":
        return "not agreed yet"
    if row["state"] != "active":
        return formats.format_state(row["state"])
    if row["is_overdue"]:
        return "overdue"
    return "at risk" if row["is_at_risk"] else "due too late"


def format_agreed_parts(number: int, rows: Sequence[ViewRow]) -> str:
    """Return how many parts of a promise were asked for, and how many are promised."""
    promised = [row for row in rows if row["accepted_at"]]
    asked = formats.format_count(len(rows), "part")
    return f"#{number} has {asked} asked for, {len(promised) or 'none'} promised yet."


def format_parts_title(rows: Sequence[ViewRow]) -> str:
    """Return the title of the parts of a promise: “Parts: 1 of 2 kept”.

    Void parts and those that another part replaces are not counted.
    """
    replaced = {row["replaces"] for row in rows}
    states = [row["state"] for row in rows if row["id"] not in replaced and row["state"] != "void"]
    return f"Parts: {states.count('kept')} of {len(states)} kept"


def format_together_title(rows: Sequence[ViewRow]) -> str:
    """Return the title of what one command made with several people."""
    return "Asked together" if rows[0]["direction"] == "owed" else "Promised together"


def format_bigger(bigger: ViewRow) -> tuple[str, str]:
    """Return what a promise is a part of, as a fact: its name and its value."""
    if bigger["state"] == "void":
        return "was part of", f"#{bigger['id']} (void)"
    outcome = f"“{bigger['outcome']}”"
    return "part of", f"#{bigger['id']} {formats.format_counterparty(bigger)}: {outcome}"


def _join_some(named: Sequence[str], separator: str, number: int) -> str:
    """Return the first parts of a promise, and how many more there are."""
    more = len(named) - _MAX_NAMED_PARTS
    some = separator.join(named[:_MAX_NAMED_PARTS])
    return f"{some} and {more} more (promisectl show {number})" if more > 0 else some
