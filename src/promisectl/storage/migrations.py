"""Ledgers of earlier schema steps: brought up to this one by the first command that writes, and read as they are until then.

How a step is added, once a version with the step before it has been released:

1. `python -m tests.storage.life` keeps a ledger of the step before, as `tests/storage/step-N.sql`, if it is not kept yet.
2. In `storage/tables.py` the tables are declared as they are to be, `SCHEMA_STEP` goes up by one, and `UPGRADES` names the tables and
   indexes that are new. What is new is a table or an index: a column would be lacking for all who look before the first move, so it
   goes into a table of its own, beside the one that it is about. A condition that every row fulfils already may be worded otherwise:
   `REWORDED` has it as it was and as it is.
3. `python -m promisectl.generate` writes the statements down; the views are made anew by every upgrade.
4. `python -m tests.storage.life` keeps a ledger of the new step. `tests/storage/test_migrations.py` sees that there is one of each step,
   that each can be read as it is, and that a move makes of it what a new ledger is, with every record as it was.
"""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping


def migrate_ledger(db: sqlite3.Connection) -> None:
    """Bring a ledger of an earlier schema step up to this one, inside the transaction of the command that writes.

    Its step is read again here, where nobody else can write: whoever waited for others may find their work done.
    """
    (step,) = db.execute("PRAGMA user_version").fetchone()
    if step == sql.SCHEMA_STEP:
        return
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.MIGRATIONS.get(later, ()):
            db.execute(statement)
        _reword_conditions(db, sql.MIGRATION_REWORDINGS.get(later, {}))
    for view in reversed(sql.VIEWS):
        db.execute(f"DROP VIEW IF EXISTS {view}")
    for statement in sql.SCHEMA:
        if statement.startswith("CREATE VIEW"):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")


def _reword_conditions(db: sqlite3.Connection, wordings: Mapping[str, str]) -> None:
    """Word conditions of tables and indexes otherwise, where they stand. No row is touched, as they say the same.

    SQLite's documentation of ALTER TABLE has this way for what does not change what is on the disk. That other connections have to read
    the schema again is said by the views that are made next.
    """
    if wordings:
        db.execute("PRAGMA writable_schema = ON")
        db.executemany(
            "UPDATE sqlite_schema SET sql = replace(sql, ?, ?) WHERE type IN ('table', 'index')",
            wordings.items(),
        )
        db.execute("PRAGMA writable_schema = RESET")


def reword_statement(text: str, step: int) -> str:
    """A statement of the schema as it was made at a step, in the words of today."""
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for then, now in sql.MIGRATION_REWORDINGS.get(later, {}).items():
            text = text.replace(then, now)
    return text


def create_missing_temp_tables(db: sqlite3.Connection) -> None:
    """Lend a ledger of an earlier schema step the tables it lacks, empty and only for this look at it, so that it reads like a new one."""
    (step,) = db.execute("PRAGMA user_version").fetchone()
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.MIGRATIONS.get(later, ()):
            if statement.startswith("CREATE TABLE"):
                db.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
