"""Whether a ledger is what was recorded: SQLite's own checks, the chain over the acts, and every row held against what the acts give."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain.findings import Asked, Cure, Finding, Result, Troubles, unreadable
from promisectl.storage import connection, migrations, summary
from promisectl.storage.integrity import rows as comparing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promisectl.storage.summary import Extent

_SQLITE_TELLS = 100
_OF_AN_INDEX = re.compile(
    r"row \d+ missing from index |wrong # of entries in index |non-unique entry in index |row \d+ values differ from index "
)
_CUT_OFF = "a command was cut off while it wrote, and what it left half done is still to be taken back"
_SWITCHED = "another program has switched it to write-ahead logging"


_NOTHING_ASKED = Asked()


def insist(path: str, head: str = "") -> Extent:
    """How much is in the ledger at `path`, if nothing is wrong with it, and the `head` is in its chain, where one is given.

    Raises Damaged with the first thing that is wrong, and LedgerTrouble.
    """
    with opened(path) as db:
        for finding in examine(db, Asked(head=head)):
            if finding.wrong:
                raise errors.NotWhole(path, finding.told)
        return summary.of(db)


@contextmanager
def opened(path: str) -> Iterator[sqlite3.Connection]:
    """The file as it is on the disk, at one moment, to be examined: nothing is written, not even to put it right.

    Raises LedgerTrouble, and HalfDone where a writing command has to tidy up first.
    """
    with connection.translated(path):
        try:
            connection.check_header(path)
        except errors.LogsAhead as problem:
            raise errors.HalfDone(path, _SWITCHED) from problem
        with closing(connection.connect(path, "ro")) as db:
            db.execute("BEGIN")
            try:
                connection.patiently(path, lambda: connection.check(path, db))
            except sqlite3.OperationalError as error:
                if not connection.cut_off(error):
                    raise
                raise errors.HalfDone(path, _CUT_OFF) from error
            yield db


def roughly(db: sqlite3.Connection) -> int:
    """How many acts there may be, told without looking at them all; 0 where that can't be told."""
    try:
        last = db.execute(sql.LAST_ACT).fetchone()
    except sqlite3.Error:
        return 0
    return last["number"] if last and isinstance(last["number"], int) else 0


def examine(db: sqlite3.Connection, asked: Asked = _NOTHING_ASKED) -> Iterator[Finding]:
    """What every check comes to, one after the other, as they are made; none after one that the others can't do without.

    Texts that are no texts any more are read as what they are. However much is in the ledger, little of it is held at once.
    """
    factory = db.text_factory
    db.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        for check in (file, schema):
            finding = _made(check, db)
            yield finding
            if finding.wrong and finding.cure is not Cure.FIX:
                return
        yield _made(_links, db)
        yield from comparing.compared(db, asked)
    finally:
        db.text_factory = factory


def _made(check: Callable[[sqlite3.Connection], Finding], db: sqlite3.Connection) -> Finding:
    """What a check comes to; where SQLite itself can't go on, that."""
    try:
        return check(db)
    except sqlite3.Error as error:
        return unreadable(check.__name__.strip("_"), error)


def file(db: sqlite3.Connection) -> Finding:
    """SQLite's own check of pages, trees, types and indexes."""
    try:
        with connection.interruptible(db):
            said = [str(row[0]) for row in db.execute(f"PRAGMA integrity_check({_SQLITE_TELLS})")]
    except sqlite3.Error as error:
        said = [str(error)]
    troubles = Troubles()
    for line in (line for one in said if one != "ok" for line in one.splitlines() if not line.startswith("***")):
        troubles.add(line)
    only_indexes = all(_OF_AN_INDEX.match(one) for one in said)
    if only_indexes:
        return troubles.finding("file", "SQLite finds the file whole", "an index does not fit its table", Cure.FIX)
    return troubles.finding("file", "SQLite finds the file whole", "the file itself is damaged")


def schema(db: sqlite3.Connection) -> Finding:
    """Tables, indexes, guards and views, each by the text that made it."""
    (encoding,) = db.execute("PRAGMA encoding").fetchone()
    if encoding != "UTF-8":
        return Finding("schema", Result.WRONG, f"texts are stored as {encoding}, which no promisectl does", cure=Cure.RESTORE)
    amiss, more = strange(db)
    troubles = Troubles()
    for one in amiss:
        troubles.add(f"{one} is missing, or not as it was made")
    for one in more:
        if one.kind == "trigger":
            troubles.add(f"{one} is none of promisectl's, and could change what is written")
    if troubles.count:
        taken = {one.name for one in amiss} & {one.name for one in more if one.kind != "trigger"}
        cure = Cure.RESTORE if taken or any(one.kind == "table" for one in amiss) else Cure.FIX
        return troubles.finding("schema", "", "the ledger is not built as it should be", cure)
    if more:
        return Finding("schema", Result.NOTE, f"all is in its place; besides, somebody made {', '.join(map(str, more))}")
    return Finding("schema", Result.OK, "tables, indexes, triggers and views are in place")


class Part(NamedTuple):
    """A part of the schema: a `table`, an `index`, a `trigger` or a `view`, with its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        """As it stands in a sentence."""
        return f"the {self.kind} {self.name}"


def made_by(statement: str) -> Part:
    """What a statement of the schema makes."""
    kind, name, *_ = statement.removeprefix("CREATE ").removeprefix("UNIQUE ").replace("IF NOT EXISTS ", "", 1).split()
    return Part(kind.lower(), name)


def strange(db: sqlite3.Connection) -> tuple[list[Part], list[Part]]:
    """What of the ledger's own is missing or made otherwise, and what is there besides.

    A ledger of an earlier schema step need not have what came later, has some conditions in other words, and its views were others.
    """
    (step,) = db.execute("PRAGMA user_version").fetchone()
    later = {made_by(one) for past, made in sql.UPGRADES.items() if past > step for one in made}
    rows = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    there = {Part(row["type"], row["name"]): row["sql"] for row in rows}
    own = {made_by(one): one for one in sql.SCHEMA}
    amiss = []
    for part, made in own.items():
        missing = part not in there and part not in later
        early = part in there and part in later and part.kind == "table"
        other = part in there and migrations.worded(there[part], step) != made and (step == sql.SCHEMA_STEP or part.kind != "view")
        if missing or early or other:
            amiss.append(part)
    return amiss, [part for part in there if part not in own and not _of_sqlite(part)]


def _of_sqlite(part: Part) -> bool:
    """Whether SQLite itself made a table or an index; it makes neither triggers nor views."""
    return part.kind in {"table", "index"} and part.name.startswith("sqlite_")


def _links(db: sqlite3.Connection) -> Finding:
    troubles = Troubles()
    with connection.interruptible(db):
        rows = db.execute("PRAGMA foreign_key_check").fetchmany(_SQLITE_TELLS)
    for row in rows:
        troubles.add(f"a row of {row['table']} points to a {row['parent']} that is not there")
    return troubles.finding("links", "every row points to what is there", "rows point to what is not there", Cure.REBUILD)
