"""Small words that messages and tables share: dates, distances, names, and where a promise stands, from a view's row. Plain text, light."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Row = Mapping[str, Any]


class Here(NamedTuple):
    """When and where somebody is looking: a moment (aware UTC) and the IANA name of the zone."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The local calendar day."""
        return civil.local(self.now, self.zone).date()


def count(number: int, thing: str) -> str:
    """“1 day”, “3 days”, “1,032 acts”."""
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"


def plain_day(day: date) -> str:
    """A calendar day: “Mon 23 Nov 2026”."""
    return civil.show(str(day)).partition(",")[0]


def month(day: date) -> str:
    """“Nov 2026”."""
    return plain_day(day).split(" ", 2)[2]


def distance(span: timedelta, days: int) -> str:
    """How far apart two moments are, in the largest unit that says something; `days` counts the midnights between them."""
    if days:
        return count(days, "day")
    minutes = int(span.total_seconds()) // 60
    hours = minutes // 60
    return count(hours, "hour") if hours else count(max(minutes, 1), "minute")


def apart(one: datetime, other: datetime, zone: str) -> str:
    """How far apart two instants are as people in `zone` say it."""
    first, last = sorted((one, other))
    return distance(last - first, (civil.local(last, zone).date() - civil.local(first, zone).date()).days)


def moment(instant: datetime | str, here: Here) -> str:
    """An instant in local words: “Mon 23 Nov 2026, 10:00”."""
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    return civil.show(f"{civil.local(at, here.zone):%Y-%m-%dT%H:%M}")


def short_moment(instant: datetime | str, here: Here) -> str:
    """An instant for a column: “Mon 23 Nov 10:00”, with the year where it is not this one."""
    words, _, clock = moment(instant, here).partition(", ")
    return f"{words.removesuffix(f' {here.today.year}')} {clock}"


def day(instant: datetime | str, here: Here) -> str:
    """The local day of an instant: “Mon 23 Nov 2026”."""
    return moment(instant, here).partition(",")[0]


def due(date_: str | None, zone: str | None, here: Here) -> str:
    """A due date whole, for a sentence: “Fri 27 Nov 2026, end of day”; empty without one."""
    return civil.show(date_, zone or "", here.zone) if date_ else ""


def to_or_from(row: Row) -> str:
    """Whom I owe it, or who owes it to me."""
    return {"owe": f"to {row['person_name']}", "owed": f"from {row['person_name']}", "self": "to myself"}[row["direction"]]


def short_due(row: Row, here: Here) -> str:
    """A due date for a column: “Fri 27 Nov”, with the time if there is one, and the year and the zone where they are not ours."""
    if not row["due"]:
        return "no date"
    words, _, clock = civil.show(row["due"], row["due_zone"], here.zone).partition(", ")
    words = words.removesuffix(f" {here.today.year}")
    return f"{words} {clock.removeprefix('end of day').strip()}".strip()


def standing(row: Row, here: Here) -> list[tuple[str, str]]:
    """What is to be said about a promise beside its due date, each with its tone: `bad`, `warn`, `good` or `quiet`."""
    flags = (row["flags"] or "").split()
    said: list[tuple[str, str]] = []
    if "overdue" in flags:
        said.append((f"overdue {apart(_at(row), here.now, here.zone)}", "bad"))
    elif row["state"] == "active" and row["due_at"]:
        said.append(("due today", "warn") if "due-today" in flags else (_ahead(row, here), _soon(flags)))
    elif row["state"] != "active":
        said.append((row["state"], {"kept": "good", "reneged": "bad", "delivered": "good"}.get(row["state"], "quiet")))
    said += [(_FLAGS[flag], "bad" if flag in ("untold", "late") else "warn") for flag in flags if flag in _FLAGS]
    if row["state"] == "proposed":
        said[0] = ("your move" if row["move"] == "me" else "their move", "warn" if row["move"] == "me" else "quiet")
    return said


def _ahead(row: Row, here: Here) -> str:
    far = apart(here.now, _at(row), here.zone)
    return "tomorrow" if far == "1 day" else f"in {far}"


def _soon(flags: list[str]) -> str:
    return "warn" if "due-soon" in flags else "quiet"


def _at(row: Row) -> datetime:
    return datetime.fromisoformat(row["due_at"])


_FLAGS = {
    "renegotiating": "new terms offered",
    "at-risk": "at risk",
    "lapsed": "answer overdue",
    "stale": "stale",
    "late": "late",
    "untold": "not told",
}


def lateness(seconds: int | None) -> str:
    """How a delivery stood to its due date: “on time”, “2 days late”; empty without a due date."""
    if seconds is None:
        return ""
    if seconds <= 0:
        return "on time"
    days, rest = divmod(seconds, 86_400)
    late = count(days, "day") if days else distance(timedelta(seconds=rest), 0)
    return f"{late} late"
