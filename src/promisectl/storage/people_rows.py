"""The rows of people, which follow from the acts about them."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.compiled import sql
from promisectl.domain import people
from promisectl.storage import codec, connection, queries

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable

    from promisectl.domain.people import Person, PersonAct


def load_person_acts(db: sqlite3.Connection) -> list[PersonAct]:
    """Return all acts about people, in order. Raises DamagedContent."""
    return [codec.decode_person_act(row) for row in db.execute(sql.ACTS_OF_PEOPLE)]


def fetch_highest_person_id(db: sqlite3.Connection) -> int:
    """Return the highest number that any person ever had; the next person gets the one after."""
    number: int = db.execute(sql.HIGHEST_PERSON_OF_ACTS, {}).fetchone()[0]
    return number


def replay_people(acts: Iterable[PersonAct]) -> dict[int, Person]:
    """Return the people as the stored acts about them leave them. Raises DamagedContent."""
    with codec.refuse_damage("what was said of people"):
        return people.replay_person_acts(acts)


def load_checked_people(db: sqlite3.Connection) -> list[Person]:
    """Return all people in the ledger, for a command that writes.

    Raises DamagedContent when the rows are not what the acts about people give: somebody would be
    met twice, or taken for another.
    """
    stored = queries.load_people(db)
    replayed = replay_people(load_person_acts(db))
    if list(map(_list_names, stored)) != sorted(map(_list_names, replayed.values())):
        raise errors.DamagedContent("The ledger", "people are not as they were named")
    return stored


def _list_names(person: Person) -> tuple[int, str, str, int | None, list[str]]:
    return person.id, person.handle, person.name, person.merged_into, sorted(person.aliases)


def write_people(
    db: sqlite3.Connection, everybody: Iterable[Person], statement: str = sql.ADD_PERSON_WITH_ID
) -> None:
    """Write the rows of people by a statement, and insert those of their aliases."""
    for person in everybody:
        columns = {"handle": person.handle, "name": person.name, "merged_into": person.merged_into}
        connection.write_row(db, statement, {**columns, "person": person.id})
        for alias in person.aliases:
            connection.write_row(db, sql.ADD_ALIAS, {"alias": alias, "person": person.id})


def rebuild_person_rows(db: sqlite3.Connection) -> dict[int, Person]:
    """Update the rows of all people from the acts about them, and return the people by number.

    Raises DamagedContent.
    """
    replayed = replay_people(load_person_acts(db))
    db.execute(sql.DELETE_ALIASES)
    db.execute(sql.CLEAR_HANDLES)
    write_people(db, replayed.values(), sql.UPDATE_PERSON)
    return replayed
