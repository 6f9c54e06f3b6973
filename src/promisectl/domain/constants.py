"""The words and the limits that all rooms share, as plain tuples: a view needs no enum for them."""

OPEN_STATES = ("proposed", "active", "delivered")
CLOSED_STATES = ("kept", "declined", "withdrawn", "reneged", "released", "void")
STATES = (*OPEN_STATES, *CLOSED_STATES)
AGREED_STATES = ("active", "delivered", "kept", "reneged", "released")
"""Both have said Yes."""
UNDELIVERED_STATES = ("proposed", "active")
"""Nothing is reported as done yet, so the terms can still change."""

DIRECTIONS = ("owe", "owed", "self")
MY_DIRECTIONS = ("owe", "self")
"""It is me who delivers."""
STATISTICS_DIRECTIONS = ("owe", "owed")
"""A promise to myself is outside every statistic."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)

PROMISE_SORTS = ("due", "made", "person", "state")
"""The orders of promises that a person may ask for."""
COLOR_CHOICES = ("auto", "always", "never")

# How long a text may be, in characters: more is refused at every door, never cut.
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
