"""People: who is in the ledger, and what to call them."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output, recorder
from promisectl.domain import people as domain
from promisectl.domain.constants import OPEN_STATES, STATISTICS_DIRECTIONS
from promisectl.domain.people import Person, PersonVerb
from promisectl.storage import ledger, queries, statistics
from promisectl.storage.journal import Journal
from promisectl.storage.queries import Query
from promisectl.storage.statistics import EARLIEST_INSTANT, StatisticsReader, StatisticsScope

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.env import Env
    from promisectl.records.fields import Row

CHOICES = {"sort": statistics.PEOPLE_SORT_NAMES}


def people(env: Env, *, sort: str = "name") -> None:
    """Everybody in the ledger, with what is open in both directions and what was kept."""
    arguments.check_choice("--sort", sort, CHOICES["sort"])
    with output.open_view(env) as db:
        output.print_view(
            env,
            statistics.iter_people_statistics(db, output.build_clock(env), sort),
            output.PERSON_RECORDS,
            lambda found: _print_people_table(env, found),
        )


def _print_people_table(env: Env, rows: Sequence[Row]) -> None:
    if not rows:
        env.print_line("There is nobody but you in the ledger yet.")
        return
    from promisectl.rendering import tables

    output.print_renderables(env, tables.render_people(rows, env.here, env.width))


def show(env: Env, name: str) -> None:
    """Everything between me and a person, open and closed."""
    with output.open_view(env) as db:
        person = domain.find_person(name, queries.load_people(db))
        record = _load_person_statistics(env, db, person) if env.form == "table" else {}
        rows = queries.iter_promise_rows(
            db, Query(output.build_clock(env), person=person.handle, not_void=True)
        )
        output.print_view(
            env,
            rows,
            output.PROMISE_RECORDS,
            lambda found: _print_person_page(env, person, record, found),
        )


def _load_person_statistics(
    env: Env, db: sqlite3.Connection, person: Person
) -> dict[str, DirectionStatistics]:
    """All that was settled between me and a person, in both directions."""
    clock = output.build_clock(env)
    record = StatisticsReader(
        db, clock, StatisticsScope(person.handle, EARLIEST_INSTANT, clock.now)
    )
    return {direction: record.fetch_statistics(direction) for direction in STATISTICS_DIRECTIONS}


def _print_person_page(
    env: Env, person: Person, record: Mapping[str, DirectionStatistics], rows: Sequence[Row]
) -> None:
    from promisectl.rendering import formats, rates, tables

    here = env.here
    also = f", also {', '.join(person.aliases)}" if person.aliases else ""
    contact = max((row["contact_at"] for row in rows), default=None)
    facts = [
        ("last word", formats.format_local_day(contact, here) if contact else ""),
        *(
            (who, rates.format_statistics_line(record[way]))
            for who, way in (("you", "owe"), ("they", "owed"))
            if rates.has_statistics(record[way])
        ),
    ]
    parts = [
        (
            "You owe",
            [row for row in rows if row["direction"] == "owe" and row["state"] in OPEN_STATES],
        ),
        (
            "Owes you",
            [row for row in rows if row["direction"] == "owed" and row["state"] in OPEN_STATES],
        ),
        ("Closed", [row for row in rows if row["state"] not in OPEN_STATES]),
    ]
    head = tables.render_heading(f"{person.name} ({person.handle}{also})")
    output.print_renderables(
        env, head, tables.render_pairs([(name, said) for name, said in facts if said]), ""
    )
    output.print_renderables(
        env, tables.render_promise_sections(parts, here, env.width, both_ways=True)
    )


def rename(env: Env, name: str, new: str, *, display: str | None = None) -> None:
    """Give a person another handle; the old one stays as an alias."""

    def rename_person(journal: Journal, known: list[Person]) -> str:
        person = domain.find_person(name, known)
        wanted = domain.parse_newcomer(new)
        taken = domain.find_exact_person(wanted.handle, known)
        if taken and taken.id != person.id:
            raise errors.NameTaken(new, taken.handle)
        whole = display or (new if new != new.casefold() or " " in new.strip() else None)
        derived = person.name == domain.parse_newcomer(person.handle).name
        shown = (
            domain.parse_newcomer(whole).name if whole else wanted.name if derived else person.name
        )
        if (wanted.handle, shown) == (person.handle, person.name):
            raise errors.SameName(person.handle)
        after = journal.change_person(person, PersonVerb.RENAME, handle=wanted.handle, name=shown)
        return f"{person.handle} is {after.handle} now, shown as “{after.name}”; {person.handle} still works as an alias."

    _record_person_change(env, "person rename", rename_person)


def alias(env: Env, name: str, other: str) -> None:
    """Give a person another name to be found by."""

    def add_alias(journal: Journal, known: list[Person]) -> str:
        person = domain.find_person(name, known)
        wanted = domain.parse_newcomer(other).handle
        taken = domain.find_exact_person(wanted, known)
        if taken:
            raise (
                errors.SameName(person.handle)
                if taken.id == person.id
                else errors.NameTaken(other, taken.handle)
            )
        journal.change_person(person, PersonVerb.ALIAS, handle=wanted)
        return f"{wanted} means {person.name} ({person.handle}) from now on."

    _record_person_change(env, "person alias", add_alias)


def merge(env: Env, name: str, into: str) -> None:
    """Two people turn out to be one: the promises of the first go with the second."""

    def merge_people(journal: Journal, known: list[Person]) -> str:
        person, other = domain.find_person(name, known), domain.find_person(into, known)
        if person.id == other.id:
            raise errors.SamePerson(person.handle)
        journal.change_person(person, PersonVerb.MERGE, handle=other.handle, into=other.id)
        return f"{person.name} ({person.handle}) and {other.name} ({other.handle}) are one: {other.handle}. {person.handle} is an alias now."

    _record_person_change(env, "person merge", merge_people, before="merge")


def _record_person_change(
    env: Env, command: str, act: Callable[[Journal, list[Person]], str], before: str = ""
) -> None:
    if not ledger.has_ledger(env.ledger):
        raise errors.NobodyYet

    def change_person(db: sqlite3.Connection) -> str:
        journal = Journal(db, env.now, command)
        return act(journal, journal.load_people())

    with recorder.prepare_auto_backup(env) as keep:
        line = ledger.run_in_transaction(env.ledger, change_person, keep, before)
        output.print_result(env, lines=[line])
