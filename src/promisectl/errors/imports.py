"""Errors about what is read from a file or from stdin."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.errors import BadData, Usage, end_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence


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


class UnknownProfile(Usage):
    """A name of another program that is not known.

    `known` are those that are.
    """

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f"--from-format can't be “{name}”.",
            f"Choose from {', '.join(known)}, or none for a file with our fields.",
        )


class NoSides(Usage):
    """A file that does not say who promises and to whom.

    `count` are its promises without that, and `nameless` those without the other side either.
    """

    def __init__(self, source: str, count: int, nameless: int) -> None:
        whose = "whose promise it is" if count == 1 else f"whose these {count:,} promises are"
        person = " --set person=dana" if nameless else ""
        super().__init__(
            f"{source} does not say {whose}.",
            f"You promise yourself: --set direction=self · You owe: --set direction=owe{person} · "
            f"You are owed: --set direction=owed{person}",
        )
