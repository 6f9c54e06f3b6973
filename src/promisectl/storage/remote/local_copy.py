"""This machine's copy of a ledger on a server: an ordinary ledger file, brought up to date."""

from __future__ import annotations

import json
import sqlite3
from contextlib import suppress
from itertools import groupby, islice
from operator import itemgetter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import postgresql as statements
from promisectl.compiled import sql
from promisectl.storage import codec, connection, creation, ledger_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promisectl.storage.connection import LastAct
    from promisectl.storage.remote.server import Server, ServerHead

_MAX_WRITTEN_ROWS = 500


def bring_up_to_date(path: str, server: Server, head: ServerHead, mine: LastAct) -> None:
    """Add to the copy what the server has after `mine`, checked act by act.

    Where another command has done so meanwhile, this does nothing. Raises OtherHistory, and
    DamagedServerLedger where rows of the server do not fit together.
    """

    def add_rows(db: sqlite3.Connection) -> None:
        if connection.fetch_last_act(db).number == mine.number:
            _write_rows(db, server.iter_rows(mine.number), mine)
            _check_chain(path, server.address, db, head, mine)

    from promisectl.system import interrupts

    try:
        # Nothing of this command is recorded by it: a Ctrl-C stops the command, also later.
        with interrupts.watch_interrupts():
            if ledger_file.has_file(path):
                ledger_file.run_file_transaction(path, add_rows)
                return
            with suppress(FileExistsError):
                creation.create_ledger(path, add_rows)
    except sqlite3.IntegrityError as error:
        what = f"its rows do not fit together ({error})"
        raise errors.DamagedServerLedger(server.address, what) from error


def _write_rows(db: sqlite3.Connection, rows: Iterator[tuple[str, str]], mine: LastAct) -> None:
    """Write the rows of the server that acts after `mine` may have changed."""
    db.execute("PRAGMA defer_foreign_keys = ON")
    since = {"since": mine.number}
    for table, group in groupby(rows, key=itemgetter(0)):
        if table == statements.ALL_PEOPLE:
            db.execute(sql.DELETE_ALIASES)
            db.execute(sql.CLEAR_HANDLES)
            continue
        while batch := list(islice(group, _MAX_WRITTEN_ROWS)):
            cells = [json.loads(text) for _, text in batch]
            db.executemany(statements.PUT_INTO_COPY[table], cells)
        if table == "act" and mine.number:
            for statement in statements.DELETE_LINKS_IN_COPY.values():
                db.execute(statement, since)
    marks = dict(db.execute(statements.UNDO_MARKS_SINCE, since))  # the last one of each entry
    for entry, undone_by in marks.items():
        db.execute(sql.MARK_ENTRY_UNDONE, {"entry_id": entry, "undone_by": undone_by})


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
