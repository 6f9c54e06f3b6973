"""This machine's copy of a ledger on a server: an ordinary ledger file, brought up to date."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from itertools import groupby, islice
from operator import itemgetter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import postgresql as statements
from promisectl.compiled import sql
from promisectl.domain.promise import Verb
from promisectl.storage import codec, connection, creation, ledger_file

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from promisectl.storage.connection import LastAct
    from promisectl.storage.remote.server import Server, ServerHead

_MAX_ROWS = 500


def fetch_head(path: str) -> LastAct:
    """Return the newest act of the copy; an empty one if there is no copy."""
    if not ledger_file.has_file(path):
        return connection.LastAct()
    with ledger_file.open_file_snapshot(path) as db:
        return connection.fetch_last_act(db)


def bring_up_to_date(path: str, server: Server, head: ServerHead, mine: LastAct) -> None:
    """Add to the copy what the server has after `mine`, checked act by act.

    Where another command has added something meanwhile, go on from that: it may have asked the
    server earlier. Raises OtherHistory.
    """
    while mine.number < head.number:
        _add_rows_after(path, server, head, mine)
        mine = fetch_head(path)


def _add_rows_after(path: str, server: Server, head: ServerHead, mine: LastAct) -> None:
    """Add what the server has after `mine`, unless that is not the newest act of the copy now."""

    def add_rows(db: sqlite3.Connection) -> None:
        if connection.fetch_last_act(db).number == mine.number:
            _write_rows(db, server.iter_rows(mine.number), mine)
            _check_chain(path, server.address, db, head, mine)

    if ledger_file.has_file(path):
        ledger_file.run_file_transaction(path, add_rows)
        return
    with suppress(FileExistsError):
        creation.create_ledger(path, add_rows)


def note_time(path: str) -> None:
    """Note in the time of the file that the copy is up to date now."""
    with suppress(OSError):
        os.utime(path)


def _write_rows(db: sqlite3.Connection, rows: Iterator[tuple[str, str]], mine: LastAct) -> None:
    """Write rows of the server, of which the acts come first."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    since = {"since": mine.number}
    for table, group in groupby(rows, key=itemgetter(0)):
        while batch := list(islice(group, _MAX_ROWS)):
            cells = [json.loads(text) for _, text in batch]
            db.executemany(statements.PUT_INTO_COPY[table], cells)
        if table == "act" and mine.number:
            _forget_former_rows(db, since)
    for act in db.execute(statements.UNDO_AND_REDO_ACTS_SINCE, since).fetchall():
        undone_by = act["entry"] if act["verb"] == Verb.UNDO else None
        target = codec.decode_undo_target(act)
        db.execute(sql.MARK_ENTRY_UNDONE, {"entry_id": target, "undone_by": undone_by})


def _forget_former_rows(db: sqlite3.Connection, since: dict[str, int]) -> None:
    """Delete the links of promises that changed, and free all names if people did."""
    for statement in statements.DELETE_LINKS_IN_COPY.values():
        db.execute(statement, since)
    if db.execute(statements.CHANGES_OF_PEOPLE, since).fetchone()[0]:
        db.execute(sql.DELETE_ALIASES)
        db.execute(sql.CLEAR_HANDLES)


def _check_chain(
    path: str, address: str, db: sqlite3.Connection, head: ServerHead, mine: LastAct
) -> None:
    """Check the hash of every act after `mine`, up to the head. Raises OtherHistory."""
    number, hash_ = mine.number, mine.hash
    for act in db.execute(statements.CHAIN_SINCE, {"since": mine.number}):
        number += 1
        hash_ = codec.compute_act_hash(hash_, act["command"], act["about"], act)
        if (act["number"], act["hash"]) != (number, hash_):
            what = f"has an act {number} that does not match its hash"
            raise errors.OtherHistory(address, what, path)
    if (number, hash_) != (head.number, head.hash):
        raise errors.OtherHistory(address, "has a head that does not match its acts", path)
