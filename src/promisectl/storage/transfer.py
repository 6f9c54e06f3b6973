"""The whole ledger as plain records, command by command, and an empty ledger filled from them again, exactly as it was."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import uuid
from contextlib import contextmanager
from itertools import groupby

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import constants, lifecycle
from promisectl.domain.civil import encode_instant
from promisectl.domain.findings import CheckRequest
from promisectl.domain.promise import Verb
from promisectl.storage import codec, people_rows
from promisectl.storage.integrity import rows as comparing
from promisectl.storage.queries import MAX_MEMORY_ROWS, fetch_and_release

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any, TypeVar

    T = TypeVar("T")
    Record = dict[str, Any]

_MAX_PROMISES = 10**9  # promises
JOURNAL_FORMAT = 1
_MARKER_FIELD = "promisectl"
_COMMAND_FIELDS = {"entry", "command", "recorded_at", "once", "acts"}
_CONTINUATION_FIELDS = {"entry", "once", "acts"}
_PIECE_CHARACTERS = 1 << 20  # characters or a little more, where one record of a command is full
_ACT_OVERHEAD_CHARACTERS = 300  # characters of an act besides its body
_ACT_FIELDS = ("number", "promise", "person", "verb", "side", "by", "at", "recorded_at")

_BAD_COMMAND_MESSAGE = "it is no command of a journal, or out of order"
_SQLITE_VALUE_ERRORS = (sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError)


def iter_journal_records(db: sqlite3.Connection) -> Iterator[Record]:
    """A head that says how much there is, then every command with its acts, in order, and an end with a hash over all of them.

    What does not fit into the first record of a command follows in others, which say no more than
    whose they are. Of an empty ledger there is the head alone.
    """
    commands, acts = db.execute(sql.JOURNAL_EXTENT).fetchone()
    last = db.execute(sql.LAST_ACT).fetchone()
    if not last:
        yield build_empty_head()
        return
    head = build_empty_head() | {"commands": commands, "acts": acts, "hash": last["hash"]}
    rows, sum_ = (
        fetch_and_release(db, sql.JOURNAL_ROWS, {}, many=acts > MAX_MEMORY_ROWS),
        _RecordHash(),
    )
    yield sum_.hash_record(head)
    for _, group in groupby(rows, key=lambda row: row["entry"]):
        yield from map(sum_.hash_record, _iter_command_records(group))
    yield sum_.build_end_record()


def _iter_command_records(rows: Iterator[Mapping[str, Any]]) -> Iterator[Record]:
    """A command with its acts, and the answer that was kept, which stands beside the last of them."""
    about: Record = {}
    for said in _iter_pieces(rows, lambda row: len(row["body"]) + _ACT_OVERHEAD_CHARACTERS):
        about = {"entry": about["entry"]} if about else _build_journal_entry_record(said[0])
        answers = _iter_answer_records(said[-1])
        yield about | next(answers, {}) | {"acts": [_build_journal_act_record(row) for row in said]}
        for further in answers:
            yield {"entry": about["entry"]} | further


def _iter_answer_records(row: Mapping[str, Any]) -> Iterator[Record]:
    """What was answered to a key, and to what."""
    once: Record = {name: row[name] for name in ("key", "request")}
    if once["key"] is None:
        return
    for lines in _iter_pieces(
        codec.decode_answer(row["answer"]), lambda line: len(codec.encode_plain_json(line))
    ):
        yield {"once": once | {"answer": lines}}
        once = {}


def _iter_pieces(whole: Iterable[T], length: Callable[[T], int]) -> Iterator[list[T]]:
    """All of it, in order, in pieces that are not much longer than they may be; there is always one."""
    piece: list[T] = []
    full = 0
    for one in whole:
        if full > _PIECE_CHARACTERS:
            yield piece
            piece, full = [], 0
        piece.append(one)
        full += length(one)
    yield piece


class _RecordHash:
    """A hash over records, however they are spelled."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()

    def hash_record(self, record: Record) -> Record:
        """The record, which counts now."""
        self._hash.update(f"{codec.encode_canonical_json(record)}\n".encode())
        return record

    def build_end_record(self) -> Record:
        """The last record, which says what the hash is."""
        return {_MARKER_FIELD: "end", "sha256": self._hash.hexdigest()}


def build_empty_head() -> Record:
    """The head of an empty journal."""
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


def _build_journal_entry_record(row: Mapping[str, Any]) -> Record:
    record = {name: row[name] for name in ("entry", "command", "recorded_at_of_entry")}
    record["recorded_at"] = record.pop("recorded_at_of_entry")
    return record


def _build_journal_act_record(row: Mapping[str, Any]) -> Record:
    return {name: row[name] for name in _ACT_FIELDS} | {
        "body": json.loads(row["body"]),
        "hash": row["hash"],
    }


def is_empty_ledger(db: sqlite3.Connection) -> bool:
    """Whether nothing was ever recorded."""
    return not db.execute(sql.LAST_ACT).fetchone()


class JournalImporter:
    """Takes the records of a journal one by one into an empty ledger, inside a transaction, and refuses what can't have been written here.

    `now` is the moment of the command. Raises BadRecord with what is wrong; who feeds it knows the line.
    """

    def __init__(self, db: sqlite3.Connection, head: Record, now: datetime) -> None:
        if head.get("format") != JOURNAL_FORMAT:
            raise errors.BadRecord(
                f"it is a journal of another format than {JOURNAL_FORMAT}, the one that is known here"
            )
        self._db = db
        self._now = encode_instant(now)
        self._sum = _RecordHash()
        self._sum.hash_record(head)
        self._ended = head == build_empty_head()
        self._entry = self._number = 0
        self._command = self._recorded_at = self._hash = ""
        self._once: Record = {}
        self._uids: dict[int, str] = {}
        self._people: set[int] = set()

    def add_record(self, record: Any) -> None:
        """A command with its acts, more of it, or the end."""
        with _convert_to_bad_record():
            if self._ended:
                raise errors.BadRecord("the journal has ended before it")
            self._ended = record == self._sum.build_end_record()
            if self._ended:
                self._insert_answer()
            else:
                self._add_command_record(record)

    def _add_command_record(self, record: Record) -> None:
        if _MARKER_FIELD in record:
            raise errors.BadRecord(
                "the journal is not as it was written: the hash over all of it does not fit"
            )
        if record["entry"] != self._entry:
            self._begin_entry(record)
        elif record.keys() - _CONTINUATION_FIELDS:
            raise errors.BadRecord(_BAD_COMMAND_MESSAGE)
        self._sum.hash_record(record)
        for said in record.get("acts", ()):
            self._check_act_moments(said)
            _check_text_lengths(said["body"])
            self._add_act(said)
        if once := record.get("once"):
            self._collect_answer(once)

    def _begin_entry(self, record: Record) -> None:
        self._insert_answer()
        if record["entry"] < self._entry or not record["acts"] or record.keys() - _COMMAND_FIELDS:
            raise errors.BadRecord(_BAD_COMMAND_MESSAGE)
        if record["recorded_at"] > self._now:
            moment = record["recorded_at"]
            raise errors.BadRecord(
                f"it was recorded at {moment}, which is still to come; if that is right, give a later --today"
            )
        self._entry, self._command, self._recorded_at = (
            record["entry"],
            record["command"],
            record["recorded_at"],
        )
        self._db.execute(
            sql.ADD_ENTRY_WITH_ID,
            {"id": self._entry, "command": self._command, "recorded_at": self._recorded_at},
        )

    def _add_act(self, said: Record) -> None:
        row = {
            **{name: said[name] for name in _ACT_FIELDS},
            "entry": self._entry,
            "body": codec.encode_canonical_json(said["body"]),
            "hash": said["hash"],
        }
        self._number += 1
        about = (
            self._resolve_person_id(row, said["body"])
            if row["promise"] is None
            else self._resolve_promise_uid(row)
        )
        self._hash = codec.compute_act_hash(self._hash, self._command, about, row)
        if (row["number"], row["hash"]) != (self._number, self._hash):
            raise errors.BadRecord(
                f"act {self._number} is not as it was written: its hash does not fit"
            )
        self._db.execute(sql.ADD_ACT, row)
        if row["verb"] in (Verb.UNDO, Verb.REDO):
            undone_by = self._entry if row["verb"] == Verb.UNDO else None
            self._db.execute(
                sql.MARK_ENTRY_UNDONE, {"entry_id": said["body"]["target"], "undone_by": undone_by}
            )

    def _collect_answer(self, once: Record) -> None:
        if self._once:
            self._once["answer"] += once["answer"]
        else:
            _check_text_lengths({"key": once["key"]})
            self._once = once

    def _insert_answer(self) -> None:
        """Keep what the command answered to its key, now that all of it is there."""
        if self._once:
            key, request = self._once["key"], self._once["request"]
            answer = codec.encode_answer(
                self._once["answer"], self._hash, key, self._entry, request
            )
            self._db.execute(
                sql.ADD_ANSWER,
                {"key": key, "request": request, "entry": self._entry, "answer": answer},
            )
        self._once = {}

    def _check_act_moments(self, said: Record) -> None:
        """Nothing is recorded before it happens."""
        told_at = said["body"].get("told_at") or said["at"]
        if (
            said["recorded_at"] != self._recorded_at
            or max(said["at"], told_at) > said["recorded_at"]
        ):
            raise errors.BadRecord(f"act {said['number']} happens after it was recorded")

    def _resolve_promise_uid(self, row: Record) -> str:
        number = row["promise"]
        act = codec.decode_act(row)
        if codec.encode_act_body(act) != row["body"]:
            raise errors.BadRecord("it says what no command says")
        if number not in self._uids:
            if (
                type(number) is not int
                or not 0 < number < _MAX_PROMISES
                or (act.opening and str(uuid.UUID(act.opening.uid)) != act.opening.uid)
            ):
                raise errors.BadRecord("it begins a promise with a number or a uid that none has")
            promise = lifecycle.apply_act(None, act, number).promise
            self._db.execute(
                sql.ADD_PROMISE_WITH_ID, {**codec.encode_promise_row(promise), "id": number}
            )
            self._uids[number] = promise.opening.uid
        return self._uids[number]

    def _resolve_person_id(self, row: Record, body: Record) -> int:
        number: int = row["person"]
        if number not in self._people:
            self._people.add(number)
            self._db.execute(
                sql.ADD_PERSON_WITH_ID,
                {
                    "person": number,
                    "handle": f"?{number}",
                    "name": body["name"],
                    "merged_into": None,
                },
            )
        return number

    def finish_import(self) -> list[int]:
        """Refresh every promise and person from what was said of them, and return the numbers of the promises. Raises BadRecord."""
        if not self._ended:
            raise errors.BadRecord("the journal ends too early: it was cut off")
        with _convert_to_bad_record():
            people_rows.rebuild_person_rows(self._db)
            rows: Iterable[tuple[int, Iterable[Any]]] = groupby(
                self._db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])
            )
            for number, group in rows:
                said = list(group)
                if len(said) > 1:  # else it is as it began
                    promise = lifecycle.replay_acts(number, [codec.decode_act(row) for row in said])
                    self._db.execute(
                        sql.UPDATE_PROMISE, {**codec.encode_promise_row(promise), "id": number}
                    )
        for finding in comparing.check_ledger_contents(self._db, CheckRequest()):
            if finding.is_wrong:
                raise errors.BadRecord(finding.summary)
        return sorted(self._uids)


def _check_text_lengths(value: Any, name: str = "text") -> None:
    """No text is longer than any command takes."""
    if isinstance(value, str) and len(value) > constants.find_text_limit(name):
        raise errors.BadRecord(
            f"the {name} has {len(value):,} characters, and {constants.find_text_limit(name):,} are the most"
        )
    if isinstance(value, dict):
        for inner_name, inner in value.items():
            if (
                not isinstance(inner, str) or len(inner) > constants.MAX_WORD_CHARACTERS
            ):  # what is shorter than the shortest limit fits everywhere
                _check_text_lengths(inner, inner_name)
    if isinstance(value, list):
        for inner in value:
            _check_text_lengths(inner, name)


@contextmanager
def _convert_to_bad_record() -> Iterator[None]:
    """Whatever goes wrong inside is the record's fault."""
    try:
        yield
    except errors.BadRecord:
        raise
    except errors.Problem as problem:
        raise errors.BadRecord(str(problem).removesuffix(".")) from problem
    except (
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        OverflowError,
        *_SQLITE_VALUE_ERRORS,
    ) as error:
        raise errors.BadRecord("it is no record of a journal") from error
