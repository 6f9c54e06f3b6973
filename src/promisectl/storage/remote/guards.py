"""What guards the rows of a ledger on a server: triggers, CHECKs, references and indexes."""

from __future__ import annotations

import re

from promisectl._typing import TYPE_CHECKING, NamedTuple
from promisectl.compiled import postgresql as statements
from promisectl.compiled import server_checks

if TYPE_CHECKING:
    from promisectl.storage.remote.server import Server

GUARDED_TABLES = ("head", *statements.TABLES)
"""All tables of a ledger on a server."""
_ACTING_KINDS = ("trigger", "rule")
"""The parts of others that could change what is written."""
_KIND_NAMES = {"check": "CHECK"}
_OFF_ENDING = " NOT ENFORCED"
_PARTS_SQL = """SELECT 'function', '', p.proname, p.prosrc, true, ''
  FROM pg_proc AS p JOIN pg_language AS l ON l.oid = p.prolang
  WHERE p.pronamespace = quote_ident(current_schema())::regnamespace AND l.lanname = 'plpgsql'
UNION ALL
SELECT CASE n.contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'reference' ELSE 'key' END,
  c.relname, n.conname,
  'ALTER TABLE ' || c.relname || ' ADD CONSTRAINT ' || n.conname || ' '
    || pg_get_constraintdef(n.oid, true),
  NOT EXISTS (SELECT * FROM pg_trigger AS t
    WHERE t.tgconstraint = n.oid AND t.tgenabled NOT IN ('O', 'A')), ''
  FROM pg_constraint AS n JOIN pg_class AS c ON c.oid = n.conrelid
  WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = ANY(%(tables)s)
  AND n.contype IN ('c', 'f', 'p', 'u')
UNION ALL
SELECT 'index', c.relname, i.relname, pg_get_indexdef(x.indexrelid, 0, true),
  x.indisvalid AND x.indisready, ''
  FROM pg_index AS x JOIN pg_class AS c ON c.oid = x.indrelid
  JOIN pg_class AS i ON i.oid = x.indexrelid
  WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = ANY(%(tables)s)
UNION ALL
SELECT 'trigger', c.relname, t.tgname, pg_get_triggerdef(t.oid, true),
  t.tgenabled IN ('O', 'A'), format('DROP TRIGGER %%I ON %%I', t.tgname, c.relname)
  FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid
  WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname = ANY(%(tables)s)
  AND NOT t.tgisinternal
UNION ALL
SELECT 'rule', c.relname, r.rulename, '', true,
  format('DROP RULE %%I ON %%I', r.rulename, c.relname)
  FROM pg_rewrite AS r JOIN pg_class AS c ON c.oid = r.ev_class
  WHERE c.relnamespace = quote_ident(current_schema())::regnamespace
  AND c.relname = ANY(%(tables)s)"""
_REPLICATION_ROLE_SQL = "SELECT current_setting('session_replication_role', true)"
_DROPS_SQL = {
    "function": "",
    "key": "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
    "reference": "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
    "check": "ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {name}",
    "index": "DROP INDEX IF EXISTS {name}",
    "trigger": "DROP TRIGGER IF EXISTS {name} ON {table}",
}
# How the server words a condition, and how the declaration does.
_WORDINGS = (
    (re.compile(r" NOT IN "), "<>IN"),
    (re.compile(r"::text|::boolean| USING btree|[\s()\"]"), ""),
    (re.compile(r"=ANYARRAY\[([^\]]*)\]"), r"IN\1"),
    (re.compile(r"<>ALLARRAY\[([^\]]*)\]"), r"<>IN\1"),
)


class GuardFault(NamedTuple):
    """What is wrong with a guard, and the statements of its repair with what that is.

    `subject` and `complaint` are a sentence, and so are `subject` and `repaired`.
    """

    subject: str
    complaint: str
    repaired: str = ""
    repairs: tuple[str, ...] = ()


def list_guard_faults(server: Server) -> list[GuardFault]:
    """Return what is missing, switched off or altered, and what others have added."""
    rows = server.run(_PARTS_SQL, tables=list(GUARDED_TABLES))
    present = {(kind, table, name): rest for kind, table, name, *rest in rows}
    faults = []
    for part, statement in server_checks.GUARDS.items():
        found, is_on, _ = present.get(part, ("", False, ""))
        if not found:
            what = "is missing"
        elif not is_on or found.endswith(_OFF_ENDING):
            what = "is switched off"
        else:
            what = "" if is_guard_as_declared(part, statement, found) else "was changed"
        if what:
            repairs = list_guard_repairs(part, statement)
            faults.append(GuardFault(_name_part(part), what, "was created again", repairs))
    for part, (_, _, drop) in present.items():
        if part[0] in _ACTING_KINDS and part not in server_checks.GUARDS:
            what = "is not part of promisectl, and could change what is written"
            faults.append(GuardFault(_name_part(part), what, "was removed", (drop,)))
    if server.run(_REPLICATION_ROLE_SQL) == [("replica",)]:
        faults.append(GuardFault("session_replication_role", "is replica, so that no trigger acts"))
    return faults


def repair_guards(server: Server) -> list[str]:
    """Create the guards again that are at fault, in the transaction of a move.

    Returns what was done. Raises MissingRights for a role that does not own the tables, and
    DamagedServerLedger where a row is not what a guard demands.
    """
    done = []
    for fault in list_guard_faults(server):
        if fault.repairs:
            server.run(*fault.repairs)
            done.append(f"{fault.subject} {fault.repaired}")
    return done


def is_guard_as_declared(part: tuple[str, str, str], statement: str, found: str) -> bool:
    """Whether a guard is what a statement creates; of a function, the server shows the body."""
    if part[0] == "function":
        return statement.split("$$")[1] == found
    return _normalize_wording(statement) == _normalize_wording(found)


def _normalize_wording(definition: str) -> str:
    """Return a definition without what the server words otherwise than the declaration."""
    for pattern, replacement in _WORDINGS:
        definition = pattern.sub(replacement, definition)
    return definition


def _name_part(part: tuple[str, str, str]) -> str:
    kind, table, name = part
    owner = f" of {table}" if table else ""
    return f"the {_KIND_NAMES.get(kind, kind)} {name}{owner}"


def list_guard_repairs(part: tuple[str, str, str], statement: str) -> tuple[str, ...]:
    """Return the statements that create a guard again."""
    kind, table, name = part
    if kind == "function":
        return (statement,)
    return (_DROPS_SQL[kind].format(table=table, name=name), statement)
