"""Every command that writes, the ledgers they begin with, and what is in a ledger, in one line that can be compared."""

import hashlib
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from promisectl.storage import codec
from tests.guarantees.harness.injecting import OLDER, World, plain


class Scene(NamedTuple):
    """A command line, `~` being the home, and the name of the template that it begins with."""

    name: str
    words: tuple[str, ...]
    begins: str = "full"


_DAYS = "--to", "dana", "--by", "fri"
FOUNDING = Scene("make (founding)", ("make", "Send the Q3 numbers", *_DAYS, "--agreed"), "nothing")
MOVES = (
    FOUNDING,
    Scene("make", ("make", "Draw a map", "--to", "kim", "--by", "fri")),
    Scene("make --to --to", ("make", "Draw a map", "--to", "dana", "--to", "kim", "--tag", "art")),
    Scene("make --once", ("make", "Draw a map", *_DAYS, "--once", "map")),
    Scene(
        "make --every",
        ("make", "Draw a map", *_DAYS, "--every", "week", "--times", "5", "--agreed"),
    ),
    Scene("jot", ("jot", "to dana: Draw a map | in 4 days", "from lee: Lend a pen")),
    Scene("negotiate", ("negotiate", "1", "--by", "mon", "--reason", "More data")),
    Scene("accept", ("accept", "2", "9")),
    Scene("decline", ("decline", "2", "--reason", "No time")),
    Scene("complete", ("complete", "1", "--note", "Sent")),
    Scene("renege", ("renege", "1", "--reason", "Ill", "--not-told")),
    Scene("withdraw", ("withdraw", "2")),
    Scene("release", ("release", "3")),
    Scene("release --rest", ("release", "12", "--rest")),
    Scene("negotiate --rest", ("negotiate", "11", "--rest", "--by", "mon", "--reason", "Full")),
    Scene("reopen", ("reopen", "5", "--reason", "Wrong bank")),
    Scene("bump", ("bump", "1", "Slower than hoped")),
    Scene("bump --unsaid", ("bump", "1", "Slower than hoped", "--unsaid")),
    Scene("told", ("told", "4", "10")),
    Scene("note", ("note", "1", "Hm")),
    Scene("note --once", ("note", "1", "Hm", "--once", "hm")),
    Scene("tag", ("tag", "1", "home")),
    Scene("untag", ("untag", "1", "work")),
    Scene("part", ("part", "2", "--of", "1")),
    Scene("correct", ("correct", "7", "--what", "Book the big room")),
    Scene("correct --with", ("correct", "7", "--with", "olga")),
    Scene("void", ("void", "6", "--reason", "Twice")),
    Scene("undo", ("undo",)),
    Scene("redo", ("redo",), "undone"),
    Scene("person rename", ("person", "rename", "dana", "dana-kim", "--name", "Dana Kim")),
    Scene("person alias", ("person", "alias", "sam", "samuel")),
    Scene("person unalias", ("person", "unalias", "dana", "boss")),
    Scene("person merge", ("person", "merge", "sam", "lee")),
    Scene("edit", ("edit", "1", "--correct")),
    Scene("import (csv)", ("import", "~/files/rows.csv", "--new")),
    Scene("import (journal)", ("import", "~/files/journal.jsonl"), "nothing"),
)
"""Every command that writes to the ledger."""

COPIES = (
    Scene("backup", ("backup",)),
    Scene("backup (the eleventh)", ("backup",), "ten"),
    Scene("backup FILE", ("backup", "~/files/new.db")),
    Scene("backup FILE --force", ("backup", "~/files/mine.db", "--force")),
    Scene("restore", ("restore", "~/files/mine.db", "--yes")),
    Scene("restore (where nothing is)", ("restore", "~/files/mine.db"), "nothing"),
    Scene("restore (of a damaged ledger)", ("restore", "~/files/mine.db", "--yes"), "damaged"),
    Scene("doctor --fix", ("doctor", "--fix"), "unbuilt"),
    Scene("doctor --rebuild", ("doctor", "--rebuild"), "changed"),
)
"""Every command that copies the whole ledger, and those that mend it when they have."""

UPGRADES = tuple(
    Scene(f"{words[0]} (of a step later)", words, OLDER)
    for words in (
        ("note", "1", "Hm"),
        ("make", "Draw a map", *_DAYS),
        ("import", "~/files/rows.csv", "--new"),
        ("undo",),
    )
)
"""First moves of a program that knows one schema step more than the one that made the ledger."""

VIEWS = (
    Scene("moves", ("moves",)),
    Scene("list", ("list", "--all")),
    Scene("list --as-of", ("list", "--as-of", "2026-11-23T10:00")),
    Scene("show", ("show", "1")),
    Scene("stats", ("stats",)),
    Scene("export", ("export", "--output", "~/files/out.csv")),
    Scene(
        "export --force", ("export", "--journal", "--output", "~/files/journal.jsonl", "--force")
    ),
)
"""Some commands that only look."""

BIG = Scene("import (2 MB)", ("import", "~/files/big.csv", "--new"))
"""So much in one transaction that SQLite writes pages into the ledger before the commit."""

NEXT = ("make", "What comes after", "--to", "pat", "--by", "fri")
"""A move that is open whatever went before."""

_EARLIER = (
    ("make", "Send the Q3 numbers", *_DAYS, "--agreed"),
    ("make", "Fix the bike brake", "--from", "lee", "--by", "sat"),
    ("make", "Read the draft", "--from", "sam", "--by", "fri", "--agreed"),
    ("make", "Water the plants", "--to", "dana", "--by", "tue", "--agreed"),
    ("export", "--journal", "--output", "~/files/journal.jsonl"),
    ("backup", "~/files/mine.db"),
)
_LATER = (
    ("renege", "4", "--reason", "Away", "--not-told"),
    ("make", "Call the bank", "--to", "lee", "--by", "wed", "--agreed"),
    ("complete", "5"),
    ("make", "Book the room", "--to", "dana", "--to", "lee", "--by", "thu"),
    ("make", "Run ten miles", "--to", "me", "--by", "sun"),
    ("make", "Lend the tent", "--from", "sam", "--by", "sun"),
    ("make", "Bring the map", "--from", "sam", "--by", "sun", "--unsaid"),
    (
        "make",
        "Send the report",
        "--to",
        "lee",
        "--by",
        "fri",
        "--every",
        "week",
        "--times",
        "5",
        "--agreed",
    ),
    ("person", "alias", "dana", "boss"),
    ("tag", "1", "work"),
)
_HARM = {
    "unbuilt": "DROP INDEX act_of_promise; DROP TRIGGER act_is_never_changed",
    "changed": "UPDATE promise SET outcome = 'Another thing' WHERE id = 1; UPDATE person SET name = 'Somebody' WHERE handle = 'dana'",
}
"""What somebody does to a ledger, by the name of the template."""
REFUSING = ("changed", "damaged")
"""The templates with a ledger in which nothing can be recorded until it is mended."""


def list_preparations(name: str) -> list[tuple[str, ...]]:
    """The command lines that make the ledger of a template, and files beside it."""
    more: dict[str, tuple[tuple[str, ...], ...]] = {
        "nothing": (),
        "undone": (*_LATER, ("undo",)),
        "ten": (*_LATER, *[("backup",)] * 10),
    }
    return [*_EARLIER, *more.get(name, _LATER)]


def build(world: World, name: str) -> None:
    """Lay out a template in a world: a ledger as commands make it, and files beside it."""
    world.lay()
    write_files(world.home / "files")
    for words in list_preparations(name):
        ran = world.run(words)
        assert ran.code == 0, ran
    if name == "nothing":
        shutil.rmtree(world.ledger.parent)
    if name in _HARM:
        with closing(sqlite3.connect(world.ledger)) as db:
            db.executescript(_HARM[name])
    if name == "damaged":
        world.ledger.write_bytes(b"Damaged".ljust(9000, b"!"))


def write_files(directory: Path) -> None:
    """Write the files that scenes import."""
    directory.mkdir()
    head = "outcome,person,direction,due\r\n"
    rows = [
        f"Thing {number},{('dana', 'lee', 'uma')[number % 3]},owe,2026-12-01\r\n"
        for number in range(120)
    ]
    (directory / "rows.csv").write_text(head + "".join(rows), encoding="utf-8", newline="")
    long = [f"Thing {number},uma,owe,2026-12-01,{'x' * 9000}\r\n" for number in range(200)]
    (directory / "big.csv").write_text(
        head.replace("due", "due,done_when") + "".join(long), encoding="utf-8", newline=""
    )


def contents(home: Path) -> dict[str, str]:
    """What is in every ledger, backup and other file below a home, by its path; temporary ones are left out."""
    found = (
        path
        for place in ("data", "state", "files")
        for path in sorted((home / place).rglob("*.*"))
        if path.is_file()
    )
    kept = (
        path
        for path in found
        if not path.name.endswith((".new", "-journal")) and path.stem not in ("rows", "big")
    )
    return {
        path.relative_to(home).as_posix(): content(path) if path.suffix == ".db" else _bytes(path)
        for path in kept
    }


def content(path: Path) -> str:
    """Everything in a ledger, and nothing random: schema, numbers, rows; or why that can't be said."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return _content(db)
    except sqlite3.Error as error:
        return f"damaged: {error} ({_bytes(path)})"


def _bytes(path: Path) -> str:
    whole = path.read_bytes()
    return f"{len(whole)} bytes {hashlib.sha256(plain(whole.decode(errors='replace')).encode()).hexdigest()[:12]}"


def _content(db: sqlite3.Connection) -> str:
    for check in ("integrity_check", "foreign_key_check"):
        wrong = [tuple(row) for row in db.execute(f"PRAGMA {check}") if tuple(row) != ("ok",)]
        if wrong:
            return f"damaged: {check} says {wrong[:3]}"
    numbers = [
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    ]
    schema = db.execute("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name").fetchall()
    tables = [row["name"] for row in schema if row["type"] == "table"]
    rows = {
        name: [tuple(row) for row in db.execute(f'SELECT * FROM "{name}" ORDER BY 1, 2')]
        for name in tables
    }
    if not _chained(db):
        return "damaged: the chain of hashes is broken"
    whole = plain(repr((numbers, [tuple(row) for row in schema], rows)))
    sum_ = hashlib.sha256(whole.encode()).hexdigest()[:12]
    return f"step {numbers[1]}, {len(rows['entry'])} commands, {len(rows['promise'])} promises, {len(rows['act'])} acts ({sum_})"


def _chained(db: sqlite3.Connection) -> bool:
    acts = """SELECT act.*, entry.command, coalesce(promise.uid, act.person) AS about FROM act JOIN entry ON entry.id = act.entry
        LEFT JOIN promise ON promise.id = act.promise ORDER BY act.number"""
    before = ""
    for act in db.execute(acts):
        before = codec.compute_act_hash(before, act["command"], act["about"], act)
        if act["hash"] != before:
            return False
    return True
