"""How acts and promises are written down: instants as text of one width, bodies as canonical JSON, and the chain over them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain.civil import CivilMoment, decode_instant, encode_instant
from promisectl.domain.people import PersonAct, PersonVerb
from promisectl.domain.promise import (
    Act,
    Direction,
    ImportedState,
    Opening,
    Promise,
    Side,
    State,
    Terms,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Row
    from typing import Any

_encode_sorted_json = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":")
).encode  # made once: it takes longer than to use it
_ACT_TEXT_FIELDS = ("text", "cause", "repair", "risk", "no_to")


def encode_canonical_json(value: object) -> str:
    """JSON in one spelling only: sorted keys, no blanks, every character as it is."""
    return _encode_sorted_json(value)


def encode_plain_json(value: object) -> str:
    """JSON in the order in which it was said, every character as it is."""
    return json.dumps(value, ensure_ascii=False)


def encode_answer(answer: object, *about: object) -> str:
    """An answer as it is kept, with a sum over it and what it is `about`: the hash of the newest act, the key, the entry, the request."""
    return encode_plain_json(
        {"answer": answer, "sum": compute_chain_hash("", *about, encode_plain_json(answer))}
    )


def decode_answer(text: str) -> Any:
    """The answer that was kept."""
    return json.loads(text)["answer"]


def decode_undo_target(row: Mapping[str, Any]) -> int:
    """The command that an undo or a redo is about."""
    target: int = json.loads(row["body"])["target"]
    return target


def compute_chain_hash(previous: str, *fields: object) -> str:
    """The hash of an act: SHA-256 over the hash before it and the canonical JSON of what the act holds, in hexadecimal."""
    return hashlib.sha256(previous.encode() + encode_canonical_json(fields).encode()).hexdigest()


def compute_act_hash(previous: str, command: str, about: object, row: Mapping[str, Any]) -> str:
    """The same for an act as it stands in the journal; `about` is the uid of its promise or the number of its person."""
    said = (
        row["number"],
        row["entry"],
        command,
        about,
        row["verb"],
        row["side"],
        row["by"],
        row["at"],
        row["recorded_at"],
        row["body"],
    )
    return compute_chain_hash(previous, *said)


def encode_act_body(act: Act) -> str:
    """What an act says beyond its columns, as canonical JSON without the absent."""
    body: dict[str, Any] = {
        name: value for name in _ACT_TEXT_FIELDS if (value := getattr(act, name)) is not None
    }
    if act.revision is not None:
        body["revision"] = act.revision
    if act.told_at is not None:
        body["told_at"] = encode_instant(act.told_at)
    if act.target is not None:
        body["target"] = act.target
    if act.terms is not None:
        body["terms"] = _encode_terms(act.terms)
    if act.found is not None:
        body["found"] = _encode_imported_state(act.found)
    if act.opening is not None:
        body |= {
            name: value for name, value in act.opening._asdict().items() if value not in (None, ())
        }
    return encode_canonical_json(body)


def _encode_terms(terms: Terms) -> dict[str, Any]:
    body = {name: value for name, value in terms._asdict().items() if value is not None}
    for name in ("due", "reply_by"):
        if name in body:
            body[name] = _encode_civil_moment(body[name])
    return body


def _encode_civil_moment(when: CivilMoment) -> dict[str, str]:
    return {"civil": when.civil, "zone": when.zone, "at": encode_instant(when.at)}


def _encode_imported_state(found: ImportedState) -> dict[str, Any]:
    body = {name: value for name, value in found._asdict().items() if value not in (None, False)}
    for name, value in body.items():
        if isinstance(value, datetime):
            body[name] = encode_instant(value)
        elif isinstance(value, CivilMoment):
            body[name] = _encode_civil_moment(value)
    if found.offer:
        body["offer"] = _encode_terms(found.offer)
    return body


def decode_act(row: Mapping[str, Any]) -> Act:
    """The act that a row of the journal holds."""
    body = json.loads(row["body"])
    return Act(
        Verb(row["verb"]),
        Side(row["side"]),
        decode_instant(row["at"]),
        decode_instant(row["recorded_at"]),
        row["number"],
        row["entry"],
        revision=body.get("revision"),
        terms=_decode_terms(body["terms"]) if "terms" in body else None,
        told_at=decode_instant(body["told_at"]) if "told_at" in body else None,
        target=body.get("target"),
        opening=_decode_opening(body) if "uid" in body else None,
        found=_decode_imported_state(body["found"]) if "found" in body else None,
        **{name: body.get(name) for name in _ACT_TEXT_FIELDS},
    )


def _decode_terms(body: dict[str, Any]) -> Terms:
    due, reply_by = (
        _decode_civil_moment(body[name]) if name in body else None for name in ("due", "reply_by")
    )
    return Terms(body["outcome"], due, body.get("done_when"), body.get("why"), reply_by)


def _decode_imported_state(body: dict[str, Any]) -> ImportedState:
    values = dict(body)
    for name in _IMPORTED_MOMENT_FIELDS & values.keys():
        values[name] = decode_instant(values[name])
    if "first_due" in values:
        values["first_due"] = _decode_civil_moment(values["first_due"])
    if "offer" in values:
        values["offer"] = _decode_terms(values["offer"])
    return ImportedState(
        **{**values, "state": State(values["state"]), "author": Side(values["author"])}
    )


_IMPORTED_MOMENT_FIELDS = {name for name in ImportedState._fields if name.endswith("_at")}


def _decode_civil_moment(body: dict[str, Any]) -> CivilMoment:
    return CivilMoment(body["civil"], body["zone"], decode_instant(body["at"]))


def _decode_opening(body: dict[str, Any]) -> Opening:
    return Opening(
        body["uid"],
        Direction(body["direction"]),
        body.get("person"),
        body.get("replaces"),
        tuple(body.get("tags", ())),
    )


def encode_person_act_body(act: PersonAct) -> str:
    """What an act about a person says beyond its columns."""
    return encode_canonical_json(
        {
            name: value
            for name in ("handle", "name", "into", "target")
            if (value := getattr(act, name)) is not None
        }
    )


def decode_person_act(row: Mapping[str, Any]) -> PersonAct:
    """The act about a person that a row of the journal holds."""
    body = json.loads(row["body"])
    verb, at, recorded_at = (
        PersonVerb(row["verb"]),
        decode_instant(row["at"]),
        decode_instant(row["recorded_at"]),
    )
    return PersonAct(verb, row["person"], at, recorded_at, row["number"], row["entry"], **body)


class NewPromiseRows(NamedTuple):
    """A promise and its first act as they are written down: nothing but texts, numbers and what is absent.

    `columns` is the row of the promise without its number; the rest is what the act says, and who says it.
    """

    columns: dict[str, Any]
    verb: str
    side: str
    by: str
    at: str
    body: str


def encode_new_promise(promise: Promise, act: Act) -> NewPromiseRows:
    """A promise that `act` began."""
    return NewPromiseRows(
        encode_promise_row(promise),
        act.verb.value,
        act.side.value,
        promise.direction.name_speaker(act.side),
        encode_instant(act.at),
        encode_act_body(act),
    )


def sqlite_row_dict(row: Row) -> dict[str, Any]:
    """The columns of a row by their names, five times as fast as `dict` finds them, which looks for each from the first on."""
    return dict(zip(row.keys(), row, strict=True))


def encode_promise_row(promise: Promise) -> dict[str, Any]:
    """The row of a promise, every column but its number."""
    now, offer = promise.current_revision, promise.offered_revision
    first = promise.first_due
    opening, terms, offered = promise.opening, now.terms, offer.terms if offer else _NO_TERMS
    return {
        "uid": opening.uid,
        "person": opening.person,
        "replaces": opening.replaces,
        "direction": opening.direction.value,
        "tags": " ".join(promise.tags) or None,
        "state": promise.state.value,
        "move": promise.move,
        "author": opening.direction.name_speaker(offer.author) if offer else None,
        "outcome": terms.outcome,
        "done_when": terms.done_when,
        "why": terms.why,
        "due": terms.due.civil if terms.due else None,
        "due_zone": terms.due.zone if terms.due else None,
        "due_at": encode_instant(terms.due.at) if terms.due else None,
        "reply_by": terms.reply_by.civil if terms.reply_by else None,
        "reply_at": encode_instant(terms.reply_by.at) if terms.reply_by else None,
        "revision": now.number,
        "revisions": promise.newest_revision_number,
        "renegotiated": promise.renegotiation_count,
        "first_due": first.civil if first else None,
        "made_at": encode_instant(promise.made_at),
        "accepted_at": _encode_optional_instant(promise.accepted_at),
        "delivered_at": _encode_optional_instant(promise.delivered_at),
        "closed_at": _encode_optional_instant(promise.closed_at),
        "contact_at": encode_instant(promise.contact_at),
        "bumped_at": _encode_optional_instant(promise.bumped_at),
        "word_at": _encode_optional_instant(promise.word_at),
        "told_at": _encode_optional_instant(promise.told_at),
        "reason": promise.reason,
        "cause": promise.cause,
        "repair": promise.repair,
        "risk": promise.risk,
        "no_to": promise.no_to,
        "offer": offer.number if offer else None,
        "offer_outcome": offered.outcome if offer else None,
        "offer_due": offered.due.civil if offered.due else None,
        "offer_done_when": offered.done_when,
        "offer_why": offered.why,
        "offer_reply_by": offered.reply_by.civil if offered.reply_by else None,
    }


_NO_TERMS = Terms("")


def _encode_optional_instant(moment: datetime | None) -> str | None:
    return encode_instant(moment) if moment else None
