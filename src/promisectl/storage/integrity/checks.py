"""The checks of a whole ledger: SQLite's own, the schema, the links, then the content."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing, contextmanager, suppress
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
from promisectl.storage import connection, sqlite_errors, summary
from promisectl.storage.integrity import rows as integrity_rows
from promisectl.storage.integrity.second_process import (
    SecondProcessAnswer,
    SecondProcessFailedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promisectl.storage.integrity.second_process import SecondProcess
    from promisectl.storage.summary import LedgerSummary

_MAX_SQLITE_MESSAGES = 100
_INDEX_MESSAGE = re.compile(
    r"row \d+ missing from index |wrong # of entries in index |"
    r"non-unique entry in index |row \d+ values differ from index "
)
_CUT_OFF_REASON = "a command was interrupted while it wrote, and has to be rolled back"
_SWITCHED_TO_WAL_REASON = "another program set it to WAL mode"
_DEFAULT_REQUEST = CheckRequest()


def ensure_intact(path: str, head: str = "") -> LedgerSummary:
    """Check the ledger at `path`, and return its summary.

    `head` is the beginning of a hash that an act has to have; empty to look for none. Raises
    DamagedContent with the first thing that is wrong, LedgerError when the file can't be read.
    """
    with open_for_checks(path) as db:
        for finding in check_integrity(db, CheckRequest(head=head)):
            if finding.is_wrong:
                raise errors.DamagedContent(path, finding.summary)
        return summary.load_summary(db)


@contextmanager
def open_for_checks(
    path: str, patience: float = connection.LOCK_WAIT_SECONDS
) -> Iterator[sqlite3.Connection]:
    """Open a read-only connection to the file as it is on the disk, at one moment.

    It writes nothing, not even to roll back an unfinished transaction, and waits for another
    command for `patience`, in seconds. Raises LedgerNeedsFix where a writing command has to do
    that first, LedgerError when the file can't be read.
    """
    with connection.translate_errors(path, reading=True):
        try:
            connection.check_ledger_file(path)
        except errors.WalModeLedger as problem:
            raise errors.LedgerNeedsFix(path, _SWITCHED_TO_WAL_REASON) from problem
        with closing(connection.open_connection(path, "ro", patience)) as db:
            try:
                connection.begin_read_transaction(path, db, patience)
            except sqlite3.OperationalError as error:
                if not connection.has_unfinished_transaction(error):
                    raise
                raise errors.LedgerNeedsFix(path, _CUT_OFF_REASON) from error
            yield db


def estimate_act_count(db: sqlite3.Connection) -> int:
    """Return the number of the last act, without counting the acts; 0 if it can't be read."""
    try:
        return connection.fetch_last_act(db).number
    except sqlite3.Error:
        return 0


def check_integrity(
    db: sqlite3.Connection,
    request: CheckRequest = _DEFAULT_REQUEST,
    second: SecondProcess | None = None,
) -> Iterator[IntegrityFinding]:
    """Yield the finding of each check when the check is done.

    A `second` process checks a part of the promises meanwhile.

    Stops after damage that makes the other checks impossible. Reads bytes that are not
    UTF-8 as surrogates. Memory does not grow with the ledger.
    """
    if second:
        with suppress(sqlite3.Error, OSError):  # damage is found below, and all is checked here
            second.begin(db)
    factory = db.text_factory
    db.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        for check in (check_file, check_schema):
            finding = _run_check(check, db)
            yield finding
            if finding.is_wrong and finding.cure is not Remedy.FIX:
                return
        yield _run_check(check_links, db)
        contents = _list_contents_if_fine(db, request, second)
        yield from contents or integrity_rows.check_ledger_contents(db, request)
    finally:
        db.text_factory = factory


def _list_contents_if_fine(
    db: sqlite3.Connection, request: CheckRequest, second: SecondProcess | None
) -> list[IntegrityFinding]:
    """Return the findings about the contents, none if anything is wrong with them.

    Reads only UTF-8: to call a Python function for each text takes a tenth of the instructions.
    """
    factory = db.text_factory
    db.text_factory = str
    try:
        findings = list(integrity_rows.check_ledger_contents(db, request, second))
    except SecondProcessFailedError:
        return []
    finally:
        db.text_factory = factory
    return [] if any(finding.is_wrong for finding in findings) else findings


def count_matching_promises(
    path: str, first: int, on_progress: Callable[[], None]
) -> SecondProcessAnswer:
    """Check the promises from the number `first` on, as the second process.

    Raises SecondProcessFailedError if one does not match its history, and what `open_for_checks`
    raises.
    """
    with open_for_checks(path, patience=0) as db:
        content = integrity_rows.ContentChecks(db, CheckRequest(on_progress=on_progress))
        count = content.count_matching_promises(first)
        return SecondProcessAnswer(count, connection.fetch_last_act(db).hash)


def _run_check(
    check: Callable[[sqlite3.Connection], IntegrityFinding], db: sqlite3.Connection
) -> IntegrityFinding:
    """Return the finding of a check, or a finding that SQLite can't read the ledger."""
    try:
        return check(db)
    except sqlite3.Error as error:
        sqlite_errors.refuse_temporary_file_failure(error)
        return build_unreadable_finding(check.__name__.removeprefix("check_"), error)


def check_file(db: sqlite3.Connection) -> IntegrityFinding:
    """Return the finding of SQLite's own check of pages, trees, types and indexes."""
    try:
        with connection.allow_interrupts(db):
            rows = db.execute(f"PRAGMA integrity_check({_MAX_SQLITE_MESSAGES})").fetchall()
        messages = [str(row[0]) for row in rows]
    except sqlite3.Error as error:
        sqlite_errors.refuse_temporary_file_failure(error)
        messages = [str(error)]
    damage = DamageList()
    for message in messages:
        for line in message.splitlines():
            if message != "ok" and not line.startswith("***"):
                damage.add_detail(line)
    fine = "SQLite finds no damage"
    if all(map(_INDEX_MESSAGE.match, messages)):
        return damage.build_finding("file", fine, "an index does not match its table", Remedy.FIX)
    return damage.build_finding("file", fine, "the file is damaged")


def check_schema(db: sqlite3.Connection) -> IntegrityFinding:
    """Return a finding about tables, indexes, triggers and views, compared by their SQL."""
    (encoding,) = db.execute("PRAGMA encoding").fetchone()
    if encoding != "UTF-8":
        sentence = f"texts are stored as {encoding}, not UTF-8"
        return IntegrityFinding("schema", IntegrityResult.WRONG, sentence, cure=Remedy.RESTORE)
    amiss, extras = compare_schema(db)
    damage = DamageList()
    for part in amiss:
        damage.add_detail(f"{part} is missing or was changed")
    for part in extras:
        if part.kind == "trigger":
            damage.add_detail(f"{part} is not part of promisectl, and could change what is written")
    if damage.count:
        extra_names = {part.name for part in extras if part.kind != "trigger"}
        # `doctor --fix` makes no tables, and no part whose name another part has.
        needs_backup = any(part.kind == "table" or part.name in extra_names for part in amiss)
        cure = Remedy.RESTORE if needs_backup else Remedy.FIX
        return damage.build_finding("schema", "", "the schema was changed", cure)
    if extras:
        sentence = f"complete; another program added {', '.join(map(str, extras))}"
        return IntegrityFinding("schema", IntegrityResult.NOTE, sentence)
    return IntegrityFinding(
        "schema", IntegrityResult.OK, "tables, indexes, triggers and views are complete"
    )


class SchemaPart(NamedTuple):
    """A part of the schema: a `table`, an `index`, a `trigger` or a `view`, with its name."""

    kind: str
    name: str

    def __str__(self) -> str:
        """Return the part as a sentence names it."""
        return f"the {self.kind} {self.name}"


def parse_schema_part(statement: str) -> SchemaPart:
    """Return the part of the schema that a CREATE statement makes."""
    kind, name, *_ = statement.removeprefix("CREATE ").removeprefix("UNIQUE ").split()
    return SchemaPart(kind.lower(), name)


def compare_schema(db: sqlite3.Connection) -> tuple[list[SchemaPart], list[SchemaPart]]:
    """Return the parts of promisectl that are missing or changed, then the parts of others.

    A ledger of an earlier schema step may lack the parts that came later, and have other views.
    """
    step = connection.read_schema_step(db)
    later = {
        parse_schema_part(statement)
        for later_step, statements in sql.MIGRATIONS.items()
        if later_step > step
        for statement in statements
        if statement.startswith("CREATE ")
    }
    rows = db.execute("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    present = {SchemaPart(row["type"], row["name"]): row["sql"] for row in rows}
    own = {
        parse_schema_part(statement): _remove_later_columns(statement, step)
        for statement in sql.SCHEMA
    }
    amiss = []
    for part, statement in own.items():
        if part not in present:
            is_amiss = part not in later
        else:
            is_early = part in later and part.kind == "table"
            is_comparable = step == sql.SCHEMA_STEP or part.kind != "view"
            is_amiss = is_early or (is_comparable and present[part] != statement)
        if is_amiss:
            amiss.append(part)
    extras = [
        part
        for part in present
        # SQLite itself makes tables and indexes, but neither triggers nor views.
        if part not in own
        and not (part.kind in {"table", "index"} and part.name.startswith("sqlite_"))
    ]
    return amiss, extras


def _remove_later_columns(statement: str, step: int) -> str:
    """Return a CREATE statement as it was at a schema step, without later columns of promises."""
    if parse_schema_part(statement) != SchemaPart("table", "promise"):
        return statement
    for migration in range(step + 1, sql.SCHEMA_STEP + 1):
        for added in sql.MIGRATIONS[migration]:
            column = added.removeprefix("ALTER TABLE promise ADD COLUMN ")
            if column != added:
                statement = statement.replace(f", {column}", "", 1)
    return statement


def check_links(db: sqlite3.Connection) -> IntegrityFinding:
    """Return the finding of SQLite's check of foreign keys."""
    damage = DamageList()
    with connection.allow_interrupts(db):
        rows = db.execute("PRAGMA foreign_key_check").fetchmany(_MAX_SQLITE_MESSAGES)
    for row in rows:
        damage.add_detail(f"a row of {row['table']} points to a missing {row['parent']}")
    return damage.build_finding(
        "links",
        "every row points to rows that exist",
        "rows point to missing rows",
        Remedy.REBUILD,
    )
