"""What is read from a file or from stdin."""

from __future__ import annotations

from promisectl.errors import BadData


class BadRecord(BadData):
    """Something in a record of a file to be imported that cannot be used; told with its place as BadImport."""

    def __init__(self, what: str, column: str | None = None) -> None:
        self.what = what
        self.column = column
        super().__init__(what)


class BadImport(BadData):
    """A file that holds what can't be imported. The first place that is wrong is told, and how many records are refused besides."""

    def __init__(self, source: str, line: int, problem: BadRecord, more: int = 0) -> None:
        column = f", column {problem.column}" if problem.column else ""
        others = (
            f" Nor can {more} more record{'s' if more > 1 else ''} be used: add --dry-run to see all."
            if more
            else ""
        )
        super().__init__(
            f"{source}, line {line}{column}: {problem.what}. Nothing was imported.{others}"
        )


class BadConfig(BadData):
    """Something in the config file that cannot be used."""

    def __init__(self, path: str, why: str) -> None:
        self.place = f"{path}: {why}."
        super().__init__(f"{self.place} Nothing was done.")


class BadInput(BadData):
    """Something that was read from stdin cannot be used. `where` is empty, or a place in it."""

    def __init__(self, why: str, where: str = "") -> None:
        super().__init__(f"{f'{where}: ' if where else ''}{why}. Nothing was recorded.")
