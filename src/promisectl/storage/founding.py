"""A ledger's beginning: made beside its place, with its first move in it, and only then named: it is there whole, or not at all."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, suppress
from typing import TypeVar

from promisectl import errors
from promisectl.compiled import sql
from promisectl.storage import opening, too_late

T = TypeVar("T")


def found(path: str, work: Callable[[sqlite3.Connection], T]) -> T:
    """Found a ledger beside its place, do the first work in it, and only then give it its name: it is there whole, or not at all."""
    with ExitStack() as at_last:
        return _found(path, work, at_last)


def _found(path: str, work: Callable[[sqlite3.Connection], T], at_last: ExitStack) -> T:
    with opening.translated(path):
        made = make_directories(os.path.dirname(os.path.abspath(path)))
        parents = [os.path.dirname(one) for one in reversed(made)]
        temporary = f"{path}.{os.urandom(8).hex()}.new"
        try:
            result = _fill(temporary, work)
            at_last.enter_context(too_late.recorded())
            os.link(temporary, path)
            made = []
        finally:
            for leftover in (temporary, f"{temporary}-journal"):
                with suppress(FileNotFoundError):
                    os.unlink(leftover)
            for directory in reversed(made):
                with suppress(OSError):
                    os.rmdir(directory)
        try:
            for one in (os.path.dirname(os.path.abspath(path)), *parents):
                sync(one)
        except OSError as error:
            raise errors.Unconfirmed(path, error.strerror or str(error)) from error
        return result


def _fill(temporary: str, work: Callable[[sqlite3.Connection], T]) -> T:
    os.close(os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    db = opening.connect(temporary, "rw")
    try:
        db.execute("BEGIN IMMEDIATE")
        db.execute(f"PRAGMA application_id = {sql.APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {sql.SCHEMA_STEP}")
        for statement in sql.SCHEMA:
            db.execute(statement)
        result = work(db)
        db.execute("COMMIT")
    finally:
        db.close()
    return result


def make_directories(directory: str) -> list[str]:
    """Make what is missing of `directory`, for me alone (0700), and say what was made, outermost first."""
    missing = []
    while not os.path.isdir(directory):
        missing.append(directory)
        directory = os.path.dirname(directory)
    made = []
    for one in reversed(missing):
        with suppress(FileExistsError):
            os.mkdir(one, 0o700)
            made.append(one)
    return made


def sync(path: str) -> None:
    """Have a file, or the names in a directory, on the disk; where directories can't be opened (Windows), the system sees to it."""
    if os.name == "nt" and os.path.isdir(path):  # pragma: no cover
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
