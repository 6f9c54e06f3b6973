"""How long a text may be, in characters: more is refused at every door, never cut."""

MAX_OUTCOME_CHARACTERS = 1_000
MAX_TEXT_CHARACTERS = 10_000
MAX_KEY_CHARACTERS = 1_000
MAX_WORD_CHARACTERS = 100
"""A tag, or the name of a person."""


def find_text_limit(name: str) -> int:
    """The most that a field of that name may have."""
    return {
        "outcome": MAX_OUTCOME_CHARACTERS,
        "key": MAX_KEY_CHARACTERS,
        "tags": MAX_WORD_CHARACTERS,
        "handle": MAX_WORD_CHARACTERS,
    }.get(name, MAX_TEXT_CHARACTERS)
