"""Export the whole journal as plain records, and import it into an empty ledger unchanged."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from array import array
from bisect import bisect_left
from contextlib import contextmanager
from itertools import groupby

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import constants, lifecycle
from promisectl.domain.civil import encode_instant
from promisectl.domain.findings import CheckRequest
from promisectl.domain.promise import Verb
from promisectl.storage import codec, connection, journal, links
from promisectl.storage.integrity import act_content
from promisectl.storage.integrity import rows as integrity_rows
from promisectl.storage.integrity.act_content import ImpossibleAct
from promisectl.storage.integrity.chain import Chain
from promisectl.storage.integrity.history import HistoryCheck, blame_act
from promisectl.storage.queries import MAX_MEMORY_ROWS, fetch_and_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime
    from typing import Any, TypeVar

    from promisectl.storage.queries import StoredRow

    T = TypeVar("T")
    Record = dict[str, Any]

JOURNAL_FORMAT = 1
_MARKER_FIELD = "promisectl"
_COMMAND_FIELDS = {"entry", "command", "recorded_at", "once", "acts"}
_CONTINUATION_FIELDS = {"entry", "once", "acts"}
_PIECE_CHARACTERS = 1 << 20
"""How many characters of acts fill a record of a command; the last act may exceed it."""
_ACT_OVERHEAD_CHARACTERS = 300
"""How many characters an act needs for everything but its body, about."""
_ACT_FIELDS = ("number", "promise", "person", "verb", "side", "by", "at", "recorded_at")

_ACT_KEYS = {*_ACT_FIELDS, "body", "hash"}
_ONCE_KEYS = {"key", "request", "answer"}

_BAD_ACT_MESSAGE = "an act in it has the wrong fields"
_BAD_COMMAND_MESSAGE = "it is not a command of a journal, or is out of order"
_BAD_VALUE_ERRORS = (
    *codec.DECODING_ERRORS,
    sqlite3.IntegrityError,
    sqlite3.InterfaceError,
    sqlite3.ProgrammingError,
)
"""What Python and SQLite raise for values that no journal of ours contains."""


def iter_journal_records(db: sqlite3.Connection) -> Iterator[Record]:
    """Return the records of a journal: a head, every command with its acts in order, and an end.

    The head counts commands and acts, the end holds a hash over all records. What does not fit
    into the first record of a command follows in other records with the same entry. An empty
    ledger has only a head.
    """
    commands, acts = db.execute(sql.JOURNAL_EXTENT).fetchone()
    last = connection.fetch_last_act(db)
    if not last.number:
        yield build_empty_head()
        return
    head = build_empty_head() | {"commands": commands, "acts": acts, "hash": last.hash}
    rows = fetch_and_release(db, sql.JOURNAL_ROWS, {}, many=acts > MAX_MEMORY_ROWS)
    record_hash = _RecordHash()
    yield record_hash.hash_record(head)
    for _, group in groupby(rows, key=lambda row: row["entry"]):
        yield from map(record_hash.hash_record, _iter_command_records(group))
    yield record_hash.build_end_record()


def _iter_command_records(rows: Iterator[StoredRow]) -> Iterator[Record]:
    """Return the records of one command: its acts, and after the last of them its answer."""
    heading: Record = {}
    for piece in _iter_pieces(rows, lambda row: len(row["body"]) + _ACT_OVERHEAD_CHARACTERS):
        if heading:
            heading = {"entry": heading["entry"]}
        else:
            heading = {"entry": piece[0]["entry"], "command": piece[0]["command"]}
            heading["recorded_at"] = piece[0]["recorded_at_of_entry"]
        acts = [
            {name: row[name] for name in _ACT_FIELDS}
            | {"body": json.loads(row["body"]), "hash": row["hash"]}
            for row in piece
        ]
        answers = _iter_answer_records(piece[-1])
        yield heading | next(answers, {}) | {"acts": acts}
        for further in answers:
            yield {"entry": heading["entry"]} | further


def _iter_answer_records(row: StoredRow) -> Iterator[Record]:
    """Return the parts of the answer that is stored beside the last act of a command, if any."""
    once: Record = {name: row[name] for name in ("key", "request")}
    if once["key"] is None:
        return
    answer = codec.decode_answer(row["answer"])
    for lines in _iter_pieces(answer, lambda line: len(codec.encode_plain_json(line))):
        yield {"once": once | {"answer": lines}}
        once = {}


def _iter_pieces(items: Iterable[T], measure: Callable[[T], int]) -> Iterator[list[T]]:
    """Return all items in order, in pieces of about `_PIECE_CHARACTERS`, and at least one piece."""
    piece: list[T] = []
    characters = 0
    for item in items:
        if characters > _PIECE_CHARACTERS:
            yield piece
            piece, characters = [], 0
        piece.append(item)
        characters += measure(item)
    yield piece


class _RecordHash:
    """A hash over records that does not depend on how their JSON is spelled."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def hash_record(self, record: Record) -> Record:
        """Add a record to the hash, and return it."""
        self._hash.update(f"{codec.encode_canonical_json(record)}\n".encode())
        return record

    def build_end_record(self) -> Record:
        """Return the last record, which holds the hash."""
        return {_MARKER_FIELD: "end", "sha256": self._hash.hexdigest()}


def build_empty_head() -> Record:
    """Return the head of an empty journal."""
    return {
        _MARKER_FIELD: "journal",
        "format": JOURNAL_FORMAT,
        "commands": 0,
        "acts": 0,
        "hash": None,
    }


def is_journal_head(record: Any) -> bool:
    """Whether a record is the head of a journal."""
    return isinstance(record, dict) and record.get(_MARKER_FIELD) == "journal"


def is_empty_ledger(db: sqlite3.Connection) -> bool:
    """Whether the ledger holds no act."""
    return not connection.fetch_last_act(db).number


class JournalImporter:
    """The import of a journal into an empty ledger, record by record, inside a transaction.

    It refuses what no command can have recorded. `head` is the first record, `now` the moment of
    the command. Every method raises BadRecord with what is wrong; the caller knows the line.
    """

    def __init__(self, db: sqlite3.Connection, head: Record, now: datetime) -> None:
        if head.get("format") != JOURNAL_FORMAT:
            raise errors.BadRecord(
                f"it is a journal of another format; only format {JOURNAL_FORMAT} is known"
            )
        db.execute("PRAGMA defer_foreign_keys = ON")  # what is missing is found with its line
        self._db = db
        self._now = encode_instant(now)
        self._record_hash = _RecordHash()
        self._record_hash.hash_record(head)
        self._ended = head == build_empty_head()
        self._entry = self._number = 0
        self._command = self._recorded_at = self._hash = ""
        self._once: Record = {}
        self._chain = Chain(db, CheckRequest())
        self._uids: dict[int, str] = {}
        self._people: set[int] = set()
        self._acts_by_record = array("Q")
        """The number of the last act of every record after the head."""

    def add_record(self, record: Any) -> None:
        """Import a command with its acts, more of the same command, or the end."""
        with _convert_to_bad_record():
            if self._ended:
                raise errors.BadRecord("it comes after the end of the journal")
            if _MARKER_FIELD in record:
                self._ended = record == self._record_hash.build_end_record()
                if not self._ended:
                    raise errors.BadRecord("the journal was changed: its last hash does not match")
                self._insert_answer()
                return
            if record["entry"] != self._entry:
                self._begin_entry(record)
            elif record.keys() - _CONTINUATION_FIELDS:
                raise errors.BadRecord(_BAD_COMMAND_MESSAGE)
            self._record_hash.hash_record(record)
            for act in record.get("acts", ()):
                if act.keys() != _ACT_KEYS or not _has_numbers(act):
                    raise errors.BadRecord(_BAD_ACT_MESSAGE)
                with blame_act(act):
                    self._insert_act(act)
            self._acts_by_record.append(self._number)
            if record.get("once"):
                self._add_answer(record["once"])

    def _add_answer(self, once: Record) -> None:
        """Add the answer of the current command, or more of it."""
        if once.keys() != ({"answer"} if self._once else _ONCE_KEYS):
            raise errors.BadRecord(_BAD_COMMAND_MESSAGE)
        if self._once:
            self._once["answer"] += once["answer"]
        else:
            self._once = once

    def _begin_entry(self, record: Record) -> None:
        self._insert_answer()
        is_next = type(record["entry"]) is int and record["entry"] > self._entry
        if not is_next or not record["acts"] or record.keys() - _COMMAND_FIELDS:
            raise errors.BadRecord(_BAD_COMMAND_MESSAGE)
        if record["recorded_at"] > self._now:
            moment = record["recorded_at"]
            raise errors.BadRecord(
                f"it was recorded at {moment}, which is in the future; "
                "if that is right, add a later --today"
            )
        self._entry = record["entry"]
        self._command = record["command"]
        self._recorded_at = record["recorded_at"]
        row = {"id": self._entry, "command": self._command, "recorded_at": self._recorded_at}
        connection.write_row(self._db, sql.ADD_ENTRY_WITH_ID, row)

    def _insert_act(self, act: Record) -> None:
        row = {
            **{name: act[name] for name in _ACT_FIELDS},
            "entry": self._entry,
            "body": codec.encode_canonical_json(act["body"]),
            "hash": act["hash"],
        }
        if act["recorded_at"] != self._recorded_at:
            raise ImpossibleAct("it was not recorded at the same time as its command")
        self._number += 1
        about: int | str
        if row["promise"] is None:
            about = self._find_or_insert_person(row["person"], act["body"])
        else:
            about = self._find_or_insert_promise(row)
        self._hash = codec.compute_act_hash(self._hash, self._command, about, row)
        if (row["number"], row["hash"]) != (self._number, self._hash):
            raise errors.BadRecord(f"act {self._number} was changed: its hash does not match")
        connection.write_row(self._db, sql.ADD_ACT, row)
        self._chain.note_undo(row)
        if row["verb"] in (Verb.UNDO, Verb.REDO):
            undone_by = self._entry if row["verb"] == Verb.UNDO else None
            target = {"entry_id": act["body"]["target"], "undone_by": undone_by}
            self._db.execute(sql.MARK_ENTRY_UNDONE, target)

    def _insert_answer(self) -> None:
        """Insert the answer of the current command, if it has one, now that it is complete."""
        if self._once:
            key, request = self._once["key"], self._once["request"]
            about = (self._hash, key, self._entry, request)
            answer = codec.encode_answer(self._once["answer"], *about)
            row = {"key": key, "request": request, "entry": self._entry, "answer": answer}
            connection.write_row(self._db, sql.ADD_ANSWER, row)
        self._once = {}

    def _find_or_insert_promise(self, row: Record) -> str:
        """Return the UUID of the promise that an act is about, inserted with its first act."""
        number = row["promise"]
        act = codec.decode_act(row)
        if number not in self._uids:
            highest = constants.MAX_IMPORTED_PROMISE_ID + len(self._uids)
            if not 0 < number <= highest:
                raise ImpossibleAct("it begins a promise with an impossible ID")
            if act.opening:
                act_content.check_opening(act.opening)
            promise = lifecycle.apply_act(None, act, number).promise
            promise_row = {**codec.encode_promise_row(promise), "id": number}
            connection.write_row(self._db, sql.ADD_PROMISE_WITH_ID, promise_row)
            self._uids[number] = promise.opening.uid
            self._chain.note_new_promise(row)
        return self._uids[number]

    def _find_or_insert_person(self, number: int, body: Record) -> int:
        """Return the number of the person that an act is about, inserted with their first act."""
        if number not in self._people:
            self._people.add(number)
            row = {"handle": f"?{number}", "name": body["name"], "merged_into": None}
            connection.write_row(self._db, sql.ADD_PERSON_WITH_ID, {**row, "person": number})
        return number

    def finish_import(self) -> list[int]:
        """Update every row from the acts, check the ledger, and return the promises' numbers.

        The content of the acts is checked; the error about one has its `line`.
        """
        if not self._ended:
            raise errors.BadRecord("the journal is cut off here")
        check = HistoryCheck(self._db, strict=True)
        with _convert_to_bad_record():
            try:
                check.check_people()
                journal.rebuild_person_rows(self._db)
                for number, promise in check.iter_promises():
                    row = {**codec.encode_promise_row(promise), "id": number}
                    connection.write_row(self._db, sql.UPDATE_PROMISE, row)
                    links.add_links(self._db, number, row)
                check.check_part_chains()
                check.check_undone()
                check.check_answers()
            except ImpossibleAct as refusal:
                raise self._build_act_error(refusal) from refusal
        for finding in integrity_rows.check_imported_contents(self._db, self._chain):
            if finding.is_wrong:
                raise errors.BadRecord(finding.summary)
        return sorted(self._uids)

    def _build_act_error(self, refusal: ImpossibleAct) -> errors.BadRecord:
        """Return the error about an act, with its line: the head is in the first one."""
        record = bisect_left(self._acts_by_record, refusal.number)
        return errors.BadRecord(str(refusal), line=record + 2 if refusal.number else None)


def _has_numbers(act: Record) -> bool:
    """Whether an act has a number, and is about a promise or a person by their number."""
    about = [act[name] for name in ("promise", "person") if act[name] is not None]
    return [type(number) for number in (act["number"], *about)] == [int, int]


@contextmanager
def _convert_to_bad_record() -> Iterator[None]:
    """Turn every error inside the `with` block that a bad record can cause into BadRecord."""
    try:
        yield
    except errors.BadRecord:
        raise
    except ImpossibleAct as refusal:
        raise errors.BadRecord(str(refusal)) from refusal
    except errors.DamagedContent as problem:
        raise errors.BadRecord("no command records this") from problem
    except errors.Problem as problem:
        raise errors.BadRecord(problem.clause) from problem
    except _BAD_VALUE_ERRORS as error:
        raise errors.BadRecord("it is not a record of a journal") from error
