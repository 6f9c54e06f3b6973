"""How acts and promises are written down: instants as text of one width, bodies as canonical JSON, and the chain over them."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.civil import When
from promisectl.domain.people import PersonAct, PersonVerb
from promisectl.domain.promise import Act, Direction, Found, Opening, Promise, Side, State, Terms, Verb
from promisectl.storage.timestamps import instant, moment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from sqlite3 import Row
    from typing import Any

_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode  # made once: it takes longer than to use it
_TEXTS = ("text", "cause", "repair", "risk", "no_to")


def canonical(value: object) -> str:
    """JSON in one spelling only: sorted keys, no blanks, every character as it is."""
    return _canonical(value)


def plain(value: object) -> str:
    """JSON in the order in which it was said, every character as it is."""
    return json.dumps(value, ensure_ascii=False)


def kept(answer: object, *about: object) -> str:
    """An answer as it is kept, with a sum over it and what it is `about`: the hash of the newest act, the key, the entry, the request."""
    return plain({"answer": answer, "sum": chained("", *about, plain(answer))})


def answer_of(text: str) -> Any:
    """The answer that was kept; the first ones were kept without a sum."""
    said = json.loads(text)
    return said["answer"] if isinstance(said, dict) else said


def target_of(row: Mapping[str, Any]) -> int:
    """The command that an undo or a redo is about."""
    target: int = json.loads(row["body"])["target"]
    return target


def chained(previous: str, *fields: object) -> str:
    """The hash of an act: SHA-256 over the hash before it and the canonical JSON of what the act holds, in hexadecimal."""
    return hashlib.sha256(previous.encode() + canonical(fields).encode()).hexdigest()


def chained_row(previous: str, command: str, about: object, row: Mapping[str, Any]) -> str:
    """The same for an act as it stands in the journal; `about` is the uid of its promise or the number of its person."""
    said = row["number"], row["entry"], command, about, row["verb"], row["side"], row["by"], row["at"], row["recorded_at"], row["body"]
    return chained(previous, *said)


def body_of(act: Act) -> str:
    """What an act says beyond its columns, as canonical JSON without the absent."""
    body: dict[str, Any] = {name: value for name in _TEXTS if (value := getattr(act, name)) is not None}
    if act.revision is not None:
        body["revision"] = act.revision
    if act.told_at is not None:
        body["told_at"] = instant(act.told_at)
    if act.target is not None:
        body["target"] = act.target
    if act.terms is not None:
        body["terms"] = _terms_body(act.terms)
    if act.found is not None:
        body["found"] = _found_body(act.found)
    if act.opening is not None:
        body |= {name: value for name, value in act.opening._asdict().items() if value not in (None, ())}
    return canonical(body)


def _terms_body(terms: Terms) -> dict[str, Any]:
    body = {name: value for name, value in terms._asdict().items() if value is not None}
    for name in ("due", "reply_by"):
        if name in body:
            body[name] = _when_body(body[name])
    return body


def _when_body(when: When) -> dict[str, str]:
    return {"civil": when.civil, "zone": when.zone, "at": instant(when.at)}


def _found_body(found: Found) -> dict[str, Any]:
    body = {name: value for name, value in found._asdict().items() if value not in (None, False)}
    for name, value in body.items():
        if isinstance(value, datetime):
            body[name] = instant(value)
        elif isinstance(value, When):
            body[name] = _when_body(value)
    if found.offer:
        body["offer"] = _terms_body(found.offer)
    return body


def act_of(row: Mapping[str, Any]) -> Act:
    """The act that a row of the journal holds."""
    body = json.loads(row["body"])
    return Act(
        Verb(row["verb"]),
        Side(row["side"]),
        moment(row["at"]),
        moment(row["recorded_at"]),
        row["number"],
        row["entry"],
        revision=body.get("revision"),
        terms=_terms(body["terms"]) if "terms" in body else None,
        told_at=moment(body["told_at"]) if "told_at" in body else None,
        target=body.get("target"),
        opening=_opening(body) if "uid" in body else None,
        found=_found(body["found"]) if "found" in body else None,
        **{name: body.get(name) for name in _TEXTS},
    )


def _terms(body: dict[str, Any]) -> Terms:
    due, reply_by = (_when(body[name]) if name in body else None for name in ("due", "reply_by"))
    return Terms(body["outcome"], due, body.get("done_when"), body.get("why"), reply_by)


def _found(body: dict[str, Any]) -> Found:
    values = dict(body)
    for name in _MOMENTS_FOUND & values.keys():
        values[name] = moment(values[name])
    if "first_due" in values:
        values["first_due"] = _when(values["first_due"])
    if "offer" in values:
        values["offer"] = _terms(values["offer"])
    return Found(**{**values, "state": State(values["state"]), "author": Side(values["author"])})


_MOMENTS_FOUND = {name for name in Found._fields if name.endswith("_at")}


def _when(body: dict[str, Any]) -> When:
    return When(body["civil"], body["zone"], moment(body["at"]))


def _opening(body: dict[str, Any]) -> Opening:
    return Opening(body["uid"], Direction(body["direction"]), body.get("person"), body.get("replaces"), tuple(body.get("tags", ())))


def person_body(act: PersonAct) -> str:
    """What an act about a person says beyond its columns."""
    return canonical({name: value for name in ("handle", "name", "into", "target") if (value := getattr(act, name)) is not None})


def person_act(row: Mapping[str, Any]) -> PersonAct:
    """The act about a person that a row of the journal holds."""
    body = json.loads(row["body"])
    verb, at, recorded_at = PersonVerb(row["verb"]), moment(row["at"]), moment(row["recorded_at"])
    return PersonAct(verb, row["person"], at, recorded_at, row["number"], row["entry"], **body)


class Beginning(NamedTuple):
    """A promise and its first act as they are written down: nothing but texts, numbers and what is absent.

    `columns` is the row of the promise without its number; the rest is what the act says, and who says it.
    """

    columns: dict[str, Any]
    verb: str
    side: str
    by: str
    at: str
    body: str


def beginning(promise: Promise, act: Act) -> Beginning:
    """A promise that `act` began."""
    body = body_of(act._replace(revision=promise.current.number))
    return Beginning(columns_of(promise), act.verb.value, act.side.value, by_of(promise, act), instant(act.at), body)


def by_of(promise: Promise, act: Act) -> str:
    """Who says an act, me or them."""
    return "me" if lifecycle.is_mine(promise.opening.direction, act.side) else "them"


def named(row: Row) -> dict[str, Any]:
    """The columns of a row by their names, five times as fast as `dict` finds them, which looks for each from the first on."""
    return dict(zip(row.keys(), row, strict=True))


def columns_of(promise: Promise) -> dict[str, Any]:
    """The row of a promise, every column but its number."""
    now, offer = promise.current, promise.offered
    first = promise.first_due
    opening, terms, offered = promise.opening, now.terms, offer.terms if offer else _NO_TERMS
    return {
        "uid": opening.uid,
        "person": opening.person,
        "replaces": opening.replaces,
        "direction": opening.direction.value,
        "tags": " ".join(promise.tags) or None,
        "state": promise.state.value,
        "move": lifecycle.whose_move(promise),
        "author": ("me" if lifecycle.is_mine(opening.direction, offer.author) else "them") if offer else None,
        "outcome": terms.outcome,
        "done_when": terms.done_when,
        "why": terms.why,
        "due": terms.due.civil if terms.due else None,
        "due_zone": terms.due.zone if terms.due else None,
        "due_at": instant(terms.due.at) if terms.due else None,
        "reply_by": terms.reply_by.civil if terms.reply_by else None,
        "reply_at": instant(terms.reply_by.at) if terms.reply_by else None,
        "revision": now.number,
        "revisions": promise.newest,
        "renegotiated": promise.renegotiated,
        "first_due": first.civil if first else None,
        "made_at": instant(promise.made_at),
        "accepted_at": _instant_of(promise.accepted_at),
        "delivered_at": _instant_of(promise.delivered_at),
        "closed_at": _instant_of(promise.closed_at),
        "contact_at": instant(promise.contact_at),
        "bumped_at": _instant_of(promise.bumped_at),
        "word_at": _instant_of(promise.word_at),
        "told_at": _instant_of(promise.told_at),
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


def _instant_of(moment: datetime | None) -> str | None:
    return instant(moment) if moment else None
