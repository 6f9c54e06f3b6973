"""People: their handles, names and aliases, and how a typed name finds one.

The module imports nothing that is slow to load: views look for people here.
"""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.domain import constants

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

ME_HANDLE = "me"
_MIN_NEAR_LETTERS = 4  # with one of three letters changed it is another name


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


# Names as they are typed


def is_me(words: str, name: str | None = None) -> bool:
    """Whether a typed name means me: `me`, or my own `name` or its handle."""
    return build_handle(words) in (ME_HANDLE, build_handle(name or ME_HANDLE))


def build_handle(words: str) -> str:
    """Return the handle for a typed name, the same for each spelling of it; it may be empty."""
    if words.isascii():
        return "-".join(words.split()).casefold()
    from promisectl.domain import spelling

    bare = (word.strip(spelling.JOINERS) for word in words.split())
    return "-".join(spelling.fold_text(word) for word in bare if word)


def parse_newcomer(words: str, me: str | None = None) -> Newcomer:
    """Return the handle and display name for a typed name: dana-kim and Dana Kim for “dana kim”.

    `me` is my own name. Raises BadName when the name cannot be a handle, or is mine.
    """
    name, handle = " ".join(words.split()), build_handle(words)
    if not handle:
        raise errors.BadName(words, "it is empty")
    if handle == ME_HANDLE:
        raise errors.BadName(words, "that is you")
    if is_me(words, me):
        raise errors.BadName(words, "that is you (`me` in the config)")
    if len(handle) > constants.MAX_WORD_CHARACTERS:
        raise errors.BadName(
            words, f"at most {constants.MAX_WORD_CHARACTERS} characters are allowed"
        )
    if not _is_readable_handle(handle):
        raise errors.BadName(words, "it needs a letter or a digit, and no control characters")
    if handle.startswith(("-", "?")):
        raise errors.BadName(words, "it can't begin with - or ?")
    if name == name.casefold() and "@" not in name:
        name = capitalize_name(name)
    return Newcomer(handle, compose_text(name))


def compose_text(text: str) -> str:
    """Return a text with its letters and their marks composed (NFC), as names are stored."""
    if text.isascii():
        return text
    from unicodedata import normalize

    return normalize("NFC", text)


def _is_readable_handle(handle: str) -> bool:
    """Whether a handle has a letter or digit, and controls nothing; joiners are in some words."""
    if handle.isascii():
        return handle.isprintable() and any(map(str.isalnum, handle))
    from promisectl.domain import spelling

    return all(
        character.isprintable() or character in spelling.JOINERS for character in handle
    ) and any(character.isalnum() and not spelling.is_invisible(character) for character in handle)


def capitalize_name(name: str) -> str:
    """Return a name with capitals, also after an apostrophe: O'Brien. A genitive is Dana's."""
    return " ".join(
        word[:-1].title() + "s" if word.endswith("'s") else word.title() for word in name.split(" ")
    )


# Who is meant


class NameIndex:
    """The people of a ledger by everything that names them, for one question or for many."""

    def __init__(self, people: Iterable[Person]) -> None:
        self._by_handle: dict[str, list[Person]] = {}
        self._by_name: dict[str, list[Person]] = {}
        for person in people:
            self.add_person(person)

    def add_person(self, person: Person) -> None:
        """Add a person, who is found from now on unless they were merged into another one."""
        if person.merged_into is not None:
            return
        for handle in {build_handle(text) for text in (person.handle, *person.aliases)}:
            self._by_handle.setdefault(handle, []).append(person)
        if person.known:
            for name in {build_handle(person.name), build_handle(person.handle)}:
                self._by_name.setdefault(name, []).append(person)

    def find_exact_person(self, name: str) -> Person | None:
        """Return the person with that handle, alias or display name, in any spelling, or None.

        Raises AmbiguousPerson when several people share it.
        """
        handle = build_handle(name)
        matches = self._by_handle.get(handle) or self._by_name.get(handle) or []
        if len(matches) > 1:
            # Old ledgers may have one name in two spellings.
            typed = "-".join(name.split()).casefold()
            matches = [
                person for person in matches if typed in (person.handle, *person.aliases)
            ] or matches
        if len(matches) > 1:
            raise errors.AmbiguousPerson(name, [person.handle for person in matches])
        return matches[0] if matches else None


def find_exact_person(name: str, people: Sequence[Person]) -> Person | None:
    """Return the person with that handle, alias or display name, in any spelling, or None.

    Raises AmbiguousPerson when several people share it.
    """
    return NameIndex(people).find_exact_person(name)


def find_person(name: str, people: Sequence[Person]) -> Person:
    """Return the person with that handle, alias or name, or the only one whose it begins.

    Where nobody has it as it is typed, marks don't count: “zoe” is Zoë. Raises AmbiguousPerson
    when several people match, NoPerson when nobody does.
    """
    person = find_exact_person(name, people)
    if person:
        return person
    known = list_known_people(people)
    matches = (
        [other for other in known if _has_name_without_marks(name, other)]
        or list_people_by_beginning(name, known)
        or [other for other in known if _is_name_beginning(name, other, plain_name)]
    )
    if len(matches) > 1:
        raise errors.AmbiguousPerson(name, [other.handle for other in matches])
    if not matches:
        raise errors.NoPerson(name, [other.handle for other in list_near_people(name, people)])
    return matches[0]


def list_people_by_beginning(name: str, people: Iterable[Person]) -> list[Person]:
    """Return the known people whose handle, alias or name begins with a text; marks count."""
    return [
        person
        for person in list_known_people(people)
        if _is_name_beginning(name, person, fold_name)
    ]


def list_near_people(name: str, people: Sequence[Person]) -> list[Person]:
    """Return the known people that a new name may mean.

    Their handle, alias or name begins with it, or is one letter different, or they have the same
    first name; marks don't count. `near_names` answers the same for many names.
    """
    handle = plain_name(build_handle(name))
    return [
        person
        for person in list_known_people(people)
        if _is_name_beginning(name, person, plain_name) or _is_near_name(handle, person)
    ]


def list_known_people(people: Iterable[Person]) -> list[Person]:
    """Return the people with promises of their own that are not void."""
    return [person for person in people if person.known and person.merged_into is None]


def fold_name(name: str) -> str:
    """Return a name for comparison, with single spaces, the same for each spelling of it."""
    name = " ".join(name.split())
    if name.isascii():
        return name.casefold()
    from promisectl.domain import spelling

    return spelling.fold_text(name)


def plain_name(name: str) -> str:
    """Return a name for comparison, with single spaces and without marks."""
    name = " ".join(name.split())
    if name.isascii():
        return name.casefold()
    from promisectl.domain import spelling

    return spelling.fold_for_search(name)


def list_people_without_marks(name: str, people: Iterable[Person]) -> list[Person]:
    """Return the known people who have a name that is typed without any of its marks."""
    if plain_name(name) != fold_name(name):
        return []
    return [person for person in list_known_people(people) if _has_name_without_marks(name, person)]


def _has_name_without_marks(name: str, person: Person) -> bool:
    wanted = plain_name(name).replace(" ", "-")
    texts = (person.handle, person.name, *person.aliases)
    return bool(wanted) and wanted in [plain_name(text).replace(" ", "-") for text in texts]


def _is_name_beginning(name: str, person: Person, fold: Callable[[str], str]) -> bool:
    wanted = fold(name)
    return bool(wanted) and any(
        fold(text).startswith(wanted) for text in (person.handle, person.name, *person.aliases)
    )


def _is_near_name(handle: str, person: Person) -> bool:
    """Whether a new handle is one letter different from a person's, or has their first name."""
    handles = map(plain_name, (person.handle, *person.aliases))
    return any(is_near_handle(handle, other) for other in handles) or (
        handle.partition("-")[0] in list_first_names(person)
    )


def list_first_names(person: Person) -> tuple[str, str]:
    """Return the first names of a person, by their handle and by their display name."""
    return plain_name(person.handle).partition("-")[0], plain_name(person.name).partition(" ")[0]


def is_near_handle(handle: str, other: str) -> bool:
    """Whether two handles, both without marks, are the same, or one slip makes one the other.

    A slip is a letter too many, too few or wrong, or two neighbours swapped. Nobody mistypes the
    first letter of a name, and short names that differ in one letter are two names.
    """
    if handle == other:
        return True
    shorter, longer = sorted((handle, other), key=len)
    if len(shorter) < _MIN_NEAR_LETTERS or shorter[0] != longer[0]:
        return False
    same = 0
    while same < len(shorter) and shorter[same] == longer[same]:
        same += 1
    rest, other_rest = shorter[same:], longer[same:]
    if len(rest) < len(other_rest):
        return rest == other_rest[1:]
    is_swapped = rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:]
    return len(rest) == len(other_rest) and (is_swapped or rest[1:] == other_rest[1:])
