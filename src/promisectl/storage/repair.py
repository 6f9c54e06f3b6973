"""What can be put right without a backup: what SQLite takes back, indexes, guards and views, and rows told again from the acts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import groupby

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.findings import Cure, Finding
from promisectl.storage import codec, connection, ledger
from promisectl.storage.backup import create
from promisectl.storage.integrity import checks, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_IN_THE_WAY = "promise_is_never_deleted"


class Keeping(NamedTuple):
    """Where a backup is made before anything is changed, and the moment it is made at."""

    directory: str
    now: datetime


def settle(path: str) -> Iterator[str]:
    """Have SQLite take back what a command left half done, or end another program's way of writing, and say so. Raises LedgerTrouble."""
    try:
        with checks.opened(path):
            return
    except errors.HalfDone:
        with connection.translated(path), closing(connection.connect(path, "rw")) as db:
            connection.patiently(path, lambda: db.execute("BEGIN IMMEDIATE"))
            db.execute("COMMIT")
    yield "what a command left half done was taken back"


def build(path: str, keeping: Keeping) -> Iterator[str]:
    """Make indexes, guards and views as they should be, after a backup, and say so. Raises LedgerTrouble."""
    wrong = found(path)
    if not any(one.cure is Cure.FIX for one in wrong) or any(one.cure is Cure.RESTORE for one in wrong):
        return
    yield from _kept(path, keeping, "fix")

    def work(db: sqlite3.Connection) -> list[str]:
        db.execute("REINDEX")
        return _built(db)

    try:
        yield from ("the indexes were made anew", *ledger.write(path, work))
    except sqlite3.IntegrityError as error:
        raise errors.NotWhole(path, "an index can't be made, as two rows are alike that must not be") from error


def rebuild(path: str, keeping: Keeping) -> Iterator[str]:
    """Tell every row again from the acts, after a backup, and say so. Raises NotRebuilt where the acts are not whole, and LedgerTrouble."""
    wrong = found(path)
    beyond = [one for one in wrong if one.cure is Cure.RESTORE]
    if beyond:
        raise errors.NotRebuilt(path, beyond[0].told)
    if not wrong:
        yield "there is nothing to rebuild: every row is as its acts left it"
        return
    yield from _kept(path, keeping, "rebuild")

    def work(db: sqlite3.Connection) -> list[str]:
        done = _built(db)
        _told_again(db)
        db.execute("REINDEX")
        for finding in checks.examine(db):
            if finding.wrong:
                raise errors.NotRebuilt(path, finding.told)
        return done

    done = ledger.write(path, work)
    yield from ("every row was told again from the acts", *done)


def found(path: str) -> list[Finding]:
    """What an examination finds wrong. Raises LedgerTrouble."""
    with checks.opened(path) as db:
        return [one for one in checks.examine(db) if one.wrong]


def _kept(path: str, keeping: Keeping, before: str) -> Iterator[str]:
    made = create.keep(path, keeping.directory, keeping.now, before=before)
    yield f"a backup was made first: {made.path}"


def _built(db: sqlite3.Connection) -> list[str]:
    """Whatever is missing of the ledger's own or made otherwise, made as it should be; triggers of others go."""
    amiss, more = checks.strange(db)
    foreign = [one for one in more if one.kind == "trigger"]
    for one in (*foreign, *amiss):
        name = one.name.replace('"', '""')
        db.execute(f'DROP {one.kind} IF EXISTS "{name}"')
    for statement in sql.SCHEMA:
        if checks.made_by(statement) in amiss:
            db.execute(statement)
    return [*(f"{one} was taken away" for one in foreign), *(f"{one} was made anew" for one in amiss)]


def _told_again(db: sqlite3.Connection) -> None:
    """Promises, people, and what was undone, from the acts alone. What was said is not touched."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute(f"DROP TRIGGER IF EXISTS {_IN_THE_WAY}")
    for statement in (sql.FORGET_PROMISES, sql.DROP_ALIASES, sql.FORGET_PEOPLE, sql.FORGET_UNDONE):
        db.execute(statement)
    for person in people.fold(codec.person_act(row) for row in db.execute(sql.ACTS_OF_PEOPLE)).values():
        columns = {name: getattr(person, name) for name in rows.OF_PERSON}
        db.execute(sql.PUT_PERSON, {**columns, "person": person.id})
        db.executemany(sql.ADD_ALIAS, [{"alias": alias, "person": person.id} for alias in person.aliases])
    for number, said in groupby(db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])):
        promise = lifecycle.replay(number, map(codec.act_of, said))
        db.execute(sql.PUT_PROMISE, {**codec.columns_of(promise), "id": number})
    taken: dict[int, int | None] = {}
    for row in db.execute(sql.TAKEN_BACK):
        taken[codec.target_of(row)] = row["entry"] if row["verb"] == "undo" else None
    for target, by in taken.items():
        db.execute(sql.MARK_ENTRY, {"entry_id": target, "undone_by": by})
    db.execute(sql.DATE_ENTRIES)
    db.execute(next(one for one in sql.SCHEMA if checks.made_by(one).name == _IN_THE_WAY))
    db.execute("DELETE FROM sqlite_sequence")
    for table in rows.NUMBERED:
        highest = f"SELECT max(id) AS id FROM {table}"  # noqa: S608 (our own names)
        db.execute(f"INSERT INTO sqlite_sequence (name, seq) SELECT '{table}', id FROM ({highest}) WHERE id")  # noqa: S608 (the same)
