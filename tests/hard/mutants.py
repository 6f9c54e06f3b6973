"""The program with one thing wrong in it: `python -m tests.hard.mutants NAME WORDS…` runs a command line of such a program.

A proof that does not find its mutant proves nothing.
"""

import os
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from functools import partial

from promisectl.commands import saying
from promisectl.storage import backups, ledger, opening, upgrading


def _weaker_sync() -> None:
    opening._TO_WRITE = tuple(one.replace("EXTRA", "NORMAL") for one in opening._TO_WRITE)


class _Loose(sqlite3.Connection):
    """Every statement stands on its own."""

    def execute(self, sql: str, *values: object) -> sqlite3.Cursor:
        return super().execute("SELECT 1" if sql in ("BEGIN IMMEDIATE", "COMMIT", "ROLLBACK") else sql, *values)


def _no_transaction() -> None:
    sqlite3.connect = partial(sqlite3.connect, factory=_Loose)


def _answer_before_commit() -> None:
    record, answer = saying.record, saying.answer

    def early(env, command, work):
        def told(db, journal):
            answers = work(db, journal)
            answer(env, answers)
            return answers

        record(env, command, told)

    saying.record, saying.answer = early, lambda _env, _answers: None


def _steps_outside_the_transaction() -> None:
    upgrade = upgrading.upgrade

    def outside(db, *rest):
        db.execute("COMMIT")
        upgrade(db, *rest)
        db.execute("BEGIN IMMEDIATE")

    upgrading.upgrade = outside


def _strange_files_opened() -> None:
    opening.check_header = opening.check = lambda *_, **__: None


def _written_in_place() -> None:
    def make(path, target, *, force=False):
        if force and os.path.exists(target):
            os.unlink(target)
        with closing(opening.connect(path, "ro")) as db:
            db.execute("VACUUM INTO ?", (target,))
            return backups.content(target, db)

    backups.make = make


def _errors_swallowed() -> None:
    def commit(_path, db, _before):
        with suppress(sqlite3.Error):
            db.execute("COMMIT")

    ledger._commit = commit


MUTANTS: dict[str, Callable[[], None]] = {
    "synchronous=NORMAL": _weaker_sync,
    "no transaction": _no_transaction,
    "answer before commit": _answer_before_commit,
    "steps outside the transaction": _steps_outside_the_transaction,
    "strange files opened": _strange_files_opened,
    "written in place": _written_in_place,
    "errors swallowed": _errors_swallowed,
}


def program(words: Sequence[str], mutant: str | None = None) -> list[str]:
    """The words that start the program, or a mutant of it, with a command line."""
    return [sys.executable, "-m", *(("tests.hard.mutants", mutant) if mutant else ("promisectl",)), *words]


def main() -> None:
    """Run the mutant that the first word names."""
    from promisectl.__main__ import main

    MUTANTS[sys.argv.pop(1)]()
    main()


if __name__ == "__main__":
    main()
