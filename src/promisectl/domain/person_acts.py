"""What is recorded about people, and who they are after it."""

from __future__ import annotations

from enum import StrEnum

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import lifecycle
from promisectl.domain.people import Person

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime


class PersonVerb(StrEnum):
    """What can be recorded about a person."""

    MEET = "meet"
    RENAME = "rename"
    ALIAS = "alias"
    UNALIAS = "unalias"
    MERGE = "merge"
    UNDO = "undo"
    REDO = "redo"


class PersonAct(NamedTuple):
    """Something recorded about a person: a first meeting, another name, or a merge.

    `number` is its position in the journal, `entry` the number of the command that recorded it,
    `target` the entry that an undo or redo is about, `into` the person of a merge who remains.
    """

    verb: PersonVerb
    person: int
    at: datetime
    recorded_at: datetime
    number: int = 0
    entry: int = 0
    handle: str | None = None
    name: str | None = None
    into: int | None = None
    target: int | None = None


def replay_person_acts(acts: Iterable[PersonAct]) -> dict[int, Person]:
    """Return the people after `acts` by their IDs, without the undone commands."""
    return PeopleReplay(acts).people


def list_handle_clashes(acts: Iterable[PersonAct]) -> list[tuple[str, str]]:
    """Return each handle that somebody should have got and another had, with the one they got."""
    return PeopleReplay(acts).clashes


class PeopleReplay:
    """The people after some acts, by their IDs, and which of their handles were given twice.

    No command gives a name that somebody has. Where the acts do so all the same, as after the row
    of a person was lost, whoever had it first keeps it: the other gets the first handle behind it
    that is free (`dana-2`), and an alias is left out. An act about somebody who was merged before
    changes nothing.
    """

    def __init__(self, acts: Iterable[PersonAct] = ()) -> None:
        self.people: dict[int, Person] = {}
        self.clashes: list[tuple[str, str]] = []
        self._owners: dict[str, int] = {}
        all_acts = list(acts)
        undone = lifecycle.find_undone_entries(all_acts)
        for act in all_acts:
            if act.verb not in (PersonVerb.UNDO, PersonVerb.REDO) and act.entry not in undone:
                self.apply_act(act)

    def apply_act(self, act: PersonAct) -> None:
        """Carry out an act about a person, other than undo and redo."""
        handle = act.handle or ""
        if act.verb is PersonVerb.MEET:
            handle = self._claim_handle(handle, act.person)
            self.people[act.person] = Person(act.person, handle, act.name or "")
            return
        person = self.people[act.person]
        if person.merged_into is not None:
            return
        if act.verb is PersonVerb.RENAME:
            handle = self._claim_handle(handle or person.handle, person.id)
            aliases = tuple(alias for alias in person.aliases if alias != handle)
            former = (person.handle,) if person.handle != handle else ()
            self.people[person.id] = person._replace(
                handle=handle, name=act.name or person.name, aliases=(*aliases, *former)
            )
        elif act.verb is PersonVerb.ALIAS:
            is_free = self._owners.setdefault(handle, person.id) == person.id
            if is_free and handle not in (person.handle, *person.aliases):
                self.people[person.id] = person._replace(aliases=(*person.aliases, handle))
        elif act.verb is PersonVerb.UNALIAS:
            if handle in person.aliases:
                self._owners.pop(handle, None)
            aliases = tuple(alias for alias in person.aliases if alias != handle)
            self.people[person.id] = person._replace(aliases=aliases)
        elif act.into is not None:
            self._merge_people(person, self.people[act.into])

    def _claim_handle(self, wanted: str, number: int) -> str:
        """Return the handle that a person gets who should have `wanted`."""
        handle, copy = wanted, 1
        while self._owners.setdefault(handle, number) != number:
            copy += 1
            handle = f"{wanted}-{copy}"
        if handle != wanted:
            self.clashes.append((wanted, handle))
        return handle

    def _merge_people(self, person: Person, into: Person) -> None:
        other = self.people[into.merged_into or into.id]
        if other.id == person.id:
            return
        aliases = (*other.aliases, person.handle, *person.aliases)
        self._owners |= dict.fromkeys(aliases, other.id)
        self.people[other.id] = other._replace(aliases=aliases)
        for merged in list(self.people.values()):
            if person.id in (merged.id, merged.merged_into):
                self.people[merged.id] = merged._replace(merged_into=other.id, aliases=())
