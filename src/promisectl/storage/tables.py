"""The tables of the ledger, with their checks, indexes and guard triggers.

They are compiled ahead to SQL text (`python -m promisectl.generate`), for a ledger in a file and
for one on a server; no command imports this. Stored types are INTEGER and TEXT only. Instants are
text of one width in UTC (`2026-11-27T22:59:59Z`), so that they sort by time.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlmodel import Field, SQLModel

from promisectl.domain.constants import DIRECTIONS, OPEN_STATES, STATES
from promisectl.domain.promise import Side

APPLICATION_ID = 0x50524D53  # "PRMS"
SCHEMA_STEP = 2

# Columns, each with its possible values.
_OPEN_STATE_CHOICES = ("state", *OPEN_STATES)
_STATE_CHOICES = ("state", *STATES)
_DIRECTION_CHOICES = ("direction", *DIRECTIONS)
_SIDE_CHOICES = ("side", *(side.value for side in Side))
_INSTANT_CHECKS_SQL = {
    "sqlite": (
        "{0} GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T[0-9][0-9]:[0-9][0-9]:[0-9][0-9]Z'"
    ),
    "postgresql": "{0} ~ '^[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}Z$'",
}
_INTEGER_TYPE = Integer().with_variant(BigInteger(), "postgresql")
_TEXT_TYPE = Text().with_variant(Text(collation="C"), "postgresql")


def _build_choice_check(column: str, *values: str) -> str:
    """Return the condition that a column has one of some values, by OR.

    With IN, SQLite would build a table of the values for every row that it writes.
    """
    comparisons = [f"{column} = '{value}'" for value in values]
    return f"({' OR '.join(comparisons)})"


OPEN_CONDITION = _build_choice_check(*_OPEN_STATE_CHOICES)


def _build_integer_column(**options: Any) -> Any:
    return Field(sa_type=_INTEGER_TYPE, **options)


def _build_text_column(**options: Any) -> Any:
    return Field(sa_type=_TEXT_TYPE, **options)


class _IsInstant(ColumnElement[bool]):
    """The condition that a column is an instant, in the words of each kind of database."""

    inherit_cache = True

    def __init__(self, column: str) -> None:
        self.column = column


@compiles(_IsInstant)
def _compile_instant_check(check: _IsInstant, compiler: Any, **_: Any) -> str:
    return _INSTANT_CHECKS_SQL[compiler.dialect.name].format(check.column)


def _build_instant_check(column: str) -> CheckConstraint:
    return CheckConstraint(_IsInstant(column), name=f"{column}_is_an_instant")


def _build_partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """Return an index of the rows that fulfil a condition."""
    condition = text(where)
    return Index(name, *columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


class PersonRow(SQLModel, table=True):
    """A person, one side of promises; `merged_into` is the person they were merged into."""

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("handle <> ''", name="handle_says_something"),
        _build_partial_index("person_handle", "handle", where="merged_into IS NULL", unique=True),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    id: int | None = _build_integer_column(default=None, primary_key=True)
    handle: str = _build_text_column()
    name: str = _build_text_column()
    merged_into: int | None = _build_integer_column(default=None, foreign_key="person.id")


class AliasRow(SQLModel, table=True):
    """Another name of a person: a former handle, or an alias that was added."""

    __tablename__ = "alias"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}

    alias: str = _build_text_column(primary_key=True)
    person: int = _build_integer_column(foreign_key="person.id")


class EntryRow(SQLModel, table=True):
    """One recorded command, with all its acts; `undone_by` is the entry of the undo, if any."""

    __tablename__ = "entry"
    __table_args__ = (
        _build_instant_check("recorded_at"),
        _build_partial_index(
            "entry_live", "id", where="undone_by IS NULL AND command NOT IN ('undo', 'redo')"
        ),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    id: int | None = _build_integer_column(default=None, primary_key=True)
    command: str = _build_text_column()
    recorded_at: str = _build_text_column()
    undone_by: int | None = _build_integer_column(default=None, foreign_key="entry.id")


class OnceRow(SQLModel, table=True):
    """The key of a command that must happen only once, its request, and its answer.

    The answer is given again when the same request comes with the key again.
    """

    __tablename__ = "once"
    __table_args__ = {"sqlite_strict": True, "sqlite_with_rowid": False}

    key: str = _build_text_column(primary_key=True)
    entry: int = _build_integer_column(foreign_key="entry.id")
    request: str = _build_text_column()
    answer: str = _build_text_column()


class ActRow(SQLModel, table=True):
    """An act, which is only ever appended.

    `body` is canonical JSON, and `hash` chains the act to the one before it.
    """

    __tablename__ = "act"
    __table_args__ = (
        CheckConstraint(
            "(promise IS NULL) <> (person IS NULL)", name="about_a_promise_or_a_person"
        ),
        CheckConstraint(_build_choice_check(*_SIDE_CHOICES), name="side_is_known"),
        CheckConstraint("by IN ('me', 'them')", name="by_is_known"),
        CheckConstraint("length(hash) = 64", name="hash_is_whole"),
        _build_instant_check("at"),
        _build_instant_check("recorded_at"),
        Index("act_of_promise", "promise", "number"),
        _build_partial_index("act_of_person", "person", "number", where="person IS NOT NULL"),
        Index("act_of_entry", "entry"),
        {"sqlite_strict": True},
    )

    number: int | None = _build_integer_column(default=None, primary_key=True)
    entry: int = _build_integer_column(foreign_key="entry.id")
    promise: int | None = _build_integer_column(default=None, foreign_key="promise.id")
    person: int | None = _build_integer_column(default=None, foreign_key="person.id")
    verb: str = _build_text_column()
    side: str = _build_text_column()
    by: str = _build_text_column()
    at: str = _build_text_column()
    recorded_at: str = _build_text_column()
    body: str = _build_text_column()
    hash: str = _build_text_column()


class PromiseRow(SQLModel, table=True):
    """A promise as its acts leave it: every act updates it, and it can be rebuilt from them.

    No column depends on the clock.
    """

    __tablename__ = "promise"
    __table_args__ = (
        CheckConstraint(_build_choice_check(*_STATE_CHOICES), name="state_is_known"),
        CheckConstraint(_build_choice_check(*_DIRECTION_CHOICES), name="direction_is_known"),
        CheckConstraint(
            "(direction = 'self') = (person IS NULL)", name="only_a_promise_to_myself_has_no_person"
        ),
        CheckConstraint("outcome <> ''", name="outcome_says_something"),
        _build_partial_index("promise_open", "direction", "due_at", where=OPEN_CONDITION),
        _build_partial_index("promise_untold", "id", where="state = 'reneged' AND move = 'me'"),
        Index("promise_of_person", "person"),
        _build_partial_index("promise_delivered", "delivered_at", where="delivered_at IS NOT NULL"),
        {"sqlite_strict": True, "sqlite_autoincrement": True},
    )

    id: int | None = _build_integer_column(default=None, primary_key=True)
    uid: str = _build_text_column(unique=True)
    direction: str = _build_text_column()
    person: int | None = _build_integer_column(default=None, foreign_key="person.id")
    state: str = _build_text_column()
    move: str | None = _build_text_column(default=None)
    author: str | None = _build_text_column(default=None)
    outcome: str = _build_text_column()
    due: str | None = _build_text_column(default=None)
    due_zone: str | None = _build_text_column(default=None)
    due_at: str | None = _build_text_column(default=None)
    done_when: str | None = _build_text_column(default=None)
    why: str | None = _build_text_column(default=None)
    reply_by: str | None = _build_text_column(default=None)
    reply_at: str | None = _build_text_column(default=None)
    revision: int = _build_integer_column()
    revisions: int = _build_integer_column()
    renegotiated: int = _build_integer_column()
    first_due: str | None = _build_text_column(default=None)
    made_at: str = _build_text_column()
    accepted_at: str | None = _build_text_column(default=None)
    delivered_at: str | None = _build_text_column(default=None)
    closed_at: str | None = _build_text_column(default=None)
    contact_at: str = _build_text_column()
    bumped_at: str | None = _build_text_column(default=None)
    word_at: str | None = _build_text_column(default=None)
    told_at: str | None = _build_text_column(default=None)
    reason: str | None = _build_text_column(default=None)
    cause: str | None = _build_text_column(default=None)
    repair: str | None = _build_text_column(default=None)
    risk: str | None = _build_text_column(default=None)
    no_to: str | None = _build_text_column(default=None)
    replaces: int | None = _build_integer_column(default=None, foreign_key="promise.id")
    tags: str | None = _build_text_column(default=None)
    offer: int | None = _build_integer_column(default=None)
    offer_outcome: str | None = _build_text_column(default=None)
    offer_due: str | None = _build_text_column(default=None)
    offer_done_when: str | None = _build_text_column(default=None)
    offer_why: str | None = _build_text_column(default=None)
    offer_reply_by: str | None = _build_text_column(default=None)
    first_due_at: str | None = _build_text_column(default=None)
    unsaid: int | None = _build_integer_column(default=None)
    offer_reply_at: str | None = _build_text_column(default=None)


class SeriesRow(SQLModel, table=True):
    """The place of a promise in the series that it was made in, and how many that are."""

    __tablename__ = "series"
    __table_args__ = (Index("series_rows", "series", "place"), {"sqlite_strict": True})

    promise: int = _build_integer_column(primary_key=True, foreign_key="promise.id")
    series: str = _build_text_column()
    place: int = _build_integer_column()
    of: int = _build_integer_column()


class PartRow(SQLModel, table=True):
    """The bigger promise that a promise is a part of."""

    __tablename__ = "part"
    __table_args__ = (Index("part_of", "bigger"), {"sqlite_strict": True})

    promise: int = _build_integer_column(primary_key=True, foreign_key="promise.id")
    bigger: int = _build_integer_column(foreign_key="promise.id")


ADDED_PROMISE_COLUMNS: dict[int, dict[str, str]] = {
    2: {
        "first_due_at": "iif(renegotiated = 0 AND first_due IS NOT NULL, due_at, NULL)",
        "unsaid": "NULL",
        "offer_reply_at": (
            "iif(offer_reply_by IS NULL, NULL, (SELECT coalesce("
            "json_extract(a.body, '$.terms.reply_by.at'), "
            "json_extract(a.body, '$.found.offer.reply_by.at')) FROM act AS a "
            "WHERE a.promise = promise.id AND offer_reply_by IN ("
            "json_extract(a.body, '$.terms.reply_by.civil'), "
            "json_extract(a.body, '$.found.offer.reply_by.civil')) "
            "ORDER BY a.number DESC LIMIT 1))"
        ),
    },
}
"""The new columns of a promise of each schema step after the first, where it has any.

Each has the SQL by which a command that only reads a ledger of an earlier step gets its value from
the columns that are there.
"""

MIGRATION_ADDITIONS: dict[int, tuple[str, ...]] = {
    2: ("series", "series_rows", "part", "part_of", "problems"),
}
"""The new tables, indexes and views of each schema step after the first, where it has any."""

REDERIVED_COLUMNS: dict[int, tuple[str, ...]] = {
    2: (
        *("move", "outcome", "due", "due_zone", "due_at", "done_when", "why"),
        *("reply_by", "reply_at", "renegotiated", "first_due", "contact_at", "bumped_at"),
        *("first_due_at", "unsaid", "offer_reply_at"),
        *("word_at", "told_at", "risk", "no_to", "offer_outcome", "offer_due", "offer_done_when"),
        *("offer_why", "offer_reply_by"),
    ),
}
"""The columns of a promise to which the acts give other values from a schema step on.

The migration to that step derives them from the acts again, and `doctor` does not compare them in
a ledger of an earlier step.
"""

GUARD_TRIGGERS = (
    (
        "CREATE TRIGGER act_is_never_changed BEFORE UPDATE ON act "
        "BEGIN SELECT RAISE(ABORT, 'acts are never changed'); END"
    ),
    (
        "CREATE TRIGGER act_is_never_deleted BEFORE DELETE ON act "
        "BEGIN SELECT RAISE(ABORT, 'acts are never deleted'); END"
    ),
    (
        "CREATE TRIGGER act_is_the_next BEFORE INSERT ON act "
        "WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM act)\n"
        "    BEGIN SELECT RAISE(ABORT, 'acts are only ever appended'); END"
    ),
    (
        "CREATE TRIGGER promise_is_never_deleted BEFORE DELETE ON promise "
        "BEGIN SELECT RAISE(ABORT, 'promises are never deleted'); END"
    ),
)

# A ledger on a server

HEAD_TABLE = Table(
    "head",
    MetaData(),
    Column("one", Boolean, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("hash", Text(collation="C"), nullable=False),
    Column("step", BigInteger, nullable=False),
    CheckConstraint("one", name="there_is_one"),
    comment="A ledger of promisectl: its newest act, and its schema step",
    implicit_returning=False,
)
"""The one row that every move locks. Only a server has it: a file is locked as a whole."""

FIRST_SERVER_STEP = 2
"""The schema step of the first ledgers on servers."""

_SERVER_GUARD_SQL = """CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
  AS $$ BEGIN
  {condition}RAISE EXCEPTION '{sentence}' USING ERRCODE = 'restrict_violation';{end} RETURN NEW;
END $$"""
_NOT_THE_NEXT_SQL = "NEW.number IS DISTINCT FROM (SELECT coalesce(max(number), 0) + 1 FROM act)"


def _build_guard_function(name: str, sentence: str, condition: str = "") -> str:
    """Return the function of a guard, which refuses a change with a sentence."""
    begin, end = (f"IF {condition} THEN ", " END IF;") if condition else ("", "")
    return _SERVER_GUARD_SQL.format(name=name, sentence=sentence, condition=begin, end=end)


SERVER_GUARDS = (
    _build_guard_function("act_is_never_changed", "acts are never changed"),
    _build_guard_function("act_is_never_deleted", "acts are never deleted"),
    _build_guard_function("act_is_the_next", "acts are only ever appended", _NOT_THE_NEXT_SQL),
    _build_guard_function("promise_is_never_deleted", "promises are never deleted"),
    *(
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH {unit} "
        f"EXECUTE FUNCTION {function}()"
        for name, event, table, unit, function in (
            ("act_is_never_changed", "UPDATE", "act", "ROW", "act_is_never_changed"),
            ("act_is_never_deleted", "DELETE", "act", "ROW", "act_is_never_deleted"),
            ("act_is_the_next", "INSERT", "act", "ROW", "act_is_the_next"),
            ("promise_is_never_deleted", "DELETE", "promise", "ROW", "promise_is_never_deleted"),
            ("acts_are_never_emptied", "TRUNCATE", "act", "STATEMENT", "act_is_never_deleted"),
            (
                "promises_are_never_emptied",
                *("TRUNCATE", "promise", "STATEMENT", "promise_is_never_deleted"),
            ),
        )
    ),
)
"""The functions and triggers that do on a server what the guard triggers do in a file."""
