"""Whether a ledger is what was recorded: SQLite's own checks, the chain over the acts, and every row held against what the acts give."""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple

from promisectl import errors
from promisectl.compiled import sql
from promisectl.domain.findings import Asked, Cure, Finding, Result, Troubles, unreadable
from promisectl.storage import opening
from promisectl.storage.care import comparing

_SQLITE_TELLS = 100
_OF_AN_INDEX = re.compile(
    r"row \d+ missing from index |wrong # of entries in index |non-unique entry in index |row \d+ values differ from index "
)
_CUT_OFF = "a command was cut off while it wrote, and what it left half done is still to be taken back"
_SWITCHED = "another program has switched it to write-ahead logging"


class Extent(NamedTuple):
    """How much is in a ledger, the hash of its newest act, and its schema step."""

    promises: int
    acts: int
    head: str
    step: int


_NOTHING_ASKED = Asked()


def insist(path: str, head: str = "") -> Extent:
    """How much is in the ledger at `path`, if nothing is wrong with it, and the `head` is in its chain, where one is given.

    Raises Damaged with the first thing that is wrong, and LedgerTrouble.
    """
    with opened(path) as db:
        for finding in examine(db, Asked(head=head)):
            if finding.result is Result.WRONG:
                raise errors.NotWhole(path, ": ".join((finding.says, *finding.details[:1])))
        return extent(db)


@contextmanager
def opened(path: str) -> Iterator[sqlite3.Connection]:
    """The file as it is on the disk, at one moment, to be examined: nothing is written, not even to put it right.

    Raises LedgerTrouble, and HalfDone where a writing command has to tidy up first.
    """
    with opening.translated(path):
        try:
            opening.check_header(path)
        except errors.LogsAhead as problem:
            raise errors.HalfDone(path, _SWITCHED) from problem
        with closing(opening.connect(path, "ro")) as db:
            db.execute("BEGIN")
            try:
                opening.patiently(path, lambda: opening.check(path, db))
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in (sqlite3.SQLITE_READONLY_ROLLBACK, sqlite3.SQLITE_READONLY_CANTLOCK):
                    raise
                raise errors.HalfDone(path, _CUT_OFF) from error
            yield db


def extent(db: sqlite3.Connection) -> Extent:
    """How much is in a ledger."""
    counts, last = db.execute(sql.COUNTS).fetchone(), db.execute(sql.LAST_ACT).fetchone()
    return Extent(counts["promises"], counts["acts"], last["hash"] if last else "", db.execute("PRAGMA user_version").fetchone()[0])


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
    db.text_factory = lambda data: data.decode(errors="surrogateescape")
    try:
        for check in (file, schema):
            finding = _made(check, db)
            yield finding
            if finding.result is Result.WRONG and finding.cure is not Cure.FIX:
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
        with opening.interruptible(db):
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
    wrong, more = strange(db)
    tables = [name for name, kind in wrong.items() if kind == "table"]
    troubles = Troubles()
    for name, kind in wrong.items():
        troubles.add(f"the {kind} {name} is missing, or not as it was made")
    for name, kind in more.items():
        if kind == "trigger":
            troubles.add(f"the trigger {name} is none of promisectl's, and could change what is written")
    if troubles.count:
        return troubles.finding("schema", "", "the ledger is not built as it should be", Cure.RESTORE if tables else Cure.FIX)
    if more:
        others = ", ".join(f"the {kind} {name}" for name, kind in more.items())
        return Finding("schema", Result.NOTE, f"all is in its place; besides, somebody made {others}")
    return Finding("schema", Result.OK, "tables, indexes, triggers and views are in place")


def strange(db: sqlite3.Connection) -> tuple[dict[str, str], dict[str, str]]:
    """What of the ledger's own is missing or made otherwise, and what is there besides: each by its name, with what it is.

    A ledger of an earlier schema step need not have what came later, and its views were others.
    """
    (step,) = db.execute("PRAGMA user_version").fetchone()
    later = {name_of(one) for past, made in sql.UPGRADES.items() if past > step for one in made}
    rows = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    own = set[tuple[str, str]]()
    wrong = dict[str, str]()
    for name, made in ((name_of(one), one) for one in sql.SCHEMA):
        kind = made.split(" INDEX")[0].split()[1].lower() if " INDEX" not in made[: len("CREATE UNIQUE INDEX")] else "index"
        found = [row["sql"] for row in rows if (row["type"], row["name"]) == (kind, name)]
        missing = not found and name not in later
        early = found and name in later and kind == "table"
        other = found and found != [made] and (step == sql.SCHEMA_STEP or kind != "view")
        if missing or other or early:
            wrong[name] = kind
        own.add((kind, name))
    more = {row["name"]: row["type"] for row in rows if (row["type"], row["name"]) not in own and not _of_sqlite(row)}
    return wrong, more


def _of_sqlite(row: sqlite3.Row) -> bool:
    """Whether SQLite itself made a table or an index; it makes neither triggers nor views."""
    return row["type"] in {"table", "index"} and row["name"].startswith("sqlite_")


def name_of(made: str) -> str:
    """The name of what a statement makes."""
    words = made.removeprefix("CREATE ").removeprefix("UNIQUE ").replace("IF NOT EXISTS ", "", 1).split()
    return words[1]


def _links(db: sqlite3.Connection) -> Finding:
    troubles = Troubles()
    with opening.interruptible(db):
        rows = db.execute("PRAGMA foreign_key_check").fetchmany(_SQLITE_TELLS)
    for row in rows:
        troubles.add(f"a row of {row['table']} points to a {row['parent']} that is not there")
    return troubles.finding("links", "every row points to what is there", "rows point to what is not there", Cure.REBUILD)
