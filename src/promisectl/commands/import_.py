"""Import: promises from a CSV or JSON, or a whole journal, in one transaction: all of it, or nothing."""

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from promisectl import errors
from promisectl.commands import arguments, source, viewing
from promisectl.commands.planned import Planner, Step
from promisectl.commands.source import Source
from promisectl.domain.people import Newcomer, Person
from promisectl.domain.promise import Act, Opening, Side, Verb
from promisectl.env import Env
from promisectl.records import incoming
from promisectl.records.incoming import Unreadable
from promisectl.rendering import words
from promisectl.storage import copying, ledger
from promisectl.storage.journal import Journal

CHOICES = {"format_": incoming.FORMS}
_COLUMNS = ("line", "does", "id", "person", "outcome", "why")
_STEPS = viewing.Kind(_COLUMNS, _COLUMNS, lambda row: {name: row[name] for name in _COLUMNS})


class _NothingNew(Exception):
    """There is nothing to record, so nothing is written either."""


class _Done(NamedTuple):
    """What an import did: the promises made, how many records were skipped, who is new."""

    made: Sequence[int]
    skipped: int
    met: Sequence[Person]


def import_(
    env: Env,
    file: str,
    *,
    format_: str | None = None,
    map_: Sequence[str] = (),
    dry_run: bool = False,
    raw: bool = False,
    new: bool = False,
) -> int:
    """Promises from a file, or from stdin. Returns the exit code: 6 when a dry run refuses something, else 0."""
    arguments.choice("--format", format_, incoming.FORMS)
    with source.opened(env, file) as stream:
        known = Source("stdin" if file == "-" else file, stream, format_, _names(map_), raw)
        head = source.head(known)
        if head is not None:
            _whole(env, known, head, dry_run=dry_run)
            return 0
        if dry_run:
            return _shown(env, known, new=new)
        _import(env, known, new=new)
    return 0


def _names(pairs: Sequence[str]) -> dict[str, str]:
    """Which of their columns is which field of ours. Raises Usage."""
    names: dict[str, str] = {}
    for pair in pairs:
        theirs, sign, ours = pair.rpartition("=")
        if not sign or not theirs:
            raise errors.Contradiction(f"“{pair}” does not say which column is which field. Write it as: --map Task=outcome.")
        names[theirs] = arguments.choice("--map", ours, ("", *incoming.FIELDS)) or ""
    return names


# Promises


def _import(env: Env, file: Source, *, new: bool) -> None:
    def work(db: sqlite3.Connection) -> _Done:
        return _made(env, db, file, new=new)

    try:
        done = ledger.write(env.ledger, work)
    except _NothingNew as nothing:
        done = _Done((), nothing.args[0], ())
    if env.as_json:
        env.answer([_summary(done)], whole=True)
    elif env.quiet:
        env.answer(map(str, done.made), whole=True)
    else:
        env.answer([_sentence(file, done)])
        for person in done.met:
            env.hint(f"New in the ledger: {person.name} ({person.handle}).")
        if done.made:
            env.hint("Not what you meant? promisectl undo")


def _summary(done: _Done) -> str:
    from promisectl.records import as_json

    return as_json.one({"imported": len(done.made), "skipped": done.skipped, "people": [person.handle for person in done.met]})


def _sentence(file: Source, done: _Done) -> str:
    known = f" {words.count(done.skipped, 'record')} known already, and skipped." if done.skipped else ""
    return f"Imported {words.count(len(done.made), 'promise')} from {file.name}.{known}"


def _made(env: Env, db: sqlite3.Connection, file: Source, *, new: bool) -> _Done:
    """Every record of the file as a promise. Raises BadImport when any is refused, and _NothingNew."""
    journal: Journal | None = None
    made, met, skipped, refused = list[int](), dict[str, Person](), 0, list[Step]()
    for step in _steps(env, db, file, new=new):
        if step.why:
            refused.append(step)
        elif step.told is None:
            skipped += 1
        elif not refused:
            journal = journal or Journal(db, env.now, "import")
            made.append(_open(env, journal, step, met))
    if refused:
        first = refused[0]
        raise errors.BadImport(file.name, first.line, first.why or errors.BadRecord(""), len(refused) - 1)
    if not made:
        raise _NothingNew(skipped)
    return _Done(made, skipped, list(met.values()))


def _open(env: Env, journal: Journal, step: Step, met: dict[str, Person]) -> int:
    told, person = step.told, step.person
    if told is None:
        raise TypeError
    if isinstance(person, Newcomer):
        person = met[person.handle] = met.get(person.handle) or journal.meet(person)
    opening = Opening(told.uid, told.direction, person.id if person else None, step.replaces, told.tags)
    said = Act(Verb.IMPORT, Side.BOOKKEEPER, told.at, env.now, terms=told.terms, opening=opening, found=told.found)
    act = said._replace(cause=told.cause, repair=told.repair, risk=told.risk, no_to=told.no_to)
    return journal.open(act, step.number).id


def _steps(env: Env, db: sqlite3.Connection | None, file: Source, *, new: bool) -> Iterator[Step]:
    """What becomes of every record, in order; after a line that can't be read at all nothing more is."""
    planner = Planner(env, db, new=new)
    try:
        for row in source.rows(env, file):
            yield planner.step(row)
    except Unreadable as error:
        yield Step(error.line, "refuse", why=error.problem)


# A look ahead


def _shown(env: Env, file: Source, *, new: bool) -> int:
    """What would become of every record, without writing. Returns 6 when something is refused, else 0."""
    counted: Counter[str] = Counter()

    def counting(steps: Iterable[Step]) -> Iterator[Mapping[str, Any]]:
        for step in steps:
            counted[step.does] += 1
            yield _record(step)

    with viewing.opened(env) as db:
        viewing.answer(env, counting(_steps(env, db, file, new=new)), _STEPS, lambda rows: _draw(env, rows))
    env.hint(f"Would be made: {counted['make']}, skipped: {counted['skip']}, refused: {counted['refuse']}. Nothing was recorded.")
    return errors.BadData.exit_code if counted["refuse"] else 0


def _record(step: Step) -> dict[str, Any]:
    told = step.told
    column = f"{step.why.column}: " if step.why and step.why.column else ""
    why = f"{column}{step.why.what}" if step.why else f"known as #{step.number}" if step.does == "skip" else None
    number = step.number or (told.id if told else None)
    return {
        "line": step.line,
        "does": step.does,
        "id": number,
        "person": told.person if told else None,
        "outcome": told.terms.outcome if told else None,
        "why": why,
    }


def _draw(env: Env, rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        env.say("There is nothing in it.")
        return
    from promisectl.rendering import imported

    viewing.draw(env, imported.page(rows))


# A whole journal


def _whole(env: Env, file: Source, head: dict[str, Any], *, dry_run: bool) -> None:
    """An empty ledger becomes what the journal says."""

    def work(db: sqlite3.Connection) -> int:
        if not copying.is_empty(db):
            raise errors.NotEmpty(env.ledger)
        return _filled(env, db, file, head)

    count = work(ledger.in_memory()) if dry_run else ledger.write(env.ledger, work)
    done = "It is whole and would make" if dry_run else "Imported the whole journal:"
    if env.as_json:
        env.answer([_summary(_Done(range(1, count + 1), 0, ()))], whole=True)
    elif not env.quiet:
        env.answer([f"{done} {words.count(count, 'promise')}, {words.count(head.get('commands', 0), 'command')}."])


def _filled(env: Env, db: sqlite3.Connection, file: Source, head: dict[str, Any]) -> int:
    line = 1
    try:
        filling = copying.Filling(db, head)
        with source.placed(file):
            for line, text in enumerate(source.watched(env, file), 1):
                if line > 1:
                    filling.take(incoming.one(text, line))
        return filling.finish()
    except errors.BadRecord as problem:
        raise errors.BadImport(file.name, line, problem) from problem
