"""Files to import, and what is in the ledger then: what the tests of import share."""

import csv
import io
import os
from typing import Any

from tests.conftest import Program, Result


def take(
    program: Program, content: str | bytes, *words: str, name: str = "file.csv", **more: Any
) -> Result:
    """Import a file of that content."""
    (program.home / name).write_bytes(content.encode() if isinstance(content, str) else content)
    before = os.getcwd()
    os.chdir(program.home)
    try:
        return program("import", name, *words, **more)
    finally:
        os.chdir(before)


def records(program: Program) -> list[dict[str, Any]]:
    text = program.ok("export")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def told(program: Program, *names: str) -> list[tuple[str, ...]]:
    return [tuple(record[name] for name in names) for record in records(program)]


def one(**cells: str) -> str:
    """A CSV of one record; what is needed and not given goes without saying."""
    record = {"direction": "owe", "person": "dana", "outcome": "Send the numbers"} | cells
    text = io.StringIO()
    writer = csv.DictWriter(text, list(record))
    writer.writeheader()
    writer.writerow(record)
    return text.getvalue()
