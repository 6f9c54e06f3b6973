"""A schema step that exists in the tests alone: it proves how ledgers are brought up, with more than the last real one needed.

`python -m tests.storage.next_step WORDS…` runs a command line of the program that knows it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from promisectl.compiled import sql

STEP = sql.SCHEMA_STEP + 1
_ADDED = (
    "CREATE TABLE shelf ( number INTEGER NOT NULL, word TEXT NOT NULL, PRIMARY KEY (number) ) STRICT",
    "CREATE INDEX promise_made ON promise (made_at)",
)
_LAST_COLUMN = ", offer_reply_at TEXT"
_OWED = "CREATE VIEW owed AS "
_NAMES = ("SCHEMA_STEP", "SCHEMA", "MIGRATIONS", "ADDED_PROMISE_COLUMNS", "REDERIVED_COLUMNS")
_KNOWN = {name: getattr(sql, name) for name in _NAMES}


def _change(statement: str) -> str:
    if statement.startswith(_OWED):
        return f"{statement} AND id > 0"
    if statement.startswith("CREATE TABLE promise "):
        assert statement.count(_LAST_COLUMN) == 1
        return statement.replace(_LAST_COLUMN, f"{_LAST_COLUMN}, length INTEGER")
    return statement


_NEXT = {
    "SCHEMA_STEP": STEP,
    "SCHEMA": (*map(_change, sql.SCHEMA), *_ADDED),
    "MIGRATIONS": {
        **sql.MIGRATIONS,
        STEP: ("ALTER TABLE promise ADD COLUMN length INTEGER", *_ADDED),
    },
    "ADDED_PROMISE_COLUMNS": {**sql.ADDED_PROMISE_COLUMNS, STEP: {"length": "length(outcome)"}},
    "REDERIVED_COLUMNS": {**sql.REDERIVED_COLUMNS, STEP: ("word_at",)},
}


def set_known(*, known: bool) -> None:
    """Have the program in this process know the step or not: a table, an index, a column, a view that is worded otherwise, and a column that is derived again."""
    for name, value in (_NEXT if known else _KNOWN).items():
        setattr(sql, name, value)


@contextmanager
def known() -> Iterator[None]:
    """Inside, the program in this process knows the step."""
    set_known(known=True)
    try:
        yield
    finally:
        set_known(known=False)


def learn() -> None:
    """Have this process know the step from now on."""
    set_known(known=True)


def main() -> None:
    """Run the program that knows the step."""
    from promisectl.__main__ import main

    learn()
    main()


if __name__ == "__main__":
    main()
