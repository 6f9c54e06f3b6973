"""The program with one thing wrong in it: `python -m tests.hard.mutants NAME WORDS…` runs a command line of such a program.

A proof that does not find its mutant proves nothing.
"""

import sys
from collections.abc import Callable, Sequence
from typing import Any

from promisectl.storage import opening


def _weaker_sync() -> None:
    opening._TO_WRITE = tuple(one.replace("EXTRA", "NORMAL") for one in opening._TO_WRITE)


def _without_escaping() -> None:
    from promisectl import escaping

    escaping._steers = lambda code: False  # noqa: ARG005


def _live_formulas() -> None:
    from promisectl.records import as_csv

    as_csv._TRIGGERS = ()


def _row_by_row() -> None:
    from promisectl.commands import import_

    whole = import_._open

    def alone(env: Any, journal: Any, *rest: Any) -> int:
        made = whole(env, journal, *rest)
        journal._db.execute("COMMIT")
        journal._db.execute("BEGIN IMMEDIATE")
        return made

    import_._open = alone


def _careless() -> None:
    from promisectl.commands import arguments

    arguments.choice = lambda option, word, choices: word if word is None else {one: one for one in choices}[word]  # noqa: ARG005


def _recorded_all_the_same() -> None:
    from promisectl import errors
    from promisectl.storage import ledger

    write = ledger.write

    def written(path: str, work: Callable[[Any], Any]) -> Any:
        def recorded(db: Any) -> Any:
            try:
                return work(db)
            except errors.Problem:
                db.execute("COMMIT")
                raise

        return write(path, recorded)

    ledger.write = written


def _streams_left() -> None:
    from promisectl import edge

    edge._open_streams = lambda: None


def _unminded() -> None:
    import signal

    set_ = signal.signal
    signal.signal = lambda number, to: None if to is signal.SIG_DFL else set_(number, to)
    from promisectl import edge

    edge.KeyboardInterrupt = GeneratorExit  # what the edge catches instead


def _utc() -> None:
    from promisectl.domain import civil, dates

    local = civil.last_second
    civil.last_second = dates.last_second = lambda day, zone: local(day, "UTC")  # noqa: ARG005


def _clamped() -> None:
    from datetime import datetime

    from promisectl.storage.journal import Journal

    begun = Journal.__init__

    def begin(self: Any, db: Any, now: Any, command: str) -> None:
        (last,) = db.execute("SELECT max(recorded_at) FROM entry").fetchone()
        begun(self, db, max(now, datetime.fromisoformat(last)) if last else now, command)

    Journal.__init__ = begin


MUTANTS: dict[str, Callable[[], None]] = {
    "synchronous=NORMAL": _weaker_sync,
    "without escaping": _without_escaping,
    "formulas live": _live_formulas,
    "imports row by row": _row_by_row,
    "a word that is looked up without care": _careless,
    "a refusal that records": _recorded_all_the_same,
    "UTC for local": _utc,
    "a clock that clamps": _clamped,
    "streams left as they are": _streams_left,
    "Ctrl-C not minded": _unminded,
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
