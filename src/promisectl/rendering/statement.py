"""The statement for one person: all that is open between two, both ways."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.domain.talk import Utterance
from promisectl.rendering.message import Message, Part, list_risk_lines, list_terms_lines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.domain.talk import SaidTerms, Talk
    from promisectl.rendering.formats import LocalMoment, ViewRow
    from promisectl.rendering.message import Wording

_STATEMENT_GROUPS = {
    "i_owe": ("active", "owe"),
    "you_owe": ("active", "owed"),
    "not_agreed": None,
    "your_word": ("delivered", "owe"),
    "my_word": ("delivered", "owed"),
    "cannot_keep": ("reneged", "owe"),
}
"""The groups of a statement in their order, each with the state and the direction in it."""


def build_statement(
    talks: Sequence[tuple[ViewRow, Talk]], wording: Wording, here: LocalMoment
) -> Message:
    """Return all that is open between two people, both ways, in groups; empty ones are left out.

    A proposed change is also among what is not agreed yet.
    """
    said: dict[str, list[tuple[ViewRow, Utterance]]] = {key: [] for key in _STATEMENT_GROUPS}
    keys = {standing: key for key, standing in _STATEMENT_GROUPS.items() if standing}
    for row, talk in talks:
        key = keys.get((row["state"], row["direction"]))
        if key and talk.agreed:
            said[key].append((row, build_agreed_utterance(row, talk, talk.agreed)))
        if talk.proposal:
            former = talk.proposal.former if key else None
            said["not_agreed"].append((row, talk.proposal._replace(former=former)))
    if any(row["series"] for row, _ in talks):
        from promisectl.rendering import message_series

        said = {key: message_series.join_series(items) for key, items in said.items()}
    groups = {
        key: [
            _list_agreed_lines(row, one, wording)
            if _STATEMENT_GROUPS[key]
            else _list_proposed_lines(
                row, one, wording, is_change=(row["state"], row["direction"]) in keys
            )
            for row, one in items
        ]
        for key, items in said.items()
    }
    parts = [Part(wording.get_words(key), items) for key, items in groups.items() if items]
    today = wording.format_day((str(here.today), wording.zone))
    stand = f"{wording.get_words('statement')} {today}{wording.get_words('colon')}"
    return Message(
        " ".join(filter(None, (wording.get_words("greeting"), stand))),
        parts or [Part(wording.get_words("nothing"), ())],
        "\n\n".join(filter(None, map(wording.get_words, ("statement_end", "signature")))),
        is_statement=True,
    )


def build_agreed_utterance(row: ViewRow, talk: Talk, agreed: SaidTerms) -> Utterance:
    """Return an agreed promise as what was said: why it is at risk, or when it was reported."""
    is_at_risk = row["state"] == "active" and "at-risk" in (row["flags"] or "").split()
    kind = "reported" if row["state"] == "delivered" else "warning" if is_at_risk else "yes"
    text = {"reported": row["delivered_at"], "warning": talk.warning}.get(kind)
    return Utterance(kind, is_mine=True, terms=agreed, text=text)


def _list_agreed_lines(row: ViewRow, said: Utterance, wording: Wording) -> list[str]:
    """Return the lines of an agreed promise: until when, or since when it is reported."""
    outcome, by, more = _split_terms_lines(said, wording)
    risk = ""
    if said.kind == "reported":
        reported_on = civil.local_time(civil.decode_instant(row["delivered_at"]), wording.zone)
        day = wording.format_day((str(reported_on.date()), wording.zone))
        by = f"{wording.get_words('reported_on')} {day}"
    elif said.kind == "warning":
        words = said.text if wording.reasons else None
        at_risk = wording.format_labelled("at_risk", words) if words else ""
        risk = f" ({at_risk or wording.get_words('at_risk')})"
    head = ", ".join(filter(None, (outcome, by)))
    return [head + risk, *more, *(list_risk_lines(row, wording) if wording.risk else ())]


def _list_proposed_lines(
    row: ViewRow, proposal: Utterance, wording: Wording, *, is_change: bool
) -> list[str]:
    """Return the lines of terms without an answer: whose they are, and who answers.

    A change of agreed terms shows what it changes.
    """
    outcome, by, more = _split_terms_lines(proposal, wording)
    is_offer = proposal.is_mine is (row["direction"] == "owe")
    kind = "change" if is_change else "offer" if is_offer else "request"
    standing = wording.get_words(f"{'my' if proposal.is_mine else 'your'}_{kind}")
    head = ", ".join(filter(None, (outcome, by)))
    risks = list_risk_lines(row, wording) if wording.risk and not is_change else []
    return [f"{head}{wording.get_words('colon')} {standing}", *more, *risks]


def _split_terms_lines(said: Utterance, wording: Wording) -> tuple[str, str, list[str]]:
    """Return the outcome, the date if there is or was one, and the lines of the other terms."""
    outcome, *lines = list_terms_lines(said, wording, all_terms=wording.whole)
    has_date = said.terms.due or (said.former and said.former.due)
    return outcome, *((lines[0], lines[1:]) if has_date else ("", lines))
