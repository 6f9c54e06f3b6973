"""What the tests of other programs' files share: a home with such a file, and what it becomes there."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Program, Result

FILES = Path(__file__).parent / "files"
ME = "Jo Öz"


class Mover:
    """Somebody who brings the file of another program into an empty ledger."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.today: str | None = None

    def bring(self, name: str, *words: str) -> Result:
        """Import a file of the home as promises to oneself, except those of somebody else."""
        before = os.getcwd()
        os.chdir(self.program.home)
        try:
            return self.program("import", name, "--set", "direction=self", *words, today=self.today)
        finally:
            os.chdir(before)

    def write(self, name: str, content: str | bytes) -> None:
        """Put a file into the home."""
        (self.program.home / name).write_bytes(
            content.encode() if isinstance(content, str) else content
        )

    def change(self, name: str, changes: dict[str, str]) -> None:
        """Change texts of a file, each of which is there once."""
        text = (self.program.home / name).read_bytes().decode()
        for old, new in changes.items():
            assert text.count(old) == 1, (old, text.count(old))
            text = text.replace(old, new)
        self.write(name, text)

    def list_fields(self, *names: str, state: str = "") -> list[tuple[Any, ...]]:
        """The fields of every promise, in the order in which they were made."""
        chosen = ("--state", state) if state else ("--all",)
        records = json.loads(self.program.ok("list", *chosen, "--json", today=self.today))
        records.sort(key=lambda record: record["id"])
        return [tuple(record[name] for name in names) for record in records]

    def find(self, outcome: str) -> dict[str, Any]:
        """The record of the promise with that outcome."""
        records = json.loads(self.program.ok("list", "--all", "--json", today=self.today))
        [found] = [record for record in records if record["outcome"] == outcome]
        return dict(found)


@pytest.fixture
def mover(program: Program) -> Callable[..., Mover]:
    """Give somebody with that file in their home, whose name is in their config."""

    def prepare(name: str | None = None) -> Mover:
        config = program.home / "config" / "promisectl" / "config.toml"
        config.parent.mkdir(parents=True, exist_ok=True)
        config.write_text(f'me = "{ME}"\n', encoding="utf-8")
        if name:
            shutil.copyfile(FILES / name, program.home / name)
        return Mover(program)

    return prepare
