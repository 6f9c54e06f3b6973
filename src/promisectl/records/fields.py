"""The promise record, the act record and the person record: their fields, in order, and how a row of a view becomes one."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Row = Mapping[str, Any]

PROMISE = (
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
)
IMPORTED = (*PROMISE, "offer")
ACT = (
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
)
PERSON = (
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
)
DAY = ("day", "week", "owe", "owed", "overfull", "owe_ids", "owed_ids", "kind")
_LISTS = ("tags", "flags")
_OFFER = ("outcome", "due", "done_when", "why", "reply_by")


def promise(row: Row) -> dict[str, Any]:
    """A row of the view `promises` as a JSON object, with its lists as arrays and the terms on the table as an object of their own."""
    row = _by_name(row)
    record: dict[str, Any] = {name: row[name] for name in PROMISE}
    for name in _LISTS:
        record[name] = (record[name] or "").split()
    offered = {"revision": row["offer_revision"], "author": row["author"], **{name: row[f"offer_{name}"] for name in _OFFER}}
    record["offer"] = offered if row["offer_revision"] else None
    return record


def _by_name(row: Row) -> Row:
    """A row that finds its values fast: one of SQLite's goes through all its names for each."""
    return row if isinstance(row, dict) else dict(zip(row.keys(), row, strict=True))


def act(row: Row) -> dict[str, Any]:
    """A row of the view `acts` as a JSON object."""
    row = _by_name(row)
    return {name: row[name] for name in ACT}


def person(row: Row) -> dict[str, Any]:
    """A row of the people of the ledger as a JSON object."""
    return {name: row[name] for name in PERSON}


def day(row: Row) -> dict[str, Any]:
    """A day of the coming weeks as a JSON object."""
    return {**{name: row[name] for name in DAY}, "owe_ids": _numbers(row["owe_ids"]), "owed_ids": _numbers(row["owed_ids"])}


def _numbers(words: str) -> list[int]:
    return [int(word) for word in words.split()]
