"""Generates the table of the ids of errors on the guide's page about errors."""

import importlib
from collections.abc import Iterator
from pathlib import Path

from promisectl import errors, guide

ERRORS_PAGE = Path(guide.__file__).with_name("errors.md")
"""The page with the table, which is its end."""
_ERROR_HEADING = "| id | code | exit code |\n|---|---|--:|\n"
_FAMILY_MODULE = errors.__name__
_NEVER_PRINTED = ("ClosedPipe", "BadRecord")
"""The reader of the first is gone; the second becomes the error about the whole file."""


def list_printed_errors() -> list[type[errors.Problem]]:
    """Return every class of error that a program can meet, without the families, by id."""
    for file in Path(errors.__file__).parent.glob("[!_]*.py"):
        importlib.import_module(f"{_FAMILY_MODULE}.{file.stem}")
    found = {
        one.id: one
        for one in _iter_subclasses(errors.Problem)
        if not (one.__module__ == _FAMILY_MODULE and one.__subclasses__())
        and one.__name__ not in _NEVER_PRINTED
    }
    return [found[id_] for id_ in sorted(found)]


def _iter_subclasses(family: type[errors.Problem]) -> Iterator[type[errors.Problem]]:
    for one in family.__subclasses__():
        yield one
        yield from _iter_subclasses(one)


def generate_errors_page() -> str:
    """Return the text of the page, with a fresh table at its end."""
    before, _, _ = ERRORS_PAGE.read_text(encoding="utf-8").partition(_ERROR_HEADING)
    rows = [f"| `{one.id}` | `{one.code}` | {one.exit_code} |" for one in list_printed_errors()]
    return before + _ERROR_HEADING + "\n".join(rows) + "\n"
