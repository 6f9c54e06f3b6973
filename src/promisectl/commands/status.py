"""What waits, in one short line for the prompt of a shell or a bar: status."""

from __future__ import annotations

from promisectl._typing import TYPE_CHECKING
from promisectl.storage import ledger, queries
from promisectl.storage.queries import Clock
from promisectl.storage.timestamps import instant

if TYPE_CHECKING:
    from promisectl.env import Env

# Every kind of the view `moves`, as the line says it: first where the clock runs against me, then where somebody waits for my word.
WORDS = {"overdue": "overdue", "today": "due today", "tell": "to tell", "answer": "to answer", "judge": "to judge"}
_LATE_WITH_OTHERS = "late_with_others"


def status(env: Env) -> None:
    """How many promises wait for me, by kind, the most urgent first; not even an empty line when none does.

    It never waits for a command that is writing: Busy is raised at once.
    """
    counts = _counts(env)
    waiting = {kind: counts[kind] for kind in WORDS}
    if env.as_json:
        from promisectl.records import as_json

        env.say(as_json.one({"waiting": sum(waiting.values()), **waiting, _LATE_WITH_OTHERS: counts[_LATE_WITH_OTHERS]}), whole=True)
    elif any(waiting.values()):
        between = " · " if env.has("·") else ", "
        env.say(between.join(f"{count} {WORDS[kind]}" for kind, count in waiting.items() if count), whole=True)


def _counts(env: Env) -> dict[str, int]:
    """How many wait, by kind, and how many are overdue with others; all of them 0 where there is no ledger."""
    counts = dict.fromkeys((*WORDS, _LATE_WITH_OTHERS), 0)
    if ledger.exists(env.ledger):
        clock = Clock(*map(instant, env.clock()))
        with ledger.reading(env.ledger, patience=0) as db:
            counts |= queries.count_waiting(db, clock) | {_LATE_WITH_OTHERS: queries.late_with_others(db, clock)}
    return counts
