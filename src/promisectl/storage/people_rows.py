"""The rows of people, rebuilt from the acts about them."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import people
from promisectl.storage import codec, connection

if TYPE_CHECKING:
    import sqlite3


def fetch_highest_person_id(db: sqlite3.Connection) -> int:
    """Return the highest number that any person ever had; the next person gets the one after."""
    number: int = db.execute(sql.HIGHEST_PERSON_ID).fetchone()[0]
    return number


def rebuild_person_rows(db: sqlite3.Connection) -> dict[int, people.Person]:
    """Rebuild the rows of all people from the acts about them, and return the people by number."""
    replayed = people.replay_person_acts(
        codec.decode_person_act(row) for row in db.execute(sql.ACTS_OF_PEOPLE)
    )
    db.execute(sql.DELETE_ALIASES)
    db.execute(sql.CLEAR_HANDLES)
    for person in replayed.values():
        columns = {"handle": person.handle, "name": person.name, "merged_into": person.merged_into}
        connection.write_row(db, sql.UPDATE_PERSON, {**columns, "person": person.id})
        for alias in person.aliases:
            connection.write_row(db, sql.ADD_ALIAS, {"alias": alias, "person": person.id})
    return replayed
