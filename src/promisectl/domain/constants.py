"""The words and limits that the whole package shares, as plain tuples without an enum."""

OPEN_STATES = ("proposed", "active", "delivered")
CLOSED_STATES = ("kept", "declined", "withdrawn", "reneged", "released", "void")
STATES = (*OPEN_STATES, *CLOSED_STATES)
AGREED_STATES = ("active", "delivered", "kept", "reneged", "released")
"""Both sides have said yes."""
UNDELIVERED_STATES = ("proposed", "active")
"""The promise is not reported as done yet, so its terms can still change."""

UNSAID_WORDS, UNSAID_TERMS = 1, 2
"""What the other side does not know of: only words about the promise, or the proposed terms."""

SELF_STATES = ("active", "kept", "reneged", "void")
"""The states of a promise to myself; the others need an answer from somebody else."""
IMPORTED_MOMENT_STATES = {
    "accepted_at": (AGREED_STATES, (*AGREED_STATES, "void")),
    "delivered_at": (("delivered", "kept"), ("delivered", "kept", "released", "void")),
    "closed_at": (CLOSED_STATES, CLOSED_STATES),
    "told_at": ((), ("reneged", "void")),
}
"""In which states an imported promise must have a moment, and in which it may."""

DIRECTIONS = ("owe", "owed", "self")
MY_DIRECTIONS = ("owe", "self")
"""The directions in which I deliver."""
STATISTICS_DIRECTIONS = ("owe", "owed")
"""No statistic counts a promise to myself."""

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
"""The orders in which a person may list promises."""
COLOR_CHOICES = ("auto", "always", "never")
HINT_CHOICES = ("always", "first-weeks", "never")
QUESTION_CHOICES = ("always", "important", "never")
DIGEST_FORMATS = ("plain", "md")
MESSAGE_FORMATS = ("text", "md", "mailto", "ics")
MAX_MAILTO_CHARACTERS = 1_900
"""The longest link that mail programs and desktops are sure to take."""
TABLE_DELIMITERS = {"csv": ",", "tsv": "\t"}
"""What is between the cells of each format of a table."""
EXPORT_FORMATS = ("csv", "tsv", "json", "jsonl", "md", "ics")
EXPORT_READERS = ("people", "programs")
EXPORT_NEWLINES = ("crlf", "lf")

DUE_DATE_WORD = "due"
"""What --on of `complete` takes for the due date of each promise."""
DAY_SECONDS = 86_400
MAX_PART_CHAIN = 8
"""How many promises a chain may have in which each is a part of the next."""
SERIES_RULES = ("day", "weekday", "week", "2 weeks", "month", "quarter", "year")
"""How often the promises of a series are due, as TAB completes it; weekdays are also taken."""
MAX_SERIES_LENGTH = 100
"""How many promises one series may have."""

MAX_IMPORTED_PROMISE_ID = 999_999_999
"""The highest ID of the first promise in a file.

Each promise before it allows one more, so that whatever one ledger holds can be imported into
another.
"""

# The longest texts, in characters. Every command and import refuses more and cuts nothing.
MAX_OUTCOME_CHARACTERS = 1_000
MAX_TEXT_CHARACTERS = 10_000
MAX_KEY_CHARACTERS = 1_000
MAX_WORD_CHARACTERS = 100
"""The longest tag or name of a person."""
