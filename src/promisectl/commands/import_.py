"""Import: promises from a CSV or JSON, or a whole journal, in one transaction: all of it, or nothing."""

from __future__ import annotations

import marshal
from collections import Counter

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.commands import import_source
from promisectl.commands.import_plan import Planner, Step
from promisectl.commands.import_source import Source
from promisectl.commands.shared import arguments, auto_backup, output
from promisectl.domain.people import Newcomer, Person
from promisectl.records import reader
from promisectl.records.reader import Unreadable
from promisectl.rendering import formats
from promisectl.storage import ledger, queries, transfer
from promisectl.storage.codec import Beginning
from promisectl.storage.journal import Journal

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import IO, Any

    from promisectl.env import Env

CHOICES = {"format_": reader.FORMS}
_COLUMNS = ("line", "does", "id", "person", "outcome", "why")
_NAMED = 8  # people
_MANY = 100  # promises, from which on an import is worth a backup
_AT_A_TIME = 256  # promises
_LENGTH = 8  # bytes of a number
_STEPS = output.Kind(_COLUMNS, _COLUMNS, lambda row: {name: row[name] for name in _COLUMNS})


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
    set_: Sequence[str] = (),
    dry_run: bool = False,
    raw: bool = False,
    new: bool = False,
) -> int:
    """Promises from a file, or from stdin. Returns the exit code: 6 when a dry run refuses something, else 0."""
    arguments.choice("--format", format_, reader.FORMS)
    with import_source.opened(env, file) as stream:
        known = Source("stdin" if file == "-" else file, stream, format_, _names(map_), raw, _alike(set_))
        head = import_source.head(known)
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
        names[theirs] = _field("--map", ours) if ours else ""
    return names


def _alike(pairs: Sequence[str]) -> dict[str, str]:
    """What every record has in a field that the file lacks. Raises Usage."""
    said = [pair.partition("=") for pair in pairs]
    for field, sign, value in said:
        if not (sign and value):
            raise errors.Contradiction(f"“{field}” does not say what the field is for every record. Write it as: --set direction=owe.")
    return {_field("--set", field): value for field, _, value in said}


def _field(option: str, word: str) -> str:
    """One of our fields. Raises UnknownColumn."""
    if word not in reader.FIELDS:
        raise errors.UnknownColumn(option, word, reader.FIELDS)
    return word


# Promises


def _import(env: Env, file: Source, *, new: bool) -> None:
    with import_source.temporary() as spool:
        plan = _planned(env, file, _Spool(spool), new=new)
        if not plan.makes:
            _say(env, file, _Done((), plan.skipped, ()))
            return

        def work(db: sqlite3.Connection) -> _Done:
            if ledger.newest(db) == plan.newest:  # then what is known already is not among the steps
                return _made(env, db, file, plan.steps(env))._replace(skipped=plan.skipped)
            return _made(env, db, file, _steps(env, file, Planner(env, db, new=new)))

        with auto_backup.before(env) as keep:
            done = ledger.write(env.ledger, work, keep, "import" if plan.makes > _MANY else "")
            _say(env, file, done)


def _say(env: Env, file: Source, done: _Done) -> None:
    known = f" {formats.count(done.skipped, 'record')} known already, and skipped." if done.skipped else ""
    _answer(env, done, f"Imported {formats.count(len(done.made), 'promise')} from {file.name}.{known}")
    if done.met:
        more = f" and {len(done.met) - _NAMED} more. See: people" if done.met[_NAMED:] else ""
        env.hint(f"New in the ledger: {', '.join(f'{person.name} ({person.handle})' for person in done.met[:_NAMED])}{more}.")
    if done.made:
        env.hint("Not what you meant? promisectl undo")


class _Plan(NamedTuple):
    """What is to be made, read and found good while nobody had to wait: how much, and beside which newest act of the ledger."""

    spool: _Spool
    newest: tuple[int, str] | None
    makes: int
    skipped: int

    def steps(self, env: Env) -> Iterator[Step]:
        """The promises to be made, one after the other."""
        return import_source.counted(env, self.spool.steps(), self.makes)


class _Spool:
    """Promises to be made, kept in a file until they are, as plain values and many at a time, which is the quickest way there is."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._pending: list[Any] = []

    def keep(self, step: Step) -> None:
        """Keep one."""
        number, newcomer = step.newcomer or (0, ())
        self._pending.append((step.line, step.number, step.again, tuple(step.one or ()), number, tuple(newcomer)))
        if len(self._pending) == _AT_A_TIME:
            self._let_go()

    def end(self) -> None:
        """No more will come."""
        self._let_go()
        with import_source.kept():
            self._file.flush()

    def _let_go(self) -> None:
        said = marshal.dumps(self._pending)
        self._pending.clear()
        with import_source.kept():
            self._file.write(len(said).to_bytes(_LENGTH, "big") + said)

    def steps(self) -> Iterator[Step]:
        """All of them, in their order."""
        self._file.seek(0)
        while length := int.from_bytes(self._file.read(_LENGTH), "big"):
            said = marshal.loads(self._file.read(length))  # noqa: S302 (written by this process, into a file without a name)
            for line, number, again, one, person, newcomer in said:
                met = (person, Newcomer(*newcomer)) if newcomer else None
                yield Step(line, "make", number=number, one=Beginning(*one), newcomer=met, again=again)


def _planned(env: Env, file: Source, spool: _Spool, *, new: bool) -> _Plan:
    """What becomes of every record of the file. Raises BadImport when any is refused."""
    counted: Counter[str] = Counter()
    refused = _Refused(file)
    with output.opened(env) as db:
        planner = Planner(env, db or ledger.in_memory(), new=new)
        newest = ledger.newest(db) if db else None
        queries.done(db)
        for step in _steps(env, file, planner):
            counted[step.does] += 1
            refused.note(step)
            if step.does == "make" and not refused.any:
                spool.keep(step)
    refused.tell()
    spool.end()
    return _Plan(spool, newest, counted["make"], counted["skip"])


class _Refused:
    """The records that can't be used."""

    def __init__(self, file: Source) -> None:
        self._file = file
        self.any: list[tuple[int, errors.BadRecord]] = []

    def note(self, step: Step) -> None:
        if step.why:
            self.any.append((step.line, step.why))

    def tell(self) -> None:
        """Raises BadImport if there are any."""
        if self.any:
            raise errors.BadImport(self._file.name, *self.any[0], more=len(self.any) - 1)


def _answer(env: Env, done: _Done, sentence: str) -> None:
    if env.as_json:
        from promisectl.records import as_json

        people = [person.handle for person in done.met]
        env.answer([as_json.one({"imported": len(done.made), "skipped": done.skipped, "people": people, "ids": done.made})], whole=True)
    elif env.quiet:
        env.answer(map(str, done.made), whole=True)
    else:
        env.answer([sentence])


def _made(env: Env, db: sqlite3.Connection, file: Source, steps: Iterable[Step]) -> _Done:
    """Every step that makes a promise, made. Raises BadImport when a record is refused after all."""
    journal: Journal | None = None
    made, met, skipped, refused = list[int](), dict[str, Person](), 0, _Refused(file)
    for step in steps:
        refused.note(step)
        if step.does == "skip":
            skipped += 1
        elif not refused.any:
            journal = journal or Journal(db, env.now, "import")
            made.append(_begun(journal, step, met))
    refused.tell()
    return _Done(made, skipped, list(met.values()))


def _begun(journal: Journal, step: Step, met: dict[str, Person]) -> int:
    if step.one is None:
        raise TypeError
    if step.newcomer:
        number, newcomer = step.newcomer
        if newcomer.handle not in met:
            met[newcomer.handle] = journal.enter(newcomer, number)
    return journal.begin(step.one, step.number, again=step.again)


def _steps(env: Env, file: Source, planner: Planner) -> Iterator[Step]:
    """What becomes of every record, in order; after a line that can't be read at all nothing more is."""
    try:
        for row in import_source.rows(env, file):
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

    with output.opened(env) as db:
        planner = Planner(env, db or ledger.in_memory(), new=new)
        queries.done(db)
        output.answer(env, counting(_steps(env, file, planner)), _STEPS, lambda rows: _draw(env, rows))
    env.hint(f"Would be made: {counted['make']}, skipped: {counted['skip']}, refused: {counted['refuse']}. Nothing was recorded.")
    return errors.BadData.exit_code if counted["refuse"] else 0


def _record(step: Step) -> dict[str, Any]:
    said = step.row.cells if step.row else {}
    why = f"known as #{step.number}" if step.does == "skip" else None
    if step.why:
        why = f"{step.why.column}: {step.why.what}" if step.why.column else step.why.what
    texts = {"person": said.get("person") or said.get("person_name"), "outcome": said.get("outcome")}
    shown = {name: text if isinstance(text, str) else None for name, text in texts.items()}
    return {"line": step.line, "does": step.does, "id": step.number, **shown, "why": why}


def _draw(env: Env, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        from promisectl.rendering import import_ as imported

        output.draw(env, imported.page(rows))


# A whole journal


def _whole(env: Env, file: Source, head: dict[str, Any], *, dry_run: bool) -> None:
    """An empty ledger becomes what the journal says."""

    def work(db: sqlite3.Connection) -> _Done:
        if not transfer.is_empty(db):
            raise errors.NotEmpty(env.ledger)
        return _filled(env, db, file, head)

    with auto_backup.before(env) as keep:
        done = work(ledger.in_memory()) if dry_run else ledger.write(env.ledger, work, keep)
        count = f"{formats.count(len(done.made), 'promise')}, {formats.count(head['commands'], 'command')}"
        _answer(env, done, f"It is whole, and would make {count}." if dry_run else f"Imported the whole journal: {count}.")


def _filled(env: Env, db: sqlite3.Connection, file: Source, head: dict[str, Any]) -> _Done:
    line = 1
    try:
        filling = transfer.Filling(db, head, env.now)
        with import_source.placed(file):
            for line, text in enumerate(import_source.watched(env, file), 1):
                if line > 1:
                    filling.take(reader.one(text, line))
        made = filling.finish()
    except errors.BadRecord as problem:
        raise errors.BadImport(file.name, line, problem) from problem
    return _Done(made, 0, [person for person in queries.people(db) if person.merged_into is None])
