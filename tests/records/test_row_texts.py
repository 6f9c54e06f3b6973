"""Rows as SQLite's own JSON: what is written of them is what is written of the rows themselves, whatever they hold."""

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from promisectl import errors
from promisectl.commands import export
from promisectl.compiled import sql
from promisectl.records import as_csv, as_json, fields, row_texts
from promisectl.storage import ledger, queries
from promisectl.storage.queries import Query, QueryClock
from tests.conftest import Program, remembered

CLOCK = QueryClock("2026-11-23T09:00:00Z", "2026-11-23T22:59:59Z", "2026-11-26T22:59:59Z")
UID = "7f971533-fb3e-42ef-b2d9-89b18e345827"
TRICKY = "=+-@\t\r\n＝＋－＠'\"\\,;: \x00\x01\x02\x1b\x7f\x85\xa0\u061c\u2028\u3000\ufeff\U000e0041[]{}nul09aZé漢🙂"
texts = st.text(
    st.one_of(st.sampled_from(TRICKY), st.characters(exclude_categories=["Cs"])), max_size=12
)
"""Texts that nobody would write, and that a ledger from elsewhere may hold."""
phrases = st.sampled_from(
    [
        "Send it, please",
        "a,b",
        "a, b,c, d",
        "=1+1",
        "-5",
        "'=x",
        "null",
        "a,null",
        "x, null",
        ',"',
        '","',
        '"Hamlet"',
        '"Hamlet',
        'Hamlet"',
        'x,1","y,2',
        "[1, 2]",
        "Łódź, Łódź",
        "a\x7fb",
        " =x",
    ]
)
cells = st.one_of(st.none(), texts, phrases)
stored = cells.filter(lambda text: text is None or "\0" not in text)
"""What may be in a column that nobody writes into: the program stores no NUL, which would end it."""
numbers = st.one_of(st.none(), st.integers(0, 3), st.integers(-(2**63), 2**63 - 1))
MADE = "2026-11-23T09:00:00Z"
KNOWN = {
    "id",
    "uid",
    "direction",
    "state",
    "person",
    "revision",
    "revisions",
    "renegotiated",
    "contact_at",
    "made_at",
}


@contextmanager
def _ledger() -> Iterator[sqlite3.Connection]:
    with ledger.open_temporary_ledger(("TABLE",)) as db:
        db.execute("INSERT INTO person (id, handle, name) VALUES (1, 'dana', 'Dana')")
        yield db


def _columns(table: str) -> dict[str, str]:
    with _ledger() as db:
        return {row["name"]: row["type"] for row in db.execute(f"PRAGMA table_info({table})")}


_PROMISE_COLUMNS = {name: kind for name, kind in _columns("promise").items() if name not in KNOWN}
rows = st.fixed_dictionaries(
    {
        name: numbers if kind != "TEXT" else cells if name in fields.FREE_TEXT_FIELDS else stored
        for name, kind in _PROMISE_COLUMNS.items()
    }
    | {
        "replaces": st.none(),
        "outcome": st.one_of(texts, phrases).filter(lambda text: text[:1] not in ("", "\0")),
    }
)
sparse = st.dictionaries(
    st.sampled_from([name for name in _PROMISE_COLUMNS if name != "replaces"]), st.none()
).flatmap(
    lambda names: rows.map(
        lambda row: {**dict.fromkeys(row), **{name: row[name] for name in (*names, "outcome")}}
    )
)


def _add(
    db: sqlite3.Connection,
    number: int,
    row: dict[str, object],
    name: str = "Dana",
    handle: str = "dana",
) -> None:
    made = {
        "id": number, "uid": UID[:-4] + f"{number:04x}", "direction": "owe", "state": "active", "person": 1, "revision": 1,
        "revisions": 1, "renegotiated": 0, "made_at": MADE, "contact_at": MADE,
    } | row  # fmt: skip
    db.execute("UPDATE person SET name = ?, handle = ?", (name, handle))
    db.execute(
        f"INSERT INTO promise ({', '.join(made)}) VALUES ({', '.join(f':{name}' for name in made)})",
        made,
    )


def _csv_lines(db: sqlite3.Connection, *, newline: str, raw: bool) -> Iterator[str]:
    kind = row_texts.PROMISES
    found = _fetch(db, sql.ALL_PROMISE_LINES_BY_ID, kind)
    return row_texts.iter_csv_texts(kind, found, export.check_promise_row, newline=newline, raw=raw)


def _json_lines(db: sqlite3.Connection) -> Iterator[str]:
    kind = row_texts.PROMISES
    found = _fetch(db, sql.ALL_PROMISE_TEXTS_BY_ID, kind)
    return row_texts.iter_json_texts(kind, found, export.check_promise_row)


def _fetch(db: sqlite3.Connection, statement: str, kind: row_texts.RowKind) -> list[Any]:
    db.create_function("plain_line", 1, row_texts.build_line_check(kind), deterministic=True)
    _, bound = queries.build_view_query(db, Query(CLOCK, sort="id"))
    return [tuple(row) for row in db.execute(statement, bound)]


def _written(db: sqlite3.Connection) -> Iterator[tuple[list[str], list[str]]]:
    """What is written of the texts, and of the rows, in every format."""
    statement, bound = queries.build_view_query(db, Query(CLOCK, sort="id"))
    plain = db.execute(statement, bound).fetchall()
    assert statement is sql.ALL_PROMISES_BY_ID
    for newline, raw in (("\r\n", False), ("\n", True)):
        yield (
            ["".join(_csv_lines(db, newline=newline, raw=raw))],
            [
                "".join(
                    as_csv.iter_csv_lines(plain, fields.PROMISE_FIELDS, newline=newline, raw=raw)
                )
            ],
        )
    yield (
        [*_json_lines(db)],
        [as_json.encode_json(fields.build_promise_record(row)) for row in plain],
    )


@given(
    st.lists(st.one_of(rows, sparse), min_size=1, max_size=4),
    st.one_of(texts, phrases),
    st.one_of(texts, phrases).filter(bool),
)
def test_texts_are_written_like_rows(
    promises: list[dict[str, object]], name: str, handle: str
) -> None:
    with _ledger() as db:
        for number, row in enumerate(promises, 1):
            _add(db, number, row, name, handle)
        for written, expected in _written(db):
            assert written == expected


@example(("why", "yes\0=no"))
@example(("no_to", 'say "no"'))
@example(("risk", "it rains\rand snows"))
@example(("repair", '"Hamlet"'))
@example(("repair", '"Hamlet, Ophelia"'))
@example(("repair", "a\x1fb"))
@settings(max_examples=6 * settings().max_examples)
@given(
    st.sampled_from([name for name, kind in _PROMISE_COLUMNS.items() if kind == "TEXT"]).flatmap(
        lambda name: st.tuples(
            st.just(name), cells if name in fields.FREE_TEXT_FIELDS else stored
        ).filter(lambda pair: name != "outcome" or (pair[1] or "")[:1] not in ("", "\0"))
    )
)
def test_one_text_in_any_column(written: tuple[str, str | None]) -> None:
    column, text = written
    with _ledger() as db:
        _add(
            db,
            1,
            {
                "outcome": "Send the numbers, all of them",
                "due_at": "2026-11-27T22:59:59Z",
                column: text,
            },
        )
        for found, expected in _written(db):
            assert found == expected


@pytest.mark.parametrize(
    "row",
    [
        {"repair": '"Hamlet', "risk": 'Ophelia"', "no_to": 'x,1","y,2'},
        {"repair": '"Hamlet,', "risk": ',Ophelia"', "no_to": 'x","y'},
        {"repair": "\x1f", "risk": None, "no_to": "a"},
        {"repair": "to be\0", "risk": ",or not\0"},
    ],
)
def test_no_text_moves_into_the_column_of_another(row: dict[str, str | None]) -> None:
    with _ledger() as db:
        _add(db, 1, {"outcome": "Send the numbers", **row})
        for found, expected in _written(db):
            assert found == expected


@pytest.mark.parametrize(
    "uid", [UID.upper(), UID[:-1], UID + "0", "../../x", "", UID[:-1] + "\0", UID + "\0"]
)
def test_a_damaged_uid_is_refused_where_it_comes(uid: str) -> None:
    with _ledger() as db:
        _add(db, 1, {"outcome": "Send the numbers"})
        _add(db, 2, {"outcome": "Fix the brake", "uid": uid})
        for lines in (_csv_lines(db, newline="\n", raw=True), _json_lines(db)):
            with pytest.raises(errors.DamagedContent, match="the uid of #2 is not a UUID"):
                list(lines)


def test_a_promise_with_a_person_who_is_missing_is_refused() -> None:
    with _ledger() as db:
        db.execute("PRAGMA foreign_keys = OFF")
        _add(db, 1, {"outcome": "Send the numbers", "person": 7})
        for lines in (_csv_lines(db, newline="\n", raw=False), _json_lines(db)):
            with pytest.raises(errors.DamagedContent, match="with a person who is missing"):
                list(lines)


def test_most_rows_are_lines_that_sqlite_wrote() -> None:
    promises = (
        {"outcome": "Send the numbers"},
        {"outcome": "Send the numbers, all of them", "why": "they, and she, asked", "no_to": "a,b"},
        {"outcome": "Łódź, 2 tickets", "due_zone": "Etc/GMT+5", "tags": "a b", "cause": "forgot"},
        {
            "outcome": "漢字",
            "due_at": "2026-11-27T22:59:59Z",
            "delivered_at": MADE,
            "state": "kept",
        },
    )
    with _ledger() as db:
        for number, row in enumerate(promises, 1):
            _add(db, number, row)
        found = _fetch(db, sql.ALL_PROMISE_LINES_BY_ID, row_texts.PROMISES)
    lines = [line for (line,) in found]
    assert [line[:2] for line in lines] == ["1,", "2,", "3,", "4,"]


@pytest.fixture
def _ctrl_c_raises() -> Iterator[None]:
    """Ctrl-C as a program has it when it starts: a move in this process before may have changed it.

    Other libraries let sqlite3 print what functions raise, as a warning.
    """
    sqlite3.enable_callback_tracebacks(False)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.signal(signal.SIGINT, before) is signal.default_int_handler


@pytest.mark.usefixtures("_ctrl_c_raises")
def test_ctrl_c_while_sqlite_asks_for_plain_lines_is_no_failure_of_the_ledger() -> None:
    def keep(line: str) -> str:
        signal.raise_signal(signal.SIGINT)
        return line

    with _ledger() as db:
        _add(db, 1, {"outcome": "Send the numbers"})
        db.execute("BEGIN")
        with pytest.raises(KeyboardInterrupt):
            queries.iter_promise_lines(db, Query(CLOCK, sort="id"), keep)


@pytest.mark.usefixtures("_ctrl_c_raises")
def test_ctrl_c_while_sqlite_compares_texts_ends_the_search() -> None:
    compared: list[str] = []

    def stop(_pattern: str, value: str, _escape: str) -> bool:
        compared.append(value)
        signal.raise_signal(signal.SIGINT)
        return False

    with _ledger() as db:
        for number in range(1, 4):
            _add(db, number, {"outcome": "Send the numbers"})
        db.execute("BEGIN")
        statement, bound = queries.build_view_query(db, Query(CLOCK, search="numbers"))
        db.create_function("like", 3, stop, deterministic=True)
        with pytest.raises(KeyboardInterrupt):
            queries.fetch_and_release(db, statement, bound, many=True)
    assert len(compared) == 1


ACT = {
    "number": 1, "entry": 1, "promise": 1, "person": None, "verb": "note", "side": "bookkeeper", "by": "me", "at": MADE, "recorded_at": MADE,
    "hash": "0" * 64,
}  # fmt: skip
json_values = st.one_of(cells, numbers, st.booleans(), st.lists(texts, max_size=2))
bodies = st.fixed_dictionaries(
    {"revision": numbers},
    optional={
        **dict.fromkeys(("text", "repair", "risk", "no_to", "unsaid"), json_values),
        **dict.fromkeys(("told_at", "cause"), stored),
        "answer_by": st.fixed_dictionaries({"civil": stored, "zone": stored}),
        "person": st.just(1),
    },
)


@settings(max_examples=4 * settings().max_examples)
@given(
    bodies,
    st.sampled_from(["note", "correct", "renege"]),
    st.booleans(),
    st.one_of(texts, phrases).filter(bool),
)
@example({"revision": 1, "text": ["a", "b,c"]}, "note", False, "dana")
@example({"revision": 1, "text": {"a": 1}}, "note", False, "dana")
@example({"revision": [1, 2], "unsaid": 2}, "note", False, "dana")
@example({"revision": 1, "text": "It rains, and snows", "unsaid": True}, "note", False, "dana")
@example({"revision": None, "handle": "dana", "unsaid": ""}, "rename", True, "dana")
@example({"revision": 1, "unsaid": "a, b"}, "note", False, "dana")
def test_acts_are_written_like_rows(
    body: dict[str, object], verb: str, about_person: bool, handle: str
) -> None:
    with _ledger() as db:
        _add(db, 1, {"outcome": "Send the numbers"}, handle=handle)
        db.execute("INSERT INTO entry VALUES (1, 'note', ?, NULL)", (MADE,))
        act = ACT | {"verb": verb, "body": json.dumps(body)}
        act |= {"promise": None, "person": 1} if about_person else {}
        names = ", ".join(f'"{name}"' for name in act)
        marks = ", ".join("?" * len(act))
        db.execute(f"INSERT INTO act ({names}) VALUES ({marks})", [*act.values()])
        plain = db.execute(sql.ACT_ROWS).fetchall()
        kind = row_texts.ACTS
        lines, found = _fetch(db, sql.ACT_LINES, kind), _fetch(db, sql.ACT_TEXTS, kind)
    for newline, raw in (("\r\n", False), ("\n", True)):
        written = row_texts.iter_csv_texts(kind, lines, fields.check_uid, newline=newline, raw=raw)
        expected = as_csv.iter_csv_lines(plain, fields.ACT_FIELDS, newline=newline, raw=raw)
        assert "".join(written) == "".join(expected)
    records = [as_json.encode_json(fields.build_act_record(row)) for row in plain]
    assert [*row_texts.iter_json_texts(kind, found, fields.check_uid)] == records


@pytest.fixture
@remembered
def many(program: Program) -> Program:
    """A ledger with more promises than an export holds in memory."""
    texts = (
        "The same, for all",
        '=1+1, "quoted"\nand more',
        "Łódź\u2028x",
        "Done",
        "'-1",
        "tab\there",
    )
    records = (
        {
            "outcome": f"{texts[number % len(texts)]} {number}",
            "direction": ("owe", "owed")[number % 2],
            "person": ("ana", "bo")[number % 3 % 2],
            "due": "2027-02-01T17:00" if number % 5 else None,
            "why": texts[number % 4] if number % 7 else None,
            "tags": ["a", "b"][: number % 3],
        }
        for number in range(queries.MAX_MEMORY_ROWS + 100)
    )
    program.ok("import", "-", "-q", piped="".join(f"{json.dumps(record)}\n" for record in records))
    program.ok("negotiate", "4", "--by", "mon", "--reason", "ill, again", "-q")
    return program


@pytest.mark.parametrize(
    "words",
    [
        (), ("--raw",), ("--newline", "lf"), ("--bom",), ("--format", "tsv"), ("--format", "json"), ("--format", "jsonl"), ("--limit", "3"),
        ("--format", "jsonl", "--tag", "a"), ("--acts",), ("--acts", "--format", "jsonl"), ("--search", "QUOTED"), ("--state", "active", "--format", "json"), ("--as-of", "today"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_large_export_is_that_of_its_columns(many: Program, words: tuple[str, ...]) -> None:
    columns = [*fields.PROMISE_FIELDS, *(["offer"] if {"json", "jsonl"} & {*words} else [])]
    columns = [*fields.ACT_FIELDS] if "--acts" in words else columns
    written = many.ok("export", *words)
    assert many.ok("export", *words, "--columns", ",".join(columns)) == written
    assert len(written.splitlines()) > (
        900 if not {"--limit", "--tag", "--search"} & {*words} else 2
    )
