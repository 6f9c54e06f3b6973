"""The other sides of imported promises: people whom the ledger knows, and new ones."""

from __future__ import annotations

from contextlib import contextmanager, suppress

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import people
from promisectl.domain.near_names import NearNameIndex

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promisectl.domain.people import Newcomer, Person
    from promisectl.records.imported_promise import ImportedPromise


class Counterparties:
    """The other sides of the imported promises: people of the ledger, and new ones.

    `me` is my name in the config, `highest_id` the highest ID of a person in the ledger; `new`: a
    name that looks like a known one is new nevertheless.
    """

    def __init__(
        self, me: str | None, people_here: list[Person], highest_id: int, *, new: bool
    ) -> None:
        self._me = me
        self._people = people.NameIndex(people_here)
        self._people_here = people_here
        self._new = new
        self._near_names: NearNameIndex | None = None
        self._highest_id = highest_id
        self._newcomers: dict[str, tuple[int, Newcomer]] = {}
        self._found: dict[tuple[str, str | None], Person | Newcomer | None] = {}

    def find_counterparty(self, imported: ImportedPromise) -> Person | Newcomer | None:
        """Return the other side; None for a promise to oneself. Raises BadRecord."""
        key = (imported.person, imported.person_name)
        if key not in self._found:
            is_me = people.is_me(imported.person)
            self._found[key] = None if is_me else self._match_person(*key)
        return self._found[key]

    def is_counterparty(self, imported: ImportedPromise, handle: str) -> bool:
        """Whether the other side of a record has that handle here, or may have it."""
        if people.is_me(imported.person):
            return handle == people.ME_HANDLE
        with suppress(errors.AmbiguousPerson):
            person = self._people.find_exact_person(imported.person)
            return person is not None and person.handle == handle
        return True

    def _match_person(self, name: str, display: str | None) -> Person | Newcomer:
        """Return a person by their exact name, or a new one. Raises BadRecord for a near miss."""
        with _blame_column("person"):
            person = self._people.find_exact_person(name)
            newcomer = people.parse_newcomer(name)
        if not person and not self._new:
            self._near_names = self._near_names or NearNameIndex(self._people_here)
            self._refuse_near_miss(name, self._near_names.list_near_people(name))
        with _blame_column("person_name"):
            shown = people.parse_newcomer(display or newcomer.name, self._me).name
        return person or newcomer._replace(name=shown)

    def _refuse_near_miss(self, name: str, near: Sequence[Person]) -> None:
        if near:
            handles = " or ".join(other.handle for other in near)
            raise errors.BadRecord(
                f"“{name}” looks like {handles}; type that, or add --new if it is somebody else",
                "person",
            )

    def number_newcomer(self, newcomer: Newcomer) -> tuple[int, Newcomer]:
        """Return a new person with the ID they will have, the same one for the same handle."""
        if newcomer.handle not in self._newcomers:
            number = self._highest_id + len(self._newcomers) + 1
            self._newcomers[newcomer.handle] = number, newcomer
        return self._newcomers[newcomer.handle]


@contextmanager
def _blame_column(column: str) -> Iterator[None]:
    """Turn a Problem raised inside into a BadRecord of this column."""
    try:
        yield
    except errors.Problem as problem:
        raise errors.BadRecord(problem.clause, column, advice=problem.advice) from problem
