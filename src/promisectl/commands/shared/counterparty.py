"""The other side of a promise: a known person, a newcomer, or one to be asked about."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import people
from promisectl.domain.people import Newcomer, Person
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env

_NEWCOMER_NUMBER = 0  # nobody in the ledger has it


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


def resolve_counterparties(
    env: Env, names: Sequence[str], known: list[Person], *, new: bool
) -> list[Person | Newcomer | None]:
    """Return everybody that `names` mean, each once, myself as None.

    A newcomer is added to `known`, so that names which follow can mean them. With `new`, a name
    that is like a known one is also a newcomer's.
    """
    others: list[Person | Newcomer | None] = []
    for name in names:
        other = None
        if not is_ledger_owner(env, name):
            other = resolve_counterparty(env, name, known, new=new)
        if isinstance(other, Newcomer):
            known.append(Person(_NEWCOMER_NUMBER, other.handle, other.name))
        elif other and other.id == _NEWCOMER_NUMBER:
            other = Newcomer(other.handle, other.name)
        if other not in others:
            others.append(other)
    return others


def resolve_counterparty(
    env: Env, name: str, known: Sequence[Person], *, new: bool
) -> Person | Newcomer:
    """Return the known person that a name means, else a newcomer.

    For a name that is like a known one, ask at a terminal, unless `new`. Raises NearMiss where
    nobody can be asked.
    """
    person = people.find_exact_person(name, known)
    if person:
        return person
    newcomer = people.parse_newcomer(name)
    near = [] if new else people.list_near_people(name, known)
    if not near:
        return newcomer
    if not env.may_ask:
        raise errors.NearMiss(name, [person.handle for person in near])
    return ask_near_person(env, name, newcomer, near)


def ask_near_person(
    env: Env, name: str, newcomer: Newcomer, near: Sequence[Person]
) -> Person | Newcomer:
    """Ask whether a name means one of `near` or a newcomer. Raises NoPerson, AmbiguousPerson."""
    handles = [person.handle for person in near]
    enter = f" (Enter for {near[0].handle})" if len(near) == 1 else ""
    question = (
        f"“{name}” looks like {' or '.join(handles)}. Is it {', '.join(handles)} or new?{enter}"
    )
    about = [f"{person.handle}: {person.name}, whom you know." for person in near]
    answer = env.ask_question(
        question,
        about=[*about, "new: a new person."],
        list_words=lambda: (*handles, "new"),
    ).casefold()
    if answer in ("new", "n", "no"):
        return newcomer
    if len(near) == 1 and answer in ("", "y", "yes"):
        return near[0]
    return people.find_person(answer, near)
