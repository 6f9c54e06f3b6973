"""People: their handles, names and aliases, their merges, and how a typed name finds one."""

from __future__ import annotations

from enum import StrEnum

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ME_HANDLE = "me"
_MAX_NEAR_EDITS = 2  # of letters, between a new name and a known one that it may mean
_SHORT_NAME_LETTERS = 3


class PersonVerb(StrEnum):
    """What can be recorded about a person."""

    MEET = "meet"
    RENAME = "rename"
    ALIAS = "alias"
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


class Person(NamedTuple):
    """A person in the ledger; `known` is False when they have only void promises left."""

    id: int
    handle: str
    name: str
    aliases: tuple[str, ...] = ()
    merged_into: int | None = None
    known: bool = True


class Newcomer(NamedTuple):
    """A person who is not in the ledger yet."""

    handle: str
    name: str


def replay_person_acts(acts: Iterable[PersonAct]) -> dict[int, Person]:
    """Return the people after `acts` by their IDs, without the undone commands."""
    return PeopleReplay(acts).people


def list_handle_clashes(acts: Iterable[PersonAct]) -> list[tuple[str, str]]:
    """Return each handle that somebody should have got and another had, with the one they got."""
    return PeopleReplay(acts).clashes


def find_undone_person_entries(acts: Iterable[PersonAct]) -> dict[int, int]:
    """Return each undone entry with the entry that undid it, without those redone since."""
    undone: dict[int, int] = {}
    for act in acts:
        if act.verb is PersonVerb.UNDO and act.target is not None:
            undone[act.target] = act.entry
        elif act.verb is PersonVerb.REDO and act.target is not None:
            undone.pop(act.target, None)
    return undone


class PeopleReplay:
    """The people after some acts, by their IDs, and which of their handles were given twice.

    No command gives a name that somebody has. Where the acts do so all the same, as after the row
    of a person was lost, whoever had it first keeps it: the other gets the first handle behind it
    that is free (`dana-2`), and an alias is left out.
    """

    def __init__(self, acts: Iterable[PersonAct] = ()) -> None:
        self.people: dict[int, Person] = {}
        self.clashes: list[tuple[str, str]] = []
        self._owners: dict[str, int] = {}
        all_acts = list(acts)
        undone = find_undone_person_entries(all_acts)
        for act in all_acts:
            if act.verb not in (PersonVerb.UNDO, PersonVerb.REDO) and act.entry not in undone:
                self.apply_act(act)

    def apply_act(self, act: PersonAct) -> None:
        """Carry out an act about a person, which is no undo or redo."""
        handle = act.handle or ""
        if act.verb is PersonVerb.MEET:
            handle = self._claim_handle(handle, act.person)
            self.people[act.person] = Person(act.person, handle, act.name or "")
            return
        person = self.people[act.person]
        if act.verb is PersonVerb.RENAME:
            handle = self._claim_handle(handle or person.handle, person.id)
            aliases = tuple(alias for alias in person.aliases if alias != handle)
            former = (person.handle,) if person.handle != handle else ()
            self.people[person.id] = person._replace(
                handle=handle, name=act.name or person.name, aliases=(*aliases, *former)
            )
        elif act.verb is PersonVerb.ALIAS:
            is_free = self._owners.setdefault(handle, person.id) == person.id
            if is_free and handle not in person.aliases:
                self.people[person.id] = person._replace(aliases=(*person.aliases, handle))
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


def is_me(words: str, name: str | None = None) -> bool:
    """Whether a typed name means me: `me`, or my own `name` or its handle."""
    return _build_handle(words) in (ME_HANDLE, _build_handle(name or ME_HANDLE))


def _build_handle(words: str) -> str:
    return "-".join(words.split()).casefold()


def parse_newcomer(words: str) -> Newcomer:
    """Return the handle and display name for a typed name: dana-kim and Dana Kim for “dana kim”.

    Raises BadName when the name cannot be a handle.
    """
    name, handle = " ".join(words.split()), _build_handle(words)
    if not handle:
        raise errors.BadName(words, "it is empty")
    if handle == ME_HANDLE:
        raise errors.BadName(words, "that is you")
    if len(handle) > constants.MAX_WORD_CHARACTERS:
        raise errors.BadName(words, f"{constants.MAX_WORD_CHARACTERS} characters are the most")
    if not handle.isprintable() or not any(character.isalnum() for character in handle):
        raise errors.BadName(words, "it needs a letter or a digit, and no control characters")
    if handle.startswith(("-", "?")):
        raise errors.BadName(words, "it can't begin with that sign")
    if name == name.casefold() and "@" not in name:
        name = capitalize_name(name)
    return Newcomer(handle, name)


def capitalize_name(name: str) -> str:
    """Return a name with capitals, also after an apostrophe: O'Brien. A genitive is Dana's."""
    return " ".join(
        word[:-1].title() + "s" if word.endswith("'s") else word.title() for word in name.split(" ")
    )


def find_exact_person(name: str, people: Sequence[Person]) -> Person | None:
    """Return the person with that handle, alias or display name, in any case; None without one.

    Raises AmbiguousPerson when several people share that display name.
    """
    wanted, handle = " ".join(name.split()).casefold(), _build_handle(name)
    unmerged = [person for person in people if person.merged_into is None]
    for person in unmerged:
        if handle == person.handle.casefold() or handle in map(str.casefold, person.aliases):
            return person
    matches = [
        person
        for person in unmerged
        if person.known
        and wanted in (person.name.casefold(), person.handle.casefold().replace("-", " "))
    ]
    if len(matches) > 1:
        raise errors.AmbiguousPerson(name, [person.handle for person in matches])
    return matches[0] if matches else None


def find_person(name: str, people: Sequence[Person]) -> Person:
    """Return the person with that handle, alias or name, or the only one whose it begins.

    Raises AmbiguousPerson when several people match, NoPerson when nobody does.
    """
    person = find_exact_person(name, people)
    if person:
        return person
    matches = [other for other in _list_known_people(people) if _is_name_beginning(name, other)]
    if len(matches) > 1:
        raise errors.AmbiguousPerson(name, [other.handle for other in matches])
    if not matches:
        raise errors.NoPerson(name, [other.handle for other in list_near_people(name, people)])
    return matches[0]


def list_near_people(name: str, people: Sequence[Person]) -> list[Person]:
    """Return the known people that a new name may mean.

    Their handle, alias or name begins with it, is a few letters different, or they have the same
    first name.
    """
    return [
        person
        for person in _list_known_people(people)
        if _is_name_beginning(name, person) or _is_near_name(_build_handle(name), person)
    ]


def _list_known_people(people: Sequence[Person]) -> list[Person]:
    return [person for person in people if person.known and person.merged_into is None]


def _is_name_beginning(name: str, person: Person) -> bool:
    wanted = " ".join(name.split()).casefold()
    return bool(wanted) and any(
        text.casefold().startswith(wanted) for text in (person.handle, person.name, *person.aliases)
    )


def _is_near_name(handle: str, person: Person) -> bool:
    """Whether a new handle is a few letters different from a person's, or has their first name."""
    known_handle = person.handle.casefold()
    for other in (known_handle, *person.aliases):
        shorter = min(len(handle), len(other))
        # With two of three letters changed it is another name.
        allowed = _MAX_NEAR_EDITS if shorter > _SHORT_NAME_LETTERS else min(1, shorter - 1)
        if count_edits(handle, other) <= allowed:
            return True
    first_names = (known_handle.partition("-")[0], person.name.casefold().split(maxsplit=1)[0])
    return handle.partition("-")[0] in first_names


def count_edits(text: str, other: str) -> int:
    """Return in how many steps one text becomes the other.

    It is Levenshtein's distance with the swap of two neighbours as one step (optimal string
    alignment). Texts whose lengths differ by three or more are not compared and count 3.
    """
    if abs(len(text) - len(other)) > _MAX_NEAR_EDITS:
        return _MAX_NEAR_EDITS + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(text, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and text[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]
