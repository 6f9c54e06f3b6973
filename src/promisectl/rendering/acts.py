"""Acts in words, as a history shows them: who did what, in the words of the commands."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.rendering import messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promisectl.domain.promise import Terms
    from promisectl.rendering.formats import LocalMoment, ViewRow

_PAST_TENSES = {
    "request": "asked",
    "offer": "offered",
    "negotiate": "proposed",
    "accept": "accepted",
    "decline": "declined",
    "complete": "confirmed it",
    "renege": "reneged",
    "withdraw": "withdrew",
    "release": "released",
    "reopen": "reopened it",
    "bump": "bumped",
    "partial": "reported a part",
    "note": "noted",
    "correct": "put a typo right",
    "void": "voided it",
    "tag": "tagged it",
    "untag": "took tags away",
    "import": "imported",
    "undo": "undid",
    "redo": "redid",
    "rename": "renamed a person",
    "alias": "gave an alias",
    "unalias": "took an alias away",
    "merge": "merged two people",
}
_ACTS_ABOUT_TERMS = ("request", "offer", "negotiate", "accept", "decline", "withdraw", "correct")
# An answer to a delivery, which has no revision.
_DELIVERY_PHRASES = {"accept": "confirmed it", "decline": "said what is missing"}
_DETAIL_LABELS = (("risk", "risk"), ("no_to", "no to"), ("cause", "cause"), ("repair", "repair"))


def format_act(
    act: ViewRow, name: str, here: LocalMoment, changes: Mapping[int, tuple[Terms, Terms]]
) -> str:
    """Return one act in words, with its terms, its text and its details.

    `act` is a row of the journal; `name` is the display name of the other side. Of new terms it
    shows what differs: `changes` holds the former and the new terms by the number of the act.
    """
    mine = act["by"] == "me"
    done = _PAST_TENSES.get(act["act"], "")
    if act["act"] == "told":
        done = f"told {name if mine else 'you'}"
    elif act["act"] == "complete" and act["side"] == "promisor":
        done = "reported it done"
    elif act["revision"] is None:
        done = _DELIVERY_PHRASES.get(act["act"], done)
    details = "".join(f" · {label}: {act[field]}" for field, label in _DETAIL_LABELS if act[field])
    if act["id"] in changes:
        what = (
            f": {messages.format_term_changes(*changes[act['id']], here)} · rev {act['revision']}"
        )
        details = f" · reason: {act['text']}{details}" if act["text"] else details
    else:
        what = _format_terms_and_text(act, here)
    undone = " (undone)" if act["undone_by"] else ""
    return f"{'You' if mine else name} {done}{what}{details}{undone}"


def _format_terms_and_text(act: ViewRow, here: LocalMoment) -> str:
    """Return the whole terms of an act, the number of their revision, and its text."""
    terms = f" “{act['outcome']}”" if act["outcome"] else ""
    by = f" by {civil.format_civil(act['due'], act['due_zone'], here.zone)}" if act["due"] else ""
    is_about_terms = act["act"] in _ACTS_ABOUT_TERMS
    if act["act"] == "correct" and not act["outcome"]:
        is_about_terms = False
    has_revision = is_about_terms and act["revision"]
    revision = f" (rev {act['revision']})" if has_revision else ""
    text = f": {act['text']}" if act["text"] else ""
    return f"{terms}{by}{revision}{text}"
