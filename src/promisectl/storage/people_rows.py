"""The rows of people, told again from what was recorded about them."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import people
from promisectl.storage import codec

if TYPE_CHECKING:
    import sqlite3


def fetch_highest_person_id(db: sqlite3.Connection) -> int:
    """The highest number that anybody ever had: whoever is entered next has the one after it."""
    number: int = db.execute(sql.HIGHEST_PERSON_ID).fetchone()[0]
    return number


def rebuild_person_rows(db: sqlite3.Connection) -> dict[int, people.Person]:
    """The rows of all people as what was recorded about them leaves them."""
    folded = people.replay_person_acts(
        codec.decode_person_act(row) for row in db.execute(sql.ACTS_OF_PEOPLE)
    )
    db.execute(sql.DELETE_ALIASES)
    db.execute(sql.CLEAR_HANDLES)
    for person in folded.values():
        columns = {"handle": person.handle, "name": person.name, "merged_into": person.merged_into}
        db.execute(sql.UPDATE_PERSON, {**columns, "person": person.id})
        db.executemany(
            sql.ADD_ALIAS, [{"alias": alias, "person": person.id} for alias in person.aliases]
        )
    return folded
