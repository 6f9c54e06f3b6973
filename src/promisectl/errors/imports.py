"""Errors about what is read from a file or from stdin."""

from __future__ import annotations

from promisectl.errors import BadData, end_sentence


class BadRecord(BadData):
    """Something in a record of an import that can't be used.

    `what` is a part of a sentence. `column` is the name of its column, `line` the line of the file
    where that is not the one that is being read. BadImport adds the place and prints it.
    """

    def __init__(
        self, what: str, column: str | None = None, line: int | None = None, advice: str = ""
    ) -> None:
        self.what = what
        self.column = column
        self.line = line
        super().__init__(what, advice)


class BadImport(BadData):
    """A file that can't be imported.

    The error has the first place that is wrong, and `more`, how many other records are wrong.
    """

    effect = "Nothing was imported."

    def __init__(self, source: str, line: int, problem: BadRecord, more: int = 0) -> None:
        self.place = f"{source}, line {line}"
        if problem.column:
            self.place += f", column {problem.column}"
        advice = problem.advice
        if more:
            others = f"{more} more record{'s have' if more > 1 else ' has'} errors"
            advice = f"{others}; to see all, add --dry-run. {advice}".rstrip()
        super().__init__(end_sentence(problem.what), advice)


class BadConfig(BadData):
    """Something in the config file that can't be used."""

    effect = "Nothing was done."

    def __init__(self, path: str, why: str) -> None:
        self.place = path
        super().__init__(end_sentence(why))


class BadInput(BadData):
    """Something on stdin that can't be used. `where` is its place, or empty."""

    effect = "Nothing was recorded."

    def __init__(self, why: str, where: str = "", advice: str = "") -> None:
        self.place = where
        super().__init__(end_sentence(why), advice)
