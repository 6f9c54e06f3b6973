"""One promise, whole, as a page for people: its terms, the talk about it, and the moves that are open."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.text import Text

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil, lifecycle
from promisectl.domain.promise import Promise, State, Terms, Verb
from promisectl.rendering import acts, formats, messages, tables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promisectl.rendering.formats import LocalMoment, ViewRow

_AGREED_HEADINGS = {"owe": "you owe {}", "owed": "{} owes you", "self": "to yourself"}
_PROPOSED_HEADINGS = {
    ("owe", True): ("you offer {}", "you offered {}"),
    ("owe", False): ("{} asks you", "{} asked you"),
    ("owed", True): ("you ask {}", "you asked {}"),
    ("owed", False): ("{} offers you", "{} offered you"),
}


def render_promise(
    row: ViewRow, promise: Promise, said: Sequence[ViewRow], here: LocalMoment
) -> RenderableType:
    """The page of a promise."""
    name = row["person_name"]
    head = _format_promise_heading(row, promise).format(name)
    parts: list[RenderableType] = [
        tables.render_heading(f"#{row['id']} {row['state']} · {head}"),
        tables.render_text(row["outcome"]),
        *(
            [tables.render_text(messages.format_accepted_risk(promise))]
            if _has_risk_to_recall(row, promise)
            else []
        ),
        Text(),
        tables.render_pairs(_list_fact_rows(row, promise, here)),
    ]
    if promise.offered_revision and promise.in_force:
        whose = "yours" if row["author"] == "me" else f"{name}'s"
        parts += [
            Text(),
            tables.render_titled_pairs(
                f"On the table: rev {promise.offered_revision.number}, {whose}",
                _list_terms_rows(promise.offered_revision.terms, here),
            ),
        ]
    parts += [Text(), tables.render_titled_pairs("Said", _list_act_rows(said, name, here))]
    if open_now := _list_open_moves(promise, name):
        parts += [Text(), tables.render_titled_pairs("Open now", open_now)]
    return Group(*parts)


def _format_promise_heading(row: ViewRow, promise: Promise) -> str:
    """Who owes whom; without a Yes, who offers or asks, or did."""
    if promise.accepted_at:
        return _AGREED_HEADINGS[row["direction"]]
    present, past = _PROPOSED_HEADINGS[
        row["direction"], promise.direction.is_my_side(promise.current_revision.author)
    ]
    return present if promise.state is State.PROPOSED else past


def _list_act_rows(said: Sequence[ViewRow], name: str, here: LocalMoment) -> list[tuple[str, str]]:
    """The talk that counts; what was undone is told by the log."""
    live = [
        act for act in said if not act["undone_by"] and act["act"] not in ("undo", "redo")
    ] or said
    return [
        (formats.format_short_instant(act["at"], here), acts.format_act(act, name, here))
        for act in live
    ]


def _list_fact_rows(row: ViewRow, promise: Promise, here: LocalMoment) -> list[tuple[str, str]]:
    standing = ", ".join(
        text for text, _ in formats.describe_standing(row, here) if text != row["state"]
    )
    facts = [
        *_list_terms_rows(promise.current_revision.terms, here)[1:],
        ("now", standing),
        ("revision", f"{row['revision']} of {row['revisions']}" if row["revisions"] > 1 else ""),
        (
            "first due",
            civil.format_civil(row["first_due"], row["due_zone"] or "", here.zone)
            if row["first_due"] not in (None, row["due"])
            else "",
        ),
        ("delivered", _format_delivery(row, here)),
        ("told", formats.format_instant(row["told_at"], here) if row["told_at"] else ""),
        ("reason", row["reason"]),
        ("cause", row["cause"]),
        ("repair", row["repair"]),
        *(
            []
            if _has_risk_to_recall(row, promise)
            else [("risk", row["risk"]), ("no to", row["no_to"])]
        ),
        ("replaces", f"#{row['replaces']}" if row["replaces"] else ""),
        ("tags", row["tags"]),
    ]
    return [(name, value) for name, value in facts if value]


def _has_risk_to_recall(row: ViewRow, promise: Promise) -> bool:
    """Whether what was named at the Yes matters now, so that it stands at the top."""
    return "overdue" in (row["flags"] or "").split() and bool(
        messages.format_accepted_risk(promise)
    )


def _format_delivery(row: ViewRow, here: LocalMoment) -> str:
    if not row["delivered_at"]:
        return ""
    return ", ".join(
        part
        for part in (
            formats.format_instant(row["delivered_at"], here),
            formats.format_lateness(row["lateness_seconds"]),
        )
        if part
    )


def _list_terms_rows(terms: Terms, here: LocalMoment) -> list[tuple[str, str]]:
    named = [
        ("what", terms.outcome),
        (
            "by",
            civil.format_civil(terms.due.civil, terms.due.zone, here.zone)
            if terms.due
            else "no date",
        ),
        ("done when", terms.done_when),
        ("why", terms.why),
        (
            "reply by",
            civil.format_civil(terms.reply_by.civil, terms.reply_by.zone, here.zone)
            if terms.reply_by
            else "",
        ),
    ]
    return [(name, value) for name, value in named if value]


def _list_open_moves(promise: Promise, name: str) -> list[tuple[str, str]]:
    verbs = [
        verb for verb in lifecycle.list_open_verbs(promise) if verb not in (Verb.TAG, Verb.UNTAG)
    ]
    moves = [
        (f"{verb} {promise.id}", messages.describe_move(promise, verb, name))
        for verb in verbs
        if verb in _DESCRIBED_VERBS
    ]
    beside = ", ".join(f"{verb} {promise.id}" for verb in verbs if verb not in _DESCRIBED_VERBS)
    return [*moves, ("besides", beside)] if beside else moves


_DESCRIBED_VERBS = tuple(verb for verb in Verb if verb not in (Verb.NOTE, Verb.CORRECT, Verb.VOID))


def render_log(said: Iterable[ViewRow], names: dict[int, str], here: LocalMoment) -> RenderableType:
    """The journal as a page: when, which promise, who said what."""
    return tables.render_journal_table(
        (
            formats.format_short_instant(act["at"], here),
            f"#{act['promise']}" if act["promise"] else "",
            acts.format_act(act, names.get(act["promise"], ""), here),
            bool(act["undone_by"]),
        )
        for act in said
    )
