"""Ledgers on a PostgreSQL server, each in a schema of its own: what is in them, how they begin anew, and how they differ from copies.

The server is the one whose address `python -m tests.guarantees --server` was given, else one that is started when it is first asked for.
"""

import atexit
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any

from promisectl.compiled import postgresql
from promisectl.storage.remote import address as addresses
from tests.guarantees.harness import scenes
from tests.guarantees.harness.watching import Asked, environment, told
from tests.tools import postgres
from tests.tools.postgres import PostgresServer

GIVEN: list[str] = []
"""The address of the server to use, if one was named."""
TABLES = (*postgresql.TABLES, "head")
COPY = "copy.db"
"""The name of a copy in the home of a template, where no address belongs to it yet."""
_DATA = ".local/share"
_APPLICATION = "proofs of promisectl"
_numbers = count(1)


def is_available() -> bool:
    """Whether there is a server to use, or one can be started."""
    return bool(GIVEN) or postgres.find_programs() is not None


class Schema:
    """A schema of a database, which holds a ledger or nothing. `database` is the address of the database."""

    def __init__(self, database: str, name: str = "") -> None:
        self.name = name or f"proof_{next(_numbers)}"
        self.database = database
        self.address = self.address_at(database)
        self._create()

    def address_at(self, database: str, user: str = "") -> str:
        """The address of this schema where a database is reached by another address, or as another user."""
        sign = "&" if "?" in database else "?"
        as_user = f"&user={user}" if user else ""
        return f"{database}{sign}options=-csearch_path%3D{self.name}{as_user}"

    def _create(self) -> None:
        run_sql(
            self.database, f"DROP SCHEMA IF EXISTS {self.name} CASCADE; CREATE SCHEMA {self.name}"
        )

    def drop(self) -> None:
        """Drop the schema with all that is in it."""
        run_sql(self.database, f"DROP SCHEMA {self.name} CASCADE")

    def run(self, sql: str, bound: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Run statements in this schema, and return the rows of the last one."""
        return run_sql(self.address, sql, bound)

    def tamper(self, sql: str) -> None:
        """Run statements as the owner does who has switched the triggers off."""
        switched = [f"ALTER TABLE {table} {{}} TRIGGER USER" for table in ("act", "promise")]
        off, on = ("; ".join(switched).replace("{}", how) for how in ("DISABLE", "ENABLE"))
        self.run(f"{off}; {sql}; SET CONSTRAINTS ALL IMMEDIATE; {on}")

    def copy_rows_from(self, other: "Schema | None") -> None:
        """Hold exactly what another schema holds; None: nothing at all."""
        if other is None or not self.has_ledger():
            self._create()
        if other is None:
            return
        if not self.has_ledger():
            first = f"INSERT INTO head SELECT true, 0, '', step FROM {other.name}.head"
            self.run("; ".join((*postgresql.SCHEMA, first)))
        filled = (
            f"INSERT INTO {table} SELECT * FROM {other.name}.{table} ORDER BY 1" for table in TABLES
        )
        self.tamper(f"TRUNCATE {', '.join(TABLES)}; {'; '.join(filled)}")

    def has_ledger(self) -> bool:
        """Whether there is a ledger."""
        return self.run("SELECT to_regclass('head') IS NOT NULL") == [(True,)]

    def find_head(self) -> tuple[int, str] | None:
        """Number and hash of the newest act as the head has them, or None if there is no ledger."""
        if not self.has_ledger():
            return None
        ((number, hash_),) = self.run("SELECT number, hash FROM head")
        return number, hash_


def run_sql(address: str, sql: str, bound: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Run statements at an address as one message, in one transaction, and return the rows of the last one."""
    import psycopg2

    with closing(psycopg2.connect(address, application_name=_APPLICATION)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(sql, bound or None)
        return cursor.fetchall() if cursor.description else []


def fetch_version() -> str:
    """The version of the server that the proofs use."""
    ((version,),) = run_sql(
        find_database(), "SELECT split_part(current_setting('server_version'), ' ', 1)"
    )
    return str(version)


@contextmanager
def open_own_server(**settings: str) -> Iterator[tuple[PostgresServer, str]]:
    """A server for one proof alone, with the address of a database on it."""
    with postgres.start_server(**settings) as server:
        yield server, server.address(server.create_database("proofs"))


def find_database() -> str:
    """The address of the database for proofs that need no server for themselves."""
    if GIVEN:
        return GIVEN[0]
    if not _shared:
        stack = ExitStack()
        # A vacuum would count as something that is written.
        _shared.append(
            stack.enter_context(open_own_server(autovacuum="off", max_connections="100"))[1]
        )
        atexit.register(stack.close)
    return _shared[0]


_shared: list[str] = []


@contextmanager
def open_schema(database: str = "") -> Iterator[Schema]:
    """A new schema, dropped at the end."""
    schema = Schema(database or find_database())
    try:
        yield schema
    finally:
        schema.drop()


def find_copy(home: Path, address: str, data: str = _DATA) -> Path:
    """Where the copy of a ledger is in a home, whose directory for data has a name."""
    directory = home / data / "promisectl" / "copies"
    return Path(addresses.find_copy_path(address, {}, str(directory)))


def compare_with_copy(schema: Schema, copy: Path) -> Iterator[str]:
    """What a ledger on a server and a copy of it have that the other has not: nothing."""
    with closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as db:
        for table in postgresql.TABLES:
            names = [f'"{row[1]}"' for row in db.execute(f"PRAGMA table_info({table})")]
            selected = f"SELECT {', '.join(names)} FROM {table}"
            here, there = (
                sorted(map(repr, rows)) for rows in (db.execute(selected), schema.run(selected))
            )
            if here != there:
                lacking, only = (
                    [row for row in there if row not in here],
                    [row for row in here if row not in there],
                )
                yield f"{table}: only the server has {lacking[:2]}, only the copy has {only[:2]}"
        head = db.execute("SELECT number, hash FROM act ORDER BY number DESC LIMIT 1").fetchone()
        if (head or (0, "")) != schema.find_head():
            yield f"the head is {schema.find_head()}, and the newest act of the copy {head}"


class Template:
    """A ledger on a server and the home of a machine that knows all of it, to begin with again and again.

    `schema` is None where there is no ledger yet.
    """

    def __init__(self, name: str, database: str, directory: Path) -> None:
        self.name = name
        self.home = directory / name
        self.home.mkdir()
        scenes.write_files(self.home / "files")
        (self.home / "files" / "big.csv").unlink()  # no proof with a server imports it
        schema = Schema(database)
        lines = [
            Asked(
                [word.replace("~", str(self.home)) for word in words],
                more={"PROMISECTL_LEDGER": schema.address},
            )
            for words in scenes.list_preparations(name)
        ]
        told(self.home, lines)
        copy = find_copy(self.home, schema.address)
        self.schema: Schema | None = schema
        if name == "nothing":
            schema.drop()
            self.schema = None
        else:
            shutil.move(copy, self.home / COPY)
        shutil.rmtree(self.home / ".local")

    def lay(self, home: Path, schema: Schema, address: str, data: str = _DATA) -> None:
        """Begin anew: the ledger of the template in a schema, and its home, whose copy is for an address."""
        schema.copy_rows_from(self.schema)
        self.lay_home(home, address, data)

    def lay_home(self, home: Path, address: str, data: str = _DATA) -> None:
        """Begin anew on a machine: the home of the template, whose copy is for an address."""
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(self.home, home)
        if self.schema:
            copy = find_copy(home, address, data)
            for directory in [
                one for one in reversed(copy.parents) if one.is_relative_to(home) and one != home
            ]:
                directory.mkdir(mode=0o700)
            shutil.move(home / COPY, copy)
            copy.chmod(0o600)


def find_template(name: str) -> Template:
    """A template, made when it is first asked for."""
    if name not in _templates:
        directory = Path(tempfile.mkdtemp(prefix="template-"))
        atexit.register(shutil.rmtree, directory, ignore_errors=True)
        template = _templates[name] = Template(name, find_database(), directory)
        if GIVEN and template.schema:
            atexit.register(template.schema.drop)
    return _templates[name]


_templates: dict[str, Template] = {}


def environment_of(home: Path, address: str, **more: str) -> dict[str, str]:
    """All that a command on a machine knows of the world, where the ledger has an address."""
    return environment(home, PROMISECTL_LEDGER=address, EDITOR="sed -i s/Q3/Q4/", **more)
