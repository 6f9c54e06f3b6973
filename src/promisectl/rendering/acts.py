"""Acts in words, as a history shows them: who did what, in the words of the commands."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil

if TYPE_CHECKING:
    from promisectl.rendering.formats import LocalMoment, ViewRow

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
    "unalias": "took an alias away",
    "merge": "merged two people",
}
_ACTS_ABOUT_TERMS = ("request", "offer", "negotiate", "accept", "decline", "withdraw", "correct")
# An answer to a delivery, which has no revision.
_DELIVERY_PHRASES = {"accept": "confirmed it", "decline": "said what is missing"}
_DETAIL_LABELS = (("risk", "risk"), ("no_to", "no to"), ("cause", "cause"), ("repair", "repair"))


def format_act(act: ViewRow, name: str, here: LocalMoment) -> str:
    """Return one act in words, with its terms, its text and its details.

    `act` is a row of the journal; `name` is the display name of the other side.
    """
    mine = act["by"] == "me"
    done = _PAST_TENSES.get(act["act"], "")
    if act["act"] == "told":
        done = f"told {name if mine else 'you'}"
    elif act["act"] == "complete" and act["side"] == "promisor":
        done = "reported it done"
    elif act["revision"] is None:
        done = _DELIVERY_PHRASES.get(act["act"], done)
    terms = f" “{act['outcome']}”" if act["outcome"] else ""
    by = f" by {civil.format_civil(act['due'], act['due_zone'], here.zone)}" if act["due"] else ""
    has_revision = act["act"] in _ACTS_ABOUT_TERMS and act["revision"]
    revision = f" (rev {act['revision']})" if has_revision else ""
    text = f": {act['text']}" if act["text"] else ""
    details = "".join(f" · {label}: {act[field]}" for field, label in _DETAIL_LABELS if act[field])
    undone = " (undone)" if act["undone_by"] else ""
    return f"{'You' if mine else name} {done}{terms}{by}{revision}{text}{details}{undone}"
