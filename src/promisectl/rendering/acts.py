"""How an act reads in a timeline: who said what, in the words of the commands."""

from promisectl.rendering.words import Row

_PAST = {
    "request": "asked",
    "offer": "offered",
    "negotiate": "put new terms",
    "accept": "accepted",
    "decline": "declined",
    "complete": "completed it",
    "renege": "reneged",
    "withdraw": "withdrew",
    "release": "released",
    "reopen": "reopened it",
    "bump": "bumped",
    "told": "told",
    "partial": "reported a part",
    "note": "noted",
    "correct": "put a typo right",
    "void": "voided it",
    "undo": "undid a command",
    "redo": "redid a command",
    "rename": "renamed a person",
    "alias": "gave an alias",
    "merge": "merged two people",
}
_ABOUT_TERMS = ("request", "offer", "negotiate", "accept", "decline", "withdraw", "correct")
_SIGNS = (("risk", "risk"), ("no_to", "no to"), ("cause", "cause"), ("repair", "repair"))


def phrase(act: Row, name: str) -> str:
    """One act in words, with all that was said along with it."""
    who = "You" if act["by"] == "me" else name
    revision = f" (rev {act['revision']})" if act["act"] in _ABOUT_TERMS and act["revision"] else ""
    text = f": {act['text']}" if act["text"] else ""
    more = "".join(f" · {sign}: {act[column]}" for column, sign in _SIGNS if act[column])
    undone = " (undone)" if act["undone_by"] else ""
    return f"{who} {_PAST[act['act']]}{revision}{text}{more}{undone}"
