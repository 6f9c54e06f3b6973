"""Encode and decode acts and promises as they are stored, and chain acts by their hashes."""

from __future__ import annotations

import hashlib
import json
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants
from promisectl.domain.civil import CivilMoment, decode_instant, encode_instant
from promisectl.domain.person_acts import PersonAct, PersonVerb
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
    from collections.abc import Callable, Iterator, Mapping
    from sqlite3 import Row
    from typing import Any


def _build_canonical_encoder() -> Callable[[object], str]:
    """Return the encoder of `encode_canonical_json`, made once for all values.

    `JSONEncoder.encode` makes a new C encoder for each value, which takes a third of its time.
    """
    encoder = json.JSONEncoder(
        ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")
    )
    make_c_encoder: Any = getattr(json.encoder, "c_make_encoder", None)
    if make_c_encoder is None:  # as in Pythons that are not written in C
        return encoder.encode
    texts, no_markers, no_indent = json.encoder.encode_basestring, None, None
    options = (encoder.sort_keys, encoder.skipkeys, encoder.allow_nan)
    encode_pieces = make_c_encoder(
        no_markers, encoder.default, texts, no_indent, ":", ",", *options
    )
    return lambda value: "".join(encode_pieces(value, 0))


encode_canonical_json = _build_canonical_encoder()
"""Return JSON in its one canonical spelling: sorted keys, no spaces, no escaped letters."""

_ACT_TEXT_FIELDS = ("text", "cause", "repair", "risk", "no_to")
_CONTENT_FIELDS = Act._fields[Act._fields.index("revision") :]
"""The fields of an act that its body holds; those before them have columns of their own."""
_MAX_SHORT_CHARACTERS = len('{"revision":999}')
"""How long the bodies are that many acts share: a yes to the first terms is always the same."""
_VERBS_BY_NAME = {verb.value: verb for verb in Verb}  # a call takes 0.3 µs, a lookup 0.02
_SIDES_BY_NAME = {side.value: side for side in Side}
_PERSON_ACT_FIELDS = ("handle", "name", "into", "target")
_IMPORTED_MOMENT_FIELDS = {name for name in ImportedState._fields if name.endswith("_at")}
_NO_TERMS = Terms("")
_FIELD_TYPES: dict[str, type] = {
    **dict.fromkeys((*_ACT_TEXT_FIELDS, "told_at", "uid", "direction", "handle", "name"), str),
    **dict.fromkeys(("part_of", "series", "of"), str),
    **dict.fromkeys(("outcome", "done_when", "why", "civil", "zone", "at"), str),
    **dict.fromkeys(("state", "author", "reason", *_IMPORTED_MOMENT_FIELDS), str),
    **dict.fromkeys(("revision", "revisions", "renegotiated"), int),
    **dict.fromkeys(("target", "person", "into", "replaces"), int),
    **dict.fromkeys(("terms", "found", "offer", "due", "reply_by", "first_due", "answer_by"), dict),
    **dict.fromkeys(("tags", "place"), list),
    **dict.fromkeys(("silent", "throughout", "unsaid", "heard"), bool),
}
"""The type of every field in the bodies of acts; each name has the same type wherever it is."""

_MAX_STORED_INTEGER = 2**63 - 1
_NEVER_EMPTY_FIELDS = ("outcome", "handle", "uid")
_ITEM_TYPES: dict[str, type] = {"tags": str, "place": int}
"""The type of what each list in the bodies of acts holds."""
_NEEDED_FIELDS: dict[str, tuple[str, ...]] = {
    PersonVerb.MEET: ("handle", "name"),
    PersonVerb.ALIAS: ("handle",),
    PersonVerb.UNALIAS: ("handle",),
    PersonVerb.MERGE: ("into",),
    PersonVerb.UNDO: ("target",),
    PersonVerb.REDO: ("target",),
}
"""The fields without which an act of a verb, about a person or a promise, means nothing."""

DECODING_ERRORS = (
    errors.Problem,
    KeyError,
    TypeError,
    ValueError,
    AttributeError,
    IndexError,
    OverflowError,
    RecursionError,
)
"""All that a text which somebody changed may raise in the code that reads it."""


@contextmanager
def refuse_damage(what: str) -> Iterator[None]:
    """Turn what damaged data raises inside the `with` block into DamagedContent.

    `what` is the subject of a sentence: what can't be read.
    """
    try:
        yield
    except errors.LedgerError:
        raise
    except DECODING_ERRORS as error:
        raise errors.DamagedContent("The ledger", f"{what} can't be read") from error


def encode_plain_json(value: object) -> str:
    """Return JSON with its keys in the given order and no escaped letters."""
    return json.dumps(value, ensure_ascii=False)


def encode_answer(answer: object, *about: object) -> str:
    """Return an answer as it is stored, with a hash over it and over what it is `about`.

    It is about the hash of the newest act, the key, the entry and the request.
    """
    checksum = compute_chain_hash("", *about, encode_plain_json(answer))
    return encode_plain_json({"answer": answer, "sum": checksum})


def decode_answer(text: str) -> Any:
    """Return the answer that `encode_answer` encoded. Raises DamagedContent."""
    with refuse_damage("an answer kept for --once"):
        return json.loads(text)["answer"]


def decode_original_answer(row: Mapping[str, Any]) -> Any:
    """Return the answer in a row of answers with their `head`.

    Raises DamagedContent if it is not the one that was given: encoded again, it is another text.
    """
    answer = decode_answer(row["answer"])
    with refuse_damage("an answer kept for --once"):
        about = (row["head"], row["key"], row["entry"], row["request"])
        if encode_answer(answer, *about) != row["answer"]:
            raise ValueError(row["key"])
    return answer


def decode_undo_target(row: Mapping[str, Any]) -> int:
    """Return the entry of the command that an act of undo or redo is about."""
    with refuse_damage("an undo"):
        target: int = _decode_body(row["verb"], row["body"])["target"]
        return target


def compute_chain_hash(previous: str, *fields: object) -> str:
    """Return the hash of an act, in hexadecimal, which chains it to the act before it.

    It is SHA-256 over the `previous` hash and the canonical JSON of the fields of the act.
    """
    return hashlib.sha256(f"{previous}{encode_canonical_json(fields)}".encode()).hexdigest()


def compute_act_hash(previous: str, command: str, about: object, row: Mapping[str, Any]) -> str:
    """Return the hash of the act in a row of the journal.

    `about` is the UUID of its promise or the number of its person.
    """
    start = (row["number"], row["entry"], command, about, row["verb"], row["side"], row["by"])
    return compute_chain_hash(previous, *start, row["at"], row["recorded_at"], row["body"])


def encode_act_body(act: Act) -> str:
    """Return what an act holds beyond its columns, as canonical JSON without absent values."""
    return _encode_content(act[-len(_CONTENT_FIELDS) :])


def _encode_content(content: tuple[Any, ...]) -> str:
    """Return the body of an act with these values of `_CONTENT_FIELDS`."""
    body: dict[str, Any] = {
        name: value
        for name, value in zip(_CONTENT_FIELDS, content, strict=True)
        if value is not None and value is not False
    }
    for name, encode in _CONTENT_ENCODERS.items():
        if name in body:
            body[name] = encode(body[name])
    if "bigger" in body:
        body["of"] = body.pop("bigger")
    if "opening" in body:
        opening = body.pop("opening")._asdict()
        body |= {name: value for name, value in opening.items() if value not in (None, ())}
    return encode_canonical_json(body)


def encode_terms(terms: Terms) -> dict[str, Any]:
    """Return the body of terms, without absent values."""
    body: dict[str, Any] = {}
    for name, value in zip(Terms._fields, terms, strict=True):
        if value is not None:
            body[name] = encode_civil_moment(value) if isinstance(value, CivilMoment) else value
    return body


def encode_civil_moment(when: CivilMoment) -> dict[str, str]:
    """Return the body of a civil moment, with its instant."""
    return {"civil": when.civil, "zone": when.zone, "at": encode_instant(when.at)}


def encode_imported_state(state: ImportedState) -> dict[str, Any]:
    """Return the body of the state in which a promise was imported, without absent values."""
    body: dict[str, Any] = {}
    for name, value in zip(ImportedState._fields, state, strict=True):
        if not value and (value is None or value == 0):
            continue
        encode = _STATE_ENCODERS.get(type(value))
        body[name] = encode(value) if encode else value
    return body


_STATE_ENCODERS: dict[type, Callable[[Any], object]] = {
    datetime: encode_instant,
    CivilMoment: encode_civil_moment,
    Terms: encode_terms,
}


_CONTENT_ENCODERS: dict[str, Callable[[Any], object]] = {
    "told_at": encode_instant,
    "answer_by": encode_civil_moment,
    "terms": encode_terms,
    "found": encode_imported_state,
}


def _decode_body(verb: str, text: str) -> dict[str, Any]:
    """Return the body of an act.

    Raises one of `DECODING_ERRORS` if a field has a wrong type, or one that is needed is missing.
    """
    body: dict[str, Any] = json.loads(text)
    _check_field_types(body)
    for name in _NEEDED_FIELDS.get(verb, ()):
        if name not in body:
            raise KeyError(name)
    return body


def _check_field_types(body: Mapping[str, Any]) -> None:
    for name, value in body.items():
        kind = type(value)
        if kind is not _FIELD_TYPES[name]:
            raise TypeError(name)
        if kind is str:
            if not value and name in _NEVER_EMPTY_FIELDS:
                raise TypeError(name)
        elif kind is int:
            if not 0 <= value <= _MAX_STORED_INTEGER:
                raise OverflowError(name)
        elif kind is dict:
            _check_field_types(value)
        elif kind is list and any(type(item) is not _ITEM_TYPES[name] for item in value):
            raise TypeError(name)


def decode_act(row: Mapping[str, Any]) -> Act:
    """Return the act in a row of the journal. Raises DamagedContent."""
    try:
        verb, body = row["verb"], row["body"]
        if len(body) <= _MAX_SHORT_CHARACTERS:
            content, _ = _decode_short_body(verb, body)
        else:
            content = _decode_content(verb, body)
        return _build_act(row, content)
    except DECODING_ERRORS as error:
        raise _build_act_damage(row) from error


def decode_written_act(row: Mapping[str, Any]) -> Act | None:
    """Return the act in a row of the journal, None if it is written in another way.

    The body of an act that this program has written is what `encode_act_body` returns, and its
    moments are what `encode_instant` returns. Raises DamagedContent.
    """
    try:
        verb, body = row["verb"], row["body"]
        if len(body) <= _MAX_SHORT_CHARACTERS:
            content, is_written = _decode_short_body(verb, body)
        else:
            content = _decode_content(verb, body)
            is_written = _encode_content(content) == body
        act = _build_act(row, content)
        is_written = is_written and _has_written_moments(act, row)
    except DECODING_ERRORS as error:
        raise _build_act_damage(row) from error
    return act if is_written else None


def _has_written_moments(act: Act | PersonAct, row: Mapping[str, Any]) -> bool:
    moments = (encode_instant(act.at), encode_instant(act.recorded_at))
    return moments == (row["at"], row["recorded_at"])


def _build_act_damage(row: Mapping[str, Any]) -> errors.DamagedContent:
    return errors.DamagedContent("The ledger", f"act {row['number']} can't be read")


def _build_act(row: Mapping[str, Any], content: tuple[Any, ...]) -> Act:
    at, recorded_at = decode_instant(row["at"]), decode_instant(row["recorded_at"])
    verb, side = _VERBS_BY_NAME[row["verb"]], _SIDES_BY_NAME[row["side"]]
    return Act(verb, side, at, recorded_at, row["number"], row["entry"], *content)


@lru_cache(100)
def _decode_short_body(verb: str, text: str) -> tuple[tuple[Any, ...], bool]:
    """Return what `_decode_content` returns, and whether `encode_act_body` writes it like this.

    Half of all acts have one of a few bodies: to decode each of these once saves a fifth of
    the decoding.
    """
    content = _decode_content(verb, text)
    return content, _encode_content(content) == text


def _decode_content(verb: str, text: str) -> tuple[Any, ...]:
    """Return the `_CONTENT_FIELDS` of an act, from its body."""
    body = _decode_body(verb, text)
    get = body.get
    opening = None
    if "uid" in body:
        if (body["direction"] == Direction.SELF) is ("person" in body):
            raise KeyError("person")
        opening = Opening(
            body["uid"],
            Direction(body["direction"]),
            get("person"),
            get("replaces"),
            tuple(get("tags", ())),
            get("part_of"),
            get("series"),
            _decode_place(body["place"]) if "place" in body else None,
        )
    return (
        get("revision"),
        decode_terms(body["terms"]) if "terms" in body else None,
        get("text"),
        decode_instant(body["told_at"]) if "told_at" in body else None,
        get("cause"),
        get("repair"),
        get("risk"),
        get("no_to"),
        get("target"),
        opening,
        decode_imported_state(body["found"]) if "found" in body else None,
        get("throughout", False),
        None if opening else get("person"),
        decode_civil_moment(body["answer_by"]) if "answer_by" in body else None,
        get("unsaid", False),
        get("of"),
    )


def _decode_place(numbers: list[int]) -> tuple[int, int]:
    place, of = numbers
    return place, of


def decode_terms(body: dict[str, Any]) -> Terms:
    """Return the terms that `encode_terms` encoded."""
    due = decode_civil_moment(body["due"]) if "due" in body else None
    reply_by = decode_civil_moment(body["reply_by"]) if "reply_by" in body else None
    return Terms(body["outcome"], due, body.get("done_when"), body.get("why"), reply_by)


def decode_imported_state(body: dict[str, Any]) -> ImportedState:
    """Return the state that `encode_imported_state` encoded."""
    values = {**body, "state": State(body["state"]), "author": Side(body["author"])}
    for name in _IMPORTED_MOMENT_FIELDS & values.keys():
        values[name] = decode_instant(values[name])
    if "first_due" in values:
        values["first_due"] = decode_civil_moment(values["first_due"])
    if "offer" in values:
        values["offer"] = decode_terms(values["offer"])
    return ImportedState(**values)


def decode_civil_moment(body: dict[str, Any]) -> CivilMoment:
    """Return the civil moment that `encode_civil_moment` encoded."""
    datetime.fromisoformat(body["civil"])  # raises ValueError for a day that no calendar has
    return CivilMoment(body["civil"], body["zone"], decode_instant(body["at"]))


def encode_person_act_body(act: PersonAct) -> str:
    """Return what an act about a person holds beyond its columns, as canonical JSON."""
    values = {name: getattr(act, name) for name in _PERSON_ACT_FIELDS}
    return encode_canonical_json(
        {name: value for name, value in values.items() if value is not None}
    )


def decode_person_act(row: Mapping[str, Any]) -> PersonAct:
    """Return the act about a person in a row of the journal. Raises DamagedContent."""
    try:
        return PersonAct(
            PersonVerb(row["verb"]),
            row["person"],
            decode_instant(row["at"]),
            decode_instant(row["recorded_at"]),
            row["number"],
            row["entry"],
            **_decode_body(row["verb"], row["body"]),
        )
    except DECODING_ERRORS as error:
        raise _build_act_damage(row) from error


def decode_written_person_act(row: Mapping[str, Any]) -> PersonAct | None:
    """Return the act in a row of the journal, None if it is written in another way.

    Raises DamagedContent.
    """
    try:
        act = decode_person_act(row)
        is_written = encode_person_act_body(act) == row["body"] and _has_written_moments(act, row)
    except DECODING_ERRORS as error:
        raise _build_act_damage(row) from error
    return act if is_written else None


class NewPromiseRows(NamedTuple):
    """A promise and its first act as they are stored: texts, numbers and None only.

    `columns` is the row of the promise without its number; the other fields belong to the act.
    """

    columns: dict[str, Any]
    verb: str
    side: str
    by: str
    at: str
    body: str


def encode_new_promise(promise: Promise, act: Act) -> NewPromiseRows:
    """Return the rows of a promise that `act` began."""
    return NewPromiseRows(
        encode_promise_row(promise),
        act.verb.value,
        act.side.value,
        promise.direction.name_speaker(act.side),
        encode_instant(act.at),
        encode_act_body(act),
    )


def sqlite_row_dict(row: Row) -> dict[str, Any]:
    """Return the columns of a row by their names, five times as fast as `dict(row)`.

    `dict` looks every column up by its name, each time from the first column on.
    """
    return dict(zip(row.keys(), row, strict=True))


def encode_promise_row(promise: Promise) -> dict[str, Any]:
    """Return the row of a promise: every column but its number, and `LINK_COLUMNS`."""
    opening, current, offer = promise.opening, promise.current_revision, promise.offered_revision
    terms, offered = current.terms, offer.terms if offer else _NO_TERMS
    reply_by, offer_reply_by, first_due = current.reply_by, offered.reply_by, promise.first_due
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
        "reply_by": reply_by.civil if reply_by else None,
        "reply_at": encode_instant(reply_by.at) if reply_by else None,
        "revision": current.number,
        "revisions": promise.newest_revision_number,
        "renegotiated": promise.renegotiation_count,
        "first_due": first_due.civil if first_due else None,
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
        "offer_reply_by": offer_reply_by.civil if offer_reply_by else None,
        "first_due_at": encode_instant(first_due.at) if first_due else None,
        "unsaid": _encode_unsaid(promise),
        "offer_reply_at": encode_instant(offer_reply_by.at) if offer_reply_by else None,
        **_encode_links(promise),
    }


LINK_COLUMNS = {"series", "place", "of", "part_of"}
"""What links a promise to others: its series, its place there, the uid of the bigger one."""


def has_links(columns: Mapping[str, Any]) -> bool:
    """Whether a promise with such a row belongs to a series, or is a part of another one."""
    return any(columns[name] is not None for name in LINK_COLUMNS)


def _encode_links(promise: Promise) -> dict[str, Any]:
    place, of = promise.opening.place or (None, None)
    return {
        "series": promise.opening.series,
        "place": place,
        "of": of,
        "part_of": promise.part_of,
    }


def _encode_unsaid(promise: Promise) -> int | None:
    if not promise.is_unsaid:
        return None
    return constants.UNSAID_TERMS if promise.are_terms_unsaid else constants.UNSAID_WORDS


def _encode_optional_instant(moment: datetime | None) -> str | None:
    return encode_instant(moment) if moment else None
