"""Hostile texts, names and settings: they go to the server and back as they are, and steer neither it nor a terminal."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from urllib.parse import quote

import pytest

from tests.conftest import Program
from tests.guarantees.harness import hostile_corpus
from tests.remote.rows import compare_with_server, fetch_copy_rows
from tests.tools.postgres import PostgresServer

SQL = [
    "100 % %s %(mine)s %% %",
    "'; DROP TABLE act; --",
    "\\'; DROP TABLE act; --",
    "E'\\x27' \\\\ \\n \\u0041 \\000",
    "$$ BEGIN END $$ $a$ $1 $2",
    'a "quoted" "" word',
    "semi;colon;",
    "/* a comment -- */ 'and' on",
    ":name :1 ?1 {0} {x!r}",
    "’ ʼ ＇ ՚ ' '' '''",
    '{"a": [1, null], "b": "\\u0041"}',
    "\\",
    "'",
    '"',
    "null",
    "\x7f\x80\x9f",
    "\U0001f600\U0010ffff\ue000\ufffe",
]
BE_A = '-csearch_path="be\\ a"'
"""The option of a schema with a space in its name."""
FIELDS = ("outcome", "done_when", "why", "risk", "no_to")


def list_texts() -> list[str]:
    """The corpus, and what could steer a statement."""
    names = ("CONTROLS", "SEQUENCES", "TURNED", "LETTERS", "MARKUP")
    return [*SQL, *(text for name in names for text in getattr(hostile_corpus, name))]


def test_every_text_comes_back_as_it_was(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home, laptop = machine("home"), machine("laptop")
    lines = [
        json.dumps(
            {field: f"{field} {text}"[:999] for field in FIELDS} | {"to": ["dana"], "agreed": True}
        )
        for text in list_texts()
    ]
    made = home("make", "--json", "-", piped="\n".join(lines))
    assert made.code == 0, made.stderr[:500]
    ids = [json.loads(line)["id"] for line in made.stdout.split("\n") if line]
    for text, number in zip(SQL, ids, strict=False):
        home.ok("note", str(number), f"a note {text}")
        home.ok("bump", str(number), f"a warning {text}")
        home.ok("negotiate", str(number), "--what", f"new {text}", "--by", "+9d", "--reason", text)
        renamed = home("person", "rename", "dana", "dana", "--name", f"D {text}")
        assert renamed.code == 0 or "no control characters" in renamed.stderr
    laptop.ok("owe")
    for program in (home, laptop):
        compare_with_server(postgres_server, database, program.copy)
    with closing(sqlite3.connect(f"file:{laptop.copy}?mode=ro", uri=True)) as db:
        found = db.execute(f"SELECT {', '.join(FIELDS)} FROM promise ORDER BY id").fetchall()
    with closing(sqlite3.connect(f"file:{home.copy}?mode=ro", uri=True)) as db:
        assert (
            found == db.execute(f"SELECT {', '.join(FIELDS)} FROM promise ORDER BY id").fetchall()
        )
    # Whatever the program makes of a text, it makes of it in a file too.
    alone = machine("alone")
    alone.environ["PROMISECTL_LEDGER"] = str(alone.home / "ledger.db")
    assert alone("make", "--json", "-", piped="\n".join(lines)).code == 0
    with closing(sqlite3.connect(alone.home / "ledger.db")) as db:
        expected = db.execute(
            "SELECT done_when, why, risk, no_to FROM promise ORDER BY id"
        ).fetchall()
    assert [row[1:] for row in found] == expected
    assert len(found) == len(list_texts())


def test_a_server_with_other_settings_is_no_other_server(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    for setting in (
        "standard_conforming_strings = off",
        "backslash_quote = off",
        "escape_string_warning = on",
        "client_encoding = 'LATIN1'",
        "DateStyle = 'German, DMY'",
        "IntervalStyle = 'sql_standard'",
        "TimeZone = 'Pacific/Kiritimati'",
        "default_transaction_read_only = on",
        "default_transaction_isolation = 'serializable'",
        "default_transaction_deferrable = on",
        "synchronous_commit = off",
        "lock_timeout = '1ms'",
        "bytea_output = 'escape'",
        "array_nulls = off",
        "transform_null_equals = on",
        "quote_all_identifiers = on",
        "check_function_bodies = off",
        "client_min_messages = 'debug5'",
    ):
        postgres_server.run_sql(f'ALTER DATABASE "{database}" SET {setting}', database="postgres")
    home, laptop = machine("home"), machine("laptop")
    for number, text in enumerate(SQL, start=1):
        result = home("make", f"new {text}", "--to", "dana", "--by", "fri")
        assert result.code == 0, result
        assert "DEBUG" not in result.stderr
        assert home.ok("show", str(number))
    laptop.ok("accept", "1")
    assert home.ok("export", "--journal") == laptop.ok("export", "--journal")
    postgres_server.run_sql(
        f'ALTER DATABASE "{database}" RESET default_transaction_read_only', database="postgres"
    )
    for program in (home, laptop):
        compare_with_server(postgres_server, database, program.copy)


@pytest.mark.parametrize(
    "name", ["a b", "a%b", "a'b", 'a""b', "ä🚲", "a;b", "$$", "\x1b[2Jx", "a\nb", "x=y host=z"]
)
def test_a_database_may_have_any_name(
    machine: Callable[[str], Program], postgres_server: PostgresServer, name: str
) -> None:
    plain = name.replace('""', '"')
    postgres_server.create_database(name)
    try:
        home, laptop = machine("home"), machine("laptop")
        for program in (home, laptop):
            program.environ["PROMISECTL_LEDGER"] = postgres_server.address(plain)
        home.ok("make", "Run", "--to", "me")
        laptop.ok("note", "1", "seen")
        assert home.ok("export", "--journal") == laptop.ok("export", "--journal")
        compare_with_server(postgres_server, plain, home.copy)
    finally:
        postgres_server.drop_database(name)
    result = home("make", "Run", "--to", "me")
    assert result.code == 5
    assert "\x1b" not in result.stderr
    assert result.stderr.count("\n") <= 2
    assert "createdb" in result.stderr


def test_what_a_server_says_does_not_steer_a_terminal(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    home = machine("home")
    home.ok("make", "Run", "--to", "me")
    postgres_server.run_sql(
        """CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        RAISE NOTICE E'\\x1b[2J notice'; RAISE WARNING E'\\x1b]0;title\\x07';
        RAISE EXCEPTION E'all gone \\x1b[2J\\x1b[H \\u202e \\nsecond line'; END $$""",
        "CREATE TRIGGER evil BEFORE INSERT ON entry FOR EACH ROW EXECUTE FUNCTION evil()",
        database=database,
    )
    before = fetch_copy_rows(home.copy)
    result = home("make", "Run again", "--to", "me")
    assert (result.stdout, result.code) == ("", 5)
    assert "all gone" in result.stderr
    assert "second line" not in result.stderr
    assert not {"\x1b", "\u202e", "\x07"} & set(result.stderr)
    assert fetch_copy_rows(home.copy) == before


def test_hostile_tables_of_another_program(
    machine: Callable[[str], Program], postgres_server: PostgresServer, database: str
) -> None:
    postgres_server.run_sql('CREATE TABLE "\x1b[2J%s\u202e" (x int)', database=database)
    for words in (["owe"], ["make", "Run", "--to", "me"]):
        result = machine(f"home-{words[0]}")(*words)
        assert (result.stdout, result.code) == ("", 5)
        assert "has tables of another program" in result.stderr
        assert "It was left as it is." in result.stderr
        assert not {"\x1b", "\u202e"} & set(result.stderr)
    assert postgres_server.run_sql(
        "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace",
        database=database,
    ) == [(1,)]


def test_two_schemas_of_a_database_hold_two_ledgers(
    machine: Callable[[str], Program],
    address: str,
    postgres_server: PostgresServer,
    database: str,
) -> None:
    postgres_server.run_sql("CREATE SCHEMA ana", 'CREATE SCHEMA "be a"', database=database)
    home = machine("home")
    names = [
        address,
        f"{address}&options=-csearch_path%3Dana",
        f"{address}&options={quote(BE_A)}",
    ]
    for name in names:
        home.ok("--ledger", name, "make", f"A promise in {name[-6:]}", "--to", "me")
        home.ok("--ledger", name, "note", "1", "seen")
    for name in names:
        assert home.ok("--ledger", name, "list", "--all").count("\n") == 1
        assert f"A promise in {name[-6:]}" in home.ok("--ledger", name, "list", "--all")
    assert len(list(home.home.rglob("copies/*.db"))) == len(names)
    for schema in ("public", "ana", "be a"):
        assert postgres_server.run_sql(
            f'SELECT count(*) FROM "{schema}".promise', database=database
        ) == [(1,)]
