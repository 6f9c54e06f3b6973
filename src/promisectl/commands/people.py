"""People: who is in the ledger, and what to call them."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.lists import OPEN
from promisectl.commands.shared import arguments, auto_backup, output
from promisectl.domain import people as domain
from promisectl.domain.people import Person, PersonVerb
from promisectl.storage import ledger, queries, statistics
from promisectl.storage.journal import Journal
from promisectl.storage.statistics import EVER, Record, Scope

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from promisectl.commands.shared.output import Row
    from promisectl.domain.statistics import Figures
    from promisectl.env import Env

CHOICES = {"sort": tuple(statistics.SORTS)}


def people(env: Env, *, sort: str = "name") -> None:
    """Everybody in the ledger, with what is open in both directions and what was kept."""
    arguments.choice("--sort", sort, CHOICES["sort"])
    with output.opened(env) as db:
        if db is None:
            output.nothing_yet(env, output.PEOPLE)
        else:
            output.answer(env, statistics.people(db, output.clock(env), sort), output.PEOPLE, lambda found: _draw_people(env, found))


def _draw_people(env: Env, rows: Sequence[Row]) -> None:
    if not rows:
        env.say("There is nobody but you in the ledger yet.")
        return
    from promisectl.rendering import tables

    output.draw(env, tables.people(rows, output.here(env), env.width))


def show(env: Env, name: str) -> None:
    """Everything between me and a person, open and closed."""
    with output.opened(env) as db:
        if db is None:
            raise errors.NoPerson(name, ())
        person = domain.find(name, queries.people(db))
        record = _record(env, db, person) if env.form == "table" else {}
        rows = queries.promises(db, output.clock(env), person=person.handle, not_void=True)
        output.answer(env, rows, output.PROMISES, lambda found: _draw(env, person, record, found))


def _record(env: Env, db: sqlite3.Connection, person: Person) -> dict[str, Figures]:
    """All that was settled between me and a person, in both directions."""
    clock = output.clock(env)
    record = Record(db, clock, Scope(person.handle, EVER, clock.now))
    return {direction: record.figures(direction) for direction in ("owe", "owed")}


def _draw(env: Env, person: Person, record: Mapping[str, Figures], rows: Sequence[Row]) -> None:
    from promisectl.rendering import formats, rates, tables

    here = output.here(env)
    also = f", also {', '.join(person.aliases)}" if person.aliases else ""
    contact = max((row["contact_at"] for row in rows), default=None)
    facts = [
        ("last word", formats.day(contact, here) if contact else ""),
        *((who, rates.line(record[way])) for who, way in (("you", "owe"), ("they", "owed")) if rates.says_something(record[way])),
    ]
    parts = [
        ("You owe", [row for row in rows if row["direction"] == "owe" and row["state"] in OPEN]),
        ("Owes you", [row for row in rows if row["direction"] == "owed" and row["state"] in OPEN]),
        ("Closed", [row for row in rows if row["state"] not in OPEN]),
    ]
    head = tables.heading(f"{person.name} ({person.handle}{also})")
    output.draw(env, head, tables.pairs([(name, said) for name, said in facts if said]), "")
    output.draw(env, tables.sections(parts, here, env.width, both_ways=True))


def rename(env: Env, name: str, new: str, *, display: str | None = None) -> None:
    """Give a person another handle; the old one stays as an alias."""

    def act(journal: Journal, known: list[Person]) -> str:
        person = domain.find(name, known)
        wanted = domain.newcomer(new)
        taken = domain.exact(wanted.handle, known)
        if taken and taken.id != person.id:
            raise errors.NameTaken(new, taken.handle)
        whole = display or (new if new != new.casefold() or " " in new.strip() else None)
        derived = person.name == domain.newcomer(person.handle).name
        shown = domain.newcomer(whole).name if whole else wanted.name if derived else person.name
        if (wanted.handle, shown) == (person.handle, person.name):
            raise errors.SameName(person.handle)
        after = journal.about(person, PersonVerb.RENAME, handle=wanted.handle, name=shown)
        return f"{person.handle} is {after.handle} now, shown as “{after.name}”; {person.handle} still works as an alias."

    _change(env, "person rename", act)


def alias(env: Env, name: str, other: str) -> None:
    """Give a person another name to be found by."""

    def act(journal: Journal, known: list[Person]) -> str:
        person = domain.find(name, known)
        wanted = domain.newcomer(other).handle
        taken = domain.exact(wanted, known)
        if taken:
            raise errors.SameName(person.handle) if taken.id == person.id else errors.NameTaken(other, taken.handle)
        journal.about(person, PersonVerb.ALIAS, handle=wanted)
        return f"{wanted} means {person.name} ({person.handle}) from now on."

    _change(env, "person alias", act)


def merge(env: Env, name: str, into: str) -> None:
    """Two people turn out to be one: the promises of the first go with the second."""

    def act(journal: Journal, known: list[Person]) -> str:
        person, other = domain.find(name, known), domain.find(into, known)
        if person.id == other.id:
            raise errors.SamePerson(person.handle)
        journal.about(person, PersonVerb.MERGE, handle=other.handle, into=other.id)
        return (
            f"{person.name} ({person.handle}) and {other.name} ({other.handle}) are one: {other.handle}. {person.handle} is an alias now."
        )

    _change(env, "person merge", act, before="merge")


def _change(env: Env, command: str, act: Callable[[Journal, list[Person]], str], before: str = "") -> None:
    if not ledger.exists(env.ledger):
        raise errors.NobodyYet

    def work(db: sqlite3.Connection) -> str:
        journal = Journal(db, env.now, command)
        return act(journal, journal.people())

    with auto_backup.before(env) as keep:
        line = ledger.write(env.ledger, work, keep, before)
        if not env.quiet:
            env.answer([line])
