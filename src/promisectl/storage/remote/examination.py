"""The checks of a ledger on a server: its rows, its guards, its disk, and the way to it."""

from __future__ import annotations

import json
from functools import partial

from promisectl import errors
from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import postgresql as statements
from promisectl.compiled import server_checks, sql
from promisectl.domain.findings import (
    DamageList,
    IntegrityFinding,
    IntegrityResult,
    Remedy,
)
from promisectl.storage import connection, ledger_file
from promisectl.storage.remote import guards, server_ledger

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from typing import Any

    from promisectl.storage.remote.server import Server, ServerHead
    from promisectl.storage.remote.server_ledger import ServerLedger

_OLDEST_VERSION = 140_000
_SHOWN_RIGHTS = 3
_COMPARISON_TRIES = 5
_NEEDED_RIGHTS = (
    *(("SELECT", table) for table in guards.GUARDED_TABLES),
    *(("INSERT", table) for table in statements.TABLES),
    ("UPDATE", "head"),
    *(("UPDATE", name) for name, put in statements.PUT_ONTO_SERVER.items() if "DO UPDATE" in put),
    *(("DELETE", table) for table in ("alias", *statements.DELETE_LINKS_ON_SERVER)),
)
"""The rights that moves need, each with its table."""
_UNTESTED_SERVERS = ("CockroachDB", "-YB-")
_SETTINGS_SQL = """SELECT version(), current_setting('server_version_num', true)::bigint,
  current_setting('server_encoding', true), current_user,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user),
  has_schema_privilege('public', current_schema(), 'CREATE'),
  has_schema_privilege(current_schema(), 'CREATE'),
  current_setting('fsync', true), current_setting('full_page_writes', true),
  current_setting('synchronous_commit', true), to_regclass('head') IS NOT NULL,
  pg_is_in_recovery()"""
_MISSING_RIGHTS_SQL = """SELECT needed.privilege || ' on ' || needed.name
  FROM unnest(%(rights)s, %(tables)s) WITH ORDINALITY AS needed (privilege, name, place)
  WHERE CASE WHEN to_regclass(needed.name) IS NULL THEN false
    ELSE NOT has_table_privilege(needed.name, needed.privilege) END
  ORDER BY needed.place"""
_UNLOGGED_TABLES_SQL = """SELECT relname FROM pg_class
  WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = ANY(%(tables)s)
  AND relpersistence <> 'p' ORDER BY relname"""
_POWER_CUT = "a power cut on the server can lose what was acknowledged"


class _ServerSettings(NamedTuple):
    version: str
    version_number: int | None
    encoding: str | None
    user: str
    is_superuser: bool | None
    is_open: bool | None
    """Whether everybody may create tables in the schema."""
    may_create: bool | None
    fsync: str | None
    full_page_writes: str | None
    synchronous_commit: str | None
    has_ledger: bool
    is_standby: bool


def examine_server_ledger(remote: ServerLedger) -> list[IntegrityFinding]:
    """Bring the copy up to date, compare it with the server, and return all findings.

    Where the server does not answer, that is the only one. Raises NewerLedger and LedgerBusy.
    """
    if setting := remote.caller.offline_setting:
        says = f"it was not asked, because {setting} was given"
        return [IntegrityFinding("server", IntegrityResult.NOTE, says)]
    try:
        return _Examination(remote, remote.connect()).list_findings()
    except (errors.NewerLedger, errors.LedgerBusy):
        raise
    except (errors.LedgerError, errors.NoDriver) as problem:
        return [_build_problem_finding("server", problem)]
    finally:
        remote.close()


def _build_problem_finding(check: str, problem: errors.Problem) -> IntegrityFinding:
    """Return the finding of a check that ended with an error, with its way out but `doctor`."""
    if problem.advice == errors.DamagedServerLedger.advice:
        problem.advice = ""
    problem.effect = ""
    is_damage = isinstance(problem, errors.DamagedServerLedger)
    cure = Remedy.RESTORE if is_damage else Remedy.NONE
    return IntegrityFinding(check, IntegrityResult.WRONG, str(problem).rstrip("."), cure=cure)


class _Examination:
    """The checks over one connection."""

    def __init__(self, remote: ServerLedger, server: Server) -> None:
        self._remote = remote
        self._server = server
        self._head: ServerHead | None = None

    def list_findings(self) -> list[IntegrityFinding]:
        """Return the findings of all checks. Raises what `examine_server_ledger` reports."""
        same = self._run_check("same", self.check_same)  # first: it brings the copy up to date
        settings = _ServerSettings(*self._server.run(_SETTINGS_SQL)[0])
        checks: list[tuple[str, Callable[[], IntegrityFinding]]] = [
            ("durable", partial(self.check_durable, settings)),
            ("connection", self.check_connection),
        ]
        if settings.has_ledger and not self._has_earlier_step:
            checks.insert(0, ("guards", self.check_guards))
        return [
            self._run_check("server", partial(self.check_server, settings)),
            same,
            *(self._run_check(name, check) for name, check in checks),
        ]

    @property
    def _has_earlier_step(self) -> bool:
        return self._head is not None and self._head.step < sql.SCHEMA_STEP

    def _run_check(self, name: str, check: Callable[[], IntegrityFinding]) -> IntegrityFinding:
        """Return the finding of a check, or one that it ended with an error.

        A pooler that lets no transaction have several statements has closed the connection.
        """
        try:
            finding = check()
        except (
            errors.ConnectionLost,
            errors.StatementPooling,
            errors.NewerLedger,
            errors.LedgerBusy,
        ):
            raise
        except errors.LedgerError as problem:
            finding = _build_problem_finding(name, problem)
        self._server.roll_back()
        return finding

    # The rows

    def check_same(self) -> IntegrityFinding:
        """Bring the copy up to date, and compare every row of it with the server."""
        for _ in range(_COMPARISON_TRIES):
            try:
                mine = server_ledger.fetch_copy_head(self._remote.file)
            except errors.TemporaryLedgerError:
                raise
            except errors.LedgerError:
                self._head = self._remote.read_head(self._server, connection.LastAct())
                says = "not compared, because this machine's copy can't be read"
                return IntegrityFinding("same", IntegrityResult.WRONG, says, cure=Remedy.RESTORE)
            self._head = self._remote.read_head(self._server, mine)
            if self._head and self._has_earlier_step:
                self._remote.refuse_older_step(self._head, may_upgrade=True)
                says = "not compared, because the server has an earlier schema step"
                return IntegrityFinding("same", IntegrityResult.NOTE, says)
            self._remote.catch_up(self._server, self._head, mine)
            if self._head is None:
                says = "there is no ledger on the server yet; the first promise creates it"
                return IntegrityFinding("same", IntegrityResult.OK, says)
            with ledger_file.open_file_snapshot(self._remote.file) as db:
                if connection.fetch_last_act(db).number == self._head.number:
                    return self.compare_rows(db)
            self._server.roll_back()  # another command was faster
        raise errors.LedgerBusy(self._remote.address, 0)

    def compare_rows(self, db: sqlite3.Connection) -> IntegrityFinding:
        """Compare every row of the copy with that of the server, at the same moment."""
        db.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
        db.row_factory = None
        damage = DamageList()
        count = 0
        for table, statement in server_checks.ALL_ROWS_IN_COPY.items():
            theirs = (
                tuple(json.loads(text))
                for text in self._server.iter_texts(server_checks.ALL_ROWS_ON_SERVER[table])
            )
            found = compare_sorted_rows(db.execute(statement), theirs)
            count += found.rows
            if found.differing:
                where = f"the first is {found.first_key}"
                damage.add_detail(
                    f"{table}: {found.differing:,} of {found.rows:,} rows differ ({where})"
                )
        return damage.build_finding(
            "same",
            f"the server and this machine's copy have the same {count:,} rows",
            "the server and this machine's copy differ",
        )

    # The server

    def check_server(self, settings: _ServerSettings) -> IntegrityFinding:
        """Return what the server is, and as whom it is used."""
        notes = list(self.iter_server_notes(settings))
        name = settings.version.partition(" on ")[0].partition(" (")[0]
        says = f"{name} answers, and you are {settings.user}"
        if settings.encoding not in (None, "UTF8"):
            wrong = f"texts are stored as {settings.encoding}, not UTF-8"
            return IntegrityFinding("server", IntegrityResult.WRONG, says, (wrong, *notes))
        result = IntegrityResult.NOTE if notes else IntegrityResult.OK
        return IntegrityFinding("server", result, says, tuple(notes))

    def iter_server_notes(self, settings: _ServerSettings) -> Iterator[str]:
        """Return what is worth knowing about the server, its ledger and the role."""
        if any(name in settings.version for name in _UNTESTED_SERVERS):
            yield "promisectl is not tested with this server"
        elif (settings.version_number or _OLDEST_VERSION) < _OLDEST_VERSION:
            yield f"promisectl is not tested with PostgreSQL before {_OLDEST_VERSION // 10_000}"
        if self._head and self._has_earlier_step and server_ledger.has_upgrade(self._head.step):
            yield (
                f"the ledger has schema step {self._head.step}, and moves need "
                f"{sql.SCHEMA_STEP}: `promisectl doctor --fix` upgrades it, "
                "and older versions can't use it any more"
            )
        if settings.is_standby:
            yield "that is a standby, which takes no moves"
        if settings.is_superuser:
            yield "that is a superuser, who may do anything: use a role with fewer rights"
        elif missing := self.list_missing_rights(settings):
            more = len(missing) - _SHOWN_RIGHTS
            shown = [*missing[:_SHOWN_RIGHTS], *([f"{more} more rights"] if more > 0 else [])]
            yield f"that role can't record, because it lacks {', '.join(shown)}"
        if settings.is_open:
            yield "every role may create tables beside the ledger"

    def list_missing_rights(self, settings: _ServerSettings) -> list[str]:
        """Return the rights that the role lacks, as in “INSERT on act”."""
        if not settings.has_ledger:
            return [] if settings.may_create else ["CREATE on the schema"]
        rights, tables = map(list, zip(*_NEEDED_RIGHTS, strict=True))
        rows = self._server.run(_MISSING_RIGHTS_SQL, rights=rights, tables=tables)
        return [str(right) for (right,) in rows]

    def check_guards(self) -> IntegrityFinding:
        """Return a finding about triggers, CHECKs, references and indexes."""
        faults = guards.list_guard_faults(self._server)
        damage = DamageList()
        for fault in faults:
            damage.add_detail(f"{fault.subject} {fault.complaint}")
        has_repair = any(fault.repairs for fault in faults)
        return damage.build_finding(
            "guards",
            "triggers, CHECKs, references and indexes are in place and switched on",
            "what guards the rows on the server is not as it should be",
            Remedy.FIX if has_repair else Remedy.NONE,
        )

    def check_durable(self, settings: _ServerSettings) -> IntegrityFinding:
        """Return a finding about what a power cut or a crash of the server can lose."""
        notes = [
            f"{name} is off: {_POWER_CUT}"
            for name in ("fsync", "full_page_writes")
            if getattr(settings, name) == "off"
        ]
        if settings.synchronous_commit == "off":
            notes.append("synchronous_commit is off; moves turn it on for themselves")
        notes += [
            f"the table {name} is not logged: a crash of the server empties it"
            for (name,) in self._server.run(
                _UNLOGGED_TABLES_SQL, tables=list(guards.GUARDED_TABLES)
            )
        ]
        if notes:
            says = "the server does not keep everything safe"
            return IntegrityFinding("durable", IntegrityResult.NOTE, says, tuple(notes))
        says = "the server writes to its disk before it answers"
        return IntegrityFinding("durable", IntegrityResult.OK, says)

    def check_connection(self) -> IntegrityFinding:
        """Return a finding about who can listen on the way, and about the two clocks."""
        chosen = self._server.encryption
        notes = []
        if self._server.is_encrypted:
            says = "encrypted"
            if not chosen.is_local and chosen.sslmode not in ("", "verify-full"):
                unchecked = (
                    "the name of the server is not checked"
                    if chosen.checks_certificate
                    else "nobody checks that it is the right server"
                )
                notes.append(f"sslmode={chosen.sslmode}: {unchecked}")
        elif chosen.is_local:
            says = "within this machine"
        else:
            says = "to another machine"
            notes.append("it is not encrypted, so that others can read and change what is sent")
        moment = self._server.read_clock()
        if difference := self._remote.caller.describe_clock_difference(moment):
            notes.append(f"this machine's clock is {difference} the server's, which counts")
        else:
            says = f"{says}; the clocks agree"
        result = IntegrityResult.NOTE if notes else IntegrityResult.OK
        return IntegrityFinding("connection", result, says, tuple(notes))


class _RowComparison(NamedTuple):
    """How many rows there are, how many of them differ, and the key of the first of these."""

    rows: int
    differing: int
    first_key: Any


def compare_sorted_rows(
    mine: Iterator[tuple[Any, ...]], theirs: Iterator[tuple[Any, ...]]
) -> _RowComparison:
    """Compare rows that come in the order of their first column, one at a time."""
    rows = differing = 0
    first_key = None
    row, their_row = next(mine, None), next(theirs, None)
    while row or their_row:
        rows += 1
        is_mine = row is not None and (their_row is None or _sorts_before(row[0], their_row[0]))
        is_theirs = their_row is not None and (row is None or _sorts_before(their_row[0], row[0]))
        if is_mine or is_theirs or row != their_row:
            differing += 1
            if differing == 1:
                first_key = (their_row if is_theirs else row)[0]  # type: ignore[index]
        row = row if is_theirs else next(mine, None)
        their_row = their_row if is_mine else next(theirs, None)
    return _RowComparison(rows, differing, first_key)


def _sorts_before(key: int | str, other: int | str) -> bool:
    """Whether a key comes before another: texts by their bytes, as both databases sort them."""
    if isinstance(key, str) and isinstance(other, str):
        return key.encode("utf-8", "surrogateescape") < other.encode("utf-8", "surrogateescape")
    return key < other  # type: ignore[operator]
