"""What PostgreSQL holds after a ledger was created is what the declaration says."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from promisectl.compiled import postgresql as statements
from promisectl.compiled import sql
from promisectl.storage import tables
from tests.conftest import Program
from tests.tools.postgres import PostgresServer

DECLARED = {**SQLModel.metadata.tables, "head": tables.HEAD_TABLE}
DIALECT = postgresql.dialect()
Rows = Callable[..., list[tuple[object, ...]]]


@pytest.fixture
def ask(postgres_server: PostgresServer, database: str, machine: Callable[[str], Program]) -> Rows:
    """Queries the catalog of a database in which a ledger was created."""
    machine("home").ok("make", "Send the Q3 numbers", "--to", "dana")
    return lambda query: postgres_server.run_sql(query, database=database)


def test_the_tables_and_columns_are_those_declared(ask: Rows) -> None:
    found = ask(
        """SELECT c.relname, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
        l.collname, a.atthasdef, a.attidentity
        FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        LEFT JOIN pg_collation l ON l.oid = a.attcollation
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
        ORDER BY 1, 2"""
    )
    kinds = {"BIGINT": "bigint", 'TEXT COLLATE "C"': "text", "BOOLEAN": "boolean"}
    expected = []
    for name in sorted(DECLARED):
        for place, column in enumerate(DECLARED[name].columns, start=1):
            kind = kinds[column.type.compile(dialect=DIALECT)]
            collation = "C" if kind == "text" else None
            expected.append(
                (name, place, column.name, kind, not column.nullable, collation, False, "")
            )
    assert found == expected
    assert {kind for _, _, _, kind, *_ in found} == {"bigint", "text", "boolean"}


def test_nothing_counts_by_itself(ask: Rows) -> None:
    """Numbers come from a copy, under the lock."""
    assert ask("SELECT relname FROM pg_class WHERE relkind = 'S'") == []


def test_the_constraints_are_those_declared(ask: Rows) -> None:
    found = ask(
        """SELECT c.relname, k.contype::text, CASE k.contype WHEN 'c' THEN k.conname ELSE '' END,
        (SELECT array_agg(a.attname::text ORDER BY place) FROM unnest(k.conkey) WITH ORDINALITY AS u (number, place)
         JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.number),
        k.confrelid::regclass::text, k.condeferrable, k.condeferred, k.convalidated
        FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid
        WHERE c.relnamespace = 'public'::regnamespace AND k.contype IN ('p', 'u', 'f', 'c')"""
    )
    expected: list[tuple[object, ...]] = []
    for name, table in DECLARED.items():
        for one in table.constraints:
            if isinstance(one, ForeignKeyConstraint):
                other = one.referred_table.name
                expected.append((name, "f", "", list(one.column_keys), other, True, True, True))
            elif isinstance(one, PrimaryKeyConstraint | UniqueConstraint):
                letter = "p" if isinstance(one, PrimaryKeyConstraint) else "u"
                expected.append(
                    (name, letter, "", [c.name for c in one.columns], "-", False, False, True)
                )
            else:
                assert isinstance(one, CheckConstraint)
                expected.append((name, "c", one.name, None, "-", False, False, True))

    def plain(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
        return sorted(
            ((*row[:3], None if row[1] == "c" else row[3], *row[4:]) for row in rows), key=repr
        )

    assert plain(found) == plain(expected)


def flatten(condition: str) -> str:
    """A condition without what PostgreSQL adds when it prints it."""
    condition = (
        condition.replace("::text", "").replace("ANY (ARRAY[", "").replace("ALL (ARRAY[", "")
    )
    return re.sub(r"[()\s\]]+", " ", condition).strip().lower()


def test_the_checks_say_what_is_declared(ask: Rows) -> None:
    found = {
        (table, name): flatten(str(text).removeprefix("CHECK "))
        for table, name, text in ask(
            """SELECT c.relname, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k
            JOIN pg_class c ON c.oid = k.conrelid
            WHERE c.relnamespace = 'public'::regnamespace AND k.contype = 'c'"""
        )
    }
    for name, table in DECLARED.items():
        for one in table.constraints:
            if isinstance(one, CheckConstraint):
                text = str(one.sqltext.compile(dialect=DIALECT))
                text = text.replace(" IN (", " = ").replace("'me', 'them'", "'me', 'them'")
                assert found.pop((name, one.name)) == flatten(text), one.name
    assert found == {}


def test_the_indexes_are_those_declared_with_their_conditions(ask: Rows) -> None:
    found = {
        name: (table, bool(unique), columns, flatten(str(condition or "")))
        for name, table, unique, columns, condition in ask(
            """SELECT i.relname, c.relname, x.indisunique,
            (SELECT array_agg(pg_get_indexdef(x.indexrelid, place, true) ORDER BY place)
             FROM generate_series(1, x.indnkeyatts) AS place),
            pg_get_expr(x.indpred, x.indrelid)
            FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
            WHERE c.relnamespace = 'public'::regnamespace AND x.indisvalid
            AND NOT EXISTS (SELECT * FROM pg_constraint k WHERE k.conindid = x.indexrelid)"""
        )
    }
    expected = {}
    for name, table in DECLARED.items():
        for index in table.indexes:
            condition = index.dialect_options["sqlite"]["where"]
            text = "" if condition is None else str(condition)
            text = re.sub(r"NOT IN \(([^)]*)\)", r"<> \1", text)
            names = [column.name for column in index.columns]
            expected[index.name] = (name, index.unique, names, flatten(text))
    assert found == expected
    partial = [name for name, (*_, condition) in found.items() if condition]
    assert len(partial) == 6
    assert found["person_handle"][1]


def test_the_guards_are_there_and_enabled(ask: Rows) -> None:
    found = ask(
        """SELECT c.relname, t.tgname, t.tgenabled::text, p.proname, pg_get_triggerdef(t.oid)
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE NOT t.tgisinternal ORDER BY 1, 2"""
    )
    assert [row[:4] for row in found] == [
        ("act", "act_is_never_changed", "O", "act_is_never_changed"),
        ("act", "act_is_never_deleted", "O", "act_is_never_deleted"),
        ("act", "act_is_the_next", "O", "act_is_the_next"),
        ("act", "acts_are_never_emptied", "O", "act_is_never_deleted"),
        ("promise", "promise_is_never_deleted", "O", "promise_is_never_deleted"),
        ("promise", "promises_are_never_emptied", "O", "promise_is_never_deleted"),
    ]
    written = [text for text in statements.SCHEMA if text.startswith("CREATE TRIGGER")]
    printed = [str(row[4]).replace("public.", "") for row in found]
    assert sorted(printed) == sorted(written)


def test_the_guards_refuse_with_the_sentences_of_a_file(
    postgres_server: PostgresServer, database: str, ask: Rows
) -> None:
    import psycopg2

    for statement, sentence in (
        ("UPDATE act SET verb = 'note'", "acts are never changed"),
        ("DELETE FROM act", "acts are never deleted"),
        ("TRUNCATE act CASCADE", "acts are never deleted"),
        ("DELETE FROM promise", "promises are never deleted"),
        ("TRUNCATE promise CASCADE", "promises are never deleted"),
        (
            "INSERT INTO act SELECT number + 5, entry, promise, person, verb, side, by, at, recorded_at, body, hash FROM act",
            "acts are only ever appended",
        ),
    ):
        with pytest.raises(psycopg2.errors.RestrictViolation, match=sentence):
            postgres_server.run_sql(statement, database=database)
    assert any("acts are only ever appended" in guard for guard in sql.SCHEMA)
    assert ask("SELECT count(*) FROM act") == [(2,)]


def test_the_functions_are_those_of_the_guards_alone(ask: Rows) -> None:
    found = ask(
        """SELECT proname, l.lanname, prosecdef FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
        WHERE pronamespace = 'public'::regnamespace ORDER BY 1"""
    )
    names = ("act_is_never_changed", "act_is_never_deleted", "act_is_the_next")
    assert found == [(name, "plpgsql", False) for name in (*names, "promise_is_never_deleted")]


def test_the_head_says_what_it_is(ask: Rows) -> None:
    assert ask("SELECT obj_description('head'::regclass)") == [(tables.HEAD_TABLE.comment,)]
    ((one, number, hash_, step),) = ask("SELECT * FROM head")
    assert (one, number, step) == (True, 2, sql.SCHEMA_STEP)
    assert [(hash_,)] == ask("SELECT hash FROM act ORDER BY number DESC LIMIT 1")


def test_there_is_one_head_at_most(
    postgres_server: PostgresServer, database: str, ask: Rows
) -> None:
    import psycopg2

    assert ask("SELECT count(*) FROM head") == [(1,)]
    for one, problem in (
        ("true", psycopg2.errors.UniqueViolation),
        ("false", psycopg2.errors.CheckViolation),
    ):
        with pytest.raises(problem):
            postgres_server.run_sql(f"INSERT INTO head VALUES ({one}, 0, '', 2)", database=database)
