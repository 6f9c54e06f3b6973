"""Damages to a ledger, generated from its declared tables: each column with bad values of many kinds, rows and tables gone.

The guards are taken away for it and put back, so that nothing but the damage itself is seen.
"""

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Integer, Table
from sqlmodel import SQLModel

from promisectl.storage import codec, tables

_MOST = 2**63 - 1
_NUMBERS: Sequence[object] = (None, 0, -1, 2, 99, 10**9, _MOST, -_MOST - 1)
_TEXTS: Sequence[object] = (
    None,
    "",
    " ",
    "x",
    "never",
    "31 nov",
    "2026-11-31",
    "2026-13-45T99:99:99Z",
    "2026-11-27T22:59:60Z",
    "0000-00-00T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "+99999-01-01T00:00:00Z",
    "Mars/Base",
    "../../etc/passwd",
    "dance",
    "me",
    "kept",
    "owed",
    "self",
    "promisee",
    "undo",
    "a\0b",
    "\x1b[31m\u202e",
    "7" * 5_000,
    "x" * 100_000,
    b"\xff\xfe",
)
_BODIES: Sequence[object] = (
    "null",
    "[]",
    "{}",
    "5",
    '"x"',
    "{",
    "NaN",
    '{"text": "x"}',
    '{"target": 99}',
    '{"handle": "dana"}',
    "[" * 100_000,
    '{"a":' * 5_000 + "1" + "}" * 5_000,
    '{"revision": ' + "7" * 5_000 + "}",
    '{"answer": [], "sum": ""}',
)
_VALUES: Sequence[object] = (
    None, "", "x", 5, -1, 2**70, 1.5, True, [], ["x"], [[]], {}, {"civil": "2026-11-31"}, "2026-11-31", "2026-13-45T99:99:99Z", "dance", "a\0b",
    {"civil": "2026-02-30", "zone": "Europe/Berlin", "at": "2026-02-28T22:59:59Z"}, {"civil": "2026-11-27", "zone": "../x", "at": "2026-11-27T22:59:59Z"},
)  # fmt: skip
_JSON_COLUMNS = {("act", "body"), ("once", "answer")}
_WHOLE_TABLES = (
    "DELETE FROM person",
    "DELETE FROM alias",
    "DELETE FROM person; DELETE FROM alias",
    "DELETE FROM entry",
    "DELETE FROM once",
    "DELETE FROM act",
    "DELETE FROM act WHERE verb = 'meet'",
    "DELETE FROM act WHERE promise = 1",
    "DELETE FROM act WHERE number = (SELECT max(number) FROM act)",
    "DELETE FROM promise",
    "DELETE FROM sqlite_sequence",
    "DELETE FROM promise; DELETE FROM sqlite_sequence",
    "DELETE FROM person; DELETE FROM alias; DELETE FROM sqlite_sequence",
    "DELETE FROM entry; DELETE FROM sqlite_sequence",
    "DELETE FROM promise; DELETE FROM person; DELETE FROM alias; DELETE FROM entry",
    "DELETE FROM act; DELETE FROM sqlite_sequence",
    "UPDATE sqlite_sequence SET seq = 99",
    "UPDATE sqlite_sequence SET seq = 9223372036854775807",
    "UPDATE sqlite_sequence SET seq = 'x'",
    "UPDATE sqlite_sequence SET seq = 1",
    "UPDATE person SET handle = 'dana' || id",
    "UPDATE person SET handle = (SELECT handle FROM person AS other WHERE other.id = person.id % (SELECT max(id) FROM person) + 1) || ' '",
    "UPDATE person SET merged_into = id % (SELECT max(id) FROM person) + 1",
    "UPDATE alias SET person = person % (SELECT max(id) FROM person) + 1",
    "UPDATE promise SET person = person % (SELECT max(id) FROM person) + 1",
    "UPDATE promise SET id = -id",
    "UPDATE act SET promise = 5 - promise WHERE promise BETWEEN 1 AND 4",
    "UPDATE act SET number = -number",
    "UPDATE act SET number = 9223372036854775807 WHERE number = (SELECT max(number) FROM act)",
    "UPDATE act SET entry = 1",
    "UPDATE entry SET undone_by = id",
    "UPDATE entry SET undone_by = CASE WHEN undone_by IS NULL THEN id END",
    "UPDATE entry SET command = 'undo'",
    "INSERT INTO person (handle, name) VALUES ('eve', 'Eve')",
    "INSERT INTO alias VALUES ('eve', 1)",
    "INSERT INTO entry (command, recorded_at) VALUES ('note', '2026-11-23T10:00:00Z')",
    "INSERT INTO once SELECT 'eve', entry, request, answer FROM once",
    "INSERT INTO promise (uid, direction, state, outcome, revision, revisions, renegotiated, made_at, contact_at) VALUES ('eve', 'self', 'active', 'Run', 1, 1, 0, '2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z')",
)


WHOLE_TABLES = len(_WHOLE_TABLES)
"""How many of the first damages are to whole tables."""


class Damage(NamedTuple):
    """What is done to a ledger: statements with their values. `hashed`: then all acts are chained anew, as somebody would who knows how."""

    script: Sequence[tuple[str, tuple[object, ...]]]
    hashed: bool = False

    def __str__(self) -> str:
        said = "; ".join(
            f"{statement} {shown}" if values else statement
            for statement, values in self.script
            for shown in [", ".join(_shown(value) for value in values)]
        )
        return f"{said}{' and the chain made anew' if self.hashed else ''}"


def _shown(value: object) -> str:
    shown = ascii(value)
    return shown if len(shown) <= 120 else f"{shown[:60]}… ({len(shown)} characters)"


class Refused(Exception):
    """SQLite did not let it happen."""


def list_damages(whole: Path) -> list[Damage]:
    """Every damage to a ledger that is generated."""
    with closing(sqlite3.connect(whole)) as db:
        return [
            *_whole_tables(),
            *_columns(db),
            *_rows(db),
            *_bodies(db),
        ]


def _whole_tables() -> Iterator[Damage]:
    for script in _WHOLE_TABLES:
        yield Damage([(statement, ()) for statement in script.split("; ")])


def _declared() -> list[Table]:
    assert tables.SCHEMA_STEP  # what declares them is imported
    return [SQLModel.metadata.tables[name] for name in sorted(SQLModel.metadata.tables)]


def _columns(db: sqlite3.Connection) -> Iterator[Damage]:
    """Each column with each bad value: in one row, in the last, and in all."""
    for table in _declared():
        key = next(iter(table.primary_key)).name
        keys = [row[0] for row in db.execute(f"SELECT {key} FROM {table.name} ORDER BY {key}")]
        if not keys:
            continue
        for column in table.columns:
            kinds = _NUMBERS if isinstance(column.type, Integer) else _TEXTS
            if (table.name, column.name) in _JSON_COLUMNS:
                kinds = (*kinds, *_BODIES)
            change = f"UPDATE {table.name} SET {column.name} = CAST(? AS {column.type})"
            if isinstance(column.type, Integer):
                change = f"UPDATE {table.name} SET {column.name} = ?"
            for place, value in enumerate(kinds):
                where = f"{change} WHERE {key} = ?"
                yield Damage([(where, (value, keys[place % len(keys)]))])
                yield Damage([(where, (value, keys[-1 - place % min(2, len(keys))]))])
                if not (column.primary_key or column.unique):
                    yield Damage([(change, (value,))])


def _rows(db: sqlite3.Connection) -> Iterator[Damage]:
    """Each row gone."""
    for table in _declared():
        key = next(iter(table.primary_key)).name
        for (value,) in db.execute(f"SELECT {key} FROM {table.name} ORDER BY {key}"):
            yield Damage([(f"DELETE FROM {table.name} WHERE {key} = ?", (value,))])


def _bodies(db: sqlite3.Connection) -> Iterator[Damage]:
    """Each field in the body of an act with each bad value, and gone; the hashes are as they were, or fit."""
    seen = set[tuple[str, ...]]()
    for number, verb, body in db.execute("SELECT number, verb, body FROM act").fetchall():
        for path, changed in _changed(json.loads(body)):
            kind = (verb, *path)
            if kind not in seen:
                text = json.dumps(
                    changed, ensure_ascii=False, sort_keys=True, separators=(",", ":")
                )
                script = [("UPDATE act SET body = ? WHERE number = ?", (text, number))]
                yield Damage(script)
                yield Damage(script, hashed=True)
        seen |= {(verb, *path) for path, _ in _changed(json.loads(body))}
    for column, value in (
        ("at", "2026-13-45T99:99:99Z"),
        ("at", "2026-11-31T10:00:00Z"),
        ("recorded_at", "2026-13-45T99:99:99Z"),
        ("verb", "dance"),
        ("verb", "undo"),
        ("verb", "make"),
        ("side", "bookkeeper"),
        ("side", "self"),
        ("by", "them"),
    ):
        for number, *_ in db.execute("SELECT number FROM act").fetchall():
            script = [(f"UPDATE act SET {column} = ? WHERE number = ?", (value, number))]
            yield Damage(script, hashed=True)


def _changed(body: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """A body with one field changed or gone; the path to the field has the place of the value."""
    if not isinstance(body, dict):
        return
    for name, inner in body.items():
        rest = {key: value for key, value in body.items() if key != name}
        yield (name, "gone"), rest
        for place, value in enumerate(_VALUES):
            if value != inner:
                yield (name, str(place)), {**body, name: value}
        for path, changed in _changed(inner):
            yield (name, *path), {**body, name: changed}


def inflict(path: Path, damage: Damage) -> None:
    """Damage a ledger. Raises Refused."""
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("PRAGMA ignore_check_constraints = ON")
        guards = db.execute(
            "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger' ORDER BY rowid"
        ).fetchall()
        db.execute("BEGIN")
        for name, _ in guards:
            db.execute(f"DROP TRIGGER {name}")
        try:
            for statement, values in damage.script:
                db.execute(statement, values)
            if damage.hashed:
                _chain_anew(db)
        except (sqlite3.Error, ValueError, TypeError, AttributeError) as error:
            raise Refused from error
        for _, made in guards:
            db.execute(made)
        db.execute("COMMIT")


def _chain_anew(db: sqlite3.Connection) -> None:
    """Give every act the hash that fits it, and every kept answer its sum."""
    before, uids = "", dict[int, Any]()
    rows = db.execute(
        "SELECT act.*, command FROM act JOIN entry ON entry.id = act.entry ORDER BY number"
    )
    for row in rows.fetchall():
        if row["promise"] is not None and row["promise"] not in uids:
            uids[row["promise"]] = json.loads(row["body"]).get("uid")
        about = row["person"] if row["promise"] is None else uids[row["promise"]]
        before = codec.compute_act_hash(before, row["command"], about, row)
        db.execute("UPDATE act SET hash = ? WHERE number = ?", (before, row["number"]))
    heads = "SELECT *, (SELECT hash FROM act WHERE act.entry = once.entry ORDER BY number DESC) AS head FROM once"
    for row in db.execute(heads).fetchall():
        about = row["head"], row["key"], row["entry"], row["request"]
        kept = codec.encode_answer(json.loads(row["answer"])["answer"], *about)
        db.execute("UPDATE once SET answer = ? WHERE key = ?", (kept, row["key"]))
