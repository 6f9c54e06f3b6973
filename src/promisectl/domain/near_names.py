"""The people that new names may mean, for many names: few of the known people are compared."""

from __future__ import annotations

from bisect import bisect_left

from promisectl._typing import TYPE_CHECKING
from promisectl.domain import people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promisectl.domain.people import Person

_COMPARED_CHARACTERS = 12  # of the beginning of a handle, so that long ones take little memory
_LAST_CHARACTER = "\U0010ffff"


class NearNameIndex:
    """The known people among `everybody`, to answer `people.list_near_people` many times.

    Two handles that are one step apart have a common text left when up to one letter is taken
    out of either; that also holds for their beginnings. So people are found by what is left of
    their handles and aliases.
    Source: W. Garbe, Symmetric Delete spelling correction (2012).
    """

    def __init__(self, everybody: Iterable[Person]) -> None:
        self._people = people.list_known_people(everybody)
        self._beginnings: list[tuple[str, int]] = []
        self._first_names: dict[str, list[int]] = {}
        self._shortened: dict[str, list[tuple[str, int]]] = {}
        for index, person in enumerate(self._people):
            self._add_person(index, person)
        self._beginnings.sort()

    def _add_person(self, index: int, person: Person) -> None:
        handles = [people.plain_name(text) for text in (person.handle, *person.aliases)]
        texts = [*handles, people.plain_name(person.name)]
        self._beginnings += [(text, index) for text in texts]
        for first_name in people.list_first_names(person):
            self._first_names.setdefault(first_name, []).append(index)
        for handle in handles:
            for text in shorten_handle(handle):
                self._shortened.setdefault(text, []).append((handle, index))

    def list_near_people(self, name: str) -> list[Person]:
        """Return the known people that a new name may mean, as `people.list_near_people` does."""
        wanted, handle = people.plain_name(name), people.plain_name(people.build_handle(name))
        found = set(self._first_names.get(handle.partition("-")[0], ()))
        if wanted:
            first = bisect_left(self._beginnings, (wanted,))
            last = bisect_left(self._beginnings, (wanted + _LAST_CHARACTER,))
            found.update(index for _, index in self._beginnings[first:last])
        candidates = {
            candidate
            for text in shorten_handle(handle)
            for candidate in self._shortened.get(text, ())
        }
        found.update(
            index
            for other, index in candidates
            if index not in found and people.is_near_handle(handle, other)
        )
        return [self._people[index] for index in sorted(found)]


def shorten_handle(handle: str) -> set[str]:
    """Return the beginning of a handle, as it is and with each of its letters taken out."""
    text = handle[:_COMPARED_CHARACTERS]
    return {text, *(text[:i] + text[i + 1 :] for i in range(len(text)))}
