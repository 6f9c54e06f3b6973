"""One promise, whole, as a page for people: its terms, the talk about it, and the moves that are open."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import lifecycle
from promisectl.domain.promise import Promise, State, Terms, Verb
from promisectl.rendering import acts, formats, messages, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promisectl.rendering.formats import Here, Row

_HEADS = {"owe": "you owe {}", "owed": "{} owes you", "self": "to yourself"}
_HEADS_OPEN = {
    ("owe", True): ("you offer {}", "you offered {}"),
    ("owe", False): ("{} asks you", "{} asked you"),
    ("owed", True): ("you ask {}", "you asked {}"),
    ("owed", False): ("{} offers you", "{} offered you"),
}


def drawn(row: Row, promise: Promise, said: Sequence[Row], here: Here) -> RenderableType:
    """The page of a promise."""
    name = row["person_name"]
    head = _head(row, promise).format(name)
    parts: list[RenderableType] = [
        tables.heading(f"#{row['id']} {row['state']} · {head}"),
        tables.plain(row["outcome"]),
        *([tables.plain(messages.foreseen(promise))] if _comes_back(row, promise) else []),
        Text(),
        tables.pairs(_facts(row, promise, here)),
    ]
    if promise.offered and promise.in_force:
        whose = "yours" if row["author"] == "me" else f"{name}'s"
        parts += [Text(), tables.titled(f"On the table: rev {promise.offered.number}, {whose}", _terms(promise.offered.terms, here))]
    parts += [Text(), tables.titled("Said", _said(said, name, here))]
    if open_now := _open(promise, name):
        parts += [Text(), tables.titled("Open now", open_now)]
    return Group(*parts)


def _head(row: Row, promise: Promise) -> str:
    """Who owes whom; without a Yes, who offers or asks, or did."""
    if promise.accepted_at:
        return _HEADS[row["direction"]]
    present, past = _HEADS_OPEN[row["direction"], lifecycle.is_mine(promise.direction, promise.current.author)]
    return present if promise.state is State.PROPOSED else past


def _said(said: Sequence[Row], name: str, here: Here) -> list[tuple[str, str]]:
    """The talk that counts; what was undone is told by the log."""
    live = [act for act in said if not act["undone_by"] and act["act"] not in ("undo", "redo")] or said
    return [(formats.short_moment(act["at"], here), acts.phrase(act, name, here)) for act in live]


def _facts(row: Row, promise: Promise, here: Here) -> list[tuple[str, str]]:
    standing = ", ".join(text for text, _ in formats.standing(row, here) if text != row["state"])
    facts = [
        *_terms(promise.current.terms, here)[1:],
        ("now", standing),
        ("revision", f"{row['revision']} of {row['revisions']}" if row["revisions"] > 1 else ""),
        ("first due", formats.due(row["first_due"], row["due_zone"], here) if row["first_due"] != row["due"] else ""),
        ("delivered", _delivered(row, here)),
        ("told", formats.moment(row["told_at"], here) if row["told_at"] else ""),
        ("reason", row["reason"]),
        ("cause", row["cause"]),
        ("repair", row["repair"]),
        *([] if _comes_back(row, promise) else [("risk", row["risk"]), ("no to", row["no_to"])]),
        ("replaces", f"#{row['replaces']}" if row["replaces"] else ""),
        ("tags", row["tags"]),
    ]
    return [(name, value) for name, value in facts if value]


def _comes_back(row: Row, promise: Promise) -> bool:
    """Whether what was named at the Yes matters now, so that it stands at the top."""
    return "overdue" in (row["flags"] or "").split() and bool(messages.foreseen(promise))


def _delivered(row: Row, here: Here) -> str:
    if not row["delivered_at"]:
        return ""
    return ", ".join(part for part in (formats.moment(row["delivered_at"], here), formats.lateness(row["lateness_seconds"])) if part)


def _terms(terms: Terms, here: Here) -> list[tuple[str, str]]:
    named = [
        ("what", terms.outcome),
        ("by", formats.due(terms.due.civil, terms.due.zone, here) if terms.due else "no date"),
        ("done when", terms.done_when),
        ("why", terms.why),
        ("reply by", formats.due(terms.reply_by.civil, terms.reply_by.zone, here) if terms.reply_by else ""),
    ]
    return [(name, value) for name, value in named if value]


def _open(promise: Promise, name: str) -> list[tuple[str, str]]:
    verbs = [verb for verb in lifecycle.open_verbs(promise) if verb not in (Verb.TAG, Verb.UNTAG)]
    moves = [(f"{verb} {promise.id}", messages.gloss(promise, verb, name)) for verb in verbs if verb in _GLOSSED]
    beside = ", ".join(f"{verb} {promise.id}" for verb in verbs if verb not in _GLOSSED)
    return [*moves, ("besides", beside)] if beside else moves


_GLOSSED = tuple(verb for verb in Verb if verb not in (Verb.NOTE, Verb.CORRECT, Verb.VOID))


def log(said: Iterable[Row], names: dict[int, str], here: Here) -> RenderableType:
    """The journal as a page: when, which promise, who said what."""
    return tables.journal(
        (
            formats.short_moment(act["at"], here),
            f"#{act['promise']}" if act["promise"] else "",
            acts.phrase(act, names.get(act["promise"], ""), here),
            bool(act["undone_by"]),
        )
        for act in said
    )
