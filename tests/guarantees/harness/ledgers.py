"""Homes with ledgers of many kinds in them."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

from tests.guarantees.harness.watching import Asked, told

STORY = (
    Asked(
        ("make", "Send the Q3 numbers", "--to", "dana", "--by", "fri", "--agreed", "--tag", "work")
    ),
    Asked(("make", "Fix the bike brake", "--from", "lee", "--by", "sat")),
    Asked(("make", "Review the contract", "--to", "dana", "--by", "wed", "--asked")),
    Asked(("accept", "3", "--risk", "the flu", "--no-to", "the weekend")),
    Asked(("negotiate", "3", "--by", "in 6 days", "--reason", "too early")),
    Asked(("make", "Water the plants", "--to", "me", "--by", "today")),
    Asked(
        (
            "make",
            "Call the bank",
            "--to",
            "kim",
            "--agreed",
            "--said",
            "10 nov",
            "--by",
            "12 nov",
            "--backfill",
        )
    ),
    Asked(("complete", "4")),
    Asked(("complete", "1", "--no-input")),
    Asked(("renege", "5", "--reason", "forgotten")),
    Asked(("note", "3", "a word beside")),
    Asked(("person", "alias", "dana", "boss")),
    Asked(("tag", "2", "bike")),
    Asked(("undo",)),
)
CONFIG = '[alias]\nlate = "owe --overdue"\n'
CSV = "outcome,direction,person\nPay the caterer,owe,dana\nLend the drill,owed,lee\n"
PROMISES = 5
"""How many promises the story leaves."""
MANY = 3000
_CRASH = """
import sqlite3, os, signal, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("PRAGMA cache_size = 1")
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE promise SET outcome = 'half done'")
db.execute("CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) SELECT i FROM n")
os.kill(os.getpid(), signal.SIGKILL)
"""

_MOVE = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
db.execute("UPDATE promise SET outcome = 'half done'")
print(flush=True)
sys.stdin.read()
db.execute("ROLLBACK")
"""


@contextmanager
def being_written(home: Path) -> Iterator[None]:
    """A move holds the lock and has changed every row, but has not said that it is done; in a process of its own, as locks are its."""
    with subprocess.Popen(
        [sys.executable, "-c", _MOVE, place(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as move:
        assert move.stdout
        assert move.stdout.readline()
        yield
        assert move.stdin
        move.stdin.close()
        assert move.wait() == 0


@contextmanager
def home_with(ready: Callable[[Path], None]) -> Iterator[Path]:
    """A home with a config, and with the ledger that is made `ready` in it."""
    with tempfile.TemporaryDirectory(prefix="storm-") as directory:
        home = Path(directory)
        before = os.umask(0o077)
        try:
            (home / "new.csv").write_text(CSV, encoding="utf-8")
            config(home).parent.mkdir(parents=True)
            config(home).write_text(CONFIG, encoding="utf-8")
            place(home).parent.mkdir(parents=True)
            ready(home)
        finally:
            os.umask(before)
        try:
            yield home
        finally:
            if place(home).parent.exists():
                place(home).parent.chmod(0o700)


def config(home: Path) -> Path:
    """Where the config is."""
    return home / ".config" / "promisectl" / "config.toml"


def place(home: Path) -> Path:
    """Where the ledger is."""
    return home / ".local" / "share" / "promisectl" / "ledger.db"


@cache
def _story() -> bytes:
    with tempfile.TemporaryDirectory(prefix="storm-") as directory:
        told(Path(directory), STORY)
        return place(Path(directory)).read_bytes()


def none(home: Path) -> None:
    """No ledger."""
    place(home).parent.rmdir()


def nothing(home: Path) -> None:
    """Not even a directory of ours."""
    shutil.rmtree(home / ".local")
    shutil.rmtree(home / ".config")


def some(home: Path) -> None:
    """A ledger with something of everything in it."""
    place(home).write_bytes(_story())


def rows(number: int) -> str:
    """So many promises as CSV."""
    lines = (
        f"Promise number {one} {'of many ' * 20},owe,dana,2026-12-{one % 28 + 1:02}\n"
        for one in range(number)
    )
    return f"outcome,direction,person,due\n{''.join(lines)}"


@cache
def _many(number: int) -> bytes:
    with tempfile.TemporaryDirectory(prefix="storm-") as directory:
        home = Path(directory)
        (home / "many.csv").write_text(rows(number), encoding="utf-8")
        told(home, [Asked(("import", "many.csv"))])
        return place(home).read_bytes()


def many(home: Path, number: int = MANY) -> None:
    """So many rows that a view keeps most of them in a table that goes with the connection."""
    place(home).write_bytes(_many(number))


def read_only(home: Path) -> None:
    """A ledger that may be read, and no more."""
    some(home)
    place(home).chmod(0o400)
    place(home).parent.chmod(0o500)


def wal(home: Path) -> None:
    """A ledger that another program has switched to write-ahead logging."""
    some(home)
    with closing(sqlite3.connect(place(home))) as db:
        db.execute("PRAGMA journal_mode = WAL")


def hot(home: Path) -> None:
    """A ledger in which a command has died in the middle of its transaction."""
    some(home)
    crash(place(home))


def crash(ledger: Path) -> None:
    """A command dies in the middle of writing to a ledger."""
    subprocess.run([sys.executable, "-c", _CRASH, str(ledger)], check=False)
    assert ledger.with_name(f"{ledger.name}-journal").stat().st_size
