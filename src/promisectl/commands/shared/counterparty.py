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

_UNMET = 0  # the number of nobody in the ledger


def everybody(env: Env) -> list[Person]:
    """Everybody the ledger knows; nobody where there is no ledger yet."""
    if not ledger.exists(env.ledger):
        return []
    with ledger.reading(env.ledger) as db:
        return queries.people(db)


def known(env: Env, name: str) -> Person | None:
    """The person a word means, exactly or as a beginning; None is myself. Raises NoPerson and AmbiguousPerson."""
    return None if is_me(env, name) else people.find(name, everybody(env))


def is_me(env: Env, *names: str) -> bool:
    """Whether any of the names means myself: `me`, or who the config says I am. Raises NotOnlyMe where that is somebody else, too."""
    for name in names:
        if not people.is_me(name) and people.is_me(name, env.config.me) and people.exact(name, everybody(env)):
            raise errors.NotOnlyMe(name)
    return any(people.is_me(name, env.config.me) for name in names)


def check_sides(env: Env, to: Sequence[str], from_: Sequence[str]) -> None:
    """Refuse two sides: one of them is always me."""
    if to and from_:
        if is_me(env, *from_):
            raise errors.MeOnBothSides("--from", "--to")
        if is_me(env, *to):
            raise errors.MeOnBothSides("--to", "--from")
        raise errors.NeitherSideMe(from_[0], to[0])


def all_named(env: Env, names: Sequence[str], met: list[Person], *, new: bool) -> list[Person | Newcomer | None]:
    """Everybody whom `names` mean, each once, myself as None; a newcomer is `met` then, and known for the names that follow."""
    found: list[Person | Newcomer | None] = []
    for name in names:
        other = None if is_me(env, name) else named(env, name, met, new=new)
        if isinstance(other, Newcomer):
            met.append(Person(_UNMET, other.handle, other.name))
        elif other and other.id == _UNMET:
            other = Newcomer(other.handle, other.name)
        if other not in found:
            found.append(other)
    return found


def named(env: Env, name: str, known: Sequence[Person], *, new: bool) -> Person | Newcomer:
    """Whom a new promise is with: a known person, or a newcomer. A near miss is asked about at a terminal and refused elsewhere."""
    person = people.exact(name, known)
    if person:
        return person
    newcomer = people.newcomer(name)
    near = [] if new else people.near(name, known)
    if not near:
        return newcomer
    if not env.may_ask:
        raise errors.NearMiss(name, [person.handle for person in near])
    return _which(env, name, newcomer, near)


def _which(env: Env, name: str, newcomer: Newcomer, near: Sequence[Person]) -> Person | Newcomer:
    names = " or ".join(person.handle for person in near)
    enter = f", Enter for {near[0].handle}" if len(near) == 1 else ""
    answer = env.ask(f"“{name}” is new. Did you mean {names}? [handle{enter}, or new]").casefold()
    if answer in ("new", "n", "no"):
        return newcomer
    return near[0] if len(near) == 1 and answer in ("", "y", "yes") else people.find(answer, near)
