"""The ledger for Python programs: its records as SQLModel classes, and a session to read.

The names here are a contract, as those of the records are. Nothing here writes: changes go
through the commands. See: promisectl guide python
"""

import json
import os
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import SerializerFunctionWrapHandler, field_serializer, model_serializer
from sqlalchemy import ColumnElement, Text, event, func
from sqlalchemy.engine import Dialect, ExceptionContext
from sqlalchemy.orm import registry
from sqlalchemy.pool import StaticPool
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, Session, SQLModel, create_engine

from promisectl import errors
from promisectl.commands import dispatch
from promisectl.commands.shared import output
from promisectl.domain.civil import decode_instant, encode_instant
from promisectl.env import Env
from promisectl.errors import Problem
from promisectl.storage import connection, ledger, queries, read_model

__all__ = ["Act", "Offer", "Person", "Problem", "Promise", "open_ledger"]

Civil = date | datetime
"""A day, or a minute as a datetime without a zone."""
DirectionWord = Literal["owe", "owed", "self"]
StateWord = Literal[
    "proposed",
    "active",
    "delivered",
    "kept",
    "declined",
    "withdrawn",
    "reneged",
    "released",
    "void",
]
Speaker = Literal["me", "them"]
NoticeWord = Literal["before-due", "after-due", "none"]
CauseWord = Literal[
    "overload", "dependency", "underestimated", "need-changed", "forgot", "external", "other"
]
Flag = Literal[
    "overdue",
    "due-today",
    "due-soon",
    "renegotiating",
    "at-risk",
    "lapsed",
    "stale",
    "late",
    "unconfirmed",
    "untold",
    "unsaid",
    "affected",
]
SideWord = Literal["promisor", "promisee", "self", "bookkeeper"]
VerbWord = Literal[
    "request",
    "offer",
    "negotiate",
    "accept",
    "decline",
    "complete",
    "renege",
    "withdraw",
    "release",
    "reopen",
    "bump",
    "told",
    "partial",
    "note",
    "correct",
    "void",
    "tag",
    "untag",
    "part",
    "import",
    "undo",
    "redo",
    "rename",
    "alias",
    "unalias",
    "merge",
]
_CIVIL_FIELDS = ("due", "reply_by", "first_due", "answer_by")
_DAY_CHARACTERS = len("2026-11-27")
_WRITE_MESSAGE = "cannot modify"
"""The beginning of what SQLite says of a change of a view."""


# How the ledger stores a value, and what a Python program reads


class _StoredText(TypeDecorator[Any]):
    """A value that the ledger stores as text, which may be missing.

    In a query it can be compared with a value of its own type, or with the text itself.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Return the text of a value of a query."""
        del dialect
        return value if value is None or isinstance(value, str) else self.encode(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Return the value of a stored text. Raises DamagedContent."""
        del dialect
        if value is None:
            return None
        try:
            return self.decode(value)
        except ValueError as error:
            raise errors.DamagedContent(
                "The ledger", f"a value in it can't be read (“{value}”)"
            ) from error

    def encode(self, value: Any) -> str:
        """Return the text of a value that is neither text nor missing."""
        return str(value)

    def decode(self, text: str) -> Any:
        """Return the value of a text. Raises ValueError."""
        raise NotImplementedError


class _Instant(_StoredText):
    """A moment: aware UTC."""

    cache_ok = True

    def encode(self, value: datetime) -> str:
        if value.utcoffset() is None:
            message = "This datetime has no time zone, so nobody knows its moment."
            raise ValueError(message)
        return encode_instant(value)

    def decode(self, text: str) -> datetime:
        return decode_instant(text)


class _Civil(_StoredText):
    """A day, or a minute as a datetime without a zone: that is in another field, if anywhere."""

    cache_ok = True

    def encode(self, value: Civil) -> str:
        return encode_civil(value)

    def decode(self, text: str) -> Civil:
        return (date if len(text) == _DAY_CHARACTERS else datetime).fromisoformat(text)


class _Uid(_StoredText):
    """A UUID."""

    cache_ok = True

    def decode(self, text: str) -> UUID:
        return UUID(text)


class _Words(_StoredText):
    """Words that are separated by spaces; none are an empty tuple."""

    cache_ok = True

    class comparator_factory(TypeDecorator.Comparator[Any]):  # noqa: N801 (SQLAlchemy's name)
        """Finds a word among them."""

        def contains(self, other: Any, **_: Any) -> ColumnElement[bool]:
            """Return the condition that a whole word is among them."""
            words = func.coalesce(" " + self.expr.cast(Text) + " ", "")
            return func.instr(words, f" {other} ") > 0

    def encode(self, value: Any) -> str:
        return " ".join(map(str, value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[Any, ...]:
        del dialect
        return tuple((value or "").split())


class _Numbers(_Words):
    """IDs that are separated by spaces; none are an empty tuple."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[int, ...]:
        del dialect
        return tuple(map(int, (value or "").split()))


class _Handle(_StoredText):
    """The handle of a person who is in the ledger."""

    cache_ok = True

    def process_result_value(self, value: str | None, dialect: Dialect) -> str:
        """Return the handle. Raises DamagedContent for a person who is missing."""
        del dialect
        (row,) = queries.refuse_strangers([{"person": value}])
        return str(row["person"])


class _OfferText(_StoredText):
    """The proposed terms, as JSON."""

    cache_ok = True

    def decode(self, text: str) -> "Offer":
        stored = json.loads(text)
        civil = {
            name: _Civil().decode(stored[name]) for name in ("due", "reply_by") if stored[name]
        }
        return Offer(**{**stored, **civil})


def encode_civil(moment: Civil) -> str:
    """Return a day or a minute as records have it: `2026-11-27`, or `2026-11-27T17:00`."""
    if isinstance(moment, datetime):
        return moment.isoformat(timespec="minutes")
    return moment.isoformat()


# The records


class LedgerRecord(SQLModel, registry=registry()):
    """What the classes of records share: their own metadata, and their fields in order.

    `model_dump(mode="json")` is the record as `--json` has it.
    """

    def __repr_args__(self) -> Sequence[tuple[str | None, Any]]:
        return [(name, getattr(self, name)) for name in type(self).model_fields]

    @model_serializer(mode="wrap")
    def _sort_fields(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        dumped = write(self)
        return {name: dumped[name] for name in type(self).model_fields if name in dumped}

    @field_serializer(*_CIVIL_FIELDS, when_used="json-unless-none", check_fields=False)
    def _write_civil(self, moment: Civil) -> str:
        return encode_civil(moment)


class Offer(LedgerRecord):
    """The terms that wait for an answer; `author` is who proposed them."""

    revision: int
    author: Speaker
    outcome: str
    due: Civil | None
    done_when: str | None
    why: str | None
    reply_by: Civil | None


class Promise(LedgerRecord, table=True):
    """A promise, as `promisectl list --all --json` has it at the same moment.

    A day is a date and a minute a datetime without a zone: that is in `due_zone`. All other
    moments are aware UTC.
    """

    __tablename__ = "promise_records"

    id: int = Field(primary_key=True)
    uid: UUID = Field(sa_type=_Uid)
    direction: DirectionWord = Field(sa_type=Text)
    state: StateWord = Field(sa_type=Text)
    person: str = Field(sa_type=_Handle)
    person_name: str
    move: Speaker | None = Field(sa_type=Text)
    author: Speaker | None = Field(sa_type=Text)
    outcome: str
    due: Civil | None = Field(sa_type=_Civil)
    due_zone: str | None
    due_at: datetime | None = Field(sa_type=_Instant)
    done_when: str | None
    why: str | None
    reply_by: Civil | None = Field(sa_type=_Civil)
    revision: int
    revisions: int
    renegotiated: int
    first_due: Civil | None = Field(sa_type=_Civil)
    made_at: datetime = Field(sa_type=_Instant)
    accepted_at: datetime | None = Field(sa_type=_Instant)
    delivered_at: datetime | None = Field(sa_type=_Instant)
    closed_at: datetime | None = Field(sa_type=_Instant)
    lateness_seconds: int | None
    notice: NoticeWord | None = Field(sa_type=Text)
    told_at: datetime | None = Field(sa_type=_Instant)
    reason: str | None
    cause: CauseWord | None = Field(sa_type=Text)
    repair: str | None
    risk: str | None
    no_to: str | None
    replaces: int | None
    tags: tuple[str, ...] = Field(sa_type=_Words)
    flags: tuple[Flag, ...] = Field(sa_type=_Words)
    reply_at: datetime | None = Field(sa_type=_Instant)
    contact_at: datetime = Field(sa_type=_Instant)
    word_at: datetime | None = Field(sa_type=_Instant)
    first_due_at: datetime | None = Field(sa_type=_Instant)
    series: UUID | None = Field(sa_type=_Uid)
    place: int | None
    of: int | None
    part_of: int | None
    parts: tuple[int, ...] = Field(sa_type=_Numbers)
    offer: Offer | None = Field(sa_type=_OfferText)


class Act(LedgerRecord, table=True):
    """An act of the history, as `promisectl log --json` has it."""

    __tablename__ = "acts"

    id: int = Field(primary_key=True)
    entry: int
    promise: int | None
    uid: UUID | None = Field(sa_type=_Uid)
    act: VerbWord = Field(sa_type=Text)
    side: SideWord = Field(sa_type=Text)
    by: Speaker = Field(sa_type=Text)
    at: datetime = Field(sa_type=_Instant)
    recorded_at: datetime = Field(sa_type=_Instant)
    revision: int | None
    text: str | None
    told_at: datetime | None = Field(sa_type=_Instant)
    cause: CauseWord | None = Field(sa_type=Text)
    repair: str | None
    risk: str | None
    no_to: str | None
    undone_by: int | None
    person: str | None
    answer_by: Civil | None = Field(sa_type=_Civil)
    unsaid: bool


class Person(LedgerRecord, table=True):
    """Somebody, what is open between you and what was kept, as in `promisectl people --json`."""

    __tablename__ = "people"

    person: str = Field(sa_type=_Handle, primary_key=True)
    person_name: str
    owe: int
    owed: int
    overdue: int
    next_due: datetime | None = Field(sa_type=_Instant)
    kept_by_me: int
    kept_by_me_of: int
    kept_by_them: int
    kept_by_them_of: int
    not_agreed: int


# The session


@contextmanager
def open_ledger(path: str | os.PathLike[str] | None = None) -> Iterator[Session]:
    """Yield a session that reads the ledger as it is now, and can't write.

    Without a `path` it is the ledger that the program itself would use; it is empty if there is
    none yet. The moment and the zone are those of the program too: `session.info` has them as
    `now` and `zone`, and the path as `ledger`. A `path` may also be the address of a ledger on a
    server: this machine's copy of that is brought up to date, and read. Raises Problem where the
    program would print an error: LedgerError where the ledger can't be read, MissingLedger where
    none is at a `path`, and BadConfig.
    """
    named = None if path is None else os.fspath(path)
    env = dispatch.build_env("open_ledger", {"ledger": named, "json": True})
    if named is not None and not ledger.has_ledger(env.ledger):
        raise errors.MissingLedger(str(env.ledger))
    if not env.is_zone_known:
        warnings.warn(dispatch.UNKNOWN_ZONE_HINT, stacklevel=3)
    try:
        ledger.refresh_copy(env.ledger)
        copy = read_model.copy_for_reading(env.ledger_file, output.build_clock(env))
    except errors.LedgerError as problem:
        dispatch.add_backup_hint(env, problem)
        raise
    engine = create_engine("sqlite://", creator=lambda: copy, poolclass=StaticPool)

    @event.listens_for(engine, "handle_error")
    def translate_error(context: ExceptionContext) -> None:
        if isinstance(context.original_exception, sqlite3.Error):
            _raise_problem(env, context.original_exception)

    info = {"ledger": env.ledger_file, "now": env.now, "zone": env.zone}
    with closing(copy), Session(engine, info=info) as session:
        yield session


def _raise_problem(env: Env, error: sqlite3.Error) -> None:
    """Raise the error of the program that explains one of SQLite.

    What is wrong in a query that somebody wrote stays an error of SQLAlchemy.
    """
    code: int = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF == sqlite3.SQLITE_READONLY or str(error).startswith(_WRITE_MESSAGE):
        raise errors.ReadOnly from error
    if code == sqlite3.SQLITE_ERROR:
        return
    try:
        with connection.translate_sqlite_errors(env.ledger_file, reading=True):
            raise error
    except errors.LedgerError as problem:
        dispatch.add_backup_hint(env, problem)
        raise
