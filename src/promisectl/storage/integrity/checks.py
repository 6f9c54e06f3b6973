"""Whether a ledger is what was recorded: SQLite's own checks, the chain over the acts, and every row held against what the acts give."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager
from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import sql
from promisectl.domain.findings import (
    CheckRequest,
    DamageList,
    IntegrityFinding,
    IntegrityResult,
    Remedy,
    build_unreadable_finding,
)
from promisectl.storage import connection, summary
from promisectl.storage.integrity import rows as comparing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promisectl.storage.summary import LedgerSummary

_MAX_SQLITE_MESSAGES = 100
_INDEX_MESSAGE = re.compile(
    r"row \d+ missing from index |wrong # of entries in index |non-unique entry in index |row \d+ values differ from index "
)
_CUT_OFF_REASON = (
    "a command was cut off while it wrote, and what it left half done is still to be taken back"
)
_SWITCHED_TO_WAL_REASON = "another program has switched it to write-ahead logging"


_DEFAULT_REQUEST = CheckRequest()


def ensure_intact(path: str, head: str = "") -> LedgerSummary:
    """How much is in the ledger at `path`, if nothing is wrong with it, and the `head` is in its chain, where one is given.

    Raises Damaged with the first thing that is wrong, and LedgerTrouble.
    """
    with open_for_checks(path) as db:
        for finding in check_integrity(db, CheckRequest(head=head)):
            if finding.is_wrong:
                raise errors.DamagedContent(path, finding.summary)
        return summary.load_summary(db)


@contextmanager
def open_for_checks(path: str) -> Iterator[sqlite3.Connection]:
    """The file as it is on the disk, at one moment, to be examined: nothing is written, not even to put it right.

    Raises LedgerTrouble, and HalfDone where a writing command has to tidy up first.
    """
    with connection.translate_errors(path):
        try:
            connection.check_ledger_file(path)
        except errors.WalModeLedger as problem:
            raise errors.LedgerNeedsFix(path, _SWITCHED_TO_WAL_REASON) from problem
        with closing(connection.open_connection(path, "ro")) as db:
            db.execute("BEGIN")
            try:
                connection.retry_while_busy(path, lambda: connection.check_schema_step(path, db))
            except sqlite3.OperationalError as error:
                if not connection.has_unfinished_transaction(error):
                    raise
                raise errors.LedgerNeedsFix(path, _CUT_OFF_REASON) from error
            yield db


def estimate_act_count(db: sqlite3.Connection) -> int:
    """How many acts there may be, told without looking at them all; 0 where that can't be told."""
    try:
        last = db.execute(sql.LAST_ACT).fetchone()
    except sqlite3.Error:
        return 0
    return last["number"] if last and isinstance(last["number"], int) else 0


def check_integrity(
    db: sqlite3.Connection, asked: CheckRequest = _DEFAULT_REQUEST
) -> Iterator[IntegrityFinding]:
    """What every check comes to, one after the other, as they are made; none after one that the others can't do without.

    Texts that are no texts any more are read as what they are. However much is in the ledger, little of it is held at once.
    """
    factory = db.text_factory
    db.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        for check in (check_file, check_schema):
            finding = _run_check(check, db)
            yield finding
            if finding.is_wrong and finding.cure is not Remedy.FIX:
                return
        yield _run_check(_check_links, db)
        yield from comparing.check_ledger_contents(db, asked)
    finally:
        db.text_factory = factory


def _run_check(
    check: Callable[[sqlite3.Connection], IntegrityFinding], db: sqlite3.Connection
) -> IntegrityFinding:
    """What a check comes to; where SQLite itself can't go on, that."""
    try:
        return check(db)
    except sqlite3.Error as error:
        return build_unreadable_finding(check.__name__.strip("_").removeprefix("check_"), error)


def check_file(db: sqlite3.Connection) -> IntegrityFinding:
    """SQLite's own check of pages, trees, types and indexes."""
    try:
        with connection.allow_interrupts(db):
            said = [
                str(row[0]) for row in db.execute(f"PRAGMA integrity_check({_MAX_SQLITE_MESSAGES})")
            ]
    except sqlite3.Error as error:
        said = [str(error)]
    troubles = DamageList()
    for line in (
        line
        for one in said
        if one != "ok"
        for line in one.splitlines()
        if not line.startswith("***")
    ):
        troubles.add_detail(line)
    only_indexes = all(_INDEX_MESSAGE.match(one) for one in said)
    if only_indexes:
        return troubles.build_finding(
            "file", "SQLite finds the file whole", "an index does not fit its table", Remedy.FIX
        )
    return troubles.build_finding(
        "file", "SQLite finds the file whole", "the file itself is damaged"
    )


def check_schema(db: sqlite3.Connection) -> IntegrityFinding:
    """Tables, indexes, guards and views, each by the text that made it."""
    (encoding,) = db.execute("PRAGMA encoding").fetchone()
    if encoding != "UTF-8":
        return IntegrityFinding(
            "schema",
            IntegrityResult.WRONG,
            f"texts are stored as {encoding}, which no promisectl does",
            cure=Remedy.RESTORE,
        )
    amiss, more = compare_schema(db)
    troubles = DamageList()
    for one in amiss:
        troubles.add_detail(f"{one} is missing, or not as it was made")
    for one in more:
        if one.kind == "trigger":
            troubles.add_detail(f"{one} is none of promisectl's, and could change what is written")
    if troubles.count:
        taken = {one.name for one in amiss} & {one.name for one in more if one.kind != "trigger"}
        cure = Remedy.RESTORE if taken or any(one.kind == "table" for one in amiss) else Remedy.FIX
        return troubles.build_finding("schema", "", "the ledger is not built as it should be", cure)
    if more:
        return IntegrityFinding(
            "schema",
            IntegrityResult.NOTE,
            f"all is in its place; besides, somebody made {', '.join(map(str, more))}",
        )
    return IntegrityFinding(
        "schema", IntegrityResult.OK, "tables, indexes, triggers and views are in place"
    )


class SchemaPart(NamedTuple):
    """A part of the schema: a `table`, an `index`, a `trigger` or a `view`, with its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        """As it stands in a sentence."""
        return f"the {self.kind} {self.name}"


def parse_schema_part(statement: str) -> SchemaPart:
    """What a statement of the schema makes."""
    kind, name, *_ = statement.removeprefix("CREATE ").removeprefix("UNIQUE ").split()
    return SchemaPart(kind.lower(), name)


def compare_schema(db: sqlite3.Connection) -> tuple[list[SchemaPart], list[SchemaPart]]:
    """What of the ledger's own is missing or made otherwise, and what is there besides.

    A ledger of an earlier schema step need not have what came later, and its views were others.
    """
    (step,) = db.execute("PRAGMA user_version").fetchone()
    later = {
        parse_schema_part(one)
        for past, made in sql.MIGRATIONS.items()
        if past > step
        for one in made
    }
    rows = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    there = {SchemaPart(row["type"], row["name"]): row["sql"] for row in rows}
    own = {parse_schema_part(one): one for one in sql.SCHEMA}
    amiss = []
    for part, made in own.items():
        missing = part not in there and part not in later
        early = part in there and part in later and part.kind == "table"
        other = (
            part in there
            and there[part] != made
            and (step == sql.SCHEMA_STEP or part.kind != "view")
        )
        if missing or early or other:
            amiss.append(part)
    return amiss, [part for part in there if part not in own and not _is_sqlite_part(part)]


def _is_sqlite_part(part: SchemaPart) -> bool:
    """Whether SQLite itself made a table or an index; it makes neither triggers nor views."""
    return part.kind in {"table", "index"} and part.name.startswith("sqlite_")


def _check_links(db: sqlite3.Connection) -> IntegrityFinding:
    troubles = DamageList()
    with connection.allow_interrupts(db):
        rows = db.execute("PRAGMA foreign_key_check").fetchmany(_MAX_SQLITE_MESSAGES)
    for row in rows:
        troubles.add_detail(
            f"a row of {row['table']} points to a {row['parent']} that is not there"
        )
    return troubles.build_finding(
        "links",
        "every row points to what is there",
        "rows point to what is not there",
        Remedy.REBUILD,
    )
