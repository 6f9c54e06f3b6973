"""The write side: load promises from their acts, append acts, and update promise rows."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people, person_acts
from promisectl.domain.civil import encode_instant
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.person_acts import PersonAct, PersonVerb
from promisectl.domain.promise import Act, Promise, Side, Verb
from promisectl.storage import codec, connection, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime
    from typing import Any

    from promisectl.domain.lifecycle import Applied
    from promisectl.storage.codec import NewPromiseRows
    from promisectl.storage.row_batch import RowBatch

_FIXED_COLUMNS = {"uid", "direction", "person", "replaces"}
"""The columns of a promise that no move changes: another program, and `person` a correction."""
_INDEXED_COLUMNS = {"state", "move", "due_at", "delivered_at"}
"""The columns of a promise that acts change and indexes contain."""
_MAX_GATHERED_ROWS = 500


class Journal:
    """What one command writes into the ledger: one `entry` with all its acts, undone together.

    `db` is inside a transaction (`ledger.run_in_transaction`), `now` is the moment of the command,
    aware UTC, and `command` its name as the log shows it. With `gathers`, new promises and acts
    are written many at a time, and nothing can be loaded before `write_gathered_rows`.
    """

    def __init__(
        self, db: sqlite3.Connection, now: datetime, command: str, *, gathers: bool = False
    ) -> None:
        self._db = db
        self._now = now
        self._recorded_at = encode_instant(now)
        self._command = command
        self._new_people: set[int] = set()
        self._number, self._hash, _, entry = connection.fetch_last_act(db)
        # The next numbers follow from the acts: by its own count, SQLite could give one twice.
        self.entry = entry + 1
        self._highest_promise: int = db.execute(sql.HIGHEST_PROMISE_OF_ACTS, {}).fetchone()[0]
        self._was_empty = not self._number
        self._gathered: dict[str, RowBatch] = {}  # by statement; acts name promises, so come last
        if gathers:
            from promisectl.storage.row_batch import RowBatch

            statements = (sql.ADD_PROMISE_WITH_ID, sql.ADD_ACT)
            self._gathered = {statement: RowBatch(db, statement) for statement in statements}
        entry_row = {"id": self.entry, "command": command, "recorded_at": self._recorded_at}
        connection.write_row(db, sql.ADD_ENTRY_WITH_ID, entry_row)

    def insert_answer(self, key: str, request: str, answer: object) -> None:
        """Store the request that this command got with a key, and its answer."""
        text = codec.encode_answer(answer, self._hash, key, self.entry, request)
        row = {"key": key, "entry": self.entry, "request": request, "answer": text}
        connection.write_row(self._db, sql.ADD_ANSWER, row)

    # Promises

    def load_promise(self, number: int) -> Promise:
        """Return a promise as its acts leave it. Raises NoPromise and DamagedContent."""
        return queries.load_promise(self._db, number)

    def begin_promise(self, act: Act) -> Promise:
        """Begin a promise with its first act, and return it with the next unused number."""
        applied = lifecycle.apply_act(None, act)
        rows = codec.encode_new_promise(applied.promise, applied.act)
        return applied.promise._replace(id=self.write_new_promise(rows))

    def write_new_promise(
        self, rows: NewPromiseRows, number: int | None = None, *, again: bool = False
    ) -> int:
        """Write a new promise with its first act, and return its number.

        Without a `number`, it gets the next unused one. With `again`, the promise of that number
        begins a second time, because the command that made it was undone.
        """
        following = self._highest_promise + 1
        number = number or following
        columns = {**rows.columns, "id": number}
        if again:
            self.write_gathered_rows()  # it may replace one of those that wait
            connection.write_row(self._db, sql.UPDATE_PROMISE, columns)
            self._rewrite_links(number, columns)
        elif number == following or self._was_empty:
            self._insert_row(sql.ADD_PROMISE_WITH_ID, columns)
            if codec.has_links(columns):
                self.write_gathered_rows()
                self._rewrite_links(number, columns)
            self._highest_promise = max(number, self._highest_promise)
        else:
            raise errors.DamagedContent("The ledger", f"#{following} would get another ID")
        uid = columns["uid"]
        self._insert_act_row(
            rows.verb, rows.side, rows.by, rows.at, rows.body, promise=number, about=uid
        )
        return number

    def append_act(self, promise: Promise, act: Act, *, agreed: bool = False) -> Applied:
        """Append an act to a promise, update its row, and return both as the act leaves them.

        Other terms that are `agreed`, so that a yes follows, need no reason.

        The row is updated by the statement that leaves the most indexes alone, as most of its cost
        is theirs. It is compared with what is stored, so that a move repairs what another program
        changed there. Raises what `lifecycle.apply_act` raises.
        """
        applied = lifecycle.apply_act(promise, act, agreed=agreed)
        self._insert_act(promise, applied.act)
        row = codec.encode_promise_row(applied.promise)
        stored = self._db.execute(sql.ROW_OF_PROMISE, {"id": promise.id}).fetchone()
        if stored is None:
            raise errors.DamagedContent("The ledger", f"#{promise.id} is missing")
        stored_columns = codec.sqlite_row_dict(stored)
        changed = {name for name, value in row.items() if value != stored_columns[name]}
        if changed & codec.LINK_COLUMNS:
            self._rewrite_links(promise.id, row)
            changed -= codec.LINK_COLUMNS
        if changed & _FIXED_COLUMNS:
            statement = sql.UPDATE_PROMISE
        elif changed & _INDEXED_COLUMNS:
            statement = sql.UPDATE_PROMISE_STATE
        else:
            statement = sql.UPDATE_PROMISE_TEXTS
        if changed:
            connection.write_row(self._db, statement, {**row, "id": promise.id})
        return applied

    def _rewrite_links(self, number: int, columns: Mapping[str, Any]) -> None:
        """Write to what a promise is linked; most are to nothing, and never load the module."""
        from promisectl.storage import links

        links.rewrite_links(self._db, number, columns)

    def _insert_act(self, promise: Promise, act: Act) -> None:
        self._insert_act_row(
            act.verb.value,
            act.side.value,
            promise.direction.name_speaker(act.side),
            encode_instant(act.at),
            codec.encode_act_body(act),
            promise=promise.id,
            about=promise.opening.uid,
        )

    def _insert_act_row(
        self, verb: str, side: str, by: str, at: str, body: str, *, about: object, **subject: int
    ) -> None:
        self._number += 1
        row = {
            "promise": None,
            "person": None,
            **subject,
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
        self._insert_row(sql.ADD_ACT, row)

    def _insert_row(self, statement: str, row: Mapping[str, Any]) -> None:
        """Insert a new promise or act, at once or together with those that wait."""
        if not self._gathered:
            connection.write_row(self._db, statement, row)
            return
        rows = self._gathered[statement]
        rows.add_row(row)
        if len(rows) == _MAX_GATHERED_ROWS:
            self.write_gathered_rows()

    def write_gathered_rows(self) -> None:
        """Write the new promises and the acts that wait."""
        for rows in self._gathered.values():
            rows.write_rows()

    # Undo

    def undo_entry(self, target: int, command: str) -> Iterator[Promise]:
        """Undo a command, and return the promises that it touched, as they are without it.

        The undo is complete when the iterator is exhausted. Raises PartsInRing and PartsTooDeep if
        it brings a link back that others have made impossible since.
        """
        return self._apply_undo_or_redo(target, command, Verb.UNDO, undone_by=self.entry)

    def redo_entry(self, target: int, command: str) -> Iterator[Promise]:
        """Redo a command that was undone, and return the promises that it touched, as they are now.

        The redo is complete when the iterator is exhausted.
        """
        return self._apply_undo_or_redo(target, command, Verb.REDO, undone_by=None)

    def _apply_undo_or_redo(
        self, target: int, command: str, verb: Verb, undone_by: int | None
    ) -> Iterator[Promise]:
        from promisectl.storage import links

        touched = self._db.execute(sql.TOUCHED_BY_ENTRY, {"entry": target}).fetchall()
        now, entry = self._now, self.entry
        act = Act(verb, Side.BOOKKEEPER, now, now, target=target, entry=entry, text=command)
        numbers = [row["promise"] for row in touched if row["promise"] is not None]
        for number in numbers:
            acts = queries.load_promise_acts(self._db, number)
            promise = queries.replay_promise(number, [*acts, act])
            self._insert_act(promise, act)
            row = {**codec.encode_promise_row(promise), "id": number}
            connection.write_row(self._db, sql.UPDATE_PROMISE, row)
            links.rewrite_links(self._db, number, row)
            yield promise
        links.check_part_chains(self._db, numbers)
        touched_people = {row["person"] for row in touched if row["person"] is not None}
        person_verb = PersonVerb(verb.value)
        for person in sorted(touched_people):
            person_act = PersonAct(person_verb, person, now, now, target=target, handle=command)
            self._insert_person_act(person_act)
        if touched_people:
            rebuild_person_rows(self._db)
        connection.write_row(
            self._db, sql.MARK_ENTRY_UNDONE, {"entry_id": target, "undone_by": undone_by}
        )

    def find_last_command(self, number: int | None = None) -> tuple[int, str]:
        """Return entry and name of the newest command that is not undone, of one promise or of all.

        Raises NothingToUndo, NoPromise and DamagedContent.
        """
        if number is None:
            rows = self._db.execute(sql.NEWEST_ENTRIES)
        else:
            queries.load_promise_acts(self._db, number)
            rows = self._db.execute(sql.NEWEST_ENTRIES_OF_PROMISE, {"promise": number})
        for row in rows:
            is_command = row["id"] != self.entry and row["command"] not in ("undo", "redo")
            if is_command and self._find_undoer(row) is None:
                return row["id"], row["command"]
        raise errors.NothingToUndo("" if number is None else f" for #{number}")

    def _find_undoer(self, entry_row: sqlite3.Row) -> int | None:
        """Return the entry by which a command is undone, by its acts; None if it is not.

        Raises DamagedContent when its row differs.
        """
        touched = self._db.execute(sql.TOUCHED_BY_ENTRY, {"entry": entry_row["id"]}).fetchone()
        undone: Mapping[int, int] = {}
        if touched and touched["promise"] is not None:
            acts = queries.load_promise_acts(self._db, touched["promise"])
            undone = lifecycle.find_undone_entries(acts)
        elif touched:
            undone = lifecycle.find_undone_entries(load_person_acts(self._db))
        undoer = undone.get(entry_row["id"])
        if undoer != entry_row["undone_by"] or not touched:
            name = f"command {entry_row['id']} ({entry_row['command']})"
            raise errors.DamagedContent("The ledger", f"{name} does not match its acts")
        return undoer

    def find_later_command(self, entry: int) -> tuple[int, str] | None:
        """Return the first live command after `entry` on one of the promises that it touched.

        It is returned as the number of the promise and the name of the command, or None.
        """
        row = self._db.execute(sql.LATER_ENTRY_ON_SAME, {"entry": entry}).fetchone()
        return (row["promise"], row["command"]) if row else None

    def find_last_undone_command(self) -> tuple[int, str]:
        """Return entry and name of the command that the newest undo undid.

        Raises NothingToRedo when there is none, or when other commands came after that undo.
        """
        for row in self._db.execute(sql.NEWEST_ENTRIES):
            if row["id"] == self.entry or row["command"] == "redo":
                continue
            if row["command"] != "undo":
                break
            undo = self._db.execute(sql.ANY_ACT_OF_ENTRY, {"entry": row["id"]}).fetchone()
            target = codec.decode_undo_target(undo) if undo else 0
            undone = self._db.execute(sql.ENTRY_BY_ID, {"id": target}).fetchone()
            if undone is None:
                raise errors.DamagedContent("The ledger", f"command {row['id']} undoes nothing")
            if self._find_undoer(undone) == row["id"]:
                return undone["id"], undone["command"]
        raise errors.NothingToRedo

    # People

    def load_people(self) -> list[Person]:
        """Return all people in the ledger. Raises DamagedContent."""
        return load_checked_people(self._db)

    def find_or_insert_person(self, other: Person | Newcomer) -> Person:
        """Return the person with that handle, inserted now if the ledger has none.

        They have the number that they have now: in the transaction in which a name was looked up,
        somebody else may have had it.
        """
        row = self._db.execute(sql.PERSON_BY_HANDLE, {"handle": other.handle}).fetchone()
        if row:
            return Person(row["id"], row["handle"], row["name"])
        known = people.find_exact_person(other.handle, self.load_people())
        return known or self.insert_person(Newcomer(other.handle, other.name))

    def insert_person(self, newcomer: Newcomer, number: int | None = None) -> Person:
        """Insert a person with an unused handle; without a `number`, they get the next one."""
        if number is None:
            number = fetch_highest_person_id(self._db) + 1
        person = Person(number, newcomer.handle, newcomer.name)
        write_people(self._db, [person])
        self._new_people.add(number)
        act = PersonAct(PersonVerb.MEET, number, self._now, self._now, **newcomer._asdict())
        self._insert_person_act(act)
        return person

    def is_new_person(self, person: Person) -> bool:
        """Whether this command inserted that person."""
        return person.id in self._new_people

    def change_person(
        self,
        person: Person,
        verb: PersonVerb,
        *,
        handle: str | None = None,
        name: str | None = None,
        into: int | None = None,
    ) -> Person:
        """Record a new name, an alias or a merge, and return the person after it."""
        act = PersonAct(verb, person.id, self._now, self._now, handle=handle, name=name, into=into)
        self._insert_person_act(act)
        return rebuild_person_rows(self._db)[person.id]

    def _insert_person_act(self, act: PersonAct) -> None:
        self._insert_act_row(
            act.verb.value,
            Side.BOOKKEEPER.value,
            "me",
            encode_instant(act.at),
            codec.encode_person_act_body(act),
            person=act.person,
            about=act.person,
        )


# The rows of people, which follow from the acts about them


def load_person_acts(db: sqlite3.Connection) -> list[PersonAct]:
    """Return all acts about people, in order. Raises DamagedContent."""
    return [codec.decode_person_act(row) for row in db.execute(sql.ACTS_OF_PEOPLE)]


def fetch_highest_person_id(db: sqlite3.Connection) -> int:
    """Return the highest number that any person ever had; the next person gets the one after."""
    number: int = db.execute(sql.HIGHEST_PERSON_OF_ACTS, {}).fetchone()[0]
    return number


def replay_people(acts: Iterable[PersonAct]) -> dict[int, Person]:
    """Return the people as the stored acts about them leave them. Raises DamagedContent."""
    with codec.refuse_damage("the history of people"):
        return person_acts.replay_person_acts(acts)


def load_checked_people(db: sqlite3.Connection) -> list[Person]:
    """Return all people in the ledger, for a command that writes.

    Raises DamagedContent when the rows are not what the acts about people give: somebody would be
    added twice, or mistaken for another.
    """
    stored = queries.load_people(db)
    replayed = replay_people(load_person_acts(db))
    if list(map(_list_names, stored)) != sorted(map(_list_names, replayed.values())):
        raise errors.DamagedContent("The ledger", "people do not match their history")
    return stored


def _list_names(person: Person) -> tuple[int, str, str, int | None, list[str]]:
    return person.id, person.handle, person.name, person.merged_into, sorted(person.aliases)


def write_people(
    db: sqlite3.Connection, everybody: Iterable[Person], statement: str = sql.ADD_PERSON_WITH_ID
) -> None:
    """Write the rows of people by a statement, and insert those of their aliases."""
    for person in everybody:
        columns = {"handle": person.handle, "name": person.name, "merged_into": person.merged_into}
        connection.write_row(db, statement, {**columns, "person": person.id})
        for alias in person.aliases:
            connection.write_row(db, sql.ADD_ALIAS, {"alias": alias, "person": person.id})


def rebuild_person_rows(db: sqlite3.Connection) -> dict[int, Person]:
    """Update the rows of all people from the acts about them, and return the people by number.

    Raises DamagedContent.
    """
    replayed = replay_people(load_person_acts(db))
    db.execute(sql.DELETE_ALIASES)
    db.execute(sql.CLEAR_HANDLES)
    write_people(db, replayed.values(), sql.UPDATE_PERSON)
    return replayed
