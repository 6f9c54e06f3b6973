"""Moments as the ledger stores them: text of one width in UTC, which sorts as it reads."""

from datetime import UTC, datetime

_WIDTH = len("2026-11-27T22:59:59")


def instant(moment: datetime) -> str:
    """A moment as text of one width in UTC: `2026-11-27T22:59:59Z`."""
    utc = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return f"{utc.isoformat()[:_WIDTH]}Z"


def moment(text: str) -> datetime:
    """The moment that `instant` wrote, aware UTC."""
    return datetime.fromisoformat(text)
