"""How long a text may be, in characters: more is refused at every door, never cut."""

OUTCOME = 1_000
TEXT = 10_000
KEY = 1_000
WORD = 100
"""A tag, or the name of a person."""


def of(name: str) -> int:
    """The most that a field of that name may have."""
    return {"outcome": OUTCOME, "key": KEY, "tags": WORD, "handle": WORD}.get(name, TEXT)
