"""The schema of a ledger: repairs of its indexes, triggers and views."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.storage.integrity import checks

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection


def repair_schema_parts(db: sqlite3.Connection, foreign_kinds: Collection[str] = ()) -> list[str]:
    """Do what `doctor --fix` does to indexes, triggers and views, and return what was done.

    `foreign_kinds` are the kinds of parts of other programs that are dropped as triggers are.
    Raises IntegrityError of SQLite when two rows have the same key.
    """
    db.execute("REINDEX")
    return recreate_schema_parts(db, foreign_kinds)


def recreate_schema_parts(db: sqlite3.Connection, foreign_kinds: Collection[str] = ()) -> list[str]:
    """Recreate missing and altered parts of the schema, and drop triggers of other programs."""
    damaged, extra = checks.compare_schema(db)
    foreign_parts = [part for part in extra if part.kind in ("trigger", *foreign_kinds)]
    foreign_parts.sort(key=lambda part: part.kind == "table")  # its indexes and triggers go first
    for part in (*foreign_parts, *damaged):
        name = part.name.replace('"', '""')
        db.execute(f'DROP {part.kind} IF EXISTS "{name}"')
    for statement in sql.SCHEMA:
        if checks.parse_schema_part(statement) in damaged:
            db.execute(statement)
    return [
        *(f"{part} was removed" for part in foreign_parts),
        *(f"{part} was rebuilt" for part in damaged),
    ]
