"""Promises for people who read a spreadsheet: a dozen columns, with words instead of codes."""

from __future__ import annotations

from datetime import datetime

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import civil
from promisectl.errors import STATE_WORDS

if TYPE_CHECKING:
    from promisectl.records.fields import Row

READABLE_COLUMNS = (
    "ID",
    "Who owes",
    "To whom",
    "What",
    "Due",
    "State",
    "Remarks",
    "Done when",
    "Agreed on",
    "Done on",
    "Reason",
    "Tags",
)
_STATES = {**STATE_WORDS, "proposed": "not agreed yet"}
_REMARKS = {
    "overdue": "overdue",
    "due-today": "due today",
    "renegotiating": "change proposed",
    "at-risk": "at risk",
    "lapsed": "reply overdue",
    "late": "late",
    "untold": "not told",
    "unsaid": "not said yet",
}


def build_readable_row(row: Row, zone: str) -> dict[str, object]:
    """Return the readable columns of a promise; days and times are those of a zone."""
    name = row["person_name"]
    promisor, promisee = (name, "Me") if row["direction"] == "owed" else ("Me", name)
    due = row["due"]
    if due and "T" in due:
        due = format_local_minute(row["due_at"], zone)
    values = (
        row["id"],
        promisor,
        promisee,
        row["outcome"],
        due,
        _STATES.get(row["state"], row["state"]),
        ", ".join(list_remarks(row)),
        row["done_when"],
        format_local_minute(row["accepted_at"], zone)[:10],
        format_local_minute(row["delivered_at"], zone)[:10],
        row["reason"],
        row["tags"],
    )
    return dict(zip(READABLE_COLUMNS, values, strict=True))


def list_remarks(row: Row) -> list[str]:
    """Return the flags of a promise that a reader needs beside its state, in words."""
    flags = (row["flags"] or "").split()
    return [word for flag, word in _REMARKS.items() if flag in flags]


def format_local_minute(instant: str | None, zone: str) -> str:
    """Return a stored instant as “2026-11-27 17:00”, which spreadsheets take for a time."""
    if not instant:
        return ""
    return civil.local_time(datetime.fromisoformat(instant), zone).isoformat(" ")[:16]
