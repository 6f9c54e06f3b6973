"""Short texts that messages and tables share: dates, distances, names, standings.

The module imports nothing that is slow to load. All texts are plain.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import civil
from promisectl.domain.constants import DAY_SECONDS, UNSAID_TERMS, WEEKDAYS
from promisectl.errors import STATE_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import Any

    from promisectl.domain.civil import CivilMoment

    ViewRow = Mapping[str, Any]
    """A row of a view of the ledger, by the names of its columns."""

_STATE_TONES = {"kept": "good", "reneged": "bad", "delivered": "good"}
_FLAG_PHRASES = {
    "renegotiating": "change proposed",
    "at-risk": "at risk",
    "lapsed": "reply overdue",
    "stale": "no news for {}",
    "late": "late",
    "untold": "not told",
    "unsaid": "not said yet",
    "affected": "affected",
}
_MIN_SPAN = 3  # IDs in a row that are named by the first and the last
_TEENS = (11, 12, 13)
_ORDINAL_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_YOUR_ANSWER, _THEIR_ANSWER = ("your answer", "warn"), ("their answer", "quiet")
_BAD_FLAGS = ("untold", "late")


class LocalMoment(NamedTuple):
    """When and where the reader is: `now` in aware UTC, `zone` as an IANA name."""

    now: datetime
    zone: str

    @property
    def today(self) -> date:
        """The local calendar day."""
        return civil.local_time(self.now, self.zone).date()


def format_count(number: int, thing: str) -> str:
    """Return a number and its noun: “1 day”, “3 days”, “1,032 acts”."""
    return f"{number} {thing}" if number == 1 else f"{number:,} {thing}s"


def format_ordinal(number: int) -> str:
    """Return a place in a row: “1st”, “2nd”, “3rd”, “11th”."""
    if number % 100 in _TEENS:
        return f"{number}th"
    return str(number) + _ORDINAL_ENDINGS.get(number % 10, "th")


def format_promise_ids(numbers: Iterable[int]) -> str:
    """Return IDs in ascending order: “#5, #6, #9 to #12”; three in a row make a span."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][-1] + 1:
            spans[-1].append(number)
        else:
            spans.append([number])
    words = [
        f"#{span[0]} to #{span[-1]}"
        if len(span) >= _MIN_SPAN
        else ", ".join(f"#{one}" for one in span)
        for span in spans
    ]
    return ", ".join(words)


def join_words(words: Sequence[str]) -> str:
    """Return words as a list in a sentence: “a, b and c”."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def format_id_range(numbers: Sequence[int]) -> str:
    """Return IDs in their order as a command takes them: “5-7,9”."""
    from itertools import groupby

    spans = [
        [number for _, number in group]
        for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    ]
    return ",".join(str(span[0]) if len(span) == 1 else f"{span[0]}-{span[-1]}" for span in spans)


def format_calendar_day(day: date) -> str:
    """Return a calendar day with its weekday: “Mon 23 Nov 2026”."""
    return civil.format_civil(str(day)).partition(",")[0]


def format_weekday(civil_day: str) -> str:
    """Return the weekday of a civil day or minute: “Friday”."""
    return WEEKDAYS[date.fromisoformat(civil_day[:10]).weekday()].title()


def format_month(day: date) -> str:
    """Return the month of a day: “Nov 2026”."""
    return format_calendar_day(day).split(" ", 2)[2]


def format_time_span(span: timedelta, days: int) -> str:
    """Return a positive span in days, or below one day in hours, or below one hour in minutes.

    `days` is the number of midnights in the span, which only a zone can decide.
    """
    if days:
        return format_count(days, "day")
    minutes = int(span.total_seconds()) // 60
    hours = minutes // 60
    return format_count(hours, "hour") if hours else format_count(max(minutes, 1), "minute")


def format_clock_difference(seconds: float) -> str:
    """Return how a clock differs from another one: “5 minutes ahead of”, “3 seconds behind”.

    Below 0 it is behind.
    """
    span = timedelta(seconds=round(abs(seconds)))
    if span < timedelta(minutes=1):
        amount = format_count(span.seconds, "second")
    else:
        amount = format_time_span(span, span.days)
    return f"{amount} {'ahead of' if seconds > 0 else 'behind'}"


def format_time_from_due(due: CivilMoment, moment: datetime, zone: str) -> str:
    """Return how far a moment is from a due date for people in `zone`, whichever comes first.

    Days are counted by the midnights between them. From a minute it is less than a day while it is
    less than 24 hours, as 23:30 and 0:30 are an hour apart.
    """
    start, end = sorted((due.at, moment))
    days = (civil.local_time(end, zone).date() - civil.local_time(start, zone).date()).days
    is_below_day = not due.is_day and (end - start).total_seconds() < DAY_SECONDS
    return format_time_span(end - start, 0 if is_below_day else days)


def read_due_date(row: ViewRow) -> CivilMoment | None:
    """Return the due date of a row; None where it has none."""
    if not row["due_at"]:
        return None
    at = datetime.fromisoformat(row["due_at"])
    return civil.CivilMoment(row["due"], row["due_zone"], at)


def format_day(day: date, here: LocalMoment) -> str:
    """Return a calendar day: “Mon 23 Nov”, with the year where it is needed."""
    return civil.format_near_civil(str(day), here.today)


def format_civil_moment(moment: CivilMoment, here: LocalMoment) -> str:
    """Return a civil date: “Fri 27 Nov”, “Fri 27 Nov, 17:00”, with its zone unless it is ours."""
    return civil.format_near_civil(moment.civil, here.today, moment.zone, here.zone)


def format_instant(instant: datetime | str, here: LocalMoment) -> str:
    """Return an instant in local time: “Mon 23 Nov, 10:00”."""
    at = datetime.fromisoformat(instant) if isinstance(instant, str) else instant
    local = civil.local_time(at, here.zone)
    return civil.format_near_civil(f"{local:%Y-%m-%dT%H:%M}", here.today)


def format_short_instant(instant: datetime | str, here: LocalMoment) -> str:
    """Return an instant for a column: “Mon 23 Nov 10:00”."""
    return format_instant(instant, here).replace(", ", " ")


def format_local_day(instant: datetime | str, here: LocalMoment) -> str:
    """Return the local day of an instant: “Mon 23 Nov”."""
    return format_instant(instant, here).partition(",")[0]


def format_counterparty(row: ViewRow) -> str:
    """Return the other side of a promise with its direction: “to Dana”, “from Dana”."""
    return {
        "owe": f"to {row['person_name']}",
        "owed": f"from {row['person_name']}",
        "self": "to yourself",
    }[row["direction"]]


def format_short_due(row: ViewRow, here: LocalMoment) -> str:
    """Return a due date for a column: “Fri 27 Nov”, with the time if it has one."""
    if not row["due"]:
        return "no date"
    words = civil.format_near_civil(row["due"], here.today, row["due_zone"], here.zone)
    return words.replace(", ", " ")


def format_state(state: str) -> str:
    """Return the word for a state: that of the records, but “reported” and “broken”."""
    return STATE_WORDS.get(state, str(state))


def describe_standing(row: ViewRow, here: LocalMoment) -> list[tuple[str, str]]:
    """Return the standing of a promise, in short phrases for beside its due date.

    Each phrase has its tone: `bad`, `warn`, `good` or `quiet`.
    """
    state, flags = row["state"], (row["flags"] or "").split()
    phrases: list[tuple[str, str]] = []
    answer, tone = _THEIR_ANSWER if row["author"] == "me" else _YOUR_ANSWER
    is_answerable = row["unsaid"] != UNSAID_TERMS  # nobody can answer what they do not know of
    if state == "proposed":
        if is_answerable:
            by = format_answer_day(row["reply_by"], row["reply_at"], here)
            phrases.append((f"{answer} {by}" if by and "lapsed" not in flags else answer, tone))
        due = read_due_date(row)
        if due and due.at < here.now:
            phrases.append((f"due {format_time_from_due(due, here.now, here.zone)} ago", "bad"))
    elif state != "active":
        phrases.append((format_state(state), _STATE_TONES.get(state, "quiet")))
    elif due := read_due_date(row):
        distance = format_time_from_due(due, here.now, here.zone)
        if "overdue" in flags:
            phrases.append((f"overdue {distance}", "bad"))
        elif "due-today" in flags:
            phrases.append(("due today", "warn"))
        else:
            ahead = "tomorrow" if distance == "1 day" else f"in {distance}"
            phrases.append((ahead, "warn" if "due-soon" in flags else "quiet"))
    phrases += [
        (_format_flag(flag, row, here), "bad" if flag in _BAD_FLAGS else "warn")
        for flag in flags
        if flag in _FLAG_PHRASES
    ]
    if state == "active" and row["offer_reply_by"] and is_answerable:
        by = format_answer_day(row["offer_reply_by"], row["offer_reply_at"], here)
        phrases.append((f"{answer} {by}" if by else _FLAG_PHRASES["lapsed"], "warn"))
    return phrases


def format_answer_day(reply_by: str | None, reply_at: str | None, here: LocalMoment) -> str:
    """Return by when an answer is needed: “by Thu”, “by Thu 3 Dec”, “today 17:00”.

    It is in local time: the end of a day of another zone is a time here. Empty without a date, and
    for one that has passed.
    """
    at = datetime.fromisoformat(reply_at) if reply_by and reply_at else None
    if not reply_by or at is None or at < here.now:
        return ""
    local = civil.local_time(at, here.zone)
    is_day_here = f"{local:%Y-%m-%dT%H:%M}" == f"{reply_by}T23:59"
    time = "" if is_day_here else f" {local:%H:%M}"
    days = (local.date() - here.today).days
    if days == 0:
        return f"today{time}"
    words = civil.format_near_civil(str(local.date()), here.today)
    return f"by {words[:3] if days < len(WEEKDAYS) else words}{time}"


def _format_flag(flag: str, row: ViewRow, here: LocalMoment) -> str:
    """Return the phrase of a flag; for one without news, how many days it has been so."""
    if flag != "stale":
        return _FLAG_PHRASES[flag]
    contact = civil.local_time(datetime.fromisoformat(row["contact_at"]), here.zone).date()
    return _FLAG_PHRASES[flag].format(format_count((here.today - contact).days, "day"))


def format_lateness(due: CivilMoment | None, delivered_at: datetime | None, zone: str) -> str:
    """Return how late a delivery was: “on time”, “2 days late”; empty without one or a date."""
    if not due or not delivered_at:
        return ""
    if delivered_at <= due.at:
        return "on time"
    return f"{format_time_from_due(due, delivered_at, zone)} late"
