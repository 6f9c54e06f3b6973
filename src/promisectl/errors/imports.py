"""Errors about what is read from a file or from stdin."""

from __future__ import annotations

from promisectl.errors import BadData


class BadRecord(BadData):
    """Something in a record of a file to be imported that cannot be used.

    `column` is the name of its column, `line` the line of the file where that is not the one that
    is being read. BadImport adds the place and prints it.
    """

    def __init__(self, what: str, column: str | None = None, line: int | None = None) -> None:
        self.what = what
        self.column = column
        self.line = line
        super().__init__(what)


class BadImport(BadData):
    """A file that holds what can't be imported.

    It names the first place that is wrong, and `more`, how many other records are refused.
    """

    effect = "Nothing was imported."

    def __init__(self, source: str, line: int, problem: BadRecord, more: int = 0) -> None:
        self.place = f"{source}, line {line}"
        if problem.column:
            self.place += f", column {problem.column}"
        if more:
            others = f"{more} more record{'s' if more > 1 else ''}"
            self.advice = f"Nor can {others} be used: add --dry-run to see all."
        super().__init__(f"{problem.what}.")


class BadConfig(BadData):
    """Something in the config file that cannot be used."""

    effect = "Nothing was done."

    def __init__(self, path: str, why: str) -> None:
        self.place = path
        super().__init__(f"{why}.")


class BadInput(BadData):
    """Something that was read from stdin cannot be used. `where` is its place, or empty."""

    effect = "Nothing was recorded."

    def __init__(self, why: str, where: str = "") -> None:
        self.place = where
        super().__init__(f"{why}.")
