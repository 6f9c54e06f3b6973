"""Moments as the ledger stores them: text of one width in UTC, which sorts as it reads."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache

_UNZONED_INSTANT_CHARACTERS = len("2026-11-27T22:59:59")


@lru_cache(1_000)  # one moment is many columns of a promise, and now is in every act of a command
def encode_instant(moment: datetime) -> str:
    """A moment as text of one width in UTC: `2026-11-27T22:59:59Z`."""
    return f"{moment.astimezone(UTC).isoformat()[:_UNZONED_INSTANT_CHARACTERS]}Z"


@lru_cache(1_000)
def decode_instant(text: str) -> datetime:
    """The moment that `instant` wrote, aware UTC."""
    return datetime.fromisoformat(text)
