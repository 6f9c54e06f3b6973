"""The records of promises, acts, people and days: their fields, and how a row becomes one."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.system.text import is_canonical_uuid

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Row = Mapping[str, Any]

PROMISE_FIELDS = (
    "id",
    "uid",
    "direction",
    "state",
    "person",
    "person_name",
    "move",
    "author",
    "outcome",
    "due",
    "due_zone",
    "due_at",
    "done_when",
    "why",
    "reply_by",
    "revision",
    "revisions",
    "renegotiated",
    "first_due",
    "made_at",
    "accepted_at",
    "delivered_at",
    "closed_at",
    "lateness_seconds",
    "notice",
    "told_at",
    "reason",
    "cause",
    "repair",
    "risk",
    "no_to",
    "replaces",
    "tags",
    "flags",
    "reply_at",
    "contact_at",
    "word_at",
    "first_due_at",
    "series",
    "place",
    "of",
    "part_of",
    "parts",
)
FREE_TEXT_FIELDS = (
    "person",
    "person_name",
    "outcome",
    "done_when",
    "why",
    "reason",
    "repair",
    "risk",
    "no_to",
    "text",
)
"""The fields of a promise or an act with text that somebody wrote."""
NUMBER_FIELDS = (
    "id",
    "revision",
    "revisions",
    "renegotiated",
    "lateness_seconds",
    "replaces",
    "place",
    "of",
    "part_of",
    "entry",
    "promise",
    "undone_by",
    "unsaid",
)
"""The fields of a promise or an act with a number."""
IMPORT_RECORD_FIELDS = (*PROMISE_FIELDS, "offer")
ACT_FIELDS = (
    "id",
    "entry",
    "promise",
    "uid",
    "act",
    "side",
    "by",
    "at",
    "recorded_at",
    "revision",
    "text",
    "told_at",
    "cause",
    "repair",
    "risk",
    "no_to",
    "undone_by",
    "person",
    "answer_by",
    "unsaid",
)
PROMISE_LINE_FIELDS = ("id", "person", "outcome", "due", "state", "flags")
ACT_LINE_FIELDS = ("id", "at", "promise", "act", "by", "text", "entry", "undone_by")
PERSON_FIELDS = (
    "person",
    "person_name",
    "owe",
    "owed",
    "overdue",
    "next_due",
    "kept_by_me",
    "kept_by_me_of",
    "kept_by_them",
    "kept_by_them_of",
    "not_agreed",
)
DAY_FIELDS = ("day", "week", "owe", "owed", "overfull", "owe_ids", "owed_ids", "kind")
_LIST_FIELDS = ("tags", "flags")
OFFER_COLUMNS = {
    "revision": "offer_revision",
    "author": "author",
    "outcome": "offer_outcome",
    "due": "offer_due",
    "done_when": "offer_done_when",
    "why": "offer_why",
    "reply_by": "offer_reply_by",
}
"""The columns of the view `promises` with the proposed terms, by their names in `offer`."""


def check_uid(row: Row) -> Row:
    """Return the row of a promise or an act with a UUID, which other programs use in file names.

    Acts about people have none. Raises DamagedContent.
    """
    uid = row["uid"]
    if uid is None:
        return row
    if not is_canonical_uuid(uid):
        number = row["promise"] if "promise" in [*row.keys()] else row["id"]
        raise errors.DamagedContent("The ledger", f"the uid of #{number} is not a UUID")
    return row


def build_promise_record(row: Row) -> dict[str, Any]:
    """Return a row of the view `promises` as a JSON object.

    Its lists become arrays; the terms that are not agreed yet become an object, `offer`. Raises
    DamagedContent.
    """
    row = check_uid(_build_row_dict(row))
    record: dict[str, Any] = {name: row[name] for name in PROMISE_FIELDS}
    for name in _LIST_FIELDS:
        record[name] = (record[name] or "").split()
    record["parts"] = parse_id_list(record["parts"] or "")
    offer = {name: row[column] for name, column in OFFER_COLUMNS.items()}
    record["offer"] = offer if row["offer_revision"] else None
    return record


def _build_row_dict(row: Row) -> Row:
    """Return a row that finds values fast: SQLite's rows look through all names for each."""
    return row if isinstance(row, dict) else dict(zip(row.keys(), row, strict=True))


def build_act_record(row: Row) -> dict[str, Any]:
    """Return a row of the view `acts` as a JSON object. Raises DamagedContent."""
    row = check_uid(_build_row_dict(row))
    record = {name: row[name] for name in ACT_FIELDS}
    record["unsaid"] = bool(row["unsaid"])
    return record


def build_person_record(row: Row) -> dict[str, Any]:
    """Return a row of the people of the ledger as a JSON object."""
    return {name: row[name] for name in PERSON_FIELDS}


def build_week_day_record(row: Row) -> dict[str, Any]:
    """Return a day of the coming weeks as a JSON object."""
    return {
        **{name: row[name] for name in DAY_FIELDS},
        "owe_ids": parse_id_list(row["owe_ids"]),
        "owed_ids": parse_id_list(row["owed_ids"]),
    }


def parse_id_list(words: str) -> list[int]:
    """Return the IDs in a list of a row."""
    return [int(word) for word in words.split()]
