"""The write side: load a promise from its acts, append what is said, refresh its row. Used inside `ledger.write` only."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.people import Newcomer, Person, PersonAct, PersonVerb
from promisectl.domain.promise import Act, Promise, Side, Verb
from promisectl.storage import codec, people_rows, queries
from promisectl.storage.timestamps import instant

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from datetime import datetime

    from promisectl.storage.codec import Beginning


class Journal:
    """One command's hold on the ledger: everything it says goes into one entry and is undone together.

    `now` is the moment of the command, aware UTC; `command` is its name as the log shows it.
    """

    def __init__(self, db: sqlite3.Connection, now: datetime, command: str) -> None:
        self._db = db
        self._now = now
        self._recorded_at = instant(now)
        self._command = command
        self._met: set[int] = set()
        self.entry = db.execute(sql.ADD_ENTRY, {"command": command, "recorded_at": self._recorded_at}).lastrowid or 0
        last = db.execute(sql.LAST_ACT).fetchone()
        self._number: int = last["number"] if last else 0
        self._hash: str = last["hash"] if last else ""

    def keep(self, key: str, request: str, answer: object) -> None:
        """Remember what this command was asked with a key, and what it answered."""
        kept = codec.kept(answer, self._hash, key, self.entry, request)
        self._db.execute(sql.KEEP_ANSWER, {"key": key, "entry": self.entry, "request": request, "answer": kept})

    # Promises

    def acts(self, number: int) -> list[Act]:
        """Everything that was said about a promise, in order. Raises NoPromise."""
        rows = self._db.execute(sql.ACTS_OF_PROMISE, {"promise": number}).fetchall()
        if not rows:
            raise errors.NoPromise(number)
        return [codec.act_of(row) for row in rows]

    def promise(self, number: int) -> Promise:
        """The promise as its acts left it. Raises NoPromise."""
        return lifecycle.replay(number, self.acts(number))

    def open(self, act: Act) -> Promise:
        """Begin a promise with its first act. Its number is the next that was never used."""
        promise = lifecycle.apply(None, act)
        return promise._replace(id=self.begin(codec.beginning(promise, act)))

    def begin(self, one: Beginning, number: int | None = None, *, again: bool = False) -> int:
        """Begin a promise as it is written down. Its number is the next that was never used, or the one that is given for it.

        `again`: the promise of that number begins anew, since the command that made it was taken back.
        """
        columns = {**one.columns, "id": number}
        if again:
            self._db.execute(sql.REFRESH_PROMISE, columns)
        elif number is not None:
            self._db.execute(sql.PUT_PROMISE, columns)
        else:
            number = self._db.execute(sql.ADD_PROMISE, columns).lastrowid
        self._write(one.verb, one.side, one.by, one.at, one.body, promise=number or 0, about=columns["uid"])
        return number or 0

    def say(self, promise: Promise, act: Act) -> Promise:
        """The promise after `act`, which is appended with the revision it is about.

        Raises what `lifecycle.apply` raises.
        """
        after = lifecycle.apply(promise, act)
        self._append(promise, act._replace(revision=lifecycle.about(promise, act)))
        self._change(after)
        return after

    def _append(self, promise: Promise, act: Act) -> None:
        by, at = codec.by_of(promise, act), instant(act.at)
        self._write(act.verb.value, act.side.value, by, at, codec.body_of(act), promise=promise.id, about=promise.opening.uid)

    def _write(self, verb: str, side: str, by: str, at: str, body: str, *, about: object, **where: int) -> None:
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
        row["hash"] = self._hash = codec.chained_row(self._hash, self._command, about, row)
        self._db.execute(sql.ADD_ACT, row)

    def _change(self, promise: Promise) -> None:
        """Write down the columns that are others now: an index that none of them is in is left alone, which is most of what a row costs.

        They are held against the row as it stands, so that a move puts right what somebody has changed there.
        """
        there = codec.named(self._db.execute(sql.ROW_OF_PROMISE, {"id": promise.id}).fetchone())
        changed = {name: value for name, value in codec.columns_of(promise).items() if name not in there or value != there[name]}
        if changed:
            columns = ", ".join(f"{name} = :{name}" for name in changed)
            self._db.execute(f"UPDATE promise SET {columns} WHERE id = :id", {**changed, "id": promise.id})  # noqa: S608 (names of columns)

    def _refresh(self, promise: Promise) -> None:
        self._db.execute(sql.REFRESH_PROMISE, {**codec.columns_of(promise), "id": promise.id})

    # Undo

    def undo(self, target: int, command: str) -> Iterator[Promise]:
        """Take a command back: the promises it touched, as they are without it. It is done when the last of them is asked for."""
        return self._take_back(target, command, Verb.UNDO, undone_by=self.entry)

    def redo(self, target: int, command: str) -> Iterator[Promise]:
        """Let a command that was taken back count again: the promises it touched, as they are with it, in the same way."""
        return self._take_back(target, command, Verb.REDO, undone_by=None)

    def _take_back(self, target: int, command: str, verb: Verb, undone_by: int | None) -> Iterator[Promise]:
        touched = self._db.execute(sql.TOUCHED_BY, {"entry": target}).fetchall()
        act = Act(verb, Side.BOOKKEEPER, self._now, self._now, target=target, entry=self.entry, text=command)
        yield from (self._replayed(row["promise"], act) for row in touched if row["promise"] is not None)
        people_rows = {row["person"] for row in touched if row["person"] is not None}
        for person in sorted(people_rows):
            self._person_act(PersonAct(PersonVerb(verb.value), person, self._now, self._now, target=target, handle=command))
        if people_rows:
            self._refresh_people()
        self._db.execute(sql.MARK_ENTRY, {"entry_id": target, "undone_by": undone_by})

    def _replayed(self, number: int, act: Act) -> Promise:
        acts = self.acts(number)
        promise = lifecycle.replay(number, [*acts, act])
        self._append(promise, act)
        self._refresh(promise)
        return promise

    def last_command(self, number: int | None = None) -> tuple[int, str]:
        """The newest command that was not taken back, of that promise or of all: its entry and name. Raises NothingToUndo."""
        if number is None:
            row = self._db.execute(sql.NEWEST_LIVE_ENTRY, {}).fetchone()
        else:
            self.acts(number)
            row = self._db.execute(sql.NEWEST_LIVE_ENTRY_OF_PROMISE, {"promise": number}).fetchone()
        if row is None:
            raise errors.NothingToUndo("" if number is None else f" for #{number}")
        return row["id"], row["command"]

    def later_command(self, entry: int) -> tuple[int, str] | None:
        """A live command after `entry` on one of the promises it touched: the promise's number and the command, or None."""
        row = self._db.execute(sql.LATER_ON_SAME, {"entry": entry}).fetchone()
        return (row["promise"], row["command"]) if row else None

    def last_undo(self) -> tuple[int, str]:
        """The command that the newest undo took back, if nothing but undo and redo came after it. Raises NothingToRedo."""
        for row in self._db.execute(sql.NEWEST_ENTRIES):
            if row["id"] == self.entry or row["command"] == "redo":
                continue
            if row["command"] != "undo":
                break
            undone = self._db.execute(sql.UNDONE_BY, {"entry": row["id"]}).fetchone()
            if undone:
                return undone["id"], undone["command"]
        raise errors.NothingToRedo

    # People

    def people(self) -> list[Person]:
        """Everybody the ledger has met."""
        return queries.people(self._db)

    def meet(self, newcomer: Newcomer) -> Person:
        """The person of that handle, entered now if this is the first time."""
        return people.exact(newcomer.handle, self.people()) or self.enter(newcomer)

    def enter(self, newcomer: Newcomer, number: int | None = None) -> Person:
        """The person of a handle that nobody has yet, by the next number, or the one that is given."""
        if number is None:
            number = self._db.execute(sql.ADD_PERSON, newcomer._asdict()).lastrowid or 0
        else:
            self._db.execute(sql.PUT_PERSON, {"person": number, **newcomer._asdict(), "merged_into": None})
        self._met.add(number)
        self._person_act(PersonAct(PersonVerb.MEET, number, self._now, self._now, handle=newcomer.handle, name=newcomer.name))
        return Person(number, newcomer.handle, newcomer.name)

    def just_met(self, person: Person) -> bool:
        """Whether this command is the first that the ledger hears of that person."""
        return person.id in self._met

    def about(
        self, person: Person, verb: PersonVerb, *, handle: str | None = None, name: str | None = None, into: int | None = None
    ) -> Person:
        """The person after a new name, an alias, or a merge."""
        self._person_act(PersonAct(verb, person.id, self._now, self._now, handle=handle, name=name, into=into))
        return self._refresh_people()[person.id]

    def _person_act(self, act: PersonAct) -> None:
        at, body = instant(act.at), codec.person_body(act)
        self._write(act.verb.value, Side.BOOKKEEPER.value, "me", at, body, person=act.person, about=act.person)

    def _refresh_people(self) -> dict[int, Person]:
        return people_rows.refresh(self._db)
