"""Who the people are: handles, names, aliases, two that turned out to be one, and which known name a word means."""

from __future__ import annotations

from enum import StrEnum

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

ME_HANDLE = "me"
_MAX_LETTERS_APART = 2  # letters apart that make a near miss
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
    """Something that was recorded about a person: a first meeting, another name, or that they are `into`."""

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
    """Somebody in the ledger. `known` is False once nothing but void promises is left of them."""

    id: int
    handle: str
    name: str
    aliases: tuple[str, ...] = ()
    merged_into: int | None = None
    known: bool = True


class Newcomer(NamedTuple):
    """Somebody the ledger has not met yet."""

    handle: str
    name: str


def replay_person_acts(acts: Iterable[PersonAct]) -> dict[int, Person]:
    """The people that `acts` add up to, by number, without the commands that were taken back."""
    said = list(acts)
    taken: set[int | None] = set()
    for act in said:
        if act.verb is PersonVerb.UNDO:
            taken.add(act.target)
        elif act.verb is PersonVerb.REDO:
            taken.discard(act.target)
    people: dict[int, Person] = {}
    for act in said:
        if act.verb not in (PersonVerb.UNDO, PersonVerb.REDO) and act.entry not in taken:
            _apply_person_act(people, act)
    return people


def _apply_person_act(people: dict[int, Person], act: PersonAct) -> None:
    if act.verb is PersonVerb.MEET:
        people[act.person] = Person(act.person, act.handle or "", act.name or "")
        return
    one = people[act.person]
    if act.verb is PersonVerb.RENAME:
        aliases = tuple(alias for alias in one.aliases if alias != act.handle)
        former = (one.handle,) if one.handle != act.handle else ()
        people[one.id] = one._replace(
            handle=act.handle or one.handle, name=act.name or one.name, aliases=(*aliases, *former)
        )
    elif act.verb is PersonVerb.ALIAS:
        people[one.id] = one._replace(aliases=(*one.aliases, act.handle or ""))
    elif act.into is not None:
        other = people[act.into]
        people[other.id] = other._replace(aliases=(*other.aliases, one.handle, *one.aliases))
        for merged in [
            person for person in people.values() if one.id in (person.id, person.merged_into)
        ]:
            people[merged.id] = merged._replace(merged_into=other.id, aliases=())


def is_me(words: str, name: str | None = None) -> bool:
    """Whether a name as it was typed means myself: `me`, or my own `name` or its handle."""
    return _build_handle(words) in (ME_HANDLE, _build_handle(name or ME_HANDLE))


def _build_handle(words: str) -> str:
    return "-".join(words.split()).casefold()


def parse_newcomer(words: str) -> Newcomer:
    """The handle and display name for a name as it was typed: “Dana Kim” is dana-kim, Dana Kim. Raises BadName."""
    name, handle = " ".join(words.split()), _build_handle(words)
    if not handle:
        raise errors.BadName(words, "it is empty")
    if handle == ME_HANDLE:
        raise errors.BadName(words, "that is you")
    if len(handle) > constants.MAX_WORD_CHARACTERS:
        raise errors.BadName(words, f"{constants.MAX_WORD_CHARACTERS} characters are the most")
    if not any(letter.isalnum() for letter in handle) or not all(
        letter.isprintable() for letter in handle
    ):
        raise errors.BadName(words, "it needs a letter or a digit, and no control characters")
    if handle.startswith(("-", "?")):
        raise errors.BadName(words, "it can't begin with that sign")
    return Newcomer(
        handle, _capitalize_name(name) if name == name.casefold() and "@" not in name else name
    )


def _capitalize_name(name: str) -> str:
    """Every word with a capital, and after an apostrophe too, but for the one of a genitive: O'Brien, Dana's."""
    return " ".join(
        word[:-1].title() + "s" if word.endswith("'s") else word.title() for word in name.split(" ")
    )


def find_exact_person(name: str, people: Sequence[Person]) -> Person | None:
    """Whoever has that handle, alias or display name, in any case; None if there is nobody, Ambiguous if several share a display name."""
    wanted, handle = " ".join(name.split()).casefold(), _build_handle(name)
    here = [person for person in people if person.merged_into is None]
    for person in here:
        if handle == person.handle.casefold() or (
            person.aliases and handle in map(str.casefold, person.aliases)
        ):
            return person
    named = [
        person
        for person in here
        if person.known
        and wanted in (person.name.casefold(), person.handle.casefold().replace("-", " "))
    ]
    if len(named) > 1:
        raise errors.AmbiguousPerson(name, [person.handle for person in named])
    return named[0] if named else None


def find_person(name: str, people: Sequence[Person]) -> Person:
    """The person a word means: exactly, or as the beginning of one handle, alias or name. Raises AmbiguousPerson and NoPerson."""
    person = find_exact_person(name, people)
    if person:
        return person
    begun = [other for other in _list_known_people(people) if _is_name_beginning(name, other)]
    if len(begun) > 1:
        raise errors.AmbiguousPerson(name, [other.handle for other in begun])
    if not begun:
        raise errors.NoPerson(name, [other.handle for other in list_near_people(name, people)])
    return begun[0]


def list_near_people(name: str, people: Sequence[Person]) -> list[Person]:
    """Known people that a new name might mean: begun alike, two letters apart at the most, or with the same first name."""
    handle = _build_handle(name)
    first = handle.split("-")[0]
    return [
        person
        for person in _list_known_people(people)
        if _is_name_beginning(name, person)
        or any(
            _count_edits(handle, other) <= _count_allowed_edits(handle, other)
            for other in (person.handle.casefold(), *person.aliases)
        )
        or first in (person.handle.casefold().split("-")[0], person.name.casefold().split()[0])
    ]


def _list_known_people(people: Sequence[Person]) -> list[Person]:
    return [person for person in people if person.known and person.merged_into is None]


def _is_name_beginning(name: str, person: Person) -> bool:
    wanted = " ".join(name.split()).casefold()
    return bool(wanted) and any(
        text.casefold().startswith(wanted) for text in (person.handle, person.name, *person.aliases)
    )


def _count_allowed_edits(one: str, other: str) -> int:
    """Two letters, one in a name of three or fewer: with two of three letters changed it is another name."""
    shorter = min(len(one), len(other))
    return _MAX_LETTERS_APART if shorter > _SHORT_NAME_LETTERS else min(1, shorter - 1)


def _count_edits(one: str, other: str) -> int:
    """Levenshtein's distance, with a swap of two neighbours as one step (optimal string alignment)."""
    if abs(len(one) - len(other)) > _MAX_LETTERS_APART:
        return _MAX_LETTERS_APART + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]
