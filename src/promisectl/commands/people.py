"""The commands `people` and `person`: who is in the ledger, and their names."""

from __future__ import annotations

from promisectl import errors
from promisectl._typing import TYPE_CHECKING
from promisectl.commands.shared import arguments, output, recorder
from promisectl.domain import people as domain
from promisectl.domain.constants import OPEN_STATES, STATISTICS_DIRECTIONS
from promisectl.domain.person_acts import PersonVerb
from promisectl.storage import ledger, queries, statistics
from promisectl.storage.journal import Journal
from promisectl.storage.queries import Query
from promisectl.storage.statistics import EARLIEST_INSTANT, StatisticsReader, StatisticsScope

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Mapping, Sequence

    from promisectl.domain.people import Person
    from promisectl.domain.statistics import DirectionStatistics
    from promisectl.env import Env
    from promisectl.records.fields import Row


def people(env: Env, *, sort: str = "name") -> None:
    """Print everybody in the ledger: what is open in both directions, and what was kept.

    In the table, a series counts once while nothing in it is overdue.
    """
    arguments.check_choice("--sort", sort, statistics.PEOPLE_SORT_NAMES)
    with output.open_view(env) as db:
        clock, folded = output.build_clock(env), {}
        if env.form == "table":
            folded = statistics.count_folded_by_person(db, clock)
        output.print_view(
            env,
            statistics.iter_people_statistics(db, clock, sort),
            output.PERSON_RECORDS,
            lambda rows: print_people_table(env, rows, folded),
        )


def print_people_table(
    env: Env, rows: Sequence[Row], folded: Mapping[tuple[str, str], int]
) -> None:
    """Print one line for each person; `folded` is as in `tables.render_people`."""
    if not rows:
        env.print_line("Nobody else is in the ledger yet.")
        return
    from promisectl.rendering import tables

    output.print_renderables(env, tables.render_people(rows, env.here, env.width, folded))


def show(env: Env, name: str) -> None:
    """Print all promises between me and a person, open and closed."""
    with output.open_view(env) as db:
        person = find_other_person(env, name, queries.load_people(db))
        clock = output.build_clock(env)
        made: dict[str, DirectionStatistics] = {}
        if env.form == "table":
            scope = StatisticsScope(person.handle, EARLIEST_INSTANT, clock.now)
            reader = StatisticsReader(db, clock, scope)
            made = {way: reader.fetch_statistics(way) for way in STATISTICS_DIRECTIONS}
        rows = queries.iter_promise_rows(db, Query(clock, person=person.handle, not_void=True))
        output.print_view(
            env,
            rows,
            output.PROMISE_RECORDS,
            lambda all_rows: print_person_page(env, person, made, all_rows),
        )


def print_person_page(
    env: Env, person: Person, made: Mapping[str, DirectionStatistics], rows: Sequence[Row]
) -> None:
    """Print the names and the statistics of a person, and all promises between us.

    `made` are the statistics by direction, `rows` the promises. A series is one line.
    """
    from promisectl.rendering import folding, formats, rates, tables

    here = env.here
    aliases = f", also {', '.join(person.aliases)}" if person.aliases else ""
    heading = tables.render_heading(f"{person.name} ({person.handle}{aliases})")
    facts = []
    contact_at = max((row["contact_at"] for row in rows), default=None)
    if contact_at:
        facts.append(("last contact", formats.format_local_day(contact_at, here)))
    for label, way in (("you", "owe"), ("they", "owed")):
        if rates.has_statistics(made[way]):
            facts.append((label, rates.format_statistics_line(made[way])))
    output.print_renderables(env, heading, tables.render_pairs(facts), "")
    folded = folding.fold_series(rows, here)
    rows = folded.rows
    agreed_rows = [row for row in rows if row["state"] in ("active", "delivered")]
    parts = [
        ("You owe", [row for row in agreed_rows if row["direction"] == "owe"]),
        ("Owes you", [row for row in agreed_rows if row["direction"] == "owed"]),
        ("Not agreed yet", [row for row in rows if row["state"] == "proposed"]),
        ("Closed", [row for row in rows if row["state"] not in OPEN_STATES]),
    ]
    page = tables.render_promise_sections(
        parts, here, env.width, both_ways=True, notes=folded.notes
    )
    output.print_renderables(env, page)


def find_other_person(env: Env, name: str, known: Sequence[Person]) -> Person:
    """Return the person that a name means. Raises NotAPerson for myself, and NoPerson."""
    if domain.is_me(name, env.config.me) and not domain.find_exact_person(name, known):
        raise errors.NotAPerson(name)
    return domain.find_person(name, known)


def rename(env: Env, name: str, new: str, *, display: str | None = None) -> None:
    """Give a person another handle; the old one stays as an alias, and so does a former name.

    The shown name is `display`; without it, `new` when it is written as a name, or what follows
    from the handle when the old name did. Raises NameTaken and SameName.
    """

    def rename_person(journal: Journal, known: list[Person]) -> str:
        person = find_other_person(env, name, known)
        wanted = domain.parse_newcomer(new, env.config.me)
        owner = domain.find_exact_person(wanted.handle, known)
        if owner and owner.id != person.id:
            raise errors.NameTaken(new, person.handle, owner.handle)
        is_written_as_name = new != new.casefold() or " " in new.strip()
        full_name = display or (new if is_written_as_name else None)
        if full_name:
            shown = domain.parse_newcomer(full_name, env.config.me).name
        elif person.name == domain.parse_newcomer(person.handle).name:
            shown = wanted.name
        else:
            shown = person.name
        if (wanted.handle, shown) == (person.handle, person.name):
            raise errors.SameName(person.handle)
        after = journal.change_person(person, PersonVerb.RENAME, handle=wanted.handle, name=shown)
        former = keep_former_name(journal, person, after)
        if after.handle == person.handle:
            sentence = f"{after.handle} is now shown as “{after.name}”"
        else:
            sentence = (
                f"{person.handle} is now {after.handle}, shown as “{after.name}”; "
                f"{person.handle} still works as an alias"
            )
        return f"{sentence}{f'; so does {former}' if former else ''}."

    _record_person_change(env, "person rename", rename_person)


def keep_former_name(journal: Journal, former: Person, now: Person) -> str:
    """Give `now` the former name of a person as an alias, and return it.

    It is empty where it finds them anyway, or somebody else.
    """
    alias = domain.build_handle(former.name)
    try:
        is_taken = domain.find_exact_person(alias, journal.load_people())
        domain.parse_newcomer(alias)
    except (errors.AmbiguousPerson, errors.BadName):
        return ""
    if is_taken:
        return ""
    journal.change_person(now, PersonVerb.ALIAS, handle=alias)
    return alias


def alias(env: Env, name: str, other: str) -> None:
    """Give a person another name to be found by. Raises NameTaken and SameName."""

    def add_alias(journal: Journal, known: list[Person]) -> str:
        person = find_other_person(env, name, known)
        wanted = domain.parse_newcomer(other, env.config.me).handle
        owner = domain.find_exact_person(wanted, known)
        if owner and owner.id == person.id:
            raise errors.SameName(person.handle)
        if owner:
            raise errors.NameTaken(other, person.handle, owner.handle)
        journal.change_person(person, PersonVerb.ALIAS, handle=wanted)
        return f"{wanted} now means {person.name} ({person.handle})."

    _record_person_change(env, "person alias", add_alias)


def unalias(env: Env, name: str, other: str) -> None:
    """Remove an alias of a person. Raises NoAlias for a name that is not one of their aliases."""

    def remove_alias(journal: Journal, known: list[Person]) -> str:
        person = find_other_person(env, name, known)
        from promisectl.domain import spelling

        aliases = spelling.select_closest_spellings(domain.build_handle(other), person.aliases)
        if not aliases:
            raise errors.NoAlias(other, person.handle, person.aliases)
        journal.change_person(person, PersonVerb.UNALIAS, handle=aliases[0])
        return f"{aliases[0]} no longer means {person.name} ({person.handle})."

    _record_person_change(env, "person unalias", remove_alias)


def merge(env: Env, name: str, into: str) -> None:
    """Merge two people who are one: the promises of `name` become those of `into`.

    Raises SamePerson.
    """

    def merge_people(journal: Journal, known: list[Person]) -> str:
        person, other = (find_other_person(env, word, known) for word in (name, into))
        if person.id == other.id:
            raise errors.SamePerson(person.handle)
        journal.change_person(person, PersonVerb.MERGE, handle=other.handle, into=other.id)
        former = keep_former_name(journal, person, other)
        aliases = (
            f"{person.handle} and {former} are now aliases"
            if former
            else f"{person.handle} is now an alias"
        )
        return (
            f"Merged {person.name} ({person.handle}) into {other.name} ({other.handle}). {aliases}."
        )

    _record_person_change(env, "person merge", merge_people, before="merge")


def _record_person_change(
    env: Env, command: str, change: Callable[[Journal, list[Person]], str], before: str = ""
) -> None:
    """Run `change` in one transaction and print the sentence that it returns.

    `before` names the backup that is made first, if any. Raises NobodyYet.
    """
    if not ledger.has_ledger(env.ledger):
        raise errors.NobodyYet

    def change_person(db: sqlite3.Connection) -> str:
        journal = Journal(db, env.now, command)
        return change(journal, journal.load_people())

    with recorder.prepare_auto_backup(env) as keep:
        line = recorder.write_to_ledger(env, change_person, keep, before)
        output.print_result(env, lines=[line])
