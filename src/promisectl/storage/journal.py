"""The write side: load a promise from its acts, append what is said, refresh its row. Used inside `ledger.write` only."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.civil import encode_instant
from promisectl.domain.people import Newcomer, Person, PersonAct, PersonVerb
from promisectl.domain.promise import Act, Promise, Side, Verb
from promisectl.storage import codec, people_rows, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from promisectl.domain.lifecycle import Applied
    from promisectl.storage.codec import NewPromiseRows

_FIXED_COLUMNS = {"uid", "direction", "person", "replaces"}
"""The columns of a promise that no act changes: only somebody else has."""
_INDEXED_COLUMNS = {"state", "move", "due_at", "delivered_at"}


class Journal:
    """One command's hold on the ledger: everything it says goes into one entry and is undone together.

    `now` is the moment of the command, aware UTC; `command` is its name as the log shows it.
    """

    def __init__(self, db: sqlite3.Connection, now: datetime, command: str) -> None:
        self._db = db
        self._now = now
        self._recorded_at = encode_instant(now)
        self._command = command
        self._met: set[int] = set()
        self.entry = (
            db.execute(
                sql.ADD_ENTRY, {"command": command, "recorded_at": self._recorded_at}
            ).lastrowid
            or 0
        )
        last = db.execute(sql.LAST_ACT).fetchone()
        self._number: int = last["number"] if last else 0
        self._hash: str = last["hash"] if last else ""

    def insert_answer(self, key: str, request: str, answer: object) -> None:
        """Remember what this command was asked with a key, and what it answered."""
        kept = codec.encode_answer(answer, self._hash, key, self.entry, request)
        self._db.execute(
            sql.ADD_ANSWER, {"key": key, "entry": self.entry, "request": request, "answer": kept}
        )

    # Promises

    def load_acts(self, number: int) -> list[Act]:
        """Everything that was said about a promise, in order. Raises NoPromise."""
        rows = self._db.execute(sql.ACTS_OF_PROMISE, {"promise": number}).fetchall()
        if not rows:
            raise errors.NoPromise(number)
        return [codec.decode_act(row) for row in rows]

    def load_promise(self, number: int) -> Promise:
        """The promise as its acts left it. Raises NoPromise."""
        return lifecycle.replay_acts(number, self.load_acts(number))

    def begin_promise(self, act: Act) -> Promise:
        """Begin a promise with its first act. Its number is the next that was never used."""
        said, promise = lifecycle.apply_act(None, act)
        return promise._replace(id=self.write_new_promise(codec.encode_new_promise(promise, said)))

    def write_new_promise(
        self, one: NewPromiseRows, number: int | None = None, *, again: bool = False
    ) -> int:
        """Begin a promise as it is written down. Its number is the next that was never used, or the one that is given for it.

        `again`: the promise of that number begins anew, since the command that made it was taken back.
        """
        columns = {**one.columns, "id": number}
        if again:
            self._db.execute(sql.UPDATE_PROMISE, columns)
        elif number is not None:
            self._db.execute(sql.ADD_PROMISE_WITH_ID, columns)
        else:
            number = self._db.execute(sql.ADD_PROMISE, columns).lastrowid
        self._insert_act_row(
            one.verb, one.side, one.by, one.at, one.body, promise=number or 0, about=columns["uid"]
        )
        return number or 0

    def append_act(self, promise: Promise, act: Act) -> Applied:
        """Append what `lifecycle.apply_act` makes of an act. Raises what that raises."""
        done = lifecycle.apply_act(promise, act)
        self._insert_act(promise, done.act)
        self._update_changed_columns(done.promise)
        return done

    def _insert_act(self, promise: Promise, act: Act) -> None:
        by, at = promise.direction.name_speaker(act.side), encode_instant(act.at)
        self._insert_act_row(
            act.verb.value,
            act.side.value,
            by,
            at,
            codec.encode_act_body(act),
            promise=promise.id,
            about=promise.opening.uid,
        )

    def _insert_act_row(
        self, verb: str, side: str, by: str, at: str, body: str, *, about: object, **where: int
    ) -> None:
        self._number += 1
        row = {
            "promise": None,
            "person": None,
            **where,
            "number": self._number,
            "entry": self.entry,
            "verb": verb,
            "side": side,
            "by": by,
            "at": at,
            "recorded_at": self._recorded_at,
            "body": body,
        }
        row["hash"] = self._hash = codec.compute_act_hash(self._hash, self._command, about, row)
        self._db.execute(sql.ADD_ACT, row)

    def _update_changed_columns(self, promise: Promise) -> None:
        """Update the row of a promise by the statement that leaves the most indexes alone.

        Indexes are most of what a row costs. The columns are held against the row as it stands, so
        that a move puts right what somebody has changed there.
        """
        there = codec.sqlite_row_dict(
            self._db.execute(sql.ROW_OF_PROMISE, {"id": promise.id}).fetchone()
        )
        row = codec.encode_promise_row(promise)
        changed = {name for name, value in row.items() if value != there[name]}
        if changed & _FIXED_COLUMNS:
            statement = sql.UPDATE_PROMISE
        elif changed & _INDEXED_COLUMNS:
            statement = sql.UPDATE_PROMISE_STATE
        else:
            statement = sql.UPDATE_PROMISE_TEXTS
        if changed:
            self._db.execute(statement, {**row, "id": promise.id})

    def _update_promise_row(self, promise: Promise) -> None:
        self._db.execute(
            sql.UPDATE_PROMISE, {**codec.encode_promise_row(promise), "id": promise.id}
        )

    # Undo

    def undo_entry(self, target: int, command: str) -> Iterator[Promise]:
        """Take a command back: the promises it touched, as they are without it. It is done when the last of them is asked for."""
        return self._apply_undo_or_redo(target, command, Verb.UNDO, undone_by=self.entry)

    def redo_entry(self, target: int, command: str) -> Iterator[Promise]:
        """Let a command that was taken back count again: the promises it touched, as they are with it, in the same way."""
        return self._apply_undo_or_redo(target, command, Verb.REDO, undone_by=None)

    def _apply_undo_or_redo(
        self, target: int, command: str, verb: Verb, undone_by: int | None
    ) -> Iterator[Promise]:
        touched = self._db.execute(sql.TOUCHED_BY_ENTRY, {"entry": target}).fetchall()
        act = Act(
            verb,
            Side.BOOKKEEPER,
            self._now,
            self._now,
            target=target,
            entry=self.entry,
            text=command,
        )
        yield from (
            self._replay_promise(row["promise"], act)
            for row in touched
            if row["promise"] is not None
        )
        people_rows = {row["person"] for row in touched if row["person"] is not None}
        for person in sorted(people_rows):
            self._insert_person_act(
                PersonAct(
                    PersonVerb(verb.value),
                    person,
                    self._now,
                    self._now,
                    target=target,
                    handle=command,
                )
            )
        if people_rows:
            self._rebuild_people()
        self._db.execute(sql.MARK_ENTRY_UNDONE, {"entry_id": target, "undone_by": undone_by})

    def _replay_promise(self, number: int, act: Act) -> Promise:
        acts = self.load_acts(number)
        promise = lifecycle.replay_acts(number, [*acts, act])
        self._insert_act(promise, act)
        self._update_promise_row(promise)
        return promise

    def find_last_command(self, number: int | None = None) -> tuple[int, str]:
        """The newest command that was not taken back, of that promise or of all: its entry and name. Raises NothingToUndo."""
        if number is None:
            row = self._db.execute(sql.NEWEST_LIVE_ENTRY, {}).fetchone()
        else:
            self.load_acts(number)
            row = self._db.execute(sql.NEWEST_LIVE_ENTRY_OF_PROMISE, {"promise": number}).fetchone()
        if row is None:
            raise errors.NothingToUndo("" if number is None else f" for #{number}")
        return row["id"], row["command"]

    def find_later_command(self, entry: int) -> tuple[int, str] | None:
        """A live command after `entry` on one of the promises it touched: the promise's number and the command, or None."""
        row = self._db.execute(sql.LATER_ENTRY_ON_SAME, {"entry": entry}).fetchone()
        return (row["promise"], row["command"]) if row else None

    def find_last_undone_command(self) -> tuple[int, str]:
        """The command that the newest undo took back, if nothing but undo and redo came after it. Raises NothingToRedo."""
        for row in self._db.execute(sql.NEWEST_ENTRIES):
            if row["id"] == self.entry or row["command"] == "redo":
                continue
            if row["command"] != "undo":
                break
            undone = self._db.execute(sql.ENTRY_UNDONE_BY, {"entry": row["id"]}).fetchone()
            if undone:
                return undone["id"], undone["command"]
        raise errors.NothingToRedo

    # People

    def load_people(self) -> list[Person]:
        """Everybody the ledger has met."""
        return queries.load_people(self._db)

    def find_or_insert_person(self, newcomer: Newcomer) -> Person:
        """The person of that handle, entered now if this is the first time."""
        return people.find_exact_person(newcomer.handle, self.load_people()) or self.insert_person(
            newcomer
        )

    def insert_person(self, newcomer: Newcomer, number: int | None = None) -> Person:
        """The person of a handle that nobody has yet, by the next number, or the one that is given."""
        if number is None:
            number = self._db.execute(sql.ADD_PERSON, newcomer._asdict()).lastrowid or 0
        else:
            self._db.execute(
                sql.ADD_PERSON_WITH_ID,
                {"person": number, **newcomer._asdict(), "merged_into": None},
            )
        self._met.add(number)
        self._insert_person_act(
            PersonAct(
                PersonVerb.MEET,
                number,
                self._now,
                self._now,
                handle=newcomer.handle,
                name=newcomer.name,
            )
        )
        return Person(number, newcomer.handle, newcomer.name)

    def is_new_person(self, person: Person) -> bool:
        """Whether this command is the first that the ledger hears of that person."""
        return person.id in self._met

    def change_person(
        self,
        person: Person,
        verb: PersonVerb,
        *,
        handle: str | None = None,
        name: str | None = None,
        into: int | None = None,
    ) -> Person:
        """The person after a new name, an alias, or a merge."""
        self._insert_person_act(
            PersonAct(verb, person.id, self._now, self._now, handle=handle, name=name, into=into)
        )
        return self._rebuild_people()[person.id]

    def _insert_person_act(self, act: PersonAct) -> None:
        at, body = encode_instant(act.at), codec.encode_person_act_body(act)
        self._insert_act_row(
            act.verb.value,
            Side.BOOKKEEPER.value,
            "me",
            at,
            body,
            person=act.person,
            about=act.person,
        )

    def _rebuild_people(self) -> dict[int, Person]:
        return people_rows.rebuild_person_rows(self._db)
