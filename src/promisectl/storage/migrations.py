"""Bring ledgers of earlier schema steps up to this one, by the first command that writes to them.

How a step is added, once a version with the step before it has been released:

1. Declare the tables as they are to be in `storage/tables.py`, raise `SCHEMA_STEP` by one, and name
   the tables and indexes that are new in `MIGRATION_ADDITIONS`. Only a table or an index may be
   new: who looks before the first move would miss a column, so it goes into a table of its own.
2. Have the views and statements do without what is new: until the first move a ledger is read as
   it is.
3. Run `python -m promisectl.generate`, which writes the statements down. Every upgrade makes the
   views anew.
4. Keep a ledger of the step before, and let `tests/storage/test_migrations.py` begin with it.
   Until there is a second step, a step that exists in the tests alone proves all this
   (`tests/storage/next_step.py`).
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql

if TYPE_CHECKING:
    import sqlite3


def migrate_ledger(db: sqlite3.Connection) -> None:
    """Bring a ledger of an earlier schema step up to this one, inside the transaction of the command that writes.

    Its step is read again here, where nobody else can write: whoever waited for others may find their work done.
    """
    (step,) = db.execute("PRAGMA user_version").fetchone()
    if step == sql.SCHEMA_STEP:
        return
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.MIGRATIONS[later]:
            db.execute(statement)
    views = [one for one in sql.SCHEMA if one.startswith("CREATE VIEW")]
    for view in reversed(views):
        db.execute(f"DROP VIEW IF EXISTS {view.split()[2]}")
    for view in views:
        db.execute(view)
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
