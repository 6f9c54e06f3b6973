"""Repair a ledger without restoring a backup: unfinished writes, the schema, and its rows."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from itertools import groupby

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain import person_acts
from promisectl.domain.findings import IntegrityFinding, Remedy
from promisectl.storage import codec, connection, journal, ledger, links, queries, schema
from promisectl.storage.backup import create
from promisectl.storage.integrity import checks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

_DELETE_GUARD_TRIGGER = "promise_is_never_deleted"


class BackupPlace(NamedTuple):
    """The directory for a backup before a repair, and the moment at which it is made."""

    directory: str
    now: datetime


def recover_unfinished_write(path: str) -> Iterator[str]:
    """Let SQLite roll back an unfinished command or end WAL mode, and return what was done.

    Raises LedgerError.
    """
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
    yield "an unfinished command was rolled back"


def repair_schema(path: str, backup_place: BackupPlace) -> Iterator[str]:
    """Recreate damaged indexes, triggers and views, after a backup, and return what was done.

    Nothing is done when only a backup can repair the ledger. Raises LedgerError.
    """
    cures = {finding.cure for finding in list_damage(path)}
    if Remedy.FIX not in cures or Remedy.RESTORE in cures:
        return
    yield from _back_up_before_repair(path, backup_place, "fix")
    try:
        recreated = ledger.run_in_transaction(path, schema.repair_schema_parts)
        yield from ("the indexes were rebuilt", *recreated)
    except sqlite3.IntegrityError as error:
        raise errors.DamagedContent(
            path, "an index can't be rebuilt, because two rows have the same key"
        ) from error


def repair_server(
    server_ledger: ledger.LedgerPlace, copy: str, backup_place: BackupPlace
) -> Iterator[str]:
    """Repair a ledger on a server, with a backup of its copy before an upgrade.

    Returns what was done, which is nothing for a ledger in a file. Raises LedgerError.
    """
    backups: list[str] = []

    def back_up(reason: str) -> None:
        backups.extend(_back_up_before_repair(copy, backup_place, reason))

    done = ledger.repair_on_server(server_ledger, back_up)
    yield from (*backups, *done)


def rebuild_ledger(path: str, backup_place: BackupPlace) -> Iterator[str]:
    """Rebuild every row from the acts, after a backup, and return what was done.

    Before that, an unfinished command is rolled back. Raises NotRebuilt when the acts are damaged
    themselves, and LedgerError.
    """
    yield from recover_unfinished_write(path)
    damage = list_damage(path)
    for finding in damage:
        if finding.cure is Remedy.RESTORE:
            raise errors.NotRebuilt(path, finding.summary)
    if not damage:
        yield "there is nothing to rebuild: every row matches its history"
        return
    yield from _back_up_before_repair(path, backup_place, "rebuild")

    def rebuild_and_check(db: sqlite3.Connection) -> list[str]:
        recreated = schema.recreate_schema_parts(db)
        rebuild_rows(db)
        db.execute("REINDEX")
        for finding in checks.check_integrity(db):
            if finding.is_wrong:
                raise errors.NotRebuilt(path, finding.summary)
        return [*recreated, *_list_clashes(db)]

    recreated = ledger.run_in_transaction(path, rebuild_and_check, may_replace_rows=True)
    yield from ("every row was rebuilt from its history", *recreated)


def _list_clashes(db: sqlite3.Connection) -> Iterator[str]:
    """Return a line for each handle that was given twice, with what the second owner got."""
    for wanted, handle in person_acts.list_handle_clashes(journal.load_person_acts(db)):
        yield (
            f"{wanted} was added twice; the second is now {handle}. "
            f"To merge them: promisectl person merge {handle} {wanted}"
        )


def list_damage(path: str) -> list[IntegrityFinding]:
    """Return the findings of damage in a ledger. Raises LedgerError when it can't be opened."""
    with checks.open_for_checks(path) as db:
        return [finding for finding in checks.check_integrity(db) if finding.is_wrong]


def _back_up_before_repair(path: str, place: BackupPlace, repair: str) -> Iterator[str]:
    backup = create.create_and_prune_backup(path, place.directory, place.now, before=repair)
    yield f"a backup was made first: {backup.path}"


def rebuild_rows(db: sqlite3.Connection) -> None:
    """Rebuild promises, people and undone entries from the acts, inside a transaction.

    No act is changed. The connection does not enforce foreign keys (see
    `ledger.run_in_transaction`). Raises DamagedContent when an act can't be read.
    """
    db.execute(f"DROP TRIGGER IF EXISTS {_DELETE_GUARD_TRIGGER}")
    db.execute(sql.DELETE_ALL_SERIES)
    db.execute(sql.DELETE_ALL_PARTS)
    db.execute(sql.DELETE_PROMISES)
    db.execute(sql.DELETE_ALIASES)
    db.execute(sql.DELETE_PEOPLE)
    everybody = journal.replay_people(journal.load_person_acts(db))
    journal.write_people(db, everybody.values())
    db.execute(sql.CLEAR_UNDONE_BY)
    filler = links.LinkFiller(db)
    for number, acts in groupby(db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])):
        promise = queries.replay_promise(number, map(codec.decode_act, acts))
        columns = codec.encode_promise_row(promise)
        db.execute(sql.ADD_PROMISE_WITH_ID, {**columns, "id": number})
        filler.add_promise(number, columns)
    filler.add_parts()
    undone_by: dict[int, int | None] = {}
    for row in db.execute(sql.UNDO_AND_REDO_ACTS):
        undone_by[codec.decode_undo_target(row)] = row["entry"] if row["verb"] == "undo" else None
    for target, entry in undone_by.items():
        db.execute(sql.MARK_ENTRY_UNDONE, {"entry_id": target, "undone_by": entry})
    db.execute(sql.REBUILD_ENTRY_DATES)
    for statement in sql.SCHEMA:
        if checks.parse_schema_part(statement).name == _DELETE_GUARD_TRIGGER:
            db.execute(statement)
    db.execute("DELETE FROM sqlite_sequence")
    db.execute(sql.REBUILD_HIGHEST_NUMBERS)
