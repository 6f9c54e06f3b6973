"""Migrate ledgers of earlier schema steps, by the first command that writes to them.

How a step is added, once a version with the step before it has been released:

1. Declare the tables as they are to be in `storage/tables.py`, raise `SCHEMA_STEP` by one, and name
   new tables and indexes in `MIGRATION_ADDITIONS`. New columns of promises come last, and
   `ADDED_PROMISE_COLUMNS` has the value that a command reads before the first move. Name in
   `REDERIVED_COLUMNS` the columns of promises to which the acts give other values than before, the
   new ones too.
2. Let the views and statements work with new tables that are empty, and with these values: until
   the first move, every connection that reads the ledger has them
   (`connection.begin_read_transaction`).
3. Run `python -m promisectl.generate`, which compiles the statements. Every migration creates the
   views again.
4. Keep ledgers of the step before as SQL (`tests/storage/kept/`), and let
   `tests/storage/test_migrations.py` begin with them. A step that exists in the tests alone
   (`tests/storage/next_step.py`) proves that a table can be added.
"""

from __future__ import annotations

from contextlib import suppress
from itertools import groupby

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import lifecycle
from promisectl.storage import codec, connection

if TYPE_CHECKING:
    import sqlite3


def migrate_ledger(db: sqlite3.Connection) -> None:
    """Migrate a ledger of an earlier step to this one, inside the transaction of a command."""
    later_steps = range(connection.read_schema_step(db) + 1, sql.SCHEMA_STEP + 1)
    for step in later_steps:
        for statement in sql.MIGRATIONS[step]:
            db.execute(statement)
    if any(step in sql.REDERIVED_COLUMNS for step in later_steps):
        rederive_promise_rows(db)
    views = [statement for statement in sql.SCHEMA if statement.startswith("CREATE VIEW")]
    for view in reversed(views):
        db.execute(f"DROP VIEW IF EXISTS {view.split()[2]}")
    for view in views:
        db.execute(view)
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")


def rederive_promise_rows(db: sqlite3.Connection) -> None:
    """Update the row of every promise from its acts, one promise at a time.

    A promise whose acts are damaged keeps its row: `doctor` finds it before and after.
    """
    for number, rows in groupby(db.execute(sql.ACTS_OF_ALL), key=lambda row: int(row["promise"])):
        with suppress(*codec.DECODING_ERRORS):
            promise = lifecycle.replay_acts(number, map(codec.decode_act, rows))
            columns = codec.encode_promise_row(promise)
            db.execute(sql.UPDATE_PROMISE_STATE, {**columns, "id": number})
