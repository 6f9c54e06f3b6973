"""Ledgers of earlier schema steps: brought up to this one by the first command that writes, and read as they are until then."""

import sqlite3

from promisectl.compiled import sql


def needed(db: sqlite3.Connection) -> bool:
    """Whether the ledger is of an earlier schema step."""
    (step,) = db.execute("PRAGMA user_version").fetchone()
    return bool(step < sql.SCHEMA_STEP)


def upgrade(db: sqlite3.Connection) -> None:
    """Bring a ledger of an earlier schema step up to this one, inside the transaction of the command that writes."""
    (step,) = db.execute("PRAGMA user_version").fetchone()
    if step == sql.SCHEMA_STEP:
        return
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.UPGRADES[later]:
            db.execute(statement)
    for view in reversed(sql.VIEWS):
        db.execute(f"DROP VIEW IF EXISTS {view}")
    for statement in sql.SCHEMA:
        if statement.startswith("CREATE VIEW"):
            db.execute(statement)
    db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")


def lend(db: sqlite3.Connection) -> None:
    """Lend a ledger of an earlier schema step the tables it lacks, empty and only for this look at it, so that it reads like a new one."""
    (step,) = db.execute("PRAGMA user_version").fetchone()
    for later in range(step + 1, sql.SCHEMA_STEP + 1):
        for statement in sql.UPGRADES[later]:
            if statement.startswith("CREATE TABLE"):
                db.execute(statement.replace("CREATE TABLE", "CREATE TEMP TABLE", 1))
