"""The other side of a promise: a known person, a newcomer, or one to be asked about."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import people
from promisectl.domain.people import NameIndex, Newcomer, Person
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from promisectl.env import Env

_NEWCOMER_NUMBER = 0  # nobody in the ledger has it
_NEW_WORD = "new"
_FIELDS_OF_OTHER_SIDE = ("asked", "offered", "reply_by", "unsaid")


class KnownPeople:
    """Everybody whom a command may mean: the people of the ledger, and its newcomers so far.

    Their names are looked up in one index, as a page may have thousands of names.
    """

    def __init__(self, known: Iterable[Person]) -> None:
        self._people = [*known]
        self._index = NameIndex(self._people)

    def __iter__(self) -> Iterator[Person]:
        """Iterate over everybody."""
        return iter(self._people)

    def add_newcomer(self, newcomer: Newcomer) -> None:
        """Add somebody who is not in the ledger yet."""
        person = Person(_NEWCOMER_NUMBER, newcomer.handle, newcomer.name)
        self._people.append(person)
        self._index.add_person(person)

    def find_exact_person(self, name: str) -> Person | None:
        """Return the person that `people.find_exact_person` finds. Raises AmbiguousPerson."""
        return self._index.find_exact_person(name)


def load_known_people(env: Env, *, writing: bool = False) -> list[Person]:
    """Return everybody in the ledger; nobody if there is no ledger yet.

    For a command that is `writing`, they are compared with their history. Raises
    DamagedContent.
    """
    with ledger.open_snapshot_or_empty(env.ledger) as db:
        if not writing:
            return queries.load_people(db)
        from promisectl.storage import journal

        return journal.load_checked_people(db)


def find_counterparty(env: Env, name: str) -> Person | None:
    """Return the person that a name or the beginning of one means; None for myself.

    Raises NoPerson, AmbiguousPerson and MyNameTaken.
    """
    return None if is_ledger_owner(env, name) else people.find_person(name, load_known_people(env))


def is_ledger_owner(env: Env, *names: str) -> bool:
    """Whether any of the names means myself: `me`, or my name in the config.

    Raises MyNameTaken if that name is also a person's in the ledger.
    """
    for name in names:
        if (
            not people.is_me(name)
            and people.is_me(name, env.config.me)
            and people.find_exact_person(name, load_known_people(env))
        ):
            raise errors.MyNameTaken(name)
    return any(people.is_me(name, env.config.me) for name in names)


def ensure_one_side(env: Env, to: Sequence[str], from_: Sequence[str]) -> None:
    """Refuse promises with two named sides, as I am one of them.

    Raises MeOnBothSides and NeitherSideMe.
    """
    if to and from_:
        if is_ledger_owner(env, *from_):
            raise errors.MeOnBothSides("--from", "--to")
        if is_ledger_owner(env, *to):
            raise errors.MeOnBothSides("--to", "--from")
        raise errors.NeitherSideMe(from_[0], to[0])


def ensure_fields_fit(env: Env, fields: Mapping[str, Any], spell: Callable[[str], str]) -> None:
    """Refuse fields of `make` that contradict the side or each other.

    `spell` returns the name of a field as it was typed. Raises Contradiction and NoOtherSide.
    """
    asked, offered, reply_by, unsaid = map(spell, _FIELDS_OF_OTHER_SIDE)
    if fields.get("asked") and fields.get("from_"):
        raise errors.Contradiction(
            f"{asked} means that they asked you, so it goes with {spell('to')}.",
            f"Leave it out: {spell('from_')} alone means that you ask.",
        )
    if fields.get("offered") and fields.get("to"):
        raise errors.Contradiction(
            f"{offered} means that they offered it, so it goes with {spell('from_')}.",
            f"Leave it out: {spell('to')} alone means that you offer it.",
        )
    typed = [spell(name) for name in _FIELDS_OF_OTHER_SIDE if fields.get(name)]
    names = (*fields.get("to", ()), *fields.get("from_", ()))
    if typed and is_ledger_owner(env, *names):
        raise errors.NoOtherSide(typed)
    if fields.get("agreed") and fields.get("reply_by"):
        raise errors.Contradiction(
            f"{spell('agreed')} means that they have said yes.", f"Leave out {reply_by}."
        )
    for name in ("agreed", "asked", "offered"):
        if fields.get("unsaid") and fields.get(name):
            raise errors.Contradiction(
                f"{spell(name)} means that they know of it.", f"Leave out {unsaid}."
            )


def resolve_counterparties(
    env: Env, option: str, names: Sequence[str], known: KnownPeople, *, new: bool
) -> list[Person | Newcomer | None]:
    """Return everybody that the `names` after `option` mean, each once, myself as None.

    A newcomer is added to `known`, so that names which follow can mean them. With `new`, a name
    that is like a known one, or like several, is also a newcomer's.
    """
    others: list[Person | Newcomer | None] = []
    for name in names:
        if is_ledger_owner(env, name):
            others.append(None)
            continue
        is_known = new or known.find_exact_person(name)
        for single in [name] if is_known else resolve_group(env, option, name):
            other = resolve_counterparty(env, single, known, new=new)
            if isinstance(other, Newcomer):
                known.add_newcomer(other)
            elif other.id == _NEWCOMER_NUMBER:
                other = Newcomer(other.handle, other.name)
            others.append(other)
    return list(dict.fromkeys(others))


def resolve_group(env: Env, option: str, name: str) -> list[str]:
    """Return the names that a new name stands for, where it looks like several people's.

    At a terminal that is asked. Elsewhere it is one name, and a hint shows what else to type.
    Raises GroupName where the answer is yes, and the name does not tell who they are.
    """
    names = split_if_group(env, name)
    if not names:
        return [name]
    each = [f"{option} {_quote_handle(single)}" for single in names]
    typed = f": {' '.join(each)}" if len(names) > 1 else "."
    if not _ask_if_several(env, name, f"Name each of them{typed}"):
        return [name]
    if len(names) == 1:
        raise errors.GroupName(name, f"Name each of them: {option} dana {option} lee.")
    return names


def ensure_single_person(env: Env, name: str, command: str) -> None:
    """Refuse a new name that means several people, which is asked as in `resolve_group`.

    `command` is the command line with one name after it. Raises GroupName.
    """
    names = split_if_group(env, name)
    if not names:
        return
    example = _quote_handle(names[0]) if len(names) > 1 else "“…”"
    advice = f"Name one of them: {command} {example}"
    if _ask_if_several(env, name, advice):
        raise errors.GroupName(name, advice)


def split_if_group(env: Env, name: str) -> list[str]:
    """Return the names in a name that may mean several people; empty for one person's."""
    from promisectl.domain.wellmade import group_names

    settings = env.config.check
    if not group_names.is_group_name(name, settings.people, settings.groups):
        return []
    return group_names.split_group_name(name)


def _ask_if_several(env: Env, name: str, advice: str) -> bool:
    """Ask whether a new name means several people; where nobody can be asked, print advice."""
    question = f"Is “{name}” several people?"
    if not env.may_ask:
        env.print_hint(f"{question} {advice}")
        return False
    from promisectl.commands.shared import prompts

    return prompts.ask_choice(env, f"{question} yes / no", ("yes", "no")) == "yes"


def _quote_handle(name: str) -> str:
    """Return the handle for a name as a word of a command line."""
    import shlex

    return shlex.quote(people.build_handle(name))


def resolve_counterparty(
    env: Env, name: str, known: KnownPeople, *, new: bool
) -> Person | Newcomer:
    """Return the known person that a name means, else a newcomer.

    A name without its marks is enough, and so is the beginning of one name; then a hint says whose.
    For a name that is like a known one, ask at a terminal, unless `new`. Raises NearMiss where
    nobody can be asked.
    """
    person = known.find_exact_person(name)
    if person:
        return person
    newcomer = people.parse_newcomer(name)
    if new:
        return newcomer
    person = find_person_by_part(name, known)
    if person:
        env.print_hint(f"“{name}” is {person.name} ({person.handle}).")
        return person
    near = people.list_near_people(name, [*known])
    if not near:
        return newcomer
    if not env.may_ask:
        raise errors.NearMiss(name, [person.handle for person in near])
    return ask_near_person(env, name, newcomer, near)


def find_person_by_part(name: str, known: Iterable[Person]) -> Person | None:
    """Return the only person whose name is another with marks, else begins with it, or None.

    A name that somebody is given in the same command is not shortened there.
    """
    matches = people.list_people_without_marks(name, known) or people.list_people_by_beginning(
        name, known
    )
    is_clear = len(matches) == 1 and matches[0].id != _NEWCOMER_NUMBER
    return matches[0] if is_clear else None


def ask_near_person(
    env: Env, name: str, newcomer: Newcomer, near: Sequence[Person]
) -> Person | Newcomer:
    """Ask whether a new name means one of `near`, and return them or the newcomer."""
    from promisectl.commands.shared import prompts

    handles = [person.handle for person in near]
    if len(near) == 1:
        question = f"“{name}” is new. Did you mean {handles[0]}? yes / no"
        answer = prompts.ask_choice(
            env,
            question,
            ("yes", "no"),
            meanings={"yes": f"{near[0].name}, whom you know", "no": "a new person"},
        )
        return near[0] if answer == "yes" else newcomer
    question = f"“{name}” can be {', '.join(handles)} or new. Who is it?"
    answer = prompts.ask_choice(env, question, (*handles, _NEW_WORD))
    return newcomer if answer == _NEW_WORD else near[handles.index(answer)]
