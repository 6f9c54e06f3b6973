"""Migrate ledgers of earlier schema steps, by the first command that writes to them.

How a step is added, once a version with the step before it has been released:

1. Declare the tables as they are to be in `storage/tables.py`, raise `SCHEMA_STEP` by one, and name
   new tables and indexes in `MIGRATION_ADDITIONS`. Only a table or an index may be new: a command
   that reads before the first move would miss a new column, so that goes into a table of its own.
2. Let the views and statements work without what is new: until the first move, a ledger is read
   as it is.
3. Run `python -m promisectl.generate`, which compiles the statements. Every migration creates the
   views again.
4. Keep a ledger of the step before, and let `tests/storage/test_migrations.py` begin with it.
   Until there is a second step, a step that exists in the tests only proves all this
   (`tests/storage/next_step.py`).
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql

if TYPE_CHECKING:
    import sqlite3


def migrate_ledger(db: sqlite3.Connection) -> None:
    """Migrate a ledger to this schema step, inside the transaction of a writing command.

    The step is read under the lock, as another command may have migrated the ledger before.
    """
    (step,) = db.execute("PRAGMA user_version").fetchone()
    if step == sql.SCHEMA_STEP:
        return
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.MIGRATIONS[later]:
            db.execute(statement)
    views = [statement for statement in sql.SCHEMA if statement.startswith("CREATE VIEW")]
    for view in reversed(views):
        db.execute(f"DROP VIEW IF EXISTS {view.split()[2]}")
    for view in views:
        db.execute(view)
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
