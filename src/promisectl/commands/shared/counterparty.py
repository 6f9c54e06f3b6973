"""Whom a new promise is with: known, new, or to be asked about."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.domain import people
from promisectl.domain.people import Newcomer, Person
from promisectl.storage import ledger, queries

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promisectl.env import Env

_NEWCOMER_NUMBER = 0  # the number of nobody in the ledger


def load_known_people(env: Env) -> list[Person]:
    """Everybody the ledger knows; nobody where there is no ledger yet."""
    with ledger.open_snapshot_or_empty(env.ledger) as db:
        return queries.load_people(db)


def find_counterparty(env: Env, name: str) -> Person | None:
    """The person a word means, exactly or as a beginning; None is myself. Raises NoPerson and AmbiguousPerson."""
    return None if is_ledger_owner(env, name) else people.find_person(name, load_known_people(env))


def is_ledger_owner(env: Env, *names: str) -> bool:
    """Whether any of the names means myself: `me`, or who the config says I am. Raises NotOnlyMe where that is somebody else, too."""
    for name in names:
        if (
            not people.is_me(name)
            and people.is_me(name, env.config.me)
            and people.find_exact_person(name, load_known_people(env))
        ):
            raise errors.MyNameTaken(name)
    return any(people.is_me(name, env.config.me) for name in names)


def ensure_one_side(env: Env, to: Sequence[str], from_: Sequence[str]) -> None:
    """Refuse two sides: one of them is always me."""
    if to and from_:
        if is_ledger_owner(env, *from_):
            raise errors.MeOnBothSides("--from", "--to")
        if is_ledger_owner(env, *to):
            raise errors.MeOnBothSides("--to", "--from")
        raise errors.NeitherSideMe(from_[0], to[0])


def resolve_counterparties(
    env: Env, names: Sequence[str], met: list[Person], *, new: bool
) -> list[Person | Newcomer | None]:
    """Everybody whom `names` mean, each once, myself as None; a newcomer is `met` then, and known for the names that follow."""
    found: list[Person | Newcomer | None] = []
    for name in names:
        other = (
            None if is_ledger_owner(env, name) else resolve_counterparty(env, name, met, new=new)
        )
        if isinstance(other, Newcomer):
            met.append(Person(_NEWCOMER_NUMBER, other.handle, other.name))
        elif other and other.id == _NEWCOMER_NUMBER:
            other = Newcomer(other.handle, other.name)
        if other not in found:
            found.append(other)
    return found


def resolve_counterparty(
    env: Env, name: str, known: Sequence[Person], *, new: bool
) -> Person | Newcomer:
    """Whom a new promise is with: a known person, or a newcomer. A near miss is asked about at a terminal and refused elsewhere."""
    person = people.find_exact_person(name, known)
    if person:
        return person
    newcomer = people.parse_newcomer(name)
    near = [] if new else people.list_near_people(name, known)
    if not near:
        return newcomer
    if not env.may_ask:
        raise errors.NearMiss(name, [person.handle for person in near])
    return _ask_which_person(env, name, newcomer, near)


def _ask_which_person(
    env: Env, name: str, newcomer: Newcomer, near: Sequence[Person]
) -> Person | Newcomer:
    names = " or ".join(person.handle for person in near)
    enter = f", Enter for {near[0].handle}" if len(near) == 1 else ""
    answer = env.ask_question(
        f"“{name}” is new. Did you mean {names}? [handle{enter}, or new]"
    ).casefold()
    if answer in ("new", "n", "no"):
        return newcomer
    return (
        near[0]
        if len(near) == 1 and answer in ("", "y", "yes")
        else people.find_person(answer, near)
    )
