"""How an act reads in a timeline: who said what, in the words of the commands."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil

if TYPE_CHECKING:
    from promisectl.rendering.formats import LocalMoment, Row

_PAST_TENSES = {
    "request": "asked",
    "offer": "offered",
    "negotiate": "put new terms",
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
    "merge": "merged two people",
}
_ACTS_ABOUT_TERMS = ("request", "offer", "negotiate", "accept", "decline", "withdraw", "correct")
_DELIVERY_PHRASES = {
    "accept": "confirmed it",
    "decline": "said what is missing",
}  # of a delivery, which is no revision
_DETAIL_LABELS = (("risk", "risk"), ("no_to", "no to"), ("cause", "cause"), ("repair", "repair"))


def format_act(act: Row, name: str, here: LocalMoment) -> str:
    """One act in words, with the terms it put forward and all that was said along with it."""
    who = "You" if act["by"] == "me" else name
    past = _PAST_TENSES.get(act["act"], "")
    did = _DELIVERY_PHRASES.get(act["act"], past) if act["revision"] is None else past
    if act["act"] == "told":
        did = f"told {name if act['by'] == 'me' else 'you'}"
    if act["act"] == "complete" and act["side"] == "promisor":
        did = "reported it done"
    revision = (
        f" (rev {act['revision']})" if act["act"] in _ACTS_ABOUT_TERMS and act["revision"] else ""
    )
    terms = f" “{act['outcome']}”" if act["outcome"] else ""
    by = f" by {civil.format_civil(act['due'], act['due_zone'], here.zone)}" if act["due"] else ""
    text = f": {act['text']}" if act["text"] else ""
    more = "".join(f" · {sign}: {act[column]}" for column, sign in _DETAIL_LABELS if act[column])
    undone = " (undone)" if act["undone_by"] else ""
    return f"{who} {did}{terms}{by}{revision}{text}{more}{undone}"
