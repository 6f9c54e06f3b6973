"""Acts in words, as a history shows them: who did what, in the words of the commands."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.rendering import formats, messages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promisectl.domain.promise import Terms
    from promisectl.rendering.formats import LocalMoment, ViewRow

_PAST_TENSES = {
    "request": "asked for",
    "offer": "offered",
    "negotiate": "proposed",
    "accept": "accepted",
    "decline": "declined",
    "complete": "confirmed it",
    "renege": "broke it",
    "withdraw": "took back",
    "release": "released {}",
    "reopen": "reopened it",
    "bump": "reminded {}",
    "partial": "reported a part",
    "note": "noted",
    "correct": "corrected",
    "void": "voided it",
    "tag": "tagged it",
    "untag": "removed tags",
    "part": "made it",
    "import": "imported",
    "undo": "undid",
    "redo": "redid",
    "rename": "renamed a person",
    "alias": "added an alias",
    "unalias": "removed an alias",
    "merge": "merged two people",
}
_ACTS_THAT_NAME_THEM = ("bump", "told", "release")
_ACTS_ABOUT_TERMS = ("request", "offer", "negotiate", "accept", "decline", "withdraw", "correct")
# In a promise to yourself.
_PAST_TENSES_TO_SELF = {
    "offer": "promised yourself",
    "negotiate": "changed the terms",
    "complete": "kept it",
}
# An answer to a delivery, which has no revision.
_DELIVERY_PHRASES = {"accept": "confirmed it", "decline": "did not confirm"}
_DETAIL_LABELS = (
    ("person", "with"),
    ("risk", "could go wrong"),
    ("no_to", "displaces"),
    ("cause", "cause"),
    ("repair", "repair"),
)


def format_act(
    act: ViewRow, name: str, here: LocalMoment, changes: Mapping[int, tuple[Terms, Terms]]
) -> str:
    """Return one act in words, with its terms, its text and its details.

    `act` is a row of the journal; `name` is the display name of the other side, empty for a
    promise to yourself. Of changed terms it shows what differs: `changes` holds those before and
    after, by the number of the act.
    """
    is_silent_break = act["act"] == "renege" and act["side"] == "promisee"
    # Then the promisee recorded what the promisor did.
    mine = (act["by"] == "me") is not is_silent_break
    other = name if mine else "you"
    done = _PAST_TENSES.get(act["act"], "")
    if act["promise"] and not name:
        done = _PAST_TENSES_TO_SELF.get(act["act"], done)
    elif act["act"] == "told":
        done = "told {}"
    elif act["act"] == "complete" and act["side"] == "promisor":
        done = "reported it done"
    elif act["answer_by"]:
        answer = civil.format_near_civil(
            act["answer_by"], here.today, act["answer_zone"], here.zone
        )
        done = f"told {{}} that the answer comes by {answer}"
    elif act["act"] == "bump" and act["unsaid"]:
        done = "wrote for {}"
    elif act["act"] == "bump" and act["side"] == "promisor":
        done = "let {} know"
    elif is_silent_break:
        done = "broke it without telling {}"
    elif act["revision"] is None:
        done = _DELIVERY_PHRASES.get(act["act"], done)
    details = "".join(f" · {label}: {act[field]}" for field, label in _DETAIL_LABELS if act[field])
    what = _format_terms_and_text(act, here)
    if act["id"] in changes:
        what = f"{_format_revision(act)}: {messages.format_term_changes(*changes[act['id']], here)}"
        details = f" · reason: {act['text']}{details}" if act["text"] else details
    unsaid = " (not said yet)" if act["unsaid"] else ""
    undone = " (undone)" if act["undone_by"] else ""
    return f"{'You' if mine else name} {done.format(other)}{what}{details}{unsaid}{undone}"


def describe_act_subject(
    act: ViewRow, subject: ViewRow, changes: Mapping[int, tuple[Terms, Terms]]
) -> str:
    """Return with whom a promise is and its outcome, as far as an act in words has neither.

    “ · from Lee: “Fix the bike brake””. `subject` is the promise, `changes` is as in `format_act`.
    """
    is_for_myself = subject["direction"] == "self"
    has_person = is_for_myself or act["by"] != "me" or act["act"] in _ACTS_THAT_NAME_THEM
    has_outcome = bool(act["outcome"])
    if act["id"] in changes:
        before, after = changes[act["id"]]
        has_outcome = before.outcome != after.outcome
    person = "" if has_person else formats.format_counterparty(subject)
    outcome = "" if has_outcome else f"“{subject['outcome']}”"
    about = ": ".join(filter(None, (person, outcome)))
    return f" · {about}" if about else ""


def _format_terms_and_text(act: ViewRow, here: LocalMoment) -> str:
    """Return the whole terms of an act, the number of their revision, and its text.

    The text of an act that makes a promise a part is the ID of the bigger one.
    """
    if act["act"] == "part":
        return f" a part of #{act['text']}" if act["text"] else " stand alone"
    terms = f" “{act['outcome']}”" if act["outcome"] else ""
    by = ""
    if act["due"]:
        by = f" by {civil.format_near_civil(act['due'], here.today, act['due_zone'], here.zone)}"
    text = f": {act['text']}" if act["text"] else ""
    return f"{terms}{by}{_format_revision(act)}{text}"


def _format_revision(act: ViewRow) -> str:
    """Return the revision that an act is about, as “ (rev 2)”; empty for the first, and none."""
    is_about_terms = act["act"] in _ACTS_ABOUT_TERMS
    if act["act"] == "correct" and not act["outcome"]:
        is_about_terms = False  # it corrects the person, the risk, or what the promise displaces
    has_revision = is_about_terms and (act["revision"] or 0) > 1
    return f" (rev {act['revision']})" if has_revision else ""
