"""Small words that messages and tables share: dates, distances, names, and where a promise stands, from a view's row. Plain text, light."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Row = Mapping[str, Any]


class LocalMoment(NamedTuple):
    """When and where somebody is looking: a moment (aware UTC) and the IANA name of the zone."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The local calendar day."""
        return civil.local_time(self.now, self.zone).date()


def format_count(number: int, thing: str) -> str:
    """“1 day”, “3 days”, “1,032 acts”."""
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"


def format_calendar_day(day: date) -> str:
    """A calendar day: “Mon 23 Nov 2026”."""
    return civil.format_civil(str(day)).partition(",")[0]


def format_month(day: date) -> str:
    """“Nov 2026”."""
    return format_calendar_day(day).split(" ", 2)[2]


def format_time_span(span: timedelta, days: int) -> str:
    """How far apart two moments are, in the largest unit that says something; `days` counts the midnights between them."""
    if days:
        return format_count(days, "day")
    minutes = int(span.total_seconds()) // 60
    hours = minutes // 60
    return format_count(hours, "hour") if hours else format_count(max(minutes, 1), "minute")


def format_time_between(one: datetime, other: datetime, zone: str) -> str:
    """How far apart two instants are as people in `zone` say it."""
    first, last = sorted((one, other))
    return format_time_span(
        last - first,
        (civil.local_time(last, zone).date() - civil.local_time(first, zone).date()).days,
    )


def format_instant(instant: datetime | str, here: LocalMoment) -> str:
    """An instant in local words: “Mon 23 Nov 2026, 10:00”."""
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return civil.format_civil(f"{civil.local_time(at, here.zone):%Y-%m-%dT%H:%M}")


def format_short_instant(instant: datetime | str, here: LocalMoment) -> str:
    """An instant for a column: “Mon 23 Nov 10:00”, with the year where it is not this one."""
    words, _, clock = format_instant(instant, here).partition(", ")
    return f"{words.removesuffix(f' {here.today.year}')} {clock}"


def format_local_day(instant: datetime | str, here: LocalMoment) -> str:
    """The local day of an instant: “Mon 23 Nov 2026”."""
    return format_instant(instant, here).partition(",")[0]


def format_counterparty(row: Row) -> str:
    """Whom I owe it, or who owes it to me."""
    return {
        "owe": f"to {row['person_name']}",
        "owed": f"from {row['person_name']}",
        "self": "to myself",
    }[row["direction"]]


def format_short_due(row: Row, here: LocalMoment) -> str:
    """A due date for a column: “Fri 27 Nov”, with the time if there is one, and the year and the zone where they are not ours."""
    if not row["due"]:
        return "no date"
    words, _, clock = civil.format_civil(row["due"], row["due_zone"], here.zone).partition(", ")
    words = words.removesuffix(f" {here.today.year}")
    return f"{words} {clock.removeprefix('end of day').strip()}".strip()


def describe_standing(row: Row, here: LocalMoment) -> list[tuple[str, str]]:
    """What is to be said about a promise beside its due date, each with its tone: `bad`, `warn`, `good` or `quiet`."""
    flags = (row["flags"] or "").split()
    said: list[tuple[str, str]] = []
    if "overdue" in flags:
        said.append(
            (f"overdue {format_time_between(_parse_due_instant(row), here.now, here.zone)}", "bad")
        )
    elif row["state"] == "active" and row["due_at"]:
        said.append(
            ("due today", "warn")
            if "due-today" in flags
            else (_format_time_ahead(row, here), _choose_due_tone(flags))
        )
    elif row["state"] != "active":
        said.append(
            (
                row["state"],
                {"kept": "good", "reneged": "bad", "delivered": "good"}.get(row["state"], "quiet"),
            )
        )
    said += [
        (_FLAG_PHRASES[flag], "bad" if flag in ("untold", "late") else "warn")
        for flag in flags
        if flag in _FLAG_PHRASES
    ]
    if row["state"] == "proposed":
        said[0] = (
            "your move" if row["move"] == "me" else "their move",
            "warn" if row["move"] == "me" else "quiet",
        )
    return said


def _format_time_ahead(row: Row, here: LocalMoment) -> str:
    far = format_time_between(here.now, _parse_due_instant(row), here.zone)
    return "tomorrow" if far == "1 day" else f"in {far}"


def _choose_due_tone(flags: list[str]) -> str:
    return "warn" if "due-soon" in flags else "quiet"


def _parse_due_instant(row: Row) -> datetime:
    return datetime.fromisoformat(row["due_at"])


_FLAG_PHRASES = {
    "renegotiating": "new terms offered",
    "at-risk": "at risk",
    "lapsed": "answer overdue",
    "stale": "stale",
    "late": "late",
    "untold": "not told",
}


def format_lateness(seconds: int | None) -> str:
    """How a delivery stood to its due date: “on time”, “2 days late”; empty without a due date."""
    if seconds is None:
        return ""
    if seconds <= 0:
        return "on time"
    days, rest = divmod(seconds, 86_400)
    late = format_count(days, "day") if days else format_time_span(timedelta(seconds=rest), 0)
    return f"{late} late"
