"""What can be put right without a backup: what SQLite takes back, indexes, guards and views, and rows told again from the acts."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import groupby

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain import lifecycle, people
from promisectl.domain.findings import IntegrityFinding, Remedy
from promisectl.storage import codec, connection, ledger
from promisectl.storage.backup import create
from promisectl.storage.integrity import checks, rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_DELETE_GUARD_TRIGGER = "promise_is_never_deleted"


class BackupPlace(NamedTuple):
    """Where a backup is made before anything is changed, and the moment it is made at."""

    directory: str
    now: datetime


def recover_unfinished_write(path: str) -> Iterator[str]:
    """Have SQLite take back what a command left half done, or end another program's way of writing, and say so. Raises LedgerTrouble."""
    try:
        with checks.open_for_checks(path):
            return
    except errors.LedgerNeedsFix:
        with (
            connection.translate_errors(path),
            closing(connection.open_connection(path, "rw")) as db,
        ):
            connection.retry_while_busy(path, lambda: db.execute("BEGIN IMMEDIATE"))
            db.execute("COMMIT")
    yield "what a command left half done was taken back"


def repair_schema(path: str, keeping: BackupPlace) -> Iterator[str]:
    """Make indexes, guards and views as they should be, after a backup, and say so. Raises LedgerTrouble."""
    wrong = list_damage(path)
    if not any(one.cure is Remedy.FIX for one in wrong) or any(
        one.cure is Remedy.RESTORE for one in wrong
    ):
        return
    yield from _back_up_before_repair(path, keeping, "fix")

    def recreate_indexes(db: sqlite3.Connection) -> list[str]:
        db.execute("REINDEX")
        return _recreate_schema_parts(db)

    try:
        yield from (
            "the indexes were made anew",
            *ledger.run_in_transaction(path, recreate_indexes),
        )
    except sqlite3.IntegrityError as error:
        raise errors.DamagedContent(
            path, "an index can't be made, as two rows are alike that must not be"
        ) from error


def rebuild_ledger(path: str, keeping: BackupPlace) -> Iterator[str]:
    """Tell every row again from the acts, after a backup, and say so. Raises NotRebuilt where the acts are not whole, and LedgerTrouble."""
    wrong = list_damage(path)
    beyond = [one for one in wrong if one.cure is Remedy.RESTORE]
    if beyond:
        raise errors.NotRebuilt(path, beyond[0].summary)
    if not wrong:
        yield "there is nothing to rebuild: every row is as its acts left it"
        return
    yield from _back_up_before_repair(path, keeping, "rebuild")

    def rebuild_and_check(db: sqlite3.Connection) -> list[str]:
        done = _recreate_schema_parts(db)
        _rebuild_rows(db)
        db.execute("REINDEX")
        for finding in checks.check_integrity(db):
            if finding.is_wrong:
                raise errors.NotRebuilt(path, finding.summary)
        return done

    done = ledger.run_in_transaction(path, rebuild_and_check)
    yield from ("every row was told again from the acts", *done)


def list_damage(path: str) -> list[IntegrityFinding]:
    """What an examination finds wrong. Raises LedgerTrouble."""
    with checks.open_for_checks(path) as db:
        return [one for one in checks.check_integrity(db) if one.is_wrong]


def _back_up_before_repair(path: str, keeping: BackupPlace, before: str) -> Iterator[str]:
    made = create.create_and_prune_backup(path, keeping.directory, keeping.now, before=before)
    yield f"a backup was made first: {made.path}"


def _recreate_schema_parts(db: sqlite3.Connection) -> list[str]:
    """Whatever is missing of the ledger's own or made otherwise, made as it should be; triggers of others go."""
    amiss, more = checks.compare_schema(db)
    foreign = [one for one in more if one.kind == "trigger"]
    for one in (*foreign, *amiss):
        name = one.name.replace('"', '""')
        db.execute(f'DROP {one.kind} IF EXISTS "{name}"')
    for statement in sql.SCHEMA:
        if checks.parse_schema_part(statement) in amiss:
            db.execute(statement)
    return [
        *(f"{one} was taken away" for one in foreign),
        *(f"{one} was made anew" for one in amiss),
    ]


def _rebuild_rows(db: sqlite3.Connection) -> None:
    """Promises, people, and what was undone, from the acts alone. What was said is not touched."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    db.execute(f"DROP TRIGGER IF EXISTS {_DELETE_GUARD_TRIGGER}")
    for statement in (
        sql.DELETE_PROMISES,
        sql.DELETE_ALIASES,
        sql.DELETE_PEOPLE,
        sql.CLEAR_UNDONE_BY,
    ):
        db.execute(statement)
    for person in people.replay_person_acts(
        codec.decode_person_act(row) for row in db.execute(sql.ACTS_OF_PEOPLE)
    ).values():
        columns = {name: getattr(person, name) for name in rows.PERSON_COLUMNS}
        db.execute(sql.ADD_PERSON_WITH_ID, {**columns, "person": person.id})
        db.executemany(
            sql.ADD_ALIAS, [{"alias": alias, "person": person.id} for alias in person.aliases]
        )
    for number, said in groupby(db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])):
        promise = lifecycle.replay_acts(number, map(codec.decode_act, said))
        db.execute(sql.ADD_PROMISE_WITH_ID, {**codec.encode_promise_row(promise), "id": number})
    taken: dict[int, int | None] = {}
    for row in db.execute(sql.UNDO_AND_REDO_ACTS):
        taken[codec.decode_undo_target(row)] = row["entry"] if row["verb"] == "undo" else None
    for target, by in taken.items():
        db.execute(sql.MARK_ENTRY_UNDONE, {"entry_id": target, "undone_by": by})
    db.execute(sql.REBUILD_ENTRY_DATES)
    db.execute(
        next(
            one for one in sql.SCHEMA if checks.parse_schema_part(one).name == _DELETE_GUARD_TRIGGER
        )
    )
    db.execute("DELETE FROM sqlite_sequence")
    db.execute(sql.REBUILD_HIGHEST_NUMBERS)
